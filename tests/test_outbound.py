"""Visiting other people's servers: where we do not go, and how little a server can cost us."""

from __future__ import annotations

import gzip
import socket
from typing import Any

import trustme
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.ssl import Certificate, PrivateCertificate, trustRootFromCertificates
from twisted.trial.unittest import TestCase
from twisted.web.client import BrowserLikePolicyForHTTPS

from chat.networks import read_networks
from chat.outbound import Fetched, Outbound, OutboundError, OutboundRefused
from chat.outbound_connection import LOOKUPS_AT_ONCE, Names
from tests.support import hostile
from tests.support.hostile import PAGE, HostileServer, redirect, response


class OutboundTestCase(TestCase):
    """`self.names` maps host names to the answers that a name server gives, the last one again and again."""

    async def setUp(self) -> None:
        from twisted.internet import reactor

        self.reactor: Any = reactor
        self.server = HostileServer(page=response(PAGE))
        self.server.start()
        self.names: dict[str, list[list[str]]] = {}
        self.asked: list[str] = []
        self.outbound = self.make("127.0.0.0/8")

    async def tearDown(self) -> None:
        await self.server.stop()

    def make(self, allowed: str) -> Outbound:
        return Outbound(self.reactor, "https://chat.test", read_networks(allowed),
                        names=Names(self.reactor, self.look_up))

    def look_up(self, host: str, port: int, **options: Any) -> Any:
        self.asked.append(host)
        if host not in self.names:
            return socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST, **options)
        answers = self.names[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(0, 0, 0, "", (address, port)) for address in addresses]

    async def refusal(self, url: str, outbound: Outbound | None = None, **options: Any) -> str:
        error = await self.assertFailure(
            Deferred.fromCoroutine((outbound or self.outbound).fetch("GET", url, **options)), OutboundRefused)
        return str(error)

    async def failure(self, path: str, **options: Any) -> str:
        error = await self.assertFailure(
            Deferred.fromCoroutine(self.outbound.fetch("GET", self.server.url(path), **options)), OutboundError)
        return str(error)


class WhereTests(OutboundTestCase):
    async def test_no_addresses_of_the_neighbourhood(self) -> None:
        """However they are spelt; nobody is connected to."""
        outbound = self.make("")
        port = self.server.port
        for host in ("127.0.0.1", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0x7f.1", "0", "0.0.0.0",
                     "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::127.0.0.1]",
                     "[2002:7f00:1::]", "[fe80::1]", "10.0.0.1", "169.254.169.254", "192.168.0.1", "100.64.0.1",
                     "224.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1"):
            try:
                await self.refusal(f"http://{host}:{port}/page", outbound)
            except OutboundError:
                self.fail(host)
            await self.refusal(f"http://{host}/page", outbound)
        self.assertEqual(self.server.connections, 0)

    async def test_no_names_of_the_neighbourhood(self) -> None:
        """One bad address among good ones is enough."""
        outbound = self.make("")
        self.names = {"inside.test": [["127.0.0.1"]], "mixed.test": [["93.184.216.34", "10.0.0.1"]]}
        for name in self.names:
            self.assertIn("network", await self.refusal(f"http://{name}/page", outbound))
        self.assertEqual(self.asked, ["inside.test", "mixed.test"])

    async def test_answers_that_change(self) -> None:
        """What was checked is what is connected to: a name is looked up once for a connection."""
        self.names = {"rebinds.test": [["127.0.0.1"], ["10.0.0.1"]]}
        url = self.server.url("page", "rebinds.test")
        self.assertEqual((await self.outbound.fetch("GET", url)).body, PAGE)
        self.assertEqual(self.asked, ["rebinds.test"])
        await self.refusal(url)

    async def test_ports(self) -> None:
        """Those of web servers, unless the operator opened the network."""
        self.names = {"public.test": [["93.184.216.34"]]}
        for port in (22, 25, 3306, 6379, 9991, 65535):
            self.assertIn(str(port), await self.refusal(f"http://public.test:{port}/"))
        await self.refusal("http://public.test:0/")

    async def test_addresses_that_are_none(self) -> None:
        for url in ("ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "//example.com", "http://",
                    "http:///page", "javascript:alert(1)", "http://user:word@example.com/", "http://[::1", "http://a:b/",
                    "http://example.com:99999/", "http://e" + "x" * 5000, "http://a\r\nb/", "http://\ud800/", ""):
            await self.refusal(url)
        self.assertEqual(self.asked, [])

    async def test_redirects_are_checked(self) -> None:
        """To the neighbourhood, to another scheme, to another port: not followed."""
        self.names = {"public.test": [["93.184.216.34"]]}
        for number, target in enumerate(("http://10.0.0.1/", "http://[::1]/", "file:///etc/passwd", "gopher://x/",
                                         "http://public.test:22/", "http://0x0a000001/", "//169.254.169.254/latest")):
            self.server.paths[f"/{number}"] = redirect(target)
            await self.refusal(self.server.url(str(number)))
        self.assertEqual(len(self.server.visits), 7)

    async def test_names_that_do_not_exist(self) -> None:
        def nobody(*_: Any, **__: Any) -> Any:
            raise socket.gaierror(-2, "Name or service not known")

        outbound = Outbound(self.reactor, "https://chat.test", names=Names(self.reactor, nobody))
        error = await self.assertFailure(
            Deferred.fromCoroutine(outbound.fetch("GET", "http://nobody.test/")), OutboundError)
        self.assertEqual(str(error), "The server's name is not known.")


class TalkTests(OutboundTestCase):
    async def test_a_page(self) -> None:
        """Who we are is said; the answer comes as it is."""
        found = await self.outbound.fetch("get", self.server.url("page"))
        self.assertEqual((found.status, found.content_type, found.body), (200, "text/html", PAGE))
        ((method, path, headers, _),) = self.server.visits
        self.assertEqual((method, path), ("GET", "/page"))
        self.assertRegex(headers["user-agent"], r"^Plait/\S+ \(\+https://chat\.test\)$")
        self.assertNotIn("cookie", headers)
        await self.server.all_gone()

    async def test_a_post(self) -> None:
        self.server.paths["/hook"] = response(b"{}", status="201 Created", kind="application/json")
        found = await self.outbound.fetch("POST", self.server.url("hook"), body=b'{"a": 1}',
                                          headers={"Content-Type": "application/json", "Authorization": "Bearer x"})
        self.assertEqual((found.status, found.body), (201, b"{}"))
        ((method, _, headers, body),) = self.server.visits
        self.assertEqual((method, body, headers["content-type"], headers["authorization"]),
                         ("POST", b'{"a": 1}', "application/json", "Bearer x"))

    async def test_redirects(self) -> None:
        """As browsers follow them; secrets do not go to another site, and cookies to none."""
        other = HostileServer(page=response(PAGE))
        other.start()
        self.server.paths |= {
            "/see": redirect("/page?x=1#there", "303 See Other"), "/same": redirect("page", "307 Temporary Redirect"),
            "/away": redirect(other.url("page")),
            "/cookie": response(b"", status="302 Found", Location="/page", Set_Cookie="a=b")}
        secret = {"Authorization": "Bearer x"}
        found = await self.outbound.fetch("POST", self.server.url("see"), body=b"x", headers=secret)
        self.assertEqual((found.url, found.body), (self.server.url("page?x=1"), PAGE))
        await self.outbound.fetch("POST", self.server.url("same"), body=b"x", headers=secret)
        await self.outbound.fetch("GET", self.server.url("away"), headers=secret)
        await self.outbound.fetch("GET", self.server.url("cookie"))
        self.assertEqual([(method, path, body) for method, path, _, body in self.server.visits[:4]], [
            ("POST", "/see", b"x"), ("GET", "/page?x=1", b""), ("POST", "/same", b"x"), ("POST", "/page", b"x")])
        self.assertEqual({headers.get("authorization") for _, _, headers, _ in self.server.visits[:4]}, {"Bearer x"})
        self.assertNotIn("authorization", other.visits[0][2])
        self.assertNotIn("cookie", self.server.visits[-1][2])
        await other.stop()

    async def test_what_is_not_wanted_is_not_read(self) -> None:
        self.server.paths["/endless"] = hostile.endless

        def nothing(head: Fetched) -> bool:
            self.assertEqual((head.status, head.content_type), (200, "text/html"))
            return False

        found = await self.outbound.fetch("GET", self.server.url("endless"), wanted=nothing)
        self.assertEqual(found.body, b"")
        await self.server.all_gone()

    async def test_unpacked(self) -> None:
        self.server.paths["/packed"] = response(gzip.compress(PAGE), Content_Encoding="gzip")
        self.assertEqual((await self.outbound.fetch("GET", self.server.url("packed"))).body, PAGE)

    async def test_international_names(self) -> None:
        self.names = {"xn--bcher-kva.test": [["127.0.0.1"]]}
        found = await self.outbound.fetch("GET", self.server.url("page?q=ü", "bücher.test"))
        self.assertEqual(found.body, PAGE)
        self.assertEqual(self.server.visits[0][1], "/page?q=%C3%BC")


class TlsTests(OutboundTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        authority = trustme.CA()
        certificate = authority.issue_cert("good.test")
        pem = certificate.private_key_pem.bytes() + b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        self.safe = HostileServer(page=response(PAGE))
        self.safe.start(PrivateCertificate.loadPEM(pem).options())
        self.names = {"good.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]}
        trusted = trustRootFromCertificates([Certificate.loadPEM(authority.cert_pem.bytes())])
        self.trusting = Outbound(self.reactor, "https://chat.test", read_networks("127.0.0.0/8"),
                                 names=Names(self.reactor, self.look_up), tls=BrowserLikePolicyForHTTPS(trusted))

    async def tearDown(self) -> None:
        await self.safe.stop()
        await super().tearDown()

    async def test_a_certificate_for_the_name(self) -> None:
        """Also where a redirect leads to it; cut and limited as without."""
        self.safe.paths["/endless"] = hostile.endless
        self.server.paths["/on"] = redirect(self.safe.url("page", "good.test"))
        self.assertEqual((await self.trusting.fetch("GET", self.server.url("on"))).body, PAGE)
        found = await self.trusting.fetch("GET", self.safe.url("endless", "good.test"), max_bytes=50_000, cuts=True)
        self.assertEqual((len(found.body), found.is_cut), (50_000, True))
        await self.safe.all_gone()

    async def test_a_certificate_that_is_none_of_theirs(self) -> None:
        """For another name, or of an authority that nobody knows: nothing is asked for."""
        for outbound, host in ((self.trusting, "other.test"), (self.outbound, "good.test")):
            await self.assertFailure(
                Deferred.fromCoroutine(outbound.fetch("GET", self.safe.url("page", host))), OutboundError)
        self.assertEqual(self.safe.visits, [])


class HostileTests(OutboundTestCase):
    async def tearDown(self) -> None:
        await self.server.all_gone()  # whatever happened, nobody stays connected
        await super().tearDown()

    async def test_never_ends(self) -> None:
        """It costs about what was wanted."""
        self.server.paths["/endless"] = hostile.endless
        self.assertEqual(await self.failure("endless", max_bytes=100_000), "The server's answer is too large.")
        found = await self.outbound.fetch("GET", self.server.url("endless"), max_bytes=100_000, cuts=True)
        self.assertEqual((len(found.body), found.is_cut), (100_000, True))
        self.assertLess(self.server.poured, 20_000_000)

    async def test_headers_never_end(self) -> None:
        self.server.paths["/headers"] = hostile.endless_headers
        self.assertEqual(await self.failure("headers", max_bytes=1000), "The server sends too much.")

    async def test_redirects_never_end(self) -> None:
        self.server.paths["/circle"] = redirect("/circle")
        self.assertEqual(await self.failure("circle"), "The server redirects in circles.")
        self.assertEqual(len(self.server.visits), 6)

    async def test_bomb(self) -> None:
        """A hundred megabytes in a hundred kilobytes."""
        self.server.paths["/bomb"] = hostile.bomb(100_000_000)
        self.assertEqual(await self.failure("bomb", max_bytes=50_000), "The server's answer is too large.")
        found = await self.outbound.fetch("GET", self.server.url("bomb"), max_bytes=50_000, cuts=True)
        self.assertEqual((len(found.body), found.is_cut), (50_000, True))

    async def test_damaged(self) -> None:
        self.server.paths |= {"/gzip": response(b"no gzip", Content_Encoding="gzip"),
                              "/br": response(b"x", Content_Encoding="br"),
                              "/twice": response(b"x", Content_Encoding="gzip, gzip"), "/half": hostile.half,
                              "/words": b"Hello, I am no web server\r\n\r\n",
                              "/status": b"HTTP/1.1 many OK\r\n\r\n",
                              "/length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello"}
        self.assertEqual(await self.failure("gzip"), "The server's answer is damaged.")
        self.assertIn("encoding", await self.failure("br"))
        self.assertIn("encoding", await self.failure("twice"))
        self.assertEqual(await self.failure("half"), "The server broke off.")
        for path in ("words", "status", "length"):
            await self.failure(path, timeout_s=5)
        self.assertEqual((await self.outbound.fetch("GET", self.server.url("half"), cuts=True)).body, b"<title>Half")

    async def test_nobody_there(self) -> None:
        url = self.server.url("page")
        await self.server.stop()
        error = await self.assertFailure(Deferred.fromCoroutine(self.outbound.fetch("GET", url)), OutboundError)
        self.assertIn("cannot be reached", str(error))
        self.server.start()

    async def test_silence(self) -> None:
        """It is left at the limit of time, wherever it keeps silent."""
        self.server.paths |= {"/silence": hostile.silence, "/on": redirect("/silence")}
        self.assertEqual(await self.failure("silence", timeout_s=0.05), "The server takes too long.")
        self.assertEqual(await self.failure("on", timeout_s=0.05), "The server takes too long.")

    async def test_one_letter_at_a_time(self) -> None:
        """The limit is for the whole; who can do with a beginning gets it."""
        self.server.paths["/drip"] = hostile.drip
        self.assertEqual(await self.failure("drip", timeout_s=0.1), "The server takes too long.")
        found = await self.outbound.fetch("GET", self.server.url("drip"), timeout_s=0.1, cuts=True)
        self.assertTrue(found.body.startswith(b"<title>Slow</title>"))
        self.assertTrue(found.is_cut)

    async def test_who_asked_leaves(self) -> None:
        """The connection is closed."""
        self.server.paths["/silence"] = hostile.silence
        asked = Deferred.fromCoroutine(self.outbound.fetch("GET", self.server.url("silence")))
        while not self.server.visits:
            await self.outbound.fetch("GET", self.server.url("page"))
        asked.cancel()
        asked.addErrback(lambda _: None)
        await self.server.all_gone()

    async def test_name_servers_that_keep_silent(self) -> None:
        """A name that nobody answers for keeps a thread of ours, up to a number, and nobody else's."""
        import threading

        free = threading.Event()
        waiting: list[str] = []

        def slow(host: str, port: int, **_: Any) -> Any:
            waiting.append(host)
            free.wait(60)
            raise socket.gaierror(-2, "Name or service not known")

        outbound = Outbound(self.reactor, "https://chat.test", names=Names(self.reactor, slow))
        asked = [Deferred.fromCoroutine(outbound.fetch("GET", f"http://n{number}.test/", timeout_s=0.2))
                 for number in range(100)]
        ended = await gatherResults([self.assertFailure(one, OutboundError) for one in asked])
        self.assertEqual({str(error) for error in ended}, {"The server takes too long."})
        self.assertLessEqual(len(waiting), LOOKUPS_AT_ONCE)
        free.set()
