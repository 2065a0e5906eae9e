"""SQL of topic policies. The identity of a topic is its name regardless of case."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chat.database.messages import int_array
from chat.database.people import Runs
from chat.personal import TopicPolicy

_POLICY = "user_id, channel_id, topic, policy, floor(extract(epoch FROM last_updated))::int"
SELECT = f"SELECT {_POLICY} FROM user_topic"
UPSERT = f"""INSERT INTO user_topic (user_id, channel_id, topic, policy) VALUES (%s, %s, %s, %s)
    ON CONFLICT (user_id, channel_id, lower(topic)) DO UPDATE SET policy = excluded.policy, last_updated = now()
    RETURNING {_POLICY}"""
UPSERT_OF = f"""INSERT INTO user_topic (user_id, channel_id, topic, policy)
    SELECT who.id, %s, %s, who.policy FROM unnest(%s::int[], %s::int[]) AS who (id, policy)
    ON CONFLICT (user_id, channel_id, lower(topic)) DO UPDATE SET policy = excluded.policy, last_updated = now()
    RETURNING {_POLICY}"""
DELETE_OF = """DELETE FROM user_topic
    WHERE user_id = ANY(%s::int[]) AND channel_id = %s AND lower(topic) = lower(%s)"""
DELETE = "DELETE FROM user_topic WHERE user_id = %s AND channel_id = %s AND lower(topic) = lower(%s)"

_OF_MESSAGE = """user_topic t WHERE t.user_id = %(reader)s AND t.channel_id = m.channel_id
    AND lower(t.topic) = lower(m.topic)"""
IS_FOLLOWED = f"EXISTS (SELECT FROM {_OF_MESSAGE} AND t.policy = 3)"
"""Conditions on a message `m` and the person `%(reader)s`."""
IS_NOT_MUTED = f"NOT EXISTS (SELECT FROM {_OF_MESSAGE} AND t.policy = 1)"
IS_WANTED_ANYWAY = f"EXISTS (SELECT FROM {_OF_MESSAGE} AND t.policy IN (2, 3))"


async def policies(db: Runs) -> list[TopicPolicy]:
    return [TopicPolicy(*row) for row in await db.query(SELECT)]


async def upsert(unit: Runs, user_id: int, channel_id: int, topic: str, policy: int) -> TopicPolicy:
    """Set a policy; a topic that has one keeps its spelling."""
    (row,) = await unit.query(UPSERT, (user_id, channel_id, topic, policy))
    return TopicPolicy(*row)


async def delete(unit: Runs, user_id: int, channel_id: int, topic: str) -> None:
    await unit.query(DELETE, (user_id, channel_id, topic))


async def upsert_of(unit: Runs, policies: Mapping[int, int], channel_id: int, topic: str) -> list[TopicPolicy]:
    """Set what several people want of a topic, by their ids."""
    if not policies:
        return []
    return [TopicPolicy(*row) for row in await unit.query(
        UPSERT_OF, (channel_id, topic, int_array(policies), int_array(policies.values())))]


async def delete_of(unit: Runs, user_ids: Collection[int], channel_id: int, topic: str) -> None:
    """Forget what these people want of a topic."""
    if user_ids:
        await unit.query(DELETE_OF, (int_array(user_ids), channel_id, topic))
