"""Warnings about a module that loads: what is probably not what its author meant.

Only what the file itself declares is looked at, for a file in use has its own lints; but claims that cannot be monitored are
named wherever they come from, for an oracle of this file leaves them out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from honnin.spec import core
from honnin.spec.core import Binder, Claim, Expr, Module, Pattern, Specification, Statement, System
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.logs.elaborate import untimed
from honnin.spec.words import expression


def lints(module: Module, file: str) -> tuple[Diagnostic, ...]:
    """The warnings about `module`, whose main file is `file`, in the order of the text."""
    found = (
        *(lint for claim in module.main.claims for lint in _claim_lints(claim)),
        *_unused(module),
        *(lint for system in module.systems for lint in _system_lints(system)),
        *untimed(module.main),
    )
    own = [lint for lint in found if lint.span.file == file or lint.code in _EVERYWHERE]
    return tuple(sorted(own, key=lambda lint: lint.span))


# ---------------------------------------------------------------- claims

_EVERYWHERE = frozenset({"HN0501", "HN0502"})


def _claim_lints(claim: Claim) -> Iterator[Diagnostic]:
    if claim.prove_only is not None:
        yield _prove_only(claim, claim.prove_only)
    if claim.kind == "invariant" and claim.title is None and not claim.implicit:
        yield Diagnostic(
            "HN0503",
            f"the invariant `{claim.name}` has no title",
            claim.span,
            hint=f'say why it must hold: invariant {claim.name.rpartition(".")[2]} "..."',
        )
    for formula in (claim.when, claim.body):
        for node in core.walk(formula):
            yield from _past_lints(node, claim.patterns)


def _prove_only(claim: Claim, reason: core.ProveOnly) -> Diagnostic:
    if reason.reason == "hidden":
        return Diagnostic(
            "HN0502",
            f"`{claim.name}` can be proved but not monitored: it depends on hidden events",
            claim.span,
            hint=f"no log tells `{reason.formula}`",
        )
    return Diagnostic(
        "HN0501",
        f"`{claim.name}` can be proved but not monitored: "
        f"a value of `{reason.variable}` that is in no trace may matter in `{reason.formula}`",
        claim.span,
        expected=f"a formula that is decided by itself when `{reason.variable}` is a value never seen",
        hint=f"tie `{reason.variable}` to an event or to a key of a state",
    )


def _past_lints(node: Expr, patterns: tuple[Pattern, ...]) -> Iterator[Diagnostic]:
    match node:
        case core.Once(interval=interval, body=core.Atom() as atom) if (
            interval is None or 0 in interval
        ) and any(_is_trigger(atom, pattern) for pattern in patterns):
            yield Diagnostic(
                "HN0504",
                f"`{expression(node)}` is always true here: the event itself counts",
                node.span,
                hint=f"for what was before this event, write `{expression(_earlier(node))}`",
            )
        case core.Previously(body=body) if not any(isinstance(n, core.TEMPORAL) for n in core.walk(body)):
            yield Diagnostic(
                "HN0505",
                f"`{expression(node)}` speaks of the previous event of anybody",
                node.span,
                hint="for the last event of one kind or of one person, use `earlier` or `since`, or keep it in a state",
            )


def _earlier(once: core.Once) -> core.Earlier:
    return core.Earlier(once.interval, once.body)


def _is_trigger(atom: core.Atom, pattern: Pattern) -> bool:
    """Whether the event that matches the pattern is one that the atom speaks of."""
    return atom.event == pattern.event and all(
        argument is None
        or (isinstance(bound, Binder) and isinstance(argument, core.Var) and argument.binder == bound)
        or (isinstance(bound, core.Lit) and argument == bound)
        for argument, bound in zip(atom.arguments, pattern.arguments, strict=True)
    )


# ---------------------------------------------------------------- what is declared and never used


def _unused(module: Module) -> Iterator[Diagnostic]:
    specification = module.main
    read, used = frozenset(_names_read(module)), _used(module)
    written = frozenset(
        statement.place
        for after in specification.updates
        for statement in statements(after.body)
        if isinstance(statement, core.Assign)
    )
    for state in specification.states:
        has_claim = isinstance(core.base_type(state.value), core.RangeT)
        if state.name not in read and not has_claim:
            yield Diagnostic(
                "HN0506", f"the state `{state.name}` is never read", state.span, hint="leave it out"
            )
        elif state.name not in used and not has_claim:
            yield Diagnostic(
                "HN0506",
                f"nothing depends on the state `{state.name}`: only `after` blocks read it, for what nothing else reads",
                state.span,
                hint="leave it out, or state the claim that it was for",
            )
        if state.name not in written:
            yield Diagnostic(
                "HN0507",
                f"no event changes the state `{state.name}`: it keeps its default",
                state.span,
                hint="write it in an `after`, or declare a `given` or a `const`",
            )
    for given in specification.givens:
        if given.name not in read:
            yield Diagnostic(
                "HN0508", f"the given `{given.name}` is never read", given.span, hint="leave it out"
            )


def _names_read(module: Module) -> Iterator[str]:
    """The states and givens that something reads."""
    formulas = (
        *specification_formulas(module.main),
        *(formula for system in module.systems for formula in system_formulas(system)),
    )
    return _read_in(formulas)


def _read_in(formulas: Iterable[Expr]) -> Iterator[str]:
    for formula in formulas:
        for node in core.walk(formula):
            match node:
                case core.StateRead(state=name) | core.GivenRead(given=name):
                    yield name
                case _:
                    pass


def _used(module: Module) -> frozenset[str]:
    """What claims and systems read, and what is read to write such a state."""
    formulas = (
        *_claim_formulas(module.main),
        *(formula for system in module.systems for formula in system_formulas(system)),
    )
    used = set(_read_in(formulas))
    waiting = [(statement, after.when) for after in module.main.updates for statement in after.body]
    while True:
        rest = []
        for statement, when in waiting:
            places = (s.place for s in statements((statement,)) if isinstance(s, core.Assign))
            if used.isdisjoint(places):
                rest.append((statement, when))
            else:
                used.update(_read_in((when, *_statement_formulas((statement,)))))
        if len(rest) == len(waiting):
            return frozenset(used)
        waiting = rest


def specification_formulas(specification: Specification) -> Iterator[Expr]:
    """Every expression of a specification but the bounds of ranges."""
    yield from _claim_formulas(specification)
    for after in specification.updates:
        yield after.when
        yield from _statement_formulas(after.body)
    for state in specification.states:
        yield state.default


def _claim_formulas(specification: Specification) -> Iterator[Expr]:
    for claim in specification.claims:
        if not claim.implicit:
            yield claim.when
            yield claim.body


# ---------------------------------------------------------------- systems


def _system_lints(system: System) -> Iterator[Diagnostic]:
    for process in system.processes:
        if len(process.parameters) > 1:
            yield Diagnostic(
                "HN0509",
                f"the process `{process.name}` has one instance for each combination of "
                f"{len(process.parameters)} parameters",
                process.span,
                hint="give it one parameter, and let a step pick the others",
            )


def system_formulas(system: System) -> Iterator[Expr]:
    """Every expression of a system: of variables, conditions and statements."""
    yield from system.init
    for variable in system.variables:
        if variable.initial is not None:
            yield variable.initial
    for known in system.properties:
        yield known.condition
    for action in system.actions:
        yield from _statement_formulas(action.body)
    for process in system.processes:
        for step in process.steps:
            yield from _statement_formulas(step.body)


def statements(body: tuple[Statement, ...]) -> Iterator[Statement]:
    """The statements and all that are in them."""
    for statement in body:
        yield statement
        match statement:
            case core.IfStatement(then=then, otherwise=otherwise):
                yield from statements(then)
                yield from statements(otherwise)
            case core.Either(branches=branches):
                for branch in branches:
                    yield from statements(branch)
            case core.For(body=inner):
                yield from statements(inner)
            case _:
                pass


def _statement_formulas(body: tuple[Statement, ...]) -> Iterator[Expr]:
    for statement in statements(body):
        match statement:
            case core.Assign(keys=keys, value=value):
                yield from keys
                yield value
            case core.Emit(arguments=arguments):
                yield from arguments
            case core.When(condition=condition) | core.IfStatement(condition=condition):
                yield condition
            case core.Pick(where=where) | core.For(where=where):
                yield where
            case core.Either() | core.Goto() | core.Stop():
                pass
