"""CircleCI: workflows and jobs that are completed.

What it sends: circleci.com/docs/webhooks
"""

from __future__ import annotations

from chat.resources.incoming.forge import mark, short
from chat.resources.incoming.payload import Payload
from chat.resources.incoming.service import Notice, Service, by_key
from chat.resources.incoming.signatures import hmac_of_several
from chat.resources.incoming.words import bold, code, cut, link, paragraphs


def _topic(p: Payload) -> str:
    name = p.text("pipeline.vcs.branch", "") or p.text("pipeline.vcs.tag", "")
    return f"{p.text('project.name')} / {name}" if name else p.text("project.name")


def _commit(p: Payload) -> str:
    sha = p.text("pipeline.vcs.revision", "")
    if not sha:
        return ""
    who = p.text("pipeline.vcs.commit.author.name", "")
    return f"{code(short(sha))} {cut(p.text('pipeline.vcs.commit.subject', ''))}" + (f" ({bold(who)})" if who else "")


def workflow(p: Payload) -> Notice:
    status = p.text("workflow.status")
    linked = link(p.text("workflow.name"), p.text("workflow.url", ""))
    number = p.text("pipeline.number", "")
    return Notice(_topic(p), paragraphs(
        f"{mark(status)} The workflow {linked}{f' of pipeline {number}' if number else ''} ended with {code(status)}.",
        _commit(p)))


def job(p: Payload) -> Notice:
    status, workflow_url = p.text("job.status"), p.text("workflow.url", "")
    linked = link(f"{p.text('job.name')} ({p.text('job.number', '')})".replace(" ()", ""), workflow_url)
    return Notice(_topic(p), paragraphs(f"{mark(status)} The job {linked} ended with {code(status)}.", _commit(p)))


SERVICE = Service(
    "circleci", "CircleCI", by_key("type"), {"workflow-completed": workflow, "job-completed": job},
    silent=frozenset({"ping"}), signature=hmac_of_several("circleci-signature", "v1="),
    once=lambda delivery: delivery.payload.text("id", "") or None)
