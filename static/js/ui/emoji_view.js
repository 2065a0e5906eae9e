/** One emoji as it is drawn outside of messages. */
import { html } from "lit";
import { unicodeOf } from "../data/emoji.js";

export function emojiView(model, { emoji_name, emoji_code, reaction_type }) {
  if (reaction_type === "realm_emoji") {
    const url = model.emoji.customById(emoji_code)?.source_url;
    if (url?.startsWith("/")) return html`<img class="emoji" src=${url} alt=":${emoji_name}:" />`;
  }
  const drawn = reaction_type === "unicode_emoji" ? unicodeOf(emoji_code) : "";
  return html`<span class="emoji" role="img" aria-label=${emoji_name.replaceAll("_", " ")}>${drawn || `:${emoji_name}:`}</span>`;
}
