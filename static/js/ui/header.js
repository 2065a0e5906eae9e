/** The top of the middle column: where we are, what it is about, who is here. */
import { html, nothing } from "lit";
import { isResolved, mayRename } from "../data/edit_rules.js";
import { channelNarrow, conversationOf, hashOf } from "../data/narrow.js";
import { n, t } from "../lib/i18n.js";
import { face, presenceWords, statusEmoji } from "./face.js";
import { icon, iconButton } from "./icon.js";
import { channelIcon } from "./message_row.js";

const TITLES = {
  inbox: ["inbox", t("Inbox")],
  recent: ["clock", t("Recent conversations")],
  drafts: ["file-pen", t("Drafts")],
  channels: ["hash", t("Channels")],
  all: ["layers", t("All messages")],
  dms: ["messages-square", t("Direct messages")],
  mentions: ["at-sign", t("Mentions")],
  starred: ["star", t("Starred messages")],
};

export function header(app) {
  const { narrow } = app.view;
  return html`
    ${iconButton("chevron-left", t("Conversations"), () => app.view.setSide(true), { className: "head-back" })}
    <div class="head-where">${where(app, narrow)}</div>
    <div class="head-actions">
      ${iconButton("ellipsis", t("More for this view"), (event) => app.openNarrowMenu(event.currentTarget))}
      ${iconButton("panel-right", t("People"), () => app.togglePeople(), {
        className: "head-people",
        expanded: app.wide ? app.view.people_open : app.view.people_over,
      })}
    </div>
  `;
}

/** The name of a view, for the window's title. */
export function titleOf(app, narrow) {
  const { model } = app;
  if (narrow.kind === "channel") return `#${model.channels.name(narrow.channel_id)}`;
  if (narrow.kind === "search") return t("Search: {words}", { words: narrow.query });
  const conversation = conversationOf(narrow, model.people.my_id);
  return conversation ? model.titleOf(conversation) : (TITLES[narrow.kind]?.[1] ?? "Plait");
}

function where(app, narrow) {
  if (narrow.kind === "channel" || narrow.kind === "topic") return channelWhere(app, narrow);
  if (narrow.kind === "dm") {
    const { people } = app.model;
    const self = narrow.user_ids.length === 1 && narrow.user_ids[0] === people.my_id;
    const alone = narrow.user_ids.length === 1 && !self ? people.get(narrow.user_ids[0]) : undefined;
    if (alone) return personWhere(app, alone);
    return html`${icon("messages-square", "icon-large")}
      <h1 class="cut" dir="auto">${self ? t("Notes to yourself") : people.names(narrow.user_ids)}</h1>`;
  }
  if (narrow.kind === "search") {
    return html`<button type="button" class="head-search" title=${t("Change the search")} @click=${() => app.openSearch()}>
      ${icon("search")}<span class="cut" dir="auto">${narrow.query}</span>
    </button>`;
  }
  const [name, title] = TITLES[narrow.kind] ?? ["layers", "Plait"];
  return html`${icon(name, "icon-large")}<h1 class="cut">${title}</h1>`;
}

function personWhere(app, person) {
  const text = app.model.statuses.of(person.user_id)?.status_text;
  const words = [text, presenceWords(app, person)].filter(Boolean).join(" · ");
  return html`${face(app, person, "avatar-small")}
    <h1 class="head-person cut">
      <button type="button" class="head-name cut" dir="auto" @click=${(event) => app.openPersonMenu(person.user_id, event.currentTarget)}>
        ${person.full_name}
      </button>
    </h1>
    ${statusEmoji(app, person.user_id)}
    ${words ? html`<p class="head-about cut" dir="auto" title=${words}>${words}</p>` : nothing}`;
}

function channelWhere(app, narrow) {
  const { channels } = app.model;
  const channel = channels.get(narrow.channel_id);
  if (!channel) return html`<h1>${t("Unknown channel")}</h1>`;
  const name = html`<span class="head-hash hue hue-${channel.hue}">${channelIcon(channel, "icon-large")}</span>`;
  const count = channel.subscribers?.size;
  const here =
    count === undefined
      ? nothing
      : html`<span class="head-count" title=${n("{count} subscriber", "{count} subscribers", count)}>
    ${icon("users")}<span aria-hidden="true">${count}</span
      ><span class="unseen">${n("{count} subscriber", "{count} subscribers", count)}</span></span>`;
  if (narrow.kind === "topic") {
    return html`${name}
      <h1 class="head-title">
        <a class="cut head-channel" href=${hashOf(channelNarrow(channel.stream_id), (id) => channels.name(id))} dir="auto">${channel.name}</a>
        <span class="head-arrow" aria-hidden="true">›</span>
        <span class="cut head-topic" dir="auto">${narrow.topic}</span>
      </h1>
      ${mayRename(app.model) ? topicTools(app, narrow) : nothing} ${here}`;
  }
  return html`${name}
    <h1 class="cut" dir="auto">${channel.name}</h1>
    ${here} ${channel.description ? html`<p class="head-about cut" dir="auto" title=${channel.description}>${channel.description}</p>` : nothing}`;
}

function topicTools(app, narrow) {
  const resolved = isResolved(narrow.topic);
  return html`<span class="head-topic-tools">
    ${iconButton("circle-check", resolved ? t("Mark as unresolved") : t("Mark as resolved"), () => app.toggleResolved(narrow), {
      className: resolved ? "head-resolved" : "",
    })}
    ${iconButton("pencil", t("Rename or move this topic"), () => app.openTopicMove(narrow))}
  </span>`;
}
