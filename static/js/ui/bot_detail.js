/** One bot: what it is, its key, where its service posts or its server is, and the ways to change or close it. */
import { html, nothing } from "lit";
import { live } from "lit/directives/live.js";
import { EMBEDDED, INCOMING, OUTGOING, webhookAddress } from "../data/bots.js";
import { t } from "../lib/i18n.js";
import { avatar } from "./avatar.js";
import { kindOf } from "./bot_kinds.js";
import { icon, iconButton } from "./icon.js";

const MASK = "•".repeat(16);
const SIGNING_SECRET = "signing_secret";

export class BotDetail {
  changes = {}; // what was typed and not saved: full_name, url, interface, config
  shown = false; // whether the key can be read on the screen
  channel_id = 0; // for the address of an incoming webhook
  error = "";
  busy = false;
  #known = false; // whether it was among those one manages

  constructor(panel, user_id) {
    Object.assign(this, { panel, user_id });
  }

  template() {
    const { model } = this.panel.app;
    const bot = model.bots.get(this.user_id);
    if (!bot) {
      const words = this.#known ? t("You no longer manage this bot.") : t("Looking it up");
      return html`${this.panel.head(t("Bot"))}<p class="dialog-scroll dialog-wait" role="status">${words}</p>`;
    }
    this.#known = true;
    return html`${this.panel.head(bot.full_name)}
      <form
        class="dialog-form"
        @submit=${(event) => {
          event.preventDefault();
          this.#save(bot);
        }}
      >
        <div class="bot-who">
          ${avatar(bot, "avatar-large")}
          <span><span class="cut" dir="auto">${kindOf(model.bots, bot)}</span><span class="cut bot-address">${bot.email}</span></span>
        </div>
        ${this.error ? html`<p class="form-error" role="alert">${this.error}</p>` : nothing}
        ${bot.is_active ? this.#open(bot) : this.#closed(bot)}
      </form>`;
  }

  #closed(bot) {
    const reopens = this.panel.app.model.people.me?.role <= 200;
    return html`<p class="bots-words">${t("This bot is deactivated: its key has ended, what it wrote stays.")}</p>
      ${
        reopens
          ? html`<div class="card-actions">
            <button type="button" class="button" ?disabled=${this.busy} @click=${() => this.#do((commands) => commands.reopen(bot))}>${t("Activate again, with a new key")}</button>
          </div>`
          : html`<p class="bots-words">${t("An administrator can activate it again.")}</p>`
      }`;
  }

  #open(bot) {
    return html`
      ${this.#text("full_name", t("Name"), bot.full_name, { required: true, maxlength: 100, dir: "auto" })}
      ${bot.bot_type === INCOMING ? this.#incoming(bot) : nothing} ${bot.bot_type === OUTGOING ? this.#outgoing(bot) : nothing}
      ${bot.bot_type === EMBEDDED ? this.#embedded(bot) : nothing} ${bot.bot_type === EMBEDDED ? nothing : this.#key(bot)} ${this.#owner(bot)}
      <div class="card-actions bot-actions">
        <button type="submit" class="button button-main" ?disabled=${this.busy || Object.keys(this.changes).length === 0}>${t("Save changes")}</button>
        <button type="button" class="button bot-close" @click=${() => this.#confirmClose(bot)}>${icon("trash-2")}${t("Deactivate")}</button>
      </div>`;
  }

  #key(bot) {
    const { app } = this.panel;
    if (!bot.api_key) {
      return html`<div class="form-field"><span>${t("API key")}</span>
        <span class="form-hint">${t("The key can no longer be read. Replace it to get a new one.")}</span>
        <div class="card-actions">${this.#replace(bot)}</div></div>`;
    }
    return html`<div class="form-field">
      <span>${t("API key")}</span>
      <div class="bot-secret">
        <code class="cut">${this.shown ? bot.api_key : MASK}</code>
        ${iconButton("eye", this.shown ? t("Hide the key") : t("Show the key"), () => this.#set({ shown: !this.shown }))}
        ${iconButton("copy", t("Copy the key"), () => app.copy(bot.api_key, t("The key is copied.")))}
      </div>
      <span class="form-hint">${t("Who has it writes in the bot's name. Keep it as you keep a password.")}</span>
      <div class="card-actions">
        ${
          bot.bot_type === INCOMING
            ? nothing
            : html`<button type="button" class="button" @click=${() => this.#download(bot)}>${icon("download")}${t("Download zuliprc")}</button>`
        }
        ${this.#replace(bot)}
      </div>
    </div>`;
  }

  #replace(bot) {
    return html`<button type="button" class="button" @click=${() => this.#confirmReplace(bot)}>${t("Replace the key")}</button>`;
  }

  #incoming(bot) {
    const { app } = this.panel;
    const { bots, channels } = app.model;
    const service = bot.services[0]?.service_name || "json";
    const known = bots.services.find((one) => one.name === service);
    const address = webhookAddress(location.origin, bot, service, this.channel_id);
    return html`<label class="form-field">
        <span>${t("Channel it posts to")}</span>
        <select class="field" @change=${(event) => this.#set({ channel_id: Number(event.target.value) })}>
          <option value="0" ?selected=${!this.channel_id}>${t("None: direct messages to its owner")}</option>
          ${channels.all().map((channel) => html`<option value=${channel.stream_id} ?selected=${channel.stream_id === this.channel_id}>${channel.name}</option>`)}
        </select>
      </label>
      <div class="form-field">
        <span>${t("Address to give to {service}", { service: known?.display_name ?? service })}</span>
        <div class="bot-secret">
          <code class="cut">${this.shown ? address : address.replace(bot.api_key, MASK)}</code>
          ${iconButton("copy", t("Copy the address"), () => app.copy(address, t("The address is copied.")))}
        </div>
        <span class="form-hint">${t("The address holds the key. Topics, and which events are told, can be named in it too.")}</span>
      </div>
      ${known?.config && SIGNING_SECRET in known.config ? this.#config(bot, SIGNING_SECRET, t("Secret that the service signs with, if it does"), "password") : nothing}`;
  }

  #outgoing(bot) {
    const { base_url = "", interface: spoken = 1 } = bot.services[0] ?? {};
    return html`${this.#text("url", t("Address of its server"), base_url, { type: "url", required: true, maxlength: 2000 })}
      <label class="form-field">
        <span>${t("What it speaks")}</span>
        <select class="field" @change=${(event) => this.#change("interface", Number(event.target.value), spoken)}>
          <option value="1" ?selected=${(this.changes.interface ?? spoken) === 1}>${t("Plain JSON")}</option>
          <option value="2" ?selected=${(this.changes.interface ?? spoken) === 2}>${t("As Slack's outgoing webhooks")}</option>
        </select>
      </label>`;
  }

  #embedded(bot) {
    const service = this.panel.app.model.bots.embedded.find((one) => one.name === bot.services[0]?.service_name);
    return html`<p class="bots-words">${service?.summary ?? ""} ${t("Mention it in a channel, or write to it: it says what it can do.")}</p>
      ${Object.keys(service?.config ?? {}).map((key) => this.#config(bot, key, key[0].toUpperCase() + key.slice(1).replaceAll("_", " ")))}`;
  }

  #owner(bot) {
    const { people } = this.panel.app.model;
    const chosen = this.changes.owner ?? bot.owner_id;
    const options = people.active().filter((person) => !person.is_bot || person.user_id === chosen);
    return html`<label class="form-field">
      <span>${t("Owner")}</span>
      <select class="field" @change=${(event) => this.#change("owner", Number(event.target.value), bot.owner_id)}>
        ${options.map((person) => html`<option value=${person.user_id} ?selected=${person.user_id === chosen}>${person.full_name}</option>`)}
      </select>
    </label>`;
  }

  #config(bot, key, words, type = "text") {
    const kept = bot.services[0]?.config_data?.[key] ?? "";
    const typed = this.changes.config?.[key];
    return html`<label class="form-field">
      <span>${words}</span>
      <input
        class="field"
        type=${type}
        autocomplete="off"
        maxlength="1000"
        .value=${live(typed ?? kept)}
        @input=${(event) => this.#changeConfig(key, event.target.value, kept)}
      />
    </label>`;
  }

  #text(name, words, kept, { type = "text", required = false, maxlength, dir = "ltr" }) {
    return html`<label class="form-field">
      <span>${words}</span>
      <input
        class="field"
        type=${type}
        dir=${dir}
        autocomplete="off"
        maxlength=${maxlength}
        ?required=${required}
        .value=${live(this.changes[name] ?? kept)}
        @input=${(event) => this.#change(name, event.target.value, kept)}
      />
    </label>`;
  }

  #change(name, value, kept) {
    const { [name]: _, ...rest } = this.changes;
    this.#set({ changes: value === kept ? rest : { ...rest, [name]: value } });
  }

  #changeConfig(key, value, kept) {
    const { [key]: _, ...rest } = this.changes.config ?? {};
    const config = value === kept ? rest : { ...rest, [key]: value };
    const { config: __, ...others } = this.changes;
    this.#set({ changes: Object.keys(config).length > 0 ? { ...others, config } : others });
  }

  #set(change) {
    Object.assign(this, { error: "" }, change);
    this.panel.draw();
  }

  #save(bot) {
    const { full_name, url, interface: spoken, config, owner } = this.changes;
    const change = { full_name, bot_owner_id: owner, service_payload_url: url, service_interface: spoken, config_data: config };
    const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    return this.#do(async (commands) => {
      await commands.change(bot, named);
      this.changes = {};
      this.panel.app.view.notify(t("Saved."));
    });
  }

  async #do(work) {
    if (this.busy) return;
    this.#set({ busy: true });
    try {
      await work(this.panel.app.botting);
      this.#set({ busy: false });
    } catch (error) {
      this.#set({ busy: false, error: error.message });
    }
  }

  async #download(bot) {
    await this.#do(async (commands) => {
      const file = new Blob([await commands.zuliprc(bot)], { type: "text/plain" });
      const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "zuliprc" });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
  }

  #confirmReplace(bot) {
    this.#confirm(bot, {
      label: t("Replace the key of {name}?", { name: bot.full_name }),
      words: t("Whatever uses the key it has now stops working until it is given the new one."),
      action: t("Replace the key"),
      run: (commands) => commands.replaceKey(bot),
    });
  }

  #confirmClose(bot) {
    this.#confirm(bot, {
      label: t("Deactivate {name}?", { name: bot.full_name }),
      words: t("Its key ends at once. What it wrote stays."),
      action: t("Deactivate"),
      run: (commands) => commands.close(bot),
    });
  }

  // The question takes the place of the dialog, which comes back afterwards.
  #confirm(bot, { run, ...words }) {
    const { app } = this.panel;
    app.view.openDialog({
      kind: "confirm",
      ...words,
      danger: true,
      run: () => {
        app.openBots(bot.user_id);
        this.#doIn(app, run);
      },
    });
  }

  async #doIn(app, run) {
    try {
      await run(app.botting);
    } catch (error) {
      app.view.notify(error.message);
    }
  }
}
