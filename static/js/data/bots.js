/** The bots one manages: one's own, everyone's for administrators; and which bots can be made. */

import { Store } from "../lib/store.js";

export const GENERIC = 1;
export const INCOMING = 2;
export const OUTGOING = 3;
export const EMBEDDED = 4;

const MAX_SHORT_NAME = 60;

export class Bots extends Store {
  embedded = []; // {name, summary, config}: those that live in the server
  services = []; // {name, display_name, config}: those that can post through an incoming webhook
  #byId = new Map();

  load(state) {
    this.embedded = state.realm_embedded_bots ?? [];
    this.services = state.realm_incoming_webhook_bots ?? [];
    this.policy = state.realm_bot_creation_policy ?? 1;
    this.#byId = new Map((state.realm_bots ?? []).map((bot) => [bot.user_id, bot]));
    this.changed();
  }

  get(user_id) {
    return this.#byId.get(user_id);
  }

  /** Mine first, those that are closed last, each by name. */
  all(my_id) {
    const rank = (bot) => (bot.is_active ? 0 : 2) + (bot.owner_id === my_id ? 0 : 1);
    return [...this.#byId.values()].sort((a, b) => rank(a) - rank(b) || a.full_name.localeCompare(b.full_name));
  }

  add(bot) {
    this.#byId.set(bot.user_id, bot);
    this.changed();
  }

  update(change) {
    const known = this.#byId.get(change.user_id);
    if (!known) return;
    Object.assign(known, change);
    this.changed();
  }

  remove(user_id) {
    if (this.#byId.delete(user_id)) this.changed();
  }

  setPolicy(policy) {
    this.policy = policy;
    this.changed();
  }

  /** The kinds of bots that somebody of this role may make. */
  kindsFor(role) {
    if (role <= 200) return [GENERIC, INCOMING, OUTGOING, EMBEDDED];
    if (role >= 600 || this.policy === 3) return [];
    return this.policy === 2 ? [INCOMING, OUTGOING, EMBEDDED] : [GENERIC, INCOMING, OUTGOING, EMBEDDED];
  }
}

/** A short name made of a name: what an address can hold of it. */
export function shortName(name) {
  const plain = name.normalize("NFKD").replace(/\p{Mark}/gu, "").toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .replace(/-bot$/, "")
    .slice(0, MAX_SHORT_NAME);
}

/** Where a service is to post, for an incoming webhook. */
export function webhookAddress(origin, bot, service, channel_id) {
  const address = new URL(`/api/v1/external/${service}`, origin);
  address.searchParams.set("api_key", bot.api_key);
  if (channel_id) address.searchParams.set("stream", String(channel_id));
  return address.href;
}
