"""One event at one machine: its checks, what it changes, its history registers (machine.py tells the order)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from honnin.compiler.deadlines import due, waits
from honnin.compiler.machine import Check, Machine, Phase, Register
from honnin.compiler.product import Place, Product, place_name
from honnin.compiler.smt.ledger import Ledger, Obligation, open_obligation
from honnin.compiler.smt.terms import Environment, Happening, Moment, State, evaluate, holds
from honnin.compiler.smt.universe import Reading, Unsupported
from honnin.compiler.smt.updates import apply_writes, matches, writes_of
from honnin.compiler.smt.values import Formula, Maybe, Term, Times, add, conj, disj, neg
from honnin.spec.core import Implies, Now, Type
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Judged:
    """A check at a position. `failed`: the claim is false there (of a cover: it is reached). `exercised`: as verdicts count it.

    `trigger` is the position that raised the claim, where it is another (a missed deadline), as the caller numbers positions.
    """

    check: Check
    failed: Formula
    exercised: Formula = False
    trigger: int | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """What an event did: the checks in the order of discovery, whether two writes conflicted, and the state after it."""

    judged: tuple[Judged, ...]
    conflict: Formula
    state: State
    ledger: Ledger

    @property
    def assumed(self) -> Formula:
        """No assumption of the specification is broken."""
        return conj(neg(j.failed) for j in self.judged if j.check.claim.kind == "assume")


def machine_moment(product: Product, index: int, base: Moment) -> Moment:
    """`base` as formulas of machine number `index` are read."""
    machine = product.machines[index]
    return replace(base, place=lambda name: place_name(machine, name))


def field_types(machine: Machine, event: str) -> tuple[Type, ...] | None:
    """The types of an event's fields; None when the machine's specification has no such event."""
    for declared in machine.specification.events:
        if declared.name == event:
            return tuple(field.type for field in declared.fields)
    return None


def take_position(
    machine: Machine,
    places: Mapping[str, Place],
    at: Moment,
    ledger: Ledger,
    number: int,
) -> Position | None:
    """The position that the event of `at` is for the machine; None when it is none. `number` names it in the ledger."""
    event = at.event
    assert event is not None
    types = field_types(machine, event.event)
    if types is None:
        return None
    late, ledger = ledger.clock(at)
    judged = [Judged(check, missed, trigger=trigger) for check, missed, trigger in late]
    if at.universe.domains is None:
        judged += _overdue(machine, at)
    opened: list[Obligation] = []
    for check in machine.checks:
        if check.phase == 1:
            found, obligations = _phase_1(machine, check, event, types, at, number)
            judged.append(found)
            opened += obligations
    state, conflict = apply_writes(writes_of(machine.specification.updates, event, types, at), places, at)
    state = state.having(_registers(machine, 1, at))
    after = replace(at, state=state, old=at.state)
    judged += [_phase_2(check, after) for check in machine.checks if check.phase == 2]
    ledger = ledger.observe(at).opening(opened)
    return Position(tuple(judged), conflict, state.having(_registers(machine, 2, after)), ledger)


def _overdue(machine: Machine, at: Moment) -> Iterator[Judged]:
    """In a proof: the claims whose deadlines the time of the event has passed."""
    for check in machine.checks:
        deadline = due(check, machine)
        if deadline is not None:
            yield Judged(check, holds(deadline.overdue, at, {}))


def _phase_1(
    machine: Machine, check: Check, event: Happening, types: tuple[Type, ...], at: Moment, number: int
) -> tuple[Judged, list[Obligation]]:
    failed: list[Formula] = []
    exercised: list[Formula] = []
    obligations: list[Obligation] = []
    for matched, names in matches(check.claim.patterns, event, types, at.universe):
        triggered = conj((matched, holds(check.when, at, names)))
        if triggered is False:
            continue
        body = check.body
        exercised.append(_exercised(triggered, check, at, names))
        if check.claim.kind == "cover":
            failed.append(conj((triggered, holds(body, at, names))))
        elif waits(check.body) and at.universe.domains is None:
            deadline = due(check, machine)
            if deadline is None:
                raise Unsupported("several deadlines in one claim")
            failed.append(conj((triggered, neg(holds(deadline.in_time, at, names)))))
        elif waits(check.body):
            obligation = open_obligation(check, number, triggered, at, names)
            failed.append(obligation.missed_at_once)
            obligations.append(obligation)
        else:
            failed.append(conj((triggered, neg(holds(body, at, names)))))
    return Judged(check, disj(failed), disj(exercised)), obligations


def _exercised(triggered: Formula, check: Check, at: Moment, names: Environment) -> Formula:
    if isinstance(check.claim.body, Implies) and isinstance(check.body, Implies):
        return conj((triggered, holds(check.body.left, at, names)))
    return triggered


def _phase_2(check: Check, at: Moment) -> Judged:
    if check.claim.given_only:
        return Judged(check, False, True)
    value = holds(check.body, at, {})
    return Judged(check, value if check.claim.kind == "cover" else neg(value), True)


def initially(machine: Machine, at: Moment) -> tuple[Judged, ...]:
    """The checks of position 0."""
    # A claim about givens alone may be judged where an entity has no value: it is read as it was written.
    return tuple(
        Judged(check, neg(holds(check.claim.body if check.claim.given_only else check.initial, at, {})))
        for check in machine.checks
        if check.initial is not None and check.claim.kind != "cover"
    )


# ---------------------------------------------------------------- history


def _registers(machine: Machine, phase: Phase, at: Moment) -> dict[str, Reading]:
    """The next value of every register of the phase, from the values before."""
    return {
        place_name(machine, register.name): at.universe.memo(
            _next(register, place_name(machine, register.name), at)
        )
        for register in machine.registers
        if register.phase == phase
    }


def _next(register: Register, place: str, at: Moment) -> Reading:
    def read(keys: tuple[Term, ...]) -> Term:
        names = {b.uid: term for b, term in zip(register.keys, keys, strict=True)}
        begun = holds(register.set, at, names)
        if register.operator == "previously":
            return begun
        old = at.state.read(place, keys)
        if isinstance(old, Times):
            now = evaluate_now(at)
            return Times((*old.entries, *(() if begun is False else ((begun, now),))))
        if register.operator == "count":
            # A proof knows only how many there are in the window now.
            return at.universe.ite(register.type, begun, add(old, 1), old)
        held = holds(register.hold, at, names)
        if isinstance(old, Maybe):
            return _moment_of(register, begun, held, old, at)
        return disj((begun, conj((held, old))))

    return read


def evaluate_now(at: Moment) -> Term:
    return evaluate(Now(), at, {})


def _moment_of(register: Register, begun: Formula, held: Formula, old: Maybe, at: Moment) -> Term:
    kept = Maybe(conj((held, old.some)), old.value)
    here = Maybe(True, evaluate_now(at))
    if register.stores == "latest":
        return at.universe.ite(register.type, begun, here, kept)
    first = at.universe.ite(register.type, kept.some, kept, here)
    assert isinstance(first, Maybe)
    return Maybe(disj((begun, kept.some)), first.value)
