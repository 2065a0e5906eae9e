/** A person's picture with the sign of whether they are here. */
import { html, nothing } from "lit";
import { AWAY } from "../data/presence.js";
import { t } from "../lib/i18n.js";
import { lastSeenWords } from "../lib/times.js";
import { avatar } from "./avatar.js";
import { emojiView } from "./emoji_view.js";

const WORDS = { active: t("Here now"), idle: t("Idle"), away: t("Away") };

/** As `avatar`; bots and closed accounts have no presence. */
export function face(app, person, size = "") {
  const picture = avatar(person, size);
  if (!person || person.is_bot || person.is_active === false) return picture;
  const state = app.model.presence.of(person.user_id);
  return html`<span class="face"
    >${picture}${state === AWAY ? nothing : html`<span class="dot dot-${state}" title=${WORDS[state]}></span><span class="unseen">${WORDS[state]}</span>`}</span
  >`;
}

/** "Here now", "Idle", or when someone was last here. */
export function presenceWords(app, person) {
  if (!person || person.is_bot || person.is_active === false) return "";
  const { presence, clock } = app.model;
  const state = presence.of(person.user_id);
  const seen_s = presence.lastSeen(person.user_id);
  if (state !== AWAY || seen_s === undefined) return WORDS[state];
  return lastSeenWords(seen_s, clock.now());
}

/** The emoji of someone's status, with its words behind it. */
export function statusEmoji(app, user_id) {
  const status = app.model.statuses.of(user_id);
  if (!status?.emoji_name) return nothing;
  return html`<span class="status-emoji" title=${status.status_text ?? `:${status.emoji_name}:`}>${emojiView(app.model, status)}</span>`;
}
