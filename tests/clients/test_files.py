"""Files and emoji as the package `zulip` from PyPI sends them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import requests
import zulip
from PIL import Image

from tests.clients.visitors import ADA, DEADLINE_S, Program
from tests.support.server import RunningServer


@pytest.fixture
def client(demo_server: RunningServer) -> zulip.Client:
    return zulip.Client(email=ADA, api_key=Program(demo_server, ADA).key, site=demo_server.url, retry_on_errors=False)


class FileTests:
    def test_the_life_of_a_file(self, client: zulip.Client, demo_server: RunningServer, tmp_path: Path) -> None:
        """Uploaded, sent, listed, fetched by a link for a minute, deleted."""
        path = tmp_path / "Grüße an alle.txt"
        path.write_text("hello")
        with path.open("rb") as file:
            uploaded = client.upload_file(file)
        assert uploaded["result"] == "success", uploaded
        sent = client.send_message({"type": "stream", "to": "general", "topic": "files",
                                    "content": f"Read [this]({uploaded['uri']})."})
        (listed,) = [one for one in client.get_attachments()["attachments"]
                     if "/user_uploads/" + one["path_id"] == uploaded["url"]]
        assert listed["name"] == "Grüße an alle.txt"
        assert [message["id"] for message in listed["messages"]] == [sent["id"]]
        link = client.call_endpoint(url=uploaded["url"].removeprefix("/"), method="GET")
        assert requests.get(demo_server.url + link["url"], timeout=DEADLINE_S).text == "hello"
        assert client.call_endpoint(url=f"attachments/{listed['id']}", method="DELETE")["result"] == "success"
        assert client.call_endpoint(url=uploaded["url"].removeprefix("/"), method="GET")["code"] == "BAD_REQUEST"

    def test_the_life_of_an_emoji(self, client: zulip.Client, tmp_path: Path) -> None:
        """Uploaded, listed, reacted with, deactivated."""
        picture = io.BytesIO()
        Image.new("RGB", (20, 20), "red").save(picture, "PNG")
        path = tmp_path / "tick.png"
        path.write_bytes(picture.getvalue())
        with path.open("rb") as file:
            assert client.upload_custom_emoji("own_tick", file)["result"] == "success"
        (emoji,) = [one for one in client.get_realm_emoji()["emoji"].values() if one["name"] == "own_tick"]
        assert not emoji["deactivated"]
        sent = client.send_message({"type": "stream", "to": "general", "topic": "files", "content": ":own_tick:"})
        reacted = client.add_reaction({"message_id": sent["id"], "emoji_name": "own_tick"})
        assert reacted["result"] == "success", reacted
        assert client.delete_custom_emoji("own_tick")["result"] == "success"
        assert client.delete_custom_emoji("own_tick")["result"] == "error"
