import assert from "node:assert/strict";
import test from "node:test";
import { channelConversation, directConversation, keyOf } from "../../static/js/data/conversation.js";
import {
  apiTerms,
  channelNarrow,
  conversationOf,
  decodePart,
  dmNarrow,
  encodePart,
  hashOf,
  matches,
  narrowKey,
  narrowOfHash,
  simple,
  topicNarrow,
} from "../../static/js/data/narrow.js";

const NAMES = { 1: "general", 2: "front desk", 3: "v1.0 / beta (ä)" };
const nameOf = (id) => NAMES[id];

test("every narrow has an address that means it again", () => {
  const narrows = [
    ...["inbox", "recent", "drafts", "channels", "all", "dms", "mentions", "starred"].map(simple),
    channelNarrow(2),
    topicNarrow(1, "lunch"),
    topicNarrow(3, "50% / a.b? #c (d) * 'e' ~!"),
    topicNarrow(1, "קפה ☕", 77),
    topicNarrow(1, "(no topic)"),
    dmNarrow([2]),
    dmNarrow([2, 7], 12),
  ];
  for (const narrow of narrows)
    assert.deepEqual({ ...narrowOfHash(hashOf(narrow, nameOf), 1) }, { ...narrow });
});

test("addresses are readable and stay whole in other programs", () => {
  assert.equal(hashOf(topicNarrow(2, "a.b c"), nameOf), "#narrow/channel/2-front-desk/topic/a.2Eb.20c");
  assert.match(hashOf(topicNarrow(3, "x!*'()"), nameOf), /^[#\w/.~-]+$/);
});

test("the ways other programs write addresses are understood", () => {
  assert.equal(narrowKey(narrowOfHash("#narrow/stream/7-x/topic/y", 1)), "c:7:y");
  assert.equal(narrowKey(narrowOfHash("#narrow/stream/7/subject/y", 1)), "c:7:y");
  assert.equal(narrowKey(narrowOfHash("#narrow/pm-with/3,2-group", 1)), "d:2,3");
  assert.equal(narrowKey(narrowOfHash("#narrow/dm/1,3-dm", 1)), "d:3");
  assert.equal(narrowOfHash("#narrow/channel/7-x/topic/y/with/9", 1).near, 9);
  assert.equal(narrowOfHash("#narrow/is/private", 1).kind, "dms");
});

test("addresses that mean nothing are told apart from home", () => {
  for (const hash of [
    "#x",
    "#narrow",
    "#narrow/channel",
    "#narrow/channel/abc",
    "#narrow/dm/x",
    "#narrow/is/else",
    "#narrow/wat/1",
    `#${"x".repeat(3000)}`,
  ]) {
    assert.equal(narrowOfHash(hash, 1), null, hash);
  }
  assert.equal(narrowOfHash("", 1).kind, "inbox");
});

test("encoding gives back what it took, also half a character", () => {
  for (const text of ["", "a", "%", ".", "..", "100.%", "😀", "\ud800"]) {
    assert.equal(decodePart(encodePart(text)), text.toWellFormed?.() ?? text);
  }
  assert.equal(decodePart("bad.zz"), "bad.zz");
});

test("topics are one conversation whatever their case, people in whatever order", () => {
  assert.equal(channelConversation(1, "Lunch").key, channelConversation(1, "lunch").key);
  assert.equal(directConversation([3, 1, 2], 1).key, directConversation([2, 3], 1).key);
  assert.deepEqual(directConversation([1], 1).user_ids, [1]);
  assert.equal(keyOf({ type: "direct", user_ids: [2] }), "d:2");
});

test("a narrow shows what the server would send for it", () => {
  const lunch = {
    conversation: channelConversation(1, "lunch"),
    channel_id: 1,
    starred: false,
    mentioned: true,
  };
  const note = { conversation: directConversation([2], 1), starred: true, mentioned: false };
  const shown = (narrow) => [matches(narrow, lunch), matches(narrow, note)];
  assert.deepEqual(shown(simple("all")), [true, true]);
  assert.deepEqual(shown(channelNarrow(1)), [true, false]);
  assert.deepEqual(shown(topicNarrow(1, "LUNCH")), [true, false]);
  assert.deepEqual(shown(topicNarrow(1, "dinner")), [false, false]);
  assert.deepEqual(shown(dmNarrow([2])), [false, true]);
  assert.deepEqual(shown(simple("dms")), [false, true]);
  assert.deepEqual(shown(simple("starred")), [false, true]);
  assert.deepEqual(shown(simple("mentions")), [true, false]);
  assert.deepEqual(apiTerms(topicNarrow(1, "Lunch")), [
    { operator: "channel", operand: 1 },
    { operator: "topic", operand: "Lunch" },
  ]);
  assert.deepEqual(apiTerms(dmNarrow([2, 3])), [{ operator: "dm", operand: [2, 3] }]);
});

test("only views of one conversation have one", () => {
  assert.equal(conversationOf(channelNarrow(1), 1), null);
  assert.equal(conversationOf(topicNarrow(1, "a"), 1).key, "c:1:a");
  assert.equal(conversationOf(dmNarrow([2]), 1).key, "d:2");
});
