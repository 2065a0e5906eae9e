/** What people say of themselves: a few words and an emoji beside the name. */

import { Store } from "../lib/store.js";

const KEYS = ["status_text", "emoji_name", "emoji_code", "reaction_type"];

export class Statuses extends Store {
  #byId = new Map();

  load(state) {
    this.#byId.clear();
    for (const [user_id, status] of Object.entries(state.user_status ?? {})) this.#put(Number(user_id), status);
    this.changed();
  }

  /** Sets what `change` names; what is empty is not set any more. */
  update(user_id, change) {
    this.#put(user_id, { ...this.#byId.get(user_id), ...change });
    this.changed();
  }

  /** {status_text?, emoji_name?, emoji_code?, reaction_type?}, or undefined. */
  of(user_id) {
    return this.#byId.get(user_id);
  }

  #put(user_id, status) {
    const kept = Object.fromEntries(KEYS.filter((key) => status[key]).map((key) => [key, status[key]]));
    if (Object.keys(kept).length === 0) this.#byId.delete(user_id);
    else this.#byId.set(user_id, kept);
  }
}
