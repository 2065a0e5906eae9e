/** What a person can ask of the app, in the words of the person. Reads the model, hands work to `net`, changes the
 *  view; draws nothing. */

import {
  channelNarrow,
  conversationOf,
  dmNarrow,
  hashOf,
  isFeed,
  narrowOfConversation,
  simple,
} from "../data/narrow.js";
import { searchWithin } from "../data/search.js";
import { n, t } from "../lib/i18n.js";
import { SettingsDialog } from "./settings/dialog.js";
import { StatusEditor } from "./status_editor.js";

const WIDE = "(min-width: 1100px)";
const NARROW = "(max-width: 699px)";

export class Intents {
  get wide() {
    return matchMedia(WIDE).matches;
  }

  get narrow() {
    return matchMedia(NARROW).matches;
  }

  togglePeople() {
    this.view.togglePeople(this.wide);
  }

  go(narrow) {
    this.router.go(narrow);
  }

  /** Writes to someone else than the view shows, or answers what it shows. */
  newMessage({ direct = false } = {}) {
    const { narrow } = this.view;
    this.view.setSide(false);
    if (direct) this.compose.openNew({ type: "direct" });
    else this.compose.openNew({ type: "channel", channel_id: narrow.channel_id });
  }

  reply(message) {
    const { conversation } = message;
    if (conversationOf(this.view.narrow, this.model.people.my_id)?.key === conversation.key) {
      if (!this.compose.fixed) this.compose.setNarrow(this.view.narrow);
      this.compose.open();
    } else {
      this.compose.openSoon();
      this.go(narrowOfConversation(conversation));
    }
  }

  replyToChosen() {
    const message = this.feed.chosen;
    if (message) this.reply(message);
    else if (isFeed(this.view.narrow)) this.compose.open();
    else return false;
    return true;
  }

  async quote(message) {
    try {
      const source = await this.commands.source(message);
      const fence = "`".repeat(Math.max(3, ...(source.match(/`{3,}/g) ?? []).map((run) => run.length + 1)));
      const { conversation } = message;
      const name = this.model.people.name(message.sender_id, message.sender_name);
      const link = this.linkTo(message);
      this.reply(message);
      const words = `@_**${name}|${message.sender_id}** [said](${link}):\n${fence}quote\n${source}\n${fence}\n`;
      // Answering may have led to another view, whose box comes up with its own draft first.
      this.whenShown(narrowOfConversation(conversation), () => this.compose.insert(words));
    } catch (error) {
      this.view.notify(t("The message could not be quoted. {reason}", { reason: error.message }));
    }
  }

  editUnsent(message) {
    const { conversation, content } = message;
    this.sender.discard(message);
    this.whenShown(narrowOfConversation(conversation), () => this.compose.insert(content));
    this.go(narrowOfConversation(conversation));
  }

  writeTo(user_id) {
    this.compose.openSoon();
    this.go(dmNarrow([user_id]));
  }

  mention(user_id) {
    const name = this.model.people.name(user_id);
    this.compose.insert(`@**${name}** `);
  }

  openReactionPicker(message, anchor) {
    this.picker.reset();
    this.view.openMenu({
      kind: "emoji",
      label: t("Add a reaction"),
      anchor,
      end: true,
      choose: (emoji) => this.commands.toggleReaction(message, emoji),
    });
  }

  openEmojiInsert(anchor) {
    this.picker.reset();
    const choose = (emoji) => this.compose.insertHere(`:${emoji.emoji_name}: `);
    this.view.openMenu({ kind: "emoji", label: t("Insert an emoji"), anchor, end: true, choose });
  }

  openPersonMenu(user_id, anchor) {
    this.view.openMenu({ kind: "person", label: t("About this person"), anchor, user_id });
  }

  openStatusEditor() {
    this.view.openDialog({ kind: "status", label: t("Your status"), part: new StatusEditor(this) });
  }

  openMessageMenu(message, anchor, { end = false } = {}) {
    this.view.openMenu({ kind: "message", label: t("Message"), anchor, message, end });
  }

  openOrgMenu(anchor) {
    this.view.openMenu({ kind: "org", label: t("Organisation"), anchor });
  }

  openNarrowMenu(anchor) {
    this.view.openMenu({ kind: "narrow", label: t("This view"), anchor, end: true });
  }

  openSwitcher() {
    this.switcher.reset();
    this.view.openDialog({ kind: "switcher", label: t("Go to") });
  }

  /** Looks for words, beginning with where one is. */
  openSearch() {
    this.switcher.reset({ search: true, query: searchWithin(this.view.narrow, this.model) });
    this.view.openDialog({ kind: "switcher", label: t("Search messages") });
  }

  /** Opens the settings, at a section where one is named. */
  openSettings(section) {
    const part = new SettingsDialog(this, section);
    this.view.openDialog({ kind: "settings", label: t("Settings"), part });
  }

  openHelp() {
    this.view.openDialog({ kind: "help", label: t("Keyboard shortcuts") });
  }

  confirmMarkAllRead() {
    const count = this.model.unread.total();
    if (count === 0) {
      this.view.notify(t("You have read everything."));
      return;
    }
    this.view.openDialog({
      kind: "confirm",
      label: t("Mark everything as read?"),
      words: n(
        "{count} unread message will count as read.",
        "All {count} unread messages, in every channel and conversation, will count as read.",
        count,
      ),
      action: t("Mark as read"),
      run: () => this.commands.markAllRead(),
    });
  }

  markHereRead() {
    const { narrow } = this.view;
    const conversation = conversationOf(narrow, this.model.people.my_id);
    if (conversation) this.reader.readAll((other) => other.key === conversation.key);
    else if (narrow.kind === "channel")
      this.reader.readAll((other) => other.channel_id === narrow.channel_id);
    else if (narrow.kind === "dms") this.reader.readAll((other) => other.type === "direct");
    else this.confirmMarkAllRead();
  }

  async joinChannel(channel) {
    try {
      await this.commands.subscribe([{ name: channel.name }]);
    } catch (error) {
      const values = { channel: channel.name, reason: error.message };
      this.view.notify(t("You could not be added to #{channel}. {reason}", values));
    }
  }

  async leaveChannel(channel) {
    const leave = async () => {
      try {
        await this.commands.unsubscribe(channel.name);
        if (channel.invite_only) return;
        this.view.notify(t("You left #{channel}.", { channel: channel.name }), {
          label: t("Undo"),
          run: () => this.joinChannel(channel),
        });
      } catch (error) {
        const values = { channel: channel.name, reason: error.message };
        this.view.notify(t("You are still in #{channel}. {reason}", values));
      }
    };
    if (!channel.invite_only) return leave();
    this.view.openDialog({
      kind: "confirm",
      label: t("Leave #{channel}?", { channel: channel.name }),
      words: t("This channel is private: you will no longer see it, and only its members can add you again."),
      action: t("Leave"),
      run: leave,
    });
  }

  /** Shows a channel just created, as soon as the server has told of it. */
  goToNewChannel(name) {
    const known = this.model.channels.byName(name);
    if (known) {
      this.go(channelNarrow(known.stream_id));
      return;
    }
    const stop = this.model.channels.subscribe(() => {
      const channel = this.model.channels.byName(name);
      if (!channel) return;
      stop();
      this.go(channelNarrow(channel.stream_id));
    });
  }

  discardDraft(draft) {
    this.model.drafts.keep(draft.conversation, "");
    this.view.notify(t("The draft is discarded."), {
      label: t("Undo"),
      run: () => this.model.drafts.keep(draft.conversation, draft.text),
    });
  }

  linkTo(message) {
    const narrow = narrowOfConversation(message.conversation, message.id);
    return `${location.origin}/${hashOf(narrow, (id) => this.model.channels.name(id))}`;
  }

  copyLink(message) {
    this.copy(this.linkTo(message), t("The link is copied."));
  }

  copyText(message) {
    this.copy(this.rowOf(message)?.querySelector(".rendered")?.innerText ?? "", t("The text is copied."));
  }

  async copy(text, words) {
    try {
      await navigator.clipboard.writeText(text);
      this.view.notify(words);
    } catch {
      this.view.notify(t("The browser did not allow copying."));
    }
  }

  step(steps) {
    if (this.feed.list) this.feed.step(steps);
    else this.stepLines(steps);
  }

  nextUnread() {
    const here = conversationOf(this.view.narrow, this.model.people.my_id)?.key;
    const next = this.model.unread
      .conversations()
      .find(({ conversation }) => conversation.key !== here && this.model.counts(conversation));
    if (next) this.go(narrowOfConversation(next.conversation));
    else this.view.notify(t("You have read everything."));
  }

  /** One step back: the innermost open thing closes. */
  escape() {
    const { view } = this;
    if (view.menu) view.closeMenu();
    else if (view.dialog) view.closeDialog();
    else if (this.compose.has_focus) this.compose.close();
    else if (this.feed.list?.selected) this.feed.list.select(undefined);
    else if (view.side_open) view.setSide(false);
    else if (view.people_over && !this.wide) view.togglePeople(false);
    else if (view.narrow.kind !== "inbox") this.go(simple("inbox"));
  }

  async signOut() {
    this.compose.keep();
    this.reader.leave();
    await this.api.signOut();
    location.assign("/login/");
  }
}
