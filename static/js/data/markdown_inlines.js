/** The inline rooms of local echo, as extensions of marked: each takes what begins at its character, leaves it as
 *  text, or is unsure and leaves the message to the server. */

import { escapeAttribute, escapeText } from "../lib/text.js";
import { markOf, settle } from "./markdown_emphasis.js";
import { encodePart } from "./narrow.js";
import { Unsure } from "./markdown_unsure.js";

const START = /[\n\\`@#[:*~hHwW$<]/;
const ESCAPED = /^\\[*`~[\]@#:$<>|+.\\-]/;
const MENTION = /^@(_?)(?:\*\*([^*`\n]{1,120})\*\*|\*([^*`\n]{1,120})\*(?!\*))/;
const CHANNEL = /^#\*\*([^*`\n]{1,200})\*\*/;
const LINK =
  /^\[([^[\]`\\\n]{1,300})\]\((https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]{0,253}(?::\d{1,4})?(?:[/?#][^()\s<>`"\\^{}|]{0,1900})?)\)/;
const URL =
  /^https?:\/\/[A-Za-z0-9][A-Za-z0-9.-]{0,253}(?::\d{1,4})?(?:[/?#][^\s<>"`\\^{}|\u3000-\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u2018-\u201f«»…]{0,1900})?/;
const MEDIA = /\.(?:png|jpe?g|gif|webp|bmp|avif|mp4|webm|mov|m4v)(?:[?#]|$)/i;
// Hosts that a parser of addresses may refuse: numbers that are no IPv4 address, encoded names, empty labels.
const ODD_HOST =
  /^https?:\/\/(?:[^/?#]*\.)?(?:0x|\d+\.?(?:[:/?#]|$))|^[^/?#]*\/\/[^/?#]*(?:xn--|\.\.|\.-|-\.|-(?:[:/?#]|$))/i;
const EMAIL = /^@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2}/;
const EMOJI = /^:([A-Za-z0-9_+-]{1,60}):/;
const WORD = /[A-Za-z0-9]/;
const BEFORE_NAME = /[\s'"({[/<*~|“‘«—]/;
const WILDCARDS = new Set(["all", "everyone", "channel", "stream"]);
const TRAILING = ".,;:!?'*~)]&";

/** All rooms; `model()` answers with the model of the reading under way. The first that takes what begins wins. */
export function inlineRooms(model) {
  const rooms = {
    linebreak,
    escape,
    code,
    formula,
    mention: mention(model),
    channel: channel(model),
    link,
    url,
    email,
    emoji: emoji(model),
    mark,
  };
  const found = Object.entries(rooms).map(([name, read]) => ({
    name,
    level: "inline",
    start: (source) => {
      const at = source.search(START);
      return at === -1 ? undefined : at;
    },
    tokenizer(source, tokens) {
      return read.call(this, source, tokens);
    },
    renderer(token) {
      if (token.address === undefined) return token.html ?? escapeText(token.raw);
      return `<a href="${escapeAttribute(token.address)}">${this.parser.parseInline(token.tokens)}</a>`;
    },
  }));
  const emphasis = {
    name: "emphasis",
    renderer(token) {
      const inner = this.parser.parseInline(token.tokens);
      return (
        token.tags.map((tag) => `<${tag}>`).join("") +
        inner +
        [...token.tags]
          .reverse()
          .map((tag) => `</${tag}>`)
          .join("")
      );
    },
  };
  return [...found, emphasis];
}

function taken(type, raw, html) {
  return { type, raw, html };
}

// The character before what is read, " " at the start.
function before(tokens) {
  const raw = tokens.at(-1)?.raw ?? "";
  return [...raw.slice(-2)].at(-1) ?? " ";
}

// The same, but what another room took counts as a space.
function beforeText(tokens) {
  return tokens.at(-1)?.type === "text" ? before(tokens) : " ";
}

function linebreak(source) {
  const match = /^ *\n/.exec(source);
  return match ? taken("linebreak", match[0], "<br>\n") : undefined;
}

function escape(source) {
  if (ESCAPED.test(source)) throw new Unsure();
  return undefined;
}

function code(source) {
  const run = /^`+/.exec(source)?.[0];
  if (!run) return undefined;
  let at = run.length;
  for (let match; (match = /`+/.exec(source.slice(at)));) {
    const [start, end] = [at + match.index, at + match.index + match[0].length];
    if (match[0].length === run.length) {
      const inner = source.slice(run.length, start).replace(/\n/g, " ");
      const padded = /^ `|` $/.test(inner) || (/ $/.test(inner) && /^ /.test(inner));
      if (padded) throw new Unsure();
      return taken("code", source.slice(0, end), `<code>${escapeText(inner)}</code>`);
    }
    at = end;
  }
  return taken("code", run);
}

// Formulas and times.
function formula(source) {
  if (/^(?:\$\$|<time:)/.test(source)) throw new Unsure();
  return undefined;
}

function mention(model) {
  return (source, tokens) => {
    const match = MENTION.exec(source);
    if (!match || !mayFollow(tokens)) return undefined;
    const [raw, low, name, group] = match;
    if (group !== undefined) throw new Unsure();
    const silent = low === "_" || model().quoted > 0;
    if (WILDCARDS.has(name)) return taken("mention", raw, span(name, silent, "*"));
    const person = personOf(model(), name);
    return taken("mention", raw, span(person.full_name, silent, person.user_id));
  };
}

function mayFollow(tokens) {
  return tokens.length === 0 || BEFORE_NAME.test(before(tokens));
}

// Only someone whom the name, or name and id, says without doubt.
function personOf(model, typed) {
  const [, name, id] = /^(.*?)(?:\|(\d{1,10}))?$/.exec(typed);
  const people = model.people.byExactName(name);
  const person = id === undefined ? people[0] : people.find((candidate) => candidate.user_id === Number(id));
  if (!person?.is_active || person.is_system_bot || (id === undefined && people.length > 1))
    throw new Unsure();
  return person;
}

function span(name, silent, id) {
  const words = escapeText(silent ? name : `@${name}`);
  return `<span class="user-mention${silent ? " silent" : ""}" data-user-id="${id}">${words}</span>`;
}

function channel(model) {
  return (source, tokens) => {
    const match = CHANNEL.exec(source);
    if (!match || !mayFollow(tokens)) return undefined;
    const [raw, typed] = match;
    const arrow = typed.indexOf(">");
    const known = model().channels.byName(arrow === -1 ? typed : typed.slice(0, arrow));
    const topic = arrow === -1 ? undefined : typed.slice(arrow + 1);
    if (!known || topic?.trim() === "" || /@\d+$/.test(topic ?? "")) throw new Unsure();
    const path = `/#narrow/stream/${known.stream_id}-${encodePart(known.name.replaceAll(" ", "-"))}`;
    const html =
      topic === undefined
        ? anchor(`class="stream" data-stream-id="${known.stream_id}" href="${path}"`, `#${known.name}`)
        : anchor(
            `class="stream-topic" data-stream-id="${known.stream_id}" href="${path}/topic/${encodePart(topic)}"`,
            `#${known.name} > ${topic}`,
          );
    return taken("channel", raw, html);
  };
}

function anchor(attributes, text) {
  return `<a ${attributes}>${escapeText(text)}</a>`;
}

function link(source) {
  if (source[0] !== "[") return undefined;
  const match = LINK.exec(source);
  if (!match) {
    if (source.includes("](")) throw new Unsure();
    return undefined;
  }
  const [raw, text, address] = match;
  check(address);
  // Inside a link's text only emphasis and emoji mean something; anything more is left to the server.
  if (text.trim() === "" || /[@#:<]|https?:|www\./i.test(text)) throw new Unsure();
  return { type: "link", raw, address, tokens: settle(this.lexer.inlineTokens(text.trim())) };
}

function url(source, tokens) {
  if (/^www\./i.test(source)) throw new Unsure();
  const match = URL.exec(source);
  if (!match) {
    if (/^https?:\/\//i.test(source)) throw new Unsure();
    return undefined;
  }
  // Names and passwords before a host, and hosts in other scripts, are for the server to tell.
  const rest = source.slice(match[0].length);
  if (/^(?:[\p{L}\p{N}\p{M}_]|:\d)/u.test(rest) || /^[^\s/?#]*@/.test(rest)) throw new Unsure();
  if (/[A-Za-z0-9_@.]/.test(beforeText(tokens))) return undefined;
  const address = trim(match[0]);
  if (address === undefined) return undefined;
  check(address);
  return taken("url", address, `<a href="${escapeAttribute(address)}">${escapeText(address)}</a>`);
}

// Our own addresses are shown as what they lead to, pictures are previewed: both are the server's.
function check(address) {
  const own = globalThis.location?.origin;
  if (
    ODD_HOST.test(address) ||
    (own && address.startsWith(own)) ||
    MEDIA.test(address) ||
    /#narrow\/|user_uploads\//.test(address) ||
    /@/.test(address)
  ) {
    throw new Unsure();
  }
}

// An address without the sentence's punctuation behind it.
function trim(address) {
  const count = (character) => address.split(character).length - 1;
  const opened = { ")": count("("), "]": count("[") };
  const closed = { ")": count(")"), "]": count("]") };
  let end = address.length;
  while (end > 0 && TRAILING.includes(address[end - 1])) {
    const character = address[end - 1];
    if (character in opened) {
      if (opened[character] >= closed[character]) break;
      closed[character] -= 1;
    }
    end -= 1;
  }
  const rest = address.slice(0, end);
  const host = rest.slice(rest.indexOf("//") + 2);
  return host !== "" && !"/?#".includes(host[0]) && rest.includes("//") ? rest : undefined;
}

function email(source, tokens) {
  if (EMAIL.test(source) && /[A-Za-z0-9._%+-]/.test(before(tokens))) throw new Unsure();
  return undefined;
}

function emoji(model) {
  return (source, tokens) => {
    const match = EMOJI.exec(source);
    if (!match) return undefined;
    const [raw, name] = match;
    const [left, right] = [beforeText(tokens), source[raw.length] ?? " "];
    if (left === ":" || (WORD.test(left) && WORD.test(right))) return undefined;
    const found = model().emoji.byName(name);
    if (!found) {
      if (!model().emoji.loaded) throw new Unsure();
      return undefined;
    }
    const words = name.replaceAll("_", " ");
    if (found.reaction_type === "realm_emoji") {
      return taken(
        "emoji",
        raw,
        `<img alt=":${name}:" class="emoji" src="${escapeAttribute(found.source_url)}" title="${words}">`,
      );
    }
    const attributes = `aria-label="${words}" class="emoji emoji-${found.emoji_code}" role="img" title="${words}"`;
    return taken("emoji", raw, `<span ${attributes}>:${name}:</span>`);
  };
}

function mark(source, tokens) {
  const run = /^(?:\*+|~+)/.exec(source)?.[0];
  if (!run) return undefined;
  const may = markOf(run, before(tokens), source.slice(run.length));
  return { type: "mark", raw: run, ...may };
}
