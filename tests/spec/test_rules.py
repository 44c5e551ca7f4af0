"""The rules of language.md, one small specification each.

A line that ends in `#! HN0105` must get that diagnostic, and no other line may have one; lints about sound files do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.load import check_text

LINTS = {f"HN05{number:02}" for number in range(11)}

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


def marked(text: str) -> dict[int, set[str]]:
    """The codes that are to be given, by line."""
    lines = enumerate(text.split("\n"), 1)
    found = ((number, re.search(r"#! ([HN0-9 ]+)$", line)) for number, line in lines)
    return {number: set(mark[1].split()) for number, mark in found if mark}


def given(diagnostics: Iterable[Diagnostic]) -> dict[int, set[str]]:
    """The codes of errors and of warnings of the front end, by line."""
    by_line: dict[int, set[str]] = {}
    for diagnostic in diagnostics:
        if diagnostic.code not in LINTS:
            by_line.setdefault(diagnostic.span.line, set()).add(diagnostic.code)
    return by_line


@pytest.mark.parametrize("text", cases())
def test_rule(text: str) -> None:
    checked = check_text(text)
    told = [f"{d.span.line}: {d.code} {d.message}" for d in checked.diagnostics]
    assert given(checked.diagnostics) == marked(text), told
    assert (checked.module is None) == any(d.is_error for d in checked.diagnostics)
