"""One path, many verbs: HEAD and OPTIONS for free, 405 with what would do, 404, and a verb given as a parameter."""

from __future__ import annotations

import pytest
import requests

from tests.clients.visitors import ADA, PASSWORD, Browser, Program, Visitor
from tests.door.raw import basic, exchange
from tests.support.server import RunningServer


@pytest.fixture(scope="module", params=["api", "json"])
def visitor(request: pytest.FixtureRequest, demo_server: RunningServer, ada: Program) -> Visitor:
    """Ada, at one door and at the other."""
    return ada if request.param == "api" else Browser(demo_server, ADA)


class HeadTests:
    @pytest.mark.parametrize("path", ["/users/me", "/streams", "/server_settings", "/no/such/path", "/messages"])
    def test_is_get_without_its_body(self, visitor: Visitor, path: str) -> None:
        """HEAD has GET's status and headers, Content-Length too, and no body; errors likewise."""
        get, head = visitor.call("GET", path), visitor.call("HEAD", path)
        assert head.content == b""
        assert head.status_code == get.status_code
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers[name] == get.headers[name], name

    def test_only_where_get_is(self, visitor: Visitor) -> None:
        """Where there is no GET there is no HEAD."""
        answer = visitor.call("HEAD", "/messages/render")
        assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "OPTIONS, POST", b"")


class OptionsTests:
    @pytest.mark.parametrize(("path", "verbs"), [
        ("/messages", "GET, HEAD, OPTIONS, POST"),
        ("/messages/render", "OPTIONS, POST"),
        ("/users/me/subscriptions", "DELETE, GET, HEAD, OPTIONS, PATCH, POST"),
        ("/streams/1", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/users", "GET, HEAD, OPTIONS, POST, PUT"),
    ])
    def test_says_which_verbs(self, demo_server: RunningServer, visitor: Visitor, path: str, verbs: str) -> None:
        """OPTIONS answers 204 with Allow, to anyone, and has no body."""
        for answer in (visitor.call("OPTIONS", path),
                       requests.options(demo_server.url + visitor.prefix + path, timeout=10)):
            assert (answer.status_code, answer.headers["allow"], answer.content) == (204, verbs, b"")

    def test_of_nothing(self, visitor: Visitor) -> None:
        """A path that does not exist has no options."""
        assert visitor.call("OPTIONS", "/no/such/path").status_code == 404


class RefusedTests:
    @pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get", "X" * 100])
    def test_a_verb_that_does_not_fit(self, visitor: Visitor, ada: Program, method: str) -> None:
        """405 lists the verbs in Allow and in the body, and has no code; it comes before any question of who asks."""
        headers = {b"Authorization": basic(ADA, ada.key)}
        for given in (headers, {}):
            answer = exchange(visitor.server, method.encode(), visitor.prefix.encode() + b"/messages", given, b"")
            assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")
            assert answer.json() == {
                "result": "error", "msg": answer.json()["msg"],
                "allowed_methods": ["GET", "HEAD", "OPTIONS", "POST"]}

    @pytest.mark.parametrize("path", [
        "/nothing", "/messages/x", "/messages/1/2", "/users/me/x", "/streams/", "/Messages", "/messages.json"])
    def test_a_path_that_leads_nowhere(self, visitor: Visitor, path: str) -> None:
        """404 in the envelope, whatever the verb, signed in or not."""
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            for answer in (visitor.call(method, path),
                           requests.request(method, visitor.server.url + visitor.prefix + path, timeout=10)):
                if path == "/streams/" and answer.status_code != 404:
                    continue  # a slash at the end may be overlooked
                assert (answer.status_code, answer.json()["result"]) == (404, "error"), (method, answer.text)


class PutTests:
    def test_what_exists(self, visitor: Visitor) -> None:
        """PUT makes what is not there. Again it says so, each time alike, and changes nothing: neither the account, nor
        its password, nor what others hear."""
        new = {"email": f"put{visitor.prefix.replace('/', '-')}@plait.example", "password": PASSWORD,
               "full_name": "Put In"}
        visitor.ok("PUT", "/users", **new)
        before = visitor.ok("GET", f"/users/{new['email']}")
        answers = [visitor.call("PUT", "/users", **{**new, "full_name": "Put Again", "password": "another one, longer"})
                   for _ in range(3)]
        assert {answer.status_code for answer in answers} == {400}
        assert {answer.json()["msg"] for answer in answers} == {f"Email is already in use: '{new['email']}'"}
        assert visitor.ok("GET", f"/users/{new['email']}") == before
        signed_in = requests.post(visitor.server.url + "/api/v1/fetch_api_key", timeout=10, data={
            "username": new["email"], "password": PASSWORD})
        assert signed_in.status_code == 200


class OverrideTests:
    def test_the_verb_as_a_parameter(self, visitor: Visitor) -> None:
        """POST with `method` is served as that verb, for clients that know only GET and POST."""
        listed = visitor.call("POST", "/users/me/subscriptions", method="GET").json()
        assert "subscriptions" in listed.get("data", listed)
        refused = visitor.call("POST", "/users/me/subscriptions", method="delete", subscriptions=["nowhere"])
        assert refused.json()["msg"] == "Invalid channel name 'nowhere'"
        nothing = visitor.call("POST", "/messages", method="PATCH")
        assert nothing.status_code == 405

    @pytest.mark.parametrize("method", ["TRACE", "", "nonsense", "OPTIONS", "HEAD"])
    def test_a_verb_that_is_none(self, visitor: Visitor, method: str) -> None:
        """What is no verb of ours changes nothing."""
        rendered = visitor.call("POST", "/messages/render", content="x", method=method).json()
        assert rendered.get("data", rendered)["rendered"] == "<p>x</p>"

    def test_only_of_post(self, visitor: Visitor) -> None:
        """A link cannot be made to write: GET stays GET."""
        before = visitor.ok("GET", "/streams")
        answer = visitor.call("GET", "/users/me/subscriptions", method="POST", subscriptions='[{"name":"made"}]')
        assert "subscriptions" in answer.json().get("data", answer.json())
        assert visitor.ok("GET", "/streams") == before

    def test_does_not_lift_the_guard(self, demo_server: RunningServer) -> None:
        """In the browser a POST that calls itself GET still needs its token."""
        browser = Browser(demo_server, ADA)
        answer = browser.call("POST", "/users/me/subscriptions", method="GET", headers={"X-CSRFToken": "x" * 64})
        assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_FAILED")
