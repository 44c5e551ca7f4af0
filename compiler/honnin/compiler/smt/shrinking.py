"""Fewer clauses: those that an inductive invariant can do without, one at a time, are left out."""

from __future__ import annotations

from collections.abc import Sequence

import z3

from honnin.compiler.limit import OutOfTime
from honnin.compiler.smt.proof import Claimed, Induction, as_expression, check
from honnin.compiler.smt.values import neg
from honnin.spec.core import Expr, walk


def shrunk(induction: Induction, clauses: Sequence[Claimed], wanted: Sequence[Expr]) -> tuple[Expr, ...]:
    """The clauses that are left of an inductive invariant when none but the wanted ones can be left out; fewer in no time.

    The longest go first. What z3 cannot say keeps a clause. The result is to be checked again as a whole.
    """
    kept = list(clauses)
    try:
        for clause in sorted(clauses, key=_length, reverse=True):
            others = [other for other in kept if other is not clause]
            if clause.formula not in wanted and _is_proof(induction, others):
                kept = needed(induction, others, wanted)
    except OutOfTime:
        pass
    return tuple(clause.formula for clause in kept)


def inductive_among(induction: Induction, clauses: Sequence[Claimed]) -> list[Claimed]:
    """Those that hold initially and are kept by every step, all of them being assumed."""
    known = [clause for clause in clauses if induction.not_initial(clause) is False]
    while True:
        kept = [clause for clause in known if induction.is_kept(clause, known)]
        if len(kept) == len(known):
            return kept
        known = kept


def needed(induction: Induction, clauses: Sequence[Claimed], wanted: Sequence[Expr]) -> list[Claimed]:
    """Those of the clauses of an invariant that are wanted or that the proof of what is asked rests on, and the proofs of these, and so on."""
    used: dict[int, Claimed] = {}
    todo = [clause for clause in clauses if clause.formula in wanted]
    for path in range(len(induction.paths)):
        induction.violation(path, clauses)
        todo += induction.rests_on
    while todo:
        clause = todo.pop()
        if clause.number in used:
            continue
        used[clause.number] = clause
        for path in range(len(induction.paths)):
            induction.broken(path, clause, clauses)
            todo += induction.rests_on
    return [clause for _, clause in sorted(used.items())]


def can_be_false(induction: Induction, clause: Claimed) -> bool:
    """Whether there may be a state in which the clause is false, where the types of what it holds are all that is known of it."""
    solver = induction.new_solver()
    solver.add(as_expression(neg(clause.now)), *induction.universe.side)
    return bool(check(solver, induction.deadline) != z3.unsat)


def _is_proof(induction: Induction, clauses: Sequence[Claimed]) -> bool:
    """Whether nothing goes wrong where the clauses hold, and every step keeps them."""
    paths = range(len(induction.paths))
    return all(induction.violation(path, clauses) is False for path in paths) and all(
        induction.is_kept(clause, clauses) for clause in clauses
    )


def _length(clause: Claimed) -> int:
    return sum(1 for _ in walk(clause.formula))
