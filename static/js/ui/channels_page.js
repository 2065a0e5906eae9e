/** All channels: follow, leave, create. */
import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { channelNarrow, hashOf } from "../data/narrow.js";
import { n, t } from "../lib/i18n.js";
import { best } from "../lib/text.js";
import { icon } from "./icon.js";
import { channelIcon } from "./message_row.js";

const SHOWN = 300;

export class ChannelsPage {
  #query = "";
  #creating = false;
  #error = "";
  #busy = new Set();

  constructor(app) {
    this.app = app;
  }

  template() {
    const all = this.app.model.channels.all();
    const found = this.#query
      ? best(all, this.#query, (channel) => channel.name, SHOWN)
      : all.slice(0, SHOWN);
    return html`<div class="page-list">
      <div class="page-tools">
        <input
          class="field"
          type="search"
          placeholder=${t("Find a channel")}
          aria-label=${t("Find a channel")}
          maxlength="60"
          .value=${this.#query}
          @input=${(event) => this.#set(() => (this.#query = event.target.value))}
        />
        <button type="button" class="button" @click=${() => this.#set(() => (this.#creating = !this.#creating))}>
          ${icon("plus")}${t("New channel")}
        </button>
      </div>
      ${this.#creating ? this.#form() : nothing}
      <section class="group" role="list">
        ${repeat(
          found,
          (channel) => channel.stream_id,
          (channel) => this.#row(channel),
        )}
        ${found.length === 0 ? html`<p class="group-empty">${t("No channel is called that.")}</p>` : nothing}
      </section>
    </div>`;
  }

  #form() {
    const { limits } = this.app.model.realm;
    return html`<form class="card" @submit=${(event) => this.#create(event)}>
      <h2>${t("New channel")}</h2>
      ${this.#error ? html`<p class="form-error" role="alert">${this.#error}</p>` : nothing}
      <label><span>${t("Name")}</span>
        <input class="field" name="name" required maxlength=${limits.channel_name} autocomplete="off" dir="auto" placeholder=${t("design")} />
      </label>
      <label><span>${t("What it is for")}</span>
        <input class="field" name="description" maxlength=${limits.channel_description} autocomplete="off" dir="auto" placeholder=${t("Optional")} />
      </label>
      <label class="check">
        <input type="checkbox" name="private" />
        <span><strong>${t("Private")}</strong><span>${t("Only people who are added can see it and its messages.")}</span></span>
      </label>
      <div class="card-actions">
        <button type="submit" class="button button-main">${t("Create channel")}</button>
        <button type="button" class="button" @click=${() => this.#set(() => (this.#creating = false))}>${t("Cancel")}</button>
      </div>
    </form>`;
  }

  #row(channel) {
    const id = channel.stream_id;
    const count = channel.subscribers?.size;
    return html`<div class="line" role="listitem">
      <a class="line-link line-channel" data-line href=${hashOf(channelNarrow(id), () => channel.name)}>
        <span class="line-hash hue hue-${channel.hue}">${channelIcon(channel)}</span>
        <span class="line-title line-strong cut" dir="auto">${channel.name}</span>
        <span class="line-text cut" dir="auto">${channel.description}</span>
        ${count === undefined ? nothing : html`<span class="line-count" title=${n("{count} subscriber", "{count} subscribers", count)}>${icon("users")}${count}</span>`}
      </a>
      <button
        type="button"
        class="button button-small line-button ${channel.subscribed ? "" : "button-main"}"
        ?disabled=${this.#busy.has(id)}
        @click=${() => this.#toggle(channel)}
      >${channel.subscribed ? t("Leave") : t("Follow")}</button>
    </div>`;
  }

  #set(change) {
    change();
    this.app.panes.page.invalidate();
  }

  async #toggle(channel) {
    this.#set(() => this.#busy.add(channel.stream_id));
    if (channel.subscribed) await this.app.leaveChannel(channel);
    else await this.app.joinChannel(channel);
    this.#set(() => this.#busy.delete(channel.stream_id));
  }

  async #create(event) {
    event.preventDefault();
    const fields = new FormData(event.target);
    const name = String(fields.get("name")).trim();
    const description = String(fields.get("description")).trim();
    if (name === "") return;
    const taken = this.app.model.channels.byName(name);
    if (taken) {
      this.#set(() => (this.#error = t("There is a channel called {name} already.", { name: taken.name })));
      return;
    }
    try {
      const options = fields.get("private") ? { invite_only: true } : {};
      await this.app.commands.subscribe([{ name, description }], options);
      this.#set(() => {
        this.#creating = false;
        this.#error = "";
        this.#query = "";
      });
      this.app.goToNewChannel(name);
    } catch (error) {
      this.#set(() => (this.#error = error.message));
    }
  }
}
