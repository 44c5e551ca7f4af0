"""The `check` statements: names, relations and bounds."""

from __future__ import annotations

import pytest

from honnin.spec.core import Check
from honnin.spec.load import check_text

HEADER = """spec s
entity P, R, Unused
input event e(x: P)
output event f(x: P, y: R)
state n: 0..9
after e(_) { n := 1 }
invariant inv "t": on e(_): n == 0
invariant more "t": on f(x, _): earlier e(x)
assume ass: on e(_): n < 5
cover cov: on e(_): true
system d implements s {
  var z: Int
  action go(x: P) { emit e(x) z := 1 }
  invariant own: z < 2
  lemma lem: z >= 0
  assume small: z < 9
}
system plain { var z: Int action go() { z := 1 } invariant other: z == 0 }
"""
LINES = HEADER.count("\n")


def found(text: str) -> list[tuple[str, int]]:
    return [(d.code, d.span.line - LINES) for d in check_text(HEADER + text).diagnostics if d.is_error]


def check(text: str) -> Check:
    checked = check_text(HEADER + text)
    assert checked.module is not None, checked.diagnostics
    return checked.module.checks[0]


@pytest.mark.parametrize(
    "text",
    [
        "check d satisfies s",
        "check d violates s",
        "check d satisfies inv",
        "check d violates inv",
        "check d satisfies n.range",
        "check d satisfies own",
        "check d violates own",
        "check d satisfies lem",
        "check d reaches cov",
        "check s implies inv",
        "check s implies ass",
        "check plain satisfies other",
    ],
)
def test_sound_checks(text: str) -> None:
    _, subject, relation, target = text.split()
    assert check(text) == Check(subject, relation, target)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("check nobody satisfies s", "HN0430"),
        ("check nobody implies inv", "HN0430"),
        ("check d satisfies nothing", "HN0431"),
        ("check d satisfies other", "HN0431"),
        ("check plain satisfies s", "HN0431"),
        ("check plain satisfies inv", "HN0431"),
        ("check s implies nothing", "HN0431"),
        ("check s implies own", "HN0431"),
        ("check d satisfies cov", "HN0432"),
        ("check d violates cov", "HN0432"),
        ("check d satisfies ass", "HN0432"),
        ("check d satisfies small", "HN0432"),
        ("check d reaches inv", "HN0432"),
        ("check d reaches s", "HN0432"),
        ("check s implies cov", "HN0432"),
        ("check s satisfies inv", "HN0432"),
        ("check d implies inv", "HN0432"),
    ],
)
def test_wrong_names_and_relations(text: str, code: str) -> None:
    assert found(f"\n{text}") == [(code, 2)]


def test_bounds() -> None:
    assert check("check d satisfies inv within P: 2, steps: 12") == Check(
        "d", "satisfies", "inv", True, (("P", 2),), 12
    )
    assert check("check d satisfies inv within P: 2, Unused: 1").within == (("P", 2), ("Unused", 1))
    assert check("check s implies inv within P: 1, R: 1").steps is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("check d satisfies inv within steps: 12", "HN0433"),
        ("check s implies inv within P: 1", "HN0433"),
        ("check d satisfies inv within P: 2, Nobody: 1", "HN0434"),
        ("check d satisfies inv within P: 2, P: 3", "HN0435"),
        ("check d satisfies inv within P: 2, steps: 3, steps: 4", "HN0435"),
        ("check d satisfies inv within P: 0", "HN0436"),
        ("check d satisfies inv within P: 101", "HN0437"),
        ("check d satisfies inv within P: 2, steps: 10001", "HN0437"),
    ],
)
def test_wrong_bounds(text: str, code: str) -> None:
    assert found(f"\n{text}") == [(code, 2)]


def test_what_to_bound_is_said() -> None:
    (missing,) = (
        d for d in check_text(f"{HEADER}check s implies inv within steps: 3").diagnostics if d.is_error
    )
    assert missing.hint == "add P: 2, R: 2"


def test_an_entity_matters_when_something_that_happens_has_it() -> None:
    assert found("check plain satisfies other within steps: 3") == []
    assert (
        found("system g implements s { action go(x: P) { emit e(x) } }\ncheck g satisfies inv within P: 1")
        == []
    )
    assert found("system g implements s { var m: R -> Int }\ncheck g satisfies inv within P: 1") == [
        ("HN0433", 2)
    ]


def test_a_check_of_a_broken_system_says_nothing_more() -> None:
    assert found("system g implements s { init: 1 }\ncheck g satisfies nothing") == [("HN0203", 1)]


def test_a_check_of_a_broken_claim_says_nothing_more() -> None:
    assert found('invariant bad "t": on e(_): 1\ncheck d satisfies bad') == [("HN0203", 1)]
