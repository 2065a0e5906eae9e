/** The dialog in which one sets one's status: an emoji and a few words. */
import { html } from "lit";
import { live } from "lit/directives/live.js";
import { t } from "../lib/i18n.js";
import { emojiView } from "./emoji_view.js";
import { icon } from "./icon.js";

const LONGEST = 60;
const PROPOSALS = [
  ["calendar", "1f4c5", t("In a meeting")],
  ["house", "1f3e0", t("Working from home")],
  ["bus", "1f68c", t("On the way")],
  ["hamburger", "1f354", t("At lunch")],
  ["face_with_thermometer", "1f912", t("Out sick")],
  ["palm_tree", "1f334", t("On vacation")],
].map(([emoji_name, emoji_code, words]) => ({
  emoji: { emoji_name, emoji_code, reaction_type: "unicode_emoji" },
  words,
}));

export class StatusEditor {
  constructor(app) {
    this.app = app;
    const mine = app.model.statuses.of(app.model.people.my_id) ?? {};
    this.text = mine.status_text ?? "";
    this.emoji = mine.emoji_name ? mine : undefined;
  }

  template() {
    const { app } = this;
    return html`<form class="status-editor" @submit=${(event) => this.#save(event)}>
      <h2>${t("Your status")}</h2>
      <div class="status-line">
        <button
          type="button"
          class="icon-button status-choose"
          aria-label=${t("Choose an emoji")}
          title=${t("Choose an emoji")}
          @click=${(event) => this.#choose(event.currentTarget)}
        >${this.emoji ? emojiView(app.model, this.emoji) : icon("smile")}</button>
        <input
          class="field"
          type="text"
          data-focus
          dir="auto"
          maxlength=${LONGEST}
          placeholder=${t("What are you up to?")}
          aria-label=${t("What are you up to?")}
          .value=${live(this.text)}
          @input=${(event) => {
            this.text = event.target.value;
          }}
        />
      </div>
      <ul class="status-proposals">
        ${PROPOSALS.map(
          ({ emoji, words }) => html`<li><button type="button" class="menu-item" @click=${() => this.#take(emoji, words)}>
            ${emojiView(app.model, emoji)}<span>${words}</span>
          </button></li>`,
        )}
      </ul>
      <div class="card-actions">
        <button type="submit" class="button button-main">${t("Save")}</button>
        <button type="button" class="button" @click=${() => app.view.closeDialog()}>${t("Cancel")}</button>
        <button type="button" class="text-button status-clear" @click=${(event) => this.#clear(event)}>${t("Clear status")}</button>
      </div>
    </form>`;
  }

  #take(emoji, words) {
    this.emoji = emoji;
    this.text = words;
    this.app.panes.overlay.invalidate();
  }

  #choose(anchor) {
    const { app } = this;
    app.picker.reset();
    app.view.openMenu({
      kind: "emoji",
      label: t("Choose an emoji"),
      anchor,
      choose: (emoji) => {
        this.emoji = emoji;
        app.panes.overlay.invalidate();
      },
    });
  }

  #clear(event) {
    this.text = "";
    this.emoji = undefined;
    this.#save(event);
  }

  #save(event) {
    event.preventDefault();
    this.app.view.closeDialog();
    this.app.commands.setStatus(this.text.trim(), this.emoji);
  }
}
