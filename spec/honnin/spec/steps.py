"""The bodies of actions and of the steps of processes: statements typed in sequence, each in the scope of the picks before it.

The order of statements is checked by `order`, and what a step may read by `reading`.
"""

from __future__ import annotations

from collections.abc import Sequence

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, DURATION, INT, Binder, Expr, Lit, Statement, Var
from honnin.spec.elaborate.expressions import Typer
from honnin.spec.elaborate.guards import NOTHING, Guards, Places, learned
from honnin.spec.elaborate.references import arguments_of
from honnin.spec.elaborate.scope import Broken, Variable, unshadowed
from honnin.spec.elaborate.types import place_type, read_type
from honnin.spec.near import did_you_mean
from honnin.spec.reading import Place, Reading
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span


@dataclass(frozen=True, slots=True)
class Step:
    """Types one block of a step. `loops`: the names of the `for` around; `events`: those that the system may emit."""

    typer: Typer
    reading: Reading
    events: frozenset[str]
    loops: tuple[Binder, ...] = ()

    def block(self, body: Sequence[syntax.Statement], known: Places = NOTHING) -> tuple[Statement, ...]:
        """The statements that have no mistake; of the others each has been reported."""
        step, typed = self, list[Statement]()
        for written in body:
            statement = step._statement(written, known)
            if isinstance(statement, core.Pick):
                step = replace(step, typer=step.typer.binding((statement.binder,)))
            if statement is not None:
                typed.append(statement)
            known = _known_after(written, statement, known)
        return tuple(typed)

    def _statement(self, written: syntax.Statement, known: Places) -> Statement | None:
        span = written.span
        if self.loops and not isinstance(written, syntax.Assign | syntax.If):
            return None  # reported by `order`
        match written:
            case syntax.Assign():
                return self._assign(written, known)
            case syntax.Emit():
                return self._emit(written, known)
            case syntax.When(condition=condition):
                typed = self._formula(condition, "when", known)
                return None if typed is None else core.When(typed, span=span)
            case syntax.If():
                return self._if(written, known)
            case syntax.Pick():
                return self._pick(written, known)
            case syntax.Either(branches=branches):
                return core.Either(tuple(self.block(branch, known) for branch in branches), span=span)
            case syntax.Goto(label=label):
                return core.Goto(label.text, span=span)
            case syntax.Stop():
                return core.Stop(span=span)
            case syntax.For():
                return self._for(written, known)

    def _seen(self, expr: Expr | None, place: Place, known: Places, written: Span) -> Expr | None:
        """The expression, after a look at what it reads and at its `x!`."""
        if expr is not None:
            self.reading.look(expr, place, written)
            Guards(self.typer.report, steps=not self.loops).check(expr, known)
        return expr

    def _formula(self, written: syntax.Expr, place: Place, known: Places) -> Expr | None:
        return self._seen(self.typer.formula(written), place, known, written.span)

    def _where(self, written: syntax.Expr | None, span: Span, place: Place, known: Places) -> Expr | None:
        return Lit(True, BOOL, span=span) if written is None else self._formula(written, place, known)

    def _assign(self, written: syntax.Assign, known: Places) -> Statement | None:
        variable = self._variable(written.target)
        if variable is None:
            return None
        target = self.typer.expression(
            syntax.Reference(written.target, written.index, span=written.target.span)
        )
        value = self.typer.value(written.value, variable.value, f"`{written.target.text}`")
        if not isinstance(target, core.VarRead) or value is None:
            return None
        if written.operator != ":=" and read_type(variable.value) not in (INT, DURATION):
            self.typer.fail("HN0214", f"`{written.operator}` needs an Int or a Duration", written.span)
            return None
        for expr in (*target.keys, value):
            self._seen(expr, "assignment", known, written.span)
        missing = [
            b.name for b in self.loops if not any(isinstance(k, Var) and k.binder == b for k in target.keys)
        ]
        if missing:
            names = ", ".join(f"`{name}`" for name in missing)
            self.typer.fail("HN0412", f"this write in a `for` lacks {names} among its keys", written.span)
            return None
        return core.Assign(target.variable, target.keys, written.operator, value, span=written.span)

    def _variable(self, target: syntax.Name) -> Variable | None:
        """The variable that is assigned; None after a diagnostic."""
        values = self.typer.scope.values
        match values.get(target.text):
            case Variable() as variable:
                return variable
            case Broken():
                return None
            case Binder():
                self.typer.fail(
                    "HN0410",
                    f"`{target.text}` is a parameter, picked or loop name, which keeps its value",
                    target.span,
                )
            case _:
                variables = [name for name, meaning in values.items() if isinstance(meaning, Variable)]
                self.typer.fail(
                    "HN0411",
                    f"`{target.text}` is no variable of the system",
                    target.span,
                    did_you_mean(target.text, variables),
                )
        return None

    def _emit(self, written: syntax.Emit, known: Places) -> Statement | None:
        name, typer = written.event.text, self.typer
        event = typer.scope.values.get(name)
        if not isinstance(event, core.Event) or name not in self.events:
            if not isinstance(event, Broken):
                typer.fail(
                    "HN0413",
                    f"the system implements no specification with an event `{name}`",
                    written.event.span,
                    did_you_mean(name, self.events),
                )
            return None
        arguments = arguments_of(written.arguments, event, written.span, typer.report)
        if arguments is None:
            return None
        values = list[Expr | None]()
        for argument, field in zip(arguments, event.fields, strict=True):
            if argument is None or isinstance(argument, syntax.Wildcard):
                place = written.span if argument is None else argument.span
                typer.fail("HN0418", f"`emit {name}` does not say what `{field.name}` is", place)
                values.append(None)
            else:
                value = typer.value(argument, field.type, f"the field `{field.name}`")
                values.append(self._seen(value, "emitted argument", known, argument.span))
        sound = tuple(value for value in values if value is not None)
        return core.Emit(name, sound, span=written.span) if len(sound) == len(values) else None

    def _if(self, written: syntax.If, known: Places) -> Statement | None:
        condition = self._formula(written.condition, "if", known)
        here = (
            (NOTHING, NOTHING) if condition is None else (learned(condition, True), learned(condition, False))
        )
        then = self.block(written.then, known | here[0])
        otherwise = self.block(written.otherwise or (), known | here[1])
        return None if condition is None else core.IfStatement(condition, then, otherwise, span=written.span)

    def _pick(self, written: syntax.Pick, known: Places) -> Statement | None:
        type = place_type(written.type, self.typer.scope, self.typer.report)
        new = unshadowed(written.name, self.typer.scope, self.typer.report)
        if type is None or not new:
            return None
        binder = self.typer.binders.make(written.name.text, type, written.name.span)
        inner = replace(self, typer=self.typer.binding((binder,)))
        where = inner._where(written.where, written.span, "pick", known)
        return None if where is None else core.Pick(binder, where, span=written.span)

    def _for(self, written: syntax.For, known: Places) -> Statement | None:
        binders = self.typer.bound(written.parameters, "a `for`")
        if binders is None:
            return None
        inner = replace(self, typer=self.typer.binding(binders), loops=(*self.loops, *binders))
        where = inner._where(written.where, written.span, "for", known)
        body = inner.block(written.body, known if where is None else known | learned(where, True))
        return None if where is None else core.For(binders, where, body, span=written.span)


def _known_after(written: syntax.Statement, statement: Statement | None, known: Places) -> Places:
    """What is known to be there after a statement: a guard adds to it, a change of the state ends it."""
    match statement:
        case core.When(condition=condition) | core.Pick(where=condition):
            return known | learned(condition, True)
        case _:
            return NOTHING if _changes(written) else known


def _changes(written: syntax.Statement) -> bool:
    match written:
        case syntax.Assign() | syntax.For():
            return True
        case syntax.If(then=then, otherwise=otherwise):
            return any(_changes(inner) for inner in (*then, *(otherwise or ())))
        case syntax.Either(branches=branches):
            return any(_changes(inner) for branch in branches for inner in branch)
        case _:
            return False
