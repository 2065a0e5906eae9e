/** What a feed shows for a run of messages: the messages, and the lines and bars between them. No DOM here. */

import { dayKey } from "../lib/times.js";

const TOGETHER_S = 600;

/** Entries {kind, key, message, head} for items[start..end); `mixed` when the list shows several conversations. */
export function entriesOf(items, start, end, { mixed, unread_line_id }) {
  const entries = [];
  for (let index = start; index < end; index += 1) {
    const message = items[index];
    const before = index > start ? items[index - 1] : undefined;
    const newDay = !before || dayKey(before.timestamp) !== dayKey(message.timestamp);
    const newConversation = !before || before.conversation.key !== message.conversation.key;
    const reading = isUnreadStart(items, index, unread_line_id);
    const bar = mixed && newConversation;
    if (!bar && newDay && !reading) entries.push({ kind: "date", key: `date-${message.key}`, message });
    if (reading) entries.push({ kind: "unread", key: "unread", message, newDay: !bar && newDay });
    if (bar) entries.push({ kind: "bar", key: `bar-${message.key}`, message });
    const together =
      !newDay &&
      !newConversation &&
      !reading &&
      !before.is_me_message &&
      before.sender_id === message.sender_id &&
      message.timestamp - before.timestamp < TOGETHER_S;
    entries.push({ kind: "message", key: message.key, message, head: !together });
  }
  return entries;
}

function isUnreadStart(items, index, unread_line_id) {
  if (unread_line_id === undefined || items[index].id < unread_line_id) return false;
  // With everything below it new, the line says nothing: but at the very top of a longer list it still does.
  return index === 0 ? items[index].id === unread_line_id : items[index - 1].id < unread_line_id;
}
