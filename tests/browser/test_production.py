"""The client as production serves it: bundled, under hashed names, under a strict policy, and vouched for."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.person import Person
from tests.support.built import prod_static
from tests.support.server import RunningServer, start_server

TABLE = "| left | middle | right |\n|:---|:---:|---:|\n| a | b | c |\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("static") / "prod-static"
    shutil.copytree(prod_static(), copy)
    return copy


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[RunningServer]:
    with start_server(demo=True, options=["--static", str(folder)]) as server:
        yield server


@pytest.mark.browser
class ProductionTests:
    def test_works_as_ever(self, browser: Any, server: RunningServer) -> None:
        """One signs in, writes, reads; nothing is refused by the policy, and only hashed files are loaded."""
        ada = Person(browser, server.url, "ada")
        loaded: list[str] = []
        ada.page.on("request", lambda request: loaded.append(request.url.removeprefix(server.url)))
        ada.sign_in()
        ada.go("#narrow/channel/1-general/topic/production")
        ada.write("It **works**")
        ada.sees("It works")
        ada.write(TABLE)
        ada.page.wait_for_selector("#feed td")
        alignments = ada.page.eval_on_selector_all(
            "#feed td", "cells => cells.map(cell => getComputedStyle(cell).textAlign)")
        assert alignments == ["left", "center", "right"]
        ada.page.reload()
        ada.wait_ready()
        files = [path for path in loaded if re.search(r"\.(js|css)$", path)]
        assert any("/static/js/main-" in path for path in files)
        assert all(re.search(r"-[0-9A-Z]{8}\.\w+$", path) for path in files), files
        ada.close()
        assert ada.errors == []

    def test_a_file_that_was_changed(self, browser: Any, server: RunningServer, folder: Path) -> None:
        """What is not the content that the page vouches for is not run."""
        (main,) = folder.glob("js/main-????????.js")
        written = main.read_bytes()
        for ending in (".br", ".gz"):
            main.with_name(main.name + ending).unlink()
        try:
            main.write_bytes(written + b"document.title = 'changed';")
            ada = Person(browser, server.url, "ada")
            ada.page.goto("/login/")
            ada.page.click('button[value="ada@plait.example"]')
            ada.until(lambda: any("integrity" in error for error in ada.errors), "a refusal")
            assert ada.page.title() == "Plait"
            assert ada.page.locator("body.ready").count() == 0
            ada.close()
        finally:
            main.write_bytes(written)
