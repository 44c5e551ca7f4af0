"""A counterexample as a reader sees it: lanes, marks and the sentence."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from honnin.compiler.answers import Counterexample, Reached, Refuted
from honnin.compiler.prove import prove
from honnin.oracle.commands.prove import answer_lines
from honnin.oracle.picture import pointer
from honnin.oracle.sentence import sentence
from honnin.spec.core import Check, Module
from honnin.spec.load import check_text
from honnin.spec.render import width

DATA = Path(__file__).parent / "data"
Terminal = Callable[[int], None]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Gives the terminal so many cells."""
    return lambda cells: monkeypatch.setattr("honnin.oracle.picture.terminal_width", lambda: cells)


@cache
def run_of(text: str, check: Check) -> tuple[Module, Counterexample]:
    """The run that the check of the specification is answered by."""
    module = check_text(text).module
    assert module is not None
    verdict = prove(module, check, timeout=30).verdict
    assert isinstance(verdict, Refuted | Reached), verdict
    return module, verdict.counterexample if isinstance(verdict, Refuted) else verdict.witness


def told(text: str, check: Check) -> list[str]:
    """What is said of the check's run, moved in by two cells."""
    module, run = run_of(text, check)
    from honnin.compiler.answers import Answer

    answer = Answer(check.subject, check.relation, check.target, Refuted(run), True)
    return ["  " + line for line in answer_lines(module, answer, False, 2)[1]]


def shared() -> list[str]:
    text = (DATA / "certificate_issuance.honnin").read_text(encoding="utf-8")
    return told(text, Check("shared_buffer", "violates", "right_person"))


@pytest.mark.parametrize("cells", [40, 60, 80, 100, 200])
def test_a_run_fits_the_terminal(terminal: Terminal, cells: int) -> None:
    terminal(cells)
    assert [line for line in shared() if width(line) > cells] == []


TIMES = """
spec s "Times"
entity R
given limit: Duration
event stamp(r: R, t: Time)
event later(r: R, t: Time, d: Duration)
state first: R -> Time?
after stamp(r, t) { first[r] := t }
invariant same "Same": on later(r, t, d): first[r] == t and d < limit
system d implements s {
  var mine: R -> Time?
  var span: R -> Duration
  action begin(r: R) { mine[r] := now  emit stamp(r, now) }
  action end(r: R) { when mine[r] != none and now - mine[r]! == limit  span[r] := limit  emit later(r, now, limit) }
}
"""


def test_times_and_durations_have_their_units() -> None:
    lines = "\n".join(told(TIMES, Check("d", "violates", "same")))
    begun = re.search(r"begin\(r1\): stamp\(r1, (\w+)\) at \1; mine\[r1\] := \1$", lines, re.MULTILINE)
    ended = re.search(
        r"end\(r1\): later\(r1, (\w+), (\w+)\) at \1; span\[r1\] := \2 \(was 0s\)", lines, re.MULTILINE
    )
    assert begun and ended, lines
    assert f"given limit = {ended[2]}" in lines
    assert re.search(r"with r = r1, t = [\d.]+ s, d = [\d.]+ s", lines), lines


def test_where_lanes_are_too_narrow_each_step_has_its_full_name(terminal: Terminal) -> None:
    terminal(50)
    lines = shared()
    assert "  4  handler[r2].render: buffer := p2 (was p1)" in lines
    assert "       ◀ overwrites what handler[r1] wrote" in lines
    assert "  assumed: at the start handler[r1].p = p1;" in lines


def test_the_marks_where_there_is_no_unicode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    assert pointer() == "<--"


JAPANESE = """spec 交付 "証明書の交付"
entity 人, 申請
input event 受付(申請書: 申請, personal 対象者: 人)
output event 印刷(申請書: 申請, personal 氏名: 人)
state 対象: 申請 -> 人?
after 受付(x, y) { 対象[x] := y }
invariant 本人 "印刷された証明書は申請された人のもの": on 印刷(x, y): 対象[x] == y
system 一つのファイル implements 交付 "全員に一つ" {
  var ファイル: 人?
  process 処理(要求: 申請) {
    var 誰: 人 = any
    受ける: { emit 受付(要求, 誰) }
    書く: { ファイル := 誰 }
    出す: { emit 印刷(要求, ファイル!) }
  }
}
"""


def test_wide_letters_take_two_cells(terminal: Terminal) -> None:
    terminal(80)
    lines = told(JAPANESE, Check("一つのファイル", "violates", "本人"))
    assert lines[1:10] == [
        "  申請1: 受付 (step 1) has 対象者 = 人1, but 印刷 (step 5) has 氏名 = 人2, the",
        "    対象者 of 申請2 in 受付 (step 2).",
        "  In step 4 処理[申請2] overwrites what 処理[申請1] wrote in step 3: ファイル.",
        "         処理[申請1]                          処理[申請2]",
        "  start  誰 = 人1                             誰 = 人2",
        "      1  受ける: 受付(申請1, 人1)",
        "      2                                       受ける: 受付(申請2, 人2)",
        "      3  書く: ファイル := 人1",
        "      4                                       書く: ファイル := 人2 (was 人1)",
    ]


LOST_UPDATE = """spec till "A till"
entity Clerk
event pay(clerk: Clerk)
event close(total: Int)
state paid: Int
after pay(_) { paid += 1 }
invariant complete "The total is what was paid": on close(total): total == paid
system two_clerks implements till "Each clerk reads, then writes" {
  var total: Int
  process desk(c: Clerk) {
    var seen: Int
    take: { emit pay(c); seen := total }
    put: { total := seen + 1 }
    shut: { when forall d: Clerk. not (desk[d] at put); emit close(total) }
  }
}
"""


def test_a_lost_update_is_marked_though_the_value_stays() -> None:
    lines = told(LOST_UPDATE, Check("two_clerks", "violates", "complete"))
    (deed, marked) = [line for line in lines if "overwrites" in line]
    assert deed.startswith("  In step ")
    assert deed.endswith(" overwrites what desk[c1] wrote in step 3: total.")
    assert marked.endswith("put: total := 1 (as it was) ◀ overwrites what desk[c1] wrote")


STALE = """spec doors "Doors"
entity Door, Visit
enum Colour { red, green }
event shut(door: Door, colour: Colour)
event enter(visit: Visit, door: Door)
state is_shut: Door -> Bool
after shut(d, _) { is_shut[d] := true }
invariant open_only "Nobody enters through a door that is shut": on enter(_, d): not is_shut[d]
system looks_first implements doors "Looks, then enters" {
  var closed: Door -> Bool
  action close(d: Door) { when not closed[d]; closed[d] := true; emit shut(d, red) }
  process visitor(v: Visit) {
    var door: Door = any
    look: { when not closed[door] }
    go: { emit enter(v, door) }
  }
}
"""


def test_a_change_behind_the_back_of_who_looked_is_marked() -> None:
    check = Check("looks_first", "violates", "open_only")
    text = "\n".join(told(STALE, check))
    assert "◀ changes what visitor[v1] read in step 1" in text
    module, run = run_of(STALE, check)
    assert sentence(run, module) == "enter (step 3) has door = Door d1, the door in shut (step 2)."


DRAWN_TWICE = """spec till "A till"
entity Clerk, Account
event bring(account: Account)
event move(clerk: Clerk, source: Account, target: Account)
state held: Account -> Int = 0
after bring(a) { held[a] += 1 }
after move(_, a, b) { held[a] -= 1; held[b] += 1 }
invariant covered "No account is overdrawn": always: forall a: Account. held[a] >= 0
system looks_first implements till "Looks, then takes" {
  var money: Account -> Int = 0
  action fill(a: Account) { money[a] += 1; emit bring(a) }
  process clerk(c: Clerk) {
    var a: Account = any
    var b: Account = any
    look: { when money[a] > 0 and a != b }
    take: { money[a] -= 1; money[b] += 1; emit move(c, a, b) }
  }
}
"""


def test_who_takes_without_looking_again_is_told_what_changed() -> None:
    check = Check("looks_first", "violates", "covered")
    text = "\n".join(told(DRAWN_TWICE, check))
    assert re.search(
        r"In step 4 clerk\[c\d\] changes what clerk\[c\d\] read in step [23]: money\[a1\]\.", text
    )
    module, run = run_of(DRAWN_TWICE, check)
    assert sentence(run, module) == (
        "move (step 5) again has source = Account a1, target = Account a2, as move (step 4) had."
    )


TWICE = """spec gates "Gates"
entity Gate, Ticket, Guest
event buy(ticket: Ticket, guest: Guest)
event admit(gate: Gate, ticket: Ticket)
event late(gate: Gate)
invariant once_only "A ticket admits once": on admit(_, t): not earlier admit(_, t)
invariant in_time "Who buys is admitted within a minute": on buy(t, _): eventually[<= 1min] admit(_, t)
system lax implements gates "Lax" {
  action sell(t: Ticket, g: Guest) { emit buy(t, g) }
  action open(g: Gate, t: Ticket) { emit admit(g, t) }
  action wait(g: Gate) { emit late(g) }
}
"""


def test_what_happens_twice_is_told_so() -> None:
    module, run = run_of(TWICE, Check("lax", "violates", "once_only"))
    assert sentence(run, module) == (
        "admit (step 2) again has gate = Gate ga1, ticket = Ticket t1, as admit (step 1) had."
    )


UNANNOUNCED = """spec wards "Wards"
entity Patient
event admit(patient: Patient)
event move(patient: Patient)
state here: Patient -> Bool
after admit(p) { here[p] := true }
invariant known "Only who was admitted is moved": on move(p): here[p]
system porter implements wards "Moves anybody" {
  action take_in(p: Patient) { emit admit(p) }
  action push(p: Patient) { emit move(p) }
}
"""


def test_what_had_not_come_before_is_told() -> None:
    module, run = run_of(UNANNOUNCED, Check("porter", "violates", "known"))
    assert sentence(run, module) == "move (step 1) has patient = Patient p1; no admit had come before."


def test_a_missed_deadline_names_what_raised_it() -> None:
    module, run = run_of(TWICE, Check("lax", "violates", "in_time"))
    told = sentence(run, module)
    assert told is not None
    assert told.startswith(
        "buy (step 1) has ticket = Ticket t1, guest = Guest gu1; what it calls for had not"
    )
