// Small models for tests, made the way the client makes them.
import { Model } from "../../../static/js/data/model.js";
import { JsonStorage } from "../../../static/js/lib/storage.js";

/** Local storage in memory, with the same interface as the browser's. */
export class MemoryStorage {
  #items = new Map();
  limit = Infinity;

  get length() {
    return this.#items.size;
  }

  key(index) {
    return [...this.#items.keys()][index] ?? null;
  }

  getItem(key) {
    return this.#items.get(key) ?? null;
  }

  setItem(key, value) {
    if (value.length > this.limit) throw new Error("QuotaExceededError");
    this.#items.set(key, value);
  }

  removeItem(key) {
    this.#items.delete(key);
  }
}

/** A clock that stands still until it is told to go on. */
export class FakeClock {
  #now = 1_700_000_000_000;
  #timers = new Map();
  #ids = 0;

  now = () => this.#now;

  setTimeout = (call, ms) => {
    this.#ids += 1;
    this.#timers.set(this.#ids, { call, at: this.#now + ms });
    return this.#ids;
  };

  clearTimeout = (id) => this.#timers.delete(id);

  get waiting() {
    return this.#timers.size;
  }

  /** Lets `ms` pass; what falls due runs in order, with what it starts in between. */
  async advance(ms) {
    const end = this.#now + ms;
    await settled();
    for (;;) {
      const next = [...this.#timers]
        .filter(([, timer]) => timer.at <= end)
        .sort((a, b) => a[1].at - b[1].at || a[0] - b[0])[0];
      if (!next) break;
      this.#timers.delete(next[0]);
      this.#now = Math.max(this.#now, next[1].at);
      next[1].call();
      await settled();
    }
    this.#now = end;
  }
}

/** Lets everything that is ready to go on do so. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const ADA = person(1, "Ada Lovelace");
export const GRACE = person(2, "Grace Hopper");
export const ALAN = person(3, "Alan Turing");

export function person(user_id, full_name, rest = {}) {
  return {
    user_id,
    full_name,
    email: `user${user_id}@plait.example`,
    role: 400,
    is_bot: false,
    avatar_url: null,
    ...rest,
  };
}

export function channel(stream_id, name, rest = {}) {
  return {
    stream_id,
    name,
    description: "",
    color: "#c2c2c2",
    is_muted: false,
    pin_to_top: false,
    subscribers: [1, 2, 3],
    ...rest,
  };
}

/** The state of a registration by Ada. */
export function stateOf(rest = {}) {
  return {
    queue_id: "q1",
    last_event_id: -1,
    user_id: 1,
    realm_name: "Plait demo",
    realm_users: [ADA, GRACE, ALAN],
    subscriptions: [channel(1, "general"), channel(2, "engineering")],
    unsubscribed: [],
    never_subscribed: [channel(3, "random", { subscribers: [2] })],
    unread_msgs: { count: 0, pms: [], streams: [], huddles: [], mentions: [] },
    starred_messages: [],
    recent_private_conversations: [],
    max_message_id: 100,
    ...rest,
  };
}

export function modelOf(
  rest = {},
  { clock = new FakeClock(), backend = new MemoryStorage(), tab = "tab-a" } = {},
) {
  const model = new Model({ clock, storage: new JsonStorage(backend, "plait/"), tab });
  model.load(stateOf(rest));
  return model;
}

/** A message of a channel as the server words it. */
export function letter(id, rest = {}) {
  const { channel_id = 1, topic = "lunch", sender = GRACE, content = `<p>${id}</p>`, ...other } = rest;
  return {
    id,
    type: "stream",
    stream_id: channel_id,
    subject: topic,
    display_recipient: "general",
    sender_id: sender.user_id,
    sender_full_name: sender.full_name,
    timestamp: 1_700_000_000 + id,
    content,
    reactions: [],
    flags: ["read"],
    is_me_message: false,
    avatar_url: null,
    ...other,
  };
}

/** A direct message as the server words it; `people` are all who take part. */
export function direct(id, people, rest = {}) {
  return {
    ...letter(id, rest),
    type: "private",
    stream_id: undefined,
    subject: "",
    display_recipient: people.map((member) => ({
      id: member.user_id,
      full_name: member.full_name,
      email: member.email,
    })),
  };
}
