/** Which messages are unread, counted by conversation. Fed by the first state, by events, and at once by reading;
 *  hearing a thing twice changes nothing. */

import { Store } from "../lib/store.js";
import { channelConversation, directConversation } from "./conversation.js";

export class Unread extends Store {
  #where = new Map(); // message id -> conversation
  #byKey = new Map(); // conversation key -> {conversation, ids}
  #byChannel = new Map(); // channel id -> how many
  #mentions = new Set();

  load(unread_msgs, my_id) {
    this.#forget();
    const state = { streams: [], pms: [], huddles: [], mentions: [], ...unread_msgs };
    for (const entry of state.streams) {
      this.#addAll(entry.unread_message_ids, channelConversation(entry.stream_id, entry.topic));
    }
    for (const entry of state.pms) {
      this.#addAll(
        entry.unread_message_ids,
        directConversation([entry.other_user_id ?? entry.sender_id], my_id),
      );
    }
    for (const entry of state.huddles) {
      const ids = entry.user_ids_string.split(",").map(Number);
      this.#addAll(entry.unread_message_ids, directConversation(ids, my_id));
    }
    for (const id of state.mentions) this.#mentions.add(id);
    this.changed();
  }

  has(id) {
    return this.#where.has(id);
  }

  add(id, conversation, mentioned = false) {
    this.#addAll([id], conversation);
    if (mentioned) this.#mentions.add(id);
    this.changed();
  }

  /** Takes the ids that are read now; answers with those that were unread until now. */
  remove(ids) {
    const gone = ids.filter((id) => this.#drop(id));
    if (gone.length > 0) this.changed();
    return gone;
  }

  clear() {
    this.#forget();
    this.changed();
  }

  move(ids, conversation) {
    for (const id of ids) {
      if (!this.#where.has(id)) continue;
      const mentioned = this.#mentions.has(id);
      this.#drop(id);
      this.#addAll([id], conversation);
      if (mentioned) this.#mentions.add(id);
    }
    this.changed();
  }

  /** Whether an unread message is meant for me. */
  setMentioned(id, mentioned) {
    if (!this.#where.has(id) || this.#mentions.has(id) === mentioned) return;
    if (mentioned) this.#mentions.add(id);
    else this.#mentions.delete(id);
    this.changed();
  }

  count(key) {
    return this.#byKey.get(key)?.ids.size ?? 0;
  }

  mentioned(key) {
    const entry = this.#byKey.get(key);
    if (!entry || this.#mentions.size === 0) return false;
    for (const id of this.#mentions) if (entry.ids.has(id)) return true;
    return false;
  }

  mentionCount() {
    let count = 0;
    for (const id of this.#mentions) if (this.#where.has(id)) count += 1;
    return count;
  }

  /** How many unread messages of a conversation mention the person. */
  mentionsIn(key) {
    const ids = this.#byKey.get(key)?.ids;
    let count = 0;
    if (ids) for (const id of this.#mentions) if (ids.has(id)) count += 1;
    return count;
  }

  channelCount(channel_id) {
    return this.#byChannel.get(channel_id) ?? 0;
  }

  directCount() {
    return this.#byChannel.get(undefined) ?? 0;
  }

  /** All unread messages; `counts(conversation)` may leave muted ones out. */
  total(counts = () => true) {
    let count = 0;
    for (const entry of this.#byKey.values()) if (counts(entry.conversation)) count += entry.ids.size;
    return count;
  }

  /** Conversations with something unread: [{conversation, count, max_id}], newest first. `max_id` is the newest
   *  that was unread since the conversation last was read to its end. */
  conversations() {
    const found = [];
    for (const entry of this.#byKey.values()) {
      found.push({ conversation: entry.conversation, count: entry.ids.size, max_id: entry.max_id });
    }
    return found.sort((a, b) => b.max_id - a.max_id);
  }

  /** The oldest unread message of the conversations for which `covers` holds, or undefined. */
  first(covers) {
    let first;
    for (const entry of this.#byKey.values()) {
      if (!covers(entry.conversation)) continue;
      for (const id of entry.ids) if (first === undefined || id < first) first = id;
    }
    return first;
  }

  ids(covers) {
    const found = [];
    for (const entry of this.#byKey.values()) if (covers(entry.conversation)) found.push(...entry.ids);
    return found;
  }

  #forget() {
    this.#where.clear();
    this.#byKey.clear();
    this.#byChannel.clear();
    this.#mentions.clear();
  }

  // Direct messages are counted under no channel.
  #count({ channel_id }, step) {
    this.#byChannel.set(channel_id, (this.#byChannel.get(channel_id) ?? 0) + step);
  }

  #addAll(ids, conversation) {
    let entry = this.#byKey.get(conversation.key);
    for (const id of ids) {
      if (this.#where.has(id)) continue;
      if (!entry) {
        entry = { conversation, ids: new Set(), max_id: 0 };
        this.#byKey.set(conversation.key, entry);
      }
      entry.ids.add(id);
      if (id > entry.max_id) entry.max_id = id;
      this.#where.set(id, conversation);
      this.#count(conversation, 1);
    }
  }

  #drop(id) {
    const conversation = this.#where.get(id);
    if (!conversation) return false;
    this.#where.delete(id);
    this.#mentions.delete(id);
    this.#count(conversation, -1);
    const entry = this.#byKey.get(conversation.key);
    entry.ids.delete(id);
    if (entry.ids.size === 0) this.#byKey.delete(conversation.key);
    return true;
  }
}
