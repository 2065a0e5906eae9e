/** How the compose box looks: one line, or in use. What happens in it is the box's business. */
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { t } from "../lib/i18n.js";
import { pressed } from "./compose_keys.js";
import { recipients } from "./compose_recipients.js";
import { fileList, pasted, pick } from "./files.js";
import { icon, iconButton } from "./icon.js";
import { suggestionList } from "./suggestion_list.js";

const COUNT_FROM = 0.9; // of the longest message: from there on the length is shown

export function composeView(app, box) {
  if (box.is_closed) return closed(app, box);
  const channel = app.model.channels.get(box.fixed?.channel_id ?? box.to.channel_id);
  return html`
    ${channel && !channel.subscribed ? notFollowed(app, channel) : nothing}
    <form
      class="compose ${box.fixed ? "" : "compose-open"}"
      @submit=${(event) => {
        event.preventDefault();
        box.send();
        box.focus();
      }}
    >
      ${box.suggestions ? suggestionList(app, box.suggestions, (item) => box.choose(item)) : nothing}
      ${box.fixed ? nothing : recipients(app, box)}
      ${box.error ? html`<p class="compose-error" role="alert">${box.error}</p>` : nothing}
      ${fileList(app, box)}
      <div class="compose-box">${textArea(app, box)} ${tools(app, box)}</div>
    </form>
  `;
}

function textArea(app, box) {
  const words = placeholder(app, box);
  return html`<textarea
    class="compose-text"
    rows="1"
    dir="auto"
    aria-label=${words}
    placeholder=${app.narrow ? t("Write a message") : words}
    maxlength=${app.model.realm.limits.message * 2}
    enterkeyhint="send"
    .value=${live(box.text)}
    @input=${(event) => box.type(event.target.value)}
    @keydown=${(event) => pressed(app, box, event)}
    @click=${() => box.suggest()}
    @blur=${() => box.blur()}
    @paste=${(event) => pasted(box, event)}
  ></textarea>`;
}

function tools(app, box) {
  const longest = app.model.realm.limits.message;
  const length = [...box.text].length;
  return html`<div class="compose-tools">
    ${
      length > longest * COUNT_FROM
        ? html`<span class="compose-count ${length > longest ? "over" : ""}">${longest - length}</span>`
        : nothing
    }
    ${iconButton("paperclip", t("Attach files"), () => pick(box))}
    ${iconButton("smile", t("Insert emoji"), (event) => app.openEmojiInsert(event.currentTarget))}
    <button
      type="submit"
      class="icon-button compose-send"
      aria-label=${t("Send")}
      title=${t("Send (Enter)")}
      ?disabled=${box.text.trim() === "" && box.files.length === 0}
    >
      ${icon(box.waiting ? "clock" : "send")}
    </button>
  </div>`;
}

function closed(app, box) {
  const { channel_id } = app.view.narrow;
  const words =
    channel_id === undefined
      ? t("Write to a channel")
      : t("Start a topic in #{channel}", { channel: app.model.channels.name(channel_id) });
  return html`<div class="compose compose-closed">
    <button type="button" class="compose-start" @click=${() => box.open({ type: "channel" })}>${words}</button>
    <button type="button" class="button" @click=${() => box.open({ type: "direct" })}>${t("Direct message")}</button>
  </div>`;
}

function notFollowed(app, channel) {
  return html`<div class="compose-note">
    <span>${t("You do not follow #{channel}.", { channel: channel.name })}</span>
    <button type="button" class="text-button" @click=${() => app.joinChannel(channel)}>${t("Follow this channel")}</button>
  </div>`;
}

function placeholder(app, box) {
  const conversation = box.conversation();
  if (!conversation) return t("Write a message");
  if (conversation.type === "channel") return t("Message #{where}", { where: app.model.titleOf(conversation) });
  if (conversation.user_ids[0] === app.model.people.my_id) return t("Write a note to yourself");
  return t("Message {people}", { people: app.model.titleOf(conversation) });
}
