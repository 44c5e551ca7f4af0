"""What core promises of its trees, checked on every sound specification at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from honnin.spec import core
from honnin.spec.bundled import bundled_names
from honnin.spec.core import BOOL, DURATION, INT, TIME, Expr, OptionalT, RangeT, Type, type_of
from honnin.spec.lints import statements
from honnin.spec.load import check_file, check_text

ROOT = Path(__file__).parents[2]
LIBRARY = ROOT / "spec" / "honnin" / "spec" / "library"
FILES = [*sorted((ROOT / "examples").glob("*/*.honnin")), *(LIBRARY / f"{n}.honnin" for n in bundled_names())]

EVERYTHING = """spec t
entity P, R
enum K { tax, seal }
enum L { seal, car }
const D: Duration = 60s
const N: Int = 3
given lim: Int
given may: P, K -> Bool
event a(x: Int)
event w(r: R, p: P)
event kind(k: K, o: 0..5?)
event timed(t: Time, d: Duration, s: Text?)
state n: Int
state m: R -> P?
state c: P -> Int = N
state f: K -> 0..5
state g: K, L -> Duration
state o: K -> 0..5?
state last: R -> Time?
define held(r: R): P? = m[r]
define more(x: Int) = x + 1 > n and (exists p: P. c[p] == x)
after w(r, p) when m[r] == none or m[r]! != p { m[r] := p c[p] += 1 last[r] := now }
after kind(k, v) or kind(o: v, k: k) {
  o[k] := v
  if v != none { f[k] := v! } else { f[k] := N }
  for j: L { g[k, j] := D }
}
after a(x) { for p: P where c[p] != N { c[p] := x } }
invariant i "": on w(r, p) when held(r) != none: held(r) == p and (if n == 0 then p else none) != m[r]
invariant j "": on a(x): more(x) iff more(x + 1) or sum(c[q] for q: P where c[q] != N) == -n * 2
invariant k "": always: forall r: R, b: Bool. old(m[r]) == none or m[r] == old(m[r]) or b
invariant l "": on timed(t, d, s): now - t <= d and t + 2 * d > now and s != "x" and sum(g[q, car] for q: K) > d - D
invariant u "": on w(r, p): (not w(r, _)) since[<= D] w(r, p) implies eventually[<= 5s] w(_, p) or may[p, seal]
invariant v "": on kind(q, _): count[<= D](kind(q, none)) < lim and earlier kind(tax, 3) and f[seal] + 1 < 7
cover y: sometime: count(r: R where m[r] != none) == 2 and previously historically once (n == 0)
"""


def read_type(place: Type) -> Type:
    match place:
        case RangeT():
            return INT
        case OptionalT(inner=RangeT()):
            return OptionalT(INT)
        case _:
            return place


class Typing:
    """Collects what is wrong with expressions over the places of one module."""

    def __init__(self, module: core.Module) -> None:
        self.wrong: list[str] = []
        self.places: dict[str, tuple[tuple[Type, ...], Type]] = {}
        self.events = {event.name: event for event in module.main.events}
        for specification in module.specifications:
            self.places |= {state.name: (state.keys, state.value) for state in specification.states}
            self.places |= {given.name: (given.keys, given.value) for given in specification.givens}

    def same(self, expr: Expr, wanted: Type) -> None:
        found = type_of(expr)
        if found != wanted or isinstance(found, RangeT):
            self.wrong.append(f"{expr}: {found}, not {wanted}")

    def keys(self, name: str, keys: tuple[Expr, ...]) -> None:
        for key, type in zip(keys, self.places[name][0], strict=True):
            self.same(key, read_type(type))

    def formula(self, expr: Expr) -> None:
        self.same(expr, BOOL)
        self.all(expr)

    def all(self, expr: Expr) -> None:
        for node in core.walk(expr):
            if isinstance(type_of(node), RangeT):
                self.wrong.append(f"{node} has a range for its type")
            self.node(node)

    def node(self, node: Expr) -> None:
        match node:
            case core.StateRead(state=name, keys=keys) | core.GivenRead(given=name, keys=keys):
                self.keys(name, keys)
                self.same(node, read_type(self.places[name][1]))
            case core.VarRead(variable=name, keys=keys):
                self.keys(name, keys)
                self.same(node, read_type(self.places[name][1]))
            case core.Var(binder=binder):
                self.same(node, read_type(binder.type))
            case core.Lift(body=body, type=OptionalT(inner=inner)):
                self.same(body, inner)
            case core.Present(body=body, type=type):
                self.same(body, OptionalT(type))
            case core.Compare(operator=operator, left=left, right=right):
                self.same(right, type_of(left))
                if operator not in ("==", "!=") and type_of(left) not in (INT, TIME, DURATION):
                    self.wrong.append(f"{node} has no order")
            case core.If(condition=condition, then=then, otherwise=otherwise, type=type):
                self.same(condition, BOOL)
                self.same(then, type)
                self.same(otherwise, type)
            case core.Atom(event=event, arguments=arguments):
                for argument, field in zip(arguments, self.events[event].fields, strict=True):
                    if argument is not None:
                        self.same(argument, read_type(field.type))
            case core.Old(body=body, type=type) | core.Minus(body=body, type=type):
                self.same(body, type)
            case core.Sum(term=term, where=where, type=type):
                self.same(term, type)
                self.same(where, BOOL)
            case core.Lit() | core.Now() | core.Arithmetic() | core.AtLabel():
                pass
            case _:
                for child in core.children(node):
                    self.same(child, BOOL)

    def body(self, body: tuple[core.Statement, ...]) -> None:
        for statement in statements(body):
            match statement:
                case core.Assign(place=place, keys=keys, value=value):
                    self.keys(place, keys)
                    self.same(value, read_type(self.places[place][1]))
                    for expr in (*keys, value):
                        self.all(expr)
                case core.Emit(event=event, arguments=arguments):
                    for argument, field in zip(arguments, self.events[event].fields, strict=True):
                        self.same(argument, read_type(field.type))
                        self.all(argument)
                case core.When(condition=formula) | core.IfStatement(condition=formula):
                    self.formula(formula)
                case core.Pick(where=formula) | core.For(where=formula):
                    self.formula(formula)
                case core.Either() | core.Goto() | core.Stop():
                    pass


def faults(module: core.Module) -> list[str]:
    typing = Typing(module)
    for specification in module.specifications:
        for claim in specification.claims:
            typing.formula(claim.when)
            typing.formula(claim.body)
        for after in specification.updates:
            typing.formula(after.when)
            typing.body(after.body)
        for state in specification.states:
            typing.same(state.default, read_type(state.value))
            typing.all(state.default)
    for system in module.systems:
        own = Typing(module)
        own.places |= {v.name: (v.keys, v.value) for v in system.variables}
        for variable in system.variables:
            if variable.initial is not None:
                own.same(variable.initial, read_type(variable.value))
        for formula in (*system.init, *(known.condition for known in system.properties)):
            own.formula(formula)
        for body in (*(a.body for a in system.actions), *(s.body for p in system.processes for s in p.steps)):
            own.body(body)
        typing.wrong += own.wrong
    return typing.wrong


def binders(module: core.Module) -> Iterator[core.Binder]:
    """Every name that a formula of a specification binds."""
    for claim in module.main.claims:
        for node in (*core.walk(claim.when), *core.walk(claim.body)):
            match node:
                case core.Forall(binder=binder) | core.Exists(binder=binder):
                    yield binder
                case core.Count(binders=bound) | core.Sum(binders=bound):
                    yield from bound
                case _:
                    pass
        yield from {a for p in claim.patterns for a in p.arguments if isinstance(a, core.Binder)}


def modules() -> list[ParameterSet]:
    everything = pytest.param(check_text(EVERYTHING).module, id="everything")
    return [everything, *(pytest.param(check_file(file).module, id=file.stem) for file in FILES)]


@pytest.mark.parametrize("module", modules())
def test_types_agree_exactly(module: core.Module | None) -> None:
    assert module is not None, check_text(EVERYTHING).diagnostics
    assert faults(module) == []


@pytest.mark.parametrize("module", modules())
def test_every_bound_name_has_a_number_of_its_own(module: core.Module | None) -> None:
    assert module is not None
    numbers = [binder.uid for binder in binders(module)]
    assert len(numbers) == len(set(numbers))
