"""The services whose webhooks are understood, one module each: whatever here has a `SERVICE` is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from chat.resources.incoming.service import Service


@cache
def services() -> dict[str, Service]:
    """All, by name."""
    found = [importlib.import_module(f"{__name__}.{module.name}").SERVICE for module in pkgutil.iter_modules(__path__)]
    return {service.name: service for service in sorted(found, key=lambda service: service.name)}
