"""Editing: another text, another topic, another channel; and other HTML for the same text.

An edit is one unit: text, flags, files, the messages that move along, topic policies and notices change together, or
nothing does. Edits go one after the other, and none while a message is being sent: whoever reads the events in their
order has seen what is in the database.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from chat import event_types
from chat.actions import concerns
from chat.actions.edit_checks import EditChecks, MessageChange, check_change, edited_content
from chat.actions.message_checks import check_mentions
from chat.actions.moves import Moved, Moves
from chat.actions.notices import Notices
from chat.actions.readership import readership
from chat.actions.sending import SENDS, Sending
from chat.bus import Bus
from chat.database import edits as sql
from chat.database.edits import NewText, Source
from chat.database.pool import Database, Transaction
from chat.deferreds import Clock
from chat.directory import Directory
from chat.edits import Edit, Move, TextEdit
from chat.errors import JsonableError
from chat.events.message_updates import Consequence, MessageUpdate
from chat.history import History
from chat.markdown.names import LinkPreview
from chat.markdown.renderer import Rendered
from chat.models import Channel, ChannelRecipient, Message, Recipient, User

EDITS = ("edits",)
"""The lane of everything that changes messages which are there."""


@dataclass(frozen=True, slots=True)
class _Text:
    content: str
    rendered: Rendered
    path_ids: tuple[str, ...]


class Edits:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock, history: History,
                 sending: Sending, announce: Callable[[Sequence[str]], None],
                 consequences: Sequence[Consequence] = (),
                 known_previews: Callable[[str], Mapping[str, LinkPreview]] = lambda _: {}) -> None:
        """`announce` is told the path_ids of uploaded files that came into a message, or went; `consequences` are what
        follows from another text; `known_previews` tells what is known of the links in a text, so that previews which
        are there do not go and come back."""
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._history = history
        self._sending = sending
        self._announce = announce
        self._consequences = consequences
        self._known_previews = known_previews
        self._checks = EditChecks(directory)
        self._moves = Moves(directory, bus)
        self._notices = Notices(directory, sending)

    async def do_update_message(self, acting: User, message_id: int, change: MessageChange) -> None:
        """Change a message, and move those that `change.propagate_mode` names along with it. Raises JsonableError; then
        nothing changed."""
        check_change(change)
        message = (await self._history.message(acting, message_id)).message
        text = None
        if change.content is not None:
            self._checks.check_text(acting, message, self._clock.seconds())
            text = await self._text(acting, edited_content(change.content))
        lanes: list[tuple[str, int] | tuple[str]] = [EDITS, SENDS, ("message", message_id)]
        if message.channel_id is not None and (change.topic, change.channel_id) != (None, None):
            lanes += [("directory",), *self._moves.lanes(message.channel_id, message.topic)]

        async def write(unit: Transaction) -> None:
            source = await sql.source(unit, message_id)
            if source is None or (source.channel_id, source.topic) != (message.channel_id, message.topic):
                raise JsonableError("This message was moved or deleted just now")
            await self._edit(unit, acting, message, source, change, text)

        await self._database.transaction(write, *lanes)

    async def do_update_embedded_data(self, message_id: int, content_version: int, rendered_content: str) -> bool:
        """Show a message that nobody edited in other HTML, made of its text as of `content_version`
        (`Message.content_version`, `chat.database.edits.source`): its links have previews now. The newer text wins:
        where there is one by now, or the HTML is what it was, nothing happens, and this is False.

        Readers get `update_message` with `rendering_only`. It does not wait for sends, nor they for it.
        """
        async def write(unit: Transaction) -> bool:
            updated = await sql.update_rendered(unit, message_id, content_version, rendered_content)
            if updated is None:
                return False
            content, channel_id, timestamp = updated
            audience, flags = await readership(unit, self._directory, message_id, channel_id)
            self._bus.publish(unit, event_types.message_rendered(
                message_id, content, rendered_content, timestamp, flags, audience))
            return True

        return await self._database.transaction(write, ("message", message_id))

    async def _text(self, sender: User, content: str) -> _Text:
        return _Text(content, *await self._sending.rendered(sender, content, self._known_previews(content)))

    async def _edit(self, unit: Transaction, acting: User, message: Message, source: Source, change: MessageChange,
                    text: _Text | None) -> None:
        message_id, directory = message.id, self._directory
        target = None
        if change.topic is not None or change.channel_id is not None:
            target = self._checks.target(acting, message, change, self._clock.seconds())
            if target is None and text is None:
                raise JsonableError("Nothing to change")
        if text is not None and text.content == source.content:
            text = None
        if text is None and target is None:
            return
        if text is not None:
            await self._write_text(unit, acting, message, source, text)
        moved = Moved((message_id,), set(), is_whole=False)
        if target is not None:
            ids = await self._moves.select(unit, acting, target, message_id, change.propagate_mode)
            moved = await self._moves.do_move(unit, acting, target, ids, None if text is None else message_id)
        audience, flags = await readership(
            unit, directory, message_id, message.channel_id if target is None else target.new.id)
        edit = Edit(
            acting.id, await sql.now(unit), message_id, moved.message_ids,
            None if message.channel_id is None else directory.channels[message.channel_id],
            None if text is None else TextEdit(
                source.content, source.rendered_content, text.content, text.rendered.html),
            None if target is None else Move(
                change.propagate_mode, target.old_topic, target.topic, target.new.id if target.crosses else None))
        self._bus.publish(unit, event_types.update_message(
            edit, flags, moved.audience if target else audience, self._directory.topic_links))
        if target is not None:
            await self._notices.tell_of_move(
                unit, acting, target, change, moved.message_ids, is_whole=moved.is_whole)
            await self._moves.tell_first_ids(unit, {target.old.id: target.old, target.new.id: target.new}.values())

    async def _write_text(self, unit: Transaction, acting: User, message: Message, source: Source, text: _Text) -> None:
        """The new text, and whom it concerns: who read the message has read it, who did not has not."""
        rendered, message_id = text.rendered, message.id
        version = await sql.update_text(unit, message_id, acting.id, NewText(
            text.content, rendered.html, rendered.has_link, rendered.has_image, rendered.has_attachment))
        before = await sql.holders(unit, message_id)
        after = await self._concern(unit, acting, message, rendered, before)
        newly = {user_id: flags & ~before.get(user_id, 0) & concerns.CONCERNED for user_id, flags in after.items()}
        update = MessageUpdate(
            replace(message, content=text.content, rendered_content=rendered.html, content_version=version), acting,
            rendered, {**before, **after}, {user_id: flags for user_id, flags in newly.items() if flags})
        for consequence in self._consequences:
            await consequence(unit, update)
        changed = await sql.update_attachments(unit, message_id, text.path_ids)
        if changed:
            unit.after_commit(lambda: self._announce(changed))

    async def _concern(self, unit: Transaction, acting: User, message: Message, rendered: Rendered,
                       holders: Mapping[int, int]) -> dict[int, int]:
        """Give the readers their flags of the new text. Those who are away receive it where it concerns them."""
        directory, away = self._directory, set[int]()
        recipient: Recipient | None = None
        if message.channel_id is not None:
            channel: Channel = directory.channels[message.channel_id]
            recipient = ChannelRecipient(channel, message.topic)
            subscribers = directory.subscribers(channel.id)
            away = {user_id for user_id in subscribers - holders.keys() if directory.is_dormant(user_id)}
        check_mentions(directory, acting, recipient, rendered)
        participants = frozenset[int]() if recipient is None else await concerns.participants(
            unit, directory, acting, recipient, rendered)
        flags = concerns.concerned(directory, rendered, holders.keys() | away, participants)
        await sql.insert_rows(unit, message.id, {
            user_id: flags[user_id] for user_id in away if user_id in flags})
        changed = await sql.update_flags(unit, message.id, concerns.CONCERNED, {
            user_id: bits for user_id, bits in flags.items() if user_id not in away})
        return {**{user_id: flags[user_id] for user_id in away if user_id in flags}, **changed}
