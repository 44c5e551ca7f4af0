"""The door to z3: proofs for any number of every entity, and searches in a finite scope.

Whoever imports this module imports z3. Deadlines are on the clock of `time.monotonic`; Ctrl-C is KeyboardInterrupt.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from honnin.compiler.explicit import exploration
from honnin.compiler.product import Product
from honnin.compiler.smt import bounded, induction
from honnin.compiler.smt.bounded import Disagreement, Searched
from honnin.compiler.smt.implied import implied_product
from honnin.compiler.smt.invariants import as_text
from honnin.compiler.smt.proof import Deadline
from honnin.compiler.smt.samples import reachable
from honnin.compiler.smt.structures import Sample, Structure
from honnin.spec.core import Expr, Property, Value

__all__ = ["Disagreement", "Established", "NotEstablished", "Searched", "implied_product", "prove", "search"]


@dataclass(frozen=True, slots=True)
class Established:
    """Proved: `invariant` is inductive and excludes everything wrong (in the language; empty when no clause was needed).

    `unused`: those of the lemmas that are not inductive with it (they may be false) or were not needed.
    """

    invariant: tuple[str, ...]
    unused: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class NotEstablished:
    """No proof; `reason` says what was tried."""

    reason: str


def prove(
    product: Product,
    properties: tuple[Property, ...],
    deadline: float,
    progress: Callable[[str], None] = lambda _: None,
    *,
    lemmas: tuple[Expr, ...] = (),
    samples: Sequence[exploration.Sample] = (),
) -> Established | NotEstablished:
    """Whether no run, for any number of every entity, breaks a claim or one of `properties` (or reaches the product's cover).

    `lemmas` are proved too, or not used. `samples` are reachable states; more are made here.
    """
    states: list[Structure] = [*map(_structure, samples), *reachable(product, deadline)]
    found = induction.prove(product, properties, states, Deadline(deadline), progress, lemmas)
    if isinstance(found, induction.NotFound):
        return NotEstablished(found.reason)
    text = tuple(as_text(clause, product) for clause in found.clauses)
    return Established(text, found.unused)


def search(
    product: Product,
    properties: tuple[Property, ...],
    scope: Mapping[str, int],
    steps: int,
    deadline: float,
    progress: Callable[[str], None] = lambda _: None,
) -> Searched:
    """The shortest run of at most so many steps in the scope that is wrong (or reaches the product's cover)."""
    return bounded.search(product, properties, scope, steps, Deadline(deadline), progress)


def _structure(sample: exploration.Sample) -> Structure:
    def given(name: str, keys: tuple[Value, ...]) -> Value:
        return sample.givens[name].get(keys)

    return Sample(sample.scope, sample.places, {}, given)
