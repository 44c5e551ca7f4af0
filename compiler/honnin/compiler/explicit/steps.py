"""Generates, per path of the product, the function that yields every way to take it; and the one for initial states.

`p3(s, h)` yields (arguments, decided state, next state, bits) for state `s`. `h` says how many values of each entity are known in
`s`: the values from `h[e]` on are interchangeable, so only the first of them need be tried. What is decided on the way (a LAZY
cell) stands in the decided state. `b3` is the body: one call, one way.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from honnin.compiler.explicit.formulas import LIST, Formulas, View, is_lazy, variable
from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.lines import Lines
from honnin.compiler.explicit.positions import Positions
from honnin.compiler.explicit.reduction.plan import Plan, labels
from honnin.compiler.explicit.reduction.reset import Reset
from honnin.compiler.explicit.relevance import may_fail
from honnin.compiler.explicit.watch import Watch
from honnin.compiler.formulas import statement_expressions, writes
from honnin.compiler.product import Path, PathStatement, counter_name
from honnin.compiler.simplify import is_true
from honnin.spec import core
from honnin.spec.core import Binder, EntityT, OptionalT, TextT, Type, base_type
from honnin.spec.records import replace

_DESIGN = View(None)
_STEP = View(None, in_step=True)


class Steps:
    """Generates the module of one product. `guesses`: an Int or a Text is chosen from a few candidates. With a `plan`, states can be reset, and `p3(s, h, u)` waits
    for labels that are `u` more."""

    def __init__(self, vocabulary: Vocabulary, watch: Watch, plan: Plan | None = None) -> None:
        self.vocabulary = vocabulary
        self.product = vocabulary.product
        self.watch = watch
        self.formulas = Formulas(vocabulary)
        self.lines = Lines()
        self.guesses = False
        self._plan = plan
        self._events: dict[str, str] = {}

    def source(self) -> str:
        """The whole module."""
        positions = Positions(self.vocabulary, self.watch)
        self._initial(positions)
        for number, path in enumerate(self.product.paths):
            self._path(number, path)
        for event, name in self._events.items():
            positions.function(name, event, self.lines)
        if self._plan is not None:
            Reset(self.vocabulary, self._plan.live, self.lines).write()
        return self.lines.text

    # ------------------------------------------------------------ initial states

    def _initial(self, positions: Positions) -> None:
        add = self.lines.add
        add("def initial(s):")
        with self.lines.indented():
            add("n = list(s)")
            for slot in self.vocabulary.slots:
                if slot.initial is not None and slot.rest is None:
                    place = self.product.place(slot.name)
                    add(f"x = {self.formulas.code(slot.initial, View(place.machine))}")
                    add(f"for i in C{slot.number}: n[i] = x")
            for condition in self.product.system.init:
                add(f"if not {self.formulas.code(condition, _DESIGN)}: return None")
            add("z = 0")
            positions.initial(self.lines)
            self._properties()
            add("return tuple(n), z")
        self._premises()

    def _premises(self) -> None:
        """What is assumed of values that are chosen, by instances: `premises()` lists each as a test and its arguments."""
        instances: list[str] = []
        for condition, view in self._assumed():
            binders: list[Binder] = []
            while isinstance(condition, core.Forall):
                binders.append(condition.binder)
                condition = condition.body
            if not _is_computed(self.vocabulary, condition, view):
                name = f"c{len(instances)}"
                code = self.formulas.code(condition, replace(view, now="s"))
                self.lines.add(f"def {name}({_parameters(binders)}): return {code}")
                loops = self.formulas.loops(tuple(binders)) or "for _ in (0,)"
                instances.append(f"*(({name}, {_values(binders)}) {loops})")
        self.lines.add(f"def premises(): return [{', '.join(instances)}]")

    def _assumed(self) -> Iterator[tuple[core.Expr, View]]:
        yield from ((condition, _DESIGN) for condition in self.product.system.init)
        yield from ((stated.condition, _DESIGN) for stated in self.product.assumptions)
        for index, machine in enumerate(self.product.machines):
            for check in machine.checks:
                if check.initial is not None and check.claim.kind == "assume":
                    yield check.initial, View(index)

    def _properties(self) -> None:
        """The design's assumptions and properties over the state in `n`."""
        for stated in self.product.assumptions:
            self.lines.add(f"if not {self.formulas.code(stated.condition, _DESIGN)}: return None")
        for stated in self.watch.properties:
            failed = f"if not {self.formulas.code(stated.condition, _DESIGN)}:"
            self.lines.add(f"{failed} z |= {self.watch.violated(None, stated.name)}")

    # ------------------------------------------------------------ paths

    def _path(self, number: int, path: Path) -> None:
        prefix = next((i for i, s in enumerate(path.body) if not _is_guard(s)), len(path.body))
        chosen = list(path.parameters)
        for place, guard in enumerate(path.body[:prefix]):
            if isinstance(guard, core.Pick):
                chosen.append(guard.binder)
            if is_lazy(self.vocabulary, _condition(guard)):
                self.lines.add(f"def g{number}_{place}({_parameters(chosen)}):")
                with self.lines.indented():
                    code = self.formulas.code(_condition(guard), replace(_STEP, now="s"))
                    self.lines.add(f"return {code}")
        self._body(number, path, path.body[prefix:], chosen)
        self.lines.add(f"def p{number}(s, h, u=0):")
        with ExitStack() as nesting, self.lines.indented():
            self._search(number, path, path.body[:prefix], nesting)

    def _search(self, number: int, path: Path, guards: tuple[PathStatement, ...], nesting: ExitStack) -> None:
        """Nested loops over parameters and picks, cut short by the guards."""
        one_will_do = frozenset() if self._plan is None else self._plan.indifferent[number]
        state, known = "s", "h"
        chosen: list[Binder] = []
        for binder in path.parameters:
            known = self._loop(binder, known, binder.uid in one_will_do, nesting)
            chosen.append(binder)
        self._waits(path, nesting)
        for place, guard in enumerate(guards):
            if isinstance(guard, core.Pick):
                known = self._loop(guard.binder, known, guard.binder.uid in one_will_do, nesting)
                chosen.append(guard.binder)
            condition = _condition(guard)
            if is_lazy(self.vocabulary, condition):
                call = f"split(g{number}_{place}, {state}, {known}, {_values(chosen)})"
                state, known = f"s{place}", f"h{place}"
                self._open(f"for {state}, {known} in {call}:", nesting)
            elif not is_true(condition):
                self._open(f"if {self.formulas.code(condition, replace(_STEP, now=state))}:", nesting)
        self.lines.add(f"yield from finish(b{number}, {state}, {known}, {_values(chosen)})")

    def _waits(self, path: Path, nesting: ExitStack) -> None:
        if path.process is None or path.label is None:
            return
        slot = self.vocabulary.by_name[counter_name(path.process)]
        cell = self.formulas.cell(slot, [variable(binder) for binder in path.parameters])
        self._open(f"if s[{cell}] == {self.vocabulary.encode(path.label, slot.value)} + u:", nesting)

    def _loop(self, binder: Binder, known: str, one_will_do: bool, nesting: ExitStack) -> str:
        """A loop over the values of a choice; what is known inside it."""
        name, values = variable(binder), self._choices(binder.type, known)
        self._open(f"for {name} in {values}{'[:1]' if one_will_do else ''}:", nesting)
        inner = base_type(binder.type)
        if not isinstance(inner, EntityT):
            return known
        entity = self.vocabulary.entities.index(inner.name)
        self.lines.add(f"h_{name} = know({known}, {entity}, {name})")
        return f"h_{name}"

    def _choices(self, type: Type, known: str) -> str:
        """The values that need be tried."""
        match type:
            case EntityT(name=name):
                entity = self.vocabulary.entities.index(name)
                return f"X{entity}[{known}[{entity}]]"
            case OptionalT(inner=inner):
                return f"(NONE, *{self._choices(inner, known)})"
            case TextT():
                self.guesses = True
                return f"range({len(self.vocabulary.texts)})"
            case core.IntT() | core.TimeT() | core.DurationT():
                self.guesses = True
                return repr(self.vocabulary.integers)
            case _:
                return self.formulas.domain(type)

    def _open(self, header: str, nesting: ExitStack) -> None:
        nesting.enter_context(self.lines.nested(header))

    # ------------------------------------------------------------ bodies

    def _body(self, number: int, path: Path, body: tuple[PathStatement, ...], chosen: list[Binder]) -> None:
        self.lines.add(f"def b{number}({_parameters(chosen)}):")
        with self.lines.indented():
            self.lines.add("n = list(s)")
            self.lines.add("z = 0")
            for statement in body:
                self._statement(statement, _STEP)
            if path.process is not None and path.next is not None:
                slot = self.vocabulary.by_name[counter_name(path.process)]
                cell = self.formulas.cell(slot, [variable(b) for b in path.parameters])
                goes_on = self._plan is not None and number in self._plan.local
                label = self.vocabulary.encode(path.next, slot.value) + (labels(slot) if goes_on else 0)
                self.lines.add(f"n[{cell}] = {label}")
            self._properties()
            self.lines.add("return tuple(n), z")

    def _statement(self, statement: core.Statement, view: View) -> None:
        code = self.formulas.code
        match statement:
            case core.When(condition=condition):
                self.lines.add(f"if not {code(condition, view)}: return None")
            case core.Assign():
                self._assign(statement, view)
            case core.For():
                self._for(statement, view)
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                for word, branch in ((f"if {code(condition, view)}:", then), ("else:", otherwise)):
                    with self.lines.nested(word):
                        for inner in branch:
                            self._statement(inner, view)
                        self.lines.add("pass")
            case core.Emit(event=event, arguments=arguments):
                name = self._events.setdefault(event, f"e{len(self._events)}")
                values = [
                    code(argument, view) if self.vocabulary.matters(event, i) or may_fail(argument) else "0"
                    for i, argument in enumerate(arguments)
                ]
                self.lines.add(f"t = {name}({', '.join([LIST, *values])})")
                self.lines.add("if t < 0: return None")
                self.lines.add("z |= t")
            case _:
                raise TypeError(f"{type(statement).__name__} does not stand there")

    def _assign(self, statement: core.Assign, view: View) -> None:
        slot = self.vocabulary.by_name.get(statement.place)
        if slot is None:
            for expr in filter(may_fail, (*statement.keys, statement.value)):
                self.lines.add(self.formulas.code(expr, view))
            return
        keys = [self.formulas.code(key, view) for key in statement.keys]
        cell, now = self.formulas.cell(slot, keys), view.now
        value = self.formulas.code(statement.value, view)
        if statement.operator != ":=":
            value = f"{self.formulas.read(slot, keys, now)} {statement.operator[0]} {value}"
        self.lines.add(f"i, x = {cell}, {value}")
        if slot.sparse:
            key, default = self.formulas.sparse_key(slot, keys), self.formulas.default(slot)
            value = f"put({now}[i], {key}, x, {default})"
            self.lines.add(f"{now}[i] = {value}")
        else:
            self.lines.add(f"{now}[i] = x")

    def _for(self, statement: core.For, view: View) -> None:
        """Each iteration sees the state before the `for` and its own writes."""
        if not writes((statement,), self.vocabulary.by_name) and not any(
            map(may_fail, statement_expressions((statement,)))
        ):
            return
        before, own = "nb", "nw"
        self.lines.add(f"{before} = {LIST}[:]")
        outside, inside = replace(view, now=before), replace(view, now=own)
        loops = [f"for {variable(b)} in {self.formulas.domain(b.type)}:" for b in statement.binders]
        where = self.formulas.code(statement.where, outside)
        with self.lines.nested(*loops, f"if {where}:"):
            self.lines.add(f"{own} = {before}[:]")
            for inner in statement.body:
                self._statement(inner, inside)
            self.lines.add(f"merge({LIST}, {before}, {own}, Z)")


def _is_guard(statement: PathStatement) -> bool:
    return isinstance(statement, core.When | core.Pick)


def _is_computed(vocabulary: Vocabulary, expr: core.Expr, view: View) -> bool:
    """Whether the condition reads what begins with a value that is computed from others."""
    for node in core.walk(expr):
        match node:
            case core.VarRead(variable=name):
                slot = vocabulary.by_name[name]
            case core.StateRead(state=state):
                slot = vocabulary.by_name[vocabulary.product.state_place(state, view.machine)]
            case core.AtLabel(process=process):
                slot = vocabulary.by_name[counter_name(process)]
            case _:
                continue
        if slot.initial is not None and slot.rest is None:
            return True
    return False


def _condition(guard: PathStatement) -> core.Expr:
    match guard:
        case core.When(condition=condition):
            return condition
        case core.Pick(where=where):
            return where
        case _:
            raise TypeError(f"{type(guard).__name__} is no guard")


def _parameters(chosen: list[Binder]) -> str:
    return ", ".join(["s", *map(variable, chosen)])


def _values(chosen: list[Binder]) -> str:
    return f"({''.join(f'{variable(binder)}, ' for binder in chosen)})"
