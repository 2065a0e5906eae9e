/** What the person set for themselves, under the names of the wire. Which of it the client shows: ui/settings. */

import { Store } from "../lib/store.js";

export class Settings extends Store {
  #values = {};

  load(state) {
    this.#values = { ...(state.user_settings ?? {}) };
    this.changed();
  }

  get(name) {
    return this.#values[name];
  }

  /** Takes a value; answers with the one before. */
  set(name, value) {
    const before = this.#values[name];
    this.#values[name] = value;
    if (JSON.stringify(before) !== JSON.stringify(value)) this.changed(name);
    return before;
  }
}

const COLOR_SCHEMES = { 1: "system", 2: "dark", 3: "light" };

/** The theme that the settings ask for, as the client names it. */
export function themeOf(settings) {
  if (settings.get("high_contrast_mode")) return "contrast";
  return COLOR_SCHEMES[settings.get("color_scheme")] ?? "system";
}

/** The settings that ask for a theme. */
export function settingsOfTheme(theme) {
  if (theme === "contrast") return { high_contrast_mode: true };
  const scheme = Object.entries(COLOR_SCHEMES).find(([, name]) => name === theme)?.[0] ?? 1;
  return { high_contrast_mode: false, color_scheme: Number(scheme) };
}
