"""Topic policies: topics that someone mutes, unmutes within a muted channel, or follows."""

from __future__ import annotations

from dataclasses import replace

from chat import event_types
from chat.bus import Bus
from chat.database import user_topics as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.models import MAX_TOPIC, User
from chat.personal import MAX_TOPIC_POLICIES, Policy, TopicPolicy


class UserTopics:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_set_policy(self, user: User, channel_id: int, topic: str, policy: Policy) -> None:
        """Set what `user` wants of a topic; Policy.NONE, which is also possible for a channel they can no longer see,
        takes it back."""
        topic = topic.strip()
        if not topic:
            raise JsonableError("Topic can't be empty!")
        if len(topic) > MAX_TOPIC:
            raise JsonableError(f"topic is too long (limit: {MAX_TOPIC} characters)")

        async def write(unit: Transaction) -> None:
            policies = self._directory.topic_policies
            old = policies.get(user.id, channel_id, topic)
            channel = self._directory.channel_by_id(channel_id)
            visible = channel is not None and self._directory.can_see_channel(user, channel)
            if not visible and (policy is not Policy.NONE or old is None):
                raise JsonableError("Invalid channel ID")
            if (Policy.NONE if old is None else old.policy) == policy:
                return
            if policy is Policy.NONE:
                assert old is not None
                await sql.delete(unit, user.id, channel_id, old.topic)
                new = replace(old, policy=Policy.NONE)
            else:
                if old is None and policies.count(user.id) >= MAX_TOPIC_POLICIES:
                    raise JsonableError(f"You can have policies for at most {MAX_TOPIC_POLICIES} topics.")
                new = await sql.upsert(unit, user.id, channel_id, old.topic if old else topic, policy)
            self._publish(unit, old, new)

        await self._database.transaction(write, ("user_topics", user.id))

    def _publish(self, unit: Transaction, old: TopicPolicy | None, new: TopicPolicy) -> None:
        if Policy.MUTED in (new.policy, old.policy if old else Policy.NONE):
            others = [policy for policy in self._directory.topic_policies.of(new.user_id) if policy != old]
            self._bus.publish(unit, event_types.muted_topics(
                new.user_id, [*others, new], self._directory.channels))
        self._bus.publish(unit, event_types.user_topic(new))
