"""E-mail to people who were away: first remembered, then, a while later, told of what is still unread.

1. A message's job (`missedmessage_emails`) remembers it for everyone it names. Whose first it is gets a job of their
   own (`missedmessage_emails_due`), put off for as long as their settings say.
2. That job takes all that is remembered for a person by then and writes one mail a conversation, of what they have not
   read and may still read.

Each step is one unit that ends its job, so a server that dies in between repeats nothing and loses nothing.

Words of the template: name, title (of the conversation), is_direct, link, messages (who, when, text, html), more (how
many are not shown), why, shows_content, settings_link, unsubscribe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from chat.conversation_links import direct_link, topic_link
from chat.database import missed_emails as sql
from chat.database.missed_emails import Missed
from chat.database.pool import Database, Transaction
from chat.deferred_work import DeferredWork, Job, JobGone, NewJob
from chat.directory import Directory
from chat.events.notifications import EMAIL_QUEUE
from chat.mail import Mailer
from chat.mail_content import mail_html, mail_text
from chat.models import Flag, User
from chat.notification_rules import Concern, Means, Reason, reason
from chat.personal import Policy
from chat.unsubscribing import Unsubscribing

DUE_QUEUE = "missedmessage_emails_due"
MAX_MESSAGES = 50
"""In one mail."""
MAX_MAILS = 30
"""At once, to one person; what is in further conversations waits in the chat."""
_LANE = ("missed_email",)


class MissedMessages:
    def __init__(self, database: Database, directory: Directory, deferred_work: DeferredWork, mailer: Mailer,
                 unsubscribing: Unsubscribing) -> None:
        self._database = database
        self._directory = directory
        self._deferred_work = deferred_work
        self._mailer = mailer
        self._unsubscribing = unsubscribing

    def serve(self) -> None:
        """Begin to take jobs."""
        self._deferred_work.serve(EMAIL_QUEUE, self.remember)
        self._deferred_work.serve(DUE_QUEUE, self.tell)

    async def remember(self, job: Job) -> None:
        """Step 1, for one message."""
        people = [(int(user_id), str(why), group) for user_id, why, group in job.payload["people"]]

        async def write(unit: Transaction) -> None:
            first = await sql.insert(unit, int(job.payload["message_id"]), people)
            await self._deferred_work.enqueue(unit, *(
                NewJob(DUE_QUEUE, {"user_id": user_id}, self._patience_s(user_id)) for user_id in first))
            await self._deferred_work.finish(unit, job)

        await self._once(write)

    async def tell(self, job: Job) -> None:
        """Step 2, for one person."""
        user = self._directory.users[int(job.payload["user_id"])]

        async def write(unit: Transaction) -> None:
            missed = [one for one in await sql.take(unit, user.id) if self._is_wanted(user, one)]
            mails = [self._mail(user, conversation) for conversation in _conversations(missed)[:MAX_MAILS]]
            await self._deferred_work.enqueue(unit, *mails)
            await self._deferred_work.finish(unit, job)

        await self._once(write)

    async def _once(self, write: Any) -> None:
        """Both steps go through one lane: what is remembered is seen by the job that takes it."""
        try:
            await self._database.transaction(write, _LANE)
        except JobGone:
            return  # another attempt had its effect already

    def _patience_s(self, user_id: int) -> int:
        return self._directory.settings_of(user_id).email_notifications_batching_period_seconds

    def _is_wanted(self, user: User, missed: Missed) -> bool:
        """Whether it is unread still, theirs to read, and by their settings of now to be told of."""
        if not user.is_active or (missed.flags or 0) & Flag.READ:
            return False
        if missed.flags is None and not self._directory.is_dormant(user.id):
            return False
        flags, policy, subscription = (missed.flags or 0), int(Policy.NONE), None
        if missed.channel_id is not None:
            channel = self._directory.channel_by_id(missed.channel_id)
            subscription = self._directory.subscription(user.id, missed.channel_id)
            if channel is None or (subscription is None and not self._directory.can_read_channel(user, channel)):
                return False
            found = self._directory.topic_policies.get(user.id, missed.channel_id, missed.topic)
            policy = policy if found is None else found.policy
        if missed.sender_id in self._directory.muted_users.of(user.id):
            return False
        concern = Concern(missed.channel_id is None, flags, subscription, policy)
        return reason(Means.EMAIL, self._directory.settings_of(user.id), concern) is not None

    def _mail(self, user: User, conversation: Sequence[Missed]) -> NewJob:
        settings, directory = self._directory.settings_of(user.id), self._directory
        shows = (settings.message_content_in_email_notifications
                 and directory.realm.message_content_allowed_in_email_notifications)
        last, shown = conversation[-1], conversation[-MAX_MESSAGES:] if shows else []
        title, link = self._place(user, conversation[0])
        unsubscribe = self._unsubscribing.link("missed_messages", user.id)
        return self._mailer.make(
            user.email, "missed_messages", {
                "name": user.full_name, "title": title, "is_direct": last.channel_id is None, "link": link,
                "messages": [self._words(user, one) for one in shown], "more": len(conversation) - len(shown),
                "why": self._why(conversation), "shows_content": shows, "unsubscribe": unsubscribe,
                "settings_link": f"{directory.external_url}/#settings/notifications",
                "prefix": settings.realm_name_in_email_notifications_policy == 2},
            language=settings.default_language, to_name=user.full_name, reply_to=self._mailer.no_reply,
            unsubscribe=unsubscribe, conversation=f"conversation-{last.recipient_id}-{_topic_key(last)}-{user.id}")

    def _place(self, user: User, missed: Missed) -> tuple[str, str]:
        """What a conversation is called, and where it is."""
        url = self._directory.external_url
        if missed.channel_id is not None:
            channel = self._directory.channels[missed.channel_id]
            return f"#{channel.name} › {missed.topic}", url + topic_link(channel, missed.topic, missed.message_id)
        others = [other for other in missed.user_ids or () if other != user.id] or [user.id]
        names = ", ".join(self._directory.users[other].full_name for other in others)
        return names, url + direct_link(others, names if len(others) == 1 else "group", missed.message_id)

    def _words(self, user: User, missed: Missed) -> dict[str, str]:
        settings, url = self._directory.settings_of(user.id), self._directory.external_url
        when = datetime.fromtimestamp(missed.timestamp, _zone(user.timezone))
        return {"who": self._directory.users[missed.sender_id].full_name,
                "when": f"{when:%H:%M}" if settings.twenty_four_hour_time else f"{when:%I:%M %p}".lstrip("0"),
                "text": mail_text(missed.content), "html": mail_html(missed.rendered_content, url)}

    def _why(self, conversation: Sequence[Missed]) -> dict[str, str]:
        """The weightiest reason, and the group that was mentioned."""
        order = [why.value for why in Reason]
        first = min(conversation, key=lambda missed: order.index(missed.reason))
        group = next((group.name for group in self._directory.groups() if group.id == first.group_id), "")
        return {"reason": first.reason, "group": group}


def _conversations(missed: Sequence[Missed]) -> list[list[Missed]]:
    """By conversation, the one that began first at the beginning."""
    found: dict[tuple[int, str], list[Missed]] = {}
    for one in missed:
        found.setdefault((one.recipient_id, _topic_key(one)), []).append(one)
    return list(found.values())


def _topic_key(missed: Missed) -> str:
    """A topic's name whatever its case, as it can stand in a Message-ID."""
    return missed.topic.lower().encode().hex()[:120]


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name) if name else UTC
    except (OSError, ValueError):
        return UTC
