/** What the person looks at: the narrow, which side panels are open, dialogs, short notices. Not kept anywhere. */

import { Store } from "../lib/store.js";
import { HOME } from "../data/narrow.js";

const NOTICE_MS = 6_000;

export class View extends Store {
  narrow = HOME;
  side_open = false; // narrow windows: the list of conversations is on top
  people_open; // the right column of a wide window
  people_over = false; // the same list over the conversation, where there is no room beside it
  dialog; // {kind, ...} or undefined
  menu; // {kind, anchor, ...} or undefined
  notices = [];
  expanded = new Set(); // channels whose topics are all listed
  #ids = 0;

  constructor(clock, storage) {
    super();
    this.clock = clock;
    this.storage = storage;
    this.people_open = storage.read("people-open", true);
    this.theme = storage.read("theme", "system");
  }

  setNarrow(narrow) {
    this.narrow = narrow;
    this.side_open = false;
    this.people_over = false;
    this.menu = undefined;
    this.changed();
  }

  setSide(open) {
    this.side_open = open;
    this.changed();
  }

  /** Shows or hides people: beside the conversation in a `wide` window, else over it. */
  togglePeople(wide) {
    if (wide) {
      this.people_open = !this.people_open;
      this.storage.write("people-open", this.people_open);
    } else {
      this.people_over = !this.people_over;
    }
    this.changed();
  }

  setTheme(theme) {
    this.theme = theme;
    this.storage.write("theme", theme);
    this.changed();
  }

  toggleExpanded(channel_id) {
    if (!this.expanded.delete(channel_id)) this.expanded.add(channel_id);
    this.changed();
  }

  openDialog(dialog) {
    this.dialog = dialog;
    this.menu = undefined;
    this.changed();
  }

  closeDialog() {
    this.dialog = undefined;
    this.changed();
  }

  openMenu(menu) {
    this.menu = menu;
    this.changed();
  }

  closeMenu() {
    if (!this.menu) return;
    this.menu = undefined;
    this.changed();
  }

  /** Says something in passing; `action` is {label, run}. */
  notify(words, action) {
    this.#ids += 1;
    const notice = { id: this.#ids, words, action };
    this.notices = [...this.notices.slice(-2), notice];
    this.clock.setTimeout(() => this.dismiss(notice), NOTICE_MS);
    this.changed();
  }

  dismiss(notice) {
    const rest = this.notices.filter((other) => other !== notice);
    if (rest.length === this.notices.length) return;
    this.notices = rest;
    this.changed();
  }
}
