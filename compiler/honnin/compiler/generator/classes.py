"""The classes of a generated module: of oracles that keep the events that violations come from, and of oracles that keep none.

Of each kind there are three: one of which every event is worked on by a method of its own, and two with that work in place.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from honnin.compiler.cost.slices import slices
from honnin.compiler.generator.accounts import Accounts
from honnin.compiler.generator.candidates import Planner
from honnin.compiler.generator.events import Handler, Way, print_method
from honnin.compiler.generator.kept import print_kept, print_sealed, slots
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.names import Names
from honnin.compiler.generator.program import Program
from honnin.compiler.generator.releases import print_release
from honnin.compiler.generator.start import Attribute, attributes, print_start
from honnin.spec.core import Event
from honnin.spec.records import dataclass

PUBLIC = frozenset(
    [
        "observe",
        "observe_line",
        "observe_values",
        "read_line",
        "read_parsed",
        "tick",
        "finish",
        "verdict",
        "snapshot",
        "restore",
        "violations",
        "broken",
        "pending",
        "unjudged",
        "exercised",
        "reached",
        "faults",
        "position",
        "self",
        "at",
    ]
)
"""Names of every oracle, which no event's method may have."""

_QUICK: Final[Mapping[Way, tuple[str, str]]] = {
    "turns": ("Shared", "with the work of each event in its method: `Oracle()` makes one"),
    "alone": ("Unshared", "without a lock, for one thread alone: `Oracle(shared=False)` makes one"),
}
"""The name and what is said of the classes that do an event's work in place."""


def classes(made: Program, brief: Program) -> Lines:
    """All of them; `brief`: the program without causes."""
    whole = _members(made)
    lines = Lines()
    with lines.block("class Oracle(OracleBase):"):
        lines.add("# Judges one trace of the specification: one method for each event.", "")
        _print_constants(lines, made)
        print_kept(lines, made, whole.kept, ())
        lines.add("")
    lines.lines += [*whole.start.lines, "", *whole.public.lines, *whole.work.lines]
    _print_quick(lines, "", whole)
    if any(place.traced for place in made.places.values()):
        _print_brief(lines, brief, whole)
    lines.add(f"METHODS = {_methods(made)!r}")
    return lines


def _print_brief(lines: Lines, brief: Program, whole: _Members) -> None:
    """The classes of oracles that keep no causes."""
    members = _members(brief)
    lines.add("")
    with lines.block("class Brief(Oracle):"):
        lines.add(
            "# The same without the events that violations come from: `Oracle(explain=False)` makes one.", ""
        )
        print_kept(lines, brief, members.kept, slots(whole.kept))
        lines.add("")
    lines.lines += [*members.start.lines, "", *members.work.lines]
    _print_quick(lines, "Brief", members)
    lines.add("Oracle._BRIEF = Brief")


def _print_quick(lines: Lines, prefix: str, members: _Members) -> None:
    kind = prefix or "Oracle"
    for way, (name, words) in _QUICK.items():
        lines.add("", "@known_as_oracle")
        with lines.block(f"class {prefix}{name}({kind}):"):
            lines.add(f"# The same {words}.", "", "__slots__ = ()", "")
        lines.lines += members.quick[way].lines
    lines.add(f"{kind}._QUICK = {prefix}Unshared, {prefix}Shared")


@dataclass(frozen=True, slots=True)
class _Members:
    """What a class has, and the two with its work in place; `work`: methods that the specification's users do not call."""

    start: Lines
    public: Lines
    work: Lines
    quick: Mapping[Way, Lines]
    kept: tuple[Attribute, ...]


def _members(made: Program) -> _Members:
    """Printing them once tells which indexes are asked for, so they are printed twice."""
    _printed(made)
    return _printed(made)


def _printed(made: Program) -> _Members:
    planner = Planner(made)
    accounts = Accounts(made)
    work = Lines(depth=1)
    public = Lines(depth=1)
    quick: dict[Way, Lines] = {way: Lines(depth=1) for way in _QUICK}
    methods = _methods(made)
    for number, event in enumerate(made.specification.events):
        handler = Handler(made, planner, accounts, event, number)
        handler.print(work)
        work.add("")
        name = methods[event.name]
        scope = _parameter_names(event)
        print_method(public, number, event, name, scope, needs_time=made.needs_time, way="lock")
        public.add("")
        body = handler.body if list(handler.fields) == scope else None
        for way, lines in quick.items():
            print_method(lines, number, event, name, scope, needs_time=made.needs_time, way=way, body=body)
            lines.add("")
    print_release(work, made, planner)
    kept = attributes(made, planner)
    start = Lines(depth=1)
    print_start(start, made, planner, accounts, kept)
    for method in accounts.methods:
        work.lines += [*("    " + line for line in method.lines), ""]
    return _Members(start, public, work, quick, kept)


def _methods(made: Program) -> dict[str, str]:
    """The name of each event's method."""
    names = Names(PUBLIC)
    return {event.name: names.new(event.name) for event in made.specification.events}


def _print_constants(lines: Lines, made: Program) -> None:
    lines.add("_NAME = SPECIFICATION", "_CLAIMS = tuple(CLAIMS.items())", "_EVENTS = EVENTS")
    lines.add("_GIVENS = GIVENS", "_SKIPPED = tuple(NOT_MONITORED)", f"_NEEDS_TIME = {made.needs_time}")
    counted = {number: tuple(events) for number, events in made.counted.items()}
    lines.add(f"_PERSONAL_KEYS = {_personal_keys(made)!r}", f"_COUNTED = {counted!r}")
    lines.add(f"_SLICES = {_slices(made)!r}", "_DIGEST = DIGEST")
    print_sealed(lines, made)


def _slices(made: Program) -> dict[str, tuple[tuple[int, ...], tuple[int | None, ...]]]:
    """For each entity the claims that it slices, all by the same field of each event, and these fields."""
    found: dict[str, tuple[tuple[int, ...], dict[str, str]]] = {}
    for number, check in enumerate(made.checks):
        for one in slices(made, check):
            claims, fields = found.get(one.entity, ((), {}))
            if all(fields.get(event, field) == field for event, field in one.fields):
                found[one.entity] = ((*claims, number), {**fields, **dict(one.fields)})
    return {entity: (claims, _places(made, fields)) for entity, (claims, fields) in found.items()}


def _places(made: Program, fields: dict[str, str]) -> tuple[int | None, ...]:
    """For each event the place of its field, None where it has none."""
    named = [[field.name for field in event.fields] for event in made.specification.events]
    return tuple(
        names.index(fields[event.name]) if event.name in fields else None
        for names, event in zip(named, made.specification.events, strict=True)
    )


def _parameter_names(event: Event) -> list[str]:
    names = Names({"self", "at"})
    return [names.new(parameter.name) for parameter in event.fields]


def _personal_keys(made: Program) -> dict[str, tuple[bool, ...]]:
    return {
        state.name: tuple(made.personal(key, f"{state.name}#{index}") for index, key in enumerate(state.keys))
        for state in made.specification.states
    }
