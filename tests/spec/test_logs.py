"""Mappings in the language: their words, their types, what lines in examples say, and the reference meaning of single lines."""

from __future__ import annotations

import pytest

from honnin.spec.diagnostics import Diagnostic
from honnin.spec.examples import run_example
from honnin.spec.format import format_file
from honnin.spec.load import check_text
from honnin.spec.logs.model import path_text
from honnin.spec.logs.reading import read_mapped_line
from honnin.spec.parser import parse

HEAD = """spec desk
entity Person, Request
enum Kind { tax, seal }
const PRINT: Text = "PRINT"
event issue(request: Request, personal subject: Person?, kind: Kind, page: 0..5)
event wait(length: Duration, until: Time?, note: Text, urgent: Bool)
hidden event forget(request: Request)
invariant once_only "no request twice": on issue(r, _, _, _): not earlier issue(r, _, _, _)
"""
ISSUE = "issue(.r, .s, .k, .p)"


def codes(text: str) -> list[tuple[str, str]]:
    """The code and the place in the text of each diagnostic."""
    lines = (HEAD + text).split("\n")
    return [
        (d.code, lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1])
        for d in check_text(HEAD + text).diagnostics
        if not d.code.startswith("HN05")
    ]


def mapping(rules: str) -> str:
    return f'from json "log" {{\n{rules}\n}}\n'


def told(rules: str, line: str, **options: int) -> object:
    """What the mapping makes of a line: the events, "ignore", or the code and message of the refusal."""
    module = check_text(HEAD + mapping(rules)).module
    assert module is not None
    found = read_mapped_line(line, module.main.mapping("log"), module.main, needs_time=False, **options)
    if isinstance(found, Diagnostic):
        return found.code, found.message
    return found if found == "ignore" else [(o.event, o.values, o.at) for o in found]


@pytest.mark.parametrize(
    ("rules", "found"),
    [
        (f"when .a == PRINT => {ISSUE}", []),
        (f"when .a == PRINTED => {ISSUE}", [("HN0226", "PRINTED")]),
        (f"when .a == tax => {ISSUE}", [("HN0226", "tax")]),
        (f"when .a == 5s => {ISSUE}", [("HN0226", "5s")]),
        (f"when .a => {ISSUE}", [("HN0226", ".a")]),
        (f"when .a == .b => {ISSUE}", [("HN0226", ".a == .b")]),
        (f"when 1 == 1 => {ISSUE}", [("HN0226", "1 == 1")]),
        ("when true => print(.r)", [("HN0107", "print")]),
        ("when true => forget(.r)", [("HN0424", "forget")]),
        ("when true => issue(.r, .s, .k)", [("HN0313", "issue(.r, .s, .k)")]),
        (
            "when true => issue(request: .r, kind: .k, page: .p)",
            [("HN0313", "issue(request: .r, kind: .k, page: .p)")],
        ),
        ("when true => issue(r, .s, .k, .p)", [("HN0225", "r")]),
        ("when true => issue(.r, none, tax, 6)", [("HN0216", "6")]),
        ("when true => issue(.r, .s, taxi, .p)", [("HN0320", "taxi")]),
        ("when true => issue(.r as seconds, .s, .k, .p)", [("HN0223", ".r as seconds")]),
        ("when true => issue(.r as Text, .s as Int, .k, .p as Int)", []),
        ("when true => issue(.r as Bool, .s, .k, .p)", [("HN0223", ".r as Bool")]),
        ('when true => issue(.r, .s, .k as {"a": tax, "a": seal}, .p)', [("HN0224", '"a"')]),
        ('when true => issue(.r, .s, .k as {_: tax, "a": seal}, .p)', [("HN0224", '"a": seal')]),
        ('when true => wait(5s, none, "x", true)', []),
        ('when true => wait(.l as milliseconds, 5s, "x", true)', [("HN0225", "5s")]),
        ('at "x" when true => issue(.r, .s, .k, .p)', [("HN0225", '"x"')]),
        ('at .t as {"a": none} when true => issue(.r, .s, .k, .p)', [("HN0217", "none")]),
        (f"when true => {ISSUE} when .a == 1 => ignore", [("HN0423", "when .a == 1 => ignore")]),
        (f"when .a == 1 => {ISSUE} when .a == 1 => ignore", [("HN0423", "when .a == 1 => ignore")]),
        ("otherwise ignore", [("HN0229", 'from json "log" {')]),
    ],
)
def test_mappings_are_typed_against_the_events(rules: str, found: list[tuple[str, str]]) -> None:
    reported = codes(mapping(rules))
    assert [code for code, _ in reported] == [code for code, _ in found]
    assert all(
        place.startswith(said) or said.startswith(place)
        for (_, place), (_, said) in zip(reported, found, strict=True)
    )


def test_a_path_without_its_dot_is_told_so() -> None:
    (found,) = check_text(HEAD + mapping(f"when a == 1 => {ISSUE}")).diagnostics
    assert (found.code, found.hint) == ("HN0226", "a path begins with a dot: `.a`")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ('line {"a": 1} => ignore', []),
        ('line {"a": 1} => reject', [("HN0425", 'line {"a": 1} => reject')]),
        ('line {"a": 2}', [("HN0426", '{"a": 2}')]),
        ('line {"a": 2} => reject', []),
        ('line "log" {"a": 1, "r": null, "x": [1.5, true, {}]}', []),
        ('line "lag" {"a": 1}', [("HN0419", '"lag"')]),
        ('line {"b": "x", "r": "r1"} => issue(r1, none, tax, 1)', []),
        ('line {"b": "x", "r": 1} => issue(1, none, tax, 1)', []),
        ('line {"b": "x", "r": 1} => issue("1", none, tax, 1)', [("HN0425", "line")]),
        (
            'line {"b": "x", "r": "r1"} => issue(r1, none, tax, 1), issue(r1, none, tax, 1)',
            [("HN0425", "line")],
        ),
        ('line {"b": "x", "r": "r1"} => isue(r1)', [("HN0107", "isue")]),
        ('line {"a": 1, "a": 1}', [("HN0426", '"a": 1')]),
        ('at 5s line {"b": "x", "r": "r1"}', []),
        ('at 5s line {"b": "x", "r": "r1"} at 4s line {"a": 1} issue(r2, none, tax, 1)', []),
        ('at 5s issue(r2, none, tax, 1) at 4s line {"b": "x", "r": "r1"}', [("HN0328", "4s")]),
    ],
)
def test_lines_in_examples(line: str, found: list[tuple[str, str]]) -> None:
    rules = 'when .a == 1 => ignore when .b == "x" => issue(.r, none, tax, 1)'
    reported = codes(mapping(rules) + f"example x accepted {{\n{line}\n}}")
    assert [code for code, _ in reported] == [code for code, _ in found]
    assert all(place.startswith(said) for (_, place), (_, said) in zip(reported, found, strict=True)), (
        reported
    )


def test_a_line_of_an_example_is_an_event_that_the_claims_see() -> None:
    text = HEAD + mapping("at .t when true => issue(.r, none, tax, 1), issue(.q, none, tax, 1)")
    text += 'example x rejected by once_only {\n line {"t": 2.5, "r": "r1", "q": "r1"}\n}\n'
    text += 'example y rejected by once_only {\n line {"t": 1, "r": 1, "q": 2} line {"t": 2.000001, "r": 3, "q": 2}\n}'
    module = check_text(text).module
    assert module is not None
    assert [o.at for o in module.examples[0].occurrences] == [2_500_000, 2_500_000]
    assert [o.at for o in module.examples[1].occurrences][-1] == 2_000_001
    assert all(run_example(example, module.main).passed for example in module.examples)


def test_a_mapping_that_gives_the_time_takes_no_moment() -> None:
    found = codes(mapping(f"at .t when true => {ISSUE}") + 'example x accepted { at 5s line {"t": 1} }')
    assert found == [("HN0427", "5s")]


def test_two_mappings_of_one_name_and_lines_without_one() -> None:
    one = mapping(f"when true => {ISSUE}")
    assert codes(one + one) == [("HN0229", '"log"')]
    other = one.replace('"log"', '"other"')
    assert codes(one + other + 'example x accepted { line {"r": 1} }') == [("HN0419", 'line {"r": 1}')]
    assert codes('example x accepted { line {"r": 1} }') == [("HN0419", 'line {"r": 1}')]


def test_words_of_mappings_are_names_elsewhere_and_any_word_is_a_key() -> None:
    text = """spec words
entity json, line
enum otherwise { ignore, reject, null }
event from(line: line, json: json, seconds: Int)
state milliseconds: line -> otherwise = null
after from(l, _, _) { milliseconds[l] := ignore }
invariant nanoseconds "x": on from(l, _, _): milliseconds[l] != reject
from json "log" { when .event.state."at" == "from" => from(.line, .from.json, .Int as Int) otherwise ignore }
example line accepted {
  from(a, b, 1)
  line {"event": {"state": {"at": "from"}}, "line": "a", "from": {"json": "b"}, "Int": "7"} => from(a, b, 7)
}
"""
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    assert all(run_example(example, checked.module.main).passed for example in checked.module.examples)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("invariant i: always: a => b", [("HN0008", "=>")]),
        ("given g: Person => Bool", [("HN0008", "=>")]),
        ('from json "x" { when .a = 1 => ignore }', [("HN0014", "=")]),
        ('from json "x" { when .a == 1 -> ignore }', [("HN0010", "->")]),
        ('from json "x" { when .a == 1.5 => ignore }', [("HN0010", "1.5")]),
        ('from json "x" { .a == 1 => ignore }', [("HN0010", ".")]),
        ("from json { when true => ignore }", [("HN0010", "{")]),
        ('pattern p() { from json "x" { when true => ignore } }', [("HN0024", 'from json "x"')]),
    ],
)
def test_mistakes_of_syntax(text: str, found: list[tuple[str, str]]) -> None:
    source = f"spec t\n{text}\nentity Last"
    parsed = parse(source, "t")
    lines = source.split("\n")
    reported = [(d.code, lines[d.span.line - 1][d.span.column - 1 :]) for d in parsed.diagnostics]
    assert [code for code, _ in reported] == [code for code, _ in found], parsed.diagnostics
    assert all(place.startswith(said) for (_, place), (_, said) in zip(reported, found, strict=True))
    assert parsed.file is not None
    assert any("Last" in str(item) for item in parsed.file.items)


# ---------------------------------------------------------------- single lines

WAIT = "when true => wait(.l as {}, .u as {}, .n, .b)"


@pytest.mark.parametrize(
    ("unit", "raw", "microseconds"),
    [
        ("seconds", "1.5", 1_500_000),
        ("seconds", '"1.5"', 1_500_000),
        ("milliseconds", "1795000000123", 1_795_000_000_123_000),
        ("milliseconds", '"-1.0009"', -1_000),
        ("microseconds", "7.9", 7),
        ("nanoseconds", '"1795000000123456789"', 1_795_000_000_123_456),
        ("nanoseconds", "1e9", 1_000_000),
        ("seconds", "999999999999999", 999_999_999_999_999_000_000),
    ],
)
def test_units_of_time(unit: str, raw: str, microseconds: int) -> None:
    line = f'{{"l": {raw}, "u": {raw}, "n": "x", "b": true}}'
    assert told(WAIT.format(unit, unit), line) == [("wait", (microseconds, microseconds, "x", True), None)]


@pytest.mark.parametrize(
    "raw", ['"1 s"', "true", "null", '"2026-11-26T00:00:00Z"', "1e15", '"1e999999999999999999"', "{}"]
)
def test_what_is_no_number_of_seconds(raw: str) -> None:
    line = f'{{"l": {raw}, "n": "x", "b": true}}'
    found = told(WAIT.format("seconds", "seconds"), line)
    assert isinstance(found, tuple)
    assert found[1].startswith("`length` of `wait`, from `.l`: ")
    assert raw not in found[1] or raw in ("true", "{}")


def test_the_first_rule_counts_and_a_line_is_all_or_nothing() -> None:
    rules = f"when .a == 1 => ignore when .a != none => issue(.r, .s, tax, 1), {ISSUE} otherwise ignore"
    assert told(rules, '{"a": 1}') == "ignore"
    assert told(rules, "{}") == "ignore"
    assert told(rules, "[]") == ("HN0601", "expected a JSON object")
    assert told(rules, '{"a": 1.0, "r": "r", "k": "seal", "p": 5}') == [
        ("issue", ("r", None, "tax", 1), None),
        ("issue", ("r", None, "seal", 5), None),
    ]
    assert told(rules, '{"a": "1", "r": "r", "k": "seal", "p": 6}') == (
        "HN0605",
        "`page` of `issue`, from `.p`: expected an integer from 0 to 5",
    )


def test_a_time_does_not_go_back() -> None:
    rules = f"at .t when true => {ISSUE}"
    line = '{"t": "2026-11-26T09:00:00+09:00", "r": 1, "k": "tax", "p": 0}'
    at = 1_795_651_200_000_000
    assert told(rules, line, last=at) == [("issue", (1, None, "tax", 0), at)]
    assert told(rules, line, last=at + 1) == ("HN0608", "`at` is before the time of the event before")
    missing = ("HN0603", "`at`, from `.t`: nothing is there")
    assert told(rules, '{"r": 1, "k": "tax", "p": 0}') == missing


def test_keys_in_japanese_are_written_as_words() -> None:
    """And what would be read as another key stays quoted: a half-width kana, a combining mark."""
    keys = {"操作": ".操作", "ｷｰ": '."ｷｰ"', "か\u3099": '."か\u3099"', "x-y": '."x-y"', "値1": ".値1"}
    assert {key: path_text((key,)) for key in keys} == keys
    written = " ".join(f'when {path} == "a" => a(.値)' for path in keys.values())
    text = f'spec s\nevent a(x: Int)\nfrom json "m" {{ {written} otherwise ignore }}\n'
    first = parse(text, "first").file
    assert first is not None
    formatted = format_file(first)
    second = parse(formatted, "second").file
    assert all(f"when {path} ==" in formatted for path in keys.values())
    assert second is not None and format_file(second) == formatted
