"""A stateful test made from a specification: its inputs are the rules, the oracle listens to what comes out."""

from __future__ import annotations

import inspect
import json
import math
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Literal

from hypothesis import event as tell
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from honnin.oracle.attach.targets import listening
from honnin.oracle.hypothesis.drawing import Facts, Scene, draw_event
from honnin.oracle.hypothesis.occurring import Event, Seconds
from honnin.oracle.hypothesis.vocabulary import (
    SECOND,
    Pool,
    in_seconds,
    seen_in_facts,
    some_values,
    vocabulary,
)
from honnin.oracle.misuse import WrongName, WrongUse
from honnin.oracle.monitor import Spec
from honnin.oracle.several import as_one
from honnin.oracle.testing import records
from honnin.oracle.testing.settings import Settings
from honnin.oracle.testing.watched import Watched

__tracebackhide__ = True
LISTED = 60
"""Inputs of one event that are all tried when one is looked for that may be sent."""


class Clock:
    """The time of a run, from 0: it passes when the run lets it. Called, it is in seconds."""

    def __init__(self) -> None:
        self.microseconds = 0

    def __call__(self) -> Seconds:
        return in_seconds(self.microseconds)


class OracleMachine(RuleBasedStateMachine):
    """A run of a driver under an oracle. `as_state_machine` makes the subclasses with rules."""

    _scene: ClassVar[Scene]
    _make_driver: ClassVar[Callable[..., Any]]
    _reports_inputs: ClassVar[bool]
    _pending: ClassVar[Literal["wait", "allow"]]

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self._sent: list[Event] = []
        self._due: set[int] = set()
        self._drawn: dict[str, dict[str, Any]] = {}
        self._found: dict[str, tuple[Event | None, Any]] = {}
        self._failed = False
        known = self._scene.known
        settings = Settings(known.spec, self._scene.facts, clock=self.clock, reveal=True)
        self._watched = Watched(settings, "run")
        self.oracle = self._watched.oracle
        self.driver = self._driven()
        self._listening = listening(self.oracle)
        self._listening.__enter__()

    def _driven(self) -> Any:
        make = type(self)._make_driver
        timed = "clock" in inspect.signature(make).parameters
        return make(self.oracle, clock=self.clock) if timed else make(self.oracle)

    # ------------------------------------------------------------ steps

    def _send(self, event: Event) -> None:
        """One input: the oracle hears of it, the driver does it."""
        with _Failing(self):
            self._sent.append(event)
            if not self._reports_inputs:
                event.report(self.oracle)
            getattr(self.driver, event.name)(**event.fields)
            self._await()
            self._judge()

    def _let_pass(self, seconds: Seconds) -> None:
        """Time passes, up to each deadline on the way, so that the driver can act before it is over."""
        with _Failing(self):
            end = self.clock.microseconds + round(seconds * SECOND)
            while (now := self.clock.microseconds) < end:
                self.clock.microseconds = min([end, *(due for due in self._due if due > now)])
                if hasattr(self.driver, "wait"):
                    self.driver.wait(in_seconds(self.clock.microseconds - now))
                self._await()
            self.oracle.tick(self.clock())
            self._judge()

    def _await(self) -> None:
        """What happens now may be due so much later."""
        self._due |= {self.clock.microseconds + bound for bound in self._scene.known.bounds}

    def _judge(self, *, at_end: bool = False) -> None:
        problems = self._watched.problems(at_end=at_end)
        if problems:
            raise as_one(problems, self._scene.known.spec.name)

    def teardown(self) -> None:
        """The end of the run: open obligations are waited for, and what the run has tried is told."""
        try:
            if not self._failed:
                self._finish()
        finally:
            self._listening.__exit__()
            record = self._watched.record()
            records.collect(record)
            for name, claim in record["claims"].items():
                if claim["count"]:
                    tell(f"{'reached' if claim['kind'] == 'cover' else 'exercised'} {name}")

    def _finish(self) -> None:
        waits = self._pending == "wait"
        if waits and self.oracle.pending:
            self._let_pass(in_seconds(max(self._scene.known.bounds, default=0) + 1))
        self._judge(at_end=waits)

    # ------------------------------------------------------------ drawing

    def _may_send(self, event: Event) -> bool:
        """Whether the event alone breaks no assumption and, where it is reported for the system, violates nothing."""
        shadow = self._scene.known.spec.oracle(
            "collect", facts=self._scene.facts, clock=self.clock, reveal=True
        )
        shadow.restore(self.oracle.snapshot())
        before = len(shadow.broken), len(shadow.violations)
        event.report(shadow)
        violated = len(shadow.violations) > before[1] and not self._reports_inputs
        return len(shadow.broken) == before[0] and not violated

    def _possible(self, name: str) -> Event | None:
        """An input of that name that may be sent now, if one is found."""
        now = self.oracle.position, self.clock()
        known, at = self._found.get(name, (None, None))
        if at != now:
            known = next(filter(self._may_send, self._candidates(name)), None)
            self._found[name] = known, now
        return known

    def _candidates(self, name: str) -> Iterator[Event]:
        """All inputs of that name over a few values, or some of them."""
        columns = self._columns(name)
        if math.prod(map(len, columns.values())) <= LISTED:
            for chosen in product(*columns.values()):
                yield Event(name, dict(zip(columns, chosen, strict=True)))
        else:
            for end in (0, -1):
                yield from self._near(Event(name, {field: column[end] for field, column in columns.items()}))

    def _near(self, event: Event) -> Iterator[Event]:
        """The input, and those with another value in one field."""
        yield event
        for field, column in self._columns(event.name).items():
            yield from (Event(event.name, {**event.fields, field: value}) for value in column)

    def _columns(self, name: str) -> dict[str, list[Any]]:
        known, there = self._scene.known, self._scene.pool(self._sent)
        found = {field.name: some_values(field.type, known, there) for field in known.event(name).fields}
        return {
            name: values if len(values) <= 6 else [*values[:3], *values[-3:]]
            for name, values in found.items()
        }

    def _choose(self, draw: st.DrawFn, name: str) -> Event:
        """An input that may be sent: the drawn one, one that is nearly it, or the one that is known to be possible."""
        drawn = draw_event(draw, self._scene, self._sent, [name])
        found = next(filter(self._may_send, self._near(drawn)), None) or self._possible(name)
        assert found is not None
        return found

    def _field(self, draw: st.DrawFn, name: str, field: str) -> Any:
        """The value of one field of an input that is drawn as a whole when its first field is asked for."""
        drawn = self._drawn.setdefault(name, {})
        if field not in drawn:
            drawn.clear()
            drawn.update(self._choose(draw, name).fields)
        return drawn.pop(field)


class _Failing:
    """A step; where it fails, the run has failed."""

    def __init__(self, machine: OracleMachine) -> None:
        self._machine = machine

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._machine._failed = True


@st.composite
def _drawn(draw: st.DrawFn, name: str, field: str) -> Any:
    machine = draw(st.runner())
    return machine._field(draw, name, field)


def as_state_machine(
    spec: Spec | str | Path,
    driver: Callable[..., Any],
    *,
    facts: Facts = None,
    entities: Pool | None = None,
    reports_inputs: bool = False,
    pending: Literal["wait", "allow"] = "wait",
) -> type[OracleMachine]:
    """A stateful test of the system that `driver` drives; `Machine.TestCase` is what pytest and unittest collect.

    `driver(oracle)`, or `driver(oracle, clock)` if it has a parameter of that name, is called for each run. It has a method for each
    `input` event (and may have one for an event that is neither input nor output), which makes the system do it, and sees to it
    that outputs are reported to the oracle; code attached with `honnin.oracle.attach` is heard too. Each input is reported to the
    oracle before its method is called, or, with `reports_inputs`, by the system itself. An input that would break an assumption is
    not sent, nor one that by itself would violate an invariant (a system that must refuse it reports its inputs itself).

    Where claims need the time, it is `clock`, and passes only by the rule `wait`; the method `wait(seconds)` of the driver, if there
    is one, is called each time it has passed, at least once before each deadline. At the end open obligations are waited for, unless
    `pending` is "allow". Runs fail like tests under the fixture; `hypothesis.event` and the pytest summary tell what they exercised.

    Values are invented, and shown in clear, as are those of `facts`. Raises TypeError where the driver lacks a method.
    """
    known = vocabulary(spec)
    given: Any = json.loads(Path(facts).read_bytes()) if isinstance(facts, str | Path) else facts
    if pending not in ("wait", "allow"):
        raise WrongName("HN0673", 'pending is "wait" or "allow"')
    inputs = [event for event in known.specification.events if event.direction == "input"]
    if isinstance(driver, type):
        inputs += [e for e in known.specification.events if e.direction == "both" and hasattr(driver, e.name)]
        if missing := [event.name for event in inputs if not hasattr(driver, event.name)]:
            raise WrongUse("HN0677", f"the driver has no method for the input event {', '.join(missing)}")
    if not inputs:
        raise WrongUse("HN0678", f"{known.spec.name} has no input event that the driver does")
    namespace: dict[str, Any] = {
        "__doc__": f"Runs of a driver under the oracle of {known.spec.name}.",
        "_scene": Scene(known, given, seen_in_facts(known, given), entities),
        "_make_driver": staticmethod(driver),
        "_reports_inputs": reports_inputs,
        "_pending": pending,
    }
    for event in inputs:
        namespace[f"rule_{event.name}"] = _input_rule(event.name, [field.name for field in event.fields])
    if known.needs_time:
        seconds = [in_seconds(duration) for duration in known.durations if duration]
        namespace["rule_of_time"] = _time_rule(seconds)
    name = "".join(part.capitalize() for part in known.spec.name.split("_")) + "Machine"
    return type(name, (OracleMachine,), namespace)


def _input_rule(name: str, fields: list[str]) -> Any:
    """`target` and `targets` are Hypothesis' own."""
    spelled = {f"{field}_" if field in ("target", "targets") else field: field for field in fields}

    def send(self: OracleMachine, **values: Any) -> None:
        self._send(Event(name, {spelled[key]: value for key, value in values.items()}))

    send.__name__ = send.__qualname__ = name
    arguments: Any = {key: _drawn(name, field) for key, field in spelled.items()}
    decorate: Any = rule(**arguments)
    made = decorate(send)
    conditional: Any = precondition(lambda self: self._possible(name) is not None)
    return conditional(made)


def _time_rule(seconds: list[Seconds]) -> Any:
    @rule(seconds=st.sampled_from(seconds))
    def wait(self: OracleMachine, seconds: Seconds) -> None:
        self._let_pass(seconds)

    return wait
