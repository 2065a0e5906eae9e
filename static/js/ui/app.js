/** The page: its panes, and what happens when the view changes. Built once, drawn for the first time when the first
 *  registration has brought the model to life. */

import { isFeed, marksAsRead, narrowKey, narrowOfConversation, simple } from "../data/narrow.js";
import { themeOf } from "../data/settings.js";
import { t } from "../lib/i18n.js";
import { BotIntents } from "./bot_intents.js";
import { useTwentyFourHours } from "../lib/times.js";
import { ChannelsPage } from "./channels_page.js";
import { Compose } from "./compose.js";
import { connectionStrip } from "./connection_strip.js";
import { EmojiPicker } from "./emoji_picker.js";
import { MessageListView } from "./feed.js";
import { header, titleOf } from "./header.js";
import { EditIntents } from "./edit_intents.js";
import { Intents } from "./intents.js";
import { overlay, placeMenu } from "./overlay.js";
import { drafts, inbox, recent } from "./pages.js";
import { Pane } from "./pane.js";
import { PeoplePane } from "./people_pane.js";
import { pill } from "./pill.js";
import { Router } from "./router.js";
import { sidebar } from "./sidebar.js";
import { Switcher } from "./switcher.js";
import { showTheme } from "./theme.js";
import { typingLine } from "./typing_line.js";

export class App extends BotIntents(EditIntents(Intents)) {
  ready = false;
  panes = {};
  #afterShown; // {key, run}: what waits for a view to come up
  #focused; // what had the focus before a dialog or menu took it

  /** `parts`: model, view, connection, api, sender, reader, history, commands, editing, typing, botting, settings,
   *  widgets. */
  constructor(parts) {
    super();
    Object.assign(this, parts);
    const { model, view } = parts;
    this.touch = matchMedia("(pointer: coarse)").matches && !matchMedia("(any-pointer: fine)").matches;
    this.switcher = new Switcher(this);
    this.picker = new EmojiPicker(this);
    this.router = new Router({
      window,
      model,
      onNarrow: (narrow) => this.show(narrow),
      onSettings: (section) => this.openSettings(section),
      onUnknown: () => view.notify(t("That address does not lead anywhere here.")),
    });
  }

  /** Puts the app on the page; called when the model is loaded for the first time. */
  start() {
    const { model, view, connection } = this;
    const part = (id) => document.getElementById(id);
    const people = new PeoplePane(this);
    const channels = new ChannelsPage(this);
    this.ready = true;
    this.compose = new Compose(this, part("compose"));
    this.feed = new MessageListView(this, part("feed"), () => this.panes.pill.invalidate());
    this.panes = {
      side: new Pane(part("side"), () => sidebar(this), [
        view,
        model.realm,
        model.people,
        model.channels,
        model.unread,
        model.recent,
        model.drafts,
        model.presence,
        model.statuses,
      ]),
      head: new Pane(part("head"), () => header(this), [
        view,
        model.people,
        model.channels,
        model.presence,
        model.statuses,
      ]),
      typing: new Pane(part("typing"), () => typingLine(this), [view, model.typing, model.people]),
      strip: new Pane(part("strip"), () => connectionStrip(this), [connection]),
      page: new Pane(part("page"), () => this.#page(channels), [
        view,
        model.people,
        model.channels,
        model.unread,
        model.recent,
        model.drafts,
      ]),
      pill: new Pane(part("pill"), () => pill(this), [model.unread, model.lists]),
      people: new Pane(part("people"), () => people.template(), [
        view,
        model.people,
        model.channels,
        model.presence,
        model.statuses,
      ]),
      overlay: new Pane(
        part("overlay"),
        () => overlay(this),
        [
          view,
          model.settings,
          model.people,
          model.channels,
          model.emoji,
          model.recent,
          model.presence,
          model.statuses,
          model.realm,
          model.bots,
        ],
        () => this.#overlayDrawn(),
      ),
    };
    view.subscribe(() => this.#frame());
    model.unread.subscribe(() => this.#windowTitle());
    model.settings.subscribe(() => this.#followSettings());
    this.#followSettings();
    model.moves.subscribe((move) => this.#moved(move));
    model.edits.subscribe((detail) => detail?.lost && this.#offerLost(detail.lost));
    this.#frame();
    this.router.read();
    for (const pane of Object.values(this.panes)) pane.draw();
    document.body.classList.add("ready");
    this.sender.resume();
    this.#warm();
  }

  /** Shows a narrow. */
  show(narrow) {
    const { view, model, feed } = this;
    const same = narrowKey(view.narrow) === narrowKey(narrow);
    const leaving = view.narrow;
    view.setNarrow(narrow);
    if (!same || !this.compose.element.firstElementChild) this.compose.setNarrow(narrow);
    if (narrow.channel_id !== undefined) this.commands.fetchTopics(narrow.channel_id);
    if (!isFeed(narrow)) {
      model.lists.show(undefined);
      feed.show(undefined);
    } else {
      this.#showList(narrow);
    }
    if (!same && !marksAsRead(leaving)) model.lists.settle([...model.messages.all()]);
    this.#windowTitle();
    this.#runAfterShown();
  }

  /** Runs `run` once the view shows `narrow`, which may be now. */
  whenShown(narrow, run) {
    this.#afterShown = { key: narrowKey(narrow), run };
    this.#runAfterShown();
  }

  /** Whether somebody looks at the page. */
  attentive() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  rowOf(message) {
    return document.querySelector(`[data-key="${message.key}"]`);
  }

  /** Moves the focus along the lines of a page that is not a feed. */
  stepLines(steps) {
    const lines = [...document.querySelectorAll("#page [data-line]")];
    const at = lines.indexOf(document.activeElement);
    const next = at === -1 ? (steps > 0 ? 0 : lines.length - 1) : at + steps;
    lines[Math.max(0, Math.min(lines.length - 1, next))]?.focus();
  }

  async #showList(narrow) {
    const { model, feed, history } = this;
    const list = model.lists.open(narrow);
    const returning = list.opened;
    if (!returning || narrow.near) list.narrow = narrow;
    if (returning && list !== feed.list) this.#beginReading(list);
    model.lists.show(list);
    const opening = history.open(list);
    feed.show(list);
    if (!narrow.near) return;
    await opening;
    if (!(await history.openAt(list, narrow.near))) {
      this.view.notify(t("That message is not here any more."));
      return;
    }
    const message = list.data.items.find((item) => item.id === narrow.near);
    if (feed.list === list && message) feed.reveal(message, { flash: true, middle: true });
  }

  // Coming back to a list that was read to its end: reading begins at what is new. Left in the middle, it goes on there.
  #beginReading(list) {
    const { items } = list.data;
    const first = items.find((message) => this.model.unread.has(message.id));
    list.unread_line_id = marksAsRead(list.narrow) ? first?.id : undefined;
    if (first && list.place === "end") list.place = undefined;
  }

  // The feed of all messages, from which other views open at once.
  #warm() {
    const list = this.model.lists.open(simple("all"));
    this.history.open(list);
  }

  #page(channels) {
    const pages = {
      inbox: () => inbox(this),
      recent: () => recent(this),
      drafts: () => drafts(this),
      channels: () => channels.template(),
    };
    return pages[this.view.narrow.kind]?.();
  }

  // The conversation on the screen is another now: the reader goes along, and what they were writing.
  #moved({ from, to }) {
    const { view, model, compose } = this;
    if (narrowKey(view.narrow) !== from.key || from.key === to.key) return;
    if ((model.lists.current?.data.items.length ?? 0) > 0) return;
    const text = compose.fixed?.key === from.key ? compose.text : "";
    if (text.trim() !== "") {
      compose.take();
      this.whenShown(narrowOfConversation(to), () => compose.insert(text));
    }
    this.go(narrowOfConversation(to));
  }

  // A message was deleted while somebody was rewriting it.
  #offerLost(text) {
    this.view.notify(t("The message you were editing was deleted."), {
      label: t("Keep your text"),
      run: () => this.compose.insert(text),
    });
  }

  #runAfterShown() {
    const waiting = this.#afterShown;
    if (!waiting || waiting.key !== narrowKey(this.view.narrow)) return;
    this.#afterShown = undefined;
    queueMicrotask(() => waiting.run());
  }

  #frame() {
    const { view } = this;
    const feedShown = isFeed(view.narrow);
    document.body.classList.toggle("side-open", view.side_open);
    document.body.classList.toggle("people-open", view.people_open);
    document.body.classList.toggle("people-over", view.people_over);
    document.getElementById("feed").hidden = !feedShown;
    document.getElementById("page").hidden = feedShown;
    showTheme(document.documentElement, view.theme);
  }

  // What was chosen here before anyone signed in, or in another window, gives way to the account's.
  #followSettings() {
    const theme = themeOf(this.model.settings);
    if (theme !== this.view.theme) this.view.setTheme(theme);
    if (useTwentyFourHours(this.model.settings.get("twenty_four_hour_time"))) this.feed.invalidate();
    this.#windowTitle();
  }

  #windowTitle() {
    const title = titleOf(this, this.view.narrow);
    document.title = this.notifier.title(`${title} · ${this.model.realm.name || "Plait"}`);
  }

  // The focus goes into what opened and back to where it was.
  #overlayDrawn() {
    const element = document.getElementById("overlay");
    const frame = element.querySelector(".dialog, .menu");
    if (this.view.menu) placeMenu(element, this.view.menu);
    if (frame && !frame.contains(document.activeElement)) {
      this.#focused ??= document.activeElement;
      (frame.querySelector("[data-focus]") ?? frame.querySelector("button") ?? frame).focus({
        preventScroll: true,
      });
    } else if (!frame && this.#focused) {
      const back = this.#focused;
      this.#focused = undefined;
      if (document.activeElement === document.body || !document.activeElement)
        back.focus?.({ preventScroll: true });
    }
  }
}
