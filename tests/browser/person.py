"""Somebody in front of the browser: what they can do and see, in their words."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE_MS = 15_000
# What a browser prints when a server is away, or a request is refused, is no error of the page.
NOT_OURS = ("Failed to load resource", "WebSocket connection to", "net::ERR_")


@contextmanager
def start_browser() -> Iterator[Any]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="THE BROWSER WALKS DID NOT RUN: no playwright")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("THE BROWSER WALKS DID NOT RUN: no Chromium on this machine")
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        try:
            yield running
        finally:
            running.close()


class Person:
    """One person in one window. `errors` gathers what the page itself reported as broken."""

    def __init__(
        self,
        browser: Any,
        url: str,
        name: str,
        *,
        width: int = 1400,
        height: int = 900,
        sockets: bool = True,
        **context: Any,
    ) -> None:
        self.name = name
        self.errors: list[str] = []
        self.context = browser.new_context(
            base_url=url, viewport={"width": width, "height": height}, locale="en-GB", **context
        )
        self.context.set_default_timeout(PATIENCE_MS)
        if not sockets:
            self.context.add_init_script(
                "window.WebSocket = class { constructor() { setTimeout(() => this.onclose?.(), 0); } close() {} };"
            )
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error" and not any(words in message.text for words in NOT_OURS):
            self.errors.append(message.text)

    def close(self) -> None:
        self.context.close()

    def sign_in(self) -> None:
        self.page.goto("/login/")
        self.page.click(f'button[value="{self.name}@plait.example"]')
        self.wait_ready()

    def wait_ready(self) -> None:
        self.page.wait_for_selector("body.ready", state="attached")

    def go(self, address: str) -> None:
        """Follow an address such as `#narrow/channel/1-general/topic/lunch`."""
        self.page.evaluate("address => { location.hash = address; }", address)

    def write(self, text: str) -> None:
        """Type into the message box and send."""
        self.page.fill("#compose textarea", text)
        self.page.press("#compose textarea", "Enter")

    def sees(self, text: str, count: int = 1) -> Any:
        """Wait until exactly `count` messages hold this text; the first of them."""
        rows = self.rows(text)
        self.until(lambda: rows.count() == count, f"{count} messages with {text!r}")
        return rows.first

    def rows(self, text: str) -> Any:
        return self.page.locator("#feed .row", has_text=text)

    def texts(self) -> list[str]:
        """The messages on the page, from top to bottom."""
        return [text.strip() for text in self.page.locator("#feed .row .rendered").all_inner_texts()]

    def until(self, holds: Callable[[], bool], what: str, timeout_ms: int = PATIENCE_MS) -> None:
        """Wait until something holds, while the page goes on."""
        deadline = time.monotonic() + timeout_ms / 1000
        while not holds():
            if time.monotonic() > deadline:
                picture = f"\n{self.page.locator('body').inner_text()[:1200]}"
                raise AssertionError(f"{self.name} waited in vain for {what}{picture}")
            self.page.wait_for_timeout(25)

    def unread(self, label: str) -> int:
        """The number beside a line of the left column, 0 when there is none."""
        line = self.page.locator("#side .side-link", has_text=label).first
        badges = line.locator(".badge").all_inner_texts()
        return int(badges[0]) if badges else 0
