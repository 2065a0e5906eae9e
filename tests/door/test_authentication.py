"""Who may in: keys at one door, sessions with their token at the other; and how each door answers."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.clients.visitors import ADA, ALAN, DEADLINE_S, GRACE, HEDY, PASSWORD, Browser, Program, base64_of
from tests.door.raw import exchange
from tests.support.server import RunningServer

BASIC, SESSION = 'Basic realm="zulip"', 'Session realm="zulip"'


@pytest.fixture(scope="module")
def browser(demo_server: RunningServer) -> Browser:
    return Browser(demo_server, GRACE)


def me(server: RunningServer, authorization: str | None) -> requests.Response:
    """Ask who one is, with this Authorization header."""
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.get(server.url + "/api/v1/users/me", headers=headers, timeout=DEADLINE_S)


class BasicTests:
    def test_key(self, demo_server: RunningServer, ada: Program) -> None:
        """Address and key open the door; case of address and scheme, and space around the key, do not matter."""
        for scheme, email, key in (
                ("Basic", ADA, ada.key), ("bAsIc", ADA.upper(), ada.key), ("Basic", f" {ADA} ", f" {ada.key}\n")):
            answer = me(demo_server, f"{scheme} {base64_of(f'{email}:{key}')}")
            assert (answer.status_code, answer.json().get("email")) == (200, ADA)

    @pytest.mark.parametrize("authorization", [
        None, "", "Basic", "Basic ", "Basic !!!", "Basic Zm9v", "Basic " + "A" * 7_000, "Bearer abc", "Digest x",
        "Basic =", "Basic " + base64_of(":"), "Basic " + base64_of(f"{ADA}:"), "Basic ü", "Basic //79",
        "Basic " + base64_of(f"{ADA}:{'x' * 32}"), "Basic " + base64_of(f"{ADA}:{PASSWORD}"),
        "Basic " + base64_of(f"nobody@plait.example:{'x' * 32}"),
        "Basic " + base64_of(f"{ADA}\x00:{'x' * 32}")])
    def test_no_key(self, demo_server: RunningServer, authorization: str | None) -> None:
        """Whatever is wrong with the credentials: 401, one code, and the scheme that would do."""
        headers = {} if authorization is None else {b"Authorization": authorization.encode()}
        answer = exchange(demo_server, b"GET", b"/api/v1/users/me", headers)
        assert (answer.status, answer.json()["code"]) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == BASIC

    def test_of_another(self, demo_server: RunningServer, ada: Program) -> None:
        """A key works with its own person's address only."""
        answer = me(demo_server, "Basic " + base64_of(f"{HEDY}:{ada.key}"))
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")

    def test_before_parameters(self, demo_server: RunningServer) -> None:
        """Who is not signed in does not learn which parameters are missing."""
        answer = requests.post(demo_server.url + "/api/v1/messages", data={"num_before": "x"}, timeout=DEADLINE_S)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")

    def test_no_sessions_here(self, demo_server: RunningServer, browser: Browser) -> None:
        """A browser's cookie means nothing at the API clients' door, so no page can write through it."""
        answer = browser.session.get(demo_server.url + "/api/v1/users/me", timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, BASIC)

    def test_no_keys_there(self, demo_server: RunningServer, ada: Program) -> None:
        """Nor a key at the browsers' door, which asks for a session and not for what makes browsers open a dialog."""
        answer = ada.session.get(demo_server.url + "/json/users/me", timeout=DEADLINE_S)
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
        assert answer.headers["www-authenticate"] == SESSION

    def test_where_anyone_may_ask(self, demo_server: RunningServer) -> None:
        """The server's settings are told to everyone, with right, wrong and no credentials alike."""
        told = [
            requests.get(demo_server.url + prefix + "/server_settings", headers=headers, timeout=DEADLINE_S).json()
            for prefix in ("/api/v1", "/json")
            for headers in ({}, {"Authorization": "Basic !"}, {"Authorization": "Basic " + base64_of(f"{ADA}:x")})]
        assert {answer.get("data", answer)["zulip_feature_level"] for answer in told} == {278}


class FetchApiKeyTests:
    @staticmethod
    def fetch(server: RunningServer, username: str, password: str) -> requests.Response:
        return requests.post(server.url + "/api/v1/fetch_api_key", timeout=DEADLINE_S,
                             data={"username": username, "password": password})

    def test_for_a_password(self, demo_server: RunningServer) -> None:
        """The right password gives a key that works at once, and earlier keys go on working."""
        first, second = (self.fetch(demo_server, HEDY, PASSWORD).json() for _ in range(2))
        assert (first["email"], len(first["api_key"])) == (HEDY, 32)
        assert first["api_key"].isascii()
        assert first["api_key"].isalnum()
        for key in (first["api_key"], second["api_key"]):
            assert me(demo_server, "Basic " + base64_of(f"{HEDY}:{key}")).status_code == 200

    @pytest.mark.parametrize(("username", "password"), [
        (HEDY, "wrong"), (HEDY, ""), (HEDY, PASSWORD + " "), ("nobody@plait.example", PASSWORD), ("", PASSWORD),
        ("Hedy Lamarr", PASSWORD), (HEDY, "x" * 99)])
    def test_for_nothing_else(self, demo_server: RunningServer, username: str, password: str) -> None:
        """A wrong password and an unknown address are told apart by nothing in the answer."""
        answer = self.fetch(demo_server, username, password)
        assert answer.status_code == 401
        assert answer.json() == {"result": "error", "code": "AUTHENTICATION_FAILED", "msg": answer.json()["msg"]}
        assert answer.json()["msg"] == self.fetch(demo_server, HEDY, "wrong").json()["msg"]

    def test_of_a_closed_account(self, demo_server: RunningServer) -> None:
        """Only who knows the password of a closed account learns that it is closed; its keys are dead."""
        grace = Program(demo_server, GRACE)
        who = "emmy@plait.example"
        user_id = grace.ok("POST", "/users", email=who, password="noether-1918", full_name="Emmy Noether")["user_id"]
        key = self.fetch(demo_server, who, "noether-1918").json()["api_key"]
        grace.ok("DELETE", f"/users/{user_id}")
        assert self.fetch(demo_server, who, "noether-1918").json()["code"] == "USER_DEACTIVATED"
        assert self.fetch(demo_server, who, "wrong").json()["code"] == "AUTHENTICATION_FAILED"
        answer = me(demo_server, "Basic " + base64_of(f"{who}:{key}"))
        assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")

    def test_revoked(self, demo_server: RunningServer) -> None:
        """A new key in place of all others ends those at once."""
        old = self.fetch(demo_server, HEDY, PASSWORD).json()["api_key"]
        answer = requests.post(
            demo_server.url + "/api/v1/users/me/api_key/regenerate", auth=(HEDY, old), timeout=DEADLINE_S).json()
        assert me(demo_server, "Basic " + base64_of(f"{HEDY}:{old}")).status_code == 401
        assert me(demo_server, "Basic " + base64_of(f"{HEDY}:{answer['api_key']}")).status_code == 200


class CsrfTests:
    PATHS = {"POST": "/messages/render", "PUT": "/users", "PATCH": "/streams/1", "DELETE": "/users/me/subscriptions"}

    @pytest.mark.parametrize("token", [None, "", "x", "x" * 64, "ü" * 20, "\x01"])
    @pytest.mark.parametrize("method", PATHS)
    def test_missing_or_wrong(self, browser: Browser, method: str, token: str | None) -> None:
        """Whatever writes in a session needs the session's token: without it 403, before anything is looked at."""
        for where in ("header", "field"):
            data = {} if token is None or where == "header" else {"csrfmiddlewaretoken": token}
            headers = {} if token is None or where == "field" else {"X-CSRFToken": token.encode()}
            answer = browser.session.request(
                method, browser.server.url + "/json" + self.PATHS[method], timeout=DEADLINE_S, data=data,
                headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_FAILED")
            assert answer.json()["reason"]

    @pytest.mark.parametrize("method", PATHS)
    def test_of_another_session(self, demo_server: RunningServer, browser: Browser, method: str) -> None:
        """A token belongs to one session: another person's does not fit, nor one's own of another browser."""
        for other in (Browser(demo_server, ALAN), Browser(demo_server, GRACE)):
            assert other.csrf_token != browser.csrf_token
            answer = browser.call(method, self.PATHS[method], headers={"X-CSRFToken": other.csrf_token})
            assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_FAILED")

    @pytest.mark.parametrize("method", PATHS)
    def test_cookie_is_not_enough(self, browser: Browser, method: str) -> None:
        """A site that can set cookies for ours gains nothing: the token is the session's, not the cookie's."""
        session = browser.session.cookies["sessionid"]
        answer = requests.request(
            method, browser.server.url + "/json" + self.PATHS[method], timeout=DEADLINE_S,
            cookies={"sessionid": session, "csrftoken": "y" * 64}, headers={"X-CSRFToken": "y" * 64})
        assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_FAILED")

    def test_as_header_or_field(self, browser: Browser) -> None:
        """The token is taken from the header or from a field, which is not an unknown parameter."""
        url = browser.server.url + "/json/messages/render"
        data = {"content": "x", "csrfmiddlewaretoken": browser.csrf_token}
        for answer in (browser.call("POST", "/messages/render", content="x"),
                       browser.session.post(url, data=data, timeout=DEADLINE_S),
                       browser.session.post(url, json=data, timeout=DEADLINE_S)):
            assert answer.json() == {"result": "success", "msg": "", "data": {"rendered": "<p>x</p>"}}

    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_reading_needs_none(self, browser: Browser, method: str) -> None:
        """What only reads needs no token."""
        answer = browser.session.request(method, browser.server.url + "/json/users/me", timeout=DEADLINE_S)
        assert answer.status_code in (200, 204)

    def test_without_a_session(self, demo_server: RunningServer) -> None:
        """Without a session it is 401 that comes first; a cookie that is no session is none."""
        for cookies in ({}, {"sessionid": "x" * 43}, {"sessionid": ""}, {"sessionid": "%ff", "csrftoken": "a"}):
            answer = requests.post(
                demo_server.url + "/json/messages/render", cookies=cookies, data={"content": "x"}, timeout=DEADLINE_S)
            assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
            assert answer.headers["www-authenticate"] == SESSION


class EnvelopeTests:
    def test_success(self, ada: Program, browser: Browser) -> None:
        """API clients find the keys beside `result`, browsers under `data`; no answer is cached."""
        flat, wrapped = ada.call("GET", "/streams/1"), browser.call("GET", "/streams/1")
        assert set(flat.json()) == {"result", "msg", "stream"}
        assert set(wrapped.json()) == {"result", "msg", "data"}
        assert wrapped.json()["data"] == {"stream": flat.json()["stream"]}
        for answer in (flat, wrapped):
            assert (answer.json()["result"], answer.json()["msg"]) == ("success", "")
            assert answer.headers["content-type"] == "application/json"
            assert "no-store" in answer.headers["cache-control"]
            assert answer.content.endswith(b"}\n")

    def test_nothing_to_say(self, ada: Program, browser: Browser) -> None:
        """A success without data is empty in both."""
        setting = {"subscription_data": [{"stream_id": 1, "property": "is_muted", "value": False}]}
        assert ada.ok("POST", "/users/me/subscriptions/properties", **setting) == {"result": "success", "msg": ""}
        assert browser.ok("POST", "/users/me/subscriptions/properties", **setting) == {
            "result": "success", "msg": "", "data": {}}

    def test_errors(self, ada: Program, browser: Browser) -> None:
        """Errors are the same at both doors, the data of a code beside it."""
        message: dict[str, Any] = {"type": "stream", "to": "nowhere", "topic": "x", "content": "x"}
        nothing: dict[str, Any] = {}
        for params, expected in (
                (message, {"result": "error", "code": "STREAM_DOES_NOT_EXIST", "stream": "nowhere",
                           "msg": "Channel 'nowhere' does not exist"}),
                (nothing, {"result": "error", "code": "REQUEST_VARIABLE_MISSING", "var_name": "type",
                           "msg": "Missing 'type' argument"})):
            answers = [visitor.call("POST", "/messages", **params) for visitor in (ada, browser)]
            assert [answer.status_code for answer in answers] == [400, 400]
            assert [answer.json() for answer in answers] == [expected, expected]

    def test_ignored(self, ada: Program, browser: Browser) -> None:
        """Parameters that were not read are named beside the data, not in it."""
        for visitor in (ada, browser):
            assert visitor.ok("GET", "/users/me", zebra="1")["ignored_parameters_unsupported"] == ["zebra"]
