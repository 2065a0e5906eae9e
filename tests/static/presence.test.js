// Who is here, who writes, statuses: what the client makes of what it is told, and what it tells.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Model } from "../../static/js/data/model.js";
import { Dispatch } from "../../static/js/net/dispatch.js";
import { PresencePings } from "../../static/js/net/presence_pings.js";
import { TypingNotices } from "../../static/js/net/typing_notices.js";
import { JsonStorage } from "../../static/js/lib/storage.js";
import { FakeClock, MemoryStorage, settled, stateOf } from "./support/models.js";

const SETTINGS = { send_private_typing_notifications: true, send_stream_typing_notifications: true };

function setUp(rest = {}) {
  const clock = new FakeClock();
  const model = new Model({ clock, storage: new JsonStorage(new MemoryStorage(), "p/"), tab: "t" });
  const now_s = clock.now() / 1000;
  model.load(stateOf({ server_timestamp: now_s, user_settings: SETTINGS, ...rest }));
  const asked = [];
  const connection = {
    request: async (method, path, params) => {
      asked.push([path, params]);
      return connection.answer ?? {};
    },
  };
  const dispatch = new Dispatch({ model, sender: {}, session: {} });
  return { clock, model, connection, asked, dispatch, now_s };
}

function presences(now_s, ages) {
  return Object.fromEntries(
    Object.entries(ages).map(([user_id, [active, idle]]) => [
      user_id,
      { active_timestamp: now_s - active, idle_timestamp: now_s - idle },
    ]),
  );
}

test("presence: here, idle or away, by the server's clock; I am always here", async () => {
  const { clock, model, now_s } = setUp();
  const ahead = now_s + 5000;
  model.presence.take({ presences: presences(ahead, { 2: [100, 10], 3: [900, 50] }), server_timestamp: ahead });
  const states = () => [1, 2, 3, 9].map((user_id) => model.presence.of(user_id));
  assert.deepEqual(states(), ["active", "active", "idle", "away"]);
  await clock.advance(120_000);
  assert.deepEqual(states(), ["active", "idle", "idle", "away"]);
  await clock.advance(120_000);
  assert.deepEqual(states(), ["active", "away", "away", "away"]);
  assert.equal(model.presence.lastSeen(2), now_s - 10);
  assert.equal(model.presence.lastSeen(9), undefined);
});

test("presence: listeners hear only when somebody's state changes", async () => {
  const { clock, model, now_s } = setUp();
  let heard = 0;
  model.presence.subscribe(() => (heard += 1));
  model.presence.take({ presences: presences(now_s, { 2: [0, 0] }), server_timestamp: now_s });
  await clock.advance(60_000);
  model.presence.take({ presences: presences(now_s + 60, { 2: [0, 0] }), server_timestamp: now_s + 60 });
  assert.equal(heard, 1);
  await clock.advance(300_000);
  model.presence.refresh();
  assert.equal(heard, 2);
});

test("presence: an event brings someone at once", () => {
  const { model, dispatch, now_s } = setUp();
  const website = { client: "website", status: "active", timestamp: now_s, pushable: false };
  dispatch.apply({ type: "presence", user_id: 2, server_timestamp: now_s, presence: { website } });
  assert.equal(model.presence.of(2), "active");
});

test("pings: once a minute, with what is new only; idle when nobody looks; at once when somebody comes back", async () => {
  const { clock, model, connection, asked, now_s } = setUp();
  let attentive = true;
  const pings = new PresencePings({ model, connection, clock, attentive: () => attentive });
  connection.answer = {
    presences: presences(now_s, { 2: [0, 0] }), server_timestamp: now_s, presence_last_update_id: 7,
  };
  pings.start();
  await settled();
  assert.deepEqual(asked, [
    ["/users/me/presence", { status: "active", new_user_input: true, last_update_id: -1 }],
  ]);
  assert.equal(model.presence.of(2), "active");
  connection.answer = { presences: {}, server_timestamp: now_s + 60, presence_last_update_id: 7 };
  attentive = false;
  await clock.advance(60_000);
  assert.deepEqual(asked[1][1], { status: "idle", new_user_input: false, last_update_id: 7 });
  pings.input();
  await settled();
  assert.equal(asked.length, 2, "nobody can see the page");
  attentive = true;
  pings.input();
  await settled();
  assert.deepEqual(asked[2][1].status, "active");
  pings.input();
  await clock.advance(59_000);
  assert.equal(asked.length, 3);
  await clock.advance(6 * 60_000);
  assert.equal(asked.at(-1)[1].status, "idle", "nobody touched anything for long");
});

test("pings: a server that is away is asked again", async () => {
  const { clock, model, asked } = setUp();
  let calls = 0;
  const connection = { request: async () => Promise.reject(new Error(`${(calls += 1)}`)) };
  new PresencePings({ model, connection, clock, attentive: () => true }).start();
  await clock.advance(130_000);
  assert.equal(calls, 3);
  assert.deepEqual(asked, []);
});

test("typing: told at the beginning, again while it goes on, and at the end", async () => {
  const { clock, model, connection, asked } = setUp();
  const typing = new TypingNotices({ model, connection, clock });
  const grace = model.directConversation([2]);
  for (let second = 0; second < 45; second += 1) {
    typing.typed(grace, "Dear Grace");
    await clock.advance(1000);
  }
  assert.deepEqual(asked, [
    ["/typing", { op: "start", type: "direct", to: [2] }],
    ["/typing", { op: "start", type: "direct", to: [2] }],
  ]);
  await clock.advance(12_000);
  assert.deepEqual(asked.at(-1), ["/typing", { op: "stop", type: "direct", to: [2] }]);
  await clock.advance(60_000);
  assert.equal(asked.length, 3);
  assert.equal(clock.waiting, 0);
});

test("typing: turning to another conversation or emptying the box says stop; sending says it by itself", async () => {
  const { clock, model, connection, asked } = setUp();
  const typing = new TypingNotices({ model, connection, clock });
  const lunch = { type: "channel", channel_id: 1, topic: "Lunch", key: "c:1:lunch" };
  typing.typed(model.directConversation([2]), "a");
  typing.typed(lunch, "a");
  typing.typed(lunch, "  ");
  typing.typed(lunch, "b");
  typing.stop({ sent: true });
  typing.stop();
  await settled();
  const there = { type: "channel", stream_id: 1, topic: "Lunch" };
  assert.deepEqual(asked.map(([, params]) => params), [
    { op: "start", type: "direct", to: [2] },
    { op: "stop", type: "direct", to: [2] },
    { op: "start", ...there },
    { op: "stop", ...there },
    { op: "start", ...there },
  ]);
});

test("typing: nothing is told where my settings say so, to nobody yet, or in notes to myself", async () => {
  const { clock, model, connection, asked, dispatch } = setUp();
  const typing = new TypingNotices({ model, connection, clock });
  for (const property of Object.keys(SETTINGS))
    dispatch.apply({ type: "user_settings", op: "update", property, value: false });
  typing.typed(model.directConversation([2]), "a");
  typing.typed({ type: "channel", channel_id: 1, topic: "Lunch", key: "c:1:lunch" }, "a");
  typing.typed(undefined, "a");
  for (const property of Object.keys(SETTINGS))
    dispatch.apply({ type: "user_settings", op: "update", property, value: true });
  typing.typed(model.directConversation([1]), "a");
  await settled();
  assert.deepEqual(asked, []);
});

test("typing: others' notices fade by themselves, and end with the message", async () => {
  const { clock, model, dispatch } = setUp();
  const notice = (op, user_id) =>
    dispatch.apply({
      type: "typing", op, message_type: "direct", sender: { user_id }, recipients: [{ user_id: 1 }, { user_id: 2 }],
    });
  const key = model.directConversation([2]).key;
  notice("start", 2);
  notice("start", 1);
  assert.deepEqual(model.typing.in(key), [2], "not my own");
  await clock.advance(40_000);
  notice("start", 2);
  await clock.advance(40_000);
  assert.deepEqual(model.typing.in(key), [2]);
  await clock.advance(5_000);
  assert.deepEqual(model.typing.in(key), []);
  dispatch.apply({
    type: "typing", op: "start", message_type: "stream", sender: { user_id: 3 }, stream_id: 1, topic: "LUNCH",
  });
  assert.deepEqual(model.typing.in("c:1:lunch"), [3]);
  model.typing.load({});
  assert.deepEqual(model.typing.in("c:1:lunch"), []);
  assert.equal(clock.waiting, 0);
});

test("statuses: only what changed is told, and empty is none", () => {
  const { model, dispatch } = setUp({ user_status: { 2: { status_text: "busy", away: true } } });
  assert.deepEqual(model.statuses.of(2), { status_text: "busy" });
  const car = { emoji_name: "car", emoji_code: "1f697", reaction_type: "unicode_emoji" };
  dispatch.apply({ type: "user_status", user_id: 2, ...car, id: 4 });
  assert.deepEqual(model.statuses.of(2), { status_text: "busy", ...car });
  dispatch.apply({ type: "user_status", user_id: 2, status_text: "" });
  assert.deepEqual(model.statuses.of(2), car);
  dispatch.apply({ type: "user_status", user_id: 2, emoji_name: "", emoji_code: "", reaction_type: "" });
  assert.equal(model.statuses.of(2), undefined);
});
