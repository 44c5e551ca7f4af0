"""How many values of each entity a run of k steps can tell apart.

Take a run of k steps that ends in a violation, and keep only the values that it touches: its parameters and picks, the witnesses
of what is said to exist, what the arbitrary values (givens, `= any`) were when they were read. It is still a run that ends
in the violation, for `forall` is true of fewer values as well. So scopes of that size contain every shortest run, but for
formulas that count, or that say `exists` under `forall`: there no size is enough (`unbounded`).

A larger scope contains the runs of a smaller one if no formula ranges over the entity (values that nobody touches make no
difference then). Otherwise (`quantified`) the smaller scopes are searched too: a guard may be true only of few values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from honnin.compiler.explicit.choices import indifferent
from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.formulas import statement_expressions
from honnin.compiler.machine import Machine
from honnin.compiler.product import Path
from honnin.compiler.simplify import normal
from honnin.spec import core
from honnin.spec.core import Binder, EntityT, Expr, Type, base_type, type_of
from honnin.spec.records import dataclass, field
from honnin.spec.words import bound_here


@dataclass(slots=True)
class Need:
    """For one entity. `once`: values for the whole run; `per_step`: for each step; `per_value`: for each value of another."""

    once: int = 0
    per_step: int = 0
    per_value: set[int] = field(default_factory=set)
    quantified: bool = False
    unbounded: bool = False


class Needs:
    """The needs of a product, per entity."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._product = vocabulary.product
        self.of = [Need() for _ in vocabulary.entities]
        self._once()
        steps = [self._step(path) for path in self._product.paths]
        for index, need in enumerate(self.of):
            need.per_step = max((step[index] for step in steps), default=0)
        for expr in self._everything():
            self._note_quantifiers(expr)

    def sizes(self, steps: int, cap: int) -> tuple[tuple[int, ...], bool]:
        """How many values of each entity k steps can tell apart, at least one and at most `cap`; whether that is certain."""
        wanted = [need.once + steps * need.per_step for need in self.of]
        for _ in self.of:
            wanted = [
                need.once + steps * need.per_step + sum(wanted[other] for other in need.per_value)
                for need in self.of
            ]
        certain = not any(need.unbounded for need in self.of) and max(wanted, default=0) <= cap
        return tuple(max(1, min(cap, size)) for size in wanted), certain

    def _entity(self, type: Type) -> int | None:
        kind = base_type(type)
        return self._vocabulary.entities.index(kind.name) if isinstance(kind, EntityT) else None

    # ------------------------------------------------------------ counting

    def _once(self) -> None:
        """The initial state, and the violation at the end."""
        system = self._product.system
        counts = [0] * len(self.of)
        for condition in system.init:
            self._witnesses(condition, counts)
        for stated in self._product.properties:
            self._witnesses(
                stated.condition if stated.kind == "assume" else core.Not(stated.condition), counts
            )
        ends = [self._end(machine) for machine in self._product.machines]
        for index, need in enumerate(self.of):
            need.once = counts[index] + max((end[index] for end in ends), default=0)

    def _end(self, machine: Machine) -> list[int]:
        """That the assumptions hold initially, and the most that the failure of one claim needs."""
        assumed, most = [0] * len(self.of), [0] * len(self.of)
        for check in machine.checks:
            is_assumed = check.claim.kind == "assume"
            counts = assumed if is_assumed else [0] * len(self.of)
            self._witnesses(check.when, counts)
            self._witnesses(core.Not(check.body) if check.claim.kind == "invariant" else check.body, counts)
            if not is_assumed:
                most = [max(pair) for pair in zip(most, counts, strict=True)]
        return [sum(pair) for pair in zip(assumed, most, strict=True)]

    def _step(self, path: Path) -> list[int]:
        counts = [0] * len(self.of)
        any_will_do = indifferent(self._vocabulary, path, self._vocabulary.constants)
        self._binders((b for b in path.parameters if b.uid not in any_will_do), counts)
        for statement in path.body:
            match statement:
                case core.When(condition=condition):
                    self._witnesses(condition, counts)
                case core.Pick(binder=binder, where=where):
                    self._binders((binder,) if binder.uid not in any_will_do else (), counts)
                    self._witnesses(where, counts)
                case core.Emit(event=event):
                    self._undecided(statement_expressions((statement,)), counts)
                    self._position(event, counts)
                case _:
                    self._undecided(statement_expressions((statement,)), counts)
                    self._loops((statement,))
        for assumption in self._product.assumptions:
            self._witnesses(assumption.condition, counts)
        read = [node for expr in statement_expressions(path.body) for node in core.walk(expr)]
        self._lazy_reads(read, counts)
        return counts

    def _position(self, event: str, counts: list[int]) -> None:
        for machine in self._product.machines:
            if not any(declared.name == event for declared in machine.specification.events):
                continue
            for check in machine.checks:
                if check.claim.kind == "assume":
                    self._undecided((check.when,), counts)
                    self._witnesses(check.body, counts)
            for update in machine.specification.updates:
                if any(pattern.event == event for pattern in update.patterns):
                    self._undecided((update.when, *statement_expressions(update.body)), counts)
                    self._loops(update.body)
            for register in machine.registers:
                self._undecided((register.set, register.hold), counts)
                if register.keys:
                    self._all_unbounded(core.And((register.set, register.hold)))

    def _loops(self, body: Iterable[core.Statement]) -> None:
        """In a `for` there may be a witness for each value."""
        for statement in body:
            match statement:
                case core.For(binders=binders, body=inner):
                    for expr in statement_expressions((statement,)):
                        self._all_unbounded(expr)
                        self._note_quantifiers(expr, binders)
                    self._loops(inner)
                case core.IfStatement(then=then, otherwise=otherwise):
                    self._loops((*then, *otherwise))
                case _:
                    pass

    def _binders(self, binders: Iterable[Binder], counts: list[int]) -> None:
        for binder in binders:
            entity = self._entity(binder.type)
            if entity is not None:
                counts[entity] += 1

    def _undecided(self, expressions: Iterable[Expr], counts: list[int]) -> None:
        """Either value of a formula may be what the run needs."""
        for expr in expressions:
            if isinstance(type_of(expr), core.BoolT):
                self._witnesses(expr, counts)
                self._witnesses(core.Not(expr), counts)
            elif any(isinstance(node, core.Forall | core.Exists) for node in core.walk(expr)):
                self._all_unbounded(expr)

    def _witnesses(self, expr: Expr, counts: list[int]) -> None:
        """The witnesses that make the formula true."""
        self._look(normal(expr), counts, under_forall=False)

    def _look(self, expr: Expr, counts: list[int], under_forall: bool) -> None:
        match expr:
            case core.And(items=items) | core.Or(items=items):
                for item in items:
                    self._look(item, counts, under_forall)
            case core.Exists(binder=binder, body=body):
                if under_forall:
                    self._all_unbounded(expr)
                self._binders((binder,), counts)
                self._look(body, counts, under_forall)
            case core.Forall(body=body):
                self._look(body, counts, under_forall=True)
            case _:
                if any(isinstance(node, core.Forall | core.Exists) for node in core.walk(expr)):
                    self._all_unbounded(expr)

    def _all_unbounded(self, expr: Expr) -> None:
        for binder in _quantified(expr):
            entity = self._entity(binder.type)
            if entity is not None:
                self.of[entity].unbounded = True

    def _lazy_reads(self, read: Sequence[Expr], counts: list[int]) -> None:
        """Each arbitrary value read may be another value of its entity."""
        seen: set[Expr] = set()
        for node in read:
            slot = self._lazy_slot(node)
            if slot is None or node in seen:
                continue
            seen.add(node)
            entity = self._entity(slot)
            if entity is not None:
                counts[entity] += 1

    def _lazy_slot(self, node: Expr) -> Type | None:
        """The type of the arbitrary value that the expression reads."""
        match node:
            case core.GivenRead(given=name) if name in self._vocabulary.givens:
                return self._vocabulary.givens[name].value
            case core.VarRead(variable=name) if name in self._vocabulary.by_name:
                slot = self._vocabulary.by_name[name]
                return slot.value if slot.lazy else None
            case _:
                return None

    # ------------------------------------------------------------ quantifiers

    def _everything(self) -> Iterator[Expr]:
        system = self._product.system
        yield from system.init
        yield from (stated.condition for stated in self._product.properties)
        for path in self._product.paths:
            yield from statement_expressions(path.body)
        for machine in self._product.machines:
            for check in machine.checks:
                yield from (check.when, check.body)
            for update in machine.specification.updates:
                yield from (update.when, *statement_expressions(update.body))
            for register in machine.registers:
                yield from (register.set, register.hold)

    def _note_quantifiers(self, expr: Expr, around: tuple[Binder, ...] = ()) -> None:
        under: list[tuple[Expr, tuple[Binder, ...]]] = [(expr, around)]
        while under:
            node, bound = under.pop()
            here = bound_here(node)
            for binder in here:
                entity = self._entity(binder.type)
                if entity is not None:
                    self.of[entity].quantified = True
                    self.of[entity].unbounded |= isinstance(node, core.Count | core.Sum)
            self._note_read(node, bound)
            under += [(child, (*bound, *here)) for child in core.children(node)]

    def _note_read(self, node: Expr, bound: tuple[Binder, ...]) -> None:
        """An arbitrary value read for every value of something."""
        slot = self._lazy_slot(node)
        entity = None if slot is None else self._entity(slot)
        if entity is None:
            return
        uids = {n.binder.uid for n in core.walk(node) if isinstance(n, core.Var)}
        for binder in bound:
            other = self._entity(binder.type)
            if binder.uid in uids:
                if other is None or other == entity:
                    self.of[entity].unbounded = True
                else:
                    self.of[entity].per_value.add(other)


def _quantified(expr: Expr) -> Iterator[Binder]:
    for node in core.walk(expr):
        yield from bound_here(node)
