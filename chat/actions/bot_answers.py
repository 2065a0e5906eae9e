"""Bots that answer when somebody speaks to them: who is asked by a message, and how they answer.

A message that mentions such a bot, or is sent to it, causes a job of the bot's queue, written by the statement that
sends. An answer goes into the conversation in which the question stands by then; it is sent under a name made of the
question, so that a job that is done twice answers once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from chat.actions.message_checks import SendRequest
from chat.actions.sending import Addressed, CheckedMessage, Consequence, Sending
from chat.bots import Bot, BotType
from chat.database import messages as message_sql
from chat.database.pool import Database
from chat.deferred_work import NewJob
from chat.deferreds import Clock
from chat.directory import Directory
from chat.models import ChannelRecipient, DirectRecipient, Message, Recipient, User

QUEUES: Mapping[int, str] = {BotType.OUTGOING_WEBHOOK: "outgoing_webhooks", BotType.EMBEDDED: "embedded_bots"}
MENTION, DIRECT_MESSAGE = "mention", "direct_message"
CLIENT_NAME = "Bot"
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Question:
    """A message that asks a bot, and who the bot is."""

    user: User
    bot: Bot
    message: Message
    recipient: Recipient
    trigger: str


def questions_to_bots(directory: Directory) -> Consequence:
    """What a message has bots do. Bots ask each other nothing, so that no two of them talk for ever."""
    def consequence(checked: CheckedMessage, addressed: Addressed) -> Iterable[NewJob]:
        if checked.sender.is_bot:
            return
        is_direct = isinstance(checked.recipient, DirectRecipient)
        asked = checked.recipient.user_ids if isinstance(checked.recipient, DirectRecipient) else sorted(
            checked.rendered.mentioned_user_ids)
        for user_id in asked:
            user = directory.users[user_id]
            queue = QUEUES.get(user.bot_type or 0)
            if queue is not None and user.is_active and _may_hear(directory, user, checked.recipient):
                yield NewJob(queue, {"bot_id": user.id, "trigger": DIRECT_MESSAGE if is_direct else MENTION})

    return consequence


def _may_hear(directory: Directory, bot: User, recipient: Recipient) -> bool:
    """What is said in a private channel leaves it only for a bot whose people are in it."""
    if isinstance(recipient, DirectRecipient) or not recipient.channel.invite_only:
        return True
    return any(directory.is_subscribed(user_id, recipient.channel.id) for user_id in (bot.id, bot.bot_owner_id or 0))


class BotAnswers:
    def __init__(self, database: Database, directory: Directory, sending: Sending, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._sending = sending
        self._clock = clock

    async def question(self, payload: Mapping[str, Any]) -> Question | None:
        """What a job is about; None where there is nothing to answer any more."""
        user, bot = self._directory.user_by_id(payload["bot_id"]), self._directory.bots.get(payload["bot_id"])
        if user is None or bot is None or not user.is_active:
            return None
        read = await message_sql.select_message(self._database, user.id, payload["message_id"])
        if read is None:
            return None
        message, recipient = read.message, self._recipient(read.message)
        return None if recipient is None else Question(user, bot, message, recipient, payload["trigger"])

    async def do_answer(self, question: Question, content: str, part: int = 0) -> None:
        """Answer where the question stands, once for each `part`. Raises JsonableError for what cannot be sent."""
        await self._send(question.user, question.recipient, content, f"answer {question.message.id} {part}")

    async def do_tell_owner(self, question: Question, what: str, content: str) -> None:
        """A direct message from the bot to its owner: of each kind, `what`, one a day."""
        owner = self._directory.user_by_id(question.user.bot_owner_id or 0)
        if owner is not None and owner.is_active:
            day = int(self._clock.seconds() // _DAY_S)
            people = tuple(sorted({question.user.id, owner.id}))
            await self._send(question.user, DirectRecipient(people), content, f"to owner {what} {day}")

    async def _send(self, sender: User, recipient: Recipient, content: str, name: str) -> None:
        request = SendRequest("", "", content, CLIENT_NAME, idempotency_key=name, read_by_sender=True)
        await self._sending.do_send_messages(await self._sending.check_message(sender, request, recipient))

    def _recipient(self, message: Message) -> Recipient | None:
        """Where a message stands now; None in a channel that closed."""
        if message.channel_id is None:
            return DirectRecipient(message.user_ids)
        channel = self._directory.channel_by_id(message.channel_id)
        return None if channel is None else ChannelRecipient(channel, message.topic)
