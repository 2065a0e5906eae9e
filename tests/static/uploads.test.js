// Files on their way: a few at a time, each told of, each for its conversation.
import assert from "node:assert/strict";
import test from "node:test";
import { Uploads, linkTo } from "../../static/js/data/uploads.js";

const LUNCH = { type: "channel", key: "c:1:lunch" };
const DINNER = { type: "channel", key: "c:1:dinner" };

function start() {
  const going = [];
  const done = [];
  const send = (file, { onProgress, signal }) =>
    new Promise((resolve, reject) => going.push({ file, onProgress, signal, resolve, reject }));
  const uploads = new Uploads({ send, done: (upload, url) => done.push([upload.name, url]) });
  return { uploads, going, done };
}

const files = (count) => Array.from({ length: count }, (_, number) => ({ name: `f${number}`, size: 1, type: "" }));
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("three go at once, the next when one is there", async () => {
  const { uploads, going, done } = start();
  uploads.add(files(5), LUNCH);
  assert.equal(going.length, 3);
  going[1].onProgress(0.5);
  assert.deepEqual(uploads.of(LUNCH.key).map((upload) => upload.part), [0, 0.5, 0, 0, 0]);
  going[1].resolve("/user_uploads/1/x");
  await turn();
  assert.deepEqual([going.length, done], [4, [["f1", "/user_uploads/1/x"]]]);
  assert.equal(uploads.of(LUNCH.key).length, 4);
});

test("a stopped one is not told of, and makes room", async () => {
  const { uploads, going, done } = start();
  uploads.add(files(4), LUNCH);
  const [first] = uploads.of(LUNCH.key);
  uploads.remove(first);
  assert.ok(going[0].signal.aborted);
  going[0].resolve("/late");
  await turn();
  assert.deepEqual([going.length, done], [4, []]);
});

test("a failed one says why, holds up nothing, and can be tried again", async () => {
  const { uploads, going, done } = start();
  uploads.add(files(1), LUNCH);
  going[0].reject(new Error("no room"));
  await turn();
  const [failed] = uploads.of(LUNCH.key);
  assert.deepEqual([failed.status, failed.error, uploads.pending(LUNCH.key)], ["failed", "no room", false]);
  uploads.retry(failed);
  assert.ok(uploads.pending(LUNCH.key));
  going[1].resolve("/there");
  await turn();
  assert.deepEqual(done, [["f0", "/there"]]);
});

test("what is refused beforehand never goes; too many are left out", () => {
  const { uploads, going } = start();
  uploads.add(files(1), DINNER, () => "too large");
  assert.deepEqual([going.length, uploads.of(DINNER.key)[0].error], [0, "too large"]);
  assert.equal(uploads.add(files(25), LUNCH), 6);
  assert.deepEqual([uploads.pending(LUNCH.key), uploads.pending(DINNER.key)], [true, false]);
});

test("names become the text of links that stay links", () => {
  assert.equal(linkTo("plan [v2]*.png", "/user_uploads/1/a"), "[plan -v2--.png](/user_uploads/1/a)");
});
