"""What an operator can set: one declaration an option.

From it come the command line, the TOML file's keys, the environment's names, the help text and the
check that docs/configuration.md tells of each. Knows where values come from and which is stronger
(command line > environment > file > default); knows nothing of what the server does with them.
"""

from __future__ import annotations

import dataclasses
import difflib
import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chat.mail_server import mail_server
from chat.networks import Network, read_networks

ENVIRONMENT_PREFIX = "PLAIT_"
MAX_FILE_BYTES = 1_000_000
MAX_NUMBER = 1_000_000_000
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})
_CHAT_FOLDER = Path(__file__).resolve().parent


class StartError(Exception):
    """Why the server does not start: one sentence for the operator."""


class SettingsError(StartError):
    """A setting that cannot be used."""


def option(default: Any, help: str, *, secret: bool = False) -> Any:  # noqa: A002
    """A field of Settings. A secret one is never on the command line, which all users of a machine see."""
    return dataclasses.field(default=default, metadata={"help": help, "secret": secret})


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Every option, checked. The names are the keys of the file; see `Option` for the other spellings."""

    listen: str = option(
        "tcp:9991:interface=127.0.0.1",
        "where to accept connections, as a Twisted endpoint",
    )
    data: Path = option(
        Path("var"),
        "the folder for everything that must last: the embedded PostgreSQL and uploaded files",
    )
    database: str | None = option(
        None,
        "use this PostgreSQL (a libpq connection string) instead of the embedded one; keep a string with a "
        "password in the file or the environment",
    )
    external_url: str = option(
        "",
        "the address people type into their browsers; derived from --listen when not given",
    )
    demo: bool = option(
        False,
        "fill an empty database with the demo organisation and offer its people for sign-in at one click",
    )
    max_upload_mib: int = option(
        25,
        "how large a file people may upload, in MiB",
    )
    upload_quota_mib: int = option(
        0,
        "how much all uploaded files together may take, in MiB; 0: as much as the disk holds",
    )
    static: Path | None = option(
        None,
        "the folder with the browser's files, where it is not the package's own",
    )
    trusted_proxies: str = option(
        "",
        "addresses and networks of the servers in front, comma-separated (unix for a Unix socket): what they say of "
        "where a request comes from is believed",
    )
    accel_redirect: bool = option(
        False,
        "leave the sending of uploaded files to nginx (X-Accel-Redirect to /internal/uploads/)",
    )
    requests_per_minute: int = option(
        600,
        "how many requests a person may send in a minute; 0: as many as they like",
    )
    address_requests_per_minute: int = option(
        100,
        "how many requests without (valid) credentials an address may send in a minute; 0: as many as it likes",
    )
    sign_in_failures: int = option(
        5,
        "how many wrong passwords an account takes in half an hour before it is locked for a while; 0: any number",
    )
    unlimited: bool = option(
        False,
        "have none of these limits: for tests and measurements",
    )
    allowed_networks: str = option(
        "",
        "networks of your own that link previews and outgoing webhooks may reach all the same, on any port, "
        "comma-separated, as in 10.1.0.0/16",
    )
    smtp: str | None = option(
        None,
        "the server that mail goes out by, as in smtp://name:password@mail.example.com:587 (smtps:// for TLS from the "
        "start); keep one with a password in the file or the environment. Without it mails are only written to the "
        "data folder",
    )
    smtp_authorities: Path | None = option(
        None,
        "a PEM file with the certificate authorities to trust for the mail server, instead of the system's",
    )
    push_bouncer: str | None = option(
        None,
        "the address of a server that carries pushes to the phone apps; without it only browsers get pushes",
    )
    mail_from: str | None = option(
        None,
        "the address that mails come from, as in 'Team chat <chat@example.com>' [default: noreply@ the external host]",
    )


@dataclasses.dataclass(frozen=True)
class Option:
    """One field of Settings with the ways to spell it."""

    name: str
    default: Any
    help: str
    secret: bool
    kind: type

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + self.name.upper()

    def describe(self) -> str:
        """The help text with what is the case without it."""
        return f"{self.help} [default: {self.default}]" if self.default else self.help

    def read(self, value: Any, source: str, folder: Path) -> Any:
        """`value` as this option holds it; a relative path starts at `folder`, errors name the `source`."""
        if self.kind is bool:
            word = str(value).strip().lower()
            if not isinstance(value, bool | str) or word not in _TRUE | _FALSE:
                raise SettingsError(f"{source} must be true or false, not {value!r}.")
            return word in _TRUE
        if self.kind is int:
            return self._number(value, source)
        if not isinstance(value, str):
            raise SettingsError(f"{source} must be a text, not {value!r}.")
        if not value.strip() or "\0" in value:
            raise SettingsError(f"{source} must not be empty.")
        return (folder / Path(value).expanduser()).resolve() if self.kind is Path else value.strip()

    @staticmethod
    def _number(value: Any, source: str) -> int:
        text = str(value).strip()
        if isinstance(value, bool) or not text.isascii() or not text.isdigit() or int(text) > MAX_NUMBER:
            raise SettingsError(f"{source} must be a whole number from 0 to {MAX_NUMBER}, not {value!r}.")
        return int(text)


def options(declaration: type = Settings) -> list[Option]:
    """All options, in the order in which the help text shows them."""
    kinds = {"str": str, "str | None": str, "bool": bool, "int": int, "Path": Path,
             "Path | None": Path}
    return [
        Option(field.name, field.default, kind=kinds[str(field.type)], **field.metadata)
        for field in dataclasses.fields(declaration)
    ]


def load_settings(
    command_line: Mapping[str, Any],
    environment: Mapping[str, str] | None = None,
    config_file: str | None = None,
) -> Settings:
    """The settings in force.

    `command_line` holds what was given there, by option name. Raises SettingsError for an unknown key
    in the file, a value of the wrong kind, and values that cannot be used.
    """
    environment = os.environ if environment is None else environment
    config_file = config_file or environment.get(ENVIRONMENT_PREFIX + "CONFIG") or None
    values: dict[str, Any] = _read_file(Path(config_file).expanduser()) if config_file else {}
    here = Path.cwd()
    for item in options():
        if environment.get(item.variable):
            values[item.name] = item.read(environment[item.variable], item.variable, here)
        if command_line.get(item.name) is not None:
            values[item.name] = item.read(command_line[item.name], item.flag, here)
    values.setdefault("data", Path("var").resolve())
    settings = Settings(**values)
    trusted_networks(settings.trusted_proxies)
    allowed_networks(settings.allowed_networks)
    host, port = listen_address(settings.listen)
    url = _checked_url(settings.external_url) or _derived_url(host, port)
    _check_mail(settings)
    return dataclasses.replace(settings, external_url=url)


def listen_address(endpoint: str) -> tuple[str, int | None]:
    """(interface, port) of a tcp, tcp6 or ssl endpoint string; for other kinds ("", None).

    An interface of "" means all of them.
    """
    kind, *parts = (part.replace("\\:", ":") for part in re.split(r"(?<!\\):", endpoint))
    if kind not in ("tcp", "tcp6", "ssl"):
        return "", None
    named = dict(part.split("=", 1) for part in parts if "=" in part)
    port = named.get("port", parts[0] if parts else "")
    if not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise SettingsError(f"--listen must name a port from 1 to 65535, as in tcp:9991; it is {endpoint!r}.")
    return named.get("interface", ""), int(port)


def trusted_networks(text: str) -> tuple[list[Network], bool]:
    """The networks of --trusted-proxies, and whether Unix sockets are among them. Raises SettingsError."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    try:
        return [ipaddress.ip_network(name) for name in names if name != "unix"], "unix" in names
    except ValueError as error:
        raise SettingsError(f"--trusted-proxies names addresses, networks and 'unix', but {error}.") from None


def allowed_networks(text: str) -> tuple[Network, ...]:
    """The networks of --allowed-networks. Raises SettingsError."""
    try:
        return read_networks(text)
    except ValueError as error:
        raise SettingsError(f"--allowed-networks names networks between commas, but {error}.") from None


def static_folder() -> Path:
    """Where the browser client's files lie: in the package when installed, beside it in a checkout. Those made for
    production, where they are there; in a checkout only while they are newer than what they were made of."""
    for installed in (_CHAT_FOLDER / "prod_static", _CHAT_FOLDER / "static"):
        if (installed / "index.html").is_file():
            return installed
    source, built = _CHAT_FOLDER.parent / "static", _CHAT_FOLDER.parent / "prod-static"
    return built if _is_newer(built, source) else source


def _is_newer(built: Path, source: Path) -> bool:
    try:
        made = (built / "manifest.json").stat().st_mtime
    except OSError:
        return False
    return all(path.stat().st_mtime <= made for path in source.rglob("*"))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
        if len(content) > MAX_FILE_BYTES:
            raise SettingsError(f"The settings file {path} is larger than {MAX_FILE_BYTES} bytes.")
        found = tomllib.loads(content.decode())
    except OSError as error:
        raise SettingsError(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is not valid TOML: {error}.") from None
    known = {item.name: item for item in options()}
    for key in found:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}."
            raise SettingsError(f"The settings file {path} has an unknown key {key!r}; {hint}")
    folder = path.resolve().parent
    return {key: known[key].read(value, f"{key!r} in {path}", folder) for key, value in found.items()}


def _check_mail(settings: Settings) -> None:
    if settings.smtp is not None:
        try:
            mail_server(settings.smtp)
        except ValueError as error:
            raise SettingsError(f"--smtp {error}.") from None
    if settings.mail_from is not None:
        address = parseaddr(settings.mail_from)[1]
        if not settings.mail_from.isprintable() or not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address):
            raise SettingsError(f"--mail-from must be an address, as in chat@example.com; it is "
                                f"{settings.mail_from!r}.")


def _checked_url(url: str) -> str:
    """`url` without a slash at its end; only scheme, host and port may be in it."""
    if not url:
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable or parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsError(
            f"--external-url must be a scheme and a host, as in https://chat.example.com; it is {url!r}."
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _derived_url(host: str, port: int | None) -> str:
    if port is None:
        return "http://localhost"
    name = "localhost" if host in ("", "0.0.0.0", "::") else f"[{host}]" if ":" in host else host  # noqa: S104
    return f"http://{name}:{port}"
