"""What is said of traces at the end of a session: how often each claim was tried, what was violated, what was left untried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from honnin.oracle.monitor import Spec
from honnin.oracle.table import columns, plural, quoted


class ClaimRecord(TypedDict):
    """`count`: how often it was exercised or reached; `violated`, `undecided`: in how many traces."""

    kind: str
    title: str | None
    count: int
    violated: int
    undecided: int


class Record(TypedDict):
    """What the traces of one specification have shown; only JSON values."""

    specification: str
    digest: str
    traces: int
    events: int
    claims: dict[str, ClaimRecord]
    not_monitored: list[str]


def of(spec: Spec, summary: Mapping[str, Any], pending_allowed: bool) -> Record:
    """The record of one trace, from the summary of its oracle."""
    return Record(
        specification=spec.name,
        digest=spec.digest,
        traces=1,
        events=summary["positions"],
        claims={
            name: ClaimRecord(
                kind=claim["kind"],
                title=claim["title"],
                count=claim["reached"] if claim["kind"] == "cover" else claim["exercised"],
                violated=int(claim["verdict"] == "violated"),
                undecided=int(_undecided(claim["verdict"], pending_allowed)),
            )
            for name, claim in summary["claims"].items()
        },
        not_monitored=list(spec.not_monitored),
    )


def blank(spec: Spec) -> Record:
    """The record of no trace at all."""
    claims = {
        claim.name: ClaimRecord(kind=claim.kind, title=claim.title, count=0, violated=0, undecided=0)
        for claim in spec.claims
        if claim.prove_only is None
    }
    return Record(
        specification=spec.name,
        digest=spec.digest,
        traces=0,
        events=0,
        claims=claims,
        not_monitored=list(spec.not_monitored),
    )


def verdict(summary: Mapping[str, Any], *, pending_allowed: bool) -> str:
    """One word for a trace."""
    if summary["violations"]:
        return "violated"
    if summary["broken"]:
        return "assumption broken"
    return "undecided" if summary["pending"] and not pending_allowed else "satisfied so far"


def _undecided(verdict: str, pending_allowed: bool) -> bool:
    return verdict == "assumption broken" or (verdict == "pending" and not pending_allowed)


def merged(records: Iterable[Record]) -> list[Record]:
    """One record for each specification."""
    result: dict[tuple[str, str], Record] = {}
    for record in records:
        key = record["specification"], record["digest"]
        result[key] = _sum(result[key], record) if key in result else record
    return list(result.values())


def _sum(one: Record, other: Record) -> Record:
    def added(name: str) -> ClaimRecord:
        first, second = one["claims"][name], other["claims"][name]
        return ClaimRecord(
            kind=first["kind"],
            title=first["title"],
            count=first["count"] + second["count"],
            violated=first["violated"] + second["violated"],
            undecided=first["undecided"] + second["undecided"],
        )

    return Record(
        specification=one["specification"],
        digest=one["digest"],
        traces=one["traces"] + other["traces"],
        events=one["events"] + other["events"],
        claims={name: added(name) for name in one["claims"]},
        not_monitored=one["not_monitored"],
    )


# ---------------------------------------------------------------- in words


def summary_lines(records: Iterable[Record]) -> list[str]:
    """Per specification a line, and one for each of its claims."""
    lines: list[str] = []
    for record in records:
        size = f"{plural(record['traces'], 'trace')} of {plural(record['events'], 'event')}"
        lines.append(f"{record['specification']} ({record['digest'][:12]}), {size}")
        rows = [_row(name, claim) for name, claim in record["claims"].items()]
        rows += [(f"  {name}", "not monitored", "", "") for name in record["not_monitored"]]
        lines += columns(rows)
    return lines


def _row(name: str, claim: ClaimRecord) -> tuple[str, str, str, str]:
    word = "reached" if claim["kind"] == "cover" else "exercised"
    tried = f"{word} {plural(claim['count'], 'time')}" if claim["count"] else f"never {word}"
    told = f"violated in {plural(claim['violated'], 'trace')}" if claim["violated"] else ""
    left = f"undecided in {plural(claim['undecided'], 'trace')}" if claim["undecided"] else ""
    title = quoted(claim["title"], "") if told or left or not claim["count"] else ""
    return f"  {name}", tried, ", ".join(filter(None, (told, left))), title


def untried(records: Iterable[Record]) -> list[str]:
    """The claims never exercised and the covers never reached, as `specification.claim`."""
    return [
        f"{record['specification']}.{name}"
        for record in records
        for name, claim in record["claims"].items()
        if not claim["count"]
    ]


# ---------------------------------------------------------------- of traces outside the fixture

_COLLECTED: list[Record] = []


def collect(record: Record) -> None:
    """Keeps the record of a trace for whoever reports on the session."""
    _COLLECTED[:] = merged([*_COLLECTED, record])


def collected() -> list[Record]:
    """The records that were kept since the last call."""
    found = list(_COLLECTED)
    _COLLECTED.clear()
    return found
