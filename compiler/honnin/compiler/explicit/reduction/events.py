"""What an event reads and writes at the machines that have it (positions.py generates what they do)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from honnin.compiler.explicit.layout import is_finite
from honnin.compiler.explicit.positions import at_event, fixed_keys, stays
from honnin.compiler.explicit.reduction.cells import Cells, Key
from honnin.compiler.explicit.reduction.reader import Effect, Reader, Sight, Write, written
from honnin.compiler.formulas import assignments, written_twice
from honnin.compiler.machine import Check, Machine, Phase, Register
from honnin.compiler.product import place_name
from honnin.compiler.simplify import is_true, normal
from honnin.spec import core
from honnin.spec.core import After, And, Binder, Compare, Event, Expr, Or, Pattern, Var


class Events:
    """Follows the events of a product."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._machines = reader.vocabulary.product.machines

    def happens(self, event: str, arguments: Sequence[Key], effect: Effect) -> None:
        """Adds what the event does, with these arguments, at every machine that has it."""
        for index, machine in enumerate(self._machines):
            for declared in machine.specification.events:
                if declared.name == event:
                    _Happening(self._reader, index, machine, declared, arguments, effect).follow()


class _Happening:
    """One event at one machine."""

    def __init__(
        self,
        reader: Reader,
        index: int,
        machine: Machine,
        event: Event,
        arguments: Sequence[Key],
        effect: Effect,
    ) -> None:
        self.reader = reader
        self.index = index
        self.machine = machine
        self.event = event
        self.arguments = arguments
        self.effect = effect
        self.is_contested = any(True for _ in written_twice(machine.specification))
        names = {-1 - i: key for i, key in enumerate(arguments)}
        self.sight = Sight(names, effect.memory, index)

    def follow(self) -> None:
        before = self.effect.memory.copy()
        for check in self.machine.checks:
            if check.phase == 1:
                for names in self._matches(check.claim.patterns):
                    self._check(check, self.sight.naming(names))
        self._registers(1, self.sight)
        self._updates(Sight(self.sight.names, self.effect.memory.copy(), self.index))
        after = Sight(self.sight.names, self.effect.memory, self.index, before)
        for check in self.machine.checks:
            if check.phase == 2 and not check.claim.given_only:
                self._check(check, after)
        self._registers(2, after)

    def _matches(self, patterns: Iterable[Pattern]) -> Iterator[Mapping[int, Key]]:
        """What each pattern of the event binds."""
        for pattern in patterns:
            if pattern.event == self.event.name:
                bound = zip(pattern.arguments, self.arguments, strict=True)
                yield {name.uid: key for name, key in bound if isinstance(name, Binder)}

    def _check(self, check: Check, sight: Sight) -> None:
        into = self.effect.asked if check.claim.kind == "assume" else self.effect.judged
        for expr in (check.when, check.body):
            into.update(self.reader.reads(at_event(expr, self.event), sight))

    # ------------------------------------------------------------ state changes

    def _updates(self, sight: Sight) -> None:
        """All of them see the state before."""
        for update in self.machine.specification.updates:
            patterns = [p for p in update.patterns if p.event == self.event.name]
            for names in self._matches(patterns):
                self._update(update, patterns, sight.naming(names))

    def _update(self, update: After, patterns: Sequence[Pattern], sight: Sight) -> None:
        when = at_event(update.when, self.event)
        if self._writes(update.body):
            self.effect.asked.update(self.reader.reads(when, sight))
        is_sure = is_true(when) and len(patterns) == 1 and not self.is_contested
        is_sure &= not any(isinstance(argument, core.Lit) for argument in patterns[0].arguments)
        self._block(update.body, sight, is_sure)

    def _writes(self, body: Iterable[core.Statement]) -> bool:
        """Whether the block writes anything that is kept."""
        kept = self.reader.vocabulary.by_name
        return any(place_name(self.machine, assign.place) in kept for assign in assignments(body))

    def _block(self, body: Iterable[core.Statement], sight: Sight, surely: bool) -> None:
        for statement in body:
            match statement:
                case core.Assign():
                    self._assign(statement, sight, surely)
                case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                    self._ask(condition, sight)
                    self._block((*then, *otherwise), sight, False)
                case core.For(where=where, body=inner):
                    self._ask(where, sight)
                    self._block(inner, sight, False)
                case _:
                    raise TypeError(f"{type(statement).__name__} stands only in steps")

    def _ask(self, expr: Expr, sight: Sight) -> None:
        self.effect.asked.update(self.reader.reads(expr, sight))

    def _assign(self, statement: core.Assign, sight: Sight, surely: bool) -> None:
        reader = self.reader
        cells = reader.place(place_name(self.machine, statement.place), statement.keys, sight)
        if cells is None:
            return
        for key in statement.keys:
            self._ask(key, sight)
        if self.is_contested:
            self._ask(statement.value, sight)
        is_set = statement.operator == ":="
        value = reader.value(statement.value, sight) if is_set else None
        reads = frozenset(reader.reads(statement.value, sight))
        self.effect.writes.append(written(cells, reads))
        self.effect.memory.write(cells, value, reads, surely and is_set)

    # ------------------------------------------------------------ registers

    def _registers(self, phase: Phase, sight: Sight) -> None:
        """All of the phase see those before it."""
        changed = [
            self._register(register, sight)
            for register in self.machine.registers
            if register.phase == phase and not stays(register, self.event)
        ]
        for cells, reads in changed:
            if cells is not None:
                self.effect.writes.append(written(cells, reads))
                self.effect.memory.write(cells, None, reads, False)

    def _register(self, register: Register, sight: Sight) -> tuple[Cells | None, frozenset[Cells]]:
        """The cells of the register that may change, and what the change depends on."""
        name = place_name(self.machine, register.name)
        if name not in self.reader.vocabulary.by_name:
            return None, frozenset()
        begin, hold = at_event(register.set, self.event), at_event(register.hold, self.event)
        self._look_around(register, begin, hold)
        pins: Mapping[int, Key] = {}
        if register.operator == "since":
            changes = _either(self._pins(normal(begin), sight), self._pins(normal(core.Not(hold)), sight))
            pins = {} if changes is None else changes
        inside = sight.naming({binder.uid: pins.get(binder.uid) for binder in register.keys})
        keys = tuple(Var(binder, binder.type) for binder in register.keys)
        cells = self.reader.place(name, keys, inside)
        reads = (cell for formula in (begin, hold) for cell in self.reader.reads(formula, inside))
        return cells, frozenset(reads)

    def _look_around(self, register: Register, begin: Expr, hold: Expr) -> None:
        """A register with keys without end is brought up to date for every value in sight, wherever it is held."""
        fixed = fixed_keys(register, begin, hold)
        if all(is_finite(binder.type) or binder.uid in fixed for binder in register.keys):
            return
        for cells in self.reader.everything(self.index):
            self.effect.asked.add(cells)
            self.effect.writes.append(Write(cells))
            self.effect.memory.write(cells, None, frozenset(), False)

    def _pins(self, formula: Expr, sight: Sight) -> Mapping[int, Key] | None:
        """Variables (by uid) without whose values here the formula, in normal form, is false; None: it is false anyway."""
        match formula:
            case core.Lit(value=False):
                return None
            case And(items=items):
                parts = [self._pins(item, sight) for item in items]
                if None in parts:
                    return None
                return {uid: key for part in parts if part is not None for uid, key in part.items()}
            case Or(items=items):
                found: Mapping[int, Key] | None = None
                for item in items:
                    found = _either(found, self._pins(item, sight))
                return found
            case Compare(operator="==", left=left, right=right):
                sides = ((left, right), (right, left))
                values = {v.binder.uid: self.reader.value(o, sight) for v, o in sides if isinstance(v, Var)}
                return {uid: key for uid, key in values.items() if key is not None}
            case _:
                return {}


def _either(one: Mapping[int, Key] | None, other: Mapping[int, Key] | None) -> Mapping[int, Key] | None:
    """What both fix alike."""
    if one is None or other is None:
        return other if one is None else one
    return {uid: key for uid, key in one.items() if other.get(uid) == key}
