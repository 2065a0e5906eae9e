/** What each event means for the model. Every event is phrased as "set to", so hearing one twice does no harm. */

import { channelConversation } from "../data/conversation.js";
import { onlyResolves } from "../data/edit_rules.js";

const EDITED_FLAGS = { read: "read", starred: "starred" };

export class Dispatch {
  /** `onMessage(message, flags)` hears of each new message once the model has it. */
  constructor({ model, sender, session, onMessage = () => {} }) {
    Object.assign(this, { model, sender, session, onMessage });
  }

  /** Applies one event; types and ops we do not know are passed over. */
  apply(event) {
    const handle = HANDLERS[event.op === undefined ? event.type : `${event.type}/${event.op}`];
    handle?.(this.model, event, this);
  }
}

function message(model, event, { sender, session, onMessage }) {
  const flags = event.flags ?? [];
  const { message: wire } = event;
  const sent =
    event.local_message_id !== undefined
      ? { queue_id: session.queue_id, local_id: event.local_message_id }
      : sender.likely(wire);
  const shown = model.echo.process_from_server(wire, flags, sent);
  if (sent) sender.confirmed(sent);
  if (!shown.read) model.unread.add(shown.id, shown.conversation, shown.mentioned);
  model.recent.note([shown]);
  model.typing.stop(shown.conversation.key, wire.sender_id);
  model.tidy();
  onMessage(shown, flags);
}

function updateMessage(model, event) {
  if (event.rendered_content !== undefined) {
    const edited_at = event.rendering_only ? undefined : event.edit_timestamp;
    model.messages.setContent(event.message_id, event.rendered_content, edited_at, event.is_me_message);
  }
  const mentioned = event.flags?.some((flag) => flag === "mentioned" || flag.endsWith("_mentioned"));
  if (mentioned !== undefined) {
    model.messages.setFlag([event.message_id], "mentioned", mentioned);
    model.unread.setMentioned(event.message_id, mentioned);
  }
  if (event.subject === undefined && event.new_stream_id === undefined) return;
  const channel_id = event.new_stream_id ?? event.stream_id;
  const moved = model.messages.moveTo(
    event.message_ids,
    channel_id,
    event.subject,
    model.channels.get(channel_id)?.name,
    movedAt(event),
  );
  const topic = event.subject ?? event.orig_subject;
  model.unread.move(event.message_ids, channelConversation(channel_id, topic));
  if (event.stream_id !== undefined && event.orig_subject !== undefined) {
    model.recent.forget(channelConversation(event.stream_id, event.orig_subject));
    model.recent.stale(event.stream_id);
  }
  model.recent.stale(channel_id);
  model.lists.settle(moved);
  model.recent.note(
    [...model.messages.all()].filter(
      (held) => held.channel_id === event.stream_id || held.channel_id === channel_id,
    ),
  );
  if (event.stream_id !== undefined && event.orig_subject !== undefined) {
    model.moves.changed({
      from: channelConversation(event.stream_id, event.orig_subject),
      to: channelConversation(channel_id, topic),
    });
  }
}

function movedAt({ orig_subject, subject, new_stream_id, edit_timestamp }) {
  const only = new_stream_id === undefined && subject !== undefined && onlyResolves(orig_subject ?? "", subject);
  return only ? undefined : edit_timestamp;
}

function deleteMessage(model, event) {
  const ids = event.message_ids ?? [event.message_id];
  model.unread.remove(ids);
  for (const id of ids) model.edits.drop(id);
  model.lists.remove(ids.map((id) => model.messages.get(id)).filter(Boolean));
  model.messages.remove(ids);
  if (event.stream_id === undefined) return;
  model.recent.stale(event.stream_id);
  forgetEmpty(model, channelConversation(event.stream_id, event.topic ?? ""), ids);
}

// A topic whose newest message went, and of which no other is known, is most likely gone; opening its channel asks.
function forgetEmpty(model, conversation, ids) {
  if (!ids.includes(model.recent.get(conversation.key)?.max_id)) return;
  for (const held of model.messages.all()) if (held.conversation.key === conversation.key) return;
  model.recent.forget(conversation);
}

function flags(model, event, on) {
  const flag = EDITED_FLAGS[event.flag];
  if (event.flag === "read") readFlag(model, event, on);
  if (event.flag === "starred") model.realm.setStarred(event.messages, on);
  if (!flag || event.all) return;
  model.messages.setFlag(event.messages, flag, on);
  if (flag === "starred")
    model.lists.settle(event.messages.map((id) => model.messages.get(id)).filter(Boolean));
}

function readFlag(model, event, on) {
  if (event.all) {
    model.unread.clear();
    for (const held of model.messages.all()) held.read = true;
    return;
  }
  if (on) {
    model.unread.remove(event.messages);
    return;
  }
  for (const id of event.messages) {
    const details = event.message_details?.[String(id)];
    const conversation = model.messages.get(id)?.conversation ?? conversationOf(model, details);
    if (conversation) model.unread.add(id, conversation, details?.mentioned);
  }
}

function conversationOf(model, details) {
  if (!details) return undefined;
  return details.type === "private"
    ? model.directConversation(details.user_ids)
    : channelConversation(details.stream_id, details.topic);
}

function reaction(model, event, on) {
  model.messages.react(event.message_id, event, on);
}

function unsubscribed(model, event) {
  model.channels.leave(
    event.subscriptions.map((channel) => channel.stream_id),
    model.people.my_id,
  );
}

function channelGone(model, event) {
  const ids = event.streams?.map((channel) => channel.stream_id) ?? event.stream_ids ?? [];
  model.channels.remove(ids);
  model.unread.remove(model.unread.ids((conversation) => ids.includes(conversation.channel_id)));
}

function channelUpdate(model, event) {
  const { type, op, id, stream_id, name, property, value, ...extra } = event;
  model.channels.update(stream_id, property, value, extra);
}

function typing(model, event, on) {
  const { user_id } = event.sender;
  if (user_id === model.people.my_id) return;
  const conversation =
    event.message_type === "stream"
      ? channelConversation(event.stream_id, event.topic)
      : model.directConversation(event.recipients.map((person) => person.user_id));
  if (on) model.typing.start(conversation.key, user_id);
  else model.typing.stop(conversation.key, user_id);
}

function realmUpdate(model, property, value) {
  model.realm.update(property, value);
  if (property === "bot_creation_policy") model.bots.setPolicy(value);
}

const HANDLERS = {
  message,
  update_message: updateMessage,
  delete_message: deleteMessage,
  "update_message_flags/add": (model, event) => flags(model, event, true),
  "update_message_flags/remove": (model, event) => flags(model, event, false),
  "reaction/add": (model, event) => reaction(model, event, true),
  "reaction/remove": (model, event) => reaction(model, event, false),
  submessage: (model, { message_id, submessage_id, sender_id, msg_type, content }) =>
    model.messages.addSubmessage(message_id, { id: submessage_id, sender_id, msg_type, content }),
  "subscription/add": (model, event) => model.channels.join(event.subscriptions),
  "subscription/remove": unsubscribed,
  "subscription/update": (model, event) =>
    model.channels.update(event.stream_id, event.property, event.value),
  "subscription/peer_add": (model, event) => model.channels.peers(event.stream_ids, event.user_ids, true),
  "subscription/peer_remove": (model, event) => model.channels.peers(event.stream_ids, event.user_ids, false),
  "stream/create": (model, event) => model.channels.create(event.streams),
  "stream/delete": channelGone,
  "stream/update": channelUpdate,
  "realm_user/add": (model, event) => model.people.add(event.person),
  "realm_user/update": (model, event) => model.people.update(event.person),
  "realm_user/remove": (model, event) => model.people.remove(event.person.user_id),
  "realm_bot/add": (model, event) => model.bots.add(event.bot),
  "realm_bot/update": (model, event) => model.bots.update(event.bot),
  "realm_bot/delete": (model, event) => model.bots.remove(event.bot.user_id),
  "realm/update": (model, event) => realmUpdate(model, event.property, event.value),
  "realm/update_dict": (model, event) => {
    for (const [property, value] of Object.entries(event.data)) realmUpdate(model, property, value);
  },
  "realm_emoji/update": (model, event) => model.emoji.loadCustom(event.realm_emoji),
  realm_linkifiers: (model, event) => model.realm.setLinkifiers(event.realm_linkifiers),
  presence: (model, event) => model.presence.note(event),
  user_status: (model, event) => model.statuses.update(event.user_id, event),
  "typing/start": (model, event) => typing(model, event, true),
  "typing/stop": (model, event) => typing(model, event, false),
  "user_settings/update": (model, event) => model.settings.set(event.property, event.value),
  user_topic: (model, event) => model.realm.setTopicPolicy(event),
};
