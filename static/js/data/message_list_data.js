/** The sequence of one list: which messages, in the order of their ids, and whether either end is known to be the
 *  end. Knows nothing of what is seen. */

export class MessageListData {
  items = [];
  found_oldest = false;
  found_newest = false;
  #held = new Set();

  has(message) {
    return this.#held.has(message);
  }

  get first() {
    return this.items[0];
  }

  get last() {
    return this.items.at(-1);
  }

  /** The newest message with an id of the server, or undefined. */
  lastConfirmed() {
    for (let index = this.items.length - 1; index >= 0; index -= 1) {
      if (this.items[index].status === "sent") return this.items[index];
    }
    return undefined;
  }

  /** Adds what is not held yet; answers with how many that were. */
  add(messages) {
    let added = 0;
    let ordered = true;
    for (const message of messages) {
      if (this.#held.has(message)) continue;
      this.#held.add(message);
      if (this.last && this.last.id > message.id) ordered = false;
      this.items.push(message);
      added += 1;
    }
    if (!ordered) this.sort();
    return added;
  }

  remove(messages) {
    let removed = 0;
    for (const message of messages) if (this.#held.delete(message)) removed += 1;
    if (removed > 0) this.items = this.items.filter((message) => this.#held.has(message));
    return removed;
  }

  /** Puts the items in order again after an id changed. */
  sort() {
    this.items.sort((a, b) => a.id - b.id);
  }

  /** Forgets all but the newest `count` messages. */
  keepNewest(count) {
    if (this.items.length <= count) return;
    this.items = this.items.slice(-count);
    this.#held = new Set(this.items);
    this.found_oldest = false;
  }

  clear() {
    this.items = [];
    this.#held.clear();
    this.found_oldest = false;
    this.found_newest = false;
  }

  indexOf(message) {
    const index = this.indexFrom(message.id);
    return this.items[index] === message ? index : this.items.indexOf(message);
  }

  /** The index of the first message with an id of at least `id`. */
  indexFrom(id) {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.items[middle].id < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
