/** A narrow: which messages a view shows, and how it is written in the address bar and asked of the server.
 *
 *  Kinds with messages: all, channel, topic, dm, dms, mentions, starred, search. Views without a feed of their own:
 *  inbox, recent, drafts, channels. A narrow is a plain frozen object; `near` says which message to open it at. */

import { channelConversation, directConversation } from "./conversation.js";
import { searchTerms } from "./search.js";

const SIMPLE = {
  inbox: "#inbox",
  recent: "#recent",
  drafts: "#drafts",
  channels: "#channels",
  all: "#feed",
  dms: "#narrow/is/dm",
  mentions: "#narrow/is/mentioned",
  starred: "#narrow/is/starred",
};
const FEEDS = new Set(["all", "channel", "topic", "dm", "dms", "mentions", "starred", "search"]);
const HASH_LENGTH_MAX = 2000;

export const HOME = Object.freeze({ kind: "inbox" });

export function simple(kind) {
  return Object.freeze({ kind });
}

export function channelNarrow(channel_id) {
  return Object.freeze({ kind: "channel", channel_id });
}

export function topicNarrow(channel_id, topic, near) {
  return Object.freeze({ kind: "topic", channel_id, topic, ...(near && { near }) });
}

export function dmNarrow(user_ids, near) {
  return Object.freeze({ kind: "dm", user_ids: [...user_ids], ...(near && { near }) });
}

/** What a search found; `query` is what was typed. */
export function searchNarrow(query) {
  return Object.freeze({ kind: "search", query: query.trim() });
}

export function narrowOfConversation(conversation, near) {
  return conversation.type === "channel"
    ? topicNarrow(conversation.channel_id, conversation.topic, near)
    : dmNarrow(conversation.user_ids, near);
}

/** Whether the view is a feed of messages. */
export function isFeed(narrow) {
  return FEEDS.has(narrow.kind);
}

/** Equal for narrows that show the same messages, wherever they are opened at. */
export function narrowKey(narrow) {
  if (narrow.kind === "channel") return `channel:${narrow.channel_id}`;
  if (narrow.kind === "topic") return channelConversation(narrow.channel_id, narrow.topic).key;
  if (narrow.kind === "dm") return `d:${narrow.user_ids.join(",")}`;
  if (narrow.kind === "search") return `search:${narrow.query}`;
  return narrow.kind;
}

/** The one conversation that a narrow shows, or null when it mixes several. */
export function conversationOf(narrow, my_id) {
  if (narrow.kind === "topic") return channelConversation(narrow.channel_id, narrow.topic);
  if (narrow.kind === "dm") return directConversation(narrow.user_ids, my_id);
  return null;
}

/** Whether seeing a message there means having read it. */
export function marksAsRead(narrow) {
  return narrow.kind !== "starred" && narrow.kind !== "mentions" && narrow.kind !== "search";
}

/** Whether the narrow shows `message` (a message of the store). What a search finds only the server knows. */
export function matches(narrow, message) {
  switch (narrow.kind) {
    case "all":
      return true;
    case "channel":
      return message.channel_id === narrow.channel_id;
    case "topic":
    case "dm":
      return message.conversation.key === narrowKey(narrow);
    case "dms":
      return message.conversation.type === "direct";
    case "mentions":
      return message.mentioned;
    case "starred":
      return message.starred;
    default:
      return false;
  }
}

/** The narrow as the server takes it. `model` is asked whom a search means. */
export function apiTerms(narrow, model) {
  switch (narrow.kind) {
    case "search":
      return searchTerms(narrow.query, model);
    case "channel":
      return [{ operator: "channel", operand: narrow.channel_id }];
    case "topic":
      return [
        { operator: "channel", operand: narrow.channel_id },
        { operator: "topic", operand: narrow.topic },
      ];
    case "dm":
      return [{ operator: "dm", operand: narrow.user_ids }];
    case "dms":
      return [{ operator: "is", operand: "dm" }];
    case "mentions":
      return [{ operator: "is", operand: "mentioned" }];
    case "starred":
      return [{ operator: "is", operand: "starred" }];
    default:
      return [];
  }
}

/** A name in an address: percent-encoding with "." for "%", so that mail and chat programs keep links whole. */
export function encodePart(text) {
  const wellFormed = text.toWellFormed ? text.toWellFormed() : text;
  return encodeURIComponent(wellFormed)
    .replace(/[.!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%/g, ".");
}

export function decodePart(text) {
  try {
    return decodeURIComponent(text.replace(/\./g, "%"));
  } catch {
    return text;
  }
}

/** The address of a narrow. `nameOfChannel(id)` only makes it readable; the id counts. */
export function hashOf(narrow, nameOfChannel = () => "") {
  const near = narrow.near ? `/near/${narrow.near}` : "";
  if (SIMPLE[narrow.kind]) return SIMPLE[narrow.kind];
  if (narrow.kind === "search") return `#narrow/search/${encodePart(narrow.query)}`;
  if (narrow.kind === "dm") return `#narrow/dm/${narrow.user_ids.join(",")}${near}`;
  const name = encodePart(nameOfChannel(narrow.channel_id).replace(/ /g, "-"));
  const channel = `#narrow/channel/${narrow.channel_id}${name ? `-${name}` : ""}`;
  if (narrow.kind === "channel") return channel + near;
  return `${channel}/topic/${encodePart(narrow.topic)}${near}`;
}

/** The narrow an address means, or null when it means none. */
export function narrowOfHash(hash, my_id) {
  if (hash === "" || hash === "#") return HOME;
  if (hash.length > HASH_LENGTH_MAX) return null;
  for (const [kind, address] of Object.entries(SIMPLE)) {
    if (hash === address) return simple(kind);
  }
  const [start, ...parts] = hash.split("/");
  if (start !== "#narrow" || parts.length % 2 !== 0) return null;
  const terms = {};
  for (let index = 0; index < parts.length; index += 2)
    terms[OPERATORS[parts[index]] ?? "?"] = parts[index + 1];
  return "?" in terms ? null : narrowOfTerms(terms, my_id);
}

const OPERATORS = {
  channel: "channel",
  stream: "channel",
  topic: "topic",
  subject: "topic",
  dm: "dm",
  "pm-with": "dm",
  near: "near",
  with: "near",
  is: "is",
  search: "search",
};
const IS_OPERANDS = { dm: "dms", private: "dms", mentioned: "mentions", starred: "starred" };

function narrowOfTerms(terms, my_id) {
  if (terms.search !== undefined && Object.keys(terms).length === 1) {
    const query = decodePart(terms.search).trim();
    return query === "" ? null : searchNarrow(query);
  }
  const near = /^\d{1,15}$/.test(terms.near ?? "") ? Number(terms.near) : undefined;
  if (terms.channel !== undefined) {
    const id = /^(\d{1,15})(-|$)/.exec(terms.channel)?.[1];
    if (id === undefined) return null;
    if (terms.topic === undefined)
      return Object.freeze({ kind: "channel", channel_id: Number(id), ...(near && { near }) });
    return topicNarrow(Number(id), decodePart(terms.topic), near);
  }
  if (terms.dm !== undefined) {
    const ids = /^(\d{1,15}(?:,\d{1,15})*)(-|$)/.exec(terms.dm)?.[1];
    return ids === undefined
      ? null
      : dmNarrow(directConversation(ids.split(",").map(Number), my_id).user_ids, near);
  }
  const kind = IS_OPERANDS[terms.is];
  return kind ? simple(kind) : null;
}
