"""Everything that production expects of nginx, through Debian's nginx on the configuration that we ship."""

from __future__ import annotations

import gzip
import json
import re
import socket
import ssl
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import websocket

from tests.clients.visitors import ADA, GRACE, PASSWORD, base64_of
from tests.deployment.nginx import DEADLINE_S, Nginx, ports
from tests.support.built import prod_static
from tests.support.server import RunningServer, free_port, start_server

KEY = {"username": ADA, "password": PASSWORD}


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    folder = tmp_path_factory.mktemp("nginx")
    running = Nginx(folder, *ports(), prod_static())
    yield running
    running.stop()


@pytest.fixture(scope="module")
def server(nginx: Nginx) -> Iterator[RunningServer]:
    """A server as docs/deployment.md has it."""
    options = ["--external-url", nginx.url, "--trusted-proxies", "127.0.0.1,::1", "--accel-redirect",
               "--static", str(prod_static()), "--address-requests-per-minute", "40"]
    with start_server(demo=True, limited=True, options=options) as running:
        nginx.start(running)
        yield running


class Visitor:
    """Somebody who comes through nginx."""

    def __init__(self, nginx: Nginx) -> None:
        self.nginx = nginx
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = str(nginx.authority)
        self.key = ""

    def __call__(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", DEADLINE_S)
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.nginx.url + path, **options)

    def with_key(self) -> Visitor:
        self.key = self("POST", "/api/v1/fetch_api_key", data=KEY).json()["api_key"]
        self.session.auth = (ADA, self.key)
        return self

    def socket(self, path: str, **options: Any) -> websocket.WebSocket:
        return websocket.create_connection(
            self.nginx.url.replace("https:", "wss:") + path, timeout=DEADLINE_S,
            sslopt={"ca_certs": str(self.nginx.authority), "cert_reqs": ssl.CERT_REQUIRED}, **options)


@pytest.fixture(scope="module")
def ada(server: RunningServer, nginx: Nginx) -> Visitor:
    return Visitor(nginx).with_key()


@pytest.fixture
def stranger(server: RunningServer, nginx: Nginx) -> Visitor:
    return Visitor(nginx)


class StaticTests:
    def test_by_nginx_itself(self, stranger: Visitor, server: RunningServer) -> None:
        """Hashed files come from nginx, for good, compressed before, in ranges; the server hears nothing of it."""
        page = stranger("GET", "/login/").text
        address = re.search(r'"(/static/css/base-\w{8}\.css)"', page)
        assert address
        answer = stranger("GET", address[1], stream=True, headers={"Accept-Encoding": "gzip"})
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"] == "text/css; charset=utf-8"
        assert answer.headers["x-content-type-options"] == "nosniff"
        packed = answer.raw.read(decode_content=False)
        assert packed == (prod_static() / (address[1].removeprefix("/static/") + ".gz")).read_bytes()
        part = stranger("GET", address[1], headers={"Range": "bytes=3-9", "Accept-Encoding": "identity"})
        assert (part.status_code, part.content) == (206, gzip.decompress(packed)[3:10])
        assert "x-request-id" not in answer.headers
        plain = stranger("GET", "/static/css/base.css")
        assert plain.headers["cache-control"] == "no-cache"
        again = stranger("GET", "/static/css/base.css", headers={"If-None-Match": plain.headers["etag"]})
        assert again.status_code == 304

    @pytest.mark.parametrize("path", ["nothing.css", "css/", "css/x/y", "index.html", "manifest.json"])
    def test_unknown_files(self, stranger: Visitor, path: str) -> None:
        """What is not there gets our own page, which knows whether one is signed in."""
        answer = stranger("GET", "/static/" + path)
        assert answer.status_code == 404
        assert answer.headers["content-type"].startswith("text/html")
        assert "/login/" in answer.text
        assert "nginx" not in answer.text.lower()
        assert "immutable" not in answer.headers["cache-control"]
        assert answer.headers["x-request-id"]

    def test_unknown_to_who_is_signed_in(self, stranger: Visitor) -> None:
        sign_in(stranger)
        assert "/login/" not in stranger("GET", "/static/nothing.css").text


def sign_in(visitor: Visitor, email: str = GRACE) -> requests.Response:
    visitor("GET", "/login/")
    return visitor("POST", "/login/", headers={"Referer": visitor.nginx.url + "/login/"}, data={
        "username": email, "password": PASSWORD, "csrfmiddlewaretoken": visitor.session.cookies["csrftoken"]})


class TlsTests:
    def test_by_https_only(self, stranger: Visitor, nginx: Nginx) -> None:
        """Who comes without TLS is sent on; answers tell browsers to stay, and cookies travel by nothing else."""
        answer = stranger.session.get(nginx.plain_url + "/login/?next=/x", allow_redirects=False, timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["location"]) == (301, nginx.url + "/login/?next=/x")
        signed_in = sign_in(stranger)
        assert signed_in.status_code == 302
        assert signed_in.headers["strict-transport-security"].startswith("max-age=")
        for line in signed_in.raw.headers.getlist("set-cookie"):
            assert "secure" in line.lower()
        assert stranger("GET", "/json/users/me").json()["data"]["email"] == GRACE

    def test_old_protocols(self, server: RunningServer, nginx: Nginx) -> None:
        """TLS 1.1 is refused."""
        context = ssl.create_default_context(cafile=str(nginx.authority))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        bare = socket.create_connection(("127.0.0.1", nginx.port), timeout=DEADLINE_S)
        with bare, pytest.raises(ssl.SSLError):
            context.wrap_socket(bare, server_hostname="localhost")


class AddressTests:
    def test_clients_cannot_lie(self, ada: Visitor, stranger: Visitor, server: RunningServer) -> None:
        """What a client says of its own address is replaced: counted it is as who it is."""
        statuses = {stranger("GET", "/api/v1/users", headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code
                    for number in range(60)}
        assert statuses == {401, 429}

    def test_not_past_nginx(self, server: RunningServer) -> None:
        """Addresses are believed of nginx alone; a name for the log likewise comes from it."""
        direct = requests.get(server.url + "/api/v1/users/me", timeout=DEADLINE_S,
                              headers={"X-Forwarded-For": "203.0.113.9, 203.0.113.10"})
        assert direct.status_code == 401

    def test_the_id_is_nginxs(self, ada: Visitor, server: RunningServer) -> None:
        """nginx names the request; the name is in the answer and in the log."""
        request_id = ada("GET", "/api/v1/users/me").headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", request_id)
        assert f"id={request_id}" in server.log

    def test_no_figures_for_others(self, stranger: Visitor, server: RunningServer) -> None:
        """/metrics is not passed on, though nginx comes from this machine."""
        assert stranger("GET", "/metrics").status_code == 404
        assert "plait_requests" in requests.get(server.url + "/metrics", timeout=DEADLINE_S).text


class RealTimeTests:
    def test_long_poll(self, ada: Visitor) -> None:
        """A poll waits, and its answer comes through as soon as there is one."""
        queue = ada("POST", "/api/v1/register", data={"event_types": '["message"]'}).json()
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(ada, "GET", "/api/v1/events", params={
                "queue_id": queue["queue_id"], "last_event_id": -1})
            sent = ada("POST", "/api/v1/messages", data={
                "type": "channel", "to": "general", "topic": "nginx", "content": "through and through"})
            events = waiting.result(DEADLINE_S).json()["events"]
        assert [event["message"]["id"] for event in events] == [sent.json()["id"]]

    def test_sockets_at_both_doors(self, ada: Visitor, stranger: Visitor) -> None:
        """Frames pass both ways; the Origin is the one that browsers see."""
        sign_in(stranger)
        cookies = "; ".join(f"{name}={value}" for name, value in stranger.session.cookies.items())
        header = [f"Authorization: Basic {base64_of(f'{ADA}:{ada.key}')}"]
        for sock in (ada.socket("/api/v1/websocket", header=header),
                     stranger.socket("/json/websocket", origin=ada.nginx.url, cookie=cookies)):
            sock.send(json.dumps({"req_id": 1, "type": "request", "request": {"method": "GET", "path": "/users/me"}}))
            assert json.loads(sock.recv())["status"] == 200
            sock.close()
        with pytest.raises(websocket.WebSocketBadStatusException):
            stranger.socket("/json/websocket", origin="https://evil.example", cookie=cookies)

    def test_answers_are_compressed(self, ada: Visitor) -> None:
        """What is long goes out small."""
        answer = ada("GET", "/api/v1/users", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert len(answer.json()["members"]) >= 5


class UploadTests:
    CONTENT = b"<script>alert(1)</script>" * 1000

    def test_sent_by_nginx(self, ada: Visitor, stranger: Visitor, server: RunningServer) -> None:
        """The server decides, nginx sends: whole and in parts, with the headers that keep a file from doing harm."""
        answer = ada("POST", "/api/v1/user_uploads", files={"file": ("page.html", self.CONTENT)})
        address = answer.json()["url"]
        link = ada("GET", "/api/v1" + address).json()["url"]
        got = stranger("GET", link)
        assert (got.status_code, got.content) == (200, self.CONTENT)
        for name, value in (("x-content-type-options", "nosniff"), ("x-frame-options", "SAMEORIGIN"),
                            ("cross-origin-resource-policy", "same-origin"), ("referrer-policy", "no-referrer")):
            assert got.headers[name] == value
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["content-disposition"].startswith("attachment")
        assert "private" in got.headers["cache-control"]
        assert "x-accel-redirect" not in got.headers
        part = stranger("GET", link, headers={"Range": "bytes=100-199"})
        assert (part.status_code, part.content) == (206, self.CONTENT[100:200])
        same = stranger("GET", link, headers={"If-None-Match": got.headers["etag"]})
        assert same.status_code == 304
        assert stranger("GET", address).status_code == 401
        direct = requests.get(server.url + link, timeout=DEADLINE_S)
        assert (direct.status_code, "x-accel-redirect" in direct.headers) == (200, True), "a trusted peer is nginx"

    def test_no_way_in(self, stranger: Visitor, ada: Visitor, server: RunningServer) -> None:
        """The folder itself has no address."""
        for path in (server.data / "uploads" / "files").rglob("*"):
            assert stranger("GET", f"/internal/uploads/{path.relative_to(server.data / 'uploads')}").status_code == 404
        for path in ("/internal/uploads/", "/static/../internal/uploads/x", "/static../lock",
                     "/internal/uploads/../lock"):
            prepared = requests.Request("GET", stranger.nginx.url + "/").prepare()
            prepared.url = stranger.nginx.url + path
            assert stranger.session.send(prepared, timeout=DEADLINE_S).status_code in (400, 404)

    def test_a_picture(self, ada: Visitor, stranger: Visitor) -> None:
        """Avatars too, for everyone who has the address."""
        picture = (Path(__file__).parents[2] / "docs" / "images" / "plait.png").read_bytes()
        url = ada("POST", "/api/v1/users/me/avatar", files={"file": ("me.png", picture)}).json()["avatar_url"]
        got = stranger("GET", url)
        assert (got.status_code, got.headers["content-type"]) == (200, "image/png")
        assert got.headers["cache-control"].startswith("public")
        assert got.headers["cross-origin-resource-policy"] == "cross-origin"

    def test_too_large(self, ada: Visitor) -> None:
        """What is larger than nginx lets pass is refused in the envelope."""
        answer = ada("POST", "/api/v1/user_uploads", files={"file": ("big.bin", b"x" * (27 * 1024 * 1024))})
        assert (answer.status_code, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE")


class AwayTests:
    def test_while_the_server_is_away(self, stranger: Visitor, nginx: Nginx) -> None:
        """Clients hear in the envelope that the server is away, and when to ask again."""
        folder = nginx.folder / "away"
        folder.mkdir()
        lonely = Nginx(folder, *ports(), prod_static())
        lonely.start(RunningServer(folder, [], port=free_port(), owns_data=False))
        try:
            visitor = Visitor(lonely)
            answer = visitor("GET", "/api/v1/users/me")
            assert (answer.status_code, answer.json()["code"]) == (503, "SERVICE_UNAVAILABLE")
            assert answer.headers["retry-after"] == "2"
        finally:
            lonely.stop()
