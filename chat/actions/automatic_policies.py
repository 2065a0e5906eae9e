"""What people want of a topic because they wrote there, or were mentioned, as they chose in their settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from chat import event_types
from chat.actions.sending import CheckedMessage
from chat.bus import Bus
from chat.database import messages as message_sql
from chat.database import user_topics as sql
from chat.database.pool import Database, OutcomeUnknown, Transaction
from chat.directory import Directory
from chat.errors import ServiceUnavailable
from chat.models import ChannelRecipient
from chat.personal import MAX_TOPIC_POLICIES, Policy

_SENDING = (1, 2)
"""Policies "participation" and "send"; sending is a way of taking part."""
_BEGINNING = 3


class AutomaticPolicies:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def after_sending(self, checked: CheckedMessage, message_id: int) -> Policy | None:
        """Follow or unmute the topic for those who want that; the sender's new policy, where it changed.

        What a person muted themselves stays muted, and nothing is ever lowered. No query where nobody is concerned.
        The message is sent already, so that a database out of reach only means that policies stay as they are.
        """
        recipient = checked.recipient
        if not isinstance(recipient, ChannelRecipient):
            return None
        try:
            sender_policy = await self._of_sender(checked, recipient, message_id)
            wanted = dict.fromkeys(self._mentioned(checked, recipient), Policy.FOLLOWED)
            if sender_policy is not Policy.NONE:
                wanted[checked.sender.id] = max(sender_policy, wanted.get(checked.sender.id, Policy.NONE))
            wanted = {user_id: policy for user_id, policy in wanted.items() if self._rises(user_id, recipient, policy)}
            for user_id, policy in sorted(wanted.items()):
                await self._database.transaction(self._write(user_id, recipient, policy), ("user_topics", user_id))
        except (OutcomeUnknown, ServiceUnavailable):
            return None
        changed = wanted.get(checked.sender.id)
        return changed if changed is not None and self._now(checked.sender.id, recipient) == changed else None

    async def _of_sender(self, checked: CheckedMessage, recipient: ChannelRecipient, message_id: int) -> Policy:
        """What the sender's settings make of having written this."""
        sender, channel = checked.sender, recipient.channel
        if sender.is_bot:
            return Policy.NONE
        settings = self._directory.settings_of(sender.id)
        chosen = {Policy.FOLLOWED: settings.automatically_follow_topics_policy}
        subscription = self._directory.subscription(sender.id, channel.id)
        if subscription is not None and subscription.is_muted:
            chosen[Policy.UNMUTED] = settings.automatically_unmute_topics_in_muted_streams_policy
        rising = {policy: by for policy, by in chosen.items() if self._rises(sender.id, recipient, policy)}
        began = _BEGINNING in rising.values() and not await message_sql.has_earlier(
            self._database, channel.id, recipient.topic, message_id)
        return max((policy for policy, by in rising.items() if by in _SENDING or (by == _BEGINNING and began)),
                   default=Policy.NONE)

    def _mentioned(self, checked: CheckedMessage, recipient: ChannelRecipient) -> list[int]:
        """Who is mentioned, by name or in a group, reads the channel, and follows topics for that."""
        rendered, directory = checked.rendered, self._directory
        if not rendered.mentioned_user_ids and not rendered.mentioned_group_ids:
            return []
        return [user_id for user_id in directory.subscribers(recipient.channel.id)
                if directory.settings_of(user_id).automatically_follow_topics_where_mentioned
                and not directory.users[user_id].is_bot
                and (user_id in rendered.mentioned_user_ids or any(
                    directory.is_in(directory.users[user_id], group_id) for group_id in rendered.mentioned_group_ids))]

    def _now(self, user_id: int, recipient: ChannelRecipient) -> int:
        old = self._directory.topic_policies.get(user_id, recipient.channel.id, recipient.topic)
        return Policy.NONE if old is None else old.policy

    def _rises(self, user_id: int, recipient: ChannelRecipient, policy: Policy) -> bool:
        now = self._now(user_id, recipient)
        return now != Policy.MUTED and now < policy

    def _write(self, user_id: int, recipient: ChannelRecipient, policy: Policy
               ) -> Callable[[Transaction], Awaitable[None]]:
        channel_id, topic, policies = recipient.channel.id, recipient.topic, self._directory.topic_policies

        async def write(unit: Transaction) -> None:
            old = policies.get(user_id, channel_id, topic)
            full = old is None and policies.count(user_id) >= MAX_TOPIC_POLICIES
            if not full and self._rises(user_id, recipient, policy):
                new = await sql.upsert(unit, user_id, channel_id, old.topic if old else topic, policy)
                self._bus.publish(unit, event_types.user_topic(new))

        return write
