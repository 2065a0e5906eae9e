/** Tells the person of new messages while they look elsewhere: by the browser's notifications, a sound, and the tab.
 *
 *  Nothing is asked of the browser before the person turns it on. A notification is one a conversation; it goes when
 *  the conversation is read, here or elsewhere. Which messages count: data/attention.js. */

import { tabCount, wants } from "../data/attention.js";
import { narrowOfConversation } from "../data/narrow.js";
import { t } from "../lib/i18n.js";
import { textOf } from "./html_gate.js";
import { play } from "./sounds.js";

const MAX_TEXT = 300;
const SOUND_PAUSE_MS = 1500;
const TAG = "conversation:";

export class Notifier {
  delivers_mail; // undefined until the server has told
  pushes = false;
  #public_key;
  #shown = new Map(); // conversation key -> Notification
  #lastSound = -Infinity;
  #icon = "";

  constructor(app, { push, window, clock, storage }) {
    Object.assign(this, { app, push, window, clock, storage });
    const { model } = app;
    window.navigator.serviceWorker?.addEventListener("message", ({ data }) => {
      if (data?.type === "open") window.location.hash = new URL(data.link, window.location.origin).hash;
    });
    model.unread.subscribe(() => this.#changed());
    model.settings.subscribe(() => this.#changed());
  }

  /** "granted", "denied", "default", or "unsupported". */
  get permission() {
    return this.window.Notification?.permission ?? "unsupported";
  }

  get on() {
    return this.permission === "granted" && this.storage.read("notify", false) === true;
  }

  get canPush() {
    return this.push.possible && this.#public_key !== undefined;
  }

  /** Finds out what this browser and the server can do. */
  async learn() {
    try {
      const { public_key, delivers_mail } = await this.push.describe();
      this.#public_key = public_key;
      this.delivers_mail = delivers_mail;
      this.pushes = Boolean(await this.push.subscription());
    } catch {
      // What is not known is offered as switched off.
    }
  }

  /** Begins or ends showing notifications in this browser; asks for permission where that is open. */
  async turn(on) {
    if (on && this.permission === "default") await this.window.Notification.requestPermission();
    this.storage.write("notify", on && this.permission === "granted");
    if (!on) this.#closeAll();
  }

  async turnPush(on) {
    if (on) {
      await this.turn(true);
      if (this.permission !== "granted") return;
      await this.push.begin(this.#public_key);
    } else {
      await this.push.end();
    }
    this.pushes = on;
  }

  /** A message came. */
  heard(message, flags) {
    const { model } = this.app;
    if (this.app.attentive()) return;
    if (this.on && wants(model, message, flags, "desktop")) this.#show(message);
    if (wants(model, message, flags, "audible")) this.play(false);
  }

  /** Plays the sound that the person chose; several messages at once are heard once, unless `always`. */
  play(always = true) {
    const now = this.clock.now();
    if (!always && now - this.#lastSound < SOUND_PAUSE_MS) return;
    this.#lastSound = now;
    play(this.app.model.settings.get("notification_sound"));
  }

  /** The window's title: what is shown, with what is unread. */
  title(words) {
    const count = tabCount(this.app.model);
    this.#tab(count);
    return `${count > 0 ? `(${count}) ` : ""}${words}`;
  }

  #show(message) {
    const { model } = this.app;
    const { conversation } = message;
    const sender = model.people.name(message.sender_id, message.sender_name);
    const hides = conversation.type === "direct" && !model.settings.get("pm_content_in_desktop_notifications");
    const text = hides ? t("New direct message") : textOf(message.html).trim().slice(0, MAX_TEXT);
    const title = conversation.type === "direct" ? model.titleOf(conversation) : `#${model.titleOf(conversation)}`;
    const alone = conversation.type === "direct" && conversation.user_ids.length === 1;
    const notification = new this.window.Notification(title, {
      body: alone ? text : `${sender}: ${text}`,
      tag: TAG + conversation.key,
      renotify: true,
      icon: "/static/images/plait.svg",
      silent: true,
    });
    notification.onclick = () => {
      this.window.focus();
      notification.close();
      this.app.view.closeDialog();
      this.app.go(narrowOfConversation(conversation));
    };
    this.#shown.set(conversation.key, notification);
  }

  #changed() {
    const { unread } = this.app.model;
    for (const [key, notification] of this.#shown) {
      if (unread.count(key) > 0) continue;
      notification.close();
      this.#shown.delete(key);
    }
    if (this.pushes) this.push.close((tag) => tag.startsWith(TAG) && unread.count(tag.slice(TAG.length)) === 0);
  }

  #closeAll() {
    for (const notification of this.#shown.values()) notification.close();
    this.#shown.clear();
  }

  #tab(count) {
    const { document, navigator } = this.window;
    const icon = `/static/images/${count > 0 ? "plait-unread" : "plait"}.svg`;
    if (icon !== this.#icon) {
      this.#icon = icon;
      document.querySelector("link[rel=icon]")?.setAttribute("href", icon);
    }
    (count > 0 ? navigator.setAppBadge?.(count) : navigator.clearAppBadge?.())?.catch(() => {});
  }
}
