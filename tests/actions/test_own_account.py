"""What people do with their accounts: new passwords and addresses, sessions and keys; and what ends when."""

from __future__ import annotations

from typing import Any

from chat.actions.accounts import MAX_SESSIONS
from chat.credentials import credential_id
from chat.passwords import check_password, digest, hash_password
from tests.support.harness import ChatTestCase, Client

OLD, NEW = "the old password", "a new password"


class OwnAccountTestCase(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        await self.owner.call("POST", "/users", email="grace@example.com", full_name="Grace", password=OLD)
        user = self.app.directory.user_by_email("grace@example.com")
        assert user is not None
        self.grace = Client(self.app, user)
        self.sent: list[dict[str, Any]] = []
        make = self.app.mailer.make

        def noting(to: str, template: str, words: Any, **options: Any) -> Any:
            self.sent.append({"to": to, "template": template, **words})
            return make(to, template, words, **options)

        self.patch(self.app.mailer, "make", noting)

    def token(self, index: int = -1) -> str:
        return str(self.sent[index]["link"]).rstrip("/").rsplit("/", 1)[1]

    async def opens(self, password: str) -> bool:
        ((hashed,),) = await self.app.database.query(
            "SELECT password_hash FROM user_profile WHERE id = %s", (self.grace.user.id,))
        return check_password(hashed, password)


class PasswordTests(OwnAccountTestCase):
    async def test_the_old_one_is_needed_and_all_other_sessions_end(self) -> None:
        token = await self.app.accounts.start_session(self.grace.user, "Firefox")
        key = await self.app.accounts.new_api_key(self.grace.user, "terminal")
        for params in ({"new_password": NEW}, {"old_password": "wrong", "new_password": NEW},
                       {"old_password": OLD, "new_password": "short"}):
            await self.grace.refusal("PATCH", "/settings", **params)
        self.assertTrue(await self.opens(OLD))
        self.assertIn(digest(token), self.app.directory.sessions)
        await self.grace.call("PATCH", "/settings", old_password=OLD, new_password=NEW)
        self.assertTrue(await self.opens(NEW))
        self.assertNotIn(digest(token), self.app.directory.sessions)
        self.assertIs(self.app.directory.user_of_key(digest(key)), self.grace.user)

    async def test_a_forgotten_one_is_replaced_by_a_mailed_link(self) -> None:
        """Once; all sessions end, and other links are worthless."""
        session = await self.app.accounts.start_session(self.grace.user, "Firefox")
        for _ in range(2):
            self.app.recovery.ask("GRACE@example.com ", "10.0.0.1", language="en")
            await self.app.database.settled()
        self.assertEqual([(mail["to"], mail["template"]) for mail in self.sent],
                         [("grace@example.com", "reset_password")] * 2)
        self.assertEqual(await self.app.recovery.holder(self.token()), self.grace.user)
        self.assertIsNotNone(await self.app.recovery.do_reset(self.token(), hash_password(NEW)))
        self.assertTrue(await self.opens(NEW))
        self.assertNotIn(digest(session), self.app.directory.sessions)
        for index in (0, 1):
            self.assertIsNone(await self.app.recovery.do_reset(self.token(index), hash_password("something else")))
        self.assertTrue(await self.opens(NEW))

    async def test_nobody_is_mailed_who_has_no_open_account(self) -> None:
        await self.owner.call("DELETE", f"/users/{self.grace.user.id}")
        for email in ("grace@example.com", "nobody@example.com", "", "x" * 1000, "a\r\nBcc: b@example.com"):
            self.app.recovery.ask(email, "10.0.0.1", language="en")
        await self.app.database.settled()
        self.assertEqual(self.sent, [])

    async def test_a_link_ends_with_time_address_and_account(self) -> None:
        for ends in ("UPDATE confirmation SET expires = now() - interval '1 s'",
                     "UPDATE confirmation SET email = 'other@example.com'"):
            self.app.recovery.ask("grace@example.com", "10.0.0.1", language="en")
            await self.app.database.settled()
            await self.app.database.query(ends)
            self.assertIsNone(await self.app.recovery.holder(self.token()))
            self.assertIsNone(await self.app.recovery.do_reset(self.token(), hash_password(NEW)))
        self.app.recovery.ask("grace@example.com", "10.0.0.1", language="en")
        await self.app.database.settled()
        await self.owner.call("DELETE", f"/users/{self.grace.user.id}")
        self.assertIsNone(await self.app.recovery.do_reset(self.token(), hash_password(NEW)))


class AddressTests(OwnAccountTestCase):
    async def test_a_new_address_is_ones_own_once_it_is_confirmed(self) -> None:
        queue = (await self.owner.register(event_types=["realm_user"]))["queue_id"]
        await self.grace.call("PATCH", "/settings", email="hopper@example.com")
        self.assertEqual(self.grace.user.email, "grace@example.com")
        self.assertEqual(self.sent[-1]["to"], "hopper@example.com")
        self.assertEqual(await self.app.own_account.new_address(self.token()), "hopper@example.com")
        await self.app.own_account.do_confirm_address(self.token(), language="en")
        self.assertEqual(self.grace.user.email, "hopper@example.com")
        self.assertEqual((self.sent[-1]["to"], self.sent[-1]["template"]), ("grace@example.com", "address_changed"))
        self.assertEqual(
            [event["person"] for event in await self.owner.events(queue)],
            [{"user_id": self.grace.user.id, "delivery_email": "hopper@example.com"},
             {"user_id": self.grace.user.id, "new_email": "hopper@example.com"}])
        self.assertIsNone(await self.app.own_account.do_confirm_address(self.token(0), language="en"))
        self.assertIsNone(self.app.directory.user_by_email("grace@example.com"))

    async def test_what_cannot_be(self) -> None:
        """No address of another's, none of another domain, none where they may not be changed."""
        for email in (self.owner.user.email, "nonsense", "a@b@c", "x" * 300 + "@example.com"):
            await self.grace.refusal("PATCH", "/settings", email=email)
        await self.grace.call("PATCH", "/settings", email="GRACE@example.com")
        await self.owner.call("PATCH", "/realm", email_changes_disabled=True)
        await self.grace.refusal("PATCH", "/settings", email="hopper@example.com")
        await self.owner.call("PATCH", "/settings", email="boss@example.com")

    async def test_an_address_that_somebody_took_meanwhile_stays_theirs(self) -> None:
        await self.grace.call("PATCH", "/settings", email="new@example.com")
        await self.owner.call("POST", "/users", email="NEW@example.com", full_name="Someone Else", password=OLD)
        with self.assertRaisesRegex(Exception, "Already has an account"):
            await self.app.own_account.do_confirm_address(self.token(), language="en")
        self.assertEqual(self.grace.user.email, "grace@example.com")


class NameTests(OwnAccountTestCase):
    async def test_names_can_be_fixed_by_the_organisation(self) -> None:
        await self.grace.call("PATCH", "/settings", full_name="Grace Hopper")
        await self.owner.call("PATCH", "/realm", name_changes_disabled=True)
        await self.grace.refusal("PATCH", "/settings", full_name="Somebody Else")
        await self.grace.call("PATCH", "/settings", full_name="Grace Hopper")
        await self.owner.call("PATCH", "/settings", full_name="The Owner")


class CredentialTests(OwnAccountTestCase):
    async def test_sessions_are_listed_and_ended(self) -> None:
        tokens = [await self.app.accounts.start_session(self.grace.user, f"Browser {number}") for number in range(3)]
        sessions = (await self.grace.call("GET", "/users/me/sessions"))["sessions"]
        self.assertEqual({session["user_agent"] for session in sessions}, {"Browser 0", "Browser 1", "Browser 2"})
        self.assertNotIn(tokens[0], str(sessions))
        await self.grace.call("DELETE", f"/users/me/sessions/{credential_id(digest(tokens[0]))}")
        self.assertNotIn(digest(tokens[0]), self.app.directory.sessions)
        await self.owner.refusal("DELETE", f"/users/me/sessions/{credential_id(digest(tokens[1]))}")
        self.assertEqual((await self.grace.call("DELETE", "/users/me/sessions"))["ended"], 2)
        self.assertEqual((await self.grace.call("GET", "/users/me/sessions"))["sessions"], [])

    async def test_keys_are_listed_and_revoked(self) -> None:
        key = await self.app.accounts.new_api_key(self.grace.user, "terminal")
        (shown,) = (await self.grace.call("GET", "/users/me/api_keys"))["api_keys"]
        self.assertEqual(shown["name"], "terminal")
        self.assertNotIn(key, str(shown))
        await self.owner.refusal("DELETE", f"/users/me/api_keys/{shown['id']}")
        await self.grace.call("DELETE", f"/users/me/api_keys/{shown['id']}")
        self.assertIsNone(self.app.directory.user_of_key(digest(key)))

    async def test_the_oldest_session_goes_when_there_are_many(self) -> None:
        first = await self.app.accounts.start_session(self.grace.user, "first")
        await self.app.database.query("UPDATE session SET created = created - interval '1 hour'")
        for _ in range(MAX_SESSIONS):
            await self.app.accounts.start_session(self.grace.user, "later")
        self.assertEqual(len(self.app.directory.sessions_of(self.grace.user.id)), MAX_SESSIONS)
        self.assertNotIn(digest(first), self.app.directory.sessions)

    async def test_a_closed_account_has_nothing_left(self) -> None:
        """Sessions, keys and queues end at once."""
        token = await self.app.accounts.start_session(self.grace.user, "Firefox")
        key = await self.app.accounts.new_api_key(self.grace.user, "terminal")
        queue = (await self.grace.register())["queue_id"]
        waiting = self.grace.start("GET", "/events", queue_id=queue, last_event_id=-1)
        await self.owner.call("DELETE", f"/users/{self.grace.user.id}")
        self.assertNotIn(digest(token), self.app.directory.sessions)
        self.assertIsNone(self.app.directory.user_of_key(digest(key)))
        await waiting
        refusal = await self.grace.refusal("GET", "/events", queue_id=queue, last_event_id=0)
        self.assertEqual(refusal["code"], "BAD_EVENT_QUEUE_ID")
