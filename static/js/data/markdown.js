/** The second of the two markdown implementations: it serves local echo alone. The authoritative one is the server's.
 *
 *  What it renders is, character for character, what the server will render; what it is not sure of it leaves to the
 *  server. Both answers come from one reading: `render` gives up (`Unsure`) where the server may know better, and
 *  `contains_backend_only_syntax` is the question whether it did. `marked` is the frame; the rooms are ours, since
 *  the language is not CommonMark. */

import { Marked } from "marked";
import { escapeText } from "../lib/text.js";
import { documentRoom } from "./markdown_blocks.js";
import { inlineRooms } from "./markdown_inlines.js";
import { Unsure } from "./markdown_unsure.js";
import { beginsWidget } from "./widgets.js";

const LONGEST = 20_000;
// Line ends and spaces that are treated apart, control characters, and no-break spaces.
const UNUSUAL =
  /[\r\t\v\f\u0000-\u0008\u000e-\u001f\u007f\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\ufffe\uffff]/;
// A character that may be an emoji, alone or in a sequence.
const EMOJI = /\p{Emoji_Presentation}|\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3|\ufe0f/u;
const EMOTICON = /[:;]-?[)(|/DPpoO]|\(:|<3|:'\(/;

/** Whether only the server can render this. `model` tells of people, channels and emoji. */
export function contains_backend_only_syntax(content, model) {
  if (beginsWidget(content)) return true;
  const html = attempt(content, model);
  answered = { content, model, html };
  return html === undefined;
}

/** The HTML of a message that does not contain backend-only syntax. */
export function render(content, model) {
  const known = answered?.content === content && answered.model === model;
  const html = known ? answered.html : attempt(content, model);
  answered = undefined;
  if (html === undefined) throw new Unsure("Only the server can render this.");
  return html;
}

// What the question found out, for the rendering that usually follows it.
let answered;

function attempt(content, model) {
  if (content.length > LONGEST || UNUSUAL.test(content) || EMOJI.test(content) || !isWellFormed(content))
    return undefined;
  if (model.settings.get("translate_emoticons") && EMOTICON.test(content)) return undefined;
  try {
    current = model;
    const html = parser.parse(content).replace(/\n$/, "");
    return linkifies(withoutCode(content, html), model.realm.linkifiers) ? undefined : html;
  } catch (error) {
    if (error instanceof Unsure) return undefined;
    throw error;
  } finally {
    current = undefined;
  }
}

function isWellFormed(content) {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(content);
}

// The source with the code that was found taken out of it.
function withoutCode(content, html) {
  let rest = content;
  for (const [, code] of html.matchAll(/<code>([^<]*)<\/code>/g)) {
    rest = rest.replace(code.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&"), " ");
  }
  return rest;
}

// Whether a pattern of the organisation may make a link of something here.
function linkifies(text, linkifiers) {
  return linkifiers.some(({ pattern }) => {
    try {
      return new RegExp(
        `(?<![\\p{L}\\p{N}&])(?:${pattern.replaceAll("(?P<", "(?<")})(?![\\p{L}\\p{N}_])`,
        "u",
      ).test(text);
    } catch {
      return true;
    }
  });
}

// The model that the reading under way asks.
let current;

const nothing = () => undefined;
const parser = new Marked({
  tokenizer: Object.fromEntries(
    [
      "space",
      "code",
      "fences",
      "heading",
      "hr",
      "blockquote",
      "list",
      "html",
      "def",
      "table",
      "lheading",
      "paragraph",
      "text",
      "escape",
      "tag",
      "link",
      "reflink",
      "emStrong",
      "codespan",
      "br",
      "del",
      "autolink",
      "url",
    ].map((name) => [name, nothing]),
  ),
  renderer: { text: (token) => escapeText(token.raw) },
  extensions: [documentRoom(() => current), ...inlineRooms(() => current)],
});
