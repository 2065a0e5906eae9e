"""Travis CI: builds of branches and pull requests.

What it sends: docs.travis-ci.com/user/notifications/#configuring-webhook-notifications
"""

from __future__ import annotations

from chat.resources.incoming.forge import mark, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Delivery, Notice, Service
from chat.resources.incoming.signatures import rsa_of_payload
from chat.resources.incoming.words import bold, code, cut, link, paragraphs


def event(delivery: Delivery) -> str:
    """How the build ended, or that it only started."""
    return delivery.payload.text("state", "") or delivery.payload.text("status_message")


def build(p: Payload) -> Notice:
    status = p.text("status_message", "") or p.text("state")
    linked = link(f"Build {p.text('number')}", p.text("build_url"))
    changes = link(short(p.text("commit")), p.text("compare_url", ""))
    pull_request = p.text("pull_request_number", "")
    where = f"pull request #{pull_request}" if pull_request else code(p.text("branch"))
    return Notice(f"{p.text('repository.name')} / {p.text('branch')}", paragraphs(
        f"{mark(status)} {linked} of {where}: {code(status.lower())}.",
        f"{changes} {cut(p.text('message', ''))} ({bold(p.text('author_name', 'somebody'))})"))


SERVICE = Service(
    "travis", "Travis CI", event,
    dict.fromkeys(("passed", "failed", "errored", "canceled", "started"), build),
    signature=rsa_of_payload("Signature"),
    once=lambda delivery: f"{delivery.payload.text('id')} {delivery.payload.text('state')}"
    if delivery.payload.find("id") and delivery.payload.find("state") else None)
