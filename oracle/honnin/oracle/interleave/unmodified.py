"""Interleavings of code without any points, at every bytecode and SQL statement: an adapter to frontrun (extra `interleave`).

frontrun (alpha, pinned to 0.7) searches; the oracle judges the events of each run when it has ended. What frontrun leaves undecided
fails, and its tests' habit of skipping where its own command line did not start them is switched off.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from honnin.compiler.runtime.base import InvariantViolated
from honnin.oracle.extras import NotInstalled
from honnin.oracle.interleave.exploration import Explored
from honnin.oracle.interleave.failures import ExplorationUnfinished, InterleavingFailed, Undecided
from honnin.oracle.interleave.tried import Tried, warn_if_nothing
from honnin.oracle.monitor import Spec, load
from honnin.oracle.table import plural

_ACTIVE = "FRONTRUN_ACTIVE"
Report = Callable[..., None]


@contextmanager
def _active() -> Iterator[None]:
    """frontrun runs here though its own command line did not start this process."""
    before = os.environ.get(_ACTIVE)
    os.environ[_ACTIVE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_ACTIVE]
        else:
            os.environ[_ACTIVE] = before


class _Judge:
    """Makes the state of each run, and judges its events at the end. `why`: what was wrong with the last bad one."""

    def __init__(
        self,
        setup: Callable[[Report], Any],
        spec: Spec | None,
        facts: Any,
        check: Callable[[Any], object] | None,
    ) -> None:
        self._setup, self._spec, self._facts, self._check = setup, spec, facts, check
        self._events: list[tuple[str, dict[str, Any]]] = []
        self.tried = Tried(spec)
        self.why: InterleavingFailed | None = None

    def begin(self) -> Any:
        events: list[tuple[str, dict[str, Any]]] = []
        self._events = events
        return self._setup(lambda event, **fields: events.append((event, fields)))

    def holds(self, state: Any) -> bool:
        """Whether the oracle is content with the run, and the check too."""
        try:
            self._judge()
            if self._check is not None:
                self._check(state)
        except InterleavingFailed as failure:
            self.why = failure
            return False
        except AssertionError as error:
            self.why = InterleavingFailed(f"at the end: {type(error).__name__}: {error}")
            return False
        return True

    def _judge(self) -> None:
        if self._spec is None:
            return
        oracle = self._spec.oracle("raise", facts=self._facts, clock=lambda: 0.0)
        try:
            for event, fields in self._events:
                oracle.observe(event, **fields)
        except InvariantViolated as error:
            raise InterleavingFailed(str(error.violation)) from error
        finally:
            self.tried.add(oracle)
        open_now = [
            *(f"assumption broken: {b}" for b in oracle.broken),
            *(f"{n} is still open" for n, _ in oracle.pending),
        ]
        if open_now:
            raise Undecided(f"undecided: {open_now[0]}")


def explore_unmodified(
    setup: Callable[[Report], Any],
    workers: Sequence[Callable[[Any], object]],
    *,
    oracle: Spec | str | Path | None = None,
    facts: Mapping[str, Any] | str | Path | None = None,
    check: Callable[[Any], object] | None = None,
    preemptions: int | None = 2,
    seconds: float = 60.0,
    **settings: Any,
) -> Explored:
    """Runs the workers, each in its thread, in every order that frontrun finds worth trying, and raises at the first that fails.

    `setup` gets the function that events are reported to (`report("issue", request=...)`) and makes what each worker is called with.
    `preemptions`: None for any number. More `settings` are those of `frontrun.explore`.

    Raises InterleavingFailed, with frontrun's explanation in its notes; ExplorationUnfinished where frontrun comes to no verdict;
    NotInstalled without frontrun.
    """
    __tracebackhide__ = True
    try:
        import frontrun
    except ModuleNotFoundError:
        raise NotInstalled("frontrun", "interleave") from None
    spec = load(oracle) if isinstance(oracle, str | Path) else oracle
    judge = _Judge(setup, spec, facts, check)
    began = time.monotonic()
    try:
        with _active():
            result = frontrun.explore(
                setup=judge.begin,
                workers=list(workers),
                invariant=judge.holds,
                preemption_bound=preemptions,
                total_timeout=seconds,
                **settings,
            )
    finally:
        judge.tried.tell()
    if result.property_holds is None:
        raise ExplorationUnfinished(
            f"unfinished: {result.inconclusive_reason or 'frontrun came to no verdict'}"
        )
    if not result.property_holds:
        raise _failure(judge, result)
    bound = "" if preemptions is None else f" with at most {plural(preemptions, 'preemption')}"
    took = time.monotonic() - began
    how = f"every order of bytecodes that frontrun tells apart{bound}"
    explored = Explored(result.num_explored, 0, 0, took, how, judge.tried.counts())
    warn_if_nothing(spec, explored.exercised, explored.schedules)
    return explored


def _failure(judge: _Judge, result: Any) -> InterleavingFailed:
    failure = judge.why or InterleavingFailed("a worker failed")
    failure.found = result.num_explored
    failure.add_note(str(result.explanation or "frontrun gives no explanation"))
    return failure
