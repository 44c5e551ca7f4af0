"""Our generated oracle beside another monitor, on one property and the same events: `python benchmarks/oracle_peer.py`.

Needs reelay (`pip install reelay`), a monitor for first-order past-time formulas, written in C++. The property: whoever a
certificate is issued for has been asked for under the same request. Events are pairs of a request and its issue, over a number
of live requests. CPU seconds of one thread; both check every event, ours also the types of its values.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

import reelay

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.load import check_text

SPECIFICATION = """
spec peer "One property"
entity Request, Person
event request(request: Request, wanted: Person)
event issue(request: Request, subject: Person)
invariant right_person "Asked for under the same request": on issue(r, s): earlier request(r, s)
"""
FORMULA = (
    "historically(forall[r,s]. ({event: issue, request:*r, subject:*s} -> "
    "once({event: request, request:*r, wanted:*s})))"
)
EVENTS = 40_000


def events(live: int) -> list[dict[str, Any]]:
    """Requests and issues in turn, over `live` requests."""
    made: list[dict[str, Any]] = []
    for number in range(EVENTS // 2):
        request, person = f"r{number % live}", f"p{number % live}"
        made.append({"event": "request", "request": request, "wanted": person})
        made.append({"event": "issue", "request": request, "subject": person})
    return made


def ours() -> Callable[[dict[str, Any]], object]:
    """Reports an event to a new oracle of ours, by the generic door."""
    module = check_text(SPECIFICATION).module
    assert module is not None
    namespace: dict[str, Any] = {"__name__": "peer"}
    exec(generate(lower(module.main, module.main.claims), module.digest), namespace)  # noqa: S102
    observe = namespace["Oracle"](on_violation="collect").observe

    def report(event: dict[str, Any]) -> None:
        fields = dict(event)
        observe(fields.pop("event"), **fields)

    return report


def theirs() -> Callable[[dict[str, Any]], object]:
    """Reports an event to a new monitor of the peer."""
    update: Callable[[dict[str, Any]], object] = reelay.discrete_timed_monitor(
        pattern=FORMULA, semantics="boolean", condense=False
    ).update
    return update


def rate(report: Callable[[dict[str, Any]], object], made: Iterable[dict[str, Any]]) -> float:
    """Events per second of CPU."""
    started = time.process_time()
    for event in made:
        report(event)
    return EVENTS / (time.process_time() - started)


def main() -> None:
    """Prints a table."""
    print(f"{'live requests':>14} {'honnin':>12} {'reelay':>12}   events/s")
    for live in (10, 100, 1_000, 10_000):
        made = events(live)
        print(f"{live:14,} {rate(ours(), made):12,.0f} {rate(theirs(), made):12,.0f}")


if __name__ == "__main__":
    main()
