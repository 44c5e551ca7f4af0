"""Rendering: a diagnostic as people and as programs read it."""

from __future__ import annotations

import json
import textwrap
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.render import as_json, render, width
from honnin.spec.source import NOWHERE, Span


def place(line: int, column: int, end_column: int, file: str = "a.honnin") -> Span:
    return Span(file, line, column, line, end_column)


def shown(text: str) -> str:
    return textwrap.dedent(text).strip("\n")


def test_message_place_line_marker_expected_and_hint() -> None:
    diagnostic = Diagnostic(
        "HN0012", "`state` is a reserved word", place(2, 8, 13), expected="a name", hint="choose another name"
    )
    assert render(diagnostic, {"a.honnin": "spec a\nentity state\n"}) == shown("""
        error[HN0012]: `state` is a reserved word
         --> a.honnin:2:8
          |
        2 | entity state
          |        ^^^^^
          = expected: a name
          = hint: choose another name
    """)


def test_secondary_places_have_markers_and_texts_of_their_own() -> None:
    label = Label(place(10, 1, 7), "declared here")
    diagnostic = Diagnostic("HN0012", "twice", place(2, 8, 9), labels=(label,))
    assert render(diagnostic, {"a.honnin": "spec a\nentity A\n" + "\n" * 7 + "entity A"}) == shown("""
        error[HN0012]: twice
          --> a.honnin:2:8
           |
         2 | entity A
           |        ^
          --> a.honnin:10:1
           |
        10 | entity A
           | ------ declared here
    """)


def test_wide_characters_take_two_columns() -> None:
    diagnostic = Diagnostic("HN0003", "x", place(1, 11, 13))
    lines = render(diagnostic, {"a.honnin": "entity 人, 端末"}).splitlines()
    assert lines[-2:] == ["1 | entity 人, 端末", "  |            ^^^^"]


def test_combining_marks_take_none_and_tabs_four() -> None:
    diagnostic = Diagnostic("HN0003", "x", place(1, 4, 5))
    lines = render(diagnostic, {"a.honnin": "\te\u0301x"}).splitlines()
    assert lines[-2:] == ["1 |     e\u0301x", "  |      ^"]


def test_control_characters_are_never_printed_raw() -> None:
    diagnostic = Diagnostic("HN0003", "bad \x1b[31m", place(1, 1, 2, "\x1bfile"), hint="\u202ex")
    text = render(diagnostic, {"\x1bfile": "\x1b[2J\u202e\0\r"})
    assert text == shown(r"""
        error[HN0003]: bad \x1b[31m
         --> \x1bfile:1:1
          |
        1 | \x1b[2J\u202e\x00
          | ^^^^
          = hint: \u202ex
    """)


def test_a_place_past_the_end_and_a_missing_source_are_no_fault() -> None:
    assert render(Diagnostic("HN0011", "ends", place(2, 1, 1)), {"a.honnin": "spec a\n"}) == shown("""
        error[HN0011]: ends
         --> a.honnin:2:1
          |
        2 |
          | ^
    """)
    assert render(Diagnostic("HN0011", "ends", place(9, 1, 1)), {"a.honnin": ""}).endswith("a.honnin:9:1")
    assert render(Diagnostic("HN0011", "ends", place(9, 1, 1)), {}).endswith("a.honnin:9:1")
    assert render(Diagnostic("HN0900", "odd", NOWHERE), {}) == "error[HN0900]: odd"


def test_a_span_of_several_lines_is_marked_to_the_end_of_the_first() -> None:
    diagnostic = Diagnostic("HN0021", "deep", Span("a.honnin", 1, 3, 3, 2))
    assert render(diagnostic, {"a.honnin": "a (b\nc\n)"}).splitlines()[-1] == "  |   ^^"


def test_a_very_long_line_is_cut_around_the_marker() -> None:
    diagnostic = Diagnostic("HN0003", "x", place(1, 500_001, 500_004))
    lines = render(diagnostic, {"a.honnin": "y" * 500_000 + "abc" + "y" * 500_000}).splitlines()
    marked = [line for line, mark in zip(lines[-2], lines[-1], strict=False) if mark == "^"]
    assert "".join(marked) == "abc"
    assert len(lines[-2]) < 140


def test_as_json_is_plain_data() -> None:
    diagnostic = Diagnostic(
        "HN0012", "`state` is a reserved word", place(2, 8, 13), labels=(Label(place(1, 1, 5), "here"),)
    )
    assert json.loads(json.dumps(as_json(diagnostic))) == {
        "severity": "error",
        "code": "HN0012",
        "slug": "reserved-word",
        "message": "`state` is a reserved word",
        "file": "a.honnin",
        "line": 2,
        "column": 8,
        "end_line": 2,
        "end_column": 13,
        "expected": None,
        "hint": None,
        "labels": [
            {"file": "a.honnin", "line": 1, "column": 1, "end_line": 1, "end_column": 5, "text": "here"}
        ],
    }


@given(st.text(), st.integers(1, 5), st.integers(1, 50), st.integers(0, 50))
def test_any_source_and_place_render_to_printable_lines(
    source: str, line: int, column: int, length: int
) -> None:
    diagnostic = Diagnostic("HN0003", source, place(line, column, column + length))
    for printed in render(diagnostic, {"a.honnin": source}).split("\n"):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in printed)
        assert width(printed) >= 0
