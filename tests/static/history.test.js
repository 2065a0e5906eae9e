import assert from "node:assert/strict";
import test from "node:test";
import { simple, topicNarrow } from "../../static/js/data/narrow.js";
import { History } from "../../static/js/net/history.js";
import { ReadMarker } from "../../static/js/net/read_marker.js";
import { FakeClock, direct, letter, modelOf, settled, ADA, GRACE } from "./support/models.js";
import { FakeApi, away, refusal } from "./support/wire.js";

/** A server with messages `ids` of one topic, answering GET /messages as the real one does. */
function serve(ids, { flags = () => ["read"] } = {}) {
  return ({ anchor, num_before, num_after, include_anchor = true }) => {
    const at = anchor === "newest" ? Infinity : anchor;
    const before = ids.filter((id) => id < at);
    const after = ids.filter((id) => id > at);
    const exact = include_anchor ? ids.filter((id) => id === at) : [];
    const shown = [...before.slice(-num_before || before.length), ...exact, ...after.slice(0, num_after)];
    return {
      messages: shown.map((id) => letter(id, { flags: flags(id) })),
      found_oldest: before.length <= num_before,
      found_newest: at === Infinity || after.length <= num_after,
    };
  };
}

function start(rest, ids, options) {
  const model = modelOf(rest);
  const api = new FakeApi();
  if (ids) api.replies["GET /messages"] = serve(ids, options);
  const history = new History({ model, api });
  return { model, api, history };
}

const range = (from, to) => Array.from({ length: to - from }, (_, index) => from + index);
const ids = (list) => list.data.items.map((message) => message.id);
const LUNCH = topicNarrow(1, "lunch");

test("a list opens at its end when all is read", async () => {
  const { model, api, history } = start({}, range(1, 101));
  const list = model.lists.open(LUNCH);
  await Promise.all([history.open(list), history.open(list)]);
  assert.equal(api.requests.length, 1, "asked once");
  assert.equal(api.requests[0].params.anchor, "newest");
  assert.deepEqual(ids(list), range(41, 101));
  assert.deepEqual(
    [list.data.found_oldest, list.data.found_newest, list.unread_line_id],
    [false, true, undefined],
  );
});

test("a list opens where reading begins when something is unread", async () => {
  const unread_msgs = { streams: [{ stream_id: 1, topic: "lunch", unread_message_ids: range(300, 600) }] };
  const { model, api, history } = start({ unread_msgs }, range(1, 600), {
    flags: (id) => (id < 300 ? ["read"] : []),
  });
  const list = model.lists.open(LUNCH);
  await history.open(list);
  assert.equal(api.requests[0].params.anchor, 300);
  assert.equal(list.unread_line_id, 300);
  assert.equal(list.data.found_newest, false);
  await history.newer(list);
  await history.newer(list);
  assert.equal(list.data.found_newest, true);
  assert.equal(list.data.last.id, 599);
  for (let round = 0; round < 3; round += 1) await history.older(list);
  assert.deepEqual(ids(list), range(1, 600));
  await history.older(list);
  assert.equal(api.requests.length, 6, "what is known to be the end is not asked for again");
});

test("what the feed of all messages holds shows at once", async () => {
  const { model, api, history } = start({}, range(1, 101));
  await history.open(model.lists.open(simple("all")));
  api.replies = {};
  const list = model.lists.open(LUNCH);
  history.open(list);
  assert.ok(list.opened);
  assert.deepEqual(ids(list), range(1, 101));
  await settled();
  api.open()[0].resolve(serve(range(1, 101))({ anchor: "newest", num_before: 60, num_after: 0 }));
  await settled();
  assert.deepEqual(ids(list), range(1, 101));
  assert.ok(list.complete);
});

test("a message that comes while the newest are being fetched is not lost", async () => {
  const { model, api, history } = start();
  const list = model.lists.open(LUNCH);
  history.open(list);
  await settled();
  const late = model.messages.take(letter(101));
  model.lists.arrive(late);
  api
    .open()[0]
    .resolve({ messages: range(90, 101).map((id) => letter(id)), found_oldest: false, found_newest: true });
  await settled();
  assert.deepEqual(ids(list), range(90, 102));
});

test("a message starred while the starred ones are being fetched is not lost, nor one unstarred kept", async () => {
  const { model, api, history } = start({ starred_messages: [5, 6] });
  const [fresh, gone] = [model.messages.take(letter(50)), 6];
  const list = model.lists.open(simple("starred"));
  history.open(list);
  await settled();
  for (const [id, on] of [
    [50, true],
    [gone, false],
  ]) {
    model.realm.setStarred([id], on);
    model.messages.setFlag([id], "starred", on);
  }
  const flags = ["read", "starred"];
  api.open()[0].resolve({
    messages: [letter(5, { flags }), letter(gone, { flags })],
    found_oldest: true,
    found_newest: true,
  });
  await settled();
  model.lists.settle([...model.messages.all()]);
  assert.deepEqual(ids(list), [5, 50]);
  assert.equal(list.data.last, fresh);
});

test("an unsent message shows in a list that is opened after it was written", async () => {
  const { model, history } = start({}, range(1, 11));
  model.echo.try_deliver_locally({
    queue_id: "q",
    local_id: "100.01",
    conversation: { type: "channel", channel_id: 1, topic: "lunch", key: "c:1:lunch" },
    content: "x",
    status: "sending",
    created_ms: 1,
  });
  const list = model.lists.open(LUNCH);
  await history.open(list);
  assert.equal(list.data.last.content, "x");
});

test("after the server was away the list has what came, what changed, and not what went", async () => {
  const { model, api, history } = start({}, range(1, 101));
  const list = model.lists.open(LUNCH);
  await history.open(list);
  const held = model.messages.get(90);
  const { key } = held;
  const gone = 95;
  api.replies["GET /messages"] = (params) => {
    const answer = serve(range(1, 131).filter((id) => id !== gone))(params);
    answer.messages.find((message) => message.id === 90).content = "<p>changed</p>";
    return answer;
  };
  await history.catchUp(list);
  assert.equal(list.data.last.id, 130);
  assert.equal(ids(list).includes(gone), false);
  assert.deepEqual([held.html, held.key], ["<p>changed</p>", key]);
  assert.ok(list.data.has(held), "the same message, so the same node");
});

test("what comes while the missed messages are being fetched is not lost", async () => {
  const { model, api, history } = start({}, range(1, 101));
  const list = model.lists.open(LUNCH);
  await history.open(list);
  api.replies = {};
  const catching = history.catchUp(list);
  await settled();
  model.lists.arrive(model.messages.take(letter(111)));
  api.open()[0].resolve(serve(range(1, 111))({ anchor: 100, num_before: 200, num_after: 400 }));
  await catching;
  assert.deepEqual(ids(list), range(1, 112));
});

test("having missed very much, reading goes on where it was", async () => {
  const { model, api, history } = start({}, range(1, 101));
  const list = model.lists.open(LUNCH);
  await history.open(list);
  api.replies["GET /messages"] = serve(range(1, 3001));
  await history.catchUp(list);
  assert.ok(ids(list).includes(100));
  assert.equal(list.data.found_newest, false);
  await history.toNewest(list);
  assert.deepEqual([list.data.last.id, list.data.found_newest, ids(list).includes(100)], [3000, true, false]);
});

test("a list that cannot be loaded says so and can be tried again", async () => {
  const { model, api, history } = start();
  api.replies["GET /messages"] = away();
  const list = model.lists.open(LUNCH);
  await history.open(list);
  assert.deepEqual([list.opened, list.error], [false, "The server cannot be reached."]);
  api.replies["GET /messages"] = serve([1]);
  await history.open(list);
  assert.deepEqual([list.opened, list.error, ids(list)], [true, undefined, [1]]);
});

test("a link to a message shows the list around it", async () => {
  const { model, history } = start({}, range(1, 1001));
  const list = model.lists.open(LUNCH);
  await history.open(list);
  assert.equal(await history.openAt(list, 500), true);
  assert.ok(ids(list).includes(500) && !ids(list).includes(1000));
  assert.equal(await history.openAt(list, 5000), false);
});

function marker(rest) {
  const model = modelOf(rest);
  const api = new FakeApi();
  const clock = new FakeClock();
  const reader = new ReadMarker({ model, connection: api, api, clock });
  return {
    model,
    api,
    clock,
    reader,
    told: () => api.sent("/messages/flags").map((request) => request.params.messages),
  };
}

const UNREAD = {
  unread_msgs: { streams: [{ stream_id: 1, topic: "lunch", unread_message_ids: range(1, 2501) }] },
};

test("reading counts here at once and is told in one request", async () => {
  const { model, clock, reader, told, api } = marker(UNREAD);
  reader.read([1, 2]);
  reader.read([3, 3, 9999]);
  assert.equal(model.unread.total(), 2497);
  await clock.advance(500);
  assert.deepEqual(told(), [[1, 2, 3]]);
  assert.deepEqual([api.requests[0].params.op, api.requests[0].params.flag], ["add", "read"]);
  api.requests[0].resolve({});
  await clock.advance(60_000);
  assert.equal(told().length, 1);
});

test("reading very much is told in pieces, and what was not heard again later", async () => {
  const { api, clock, reader, told } = marker(UNREAD);
  reader.readAll((conversation) => conversation.key === "c:1:lunch");
  await clock.advance(500);
  assert.equal(told()[0].length, 1000);
  api.open()[0].reject(away());
  await clock.advance(6_000);
  assert.deepEqual(told()[1], told()[0]);
  api.replies["POST /messages/flags"] = {};
  api.open()[0].resolve({});
  await clock.advance(6_000);
  assert.equal(new Set(told().flat()).size, 2500);
});

test("what the server refuses is not asked again, and what is read stays read after a new registration", async () => {
  const { model, api, clock, reader, told } = marker(UNREAD);
  reader.read([1]);
  model.load({ ...UNREAD, user_id: 1 });
  assert.equal(model.unread.has(1), true);
  reader.reapply();
  assert.equal(model.unread.has(1), false);
  await clock.advance(500);
  api.open()[0].reject(refusal());
  await clock.advance(60_000);
  assert.equal(told().length, 1);
});

test("leaving the page tells what is left without waiting", () => {
  const { api, reader } = marker(UNREAD);
  reader.leave();
  assert.equal(api.requests.length, 0);
  reader.read([7]);
  reader.leave();
  assert.deepEqual([api.requests[0].params.messages, api.requests[0].options.keepalive], [[7], true]);
});

test("a fetched message that was read here meanwhile is not unread again", async () => {
  const { model, api, history } = start();
  api.replies["GET /messages"] = {
    messages: [direct(5, [ADA, GRACE], { flags: [] })],
    found_oldest: true,
    found_newest: true,
  };
  const list = model.lists.open(simple("all"));
  await history.open(list);
  assert.equal(list.data.first.read, true);
});
