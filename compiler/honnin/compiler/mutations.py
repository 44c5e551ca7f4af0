"""What can be changed at one statement of a step, and on which ways through it the change makes a difference."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from honnin.compiler.presence import is_so
from honnin.compiler.simplify import conjunction, conjuncts, disjunction, is_true, negation, simplify
from honnin.compiler.sites import Block, Site
from honnin.compiler.swaps import Names, swapped
from honnin.spec import core
from honnin.spec.core import And, Compare, Exists, Expr, Iff, Lit, Statement, VarRead, When, type_of
from honnin.spec.elaborate.types import read_type
from honnin.spec.records import dataclass, replace
from honnin.spec.source import NOWHERE, Span
from honnin.spec.statement_words import in_step, statement_head

Kind: TypeAlias = Literal[
    "guard dropped",
    "condition fixed",
    "update forgotten",
    "reset forgotten",
    "event forgotten",
    "jump forgotten",
    "branch added",
    "bound widened",
    "premise dropped",
    "swapped",
]


@dataclass(frozen=True, slots=True)
class Change:
    """`instead` stands in the mutant in place of the statement, with `words` that say so.

    The same, its ways told apart: `same` are those on which the statement itself would have done the same with the same choices (None:
    there are none), `own` all others.
    """

    kind: Kind
    words: str
    span: Span
    instead: Block
    same: Block | None
    own: Block


@dataclass(frozen=True, slots=True)
class Changes:
    """All changes of one statement. `following`: the label that comes after the step (None: it is an action)."""

    site: Site
    names: Names
    following: str | None

    def all(self) -> Iterator[Change]:
        """Every change, in no order that matters."""
        match self.site.statement:
            case core.When() | core.Pick() as guard:
                yield from self._guard(guard)
            case core.IfStatement() as branching:
                yield from self._if(branching)
            case core.Assign() as assignment:
                yield from self._assign(assignment)
            case core.Emit() as emit:
                yield from self._emit(emit)
            case core.For() as loop:
                yield from self._for(loop)
            case core.Either() as either:
                yield from self._either(either)
            case core.Goto() | core.Stop() as jump:
                yield from self._jump(jump)

    # ------------------------------------------------------------ words

    def _head(self, statement: Statement) -> str:
        return f"`{statement_head(statement, self.names.system, self.names.process)}`"

    def _lacking(self, part: Expr, keyword: str) -> str:
        """One of several conditions is left out."""
        return f"without `{in_step(part, self.names.system, self.names.process)}` in `{keyword}`"

    def _in_place(self, kind: Kind, old: Statement, new: Statement, differs: Expr) -> Change:
        """`new` for `old`, which are not the same where `differs` (over the state before them) holds."""
        words = f"{self._head(new)} in place of {self._head(old)}"
        return _changed(kind, words, old.span, (new,), differs)

    def _without(self, kind: Kind, statement: Statement, differs: Expr) -> Change:
        return _changed(kind, f"without {self._head(statement)}", statement.span, (), differs)

    # ------------------------------------------------------------ guards

    def _guard(self, guard: core.When | core.Pick) -> Iterator[Change]:
        condition = guard.condition if isinstance(guard, core.When) else guard.where
        parts = conjuncts(condition)
        for index, part in enumerate(parts):
            rest = conjunction((*parts[:index], *parts[index + 1 :]))
            if not is_true(part):
                words = self._dropped(guard, part, len(parts))
                yield self._weaker("guard dropped", words, guard, rest, part.span)
        others: list[tuple[Kind, Expr]] = [("bound widened", wider) for wider in _widened(condition)]
        others += [("swapped", other) for other in _worth_asking(condition, self.names)]
        for kind, other in others:
            words = f"{self._head(_guarding(guard, other))} in place of {self._head(guard)}"
            yield self._weaker(kind, words, guard, other, guard.span)

    def _dropped(self, guard: Statement, part: Expr, count: int) -> str:
        if isinstance(guard, core.Pick):
            return self._lacking(part, f"pick {guard.binder.name}")
        return f"without {self._head(guard)}" if count == 1 else self._lacking(part, "when")

    def _weaker(
        self, kind: Kind, words: str, guard: core.When | core.Pick, condition: Expr, span: Span
    ) -> Change:
        """The guard with another condition: where its own is not true as well, the step goes on by itself."""
        asked = guard.condition if isinstance(guard, core.When) else guard.where
        new = _guarding(guard, condition)
        instead = () if isinstance(new, When) and is_true(condition) else (new,)
        same, own = (*instead, When(asked)), (*instead, When(negation(is_so(asked))))
        return Change(kind, words, guard.span if span == NOWHERE else span, instead, same, own)

    # ------------------------------------------------------------ conditions

    def _if(self, statement: core.IfStatement) -> Iterator[Change]:
        condition = statement.condition
        head = self._head(statement)
        for value in (True, False):
            words = f"{head} taken as if it were {'true' if value else 'false'}"
            differs = negation(is_so(condition if value else negation(condition)))
            new = statement.then if value else statement.otherwise
            yield _changed("condition fixed", words, statement.span, new, differs)
        parts = conjuncts(condition)
        if len(parts) > 1:
            for index, part in enumerate(parts):
                rest = replace(statement, condition=conjunction((*parts[:index], *parts[index + 1 :])))
                words = self._lacking(part, "if")
                differs = _not_equal(condition, rest.condition)
                yield _changed("guard dropped", words, statement.span, (rest,), differs)
        for other in _worth_asking(condition, self.names):
            new_if = replace(statement, condition=other)
            yield self._in_place("swapped", statement, new_if, _not_equal(condition, other))

    # ------------------------------------------------------------ updates

    def _assign(self, assignment: core.Assign) -> Iterator[Change]:
        yield self._without(self._forgetting(assignment), assignment, self._matters(assignment))
        for new in self._assignments(assignment):
            yield self._in_place("swapped", assignment, new, self._otherwise(assignment, new))

    def _forgetting(self, assignment: core.Assign) -> Kind:
        initial = self.names.system.variable(assignment.place).initial
        value = assignment.value
        empty = isinstance(value, Lit) and (value.value in (None, False) or value == initial)
        return "reset forgotten" if assignment.operator == ":=" and empty else "update forgotten"

    def _assignments(self, old: core.Assign) -> Iterator[core.Assign]:
        """The assignment with one name exchanged."""
        target = VarRead(old.place, old.keys, read_type(self.names.system.variable(old.place).value))
        for value in swapped(old.value, self.names):
            if value != target:
                yield replace(old, value=value)
        for variable in self.names.shaped_like(self.names.system.variable(old.place)):
            if old.value != replace(target, variable=variable.name):
                yield replace(old, place=variable.name)
        for read in swapped(target, self.names):
            if isinstance(read, VarRead) and read.variable == old.place:
                yield replace(old, keys=read.keys)

    def _matters(self, assignment: core.Assign) -> Expr:
        """The assignment changes what is there."""
        type = read_type(self.names.system.variable(assignment.place).value)
        if assignment.operator != ":=":
            return negation(is_so(Compare("==", assignment.value, Lit(0, type))))
        there = VarRead(assignment.place, assignment.keys, type)
        return _not_equal(there, assignment.value)

    def _otherwise(self, old: core.Assign, new: core.Assign) -> Expr:
        """The two do not do the same."""
        if old.place != new.place:
            return disjunction((self._matters(old), self._matters(new)))
        pairs = zip((*old.keys, old.value), (*new.keys, new.value), strict=True)
        return disjunction(tuple(_not_equal(a, b) for a, b in pairs if a != b))

    def _emit(self, emit: core.Emit) -> Iterator[Change]:
        yield Change("event forgotten", f"without {self._head(emit)}", emit.span, (), None, ())
        for index, argument in enumerate(emit.arguments):
            for other in swapped(argument, self.names):
                new = replace(emit, arguments=(*emit.arguments[:index], other, *emit.arguments[index + 1 :]))
                yield self._in_place("swapped", emit, new, _not_equal(argument, other))

    # ------------------------------------------------------------ loops

    def _for(self, loop: core.For) -> Iterator[Change]:
        yield self._without(self._loop_forgetting(loop), loop, _some(loop, loop.where))
        parts = conjuncts(loop.where)
        for index, part in enumerate(parts):
            if not is_true(part):
                wider = replace(loop, where=conjunction((*parts[:index], *parts[index + 1 :])))
                words = self._lacking(part, "for")
                differs = _some(loop, conjunction((wider.where, negation(loop.where))))
                yield _changed("guard dropped", words, loop.span, (wider,), differs)
        for where in swapped(loop.where, self.names):
            new = replace(loop, where=where)
            yield self._in_place("swapped", loop, new, _some(loop, _not_equal(loop.where, where)))
        yield from self._loop_body(loop)

    def _loop_forgetting(self, loop: core.For) -> Kind:
        kinds = {
            self._forgetting(inner) if isinstance(inner, core.Assign) else "update forgotten"
            for inner in loop.body
        }
        return "reset forgotten" if kinds == {"reset forgotten"} else "update forgotten"

    def _loop_body(self, loop: core.For) -> Iterator[Change]:
        inside = replace(self.names, bound=(*self.names.bound, *loop.binders))
        for index, inner in enumerate(loop.body):
            if not isinstance(inner, core.Assign):
                continue
            before, after = loop.body[:index], loop.body[index + 1 :]
            if before or after:
                fewer = replace(loop, body=(*before, *after))
                words = f"without {self._head(inner)} in {self._head(loop)}"
                yield _changed(self._forgetting(inner), words, inner.span, (fewer,), _some(loop, loop.where))
            for value in swapped(inner.value, inside):
                new = replace(inner, value=value)
                words = f"{self._head(new)} in place of {self._head(inner)}"
                other = replace(loop, body=(*before, new, *after))
                differs = _some(loop, conjunction((loop.where, _not_equal(inner.value, value))))
                yield _changed("swapped", words, inner.span, (other,), differs)

    # ------------------------------------------------------------ ways

    def _either(self, either: core.Either) -> Iterator[Change]:
        if () not in either.branches:
            more = replace(either, branches=(*either.branches, ()))
            words = "with one way more in `either`: to do nothing"
            yield Change("branch added", words, either.span, (more,), (either,), ())

    def _jump(self, jump: core.Goto | core.Stop) -> Iterator[Change]:
        goes_there_anyway = isinstance(jump, core.Goto) and jump.label == self.following
        if not goes_there_anyway or self.site.follow:
            yield Change("jump forgotten", f"without {self._head(jump)}", jump.span, (), None, ())


def _changed(kind: Kind, words: str, span: Span, instead: Block, differs: Expr) -> Change:
    same, own = (When(negation(differs)), *instead), (When(differs), *instead)
    return Change(kind, words, span, instead, same, own)


def _guarding(guard: core.When | core.Pick, condition: Expr) -> core.When | core.Pick:
    if isinstance(guard, core.When):
        return replace(guard, condition=condition)
    return replace(guard, where=condition)


def _widened(condition: Expr) -> Iterator[Expr]:
    """The condition with one bound that is kept itself, where it was kept off: `<=` for `<`."""
    match condition:
        case Compare(operator="<" | ">" as operator):
            yield replace(condition, operator="<=" if operator == "<" else ">=")
        case And(items=items) | core.Or(items=items):
            for index, item in enumerate(items):
                for wider in _widened(item):
                    yield replace(condition, items=(*items[:index], wider, *items[index + 1 :]))
        case Exists() | core.Forall():
            yield from (replace(condition, body=wider) for wider in _widened(condition.body))
        case _:
            pass


def _worth_asking(condition: Expr, names: Names) -> Iterator[Expr]:
    """The condition with one name exchanged, where that is not the same as leaving a part of it out, or never true."""
    known = {simplify(condition)}
    parts = conjuncts(condition)
    for index in range(len(parts)):
        known.add(simplify(conjunction((*parts[:index], *parts[index + 1 :]))))
    for other in swapped(condition, names):
        plain = simplify(other)
        if plain not in known and not isinstance(plain, Lit):
            known.add(plain)
            yield other


def _not_equal(one: Expr, other: Expr) -> Expr:
    """They are not two equal values: total, so it can be denied."""
    same = Iff(one, other) if isinstance(type_of(one), core.BoolT) else Compare("==", one, other)
    return negation(is_so(same))


def _some(loop: core.For, formula: Expr) -> Expr:
    """The formula holds for some values of the loop's names."""
    for binder in reversed(loop.binders):
        formula = Exists(binder, formula)
    return formula
