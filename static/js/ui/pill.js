/** t("Jump to newest"), with the number of unread messages below, when the end is out of sight. */
import { html, nothing } from "lit";
import { n, t } from "../lib/i18n.js";
import { icon } from "./icon.js";

export function pill(app) {
  const { feed } = app;
  if (!feed.list || feed.list.data.items.length === 0 || feed.atEnd) return nothing;
  const below = feed.unreadBelow();
  if (below === 0 && !feed.farFromEnd) return nothing;
  return html`<button type="button" class="pill" @click=${() => feed.toNewest()}>
    ${icon("arrow-down")}${below ? n("{count} new message", "{count} new messages", below) : "Jump to newest"}
  </button>`;
}
