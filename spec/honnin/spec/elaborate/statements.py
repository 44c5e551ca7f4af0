"""The bodies of `after` blocks: assignments, `if` and `for`, typed and guarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, DURATION, INT, Binder, EntityT, Lit, Statement, Var
from honnin.spec.elaborate.expressions import Typer
from honnin.spec.elaborate.guards import NOTHING, Guards, Places, learned
from honnin.spec.elaborate.references import whole
from honnin.spec.elaborate.scope import Broken
from honnin.spec.elaborate.types import read_type
from honnin.spec.monitorable import UNKNOWN, Defaults, Known, choices_of_same, fresh_value
from honnin.spec.near import did_you_mean


@dataclass(frozen=True, slots=True)
class Block:
    """Types one block. `loops`: the names of the `for`s around; `defaults`: constant defaults of the states (for `fresh`)."""

    typer: Typer
    guards: Guards
    defaults: Defaults
    loops: tuple[Binder, ...] = ()

    def statements(
        self, body: Sequence[syntax.Statement], known: Places = NOTHING
    ) -> tuple[Statement, ...] | None:
        """The statements typed; None when one has a mistake."""
        typed = [self._statement(statement, known) for statement in body]
        sound = tuple(statement for statement in typed if statement is not None)
        return sound if len(sound) == len(typed) else None

    def _statement(self, written: syntax.Statement, known: Places) -> Statement | None:
        match written:
            case syntax.Assign():
                return self._assign(written, known)
            case syntax.If():
                return self._if(written, known)
            case syntax.For():
                return self._for(written, known)
            case _:
                words = {
                    syntax.Emit: "emit",
                    syntax.When: "when",
                    syntax.Pick: "pick",
                    syntax.Either: "either",
                    syntax.Goto: "goto",
                    syntax.Stop: "stop",
                }
                message = f"`{words[type(written)]}` stands only in the steps of a system"
                hint = "the condition of a block stands before it: `after e(x) when c { ... }`"
                self.typer.fail("HN0323", message, written.span, hint)
                return None

    def _assign(self, written: syntax.Assign, known: Places) -> Statement | None:
        typer = self.typer
        name = written.target.text
        state = typer.scope.values.get(name)
        if not isinstance(state, core.State):
            if not isinstance(state, Broken):
                states = [n for n, found in typer.scope.values.items() if isinstance(found, core.State)]
                hint = did_you_mean(name, states)
                typer.fail("HN0108", f"`{name}` is no state", written.target.span, hint)
            return None
        index = written.index or ()
        if len(index) != len(state.keys):
            message = f"`{name}` takes {len(state.keys)} keys, and {len(index)} are given"
            typer.fail("HN0213", message, written.span)
            return None
        keys = whole(typer.value(key, type, "this key") for key, type in zip(index, state.keys, strict=True))
        value = typer.value(written.value, state.value, f"`{name}`")
        if keys is None or value is None:
            return None
        if written.operator != ":=" and read_type(state.value) not in (INT, DURATION):
            typer.fail("HN0214", f"`{written.operator}` needs an Int or a Duration", written.span)
            return None
        for expr in (*keys, value):
            self.guards.check(expr, known)
        missing = [b.name for b in self.loops if not any(isinstance(k, Var) and k.binder == b for k in keys)]
        if missing:
            names = ", ".join(f"`{m}`" for m in missing)
            typer.fail("HN0324", f"this write in a `for` lacks {names} among its keys", written.span)
            return None
        return core.Assign(state.name, keys, written.operator, value, span=written.span)

    def _if(self, written: syntax.If, known: Places) -> Statement | None:
        condition = self.typer.formula(written.condition)
        if condition is None:
            then = self.statements(written.then, known)
            self.statements(written.otherwise or (), known)
            return None
        self.guards.check(condition, known)
        then = self.statements(written.then, known | learned(condition, True))
        otherwise = self.statements(written.otherwise or (), known | learned(condition, False))
        if then is None or otherwise is None:
            return None
        return core.IfStatement(condition, then, otherwise, span=written.span)

    def _for(self, written: syntax.For, known: Places) -> Statement | None:
        binders = self.typer.bound(written.parameters, "a `for`")
        if binders is None:
            return None
        inner = self.typer.binding(binders)
        where: core.Expr | None = Lit(True, BOOL, span=written.span)
        if written.where is not None:
            where = inner.formula(written.where)
        if where is None:
            return None
        guards = Guards(self.guards.report)
        guards.check(where, known)
        block = replace(self, typer=inner, guards=guards, loops=(*self.loops, *binders))
        body = block.statements(written.body, known | learned(where, True))
        if body is None:
            return None
        made = core.For(binders, where, body, span=written.span)
        self._leaves_fresh_values(made)
        return made

    def _leaves_fresh_values(self, made: core.For) -> None:
        """A value that no event has named must stay as it is: else what it holds cannot be monitored."""
        for binder in made.binders:
            if not isinstance(binder.type, EntityT):
                continue
            for write, guard in _writes(made.body, made.where):
                if not self._keeps_fresh(binder, write, guard):
                    hint = f"say in `where` which values are meant, so that it is false for others: `where m[{binder.name}] != none`"
                    message = f"this `for` changes `{write.place}` for values of `{binder.name}` that were never seen"
                    self.typer.fail("HN0325", message, write.span, hint)
                    return

    def _keeps_fresh(self, binder: Binder, write: core.Assign, guard: core.Expr) -> bool:
        unchanged: Known = 0 if write.operator != ":=" else self.defaults[write.place]
        others = [found for found in self.typer.scope.values.values() if isinstance(found, Binder)]
        for same in choices_of_same(binder, (*others, *self.loops), core.And((guard, write.value))):
            if fresh_value(guard, binder, same, self.defaults) is False:
                continue
            written = fresh_value(write.value, binder, same, self.defaults)
            if written is UNKNOWN or written != unchanged:
                return False
        return True


def _writes(body: Sequence[Statement], guard: core.Expr) -> list[tuple[core.Assign, core.Expr]]:
    """Every assignment of a block with the condition under which it is made."""
    found: list[tuple[core.Assign, core.Expr]] = []
    for statement in body:
        match statement:
            case core.Assign():
                found.append((statement, guard))
            case core.IfStatement(condition=condition, then=then, otherwise=otherwise):
                found.extend(_writes(then, core.And((guard, condition))))
                found.extend(_writes(otherwise, core.And((guard, core.Not(condition)))))
            case core.For(where=where, body=inner):
                found.extend(_writes(inner, core.And((guard, where))))
            case _:
                pass
    return found
