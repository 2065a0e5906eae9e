"""Narrows to conditions: names are looked up in the Directory, and what the reader may not see is left out.

A narrow to a channel shows its whole history to those who may read the channel; everything else shows what the reader
received.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chat.database import messages as sql
from chat.database import user_topics as topic_sql
from chat.database.messages import MAX_ID, Condition, Read
from chat.directory import Directory
from chat.errors import BadNarrow, JsonableError
from chat.models import Channel, Flag, User
from chat.narrow import Narrow, Operand, Term

_MENTIONED = Flag.MENTIONED | Flag.STREAM_WILDCARD_MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED
_CONCERNED = _MENTIONED | Flag.HAS_ALERT_WORD
_FLAGGED = {  # as the partial indexes of user_message have them
    "starred": f"um.flags & {Flag.STARRED:d} <> 0",
    "mentioned": f"(um.flags & {_CONCERNED:d} <> 0 AND um.flags & {_MENTIONED:d} <> 0)",
    "alerted": f"(um.flags & {_CONCERNED:d} <> 0 AND um.flags & {Flag.HAS_ALERT_WORD:d} <> 0)",
}

FindMessage = Callable[[User, int], Awaitable[Read]]
"""One message that the reader may read; raises JsonableError."""


@dataclass(slots=True)
class Resolved:
    """A narrow in terms of the database."""

    conditions: list[Condition]
    own_history: bool
    """Only what the reader received; otherwise all that the conditions name."""
    names_channel: bool
    search: str | None = None
    """The words looked for, if any."""


class Narrowing:
    def __init__(self, directory: Directory, find_message: FindMessage) -> None:
        self._directory = directory
        self._find_message = find_message
        self._terms: Mapping[str, Callable[[User, Term, int], Condition | None]] = {
            "channel": self._channel, "channels": self._channels, "topic": self._topic, "dm": self._dm,
            "dm-including": self._dm_including, "group-pm-with": self._group_dm, "sender": self._sender,
            "is": self._is, "has": self._has, "in": self._in, "id": self._id, "near": lambda *_: None,
            "search": self._search,
        }

    async def resolve(self, reader: User, narrow: Narrow) -> Resolved:
        """The conditions of a narrow for one reader. Raises BadNarrow."""
        operators = [term.operator for term in narrow if not term.negated]
        if {"channel", "channels"} & set(operators) and {"dm", "group-pm-with"} & set(operators):
            raise BadNarrow("a narrow is of a channel or of direct messages, not of both")
        if operators.count("with") > 1:
            raise BadNarrow("only one with: term is possible")
        narrow = await self._follow_with(reader, narrow)
        resolved = Resolved([], own_history=True, names_channel=False)
        readable: set[int] = set()
        for place, term in enumerate(narrow):
            condition = self._terms[term.operator](reader, term, place)
            if condition is not None:
                resolved.conditions.append(_negated(condition) if term.negated else condition)
            if term.operator == "channel" and not term.negated:
                channel = self._named_channel(reader, term.operand)
                resolved.names_channel = True
                if self._directory.can_read_channel(reader, channel):
                    readable.add(channel.id)
            if term.operator == "search" and not term.negated:
                resolved.search = " ".join(filter(None, (resolved.search, _text(term))))
            if term.operator == "channels" and not term.negated and not reader.is_guest:
                readable.add(-1)
        if readable:
            resolved.own_history = any(
                term.operator == "is" and term.operand not in ("resolved", "followed") for term in narrow)
        if resolved.own_history:
            hidden = [channel.id for channel in self._directory.channels.values()
                      if channel.invite_only and not self._directory.is_subscribed(reader.id, channel.id)
                      and channel.id in self._directory.formerly_subscribed(reader.id)]
            if hidden:
                resolved.conditions.append(not_in_channels(hidden))
        return resolved

    async def _follow_with(self, reader: User, narrow: Narrow) -> Narrow:
        """Replace a with: term by the conversation that now holds its message, and drop what named one before."""
        term = next((term for term in narrow if term.operator == "with" and not term.negated), None)
        rest = tuple(other for other in narrow if other.operator != "with")
        if term is None:
            return rest
        try:
            read = await self._find_message(reader, _number(term))
        except JsonableError as error:
            if isinstance(error, BadNarrow):
                raise
            return rest
        others = tuple(other for other in rest if other.operator not in ("channel", "topic", "dm"))
        message = read.message
        if message.channel_id is None:
            return (*others, Term("dm", message.user_ids))
        return (*others, Term("channel", message.channel_id), Term("topic", message.topic))

    def _named_channel(self, reader: User, operand: Operand) -> Channel:
        directory = self._directory
        channel = None
        if isinstance(operand, int):
            channel = directory.channel_by_id(operand)
        elif isinstance(operand, str):
            channel = directory.channel_by_name(operand)
            if channel is None and operand.isascii() and operand.isdigit() and len(operand) < 10:
                channel = directory.channel_by_id(int(operand))
        if channel is None or not directory.can_see_channel(reader, channel):
            raise BadNarrow("unknown channel")
        return channel

    def _user(self, operand: Operand) -> User:
        user = None
        if isinstance(operand, int):
            user = self._directory.user_by_id(operand)
        elif isinstance(operand, str):
            user = self._directory.user_by_email(operand.strip())
            if user is None and operand.isascii() and operand.isdigit() and len(operand) < 10:
                user = self._directory.user_by_id(int(operand))
        if user is None:
            raise BadNarrow("unknown user")
        return user

    def _people(self, reader: User, operand: Operand) -> tuple[int, ...]:
        """The participants that a dm operand names, the reader among them, ascending."""
        if isinstance(operand, str):
            operand = tuple(part for part in operand.split(",") if part.strip())
        if isinstance(operand, int):
            operand = (operand,)
        return tuple(sorted({reader.id, *(self._user(part).id for part in operand)}))

    def _channel(self, reader: User, term: Term, place: int) -> Condition:
        channel = self._named_channel(reader, term.operand)
        return Condition(f"m.recipient_id = %(channel{place})s", {f"channel{place}": channel.recipient_id})

    def _channels(self, reader: User, term: Term, place: int) -> Condition:
        if term.operand == "web-public":
            return Condition("false", {})
        if term.operand != "public":
            raise BadNarrow("channels: takes public or web-public")
        public = [channel.id for channel in self._directory.active_channels()
                  if not channel.invite_only and self._directory.can_read_channel(reader, channel)]
        return Condition(f"m.channel_id = ANY(%(channels{place})s::int[])",
                         {f"channels{place}": sql.int_array(public)})

    def _topic(self, reader: User, term: Term, place: int) -> Condition:
        return Condition(f"(m.channel_id IS NOT NULL AND lower(m.topic) = lower(%(topic{place})s))",
                         {f"topic{place}": _text(term)})

    def _dm(self, reader: User, term: Term, place: int) -> Condition:
        people = self._people(reader, term.operand)
        return Condition(
            f"m.recipient_id = (SELECT id FROM recipient WHERE user_ids = %(dm{place})s::int[])",
            {f"dm{place}": sql.int_array(people)})

    def _dm_including(self, reader: User, term: Term, place: int) -> Condition:
        user = self._user(term.operand)
        return Condition(
            "m.recipient_id = ANY(ARRAY(SELECT id FROM recipient "
            f"WHERE user_ids @> ARRAY[%(reader)s, %(with{place})s]))", {f"with{place}": user.id})

    def _group_dm(self, reader: User, term: Term, place: int) -> Condition:
        user = self._user(term.operand)
        return Condition(
            "m.recipient_id = ANY(ARRAY(SELECT id FROM recipient WHERE cardinality(user_ids) > 2 "
            f"AND user_ids @> ARRAY[%(reader)s, %(with{place})s]))", {f"with{place}": user.id})

    def _sender(self, reader: User, term: Term, place: int) -> Condition:
        user = reader if term.operand == "me" else self._user(term.operand)
        return Condition(f"m.sender_id = %(sender{place})s", {f"sender{place}": user.id})

    def _is(self, reader: User, term: Term, place: int) -> Condition:
        match term.operand:
            case "dm" | "private":
                return Condition("m.channel_id IS NULL", {})
            case "unread":
                return Condition("um.flags & 1 = 0", {})
            case "starred" | "alerted" | "mentioned" as name:
                return Condition(_FLAGGED[name], {})
            case "resolved":
                return Condition("(m.channel_id IS NOT NULL AND starts_with(m.topic, '✔ '))", {})
            case "followed":
                return Condition(topic_sql.IS_FOLLOWED, {})
        raise BadNarrow(f"unknown is: operand {str(term.operand)[:60]}")

    def _has(self, reader: User, term: Term, place: int) -> Condition:
        match term.operand:
            case "link" | "image" | "attachment" as what:
                return Condition(f"m.has_{what}", {})
            case "reaction":
                return Condition("EXISTS (SELECT FROM reaction r WHERE r.message_id = m.id)", {})
        raise BadNarrow(f"unknown has: operand {str(term.operand)[:60]}")

    def _in(self, reader: User, term: Term, place: int) -> Condition | None:
        match term.operand:
            case "all":
                return None
            case "home":
                return not_muted(self._directory, reader) or Condition("true", {})
        raise BadNarrow(f"unknown in: operand {str(term.operand)[:60]}")

    def _id(self, reader: User, term: Term, place: int) -> Condition:
        return Condition(f"m.id = %(id{place})s", {f"id{place}": _number(term)})

    def _search(self, reader: User, term: Term, place: int) -> Condition:
        text = _text(term)
        if not text.strip():
            raise BadNarrow("search: needs words to look for")
        return Condition(f"m.search @@ websearch_to_tsquery('english', %(search{place})s)",
                         {f"search{place}": text})


def _negated(condition: Condition) -> Condition:
    return Condition(f"NOT coalesce({condition.sql}, false)", condition.params)


def not_in_channels(channel_ids: Sequence[int]) -> Condition:
    """Everything but what is in these channels."""
    array = sql.int_array(sorted(channel_ids))  # numbers only, so it needs no parameter
    return Condition(f"coalesce(m.channel_id <> ALL('{array}'::int[]), true)", {})


def not_muted(directory: Directory, reader: User) -> Condition | None:
    """Everything but what the reader muted, by topic or by channel; None where that is everything."""
    muted = [sub.channel_id for sub in directory.subscriptions_of(reader.id).values() if sub.is_muted]
    parts = [f"({not_in_channels(muted).sql} OR {topic_sql.IS_WANTED_ANYWAY})"] if muted else []
    if directory.topic_policies.count(reader.id):
        parts.append(topic_sql.IS_NOT_MUTED)
    return Condition(f"({' AND '.join(parts)})", {}) if parts else None


def _text(term: Term) -> str:
    if not isinstance(term.operand, str):
        raise BadNarrow(f"the operand of {term.operator} is a string")
    return term.operand


def _number(term: Term) -> int:
    operand: Any = term.operand
    if isinstance(operand, str) and operand.isascii() and operand.isdigit() and len(operand) < 20:
        operand = int(operand)
    if not isinstance(operand, int) or not operand >= 0:
        raise BadNarrow(f"the operand of {term.operator} is a message id")
    return min(operand, MAX_ID)
