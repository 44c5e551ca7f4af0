"""`explain` and `mutate` on what is nested deeply: an answer or a diagnostic, and in time."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

Run = Callable[..., Any]

GENEROUS: Final = 60.0
"""Seconds: what would go on for years is told from what ends, on the slowest machine too."""

DEEP: Final = """spec deep "Deep"
entity P
event go(p: P)
state seen: P -> Bool
after go(p) {{ seen[p] := true }}
invariant one "No second": on go(p): {claim}
system d implements deep "D" {{
  var gone: P -> Bool
  var n: Int
  action a(p: P) {{ when not gone[p] {guard} gone[p] := true {step} }}
}}
check d satisfies one
"""
NO_SECOND: Final = "not earlier go(p)"
NAMES: Final = [f"x{number}" for number in range(14)]
QUANTIFIERS: Final = (
    f"forall {', '.join(NAMES)}: P. ({' or '.join(f'gone[{x}]' for x in NAMES)} or not gone[x0])"
)


def branches(depth: int) -> str:
    step = "emit go(p)"
    for number in range(depth):
        step = f"if n == {number} {{ gone[p] := true }} else {{ {step} }}"
    return step


def implications(depth: int) -> str:
    claim = NO_SECOND
    for _ in range(depth):
        claim = f"(seen[p] implies {claim})"
    return claim


def deep(claim: str = NO_SECOND, guard: str = "", step: str = "emit go(p)") -> str:
    return DEEP.format(claim=claim, guard=guard, step=step)


@pytest.mark.parametrize("command", ["explain", "mutate"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(deep(claim="(" * 60 + NO_SECOND + ")" * 60), id="parentheses"),
        pytest.param(deep(claim="not (" * 60 + NO_SECOND + ")" * 60), id="negations"),
        pytest.param(deep(claim=implications(60)), id="implications"),
        pytest.param(deep(step=branches(30)), id="branches"),
        pytest.param(deep(guard=f"when {QUANTIFIERS}"), id="quantifiers in a guard"),
        pytest.param(deep(claim=f"{NO_SECOND} or {QUANTIFIERS.replace('gone', 'seen')}"), id="quantifiers"),
    ],
)
def test_a_deep_nest_is_answered_in_time(honnin: Run, tmp_path: Path, command: str, text: str) -> None:
    file = tmp_path / "deep.honnin"
    file.write_text(text)
    limits = ["--timeout", "1", *(("--total", "3") if command == "mutate" else ())]
    began = time.monotonic()
    ran = honnin(command, *limits, file)
    assert time.monotonic() - began < GENEROUS
    assert ran.status in (0, 3), ran.err
    assert "error" not in ran.err
    assert ran.out.startswith('deep: "Deep"\n' if command == "explain" else "d")


@pytest.mark.parametrize("command", ["explain", "mutate"])
def test_what_is_nested_too_deeply_is_refused(honnin: Run, tmp_path: Path, command: str) -> None:
    file = tmp_path / "deep.honnin"
    file.write_text(deep(step=branches(200)))
    ran = honnin(command, file)
    assert (ran.status, ran.out) == (2, "")
    assert "error[HN0021]: this is nested more than 100 levels deep" in ran.err
