/** What a person can do besides writing: each takes effect here at once and is taken back when the server refuses. */

import { reactionKey } from "../data/reactions.js";

export class Commands {
  /** `complain(words)` tells the person what did not work. */
  constructor({ model, connection, api, complain }) {
    Object.assign(this, { model, connection, api, complain });
  }

  async toggleReaction(message, { emoji_name, emoji_code, reaction_type = "unicode_emoji" }) {
    const { messages, people } = this.model;
    const reaction = { emoji_name, emoji_code, reaction_type, user_id: people.my_id };
    const entry = message.reactions.find((held) => held.key === reactionKey(reaction));
    const adding = !entry?.user_ids.includes(people.my_id);
    messages.react(message.id, reaction, adding);
    try {
      const params = { emoji_name: entry?.emoji_name ?? emoji_name, emoji_code, reaction_type };
      await this.connection.request(adding ? "POST" : "DELETE", `/messages/${message.id}/reactions`, params);
    } catch (error) {
      // The server already has it as wanted: another window was quicker.
      if (error.code === "REACTION_ALREADY_EXISTS" || error.code === "REACTION_DOES_NOT_EXIST") return;
      messages.react(message.id, reaction, !adding);
      this.complain(`The reaction was not saved. ${error.message}`);
    }
  }

  async toggleStar(message) {
    const on = !message.starred;
    this.#star(message, on);
    try {
      await this.connection.request("POST", "/messages/flags", {
        messages: [message.id],
        op: on ? "add" : "remove",
        flag: "starred",
      });
    } catch (error) {
      this.#star(message, !on);
      this.complain(`The star was not saved. ${error.message}`);
    }
  }

  /** Sets my status; `emoji` may be undefined. */
  async setStatus(status_text, emoji) {
    const { statuses, people } = this.model;
    const before = statuses.of(people.my_id) ?? {};
    const { emoji_name = "", emoji_code = "", reaction_type = "" } = emoji ?? {};
    const params = { status_text, emoji_name, ...(emoji_name ? { emoji_code, reaction_type } : {}) };
    const empty = { status_text: "", emoji_name: "", emoji_code: "", reaction_type: "" };
    statuses.update(people.my_id, { ...empty, ...params });
    try {
      await this.connection.request("POST", "/users/me/status", params);
    } catch (error) {
      statuses.update(people.my_id, { ...empty, ...before });
      this.complain(t("Your status was not saved. {reason}", { reason: error.message }));
    }
  }

  /** The source of a message, for quoting. */
  async source(message) {
    return (await this.api.get(`/messages/${message.id}`)).raw_content;
  }

  async fetchTopics(channel_id) {
    const { recent } = this.model;
    if (recent.isComplete(channel_id)) return;
    try {
      recent.setTopics(channel_id, (await this.api.get(`/users/me/${channel_id}/topics`)).topics);
    } catch {
      // What is known from messages is shown; opening the channel again asks again.
    }
  }

  /** Subscribes to channels that exist, or creates them. Throws what the server says. */
  subscribe(subscriptions, options = {}) {
    return this.api.post("/users/me/subscriptions", { subscriptions, ...options });
  }

  unsubscribe(name) {
    return this.api.delete("/users/me/subscriptions", { subscriptions: [name] });
  }

  async markAllRead() {
    try {
      await this.api.post("/mark_all_as_read");
      this.model.unread.clear();
    } catch (error) {
      this.complain(`Nothing was marked as read. ${error.message}`);
    }
  }

  #star(message, on) {
    this.model.messages.setFlag([message.id], "starred", on);
    this.model.realm.setStarred([message.id], on);
    this.model.lists.settle([message]);
  }
}
