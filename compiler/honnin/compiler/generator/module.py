"""A machine to the source of a Python module: the oracle of one specification.

The module is readable, typed and straight-line: one method for each event, over dictionaries. Nothing of a specification's text gets
into it but by `repr` of checked values, as mangled names, and in comments that cannot end their line.
"""

from __future__ import annotations

from pathlib import Path

from honnin.compiler.generator.checks import is_personal
from honnin.compiler.generator.classes import classes
from honnin.compiler.generator.events import members_name
from honnin.compiler.generator.folding import fold
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.live import leave_out
from honnin.compiler.generator.names import comment, identifier
from honnin.compiler.generator.program import Program, entity_of, program
from honnin.compiler.machine import Machine
from honnin.compiler.runtime import base, facts, history, modes, oracle, snapshot, turns, waiting
from honnin.spec.core import (
    BoolT,
    DurationT,
    EntityT,
    EnumT,
    Event,
    Given,
    IntT,
    OptionalT,
    RangeT,
    TextT,
    TimeT,
    Type,
    base_type,
    finite_values,
)
from honnin.spec.facts import Missing, default_of


def generate(machine: Machine, digest: str, *, standalone: bool = True) -> str:
    """The source of the oracle's module. A standalone one imports the standard library alone, and works without honnin."""
    made, brief = program(machine), program(machine, explains=False)
    leave_out(made)
    leave_out(brief)
    fold(made)
    lines = Lines()
    title = comment(made.specification.title or "")
    if title:
        lines.add(f"# {title}", "")
    lines.lines += _constants(made, digest).lines
    lines.add("", "")
    lines.lines += classes(made, brief).lines
    head = _DOC.replace("NAME", identifier(made.specification.name))
    start = head + (_runtime() if standalone else _IMPORTS)
    return start + "\n\n# " + "-" * 64 + " this specification\n\n" + "\n".join(lines.lines) + "\n"


_DOC = '''"""The oracle of the specification NAME, made by honnin: report every event to an `Oracle`, and it judges the trace."""

from __future__ import annotations

'''

_IMPORTS = """from collections import OrderedDict, deque
from typing import Any

from honnin.compiler.runtime.base import (
    FRESH,
    _LATEST,
    NEVER,
    BadInput,
    Entity,
    Event,
    FactsRefused,
    Fault,
    Field,
    InvariantViolated,
    SpecificationFault,
    Violation,
    When,
    between,
    boolean,
    duration,
    identity,
    instant,
    integer,
    member,
    optional,
    seconds,
    text,
)
from honnin.compiler.runtime.facts import Given, Key
from honnin.compiler.runtime.history import (
    Formula,
    Goal,
    Here,
    Obligation,
    Queue,
    Writes,
    conflicts,
    every,
    forget_counts,
    forget_times,
    forgotten,
    lately,
    present,
    some,
    truth,
    unindex,
    write,
    written,
)
from honnin.compiler.runtime.oracle import Claim, OracleBase, known_as_oracle
from honnin.compiler.runtime.waiting import Account, Failure
"""


def _runtime() -> str:
    """The text of the runtime modules as one: their imports first, each once, those of honnin left out."""
    plain: set[str] = set()
    named: dict[str, set[str]] = {}
    bodies = []
    for module in (base, facts, history, snapshot, waiting, modes, turns, oracle):
        assert module.__file__ is not None
        text = Path(module.__file__).read_text(encoding="utf-8")
        _, _, text = text.partition("from __future__ import annotations\n")
        kept = []
        inside = False
        for line in text.split("\n"):
            if line.startswith("from honnin."):
                inside = line.endswith("(")
            elif inside:
                inside = not line.startswith(")")
            elif line.startswith("import "):
                plain.add(line)
            elif line.startswith("from "):
                home, _, names = line.removeprefix("from ").partition(" import ")
                named.setdefault(home, set()).update(names.split(", "))
            else:
                kept.append(line)
        bodies.append("\n".join(kept).strip("\n"))
    imports = [f"from {home} import {', '.join(sorted(names))}" for home, names in sorted(named.items())]
    return "\n".join((*sorted(plain), *imports)) + "\n\n" + "\n\n\n".join(bodies) + "\n"


# ---------------------------------------------------------------- constants


def _constants(made: Program, digest: str) -> Lines:
    specification = made.specification
    lines = Lines()
    lines.add(f"SPECIFICATION = {specification.name!r}", f"DIGEST = {digest!r}", "CLAIMS = {")
    for check in made.checks:
        claim = check.claim
        lines.add(f"    {claim.name!r}: Claim({claim.kind!r}, {claim.title!r}, {claim.form!r}),")
    lines.add("}", "NOT_MONITORED: dict[str, str] = {")
    for claim in specification.claims:
        if claim.prove_only is not None:
            why = claim.prove_only
            reason = (
                "depends on hidden events"
                if why.reason == "hidden"
                else f"`{why.variable}` is not decided when fresh in `{why.formula}`"
            )
            lines.add(f"    {claim.name!r}: {reason!r},")
    lines.add("}")
    for enum in specification.enums:
        lines.add(f"{members_name(enum.name)} = frozenset({enum.members!r})")
    for place in made.places.values():
        if place.folded is not None and place.default is not None:
            lines.add(f"{place.unwritten} = ({place.default.value!r},) * {place.folded + 1}")
    lines.add("EVENTS: tuple[Event, ...] = (")
    for event in specification.events:
        lines.add(f"    {_event(made, event)},")
    lines.add(")", "GIVENS: tuple[Given, ...] = (")
    for given in specification.givens:
        lines.add(f"    {_given(given)},")
    personal = [
        f"{event.name}.{parameter.name}"
        for event in specification.events
        for index, parameter in enumerate(event.fields)
        if is_personal(made, event, index)
    ]
    lines.add(")", f"PERSONAL: frozenset[str] = frozenset({personal!r})")
    return lines


def _event(made: Program, event: Event) -> str:
    fields = []
    for index, parameter in enumerate(event.fields):
        inner = base_type(parameter.type)
        timed = isinstance(inner, TimeT | DurationT)
        hidden = is_personal(made, event, index)
        fields.append(
            f"Field({parameter.name!r}, {parameter.log_name!r}, {_reader(parameter.type)}, {hidden}, {timed})"
        )
    return f"Event({event.name!r}, ({''.join(field + ', ' for field in fields)}))"


def _given(given: Given) -> str:
    keys = [
        f"Key({_reader(key)}, {isinstance(key, EntityT | EnumT | TextT)}, {finite_values(key)!r}, {entity_of(key)!r})"
        for key in given.keys
    ]
    outside = default_of(given.value)
    outside = None if isinstance(outside, Missing) else outside
    joined = "".join(key + ", " for key in keys)
    return (
        f"Given({given.name!r}, ({joined}), {_reader(given.value)}, {entity_of(given.value)!r}, {outside!r})"
    )


def _reader(type: Type) -> str:
    match type:
        case BoolT():
            return "boolean"
        case IntT():
            return "integer"
        case TextT():
            return "text"
        case TimeT():
            return "instant"
        case DurationT():
            return "duration"
        case EntityT():
            return "identity"
        case EnumT(name=name):
            return f"member({name!r}, {members_name(name)})"
        case RangeT(low=low, high=high):
            return f"between({low}, {high})"
        case OptionalT(inner=inner):
            return f"optional({_reader(inner)})"
