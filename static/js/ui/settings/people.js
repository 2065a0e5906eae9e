/** Settings: who is in the organisation, and who is on the way: invitations, roles, closed accounts. */

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { n, t } from "../../lib/i18n.js";
import { best } from "../../lib/text.js";
import { dayLabel } from "../../lib/times.js";
import { avatar } from "../avatar.js";
import { iconButton } from "../icon.js";
import { choice, group, outcome } from "./parts.js";

const SHOWN = 100;
const ADMINISTRATOR = 200;
const MEMBER = 400;

export class People {
  #query = "";
  #invites;
  #role = MEMBER;
  #state = {};

  constructor(app) {
    this.app = app;
    this.#fetch();
    this.closed = app.model.people.subscribe(() => this.#draw());
  }

  template() {
    return html`${this.#form()} ${this.#open()} ${this.#everyone()}`;
  }

  get #me() {
    return this.app.model.people.me;
  }

  #form() {
    return group(
      t("Invite people"),
      html`<form class="settings-group" @submit=${(event) => this.#invite(event)}>
        <label class="settings-field">
          <span>${t("Email addresses")}</span>
          <textarea class="field" name="emails" rows="2" maxlength="30000" dir="ltr" required placeholder="ann@example.com, ben@example.com"></textarea>
        </label>
        <label class="settings-field">
          <span>${t("Role")}</span>
          ${choice(this.#role, this.#roles(), (role) => this.#set(() => (this.#role = role)))}
        </label>
        ${this.#state.words ? html`<p class="settings-saved" role="status">${this.#state.words}</p>` : outcome(this.#state)}
        <div class="settings-buttons">
          <button type="submit" class="button button-main">${t("Send invitations")}</button>
          ${this.#me?.role <= ADMINISTRATOR ? html`<button type="button" class="button" @click=${() => this.#makeLink()}>${t("Make a link for many")}</button>` : nothing}
        </div>
      </form>`,
      t("Each gets a mail with a link to make an account, for ten days."),
    );
  }

  #open() {
    if (!this.#invites?.length) return nothing;
    return group(
      t("Open invitations"),
      html`<ul class="settings-list">
        ${repeat(
          this.#invites,
          (invite) => invite.id,
          (invite) => this.#invitation(invite),
        )}
      </ul>`,
    );
  }

  #invitation(invite) {
    const { clock } = this.app.model;
    const until = invite.expiry_date
      ? t("until {day}", { day: dayLabel(invite.expiry_date, clock.now()) })
      : t("for ever");
    return html`<li>
      <span class="settings-words">
        <span class="cut" dir="auto">${invite.is_multiuse ? t("A link for many") : invite.email}</span>
        <span class="settings-note">${roleName(invite.invited_as)}, ${until}</span>
      </span>
      ${
        invite.is_multiuse
          ? iconButton("copy", t("Copy link"), () => this.app.copy(invite.link_url, t("The link is copied.")))
          : iconButton("send", t("Send again"), () => this.#resend(invite))
      }
      ${iconButton("trash-2", t("Take back"), () => this.#revoke(invite))}
    </li>`;
  }

  #everyone() {
    const people = this.app.model.people.sorted().filter((person) => !person.is_bot);
    const found = this.#query ? best(people, this.#query, (person) => person.full_name, SHOWN) : people.slice(0, SHOWN);
    return group(
      t("People"),
      html`<input
          class="field"
          type="search"
          placeholder=${t("Find a person")}
          aria-label=${t("Find a person")}
          maxlength="100"
          .value=${this.#query}
          @input=${(event) => this.#set(() => (this.#query = event.target.value))}
        />
        <ul class="settings-list">
          ${repeat(
            found,
            (person) => person.user_id,
            (person) => this.#person(person),
          )}
        </ul>`,
      n("{count} account, bots apart.", "{count} accounts, bots apart.", people.length),
    );
  }

  #person(person) {
    const mayChange =
      this.#me?.role <= ADMINISTRATOR && person.user_id !== this.#me.user_id && person.role >= this.#me.role;
    return html`<li>
      ${avatar(person, "avatar-small")}
      <span class="settings-words">
        <span class="cut" dir="auto">${person.full_name}</span>
        <span class="settings-note cut">${person.is_active === false ? t("Account closed") : (person.delivery_email ?? person.email)}</span>
      </span>
      ${
        mayChange && person.is_active !== false
          ? choice(person.role, this.#roles(), (role) => this.#give(person, role))
          : html`<span class="settings-note">${roleName(person.role)}</span>`
      }
      ${mayChange ? this.#closing(person) : nothing}
    </li>`;
  }

  #closing(person) {
    if (person.is_active === false)
      return html`<button type="button" class="button button-small" @click=${() => this.#reopen(person)}>${t("Open again")}</button>`;
    return html`<button type="button" class="button button-small" @click=${() => this.#close(person)}>${t("Close account")}</button>`;
  }

  /** Roles that one may give: none above one's own. */
  #roles() {
    return ROLES.filter(([role]) => role >= (this.#me?.role ?? MEMBER));
  }

  async #invite(event) {
    event.preventDefault();
    const form = event.target;
    const invitee_emails = String(new FormData(form).get("emails"));
    await this.#attempt(async () => {
      try {
        await this.app.api.post("/invites", {
          invitee_emails,
          invite_as: this.#role,
          stream_ids: [],
          include_realm_default_subscriptions: true,
        });
      } catch (error) {
        const lines = (error.body?.errors ?? []).map(([email, reason]) => `${email}: ${reason}`);
        throw lines.length > 0 ? new Error(`${error.message} ${lines.join(" ")}`) : error;
      }
      form.reset();
      return t("The invitations are on their way.");
    });
  }

  #makeLink() {
    return this.#attempt(async () => {
      const made = await this.app.api.post("/invites/multiuse", {
        invite_as: this.#role,
        include_realm_default_subscriptions: true,
      });
      await this.app.copy(made.invite_link, t("The link is copied."));
    });
  }

  #resend(invite) {
    return this.#attempt(() => this.app.api.post(`/invites/${invite.id}/resend`));
  }

  #revoke(invite) {
    const kind = invite.is_multiuse ? "multiuse/" : "";
    return this.#attempt(() => this.app.api.delete(`/invites/${kind}${invite.id}`));
  }

  #give(person, role) {
    return this.#change(() => this.app.api.patch(`/users/${person.user_id}`, { role }));
  }

  #reopen(person) {
    return this.#change(() => this.app.api.post(`/users/${person.user_id}/reactivate`));
  }

  #close(person) {
    this.app.view.openDialog({
      kind: "confirm",
      label: t("Close the account of {name}?", { name: person.full_name }),
      words: t("They are signed out everywhere at once, and their keys are worth nothing. What they wrote stays. You can open the account again."),
      action: t("Close account"),
      run: () => this.#change(() => this.app.api.delete(`/users/${person.user_id}`)),
    });
  }

  async #change(act) {
    try {
      await act();
    } catch (error) {
      this.app.view.notify(error.message);
    }
    this.#draw();
  }

  async #attempt(act) {
    try {
      const words = await act();
      this.#state = { words: typeof words === "string" ? words : undefined };
    } catch (error) {
      this.#state = { error: error.message };
    }
    await this.#fetch();
  }

  async #fetch() {
    try {
      this.#invites = (await this.app.api.get("/invites")).invites;
    } catch (error) {
      this.#state = { error: error.message };
    }
    this.#draw();
  }

  #set(change) {
    change();
    this.#draw();
  }

  #draw() {
    this.app.panes.overlay?.invalidate();
  }
}

const ROLES = [
  [100, t("Owner")],
  [200, t("Administrator")],
  [300, t("Moderator")],
  [400, t("Member")],
  [600, t("Guest")],
];

function roleName(role) {
  return ROLES.find(([value]) => value === role)?.[1] ?? "";
}
