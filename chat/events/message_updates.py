"""What follows from an edit of a message's text, beside the event: notifications of those whom it concerns now and did
not before, previews of its links.

Whoever has something to do registers a `Consequence` where Edits is built (chat/app.py). It is called within the unit
of the edit: a job that it writes exists exactly when the edit does. Notifications' is called
`maybe_enqueue_notifications_for_message_update`, as that of a new message is `maybe_enqueue_notifications`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from chat.database.pool import Transaction
from chat.markdown.renderer import Rendered
from chat.models import Message, User


@dataclass(frozen=True, slots=True)
class MessageUpdate:
    """A message that says something else now."""

    message: Message
    """As it is after the edit, but for `last_edit`, `edit_history` and reactions."""
    sender: User
    rendered: Rendered
    flags: Mapping[int, int]
    """Of all who received it, after the edit."""
    newly: Mapping[int, int]
    """The flags that are new (mentions and alert words), of those who have any: they are to be notified as of a new
    message, unless they have read it."""


Consequence = Callable[[Transaction, MessageUpdate], Awaitable[None]]
