"""Literals over a fixed pool of constants as z3 sees them: before a step, after each path, initially. Each is made once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Literal

import z3

from honnin.compiler.product import Place
from honnin.compiler.simplify import substitute
from honnin.compiler.smt.few.twin import FewTwin, checked
from honnin.compiler.smt.proof import Claimed, Found, Induction, as_expression
from honnin.compiler.smt.steps import counts
from honnin.compiler.smt.structures import satisfiable
from honnin.compiler.smt.terms import Moment, holds
from honnin.compiler.smt.values import Formula, Term, conj, disj, neg
from honnin.spec.core import Binder, Compare, Expr, Not, OptionalT, Var, walk
from honnin.spec.records import dataclass, field, replace

START = -1
"""Stands for the initial state where the number of a path is asked for."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why no step leads to a state: these literals, by number, cannot all be true there if these clauses are before."""

    literals: frozenset[int]
    clauses: tuple[Claimed, ...] = ()


@dataclass(slots=True)
class _Side:
    """The literals at one place: their values, and for each that is not known the constant whose truth asks for it."""

    at: Moment
    solver: z3.Solver
    values: dict[int, Formula] = field(default_factory=dict)
    guards: dict[int, z3.BoolRef] = field(default_factory=dict)
    known: int = 0


class Literals:
    """The literals of diagrams, by number, for the questions of a search."""

    def __init__(self, induction: Induction) -> None:
        self.induction = induction
        self.names: dict[int, Term] = {}
        self._pool: Sequence[Binder] = ()
        self._twin: Literals | None = None
        self.all: list[Expr] = []
        self._numbers: dict[Expr, int] = {}
        self._before: dict[int, Formula] = {}
        encoding = induction.encoding
        self._now = encoding.design(induction.before)
        self._sides = {START: _Side(encoding.design(induction.initial_state), induction.start)}
        for path, (taken, solver) in enumerate(induction.paths):
            self._sides[path] = _Side(encoding.design(taken.state, taken.now), solver)
        self._from_start = z3.Bool("from_start")
        starts = z3.Implies(self._from_start, as_expression(starting(induction)))
        for _, solver in induction.paths:
            solver.add(starts)

    def numbers(self, literals: Sequence[Expr], pool: Sequence[Binder]) -> tuple[int, ...]:
        """The numbers of the literals; `pool`: the variables that they may have."""
        self._pool = pool
        for one in pool:
            if one.uid not in self.names:
                self.names[one.uid] = self.induction.universe.fresh(one.type)
        return tuple(map(self._number, literals))

    def _number(self, literal: Expr) -> int:
        if literal not in self._numbers:
            self._numbers[literal] = len(self.all)
            self.all.append(literal)
        return self._numbers[literal]

    def renamed(self, number: int, names: Mapping[int, Expr]) -> int:
        """The number of the literal with variables replaced; equations stand as the first of their two forms that was met."""
        literal = substitute(self.all[number], names)
        turned = _turned(literal)
        return self._numbers[turned] if turned in self._numbers else self._number(literal)

    def before(self, number: int) -> Formula:
        """The literal in the state before a step."""
        if number not in self._before:
            self._before[number] = self._value(number, self._now)
        return self._before[number]

    def _value(self, number: int, at: Moment) -> Formula:
        literal = self.all[number]
        if isinstance(literal, Not):
            return neg(holds(literal.body, at, self.names))
        return holds(literal, at, self.names)

    def _denied(self, numbers: Sequence[int]) -> z3.BoolRef:
        """That the literals are all true before a step for no values of the pool."""
        body = disj(neg(self.before(n)) for n in numbers)
        constants = [c for c in self.names.values() if isinstance(c, z3.ExprRef)]
        return as_expression(body) if isinstance(body, bool) or not constants else z3.ForAll(constants, body)

    def variables(self, numbers: Iterable[int]) -> tuple[Binder, ...]:
        """The variables of the literals."""
        found = {
            node.binder.uid: node.binder
            for number in numbers
            for node in walk(self.all[number])
            if isinstance(node, Var) and node.binder.uid in self.names
        }
        return tuple(found[uid] for uid in sorted(found, reverse=True))

    # ------------------------------------------------------------ questions

    def reached(
        self, path: int, numbers: Sequence[int], active: Sequence[Claimed], *, start: bool, new: bool
    ) -> Found | Why | None:
        """A step by the path from a state in which the active clauses hold (`start`: from an initial one; `new`: from one in which the
        literals are true of no elements) to one in which the literals are true of some elements; or why there is none; None:
        z3 cannot say. `path` START: an initial state."""
        few = self._first_among_few(path, numbers, active, start, new)
        if isinstance(few, Found):
            return few
        with self._asked(path, numbers, active, start, new) as (answer, assumed):
            if answer is True:
                return self._found(path, self.induction.smallest(self._sides[path].solver, assumed))
        return answer or few or self._among_few(path, numbers, active, start, new)

    def why_not(
        self, path: int, numbers: Sequence[int], active: Sequence[Claimed], *, start: bool, new: bool
    ) -> Why | None:
        """The same where it does not matter which step there is: None where there may be one."""
        few = self._first_among_few(path, numbers, active, start, new)
        if isinstance(few, Found):
            return None
        with self._asked(path, numbers, active, start, new) as (answer, _):
            pass
        found = answer or few or self._among_few(path, numbers, active, start, new)
        return found if isinstance(found, Why) else None

    def _first_among_few(
        self, path: int, numbers: Sequence[int], active: Sequence[Claimed], start: bool, new: bool
    ) -> Found | Why | None:
        """The same of few elements where these have shown what z3 could not."""
        if not self.induction.prefers_twin:
            return None
        return self._among_few(path, numbers, active, start, new)

    def _among_few(
        self, path: int, numbers: Sequence[int], active: Sequence[Claimed], start: bool, new: bool
    ) -> Found | Why | None:
        """The same of few elements; what is not found there is believed."""
        twin = self.induction.twin
        if not isinstance(twin, FewTwin):
            return None
        if self._twin is None:
            self._twin = Literals(twin)
        clauses, tests = twin.same(active)
        own = self._twin.numbers([self.all[n] for n in numbers], self._pool)
        found = self._twin.reached(path, own, clauses, start=start, new=False)
        if isinstance(found, Why):
            named = dict(zip(own, numbers, strict=True))
            return Why(frozenset(named[n] for n in found.literals), tuple(active))
        if new:
            tests = [*tests, satisfiable(self.variables(numbers), [self.all[n] for n in numbers])]
        answer = checked(found, tests)
        if not isinstance(answer, Found):
            return None
        self.induction.prefers_twin = True
        return answer

    @contextmanager
    def _asked(
        self, path: int, numbers: Sequence[int], active: Sequence[Claimed], start: bool, new: bool
    ) -> Iterator[tuple[Why | Literal[True] | None, list[z3.BoolRef]]]:
        """What z3 says, True where there is such a step, and what it was made to assume; meanwhile it knows of it."""
        side = self._sides[path]
        guards: dict[int, int] = {}
        for number in numbers:
            value = self._at(side, path, number)
            if value is False:
                yield Why(frozenset((number,))), []
                return
            if value is not True:
                guards[side.guards[number].get_id()] = number
        clauses = {clause.guard.get_id(): clause for clause in active}
        self._tell_side(side)
        assumed = [side.guards[number] for number in guards.values()]
        assumed += [*([self._from_start] if start else []), *(c.guard for c in active)]
        if new:
            side.solver.push()
            side.solver.add(self._denied(numbers))
        try:
            result = self.induction.within(side.solver, assumed)
            if result == z3.unsat:
                core = [each.get_id() for each in side.solver.unsat_core()]
                literals = frozenset(guards[c] for c in core if c in guards)
                yield Why(literals, tuple(clauses[c] for c in core if c in clauses)), assumed
            else:
                yield True if result == z3.sat else None, assumed
        finally:
            if new:
                side.solver.pop()

    def _at(self, side: _Side, path: int, number: int) -> Formula:
        if number not in side.values:
            value = side.values[number] = self._value(number, side.at)
            if not isinstance(value, bool):
                guard = side.guards[number] = z3.Bool(f"l{path}_{number}")
                side.solver.add(z3.Implies(guard, value))
        return side.values[number]

    def _tell_side(self, side: _Side) -> None:
        facts = self.induction.universe.side
        side.solver.add(*facts[side.known :])
        side.known = len(facts)

    def _found(self, path: int, model: z3.ModelRef) -> Found:
        taken = None if path == START else self.induction.paths[path][0]
        return self.induction.found(model, None if taken is None else taken.state)


def _turned(literal: Expr) -> Expr:
    """An equation between variables, or its negation, the other way round."""
    if isinstance(literal, Not):
        return Not(_turned(literal.body))
    if isinstance(literal, Compare) and isinstance(literal.left, Var) and isinstance(literal.right, Var):
        return replace(literal, left=literal.right, right=literal.left)
    return literal


def starting(induction: Induction) -> Formula:
    """That the state before a step is an initial one, as far as its maps have keys that can be quantified over."""
    parts: list[Formula] = [induction.encoding.possible_initially(induction.before)]
    for place in induction.product.places:
        fixed = place.initial is not None or counts(place)
        if fixed and not any(isinstance(key, OptionalT) for key in place.keys):
            parts.append(induction.everywhere(place.keys, partial(_as_at_first, induction, place)))
    return conj(parts)


def _as_at_first(induction: Induction, place: Place, keys: tuple[Term, ...]) -> Formula:
    first = 0 if counts(place) else induction.initial_state.read(place.name, keys)
    return induction.universe.equal(place.value, induction.before.read(place.name, keys), first)
