"""Bounded search: in a finite scope, unrolled step by step, the shortest run to something wrong.

A SAT solver is asked first, of everything as bits. Where a run may choose an integer, a text or a time, that tries some of them
only: what it does not find z3 looks for among all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from honnin.compiler.answers import Counterexample
from honnin.compiler.circuits.gates import TooLarge
from honnin.compiler.limit import OutOfTime
from honnin.compiler.product import Path, Place, Product
from honnin.compiler.sat.engine import Sat
from honnin.compiler.smt.arithmetic import Arithmetic
from honnin.compiler.smt.engine import Engine, Model, Undecided
from honnin.compiler.smt.ledger import Ledger, merge
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.runs import Chosen, Recorder, Rerun, Script, short_names
from honnin.compiler.smt.steps import Encoding, Taken, binders, counts
from honnin.compiler.smt.terms import State, holds
from honnin.compiler.smt.universe import Reading, Unsupported
from honnin.compiler.smt.values import Formula, Term, Times, conj, disj, implies, neg
from honnin.spec.core import TIME, Property, Type, Value
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search found. `depth`: no run of fewer steps is wrong, and none of so many steps when there is no counterexample (-1: none
    was looked at). `guessed`: of some types only some values were tried, so all of this is said of them alone.

    `complete`: no run of the scope is longer. `stopped`: why the search did not go on, where it should have.
    """

    counterexample: Counterexample | None
    depth: int
    complete: bool = False
    stopped: str | None = None
    guessed: bool = False


class Disagreement(Exception):
    """A run that was found is not one when it is done again: a fault of ours."""


def search(
    product: Product,
    properties: tuple[Property, ...],
    scope: Mapping[str, int],
    steps: int,
    deadline: Deadline,
    progress: Callable[[str], None] = lambda _: None,
) -> Searched:
    """A run with the fewest steps, at most `steps`, that breaks a claim, a property (or reaches a cover), with few values.

    Disagreement when the run that was found is none.
    """
    try:
        found = _searched(product, properties, scope, steps, deadline, progress)
    except Unsupported as reason:
        return Searched(None, -1, stopped=f"a bounded search does not cover {reason}")
    if found.counterexample is None:
        return found
    return with_fewer_values(product, properties, found, deadline)


def _searched(
    product: Product,
    properties: tuple[Property, ...],
    scope: Mapping[str, int],
    steps: int,
    deadline: Deadline,
    progress: Callable[[str], None],
) -> Searched:
    found = Unrolling(product, properties, scope).deepen(steps, deadline, progress)
    if not found.guessed:
        return found
    if found.stopped:
        return replace(found, depth=-1)
    shorter = steps if found.counterexample is None else found.depth - 1
    exact = Unrolling(product, properties, scope, exact=True).deepen(shorter, deadline, progress)
    if exact.counterexample is None and found.counterexample is not None:
        return replace(found, guessed=exact.depth < shorter and not exact.complete)
    return exact


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

    ways: tuple[tuple[Formula, Taken], ...]
    now: Term


class Unrolling:
    """The runs of one scope: of `depth` steps at most none is wrong (-1: none was looked at). `complete`: none is longer.

    Bits for a SAT solver; `exact`: z3's own terms, of which no value is left out.
    """

    def __init__(
        self,
        product: Product,
        properties: tuple[Property, ...],
        scope: Mapping[str, int],
        *,
        exact: bool = False,
    ) -> None:
        self.product = product
        self.properties = properties
        self.depth = -1
        self.complete = False
        self.deadline = Deadline(0.0)
        self.domains = short_names(scope)
        self.engine: Engine = Arithmetic(self.domains) if exact else Sat(self.domains, product)
        self.universe = self.engine.universe
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

    # ------------------------------------------------------------ the search

    def deepen(
        self, steps: int, deadline: Deadline, progress: Callable[[str], None] = lambda _: None
    ) -> Searched:
        """The shortest run of at most so many steps. After one, or a stop, this is of no further use."""
        self.deadline = Deadline(deadline.at, query=float("inf"))
        try:
            self.deadline.check()
            if self.depth < 0:
                self.engine.add(self.encoding.possible_initially(self.start))
                found = self._ask(self._wrong_at_start())
                self.depth = 0
                if found is not None:
                    return self._searched(found)
            while self.depth < steps and not self._is_over():
                progress(f"searching runs of {self.depth + 1} steps")
                found = self._ask(self._unroll())
                self.depth += 1
                if found is not None:
                    return self._searched(found)
        except OutOfTime:
            return self._searched(stopped="the time limit was reached")
        except Undecided as reason:
            return self._searched(stopped=str(reason))
        except TooLarge as reason:
            return self._searched(stopped=f"a bounded search does not cover {reason}")
        return self._searched()

    def _searched(self, found: Counterexample | None = None, stopped: str | None = None) -> Searched:
        return Searched(found, self.depth, self.complete, stopped, self.engine.guessed)

    def _is_over(self) -> bool:
        self.complete = self.complete or not self.engine.is_possible(self.deadline)
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
        possible: list[Taken] = []
        for path in self.product.paths:
            self.deadline.check()
            taken = self.encoding.take(
                path, self.state, self._names(path, slots), now=now, ledgers=self.ledgers, number=self.number
            )
            if taken.possible is not False:
                possible.append(taken)
        self.number += max((len(taken.events) for taken in possible), default=0)
        if not possible:
            self.engine.add(False)
            return False
        ways = tuple(zip(self.engine.one_of(len(possible)), possible, strict=True))
        self.layers.append(_Layer(ways, now))
        for selector, taken in ways:
            self.engine.add(implies(selector, taken.possible))
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
                self.engine.introduce(binder.type, slots[binder.type, index])
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

    def _advance(self, ways: tuple[tuple[Formula, Taken], ...]) -> None:
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

    def _chosen(self, place: Place, group: list[tuple[Formula, Reading]], old: Reading) -> Reading:
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
        model = self.engine.solve(wrong, [layer.now for layer in self.layers], self.deadline)
        if model is None:
            return None
        script = self._script(model)
        found = Rerun(self.product, script).counterexample(self.properties)
        if found is None:
            raise Disagreement(script)
        return found

    def _script(self, model: Model) -> Script:
        steps = []
        for layer in self.layers:
            taken = next(taken for selector, taken in layer.ways if model.holds(selector))
            names = {b.uid: model.value(taken.names[b.uid], b.type) for b in binders(taken.path)}
            now = None if layer.now is None else model.value(layer.now, TIME)
            assert now is None or isinstance(now, int)
            steps.append(Chosen(taken.path, names, now))
        return Script(
            self.domains,
            {g.name: _values(model, self.givens[g.name], g.keys, g.value) for g in self.product.givens},
            {
                name: _values(model, recorder, self._place(name).keys, self._place(name).value)
                for name, recorder in self.arbitrary.items()
            },
            tuple(steps),
        )


def _values(
    model: Model, recorder: Recorder, keys: tuple[Type, ...], value: Type
) -> dict[tuple[Value, ...], Value]:
    """The map at all the keys at which it was read."""
    return {
        tuple(model.value(key, type) for key, type in zip(at, keys, strict=True)): model.value(term, value)
        for at, term in recorder.read.values()
    }


def _more(selector: Formula, found: Times, old: Times) -> Times:
    """The old times, and what the way brought where it was taken."""
    return Times((*old.entries, *((conj((selector, c)), t) for c, t in found.entries[len(old.entries) :])))
