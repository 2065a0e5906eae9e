"""Coming in by a browser: invitations' links, forgotten passwords, languages in addresses. With forms alone."""

from __future__ import annotations

import re
import time

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, Program
from tests.support.mails import link_in, mails
from tests.support.server import RunningServer


class Visitor:
    """A browser without JavaScript."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.session = requests.Session()

    def get(self, path: str, **headers: str) -> requests.Response:
        return self.session.get(self.server.url + path, headers=headers, timeout=DEADLINE_S)

    def send(self, path: str, **form: str) -> requests.Response:
        """Open a page and send its form."""
        for page in (path, "/login/"):  # which has a form, where that one has none
            if "csrftoken" not in self.session.cookies:
                self.get(page)
        form.setdefault("csrfmiddlewaretoken", self.session.cookies.get("csrftoken") or "")
        return self.session.post(self.server.url + path, data=form, timeout=DEADLINE_S, allow_redirects=False)


def newest_mail(server: RunningServer, to: str, after: int) -> str:
    """The link in the mail to an address; there were `after` mails before."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        found = [mail for mail in mails(server.data)[after:] if to in mail["To"]]
        if found:
            return link_in(found[-1])
        time.sleep(0.05)
    raise AssertionError(f"no mail to {to}")


class JoiningTests:
    def test_by_an_invitation_that_was_mailed(self, demo_server: RunningServer, ada: Program) -> None:
        """In the language of the prefix, which one goes on reading."""
        before = len(mails(demo_server.data))
        ada.call("POST", "/invites", invitee_emails="annie@example.com", stream_ids=[])
        link = newest_mail(demo_server, "annie@example.com", before)
        visitor = Visitor(demo_server)
        assert "annie@example.com" in visitor.get(link).text
        assert visitor.send(link, full_name="", password="short").status_code == 200
        answer = visitor.send("/de" + link, full_name="Annie Easley", password="a few unrelated words")
        assert (answer.status_code, answer.headers["location"]) == (302, "/")
        me = visitor.get("/json/users/me").json()["data"]
        assert (me["full_name"], me["email"], me["role"]) == ("Annie Easley", "annie@example.com", 400)
        assert '<html lang="de" dir="ltr">' in visitor.get("/").text
        assert Visitor(demo_server).get(link).status_code == 404

    def test_by_a_link_for_many(self, demo_server: RunningServer, ada: Program) -> None:
        made = ada.call("POST", "/invites/multiuse", invite_as=600).json()["invite_link"]
        link = made.removeprefix(re.match(r"https?://[^/]+", made)[0])  # type: ignore[index]
        for name in ("Mary Jackson", "Dorothy Vaughan"):
            email = name.split()[0].lower() + "@example.com"
            answer = Visitor(demo_server).send(link, full_name=name, email=email, password="a few unrelated words")
            assert (answer.status_code, answer.headers.get("location")) == (302, "/")
        taken = Visitor(demo_server).send(link, full_name="Mary II", email="mary@example.com", password="a few words")
        assert taken.status_code == 200
        assert "already" in taken.text

    @pytest.mark.parametrize("path", ["/join/nothing/", "/reset/nothing/", "/confirm/nothing/", "/new/nothing/"])
    def test_a_link_that_is_worth_nothing(self, demo_server: RunningServer, path: str) -> None:
        assert Visitor(demo_server).get(path).status_code == 404
        assert Visitor(demo_server).send(path, full_name="X Y", password="a few unrelated words").status_code == 404
        forged = Visitor(demo_server).send(path, csrfmiddlewaretoken="forged")
        assert forged.status_code in (400, 404)

    def test_an_organisation_that_is_closed_says_so(self, demo_server: RunningServer) -> None:
        for answer in (Visitor(demo_server).get("/register/"), Visitor(demo_server).send("/register/", email="a@b.c")):
            assert "You need an invitation" in answer.text
        assert "/register/" not in Visitor(demo_server).get("/login/").text


class RecoveryTests:
    def test_a_forgotten_password(self, demo_server: RunningServer, ada: Program) -> None:
        """The old one is worth nothing, the new one opens; the link works once."""
        ada.call("POST", "/users", email="forgetful@example.com", full_name="For Getful", password="the old password")
        before = len(mails(demo_server.data))
        visitor = Visitor(demo_server)
        visitor.send("/reset/", email="forgetful@example.com")
        link = newest_mail(demo_server, "forgetful@example.com", before)
        assert visitor.send(link, password="short").status_code == 200
        answer = visitor.send(link, password="the new password")
        assert (answer.status_code, answer.headers["location"]) == (302, "/login/?done=password")
        assert visitor.send(link, password="the next password").status_code == 404
        old = Visitor(demo_server).send("/login/", username="forgetful@example.com", password="the old password")
        assert old.status_code == 200
        new = visitor.send("/login/", username="forgetful@example.com", password="the new password")
        assert new.status_code == 302

    def test_the_answer_tells_nothing_of_who_is_here(self, demo_server: RunningServer) -> None:
        answers = [Visitor(demo_server).send("/reset/", email=email) for email in (GRACE, "nobody@plait.example")]
        assert {answer.status_code for answer in answers} == {200}
        there, absent = (re.sub(r'value="\w{64}"', "", answer.text) for answer in answers)
        assert there.replace(GRACE, "X") == absent.replace("nobody@plait.example", "X")


class AddressTests:
    def test_a_new_address_is_confirmed_by_a_button(self, demo_server: RunningServer, ada: Program) -> None:
        """Looking at the link, as programs of mail do, confirms nothing."""
        ada.call("POST", "/users", email="mover@example.com", full_name="Mo Ver", password="a few unrelated words")
        visitor = Visitor(demo_server)
        visitor.send("/login/", username="mover@example.com", password="a few unrelated words")
        before = len(mails(demo_server.data))
        visitor.session.patch(
            demo_server.url + "/json/settings", json={"email": "moved@example.com"}, timeout=DEADLINE_S,
            headers={"X-CSRFToken": visitor.session.cookies["csrftoken"]}).raise_for_status()
        link = newest_mail(demo_server, "moved@example.com", before)
        visitor.get(link)
        assert visitor.get("/json/users/me").json()["data"]["email"] == "mover@example.com"
        assert "moved@example.com" in Visitor(demo_server).send(link).text
        assert visitor.get("/json/users/me").json()["data"]["email"] == "moved@example.com"
        assert Visitor(demo_server).send(link).status_code == 404


class LanguageTests:
    @pytest.mark.parametrize("path", ["/login/", "/features/", "/help/", "/help/writing/", "/reset/", "/register/"])
    def test_each_page_is_there_in_each_language(self, demo_server: RunningServer, path: str) -> None:
        """Under its prefix; and each names the others."""
        for code, tag, direction in (("en", "en", "ltr"), ("de", "de", "ltr"), ("ar", "ar", "rtl"),
                                     ("zh-hans", "zh-Hans", "ltr")):
            page = Visitor(demo_server).get(f"/{code}{path}")
            assert (page.status_code, page.headers["content-language"]) == (200, tag)
            assert f'<html lang="{tag}" dir="{direction}">' in page.text
            for other in ("en", "de", "ar", "zh-hans"):
                assert re.search(rf'hreflang="[\w-]+" href="http://[^"]*/{other}{path}"', page.text)
            assert re.search(rf'hreflang="x-default" href="http://[^/"]*{path}"', page.text)

    def test_the_prefix_comes_first_then_the_setting_then_the_header(self, demo_server: RunningServer) -> None:
        ada = Program(demo_server, ADA)
        ada.call("POST", "/users", email="reader@example.com", full_name="Rea Der", password="a few unrelated words")
        visitor = Visitor(demo_server)

        def language(path: str) -> str:
            return visitor.get(path, **{"Accept-Language": "zh-CN"}).headers["content-language"]

        assert (language("/features/"), language("/ar/features/")) == ("zh-Hans", "ar")
        visitor.send("/login/", username="reader@example.com", password="a few unrelated words")
        visitor.session.patch(
            demo_server.url + "/json/settings", json={"default_language": "de"}, timeout=DEADLINE_S,
            headers={"X-CSRFToken": visitor.session.cookies["csrftoken"]}).raise_for_status()
        assert (language("/features/"), language("/ar/features/")) == ("de", "ar")

    def test_pages_that_are_not_there_speak_too(self, demo_server: RunningServer) -> None:
        """And know whether one is signed in."""
        visitor = Visitor(demo_server)
        page = visitor.get("/ar/nothing/at/all")
        assert (page.status_code, page.headers["content-language"]) == (404, "ar")
        assert 'href="/ar/login/"' in page.text
        visitor.send("/login/", demo_email=GRACE)
        assert 'href="/ar/login/"' not in visitor.get("/ar/nothing/at/all").text
        assert visitor.get("/fr/features/").status_code == 404


class SessionTests:
    def test_signing_in_ends_the_session_that_the_browser_had(self, demo_server: RunningServer) -> None:
        """Nobody goes on with a session that they planted, or found."""
        visitor = Visitor(demo_server)
        visitor.send("/login/", demo_email=GRACE)
        first = visitor.session.cookies["sessionid"]
        form = {"demo_email": ADA, "csrfmiddlewaretoken": visitor.session.cookies["csrftoken"]}
        visitor.session.post(demo_server.url + "/login/", data=form, timeout=DEADLINE_S, allow_redirects=False)
        assert visitor.session.cookies["sessionid"] != first
        with_old = requests.get(demo_server.url + "/json/users/me", cookies={"sessionid": first}, timeout=DEADLINE_S)
        assert with_old.status_code == 401
