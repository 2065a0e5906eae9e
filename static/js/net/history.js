/** Fetches messages into lists: the first ones around where reading begins, older and newer ones at either end, and
 *  what was missed while the server was away. */

import { apiTerms, marksAsRead, matches } from "../data/narrow.js";
import { channelConversation, directConversation } from "../data/conversation.js";

const FIRST_BEFORE = 60;
const FIRST_AFTER = 100;
const MORE = 100;
const MISSED = 400;
const FEED_FIRST = 300;

export class History {
  constructor({ model, api }) {
    Object.assign(this, { model, api });
  }

  /** Makes a list show its first messages: at once from what is known, then from the server. */
  open(list) {
    if (list.opened && list.complete) return Promise.resolve();
    list.opening ??= this.#open(list).finally(() => {
      list.opening = undefined;
    });
    return list.opening;
  }

  async #open(list) {
    const anchor = list.narrow.near ?? this.#firstUnread(list.narrow);
    list.loading.first = true;
    list.error = undefined;
    if (!list.opened) this.#seed(list, anchor);
    list.unread_line_id ??= this.#firstUnread(list.narrow);
    list.changed({ loading: true });
    try {
      const block = await this.#fetch(list.narrow, {
        anchor: anchor ?? "newest",
        num_before: list.narrow.kind === "all" && !anchor ? FEED_FIRST : FIRST_BEFORE,
        num_after: anchor ? FIRST_AFTER : 0,
      });
      this.#join(list, block);
      list.complete = true;
    } catch (error) {
      list.error = error.message;
    } finally {
      list.loading.first = false;
      list.opened ||= !list.error;
      list.changed({ first: true });
    }
  }

  /** Shows a list around one message, whatever it held. */
  async openAt(list, id) {
    if (list.data.items.some((message) => message.id === id)) return true;
    try {
      const block = await this.#fetch(list.narrow, {
        anchor: id,
        num_before: FIRST_BEFORE,
        num_after: FIRST_AFTER,
      });
      this.#replace(list, block);
      return list.data.items.some((message) => message.id === id);
    } catch {
      return false;
    }
  }

  older(list) {
    const from = list.data.items.find((message) => message.status === "sent");
    return this.#more(list, "older", from, { num_before: MORE, num_after: 0 });
  }

  newer(list) {
    return this.#more(list, "newer", list.data.lastConfirmed(), { num_before: 0, num_after: MORE });
  }

  /** Leaves the past: the newest messages instead of what the list held. */
  async toNewest(list) {
    await list.opening;
    if (list.data.found_newest) return;
    const block = await this.#fetch(list.narrow, { anchor: "newest", num_before: MORE, num_after: 0 });
    this.#replace(list, block);
  }

  /** After the server was away long enough to forget us: what came, changed or went meanwhile. */
  async catchUp(list) {
    const { data } = list;
    const placed = data.items.find((message) => message.key === list.place?.key);
    const from = data.found_newest ? data.lastConfirmed() : (placed ?? data.items[data.items.length >> 1]);
    if (!list.opened || !from || from.status !== "sent") {
      list.complete = false;
      await this.open(list);
      return;
    }
    const block = await this.#fetch(list.narrow, {
      anchor: from.id,
      num_before: MISSED / 2,
      num_after: MISSED,
    });
    this.#replace(list, block);
  }

  async #more(list, side, from, counts) {
    const done = side === "older" ? list.data.found_oldest : list.data.found_newest;
    if (done || !from || list.loading[side] || list.loading.first) return;
    list.loading[side] = true;
    list.changed({ loading: true });
    try {
      const block = await this.#fetch(list.narrow, { anchor: from.id, include_anchor: false, ...counts });
      if (!list.data.has(from)) return;
      if (side === "older") list.data.found_oldest = block.found_oldest;
      else list.data.found_newest = block.found_newest;
      list.highlight(block.found);
      list.data.add(block.messages);
      if (side === "newer") this.#addLate(list, block);
    } catch {
      // Scrolling on asks again.
    } finally {
      list.loading[side] = false;
      list.changed({ [side]: true });
    }
  }

  async #fetch(narrow, params) {
    const since = this.model.messages.max_id;
    const data = await this.api.get("/messages", {
      narrow: apiTerms(narrow, this.model),
      client_gravatar: false,
      ...params,
    });
    const messages = data.messages.map((wire) => this.model.messages.take(wire));
    const found = data.messages.map((wire) => [wire.id, { of: wire.content, html: wire.match_content }]);
    // Reading and starring here may be ahead of what the server was told when it answered.
    for (const message of messages) {
      if (!message.read && !this.model.unread.has(message.id)) message.read = true;
      message.starred = this.model.realm.starred.has(message.id);
    }
    this.model.recent.note(messages);
    return { messages, found, since, found_oldest: data.found_oldest, found_newest: data.found_newest };
  }

  // Adds a block to what is there when the two touch, else takes the block alone.
  #join(list, block) {
    list.highlight(block.found);
    const { data } = list;
    const [first, last] = [block.messages[0], block.messages.at(-1)];
    const held = data.items.filter((message) => message.status === "sent");
    const touches =
      held.length === 0 ||
      (data.found_newest && block.found_newest) ||
      (first !== undefined && last !== undefined && first.id <= held.at(-1).id && last.id >= held[0].id);
    if (!touches) {
      this.#replace(list, block);
      return;
    }
    const lowest = held[0]?.id ?? Infinity;
    const highest = held.at(-1)?.id ?? -Infinity;
    if (first === undefined || first.id <= lowest) data.found_oldest = block.found_oldest;
    if (last === undefined || last.id >= highest) data.found_newest ||= block.found_newest;
    data.add(block.messages);
    this.#addLate(list, block);
  }

  #replace(list, block) {
    list.highlight(block.found);
    const keep = new Set(block.messages);
    list.data.remove(list.data.items.filter((message) => !keep.has(message)));
    list.data.add(block.messages);
    list.data.found_oldest = block.found_oldest;
    list.data.found_newest = block.found_newest;
    list.opened = true;
    list.complete = true;
    this.#addLate(list, block);
    list.changed({ replaced: true });
  }

  // A list that now reaches the newest also shows what came while it was being fetched, what was starred meanwhile,
  // and what is on its way.
  #addLate(list, block) {
    const { data, narrow } = list;
    if (!data.found_newest) return;
    const lowest = data.found_oldest ? -Infinity : (data.first?.id ?? Infinity);
    const from = narrow.kind === "starred" ? lowest : block.since;
    data.add([...this.model.messages.all()].filter((message) => message.id > from && list.matches(message)));
    data.add(this.model.messages.echoes().filter((message) => list.matches(message)));
  }

  // The feed of all messages holds every message of mine from its first on: enough to show many views at once.
  #seed(list, anchor) {
    const all = this.model.lists.get({ kind: "all" });
    if (!all || all === list || !all.data.found_newest || all.data.items.length === 0) return;
    if (anchor !== undefined && anchor < all.data.first.id) return;
    const items = all.data.items.filter((message) => matches(list.narrow, message));
    if (items.length === 0) return;
    list.data.found_newest = true;
    list.data.add(items);
    list.opened = true;
  }

  #firstUnread(narrow) {
    if (!marksAsRead(narrow)) return undefined;
    return this.model.unread.first((conversation) => this.#covers(narrow, conversation));
  }

  #covers(narrow, conversation) {
    switch (narrow.kind) {
      case "all":
        return this.model.counts(conversation);
      case "channel":
        return conversation.channel_id === narrow.channel_id;
      case "topic":
        return conversation.key === channelConversation(narrow.channel_id, narrow.topic).key;
      case "dm":
        return conversation.key === directConversation(narrow.user_ids, this.model.people.my_id).key;
      case "dms":
        return conversation.type === "direct";
      default:
        return false;
    }
  }
}
