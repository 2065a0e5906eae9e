"""The commands that concern a running organisation: what they are called, what they take, what they do.

Each works on an `Application`, so that what it changes goes through the same actions, and to the same clients, as
everything else. Who may reach this has the data folder, and may do all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from twisted.internet.threads import deferToThreadPool

from chat.actions.users import check_new_password
from chat.app import Application
from chat.commands import archive
from chat.commands.imports.moving import move_in
from chat.commands.imports.records import ImportFailed
from chat.errors import JsonableError
from chat.models import Role, User
from chat.resources.incoming.words import plural

Arguments = Mapping[str, str]
Say = Callable[[str], None]
ROLES = {role.name.lower(): role for role in Role}


class CommandError(Exception):
    """Why a command was not done: one sentence."""


@dataclass(frozen=True)
class Argument:
    """A word after the command, or with a default an option. `secret`: asked for, or read from standard input."""

    name: str
    help: str
    default: str | None = None
    choices: tuple[str, ...] | None = None
    secret: bool = False


@dataclass(frozen=True)
class Command:
    name: str
    help: str
    arguments: tuple[Argument, ...]
    run: Callable[[Application, Arguments, Say], Awaitable[None]]


EMAIL = Argument("email", "the person's e-mail address")
ARCHIVE = Argument("archive", "the archive's file")


def _person(app: Application, arguments: Arguments) -> User:
    user = app.directory.user_by_email(arguments["email"])
    if user is None:
        raise CommandError(f"Nobody here has the address {arguments['email']}.")
    return user


def _organisation(app: Application) -> None:
    if app.directory.organisation is None:
        raise CommandError("There is no organisation yet: create-organisation gives the link to make it.")


async def _create_organisation(app: Application, _: Arguments, say: Say) -> None:
    if app.directory.organisation is not None:
        raise CommandError(f"There is an organisation already: {app.directory.organisation.name}.")
    say(f"{app.settings.external_url}/new/{await app.organisations.new_link()}/")


async def _create_user(app: Application, arguments: Arguments, say: Say) -> None:
    _organisation(app)
    check_new_password(arguments["password"])
    user = await app.users.do_create_user(
        email=arguments["email"], full_name=arguments["name"], role=ROLES[arguments["role"]],
        password_hash=await app.accounts.hash_password(arguments["password"]))
    say(f"{user.full_name} may sign in with {user.email} (user {user.id}).")


async def _set_password(app: Application, arguments: Arguments, say: Say) -> None:
    user = _person(app, arguments)
    check_new_password(arguments["password"])
    await app.accounts.do_set_password(user, arguments["password"])
    say(f"{user.full_name} has a new password; where they were signed in they no longer are.")


async def _reset_password(app: Application, arguments: Arguments, say: Say) -> None:
    user = _person(app, arguments)
    if user.is_bot or not user.is_active:
        raise CommandError(f"{user.full_name} is a bot, or its account is closed: nobody signs in with it.")
    say(await app.recovery.new_link(user))


async def _set_role(app: Application, arguments: Arguments, say: Say) -> None:
    user = _person(app, arguments)
    await app.users.do_update_user(None, user.id, role=ROLES[arguments["role"]])
    say(f"{user.full_name} is {arguments['role']} now.")


async def _deactivate_user(app: Application, arguments: Arguments, say: Say) -> None:
    user = _person(app, arguments)
    await app.users.do_deactivate(None, user.id)
    say(f"The account of {user.full_name} is closed; what they wrote stays.")


async def _reactivate_user(app: Application, arguments: Arguments, say: Say) -> None:
    user = _person(app, arguments)
    await app.users.do_reactivate(None, user.id)
    say(f"The account of {user.full_name} is open again.")


async def _export(app: Application, arguments: Arguments, say: Say) -> None:
    _organisation(app)
    await _in_thread(app, partial(
        archive.export, app.database.dsn, app.settings.data, Path(arguments["archive"])), say)
    say(f"Everything is in {arguments['archive']}. Keep it safe: it holds all that was ever said, and keys.")


async def _import(app: Application, arguments: Arguments, say: Say) -> None:
    await _in_thread(app, partial(
        archive.import_, app.database.dsn, app.settings.data, Path(arguments["archive"])), say)
    await app.open()
    organisation = app.directory.organisation
    say(f"{organisation.name if organisation else 'Nobody'} is here now, {len(app.directory.users):,} people.")


async def _move_in(kind: str, app: Application, arguments: Arguments, say: Say) -> None:
    try:
        summary = await move_in(app, kind, Path(arguments["archive"]), say)
    except ImportFailed as error:
        raise CommandError(str(error)) from error
    say(f"Here now: {plural(summary.people, 'person', 'people')}, {plural(summary.channels, 'channel')}, "
        f"{plural(summary.messages, 'message')}, {plural(summary.reactions, 'reaction')}, "
        f"{plural(summary.files, 'file')}, {plural(summary.emoji, 'emoji', 'emoji')}.")
    for what, count in sorted(summary.left_out.items()):
        say(f"Left out: {count:,} {what}.")
    say("Nobody has a password yet: people set theirs by \"Forgot your password?\"; reset-password prints such a link.")


async def _in_thread(app: Application, work: Callable[[Say], object], say: Say) -> None:
    """Run blocking work; what it says is said from the reactor's thread."""
    reactor = app.reactor
    try:
        await deferToThreadPool(reactor, reactor.getThreadPool(), work, partial(reactor.callFromThread, say))
    except archive.ArchiveError as error:
        raise CommandError(str(error)) from error


_ROLE = Argument("role", "what they may do", "member", tuple(ROLES))
COMMANDS = {command.name: command for command in (
    Command("create-organisation", "print the one-time link to make the organisation", (), _create_organisation),
    Command("create-user", "make an account for a person", (
        EMAIL, Argument("name", "the person's full name"), _ROLE,
        Argument("password", "their password", secret=True)), _create_user),
    Command("reset-password", "print a link with which a person gives themselves a new password", (EMAIL,),
            _reset_password),
    Command("set-password", "give a person a new password", (
        EMAIL, Argument("password", "the password", secret=True)), _set_password),
    Command("make-administrator", "give a person the role of administrator, or another", (
        EMAIL, Argument("role", "which role", "administrator", tuple(ROLES))), _set_role),
    Command("deactivate-user", "close a person's account; what they wrote stays", (EMAIL,), _deactivate_user),
    Command("reactivate-user", "open a person's account again", (EMAIL,), _reactivate_user),
    Command("export", "write everything into one archive", (ARCHIVE,), _export),
    Command("import-zulip", "move an organisation in, from the archive that Zulip exports", (ARCHIVE,),
            partial(_move_in, "zulip")),
    Command("import-slack", "move a workspace in, from the archive that Slack exports", (ARCHIVE,),
            partial(_move_in, "slack")),
    Command("import", "fill an empty server from an archive", (ARCHIVE,), _import),
)}


async def run_command(app: Application, name: str, arguments: Arguments, say: Say) -> None:
    """Do what a command says. Raises CommandError."""
    command = COMMANDS.get(name)
    if command is None:
        raise CommandError(f"There is no command {name!r}.")
    for argument in command.arguments:
        value = arguments.get(argument.name)
        if not isinstance(value, str) or (argument.choices and value not in argument.choices):
            raise CommandError(f"{name} needs a valid {argument.name}.")
    try:
        await command.run(app, arguments, say)
    except JsonableError as error:
        raise CommandError(error.msg) from error
