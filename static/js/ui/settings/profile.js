/** Settings: who one is to the others. */

import { html } from "lit";
import { t } from "../../lib/i18n.js";
import { avatar } from "../avatar.js";
import { choice, group, line, outcome } from "./parts.js";

const MAX_PICTURE = 5 * 1024 * 1024;

export class Profile {
  #name;
  #state = {}; // of saving the name
  #picture = {}; // of the picture

  constructor(app) {
    this.app = app;
    this.#name = app.model.people.me?.full_name ?? "";
  }

  template() {
    const { people } = this.app.model;
    const { me } = people;
    return html`
      <div class="settings-person">
        ${avatar(me, "avatar-huge")}
        <div>
          <strong dir="auto">${me?.full_name}</strong>
          <span class="settings-note cut">${me?.delivery_email ?? me?.email}</span>
          <div class="settings-buttons">
            <label class="button button-small">
              ${me?.avatar_source === "U" ? t("Change picture") : t("Add a picture")}
              <input class="unseen" type="file" accept="image/*" @change=${(event) => this.#setPicture(event.target)} />
            </label>
            ${me?.avatar_source === "U" ? html`<button type="button" class="button button-small" @click=${() => this.#removePicture()}>${t("Remove picture")}</button>` : ""}
          </div>
          ${outcome(this.#picture)}
        </div>
      </div>
      <form class="settings-group" @submit=${(event) => this.#saveName(event)}>
        <label class="settings-field">
          <span>${t("Name")}</span>
          <input
            class="field"
            name="full_name"
            dir="auto"
            maxlength="100"
            autocomplete="name"
            .value=${this.#name}
            @input=${(event) => this.#typed(event.target.value)}
          />
        </label>
        ${outcome(this.#state)}
        <div><button class="button button-main" ?disabled=${this.#name.trim() === me?.full_name}>${t("Save name")}</button></div>
      </form>
      ${group(t("Time"), line(t("Time zone"), choice(me?.timezone ?? "", zones(), (zone) => this.#saveZone(zone)), t("Colleagues see your local time.")))}
    `;
  }

  #typed(text) {
    this.#name = text;
    this.#state = {};
    this.#draw();
  }

  async #saveName(event) {
    event.preventDefault();
    this.#state = await this.#attempt(() => this.app.settings.save({ full_name: this.#name.trim() }));
    this.#draw();
  }

  async #saveZone(timezone) {
    const { error } = await this.#attempt(() => this.app.settings.save({ timezone }));
    if (error) this.app.view.notify(error);
    this.#draw();
  }

  async #setPicture(input) {
    const [file] = input.files;
    input.value = "";
    if (!file) return;
    this.#picture =
      file.size > MAX_PICTURE
        ? { error: t("The picture is too large: 5 MiB is the most.") }
        : await this.#attempt(() => this.app.settings.setAvatar(file));
    this.#draw();
  }

  async #removePicture() {
    this.#picture = await this.#attempt(() => this.app.settings.removeAvatar());
    this.#draw();
  }

  async #attempt(act) {
    try {
      await act();
      return { saved: true };
    } catch (error) {
      return { error: error.message };
    }
  }

  #draw() {
    this.app.panes.overlay.invalidate();
  }
}

function zones() {
  const known = Intl.supportedValuesOf?.("timeZone") ?? ["UTC"];
  return [["", t("Not told")], ...known.map((zone) => [zone, zone.replaceAll("_", " ")])];
}
