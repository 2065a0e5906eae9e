/** The conversations the client knows of, with the newest message of each: what the sidebar, the inbox, recent
 *  conversations and suggestions of topics are made from. */

import { Store } from "../lib/store.js";
import { channelConversation, directConversation, keyOf } from "./conversation.js";

const SENDERS_SHOWN = 5;

export class Recent extends Store {
  #byKey = new Map();
  #sorted; // all, newest first, until something changes
  #byChannel; // the same, by channel
  #complete = new Set(); // channels whose topics were all fetched

  load(state, my_id) {
    this.#byKey.clear();
    this.#complete.clear();
    for (const entry of state.recent_private_conversations ?? []) {
      this.#raise(directConversation(entry.user_ids, my_id), entry.max_message_id);
    }
    for (const entry of state.unread_msgs?.streams ?? []) {
      this.#raise(channelConversation(entry.stream_id, entry.topic), entry.unread_message_ids.at(-1) ?? 0);
    }
    this.changed();
  }

  /** Takes note of messages, confirmed or not. */
  note(messages) {
    for (const message of messages) {
      const entry = this.#raise(message.conversation, message.id);
      if (message.id >= entry.max_id) {
        entry.timestamp = message.timestamp;
        entry.senders = [message.sender_id, ...entry.senders.filter((id) => id !== message.sender_id)];
      } else if (!entry.senders.includes(message.sender_id)) {
        entry.senders.push(message.sender_id);
      }
      entry.senders.length = Math.min(entry.senders.length, SENDERS_SHOWN);
    }
    if (messages.length > 0) this.changed();
  }

  /** Takes the topics of a channel as the server lists them. */
  setTopics(channel_id, topics) {
    const there = new Set();
    for (const { name, max_id } of topics)
      there.add(this.#raise(channelConversation(channel_id, name), max_id).key);
    for (const [key, entry] of this.#byKey) {
      if (entry.conversation.channel_id === channel_id && !there.has(key)) this.#byKey.delete(key);
    }
    this.#complete.add(channel_id);
    this.changed();
  }

  isComplete(channel_id) {
    return this.#complete.has(channel_id);
  }

  get(key) {
    return this.#byKey.get(key);
  }

  /** Conversations, newest first: [{key, conversation, max_id, timestamp, senders}]. */
  all() {
    this.#sorted ??= [...this.#byKey.values()].sort((a, b) => b.max_id - a.max_id);
    return this.#sorted;
  }

  topics(channel_id) {
    return this.#of(channel_id);
  }

  directs() {
    return this.#of(undefined);
  }

  changed(detail) {
    this.#sorted = undefined;
    this.#byChannel = undefined;
    super.changed(detail);
  }

  /** Forgets a conversation that has no messages any more. */
  forget(conversation) {
    if (this.#byKey.delete(keyOf(conversation))) this.changed();
  }

  /** Forgets what was known of a channel's topics, so that they are asked for again. */
  stale(channel_id) {
    this.#complete.delete(channel_id);
  }

  #of(channel_id) {
    if (!this.#byChannel) {
      this.#byChannel = new Map();
      for (const entry of this.all()) {
        const id = entry.conversation.channel_id;
        if (!this.#byChannel.has(id)) this.#byChannel.set(id, []);
        this.#byChannel.get(id).push(entry);
      }
    }
    return this.#byChannel.get(channel_id) ?? [];
  }

  #raise(conversation, max_id) {
    let entry = this.#byKey.get(conversation.key);
    if (!entry) {
      entry = { key: conversation.key, conversation, max_id: 0, timestamp: undefined, senders: [] };
      this.#byKey.set(conversation.key, entry);
    }
    if (max_id > entry.max_id) {
      entry.max_id = max_id;
      entry.conversation = conversation; // the topic as last written
    }
    return entry;
  }
}
