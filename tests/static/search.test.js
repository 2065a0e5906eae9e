// What is typed into the search box, as the server takes it.
import assert from "node:assert/strict";
import test from "node:test";
import { apiTerms, hashOf, narrowKey, narrowOfHash, searchNarrow, topicNarrow } from "../../static/js/data/narrow.js";
import { searchTerms, searchWithin } from "../../static/js/data/search.js";
import { ADA, GRACE, modelOf } from "./support/models.js";

const model = modelOf();
const terms = (query) => searchTerms(query, model).map(({ operator, operand, negated }) => [
  `${negated ? "-" : ""}${operator}`,
  operand,
]);

test("words are looked for together, phrases as they are", () => {
  assert.deepEqual(terms("moat bridge"), [["search", "moat bridge"]]);
  assert.deepEqual(terms('"the moat" oak'), [["search", '"the moat" oak']]);
});

test("terms narrow the search; a minus leaves out", () => {
  const channel = model.channels.subscribed()[0];
  assert.deepEqual(terms(`channel:"${channel.name}" topic:"big plans" oak`), [
    ["channel", channel.stream_id],
    ["topic", "big plans"],
    ["search", "oak"],
  ]);
  assert.deepEqual(terms("is:starred -has:link"), [
    ["is", "starred"],
    ["-has", "link"],
  ]);
});

test("people are found by name, first name or address", () => {
  const first = GRACE.full_name.split(" ")[0];
  for (const typed of [`"${GRACE.full_name}"`, first.toLowerCase(), GRACE.email])
    assert.deepEqual(terms(`from:${typed}`), [["sender", GRACE.user_id]]);
  assert.deepEqual(terms("from:me"), [["sender", ADA.user_id]]);
  assert.deepEqual(terms(`dm:${first}`), [["dm", [GRACE.user_id]]]);
});

test("what is no term is a word: addresses, unknown names, times", () => {
  for (const typed of ["https://example.com", "12:30", "from:nobodyhere", "is:nonsense", "channel:nowhere"])
    assert.deepEqual(terms(typed), [["search", typed]]);
});

test("a search has an address, and is one list", () => {
  const narrow = searchNarrow(" from:me 100% & ✔ ");
  assert.equal(narrow.query, "from:me 100% & ✔");
  assert.deepEqual(narrowOfHash(hashOf(narrow), ADA.user_id), narrow);
  assert.notEqual(narrowKey(narrow), narrowKey(searchNarrow("other")));
  assert.equal(narrowOfHash("#narrow/search/.20", ADA.user_id), null);
  assert.deepEqual(apiTerms(searchNarrow("oak"), model), [{ operator: "search", operand: "oak" }]);
});

test("a search begins where one is", () => {
  const channel = model.channels.subscribed()[0];
  const typed = searchWithin(topicNarrow(channel.stream_id, "big plans"), model);
  assert.deepEqual(
    searchTerms(`${typed}oak`, model).map(({ operand }) => operand),
    [channel.stream_id, "big plans", "oak"],
  );
});
