"""Claims and `after` blocks: patterns, conditions and formulas, typed and guarded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, INT, Binder, Compare, Expr, Forall, Lit, OptionalT, RangeT, Var, base_type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.guards import NOTHING, SILENT, Guards, learned
from honnin.spec.elaborate.patterns import typed_patterns
from honnin.spec.elaborate.scope import Binders, Report
from honnin.spec.elaborate.statements import Block
from honnin.spec.elaborate.types import countable, read_type
from honnin.spec.elaborate.unseen import unseen
from honnin.spec.monitorable import Defaults
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span

Form: TypeAlias = Literal["on", "always", "sometime"]

AFTER = Context("an `after` block")
ON = Context("an `on` claim", past=True, atoms=True)
PHASE_2 = Context("an `always` or `sometime` claim", past=True, atoms=True, old=True)


@dataclass(frozen=True, slots=True)
class Builder:
    """Builds the claims and `after` blocks of one specification over its declarations."""

    typer: Typer
    events: Mapping[str, core.Event]
    defaults: Defaults
    report: Report

    def after(self, written: syntax.AfterDecl) -> core.After | None:
        """One `after` block; None after a diagnostic."""
        typer = replace(self.typer, context=AFTER)
        bound = typed_patterns(written.patterns, typer)
        if bound is None:
            return None
        patterns, binders = bound
        inner = typer.binding(binders)
        when = _condition(written.when, inner, written.span)
        if when is None:
            Block(inner, SILENT).statements(written.body)
            return None
        unguarded: list[Diagnostic] = []
        guards = Guards(unguarded.append)
        guards.check(when)
        body = Block(inner, guards).statements(written.body, learned(when, True))
        for diagnostic in unguarded:
            self.report(diagnostic)
        if body is None:
            return None
        after = core.After(patterns, when, body, span=written.span)
        if not any(diagnostic.is_error for diagnostic in unguarded):
            for diagnostic in unseen(after, self.defaults):
                self.report(diagnostic)
        return after

    def claim(self, written: syntax.ClaimDecl) -> core.Claim | None:
        """One claim, but for what is known only of the whole (`prove_only`, `given_only`, `needs_time`)."""
        match written.claim:
            case syntax.OnClaim():
                return self._on(written, written.claim)
            case syntax.AlwaysClaim(body=body):
                if written.kind == "cover":
                    message = "a cover says `on` an event, or `sometime`"
                    self.report(Diagnostic("HN0326", message, written.claim.span))
                    return None
                return self._phase_2(written, body, "always")
            case syntax.SometimeClaim(body=body):
                if written.kind != "cover":
                    message = "`sometime` stands only in a cover"
                    self.report(Diagnostic("HN0326", message, written.claim.span))
                    return None
                return self._phase_2(written, body, "sometime")

    def _on(self, written: syntax.ClaimDecl, claim: syntax.OnClaim) -> core.Claim | None:
        typer = replace(self.typer, context=ON)
        bound = typed_patterns(claim.patterns, typer)
        if bound is None:
            return None
        patterns, binders = bound
        self._about_inputs(written, claim, patterns)
        inner = typer.binding(binders)
        when = _condition(claim.when, inner, claim.span)
        body = inner.within(eventually=written.kind == "invariant").formula(claim.body)
        if when is None or body is None:
            return None
        guards = Guards(self.report)
        guards.check(when)
        guards.check(body, learned(when, True))
        return _claim(written, "on", patterns, when, body)

    def _phase_2(self, written: syntax.ClaimDecl, body: syntax.Expr, form: Form) -> core.Claim | None:
        typed = replace(self.typer, context=PHASE_2).formula(body)
        if typed is None:
            return None
        Guards(self.report).check(typed, NOTHING)
        return _claim(written, form, (), Lit(True, BOOL), typed)

    def _about_inputs(
        self, written: syntax.ClaimDecl, claim: syntax.OnClaim, patterns: tuple[core.Pattern, ...]
    ) -> None:
        """An assumption is about what comes in from outside."""
        if written.kind != "assume":
            return
        for pattern in patterns:
            direction = self.events[pattern.event].direction
            if direction in ("output", "hidden"):
                message = (
                    f"an assumption `on` an event is about an input, and `{pattern.event}` is {direction}"
                )
                hint = "state it as an `invariant`, as `assume ...: always:`, or over an input event"
                self.report(Diagnostic("HN0327", message, pattern.span, hint=hint))
            elif direction == "both":
                message = f"`{pattern.event}` is neither input nor output, and an assumption is about inputs"
                hint = f"declare it `input event {pattern.event}(...)`"
                self.report(Diagnostic("HN0513", message, pattern.span, hint=hint))


def _condition(written: syntax.Expr | None, typer: Typer, span: Span) -> Expr | None:
    return Lit(True, BOOL, span=span) if written is None else typer.formula(written)


def _claim(
    written: syntax.ClaimDecl, form: Form, patterns: tuple[core.Pattern, ...], when: Expr, body: Expr
) -> core.Claim:
    return core.Claim(
        written.name.text,
        written.kind,
        form,
        patterns,
        when,
        body,
        None if written.title is None else written.title.value,
        span=written.name.span,
    )


# ---------------------------------------------------------------- ranges


def within_range(value: Expr, range: RangeT) -> Expr:
    """`low <= value and value <= high`, or none where the value may be none."""
    if isinstance(core.type_of(value), OptionalT):
        none = Compare("==", value, Lit(None, OptionalT(INT)))
        return core.Or((none, within_range(core.Present(value, INT), range)))
    low, high = Lit(range.low, INT), Lit(range.high, INT)
    return core.And((Compare("<=", low, value), Compare("<=", value, high)))


def range_of(type: core.Type) -> RangeT | None:
    """The range of a place, if it has one."""
    inner = base_type(type)
    return inner if isinstance(inner, RangeT) else None


def range_claim(state: core.State, binders: Binders, report: Report) -> core.Claim | None:
    """The implicit invariant `NAME.range` of a state with a range type; None when it has none."""
    range = range_of(state.value)
    if range is None:
        return None
    for key in state.keys:
        if not countable(key):
            message = f"`{state.name}` holds a range, and its keys cannot be gone through one by one"
            hint = "let it hold an Int, and state the bounds in an invariant on the event that writes it"
            report(Diagnostic("HN0215", message, state.span, hint=hint))
            return None
    keys = tuple(binders.make(f"key{n}", key, state.span) for n, key in enumerate(state.keys, 1))
    read = core.StateRead(
        state.name, tuple(Var(b, read_type(b.type)) for b in keys), read_type(state.value), span=state.span
    )
    body = quantified(keys, within_range(read, range))
    title = f"`{state.name}` stays within {range.low}..{range.high}"
    return core.Claim(
        f"{state.name}.range", "invariant", "always", (), Lit(True, BOOL), body, title, True, span=state.span
    )


def quantified(binders: tuple[Binder, ...], body: Expr) -> Expr:
    """`forall` over all the binders."""
    for binder in reversed(binders):
        body = Forall(binder, body)
    return body
