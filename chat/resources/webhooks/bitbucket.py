"""Bitbucket Cloud: pushes, pull requests, issues, comments, build statuses.

What it sends: support.atlassian.com/bitbucket-cloud/docs/event-payloads
"""

from __future__ import annotations

from chat.resources.incoming.forge import Commit, gone, made, mark, pushed, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_header
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, link, paragraphs, quote


def _repository(p: Payload) -> str:
    return p.text("repository.name")


def _actor(p: Payload) -> str:
    return bold(p.text("actor.display_name", "") or p.text("actor.nickname", "somebody"))


def push(p: Payload) -> Notice:
    """Several branches may change in one push; each is told."""
    told, topic = [], _repository(p)
    for change in p.each("push.changes"):
        branch = change.find("new") or change["old"]
        kind, name = branch.text("type", "branch").replace("annotated_", ""), branch.text("name")
        topic = f"{_repository(p)} / {name}"
        if change.find("new") is None:
            told.append(gone(_actor(p), kind, name))
        elif change.find("old") is None and not change.each("commits"):
            told.append(made(_actor(p), kind, name, branch.text("links.html.href", "")))
        else:
            commits = [Commit(one.text("hash"), one.text("links.html.href"), one.text("message"))
                       for one in change.each("commits")]
            told.append(pushed(_actor(p), name, commits, change.text("links.html.href", ""),
                               count=len(commits) + change.has("truncated"), forced=change.has("forced")))
    return Notice(topic if len(told) == 1 else _repository(p), paragraphs(*told) or f"{_actor(p)} pushed nothing.")


def _pull_request(p: Payload) -> tuple[str, str]:
    number, title = p.text("pullrequest.id"), p.text("pullrequest.title")
    return (f"{_repository(p)} / pull request #{number} {title}",
            f"{link(f'pull request #{number}', p.text('pullrequest.links.html.href'))} {cut(title)}")


def pull_request_created(p: Payload) -> Notice:
    topic, linked = _pull_request(p)
    source = code(p.text("pullrequest.source.branch.name"))
    target = code(p.text("pullrequest.destination.branch.name"))
    return Notice(topic, paragraphs(f"{_actor(p)} opened {linked}, from {source} into {target}.",
                                    quote(p.text("pullrequest.description", ""))))


def _did(verb: str, p: Payload) -> Notice:
    topic, linked = _pull_request(p)
    reason = quote(p.text("pullrequest.reason", "")) if verb == "declined" else ""
    return Notice(topic, paragraphs(f"{_actor(p)} {verb} {linked}.", reason))


def _commented(verb: str, p: Payload) -> Notice:
    topic, linked = _pull_request(p)
    body = "" if verb.startswith("deleted") else quote(p.text("comment.content.raw", ""))
    return Notice(topic, paragraphs(f"{_actor(p)} {link(verb, p.text('comment.links.html.href'))} {linked}.", body))


def _issue(verb: str, p: Payload) -> Notice:
    number, title = p.text("issue.id"), p.text("issue.title")
    linked = link(f"issue #{number}", p.text("issue.links.html.href"))
    text = p.text("comment.content.raw", "") if p.find("comment") else p.text("issue.content.raw", "")
    return Notice(f"{_repository(p)} / issue #{number} {title}",
                  paragraphs(f"{_actor(p)} {verb} {linked} {cut(title)}.", quote(text)))


def commit_comment(p: Payload) -> Notice:
    sha = short(p.text("commit.hash"))
    comment = link("commented on", p.text("comment.links.html.href"))
    return Notice(_repository(p), paragraphs(f"{_actor(p)} {comment} {code(sha)}.",
                                             quote(p.text("comment.content.raw", ""))))


def build_status(p: Payload) -> Notice:
    about = p["commit_status"]
    state = {"SUCCESSFUL": "success", "FAILED": "failed", "INPROGRESS": "in progress", "STOPPED": "stopped"}.get(
        about.text("state"), about.text("state"))
    return Notice(f"{_repository(p)} / {about.text('refname', '') or 'builds'}",
                  f"{mark(state)} {link(about.text('name'), about.text('url'))} is {code(state)}.")


def fork(p: Payload) -> Notice:
    copy = link(p.text("fork.full_name"), p.text("fork.links.html.href"))
    return Notice(_repository(p), f"{_actor(p)} forked the repository as {copy}.")


SERVICE = Service(
    "bitbucket", "Bitbucket", by_header("X-Event-Key"),
    {"repo:push": push, "repo:fork": fork, "repo:commit_comment_created": commit_comment,
     "repo:commit_status_created": build_status, "repo:commit_status_updated": build_status,
     "pullrequest:created": pull_request_created,
     "pullrequest:updated": lambda p: _did("updated", p),
     "pullrequest:approved": lambda p: _did("approved", p),
     "pullrequest:unapproved": lambda p: _did("took back the approval of", p),
     "pullrequest:changes_request_created": lambda p: _did("asked for changes to", p),
     "pullrequest:fulfilled": lambda p: _did("merged", p),
     "pullrequest:rejected": lambda p: _did("declined", p),
     "pullrequest:comment_created": lambda p: _commented("commented on", p),
     "pullrequest:comment_updated": lambda p: _commented("edited a comment on", p),
     "pullrequest:comment_deleted": lambda p: _commented("deleted a comment on", p),
     "issue:created": lambda p: _issue("opened", p),
     "issue:updated": lambda p: _issue("updated", p),
     "issue:comment_created": lambda p: _issue("commented on", p)},
    silent=frozenset({"diagnostics:ping"}),
    signature=hmac_hex("X-Hub-Signature", "sha256="),
    once=lambda delivery: delivery.header("X-Request-UUID"))
