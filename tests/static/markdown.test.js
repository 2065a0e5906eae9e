// Local echo must be what the server will say, or stay silent: the corpus of the server's renderer is the judge.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { contains_backend_only_syntax, render } from "../../static/js/data/markdown.js";
import { channel, modelOf, person } from "./support/models.js";

const CORPUS = JSON.parse(readFileSync(new URL("../fixtures/markdown.json", import.meta.url)));
const EMOJI = JSON.parse(readFileSync(new URL("../../chat/data/emoji.json", import.meta.url)));

const CAST = JSON.parse(readFileSync(new URL("../fixtures/markdown_cast.json", import.meta.url)));

function cast() {
  const people = (active) =>
    CAST.people
      .filter((one) => (one.is_active ?? true) === active)
      .map((one) => person(one.id, one.full_name));
  const model = modelOf({
    realm_users: people(true),
    realm_non_active_users: people(false),
    subscriptions: CAST.channels.map((one) => channel(one.id, one.name)),
    never_subscribed: [],
    realm_emoji: Object.fromEntries(CAST.custom_emoji.map((one) => [one.id, { ...one, deactivated: false }])),
    realm_linkifiers: CAST.linkifiers,
  });
  const names = Object.entries(EMOJI.names).map(([code, words]) => [code, words.split(" ")]);
  model.emoji.load({ code_to_names: Object.fromEntries(names) });
  return model;
}

const model = cast();

for (const { name, input, html, local_echo, translate_emoticons = false } of CORPUS) {
  test(`echo: ${name}`, () => {
    model.realm.translate_emoticons = translate_emoticons;
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
