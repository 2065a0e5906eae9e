import assert from "node:assert/strict";
import test from "node:test";
import { channelConversation } from "../../static/js/data/conversation.js";
import { simple, topicNarrow } from "../../static/js/data/narrow.js";
import { ADA, letter, modelOf } from "./support/models.js";

const LUNCH = channelConversation(1, "lunch");

function opened(model, narrow = topicNarrow(1, "lunch"), ids = [98, 99, 100]) {
  const list = model.lists.open(narrow);
  list.data.add(ids.map((id) => model.messages.take(letter(id))));
  Object.assign(list.data, { found_oldest: true, found_newest: true });
  Object.assign(list, { opened: true, complete: true });
  return list;
}

function entryOf(model, content, rest = {}) {
  return model.outbox.put({
    queue_id: "q1",
    local_id: model.echo.next_local_id(),
    conversation: LUNCH,
    content,
    ...rest,
  });
}

function mine(id, content) {
  return letter(id, { sender: ADA, content });
}

test("an echo stands at the end of every feed that shows its conversation, rendered as the server will", () => {
  const model = modelOf();
  const [topic, all, other] = [
    opened(model),
    opened(model, simple("all")),
    opened(model, topicNarrow(1, "dinner"), []),
  ];
  const echo = model.echo.try_deliver_locally(entryOf(model, "*hello*"));
  assert.equal(topic.data.last, echo);
  assert.equal(all.data.last, echo);
  assert.equal(other.data.items.length, 0);
  assert.equal(echo.html, "<p><em>hello</em></p>");
  assert.equal(echo.status, "sending");
  assert.ok(echo.id > 100 && echo.id < 101);
});

test("a list that does not reach the newest takes no echo", () => {
  const model = modelOf();
  const list = opened(model);
  list.data.found_newest = false;
  model.echo.try_deliver_locally(entryOf(model, "hello"));
  assert.equal(list.data.last.id, 100);
});

test("what only the server renders stands as typed and says so", () => {
  const model = modelOf();
  opened(model);
  const echo = model.echo.try_deliver_locally(entryOf(model, "```python\n<b>\n```"));
  assert.equal(echo.plain, true);
  assert.equal(echo.html, "<p>```python<br>\n&lt;b&gt;<br>\n```</p>");
});

test("the event turns the echo into the message: same object, same key, right place", () => {
  const model = modelOf();
  const list = opened(model);
  const entry = entryOf(model, "hello");
  const echo = model.echo.try_deliver_locally(entry);
  const { key } = echo;
  model.echo.process_from_server(letter(101), ["read"], undefined);
  assert.deepEqual(
    list.data.items.map((message) => message.id),
    [98, 99, 100, echo.id, 101],
    "what others send comes below",
  );
  const shown = model.echo.process_from_server(mine(102, "<p>hello</p>"), ["read"], entry);
  assert.equal(shown, echo);
  assert.equal(echo.key, key);
  assert.deepEqual(
    list.data.items.map((message) => message.id),
    [98, 99, 100, 101, 102],
  );
  assert.equal(echo.status, "sent");
  assert.equal(echo.provisional, undefined);
  assert.deepEqual(model.messages.echoes(), []);
});

test("the answer may come before the event", () => {
  const model = modelOf();
  const list = opened(model);
  const entry = entryOf(model, "hello");
  const echo = model.echo.try_deliver_locally(entry);
  assert.equal(model.echo.confirm(entry, 101), echo);
  assert.equal(echo.provisional, true);
  const shown = model.echo.process_from_server(mine(101, "<p>hello!</p>"), ["read"], entry);
  assert.equal(shown, echo);
  assert.equal(echo.html, "<p>hello!</p>");
  assert.equal(list.data.items.filter((message) => message.id === 101).length, 1);
});

test("the answer may come after the message itself was fetched", () => {
  const model = modelOf();
  const list = opened(model);
  const entry = entryOf(model, "hello");
  model.echo.try_deliver_locally(entry);
  model.echo.process_from_server(mine(101, "<p>hello</p>"), ["read"], undefined);
  assert.equal(list.data.items.length, 5);
  assert.equal(model.echo.confirm(entry, 101), undefined);
  assert.deepEqual(
    list.data.items.map((message) => message.id),
    [98, 99, 100, 101],
  );
});

test("hearing an event twice changes nothing", () => {
  const model = modelOf();
  const list = opened(model);
  const entry = entryOf(model, "hello");
  model.echo.try_deliver_locally(entry);
  for (let time = 0; time < 2; time += 1)
    model.echo.process_from_server(mine(101, "<p>hello</p>"), ["read"], entry);
  assert.deepEqual(
    list.data.items.map((message) => message.id),
    [98, 99, 100, 101],
  );
});

test("a failed message says why, can be tried again, and can be given up", () => {
  const model = modelOf();
  const list = opened(model);
  const entry = entryOf(model, "hello");
  const echo = model.echo.try_deliver_locally(entry);
  model.echo.fail(entry, "Not here");
  assert.deepEqual([echo.status, echo.error], ["failed", "Not here"]);
  model.echo.retry(entry);
  assert.deepEqual([echo.status, echo.error], ["sending", undefined]);
  model.echo.discard(entry);
  assert.equal(list.data.has(echo), false);
  assert.equal(model.echo.discard(entry), undefined);
});

test("messages of two queues with the same local id are two messages", () => {
  const model = modelOf();
  const list = opened(model);
  model.echo.try_deliver_locally(entryOf(model, "old", { queue_id: "q0", local_id: "100.01" }));
  const fresh = model.echo.try_deliver_locally(entryOf(model, "new", { local_id: "100.01" }));
  assert.equal(model.messages.echoes().length, 2);
  model.echo.confirm({ queue_id: "q1", local_id: "100.01" }, 101);
  assert.equal(fresh.id, 101);
  assert.equal(model.messages.echoes()[0].content, "old");
  assert.equal(list.data.items.length, 5);
});

test("what was left unsent in an earlier life stands at the bottom, whatever its number was", () => {
  const model = modelOf();
  const list = opened(model);
  const echo = model.echo.try_deliver_locally(
    entryOf(model, "from before", { queue_id: "q0", local_id: "42.01" }),
  );
  assert.equal(list.data.last, echo);
  assert.ok(echo.id > 100);
});
