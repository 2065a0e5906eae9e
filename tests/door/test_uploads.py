"""Files by HTTP: in by multipart, whatever is sent; out in ranges, with headers that let no browser run anything."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
import requests
from PIL import Image

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, Browser, Program, wait_until
from tests.door.raw import basic, connect, exchange, read_answer, request_bytes
from tests.support.server import RunningServer, start_server

MIB = 1024 * 1024
HEAD = b'--cut\r\nContent-Disposition: form-data; name="f"; filename="%b"\r\n\r\n'
MULTIPART = b"multipart/form-data; boundary=cut"


def png(size: tuple[int, int] = (900, 600)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "green").save(file, "PNG")
    return file.getvalue()


def gif() -> bytes:
    file = io.BytesIO()
    pages = [Image.new("RGB", (40, 30), color) for color in ("red", "green", "blue")]
    pages[0].save(file, "GIF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def stored(server: RunningServer) -> set[str]:
    """Names of what lies in the store, also of what is on its way."""
    return {path.name for path in (server.data / "uploads").rglob("*") if path.is_file()}


@pytest.fixture
def grace(demo_server: RunningServer) -> Program:
    return Program(demo_server, GRACE)


@pytest.fixture(scope="module")
def browser(demo_server: RunningServer) -> Browser:
    return Browser(demo_server, ADA)


def upload(program: Program, name: str, content: bytes, part: str = "filename") -> str:
    answer = program.session.post(program.server.url + "/api/v1/user_uploads", files={part: (name, content)},
                                  timeout=DEADLINE_S)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


def fetch(who: Program | Browser, path: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    return who.session.get(who.server.url + path, headers=headers, timeout=DEADLINE_S, allow_redirects=False)


def post(program: Program, headers: Mapping[bytes, bytes], body: bytes | None, path: bytes = b"/user_uploads") -> Any:
    return exchange(program.server, b"POST", b"/api/v1" + path, {
        b"Authorization": basic(program.email, program.key), b"Content-Type": MULTIPART, **headers}, body)


class SendingUpTests:
    @pytest.mark.parametrize(("name", "link"), [
        ("notes.txt", "notes.txt"), ("Grüße & more (1).txt", "Grüße-more-1.txt"), ("日本語.txt", "日本語.txt"),
        ("../../../etc/passwd", "passwd"), ("a\\b.txt", "b.txt"), ('"quoted".txt', "quoted.txt")])
    def test_any_name_and_part(self, ada: Program, name: str, link: str) -> None:
        """A file comes back byte for byte under its name, whatever the part is called."""
        url = upload(ada, name, b"content of " + name.encode(), part="any")
        assert url.endswith("/" + link)
        answer = fetch(ada, quote(url))
        assert (answer.status_code, answer.content) == (200, b"content of " + name.encode())

    def test_large(self, ada: Program) -> None:
        """Up to the limit, in whatever pieces it comes."""
        content = bytes(range(256)) * (25 * MIB // 256)
        url = upload(ada, "large.bin", content)
        assert fetch(ada, url).content == content

    def test_chunked(self, ada: Program, demo_server: RunningServer) -> None:
        """A body whose length is not told beforehand, cut anywhere."""
        body = HEAD % b"a.txt" + b"0123456789" + b"\r\n--cut--\r\n"
        with connect(demo_server) as connection:
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART, b"Transfer-Encoding": b"chunked"}))
            for place in range(0, len(body), 7):
                piece = body[place:place + 7]
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
            connection.sendall(b"0\r\n\r\n")
            answer = read_answer(connection)
        assert fetch(ada, answer.json()["url"]).content == b"0123456789"

    def test_by_a_browser(self, browser: Browser) -> None:
        """With its session and token, in a header or a field before the file; not without."""
        target = browser.server.url + "/json/user_uploads"
        files = {"file": ("a.txt", b"a")}
        token = browser.csrf_token
        for headers, fields, status in ((None, None, 403), ({"X-CSRFToken": token}, None, 200),
                                        (None, {"csrfmiddlewaretoken": token}, 200),
                                        (None, {"csrfmiddlewaretoken": "x"}, 403)):
            answer = browser.session.post(target, headers=headers, data=fields, files=files, timeout=DEADLINE_S)
            assert answer.status_code == status, answer.text
        assert answer.json()["code"] == "CSRF_FAILED"

    @pytest.mark.parametrize("disposition", [
        b"form-data; name=\"f\"; filename*=utf-8''na%C3%AFve%20file.txt", b"form-data; name=f; filename=x.txt",
        b"form-data; name=\"\"; filename=\"x.txt\""])
    def test_spellings_of_names(self, ada: Program, disposition: bytes) -> None:
        """As older programs spell them."""
        body = b"--cut\r\nContent-Disposition: " + disposition + b"\r\n\r\nx\r\n--cut--\r\n"
        assert re.search(r"/(naïve-file|x)\.txt$", post(ada, {}, body).json()["url"])


class RefusedTests:
    @pytest.mark.parametrize(("content_type", "body", "sentence"), [
        (MULTIPART, b"--cut--\r\n", "You must specify a file"),
        (MULTIPART, b'--cut\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n--cut--\r\n', "You must specify"),
        (MULTIPART, HEAD % b"a" + b"x\r\n" + HEAD % b"b" + b"x\r\n--cut--\r\n", "only upload one file"),
        (MULTIPART, (HEAD % b"a" + b"x\r\n") * 30 + b"--cut--\r\n", "only upload one file"),
        (MULTIPART, HEAD % b"a" + b"x", "not valid"),
        (MULTIPART, HEAD % b"a" + b"x\r\n--cut", "not valid"),
        (MULTIPART, b"x", "not valid"),
        (MULTIPART, b"", "not valid"),
        (MULTIPART, b"--cut\r\n" + b"X: y\r\n" * 100 + b"\r\n", "not valid"),
        (MULTIPART, b"--cut\r\n" + b"X" * 100_000, "not valid"),
        (MULTIPART, HEAD % b"\xff\xfe" + b"x\r\n--cut--\r\n", "not valid"),
        (MULTIPART, b"--cut\r\n\r\nx\r\n--cut--\r\n", "not valid"),
        (MULTIPART, b'--cut\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + b"x" * 70_000 + b"\r\n--cut--\r\n",
         "too large"),
        (MULTIPART, b'--cut\r\nContent-Disposition: form-data; name="f"\r\n\r\n\xff\r\n--cut--\r\n', "not valid"),
        (b"multipart/form-data", HEAD % b"a" + b"x\r\n--cut--\r\n", "not valid"),
        (b"multipart/form-data; boundary=" + b"x" * 5000, HEAD % b"a" + b"x\r\n--cut--\r\n", "not valid"),
        (b"application/json", b"{}", "You must specify a file"),
        (b"application/x-www-form-urlencoded", b"f=x", "You must specify a file"),
        (b"text/plain", b"x", "You must specify a file"),
    ])
    def test_malformed(self, ada: Program, demo_server: RunningServer, content_type: bytes, body: bytes,
                       sentence: str) -> None:
        """A body that is not one file in a form is refused in the envelope, and nothing of it stays."""
        before = stored(demo_server)
        answer = post(ada, {b"Content-Type": content_type}, body)
        assert (answer.status, answer.json()["code"]) == (400, "BAD_REQUEST")
        assert sentence in answer.json()["msg"]
        assert stored(demo_server) == before

    @pytest.mark.parametrize("announced", [True, False])
    def test_too_large(self, ada: Program, demo_server: RunningServer, announced: bool) -> None:
        """A byte too many is refused with the limit, however the length is told; nothing of it stays."""
        before = stored(demo_server)
        content = bytes(25 * MIB + 1)
        body = HEAD % b"a" + content + b"\r\n--cut--\r\n"
        answer = post(ada, {}, body) if announced else self.in_chunks(ada, body)
        assert answer.json()["msg"] == "Uploaded file is larger than the allowed limit of 25 MiB"
        assert stored(demo_server) == before

    def in_chunks(self, ada: Program, body: bytes) -> Any:
        with connect(ada.server) as connection:
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART, b"Transfer-Encoding": b"chunked"}))
            connection.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
            return read_answer(connection)

    def test_many_files_share_the_limit(self, ada: Program) -> None:
        body = (HEAD % b"a" + bytes(10 * MIB) + b"\r\n") * 3 + b"--cut--\r\n"
        assert "larger than" in post(ada, {}, body).json()["msg"]

    def test_without_end(self, ada: Program, demo_server: RunningServer) -> None:
        """Whoever goes on sending is hung up on; the disk does not fill."""
        before = stored(demo_server)
        with connect(demo_server) as connection, pytest.raises(OSError):
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART,
                b"Content-Length": b"%d" % (1 << 40)}) + HEAD % b"a")
            for _ in range(2_000):
                connection.sendall(b"x" * 65536)
        wait_until("the store is as before", lambda: stored(demo_server) == before)

    @pytest.mark.parametrize("headers", [
        {}, {b"Authorization": basic(ADA, "wrong")}, {b"Authorization": b"Basic !!!"}])
    def test_strangers(self, demo_server: RunningServer, headers: dict[bytes, bytes]) -> None:
        """Who may not upload has nothing written to disk, however much they send, and hears why."""
        before = stored(demo_server)
        with connect(demo_server) as connection:
            body = HEAD % b"a" + bytes(10 * MIB)
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Content-Type": MULTIPART, b"Content-Length": b"%d" % (len(body) + 11), **headers}) + body)
            assert stored(demo_server) == before
            connection.sendall(b"\r\n--cut--\r\n")
            answer = read_answer(connection)
        assert (answer.status, answer.json()["code"]) == (401, "UNAUTHORIZED")

    def test_elsewhere_bodies_stay_small(self, ada: Program) -> None:
        """Only routes that take files have the larger bound."""
        for path in (b"/messages/render", b"/user_uploads/1/x"):
            answer = post(ada, {}, HEAD % b"a" + bytes(3 * MIB) + b"\r\n--cut--\r\n", path)
            assert answer.status in (405, 413)

    def test_hanging_up(self, ada: Program, demo_server: RunningServer) -> None:
        """What came of a file whose sender hangs up is removed, and the next is served."""
        before = stored(demo_server)
        with connect(demo_server) as connection:
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART,
                b"Content-Length": b"%d" % MIB}) + HEAD % b"a" + bytes(100_000))
            wait_until("the file is on its way", lambda: stored(demo_server) != before)
        wait_until("it is gone", lambda: stored(demo_server) == before)

    def test_hanging_up_at_the_end(self, ada: Program, demo_server: RunningServer) -> None:
        """Once all has come the file is kept, though nobody waits for the answer."""
        body = HEAD % b"kept.txt" + b"kept" + b"\r\n--cut--\r\n"
        with connect(demo_server) as connection:
            connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART}, body))
        wait_until("it is listed", lambda: any(
            file["name"] == "kept.txt" for file in ada.ok("GET", "/attachments")["attachments"]))

    def test_at_once(self, ada: Program, demo_server: RunningServer) -> None:
        """A person has a bounded number of uploads under way; when they end there is room again."""
        head = request_bytes(b"POST", b"/api/v1/user_uploads", {
            b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART, b"Content-Length": b"100"})
        before = stored(demo_server)
        connections = [connect(demo_server) for _ in range(10)]
        try:
            for connection in connections:
                connection.sendall(head + HEAD % b"a")
            wait_until("all are on their way", lambda: len(stored(demo_server)) == len(before) + 10)
            answer = post(ada, {}, HEAD % b"a" + b"x\r\n--cut--\r\n")
            assert (answer.status, "at once" in answer.json()["msg"]) == (400, True)
        finally:
            for connection in connections:
                connection.close()
        wait_until("all are gone", lambda: stored(demo_server) == before)
        upload(ada, "a.txt", b"a")


class SendingDownTests:
    @pytest.mark.parametrize(("name", "content", "kind", "how"), [
        ("a.png", png(), "image/png", "inline"),
        ("a.txt", b"<script>alert(1)</script>", "text/plain; charset=utf-8", "inline"),
        ("a.pdf", b"%PDF-1.4\n", "application/pdf", "inline"),
        ("a.html", b"<script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "application/octet-stream", "attachment"),
        ("a.js", b"alert(1)", "application/octet-stream", "attachment"),
        ("a.css", b"body {}", "application/octet-stream", "attachment"),
        ("a.png", b"<html><script>alert(1)</script>", "application/octet-stream", "attachment"),
        ("a.bin", b"\x00\x01", "application/octet-stream", "attachment"),
        ("a.zip", b"PK\x03\x04", "application/zip", "attachment"),
    ])
    def test_nothing_runs(self, ada: Program, name: str, content: bytes, kind: str, how: str) -> None:
        """What a browser may show it shows, under a type that runs nothing, sandboxed; the rest it saves."""
        answer = fetch(ada, upload(ada, name, content))
        assert answer.content == content
        assert answer.headers["content-type"] == kind
        assert answer.headers["content-disposition"] == f'{how}; filename="{name}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert ("sandbox" in policy) == (kind != "application/pdf")
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "private" in answer.headers["cache-control"]

    def test_download(self, ada: Program) -> None:
        """The address for saving saves whatever it is, under the name it had."""
        url = upload(ada, "Grüße an alle.png", png())
        answer = fetch(ada, quote(url.replace("/user_uploads/", "/user_uploads/download/")))
        assert answer.headers["content-disposition"] == (
            "attachment; filename=\"Gr__e an alle.png\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20an%20alle.png")

    @pytest.mark.parametrize(("wanted", "status", "expected", "described"), [
        ("bytes=0-3", 206, b"0123", "bytes 0-3/10"), ("bytes=8-", 206, b"89", "bytes 8-9/10"),
        ("bytes=-3", 206, b"789", "bytes 7-9/10"), ("bytes=5-100", 206, b"56789", "bytes 5-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"), ("bytes=5-2", 200, b"0123456789", None),
        ("bytes=x", 200, b"0123456789", None), ("pages=1-2", 200, b"0123456789", None),
        ("bytes=" + "9" * 6000 + "-", 200, b"0123456789", None), ("bytes=0-,0-,0-,0-,0-,0-,0-,0-,0-,0-", 200,
                                                                   b"0123456789", None)])
    def test_ranges(self, ada: Program, wanted: str, status: int, expected: bytes, described: str | None) -> None:
        """Parts of a file, as players ask for them; what makes no sense gets all of it."""
        answer = fetch(ada, upload(ada, "a.txt", b"0123456789"), {"Range": wanted})
        assert (answer.status_code, answer.content) == (status, expected)
        assert answer.headers.get("content-range") == described

    def test_several_ranges(self, ada: Program) -> None:
        answer = fetch(ada, upload(ada, "a.txt", b"0123456789"), {"Range": "bytes=0-1,8-9"})
        assert answer.status_code == 206
        assert answer.headers["content-type"].startswith("multipart/byteranges")
        assert re.findall(rb"\r\n\r\n(\d\d)\r\n", answer.content) == [b"01", b"89"]

    def test_headers_are_anything(self, ada: Program) -> None:
        url = upload(ada, "a.txt", b"0123456789")
        for name in (b"Range", b"If-None-Match", b"If-Modified-Since", b"Accept", b"Cookie"):
            for value in (b"\xff\xfe", b"", b'"', b"*", b"a" * 5_000):
                answer = exchange(ada.server, b"GET", url.encode(), {
                    b"Authorization": basic(ADA, ada.key), name: value})
                assert answer.status in (200, 304), (name, value)

    def test_head_and_cache(self, ada: Program) -> None:
        """HEAD tells the size; who has the file already is told so."""
        url = upload(ada, "a.txt", b"0123456789")
        head = ada.session.head(ada.server.url + url, timeout=DEADLINE_S)
        assert (head.status_code, head.headers["content-length"], head.content) == (200, "10", b"")
        again = fetch(ada, url, {"If-None-Match": head.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert ada.session.post(ada.server.url + url, timeout=DEADLINE_S).status_code == 405

    def test_thumbnails(self, ada: Program, grace: Program) -> None:
        """In the formats that a registration names, for those who may read the file."""
        url = upload(ada, "a.png", png())
        small = url.replace("/user_uploads/", "/user_uploads/thumbnail/")
        formats = ada.register("heartbeat", fetch_event_types=["realm"]).state["server_thumbnail_formats"]
        assert [one["name"] for one in formats] == ["840x560-anim.webp", "840x560.webp"]
        answer = fetch(ada, small + "/840x560.webp")
        assert answer.headers["content-type"] == "image/webp"
        with Image.open(io.BytesIO(answer.content)) as image:
            assert image.size == (840, 560)
        for name in ("840x560-anim.webp", "841x560.webp", "..", "%2e%2e%2f840x560.webp"):
            assert fetch(ada, f"{small}/{name}").status_code == 404, name
        assert fetch(grace, small + "/840x560.webp").status_code == 403


class WhoTests:
    def test_who_shows_what(self, ada: Program, grace: Program, browser: Browser) -> None:
        """A session, a key in a header or in the address, or nothing: then no file."""
        url = upload(ada, "a.txt", b"secret")
        server = ada.server.url
        assert fetch(browser, url).content == b"secret"
        assert requests.get(f"{server}{url}?api_key={ada.key}", timeout=DEADLINE_S).content == b"secret"
        for answer in (requests.get(server + url, timeout=DEADLINE_S),
                       requests.get(f"{server}{url}?api_key=wrong", timeout=DEADLINE_S),
                       requests.get(f"{server}{url}?api_key=%ff", timeout=DEADLINE_S),
                       requests.get(server + url, auth=(ADA, "wrong"), timeout=DEADLINE_S)):
            assert (answer.status_code, b"secret" in answer.content) == (401, False)
        refused = fetch(grace, url)
        assert (refused.status_code, "You may not see this file" in refused.text) == (403, True)
        ada.send(f"[a]({url})")
        assert fetch(grace, url).content == b"secret"

    def test_people_are_sent_to_sign_in(self, demo_server: RunningServer) -> None:
        """And come back to the file."""
        answer = requests.get(demo_server.url + "/user_uploads/1/ab/x/y%20z.txt?a=b", allow_redirects=False,
                              headers={"Accept": "text/html,*/*"}, timeout=DEADLINE_S)
        assert (answer.status_code, answer.headers["location"]) == (
            302, "/login/?next=/user_uploads/1/ab/x/y%2520z.txt%3Fa%3Db")

    @pytest.mark.parametrize("path", [
        "1/ab/x/y", "1", "../../etc/passwd", "%2e%2e/%2e%2e/etc/passwd", "1/../../../postgres/PG_VERSION", "%00",
        "1/ab/" + "a" * 24 + "/x", "%ff", "x" * 3000, "temporary/x/y", "temporary//", "thumbnail/x/840x560.webp",
        "download/x", "1/aa/" + "a" * 24 + "/%2e%2e"])
    def test_no_such_file(self, ada: Program, path: str) -> None:
        """No path leads anywhere else."""
        answer = exchange(ada.server, b"GET", b"/user_uploads/" + path.encode(), {
            b"Authorization": basic(ADA, ada.key)})
        assert answer.status in (400, 404)

    def test_a_link_for_a_minute(self, ada: Program, grace: Program) -> None:
        """It needs no key, and is of no use for another file."""
        url = upload(ada, "a b.txt", b"secret")
        link = ada.ok("GET", url)["url"]
        answer = requests.get(ada.server.url + link, timeout=DEADLINE_S)
        assert (answer.status_code, answer.content) == (200, b"secret")
        assert answer.headers["content-disposition"] == 'inline; filename="a b.txt"'
        for wrong in (link[:-5] + ".txt", link.replace("temporary/", "temporary/a", 1)):
            assert requests.get(ada.server.url + wrong, timeout=DEADLINE_S).status_code == 404
        assert grace.call("GET", url).status_code == 403

    def test_old_address_of_thumbnails(self, ada: Program) -> None:
        """Older clients are led to our own files, and to nothing else."""
        answer = fetch(ada, "/thumbnail?url=user_uploads/1/ab/x/y.png&size=full")
        assert (answer.status_code, answer.headers["location"]) == (302, "/user_uploads/1/ab/x/y.png")
        for url in ("https://example.com/a.png", "//example.com", "user_uploads/../login/", "", "%ff", "user_uploads/"):
            assert fetch(ada, f"/thumbnail?url={url}&size=full").status_code == 404


class CrashTests:
    def test_acknowledged_is_there(self) -> None:
        """A file that was acknowledged outlives the server's being killed; what was on its way leaves nothing."""
        with start_server(demo=True) as server:
            ada = Program(server, ADA)
            url = upload(ada, "a.png", png())
            before = stored(server)
            with connect(server) as connection:
                connection.sendall(request_bytes(b"POST", b"/api/v1/user_uploads", {
                    b"Authorization": basic(ADA, ada.key), b"Content-Type": MULTIPART,
                    b"Content-Length": b"%d" % MIB}) + HEAD % b"a" + bytes(100_000))
                wait_until("a file is on its way", lambda: stored(server) != before)
                server.kill()
            server.start()
            assert stored(server) == before
            assert fetch(ada, url).content == png()
            assert fetch(ada, url.replace("uploads/", "uploads/thumbnail/") + "/840x560.webp").status_code == 200
