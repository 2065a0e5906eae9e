/** The list of suggestions above what is being typed. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";
import { avatar } from "./avatar.js";
import { emojiView } from "./emoji_view.js";
import { icon } from "./icon.js";
import { channelIcon } from "./message_row.js";

/** `choose(item)` is called for the one taken by mouse or finger; keys are the caller's. */
export function suggestionList(app, { items, index }, choose) {
  return html`<ul class="suggestions" role="listbox" aria-label=${t("Suggestions")}>
    ${items.map(
      (item, at) => html`<li
        role="option"
        class="suggestion ${at === index ? "suggestion-chosen" : ""}"
        aria-selected=${at === index}
        @mousedown=${(event) => event.preventDefault()}
        @click=${() => choose(item)}
      >
        ${picture(app, item)}<span class="cut" dir="auto">${item.label}</span>
        ${item.note ? html`<span class="suggestion-note cut" dir="auto">${item.note}</span>` : nothing}
      </li>`,
    )}
  </ul>`;
}

function picture(app, item) {
  if (item.person) return avatar(item.person, "avatar-small");
  if (item.emoji) return html`<span class="suggestion-emoji">${emojiView(app.model, item.emoji)}</span>`;
  if (item.channel)
    return html`<span class="line-hash hue hue-${item.channel.hue}">${channelIcon(item.channel)}</span>`;
  return icon(item.icon ?? "hash");
}
