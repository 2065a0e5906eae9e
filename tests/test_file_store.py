"""The store: what is kept lasts, what is not goes, and a crash at any moment leaves nothing behind for good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chat.file_store import TOKEN, FileStore, ReceivedFile, new_token


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    made = FileStore(tmp_path)
    made.prepare()
    return made


def received(store: FileStore, content: bytes = b"content") -> ReceivedFile:
    file = store.receive("a.txt")
    file.write(content)
    file.close()
    return file


def files(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in tmp_path.rglob("*") if path.is_file())


class StoreTests:
    def test_tokens(self) -> None:
        """Tokens differ and are plain letters."""
        tokens = {new_token() for _ in range(1000)}
        assert len(tokens) == 1000
        assert all(TOKEN.fullmatch(token) for token in tokens)

    def test_kept(self, store: FileStore, tmp_path: Path) -> None:
        """A kept file is there after its request; its token is pending until it is settled."""
        with received(store) as file:
            store.keep(file)
            assert store.pending() == [file.token]
            store.settle(file.token)
        assert store.file(file.token).read_bytes() == b"content"
        assert store.pending() == []
        assert files(tmp_path) == [file.token]

    def test_not_kept(self, store: FileStore, tmp_path: Path) -> None:
        """What nobody keeps is gone with its request, also when that fails."""
        with pytest.raises(ZeroDivisionError), received(store):
            raise ZeroDivisionError
        assert files(tmp_path) == []

    def test_half_received(self, store: FileStore, tmp_path: Path) -> None:
        file = store.receive("a.txt")
        file.write(b"half")
        file.discard()
        file.discard()
        assert files(tmp_path) == []

    def test_removed_with_everything(self, store: FileStore, tmp_path: Path) -> None:
        """All that belongs to a token goes, and nothing else."""
        with received(store) as other:
            store.keep(other)
        with received(store) as file:
            store.keep(file)
        store.thumbnails(file.token).mkdir(parents=True)
        (store.thumbnails(file.token) / "840x560.webp").touch()
        for name in (f"{file.token}.png", f"{file.token}-medium.png", f"{file.token}.still.png", f"{other.token}.png"):
            store.picture(name).touch()
        store.mark(file.token)
        store.remove(file.token)
        store.remove(new_token())
        assert files(tmp_path) == sorted([other.token, f"{other.token}.png"])

    @pytest.mark.parametrize("crash", [
        lambda store, file: None,
        lambda store, file: store.keep(file),
        lambda store, file: (store.keep(file), store.settle(file.token), store.mark(file.token)),
    ])
    def test_crashes(self, store: FileStore, tmp_path: Path, crash: Callable[[FileStore, ReceivedFile], object]
                     ) -> None:
        """Before the database knows a file, and once it no longer does, its token is found pending, and all of it
        can be removed."""
        crash(store, received(store))
        again = FileStore(tmp_path)
        again.prepare()
        (token,) = again.pending()
        again.remove(token)
        assert files(tmp_path) == []

    def test_without_links(self, store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
        """A file system without hard links keeps files as well."""
        def refuse(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr("os.link", refuse)
        with received(store) as file:
            store.keep(file)
        assert store.file(file.token).read_bytes() == b"content"

    def test_what_is_no_token_is_left_alone(self, store: FileStore, tmp_path: Path) -> None:
        (tmp_path / "uploads" / "pending" / "notes.txt").touch()
        assert store.pending() == []
        with pytest.raises(AssertionError):
            store.remove("../notes.txt")
