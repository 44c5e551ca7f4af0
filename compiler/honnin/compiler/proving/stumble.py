"""Where induction stops: a state that nothing proved excludes, and a step from it to something wrong.

Nobody has shown a run to the state, so it is no counterexample: it says which lemma is missing, or how a longer run may go on.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from honnin.compiler.answers import Choice, Stuck
from honnin.compiler.explicit.watch import CONFLICT
from honnin.compiler.limit import Exhausted, limited
from honnin.compiler.product import Path, Place
from honnin.compiler.proving.question import Question
from honnin.compiler.proving.spoken import spoken
from honnin.compiler.smt.integer_terms import has_totals
from honnin.compiler.smt.linear import linear_facts
from honnin.compiler.smt.models import ModelState
from honnin.compiler.smt.proof import Claimed, Deadline, Found, Induction
from honnin.compiler.smt.runs import short_names
from honnin.compiler.smt.shrinking import inductive_among
from honnin.compiler.smt.steps import Taken, binders, counts
from honnin.compiler.smt.terms import holds
from honnin.compiler.smt.universe import Unsupported
from honnin.compiler.smt.values import neg
from honnin.compiler.smt.vocabulary import by_place, vocabulary
from honnin.spec.core import (
    INT,
    AtLabel,
    BoolT,
    Compare,
    EntityT,
    Expr,
    Lift,
    Lit,
    Not,
    OptionalT,
    RangeT,
    Type,
    Value,
    VarRead,
    base_type,
)

SECONDS: Final = 1.5
"""How long such a state is looked for, once the answer is `unknown`."""

MOST_PLACES: Final = 14
"""So many places are told of at most: those that the step changes and what differs from how the design begins."""


def stumble(asked: Question) -> Stuck | None:
    """The state and the step; None where z3 gives none in a short time, or the design is not for it."""
    deadline = Deadline(time.monotonic() + SECONDS, query=0.5)
    try:
        return limited(deadline.at, lambda: _stuck(asked, deadline))
    except (Exhausted, Unsupported):
        return None


def _stuck(asked: Question, deadline: Deadline) -> Stuck | None:
    induction = Induction(asked.product, asked.properties, deadline)
    proved = _proved(induction, asked)
    for path, (taken, _) in enumerate(induction.paths):
        found = induction.violation(path, proved)
        if isinstance(found, Found) and found.after is not None:
            return _told(asked, induction, taken, found)
    return None


def _proved(induction: Induction, asked: Question) -> list[Claimed]:
    """The linear facts, and those of the author's lemmas that are inductive with them."""

    def place(name: str) -> str:
        return asked.product.state_place(name, None)

    lemmas = [by_place(lemma, place) for lemma in asked.lemmas]
    words = vocabulary(asked.product, asked.properties, lemmas)
    facts = linear_facts(induction, (), words, totals=has_totals(words))
    known = [induction.clause(clause) for clause in (*facts, *lemmas)]
    for clause in known:
        induction.assume(clause)
    return inductive_among(induction, known)


# ---------------------------------------------------------------- told


class _Names:
    """What the values of entities are called: as in a counterexample."""

    def __init__(self, asked: Question, path: Path, states: Sequence[ModelState]) -> None:
        self._names: dict[tuple[str, Value], Value] = {}
        places = (t for p in asked.product.places for t in _entities((*p.keys, p.value)))
        entities = dict.fromkeys((*places, *_entities([b.type for b in binders(path)])))
        values = {t.name: dict.fromkeys(v for s in states for v in s.domain(t)) for t in entities}
        names = short_names({name: len(found) for name, found in values.items()})
        for name, found in values.items():
            self._names.update(((name, value), new) for value, new in zip(found, names[name], strict=True))

    def of(self, value: Value, type: Type) -> Value:
        inner = base_type(type)
        return self._names.get((inner.name, value), value) if isinstance(inner, EntityT) else value


def _entities(types: Sequence[Type]) -> Iterator[EntityT]:
    for type in types:
        inner = base_type(type)
        if isinstance(inner, EntityT):
            yield inner


def _told(asked: Question, induction: Induction, taken: Taken, found: Found) -> Stuck:
    before, after = found.before, found.after
    assert after is not None
    names = _Names(asked, taken.path, (before, after))
    changed: dict[str, str] = {}
    told: dict[str, None] = {}
    for place in asked.product.places:
        if counts(place) or place.origin == "time":
            continue
        for keys in _keys(place, before):
            old, new = before.read(place.name, keys), after.read(place.name, keys)
            said = _said(asked, names, place, keys, old)
            if old != new:
                changed[said] = _said(asked, names, place, keys, new)
            if old != new or _differs(place, old):
                told[said] = None
    state = (*changed, *(said for said in told if said not in changed))
    arguments = tuple(
        Choice(b.name, names.of(before.value(taken.names[b.uid], b.type), b.type))
        for b in binders(taken.path)
    )
    broken = _broken(asked, induction, taken, after)
    return Stuck(state[:MOST_PLACES], taken.path.step, arguments, tuple(changed.values()), broken)


def _keys(place: Place, state: ModelState) -> Iterator[tuple[Value, ...]]:
    return product(*(state.domain(key) for key in place.keys if not isinstance(key, OptionalT)))


def _differs(place: Place, value: Value) -> bool:
    return not (isinstance(place.initial, Lit) and place.initial.value == value)


def _broken(asked: Question, induction: Induction, taken: Taken, after: ModelState) -> str:
    """What the step breaks or reaches."""
    for there in taken.judged:
        if after.holds(there.failed) and (there.judged is None or there.judged.check.claim.kind != "assume"):
            return CONFLICT if there.judged is None else there.judged.check.claim.name
    at = induction.encoding.design(taken.state, taken.now)
    broken = [p.name for p in asked.properties if after.holds(neg(holds(p.condition, at, {})))]
    return broken[0] if broken else asked.check.target


def _said(asked: Question, names: _Names, place: Place, keys: tuple[Value, ...], value: Value) -> str:
    """That the place holds the value there, in the language."""
    at = tuple(_literal(names.of(key, type), type) for key, type in zip(keys, place.keys, strict=True))
    kind = INT if isinstance(place.value, RangeT) else place.value
    return spoken(asked.product, _equal(place, at, names.of(value, place.value), kind))


def _equal(place: Place, at: tuple[Expr, ...], value: Value, type: Type) -> Expr:
    read = VarRead(place.name, at, type)
    if place.origin == "counter":
        return AtLabel(place.name[1:], at, str(value))
    if isinstance(type, BoolT):
        return read if value else Not(read)
    if isinstance(type, OptionalT) and value is not None:
        return Compare("==", read, Lift(_literal(value, type.inner), type))
    return Compare("==", read, _literal(value, type))


def _literal(value: Value, type: Type) -> Lit:
    return Lit(value, INT if isinstance(type, RangeT) else type)
