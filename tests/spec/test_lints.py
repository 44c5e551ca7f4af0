"""Warnings about what loads but is probably not meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.load import check_file, check_text

HEADER = """spec s
entity P, R
event e(x: P)
event f(x: P, y: R)
"""


def found(text: str) -> list[Diagnostic]:
    checked = check_text(HEADER + text)
    assert checked.module is not None, checked.diagnostics
    return [d for d in checked.diagnostics if d.code.startswith("HN050")]


def codes(text: str) -> list[tuple[str, int]]:
    return [(d.code, d.span.line - HEADER.count("\n")) for d in found(text)]


def claim(text: str) -> list[tuple[str, int]]:
    return codes(f'invariant i "t":\n{text}')


def test_a_claim_that_is_not_monitorable_names_the_variable_and_the_formula() -> None:
    (lint,) = found(
        'state n: P -> Int\nafter e(x) { n[x] += 1 }\ninvariant i "t": always: exists x: P. n[x] == 0'
    )
    assert lint.code == "HN0501"
    assert "`x`" in lint.message
    assert "`exists x: P. n[x] == 0`" in lint.message


def test_a_claim_that_depends_on_hidden_events() -> None:
    (lint,) = found('hidden event h(x: P)\ninvariant i "t": on e(x): not earlier h(x)')
    assert lint.code == "HN0502"
    assert lint.hint is not None
    assert "`h(x)`" in lint.hint


def test_an_invariant_without_a_title() -> None:
    assert codes("invariant i: on e(_): true") == [("HN0503", 1)]
    assert codes("assume i: always: true") == []
    assert codes("cover i: on e(_): true") == []
    assert codes('state n: 0..3\nafter e(_) { n := 1 }\ninvariant i "t": on e(_): n == 0') == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on e(x): not once e(x)", [("HN0504", 2)]),
        ("on e(x): not once e(_)", [("HN0504", 2)]),
        ("on e(x): not once[<= 5s] e(x)", [("HN0504", 2)]),
        ("on f(x, _) or e(x): not once e(x)", [("HN0504", 2)]),
        ("on e(x): not once[> 5s] e(x)", []),
        ("on e(x): not earlier e(x)", []),
        ("on e(x): not once f(x, _)", []),
        ("on f(x, y): forall z: P. not once f(z, y)", []),
    ],
)
def test_once_counts_the_event_itself(text: str, expected: list[tuple[str, int]]) -> None:
    assert claim(text) == expected


def test_the_hint_of_once_says_what_to_write() -> None:
    (lint,) = found('invariant i "t": on e(x): not once[<= 5s] e(x)')
    assert lint.hint == "for what was before this event, write `earlier[<= 5s] e(x)`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on e(x): previously f(x, _)", [("HN0505", 2)]),
        ("on e(x): not previously f(x, _)", [("HN0505", 2)]),
        ("on e(x): previously once f(x, _)", []),
        ("on e(x): previously ((not e(x)) since f(x, _))", []),
    ],
)
def test_the_previous_event_is_anybodys(text: str, expected: list[tuple[str, int]]) -> None:
    assert claim(text) == expected


def test_states_and_givens_that_nobody_uses() -> None:
    assert codes("state n: Int\nafter e(_) { n += 1 }") == [("HN0506", 1)]
    assert codes('state n: Int\ninvariant i "t": always: n == 0') == [("HN0507", 1)]
    assert codes("given g: Int") == [("HN0508", 1)]
    assert codes("given g: Int\nstate n: Int = g\nafter e(_) { n := n + 1 }") == [("HN0506", 2)]
    assert codes("state n: 0..5\nafter e(_) { n += 1 }") == []
    assert codes("given g: Int\nsystem d implements s { init: g == 1 }") == []


def test_a_state_that_only_states_without_claim_are_made_of() -> None:
    count, copy = "state n: Int\nafter e(_) { n := n + 1 }", "state m: Int\nafter f(_, _) { m := n }"
    asks = "state m: Int\nafter f(_, _) when n > 2 { m := 1 }"
    branches = "state m: Int\nafter f(_, _) { if n > 2 { m := 1 } }"
    apart = "state m: Int\nafter f(_, _) { m := 1; if n > 2 { n := 0 } }"
    claimed = 'invariant i "t": always: m < 9'
    assert codes(f"{count}\n{copy}") == [("HN0506", 1), ("HN0506", 3)]
    for used in (copy, asks, branches):
        assert codes(f"{count}\n{used}\n{claimed}") == []
    assert codes(f"{count}\n{apart}\n{claimed}") == [("HN0506", 1)]
    assert codes(f"{count}\nsystem d implements s {{ init: n == 0 }}") == []


def test_a_process_with_several_parameters() -> None:
    assert codes("system d implements s {\nprocess h(x: P, y: R) { one: { } }\n}") == [("HN0509", 2)]
    assert codes("system d implements s { process h(x: P) { one: { } } }") == []


def test_a_claim_of_a_pattern_that_depends_on_hidden_events_is_named() -> None:
    text = "hidden event h(x: P)\nuse honnin.once_only as charge with Thing = P, act(p) = h(p)"
    assert [lint.code for lint in found(text)] == ["HN0502", "HN0502"]


def test_what_another_file_declares_has_its_own_lints(tmp_path: Path) -> None:
    (tmp_path / "used.honnin").write_text(
        "spec used\nentity P\nevent e(p: P)\nstate n: Int\n", encoding="utf-8"
    )
    main = tmp_path / "main.honnin"
    main.write_text('spec main\nuse "used.honnin"\nstate m: Int\n', encoding="utf-8")
    checked = check_file(main)
    assert [(d.code, Path(d.span.file).name) for d in checked.diagnostics] == [
        ("HN0506", "main.honnin"),
        ("HN0507", "main.honnin"),
    ]
