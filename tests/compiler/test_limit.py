"""Nothing goes on for ever: time limits in the midst of one formula, of one step, of the search for initial states."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from types import FunctionType

import pytest
import z3

from honnin.__main__ import hear
from honnin.compiler.answers import Answer, Unknown
from honnin.compiler.limit import OVERDUE, Expired, OutOfMemory, limited
from honnin.compiler.prove import prove
from honnin.compiler.proving.engines import z3_searched
from honnin.compiler.smt.bounded import Searched
from honnin.compiler.smt.proof import Deadline, check
from honnin.compiler.smt.terms import Moment, State, holds
from honnin.compiler.smt.universe import Universe
from honnin.spec.core import INT, Binder, Compare, Var
from honnin.spec.load import check_text

GENEROUS = 60.0
"""Seconds: what would go on for years is told from what ends, on the slowest machine too."""


def test_work_that_ends_in_time_gives_its_result() -> None:
    assert limited(time.monotonic() + GENEROUS, lambda: 7) == 7


def _for_ever() -> int:
    return sum(1 for _ in iter(int, 1))


def test_a_search_whose_formulas_become_too_deep_says_so() -> None:
    def deeper() -> Searched:
        return deeper()

    told = z3_searched(time.monotonic() + GENEROUS, deeper)
    assert told == "so many steps need deeper formulas than Python can follow"


def test_work_that_does_not_end_is_ended() -> None:
    started = time.monotonic()
    with pytest.raises(Expired):
        limited(started + 0.1, _for_ever, grace=0)
    assert time.monotonic() - started < GENEROUS


def test_limits_in_each_other_end_each_their_own() -> None:
    def both() -> int:
        with pytest.raises(Expired):
            limited(time.monotonic() + 0.1, _for_ever, grace=0)
        return limited(time.monotonic() + GENEROUS, lambda: 7)

    assert limited(time.monotonic() + GENEROUS, both) == 7


def test_nothing_is_raised_once_the_work_has_ended() -> None:
    for _ in range(300):
        with pytest.raises(Expired):
            limited(time.monotonic(), _for_ever, grace=0)
        for _ in range(100):
            pass


def _slowly() -> None:
    time.sleep(0.01)


def test_terms_are_not_made_for_ever() -> None:
    """The thread that waits beside it sees it in the midst of z3's own code always: whoever makes terms has to look."""
    universe = Universe(None)
    at = Moment(universe, State({}), lambda name: name, {}, {}, {})
    one, two = (Binder(f"x{number}", number, INT) for number in range(2))
    formula = Compare("<=", Var(one, INT), Var(two, INT))
    values = {binder.uid: universe.fresh(INT) for binder in (one, two)}
    slowly = FunctionType(_slowly.__code__, {"__name__": "z3.z3", "time": time})

    def make() -> None:
        for _ in range(1000):
            slowly()
            holds(formula, at, values)

    with pytest.raises(Expired):
        limited(time.monotonic() + 0.1, make, grace=0)
    assert not OVERDUE


class _Finalised:
    def __del__(self) -> None:
        for _ in range(1000):
            pass


def test_an_end_that_falls_into_a_finaliser_comes_again_and_is_not_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def make() -> None:
        while True:
            _Finalised()

    hook = sys.unraisablehook
    with pytest.raises(Expired):
        limited(time.monotonic() + 0.1, make, grace=0)
    assert sys.unraisablehook is hook
    assert capsys.readouterr().err == ""


def test_errors_of_the_work_are_its_own() -> None:
    with pytest.raises(ZeroDivisionError):
        limited(time.monotonic() + GENEROUS, lambda: 1 // 0)


# ---------------------------------------------------------------- Ctrl-C while z3 works


@pytest.fixture
def pressed() -> Iterator[Callable[[float], None]]:
    """Presses Ctrl-C after so many seconds, heard as the program hears it."""
    before = signal.signal(signal.SIGINT, hear)
    yield lambda seconds: threading.Timer(seconds, signal.raise_signal, (signal.SIGINT,)).start()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("number", range(5))
def test_control_c_is_heard_whatever_z3_answers(pressed: Callable[[float], None], number: int) -> None:
    names = [z3.Bool(f"b{i}") for i in range(60)]
    solver = z3.Solver()
    solver.add(*(z3.Or(a, b, c) for a, b, c in zip(names, names[1:], names[7:], strict=False)))
    pressed(0.1 + 0.01 * number)
    with pytest.raises(KeyboardInterrupt):
        while True:
            assert check(solver, Deadline(time.monotonic() + GENEROUS)) == z3.sat


def test_control_c_ends_a_query_without_a_limit_of_its_own(pressed: Callable[[float], None]) -> None:
    holes = [[z3.Bool(f"in{i}_{j}") for j in range(14)] for i in range(15)]
    solver = z3.Solver()
    solver.add(*(z3.Or(*row) for row in holes))
    solver.add(*(z3.Not(z3.And(a, b)) for hole in zip(*holes, strict=True) for a, b in combinations(hole, 2)))
    pressed(0.2)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        check(solver, Deadline(started + 10 * GENEROUS, query=float("inf")))
    assert time.monotonic() - started < GENEROUS


# ---------------------------------------------------------------- designs

SPEC = """spec s "s"
entity P
event go(p: P)
state seen: P -> Bool
state amount: P -> Int
after go(p) { seen[p] := true amount[p] += 1 }
"""
NAMES = ", ".join(f"x{i}" for i in range(14))
SOME = " or ".join(f"seen[x{i}]" for i in range(14))
GO = "action a(p: P) { emit go(p) }"
MANY = f"always: forall {NAMES}: P. {SOME} or not seen[x0]"


def design(claim: str, step: str = GO, check: str = "check d satisfies c") -> str:
    return f'{SPEC}invariant c "": {claim}\nsystem d implements s {{ {step} }}\n{check}\n'


def picks(kind: str) -> str:
    names = [f"y{i}" for i in range(5)]
    total = f"{' + '.join(names)} == 77777"
    if kind == "picks":
        first = " ".join(f"pick {name}: 0..999" for name in names)
        return f"action a(p: P) {{ {first} when {total} emit go(p) }}"
    return f"action a({', '.join(f'{name}: 0..999' for name in names)}, p: P) {{ when {total} emit go(p) }}"


HOLES = {
    "quantifiers in each other": design(MANY),
    "quantifiers in each other, within bounds": design(MANY, check="check d satisfies c within P: 4"),
    "a count of many names": design(
        f"always: count({', '.join(f'x{i}: P' for i in range(12))} where seen[x0] and seen[x11]) >= 0"
    ),
    "a sum over many names": design(
        f"always: sum(amount[x0] for {', '.join(f'x{i}: P' for i in range(12))} where seen[x0] or seen[x11]) >= 0"
    ),
    "long ranges": design("always: forall i, j, k: 0..9999. i + j + k >= 0 or exists p: P. seen[p]"),
    "a guard that goes through many values": design(
        "always: true", f"action a(p: P) {{ when forall {NAMES}: P. {SOME} or x0 == x0 emit go(p) }}"
    ),
    "picks that hardly ever succeed": design("always: true", picks("picks")),
    "arguments that hardly ever do": design("always: true", picks("arguments")),
}


def answer(text: str, timeout: float) -> Answer:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return prove(checked.module, checked.module.checks[0], timeout=timeout)


@pytest.mark.parametrize("hole", HOLES)
def test_a_check_ends_in_the_time_that_it_has(hole: str) -> None:
    started = time.monotonic()
    found = answer(HOLES[hole], timeout=0.3)
    assert time.monotonic() - started < GENEROUS
    if isinstance(found.verdict, Unknown):
        assert found.verdict.tried
        assert not found.expected


def test_what_was_not_searched_at_all_is_not_said_to_hold_nothing() -> None:
    found = answer(HOLES["quantifiers in each other, within bounds"], timeout=0.3)
    assert isinstance(found.verdict, Unknown)
    assert found.verdict.scope == {}


LITTLE_MEMORY = """
import sys
from pathlib import Path
from honnin.compiler.prove import prove
from honnin.compiler.proving.engines import z3_searched
from honnin.compiler.smt.bounded import Searched
from honnin.compiler.smt import proof
from honnin.spec.load import check_file
proof.MOST_MEGABYTES = 17
module = check_file(Path(sys.argv[1])).module
for check in module.checks:
    if check.relation == "satisfies":
        verdict = prove(module, check, timeout=1).verdict
        print(type(verdict).__name__, *verdict.tried, sep="; ")
"""


def test_z3_without_memory_is_an_unknown_answer() -> None:
    """In a process of its own: z3 keeps the limit."""
    file = Path(__file__).parents[2] / "examples" / "overwritten_spool" / "overwritten_spool.honnin"
    ran = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, file],
        capture_output=True,
        text=True,
        check=True,
        timeout=GENEROUS,
    )
    answers = ran.stdout.splitlines()
    assert len(answers) == 5
    for said in answers:
        assert said.startswith("Unknown; ")
        assert "z3 reached its limit of memory" in said
    assert any("explicit search: " in said for said in answers), "the other engines go on"


@pytest.mark.parametrize("said", ["max. memory exceeded", "out of memory"])
def test_what_z3_says_where_it_lacks_memory_has_one_name(said: str) -> None:
    def work() -> None:
        raise z3.Z3Exception(said)

    with pytest.raises(OutOfMemory):
        limited(time.monotonic() + GENEROUS, work)


def test_any_other_fault_of_z3_is_none_of_the_designs(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise z3.Z3Exception("sort mismatch")

    monkeypatch.setattr("honnin.compiler.prove._decided", wrong)
    module = check_text(DESIGN).module
    assert module is not None
    with pytest.raises(z3.Z3Exception, match="sort mismatch"):
        prove(module, module.checks[0], timeout=GENEROUS)


DESIGN = """
spec s
event e()
invariant i "": on e(): true
system d implements s { action a() { emit e() } }
check d satisfies s
"""
