/** Reads a message line by line into blocks: paragraphs, quotes, lists, fenced code. The rules are those of the
 *  server's `chat/markdown`, room by room; headings, tables, breaks and the rarer fences are left to it. */

import { escapeText } from "../lib/text.js";
import { settle } from "./markdown_emphasis.js";
import { Unsure } from "./markdown_unsure.js";

const DEEPEST = 8;
const QUOTED = /^ {0,3}> ?(?![.:;=_])(.*)$/;
const ITEM = /^( *)(?:([*+-])|(\d{1,9})\.)( +)(?=\S)/;
const FENCE = /^ *(`{3,}|~{3,})(.*)$/;
const LEFT_TO_SERVER = [
  /^ {0,3}#{1,6} +\S/, // a heading
  /^ {0,3}([-*_])(?: *\1){2,} *$/, // a break
];

const DASHES = /^ {0,3}\|? *:?-+:? *(?:\| *:?-+:? *)*\|? *$/; // under the head of a table

/** The one block extension of marked: it takes the whole message. */
export function documentRoom(model) {
  return {
    name: "document",
    level: "block",
    tokenizer(source) {
      const reading = { lexer: this.lexer, model: model(), depth: 0, quoted: 0 };
      return { type: "document", raw: source, blocks: readBlocks(source.split("\n"), reading) };
    },
    renderer(token) {
      return token.blocks.map((block) => write(block, this.parser)).join("\n");
    },
  };
}

function readBlocks(lines, reading) {
  reading.depth += 1;
  if (reading.depth > DEEPEST) throw new Unsure();
  const blocks = [];
  const queue = { lines, at: 0 };
  while (queue.at < lines.length) {
    const line = lines[queue.at];
    if (line.trim() === "") queue.at += 1;
    else if (opensFence(line)) blocks.push(readFence(queue));
    else if (opensQuote(line)) blocks.push(readQuote(queue, reading));
    else if (opensList(line)) blocks.push(readList(queue, reading));
    else blocks.push(readParagraph(queue, reading));
  }
  reading.depth -= 1;
  return blocks;
}

function opensFence(line) {
  const match = FENCE.exec(line);
  return match !== null && !(match[1][0] === "`" && match[2].includes("`"));
}

function opensQuote(line) {
  const match = QUOTED.exec(line);
  return match !== null && match[1].replace(/^[ >]+|[ >]+$/g, "") !== "";
}

function opensList(line) {
  const match = ITEM.exec(line);
  return match !== null && match[1].length <= 3;
}

function interrupts(line) {
  if (opensFence(line) || opensQuote(line)) return true;
  const match = ITEM.exec(line);
  return match !== null && match[1].length <= 3 && (match[3] === undefined || match[3].length <= 3);
}

function refuse(line) {
  if (LEFT_TO_SERVER.some((pattern) => pattern.test(line))) throw new Unsure();
}

function readParagraph(queue, reading) {
  const text = [];
  while (queue.at < queue.lines.length) {
    const line = queue.lines[queue.at];
    refuse(line);
    if (line.trim() === "" || (text.length > 0 && interrupts(line))) break;
    if (line.includes("|") && DASHES.test(queue.lines[queue.at + 1] ?? "")) throw new Unsure();
    text.push(line.trim());
    queue.at += 1;
  }
  reading.model.quoted = reading.quoted;
  return { tag: "p", text: inline(text.join("\n"), reading) };
}

function inline(text, reading) {
  return settle(reading.lexer.inlineTokens(text));
}

// Only a plain fence that is closed: what a language makes of code, the server knows.
function readFence(queue) {
  const [, marks, info] = FENCE.exec(queue.lines[queue.at]);
  const indent = queue.lines[queue.at].search(/\S/);
  if (info.trim() !== "" || marks[0] !== "`" || indent > 0) throw new Unsure();
  queue.at += 1;
  const inside = [];
  while (queue.at < queue.lines.length) {
    const line = queue.lines[queue.at];
    queue.at += 1;
    const closing = opensFence(line) ? FENCE.exec(line) : null;
    if (closing && closing[2].trim() === "" && closing[1][0] === "`" && closing[1].length >= marks.length) {
      return { code: `${inside.join("\n")}\n` };
    }
    inside.push(line);
  }
  throw new Unsure();
}

function readQuote(queue, reading) {
  const inner = [];
  let match;
  while (queue.at < queue.lines.length && (match = QUOTED.exec(queue.lines[queue.at]))) {
    inner.push(match[1]);
    queue.at += 1;
  }
  reading.quoted += 1;
  const blocks = readBlocks(inner, reading);
  reading.quoted -= 1;
  return { tag: "blockquote", blocks };
}

function readList(queue, reading) {
  refuse(queue.lines[queue.at]);
  const first = ITEM.exec(queue.lines[queue.at]);
  const numbered = first[3] !== undefined;
  const margin = first[1].length;
  const items = [];
  let match;
  while ((match = itemStart(queue, numbered, margin))) items.push(readItem(queue, match, reading));
  const start = numbered ? Number(first[3]) : 1;
  return { tag: numbered ? "ol" : "ul", attributes: start === 1 ? "" : ` start="${start}"`, blocks: items };
}

// The next item of this list; blank lines before it are taken, and left when there is none.
function itemStart(queue, numbered, margin) {
  let ahead = queue.at;
  while (ahead < queue.lines.length && queue.lines[ahead].trim() === "") ahead += 1;
  if (ahead === queue.lines.length) return null;
  refuse(queue.lines[ahead]);
  const match = ITEM.exec(queue.lines[ahead]);
  if (!match || (match[3] !== undefined) !== numbered || match[1].length > margin + 1) return null;
  queue.at = ahead;
  return match;
}

function readItem(queue, match, reading) {
  const margin = match[1].length;
  const width = match[0].length - match[4].length + Math.min(match[4].length, 4);
  const { lines } = queue;
  const inner = [lines[queue.at].slice(match[0].length)];
  queue.at += 1;
  while (queue.at < lines.length) {
    let ahead = queue.at;
    while (ahead < lines.length && lines[ahead].trim() === "") ahead += 1;
    if (ahead === lines.length || lines[ahead].search(/\S/) < margin + 2) break;
    for (; queue.at < ahead; queue.at += 1) inner.push("");
    const line = lines[queue.at];
    inner.push(line.slice(Math.min(line.search(/\S/), width)));
    queue.at += 1;
  }
  const blocks = readBlocks(inner, reading);
  // A single leading paragraph needs no <p> of its own.
  const tight = blocks[0]?.tag === "p" && blocks.slice(1).every((block) => block.tag !== "p");
  return tight ? { tag: "li", text: blocks[0].text, blocks: blocks.slice(1) } : { tag: "li", blocks };
}

// A container without text of its own puts each block on lines of its own.
function write(block, parser) {
  if (block.code !== undefined) {
    return `<div class="codehilite"><pre><span></span><code>${escapeText(block.code)}</code></pre></div>`;
  }
  const { tag, attributes = "", text, blocks = [] } = block;
  const own = text ? parser.parseInline(text) : "";
  const inner = blocks.map((child) => `${write(child, parser)}\n`).join("");
  const opening = own === "" && (blocks.length > 0 || tag === "blockquote") ? "\n" : "";
  return `<${tag}${attributes}>${own}${opening}${inner}</${tag}>`;
}
