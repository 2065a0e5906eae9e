import assert from "node:assert/strict";
import test from "node:test";
import { channelConversation, directConversation } from "../../static/js/data/conversation.js";
import { LocalIds } from "../../static/js/data/local_message.js";
import { MessageListData } from "../../static/js/data/message_list_data.js";
import { addReaction, gatherReactions, removeReaction } from "../../static/js/data/reactions.js";
import { Unread } from "../../static/js/data/unread.js";
import { unicodeOf } from "../../static/js/data/emoji.js";
import { JsonStorage } from "../../static/js/lib/storage.js";
import { FakeClock, MemoryStorage, letter, modelOf, direct, ADA, GRACE, ALAN } from "./support/models.js";

test("local ids are above all ids, never whole, never the same", () => {
  const ids = new LocalIds();
  const given = new Set();
  let last = 0;
  for (let max = 41; max < 44; max += 1) {
    for (let count = 0; count < 150; count += 1) {
      const id = ids.next_local_id(max);
      assert.ok(id > max && id > last);
      assert.notEqual(id % 1, 0);
      last = id;
      given.add(id.toFixed(2));
    }
  }
  assert.equal(given.size, 450);
  assert.equal(new LocalIds().next_local_id(2_000_000_000), 2_000_000_000.01);
});

test("a list's data keeps order whatever comes when, and nothing twice", () => {
  const data = new MessageListData();
  const message = (id) => ({ id, status: "sent" });
  const [a, b, c, d] = [1, 2, 3, 4].map(message);
  assert.equal(data.add([c, d]), 2);
  assert.equal(data.add([a, b, c]), 2);
  assert.deepEqual(data.items, [a, b, c, d]);
  assert.equal(data.indexFrom(3), 2);
  assert.equal(data.indexFrom(99), 4);
  const echo = { id: 4.01, status: "sending" };
  data.add([echo]);
  assert.equal(data.lastConfirmed(), d);
  const late = message(5);
  data.add([late]);
  echo.id = 6;
  data.sort();
  assert.deepEqual(data.items, [a, b, c, d, late, echo]);
  assert.equal(data.remove([b, b]), 1);
  assert.equal(data.has(b), false);
});

test("unread counts are those of the first state, by conversation, channel and person", () => {
  const unread = new Unread();
  unread.load(
    {
      streams: [
        { stream_id: 1, topic: "Lunch", unread_message_ids: [3, 5] },
        { stream_id: 2, topic: "x", unread_message_ids: [4] },
      ],
      pms: [{ other_user_id: 2, sender_id: 2, unread_message_ids: [6] }],
      huddles: [{ user_ids_string: "1,2,3", unread_message_ids: [7] }],
      mentions: [5],
    },
    1,
  );
  assert.equal(unread.count("c:1:lunch"), 2);
  assert.equal(unread.count("d:2"), 1);
  assert.equal(unread.count("d:2,3"), 1);
  assert.equal(unread.channelCount(1), 2);
  assert.equal(unread.directCount(), 2);
  assert.equal(unread.total(), 5);
  assert.equal(
    unread.total((conversation) => conversation.type === "direct"),
    2,
  );
  assert.equal(unread.mentionCount(), 1);
  assert.equal(unread.mentioned("c:1:lunch"), true);
  assert.equal(
    unread.first((conversation) => conversation.channel_id === 1),
    3,
  );
  assert.deepEqual(
    unread.conversations().map((entry) => entry.conversation.key),
    ["d:2,3", "d:2", "c:1:lunch", "c:2:x"],
  );
});

test("reading, hearing it again, and moving keep unread counts right", () => {
  const unread = new Unread();
  unread.load({}, 1);
  const lunch = channelConversation(1, "lunch");
  unread.add(1, lunch, true);
  unread.add(1, lunch, true);
  unread.add(2, lunch);
  assert.equal(unread.count(lunch.key), 2);
  unread.move([1, 99], channelConversation(2, "dinner"));
  assert.equal(unread.count(lunch.key), 1);
  assert.equal(unread.mentioned("c:2:dinner"), true);
  assert.deepEqual(unread.remove([1, 1, 50]), [1]);
  assert.equal(unread.mentionCount(), 0);
  unread.clear();
  assert.equal(unread.total(), 0);
});

test("reactions are gathered by emoji, counted once a person", () => {
  const wire = (emoji_code, user_id) => ({
    emoji_code,
    emoji_name: emoji_code,
    reaction_type: "unicode_emoji",
    user_id,
  });
  const gathered = gatherReactions([wire("a", 1), wire("b", 1), wire("a", 2), wire("a", 2)]);
  assert.deepEqual(
    gathered.map((entry) => [entry.emoji_code, entry.user_ids]),
    [
      ["a", [1, 2]],
      ["b", [1]],
    ],
  );
  assert.equal(addReaction(gathered, wire("a", 2)), false);
  assert.equal(removeReaction(gathered, wire("a", 9)), false);
  assert.equal(removeReaction(gathered, wire("b", 1)), true);
  assert.equal(gathered.length, 1);
});

test("codes become characters, in colour where they would be text", () => {
  assert.equal(unicodeOf("1f642"), "🙂");
  assert.equal(unicodeOf("2764"), "❤️");
  assert.equal(unicodeOf("1f468-200d-1f4bb"), "👨‍💻");
  for (const code of ["", "x", "110000", "1f642-", "../../x", "zulip"]) assert.equal(unicodeOf(code), "");
});

test("a message is one object, however often and wherever it comes", () => {
  const model = modelOf();
  const first = model.messages.take(letter(5));
  const version = first.version;
  const again = model.messages.take(letter(5, { content: "<p>edited</p>", flags: [] }));
  assert.equal(again, first);
  assert.equal(first.html, "<p>edited</p>");
  assert.equal(first.read, false);
  assert.ok(first.version > version);
  const note = model.messages.take(direct(6, [ADA, GRACE, ALAN]));
  assert.equal(note.conversation.key, "d:2,3");
  assert.equal(model.messages.take(direct(7, [ADA])).conversation.key, "d:1");
});

test("drafts belong to a conversation and to a person, and go when they are blank", () => {
  const backend = new MemoryStorage();
  const model = modelOf({}, { backend });
  const lunch = channelConversation(1, "lunch");
  model.drafts.keep(lunch, "half a thought");
  assert.equal(modelOf({}, { backend }).drafts.text(lunch.key), "half a thought");
  assert.equal(modelOf({ user_id: 2 }, { backend }).drafts.text(lunch.key), "");
  assert.equal(model.drafts.all().length, 1);
  model.drafts.keep(lunch, "  \n");
  assert.equal(model.drafts.all().length, 0);
});

test("the oldest drafts go when there are too many", () => {
  const clock = new FakeClock();
  let now = 0;
  clock.now = () => (now += 1);
  const model = modelOf({}, { clock });
  for (let number = 0; number < 210; number += 1)
    model.drafts.keep(channelConversation(1, `topic ${number}`), "x");
  const kept = model.drafts.all();
  assert.equal(kept.length, 200);
  assert.equal(kept[0].conversation.topic, "topic 209");
  assert.equal(model.drafts.text("c:1:topic 0"), "");
});

test("storage that is full, forbidden or spoiled breaks nothing", () => {
  const backend = new MemoryStorage();
  const storage = new JsonStorage(backend, "p/");
  backend.limit = 10;
  assert.equal(storage.write("a", "x".repeat(50)), false);
  assert.equal(storage.read("a", "fallback"), "fallback");
  backend.limit = Infinity;
  backend.setItem("p/b", "{spoiled");
  assert.equal(storage.read("b", 1), 1);
  const forbidden = new JsonStorage(
    {
      get length() {
        throw new Error("SecurityError");
      },
      getItem() {
        throw new Error("SecurityError");
      },
    },
    "p/",
  );
  assert.equal(forbidden.read("a", 2), 2);
  assert.deepEqual(forbidden.keys(), []);
});

test("after a reload a tab takes up its own unsent messages, and those whose tab is gone", async () => {
  const clock = new FakeClock();
  const backend = new MemoryStorage();
  const mine = modelOf({}, { clock, backend, tab: "a" });
  const other = modelOf({}, { clock, backend, tab: "b" });
  const entry = (local_id) => ({
    queue_id: "q",
    local_id,
    conversation: channelConversation(1, "x"),
    content: local_id,
  });
  mine.outbox.put(entry("1.01"));
  const kept = other.outbox.put(entry("2.01"));
  const ids = (model) => model.outbox.adopt().map((one) => one.local_id);
  assert.deepEqual(ids(modelOf({}, { clock, backend, tab: "a" })), ["1.01"]);
  await clock.advance(15_000);
  other.outbox.touch([kept]);
  await clock.advance(15_000);
  assert.deepEqual(ids(modelOf({}, { clock, backend, tab: "c" })), ["1.01"], "b still cares for its own");
  await clock.advance(30_000);
  assert.deepEqual(ids(modelOf({}, { clock, backend, tab: "d" })).sort(), ["1.01", "2.01"]);
  assert.deepEqual(
    ids(modelOf({ user_id: 2 }, { clock, backend, tab: "a" })),
    [],
    "nobody sends another's messages",
  );
  const [first] = mine.outbox.adopt().concat(entry("1.01"));
  mine.outbox.remove(first);
});

test("recent conversations rise with what is said in them", () => {
  const model = modelOf({ recent_private_conversations: [{ max_message_id: 50, user_ids: [2] }] });
  const take = (wire) => model.recent.note([model.messages.take(wire)]);
  take(letter(60, { topic: "lunch" }));
  take(letter(61, { topic: "Lunch", sender: ALAN }));
  take(letter(40, { topic: "old" }));
  assert.deepEqual(
    model.recent.all().map((entry) => entry.key),
    ["c:1:lunch", "d:2", "c:1:old"],
  );
  assert.equal(model.recent.get("c:1:lunch").conversation.topic, "Lunch", "as last written");
  assert.deepEqual(model.recent.get("c:1:lunch").senders, [3, 2]);
  model.recent.setTopics(1, [
    { name: "lunch", max_id: 61 },
    { name: "older", max_id: 7 },
  ]);
  assert.deepEqual(
    model.recent.topics(1).map((entry) => entry.conversation.topic),
    ["Lunch", "older"],
  );
  assert.deepEqual(
    model.recent.directs().map((entry) => entry.key),
    ["d:2"],
  );
});

test("people and channels are found by exact name, whatever the case", () => {
  const model = modelOf();
  assert.deepEqual(
    model.people.byExactName("ADA lovelace").map((one) => one.user_id),
    [1],
  );
  assert.equal(model.channels.byName("GENERAL").stream_id, 1);
  assert.equal(model.people.name(99, "Someone"), "Someone");
  assert.deepEqual(
    model.channels.subscribed().map((one) => one.name),
    ["engineering", "general"],
  );
  assert.equal(model.titleOf(directConversation([2, 3], 1)), "Grace Hopper, Alan Turing");
});
