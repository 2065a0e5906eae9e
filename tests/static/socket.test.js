import assert from "node:assert/strict";
import test from "node:test";
import { ApiError, NetworkError } from "../../static/js/net/api.js";
import { Socket } from "../../static/js/net/socket.js";
import { FakeClock, settled } from "./support/models.js";

class Wire {
  static last;
  readyState = 0;
  frames = [];

  constructor(url) {
    this.url = url;
    Wire.last = this;
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  say(frame) {
    this.onmessage({ data: typeof frame === "string" ? frame : JSON.stringify(frame) });
  }

  send(text) {
    this.frames.push(JSON.parse(text));
  }

  close() {
    this.readyState = 3;
  }
}

function start() {
  const clock = new FakeClock();
  const heard = [];
  let closed = 0;
  const socket = new Socket({
    WebSocket: Wire,
    url: "ws://x",
    clock,
    onEvents: (events) => heard.push(...events),
    onClose: () => (closed += 1),
  });
  return { clock, socket, wire: Wire.last, heard, closed: () => closed };
}

test("requests are framed as the protocol says and answered by their number", async () => {
  const { socket, wire } = start();
  wire.open();
  await socket.opened;
  const [first, second] = [
    socket.request("POST", "/messages", { topic: "x" }),
    socket.request("POST", "/b", {}),
  ];
  assert.deepEqual(wire.frames[0], {
    req_id: "1",
    type: "request",
    request: { method: "POST", path: "/messages", params: { topic: "x" } },
  });
  wire.say({
    req_id: "2",
    type: "response",
    status: 200,
    response: { result: "success", msg: "", data: { id: 2 } },
  });
  wire.say({
    req_id: "1",
    type: "response",
    status: 400,
    response: { result: "error", msg: "No", code: "BAD_REQUEST" },
  });
  assert.deepEqual(await second, { id: 2 });
  await assert.rejects(
    first,
    (error) => error instanceof ApiError && error.code === "BAD_REQUEST" && error.message === "No",
  );
});

test("events are acknowledged lazily: once a second, or after fifty", async () => {
  const { socket, wire, clock, heard } = start();
  wire.open();
  socket.subscribe("q", 4);
  assert.deepEqual(wire.frames[0], { req_id: "1", type: "subscribe", queue_id: "q", last_event_id: 4 });
  wire.say({ type: "events", queue_id: "q", events: [{ id: 5 }, { id: 6 }] });
  wire.say({ type: "events", queue_id: "other", events: [{ id: 99 }] });
  await clock.advance(500);
  wire.say({ type: "events", queue_id: "q", events: [{ id: 7 }] });
  assert.equal(heard.length, 3);
  assert.equal(wire.frames.length, 1);
  await clock.advance(500);
  assert.deepEqual(wire.frames[1], { type: "ack", queue_id: "q", last_event_id: 7 });
  wire.say({
    type: "events",
    queue_id: "q",
    events: Array.from({ length: 50 }, (_, index) => ({ id: 8 + index })),
  });
  assert.deepEqual(wire.frames[2], { type: "ack", queue_id: "q", last_event_id: 57 });
  await clock.advance(5_000);
  assert.equal(wire.frames.length, 3);
});

test("a socket that breaks fails what was asked and says so once", async () => {
  const { socket, wire, closed } = start();
  wire.open();
  const asked = socket.request("GET", "/x", {});
  wire.onclose();
  wire.onclose();
  await assert.rejects(asked, NetworkError);
  await assert.rejects(socket.request("GET", "/y", {}), NetworkError);
  assert.equal(closed(), 1);
});

test("a socket that does not open, does not answer, or falls silent is given up", async () => {
  for (const [prepare, ms] of [
    [() => {}, 5_000],
    [
      ({ wire, socket }) => {
        wire.open();
        socket.request("GET", "/x", {}).catch(() => {});
      },
      15_000,
    ],
    [({ wire }) => wire.open(), 80_000],
    [
      ({ wire }) => {
        wire.open();
        wire.say("{broken");
      },
      0,
    ],
  ]) {
    const given = start();
    prepare(given);
    await given.clock.advance(Math.max(0, ms - 1));
    if (ms > 0) assert.equal(given.closed(), 0);
    await given.clock.advance(1);
    assert.equal(given.closed(), 1);
    await settled();
    assert.equal(given.clock.waiting, 0, "no timer is left behind");
  }
});
