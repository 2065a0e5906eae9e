// Local echo must be what the server will say, or stay silent: the corpus of the server's renderer is the judge.
import assert from "node:assert/strict";
import test from "node:test";
import { contains_backend_only_syntax, render } from "../../static/js/data/markdown.js";
import { CAST, CORPUS, castModel } from "./support/cast.js";
import { modelOf } from "./support/models.js";

const model = castModel();

for (const { name, input, html, local_echo, translate_emoticons = false } of CORPUS) {
  test(`echo: ${name}`, () => {
    model.settings.set("translate_emoticons", translate_emoticons);
    const silent = contains_backend_only_syntax(input, model);
    if (local_echo) assert.equal(silent, false, "this is to be echoed");
    if (!silent) assert.equal(render(input, model), html);
  });
}

test("what only the server can render is refused by render too", () => {
  assert.throws(() => render("```python\nx\n```", model));
});

test("a pattern of the organisation that matches leaves the message to the server", () => {
  model.realm.setLinkifiers([{ pattern: "#(?P<id>[0-9]+)", url_template: "https://example.com/{id}" }]);
  assert.equal(contains_backend_only_syntax("fixed in #12", model), true);
  assert.equal(contains_backend_only_syntax("fixed", model), false);
  assert.equal(contains_backend_only_syntax("fixed in 12", model), false);
  model.realm.setLinkifiers([{ pattern: "(?i)[", url_template: "https://example.com/" }]);
  assert.equal(
    contains_backend_only_syntax("fixed", model),
    true,
    "a pattern we cannot read may match anything",
  );
  model.realm.setLinkifiers(CAST.linkifiers);
});

test("emoji are left to the server until its table is here", () => {
  const early = modelOf();
  assert.equal(contains_backend_only_syntax("well :tada:", early), true);
  assert.equal(contains_backend_only_syntax("at 10:30", early), false);
});
