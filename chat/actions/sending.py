"""Sending a message: `check_message`, everything that can fail by bad input, then `do_send_messages`.

Sending is exactly once. Every message carries its sender's own name for it (queue_id, local_id); the database holds one
message of each name, so a retransmission finds the first and sends nothing again. Sends go through one lane: ids grow
in the order of commits and of events. Where a connection dies under the write, the same write is made again once there
is a connection, and the message is published then: what is committed never stays unpublished.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from chat import event_types
from chat.actions import concerns
from chat.actions.message_checks import (
    SendRequest,
    check_content,
    check_mentions,
    recipient_of,
)
from chat.attachments import Attachments
from chat.bus import Bus
from chat.database import messages as sql
from chat.database.messages import NewMessage, Stored, int_array
from chat.database.pool import PATIENCE_S, Database, OutcomeUnknown, Transaction
from chat.deferred_work import DeferredWork, NewJob
from chat.deferreds import Clock, sleep
from chat.directory import Directory
from chat.errors import (
    ChannelDoesNotExist,
    JsonableError,
    ServiceUnavailable,
    UserDeactivated,
)
from chat.markdown.errors import MarkdownFailed
from chat.markdown.names import LinkPreview, MarkdownNames, UploadedImage
from chat.markdown.renderer import Rendered
from chat.models import (
    ChannelRecipient,
    DirectRecipient,
    Flag,
    Message,
    Recipient,
    Submessage,
    User,
)
from chat.permissions import Permissions
from chat.widgets import WIDGET, check_widget_content, widget_of

SENDS = ("send",)
"""The lane of sends, which whoever calls `send_within` holds."""
_READING_CLIENTS = frozenset({
    "website", "zulipandroid", "zulipios", "zulipmobile", "zulipdesktop", "zulipelectron", "zulipterminal", "snipe",
    "ios", "android", "zulipflutter"})
"""Clients that people read with: what they send counts as read by them."""


class Markdown(Protocol):
    """Renders messages: at once, or elsewhere where that could hold up others."""

    async def render(self, content: str, names: MarkdownNames, /, *, translate_emoticons: bool = False,
                     default_code_language: str = "", inline_images: bool = True,
                     uploaded_images: Mapping[str, UploadedImage] | None = None,
                     link_previews: Mapping[str, LinkPreview] | None = None) -> Rendered: ...


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whom a message reaches, at the moment of writing."""

    readers: Collection[int]
    rows: str
    """Those readers who get a row now, as an array literal."""
    flags: Mapping[int, int]
    """Of those for whom they are not 0."""


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """A message that may be sent, rendered."""

    sender: User
    recipient: Recipient
    content: str
    rendered: Rendered
    client_name: str
    reads: bool
    """Whether it counts as read by its sender."""
    queue_id: str
    local_id: str
    echo_to: str | None
    """The queue that gets its local id back."""
    path_ids: tuple[str, ...] = ()
    """Of the uploaded files that it shows."""
    read_by: tuple[int, ...] = ()
    """Who else has no need to read it."""
    widget: str | None = None
    """What it begins, as JSON: a poll, a todo list."""


Consequence = Callable[[CheckedMessage, Addressed], Iterable[NewJob]]
"""What deferred work a message causes. It is written by the statement that sends; each payload gets `message_id`."""


class Sending:
    def __init__(self, database: Database, directory: Directory, bus: Bus, clock: Clock, markdown: Markdown,
                 attachments: Attachments, announce: Callable[[Sequence[str]], None], deferred_work: DeferredWork,
                 consequences: Sequence[Consequence] = ()) -> None:
        """`announce` is told the path_ids of uploaded files that were sent."""
        self._database = database
        self._directory = directory
        self._bus = bus
        self._clock = clock
        self._markdown = markdown
        self._attachments = attachments
        self._announce = announce
        self._deferred_work = deferred_work
        self._consequences = consequences
        self._newest_published = 0

    async def start(self) -> None:
        """Learn what is sent already: only what comes after it is ever published."""
        self._newest_published = await sql.newest_sent(self._database)

    async def check_message(self, sender: User, request: SendRequest, recipient: Recipient | None = None
                            ) -> CheckedMessage:
        """Whether `sender` may send this, and its rendering. Raises a JsonableError that says what is wrong.

        With `recipient` it goes there, whatever the request says and whoever may write there: a bot answers where it
        was asked.
        """
        content = check_content(request.content)
        widget = (widget_of(content) if request.widget_content is None
                  else check_widget_content(request.widget_content))
        if recipient is None:
            recipient = recipient_of(self._directory, sender, request)
        rendered, path_ids = await self.rendered(sender, content)
        sender, recipient = self._still(sender, recipient)
        check_mentions(self._directory, sender, recipient, rendered)
        await self._check_beginning(sender, recipient)
        reads = request.read_by_sender
        if reads is None:
            client = request.client_name.lower()
            reads = client in _READING_CLIENTS or "desktop app" in client
        queue_id, local_id, echo_to = _name(request)
        return CheckedMessage(
            sender, recipient, content, rendered, request.client_name, reads, queue_id, local_id, echo_to,
            path_ids, widget=widget)

    async def _check_beginning(self, sender: User, recipient: Recipient) -> None:
        """Whether `sender` may begin this conversation, or there is one to go on with. No query for who may begin."""
        if isinstance(recipient, ChannelRecipient):
            return
        people = [self._directory.users[user_id] for user_id in recipient.user_ids]
        if (not Permissions(self._directory).may_start_directly(sender, people)
                and not await sql.has_messages(self._database, recipient.user_ids)):
            raise JsonableError("You do not have permission to initiate direct message conversations.")

    async def do_send_messages(self, checked: CheckedMessage) -> int:
        """Store a message and tell everyone; its id. A retransmission gets the first one's id and tells no one."""
        asked = self._clock.seconds()
        async with self._database.lanes.hold(SENDS):
            if self._clock.seconds() - asked > PATIENCE_S:
                raise ServiceUnavailable  # waited behind a write whose outcome was unknown; nothing was done
            addressed = self._address(checked, await concerns.participants(
                self._database, self._directory, checked.sender, checked.recipient, checked.rendered))
            jobs = tuple(job for consequence in self._consequences for job in consequence(checked, addressed))

            async def write(unit: Transaction) -> Stored | None:
                now = self._clock.seconds()
                stored = await sql.insert_message(
                    unit, self._new(checked, jobs), addressed.rows, addressed.flags, now)
                if stored is not None and stored.id > self._newest_published:
                    self._publish(unit, checked, addressed, stored)
                    self._deferred_work.hand_over(unit, jobs, stored.job_ids, now, message_id=stored.id)
                return stored

            was_sent = False
            while True:
                try:
                    stored = await self._database.single(write)
                except OutcomeUnknown:
                    was_sent = True
                except ServiceUnavailable:
                    if not was_sent:
                        raise
                else:
                    if stored is not None:
                        return stored.id
                await sleep(self._clock, 0.2)

    async def send_within(self, unit: Transaction, checked: CheckedMessage) -> int:
        """Send to a channel as part of a unit that holds the lane SENDS: with all of it, or not at all; the
        message's id. The caller tells of the channel's first message."""
        addressed, now = self._address(checked, frozenset()), self._clock.seconds()
        jobs = tuple(job for consequence in self._consequences for job in consequence(checked, addressed))
        stored = await sql.insert_message(unit, self._new(checked, jobs), addressed.rows, addressed.flags, now)
        assert stored is not None
        self._publish(unit, checked, addressed, stored, tells_first=False)
        self._deferred_work.hand_over(unit, jobs, stored.job_ids, now, message_id=stored.id)
        return stored.id

    async def render(self, sender: User, content: str) -> str:
        """The HTML that a message of `sender` with this content would have."""
        return (await self.rendered(sender, check_content(content)))[0].html

    async def rendered(self, sender: User, content: str, link_previews: Mapping[str, LinkPreview] | None = None
                       ) -> tuple[Rendered, tuple[str, ...]]:
        """The rendering, and the path_ids of the uploaded files that are shown. No query where none can be."""
        mentioned = await self._attachments.mentioned(sender, content)
        try:
            rendered = await self._markdown.render(
                content, self._directory,
                translate_emoticons=self._directory.settings_of(sender.id).translate_emoticons,
                default_code_language=self._directory.realm.default_code_block_language,
                inline_images=self._directory.realm.inline_image_preview,
                uploaded_images=mentioned.pictures, link_previews=link_previews)
        except MarkdownFailed as error:
            raise JsonableError(str(error) or "Unable to render message") from error
        return rendered, mentioned.claims(rendered.upload_paths)

    def _still(self, sender: User, recipient: Recipient) -> tuple[User, Recipient]:
        """Both as they are now: rendering may have taken a moment, in which a channel closed or someone left."""
        if not self._directory.users[sender.id].is_active:
            raise UserDeactivated
        if isinstance(recipient, ChannelRecipient):
            channel = self._directory.channels[recipient.channel.id]
            if channel.is_archived:
                raise ChannelDoesNotExist(channel.id)
            recipient = ChannelRecipient(channel, recipient.topic)
        return self._directory.users[sender.id], recipient

    def _publish(self, unit: Transaction, checked: CheckedMessage, addressed: Addressed, stored: Stored, *,
                 tells_first: bool = True) -> None:
        recipient = checked.recipient
        channel = None
        if isinstance(recipient, ChannelRecipient):
            channel = self._directory.channels[recipient.channel.id]
            if channel.first_message_id is None and tells_first:
                first = replace(channel, first_message_id=stored.id)
                self._bus.publish(unit, event_types.channel_updated(
                    first, channel.name, "first_message_id", stored.id, self._directory.who_can_see(channel)))
        message = Message(
            stored.id, checked.sender.id, stored.recipient_id, channel.id if channel else None,
            recipient.user_ids if isinstance(recipient, DirectRecipient) else (),
            recipient.topic if isinstance(recipient, ChannelRecipient) else "", checked.content,
            checked.rendered.html, stored.timestamp, checked.client_name, submessages=self._begun(checked, stored))
        self._bus.publish(unit, event_types.message(
            message, addressed.readers, addressed.flags, sender_queue_id=checked.echo_to, local_id=checked.local_id))
        unit.after_commit(lambda: setattr(self, "_newest_published", stored.id))
        unit.after_commit(lambda: self._announce(checked.path_ids))

    @staticmethod
    def _begun(checked: CheckedMessage, stored: Stored) -> tuple[Submessage, ...]:
        if checked.widget is None or stored.submessage_id is None:
            return ()
        return (Submessage(stored.submessage_id, checked.sender.id, WIDGET, checked.widget),)

    def _new(self, checked: CheckedMessage, jobs: tuple[NewJob, ...]) -> NewMessage:
        recipient, rendered = checked.recipient, checked.rendered
        channel = recipient.channel if isinstance(recipient, ChannelRecipient) else None
        return NewMessage(
            sender_id=checked.sender.id,
            channel_id=channel.id if channel else None,
            recipient_id=channel.recipient_id if channel else None,
            user_ids=recipient.user_ids if isinstance(recipient, DirectRecipient) else (),
            topic=recipient.topic if isinstance(recipient, ChannelRecipient) else "",
            content=checked.content, rendered_content=rendered.html, client=checked.client_name,
            has_link=rendered.has_link, has_image=rendered.has_image, has_attachment=rendered.has_attachment,
            queue_id=checked.queue_id, local_id=checked.local_id, path_ids=checked.path_ids,
            widget=checked.widget, jobs=jobs)

    def _address(self, checked: CheckedMessage, participants: frozenset[int]) -> Addressed:
        """Readers, their flags, and who gets a row now: all but those dormant subscribers whom it does not concern."""
        sender, recipient, directory = checked.sender, checked.recipient, self._directory
        if isinstance(recipient, DirectRecipient):
            flags = self._flags(checked, recipient.user_ids, ())
            return Addressed(recipient.user_ids, int_array(recipient.user_ids), flags)
        readers = directory.subscribers(recipient.channel.id)
        rows = directory.readers_array(recipient.channel.id)
        outside = sender.id not in readers
        if outside:
            readers = readers | {sender.id}
        flags = self._flags(checked, readers, participants)
        flagged = {user_id for user_id in flags if directory.is_dormant(user_id)}
        if outside or flagged:
            rows = int_array([user_id for user_id in readers
                              if user_id in flagged or not directory.is_dormant(user_id)])
        return Addressed(readers, rows, flags)

    def _flags(self, checked: CheckedMessage, readers: Collection[int], participants: Collection[int]
               ) -> dict[int, int]:
        """Of those readers for whom they are not 0."""
        sender = checked.sender
        flags = concerns.concerned(self._directory, checked.rendered, readers, participants)
        for user_id in self._directory.muted_users.muters_of(sender.id):
            if user_id in readers:
                flags[user_id] = flags.get(user_id, 0) | Flag.READ
        if checked.reads:
            flags[sender.id] = flags.get(sender.id, 0) | Flag.READ
        for user_id in checked.read_by:
            if user_id in readers:
                flags[user_id] = flags.get(user_id, 0) | Flag.READ
        return flags


def _name(request: SendRequest) -> tuple[str, str, str | None]:
    """(queue_id, local_id) under which the message is kept, and the queue to echo to."""
    if request.idempotency_key is not None:
        return "key", request.idempotency_key, request.queue_id if request.local_id is not None else None
    if request.queue_id is not None and request.local_id is not None:
        return "queue:" + request.queue_id, request.local_id, request.queue_id
    return "", secrets.token_hex(8), None
