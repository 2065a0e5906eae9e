"""Linkifiers and playgrounds: adding, changing, ordering, removing them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import psycopg2.errors
from uritemplate import variables

from chat import setting_events
from chat.bus import Bus
from chat.database import linkifiers as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError
from chat.linkifiers import MAX_LINKIFIERS, MAX_PLAYGROUNDS, Linkifier, Playground
from chat.markdown.errors import MarkdownFailed
from chat.markdown.linkifiers import check_linkifier

_LANE = ("directory",)
_LANGUAGE = re.compile(r"[a-zA-Z0-9_+#.\- ]+")


class Linkifiers:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_add(self, pattern: str, url_template: str) -> int:
        """A new linkifier, the last in order; its id. Raises JsonableError for what cannot be one."""
        _check(pattern, url_template)

        async def write(unit: Transaction) -> int:
            if len(self._directory.linkifiers) >= MAX_LINKIFIERS:
                raise JsonableError(f"An organization can have {MAX_LINKIFIERS} linkifiers at most.")
            made = await sql.insert_linkifier(unit, pattern, url_template)
            if made is None:
                raise _there_is_one()
            self._publish(unit, [*self._directory.linkifiers, made])
            return made.id

        return await self._database.transaction(write, _LANE)

    async def do_update(self, linkifier_id: int, pattern: str, url_template: str) -> None:
        _check(pattern, url_template)

        async def write(unit: Transaction) -> None:
            changed = replace(self._linkifier(linkifier_id), pattern=pattern, url_template=url_template)
            try:
                await sql.update_linkifier(unit, changed)
            except psycopg2.errors.UniqueViolation:
                raise _there_is_one() from None
            self._publish(unit, [changed if one.id == changed.id else one for one in self._directory.linkifiers])

        await self._database.transaction(write, _LANE)

    async def do_remove(self, linkifier_id: int) -> None:
        """Take one away. Messages keep the links that it made."""
        async def write(unit: Transaction) -> None:
            gone = self._linkifier(linkifier_id)
            await sql.delete_linkifier(unit, gone.id)
            self._publish(unit, [one for one in self._directory.linkifiers if one.id != gone.id])

        await self._database.transaction(write, _LANE)

    async def do_reorder(self, ids: Sequence[int]) -> None:
        """Have them tried in this order; it must name each of them once."""
        async def write(unit: Transaction) -> None:
            by_id = {one.id: one for one in self._directory.linkifiers}
            if sorted(ids) != sorted(by_id):
                raise JsonableError("Invalid order list")
            await sql.order_linkifiers(unit, ids)
            self._publish(unit, [by_id[linkifier_id] for linkifier_id in ids])

        await self._database.transaction(write, _LANE)

    def _linkifier(self, linkifier_id: int) -> Linkifier:
        for one in self._directory.linkifiers:
            if one.id == linkifier_id:
                return one
        raise JsonableError("Linkifier not found.")

    def _publish(self, unit: Transaction, linkifiers: Sequence[Linkifier]) -> None:
        self._bus.publish(unit, setting_events.linkifiers(linkifiers))


class Playgrounds:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_add(self, name: str, language: str, url_template: str) -> int:
        """A new place for code of a language; its id. Raises JsonableError for what cannot be one."""
        name, language = check_playground(name, language, url_template)

        async def write(unit: Transaction) -> int:
            if len(self._directory.playgrounds) >= MAX_PLAYGROUNDS:
                raise JsonableError(f"An organization can have {MAX_PLAYGROUNDS} code playgrounds at most.")
            made = await sql.insert_playground(unit, name, language, url_template)
            if made is None:
                raise JsonableError("A playground of this name exists for this language already.")
            self._publish(unit, [*self._directory.playgrounds, made])
            return made.id

        return await self._database.transaction(write, _LANE)

    async def do_remove(self, playground_id: int) -> None:
        async def write(unit: Transaction) -> None:
            kept = [one for one in self._directory.playgrounds if one.id != playground_id]
            if len(kept) == len(self._directory.playgrounds):
                raise JsonableError("Invalid playground")
            await sql.delete_playground(unit, playground_id)
            self._publish(unit, kept)

        await self._database.transaction(write, _LANE)

    def _publish(self, unit: Transaction, playgrounds: Sequence[Playground]) -> None:
        self._bus.publish(unit, setting_events.playgrounds(playgrounds))


def check_playground(name: str, language: str, url_template: str) -> tuple[str, str]:
    """Name and language as they are kept. Raises JsonableError; the address must take the code, and nothing else."""
    name, language = name.strip(), language.strip()
    if not name or not language:
        raise JsonableError("A playground has a name and a language.")
    if not _LANGUAGE.fullmatch(language):
        raise JsonableError("Invalid characters in pygments language")
    if not re.match(r"https?://[^{/]", url_template):
        raise JsonableError("Invalid URL template.")
    used = set(variables(url_template))
    if "code" not in used:
        raise JsonableError('Missing the required variable "code" in the URL template')
    if len(used) > 1:
        raise JsonableError('"code" should be the only variable present in the URL template')
    return name, language


def _check(pattern: str, url_template: str) -> None:
    try:
        check_linkifier(pattern, url_template)
    except MarkdownFailed as error:
        raise JsonableError(str(error)) from None


def _there_is_one() -> JsonableError:
    return JsonableError("A linkifier of this pattern exists already.")
