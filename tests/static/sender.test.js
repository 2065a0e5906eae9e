import assert from "node:assert/strict";
import test from "node:test";
import { channelConversation } from "../../static/js/data/conversation.js";
import { topicNarrow } from "../../static/js/data/narrow.js";
import { Store } from "../../static/js/lib/store.js";
import { Dispatch } from "../../static/js/net/dispatch.js";
import { Sender } from "../../static/js/net/sender.js";
import { ADA, FakeClock, MemoryStorage, direct, letter, modelOf, settled, GRACE } from "./support/models.js";
import { FakeApi, away, refusal } from "./support/wire.js";

const LUNCH = channelConversation(1, "lunch");

class FakeConnection extends Store {
  status = "live";
  queue_id = "q1";
  api = new FakeApi();

  get sending_queue_id() {
    return this.queue_id;
  }

  request(...args) {
    return this.api.request(...args);
  }
}

function start({ backend = new MemoryStorage(), clock = new FakeClock() } = {}) {
  const model = modelOf({}, { clock, backend });
  const connection = new FakeConnection();
  const sender = new Sender({ model, connection, api: connection.api, clock });
  const dispatch = new Dispatch({
    model,
    sender,
    session: {
      get queue_id() {
        return connection.queue_id;
      },
    },
  });
  const list = model.lists.open(topicNarrow(1, "lunch"));
  Object.assign(list.data, { found_oldest: true, found_newest: true });
  list.opened = true;
  const posts = () => connection.api.sent("/messages");
  return { model, connection, sender, dispatch, list, clock, backend, posts };
}

const kept = (model) => model.outbox.adopt().length;

test("a message is kept before it is sent, and no longer than until it is confirmed", async () => {
  const { sender, model, posts } = start();
  const message = sender.send(LUNCH, "hello");
  assert.equal(kept(model), 1);
  await settled();
  const { params } = posts()[0];
  assert.deepEqual(params, {
    type: "channel",
    to: 1,
    topic: "lunch",
    content: "hello",
    queue_id: "q1",
    local_id: message.local_id,
  });
  posts()[0].resolve({ id: 101 });
  await settled();
  assert.equal(kept(model), 0);
  assert.deepEqual([message.id, message.status], [101, "sent"]);
});

test("the event may be first; the answer then adds nothing", async () => {
  const { sender, model, dispatch, list, posts } = start();
  const message = sender.send(LUNCH, "hello");
  await settled();
  dispatch.apply({
    type: "message",
    message: letter(101, { sender: ADA }),
    flags: ["read"],
    local_message_id: message.local_id,
  });
  assert.equal(kept(model), 0);
  posts()[0].resolve({ id: 101 });
  await settled();
  assert.deepEqual(list.data.items, [message]);
});

test("a lost answer leads to the same message again, until it is answered", async () => {
  const { sender, connection, clock, posts } = start();
  const message = sender.send(LUNCH, "hello");
  await settled();
  posts()[0].reject(away());
  await clock.advance(2_000);
  assert.equal(posts().length, 2);
  posts()[1].reject(away());
  await settled();
  connection.changed(); // the connection is back: no more waiting
  await settled();
  assert.equal(posts().length, 3);
  assert.deepEqual(posts()[2].params, posts()[0].params);
  posts()[2].resolve({ id: 101 });
  await clock.advance(120_000);
  assert.equal(posts().length, 3);
  assert.equal(message.id, 101);
});

test("a confirmation by event ends the retransmission", async () => {
  const { sender, dispatch, clock, posts } = start();
  const message = sender.send(LUNCH, "hello");
  await settled();
  posts()[0].reject(away());
  await settled();
  dispatch.apply({
    type: "message",
    message: letter(101, { sender: ADA }),
    flags: [],
    local_message_id: message.local_id,
  });
  await clock.advance(120_000);
  assert.equal(posts().length, 1);
});

test("a refusal is final: the message is kept as failed, with the server's words, until the person decides", async () => {
  const { sender, model, posts, backend, clock } = start();
  const message = sender.send(LUNCH, "hello");
  await settled();
  posts()[0].reject(refusal("Not here"));
  await clock.advance(60_000);
  assert.equal(posts().length, 1);
  assert.deepEqual([message.status, message.error], ["failed", "Not here"]);
  const later = start({ backend, clock });
  later.sender.resume();
  const [again] = later.model.messages.echoes();
  assert.deepEqual([again.status, again.error, again.content], ["failed", "Not here", "hello"]);
  assert.equal(later.posts().length, 0);
  later.sender.resend(again);
  await settled();
  assert.equal(later.posts()[0].params.local_id, message.local_id);
  later.sender.discard(again);
  assert.equal(kept(later.model), 0);
  assert.equal(later.list.data.items.length, 0);
  assert.equal(kept(model), 0);
});

test("what a reload left unsent goes out under its old name", async () => {
  const before = start();
  const message = before.sender.send(LUNCH, "hello");
  await settled();
  const after = start({ backend: before.backend, clock: before.clock });
  after.connection.queue_id = "q2";
  after.sender.resume();
  after.sender.resume();
  await settled();
  assert.equal(after.posts().length, 1);
  assert.deepEqual(after.posts()[0].params, before.posts()[0].params);
  after.posts()[0].resolve({ id: 101 });
  await settled();
  assert.deepEqual(
    after.list.data.items.map((item) => [item.id, item.content]),
    [[101, "hello"]],
  );
  assert.equal(kept(after.model), 0);
  assert.equal(message.local_id, "100.01");
});

test("the event of such a message has no local id, and still becomes the echo", async () => {
  const before = start();
  before.sender.send(LUNCH, "hello");
  await settled();
  const after = start({ backend: before.backend, clock: before.clock });
  after.connection.queue_id = "q2";
  after.sender.resume();
  const [echo] = after.model.messages.echoes();
  await settled();
  after.dispatch.apply({
    type: "message",
    message: letter(101, { sender: ADA, content: "<p>hello</p>" }),
    flags: ["read"],
  });
  assert.deepEqual(after.list.data.items, [echo]);
  after.posts()[0].resolve({ id: 101 });
  await settled();
  assert.deepEqual(
    after.list.data.items.map((item) => item.id),
    [101],
  );
});

test("what had arrived already and is answered again is fetched for its rendering", async () => {
  const { sender, model, connection, clock, posts } = start();
  const message = sender.send(LUNCH, "```js\nx\n```");
  await settled();
  posts()[0].resolve({ id: 101 });
  connection.api.replies["GET /messages/101"] = {
    message: letter(101, { sender: ADA, content: "<div>x</div>" }),
  };
  await clock.advance(3_000);
  assert.equal(message.html, "<div>x</div>");
  assert.equal(message.plain, undefined);
  assert.equal(model.messages.get(101), message);
});

test("messages of one conversation go one after the other, those of others do not wait", async () => {
  const { sender, posts } = start();
  for (const words of ["one", "two", "three"]) sender.send(LUNCH, words);
  sender.send({ type: "direct", user_ids: [2], key: "d:2" }, "aside");
  await settled();
  assert.deepEqual(
    posts().map((post) => post.params.content),
    ["one", "aside"],
  );
  assert.deepEqual(posts()[1].params.to, [2]);
  posts()[0].reject(refusal());
  await settled();
  posts()[2].resolve({ id: 101 });
  await settled();
  assert.deepEqual(
    posts().map((post) => post.params.content),
    ["one", "aside", "two", "three"],
  );
});

test("from this queue only a local id tells my message: the same words may come from my telephone", () => {
  const { sender } = start();
  sender.send(LUNCH, "hello");
  assert.equal(sender.likely(letter(101, { sender: ADA, content: "<p>hello</p>" })), undefined);
});

test("another's message is never taken for one of mine", () => {
  const { sender, connection } = start();
  sender.send(LUNCH, "hello");
  connection.queue_id = "q2";
  assert.equal(sender.likely(letter(101, { content: "<p>hello</p>" })), undefined);
  assert.equal(sender.likely(letter(101, { sender: ADA, content: "<p>else</p>" })), undefined);
  assert.equal(
    sender.likely(letter(101, { sender: ADA, topic: "dinner", content: "<p>hello</p>" })),
    undefined,
  );
  assert.equal(sender.likely(direct(101, [ADA, GRACE], { sender: ADA, content: "<p>hello</p>" })), undefined);
  assert.equal(sender.likely(letter(101, { sender: ADA, content: "<p>hello</p>" })).content, "hello");
});
