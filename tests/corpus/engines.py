"""The engines, each asked in the same way. What an engine answers is compared, key by key, with what its case expects."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from honnin.compiler.runtime.base import BadInput, FactsRefused
from honnin.compiler.smt.trace import report as z3_report
from honnin.oracle.cli import cli
from honnin.spec import core
from honnin.spec.core import Occurrence, Specification, Type, Value
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.examples import example_facts, run_example
from honnin.spec.facts import Facts, parse_facts
from honnin.spec.meaning import evaluate
from honnin.spec.trace import read_line
from honnin.spec.verdicts import Failure, Report
from tests.compiler.harness import closed, load, oracle_module, raw_facts, report_of

from .cases import Case, Kind

Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """`kinds`: what it can run. `why_not`: why it cannot run this case of a kind that it runs; None when it can."""

    name: str
    kinds: tuple[Kind, ...]
    run: Callable[[Case, Path], Answer]
    monitors: bool = False
    why_not: Callable[[Case], str | None] = lambda case: None


# ---------------------------------------------------------------- verdicts in words


def words(failure: Failure) -> str:
    """`I@2`, `I@2<1` for a missed deadline, `I@end<1` at the end."""
    place = "end" if failure.position is None else str(failure.position)
    since = "" if failure.trigger == failure.position else f"<{failure.trigger}"
    return f"{failure.claim}@{place}{since}"


def positive(counts: Mapping[str, int]) -> dict[str, int]:
    return {name: count for name, count in counts.items() if count}


def in_words(report: Report) -> dict[str, Any]:
    return {
        "violated": [words(failure) for failure in report.violated],
        "broken": [words(failure) for failure in report.broken],
        "unjudged": positive(report.unjudged),
        "pending": [f"{claim}@{trigger}" for claim, trigger in report.pending],
        "faults": [fault.position for fault in report.faults],
        "reached": positive(report.reached),
        "exercised": dict(report.exercised),
    }


# ---------------------------------------------------------------- what a case is run on


@dataclass(frozen=True, slots=True)
class Trace:
    """The events of a case and its facts."""

    specification: Specification
    events: Sequence[Occurrence]
    facts: Facts


def trace_of(case: Case) -> Trace:
    """The events of a case with a trace (the body of an example), or the good lines of one with lines."""
    if case.kind == "trace":
        module = load(f"{case.text}\nexample trace_ accepted {{ {case.raw['trace']} }}")
        example = module.examples[0]
        return Trace(module.main, example.occurrences, example_facts(example, module.main))
    good, _ = _read(case)
    return Trace(case.specification, good, _facts(case))


def _facts(case: Case) -> Facts:
    facts = parse_facts(case.raw.get("facts", "{}"), case.specification)
    assert isinstance(facts, Mapping), facts
    return facts


def _read(case: Case) -> tuple[list[Occurrence], list[str]]:
    """The events that the reference reader takes, and the codes of the lines that it refuses."""
    specification = case.specification
    needs_time = specification.needs_time
    good: list[Occurrence] = []
    bad: list[str] = []
    last: int | None = None
    for number, line in enumerate(case.raw["lines"], start=1):
        found = read_line(line, specification, needs_time=needs_time, last=last)
        if isinstance(found, Diagnostic):
            bad.append(f"{found.code}@{number}")
        else:
            good.append(found)
            last = found.at if found.at is not None else last
    return good, bad


# ---------------------------------------------------------------- the front end


def front_end(case: Case, _: Path) -> Answer:
    found = [f"{diagnostic.code}@{diagnostic.span.line}" for diagnostic in case.checked.diagnostics]
    told = " ".join(f"{d.message} {d.hint}" for d in case.checked.diagnostics)
    prove_only = [
        claim.name
        for claim in (case.checked.module.main.claims if case.checked.module else ())
        if claim.prove_only is not None
    ]
    answer: dict[str, Any] = {"diagnostics": found, "message": case.raw.get("message", "") in told}
    return answer if case.kind == "text" else {**answer, "prove_only": prove_only}


def check_command(case: Case, folder: Path) -> Answer:
    ran = _command("check", str(_written(case, folder)))
    told = [record["diagnostic"] for record in ran.records if "diagnostic" in record]
    warnings = [one for one in told if not one["code"].startswith("HN064")]
    found: dict[str, Any] = {
        "diagnostics": [f"{one['code']}@{one['line']}" for one in warnings],
        "check status": ran.status,
    }
    if case.kind == "examples":
        codes = [one["code"] for one in told if one["code"].startswith("HN064")]
        examples = {r["example"]["name"]: r["example"]["verdict"] for r in ran.records if "example" in r}
        failed = iter(codes)
        found["examples"] = {
            name: "passes" if verdict == "passes" else next(failed) for name, verdict in examples.items()
        }
    return found


# ---------------------------------------------------------------- engines that judge traces


def reference(case: Case, _: Path) -> Answer:
    if case.kind == "facts":
        refused = parse_facts(case.raw["facts"], case.specification)
        assert not isinstance(refused, Mapping)
        return {"refused": [diagnostic.code for diagnostic in refused]}
    if case.kind == "examples":
        outcomes = [run_example(example, case.specification) for example in case.module.examples]
        return {
            "examples": {o.example.name: "passes" if o.passed else o.diagnostics[0].code for o in outcomes}
        }
    trace = trace_of(case)
    found = in_words(evaluate(trace.specification, trace.events, trace.facts, end=case.end))
    return {**found, "bad": _read(case)[1]} if case.kind == "lines" else found


def z3(case: Case, _: Path) -> Answer:
    trace = trace_of(case)
    return in_words(z3_report(trace.specification, trace.events, trace.facts, end=case.end, opaque=True))


def oracle(case: Case, _: Path) -> Answer:
    return _oracle(case, standalone=False)


def standalone(case: Case, _: Path) -> Answer:
    return _oracle(case, standalone=True)


def _oracle(case: Case, *, standalone: bool) -> Answer:
    module = oracle_module(case.specification, standalone=standalone)
    if case.kind == "facts":
        try:
            module.Oracle(facts=json.loads(case.raw["facts"]))
        except (FactsRefused, module.FactsRefused) as refused:
            return {"problems": len(refused.problems)}
        return {"problems": 0}
    if case.kind == "lines":
        made = module.Oracle("collect", json.loads(case.raw.get("facts", "{}")), reveal=True)
        bad = []
        for number, line in enumerate(case.raw["lines"], start=1):
            try:
                made.observe_line(line)
            except (BadInput, module.BadInput):
                bad.append(number)
        return {**in_words(report_of(made)), "bad lines": bad}
    trace = trace_of(case)
    facts = raw_facts(trace.specification, closed(trace.specification, trace.facts))
    made = module.Oracle("collect", facts, reveal=True)
    numbers = {event.name: number for number, event in enumerate(module.EVENTS)}
    for event in trace.events:
        made.observe_values(numbers[event.event], event.values, event.at)
    if case.end is not None:
        made.tick(_seconds(case.end))
    return in_words(report_of(made))


# ---------------------------------------------------------------- the command line


@dataclass(frozen=True, slots=True)
class Ran:
    status: int
    records: list[dict[str, Any]]


def _command(*arguments: str) -> Ran:
    """Runs `honnin` in this process; its output as JSON Lines."""
    result = CliRunner().invoke(cli, [*arguments, "--format", "json"], prog_name="honnin")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, [json.loads(line) for line in result.stdout.splitlines()])


def _written(case: Case, folder: Path) -> Path:
    path = folder / "case.honnin"
    path.write_text(case.text, encoding="utf-8")
    return path


def no_watch(case: Case) -> str | None:
    if case.end is not None:
        return "a log does not say the time of its end"
    return None


def watch(case: Case, folder: Path) -> Answer:
    log, facts = folder / "log.jsonl", folder / "facts.json"
    if case.kind == "trace":
        trace = trace_of(case)
        raw = raw_facts(trace.specification, closed(trace.specification, trace.facts))
        facts.write_text(json.dumps(raw), encoding="utf-8")
        lines = [line_of(trace.specification, event) for event in trace.events]
    else:
        facts.write_text(case.raw.get("facts", "{}"), encoding="utf-8")
        lines = case.raw.get("lines", [])
    log.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    ran = _command("watch", "--reveal", "--facts", str(facts), str(_written(case, folder)), str(log))
    if case.kind == "facts":
        codes = [record["diagnostic"]["code"] for record in ran.records if "diagnostic" in record]
        return {"refused": codes, "status": ran.status}
    return {**_watched(ran.records), "status": ran.status}


def _watched(records: list[dict[str, Any]]) -> dict[str, Any]:
    """What `watch` told, in the words of the corpus."""

    def told(verdict: str) -> list[str]:
        return [
            words(Failure(record["invariant"], record["position"], record["trigger"]))
            for record in records
            if record.get("verdict") == verdict
        ]

    summary = records[-1]["summary"]
    claims = summary["claims"]
    return {
        "violated": told("violated"),
        "broken": told("assumption broken"),
        "unjudged": positive({name: claim.get("unjudged", 0) for name, claim in claims.items()}),
        "pending": [f"{one['invariant']}@{one['trigger']}" for one in summary["pending"]],
        "faults": [r["specification_fault"]["position"] for r in records if "specification_fault" in r],
        "reached": positive({name: claim.get("reached", 0) for name, claim in claims.items()}),
        "exercised": {name: c["exercised"] for name, c in claims.items() if "exercised" in c},
        "bad lines": [record["bad_input"]["line"] for record in records if "bad_input" in record],
    }


def line_of(specification: Specification, event: Occurrence) -> str:
    """The event as a line of a log."""
    declared = specification.event(event.event)
    fields = [f'"event": {json.dumps(event.event)}']
    if event.at is not None:
        fields.append(f'"at": {_seconds(event.at)}')
    for parameter, value in zip(declared.fields, event.values, strict=True):
        fields.append(f"{json.dumps(parameter.log_name)}: {_json(value, parameter.type)}")
    return "{" + ", ".join(fields) + "}"


def _json(value: Value, type: Type) -> str:
    inner = core.base_type(type)
    if isinstance(inner, core.TimeT | core.DurationT) and isinstance(value, int):
        return _seconds(value)
    return json.dumps(value)


def _seconds(microseconds: int) -> str:
    return f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06}"
