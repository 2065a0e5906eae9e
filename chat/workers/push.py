"""Pushes to those who are away: who has not read a message is told of it on each of their devices, and it is taken down
from all of them once it is read.

1. A message's job (`missedmessage_mobile_notifications`) makes one job a device, in the unit that ends it: each device
   is told once, and one that does not answer holds up no other.
2. A device's job (`push`) sends. A device that is gone is forgotten.
3. When a message is read, the devices that show it are told to take it down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from chat.actions.push_devices import PushDevices
from chat.conversation_links import direct_link, topic_link
from chat.database import messages as message_sql
from chat.database import push_devices as sql
from chat.database.pool import Database, Transaction
from chat.deferred_work import DeferredWork, Job, JobFailed, JobGone, NewJob
from chat.deferreds import spawn
from chat.directory import Directory
from chat.event_types import Event
from chat.events.notifications import PUSH_QUEUE
from chat.mail_content import plain_text
from chat.models import Message, User
from chat.push_devices import DeviceKind, PushDevice
from chat.pushes import BrowserSender, DeviceGone, PhoneSender, PushRefused
from chat.wire import avatar_url

DEVICE_QUEUE = "push"
ATTEMPTS = 6
FIRST_RETRY_S = 20.0
MAX_REMOVED = 200
"""Message ids in one push."""
_CONTENT = 1000


class Pushes:
    def __init__(self, database: Database, directory: Directory, deferred_work: DeferredWork, devices: PushDevices,
                 browsers: BrowserSender, phones: PhoneSender | None) -> None:
        self._database = database
        self._directory = directory
        self._deferred_work = deferred_work
        self._devices = devices
        self._browsers = browsers
        self._phones = phones

    def serve(self) -> None:
        """Begin to take jobs."""
        self._deferred_work.serve(PUSH_QUEUE, self.tell)
        self._deferred_work.serve(DEVICE_QUEUE, self.send, concurrency=16, attempts=ATTEMPTS,
                                  first_retry_s=FIRST_RETRY_S)

    def hear(self, event: Event) -> None:
        """An event was published: what somebody has read is taken down from their devices."""
        body = event.body
        if (body is None or body["type"] != "update_message_flags" or (body["op"], body["flag"]) != ("add", "read")
                or event.audience is None):
            return
        for user_id in event.audience:
            if user_id in self._directory.push_receivers:
                read = None if body["all"] else list(body["messages"])
                spawn("taking down what was read", self._take_down(user_id, read))

    async def tell(self, job: Job) -> None:
        """Step 1, for one message."""
        message_id = int(job.payload["message_id"])
        reasons = {int(user_id): (str(why), group) for user_id, why, group in job.payload["people"]}
        unread = await sql.unread_by(self._database, message_id, reasons)
        devices = [device for device in await sql.devices_of(self._database, unread) if self._can_send(device)]
        read = await message_sql.select_message(self._database, unread[0], message_id) if devices else None

        async def write(unit: Transaction) -> None:
            if read is not None:
                await self._deferred_work.enqueue(unit, *(
                    NewJob(DEVICE_QUEUE, {"device_id": device.id, "payload": self._payload(
                        read.message, self._directory.users[device.user_id], *reasons[device.user_id])})
                    for device in devices))
                await sql.insert_pushed(unit, message_id, {device.user_id for device in devices})
            await self._deferred_work.finish(unit, job)

        try:
            await self._database.transaction(write)
        except JobGone:
            return  # another attempt had its effect already

    async def send(self, job: Job) -> None:
        """Steps 2 and 3, for one device."""
        payload: Mapping[str, Any] = job.payload["payload"]
        device = await sql.device(self._database, int(job.payload["device_id"]))
        if device is None or not self._directory.users[device.user_id].is_active:
            return
        try:
            if device.kind == DeviceKind.BROWSER:
                is_news = payload["event"] == "message"
                topic = hashlib.sha256(str(payload.get("conversation", "removed")).encode()).hexdigest()[:32]
                await self._browsers.send(device, payload, urgency="high" if is_news else "low",
                                          topic=topic if is_news else None)
            elif self._phones is not None:
                await self._phones.send(device, payload)
        except DeviceGone:
            await self._devices.forget(device.id)
        except PushRefused as error:
            raise JobFailed(str(error)) from error

    async def _take_down(self, user_id: int, read: Sequence[int] | None) -> None:
        async def write(unit: Transaction) -> None:
            shown = await sql.take_pushed(unit, user_id, read)
            devices = await sql.devices_of(unit, [user_id]) if shown else []
            await self._deferred_work.enqueue(unit, *(
                NewJob(DEVICE_QUEUE, {"device_id": device.id, "payload": self._removal(
                    user_id, shown[start:start + MAX_REMOVED])})
                for device in devices if self._can_send(device) for start in range(0, len(shown), MAX_REMOVED)))

        await self._database.transaction(write)

    def _can_send(self, device: PushDevice) -> bool:
        return device.kind == DeviceKind.BROWSER or self._phones is not None

    def _base(self, user_id: int, event: str) -> dict[str, Any]:
        url, organisation = self._directory.external_url, self._directory.organisation
        return {"event": event, "server": url.split("://", 1)[-1], "realm_id": 1, "realm_uri": url, "realm_url": url,
                "realm_name": organisation.name if organisation else "", "user_id": user_id}

    def _removal(self, user_id: int, message_ids: Sequence[int]) -> dict[str, Any]:
        return {**self._base(user_id, "remove"), "zulip_message_ids": ",".join(map(str, message_ids))}

    def _payload(self, message: Message, user: User, why: str, group_id: int | None) -> dict[str, Any]:
        sender, url = self._directory.users[message.sender_id], self._directory.external_url
        said = {
            **self._base(user.id, "message"), "zulip_message_id": message.id, "time": message.timestamp,
            "sender_id": sender.id, "sender_email": sender.email, "sender_full_name": sender.full_name,
            "sender_avatar_url": url + avatar_url(sender), "content": _cut(plain_text(message.rendered_content, url)),
            "content_truncated": False, "reason": why, **self._place(message, user)}
        group = next((group for group in self._directory.groups() if group.id == group_id), None)
        if group is not None:
            said |= {"mentioned_user_group_id": group.id, "mentioned_user_group_name": group.name}
        return said

    def _place(self, message: Message, user: User) -> dict[str, Any]:
        """Which conversation, in the words of phones (`recipient_type` and so on) and of our own client."""
        if message.channel_id is not None:
            channel = self._directory.channels[message.channel_id]
            return {"recipient_type": "stream", "stream": channel.name, "stream_id": channel.id,
                    "topic": message.topic, "title": f"#{channel.name} › {message.topic}",
                    "conversation": f"c:{channel.id}:{message.topic.lower()}",
                    "link": topic_link(channel, message.topic, message.id)}
        others = [other for other in message.user_ids if other != user.id] or [user.id]
        names = ", ".join(self._directory.users[other].full_name for other in others)
        return {"recipient_type": "private", "pm_users": ",".join(map(str, message.user_ids)), "title": names,
                "conversation": "d:" + ",".join(map(str, sorted(others))),
                "link": direct_link(others, names if len(others) == 1 else "group", message.id)}


def _cut(text: str) -> str:
    return text if len(text) <= _CONTENT else text[:_CONTENT - 1] + "…"
