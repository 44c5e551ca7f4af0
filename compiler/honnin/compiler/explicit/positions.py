"""Generates, per event, the function that a position is (machine.py tells the order of work).

`e3(n, a0, a1)` changes `n` to the state after the event and returns what was violated and exercised, as bits (watch.py); -1 when an
assumption is broken.
"""

from __future__ import annotations

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.formulas import (
    LIST,
    Formulas,
    View,
    argument,
    bindings,
    literal_condition,
    variable,
)
from honnin.compiler.explicit.layout import Vocabulary, is_finite
from honnin.compiler.explicit.lines import Lines
from honnin.compiler.explicit.watch import CONFLICT, Watch
from honnin.compiler.formulas import writes
from honnin.compiler.machine import Check, Machine, Phase, Register
from honnin.compiler.product import place_name
from honnin.compiler.simplify import FALSE, conjunction, free, is_false, is_true, simplify
from honnin.spec import core
from honnin.spec.core import And, Atom, Compare, Event, Expr, Implies, Lit, Pattern, Var, base_type


class Positions:
    """Generates the event functions of one product."""

    def __init__(self, vocabulary: Vocabulary, watch: Watch) -> None:
        self.vocabulary = vocabulary
        self.formulas = Formulas(vocabulary)
        self.watch = watch

    def function(self, name: str, event: str, lines: Lines) -> None:
        """The function `name` for the event."""
        owners = [(i, m) for i, m in enumerate(self.vocabulary.product.machines) if _declared(m, event)]
        fields = len(_declared(owners[0][1], event)[0].fields) if owners else 0
        lines.add(f"def {name}({', '.join([LIST, *(f'a{i}' for i in range(fields))])}):")
        with lines.indented():
            lines.add("z = 0")
            for index, machine in owners:
                _Position(self, index, machine, _declared(machine, event)[0], lines).write()
            lines.add("return z")

    def initial(self, lines: Lines) -> None:
        """The checks at position 0, in the function that makes initial states."""
        for index, machine in enumerate(self.vocabulary.product.machines):
            view = View(index)
            for check in machine.checks:
                if check.initial is not None:
                    failed = f"if not {self.formulas.code(check.initial, view)}:"
                    if check.claim.kind == "assume":
                        lines.add(f"{failed} return None")
                    elif check.claim.kind == "invariant":
                        bit = self.watch.violated(machine.specification.name, check.claim.name)
                        lines.add(f"{failed} z |= {bit}")


def _declared(machine: Machine, event: str) -> list[Event]:
    return [declared for declared in machine.specification.events if declared.name == event]


class _Position:
    """The lines for one event at one machine."""

    def __init__(self, made_by: Positions, index: int, machine: Machine, event: Event, lines: Lines) -> None:
        self.vocabulary = made_by.vocabulary
        self.formulas = made_by.formulas
        self.watch = made_by.watch
        self.view = View(index)
        self.index = index
        self.machine = machine
        self.event = event
        self.lines = lines

    def write(self) -> None:
        for check in self.machine.checks:
            if check.phase == 1:
                self._on(check)
        self._registers(1)
        if self._reads_old():
            self.lines.add("o = n[:]")
        self._updates()
        for check in self.machine.checks:
            if check.phase == 2 and not check.claim.given_only:
                self._judge(check, self._here(check.body))
        self._registers(2)

    def _reads_old(self) -> bool:
        formulas = [check.body for check in self.machine.checks if check.phase == 2]
        formulas += [part for r in self.machine.registers if r.phase == 2 for part in (r.set, r.hold)]
        return any(isinstance(node, core.Old) for formula in formulas for node in core.walk(formula))

    def _here(self, expr: Expr) -> Expr:
        return at_event(expr, self.event)

    # ------------------------------------------------------------ checks

    def _on(self, check: Check) -> None:
        patterns = [p for p in check.claim.patterns if p.event == self.event.name]
        if not patterns:
            return
        with self._matching(patterns, check.when):
            self._judge(check, self._here(check.body))

    def _matching(self, patterns: list[Pattern], when: Expr) -> Lines:
        """A block obeyed when the first pattern that matches the event has `when` true; its names are bound."""
        self.lines.add("m = True")
        for number, pattern in enumerate(patterns):
            self.lines.add(f"{'el' if number else ''}if {literal_condition(self.vocabulary, pattern)}:")
            with self.lines.indented():
                for binding in (*bindings(pattern), "pass"):
                    self.lines.add(binding)
        self.lines.add("else: m = False")
        self.lines.add(f"if m and {self.formulas.code(self._here(when), self.view)}:")
        return self.lines.indented()

    def _judge(self, check: Check, body: Expr) -> None:
        claim, code = check.claim, self.formulas.code
        if claim.kind == "assume":
            self.lines.add(f"if not {code(body, self.view)}: return -1")
            return
        bad = self.watch.violated(self.machine.specification.name, claim.name)
        exercised = self.watch.exercised(self.machine.specification.name, claim.name)
        if claim.kind == "cover":
            self.lines.add(f"if {code(body, self.view)}: z |= {bad}")
            return
        if claim.form == "on" and isinstance(check.body, Implies):
            self.lines.add(f"if {code(self._here(check.body.left), self.view)}: z |= {exercised}")
        else:
            self.lines.add(f"z |= {exercised}")
        if not is_true(body):
            self.lines.add(f"if not {code(body, self.view)}: z |= {bad}")

    # ------------------------------------------------------------ state changes

    def _updates(self) -> None:
        blocks = [
            (update, [p for p in update.patterns if p.event == self.event.name])
            for update in self.machine.specification.updates
        ]
        kept = {s.name for s in self.machine.specification.states if self._is_kept(s.name)}
        blocks = [(u, patterns) for u, patterns in blocks if patterns and writes(u.body, kept)]
        if not blocks:
            return
        self.lines.add("w = []")
        for update, patterns in blocks:
            with self._matching(patterns, update.when):
                self._writes(update.body)
        conflict = self.watch.violated(self.machine.specification.name, CONFLICT)
        self.lines.add(f"if w and apply(n, w, Z): z |= {conflict}")

    def _is_kept(self, state: str) -> bool:
        return place_name(self.machine, state) in self.vocabulary.by_name

    def _writes(self, body: tuple[core.Statement, ...]) -> None:
        code = self.formulas.code
        for statement in body:
            match statement:
                case core.Assign(place=place) if not self._is_kept(place):
                    pass
                case core.Assign(operator=operator):
                    slot = self.vocabulary.by_name[place_name(self.machine, statement.place)]
                    keys = [code(key, self.view) for key in statement.keys]
                    cell, key = self.formulas.cell(slot, keys), self.formulas.sparse_key(slot, keys)
                    value = code(statement.value, self.view)
                    self.lines.add(f"w.append(({cell}, {key}, {operator!r}, {value}))")
                case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                    for word, branch in ((f"if {code(condition, self.view)}:", then), ("else:", otherwise)):
                        self.lines.add(word)
                        with self.lines.indented():
                            self._writes(branch)
                            self.lines.add("pass")
                case core.For(binders=binders, where=where):
                    with self.lines.nested(
                        *(f"for {variable(b)} in {self.formulas.domain(b.type)}:" for b in binders),
                        f"if {code(where, self.view)}:",
                    ):
                        self._writes(statement.body)
                        self.lines.add("pass")
                case _:
                    raise TypeError(f"{type(statement).__name__} stands only in steps")
        self.lines.add("pass")

    # ------------------------------------------------------------ registers

    def _registers(self, phase: Phase) -> None:
        """All registers of the phase brought up to date at once."""
        kept = [
            r for r in self.machine.registers if place_name(self.machine, r.name) in self.vocabulary.by_name
        ]
        written = [r for r in kept if r.phase == phase and not stays(r, self.event)]
        if not written:
            return
        self.lines.add("u = []")
        for register in written:
            self._register(register)
        self.lines.add("apply(n, u, Z)")

    def _register(self, register: Register) -> None:
        if register.stores != "whether":
            raise NotApplicable("it depends on time")
        slot = self.vocabulary.by_name[place_name(self.machine, register.name)]
        if slot.sparse and any(check.claim.prove_only for check in self.machine.checks):
            raise NotApplicable("a claim that is not monitorable has infinitely many values to look at")
        begin, hold = self._here(register.set), self._here(register.hold)
        is_since = register.operator == "since"
        pins = fixed_keys(register, begin, hold)
        keys = [variable(binder) for binder in register.keys]
        old = self.formulas.read(slot, keys, LIST)
        cell, key = self.formulas.cell(slot, keys), self.formulas.sparse_key(slot, keys)
        begin_code = self.formulas.code(begin, self.view)
        with self.lines.nested(*(self._key_loop(binder, pins, (begin, hold)) for binder in register.keys)):
            if is_since:
                holds = self.formulas.code(hold, self.view)
                self.lines.add(f"x = {begin_code} or ({old} and {holds})")
            else:
                self.lines.add(f"x = {begin_code}")
            self.lines.add(f"if bool(x) != bool({old}): u.append(({cell}, {key}, ':=', bool(x)))")

    def _key_loop(self, binder: core.Binder, pins: dict[int, Expr], formulas: tuple[Expr, ...]) -> str:
        """The values of a register's key at which it may change."""
        name = variable(binder)
        if binder.uid in pins and not isinstance(binder.type, core.RangeT):
            return f"for {name} in ({self.formulas.code(pins[binder.uid], self.view)},):"
        if is_finite(binder.type):
            return f"for {name} in {self.formulas.domain(binder.type)}:"
        return f"for {name} in {self._in_sight(binder.type, formulas)}:"

    def _in_sight(self, type: core.Type, formulas: tuple[Expr, ...]) -> str:
        """Every value of a type without end that the state, the event or the formulas hold."""
        more = [f"a{i}" for i, f in enumerate(self.event.fields) if not is_finite(base_type(f.type))]
        literals = {
            self.formulas.code(node, self.view)
            for formula in formulas
            for node in core.walk(formula)
            if isinstance(node, Lit) and base_type(node.type) == type
        }
        return (
            f"keys_in_sight({', '.join(['n', f'I{self.index}', f'S{self.index}', *more, *sorted(literals)])})"
        )


def at_event(expr: Expr, event: Event) -> Expr:
    """The formula with the atoms decided as far as the event decides them; field i of the event is `argument(i, ...)`."""

    def settled(part: Expr) -> Expr:
        if not isinstance(part, Atom):
            return core.rewrite(part, settled)
        if part.event != event.name:
            return FALSE
        here = [argument(i, field.type) for i, field in enumerate(event.fields)]
        pairs = zip(here, part.arguments, strict=True)
        return conjunction(tuple(Compare("==", h, settled(said)) for h, said in pairs if said is not None))

    return simplify(settled(expr))


def stays(register: Register, event: Event) -> bool:
    """Whether no event of this kind changes the register."""
    is_since = register.operator == "since"
    return is_since and is_false(at_event(register.set, event)) and is_true(at_event(register.hold, event))


def fixed_keys(register: Register, begin: Expr, hold: Expr) -> dict[int, Expr]:
    """The keys (by uid) outside whose values here the register does not change at an event that makes its formulas these."""
    if register.operator != "since" or not is_true(hold):
        return {}
    keys = {binder.uid for binder in register.keys}
    pins: dict[int, Expr] = {}
    for part in begin.items if isinstance(begin, And) else (begin,):
        if isinstance(part, Compare) and part.operator == "==":
            for one, other in ((part.left, part.right), (part.right, part.left)):
                if isinstance(one, Var) and one.binder.uid in keys and not _is_guarded(other, keys):
                    pins.setdefault(one.binder.uid, other)
    return pins


def _is_guarded(value: Expr, keys: set[int]) -> bool:
    """Whether the value is not there for itself: it needs another key, or is perhaps none."""
    return bool(free(value) & keys) or any(isinstance(node, core.Present) for node in core.walk(value))
