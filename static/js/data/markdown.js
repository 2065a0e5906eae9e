import { escapeText } from "../lib/text.js";

const SPECIAL = /[*_~`\\[\]<>&#@:$|+\-\u00a0\0]|^\s*\d+\.|\/\/|www\.|\p{Extended_Pictographic}/mu;

export function contains_backend_only_syntax(content) {
  return SPECIAL.test(content);
}

export function render(content) {
  return content
    .split(/\n\s*\n/)
    .map((part) => `<p>${part.trim().split("\n").map((line) => escapeText(line.trim())).join("<br>\n")}</p>`)
    .join("\n");
}
