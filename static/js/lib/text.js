/** Small questions about strings. */

const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const ASCII = /^[\x00-\x7f]*$/;

/** Text as HTML text, with `"` left alone as the server's renderer leaves it. */
export function escapeText(text) {
  return text.replace(/[&<>]/g, (character) => ESCAPES[character]);
}

/** Text as the value of a double-quoted attribute. */
export function escapeAttribute(text) {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
}

/** One or two letters that stand for a name. */
export function initials(name) {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = (word) => [...word].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? [...word][0] ?? "";
  if (words.length === 0) return "?";
  const letters = words.length === 1 ? first(words[0]) : first(words[0]) + first(words.at(-1));
  return letters.toLocaleUpperCase();
}

/** Folded for comparing what people type: no case, no accents. */
export function fold(text) {
  if (ASCII.test(text)) return text.toLowerCase();
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/** How well `query` fits `text`: 0 not at all, then inside, at the start of a word, at the start, equal. */
export function fit(text, query) {
  const whole = fold(text);
  const part = fold(query);
  if (part === "") return 1;
  if (whole === part) return 4;
  if (whole.startsWith(part)) return 3;
  const at = whole.indexOf(part);
  if (at === -1) return 0;
  return /[\s\-_/.@(]/.test(whole[at - 1]) ? 2 : 1;
}

/** The best `limit` of `items` for `query`, best first and otherwise in the order given. */
export function best(items, query, textOf, limit) {
  const scored = [];
  items.forEach((item, index) => {
    const score = fit(textOf(item), query);
    if (score > 0) scored.push({ item, score, index });
  });
  scored.sort((a, b) => b.score - a.score || a.index - b.index);
  return scored.slice(0, limit).map((entry) => entry.item);
}

/** A number for a badge: short, whatever it is. */
export function badge(count) {
  if (count < 1000) return String(count);
  if (count < 10_000) return `${Math.floor(count / 100) / 10}k`;
  return `${Math.floor(count / 1000)}k`;
}
