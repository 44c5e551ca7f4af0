"""Invariants found by a proof, in the language: places are called by what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count

from honnin.compiler.machine import Register
from honnin.compiler.product import Place, Product
from honnin.compiler.simplify import FALSE, TRUE, conjunction, disjunction, is_false, is_true, substitute
from honnin.spec import core
from honnin.spec.core import (
    TIME,
    Binder,
    Expr,
    OptionalT,
    StateRead,
    Var,
    VarRead,
    rewrite,
)
from honnin.spec.records import dataclass, replace
from honnin.spec.words import expression


def spoken(product: Product, clause: Expr) -> str:
    """A closed formula over places as text that a `lemma` of the design could say; a history register as its past operator."""
    speaker = _Speaker({place.name: place for place in product.places})
    return expression(_readable(speaker.says(clause)), product.system)


def _readable(clause: Expr) -> Expr:
    """A clause as an implication, where some of its literals are denied."""
    if isinstance(clause, core.Forall):
        return replace(clause, body=_readable(clause.body))
    literals = clause.items if isinstance(clause, core.Or) else (clause,)
    denied: list[Expr] = [literal.body for literal in literals if isinstance(literal, core.Not)]
    stated: list[Expr] = [literal for literal in literals if not isinstance(literal, core.Not)]
    if len(literals) == 1 or not denied:
        return disjunction(tuple(map(_plain, literals)))
    if not stated:
        stated = [core.Not(denied.pop())]
    return core.Implies(conjunction(tuple(denied)), disjunction(tuple(map(_plain, stated))))


def _plain(literal: Expr) -> Expr:
    """`a != b` for `not a == b`."""
    match literal:
        case core.Not(body=core.Compare(operator="==") as equal):
            return replace(equal, operator="!=")
        case _:
            return literal


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Says what places hold in the language. `earlier`: what registers say is said of the position before."""

    places: Mapping[str, Place]
    specification: str = ""
    earlier: bool = False

    def says(self, expr: Expr) -> Expr:
        if isinstance(expr, core.Compare) and (times := self._times(expr)):
            return self._dated(expr, times)
        expr = rewrite(expr, self.says)
        place = self._place(expr)
        if place is None or not isinstance(expr, VarRead | StateRead):
            return expr
        if place.register is not None:
            return self._back(self._inside(place).history(place.register, expr.keys))
        if isinstance(expr, VarRead) and place.origin == "state":
            return StateRead(place.name.split("::", 1)[1], expr.keys, expr.type)
        return expr

    def _place(self, expr: Expr) -> Place | None:
        match expr:
            case VarRead(variable=name):
                return self.places[name]
            case StateRead(state=name):
                return self.places.get(f"{self.specification}::{name}")
            case _:
                return None

    def _inside(self, place: Place) -> _Speaker:
        """For the formulas of a register, in which registers speak of the position before."""
        return _Speaker(self.places, place.name.split("::", 1)[0], earlier=True)

    def _back(self, whole: Expr) -> Expr:
        if not self.earlier:
            return whole
        return (
            core.Earlier(None, whole.body) if isinstance(whole, core.Once) else core.Previously(None, whole)
        )

    def history(self, register: Register, keys: Sequence[Expr]) -> Expr:
        """What a register says between positions: the operator over all positions so far."""
        begin, hold = self._formulas(register, keys)
        match register.operator:
            case "previously":
                return begin
            case "count":
                return core.CountPast(register.window, begin)
            case _:
                return core.Once(None, begin) if is_true(hold) else core.Since(None, hold, begin)

    def _formulas(self, register: Register, keys: Sequence[Expr]) -> tuple[Expr, Expr]:
        values = {b.uid: key for b, key in zip(register.keys, keys, strict=True)}
        begin, hold = (self.says(substitute(f, values)) for f in (register.set, register.hold))
        return begin, hold

    # ------------------------------------------------------------ times of past events

    def _times(self, expr: Expr) -> list[VarRead | StateRead]:
        """The reads of registers that hold the time of a past event, each once."""
        found: dict[VarRead | StateRead, None] = {}
        for node in core.walk(expr):
            place = self._place(node)
            if place is None or place.register is None or not isinstance(node, VarRead | StateRead):
                continue
            if place.register.stores in ("latest", "earliest"):
                found[node] = None
        return list(found)

    def _dated(self, atom: core.Compare, times: Sequence[VarRead | StateRead]) -> Expr:
        """A comparison that reads such a time: there is one, of which it is true; or there is none, and that makes it true."""
        read = times[0]
        place = self._place(read)
        assert place is not None and place.register is not None
        inside = self._inside(place)
        whole = self._back(inside.history(place.register, read.keys))
        if any(isinstance(node, core.Lit) and node.type == TIME for node in core.walk(atom)):
            # No formula of the language names a time; this is said of a single state.
            said = StateRead(f"{place.register.stores} time of ({expression(whole)})", (), read.type)
            return _with(atom, read, said)
        time = Binder("t", next(_UIDS), TIME)
        then = self.says(_instead(atom, read, Var(time, TIME)))
        dated = self._back(inside.dated(place.register, read.keys, Var(time, TIME)))
        there = (
            whole
            if is_true(then)
            else then
            if is_false(then)
            else core.Exists(time, conjunction((dated, then)))
        )
        absent = _absent(atom, read)
        return disjunction((there, conjunction((core.Not(whole), self.says(absent)))))

    def dated(self, register: Register, keys: Sequence[Expr], time: Expr) -> Expr:
        """That the register holds this time."""
        begin, hold = self._formulas(register, keys)
        now = core.Compare("==", core.Now(), time)
        if register.stores == "latest":
            return core.Since(None, conjunction((hold, core.Not(begin))), conjunction((begin, now)))
        whole = core.Once(None, begin) if is_true(hold) else core.Since(None, hold, begin)
        begun = core.Previously(None, whole)
        first = conjunction((begin, now, core.Not(conjunction((hold, begun)))))
        return core.Once(None, first) if is_true(hold) else core.Since(None, hold, first)


def _with(expr: Expr, read: Expr, other: Expr) -> Expr:
    """The expression with another in the place of the read."""
    return other if expr == read else rewrite(expr, lambda part: _with(part, read, other))


_UIDS = count(-1_000_000_000, -1)


def _instead(expr: Expr, read: Expr, time: Expr) -> Expr:
    """The expression with the time for the read, which may be none."""
    match expr:
        case core.Present(body=body) if body == read:
            return time
        case core.Compare(operator="==" | "!=" as operator, left=left, right=right) if read in (left, right):
            other = right if left == read else left
            if isinstance(other, core.Lit) and other.value is None:
                return TRUE if operator == "!=" else FALSE
        case _ if expr == read:
            return core.Lift(time, OptionalT(TIME))
        case _:
            pass
    return rewrite(expr, lambda part: _instead(part, read, time))


def _absent(atom: core.Compare, read: Expr) -> Expr:
    """The comparison where the read is none; false where it asks for the time itself, which a guard excludes."""
    if any(isinstance(node, core.Present) and node.body == read for node in core.walk(atom)):
        return FALSE
    none = core.Lit(None, OptionalT(TIME))
    sides = [none if side == read else side for side in (atom.left, atom.right)]
    if sides[0] == sides[1]:
        return TRUE if atom.operator == "==" else FALSE
    return replace(atom, left=sides[0], right=sides[1])
