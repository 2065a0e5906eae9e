"""From which domains people may come: a list that owners keep, in force while they say so."""

from __future__ import annotations

from chat.directory import Directory


class DomainRules:
    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @property
    def in_force(self) -> bool:
        return self._directory.realm.emails_restricted_to_domains and bool(self._directory.domains)

    def allow(self, email: str) -> bool:
        """Whether somebody with this address may join."""
        if not self.in_force:
            return True
        host = email.rpartition("@")[2].lower()
        return any(host == domain or (with_subdomains and host.endswith("." + domain))
                   for domain, with_subdomains in self._directory.domains.items())
