/** Go to any channel, topic or person by typing a part of its name; or search the messages for what is typed. */
import { html, nothing } from "lit";
import { channelConversation } from "../data/conversation.js";
import { channelNarrow, dmNarrow, narrowOfConversation, searchNarrow, simple } from "../data/narrow.js";
import { LONGEST } from "../data/search.js";
import { t } from "../lib/i18n.js";
import { fit } from "../lib/text.js";
import { avatar } from "./avatar.js";
import { icon } from "./icon.js";
import { channelIcon } from "./message_row.js";

const SHOWN = 12;
const KIND_BONUS = { channel: 0.4, person: 0.3, view: 0.2, direct: 0.2, topic: 0.1 };

export class Switcher {
  #query = "";
  #index = 0;
  #search = false;

  constructor(app) {
    this.app = app;
  }

  /** Begins anew; to `search`, with what is typed already. */
  reset({ search = false, query = "" } = {}) {
    this.#query = query;
    this.#index = 0;
    this.#search = search;
  }

  template() {
    const found = this.#found();
    this.#index = Math.max(0, Math.min(this.#index, found.length - 1));
    const words = this.#search ? t("Search messages") : t("Go to a channel, topic or person, or search");
    return html`<div class="switcher">
      <div class="switcher-field">
        ${icon("search", "icon-large")}
        <input
          type="text"
          data-focus
          role="combobox"
          aria-expanded="true"
          aria-controls="switcher-list"
          aria-activedescendant=${found.length ? `switch-${this.#index}` : nothing}
          aria-label=${words}
          placeholder=${words}
          autocomplete="off"
          maxlength=${LONGEST}
          dir="auto"
          .value=${this.#query}
          @input=${(event) => this.#set(event.target.value, 0)}
          @keydown=${(event) => this.#key(event, found)}
        />
      </div>
      <ul class="switcher-list" id="switcher-list" role="listbox">
        ${found.map((entry, index) => this.#row(entry, index))}
      </ul>
      ${
        this.#search
          ? html`<p class="switcher-hint">${t("Narrow it with channel:, topic:, from:, dm:, is:starred, has:link, has:image and so on; a minus in front leaves out.")}</p>`
          : nothing
      }
    </div>`;
  }

  #row(entry, index) {
    return html`<li
      role="option"
      id="switch-${index}"
      class="switch ${index === this.#index ? "switch-chosen" : ""}"
      aria-selected=${index === this.#index}
      @mousemove=${() => index !== this.#index && this.#set(this.#query, index)}
      @click=${() => this.#take(entry)}
    >
      ${entry.picture()}<span class="switch-label cut" dir="auto">${entry.label}</span>
      ${entry.note ? html`<span class="switch-note cut" dir="auto">${entry.note}</span>` : nothing}
      ${entry.unread ? html`<span class="badge">${entry.unread}</span>` : nothing}
    </li>`;
  }

  #set(query, index) {
    this.#query = query;
    this.#index = index;
    this.app.panes.overlay.invalidate();
  }

  #key(event, found) {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length) {
      event.preventDefault();
      this.#set(this.#query, (this.#index + step + found.length) % found.length);
    } else if (event.key === "Enter" && found[this.#index]) {
      event.preventDefault();
      this.#take(found[this.#index]);
    }
  }

  #take(entry) {
    this.app.view.closeDialog();
    // Looked for again: what came since is found too.
    if (entry.kind === "search") this.app.model.lists.get(entry.narrow)?.reset();
    this.app.go(entry.narrow);
  }

  #found() {
    const query = this.#query.trim();
    const entries = this.#entries();
    if (query === "") {
      if (this.#search) return [];
      return entries
        .filter((entry) => entry.recent)
        .sort((a, b) => b.unread - a.unread || b.recent - a.recent)
        .slice(0, SHOWN);
    }
    const places = entries
      .map((entry) => ({ entry, score: fit(entry.words ?? entry.label, query) }))
      .filter(({ score }) => score > 0)
      .map(({ entry, score }) => ({ entry, score: score + KIND_BONUS[entry.kind] }))
      .sort((a, b) => b.score - a.score || (b.entry.recent ?? 0) - (a.entry.recent ?? 0))
      .slice(0, SHOWN)
      .map(({ entry }) => entry);
    const search = {
      kind: "search",
      label: t("Search messages for “{words}”", { words: query }),
      narrow: searchNarrow(query),
      picture: () => icon("search"),
    };
    return this.#search || query.includes(":") ? [search, ...places] : [...places, search];
  }

  #entries() {
    const { model } = this.app;
    const entries = [];
    for (const channel of model.channels.all()) {
      entries.push({
        kind: "channel",
        label: channel.name,
        note: channel.description,
        narrow: channelNarrow(channel.stream_id),
        unread: model.unread.channelCount(channel.stream_id),
        picture: () => html`<span class="line-hash hue hue-${channel.hue}">${channelIcon(channel)}</span>`,
      });
    }
    for (const { key, conversation, max_id } of model.recent.all()) {
      const unread = model.unread.count(key);
      if (conversation.type === "channel") {
        const channel = model.channels.get(conversation.channel_id);
        if (!channel) continue;
        const { topic } = channelConversation(conversation.channel_id, conversation.topic);
        entries.push({
          kind: "topic",
          label: topic,
          note: `#${channel.name}`,
          narrow: narrowOfConversation(conversation),
          unread,
          recent: max_id,
          picture: () =>
            html`<span class="line-hash hue hue-${channel.hue}">${icon("messages-square")}</span>`,
        });
      } else if (conversation.user_ids.length > 1) {
        entries.push({
          kind: "direct",
          label: model.people.names(conversation.user_ids),
          narrow: narrowOfConversation(conversation),
          unread,
          recent: max_id,
          picture: () => icon("users"),
        });
      }
    }
    for (const person of model.people.active()) {
      const key = model.directConversation([person.user_id]).key;
      entries.push({
        kind: "person",
        label: person.full_name,
        note: person.user_id === model.people.my_id ? t("notes to yourself") : "",
        narrow: dmNarrow([person.user_id]),
        unread: model.unread.count(key),
        recent: model.recent.get(key)?.max_id ?? 0,
        picture: () => avatar(person, "avatar-small"),
      });
    }
    for (const [view, name, label] of [
      ["inbox", "inbox", t("Inbox")],
      ["recent", "clock", t("Recent conversations")],
      ["all", "layers", t("All messages")],
      ["mentions", "at-sign", t("Mentions")],
      ["starred", "star", t("Starred")],
      ["drafts", "file-pen", t("Drafts")],
      ["channels", "hash", t("Channels")],
    ]) {
      entries.push({ kind: "view", label, narrow: simple(view), picture: () => icon(name), unread: 0 });
    }
    return entries;
  }
}
