"""Reading: what is seen is read, the past is at hand, and the page never moves under the eyes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from tests.browser.person import Person
from tests.support.server import RunningServer

SignIn = Callable[..., Person]
LONG_TOPIC = "a long story"
LONG = "#narrow/channel/3-random/topic/a.20long.20story"
MESSAGES = 900


@pytest.fixture(scope="module")
def grace_api(demo_server: RunningServer) -> Iterator[Callable[..., Any]]:
    """Grace's scripts: posts to the API with her key."""
    answer = requests.post(
        f"{demo_server.url}/api/v1/fetch_api_key",
        data={"username": "grace@plait.example", "password": "plait-demo"},
        timeout=30,
    ).json()
    with requests.Session() as session:
        session.auth = (answer["email"], answer["api_key"])

        def post(path: str, **data: Any) -> Any:
            done = session.post(f"{demo_server.url}/api/v1{path}", data=data, timeout=30).json()
            assert done["result"] == "success", done
            return done

        yield post


@pytest.fixture(scope="module")
def long_story(grace_api: Callable[..., Any]) -> None:
    """A topic with more messages than a page holds at once."""
    for number in range(MESSAGES):
        lines = "\n".join(f"line {line}" for line in range(number % 4))
        grace_api("/messages", type="stream", to="random", topic=LONG_TOPIC, content=f"Part {number}.\n{lines}")


def place_of(person: Person) -> dict[str, Any]:
    """The first message that can be seen, and where it stands."""
    place: dict[str, Any] = person.page.evaluate(
        """() => {
          const view = document.getElementById("feed").getBoundingClientRect();
          for (const row of document.querySelectorAll("#feed .row")) {
            const box = row.getBoundingClientRect();
            if (box.bottom > view.top + 40) return { id: row.dataset.id, top: Math.round(box.top) };
          }
        }"""
    )
    return place


def steady(person: Person) -> bool:
    """Whether the pill's count stays what it is for a while."""
    count = below(person)
    person.page.wait_for_timeout(400)
    return count == below(person)


def below(person: Person) -> int:
    """How many new messages the pill says are below."""
    words = person.page.locator("#pill").inner_text().split()
    return int(words[0]) if words and words[0].isdigit() else 0


@pytest.mark.usefixtures("long_story")
class ScrollingTests:
    def test_older_messages_come_on_scrolling_up_without_a_jump(self, sign_in: SignIn) -> None:
        hedy = sign_in("hedy")
        hedy.go(LONG)
        hedy.page.wait_for_selector("#feed .row")
        hedy.page.wait_for_timeout(400)
        hedy.page.keyboard.press("End")
        hedy.until(lambda: hedy.rows(f"Part {MESSAGES - 1}.").count() == 1, "the newest")
        hedy.page.mouse.move(600, 400)
        smallest = MESSAGES
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            before = place_of(hedy)
            hedy.page.mouse.wheel(0, -400)
            hedy.page.wait_for_timeout(30)
            after = place_of(hedy)
            assert float(after["id"]) <= float(before["id"]), "scrolling up never shows what is newer"
            assert hedy.page.locator("#feed .row").count() <= 400
            first = hedy.page.locator("#feed .row .rendered").first.inner_text().split(".")[0]
            smallest = min(smallest, int(first.removeprefix("Part ")))
            if smallest == 0:
                break
        assert smallest == 0, "the beginning was reached"

    def test_what_is_seen_stays_where_it_is_when_older_messages_come_in_above(self, sign_in: SignIn) -> None:
        hedy = sign_in("hedy")
        hedy.go(LONG)
        hedy.page.wait_for_selector("#feed .row")
        hedy.page.keyboard.press("End")
        hedy.until(lambda: hedy.rows(f"Part {MESSAGES - 1}.").count() == 1, "the newest")
        hedy.page.wait_for_timeout(500)
        held: list[Any] = []

        def hold(route: Any) -> None:
            held.append(route)

        hedy.page.route("**/json/messages?*", hold)
        hedy.page.evaluate("document.getElementById('feed').scrollTop = 300")
        hedy.until(lambda: len(held) > 0, "the request for older messages")
        count = hedy.page.locator("#feed .row").count()
        before = place_of(hedy)
        for route in held:
            route.continue_()
        hedy.until(lambda: hedy.page.locator("#feed .row").count() > count, "older messages")
        hedy.page.wait_for_timeout(100)
        assert place_of(hedy) == before

    def test_new_messages_do_not_move_a_reader_of_the_past(
        self, sign_in: SignIn, grace_api: Callable[..., Any]
    ) -> None:
        hedy = sign_in("hedy")
        hedy.go(LONG)
        hedy.page.wait_for_selector("#feed .row")
        hedy.page.keyboard.press("End")
        hedy.until(lambda: hedy.rows(f"Part {MESSAGES - 1}.").count() == 1, "the newest")
        hedy.page.evaluate("document.getElementById('feed').scrollTop -= 1500")
        hedy.page.wait_for_timeout(300)
        before = place_of(hedy)
        hedy.until(lambda: steady(hedy), "what was read to be marked")
        unread = below(hedy)
        for number in range(3):
            grace_api("/messages", type="stream", to="random", topic=LONG_TOPIC, content=f"News {number}")
        hedy.until(lambda: below(hedy) == unread + 3, "the pill to count three more")
        assert place_of(hedy) == before
        hedy.page.click(".pill")
        hedy.sees("News 2")
        hedy.until(lambda: hedy.page.locator(".pill").count() == 0, "the pill to go")

    def test_a_view_is_found_again_as_it_was_left(self, sign_in: SignIn) -> None:
        hedy = sign_in("hedy")
        hedy.go(LONG)
        hedy.page.wait_for_selector("#feed .row")
        hedy.page.keyboard.press("End")
        hedy.until(lambda: hedy.rows(f"Part {MESSAGES - 1}.").count() == 1, "the newest")
        hedy.page.wait_for_timeout(300)
        hedy.page.evaluate("document.getElementById('feed').scrollTop -= 900")
        hedy.page.wait_for_timeout(200)
        before = place_of(hedy)
        hedy.go("#narrow/dm/1")
        hedy.page.wait_for_timeout(300)
        hedy.go(LONG)
        hedy.until(lambda: place_of(hedy) == before, "the same place")

    def test_a_link_to_a_message_opens_there(self, sign_in: SignIn, grace_api: Callable[..., Any]) -> None:
        hedy = sign_in("hedy")
        hedy.go(LONG)
        hedy.page.wait_for_selector("#feed .row")
        hedy.page.keyboard.press("End")
        hedy.until(lambda: hedy.rows(f"Part {MESSAGES - 1}.").count() == 1, "the newest")
        newest = int(hedy.rows(f"Part {MESSAGES - 1}.").get_attribute("data-id") or 0)
        wanted = newest - 600
        hedy.go("#inbox")
        hedy.go(f"{LONG}/near/{wanted}")
        row = hedy.page.locator(f'#feed .row[data-id="{wanted}"]')
        hedy.until(lambda: row.count() == 1 and row.is_visible(), "the message of the link")
        box, view = row.bounding_box(), hedy.page.locator("#feed").bounding_box()
        assert view["y"] < box["y"] < view["y"] + view["height"]


class UnreadTests:
    def test_counts_fall_as_messages_are_seen_and_the_server_knows(
        self, sign_in: SignIn, grace_api: Callable[..., Any]
    ) -> None:
        alan = sign_in("alan")
        alan.go("#inbox")
        for number in range(60):
            grace_api(
                "/messages",
                type="stream",
                to="engineering",
                topic="reading",
                content=f"Paragraph {number}\n\nand more\n\nof it",
            )
        alan.until(lambda: alan.unread("reading") == 60, "sixty unread messages")
        alan.page.click("#side .side-topics a:has-text('reading')")
        alan.page.wait_for_selector("#feed .unread-line")
        alan.until(lambda: 0 < alan.unread("reading") < 60, "what is on the screen to be read")
        seen = alan.unread("reading")
        alan.page.wait_for_timeout(300)
        assert alan.unread("reading") == seen, "what is below the screen is not read"
        alan.page.mouse.move(600, 400)
        for _ in range(60):
            alan.page.mouse.wheel(0, 500)
            alan.page.wait_for_timeout(20)
        alan.until(lambda: alan.unread("reading") == 0, "everything to be read")
        assert alan.page.locator("#feed .unread-line").count() == 1, "the line stays where reading began"
        alan.page.wait_for_timeout(1000)
        alan.page.reload()
        alan.wait_ready()
        assert alan.unread("reading") == 0

    def test_reading_in_one_window_counts_in_the_other(self, sign_in: SignIn, grace_api: Callable[..., Any]) -> None:
        first, second = sign_in("alan"), sign_in("alan")
        second.go("#recent")
        grace_api("/messages", type="stream", to="engineering", topic="two windows", content="Read me once")
        second.until(lambda: second.unread("two windows") == 1, "the unread message")
        first.go("#narrow/channel/2-engineering/topic/two.20windows")
        first.sees("Read me once")
        second.until(lambda: second.unread("two windows") == 0, "the other window to hear of it")

    def test_what_comes_while_nobody_looks_waits_below_the_unread_line(
        self, sign_in: SignIn, grace_api: Callable[..., Any]
    ) -> None:
        alan = sign_in("alan")
        said = {"type": "stream", "to": "engineering", "topic": "coffee break"}
        grace_api("/messages", **said, content="Before the break")
        alan.go("#narrow/channel/2-engineering/topic/coffee.20break")
        alan.sees("Before the break")
        alan.until(lambda: alan.unread("coffee break") == 0, "the first message to be read")
        alan.page.evaluate("document.hasFocus = () => false")
        for number in range(40):
            grace_api("/messages", **said, content=f"During the break {number}")
        alan.sees("During the break 39")
        assert alan.unread("coffee break") == 40
        line, view = alan.page.locator(".unread-line"), alan.page.locator("#feed")
        assert view.bounding_box()["y"] <= line.bounding_box()["y"], "the line is not carried out of sight"
        alan.page.evaluate("delete document.hasFocus; dispatchEvent(new Event('focus'))")
        alan.until(lambda: 0 < alan.unread("coffee break") < 40, "what is on the screen to be read")

    def test_a_star_is_found_among_the_starred(self, sign_in: SignIn, grace_api: Callable[..., Any]) -> None:
        alan = sign_in("alan")
        grace_api("/messages", type="stream", to="engineering", topic="stars", content="Keep this one")
        alan.go("#narrow/channel/2-engineering/topic/stars")
        row = alan.sees("Keep this one")
        row.hover()
        row.get_by_role("button", name="Star", exact=True).click()
        alan.go("#narrow/is/starred")
        alan.sees("Keep this one")
        alan.page.reload()
        alan.wait_ready()
        row = alan.sees("Keep this one")
        row.hover()
        row.get_by_role("button", name="Remove star").click()
        alan.go("#inbox")
        alan.go("#narrow/is/starred")
        alan.until(lambda: alan.rows("Keep this one").count() == 0, "the message to be gone from there")
