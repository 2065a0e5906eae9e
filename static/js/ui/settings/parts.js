/** What settings are made of: a group with a heading, a switch, a choice, a line of text with a button. */

import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { t } from "../../lib/i18n.js";

export function group(title, content, note) {
  return html`<div class="settings-group" role="group" aria-label=${title}>
    <h3>${title}</h3>
    ${note ? html`<p class="settings-note">${note}</p>` : nothing}${content}
  </div>`;
}

/** One line: what it is about, a word of explanation, and the control. */
export function line(label, control, note) {
  return html`<label class="settings-line">
    <span class="settings-words"><span>${label}</span>${note ? html`<span class="settings-note">${note}</span>` : nothing}</span>
    ${control}
  </label>`;
}

export function toggle(on, change, { label, disabled = false } = {}) {
  return html`<input
    type="checkbox"
    role="switch"
    class="switch-box"
    aria-label=${label ?? nothing}
    .checked=${live(Boolean(on))}
    ?disabled=${disabled}
    @change=${(event) => change(event.target.checked)}
  />`;
}

/** `options` are [value, words]. */
export function choice(value, options, change) {
  return html`<select
    class="field settings-choice"
    @change=${(event) => change(options[event.target.selectedIndex][0])}
  >
    ${options.map(([one, words]) => html`<option ?selected=${one === value} .selected=${live(one === value)}>${words}</option>`)}
  </select>`;
}

/** A switch for one setting of the person's own. */
export function settingToggle(app, name, label, note) {
  const { settings } = app.model;
  return line(label, toggle(settings.get(name), (on) => app.settings.change({ [name]: on })), note);
}

/** A choice for one setting of the person's own. */
export function settingChoice(app, name, label, options, note) {
  const { settings } = app.model;
  return line(label, choice(settings.get(name), options, (value) => app.settings.change({ [name]: value })), note);
}

/** What became of saving: nothing, an error in words, or that it is done. */
export function outcome({ error, saved }) {
  if (error) return html`<p class="settings-error" role="alert">${error}</p>`;
  return saved ? html`<p class="settings-saved" role="status">${t("Saved")}</p>` : nothing;
}
