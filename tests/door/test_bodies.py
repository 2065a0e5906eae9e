"""Malformed requests: whatever is sent, the answer is a refusal in the envelope, and the server goes on."""

from __future__ import annotations

import http.client
from contextlib import suppress
from urllib.parse import quote

import pytest

from tests.clients.visitors import ADA, Browser, Program
from tests.door.raw import Answer, basic, connect, exchange, read_answer, request_bytes
from tests.support.server import RunningServer

LIMIT = 2 * 1024 * 1024
FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"
MULTIPART = b"multipart/form-data; boundary=cut"
PART = b'--cut\r\nContent-Disposition: form-data; name="content"\r\n\r\n'

BODIES: dict[str, tuple[bytes, bytes]] = {
    "json, cut off": (JSON, b'{"content": "x'),
    "json, empty object cut off": (JSON, b"{"),
    "json, a list": (JSON, b'["content"]'),
    "json, a string": (JSON, b'"content"'),
    "json, a number": (JSON, b"1"),
    "json, null": (JSON, b"null"),
    "json, a form": (JSON, b"content=x"),
    "json, lone surrogate": (JSON, b'{"content": "\\ud800"}'),
    "json, lone surrogate as a name": (JSON, b'{"\\udc00": "x"}'),
    "json, not UTF-8": (JSON, b'{"content": "\xff\xfe"}'),
    "json, UTF-16": (JSON, '{"content": "x"}'.encode("utf-16")),
    "json, NaN": (JSON, b'{"content": NaN}'),
    "json, NUL": (JSON, b'{"content": "a\\u0000b"}'),
    "json, nested deeply": (JSON, b'{"content": ' + b"[" * 300 + b"]" * 300 + b"}"),
    "json, nested very deeply": (JSON, b'{"content": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"),
    "json, objects nested deeply": (JSON, b'{"content": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}"),
    "json, a number without end": (JSON, b'{"content": ' + b"9" * 5_000 + b"}"),
    "form, not UTF-8": (FORM, b"content=%ff%fe"),
    "form, raw bytes": (FORM, b"content=\xff\xfe"),
    "form, a surrogate": (FORM, b"content=%ed%a0%80"),
    "form, NUL": (FORM, b"content=a%00b"),
    "form, raw NUL": (FORM, b"content=a\x00b"),
    "form, too many": (FORM, b"&".join(b"p%d=1" % number for number in range(1_000))),
    "form, separators": (FORM, b"&" * 100_000),
    "form, gzip": (FORM, b"\x1f\x8b\x08\x00\x00\x00\x00\x00"),
    "multipart, no boundary": (b"multipart/form-data", PART + b"x\r\n--cut--\r\n"),
    "multipart, empty boundary": (b'multipart/form-data; boundary=""', PART + b"x\r\n--cut--\r\n"),
    "multipart, another boundary": (b"multipart/form-data; boundary=other", PART + b"x\r\n--cut--\r\n"),
    "multipart, cut off in a part": (MULTIPART, PART + b"x"),
    "multipart, cut off in headers": (MULTIPART, b"--cut\r\nContent-Disp"),
    "multipart, a part without a name": (MULTIPART, b"--cut\r\n\r\nx\r\n--cut--\r\n"),
    "multipart, a part that is none": (MULTIPART, b"--cut\r\nContent-Disposition: attachment\r\n\r\nx\r\n--cut--\r\n"),
    "multipart, not UTF-8": (MULTIPART, PART + b"\xff\xfe\r\n--cut--\r\n"),
    "multipart, NUL": (MULTIPART, PART + b"a\x00b\r\n--cut--\r\n"),
    "multipart, unknown charset": (
        MULTIPART, PART.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=klingon\r\n\r\n")
        + b"x\r\n--cut--\r\n"),
    "multipart, headers without end": (MULTIPART, b"--cut\r\n" + b"X-Filler: 1\r\n" * 50_000),
    "multipart, too many": (MULTIPART, b"".join(
        b'--cut\r\nContent-Disposition: form-data; name="p%d"\r\n\r\n1\r\n' % number for number in range(1_000))
        + b"--cut--\r\n"),
}
PLACES = [
    (b"POST", b"/messages/render"), (b"POST", b"/messages"), (b"PUT", b"/users"), (b"GET", b"/messages"),
    (b"PATCH", b"/users/me/subscriptions/1"), (b"DELETE", b"/users/me/subscriptions")]


class Caller:
    """Ada at one of the doors."""

    def __init__(self, server: RunningServer, prefix: bytes, headers: dict[bytes, bytes]) -> None:
        self.server = server
        self.prefix = prefix
        self.headers = headers

    def ask(self, method: bytes, path: bytes, headers: dict[bytes, bytes] | None = None, body: bytes | None = None
            ) -> Answer:
        return exchange(self.server, method, self.prefix + path, {**self.headers, **(headers or {})}, body)


@pytest.fixture(scope="module", params=["api", "json"])
def caller(request: pytest.FixtureRequest, demo_server: RunningServer, ada: Program) -> Caller:
    if request.param == "api":
        return Caller(demo_server, b"/api/v1", {b"Authorization": basic(ADA, ada.key)})
    browser = Browser(demo_server, ADA)
    cookies = "; ".join(f"{name}={value}" for name, value in browser.session.cookies.items())
    return Caller(demo_server, b"/json", {b"Cookie": cookies.encode(), b"X-CSRFToken": browser.csrf_token.encode()})


class BodyTests:
    @pytest.mark.parametrize("body", BODIES)
    def test_is_refused(self, caller: Caller, body: str) -> None:
        """A body that cannot be read is refused in the envelope, by every verb and at both doors."""
        content_type, content = BODIES[body]
        for method, path in PLACES:
            answer = caller.ask(method, path, {b"Content-Type": content_type}, content)
            assert answer.status == 400, (method, answer.body[:300])
            assert answer.json()["result"] == "error"
            assert answer.json()["code"] in ("BAD_REQUEST", "REQUEST_VARIABLE_MISSING")

    @pytest.mark.parametrize("content_type", [
        b"\xff\xfe", b"application/json;", b";" * 1_000, b"a/b" * 1_000, b'a; b="'])
    def test_types_are_anything(self, caller: Caller, content_type: bytes) -> None:
        """A Content-Type that is nonsense is no reason to fail."""
        answer = caller.ask(b"POST", b"/messages/render", {b"Content-Type": content_type}, b'{"content":1}')
        assert answer.status in (200, 400)
        answer.json()

    @pytest.mark.parametrize("narrow", [
        b'["\\ud800"]', b'[["topic","\\udfff"]]', b'[["topic","a\\u0000b"]]', b'[["dm",["a\\u0000b"]]]',
        b'[["\\u0000","x"]]'])
    def test_escaped_halves_and_nuls(self, caller: Caller, narrow: bytes) -> None:
        """JSON text within a parameter is text: half a letter, or what no database stores, is refused."""
        answer = caller.ask(b"GET", b"/messages?anchor=newest&num_before=1&num_after=0&narrow=" + narrow)
        assert (answer.status, answer.json()["result"]) == (400, "error")

    @pytest.mark.parametrize("narrow", [
        b"x", b"1", b"[1]", b"[[]]", b'[["topic"]]', b'[{"operator":"topic"}]', b'[["no-such","x"]]',
        b'[["topic",null]]', b'[["topic",true]]', b'[["topic",{}]]', b'[["id","x"]]', b'[["id",1e400]]',
        b'[["channel","x"]]', b'[["dm",["a",1]]]', b'[["dm",[99999999999]]]', b'[["sender",0]]',
        b'[["is","x"]]', b'[["has",1]]', b'[{"operator":"topic","operand":"x","negated":1}]', b"[" * 3_000,
        b"[%s]" % b",".join([b'["topic","x"]'] * 31)])
    def test_narrows_are_checked(self, caller: Caller, narrow: bytes) -> None:
        """A narrow that means nothing is refused as such."""
        escaped = narrow.replace(b"{", b"%7b").replace(b"}", b"%7d")
        answer = caller.ask(b"GET", b"/messages?anchor=newest&num_before=1&num_after=0&narrow=" + escaped)
        assert (answer.status, answer.json()["code"]) == (400, "BAD_NARROW"), answer.body


class SizeTests:
    @pytest.mark.parametrize("content_type", [FORM, JSON, MULTIPART])
    def test_too_large(self, caller: Caller, content_type: bytes) -> None:
        """A body beyond the limit is refused with 413 in the envelope, for every verb; its sender can hear why."""
        for method, path in PLACES:
            answer = caller.ask(method, path, {b"Content-Type": content_type}, b"content=" + b"x" * LIMIT)
            assert (answer.status, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE"), method

    def test_too_large_in_chunks(self, caller: Caller) -> None:
        """Nor does it help to not say how long a body is."""
        chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
        head = request_bytes(b"POST", caller.prefix + b"/messages/render", {
            **caller.headers, b"Content-Type": FORM, b"Transfer-Encoding": b"chunked"})
        with connect(caller.server) as connection:
            connection.sendall(head + chunk * (LIMIT // 65536 + 1) + b"0\r\n\r\n")
            answer = read_answer(connection)
        assert (answer.status, answer.json()["code"]) == (413, "REQUEST_TOO_LARGE")

    def test_in_chunks(self, caller: Caller) -> None:
        """A body in chunks is as good as one in a piece."""
        head = request_bytes(b"POST", caller.prefix + b"/messages/render", {
            **caller.headers, b"Content-Type": FORM, b"Transfer-Encoding": b"chunked"})
        with connect(caller.server) as connection:
            for piece in (head, b"8\r\ncontent=\r\n", b"3\r\n*x*\r\n", b"0\r\n\r\n"):
                connection.sendall(piece)
            answer = read_answer(connection)
        assert (answer.status, answer.json()["result"]) == (200, "success")

    def test_nearly_too_large(self, caller: Caller) -> None:
        """Up to the limit it is the parameter's own bound that counts."""
        answer = caller.ask(b"POST", b"/messages/render", {b"Content-Type": FORM}, b"content=" + b"x" * (LIMIT - 8))
        assert (answer.status, answer.json()["code"]) == (400, "BAD_REQUEST")

    def test_far_too_large(self, demo_server: RunningServer, ada: Program) -> None:
        """Whoever goes on sending without end is hung up on; the server stays small and answers others."""
        head = request_bytes(b"POST", b"/api/v1/messages/render", {
            b"Authorization": basic(ADA, ada.key), b"Content-Length": b"%d" % (1 << 40)})
        with connect(demo_server) as connection, pytest.raises(OSError):
            connection.sendall(head)
            for _ in range(2_000):
                connection.sendall(b"x" * 65536)
        assert ada.call("GET", "/users/me").status_code == 200

    def test_one_connection_goes_on(self, caller: Caller) -> None:
        """After a refusal of any kind the next request on the same connection is served."""
        def render(body: bytes) -> bytes:
            return request_bytes(b"POST", caller.prefix + b"/messages/render", {
                **caller.headers, b"Content-Type": JSON}, body)

        with connect(caller.server) as connection:
            for body, status in ((b"{", 400), (b" " * (LIMIT + 1), 413), (b'{"content": "x"}', 200)):
                connection.sendall(render(body))
                assert read_answer(connection).status == status


class HeaderTests:
    @pytest.mark.parametrize("name", [
        b"User-Agent", b"Idempotency-Key", b"Accept", b"Accept-Language", b"Referer", b"Origin", b"X-Forwarded-For",
        b"If-None-Match", b"Range", b"Expect"])
    @pytest.mark.parametrize("value", [b"\xff\xfe", b"\xc3\xa9", b"a" * 8_000, b'"', b";=,", b""])
    def test_are_anything(self, caller: Caller, name: bytes, value: bytes) -> None:
        """No header that is not ours to check can make a request fail."""
        answer = caller.ask(b"POST", b"/messages/render", {name: value, b"Content-Type": FORM}, b"content=x")
        assert (answer.status, answer.json()["result"]) == (200, "success")

    @pytest.mark.parametrize("value", [b"", b"x" * 201])
    def test_keys_of_idempotency_have_bounds(self, caller: Caller, value: bytes) -> None:
        """A key that is empty or very long is refused, not shortened: it could mean another message."""
        answer = caller.ask(b"POST", b"/messages", {b"Idempotency-Key": value, b"Content-Type": FORM},
                            b"type=stream&to=general&topic=x&content=x")
        assert (answer.status, answer.json()["code"]) == (400, "BAD_REQUEST")

    @pytest.mark.parametrize("target", [
        b"/%ff", b"/%00", b"/users/%00", b"/users/a%40b%ff", b"/users/a@b%00", b"/" + b"x" * 5_000, b"/users/me/",
        b"/..", b"/%2e%2e", b"/users//me", b"/?", b"/%"])
    def test_paths_are_anything(self, caller: Caller, target: bytes) -> None:
        """No path makes the server fail, nor leave the envelope."""
        answer = caller.ask(b"GET", target)
        assert answer.status in (200, 400, 404)
        assert (answer.json()["result"] == "success") is (answer.status == 200)


class FirstLineTests:
    def test_may_be_long(self, caller: Caller) -> None:
        """A whole message fits into a query string, in any script: there are clients that send it there."""
        text = "Ж" * 10_000
        escaped = quote(text).encode()
        answer = caller.ask(b"POST", b"/messages/render?content=" + escaped, body=b"").json()
        assert answer.get("data", answer)["rendered"] == f"<p>{text}</p>"
        for method, path in ((b"PATCH", b"/users/me/subscriptions/1?property=" + escaped),
                             (b"DELETE", b"/users/me/subscriptions?subscriptions=" + escaped),
                             (b"GET", b"/get_stream_id?stream=" + escaped)):
            refused = caller.ask(method, path)
            assert (refused.status, refused.json()["result"]) == (400, "error"), method

    def test_has_a_bound(self, caller: Caller) -> None:
        """Beyond all measure it is not read to its end; the server goes on."""
        with connect(caller.server) as connection, suppress(ConnectionError, http.client.BadStatusLine):
            connection.sendall(b"GET " + caller.prefix + b"/users/me?a=" + b"x" * 4_000_000)
            assert read_answer(connection).status in (400, 414, 431)
        assert caller.ask(b"GET", b"/users/me").status == 200
