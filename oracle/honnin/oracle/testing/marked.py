"""What the markers and the ini file of a pytest run ask for, and the oracles that live in it."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from honnin.oracle.attach.targets import listening
from honnin.oracle.several import as_one, together
from honnin.oracle.table import plural
from honnin.oracle.testing import records
from honnin.oracle.testing.problems import Refused
from honnin.oracle.testing.records import Record
from honnin.oracle.testing.settings import Settings, settings
from honnin.oracle.testing.watched import Watched, conclude
from honnin.spec.records import dataclass, field

__tracebackhide__ = True
SCOPES = ("function", "class", "module", "session")


@dataclass(frozen=True, slots=True)
class Wanted:
    """An oracle that a test asks for, and what it shares it with."""

    settings: Settings
    scope: str


@dataclass(slots=True)
class Living:
    """The oracles that are live, and the records of those of wider scope that have ended."""

    watches: list[Watched] = field(default_factory=list)
    ended: list[Record] = field(default_factory=list)

    def of_the_test(self) -> list[Watched]:
        """Those of the running test alone."""
        return [watched for watched in self.watches if watched.scope == "function"]


LIVING: pytest.StashKey[Living] = pytest.StashKey()


def living(config: pytest.Config) -> Living:
    """What is live in this run."""
    return config.stash.setdefault(LIVING, Living())


# ---------------------------------------------------------------- what is asked for


def wanted(item: pytest.Item) -> list[Wanted]:
    """The oracles that the test's markers ask for, those of the ini file where they name none. Raises Refused.

    Where two markers name one file, the nearer counts.
    """
    nearest: dict[Path, Wanted] = {}
    general: dict[str, Any] = {}
    for marker in item.iter_markers("honnin"):
        if not marker.args:
            general = {**marker.kwargs, **general}
        for one in _of_marker(item, marker):
            nearest.setdefault(*one)
    found = list(nearest.values()) or of_ini(item.config, general)
    if not found:
        raise Refused(
            'the fixture `honnin_oracle` needs `@pytest.mark.honnin("spec.honnin")` on the test, or `honnin_specs` in the ini file'
        )
    names = [one.settings.spec.name for one in found]
    if len(set(names)) < len(names):
        raise Refused("two of the specifications have one name")
    return found


def _of_marker(item: pytest.Item, marker: pytest.Mark) -> Iterator[tuple[Path, Wanted]]:
    if not marker.args:
        return
    find = functools.partial(_near, item)
    given = dict(marker.kwargs)
    scope = _scope(given.pop("scope", item.config.getini("honnin_scope")))
    for name, one in zip(marker.args, settings(marker.args, given, find), strict=True):
        yield find(name).resolve(), Wanted(one, scope)


def of_ini(config: pytest.Config, given: dict[str, Any]) -> list[Wanted]:
    """The oracles that the ini file asks for, with these settings. Raises Refused."""
    given = dict(given)
    facts: Sequence[Path] = config.getini("honnin_facts")
    if len(facts) > 1:
        raise Refused("`honnin_facts` in the ini file names one file")
    if facts:
        given.setdefault("facts", facts[0])
    scope = _scope(given.pop("scope", config.getini("honnin_scope")))
    return [Wanted(one, scope) for one in settings(config.getini("honnin_specs"), given)]


def _scope(scope: object) -> str:
    if scope not in SCOPES:
        raise Refused(f"the scope of an oracle is one of {', '.join(SCOPES)}")
    return str(scope)


def _near(item: pytest.Item, name: str | Path) -> Path:
    """The file beside the test's file, else below the root of the test run."""
    beside = item.path.parent / name
    return beside if beside.exists() else item.config.rootpath / name


def describe(item: pytest.Item) -> list[str]:
    """The lines of the report header about a test."""
    try:
        specs = [one.settings.spec for one in wanted(item)]
    except Refused as refused:
        names = [str(name) for marker in item.iter_markers("honnin") for name in marker.args]
        return [f"honnin: {', '.join(names) or 'no specification'}: {str(refused).partition(chr(10))[0]}"]
    lines = []
    for spec in specs:
        left_out = f", not monitored: {', '.join(spec.not_monitored)}" if spec.not_monitored else ""
        lines.append(
            f"honnin: {spec.name} ({spec.digest[:12]}), {plural(len(spec.claims), 'claim')}{left_out}"
        )
    return lines


# ---------------------------------------------------------------- the fixtures


class Shared:
    """The oracles that the tests of one class, module or session share, by their specifications."""

    def __init__(self, scope: str, live: Living) -> None:
        self.scope = scope
        self._live = live
        self._watches: dict[str, Watched] = {}

    def get(self, one: Settings) -> Watched:
        """The oracle, made where there is none yet. Raises Refused where another test wants it otherwise."""
        known = self._watches.get(one.spec.name)
        if known is None:
            known = self._watches[one.spec.name] = Watched(one, self.scope)
            self._live.watches.append(known)
        elif known.settings.of_the_oracle() != one.of_the_oracle():
            raise Refused(f"the {self.scope} has an oracle of {one.spec.name} already, with other settings")
        return known

    def end(self) -> None:
        """The traces end here: raises what is violated or undecided."""
        watches = list(self._watches.values())
        for watched in watches:
            self._live.watches.remove(watched)
            self._live.ended.append(watched.record())
            watched.expect = frozenset()
        conclude(watches)


def oracles(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The oracles of a test: its own, and those that it shares."""
    live = living(request.config)
    watches = []
    try:
        for one in wanted(request.node):
            watches.append(_watched(one, live, request))
    except Refused as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    oracle = together([watched.oracle for watched in watches])
    with listening(oracle):
        yield oracle
    own = live.of_the_test()
    live.watches = [watched for watched in live.watches if watched.scope != "function"]
    late = [problem for watched in own for problem in watched.late_problems()]
    if late:
        raise as_one(late, ", ".join(watched.spec.name for watched in own))


def _watched(one: Wanted, live: Living, request: pytest.FixtureRequest) -> Watched:
    if one.scope == "function":
        watched = Watched(one.settings, "function")
        live.watches.append(watched)
        return watched
    shared: Shared = request.getfixturevalue(f"_honnin_{one.scope}")
    watched = shared.get(one.settings)
    watched.enter(request.node.nodeid, one.settings.expect)
    return watched


def sharing(scope: str, config: pytest.Config) -> Iterator[Shared]:
    """What the tests of one scope share."""
    shared = Shared(scope, living(config))
    yield shared
    shared.end()


def session_oracles(config: pytest.Config, shared: Shared) -> Iterator[Any]:
    """The oracles of the ini file's specifications, for the whole session."""
    try:
        watches = [shared.get(one.settings) for one in of_ini(config, {"scope": "session"})]
        if not watches:
            raise Refused("the fixture `honnin_session_oracle` needs `honnin_specs` in the ini file")
    except Refused as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    oracle = together([watched.oracle for watched in watches])
    with listening(oracle):
        yield oracle


# ---------------------------------------------------------------- around a test


def conclude_test(live: Living) -> None:
    """The end of the test function: its own traces end here."""
    problems = [
        problem
        for watched in live.watches
        for problem in watched.problems(at_end=watched.scope == "function")
    ]
    if problems:
        raise as_one(problems, ", ".join(watched.spec.name for watched in live.watches))


def had_oracle(item: pytest.Item) -> bool:
    """Whether the test had one of its own, or entered one that it shares."""
    live = living(item.config)
    return bool(live.of_the_test()) or any(watched.heard(item.nodeid) for watched in live.watches)


def record_call(item: pytest.Item, live: Living) -> list[Record]:
    """The records of the test's own traces; its properties for JUnit are set."""
    watches = live.watches
    for watched in watches:
        head = "honnin" if len(watches) == 1 else f"honnin.{watched.spec.name}"
        item.user_properties += [(f"{head}.{name}", text) for name, text in watched.properties().items()]
    return [*(watched.record() for watched in live.of_the_test()), *records.collected()]


# ---------------------------------------------------------------- the end of a session


def lacking(config: pytest.Config, found: Sequence[Record]) -> str | None:
    """Why a session does not pass that must exercise everything; None where it does. Specifications of the ini file count too."""
    try:
        asked = [records.blank(one.settings.spec) for one in of_ini(config, {})]
    except Refused as error:
        return str(error)
    together = records.merged([*found, *asked])
    if not together:
        return "no test had an oracle"
    left = records.untried(together)
    return f"never tried: {', '.join(left)}" if left else None
