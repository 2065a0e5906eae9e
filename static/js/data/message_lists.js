/** The lists that are open or were lately, kept true by every message that comes, changes or goes. */

import { Store } from "../lib/store.js";
import { MessageList } from "./message_list.js";
import { narrowKey } from "./narrow.js";

const KEPT = 24;

export class MessageLists extends Store {
  #lists = new Map(); // in the order of last use
  current; // the list on the screen, or undefined

  constructor(messages) {
    super();
    this.messages = messages;
  }

  /** The list of a narrow, made from what is known when it is new. */
  open(narrow) {
    const key = narrowKey(narrow);
    const list = this.#lists.get(key) ?? new MessageList(narrow);
    this.#lists.delete(key);
    this.#lists.set(key, list);
    for (const [oldKey, old] of this.#lists) {
      if (this.#lists.size <= KEPT) break;
      if (old !== this.current && old !== list && old.narrow.kind !== "all") this.#lists.delete(oldKey);
    }
    return list;
  }

  get(narrow) {
    return this.#lists.get(narrowKey(narrow));
  }

  show(list) {
    if (this.current === list) return;
    this.current = list;
    this.changed();
  }

  all() {
    return [...this.#lists.values()];
  }

  /** A new message, or an echo: into each list that shows it and reaches the newest. */
  arrive(message) {
    for (const list of this.#lists.values()) {
      if (list.matches(message) && list.data.found_newest) list.add([message], { arrived: message });
    }
  }

  /** After ids, topics or flags of `messages` changed. Lists take what now belongs and drop what no longer does. */
  settle(messages) {
    for (const list of this.#lists.values()) {
      const leaving = messages.filter((message) => list.data.has(message) && !this.#belongs(list, message));
      const coming = messages.filter((message) => !list.data.has(message) && this.#fits(list, message));
      if (leaving.length > 0) list.remove(leaving);
      if (coming.length > 0) list.add(coming, { settled: true });
    }
  }

  resort(message) {
    for (const list of this.#lists.values()) if (list.data.has(message)) list.resort();
  }

  remove(messages) {
    for (const list of this.#lists.values()) list.remove(messages);
  }

  /** Forgets every list but the one on the screen. */
  forgetOthers() {
    for (const [key, list] of this.#lists) if (list !== this.current) this.#lists.delete(key);
  }

  /** Forgets what nobody looks at, to hold at most about `count` messages a list. */
  shrink(count) {
    for (const [key, list] of this.#lists) {
      if (list !== this.current && list.narrow.kind !== "all") this.#lists.delete(key);
      else if (list !== this.current || list.place === "end") list.data.keepNewest(count);
    }
  }

  holds(message) {
    for (const list of this.#lists.values()) if (list.data.has(message)) return true;
    return false;
  }

  // What a search found stays found. A message that was just unstarred stays in the list on the screen until one leaves it.
  #belongs(list, message) {
    const { kind } = list.narrow;
    return list.matches(message) || kind === "search" || (list === this.current && kind === "starred");
  }

  #fits(list, message) {
    if (!list.opened || !list.matches(message)) return false;
    const { data } = list;
    const above = data.found_oldest || (data.first !== undefined && message.id >= data.first.id);
    const below = data.found_newest || (data.last !== undefined && message.id <= data.last.id);
    return above && below;
  }
}
