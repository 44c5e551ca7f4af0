"""The rules of language.md, one small specification each.

A line that ends in `#! error` must get an error, one that ends in `#! warning` a warning of the front end (not a lint), and no other
line may have an error. What the diagnostics say is tested elsewhere.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from honnin.spec.load import check_text

BASE = """spec t
entity P, R
enum K { tax, seal }
enum L { seal, car }
const D: Duration = 60s
const N: Int = 3
given lim: Int
given may: P, K -> Bool
event a(x: Int)
input event q(r: R)
output event z(r: R, p: P)
event w(r: R, p: P)
event kind(k: K)
event opt(p: P?)
event timed(t: Time, d: Duration)
event text(s: Text, t: Text?)
event small(x: 0..5, y: 0..5?)
hidden event secret(p: P)
state n: Int
state m: R -> P?
state m2: R -> P?
state c: P -> Int
state f: K -> Bool
state last: R -> Time?
state who: P?
"""


def cases() -> list[ParameterSet]:
    """The specifications in rules.txt: `== name`, then the text behind BASE (or, after `=== name`, the whole text)."""
    text = (Path(__file__).parent / "rules.txt").read_text(encoding="utf-8")
    parts = re.split(r"^(===?) (\w+)\n", text, flags=re.MULTILINE)[1:]
    named = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return [pytest.param(BASE + body if sign == "==" else body, id=name) for sign, name, body in named]


def marked(text: str, severity: str) -> list[int]:
    return [n for n, line in enumerate(text.split("\n"), 1) if line.rstrip().endswith(f"#! {severity}")]


@pytest.mark.parametrize("text", cases())
def test_rule(text: str) -> None:
    checked = check_text(text)
    errors = sorted({d.span.line for d in checked.diagnostics if d.is_error})
    warned = {d.span.line for d in checked.diagnostics if not d.is_error}
    told = [f"{d.span.line}: {d.code} {d.message}" for d in checked.diagnostics]
    assert errors == marked(text, "error"), told
    assert set(marked(text, "warning")) <= warned, told
    assert (checked.module is None) == bool(errors)
