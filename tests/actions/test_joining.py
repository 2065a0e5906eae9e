"""Ways in: invitations, links for many, open doors; and what keeps them shut."""

from __future__ import annotations

from typing import Any

from chat.actions.joining import LinkSpent
from chat.errors import JsonableError
from chat.models import Role
from chat.ways_in import MAX_INVITED_A_DAY
from tests.support.harness import ChatTestCase, Client


class InvitingTestCase(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.member = await self.server.person("Grace Hopper")
        self.admin = await self.server.person("Ada Min", Role.ADMINISTRATOR)
        self.guest = await self.server.person("Gus Guest", Role.GUEST)
        self.sent: list[dict[str, Any]] = []
        mailer = self.app.mailer
        make = mailer.make

        def noting(to: str, template: str, words: Any, **options: Any) -> Any:
            self.sent.append({"to": to, "template": template, **words})
            return make(to, template, words, **options)

        self.patch(mailer, "make", noting)

    def token(self, index: int = -1) -> str:
        """Of a link that was mailed."""
        return str(self.sent[index]["link"]).rstrip("/").rsplit("/", 1)[1]

    async def join(self, token: str, name: str = "New Person", email: str = "") -> Client:
        user = await self.app.joining.do_join(token, email=email, full_name=name, password_hash="x")
        return Client(self.app, user)

    async def spent(self, token: str) -> None:
        with self.assertRaises(LinkSpent):
            await self.join(token, "Too Late")


class InvitationTests(InvitingTestCase):
    async def test_an_invitation_brings_role_and_channels(self) -> None:
        """It works once, for its address; the list and the inviter's clients keep up."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "design"}])
        channel = self.app.directory.channel_by_name("design")
        assert channel is not None
        queue = (await self.admin.register(event_types=["invites_changed", "realm_user"]))["queue_id"]
        await self.owner.call(
            "POST", "/invites", invitee_emails="Ann <ann@example.com>", stream_ids=[channel.id], invite_as=300)
        (invite,) = (await self.admin.call("GET", "/invites"))["invites"]
        self.assertEqual(
            (invite["email"], invite["invited_as"], invite["is_multiuse"], invite["link_url"],
             invite["invited_by_user_id"], invite["expiry_date"] - invite["invited"]),
            ("ann@example.com", 300, False, "", self.owner.user.id, 14_400 * 60))
        ann = await self.join(self.token())
        self.assertEqual((ann.user.email, ann.user.role), ("ann@example.com", 300))
        self.assertTrue(self.app.directory.is_subscribed(ann.user.id, channel.id))
        self.assertEqual((await self.owner.call("GET", "/invites"))["invites"], [])
        self.assertEqual([event["type"] for event in await self.admin.events(queue)],
                         ["invites_changed", "realm_user", "invites_changed"])
        await self.spent(self.token())

    async def test_those_who_cannot_be_invited_do_not_keep_the_others_from_it(self) -> None:
        await self.owner.call("DELETE", f"/users/{self.guest.user.id}")
        refusal = await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails=(
            f"new@example.com,\n{self.member.user.email}; nonsense, {self.guest.user.email}"))
        self.assertEqual((refusal["code"], refusal["sent_invitations"]), ("INVITATION_FAILED", True))
        self.assertEqual(refusal["errors"], [
            [self.member.user.email, "Already has an account.", False], ["nonsense", "Invalid address.", False],
            [self.guest.user.email, "Already has an account.", True]])
        self.assertEqual([mail["to"] for mail in self.sent], ["new@example.com"])
        none = await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails=self.member.user.email)
        self.assertFalse(none["sent_invitations"])
        await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails=" ,\n;")

    async def test_nobody_gives_more_than_they_have(self) -> None:
        """No role above one's own, no channel one does not see, and guests invite nobody."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)
        secret = self.app.directory.channel_by_name("secret")
        assert secret is not None
        for path in ("/invites", "/invites/multiuse"):
            for client, extra in ((self.member, {"invite_as": 300}), (self.admin, {"invite_as": 100}),
                                  (self.member, {"stream_ids": [secret.id]}), (self.admin, {"stream_ids": [secret.id]}),
                                  (self.member, {"stream_ids": [99_999]}), (self.guest, {}),
                                  (self.owner, {"invite_as": 500}), (self.owner, {"invite_expires_in_minutes": 0})):
                asked = {"stream_ids": [], **({"invitee_emails": "x@example.com"} if path == "/invites" else {})}
                await client.refusal("POST", path, **{**asked, **extra})
        self.assertEqual((await self.owner.call("GET", "/invites"))["invites"], [])

    async def test_policies_say_who_invites(self) -> None:
        await self.owner.call("PATCH", "/realm", invite_to_realm_policy=2)
        await self.member.refusal("POST", "/invites", stream_ids=[], invitee_emails="x@example.com")
        await self.admin.call("POST", "/invites", stream_ids=[], invitee_emails="x@example.com")

    async def test_one_sees_and_revokes_ones_own_and_administrators_all(self) -> None:
        await self.member.call("POST", "/invites", stream_ids=[], invitee_emails="m@example.com")
        await self.owner.call("POST", "/invites", stream_ids=[], invitee_emails="o@example.com", invite_as=100)
        (own,) = (await self.member.call("GET", "/invites"))["invites"]
        mine, owners = (await self.admin.call("GET", "/invites"))["invites"]
        self.assertEqual(own, mine)
        await self.member.refusal("DELETE", f"/invites/{owners['id']}")
        await self.admin.refusal("DELETE", f"/invites/{owners['id']}")
        await self.member.refusal("DELETE", f"/invites/multiuse/{mine['id']}")
        await self.admin.call("DELETE", f"/invites/{mine['id']}")
        await self.admin.refusal("DELETE", f"/invites/{mine['id']}")
        await self.spent(self.token(0))

    async def test_resending_makes_a_new_link_of_the_old(self) -> None:
        await self.owner.call("POST", "/invites", stream_ids=[], invitee_emails="a@example.com")
        (invite,) = (await self.owner.call("GET", "/invites"))["invites"]
        await self.owner.call("POST", f"/invites/{invite['id']}/resend")
        await self.spent(self.token(0))
        self.assertEqual((await self.join(self.token(1))).user.email, "a@example.com")

    async def test_an_invitation_ends_with_time_and_with_its_inviter(self) -> None:
        await self.member.call("POST", "/invites", stream_ids=[], invitee_emails="a@example.com, b@example.com")
        await self.app.database.query("UPDATE invitation SET expires = now() - interval '1 s' WHERE email LIKE 'a%%'")
        await self.spent(self.token(0))
        (left,) = (await self.member.call("GET", "/invites"))["invites"]
        self.assertEqual(left["email"], "b@example.com")
        await self.owner.call("DELETE", f"/users/{self.member.user.id}")
        await self.spent(self.token(1))

    async def test_so_many_a_day(self) -> None:
        many = ",".join(f"p{number}@example.com" for number in range(MAX_INVITED_A_DAY))
        await self.owner.call("POST", "/invites", stream_ids=[], invitee_emails=many)
        refusal = await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails="more@example.com")
        self.assertTrue(refusal["daily_limit_reached"])
        await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails=many + ",one@example.com")


class LinkForManyTests(InvitingTestCase):
    async def test_many_join_by_one_link(self) -> None:
        """Where no mail can be sent, who has the link is believed."""
        link = (await self.owner.call("POST", "/invites/multiuse", invite_as=600))["invite_link"]
        (invite,) = (await self.owner.call("GET", "/invites"))["invites"]
        self.assertEqual((invite["link_url"], invite["is_multiuse"], invite["email"]), (link, True, ""))
        token = link.rstrip("/").rsplit("/", 1)[1]
        people = [await self.join(token, f"Person {name}", f"{name}@example.com") for name in ("anna", "ben")]
        self.assertEqual([person.user.role for person in people], [600, 600])
        with self.assertRaises(JsonableError):
            await self.join(token, "Anna Again", "anna@example.com")
        await self.owner.call("DELETE", f"/invites/multiuse/{invite['id']}")
        await self.spent(token)

    async def test_where_mail_is_sent_the_address_is_confirmed_first(self) -> None:
        self.patch(self.app.mailer, "delivers", True)
        link = (await self.owner.call("POST", "/invites/multiuse", invite_as=300))["invite_link"]
        token = link.rstrip("/").rsplit("/", 1)[1]
        with self.assertRaises(LinkSpent):
            await self.join(token, "Not Confirmed", "anna@example.com")
        way = await self.app.joining.way_in(token)
        self.app.joining.ask("anna@example.com", "10.0.0.1", way, language="en")
        await self.app.database.settled()
        self.assertEqual((self.sent[-1]["to"], self.sent[-1]["template"]), ("anna@example.com", "confirm_sign_up"))
        anna = await self.join(self.token(), "Anna", "someone-else@example.com")
        self.assertEqual((anna.user.email, anna.user.role), ("anna@example.com", 300))
        await self.spent(self.token())

    async def test_only_who_may_makes_links(self) -> None:
        for client in (self.member, self.guest):
            await client.refusal("POST", "/invites/multiuse")


class OpenDoorTests(InvitingTestCase):
    async def open(self) -> None:
        self.patch(self.app.mailer, "delivers", True)
        await self.owner.call("PATCH", "/realm", invite_required=False)

    async def test_an_organisation_is_closed_unless_it_says_otherwise(self) -> None:
        self.assertFalse(self.app.joining.is_open)
        await self.open()
        self.assertTrue(self.app.joining.is_open)
        self.patch(self.app.mailer, "delivers", False)
        self.assertFalse(self.app.joining.is_open, "nobody could confirm an address")

    async def test_anyone_joins_with_a_confirmed_address(self) -> None:
        await self.open()
        self.app.joining.ask("anna@example.com", "10.0.0.1", None, language="de")
        await self.app.database.settled()
        anna = await self.join(self.token(), "Anna")
        self.assertEqual((anna.user.email, anna.user.role), ("anna@example.com", Role.MEMBER))
        await self.owner.call("PATCH", "/realm", invite_required=True)
        self.app.joining.ask("ben@example.com", "10.0.0.1", None, language="de")
        await self.app.database.settled()
        await self.spent(self.token())

    async def test_who_is_here_already_is_told_so_by_mail_alone(self) -> None:
        await self.open()
        self.app.joining.ask(self.member.user.email.upper(), "10.0.0.1", None, language="en")
        await self.app.database.settled()
        self.assertEqual((self.sent[-1]["to"], self.sent[-1]["template"]), (self.member.user.email, "already_here"))

    async def test_domains_keep_others_out(self) -> None:
        """With their subdomains or without; at the door, and for invitations."""
        await self.open()
        queue = (await self.member.register(event_types=["realm_domains"]))["queue_id"]
        await self.owner.call("POST", "/realm/domains", domain="Example.com", allow_subdomains=False)
        await self.owner.call("PATCH", "/realm", emails_restricted_to_domains=True)
        for email, subdomains, allowed in (
                ("a@example.com", False, True), ("a@EXAMPLE.COM", False, True), ("a@sub.example.com", False, False),
                ("a@sub.example.com", True, True), ("a@badexample.com", True, False), ("a@example.org", True, False)):
            await self.owner.call("PATCH", "/realm/domains/example.com", allow_subdomains=subdomains)
            if allowed:
                self.app.joining.ask(email, "10.0.0.1", None, language="en")
            else:
                with self.assertRaises(JsonableError):
                    self.app.joining.ask(email, "10.0.0.1", None, language="en")
        refusal = await self.owner.refusal("POST", "/invites", stream_ids=[], invitee_emails="a@example.org")
        self.assertEqual(refusal["errors"][0][1], "Outside your domain.")
        await self.owner.call("DELETE", "/realm/domains/example.com")
        self.app.joining.ask("a@example.org", "10.0.0.1", None, language="en")
        self.assertEqual([event["op"] for event in await self.member.events(queue)],
                         ["add", "change", "remove"])
        await self.app.database.settled()

    async def test_what_is_no_domain_is_refused(self) -> None:
        for domain in ("", "example", "a b.com", "-a.com", "a..com", "@a.com", "x" * 300, "a.com/b"):
            await self.owner.refusal("POST", "/realm/domains", domain=domain, allow_subdomains=False)
        await self.admin.refusal("POST", "/realm/domains", domain="example.com", allow_subdomains=False)
        await self.owner.call("POST", "/realm/domains", domain="example.com", allow_subdomains=False)
        await self.owner.refusal("POST", "/realm/domains", domain="EXAMPLE.com", allow_subdomains=False)
        for verb, params in (("PATCH", {"allow_subdomains": True}), ("DELETE", {})):
            await self.owner.refusal(verb, "/realm/domains/other.com", **params)


class AtOnceTests(InvitingTestCase):
    async def test_one_mailed_link_makes_one_account(self) -> None:
        """However often its form is sent at the same time."""
        from twisted.internet.defer import Deferred, DeferredList

        await self.owner.call("POST", "/invites", stream_ids=[], invitee_emails="a@example.com")
        results = await DeferredList([Deferred.fromCoroutine(self.join(self.token(), "Anna Ace")) for _ in range(5)],
                                     consumeErrors=True)
        self.assertEqual([ok for ok, _ in results].count(True), 1)
        self.assertEqual(len(self.app.directory.users_by_name("Anna Ace")), 1)



