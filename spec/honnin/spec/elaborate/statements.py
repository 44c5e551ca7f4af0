"""The bodies of `after` blocks: assignments, `if` and `for`, typed and guarded."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, DURATION, INT, Binder, Lit, Statement, Var
from honnin.spec.elaborate.expressions import Typer
from honnin.spec.elaborate.guards import NOTHING, SILENT, Guards, Places, learned
from honnin.spec.elaborate.references import as_many_keys, whole
from honnin.spec.elaborate.scope import Broken, described
from honnin.spec.elaborate.types import read_type
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class Block:
    """Types one block. `loops`: the names of the `for`s around."""

    typer: Typer
    guards: Guards
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
                message = f"`{type(written).__name__.lower()}` stands only in the steps of a system"
                condition = "the condition of a block stands before it: `after e(x) when c { ... }`"
                hint = (
                    condition if isinstance(written, syntax.When) else "an `after` block only changes state"
                )
                self.typer.fail("HN0323", message, written.span, hint)
                return None

    def _assign(self, written: syntax.Assign, known: Places) -> Statement | None:
        typer = self.typer
        name = written.target.text
        state = typer.scope.values.get(name)
        if not isinstance(state, core.State):
            if not isinstance(state, Broken) and (state is not None or name not in typer.scope.lost):
                states = [n for n, found in typer.scope.values.items() if isinstance(found, core.State)]
                hint = did_you_mean(name, states)
                message = f"`{name}` is {described(state)}, and only a state can be written"
                if state is None:
                    message = f"there is no state `{name}`"
                typer.fail("HN0108", message, written.target.span, hint)
            return None
        index = written.index or ()
        if not as_many_keys(name, len(state.keys), len(index), typer.report, written.span):
            return None
        keys = whole(typer.value(key, type, "the key") for key, type in zip(index, state.keys, strict=True))
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

    def silent(self) -> Block:
        """A block under a condition with a mistake: what it guards is not known."""
        return replace(self, guards=SILENT)

    def _if(self, written: syntax.If, known: Places) -> Statement | None:
        condition = self.typer.formula(written.condition)
        if condition is None:
            self.silent().statements((*written.then, *(written.otherwise or ())))
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
        block = replace(self, typer=inner, loops=(*self.loops, *binders))
        if where is None:
            block.silent().statements(written.body)
            return None
        self.guards.check(where, known)
        body = block.statements(written.body, known | learned(where, True))
        if body is None:
            return None
        return core.For(binders, where, body, span=written.span)
