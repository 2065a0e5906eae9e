/** The organisation itself: its name, its limits, and the settings that change what the client offers. */

import { Store } from "../lib/store.js";
import { topicKey } from "./conversation.js";
import { rulesOf } from "./edit_rules.js";

const MUTED = 1;
const NONE = 0;

export class Realm extends Store {
  name = "";
  linkifiers = [];
  starred = new Set();
  ping_ms = 60_000;
  typing_again_ms = 30_000;
  typing_stopped_ms = 12_000;
  rules = rulesOf({}); // who may change what is there
  limits = { message: 10_000, topic: 60, upload_mib: 25, channel_name: 60, channel_description: 1024 };
  #values = new Map(); // all of its settings, as the server calls them without "realm_"
  #policies = new Map(); // topic key -> policy

  load(state) {
    this.name = state.realm_name ?? "";
    this.icon_url = state.realm_icon_url;
    this.emoji_url = state.server_emoji_data_url;
    this.linkifiers = state.realm_linkifiers ?? [];
    this.starred = new Set(state.starred_messages ?? []);
    this.ping_ms = (state.server_presence_ping_interval_seconds ?? 60) * 1000;
    this.typing_again_ms = state.server_typing_started_wait_period_milliseconds ?? 30_000;
    this.typing_stopped_ms = state.server_typing_stopped_wait_period_milliseconds ?? 12_000;
    this.limits = {
      message: state.max_message_length ?? 10_000,
      topic: state.max_topic_length ?? 60,
      upload_mib: state.max_file_upload_size_mib ?? 25,
      channel_name: state.max_stream_name_length ?? 60,
      channel_description: state.max_stream_description_length ?? 1024,
    };
    this.rules = rulesOf(state);
    const own = Object.entries(state).filter(([key]) => key.startsWith("realm_"));
    this.#values = new Map(own.map(([key, value]) => [key.slice("realm_".length), value]));
    this.#policies.clear();
    for (const entry of state.user_topics ?? []) this.#setTopic(entry);
    this.changed();
  }

  update(property, value) {
    this.#values.set(property, value);
    if (property === "name") this.name = value;
    if (property in this.rules) this.rules = { ...this.rules, [property]: value };
    this.changed();
  }

  /** One of its settings. */
  get(property) {
    return this.#values.get(property);
  }

  setLinkifiers(linkifiers) {
    this.linkifiers = linkifiers;
    this.changed();
  }

  setStarred(ids, on) {
    for (const id of ids) {
      if (on) this.starred.add(id);
      else this.starred.delete(id);
    }
    this.changed();
  }

  setTopicPolicy(entry) {
    this.#setTopic(entry);
    this.changed();
  }

  isMutedTopic(key) {
    return this.#policies.get(key) === MUTED;
  }

  /** What the person wants of a topic: 0 as its channel, 1 muted, 2 unmuted, 3 followed. */
  topicPolicy(key) {
    return this.#policies.get(key) ?? NONE;
  }

  #setTopic({ stream_id, topic_name, visibility_policy }) {
    const key = topicKey(stream_id, topic_name);
    if (visibility_policy === NONE) this.#policies.delete(key);
    else this.#policies.set(key, visibility_policy);
  }
}
