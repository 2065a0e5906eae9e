"""Outgoing webhooks: a message that mentions such a bot, or is sent to it, is posted to the bot's server, and what that
answers is said in the same conversation.

What may pass (no connection, a server that is busy or broken) is tried again a few times; what does not, or lasts, is
told where the question was asked, and to the bot's owner once a day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import orjson

from chat.actions.bot_answers import BotAnswers, Question
from chat.bots import Interface
from chat.deferred_work import DeferredWork, Job, JobFailed, TryAgain
from chat.directory import Directory
from chat.errors import JsonableError, ServiceUnavailable
from chat.models import ChannelRecipient
from chat.outbound import Fetched, Outbound, OutboundError, OutboundRefused
from chat.wire import COMPATIBLE_VERSION, message_wire

QUEUE = "outgoing_webhooks"
CONCURRENCY = 16
ATTEMPTS = 4
TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 256 * 1024
_TOLD_CHARS = 500
_PASSING = frozenset({408, 425, 429})
"""Statuses below 500 that ask to come again."""


class _Refused(Exception):
    """The bot's server does not take the message, or its answer cannot be used; the sentence says why.

    `detail` is for the bot's owner alone.
    """

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.detail = detail


class OutgoingWebhooks:
    def __init__(self, answers: BotAnswers, outbound: Outbound, directory: Directory) -> None:
        self._answers = answers
        self._outbound = outbound
        self._directory = directory

    def serve(self, deferred_work: DeferredWork) -> None:
        """Take on the queue."""
        deferred_work.serve(QUEUE, self.work, concurrency=CONCURRENCY, attempts=ATTEMPTS)

    async def work(self, job: Job) -> None:
        """Ask a bot's server, and say what it answers."""
        question = await self._answers.question(job.payload)
        if question is None:
            return
        try:
            content = await self._ask(question)
            if content.strip():
                await self._answers.do_answer(question, content)
        except _Refused as error:
            await self._give_up(question, str(error), error.detail)
        except OutboundRefused as error:
            await self._give_up(question, str(error))
        except OutboundError as error:
            if job.attempt < ATTEMPTS:
                raise TryAgain(str(error)) from error
            await self._give_up(question, str(error))
        except ServiceUnavailable:
            raise
        except JsonableError as error:
            await self._give_up(question, f"Its answer cannot be sent: {error.msg}")

    async def _ask(self, question: Question) -> str:
        """What the bot's server answers; nothing where it has nothing to say."""
        if question.bot.interface == Interface.SLACK:
            kind, body = "application/x-www-form-urlencoded", self._slack_body(question)
        else:
            kind, body = "application/json", self._generic_body(question)
        response = await self._outbound.fetch(
            "POST", question.bot.base_url, body=body, max_bytes=MAX_ANSWER_BYTES, timeout_s=TIMEOUT_S, headers={
                "Content-Type": kind, "Accept": "application/json",
                "User-Agent": f"ZulipOutgoingWebhook/{COMPATIBLE_VERSION}"})
        if response.status >= 500 or response.status in _PASSING:
            raise OutboundError(_status(response))
        if not 200 <= response.status < 300:
            raise _Refused(_status(response), _told(response))
        return _answer(response, slack=question.bot.interface == Interface.SLACK)

    def _generic_body(self, question: Question) -> bytes:
        message, users = question.message, self._directory.users
        channel = question.recipient.channel if isinstance(question.recipient, ChannelRecipient) else None
        wire: dict[str, Any] = dict(message_wire(
            message, users[message.sender_id], channel_name=channel.name if channel else None,
            people=[users[user_id] for user_id in message.user_ids], users=users, apply_markdown=False,
            topic_links=self._directory.topic_links(message.topic)))
        wire["rendered_content"] = message.rendered_content
        wire["avatar_url"] = urljoin(self._directory.external_url, wire["avatar_url"])
        return orjson.dumps({
            "bot_email": question.user.email, "bot_full_name": question.user.full_name, "data": message.content,
            "message": wire, "token": question.bot.token, "trigger": question.trigger})

    def _slack_body(self, question: Question) -> bytes:
        message = question.message
        if not isinstance(question.recipient, ChannelRecipient):
            raise _Refused("Its server speaks Slack's language, which knows no direct messages: ask in a channel.")
        return urlencode({
            "token": question.bot.token, "team_id": "T1",
            "team_domain": urlsplit(self._directory.external_url).hostname or "",
            "channel_id": f"C{question.recipient.channel.id}", "channel_name": question.recipient.channel.name,
            "thread_ts": message.timestamp, "timestamp": message.timestamp, "user_id": f"U{message.sender_id}",
            "user_name": self._directory.users[message.sender_id].full_name, "text": message.content,
            "trigger_word": question.trigger, "service_id": question.user.id}).encode()

    async def _give_up(self, question: Question, reason: str, detail: str = "") -> None:
        """Say so where the question was asked, and tell the owner; the job is kept for administrators."""
        await self._answers.do_answer(question, f"I could not answer this. {reason}")
        await self._answers.do_tell_owner(
            question, "failure", f"I could not answer a message from "
            f"@_**{self._directory.users[question.message.sender_id].full_name}|{question.message.sender_id}** "
            f"(message {question.message.id}). {reason} My server's address is `{question.bot.base_url}`. "
            f"Of further failures of today I tell only those who ask me.\n{detail}")
        raise JobFailed(reason)


def _status(response: Fetched) -> str:
    return f"My server answered with the status {response.status}."


def _told(response: Fetched) -> str:
    """The beginning of what came with a refusal."""
    told = response.body.decode("utf-8", "replace").strip()[:_TOLD_CHARS].replace("```", "'''").replace("\0", "")
    return f"```\n{told}\n```" if told else ""


def _answer(response: Fetched, *, slack: bool) -> str:
    """What a response says. Raises _Refused for one that cannot be read."""
    if not response.body.strip():
        return ""
    try:
        answer = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        raise _Refused("My server's answer is not JSON.") from None
    if not isinstance(answer, Mapping):
        raise _Refused("My server's answer is not a JSON object.")
    if slack:
        return _text(answer, "text")
    if answer.get("response_not_required") is True:
        return ""
    return _text(answer, "content") or _text(answer, "response_string")


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    if value is not None and not isinstance(value, str):
        raise _Refused(f"My server's answer has a \"{name}\" that is no text.")
    return value or ""
