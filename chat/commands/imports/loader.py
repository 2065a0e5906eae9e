"""Writes an import: everything but the messages at once, then batch after batch, each with how far it has come.

Until the end there is no organisation, so nobody sees a half. An import that was interrupted goes on with the batch
after the last that was written. Blocking.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import psycopg2

from chat.commands.imports.files import KeptEmoji, KeptFile, readdressed
from chat.commands.imports.names import names_of
from chat.commands.imports.records import Everything, ForeignMessage, ImportFailed, Person, Source
from chat.commands.imports.rendering import Renderers, Rendering
from chat.database import imports as sql
from chat.models import MAX_FULL_NAME
from chat.uploaded import UPLOADS

CONNECT_TIMEOUT_S = 10
PALETTE = ("#76ce90", "#fae589", "#a6c7e5", "#e79ab5", "#bfd56f", "#f4ae55", "#b0a5fd", "#addfe5")
ALWAYS = 10_000
Progress = Callable[[str, int, int], None]


@dataclass
class Summary:
    """What came in, and what could not."""

    people: int = 0
    channels: int = 0
    messages: int = 0
    reactions: int = 0
    files: int = 0
    emoji: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


class Loader:
    def __init__(self, dsn: str, source_name: str, external_url: str, progress: Progress) -> None:
        self._dsn = dsn
        self._source_name = source_name
        self._external_url = external_url
        self._progress = progress
        self._conversations: dict[tuple[int, ...], int] = {}
        self._channel_recipients: dict[int, int] = {}
        self._attachments: dict[str, int] = {}

    def load(self, source: Source, everything: Everything, files: Sequence[KeptFile], emoji: Sequence[KeptEmoji],
             last_batch: str | None, salt: bytes) -> Summary:
        """Write all there is. `last_batch` is where an earlier try stopped; None where there was none."""
        addresses = {kept.foreign.address: kept.url for kept in files}
        pattern = re.compile("|".join(map(re.escape, sorted(addresses, key=len, reverse=True))) or r"(?!)")
        pictures = {kept.url: image for kept in files if (image := kept.image) is not None}
        names = names_of(everything, self._external_url,
                         [(kept.foreign.name, kept.url) for kept in emoji if not kept.foreign.is_deactivated])
        renderers = Renderers(names, pictures)
        try:
            with closing(psycopg2.connect(self._dsn, connect_timeout=CONNECT_TIMEOUT_S)) as connection:
                cursor = connection.cursor()
                sql.hurry(cursor)
                if last_batch is None:
                    sql.begin(cursor, self._source_name, salt)
                    self._write_all(cursor, everything, files, emoji)
                    connection.commit()
                self._channel_recipients, self._attachments = sql.recipients(cursor), sql.attachments(cursor)
                summary = Summary(len(everything.people), len(everything.places), files=len(files), emoji=len(emoji))
                total = source.count()
                for number, (batch, messages) in enumerate(source.batches(), 1):
                    if not last_batch or batch > last_batch:
                        self._write_messages(cursor, messages, renderers, addresses, pattern, summary)
                        sql.reached(cursor, self._source_name, batch)
                        connection.commit()
                    self._progress("messages", number, total)
                self._finish(cursor, everything)
                connection.commit()
        finally:
            renderers.close()
        summary.left_out.update(source.left_out)
        return summary

    def _write_all(self, cursor: Any, everything: Everything, files: Sequence[KeptFile],
                   emoji: Sequence[KeptEmoji]) -> None:
        write = sql.write
        people = sorted(everything.people, key=lambda person: (person.bot_owner_id is not None, person.id))
        write(cursor, "user_profile", (
            "id", "email", "full_name", "role", "is_active", "is_bot", "bot_type", "bot_owner_id", "date_joined",
            "timezone", "settings"), (_person(person) for person in people))
        for place in everything.places:
            self._channel_recipients[place.id] = sql.new_recipient(cursor)
        write(cursor, "channel", (
            "id", "name", "description", "rendered_description", "creator_id", "date_created", "invite_only",
            "history_public_to_subscribers", "post_policy", "recipient_id", "is_archived"), (
            (place.id, place.name, place.description, "", place.creator_id, _time(place.date_created),
             place.invite_only, place.history_public_to_subscribers, place.post_policy,
             self._channel_recipients[place.id], place.is_archived) for place in everything.places))
        write(cursor, "subscription", ("user_id", "channel_id", "color", "is_muted", "pin_to_top", "is_active"), (
            (one.user_id, one.channel_id, one.color or PALETTE[one.channel_id % len(PALETTE)], one.is_muted,
             one.pin_to_top, one.is_active) for one in everything.memberships))
        write(cursor, "alert_word", ("user_id", "word"), everything.alert_words)
        write(cursor, "muted_user", ("user_id", "muted_user_id", "date_muted"), (
            (user_id, muted, _time(when)) for user_id, muted, when in everything.muted))
        write(cursor, "user_topic", ("user_id", "channel_id", "topic", "policy", "last_updated"), (
            (one.user_id, one.channel_id, one.topic, one.policy, _time(one.last_updated))
            for one in everything.topic_choices))
        write(cursor, "custom_emoji", (
            "id", "name", "token", "extension", "is_animated", "author_id", "is_deactivated"), (
            (kept.foreign.id, kept.foreign.name, kept.token, kept.extension, kept.is_animated, kept.foreign.author_id,
             kept.foreign.is_deactivated) for kept in emoji))
        write(cursor, "attachment", (
            "path_id", "owner_id", "name", "content_type", "size", "date_created", "width", "height", "is_animated"), (
            (kept.path_id, kept.foreign.owner_id, kept.name, kept.content_type, kept.size,
             _time(kept.foreign.created), kept.width, kept.height, kept.is_animated) for kept in files))

    def _write_messages(self, cursor: Any, messages: Sequence[ForeignMessage], renderers: Renderers,
                        addresses: dict[str, str], pattern: re.Pattern[str], summary: Summary) -> None:
        contents = [readdressed(message.content, addresses, pattern)[:ALWAYS] for message in messages]
        renderings = renderers.render([
            (content, message.rendered if content == message.content else None)
            for message, content in zip(messages, contents, strict=True)])
        sql.messages(cursor, [
            self._row(cursor, message, content, rendering)
            for message, content, rendering in zip(messages, contents, renderings, strict=True)])
        sql.write(cursor, "user_message", ("user_id", "message_id", "flags"), [
            (user_id, message.id, flags) for message in messages for user_id, flags in message.readers.items()])
        sql.write(cursor, "reaction", ("message_id", "user_id", "emoji_name", "emoji_code", "reaction_type"), [
            (message.id, one.user_id, one.emoji_name, one.emoji_code, one.reaction_type)
            for message in messages for one in message.reactions])
        sql.write(cursor, "attachment_message", ("attachment_id", "message_id"), sorted({
            (self._attachments[path_id], message.id) for message, rendering in zip(messages, renderings, strict=True)
            for path in rendering.upload_paths if (path_id := path.removeprefix(UPLOADS)) in self._attachments}))
        summary.messages += len(messages)
        summary.reactions += sum(len(message.reactions) for message in messages)

    def _row(self, cursor: Any, message: ForeignMessage, content: str, rendering: Rendering) -> Sequence[Any]:
        history = None if message.edit_history is None else json.dumps(message.edit_history)
        return (message.id, message.sender_id, self._recipient(cursor, message), message.channel_id, message.topic,
                content, rendering.html, message.timestamp, message.client, rendering.has_link, rendering.has_image,
                bool(rendering.upload_paths), message.last_edit, history)

    def _recipient(self, cursor: Any, message: ForeignMessage) -> int:
        if message.channel_id is not None:
            return self._channel_recipients[message.channel_id]
        found = self._conversations.get(message.user_ids)
        if found is None:
            found = self._conversations[message.user_ids] = sql.conversation(cursor, message.user_ids)
        return found

    def _finish(self, cursor: Any, everything: Everything) -> None:
        sql.finish(cursor, name=everything.name, description=everything.description,
                   date_created=everything.date_created, settings=json.dumps(everything.settings))


def checked(everything: Everything) -> Everything:
    """The same where it can be written. Raises ImportFailed where it contradicts itself."""
    ids = {person.id for person in everything.people}
    if len(ids) != len(everything.people) or not all(0 < user_id < 2_000_000_000 for user_id in ids):
        raise ImportFailed("The people of the archive have ids that cannot be.")
    emails = Counter(person.email.lower() for person in everything.people)
    if twice := [email for email, times in emails.items() if times > 1]:
        raise ImportFailed(f"Two people of the archive have the address {twice[0]}.")
    if not any(person.is_active and not person.is_bot for person in everything.people):
        raise ImportFailed("The archive has no people.")
    return everything


def _person(person: Person) -> Sequence[Any]:
    return (person.id, person.email, person.full_name[:MAX_FULL_NAME] or "Somebody", person.role, person.is_active,
            person.is_bot, person.bot_type, person.bot_owner_id, _time(person.date_joined), person.timezone,
            json.dumps(dict(person.settings)))


def _time(seconds: float) -> str:
    """A moment as PostgreSQL reads it."""
    return datetime.fromtimestamp(max(0.0, seconds), UTC).isoformat()
