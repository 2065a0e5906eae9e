/** Who is writing, and in which conversation. A notice that is not renewed fades by itself. */

import { Store } from "../lib/store.js";

export class Typing extends Store {
  #expiry_ms = 45_000;
  #writing = new Map(); // conversation key: Map of user_id to timer

  constructor(clock) {
    super();
    this.clock = clock;
  }

  load(state) {
    this.#expiry_ms = state.server_typing_started_expiry_period_milliseconds ?? 45_000;
    for (const key of [...this.#writing.keys()]) this.#clear(key);
    this.changed();
  }

  start(key, user_id) {
    const writing = this.#writing.get(key) ?? new Map();
    const isNew = !writing.has(user_id);
    this.clock.clearTimeout(writing.get(user_id));
    writing.set(
      user_id,
      this.clock.setTimeout(() => this.stop(key, user_id), this.#expiry_ms),
    );
    this.#writing.set(key, writing);
    if (isNew) this.changed();
  }

  stop(key, user_id) {
    const writing = this.#writing.get(key);
    if (!writing?.has(user_id)) return;
    this.clock.clearTimeout(writing.get(user_id));
    writing.delete(user_id);
    if (writing.size === 0) this.#writing.delete(key);
    this.changed();
  }

  /** Ids of those who write in a conversation, the first to begin first. */
  in(key) {
    return [...(this.#writing.get(key)?.keys() ?? [])];
  }

  #clear(key) {
    for (const timer of this.#writing.get(key).values()) this.clock.clearTimeout(timer);
    this.#writing.delete(key);
  }
}
