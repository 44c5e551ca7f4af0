"""`honnin mutate`: what is said of each mutant, the rate, the statuses, and Ctrl-C."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from honnin.compiler.answers import Answer, Unknown
from honnin.compiler.mutants import mutants
from honnin.compiler.observable import NOT_IN_TIME
from honnin.compiler.prove import prove
from honnin.spec.core import Check, Module
from honnin.spec.load import check_file

from .test_processes import DATA, HEARING

Run = Callable[..., Any]
Golden = Callable[[str, str], None]

TWO = """spec two "Two"
entity R
event e(r: R)
invariant one_time "Once for each": on e(r): not earlier e(r)
system s implements two "Twice guarded" {{
  var gone: R -> Bool
  var told: R -> Bool
  action go(r: R) {{
    {step}
  }}
}}
check s satisfies two
"""
BOTH = "when not gone[r]\n    when not told[r]\n    gone[r] := true\n    told[r] := true\n    emit e(r)"
ONE = "when not gone[r]\n    gone[r] := true\n    emit e(r)"


def test_what_is_said_of_each_mutant(honnin: Run, golden: Golden) -> None:
    ran = honnin("mutate", "lending.honnin", "-v")
    assert ran.status == 1, "one design does not hold"
    golden("mutate.txt", ran.out + ran.err)


def test_what_is_said_of_a_design_without_its_premises(honnin: Run, golden: Golden) -> None:
    ran = honnin("mutate", "premises.honnin")
    assert ran.status == 0
    told = ran.out.splitlines()
    begins = next(n for n, line in enumerate(told) if "  init, line" in line)
    golden("mutate_premises.txt", "\n".join((*told[begins:], "")))


SAFE_AND_USELESS = """spec lamp "A lamp"
event on_()
event off_()
state lit: Bool = false
after on_() { lit := true }
after off_() { lit := false }
invariant alternates "on only when off": on on_(): not lit
cover shone "It shines for a while": on off_(): lit
system switch implements lamp "A switch" {
  var up: Bool = false
  action push() { when not up  up := true  emit on_() }
  action pull() { when up  up := false  emit off_() }
}
check switch satisfies lamp
check switch reaches shone
"""


def test_a_mutant_that_can_no_longer_do_what_it_is_for_is_killed(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "lamp.honnin"
    file.write_text(SAFE_AND_USELESS)
    ran = honnin("mutate", str(file))
    assert ran.status == 0
    lines = ran.out.splitlines()
    assert lines[1] == "  satisfies lamp, reaches shone; 6 mutants"
    useless = lines.index("  killed      push, line 11: without `emit on_()`")
    assert lines[useless + 1] == "      shone can be reached no more"
    *mutants, _, _ = honnin("mutate", str(file), "--format", "json").records
    found = [m["mutant"] for m in mutants if m["mutant"].get("target") == "shone"]
    assert {(m["kind"], m["claim"], m["steps"], m["run"]) for m in found} >= {
        ("event forgotten", "shone", None, None)
    }


def test_mutants_as_json(honnin: Run) -> None:
    ran = honnin("mutate", "lending.honnin", "--design", "desk", "--format", "json")
    assert ran.status == 0
    *mutants, design, summary = ran.records
    fates = [(one["mutant"]["step"], one["mutant"]["kind"], one["mutant"]["fate"]) for one in mutants]
    assert fates == [
        ("lend_out", "guard dropped", "killed"),
        ("lend_out", "guard dropped", "survives"),
        ("take_back", "guard dropped", "equivalent"),
        ("bar_somebody", "update forgotten", "survives"),
        ("lend_out", "update forgotten", "killed"),
        ("take_back", "reset forgotten", "killed"),
        ("bar_somebody", "event forgotten", "survives"),
        ("lend_out", "event forgotten", "killed"),
        ("take_back", "event forgotten", "killed"),
    ]
    killed, survives = mutants[0]["mutant"], mutants[1]["mutant"]
    assert (killed["target"], killed["claim"], killed["steps"]) == ("lending", "one_holder", 2)
    assert len(killed["run"]["steps"]) == 2
    assert (killed["line"], killed["column"]) == (24, 10)
    assert survives["answers"] == {"lending": "proved"}
    assert [step["step"] for step in survives["run"]["steps"]] == ["bar_somebody", "lend_out"]
    assert (survives["design_does"], survives["with_any_choices"]) == (None, True)
    assert survives["events"] == "differ"
    assert [step["step"] for step in survives["observable"]["steps"]] == ["bar_somebody", "lend_out"]
    same = mutants[6]["mutant"]
    assert (same["events"], same["observable"]) == ("the same", None)
    assert same["searched"] == [
        "it reports nothing that the design could not report too, with these values and facts"
    ]
    counts = {"killed": 5, "survived": 3, "equivalent": 1, "undecided": 0, "not_asked": 0, "rate": 0.625}
    assert design["design"] == {"design": "desk", "holds": True, **counts}
    assert summary["summary"] == {"file": "lending.honnin", **counts, "interrupted": False}


@pytest.mark.parametrize(("rate", "status"), [("62", 0), ("63", 1)])
def test_a_rate_can_be_asked_for(honnin: Run, rate: str, status: int) -> None:
    assert honnin("mutate", "lending.honnin", "--design", "desk", "--fail-under", rate).status == status


def test_of_two_guards_each_is_not_needed(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.honnin"
    file.write_text(TWO.format(step=BOTH))
    ran = honnin("mutate", file, "--format", "json")
    fates = {one["mutant"]["mutation"]: one["mutant"]["fate"] for one in ran.records if "mutant" in one}
    assert fates["without `when not gone[r]`"] == fates["without `when not told[r]`"] == "equivalent"
    file.write_text(TWO.format(step=ONE))
    ran = honnin("mutate", file, "--format", "json")
    fates = {one["mutant"]["mutation"]: one["mutant"]["fate"] for one in ran.records if "mutant" in one}
    assert fates["without `when not gone[r]`"] == "killed"


BRANCHES = (
    "when not gone[r]\n    if told[r] { gone[r] := true } else { if gone[r] { } else { gone[r] := true } }"
)


def test_a_survivor_without_a_run_says_what_was_tried(honnin: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.honnin"
    file.write_text(TWO.format(step=BRANCHES))
    ran = honnin("mutate", file)
    told = ran.out.splitlines()
    at = next(n for n, line in enumerate(told) if "`if told[r]` taken as if it were true" in line)
    assert told[at + 2 : at + 4] == [
        "      no run was found that the design does not have",
        "      tried: the shortest run to the mistake, where the design does the same; longer ones were not looked at",
    ]


def test_what_is_undecided_is_not_killed(honnin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import honnin.compiler.mutation as module

    def prove(_: object, check: Any, **__: object) -> Answer:
        return Answer(check.subject, check.relation, check.target, Unknown(("nothing",), {}, 0), False)

    monkeypatch.setattr(module, "prove", prove)
    ran = honnin("mutate", "lending.honnin", "--design", "desk")
    assert ran.status == 3
    assert ran.out.splitlines()[-1] == "lending.honnin: 0 of 0 mutants killed, 9 undecided"


def test_what_there_was_no_time_for_is_counted(honnin: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import honnin.oracle.commands.mutate as module

    left = iter([30.0])
    monkeypatch.setattr(module.Limits, "seconds", property(lambda _: next(left, -1.0)))
    ran = honnin("mutate", "lending.honnin", "--design", "desk", "--format", "json")
    assert ran.status == 3
    assert ran.records[-1]["summary"]["not_asked"] == 9


def test_a_design_for_which_no_time_is_left_is_said_to_be_one(
    honnin: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undecided(module: Module, check: Check, **_: Any) -> Answer:
        return Answer(check.subject, check.relation, check.target, Unknown((), {}, 0), False)

    monkeypatch.setattr("honnin.compiler.prove.prove", undecided)
    told = {total: honnin("mutate", "lending.honnin", "--total", total) for total in ("0.1", "600")}
    assert (
        "satisfies lending is not decided: no mutants for it; there was no time left for it (--total)"
        in told["0.1"].out
    )
    assert "satisfies lending is not decided: no mutants for it; prove says more" in told["600"].out
    assert {ran.status for ran in told.values()} == {3}


def test_a_file_without_such_checks_has_no_mutants(honnin: Run) -> None:
    ran = honnin("mutate", "bounded.honnin")
    assert (ran.status, ran.out) == (0, "bounded.honnin: no mutants\n")
    ran = honnin("mutate", "bounded.honnin", "--design", "nosuch")
    assert ran.status == 2
    assert "nosuch" in ran.err


def test_ctrl_c_tells_what_is_known() -> None:
    running = subprocess.Popen(
        [*HEARING, "mutate", "lending.honnin", "--design", "desk"],
        cwd=DATA,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    for line in running.stdout:
        if "killed" in line:
            running.send_signal(signal.SIGINT)
            break
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in err
    assert "not asked" in out
    assert out.rstrip().endswith("interrupted")


IN_THE_SEARCH_OF_EVENTS = """import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
import honnin.compiler.observable as observable
def pressed(until):
    signal.raise_signal(signal.SIGINT)
observable._tick = pressed
import honnin.__main__ as program
program.main()
"""


def test_ctrl_c_is_heard_while_events_are_looked_for() -> None:
    """The first mutant is killed, the second survives: its events are being compared with the design's when Ctrl-C comes."""
    ran = subprocess.run(
        [sys.executable, "-c", IN_THE_SEARCH_OF_EVENTS, "mutate", "lending.honnin", "--design", "desk"],
        cwd=DATA,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (130, "")
    known = "1 of 1 mutant killed (100%), 8 not asked"
    assert f"  desk: {known}\n" in ran.stdout
    assert ran.stdout.endswith(f"\nlending.honnin: {known}, interrupted\n")


@pytest.mark.parametrize("comparison", ["_own", "observed"])
def test_a_comparison_without_end_is_ended(monkeypatch: pytest.MonkeyPatch, comparison: str) -> None:
    """The checks have their time here; what is left when they are answered is none."""
    from honnin.compiler import mutation

    def in_time(asked: Module, check: Check, **_: object) -> Answer:
        return prove(asked, check, timeout=60)

    def for_ever(*_: object) -> int:
        return sum(1 for _ in iter(int, 1))

    monkeypatch.setattr(mutation, "prove", in_time)
    monkeypatch.setattr(mutation, "LEAST", 2.0 if comparison == "observed" else 0.1)
    monkeypatch.setattr(mutation, comparison, for_ever)
    module = check_file(DATA / "lending.honnin").module
    assert module is not None
    checks = [check for check in module.checks if check.subject == "desk"]
    mutant = next(one for one in mutants(module.system("desk")) if one.kind == "event forgotten")
    fate = mutation.fate(module, checks, mutant, 0.1, lambda _: None)
    assert isinstance(fate, mutation.Survived)
    if comparison == "observed":
        assert fate.own is not None
        assert (fate.seen, fate.unseen) == (None, NOT_IN_TIME)
    else:
        assert fate.own is None
        assert fate.searched == ("a run, but there was no time to compare it with the design",)
