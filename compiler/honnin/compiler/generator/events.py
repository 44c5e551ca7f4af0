"""The methods of one event: the public one, which reads its values, and the one that does the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Literal, TypeAlias

from honnin.compiler.generator.accounts import Accounts
from honnin.compiler.generator.candidates import Planner
from honnin.compiler.generator.checks import Site, print_always, print_on, values_text
from honnin.compiler.generator.expressions import HERE, NOW, POSITION, Level, Printer
from honnin.compiler.generator.lines import Lines, Writer
from honnin.compiler.generator.names import Names, annotation, comment, identifier, key_annotation
from honnin.compiler.generator.once import Once
from honnin.compiler.generator.program import Program, changed_by
from honnin.compiler.generator.registers import print_forgetting, print_goals, print_registers
from honnin.compiler.generator.releases import print_naming
from honnin.compiler.generator.specialise import OLD, at_event
from honnin.compiler.generator.updates import Change, changes, print_changes, print_totals
from honnin.spec.core import (
    Assign,
    BoolT,
    EntityT,
    EnumT,
    Event,
    Expr,
    IntT,
    OptionalT,
    RangeT,
    StateRead,
    TextT,
    Type,
    base_type,
    walk,
)
from honnin.spec.records import dataclass, replace

RESERVED = frozenset(
    [
        "self",
        "Account",
        "Any",
        "BadInput",
        "Entity",
        "Failure",
        "Formula",
        "Goal",
        "NEVER",
        "Obligation",
        "OracleBase",
        "Queue",
        "When",
        "Writes",
        "conflicts",
        "deque",
        "every",
        "forget_counts",
        "forget_times",
        "forgotten",
        "lately",
        "present",
        "seconds",
        "some",
        "truth",
        "unindex",
        "write",
        "written",
    ]
)
"""What the methods read that is defined outside them: no name of a specification may stand for another thing there."""


Way: TypeAlias = Literal["lock", "turns", "alone"]
"""How threads share an event's method: by a lock; by `Turns`, in place; or not at all."""
_TURNS = (
    "if self._lock.alone._is_owned():",
    "    _lock = None",
    "elif self._lock.settled:",
    "    _lock = self._lock.lock",
    "    _lock.acquire()",
    "else:",
    "    _lock = self._lock.take(1)",
)
_TURNED = ("if _lock is not None:", "    _lock.release()")


@dataclass(frozen=True, slots=True)
class Body:
    """The work of an event; `awaits`: `_failed` is the deadlines that are missed by then, else nothing is known of it."""

    lines: Sequence[str]
    awaits: bool


def print_method(
    lines: Lines,
    number: int,
    event: Event,
    method: str,
    parameters: Sequence[str],
    *,
    needs_time: bool,
    way: Way,
    body: Body | None = None,
) -> None:
    """The method that takes the event's values by name or position and refuses what they may not be. `body`: its work, in place."""
    kinds = [annotation(parameter.type) for parameter in event.fields]
    head = [f"{name}: {kind}" for name, kind in zip(parameters, kinds, strict=True)]
    signature = ", ".join(("self", *head, "at: When = None"))
    title = f": {comment(event.title)}" if event.title else ""
    work = body.lines if body else [f"self._on_{number}({', '.join((NOW, *parameters))})"]
    awaits = body is not None and body.awaits
    with lines.block(f"def {method}({signature}) -> None:"):
        lines.add(f"# event {comment(event.name)}{title}")
        with lines.block("try:"):
            _print_checks(lines, number, event, parameters)
            with _turn(lines, way):
                _print_moment(lines, needs_time, awaits)
                lines.add(*work)
        with (
            lines.block("except Exception as _error:"),
            lines.block("if not self._overlooks(_error):"),
        ):
            lines.add("raise")


@contextmanager
def _turn(lines: Lines, way: Way) -> Iterator[None]:
    """What is added inside is done by one thread at a time."""
    if way == "alone":
        yield
        return
    lines.add(*_TURNS if way == "turns" else ("_lock = self._lock", "_lock.acquire()"))
    with lines.block("try:"):
        yield
    with lines.block("finally:"):
        lines.add(*_TURNED if way == "turns" else ("_lock.release()",))


def _print_checks(lines: Lines, number: int, event: Event, parameters: Sequence[str]) -> None:
    """Values that are none as they stand are read, or refused."""
    plain = not {"type", "str", "int", "bool"} & set(parameters)
    for place, (name, parameter) in enumerate(zip(parameters, event.fields, strict=True)):
        checked = f"{name} = self._checked({number}, {place}, {name})"
        test = _unreadable(name, parameter.type) if plain else None
        if test is None:
            lines.add(checked)
        else:
            with lines.block(f"if {test}:"):
                lines.add(checked)


def _print_moment(lines: Lines, needs_time: bool, awaits: bool) -> None:
    """The time of the event; a whole number of seconds, and none where none is needed, are read on the spot.

    Of one that `awaits`, a time before which no deadline is missed is so too.
    """
    head = "if"
    if not needs_time:
        with lines.block("if at is None:"):
            lines.add(f"{NOW} = self._now")
        head = "elif"
    latest = "<= self._due" if awaits else "< _LATEST"
    with lines.block(f"{head} type(at) is int and self._now <= ({NOW} := at * 1_000_000) {latest}:"):
        lines.add(f"self._now = {NOW}")
        if awaits:
            lines.add(_NOTHING)
    with lines.block("else:"):
        lines.add(f"{NOW} = self._moment(at)")
        if awaits:
            lines.add(_MISSED)


_FAILED = "_failed: tuple[Failure, ...] ="
_NOTHING = f"{_FAILED} ()"
_MISSED = f"_failed = self._expire({NOW}, self.position + 1) if self._due < {NOW} else ()"


def _unreadable(name: str, type: Type) -> str | None:
    """The quick test that a value is none as it stands; None where only a reader can tell."""
    match type:
        case TextT():
            return f"type({name}) is not str or not {name}.isascii()"
        case EntityT():
            return f"not ({name}.isascii() if type({name}) is str else type({name}) is int)"
        case BoolT():
            return f"type({name}) is not bool"
        case IntT():
            return f"type({name}) is not int"
        case RangeT(low=low, high=high):
            return f"type({name}) is not int or not {low} <= {name} <= {high}"
        case EnumT(name=enum):
            return f"type({name}) is not str or {name} not in {members_name(enum)}"
        case OptionalT(inner=inner):
            test = _unreadable(name, inner)
            return None if test is None else f"{name} is not None and ({test})"
        case _:
            return None


def members_name(enum: str) -> str:
    """The module's constant that has the members of an enum."""
    return f"_MEMBERS_OF_{identifier(enum)}"


class Handler:
    """Prints the method that does the work of one event. `through`: what it looks through entry by entry, once it is printed."""

    def __init__(
        self, program: Program, planner: Planner, accounts: Accounts, event: Event, number: int
    ) -> None:
        self.program = program
        self.planner = planner
        self.accounts = accounts
        self.event = event
        self.number = number
        self.changed = changed_by(program.specification, event)
        self.names = Names(RESERVED)
        self.fields = tuple(self.names.new(parameter.name) for parameter in event.fields)
        self.body = Body((), False)
        self.through: dict[str, None] = {}

    def print(self, lines: Lines) -> None:
        kinds = [annotation(parameter.type) for parameter in self.event.fields]
        parameters = tuple(zip(self.fields, kinds, strict=True))
        signature = ", ".join(("self", f"{NOW}: int", *(f"{name}: {kind}" for name, kind in parameters)))
        variables = {-1 - index: name for index, name in enumerate(self.fields)}
        repeated = self.program.repeated.get(self.number, {})
        once = Once(lines, lines.depth + 1, self.fields, repeated)
        plain = Printer(self.program, self.planner, self.names, variables, once=once, through=self.through)
        done = changes(self.program, self.event)
        old = self._remembered()
        new = replace(plain, old=old)
        before = self._site(lines, plain, parameters)
        kept = tuple((local, self._old_annotation(name)) for name, local in old.items())
        after = self._site(lines, new, (*parameters, *kept))
        with lines.block(f"def _on_{self.number}({signature}) -> None:"):
            head = len(lines.lines)
            lines.add(f"# {comment(self.event.name)}")
            print_naming(lines, self.program, self.event, self.fields)
            first = len(lines.lines)
            with lines.block(
                f"if self._sampling and self._passes_over({self.number}, {values_text(self.fields)}):"
            ):
                lines.add("return")
            named = lines.lines[head:first]
            if self.program.goals:
                lines.add(_MISSED)
            work = len(lines.lines)
            lines.add(f"{POSITION} = self.position = self.position + 1")
            if self.number not in self.program.uncounted:
                lines.add(f"self._count_{self.number} += 1")
            if not self.program.goals:
                lines.add(_NOTHING)
            appended = [
                self._appended(lines, plain, assign) for assign in self.program.appended.get(self.number, ())
            ]
            start = len(lines.lines)
            self._prepare(lines)
            for number, check in enumerate(self.program.checks):
                if check.phase == 1:
                    print_on(before, number, check)
            print_goals(lines, plain, self.event)
            print_registers(lines, plain, self.event, 1, ())
            faults = self._change(lines, new, old, done)
            print_totals(lines, new, self.changed)
            for number, check in enumerate(self.program.checks):
                if check.phase == 2 and not check.claim.given_only:
                    print_always(after, number, check)
            print_registers(lines, new, self.event, 2, self.changed)
            if faults:
                lines.add("self._fault(_faults)")
            with lines.block("if _failed:"):
                lines.add("self._judge(_failed)")
            if faults:
                lines.add("self._raise_fault(_faults)")
            self._print_here(lines, start, appended)
        self.program.repeated[self.number] = once.asked
        body = [line[4 * (lines.depth + 1) :] for line in (*named, *lines.lines[work:])]
        self.body = Body(body, bool(self.program.goals))

    def _appended(self, lines: Lines, printer: Printer, assign: Assign) -> str:
        """What a place that is folded will have, from before the event."""
        keys = [printer.text(key) for key in assign.keys]
        value = printer.text(assign.value, Level.PRODUCT)
        place = self.program.place(assign.place)
        return Writer(lines, printer).grown(place, keys, printer.joined(keys), "+", value)

    def _print_here(self, lines: Lines, start: int, appended: Sequence[str]) -> None:
        """The event as it is kept, if it is."""
        if any(HERE in line for line in lines.lines[start:]):
            event = f"{HERE} = ({', '.join((POSITION, NOW, str(self.number), *self.fields, *appended))})"
            lines.lines.insert(start, "    " * lines.depth + event)

    def _site(self, lines: Lines, printer: Printer, parameters: tuple[tuple[str, str], ...]) -> Site:
        return Site(
            self.program,
            lines,
            printer,
            self.accounts,
            self.event,
            self.number,
            self.fields,
            parameters,
            self.changed,
            lines.depth + 1,
        )

    def _prepare(self, lines: Lines) -> None:
        """What the event's values and time change before anything is looked at."""
        for name, parameter in zip(self.fields, self.event.fields, strict=True):
            type = parameter.type
            inner = base_type(type)
            if isinstance(inner, EntityT) and inner.name in self.program.seen:
                see = f"{self.program.seen[inner.name]}[{name}] = None"
                if type is inner:
                    lines.add(see)
                else:
                    with lines.block(f"if {name} is not None:"):
                        lines.add(see)
        print_forgetting(lines, self.program)

    def _remembered(self) -> dict[str, str]:
        """The states of which the values before the event may be asked for after it, each with the local name that has them."""
        asked = {
            node.state.removeprefix(OLD)
            for expr in self._after_formulas()
            for node in walk(at_event(expr, self.event, self.changed))
            if isinstance(node, StateRead) and node.state.startswith(OLD)
        }
        asked.update(place for found in self.program.aggregates.values() for place in found.places)
        return {
            name: self.names.private("_old_" + self.program.place(name).attribute.rpartition("_state_")[2])
            for name in self.changed
            if name in asked
        }

    def _after_formulas(self) -> Iterator[Expr]:
        for check in self.program.checks:
            if check.phase == 2:
                yield check.body
                yield from (lowered for _, lowered in check.reads)
        for register in self.program.registers:
            if register.phase == 2:
                yield from (register.set, register.hold)

    def _old_annotation(self, name: str) -> str:
        place = self.program.place(name)
        if place.scalar:
            return annotation(place.value)
        return f"dict[{key_annotation(place.keys)}, {annotation(place.value)}]"

    def _change(self, lines: Lines, printer: Printer, old: Mapping[str, str], done: Sequence[Change]) -> bool:
        for name, local in old.items():
            start = self.program.place(name).attribute if self.program.place(name).scalar else "{}"
            lines.add(f"{local}: {self._old_annotation(name)} = {start}")
        return print_changes(lines, printer, done) if done else False
