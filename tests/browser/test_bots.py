"""Bots, made and used in the browser."""

from __future__ import annotations

import configparser
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.browser.person import Person
from tests.support.server import RunningServer

pytestmark = pytest.mark.browser
SignIn = Callable[..., Person]


def open_bots(person: Person) -> None:
    person.page.click(".side-org")
    person.page.get_by_role("menuitem", name="Bots").click()


class BotsTests:
    def test_a_bot_from_its_making_to_its_end(
            self, sign_in: SignIn, demo_server: RunningServer, tmp_path: Path) -> None:
        """Made with a form, its file downloaded and used, its key shown and replaced, renamed, deactivated."""
        ada = sign_in("ada")
        page = ada.page
        open_bots(ada)
        page.get_by_role("button", name="New bot").click()
        page.get_by_label("Name", exact=True).fill("Build Bot")
        assert page.get_by_label("Short name").input_value() == "build"
        page.get_by_role("button", name="Create bot").click()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download zuliprc").click()
        path = tmp_path / "zuliprc"
        download.value.save_as(path)
        settings = configparser.ConfigParser()
        settings.read(path)
        api = settings["api"]
        page.get_by_role("button", name="Show the key").click()
        assert page.locator(".bot-secret code").first.inner_text() == api["key"]

        def send(key: str) -> int:
            return requests.post(
                f"{demo_server.url}/api/v1/messages", auth=(api["email"], key), timeout=30,
                data={"type": "stream", "to": "general", "topic": "builds", "content": "built by a bot"}).status_code

        assert send(api["key"]) == 200
        page.get_by_role("button", name="Replace the key").click()
        page.get_by_role("dialog").get_by_role("button", name="Replace the key").click()
        ada.until(lambda: send(api["key"]) == 401, "the old key to end")
        page.get_by_label("Name", exact=True).fill("Better Bot")
        page.get_by_role("button", name="Save changes").click()
        ada.until(lambda: page.locator(".bots-head h3").inner_text() == "Better Bot", "the new name")
        assert page.get_by_label("Owner").locator("option:checked").inner_text() == "Ada Lovelace"
        page.get_by_label("Owner").select_option(label="Grace Hopper")
        page.get_by_role("button", name="Save changes").click()
        ada.until(lambda: page.get_by_text("Saved.").count() > 0, "it to be given away")
        page.get_by_role("button", name="Deactivate").click()
        page.get_by_role("dialog").get_by_role("button", name="Deactivate").click()
        ada.until(lambda: page.get_by_text("This bot is deactivated").count() == 1, "its end")
        page.get_by_role("button", name="All bots").click()
        ada.until(lambda: page.locator(".bots-row", has_text="Better Bot").locator(".bots-mark").count() == 1,
                  "it to be listed as deactivated")

    def test_what_is_wrong_is_said(self, sign_in: SignIn) -> None:
        """A name that is taken: the form stays, with what was typed and what the server says."""
        ada = sign_in("ada")
        page = ada.page
        open_bots(ada)
        page.get_by_role("button", name="New bot").click()
        page.get_by_label("Lives in Plait").check()
        page.get_by_label("Reminds people").check()
        page.get_by_label("Name", exact=True).fill("Grace Hopper")
        page.get_by_role("button", name="Create bot").click()
        ada.until(lambda: page.locator(".form-error").count() == 1, "what the server says")
        assert "in use" in page.locator(".form-error").inner_text()
        assert page.get_by_label("Name", exact=True).input_value() == "Grace Hopper"
        page.get_by_label("Name", exact=True).fill("Reminder")
        page.get_by_role("button", name="Create bot").click()
        ada.until(lambda: page.locator(".bots-head h3").inner_text() == "Reminder", "the new bot")
        page.keyboard.press("Escape")
        ada.go("#narrow/channel/1-general/topic/kitchen")
        ada.write("@**Reminder** remind me in 2 h to look after the bread")
        ada.sees("I will remind you")

    def test_another_window_sees_it(self, sign_in: SignIn) -> None:
        """An administrator's open list gets a bot that somebody else makes just then; others do not see it."""
        ada, grace, alan = sign_in("ada"), sign_in("grace"), sign_in("alan")
        for person in (grace, alan):
            open_bots(person)
        open_bots(ada)
        ada.page.get_by_role("button", name="New bot").click()
        ada.page.get_by_label("Incoming webhook").check()
        ada.page.get_by_label("Name", exact=True).fill("Deploys")
        ada.page.get_by_role("button", name="Create bot").click()
        grace.until(lambda: grace.page.locator(".bots-row", has_text="Deploys").count() == 1, "the new bot")
        assert alan.page.locator(".bots-row", has_text="Deploys").count() == 0
        assert "Ada Lovelace" in grace.page.locator(".bots-row", has_text="Deploys").inner_text()
