/** The right column: who is in the organisation, or who follows the channel on screen first. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { dmNarrow, hashOf } from "../data/narrow.js";
import { ACTIVE, IDLE } from "../data/presence.js";
import { n, t } from "../lib/i18n.js";
import { best } from "../lib/text.js";
import { face, presenceWords, statusEmoji } from "./face.js";

const SHOWN = 150;
const FILTER_FROM = 12;

export class PeoplePane {
  #query = "";

  constructor(app) {
    this.app = app;
  }

  template() {
    const { people, channels } = this.app.model;
    const everyone = this.#byPresence(people.active());
    const found = this.#query ? best(everyone, this.#query, (person) => person.full_name, SHOWN) : everyone;
    const followers = channels.get(this.app.view.narrow.channel_id)?.subscribers;
    const here = followers ? found.filter((person) => followers.has(person.user_id)) : [];
    const others = followers ? found.filter((person) => !followers.has(person.user_id)) : found;
    return html`
      ${
        everyone.length > FILTER_FROM
          ? html`<div class="people-find">
            <input
              class="field field-small"
              type="search"
              placeholder=${t("Find a person")}
              aria-label=${t("Find a person")}
              maxlength="100"
              @input=${(event) => this.#find(event.target.value)}
            />
          </div>`
          : nothing
      }
      ${followers ? this.#group(t("In this channel"), here) : nothing} ${this.#group(followers ? t("Others") : t("People"), others)}
    `;
  }

  // Those who are here first, then those who are idle, each by name; bots are always last.
  #byPresence(people) {
    const { presence } = this.app.model;
    const [active, idle, away, bots] = [[], [], [], []];
    for (const person of people) {
      const state = person.is_bot ? undefined : presence.of(person.user_id);
      (person.is_bot ? bots : state === ACTIVE ? active : state === IDLE ? idle : away).push(person);
    }
    return [...active, ...idle, ...away, ...bots];
  }

  #find(query) {
    this.#query = query;
    this.app.panes.people.invalidate();
  }

  #group(title, people) {
    if (people.length === 0) return nothing;
    const rest = people.length - SHOWN;
    return html`<section class="people-group">
      <h2>${title}<span class="people-count">${people.length}</span></h2>
      <ul class="people-list">
        ${repeat(
          people.slice(0, SHOWN),
          (person) => person.user_id,
          (person) => this.#person(person),
        )}
      </ul>
      ${rest > 0 ? html`<p class="people-rest">${n("and {count} more person", "and {count} more people", rest)}</p>` : nothing}
    </section>`;
  }

  #person(person) {
    const { app } = this;
    const me = person.user_id === app.model.people.my_id;
    const text = app.model.statuses.of(person.user_id)?.status_text;
    const here = presenceWords(app, person);
    return html`<li>
      <a class="person" href=${hashOf(dmNarrow([person.user_id]))} title=${here ? `${person.full_name} · ${here}` : person.full_name}>
        ${face(app, person, "avatar-small")}<span class="person-words"
          ><span class="person-name"><span class="cut" dir="auto">${person.full_name}</span>${statusEmoji(app, person.user_id)}</span
          >${text ? html`<span class="person-status cut" dir="auto">${text}</span>` : nothing}</span>
        ${me ? html`<span class="person-note">${t("you")}</span>` : person.is_bot ? html`<span class="tag">${t("bot")}</span>` : nothing}
      </a>
    </li>`;
  }
}
