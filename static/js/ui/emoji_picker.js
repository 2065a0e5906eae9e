/** A small picker: the common emoji first, all others by a word. */
import { html, nothing } from "lit";
import { t } from "../lib/i18n.js";
import { emojiView } from "./emoji_view.js";

const SHOWN = 48;
const COLUMNS = 8;

export class EmojiPicker {
  #query = "";
  #index = 0;

  constructor(app) {
    this.app = app;
  }

  reset() {
    this.#query = "";
    this.#index = 0;
  }

  /** `menu.choose(emoji)` takes the one picked. */
  template(menu) {
    const found = this.app.model.emoji.search(this.#query, SHOWN);
    this.#index = Math.max(0, Math.min(this.#index, found.length - 1));
    return html`<div class="picker">
      <input
        class="field field-small"
        type="text"
        data-focus
        placeholder=${t("Find an emoji")}
        aria-label=${t("Find an emoji")}
        autocomplete="off"
        maxlength="50"
        .value=${this.#query}
        @input=${(event) => this.#set(event.target.value, 0)}
        @keydown=${(event) => this.#key(event, found, menu)}
      />
      <div class="picker-grid" role="listbox" aria-label=${t("Emoji")}>
        ${found.map(
          (entry, index) => html`<button
            type="button"
            role="option"
            tabindex="-1"
            class="picker-emoji ${index === this.#index ? "picker-chosen" : ""}"
            aria-selected=${index === this.#index}
            title=":${entry.emoji_name}:"
            @click=${() => this.#take(entry, menu)}
          >${emojiView(this.app.model, entry)}</button>`,
        )}
      </div>
      <div class="picker-name">${found[this.#index] ? `:${found[this.#index].emoji_name}:` : t("No emoji is called that.")}</div>
      ${!this.app.model.emoji.loaded ? html`<div class="unseen">${t("Only common emoji are known")}</div>` : nothing}
    </div>`;
  }

  #set(query, index) {
    this.#query = query;
    this.#index = index;
    this.app.panes.overlay.invalidate();
  }

  #key(event, found, menu) {
    if (event.isComposing) return;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (step && found.length && (this.#query === "" || !["ArrowLeft", "ArrowRight"].includes(event.key))) {
      event.preventDefault();
      this.#set(this.#query, Math.max(0, Math.min(found.length - 1, this.#index + step)));
    } else if (event.key === "Enter" && found[this.#index]) {
      event.preventDefault();
      this.#take(found[this.#index], menu);
    }
  }

  #take(entry, menu) {
    this.app.view.closeMenu();
    menu.choose(entry);
  }
}
