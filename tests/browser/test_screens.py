"""Screens of all widths, themes, keys: the client is at home in each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.browser.person import Person

SignIn = Callable[..., Person]
LUNCH = "#narrow/channel/1-general/topic/team.20lunch"


def lightness(person: Person, selector: str = "body") -> float:
    """How light the ground is, from 0 to 1."""
    shown: float = person.page.evaluate(
        """selector => {
          const canvas = document.createElement("canvas").getContext("2d");
          canvas.fillStyle = getComputedStyle(document.querySelector(selector)).backgroundColor;
          canvas.fillRect(0, 0, 1, 1);
          const [r, g, b] = canvas.getImageData(0, 0, 1, 1).data;
          return (r + g + b) / 765;
        }""",
        selector,
    )
    return shown


class NarrowScreenTests:
    def test_one_column_at_a_time_and_a_way_back(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", width=400, height=780)
        ada.page.get_by_role("button", name="Conversations").click()
        assert ada.page.locator("#side").is_visible()
        assert not ada.page.locator("#feed").is_visible()
        ada.page.click("#side .side-channel a:has-text('general')")
        ada.page.wait_for_selector("#feed .row")
        assert not ada.page.locator("#side").is_visible()
        ada.page.click("#feed .bar-topic >> nth=0")
        ada.until(lambda: "/topic/" in ada.page.url, "the topic")
        ada.write("From a telephone")
        ada.sees("From a telephone")
        ada.page.go_back()
        ada.until(lambda: "/topic/" not in ada.page.url, "the channel again")

    def test_nothing_is_wider_than_the_screen(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", width=400, height=780)
        for address in ("#inbox", "#recent", "#feed", LUNCH, "#channels", "#drafts", "#narrow/dm/2"):
            ada.go(address)
            ada.page.wait_for_timeout(150)
            width = ada.page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
            assert width <= 400, address

    def test_a_long_press_opens_what_can_be_done_with_a_message(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", width=400, height=780, has_touch=True, is_mobile=True)
        ada.go(LUNCH)
        ada.page.fill("#compose textarea", "Press me long")
        ada.page.get_by_role("button", name="Send").click()
        row = ada.sees("Press me long")
        ada.until(lambda: ada.page.locator(".row-sending").count() == 0, "the confirmation")
        box = row.locator(".rendered").bounding_box()
        touch = {"x": box["x"] + 20, "y": box["y"] + 8}
        client = ada.context.new_cdp_session(ada.page)
        client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [touch]})
        ada.page.wait_for_selector(".menu-message")
        client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        ada.page.get_by_role("menuitem", name="Star").click()
        ada.until(lambda: row.locator(".row-star").count() == 1, "the star")


class ThemeTests:
    def test_the_system_decides_until_the_person_does(self, sign_in: SignIn) -> None:
        ada = sign_in("ada", color_scheme="dark")
        assert lightness(ada) < 0.3
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitemradio", name="Light").click()
        assert lightness(ada) > 0.9
        ada.page.reload()
        ada.wait_ready()
        assert lightness(ada) > 0.9, "the choice lasts"
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitemradio", name="Dark").click()
        assert lightness(ada) < 0.3

    def test_text_stands_out_from_its_ground_in_every_theme(self, sign_in: SignIn) -> None:
        for scheme in ("light", "dark"):
            ada = sign_in("ada", color_scheme=scheme)
            ada.go("#feed")
            ada.page.wait_for_selector("#feed .row")
            poor = ada.page.evaluate(CONTRAST)
            assert poor == [], scheme


class KeyTests:
    def test_the_switcher_leads_to_a_topic_by_a_few_letters(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.keyboard.press("Control+k")
        ada.page.keyboard.type("release ch")
        ada.page.keyboard.press("Enter")
        ada.until(lambda: "topic/release.20checklist" in ada.page.url, "the topic")
        ada.page.wait_for_selector("#feed .row")

    def test_messages_are_selected_and_answered_by_key(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go("#feed")
        ada.page.wait_for_selector("#feed .row")
        ada.page.keyboard.press("End")
        ada.page.keyboard.press("k")
        ada.page.wait_for_selector("#feed .row-selected")
        ada.page.keyboard.press("k")
        selected = ada.page.locator("#feed .row-selected")
        assert selected.count() == 1
        ada.page.keyboard.press("r")
        ada.until(lambda: ada.page.evaluate("document.activeElement.tagName") == "TEXTAREA", "the message box")
        assert ada.page.url.split("#")[1].startswith("narrow/")
        ada.page.keyboard.press("Escape")
        ada.page.keyboard.press("?")
        ada.page.wait_for_selector(".help")
        ada.page.keyboard.press("Escape")
        ada.until(lambda: ada.page.locator(".help").count() == 0, "the list to close")

    def test_a_channel_is_created_left_and_followed_again(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go("#channels")
        ada.page.get_by_role("button", name="New channel").click()
        ada.page.fill(".card input[name=name]", "walks")
        ada.page.get_by_role("button", name="Create channel", exact=True).click()
        ada.until(lambda: "-walks" in ada.page.url, "the new channel")
        ada.page.locator("#feed").get_by_text("quiet so far").wait_for()
        ada.go("#channels")
        line = ada.page.locator("#page .line", has_text="walks")
        line.get_by_role("button", name="Leave").click()
        line.get_by_role("button", name="Follow").wait_for()
        ada.until(lambda: ada.page.locator("#side .side-channel", has_text="walks").count() == 0, "the channel to go")
        line.get_by_role("button", name="Follow").click()
        ada.until(lambda: ada.page.locator("#side .side-channel", has_text="walks").count() == 1, "the channel again")

    def test_an_address_that_leads_nowhere_is_said_to(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.go("#narrow/nonsense/1")
        ada.page.get_by_text("does not lead anywhere").wait_for()
        assert ada.page.url.endswith("#inbox")

    def test_signing_out_ends_the_session(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitem", name="Sign out").click()
        ada.page.wait_for_url("**/login/**")
        ada.page.goto("/")
        assert "/login/" in ada.page.url

    def test_a_session_that_ended_elsewhere_leads_to_the_sign_in_page(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        other = ada.context.new_page()
        other.goto("/")
        other.wait_for_selector("body.ready", state="attached")
        ada.page.click(".side-org")
        ada.page.get_by_role("menuitem", name="Sign out").click()
        other.wait_for_url("**/login/**")

    def test_the_focus_stays_in_what_is_open_and_goes_back(self, sign_in: SignIn) -> None:
        ada = sign_in("ada")
        ada.page.focus(".side-org")
        ada.page.keyboard.press("Enter")
        ada.page.wait_for_selector(".menu")
        for _ in range(20):
            ada.page.keyboard.press("Tab")
            assert ada.page.evaluate("document.querySelector('.menu').contains(document.activeElement)")
        ada.page.keyboard.press("ArrowDown")
        assert ada.page.evaluate("document.activeElement.classList.contains('menu-item')")
        ada.page.keyboard.press("Escape")
        ada.until(lambda: ada.page.evaluate("document.activeElement.className") == "side-org", "the focus to go back")


CONTRAST: Any = """() => {
  for (const moving of document.getAnimations()) moving.finish();
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [lr, lg, lb] = [r, g, b].map((v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * lr + 0.7152 * lg + 0.0722 * lb;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgba(getComputedStyle(at).backgroundColor);
      if (color[3] > 250) return color;
    }
    return [255, 255, 255, 255];
  };
  const poor = new Map();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
    const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.set(`${element.className || element.tagName}: ${ratio.toFixed(2)}`, 1);
  }
  return [...poor.keys()];
}"""
