"""The queries of a proof by induction, for any number of every entity: z3 asked path by path."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cached_property, partial
from typing import Protocol, TypeAlias

import z3

from honnin.compiler.limit import OutOfTime, put_off
from honnin.compiler.product import NOW, Path, Place, Product, latest_name, place_name
from honnin.compiler.smt import made
from honnin.compiler.smt.models import ModelState
from honnin.compiler.smt.positions import Judged
from honnin.compiler.smt.small import Sizes
from honnin.compiler.smt.steps import Encoding, Taken, counts
from honnin.compiler.smt.terms import State, holds
from honnin.compiler.smt.totals import Totals
from honnin.compiler.smt.universe import Reading, Universe
from honnin.compiler.smt.values import Formula, Term, at_most, conj, disj, iff, maybe, neg, number, same
from honnin.spec import core
from honnin.spec.core import Expr, Property, Type
from honnin.spec.records import dataclass, field, replace

QUERY_SECONDS = 2.0
"""No query of a proof takes longer: a slow one is a sign that the invariant is too weak."""

SOON = 0.1
"""Of the time of a query, in which most are answered."""

SOONER = 0.03
"""The same where the answer is likely that there is no such step."""

STEPS_PER_SECOND = 1_500_000
"""About so many of z3's steps take a second of CPU: what a query may take is measured in these, so that it is the same on a busy machine."""

FEW, MOST_FEW = 3, 4
"""What z3 cannot say is asked of so many elements of each entity at most; of more where that has misled."""

PATIENCE = 5.0
"""On a busy machine a query may take so many times as long."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at` is on the clock of `time.monotonic`; no query takes longer than about `query` seconds of CPU."""

    at: float
    query: float = QUERY_SECONDS

    def check(self) -> float:
        """The seconds that are left; OutOfTime when there are none."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise OutOfTime
        return left

    def milliseconds(self) -> int:
        """How long the next query may take."""
        return max(1, int(1000 * min(self.check(), PATIENCE * self.query)))

    @property
    def steps(self) -> int:
        """How many of z3's steps a query may take; 0: any number."""
        return int(STEPS_PER_SECOND * self.query) if self.query <= QUERY_SECONDS else 0


def check(solver: z3.Solver, deadline: Deadline, assumptions: Sequence[z3.BoolRef] = ()) -> z3.CheckSatResult:
    """`solver.check`, within the deadline; Ctrl-C is KeyboardInterrupt, at the latest when a query of QUERY_SECONDS has ended.

    z3's own way with Ctrl-C is turned off: it drops one that comes as a query ends.
    """
    made.limits(
        solver,
        timeout=deadline.milliseconds(),
        rlimit=deadline.steps,
        ctrl_c=False,
        max_memory=MOST_MEGABYTES,
    )
    is_short = deadline.query <= QUERY_SECONDS
    result = made.answer(solver, assumptions) if is_short else _check_beside(solver, assumptions)
    put_off.hear_now()
    return result


def _check_beside(solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
    """`solver.check` in a thread of its own, ended when this one is told to end."""
    found: list[z3.CheckSatResult | Exception] = []

    def work() -> None:
        try:
            found.append(made.answer(solver, assumptions))
        except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
            found.append(error)
        finally:
            done.set()

    done = threading.Event()
    worker = threading.Thread(target=work, daemon=True)
    try:
        _begin_query(worker)
        while not done.wait(_LOOK_UP_EVERY):
            pass
        worker.join()
    except BaseException:
        if worker.ident is not None:
            _end_query(done, solver)
            _LEFT.append((solver, assumptions))
        z3.Solver().check()  # takes an interrupt that came too late: it would spoil whatever is next
        raise
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


_LEFT: list[tuple[z3.Solver, Sequence[z3.BoolRef]]] = []
"""What a thread that was not joined may still hold: it must not be the one to take it apart."""


def _begin_query(worker: threading.Thread) -> None:
    """Starts the thread: from here on it has to be waited for, until here it has not."""
    worker.start()


def _end_query(done: threading.Event, solver: z3.Solver) -> None:
    """Returns when the query has ended, whatever else is to end meanwhile: two threads in z3 at once would end the process."""
    while not done.is_set():
        with suppress(KeyboardInterrupt):
            solver.interrupt()
            done.wait(_LOOK_UP_EVERY)


MOST_MEGABYTES = 500
"""What z3 may hold while it answers."""
_LOOK_UP_EVERY = 0.05
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Found:
    """A state that satisfies the invariant so far and from which something goes wrong; None for `after` when nothing follows."""

    before: ModelState
    after: ModelState | None


Reasons: TypeAlias = dict[int, "tuple[Claimed, ...]"]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A clause as z3 knows it. `names`: arbitrary values for its variables; `now`: its matrix of them before a step; `after`: the
    same after the step by each path that was asked about. `kept`: by the number of a path, clauses from which it follows that
    the path keeps this one, as far as z3 has said so."""

    formula: Expr
    number: int
    guard: z3.BoolRef
    before: z3.BoolRef
    matrix: Expr
    names: dict[int, Term]
    now: Formula
    after: dict[int, Formula] = field(default_factory=dict)
    kept: Reasons = field(default_factory=dict)


class Twin(Protocol):
    """Who answers the same questions about the same clauses among few elements: what it finds there is so, what it does not is
    worth believing until a proof is tried."""

    def not_initial_there(self, clause: Claimed) -> Found | bool: ...

    def violation_there(self, path: int, active: Sequence[Claimed]) -> Found | bool: ...

    def broken_there(self, path: int, clause: Claimed, active: Sequence[Claimed]) -> Found | bool: ...

    def rested_on(self, active: Sequence[Claimed]) -> list[Claimed]:
        """Those of the active clauses on which its last answer False rests."""


class Induction:
    """The proof obligations of a product: that claims hold at every position, and properties of states always.

    Clauses are closed formulas over places (`VarRead`). Those that are active are assumed in the state before a step, so clauses
    may come and go. `small`: the states that are found have few elements, at the price of more questions. `universe`: where
    that has few values of each entity, nothing is proved. `twin` makes who is asked what z3 cannot say of any number.
    """

    def __init__(
        self,
        product: Product,
        properties: tuple[Property, ...],
        deadline: Deadline,
        *,
        small: bool = False,
        universe: Universe | None = None,
        twin: Callable[[int], Twin | None] | None = None,
    ) -> None:
        self.product = product
        self.deadline = deadline
        self.universe = universe or Universe(None)
        self._make_twin = twin
        self._few = FEW
        self.believes, self.prefers_twin = True, False
        self.encoding = Encoding(product, self.universe)
        self.before = State({p.name: self.universe.function(p.keys, p.value) for p in product.places})
        self.totals = Totals(self.universe, self.before)
        self.encoding.total_by(self.totals.value)
        self._sizes = Sizes(self.universe, product.entities) if small else None
        self.properties = properties
        self._claimed: dict[Expr, Claimed] = {}
        self.rests_on: tuple[Claimed, ...] = ()  # the active clauses that the last answer False rests on
        self._safe: Reasons = {}
        nothing = {place.name: _nothing_yet for place in product.places if counts(place)}
        self.initial_state = self.encoding.initial().having(nothing)
        self.paths = [self._path_solver(path) for path in product.paths]
        self._likely = list(range(len(self.paths)))  # to break a clause, the likeliest first

    @cached_property
    def twin(self) -> Twin | None:
        """Who is asked what z3 cannot say of any number."""
        return None if self._make_twin is None else self._make_twin(self._few)

    def alone(self) -> None:
        """From now on nothing is believed; the twin is asked for advice only."""
        self.believes = False

    def look_farther(self) -> bool:
        """What z3 cannot say is asked again, of more elements than before; False when that is too much."""
        if self._make_twin is None or self._few >= MOST_FEW:
            return False
        self._few += 1
        self.believes = True
        self.__dict__.pop("twin", None)
        return True

    @cached_property
    def start(self) -> z3.Solver:
        """Knows what an initial state is."""
        solver = self.new_solver()
        solver.add(as_expression(self.encoding.possible_initially(self.initial_state)))
        self._add_side(solver)
        return solver

    def new_solver(self) -> z3.Solver:
        """One for questions like these."""
        return z3.Solver()

    def _path_solver(self, path: Path) -> tuple[Taken, z3.Solver]:
        self.deadline.check()
        names = self.encoding.names(path)
        now: Term = self.universe.fresh(core.TIME) if self.product.timed else None
        taken = self.encoding.take(path, self._aged(now), names, now=now)
        solver = self.new_solver()
        solver.add(as_expression(taken.possible))
        for known in self._known_before():
            solver.add(as_expression(known))
        self._add_side(solver)
        return taken, solver

    def _aged(self, now: Term) -> State:
        """The state before a step, at the time of the step: what is counted in a window has become less, or is as it was."""
        changes: dict[str, Reading] = {}
        for place in self.product.places:
            if place.register is not None and counts(place):
                changes[place.name] = self.universe.function(place.keys, place.value)
                latest = place_name(self.product.machines[place.machine or 0], latest_name(place.register))
                self.universe.side.append(as_expression(self._ages(place, latest, changes[place.name], now)))
        return self.before.having(changes)

    def _ages(self, place: Place, latest: str, counted: Reading, now: Term) -> Formula:
        """What is known of a count at the time of the step, whatever its keys."""
        assert place.register is not None
        window = place.register.window

        def at(keys: tuple[Term, ...]) -> Formula:
            date = maybe(self.before.read(latest, keys))
            here, before = number(counted(keys)), self.before.read(place.name, keys)
            recent = conj((date.some, at_most(number(now) - window, date.value)))
            moved = neg(self.universe.equal(core.TIME, now, self.before.read(NOW, ())))
            return conj(
                (
                    at_most(0, here),
                    at_most(here, before),
                    iff(here >= 1, recent),
                    disj((moved, here == before)),
                )
            )

        return self.everywhere(place.keys, at)

    def everywhere(self, types: tuple[Type, ...], at: Callable[[tuple[Term, ...]], Formula]) -> Formula:
        """What `at` says, of all keys of the types."""
        if not types:
            return at(())
        return self.universe.quantify(
            True, types[0], lambda key: self.everywhere(types[1:], lambda rest: at((key, *rest)))
        )

    def _known_before(self) -> Iterable[Formula]:
        """What every reachable state satisfies by definition, and what is proved of it beside the clauses."""
        at = self.encoding.design(self.before)
        for stated in (*self.product.assumptions, *self.properties):
            yield holds(stated.condition, at, {})
        for index, machine in enumerate(self.product.machines):
            for one in machine.checks:
                if one.claim.kind != "cover" and one.initial is not None and _is_of_states(one.claim.body):
                    yield holds(one.body, self.encoding.machine(index, self.before), {})

    def _add_side(self, solver: z3.Solver) -> None:
        solver.add(*self.universe.side)

    # ------------------------------------------------------------ clauses

    def clause(self, formula: Expr) -> Claimed:
        """The formula, ready to be asked about."""
        if formula not in self._claimed:
            self._claimed[formula] = self._make_clause(formula)
        return self._claimed[formula]

    def _make_clause(self, formula: Expr) -> Claimed:
        number = len(self._claimed)
        matrix: Expr = formula
        names: dict[int, Term] = {}
        types: list[Type] = []
        while isinstance(matrix, core.Forall):
            types.append(matrix.binder.type)
            names[matrix.binder.uid] = self.universe.fresh(matrix.binder.type)
            matrix = matrix.body
        at = self.encoding.design(self.before)
        now = holds(matrix, at, names)
        if types and not isinstance(now, bool) and all(isinstance(type, core.EntityT) for type in types):
            before = self.universe.always(tuple(zip(types, names.values(), strict=True)), now)
        else:
            before = as_expression(holds(formula, at, {}))
        return Claimed(formula, number, z3.Bool(f"g{number}"), before, matrix, names, now)

    def assume(self, clause: Claimed) -> None:
        """From now on the clause can be one of the active ones: those assumed before a step."""
        fact = made.implication(clause.guard, clause.before)
        for _, solver in self.paths:
            made.assertions(solver, (fact,))

    # ------------------------------------------------------------ questions

    def not_initial(self, clause: Claimed) -> Found | bool:
        """An initial state in which the clause is false; False: there is none; True: z3 cannot say."""
        value = holds(clause.matrix, self.encoding.design(self.initial_state), clause.names)
        answer = self._ask(self.start, neg(value), (), None)
        if answer is not True or self.twin is None or not self.believes:
            return answer
        return self.twin.not_initial_there(clause)

    def initial_violation(self) -> Found | bool:
        """The same for the claims and the design's properties."""
        failed: list[Formula] = [
            judged.failed
            for _, judged in self.encoding.judged_initially(self.initial_state)
            if judged.check.claim.kind == "invariant"
        ]
        at = self.encoding.design(self.initial_state)
        failed += [neg(holds(stated.condition, at, {})) for stated in self.properties]
        return self._ask(self.start, disj(failed), (), None)

    def violation(self, path: int, active: Sequence[Claimed]) -> Found | bool:
        """The same for a step by the path from a state in which the active clauses hold: a claim or a property fails."""
        taken, solver = self.paths[path]
        noted = path, self._safe
        return self._known(path, self._safe, active) and self._answered(
            lambda clauses: self._ask(solver, self.failure(taken), clauses, taken.state, noted),
            lambda twin: twin.violation_there(path, active),
            active,
        )

    def _answered(
        self,
        ask: Callable[[Sequence[Claimed]], Found | bool],
        ask_there: Callable[[Twin], Found | bool],
        active: Sequence[Claimed],
    ) -> Found | bool:
        """What z3 says, or the twin where z3 cannot; the twin first where it has found what z3 could not.

        Where the twin finds nothing, z3 may be able to say so from the clauses on which the twin's answer rests.
        """
        twin, first = self.twin, self.prefers_twin
        answer = True if first and twin is not None else ask(active)
        if answer is not True or twin is None:
            return answer
        there = ask_there(twin)
        if isinstance(there, Found):
            self.prefers_twin = True
            return there
        if there is False and ask(twin.rested_on(active)) is False:
            return False
        if first:
            answer = ask(active)
            if answer is not True:
                return answer
        self.rests_on = tuple(active)
        return there if self.believes else True

    def failure(self, taken: Taken) -> Formula:
        """Something that must not happen on the path."""
        failed = [there.failed for there in taken.judged if self._is_goal(there.judged)]
        at = self.encoding.design(taken.state, taken.now)
        return disj((*failed, *(neg(holds(stated.condition, at, {})) for stated in self.properties)))

    def _is_goal(self, judged: Judged | None) -> bool:
        """A broken claim, a cover reached, a write conflict."""
        return judged is None or judged.check.claim.kind != "assume"

    def broken(self, path: int, clause: Claimed, active: Sequence[Claimed]) -> Found | bool:
        """The same: the clause, assumed before the step, is false after it."""
        taken, solver = self.paths[path]
        if path not in clause.after:
            at = self.encoding.design(taken.state, taken.now)
            clause.after[path] = holds(clause.matrix, at, clause.names)
            if same(clause.after[path], clause.now):
                clause.kept[path] = ()
        noted = path, clause.kept
        return self._known(path, clause.kept, active) and self._answered(
            lambda clauses: self._ask(
                solver, conj((neg(clause.after[path]), clause.before)), clauses, taken.state, noted
            ),
            lambda twin: twin.broken_there(path, clause, active),
            active,
        )

    def _known(self, path: int, reasons: Reasons, active: Sequence[Claimed]) -> bool:
        """False, and `rests_on`, where an earlier answer says what is asked: more clauses do not change it."""
        known = reasons.get(path)
        if known is None or (
            known and not {clause.number for clause in active}.issuperset(c.number for c in known)
        ):
            return True
        self.rests_on = known
        return False

    def is_kept(self, clause: Claimed, active: Sequence[Claimed]) -> bool:
        """Whether no step breaks the clause from a state in which the active clauses hold. Paths that broke others are asked first."""
        for path in self._likely:
            if self.broken(path, clause, active) is not False:
                self._likely = [path, *(other for other in self._likely if other != path)]
                return False
        return True

    def model(self, path: int | None, formulas: Sequence[Formula]) -> z3.ModelRef | bool:
        """A step by the path (None: an initial state) in which the formulas hold; False: there is none; True: z3 cannot say."""
        solver = self.start if path is None else self.paths[path][1]
        solver.push()
        try:
            solver.add(*map(as_expression, formulas))
            self._add_side(solver)
            result = check(solver, self.deadline)
            return solver.model() if result == z3.sat else result == z3.unknown
        finally:
            solver.pop()

    def within(self, solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> z3.CheckSatResult:
        """What the solver says; where a twin can be asked, soon, and sooner where it has been asked already."""
        share = 1.0 if self._make_twin is None or not self.believes else SOONER if self.prefers_twin else SOON
        return check(solver, replace(self.deadline, query=share * self.deadline.query), assumptions)

    def smallest(self, solver: z3.Solver, assumptions: Sequence[z3.BoolRef]) -> z3.ModelRef:
        """A model of what has just been found satisfiable, with few elements if that is wanted."""
        if self._sizes is None:
            return solver.model()
        return self._sizes.smallest(solver, assumptions, partial(check, deadline=self.deadline))

    def _ask(
        self,
        solver: z3.Solver,
        wanted: Formula,
        active: Sequence[Claimed],
        after: State | None,
        noted: tuple[int, Reasons] | None = None,
    ) -> Found | bool:
        """`noted`: where the reasons for the answer False are kept."""
        path, reasons = noted or (0, {})
        if wanted is False:
            self.rests_on = reasons[path] = ()
            return False
        solver.push()
        try:
            made.assertions(solver, (as_expression(wanted), *self.universe.side))
            guards = [clause.guard for clause in active]
            result = self.within(solver, guards)
            if result == z3.unsat:
                used = {made.address(guard) for guard in solver.unsat_core()}
                reasons[path] = self.rests_on = tuple(c for c in active if made.address(c.guard) in used)
                return False
            if result == z3.unknown:
                return True
            model = self.smallest(solver, guards)
        finally:
            solver.pop()
        return self.found(model, after)

    def found(self, model: z3.ModelRef, after: State | None) -> Found:
        """What the model says of the state before a step and after it; of an initial state without `after`."""
        if after is None:
            return Found(ModelState(model, self.encoding, self.initial_state), None)
        reached = ModelState(model, self.encoding, after)
        return Found(ModelState(model, self.encoding, self.before, reached), reached)


def as_expression(formula: Formula) -> z3.BoolRef:
    """The formula for z3, also where it is known."""
    return z3.BoolVal(formula) if isinstance(formula, bool) else formula


def _nothing_yet(_: tuple[Term, ...]) -> Term:
    """How many there are in a window at first."""
    return 0


def _is_of_states(expr: Expr) -> bool:
    """Whether the formula speaks of a state only, not of an event, the time or another state."""
    return not any(
        isinstance(node, (core.Atom, core.Old, core.Now, *core.TEMPORAL)) for node in core.walk(expr)
    )
