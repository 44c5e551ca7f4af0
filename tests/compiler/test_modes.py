"""An oracle that is left running: errors, samples, threads."""

from __future__ import annotations

import sys
import threading
from collections import Counter
from typing import Any

import pytest

from honnin.compiler.runtime.base import BadInput, InvariantViolated, SettingRefused

from .harness import load, oracle_module

TEXT = """
spec s
entity R, P
event ask(r: R, p: P)
event answer(r: R, p: P)
state wanted: R -> P?
state asked: Int
after ask(r, p) { wanted[r] := p  asked += 1 }
invariant right "": on answer(r, p): wanted[r] == p
invariant once_only "": on answer(r, _): not earlier answer(r, _)
invariant few "": on answer(_, _): asked < 100
cover answered: on answer(_, _): true
"""
MODULE = oracle_module(load(TEXT).main)


# ---------------------------------------------------------------- errors


def broken_oracle(**options: Any) -> Any:
    """An oracle with a fault of honnin: a map is gone."""
    oracle = MODULE.Oracle("collect", **options)
    oracle.answer("r", "p")
    del oracle._from_state_wanted
    return oracle


def test_errors_are_raised_unless_it_fails_open() -> None:
    oracle = MODULE.Oracle("collect")
    with pytest.raises(BadInput):
        oracle.ask(None, "p")
    with pytest.raises(AttributeError):
        broken_oracle().ask("r", "p")


def test_nothing_but_a_violation_reaches_the_caller_of_one_that_fails_open() -> None:
    oracle = MODULE.Oracle("raise", fail_open=True)
    oracle.ask(None, "p")
    oracle.observe("nothing")
    oracle.observe_line("{")
    oracle.ask("r", "p", at="noon")
    assert oracle.position == 0
    with pytest.raises(InvariantViolated):
        oracle.answer("r", "p")
    assert oracle.finish()["errors"] == {"refused": 4, "callback_errors": 0, "internal_errors": 0}
    assert oracle.verdict("right") == "violated"


def test_after_a_fault_of_honnin_nothing_is_judged_and_nothing_is_satisfied() -> None:
    oracle = broken_oracle(fail_open=True)
    oracle.ask("r", "p")
    oracle.observe("ask", r="r", p="p")
    oracle.observe_values(1, ("r", "p"))
    summary = oracle.finish()
    assert summary["errors"]["internal_errors"] == 3
    assert summary["lost"] == {"position": 2, "error": "AttributeError"}
    assert {name: claim["verdict"] for name, claim in summary["claims"].items()} == {
        "right": "violated",
        "once_only": "undecided",
        "few": "undecided",
        "answered": "reached",
    }
    lost = MODULE.Oracle("collect", fail_open=True)
    lost._overlooks(KeyError())
    lost.answer("r", "p")
    assert lost.violations == [] and lost.unjudged["right"] == 1


def test_errors_of_the_function_that_is_told() -> None:
    def fails(violation: Any) -> None:
        raise ConnectionError

    oracle = MODULE.Oracle(fails)
    with pytest.raises(ConnectionError):
        oracle.answer("r", "p")
    assert "lost" not in oracle.finish() and oracle.violations[0].invariant == "right"
    oracle = MODULE.Oracle(fails, fail_open=True)
    oracle.answer("r", "p")
    oracle.answer("r", "p")
    assert oracle.finish()["errors"]["callback_errors"] == 3
    assert len(oracle.violations) == 3


# ---------------------------------------------------------------- samples


def report(oracle: Any, requests: int) -> None:
    """Of every request two events; those of every tenth are answered wrongly."""
    for number in range(requests):
        oracle.ask(f"r{number}", "p")
        oracle.answer(f"r{number}", "q" if number % 10 == 0 else "p")


def test_a_slice_that_is_looked_at_is_seen_completely_and_the_rest_is_counted() -> None:
    whole, sampled = MODULE.Oracle("collect"), MODULE.Oracle("collect", sample=0.25)
    report(whole, 1000)
    report(sampled, 1000)
    found = {(violation.invariant, violation.position) for violation in sampled.violations}
    assert found < {(violation.invariant, violation.position) for violation in whole.violations}
    assert {name for name, _ in found} == {"right"} and 10 <= len(found) <= 40
    summary = sampled.finish()
    taken, skipped = summary["sampled"]["taken"], summary["sampled"]["skipped"]
    assert taken + skipped == summary["positions"] == 2000 and 400 <= taken <= 600
    verdicts = {name: claim["verdict"] for name, claim in summary["claims"].items()}
    assert verdicts == {
        "right": "violated",
        "once_only": "in a sample",
        "few": "not sampled",
        "answered": "reached",
    }
    assert summary["sampled"]["share"] == 0.25


def test_a_sample_of_all_finds_what_the_whole_has() -> None:
    whole, sampled = MODULE.Oracle("collect"), MODULE.Oracle("collect", sample=1, sample_by="R")
    report(whole, 50)
    report(sampled, 50)
    assert sampled.violations == whole.violations
    assert sampled.verdict("once_only") == "in a sample"


@pytest.mark.parametrize(
    "options", [{"sample": 0}, {"sample": 2}, {"sample": True}, {"sample": "a"}, {"sample_by": "R"}]
)
def test_samples_that_cannot_be(options: dict[str, Any]) -> None:
    with pytest.raises(SettingRefused, match="sample"):
        MODULE.Oracle("collect", **options)
    with pytest.raises(SettingRefused, match="sliced"):
        MODULE.Oracle("collect", sample=0.5, sample_by="P2")


def test_where_nothing_is_sliced_there_is_no_sample() -> None:
    text = 'spec s\nevent e(n: Int)\nstate m: Int\nafter e(n) { m := n }\ninvariant I "": on e(n): n > m'
    with pytest.raises(SettingRefused, match="sliced"):
        oracle_module(load(text).main).Oracle("collect", sample=0.5)


# ---------------------------------------------------------------- threads


def test_one_oracle_shared_by_threads_loses_nothing() -> None:
    """Threads report, read and end at once, switched as often as can be; a function is told of what they find."""
    told: Counter[str] = Counter()
    oracle = MODULE.Oracle(lambda violation: told.update([violation.invariant]))
    rounds, names = 300, "abcdef"
    seen: list[int] = []

    def work(name: str) -> None:
        for number in range(rounds):
            oracle.ask(f"{name}{number}", name)
            oracle.answer(f"{name}{number}", name if number % 3 else "nobody")
            if number % 50 == 0:
                oracle.observe("ask", r=f"{name}{number}", p=name)
                oracle.observe_values(0, (f"{name}{number}", name))
                seen.append(oracle.finish()["positions"])

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=work, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    events = len(names) * (rounds * 2 + 2 * 6)
    wrong = len(names) * rounds // 3
    assert oracle.position == events and oracle.reached == {"answered": len(names) * rounds}
    assert oracle.exercised["right"] == len(names) * rounds and told["right"] == wrong
    late = sum(violation.invariant == "few" for violation in oracle.violations)
    assert len(oracle.violations) == wrong + late == sum(told.values())
    assert [violation.position for violation in oracle.violations] == sorted(
        violation.position or 0 for violation in oracle.violations
    )
    assert max(seen) <= events and oracle._state_asked == len(names) * (rounds + 2 * 6)


def test_an_oracle_for_one_thread_says_the_same() -> None:
    shared, alone = MODULE.Oracle("collect"), MODULE.Oracle("collect", shared=False)
    assert type(alone) is MODULE.Unshared and type(shared) is MODULE.Shared
    report(shared, 50)
    report(alone, 50)
    assert alone.violations == shared.violations and alone.finish() == shared.finish()
    with pytest.raises(BadInput):
        alone.ask(None, "p")


@pytest.mark.parametrize("options", [{}, {"shared": False}, {"explain": False}, {"sample": 0.5}])
def test_messages_of_python_name_the_oracle_as_its_users_know_it(options: dict[str, Any]) -> None:
    oracle = MODULE.Oracle("collect", **options)
    with pytest.raises(TypeError, match=r"^Oracle\.\w+\(\) missing 1 required positional argument: "):
        getattr(oracle, next(iter(MODULE.METHODS.values())))(*[None] * (len(MODULE.EVENTS[0].fields) - 1))
    with pytest.raises(AttributeError, match=r"^'Oracle' object has no attribute 'nosuch'"):
        oracle.nosuch  # noqa: B018
    assert "Oracle object" in repr(oracle)


def test_where_something_stands_before_the_work_of_an_event_it_is_not_passed_by() -> None:
    sampled = MODULE.Oracle("collect", sample=1.0)
    sealed = MODULE.Oracle("collect", sealed=True, mask_key=b"0123456789abcdef", shared=False)
    worked: list[int] = []

    class Watched(MODULE.Oracle):  # type: ignore[name-defined, misc]
        def _on_1(self, now: int, *values: Any) -> None:
            worked.append(now)
            super()._on_1(now, *values)

    watched = Watched("collect")
    for oracle in (sampled, sealed, watched):
        oracle.ask("r", "p")
        oracle.answer("r", "q")
        assert len(oracle.violations) == 1
    assert type(sampled) is type(sealed) is MODULE.Oracle and len(worked) == 1


def test_fields_may_have_the_names_of_what_an_oracle_is_made_of() -> None:
    text = """
    spec s
    event e(LATEST: Int, seconds: Int, Failure: Int, type: Int, deque: Int)
    invariant small "": on e(a, b, c, d, f): a + b + c + d + f < 9
    invariant soon "": on e(a, _, _, _, _): eventually[<= 5s] e(1, _, _, _, _)
    """
    module = oracle_module(load(text).main)
    for shared in (True, False):
        oracle = module.Oracle("collect", shared=shared)
        oracle.e(1, 2, 3, 4, 5, at=1)
        oracle.e(LATEST=1, seconds=1, Failure=1, type_=1, deque=1, at=2)
        assert [violation.position for violation in oracle.violations] == [1]
        assert oracle.position == 2
