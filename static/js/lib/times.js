/** Moments in words. All take seconds since 1970, as the server gives them, and the present in milliseconds. */

import { locale, n, t } from "./i18n.js";

const formats = new Map();

let twentyFour; // undefined: as the language has it

/** Whether times of day go to 24 or to 12; answers whether that is news. */
export function useTwentyFourHours(on) {
  if (on === twentyFour) return false;
  twentyFour = on;
  formats.clear();
  return true;
}

function format(options) {
  const key = JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale(), { numberingSystem: "latn", ...hours(options), ...options });
    formats.set(key, found);
  }
  return found;
}

function hours(options) {
  if (twentyFour === undefined || !(options.hour || options.timeStyle)) return {};
  return { hourCycle: twentyFour ? "h23" : "h12" };
}

export function clockTime(timestamp) {
  return format({ hour: "numeric", minute: "2-digit" }).format(timestamp * 1000);
}

export function fullTime(timestamp) {
  return format({ dateStyle: "full", timeStyle: "medium" }).format(timestamp * 1000);
}

/** A key that is equal for two moments of one day here. */
export function dayKey(timestamp) {
  const date = new Date(timestamp * 1000);
  return date.getFullYear() * 10_000 + (date.getMonth() + 1) * 100 + date.getDate();
}

export function dayLabel(timestamp, now_ms) {
  const date = new Date(timestamp * 1000);
  const now = new Date(now_ms);
  const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (days === 0) return t("Today");
  if (days === 1) return t("Yesterday");
  if (days > 1 && days < 7) return format({ weekday: "long" }).format(date);
  if (date.getFullYear() === now.getFullYear()) return format({ day: "numeric", month: "long" }).format(date);
  return format({ day: "numeric", month: "long", year: "numeric" }).format(date);
}

/** Short, for lists of conversations: the time today, else the day. */
export function listTime(timestamp, now_ms) {
  const label = dayLabel(timestamp, now_ms);
  if (label === t("Today")) return clockTime(timestamp);
  if (label === t("Yesterday")) return label;
  const date = new Date(timestamp * 1000);
  const sameYear = date.getFullYear() === new Date(now_ms).getFullYear();
  return format(sameYear ? { day: "numeric", month: "short" } : { dateStyle: "medium" }).format(date);
}

/** When someone was last here. */
export function lastSeenWords(timestamp, now_ms) {
  const minutes = Math.max(1, Math.round((now_ms / 1000 - timestamp) / 60));
  if (minutes < 60) return n("Here {count} minute ago", "Here {count} minutes ago", minutes);
  if (minutes < 24 * 60) return n("Here {count} hour ago", "Here {count} hours ago", Math.round(minutes / 60));
  return t("Last here: {day}", { day: dayLabel(timestamp, now_ms) });
}

/** The time of day now in a time zone ("Europe/Berlin"), or "" where it is as here or unknown. */
export function timeIn(timezone, now_ms) {
  if (!timezone || timezone === Intl.DateTimeFormat().resolvedOptions().timeZone) return "";
  try {
    return format({ hour: "numeric", minute: "2-digit", weekday: "short", timeZone: timezone }).format(now_ms);
  } catch {
    return "";
  }
}
