"""What an oracle has when it starts: its attributes, declared, and what its claims say of the initial state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from honnin.compiler.generator.accounts import Accounts
from honnin.compiler.generator.aggregates import Aggregate
from honnin.compiler.generator.candidates import Planner
from honnin.compiler.generator.checks import Site, is_steady
from honnin.compiler.generator.expressions import NOW, Printer
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.names import Names, annotation, key_annotation
from honnin.compiler.generator.program import Place, Program
from honnin.compiler.generator.registers import has_queue
from honnin.compiler.generator.releases import NEXT, named_attribute
from honnin.compiler.machine import Register
from honnin.compiler.simplify import is_true, negation, simplify
from honnin.spec.core import Count, Expr, Given, Sum
from honnin.spec.records import dataclass, replace

Role: TypeAlias = Literal["known", "goals", "queue", "given"]
"""What an attribute is to a snapshot: written as it is; the goals of an `eventually`; what waits for one that is all of a claim, which is told
as events; or made anew from the specification and the facts."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of the generated class: `first` is the text of its value at the start, `kind` its annotation."""

    name: str
    first: str
    kind: str = ""
    role: Role = "known"

    @property
    def text(self) -> str:
        """The line that gives it its first value."""
        return (
            f"self.{self.name}: {self.kind} = {self.first}"
            if self.kind
            else f"self.{self.name} = {self.first}"
        )


def attributes(made: Program, planner: Planner) -> tuple[Attribute, ...]:
    """Everything that the class keeps, in an order in which each may read those before it."""
    return tuple(_attributes(made, Printer(made, planner, Names())))


def print_start(
    lines: Lines, made: Program, planner: Planner, accounts: Accounts, kept: tuple[Attribute, ...]
) -> None:
    """The method that gives every attribute its first value, and judges position 0."""
    printer = Printer(made, planner, Names())
    with lines.block("def _start(self) -> None:"):
        lines.add(f"{NOW} = NEVER", "_failed: tuple[Failure, ...] = ()")
        lines.add(*(attribute.text for attribute in kept))
        _judge(Site(made, lines, printer, accounts, None, -1, (), (), ()))


def _attributes(made: Program, printer: Printer) -> Iterator[Attribute]:
    numbers = range(len(made.specification.events))
    handlers = "".join(f"self._on_{number}, " for number in numbers)
    yield Attribute("_handlers", f"({handlers})", role="given")
    for number in numbers:
        if number not in made.uncounted:
            yield Attribute(f"_count_{number}", "0")
    for given in made.specification.givens:
        yield from _of_given(made, given)
    for state in made.specification.states:
        place = made.place(state.name)
        if place.default is None:
            yield Attribute(
                _bare(place.default_attribute), printer.text(state.default), place.stored, "given"
            )
        start = place.default_attribute if place.default is None else repr(place.default.value)
        yield from _of_place(made, place, start)
    for register in made.registers:
        yield from _of_register(made, register)
    for goal in made.goals:
        yield from _of_goal(made, goal)
    yield Attribute("_waiting", _queues(made), role="given")
    if made.specification.retained:
        yield Attribute(_bare(NEXT), "NEVER")
    for retained in made.specification.retained:
        yield Attribute(_bare(named_attribute(retained, made)), "OrderedDict()", "OrderedDict[Entity, int]")
    for entity, attribute in made.seen.items():
        yield Attribute(_bare(attribute), f"dict(self._known.get({entity!r}, {{}}))", "dict[Entity, None]")
    for node, found in made.aggregates.items():
        yield Attribute(_bare(found.attribute), _total(replace(printer, kept=False), node, found), "int")
    for number, check in enumerate(made.checks):
        if is_steady(check) and not check.claim.given_only:
            yield Attribute(f"_held_{number}", printer.text(simplify(check.body)))


def _bare(attribute: str) -> str:
    return attribute.removeprefix("self.")


def _total(printer: Printer, node: Expr, found: Aggregate) -> str:
    """The number of an aggregate at the start."""
    if isinstance(node, Sum):
        return printer.text(node)
    return printer.text(Count(found.binders, found.part))


def _of_given(made: Program, given: Given) -> Iterator[Attribute]:
    name, kind = _bare(made.givens[given.name]), annotation(given.value)
    table = f"self._facts[{given.name!r}]"
    if not given.keys:
        yield Attribute(name, f"{table}.default", kind, "given")
        return
    yield Attribute(name, f"{table}.entries", f"dict[{key_annotation(given.keys)}, {kind}]", "given")
    yield Attribute(_bare(made.given_default(given.name)), f"{table}.default", kind, "given")


def _of_place(made: Program, place: Place, default: str) -> Iterator[Attribute]:
    yield Attribute(_bare(place.attribute), default if place.scalar else "{}", place.declared)
    keys = key_annotation(place.keys)
    if place.traced and place.scalar:
        yield Attribute(_bare(place.source), "None", "Here | None")
    elif place.traced and not place.marks:
        sources = () if place.folded is not None else (place.source,)
        for attribute in (*sources, place.replaced) if place.replaces else sources:
            yield Attribute(_bare(attribute), "{}", f"dict[{keys}, Here]")
    for positions, attribute in made.indexes.get(place.name, {}).items():
        part = key_annotation(tuple(place.keys[position] for position in positions))
        yield Attribute(_bare(attribute), "{}", f"dict[{part}, dict[{keys}, None]]")


def _of_register(made: Program, register: Register) -> Iterator[Attribute]:
    place = made.place(register.name)
    assert place.default is not None
    yield from _of_place(made, place, repr(place.default.value))
    if register.fresh:
        yield Attribute(f"{_bare(place.attribute)}_on", "False")
    if has_queue(register):
        queue = f"deque[tuple[int, {key_annotation(place.keys)}]]"
        yield Attribute(f"{_bare(place.attribute)}_queue", "deque()", queue)


def _of_goal(made: Program, goal: str) -> Iterator[Attribute]:
    name = _bare(made.place(goal).attribute)
    if goal in made.alone:
        yield Attribute(name, "{}", "dict[Any, Here]", "queue")
        yield Attribute(f"{name}_again", "{}", "dict[Any, deque[Here]]", "queue")
    else:
        yield Attribute(name, "{}", "dict[Any, list[Goal]]", "goals")


def _queues(made: Program) -> str:
    """The queues of the claims that are one `eventually`."""
    texts = []
    for goal, claim in made.alone.items():
        name = made.place(goal).attribute
        raised = made.raised.get(goal, {})
        texts.append(f"Queue({claim}, {name}, {name}_again, {made.goals[goal].bound}, {raised!r}), ")
    return f"({''.join(texts)})"


def _judge(site: Site) -> None:
    """Position 0: what an "always" claim says of the initial state."""
    for number, check in enumerate(site.program.checks):
        if check.initial is not None and check.claim.kind != "cover":
            body = simplify(check.initial)
            here = replace(site, printer=replace(site.printer, whole=not check.claim.given_only))
            if not is_true(body):
                with here.lines.where(here.printer, simplify(negation(body))):
                    here.fail(number, check, body, {}, ())
    with site.lines.block("if _failed:"):
        site.lines.add("self._judge(_failed)")
