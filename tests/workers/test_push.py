"""Pushes, from a message to what a browser or a bouncer is told, over real HTTP; and back when it is read."""

from __future__ import annotations

from typing import Any

import orjson
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from chat.pushes import plain_bytes
from chat.web_push import MAX_PLAIN_BYTES, decode
from tests.support.browser_push import BrowserSide
from tests.support.harness import Client, InProcess
from tests.support.web import Asked, OtherServer


class PushTests(TestCase):
    async def setUp(self) -> None:
        self.service = OtherServer([(201, b"")])
        self.address = self.service.listen()
        self.server = InProcess()
        await self.server.start(allowed_networks="127.0.0.0/8", push_bouncer=self.address + "/bouncer")
        self.app = self.server.app
        self.owner = await self.server.organisation()
        self.ann, self.bo = await self.server.person("Ann"), await self.server.person("Bo")
        await self.ann.call("POST", "/users/me/subscriptions", subscriptions=[{"name": "office"}],
                            principals=[self.bo.user.id, self.ann.user.id])
        await self.bo.call("PATCH", "/settings", enable_offline_email_notifications=False)

    async def tearDown(self) -> None:
        await self.server.stop()
        await self.service.stop()

    async def browser(self, person: Client, name: str = "one") -> BrowserSide:
        """One more browser of someone's; its push service is ours, which the real address check would not allow."""
        browser = BrowserSide()
        await person.call("POST", "/web_push", **browser.subscription(f"https://push.test/{name}"))
        await self.app.database.query("UPDATE push_device SET token = %s WHERE token = %s", (
            f"{self.address}/{name}", f"https://push.test/{name}"))
        return browser

    async def told(self) -> list[Asked]:
        await self.app.deferred_work.quiet()
        asked, self.service.asked[:] = list(self.service.asked), []
        return asked

    async def test_a_browser_is_told_in_words_that_only_it_can_read(self) -> None:
        browser = await self.browser(self.bo)
        sent = await self.ann.send("office", "@**Bo** the code is **1234** :tada:", topic="Tea")
        (push,) = await self.told()
        self.assertNotIn(b"1234", push.body)
        said = orjson.loads(browser.decrypt(push.body))
        self.assertEqual((said["event"], said["zulip_message_id"], said["content"]), (
            "message", sent, "@Bo the code is 1234 🎉"))
        office = self.app.directory.channel_by_name("office")
        assert office is not None
        self.assertEqual((said["title"], said["conversation"]), ("#office › Tea", f"c:{office.id}:tea"))
        self.assertTrue(said["link"].endswith(f"/near/{sent}"))
        headers = push.headers
        self.assertEqual((headers["content-encoding"], headers["urgency"], headers["ttl"]), (
            "aes128gcm", "high", "86400"))
        self.assertLessEqual(len(headers["topic"]), 32)
        key = (await self.bo.call("GET", "/web_push"))["public_key"]
        self.assertTrue(headers["authorization"].startswith("vapid t="))
        self.assertTrue(headers["authorization"].endswith(", k=" + key))
        self.assertEqual(len(decode(key)), 65)

    async def test_each_device_is_told_once_and_only_its_owner_s(self) -> None:
        await self.browser(self.bo, "one")
        await self.browser(self.bo, "two")
        await self.browser(self.owner, "other")
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(sorted(push.path.split("/")[-1] for push in await self.told()), ["one", "two"])

    async def test_nobody_with_a_device_no_job(self) -> None:
        await self.app.deferred_work.stop()
        await self.ann.send([self.bo.user.id], "hello")
        ((count,),) = await self.app.database.query(
            "SELECT count(*) FROM job WHERE queue = 'missedmessage_mobile_notifications'")
        self.assertEqual(count, 0)

    async def test_what_was_read_first_is_not_told(self) -> None:
        await self.browser(self.bo)
        await self.app.deferred_work.stop()
        sent = await self.ann.send([self.bo.user.id], "hello")
        await self.bo.call("POST", "/messages/flags", messages=[sent], op="add", flag="read")
        await self.app.deferred_work.start()
        self.assertEqual(await self.told(), [])

    async def test_what_is_read_is_taken_down_everywhere_once(self) -> None:
        one, two = await self.browser(self.bo, "one"), await self.browser(self.bo, "two")
        first = await self.ann.send([self.bo.user.id], "hello")
        second = await self.ann.send([self.bo.user.id], "again")
        self.assertEqual(len(await self.told()), 4)
        await self.bo.call("POST", "/messages/flags", messages=[first], op="add", flag="read")
        await self._settled()
        removals = {push.path.split("/")[-1]: push for push in await self.told()}
        said = [orjson.loads(browser.decrypt(removals[name].body)) for name, browser in (("one", one), ("two", two))]
        self.assertEqual([(one["event"], one["zulip_message_ids"]) for one in said], [("remove", str(first))] * 2)
        self.assertEqual(removals["one"].headers["urgency"], "low")
        await self.bo.call("POST", "/messages/flags", messages=[first], op="add", flag="read")
        await self.bo.call("POST", "/mark_all_as_read")
        await self._settled()
        self.assertEqual([orjson.loads(one.decrypt(push.body))["zulip_message_ids"]
                          for push in await self.told() if push.path.endswith("one")], [str(second)])

    async def test_a_browser_that_is_gone_is_forgotten(self) -> None:
        for status in (404, 410):
            await self.browser(self.bo)
            self.service.answers[:] = [(status, b"")]
            await self.ann.send([self.bo.user.id], "hello")
            await self.told()
            self.assertEqual(await self.app.database.query("SELECT 1 FROM push_device"), [])
            self.assertNotIn(self.bo.user.id, self.app.directory.push_receivers)
        self.assertEqual(await self.app.deferred_work.failed(2**31, 10), [])

    async def test_not_now_is_tried_again_and_never_is_given_up(self) -> None:
        await self.browser(self.bo)
        self.service.answers[:] = [(503, b"")]
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(len(await self.told()), 1)
        ((attempts, failed),) = await self.app.database.query(
            "SELECT attempts, failed_at FROM job WHERE queue = 'push'")
        self.assertEqual((attempts, failed), (1, None))
        self.service.answers[:] = [(400, b"")]
        await self.app.database.query("UPDATE job SET not_before = now()")
        self.app.deferred_work.look("push")
        await self.told()
        (given_up,) = await self.app.deferred_work.failed(2**31, 10)
        self.assertIn("400", given_up.last_error)
        self.flushLoggedErrors()

    async def test_phones_by_the_bouncer(self) -> None:
        await self.bo.call("POST", "/users/me/android_gcm_reg_id", token="android-1")
        await self.bo.call("POST", "/users/me/apns_device_token", token="YXBwbGU=", appid="org.zulip.Zulip")
        sent = await self.ann.send([self.bo.user.id], "hello")
        pushes = [push.json for push in await self.told()]
        self.assertEqual(sorted(push["device"]["kind"] for push in pushes), ["apns", "fcm"])
        payload = pushes[0]["payload"]
        self.assertEqual((payload["event"], payload["zulip_message_id"], payload["recipient_type"], payload["content"]),
                         ("message", sent, "private", "hello"))
        self.assertEqual(payload["realm_url"], "http://chat.test")

    async def test_registering_twice_does_no_harm_and_removing_what_is_not_there_is_told(self) -> None:
        for _ in range(2):
            await self.bo.call("POST", "/users/me/android_gcm_reg_id", token="android-1")
        await self.bo.call("DELETE", "/users/me/android_gcm_reg_id", token="android-1")
        refused = await self.bo.refusal("DELETE", "/users/me/android_gcm_reg_id", token="android-1")
        self.assertEqual((refused["msg"], refused["code"]), ("Token does not exist", "BAD_REQUEST"))

    async def test_a_phone_that_changes_hands(self) -> None:
        await self.bo.call("POST", "/users/me/android_gcm_reg_id", token="android-1")
        await self.ann.call("POST", "/users/me/android_gcm_reg_id", token="android-1")
        self.assertNotIn(self.bo.user.id, self.app.directory.push_receivers)
        await self.ann.send([self.bo.user.id], "hello")
        self.assertEqual(await self.told(), [])

    async def test_trying_it_out(self) -> None:
        refused = await self.bo.refusal("POST", "/mobile_push/test_notification")
        self.assertEqual(refused["code"], "INVALID_PUSH_DEVICE_TOKEN")
        await self.bo.call("POST", "/users/me/android_gcm_reg_id", token="android-1")
        await self.bo.call("POST", "/mobile_push/test_notification", token="android-1")
        (push,) = await self.told()
        self.assertEqual(push.json["payload"]["event"], "test")
        refused = await self.bo.refusal("POST", "/mobile_push/test_notification", token="another")
        self.assertEqual(refused["code"], "INVALID_PUSH_DEVICE_TOKEN")
        self.service.answers[:] = [(404, b"")]
        refused = await self.bo.refusal("POST", "/mobile_push/test_notification")
        self.assertEqual(refused["code"], "INVALID_REMOTE_PUSH_DEVICE_TOKEN")

    async def test_what_can_be_no_device_is_refused(self) -> None:
        good: dict[str, Any] = BrowserSide().subscription("https://push.test/x")
        for wrong in ({"endpoint": "http://push.test/x"}, {"endpoint": "https://push.test/\n"}, {"auth": "x"},
                      {"p256dh": "x" * 87}, {"endpoint": "https://" + "x" * 3000}):
            await self.bo.refusal("POST", "/web_push", **{**good, **wrong})
        for token in ("", "ä", "a\nb", "x" * 5000):
            await self.bo.refusal("POST", "/users/me/android_gcm_reg_id", token=token)
        await self.bo.refusal("POST", "/users/me/apns_device_token", token="YQ==", appid="not an id")
        self.assertEqual(await self.app.database.query("SELECT 1 FROM push_device"), [])

    async def test_a_person_s_devices_are_bounded(self) -> None:
        for number in range(25):
            await self.bo.call("POST", "/users/me/android_gcm_reg_id", token=f"android-{number}")
        rows = await self.app.database.query("SELECT token FROM push_device")
        self.assertEqual(len(rows), 20)
        self.assertIn(("android-24",), rows)

    async def _settled(self) -> None:
        """Until what an event set off has been written."""
        settled: Deferred[None] = self.app.database.settled()
        await settled


class SizeTests(TestCase):
    def test_a_long_text_is_cut_to_what_a_push_can_hold(self) -> None:
        said = orjson.loads(plain_bytes({"event": "message", "content": "ä" * 5000, "title": "t"}))
        self.assertTrue(said["content_truncated"])
        self.assertTrue(said["content"].endswith("…"))
        self.assertLessEqual(len(plain_bytes({"content": "\u2028" * 9000})), MAX_PLAIN_BYTES)
