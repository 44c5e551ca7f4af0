"""What one step of a run read and wrote: the places, as the reference meaning evaluates their keys."""

from __future__ import annotations

from collections.abc import Iterator

from honnin.compiler.product import Path, PathStatement
from honnin.spec import core
from honnin.spec.core import Assign, Expr, Statement
from honnin.spec.design import Configuration, Move
from honnin.spec.evaluation import Environment, Here, Place, Term, bind, holds, value
from honnin.spec.records import dataclass, replace
from honnin.spec.updates import updated


@dataclass(frozen=True, slots=True)
class Touched:
    """`used`: read to compute what was written or emitted. `asked`: read to decide whether, and which way, the step goes. `added`: only
    added to or taken from.

    A place that the step had written itself by then is not read. `written` includes what was written with the value it had.
    """

    used: frozenset[Place]
    asked: frozenset[Place]
    added: frozenset[Place]
    written: frozenset[Place]

    @property
    def looked_at(self) -> frozenset[Place]:
        return self.used | self.asked

    @property
    def read(self) -> frozenset[Place]:
        return self.looked_at | self.added


def touched(path: Path, move: Move, before: Configuration) -> Touched:
    """What the move touches that goes by `path` (its picks said), from the state `before` it."""
    now = before.now if move.now is None else move.now
    walker = _Walker(replace(before, now=now), set(), set(), set(), set())
    environment: dict[int, Term] = {
        binder.uid: term for binder, term in zip(path.parameters, move.arguments, strict=True)
    }
    picks = iter(move.picks or ())
    for statement in path.body:
        if isinstance(statement, core.Pick):
            environment[statement.binder.uid] = next(picks)
        walker.obey(statement, environment)
    return Touched(*map(frozenset, (walker.used, walker.asked, walker.added, walker.written)))


@dataclass(slots=True)
class _Walker:
    """On its way through a path; `at` has what was written so far."""

    at: Configuration
    used: set[Place]
    asked: set[Place]
    added: set[Place]
    written: set[Place]

    def obey(self, statement: PathStatement | Statement, environment: Environment) -> None:
        match statement:
            case core.When(condition=condition) | core.Pick(where=condition):
                self._note(self.asked, condition, environment)
            case Assign():
                self._assign(statement, environment)
            case core.Emit(arguments=arguments):
                for argument in arguments:
                    self._note(self.used, argument, environment)
            case core.For():
                self._loop(statement, environment)
            case core.IfStatement():
                self._note(self.asked, statement.condition, environment)
                chosen = holds(statement.condition, self.at.here, environment)
                for inner in statement.then if chosen else statement.otherwise:
                    self.obey(inner, environment)
            case core.Either() | core.Goto() | core.Stop():
                raise AssertionError("a path is a straight list, and a `for` has assignments and `if` only")

    def _assign(self, statement: Assign, environment: Environment) -> None:
        for expr in (*statement.keys, statement.value):
            self._note(self.used, expr, environment)
        here = self.at.here
        place = statement.place, tuple(value(key, here, environment) for key in statement.keys)
        old = self.at.variables.get(place, self.at.past.variable_defaults[statement.place])
        if statement.operator != ":=" and place not in self.written:
            self.added.add(place)
        new = updated(statement, old, value(statement.value, here, environment))
        self.written.add(place)
        self.at = replace(self.at, variables={**self.at.variables, place: new})

    def _loop(self, statement: core.For, environment: Environment) -> None:
        """Each iteration from the state before the `for`: none sees what another writes."""
        start, written, after = self.at, set(self.written), dict(self.at.variables)
        for inner in bind(statement.binders, start.here, environment):
            self.at, self.written = start, set(written)
            self._note(self.asked, statement.where, inner)
            if holds(statement.where, start.here, inner):
                for each in statement.body:
                    self.obey(each, inner)
            after.update({p: v for p, v in self.at.variables.items() if p in self.written - written})
            written |= self.written
        self.at, self.written = replace(start, variables=after), written

    def _note(self, into: set[Place], expr: Expr, environment: Environment) -> None:
        into.update(place for place in reads(expr, self.at.here, environment) if place not in self.written)


def reads(expr: Expr, here: Here, environment: Environment) -> Iterator[Place]:
    """The variables that the value of `expr` is read from; what does not decide it is left out."""
    match expr:
        case core.VarRead(variable=name, keys=keys):
            yield name, tuple(value(key, here, environment) for key in keys)
        case core.Forall() | core.Exists() | core.Count() | core.Sum():
            yield from _quantified(expr, here, environment)
            return
        case _:
            pass
    for part in core.children(expr):
        yield from reads(part, here, environment)
        if _decided(expr, part, here, environment):
            return


def _decided(expr: Expr, part: Expr, here: Here, environment: Environment) -> bool:
    """Whether the value is known once `part` is, from the left."""
    match expr:
        case core.And():
            return not holds(part, here, environment)
        case core.Or():
            return holds(part, here, environment)
        case core.Implies(left=left):
            return part is left and not holds(part, here, environment)
        case _:
            return False


def _quantified(
    expr: core.Forall | core.Exists | core.Count | core.Sum, here: Here, environment: Environment
) -> Iterator[Place]:
    binders = (expr.binder,) if isinstance(expr, core.Forall | core.Exists) else expr.binders
    for inner in bind(binders, here, environment):
        if isinstance(expr, core.Forall | core.Exists):
            yield from reads(expr.body, here, inner)
            continue
        yield from reads(expr.where, here, inner)
        if isinstance(expr, core.Sum) and holds(expr.where, here, inner):
            yield from reads(expr.term, here, inner)
