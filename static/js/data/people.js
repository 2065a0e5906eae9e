/** The people of the organisation: who they are and what they are called. */

import { t } from "../lib/i18n.js";
import { Store } from "../lib/store.js";

export class People extends Store {
  my_id = 0;
  #byId = new Map();

  load(state) {
    this.my_id = state.user_id;
    this.#byId.clear();
    for (const person of state.realm_users ?? []) this.#take(person, { is_active: true });
    for (const person of state.realm_non_active_users ?? []) this.#take(person, { is_active: false });
    for (const person of state.cross_realm_bots ?? []) this.#take(person, { is_system_bot: true });
    this.changed();
  }

  get(id) {
    return this.#byId.get(id);
  }

  get me() {
    return this.#byId.get(this.my_id);
  }

  /** A name to show for anyone, also for people the client has not been told of. */
  name(id, fallback = t("Unknown person")) {
    return this.#byId.get(id)?.full_name ?? fallback;
  }

  /** The names of a direct conversation. */
  names(user_ids) {
    return user_ids.map((id) => this.name(id)).join(t(", "));
  }

  /** Everyone who can be written to, by name. */
  active() {
    this.#active ??= this.sorted().filter((person) => person.is_active && !person.is_system_bot);
    return this.#active;
  }

  sorted() {
    this.#sorted ??= [...this.#byId.values()].sort((a, b) => a.full_name.localeCompare(b.full_name));
    return this.#sorted;
  }

  byExactName(name) {
    const folded = name.toLowerCase();
    return this.sorted().filter((person) => person.full_name.toLowerCase() === folded);
  }

  add(person) {
    this.#take(person, {});
    this.changed();
  }

  update(person) {
    const known = this.#byId.get(person.user_id);
    if (!known) return;
    const { new_email, custom_profile_field, ...rest } = person;
    Object.assign(known, rest, new_email === undefined ? {} : { email: new_email });
    this.changed();
  }

  remove(user_id) {
    const known = this.#byId.get(user_id);
    if (known) known.is_active = false;
    this.changed();
  }

  changed(detail) {
    this.#sorted = undefined;
    this.#active = undefined;
    super.changed(detail);
  }

  #sorted;
  #active;

  #take(person, extra) {
    this.#byId.set(person.user_id, { is_active: true, ...person, ...extra });
  }
}
