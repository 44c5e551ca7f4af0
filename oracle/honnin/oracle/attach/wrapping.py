"""Functions that report what they are called with and what they give back.

For each decorated function a wrapper of its own is written, with the function's parameters: no arguments are gathered or bound
at a call. See benchmarks/attach_overhead.py.
"""

from __future__ import annotations

import functools
import inspect
import linecache
from collections.abc import Callable, Iterable
from inspect import Parameter
from itertools import count
from typing import Any, TypeVar

from honnin.oracle.attach.happening import Happening, happenings
from honnin.oracle.attach.targets import HERE, Everywhere, Site

_F = TypeVar("_F", bound=Callable[..., Any])
Events = str | Happening | Iterable[str | Happening] | None
_NUMBERS = count(1)
_ARGUMENT = {
    Parameter.POSITIONAL_ONLY: "{0}",
    Parameter.POSITIONAL_OR_KEYWORD: "{0}",
    Parameter.VAR_POSITIONAL: "*{0}",
    Parameter.KEYWORD_ONLY: "{0}={0}",
    Parameter.VAR_KEYWORD: "**{0}",
}

_PASSING_ON = """\
try:
    _h_item = await _h_source.__anext__()
    while True:
        try:
            _h_sent = yield _h_item
        except GeneratorExit:
            await _h_source.aclose()
            raise
        except BaseException as _h_thrown:
            _h_item = await _h_source.athrow(_h_thrown)
        else:
            _h_item = await _h_source.asend(_h_sent)
except StopAsyncIteration:
    pass""".splitlines()
"""What `yield from` would be for an asynchronous generator."""


def observes(*, before: Events = None, after: Events = None, error: Events = None) -> Callable[[_F], _F]:
    """Reports events when the function is called (`before`), has returned (`after`) or has raised an exception (`error`).

    Each is the name of an event, an `event(...)` with the sources of its fields, or several. The names of a source are the
    function's parameters, for `after` also `result`, for `error` also `error`. Takes functions, coroutine functions (they have
    returned when they were awaited), generators (called when they begin, returned when they are exhausted), methods, classmethods and staticmethods. Without `error` an exception reports nothing.

    What the oracle raises, it raises here: for `before`, instead of the call; for `after`, instead of returning.
    Raises TypeError for a source that is not there.
    """
    events = {"before": happenings(before), "after": happenings(after), "error": happenings(error)}

    def decorate(function: Any) -> Any:
        if isinstance(function, classmethod | staticmethod):
            return type(function)(_wrapper(function.__func__, events))
        return _wrapper(function, events)

    return decorate


def _wrapper(function: Callable[..., Any], events: dict[str, list[Happening]]) -> Callable[..., Any]:
    scope: dict[str, Any] = {"_h_function": function, "_h_here": HERE.get, "_h_everywhere": Everywhere}
    text = "\n".join(_lines(function, events, scope)) + "\n"
    name = f"<honnin {function.__qualname__} {next(_NUMBERS)}>"
    scope |= {"__name__": "honnin.oracle.attach.generated", "__tracebackhide__": True}
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    exec(compile(text, name, "exec"), scope)  # noqa: S102 - the names are those of a function that is there
    wrapped: Callable[..., Any] = functools.update_wrapper(scope["_h_wrapper"], function)
    return wrapped


def _lines(
    function: Callable[..., Any], events: dict[str, list[Happening]], scope: dict[str, Any]
) -> Iterable[str]:
    parameters = list(inspect.signature(function).parameters.values())
    names = [parameter.name for parameter in parameters]
    call = ", ".join(_ARGUMENT[parameter.kind].format(parameter.name) for parameter in parameters)

    def reports(when: str, more: dict[str, str]) -> list[str]:
        """One line for each event; `more`: the names besides the parameters, and how they are spelled."""
        spelled = {**dict(zip(names, names, strict=True)), **more}
        lines = []
        for happening in events[when]:
            key = f"_h_site_{len(scope)}"
            scope[key] = Site(happening, tuple(spelled))
            lines.append(f"_h_target[{key}]({', '.join(spelled.values())})")
        return lines

    definition, perform = _kind(function, call)
    yield f"{definition} _h_wrapper({_signature(parameters, scope)}):"
    yield "    _h_target = _h_here()"
    yield "    if _h_target is None:"
    yield "        _h_target = _h_everywhere.target"
    yield "    if _h_target is None:"
    yield from (f"        {line}" for line in perform(returning=True))
    yield from (f"    {line}" for line in reports("before", {}))
    indent = "    "
    if events["error"]:
        yield "    try:"
        indent = "        "
    yield from (f"{indent}{line}" for line in perform(returning=False))
    if events["error"]:
        yield "    except Exception as _h_error:"
        yield from (f"        {line}" for line in reports("error", {"error": "_h_error"}))
        yield "        raise"
    yield from (f"    {line}" for line in reports("after", {"result": "_h_result"}))
    if not inspect.isasyncgenfunction(function):
        yield "    return _h_result"


def _kind(function: Callable[..., Any], call: str) -> tuple[str, Callable[..., list[str]]]:
    """How the wrapper of such a function begins, and the lines that do what the function does."""
    done = f"_h_function({call})"
    if inspect.isasyncgenfunction(function):
        loop = [f"_h_source = {done}", *_PASSING_ON]
        return "async def", lambda returning: [*loop, *(["return"] if returning else ["_h_result = None"])]
    if inspect.isgeneratorfunction(function):
        done = f"(yield from {done})"
    elif inspect.iscoroutinefunction(function):
        done = f"await {done}"
    definition = "async def" if inspect.iscoroutinefunction(function) else "def"
    return definition, lambda returning: [f"{'return ' if returning else '_h_result = '}{done}"]


def _signature(parameters: list[Parameter], scope: dict[str, Any]) -> str:
    """The parameters as they are written, their defaults by name."""
    parts: list[str] = []
    last: Any = None
    for parameter in parameters:
        if last is Parameter.POSITIONAL_ONLY and parameter.kind is not last:
            parts.append("/")
        if parameter.kind is Parameter.KEYWORD_ONLY and last not in (
            parameter.kind,
            Parameter.VAR_POSITIONAL,
        ):
            parts.append("*")
        text = _ARGUMENT[parameter.kind].split("=")[0].format(parameter.name)
        if parameter.default is not Parameter.empty:
            scope[f"_h_default_{parameter.name}"] = parameter.default
            text += f"=_h_default_{parameter.name}"
        parts.append(text)
        last = parameter.kind
    return ", ".join([*parts, "/"] if last is Parameter.POSITIONAL_ONLY else parts)
