"""The domains that people may come from, kept by owners."""

from __future__ import annotations

import re

from chat import event_types
from chat.bus import Bus
from chat.database import domains as sql
from chat.database.pool import Database, Transaction
from chat.directory import Directory
from chat.errors import JsonableError

MAX_DOMAINS = 100
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class Domains:
    def __init__(self, database: Database, directory: Directory, bus: Bus) -> None:
        self._database = database
        self._directory = directory
        self._bus = bus

    async def do_add(self, domain: str, *, allow_subdomains: bool) -> None:
        domain = check_domain(domain)

        async def write(unit: Transaction) -> None:
            if domain in self._directory.domains:
                raise JsonableError(f"The domain {domain} is already a part of your organization.")
            if len(self._directory.domains) >= MAX_DOMAINS:
                raise JsonableError(f"An organization can have {MAX_DOMAINS} domains at most.")
            await sql.insert(unit, domain, allow_subdomains)
            self._bus.publish(unit, event_types.domain_set("add", domain, allow_subdomains))

        await self._database.transaction(write, ("directory",))

    async def do_change(self, domain: str, *, allow_subdomains: bool) -> None:
        async def write(unit: Transaction) -> None:
            known = self._known(domain)
            if self._directory.domains[known] != allow_subdomains:
                await sql.update(unit, known, allow_subdomains)
                self._bus.publish(unit, event_types.domain_set("change", known, allow_subdomains))

        await self._database.transaction(write, ("directory",))

    async def do_remove(self, domain: str) -> None:
        async def write(unit: Transaction) -> None:
            known = self._known(domain)
            await sql.delete(unit, known)
            self._bus.publish(unit, event_types.domain_gone(known))

        await self._database.transaction(write, ("directory",))

    def _known(self, domain: str) -> str:
        domain = domain.strip().lower()
        if domain not in self._directory.domains:
            raise JsonableError(f"No entry found for domain {domain[:255]}.")
        return domain


def check_domain(domain: str) -> str:
    """The domain as it is kept. Raises JsonableError for what is none."""
    domain = domain.strip().lower()
    if len(domain) > 255 or not _DOMAIN.fullmatch(domain):
        raise JsonableError("Invalid domain")
    return domain
