"""Whom a message's text concerns, and how: the flags that its readers get of it. Sending and editing ask alike."""

from __future__ import annotations

from collections.abc import Collection

from chat.database import messages as sql
from chat.database.people import Runs
from chat.directory import Directory
from chat.errors import TopicWildcardNotAllowed
from chat.markdown.renderer import Rendered
from chat.models import ChannelRecipient, Flag, Recipient, User
from chat.permissions import Permissions

CONCERNED = (Flag.MENTIONED | Flag.STREAM_WILDCARD_MENTIONED | Flag.TOPIC_WILDCARD_MENTIONED | Flag.HAS_ALERT_WORD)


async def participants(db: Runs, directory: Directory, sender: User, recipient: Recipient, rendered: Rendered
                       ) -> frozenset[int]:
    """Whom `@**topic**` means: who took part in the topic. Where it is not mentioned: nobody, and no query.

    Raises TopicWildcardNotAllowed where that is too many for `sender`.
    """
    if not rendered.mentions_topic_wildcard or not isinstance(recipient, ChannelRecipient):
        return frozenset()
    found = await sql.participants(db, recipient.channel.id, recipient.topic)
    people = directory.subscribers(recipient.channel.id) & {*found, sender.id}
    if not Permissions(directory).may_mention_all(sender, len(people)):
        raise TopicWildcardNotAllowed
    return people


def concerned(directory: Directory, rendered: Rendered, readers: Collection[int], participants: Collection[int]
              ) -> dict[int, int]:
    """Mentions and alert words: the flags of those readers whom the text concerns."""
    flags: dict[int, int] = {}
    if rendered.mentions_channel_wildcard:
        flags = dict.fromkeys(readers, int(Flag.STREAM_WILDCARD_MENTIONED))
    mentioned = set(rendered.mentioned_user_ids)
    for group_id in rendered.mentioned_group_ids:
        mentioned |= {user_id for user_id in readers if directory.is_in(directory.users[user_id], group_id)}
    for people, flag in ((mentioned, Flag.MENTIONED),
                         (directory.alert_words.people_alerted(rendered.text), Flag.HAS_ALERT_WORD),
                         (participants, Flag.TOPIC_WILDCARD_MENTIONED)):
        for user_id in people:
            if user_id in readers:
                flags[user_id] = flags.get(user_id, 0) | flag
    return flags
