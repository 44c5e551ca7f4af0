"""What an inductive invariant has to satisfy, one question each: a proof is that every answer is `unsat`.

The same obligations are asked of new solvers before anything is called proved, and written out for other solvers: a clause
holds initially (initiation), is kept by a path (consecution), and nothing wrong happens initially or on a path (safety).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Literal

import z3

from honnin.compiler.explicit.watch import CONFLICT
from honnin.compiler.product import Path, Product
from honnin.compiler.replay import Goal, goals
from honnin.compiler.smt.proof import Claimed, Deadline, Induction, check
from honnin.compiler.smt.steps import Taken
from honnin.compiler.smt.terms import holds
from honnin.compiler.smt.values import Formula, disj, neg
from honnin.spec.core import Expr, Property
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Obligation:
    """`facts` are together unsatisfiable, if the invariant is one.

    `path`: the index of a path of the product; None: it is about the initial state. `target`: the index of a clause, or (safety)
    of a goal. `induction` knows what the symbols stand for.
    """

    kind: Literal["initiation", "consecution", "safety"]
    path: int | None
    target: int
    facts: tuple[z3.BoolRef, ...]
    induction: Induction


def obligations(
    product: Product, properties: tuple[Property, ...], clauses: Sequence[Expr], deadline: Deadline
) -> Iterator[Obligation]:
    """Every obligation of the invariant that the clauses, the claims of states and the properties are together.

    Those of each path, and those of the initial state, have symbols of their own.
    """
    wrong = goals(product, properties)
    start = Induction(replace(product, paths=()), properties, deadline)
    yield from _initial(start, [start.clause(clause) for clause in clauses], wrong)
    for number, path in enumerate(product.paths):
        yield from _of_path(number, path, product, properties, clauses, wrong, deadline)


def is_inductive(
    product: Product, properties: tuple[Property, ...], clauses: Sequence[Expr], deadline: Deadline
) -> bool:
    """Whether the clauses hold initially and after every step, and exclude everything wrong: asked anew, of a new solver for each path."""
    found = obligations(product, properties, clauses, deadline)
    return all(_are_unsat(together, deadline) for _, together in groupby(found, lambda each: each.path))


def _are_unsat(together: Iterator[Obligation], deadline: Deadline) -> bool:
    """The same for obligations about one path: what they know in common is told once."""
    solver = z3.SimpleSolver()
    told: set[int] = set()
    for obligation in together:
        *known, wanted = obligation.facts
        new = [fact for fact in known if fact.get_id() not in told]
        told.update(fact.get_id() for fact in new)
        solver.add(*new)
        if z3.is_false(wanted):
            continue
        solver.push()
        solver.add(wanted)
        if check(solver, deadline) != z3.unsat:
            return False
        solver.pop()
    return True


def _initial(induction: Induction, clauses: list[Claimed], wrong: tuple[Goal, ...]) -> Iterator[Obligation]:
    at = induction.encoding.design(induction.initial_state)
    broken = [neg(holds(clause.matrix, at, clause.names)) for clause in clauses]
    failed = [_failure_at_start(induction, goal) for goal in wrong]
    known = tuple(induction.start.assertions())
    for index, denied in enumerate(broken):
        yield Obligation("initiation", None, index, _facts(induction, known, denied), induction)
    for index, goal in enumerate(wrong):
        if _is_judged_at_start(goal):
            yield Obligation("safety", None, index, _facts(induction, known, failed[index]), induction)


def _is_judged_at_start(goal: Goal) -> bool:
    return goal.claim != CONFLICT and not goal.is_cover


def _of_path(
    number: int,
    path: Path,
    product: Product,
    properties: tuple[Property, ...],
    clauses: Sequence[Expr],
    wrong: tuple[Goal, ...],
    deadline: Deadline,
) -> Iterator[Obligation]:
    induction = Induction(replace(product, paths=(path,)), properties, deadline)
    ((taken, solver),) = induction.paths
    claimed = [induction.clause(clause) for clause in clauses]
    after = induction.encoding.design(taken.state, taken.now)
    broken = [neg(holds(clause.matrix, after, clause.names)) for clause in claimed]
    failed = [_failure(induction, taken, goal) for goal in wrong]
    known = (*solver.assertions(), *(clause.before for clause in claimed))
    for index, denied in enumerate(broken):
        yield Obligation("consecution", number, index, _facts(induction, known, denied), induction)
    for index, failure in enumerate(failed):
        yield Obligation("safety", number, index, _facts(induction, known, failure), induction)


def _failure_at_start(induction: Induction, goal: Goal) -> Formula:
    state = induction.initial_state
    if goal.specification is None:
        return neg(holds(_condition(induction, goal), induction.encoding.design(state), {}))
    machines = induction.product.machines
    return disj(
        judged.failed
        for index, judged in induction.encoding.judged_initially(state)
        if machines[index].specification.name == goal.specification and judged.check.claim.name == goal.claim
    )


def _failure(induction: Induction, taken: Taken, goal: Goal) -> Formula:
    """What the goal says must not happen, on the path taken."""
    if goal.specification is None:
        at = induction.encoding.design(taken.state, taken.now)
        return neg(holds(_condition(induction, goal), at, {}))
    machines = induction.product.machines
    return disj(
        there.failed
        for there in taken.judged
        if machines[there.machine].specification.name == goal.specification
        and (CONFLICT if there.judged is None else there.judged.check.claim.name) == goal.claim
    )


def _condition(induction: Induction, goal: Goal) -> Expr:
    return next(stated.condition for stated in induction.properties if stated.name == goal.claim)


def _facts(induction: Induction, known: Sequence[z3.BoolRef], wanted: Formula) -> tuple[z3.BoolRef, ...]:
    """What is known, each once, and what is to be excluded; where that is nothing, only this."""
    if wanted is False:
        return (z3.BoolVal(False),)
    last = () if wanted is True else (wanted,)
    found = {fact.get_id(): fact for fact in (*known, *induction.universe.side, *last)}
    return tuple(fact for fact in found.values() if not z3.is_true(fact))
