"""The part of an oracle that is the same for every specification: time, deadlines, judgement, the summary.

A standalone module has this text inlined after that of `runtime`; both import the standard library alone.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from math import isfinite
from types import FunctionType
from typing import Any, Literal, NamedTuple, Self, TypeAlias, TypeVar

from honnin.compiler.runtime.base import (
    NEVER,
    SHORTEST_KEY,
    BadInput,
    Cause,
    Event,
    Fault,
    InvariantViolated,
    Mask,
    SettingRefused,
    Shown,
    SpecificationFault,
    Value,
    Violation,
    When,
    _Refused,
    instant,
    is_dated,
    moment,
    read_object,
    seconds,
)
from honnin.compiler.runtime.facts import Given, entities_in, read_facts
from honnin.compiler.runtime.history import Here, Sources
from honnin.compiler.runtime.modes import Modes
from honnin.compiler.runtime.snapshot import Seal
from honnin.compiler.runtime.turns import Turns
from honnin.compiler.runtime.waiting import Failure

_Kind = TypeVar("_Kind", bound="OracleBase")
OnViolation: TypeAlias = Literal["raise", "collect"] | Callable[[Violation], object]
__tracebackhide__ = True
"""Test runners leave these frames out of what they show: their variables hold values in clear."""


_CLEARED = 5_000
"""Of so many keys at least that were set back to their defaults, the event that did so is kept."""


def _at(time: int) -> float | None:
    return None if time == NEVER else seconds(time)


def known_as_oracle(kind: type[_Kind]) -> type[_Kind]:
    """The class, named in Python's own messages as its users know it: `Oracle.issue() missing 1 required positional argument`."""
    kind.__name__ = kind.__qualname__ = "Oracle"
    for member in vars(kind).values():
        if isinstance(member, FunctionType):
            member.__qualname__ = f"Oracle.{member.__name__}"
    return kind


class Claim(NamedTuple):
    """`kind`: invariant, assume or cover; `form`: on, always or sometime."""

    kind: str
    title: str | None
    form: str


# ---------------------------------------------------------------- the oracle


class OracleBase(Modes):
    """Watches one trace. Methods may be called from several threads; each event is worked on as a whole."""

    __slots__ = ("_explain", "_lock", "_now", "_sampling", "position")
    _NAME = ""
    _CLAIMS: tuple[tuple[str, Claim], ...] = ()
    _EVENTS: tuple[Event, ...] = ()
    _GIVENS: tuple[Given, ...] = ()
    _SKIPPED: tuple[str, ...] = ()
    _NEEDS_TIME = False
    _COUNTED: Mapping[int, tuple[int, ...]] = {}
    _PERSONAL_KEYS: Mapping[str, tuple[bool, ...]] = {}
    _QUICK: tuple[type[OracleBase], type[OracleBase]] | None = None
    """The classes that do an event's work in place, without a lock and with one: for an oracle that looks at every event as it is."""
    _BRIEF: type[OracleBase] | None = None
    """The class that keeps no causes, where causes take anything."""
    _handlers: tuple[Callable[..., None], ...] = ()

    def __new__(
        cls,
        *_: Any,
        shared: bool = True,
        sealed: bool = False,
        explain: bool = True,
        sample: float | None = None,
        **__: Any,
    ) -> Self:
        kind: Any = cls if explain else cls.__dict__.get("_BRIEF") or cls
        quick = kind.__dict__.get("_QUICK")
        chosen = kind if sealed or sample is not None or quick is None else quick[shared]
        made: Self = super().__new__(chosen)
        return made

    def __init__(
        self,
        on_violation: OnViolation = "raise",
        facts: Mapping[str, Any] | None = None,
        clock: Callable[[], float] = time.time,
        *,
        mask_key: bytes | None = None,
        reveal: bool = False,
        sealed: bool = False,
        shared: bool = True,
        explain: bool = True,
        fail_open: bool = False,
        sample: float | None = None,
        sample_by: str | None = None,
    ) -> None:
        """`facts` says every given; FactsRefused where it does not.

        `clock` (seconds) is asked only where a claim needs the time and an event has no `at`. With `reveal`, personal values are
        shown; otherwise they are tokens under `mask_key` (by default a key of this oracle's own). If `sealed`, the oracle itself
        keeps personal values only as digests under `mask_key`, so that a snapshot has none in clear. `shared`: several threads may
        report events at once; where one thread alone does, `shared=False` saves a little. `explain`: violations tell the
        earlier events that they come from (`causes`).

        `fail_open`: nothing that goes wrong reaches the caller, but for a violation. `sample`: the share of slices (by the entity
        `sample_by`, or that which slices most claims) that is looked at; the rest is counted. See `Modes`.
        """
        if on_violation not in ("raise", "collect") and not callable(on_violation):
            raise SettingRefused('on_violation is "raise", "collect" or a callable')
        if not callable(clock):
            raise SettingRefused("clock is called for the time, in seconds")
        if mask_key is not None and (not isinstance(mask_key, bytes) or len(mask_key) < SHORTEST_KEY):
            raise SettingRefused(f"mask_key is a key of at least {SHORTEST_KEY} bytes")
        if sealed and (mask_key is None or reveal):
            raise SettingRefused("sealed needs a mask_key, and nothing can be revealed then")
        self._lock: Any = self._made_lock(shared)
        self._on_violation = on_violation
        self._clock = clock
        self._facts = read_facts(self._GIVENS, {} if facts is None else facts)
        mask = Mask(secrets.token_bytes(32) if mask_key is None else mask_key)
        self._masked: Callable[[Any], Any] = (lambda value: value) if reveal else mask
        self._reveal = reveal
        self._digested = ""
        self._seal = Seal(mask_key, self._LITERALS) if sealed and mask_key is not None else None
        if self._seal is not None:
            self._close(self._seal)
        self._known = entities_in(self._GIVENS, self._facts)
        self._index = {event.name: number for number, event in enumerate(self._EVENTS)}
        self._now = NEVER
        self._dated = False
        self._broken = False
        self._wait_for_nothing()
        self._explain = explain
        self._set_modes(fail_open, sample, sample_by)
        self._cleared: dict[tuple[str, Any], Here] = {}
        self._groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        self._hits = [0] * len(self._CLAIMS)
        self._dropped = [0] * len(self._CLAIMS)
        self.position = 0
        self.violations: list[Violation] = []
        self.broken: list[Violation] = []
        self.faults: list[Fault] = []
        self._start()

    def _made_lock(self, shared: bool) -> Any:
        """What the methods of the class take turns by: those that do an event's work in place have ways of their own."""
        quick = self._QUICK
        if quick is not None and isinstance(self, quick[1]):
            return Turns(
                self, {one.__code__ for one in vars(quick[1]).values() if isinstance(one, FunctionType)}
            )
        unshared = OracleBase if quick is None else quick[0]
        return nullcontext() if not shared and isinstance(self, unshared) else threading.RLock()

    def _start(self) -> None:
        """Make the state and judge position 0."""

    # ------------------------------------------------------------ events

    def observe(self, event: str, /, *, at: When = None, **fields: Any) -> None:
        """One event, by its name and its fields' names; other fields are ignored. Raises BadInput."""
        try:
            self._observe(event, at, fields)
        except Exception as error:
            if not self._overlooks(error):
                raise

    def _observe(self, event: str, at: When, fields: Mapping[str, Any]) -> None:
        number = self._index.get(event) if isinstance(event, str) else None
        if number is None:
            raise BadInput("`event` names no event of the specification")
        values = []
        for place, parameter in enumerate(self._EVENTS[number].fields):
            if parameter.name not in fields:
                raise BadInput(f"`{event}` needs the field `{parameter.name}`")
            values.append(self._checked(number, place, fields[parameter.name]))
        with self._lock:
            self._handlers[number](self._moment(at), *values)

    def observe_line(self, line: str | bytes) -> None:
        """One event as a line of JSON. Raises BadInput, and then nothing has changed."""
        try:
            number, values, at = self.read_line(line)
        except BadInput as error:
            if not self._overlooks(error):
                raise
            return
        self.observe_values(number, values, at)

    def read_line(self, line: str | bytes) -> tuple[int, tuple[Value, ...], int | None]:
        """The number, the values and the time (microseconds) of the event that a line tells. Raises BadInput."""
        return self.read_parsed(read_object(line))

    def read_parsed(self, parsed: Mapping[str, Any]) -> tuple[int, tuple[Value, ...], int | None]:
        """As `read_line`, of what `read_object` made of a line."""
        name = parsed.get("event")
        number = self._index.get(name) if isinstance(name, str) else None
        if number is None:
            raise BadInput("`event` names no event of the specification")
        values = []
        for place, parameter in enumerate(self._EVENTS[number].fields):
            if parameter.log_name not in parsed:
                raise BadInput(f"`{name}` needs the field `{parameter.log_name}`")
            values.append(self._checked(number, place, parsed[parameter.log_name]))
        raw = parsed.get("at")
        if raw is None:
            if self._NEEDS_TIME:
                raise BadInput("`at` is missing, and a claim needs the time")
            return number, tuple(values), None
        try:
            now = instant(raw)
        except _Refused as refused:
            raise BadInput(f"`at`: expected {refused}") from None
        self._dated = isinstance(raw, str)
        return number, tuple(values), now

    def observe_values(self, event: int, values: tuple[Value, ...], at: int | None = None) -> None:
        """One event by its number in EVENTS, its values as the language has them, its time in microseconds."""
        try:
            with self._lock:
                now = self._moment(None) if at is None else self._advance(at)
                self._handlers[event](now, *values)
        except Exception as error:
            if not self._overlooks(error):
                raise

    def tick(self, at: When = None) -> None:
        """The clock shows `at`, and nothing has happened: deadlines before it are missed. Raises BadInput for a time going back."""
        with self._lock:
            now = self._read_clock() if at is None else self._moment(at)
            failures = self._expire(now, None)
            if failures:
                self._judge(failures)

    def finish(self, at: When = None) -> dict[str, Any]:
        """The summary of the trace so far, the clock first set to `at` if it is given; what is pending is undecided."""
        with self._lock:
            if at is not None:
                self.tick(at)
            claims: dict[str, Any] = {}
            for number, (name, claim) in enumerate(self._CLAIMS):
                counted = "reached" if claim.form == "sometime" or claim.kind == "cover" else "exercised"
                entry = {
                    "kind": claim.kind,
                    "title": claim.title,
                    "verdict": self.verdict(name),
                    counted: self._times(number),
                }
                if claim.kind == "invariant":
                    entry["unjudged"] = self._dropped[number]
                claims[name] = entry
            return {
                "specification": self._NAME,
                "positions": self.position,
                "claims": claims,
                "violations": len(self.violations),
                "causes": [
                    {"invariant": name, "from": list(kinds), "first": first, "violations": count}
                    for (name, kinds), (first, count) in self._groups.items()
                ],
                "broken": len(self.broken),
                "pending": [{"invariant": name, "trigger": trigger} for name, trigger in self.pending],
                "faults": len(self.faults),
                "not_monitored": list(self._SKIPPED),
                **self._told_of_modes(),
            }

    # ------------------------------------------------------------ what is known

    @property
    def pending(self) -> list[tuple[str, int]]:
        """The obligations that are open: the claim and the position of the event that raised each."""
        with self._lock:
            return [(self._CLAIMS[claim][0], trigger) for claim, trigger in sorted(self._open())]

    @property
    def exercised(self) -> dict[str, int]:
        """For each invariant and assumption, how often it had something to say."""
        return {
            name: self._times(number)
            for number, (name, claim) in enumerate(self._CLAIMS)
            if claim.kind != "cover"
        }

    @property
    def reached(self) -> dict[str, int]:
        """For each cover, at how many positions it was reached."""
        return {name: self._times(n) for n, (name, claim) in enumerate(self._CLAIMS) if claim.kind == "cover"}

    @property
    def unjudged(self) -> dict[str, int]:
        """For each invariant, how many failures came after a broken assumption."""
        return {
            name: self._dropped[n]
            for n, (name, claim) in enumerate(self._CLAIMS)
            if claim.kind == "invariant"
        }

    def _times(self, number: int) -> int:
        """How often the claim was exercised, or the cover reached."""
        claim = self._CLAIMS[number][1]
        if claim.form == "always" and claim.kind != "cover":
            return self.position
        return self._hits[number] + sum(map(self._count, self._COUNTED.get(number, ())))

    def _count(self, event: int) -> int:
        """How many events of a kind were looked at. A kind that has no counter had all those that the others had not."""
        if (counted := self._counter(event)) is not None:
            return counted
        others = (self._counter(other) or 0 for other in range(len(self._EVENTS)))
        return self.position - self._tally["skipped"] - sum(others)

    def _counter(self, event: int) -> int | None:
        count: int | None = getattr(self, f"_count_{event}", None)
        return count

    def verdict(self, name: str) -> str:
        """`violated`, `assumption broken`, `pending` or `satisfied so far`; of a cover, `reached` or `not reached`.

        Of a sampled oracle `in a sample` stands for `satisfied so far`, and `not sampled` for a claim that the sample says nothing of;
        after a fault of honnin it is `undecided`.
        """
        number = next((n for n, (other, _) in enumerate(self._CLAIMS) if other == name), None)
        if number is None:
            raise KeyError(name)
        if self._CLAIMS[number][1].kind == "cover":
            return "reached" if self._times(number) else "not reached"
        if any(violation.invariant == name for violation in self.violations):
            return "violated"
        if any(violation.invariant == name for violation in self.broken):
            return "assumption broken"
        if any(claim == number for claim, _ in self._open()):
            return "pending"
        if self._lost:
            return "undecided"
        if self._sampling:
            return "in a sample" if self._is_sampled(number) else "not sampled"
        return "satisfied so far"

    # ------------------------------------------------------------ work

    def _checked(self, event: int, place: int, raw: Any) -> Any:
        parameter = self._EVENTS[event].fields[place]
        try:
            return parameter.read(raw)
        except _Refused as refused:
            name = self._EVENTS[event].name
            raise BadInput(f"`{parameter.log_name}` of `{name}`: expected {refused}") from None

    def _moment(self, at: When) -> int:
        """The time of an event, in microseconds; the clock is set to it."""
        if at is None:
            return self._read_clock() if self._NEEDS_TIME else self._now
        try:
            now = self._advance(moment(at))
        except _Refused as refused:
            raise BadInput(f"`at`: expected {refused}") from None
        self._dated = is_dated(at)
        return now

    def _read_clock(self) -> int:
        """The clock's time; where it goes back, the time of the last event. SettingRefused where it gives no number."""
        told = self._clock()
        if not isinstance(told, int | float) or not isfinite(told):
            raise SettingRefused("clock gives the time, in seconds")
        self._now = max(self._now, int(told * 1_000_000))
        return self._now

    def _advance(self, now: int) -> int:
        if now < self._now:
            raise BadInput("`at` is before the time of the event before")
        self._now = now
        return now

    def _judge(self, failures: Sequence[Failure]) -> None:
        """Record what failed at one event; then, if asked, tell or raise."""
        before = self._broken
        told = []
        failures = [failure for failure in failures if self._is_sampled(failure.claim)]
        for failure in () if self._lost else failures:
            if self._CLAIMS[failure.claim][1].kind == "assume":
                self._broken = True
                self.broken.append(self._violation(failure))
        for failure in failures:
            if self._CLAIMS[failure.claim][1].kind != "assume":
                if before or self._lost or (self._broken and failure.position == failure.trigger):
                    self._dropped[failure.claim] += 1
                else:
                    told.append(self._violation(failure))
                    self._group(told[-1])
        self.violations += told
        if callable(self._on_violation):
            for violation in told:
                self._tell(self._on_violation, violation)
        elif told and self._on_violation == "raise":
            raise InvariantViolated(told[0], len(told) - 1)

    def _tell(self, tell: Callable[[Violation], object], violation: Violation) -> None:
        try:
            tell(violation)
        except Exception as error:
            self._tally["callback_errors"] += 1
            if not self._fail_open:
                self._callback_error = error
                raise

    def _group(self, violation: Violation) -> None:
        """Count the violation among those of its claim that come from events of the same kinds."""
        kinds = tuple(cause.kind for cause in violation.causes)
        group = self._groups.setdefault((violation.invariant, kinds), [violation.trigger, 0])
        group[1] += 1

    def _violation(self, failure: Failure) -> Violation:
        name, claim = self._CLAIMS[failure.claim]
        bindings, why, traced, parts = failure.account
        causes = []
        for read, here, replaced, added in traced if self._explain else ():
            if here is not None and here[0] != failure.position:
                position, at, number, *values = here
                before = None if replaced is None else replaced[0]
                causes.append(Cause(read, position, _at(at), self._told(number, values), before, added))
        return Violation(
            name,
            claim.title,
            failure.position,
            failure.trigger,
            _at(failure.at),
            self._told(failure.event, failure.values),
            bindings,
            why,
            self._dated,
            tuple(causes),
            parts,
        )

    def _told(self, number: int, values: Sequence[Value]) -> dict[str, Shown]:
        """An event as it is shown: its name and its fields, whose values come first; nothing for the start."""
        if number < 0:
            return {}
        event = self._EVENTS[number]
        fields = zip(event.fields, values, strict=False)
        return {
            "event": event.name,
            **{parameter.name: self._shown(value, parameter) for parameter, value in fields},
        }

    def _clear(
        self,
        place: str,
        key: Any,
        here: Here,
        source: Sources | None = None,
        replaced: Sources | None = None,
    ) -> None:
        """An event has set the place back to its default at a key. The last ones that did so are kept."""
        for kept in (source, replaced):
            if kept is not None:
                kept.pop(key, None)
        if len(self._cleared) >= 2 * _CLEARED:
            self._cleared = dict(list(self._cleared.items())[-_CLEARED:])
        self._cleared.pop((place, key), None)
        self._cleared[place, key] = here

    def _fault(self, found: list[Fault]) -> None:
        """Record what one event writes twice."""
        for fault in found:
            personal = self._PERSONAL_KEYS.get(fault.place, ())
            keys = (self._masked(k) if hidden else k for k, hidden in zip(fault.keys, personal, strict=True))
            self.faults.append(fault._replace(keys=tuple(keys)))

    def _raise_fault(self, found: list[Fault]) -> None:
        """Tell of the first fault, if asked to raise."""
        if found and self._on_violation == "raise":
            raise SpecificationFault(found[0])
