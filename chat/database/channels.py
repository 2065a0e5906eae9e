"""SQL of channels and subscriptions."""

from __future__ import annotations

from collections.abc import Sequence

from chat.database.people import Runs
from chat.group_values import ADMINISTRATORS
from chat.models import Channel, Subscription

_CHANNEL = """c.id, c.name, c.description, c.rendered_description, c.creator_id,
    floor(extract(epoch FROM c.date_created))::int, c.invite_only, c.history_public_to_subscribers, c.post_policy,
    c.recipient_id, (SELECT min(m.id) FROM message m WHERE m.recipient_id = c.recipient_id), c.is_archived,
    c.is_default, c.message_retention_days, c.can_remove_subscribers_group"""
SELECT_CHANNELS = f"SELECT {_CHANNEL} FROM channel c ORDER BY c.id"
INSERT_RECIPIENT = "INSERT INTO recipient DEFAULT VALUES RETURNING id"
INSERT_CHANNEL = f"""INSERT INTO channel AS c (name, description, rendered_description, creator_id, invite_only,
        history_public_to_subscribers, post_policy, recipient_id, is_default, message_retention_days,
        can_remove_subscribers_group)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING {_CHANNEL}"""
UPDATE_CHANNEL = """UPDATE channel SET name = %s, description = %s, rendered_description = %s, invite_only = %s,
    history_public_to_subscribers = %s, post_policy = %s, is_archived = %s, is_default = %s,
    message_retention_days = %s, can_remove_subscribers_group = %s WHERE id = %s"""

_NOTIFIED = """desktop_notifications, audible_notifications, push_notifications, email_notifications,
    wildcard_mentions_notify"""
_SUBSCRIPTION = f"user_id, channel_id, color, is_muted, pin_to_top, {_NOTIFIED}"
SELECT_SUBSCRIPTIONS = f"SELECT {_SUBSCRIPTION} FROM subscription WHERE is_active"
SELECT_FORMER = "SELECT user_id, channel_id FROM subscription WHERE NOT is_active"
INSERT_SUBSCRIPTIONS = f"""INSERT INTO subscription (user_id, channel_id, color)
    SELECT * FROM unnest(%s::int[], %s::int[], %s::text[])
    ON CONFLICT (user_id, channel_id) DO UPDATE SET is_active = true, is_muted = false
    RETURNING {_SUBSCRIPTION}"""
DELETE_SUBSCRIPTIONS = """UPDATE subscription SET is_active = false
    FROM unnest(%s::int[], %s::int[]) AS gone (user_id, channel_id)
    WHERE subscription.user_id = gone.user_id AND subscription.channel_id = gone.channel_id"""
EMPTY_CHANNEL = "UPDATE subscription SET is_active = false WHERE channel_id = %s"
UPDATE_SUBSCRIPTION = f"""UPDATE subscription SET color = %s, is_muted = %s, pin_to_top = %s,
    ({_NOTIFIED}) = (%s, %s, %s, %s, %s)
    WHERE user_id = %s AND channel_id = %s"""


async def channels(db: Runs) -> list[Channel]:
    """All channels, archived ones too, by id."""
    return [Channel(*row) for row in await db.query(SELECT_CHANNELS)]


async def insert_channel(unit: Runs, *, name: str, description: str, rendered_description: str,
                         creator_id: int | None, invite_only: bool, history_public_to_subscribers: bool,
                         post_policy: int, is_default: bool = False, message_retention_days: int | None = None,
                         can_remove_subscribers_group: int = ADMINISTRATORS) -> Channel | None:
    """The new channel, or None where the name is taken."""
    ((recipient_id,),) = await unit.query(INSERT_RECIPIENT)
    rows = await unit.query(INSERT_CHANNEL, (
        name, description, rendered_description, creator_id, invite_only, history_public_to_subscribers,
        post_policy, recipient_id, is_default, message_retention_days, can_remove_subscribers_group))
    return Channel(*rows[0]) if rows else None


async def update_channel(unit: Runs, channel: Channel) -> None:
    """Write every property that can change. Raises psycopg2's UniqueViolation where the name is taken."""
    await unit.query(UPDATE_CHANNEL, (
        channel.name, channel.description, channel.rendered_description, channel.invite_only,
        channel.history_public_to_subscribers, channel.post_policy, channel.is_archived, channel.is_default,
        channel.message_retention_days, channel.can_remove_subscribers_group, channel.id))


async def subscriptions(db: Runs) -> list[Subscription]:
    return [Subscription(*row) for row in await db.query(SELECT_SUBSCRIPTIONS)]


async def former_subscriptions(db: Runs) -> list[tuple[int, int]]:
    """(user_id, channel_id) of those who left."""
    return [(user_id, channel_id) for user_id, channel_id in await db.query(SELECT_FORMER)]


async def insert_subscriptions(unit: Runs, wanted: Sequence[tuple[int, int, str]]) -> list[Subscription]:
    """Subscribe by (user_id, channel_id, color); who comes back finds what they had set."""
    if not wanted:
        return []
    rows = await unit.query(INSERT_SUBSCRIPTIONS, tuple(map(list, zip(*wanted, strict=True))))
    return [Subscription(*row) for row in rows]


async def delete_subscriptions(unit: Runs, gone: Sequence[tuple[int, int]]) -> None:
    """Unsubscribe by (user_id, channel_id)."""
    if gone:
        await unit.query(DELETE_SUBSCRIPTIONS, tuple(map(list, zip(*gone, strict=True))))


async def empty_channel(unit: Runs, channel_id: int) -> None:
    """Unsubscribe everyone."""
    await unit.query(EMPTY_CHANNEL, (channel_id,))


async def update_subscription(unit: Runs, subscription: Subscription) -> None:
    await unit.query(UPDATE_SUBSCRIPTION, (
        subscription.color, subscription.is_muted, subscription.pin_to_top, subscription.desktop_notifications,
        subscription.audible_notifications, subscription.push_notifications, subscription.email_notifications,
        subscription.wildcard_mentions_notify, subscription.user_id, subscription.channel_id))
