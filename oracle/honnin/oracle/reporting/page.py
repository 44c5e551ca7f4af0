"""The page, in Markdown: what must hold, what designs and logs have shown of it, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from honnin.oracle.reporting.results import Record, Results, Trace
from honnin.oracle.table import plural
from honnin.spec.render import printable

SHOWN = 50
"""How many findings of a log are told one by one."""
_ANSWERS = {
    "proved": "proved, for any number of everything and any number of steps",
    "holds within bounds": "holds within the bounds that were asked for; beyond them nothing is known",
    "unknown": "**unknown**: neither a proof nor a counterexample was found",
}


def page(results: Results) -> str:
    """All of it."""
    parts = [
        _head(results),
        _claims(results),
        _examples(results),
        _designs(results),
        *(_trace(trace) for trace in results.traces),
        _open_questions(results),
    ]
    return "\n".join(line for part in parts for line in part)


# ---------------------------------------------------------------- words


def text(words: object) -> str:
    """Words from a file, which Markdown and a browser take as they are."""
    return (
        re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", printable(str(words)))
        .replace("\\<", "&lt;")
        .replace("\\&", "&amp;")
    )


def code(words: object) -> str:
    """A name or a formula."""
    shown = printable(str(words)).replace("|", "\\|")
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _event(event: Mapping[str, Any]) -> str:
    fields = ", ".join(f"{name} = {value}" for name, value in event.items() if name != "event")
    return code(f"{event['event']}({fields})")


# ---------------------------------------------------------------- parts


def _head(results: Results) -> Iterator[str]:
    title = results.about["title"] if results.about else None
    names = ", ".join(dict.fromkeys(results.digests.values()))
    yield f"# {text(names)}{f': {text(title)}' if title else ''}"
    yield ""
    for digest, name in results.digests.items():
        yield f"Specification {code(name)}, digest {code(digest)}."
    if not results.of_one:
        yield ""
        yield "**These results are not of one specification**: it was changed between them, or they are of several. They do not belong together."
    yield ""
    yield from _table(("asked", "answer"), _answers(results))


def _answers(results: Results) -> Iterator[tuple[str, str]]:
    for checked in results.checked:
        failed, undecided = checked.get("failed", 0), checked.get("undecided", 0)
        words = f"{plural(checked.get('examples', 0), 'example')}, {failed} failed, {undecided} undecided"
        yield "the specification itself", text(checked["verdict"] if checked["verdict"] == "wrong" else words)
    if results.designs:
        statuses = [design["status"] for design in results.designs]
        words = f"{plural(len(statuses), 'question')}: {statuses.count(0)} as expected, "
        yield "designs", f"{words}{statuses.count(1)} not as expected, {statuses.count(3)} undecided"
    for trace in results.traces:
        yield "a log", _short(trace)
    for problem in results.problems:
        yield "a message", f"{code(problem.get('code', 'fault'))} {text(problem['message'])}"


def _short(trace: Trace) -> str:
    summary = trace.summary
    if summary is None:
        return "**the run did not come to its end**"
    found = [plural(summary["positions"], "event"), plural(summary["violations"], "violation")]
    for count, noun in (
        (summary["not_read"], "line"),
        (summary["broken"], "broken assumption"),
        (len(summary["pending"]), "open obligation"),
        (summary["faults"], "contradiction of the specification"),
    ):
        found += [plural(count, noun) + (" not read" if noun == "line" else "")] if count else []
    return ", ".join(found)


def _claims(results: Results) -> Iterator[str]:
    if not results.claims:
        return
    yield "## What must hold"
    yield ""
    for claim in results.claims:
        title = f": {text(claim['title'])}" if claim["title"] else ""
        monitored = "" if claim["monitored"] else " Only a proof can judge it: no log shows it."
        yield (
            f"- **{text(claim['name'])}**{title}. {text(claim['words'])} {text(claim['reads'])}".rstrip()
            + monitored
        )
    yield ""


def _examples(results: Results) -> Iterator[str]:
    for checked in results.checked:
        for name, words in (
            ("never_exercised", "No example exercises"),
            ("never_reached", "No example reaches"),
        ):
            if checked.get(name):
                yield f"{words} {', '.join(map(code, checked[name]))}."
                yield ""


def _designs(results: Results) -> Iterator[str]:
    if not results.designs:
        return
    yield "## Designs"
    yield ""
    for design in results.designs:
        yield f"### {text(design['subject'])} {design['relation']} {text(design['target'])}"
        yield ""
        surprise = (
            "" if design["expected"] or design["answer"] == "unknown" else " **This was not expected.**"
        )
        title = f"{text(design['title'])}: " if design["title"] else ""
        yield f"{title}{_ANSWERS.get(design['answer'], text(design['answer']))}.{surprise}"
        yield ""
        for name, words in (design.get("premises") or {}).items():
            yield f"- rests on {code(name)}: {code(words)}"
        for name, able in (design.get("exercised") or {}).items():
            if not able:
                yield f"- this design can never exercise {code(name)}"
        for warning in design["warnings"]:
            yield f"- {text(warning)}"
        yield from _run(design.get("run"))
        yield ""


def _run(run: Record | None) -> Iterator[str]:
    if run is None:
        return
    if run["sentence"]:
        yield text(run["sentence"])
        yield ""
    for number, step in enumerate(run["steps"], 1):
        who = ", ".join(map(str, step["arguments"].values()))
        did = code(f"{step['step']}[{who}]" if who else step["step"])
        told = "; ".join(_event(event) for event in step["events"])
        yield f"{number}. {did}{': ' if told else ''}{told}"


def _trace(trace: Trace) -> Iterator[str]:
    yield "## A log"
    yield ""
    yield _short(trace) + "."
    yield ""
    if trace.summary is not None:
        rows = [
            (
                code(name),
                text(claim["title"] or ""),
                text(_verdict(claim)),
                str(claim.get("exercised", claim.get("reached", 0))),
            )
            for name, claim in trace.summary["claims"].items()
        ]
        yield from _table(("claim", "", "verdict", "exercised or reached"), rows)
    for finding in trace.found[:SHOWN]:
        yield from _finding(finding)
    if len(trace.found) > SHOWN:
        yield f"- and {len(trace.found) - SHOWN} more"
    for unread in trace.unread[:SHOWN]:
        yield f"- line {_place(unread)} could not be read: {text(unread['reason'])}"
    if len(trace.unread) > SHOWN:
        yield f"- and {len(trace.unread) - SHOWN} more lines that could not be read"
    yield ""


def _verdict(claim: Record) -> str:
    words = str(claim["verdict"])
    if "failures" in claim:
        words += f" {plural(claim['failures'], 'time')}"
    if claim.get("undecided"):
        words += f", undecided {plural(claim['undecided'], 'time')}"
    if claim.get("unjudged"):
        words += f", {claim['unjudged']} unjudged"
    return words


def _place(record: Record) -> str:
    return code(f"{record['log']}:{record['line']}") if "log" in record else str(record["line"])


def _finding(finding: Record) -> Iterator[str]:
    where = f" at line {_place(finding)}" if "line" in finding else ""
    yield f"- **{text(finding['verdict'])}** {code(finding['invariant'])}{where}: {_event(finding['event'])}"
    for read, value in finding["why"].items():
        yield f"  - {code(read)} was {code(value)}"
    for cause in finding["causes"]:
        yield f"  - {code(cause['read'])} is from event {cause['position']}: {_event(cause['event'])}"


def _open_questions(results: Results) -> Iterator[str]:
    yield "## What this does not tell"
    yield ""
    yield from (f"- {line}" for line in _not_known(results))
    yield '- A proof is about the design, not the program; a log shows one run, and only what was reported. See "What a pass does not tell you" in honnin\'s documentation.'
    yield ""


def _not_known(results: Results) -> Iterator[str]:
    if not results.claims:
        yield f"What the claims say: {code('honnin explain --format json')} is not among the results."
    if not results.designs:
        yield f"Whether a design keeps them: {code('honnin prove --format json')} is not among the results."
    if not results.traces:
        yield f"What happened: no {code('honnin watch')} or {code('honnin audit')} is among the results."
    for design in results.designs:
        if design["answer"] == "unknown":
            yield f"Whether {code(design['subject'])} {design['relation']} {code(design['target'])}."
    for trace in results.traces:
        for name in trace.start["not_monitored"]:
            yield f"Whether {code(name)} held: it cannot be monitored."
        for name, claim in (trace.summary or {"claims": {}})["claims"].items():
            if not claim.get("exercised", claim.get("reached")):
                yield f"Anything about {code(name)}: nothing in the log tried it."
        if trace.summary is None:
            yield "How the log went on: the run did not come to its end."
        elif trace.summary["not_read"]:
            yield f"What stood in {plural(trace.summary['not_read'], 'line')} that could not be read."
    for kind, count in sorted(results.others.items()):
        yield f"What {plural(count, 'object')} of the kind {code(kind)} told: they are not shown here."
