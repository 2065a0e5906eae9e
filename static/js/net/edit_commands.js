/** What a person can do to messages that are there: each takes effect here at once where it can, and is taken back when
 *  the server refuses. */

import { t } from "../lib/i18n.js";

const DELETED = "(deleted)";

export class EditCommands {
  /** `complain(words)` tells the person what did not work. */
  constructor({ model, connection, api, complain }) {
    Object.assign(this, { model, connection, api, complain });
  }

  /** Opens a message for editing, with its source. */
  async begin(message) {
    const { edits } = this.model;
    if (edits.get(message)) return;
    edits.begin(message);
    try {
      edits.fill(message, (await this.api.get(`/messages/${message.id}`)).raw_content);
    } catch (error) {
      edits.close(message);
      this.complain(t("The message could not be opened for editing. {reason}", { reason: error.message }));
    }
  }

  /** Saves what was typed. Nothing changed: nothing is sent. */
  async save(message) {
    const { edits } = this.model;
    const edit = edits.get(message);
    if (edit?.status !== "open") return;
    if (edit.text.trimEnd() === edit.source) {
      edits.close(message);
      return;
    }
    edit.text = edit.text.trim() === "" ? DELETED : edit.text.trimEnd();
    edits.save(message);
    try {
      await this.connection.request("PATCH", `/messages/${message.id}`, { content: edit.text });
      edits.saved(message);
    } catch (error) {
      edits.refused(message, t("Not saved. {reason}", { reason: error.message }));
    }
  }

  /** Moves messages. Throws what the server says. */
  move(message, { topic, channel_id, mode, notify_old, notify_new }) {
    const change = { propagate_mode: mode };
    if (topic !== undefined && topic !== message.topic) change.topic = topic;
    if (channel_id !== undefined && channel_id !== message.channel_id) change.stream_id = channel_id;
    if (notify_old !== undefined) change.send_notification_to_old_thread = notify_old;
    if (notify_new !== undefined) change.send_notification_to_new_thread = notify_new;
    return this.connection.request("PATCH", `/messages/${message.id}`, change);
  }

  async delete(message) {
    try {
      await this.connection.request("DELETE", `/messages/${message.id}`, {});
    } catch (error) {
      this.complain(t("The message was not deleted. {reason}", { reason: error.message }));
    }
  }

  /** Every state a message was in, the oldest first. Throws what the server says. */
  async history(message) {
    return (await this.api.get(`/messages/${message.id}/history`)).message_history;
  }

  /** Ids of those who have read it. Throws what the server says. */
  async readers(message) {
    return (await this.api.get(`/messages/${message.id}/read_receipts`)).user_ids;
  }

  /** The newest message of a topic, known or asked for; undefined where there is none. Throws what the server says. */
  async newestOf(channel_id, topic) {
    const narrow = [
      { operator: "channel", operand: channel_id },
      { operator: "topic", operand: topic },
    ];
    const params = { narrow, anchor: "newest", num_before: 1, num_after: 0, client_gravatar: false };
    const { messages } = await this.api.get("/messages", params);
    return messages.length > 0 ? this.model.messages.take(messages[0]) : undefined;
  }
}
