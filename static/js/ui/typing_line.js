/** One quiet line under the feed: who is writing here just now. It has its place always, so nothing moves. */
import { html, nothing } from "lit";
import { conversationOf } from "../data/narrow.js";
import { t } from "../lib/i18n.js";

export function typingLine(app) {
  const { model, view } = app;
  const conversation = conversationOf(view.narrow, model.people.my_id);
  const writing = conversation ? model.typing.in(conversation.key) : [];
  const words = wordsFor(writing.map((user_id) => model.people.name(user_id)));
  return words ? html`<p class="typing-words" dir="auto">${words}</p>` : nothing;
}

function wordsFor(names) {
  if (names.length === 0) return "";
  if (names.length === 1) return t("{name} is writing", { name: names[0] });
  if (names.length === 2) return t("{one} and {other} are writing", { one: names[0], other: names[1] });
  return t("Several people are writing");
}
