/** Everything the client knows, in one place: built once, loaded from each registration, changed by events. */

import { Bots } from "./bots.js";
import { Channels } from "./channels.js";
import { directConversation } from "./conversation.js";
import { Drafts } from "./drafts.js";
import { Echo } from "./echo.js";
import { Edits } from "./edits.js";
import { Emoji } from "./emoji.js";
import { HiddenPreviews } from "./hidden_previews.js";
import { MessageLists } from "./message_lists.js";
import { Messages } from "./messages.js";
import { Outbox } from "./outbox.js";
import { People } from "./people.js";
import { Presence } from "./presence.js";
import { Realm } from "./realm.js";
import { Recent } from "./recent.js";
import { Statuses } from "./statuses.js";
import { Typing } from "./typing.js";
import { Settings } from "./settings.js";
import { Unread } from "./unread.js";
import { Store } from "../lib/store.js";

const MESSAGES_HELD = 20_000;

export class Model {
  constructor({ clock, storage, tab }) {
    this.clock = clock;
    this.realm = new Realm();
    this.settings = new Settings();
    this.people = new People();
    this.presence = new Presence(clock);
    this.statuses = new Statuses();
    this.typing = new Typing(clock);
    this.bots = new Bots();
    this.channels = new Channels();
    this.messages = new Messages();
    this.lists = new MessageLists(this.messages);
    this.unread = new Unread();
    this.recent = new Recent();
    this.emoji = new Emoji();
    this.drafts = new Drafts(storage, clock);
    this.outbox = new Outbox(storage, clock, tab);
    this.echo = new Echo(this);
    this.edits = new Edits(this, storage);
    this.hidden_previews = new HiddenPreviews(this.messages, storage);
    this.moves = new Store(); // changed({from, to}): messages of one conversation went to another
  }

  /** Takes the state that came with a registration. */
  load(state) {
    this.messages.my_id = state.user_id;
    this.messages.max_id = Math.max(this.messages.max_id, state.max_message_id ?? 0);
    this.realm.load(state);
    this.settings.load(state);
    this.people.load(state);
    this.presence.load(state);
    this.statuses.load(state);
    this.typing.load(state);
    this.bots.load(state);
    this.channels.load(state);
    this.unread.load(state.unread_msgs ?? {}, state.user_id);
    this.recent.load(state, state.user_id);
    this.emoji.loadCustom(state.realm_emoji);
    this.drafts.load(state.user_id);
    this.outbox.load(state.user_id);
  }

  /** Keeps the memory of a long day bounded. */
  tidy() {
    if (this.messages.size < MESSAGES_HELD) return;
    this.lists.shrink(MESSAGES_HELD / 10);
    this.messages.prune((message) => this.lists.holds(message));
  }

  /** Whether a conversation asks for attention: its channel is subscribed and not muted. */
  counts(conversation) {
    if (conversation.type !== "channel") return true;
    const channel = this.channels.get(conversation.channel_id);
    return (
      channel !== undefined &&
      channel.subscribed &&
      !channel.is_muted &&
      !this.realm.isMutedTopic(conversation.key)
    );
  }

  /** Whether the person is told of every message of a channel. */
  isLoud(channel) {
    return this.channels.get(channel.stream_id)?.desktop_notifications ?? this.settings.get("enable_stream_desktop_notifications") ?? false;
  }

  directConversation(user_ids) {
    return directConversation(user_ids, this.people.my_id);
  }

  /** The words for a conversation: "channel › topic", or the people. */
  titleOf(conversation) {
    return conversation.type === "channel"
      ? `${this.channels.name(conversation.channel_id)} › ${conversation.topic}`
      : this.people.names(conversation.user_ids);
  }
}
