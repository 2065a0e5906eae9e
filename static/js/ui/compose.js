/** The compose box: one line until it is used. Knows to whom, keeps what is typed as that conversation's draft, and
 *  hands finished messages on. */
import { render } from "lit";
import { channelConversation } from "../data/conversation.js";
import { Uploads, linkTo } from "../data/uploads.js";
import { conversationOf, isFeed, matches, narrowOfConversation } from "../data/narrow.js";
import { n, number, t } from "../lib/i18n.js";
import { composeView } from "./compose_view.js";
import { suggest } from "./suggestions.js";

const KEEP_AFTER_MS = 250;
const HEIGHT_MAX = 0.4; // of the window

export class Compose {
  to = { type: "channel", channel_id: undefined, topic: "", user_ids: [] };
  fixed; // the conversation on the screen, when there is just one
  is_open = false;
  error = "";
  suggestions; // {kind, from, items, index}
  waiting = false; // sends when the files are up
  #text = "";
  #openSoon = false;
  #due = false;
  #keepTimer;

  constructor(app, element) {
    this.app = app;
    this.element = element;
    this.uploads = new Uploads({
      send: async (file, options) => (await app.api.upload("/user_uploads", file, options)).url,
      done: (upload, url) => this.#uploaded(upload, url),
    });
    this.uploads.subscribe(() => this.#uploadsChanged());
    for (const store of [app.model.channels, app.model.people, app.model.realm])
      store.subscribe(() => this.invalidate());
  }

  /** The view changed: what was typed stays with its conversation, and that of the new one comes up. */
  setNarrow(narrow) {
    this.keep();
    this.app.typing.stop();
    this.fixed = conversationOf(narrow, this.app.model.people.my_id) ?? undefined;
    this.error = "";
    this.waiting = false;
    this.suggestions = undefined;
    if (this.fixed) {
      this.#setText(this.app.model.drafts.text(this.fixed.key));
    } else {
      this.to = { type: "channel", channel_id: narrow.channel_id, topic: "", user_ids: [] };
      this.#setText("");
      const draft = this.app.model.drafts.all().find((kept) => kept.conversation.key === this.#newKey());
      if (draft) {
        this.to = { ...this.to, ...draft.conversation.to };
        this.#setText(draft.text);
      }
    }
    this.is_open = this.fixed !== undefined || this.#text !== "" || this.#openSoon;
    const focus = this.#openSoon;
    this.#openSoon = false;
    this.draw();
    if (focus) this.focus();
  }

  /** Opens for writing; `to` says to whom when the view does not. */
  open(to) {
    if (to && !this.fixed) this.to = { ...this.to, ...to };
    this.is_open = true;
    this.draw();
    this.focus();
  }

  /** The next view opens with the box in use. */
  openSoon() {
    this.#openSoon = true;
  }

  /** Starts a message to someone else than the view shows. */
  openNew(to) {
    this.keep();
    if (this.fixed) this.#setText("");
    this.fixed = undefined;
    this.to = { type: "channel", channel_id: undefined, topic: "", user_ids: [], ...to };
    this.is_open = true;
    this.error = "";
    this.draw();
    this.focus();
  }

  close() {
    this.keep();
    this.app.typing.stop();
    this.suggestions = undefined;
    this.error = "";
    const back = conversationOf(this.app.view.narrow, this.app.model.people.my_id) ?? undefined;
    if (back && !this.fixed) {
      this.setNarrow(this.app.view.narrow);
    } else if (!this.fixed) {
      this.is_open = false;
    }
    this.draw();
    this.#area()?.blur();
  }

  focus() {
    const first = this.element.querySelector("[data-first]");
    const area = this.#area();
    const target = !this.fixed && first && !this.conversation() ? first : area;
    target?.focus();
    if (target === area && area) area.selectionStart = area.selectionEnd = area.value.length;
  }

  get has_focus() {
    return this.element.contains(document.activeElement);
  }

  /** Whether the box is one line that waits for being used. */
  get is_closed() {
    return !this.is_open && !this.fixed;
  }

  get text() {
    return this.#text;
  }

  /** Adds text on lines of its own, keeping what is there. */
  insert(text) {
    this.#setText(this.#text.trim() === "" ? text : `${this.#text.replace(/\s*$/, "")}\n\n${text}`);
    this.is_open = true;
    this.draw();
    this.focus();
    this.#keepSoon();
  }

  /** Puts text where the caret is. */
  insertHere(text) {
    const area = this.#area();
    const at = area?.selectionStart ?? this.#text.length;
    this.#setText(this.#text.slice(0, at) + text + this.#text.slice(area?.selectionEnd ?? at));
    this.draw();
    this.focus();
    const now = this.#area();
    if (now) now.selectionStart = now.selectionEnd = at + text.length;
    this.#keepSoon();
  }

  /** The files that are on their way to this conversation. */
  get files() {
    return this.uploads.of(this.#place().key);
  }

  /** Sends files up; each comes into the text as a link when it is there. */
  attach(files) {
    if (files.length === 0) return;
    if (this.is_closed) this.open();
    const { upload_mib } = this.app.model.realm.limits;
    const refuses = ({ size }) =>
      size > upload_mib * 1024 * 1024 ? t("Larger than the {limit} MiB that one file may have", { limit: upload_mib }) : "";
    const left = this.uploads.add(files, this.#place(), refuses);
    if (left > 0)
      this.app.view.notify(n("{count} file more than can go at once was left out.", "{count} files more than can go at once were left out.", left));
    this.focus();
  }

  /** The conversation that is written to, or null while it is not said in full. */
  conversation() {
    if (this.fixed) return this.fixed;
    const { type, channel_id, topic, user_ids } = this.to;
    if (type === "channel") {
      return channel_id !== undefined && topic.trim() !== ""
        ? channelConversation(channel_id, topic.trim())
        : null;
    }
    return user_ids.length > 0 ? this.app.model.directConversation(user_ids) : null;
  }

  /** Empties the box, whose text goes elsewhere. */
  take() {
    this.#setText("");
    this.keep();
  }

  setTo(change) {
    this.to = { ...this.to, ...change };
    this.error = "";
    this.#keepSoon();
    this.draw();
  }

  /** Keeps what is typed as a draft, now. */
  keep() {
    this.app.model.clock.clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    if (!this.app.ready) return;
    this.app.model.drafts.keep(this.#place(), this.#text);
  }

  send() {
    const content = this.#text.trimEnd().replace(/^\n+/, "");
    const conversation = this.conversation();
    if (this.uploads.pending(this.#place().key)) {
      this.waiting = !this.waiting;
      this.draw();
      return;
    }
    this.waiting = false;
    if (content.trim() === "") return;
    if (!conversation) {
      this.#complain(this.#missing());
      return;
    }
    const { app } = this;
    const { limits } = app.model.realm;
    if ([...content].length > limits.message) {
      this.#complain(
        t("A message can have {limit} characters; this one has {length}.", {
          limit: number(limits.message),
          length: number([...content].length),
        }),
      );
      return;
    }
    this.#setText("");
    this.keep();
    this.error = "";
    this.suggestions = undefined;
    app.typing.stop({ sent: true });
    const message = app.sender.send(conversation, content);
    this.draw();
    this.#follow(conversation, message);
  }

  invalidate() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.draw();
    });
  }

  draw() {
    if (!this.app.ready) return;
    render(composeView(this.app, this), this.element);
    this.#fit();
  }

  choose(item) {
    const area = this.#area();
    const { from } = this.suggestions;
    const after = area.value.slice(area.selectionStart).replace(/^ /, "");
    this.#setText(area.value.slice(0, from) + item.insert + after);
    this.suggestions = undefined;
    this.draw();
    area.focus();
    area.selectionStart = area.selectionEnd = from + item.insert.length;
    this.#keepSoon();
  }

  #follow(conversation, message) {
    const { app } = this;
    const { narrow } = app.view;
    if (isFeed(narrow) && matches(narrow, message)) {
      app.feed.toNewest();
      return;
    }
    if (isFeed(narrow)) {
      app.view.notify(t("Sent to {where}.", { where: app.model.titleOf(conversation) }), {
        label: t("Go there"),
        run: () => app.go(narrowOfConversation(conversation)),
      });
      this.close();
    } else {
      this.openSoon();
      app.go(narrowOfConversation(conversation));
    }
  }

  #missing() {
    if (this.to.type === "direct") return t("Choose at least one person to write to.");
    return this.to.channel_id === undefined
      ? t("Choose a channel to write to.")
      : t("Give the conversation a topic, a few words are enough.");
  }

  // What the text is kept under as a draft.
  #place() {
    return this.fixed ?? { type: "new", key: this.#newKey(), to: this.to };
  }

  // The file is there: its link goes where the person is writing, or into the draft of the conversation they left.
  #uploaded({ name, conversation }, url) {
    const link = linkTo(name, url);
    const { drafts } = this.app.model;
    if (conversation.key === this.#place().key) {
      this.#setText(joined(this.#text, link));
      this.keep();
      this.draw();
    } else {
      drafts.keep(conversation, joined(drafts.text(conversation.key), link));
    }
  }

  #uploadsChanged() {
    if (this.waiting && !this.uploads.pending(this.#place().key)) {
      const failed = this.files.length > 0;
      this.waiting = false;
      if (!failed) this.send();
    }
    this.invalidate();
  }

  #complain(words) {
    this.error = words;
    this.draw();
    if (!this.conversation())
      this.element.querySelector(this.to.channel_id === undefined ? "[data-first]" : "[data-topic]")?.focus();
  }

  #newKey() {
    const { channel_id } = this.app.view.narrow;
    return channel_id === undefined || this.app.view.narrow.kind !== "channel" ? "new" : `new:${channel_id}`;
  }

  /** The person typed. */
  type(text) {
    this.#text = text;
    this.error = "";
    this.app.typing.typed(this.conversation(), text);
    this.suggest();
    this.#keepSoon();
    this.draw();
  }

  /** Looks what could be meant by what stands before the caret. */
  suggest() {
    const area = this.#area();
    if (!area || area.selectionStart !== area.selectionEnd) return;
    const found = suggest(this.app.model, area.value.slice(0, area.selectionStart), this.app.view.narrow);
    this.suggestions = found && { ...found, index: 0 };
    this.invalidate();
  }

  /** The focus left the text. */
  blur() {
    // A tap on a suggestion takes the focus first.
    this.app.model.clock.setTimeout(() => {
      if (this.has_focus || !this.suggestions) return;
      this.suggestions = undefined;
      this.draw();
    }, 150);
  }

  #setText(text) {
    this.#text = text;
  }

  #keepSoon() {
    this.#keepTimer ??= this.app.model.clock.setTimeout(() => this.keep(), KEEP_AFTER_MS);
  }

  // As high as its text, within reason.
  #fit() {
    const area = this.#area();
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight, Math.round(window.innerHeight * HEIGHT_MAX))}px`;
  }

  #area() {
    return this.element.querySelector("textarea");
  }
}

// A link on a line of its own below what is written.
function joined(text, link) {
  return text.trim() === "" ? `${link}\n` : `${text.trimEnd()}\n${link}\n`;
}
