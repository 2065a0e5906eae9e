/** Settings: signing in and out. */

import { html } from "lit";
import { t } from "../../lib/i18n.js";
import { group } from "./parts.js";

export class Account {
  constructor(app) {
    this.app = app;
  }

  template() {
    const { me } = this.app.model.people;
    return html`
      ${group(t("Address"), html`<p dir="auto">${me?.delivery_email ?? me?.email}</p>`, t("You sign in with it, and mails go there."))}
      ${group(
        t("This browser"),
        html`<div><button type="button" class="button" @click=${() => this.app.signOut()}>${t("Sign out")}</button></div>`,
      )}
    `;
  }
}
