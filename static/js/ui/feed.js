/** The message list view: the part of a message list that is on the page, up to 400 messages, and the scrolling.
 *
 *  What the reader looks at never moves by itself: before each change the first visible message is measured, and
 *  after it put back where it was. Only a reader at the end is taken along by what arrives there. */

import { html, nothing, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { conversationOf, marksAsRead } from "../data/narrow.js";
import { t } from "../lib/i18n.js";
import { emptyFeed, failedFeed, skeleton } from "./empty.js";
import { entriesOf } from "./feed_entries.js";
import { FeedGeometry } from "./feed_geometry.js";
import { windowOf } from "./feed_window.js";
import { dateLine, messageRow, recipientBar, unreadLine } from "./message_row.js";

const NEAR_EDGE_PX = 1_200;
const AT_END_PX = 40;
const SKELETON_AFTER_MS = 200;
const LINE_FROM_TOP_PX = 96;
const BAR_PX = 48;

export class MessageListView {
  list;
  #unsubscribe = () => {};
  #at_end = true; // the reader is at the end and stays there
  #placed = false; // whether the view stands where reading begins
  #first; // the first message on the page
  #range = [0, 0];
  #hovered;
  #flash;
  #waited = false;
  #due = false;

  /** `onScrolled()` is called whenever what can be seen has changed. */
  constructor(app, scroller, onScrolled) {
    this.app = app;
    this.onScrolled = onScrolled;
    this.content = scroller.firstElementChild;
    this.geometry = new FeedGeometry(scroller, this.content);
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.content.addEventListener("mouseover", (event) => this.#hover(event));
    this.content.addEventListener("mouseleave", () => this.#hover(undefined));
    this.content.addEventListener("focusin", (event) => this.#hover(event));
    const resized = new ResizeObserver(() => this.#resized());
    resized.observe(scroller);
    resized.observe(this.content);
    app.model.messages.subscribe((message) => {
      if (this.list?.data.has(message)) this.invalidate();
    });
    for (const store of [app.model.people, app.model.channels]) store.subscribe(() => this.invalidate());
  }

  /** Shows a list where it was left, or where reading begins; undefined shows none. */
  show(list) {
    if (this.list === list) return;
    this.#leave();
    this.#unsubscribe();
    this.list = list;
    this.#hovered = undefined;
    this.#flash = undefined;
    this.#first = undefined;
    this.#placed = false;
    this.#at_end = false;
    this.#waited = false;
    if (!list) {
      render(nothing, this.content);
      return;
    }
    this.#unsubscribe = list.subscribe((detail) => this.#changed(detail));
    this.app.model.clock.setTimeout(() => {
      this.#waited = true;
      this.invalidate();
    }, SKELETON_AFTER_MS);
    this.draw();
  }

  get atEnd() {
    return this.#at_end;
  }

  /** Whether the end is more than a screen away. */
  get farFromEnd() {
    return !this.list?.data.found_newest || this.geometry.distanceToEnd > this.geometry.height;
  }

  /** How many unread messages are below what is seen; undefined when the newest are not here. */
  unreadBelow() {
    if (!this.list?.data.found_newest) return undefined;
    const { items } = this.list.data;
    let count = 0;
    for (let index = this.#range[0] + this.geometry.lastVisible() + 1; index < items.length; index += 1) {
      if (!items[index].read) count += 1;
    }
    return count;
  }

  messageOfRow(row) {
    const { items } = this.list?.data ?? { items: [] };
    return items.find((message) => message.key === row.dataset.key);
  }

  invalidate() {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.list) this.draw();
    });
  }

  draw() {
    const anchor = this.#placed ? this.geometry.anchor() : undefined;
    this.#range = this.#chooseRange(anchor);
    render(this.#template(), this.content);
    if (!this.#placed) this.#place();
    else if (this.#at_end) this.#follow();
    else this.geometry.restore(anchor);
    this.#fillUp();
    this.#see();
    this.onScrolled();
  }

  /** Goes to the newest message. */
  async toNewest() {
    const { list } = this;
    if (!list.data.found_newest) {
      try {
        await this.app.history.toNewest(list);
      } catch (error) {
        this.app.view.notify(t("The newest messages could not be loaded. {reason}", { reason: error.message }));
        return;
      }
    }
    if (this.list !== list) return;
    this.#at_end = true;
    this.#placed = true;
    this.draw();
  }

  toOldest() {
    this.#at_end = false;
    this.#first = this.list.data.first;
    this.geometry.scrollTo(0);
    this.draw();
    this.geometry.scrollTo(0);
  }

  page(direction) {
    this.geometry.scrollTo(this.geometry.top + direction * (this.geometry.height - 80));
  }

  /** Brings a message into view and, when asked, shows which one it is. */
  reveal(message, { flash = false, middle = false } = {}) {
    if (!this.list?.data.has(message)) return;
    this.#placed = true;
    this.#at_end = false;
    const index = this.list.data.indexOf(message);
    if (index < this.#range[0] || index >= this.#range[1]) {
      const { items } = this.list.data;
      this.#range = windowOf({ count: items.length, anchor: index, first: -1 });
      this.#first = items[this.#range[0]];
      render(nothing, this.content);
    }
    if (flash) this.#flash = message;
    this.draw();
    const row = this.geometry.row(message.key);
    if (!row) return;
    if (middle) this.geometry.scrollTo(row.offsetTop - this.geometry.height / 3);
    else this.geometry.bringIn(row, BAR_PX);
    this.#scrolled();
  }

  /** Selects the message `steps` further. */
  step(steps) {
    const { list, geometry } = this;
    if (!list) return;
    const seen = list.selected && geometry.row(list.selected.key);
    if (list.selected && !(seen && geometry.isVisible(seen))) list.selected = undefined;
    const from = this.#range[0] + Math.max(0, steps > 0 ? geometry.firstVisible() : geometry.lastVisible());
    const next = list.step(steps, from);
    if (!next) return;
    list.select(next);
    this.reveal(next);
    if (steps > 0 && next === list.data.last && list.data.found_newest) this.toNewest();
  }

  /** The message that an action by key is about. */
  get chosen() {
    const { list } = this;
    if (!list) return undefined;
    return list.selected && list.data.has(list.selected) ? list.selected : list.data.last;
  }

  /** Looks again whether what is on the screen counts as seen: the window has come to the front. */
  look() {
    if (this.list) this.#see();
  }

  #changed({ arrived } = {}) {
    if (
      arrived &&
      !arrived.read &&
      !this.app.attentive() &&
      !this.app.model.unread.count(arrived.conversation.key)
    ) {
      this.list.unread_line_id = arrived.id;
    }
    if (arrived?.status === "sending") this.#at_end = true;
    this.invalidate();
  }

  #template() {
    const { list, app } = this;
    const { items, found_oldest } = list.data;
    if (items.length === 0) {
      if (list.error) return failedFeed(app, list);
      if (list.opened && !list.loading.first) return emptyFeed(app, list);
      return this.#waited ? skeleton() : nothing;
    }
    const mixed = conversationOf(list.narrow, app.model.people.my_id) === null;
    const entries = entriesOf(items, ...this.#range, { mixed, unread_line_id: list.unread_line_id });
    return html`
      ${found_oldest && this.#range[0] === 0 ? html`<div class="feed-start"></div>` : nothing}
      ${list.loading.older ? html`<div class="feed-more">${t("Loading earlier messages")}</div>` : nothing}
      ${repeat(
        entries,
        (entry) => entry.key,
        (entry) => this.#entry(entry),
      )}
      <div class="feed-end"></div>
    `;
  }

  #entry({ kind, message, head, newDay }) {
    const { app, list } = this;
    if (kind === "bar") return recipientBar(app, message);
    if (kind === "date") return dateLine(app, message);
    if (kind === "unread") return unreadLine(app, message, newDay);
    const selected = list.selected === message;
    return messageRow(app, message, {
      head,
      selected,
      tools: selected || this.#hovered === message.key,
      flash: this.#flash === message,
      html: list.htmlOf(message),
    });
  }

  #chooseRange(anchor) {
    const { items } = this.list.data;
    const range = windowOf({
      count: items.length,
      anchor: anchor ? items.findIndex((message) => message.key === anchor.key) : -1,
      first: this.#first ? items.indexOf(this.#first) : -1,
      start: this.#startIndex(),
      at_end: this.#at_end,
    });
    this.#first = items[range[0]];
    return range;
  }

  #startIndex() {
    const { data, place, unread_line_id, narrow } = this.list;
    if (place && place !== "end") return data.items.findIndex((message) => message.key === place.key);
    const id = narrow.near ?? unread_line_id;
    return place === "end" || id === undefined ? data.items.length : data.indexFrom(id);
  }

  // Puts the view where the list was left, at its unread line, or at its end.
  #place() {
    const { list, geometry } = this;
    if (list.data.items.length === 0 || (!list.opened && !list.place)) return;
    this.#placed = true;
    const { place } = list;
    if (place && place !== "end" && geometry.restore(place)) return;
    const near = list.narrow.near && list.data.items.find((message) => message.id === list.narrow.near);
    if (near && place === undefined) {
      this.reveal(near, { flash: true, middle: true });
      return;
    }
    const line = place === "end" ? undefined : geometry.unreadLine;
    if (!line) {
      this.#at_end = list.data.found_newest;
      this.#follow();
      return;
    }
    geometry.scrollTo(line.offsetTop - LINE_FROM_TOP_PX);
    this.#at_end = list.data.found_newest && geometry.distanceToEnd < 2;
  }

  // Stays at the end; but what nobody has read yet is not carried out of sight while nobody looks.
  #follow() {
    const { geometry } = this;
    const line = this.app.attentive() ? undefined : geometry.unreadLine;
    if (!line) {
      geometry.toEnd();
      return;
    }
    geometry.scrollTo(Math.max(geometry.top, line.offsetTop - LINE_FROM_TOP_PX));
    this.#at_end = geometry.distanceToEnd < AT_END_PX;
  }

  #scrolled() {
    if (!this.list || !this.#placed) return;
    const { list, geometry } = this;
    const complete = list.data.found_newest && this.#range[1] === list.data.items.length;
    this.#at_end = complete && geometry.distanceToEnd < AT_END_PX;
    list.place = this.#at_end ? "end" : geometry.anchor();
    const [first, end] = this.#range;
    const up = first > 0 && geometry.top < NEAR_EDGE_PX;
    const down = end < list.data.items.length && geometry.distanceToEnd < NEAR_EDGE_PX;
    if (up || down) this.draw();
    this.#fillUp();
    this.#see();
    this.onScrolled();
  }

  // Asks for more where the view comes near to what is not here yet.
  #fillUp() {
    const { list, geometry } = this;
    if (!list.opened || !this.#placed || list.data.items.length === 0) return;
    const [first, end] = this.#range;
    if (first === 0 && geometry.top < NEAR_EDGE_PX) this.app.history.older(list);
    if (end === list.data.items.length && geometry.distanceToEnd < NEAR_EDGE_PX) this.app.history.newer(list);
  }

  // Where the list is left, for when it is shown again.
  #leave() {
    if (!this.list || !this.#placed || this.geometry.height === 0) return;
    this.list.place = this.#at_end ? "end" : this.geometry.anchor();
  }

  #resized() {
    if (!this.list || !this.#placed) return;
    if (this.#at_end) this.#follow();
    this.#see();
  }

  #see() {
    const { app, list } = this;
    if (!this.#placed || !marksAsRead(list.narrow) || !app.attentive()) return;
    const seen = this.geometry.readable().map((row) => Number(row.dataset.id));
    const unread = seen.filter((id) => app.model.unread.has(id));
    if (unread.length > 0) app.reader.read(unread);
  }

  #hover(event) {
    const key = event?.target.closest?.("[data-key]")?.dataset.key;
    if (key === this.#hovered || (event?.type === "focusin" && key === undefined)) return;
    this.#hovered = key;
    this.invalidate();
  }
}
