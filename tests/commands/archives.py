"""Archives as other programs export them, made here from the formats' documentation: small organisations to move in."""

from __future__ import annotations

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

THREE_O_CLOCK = 1_700_000_000.0
PLAN = "2/ab/XyZ_9-q/plan.png"


def picture(color: str) -> bytes:
    """A PNG of one colour."""
    file = io.BytesIO()
    Image.new("RGB", (128, 96), color).save(file, "PNG")
    return file.getvalue()


def zulip_files(messages: int = 0) -> dict[str, bytes]:
    """An export of Zulip: four people and a bot, three channels, direct and group conversations, files, history; and
    some more messages, in pages of a thousand."""
    users = [
        {"id": 8, "email": "user8@zulip.example", "delivery_email": "iago@zulip.example", "full_name": "Iago",
         "role": 100, "is_active": True, "is_bot": False, "date_joined": 1_600_000_000.5, "timezone": "Europe/Venice",
         "avatar_source": "U", "twenty_four_hour_time": False, "enter_sends": "no boolean"},
        {"id": 9, "email": "cordelia@zulip.example", "full_name": "Cordelia", "role": 400, "is_active": True,
         "date_joined": 1_600_000_001},
        {"id": 10, "email": "hamlet@zulip.example", "full_name": "Hamlet", "role": 600, "is_active": True,
         "date_joined": 1_600_000_002},
        {"id": 12, "email": "gone@zulip.example", "full_name": "Gone", "role": 400, "is_active": False,
         "date_joined": 1_600_000_003},
        {"id": 15, "email": "helper-bot@zulip.example", "full_name": "Helper", "role": 400, "is_active": True,
         "is_bot": True, "bot_type": 1, "bot_owner": 8, "date_joined": 1_600_000_004}]
    streams = [
        {"id": 3, "name": "Verona", "description": "A city", "date_created": 1_600_000_000, "invite_only": False,
         "creator": 8, "stream_post_policy": 2},
        {"id": 4, "name": "secret", "description": "", "date_created": 1_600_000_000, "invite_only": True,
         "history_public_to_subscribers": True},
        {"id": 5, "name": "old", "description": "", "date_created": 1_600_000_000, "deactivated": True}]
    recipients = [{"id": 100 + one["id"], "type": 1, "type_id": one["id"]} for one in users]
    recipients += [{"id": 200 + one["id"], "type": 2, "type_id": one["id"]} for one in streams]
    recipients += [{"id": 301, "type": 3, "type_id": 1}, {"id": 401, "type": 1, "type_id": 1}]

    def subscribed(user: int, recipient: int, **more: Any) -> dict[str, Any]:
        return {"user_profile": user, "recipient": recipient, "active": True, "color": "#c2c2c2", **more}

    realm = {
        "zerver_realm": [{"name": "Shakespeare", "description": "Plays", "date_created": 1_500_000_000.0,
                          "allow_message_editing": False, "message_content_edit_limit_seconds": 1234, "org_type": -5}],
        "zerver_userprofile": users, "zerver_userprofile_crossrealm": [{"id": 1, "email": "welcome-bot@zulip.com"}],
        "zerver_stream": streams, "zerver_recipient": recipients, "zerver_client": [{"id": 1, "name": "website"}],
        "zerver_subscription": [
            subscribed(8, 203), subscribed(9, 203, is_muted=True, pin_to_top=True), subscribed(12, 203, active=False),
            subscribed(8, 204), subscribed(8, 301), subscribed(9, 301), subscribed(10, 301)],
        "zerver_reaction": [
            {"user_profile": 9, "message": 50, "emoji_name": "tada", "emoji_code": "1f389",
             "reaction_type": "unicode_emoji"},
            {"user_profile": 8, "message": 50, "emoji_name": "green", "emoji_code": "7",
             "reaction_type": "realm_emoji"}],
        "zerver_realmemoji": [{"id": 7, "name": "green", "file_name": "7.png", "author": 8, "deactivated": False},
                              {"id": 9, "name": "lost", "file_name": "9.png", "author": 8, "deactivated": False}],
        "zerver_alertword": [{"user_profile": 9, "word": "castle"}],
        "zerver_usertopic": [{"user_profile": 9, "stream": 3, "topic_name": "Plans", "visibility_policy": 3,
                              "last_updated": 1_650_000_000}],
        "zerver_muteduser": [{"user_profile": 9, "muted_user": 12, "date_muted": 1_650_000_000}],
        "zerver_draft": [{"id": 1}, {"id": 2}]}

    def message(number: int, sender: int, recipient: int, content: str, **more: Any) -> dict[str, Any]:
        return {"id": number, "sender": sender, "recipient": recipient, "subject": "", "content": content,
                "rendered_content": f"<p>{content}</p>", "date_sent": THREE_O_CLOCK + number, "sending_client": 1,
                **more}

    first = {
        "zerver_message": [
            message(52, 9, 108, "To Iago alone"),
            message(50, 8, 203, "**Hello** @**Cordelia**", subject="Plans",
                    rendered_content='<p><strong>Hello</strong> <span class="user-mention" data-user-id="9">@Cordelia'
                                     "</span></p><script>alert(1)</script>",
                    last_edit_time=THREE_O_CLOCK + 60,
                    edit_history=json.dumps([{"timestamp": THREE_O_CLOCK + 60, "user_id": 8, "prev_content": "Hallo",
                                              "prev_rendered_content": "<p>Hallo</p>"}])),
            message(51, 9, 203, "See [plan](/user_uploads/2/ab/XyZ_9-q/plan.png)", subject="Plans"),
            message(53, 10, 301, "For the three of us"), message(54, 1, 108, "Welcome"),
            message(55, 8, 204, "hidden", subject="deep"), message(56, 8, 999, "to nobody")],
        "zerver_usermessage": [
            {"user_profile": 8, "message": 50, "flags_mask": 1}, {"user_profile": 9, "message": 50, "flags_mask": 8},
            {"user_profile": 8, "message": 52, "flags_mask": 2}, {"user_profile": 9, "message": 52, "flags_mask": 1},
            {"user_profile": 8, "message": 53, "flags_mask": 1}, {"user_profile": 9, "message": 53, "flags_mask": 0},
            {"user_profile": 10, "message": 53, "flags_mask": 1 | 2048}]}
    files = {
        "realm.json": json.dumps(realm).encode(),
        "messages-000001.json": json.dumps(first).encode(),
        "attachment.json": json.dumps({"zerver_attachment": [
            {"id": 1, "file_name": "plan.png", "path_id": PLAN, "owner": 9, "create_time": 1_650_000_000},
            {"id": 2, "file_name": "lost.txt", "path_id": "2/ab/x/lost.txt", "owner": 9, "create_time": 1}]}).encode(),
        "uploads/records.json": json.dumps([{"path": PLAN, "s3_path": PLAN}]).encode(),
        "uploads/2/ab/XyZ_9-q/plan.png": picture("teal"),
        "avatars/records.json": json.dumps([{"path": "2/8.original", "user_profile_id": 8},
                                            {"path": "../realm.json", "user_profile_id": 9}]).encode(),
        "avatars/2/8.original": picture("orange"),
        "emoji/records.json": json.dumps([{"path": "2/7.png"}]).encode(), "emoji/2/7.png": picture("green")}
    for page in range((messages + 999) // 1000):
        numbers = range(1000 + page * 1000, 1000 + min(messages, page * 1000 + 1000))
        files[f"messages-{page + 2:06}.json"] = json.dumps({
            "zerver_message": [
                message(n, 8 + n % 2, 203, f"line {n} of the play", subject=f"act {n % 5}") for n in numbers],
            "zerver_usermessage": [{"user_profile": 8, "message": n, "flags_mask": 1} for n in numbers]}).encode()
    return files


def slack_files() -> dict[str, bytes]:
    """An export of Slack: people, a bot, a channel with threads over two days, a private one, a direct conversation."""
    def text(user: str, words: str, ts: float, **more: Any) -> dict[str, Any]:
        return {"type": "message", "user": user, "text": words, "ts": f"{ts:.6f}", **more}

    day, next_day = THREE_O_CLOCK, THREE_O_CLOCK + 86_400
    parent = f"{day:.6f}"
    return {name: json.dumps(value).encode() for name, value in {
        "users.json": [
            {"id": "U1", "name": "ada", "real_name": "Ada Lovelace", "is_owner": True, "is_admin": True,
             "tz": "Europe/London", "profile": {"email": "ada@weavers.example"}},
            {"id": "U2", "name": "grace", "profile": {"real_name": "Grace *Hopper*", "email": "grace@weavers.example"}},
            {"id": "U3", "name": "x", "deleted": True, "profile": {"real_name": "X"}},
            {"id": "U4", "name": "hook", "is_bot": True, "profile": {"real_name": "Hook", "bot_id": "B1"}}],
        "channels.json": [
            {"id": "C1", "name": "general", "created": 1_600_000_000, "creator": "U1", "members": ["U1", "U2", "U9"],
             "purpose": {"value": "For *all*"}},
            {"id": "C2", "name": "old", "created": 1_600_000_001, "is_archived": True, "members": []}],
        "groups.json": [{"id": "G1", "name": "private", "created": 1_600_000_002, "members": ["U1"]}],
        "dms.json": [{"id": "D1", "members": ["U1", "U2"]}],
        "general/2023-11-14.json": [
            text("U1", "Shall we *weave* &amp; dye? <@U2> <#C2|old> <https://loom.example|loom>", day, thread_ts=parent,
                 reactions=[{"name": "+1", "users": ["U2", "U9"]}, {"name": "partyparrot", "users": ["U2"]}]),
            text("U2", "has joined the channel", day + 1, subtype="channel_join"),
            text("U2", "Yes", day + 2, thread_ts=parent, edited={"ts": f"{day + 9:.6f}"}),
            text("U2", "Lunch?\n• soup\n• bread", day + 3),
            {"type": "message", "subtype": "bot_message", "bot_id": "B1", "text": "", "ts": f"{day + 4:.6f}",
             "attachments": [{"title": "Build", "title_link": "https://ci.example", "text": "_passed_"}]},
            {"type": "message", "subtype": "bot_message", "bot_id": "B9", "username": "Other", "text": "hi",
             "ts": f"{day + 5:.6f}"},
            text("U1", "dances", day + 6, subtype="me_message"), text("U9", "of nobody", day + 7)],
        "general/2023-11-15.json": [
            text("U1", "And today?", next_day, thread_ts=parent),
            text("U1", "", next_day + 1, files=[{"name": "plan.png", "permalink": "https://weavers.example/files/plan.png"}])],
        "private/2023-11-15.json": [text("U1", "quietly", next_day + 2)],
        "D1/2023-11-14.json": [text("U2", "Just us", day + 8)],
    }.items()}


def write_tar(path: Path, files: dict[str, bytes], root: str = "zulip-export-x/") -> Path:
    """The files as a compressed tar."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(root + name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def write_zip(path: Path, files: dict[str, bytes]) -> Path:
    """The files as a zip."""
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path
