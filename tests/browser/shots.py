"""Screenshots of the client in its many states, for looking at: `python -m tests.browser.shots FOLDER`.

Starts a demo server, fills it with difficult things (long names, right-to-left text, many topics, an empty channel),
and saves one picture for each state, width and theme. No test: a person judges.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import requests

from tests.browser.person import Person, start_browser
from tests.support.pictures import png
from tests.support.server import RunningServer, start_server
from tests.support.site import Site

LONG_TOPIC = "a topic whose name goes on for as long as topics may go on."
CODE = '''Found it, the clock was read twice:
```python
@dataclass(frozen=True)
class Deadline:
    """When something must be done."""

    at_s: float

    def passed(self, now_s: float) -> bool:
        return now_s >= self.at_s  # not > : a deadline of now has passed
```
The fix is on #**engineering>release checklist**. Thanks @**Grace Hopper** :tada:'''
ARABIC = "مرحبا بالجميع، هذا نص من اليمين إلى اليسار مع رابط https://example.com/path و `code` في الوسط."
HEBREW = "שלום לכולם, מי מצטרף לארוחת הצהריים היום?"
TABLE = """| Part | Owner | State |
|---|:-:|--:|
| Wire | Ada | done |
| Fanout | Grace | 80 % |
| Client | Alan | 35 % |"""
LONG_NAME = "Person {} with the name Wolfeschlegelsteinhausenbergerdorff"
def _page(title: str, description: str = "", image: str = "") -> tuple[str, bytes]:
    told = {"title": title, "description": description, "image": image}
    return "text/html; charset=utf-8", "".join(
        f'<meta property="og:{name}" content="{value}">' for name, value in told.items() if value).encode()


PAGES = {
    "/long": _page("Why clocks are read only once", "What happens when a deadline is compared with a clock that goes "
                   "on meanwhile, and what to do about it in a server that has thousands of them at once.", "/i.png"),
    "/short": _page("A title without a picture", "Short words."),
    "/title": _page("Only a title, so long that it cannot be shown on one line of a card, whatever one does"),
    "/arabic": _page("مرحبا بالجميع، هذا عنوان", "هذا نص من اليمين إلى اليسار يصف الصفحة", "/i.png"),
    "/i.png": ("image/png", png(600, 400)),
    "/wide.png": ("image/png", png(1600, 500, "steelblue")),
    "/tall.png": ("image/png", png(300, 900, "tomato")),
}
EMPTY_CHANNEL = {
    "name": "an extraordinarily long channel name for an empty place",
    "description": "Nobody has said anything here, and the description is long enough to be cut off before it "
    "ends, at least on small screens.",
}


class Script:
    """Somebody's program at the API."""

    def __init__(self, server: RunningServer, name: str) -> None:
        self.base = f"{server.url}/api/v1"
        credentials = {"username": f"{name}@plait.example", "password": "plait-demo"}
        answer = requests.post(f"{self.base}/fetch_api_key", data=credentials, timeout=30).json()
        self.auth = (answer["email"], answer["api_key"])

    def post(self, path: str, **data: str) -> Any:
        done = requests.post(f"{self.base}{path}", data=data, auth=self.auth, timeout=30).json()
        if done["result"] != "success":
            sys.stdout.write(f"not done: {path} {data}: {done['msg']}\n")
        return done

    def say(self, channel: str, topic: str, content: str) -> int:
        return int(self.post("/messages", type="stream", to=channel, topic=topic, content=content).get("id", 0))

    def tell(self, to: str, content: str) -> None:
        self.post("/messages", type="direct", to=to, content=content)


def furnish(server: RunningServer) -> None:
    """Fill the organisation with what is hard to show well."""
    ada, grace, alan = (Script(server, name) for name in ("ada", "grace", "alan"))
    for number in range(14):
        name = LONG_NAME.format(number) if number % 5 == 0 else f"Colleague {number}"
        ada.post("/users", email=f"p{number}@plait.example", password="a-long-password", full_name=name)
    ada.post("/users/me/subscriptions", subscriptions=json.dumps([EMPTY_CHANNEL]))
    ada.post("/users/me/subscriptions", subscriptions='[{"name":"private matters"}]', invite_only="true")
    grace.say("engineering", "clock bug", CODE)
    found = alan.say("engineering", "clock bug", "Nice. I had looked at `time.monotonic()` for an hour.")
    for emoji in ("tada", "heart", "eyes"):
        ada.post(f"/messages/{found}/reactions", emoji_name=emoji)
        grace.post(f"/messages/{found}/reactions", emoji_name=emoji)
    alan.post(f"/messages/{found}/reactions", emoji_name="tada")
    for name, what in (("Scripts", {}), ("Deploys", {"bot_type": "2", "service_name": "github"}),
                       ("Echo", {"bot_type": "3", "payload_url": "https://bots.example.com/echo"}),
                       ("Reminders", {"bot_type": "4", "service_name": "reminder"})):
        ada.post("/bots", full_name=name, short_name=name.lower(), **what)
    for line in ("One.", "Two, right after.", "Three: these share one name.", "> a quote\n\nand the answer to it"):
        grace.say("engineering", "clock bug", line)
    ada.say("engineering", "clock bug", TABLE)
    alan.say("engineering", "clock bug", "/me goes for a walk")
    alan.say("engineering", "clock bug", "@**Ada Lovelace** could you read the table again when you are back?")
    grace.say("general", "قناة", ARABIC)
    alan.say("general", "قناة", HEBREW)
    grace.say("general", "قناة", "An answer in English, between the two.")
    grace.say("random", LONG_TOPIC, "word " * 160)
    grace.say("random", LONG_TOPIC, "https://example.com/" + "very-long-path-without-a-break-" * 8)
    for number in range(9):
        alan.say("random", f"topic number {number}", f"Something about {number}.")
    for number in range(30):
        (grace, alan, ada)[number % 3].say("general", "many short ones", f"Short message {number}.")
    grace.tell('["ada@plait.example"]', "Do you have a minute?")
    grace.post("/users/me/status", status_text="In a meeting until three, then at my desk", emoji_name="calendar")
    alan.post("/users/me/status", emoji_name="palm_tree")
    grace.post("/users/me/presence", status="active")
    Script(server, "hedy").post("/users/me/presence", status="idle")
    alan.tell('["ada@plait.example", "grace@plait.example", "hedy@plait.example"]', "The three of you: lunch?")


def link(server: RunningServer, site: Site) -> None:
    """Messages with links to pages and pictures of a site."""
    grace = Script(server, "grace")
    for content in (f"Worth reading: {site.url}/long what do you think?", f"{site.url}/short and {site.url}/title",
                    f"{site.url}/arabic", f"{site.url}/wide.png", f"[a tall one]({site.url}/tall.png)",
                    "https://www.youtube.com/watch?v=dQw4w9WgXcQ", f"not there: {site.url}/missing.png"):
        grace.say("random", "links", content)


VIEWS = {
    "links": "#narrow/channel/3-random/topic/links",
    "inbox": "#inbox",
    "recent": "#recent",
    "feed": "#feed",
    "topic": "#narrow/channel/2-engineering/topic/clock.20bug",
    "short": "#narrow/channel/1-general/topic/many.20short.20ones",
    "rtl": "#narrow/channel/1-general/topic/.D9.82.D9.86.D8.A7.D8.A9",
    "long": "#narrow/channel/3-random",
    "dm": "#narrow/dm/2",
    "empty": "#narrow/channel/4",
    "channels": "#channels",
    "starred": "#narrow/is/starred",
}


def shoot(browser: Any, server: RunningServer, folder: Path) -> None:
    """Save all pictures."""
    for width, height in ((1400, 900), (900, 800), (400, 780)):
        for scheme in ("light", "dark"):
            person = Person(browser, server.url, "ada", width=width, height=height, color_scheme=scheme)
            page = person.page
            page.goto("/login/")
            page.screenshot(path=folder / f"{width}-{scheme}-login.png")
            for name in ("", "send-message"):
                page.goto(f"/api/{name}")
                page.screenshot(path=folder / f"{width}-{scheme}-api-{name or 'index'}.png")
            person.sign_in()
            for name, address in VIEWS.items():
                person.go(address)
                page.wait_for_timeout(500)
                page.screenshot(path=folder / f"{width}-{scheme}-{name}.png")
            if width == 400:
                page.get_by_role("button", name="Conversations").click()
                page.wait_for_timeout(200)
                page.screenshot(path=folder / f"{width}-{scheme}-side.png")
                person.go(VIEWS["topic"])
            open_things(person, server, folder / f"{width}-{scheme}")
            for error in person.errors:
                sys.stdout.write(f"the page says: {error}\n")
            person.close()


def open_things(person: Person, server: RunningServer, start: Path) -> None:
    """Pictures of what opens over the page."""
    page = person.page
    person.go(VIEWS["topic"])
    page.wait_for_timeout(300)
    page.locator("#feed .row", has_text="Nice. I had").hover()
    page.wait_for_timeout(100)
    page.screenshot(path=f"{start}-hover.png")
    page.keyboard.press("+")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-picker.png")
    page.keyboard.press("Escape")
    page.locator("#feed .sender", has_text="Grace Hopper").first.click()
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-profile.png")
    page.keyboard.press("Escape")
    alan = Script(server, "alan")
    alan.post("/typing", op="start", type="stream", stream_id="2", topic="clock bug")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-typing.png")
    edit_things(person, start)
    page.fill("#compose textarea", "A draft of several lines,\nwhich grows the box,\nand mentions @gr")
    page.locator("#compose textarea").press("End")
    page.locator("#compose textarea").type("a")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-compose.png")
    page.fill("#compose textarea", "")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-switcher.png")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-help.png")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-new.png")
    page.keyboard.press("Escape")
    if page.locator(".side-org").is_visible():
        page.click(".side-org")
        page.wait_for_timeout(200)
        page.screenshot(path=f"{start}-menu.png")
        page.get_by_role("menuitem", name="Set your status").click()
        page.wait_for_timeout(200)
        page.screenshot(path=f"{start}-status.png")
        page.keyboard.press("Escape")
        page.click(".side-org")
        open_bots(person, start)
        page.click(".side-org")
        page.get_by_role("menuitemradio", name="High contrast").click()
        page.keyboard.press("Escape")
        page.wait_for_timeout(200)
        page.screenshot(path=f"{start}-contrast.png")
        person.page.evaluate("localStorage.removeItem('plait/theme')")


def edit_things(person: Person, start: Path) -> None:
    """Pictures of a message being edited, moved, deleted, and of what was found and what goes up."""
    page = person.page

    def take(name: str) -> None:
        page.wait_for_timeout(300)
        page.screenshot(path=f"{start}-{name}.png")

    row = page.locator("#feed .row", has_text="Part")
    row.hover()
    if person.page.viewport_size["width"] > 600:
        row.get_by_role("button", name="More").click()
        take("more")
        page.keyboard.press("Escape")
    page.press("#compose textarea", "ArrowUp")
    take("edit")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("k")
    page.keyboard.press("m")
    take("move")
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    take("delete")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("table")
    take("searching")
    page.keyboard.press("Enter")
    take("found")
    person.go(VIEWS["topic"])
    page.wait_for_timeout(300)


def open_bots(person: Person, start: Path) -> None:
    """From the open menu: all bots, a new one, one of each kind."""
    page = person.page
    page.get_by_role("menuitem", name="Bots").click()
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-bots.png")
    page.get_by_role("button", name="New bot").click()
    page.wait_for_timeout(200)
    page.screenshot(path=f"{start}-bots-new.png")
    page.get_by_role("button", name="All bots").click()
    for name in ("Deploys", "Echo", "Reminders", "Scripts"):
        page.locator(".bots-row", has_text=name).click()
        page.wait_for_timeout(200)
        page.screenshot(path=f"{start}-bots-{name.lower()}.png")
        page.get_by_role("button", name="All bots").click()
    page.keyboard.press("Escape")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with Site(PAGES) as site, start_server(demo=True, options=["--allowed-networks", "127.0.0.0/8"]) as server:
        furnish(server)
        link(server, site)
        with start_browser() as browser:
            shoot(browser, server, folder)
    sys.stdout.write(f"{len(list(folder.glob('*.png')))} pictures in {folder}\n")


if __name__ == "__main__":
    main()
