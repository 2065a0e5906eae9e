/** The emoji that can be written and reacted with: Unicode's, from the server's table, and the organisation's own. */

import { best } from "../lib/text.js";
import { Store } from "../lib/store.js";

/** Offered first when reacting. */
export const COMMON = [
  ["thumbs_up", "1f44d"],
  ["heart", "2764"],
  ["joy", "1f602"],
  ["tada", "1f389"],
  ["eyes", "1f440"],
  ["check", "2705"],
  ["smile", "1f642"],
  ["rocket", "1f680"],
  ["octopus", "1f419"],
  ["working_on_it", "1f6e0"],
  ["thinking", "1f914"],
  ["cry", "1f622"],
].map(([emoji_name, emoji_code]) =>
  Object.freeze({ emoji_name, emoji_code, reaction_type: "unicode_emoji" }),
);

export class Emoji extends Store {
  loaded = false;
  #list = []; // {emoji_name, emoji_code, reaction_type, names}
  #byName = new Map();
  #custom = new Map(); // id -> {id, name, source_url, deactivated}

  /** Takes the server's {code_to_names}. */
  load(data) {
    this.#byName.clear();
    this.#list = Object.entries(data.code_to_names ?? {}).map(([emoji_code, names]) => {
      const entry = { emoji_name: names[0], emoji_code, reaction_type: "unicode_emoji", names };
      for (const name of names) if (!this.#byName.has(name)) this.#byName.set(name, entry);
      return entry;
    });
    this.loaded = true;
    this.changed();
  }

  loadCustom(realm_emoji) {
    this.#custom = new Map(Object.entries(realm_emoji ?? {}));
    this.changed();
  }

  byName(name) {
    for (const custom of this.#custom.values()) {
      if (custom.name === name && !custom.deactivated) return customEntry(custom);
    }
    return this.#byName.get(name);
  }

  customById(id) {
    return this.#custom.get(String(id));
  }

  /** Matches for what is typed; common ones when nothing is. */
  search(query, limit) {
    const wanted = query
      .trim()
      .toLowerCase()
      .replace(/[\s-]+/g, "_")
      .replace(/^:|:$/g, "");
    const custom = [...this.#custom.values()].filter((entry) => !entry.deactivated).map(customEntry);
    if (wanted === "") return [...custom, ...COMMON.map((entry) => this.#named(entry))].slice(0, limit);
    const pairs = [...custom, ...this.#list].flatMap((entry) => entry.names.map((name) => ({ name, entry })));
    const found = new Set(best(pairs, wanted, (pair) => pair.name, limit * 3).map((pair) => pair.entry));
    return [...found].slice(0, limit);
  }

  #named(entry) {
    const known = this.#list.find((candidate) => candidate.emoji_code === entry.emoji_code);
    return known ?? { ...entry, names: [entry.emoji_name] };
  }
}

function customEntry(custom) {
  return {
    emoji_name: custom.name,
    emoji_code: String(custom.id),
    reaction_type: "realm_emoji",
    source_url: custom.source_url,
    names: [custom.name],
  };
}

/** The characters of a code such as "1f468-200d-1f4bb"; "" for what is not one. */
export function unicodeOf(code) {
  if (!/^[0-9a-f]{2,6}(-[0-9a-f]{2,6})*$/.test(code)) return "";
  const points = code.split("-").map((part) => parseInt(part, 16));
  if (points.some((point) => point > 0x10ffff)) return "";
  const text = String.fromCodePoint(...points);
  // One character that is text by default needs the selector to be drawn in colour.
  return points.length === 1 && !/\p{Emoji_Presentation}/u.test(text) ? `${text}\ufe0f` : text;
}
