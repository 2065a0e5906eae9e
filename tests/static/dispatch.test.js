// Each event, applied once and twice: hearing a thing again must change nothing.
import assert from "node:assert/strict";
import test from "node:test";
import { simple, topicNarrow } from "../../static/js/data/narrow.js";
import { Dispatch } from "../../static/js/net/dispatch.js";
import { ADA, ALAN, GRACE, channel, direct, letter, modelOf, person } from "./support/models.js";

function start(rest) {
  const model = modelOf(rest);
  const sender = { likely: () => undefined, confirmed: () => {} };
  const dispatch = new Dispatch({ model, sender, session: { queue_id: "q1" } });
  const twice = (event) => {
    dispatch.apply(event);
    dispatch.apply(structuredClone(event));
  };
  const open = (narrow, ids = []) => {
    const list = model.lists.open(narrow);
    list.data.add(ids.map((id) => model.messages.take(letter(id))));
    Object.assign(list.data, { found_oldest: true, found_newest: true });
    Object.assign(list, { opened: true, complete: true });
    return list;
  };
  return { model, dispatch, twice, open };
}

const ids = (list) => list.data.items.map((message) => message.id);

test("a message goes where it belongs and counts as unread until it is read", () => {
  const { model, twice, open } = start();
  const [lunch, dinner] = [open(topicNarrow(1, "Lunch")), open(topicNarrow(1, "dinner"))];
  twice({ type: "message", message: letter(101), flags: ["mentioned"] });
  assert.deepEqual([ids(lunch), ids(dinner)], [[101], []]);
  assert.equal(model.unread.count("c:1:lunch"), 1);
  assert.equal(model.unread.mentionCount(), 1);
  assert.equal(model.messages.max_id, 101);
  twice({ type: "message", message: direct(102, [ADA, GRACE, ALAN]), flags: ["read"] });
  assert.equal(model.unread.total(), 1);
  assert.equal(model.recent.get("d:2,3").max_id, 102);
});

test("an edit shows everywhere, and only a person's edit leaves a mark", () => {
  const { model, twice, open } = start();
  const list = open(topicNarrow(1, "lunch"), [5]);
  twice({
    type: "update_message",
    message_id: 5,
    message_ids: [5],
    rendered_content: "<p>new</p>",
    edit_timestamp: 9,
    rendering_only: false,
    is_me_message: false,
  });
  assert.deepEqual([list.data.first.html, list.data.first.edited_at], ["<p>new</p>", 9]);
  twice({
    type: "update_message",
    message_id: 5,
    message_ids: [5],
    rendered_content: "<p>preview</p>",
    edit_timestamp: 99,
    rendering_only: true,
  });
  assert.deepEqual([list.data.first.html, list.data.first.edited_at], ["<p>preview</p>", 9]);
  twice({
    type: "update_message",
    message_id: 77,
    message_ids: [77],
    rendered_content: "<p>unknown here</p>",
  });
});

test("messages moved to another topic move in every list and count there", () => {
  const { model, dispatch, twice, open } = start();
  const [lunch, dinner] = [open(topicNarrow(1, "lunch"), [5, 6]), open(topicNarrow(1, "dinner"))];
  dispatch.apply({ type: "message", message: letter(101), flags: [] });
  twice({
    type: "update_message",
    message_id: 6,
    message_ids: [6, 101],
    stream_id: 1,
    orig_subject: "lunch",
    subject: "dinner",
    propagate_mode: "change_later",
  });
  assert.deepEqual([ids(lunch), ids(dinner)], [[5], [6, 101]]);
  assert.deepEqual([model.unread.count("c:1:lunch"), model.unread.count("c:1:dinner")], [0, 1]);
  assert.deepEqual(
    model.recent.topics(1).map((entry) => entry.conversation.topic),
    ["dinner", "lunch"],
  );
});

test("messages moved to another channel take its name", () => {
  const { model, twice, open } = start();
  const all = open(simple("all"), [5]);
  twice({
    type: "update_message",
    message_id: 5,
    message_ids: [5],
    stream_id: 1,
    new_stream_id: 2,
    orig_subject: "lunch",
    propagate_mode: "change_all",
  });
  assert.deepEqual(
    [all.data.first.channel_id, all.data.first.channel_name, all.data.first.topic],
    [2, "engineering", "lunch"],
  );
  assert.equal(model.recent.get("c:1:lunch"), undefined);
});

test("deleted messages go, from lists and from counts", () => {
  const { model, dispatch, twice, open } = start();
  const list = open(topicNarrow(1, "lunch"), [5, 6]);
  dispatch.apply({ type: "message", message: letter(101), flags: [] });
  twice({
    type: "delete_message",
    message_ids: [6, 101],
    message_type: "stream",
    stream_id: 1,
    topic: "lunch",
  });
  assert.deepEqual(ids(list), [5]);
  assert.equal(model.unread.total(), 0);
  twice({ type: "delete_message", message_id: 5, message_type: "stream", stream_id: 1, topic: "lunch" });
  assert.deepEqual(ids(list), []);
});

test("flags are set to what the server says", () => {
  const { model, dispatch, twice, open } = start();
  const starred = open(simple("starred"));
  open(topicNarrow(1, "lunch"), [5]);
  dispatch.apply({ type: "message", message: letter(101), flags: [] });
  twice({ type: "update_message_flags", op: "add", flag: "starred", messages: [101], all: false });
  assert.deepEqual(
    [model.messages.get(101).starred, model.realm.starred.has(101), ids(starred)],
    [true, true, [101]],
  );
  twice({ type: "update_message_flags", op: "remove", flag: "starred", messages: [101], all: false });
  assert.deepEqual([model.messages.get(101).starred, model.realm.starred.size, ids(starred)], [false, 0, []]);
  twice({ type: "update_message_flags", op: "add", flag: "read", messages: [101], all: false });
  assert.deepEqual([model.unread.total(), model.messages.get(101).read], [0, true]);
  const details = {
    5: { type: "stream", stream_id: 1, topic: "lunch" },
    50: { type: "private", user_ids: [2], mentioned: true },
  };
  twice({
    type: "update_message_flags",
    op: "remove",
    flag: "read",
    messages: [5, 50],
    all: false,
    message_details: details,
  });
  assert.deepEqual(
    [model.unread.count("c:1:lunch"), model.unread.count("d:2"), model.unread.mentionCount()],
    [1, 1, 1],
  );
  assert.equal(model.messages.get(5).read, false);
  twice({ type: "update_message_flags", op: "add", flag: "read", messages: [], all: true });
  assert.deepEqual([model.unread.total(), model.messages.get(5).read], [0, true]);
});

test("reactions come and go", () => {
  const { model, twice, open } = start();
  open(topicNarrow(1, "lunch"), [5]);
  const reaction = {
    message_id: 5,
    user_id: 2,
    emoji_name: "tada",
    emoji_code: "1f389",
    reaction_type: "unicode_emoji",
    user: { user_id: 2 },
  };
  twice({ type: "reaction", op: "add", ...reaction });
  assert.deepEqual(model.messages.get(5).reactions[0].user_ids, [2]);
  twice({ type: "reaction", op: "remove", ...reaction });
  assert.deepEqual(model.messages.get(5).reactions, []);
});

test("channels are followed, left, made, changed and removed", () => {
  const { model, dispatch, twice } = start();
  const names = () => model.channels.subscribed().map((one) => one.name);
  twice({ type: "stream", op: "create", streams: [{ stream_id: 9, name: "walks", description: "" }] });
  assert.deepEqual(names(), ["engineering", "general"]);
  twice({ type: "subscription", op: "add", subscriptions: [channel(9, "walks", { subscribers: [1] })] });
  assert.deepEqual(names(), ["engineering", "general", "walks"]);
  twice({ type: "subscription", op: "peer_add", stream_ids: [9], user_ids: [2, 3] });
  twice({ type: "subscription", op: "peer_remove", stream_ids: [9], user_ids: [3] });
  assert.deepEqual([...model.channels.get(9).subscribers], [1, 2]);
  twice({ type: "stream", op: "update", stream_id: 9, name: "walks", property: "name", value: "hikes" });
  twice({
    type: "stream",
    op: "update",
    stream_id: 9,
    name: "hikes",
    property: "description",
    value: "Up",
    rendered_description: "<p>Up</p>",
  });
  assert.deepEqual(
    [model.channels.name(9), model.channels.get(9).rendered_description],
    ["hikes", "<p>Up</p>"],
  );
  twice({ type: "subscription", op: "update", stream_id: 9, property: "is_muted", value: true });
  assert.deepEqual(names(), ["engineering", "general", "hikes"]);
  assert.equal(model.counts({ type: "channel", channel_id: 9, key: "c:9:x" }), false);
  twice({ type: "subscription", op: "remove", subscriptions: [{ stream_id: 9, name: "hikes" }] });
  assert.deepEqual([names(), model.channels.get(9).subscribers.has(1)], [["engineering", "general"], false]);
  dispatch.apply({ type: "message", message: letter(101), flags: [] });
  twice({ type: "stream", op: "delete", streams: [{ stream_id: 1, name: "general" }] });
  assert.deepEqual([names(), model.unread.total()], [["engineering"], 0]);
});

test("people come, change and leave", () => {
  const { model, twice } = start();
  twice({ type: "realm_user", op: "add", person: person(7, "Hedy Lamarr") });
  twice({ type: "realm_user", op: "update", person: { user_id: 7, full_name: "Hedwig Kiesler" } });
  twice({ type: "realm_user", op: "update", person: { user_id: 7, new_email: "hedy@example.com" } });
  assert.deepEqual([model.people.name(7), model.people.get(7).email], ["Hedwig Kiesler", "hedy@example.com"]);
  assert.ok(model.people.active().some((one) => one.user_id === 7));
  twice({ type: "realm_user", op: "update", person: { user_id: 7, is_active: false } });
  assert.equal(
    model.people.active().some((one) => one.user_id === 7),
    false,
  );
  twice({ type: "realm_user", op: "remove", person: { user_id: 3, full_name: "Alan Turing" } });
  assert.equal(model.people.name(3), "Alan Turing", "what they said keeps their name");
});

test("the organisation, its emoji, linkifiers and muted topics follow", () => {
  const { model, twice } = start();
  twice({ type: "realm", op: "update", property: "name", value: "New name" });
  assert.equal(model.realm.name, "New name");
  twice({ type: "realm", op: "update_dict", property: "default", data: { name: "Newer" } });
  assert.equal(model.realm.name, "Newer");
  twice({
    type: "realm_emoji",
    op: "update",
    realm_emoji: { 4: { id: "4", name: "parrot", source_url: "/x.png" } },
  });
  assert.equal(model.emoji.byName("parrot").emoji_code, "4");
  twice({ type: "realm_linkifiers", realm_linkifiers: [{ pattern: "x", url_template: "y" }] });
  assert.equal(model.realm.linkifiers.length, 1);
  twice({ type: "user_topic", stream_id: 1, topic_name: "Lunch", visibility_policy: 1 });
  assert.equal(model.counts({ type: "channel", channel_id: 1, key: "c:1:lunch" }), false);
  twice({ type: "user_topic", stream_id: 1, topic_name: "Lunch", visibility_policy: 0 });
  assert.equal(model.counts({ type: "channel", channel_id: 1, key: "c:1:lunch" }), true);
});

test("a list takes a moved message only where it knows its neighbours", () => {
  const { model, dispatch, open } = start();
  const dinner = open(topicNarrow(1, "dinner"), []);
  dinner.data.add([50, 60].map((id) => model.messages.take(letter(id, { topic: "dinner" }))));
  Object.assign(dinner.data, { found_oldest: false, found_newest: false });
  for (const id of [40, 55, 70]) model.messages.take(letter(id));
  const move = {
    type: "update_message",
    stream_id: 1,
    orig_subject: "lunch",
    subject: "dinner",
    propagate_mode: "change_all",
  };
  dispatch.apply({ ...move, message_id: 40, message_ids: [40, 55, 70] });
  assert.deepEqual(ids(dinner), [50, 55, 60]);
});

test("a long day's messages are not all kept", () => {
  const { model, dispatch, open } = start();
  const all = open(simple("all"));
  for (let id = 101; id <= 20_200; id += 1)
    dispatch.apply({ type: "message", message: letter(id), flags: ["read"] });
  assert.ok(model.messages.size < 5_000, String(model.messages.size));
  assert.equal(all.data.last.id, 20_200);
  assert.equal(all.data.found_oldest, false);
});

test("what we do not know is passed over", () => {
  const { dispatch } = start();
  for (const event of [
    { type: "new_thing" },
    { type: "message", op: "strange" },
    { type: "realm_domains", op: "add" },
    { type: "typing", op: "pause" },
    { type: "constructor" },
  ]) {
    dispatch.apply(event);
  }
});
