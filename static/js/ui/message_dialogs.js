/** The dialogs about one message: moving it (and its topic), what it was before, who has read it. */
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { mayCross, mayRename } from "../data/edit_rules.js";
import { narrowOfConversation } from "../data/narrow.js";
import { channelConversation } from "../data/conversation.js";
import { n, t } from "../lib/i18n.js";
import { fullTime } from "../lib/times.js";
import { avatar } from "./avatar.js";
import { serverHtml } from "./html_gate.js";
import { iconButton } from "./icon.js";
import { suggestTopics } from "./suggestions.js";

const MODES = [
  ["change_one", t("Only this message")],
  ["change_later", t("This message and those after it")],
  ["change_all", t("The whole topic")],
];

function head(app, words) {
  return html`<div class="dialog-head"><h2>${words}</h2>${iconButton("x", t("Close"), () => app.view.closeDialog())}</div>`;
}

/** Where a message, or a topic, is to go: what is chosen lives as long as the dialog. */
export class MoveDialog {
  constructor(app, message, mode) {
    Object.assign(this, { app, message, mode });
    this.topic = message.topic;
    this.channel_id = message.channel_id;
    this.notify_old = false;
    this.notify_new = true;
    this.error = "";
    this.busy = false;
  }

  template() {
    const { app } = this;
    const whole = this.mode === "change_all";
    return html`${head(app, whole ? t("Rename or move this topic") : t("Move messages"))}
      <form
        class="dialog-form"
        @submit=${(event) => {
          event.preventDefault();
          this.#save();
        }}
      >
        ${this.error ? html`<p class="compose-error" role="alert">${this.error}</p>` : nothing} ${this.#offer()}
        ${mayCross(app.model) ? this.#channels() : nothing}
        <label class="form-field">
          <span>${t("Topic")}</span>
          <input
            class="field"
            type="text"
            dir="auto"
            data-focus
            list="move-topics"
            autocomplete="off"
            maxlength=${app.model.realm.limits.topic}
            ?disabled=${!mayRename(app.model)}
            .value=${live(this.topic)}
            @input=${(event) => this.#set({ topic: event.target.value })}
          />
          <datalist id="move-topics">
            ${suggestTopics(app.model, this.channel_id, "").map((item) => html`<option value=${item}></option>`)}
          </datalist>
        </label>
        <fieldset class="form-field">
          <legend>${t("What moves")}</legend>
          ${MODES.map(
            ([mode, words]) => html`<label class="choice">
              <input type="radio" name="move-mode" ?checked=${this.mode === mode} @change=${() => this.#set({ mode })} />
              <span>${words}</span>
            </label>`,
          )}
        </fieldset>
        <fieldset class="form-field">
          <legend>${t("Tell people")}</legend>
          ${this.#tick("notify_new", t("A notice at the new place"))} ${this.#tick("notify_old", t("A notice at the old place"))}
        </fieldset>
        <div class="card-actions">
          <button type="submit" class="button button-main" ?disabled=${this.busy || !this.#changed()}>${t("Move")}</button>
          <button type="button" class="button" @click=${() => app.view.closeDialog()}>${t("Cancel")}</button>
        </div>
      </form>`;
  }

  #channels() {
    const { channels } = this.app.model;
    const options = channels.subscribed();
    const chosen = channels.get(this.channel_id);
    if (chosen && !options.includes(chosen)) options.unshift(chosen);
    return html`<label class="form-field">
      <span>${t("Channel")}</span>
      <select class="field" @change=${(event) => this.#set({ channel_id: Number(event.target.value) })}>
        ${options.map(
          (channel) => html`<option value=${channel.stream_id} ?selected=${channel.stream_id === this.channel_id}>${channel.name}</option>`,
        )}
      </select>
    </label>`;
  }

  #tick(name, words) {
    return html`<label class="choice">
      <input type="checkbox" ?checked=${this[name]} @change=${(event) => this.#set({ [name]: event.target.checked })} />
      <span>${words}</span>
    </label>`;
  }

  #set(change) {
    Object.assign(this, change, { error: "", allowed: undefined });
    if (change.channel_id !== undefined) this.app.commands.fetchTopics(change.channel_id).then(() => this.#draw());
    this.#draw();
  }

  #draw() {
    this.app.panes.overlay.invalidate();
  }

  #changed() {
    const topic = this.topic.trim();
    return topic !== "" && (topic !== this.message.topic || this.channel_id !== this.message.channel_id);
  }

  async #save() {
    if (this.busy || !this.#changed()) return;
    const { app, message, mode, channel_id, notify_old, notify_new } = this;
    const topic = this.topic.trim();
    this.busy = true;
    this.#draw();
    try {
      await app.editing.move(message, { topic, channel_id, mode, notify_old, notify_new });
      app.view.closeDialog();
      const to = channelConversation(channel_id, topic);
      app.view.notify(t("Moved to {where}.", { where: app.model.titleOf(to) }), {
        label: t("Go there"),
        run: () => app.go(narrowOfConversation(to)),
      });
    } catch (error) {
      this.busy = false;
      this.error = error.message;
      this.allowed = allowedOf(error);
      this.#draw();
    }
  }

  // Some of the topic is too old for me to move: the rest I may.
  #offer() {
    if (!this.allowed) return nothing;
    const { id, count } = this.allowed;
    const move = () => {
      this.message = { ...this.message, id };
      this.mode = "change_later";
      this.allowed = undefined;
      this.#save();
    };
    return html`<button type="button" class="button" @click=${move}>
      ${n("Move the newest message", "Move the newest {count} messages", count)}
    </button>`;
  }
}

// What the server says can be moved, where not all can.
function allowedOf({ code, body }) {
  if (code !== "MOVE_MESSAGES_TIME_LIMIT_EXCEEDED" || !body.first_message_id_allowed_to_move) return undefined;
  return { id: body.first_message_id_allowed_to_move, count: body.total_messages_allowed_to_move };
}

/** What a message was, the newest state first. */
export class HistoryDialog {
  constructor(app, message) {
    Object.assign(this, { app, message });
    this.#load();
  }

  async #load() {
    try {
      this.states = (await this.app.editing.history(this.message)).reverse();
    } catch (error) {
      this.error = error.message;
    }
    this.app.panes.overlay.invalidate();
  }

  template() {
    const { app, states, error } = this;
    return html`${head(app, t("What this message was"))}
      <div class="dialog-scroll">
        ${error ? html`<p class="compose-error" role="alert">${error}</p>` : nothing}
        ${states || error ? nothing : html`<p class="dialog-wait" role="status">${t("Looking it up")}</p>`}
        ${states?.map((state, index) => this.#state(state, index === states.length - 1))}
      </div>`;
  }

  #state(state, first) {
    const { people, channels } = this.app.model;
    const moved = [
      state.prev_stream !== undefined
        ? t("Moved from #{old} to #{new}", { old: channels.name(state.prev_stream), new: channels.name(state.stream) })
        : "",
      state.prev_topic !== undefined
        ? t("Topic changed from “{old}” to “{new}”", { old: state.prev_topic, new: state.topic })
        : "",
    ].filter(Boolean);
    const name = people.name(state.user_id);
    return html`<section class="state">
      <h3>
        <span dir="auto">${first ? t("Written by {name}", { name }) : t("Changed by {name}", { name })}</span>
        <time>${fullTime(state.timestamp)}</time>
      </h3>
      ${moved.map((words) => html`<p class="state-move" dir="auto">${words}</p>`)}
      ${
        state.content_html_diff !== undefined || first
          ? html`<div class="rendered" dir="auto">${serverHtml(state.content_html_diff ?? state.rendered_content, people.my_id)}</div>`
          : nothing
      }
    </section>`;
  }
}

/** Who has read a message. */
export class ReadersDialog {
  constructor(app, message) {
    Object.assign(this, { app, message });
    this.#load();
  }

  async #load() {
    try {
      this.ids = await this.app.editing.readers(this.message);
    } catch (error) {
      this.error = error.message;
    }
    this.app.panes.overlay.invalidate();
  }

  template() {
    const { app, ids, error } = this;
    const title = ids?.length > 0 ? n("{count} person has read this", "{count} people have read this", ids.length) : t("Who has read this");
    return html`${head(app, title)}
      <div class="dialog-scroll">
        ${error ? html`<p class="compose-error" role="alert">${error}</p>` : nothing}
        ${ids || error ? nothing : html`<p class="dialog-wait" role="status">${t("Looking it up")}</p>`}
        ${ids?.length === 0 ? html`<p class="dialog-wait">${t("Nobody else so far. People who keep this to themselves are not listed.")}</p>` : nothing}
        <ul class="readers">
          ${ids?.map((id) => {
            const person = app.model.people.get(id);
            return html`<li>${avatar(person, "avatar-small")}<span class="cut" dir="auto">${app.model.people.name(id)}</span></li>`;
          })}
        </ul>
      </div>`;
  }
}
