"""From a mail back to the server: the page behind its link, and the one click of a mail program."""

from __future__ import annotations

import requests

from tests.clients.visitors import ADA, DEADLINE_S, LINUS, Program, wait_until
from tests.support.mails import mails
from tests.support.server import RunningServer


class UnsubscribingTests:
    def test_by_the_page_and_by_one_click(self, demo_server: RunningServer) -> None:
        linus, ada = Program(demo_server, LINUS), Program(demo_server, ADA)
        linus.ok("PATCH", "/settings", email_notifications_batching_period_seconds=1)
        ada.ok("POST", "/messages", type="direct", to=[LINUS], content="Are you there?")
        mine = wait_until("the mail was written", lambda: [
            mail for mail in mails(demo_server.data) if LINUS in mail["To"]])
        link = str(mine[0]["List-Unsubscribe"]).strip("<>")
        assert link.startswith(demo_server.url + "/unsubscribe/missed_messages/")

        page = requests.get(link, timeout=DEADLINE_S)
        assert (page.status_code, page.headers["referrer-policy"]) == (200, "no-referrer")
        assert "No more of these mails?" in page.text and LINUS in page.text
        assert self.wants_mails(linus), "opening the page changes nothing"

        # As RFC 8058 has it: no cookie, no token but the address.
        clicked = requests.post(link, data={"List-Unsubscribe": "One-Click"}, timeout=DEADLINE_S)
        assert clicked.status_code == 200
        assert "You get no more of these mails" in clicked.text
        assert not self.wants_mails(linus)
        assert requests.post(link, timeout=DEADLINE_S).status_code == 200, "a second click is no error"

    def test_addresses_that_we_did_not_make(self, demo_server: RunningServer) -> None:
        for path in ("missed_messages/1-" + "0" * 40, "missed_messages/x", "other/1-" + "0" * 40,
                     "missed_messages/99999999999-" + "0" * 40):
            for verb in ("GET", "POST"):
                answer = requests.request(verb, f"{demo_server.url}/unsubscribe/{path}/", timeout=DEADLINE_S)
                assert answer.status_code == 404, path

    def wants_mails(self, person: Program) -> bool:
        state = person.ok("POST", "/register", fetch_event_types=["user_settings"], event_types=["heartbeat"],
                          client_capabilities={"notification_settings_null": True, "user_settings_object": True})
        return bool(state["user_settings"]["enable_offline_email_notifications"])


