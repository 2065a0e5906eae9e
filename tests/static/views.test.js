// What views are made of, without a page: lines of a feed, suggestions, words and times.
import assert from "node:assert/strict";
import test from "node:test";
import { hueOfColor, hueOfId } from "../../static/js/lib/hue.js";
import { badge, best, fit, initials } from "../../static/js/lib/text.js";
import { dayLabel, listTime } from "../../static/js/lib/times.js";
import { entriesOf } from "../../static/js/ui/feed_entries.js";
import { windowOf } from "../../static/js/ui/feed_window.js";
import { suggest, suggestTopics } from "../../static/js/ui/suggestions.js";
import { letter, modelOf, person, ADA, ALAN } from "./support/models.js";

const NOON = new Date(2025, 5, 10, 12, 0).getTime() / 1000;

function feed(...wires) {
  const model = modelOf();
  return wires.map((wire, index) =>
    model.messages.take(letter(index + 1, { timestamp: NOON + index, ...wire })),
  );
}

const kinds = (items, options) =>
  entriesOf(items, 0, items.length, options).map((entry) =>
    entry.kind === "message" ? (entry.head ? "head" : "more") : entry.kind,
  );

test("messages of one person within ten minutes share a name", () => {
  assert.deepEqual(kinds(feed({}, {}, { sender: ALAN }, {}), { mixed: false }), [
    "date",
    "head",
    "more",
    "head",
    "head",
  ]);
  assert.deepEqual(
    kinds(feed({}, { timestamp: NOON + 599 }, { timestamp: NOON + 599 + 600 }), { mixed: false }),
    ["date", "head", "more", "head"],
  );
  assert.deepEqual(kinds(feed({ is_me_message: true }, {}), { mixed: false }), ["date", "head", "head"]);
});

test("a mixed view parts conversations by bars, others only days", () => {
  const items = feed(
    {},
    { topic: "dinner" },
    { topic: "DINNER" },
    { timestamp: NOON + 86_400, topic: "dinner" },
  );
  assert.deepEqual(kinds(items, { mixed: true }), ["bar", "head", "bar", "head", "more", "date", "head"]);
  assert.deepEqual(kinds(feed({}, { timestamp: NOON + 86_400 }), { mixed: false }), [
    "date",
    "head",
    "date",
    "head",
  ]);
});

test("the unread line stands once, where reading begins", () => {
  const items = feed({}, {}, {});
  assert.deepEqual(kinds(items, { mixed: false, unread_line_id: 2 }), [
    "date",
    "head",
    "unread",
    "head",
    "more",
  ]);
  assert.deepEqual(kinds(items, { mixed: false, unread_line_id: 1 }), ["unread", "head", "more", "more"]);
  assert.deepEqual(kinds(items, { mixed: false, unread_line_id: 99 }), ["date", "head", "more", "more"]);
  assert.deepEqual(kinds(items, { mixed: false, unread_line_id: 1.5 }), [
    "date",
    "head",
    "unread",
    "head",
    "more",
  ]);
  assert.equal(
    new Set(entriesOf(items, 0, 3, { mixed: true, unread_line_id: 2 }).map((entry) => entry.key)).size,
    5,
  );
  assert.equal(
    entriesOf(items, 0, 3, { mixed: false, unread_line_id: 1 })[0].newDay,
    true,
    "it names the day as well",
  );
});

const suggested = (model, before, narrow = { kind: "inbox" }) =>
  suggest(model, before, narrow)?.items.map((item) => item.insert);

test("mentions, channels, topics and emoji are suggested as they are typed", () => {
  const model = modelOf({ realm_users: [ADA, ALAN, person(8, "Alex Kim"), person(9, "Alex Kim")] });
  model.emoji.load({ code_to_names: { "1f389": ["tada", "party"], "1f642": ["smile"] } });
  model.recent.note([model.messages.take(letter(5, { topic: "Lunch" }))]);
  assert.deepEqual(suggested(model, "hello @ala"), ["@**Alan Turing** "]);
  assert.deepEqual(suggested(model, "@_tur"), ["@_**Alan Turing** "]);
  assert.deepEqual(suggested(model, "@alex k"), ["@**Alex Kim|8** ", "@**Alex Kim|9** "]);
  assert.deepEqual(suggested(model, "hey #gen"), ["#**general** "]);
  assert.deepEqual(suggested(model, "see #**general>lu"), ["#**general>Lunch** "]);
  assert.deepEqual(suggested(model, ":part"), [":party: "]);
  for (const before of ["mail@ala", "10:30", "a#b", "", "@ ", "x:ta", "@**Alan Turing** "])
    assert.equal(suggested(model, before), undefined, before);
  assert.equal(suggest(model, "line\nhello @ala", {}).from, "line\nhello ".length);
  assert.deepEqual(suggestTopics(model, 1, "l"), ["Lunch"]);
  assert.deepEqual(suggestTopics(model, 1, "lunch"), []);
});

test("everyone is suggested where there is a channel, not to a few", () => {
  const model = modelOf();
  assert.ok(suggested(model, "@al", { kind: "topic", channel_id: 1 }).includes("@**all** "));
  assert.equal(suggested(model, "@al", { kind: "dm" }).includes("@**all** "), false);
});

test("what fits best comes first, accents and case aside", () => {
  assert.deepEqual(
    best(["Malpha", "beta alpha", "Alphabet", "ALPHA", "x"], "alpha", (text) => text, 9),
    ["ALPHA", "Alphabet", "beta alpha", "Malpha"],
  );
  assert.ok(fit("Élodie", "elo") > 0);
  assert.equal(fit("abc", "x"), 0);
});

test("initials and badges are short", () => {
  assert.deepEqual(
    ["Ada Lovelace", "plato", "  ", "李 小龙", "🙂 Smile", "jean-luc von picard"].map(initials),
    ["AL", "P", "?", "李小", "🙂S", "JP"],
  );
  assert.deepEqual([7, 999, 1000, 1999, 12_345].map(badge), ["7", "999", "1k", "1.9k", "12k"]);
});

test("days are named as people name them, also around a change of the clocks", () => {
  const now = new Date(2025, 5, 10, 0, 5).getTime();
  const at = (...parts) => new Date(...parts).getTime() / 1000;
  assert.equal(dayLabel(at(2025, 5, 10, 0, 1), now), "Today");
  assert.equal(dayLabel(at(2025, 5, 9, 23, 59), now), "Yesterday");
  assert.match(dayLabel(at(2025, 5, 5, 12), now), /day$/);
  assert.match(dayLabel(at(2024, 5, 10, 12), now), /2024/);
  assert.equal(listTime(at(2025, 5, 9, 1), now), "Yesterday");
  assert.equal(dayLabel(at(2025, 9, 25, 12), new Date(2025, 9, 26, 12).getTime()), "Yesterday");
  assert.equal(dayLabel(at(2025, 2, 29, 23), new Date(2025, 2, 30, 23).getTime()), "Yesterday");
});

test("colours become the nearest hue, greys one of their own", () => {
  assert.equal(hueOfColor("#c2c2c2", 5), hueOfId(5));
  assert.equal(hueOfColor("nonsense", 5), hueOfId(5));
  assert.notEqual(hueOfColor("#ff0000", 1), hueOfColor("#0000ff", 1));
  for (const color of ["#ff0000", "#00ff00", "#0000ff", "#76ce90", "#fae589"]) {
    const hue = hueOfColor(color, 1);
    assert.ok(Number.isInteger(hue) && hue >= 0 && hue < 24, color);
  }
  assert.equal(new Set(Array.from({ length: 24 }, (_, id) => hueOfId(id))).size, 24);
});

test("a page holds four hundred messages, around the reader", () => {
  const given = { count: 1000, anchor: -1, first: -1, start: 1000, at_end: false };
  assert.deepEqual(windowOf({ ...given, count: 399 }), [0, 399]);
  assert.deepEqual(windowOf({ ...given, at_end: true }), [600, 1000]);
  assert.deepEqual(windowOf(given), [600, 1000]);
  assert.deepEqual(windowOf({ ...given, start: 500 }), [300, 700]);
  assert.deepEqual(windowOf({ ...given, start: 10 }), [0, 400]);
});

test("the page moves on only when the reader comes near its edge, and then by half", () => {
  const reading = (anchor, first) => windowOf({ count: 1000, anchor, first, start: 0, at_end: false })[0];
  assert.equal(reading(500, 300), 300);
  assert.equal(reading(390, 300), 300);
  assert.equal(reading(370, 300), 170);
  assert.equal(reading(560, 300), 360);
  assert.equal(reading(10, 0), 0);
  assert.equal(reading(995, 600), 600);
  assert.equal(reading(500, -1), 300);
});
