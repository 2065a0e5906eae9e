"""What the services that watch machines have in common: groups of alerts, firing and resolved."""

from __future__ import annotations

from collections.abc import Sequence

from chat.resources.incoming.payload import Payload
from chat.resources.incoming.words import bold, code, cut, items, link, paragraphs

_QUIET_LABELS = frozenset({"alertname", "severity", "grafana_folder", "__alert_rule_uid__", "__name__"})


def group(alerts: Sequence[Payload], *, urls: Sequence[tuple[str, str]]) -> str:
    """Alerts, the firing ones first. `urls` are (path, title) of the addresses that an alert may have."""
    firing = [one for one in alerts if not is_resolved(one)]
    resolved = [one for one in alerts if is_resolved(one)]
    return paragraphs(_some(":rotating_light:", "Firing", firing, urls), _some(":check:", "Resolved", resolved, urls))


def is_resolved(alert: Payload) -> bool:
    return alert.text("status", "") == "resolved"


def name(alert: Payload) -> str:
    """What an alert is called."""
    return alert.text("labels.alertname", "") or alert.text("labels.rulename", "") or "Alert"


def _some(mark: str, title: str, alerts: Sequence[Payload], urls: Sequence[tuple[str, str]]) -> str:
    if not alerts:
        return ""
    return f"{mark} **{title}**\n" + items([_line(one, urls) for one in alerts])


def _line(alert: Payload, urls: Sequence[tuple[str, str]]) -> str:
    severity = alert.text("labels.severity", "")
    said = alert.text("annotations.summary", "") or alert.text("annotations.description", "") \
        or alert.text("annotations.message", "")
    labels = alert.find("labels")
    names = sorted(labels.value) if labels is not None and isinstance(labels.value, dict) else []
    others = [code(f"{label}={alert.text(f'labels.{label}', '')}") for label in names
              if label not in _QUIET_LABELS and "." not in label and isinstance(labels and labels.value[label], str)]
    links = [link(title, alert.text(path, "")) for path, title in urls if alert.text(path, "").startswith("http")]
    parts = [bold(name(alert)) + (f" ({cut(severity, 40)})" if severity else ""), cut(said, 500),
             " ".join(others[:6]), " · ".join(links)]
    return " ".join(part for part in parts if part)
