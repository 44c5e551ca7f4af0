"""What a proof prints, fed back: its clauses as lemmas of the design, and judged by the reference meaning on runs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

from honnin.compiler.answers import Answer, Proved
from honnin.compiler.product import specifications_of
from honnin.compiler.prove import prove
from honnin.spec.core import (
    Check,
    EntityT,
    Exists,
    Forall,
    Given,
    Module,
    OptionalT,
    Property,
    Type,
    Value,
    finite_values,
    walk,
)
from honnin.spec.design import Configuration, Design, initial_state, steps
from honnin.spec.elaborate.types import countable
from honnin.spec.evaluation import Place, Term
from honnin.spec.facts import FactTable
from honnin.spec.load import check_text

FED = "fed"


def fed(text: str, check: Check, invariant: Sequence[str], file: Path) -> Module:
    """The specification with the clauses as lemmas of the design that the check is about."""
    lemmas = "".join(f"\n  lemma {FED}{number}: {clause}" for number, clause in enumerate(invariant))
    head = re.compile(rf"(^system {check.subject}\b[^{{]*\{{)", re.MULTILINE)
    changed, count = head.subn(lambda found: found[1] + lemmas, text, count=1)
    assert count == 1
    found = check_text(changed, str(file))
    assert found.module is not None, [d for d in found.diagnostics if d.is_error]
    return found.module


def asked_again(module: Module, check: Check, timeout: float) -> Answer:
    """The answer to the same check of the specification with the lemmas."""
    words = check.subject, check.relation, check.target
    [same] = [c for c in module.checks if (c.subject, c.relation, c.target) == words]
    return prove(module, same, timeout=timeout)


def is_used(answer: Answer) -> bool:
    """Whether it is proved, with every lemma."""
    return isinstance(answer.verdict, Proved) and not any("lemma" in warning for warning in answer.warnings)


# ---------------------------------------------------------------- the reference meaning


def can_be_judged(stated: Property) -> bool:
    """Whether the reference meaning can go through all that the property goes through."""
    quantified = (node.binder.type for node in walk(stated.condition) if isinstance(node, Forall | Exists))
    return all(map(countable, quantified))


@dataclass(frozen=True, slots=True)
class Walks:
    """Random runs of a design under the reference meaning, with few values of each entity and random facts."""

    module: Module
    subject: str
    size: int = 2

    def states(self, seeds: int, length: int) -> Iterator[Configuration]:
        """The states of so many runs, each of at most so many steps."""
        for seed in range(seeds):
            chance = random.Random(seed)
            state, now = self._start(chance), 0
            for _ in range(length):
                if state is None:
                    break
                yield state
                now += chance.choice((0, 1, 30, 90)) * 1_000_000
                possible = list(steps(state, now))
                state = chance.choice(possible).next if possible else None

    def _start(self, chance: random.Random) -> Configuration | None:
        """An initial state that `init` and the assumptions allow, if one is soon found."""
        whole = self.module.system(self.subject)
        system = replace(whole, properties=tuple(filter(can_be_judged, whole.properties)))
        specifications = specifications_of(self.module, system)
        named = dict.fromkeys(e.name for s in (self.module.main, *specifications) for e in s.entities)
        scope = {name: tuple(f"{name.lower()}{n}" for n in range(1, self.size + 1)) for name in named}
        for _ in range(200):
            facts = {
                given.name: self._table(given, scope, chance)
                for specification in specifications
                for given in specification.givens
            }
            choices: dict[Place, Term] = {
                (variable.name, keys): chance.choice(_values(variable.value, scope))
                for variable in system.variables
                if variable.initial is None
                for keys in product(*(_values(key, scope) for key in variable.keys))
            }
            start = initial_state(Design(system, specifications, facts, scope), choices, 0)
            if start is not None:
                return start
        return None

    def _table(
        self, given: Given, scope: Mapping[str, tuple[Value, ...]], chance: random.Random
    ) -> FactTable:
        keys = product(*(_values(key, scope) for key in given.keys))
        values = _values(given.value, scope)
        return FactTable({key: chance.choice(values) for key in keys}, chance.choice(values))


def _values(type: Type, scope: Mapping[str, tuple[Value, ...]]) -> tuple[Value, ...]:
    """Values of the type: all that can be listed, else a few."""
    match type:
        case EntityT(name=name):
            return scope[name]
        case OptionalT(inner=inner):
            return (None, *_values(inner, scope))
        case _:
            return finite_values(type) or (0, 1, 2, 3)
