/** Tells the server what was read: at once here, in batches there. What could not be told is told again later. */

import { NetworkError } from "./api.js";

const BATCH_MS = 400;
const BATCH_IDS = 1_000;
const RETRY_MS = 5_000;

export class ReadMarker {
  #pending = new Set();
  #timer;
  #busy = false;

  constructor({ model, connection, api, clock }) {
    Object.assign(this, { model, connection, api, clock });
  }

  /** Marks messages as read. */
  read(ids) {
    const news = this.model.unread.remove(ids);
    this.model.messages.setFlag(ids, "read", true);
    for (const id of news) this.#pending.add(id);
    if (this.#pending.size > 0) this.#later(BATCH_MS);
  }

  /** Marks what `covers(conversation)` holds for. */
  readAll(covers) {
    this.read(this.model.unread.ids(covers));
  }

  /** After the state was loaded anew: what was read here but not told yet stays read. */
  reapply() {
    this.model.unread.remove([...this.#pending]);
    if (this.#pending.size > 0) this.#later(0);
  }

  /** The page goes away: tell what is left without waiting. */
  leave() {
    const messages = [...this.#pending].slice(0, BATCH_IDS);
    if (messages.length === 0) return;
    this.api
      .post("/messages/flags", { messages, op: "add", flag: "read" }, { keepalive: true })
      .catch(() => {});
  }

  #later(ms) {
    this.#timer ??= this.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, ms);
  }

  async #flush() {
    if (this.#busy) return;
    this.#busy = true;
    let next_ms = BATCH_MS;
    const messages = [...this.#pending].slice(0, BATCH_IDS);
    try {
      await this.connection.request("POST", "/messages/flags", { messages, op: "add", flag: "read" });
      for (const id of messages) this.#pending.delete(id);
    } catch (error) {
      next_ms = RETRY_MS;
      // Refused for good: asking again would change nothing.
      if (!(error instanceof NetworkError) && !error.passing)
        for (const id of messages) this.#pending.delete(id);
    } finally {
      this.#busy = false;
    }
    if (this.#pending.size > 0) this.#later(next_ms);
  }
}
