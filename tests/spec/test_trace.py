"""The reference reader of JSON Lines: row 20 of conformance.md and every kind of bad input."""

from __future__ import annotations

import json

import pytest

from honnin.spec.core import (
    BOOL,
    DURATION,
    INT,
    TEXT,
    TIME,
    EntityT,
    EnumT,
    Event,
    Field,
    Occurrence,
    OptionalT,
    RangeT,
    Specification,
    Type,
)
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.trace import read_line

PERSON = EntityT("Person")


def specification(*types: Type) -> Specification:
    """One event `e` with a field for each type: `f0` (in logs `log.0`), `f1`, ..."""
    fields = tuple(
        Field(f"f{i}", type, False, "log.0" if i == 0 else f"f{i}") for i, type in enumerate(types)
    )
    return Specification("s", None, (PERSON,), (), (), (Event("e", "both", fields),), (), (), ())


def read(text: str, type: Type) -> object:
    """The value that an event's only field has when the JSON text `text` stands for it; the code of what is wrong with it."""
    result = read_line('{"event": "e", "log.0": ' + text + "}", specification(type), needs_time=False)
    return result.code if isinstance(result, Diagnostic) else result.values[0]


def at(text: str, *, last: int | None = None) -> object:
    """The time read from the JSON text, or a code."""
    line = '{"event": "e", "at": ' + text + "}"
    result = read_line(line, specification(), needs_time=True, last=last)
    return result.code if isinstance(result, Diagnostic) else result.at


@pytest.mark.parametrize(
    ("text", "type", "expected"),
    [
        ("true", BOOL, True),
        ("1", BOOL, "HN0604"),
        ("7", INT, 7),
        ("-0", INT, 0),
        ("true", INT, "HN0604"),
        ("1.0", INT, "HN0604"),
        ("1e2", INT, "HN0604"),
        ('"1"', INT, "HN0604"),
        ("null", INT, "HN0604"),
        ("null", OptionalT(INT), None),
        ("3", OptionalT(INT), 3),
        ("9" * 4300, INT, int("9" * 4300)),
        ("9" * 4301, INT, "HN0611"),
        ("5", RangeT(0, 5), 5),
        ("6", RangeT(0, 5), "HN0605"),
        ("1", PERSON, 1),
        ('"1"', PERSON, "1"),
        ("1.5", PERSON, "HN0604"),
        ("true", PERSON, "HN0604"),
        ("null", PERSON, "HN0604"),
        ("NaN", PERSON, "HN0601"),
        ("Infinity", PERSON, "HN0601"),
        ('"a\\u0301"', PERSON, "a\u0301"),
        ('"tax"', EnumT("Kind", ("tax", "seal")), "tax"),
        ('"Tax"', EnumT("Kind", ("tax", "seal")), "HN0604"),
        ('"\\ud83d\\ude00"', TEXT, "\U0001f600"),
        ('"\\ud83d"', TEXT, "HN0609"),
        ('"\\u0000"', TEXT, "\0"),
        ("1", TEXT, "HN0604"),
        ("0.25", DURATION, 250_000),
        ('"250ms"', DURATION, 250_000),
        ('"2h"', DURATION, 7_200_000_000),
        ('"2 h"', DURATION, "HN0604"),
        ("true", DURATION, "HN0607"),
        ('"1970-01-01T00:00:01Z"', TIME, 1_000_000),
    ],
)
def test_a_value_is_read_by_its_type(text: str, type: Type, expected: object) -> None:
    result = read(text, type)
    assert result == expected
    assert result is expected or not isinstance(expected, bool)


def test_one_and_the_text_one_are_two_persons() -> None:
    assert read("1", PERSON) != read('"1"', PERSON)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("12.5", 12_500_000),
        ("0.1", 100_000),
        ("1.5e3", 1_500_000_000),
        ("-1.25", -1_250_000),
        ("1764000000.1234567", 1_764_000_000_123_456),
        ("1e-999999999", 0),
        ("1e15", "HN0607"),
        ("1e999999999999999999999", "HN0607"),
        ('"1970-01-01T00:00:00Z"', 0),
        ('"1970-01-01t09:00:00.5+09:00"', 500_000),
        ('"1970-01-01 00:00:00.123456789z"', 123_456),
        ('"1969-12-31T23:59:60Z"', 0),
        ('"1970-01-01T00:00:00"', "HN0607"),
        ('"1970-13-01T00:00:00Z"', "HN0607"),
        ('"1970-01-01"', "HN0607"),
        ('"１970-01-01T00:00:00Z"', "HN0607"),
        ("true", "HN0607"),
        ('"5"', "HN0607"),
        ("[]", "HN0607"),
        ("null", "HN0606"),
    ],
)
def test_a_time_is_seconds_or_a_date_with_an_offset(text: str, expected: object) -> None:
    assert at(text) == expected


def test_time_may_stand_still_and_may_not_go_back() -> None:
    assert at("5", last=5_000_000) == 5_000_000
    assert at("4.999999", last=5_000_000) == "HN0608"


def test_a_time_may_be_missing_when_no_claim_needs_it() -> None:
    assert read_line('{"event": "e"}', specification(), needs_time=False) == Occurrence("e", ())
    missing = read_line('{"event": "e"}', specification(), needs_time=True)
    assert isinstance(missing, Diagnostic)
    assert missing.code == "HN0606"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("", "HN0601"),
        ("{", "HN0601"),
        ("[]", "HN0601"),
        ("3", "HN0601"),
        ('{"event": "e"} {}', "HN0601"),
        ('{"event": "e", "x": "a\0b"}', "HN0601"),
        ("{'event': 'e'}", "HN0601"),
        ("{}", "HN0602"),
        ('{"event": "f"}', "HN0602"),
        ('{"event": 3}', "HN0602"),
        ('{"event": ["e"]}', "HN0602"),
        ('{"event": "e"}', "HN0603"),
        ('{"event": "e", "f0": "p"}', "HN0603"),
        ('{"event": "e", "log.0": "p", "event": "e"}', "HN0610"),
        ('{"event": "e", "log.0": "p", "x": {"y": 1, "y": 1}}', "HN0610"),
        (b'{"event": "e", "log.0": "\xff"}', "HN0609"),
        ('{"event": "e", "log.0": "p", "x": ["\\udc00"]}', "HN0609"),
        ('{"event": "e", "log.0": "p", "x": ' + "[" * 101 + "]" * 101 + "}", "HN0611"),
        ('{"event": "e", "log.0": "p", "x": ' + "[" * 100_000 + "]" * 100_000 + "}", "HN0611"),
    ],
)
def test_bad_input_has_a_code_and_is_not_quoted(line: str | bytes, code: str) -> None:
    result = read_line(line, specification(PERSON), needs_time=False)
    assert isinstance(result, Diagnostic)
    assert result.code == code


def test_no_message_quotes_the_value() -> None:
    secret = "Hanako Yamada"
    for type in (INT, BOOL, RangeT(0, 5), EnumT("Kind", ("tax",)), TIME, DURATION):
        line = json.dumps({"event": "e", "log.0": secret})
        result = read_line(line, specification(type), needs_time=False)
        assert isinstance(result, Diagnostic)
        assert secret not in result.message


def test_extra_fields_are_ignored_and_nested_ones_may_be_large() -> None:
    line = json.dumps({"event": "e", "log.0": "p", "extra": {"deep": [[1, 2.5, None]]}, "number": 10**4000})
    assert read_line(line, specification(PERSON), needs_time=False) == Occurrence("e", ("p",))
