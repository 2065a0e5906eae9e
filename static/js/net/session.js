/** Registers with the server and brings the model up to date: the first time, and after the queue was lost. */

const CAPABILITIES = {
  notification_settings_null: true,
  bulk_message_deletion: true,
  user_avatar_url_field_optional: true,
  stream_typing_notifications: true,
  user_settings_object: true,
  linkifier_url_template: true,
  user_list_incomplete: true,
};

export class Session {
  queue_id;
  #loaded = false;

  constructor({ model, api, history, onLoad = () => {} }) {
    Object.assign(this, { model, api, history, onLoad });
  }

  /** Registers and loads; answers with {queue_id, last_event_id}. Nothing typed is touched. */
  async register() {
    const state = await this.api.post("/register", {
      apply_markdown: true,
      client_gravatar: false,
      slim_presence: true,
      include_subscribers: true,
      client_capabilities: CAPABILITIES,
    });
    this.queue_id = state.queue_id;
    this.model.load(state);
    if (this.#loaded) this.#catchUp();
    else this.#loadEmoji();
    this.#loaded = true;
    this.onLoad();
    return { queue_id: state.queue_id, last_event_id: state.last_event_id };
  }

  // Messages that come by events meanwhile are merged; the fetch only fills what is missing.
  #catchUp() {
    const { model } = this;
    model.lists.forgetOthers();
    model.messages.prune((message) => model.lists.holds(message));
    model.recent.note([...model.messages.all()]);
    const list = model.lists.current;
    if (!list) return;
    this.history.catchUp(list).catch(() => {
      list.complete = false;
      list.error = undefined;
    });
  }

  async #loadEmoji() {
    const url = this.model.realm.emoji_url;
    if (!url) return;
    try {
      this.model.emoji.load(await this.api.file(new URL(url, globalThis.location?.href).pathname));
    } catch {
      // The common emoji are known without the table.
    }
  }
}
