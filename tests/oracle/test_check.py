"""`honnin check`: diagnostics, examples, and what the examples leave untried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
SPEC = "certificate_issuance.honnin"


def test_a_right_specification_is_one_line(honnin: Run, golden: Golden) -> None:
    ran = honnin("check", SPEC)
    assert (ran.status, ran.err) == (0, "")
    golden("check_right.txt", ran.out)


def test_json_has_an_object_for_each_example_and_one_for_the_specification(honnin: Run) -> None:
    ran = honnin("check", "--format", "json", SPEC)
    *examples, last = ran.records
    assert [record["example"]["verdict"] for record in examples] == ["passes"] * 3
    assert last["specification"]["claims"] == {"invariant": 2, "cover": 1}
    assert last["specification"]["verdict"] == "well"


def test_a_wrong_specification_is_status_2_with_the_place(honnin: Run, golden: Golden) -> None:
    ran = honnin("check", "wrong.honnin")
    assert ran.status == 2
    golden("check_wrong.txt", ran.out + ran.err)


def test_a_wrong_specification_as_json(honnin: Run) -> None:
    ran = honnin("check", "--format", "json", "wrong.honnin")
    assert ran.status == 2
    assert ran.records[0]["diagnostic"]["code"].startswith("HN")
    assert ran.records[-1]["specification"]["verdict"] == "wrong"


def test_a_failed_example_is_status_1(honnin: Run, golden: Golden) -> None:
    ran = honnin("check", "failing_example.honnin")
    assert ran.status == 1
    golden("check_failing_example.txt", ran.out + ran.err)


COSTS = """
spec costs
entity Request, Terminal, Person
event login(t: Terminal, p: Person)
event logout(t: Terminal)
event request(r: Request, t: Terminal, p: Person)
event issue(r: Request, p: Person)
state who: Terminal -> Person?
state wanted: Request -> Person?
state served: Int
state used: Terminal -> Int
after login(t, p) { who[t] := p }
after logout(t) { who[t] := none }
after request(r, t, p) { wanted[r] := p used[t] += 1 }
after issue(_, _) { served += 1 }
invariant right_person "Right": on issue(r, s): wanted[r] == s
invariant in_session "In": on request(_, t, p): who[t] == p
invariant once_only "Once": on issue(r, _): not earlier[<= 1h] issue(r, _)
invariant answered "Soon": on request(r, _, _): eventually[<= 60s] issue(r, _)
invariant nobody_since "Since": on request(_, t, p): not logout(t) since login(t, p)
invariant few "Few": on issue(_, _): served < 1000
invariant rested "Rested": on login(t, _): used[t] < 100
invariant after_another "Next": on issue(r, _): previously request(r, _, _)
invariant anybody "Any": on issue(_, p): exists t: Terminal. who[t] == p
cover served_at_all: on issue(_, _): true
"""


def test_the_cost_of_each_claim(honnin: Run, golden: Golden, tmp_path: Path) -> None:
    file = tmp_path / "costs.honnin"
    file.write_text(COSTS, encoding="utf-8")
    ran = honnin("check", "--cost", file)
    assert ran.status == 0
    golden("check_cost.txt", ran.out)


RELEASED = """
spec released
entity Request retain 30d
entity Desk, Person
event request(r: Request, d: Desk, p: Person)
event issue(r: Request, d: Desk, p: Person)
state pages: Request, Desk -> Int
state wanted: Request -> Person?
after request(r, _, p) { wanted[r] := p }
after issue(r, d, _) { pages[r, d] += 1 }
invariant right_person "A state": on issue(r, _, p): wanted[r] == p
invariant few "Two keys": on issue(r, d, _): pages[r, d] < 3
invariant asked "History": on issue(r, _, p): once request(r, _, p)
invariant soon "A window": on issue(r, _, _): once[<= 5min] request(r, _, _)
invariant sooner "One that another contains": on issue(r, _, _): once[<= 1min] request(r, _, _)
invariant last "A function": on issue(_, d, p): (not request(_, d, _)) since request(_, d, p)
invariant last_of_two "One that is released too": on issue(r, d, p): (not request(r, d, _)) since request(r, d, p)
"""


def test_the_cost_of_claims_about_released_identities(honnin: Run, golden: Golden, tmp_path: Path) -> None:
    file = tmp_path / "released.honnin"
    file.write_text(RELEASED, encoding="utf-8")
    ran = honnin("check", "--cost", file)
    assert ran.status == 0
    golden("check_cost_released.txt", ran.out)


ELSEWHERE = """
spec elsewhere
entity Book, Reader, Account, Key
event lend(b: Book, u: Reader)
event reserve(b: Book, u: Reader)
event close(u: Reader)
event transfer(k: Key, f: Account, t: Account, n: Int)
event paid(b: Book, u: Reader, on_time: Bool)
state lent: Book -> Reader?
state reserved: Book -> Reader?
state closed: Reader -> Bool
state moved: Key -> Bool
state balance: Account -> Int
state debt: Reader -> Int
after lend(b, u) { lent[b] := u  if reserved[b] == u { reserved[b] := none } }
after reserve(b, u) { reserved[b] := u }
after close(u) { closed[u] := true  for b: Book where lent[b] != none { lent[b] := none } }
after transfer(k, f, t, n) { moved[k] := true  balance[f] -= n  balance[t] += n }
after paid(_, u, soon) { if soon { debt[u] := 0 } else { debt[u] := 1 } }
invariant one_reader "A block writes under a condition what the claim does not read": on lend(b, _): lent[b] == none
invariant open "Or everywhere": on lend(_, u): not closed[u]
invariant once_only "What is added up contradicts nothing": on transfer(k, _, _, _): not moved[k]
invariant no_debt "Nor do two branches": on paid(_, u, _): debt[u] == 0
"""


def test_the_cost_of_claims_beside_what_they_do_not_read(honnin: Run, golden: Golden, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere.honnin"
    file.write_text(ELSEWHERE, encoding="utf-8")
    ran = honnin("check", "--cost", file)
    assert ran.status == 0
    golden("check_cost_elsewhere.txt", ran.out)


def test_the_cost_of_each_claim_as_json(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "costs.honnin"
    file.write_text(COSTS, encoding="utf-8")
    told = {
        r["cost"]["claim"]: r["cost"]
        for r in honnin("check", "--cost", "--format", "json", file).records
        if "cost" in r
    }
    assert [name for name, cost in told.items() if cost["bounded"] == "never"] == ["right_person", "rested"]
    assert told["answered"] == {
        "claim": "answered",
        "bounded": "always",
        "keeps": [
            {
                "what": "eventually[<= 1min] issue(r, _)",
                "by": ["Request"],
                "freed": "when it comes, or after 1min",
                "bounded": "always",
            }
        ],
        "through": [],
        "slices": [{"entity": "Request", "fields": {"request": "r", "issue": "r"}}],
    }
    assert told["anybody"]["through"] == [{"what": "who", "events": ["issue"]}]


def test_what_no_example_exercises_is_named_and_undecided_if_strict(honnin: Run, golden: Golden) -> None:
    assert honnin("check", "untried.honnin").status == 0
    ran = honnin("check", "--strict", "untried.honnin")
    assert ran.status == 3
    golden("check_untried.txt", ran.out + ran.err)


def test_several_files_are_all_checked_and_the_worst_status_counts(honnin: Run) -> None:
    ran = honnin("check", "nosuch.honnin", SPEC, "failing_example.honnin")
    assert ran.status == 2
    assert "certificate_issuance: " in ran.out
    assert "1 of 1 example fails" in ran.out


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "HN0801"),
        (lambda path: path.mkdir(), "HN0802"),
        (lambda path: path.touch(), "HN0804"),
    ],
    ids=["missing", "directory", "empty"],
)
def test_a_file_that_is_none(honnin: Run, tmp_path: Path, make: Callable[[Path], None], code: str) -> None:
    make(tmp_path / "x.honnin")
    for command in ("check", "prove", "explain", "watch"):
        ran = honnin(command, tmp_path / "x.honnin")
        assert ran.status == 2
        assert f"error[{code}]" in ran.err


@pytest.mark.parametrize("data", [b"\x00", b"\xff\xfe", b"spec", b"(" * 5000, b'spec a "' + b"x" * 100_000])
def test_whatever_the_bytes_there_is_a_diagnostic(honnin: Run, tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x.honnin"
    file.write_bytes(data)
    ran = honnin("check", file)
    assert ran.status == 2
    assert "error[HN0" in ran.err
    assert "HN09" not in ran.err


def test_a_file_that_cannot_be_read_after_all(honnin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("honnin.spec.load._content", fail)
    ran = honnin("check", SPEC)
    assert ran.status == 2
    assert "error[HN0803]" in ran.err
    assert "input/output error" in ran.err


def test_a_file_that_never_ends_is_refused(honnin: Run, tmp_path: Path) -> None:
    ran = honnin("check", "/dev/zero")
    assert (ran.status, "error[HN0803]" in ran.err) == (2, True)
    ran = honnin("watch", SPEC, "--facts", "/dev/zero", input="")
    assert (ran.status, "error[HN0803]" in ran.err) == (2, True)
    user = tmp_path / "user.honnin"
    user.write_text('spec s\nuse "/dev/zero"\n')
    ran = honnin("check", user)
    assert (ran.status, "error[HN0115]" in ran.err) == (2, True)


def test_writes_that_conflict_in_an_example_are_the_specifications_fault(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "conflict.honnin"
    file.write_text(
        "spec s\nevent a(x: Int)\nstate n: Int\nafter a(x) { n := x }\n"
        "after a(x) when x > 1 { n := 2 * x }\nexample e accepted { a(2) }\n"
    )
    ran = honnin("check", file)
    assert (ran.status, "error[HN0643]" in ran.err) == (2, True)


def test_an_example_with_too_many_values_to_go_through_is_undecided(honnin: Run, tmp_path: Path) -> None:
    names = [f"x{i}" for i in range(14)]
    some = " or ".join(f"seen[{name}]" for name in names)
    file = tmp_path / "deep.honnin"
    file.write_text(
        f"""spec deep entity P event go(p: P) state seen: P -> Bool after go(p) {{ seen[p] := true }}
        invariant c "": always: forall {", ".join(names)}: P. {some} or not seen[x0]
        example short accepted {{ }}
        example long accepted {{ go(a) go(b) go(c) go(d) go(e) }}"""
    )
    ran = honnin("check", "--timeout", "0.2", str(file))
    assert ran.status == 3
    assert "example long: undecided, not judged in 0.2 s; --timeout gives more" in ran.out
    assert "deep: 1 invariant, 1 example passes, 1 undecided" in ran.out
    records = honnin("check", "--timeout", "0.2", "--format", "json", str(file)).records
    assert [r["example"]["verdict"] for r in records if "example" in r] == ["passes", "undecided"]
    assert (records[-1]["specification"]["verdict"], records[-1]["specification"]["undecided"]) == (
        "undecided",
        1,
    )
