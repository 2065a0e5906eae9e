"""Custom profile fields, and what people tell in them."""

from __future__ import annotations

from typing import Any

from tests.support.harness import ChatTestCase, Client

CHOICES = {"a": {"text": "Cotton", "order": "1"}, "b": {"text": "Silk", "order": "2"}}


class _Base(ChatTestCase):
    async def setUp(self) -> None:
        await super().setUp()
        self.grace = await self.server.person("Grace")

    async def field(self, name: str = "Knot", field_type: int = 1, **params: Any) -> int:
        body = await self.owner.call("POST", "/realm/profile_fields", name=name, field_type=field_type, **params)
        return int(body["id"])

    async def tell(self, field_id: int, value: Any, who: Client | None = None) -> None:
        await (who or self.grace).call("PATCH", "/users/me/profile_data", data=[{"id": field_id, "value": value}])

    async def told(self, who: Client | None = None) -> dict[str, Any]:
        body = await self.owner.call("GET", f"/users/{(who or self.grace).user.id}", include_custom_profile_fields=True)
        found: dict[str, Any] = body["user"]["profile_data"]
        return found


class ProfileFieldTests(_Base):
    async def test_fields_are_told_listed_ordered_and_kept(self) -> None:
        state = await self.grace.register(event_types=["custom_profile_fields"])
        knot = await self.field(hint="or braid", required=True)
        fibre = await self.field("Fibre", 3, field_data=CHOICES, display_in_profile_summary=True)
        await self.owner.call("PATCH", "/realm/profile_fields", order=[fibre, knot])
        self.assertEqual([[knot], [knot, fibre], [fibre, knot]], [
            [field["id"] for field in event["fields"]] for event in await self.grace.events(state["queue_id"])])
        await self.server.restart()
        self.grace.app = self.app
        body = await self.grace.call("GET", "/realm/profile_fields")
        first, second = body["custom_fields"]
        self.assertEqual((fibre, 1, True), (first["id"], first["order"], first["display_in_profile_summary"]))
        self.assertIn('"Silk"', first["field_data"])
        self.assertEqual({"id": knot, "type": 1, "order": 2, "name": "Knot", "hint": "or braid", "field_data": "",
                          "required": True}, second)

    async def test_what_cannot_be_a_field_is_refused(self) -> None:
        await self.field()
        for params in (
                {"name": "knot", "field_type": 1}, {"name": " ", "field_type": 1}, {"field_type": 1},
                {"name": "x" * 41, "field_type": 1}, {"name": "x", "field_type": 9}, {"name": "x", "field_type": 3},
                {"name": "x", "hint": "h" * 81, "field_type": 1}, {"name": "x", "field_type": 1, "field_data": CHOICES},
                {"name": "x", "field_type": 3, "field_data": {"a": {"text": "", "order": "1"}}},
                {"name": "x", "field_type": 3, "field_data": {"a": CHOICES["a"], "b": CHOICES["a"]}},
                {"name": "x", "field_type": 7, "field_data": {"subtype": "custom", "url_pattern": "https://x/"}},
                {"name": "x", "field_type": 7, "field_data": {"subtype": "nowhere"}},
                {"name": "x", "field_type": 2, "display_in_profile_summary": True}):
            with self.subTest(params):
                await self.owner.refusal("POST", "/realm/profile_fields", **params)
        for name in ("one", "two"):
            await self.field(name, display_in_profile_summary=True)
        await self.owner.refusal("POST", "/realm/profile_fields", name="three", field_type=1,
                                 display_in_profile_summary=True)
        await self.grace.refusal("POST", "/realm/profile_fields", name="mine", field_type=1)

    async def test_an_account_elsewhere_needs_no_more_than_its_place(self) -> None:
        await self.owner.call("POST", "/realm/profile_fields", field_type=7, field_data={"subtype": "github"})
        (field,) = (await self.owner.call("GET", "/realm/profile_fields"))["custom_fields"]
        self.assertEqual("GitHub", field["name"])
        state = await self.owner.register(fetch_event_types=["realm", "custom_profile_fields"])
        self.assertIn("github", state["realm_default_external_accounts"])
        self.assertEqual(8, len(state["custom_profile_field_types"]))

    async def test_a_field_that_goes_takes_what_was_told_with_it(self) -> None:
        field_id = await self.field()
        await self.tell(field_id, "bowline")
        await self.owner.call("DELETE", f"/realm/profile_fields/{field_id}")
        self.assertEqual({}, await self.told())
        await self.owner.refusal("DELETE", f"/realm/profile_fields/{field_id}")


class ProfileDataTests(_Base):
    async def test_what_is_told_is_rendered_told_to_everyone_and_kept(self) -> None:
        field_id = await self.field()
        state = await self.owner.register(event_types=["realm_user"])
        await self.tell(field_id, " *bowline* ")
        (event,) = await self.owner.events(state["queue_id"])
        html = "<p><em>bowline</em></p>"
        self.assertEqual({"user_id": self.grace.user.id, "custom_profile_field": {
            "id": field_id, "value": "*bowline*", "rendered_value": html}}, event["person"])
        await self.server.restart()
        self.owner.app = self.app
        self.assertEqual({str(field_id): {"value": "*bowline*", "rendered_value": html}}, await self.told())
        state = await self.owner.register(fetch_event_types=["realm_user"])
        (grace,) = (user for user in state["realm_users"] if user["user_id"] == self.grace.user.id)
        self.assertIn(str(field_id), grace["profile_data"])

    async def test_each_type_has_its_values(self) -> None:
        cases: tuple[tuple[int, dict[str, Any], list[Any], list[Any]], ...] = (
            (1, {}, ["short"], ["x" * 51, [1]]),
            (2, {}, ["x" * 500], ["x" * 501]),
            (3, {"field_data": CHOICES}, ["b"], ["c", "Silk"]),
            (4, {}, ["2026-02-28"], ["2026-02-30", "28.2.2026", "2026-2-8", "soon"]),
            (5, {}, ["https://plait.example/x"], ["javascript:alert(1)", "plait", "https://", "https://x y"]),
            (6, {}, [[self.grace.user.id], f"[{self.grace.user.id}]"], [[4711], "Grace", "{}", ["x"]]),
            (7, {"field_data": {"subtype": "custom", "url_pattern": "https://x/%(username)s"}}, ["me"], ["x" * 51]),
            (8, {}, ["they"], ["x" * 51]))
        for kind, params, good, bad in cases:
            field_id = await self.field(f"Field {kind}", kind, **params)
            for value in bad:
                with self.subTest((kind, value)):
                    await self.grace.refusal("PATCH", "/users/me/profile_data", data=[
                        {"id": field_id, "value": value}])
                    self.assertNotIn(str(field_id), await self.told())
            for value in good:
                with self.subTest((kind, value)):
                    await self.tell(field_id, value)
                    self.assertIn(str(field_id), await self.told())
            await self.tell(field_id, [] if kind == 6 else "")
            self.assertNotIn(str(field_id), await self.told())

    async def test_all_of_it_or_nothing(self) -> None:
        field_id = await self.field()
        await self.grace.refusal("PATCH", "/users/me/profile_data", data=[
            {"id": field_id, "value": "x"}, {"id": 4711, "value": "y"}])
        self.assertEqual({}, await self.told())

    async def test_it_can_be_taken_back(self) -> None:
        field_id = await self.field()
        await self.tell(field_id, "bowline")
        await self.grace.call("DELETE", "/users/me/profile_data", data=[field_id])
        self.assertEqual({}, await self.told())

    async def test_administrators_may_tell_of_others(self) -> None:
        field_id = await self.field()
        data = [{"id": field_id, "value": "clove hitch"}]
        await self.owner.call("PATCH", f"/users/{self.grace.user.id}", profile_data=data)
        self.assertEqual("clove hitch", (await self.told())[str(field_id)]["value"])
        await self.grace.refusal("PATCH", f"/users/{self.owner.user.id}", profile_data=data)
