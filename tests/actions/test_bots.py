"""Bots: who may make and change them, their keys, their owners, and what they keep."""

from __future__ import annotations

from typing import Any

from chat.bots import MAX_BOTS_OF_ONE, MAX_STORAGE_CHARS
from chat.models import Role
from chat.passwords import digest
from tests.support.harness import ChatTestCase, Client


class BotCase(ChatTestCase):
    async def bot_of(self, owner: Client, name: str = "Helper", **params: Any) -> tuple[Client, str]:
        """A new bot as a client, and its key."""
        made = await owner.call("POST", "/bots", full_name=name, short_name=name.lower().replace(" ", ""), **params)
        return Client(self.app, self.app.directory.users[made["user_id"]]), made["api_key"]


class MakingTests(BotCase):
    async def test_a_bot_is_an_account_with_a_key(self) -> None:
        """Its address is made of the short name, its key is its own, and its owner finds it among theirs."""
        grace = await self.server.person("Grace")
        bot, key = await self.bot_of(grace)
        self.assertEqual((bot.user.email, bot.user.is_bot, bot.user.bot_type, bot.user.bot_owner_id),
                         ("helper-bot@chat.test", True, 1, grace.user.id))
        self.assertEqual(self.app.directory.user_of_key(digest(key)), bot.user)
        (own,) = (await grace.call("GET", "/bots"))["bots"]
        self.assertEqual((own["username"], own["full_name"], own["api_key"]), (bot.user.email, "Helper", key))
        self.assertEqual((await self.owner.call("GET", "/bots"))["bots"], [])

    async def test_keys_are_sealed(self) -> None:
        """The database holds no key, no token and no configuration that could be read without the server's secret;
        after a restart they are read again."""
        bot, key = await self.bot_of(self.owner, bot_type=3, payload_url="http://bot.example/hook")
        token = self.app.directory.bots[bot.user.id].token
        rows = await self.app.database.query("SELECT bot::text, (SELECT string_agg(api_key::text, '') FROM api_key) "
                                             "FROM bot")
        text = str(rows)
        for secret in (key, token):
            self.assertEqual(len(secret), 32)
            self.assertNotIn(secret, text)
            self.assertNotIn(secret.encode().hex(), text)
        await self.server.restart()
        self.assertEqual(self.app.directory.bots[bot.user.id].api_key, key)
        self.assertEqual(self.app.directory.bots[bot.user.id].token, token)

    async def test_another_servers_secret_opens_nothing(self) -> None:
        """Where the secret is lost a bot goes on with its key, which has to be replaced before it can be read."""
        bot, key = await self.bot_of(self.owner)
        (self.server.settings.data / "bot-keys.secret").unlink()
        await self.server.restart()
        self.assertEqual(self.app.directory.bots[bot.user.id].api_key, "")
        self.assertEqual(self.app.directory.user_of_key(digest(key)), bot.user)
        owner, path = Client(self.app, self.owner.user), f"/bots/{bot.user.id}"
        self.assertIn("replace", (await owner.refusal("GET", path + "/zuliprc"))["msg"])
        new = (await owner.call("POST", path + "/api_key/regenerate"))["api_key"]
        self.assertIn(f"key={new}", (await owner.call("GET", path + "/zuliprc"))["content"])

    async def test_what_is_refused(self) -> None:
        """Guests and bots make none; names and addresses are those of one; what does not fit the type is told."""
        guest, (bot, _) = await self.server.person(role=Role.GUEST), await self.bot_of(self.owner)
        one = {"full_name": "Another", "short_name": "another"}
        for who in (guest, bot):
            self.assertEqual((await who.refusal("POST", "/bots", **one))["code"], "UNAUTHORIZED_PRINCIPAL")
        for change in ({"full_name": "helper"}, {"short_name": "Helper"}, {"short_name": "a b"}, {"short_name": "@"},
                       {"full_name": "x"}, {"bot_type": 3}, {"bot_type": 3, "payload_url": "ftp://x.example"},
                       {"bot_type": 3, "payload_url": "http:///x"}, {"bot_type": 4, "service_name": "nobody"},
                       {"bot_type": 5}, {"config_data": {"a": "b"}}, {"default_sending_stream": "nowhere"},
                       {"bot_type": 2, "config_data": {"a": "x" * 20_000}}):
            refused = await self.owner.refusal("POST", "/bots", **{**one, **change})
            self.assertEqual((refused["status"], refused["code"]), (400, "BAD_REQUEST"), change)
        self.assertEqual(len(self.app.directory.bots), 1)

    async def test_the_number_is_bounded(self) -> None:
        """One person has so many active bots; the next is refused until one is deactivated."""
        last = 0
        for number in range(MAX_BOTS_OF_ONE):
            bot, _ = await self.bot_of(self.owner, f"Bot {number}")
            last = bot.user.id
        self.assertIn("at most", (await self.owner.refusal(
            "POST", "/bots", full_name="One more", short_name="more"))["msg"])
        await self.owner.call("DELETE", f"/bots/{last}")
        await self.bot_of(self.owner, "One more")

    async def test_has_no_password(self) -> None:
        """A bot cannot sign in: it has no password, and asking for its key by one fails like any wrong password."""
        bot, _ = await self.bot_of(self.owner)
        refused = await Client(self.app, None).refusal(
            "POST", "/fetch_api_key", username=bot.user.email, password="")
        self.assertEqual((refused["status"], refused["code"]), (401, "AUTHENTICATION_FAILED"))


class ManagingTests(BotCase):
    async def test_owner_and_administrators_change_it(self) -> None:
        """Others may neither see its key nor change it."""
        grace, alan = await self.server.person("Grace"), await self.server.person("Alan")
        bot, key = await self.bot_of(grace)
        path = f"/bots/{bot.user.id}"
        for method, where in (("PATCH", path), ("DELETE", path), ("GET", path + "/api_key"),
                              ("GET", path + "/zuliprc"), ("POST", path + "/api_key/regenerate")):
            refused = await alan.refusal(method, where)
            self.assertEqual(refused["code"], "UNAUTHORIZED_PRINCIPAL", (method, where))
            missing = await alan.refusal(method, where.replace(path, "/bots/999"))
            self.assertEqual(missing["msg"], "No such bot")
        changed = await grace.call("PATCH", path, full_name="Good Helper", default_all_public_streams=True)
        self.assertEqual((changed["full_name"], changed["bot_owner"]), ("Good Helper", grace.user.email))
        self.assertTrue(changed["default_all_public_streams"])
        self.assertEqual((await self.owner.call("GET", path + "/api_key"))["api_key"], key)
        self.assertEqual((await grace.refusal("PATCH", path, role=100))["code"], "UNAUTHORIZED_PRINCIPAL")
        for where in (path, f"/users/{bot.user.id}"):
            self.assertIn("cannot be", (await self.owner.refusal("PATCH", where, role=100))["msg"])
        await self.owner.call("PATCH", path, role=300)
        self.assertEqual(bot.user.role, 300)

    async def test_a_refused_change_changes_nothing(self) -> None:
        """All of a change takes place, or none of it."""
        bot, _ = await self.bot_of(self.owner)
        before = self.app.directory.bots[bot.user.id]
        for bad in ({"bot_owner_id": 999}, {"service_payload_url": "http://x.example"}, {"config_data": {"a": "b"}},
                    {"default_sending_stream": "nowhere"}):
            await self.owner.refusal("PATCH", f"/bots/{bot.user.id}", full_name="Other", **bad)
            self.assertEqual((bot.user.full_name, self.app.directory.bots[bot.user.id]), ("Helper", before))

    async def test_a_new_key_ends_the_old_one(self) -> None:
        """By its owner, or by the bot itself; both are shown the same new one afterwards."""
        bot, key = await self.bot_of(self.owner)
        second = (await self.owner.call("POST", f"/bots/{bot.user.id}/api_key/regenerate"))["api_key"]
        third = (await bot.call("POST", "/users/me/api_key/regenerate"))["api_key"]
        self.assertEqual([self.app.directory.user_of_key(digest(each)) for each in (key, second, third)],
                         [None, None, bot.user])
        self.assertEqual((await self.owner.call("GET", f"/bots/{bot.user.id}/api_key"))["api_key"], third)

    async def test_goes_with_its_owner(self) -> None:
        """Whose account closes, their bots close; a bot that is opened again has a new key and who opened it as its
        owner, unless its own is here."""
        grace = await self.server.person("Grace")
        bot, key = await self.bot_of(grace)
        await self.owner.call("DELETE", f"/users/{grace.user.id}")
        self.assertFalse(bot.user.is_active)
        self.assertIsNone(self.app.directory.user_of_key(digest(key)))
        await self.owner.call("POST", f"/users/{bot.user.id}/reactivate")
        self.assertEqual((bot.user.is_active, bot.user.bot_owner_id), (True, self.owner.user.id))
        (own,) = (await self.owner.call("GET", "/bots"))["bots"]
        self.assertNotEqual(own["api_key"], key)
        self.assertEqual(self.app.directory.user_of_key(digest(own["api_key"])), bot.user)
        await self.server.restart()
        self.assertEqual(self.app.directory.users[bot.user.id].bot_owner_id, self.owner.user.id)

    async def test_to_another_owner(self) -> None:
        """The new owner manages it, the old one no longer does; bots and closed accounts own none."""
        grace, alan = await self.server.person("Grace"), await self.server.person("Alan")
        bot, _ = await self.bot_of(grace)
        other, _ = await self.bot_of(grace, "Other")
        self.assertIn("bots", (await grace.refusal(
            "PATCH", f"/bots/{bot.user.id}", bot_owner_id=other.user.id))["msg"])
        await grace.call("PATCH", f"/bots/{bot.user.id}", bot_owner_id=alan.user.id)
        self.assertEqual((await alan.call("GET", "/users/" + str(bot.user.id)))["user"]["bot_owner_id"], alan.user.id)
        await grace.refusal("GET", f"/bots/{bot.user.id}/api_key")
        await alan.call("GET", f"/bots/{bot.user.id}/api_key")

    async def test_events_reach_its_managers_only(self) -> None:
        """A bot's key is told to its owner and administrators, and to nobody else."""
        grace, alan = await self.server.person("Grace"), await self.server.person("Alan")
        queues = {who: (await who.register(event_types=["realm_bot"]))["queue_id"]
                  for who in (self.owner, grace, alan)}
        bot, key = await self.bot_of(grace)
        for who, expected in ((self.owner, [key]), (grace, [key]), (alan, [])):
            events = await who.events(queues[who])
            self.assertEqual([event["bot"]["api_key"] for event in events], expected)
        self.assertEqual((await alan.register(fetch_event_types=["realm_bot"]))["realm_bots"], [])
        (seen,) = (await grace.register(fetch_event_types=["realm_bot"]))["realm_bots"]
        self.assertEqual((seen["user_id"], seen["email"], seen["services"]), (bot.user.id, bot.user.email, []))


class IncomingTests(BotCase):
    async def test_may_only_send(self) -> None:
        """An incoming webhook reads nothing and changes nothing, whatever route it tries."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}])
        bot, _ = await self.bot_of(self.owner, bot_type=2)
        await bot.send("general", "deployed")
        await bot.send([self.owner.user.id], "deployed")
        tried = 0
        for route in self.app.rest.routes:
            if route.who.name in ("ANYONE", "SENDER"):
                continue
            tried += 1
            names = {"user_id": 1, "email": "a@b.example", "stream_id": 1, "message_id": 1, "bot_id": 1}
            status, body = await bot.answer(route.method, route.example_path(names))
            self.assertEqual((status, body["code"]), (401, "UNAUTHORIZED"), route.path)
        self.assertGreater(tried, 40)


class WritingTests(BotCase):
    async def test_where_its_owner_may(self) -> None:
        """A bot writes to a private channel of its owner's, and to no other."""
        grace = await self.server.person("Grace")
        await grace.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "secret"}], invite_only=True)
        bot, (stranger, _) = (await self.bot_of(grace))[0], await self.bot_of(self.owner, "Stranger")
        await bot.send("secret", "psst")
        outsider, _ = await self.bot_of(await self.server.person("Alan"), "Outsider")
        self.assertEqual((await outsider.refusal("POST", "/messages", type="channel", to="secret", topic="t",
                                                 content="x"))["code"], "STREAM_DOES_NOT_EXIST")
        self.assertEqual((await stranger.refusal("POST", "/messages", type="channel", to="secret", topic="t",
                                                 content="x"))["status"], 400)

    async def test_to_its_default_channel(self) -> None:
        """Without a destination; who has no default has to name one."""
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "general"}])
        bot, _ = await self.bot_of(self.owner, default_sending_stream="General")
        sent = await bot.call("POST", "/messages", type="stream", topic="t", content="hello")
        read = await self.owner.call("GET", f"/messages/{sent['id']}")
        self.assertEqual(read["message"]["display_recipient"], "general")
        for who in (bot, self.owner):
            kind = "direct" if who is bot else "stream"
            self.assertEqual((await who.refusal("POST", "/messages", type=kind, topic="t", content="x"))["var_name"],
                             "to")


class HearingTests(BotCase):
    async def test_what_its_owner_chose(self) -> None:
        """A bot that asks for nothing in particular hears the channel, and the public ones, that were chosen for it."""
        for name in ("general", "other"):
            await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}])
        bot, _ = await self.bot_of(self.owner, default_events_register_stream="general",
                                   default_all_public_streams=True)
        queues = [(await bot.register(event_types=["message"], **asked))["queue_id"]
                  for asked in ({}, {"narrow": []}, {"narrow": [], "all_public_streams": False},
                                {"narrow": [["channel", "other"]]})]
        for name in ("general", "other"):
            await self.owner.send(name, name)
        heard = [[event["message"]["display_recipient"] for event in await bot.events(queue)] for queue in queues]
        self.assertEqual(heard, [["general"], ["general", "other"], [], ["other"]])


class StorageTests(BotCase):
    async def test_keeps_what_it_is_given(self) -> None:
        """Values come back after a restart, each bot's its own; a missing key is an error and nothing is lost."""
        bot, other = (await self.bot_of(self.owner))[0], (await self.bot_of(self.owner, "Other"))[0]
        await bot.call("PUT", "/bot_storage", storage={"a": "1", "b": "zwei 🙂"})
        await bot.call("PUT", "/bot_storage", storage={"a": "2"})
        await self.server.restart()
        bot, other = Client(self.app, bot.user), Client(self.app, other.user)
        self.assertEqual((await bot.call("GET", "/bot_storage"))["storage"], {"a": "2", "b": "zwei 🙂"})
        self.assertEqual((await bot.call("GET", "/bot_storage", keys=["b"]))["storage"], {"b": "zwei 🙂"})
        self.assertEqual((await other.call("GET", "/bot_storage"))["storage"], {})
        for method in ("GET", "DELETE"):
            self.assertEqual((await bot.refusal(method, "/bot_storage", keys=["a", "c"]))["msg"],
                             "Key does not exist.")
        await bot.call("DELETE", "/bot_storage", keys=["a"])
        self.assertEqual((await bot.call("GET", "/bot_storage"))["storage"], {"b": "zwei 🙂"})
        await bot.call("DELETE", "/bot_storage")
        self.assertEqual((await bot.call("GET", "/bot_storage"))["storage"], {})

    async def test_is_bounded(self) -> None:
        """What is too much is refused, and what was there stays."""
        bot, _ = await self.bot_of(self.owner)
        await bot.call("PUT", "/bot_storage", storage={"a": "x" * (MAX_STORAGE_CHARS - 1)})
        for storage in ({"b": "x"}, {"k" * 501: ""}, {"": "x"}):
            self.assertEqual((await bot.refusal("PUT", "/bot_storage", storage=storage))["code"], "BAD_REQUEST")
        self.assertEqual(list((await bot.call("GET", "/bot_storage"))["storage"]), ["a"])
