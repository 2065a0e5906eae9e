"""The command `chat` from outside: beside a running server, whose clients see what it does, and without one."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.clients.visitors import ADA, DEADLINE_S, GRACE, Program
from tests.support.folders import make_folder, remove_folder
from tests.support.server import ROOT, RunningServer, start_server

NEW_PASSWORD = "long enough for anybody"


def chat(data: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """`chat --data DATA WORDS`, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "chat", "--data", str(data), *words], check=False, capture_output=True, text=True,
        input=typed, timeout=60, cwd=data.parent, env={**os.environ, "PYTHONPATH": str(ROOT)})


def done(data: Path, *words: str, typed: str = "") -> str:
    """What a command that must succeed says."""
    ended = chat(data, *words, typed=typed)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def refused(data: Path, *words: str, typed: str = "") -> str:
    """Why a command that must fail was not done: one line."""
    ended = chat(data, *words, typed=typed)
    assert ended.returncode == 1, (ended.stdout, ended.stderr)
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.stderr.strip()


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    with start_server() as running:
        yield running


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for one data folder, "data"."""
    made = make_folder()
    yield made
    remove_folder(made / "data") if (made / "data").exists() else None
    remove_folder(made)


@pytest.fixture(scope="module")
def archive(server: RunningServer) -> Iterator[Path]:
    """An export of the demo, with a message, a file and an emoji put in."""
    made = make_folder()
    ada = Program(server, ADA)
    uploaded = ada.session.post(server.url + "/api/v1/user_uploads", files={"file": ("notes.txt", b"read me")},
                                timeout=DEADLINE_S).json()
    ada.ok("POST", "/bots", full_name="Kept bot", short_name="kept")
    ada.send(f"kept: [notes]({uploaded['url']}), \"quoted\", ünïcode,\nand lines")
    said = done(server.data, "export", str(made / "a.tar.gz"))
    assert "3 files" in said
    yield made / "a.tar.gz"
    remove_folder(made)


def test_a_new_person_is_seen_by_clients_and_can_sign_in(server: RunningServer) -> None:
    queue = Program(server, ADA).register("realm_user")
    said = done(server.data, "create-user", "new@plait.example", "New One", "--password-stdin", typed=NEW_PASSWORD)
    assert "New One may sign in with new@plait.example" in said
    (*_, event) = queue.until(lambda event: event["type"] == "realm_user")
    assert event["person"]["full_name"] == "New One"
    answer = Program(server, ADA).session.post(
        server.url + "/api/v1/fetch_api_key", data={"username": "new@plait.example", "password": NEW_PASSWORD},
        timeout=DEADLINE_S)
    assert answer.json()["result"] == "success"


def test_a_link_lets_a_person_give_themselves_a_password(server: RunningServer) -> None:
    link = done(server.data, "reset-password", "hedy@plait.example").strip()
    assert link.startswith(f"{server.url}/reset/")
    page = requests.get(link, timeout=DEADLINE_S)
    assert page.status_code == 200 and "password" in page.text
    done(server.data, "set-password", "hedy@plait.example", "--password-stdin", typed=NEW_PASSWORD)
    answer = requests.post(server.url + "/api/v1/fetch_api_key", timeout=DEADLINE_S,
                           data={"username": "hedy@plait.example", "password": NEW_PASSWORD})
    assert answer.status_code == 200


def test_a_role_is_given_and_an_account_closed_and_opened(server: RunningServer) -> None:
    grace, ada = Program(server, GRACE), Program(server, ADA)
    done(server.data, "make-administrator", GRACE)
    assert grace.ok("GET", "/users/me")["role"] == 200
    done(server.data, "make-administrator", GRACE, "--role", "member")
    assert grace.ok("GET", "/users/me")["role"] == 400
    done(server.data, "deactivate-user", "linus@plait.example")
    people = ada.ok("GET", "/users")["members"]
    assert [one["is_active"] for one in people if one["email"] == "linus@plait.example"] == [False]
    done(server.data, "reactivate-user", "linus@plait.example")


@pytest.mark.parametrize("words, why", [
    (("make-administrator", "nobody@plait.example"), "Nobody here has the address"),
    (("create-user", "no address", "New One", "--password-stdin"), "valid email"),
    (("create-user", ADA, "New One", "--password-stdin"), "already in use"),
    (("create-organisation",), "There is an organisation already"),
    (("export", "/"), "is there already"),
    (("export", "/nowhere/at/all.tar.gz"), "No such file"),
    (("import", "/nowhere.tar.gz"), "cannot be imported"),
])
def test_what_cannot_be_done_is_told_in_a_sentence(server: RunningServer, words: tuple[str, ...], why: str) -> None:
    assert why in refused(server.data, *words, typed=NEW_PASSWORD)


def test_a_password_that_is_too_short_is_refused(server: RunningServer) -> None:
    said = refused(server.data, "create-user", "short@plait.example", "Short One", "--password-stdin", typed="short")
    assert "at least 8 characters" in said


def test_the_archive_is_for_its_owner_alone(archive: Path) -> None:
    assert archive.stat().st_mode & 0o777 == 0o600


def test_an_import_without_a_server_exports_to_the_same_bytes(archive: Path, folder: Path) -> None:
    data = folder / "data"
    done(data, "import", str(archive))
    done(data, "export", str(folder / "again.tar.gz"))
    assert (folder / "again.tar.gz").read_bytes() == archive.read_bytes()
    assert "already" in refused(data, "import", str(archive))


def test_an_import_beside_an_empty_server_is_served_at_once_and_goes_on(archive: Path) -> None:
    with start_server(demo=False) as other:
        done(other.data, "import", str(archive))
        ada = Program(other, ADA)
        kept, *_ = [message for message in ada.messages() if message["content"].startswith("kept: ")]
        url = kept["content"].split("(")[1].split(")")[0]
        assert kept["content"].endswith("\"quoted\", ünïcode,\nand lines")
        temporary = ada.ok("GET", url)["url"]
        assert ada.session.get(other.url + temporary, timeout=DEADLINE_S).content == b"read me"
        assert ada.send("the next") > kept["id"]
        (bot,) = ada.ok("GET", "/bots")["bots"]
        assert len(bot["api_key"]) >= 32, "what is sealed can be opened here"


def test_a_damaged_archive_changes_nothing(archive: Path, folder: Path) -> None:
    data, whole = folder / "data", archive.read_bytes()
    damaged = folder / "damaged.tar.gz"
    for cut in (20, len(whole) // 2, len(whole) - 100):
        damaged.write_bytes(whole[:cut])
        assert "cannot be imported" in (said := refused(data, "import", str(damaged))) or "too early" in said
    assert "/new/" in done(data, "create-organisation"), "the place is as empty as before"
    assert not any((data / "uploads" / "files").rglob("*.*"))
    assert not list(data.glob("import-*"))


def test_an_archive_whose_rows_were_changed_is_refused(archive: Path, folder: Path) -> None:
    changed = folder / "changed.tar.gz"
    with tarfile.open(archive) as old, tarfile.open(changed, "w:gz") as new:
        for member in old:
            content = old.extractfile(member)
            assert content is not None
            data = content.read()
            if member.name == "tables/message.csv":
                data = data.replace(b"and lines", b"and LINES")
            member.size = len(data)
            new.addfile(member, io.BytesIO(data))
    assert "the table message is not what was exported" in refused(folder / "data", "import", str(changed))


def test_what_is_no_archive_is_refused(folder: Path) -> None:
    with tarfile.open(folder / "other.tar.gz", "w:gz") as other:
        other.add(__file__, "plait.py")
    assert "no export of Plait" in refused(folder / "data", "import", str(folder / "other.tar.gz"))


def test_a_file_outside_the_uploads_is_refused(archive: Path, folder: Path) -> None:
    evil = folder / "evil.tar.gz"
    with tarfile.open(archive) as old, tarfile.open(evil, "w:gz") as new:
        head = old.next()
        assert head is not None
        new.addfile(head, old.extractfile(head))
        new.add(__file__, "uploads/files/../../../escaped.py")
    assert "unknown place" in refused(folder / "data", "import", str(evil))
    assert not (folder / "escaped.py").exists()


def test_the_control_socket_is_for_the_owner_alone(server: RunningServer) -> None:
    assert (server.data / "control").stat().st_mode & 0o777 == 0o600


def test_help_names_every_command() -> None:
    said = subprocess.run([sys.executable, "-m", "chat", "--help"], check=True, capture_output=True, text=True,
                          timeout=60, cwd=ROOT).stdout
    for command in ("serve", "create-user", "create-organisation", "make-administrator", "export", "import"):
        assert command in said
