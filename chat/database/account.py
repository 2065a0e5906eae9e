"""The account that PostgreSQL runs as when the server runs as root (PostgreSQL refuses to be root).

Owns the making of that account and the rights it needs to reach its folders and programs. Blocking.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twisted.logger import Logger

ACCOUNT_NAME = "plait"
_log = Logger()


class AccountError(Exception):
    """There is no account to run PostgreSQL as, told in one sentence."""


@dataclass(frozen=True)
class Account:
    """A person of the operating system, by number."""

    uid: int
    gid: int

    def run_as(self) -> dict[str, Any]:
        """Arguments of subprocess.Popen that make a child run as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may(self, status: os.stat_result, permission: int) -> bool:
        """Whether this account has `permission` (4 read, 2 write, 1 search) by the mode bits of `status`."""
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return bool(status.st_mode >> shift & permission)


def unprivileged_account() -> Account | None:
    """The account to run PostgreSQL as, made when missing; None when this process is not root itself."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        entry = _make_account()
    return Account(entry.pw_uid, entry.pw_gid)


def _make_account() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    reason = "there is no useradd here"
    if useradd:
        command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", ACCOUNT_NAME]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=30)  # noqa: S603
        reason = done.stderr.strip() or f"useradd ended with {done.returncode}"
    try:
        entry = pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        raise AccountError(
            f"PostgreSQL does not run as root, and the account {ACCOUNT_NAME!r} for it could not be made "
            f"({reason}); make it, start Plait as another user, or give --database."
        ) from None
    _log.info("Made the account {name} for PostgreSQL.", name=ACCOUNT_NAME)
    return entry


def let_pass(account: Account, folder: Path) -> None:
    """Let `account` reach `folder`: folders above it that it may not pass through are opened for that."""
    for ancestor in reversed(folder.parents):
        status = ancestor.stat()
        if not account.may(status, 1):
            _log.warn("PostgreSQL must pass through {folder}: doing chmod o+x on it.", folder=str(ancestor))
            ancestor.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXOTH)


def let_run(account: Account, programs: Path) -> None:
    """Let `account` run what lies in the PostgreSQL installation `programs`; a no-op where it can already."""
    try:
        command = [str(programs / "bin" / "postgres"), "--version"]
        subprocess.run(command, check=True, capture_output=True, cwd="/", **account.run_as())  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        let_pass(account, programs)
        for path in (programs, *programs.rglob("*")):
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                continue
            mode = stat.S_IMODE(status.st_mode)
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))
        _log.warn("Made {folder} readable, so that PostgreSQL can run as its account.", folder=str(programs))
