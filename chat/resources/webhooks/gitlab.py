"""GitLab: pushes, issues, merge requests, comments, pipelines, releases.

What it sends: docs.gitlab.com/user/project/integrations/webhook_events
"""

from __future__ import annotations

from chat.resources.incoming.forge import Commit, gone, is_nothing, made, mark, pushed, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_header
from chat.resources.incoming.signatures import shown
from chat.resources.incoming.words import bold, code, cut, link, paragraphs, quote


def _project(p: Payload) -> str:
    return p.text("project.name") if p.find("project.name") else p.text("repository.name")


def _who(p: Payload) -> str:
    return bold(p.text("user.name") if p.find("user.name") else p.text("user_name"))


def push(p: Payload) -> Notice:
    branch = p.text("ref").removeprefix("refs/heads/")
    topic, url = f"{_project(p)} / {branch}", p.text("project.web_url")
    if is_nothing(p.text("after")):
        return Notice(topic, gone(_who(p), "branch", branch))
    commits = [Commit(one.text("id"), one.text("url"), one.text("message")) for one in p.each("commits")]
    if is_nothing(p.text("before")):
        return Notice(topic, made(_who(p), "branch", branch, f"{url}/-/tree/{branch}"))
    compare = f"{url}/-/compare/{p.text('before')}...{p.text('after')}"
    return Notice(topic, pushed(_who(p), branch, commits, compare, count=int(p.number("total_commits_count", 0))))


def tag_push(p: Payload) -> Notice:
    tag = p.text("ref").removeprefix("refs/tags/")
    if is_nothing(p.text("after")):
        return Notice(f"{_project(p)} / {tag}", gone(_who(p), "tag", tag))
    return Notice(f"{_project(p)} / {tag}", made(_who(p), "tag", tag, f"{p.text('project.web_url')}/-/tags/{tag}"))


_VERBS = {"open": "opened", "close": "closed", "reopen": "reopened", "update": "updated", "merge": "merged",
          "approved": "approved", "unapproved": "took back the approval of", "approval": "approved",
          "unapproval": "took back the approval of"}


def _item(p: Payload, noun: str, sign: str) -> Notice | None:
    about = p["object_attributes"]
    action, title = about.text("action", "update"), about.text("title")
    if action not in _VERBS or (action == "update" and not _is_worth_telling(p)):
        return None
    linked = link(f"{noun} {sign}{about.text('iid')}", about.text("url"))
    branches = ""
    if action == "open" and about.find("source_branch"):
        branches = f", from {code(about.text('source_branch'))} into {code(about.text('target_branch'))}"
    body = quote(about.text("description", "")) if action == "open" else ""
    people = ", ".join(bold(one.text("name")) for one in p.each("assignees"))
    assigned = f" Assigned to {people}." if people and action in ("open", "update") else ""
    return Notice(f"{_project(p)} / {noun} {sign}{about.text('iid')} {title}",
                  paragraphs(f"{_who(p)} {_VERBS[action]} {linked} {cut(title)}{branches}.{assigned}", body))


def _is_worth_telling(p: Payload) -> bool:
    changes = p.find("changes")
    return changes is not None and any(changes.find(part) for part in ("title", "description", "assignees", "draft"))


def issue(p: Payload) -> Notice | None:
    return _item(p, "issue", "#")


def merge_request(p: Payload) -> Notice | None:
    return _item(p, "merge request", "!")


def note(p: Payload) -> Notice | None:
    """A comment, on one of four things."""
    comment = link("commented on", p.text("object_attributes.url"))
    body = quote(p.text("object_attributes.note"))
    for part, noun, sign in (("issue", "issue", "#"), ("merge_request", "merge request", "!"),
                             ("snippet", "snippet", "$")):
        about = p.find(part)
        if about is not None:
            number, title = about.text("iid", about.text("id", "")), about.text("title")
            return Notice(f"{_project(p)} / {noun} {sign}{number} {title}",
                          paragraphs(f"{_who(p)} {comment} {noun} {sign}{number} {cut(title)}.", body))
    sha = short(p.text("commit.id"))
    return Notice(_project(p), paragraphs(f"{_who(p)} {comment} {link(sha, p.text('commit.url'))}.", body))


def pipeline(p: Payload) -> Notice | None:
    about = p["object_attributes"]
    status = about.text("status")
    if status not in ("success", "failed", "canceled", "skipped"):
        return None
    url = about.text("url", "") or f"{p.text('project.web_url')}/-/pipelines/{about.text('id')}"
    failed = [code(build.text("name")) for build in p.each("builds") if build.text("status", "") == "failed"]
    more = f" Failed: {', '.join(failed[:10])}." if failed else ""
    linked = link(f"Pipeline {about.text('id')}", url)
    return Notice(f"{_project(p)} / {about.text('ref')}",
                  f"{mark(status)} {linked} on {code(about.text('ref'))} ended with {code(status)}.{more}")


def job(p: Payload) -> Notice | None:
    status = p.text("build_status")
    if status not in ("success", "failed", "canceled"):
        return None
    linked = link(p.text("build_name"), f"{p.text('repository.homepage')}/-/jobs/{p.text('build_id')}")
    return Notice(f"{p.text('repository.name')} / {p.text('ref')}",
                  f"{mark(status)} The job {linked} ({p.text('build_stage')}) ended with {code(status)}.")


def release(p: Payload) -> Notice | None:
    verb = {"create": "published", "update": "updated", "delete": "deleted"}.get(p.text("action"))
    if verb is None:
        return None
    body = quote(p.text("description", "")) if verb == "published" else ""
    return Notice(f"{_project(p)} / releases",
                  paragraphs(f"The release {link(p.text('name'), p.text('url'))} was {verb}.", body))


def wiki_page(p: Payload) -> Notice | None:
    about = p["object_attributes"]
    verb = {"create": "wrote", "update": "changed", "delete": "deleted"}.get(about.text("action"))
    linked = link(about.text("title"), about.text("url"))
    return None if verb is None else Notice(f"{_project(p)} / wiki", f"{_who(p)} {verb} the page {linked}.")


def deployment(p: Payload) -> Notice:
    status, place = p.text("status"), bold(p.text("environment"))
    linked = link(f"deployment to {p.text('environment')}", p.text("deployable_url", ""))
    return Notice(f"{_project(p)} / deployments", f"{mark(status)} The {linked or place} is {code(status)}.")


SERVICE = Service(
    "gitlab", "GitLab", by_header("X-Gitlab-Event"),
    {"Push Hook": push, "Tag Push Hook": tag_push, "Issue Hook": issue, "Merge Request Hook": merge_request,
     "Note Hook": note, "Pipeline Hook": pipeline, "Job Hook": job, "Release Hook": release,
     "Wiki Page Hook": wiki_page, "Deployment Hook": deployment, "Confidential Issue Hook": issue,
     "Confidential Note Hook": note},
    signature=shown("X-Gitlab-Token"),
    once=lambda delivery: delivery.header("X-Gitlab-Event-UUID") and (
        f"{delivery.header('X-Gitlab-Event-UUID')} {delivery.header('X-Gitlab-Webhook-UUID')}"))
