"""The typing of expressions: `Typer(scope, context, binders, report).expression(written)` gives a core expression, or None.

Every mistake is reported once, to `report`; an expression with a mistake is None, and what stands around it says nothing more.
A `Context` says what may stand where the expression stands. `expected` is the type that the place wants, where there is one: it
resolves enum members of several enums and `none`; `value` also fits the result to it (a `T` is lifted to a `T?`).

The rule that `x!` stands only where it is guarded is checked afterwards, on the core tree, by `guards`.
"""

from __future__ import annotations

from typing import Any, assert_never

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, DURATION, INT, TEXT, TIME, OptionalT, Type, type_of
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate import references
from honnin.spec.elaborate.inlining import shallow
from honnin.spec.elaborate.scope import Binders, Broken, Report, Scope, unshadowed
from honnin.spec.elaborate.types import UNGUARDED, a_type, countable, fit, ordered, place_type, read_type
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span


@dataclass(frozen=True, slots=True)
class Context:
    """What may stand in an expression, by where it stands.

    `place` names it in messages. `past`: temporal operators of the past. `atoms`: event atoms. `eventually`: that operator, here.
    `state`: specification state. `variables`: a system's variables. `instances`: `p[x].v` and `p[x] at l`. `endless`: quantifiers
    over types whose values cannot be gone through.
    """

    place: str
    past: bool = False
    atoms: bool = False
    eventually: bool = False
    old: bool = False
    now: bool = True
    state: bool = True
    givens: bool = True
    variables: bool = False
    instances: bool = False
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Typer:
    """Types the expressions of one place. Immutable: `within` and `binding` give typers for inner places."""

    scope: Scope
    context: Context
    binders: Binders
    report: Report

    def within(self, **changes: Any) -> Typer:
        """A typer for an operand in which less may stand."""
        return replace(self, context=replace(self.context, **changes))

    def binding(self, binders: tuple[core.Binder, ...]) -> Typer:
        """A typer for what stands under the binders."""
        return replace(self, scope=self.scope.bind(binders))

    def fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        """Reports one mistake."""
        self.report(Diagnostic(code, message, span, hint=hint))

    # ------------------------------------------------------------ entry points

    def formula(self, written: syntax.Expr) -> core.Expr | None:
        """The expression as a Bool."""
        return self.value(written, BOOL, "a formula")

    def value(self, written: syntax.Expr, wanted: Type, what: str) -> core.Expr | None:
        """The expression as a value of the type `wanted`, lifted if need be. `what` names the place in messages."""
        return fit(self.expression(written, wanted), wanted, self.report, written.span, what=what)

    def bound(
        self, parameters: tuple[syntax.Parameter, ...], what: str, *, endless: bool = False
    ) -> tuple[core.Binder, ...] | None:
        """Binders for the names of `parameters`, whose types must be countable or may be `endless`; None after a diagnostic."""
        made: list[core.Binder] = []
        sound = True
        for parameter in parameters:
            type = place_type(parameter.type, self.scope, self.report)
            able = type is None or countable(type) or (endless and not isinstance(type, OptionalT))
            if type is not None and not able:
                message = f"{what} cannot go through the values of {a_type(type)}"
                hint = (
                    f"those of entities, enums, Bool and ranges of at most {core.MOST_LISTED} numbers can be"
                )
                self.fail("HN0206", message, parameter.type.span, hint)
                type = None
            sound = sound and type is not None
            for name in parameter.names:
                scope = self.scope.bind(made)
                sound = unshadowed(name, scope, self.report) and sound
                made.append(self.binders.make(name.text, type or BOOL, name.span))
        return tuple(made) if sound else None

    # ------------------------------------------------------------ by construct

    def expression(self, written: syntax.Expr, expected: Type | None = None) -> core.Expr | None:
        """The typed expression, not yet fitted to `expected`."""
        span = written.span
        match written:
            case syntax.IntLiteral(value=value):
                return core.Lit(value, INT, span=span)
            case syntax.TextLiteral(value=text):
                return core.Lit(text, TEXT, span=span)
            case syntax.DurationLiteral(microseconds=microseconds):
                return core.Lit(microseconds, DURATION, span=span)
            case syntax.BoolLiteral(value=truth):
                return core.Lit(truth, BOOL, span=span)
            case syntax.NoneLiteral():
                return self._none(expected, span)
            case syntax.NowLiteral():
                return self._now(span)
            case syntax.Reference():
                return references.reference(self, written, expected)
            case syntax.Member():
                return references.member(self, written)
            case syntax.AtLabel():
                return references.at_label(self, written)
            case syntax.Call():
                return references.call(self, written)
            case syntax.Compare():
                return self._compare(written)
            case syntax.Arithmetic():
                return self._arithmetic(written)
            case syntax.Minus(body=body):
                return self._minus(body, span)
            case syntax.Present(body=body):
                return self._present(body, span)
            case syntax.Conditional():
                return self._conditional(written, expected)
            case syntax.Old(body=body):
                return self._old(body, expected, span)
            case syntax.Count() | syntax.Sum():
                return self._aggregate(written)
            case _:
                return self._formula(written)

    def _formula(
        self,
        written: syntax.Not
        | syntax.And
        | syntax.Or
        | syntax.Implies
        | syntax.Iff
        | syntax.Quantified
        | syntax.Temporal
        | syntax.Since
        | syntax.CountPast,
    ) -> core.Expr | None:
        span = written.span
        closed = self.within(eventually=False, atoms=True)
        match written:
            case syntax.Not(body=body):
                inner = closed.formula(body)
                return inner and core.Not(inner, span=span)
            case syntax.And(items=items):
                conjuncts = self._all(items)
                return None if conjuncts is None else core.And(conjuncts, span=span)
            case syntax.Or(items=items):
                disjuncts = self._all(items)
                return None if disjuncts is None else core.Or(disjuncts, span=span)
            case syntax.Implies(left=left, right=right):
                if_, then = closed.formula(left), self.formula(right)
                return if_ and then and core.Implies(if_, then, span=span)
            case syntax.Iff(left=left, right=right):
                one, other = closed.formula(left), closed.formula(right)
                return one and other and core.Iff(one, other, span=span)
            case syntax.Quantified():
                return self._quantified(written)
            case syntax.Temporal():
                return self._temporal(written)
            case syntax.Since():
                return self._since(written)
            case syntax.CountPast():
                return self._count_past(written)
            case _:
                assert_never(written)

    def _all(self, items: tuple[syntax.Expr, ...]) -> tuple[core.Expr, ...] | None:
        typed = [self.formula(item) for item in items]
        sound = tuple(item for item in typed if item is not None)
        return sound if len(sound) == len(typed) else None

    def _none(self, expected: Type | None, span: Span) -> core.Expr | None:
        if isinstance(expected, OptionalT):
            return core.Lit(None, read_type(expected), span=span)
        if expected is not None:
            self.fail("HN0205", f"{a_type(expected)} is never none", span)
        else:
            self.fail("HN0207", "nothing here tells of what type `none` is", span)
        return None

    def _now(self, span: Span) -> core.Expr | None:
        if self.context.now:
            return core.Now(span=span)
        self.fail("HN0301", f"`now` has no meaning in {self.context.place}", span)
        return None

    def _compare(self, written: syntax.Compare) -> core.Expr | None:
        closed = self.within(eventually=False, atoms=True)
        first, second = written.left, written.right
        swapped = references.needs_expected(self, first) and not references.needs_expected(self, second)
        if swapped:
            first, second = second, first
        one = closed.expression(first)
        if one is None:
            closed.unexpected(second)
            return None
        other = closed.expression(second, type_of(one))
        if other is None:
            return None
        left, right = (other, one) if swapped else (one, other)
        return self._compared(written, left, right)

    def _compared(self, written: syntax.Compare, left: core.Expr, right: core.Expr) -> core.Expr | None:
        """The comparison of two typed sides, one of them lifted if need be."""
        one, other = type_of(left), type_of(right)
        if written.operator not in ("==", "!=") and not (ordered(one) and ordered(other)):
            unordered = one if not ordered(one) else other
            hint = UNGUARDED if isinstance(unordered, OptionalT) and ordered(unordered.inner) else None
            self.fail("HN0208", f"{a_type(unordered)} has no order", written.span, hint)
            return None
        if other == OptionalT(one):
            left = core.Lift(left, other, span=left.span)
        elif one == OptionalT(other):
            right = core.Lift(right, one, span=right.span)
        elif one != other:
            message = f"{a_type(one)} is compared with {a_type(other)}"
            self.fail("HN0203", message, written.span)
            return None
        return core.Compare(written.operator, left, right, span=written.span)

    def unexpected(self, written: syntax.Expr) -> None:
        """Reports what is wrong in an expression whose place is of no known type."""
        if not references.needs_expected(self, written):
            self.expression(written)

    def _arithmetic(self, written: syntax.Arithmetic) -> core.Expr | None:
        closed = self.within(eventually=False, atoms=True)
        left, right = closed.expression(written.left), closed.expression(written.right)
        if left is None or right is None:
            return None
        key = (written.operator, type_of(left), type_of(right))
        result = ARITHMETIC.get(key)
        if result is None:
            one, other = type_of(left), type_of(right)
            message = f"`{written.operator}` does not take {a_type(one)} and {a_type(other)}"
            hint = UNGUARDED if isinstance(one, OptionalT) or isinstance(other, OptionalT) else None
            self.fail("HN0209", message, written.span, hint)
            return None
        return core.Arithmetic(written.operator, left, right, result, span=written.span)

    def _minus(self, body: syntax.Expr, span: Span) -> core.Expr | None:
        inner = self.within(eventually=False).expression(body)
        if inner is None:
            return None
        if isinstance(inner, core.Lit) and type_of(inner) == INT and isinstance(inner.value, int):
            return core.Lit(-inner.value, INT, span=span)
        if type_of(inner) not in (INT, DURATION):
            self.fail("HN0209", f"`-` does not take {a_type(type_of(inner))}", span)
            return None
        return core.Minus(inner, type_of(inner), span=span)

    def _present(self, body: syntax.Expr, span: Span) -> core.Expr | None:
        inner = self.within(eventually=False).expression(body)
        if inner is None:
            return None
        type = type_of(inner)
        if not isinstance(type, OptionalT):
            self.fail("HN0210", f"{a_type(type)} is always there: `!` is not needed", span)
            return None
        return core.Present(inner, type.inner, span=span)

    def _conditional(self, written: syntax.Conditional, expected: Type | None) -> core.Expr | None:
        condition = self.within(eventually=False).formula(written.condition)
        first, second = written.then, written.otherwise
        swapped = expected is None and references.needs_expected(self, first)
        if swapped:
            first, second = second, first
        one = self.expression(first, expected)
        if one is None:
            self.unexpected(second)
            return None
        other = self.expression(second, expected or _or_none(type_of(one), second))
        if other is None or condition is None:
            return None
        wanted = type_of(other) if isinstance(type_of(other), OptionalT) else type_of(one)
        fitted = fit(one, wanted, self.report, first.span, what="the value in the other branch")
        also = fit(other, wanted, self.report, second.span, what="the value in the other branch")
        if fitted is None or also is None:
            return None
        then, otherwise = (also, fitted) if swapped else (fitted, also)
        return core.If(condition, then, otherwise, wanted, span=written.span)

    def _old(self, body: syntax.Expr, expected: Type | None, span: Span) -> core.Expr | None:
        if not self.context.old:
            self.fail("HN0302", f"`old` has no meaning in {self.context.place}", span)
            return None
        nothing = {"past": False, "atoms": False, "eventually": False, "old": False, "now": False}
        inner = self.within(place="`old(...)`", **nothing).expression(body, expected)
        return inner and core.Old(inner, type_of(inner), span=span)

    # ------------------------------------------------------------ binders

    def _quantified(self, written: syntax.Quantified) -> core.Expr | None:
        binders = self.bound(written.parameters, "a quantifier", endless=self.context.endless)
        if binders is None:
            return None
        universal = written.kind == "forall"
        inner = self.binding(binders)
        body = (inner if universal else inner.within(eventually=False)).formula(written.body)
        if body is None:
            return None
        make = core.Forall if universal else core.Exists
        for binder in reversed(binders):
            body = make(binder, body, span=written.span)
        return body if len(binders) == 1 or shallow(body, self.report, written.span) else None

    def _aggregate(self, written: syntax.Count | syntax.Sum) -> core.Expr | None:
        binders = self.bound(written.parameters, "an aggregate")
        if binders is None:
            return None
        inner = self.binding(binders).within(eventually=False)
        truth: core.Expr | None = core.Lit(True, BOOL, span=written.span)
        where = truth if written.where is None else inner.formula(written.where)
        if isinstance(written, syntax.Count):
            return where and core.Count(binders, where, span=written.span)
        term = inner.expression(written.body)
        if term is None or where is None:
            return None
        if type_of(term) not in (INT, DURATION):
            self.fail("HN0209", f"`sum` does not take {a_type(type_of(term))}", written.body.span)
            return None
        return core.Sum(term, binders, where, type_of(term), span=written.span)

    # ------------------------------------------------------------ the past

    def _temporal(self, written: syntax.Temporal) -> core.Expr | None:
        span = written.span
        if written.operator == "eventually":
            return self._eventually(written)
        if not self._past_allowed(written.operator, span):
            return None
        interval, sound = self._interval(written.interval)
        # In a property of a system an event can be asked for only where the operator speaks of a position.
        body = self.within(eventually=False, atoms=True).formula(written.body)
        if body is None or not sound:
            return None
        match written.operator:
            case "once":
                return core.Once(interval, body, span=span)
            case "earlier":
                return core.Earlier(interval, body, span=span)
            case "historically":
                return core.Historically(interval, body, span=span)
            case "previously":
                return core.Previously(interval, body, span=span)

    def _since(self, written: syntax.Since) -> core.Expr | None:
        if not self._past_allowed("since", written.span):
            return None
        interval, sound = self._interval(written.interval)
        closed = self.within(eventually=False, atoms=True)
        left, right = closed.formula(written.left), closed.formula(written.right)
        if left is None or right is None or not sound:
            return None
        return core.Since(interval, left, right, span=written.span)

    def _past_allowed(self, operator: str, span: Span) -> bool:
        if self.context.past:
            return True
        self.fail("HN0303", f"`{operator}` has no meaning in {self.context.place}", span)
        return False

    def _eventually(self, written: syntax.Temporal) -> core.Expr | None:
        if not self.context.eventually:
            hint = (
                "it stands in an invariant's `on` claim, under `and`, `or`, `forall`, right of `implies`, "
                "in branches of `if`; not nested"
            )
            self.fail("HN0304", "`eventually` cannot stand here", written.span, hint)
            return None
        bound = self._bound(written.interval, "eventually", written.span)
        body = self.within(eventually=False).formula(written.body)
        if body is None or bound is None:
            return None
        return core.Eventually(bound, body, span=written.span)

    def _count_past(self, written: syntax.CountPast) -> core.Expr | None:
        if not self._past_allowed("count", written.span):
            return None
        bound = self._bound(written.interval, "count", written.span)
        body = self.within(eventually=False).formula(written.body)
        if body is None or bound is None:
            return None
        return core.CountPast(bound, body, span=written.span)

    def _bound(self, interval: syntax.Interval | None, operator: str, span: Span) -> int | None:
        """The `d` of `[<= d]`, which `eventually` and `count` must have."""
        if interval is None or interval.operator != "<=":
            place = span if interval is None else interval.span
            self.fail("HN0305", f"`{operator}` takes exactly an interval `[<= d]`", place)
            return None
        typed, sound = self._interval(interval)
        return typed.bound if sound and typed is not None else None

    def _interval(self, interval: syntax.Interval | None) -> tuple[core.Interval | None, bool]:
        """The interval, and whether it is sound."""
        if interval is None:
            return None, True
        length = self.length(interval.bound)
        return (None, False) if length is None else (core.Interval(interval.operator, length), True)

    def length(self, written: syntax.DurationLiteral | syntax.Name) -> int | None:
        """The microseconds of a duration or of a constant that is one."""
        if isinstance(written, syntax.DurationLiteral):
            return written.microseconds
        name = written.text
        match self.scope.values.get(name):
            case core.Lit(value=int() as length, type=core.DurationT()) if length >= 0:
                return length
            case core.Lit(type=core.DurationT()):
                self.fail("HN0306", f"`{name}` is negative", written.span)
            case Broken():
                pass
            case None if name in self.scope.lost:
                pass
            case _:
                message = f"`{name}` is no constant of type Duration"
                hint = did_you_mean(name, self._durations()) or "write `60s` or a constant"
                self.fail("HN0306", message, written.span, hint)
        return None

    def _durations(self) -> list[str]:
        """The names of constants that may bound an interval."""
        values = self.scope.values.items()
        return [name for name, found in values if isinstance(found, core.Lit) and found.type == DURATION]


def _or_none(type: Type, other: syntax.Expr) -> Type:
    """The type that one branch of an `if` wants of the other."""
    optional = isinstance(other, syntax.NoneLiteral) and not isinstance(type, OptionalT)
    return OptionalT(type) if optional else type


ARITHMETIC: dict[tuple[str, Type, Type], Type] = {
    ("+", INT, INT): INT,
    ("-", INT, INT): INT,
    ("*", INT, INT): INT,
    ("+", DURATION, DURATION): DURATION,
    ("-", DURATION, DURATION): DURATION,
    ("*", INT, DURATION): DURATION,
    ("*", DURATION, INT): DURATION,
    ("-", TIME, TIME): DURATION,
    ("+", TIME, DURATION): TIME,
    ("+", DURATION, TIME): TIME,
    ("-", TIME, DURATION): TIME,
}
