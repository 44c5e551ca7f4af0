"""What a decorated function costs beside the call and the event: `python benchmarks/attach_overhead.py`.

Nanoseconds of process CPU time per call, the least of nine rounds, less those of the plain function. The event's own cost is that
of the direct call of the oracle's method; what the decorator adds is the difference. Peers: a wrapper written by hand (with
`*args`, and with `inspect.Signature.bind`), and, where they are installed, `deal.ensure` and `icontract.ensure` (`pip install deal
icontract`), which check one call's result and report no event.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import time
from collections.abc import Callable
from typing import Any

from honnin.oracle.attach import correlation, event, listening, observes
from honnin.oracle.monitor import compile_module
from honnin.spec.load import check_text

SPECIFICATION = """
spec attach "One event"
entity Request, Person
event issue(request: Request, subject: Person)
state last: Request -> Person?
after issue(r, s) { last[r] := s }
cover issued: on issue(_, _): true
"""
CALLS = 100_000
ROUNDS = 9
Function = Callable[[str, str], str]


def plain(request: str, subject: str) -> str:
    """What is called."""
    return subject


def per_call(function: Function) -> float:
    """Nanoseconds of a call."""
    best = float("inf")
    numbers = range(CALLS)
    for _ in range(ROUNDS):
        started = time.process_time_ns()
        for _ in numbers:
            function("r1", "alice")
        best = min(best, time.process_time_ns() - started)
    return best / CALLS


def by_hand(oracle: Any) -> dict[str, Function]:
    """Wrappers as one writes them."""

    def direct(request: str, subject: str) -> str:
        result = plain(request, subject)
        oracle.issue(request=request, subject=result)
        return result

    @functools.wraps(plain)
    def gathered(*arguments: Any, **named: Any) -> Any:
        result = plain(*arguments, **named)
        oracle.issue(request=arguments[0], subject=result)
        return result

    signature = inspect.signature(plain)

    @functools.wraps(plain)
    def bound(*arguments: Any, **named: Any) -> Any:
        result = plain(*arguments, **named)
        values = signature.bind(*arguments, **named).arguments
        oracle.observe("issue", request=values["request"], subject=result)
        return result

    return {
        "the event, called in place": direct,
        "by hand, *args": gathered,
        "by hand, Signature.bind": bound,
    }


def peers() -> dict[str, Function]:
    """Contracts on one call, where they are installed."""
    found: dict[str, Function] = {}
    if importlib.util.find_spec("deal"):
        import deal  # type: ignore[import-not-found, unused-ignore]

        found["deal.ensure"] = deal.ensure(lambda request, subject, result: result == subject)(plain)
    if importlib.util.find_spec("icontract"):
        import icontract  # type: ignore[import-not-found, unused-ignore]

        found["icontract.ensure"] = icontract.ensure(lambda result, subject: result == subject)(plain)
    return found


def main() -> None:
    """Prints a table."""
    module = check_text(SPECIFICATION).module
    assert module is not None
    oracle = compile_module(module).oracle()
    ours = {
        "observes(after=...)": observes(after=event("issue", subject="result"))(plain),
        "observes(after=..., error=...)": observes(after=event("issue", subject="result"), error="issue")(
            plain
        ),
        "observes, a callable": observes(after=event("issue", subject=lambda result: result))(plain),
        "observes, the correlation": observes(after=event("issue", subject="result"))(
            lambda _, subject: subject
        ),
    }
    nothing = per_call(plain)
    hand = {name: per_call(function) - nothing for name, function in by_hand(oracle).items()}
    cost = hand["the event, called in place"]
    print(f"{'':34} {'ns over the call':>17} {'over call and event':>20}")
    print(f"{'observes, nobody listens':34} {per_call(ours['observes(after=...)']) - nothing:17.0f}")
    with listening(oracle), correlation(request="r1"):
        for name, function in ours.items():
            spent = per_call(function) - nothing
            print(f"{name:34} {spent:17.0f} {spent - cost:20.0f}")
    for name, spent in hand.items():
        print(f"{name:34} {spent:17.0f} {spent - cost:20.0f}")
    for name, function in peers().items():
        print(f"{name:34} {per_call(function) - nothing:17.0f} {'no event':>20}")


if __name__ == "__main__":
    main()
