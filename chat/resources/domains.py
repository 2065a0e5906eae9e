"""The domains that people may come from."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from chat.actions.domains import Domains
from chat.directory import Directory
from chat.params import Params
from chat.resources.notes import RequestNotes
from chat.resources.routes import Routes, Who

Domain = Annotated[str, Meta(max_length=300)]


class AddDomain(Params, frozen=True):
    domain: Domain
    allow_subdomains: bool


class ChangeDomain(Params, frozen=True):
    allow_subdomains: bool


class DomainWire(TypedDict):
    domain: str
    allow_subdomains: bool


class DomainsWire(TypedDict):
    domains: list[DomainWire]


class NewDomainWire(TypedDict):
    new_domain: list[int | str]


class DomainsResource:
    routes = Routes("domains", samples={"domain": "example.com"})

    def __init__(self, domains: Domains, directory: Directory) -> None:
        self._domains = domains
        self._directory = directory

    @routes.get("/realm/domains", who=Who.USER, returns=DomainsWire, summary="Get the domains people may come from")
    async def list_realm_domains(self, notes: RequestNotes, p: Params) -> DomainsWire:
        """The domains of addresses that may join, in force where `emails_restricted_to_domains` is set."""
        return {"domains": [{"domain": domain, "allow_subdomains": allow_subdomains}
                            for domain, allow_subdomains in sorted(self._directory.domains.items())]}

    @routes.post("/realm/domains", who=Who.OWNER, params=AddDomain, returns=NewDomainWire, summary="Add a domain",
                 example={"domain": "example.com", "allow_subdomains": False})
    async def create_realm_domain(self, notes: RequestNotes, p: AddDomain) -> NewDomainWire:
        """One more domain, with its subdomains where `allow_subdomains` is set."""
        await self._domains.do_add(p.domain, allow_subdomains=p.allow_subdomains)
        return {"new_domain": [1, p.domain.strip().lower()]}

    @routes.patch("/realm/domains/{domain}", who=Who.OWNER, params=ChangeDomain, summary="Change a domain",
                  example={"allow_subdomains": True})
    async def patch_realm_domain(self, notes: RequestNotes, p: ChangeDomain, domain: str) -> None:
        """Whether a domain's subdomains are meant too."""
        await self._domains.do_change(domain, allow_subdomains=p.allow_subdomains)

    @routes.delete("/realm/domains/{domain}", who=Who.OWNER, summary="Remove a domain")
    async def delete_realm_domain(self, notes: RequestNotes, p: Params, domain: str) -> None:
        """People no longer come from there; who is here already stays."""
        await self._domains.do_remove(domain)
