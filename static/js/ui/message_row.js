/** How one message looks, and what stands between messages: recipient bars, date lines, the unread line. */
import { html, nothing } from "lit";
import { guard } from "lit/directives/guard.js";
import { editableUntil } from "../data/edit_rules.js";
import { hashOf, narrowOfConversation, channelNarrow } from "../data/narrow.js";
import { n, t } from "../lib/i18n.js";
import { clockTime, dayLabel, fullTime } from "../lib/times.js";
import { avatar } from "./avatar.js";
import { editBox } from "./edit_box.js";
import { emojiView } from "./emoji_view.js";
import { serverHtml } from "./html_gate.js";
import { icon, iconButton } from "./icon.js";
import { widget } from "./widget.js";

const NAMES_SHOWN = 12;

/** A message. `place` is {head, selected, tools, flash, html}. */
export function messageRow(app, message, place) {
  const person = app.model.people.get(message.sender_id);
  const name = person?.full_name ?? message.sender_name;
  return guard(
    [
      message,
      message.version,
      place.head,
      place.selected,
      place.tools,
      place.flash,
      place.html,
      name,
      person?.avatar_url,
    ],
    () => drawRow(app, message, place, person, name),
  );
}

function drawRow(app, message, place, person, name) {
  const me = message.is_me_message && !message.plain;
  const classes = [
    "row",
    place.head || me ? "row-first" : "",
    place.selected ? "row-selected" : "",
    place.flash ? "row-flash" : "",
    message.mentioned ? "row-mention" : "",
    message.status === "sent" ? "" : `row-${message.status}`,
    message.plain ? "row-plain" : "",
  ];
  const edit = app.model.edits.get(message);
  const editing = edit && edit.status !== "saving";
  const openPerson = (event) => app.openPersonMenu(message.sender_id, event.currentTarget);
  return html`<div
    class=${classes.filter(Boolean).join(" ")}
    role="article"
    aria-label=${t("{name}, {time}", { name, time: clockTime(message.timestamp) })}
    data-key=${message.key}
    data-id=${message.id}
  >
    <div class="row-side">
      ${
        place.head && !me
          ? html`<button type="button" class="avatar-button" tabindex="-1" aria-label=${t("About {name}", { name })} @click=${openPerson}>
            ${avatar(person ?? { user_id: message.sender_id, full_name: name, avatar_url: message.avatar_url })}
          </button>`
          : html`<span class="row-aside">${moment(message)}</span>`
      }
    </div>
    <div class="row-body">
      ${
        place.head && !me
          ? html`<div class="row-head">
            <button type="button" class="sender" dir="auto" @click=${openPerson}>${name}</button>
            ${person?.is_bot ? html`<span class="tag">${t("bot")}</span>` : nothing} ${moment(message)} ${marks(app, message, edit)}
          </div>`
          : nothing
      }
      ${
        editing
          ? editBox(app, message, edit)
          : html`<div class="row-content">
        ${me ? html`<button type="button" class="sender" dir="auto" @click=${openPerson}>${name}</button>` : nothing}
        <div class="rendered ${me ? "rendered-me" : ""}" dir="auto">
          ${
            widget(app, message) ??
            serverHtml(
              me ? withoutMe(place.html) : place.html,
              app.model.people.my_id,
              app.model.hidden_previews.of(message),
            )
          }
        </div>
        ${place.head && !me ? nothing : marks(app, message, edit)}
      </div>`
      }
      ${reactions(app, message)} ${message.status === "failed" ? failure(app, message) : nothing}
    </div>
    ${place.tools && message.status === "sent" && !editing ? tools(app, message) : nothing}
  </div>`;
}

function withoutMe(source) {
  return source.replace(/^<p>\/me /, "<p>");
}

function moment(message) {
  if (message.status === "sending") {
    return html`<span class="row-time" title=${t("On its way")}>${icon("clock")}<span class="unseen">${t("On its way")}</span></span>`;
  }
  return html`<time class="row-time" title=${fullTime(message.timestamp)}>${clockTime(message.timestamp)}</time>`;
}

function marks(app, message, edit) {
  const { edited_at, moved_at } = message;
  return html`${edit ? html`<span class="row-mark">${icon("clock")} ${t("saving")}</span>` : nothing}
  ${edited_at ? changeMark(app, message, t("edited"), t("Edited {time}", { time: fullTime(edited_at) })) : nothing}
  ${moved_at && !edited_at ? changeMark(app, message, t("moved"), t("Moved {time}", { time: fullTime(moved_at) })) : nothing}
  ${message.starred ? html`<span class="row-mark row-star" title=${t("Starred")}>${icon("star")}<span class="unseen">${t("Starred")}</span></span>` : nothing}`;
}

function changeMark(app, message, word, words) {
  return app.model.realm.rules.allow_edit_history
    ? html`<button type="button" class="row-mark row-change" title=${words} @click=${() => app.openHistory(message)}>${word}</button>`
    : html`<span class="row-mark" title=${words}>${word}</span>`;
}

function failure(app, message) {
  return html`<div class="row-failure" role="alert">
    <span>${icon("circle-alert")} ${t("Not sent. {reason}", { reason: message.error })}</span>
    <span class="row-failure-actions">
      <button type="button" class="text-button" @click=${() => app.editUnsent(message)}>${t("Edit")}</button>
      <button type="button" class="text-button" @click=${() => app.sender.resend(message)}>${t("Resend")}</button>
      <button type="button" class="text-button" @click=${() => app.sender.discard(message)}>${t("Discard")}</button>
    </span>
  </div>`;
}

function tools(app, message) {
  return html`<div class="row-tools" role="toolbar" aria-label=${t("Message actions")}>
    ${iconButton("smile", t("Add reaction"), (event) => app.openReactionPicker(message, event.currentTarget), { shortcut: "+" })}
    ${iconButton("reply", t("Reply"), () => app.reply(message), { shortcut: "r" })}
    ${iconButton("quote", t("Quote and reply"), () => app.quote(message), { shortcut: ">" })}
    ${iconButton("star", message.starred ? t("Remove star") : t("Star"), () => app.commands.toggleStar(message), {
      className: message.starred ? "starred" : "",
      shortcut: "s",
    })}
    ${
      editableUntil(app.model, message) === undefined
        ? nothing
        : iconButton("pencil", t("Edit"), () => app.edit(message), { shortcut: "e" })
    }
    ${iconButton("ellipsis", t("More"), (event) => app.openMessageMenu(message, event.currentTarget, { end: true }))}
  </div>`;
}

function reactions(app, message) {
  if (message.reactions.length === 0) return nothing;
  const my_id = app.model.people.my_id;
  return html`<div class="reactions">
    ${message.reactions.map((reaction) => {
      const mine = reaction.user_ids.includes(my_id);
      const words = reactionWords(app, reaction, mine);
      return html`<button
        type="button"
        class="reaction ${mine ? "reaction-mine" : ""}"
        aria-pressed=${mine}
        aria-label=${words}
        title=${words}
        @click=${() => app.commands.toggleReaction(message, reaction)}
      >${emojiView(app.model, reaction)}<span class="reaction-count">${reaction.user_ids.length}</span></button>`;
    })}
    <button
      type="button"
      class="reaction reaction-add"
      aria-label=${t("Add reaction")}
      title=${t("Add reaction")}
      @click=${(event) => app.openReactionPicker(message, event.currentTarget)}
    >${icon("smile")}</button>
  </div>`;
}

function reactionWords(app, reaction, mine) {
  const rest = reaction.user_ids.filter((id) => id !== app.model.people.my_id);
  const names = rest.slice(0, NAMES_SHOWN).map((id) => app.model.people.name(id));
  if (mine) names.unshift(t("You"));
  if (rest.length > NAMES_SHOWN) names.push(n("{count} other", "{count} others", rest.length - NAMES_SHOWN));
  return t("{people} reacted with {emoji}", { people: names.join(t(", ")), emoji: `:${reaction.emoji_name}:` });
}

/** The bar above the messages of one conversation in a view that mixes several. */
export function recipientBar(app, message) {
  const { conversation } = message;
  const inChannel = app.view.narrow.kind === "channel";
  const { channels, people } = app.model;
  const date = dayLabel(message.timestamp, app.model.clock.now());
  if (conversation.type === "direct") {
    return html`<div class="bar">
      <span class="bar-stripe bar-direct"></span>
      <a class="bar-link cut" href=${hashOf(narrowOfConversation(conversation))} dir="auto"
        >${icon("messages-square")}<span class="cut">${people.names(conversation.user_ids)}</span></a
      ><span class="bar-date">${date}</span>
    </div>`;
  }
  const channel = channels.get(conversation.channel_id);
  const nameOf = (id) => channels.name(id);
  return html`<div class="bar hue hue-${channel?.hue ?? 0}">
    <span class="bar-stripe"></span>
    ${
      inChannel
        ? nothing
        : html`<a class="bar-link bar-channel cut" href=${hashOf(channelNarrow(conversation.channel_id), nameOf)} dir="auto"
            >${channelIcon(channel)}<span class="cut">${channel?.name ?? message.channel_name}</span></a
          ><span class="bar-arrow" aria-hidden="true">›</span>`
    }<a class="bar-link bar-topic cut" href=${hashOf(narrowOfConversation(conversation), nameOf)} dir="auto">${message.topic}</a
    ><span class="bar-date">${date}</span>
  </div>`;
}

export function channelIcon(channel, size = "") {
  return icon(channel?.invite_only ? "lock" : "hash", size);
}

export function dateLine(app, message) {
  return html`<div class="date-line" role="separator"><span>${dayLabel(message.timestamp, app.model.clock.now())}</span></div>`;
}

/** Where reading begins; it names the day too when one begins there. */
export function unreadLine(app, message, newDay) {
  const day = newDay ? `${dayLabel(message.timestamp, app.model.clock.now())} · ` : "";
  return html`<div class="unread-line" role="separator"><span>${day}${t("Unread")}</span></div>`;
}
