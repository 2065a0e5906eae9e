"""Who is told of a message outside the chat: decided when it is sent, from memory, without a query.

A message causes at most one job for e-mail and one for push, whatever the number of people: the statement that sends it
writes them (chat.actions.sending). Looked at are only those whom it may concern: who is mentioned, who follows the
topic, who wants to hear of everything in the channel. Why one is told: chat.notification_rules. What is still unread
when the mail is made or the push goes out is the workers' question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from chat.database.pool import Transaction
from chat.deferred_work import DeferredWork, NewJob
from chat.deferreds import Clock
from chat.directory import Directory
from chat.events.message_updates import MessageUpdate
from chat.events.queues import EventQueues
from chat.models import ChannelRecipient, DirectRecipient, Flag, Recipient, User
from chat.notification_rules import Concern, Means, Reason, reason
from chat.personal import Policy
from chat.presence import Presences

EMAIL_QUEUE, PUSH_QUEUE = "missedmessage_emails", "missedmessage_mobile_notifications"
MAX_PEOPLE = 2000
"""In one job."""

_OF_THE_TEXT = (Reason.MENTIONED, Reason.TOPIC_WILDCARD, Reason.CHANNEL_WILDCARD, Reason.ALERT_WORD)
Told = tuple[int, Reason, int | None]
"""Who, why, and the id of the group that was mentioned."""


class Notifications:
    def __init__(self, deferred_work: DeferredWork, directory: Directory, queues: EventQueues, presences: Presences,
                 clock: Clock) -> None:
        self._deferred_work = deferred_work
        self._directory = directory
        self._queues = queues
        self._presences = presences
        self._clock = clock

    def maybe_enqueue_notifications(
            self, sender: User, recipient: Recipient, readers: Collection[int], flags: Mapping[int, int], *,
            mentioned: Collection[int] = (), groups: Collection[int] = ()) -> list[NewJob]:
        """The jobs of a message that is being sent. `flags` has those that are not 0, `mentioned` whom it names,
        `groups` the groups it names."""
        people = [(user_id, flags.get(user_id, 0)) for user_id in self._may_concern(recipient, readers, flags)]
        return self._jobs(sender, recipient, people, mentioned, groups)

    async def maybe_enqueue_notifications_for_message_update(self, unit: Transaction, update: MessageUpdate) -> None:
        """Write the jobs of an edit by which a message mentions people whom it did not mention before. Of a direct
        message everybody heard when it was sent, and whoever has read a message knows it."""
        message, rendered = update.message, update.rendered
        if message.channel_id is None:
            return
        recipient = ChannelRecipient(self._directory.channels[message.channel_id], message.topic)
        people = [(user_id, flags | update.flags.get(user_id, 0) & Flag.READ)
                  for user_id, flags in update.newly.items()]
        jobs = self._jobs(update.sender, recipient, people, rendered.mentioned_user_ids, rendered.mentioned_group_ids,
                          only=_OF_THE_TEXT)
        await self._deferred_work.enqueue(unit, *(
            NewJob(job.queue, {**job.payload, "message_id": message.id}) for job in jobs))

    def is_here(self, user_id: int) -> bool:
        """Whether someone would see a message now: they are doing something here, and a client of theirs listens."""
        return self._presences.is_active(user_id, self._clock.seconds()) and any(
            queue.options.wants("message") for queue in self._queues.by_user.get(user_id, {}).values())

    def _may_concern(self, recipient: Recipient, readers: Collection[int], flags: Mapping[int, int]) -> set[int]:
        if isinstance(recipient, DirectRecipient):
            return set(recipient.user_ids)
        channel, topic = recipient.channel, recipient.topic
        followers = self._directory.topic_policies.followers(channel.id, topic)
        return {*flags, *(user_id for user_id in followers | self._directory.loud_subscribers(channel.id)
                          if user_id in readers)}

    def _jobs(self, sender: User, recipient: Recipient, people: Collection[tuple[int, int]],
              mentioned: Collection[int], groups: Collection[int], *,
              only: Collection[Reason] = tuple(Reason)) -> list[NewJob]:
        told: dict[Means, list[Told]] = {Means.EMAIL: [], Means.PUSH: []}
        for user_id, flags in people:
            if self._is_out_of_the_question(sender, user_id, flags):
                continue
            concern = self._concern(recipient, user_id, flags)
            is_here = self.is_here(user_id)
            settings = self._directory.settings_of(user_id)
            for means, list_ in told.items():
                if means is Means.PUSH and user_id not in self._directory.push_receivers:
                    continue
                if is_here and not (means is Means.PUSH and settings.enable_online_push_notifications):
                    continue
                why = reason(means, settings, concern)
                if why is not None and why in only:
                    list_.append((user_id, why, self._group(user_id, why, mentioned, groups)))
        return [*_in_batches(EMAIL_QUEUE, told[Means.EMAIL]), *_in_batches(PUSH_QUEUE, told[Means.PUSH])]

    def _is_out_of_the_question(self, sender: User, user_id: int, flags: int) -> bool:
        user = self._directory.users[user_id]
        return (user_id == sender.id or user.is_bot or not user.is_active or bool(flags & Flag.READ)
                or sender.id in self._directory.muted_users.of(user_id))

    def _concern(self, recipient: Recipient, user_id: int, flags: int) -> Concern:
        if not isinstance(recipient, ChannelRecipient):
            return Concern(is_direct=True, flags=flags)
        channel_id = recipient.channel.id
        policy = self._directory.topic_policies.get(user_id, channel_id, recipient.topic)
        return Concern(is_direct=False, flags=flags, subscription=self._directory.subscription(user_id, channel_id),
                       policy=Policy.NONE if policy is None else policy.policy)

    def _group(self, user_id: int, why: Reason, mentioned: Collection[int], groups: Collection[int]) -> int | None:
        """The group by which someone is mentioned, where it is not by name."""
        if why is not Reason.MENTIONED or user_id in mentioned:
            return None
        return next((group.id for group in self._directory.groups()
                     if group.id in groups and user_id in group.member_ids), None)


def _in_batches(queue: str, told: list[Told]) -> Iterator[NewJob]:
    for start in range(0, len(told), MAX_PEOPLE):
        yield NewJob(queue, {"people": [[user_id, why.value, group]
                                        for user_id, why, group in told[start:start + MAX_PEOPLE]]})
