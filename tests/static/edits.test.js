// Editing in the browser: what is offered, what is shown meanwhile, what is kept, what follows an event.
import assert from "node:assert/strict";
import test from "node:test";
import { editableUntil, mayDelete, mayMove, onlyResolves, rulesOf, toggledTopic } from "../../static/js/data/edit_rules.js";
import { topicNarrow } from "../../static/js/data/narrow.js";
import { EditCommands } from "../../static/js/net/edit_commands.js";
import { Dispatch } from "../../static/js/net/dispatch.js";
import { ADA, FakeClock, GRACE, MemoryStorage, letter, modelOf } from "./support/models.js";

const NOW_S = 1_700_000_000;

function start(rest, backend = new MemoryStorage()) {
  const model = modelOf(rest, { clock: new FakeClock(), backend });
  const sent = [];
  const said = [];
  let answer = async () => ({});
  const connection = { request: (...request) => (sent.push(request), answer()) };
  const api = { get: async () => ({ raw_content: "one" }) };
  const editing = new EditCommands({ model, connection, api, complain: (words) => said.push(words) });
  const dispatch = new Dispatch({ model, sender: { likely: () => undefined, confirmed: () => {} }, session: {} });
  return { model, editing, dispatch, sent, said, backend, answers: (next) => (answer = next) };
}

const mine = (model, rest = {}) =>
  model.messages.take(letter(5, { sender: ADA, timestamp: NOW_S - 60, content: "<p>one</p>", ...rest }));

test("my own messages can be edited for as long as the organisation allows", () => {
  const { model } = start();
  assert.equal(editableUntil(model, mine(model)), NOW_S - 60 + 600);
  assert.equal(editableUntil(model, mine(model, { timestamp: NOW_S - 601 })), undefined);
  assert.equal(editableUntil(model, model.messages.take(letter(6, { sender: GRACE, timestamp: NOW_S }))), undefined);
  model.realm.update("message_content_edit_limit_seconds", null);
  assert.equal(editableUntil(model, mine(model, { timestamp: 1 })), Infinity);
  model.realm.update("allow_message_editing", false);
  assert.equal(editableUntil(model, mine(model)), undefined);
});

test("who may move and delete follows from role and policy", () => {
  for (const [role, moves, deletes] of [[200, true, true], [400, true, false], [600, false, false]]) {
    const { model } = start({ realm_users: [{ ...ADA, role }, GRACE], realm_edit_topic_policy: 1 });
    const theirs = model.messages.take(letter(7, { sender: GRACE, timestamp: NOW_S }));
    assert.deepEqual([mayMove(model, theirs), mayDelete(model, theirs)], [moves, deletes], `role ${role}`);
  }
});

test("rules come with the registration, the rest is as usual", () => {
  const rules = rulesOf({ realm_allow_message_editing: false, realm_message_content_delete_limit_seconds: null });
  assert.deepEqual(
    [rules.allow_message_editing, rules.message_content_delete_limit_seconds, rules.allow_edit_history],
    [false, null, true],
  );
});

test("a topic is marked as resolved and back", () => {
  assert.equal(toggledTopic(toggledTopic("moat")), "moat");
  assert.ok(onlyResolves("moat", "✔ moat") && onlyResolves("✔ moat", "moat"));
  assert.ok(!onlyResolves("moat", "✔ ditch"));
});

test("what is saved shows at once and stays when the server agrees", async () => {
  const { model, editing, sent } = start();
  const message = mine(model);
  await editing.begin(message);
  assert.equal(model.edits.get(message).text, "one");
  model.edits.type(message, "**two**");
  const saving = editing.save(message);
  assert.deepEqual([message.html, model.edits.get(message).status], ["<p><strong>two</strong></p>", "saving"]);
  await saving;
  assert.equal(model.edits.get(message), undefined);
  assert.deepEqual(sent, [["PATCH", "/messages/5", { content: "**two**" }]]);
});

test("a refused edit puts the message back and keeps the words", async () => {
  const { model, editing, answers } = start();
  const message = mine(model);
  await editing.begin(message);
  model.edits.type(message, "two");
  answers(() => Promise.reject(new Error("too late")));
  await editing.save(message);
  const edit = model.edits.get(message);
  assert.deepEqual([message.html, edit.status, edit.text], ["<p>one</p>", "open", "two"]);
  assert.match(edit.error, /too late/);
});

test("what was typed is there again after a reload; nothing changed sends nothing", async () => {
  const { model, editing, backend, sent } = start();
  const message = mine(model);
  await editing.begin(message);
  model.edits.type(message, "half");
  const again = start({}, backend);
  const same = mine(again.model);
  await again.editing.begin(same);
  assert.equal(again.model.edits.get(same).text, "half");
  again.model.edits.type(same, "one");
  await again.editing.save(same);
  assert.deepEqual([again.sent, sent, again.model.edits.get(same)], [[], [], undefined]);
});

test("a message that is deleted while it is edited hands back what was typed", async () => {
  const { model, editing, dispatch } = start();
  const message = mine(model);
  await editing.begin(message);
  model.edits.type(message, "much work");
  const heard = [];
  model.edits.subscribe((detail) => detail?.lost && heard.push(detail.lost));
  dispatch.apply({ type: "delete_message", message_ids: [5], message_type: "stream", stream_id: 1, topic: "lunch" });
  assert.deepEqual([heard, model.edits.get(message)], [["much work"], undefined]);
});

test("edited and moved are told apart; resolving is neither", () => {
  const { model, dispatch } = start();
  const marks = (message) => [Boolean(message.edited_at), Boolean(message.moved_at)];
  const entry = { user_id: 1, timestamp: 9 };
  const take = (history) =>
    marks(model.messages.take(letter(8, { last_edit_timestamp: 9, edit_history: history.map((rest) => ({ ...entry, ...rest })) })));
  assert.deepEqual(take([{ prev_content: "x" }]), [true, false]);
  assert.deepEqual(take([{ topic: "b", prev_topic: "a" }]), [false, true]);
  assert.deepEqual(take([{ topic: "✔ a", prev_topic: "a" }]), [false, false]);
  assert.deepEqual(take([{ stream: 2, prev_stream: 1 }]), [false, true]);
  const list = model.lists.open(topicNarrow(1, "lunch"));
  const message = mine(model);
  list.data.add([message]);
  const moves = [];
  model.moves.subscribe((move) => moves.push([move.from.key, move.to.key]));
  const event = { type: "update_message", message_id: 5, message_ids: [5], stream_id: 1, edit_timestamp: 9, flags: [] };
  dispatch.apply({ ...event, orig_subject: "lunch", subject: "✔ lunch" });
  assert.deepEqual(marks(message), [false, false]);
  dispatch.apply({ ...event, orig_subject: "✔ lunch", subject: "dinner" });
  assert.deepEqual(marks(message), [false, true]);
  assert.deepEqual(moves, [["c:1:lunch", "c:1:✔ lunch"], ["c:1:✔ lunch", "c:1:dinner"]]);
});

test("an edit that mentions me, or no longer, counts so while it is unread", () => {
  const { model, dispatch } = start();
  dispatch.apply({ type: "message", message: letter(101), flags: [] });
  const event = { type: "update_message", message_id: 101, message_ids: [101], rendered_content: "<p>x</p>", edit_timestamp: 9 };
  dispatch.apply({ ...event, flags: ["mentioned"] });
  assert.deepEqual([model.unread.mentionCount(), model.messages.get(101).mentioned], [1, true]);
  dispatch.apply({ ...event, flags: [] });
  assert.deepEqual([model.unread.mentionCount(), model.messages.get(101).mentioned], [0, false]);
});
