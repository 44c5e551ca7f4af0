"""What an oracle looks through at an event, entry by entry, so that the event takes longer the more is kept."""

from __future__ import annotations

from honnin.compiler.generator.accounts import Accounts
from honnin.compiler.generator.candidates import Planner
from honnin.compiler.generator.events import Handler
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.live import leave_out
from honnin.compiler.generator.program import OPEN, Program, program
from honnin.compiler.lower import lower
from honnin.spec.core import Claim, Specification, finite_values
from honnin.spec.records import dataclass
from honnin.spec.words import expression


@dataclass(frozen=True, slots=True)
class Through:
    """`what`: a state or a formula, all of whose entries are looked at, or an entity, all of whose values are; `events`: when."""

    what: str
    events: tuple[str, ...]


def looked_through(specification: Specification, claim: Claim) -> tuple[Through, ...]:
    """What the claim alone makes an oracle look through; what has only so many keys is left out."""
    made = program(lower(specification, (claim,)))
    leave_out(made)
    found: dict[str, dict[str, None]] = {}
    planner, accounts = Planner(made), Accounts(made)
    for number, event in enumerate(made.specification.events):
        handler = Handler(made, planner, accounts, event, number)
        handler.print(Lines())
        for name in handler.through:
            if (what := _words(made, name)) is not None:
                found.setdefault(what, {})[event.name] = None
    return tuple(Through(what, tuple(events)) for what, events in found.items())


def _words(made: Program, name: str) -> str | None:
    """How the author calls it; None where it has no more than so many entries."""
    if name not in made.places:
        return name
    if all(finite_values(key) is not None for key in made.place(name).keys):
        return None
    if name.startswith(OPEN):
        return expression(made.goals[name].body)
    return made.machine.register(name).source if name.startswith("#") else name
