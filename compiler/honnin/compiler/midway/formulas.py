"""What a formula is worth in every past, and what it may be worth in some (Kleene's three values, as two formulas of the language).

A state `m` has a companion `m@known`: whether the value of `m[k]` follows from the log alone. `lower` of a formula holds where the
formula holds whatever happened before the log; `upper`, where it holds after something that may have happened. Both read only what
the log has established. `log@begins` is the time of the first event of the log: what an interval reaches before it is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping

from honnin.compiler.simplify import FALSE, TRUE, conjunction, disjunction, is_false, is_true, negation
from honnin.spec import core
from honnin.spec.core import BOOL, DURATION, TIME, Binder, Expr, Interval, OptionalT, StateRead
from honnin.spec.monitorable import Defaults, decided_past, undecided
from honnin.spec.records import dataclass, field
from honnin.spec.words import free_binders

KNOWN = "@known"
BEGINS = "log@begins"
NAMED, NEW, LOST = f"{KNOWN}.named", f"{KNOWN}.new", f"{KNOWN}.lost"
"""After the name of an entity that is retained: that the log has named an identity, and that its life began in the log. After that of
a state: that a value was known and is no longer."""
Scope = tuple[Binder, ...]
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(slots=True)
class Bounds:
    """Makes the two formulas of each formula. `begins`: whether one of them reads `log@begins`.

    `horizons`: for each entity that is retained, how long; `lasting`: the states under such an identity alone, which are at their
    defaults when its life begins.
    """

    defaults: Defaults
    horizons: Mapping[str, int] = field(default_factory=dict)
    lasting: frozenset[str] = frozenset()
    begins: bool = field(default=False)

    def lower(self, expr: Expr, scope: Scope) -> Expr:
        """That the formula holds whatever happened before."""
        return self._bound(expr, True, scope)

    def upper(self, expr: Expr, scope: Scope) -> Expr:
        """That it may hold."""
        return self._bound(expr, False, scope)

    # ------------------------------------------------------------ formulas

    def _bound(self, expr: Expr, low: bool, scope: Scope) -> Expr:
        match expr:
            case core.Not(body=body):
                return negation(self._bound(body, not low, scope))
            case core.And(items=items):
                return conjunction(tuple(self._bound(item, low, scope) for item in items))
            case core.Or(items=items):
                return disjunction(tuple(self._bound(item, low, scope) for item in items))
            case core.Implies(left=left, right=right):
                return core.Implies(self._bound(left, not low, scope), self._bound(right, low, scope))
            case core.Iff(left=left, right=right):
                return self._equivalence(left, right, low, scope)
            case core.If(condition=condition, then=then, otherwise=otherwise):
                return self._branches(condition, then, otherwise, low, scope)
            case core.Compare():
                return self._comparison(expr, low, scope)
            case core.Old(body=body):
                return core.Old(self._bound(body, low, scope), BOOL)
            case core.Atom():
                return self._atom(expr, low, scope)
            case core.Forall(binder=binder, body=body) | core.Exists(binder=binder, body=body):
                inner = self._bound(body, low, (*scope, binder))
                return self._sure(type(expr)(binder, inner), low, scope)
            case core.Eventually(bound=bound, body=body):
                return self._sure(core.Eventually(bound, self._bound(body, low, scope)), low, scope)
            case core.Once() | core.Earlier() | core.Historically() | core.Previously() | core.Since():
                return self._past(expr, low, scope)
            case _:
                return self._if_known(self.known(expr, scope), self.value(expr, scope), low)

    def _if_known(self, known: Expr, formula: Expr, low: bool) -> Expr:
        if low or is_true(known):
            return conjunction((known, formula))
        return core.Implies(known, formula)

    def _sure(self, formula: Expr, low: bool, scope: Scope) -> Expr:
        """The formula, where values that are in no log cannot matter; else what is right in any case."""
        return (FALSE if low else TRUE) if any(undecided(formula, scope, self.defaults)) else formula

    def _equivalence(self, left: Expr, right: Expr, low: bool, scope: Scope) -> Expr:
        both = conjunction((self._bound(left, low, scope), self._bound(right, low, scope)))
        neither = conjunction(tuple(negation(self._bound(side, not low, scope)) for side in (left, right)))
        return disjunction((both, neither))

    def _branches(self, condition: Expr, then: Expr, otherwise: Expr, low: bool, scope: Scope) -> Expr:
        """In every past: each branch that may be taken holds. In some: one holds that may be taken."""
        one, other = self._bound(then, low, scope), self._bound(otherwise, low, scope)
        may, must = self.upper(condition, scope), self.lower(condition, scope)
        if low:
            return conjunction((core.Implies(may, one), disjunction((must, other))))
        return disjunction((conjunction((may, one)), conjunction((negation(must), other))))

    def _atom(self, atom: core.Atom, low: bool, scope: Scope) -> Expr:
        known = [TRUE if one is None else self.known(one, scope) for one in atom.arguments]
        values = [
            None if one is None or not (low or is_true(sure)) else self.value(one, scope)
            for one, sure in zip(atom.arguments, known, strict=True)
        ]
        made = core.Atom(atom.event, tuple(values))
        return conjunction((*known, made)) if low else made

    def _comparison(self, expr: core.Compare, low: bool, scope: Scope) -> Expr:
        left, right = expr.left, expr.right
        if isinstance(right, core.CountPast) and expr.operator in _FLIPPED:
            turned: core.Compare = core.Compare(_FLIPPED[expr.operator], right, left)  # type: ignore[arg-type]
            return self._comparison(turned, low, scope)
        known = conjunction((self.known(left, scope), self.known(right, scope)))
        compared = core.Compare(expr.operator, self.value(left, scope), self.value(right, scope))
        sure = self._if_known(known, compared, low)
        if isinstance(left, core.CountPast) and not isinstance(right, core.CountPast):
            least = self._if_known(self.known(right, scope), compared, low)
            if low and expr.operator in (">", ">="):
                return least
            if not low and expr.operator in ("<", "<="):
                return least
        return sure

    # ------------------------------------------------------------ the past

    def _past(self, expr: Expr, low: bool, scope: Scope) -> Expr:
        match expr:
            case core.Once(interval=interval, body=body) | core.Earlier(interval=interval, body=body):
                found = self._sure(type(expr)(interval, self._bound(body, low, scope)), low, scope)
                return found if low else disjunction((found, self._before(expr, interval, scope)))
            case core.Historically(interval=interval, body=body):
                found = self._sure(core.Historically(interval, self._bound(body, low, scope)), low, scope)
                return conjunction((found, negation(self._before(expr, interval, scope)))) if low else found
            case core.Previously(interval=interval, body=body):
                found = self._sure(core.Previously(interval, self._bound(body, low, scope)), low, scope)
                return found if low else disjunction((found, negation(core.Previously(None, TRUE))))
            case core.Since(interval=interval, left=left, right=right):
                hold, begin = self._bound(left, low, scope), self._bound(right, low, scope)
                found = self._sure(core.Since(interval, hold, begin), low, scope)
                if low:
                    return found
                held = self._sure(core.Historically(None, hold), low, scope)
                return disjunction((found, conjunction((self._before(expr, interval, scope), held))))
            case _:
                raise TypeError(f"{type(expr).__name__} is no past operator")

    def _before(self, expr: Expr, interval: Interval | None, scope: Scope) -> Expr:
        """That a position before the log may matter: it may be in the interval, and whoever the formula names lived then."""
        lived = [
            negation(new)
            for binder in free_binders(expr)
            if decided_past(expr, binder, scope, self.defaults)
            and not is_false(new := self.new(core.Var(binder, binder.type)))
        ]
        return conjunction((self._reach(interval), *lived))

    def new(self, key: Expr) -> Expr:
        """That the life of the identity began in the log, so that nothing before the log is about it."""
        entity = key.type.name if isinstance(key, core.Var) and isinstance(key.type, core.EntityT) else ""
        if entity not in self.horizons:
            return FALSE
        named, new = (StateRead(entity + what, (key,), BOOL) for what in (NAMED, NEW))
        late = conjunction((negation(named), self.late(entity)))
        return disjunction((conjunction((named, new)), late))

    def late(self, entity: str) -> Expr:
        """That whoever was last named before the log has been released by now."""
        return negation(self._reach(Interval("<=", self.horizons[entity])))

    def _reach(self, interval: Interval | None) -> Expr:
        """That a position before the log may be in the interval."""
        if interval is None or interval.operator in (">=", ">"):
            return TRUE
        self.begins = True
        begins = StateRead(BEGINS, (), OptionalT(TIME))
        age = core.Arithmetic("-", core.Now(), core.Present(begins, TIME), DURATION)
        none = core.Compare("==", begins, core.Lit(None, OptionalT(TIME)))
        return core.Or((none, core.Compare(interval.operator, age, core.Lit(interval.bound, DURATION))))

    # ------------------------------------------------------------ values

    def known(self, expr: Expr, scope: Scope) -> Expr:
        """That the value of the expression follows from the log."""
        match expr:
            case core.Lit() | core.Var() | core.Now():
                return TRUE
            case core.StateRead(state=name, keys=keys):
                sure = [self.known(key, scope) for key in keys]
                values = tuple(self.value(key, scope) for key in keys)
                found: Expr = StateRead(name + KNOWN, values, BOOL)
                if name in self.lasting:
                    kept = negation(StateRead(name + LOST, values, BOOL))
                    found = disjunction((found, conjunction((kept, self.new(values[0])))))
                return conjunction((*sure, found))
            case core.GivenRead(keys=keys):
                return conjunction(tuple(self.known(key, scope) for key in keys))
            case core.Lift(body=body) | core.Present(body=body) | core.Minus(body=body):
                return self.known(body, scope)
            case core.Arithmetic(left=left, right=right):
                return conjunction((self.known(left, scope), self.known(right, scope)))
            case core.Old(body=body):
                found = self.known(body, scope)
                return found if is_true(found) else core.Old(found, BOOL)
            case core.If(condition=condition, then=then, otherwise=otherwise):
                one = conjunction((self.lower(condition, scope), self.known(then, scope)))
                no = negation(self.upper(condition, scope))
                return disjunction((one, conjunction((no, self.known(otherwise, scope)))))
            case core.Count(binders=binders, where=where):
                return self._closed((where,), (*scope, *binders))
            case core.Sum(binders=binders, where=where, term=term):
                return self._closed((where, term), (*scope, *binders))
            case core.CountPast(bound=bound, body=body):
                window = Interval("<=", bound)
                whole = core.Historically(window, self._decided(body, scope))
                before = self._before(expr, window, scope)
                return conjunction((negation(before), self._sure(whole, True, scope)))
            case _:
                return self._decided(expr, scope)

    def _decided(self, formula: Expr, scope: Scope) -> Expr:
        return disjunction((self.lower(formula, scope), negation(self.upper(formula, scope))))

    def _closed(self, parts: tuple[Expr, ...], scope: Scope) -> Expr:
        """That nothing in the parts depends on what happened before: by syntax alone."""
        unknown = (core.StateRead, *core.TEMPORAL)
        reads = any(isinstance(node, unknown) for part in parts for node in core.walk(part))
        return FALSE if reads else TRUE

    def value(self, expr: Expr, scope: Scope) -> Expr:
        """The expression's value, where it is known."""
        match expr:
            case core.CountPast(bound=bound, body=body):
                counted = core.CountPast(bound, self.lower(body, scope))
                return core.Lit(0, core.INT) if any(undecided(counted, scope, self.defaults)) else counted
            case core.Count() | core.Sum():
                return expr
            case core.If(condition=condition, then=then, otherwise=otherwise, type=made):
                sides = self.value(then, scope), self.value(otherwise, scope)
                return core.If(self.lower(condition, scope), *sides, made)
            case (
                core.Lit()
                | core.Var()
                | core.Now()
                | core.StateRead()
                | core.GivenRead()
                | core.Lift()
                | core.Present()
                | core.Minus()
                | core.Arithmetic()
                | core.Old()
            ):
                return core.rewrite(expr, lambda part: self.value(part, scope))
            case _:
                return self.lower(expr, scope)
