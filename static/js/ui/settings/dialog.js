/** The settings dialog: sections at the left, the chosen one at the right; in a narrow window one after the other. */

import { html, nothing } from "lit";
import { t } from "../../lib/i18n.js";
import { icon, iconButton } from "../icon.js";
import { SECTIONS } from "./sections.js";

export class SettingsDialog {
  #part;

  constructor(app, id) {
    this.app = app;
    this.chosen = undefined;
    if (id || !app.narrow) this.choose(id);
  }

  get sections() {
    return SECTIONS.filter((section) => section.shown(this.app));
  }

  /** Shows a section; with none, or one that is not there, the first. */
  choose(id) {
    const { sections } = this;
    this.#part?.closed?.();
    this.chosen = sections.find((section) => section.id === id) ?? sections[0];
    this.#part = new this.chosen.make(this.app);
    this.app.panes.overlay?.invalidate();
  }

  closed() {
    this.#part?.closed?.();
  }

  template() {
    const { app, chosen } = this;
    const close = () => app.view.closeDialog();
    return html`<div class="settings ${chosen ? "settings-in" : ""}">
      <nav class="settings-nav" aria-label=${t("Settings")} @keydown=${(event) => this.#arrows(event)}>
        <div class="dialog-head">
          <h2>${t("Settings")}</h2>
          ${iconButton("x", t("Close"), close, { className: "settings-narrow" })}
        </div>
        ${this.#groups().map(([group, sections]) => this.#group(group, sections))}
      </nav>
      ${chosen ? this.#section(close) : nothing}
    </div>`;
  }

  #groups() {
    const groups = new Map();
    for (const section of this.sections) groups.set(section.group, [...(groups.get(section.group) ?? []), section]);
    return [...groups];
  }

  #group(group, sections) {
    return html`<h3>${group}</h3>
      <ul>
        ${sections.map(
          (section) => html`<li>
            <button
              type="button"
              class="settings-link"
              aria-current=${section === this.chosen ? "true" : nothing}
              ?data-focus=${section === this.chosen}
              @click=${() => this.choose(section.id)}
            >${icon(section.icon)}<span class="cut">${section.label}</span>${icon("chevron-right", "settings-narrow")}</button>
          </li>`,
        )}
      </ul>`;
  }

  #section(close) {
    const back = () => {
      this.chosen = undefined;
      this.app.panes.overlay.invalidate();
    };
    return html`<section class="settings-section" aria-label=${this.chosen.label}>
      <div class="dialog-head">
        ${iconButton("chevron-left", t("All settings"), back, { className: "settings-narrow" })}
        <h2>${this.chosen.label}</h2>
        ${iconButton("x", t("Close"), close)}
      </div>
      <div class="settings-scroll">${this.#part.template()}</div>
    </section>`;
  }

  #arrows(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const links = [...event.currentTarget.querySelectorAll(".settings-link")];
    const at = links.indexOf(document.activeElement);
    if (!step || at === -1) return;
    event.preventDefault();
    const next = links[(at + step + links.length) % links.length];
    next.focus();
    this.choose(this.sections[links.indexOf(next)].id);
  }
}
