"""SQL of the domains that people may come from."""

from __future__ import annotations

from chat.database.people import Runs

SELECT = "SELECT domain, allow_subdomains FROM realm_domain ORDER BY domain"
INSERT = "INSERT INTO realm_domain (domain, allow_subdomains) VALUES (%s, %s)"
UPDATE = "UPDATE realm_domain SET allow_subdomains = %s WHERE domain = %s"
DELETE = "DELETE FROM realm_domain WHERE domain = %s"


async def domains(db: Runs) -> dict[str, bool]:
    """Each with whether its subdomains are meant too."""
    return dict(await db.query(SELECT))


async def insert(unit: Runs, domain: str, allow_subdomains: bool) -> None:
    await unit.query(INSERT, (domain, allow_subdomains))


async def update(unit: Runs, domain: str, allow_subdomains: bool) -> None:
    await unit.query(UPDATE, (allow_subdomains, domain))


async def delete(unit: Runs, domain: str) -> None:
    await unit.query(DELETE, (domain,))
