/** Local echo: a message of mine stands in the feed before the server has it, and becomes the server's in place.
 *
 *  `try_deliver_locally` makes the echo, `process_from_server` turns it into the real message whether the event or
 *  the answer to the send comes first. Sends nothing itself. */

import { Store } from "../lib/store.js";
import { escapeText } from "../lib/text.js";
import { LocalIds } from "./local_message.js";
import { contains_backend_only_syntax, render } from "./markdown.js";

export class Echo extends Store {
  #ids = new LocalIds();

  constructor(model) {
    super();
    this.model = model;
  }

  /** A local id for the next message, as the string the server gives back. */
  next_local_id() {
    return this.#ids.next_local_id(this.model.messages.max_id).toFixed(2);
  }

  /** Puts an entry of the outbox into the feeds that show its conversation and reach the newest message.
   *
   *  What only the server can render stands there as typed, marked as plain, until the server answers. */
  try_deliver_locally(entry) {
    const { model } = this;
    const me = model.people.me;
    const plain = contains_backend_only_syntax(entry.content, model);
    const message = model.messages.addEcho({
      id: this.#fitting(entry.local_id),
      echo_key: echoKey(entry),
      local_id: entry.local_id,
      queue_id: entry.queue_id,
      sender_id: model.people.my_id,
      sender_name: me?.full_name ?? "",
      avatar_url: me?.avatar_url,
      timestamp: Math.floor(entry.created_ms / 1000),
      content: entry.content,
      html: plain ? plainHtml(entry.content) : render(entry.content, model),
      plain: plain || undefined,
      is_me_message: !plain && entry.content.startsWith("/me "),
      conversation: entry.conversation,
      channel_id: entry.conversation.channel_id,
      topic: entry.conversation.topic ?? "",
      status: entry.status,
      error: entry.error,
    });
    model.recent.note([message]);
    model.lists.arrive(message);
    return message;
  }

  /** Takes a message event; `sent` is {queue_id, local_id} when it answers a send of mine. Answers with the message,
   *  which is the echo itself when the event confirms one. */
  process_from_server(wire, flags, sent) {
    const { messages, lists } = this.model;
    const echo = sent && this.confirm(sent, wire.id);
    if (echo) {
      messages.fill(echo, wire, flags);
      lists.settle([echo]);
      return echo;
    }
    const known = messages.get(wire.id) !== undefined;
    const message = messages.take(wire, flags);
    if (!known) lists.arrive(message);
    return message;
  }

  /** The server has the message: its echo takes the real id and stays where it is. Undefined when there is no echo
   *  any more, or when the message itself was fetched meanwhile (the echo then goes). */
  confirm(sent, id) {
    const { messages, lists } = this.model;
    const echo = messages.echoOf(echoKey(sent));
    if (!echo) return undefined;
    if (messages.get(id)) {
      this.discard(sent);
      return undefined;
    }
    messages.confirm(echo, id);
    lists.resort(echo);
    return echo;
  }

  fail(sent, error) {
    this.#mark(sent, "failed", error);
  }

  retry(sent) {
    this.#mark(sent, "sending", undefined);
  }

  discard(sent) {
    const { messages, lists } = this.model;
    const echo = messages.echoOf(echoKey(sent));
    if (!echo) return undefined;
    messages.dropEcho(echo);
    lists.remove([echo]);
    return echo;
  }

  #mark(sent, status, error) {
    const { messages } = this.model;
    const echo = messages.echoOf(echoKey(sent));
    if (!echo) return;
    echo.status = status;
    echo.error = error;
    messages.touch(echo);
  }

  // An entry from before a reload may carry an id that is no longer at the bottom, where the unsent belong.
  #fitting(local_id) {
    const id = Number(local_id);
    const { messages } = this.model;
    const taken = messages.echoes().some((echo) => echo.id === id);
    return id > messages.max_id && !taken ? id : this.#ids.next_local_id(messages.max_id);
  }
}

/** What tells an unconfirmed message from every other: the queue it was sent from and its local id there. */
export function echoKey({ queue_id, local_id }) {
  return `${queue_id}/${local_id}`;
}

function plainHtml(content) {
  return `<p>${escapeText(content).replace(/\n/g, "<br>\n")}</p>`;
}
