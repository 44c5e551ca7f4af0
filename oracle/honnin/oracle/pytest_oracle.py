"""One test under an oracle: what its marker asks for, when it fails, and what is said of it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

import pytest

from honnin.compiler.runtime.base import FactsRefused, SettingRefused, Violation
from honnin.oracle.account import headline
from honnin.oracle.memory import Memory, remembering
from honnin.oracle.monitor import Spec, SpecificationError, load
from honnin.oracle.table import plural, quoted

_ORACLE_SETTINGS = ("on_violation", "clock")
_SETTINGS = {"facts", "expect", "pending", "mask_key", "reveal", *_ORACLE_SETTINGS}


@dataclass(slots=True)
class WatchedTest:
    """`expect`: the invariants that the test must see violated. `told`: how many violations it has already failed for."""

    spec: Spec
    oracle: Any
    memory: Memory
    expect: frozenset[str]
    pending_allowed: bool
    told: int = 0

    @classmethod
    def of(cls, item: pytest.Item) -> Self:
        """The oracle that the test's marker asks for, at the start of its trace."""
        marker = item.get_closest_marker("honnin")
        if marker is None:
            _refuse('the fixture `honnin_oracle` needs `@pytest.mark.honnin("spec.honnin")` on the test')
        spec = _load(item, marker)
        settings = _settings(marker, spec)
        given = settings.get("mask_key")
        key = secrets.token_bytes(32) if given is None else given
        reveal = bool(settings.get("reveal", False))
        memory = Memory(spec.specification, key, reveal)
        make = remembering(spec.namespace["Oracle"], spec.specification, memory)
        expect = settings.get("expect", ())
        names = frozenset([expect] if isinstance(expect, str) else expect)
        options = {name: settings[name] for name in _ORACLE_SETTINGS if name in settings}
        options.setdefault("on_violation", "collect" if names else "raise")
        try:
            oracle = make(facts=_facts(item, settings.get("facts")), mask_key=key, reveal=reveal, **options)
        except (FactsRefused, SettingRefused) as error:
            _refuse(str(error))
        return cls(spec, oracle, memory, names, settings.get("pending", "fail") == "allow")

    def conclude(self) -> None:
        """The end of the test function: fails the test unless everything is satisfied or expected."""
        problems = [*self._violations(), *self._missing(), *self._undecided()]
        if problems:
            pytest.fail("\n\n".join(problems), pytrace=False)

    def conclude_late(self) -> None:
        """The end of the fixture: fails for what was violated after the test function."""
        problems = self._violations()
        if problems:
            pytest.fail("\n\n".join(problems), pytrace=False)

    def record(self) -> dict[str, Any]:
        """What is to be said of the test, whose function has ended; only JSON values."""
        self.told = len(self.oracle.violations)
        summary = self.oracle.finish()
        claims = summary["claims"]
        violated = sorted(name for name, claim in claims.items() if claim["verdict"] == "violated")
        tried = [name for name, claim in claims.items() if claim.get("exercised") or claim.get("reached")]
        return {
            "specification": self.spec.name,
            "digest": self.spec.digest,
            "claims": [name for name, claim in claims.items() if claim["kind"] != "cover"],
            "covers": [name for name, claim in claims.items() if claim["kind"] == "cover"],
            "tried": tried,
            "not_monitored": list(self.spec.not_monitored),
            "violated": {name: claims[name]["title"] for name in violated},
            "properties": {
                "specification": self.spec.name,
                "digest": self.spec.digest,
                "verdict": self._verdict(summary),
                "violated": ", ".join(violated),
                "exercised": ", ".join(tried),
            },
        }

    def _verdict(self, summary: Mapping[str, Any]) -> str:
        if summary["violations"]:
            return "violated"
        if summary["broken"]:
            return "assumption broken"
        return "undecided" if summary["pending"] and not self.pending_allowed else "satisfied so far"

    def _violations(self) -> list[str]:
        new = [v for v in self.oracle.violations[self.told :] if v.invariant not in self.expect]
        self.told = len(self.oracle.violations)
        return [self._account(violation) for violation in new]

    def _account(self, violation: Violation) -> str:
        lines = [f"violated: {headline(violation)}", *(f"  {line}" for line in violation.account())]
        return "\n".join(
            [*lines, "  the events that matter:", *(f"  {s}" for s in self.memory.story(violation))]
        )

    def _missing(self) -> list[str]:
        seen = {violation.invariant for violation in self.oracle.violations}
        return [f"expected to be violated, but was not: {name}" for name in sorted(self.expect - seen)]

    def _undecided(self) -> list[str]:
        found = [
            f"undecided: assumption broken: {headline(v)}\n  {v.account()[0]}" for v in self.oracle.broken
        ]
        if not self.pending_allowed:
            found += [
                f"undecided: {name}, raised by event {at}, is still open" for name, at in self.oracle.pending
            ]
        return found


def describe(item: pytest.Item, marker: pytest.Mark) -> str:
    """The line of the report header about a marker."""
    try:
        spec = _load(item, marker)
    except pytest.fail.Exception:
        return f"honnin: {', '.join(map(str, marker.args)) or 'no specification'}: cannot be used"
    left_out = f", not monitored: {', '.join(spec.not_monitored)}" if spec.not_monitored else ""
    return f"honnin: {spec.name} ({spec.digest[:12]}), {len(spec.claims)} claims{left_out}"


def _refuse(text: str) -> NoReturn:
    """The test cannot be run as its marker says."""
    pytest.fail(text, pytrace=False)


def _named(marker: pytest.Mark) -> str:
    if len(marker.args) != 1 or not isinstance(marker.args[0], str | Path):
        _refuse('the marker `honnin` takes one specification: `honnin("spec.honnin")`')
    return str(marker.args[0])


def _load(item: pytest.Item, marker: pytest.Mark) -> Spec:
    path = _near(item, _named(marker))
    try:
        return load(path)
    except OSError as error:
        _refuse(f"the specification {path} cannot be read: {error.strerror}")
    except SpecificationError as error:
        _refuse(f"the specification is wrong\n{error}")


def _near(item: pytest.Item, name: str | Path) -> Path:
    """The file beside the test's file, else below the root of the test run."""
    beside = item.path.parent / name
    return beside if beside.exists() else item.config.rootpath / name


def _facts(item: pytest.Item, facts: Mapping[str, Any] | str | Path | None) -> Any:
    """The facts, from their file if the marker names one."""
    if not isinstance(facts, str | Path):
        return facts
    path = _near(item, facts)
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        _refuse(f"the facts {path} cannot be read: {error.strerror}")
    except (ValueError, RecursionError):
        _refuse(f"the facts {path} are no JSON")


def _settings(marker: pytest.Mark, spec: Spec) -> Mapping[str, Any]:
    settings = marker.kwargs
    if unknown := sorted(set(settings) - _SETTINGS):
        _refuse(f"the marker `honnin` has no setting {', '.join(unknown)}")
    if settings.get("pending", "fail") not in ("fail", "allow"):
        _refuse('the setting `pending` is "fail" or "allow"')
    expect = settings.get("expect", ())
    names = {claim.name for claim in spec.claims if claim.kind == "invariant"}
    if strange := sorted(set([expect] if isinstance(expect, str) else expect) - names):
        _refuse(f"{spec.name} has no invariant {', '.join(strange)}")
    return settings


# ---------------------------------------------------------------- the summary of a session


def summary_lines(records: list[dict[str, Any]]) -> list[str]:
    """What the tests of a session together left untried, per specification, and what was violated."""
    lines = []
    for digest in dict.fromkeys(record["digest"] for record in records):
        about = [record for record in records if record["digest"] == digest]
        first = about[0]
        tried = {name for record in about for name in record["tried"]}
        lines.append(f"{first['specification']} ({digest[:12]}), {plural(len(about), 'test')}")
        violated = {name: title for record in about for name, title in record["violated"].items()}
        for name, title in violated.items():
            count = sum(name in record["violated"] for record in about)
            lines.append(f"  violated in {plural(count, 'test')}: {name}{quoted(title)}")
        left = {
            "never exercised": [name for name in first["claims"] if name not in tried],
            "never reached": [name for name in first["covers"] if name not in tried],
            "not monitored": first["not_monitored"],
        }
        lines += [f"  {words}: {', '.join(names)}" for words, names in left.items() if names]
        if not any(left.values()):
            lines.append("  every claim was exercised")
    return lines
