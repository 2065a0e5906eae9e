import assert from "node:assert/strict";
import test from "node:test";
import { HiddenPreviews } from "../../static/js/data/hidden_previews.js";
import { JsonStorage } from "../../static/js/lib/storage.js";
import { MemoryStorage } from "./support/models.js";

function make(storage = new JsonStorage(new MemoryStorage(), "t/")) {
  const touched = [];
  return { storage, touched, hidden: new HiddenPreviews({ touch: (message) => touched.push(message.id) }, storage) };
}

test("a preview that is put away stays away, also after a reload, until it is taken back", () => {
  const { hidden, storage, touched } = make();
  const message = { id: 7 };
  assert.deepEqual(hidden.of(message), []);
  hidden.hide(message, "https://a/");
  hidden.hide(message, "https://b/");
  hidden.hide(message, "https://a/");
  assert.deepEqual(hidden.of(message), ["https://a/", "https://b/"]);
  assert.deepEqual(touched, [7, 7]);
  assert.deepEqual(make(storage).hidden.of(message), ["https://a/", "https://b/"]);
  hidden.show(message, "https://a/");
  assert.deepEqual(make(storage).hidden.of(message), ["https://b/"]);
  assert.deepEqual(hidden.of({ id: 8 }), []);
});

test("the same list is given until it changes, so that nothing is drawn anew for it", () => {
  const { hidden } = make();
  assert.equal(hidden.of({ id: 1 }), hidden.of({ id: 2 }));
  hidden.hide({ id: 1 }, "https://a/");
  assert.equal(hidden.of({ id: 1 }), hidden.of({ id: 1 }));
});

test("only the latest are kept, and what somebody else wrote there does no harm", () => {
  const { hidden, storage } = make();
  for (let id = 1; id <= 600; id += 1) hidden.hide({ id }, "https://a/");
  assert.deepEqual(hidden.of({ id: 100 }), []);
  assert.deepEqual(hidden.of({ id: 101 }), ["https://a/"]);
  assert.equal(storage.read("hidden-previews").length, 500);
  for (const nonsense of [7, "x", { a: 1 }, [[1], 2, null]]) {
    storage.write("hidden-previews", nonsense);
    assert.deepEqual(make(storage).hidden.of({ id: 1 }), []);
  }
});
