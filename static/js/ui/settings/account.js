/** Settings: one's address and password, where one is signed in, the keys of one's programs, and leaving. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { n, t } from "../../lib/i18n.js";
import { fullTime } from "../../lib/times.js";
import { group, outcome } from "./parts.js";

export class Account {
  #sessions = [];
  #keys = [];
  #states = {};

  constructor(app) {
    this.app = app;
    this.#fetch();
  }

  template() {
    return html`${this.#address()} ${this.#password()} ${this.#signedIn()} ${this.#programs()} ${this.#leaving()}`;
  }

  #address() {
    const { me } = this.app.model.people;
    return html`<form class="settings-group" @submit=${(event) => this.#send(event, "address", t("Look into your mail: a link to confirm it is on its way."))}>
      <label class="settings-field"><span>${t("Email address")}</span>
        <input class="field" type="email" name="email" maxlength="254" required dir="ltr" autocomplete="email" .value=${me?.delivery_email ?? me?.email ?? ""} />
      </label>
      ${this.#outcome("address")}
      <div><button class="button">${t("Change address")}</button></div>
    </form>`;
  }

  #password() {
    return html`<form class="settings-group" @submit=${(event) => this.#send(event, "password", t("Your password is changed. You are signed out everywhere else."))}>
      <label class="settings-field"><span>${t("Old password")}</span>
        <input class="field" type="password" name="old_password" maxlength="200" required autocomplete="current-password" />
      </label>
      <label class="settings-field"><span>${t("New password")}</span>
        <input class="field" type="password" name="new_password" minlength="8" maxlength="200" required autocomplete="new-password" />
      </label>
      ${this.#outcome("password")}
      <div><button class="button">${t("Change password")}</button></div>
    </form>`;
  }

  #signedIn() {
    const others = this.#sessions.filter((session) => !session.is_current).length;
    return group(
      t("Where you are signed in"),
      html`<ul class="settings-list">
          ${repeat(
            this.#sessions,
            (session) => session.id,
            (session) => html`<li>
              <span class="settings-words">
                <span class="cut">${browserName(session.user_agent)}</span>
                <span class="settings-note">${session.is_current ? t("This browser") : t("since {time}", { time: fullTime(session.created) })}</span>
              </span>
              ${session.is_current ? nothing : html`<button type="button" class="button button-small" @click=${() => this.#end(`/users/me/sessions/${session.id}`)}>${t("Sign out")}</button>`}
            </li>`,
          )}
        </ul>
        <div class="settings-buttons">
          <button type="button" class="button" @click=${() => this.app.signOut()}>${t("Sign out here")}</button>
          ${others > 0 ? html`<button type="button" class="button" @click=${() => this.#end("/users/me/sessions")}>${n("Sign out of the other browser", "Sign out of {count} other browsers", others)}</button>` : nothing}
        </div>`,
    );
  }

  #programs() {
    if (this.#keys.length === 0) return nothing;
    return group(
      t("Keys of your programs"),
      html`<ul class="settings-list">
        ${repeat(
          this.#keys,
          (key) => key.id,
          (key) => html`<li>
            <span class="settings-words">
              <span class="cut" dir="auto">${key.name || t("A program")}</span>
              <span class="settings-note">${t("since {time}", { time: fullTime(key.created) })}</span>
            </span>
            <button type="button" class="button button-small" @click=${() => this.#end(`/users/me/api_keys/${key.id}`)}>${t("Revoke")}</button>
          </li>`,
        )}
      </ul>`,
      t("A key is as good as your password. Revoke what you do not know."),
    );
  }

  #leaving() {
    return group(
      t("Leaving"),
      html`<div><button type="button" class="button" @click=${() => this.#leave()}>${t("Close my account")}</button></div>`,
      t("What you wrote stays. An administrator can open the account again."),
    );
  }

  #outcome(name) {
    const { error, words } = this.#states[name] ?? {};
    return words ? html`<p class="settings-saved" role="status">${words}</p>` : outcome({ error });
  }

  async #send(event, name, words) {
    event.preventDefault();
    const form = event.target;
    try {
      await this.app.api.patch("/settings", Object.fromEntries(new FormData(form)));
      this.#states[name] = { words };
      if (name === "password") form.reset();
    } catch (error) {
      this.#states[name] = { error: error.message };
    }
    await this.#fetch();
  }

  async #end(path) {
    try {
      await this.app.api.delete(path);
    } catch (error) {
      this.app.view.notify(error.message);
    }
    await this.#fetch();
  }

  #leave() {
    this.app.view.openDialog({
      kind: "confirm",
      label: t("Close your account?"),
      words: t("You are signed out everywhere at once and cannot sign in any more. What you wrote stays."),
      action: t("Close my account"),
      run: async () => {
        try {
          await this.app.api.delete("/users/me");
          location.assign("/login/");
        } catch (error) {
          this.app.view.notify(error.message);
        }
      },
    });
  }

  async #fetch() {
    try {
      const { api } = this.app;
      const [{ sessions }, { api_keys }] = await Promise.all([api.get("/users/me/sessions"), api.get("/users/me/api_keys")]);
      this.#sessions = sessions;
      this.#keys = api_keys;
    } catch (error) {
      this.#states.address = { error: error.message };
    }
    this.app.panes.overlay?.invalidate();
  }
}

/** "Firefox, Linux", of what a browser calls itself. */
export function browserName(agent) {
  const browser = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((name) => agent.includes(`${name}/`));
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux"].find((name) => agent.includes(name));
  const names = { Edg: "Edge", OPR: "Opera" };
  const known = [names[browser] ?? browser, system].filter(Boolean).join(", ");
  return known || agent.slice(0, 60) || t("Unknown browser");
}
