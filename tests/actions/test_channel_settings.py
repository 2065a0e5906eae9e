"""What channels are set to, and who may make them, subscribe others, and put them out."""

from __future__ import annotations

from typing import Any

from chat.models import Role
from tests.support.harness import ChatTestCase, Client


class _Base(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace")
        self.hedy = await self.server.person("Hedy")
        self.channel_id = await self.channel("looms")

    async def channel(self, name: str, by: Client | None = None, **params: Any) -> int:
        await (by or self.owner).call("POST", "/users/me/subscriptions", subscriptions=[{"name": name}], **params)
        found = self.app.directory.channel_by_name(name)
        assert found is not None
        return found.id

    async def change(self, **params: Any) -> None:
        await self.owner.call("PATCH", f"/streams/{self.channel_id}", **params)


class ChannelSettingsTests(_Base):
    async def test_how_long_messages_are_kept_is_the_owners_word(self) -> None:
        state = await self.grace.register(event_types=["stream"])
        await self.change(message_retention_days=30)
        await self.change(message_retention_days="unlimited")
        await self.change(message_retention_days='"realm_default"')
        self.assertEqual([30, -1, None], [event["value"] for event in await self.grace.events(state["queue_id"])])
        administrator = await self.server.person(role=Role.ADMINISTRATOR)
        body = await administrator.refusal("PATCH", f"/streams/{self.channel_id}", message_retention_days=3)
        self.assertEqual("Must be an organization owner", body["msg"])
        for wrong in (0, -5, '"soon"', "x", 10**9):
            await self.owner.refusal("PATCH", f"/streams/{self.channel_id}", message_retention_days=wrong)
        kept = await self.channel("kept", message_retention_days=7)
        await self.server.restart()
        self.assertEqual(7, self.app.directory.channels[kept].message_retention_days)

    async def test_a_group_may_put_others_out(self) -> None:
        await self.owner.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "looms"}],
                              principals=[self.grace.user.id])
        params = {"subscriptions": ["looms"], "principals": [self.grace.user.id]}
        await self.hedy.refusal("DELETE", "/users/me/subscriptions", **params)
        await self.change(can_remove_subscribers_group=3)
        body = await self.hedy.call("DELETE", "/users/me/subscriptions", **params)
        self.assertEqual(["looms"], body["removed"])
        for wrong in (1, 8, 4711):
            await self.owner.refusal("PATCH", f"/streams/{self.channel_id}", can_remove_subscribers_group=wrong)

    async def test_the_organisation_says_who_makes_channels_and_subscribes_others(self) -> None:
        await self.owner.call("PATCH", "/realm", can_create_public_channel_group={"new": 6},
                              can_create_private_channel_group={"new": {"direct_members": [self.grace.user.id],
                                                                        "direct_subgroups": []}})
        for client, private, may in ((self.grace, False, False), (self.grace, True, True),
                                     (self.hedy, True, False), (self.owner, False, True), (self.owner, True, False)):
            status, _ = await client.answer("POST", "/users/me/subscriptions", invite_only=private, subscriptions=[
                {"name": f"{client.user.id} {private}"}])
            self.assertEqual(may, status == 200, (client.user.full_name, private))
        await self.owner.call("PATCH", "/realm", invite_to_stream_policy=2)
        body = await self.grace.refusal("POST", "/users/me/subscriptions", subscriptions=[{"name": "looms"}],
                                        principals=[self.hedy.user.id])
        self.assertEqual("Insufficient permission", body["msg"])
        await self.grace.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "looms"}])

    async def test_one_request_joins_and_leaves(self) -> None:
        body = await self.owner.call("PATCH", "/users/me/subscriptions", add=[{"name": "spindles"}, {"name": "looms"}],
                                     delete=["general"])
        self.assertEqual((["general"], []), (body["removed"], body["not_removed"]))
        self.assertEqual({self.owner.user.email: ["spindles"]}, {
            email: [name for name in names if name != "looms"] for email, names in body["subscribed"].items()})
        await self.owner.refusal("PATCH", "/users/me/subscriptions")

    async def test_channels_take_no_mails(self) -> None:
        path = f"/streams/{self.channel_id}/email_address"
        self.assertEqual("", (await self.grace.call("GET", path))["email"])
        await self.grace.refusal("GET", "/streams/4711/email_address")

    async def test_nothing_is_public_on_the_web(self) -> None:
        body = await self.owner.refusal("PATCH", f"/streams/{self.channel_id}", is_web_public=True)
        self.assertEqual("Web-public channels are not enabled.", body["msg"])
        await self.owner.refusal("POST", "/users/me/subscriptions", subscriptions=[{"name": "x"}], is_web_public=True)


class DefaultChannelTests(_Base):
    async def test_who_joins_is_in_the_default_channels_and_others_see_them_come(self) -> None:
        state = await self.owner.register(event_types=["default_streams", "subscription"])
        await self.owner.call("POST", "/default_streams", stream_id=self.channel_id)
        user = await self.app.users.do_create_user(
            email="new@chat.test", full_name="New", role=Role.MEMBER, password_hash=None)
        general = self.app.directory.channel_by_name("general")
        assert general is not None
        self.assertEqual({general.id, self.channel_id}, {*self.app.directory.subscriptions_of(user.id)})
        events = await self.owner.events(state["queue_id"])
        self.assertEqual([general.id, self.channel_id],
                         [stream["stream_id"] for stream in events[0]["default_streams"]])
        self.assertEqual({("peer_add", general.id), ("peer_add", self.channel_id)},
                         {(event["op"], event["stream_ids"][0]) for event in events[1:]})
        await self.server.restart()
        self.assertTrue(self.app.directory.is_subscribed(user.id, self.channel_id))

    async def test_guests_are_only_where_they_are_invited_to(self) -> None:
        guest = await self.app.users.do_create_user(
            email="guest@chat.test", full_name="Guest", role=Role.GUEST, password_hash=None)
        self.assertEqual({}, self.app.directory.subscriptions_of(guest.id))
        invited = await self.app.users.do_create_user(
            email="other@chat.test", full_name="Other", role=Role.GUEST, password_hash=None,
            channel_ids=[self.channel_id, 4711])
        self.assertEqual([self.channel_id], [*self.app.directory.subscriptions_of(invited.id)])

    async def test_private_channels_are_no_defaults(self) -> None:
        private = await self.channel("secret", invite_only=True)
        await self.owner.refusal("POST", "/default_streams", stream_id=private)
        await self.owner.refusal("PATCH", f"/streams/{private}", is_default_stream=True)
        await self.owner.call("POST", "/default_streams", stream_id=self.channel_id)
        body = await self.owner.refusal("PATCH", f"/streams/{self.channel_id}", is_private=True)
        self.assertEqual("A default channel cannot be private.", body["msg"])
        await self.change(is_private=True, is_default_stream=False)

    async def test_an_archived_channel_is_no_default(self) -> None:
        await self.change(is_default_stream=True)
        state = await self.grace.register(event_types=["default_streams"])
        await self.owner.call("DELETE", f"/streams/{self.channel_id}")
        (event,) = await self.grace.events(state["queue_id"])
        self.assertNotIn(self.channel_id, [stream["stream_id"] for stream in event["default_streams"]])

    async def test_it_shows_in_lists_and_registrations(self) -> None:
        created = await self.channel("made so", is_default_stream=True)
        body = await self.grace.call("GET", "/streams", include_default=True)
        self.assertEqual({"general", "made so"}, {one["name"] for one in body["streams"] if one["is_default"]})
        state = await self.grace.register(fetch_event_types=["default_streams"])
        self.assertIn(created, [stream["stream_id"] for stream in state["realm_default_streams"]])
        guest = await self.server.person(role=Role.GUEST)
        self.assertEqual([], (await guest.register(fetch_event_types=["default_streams"]))["realm_default_streams"])
        await self.grace.refusal("POST", "/users/me/subscriptions", subscriptions=[{"name": "y"}],
                                 is_default_stream=True)
