"""A workspace of Slack, out of its export (slack.com/help/articles/220556107): a zip with `users.json`,
`channels.json` (and `groups.json`, `mpims.json`, `dms.json` in larger exports), and a folder a conversation with a
file a day.

A thread becomes a topic, named after how it began; what stands in no thread goes under one topic a channel. Slack's
exports hold no files, only their addresses.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

from chat.commands.imports.records import (
    Everything,
    ForeignMessage,
    ForeignReaction,
    ImportFailed,
    Membership,
    Person,
    Place,
)
from chat.emoji import name_to_code
from chat.errors import JsonableError
from chat.markdown.mrkdwn import markdown_of, web_link
from chat.models import MAX_CHANNEL_DESCRIPTION, MAX_CHANNEL_NAME, MAX_FULL_NAME, MAX_MESSAGE, MAX_TOPIC, Flag, Role
from chat.resources.incoming.payload import Payload
from chat.resources.webhooks.slack import attachment, blocks_of

LOOSE_TOPIC = "imported from Slack"
_SILENT = frozenset({
    "channel_join", "channel_leave", "group_join", "group_leave", "channel_archive", "channel_unarchive", "tombstone",
    "channel_name", "group_name", "channel_posting_permissions", "bot_add", "bot_remove", "pinned_item",
    "channel_topic", "channel_purpose", "group_topic", "group_purpose", "channel_convert_to_private"})
"""Kinds of messages that say what happened to a channel, not what anybody wrote."""
_FORBIDDEN = re.compile(r"[*`\\>\"@]|\|\d+$")
MAX_PARTS = 20
MAX_FILE_LINKS = 20


@dataclass(frozen=True)
class _Conversation:
    """A folder of the archive. A direct one has people, another a channel."""

    folder: Path
    channel_id: int | None = None
    user_ids: tuple[int, ...] = ()


class SlackExport:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.left_out: Counter[str] = Counter()
        self._users = _read(folder / "users.json")
        self._ids: dict[str, int] = {}
        self._people: dict[int, Person] = {}
        self._bots: dict[str, int] = {}
        self._topics: dict[tuple[Path, str], str] = {}
        self._taken: Counter[tuple[Path, str]] = Counter()
        self._places: dict[str, Place] = {}
        self._next_message_id = 1
        for row in self._users:
            self._add_person(row)
        self._conversations = list(self._find_conversations())
        self._add_bots()

    def count(self) -> int:
        return len(self._days)

    @cached_property
    def _days(self) -> list[str]:
        return sorted({path.name for one in self._conversations for path in one.folder.glob("????-??-??.json")})

    def everything(self) -> Everything:
        created = min((place.date_created for place in self._places.values()), default=0.0)
        return Everything(
            "Plait", "Moved in from Slack.", created, people=list(self._people.values()),
            places=list(self._places.values()), memberships=list(self._memberships()))

    def batches(self) -> Iterator[tuple[str, list[ForeignMessage]]]:
        """A day of all conversations is a batch: so ids grow with time."""
        for day in self._days:
            rows = [(float(row["ts"]), number, conversation, row)
                    for number, conversation in enumerate(self._conversations)
                    for row in self._rows(conversation, day)]
            rows.sort(key=lambda row: row[:2])
            found = []
            for timestamp, _, conversation, row in rows:
                message = self._message(conversation, timestamp, row)
                if message is not None:
                    found.append(message)
            yield day, found

    # People

    def _add_person(self, row: Mapping[str, Any]) -> None:
        profile, slack_id = row.get("profile") or {}, str(row["id"])
        number = len(self._people) + 1
        is_bot = bool(row.get("is_bot")) or slack_id == "USLACKBOT"
        role = (Role.OWNER if row.get("is_owner") else Role.ADMINISTRATOR if row.get("is_admin")
                else Role.GUEST if row.get("is_restricted") or row.get("is_ultra_restricted") else Role.MEMBER)
        name = profile.get("real_name") or row.get("real_name") or profile.get("display_name") or row.get("name")
        self._ids[slack_id] = number
        self._people[number] = Person(
            number, str(profile.get("email") or f"{slack_id.lower()}@slack.invalid"), self._name(str(name or slack_id)),
            Role.MEMBER if is_bot else role, not row.get("deleted"), float(row.get("updated") or 0), is_bot,
            1 if is_bot else None, timezone="" if is_bot else str(row.get("tz") or "")[:60])
        if row.get("profile", {}).get("bot_id"):
            self._bots[str(row["profile"]["bot_id"])] = number

    @staticmethod
    def _name(name: str) -> str:
        name = " ".join(_FORBIDDEN.sub("", name).split())[:MAX_FULL_NAME]
        return name if len(name) >= 2 else f"{name} (Slack)".strip()

    def _add_bots(self) -> None:
        """Bots that wrote but are in no list: each by the name it wrote under."""
        for row in _read(self._folder / "integration_logs.json", default=[]):
            service_id = row.get("service_id") or row.get("bot_id")
            name = row.get("service_type") or row.get("app_type")
            if service_id and name and str(service_id) not in self._bots:
                self._bots[str(service_id)] = self._new_bot(str(name))
        for conversation in self._conversations:
            for path in sorted(conversation.folder.glob("????-??-??.json")):
                for row in self._rows(conversation, path.name):
                    key = str(row.get("bot_id") or "")
                    if key and "user" not in row and key not in self._bots:
                        profile = row.get("bot_profile") or {}
                        self._bots[key] = self._new_bot(str(profile.get("name") or row.get("username") or "Bot"))

    def _new_bot(self, name: str) -> int:
        number = len(self._people) + 1
        self._people[number] = Person(
            number, f"bot-{number}@slack.invalid", self._name(name), Role.MEMBER, False, 0.0, True, 1)
        return number

    # Places

    def _find_conversations(self) -> Iterator[_Conversation]:
        for kind, invite_only in (("channels", False), ("groups", True)):
            for row in _read(self._folder / f"{kind}.json", default=[]):
                yield from self._channel(row, invite_only)
        for kind in ("mpims", "dms"):
            for row in _read(self._folder / f"{kind}.json", default=[]):
                people = tuple(sorted({self._ids[one] for one in row.get("members", ()) if one in self._ids}))
                folder = self._inside(str(row.get("name") if kind == "mpims" else row["id"]))
                if people and folder is not None:
                    yield _Conversation(folder, user_ids=people)

    def _channel(self, row: Mapping[str, Any], invite_only: bool) -> Iterator[_Conversation]:
        number = len(self._places) + 1
        purpose = str((row.get("purpose") or {}).get("value") or (row.get("topic") or {}).get("value") or "")
        self._places[str(row["id"])] = Place(
            number, str(row["name"])[:MAX_CHANNEL_NAME], markdown_of(purpose)[:MAX_CHANNEL_DESCRIPTION],
            float(row.get("created") or 0), self._ids.get(str(row.get("creator"))), invite_only,
            is_archived=bool(row.get("is_archived")))
        folder = self._inside(str(row["name"]))
        if folder is not None:
            yield _Conversation(folder, number)

    def _memberships(self) -> Iterator[Membership]:
        for kind in ("channels", "groups"):
            for row in _read(self._folder / f"{kind}.json", default=[]):
                place = self._places[str(row["id"])]
                for member in dict.fromkeys(row.get("members", ())):
                    if member in self._ids:
                        yield Membership(self._ids[member], place.id)

    def _inside(self, name: str) -> Path | None:
        path = (self._folder / name).resolve()
        return path if path.is_dir() and path.is_relative_to(self._folder.resolve()) else None

    # Messages

    def _rows(self, conversation: _Conversation, day: str) -> list[dict[str, Any]]:
        found = _read(conversation.folder / day, default=[])
        return [row for row in found if isinstance(row, dict) and row.get("type") == "message" and "ts" in row]

    def _message(self, conversation: _Conversation, timestamp: float, row: Mapping[str, Any]) -> ForeignMessage | None:
        if row.get("subtype") in _SILENT:
            return None
        sender = self._sender(row)
        if sender is None:
            self.left_out["messages of nobody that is known"] += 1
            return None
        content = self._content(row)
        if not content.strip():
            self.left_out["empty messages"] += 1
            return None
        message_id, self._next_message_id = self._next_message_id, self._next_message_id + 1
        edited = row.get("edited") or {}
        people = tuple(sorted({*conversation.user_ids, sender}))
        return ForeignMessage(
            message_id, sender, timestamp, content[:MAX_MESSAGE], conversation.channel_id,
            self._topic(conversation, row) if conversation.channel_id else "",
            () if conversation.channel_id else people, client="Slack",
            last_edit=float(edited["ts"]) if "ts" in edited else None,
            readers=dict.fromkeys([sender] if conversation.channel_id else people, int(Flag.READ)),
            reactions=tuple(self._reactions(row)))

    def _sender(self, row: Mapping[str, Any]) -> int | None:
        found = self._ids.get(str(row.get("user")))
        return self._bots.get(str(row.get("bot_id"))) if found is None else found

    def _topic(self, conversation: _Conversation, row: Mapping[str, Any]) -> str:
        """A thread's name, given by its first message; so replies on later days find it."""
        thread = str(row.get("thread_ts") or "")
        if not thread:
            return LOOSE_TOPIC
        key = (conversation.folder, thread)
        if key not in self._topics:
            words = " ".join(re.sub(r"[*_~`>#]|\[|\]\([^)]*\)|@_?\*\*", "", self._content(row)).split())
            name = "".join(char for char in words if char.isprintable())[:MAX_TOPIC - 6].strip() or "thread"
            self._taken[(conversation.folder, name.lower())] += 1
            times = self._taken[(conversation.folder, name.lower())]
            self._topics[key] = name if times == 1 else f"{name} ({times})"
        return self._topics[key]

    def _content(self, row: Mapping[str, Any]) -> str:
        text = markdown_of(str(row.get("text") or ""), self._reference)
        if row.get("subtype") == "me_message":
            text = f"/me {text}"
        try:
            payload = Payload(dict(row))
            if not text.strip():
                text = "\n\n".join(blocks_of(payload.each("blocks")))
            parts = [text, *(attachment(one) for one in payload.each("attachments")[:MAX_PARTS])]
        except JsonableError:
            parts = [text]
        parts += [self._file(file) for file in (row.get("files") or ())[:MAX_FILE_LINKS] if isinstance(file, dict)]
        return "\n\n".join(part for part in parts if part.strip())

    def _file(self, file: Mapping[str, Any]) -> str:
        """A file by its name and where it lies there."""
        self.left_out["files (Slack's exports hold only their addresses, which the messages keep)"] += 1
        address = str(file.get("permalink") or file.get("url_private") or "")
        name = str(file.get("name") or file.get("title") or "file")
        return web_link(name, address) if address.startswith("http") else name

    def _reference(self, target: str, title: str) -> str:
        """Whom or what `<@U123>`, `<#C123>` and `<!here>` mean. Nobody is called to what was said long ago."""
        if target[0] == "@" and target[1:] in self._ids:
            person = self._people[self._ids[target[1:]]]
            return f"@_**{person.full_name}|{person.id}**"
        if target[0] == "#" and target[1:] in self._places:
            return f"#**{self._places[target[1:]].name}**"
        if target[0] == "!":
            return f"*@{title.lstrip('@') or target[1:].partition('^')[0]}*"
        return (target[0] if target[0] in "@#" else "") + (title or target[1:])

    def _reactions(self, row: Mapping[str, Any]) -> Iterator[ForeignReaction]:
        for reaction in row.get("reactions") or ():
            name = str(reaction.get("name") or "").partition("::")[0]
            code = name_to_code.get(name) or name_to_code.get(name.replace("-", "_"))
            users = {self._ids[user] for user in reaction.get("users", ()) if user in self._ids}
            if code is None:
                self.left_out[f"reactions of Slack's :{name}:"] += len(users)
                continue
            for user_id in sorted(users):
                yield ForeignReaction(user_id, name, code, "unicode_emoji")


def _read(path: Path, default: Any = None) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        if default is not None:
            return default
        raise ImportFailed(f"The archive has no {path.name}: it is no export of a Slack workspace.") from error
    except orjson.JSONDecodeError as error:
        raise ImportFailed(f"The archive's {path.name} is not valid JSON.") from error
