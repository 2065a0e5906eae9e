import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { languageTag, n, number, parts, speak, t } from "../../static/js/lib/i18n.js";

afterEach(() => speak());

test("without a catalogue it speaks English", () => {
  assert.equal(t("Sign out"), "Sign out");
  assert.equal(t("Leave #{name}?", { name: "design" }), "Leave #design?");
  assert.equal(n("{count} reply", "{count} replies", 1), "1 reply");
  assert.equal(n("{count} reply", "{count} replies", 1234), "1,234 replies");
  assert.equal(languageTag(), "en");
});

test("a text is found in the catalogue; what is not there stays English", () => {
  speak({ tag: "de", messages: { "Leave #{name}?": "#{name} verlassen?" } });
  assert.equal(t("Leave #{name}?", { name: "design" }), "#design verlassen?");
  assert.equal(t("Sign out"), "Sign out");
  assert.equal(number(1234.5), "1.234,5");
});

test("Arabic has its six forms, in the order of the catalogue", () => {
  const messages = { "{count} reply": ["0", "1", "2", "few {count}", "many {count}", "other {count}"] };
  speak({ tag: "ar-u-nu-latn", messages });
  const said = (count) => n("{count} reply", "{count} replies", count);
  assert.deepEqual([0, 1, 2].map(said), ["0", "1", "2"]);
  assert.deepEqual([3, 10, 11, 99, 100, 102].map(said), [
    "few 3", "few 10", "many 11", "many 99", "other 100", "other 102",
  ]);
});

test("Chinese has one form for every number", () => {
  speak({ tag: "zh-Hans", messages: { "{count} reply": ["{count} 条回复"] } });
  assert.equal(n("{count} reply", "{count} replies", 1), "1 条回复");
  assert.equal(n("{count} reply", "{count} replies", 7), "7 条回复");
});

test("a value is text, never a pattern, and braces that name nothing stay", () => {
  assert.equal(t("{a} and {b}", { a: "{b}", b: "x" }), "{b} and x");
  assert.equal(t("{a} and {b}", { a: "1" }), "1 and {b}");
  assert.deepEqual(parts("As {who}.", { who: 7 }), ["As ", 7, "."]);
});

test("what a catalogue could inherit is not taken for a translation", () => {
  assert.equal(t("constructor"), "constructor");
});
