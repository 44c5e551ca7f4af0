"""Formatting: the same tree, printed once and for all, with every comment."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import honnin.spec.parser
from honnin.spec import syntax as s
from honnin.spec.format import format_expr, format_file
from honnin.spec.layout import LIMIT
from honnin.spec.lexer import RESERVED, SOFT_WORDS, UNIT_MICROSECONDS, scan
from honnin.spec.nodes import too_deep
from honnin.spec.parser import parse

LIBRARY = sorted(Path(honnin.spec.parser.__file__).with_name("library").glob("*.honnin"))

# language.md, section 1.
AT_A_GLANCE = """
spec certificate_issuance "Certificates issued at convenience stores"

entity Person, Terminal, Request
enum Kind { residence_record, family_register, seal_registration }

given entitled: Person, Kind, Person -> Bool "who may ask for whose certificate"

input  event request(request: Request, terminal: Terminal, personal holder: Person, personal wanted: Person, kind: Kind)
output event issue(request: Request, personal subject: Person, kind: Kind, page: Int)

state wanted: Request -> Person?
after request(r, _, _, w, _) { wanted[r] := w }

invariant right_person "Every page shows the person it was requested for":
  on issue(r, s, _, _): wanted[r] == s
invariant may_have_it "The card holder was entitled to request it":
  on request(_, _, h, w, k): entitled[h, k, w]
cover served "A certificate can be issued at all": on issue(_, _, _, _): true

example swapped rejected by right_person {
  given entitled[alice, residence_record, alice] = true
  given entitled[bob,   residence_record, bob]   = true
  request(r1, t1, alice, alice, residence_record)
  request(r2, t2, bob,   bob,   residence_record)
  issue(r1, bob, residence_record, 1)
}

system shared_buffer implements certificate_issuance "One output buffer for every request" {
  var buffer: Person?
  process handler(r: Request) {
    var p: Person = any
    accept: { pick t: Terminal where entitled[p, residence_record, p]; emit request(r, t, p, p, residence_record) }
    render: { buffer := p }
    print:  { emit issue(r, buffer!, residence_record, 1) }
  }
}
system keyed_buffer extends shared_buffer implements certificate_issuance "A buffer for each request" {
  var buffer: Request -> Person?
  process handler(r: Request) {
    var p: Person = any
    accept: { pick t: Terminal where entitled[p, residence_record, p]; emit request(r, t, p, p, residence_record) }
    render: { buffer[r] := p }
    print:  { emit issue(r, buffer[r]!, residence_record, 1) }
  }
}

check shared_buffer violates  right_person
check keyed_buffer  satisfies certificate_issuance
check keyed_buffer  reaches   served
"""


def formatted(text: str) -> str:
    """The text formatted, with the laws of the formatter checked."""
    first = parse(text, "t")
    assert first.diagnostics == ()
    assert first.file is not None
    printed = format_file(first.file)
    second = parse(printed, "t")
    assert second.diagnostics == (), printed
    assert second.file is not None
    assert second.file == first.file
    assert format_file(second.file) == printed
    assert comments(printed) == comments(text)
    return printed


def comments(text: str) -> list[str]:
    return sorted(comment.text for comment in scan(text, "t").comments)


def body(text: str) -> str:
    """The text formatted as the rest of a file, without the header."""
    return formatted(f"spec t\n{textwrap.dedent(text)}").removeprefix("spec t\n").strip("\n")


@pytest.mark.parametrize(
    "text", [AT_A_GLANCE, *(path.read_text(encoding="utf-8") for path in LIBRARY)], ids=lambda text: text[:25]
)
def test_whole_files(text: str) -> None:
    printed = formatted(text)
    assert all(len(line) <= LIMIT or "#" in line for line in printed.splitlines())


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((a)) and (b and c) and d", "a and (b and c) and d"),
        ("a or (b and c)", "a or b and c"),
        ("(a or b) and c", "(a or b) and c"),
        ("a implies (b implies c)", "a implies b implies c"),
        ("(a implies b) implies c", "(a implies b) implies c"),
        ("(a iff b) iff c", "(a iff b) iff c"),
        ("not a since b", "(not a) since b"),
        ("(not a) since[<= 5min] b and c", "(not a) since[<= 5min] b and c"),
        ("not (a since b)", "not (a since b)"),
        ("a since (not b)", "a since not b"),
        ("(once a) since b", "once a since b"),
        ("once (a == b)", "once a == b"),
        ("once (a and b)", "once (a and b)"),
        ("previously(not e(x))", "previously not e(x)"),
        ("(forall x: T. a) and b", "(forall x: T. a) and b"),
        ("b and (forall x: T. a)", "b and forall x: T. a"),
        ("(b and forall x: T. a) or c", "(b and forall x: T. a) or c"),
        ("(a or forall x: T. b) implies c", "(a or forall x: T. b) implies c"),
        ("not (forall x: T. a) and b", "(not forall x: T. a) and b"),
        ("(a implies exists x: T. b) iff c", "(a implies exists x: T. b) iff c"),
        ("a iff (c and exists x, y: T, z: U. b)", "a iff c and exists x, y: T, z: U. b"),
        ("(a + b) - (c + d) * e", "a + b - (c + d) * e"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a * b) * c", "a * b * c"),
        ("a * (b * c)", "a * (b * c)"),
        ("-(a + b)!", "-(a + b)!"),
        ("(-a)!", "(-a)!"),
        ("-(-a)", "--a"),
        ("(a == b) == c", "(a == b) == c"),
        ("(not a) == b", "(not a) == b"),
        ("m[ a,b ] != m[c]!", "m[a, b] != m[c]!"),
        ("p[x]at done", "p[x] at done"),
        ("p . v [ x ]", "p.v[x]"),
        ("(if a then b else (c))", "(if a then b else c)"),
        ("count ( x:T where f )", "count(x: T where f)"),
        ("count [<=5s] (f)>1", "count[<= 5s](f) > 1"),
        ("sum(a for x:T)", "sum(a for x: T)"),
        ("e(x,_,n:-3)", "e(x, _, n: -3)"),
        ('"\\u3042\\u0000\\/"', '"あ\\u0000/"'),
    ],
)
def test_formulas_have_no_more_parentheses_than_they_need(text: str, printed: str) -> None:
    (item,) = body(f"invariant i: always: {text}").splitlines()
    assert item == f"invariant i: always: {printed}"


def test_statements_have_a_line_each_and_two_spaces() -> None:
    assert body("""
        after e(x) when x>1 { m[x]:=1; n+=2 if a { n:=1 } if b {} else if c { n:=1 } else { if d { } else { } }
          for x:T where f(x) { m[x] := 1 } }
    """) == textwrap.dedent("""\
        after e(x) when x > 1 {
          m[x] := 1
          n += 2
          if a { n := 1 }
          if b {
          } else if c {
            n := 1
          } else if d {
          } else {
          }
          for x: T where f(x) { m[x] := 1 }
        }""")


def test_a_block_of_one_simple_statement_stays_on_its_line_if_it_fits() -> None:
    assert body(
        "system s { action a() {\n stop\n} process p() { l: { either { stop } or { goto l } } } }"
    ) == (
        textwrap.dedent("""\
        system s {
          action a() { stop }
          process p() {
            l: {
              either {
                stop
              } or {
                goto l
              }
            }
          }
        }""")
    )


def test_long_lines_break_after_commas_and_before_connectives() -> None:
    long = " and ".join(f"some_state_{index}[request] == expected" for index in range(4))
    assert body(f"invariant i: on e(x): {long} implies done_at_last[x]") == textwrap.dedent("""\
        invariant i:
          on e(x):
            some_state_0[request] == expected
                and some_state_1[request] == expected
                and some_state_2[request] == expected
                and some_state_3[request] == expected
              implies done_at_last[x]""")
    fields = ", ".join(f"field_number_{index}: Person" for index in range(8))
    lines = body(f"event e({fields})").splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(",") and len(lines[0]) > 80
    assert lines[1].startswith("  field_number_")


def test_the_formals_of_a_pattern_stand_between_its_brackets() -> None:
    text = "pattern p(entity A, event e(first: A, second: A, third: A), event f(first: A, second: A, third: A), const C: Int)"
    assert body(f"{text} {{ state m: A -> Int }}") == textwrap.dedent("""\
        pattern p(
          entity A, event e(first: A, second: A, third: A), event f(first: A, second: A, third: A), const C: Int
        ) {
          state m: A -> Int
        }""")


def test_wide_characters_count_twice_for_the_length_of_a_line() -> None:
    text = 'state 番号: 人 -> 人? "' + "あ" * 45 + '"'
    assert len(body(text).splitlines()) == 2


def test_blank_lines_are_kept_but_only_one_of_them() -> None:
    assert body(
        "\n\nentity A\n\n\n\nentity B\nentity C\nafter e() {\n\n  n := 1\n\n\n  n := 2\n\n}\n\n\n"
    ) == ("entity A\n\nentity B\nentity C\nafter e() {\n  n := 1\n\n  n := 2\n}")


def test_comments_stay_with_what_they_speak_of() -> None:
    text = textwrap.dedent("""\
        # before everything
        spec t  # the header

        # before A
        entity A  # about A
        # before the event

        # alone
        event e(x: A)
        after e(x) {  # about the block
          # before the first
          n := 1  # about the first
          if n == 1 {  # about the if
            n := 2
            # at the end of the branch
          }

          # at the end
        }  # after the block
        system s {
          # nothing yet
        }
        example x accepted {
          # a fact
          given g = 1  # given
          e(a)  # happens
        }
        # the end
        """)
    assert formatted(text) == text


def test_comments_inside_what_becomes_one_line_go_before_it_or_to_its_end() -> None:
    assert body("""
        # zero
        event e(  # one
          # two
          x: A,  # three
          # four
          y: B)  # five
        invariant i:  # six
          on e(x, y): x == 1
        entity C
    """) == textwrap.dedent("""\
        # zero
        # one
        # two
        # three
        # four
        event e(x: A, y: B)  # five
        invariant i: on e(x, y): x == 1  # six
        entity C""")


def test_comments_about_the_other_branch_stay_there() -> None:
    assert body("""
        after e() {
          if a {  # one
            n := 1  # two
          } else if b {  # three
            n := 2
          } else {  # four
            # five
            n := 3
          }
        }
    """) == textwrap.dedent("""\
        after e() {
          if a {  # one
            n := 1  # two
          } else if b {  # three
            n := 2
          } else {  # four
            # five
            n := 3
          }
        }""")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([AT_A_GLANCE, *(path.read_text(encoding="utf-8") for path in LIBRARY)]), st.data())
def test_comments_anywhere_are_neither_lost_nor_doubled(text: str, data: st.DataObject) -> None:
    lines = text.split("\n")
    tokens = scan(text, "t").tokens
    places = data.draw(st.lists(st.integers(0, len(tokens) - 1), min_size=1, max_size=6, unique=True))
    for number, index in enumerate(sorted(places, reverse=True)):
        token = tokens[index]
        assert token.line is not None and token.column is not None
        before = data.draw(st.sampled_from(["\n", " ", "\n\n"]))
        line, column = lines[token.line - 1], token.column - 1
        lines[token.line - 1] = f"{line[:column]}{before}# {number}\n{line[column:]}"
    formatted("\n".join(lines))


# ---------------------------------------------------------------- generated trees

WORD = st.from_regex(re.compile(r"[a-z_人端][a-z0-9_が]{0,3}"), fullmatch=True).filter(
    lambda word: word not in RESERVED and word != "_"
) | st.sampled_from(SOFT_WORDS)
NAMES = WORD.map(s.Name)
DOTTED = st.lists(NAMES, min_size=1, max_size=2).map(lambda parts: s.Dotted(tuple(parts)))
DECLARED = st.one_of(NAMES, st.tuples(WORD, WORD).map(lambda pair: s.Name(".".join(pair))))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(s.TextLiteral)
TITLES = st.none() | TEXTS
DURATIONS = st.tuples(st.integers(0, 99), st.sampled_from(sorted(UNIT_MICROSECONDS))).map(
    lambda pair: s.DurationLiteral(f"{pair[0]}{pair[1]}", pair[0] * UNIT_MICROSECONDS[pair[1]])
)
LITERALS = st.one_of(
    st.integers(0, 99).map(s.IntLiteral),
    TEXTS,
    DURATIONS,
    st.booleans().map(s.BoolLiteral),
    st.just(s.NoneLiteral()),
)
VALUES = st.one_of(LITERALS, st.integers(-9, -1).map(s.IntLiteral))
INTERVALS = st.builds(s.Interval, st.sampled_from(["<=", "<", ">=", ">"]), DURATIONS | NAMES)
TYPES = st.one_of(
    st.builds(s.NamedType, NAMES | st.sampled_from(["Bool", "Int"]).map(s.Name), st.booleans()),
    st.builds(s.RangeType, st.integers(-9, 9), st.integers(-9, 9), st.booleans()),
)


def some(
    strategy: st.SearchStrategy[object], least: int = 1, most: int = 3
) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, min_size=least, max_size=most).map(tuple)


PARAMETERS = some(st.builds(s.Parameter, some(NAMES, most=2), TYPES), most=2)
MAP_TYPES = st.builds(s.MapType, some(TYPES, 0, 2), TYPES)


def larger(formulas: st.SearchStrategy[s.Expr]) -> st.SearchStrategy[s.Expr]:
    index = st.none() | some(formulas, most=2)
    arguments = some(st.builds(s.Argument, st.none() | NAMES, formulas | st.just(s.Wildcard())), 0)
    where = st.none() | formulas
    compare = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    past = st.sampled_from(["once", "earlier", "historically", "previously", "eventually"])
    return st.one_of(
        st.builds(s.Reference, NAMES, index),
        st.builds(s.Member, NAMES, index, NAMES, index),
        st.builds(s.AtLabel, NAMES, index, NAMES | st.just(s.Name("done"))),
        st.builds(s.Call, DOTTED, arguments),
        st.builds(s.Not, formulas),
        st.builds(s.Minus, formulas),
        st.builds(s.Present, formulas),
        st.builds(s.Old, formulas),
        st.builds(s.Temporal, past, st.none() | INTERVALS, formulas),
        st.builds(s.Since, st.none() | INTERVALS, formulas, formulas),
        st.builds(s.And, some(formulas, 2)),
        st.builds(s.Or, some(formulas, 2)),
        st.builds(s.Implies, formulas, formulas),
        st.builds(s.Iff, formulas, formulas),
        st.builds(s.Compare, compare, formulas, formulas),
        st.builds(s.Arithmetic, st.sampled_from(["+", "-", "*"]), formulas, formulas),
        st.builds(s.Quantified, st.sampled_from(["forall", "exists"]), PARAMETERS, formulas),
        st.builds(s.Conditional, formulas, formulas, formulas),
        st.builds(s.Count, PARAMETERS, where),
        st.builds(s.CountPast, INTERVALS, formulas),
        st.builds(s.Sum, formulas, PARAMETERS, where),
    )


FORMULAS = st.recursive(
    LITERALS | st.just(s.NowLiteral()) | NAMES.map(lambda name: s.Reference(name, None)),
    larger,
    max_leaves=12,
)
SMALL = st.recursive(NAMES.map(lambda name: s.Reference(name, None)), larger, max_leaves=3)
PATTERNS = st.builds(
    s.EventPattern,
    DOTTED,
    some(
        st.builds(
            s.PatternArgument,
            st.none() | NAMES,
            st.one_of(NAMES, VALUES, st.just(s.Wildcard()), st.just(s.NowLiteral())),
        ),
        0,
    ),
)
SIMPLE = st.one_of(
    st.builds(s.Assign, DECLARED, st.none() | some(SMALL), st.sampled_from([":=", "+=", "-="]), SMALL),
    st.builds(s.Emit, DOTTED, some(st.builds(s.Argument, st.none() | NAMES, SMALL), 0)),
    st.builds(s.When, SMALL),
    st.builds(s.Pick, NAMES, TYPES, st.none() | SMALL),
    st.builds(s.Goto, NAMES),
    st.just(s.Stop()),
)


def with_blocks(statements: st.SearchStrategy[s.Statement]) -> st.SearchStrategy[s.Statement]:
    block = some(statements, 0, 2)
    return st.one_of(
        st.builds(s.If, SMALL, block, st.none() | block),
        st.builds(s.Either, some(block, 2)),
        st.builds(s.For, PARAMETERS, st.none() | SMALL, block),
    )


BLOCKS = some(st.recursive(SIMPLE, with_blocks, max_leaves=4), 0, 3)
FIELDS = some(st.builds(s.FieldDecl, NAMES, TYPES, st.booleans(), TITLES), 0)
VARIABLES = st.one_of(
    st.builds(s.VarDecl, NAMES, MAP_TYPES, st.none() | SMALL, st.just(False), TITLES),
    st.builds(s.VarDecl, NAMES, MAP_TYPES, st.none(), st.just(True), TITLES),
)
DEFINES = st.builds(
    s.DefineDecl, DECLARED, some(PARAMETERS, 0, 1).map(lambda p: p[0] if p else ()), st.none() | TYPES, SMALL
)
CLAIMS = st.one_of(
    st.builds(s.OnClaim, some(PATTERNS), st.none() | SMALL, SMALL), st.builds(s.AlwaysClaim, SMALL)
)
CLAIM_DECLS = st.one_of(
    st.builds(s.ClaimDecl, st.sampled_from(["invariant", "assume"]), DECLARED, TITLES, CLAIMS),
    st.builds(s.ClaimDecl, st.just("cover"), DECLARED, TITLES, CLAIMS | st.builds(s.SometimeClaim, SMALL)),
)
PATTERN_ITEMS = st.one_of(
    st.builds(s.StateDecl, DECLARED, MAP_TYPES, st.none() | SMALL, TITLES),
    DEFINES,
    st.builds(s.AfterDecl, some(PATTERNS), st.none() | SMALL, BLOCKS),
    CLAIM_DECLS,
)
FORMALS = st.one_of(
    st.builds(s.FormalEntity, NAMES),
    st.builds(s.FormalEvent, NAMES, FIELDS),
    st.builds(s.FormalConst, NAMES, TYPES),
)
MAPPINGS = st.one_of(st.builds(s.MapName, NAMES, NAMES | VALUES), st.builds(s.MapEvent, PATTERNS, PATTERNS))
FACTS = st.builds(s.FactDecl, NAMES, st.none() | some(NAMES | VALUES), NAMES | VALUES)
OCCURRENCES = st.builds(
    s.OccurrenceDecl,
    st.none() | DURATIONS,
    NAMES,
    some(st.builds(s.OccurrenceArgument, st.none() | NAMES, NAMES | VALUES), 0),
)
JSON_NUMBERS = st.from_regex(r"-?(0|[1-9][0-9]{0,3})(\.[0-9]{1,3})?", fullmatch=True).map(s.JsonNumber)
JSON: st.SearchStrategy[s.Json] = st.recursive(
    st.one_of(TEXTS, JSON_NUMBERS, st.builds(s.BoolLiteral, st.booleans()), st.builds(s.JsonNull)),
    lambda inner: st.one_of(
        st.builds(s.JsonArray, some(inner, 0)),
        st.builds(s.JsonObject, some(st.builds(s.JsonMember, TEXTS, inner), 0)),
    ),
    max_leaves=5,
)
SET_ASIDE = st.sampled_from(["ignore", "reject"])
LINES = st.builds(
    s.LineDecl,
    st.none() | DURATIONS,
    TITLES,
    st.builds(s.JsonObject, some(st.builds(s.JsonMember, TEXTS, JSON), 0)),
    st.none() | SET_ASIDE | some(OCCURRENCES.map(lambda occurrence: replace(occurrence, at=None))),
)
KEYS = NAMES.map(lambda name: name.text) | st.text(st.characters(codec="utf-8", exclude_categories=["C"]))
PATHS = st.builds(s.LogPath, st.tuples(KEYS) | st.tuples(KEYS, st.integers(0, 9), KEYS))
CONVERSIONS = st.one_of(
    st.sampled_from([s.Name("Int"), s.Name("Text")]),
    st.sampled_from(["seconds", "milliseconds", "microseconds", "nanoseconds"]),
    some(st.builds(s.Translation, VALUES | st.just(s.Wildcard()), NAMES | VALUES)),
)
LOG_VALUES = st.one_of(PATHS, st.builds(s.LogConverted, PATHS, CONVERSIONS), NAMES, VALUES)
OPERANDS = st.one_of(PATHS, NAMES, VALUES)
CONDITIONS: st.SearchStrategy[s.LogCondition] = st.recursive(
    st.builds(s.LogCompare, st.sampled_from(["==", "!="]), OPERANDS, OPERANDS) | OPERANDS,
    lambda inner: st.one_of(
        st.builds(s.LogNot, inner), st.builds(s.LogAnd, some(inner, 2)), st.builds(s.LogOr, some(inner, 2))
    ),
    max_leaves=6,
)
LOG_EVENTS = st.builds(s.LogEvent, NAMES, some(st.builds(s.LogArgument, st.none() | NAMES, LOG_VALUES), 0))
LOGS = st.builds(
    s.LogDecl,
    TEXTS,
    TITLES,
    st.none() | LOG_VALUES,
    some(st.builds(s.LogRule, CONDITIONS, SET_ASIDE | some(LOG_EVENTS)), 0),
    st.none() | st.builds(s.LogRest, SET_ASIDE),
)
STEPS = st.builds(s.StepDecl, NAMES, BLOCKS)
MEMBERS = st.one_of(
    VARIABLES,
    st.builds(s.InitDecl, SMALL),
    st.builds(s.PropertyDecl, st.sampled_from(["assume", "invariant", "lemma"]), NAMES, TITLES, SMALL),
    st.builds(s.ActionDecl, NAMES, PARAMETERS | st.just(()), BLOCKS),
    st.builds(s.ProcessDecl, NAMES, PARAMETERS | st.just(()), some(VARIABLES, 0, 2), some(STEPS)),
    DEFINES,
)
RELATIONS = st.sampled_from(["satisfies", "violates", "reaches", "implies"])
ITEMS = st.one_of(
    PATTERN_ITEMS,
    st.builds(s.Use, TEXTS, st.none(), st.none(), st.just(())),
    st.builds(s.Use, st.none(), DOTTED, st.none() | NAMES, some(MAPPINGS, 0)),
    st.builds(s.EntityDecl, some(NAMES), st.none() | NAMES | DURATIONS),
    st.builds(s.EnumDecl, NAMES, some(NAMES)),
    st.builds(s.ConstDecl, NAMES, TYPES, SMALL),
    st.builds(s.GivenDecl, NAMES, MAP_TYPES, TITLES),
    st.builds(s.EventDecl, st.sampled_from(["input", "output", "hidden", None]), NAMES, FIELDS, TITLES),
    st.builds(s.PatternDecl, NAMES, some(FORMALS, 0), some(PATTERN_ITEMS, 0, 2), TITLES),
    st.builds(
        s.ExampleDecl, NAMES, TITLES, st.none() | DOTTED, some(FACTS, 0, 2), some(OCCURRENCES | LINES, 0)
    ),
    LOGS,
    st.builds(s.SystemDecl, NAMES, st.none() | NAMES, some(NAMES, 0, 2), TITLES, some(MEMBERS, 0, 2)),
    st.builds(
        s.CheckDecl,
        NAMES,
        RELATIONS,
        DOTTED,
        some(st.builds(s.Bound, st.none() | NAMES, st.integers(0, 9)), 0),
    ),
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(FORMULAS)
def test_a_formula_means_the_same_after_printing(formula: s.Expr) -> None:
    text = f"spec t\ninvariant i: always: {format_expr(formula)}"
    parsed = parse(text, "t")
    assert parsed.diagnostics == (), text
    assert parsed.file is not None
    (item,) = parsed.file.items
    assert isinstance(item, s.ClaimDecl)
    assert item.claim.body == formula, text


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(s.File, NAMES, TITLES, some(ITEMS, 0)))
def test_a_file_means_the_same_after_printing(file: s.File) -> None:
    if any(too_deep(item) for item in file.items):
        return
    printed = format_file(file)
    parsed = parse(printed, "t")
    assert parsed.diagnostics == (), printed
    assert parsed.file == file, printed
    assert format_file(parsed.file) == printed
