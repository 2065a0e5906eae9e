/** Settings: the organisation itself, its name and what is allowed in it. For administrators; some for owners alone. */

import { html } from "lit";
import { t } from "../../lib/i18n.js";
import { choice, group, line, outcome, toggle } from "./parts.js";

const OWNER = 100;
const MEMBERS = [
  [1, t("Members")],
  [3, t("Members who are not new")],
  [4, t("Moderators")],
  [2, t("Administrators")],
];
const NOBODY = [6, t("Nobody")];
const LIMITS = [
  [60, t("1 minute")],
  [600, t("10 minutes")],
  [3600, t("1 hour")],
  [86_400, t("1 day")],
  [604_800, t("1 week")],
  ["unlimited", t("Without limit")],
];
const LANGUAGES = [
  ["en", "English"],
  ["ar", "العربية"],
  ["de", "Deutsch"],
  ["zh-hans", "简体中文"],
];

export class Organisation {
  #state = {};

  constructor(app) {
    this.app = app;
    this.closed = app.model.realm.subscribe(() => this.#draw());
  }

  template() {
    return html`${this.#names()} ${this.#joining()} ${this.#messages()} ${this.#accounts()}`;
  }

  #names() {
    const { realm } = this.app.model;
    return html`<form class="settings-group" @submit=${(event) => this.#save(event)}>
      <label class="settings-field"><span>${t("Name of the organisation")}</span>
        <input class="field" name="name" maxlength="40" required dir="auto" .value=${realm.get("name") ?? ""} />
      </label>
      <label class="settings-field"><span>${t("What it is about")}</span>
        <input class="field" name="description" maxlength="1000" dir="auto" .value=${realm.get("description") ?? ""} />
      </label>
      ${outcome(this.#state)}
      <div><button class="button button-main">${t("Save")}</button></div>
      ${this.#choice("default_language", t("Language"), LANGUAGES, t("Of new people, and of pages before one signs in."))}
    </form>`;
  }

  #joining() {
    const notOwner = this.app.model.people.me?.role !== OWNER;
    return group(
      t("Who may join"),
      html`
        ${this.#toggle("invite_required", t("Only by invitation"), t("Otherwise anyone can make an account, after confirming their address."), notOwner)}
        ${this.#choice("invite_to_realm_policy", t("Who may invite"), [...MEMBERS, NOBODY])}
      `,
      notOwner ? t("Some of this only owners can change.") : undefined,
    );
  }

  #messages() {
    return group(
      t("Messages and channels"),
      html`
        ${this.#toggle("allow_message_editing", t("Messages can be edited"))}
        ${this.#choice("message_content_edit_limit_seconds", t("For how long"), LIMITS)}
        ${this.#choice("delete_own_message_policy", t("Who may delete their own messages"), [[5, t("Everyone")], ...MEMBERS])}
        ${this.#choice("edit_topic_policy", t("Who may rename topics"), [[5, t("Everyone")], ...MEMBERS, NOBODY])}
        ${this.#choice("move_messages_between_streams_policy", t("Who may move messages to other channels"), [...MEMBERS, NOBODY])}
        ${this.#toggle("allow_edit_history", t("What messages were before can be seen"))}
        ${this.#toggle("enable_read_receipts", t("Who has read a message can be seen"))}
        ${this.#toggle("inline_url_embed_preview", t("Links are shown with a preview"))}
      `,
    );
  }

  #accounts() {
    return group(
      t("Accounts"),
      html`
        ${this.#toggle("name_changes_disabled", t("Only administrators change names"))}
        ${this.#toggle("email_changes_disabled", t("Only administrators change addresses"))}
        ${this.#toggle("avatar_changes_disabled", t("Only administrators change pictures"))}
      `,
    );
  }

  #toggle(name, label, note, disabled = false) {
    const on = this.app.model.realm.get(name);
    return line(label, toggle(on, (value) => this.#change({ [name]: value }), { label, disabled }), note);
  }

  #choice(name, label, options, note) {
    const value = this.app.model.realm.get(name) ?? "unlimited";
    const known = options.some(([one]) => one === value) ? options : [...options, [value, String(value)]];
    return line(label, choice(value, known, (chosen) => this.#change({ [name]: chosen })), note);
  }

  async #save(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    try {
      await this.app.api.patch("/realm", {
        name: String(fields.get("name")).trim(),
        description: String(fields.get("description")).trim(),
      });
      this.#state = { saved: true };
    } catch (error) {
      this.#state = { error: error.message };
    }
    this.#draw();
  }

  async #change(values) {
    try {
      await this.app.api.patch("/realm", values);
    } catch (error) {
      this.app.view.notify(t("That was not saved. {reason}", { reason: error.message }));
    }
    this.#draw();
  }

  #draw() {
    this.app.panes.overlay?.invalidate();
  }
}
