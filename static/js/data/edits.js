/** Messages that are being edited here, each in its place: what was typed is kept until it is saved or given up, over
 *  reloads too. An edit is loading, open or saving; one that the server refused is open again, with its words. */

import { Store } from "../lib/store.js";
import { escapeText } from "../lib/text.js";
import { contains_backend_only_syntax, render } from "./markdown.js";

export class Edits extends Store {
  #open = new Map(); // message id -> {message, source, text, status, error}

  constructor(model, storage) {
    super();
    this.model = model;
    this.storage = storage;
  }

  get(message) {
    return this.#open.get(message.id);
  }

  get some() {
    return this.#open.size > 0;
  }

  /** Begins; its text comes with `fill`. */
  begin(message) {
    this.#open.set(message.id, { message, source: undefined, text: "", status: "loading", error: "" });
    this.#touch(message);
  }

  /** The text as the server has it; what was typed earlier and not saved comes up instead. */
  fill(message, source) {
    const edit = this.get(message);
    if (!edit) return;
    const kept = this.storage.read(this.#name(message), undefined);
    Object.assign(edit, { source, text: kept ?? source, status: "open" });
    this.#touch(message);
  }

  /** The person typed. Nothing is drawn: the text stands there already. */
  type(message, text) {
    const edit = this.get(message);
    if (!edit) return;
    edit.text = text;
    this.storage.write(this.#name(message), text);
  }

  /** Shows what was typed in place of the message, until the server answers. */
  save(message) {
    const edit = this.get(message);
    edit.status = "saving";
    edit.before = { html: message.html, plain: message.plain, is_me_message: message.is_me_message };
    const plain = contains_backend_only_syntax(edit.text, this.model);
    message.html = plain
      ? `<p>${escapeText(edit.text).replace(/\n/g, "<br>\n")}</p>`
      : render(edit.text, this.model);
    message.plain = plain || undefined;
    message.is_me_message = !plain && edit.text.startsWith("/me ");
    this.#touch(message);
  }

  /** The server has it. Its own words come by event, maybe have come already. */
  saved(message) {
    this.close(message);
  }

  /** The server refused: the message is as it was, what was typed stands ready. */
  refused(message, words) {
    const edit = this.get(message);
    if (!edit) return;
    Object.assign(message, edit.before);
    Object.assign(edit, { status: "open", error: words, before: undefined });
    this.#touch(message);
  }

  /** Gives up, or ends. */
  close(message) {
    this.storage.remove(this.#name(message));
    if (this.#open.delete(message.id)) this.#touch(message);
  }

  /** The message is gone: so is its editing. Listeners hear what was typed, for the person to keep. */
  drop(id) {
    const edit = this.#open.get(id);
    if (!edit) return;
    this.#open.delete(id);
    this.storage.remove(this.#name(edit.message));
    this.changed(edit.text !== edit.source ? { lost: edit.text } : undefined);
  }

  #touch(message) {
    this.model.messages.touch(message);
    this.changed(message);
  }

  #name(message) {
    return `edit/${this.model.people.my_id}/${message.id}`;
  }
}
