"""What the embedded PostgreSQL is told: small in memory, whole in durability.

Owns the content of postgresql.conf, which is written anew at each start; operators have local.conf.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

# fsync, full_page_writes and synchronous_commit are not here: they stay on.
SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "30",
    "shared_buffers": "16MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "32MB",
    "effective_cache_size": "512MB",
    "huge_pages": "off",
    "jit": "off",
    # The default keeps three processes for reading ahead; a chat's reads are small and mostly cached.
    "io_method": "sync",
    "max_worker_processes": "2",
    "max_parallel_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "max_logical_replication_workers": "0",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_replication_slots": "0",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
    "autovacuum_max_workers": "1",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}

_HEAD = """\
# Written by Plait at each start: changes here are lost. Put yours into local.conf beside this file.
"""


def configuration(settings: Mapping[str, str], local: Path) -> str:
    """The text of postgresql.conf: `settings`, then the operator's file `local`."""
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return _HEAD + "\n".join(lines) + f"\ninclude = {_quoted(str(local))}\n"


def _quoted(value: str) -> str:
    if "\n" in value:
        raise ValueError("PostgreSQL's settings hold no line breaks")
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
