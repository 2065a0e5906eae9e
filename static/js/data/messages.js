/** Every message the client holds, once. Lists refer to these objects, so a change shows wherever a message does.
 *
 *  A message keeps its `key` for life, from local echo to the server's word, so that its place on the page stays
 *  the same node; `version` grows with each change. `status` is sent, sending or failed. */

import { Store } from "../lib/store.js";
import { channelConversation, directConversation } from "./conversation.js";
import { onlyResolves } from "./edit_rules.js";
import { addReaction, gatherReactions, removeReaction } from "./reactions.js";

export class Messages extends Store {
  my_id = 0;
  max_id = 0;
  #byId = new Map();
  #byEchoKey = new Map();
  #keys = 0;

  get(id) {
    return this.#byId.get(id);
  }

  echoOf(echo_key) {
    return this.#byEchoKey.get(echo_key);
  }

  echoes() {
    return [...this.#byEchoKey.values()];
  }

  all() {
    return this.#byId.values();
  }

  get size() {
    return this.#byId.size;
  }

  /** Takes a message as the server words it; one already held is updated in place. Answers with the message. */
  take(wire, flags = wire.flags ?? []) {
    let message = this.#byId.get(wire.id);
    if (message) {
      this.fill(message, wire, flags);
    } else {
      message = this.#fresh();
      this.#fill(message, wire, flags);
      this.#byId.set(message.id, message);
    }
    if (wire.id > this.max_id) this.max_id = wire.id;
    return message;
  }

  /** A message of mine that the server has not confirmed. */
  addEcho(fields) {
    const message = Object.assign(this.#fresh(), {
      reactions: [],
      submessages: [],
      starred: false,
      mentioned: false,
      read: true,
      status: "sending",
      ...fields,
    });
    this.#byEchoKey.set(message.echo_key, message);
    return message;
  }

  /** Gives an echo its real id. The caller puts the lists that hold it in order again. */
  confirm(message, id) {
    this.#byEchoKey.delete(message.echo_key);
    message.id = id;
    message.status = "sent";
    message.error = undefined;
    message.provisional = true; // until the server's own words are here
    this.#byId.set(id, message);
    if (id > this.max_id) this.max_id = id;
    this.touch(message);
  }

  fill(message, wire, flags) {
    this.#fill(message, wire, flags);
    this.touch(message);
  }

  dropEcho(message) {
    this.#byEchoKey.delete(message.echo_key);
  }

  remove(ids) {
    for (const id of ids) this.#byId.delete(id);
  }

  /** Forgets all but the messages for which `keeps` holds; unsent ones always stay. */
  prune(keeps) {
    for (const [id, message] of this.#byId) if (!keeps(message)) this.#byId.delete(id);
  }

  touch(message) {
    message.version += 1;
    this.changed(message);
  }

  setFlag(ids, flag, on) {
    for (const id of ids) {
      const message = this.#byId.get(id);
      if (!message || message[flag] === on) continue;
      message[flag] = on;
      this.touch(message);
    }
  }

  react(id, reaction, on) {
    const message = this.#byId.get(id);
    if (!message) return;
    const changed = on
      ? addReaction(message.reactions, reaction)
      : removeReaction(message.reactions, reaction);
    if (changed) this.touch(message);
  }

  /** One more deed with a poll or a todo list; mine, which is shown already, is known by what it says. */
  addSubmessage(id, submessage) {
    const message = this.#byId.get(id);
    if (!message) return;
    const held = message.submessages.findIndex(
      (one) => (one.id ?? submessage.id) === submessage.id && sameDeed(one, submessage),
    );
    const others = held < 0 ? message.submessages : message.submessages.toSpliced(held, 1);
    message.submessages = [...others, submessage];
    this.touch(message);
  }

  removeSubmessage(id, submessage) {
    const message = this.#byId.get(id);
    if (!message) return;
    message.submessages = message.submessages.filter((one) => one !== submessage);
    this.touch(message);
  }

  /** Moves messages to another topic or channel. */
  moveTo(ids, channel_id, topic, channel_name, moved_at) {
    const moved = [];
    for (const id of ids) {
      const message = this.#byId.get(id);
      if (!message) continue;
      message.channel_id = channel_id;
      message.topic = topic ?? message.topic;
      message.channel_name = channel_name ?? message.channel_name;
      message.conversation = channelConversation(channel_id, message.topic);
      if (moved_at) message.moved_at = moved_at;
      moved.push(message);
      this.touch(message);
    }
    return moved;
  }

  setContent(id, html, edited_at, is_me_message) {
    const message = this.#byId.get(id);
    if (!message) return;
    message.html = html;
    message.plain = undefined;
    if (edited_at) message.edited_at = edited_at;
    if (is_me_message !== undefined) message.is_me_message = is_me_message;
    this.touch(message);
  }

  #fresh() {
    this.#keys += 1;
    return { key: `m${this.#keys}`, version: 0, status: "sent" };
  }

  #fill(message, wire, flags) {
    const direct = wire.type === "private";
    Object.assign(message, {
      id: wire.id,
      sender_id: wire.sender_id,
      sender_name: wire.sender_full_name,
      avatar_url: wire.avatar_url,
      timestamp: wire.timestamp,
      html: wire.content,
      is_me_message: wire.is_me_message ?? false,
      reactions: gatherReactions(wire.reactions ?? []),
      submessages: wire.submessages ?? [],
      ...editMarks(wire),
      topic: direct ? "" : wire.subject,
      channel_id: direct ? undefined : wire.stream_id,
      channel_name: direct ? undefined : wire.display_recipient,
      conversation: direct
        ? directConversation(
            wire.display_recipient.map((person) => person.id),
            this.my_id,
          )
        : channelConversation(wire.stream_id, wire.subject),
      read: flags.includes("read"),
      starred: flags.includes("starred"),
      mentioned: flags.some((flag) => flag === "mentioned" || flag.endsWith("_mentioned")),
      status: "sent",
      plain: undefined,
      provisional: undefined,
    });
  }
}

/** When a message was last edited and last moved, if ever. Marking a topic as resolved moves nothing. */
function editMarks({ last_edit_timestamp, edit_history }) {
  if (last_edit_timestamp === undefined) return { edited_at: undefined, moved_at: undefined };
  if (edit_history === undefined) return { edited_at: last_edit_timestamp, moved_at: undefined };
  return {
    edited_at: edit_history.find((entry) => entry.prev_content !== undefined)?.timestamp,
    moved_at: edit_history.find(
      ({ prev_stream, prev_topic, topic }) =>
        prev_stream !== undefined || (prev_topic !== undefined && !onlyResolves(prev_topic, topic)),
    )?.timestamp,
  };
}

function sameDeed(one, other) {
  return one.sender_id === other.sender_id && one.content === other.content;
}
