"""The settings dialog, by keyboard and by pointer; and being told of messages while one looks elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.browser.person import Person

SignIn = Callable[..., Person]
LUNCH = "#narrow/channel/1-general/topic/team.20lunch"
UNWATCHED = "() => { document.hasFocus = () => false; }"
"""As if the person looked at another window."""


def switch(person: Person, label: str) -> bool:
    """Whether a switch is on."""
    return bool(person.page.locator(".settings-line", has_text=label).get_by_role("switch").is_checked())


class DialogTests:
    def test_keys_open_it_and_go_through_it(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.keyboard.press(",")
        ada.page.wait_for_selector(".dialog-settings")
        assert ada.page.evaluate("document.activeElement.textContent.trim()") == "Profile"
        ada.page.keyboard.press("ArrowDown")
        ada.page.keyboard.press("ArrowDown")
        ada.until(lambda: ada.page.locator(".settings-section h2").inner_text() == "Notifications", "the section")
        ada.page.keyboard.press("Escape")
        ada.until(lambda: ada.page.locator(".dialog-settings").count() == 0, "the dialog to close")

    def test_what_is_set_holds_in_all_windows_and_after_a_reload(self, sign_in: SignIn) -> None:
        linus, elsewhere = sign_in("linus"), sign_in("linus")
        for window in (linus, elsewhere):
            window.go("#settings/preferences")
            window.page.wait_for_selector(".settings-line")
        assert switch(elsewhere, "Enter sends")
        linus.page.locator(".settings-line", has_text="Enter sends").get_by_role("switch").click()
        elsewhere.until(lambda: not switch(elsewhere, "Enter sends"), "the other window to know")
        linus.page.locator(".settings-line", has_text="Theme").locator("select").select_option("Dark")
        elsewhere.until(lambda: elsewhere.page.evaluate("document.documentElement.dataset.theme") == "dark", "the dark")
        linus.page.reload()
        linus.wait_ready()
        assert linus.page.evaluate("document.documentElement.dataset.theme") == "dark"
        linus.go(LUNCH)
        linus.page.click("#compose .compose-open, #compose textarea")
        linus.page.fill("#compose textarea", "one line")
        linus.page.press("#compose textarea", "Enter")
        assert linus.page.input_value("#compose textarea") == "one line\n"

    def test_a_new_name_is_everyones_at_once_and_a_bad_one_is_refused_in_words(self, sign_in: SignIn) -> None:
        alan, ada = sign_in("alan"), sign_in("ada")
        alan.go("#settings/profile")
        alan.page.fill(".settings-field input", "A")
        alan.page.click("text=Save name")
        alan.page.wait_for_selector(".settings-error")
        alan.page.fill(".settings-field input", "Alan M. Turing")
        alan.page.click("text=Save name")
        alan.page.wait_for_selector(".settings-saved")
        ada.until(lambda: "Alan M. Turing" in ada.page.locator("#people").inner_text(), "the new name")

    def test_in_a_narrow_window_sections_come_one_at_a_time(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", width=400, height=780)
        ada.page.evaluate("location.hash = '#settings'")
        ada.page.click(".settings-link >> text=Notifications")
        ada.page.wait_for_selector(".settings-matrix")
        assert ada.page.locator(".settings-nav").is_hidden()
        assert ada.page.evaluate("document.documentElement.scrollWidth") <= 400
        ada.page.click('[aria-label="All settings"]')
        ada.page.wait_for_selector(".settings-nav")


class TellingTests:
    def test_nothing_is_asked_of_the_browser_before_it_is_turned_on(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.evaluate("() => { Notification.requestPermission = async () => { window.asked = true; }; }")
        ada.go("#settings/notifications")
        ada.page.wait_for_selector(".settings-matrix")
        ada.page.keyboard.press("Escape")
        assert ada.page.evaluate("window.asked") is None

    def test_a_message_is_shown_once_and_goes_when_it_is_read(self, sign_in: SignIn) -> None:
        hedy, grace = sign_in("hedy"), sign_in("grace")
        hedy.page.evaluate("""() => {
          window.told = [];
          const Pretended = class {
            static permission = "default";
            static async requestPermission() { Pretended.permission = "granted"; return "granted"; }
            constructor(title, options) {
              Object.assign(this, { title, ...options, open: true });
              window.told.push(this);
            }
            close() { this.open = false; }
          };
          window.Notification = Pretended;
        }""")
        hedy.go("#settings/notifications")
        hedy.page.locator(".settings-line", has_text="Show notifications").get_by_role("switch").click()
        hedy.until(lambda: switch(hedy, "Show notifications"), "the switch")
        hedy.page.keyboard.press("Escape")
        hedy.page.evaluate(UNWATCHED)
        hedy_id = hedy.page.evaluate(
            "async () => (await (await fetch('/json/users/me')).json()).data.user_id")
        grace.go(f"#narrow/dm/{hedy_id}")
        grace.write("Are **you** there? :tada:")
        hedy.until(lambda: len(hedy.page.evaluate("window.told")) == 1, "the notification")
        told = hedy.page.evaluate("window.told[0]")
        assert (told["title"], told["body"]) == ("Grace Hopper", "Are you there? 🎉")
        hedy.until(lambda: hedy.page.title().startswith("("), "the count in the tab")
        assert "unread" in hedy.page.locator("link[rel=icon]").get_attribute("href")
        hedy.page.evaluate("window.told[0].onclick()")
        hedy.page.evaluate("() => { delete document.hasFocus; }")
        hedy.page.bring_to_front()
        hedy.sees("Are you there?")
        hedy.until(lambda: not hedy.page.evaluate("window.told[0].open"), "the notification to go")

    def test_a_channel_of_which_every_message_is_told(self, sign_in: SignIn) -> None:
        linus = sign_in("linus")
        linus.go("#narrow/channel/1-general")
        linus.page.click('[aria-label="More for this view"]')
        item = linus.page.locator(".menu-item", has_text="Tell me of every message here")
        item.click()
        linus.until(lambda: item.get_attribute("aria-checked") == "true", "the mark")

    def test_a_push_is_shown_by_the_service_worker_and_taken_down_when_read(self, sign_in: SignIn) -> None:
        """Pushed as the browser's own developer tools do: a push service is out of reach here."""
        ada = sign_in("ada", permissions=["notifications"])
        ada.page.evaluate("async () => { await navigator.serviceWorker.register('/service_worker.js', {scope: '/'});"
                          " await navigator.serviceWorker.ready; }")
        tools = ada.context.new_cdp_session(ada.page)
        registered: list[str] = []
        tools.on("ServiceWorker.workerRegistrationUpdated",
                 lambda event: registered.extend(one["registrationId"] for one in event["registrations"]))
        tools.send("ServiceWorker.enable")
        ada.until(lambda: bool(registered), "the registration")

        def push(**said: object) -> None:
            tools.send("ServiceWorker.deliverPushMessage", {
                "origin": ada.page.evaluate("location.origin"), "registrationId": registered[-1],
                "data": json.dumps(said)})

        def shown() -> list[list[object]]:
            found: list[list[object]] = ada.page.evaluate(
                "async () => (await (await navigator.serviceWorker.getRegistration('/')).getNotifications())"
                ".map((one) => [one.title, one.body, one.data.ids])")
            return found

        message = {"event": "message", "conversation": "d:99", "recipient_type": "private", "title": "Grace Hopper",
                   "sender_full_name": "Grace Hopper", "time": 1, "link": "/#inbox"}
        push(**message, zulip_message_id=7, content="first")
        ada.until(lambda: shown() == [["Grace Hopper", "first", [7]]], "the first")
        push(**message, zulip_message_id=8, content="second")
        ada.until(lambda: shown() == [["Grace Hopper", "second", [7, 8]]], "one for the conversation")
        push(event="remove", zulip_message_ids="7,8,9")
        ada.until(lambda: shown() == [], "it to be taken down")
