"""The whole application in the test's own process, on a real PostgreSQL, without a port.

`InProcess` is started and stopped by hand (or by `ChatTestCase`); `Client` calls routes as one person would, through
the same dispatch as HTTP and sockets, and checks each answer against the route's declaration.
"""

from __future__ import annotations

import tempfile
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import orjson
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from chat.app import Application
from chat.errors import JsonableError
from chat.models import Role, User
from chat.params import text_values
from chat.resources.notes import Door, RequestNotes
from chat.resources.openapi import documented_errors
from chat.settings import Settings
from tests.support.event_shapes import check_event
from tests.support.postgres import drop_database, fresh_database

T = TypeVar("T")


class Refused(AssertionError):
    """A request that was expected to succeed was answered with an error."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class Client:
    """One person's requests. `user` may be None: nobody signed in."""

    def __init__(self, app: Application, user: User | None, client_name: str = "test") -> None:
        self.app = app
        self._user_id = None if user is None else user.id
        self.client_name = client_name

    @property
    def user(self) -> User:
        """The person as they are now."""
        assert self._user_id is not None
        return self.app.directory.users[self._user_id]

    def start(self, method: str, path: str, *, door: Door = Door.API, idempotency_key: str | None = None,
              files: Sequence[tuple[str, bytes]] = (), **params: Any) -> Deferred[Any]:
        """Send a request, with `files` as (name, content); the Deferred of its reply."""
        notes = RequestNotes(door, method, path, client_name=self.client_name, idempotency_key=idempotency_key,
                             started=self.app.reactor.seconds())
        for name, content in files:
            received = self.app.files.receive(name)
            received.write(content)
            received.close()
            notes.files.append(received)

        def authenticate(notes: RequestNotes) -> None:
            notes.user = None if self._user_id is None else self.user

        served = self.app.rest.rest_dispatch(notes, method, path, lambda: text_values(params), authenticate)
        for file in notes.files:
            if not file.is_taken:
                file.discard()
        return served

    async def answer(self, method: str, path: str, **params: Any) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        reply = await self.start(method, path, **params)
        body = orjson.loads(reply.body)
        self._check_is_documented(method, path, reply.status, body)
        return reply.status, body

    async def call(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """The body of a request that succeeds. Raises Refused."""
        status, body = await self.answer(method, path, **params)
        if status != 200:
            raise Refused(status, body)
        self._check(method, path, body)
        return body

    async def refusal(self, method: str, path: str, **params: Any) -> dict[str, Any]:
        """The body of a request that is refused, with its status added."""
        status, body = await self.answer(method, path, **params)
        assert status != 200, body
        return {**body, "status": status}

    async def send(self, to: str | list[int], content: str, topic: str = "topic", **params: Any) -> int:
        """Send to a channel by name, or to people by id; the message's id."""
        kind = "direct" if isinstance(to, list) else "channel"
        body = await self.call("POST", "/messages", type=kind, to=to, topic=topic, content=content, **params)
        return int(body["id"])

    async def upload(self, name: str, content: bytes) -> str:
        """Upload a file; its address."""
        return str((await self.call("POST", "/user_uploads", files=[(name, content)]))["url"])

    async def register(self, **params: Any) -> dict[str, Any]:
        return await self.call("POST", "/register", **params)

    async def events(self, queue_id: str, last_event_id: int = -1, *, wait: bool = False) -> list[dict[str, Any]]:
        """The events after `last_event_id`, those that are there or (`wait`) the next."""
        body = await self.call("GET", "/events", queue_id=queue_id, last_event_id=last_event_id, dont_block=not wait)
        events: list[dict[str, Any]] = body["events"]
        for event in events:
            check_event(event)
        return events

    def _check_is_documented(self, method: str, path: str, status: int, body: dict[str, Any]) -> None:
        """An error's status and code are among those that the route declares."""
        route = self.app.rest.route_of(method, path)
        if route is not None and status != 200:
            assert body.get("code") in documented_errors(route).get(status, ()), (
                f"{method} {path} answers {status} {body}, which its declaration does not name in `errors`")

    def _check(self, method: str, path: str, body: dict[str, Any]) -> None:
        verbs, _ = self.app.rest._find(path)
        returns = verbs[method].returns
        if returns is not None:
            data = {name: value for name, value in body.items()
                    if name not in ("result", "msg", "ignored_parameters_unsupported")}
            msgspec.convert(body.get("data", data), returns)


class InProcess:
    """An application with an organisation: an owner, and more people as asked for."""

    def __init__(self) -> None:
        self.dsn = fresh_database()
        self.app: Application
        self._number = 0

    async def start(self, **settings: Any) -> None:
        from twisted.internet import reactor

        self._folder = tempfile.TemporaryDirectory()
        settings.setdefault("unlimited", True)
        self.settings = Settings(data=Path(self._folder.name), external_url="http://chat.test", **settings)
        self.app = Application(self.settings, reactor, self.dsn)
        await self.app.start()

    async def stop(self) -> None:
        await self.app.stop()
        drop_database(self.dsn)
        self._folder.cleanup()

    async def restart(self) -> None:
        """Stop and start on the same database, as after a crash: only what is stored comes back."""
        await self.app.stop()
        self.app = Application(self.settings, self.app.reactor, self.dsn)
        await self.app.start()

    async def start_again(self, **settings: Any) -> None:
        """After the application was stopped: start it with other settings."""
        self.settings = replace(self.settings, **settings)
        self.app = Application(self.settings, self.app.reactor, self.dsn)
        await self.app.start()

    async def organisation(self) -> Client:
        """Make the organisation; its owner."""
        from chat.actions.organisation import OrganisationWish

        token = await self.app.organisations.new_link()
        owner = await self.app.organisations.do_create_organisation(
            token, OrganisationWish("Test", "Olga Owner", "owner@chat.test", "long enough"), "no hash")
        assert owner is not None
        return Client(self.app, owner)

    async def person(self, name: str = "", role: int = Role.MEMBER) -> Client:
        """One more person, in no channel."""
        self._number += 1
        name = name or f"Person {self._number}"
        user = await self.app.users.do_create_user(
            email=f"{name.lower().replace(' ', '.')}@chat.test", full_name=name, role=role, password_hash=None,
            channel_ids=())
        return Client(self.app, user)

    async def people(self, count: int) -> list[Client]:
        """Many people at once, for counting."""
        rows = await self.app.database.query(
            "INSERT INTO user_profile (email, full_name, role) SELECT 'n' || n || '@chat.test', 'Number ' || n, 400 "
            "FROM generate_series(1, %s) AS n RETURNING id", (count,))
        await self.restart()
        return [Client(self.app, self.app.directory.users[user_id]) for (user_id,) in rows]


class ChatTestCase(TestCase):
    """A test with an application of its own: `self.owner`, `self.app`, and `self.server` to make people."""

    async def setUp(self) -> None:
        self.server = InProcess()
        await self.server.start()
        self.owner = await self.server.organisation()

    async def tearDown(self) -> None:
        await self.server.stop()

    @property
    def app(self) -> Application:
        return self.server.app


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on the reactor, from a plain function (hypothesis calls those)."""
    from twisted.internet import reactor

    outcome: list[Any] = []

    def ended(result: Any) -> None:
        outcome.append(result)
        if reactor.running:  # type: ignore[attr-defined]
            reactor.crash()  # type: ignore[attr-defined]

    Deferred.fromCoroutine(coroutine).addBoth(ended)
    if not outcome:
        reactor.run()  # type: ignore[attr-defined]
    pool, reactor.threadpool = reactor.threadpool, None  # type: ignore[attr-defined]
    if pool is not None:
        pool.stop()  # its threads would keep the process alive
    if hasattr(outcome[0], "raiseException"):
        outcome[0].raiseException()
    result: T = outcome[0]
    return result


__all__ = ["ChatTestCase", "Client", "InProcess", "JsonableError", "Refused", "run"]
