"""The commands `import-zulip` and `import-slack`: an archive goes into an empty place, and is served from there.

The steps: unpack, read, keep the files, write everything (a thread of its own), take it in, give bots keys and people
their pictures. What an interrupted import leaves is taken up by the next one of the same archive.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg2
from twisted.internet.threads import deferToThreadPool

from chat.app import Application
from chat.commands.imports.files import FileKeeper, KeptEmoji, KeptFile
from chat.commands.imports.loader import Loader, Summary, checked
from chat.commands.imports.records import Everything, ImportFailed, Source
from chat.commands.imports.slack import SlackExport
from chat.commands.imports.unpack import unpacked
from chat.commands.imports.zulip import ZulipExport
from chat.database import archive as archive_sql
from chat.database import imports as sql
from chat.database.migrate import one_line
from chat.errors import JsonableError

Say = Callable[[str], None]
SOURCES: Mapping[str, Callable[[Path], Source]] = {"zulip": ZulipExport, "slack": SlackExport}


async def move_in(app: Application, kind: str, archive: Path, say: Say) -> Summary:
    """Import an archive. Raises ImportFailed; what was written by then is taken up by the next try."""
    try:
        return await _move_in(app, kind, archive, say)
    except (OSError, psycopg2.Error, KeyError, TypeError, ValueError) as error:
        what = f"has no {error}" if isinstance(error, KeyError) else one_line(error)
        raise ImportFailed(f"{archive} cannot be imported: {what}.") from error


async def _move_in(app: Application, kind: str, archive: Path, say: Say) -> Summary:
    in_thread: Any = partial(cast(Any, deferToThreadPool), app.reactor, app.reactor.getThreadPool())
    name = f"{kind} {await in_thread(_fingerprint, archive)}"
    salt, last_batch = await in_thread(_begin, app.database.dsn, name)
    scratch = app.settings.data / f"import-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    say("Unpacking")
    folder = await in_thread(unpacked, archive, scratch)
    source: Source = await in_thread(SOURCES[kind], folder)
    everything: Everything = checked(await in_thread(source.everything))
    app.files.prepare()
    files, emoji = await _keep(app, FileKeeper(app.files, app.pictures, in_thread, salt), everything, source, say)
    loader = Loader(app.database.dsn, name, app.settings.external_url, _progress(app.reactor, say))
    summary: Summary = await in_thread(loader.load, source, everything, files, emoji, last_batch, salt)
    await app.open()
    await _finish_people(app, everything, summary, say)
    await in_thread(shutil.rmtree, scratch, True)
    return summary


def _fingerprint(archive: Path) -> str:
    """What tells an archive from others: its size and its beginning; of a folder its path."""
    if not archive.is_file():
        return str(archive.resolve())
    with archive.open("rb") as file:
        return f"{archive.stat().st_size} {hashlib.sha256(file.read(1 << 20)).hexdigest()}"


def _begin(dsn: str, name: str) -> tuple[bytes, str | None]:
    """The salt of this import's addresses, and the last batch of an earlier try."""
    with closing(psycopg2.connect(dsn)) as connection:
        cursor = connection.cursor()
        if sql.other_source(cursor, name):
            raise ImportFailed("Another import was begun here and not ended: take up that one, or begin with an "
                               "empty data folder.")
        known = sql.progress(cursor, name)
        if known is None and not archive_sql.is_empty(cursor):
            raise ImportFailed("There is an organisation here already: an import goes into an empty place.")
        connection.rollback()
    return (os.urandom(32), None) if known is None else known


async def _keep(app: Application, keeper: FileKeeper, everything: Everything, source: Source, say: Say
                ) -> tuple[list[KeptFile], list[KeptEmoji]]:
    """Files and emoji in our store; those that cannot be are left out."""
    progress, total = _progress(app.reactor, say), len(everything.files) + len(everything.emoji)
    files, emoji = [], []
    for number, file in enumerate(everything.files, 1):
        kept = await keeper.keep(file)
        if kept is None:
            source.left_out["files that the archive does not have"] += 1
        else:
            files.append(kept)
        progress("files", number, total)
    for one in everything.emoji:
        made = await keeper.keep_emoji(one)
        if made is None:
            source.left_out["emoji whose picture cannot be opened"] += 1
        else:
            emoji.append(made)
    return files, emoji


async def _finish_people(app: Application, everything: Everything, summary: Summary, say: Say) -> None:
    """Keys for bots, pictures for people. Both are lost at worst, and can be given again."""
    for person in everything.people:
        user = app.directory.users[person.id]
        if user.is_bot and user.id not in app.directory.bots:
            await app.bots.do_equip(user)
        if person.picture is None:
            continue
        with app.files.receive(person.picture.name) as received:
            received.write(person.picture.read_bytes())
            received.close()
            try:
                await app.avatars.do_set(user, received)
            except JsonableError:
                summary.left_out["pictures of people that cannot be opened"] += 1


def _progress(reactor: Any, say: Say) -> Callable[[str, int, int], None]:
    """Tells of progress, at most a few times a second; callable from any thread."""
    last = [0.0]

    def tell(what: str, number: int, total: int) -> None:
        now = reactor.seconds()
        if now - last[0] > 0.2 or number == total:
            last[0] = now
            reactor.callFromThread(say, f"\r{what} {number:,} of {total:,}")

    return tell
