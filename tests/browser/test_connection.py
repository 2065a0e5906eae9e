"""The connection breaks, is blocked, comes back: nothing is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.person import Person
from tests.support.server import RunningServer

SignIn = Callable[..., Person]
LUNCH = "#narrow/channel/1-general/topic/team.20lunch"


def polls_of(person: Person) -> list[str]:
    """The addresses of long polls that this window asks from now on."""
    polls: list[str] = []
    person.page.on("request", lambda request: polls.append(request.url) if "/json/events?" in request.url else None)
    return polls


class BlockedSocketTests:
    def test_without_sockets_messages_come_by_long_polling(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", sockets=False)
        polls = polls_of(ada)
        grace = sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        grace.write("Do you hear me without a socket?")
        ada.sees("Do you hear me without a socket?")
        ada.write("By long polling, yes.")
        grace.sees("By long polling, yes.")
        ada.until(lambda: len(polls) > 0, "a long poll")

    def test_with_sockets_nobody_polls(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        grace = sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        grace.write("socket, are you there?")
        ada.sees("socket, are you there?")
        polls = polls_of(ada)
        ada.write("all here")
        grace.sees("all here")
        assert polls == []


class RestartedServerTests:
    @pytest.mark.parametrize("sockets", [True, False])
    def test_a_restart_is_hardly_noticed(self, sign_in: SignIn, demo_server: RunningServer, *, sockets: bool) -> None:
        """Nothing is loaded or registered anew, and what is said just before and after is there."""
        ada, grace = sign_in("ada", sockets=sockets), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        grace.write(f"just before the restart {sockets}")
        ada.sees(f"just before the restart {sockets}")
        registered: list[str] = []
        ada.page.on("request", lambda request: registered.append(request.url) if "/register" in request.url else None)
        demo_server.restart()
        grace.write(f"and after it {sockets}")
        ada.sees(f"and after it {sockets}")
        ada.write("all is well")
        grace.sees("all is well", 1 if sockets else 2)
        assert registered == []


class LostServerTests:
    def test_what_was_said_meanwhile_is_caught_up_with(self, sign_in: SignIn, demo_server: RunningServer) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        grace.write("before the crash")
        ada.sees("before the crash")
        ada.page.evaluate("document.body.dataset.life = 'first'")
        ada.context.set_offline(True)
        demo_server.kill()
        demo_server.start()
        grace.write("while you were away")
        grace.sees("while you were away")
        grace.until(lambda: grace.page.locator(".row-sending").count() == 0, "the confirmation")
        ada.context.set_offline(False)
        ada.sees("while you were away")
        ada.sees("before the crash")
        assert ada.page.evaluate("document.body.dataset.life") == "first", "the page was not loaded anew"

    def test_a_message_written_while_the_server_is_away_is_delivered_once(
        self, sign_in: SignIn, demo_server: RunningServer
    ) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        ada.page.wait_for_selector("#feed .row")
        demo_server.kill()
        ada.write("written into the silence")
        ada.page.fill("#compose textarea", "and half a sentence")
        assert ada.page.locator("#feed .row-sending").count() == 1
        ada.page.wait_for_selector(".strip")
        demo_server.start()
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation", 40_000)
        ada.until(lambda: ada.page.locator(".strip").count() == 0, "the strip to go")
        ada.sees("written into the silence")
        grace.sees("written into the silence")
        assert ada.page.input_value("#compose textarea") == "and half a sentence"

    def test_an_unsent_message_survives_a_reload_and_is_delivered_once(
        self, sign_in: SignIn, demo_server: RunningServer
    ) -> None:
        ada, grace = sign_in("ada"), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        ada.page.wait_for_selector("#feed .row")
        # The server stores the message, but its answer and its event never arrive.
        ada.page.route("**/json/**", lambda route: route.abort())
        ada.page.evaluate("WebSocket.prototype.send = function () {}")
        ada.write("sent in a previous life")
        assert ada.page.locator("#feed .row-sending").count() == 1
        ada.page.unroute("**/json/**")
        ada.page.reload()
        ada.wait_ready()
        ada.sees("sent in a previous life")
        grace.sees("sent in a previous life")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        ada.sees("sent in a previous life")
        kept = ada.page.evaluate("Object.keys(localStorage).filter((key) => key.includes('outbox'))")
        assert kept == []

    def test_an_answer_that_was_lost_leads_to_no_second_message(self, sign_in: SignIn) -> None:
        ada, grace = sign_in("ada", sockets=False), sign_in("grace")
        ada.go(LUNCH)
        grace.go(LUNCH)
        ada.page.wait_for_selector("#feed .row")
        lost: list[int] = []

        def lose(route: object) -> None:
            """The server gets the request; the browser never gets the answer, the first time."""
            if route.request.method != "POST" or lost:  # type: ignore[attr-defined]
                route.continue_()  # type: ignore[attr-defined]
                return
            lost.append(route.fetch().status)  # type: ignore[attr-defined]
            route.abort()  # type: ignore[attr-defined]

        ada.page.route("**/json/messages", lose)
        ada.page.route("**/json/events?*", lambda route: route.abort())
        ada.write("told once")
        ada.until(lambda: lost == [200], "the first attempt")
        ada.until(lambda: ada.page.locator("#feed .row-sending").count() == 0, "the confirmation")
        ada.page.unroute("**/json/events?*")
        ada.sees("told once")
        grace.sees("told once")


class RefusalTests:
    def test_a_refused_message_is_kept_to_edit_resend_or_discard(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", sockets=False)
        ada.go(LUNCH)
        ada.page.wait_for_selector("#feed .row")
        refusal = '{"result":"error","msg":"Not allowed here","code":"BAD_REQUEST"}'
        ada.page.route(
            "**/json/messages",
            lambda route: (
                route.fulfill(status=400, body=refusal, content_type="application/json")
                if route.request.method == "POST"
                else route.continue_()
            ),
        )
        ada.write("you will not like this")
        row = ada.sees("you will not like this")
        row.locator(".row-failure").wait_for()
        assert "Not allowed here" in row.locator(".row-failure").inner_text()
        ada.page.reload()
        ada.wait_ready()
        row = ada.sees("you will not like this")
        row.get_by_role("button", name="Edit").click()
        ada.until(lambda: ada.page.input_value("#compose textarea") == "you will not like this", "the text to edit")
        assert ada.rows("you will not like this").count() == 0
        ada.page.press("#compose textarea", "Enter")
        row = ada.sees("you will not like this")
        ada.page.unroute("**/json/messages")
        row.get_by_role("button", name="Resend").click()
        ada.until(lambda: ada.page.locator("#feed .row-failed").count() == 0, "the message to go out")
        ada.sees("you will not like this")
