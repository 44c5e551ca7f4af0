"""From answers to a certificate: the obligations of every proof, and the manifest."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from importlib.metadata import version

import z3

from honnin.compiler.answers import Answer, Evidence, Proved, Unreachable
from honnin.compiler.certificate.manifest import Certified, Goal, Manifest, Obliged, Proof
from honnin.compiler.explicit.watch import CONFLICT
from honnin.compiler.limit import OutOfMemory, OutOfTime, limited
from honnin.compiler.proving.engines import z3_proof
from honnin.compiler.proving.spoken import spoken
from honnin.compiler.smt.export import smtlib
from honnin.compiler.smt.obligations import Obligation, obligations
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.universe import Unsupported
from honnin.spec.core import Expr, Module
from honnin.spec.records import replace


def tools() -> dict[str, str]:
    """The versions of what makes a certificate."""
    return {"honnin": version("honnin"), "z3": z3.get_version_string(), "python": platform.python_version()}


def certificate(
    module: Module, file: str, answers: Sequence[tuple[Answer, str]], seconds: float
) -> tuple[Manifest, Mapping[str, str]]:
    """The manifest of a module's answers (each with the word for it), and the text of each file beside it.

    `file`: what the specification's file is called. `seconds`: the time for each proof to be written.
    """
    checks: list[Certified] = []
    files: dict[str, str] = {}
    for number, (answer, word) in enumerate(answers, 1):
        check, texts = _certified(number, answer, word, time.monotonic() + seconds)
        checks.append(check)
        files.update(texts)
    return Manifest(module.main.name, file, module.digest, tools(), tuple(checks)), files


def _certified(number: int, answer: Answer, word: str, until: float) -> tuple[Certified, Mapping[str, str]]:
    verdict = answer.verdict
    premises: dict[str, str] = {}
    evidence: Evidence | None = None
    if isinstance(verdict, Proved | Unreachable) and verdict.evidence is not None:
        evidence = verdict.evidence
        premises = {premise.name: premise.text for premise in evidence.proved.premises}
    exercised = verdict.exercised if isinstance(verdict, Proved) else {}
    check = Certified(
        answer.subject, answer.relation, answer.target, word, answer.expected, premises, exercised, None
    )
    if evidence is None:
        return replace(check, why="there is no proof"), {}
    try:
        clauses = evidence.clauses if evidence.clauses is not None else _found(evidence, until)
        if isinstance(clauses, str):
            return replace(check, why=f"every state was visited, and no invariant was found: {clauses}"), {}
        proof, files = limited(until, lambda: _written(number, evidence, clauses, Deadline(until)))
    except OutOfTime:
        return replace(check, why="the time limit was reached while its obligations were written"), {}
    except OutOfMemory:
        return replace(check, why="z3 reached its limit of memory while its obligations were written"), {}
    return replace(check, proof=proof), files


def _found(evidence: Evidence, until: float) -> tuple[Expr, ...] | str:
    """An inductive invariant where every state was visited instead; else what was tried."""
    try:
        found = z3_proof(evidence.proved, until, lambda _: None)
    except Unsupported as reason:
        return f"a proof for any number does not cover {reason}"
    return found if isinstance(found, str) else found.clauses


def _written(
    number: int, evidence: Evidence, clauses: tuple[Expr, ...], deadline: Deadline
) -> tuple[Proof, Mapping[str, str]]:
    asked = evidence.proved
    obliged: list[Obliged] = []
    files: dict[str, str] = {}
    for each in obligations(asked.product, asked.properties, clauses, deadline):
        deadline.check()
        name = f"{number}/{_name(each)}.smt2"
        files[name] = smtlib(each.facts)
        digest = sha256(files[name].encode()).hexdigest()
        obliged.append(Obliged(name, digest, each.kind, each.path, each.target))
    return Proof(
        tuple(spoken(asked.product, clause) for clause in clauses),
        tuple(path.step for path in asked.product.paths),
        tuple(_goals(evidence)),
        tuple(obliged),
    ), files


def _name(each: Obligation) -> str:
    where = "start" if each.path is None else f"step-{each.path + 1}"
    return f"{each.kind}-{where}-{'goal' if each.kind == 'safety' else 'clause'}-{each.target + 1}"


def _goals(evidence: Evidence) -> Iterator[Goal]:
    for goal in evidence.proved.goals:
        yield Goal(goal.claim, goal.specification, goal.claim != CONFLICT and not goal.is_cover)
