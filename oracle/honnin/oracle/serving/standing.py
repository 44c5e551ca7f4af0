"""How things stand: what the page shows, and what Prometheus reads. Undecided is never shown as good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from honnin.oracle.serving.service import Service

Mood: TypeAlias = Literal["bad", "undecided", "untried", "good"]
"""`good` only where something was tried and nothing failed; `untried`: nothing is known yet."""


def standing(service: Service) -> dict[str, Any]:
    """Everything that is shown, as JSON has it. Nothing personal is in it."""
    found, summary = service.found, _summary(service)
    pending = {entry["invariant"] for entry in summary["pending"]}
    claims = [_claim(name, claim, name in pending, service) for name, claim in summary["claims"].items()]
    claims += [
        {"name": name, "kind": "invariant", "title": None, "mood": "undecided", "verdict": "not monitored"}
        for name in summary["not_monitored"]
    ]
    return {
        "specification": service.spec.name,
        "title": service.spec.title,
        "digest": service.spec.digest,
        "overall": _overall(service, claims, bool(summary["pending"])),
        "positions": summary["positions"],
        "pending": len(summary["pending"]),
        "counts": {
            name: service.counts[name]
            for name in ("accepted", "rejected", "ignored", "repeated", "overloaded")
        },
        "claims": claims,
        "found": found.total,
        "latest": list(found.latest)[-20:],
        "begins_midway": found.doubts is not None,
        "faults": found.faults,
        "trouble": service.trouble,
        "ending": service.stopping,
    }


def _summary(service: Service) -> dict[str, Any]:
    """That of the oracle; what is undecided is in it too."""
    summary: dict[str, Any] = service.oracle.finish()
    if service.found.doubts is not None:
        service.found.doubts.summarise(summary)
    return summary


def _claim(name: str, claim: dict[str, Any], is_pending: bool, service: Service) -> dict[str, Any]:
    violated, broken = service.found.violated[name], service.found.broken[name]
    times = claim.get("exercised", claim.get("reached", 0))
    unjudged, doubted = claim.get("unjudged", 0), claim.get("undecided", 0)
    mood: Mood = "good" if times else "untried"
    verdict = claim["verdict"]
    if violated:
        mood, verdict = "bad", "violated"
    elif broken:
        mood, verdict = "undecided", "assumption broken"
    elif doubted:
        mood, verdict = "undecided", "undecided, as the log begins midway"
    elif is_pending or unjudged:
        mood, verdict = "undecided", "pending" if is_pending else "unjudged"
    elif not times:
        verdict = "not reached yet" if claim["kind"] == "cover" else "never exercised yet"
    elif claim["kind"] != "cover" and (service.found.broken or service.counts["rejected"]):
        why = "an assumption is broken" if service.found.broken else "not everything was read"
        mood, verdict = "undecided", f"{verdict}, but {why}"
    return {
        "name": name,
        "kind": claim["kind"],
        "title": claim["title"],
        "mood": mood,
        "verdict": verdict,
        "times": times,
        "failures": violated + broken,
        "unjudged": unjudged,
        "undecided": doubted,
    }


def _overall(service: Service, claims: list[dict[str, Any]], is_pending: bool) -> dict[str, str]:
    found = service.found
    if service.trouble is not None:
        return {"mood": "bad", "words": f"stopped: {service.trouble}"}
    if found.faults:
        return {"mood": "bad", "words": "the specification contradicts itself"}
    if found.violated:
        return {"mood": "bad", "words": "violated"}
    if found.broken:
        return {"mood": "undecided", "words": "an assumption is broken: what failed later is not judged"}
    if service.counts["rejected"]:
        return {"mood": "undecided", "words": "some events could not be read"}
    if found.doubts is not None and found.doubts.counts:
        return {"mood": "undecided", "words": "something is undecided, as the log begins midway"}
    if is_pending:
        return {"mood": "undecided", "words": "something is pending"}
    if any(claim["verdict"] == "not monitored" for claim in claims):
        return {"mood": "undecided", "words": "some claims are not monitored"}
    if any(claim["mood"] == "untried" for claim in claims):
        return {"mood": "untried", "words": "not everything has been tried yet"}
    return {"mood": "good", "words": "satisfied so far"}


# ---------------------------------------------------------------- Prometheus

_HELP = (
    ("honnin_events_total", "counter", "Events accepted."),
    ("honnin_records_rejected_total", "counter", "Records that could not be read."),
    ("honnin_records_ignored_total", "counter", "Records that tell no event."),
    ("honnin_records_repeated_total", "counter", "Records that were accepted before, by their ids."),
    ("honnin_requests_overloaded_total", "counter", "Requests refused because too much was waiting."),
    ("honnin_violations_total", "counter", "Violations of each invariant."),
    ("honnin_assumptions_broken_total", "counter", "How often each assumption was broken."),
    (
        "honnin_unjudged_total",
        "counter",
        "Failures of each invariant behind a broken assumption, which are not judged.",
    ),
    (
        "honnin_undecided_total",
        "counter",
        "Findings of each claim that are undecided, as the log begins in mid-stream.",
    ),
    ("honnin_exercised_total", "counter", "How often each claim had something to say, or was reached."),
    ("honnin_specification_faults_total", "counter", "Events that wrote one place in two ways."),
    ("honnin_obligations_pending", "gauge", "Obligations that are open."),
    ("honnin_records_waiting", "gauge", "Records that wait to be worked on."),
    ("honnin_checkpoint_age_seconds", "gauge", "Seconds since the last checkpoint."),
    ("honnin_ready", "gauge", "1 while records are taken."),
)


def metrics(service: Service) -> str:
    """The text format of Prometheus, version 0.0.4."""
    samples: dict[str, list[str]] = {name: [] for name, _, _ in _HELP}
    for name, labels, value in _samples(service):
        shown = "".join(f'{{claim="{_escaped(label)}"}}' for label in labels)
        samples[name].append(f"{name}{shown} {value}")
    lines = []
    for name, kind, text in _HELP:
        lines += [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *samples[name]]
    return "\n".join(lines) + "\n"


def _samples(service: Service) -> Iterator[tuple[str, tuple[str, ...], float]]:
    summary, counts = _summary(service), service.counts
    yield "honnin_events_total", (), counts["accepted"]
    yield "honnin_records_rejected_total", (), counts["rejected"]
    yield "honnin_records_ignored_total", (), counts["ignored"]
    yield "honnin_records_repeated_total", (), counts["repeated"]
    yield "honnin_requests_overloaded_total", (), counts["overloaded"]
    for name, claim in summary["claims"].items():
        if claim["kind"] == "invariant":
            yield "honnin_violations_total", (name,), service.found.violated[name]
            yield "honnin_unjudged_total", (name,), claim["unjudged"]
        if claim["kind"] == "assume":
            yield "honnin_assumptions_broken_total", (name,), service.found.broken[name]
        if claim["kind"] != "cover":
            yield "honnin_undecided_total", (name,), claim.get("undecided", 0)
        yield "honnin_exercised_total", (name,), claim.get("exercised", claim.get("reached", 0))
    yield "honnin_specification_faults_total", (), service.found.faults
    yield "honnin_obligations_pending", (), len(summary["pending"])
    yield "honnin_records_waiting", (), service.waiting
    if service.keeping is not None:
        yield "honnin_checkpoint_age_seconds", (), round(service.keeping.age, 3)
    yield "honnin_ready", (), int(service.trouble is None and not service.stopping)


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
