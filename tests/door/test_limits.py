"""Rate limits from outside: headers, refusals, lock-out; and who is counted as whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from tests.clients.visitors import ADA, ALAN, DEADLINE_S, GRACE, PASSWORD, Browser, Program
from tests.support.server import RunningServer, start_server

PER_PERSON, PER_ADDRESS, FAILURES = 30, 12, 3


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server that allows little, behind a proxy on this machine. Each test comes from addresses of its own."""
    options = ["--requests-per-minute", str(PER_PERSON), "--address-requests-per-minute", str(PER_ADDRESS),
               "--sign-in-failures", str(FAILURES), "--trusted-proxies", "127.0.0.1"]
    with start_server(demo=True, limited=True, options=options) as server:
        yield server


def fetch_key(server: RunningServer, email: str, password: str, address: str) -> requests.Response:
    """Ask for an API key, from an address."""
    return requests.post(server.url + "/api/v1/fetch_api_key", data={"username": email, "password": password},
                         headers={"X-Forwarded-For": address}, timeout=DEADLINE_S)


def anonymous(server: RunningServer, address: str, path: str = "/server_settings") -> requests.Response:
    return requests.get(server.url + "/api/v1" + path, headers={"X-Forwarded-For": address}, timeout=DEADLINE_S)


class AddressTests:
    def test_without_credentials(self, server: RunningServer) -> None:
        """An address may ask so often; then it hears when to come again. Another address is not concerned."""
        left = [int(anonymous(server, "192.0.2.1").headers["x-ratelimit-remaining"]) for _ in range(PER_ADDRESS)]
        assert left[0] == PER_ADDRESS - 1
        assert sorted(left, reverse=True) == left
        for _ in range(PER_ADDRESS):  # some of it may be back meanwhile
            refused = anonymous(server, "192.0.2.1")
            if refused.status_code == 429:
                break
        body = refused.json()
        assert (refused.status_code, body["code"], body["result"]) == (429, "RATE_LIMIT_HIT", "error")
        assert 0 < body["retry-after"] <= 60 / PER_ADDRESS
        assert 1 <= int(refused.headers["retry-after"]) <= 60 / PER_ADDRESS
        assert refused.headers["x-ratelimit-limit"] == str(PER_ADDRESS)
        assert anonymous(server, "192.0.2.2").status_code == 200

    def test_wrong_credentials(self, server: RunningServer) -> None:
        """Guessing keys is counted against the address."""
        statuses = [requests.get(
            server.url + "/api/v1/users/me", auth=(ADA, f"{number:032}"), headers={"X-Forwarded-For": "192.0.2.3"},
            timeout=DEADLINE_S).status_code for number in range(PER_ADDRESS + 5)]
        assert statuses[0] == 401
        assert set(statuses) == {401, 429}


class PersonTests:
    def test_counts_for_itself(self, server: RunningServer) -> None:
        """A person's requests are counted together, over HTTP and through sockets; polls apart, other people apart."""
        grace, browser, alan = Program(server, GRACE), Browser(server, GRACE), Program(server, ALAN)
        queue = grace.register("message")
        first = grace.call("GET", "/users/me")
        assert first.headers["x-ratelimit-limit"] == str(PER_PERSON)
        statuses = {browser.call("GET", "/users/me").status_code for _ in range(PER_PERSON)}
        assert statuses == {200, 429}
        refused = [grace.call("GET", "/users/me") for _ in range(PER_PERSON)][-1]
        assert refused.json()["code"] == "RATE_LIMIT_HIT"
        assert alan.call("GET", "/users/me").status_code == 200
        poll = grace.call("GET", "/events", queue_id=queue.id, last_event_id=-1, dont_block=True)
        assert (poll.status_code, poll.headers["x-ratelimit-limit"]) == (200, str(PER_PERSON * 4))


class SignInTests:
    def test_lock_out(self, server: RunningServer) -> None:
        """After some wrong passwords an account is locked for a while, wherever the attempts came from: the right
        password is not looked at either. Accounts that do not exist answer alike."""
        for email in ("hedy@plait.example", "nobody@plait.example"):
            answers = [fetch_key(server, email, "wrong", f"198.51.100.{number}") for number in range(FAILURES)]
            assert {answer.json()["code"] for answer in answers} == {"AUTHENTICATION_FAILED"}
            locked = fetch_key(server, email.upper(), PASSWORD, "198.51.100.77")
            assert (locked.status_code, locked.json()["code"]) == (429, "RATE_LIMIT_HIT")
            assert 60 < locked.json()["retry-after"] <= 1800 / FAILURES

    def test_success_costs_nothing(self, server: RunningServer) -> None:
        """Who knows the password may sign in again and again."""
        for number in range(FAILURES * 2):
            assert fetch_key(server, "linus@plait.example", PASSWORD, f"198.51.101.{number}").status_code == 200

    def test_an_address(self, server: RunningServer) -> None:
        """One address does not get to try one account after the other."""
        codes = [fetch_key(server, f"person{number}@plait.example", "wrong", "198.51.102.1").json()["code"]
                 for number in range(PER_ADDRESS + 1)]
        assert codes[0] == "AUTHENTICATION_FAILED"
        assert codes[-1] == "RATE_LIMIT_HIT"

    def test_on_the_page(self, server: RunningServer) -> None:
        """The sign-in page follows the same rule, in words."""
        session = requests.Session()
        session.get(server.url + "/login/", timeout=DEADLINE_S)
        form = {"username": "katherine@plait.example", "password": "wrong",
                "csrfmiddlewaretoken": session.cookies["csrftoken"]}
        pages = [session.post(server.url + "/login/", data=form, timeout=DEADLINE_S).text for _ in range(FAILURES + 1)]
        assert "incorrect" in pages[0]
        assert "Too many" in pages[-1]
