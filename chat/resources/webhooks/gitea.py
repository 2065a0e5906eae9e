"""Gitea (and Forgejo, which sends the same): pushes, issues, pull requests, comments, releases.

What it sends: docs.gitea.com/usage/webhooks
"""

from __future__ import annotations

from chat.resources.incoming.forge import Commit, gone, made, pushed
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_header
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, link, paragraphs, quote


def _repository(p: Payload) -> str:
    return p.text("repository.name")


def _sender(p: Payload) -> str:
    return bold(p.text("sender.full_name", "") or p.text("sender.login"))


def push(p: Payload) -> Notice:
    name = p.text("ref").removeprefix("refs/heads/").removeprefix("refs/tags/")
    commits = [Commit(one.text("id"), one.text("url"), one.text("message")) for one in p.each("commits")]
    return Notice(f"{_repository(p)} / {name}", pushed(
        _sender(p), name, commits, p.text("compare_url", ""), count=int(p.number("total_commits", 0))))


def create(p: Payload) -> Notice:
    return Notice(f"{_repository(p)} / {p.text('ref')}", made(_sender(p), p.text("ref_type"), p.text("ref")))


def delete(p: Payload) -> Notice:
    return Notice(f"{_repository(p)} / {p.text('ref')}", gone(_sender(p), p.text("ref_type"), p.text("ref")))


def _about(p: Payload, part: str, noun: str) -> tuple[str, str]:
    number, title = p.text(f"{part}.number"), p.text(f"{part}.title")
    return (f"{_repository(p)} / {noun} #{number} {title}",
            f"{link(f'{noun} #{number}', p.text(f'{part}.html_url'))} {cut(title)}")


_VERBS = {"opened": "opened", "closed": "closed", "reopened": "reopened", "edited": "edited",
          "synchronized": "updated", "assigned": "assigned", "unassigned": "unassigned"}


def issues(p: Payload) -> Notice | None:
    topic, linked = _about(p, "issue", "issue")
    action = p.text("action")
    if action not in _VERBS:
        return None
    body = quote(p.text("issue.body", "")) if action == "opened" else ""
    to = f" to {bold(p.text('issue.assignee.login'))}" if action == "assigned" and p.find("issue.assignee") else ""
    return Notice(topic, paragraphs(f"{_sender(p)} {_VERBS[action]} {linked}{to}.", body))


def pull_request(p: Payload) -> Notice | None:
    topic, linked = _about(p, "pull_request", "pull request")
    action = p.text("action")
    if action not in _VERBS:
        return None
    verb = "merged" if action == "closed" and p.has("pull_request.merged") else _VERBS[action]
    branches, body = "", ""
    if action == "opened":
        branches = f", from {code(p.text('pull_request.head.ref'))} into {code(p.text('pull_request.base.ref'))}"
        body = quote(p.text("pull_request.body", ""))
    return Notice(topic, paragraphs(f"{_sender(p)} {verb} {linked}{branches}.", body))


def issue_comment(p: Payload) -> Notice | None:
    noun = "pull request" if p.has("is_pull") else "issue"
    topic, linked = _about(p, "issue", noun)
    verb = {"created": "commented on", "edited": "edited a comment on", "deleted": "deleted a comment on"}.get(
        p.text("action"))
    if verb is None:
        return None
    body = "" if p.text("action") == "deleted" else quote(p.text("comment.body", ""))
    return Notice(topic, paragraphs(f"{_sender(p)} {link(verb, p.text('comment.html_url'))} {linked}.", body))


def _review(verb: str, p: Payload) -> Notice:
    topic, linked = _about(p, "pull_request", "pull request")
    return Notice(topic, paragraphs(f"{_sender(p)} {verb} {linked}.", quote(p.text("review.content", ""))))


def release(p: Payload) -> Notice | None:
    verb = {"published": "published", "updated": "updated", "deleted": "deleted"}.get(p.text("action"))
    if verb is None:
        return None
    name = p.text("release.name", "") or p.text("release.tag_name")
    body = quote(p.text("release.body", "")) if verb == "published" else ""
    linked = link(name, p.text("release.html_url", ""))
    return Notice(f"{_repository(p)} / releases", paragraphs(f"{_sender(p)} {verb} the release {linked}.", body))


def fork(p: Payload) -> Notice:
    copy = link(p.text("repository.full_name"), p.text("repository.html_url"))
    return Notice(p.text("forkee.name"), f"{_sender(p)} forked the repository as {copy}.")


SERVICE = Service(
    "gitea", "Gitea", by_header("X-Gitea-Event"),
    {"push": push, "create": create, "delete": delete, "issues": issues, "pull_request": pull_request,
     "issue_comment": issue_comment, "release": release, "fork": fork,
     "pull_request_approved": lambda p: _review("approved", p),
     "pull_request_rejected": lambda p: _review("asked for changes to", p),
     "pull_request_comment": lambda p: _review("reviewed", p)},
    signature=hmac_hex("X-Gitea-Signature"),
    once=lambda delivery: delivery.header("X-Gitea-Delivery"))
