"""What an event's method needs more than once is worked out once, where that is sure to be the same."""

from __future__ import annotations

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.core import Occurrence

from .harness import load, oracle_module

LEDGER = """
spec ledger
entity Account
event transfer(payer: Account, payee: Account, yen: Int)
state held: Account -> Int
after transfer(a, b, n) { held[a] -= n  held[b] += n }
invariant covered "": on transfer(a, _, n): held[a] + 100 >= n
invariant bounded "": on transfer(a, b, _): held[b] < 1000 and held[a] < 1000
"""


def work(text: str, number: int = 0) -> list[str]:
    """The lines of an event's work in the generated module."""
    specification = load(text).main
    lines = generate(lower(specification, specification.claims), "", standalone=False).splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"    def _on_{number}("))
    end = next(at for at in range(start + 1, len(lines)) if not lines[at])
    return [line.strip() for line in lines[start:end] if not line.strip().startswith("#")]


def test_a_key_and_what_a_state_has_at_it_are_read_once() -> None:
    lines = work(
        """
        spec s
        entity R
        event issue(r: R, page: Int)
        state pages: R, Int -> Int
        after issue(r, p) { pages[r, p] += 1 }
        invariant once_only "": on issue(r, p): pages[r, p] == 0 and not earlier issue(r, p)
        invariant few "": on issue(r, p): pages[r, p] < 5
        """
    )
    assert sum("(r, page)" in line and "Failure" not in line for line in lines) == 1
    assert sum(".get(" in line for line in lines) == 1


def test_what_another_write_may_change_is_read_again() -> None:
    """The payer may be the payee."""
    oracle = oracle_module(load(LEDGER).main).Oracle("collect")
    oracle.transfer("a", "a", 50)
    oracle.transfer("a", "b", 60)
    oracle.transfer("a", "b", 41)
    assert oracle._state_held == {"a": -101, "b": 101}
    assert [violation.position for violation in oracle.violations] == [3]


def test_nothing_comes_between_the_branches_of_a_claim() -> None:
    text = """
    spec s
    entity R
    event e(r: R, q: R, n: Int)
    state m: R, R -> Int
    after e(r, q, n) { m[r, q] := n }
    invariant any_way "": on e(r, q, 1) or e(r, q, 2) or e(q, r, _): m[r, q] == 0
    invariant small "": on e(r, q, n): m[r, q] + n < 9
    """
    module = oracle_module(load(text).main)
    oracle = module.Oracle("collect")
    for occurrence in (Occurrence("e", ("a", "b", 2), None), Occurrence("e", ("b", "a", 3), None)):
        oracle.e(*occurrence.values)
    assert [(v.invariant, v.position) for v in oracle.violations] == [("any_way", 2)]
