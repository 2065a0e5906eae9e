/** The channels a person can see: those subscribed to, and those that could be. */

import { hueOfColor } from "../lib/hue.js";
import { Store } from "../lib/store.js";

export class Channels extends Store {
  #byId = new Map();
  #subscribed;

  load(state) {
    this.#byId.clear();
    for (const channel of state.subscriptions ?? []) this.#take(channel, true);
    for (const channel of state.unsubscribed ?? []) this.#take(channel, false);
    for (const channel of state.never_subscribed ?? []) this.#take(channel, false);
    this.changed();
  }

  get(id) {
    return this.#byId.get(id);
  }

  name(id) {
    return this.#byId.get(id)?.name ?? "unknown channel";
  }

  byName(name) {
    const folded = name.toLowerCase();
    for (const channel of this.#byId.values()) if (channel.name.toLowerCase() === folded) return channel;
    return undefined;
  }

  /** Subscribed channels: pinned first, muted last, by name. */
  subscribed() {
    this.#subscribed ??= [...this.#byId.values()]
      .filter((channel) => channel.subscribed)
      .sort(
        (a, b) =>
          Number(b.pin_to_top ?? false) - Number(a.pin_to_top ?? false) ||
          Number(a.is_muted ?? false) - Number(b.is_muted ?? false) ||
          a.name.localeCompare(b.name),
      );
    return this.#subscribed;
  }

  /** Every channel that can be seen, by name. */
  all() {
    return [...this.#byId.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  join(channels) {
    for (const channel of channels) this.#take(channel, true);
    this.changed();
  }

  leave(ids, my_id) {
    for (const id of ids) {
      const channel = this.#byId.get(id);
      if (!channel) continue;
      channel.subscribed = false;
      channel.subscribers?.delete(my_id);
      if (channel.invite_only) this.#byId.delete(id);
    }
    this.#touch();
  }

  create(channels) {
    for (const channel of channels) {
      if (!this.#byId.has(channel.stream_id)) this.#take(channel, false);
    }
    this.changed();
  }

  remove(ids) {
    for (const id of ids) this.#byId.delete(id);
    this.#touch();
  }

  update(id, property, value, extra = {}) {
    const channel = this.#byId.get(id);
    if (!channel) return;
    Object.assign(channel, extra);
    channel[property] = value;
    channel.hue = hueOfColor(channel.color, id);
    this.#touch();
  }

  peers(ids, user_ids, joined) {
    for (const id of ids) {
      const subscribers = this.#byId.get(id)?.subscribers;
      if (!subscribers) continue;
      for (const user_id of user_ids) {
        if (joined) subscribers.add(user_id);
        else subscribers.delete(user_id);
      }
    }
    this.changed();
  }

  #touch() {
    this.#subscribed = undefined;
    this.changed();
  }

  #take(channel, subscribed) {
    const known = this.#byId.get(channel.stream_id);
    this.#byId.set(channel.stream_id, {
      ...known,
      ...channel,
      subscribers: channel.subscribers ? new Set(channel.subscribers) : known?.subscribers,
      subscribed,
      hue: hueOfColor(channel.color ?? known?.color, channel.stream_id),
    });
    this.#subscribed = undefined;
  }
}
