/** Who is here: when each person was last active and last connected, as the server told, and what that means now. */

import { Store } from "../lib/store.js";

export const ACTIVE = "active";
export const IDLE = "idle";
export const AWAY = "away";

export class Presence extends Store {
  last_update_id = -1;
  #seen = new Map(); // user_id: {active_s, connected_s}
  #states = new Map(); // as they were told to listeners
  #skew_s = 0; // the server's clock minus ours
  #away_after_s = 200;
  #my_id = 0;

  constructor(clock) {
    super();
    this.clock = clock;
  }

  load(state) {
    this.#my_id = state.user_id;
    this.#away_after_s = state.server_presence_offline_threshold_seconds ?? 200;
    this.#seen.clear();
    this.last_update_id = -1;
    this.take(state);
  }

  /** An answer of the server: `presences` by id, of all people or of those whose presence changed. */
  take({ presences = {}, server_timestamp, presence_last_update_id }) {
    if (server_timestamp) this.#skew_s = server_timestamp - this.clock.now() / 1000;
    this.last_update_id = Math.max(this.last_update_id, presence_last_update_id ?? -1);
    for (const [user_id, { active_timestamp, idle_timestamp }] of Object.entries(presences))
      this.#seen.set(Number(user_id), { active_s: active_timestamp, connected_s: idle_timestamp });
    this.refresh();
  }

  /** Someone came: the event has but one time. */
  note({ user_id, presence, server_timestamp }) {
    const told = presence.website ?? Object.values(presence)[0];
    if (!told) return;
    const known = this.#seen.get(user_id) ?? { active_s: 0, connected_s: 0 };
    const active_s = told.status === ACTIVE ? told.timestamp : known.active_s;
    this.#seen.set(user_id, {
      active_s: Math.max(active_s, known.active_s),
      connected_s: Math.max(told.timestamp, known.connected_s),
    });
    if (server_timestamp) this.#skew_s = server_timestamp - this.clock.now() / 1000;
    this.refresh();
  }

  /** Time has passed: tells listeners, if that changed what anybody's state is. */
  refresh() {
    const states = new Map([...this.#seen.keys()].map((user_id) => [user_id, this.of(user_id)]));
    const same =
      states.size === this.#states.size &&
      [...states].every(([user_id, state]) => this.#states.get(user_id) === state);
    this.#states = states;
    if (!same) this.changed();
  }

  /** ACTIVE, IDLE (a client is open, nobody uses it) or AWAY. I am active, as I look at this. */
  of(user_id) {
    if (user_id === this.#my_id) return ACTIVE;
    const seen = this.#seen.get(user_id);
    if (!seen) return AWAY;
    const now_s = this.clock.now() / 1000 + this.#skew_s;
    if (now_s - seen.active_s <= this.#away_after_s) return ACTIVE;
    return now_s - seen.connected_s <= this.#away_after_s ? IDLE : AWAY;
  }

  /** When someone was last here, in seconds on our clock; undefined where nothing is known. */
  lastSeen(user_id) {
    const seen = this.#seen.get(user_id);
    return seen && Math.max(seen.active_s, seen.connected_s) - this.#skew_s;
  }
}
