"""An organisation of Zulip, out of its export (zulip.com/help/export-your-organization): `realm.json` with all but the
messages, `messages-000001.json` and so on, `attachment.json`, and folders of uploads, avatars and emoji.

Ids stay what they were, so links and mentions go on meaning the same.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import orjson

from chat.commands.imports.records import (
    Everything,
    ForeignEmoji,
    ForeignFile,
    ForeignMessage,
    ForeignReaction,
    ImportFailed,
    Membership,
    Person,
    Place,
    TopicChoice,
)
from chat.models import MAX_CHANNEL_DESCRIPTION, MAX_CHANNEL_NAME, MAX_TOPIC, NOTIFICATION_BOT_ID, Flag, Role
from chat.realm import REALM_SETTINGS
from chat.user_settings import USER_SETTINGS

_PERSONAL, _CHANNEL, _GROUP = 1, 2, 3
_FLAGS = {1: Flag.READ, 2: Flag.STARRED, 4: Flag.COLLAPSED, 8: Flag.MENTIONED, 16: Flag.STREAM_WILDCARD_MENTIONED,
          32: Flag.TOPIC_WILDCARD_MENTIONED, 64: Flag.MENTIONED, 512: Flag.HAS_ALERT_WORD, 1024: Flag.HISTORICAL}
"""What the bits of an archive's flags mean; the others mean nothing here."""
_ROLES = frozenset(Role)
_NOT_CARRIED = {
    "zerver_scheduledmessage": "scheduled messages", "zerver_draft": "drafts", "zerver_realmfilter": "linkifiers",
    "zerver_customprofilefield": "custom profile fields", "zerver_submessage": "polls and todo lists' answers",
    "zerver_realmplayground": "code playgrounds"}
_MAX_HISTORY = 100
_OF_AN_EDIT = (
    "timestamp", "user_id", "prev_content", "prev_rendered_content", "prev_topic", "topic", "prev_stream", "stream")


class ZulipExport:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.left_out: Counter[str] = Counter()
        self._realm = _read(folder / "realm.json")
        self._recipients: dict[int, tuple[int, int]] = {
            row["id"]: (row["type"], row["type_id"]) for row in self._rows("zerver_recipient")}
        self._groups = self._group_members()
        self._clients = {row["id"]: str(row["name"]) for row in self._rows("zerver_client")}
        self._system = {row["id"] for row in self._rows("zerver_userprofile_crossrealm")}
        self._reactions: dict[int, list[ForeignReaction]] = defaultdict(list)
        for row in self._rows("zerver_reaction"):
            self._reactions[row["message"]].append(ForeignReaction(
                self._user(row["user_profile"]), row["emoji_name"], str(row["emoji_code"]), row["reaction_type"]))
        self._files = sorted(folder.glob("messages-*.json"))
        for table, what in _NOT_CARRIED.items():
            if count := len(self._rows(table)):
                self.left_out[what] += count

    def count(self) -> int:
        return len(self._files)

    def everything(self) -> Everything:
        rows = self._rows("zerver_realm")
        if not rows:
            raise ImportFailed("The archive's realm.json has no organisation.")
        realm = rows[0]
        found = Everything(
            str(realm.get("name") or "Plait")[:40], str(realm.get("description") or "")[:1000],
            float(realm.get("date_created") or 0),
            settings={name: realm[name] for name, setting in REALM_SETTINGS.items()
                      if name in realm and _fits(setting, realm[name]) and name not in ("name", "description")})
        pictures = self._pictures()
        found.people = [
            self._person(row, pictures)
            for table in ("zerver_userprofile", "zerver_userprofile_mirrordummy") for row in self._rows(table)]
        found.places = [self._place(row) for row in self._rows("zerver_stream")]
        found.memberships = list(self._memberships())
        found.files, found.emoji = list(self._uploads()), list(self._emoji())
        found.alert_words = sorted({(row["user_profile"], str(row["word"])) for row in self._rows("zerver_alertword")})
        found.muted = [(row["user_profile"], row["muted_user"], float(row.get("date_muted") or 0))
                       for row in self._rows("zerver_muteduser")]
        found.topic_choices = [
            TopicChoice(row["user_profile"], row["stream"], row["topic_name"][:MAX_TOPIC], row["visibility_policy"],
                        float(row.get("last_updated") or 0))
            for row in self._rows("zerver_usertopic") if row.get("visibility_policy") in (1, 2, 3)]
        return found

    def batches(self) -> Iterator[tuple[str, list[ForeignMessage]]]:
        for path in self._files:
            page = _read(path)
            flags: dict[int, dict[int, int]] = defaultdict(dict)
            for row in page.get("zerver_usermessage", ()):
                flags[row["message"]][row["user_profile"]] = _flags(row.get("flags_mask", row.get("flags", 0)))
            rows = sorted(page.get("zerver_message", ()), key=lambda row: row["id"])
            yield path.name, [message for row in rows if (message := self._message(row, flags[row["id"]])) is not None]

    def _rows(self, table: str) -> list[dict[str, Any]]:
        rows = self._realm.get(table) or []
        if not isinstance(rows, list):
            raise ImportFailed(f"The archive's {table} is no list.")
        return rows

    def _user(self, user_id: int) -> int:
        return NOTIFICATION_BOT_ID if user_id in self._system else user_id

    def _group_members(self) -> dict[int, tuple[int, ...]]:
        """The people of each group conversation, by recipient."""
        members: dict[int, set[int]] = defaultdict(set)
        for row in self._rows("zerver_subscription"):
            if self._recipients.get(row["recipient"], (0, 0))[0] == _GROUP:
                members[row["recipient"]].add(row["user_profile"])
        return {recipient: tuple(sorted(people)) for recipient, people in members.items()}

    def _person(self, row: Mapping[str, Any], pictures: Mapping[int, Path]) -> Person:
        settings = {name: row[name] for name, setting in USER_SETTINGS.items()
                    if name in row and _fits(setting, row[name]) and row[name] != setting.default}
        role = row.get("role") if row.get("role") in _ROLES else Role.MEMBER
        return Person(
            row["id"], str(row.get("delivery_email") or row["email"]), str(row["full_name"]), int(role or Role.MEMBER),
            bool(row.get("is_active", True)) and not row.get("is_mirror_dummy"), float(row.get("date_joined") or 0),
            bool(row.get("is_bot")), row.get("bot_type") if row.get("is_bot") else None,
            row.get("bot_owner") if row.get("is_bot") else None, str(row.get("timezone") or ""), settings,
            pictures.get(row["id"]) if row.get("avatar_source", "U") == "U" else None)

    def _place(self, row: Mapping[str, Any]) -> Place:
        creator, policy = row.get("creator"), row.get("stream_post_policy")
        return Place(
            row["id"], str(row["name"])[:MAX_CHANNEL_NAME], str(row.get("description") or "")[:MAX_CHANNEL_DESCRIPTION],
            float(row.get("date_created") or 0), None if creator in self._system else creator,
            bool(row.get("invite_only")), bool(row.get("history_public_to_subscribers", not row.get("invite_only"))),
            policy if policy in (1, 2, 3, 4) else 1,
            bool(row.get("deactivated")))

    def _memberships(self) -> Iterator[Membership]:
        for row in self._rows("zerver_subscription"):
            kind, channel_id = self._recipients.get(row["recipient"], (0, 0))
            if kind == _CHANNEL:
                yield Membership(
                    row["user_profile"], channel_id, str(row.get("color") or ""), bool(row.get("is_muted")),
                    bool(row.get("pin_to_top")), bool(row.get("active", True)))

    def _pictures(self) -> dict[int, Path]:
        """Each person's own picture, in its original form."""
        found: dict[int, Path] = {}
        for row in _records(self._folder / "avatars"):
            path = self._inside("avatars", row.get("path"))
            if path is not None and (path.suffix == ".original" or row["user_profile_id"] not in found):
                found[row["user_profile_id"]] = path
        return found

    def _uploads(self) -> Iterator[ForeignFile]:
        paths = {row.get("s3_path") or row.get("path"): self._inside("uploads", row.get("path"))
                 for row in _records(self._folder / "uploads")}
        attachments = _read(self._folder / "attachment.json") if (self._folder / "attachment.json").exists() else {}
        for row in attachments.get("zerver_attachment", ()):
            path = paths.get(row["path_id"]) or self._inside("uploads", row["path_id"])
            if path is None:
                self.left_out["files that the archive does not have"] += 1
            else:
                yield ForeignFile("/user_uploads/" + row["path_id"], path, str(row["file_name"]),
                                  self._user(row["owner"]), float(row.get("create_time") or 0))

    def _emoji(self) -> Iterator[ForeignEmoji]:
        by_file = {Path(str(row.get("path") or "")).name: self._inside("emoji", row.get("path"))
                   for row in _records(self._folder / "emoji")}
        for row in self._rows("zerver_realmemoji"):
            name = str(row.get("file_name") or "")
            path = by_file.get(name + ".original") or by_file.get(name)
            if path is None:
                self.left_out["emoji without a picture"] += 1
            else:
                yield ForeignEmoji(row["id"], row["name"], path, row.get("author"), bool(row.get("deactivated")))

    def _inside(self, folder: str, name: Any) -> Path | None:
        """A file of the archive, if it is one and lies in it."""
        root = (self._folder / folder).resolve()
        path = (root / str(name or "")).resolve()
        return path if path.is_file() and path.is_relative_to(root) else None

    def _message(self, row: Mapping[str, Any], readers: Mapping[int, int]) -> ForeignMessage | None:
        kind, type_id = self._recipients.get(row["recipient"], (0, 0))
        sender = self._user(row["sender"])
        topic, channel_id = "", None
        user_ids: tuple[int, ...] = ()
        if kind == _CHANNEL:
            channel_id, topic = type_id, str(row.get("subject") or "")[:MAX_TOPIC] or "(no topic)"
        elif kind == _PERSONAL:
            user_ids = tuple(sorted({sender, self._user(type_id)}))
        elif kind == _GROUP:
            user_ids = tuple(sorted({*self._groups.get(row["recipient"], ()), sender}))
        else:
            self.left_out["messages to nobody that is known"] += 1
            return None
        return ForeignMessage(
            row["id"], sender, float(row["date_sent"]), str(row["content"]) or "(nothing)", channel_id, topic, user_ids,
            row.get("rendered_content") or None, self._clients.get(row.get("sending_client", 0), "import")[:30],
            row.get("last_edit_time"), _history(row.get("edit_history")), readers,
            tuple(self._reactions.pop(row["id"], ())))


def _flags(mask: int) -> int:
    found = 0
    for bit, flag in _FLAGS.items():
        if mask & bit:
            found |= flag
    return int(found)


def _history(text: Any) -> list[dict[str, Any]] | None:
    """Edits, newest first; None for what is no list of them."""
    try:
        edits = json.loads(text) if isinstance(text, str) else text
    except ValueError:
        return None
    if not isinstance(edits, list) or not edits:
        return None
    return [{name: edit[name] for name in _OF_AN_EDIT if name in edit} for edit in edits[:_MAX_HISTORY]
            if isinstance(edit, dict) and "timestamp" in edit] or None


def _fits(setting: Any, value: Any) -> bool:
    """Whether a value can be a setting's. Who has a permission is not carried: it speaks of groups."""
    if setting.setting.group is not None:
        return False
    try:
        msgspec.convert(value, setting.type)
    except msgspec.ValidationError:
        return False
    return True


def _records(folder: Path) -> list[dict[str, Any]]:
    path = folder / "records.json"
    found = _read(path) if path.exists() else []
    return found if isinstance(found, list) else []


def _read(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise ImportFailed(f"The archive has no {path.name}: it is no export of a Zulip organisation.") from error
    except orjson.JSONDecodeError as error:
        raise ImportFailed(f"The archive's {path.name} is not valid JSON.") from error
