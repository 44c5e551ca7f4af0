"""Who listens to what a program reports."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from contextvars import ContextVar, Token
from functools import partial
from typing import Any, Literal

from honnin.compiler.runtime.base import BadInput
from honnin.oracle.attach.correlate import FIELDS
from honnin.oracle.attach.happening import Happening, expression
from honnin.oracle.misuse import Misuse, MisuseWarning, WrongName
from honnin.oracle.several import Oracles, together_raised

__tracebackhide__ = True
LOG = logging.getLogger("honnin.attach")
LOG.addHandler(logging.NullHandler())
OnBadInput = Literal["raise", "log"]


class UnknownEvent(MisuseWarning):
    """A program reports an event that no specification which listens has."""


class NotCorrelated(Misuse, BadInput):
    """An event lacks a field that its place leaves to the correlation."""


class Site:
    """A place in a program that reports an event. `names`: what the caller of its reporter passes, in this order."""

    __slots__ = ("happening", "names")

    def __init__(self, happening: Happening, names: tuple[str, ...]) -> None:
        happening.check(names)
        self.happening = happening
        self.names = names


Reporter = Callable[..., None]


class Target(dict[Site, Reporter]):
    """An oracle that listens, with a function for each site that has reported to it. `refused`: events that were bad input."""

    __slots__ = ("_known", "on_bad_input", "oracles", "refused")

    def __init__(self, oracle: Any, on_bad_input: OnBadInput) -> None:
        if on_bad_input not in ("raise", "log"):
            raise WrongName("HN0673", 'on_bad_input is "raise" or "log"')
        self.oracles = list(oracle.values()) if isinstance(oracle, Oracles) else [oracle]
        self.on_bad_input = on_bad_input
        self.refused = 0
        self._known = {event.name for oracle in self.oracles for event in oracle._EVENTS}

    def __missing__(self, site: Site) -> Reporter:
        """The function that reports what happens at the site."""
        happening = site.happening
        found = [_reporter(site, oracle) for oracle in self.oracles if _has(oracle, happening.event)]
        if not found:
            self._warn(happening.event)
        reporter = self._guarded(happening.event, found[0] if len(found) == 1 else _all(found))
        self[site] = reporter
        return reporter

    def report(self, event: str, fields: Mapping[str, Any]) -> None:
        """One event by name, to each oracle that has it; the correlation fills in."""
        if event not in self._known:
            self._warn(event)
            return
        whole = {**FIELDS.get(), **fields}
        found = [oracle.observe for oracle in self.oracles if _has(oracle, event)]
        report = found[0] if len(found) == 1 else _all(found)
        self._guarded(event, report)(event, **whole)

    def _warn(self, event: str) -> None:
        unknown = UnknownEvent("HN0679", f"no specification that listens has an event `{event}`")
        warnings.warn(unknown, stacklevel=4)

    def _guarded(self, event: str, reporter: Reporter) -> Reporter:
        """The reporter; where it is asked for, bad input is logged instead of raised."""
        if self.on_bad_input == "raise":
            return reporter

        def logging_bad_input(*values: Any, **named: Any) -> None:
            try:
                reporter(*values, **named)
            except BadInput as error:
                self.refuse(error)

        return logging_bad_input

    def refuse(self, error: BadInput) -> None:
        """Bad input, as it was asked for: raised, or logged and counted."""
        if self.on_bad_input == "raise":
            raise error
        self.refused += 1
        LOG.error("an event was left out: %s", error)


def _has(oracle: Any, event: str) -> bool:
    return any(event == known.name for known in oracle._EVENTS)


def _all(reporters: list[Reporter]) -> Reporter:
    def report(*values: Any, **named: Any) -> None:
        together_raised([partial(one, *values, **named) for one in reporters], "one event")

    return report


def _reporter(site: Site, oracle: Any) -> Reporter:
    """Straight code from the names of the site to the oracle's method, made once for each."""
    happening = site.happening
    event = next(event for event in oracle._EVENTS if event.name == happening.event)
    spelled = {name: f"_{number}" for number, name in enumerate(site.names)}
    scope: dict[str, Any] = {"_report": getattr(oracle, event.name), "_given": _given}
    scope |= {"__name__": "honnin.oracle.attach.generated", "__tracebackhide__": True}

    def constant(value: Any) -> str:
        name = f"_c{len(scope)}"
        scope[name] = value
        return name

    arguments = []
    for field in event.fields:
        if field.name in happening.sources:
            arguments.append(expression(happening.sources[field.name], spelled, constant))
        elif field.name in spelled:
            arguments.append(spelled[field.name])
        else:
            arguments.append(f"_given({event.name!r}, {field.name!r})")
    if "at" in happening.sources:
        arguments.append(expression(happening.sources["at"], spelled, constant))
    text = f"def report({', '.join(spelled.values())}):\n    _report({', '.join(arguments)})\n"
    exec(compile(text, "<honnin reporter>", "exec"), scope)  # noqa: S102 - names and constants of our own
    reporter: Reporter = scope["report"]
    return reporter


def _given(event: str, field: str) -> Any:
    """What the correlation has for a field."""
    try:
        return FIELDS.get()[field]
    except KeyError:
        said = f"`{event}` needs the field `{field}`, and no correlation gives it"
        raise NotCorrelated("HN0682", said, f"with correlation({field}=...): ...") from None


# ---------------------------------------------------------------- who listens

HERE: ContextVar[Target | None] = ContextVar("honnin_target", default=None)
"""Who listens in this context."""


class Everywhere:
    """Who listens in the whole process, where nobody does in a context."""

    target: Target | None = None


class listening:
    """A block during which the oracle (or `Oracles`) hears what is reported anywhere in this process, in all threads.

    Blocks nest; the inner oracle alone hears. `on_bad_input`: an event that the oracle cannot read is raised as BadInput to the
    place that reports it, or logged as an error of the logger `honnin.attach` and left out ("log").
    """

    __slots__ = ("_before", "_target")

    def __init__(self, oracle: Any, *, on_bad_input: OnBadInput = "raise") -> None:
        self._target = Target(oracle, on_bad_input)
        self._before: list[Target | None] = []

    def __enter__(self) -> Target:
        self._before.append(Everywhere.target)
        Everywhere.target = self._target
        return self._target

    def __exit__(self, *_: object) -> None:
        Everywhere.target = self._before.pop()


class listening_here:
    """As `listening`, in this context alone: a request, a task and those that it starts."""

    __slots__ = ("_target", "_tokens")

    def __init__(self, oracle: Any, *, on_bad_input: OnBadInput = "raise") -> None:
        self._target = Target(oracle, on_bad_input)
        self._tokens: list[Token[Target | None]] = []

    def __enter__(self) -> Target:
        self._tokens.append(HERE.set(self._target))
        return self._target

    def __exit__(self, *_: object) -> None:
        HERE.reset(self._tokens.pop())


def current() -> Target | None:
    """Who listens now."""
    here = HERE.get()
    return Everywhere.target if here is None else here


def observe(event: str, /, **fields: Any) -> None:
    """Reports an event to whoever listens; the correlation gives the fields that are left out. Raises what the oracle raises."""
    target = current()
    if target is not None:
        target.report(event, fields)
