"""How an event changes state, as Python: one simultaneous assignment.

Where syntax shows that no write can be read by another and no two can conflict, the writes are done as they stand. Otherwise all are
collected first, looked at for conflicts, and then done together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import PurePath
from typing import TypeAlias

from honnin.compiler.formulas import assignments
from honnin.compiler.generator.candidates import in_range
from honnin.compiler.generator.expressions import POSITION, Level, Printer
from honnin.compiler.generator.lines import Lines, Writer, each
from honnin.compiler.generator.names import comment, tuple_text
from honnin.compiler.generator.program import Program
from honnin.compiler.generator.specialise import at_event, before, triggered, with_bindings
from honnin.compiler.simplify import (
    FALSE,
    TRUE,
    conjunction,
    disjunction,
    is_false,
    is_true,
    negation,
    simplify,
)
from honnin.spec.core import (
    INT,
    After,
    And,
    Assign,
    BoolT,
    Compare,
    Event,
    Expr,
    For,
    IfStatement,
    Lit,
    Not,
    RangeT,
    Statement,
    StateRead,
    Var,
    type_of,
    walk,
)
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Change:
    """Statements that happen at an event under a condition, over the fields of the event."""

    condition: Expr
    body: tuple[Statement, ...]
    after: After


def changes(program: Program, event: Event) -> list[Change]:
    """What the `after` blocks do at the event, in order; of a block's alternatives only the first that matches counts."""
    found = []
    for after in program.specification.updates:
        earlier: list[Expr] = []
        for condition, bound in triggered(after.patterns, event):
            when = at_event(with_bindings(after.when, bound), event)
            matched = conjunction((*(negation(other) for other in earlier), condition, when))
            body = _specialised(after.body, event, bound)
            if not is_false(matched) and body:
                found.append(Change(matched, body, after))
            earlier.append(condition)
    return found


def _specialised(body: tuple[Statement, ...], event: Event, bound: dict[int, Expr]) -> tuple[Statement, ...]:
    def value(expr: Expr) -> Expr:
        return at_event(with_bindings(expr, bound), event)

    found: list[Statement] = []
    for statement in body:
        match statement:
            case Assign(place=place, keys=keys, operator=operator, value=term):
                new = Assign(
                    place, tuple(value(key) for key in keys), operator, value(term), span=statement.span
                )
                found.append(new)
            case IfStatement(condition=condition, then=then, otherwise=otherwise):
                test = value(condition)
                if isinstance(test, Lit):
                    found += _specialised(then if is_true(test) else otherwise, event, bound)
                else:
                    parts = _specialised(then, event, bound), _specialised(otherwise, event, bound)
                    found.append(IfStatement(test, *parts))
            case For(binders=binders, where=where, body=inner):
                test = value(where)
                if not is_false(test):
                    found.append(For(binders, test, _specialised(inner, event, bound)))
            case _:
                raise TypeError(f"{type(statement).__name__} stands only in steps of systems")
    return tuple(found)


# ---------------------------------------------------------------- can the writes be done as they stand?


@dataclass(frozen=True, slots=True)
class _Visit:
    """One thing that happens: what it reads, what it writes, and on which branches (`if` number, side) it stands."""

    branches: dict[int, bool]
    equalities: dict[Expr, Expr]
    reads: tuple[StateRead, ...]
    assign: Assign | None = None
    loops: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Visits:
    found: list[_Visit] = field(default_factory=list)
    count: int = 0

    def visit(
        self,
        body: Sequence[Statement],
        branches: dict[int, bool],
        equalities: dict[Expr, Expr],
        loops: frozenset[int],
    ) -> None:
        for statement in body:
            match statement:
                case Assign():
                    reads = _reads((*statement.keys, statement.value))
                    self.found.append(_Visit(branches, equalities, reads, statement, loops))
                case IfStatement(condition=condition, then=then, otherwise=otherwise):
                    self.found.append(_Visit(branches, equalities, _reads((condition,)), loops=loops))
                    self.count += 1
                    number = self.count
                    self.visit(then, {**branches, number: True}, equalities, loops)
                    self.visit(otherwise, {**branches, number: False}, equalities, loops)
                case For(where=where, body=inner):
                    self.count += 1
                    inside = loops | {self.count}
                    self.found.append(_Visit(branches, equalities, _reads((where,)), loops=inside))
                    self.visit(inner, branches, equalities, inside)
                case _:
                    pass


def is_direct(found: Sequence[Change]) -> bool:
    """Whether the writes can be done one after the other, in the order written, with the same outcome."""
    visits = _Visits()
    for change in found:
        visits.found.append(_Visit({}, _equalities(change.condition), _reads((change.condition,))))
        visits.visit(change.body, {}, _equalities(change.condition), frozenset())
    for number, later in enumerate(visits.found):
        for earlier in visits.found[:number]:
            if earlier.assign is not None and _together(earlier, later) and _disturbs(earlier.assign, later):
                return False
        if not _calm(later, visits.found):
            return False
    return True


def _disturbs(assign: Assign, later: _Visit) -> bool:
    """Whether what happens later reads what was assigned, or writes it in another way than by adding to it too."""
    if any(read.state == assign.place for read in later.reads):
        return True
    other = later.assign
    if other is None or other.place != assign.place or _differ(assign.keys, other.keys):
        return False
    return ":=" in (assign.operator, other.operator)


def _calm(visit: _Visit, visits: Sequence[_Visit]) -> bool:
    """Whether no turn of a loop reads what another turn writes."""
    for other in visits:
        if other.loops & visit.loops and other.assign is not None:
            own = other.assign.keys
            if any(read.state == other.assign.place and read.keys != own for read in visit.reads):
                return False
    return True


def _together(one: _Visit, other: _Visit) -> bool:
    if any(other.branches.get(number, side) != side for number, side in one.branches.items()):
        return False
    return not any(
        left in other.equalities and _unequal(right, other.equalities[left])
        for left, right in one.equalities.items()
    )


def _equalities(condition: Expr) -> dict[Expr, Expr]:
    """What the condition says a field is."""
    found: dict[Expr, Expr] = {}
    for part in condition.items if isinstance(condition, And) else (condition,):
        match part:
            case Compare(operator="==", left=left, right=right):
                found[left] = right
            case Var():
                found[part] = TRUE
            case Not(body=Var() as variable):
                found[variable] = FALSE
            case _:
                pass
    return found


def _differ(one: tuple[Expr, ...], other: tuple[Expr, ...]) -> bool:
    return any(_unequal(left, right) for left, right in zip(one, other, strict=True))


def _unequal(left: Expr, right: Expr) -> bool:
    return isinstance(left, Lit) and isinstance(right, Lit) and left.value != right.value


def _reads(exprs: Sequence[Expr]) -> tuple[StateRead, ...]:
    return tuple(node for expr in exprs for node in walk(expr) if isinstance(node, StateRead))


# ---------------------------------------------------------------- printing


def print_changes(lines: Lines, printer: Printer, found: Sequence[Change]) -> bool:
    """The state after the event; true when faults may have been found, in `_faults`."""
    places = [assign.place for change in found for assign in assignments(change.body)]
    printing = _Printing(lines, frozenset(place for place in places if places.count(place) > 1))
    direct = is_direct(found)
    if not direct:
        lines.add("_writes: Writes = {}")
    for change in found:
        span = change.after.span
        if span.file:
            lines.add(f"# after, {comment(PurePath(span.file).name)}:{span.line}")
        with lines.where(printer, change.condition):
            printing.body(printer, change.body, printing.direct if direct else printing.collected)
    if direct:
        return False
    lines.add(f"_faults = conflicts(_writes, {POSITION})")
    with lines.block("if not _faults:"):
        for place in dict.fromkeys(places):
            printing.settle(printer, place)
    return True


_Assignment: TypeAlias = Callable[[Printer, Assign], None]


@dataclass(frozen=True, slots=True)
class _Printing:
    """Prints the statements of one event. `contended`: the places that more than one assignment may write."""

    lines: Lines
    contended: frozenset[str]

    def body(self, printer: Printer, body: Sequence[Statement], assignment: _Assignment) -> None:
        for statement in body:
            match statement:
                case Assign():
                    assignment(printer, statement)
                case IfStatement():
                    with self.lines.block(f"if {printer.test(statement.condition)}:"):
                        self.body(printer, statement.then, assignment)
                    if statement.otherwise:
                        with self.lines.block("else:"):
                            self.body(printer, statement.otherwise, assignment)
                case For():
                    formula = conjunction((statement.where, self._matters(statement, printer)))
                    plans = printer.planner.plans(statement.binders, formula)
                    with each(self.lines, printer, plans, statement.binders) as scope:
                        self.body(scope, statement.body, assignment)
                case _:
                    pass

    def _matters(self, statement: For, printer: Printer) -> Expr:
        """Where the body only sets places to their default, and nothing else writes them: that one has another value."""
        differs: list[Expr] = []
        for part in statement.body:
            if not isinstance(part, Assign) or part.operator != ":=" or part.place in self.contended:
                return TRUE
            read = StateRead(part.place, part.keys, type_of(part.value))
            if printer.program.default(read) != part.value:
                return TRUE
            differs.append(simplify(Compare("!=", read, part.value)))
        return disjunction(tuple(differs))

    def direct(self, printer: Printer, assign: Assign) -> None:
        writer = Writer(self.lines, printer)
        place = printer.program.place(assign.place)
        keys = [printer.text(key) for key in assign.keys]
        if assign.operator == ":=":
            level = Level.NOT if isinstance(place.value, BoolT) else Level.IF
            writer.put(place, keys, assign.value, printer.text(assign.value, level))
        else:
            writer.add_to(place, keys, assign.operator[0], printer.text(assign.value, Level.PRODUCT))

    def collected(self, printer: Printer, assign: Assign) -> None:
        keys = ", ".join(printer.text(key) for key in assign.keys)
        key = f"({keys},)" if keys else "()"
        words = f"`{assign.place} {assign.operator}` at {assign.span.file}:{assign.span.line}"
        value = printer.text(assign.value)
        self.lines.add(f"write(_writes, {assign.place!r}, {key}, {assign.operator!r}, {value}, {words!r})")

    def settle(self, printer: Printer, name: str) -> None:
        """Do the collected writes to one place."""
        scope = printer
        place = printer.program.place(name)
        at, how, new = (scope.names.private(text) for text in ("_at", "_how", "_new"))
        with self.lines.block(f"for {at}, {how}, {new} in written(_writes, {name!r}):"):
            keys = [f"{at}[{position}]" for position in range(len(place.keys))]
            if not isinstance(place.value, BoolT):
                with self.lines.block(f'if {how} == "+=":'):
                    old = place.attribute if place.scalar else scope.stored(place, tuple_text(keys))[0]
                    self.lines.add(f"{new} = {old} + {new}")
            Writer(self.lines, scope).put(place, keys, None, new)


def print_totals(lines: Lines, printer: Printer, changed: Collection[str]) -> None:
    """The numbers of aggregates after the event: each changes by what changed at the keys written."""
    for found in printer.program.aggregates.values():
        written = [place for place in found.places if place in changed]
        if written:
            names = {binder.uid: printer.names.new(binder.name) for binder in found.binders}
            inside = printer.bind(names)
            keys = " | ".join(f"dict.fromkeys({printer.old[place]})" for place in written)
            source = printer.old[written[0]] if len(written) == 1 else keys
            new, old = (
                inside.text(simplify(part), Level.PRODUCT)
                for part in (found.part, before(found.part, changed))
            )
            ranges = tuple(
                in_range(Var(binder, INT), binder.type)
                for binder in found.binders
                if isinstance(binder.type, RangeT)
            )
            with (
                lines.block(f"for {tuple_text(names.values())} in {source}:"),
                lines.where(inside, conjunction(ranges)),
            ):
                lines.add(f"{found.attribute} += {new} - {old}")
