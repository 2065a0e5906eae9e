/** What could be meant by what is being typed. Pure: takes the text before the caret, answers with choices. */

import { topicKey } from "../data/conversation.js";
import { t } from "../lib/i18n.js";
import { best } from "../lib/text.js";

const SHOWN = 8;
const REACH = 60; // how far back a trigger may be
const BEFORE = /[\s('"[{<]/;

/** {kind, from, items} for the caret at the end of `before`, or undefined. An item is {key, label, insert, ...}. */
export function suggest(model, before, narrow) {
  const line = before.slice(before.lastIndexOf("\n") + 1).slice(-REACH);
  const start = before.length - line.length;
  const found = mention(model, line, narrow) ?? channel(model, line) ?? emoji(model, line);
  return found && found.items.length > 0 ? { ...found, from: start + found.from } : undefined;
}

/** Topics of a channel for what is typed as a topic. */
export function suggestTopics(model, channel_id, typed) {
  const topics = model.recent.topics(channel_id).map((entry) => entry.conversation.topic);
  return best(topics, typed.trim(), (topic) => topic, SHOWN).filter(
    (topic) => topicKey(channel_id, topic) !== topicKey(channel_id, typed.trim()),
  );
}

export function suggestPeople(model, typed, chosen) {
  const people = model.people.active().filter((person) => !chosen.includes(person.user_id));
  return best(people, typed.trim(), (person) => person.full_name, SHOWN);
}

export function suggestChannels(model, typed) {
  return best(model.channels.subscribed(), typed.trim(), (entry) => entry.name, SHOWN);
}

function trigger(line, pattern) {
  const match = pattern.exec(line);
  if (!match) return undefined;
  const at = match.index;
  return at === 0 || BEFORE.test(line[at - 1])
    ? { at, query: match[match.length - 1], silent: match[1] === "_" }
    : undefined;
}

function mention(model, line, narrow) {
  const found = trigger(line, /@(_?)(?:\*\*)?([^@*#:\n]{0,40})$/);
  if (!found || found.query.startsWith(" ")) return undefined;
  const mark = found.silent ? "@_" : "@";
  const people = best(byNearness(model, narrow), found.query, (person) => person.full_name, SHOWN);
  const items = people.map((person) => ({
    key: `p${person.user_id}`,
    person,
    label: person.full_name,
    insert: `${mark}**${person.full_name}${ambiguous(model, person) ? `|${person.user_id}` : ""}** `,
  }));
  if (narrow.kind !== "dm" && found.query && "all".startsWith(found.query.toLowerCase())) {
    items.push({
      key: "all",
      icon: "users",
      label: "all",
      note: t("everyone in this channel"),
      insert: `${mark}**all** `,
    });
  }
  return { kind: "mention", from: found.at, items: items.slice(0, SHOWN) };
}

// People of the channel come before the others.
function byNearness(model, narrow) {
  const followers = model.channels.get(narrow.channel_id)?.subscribers;
  const people = model.people.active();
  if (!followers) return people;
  return [...people].sort((a, b) => Number(followers.has(b.user_id)) - Number(followers.has(a.user_id)));
}

function ambiguous(model, person) {
  return model.people.byExactName(person.full_name).length > 1;
}

function channel(model, line) {
  const topic = /#\*\*([^*>\n]+)>([^*\n]*)$/.exec(line);
  if (topic) {
    const known = model.channels.byName(topic[1]);
    if (!known) return undefined;
    const items = suggestTopics(model, known.stream_id, topic[2]).map((name) => ({
      key: `t${name}`,
      icon: "hash",
      label: `${known.name} › ${name}`,
      insert: `#**${known.name}>${name}** `,
    }));
    return { kind: "topic", from: topic.index, items };
  }
  const found = trigger(line, /#(?:\*\*)?([^#*>@:\s][^#*>@:\n]{0,40}|)$/);
  if (!found) return undefined;
  const items = suggestChannels(model, found.query).map((entry) => ({
    key: `c${entry.stream_id}`,
    channel: entry,
    label: entry.name,
    note: entry.description,
    insert: `#**${entry.name}** `,
  }));
  return { kind: "channel", from: found.at, items };
}

function emoji(model, line) {
  const found = trigger(line, /:([a-z0-9_+-]{2,30})$/i);
  if (!found) return undefined;
  const items = model.emoji.search(found.query, SHOWN).map((entry) => {
    const name =
      entry.names.find((candidate) => candidate.startsWith(found.query.toLowerCase())) ?? entry.emoji_name;
    return {
      key: `e${entry.emoji_code}`,
      emoji: entry,
      label: name.replaceAll("_", " "),
      insert: `:${name}: `,
    };
  });
  return { kind: "emoji", from: found.at, items };
}
