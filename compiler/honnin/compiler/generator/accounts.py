"""The methods that give an account of a failure: the names bound, the values that witness it, and what the claim read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from honnin.compiler.generator.expressions import NOW, Printer
from honnin.compiler.generator.lines import Lines, loop
from honnin.compiler.generator.names import comment
from honnin.compiler.generator.program import Place, Program, awaits
from honnin.compiler.generator.specialise import OLD, at_event, at_start, with_bindings
from honnin.compiler.machine import Check
from honnin.compiler.simplify import conjunction, free, negation
from honnin.spec.core import (
    TEMPORAL,
    Binder,
    DurationT,
    Event,
    Exists,
    Expr,
    Forall,
    GivenRead,
    Implies,
    Not,
    Present,
    StateRead,
    TimeT,
    Type,
    Var,
    base_type,
    type_of,
    walk,
)
from honnin.spec.records import dataclass, field, replace
from honnin.spec.words import expression

_STEPS = 15
"""A witness that takes more steps to find is not looked for: Python lets no more than 20 loops be nested."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name that a claim's pattern binds: its variable, and whether its values are personal."""

    name: str
    variable: Var
    personal: bool


@dataclass(slots=True)
class Accounts:
    """The account methods made so far."""

    program: Program
    methods: list[Lines] = field(default_factory=list)
    _known: dict[tuple[int, Expr], str] = field(default_factory=dict)

    def call(
        self,
        number: int,
        check: Check,
        body: Expr,
        named: Sequence[Named],
        reads: Sequence[tuple[Expr, Expr]],
        parts: Sequence[tuple[Expr, Expr]],
        printer: Printer,
        parameters: Sequence[tuple[str, str]],
    ) -> str:
        """The call of the method that explains why `body` is false; `parameters`: what is at hand, with annotations."""
        local = bool(named) or _is_local(body) or any(_is_local(lowered) for _, lowered in (*reads, *parts))
        used = tuple(parameters) if local else ()
        name = None if local else self._known.get((number, body))
        if name is None:
            name = f"_account_{len(self.methods) + 1}"
            self._method(
                name,
                check,
                body,
                named,
                reads,
                parts,
                replace(printer.inner(), once=None, through=None),
                used,
            )
            if not local:
                self._known[number, body] = name
        return f"self.{name}({', '.join((NOW, *(name for name, _ in used)))})"

    def _method(
        self,
        name: str,
        check: Check,
        body: Expr,
        named: Sequence[Named],
        reads: Sequence[tuple[Expr, Expr]],
        parts: Sequence[tuple[Expr, Expr]],
        printer: Printer,
        parameters: Sequence[tuple[str, str]],
    ) -> None:
        lines = Lines()
        self.methods.append(lines)
        signature = ", ".join(("self", f"{NOW}: int", *(f"{name}: {kind}" for name, kind in parameters)))
        with lines.block(f"def {name}({signature}) -> Account:"):
            lines.add(f"# why {comment(check.claim.name)} fails")
            binders, failing = _witness(body, _foralls(check.claim.body))
            if binders:
                plans = printer.planner.plans(binders, failing)
                for plan in (plan for plan in plans if len(plan) < _STEPS):
                    with loop(lines, printer, plan) as scope:
                        found = [
                            Named(b.name, Var(b, b.type), self.program.personal(b.type)) for b in binders
                        ]
                        lines.add(f"return {self._pair(scope, (*named, *found), reads, parts)}")
            lines.add(f"return {self._pair(printer, named, reads, parts)}")

    def _pair(
        self,
        scope: Printer,
        named: Iterable[Named],
        reads: Sequence[tuple[Expr, Expr]],
        parts: Sequence[tuple[Expr, Expr]],
    ) -> str:
        bindings = [
            (item.name, self._shown(scope.text(item.variable), item.variable.type, item.personal))
            for item in named
        ]
        why = [
            (
                expression(original),
                self._shown(scope.text(lowered), type_of(lowered), self._personal(original)),
            )
            for original, lowered in reads
            if free(lowered) <= scope.variables.keys()
        ]
        values = [
            (expression(original), scope.text(lowered))
            for original, lowered in parts
            if free(lowered) <= scope.variables.keys()
        ]
        told = f"{_dictionary(bindings)}, {_dictionary(why)}, {self._causes(scope, reads)}"
        return f"{told}, {_dictionary(values)}"

    def _causes(self, scope: Printer, reads: Sequence[tuple[Expr, Expr]]) -> str:
        """For each place that was read: what the author wrote, and the events that it comes from."""
        found: dict[str, None] = {}
        for original, lowered in reads:
            for node in walk(lowered):
                if isinstance(node, StateRead) and free(node) <= scope.variables.keys():
                    place = self.program.place(node.state)
                    if place.traced:
                        added = self.program.is_sum(place)
                        found[f"({expression(original)!r}, {_cause(scope, place, node)}, {added})"] = None
        return f"({', '.join(found)},)" if found else "()"

    def _shown(self, text: str, type: Type, personal: bool) -> str:
        inner = base_type(type)
        if personal:
            return f"self._masked({text})"
        return f"seconds({text})" if isinstance(inner, TimeT | DurationT) else text

    def _personal(self, read: Expr) -> bool:
        type = type_of(read)
        places = [
            n.state if isinstance(n, StateRead) else n.given
            for n in walk(read)
            if isinstance(n, StateRead | GivenRead)
        ]
        return any(self.program.personal(type, place) for place in places)


def _cause(scope: Printer, place: Place, read: StateRead) -> str:
    """The event that the value comes from, and the one whose value that replaced."""
    if place.scalar:
        return f"{place.source}, None"
    key = scope.key(read)
    cleared = f"self._cleared.get(({place.name!r}, {key}))"
    horizon = scope.program.horizon(place)
    if horizon is not None:
        cleared = f"lately({cleared}, {NOW} - {horizon})"
    if place.marks:
        return f"{place.attribute}.get({key}) or {cleared}, None"
    replaced = f"{place.replaced}.get({key})" if place.replaces else "None"
    return f"{place.source}.get({key}) or {cleared}, {replaced}"


def account_reads(
    check: Check, event: Event | None, bound: dict[int, Expr], changed: Sequence[str]
) -> list[tuple[Expr, Expr]]:
    """What an account shows of the claim's reads: each as written and as it is read at the event."""
    return _shown_here(check.reads, event, bound, changed)


def account_parts(
    check: Check, event: Event | None, bound: dict[int, Expr], changed: Sequence[str]
) -> list[tuple[Expr, Expr]]:
    """The formulas that the claim is made of, likewise; those that may stand behind a guard are left out."""
    return _shown_here(check.parts, event, bound, changed)


def _shown_here(
    shown: Sequence[tuple[Expr, Expr]],
    event: Event | None,
    bound: dict[int, Expr],
    changed: Sequence[str],
) -> list[tuple[Expr, Expr]]:
    found = []
    for original, lowered in shown:
        unguarded = not isinstance(original, TEMPORAL) and any(isinstance(n, Present) for n in walk(original))
        if not unguarded and not awaits(lowered):
            here = with_bindings(lowered, bound)
            found.append((original, at_start(here) if event is None else at_event(here, event, changed)))
    return found


def _foralls(body: Expr) -> int:
    """How many outermost `forall`s and denied `exists`s the author wrote: so many values witness a failure."""
    match body:
        case Forall(body=inner):
            return 1 + _foralls(inner)
        case Not(body=Exists(body=inner)):
            return 1 + _foralls(negation(inner))
        case Implies(right=right):
            return _foralls(right)
        case _:
            return 0


def _witness(body: Expr, most: int) -> tuple[list[Binder], Expr]:
    """The binders of these outermost quantifiers, `most` of them, and what holds of the values that make the formula false."""
    match body:
        case Forall(binder=binder, body=inner) if most:
            binders, failing = _witness(inner, most - 1)
            return [binder, *binders], failing
        case Not(body=Exists(binder=binder, body=inner)) if most:
            binders, failing = _witness(negation(inner), most - 1)
            return [binder, *binders], failing
        case Implies(left=left, right=right) if most:
            binders, failing = _witness(right, most)
            return binders, conjunction((left, failing)) if binders else conjunction((left, negation(right)))
        case _:
            return [], negation(body)


def _is_local(expr: Expr) -> bool:
    """Whether the expression reads what only the method of an event has at hand."""
    return any(
        (isinstance(node, Var) and -1_000_000 < node.binder.uid < 0)
        or (isinstance(node, StateRead) and node.state.startswith(OLD))
        for node in walk(expr)
    )


def _dictionary(entries: Iterable[tuple[str, str]]) -> str:
    return "{" + ", ".join(f"{name!r}: {text}" for name, text in entries) + "}"
