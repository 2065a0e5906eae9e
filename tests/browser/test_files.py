"""Walks with files: picked, pasted and dropped into messages; pictures seen small and large; people's own pictures."""

from __future__ import annotations

import io
from typing import Any

import requests
from PIL import Image

from tests.browser.shots import Script
from tests.browser.test_talking import SignIn
from tests.support.server import RunningServer


def picture(color: str, width: int = 640, height: int = 400) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (width, height), color).save(file, "PNG")
    return file.getvalue()


def topic(name: str) -> str:
    return f"#narrow/channel/3-random/topic/{name}"


HAND_OVER = """([kind, name, type, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type }));
  const area = document.querySelector("#compose textarea");
  if (kind === "paste") {
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    return;
  }
  const feed = document.querySelector("#feed");
  for (const step of ["dragover", "drop"])
    feed.dispatchEvent(new DragEvent(step, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


def pick(person: Any, *files: dict[str, Any]) -> None:
    with person.page.expect_file_chooser() as chooser:
        person.page.get_by_role("button", name="Attach files").click()
    chooser.value.set_files(list(files))


def held_uploads(person: Any) -> list[Any]:
    """Uploads that go on only when they are told to."""
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    person.page.route("**/json/user_uploads", hold)
    return held


class SendingTests:
    def test_picked_pasted_and_dropped(self, sign_in: SignIn) -> None:
        """However a file comes, its link comes into the text; sent, pictures show at their real shape."""
        ada, grace = sign_in("ada"), sign_in("grace")
        for person in (ada, grace):
            person.go(topic("files"))
        box = ada.page.locator("#compose textarea")
        box.fill("Three of them:")
        pick(ada, {"name": "notes [1].txt", "mimeType": "text/plain", "buffer": b"hello"})
        ada.until(lambda: "[notes -1-.txt](/user_uploads/" in box.input_value(), "the first link")
        ada.page.evaluate(HAND_OVER, ["paste", "image.png", "image/png", list(picture("teal", 80, 40))])
        ada.until(lambda: "[picture-" in box.input_value(), "the second link")
        ada.page.evaluate(HAND_OVER, ["drop", "roof.png", "image/png", list(picture("orange"))])
        ada.until(lambda: "[roof.png](/user_uploads/" in box.input_value(), "the third link")
        assert box.input_value().startswith("Three of them:\n")
        box.press("Enter")
        for person in (ada, grace):
            row = person.sees("Three of them:")
            person.until(lambda row=row: row.locator(".message_inline_image img").count() == 2, "both pictures")
            image = row.locator(".message_inline_image img").last
            person.until(lambda image=image: image.evaluate("image => image.naturalWidth") > 0, "the picture to load")
            width, height = image.evaluate("image => [image.clientWidth, image.clientHeight]")
            assert 290 <= height <= 300
            assert abs(width / height - 1.6) < 0.01
        assert grace.sees("Three of them:").locator("a", has_text="notes").count() == 1

    def test_large_and_the_next(self, sign_in: SignIn) -> None:
        """A click shows a picture large; arrows go to the others; Escape closes."""
        ada = sign_in("ada")
        ada.go(topic("gallery"))
        for color in ("navy", "olive"):
            pick(ada, {"name": f"{color}.png", "mimeType": "image/png", "buffer": picture(color)})
        box = ada.page.locator("#compose textarea")
        ada.until(lambda: "navy" in box.input_value() and "olive" in box.input_value(), "both links")
        names = [line.split("]")[0][1:] for line in box.input_value().split("\n") if line]
        box.press("Enter")
        ada.until(lambda: ada.page.locator(".message_inline_image img").count() == 2, "both pictures")
        ada.page.locator(".message_inline_image img").first.click()
        title = ada.page.locator(".lightbox-title")
        assert title.inner_text() == names[0]
        ada.page.keyboard.press("ArrowRight")
        ada.until(lambda: title.inner_text() == names[1], "the next")
        assert ada.page.locator(".lightbox-picture").get_attribute("src", timeout=1000).startswith("/user_uploads/1/")
        ada.page.keyboard.press("Escape")
        assert ada.page.locator(".lightbox").count() == 0

    def test_sent_before_it_is_there(self, sign_in: SignIn) -> None:
        """Enter while a file goes up sends as soon as it is there."""
        ada = sign_in("ada")
        ada.go(topic("early"))
        held = held_uploads(ada)
        ada.page.fill("#compose textarea", "With a file")
        pick(ada, {"name": "slow.txt", "mimeType": "text/plain", "buffer": b"slow"})
        ada.until(lambda: len(held) == 1, "the upload")
        ada.page.press("#compose textarea", "Enter")
        ada.page.locator(".files-note").wait_for()
        assert ada.rows("With a file").count() == 0
        held[0].continue_()
        link = ada.sees("With a file").locator("a", has_text="slow.txt")
        ada.until(lambda: link.count() == 1, "the server's rendering, which has the link")

    def test_left_for_another_conversation(self, sign_in: SignIn) -> None:
        """A file that arrives after one has gone elsewhere waits in the draft of its own conversation."""
        ada = sign_in("ada")
        ada.go(topic("left"))
        held = held_uploads(ada)
        pick(ada, {"name": "late.txt", "mimeType": "text/plain", "buffer": b"late"})
        ada.until(lambda: len(held) == 1, "the upload")
        ada.go(topic("elsewhere"))
        box = ada.page.locator("#compose textarea")
        ada.until(lambda: ada.page.locator(".head-topic").inner_text() == "elsewhere", "the other topic")
        held[0].continue_()
        ada.page.wait_for_selector("#side .side-link:has-text('Drafts')")
        assert box.input_value() == ""
        ada.go(topic("left"))
        ada.until(lambda: "[late.txt](/user_uploads/" in box.input_value(), "the link")
        box.fill("")

    def test_what_cannot_go(self, sign_in: SignIn) -> None:
        """A file that is refused says why, and can be left out or tried again."""
        ada = sign_in("ada")
        ada.go(topic("refused"))
        body = {"result": "error", "code": "REALM_UPLOAD_QUOTA", "msg": "There is no room left"}
        ada.page.route("**/json/user_uploads", lambda route: route.fulfill(status=400, json=body))
        pick(ada, {"name": "big.txt", "mimeType": "text/plain", "buffer": b"big"})
        failed = ada.page.locator(".file-failed")
        failed.wait_for()
        assert "There is no room left" in failed.inner_text()
        ada.page.unroute("**/json/user_uploads")
        failed.get_by_role("button", name="Try again").click()
        box = ada.page.locator("#compose textarea")
        ada.until(lambda: "[big.txt](/user_uploads/" in box.input_value(), "the link")
        box.fill("")


class PictureTests:
    def test_own_pictures_show(self, sign_in: SignIn, demo_server: RunningServer) -> None:
        """A person's uploaded picture stands beside what they wrote, as soon as it is there."""
        ada, hedy = sign_in("ada"), Script(demo_server, "hedy")
        ada.go(topic("portraits"))
        hedy.say("random", "portraits", "How do I look?")
        row = ada.sees("How do I look?")
        assert row.locator("img.avatar").count() == 0
        answer = requests.post(f"{hedy.base}/users/me/avatar", auth=hedy.auth, timeout=30,
                               files={"file": ("me.png", picture("purple", 200, 200))})
        assert answer.json()["result"] == "success"
        image = row.locator("img.avatar")
        ada.until(lambda: image.count() == 1, "the picture")
        ada.until(lambda: image.evaluate("image => image.naturalWidth") > 0, "it to load")
        requests.delete(f"{hedy.base}/users/me/avatar", auth=hedy.auth, timeout=30)
        ada.until(lambda: image.count() == 0, "the initials")
