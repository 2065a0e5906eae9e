/** What a person does with polls and todo lists: shown at once, taken back when the server refuses. */
import { nextNumber } from "../data/widgets.js";
import { t } from "../lib/i18n.js";

export class WidgetCommands {
  /** `complain(words)` tells the person what did not work. */
  constructor({ model, connection, complain }) {
    Object.assign(this, { model, connection, complain });
  }

  vote(message, option) {
    const on = !option.voters.includes(this.model.people.my_id);
    return this.#do(message, { type: "vote", key: option.key, vote: on ? 1 : -1 });
  }

  addOption(message, option) {
    return this.#do(message, { type: "new_option", option, idx: this.#next(message) });
  }

  addTask(message, task) {
    return this.#do(message, { type: "new_task", key: this.#next(message), task, desc: "", completed: false });
  }

  strike(message, task) {
    return this.#do(message, { type: "strike", key: task.key });
  }

  #next(message) {
    return nextNumber(message.submessages, this.model.people.my_id);
  }

  async #do(message, deed) {
    const { messages, people } = this.model;
    const content = JSON.stringify(deed);
    const submessage = { sender_id: people.my_id, msg_type: "widget", content };
    messages.addSubmessage(message.id, submessage);
    try {
      await this.connection.request("POST", "/submessage", { message_id: message.id, msg_type: "widget", content });
    } catch (error) {
      messages.removeSubmessage(message.id, submessage);
      this.complain(t("This was not saved. {reason}", { reason: error.message }));
    }
  }
}
