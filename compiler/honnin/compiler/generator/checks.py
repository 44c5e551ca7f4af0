"""The checks of one event as Python."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from honnin.compiler.generator.accounts import Accounts, Named, account_parts, account_reads
from honnin.compiler.generator.expressions import HERE, NOW, POSITION, Level, Printer
from honnin.compiler.generator.lines import Lines
from honnin.compiler.generator.names import comment
from honnin.compiler.generator.program import OPEN, Goal, Program, awaits
from honnin.compiler.generator.specialise import at_event, field_variables, triggered, with_bindings
from honnin.compiler.machine import Check
from honnin.compiler.simplify import FALSE, TRUE, is_false, is_true, negation, normal, simplify
from honnin.spec.core import (
    And,
    Atom,
    Binder,
    Claim,
    Event,
    Expr,
    Forall,
    If,
    Implies,
    Now,
    Old,
    Or,
    Pattern,
    StateRead,
    Var,
    rewrite,
    walk,
)
from honnin.spec.records import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The method of an event, where checks are printed. `event` is None and `number` -1 at the start.

    `fields`: the names that have the event's values; `parameters`: everything at hand that an account may need, with annotations.
    """

    program: Program
    lines: Lines
    printer: Printer
    accounts: Accounts
    event: Event | None
    number: int
    fields: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    changed: Sequence[str]
    depth: int = 0

    def hit(self, number: int) -> None:
        """Count that the claim `number` has something to say here; where it always has, the count of the events tells."""
        if self.lines.depth == self.depth:
            self.program.counted.setdefault(number, {})[self.number] = None
        else:
            self.lines.add(f"self._hits[{number}] += 1")

    def fail(
        self, number: int, check: Check, body: Expr, bound: dict[int, Expr], named: Sequence[Named]
    ) -> None:
        """Note that the claim `number` fails here."""
        reads = account_reads(check, self.event, bound, self.changed)
        parts = account_parts(check, self.event, bound, self.changed)
        account = self.accounts.call(number, check, body, named, reads, parts, self.printer, self.parameters)
        values = values_text(self.fields)
        at = POSITION if self.number >= 0 else "0"
        self.lines.add(
            f"_failed += (Failure({number}, {at}, {at}, {NOW}, {self.number}, {values}, {account}),)"
        )


def values_text(names: Sequence[str]) -> str:
    return f"({', '.join(names)},)" if names else "()"


def headline(lines: Lines, claim: Claim) -> None:
    title = f": {comment(claim.title)}" if claim.title else ""
    lines.add(f"# {claim.kind} {comment(claim.name)}{title}")


# ---------------------------------------------------------------- phase 1


def print_on(site: Site, number: int, check: Check) -> None:
    """The check of an "on" claim, if the event may match one of its patterns; of several the first that matches counts."""
    assert site.event is not None
    patterns = [pattern for pattern in check.claim.patterns if pattern.event == site.event.name]
    alternatives = triggered(check.claim.patterns, site.event)
    if alternatives:
        headline(site.lines, check.claim)
    word = "if"
    for pattern, (condition, bound) in zip(patterns, alternatives, strict=False):
        when = at_event(with_bindings(check.when, bound), site.event)
        trigger = _Trigger(site, number, check, bound, _named(site.program, site.event, pattern))
        if is_true(condition) and word == "if":
            _when(site, when, trigger)
        elif not is_false(condition):
            head = "else:" if is_true(condition) else f"{word} {site.printer.test(condition)}:"
            with site.lines.block(head):
                _when(site, when, trigger)
            word = "elif"


def _when(site: Site, when: Expr, trigger: _Trigger) -> None:
    if not is_false(when):
        with site.lines.where(site.printer, when):
            trigger.print()


def _named(program: Program, event: Event, pattern: Pattern) -> tuple[Named, ...]:
    return tuple(
        Named(argument.name, variable, is_personal(program, event, index))
        for index, (argument, variable) in enumerate(
            zip(pattern.arguments, field_variables(event), strict=True)
        )
        if isinstance(argument, Binder)
    )


def is_personal(program: Program, event: Event, index: int) -> bool:
    """Whether the values of a field are never shown in clear."""
    parameter = event.fields[index]
    return parameter.personal or program.personal(parameter.type, f"{event.name}.{parameter.name}")


@dataclass(frozen=True, slots=True)
class _Trigger:
    """One match of an "on" claim, whose binders stand for the fields in `bound`."""

    site: Site
    number: int
    check: Check
    bound: dict[int, Expr]
    named: tuple[Named, ...]

    def _here(self, expr: Expr) -> Expr:
        assert self.site.event is not None
        return at_event(with_bindings(expr, self.bound), self.site.event)

    def print(self) -> None:
        site, lines, body = self.site, self.site.lines, self.check.body
        if self.check.claim.kind == "cover":
            reached = self._here(body)
            if not is_false(reached):
                with lines.where(site.printer, reached):
                    site.hit(self.number)
            return
        premise: Expr = TRUE
        if isinstance(self.check.claim.body, Implies) and isinstance(body, Implies):
            premise, body = self._here(body.left), body.right
        if is_false(premise):
            return
        with lines.where(site.printer, premise):
            site.hit(self.number)
            judged = self._here(body)
            if awaits(judged):
                self._raise(judged)
            elif not is_true(judged):
                with lines.where(site.printer, simplify(negation(judged))):
                    site.fail(self.number, self.check, judged, self.bound, self.named)

    def _raise(self, body: Expr) -> None:
        site, lines = self.site, self.site.lines
        names = tuple((item.name, -1 - item.variable.binder.uid) for item in self.named)
        if isinstance(body, StateRead) and body.state in site.program.alone:
            self._await(site.program.goals[body.state], body, names)
            return
        left = site.printer.names.private("_formula")
        lines.add(f"{left}: Formula = {formula(site.printer, body)}", f"_known = truth({left})")
        with lines.block("if _known is False:"):
            site.fail(self.number, self.check, FALSE, self.bound, self.named)
        with lines.block("elif _known is None:"):
            lines.add(
                f"self._await(Obligation({self.number}, {POSITION}, {left}, {NOW}, {site.number},"
                f" {values_text(site.fields)}, {names!r}))"
            )

    def _await(self, goal: Goal, read: StateRead, names: tuple[tuple[str, int], ...]) -> None:
        """What is awaited is all that is left of the claim: it waits for its key, and in the queue of its deadlines."""
        site, lines = self.site, self.site.lines
        attribute = site.program.place(read.state).attribute
        key = site.printer.key(read)
        places = tuple(-1 - part.binder.uid for part in read.keys if isinstance(part, Var))
        site.program.raised.setdefault(goal.place, {})[site.number] = (places, names)
        with lines.block(f"if not {attribute} and {NOW} + {goal.bound} < self._due:"):
            lines.add(f"self._due = {NOW} + {goal.bound}")
        with lines.block(f"if {attribute}.setdefault({key}, {HERE}) is not {HERE}:"):
            lines.add(f"{attribute}_again.setdefault({key}, deque()).append({HERE})")


def formula(printer: Printer, body: Expr) -> str:
    """What is left of a claim with `eventually`, as an expression that makes it; guards are looked at before their uses."""
    if not awaits(body):
        return printer.text(body)
    match body:
        case StateRead(state=name):
            goal = printer.program.goals[name]
            attribute = printer.program.place(name).attribute
            return f"Goal({attribute}, {printer.key(body)}, {NOW} + {goal.bound})"
        case And(items=(first, *rest)):
            if not rest:
                return formula(printer, first)
            others = formula(printer, And(tuple(rest)))
            if awaits(first):
                return f"every(({formula(printer, first)}, {others}))"
            return f"({others} if {printer.text(first, Level.OR)} else False)"
        case Or(items=(first, *rest)):
            if not rest:
                return formula(printer, first)
            others = formula(printer, Or(tuple(rest)))
            if awaits(first):
                return f"some(({formula(printer, first)}, {others}))"
            return f"(True if {printer.text(first, Level.OR)} else {others})"
        case Implies(left=left, right=right):
            return f"({formula(printer, right)} if {printer.text(left, Level.OR)} else True)"
        case If(condition=condition, then=then, otherwise=otherwise):
            test = printer.text(condition, Level.OR)
            return f"({formula(printer, then)} if {test} else {formula(printer, otherwise)})"
        case Forall(binder=binder, body=inner):
            plans = printer.planner.plans((binder,), normal(simplify(_unawaited(inner)), False))
            parts = [printer.comprehension(plan) for plan in plans]
            texts = [f"[{formula(scope, inner)} {clauses}]" for clauses, scope in parts]
            return f"every({' + '.join(texts) or '()'})"
        case _:
            raise TypeError(f"`eventually` stands under {type(body).__name__}")


def _unawaited(expr: Expr) -> Expr:
    """The formula as if nothing awaited ever held: where it is true, nothing is awaited."""
    if isinstance(expr, StateRead) and expr.state.startswith(OPEN):
        return FALSE
    return rewrite(expr, _unawaited)


# ---------------------------------------------------------------- phase 2


def print_always(site: Site, number: int, check: Check) -> None:
    """The check of an "always" or "sometime" claim after an event."""
    assert site.event is not None
    body = at_event(check.body, site.event, site.changed)
    lines, printer = site.lines, site.printer
    wanted = check.claim.form == "sometime"
    if (is_true(body) and not wanted) or (is_false(body) and wanted):
        return
    headline(lines, check.claim)
    test = body if wanted else simplify(negation(body))
    if is_steady(check):
        held = f"self._held_{number}"
        if changes_value(check, site.changed):
            lines.add(f"{held} = {printer.text(body)}")
        with lines.block(f"if {'' if wanted else 'not '}{held}:"):
            _result(site, number, check, body)
    else:
        with lines.where(printer, test):
            _result(site, number, check, body)


def _result(site: Site, number: int, check: Check, body: Expr) -> None:
    if check.claim.form == "sometime":
        site.hit(number)
    else:
        site.fail(number, check, body, {}, ())


def is_steady(check: Check) -> bool:
    """Whether the claim's value can change only when a state that it reads changes, so that it need not be looked at otherwise."""
    return check.phase == 2 and not any(
        isinstance(node, Now | Old | Atom) or (isinstance(node, StateRead) and node.state.startswith("#"))
        for node in walk(check.body)
    )


def changes_value(check: Check, changed: Collection[str]) -> bool:
    return any(isinstance(node, StateRead) and node.state in changed for node in walk(check.body))
