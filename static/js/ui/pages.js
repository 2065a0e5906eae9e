/** The views of the middle column that are not feeds: inbox, recent conversations, drafts. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { channelNarrow, hashOf, narrowOfConversation, simple } from "../data/narrow.js";
import { n, t } from "../lib/i18n.js";
import { badge } from "../lib/text.js";
import { listTime } from "../lib/times.js";
import { avatar } from "./avatar.js";
import { place } from "./empty.js";
import { icon, iconButton } from "./icon.js";
import { channelIcon } from "./message_row.js";

const RECENT_SHOWN = 200;
const INBOX_SHOWN = 300;

/** What is unread, by place: read it, or wave it through. */
export function inbox(app) {
  const { model } = app;
  const all = model.unread.conversations().filter(({ conversation }) => model.counts(conversation));
  const unread = all.slice(0, INBOX_SHOWN);
  if (unread.length === 0) {
    return place(t("You have read everything"), t("What is new gathers here, by channel and conversation."), {
      label: t("See recent conversations"),
      run: () => app.go(simple("recent")),
    });
  }
  const directs = unread.filter(({ conversation }) => conversation.type === "direct");
  const channels = new Map();
  for (const entry of unread) {
    const id = entry.conversation.channel_id;
    if (id !== undefined) channels.set(id, [...(channels.get(id) ?? []), entry]);
  }
  return html`<div class="page-list" role="list">
    ${
      directs.length > 0
        ? html`<section class="group">
          <h2 class="group-head"><span class="group-name">${icon("messages-square")}${t("Direct messages")}</span></h2>
          ${repeat(
            directs,
            (entry) => entry.conversation.key,
            (entry) => inboxRow(app, entry),
          )}
        </section>`
        : nothing
    }
    ${repeat(
      [...channels].sort(([a], [b]) => model.channels.name(a).localeCompare(model.channels.name(b))),
      ([id]) => id,
      ([id, entries]) => channelGroup(app, id, entries),
    )}
  ${
    all.length > unread.length
      ? html`<p class="group-empty">
          ${n("{count} older conversation is unread too.", "{count} older conversations are unread too.", all.length - unread.length)}
        </p>`
      : nothing
  }
  </div>`;
}

function channelGroup(app, id, entries) {
  const channel = app.model.channels.get(id);
  const nameOf = (channel_id) => app.model.channels.name(channel_id);
  return html`<section class="group hue hue-${channel?.hue ?? 0}">
    <h2 class="group-head">
      <a class="group-name group-channel cut" href=${hashOf(channelNarrow(id), nameOf)} dir="auto">${channelIcon(channel)}${nameOf(id)}</a>
    </h2>
    ${repeat(
      entries,
      (entry) => entry.conversation.key,
      (entry) => inboxRow(app, entry),
    )}
  </section>`;
}

function inboxRow(app, { conversation, count }) {
  const { model } = app;
  const known = model.recent.get(conversation.key);
  const direct = conversation.type === "direct";
  const title = direct ? model.people.names(conversation.user_ids) : conversation.topic;
  return html`<div class="line" role="listitem">
    <a class="line-link" data-line href=${addressOf(app, conversation)}>
      ${direct ? avatar(model.people.get(conversation.user_ids[0]), "avatar-small") : nothing}
      <span class="line-title line-strong cut" dir="auto">${title}</span>
      ${model.unread.mentioned(conversation.key) ? html`<span class="side-at" title=${t("You are mentioned")}>@</span>` : nothing}
      ${direct ? nothing : senders(app, known)}
      <span class="badge" aria-label=${n("{count} unread message", "{count} unread messages", count)}>${badge(count)}</span>
      <span class="line-time">${known?.timestamp ? listTime(known.timestamp, model.clock.now()) : ""}</span>
    </a>
    ${iconButton("check", t("Mark as read"), () => app.reader.readAll((other) => other.key === conversation.key), { className: "line-action" })}
  </div>`;
}

/** Every conversation known, what is unread first. */
export function recent(app) {
  const { model } = app;
  const entries = model.recent
    .all()
    .filter(
      ({ conversation }) =>
        conversation.type === "direct" || model.channels.get(conversation.channel_id)?.subscribed,
    )
    .map((entry) => ({ ...entry, count: model.unread.count(entry.key) }));
  if (entries.length === 0) {
    return place(t("No conversations yet"), t("Conversations you can follow appear here, the latest first."), {
      label: t("Browse channels"),
      run: () => app.go(simple("channels")),
    });
  }
  entries.sort((a, b) => Number(b.count > 0) - Number(a.count > 0) || b.max_id - a.max_id);
  return html`<div class="page-list" role="list">
    <section class="group">
      ${repeat(
        entries.slice(0, RECENT_SHOWN),
        (entry) => entry.key,
        (entry) => recentRow(app, entry),
      )}
    </section>
  </div>`;
}

function recentRow(app, { conversation, count, timestamp, senders: ids, key }) {
  const { model } = app;
  const channel = model.channels.get(conversation.channel_id);
  const strong = count > 0 ? "line-strong" : "";
  return html`<div class="line" role="listitem">
    <a class="line-link" data-line href=${addressOf(app, conversation)}>
      ${
        conversation.type === "direct"
          ? html`<span class="line-where line-direct cut">${icon("messages-square")}<span class="cut">${t("Direct")}</span></span>
            <span class="line-title ${strong} cut" dir="auto">${model.people.names(conversation.user_ids)}</span>`
          : html`<span class="line-where hue hue-${channel?.hue ?? 0} cut" dir="auto"
              >${channelIcon(channel)}<span class="cut">${channel?.name}</span></span
            ><span class="line-title ${strong} cut" dir="auto">${conversation.topic}</span>`
      }
      ${model.unread.mentioned(key) ? html`<span class="side-at" title=${t("You are mentioned")}>@</span>` : nothing}
      ${senders(app, { senders: ids })}
      ${
        count > 0
          ? html`<span class="badge" aria-label=${n("{count} unread message", "{count} unread messages", count)}>${badge(count)}</span>`
          : nothing
      }
      <span class="line-time">${timestamp ? listTime(timestamp, model.clock.now()) : ""}</span>
    </a>
  </div>`;
}

function senders(app, entry) {
  const ids = entry?.senders ?? [];
  if (ids.length === 0) return nothing;
  const names = app.model.people.names(ids);
  return html`<span class="line-senders" title=${names}
    ><span class="unseen">${names}</span>${ids.slice(0, 3).map((id) => avatar(app.model.people.get(id), "avatar-tiny"))}</span
  >`;
}

/** Everything typed and not sent. */
export function drafts(app) {
  const kept = app.model.drafts.all();
  if (kept.length === 0)
    return place(t("No drafts"), t("What you type and do not send is kept here, on this device."));
  return html`<div class="page-list" role="list">
    <section class="group">
      ${repeat(
        kept,
        (draft) => draft.conversation.key,
        (draft) => html`<div class="line" role="listitem">
          <a class="line-link line-draft" data-line href=${draftAddress(app, draft)} @click=${() => app.compose.openSoon()}>
            <span class="line-title line-strong cut" dir="auto">${draftTitle(app, draft)}</span>
            <span class="line-text cut" dir="auto">${draft.text}</span>
            <span class="line-time">${listTime(draft.updated_ms / 1000, app.model.clock.now())}</span>
          </a>
          ${iconButton("trash-2", t("Discard this draft"), () => app.discardDraft(draft), { className: "line-action" })}
        </div>`,
      )}
    </section>
  </div>`;
}

function draftTitle(app, { conversation }) {
  if (conversation.type === "new") return t("New message");
  return app.model.titleOf(conversation);
}

function draftAddress(app, { conversation }) {
  if (conversation.type !== "new") return addressOf(app, conversation);
  const channel_id = Number(conversation.key.split(":")[1]);
  return channel_id
    ? hashOf(channelNarrow(channel_id), (id) => app.model.channels.name(id))
    : hashOf(simple("inbox"));
}

function addressOf(app, conversation) {
  return hashOf(narrowOfConversation(conversation), (id) => app.model.channels.name(id));
}
