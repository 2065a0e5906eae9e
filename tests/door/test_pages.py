"""Signing in and out in a browser: forms, cookies, and where one is sent afterwards."""

from __future__ import annotations

from http.cookies import Morsel, SimpleCookie

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, HEDY, PASSWORD, Browser, Program
from tests.support.server import RunningServer, start_server


class Tab:
    """A browser that has just opened the sign-in page."""

    def __init__(self, server: RunningServer, next_page: str | None = None) -> None:
        self.server = server
        self.session = requests.Session()
        self.page = self.session.get(
            server.url + "/login/", params={} if next_page is None else {"next": next_page}, timeout=DEADLINE_S)

    def post(self, path: str = "/login/", headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        """Send a form as the page would, with its token unless another is given."""
        form.setdefault("csrfmiddlewaretoken", self.session.cookies.get("csrftoken") or "")
        return self.session.post(
            self.server.url + path, data=form, headers=headers, timeout=DEADLINE_S, allow_redirects=False)

    def is_signed_in(self) -> bool:
        """Whether the session's cookie opens the door."""
        return self.session.get(self.server.url + "/json/users/me", timeout=DEADLINE_S).status_code == 200


def cookies_of(answer: requests.Response) -> dict[str, Morsel[str]]:
    """The cookies that an answer sets, with their attributes."""
    jar: SimpleCookie = SimpleCookie()
    for line in answer.raw.headers.getlist("set-cookie"):
        jar.load(line)
    return dict(jar)


class SignInTests:
    def test_with_a_password(self, demo_server: RunningServer) -> None:
        """Address and password sign in, and the client's page opens."""
        tab = Tab(demo_server)
        answer = tab.post(username=GRACE, password=PASSWORD)
        assert (answer.status_code, answer.headers["location"]) == (302, "/")
        assert tab.is_signed_in()
        home = tab.session.get(demo_server.url + "/", timeout=DEADLINE_S)
        assert (home.status_code, home.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert home.url == demo_server.url + "/"

    def test_with_one_click(self, demo_server: RunningServer) -> None:
        """A demo's people sign in without a password; nobody else does."""
        tab = Tab(demo_server)
        assert HEDY in tab.page.text
        assert tab.post(demo_email=HEDY).headers["location"] == "/"
        assert tab.is_signed_in()
        Program(demo_server, ADA).call(
            "POST", "/users", email="rosalind@plait.example", password=PASSWORD, full_name="Rosalind Franklin")
        for email in ("rosalind@plait.example", "nobody@plait.example", ADA + "\x00", "*"):
            other = Tab(demo_server)
            assert other.post(demo_email=email).status_code == 200
            assert not other.is_signed_in()

    @pytest.mark.parametrize(("username", "password"), [
        (GRACE, "wrong"), (GRACE, ""), ("", ""), ("nobody@plait.example", PASSWORD), (GRACE, PASSWORD + "\x00"),
        ("<script>alert(1)</script>", '"><b>'), ("x" * 5_000, "y" * 5_000)])
    def test_refused(self, demo_server: RunningServer, username: str, password: str) -> None:
        """What does not fit shows the page again with a sentence that does not tell which was wrong; what was typed
        comes back as text, the password not at all."""
        tab = Tab(demo_server)
        answer = tab.post(username=username, password=password)
        assert answer.status_code == 200
        assert "incorrect" in answer.text
        assert "<script>alert" not in answer.text
        assert not password.strip() or password not in answer.text
        assert "sessionid" not in tab.session.cookies
        assert not tab.is_signed_in()

    @pytest.mark.parametrize("token", ["", "x" * 64, "ü" * 32])
    def test_needs_the_page(self, demo_server: RunningServer, token: str) -> None:
        """A form that did not come from our page signs nobody in."""
        tab = Tab(demo_server)
        answer = tab.post(username=GRACE, password=PASSWORD, csrfmiddlewaretoken=token)
        assert answer.status_code in (400, 403)
        assert not tab.is_signed_in()
        stranger = requests.post(demo_server.url + "/login/", timeout=DEADLINE_S, allow_redirects=False,
                                 data={"username": GRACE, "password": PASSWORD, "csrfmiddlewaretoken": token})
        assert stranger.status_code in (400, 403)
        assert "sessionid" not in stranger.cookies

    def test_a_new_session_each_time(self, demo_server: RunningServer) -> None:
        """A session's name is never one that was there before signing in, so nobody can have planted it."""
        tab = Tab(demo_server)
        tab.session.cookies.set("sessionid", "planted" * 6, domain="127.0.0.1", path="/")
        tab.post(username=GRACE, password=PASSWORD)
        names = [cookie.value for cookie in tab.session.cookies if cookie.name == "sessionid"]
        assert tab.is_signed_in()
        assert "planted" * 6 not in names
        assert names != [Browser(demo_server, GRACE).session.cookies["sessionid"]]

    def test_who_is_in_need_not_sign_in(self, demo_server: RunningServer) -> None:
        """The sign-in page sends on who is signed in, and the client's page sends back who is not."""
        browser = Browser(demo_server, GRACE)
        there = browser.session.get(demo_server.url + "/login/", allow_redirects=False, timeout=DEADLINE_S)
        assert (there.status_code, there.headers["location"]) == (302, "/")
        back = requests.get(demo_server.url + "/", allow_redirects=False, timeout=DEADLINE_S)
        assert (back.status_code, back.headers["location"]) == (302, "/login/")


class NextTests:
    @pytest.mark.parametrize("page", ["/", "/#narrow/channel/1-general", "/settings/?a=1&b=2", "/ünïcode/"])
    def test_leads_on(self, demo_server: RunningServer, page: str) -> None:
        """Signing in leads to the page that was wanted."""
        tab = Tab(demo_server, page)
        answer = tab.post(username=GRACE, password=PASSWORD, next=page)
        location = answer.raw.headers["location"].encode("latin-1").decode()
        assert (answer.status_code, location) == (302, page)

    @pytest.mark.parametrize("page", [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "/\n/evil.example", "///evil.example", "javascript:alert(1)", "evil.example", "", " //evil.example",
        "/\r\nSet-Cookie: sessionid=planted", "/\x00", "http:evil.example", "/" + "x" * 3_000, "/\u2028"])
    def test_never_leads_away(self, demo_server: RunningServer, page: str) -> None:
        """It never leads to another site, nor can it break out of its header."""
        tab = Tab(demo_server, page)
        answer = tab.post(username=GRACE, password=PASSWORD, next=page)
        assert (answer.status_code, answer.headers["location"]) == (302, "/")
        assert tab.session.cookies["sessionid"] != "planted"
        again = tab.session.get(
            demo_server.url + "/login/", params={"next": page}, allow_redirects=False, timeout=DEADLINE_S)
        assert (again.status_code, again.headers["location"]) == (302, "/")


class CookieTests:
    def test_flags(self, demo_server: RunningServer) -> None:
        """The session's cookie is out of scripts' reach; both stay on this site and end some day."""
        cookies = cookies_of(Tab(demo_server).post(username=GRACE, password=PASSWORD))
        session, token = cookies["sessionid"], cookies["csrftoken"]
        assert session["httponly"]
        assert not token["httponly"], "the page's scripts send it"
        for cookie in (session, token):
            assert cookie["samesite"].lower() == "lax"
            assert cookie["path"] == "/"
            assert 0 < int(cookie["max-age"]) <= 400 * 24 * 3600
            assert not cookie["domain"]
        assert len(session.value) >= 40

    def test_secure(self) -> None:
        """Where the server is reached by HTTPS, its cookies travel by nothing else."""
        with start_server(options=["--external-url", "https://chat.example"]) as server:
            first = Tab(server)
            token = cookies_of(first.page)["csrftoken"].value
            answer = requests.post(
                server.url + "/login/", timeout=DEADLINE_S, allow_redirects=False, cookies={"csrftoken": token},
                data={"username": GRACE, "password": PASSWORD, "csrfmiddlewaretoken": token})
        assert answer.status_code == 302
        for cookie in (*cookies_of(first.page).values(), *cookies_of(answer).values()):
            assert cookie["secure"], cookie.key


class SignOutTests:
    def test_ends_the_session(self, demo_server: RunningServer) -> None:
        """After signing out the cookie opens nothing, not even for who kept a copy; other sessions go on."""
        browser, other = Browser(demo_server, HEDY), Browser(demo_server, HEDY)
        copy = dict(browser.session.cookies)
        answer = browser.session.post(
            demo_server.url + "/accounts/logout/", data={"csrfmiddlewaretoken": browser.csrf_token},
            allow_redirects=False, timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["location"]) == (302, "/login/")
        assert "sessionid" not in browser.session.cookies
        stolen = requests.get(demo_server.url + "/json/users/me", cookies=copy, timeout=DEADLINE_S)
        assert stolen.status_code == 401
        assert other.call("GET", "/users/me").status_code == 200

    def test_needs_the_token(self, demo_server: RunningServer) -> None:
        """No other site can sign anybody out; nor does following a link."""
        browser = Browser(demo_server, HEDY)
        url = demo_server.url + "/accounts/logout/"
        assert browser.session.post(url, timeout=DEADLINE_S).status_code == 403
        assert browser.session.post(url, data={"csrfmiddlewaretoken": "x"}, timeout=DEADLINE_S).status_code == 403
        assert browser.session.get(url, timeout=DEADLINE_S).status_code == 405
        assert browser.call("GET", "/users/me").status_code == 200

    def test_without_a_session(self, demo_server: RunningServer) -> None:
        """Who is not signed in signs out without an error."""
        answer = requests.post(demo_server.url + "/accounts/logout/", allow_redirects=False, timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["location"]) == (302, "/login/")


class OtherPagesTests:
    @pytest.mark.parametrize("path", ["/nothing/here/", "/login", "/static/nothing.js", "/static/js/", "/new/x/"])
    def test_not_there(self, demo_server: RunningServer, path: str) -> None:
        """What is not there is a page that says so, with nothing of the server's insides."""
        answer = requests.get(demo_server.url + path, timeout=DEADLINE_S)
        if path == "/login" and answer.url.endswith("/login/"):
            return  # sent on to where it is
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        for inside in ("Traceback", "twisted", ".py"):
            assert inside not in answer.text

    @pytest.mark.parametrize("path", [
        "/static/../chat/app.py", "/static/%2e%2e/chat/app.py", "/static/..%2f..%2fsetup.cfg", "/static/%00",
        "/static/.%00", "/static//etc/passwd", "/static/%2fetc%2fpasswd", "/static/js/%2e%2e/%2e%2e/setup.cfg",
        "/static/.git/config", "/static/js/../../setup.cfg"])
    def test_static_is_all_there_is(self, demo_server: RunningServer, path: str) -> None:
        """Only what lies under static/ is given out."""
        prepared = requests.Request("GET", demo_server.url).prepare()
        prepared.url = demo_server.url + path
        answer = requests.Session().send(prepared, timeout=DEADLINE_S)
        assert answer.status_code == 404

    def test_pages_guard_themselves(self, demo_server: RunningServer) -> None:
        """Pages say that they are not to be framed, sniffed or kept."""
        for page in (Tab(demo_server).page, Browser(demo_server, GRACE).session.get(demo_server.url + "/")):
            assert page.headers["x-frame-options"] == "DENY"
            assert page.headers["x-content-type-options"] == "nosniff"
            assert "no-store" in page.headers["cache-control"]
