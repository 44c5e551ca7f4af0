"""What each claim costs an oracle, as `honnin check --cost` tells it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from honnin.oracle.session import Session, paint
from honnin.spec.core import Specification

if TYPE_CHECKING:
    from honnin.compiler.cost.keeping import Cost, Kept
    from honnin.compiler.cost.slices import Slice


def tell_costs(session: Session, specification: Specification) -> None:
    """The cost of every claim that an oracle judges, in the order of declaration."""
    from honnin.compiler.cost.keeping import costs
    from honnin.compiler.generator.program import program
    from honnin.compiler.lower import lower

    monitored = [claim for claim in specification.claims if claim.prove_only is None]
    for cost in costs(program(lower(specification, monitored))):
        session.tell({"cost": _record(cost)})
        session.say(f"  {cost.claim}: {_headline(cost)}")
        for kept in cost.keeps:
            session.say(f"    keeps {_kept_words(kept)}")
        for one in cost.through:
            session.say(f"    looks through all of {one.what}, at {', '.join(one.events)}")
        if cost.slices:
            session.say(f"    sliced by {', or '.join(_slice_words(one) for one in cost.slices)}")


def _headline(cost: Cost) -> str:
    if not cost.keeps:
        return "keeps nothing"
    match cost.bounded:
        case "never":
            return paint("can grow without bound", "yellow")
        case "by events":
            return "bounded, if entries are freed"
        case "always":
            return "bounded"


def _kept_words(kept: Kept) -> str:
    by = f" for each {', '.join(kept.by)}" if kept.by else ""
    return f"{kept.what}{by}; freed {kept.freed or 'never'}"


def _slice_words(one: Slice) -> str:
    return f"{one.entity} ({', '.join(f'{event}.{field}' for event, field in one.fields)})"


def _record(cost: Cost) -> dict[str, Any]:
    return {
        "claim": cost.claim,
        "bounded": cost.bounded,
        "keeps": [
            {"what": kept.what, "by": list(kept.by), "freed": kept.freed, "bounded": kept.bounded}
            for kept in cost.keeps
        ],
        "through": [{"what": one.what, "events": list(one.events)} for one in cost.through],
        "slices": [{"entity": one.entity, "fields": dict(one.fields)} for one in cost.slices],
    }
