"""Netlify: deploys, and forms that visitors of a site filled in.

What it sends: docs.netlify.com/site-deploys/notifications
"""

from __future__ import annotations

from collections.abc import Callable

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Delivery, Notice, Service
from chat.resources.incoming.signatures import jwt_of_body
from chat.resources.incoming.words import cut, facts, link, paragraphs

_HEADER = "X-Netlify-Event"


def event(delivery: Delivery) -> str:
    """By the header; where a proxy lost it, by the deploy's state."""
    given = delivery.header(_HEADER)
    if given:
        return given[:100]
    return "submission_created" if delivery.payload.find("form_name") else f"deploy_{delivery.payload.text('state')}"


def _deploy(mark: str, verb: str) -> Callable[[Payload], Notice]:
    def tell(p: Payload) -> Notice:
        name, branch = p.text("name"), p.text("branch", "")
        admin = p.text("admin_url", "")
        deploy = link("The deploy", f"{admin}/deploys/{p.text('id')}" if admin else "")
        site = link(name, p.text("deploy_ssl_url", "") or p.text("ssl_url", "") or p.text("url", ""))
        commit = link(p.text("commit_ref", "")[:7] or "commit", p.text("commit_url")) if p.find("commit_url") else ""
        return Notice(f"{name} / {branch}" if branch else name, paragraphs(
            f"{mark} {deploy} of {site} {verb}.", f"{commit} {cut(p.text('title', ''))}".strip(),
            cut(p.text("error_message", ""), 500)))

    return tell


def submission(p: Payload) -> Notice:
    data = p.find("data")
    answers = data.value if data is not None and isinstance(data.value, dict) else {}
    shown = facts((name, p.text(f"data.{name}")) for name, value in list(answers.items())[:20]
                  if "." not in name and isinstance(value, str | int | float))
    return Notice(f"{p.text('site_name', 'Netlify')} / {p.text('form_name')}",
                  paragraphs(f"Somebody filled in the form **{cut(p.text('form_name'))}**.", shown))


SERVICE = Service("netlify", "Netlify", event, {
    "deploy_building": _deploy(":hourglass:", "started"), "deploy_created": _deploy(":check:", "is live"),
    "deploy_failed": _deploy(":cross_mark:", "failed"), "deploy_locked": _deploy(":lock:", "was locked"),
    "deploy_unlocked": _deploy(":unlock:", "was unlocked"), "deploy_deleted": _deploy(":prohibited:", "was deleted"),
    "submission_created": submission,
}, signature=jwt_of_body("X-Webhook-Signature"))
