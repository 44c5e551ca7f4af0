"""How an oracle is made for a test: the settings of the marker, of `watching` and of `OracleTestCase`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from honnin.oracle.monitor import OnViolation, Spec, SpecificationError, load
from honnin.oracle.testing.problems import Refused
from honnin.spec.records import dataclass

NAMES = frozenset({"facts", "expect", "pending", "on_violation", "clock", "mask_key", "reveal"})


@dataclass(frozen=True, slots=True)
class Settings:
    """`expect`: the invariants that the test must see violated. `on_violation` None: "raise", or "collect" where some are expected."""

    spec: Spec
    facts: Mapping[str, Any] | None = None
    expect: frozenset[str] = frozenset()
    pending: Literal["fail", "allow"] = "fail"
    on_violation: OnViolation | None = None
    clock: Callable[[], float] = time.time
    mask_key: bytes | None = None
    reveal: bool = False

    def of_the_oracle(self) -> tuple[Any, ...]:
        """What two tests must agree on to share an oracle."""
        return self.spec.digest, self.facts, self.pending, self.clock, self.mask_key, self.reveal


Find = Callable[[str | Path], Path]


def settings(names: Sequence[object], given: Mapping[str, Any], find: Find = Path) -> list[Settings]:
    """The settings for each of the specifications (files). Raises Refused. `find` says where a file of that name is."""
    if unknown := sorted(set(given) - NAMES):
        raise Refused(f"`honnin` has no setting {', '.join(unknown)}")
    if given.get("pending", "fail") not in ("fail", "allow"):
        raise Refused('the setting `pending` is "fail" or "allow"')
    specs = [_loaded(name, find) for name in names]
    expected = given.get("expect", ())
    expect = frozenset([expected] if isinstance(expected, str) else expected)
    _check_expected(expect, specs)
    rest = {name: value for name, value in given.items() if name not in ("facts", "expect")}
    facts = _facts(given.get("facts"), find)
    return [Settings(spec, facts, expect & _invariants(spec), **rest) for spec in specs]


def _loaded(name: object, find: Find) -> Spec:
    if not isinstance(name, str | Path):
        raise Refused('a specification is named by its file: `honnin("spec.honnin")`')
    path = find(name)
    try:
        return load(path)
    except OSError as error:
        raise Refused(f"the specification {path} cannot be read: {error.strerror}") from None
    except SpecificationError as error:
        raise Refused(f"the specification is wrong\n{error}") from None


def _facts(facts: Mapping[str, Any] | str | Path | None, find: Find) -> Any:
    """The facts, from their file if one is named."""
    if not isinstance(facts, str | Path):
        return facts
    path = find(facts)
    try:
        return json.loads(path.read_bytes())
    except OSError as error:
        raise Refused(f"the facts {path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        raise Refused(f"the facts {path} are no JSON") from None


def _invariants(spec: Spec) -> frozenset[str]:
    return frozenset(claim.name for claim in spec.claims if claim.kind == "invariant")


def _check_expected(expect: Collection[str], specs: Sequence[Spec]) -> None:
    known = frozenset[str]().union(*map(_invariants, specs))
    if strange := sorted(set(expect) - known):
        names = " or ".join(spec.name for spec in specs)
        raise Refused(f"{names} has no invariant {', '.join(strange)}")
