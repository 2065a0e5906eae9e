"""Event queues over a restart: they go on where they were, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from chat.app import Application
from chat.database import saved_queues as sql
from chat.events import saved
from chat.events.queue import EventQueue, QueueOptions
from chat.events.queues import EventQueues
from chat.narrow import Term
from tests.support.client_state import FETCH, ClientState
from tests.support.harness import ChatTestCase, Client


class SavedTests(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace Hopper")
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}],
                              principals=[self.grace.user.id, self.owner.user.id])

    @property
    def file(self) -> Path:
        return self.server.settings.data / saved.FILE_NAME

    async def restart(self) -> Client:
        """The server ends in good order and starts anew; Grace again."""
        user_id = self.grace.user.id
        await self.server.restart()
        self.owner = Client(self.app, self.app.directory.users[self.owner._user_id or 0])
        return Client(self.app, self.app.directory.users[user_id])

    async def test_a_queue_goes_on(self) -> None:
        """What was not acknowledged is there, then the restart is told, then what happens; ids go on, options hold."""
        state = await self.grace.register(event_types=["message", "restart"], apply_markdown=False,
                                          narrow=[["topic", "castle"]])
        await self.owner.send("general", "**one**", "castle")
        await self.owner.send("general", "**two**", "castle")
        await self.grace.events(state["queue_id"])
        await self.grace.events(state["queue_id"], 0)
        grace = await self.restart()
        await self.owner.send("general", "not this", "elsewhere")
        await self.owner.send("general", "**three**", "castle")
        events = await grace.events(state["queue_id"], 0)
        self.assertEqual([(event["id"], event["type"]) for event in events],
                         [(1, "message"), (2, "restart"), (3, "message")])
        self.assertEqual([event["message"]["content"] for event in events if event["type"] == "message"],
                         ["**two**", "**three**"])
        self.assertEqual(events[1]["zulip_feature_level"], 278)
        self.assertIn("server_generation", events[1])
        refusal = await grace.refusal("GET", "/events", queue_id=state["queue_id"], last_event_id=-1)
        self.assertIn("pruned", refusal["msg"])
        self.assertFalse(self.file.exists())

    async def test_the_state_stays_exact(self) -> None:
        """A client that sleeps through a restart has, with its events, the state that one who comes after gets."""
        state = await self.grace.register(include_subscribers=True, fetch_event_types=list(FETCH), apply_markdown=True,
                                          client_capabilities={"notification_settings_null": True})
        model = ClientState(state)
        await self.owner.send("general", "before")
        await self.owner.call("POST", "/users/me/status", status_text="busy")
        grace = await self.restart()
        await self.owner.call("PATCH", f"/users/{grace.user.id}", full_name="Grace B. Hopper")
        await self.owner.send([grace.user.id], "after")
        for event in await grace.events(state["queue_id"]):
            if event["type"] != "restart":
                model.apply(event)
        fresh = ClientState(await grace.register(include_subscribers=True, fetch_event_types=list(FETCH),
                                                 client_capabilities={"notification_settings_null": True}))
        self.assertEqual(model.comparable(), fresh.comparable())

    async def test_after_a_crash(self) -> None:
        """Nothing was saved: the client is told that its queue is gone. So after a restart later than that."""
        state = await self.grace.register(event_types=["message"])
        crashed, self.server.app = self.app, Application(self.server.settings, self.app.reactor, self.server.dsn)
        await self.app.start()
        grace = Client(self.app, self.app.directory.users[self.grace.user.id])
        try:
            refusal = await grace.refusal("GET", "/events", queue_id=state["queue_id"], last_event_id=-1)
            self.assertEqual(refusal["code"], "BAD_EVENT_QUEUE_ID")
        finally:
            crashed._is_open = False
            await crashed.stop()

    async def test_the_database_moved_on(self) -> None:
        """A file that does not fit the database is not used, whatever came between."""
        state = await self.grace.register(event_types=["message"])
        await self.app.stop()
        kept = self.file.read_bytes()
        await self.server.start_again()
        self.assertEqual(len(self.app.queues), 1)
        await self.app.stop()
        self.file.write_bytes(kept)
        await self.server.start_again()
        self.assertEqual(len(self.app.queues), 0)
        grace = Client(self.app, self.app.directory.users[self.grace.user.id])
        refusal = await grace.refusal("GET", "/events", queue_id=state["queue_id"], last_event_id=-1)
        self.assertEqual(refusal["code"], "BAD_EVENT_QUEUE_ID")

    async def test_a_damaged_file(self) -> None:
        await self.grace.register(event_types=["message"])
        await self.app.stop()
        self.file.write_bytes(self.file.read_bytes()[:-3])
        await self.server.start_again()
        self.assertEqual((len(self.app.queues), self.file.exists()), (0, False))

    async def test_a_folder_that_cannot_be_written(self) -> None:
        """The server ends all the same, and the next one has no queues."""
        await self.grace.register(event_types=["message"])
        self.patch(saved, "FILE_NAME", "no/such/folder")
        await self.app.stop()
        self.assertEqual(len(self.flushLoggedErrors(FileNotFoundError)), 1)
        await self.server.start_again()
        self.assertEqual(len(self.app.queues), 0)

    async def test_no_write_after_the_queues_are_saved(self) -> None:
        """Who comes to write while the server ends is refused, and sees it in no queue."""
        state = await self.grace.register(event_types=["message"])
        late: list[Deferred[dict[str, Any]]] = []
        save = saved.save

        def save_and_send(*args: Any) -> int:
            count = save(*args)
            late.append(Deferred.fromCoroutine(self.owner.refusal(
                "POST", "/messages", type="direct", to=[self.grace.user.id], content="late")))
            return count

        patch = self.patch(saved, "save", save_and_send)
        grace = await self.restart()
        patch.restore()
        self.assertEqual((await late[0])["code"], "SERVICE_UNAVAILABLE")
        self.assertEqual(await grace.events(state["queue_id"]), [])

    async def test_the_token_is_spent(self) -> None:
        """A token fits once."""
        await sql.put_token(self.app.database, b"one")
        await sql.put_token(self.app.database, b"two")
        self.assertEqual(await sql.spend_token(self.app.database), b"two")
        self.assertIsNone(await sql.spend_token(self.app.database))


class FileTests(ChatTestCase):
    """What the file holds, without a server in between."""

    async def setUp(self) -> None:
        await super().setUp()
        self.folder = self.server.settings.data
        self.clock = Clock()
        self.queues = EventQueues(self.clock)

    def restore(self, after_s: float = 0.0) -> EventQueues:
        clock = Clock()
        clock.advance(self.clock.seconds() + after_s)
        queues = EventQueues(clock)
        self.assertEqual(saved.restore(queues, self.app.directory, self.folder, b"token"), len(queues))
        return queues

    def register(self, **options: Any) -> EventQueue:
        return self.queues.register(self.owner.user.id, QueueOptions(event_types=frozenset({"x"}), **options))

    async def test_shared_events_are_shared_again(self) -> None:
        """An event that many queues hold is written once, and held once after it."""
        body = b'{"type":"x","text":"' + b"y" * 100_000 + b'"'
        queues = [self.register(narrow=(Term("topic", "a"),), lifespan_s=700) for _ in range(20)]
        for queue in queues:
            queue.push(body, 0.0)
        self.assertEqual(saved.save(self.queues, self.folder, b"token"), 20)
        self.assertLess((self.folder / saved.FILE_NAME).stat().st_size, 120_000)
        self.assertEqual((self.folder / saved.FILE_NAME).stat().st_mode & 0o777, 0o600)
        restored = list(self.restore())
        self.assertEqual({queue.id: queue.options for queue in restored},
                         {queue.id: queue.options for queue in queues})
        self.assertEqual(len({id(queue.bodies[0]) for queue in restored}), 1)
        self.assertEqual(len(restored[0].entries), 1)

    async def test_abandoned_queues_stay_away(self) -> None:
        """A queue comes back as long as its client would have been waited for."""
        short, long = self.register(lifespan_s=600), self.register(lifespan_s=7200)
        for after_s, expected in ((600, {short.id, long.id}), (601, {long.id}), (7201, set())):
            saved.save(self.queues, self.folder, b"token")
            self.assertEqual({queue.id for queue in self.restore(after_s)}, expected)

    async def test_a_lost_queue_stays_lost(self) -> None:
        queue = self.register()
        queue.drop()
        saved.save(self.queues, self.folder, b"token")
        self.assertEqual(len(self.restore()), 0)

    async def test_not_more_than_fits(self) -> None:
        """Queues beyond the limit are left out; the others are whole."""
        self.patch(saved, "MAX_BYTES", 1000)
        for number in range(5):
            self.register().push(b'{"type":"x","text":"%d' % number + b"y" * 600 + b'"', 0.0)
        self.assertEqual(saved.save(self.queues, self.folder, b"token"), 2)
        self.assertEqual([len(queue.entries) for queue in self.restore()], [1, 1])
