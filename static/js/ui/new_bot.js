/** The form for a new bot. What is typed lives as long as the dialog. */
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { EMBEDDED, INCOMING, OUTGOING, shortName } from "../data/bots.js";
import { t } from "../lib/i18n.js";
import { KINDS } from "./bot_kinds.js";

export class NewBot {
  name = "";
  short; // undefined: made of the name
  url = "";
  interface_type = 1;
  service = "";
  error = "";
  busy = false;

  constructor(panel) {
    this.panel = panel;
    const { bots, people } = panel.app.model;
    this.kinds = bots.kindsFor(people.me?.role ?? 600);
    this.kind = this.kinds[0];
    this.embedded = bots.embedded[0]?.name ?? "";
  }

  template() {
    return html`${this.panel.head(t("New bot"))}
      <form
        class="dialog-form"
        @submit=${(event) => {
          event.preventDefault();
          this.#create();
        }}
      >
        ${this.error ? html`<p class="form-error" role="alert">${this.error}</p>` : nothing}
        <fieldset class="form-field">
          <legend>${t("What it is")}</legend>
          ${this.kinds.map((kind) => this.#kind(kind))}
        </fieldset>
        ${this.kind === EMBEDDED ? this.#which() : nothing} ${this.kind === INCOMING ? this.#service() : nothing}
        <label class="form-field">
          <span>${t("Name")}</span>
          <input
            class="field"
            dir="auto"
            required
            data-focus
            maxlength="100"
            autocomplete="off"
            placeholder=${t("Build bot")}
            .value=${live(this.name)}
            @input=${(event) => this.#set({ name: event.target.value })}
          />
        </label>
        <label class="form-field">
          <span>${t("Short name")}</span>
          <input
            class="field"
            required
            maxlength="60"
            autocomplete="off"
            pattern="[A-Za-z0-9][A-Za-z0-9._+\\-]*"
            .value=${live(this.#short())}
            @input=${(event) => this.#set({ short: event.target.value })}
          />
          <span class="form-hint">${t("Its address will be {address}", { address: `${this.#short() || "…"}-bot@${location.hostname}` })}</span>
        </label>
        ${this.kind === OUTGOING ? this.#server() : nothing}
        <div class="card-actions">
          <button type="submit" class="button button-main" ?disabled=${this.busy}>${t("Create bot")}</button>
          <button type="button" class="button" @click=${() => this.panel.back()}>${t("Cancel")}</button>
        </div>
      </form>`;
  }

  #kind(kind) {
    return html`<label class="choice choice-told">
      <input type="radio" name="bot-kind" ?checked=${this.kind === kind} @change=${() => this.#set({ kind })} />
      <span><strong>${KINDS[kind].label}</strong><span>${KINDS[kind].words}</span></span>
    </label>`;
  }

  #which() {
    return html`<fieldset class="form-field">
      <legend>${t("Which bot")}</legend>
      ${this.panel.app.model.bots.embedded.map(
        (bot) => html`<label class="choice choice-told">
          <input
            type="radio"
            name="bot-embedded"
            ?checked=${this.embedded === bot.name}
            @change=${() => this.#set({ embedded: bot.name })}
          />
          <span><strong>${bot.name}</strong><span>${bot.summary ?? ""}</span></span>
        </label>`,
      )}
    </fieldset>`;
  }

  #service() {
    return html`<label class="form-field">
      <span>${t("Which service posts")}</span>
      <select class="field" @change=${(event) => this.#set({ service: event.target.value })}>
        <option value="" ?selected=${!this.service}>${t("Another, or several")}</option>
        ${this.panel.app.model.bots.services.map(
          (service) =>
            html`<option value=${service.name} ?selected=${this.service === service.name}>${service.display_name}</option>`,
        )}
      </select>
    </label>`;
  }

  #server() {
    return html`<label class="form-field">
        <span>${t("Address of its server")}</span>
        <input
          class="field"
          type="url"
          required
          maxlength="2000"
          placeholder="https://bots.example.com/"
          .value=${live(this.url)}
          @input=${(event) => this.#set({ url: event.target.value })}
        />
      </label>
      <label class="form-field">
        <span>${t("What it speaks")}</span>
        <select class="field" @change=${(event) => this.#set({ interface_type: Number(event.target.value) })}>
          <option value="1" ?selected=${this.interface_type === 1}>${t("Plain JSON")}</option>
          <option value="2" ?selected=${this.interface_type === 2}>${t("As Slack's outgoing webhooks")}</option>
        </select>
      </label>`;
  }

  #short() {
    return this.short ?? shortName(this.name);
  }

  #set(change) {
    Object.assign(this, { error: "" }, change);
    this.panel.draw();
  }

  #wish() {
    const wish = { full_name: this.name.trim(), short_name: this.#short(), bot_type: this.kind };
    if (this.kind === OUTGOING) Object.assign(wish, { payload_url: this.url, interface_type: this.interface_type });
    if (this.kind === EMBEDDED) wish.service_name = this.embedded;
    if (this.kind === INCOMING && this.service) wish.service_name = this.service;
    return wish;
  }

  async #create() {
    if (this.busy) return;
    this.busy = true;
    this.panel.draw();
    try {
      this.panel.show(await this.panel.app.botting.create(this.#wish()));
    } catch (error) {
      this.busy = false;
      this.#set({ error: error.message });
    }
  }
}
