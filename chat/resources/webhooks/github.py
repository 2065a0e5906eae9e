"""GitHub: pushes, issues, pull requests, reviews, releases, checks.

What it sends: docs.github.com/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from chat.resources.incoming.forge import Commit, gone, made, mark, pushed, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_header
from chat.resources.incoming.signatures import hmac_hex
from chat.resources.incoming.words import bold, code, cut, link, paragraphs, quote


def _repository(p: Payload) -> str:
    return p.text("repository.name")


def _sender(p: Payload) -> str:
    return bold(p.text("sender.login"))


def push(p: Payload) -> Notice:
    """Commits on a branch, a branch or tag made or removed."""
    kind, _, name = p.text("ref").removeprefix("refs/").partition("/")
    what, topic = ("tag" if kind == "tags" else "branch"), f"{_repository(p)} / {name}"
    if p.has("deleted"):
        return Notice(topic, gone(_sender(p), what, name))
    commits = [Commit(one.text("id"), one.text("url"), one.text("message")) for one in p.each("commits")]
    if p.has("created") and not commits:
        return Notice(topic, made(_sender(p), what, name, p.text("compare")))
    return Notice(topic, pushed(_sender(p), name, commits, p.text("compare"), forced=p.has("forced")))


def _item(p: Payload, part: str, noun: str) -> tuple[str, str]:
    """(topic, link) of an issue or a pull request."""
    number, title = p.text(f"{part}.number"), p.text(f"{part}.title")
    return (f"{_repository(p)} / {noun} #{number} {title}",
            link(f"{noun} #{number}", p.text(f"{part}.html_url")))


_ISSUE = {"opened": "opened", "closed": "closed", "reopened": "reopened", "deleted": "deleted",
          "transferred": "transferred", "locked": "locked", "unlocked": "unlocked", "pinned": "pinned",
          "unpinned": "unpinned", "edited": "edited"}


def issues(p: Payload) -> Notice | None:
    topic, linked = _item(p, "issue", "issue")
    action, title = p.text("action"), p.text("issue.title")
    if action in ("assigned", "unassigned"):
        verb = "assigned {} to" if action == "assigned" else "took {} off"
        return Notice(topic, f"{_sender(p)} {verb.format(bold(p.text('assignee.login')))} {linked} {cut(title)}.")
    if action in ("labeled", "unlabeled"):
        verb = "labelled" if action == "labeled" else "took the label off"
        return Notice(topic, f"{_sender(p)} {verb} {linked} {code(p.text('label.name'))}.")
    if action not in _ISSUE:
        return None
    body = quote(p.text("issue.body", "")) if action in ("opened", "edited") else ""
    return Notice(topic, paragraphs(f"{_sender(p)} {_ISSUE[action]} {linked} {cut(title)}.", body))


def issue_comment(p: Payload) -> Notice | None:
    noun = "pull request" if p.has("issue.pull_request") else "issue"
    topic, linked = _item(p, "issue", noun)
    verbs = {"created": "commented on", "edited": "edited a comment on", "deleted": "deleted a comment on"}
    action = p.text("action")
    if action not in verbs:
        return None
    comment = link(verbs[action], p.text("comment.html_url"))
    body = "" if action == "deleted" else quote(p.text("comment.body", ""))
    return Notice(topic, paragraphs(f"{_sender(p)} {comment} {linked}.", body))


def pull_request(p: Payload) -> Notice | None:
    topic, linked = _item(p, "pull_request", "pull request")
    action, title = p.text("action"), cut(p.text("pull_request.title"))
    if action == "closed":
        verb = "merged" if p.has("pull_request.merged") else "closed without merging"
        return Notice(topic, f"{_sender(p)} {verb} {linked} {title}.")
    if action == "opened":
        branches = f"{code(p.text('pull_request.head.ref'))} into {code(p.text('pull_request.base.ref'))}"
        draft = "a draft of " if p.has("pull_request.draft") else ""
        return Notice(topic, paragraphs(f"{_sender(p)} opened {draft}{linked} {title}, from {branches}.",
                                        quote(p.text("pull_request.body", ""))))
    if action in ("assigned", "unassigned", "review_requested", "review_request_removed"):
        person = p.find("assignee.login") or p.find("requested_reviewer.login") or p.find("requested_team.name")
        verb = {"assigned": "assigned {} to", "unassigned": "took {} off", "review_requested": "asked {} to review",
                "review_request_removed": "no longer asks {} to review"}[action]
        return Notice(topic, f"{_sender(p)} {verb.format(bold(person.plain) if person else 'somebody')} {linked}.")
    verbs = {"reopened": "reopened", "edited": "edited", "synchronize": "updated",
             "ready_for_review": "marked as ready for review", "converted_to_draft": "turned into a draft"}
    return Notice(topic, f"{_sender(p)} {verbs[action]} {linked} {title}.") if action in verbs else None


def pull_request_review(p: Payload) -> Notice | None:
    topic, linked = _item(p, "pull_request", "pull request")
    if p.text("action") != "submitted":
        return None
    verb = {"approved": "approved", "changes_requested": "asked for changes to", "commented": "reviewed"}.get(
        p.text("review.state").lower(), "reviewed")
    return Notice(topic, paragraphs(f"{_sender(p)} {link(verb, p.text('review.html_url'))} {linked}.",
                                    quote(p.text("review.body", ""))))


def pull_request_review_comment(p: Payload) -> Notice | None:
    topic, linked = _item(p, "pull_request", "pull request")
    if p.text("action") != "created":
        return None
    place = code(p.text("comment.path"))
    comment = link("commented on", p.text("comment.html_url"))
    return Notice(topic, paragraphs(f"{_sender(p)} {comment} {place} in {linked}.", quote(p.text("comment.body", ""))))


def commit_comment(p: Payload) -> Notice:
    commit = link(short(p.text("comment.commit_id")), p.text("comment.html_url"))
    return Notice(_repository(p), paragraphs(f"{_sender(p)} commented on {commit}.", quote(p.text("comment.body", ""))))


def release(p: Payload) -> Notice | None:
    if p.text("action") not in ("published", "deleted"):
        return None
    name = p.text("release.name", "") or p.text("release.tag_name")
    verb = "published" if p.text("action") == "published" else "deleted"
    body = quote(p.text("release.body", "")) if verb == "published" else ""
    return Notice(f"{_repository(p)} / releases", paragraphs(
        f"{_sender(p)} {verb} the release {link(name, p.text('release.html_url'))}.", body))


def create(p: Payload) -> Notice:
    return Notice(f"{_repository(p)} / {p.text('ref')}",
                  made(_sender(p), p.text("ref_type"), p.text("ref")))


def delete(p: Payload) -> Notice:
    return Notice(f"{_repository(p)} / {p.text('ref')}",
                  gone(_sender(p), p.text("ref_type"), p.text("ref")))


def fork(p: Payload) -> Notice:
    return Notice(_repository(p), f"{_sender(p)} forked the repository as "
                                  f"{link(p.text('forkee.full_name'), p.text('forkee.html_url'))}.")


def star(p: Payload) -> Notice:
    verb = "starred" if p.text("action") == "created" else "no longer stars"
    return Notice(_repository(p), f"{_sender(p)} {verb} "
                                  f"{link(p.text('repository.full_name'), p.text('repository.html_url'))}.")


def workflow_run(p: Payload) -> Notice | None:
    if p.text("action") != "completed":
        return None
    run = link(p.text("workflow_run.name"), p.text("workflow_run.html_url"))
    branch = p.text("workflow_run.head_branch", "")
    return Notice(f"{_repository(p)} / {branch or 'workflows'}",
                  f"{mark(p.text('workflow_run.conclusion', ''))} {run} "
                  f"ended with {code(p.text('workflow_run.conclusion', 'nothing'))} on {code(branch)}.")


def check_run(p: Payload) -> Notice | None:
    if p.text("check_run.status") != "completed":
        return None
    run = link(p.text("check_run.name"), p.text("check_run.html_url"))
    commit = code(short(p.text("check_run.head_sha")))
    return Notice(f"{_repository(p)} / checks",
                  f"{mark(p.text('check_run.conclusion', ''))} {run} "
                  f"ended with {code(p.text('check_run.conclusion', 'nothing'))} on {commit}.")


def status(p: Payload) -> Notice:
    commit = link(short(p.text("sha")), p.text("commit.html_url"))
    outcome = mark(p.text("state"))
    return Notice(f"{_repository(p)} / checks", f"{outcome} {bold(p.text('context'))}: {commit} is {p.text('state')}. "
                                                f"{cut(p.text('description', ''))}".rstrip())


def discussion(p: Payload) -> Notice | None:
    if p.text("action") not in ("created", "answered", "closed"):
        return None
    verb = {"created": "started", "answered": "answered", "closed": "closed"}[p.text("action")]
    number, title = p.text("discussion.number"), p.text("discussion.title")
    body = quote(p.text("discussion.body", "")) if verb == "started" else ""
    linked = link(f"discussion #{number}", p.text("discussion.html_url"))
    return Notice(f"{_repository(p)} / discussion #{number} {title}",
                  paragraphs(f"{_sender(p)} {verb} {linked} {cut(title)}.", body))


def member(p: Payload) -> Notice:
    person = bold(p.text("member.login"))
    return Notice(_repository(p), f"{_sender(p)} {cut(p.text('action'))} {person} as a collaborator.")


def deployment_status(p: Payload) -> Notice:
    state, environment = p.text("deployment_status.state"), p.text("deployment.environment")
    return Notice(f"{_repository(p)} / deployments",
                  f"{mark(state)} The deployment to {bold(environment)} is {code(state)}.")


SERVICE = Service(
    "github", "GitHub", by_header("X-GitHub-Event"),
    {tell.__name__: tell for tell in (
        push, issues, issue_comment, pull_request, pull_request_review, pull_request_review_comment, commit_comment,
        release, create, delete, fork, star, workflow_run, check_run, status, discussion, member,
        deployment_status)},
    silent=frozenset({"ping"}),
    signature=hmac_hex("X-Hub-Signature-256", "sha256="),
    once=lambda delivery: delivery.header("X-GitHub-Delivery"))
