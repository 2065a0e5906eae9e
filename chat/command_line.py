"""The command `chat`: what an operator does from a shell, and `chat serve`, the server itself.

A command goes to the server that runs on the data folder, whose clients then see what it changes; where none runs, it
is done here, with the database started for as long as it takes. Knows how to ask and how to answer a person; what the
commands do is told in `chat.commands`.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import psycopg2
from twisted.internet.defer import Deferred
from twisted.internet.task import react
from twisted.internet.threads import deferToThreadPool

from chat import __version__
from chat.app import Application
from chat.commands.control import ask_server
from chat.commands.table import COMMANDS, Argument, Command, CommandError, run_command
from chat.data_folder import FolderInUseError, lock_data_folder
from chat.database.embedded import EmbeddedPostgres
from chat.database.migrate import migrate, one_line
from chat.settings import Settings, StartError, load_settings

PATHS = frozenset({"archive"})
"""Arguments that name a file: a server that runs elsewhere must be told the whole path."""


def main(words: Sequence[str] | None = None) -> None:
    """Do what the command line says, and end the process: 0 when it was done."""
    words = sys.argv[1:] if words is None else words
    if words[:1] == ["serve"]:
        _serve(words[1:])
    given = _parser().parse_args(words)
    command = COMMANDS[given.command]
    try:
        settings = load_settings({"data": given.data, "database": given.database}, config_file=given.config)
        arguments = {argument.name: _value(argument, getattr(given, argument.name)) for argument in command.arguments}
        _run(settings, command, arguments)
    except (CommandError, StartError) as error:
        sys.exit(f"chat {command.name}: {error}")
    except psycopg2.Error as error:
        sys.exit(f"chat {command.name}: The database cannot be used: {one_line(error)}.")
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chat", description="Plait, a team chat server: what an operator does from a shell.",
        epilog="The options can also be given in the environment (PLAIT_DATA) and in the settings file. "
               "chat serve --help tells the server's options.")
    parser.add_argument("--version", action="version", version=f"Plait {__version__}")
    parser.add_argument("--config", help="the server's settings file (TOML)")
    parser.add_argument("--data", help="the server's data folder [default: var]")
    parser.add_argument("--database", help="the server's PostgreSQL, where it is not the embedded one")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands.add_parser("serve", help="run the server in the foreground")
    for command in COMMANDS.values():
        of_command = commands.add_parser(command.name, help=command.help, description=command.help)
        for argument in command.arguments:
            _declare(of_command, argument)
    return parser


def _declare(parser: argparse.ArgumentParser, argument: Argument) -> None:
    if argument.secret:
        parser.add_argument(f"--{argument.name}-stdin", dest=argument.name, action="store_true",
                            help=f"read {argument.help} from standard input instead of asking for it")
    elif argument.default is not None:
        parser.add_argument(f"--{argument.name}", help=f"{argument.help} [default: {argument.default}]",
                            default=argument.default, choices=argument.choices)
    else:
        parser.add_argument(argument.name, help=argument.help, choices=argument.choices)


def _value(argument: Argument, given: Any) -> str:
    if not argument.secret:
        return str(Path(given).resolve()) if argument.name in PATHS else str(given)
    if given:
        return sys.stdin.readline().rstrip("\n")
    value = getpass.getpass(f"{argument.name.capitalize()}: ")
    if getpass.getpass("Once more: ") != value:
        raise CommandError("These are two different ones.")
    return value


def _run(settings: Settings, command: Command, arguments: dict[str, str]) -> None:
    try:
        lock = lock_data_folder(settings.data)
    except FolderInUseError:
        _ask(settings, command, arguments)
        return
    try:
        lock.name_holder()
        react(lambda reactor: Deferred.fromCoroutine(_here(reactor, settings, command, arguments)))
    finally:
        lock.release()


def _ask(settings: Settings, command: Command, arguments: dict[str, str]) -> None:
    """Have the running server do it."""
    try:
        for answer in ask_server(settings.data, command.name, arguments):
            if "error" in answer:
                raise CommandError(answer["error"])
            if "done" in answer:
                return
            _say(answer["say"])
    except OSError as error:
        raise CommandError(f"The server that runs on {settings.data} does not answer: {error.strerror}.") from error
    raise CommandError("The server ended before it was done.")


async def _here(reactor: Any, settings: Settings, command: Command, arguments: dict[str, str]) -> None:
    """Do it without a server."""
    undo: list[Callable[[], Any]] = []
    try:
        dsn = settings.database
        if dsn is None:
            embedded = EmbeddedPostgres(reactor, settings.data)
            undo.append(embedded.stop)
            dsn = await embedded.start()
        await deferToThreadPool(reactor, reactor.getThreadPool(), migrate, dsn)
        app = Application(settings, reactor, dsn)
        undo.append(app.stop)
        await app.database.start()
        await app.open()
        await run_command(app, command.name, arguments, _say)
    except (CommandError, StartError) as error:
        print(f"chat {command.name}: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from None
    finally:
        while undo:
            await undo.pop()()


def _serve(words: Sequence[str]) -> None:
    """`chat serve` is `twistd -n chat`, with the same options."""
    from twisted.scripts.twistd import run

    sys.argv[:] = ["twistd", "-n", "--pidfile=", "chat", *words]
    run()
    raise SystemExit


def _say(line: str) -> None:
    """Print a line. One that begins with a carriage return tells of progress: it is for a person who watches, and the
    next takes its place."""
    if not line.startswith("\r"):
        print(line, flush=True)  # noqa: T201
    elif sys.stderr.isatty():
        sys.stderr.write(f"{line}\x1b[K" + ("\n" if _is_done(line) else ""))
        sys.stderr.flush()


def _is_done(line: str) -> bool:
    """Whether progress has come to its end, as in "messages 12 of 12"."""
    *_, number, _, total = line.split()
    return number == total
