"""The story of the certificate server, played with the parts of examples/overwritten_spool: nothing here is canned."""

from __future__ import annotations

import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from honnin.oracle.commands.prove import answer_lines, answer_status, gist
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status, worst

if TYPE_CHECKING:
    from honnin.oracle.monitor import Spec
    from honnin.spec.core import Module

NAME = "overwritten_spool"
FAULT = "one_file"
LOOK_RIGHT = ("millisecond_name", "check_then_create", "lock_with_lease")
ARE_RIGHT = ("request_name", "exclusive_create")
TIMEOUT = 120.0
"""Seconds for each check."""
INDENT = 6
"""Cells that what is said of an answer is moved in."""


def folder() -> Path:
    """Where the example is: beside this module in an installed wheel, in the checkout otherwise."""
    installed = Path(__file__).parent / "demo_files" / NAME
    return installed if installed.is_dir() else Path(__file__).parents[3] / "examples" / NAME


def play(session: Session) -> Status:
    """Every scene in turn; the worst of their statuses."""
    from honnin.oracle.monitor import load
    from honnin.spec.load import check_file

    started = time.perf_counter()
    file = folder() / f"{NAME}.honnin"
    session.say("In May 2023 two people asked for certificates in two stores within one second.")
    session.say(
        "The later one's file overwrote the earlier one's, and both were handed the later person's paper."
    )
    module = check_file(file).module
    if module is None:
        raise RuntimeError("the demo's own specification is wrong")
    spec = load(file)
    scenes: Sequence[Callable[[], Status]] = (
        lambda: _what_must_hold(session, module),
        lambda: _designs(session, module),
        lambda: _running_server(session, spec),
        lambda: _log_of_a_day(session, spec),
    )
    status = worst(*(scene() for scene in scenes))
    ending = "Everything came out as told" if status == Status.WELL else "NOT everything came out as told"
    session.say()
    session.say(
        f"{paint(ending, 'green' if status == Status.WELL else 'red')}, in {time.perf_counter() - started:.0f} s."
    )
    session.say(f"The files are in {_shown(folder())}: read {NAME}.honnin first, or docs/tour.md.")
    return status


def _shown(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _scene(session: Session, number: int, title: str) -> None:
    session.say()
    session.say(paint(f"{number}. {title}", "cyan"))


def _as_told(session: Session, scene: str, well: bool, line: str) -> Status:
    """Says how a scene ended, in green only if it ended as told."""
    session.tell({"demo": {"scene": scene, "as_told": well, "what": line.strip()}})
    session.say(f"   {paint(line, 'green' if well else 'red')}")
    return Status.WELL if well else Status.NO


# ---------------------------------------------------------------- the specification and the designs


def _what_must_hold(session: Session, module: Module) -> Status:
    from honnin.spec.examples import run_example

    _scene(session, 1, "What must hold, and examples of what it means")
    for claim in module.main.claims:
        session.say(f"   {claim.name:20} {claim.title}")
    passed = [run_example(example, module.main).passed for example in module.examples]
    return _as_told(session, "check", all(passed), f"{sum(passed)} of {len(passed)} examples pass")


def _designs(session: Session, module: Module) -> Status:
    _scene(
        session,
        2,
        "The design with one file for every request is refuted; this is the shortest run that breaks it",
    )
    statuses = [_design(session, module, FAULT, whole=True)]
    _scene(session, 3, "Three fixes that look right are refuted")
    statuses += [_design(session, module, name) for name in LOOK_RIGHT]
    _scene(session, 4, "Two fixes that are right are proved, for any number of requests, persons and files")
    statuses += [_design(session, module, name) for name in ARE_RIGHT]
    return worst(*statuses)


def _design(session: Session, module: Module, name: str, *, whole: bool = False) -> Status:
    from honnin.compiler.answers import Refuted
    from honnin.compiler.prove import prove

    (check,) = (c for c in module.checks if c.subject == name and c.relation in ("satisfies", "violates"))
    with session.working(f"{check.subject} {check.relation} {check.target}"):
        answer = prove(module, check, timeout=TIMEOUT)
    status = answer_status(answer)
    headline, details = answer_lines(module, answer, False, INDENT)
    session.say(f"   {name}: {module.system(name).title}")
    _as_told(session, name, status == Status.WELL, f"  {headline} ({answer.seconds:.1f} s)")
    if not whole and status == Status.WELL and isinstance(answer.verdict, Refuted):
        details = gist(answer.verdict.counterexample, module, INDENT)
    for line in details:
        session.say(" " * INDENT + line)
    return status


# ---------------------------------------------------------------- the running server


def _running_server(session: Session, spec: Spec) -> Status:
    _scene(session, 5, "A real server: two threads, a spool directory on disk, and the oracle listening")
    statuses = []
    with _importable(folder()):
        miniature = importlib.import_module("miniature")
        for name in ("one_second_name", *ARE_RIGHT):
            oracle = spec.oracle(on_violation="collect", facts=miniature.FACTS)
            miniature.run(miniature.DESIGNS[name], oracle.observe)
            oracle.finish()
            caught = {violation.invariant for violation in oracle.violations}
            well = ("right_person" in caught) if name == "one_second_name" else not caught
            found = f"{len(oracle.violations)} violations" if caught else "silent"
            statuses.append(
                _as_told(session, f"server {name}", well, f"{name}: {found} in {oracle.position} events")
            )
            for violation in oracle.violations[:1]:
                session.say(f"      {violation}")
    return worst(*statuses)


# ---------------------------------------------------------------- the log


def _log_of_a_day(session: Session, spec: Spec) -> Status:
    _scene(session, 6, "A day's log with seeded faults is audited")
    with _importable(folder()):
        day = importlib.import_module("day").make_day()
    oracle = spec.oracle(on_violation="collect", facts=day.facts, reveal=True)
    with tempfile.TemporaryDirectory() as directory:
        log = Path(directory) / "day.jsonl"
        log.write_text("".join(json.dumps(line) + "\n" for line in day.lines), encoding="utf-8")
        with log.open("rb") as lines:
            for line in lines:
                oracle.observe_line(line)
    oracle.finish()
    found = {(violation.event["request"], violation.invariant) for violation in oracle.violations}
    seeded = set(day.seeded)
    requests = len({request for request, _ in seeded})
    told = (
        f"{oracle.position} events; {len(seeded & found)} of {len(seeded)} seeded violations found "
        f"(in {requests} requests), {len(found - seeded)} others"
    )
    return _as_told(session, "audit", found == seeded, told)


@contextmanager
def _importable(directory: Path) -> Iterator[None]:
    """Lets the example's own modules be imported by their names, as when they are run from their folder."""
    sys.path.insert(0, str(directory))
    try:
        yield
    finally:
        sys.path.remove(str(directory))
