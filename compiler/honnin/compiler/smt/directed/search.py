"""The search over frames: states from which something goes wrong are excluded, the earliest frames first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, permutations, product
from typing import Final

from honnin.compiler.simplify import disjunction, negation
from honnin.compiler.smt.atoms import variable, weight
from honnin.compiler.smt.directed.diagrams import Diagrams
from honnin.compiler.smt.directed.literals import START, Literals, Why
from honnin.compiler.smt.proof import Claimed, Found, Induction
from honnin.compiler.smt.structures import Structure, satisfiable
from honnin.compiler.smt.vocabulary import Vocabulary
from honnin.spec.core import Binder, Expr, Forall, Type
from honnin.spec.records import dataclass, field, replace

MOST_RENAMINGS: Final = 36
"""So many ways to name the variables of a clause are compared."""

MOST_SAMPLES: Final = 600
"""So many samples are asked whether a clause is too strong."""


@dataclass(slots=True)
class _Lemma:
    """A clause of the frames 1 to `level`: the literals are not all true of any elements. `whys`: by path, why it is kept."""

    literals: frozenset[int]
    claimed: Claimed
    level: int
    whys: dict[int, Why] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Task:
    """A state to be excluded from frame `level`."""

    literals: tuple[int, ...]
    level: int


class Directed:
    """One search. `invariant` is set when one is found; `reason`: why there is none."""

    def __init__(
        self,
        induction: Induction,
        words: Vocabulary,
        samples: Sequence[Structure],
        *,
        quantified: bool,
    ) -> None:
        self.induction = induction
        self.literals = Literals(induction)
        self.diagrams = Diagrams(words, quantified=quantified)
        self.samples = samples[:: max(1, len(samples) // MOST_SAMPLES)]
        self.settled: list[Claimed] = []
        self.lemmas: list[_Lemma] = []
        self._by_form: dict[frozenset[int], _Lemma] = {}
        self.top = 1
        self.paths = range(len(induction.paths))
        self.invariant: list[Claimed] | None = None
        self.reason = ""

    def settle(self, facts: Sequence[Expr]) -> None:
        """The facts, which hold always, may be used from now on."""
        for clause in map(self.induction.clause, facts):
            self.induction.assume(clause)
            self.settled.append(clause)

    def run(self) -> Iterator[str]:
        """Works until an invariant is found or none can be; hands over, often, what is being done."""
        while True:
            wrong = self._wrong()
            if wrong is None:
                yield from self._propagate()
            else:
                yield from self._exclude(self._task(wrong.before, self.top))
            if self.reason or self.invariant is not None:
                return

    def _active(self, level: int) -> list[Claimed]:
        return [*self.settled, *(lemma.claimed for lemma in self.lemmas if lemma.level >= level)]

    def _wrong(self) -> Found | None:
        """A state of the last frame from which something goes wrong; what z3 cannot say is left to the proof."""
        active = self._active(self.top)
        for path in self.paths:
            found = self.induction.violation(path, active)
            if isinstance(found, Found):
                return found
        return None

    def _task(self, state: Structure, level: int) -> _Task:
        diagram = self.diagrams.of(state)
        return _Task(self.literals.numbers(diagram, self.diagrams.pool), level)

    # ------------------------------------------------------------ excluding a state

    def _exclude(self, task: _Task) -> Iterator[str]:
        tasks = [task]
        while tasks:
            yield f"frame {tasks[-1].level} of {self.top}, {len(self.lemmas)} clauses"
            task = tasks[-1]
            start = self.literals.why_not(START, task.literals, (), start=False, new=False)
            if start is None or task.level == 0:
                self.reason = "a state that goes wrong cannot be told from one that is reached"
                return
            found = self._before(task)
            if isinstance(found, Found):
                tasks.append(self._task(found.before, task.level - 1))
                continue
            lemma = self._lemma(*self._farther({START: start, **found}, task))
            while lemma.level < self.top and self._is_kept(lemma):
                lemma.level += 1
            tasks.pop()

    def _before(self, task: _Task) -> Found | dict[int, Why]:
        """A state of the frame before from which a step leads there; else why there is none, by path.

        Where z3 cannot say, all that is known of the state counts as the reason: what comes of it is left to the proof.
        """
        whys: dict[int, Why] = {}
        for path in self.paths:
            found: Found | Why | None = self._why_not(path, task.literals, task.level)
            if found is None:
                # From the state to itself, or to one that is like it, is no way there.
                found = self._reached(path, task.literals, task.level)
            if isinstance(found, Found):
                return found
            whys[path] = found or Why(frozenset(task.literals))
        return whys

    def _farther(self, whys: dict[int, Why], task: _Task) -> tuple[dict[int, Why], _Task]:
        """The same in the latest frame from which no step leads there either: what is learned there is worth more."""
        while task.level < self.top:
            later = {
                path: self._why_not(path, task.literals, task.level + 1, new=True) for path in self.paths
            }
            known = {path: why for path, why in later.items() if why is not None}
            if len(known) < len(later):
                break
            whys, task = {START: whys[START], **known}, replace(task, level=task.level + 1)
        return whys, task

    def _reached(self, path: int, literals: Sequence[int], level: int) -> Found | Why | None:
        """A step of the path from the frame before to a state of these literals, from one that is not of them."""
        before = self._frame_before(level)
        return self.literals.reached(path, literals, before, start=level == 1, new=True)

    def _why_not(self, path: int, literals: Sequence[int], level: int, *, new: bool = False) -> Why | None:
        """Why no step of the path leads there from the frame before; `new`: from a state that is not of the literals."""
        return self.literals.why_not(path, literals, self._frame_before(level), start=level == 1, new=new)

    def _frame_before(self, level: int) -> list[Claimed]:
        return self._active(level - 1) if level > 1 else self.settled

    def _lemma(self, whys: dict[int, Why], task: _Task) -> _Lemma:
        """As few literals as will do, which no sample has: those on which elements hang first, then the heaviest."""
        kept = _union(whys.values())
        tried: set[frozenset[int]] = set()
        groups = [*self._by_element(kept), *([n] for n in sorted(kept, key=self._weight, reverse=True))]
        for group in groups:
            fewer = kept.difference(group)
            if fewer != kept and fewer not in tried:
                tried.add(fewer)
                found = self._still(whys, fewer, task.level)
                if found is not None:
                    whys, kept = found, _union(found.values())
        return self._known(self._renamed(kept), task.level)

    def _known(self, kept: frozenset[int], level: int) -> _Lemma:
        """The lemma of these literals, which holds in the frame: a new one, or one that was known of fewer frames."""
        lemma = self._by_form.get(kept)
        if lemma is None:
            claimed = self.induction.clause(self._formula(kept))
            self.induction.assume(claimed)
            lemma = self._by_form[kept] = _Lemma(kept, claimed, level)
            self.lemmas.append(lemma)
        lemma.level = max(lemma.level, level)
        return lemma

    def _renamed(self, numbers: frozenset[int]) -> frozenset[int]:
        """The literals with the first variables of the pool, the same for clauses that differ in the names of their variables only."""
        pools: dict[Type, list[Binder]] = {}
        for one in self.literals.variables(numbers):
            pools.setdefault(one.type, []).append(one)
        orders = [list(islice(permutations(own), MOST_RENAMINGS)) for own in pools.values()]
        best: tuple[int, ...] | None = None
        for chosen in islice(product(*orders), MOST_RENAMINGS):
            names: dict[int, Expr] = {}
            for type, own in zip(pools, chosen, strict=True):
                names |= {
                    b.uid: variable(first) for b, first in zip(own, self.diagrams.first(type), strict=False)
                }
            renamed = tuple(sorted({self.literals.renamed(number, names) for number in numbers}))
            best = renamed if best is None else min(best, renamed)
        return numbers if best is None else frozenset(best)

    def _still(self, whys: dict[int, Why], fewer: frozenset[int], level: int) -> dict[int, Why] | None:
        """Why fewer literals will do, if they do."""
        if self._is_seen(fewer):
            return None
        found = dict(whys)
        order = tuple(sorted(fewer))
        for path, why in whys.items():
            if why.literals <= fewer:
                continue
            answer = (
                self.literals.why_not(START, order, (), start=False, new=False)
                if path == START
                else self._why_not(path, order, level, new=True)
            )
            if answer is None:
                return None
            found[path] = answer
        return found

    def _by_element(self, numbers: Iterable[int]) -> list[list[int]]:
        """The literals that speak of each variable, those of the most variables first."""
        groups: dict[int, list[int]] = {}
        for number in numbers:
            for uid in {b.uid for b in self.literals.variables((number,))}:
                groups.setdefault(uid, []).append(number)
        return sorted(groups.values(), key=lambda group: (-len(group), group))

    def _weight(self, number: int) -> tuple[float, int]:
        return weight(self.literals.all[number]), number

    def _is_seen(self, numbers: frozenset[int]) -> bool:
        """Whether in some sample all the literals are true."""
        order = sorted(numbers)
        test = satisfiable(self.literals.variables(order), [self.literals.all[n] for n in order])
        return any(map(test, self.samples))

    def _formula(self, numbers: frozenset[int]) -> Expr:
        order = sorted(numbers, key=self._weight)
        formula = disjunction(tuple(negation(self.literals.all[n]) for n in order))
        for one in reversed(self.literals.variables(order)):
            formula = Forall(one, formula)
        return formula

    # ------------------------------------------------------------ frames

    def _is_kept(self, lemma: _Lemma) -> bool:
        """Whether every step from a state of the lemma's last frame keeps it."""
        active = self._active(lemma.level)
        numbers = {clause.number for clause in active}
        order = tuple(sorted(lemma.literals))
        for path in self.paths:
            why = lemma.whys.get(path)
            if why is not None and numbers.issuperset(c.number for c in why.clauses):
                continue
            answer = self.literals.why_not(path, order, active, start=False, new=False)
            if answer is None:
                return False
            lemma.whys[path] = answer
        return True

    def _propagate(self) -> Iterator[str]:
        """One frame more; the clauses that hold there are handed on."""
        self.top += 1
        for level in range(1, self.top):
            for lemma in self.lemmas:
                if lemma.level == level:
                    yield f"frame {level} of {self.top}, {len(self.lemmas)} clauses"
                    if self._is_kept(lemma):
                        lemma.level += 1
            if all(lemma.level != level for lemma in self.lemmas):
                self.invariant = self._active(level + 1)
                return


def _union(whys: Iterable[Why]) -> frozenset[int]:
    return frozenset(number for why in whys for number in why.literals)
