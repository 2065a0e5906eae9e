"""The pages under /api/: every example on them is put into a shell and into Python, and works as it stands."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from html import unescape
from pathlib import Path
from typing import Any

import orjson
import pytest
import requests
from twisted.internet.threads import deferToThread
from twisted.internet.utils import getProcessOutputAndValue

from chat.models import User
from chat.resources.reference import EMAIL, KEY, curl_example, python_example
from chat.resources.routes import Route
from tests.clients.visitors import DEADLINE_S
from tests.examples import SWITCHED_OFF, World, picture
from tests.support.harness import run
from tests.support.server import RunningServer

NOT_BY_ZULIP = {"get-openapi"}
"""What the package zulip does not understand, as it has no envelope."""


class Reader:
    """Somebody who tries what the pages say, on a server of their own."""

    def __init__(self) -> None:
        self.world = World()
        self.folder = Path(tempfile.mkdtemp())

    async def start(self) -> None:
        from twisted.internet import reactor

        await self.world.start()
        self._port = reactor.listenTCP(  # type: ignore[attr-defined]
            0, self.world.server.app.get_site(), interface="127.0.0.1")
        self.url = f"http://127.0.0.1:{self._port.getHost().port}"
        (self.folder / "picture.png").write_bytes(picture())
        (self.folder / "notes.txt").write_text("hello")

    async def stop(self) -> None:
        await self._port.stopListening()
        await self.world.stop()
        shutil.rmtree(self.folder)

    async def key(self, user: User) -> str:
        return await self.world.server.app.accounts.new_api_key(user, "examples")

    async def shell(self, route: Route, names: dict[str, Any], user: User) -> dict[str, Any]:
        """What curl prints."""
        command = curl_example(route, self.url, user.email, await self.key(user), names)
        output, error, code = await getProcessOutputAndValue(
            "/bin/sh", ["-c", command], env={"PATH": os.environ["PATH"]}, path=str(self.folder))
        assert code == 0, error
        found: dict[str, Any] = orjson.loads(output)
        return found

    async def python(self, route: Route, names: dict[str, Any], user: User) -> dict[str, Any]:
        """What the program finds."""
        (self.folder / "zuliprc").write_text(
            f"[api]\nemail={user.email}\nkey={await self.key(user)}\nsite={self.url}\n")
        code = python_example(route, names).replace("print(result)", "")
        space: dict[str, Any] = {}
        with chdir(self.folder):
            await deferToThread(exec, compile(code, "example", "exec"), space)
        found: dict[str, Any] = space["result"]
        return found


async def try_all(way: str) -> dict[str, str]:
    """The answers of those examples that do not work, by operation."""
    reader, failed = Reader(), {}
    await reader.start()
    try:
        for route in reader.world.routes:
            if way == "python" and route.operation in NOT_BY_ZULIP:
                continue
            names, caller = await reader.world.prepared(route)
            answer = await getattr(reader, way)(route, names, caller.user)
            works = answer.get("result") == "success" or "openapi" in answer
            if not works and answer.get("code") != SWITCHED_OFF.get((route.method, route.path), ""):
                failed[f"{route.method} {route.path}"] = str(answer)[:300]
    finally:
        await reader.stop()
    return failed


@pytest.mark.parametrize("way", ["shell", "python"])
def test_examples_work(way: str) -> None:
    assert run(try_all(way)) == {}


@pytest.fixture(scope="module")
def index(demo_server: RunningServer) -> str:
    return requests.get(demo_server.url + "/api/", timeout=DEADLINE_S).text


@pytest.fixture(scope="module")
def document(demo_server: RunningServer) -> dict[str, Any]:
    found: dict[str, Any] = requests.get(demo_server.url + "/api/v1/openapi.json", timeout=DEADLINE_S).json()
    return found


class PagesTests:
    @staticmethod
    def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for path, verbs in document["paths"].items():
            for verb, operation in verbs.items():
                yield verb.upper(), path, operation

    def test_every_operation_has_its_page(self, demo_server: RunningServer, index: str, document: dict[str, Any]
                                          ) -> None:
        """The index leads to each; a page tells verb, path, parameters, errors, and an example in two languages."""
        session = requests.Session()
        for verb, path, operation in self.operations(document):
            address = f"/api/{operation['operationId']}"
            assert f'href="{address}"' in index
            answer = session.get(demo_server.url + address, timeout=DEADLINE_S)
            text = unescape(re.sub(r"<[^>]+>", "", answer.text))
            assert answer.status_code == 200
            assert f"{verb} {demo_server.url}/api/v1{path}" in text
            assert operation["summary"] in text
            assert f"curl -sS{'G' if verb == 'GET' else ''} -X {verb}" in text
            assert f"{EMAIL}:{KEY}" in text
            assert "zulip.Client" in text
            for parameter in operation["parameters"]:
                assert parameter["name"] in text
            assert "RATE_LIMIT_HIT" in text

    def test_in_other_languages(self, demo_server: RunningServer) -> None:
        """Under a language's prefix too; the reference is English, and says so."""
        answer = requests.get(demo_server.url + "/de/api/", timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["content-language"]) == (200, "en")
        assert '<html lang="en">' in answer.text

    @pytest.mark.parametrize("path", ["/api/nothing", "/api/<b>", "/api/send-message/", "/api/SEND-MESSAGE"])
    def test_what_there_is_not(self, demo_server: RunningServer, path: str) -> None:
        answer = requests.get(demo_server.url + path, timeout=DEADLINE_S)
        assert answer.status_code == 404
        assert "<b>" not in answer.text
