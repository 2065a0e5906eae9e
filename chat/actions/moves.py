"""Moving messages to another topic or channel: who comes to read them, who no longer can, and what else goes along.

A part of an edit (`actions/edits.py`), within its unit. So many statements a move, however many messages it has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from chat import event_types
from chat.actions.edit_checks import Target
from chat.actions.readership import audience
from chat.bus import Bus
from chat.database import moves as sql
from chat.database import user_topics as topic_sql
from chat.database.moves import Place
from chat.database.pool import Transaction
from chat.directory import Directory
from chat.errors import JsonableError, MoveTimeLimitExceeded
from chat.models import Channel, User
from chat.personal import Policy, TopicPolicy

MAX_MOVED = 50_000
"""Messages in one move."""
_STRENGTH = (Policy.MUTED, Policy.NONE, Policy.UNMUTED, Policy.FOLLOWED)


@dataclass(frozen=True, slots=True)
class Moved:
    """A move that took place within the unit."""

    message_ids: Sequence[int]
    audience: set[int]
    is_whole: bool
    """Whether nothing is left of the topic."""


class Moves:
    def __init__(self, directory: Directory, bus: Bus) -> None:
        self._directory = directory
        self._bus = bus

    def lanes(self, channel_id: int, topic: str) -> list[tuple[str, int]]:
        """Whose topic policies may go along."""
        return [("user_topics", policy.user_id) for policy in self._directory.topic_policies.at(channel_id, topic)]

    async def select(self, unit: Transaction, acting: User, target: Target, message_id: int, mode: str) -> list[int]:
        """Ids of the messages that move. Raises MoveTimeLimitExceeded where `acting` may not move all of them."""
        if mode == "change_one":
            return [message_id]
        place = Place(target.old.id, target.old_topic, acting.id,
                      self._directory.can_read_channel(acting, target.old))
        if mode == "change_all" and target.limit_s is not None:
            young = await sql.young(unit, place, target.limit_s)
            if young.young < young.total:
                raise MoveTimeLimitExceeded(young.first, young.total, young.young)
        ids = await sql.in_topic(unit, place, message_id if mode == "change_later" else 0, MAX_MOVED + 1)
        if len(ids) > MAX_MOVED:
            raise JsonableError(f"More than {MAX_MOVED} messages cannot be moved at once; move some of them first.")
        return ids

    async def do_move(self, unit: Transaction, acting: User, target: Target, message_ids: Sequence[int],
                      edited_id: int | None) -> Moved:
        """Move messages. Those who still may read them are to be told; those who may not any more are told here that
        they are gone."""
        was_empty = not await sql.has_messages(unit, target.new.id, target.new_topic)
        if target.crosses:
            await self._give_to_dormant(unit, target, message_ids)
        holders = await sql.holders(unit, message_ids)
        told = audience(self._directory, holders, target.old.id)
        if target.crosses:
            told |= {user_id for user_id in audience(self._directory, holders, target.new.id)
                     if user_id in holders or self._sees(user_id, target.old)}
            told -= await self._take_away(unit, target, message_ids, holders | told)
            await self._give(unit, target, message_ids)
        await sql.move(unit, message_ids, acting.id, target.new, target.topic, edited_id)
        stays = not target.crosses and target.old_topic.lower() == target.new_topic.lower()
        is_whole = not stays and not await sql.has_messages(unit, target.old.id, target.old_topic)
        if is_whole:
            await self._carry_policies(unit, target, was_empty=was_empty)
        return Moved(message_ids, told, is_whole)

    async def tell_first_ids(self, unit: Transaction, channels: Collection[Channel]) -> None:
        """Say where the channels begin now, where that is another message than before."""
        for channel in channels:
            first_id = await sql.first_id(unit, channel.recipient_id)
            if first_id != channel.first_message_id:
                self._bus.publish(unit, event_types.channel_updated(
                    replace(channel, first_message_id=first_id), channel.name, "first_message_id", first_id,
                    self._directory.who_can_see(channel)))

    def _sees(self, user_id: int, channel: Channel) -> bool:
        """Whether somebody may learn that there is such a channel, as the event tells."""
        return self._directory.can_see_channel(self._directory.users[user_id], channel)

    async def _give_to_dormant(self, unit: Transaction, target: Target, message_ids: Sequence[int]) -> None:
        """Who is away receives what they would have received before it goes where they might not look for it."""
        await sql.insert_dormant(unit, self._caught_up(self._directory.subscribers(target.old.id)), message_ids)

    async def _take_away(self, unit: Transaction, target: Target, message_ids: Sequence[int], readers: set[int]
                         ) -> set[int]:
        """Those of the readers who may not read the new channel; the messages are gone for them. Everyone else who is
        not in it has read them: they would never come upon them there."""
        directory, new = self._directory, target.new
        members = set(directory.everyone_subscribed(new.id))
        losing = {user_id for user_id in readers - members
                  if new.invite_only or directory.users[user_id].is_guest}
        await sql.delete_rows(unit, losing, message_ids)
        if losing:
            self._bus.publish(unit, event_types.delete_message(
                message_ids, target.old.id, target.old_topic, losing))
        for user_id, ids in (await sql.mark_read(unit, message_ids, members)).items():
            self._bus.publish(unit, event_types.update_message_flags(user_id, "add", "read", ids))
        return losing

    async def _give(self, unit: Transaction, target: Target, message_ids: Sequence[int]) -> None:
        """Who reads in the new channel only what they received gets these, as history; and who is away, so that they
        are not new to them when they come back."""
        directory, new = self._directory, target.new
        gaining = set(directory.everyone_subscribed(new.id)) - directory.subscribers(target.old.id)
        if new.history_public_to_subscribers:
            await sql.insert_dormant(unit, self._caught_up(gaining), message_ids, as_history=True)
        else:
            await sql.insert_gaining(unit, gaining, message_ids)

    def _caught_up(self, user_ids: Collection[int]) -> dict[int, int]:
        """Those of the people who are dormant, with the newest message that they were looked at for."""
        return {user_id: number for user_id in user_ids
                if (number := self._directory.caught_up_to(user_id)) is not None}

    async def _carry_policies(self, unit: Transaction, target: Target, *, was_empty: bool) -> None:
        """A topic is another now: what people want of it goes along. Where there was one of that name, the stronger
        wish of the two holds, and nobody's silence grows."""
        policies = self._directory.topic_policies
        gone = policies.at(target.old.id, target.old_topic)
        wishes: dict[int, Policy] = {}
        for old in gone:
            there = policies.get(old.user_id, target.new.id, target.new_topic)
            before, wanted = Policy.NONE if there is None else Policy(there.policy), Policy(old.policy)
            if there is not None or not was_empty:
                wanted = max(before, wanted, key=_STRENGTH.index)
            if wanted != before and self._directory.can_see_channel(self._directory.users[old.user_id], target.new):
                wishes[old.user_id] = wanted
        await topic_sql.delete_of(unit, [old.user_id for old in gone], target.old.id, target.old_topic)
        new = {policy.user_id: policy for policy in await topic_sql.upsert_of(
            unit, wishes, target.new.id, target.new_topic)}
        for old in gone:
            self._publish_policies(unit, [replace(old, policy=Policy.NONE), *filter(None, [new.get(old.user_id)])])

    def _publish_policies(self, unit: Transaction, changed: Sequence[TopicPolicy]) -> None:
        user_id = changed[0].user_id
        places = {(policy.channel_id, policy.topic.lower()) for policy in changed}
        others = [policy for policy in self._directory.topic_policies.of(user_id)
                  if (policy.channel_id, policy.topic.lower()) not in places]
        self._bus.publish(unit, event_types.muted_topics(user_id, [*others, *changed], self._directory.channels))
        for policy in changed:
            self._bus.publish(unit, event_types.user_topic(policy))
