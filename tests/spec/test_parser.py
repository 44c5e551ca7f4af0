"""Parsing: what is accepted and what it means as a tree, what is refused and how, and that nothing makes it crash."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import honnin.spec.parser
from honnin.spec import syntax as s
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.lexer import KEYWORDS, MISSPELT, PUNCTUATION, TYPE_WORDS
from honnin.spec.nodes import MAX_DEPTH
from honnin.spec.parser import Parsed, decode, parse
from honnin.spec.render import render
from honnin.spec.source import Span

LIBRARY = sorted(Path(honnin.spec.parser.__file__).with_name("library").glob("*.honnin"))


def items(text: str) -> tuple[s.Item, ...]:
    """The items of a text without mistakes; the header is put before it."""
    parsed = parse(f"spec t\n{text}", "t")
    assert parsed.diagnostics == ()
    assert parsed.file is not None
    return parsed.file.items


def formula(text: str) -> s.Expr:
    (item,) = items(f"invariant i: always: {text}")
    assert isinstance(item, s.ClaimDecl)
    return item.claim.body


def underlined(text: str, span: Span) -> str:
    """What stands between the places of a span on one line."""
    assert span.line == span.end_line
    return text.split("\n")[span.line - 1][span.column - 1 : span.end_column - 1]


def mistakes(text: str) -> list[tuple[str, str]]:
    """The code of each diagnostic, and the text that it marks."""
    whole = f"spec t\n{text}"
    return [(found.code, underlined(whole, found.span)) for found in parse(whole, "t").diagnostics]


# ---------------------------------------------------------------- what is accepted


@pytest.mark.parametrize("path", LIBRARY, ids=lambda path: path.stem)
def test_the_bundled_patterns_parse(path: Path) -> None:
    assert parse(path.read_text(encoding="utf-8"), path.name).diagnostics == ()


@pytest.mark.parametrize(
    "text",
    [
        'use "other.honnin"',
        "use honnin.session as desk with Subject = Person, LIMIT = 60s, N = -3, open(t, p) = authenticate(t, p, _)",
        "use session",
        "entity 人, 端末",
        "enum Kind { a, b, }",
        "const LIMIT: Duration = 2 * 60s",
        "given servers: Site -> Int",
        'given entitled: Person, Kind, Person -> Bool "who may"',
        'hidden event e(personal g "log.name": Text?, n: -3..5, o: 0..5?) "title"',
        "event e()",
        "state m: K1, K2 -> V? = none",
        'state desk.who: P -> Q? "title"',
        "define p(x, y: T, z: U): Bool = x == y",
        "define desk.p() = true",
        "after e(x, _) when x > 1 { m[x] := 1; n += 2 n -= 3 ; }",
        "after e(a: x) or f(_, none, true, -3, 5s, c) { }",
        "after e(x) { if a { } else if b { n := 1 } else { } for x, y: T where x != y { desk.m[x] := 1 } }",
        'pattern p(entity A, event e(x: A, personal y "z": A), const C: Int) "t" { state m: A -> Int }',
        "pattern p() { }",
        'invariant n "why": on e(x) or f(x) when x > 1: true',
        "assume desk.n: always: true",
        "cover n: sometime: true",
        "example e accepted { }",
        "example e rejected by desk.n { given g = 3; given g[a, 1, true, none, 5s] = b at 5s request(r1, n: -3); e() }",
        'system s extends a, "t" {}'.replace(",", ""),
        "system s implements a, b { var m: K -> V = any var n: Int = 3 init: n == 1 assume a: true lemma l: true }",
        "system s { define d() = 1 action a(x: T) { when x == y pick z: T where z != x emit e(f: x, g: y!) stop } }",
        "system s { process p(x: T) { var v: Int a: { either { goto b } or { stop } } b: { } } }",
        "check s satisfies desk.n within Request: 3, steps: 12",
        "check s violates i check s reaches c check s implies i",
    ],
)
def test_every_form_of_declaration_parses(text: str) -> None:
    assert items(text)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a and b or c", "(a and b) or c"),
        ("a implies b implies c", "a implies (b implies c)"),
        ("a implies b iff c", "(a implies b) iff c"),
        ("not a since b", "(not a) since b"),
        ("a and b since c", "a and (b since c)"),
        ("a since not b", "a since (not b)"),
        ("not a == b", "not (a == b)"),
        ("once a == b", "once (a == b)"),
        ("once[<= 5s] earlier a and b", "(once[<= 5s] (earlier a)) and b"),
        ("a + b * c - d", "(a + (b * c)) - d"),
        ("-a * b", "(-a) * b"),
        ("-a!", "-(a!)"),
        ("a! == b", "(a!) == b"),
        ("a! != b!", "(a!) != (b!)"),
        ("forall x: T. a and b implies c", "forall x: T. ((a and b) implies c)"),
        ("a and forall x: T. b or c", "a and (forall x: T. (b or c))"),
        ("a since[<= C] forall x: T. b implies c", "a since[<= C] (forall x: T. (b implies c))"),
        ("not exists x: T. a or b", "not (exists x: T. (a or b))"),
        ("p[x] at l and a", "(p[x] at l) and a"),
        ("a < b + 1", "a < (b + 1)"),
        ("m[a, b + 1]! + 1 <= 2", "((m[a, (b + 1)])! + 1) <= 2"),
        ("(((a)))", "a"),
    ],
)
def test_precedence(text: str, same: str) -> None:
    assert formula(text) == formula(same)


def test_a_chain_is_one_node_and_its_parentheses_are_kept() -> None:
    a, b, c = (s.Reference(s.Name(name), None) for name in "abc")
    assert formula("a and b and c") == s.And((a, b, c))
    assert formula("(a or b) or c") == s.Or((s.Or((a, b)), c))
    assert formula("a or b or forall x: T. c") != formula("(a or b) or forall x: T. c")


def test_trees_of_the_other_formulas() -> None:
    x, f = s.Reference(s.Name("x"), None), s.Reference(s.Name("f"), None)
    parameter = s.Parameter((s.Name("x"),), s.NamedType(s.Name("T"), False))
    window = s.Interval("<=", s.DurationLiteral("5min", 300_000_000))
    assert formula("count(x: T where f)") == s.Count((parameter,), f)
    assert formula("count[<= 5min](f)") == s.CountPast(window, f)
    assert formula("sum(x for x: T)") == s.Sum(x, (parameter,), None)
    assert formula("(if f then x else 1)") == s.Conditional(f, x, s.IntLiteral(1))
    assert formula("old(x)!") == s.Present(s.Old(x))
    assert formula("e(x, _, g: f)") == s.Call(
        s.Dotted((s.Name("e"),)),
        (s.Argument(None, x), s.Argument(None, s.Wildcard()), s.Argument(s.Name("g"), f)),
    )
    assert formula("desk.who[x]") == s.Member(s.Name("desk"), None, s.Name("who"), (x,))
    assert formula("desk.p(x)") == s.Call(s.Dotted((s.Name("desk"), s.Name("p"))), (s.Argument(None, x),))
    assert formula("p[x].v") == s.Member(s.Name("p"), (x,), s.Name("v"), None)
    assert formula("p at done") == s.AtLabel(s.Name("p"), None, s.Name("done"))


@pytest.mark.parametrize(
    ("word", "microseconds"),
    [
        ("250ms", 250_000),
        ("60s", 60_000_000),
        ("5min", 300_000_000),
        ("2h", 7_200_000_000),
        ("30d", 2_592_000_000_000),
    ],
)
def test_durations(word: str, microseconds: int) -> None:
    assert formula(word) == s.DurationLiteral(word, microseconds)


def test_ranges_and_optional_types() -> None:
    (item,) = items("state m: -3..5, 0..1 -> 0..5?")
    assert isinstance(item, s.StateDecl)
    assert item.type == s.MapType((s.RangeType(-3, 5), s.RangeType(0, 1)), s.RangeType(0, 5, True))


def test_else_if_is_one_if_in_the_other_branch() -> None:
    (item,) = items("after e() { if a { } else if b { } }")
    assert isinstance(item, s.AfterDecl)
    (outer,) = item.body
    assert isinstance(outer, s.If)
    assert outer.otherwise == (s.If(s.Reference(s.Name("b"), None), (), None),)


# ---------------------------------------------------------------- words


def test_spans_count_code_points_of_the_original_text() -> None:
    text = "spec t\nentity 人, か\u3099, e\u0301x  # が\nentity B"
    parsed = parse(text, "t")
    assert parsed.file is not None
    names = [name for item in parsed.file.items if isinstance(item, s.EntityDecl) for name in item.names]
    assert [name.text for name in names] == ["人", "が", "éx", "B"]
    assert [underlined(text, name.span) for name in names] == ["人", "か\u3099", "e\u0301x", "B"]
    assert parsed.file.comments[0].span == Span("t", 2, 20, 2, 23)


def test_strings_are_not_normalised() -> None:
    assert formula('"か\u3099"') == s.TextLiteral("か\u3099")


def test_string_escapes_are_those_of_json() -> None:
    assert formula(r'"\"\\\/\b\f\n\r\t\u3042\ud83d\ude00"') == s.TextLiteral('"\\/\b\f\n\r\tあ😀')


def test_comments_know_whether_they_have_a_line_of_their_own() -> None:
    parsed = parse("# first\nspec t # second\n  # third  \nentity A", "t")
    assert parsed.file is not None
    kept = [(comment.text, comment.own_line) for comment in parsed.file.comments]
    assert kept == [("# first", True), ("# second", False), ("# third", True)]


def test_white_space_of_any_kind_separates_words() -> None:
    assert len(items("entity A\r\n\tentity\u3000B")) == 2


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"spec a\nentity \xff", (2, 8)),
        (b"spec \0", (1, 6)),
        (b"\xc3", (1, 1)),
        ("人\n".encode() + b"\x80", (2, 1)),
    ],
)
def test_bytes_that_are_no_text_are_reported_at_their_place(data: bytes, place: tuple[int, int]) -> None:
    found = decode(data, "t")
    assert isinstance(found, Diagnostic)
    assert (found.span.line, found.span.column) == place


def test_a_byte_order_mark_is_ignored() -> None:
    text = decode(b"\xef\xbb\xbfspec a", "t")
    assert text == "spec a"
    assert parse("\ufeffspec a", "t").diagnostics == ()


# ---------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # words
        ("entity A\x01", [("HN0002", "\x01")]),
        ("entity A # \u202e", [("HN0002", "\u202e")]),
        ('const A: Text = "\t"', [("HN0002", "\t")]),
        ("entity A $", [("HN0003", "$")]),
        ("const A: Text = 'x'", [("HN0003", "'x'")]),
        ("entity A、B", [("HN0004", "、")]),
        ("invariant i： on e（x）： x ＝＝ １", [("HN0004", word) for word in ("：", "（", "）：", "＝＝", "１")]),
        ("const A: Text = “x”", [("HN0004", "“")]),
        ("invariant i: always: a ＆＆ ‘x’", [("HN0004", "＆＆"), ("HN0004", "‘")]),
        ("const A: Duration = ６０s", [("HN0004", "６０s")]),
        ("const A: Duration = " + "９" * 301 + "s", [("HN0004", "９" * 301 + "s"), ("HN0009", "９" * 301 + "s")]),
        ("ｅｎｔｉｔｙ A", [("HN0004", "ｅｎｔｉｔｙ")]),
        ("const A: Duration = 60sec", [("HN0005", "60sec")]),
        ("const A: Int = 5_000", [("HN0005", "5_000")]),
        ('const A: Text = "x', [("HN0006", '"x')]),
        ('const A: Text = "x\\', [("HN0006", '"x\\')]),
        (r'const A: Text = "\x41"', [("HN0007", r"\x")]),
        (r'const A: Text = "\u12"', [("HN0007", r"\u1")]),
        (r'const A: Text = "\ud800"', [("HN0007", r'"\ud800"')]),
        ("invariant i: always: a && b", [("HN0008", "&&")]),
        ("invariant i: always: a || b => c <> d", [("HN0008", "||"), ("HN0008", "=>"), ("HN0008", "<>")]),
        ("invariant i: always: ∀ x: T. a ≤ b", [("HN0008", "∀"), ("HN0008", "≤")]),
        ("const A: Int = " + "9" * 301, [("HN0009", "9" * 301)]),
        # syntax
        ("entity state", [("HN0012", "state")]),
        ("entity Int", [("HN0012", "Int")]),
        ("event e(at: Int, event: Int)", [("HN0012", "at"), ("HN0012", "event")]),
        ("event done() after done() { } invariant i: on done(): true", [("HN0012", "done")]),
        ("system s { action a() { goto done } }", [("HN0012", "done")]),
        ("invariant i: always: x = y", [("HN0014", "=")]),
        ("after e() { n = 1 m == 2 }", [("HN0014", "="), ("HN0014", "==")]),
        ("state n: Int := 3", [("HN0014", ":=")]),
        ("invariant i: x == y", [("HN0015", "x")]),
        ("cover i: e(x)", [("HN0015", "e")]),
        ("invariant i: sometime: x", [("HN0015", "sometime")]),
        ("invariant i: always: once[<= 60 s] e()", [("HN0016", "60 s")]),
        ("const A: Duration = 60 s", [("HN0016", "60 s")]),
        ("after e() { when t > 60 s m := 1 }", [("HN0016", "60 s")]),
        ("system s { action a() { when t > 60 s m := 1 } }", [("HN0016", "60 s")]),
        ("invariant i: always: once[60s] e() and count[60s](f) < 1", [("HN0017", "60s"), ("HN0017", "60s")]),
        ("invariant i: always: once[60 s] e()", [("HN0017", "60")]),
        ("invariant i: always: x < y < z", [("HN0018", "<")]),
        ("invariant i: always: x == y = z", [("HN0018", "=")]),
        ("invariant i: always: a iff b iff c", [("HN0019", "iff")]),
        ("invariant i: always: a since b since c", [("HN0020", "since")]),
        ("invariant i: always: forall x in T. x in S", [("HN0022", "in"), ("HN0022", "in")]),
        ("invariant i: always: a -> b", [("HN0025", "->")]),
        ("invariant i: always: !a or !b", [("HN0026", "!"), ("HN0026", "!")]),
        ("invariant i on e(x) x == 1", [("HN0010", "on"), ("HN0010", "x")]),
        ("entity A; entity B }", [("HN0010", ";"), ("HN0010", "}")]),
        ("invariant i: always: a == not b", [("HN0010", "not")]),
        ("invariant i: always: _ == x", [("HN0010", "_")]),
        ("invariant i: always: 1.5 < x", [("HN0010", "1.5")]),
        ("pattern p() { event e() state n: Int use a entity B }", [("HN0024", "event e()"), ("HN0024", "use a"), ("HN0024", "entity B")]),
        ("system s { use honnin.session as a }", [("HN0010", "use")]),
        ("event e(x: Int?? )", [("HN0010", "?")]),
        ("check s satisfies", [("HN0011", "")]),
    ],
)  # fmt: skip
def test_mistakes_have_codes_and_places(text: str, found: list[tuple[str, str]]) -> None:
    assert mistakes(text) == found


def test_a_mistake_is_shown_with_what_was_expected_and_a_hint() -> None:
    text = "spec t\nentity A\nentty B\nevent e(x: A"
    parsed = parse(text, "t")
    assert "\n".join(render(found, {"t": text}) for found in parsed.diagnostics) == (
        """\
error[HN0010]: unexpected `entty`
 --> t:3:1
  |
3 | entty B
  | ^^^^^
  = expected: a declaration, `,`, `retain` or the end of the file
  = hint: did you mean `entity`?
error[HN0011]: the file ends in the middle of a declaration
 --> t:4:13
  |
4 | event e(x: A
  |             ^
 --> t:4:8
  |
4 | event e(x: A
  |        - `(` is open here
  = expected: `)`, `,` or `?`"""
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("invariant", "the name of the invariant"),
        ("invariant i: on", "an event"),
        ("invariant i: always:", "a formula"),
        ("invariant i: always: x +", "a value"),
        ("state n:", "a type"),
        ("event e(x", "`:` or a title"),
        ("after e() {", "a statement or `}`"),
        ("system s {", "a member of the system or `}`"),
        ("check s", "`satisfies`, `violates`, `reaches` or `implies`"),
        ("example x accepted { at 5s", "an event or `line`"),
    ],
)
def test_expected_things_are_named(text: str, expected: str) -> None:
    (found,) = parse(f"spec t\n{text}", "t").diagnostics
    assert found.expected == expected


def test_several_mistakes_are_reported_and_the_good_declarations_kept() -> None:
    text = """spec t
entity A, , B
state n: Int
after e( { n := 1 }
invariant good: always: n == 1
system s {
  action a() { n := }
  var m: Int
}
check s satisfies good
"""
    parsed = parse(text, "t")
    assert [found.span.line for found in parsed.diagnostics] == [2, 4, 7]
    assert parsed.file is not None
    kept = [type(item).__name__ for item in parsed.file.items]
    assert kept == ["StateDecl", "ClaimDecl", "SystemDecl", "CheckDecl"]


def test_in_a_system_the_parser_goes_on_with_the_next_member() -> None:
    text = """spec t
system s {
  var a: Int =
  var b: Int
  action c() { b := }
  action d(x: T { if x { b := 1 }
  process e() { l: { emit e( } }
  lemma f: true
}
entity A
"""
    parsed = parse(text, "t")
    assert [found.span.line for found in parsed.diagnostics] == [4, 5, 6, 7]
    assert parsed.file is not None
    system, entity = parsed.file.items
    assert isinstance(system, s.SystemDecl) and isinstance(entity, s.EntityDecl)
    assert [type(member).__name__ for member in system.members] == ["VarDecl", "PropertyDecl"]


def test_a_declaration_at_the_beginning_of_a_line_ends_one_that_was_left_open() -> None:
    parsed = parse("spec t\nsystem s {\n  action a() {\nstate n: Int\nentity A\n", "t")
    assert [found.code for found in parsed.diagnostics] == ["HN0010"]
    assert parsed.diagnostics[0].labels[0].text == "`{` is open here"
    assert parsed.file is not None
    assert len(parsed.file.items) == 2


@pytest.mark.parametrize("text", ["", "# nothing\n", "\n\n", "}"])
def test_a_file_without_header_and_declarations_is_none(text: str) -> None:
    parsed = parse(text, "t")
    assert parsed.file is None
    assert [found.code for found in parsed.diagnostics] == ["HN0013"]


@pytest.mark.parametrize("text", ['{"event": "a", "x": 1.5}\n{"event": "b"}', "[1]"])
def test_a_log_that_is_named_for_a_specification_is_known_for_one(text: str) -> None:
    (found,) = parse(text, "t").diagnostics
    assert found.code == "HN0013" and found.hint is not None and "looks like a log" in found.hint


@pytest.mark.parametrize("text", ["entity A", "entity A entity B"])
def test_declarations_without_a_header_are_kept(text: str) -> None:
    parsed = parse(text, "t")
    assert [found.code for found in parsed.diagnostics] == ["HN0013"]
    assert parsed.file is not None
    assert len(parsed.file.items) == text.count("entity")


@pytest.mark.parametrize("header", ["spec", 'spec "title"', "spec a.b", "spec a spec b"])
def test_a_wrong_header_is_one_mistake(header: str) -> None:
    parsed = parse(f"{header}\nentity A", "t")
    assert len(parsed.diagnostics) == 1
    assert parsed.file is not None
    assert len(parsed.file.items) == 1


def test_the_number_of_errors_is_bounded() -> None:
    for text in ("& " * 1000, "entity A B\n" * 1000, "' " * 1000):
        parsed = parse(f"spec t\n{text}", "t")
        assert len(parsed.diagnostics) <= 51
        assert parsed.diagnostics[-1].code == "HN0023"


# ---------------------------------------------------------------- nothing makes it crash


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("(" * 10_000 + "a" + ")" * 10_000, []),
        ("not " * 10_000 + "a", ["HN0021"]),
        ("- " * 10_000 + "a", ["HN0021"]),
        ("a" + "!" * 10_000, ["HN0021"]),
        ("+".join("a" * 10_000), ["HN0021"]),
        (" implies ".join("a" * 10_000), ["HN0021"]),
        (" and ".join("a" * 10_000), []),
        ("forall x: T. " * 10_000 + "a", ["HN0021"]),
        ("f(" * 10_000 + "a" + ")" * 10_000, ["HN0021"]),
        ("m[" * 10_000 + "a" + "]" * 10_000, ["HN0021"]),
        ("(" * 10_000, ["HN0011"]),
        ("not " * MAX_DEPTH + "a", ["HN0021"]),
        ("not " * (MAX_DEPTH - 4) + "a", []),
    ],
    ids=lambda value: None if isinstance(value, list) else value[:12],
)
def test_nesting_costs_no_stack(text: str, codes: list[str]) -> None:
    parsed = parse(f"spec t\ninvariant i: always: {text}", "t")
    assert [found.code for found in parsed.diagnostics][:1] == codes


def test_nested_statements_cost_no_stack() -> None:
    for opening in ("if a { ", "for x: T { ", "if a { } else { "):
        parsed = parse(f"spec t\nafter e() {{ {opening * 5_000}{'}' * 5_000} }}", "t")
        assert [found.code for found in parsed.diagnostics] == ["HN0021"]


@pytest.mark.parametrize(
    "text", ["a" * 1_000_000, '"' + "x" * 1_000_000, "#" * 1_000_000, "\u0301" * 200_000, "人" * 500_000]
)
def test_a_very_long_line(text: str) -> None:
    began = time.process_time()
    parsed = parse(f"spec t\nentity {text}", "t")
    for found in parsed.diagnostics:
        assert len(render(found, {"t": f"spec t\nentity {text}"})) < 1_000
    assert time.process_time() - began < 10


def check_any(text: str) -> Parsed:
    """Whatever the text is: places lie in it, in order, and every diagnostic can be shown."""
    parsed = parse(text, "t")
    lines = text.split("\n")
    for found in parsed.diagnostics:
        assert 1 <= found.span.line <= found.span.end_line <= len(lines)
        assert 1 <= found.span.column <= len(lines[found.span.line - 1]) + 1
        assert render(found, {"t": text}).isprintable() is False
    assert parsed.file is not None or parsed.diagnostics
    return parsed


def test_looking_ahead_after_a_mistake_reads_nothing_twice() -> None:
    parsed = parse("spec t\nevent e()\nexample x accepted {\n  e()\n  e()\n  spec()\n}", "t")
    assert [found.code for found in parsed.diagnostics] == ["HN0012"]
    assert parsed.file is not None
    (example,) = (item for item in parsed.file.items if isinstance(item, s.ExampleDecl))
    events = [o.event.text for o in example.occurrences if isinstance(o, s.OccurrenceDecl)]
    assert events == ["e", "e", "spec"]


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    text = decode(data, "t")
    if isinstance(text, str):
        check_any(text)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    check_any(text)


WORDS = st.sampled_from(
    [*sorted({*KEYWORDS, *TYPE_WORDS}), *PUNCTUATION, *MISSPELT, *["a", "A", "5", "60s", '"t"', "_", "人", "（", "\n", "#", '"', "60"] * 5]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(WORDS, max_size=60), st.booleans())
def test_any_words(words: list[str], header: bool) -> None:
    check_any(("spec t\n" if header else "") + " ".join(words))


@settings(max_examples=200)
@given(st.data())
def test_a_file_with_words_taken_out_or_put_in(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(LIBRARY))
    words = path.read_text(encoding="utf-8").split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(words) - 1))
        words[at : at + data.draw(st.integers(0, 2))] = data.draw(st.lists(WORDS, max_size=2))
    check_any(" ".join(words))
