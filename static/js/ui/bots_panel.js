/** Bots, a section of the settings: all of them, a new one, one in detail. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { t } from "../lib/i18n.js";
import { avatar } from "./avatar.js";
import { BotDetail } from "./bot_detail.js";
import { kindOf } from "./bot_kinds.js";
import { icon, iconButton } from "./icon.js";
import { NewBot } from "./new_bot.js";

export class BotsSection {
  #shown; // what is shown instead of the list: {template}

  constructor(app) {
    this.app = app;
    if (app.bot_wanted !== undefined) this.#shown = new BotDetail(this, app.bot_wanted);
    app.bot_wanted = undefined;
  }

  template() {
    return html`<div class="bots">${this.#shown?.template() ?? this.#list()}</div>`;
  }

  /** Shows a bot in detail. */
  show(user_id) {
    this.#set(new BotDetail(this, user_id));
  }

  back() {
    this.#set(undefined);
  }

  draw() {
    this.app.panes.overlay.invalidate();
  }

  /** The line over a form: where one is, and the way back. */
  head(words) {
    return html`<div class="dialog-head bots-head">
      ${iconButton("chevron-left", t("All bots"), () => this.back())}
      <h3 dir="auto" class="cut">${words}</h3>
    </div>`;
  }

  #list() {
    const { bots, people } = this.app.model;
    const all = bots.all(people.my_id);
    const mayMake = bots.kindsFor(people.me?.role ?? 600).length > 0;
    return html`<div class="dialog-scroll">
        <p class="bots-words">${t("A bot is an account for a program: what it writes carries its own name.")}</p>
        ${
          mayMake
            ? html`<button type="button" class="button bots-new" data-focus @click=${() => this.#set(new NewBot(this))}>
              ${icon("plus")}${t("New bot")}
            </button>`
            : nothing
        }
        ${all.length === 0 ? html`<p class="dialog-wait">${mayMake ? t("You have none so far.") : t("You have none. Administrators decide who makes bots here.")}</p>` : nothing}
        <div class="bots-list" role="list">
          ${repeat(
            all,
            (bot) => bot.user_id,
            (bot) => this.#row(bot),
          )}
        </div>
      </div>`;
  }

  #row(bot) {
    const { people } = this.app.model;
    const foreign = bot.owner_id !== people.my_id;
    return html`<div role="listitem">
      <button type="button" class="bots-row ${bot.is_active ? "" : "bots-closed"}" @click=${() => this.show(bot.user_id)}>
        ${avatar(bot, "avatar-small")}
        <span class="bots-name"><strong class="cut" dir="auto">${bot.full_name}</strong
          ><span class="cut">${kindOf(this.app.model.bots, bot)}${foreign ? html` · <span dir="auto">${people.name(bot.owner_id)}</span>` : nothing}</span></span>
        ${bot.is_active ? nothing : html`<span class="bots-mark">${t("Deactivated")}</span>`}
        ${icon("chevron-right")}
      </button>
    </div>`;
  }

  #set(shown) {
    this.#shown = shown;
    this.draw();
  }
}
