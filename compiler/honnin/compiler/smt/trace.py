"""The verdicts on a concrete trace, computed with the prover's own encoding: for comparison with the other engines.

The values are those in the trace and in the facts, and one unseen value of each entity. Short traces only: every state is
a map that asks the one before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from honnin.compiler.smt.environment import environment
from honnin.compiler.smt.ledger import Ledger
from honnin.compiler.smt.positions import Judged, Position, field_types, take_position
from honnin.compiler.smt.runs import as_term
from honnin.compiler.smt.steps import Encoding
from honnin.compiler.smt.terms import Happening, Moment, State
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Formula, Term, Unseen, identity, is_known
from honnin.spec.core import EntityT, Given, Occurrence, OptionalT, Specification, Type, Value, base_type
from honnin.spec.facts import Facts, Missing
from honnin.spec.records import dataclass, field, replace
from honnin.spec.verdicts import Failure, Fault, Report


def report(
    specification: Specification,
    trace: Sequence[Occurrence],
    facts: Facts,
    *,
    end: int | None = None,
    opaque: bool = False,
) -> Report:
    """The verdicts on the whole trace. Of a fault only the position is told.

    `opaque`: the arguments of the events are constants of which z3 learns the values last, so that nothing is folded on the way.
    """
    told = _with_new_names(specification, trace)
    return _Judge(replace(specification, retained=()), told, facts, opaque).report(end)


def _with_new_names(specification: Specification, trace: Sequence[Occurrence]) -> list[Occurrence]:
    """The trace in which an identity that is named again after its horizon has another name."""
    horizons: dict[Type, int] = {EntityT(r.entity): r.horizon for r in specification.retained}
    last: dict[tuple[Type, Value], int] = {}
    now_called: dict[tuple[Type, Value], Value] = {}
    told = []
    for number, event in enumerate(trace if horizons else ()):
        declared = specification.event(event.event)
        kinds = [base_type(f.type) for f in declared.fields]
        named = [(kind, value) for kind, value in zip(kinds, event.values, strict=True) if value is not None]
        named = [one for one in named if one[0] in horizons]
        now = 0 if event.at is None else event.at
        for one in named:
            if one in last and now - last[one] > horizons[one[0]]:
                now_called[one] = f"{one[1]!r} from event {number} on"
        values = (now_called.get((k, v), v) for k, v in zip(kinds, event.values, strict=True))
        told.append(replace(event, values=tuple(values)))
        if declared.direction != "hidden":
            last.update(dict.fromkeys(named, now))
    return told or list(trace)


class NoFact(LookupError):
    """A given was read at keys for which no fact says its value."""


@dataclass(slots=True)
class _Account:
    """What was found, in the order of discovery."""

    failures: list[Failure] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    exercised: dict[str, int] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)


class _Judge:
    def __init__(
        self, specification: Specification, trace: Sequence[Occurrence], facts: Facts, opaque: bool
    ) -> None:
        self.specification = specification
        self.trace = trace
        self.facts = facts
        self.opaque = opaque
        self.known: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        self.product = environment(specification, specification.claims)
        self.order = {claim.name: index for index, claim in enumerate(specification.claims)}
        seen = _entity_values(specification, trace, facts)
        unseen = {name: (*values, Unseen(name)) for name, values in seen.items()}
        self.encoding = self._encoding(Universe(unseen))
        self.account = _Account(
            exercised={c.name: 0 for c in specification.claims if c.kind != "cover"},
            reached={c.name: 0 for c in specification.claims if c.kind == "cover"},
        )

    def _encoding(self, universe: Universe) -> Encoding:
        return Encoding(
            self.product,
            universe,
            {given.name: _given_map(given, self.facts, universe) for given in self.specification.givens},
        )

    # ------------------------------------------------------------ the trace

    def report(self, end: int | None) -> Report:
        """The verdicts; `end` is the clock at the end, in microseconds."""
        state, ledger = self.encoding.initial(), Ledger()
        self._at_start(state)
        for number, occurrence in enumerate(self.trace, start=1):
            at = self._moment(state, occurrence)
            position = take_position(self.product.machines[0], self.encoding.places, at, ledger, number)
            assert position is not None
            self._judge(number, position)
            state, ledger = position.state, position.ledger
        if end is not None:
            late, ledger = ledger.clock(self.encoding.machine(0, state, end))
            self._late(None, [Judged(check, missed, trigger=trigger) for check, missed, trigger in late])
        return self._total(ledger)

    def _moment(self, state: State, occurrence: Occurrence) -> Moment:
        types = field_types(self.product.machines[0], occurrence.event)
        assert types is not None
        arguments = tuple(
            self._argument(as_term(value, type), type)
            for value, type in zip(occurrence.values, types, strict=True)
        )
        return self.encoding.machine(0, state, occurrence.at, Happening(occurrence.event, arguments))

    def _argument(self, term: Term, type: Type) -> Term:
        """The term itself, or a constant that stands for it until the end."""
        if not self.opaque or isinstance(type, OptionalT):
            return term
        universe = self.encoding.universe
        constant = z3.FreshConst(universe.sort(type))
        self.known.append((constant, universe.expression(term, type)))
        return constant

    def _holds(self, formula: Formula) -> bool:
        if isinstance(formula, bool):
            return formula
        decided = z3.simplify(z3.substitute(formula, *self.known))
        assert z3.is_true(decided) or z3.is_false(decided)
        return bool(z3.is_true(decided))

    # ------------------------------------------------------------ verdicts

    def _at_start(self, state: State) -> None:
        """Position 0: a claim about givens alone is judged over the values in the facts."""
        only_facts = Universe(
            {
                name: values or (Unseen(name),)
                for name, values in _entity_values(self.specification, (), self.facts).items()
            }
        )
        premises = self._encoding(only_facts)
        for everywhere, over_facts in zip(
            self.encoding.judged_initially(state), premises.judged_initially(premises.initial()), strict=True
        ):
            _, judged = over_facts if everywhere[1].check.claim.given_only else everywhere
            if self._holds(judged.failed):
                self.account.failures.append(Failure(judged.check.claim.name, 0, 0))

    def _judge(self, number: int, position: Position) -> None:
        self._late(number, [judged for judged in position.judged if judged.trigger is not None])
        for judged in position.judged:
            if judged.trigger is not None:
                continue
            name, failed = judged.check.claim.name, self._holds(judged.failed)
            if judged.check.claim.kind == "cover":
                self.account.reached[name] += failed
                continue
            self.account.exercised[name] += self._holds(judged.exercised)
            if failed:
                self.account.failures.append(Failure(name, number, number))
        if self._holds(position.conflict):
            self.account.faults.append(Fault(number, ""))

    def _late(self, number: int | None, late: Sequence[Judged]) -> None:
        missed = [(judged.check.claim.name, judged.trigger) for judged in late if self._holds(judged.failed)]
        for name, trigger in sorted(missed, key=lambda found: (self.order[found[0]], found[1])):
            self.account.failures.append(Failure(name, number, trigger))

    def _total(self, ledger: Ledger) -> Report:
        failures = self.account.failures
        broken = [f for f in failures if self.specification.claim(f.claim).kind == "assume"]
        missed = [f for f in failures if self.specification.claim(f.claim).kind == "invariant"]
        pending = [
            (obligation.check.claim.name, obligation.trigger)
            for obligation in ledger.obligations
            if self._holds(obligation.is_open())
        ]
        return Report(
            positions=len(self.trace),
            violated=tuple(f for f in missed if _counts(f, broken)),
            broken=tuple(broken),
            unjudged={
                claim.name: sum(f.claim == claim.name and not _counts(f, broken) for f in missed)
                for claim in self.specification.claims
                if claim.kind == "invariant"
            },
            pending=tuple(sorted(pending, key=lambda found: (self.order[found[0]], found[1]))),
            exercised=self.account.exercised,
            reached=self.account.reached,
            faults=tuple(self.account.faults),
        )


def _counts(failure: Failure, broken: Sequence[Failure]) -> bool:
    """Whether no assumption is broken at or before the failure (for a missed deadline: before)."""
    if failure.position is None:
        return not broken
    last = failure.position if failure.position == failure.trigger else failure.position - 1
    return not any(other.position is not None and other.position <= last for other in broken)


def _given_map(given: Given, facts: Facts, universe: Universe) -> Reading:
    table = facts[given.name]
    entries = [
        (
            tuple(as_term(key, type) for key, type in zip(keys, given.keys, strict=True)),
            as_term(value, given.value),
        )
        for keys, value in table.values.items()
    ]
    known = {tuple(map(identity, keys)): value for keys, value in entries}

    def read(keys: tuple[Term, ...]) -> Term:
        key = tuple(map(identity, keys))
        if key in known:
            return known[key]
        if isinstance(table.default, Missing):
            raise NoFact(given.name)
        result = as_term(table.default, given.value)
        for where, value in entries if not all(map(is_known, keys)) else ():
            result = universe.ite(given.value, universe.all_equal(given.keys, where, keys), value, result)
        return result

    return universe.table(given.keys, given.value, read)


def _entity_values(
    specification: Specification, trace: Sequence[Occurrence], facts: Facts
) -> Mapping[str, tuple[Value, ...]]:
    """The values of each entity in the facts and in the trace, in order of appearance."""
    seen: dict[str, dict[tuple[type, Value], None]] = {entity.name: {} for entity in specification.entities}

    def see(kind: Type, value: Value | Missing) -> None:
        inner = base_type(kind)
        if isinstance(inner, EntityT) and value is not None and not isinstance(value, Missing):
            seen[inner.name][type(value), value] = None

    for given in specification.givens:
        table = facts[given.name]
        see(given.value, table.default)
        for keys, value in table.values.items():
            for kind, key in zip(given.keys, keys, strict=True):
                see(kind, key)
            see(given.value, value)
    for occurrence in trace:
        for declared, value in zip(
            specification.event(occurrence.event).fields, occurrence.values, strict=True
        ):
            see(declared.type, value)
    return {entity: tuple(value for _, value in values) for entity, values in seen.items()}
