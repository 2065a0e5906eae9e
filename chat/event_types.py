"""Every event there is. Events are built here and nowhere else.

An event has a body (what clients get, lacking only its id in their queue), an audience, and the changes by which the
Directory takes the same step. Bodies are phrased as "set to", so hearing one twice does no harm. An event without a
body concerns the server alone (a key, a session); an event without changes concerns what lives in the database.
Shapes: the public API description, feature level 278.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from chat.bots import Bot, BotWire
from chat.changes import (
    AlertWordsSet,
    ApiKeyGone,
    ApiKeySet,
    BotSet,
    Change,
    ChannelSet,
    DomainSet,
    DormantSet,
    EmojiSet,
    MutedUsersSet,
    NewMembersSet,
    OrganisationSet,
    PushReceiverSet,
    SessionGone,
    SessionSet,
    SubscriptionGone,
    SubscriptionSet,
    TopicPolicySet,
    UserSet,
    UserStatusSet,
)
from chat.edits import RENDERED_VERSION, Edit
from chat.group_values import FULL_MEMBERS
from chat.models import Channel, Message, Organisation, Presence, Reaction, Session, Submessage, Subscription, User
from chat.personal import (
    Draft,
    MutedUser,
    Policy,
    ScheduledMessage,
    TopicPolicy,
    UserStatus,
    draft_wire,
    muted_user_wire,
    scheduled_message_wire,
    topic_policy_wire,
)
from chat.uploaded import Attachment, CustomEmoji, attachment_wire, emoji_map_wire
from chat.wire import (
    COMPATIBLE_VERSION,
    FEATURE_LEVEL,
    avatar_source,
    avatar_url,
    channel_wire,
    default_channels_wire,
    role_groups,
    user_wire,
)

Audience = Collection[int] | None
"""Ids of the people who get an event; None: everyone."""


@dataclass(frozen=True, slots=True)
class Event:
    body: Mapping[str, Any] | None
    audience: Audience = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class MessageEvent(Event):
    """A new message. The fan-out makes a body for each kind of client; `flags` has those that are not 0."""

    message: Message | None = None
    flags: Mapping[int, int] = field(default_factory=dict)
    sender_queue_id: str | None = None
    local_id: str | None = None


def message(sent: Message, recipients: Collection[int], flags: Mapping[int, int], *, sender_queue_id: str | None,
            local_id: str | None) -> MessageEvent:
    """A message arrives."""
    return MessageEvent(None, recipients, message=sent, flags=flags, sender_queue_id=sender_queue_id,
                        local_id=local_id)


@dataclass(frozen=True, slots=True)
class UpdateMessageEvent(Event):
    """Messages are different. The body is shared; each reader gets their own flags of the message itself, which are
    "read" and "historical" for who never received it."""

    flags: Mapping[int, int] = field(default_factory=dict)


def update_message(edit: Edit, flags: Mapping[int, int], audience: Collection[int],
                   topic_links: Callable[[str], list[dict[str, str]]]) -> UpdateMessageEvent:
    """What somebody changed of a message, and which others moved with it; `topic_links` finds those of its new
    topic."""
    body: dict[str, Any] = {
        "type": "update_message", "user_id": edit.user_id, "edit_timestamp": edit.timestamp,
        "message_id": edit.message_id, "message_ids": list(edit.message_ids), "rendering_only": False}
    if edit.channel is not None:
        body |= {"stream_id": edit.channel.id, "stream_name": edit.channel.name}
    if edit.text is not None:
        body |= {
            "orig_content": edit.text.old_content, "orig_rendered_content": edit.text.old_rendered,
            "prev_rendered_content_version": RENDERED_VERSION, "content": edit.text.content,
            "rendered_content": edit.text.rendered, "is_me_message": edit.text.content.startswith("/me ")}
    if edit.move is not None:
        body |= {"propagate_mode": edit.move.propagate_mode, "orig_subject": edit.move.old_topic}
        if edit.move.topic is not None:
            body |= {"subject": edit.move.topic, "topic_links": topic_links(edit.move.topic)}
        if edit.move.channel_id is not None:
            body["new_stream_id"] = edit.move.channel_id
    return UpdateMessageEvent(body, audience, flags=flags)


def message_rendered(message_id: int, content: str, rendered: str, timestamp: int, flags: Mapping[int, int],
                     audience: Collection[int]) -> UpdateMessageEvent:
    """A message that nobody changed looks different: its links have previews now."""
    return UpdateMessageEvent({
        "type": "update_message", "user_id": None, "edit_timestamp": timestamp, "message_id": message_id,
        "message_ids": [message_id], "rendering_only": True, "content": content, "rendered_content": rendered,
    }, audience, flags=flags)


def delete_message(message_ids: Sequence[int], channel_id: int | None, topic: str, audience: Collection[int]
                   ) -> Event:
    """Messages of one conversation are gone, or these people can see them no longer."""
    body: dict[str, Any] = {
        "type": "delete_message", "message_type": "private", "message_ids": list(message_ids)}
    if channel_id is not None:
        body |= {"message_type": "stream", "stream_id": channel_id, "topic": topic}
    return Event(body, audience)


def update_message_flags(user_id: int, op: str, flag: str, message_ids: Sequence[int], *, all_messages: bool = False,
                         details: Mapping[str, Any] | None = None) -> Event:
    """`op` ("add", "remove") `flag` on one's own messages; with `all_messages`, on all there are."""
    body: dict[str, Any] = {
        "type": "update_message_flags", "op": op, "operation": op, "flag": flag,
        "messages": list(message_ids), "all": all_messages}
    if details is not None:
        body["message_details"] = details
    return Event(body, (user_id,))


def reaction(op: str, reacted: Reaction, user: User, audience: Audience) -> Event:
    return Event({
        "type": "reaction", "op": op, "message_id": reacted.message_id, "user_id": user.id,
        "user": {"user_id": user.id, "email": user.email, "full_name": user.full_name, "is_mirror_dummy": False},
        "emoji_name": reacted.emoji_name, "emoji_code": reacted.emoji_code, "reaction_type": reacted.reaction_type,
    }, audience)


def submessage(added: Submessage, message_id: int, audience: Audience) -> Event:
    """Somebody voted in a poll, ticked off a task."""
    return Event({
        "type": "submessage", "message_id": message_id, "submessage_id": added.id, "sender_id": added.sender_id,
        "msg_type": added.msg_type, "content": added.content}, audience)


def user_added(user: User, *, is_new: bool) -> list[Event]:
    """A person joins: everyone learns of them and of the groups their role brings. `is_new`: they are no full member
    for a while."""
    return [Event({"type": "realm_user", "op": "add", "person": user_wire(user, profile={})}, None, (UserSet(user),)),
            *_groups("add_members", user.role, user.id, is_new=is_new)]


def user_renamed(user: User) -> Event:
    return Event({"type": "realm_user", "op": "update",
                  "person": {"user_id": user.id, "full_name": user.full_name}}, None, (UserSet(user),))


def user_role(user: User, old_role: int, *, is_new: bool) -> list[Event]:
    """`user` has a new role."""
    changed = Event({"type": "realm_user", "op": "update", "person": {"user_id": user.id, "role": user.role}},
                    None, (UserSet(user),))
    if not user.is_active:
        return [changed]  # who is not here is in no group
    return [changed, *_groups("remove_members", old_role, user.id, is_new=is_new),
            *_groups("add_members", user.role, user.id, is_new=is_new)]


def user_active(user: User, *, is_new: bool) -> list[Event]:
    """`user` was deactivated or reactivated, as their record says."""
    return [Event({"type": "realm_user", "op": "update",
                   "person": {"user_id": user.id, "is_active": user.is_active}}, None, (UserSet(user),)),
            *_groups("add_members" if user.is_active else "remove_members", user.role, user.id, is_new=is_new)]


def full_members(op: str, user_ids: Sequence[int], new_members: frozenset[int]) -> Event:
    """These members are full members now, or (`op` "remove_members") not any more; `new_members` are all who are
    not."""
    return Event({"type": "user_group", "op": op, "group_id": FULL_MEMBERS, "user_ids": list(user_ids)} if user_ids
                 else None, None, (NewMembersSet(new_members),))


def _groups(op: str, role: int, user_id: int, *, is_new: bool) -> list[Event]:
    return [Event({"type": "user_group", "op": op, "group_id": group_id, "user_ids": [user_id]})
            for group_id in role_groups(role, is_new=is_new)]


def user_address(user: User) -> list[Event]:
    """`user` has another e-mail address, as their record says: the one they sign in with is the one that is shown."""
    return [Event({"type": "realm_user", "op": "update",
                   "person": {"user_id": user.id, "delivery_email": user.email}}, None, (UserSet(user),)),
            Event({"type": "realm_user", "op": "update",
                   "person": {"user_id": user.id, "new_email": user.email}}, None)]


def invites_changed(audience: Collection[int]) -> Event:
    """The list of invitations is another: whoever may see it fetches it anew."""
    return Event({"type": "invites_changed"}, tuple(sorted(audience)))


def domain_set(op: str, domain: str, allow_subdomains: bool) -> Event:
    """People may come from a domain ("add"), with or without its subdomains ("change")."""
    return Event({"type": "realm_domains", "op": op,
                  "realm_domain": {"domain": domain, "allow_subdomains": allow_subdomains}}, None,
                 (DomainSet(domain, allow_subdomains),))


def domain_gone(domain: str) -> Event:
    return Event({"type": "realm_domains", "op": "remove", "domain": domain}, None, (DomainSet(domain, None),))


def user_avatar(user: User) -> Event:
    """`user` has another picture, as their record says."""
    return Event({"type": "realm_user", "op": "update", "person": {
        "user_id": user.id, "avatar_url": avatar_url(user), "avatar_url_medium": avatar_url(user, medium=True),
        "avatar_source": avatar_source(user), "avatar_version": user.avatar_version}}, None, (UserSet(user),))


def bot_owner(user: User) -> Event:
    """A bot belongs to someone else, as its record says."""
    return Event({"type": "realm_user", "op": "update",
                  "person": {"user_id": user.id, "bot_owner_id": user.bot_owner_id}}, None, (UserSet(user),))


def bot_added(wire: BotWire, audience: Audience, changes: tuple[Change, ...] = ()) -> Event:
    """A bot is new, or these people manage it from now on."""
    return Event({"type": "realm_bot", "op": "add", "bot": wire}, audience, changes)


def bot_updated(user_id: int, fields: Mapping[str, Any], audience: Audience, bot: Bot | None = None) -> Event:
    """Some of what those who manage a bot see of it is another; `bot` is what it has now, if that changed."""
    return Event({"type": "realm_bot", "op": "update", "bot": {"user_id": user_id, **fields}}, audience,
                 () if bot is None else (BotSet(bot),))


def bot_gone(user_id: int, audience: Audience) -> Event:
    """These people manage the bot no longer."""
    return Event({"type": "realm_bot", "op": "delete", "bot": {"user_id": user_id}}, audience)


def custom_emoji(all_emoji: Sequence[CustomEmoji], changed: CustomEmoji) -> Event:
    """One of the organisation's own emoji is new or another; clients get the whole map."""
    return Event({"type": "realm_emoji", "op": "update", "realm_emoji": emoji_map_wire(all_emoji)}, None,
                 (EmojiSet(changed),))


def attachment(op: str, attached: Attachment, messages: Sequence[tuple[int, int]], space_used: int) -> Event:
    """A file of someone's is new ("add") or is shown in these messages now ("update")."""
    return Event({"type": "attachment", "op": op, "attachment": attachment_wire(attached, messages),
                  "upload_space_used": space_used}, (attached.owner_id,))


def attachment_removed(attachment_id: int, owner_id: int, space_used: int) -> Event:
    return Event({"type": "attachment", "op": "remove", "attachment": {"id": attachment_id},
                  "upload_space_used": space_used}, (owner_id,))


def channel_created(channel: Channel, audience: Audience) -> Event:
    return Event({"type": "stream", "op": "create", "streams": [channel_wire(channel)]}, audience,
                 (ChannelSet(channel),))


def channel_visible(channels: Sequence[Channel], audience: Audience) -> Event:
    """Channels that existed but that these people could not see until now."""
    return Event({"type": "stream", "op": "create", "streams": [channel_wire(channel) for channel in channels]},
                 audience)


def channel_gone(channel: Channel, audience: Audience, changes: tuple[Change, ...] = ()) -> Event:
    """A channel was archived, or these people can no longer see it."""
    return Event({"type": "stream", "op": "delete", "streams": [channel_wire(channel)]}, audience, changes)


def channel_updated(channel: Channel, old_name: str, prop: str, value: Any, audience: Audience,
                    extra: Mapping[str, Any] | None = None) -> Event:
    """One property of a channel has a new value. `old_name` is the name it had before."""
    return Event({"type": "stream", "op": "update", "stream_id": channel.id, "name": old_name,
                  "property": prop, "value": value, **(extra or {})}, audience, (ChannelSet(channel),))


def default_channels(defaults: Sequence[Channel], changed: Channel | None, audience: Audience) -> Event:
    """All channels that new people are in; `changed` became one of them, or is none of them any more."""
    return Event({"type": "default_streams", "default_streams": default_channels_wire(defaults)}, audience,
                 () if changed is None else (ChannelSet(changed),))


def subscription_added(user_id: int, subscriptions: Sequence[Mapping[str, Any]], changes: Sequence[Subscription]
                       ) -> Event:
    """To the person who is subscribed now; `subscriptions` are wire objects with their subscribers."""
    return Event({"type": "subscription", "op": "add", "subscriptions": list(subscriptions)}, (user_id,),
                 tuple(SubscriptionSet(subscription) for subscription in changes))


def subscription_removed(user_id: int, channels: Sequence[Channel]) -> Event:
    return Event({"type": "subscription", "op": "remove", "subscriptions": [
        {"stream_id": channel.id, "name": channel.name} for channel in channels]}, (user_id,),
        tuple(SubscriptionGone(user_id, channel.id) for channel in channels))


def subscription_updated(subscription: Subscription, prop: str, value: Any) -> Event:
    return Event({"type": "subscription", "op": "update", "stream_id": subscription.channel_id,
                  "property": prop, "value": value}, (subscription.user_id,), (SubscriptionSet(subscription),))


def peers(op: str, channel_ids: Sequence[int], user_ids: Sequence[int], audience: Audience) -> Event:
    """`op` is "peer_add" or "peer_remove": others see who joined or left."""
    return Event({"type": "subscription", "op": op, "stream_ids": list(channel_ids),
                  "user_ids": list(user_ids)}, audience)


def organisation_set(organisation: Organisation) -> Event:
    return Event({"type": "realm", "op": "update", "property": "name", "value": organisation.name}, None,
                 (OrganisationSet(organisation),))


def api_key_added(key_hash: bytes, user_id: int) -> Event:
    return Event(None, (), (ApiKeySet(key_hash, user_id),))


def api_key_revoked(key_hash: bytes) -> Event:
    return Event(None, (), (ApiKeyGone(key_hash),))


def session_started(session: Session) -> Event:
    return Event(None, (), (SessionSet(session),))


def session_ended(token_hash: bytes) -> Event:
    return Event(None, (), (SessionGone(token_hash),))


def dormant(user_id: int, caught_up_to: int) -> Event:
    return Event(None, (), (DormantSet(user_id, caught_up_to),))


def awake(user_id: int) -> Event:
    return Event(None, (), (DormantSet(user_id, None),))


def alert_words(user_id: int, words: Sequence[str]) -> Event:
    """All of a person's alert words."""
    return Event({"type": "alert_words", "alert_words": list(words)}, (user_id,),
                 (AlertWordsSet(user_id, tuple(words)),))


def user_topic(policy: TopicPolicy) -> Event:
    """A person's policy for one topic."""
    return Event({"type": "user_topic", **topic_policy_wire(policy)}, (policy.user_id,), (TopicPolicySet(policy),))


def muted_topics(user_id: int, policies: Sequence[TopicPolicy], channels: Mapping[int, Channel]) -> Event:
    """All topics a person muted, for clients that know no other policies."""
    return Event({"type": "muted_topics", "muted_topics": muted_topics_list(policies, channels)}, (user_id,))


def muted_topics_list(policies: Sequence[TopicPolicy], channels: Mapping[int, Channel]) -> list[list[str | int]]:
    """The muted ones, of channels that are not archived, as (channel's name, topic, time)."""
    return [[channels[policy.channel_id].name, policy.topic, policy.last_updated]
            for policy in policies
            if policy.policy == Policy.MUTED and not channels[policy.channel_id].is_archived]


def muted_users(user_id: int, muted: Sequence[MutedUser]) -> Event:
    """All people whom a person muted."""
    return Event({"type": "muted_users", "muted_users": [muted_user_wire(one) for one in muted]}, (user_id,),
                 (MutedUsersSet(user_id, tuple(muted)),))


def drafts_added(user_id: int, drafts: Sequence[Draft]) -> Event:
    return Event({"type": "drafts", "op": "add", "drafts": [draft_wire(draft) for draft in drafts]}, (user_id,))


def draft_updated(draft: Draft) -> Event:
    return Event({"type": "drafts", "op": "update", "draft": draft_wire(draft)}, (draft.user_id,))


def draft_removed(user_id: int, draft_id: int) -> Event:
    return Event({"type": "drafts", "op": "remove", "draft_id": draft_id}, (user_id,))


def scheduled_message_added(scheduled: ScheduledMessage) -> Event:
    return Event({"type": "scheduled_messages", "op": "add",
                  "scheduled_messages": [scheduled_message_wire(scheduled)]}, (scheduled.user_id,))


def scheduled_message_updated(scheduled: ScheduledMessage) -> Event:
    return Event({"type": "scheduled_messages", "op": "update",
                  "scheduled_message": scheduled_message_wire(scheduled)}, (scheduled.user_id,))


def scheduled_message_removed(scheduled: ScheduledMessage) -> Event:
    """It was sent, or taken back."""
    return Event({"type": "scheduled_messages", "op": "remove", "scheduled_message_id": scheduled.id},
                 (scheduled.user_id,))


def push_receiver(user_id: int, *, has_device: bool) -> Event:
    return Event(None, (), (PushReceiverSet(user_id, has_device),))


def heartbeat() -> Mapping[str, Any]:
    """The body that a silent queue gets now and then."""
    return {"type": "heartbeat"}


def presence(row: Presence, user: User, now: float) -> Event:
    """Someone has come. In the older form; the fan-out leaves out the address for those who want the newer."""
    return Event({"type": "presence", "user_id": user.id, "email": user.email, "server_timestamp": now,
                  "presence": {"website": website_wire(row)}})


def website_wire(row: Presence) -> dict[str, Any]:
    """A presence in its older form, with the one client that all count as."""
    return {"client": "website", "status": row.status, "timestamp": row.timestamp, "pushable": False}


def _sender_wire(user: User) -> dict[str, Any]:
    return {"user_id": user.id, "email": user.email}


def typing_direct(op: str, sender: User, recipients: Sequence[User], audience: Audience) -> Event:
    """`op` is "start" or "stop"; the recipients are all who take part in the conversation, the sender too."""
    return Event({"type": "typing", "op": op, "message_type": "direct", "sender": _sender_wire(sender),
                  "recipients": [_sender_wire(user) for user in recipients]}, audience)


def typing_channel(op: str, sender: User, channel_id: int, topic: str, audience: Audience) -> Event:
    return Event({"type": "typing", "op": op, "message_type": "stream", "sender": _sender_wire(sender),
                  "stream_id": channel_id, "topic": topic}, audience)


def user_status(old: UserStatus, new: UserStatus) -> Event:
    """A person's status; only what changed is told, and empty is what was taken back."""
    body: dict[str, Any] = {"type": "user_status", "user_id": new.user_id}
    if new.text != old.text:
        body["status_text"] = new.text
    if (new.emoji_name, new.emoji_code, new.reaction_type) != (old.emoji_name, old.emoji_code, old.reaction_type):
        body.update(emoji_name=new.emoji_name, emoji_code=new.emoji_code, reaction_type=new.reaction_type)
    return Event(body, None, (UserStatusSet(new),))


def user_away(user_id: int, away: bool) -> Event:
    """Someone tells no more when they are here, or tells again: a setting, which older clients know as a status."""
    return Event({"type": "user_status", "user_id": user_id, "away": away})


def restart(generation: int) -> Mapping[str, Any]:
    """The body that a queue gets which outlived a restart of the server."""
    return {"type": "restart", "zulip_version": COMPATIBLE_VERSION, "zulip_merge_base": COMPATIBLE_VERSION,
            "zulip_feature_level": FEATURE_LEVEL, "server_generation": generation}
