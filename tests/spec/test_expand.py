"""Pattern instances written out: textual, printable, without capture, and with every wrong mapping reported."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from honnin.spec import syntax as s
from honnin.spec.bundled import bundled_names, bundled_pattern, bundled_source
from honnin.spec.expand import expand, own_patterns
from honnin.spec.format import format_file
from honnin.spec.load import check_text, expand_text
from honnin.spec.parser import parse

PATTERN = """\
spec t
entity P, Q
enum Colour { red, green }
pattern session(entity Subject, entity Place, const LIMIT: Duration, const N: Int,
  event open(place: Place, subject: Subject), event act(place: Place, subject: Subject, n: Int)) {
  state who: Place -> Subject?
  define open_at(p: Place) = who[p] != none
  after open(p, s) { who[p] := s }
  invariant own "why": on act(p, s, n) when n > N: who[p] == s and open_at(p)
  invariant fresh: on act(p, s, _): once[<= LIMIT] open(p, s) and not act(p, _, N)
  cover used: on act(n: 1): true
}
input event sit(place: P, subject: Q, colour: Colour)
input event log(subject: Q, place: P)
output event buy(place: P, subject: Q, n: Int)
"""
USE = """\
use session as desk with Subject = Q, Place = P, LIMIT = 60s, N = -3,
  open(p, s) = sit(p, s, green), open(p, s) = log(place: p, subject: s), act(p, s, n) = buy(p, s, n)
"""


def expanded(use: str, before: str = PATTERN) -> list[str]:
    """The lines that the `use` becomes."""
    parsed = parse(before + use, "t")
    assert parsed.file is not None and parsed.diagnostics == ()
    made, diagnostics = expand(parsed.file, bundled_pattern, own_patterns(parsed.file))
    assert diagnostics == ()
    printed = format_file(made)
    again = parse(printed, "t")
    assert again.diagnostics == ()
    assert again.file == made
    return printed.removeprefix(formatted(before)).strip("\n").splitlines()


def formatted(text: str) -> str:
    parsed = parse(text, "t")
    assert parsed.file is not None
    return format_file(parsed.file)


def mistakes(use: str) -> list[tuple[str, str]]:
    """The code of each diagnostic, and the text that it marks on its first line."""
    text = PATTERN + use
    parsed = parse(text, "t")
    assert parsed.file is not None and parsed.diagnostics == ()
    _, diagnostics = expand(parsed.file, bundled_pattern, own_patterns(parsed.file))
    lines = text.split("\n")
    return [
        (found.code, lines[found.span.line - 1][found.span.column - 1 : found.span.end_column - 1])
        for found in diagnostics
        if found.span.line == found.span.end_line
    ] + [(found.code, "") for found in diagnostics if found.span.line != found.span.end_line]


def test_an_instance_is_written_out() -> None:
    assert (
        expanded(USE)
        == textwrap.dedent("""\
            state desk.who: P -> Q?
            define desk.open_at(p: P) = desk.who[p] != none
            after sit(p, s, green) or log(place: p, subject: s) { desk.who[p] := s }
            invariant desk.own "why": on buy(p, s, n) when n > -3: desk.who[p] == s and desk.open_at(p)
            invariant desk.fresh:
              on buy(p, s, _): once[<= 60s] (sit(p, s, green) or log(place: p, subject: s)) and not buy(p, _, -3)
            cover desk.used: on buy(_, _, 1): true""").splitlines()
    )


def test_without_an_alias_the_pattern_gives_its_name() -> None:
    lines = expanded(USE.replace(" as desk", ""))
    assert lines[0] == "state session.who: P -> Q?"


def test_a_constant_may_be_given_for_a_constant() -> None:
    before = PATTERN + "const HOUR: Duration = 1h\n"
    lines = expanded(USE.replace("60s", "HOUR"), before)
    assert "once[<= HOUR]" in "\n".join(lines)


def test_bound_names_that_the_file_has_too_are_renamed() -> None:
    before = PATTERN + "input event p()\nconst n: Int = 1\nconst p_2: Int = 1\nstate desk: Int\n"
    lines = expanded(USE, before)
    assert "define desk.open_at(p_3: P) = desk.who[p_3] != none" in lines
    assert (
        'invariant desk.own "why": on buy(p_3, s, n_2) when n_2 > -3: desk.who[p_3] == s and desk.open_at(p_3)'
        in lines
    )


def test_names_of_used_files_are_not_captured_and_their_members_are_known() -> None:
    other = parse("spec o\nenum Size { large, s }\n", "o").file
    parsed = parse(PATTERN + USE.replace("green", "large"), "t").file
    assert other is not None and parsed is not None
    made, diagnostics = expand(parsed, bundled_pattern, own_patterns(parsed), [other])
    assert diagnostics == ()
    assert "after sit(p, s_2, large)" in format_file(made)


def test_literals_of_the_actual_pattern_are_arguments_of_the_atom() -> None:
    before = "spec t\nentity C\noutput event try(c: C, right: Bool, n: Int, w: Text)\n"
    use = 'use honnin.once_only as once_c with Thing = C, act(c) = try(c, false, -2, "x")\n'
    claim = " ".join(line.strip() for line in expanded(use, before))
    assert 'on try(t, false, -2, "x"): not earlier try(t, false, -2, "x")' in claim


def test_items_have_the_place_of_their_use_and_the_rest_that_of_the_pattern() -> None:
    file = parse(PATTERN + USE, "t").file
    assert file is not None
    made, _ = expand(file, bundled_pattern, own_patterns(file))
    after = next(item for item in made.items if isinstance(item, s.AfterDecl))
    assert after.span.line == 16
    assert after.body[0].span.line == 8
    assert [pattern.span.line for pattern in after.patterns] == [17, 17]


def test_the_pattern_itself_and_all_comments_stay() -> None:
    text = PATTERN + "# before\n" + USE.rstrip() + "  # behind\n# the end\n"
    file = parse(text, "t").file
    assert file is not None
    made, _ = expand(file, bundled_pattern, own_patterns(file))
    assert "session" in own_patterns(made)
    printed = format_file(made)
    assert [printed.count(comment) for comment in ("# before", "# behind", "# the end")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("use session", "use sesion", [("HN0080", "sesion")]),
        ("use session", "use honnin.sessions", [("HN0080", "honnin.sessions")]),
        ("use session", "use other.session", [("HN0080", "other.session")]),
        ("Subject = Q", "Subject = Q, Sub = Q", [("HN0081", "Sub")]),
        ("Subject = Q, ", "", [("HN0082", "")]),
        ("Subject = Q", "Subject = 3", [("HN0083", "Subject = 3")]),
        ("Subject = Q", "Subject(x) = log(x)", [("HN0083", "Subject(x) = log(x)")]),
        ("N = -3", "N(x) = log(x)", [("HN0083", "N(x) = log(x)")]),
        ("act(p, s, n) = buy(p, s, n)", "act = buy", [("HN0083", "act = buy")]),
        ("act(p, s, n) =", "act(p, s) =", [("HN0084", "act(p, s)")]),
        ("act(p, s, n) =", "act(p, s, n: n) =", [("HN0084", "act(p, s, n: n)")]),
        ("act(p, s, n) =", "act(plaice: p, subject: s, n: n) =", [("HN0084", "plaice: p")]),
        ("act(p, s, n) =", "act(place: p, place: s, n: n) =", [("HN0084", "place: s")]),
        ("buy(p, s, n)", "buy(p, s, q)", [("HN0085", "q"), ("HN0086", "buy(p, s, q)")]),
        ("buy(p, s, n)", "buy(p, s, s)", [("HN0085", "s"), ("HN0086", "buy(p, s, s)")]),
        ("buy(p, s, n)", "buy(p, s, _)", [("HN0086", "buy(p, s, _)")]),
        ("act(p, s, n) =", "act(place: p, subject: s) =", [("HN0086", "act(place: p, subject: s)"), ("HN0085", "n")]),
        ("Subject = Q", "Subject = Q, Subject = P", [("HN0088", "Subject = P")]),
        ("act(p, s, n) =", "act(p, s, s) =", [("HN0089", "s"), ("HN0085", "n")]),
        ("act(p, s, n) = buy(p, s, n)", "act(p, s, _) = buy(p, s, 1)", [("HN0089", "_")]),
        ("LIMIT = 60s", "LIMIT = 60", [("HN0090", "LIMIT = 60")]),
    ],
)  # fmt: skip
def test_wrong_mappings_are_reported(old: str, new: str, found: list[tuple[str, str]]) -> None:
    assert old in USE
    marked = [(code, text.removeprefix("LIMIT = ")) for code, text in found]
    assert sorted(mistakes(USE.replace(old, new))) == sorted(marked)


def test_a_wrong_use_of_a_formal_in_the_pattern_is_reported_there() -> None:
    text = PATTERN.replace("after open(p, s)", "after open(p)") + USE
    file = parse(text, "t").file
    assert file is not None
    _, diagnostics = expand(file, bundled_pattern, own_patterns(file))
    assert [(found.code, found.span.line) for found in diagnostics] == [("HN0084", 8)]


def test_a_pattern_uses_no_pattern() -> None:
    (found,) = parse("spec t\npattern p() { use honnin.session as x }", "t").diagnostics
    assert found.code == "HN0024"


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_pattern_and_its_written_out_instance_say_the_same(name: str) -> None:
    file, text = bundled_source(name)
    written_out = expand_text(text, file)
    assert written_out.file is not None and written_out.diagnostics == ()
    printed = format_file(written_out.file)
    assert "\nuse " not in printed
    before, after = check_text(text, file).module, check_text(printed, file).module
    assert before is not None and after is not None
    assert after.specifications[0].claims == before.specifications[0].claims
    assert after.specifications[0].updates == before.specifications[0].updates
    assert after.examples == before.examples


def test_patterns_of_used_files_are_written_out_too(tmp_path: Path) -> None:
    (tmp_path / "patterns.honnin").write_text(PATTERN.replace("spec t", "spec patterns"), encoding="utf-8")
    text = f'spec u\nuse "patterns.honnin"\n{USE}'
    made = expand_text(text, str(tmp_path / "u.honnin"))
    assert made.diagnostics == ()
    assert made.file is not None
    assert "state desk.who: P -> Q?" in format_file(made.file)
