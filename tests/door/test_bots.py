"""Bots by HTTP: made with a picture, and what their keys open."""

from __future__ import annotations

from typing import Any

import requests

from tests.clients.visitors import ADA, ALAN, DEADLINE_S, GRACE, LINUS, Browser, Program
from tests.door.test_uploads import png
from tests.support.server import RunningServer


def make(ada: Program, short_name: str, picture: bytes | None = None, **params: str) -> dict[str, Any]:
    """The answer to a request for a bot, as a multipart body where there is a picture."""
    answer: dict[str, Any] = ada.session.post(
        ada.server.url + "/api/v1/bots", timeout=DEADLINE_S,
        data={"full_name": f"Bot {short_name}", "short_name": short_name, **params},
        files=None if picture is None else {"file": ("picture.png", picture, "image/png")}).json()
    return answer


class PictureTests:
    def test_comes_with_the_bot(self, ada: Program) -> None:
        """One request makes both; another changes the picture; what is no picture makes no bot and changes none."""
        made = make(ada, "pictured", png())
        assert made["result"] == "success", made
        assert made["avatar_url"].startswith("/user_avatars/")
        plain = make(ada, "plain")
        assert plain["avatar_url"].startswith("/avatar/")
        refused = make(ada, "refused", b"no picture at all")
        assert refused["code"] == "BAD_IMAGE"
        assert make(ada, "refused")["result"] == "success", "the name was free still"
        address = f"{ada.server.url}/api/v1/bots/{plain['user_id']}"
        changed = ada.session.patch(address, timeout=DEADLINE_S, data={"full_name": "Bot painted"},
                                    files={"file": ("p.png", png(), "image/png")}).json()
        assert (changed["full_name"], changed["avatar_url"][:14]) == ("Bot painted", "/user_avatars/")
        broken = ada.session.patch(address, timeout=DEADLINE_S, data={"full_name": "Bot broken"},
                                   files={"file": ("p.png", b"x", "image/png")}).json()
        assert broken["code"] == "BAD_IMAGE"
        assert ada.ok("GET", f"/users/{plain['user_id']}")["user"]["full_name"] == "Bot painted"

    def test_is_nobody_elses_to_change(self, demo_server: RunningServer, ada: Program) -> None:
        """A stranger's picture for a bot is refused before anything is made of it."""
        made, alan = make(ada, "unpainted"), Program(demo_server, ALAN)
        answer = alan.session.patch(f"{alan.server.url}/api/v1/bots/{made['user_id']}", timeout=DEADLINE_S,
                                    files={"file": ("p.png", png(), "image/png")}).json()
        assert answer["code"] == "UNAUTHORIZED_PRINCIPAL"


class KeyTests:
    def test_of_an_incoming_webhook(self, demo_server: RunningServer, ada: Program) -> None:
        """It sends; everything else is closed to it: routes, files, pictures, sockets' queues, pages."""
        made = make(ada, "hook", bot_type="2")
        auth = (ada.ok("GET", f"/users/{made['user_id']}")["user"]["email"], made["api_key"])

        def status(method: str, path: str, **options: Any) -> int:
            return requests.request(method, demo_server.url + path, auth=auth, timeout=DEADLINE_S,
                                    allow_redirects=False, **options).status_code

        message = {"type": "channel", "to": "general", "topic": "hooks", "content": "posted"}
        assert status("POST", "/api/v1/messages", data=message) == 200
        for method, path in (("GET", "/api/v1/messages"), ("POST", "/api/v1/register"), ("GET", "/api/v1/users"),
                             ("POST", "/api/v1/user_uploads"), ("GET", "/api/v1/users/me"),
                             ("POST", "/api/v1/users/me/api_key/regenerate"), ("GET", f"/avatar/{made['user_id']}")):
            assert status(method, path) == 401, path

    def test_is_told_to_its_managers_only(self, demo_server: RunningServer, ada: Program) -> None:
        """By either door: its owner and administrators read it, others do not."""
        made = make(ada, "private")
        path = f"/bots/{made['user_id']}/api_key"
        for manager in (Browser(demo_server, ADA), Browser(demo_server, GRACE)):
            assert manager.ok("GET", path)["data"]["api_key"] == made["api_key"]
        for stranger in (Browser(demo_server, ALAN), Browser(demo_server, LINUS)):
            assert stranger.call("GET", path).status_code == 400
            everything = stranger.ok("POST", "/register")
            assert made["api_key"] not in str(everything)
