// The connection on a clock that stands still: no test here waits for anything real.
import assert from "node:assert/strict";
import test from "node:test";
import { ApiError } from "../../static/js/net/api.js";
import { Connection } from "../../static/js/net/connection.js";
import { FakeClock, settled } from "./support/models.js";
import { FakeApi, FakeSocket, away, deadQueue } from "./support/wire.js";

function start({ sockets = true, register } = {}) {
  const clock = new FakeClock();
  const api = new FakeApi();
  const opened = [];
  const events = [];
  let registrations = 0;
  const connection = new Connection({
    api,
    clock,
    openSocket: sockets ? (on) => opened[opened.push(new FakeSocket(on)) - 1] : undefined,
    register:
      register ??
      (async () => {
        registrations += 1;
        return { queue_id: `q${registrations}`, last_event_id: -1 };
      }),
    onEvent: (event) => events.push(event.id),
    report: () => {},
  });
  connection.run();
  return { clock, api, opened, events, connection, registrations: () => registrations };
}

const polls = (api) => api.open("/events");

test("a socket that opens carries everything; nobody polls", async () => {
  const { opened, api, connection, events, clock } = start();
  await settled();
  await opened[0].open();
  assert.deepEqual(
    [opened[0].subscriptions[0].queue_id, opened[0].subscriptions[0].last_event_id],
    ["q1", -1],
  );
  opened[0].subscriptions[0].resolve({});
  await settled();
  opened[0].onEvents([
    { id: 0, type: "x" },
    { id: 1, type: "heartbeat" },
    { id: 2, type: "x" },
  ]);
  assert.deepEqual(events, [0, 2]);
  assert.deepEqual([connection.status, connection.via, connection.last_event_id], ["live", "socket", 2]);
  await clock.advance(60_000);
  assert.equal(api.sent("/events").length, 0);
  connection.stop();
});

test("events that come with the answer to the subscription are not lost", async () => {
  const { opened, events, connection } = start();
  await settled();
  await opened[0].open();
  opened[0].onEvents([{ id: 0, type: "x" }]);
  opened[0].subscriptions[0].resolve({});
  await settled();
  assert.deepEqual(events, [0]);
  connection.stop();
});

test("where no socket can be had the queue is polled, at once", async () => {
  const { opened, api, events, connection } = start();
  await settled();
  await opened[0].fail();
  assert.equal(polls(api).length, 1);
  polls(api)[0].resolve({ events: [{ id: 3, type: "x" }] });
  await settled();
  assert.deepEqual(events, [3]);
  assert.equal(polls(api)[0].params.last_event_id, 3, "asking for more acknowledges");
  assert.equal(connection.via, "poll");
  connection.stop();
});

test("a socket that hangs gets a head start, no more", async () => {
  const { api, clock, connection } = start();
  await settled();
  assert.equal(polls(api).length, 0);
  await clock.advance(1_600);
  assert.equal(polls(api).length, 1);
  connection.stop();
});

test("a socket that opens late takes over from polling, and nothing comes twice", async () => {
  const { opened, api, events, clock, connection } = start();
  await settled();
  await clock.advance(1_600);
  const [poll] = polls(api);
  await opened[0].open();
  opened[0].subscriptions[0].resolve({});
  await settled();
  assert.equal(poll.done, true, "the poll is ended");
  opened[0].onEvents([{ id: 0, type: "x" }]);
  opened[0].onEvents([
    { id: 0, type: "x" },
    { id: 1, type: "x" },
  ]);
  assert.deepEqual(events, [0, 1]);
  assert.equal(connection.via, "socket");
  connection.stop();
});

test("where sockets never worked, trying one again does not hold up the polls", async () => {
  const { opened, api, clock, connection } = start();
  await settled();
  await opened[0].fail();
  await clock.advance(31_000);
  polls(api)[0].resolve({ events: [] });
  await settled();
  assert.equal(opened.length, 2);
  assert.equal(polls(api).length, 1, "asked again at once, while the socket hangs");
  connection.stop();
});

test("blocked sockets are tried again seldom, and used when they are allowed", async () => {
  const { opened, api, clock, connection } = start();
  api.replies["GET /events"] = undefined;
  await settled();
  await opened[0].fail();
  assert.equal(opened.length, 1);
  // Each poll's end is a turn of the loop, in which a socket may be due.
  for (let turn = 0; turn < 6; turn += 1) {
    await clock.advance(10_000);
    for (const poll of polls(api)) poll.resolve({ events: [] });
    await settled();
  }
  assert.ok(opened.length >= 2 && opened.length <= 4, `${opened.length} attempts in a minute`);
  await opened.at(-1).open();
  opened.at(-1).subscriptions[0]?.resolve({});
  await settled();
  assert.equal(connection.via, "socket");
  connection.stop();
});

test("a socket that breaks is opened again from the last event", async () => {
  const { opened, connection, events } = start();
  await settled();
  await opened[0].open();
  opened[0].subscriptions[0].resolve({});
  await settled();
  opened[0].onEvents([{ id: 7, type: "x" }]);
  opened[0].close();
  await settled();
  await opened[1].open();
  assert.equal(opened[1].subscriptions[0].last_event_id, 7);
  opened[1].subscriptions[0].resolve({});
  await settled();
  opened[1].onEvents([
    { id: 7, type: "x" },
    { id: 8, type: "x" },
  ]);
  assert.deepEqual(events, [7, 8]);
  assert.equal(connection.status, "live");
  connection.stop();
});

test("a lost queue leads to one new registration, whichever way it is heard of", async () => {
  const bySocket = start();
  await settled();
  await bySocket.opened[0].open();
  bySocket.opened[0].subscriptions[0].reject(deadQueue());
  await settled();
  await bySocket.clock.advance(2_000);
  assert.equal(bySocket.registrations(), 2);
  assert.equal(bySocket.connection.queue_id, "q2");
  bySocket.connection.stop();

  const byPoll = start({ sockets: false });
  await settled();
  polls(byPoll.api)[0].reject(deadQueue());
  await settled();
  assert.equal(byPoll.registrations(), 2);
  assert.equal(polls(byPoll.api)[0].params.queue_id, "q2");
  assert.equal(polls(byPoll.api)[0].params.last_event_id, -1);
  byPoll.connection.stop();
});

test("while the server is away the waits grow, with a limit, and the return is noticed without blocking", async () => {
  const { api, clock, connection } = start({ sockets: false });
  await settled();
  const times = [];
  api.replies["GET /events"] = () => {
    times.push(clock.now());
    return away();
  };
  polls(api)[0].reject(away());
  await clock.advance(120_000);
  assert.equal(connection.status, "away");
  const waits = times.slice(1).map((at, index) => at - times[index]);
  assert.ok(waits[0] <= 1_000 && Math.max(...waits) > 5_000 && Math.max(...waits) <= 20_000, String(waits));
  delete api.replies["GET /events"];
  connection.wake();
  await settled();
  assert.equal(polls(api).at(-1).params.dont_block, true);
  polls(api).at(-1).resolve({ events: [] });
  await settled();
  assert.equal(connection.status, "live");
  assert.equal(polls(api).at(-1).params.dont_block, false);
  connection.stop();
});

test("a server that asks for patience gets it", async () => {
  const { api, clock, connection } = start({ sockets: false });
  await settled();
  polls(api)[0].reject(new ApiError(429, { msg: "slow", code: "RATE_LIMIT_HIT", "retry-after": 12 }));
  await clock.advance(11_000);
  assert.equal(polls(api).length, 0);
  await clock.advance(2_000);
  assert.equal(polls(api).length, 1);
  assert.equal(connection.queue_id, "q1");
  connection.stop();
});

test("a registration that fails is tried again; when the session is over nothing is", async () => {
  let tries = 0;
  const failing = start({
    sockets: false,
    register: async () => {
      tries += 1;
      if (tries < 3) throw away();
      return { queue_id: "q9", last_event_id: 4 };
    },
  });
  await failing.clock.advance(10_000);
  assert.equal(tries, 3);
  assert.equal(failing.connection.queue_id, "q9");
  assert.equal(polls(failing.api)[0].params.last_event_id, 4);
  failing.connection.stop();

  const over = start({
    sockets: false,
    register: async () => {
      tries += 1;
      throw new ApiError(401, { msg: "", code: "UNAUTHORIZED" });
    },
  });
  tries = 0;
  await over.clock.advance(60_000);
  assert.equal(tries, 0, "asked once, at the start, and never again");
});

test("an event that cannot be applied does not end the conversation", async () => {
  const { api, connection } = start({ sockets: false });
  connection.onEvent = (event) => {
    if (event.id === 1) throw new Error("spoiled");
  };
  await settled();
  polls(api)[0].resolve({
    events: [
      { id: 1, type: "x" },
      { id: 2, type: "x" },
    ],
  });
  await settled();
  assert.equal(connection.last_event_id, 2);
  assert.equal(polls(api).length, 1);
  connection.stop();
});

test("requests go by the socket while it is open, else by fetch", async () => {
  const { opened, api, connection } = start();
  await settled();
  connection.request("POST", "/messages", { a: 1 });
  assert.equal(api.sent("/messages").length, 1);
  await opened[0].open();
  opened[0].subscriptions[0].resolve({});
  await settled();
  connection.request("POST", "/messages", { a: 2 }).catch(() => {});
  assert.equal(opened[0].requests.length, 1);
  connection.stop();
});
