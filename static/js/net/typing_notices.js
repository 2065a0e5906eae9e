/** Tells others that I am writing to them: when I begin, again while I go on, and when I stop, send or turn away.
 *  As my settings say. */

export class TypingNotices {
  #conversation; // to whom others think I am writing
  #told_ms = 0;
  #timer;

  constructor({ model, connection, clock }) {
    Object.assign(this, { model, connection, clock });
  }

  /** The box for `conversation` (undefined: for nobody yet) was typed in, and holds `text`. */
  typed(conversation, text) {
    if (!conversation || text.trim() === "" || !this.#mayTell(conversation)) {
      this.stop();
      return;
    }
    if (this.#conversation && this.#conversation.key !== conversation.key) this.stop();
    const { typing_again_ms, typing_stopped_ms } = this.model.realm;
    if (!this.#conversation || this.clock.now() - this.#told_ms >= typing_again_ms) {
      this.#conversation = conversation;
      this.#told_ms = this.clock.now();
      this.#tell("start", conversation);
    }
    this.clock.clearTimeout(this.#timer);
    this.#timer = this.clock.setTimeout(() => this.stop(), typing_stopped_ms);
  }

  /** I stopped, sent it, or look at something else. */
  stop({ sent = false } = {}) {
    this.clock.clearTimeout(this.#timer);
    const conversation = this.#conversation;
    this.#conversation = undefined;
    // The message itself says that its writing has ended.
    if (conversation && !sent) this.#tell("stop", conversation);
  }

  #mayTell(conversation) {
    const { settings, people } = this.model;
    if (conversation.type === "channel") return settings.get("send_stream_typing_notifications") === true;
    const alone = conversation.user_ids.length === 1 && conversation.user_ids[0] === people.my_id;
    return settings.get("send_private_typing_notifications") === true && !alone;
  }

  async #tell(op, conversation) {
    const where =
      conversation.type === "channel"
        ? { type: "channel", stream_id: conversation.channel_id, topic: conversation.topic }
        : { type: "direct", to: conversation.user_ids };
    try {
      await this.connection.request("POST", "/typing", { op, ...where });
    } catch {
      // Nobody misses it.
    }
  }
}
