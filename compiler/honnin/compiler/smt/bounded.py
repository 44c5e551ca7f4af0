"""Bounded search: in a finite scope, unrolled step by step, the shortest run to something wrong.

Integers, texts, times, picks without end and deadlines are z3's to choose. Entities and enums are bit vectors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import z3

from honnin.compiler.answers import Counterexample
from honnin.compiler.limit import OutOfTime
from honnin.compiler.product import Path, Place, Product
from honnin.compiler.smt.ledger import Ledger, merge
from honnin.compiler.smt.models import decode
from honnin.compiler.smt.proof import Deadline, check
from honnin.compiler.smt.runs import Chosen, Recorder, Rerun, Script, short_names
from honnin.compiler.smt.steps import Encoding, Taken, binders, counts
from honnin.compiler.smt.terms import State, holds
from honnin.compiler.smt.universe import Reading, Universe, Unsupported
from honnin.compiler.smt.values import Formula, Term, Times, conj, disj, neg
from honnin.spec.core import INT, TIME, BoolT, EntityT, EnumT, OptionalT, Property, Type, Value
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found. `depth`: no run of fewer steps is wrong, and none of so many steps when there is no counterexample (-1: none
    was looked at).

    `complete`: no run of the scope is longer. `stopped`: why the search did not go on, where it should have.
    """

    counterexample: Counterexample | None
    depth: int
    complete: bool = False
    stopped: str | None = None


class Disagreement(Exception):
    """A run that z3 found is not one when it is done again: a fault of ours."""


def search(
    product: Product,
    properties: tuple[Property, ...],
    scope: Mapping[str, int],
    steps: int,
    deadline: Deadline,
    progress: Callable[[str], None] = lambda _: None,
) -> Searched:
    """A run with the fewest steps, at most `steps`, that breaks a claim, a property (or reaches a cover), with few values.

    Disagreement when the run that z3 found is none.
    """
    try:
        found = Unrolling(product, properties, scope).deepen(steps, deadline, progress)
    except Unsupported as reason:
        return Searched(None, -1, stopped=f"a bounded search does not cover {reason}")
    if found.counterexample is None:
        return found
    return with_fewer_values(product, properties, found, deadline)


def with_fewer_values(
    product: Product, properties: tuple[Property, ...], found: Searched, deadline: Deadline
) -> Searched:
    """A run of as many steps in a scope of which no entity can have a value less, as far as there is time."""
    assert found.counterexample is not None
    size = {entity: len(values) for entity, values in found.counterexample.scope.items()}
    for entity in tuple(size):
        while size[entity] > 1:
            smaller = {**size, entity: size[entity] - 1}
            again = Unrolling(product, properties, smaller).deepen(found.depth, deadline)
            if again.counterexample is None:
                break
            size, found = smaller, again
    return found


@dataclass(frozen=True, slots=True)
class _Layer:
    """One step of the unrolling: the paths that may be taken, each with the constant that says it is."""

    ways: tuple[tuple[z3.BoolRef, Taken], ...]
    now: Term


class Unrolling:
    """The runs of one scope: of `depth` steps at most none is wrong (-1: none was looked at). `complete`: none is longer."""

    def __init__(
        self,
        product: Product,
        properties: tuple[Property, ...],
        scope: Mapping[str, int],
    ) -> None:
        self.product = product
        self.properties = properties
        self.depth = -1
        self.complete = False
        self.deadline = Deadline(0.0)
        self.domains = short_names(scope)
        self.universe = Universe(self.domains)
        self.givens = {g.name: self._recorded(g.keys, g.value) for g in product.givens}
        self.arbitrary = {
            p.name: self._recorded(p.keys, p.value)
            for p in product.places
            if p.initial is None and not counts(p)
        }
        self.encoding = Encoding(product, self.universe, self.givens, self.arbitrary)
        self.start = self._by_cases(self.encoding.initial())
        self.state = self.start
        self.ledgers = tuple(Ledger() for _ in product.machines)
        self.layers: list[_Layer] = []
        self.number = 1
        self.solver = z3.Solver() if _has_numbers(product) else z3.SolverFor("QF_FD")
        self.sides = 0
        self._add(self.encoding.possible_initially(self.start))

    def _recorded(self, keys: tuple[Type, ...], value: Type) -> Recorder:
        return Recorder(self.universe.function(keys, value))

    def _by_cases(self, state: State) -> State:
        """The same state; each key of a finite type is asked by its values."""
        return State(
            {
                name: reading if counts(self._place(name)) else self._table(self._place(name), reading)
                for name, reading in state.places.items()
            }
        )

    def _place(self, name: str) -> Place:
        return self.encoding.places[name]

    def _table(self, place: Place, reading: Reading) -> Reading:
        return self.universe.table(place.keys, place.value, reading)

    def _add(self, *formulas: Formula) -> None:
        fresh = self.universe.side[self.sides :]
        self.sides = len(self.universe.side)
        self.solver.add(*fresh, *(z3.BoolVal(f) if isinstance(f, bool) else f for f in formulas))

    # ------------------------------------------------------------ the search

    def deepen(
        self, steps: int, deadline: Deadline, progress: Callable[[str], None] = lambda _: None
    ) -> Searched:
        """The shortest run of at most so many steps. After one, or a stop, this is of no further use."""
        self.deadline = Deadline(deadline.at, query=float("inf"))
        try:
            if self.depth < 0:
                found = self._ask(self._wrong_at_start())
                self.depth = 0
                if found is not None:
                    return Searched(found, 0)
            while self.depth < steps and not self._is_over():
                progress(f"searching runs of {self.depth + 1} steps")
                found = self._ask(self._unroll())
                self.depth += 1
                if found is not None:
                    return Searched(found, self.depth)
        except OutOfTime:
            return Searched(None, self.depth, stopped="the time limit was reached")
        except Undecided as reason:
            return Searched(None, self.depth, stopped=f"z3 could not decide ({reason})")
        return Searched(None, self.depth, self.complete)

    def _is_over(self) -> bool:
        self.complete = self.complete or check(self.solver, self.deadline) == z3.unsat
        return self.complete

    def _wrong_at_start(self) -> Formula:
        at = self.encoding.design(self.start)
        return disj(
            (
                *(
                    j.failed
                    for _, j in self.encoding.judged_initially(self.start)
                    if j.check.claim.kind == "invariant"
                ),
                *(neg(holds(stated.condition, at, {})) for stated in self.properties),
            )
        )

    def _unroll(self) -> Formula:
        """One step more; whether it ends in something wrong."""
        now: Term = self.universe.fresh(TIME) if self.product.timed else None
        slots: dict[tuple[Type, int], Term] = {}
        ways: list[tuple[z3.BoolRef, Taken]] = []
        for path in self.product.paths:
            self.deadline.check()
            taken = self.encoding.take(
                path, self.state, self._names(path, slots), now=now, ledgers=self.ledgers, number=self.number
            )
            if taken.possible is not False:
                ways.append((z3.Bool(f"s{len(self.layers)}_{len(ways)}"), taken))
        self.number += max((len(taken.events) for _, taken in ways), default=0)
        self.layers.append(_Layer(tuple(ways), now))
        selectors = [selector for selector, _ in ways]
        self._add(disj(selectors), *(z3.Implies(s, _expression(t.possible)) for s, t in ways))
        if len(selectors) > 1:
            self._add(z3.AtMost(*selectors, 1))
        wrong = disj(conj((selector, self._wrong(taken))) for selector, taken in ways)
        self._advance(ways)
        return wrong

    def _names(self, path: Path, slots: dict[tuple[Type, int], Term]) -> dict[int, Term]:
        """Values for the path's names. Paths exclude each other, so they share constants."""
        seen: dict[Type, int] = {}
        names: dict[int, Term] = {}
        for binder in binders(path):
            index = seen.get(binder.type, 0)
            seen[binder.type] = index + 1
            if (binder.type, index) not in slots:
                slots[binder.type, index] = self.universe.fresh(binder.type)
            names[binder.uid] = slots[binder.type, index]
        return names

    def _wrong(self, taken: Taken) -> Formula:
        at = self.encoding.design(taken.state, taken.now)
        return disj(
            (
                *(
                    one.failed
                    for one in taken.judged
                    if one.judged is None or one.judged.check.claim.kind != "assume"
                ),
                *(neg(holds(stated.condition, at, {})) for stated in self.properties),
            )
        )

    def _advance(self, ways: list[tuple[z3.BoolRef, Taken]]) -> None:
        """The state and the ledgers after the step, whichever way it took."""
        before = self.state
        changed = {
            name: [
                (s, t.state.places[name]) for s, t in ways if t.state.places[name] is not before.places[name]
            ]
            for name in before.places
        }
        self.state = before.having(
            {
                name: self._chosen(self._place(name), group, before.places[name])
                for name, group in changed.items()
                if group
            }
        )
        for selector, taken in ways:
            self.ledgers = tuple(
                merge(selector, theirs, ours)
                for theirs, ours in zip(taken.ledgers, self.ledgers, strict=True)
            )

    def _chosen(self, place: Place, group: list[tuple[z3.BoolRef, Reading]], old: Reading) -> Reading:
        def read(keys: tuple[Term, ...]) -> Term:
            result = old(keys)
            for selector, reading in group:
                found = reading(keys)
                if isinstance(result, Times) and isinstance(found, Times):
                    result = _more(selector, found, result)
                else:
                    result = self.universe.ite(place.value, selector, found, result)
            return result

        return self.universe.memo(read) if counts(place) else self._table(place, read)

    # ------------------------------------------------------------ answers

    def _ask(self, wrong: Formula) -> Counterexample | None:
        if wrong is False:
            return None
        self.solver.push()
        self.solver.add(*self.universe.side[self.sides :], _expression(wrong))
        try:
            result = check(self.solver, self.deadline)
            if result == z3.unknown:
                raise Undecided(self.solver.reason_unknown())
            if result == z3.unsat:
                return None
            script = self._script(self._tidy())
        finally:
            self.solver.pop()
        found = Rerun(self.product, script).counterexample(self.properties)
        if found is None:
            raise Disagreement(script)
        return found

    def _tidy(self) -> z3.ModelRef:
        """A model whose integers are small, if one is found quickly."""
        model = self.solver.model()
        times = [layer.now for layer in self.layers if isinstance(layer.now, z3.ExprRef)]
        numbers = [c for c in _integers(model) if not any(c.eq(time) for time in times)]
        for bound in (1, 3, 10, 100):
            self.solver.push()
            self.solver.add(*(z3.And(-bound <= n, n <= bound) for n in numbers))
            if times:
                self.solver.add(times[0] == 0)
                self.solver.add(*(time % 1_000_000 == 0 for time in times[1:]))
            try:
                if (numbers or times) and check(self.solver, self.deadline) == z3.sat:
                    return self.solver.model()
            finally:
                self.solver.pop()
        return model

    def _script(self, model: z3.ModelRef) -> Script:
        steps = []
        for layer in self.layers:
            taken = next(t for s, t in layer.ways if z3.is_true(model.eval(s, model_completion=True)))
            names = {b.uid: self._value(model, taken.names[b.uid], b.type) for b in binders(taken.path)}
            now = None if layer.now is None else decode(model, self.universe, layer.now, INT)
            assert now is None or isinstance(now, int)
            steps.append(Chosen(taken.path, names, now))
        return Script(
            self.domains,
            {g.name: self._values(model, self.givens[g.name], g.keys, g.value) for g in self.product.givens},
            {
                name: self._values(model, recorder, self._place(name).keys, self._place(name).value)
                for name, recorder in self.arbitrary.items()
            },
            tuple(steps),
        )

    def _values(
        self, model: z3.ModelRef, recorder: Recorder, keys: tuple[Type, ...], value: Type
    ) -> dict[tuple[Value, ...], Value]:
        """The map at all the keys at which it was read."""
        found: dict[tuple[Value, ...], Value] = {}
        for at, term in list(recorder.read.values()):
            where = tuple(self._value(model, key, type) for key, type in zip(at, keys, strict=True))
            found[where] = self._value(model, term, value)
        return found

    def _value(self, model: z3.ModelRef, term: Term, type: Type) -> Value:
        return decode(model, self.universe, term, type)


class Undecided(Exception):
    """z3 could not say; the text is its reason."""


def _expression(formula: Formula) -> z3.BoolRef:
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula


def _more(selector: z3.BoolRef, found: Times, old: Times) -> Times:
    """The old times, and what the way brought where it was taken."""
    return Times((*old.entries, *((conj((selector, c)), t) for c, t in found.entries[len(old.entries) :])))


def _integers(model: z3.ModelRef) -> list[z3.ArithRef]:
    return [d() for d in model.decls() if d.arity() == 0 and d.range() == z3.IntSort()]


def _has_numbers(product: Product) -> bool:
    """Whether anything but entities, enums and Bools is to be chosen or stored."""
    types = [type for place in product.places for type in (*place.keys, place.value)]
    types += [type for given in product.givens for type in (*given.keys, given.value)]
    types += [binder.type for path in product.paths for binder in binders(path)]
    types += [
        field.type
        for machine in product.machines
        for event in machine.specification.events
        for field in event.fields
    ]
    return any(_is_number(type.inner if isinstance(type, OptionalT) else type) for type in types)


def _is_number(type: Type) -> bool:
    return not isinstance(type, BoolT | EntityT | EnumT)
