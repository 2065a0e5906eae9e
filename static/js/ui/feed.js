/** The message list view: the part of a message list that is on the page, up to 400 messages, and the scrolling.
 *
 *  What the reader looks at never moves by itself: before each change the first visible message is measured, and
 *  after it put back where it was. Only a reader at the end is taken along by what arrives there. */

import { html, nothing, render } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { conversationOf, marksAsRead } from "../data/narrow.js";
import { emptyFeed, failedFeed, skeleton } from "./empty.js";
import { entriesOf } from "./feed_entries.js";
import { dateLine, messageRow, recipientBar, unreadLine } from "./message_row.js";

const IN_DOM = 400;
const MARGIN = 80; // messages kept ready on either side of the view
const NEAR_EDGE_PX = 1_200;
const AT_END_PX = 40;
const SKELETON_AFTER_MS = 200;
const LINE_FROM_TOP_PX = 96;

export class MessageListView {
  list;
  #unsubscribe = () => {};
  #stick = true; // the reader is at the end and stays there
  #windowFirst; // the first message on the page
  #range = [0, 0];
  #hovered;
  #flash;
  #waited = false;
  #due = false;
  #placed = false; // whether the view stands where reading begins

  constructor(app, scroller, onScrolled) {
    this.app = app;
    this.scroller = scroller;
    this.content = scroller.firstElementChild;
    this.onScrolled = onScrolled;
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    this.content.addEventListener("mouseover", (event) => this.#hover(event));
    this.content.addEventListener("mouseleave", () => this.#hover(undefined));
    this.content.addEventListener("focusin", (event) => this.#hover(event));
    new ResizeObserver(() => this.#resized()).observe(scroller);
    new ResizeObserver(() => this.#resized()).observe(this.content);
    app.model.messages.subscribe((message) => {
      if (this.list?.data.has(message)) this.invalidate();
    });
    for (const store of [app.model.people, app.model.channels]) store.subscribe(() => this.invalidate());
  }

  /** Shows a list where it was left, or where reading begins; undefined shows none. */
  show(list) {
    if (this.list === list) return;
    this.#unsubscribe();
    this.list = list;
    this.#hovered = undefined;
    this.#flash = undefined;
    this.#windowFirst = undefined;
    this.#placed = false;
    this.#stick = false;
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
    return this.#stick;
  }

  /** How many unread messages are below what is seen; undefined when the newest are not here. */
  unreadBelow() {
    if (!this.list?.data.found_newest) return undefined;
    const { items } = this.list.data;
    const last = this.#lastVisible();
    let count = 0;
    for (let index = last + 1; index < items.length; index += 1) if (!items[index].read) count += 1;
    return count;
  }

  /** Whether the end is more than a screen away. */
  get farFromEnd() {
    return !this.list?.data.found_newest || this.#distanceToEnd() > this.scroller.clientHeight;
  }

  messageOfRow(row) {
    return this.list && this.#messageOf(row);
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
    const anchor = this.#placed ? this.#anchor() : undefined;
    this.#range = this.#window(anchor);
    render(this.#template(), this.content);
    if (!this.#placed) this.#place();
    else if (this.#stick) this.#toEnd();
    else this.#restore(anchor);
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
        this.app.view.notify(`The newest messages could not be loaded. ${error.message}`);
        return;
      }
    }
    if (this.list !== list) return;
    this.#stick = true;
    this.#placed = true;
    this.draw();
  }

  toOldest() {
    this.#stick = false;
    this.#windowFirst = this.list.data.first;
    this.draw();
    this.scroller.scrollTop = 0;
  }

  page(direction) {
    this.scroller.scrollBy({ top: direction * (this.scroller.clientHeight - 80) });
  }

  /** Brings a message into view and, when asked, shows which one it is. */
  reveal(message, { flash = false, middle = false } = {}) {
    if (!this.list?.data.has(message)) return;
    this.#placed = true;
    this.#stick = false;
    const index = this.list.data.indexOf(message);
    if (index < this.#range[0] || index >= this.#range[1]) {
      this.#windowFirst = this.list.data.items[Math.max(0, index - IN_DOM / 2)];
    }
    if (flash) this.#flash = message;
    this.draw();
    const row = this.#row(message);
    if (!row) return;
    const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
    const view = this.scroller;
    if (middle) view.scrollTop = top - view.clientHeight / 3;
    else if (top < view.scrollTop + LINE_FROM_TOP_PX / 2) view.scrollTop = top - LINE_FROM_TOP_PX / 2;
    else if (bottom > view.scrollTop + view.clientHeight) view.scrollTop = bottom - view.clientHeight + 8;
    this.#scrolled();
  }

  /** Selects the message `steps` further. */
  step(steps) {
    const { list } = this;
    if (!list) return;
    const from = steps > 0 ? this.#firstVisible() : this.#lastVisible();
    const selectedSeen = list.selected && this.#isVisible(list.selected);
    if (list.selected && !selectedSeen) list.selected = undefined;
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

  #changed(detail = {}) {
    const { arrived } = detail;
    const { list } = this;
    if (arrived && !arrived.read && !this.app.attentive() && !this.app.model.unread.first((c) => c.key === arrived.conversation.key)) {
      list.unread_line_id = arrived.id;
    }
    if (arrived && arrived.status === "sending") this.#stick = true;
    if (detail.replaced && !this.#placed) this.#placed = false;
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
      ${list.loading.older ? html`<div class="feed-more">Loading earlier messages</div>` : nothing}
      ${repeat(entries, (entry) => entry.key, (entry) => this.#entry(entry))}
      <div class="feed-end"></div>
    `;
  }

  #entry({ kind, message, head }) {
    const { app, list } = this;
    if (kind === "bar") return recipientBar(app, message);
    if (kind === "date") return dateLine(app, message);
    if (kind === "unread") return unreadLine();
    const selected = list.selected === message;
    return messageRow(app, message, {
      head,
      selected,
      tools: selected || this.#hovered === message.key,
      flash: this.#flash === message,
    });
  }

  // Which messages are on the page: all, or 400 around what is seen.
  #window(anchor) {
    const { items } = this.list.data;
    const count = items.length;
    if (count <= IN_DOM) return [0, count];
    if (this.#stick) return this.#from(count - IN_DOM);
    const anchored = anchor ? items.findIndex((message) => message.key === anchor.key) : -1;
    let first = this.#windowFirst ? items.indexOf(this.#windowFirst) : -1;
    if (anchored !== -1) {
      const crowded =
        first === -1 ||
        (anchored - first < MARGIN && first > 0) ||
        (first + IN_DOM - anchored < MARGIN * 2 && first + IN_DOM < count);
      if (crowded) first = anchored - IN_DOM / 2;
    }
    if (first === -1) first = this.#startIndex() - IN_DOM / 2;
    return this.#from(Math.max(0, Math.min(count - IN_DOM, first)));
  }

  #from(first) {
    this.#windowFirst = this.list.data.items[first];
    return [first, first + IN_DOM];
  }

  #startIndex() {
    const { data, place, unread_line_id, narrow } = this.list;
    if (place && place !== "end") return data.items.findIndex((message) => message.key === place.key);
    const id = narrow.near ?? unread_line_id;
    return place === "end" || id === undefined ? data.items.length : data.indexFrom(id);
  }

  // Puts the view where the list was left, at its unread line, or at its end.
  #place() {
    const { list } = this;
    if (list.data.items.length === 0 || (!list.opened && !list.place)) return;
    this.#placed = true;
    const { place } = list;
    const kept = place && place !== "end" ? this.content.querySelector(`[data-key="${place.key}"]`) : undefined;
    if (kept) {
      this.scroller.scrollTop = kept.offsetTop - place.offset;
      return;
    }
    const near = list.narrow.near && list.data.items.find((message) => message.id === list.narrow.near);
    if (near && place === undefined) {
      this.reveal(near, { flash: true, middle: true });
      return;
    }
    const line = place === "end" ? undefined : this.content.querySelector(".unread-line");
    if (!line) {
      this.#stick = list.data.found_newest;
      this.#toEnd();
      return;
    }
    this.scroller.scrollTop = line.offsetTop - LINE_FROM_TOP_PX;
    this.#stick = list.data.found_newest && this.#distanceToEnd() < 2;
  }

  #toEnd() {
    const { scroller } = this;
    const line = this.content.querySelector(".unread-line");
    // Nobody is looking: do not carry what they have not read out of sight.
    if (line && !this.app.attentive()) scroller.scrollTop = Math.min(scroller.scrollHeight, Math.max(scroller.scrollTop, line.offsetTop - LINE_FROM_TOP_PX));
    else scroller.scrollTop = scroller.scrollHeight;
  }

  #anchor() {
    const index = this.#firstVisibleRow();
    const row = this.#rows()[index];
    return row && { key: row.dataset.key, offset: row.offsetTop - this.scroller.scrollTop };
  }

  #restore(anchor) {
    if (!anchor) return;
    const row = this.content.querySelector(`[data-key="${anchor.key}"]`);
    if (!row) return;
    const delta = row.offsetTop - this.scroller.scrollTop - anchor.offset;
    if (Math.abs(delta) >= 1) this.scroller.scrollTop += delta;
  }

  #scrolled() {
    if (!this.list || !this.#placed) return;
    const { list } = this;
    const complete = list.data.found_newest && this.#range[1] === list.data.items.length;
    this.#stick = complete && this.#distanceToEnd() < AT_END_PX;
    list.place = this.#stick ? "end" : this.#anchor();
    if (this.#stick) list.arrived = 0;
    this.#shift();
    this.#fillUp();
    this.#see();
    this.onScrolled();
  }

  #shift() {
    const [first, end] = this.#range;
    const { scrollTop } = this.scroller;
    const near = (scrollTop < NEAR_EDGE_PX && first > 0) || (this.#distanceToEnd() < NEAR_EDGE_PX && end < this.list.data.items.length);
    if (near) this.draw();
  }

  // Asks for more where the view comes near to what is not here yet.
  #fillUp() {
    const { list } = this;
    if (!list.opened || !this.#placed || list.data.items.length === 0) return;
    const [first, end] = this.#range;
    if (first === 0 && this.scroller.scrollTop < NEAR_EDGE_PX) this.app.history.older(list);
    if (end === list.data.items.length && this.#distanceToEnd() < NEAR_EDGE_PX) this.app.history.newer(list);
  }

  #resized() {
    if (!this.list || !this.#placed) return;
    if (this.#stick) this.#toEnd();
    this.#see();
  }

  // Whatever can be read in full, or fills the view, has been seen.
  #see() {
    const { list, app } = this;
    if (!this.#placed || !marksAsRead(list.narrow) || !app.attentive()) return;
    const top = this.scroller.scrollTop;
    const bottom = top + this.scroller.clientHeight + 2;
    const rows = this.#rows();
    const seen = [];
    for (let index = this.#firstVisibleRow(); index < rows.length && index >= 0; index += 1) {
      const row = rows[index];
      if (row.offsetTop + row.offsetHeight > bottom && row.offsetTop > top) break;
      const message = this.#messageOf(row);
      if (message && app.model.unread.has(message.id)) seen.push(message.id);
    }
    if (seen.length > 0) app.reader.read(seen);
  }

  #hover(event) {
    const key = event?.target.closest?.("[data-key]")?.dataset.key;
    if (key === this.#hovered || (event?.type === "focusin" && key === undefined)) return;
    this.#hovered = key;
    this.invalidate();
  }

  #distanceToEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  #rows() {
    return this.content.getElementsByClassName("row");
  }

  #row(message) {
    return this.content.querySelector(`[data-key="${message.key}"]`);
  }

  #messageOf(row) {
    const { items } = this.list.data;
    const index = this.list.data.indexFrom(Number(row.dataset.id));
    return items[index]?.key === row.dataset.key ? items[index] : items.find((message) => message.key === row.dataset.key);
  }

  #firstVisibleRow() {
    const rows = this.#rows();
    const top = this.scroller.scrollTop;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].offsetTop + rows[middle].offsetHeight <= top + 1) low = middle + 1;
      else high = middle;
    }
    return low < rows.length ? low : rows.length - 1;
  }

  #firstVisible() {
    return this.#range[0] + Math.max(0, this.#firstVisibleRow());
  }

  #lastVisible() {
    const rows = this.#rows();
    const bottom = this.scroller.scrollTop + this.scroller.clientHeight;
    let index = Math.max(0, this.#firstVisibleRow());
    while (index + 1 < rows.length && rows[index + 1].offsetTop + rows[index + 1].offsetHeight <= bottom + 2) index += 1;
    return this.#range[0] + index;
  }

  #isVisible(message) {
    const row = this.#row(message);
    if (!row) return false;
    const { scrollTop, clientHeight } = this.scroller;
    return row.offsetTop + row.offsetHeight > scrollTop && row.offsetTop < scrollTop + clientHeight;
  }
}
