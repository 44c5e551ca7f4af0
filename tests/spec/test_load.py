"""Files that use files, and what a module holds."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from honnin.spec import core
from honnin.spec.load import Checked, check_file, check_text

BASE = """spec base "the base"
entity P
event a(p: P)
state n: P -> Int
after a(p) { n[p] += 1 }
invariant i "why": always: forall p: P. n[p] >= 0
example e accepted { a(x) }
system s implements base { action go(p: P) { emit a(p) } }
check s satisfies base
pattern once_only(entity K, event act(k: K)) {
  invariant once_only "why": on act(k): not earlier act(k)
}
"""


def write(folder: Path, files: dict[str, str]) -> Checked:
    """The module of main.honnin in a folder with these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return check_file(folder / "main.honnin")


def codes(checked: Checked) -> list[tuple[str, int, str]]:
    return [(Path(d.span.file).name, d.span.line, d.code) for d in checked.diagnostics if d.is_error]


def sound(checked: Checked) -> core.Module:
    assert checked.module is not None, checked.diagnostics
    return checked.module


def claim(text: str, name: str = "i") -> core.Claim:
    return sound(check_text(text)).main.claim(name)


def test_a_used_file_brings_declarations_and_claims_alone(tmp_path: Path) -> None:
    main = 'spec main use "base.honnin" event b(p: P) after b(p) { n[p] := 0 } invariant j "why": on b(p): n[p] > 0'
    module = sound(write(tmp_path, {"base.honnin": BASE, "main.honnin": main}))
    assert [s.name for s in module.specifications] == ["main", "base"]
    assert [c.name for c in module.main.claims] == ["i", "j"]
    assert [e.name for e in module.main.events] == ["a", "b"]
    assert len(module.main.updates) == 2
    assert [e.name for e in module.specification("base").events] == ["a"]
    assert len(module.specification("base").updates) == 1
    assert (module.examples, module.systems, module.checks) == ((), (), ())


def test_what_a_used_file_uses_comes_once(tmp_path: Path) -> None:
    files = {
        "base.honnin": BASE,
        "left.honnin": 'spec left use "base.honnin" invariant l "why": on a(p): n[p] < 9',
        "right.honnin": 'spec right use "base.honnin" use "base.honnin" state r: Int',
        "main.honnin": 'spec main use "left.honnin" use "right.honnin" invariant m "why": always: r >= 0',
    }
    module = sound(write(tmp_path, files))
    assert [s.name for s in module.specifications] == ["main", "base", "left", "right"]
    assert [c.name for c in module.main.claims] == ["i", "l", "m"]


def test_paths_are_relative_to_the_file_that_has_the_use(tmp_path: Path) -> None:
    files = {
        "parts/inner.honnin": 'spec inner use "base.honnin"',
        "parts/base.honnin": BASE,
        "main.honnin": 'spec main use "parts/inner.honnin"',
    }
    checked = write(tmp_path, files)
    sound(checked)
    assert [Path(name).name for name in checked.sources] == ["main.honnin", "inner.honnin", "base.honnin"]


@pytest.mark.parametrize(
    ("main", "expected"),
    [
        ('spec main\nuse "nowhere.honnin"', [("main.honnin", 2, "HN0115")]),
        ('spec main\nuse "."', [("main.honnin", 2, "HN0115")]),
        ('spec main\nuse "/dev/zero"', [("main.honnin", 2, "HN0115")]),
        ('spec main\nuse "main.honnin"', [("main.honnin", 2, "HN0114")]),
        ('spec main\nuse "back.honnin"', [("back.honnin", 2, "HN0114")]),
        ('spec main\nuse "base.honnin"\nstate n: Int', [("main.honnin", 3, "HN0101")]),
        ('spec main\nuse "base.honnin"\nentity P', [("main.honnin", 3, "HN0101")]),
        ('spec main\nuse "base.honnin"\ninvariant i: always: true', [("main.honnin", 3, "HN0101")]),
        ('spec base\nuse "base.honnin"', [("main.honnin", 1, "HN0101")]),
        ('spec main\nuse "base.honnin"\nuse "clash.honnin"', [("clash.honnin", 2, "HN0101")]),
        ('spec main\nuse "latin.honnin"', [("latin.honnin", 1, "HN0001")]),
        ('spec main\nuse "wrong.honnin"\ninvariant k: always: q == 1', [("wrong.honnin", 2, "HN0203")]),
        ('spec main\nuse "lost.honnin"\ninvariant k: always: lost == 1', [("lost.honnin", 2, "HN0010")]),
        ('spec main\nuse "nowhere.honnin"\ninvariant k: always: lost == 1', [("main.honnin", 2, "HN0115")]),
    ],
)
def test_errors_of_files_are_reported_where_they_are(
    tmp_path: Path, main: str, expected: list[tuple[str, int, str]]
) -> None:
    (tmp_path / "latin.honnin").write_bytes(b"spec l\xe9")
    files = {
        "main.honnin": main,
        "base.honnin": BASE,
        "back.honnin": 'spec back\nuse "main.honnin"',
        "clash.honnin": "spec clash\nevent a()",
        "wrong.honnin": "spec wrong\nstate q: Int = true",
        "lost.honnin": "spec lost_one\nstate lost : : Int",
    }
    checked = write(tmp_path, files)
    assert codes(checked) == expected
    assert checked.module is None


def test_two_certain_writes_of_two_files_conflict(tmp_path: Path) -> None:
    main = 'spec main use "base.honnin"\nafter a(p) { n[p] := 0 }'
    checked = write(tmp_path, {"base.honnin": BASE, "main.honnin": main})
    assert codes(checked) == [("main.honnin", 2, "HN0330")]


def test_patterns_come_from_the_library_and_from_used_files(tmp_path: Path) -> None:
    main = """spec main use "base.honnin"
use once_only as mine with K = P, act(p) = a(p)
use honnin.once_only as theirs with Thing = P, act(p) = a(p)
"""
    module = sound(write(tmp_path, {"base.honnin": BASE, "main.honnin": main}))
    names = [c.name for c in module.main.claims]
    assert "mine.once_only" in names
    assert any(name.startswith("theirs.") for name in names)


def test_a_mistake_in_a_pattern_is_reported_once_however_often_it_is_used() -> None:
    text = """spec t entity P event a(p: P) event b(p: P)
pattern few(entity K, event act(k: K)) {
  invariant few: on act(k): nowhere == k
}
use few as one with K = P, act(p) = a(p)
use few as two with K = P, act(p) = b(p)
"""
    assert codes(check_text(text)) == [("<text>", 3, "HN0105")]


def test_the_digest_is_of_all_texts_in_nfc(tmp_path: Path) -> None:
    main = 'spec main "\u304b\u3099" use "base.honnin"\n'
    (tmp_path / "composed").mkdir()
    one = write(tmp_path, {"base.honnin": BASE, "main.honnin": main})
    other = write(
        tmp_path / "composed", {"base.honnin": BASE, "main.honnin": main.replace("\u304b\u3099", "\u304c")}
    )
    again = write(tmp_path, {"base.honnin": BASE + "\n"})
    assert sound(one).digest == sound(other).digest != sound(again).digest
    whole = hashlib.sha256((main.replace("\u304b\u3099", "\u304c") + "\0" + BASE + "\0").encode())
    assert sound(one).digest == whole.hexdigest()


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "main.honnin").write_bytes(b"\xef\xbb\xbfspec main")
    sound(check_file(tmp_path / "main.honnin"))


def test_warnings_do_not_prevent_a_module() -> None:
    checked = check_text("spec t event a(x: Int) assume i: on a(x): x < 9")
    assert "HN0513" in [d.code for d in checked.diagnostics]
    sound(checked)


# ---------------------------------------------------------------- the core tree


def test_constants_are_folded_and_keep_their_names() -> None:
    found = claim(
        "spec t const N: Int = 2 const M: Int = N * 3 + 1 event a(x: Int) invariant i: on a(x): x < M"
    )
    assert isinstance(found.body, core.Compare)
    assert found.body.right == core.Lit(7, core.INT)
    assert isinstance(found.body.right, core.Lit)
    assert found.body.right.name == "M"


def test_defines_are_inlined_with_binders_of_their_own() -> None:
    found = claim(
        "spec t entity P state c: P -> Int define all(n: Int) = forall p: P. c[p] == n "
        "invariant i: always: all(1) or all(2)"
    )
    assert isinstance(found.body, core.Or)
    one, other = found.body.items
    assert isinstance(one, core.Forall)
    assert isinstance(other, core.Forall)
    assert one.binder != other.binder
    assert [lit.value for lit in core.walk(found.body) if isinstance(lit, core.Lit)] == [1, 2]


def test_all_binders_of_a_module_differ(tmp_path: Path) -> None:
    main = 'spec main use "base.honnin" invariant j: on a(p): forall q: P. n[q] > 0 or n[p] > 0'
    module = sound(write(tmp_path, {"base.honnin": BASE, "main.honnin": main}))
    bound = [
        node.binder.uid
        for specification in module.specifications
        for found in specification.claims
        for node in core.walk(found.body)
        if isinstance(node, core.Forall)
    ]
    assert len(bound) == len(set(bound)) == 3


def test_a_value_is_lifted_where_it_meets_one_that_may_be_none() -> None:
    found = claim("spec t entity P state who: P? event a(p: P) invariant i: on a(p): who == p")
    assert isinstance(found.body, core.Compare)
    assert isinstance(found.body.right, core.Lift)
    assert core.type_of(found.body.left) == core.type_of(found.body.right)


def test_a_range_has_an_invariant_and_reads_as_an_int() -> None:
    found = claim("spec t event a(x: Int) state s: Bool -> 0..5? after a(x) { s[true] := x }", "s.range")
    assert found.implicit
    assert found.kind == "invariant"
    assert found.form == "always"
    assert core.type_of(core.StateRead("s", (), core.OptionalT(core.INT))) == core.OptionalT(core.INT)
    assert {node.type for node in core.walk(found.body) if isinstance(node, core.StateRead)} == {
        core.OptionalT(core.INT)
    }


def test_alternatives_bind_the_same_binders() -> None:
    found = claim("spec t entity P event a(p: P) event b(x: Int, p: P) invariant i: on a(p) or b(_, p): true")
    assert found.patterns[0].arguments[0] == found.patterns[1].arguments[1]
    assert found.patterns[1].arguments[0] is None


@pytest.mark.parametrize(
    ("claim_text", "expected"),
    [
        ("always: forall p: P. g[p] > 0", True),
        ("always: limit > 0", True),
        ("always: limit > n", False),
        ("always: forall p, q: P. p == q", False),
        ("always: limit > 0 or once a(_)", False),
        ("on a(_): limit > 0", False),
    ],
)
def test_claims_of_givens_alone(claim_text: str, expected: bool) -> None:
    text = "spec t entity P given g: P -> Int given limit: Int state n: Int event a(p: P) invariant i: "
    assert claim(text + claim_text).given_only is expected


@pytest.mark.parametrize(
    ("claim_text", "expected"),
    [
        ("on a(_): n == 0", False),
        ("on a(_): once a(_)", False),
        ("on a(_): once[<= 5s] a(_)", True),
        ("on a(_): count[<= 5s](a(_)) < 3", True),
        ("on a(_): eventually[<= 5s] a(_)", True),
        ("always: late == none or late! < now", True),
        ("on a(_): late == none", True),
        ("on a(_): was_late", True),
        ("on a(t): t == t", False),
    ],
)
def test_what_needs_time(claim_text: str, expected: bool) -> None:
    text = (
        "spec t event a(t: Time) state n: Int state late: Time? state was_late: Bool "
        "after a(_) { late := now if late == none { was_late := true } } invariant i: "
    )
    assert claim(text + claim_text).needs_time is expected


def test_an_example_has_values_of_its_types_and_times() -> None:
    module = sound(
        check_text(
            """spec t entity P enum K { tax } const N: Int = 3 given g: P -> Int
event a(p: P, k: K, n: Int, t: Time, o: Text?)
example e "title" accepted {
  given g[alice] = 5
  a(alice, tax, N, 3s, none)
  at 2s a("alice", tax, -1, 0s, "x")
  a(7, tax, 0, 1ms, none)
}
"""
        )
    )
    example = module.examples[0]
    assert example.title == "title"
    assert [(f.given, f.keys, f.value) for f in example.facts] == [("g", ("alice",), 5)]
    assert [(o.at, o.values) for o in example.occurrences] == [
        (0, ("alice", "tax", 3, 3_000_000, None)),
        (2_000_000, ("alice", "tax", -1, 0, "x")),
        (2_000_000, (7, "tax", 0, 1_000, None)),
    ]


def test_personal_and_log_names_reach_the_core() -> None:
    module = sound(check_text('spec t entity P event a(personal p "holder id": P, n: Int)'))
    fields = module.main.event("a").fields
    assert [(f.name, f.log_name, f.personal) for f in fields] == [("p", "holder id", True), ("n", "n", False)]
    assert module.main.personal_entities == {"P"}
