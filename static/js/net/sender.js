/** Sends messages, exactly once each, in the order of typing within a conversation.
 *
 *  A message is kept in the outbox before it is sent and until the server confirms it, by its event or by the answer,
 *  whichever comes first. Lost answers and lost connections lead to a retransmission under the same queue_id and
 *  local_id; a refusal marks the message failed and keeps it for Edit, Resend or Discard. */

import { Backoff } from "../lib/backoff.js";
import { sleep } from "../lib/clock.js";
import { echoKey } from "../data/echo.js";
import { ApiError } from "./api.js";

const CARE_MS = 5_000;
const RENDERING_MS = 3_000;

export class Sender {
  #waiting = new Map(); // echo key -> entry
  #chains = new Map(); // conversation key -> promise of its last send
  #hurry = new AbortController();
  #care;

  constructor({ model, connection, api, clock }) {
    Object.assign(this, { model, connection, api, clock });
    connection.subscribe(() => {
      if (connection.status === "live") this.#retryNow();
    });
  }

  /** Sends `content` to a conversation; answers with the message as it stands in the feed. */
  send(conversation, content) {
    const { echo, outbox } = this.model;
    const entry = outbox.put({
      queue_id: this.connection.sending_queue_id,
      local_id: echo.next_local_id(),
      conversation,
      content,
    });
    const message = echo.try_deliver_locally(entry);
    this.#start(entry);
    return message;
  }

  /** Takes up what an earlier life of this page left unsent. */
  resume() {
    for (const entry of this.model.outbox.adopt()) {
      if (this.#waiting.has(echoKey(entry)) || this.model.messages.echoOf(echoKey(entry))) continue;
      this.model.echo.try_deliver_locally(entry);
      if (entry.status === "sending") this.#start(entry);
    }
  }

  /** Tries a failed message again. */
  resend(message) {
    const entry = entryOf(message, "sending");
    this.model.outbox.put(entry);
    this.model.echo.retry(entry);
    this.#start(entry);
  }

  /** Gives a failed message up. */
  discard(message) {
    this.#waiting.delete(message.echo_key);
    this.model.outbox.remove(message);
    this.model.echo.discard(message);
  }

  /** The event of a message sent from here has come. */
  confirmed(sent) {
    this.#waiting.delete(echoKey(sent));
    this.model.outbox.remove(sent);
  }

  /** Which waiting message a message event is, when it was sent from a queue that is gone and so comes without a
   *  local id. Only a rendered echo equal to the letter counts. */
  likely(wire) {
    if (wire.sender_id !== this.model.people.my_id) return undefined;
    for (const [key, entry] of this.#waiting) {
      if (entry.queue_id === this.connection.queue_id) continue;
      const echo = this.model.messages.echoOf(key);
      const same =
        entry.conversation.type === "channel"
          ? entry.conversation.channel_id === wire.stream_id && entry.conversation.topic === wire.subject
          : wire.type === "private";
      if (echo && !echo.plain && same && echo.html === wire.content) return entry;
    }
    return undefined;
  }

  #start(entry) {
    this.#waiting.set(echoKey(entry), entry);
    this.#takeCare();
    const chain = entry.conversation.key;
    const before = this.#chains.get(chain) ?? Promise.resolve();
    const sending = before.then(() => this.#transmit(entry));
    this.#chains.set(chain, sending);
    sending.finally(() => {
      if (this.#chains.get(chain) === sending) this.#chains.delete(chain);
    });
  }

  async #transmit(entry) {
    const backoff = new Backoff({ first_ms: 500, limit_ms: 30_000 });
    while (this.#waiting.has(echoKey(entry))) {
      try {
        const { id } = await this.connection.request("POST", "/messages", paramsOf(entry));
        this.#answered(entry, id);
        return;
      } catch (error) {
        if (error instanceof ApiError && !error.passing) {
          this.#refused(entry, error);
          return;
        }
        await sleep(this.clock, backoff.next(), this.#hurry.signal);
      }
    }
  }

  #answered(entry, id) {
    this.confirmed(entry);
    const message = this.model.echo.confirm(entry, id);
    // Usually the event follows; after a retransmission of what had arrived already, none does.
    if (message) this.clock.setTimeout(() => this.#fetchRendering(message), RENDERING_MS);
  }

  async #fetchRendering(message) {
    if (!message.provisional) return;
    try {
      const data = await this.api.get(`/messages/${message.id}`);
      this.model.messages.take(data.message, data.message.flags ?? ["read"]);
    } catch {
      // It shows as echoed until its list is fetched again.
    }
  }

  #refused(entry, error) {
    const key = echoKey(entry);
    if (!this.#waiting.delete(key) || error.status === 401) return;
    this.model.outbox.fail(entry, error.message);
    this.model.echo.fail(entry, error.message);
  }

  #retryNow() {
    const before = this.#hurry;
    this.#hurry = new AbortController();
    before.abort();
  }

  // Other tabs leave alone what this one says it is caring for.
  #takeCare() {
    this.#care ??= this.clock.setTimeout(() => {
      this.#care = undefined;
      if (this.#waiting.size === 0) return;
      this.model.outbox.touch([...this.#waiting.values()]);
      this.#takeCare();
    }, CARE_MS);
  }
}

function entryOf(message, status) {
  const { queue_id, local_id, conversation, content, timestamp } = message;
  return { queue_id, local_id, conversation, content, status, created_ms: timestamp * 1000 };
}

function paramsOf({ conversation, content, queue_id, local_id }) {
  const to =
    conversation.type === "channel"
      ? { type: "channel", to: conversation.channel_id, topic: conversation.topic }
      : { type: "direct", to: conversation.user_ids };
  return { ...to, content, queue_id, local_id };
}
