/** Previews of links that this reader has put away, by message and address: kept in this browser, the latest of them. */

const KEY = "hidden-previews";
const MOST = 500;
const NONE = Object.freeze([]);

export class HiddenPreviews {
  #kept; // [message id, address], the oldest first; read when first asked for
  #of = new Map(); // message id -> its addresses

  constructor(messages, storage) {
    this.messages = messages;
    this.storage = storage;
  }

  /** The addresses whose previews are put away in a message: the same list until that changes. */
  of(message) {
    this.#read();
    return this.#of.get(message.id) ?? NONE;
  }

  hide(message, address) {
    this.#read();
    if (this.of(message).includes(address)) return;
    this.#keep(message, [...this.#kept, [message.id, address]].slice(-MOST));
  }

  show(message, address) {
    this.#read();
    this.#keep(
      message,
      this.#kept.filter(([id, hidden]) => id !== message.id || hidden !== address),
    );
  }

  #read() {
    if (this.#kept) return;
    const kept = this.storage.read(KEY, []);
    this.#take(Array.isArray(kept) ? kept.filter((one) => Array.isArray(one) && one.length === 2) : []);
  }

  #keep(message, kept) {
    this.#take(kept);
    this.storage.write(KEY, kept);
    this.messages.touch(message);
  }

  #take(kept) {
    this.#kept = kept;
    this.#of = new Map();
    for (const [id, address] of kept) this.#of.set(id, Object.freeze([...(this.#of.get(id) ?? NONE), address]));
  }
}
