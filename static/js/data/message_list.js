/** A message list: the sequence of one narrow with what a person sees in it: the selected message, where reading
 *  began, where the view was left, and what is being loaded. */

import { Store } from "../lib/store.js";
import { MessageListData } from "./message_list_data.js";
import { matches, narrowKey } from "./narrow.js";

export class MessageList extends Store {
  data = new MessageListData();
  selected; // a message, or undefined
  unread_line_id; // the id above which the unread line stands
  place; // where the view was left: {key, offset} or "end"; undefined before it was shown
  opened = false; // whether its first messages are there
  complete = false; // whether the server was asked for them: what is known already may show first
  opening; // the promise of that asking, while it lasts
  loading = { older: false, newer: false, first: false };
  found = new Map(); // of a search, by id: {of, html}, the HTML of a message with what was looked for marked
  error; // words, when the first messages could not be loaded

  constructor(narrow) {
    super();
    this.narrow = narrow;
    this.key = narrowKey(narrow);
  }

  matches(message) {
    return matches(this.narrow, message);
  }

  /** Takes what a search found in messages. */
  highlight(found) {
    if (this.narrow.kind !== "search") return;
    for (const [id, match] of found) if (match.html !== undefined) this.found.set(id, match);
  }

  /** The HTML that a message shows in this list. An edit since the search shows without marks. */
  htmlOf(message) {
    const match = this.found.get(message.id);
    return match?.of === message.html ? match.html : message.html;
  }

  add(messages, detail) {
    if (this.data.add(messages) > 0) this.changed(detail ?? { added: true });
  }

  remove(messages) {
    if (this.selected && messages.includes(this.selected)) this.select(this.#beside(this.selected, messages));
    if (this.data.remove(messages) > 0) this.changed({ removed: true });
  }

  resort() {
    this.data.sort();
    this.changed({ sorted: true });
  }

  select(message) {
    if (this.selected === message) return;
    this.selected = message;
    this.changed({ selected: true });
  }

  /** The message `steps` after the selected one, or after `from` when none is. */
  step(steps, from) {
    const { items } = this.data;
    if (items.length === 0) return undefined;
    const start =
      this.selected && this.data.has(this.selected) ? this.data.indexOf(this.selected) + steps : from;
    return items[Math.max(0, Math.min(items.length - 1, start ?? items.length - 1))];
  }

  reset() {
    this.data.clear();
    this.selected = undefined;
    this.place = undefined;
    this.opened = false;
    this.changed({ reset: true });
  }

  #beside(message, gone) {
    const { items } = this.data;
    const index = items.indexOf(message);
    const stays = (candidate) => !gone.includes(candidate);
    return items.slice(index + 1).find(stays) ?? items.slice(0, index).reverse().find(stays);
  }
}
