/** What was typed and not sent, one text a conversation, kept in the browser. */

import { Store } from "../lib/store.js";

const KEPT = 200;

export class Drafts extends Store {
  #user = 0;
  #all;

  constructor(storage, clock) {
    super();
    this.storage = storage;
    this.clock = clock;
  }

  load(user_id) {
    this.#user = user_id;
    this.changed();
  }

  /** The text kept for a conversation, "" when there is none. */
  text(key) {
    return this.storage.read(this.#name(key), undefined)?.text ?? "";
  }

  /** Keeps `text`; a blank one removes the draft. */
  keep(conversation, text) {
    const name = this.#name(conversation.key);
    const before = this.storage.read(name, undefined)?.text ?? "";
    if (text.trim() === "") {
      if (before === "") return;
      this.storage.remove(name);
    } else {
      if (text === before) return;
      this.storage.write(name, { conversation, text, updated_ms: this.clock.now() });
      this.#all = undefined;
      this.#bound();
    }
    this.changed();
  }

  /** All drafts, newest first: [{conversation, text, updated_ms}]. */
  all() {
    this.#all ??= this.storage
      .keys(`draft/${this.#user}/`)
      .map((key) => this.storage.read(key, undefined))
      .filter((draft) => draft?.conversation?.key !== undefined && typeof draft.text === "string")
      .sort((a, b) => b.updated_ms - a.updated_ms);
    return this.#all;
  }

  changed(detail) {
    this.#all = undefined;
    super.changed(detail);
  }

  #bound() {
    for (const draft of this.all().slice(KEPT)) this.storage.remove(this.#name(draft.conversation.key));
  }

  #name(key) {
    return `draft/${this.#user}/${key}`;
  }
}
