import assert from "node:assert/strict";
import { test } from "node:test";
import { Bots, EMBEDDED, GENERIC, INCOMING, OUTGOING, shortName, webhookAddress } from "../../static/js/data/bots.js";

const bot = (user_id, full_name, owner_id, is_active = true) => ({ user_id, full_name, owner_id, is_active });

test("one's own bots come first, closed ones last", () => {
  const bots = new Bots();
  bots.load({ realm_bots: [bot(1, "b", 9), bot(2, "a", 8), bot(3, "c", 9, false), bot(4, "a", 9), bot(5, "d", 8, false)] });
  assert.deepEqual(bots.all(9).map((one) => one.user_id), [4, 1, 2, 3, 5]);
});

test("events make the bots what they say, and unknown ones change nothing", () => {
  const bots = new Bots();
  bots.load({ realm_bots: [bot(1, "b", 9)] });
  bots.add(bot(2, "new", 9));
  bots.update({ user_id: 1, full_name: "renamed" });
  bots.update({ user_id: 7, full_name: "nobody" });
  assert.deepEqual([bots.get(1).full_name, bots.get(2).full_name, bots.get(7)], ["renamed", "new", undefined]);
  bots.remove(1);
  assert.equal(bots.get(1), undefined);
});

test("who makes which bots is the organisation's choice", () => {
  const bots = new Bots();
  const all = [GENERIC, INCOMING, OUTGOING, EMBEDDED];
  for (const [policy, member] of [[1, all], [2, [INCOMING, OUTGOING, EMBEDDED]], [3, []]]) {
    bots.setPolicy(policy);
    assert.deepEqual([bots.kindsFor(200), bots.kindsFor(400), bots.kindsFor(600)], [all, member, []]);
  }
});

test("a short name is what an address can hold of a name", () => {
  for (const [name, short] of [["Build Bot", "build"], ["Café  été!", "cafe-ete"], ["机器人", ""], ["--x--", "x"], ["a".repeat(80), "a".repeat(60)]])
    assert.equal(shortName(name), short);
});

test("the address of a webhook holds the key, and the channel where there is one", () => {
  const one = { api_key: "k".repeat(32) };
  assert.equal(webhookAddress("https://chat.example", one, "github", 0), `https://chat.example/api/v1/external/github?api_key=${one.api_key}`);
  assert.match(webhookAddress("https://chat.example", one, "github", 7), /&stream=7$/);
});
