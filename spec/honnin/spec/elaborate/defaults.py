"""With which value a place begins: as it is written after `=`, or as its type says."""

from __future__ import annotations

from honnin.spec import core, syntax
from honnin.spec.core import OptionalT, Type
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.folding import fold
from honnin.spec.elaborate.guards import Guards
from honnin.spec.elaborate.types import a_type, default_of, inside
from honnin.spec.records import replace
from honnin.spec.words import bound_here

_DEFAULT = Context("a default", now=False, state=False)


def default_value(
    written: syntax.Expr | None, value: Type, name: syntax.Name, typer: Typer, *, or_any: bool = False
) -> core.Expr | None:
    """The default of the place `name`, folded; None, reported, when it has none. `or_any`: the place could be `= any`."""
    if written is not None:
        return _written(written, value, name, replace(typer, context=_DEFAULT))
    found = default_of(value)
    if found is None:
        message = f"{a_type(value)} has no default: say with which value `{name.text}` begins"
        ways = "`= ...` or `= any`" if or_any else "`= ...`"
        typer.fail("HN0221", message, name.span, f"write {ways}, or make it {a_type(OptionalT(value))}")
    return found


def _written(written: syntax.Expr, value: Type, name: syntax.Name, typer: Typer) -> core.Expr | None:
    typed = typer.value(written, value, f"`{name.text}`")
    if typed is None:
        return None
    if any(bound_here(node) for node in core.walk(typed)):
        typer.fail("HN0222", "a default is made of literals, constants and givens", written.span)
        return None
    Guards(typer.report).check(typed)
    folded = fold(typed)
    if folded is not None and not inside(folded, value, typer.report, written.span, f"`{name.text}`"):
        return None
    return folded or typed
