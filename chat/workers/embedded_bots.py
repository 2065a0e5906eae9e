"""Embedded bots: what is said to one is answered by a function of its, here in the server.

One transaction takes what the bot remembers, writes what it remembers then, and the jobs that say its answer and wake
it later, and ends the job that asked: each question is answered exactly once, whenever the server ends.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from chat.actions.bot_answers import BotAnswers, Question
from chat.actions.bot_storage import lane, put
from chat.bots import MAX_STORAGE_KEY
from chat.database import bots as sql
from chat.database.pool import Database, Transaction
from chat.deferred_work import DeferredWork, Job, JobFailed, NewJob
from chat.deferreds import Clock
from chat.directory import Directory
from chat.embedded_bots.bot import Answer, Ask, EmbeddedBot
from chat.errors import JsonableError, ServiceUnavailable
from chat.models import ChannelRecipient

QUEUE = "embedded_bots"
CONCURRENCY = 4
ATTEMPTS = 4
MAX_ALARMS = 10
"""That one answer may set."""


class EmbeddedBots:
    def __init__(self, bots: Mapping[str, EmbeddedBot], answers: BotAnswers, database: Database, directory: Directory,
                 clock: Clock, random: Callable[[], float]) -> None:
        self._bots = bots
        self._answers = answers
        self._database = database
        self._directory = directory
        self._clock = clock
        self._random = random

    def serve(self, deferred_work: DeferredWork) -> None:
        """Take on the queue."""
        self._deferred_work = deferred_work
        deferred_work.serve(QUEUE, self.work, concurrency=CONCURRENCY, attempts=ATTEMPTS)

    async def work(self, job: Job) -> None:
        """Have a bot answer, or say what it answered."""
        question = await self._answers.question(job.payload)
        if question is None:
            return
        if "say" in job.payload:
            await self._say(question, job)
            return
        bot = self._bots.get(question.bot.service_name)
        if bot is None:
            raise JobFailed(f"There is no embedded bot called {question.bot.service_name!r}")
        ask = self._ask(question, job)

        async def write(unit: Transaction) -> None:
            await self._remember(unit, question, bot, ask, job)
            await self._deferred_work.finish(unit, job)

        await self._database.transaction(write, lane(question.user.id))

    async def _remember(self, unit: Transaction, question: Question, bot: EmbeddedBot, ask: Ask, job: Job) -> None:
        """Have the bot answer, and write all that follows."""
        before = await sql.stored(unit, question.user.id, [key[:MAX_STORAGE_KEY] for key in bot.keys(ask)])
        memory = dict(before)
        try:
            answer = bot.answer(ask, memory)
            await put(unit, question.user.id,
                      {key: value for key, value in memory.items() if before.get(key) != value})
        except JsonableError as error:
            answer = Answer(f"I cannot remember that: {error.msg}")
        else:
            await sql.delete_stored(unit, question.user.id, sorted(before.keys() - memory.keys()))
        await self._deferred_work.enqueue(unit, *self._jobs(job, answer))

    def _jobs(self, job: Job, answer: Answer) -> list[NewJob]:
        """What says the answer, and wakes the bot."""
        about = {name: job.payload[name] for name in ("bot_id", "message_id", "trigger")}
        jobs = [NewJob(QUEUE, {**about, "say": answer.text, "part": job.id})] if answer.text.strip() else []
        now = self._clock.seconds()
        return jobs + [NewJob(QUEUE, {**about, "wake": alarm.note}, max(0.0, alarm.at - now))
                       for alarm in answer.alarms[:MAX_ALARMS]]

    async def _say(self, question: Question, job: Job) -> None:
        try:
            await self._answers.do_answer(question, job.payload["say"], job.payload["part"])
        except ServiceUnavailable:
            raise
        except JsonableError as error:
            raise JobFailed(error.msg) from error

    def _ask(self, question: Question, job: Job) -> Ask:
        sender, recipient = self._directory.users[question.message.sender_id], question.recipient
        in_channel = isinstance(recipient, ChannelRecipient)
        wake = job.payload.get("wake")
        return Ask(
            text=_without_mention(question) if wake is None else wake, sender_id=sender.id,
            sender_name=sender.full_name, now=int(self._clock.seconds()), timezone=sender.timezone,
            place=(f"channel {recipient.channel.id}" if isinstance(recipient, ChannelRecipient)
                   else "people " + ",".join(map(str, recipient.user_ids))),
            topic=question.message.topic if in_channel else "", config=question.bot.config, random=self._random,
            is_wake=wake is not None)


def _without_mention(question: Question) -> str:
    """What is said to the bot, without its name."""
    name = re.escape(question.user.full_name)
    mention = re.compile(rf"@\*\*{name}(?:\|{question.user.id})?\*\*[,:]?", re.IGNORECASE)
    return mention.sub(" ", question.message.content).strip()
