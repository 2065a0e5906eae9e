// What asks for attention: shown on the desktop, heard, counted in the tab.
import assert from "node:assert/strict";
import test from "node:test";
import { tabCount, wants } from "../../static/js/data/attention.js";
import { channelConversation } from "../../static/js/data/conversation.js";
import { Settings, settingsOfTheme, themeOf } from "../../static/js/data/settings.js";
import { OwnSettings } from "../../static/js/net/own_settings.js";
import { modelOf, stateOf } from "./support/models.js";

const QUIET = {
  enable_desktop_notifications: false,
  enable_sounds: false,
  wildcard_mentions_notify: false,
  enable_followed_topic_wildcard_mentions_notify: false,
  enable_followed_topic_desktop_notifications: false,
  enable_followed_topic_audible_notifications: false,
  enable_stream_desktop_notifications: false,
  enable_stream_audible_notifications: false,
};
const OWN = { desktop: "enable_desktop_notifications", audible: "enable_sounds" };
const [CHANNEL] = [stateOf().subscriptions[0].stream_id];

function model(user_settings = {}, rest = {}) {
  return modelOf({ user_settings: { ...QUIET, ...user_settings }, ...rest });
}

function inChannel(topic = "tea") {
  return { sender_id: 2, conversation: channelConversation(CHANNEL, topic) };
}

function policy(visibility_policy) {
  return { user_topics: [{ stream_id: CHANNEL, topic_name: "tea", visibility_policy }] };
}

for (const means of ["desktop", "audible"]) {
  test(`${means}: direct messages and mentions, where they are wanted`, () => {
    const direct = { sender_id: 2, conversation: { type: "direct", user_ids: [2], key: "dm:2" } };
    assert.equal(wants(model(), direct, [], means), false);
    const keen = model({ [OWN[means]]: true });
    assert.equal(wants(keen, direct, [], means), true);
    assert.equal(wants(keen, inChannel(), ["mentioned"], means), true);
    assert.equal(wants(keen, inChannel(), ["has_alert_word"], means), true);
    assert.equal(wants(keen, inChannel(), [], means), false);
  });

  test(`${means}: nothing that is read, and nothing of one's own`, () => {
    const keen = model({ [OWN[means]]: true });
    assert.equal(wants(keen, inChannel(), ["mentioned", "read"], means), false);
    assert.equal(wants(keen, { ...inChannel(), sender_id: keen.people.my_id }, ["mentioned"], means), false);
  });

  test(`${means}: a muted topic is silent; in a muted channel only mentions by name are heard`, () => {
    const flags = ["mentioned", "stream_wildcard_mentioned", "has_alert_word"];
    const settings = { [OWN[means]]: true, wildcard_mentions_notify: true };
    assert.equal(wants(model(settings, policy(1)), inChannel(), flags, means), false);
    const muted = model(settings);
    muted.channels.update(CHANNEL, "is_muted", true);
    assert.equal(wants(muted, inChannel(), flags, means), true);
    assert.equal(wants(muted, inChannel(), flags.slice(1), means), false);
    muted.realm.setTopicPolicy(policy(2).user_topics[0]);
    assert.equal(wants(muted, inChannel(), flags.slice(1), means), true);
  });

  test(`${means}: mentions of everyone, followed topics, whole channels`, () => {
    const everyone = ["stream_wildcard_mentioned"];
    assert.equal(wants(model({ [OWN[means]]: true }), inChannel(), everyone, means), false);
    assert.equal(
      wants(model({ [OWN[means]]: true, wildcard_mentions_notify: true }), inChannel(), everyone, means),
      true,
    );
    const followed = { [`enable_followed_topic_${means}_notifications`]: true };
    assert.equal(wants(model(followed, policy(3)), inChannel(), [], means), true);
    assert.equal(wants(model(followed, policy(2)), inChannel(), [], means), false);
    assert.equal(wants(model({ [`enable_stream_${means}_notifications`]: true }), inChannel(), [], means), true);
    const own = model();
    own.channels.update(CHANNEL, `${means}_notifications`, true);
    assert.equal(wants(own, inChannel(), [], means), true);
  });
}

test("the tab counts what the person wants counted", () => {
  const counting = (desktop_icon_count_display) => {
    const found = model({ desktop_icon_count_display }, policy(3));
    found.unread.clear();
    found.unread.add(101, channelConversation(CHANNEL, "cake"));
    found.unread.add(102, channelConversation(CHANNEL, "cake"), true);
    found.unread.add(103, channelConversation(CHANNEL, "tea"));
    found.unread.add(104, found.directConversation([2]));
    return tabCount(found);
  };
  assert.deepEqual([1, 2, 3, 4].map(counting), [4, 3, 2, 0]);
});

test("a theme is two settings on the wire", () => {
  for (const theme of ["system", "light", "dark", "contrast"]) {
    const settings = new Settings();
    for (const [name, value] of Object.entries(settingsOfTheme(theme))) settings.set(name, value);
    assert.equal(themeOf(settings), theme);
  }
});

test("a setting is changed at once, and taken back where the server refuses", async () => {
  const kept = model();
  const words = [];
  let refuse = true;
  const api = {
    patch: async (path, values) => {
      assert.deepEqual([path, values], ["/settings", { enter_sends: false }]);
      assert.equal(kept.settings.get("enter_sends"), false);
      if (refuse) throw new Error("No.");
    },
  };
  kept.settings.set("enter_sends", true);
  const own = new OwnSettings({ model: kept, api, complain: (text) => words.push(text) });
  assert.equal(await own.change({ enter_sends: false }), false);
  assert.equal(kept.settings.get("enter_sends"), true);
  assert.equal(words.length, 1);
  refuse = false;
  assert.equal(await own.change({ enter_sends: false }), true);
  assert.equal(kept.settings.get("enter_sends"), false);
});

test("being told of a whole channel sets what differs from the general settings", async () => {
  const kept = model({ enable_stream_push_notifications: true });
  let sent;
  const api = { post: async (path, params) => (sent = params.subscription_data) };
  const own = new OwnSettings({ model: kept, api, complain: () => assert.fail() });
  await own.setLoud({ stream_id: CHANNEL }, true);
  assert.deepEqual(
    Object.fromEntries(sent.map(({ property, value }) => [property, value])),
    { desktop_notifications: true, audible_notifications: true, push_notifications: null, email_notifications: true },
  );
  assert.equal(kept.isLoud({ stream_id: CHANNEL }), true);
});
