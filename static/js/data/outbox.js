/** Messages on their way: kept in the browser's storage from the moment of sending until the server confirms, so
 *  that neither a broken connection nor a reload loses one. Each goes out with the queue_id and local_id it was
 *  born with, by which the server knows a retransmission from a new message.
 *
 *  Several tabs share the storage: a tab takes over only its own entries (after a reload) and those whose tab has
 *  not been heard of for a while. */

const ABANDONED_MS = 20_000;
const KEPT = 200;

export class Outbox {
  #user = 0;

  constructor(storage, clock, tab) {
    this.storage = storage;
    this.clock = clock;
    this.tab = tab;
  }

  load(user_id) {
    this.#user = user_id;
  }

  /** Keeps an entry {queue_id, local_id, conversation, content}; answers with it. */
  put(entry) {
    const now = this.clock.now();
    const kept = { status: "sending", created_ms: now, ...entry, tab: this.tab, touched_ms: now };
    this.#write(kept);
    const stale = this.#all().slice(KEPT);
    for (const old of stale) this.remove(old);
    return kept;
  }

  fail(entry, error) {
    this.#write({ ...entry, status: "failed", error, tab: this.tab, touched_ms: this.clock.now() });
  }

  remove(entry) {
    this.storage.remove(this.#name(entry));
  }

  /** What this tab may send again: [entry], oldest first. They are its own from now on. */
  adopt() {
    const now = this.clock.now();
    const mine = this.#all().filter(
      (entry) => entry.tab === this.tab || now - entry.touched_ms > ABANDONED_MS || entry.touched_ms > now,
    );
    for (const entry of mine) this.#write({ ...entry, tab: this.tab, touched_ms: now });
    return mine.reverse();
  }

  /** Says that the tab still cares for `entries`. */
  touch(entries) {
    const now = this.clock.now();
    for (const entry of entries) {
      if (this.storage.read(this.#name(entry), undefined))
        this.#write({ ...entry, tab: this.tab, touched_ms: now });
    }
  }

  // Newest first.
  #all() {
    return this.storage
      .keys(`outbox/${this.#user}/`)
      .map((key) => this.storage.read(key, undefined))
      .filter((entry) => typeof entry?.local_id === "string" && typeof entry.content === "string")
      .sort((a, b) => b.created_ms - a.created_ms);
  }

  #write(entry) {
    this.storage.write(this.#name(entry), entry);
  }

  #name(entry) {
    return `outbox/${this.#user}/${entry.queue_id}/${entry.local_id}`;
  }
}
