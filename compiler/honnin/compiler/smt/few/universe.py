"""A universe of few values: of each entity at most so many, and z3 chooses how many of them there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise, product

import z3

from honnin.compiler.smt.universe import Universe
from honnin.compiler.smt.values import Formula, Term, conj, disj, neg
from honnin.spec.core import EntityT, Type, Value


class Few(Universe):
    """`domains`: the values that each entity may have; the first is always there, each other one only if that before it is."""

    def __init__(self, domains: Mapping[str, tuple[Value, ...]]) -> None:
        super().__init__(domains)
        self._there = {
            name: tuple(z3.Bool(f"there_{number}_{index}") for index in range(1, len(values)))
            for number, (name, values) in enumerate(domains.items())
        }
        for there in self._there.values():
            self.side += [z3.Implies(later, earlier) for earlier, later in pairwise(there)]

    def allowed(self, term: Term, type: Type) -> Formula:
        if not isinstance(type, EntityT) or not isinstance(term, z3.ExprRef):
            return super().allowed(term, type)
        of_them = (
            disj((neg(self.equal(type, term, value)), there))
            for value, there in zip(self._choices(type)[1:], self._there[type.name], strict=True)
        )
        return conj((super().allowed(term, type), *of_them))

    def quantify(self, every: bool, type: Type, body: Callable[[Term], Formula]) -> Formula:
        if not isinstance(type, EntityT):
            return super().quantify(every, type, body)
        first, *others = map(body, self._choices(type))
        with_there = zip(others, self._there[type.name], strict=True)
        if every:
            return conj((first, *(disj((neg(there), part)) for part, there in with_there)))
        return disj((first, *(conj((there, part)) for part, there in with_there)))

    def always(self, constants: Sequence[tuple[Type, Term]], formula: z3.BoolRef) -> z3.BoolRef:
        there = conj(self.allowed(constant, type) for type, constant in constants)
        where_there = disj((neg(there), formula))
        values = [[self.expression(v, type) for v in self._choices(type)] for type, _ in constants]
        names = [constant for _, constant in constants]
        instances = (zip(names, chosen, strict=True) for chosen in product(*values))
        return z3.And(*(z3.substitute(where_there, *instance) for instance in instances))

    def present(self, model: z3.ModelRef, entity: EntityT) -> int:
        return 1 + sum(bool(z3.is_true(model.eval(there, True))) for there in self._there[entity.name])

    def at_most(self, size: int, entity: EntityT) -> z3.BoolRef:
        there = self._there[entity.name]
        return z3.Not(there[size - 1]) if size <= len(there) else z3.BoolVal(True)
