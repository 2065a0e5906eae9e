/** The left column: the organisation, the views, direct messages, and channels with their topics. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { channelConversation, directKey } from "../data/conversation.js";
import { channelNarrow, dmNarrow, hashOf, narrowKey, simple, topicNarrow } from "../data/narrow.js";
import { n, number, t } from "../lib/i18n.js";
import { badge } from "../lib/text.js";
import { face, statusEmoji } from "./face.js";
import { icon, iconButton } from "./icon.js";
import { channelIcon } from "./message_row.js";

const DIRECTS_SHOWN = 8;
const UNREAD_TOPICS_SHOWN = 4;
const TOPICS_SHOWN = 6;

const VIEWS = [
  ["inbox", "inbox", t("Inbox")],
  ["recent", "clock", t("Recent conversations")],
  ["all", "layers", t("All messages")],
  ["mentions", "at-sign", t("Mentions")],
  ["starred", "star", t("Starred")],
  ["drafts", "file-pen", t("Drafts")],
];

export function sidebar(app) {
  return html`
    <div class="side-head">
      <button type="button" class="side-org" aria-haspopup="menu" @click=${(event) => app.openOrgMenu(event.currentTarget)}>
        <img src="/static/images/plait.svg" alt="" width="24" height="24" />
        <span class="cut" dir="auto">${app.model.realm.name || "Plait"}</span>
        ${icon("chevron-down")}
      </button>
      ${iconButton("square-pen", t("New message"), () => app.newMessage(), { shortcut: "c" })}
    </div>
    <button type="button" class="side-search" @click=${() => app.openSwitcher()}>
      ${icon("search")}<span>${t("Search or go to")}</span><kbd>Ctrl K</kbd>
    </button>
    <nav class="side-scroll" aria-label=${t("Conversations")}>
      <ul class="side-list">
        ${VIEWS.map(([kind, name, label]) => viewItem(app, kind, name, label))}
      </ul>
      ${directs(app)} ${channels(app)}
    </nav>
  `;
}

function viewItem(app, kind, name, label) {
  const { model } = app;
  const counts = {
    inbox: () => model.unread.total((conversation) => model.counts(conversation)),
    mentions: () => model.unread.mentionCount(),
    starred: () => model.realm.starred.size,
    drafts: () => model.drafts.all().length,
  };
  const count = counts[kind]?.() ?? 0;
  const quiet = kind === "starred" || kind === "drafts";
  if (kind === "drafts" && count === 0 && app.view.narrow.kind !== "drafts") return nothing;
  return item(app, simple(kind), {
    before: icon(name),
    label,
    count,
    quiet,
  });
}

function directs(app) {
  const { model, view } = app;
  const chosen = narrowKey(view.narrow);
  const known = model.recent.directs();
  const shown = known.filter(
    (entry, index) => index < DIRECTS_SHOWN || model.unread.count(entry.key) > 0 || entry.key === chosen,
  );
  if (view.narrow.kind === "dm" && !shown.some((entry) => entry.key === chosen)) {
    shown.unshift({
      key: chosen,
      conversation: { type: "direct", user_ids: view.narrow.user_ids, key: chosen },
    });
  }
  return html`
    <div class="side-title">
      <h2>${t("Direct messages")}</h2>
      ${iconButton("plus", t("New direct message"), () => app.newMessage({ direct: true }))}
    </div>
    <ul class="side-list">
      ${repeat(
        shown,
        (entry) => entry.key,
        ({ conversation }) => {
          const { user_ids } = conversation;
          const alone = user_ids.length === 1 ? model.people.get(user_ids[0]) : undefined;
          return item(app, dmNarrow(user_ids), {
            before: alone
              ? face(app, alone, "avatar-small")
              : html`<span class="side-group">${user_ids.length + 1}</span>`,
            label:
              user_ids[0] === model.people.my_id
                ? t("{name} (you)", { name: model.people.names(user_ids) })
                : model.people.names(user_ids),
            after: alone ? statusEmoji(app, alone.user_id) : nothing,
            count: model.unread.count(directKey(user_ids)),
          });
        },
      )}
      ${shown.length === 0 ? html`<li class="side-empty">${t("Write to someone from the list of people.")}</li>` : nothing}
    </ul>
  `;
}

function channels(app) {
  const subscribed = app.model.channels.subscribed();
  return html`
    <div class="side-title">
      <h2>${t("Channels")}</h2>
      ${iconButton("plus", t("Browse and create channels"), () => app.go(simple("channels")))}
    </div>
    <ul class="side-list side-channels">
      ${repeat(
        subscribed,
        (channel) => channel.stream_id,
        (channel) => channelItem(app, channel),
      )}
      ${
        subscribed.length === 0
          ? html`<li class="side-empty"><a href=${hashOf(simple("channels"))}>${t("Choose channels to follow")}</a></li>`
          : nothing
      }
    </ul>
  `;
}

function channelItem(app, channel) {
  const { model, view } = app;
  const id = channel.stream_id;
  const current = view.narrow.channel_id === id;
  const topics = topicsShown(app, id, current);
  return html`<li class="side-channel ${channel.is_muted ? "side-muted" : ""}">
    ${link(app, channelNarrow(id), {
      before: html`<span class="side-hash hue hue-${channel.hue}">${channelIcon(channel)}</span>`,
      label: channel.name,
      count: model.unread.channelCount(id),
      quiet: channel.is_muted,
    })}
    ${
      topics.length > 0 || current
        ? html`<ul class="side-list side-topics">
          ${repeat(
            topics,
            (entry) => entry.key,
            (entry) => topicItem(app, entry.conversation),
          )}
          ${current ? moreTopics(app, id, topics.length) : nothing}
        </ul>`
        : nothing
    }
  </li>`;
}

// With unread first; where the channel is open, its latest too.
function topicsShown(app, channel_id, current) {
  const { model, view } = app;
  const known = model.recent.topics(channel_id);
  if (current && view.expanded.has(channel_id)) return known;
  const unread = known.filter((entry) => model.unread.count(entry.key) > 0).slice(0, UNREAD_TOPICS_SHOWN);
  if (!current) return unread;
  const shown = [...unread];
  for (const entry of known) {
    const chosen = entry.key === narrowKey(view.narrow);
    if (!shown.includes(entry) && (chosen || shown.length < TOPICS_SHOWN)) shown.push(entry);
  }
  if (view.narrow.kind === "topic" && !shown.some((entry) => entry.key === narrowKey(view.narrow))) {
    const conversation = channelConversation(channel_id, view.narrow.topic);
    shown.unshift({ key: conversation.key, conversation, max_id: Infinity });
  }
  return shown.sort((a, b) => b.max_id - a.max_id);
}

function moreTopics(app, channel_id, shown) {
  const expanded = app.view.expanded.has(channel_id);
  const known = app.model.recent.topics(channel_id).length;
  if (!expanded && known <= shown) return nothing;
  return html`<li>
    <button type="button" class="side-more" @click=${() => app.view.toggleExpanded(channel_id)}>
      ${expanded ? t("Fewer topics") : n("{count} topic", "All {count} topics", known)}
    </button>
  </li>`;
}

function topicItem(app, conversation) {
  const { unread } = app.model;
  return item(app, topicNarrow(conversation.channel_id, conversation.topic), {
    label: conversation.topic,
    count: unread.count(conversation.key),
    mentioned: unread.mentioned(conversation.key),
    quiet: app.model.realm.isMutedTopic(conversation.key),
  });
}

function item(app, narrow, parts) {
  return html`<li>${link(app, narrow, parts)}</li>`;
}

function link(app, narrow, { before = nothing, label, after = nothing, count = 0, quiet = false, mentioned = false }) {
  const chosen = narrowKey(app.view.narrow) === narrowKey(narrow);
  const classes = ["side-link", chosen ? "side-chosen" : "", count > 0 && !quiet ? "side-unread" : ""];
  return html`<a
    class=${classes.filter(Boolean).join(" ")}
    href=${hashOf(narrow, (id) => app.model.channels.name(id))}
    aria-current=${chosen ? "page" : nothing}
    >${before}<span class="cut" dir="auto">${label}</span>${after}${mentioned ? html`<span class="side-at" title=${t("You are mentioned")}>@</span>` : nothing}${
      count > 0
        ? html`<span class="badge ${quiet ? "badge-quiet" : ""}" aria-label=${quiet ? number(count) : n("{count} unread", "{count} unread", count)}>${badge(count)}</span>`
        : nothing
    }</a
  >`;
}
