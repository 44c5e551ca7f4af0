"""Type expressions to types, and how types fit together."""

from __future__ import annotations

from honnin.spec import core, syntax
from honnin.spec.core import BOOL, DURATION, INT, TEXT, TIME, EntityT, OptionalT, RangeT, Type, base_type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.scope import Report, Scope
from honnin.spec.near import did_you_mean
from honnin.spec.source import Span
from honnin.spec.words import type_name

BASIC: dict[str, Type] = {"Bool": BOOL, "Int": INT, "Text": TEXT, "Time": TIME, "Duration": DURATION}

UNGUARDED = "guard it and write `!`: `x != none and ... x! ...`"
"""What to do with a `T?` where a `T` is needed."""


def place_type(written: syntax.TypeExpr, scope: Scope, report: Report) -> Type | None:
    """The type of a place (a range stays a range); None after a diagnostic."""
    inner: Type | None
    match written:
        case syntax.RangeType(low=low, high=high, optional=optional):
            if low > high:
                report(Diagnostic("HN0201", f"the range `{low}..{high}` is empty", written.span))
                return None
            inner = RangeT(low, high)
        case syntax.NamedType(name=name, optional=optional):
            inner = BASIC.get(name.text) or scope.types.get(name.text)
            if inner is None:
                if name.text not in scope.lost:
                    hint = did_you_mean(name.text, (*BASIC, *scope.types))
                    report(Diagnostic("HN0104", f"there is no type `{name.text}`", name.span, hint=hint))
                return None
    return OptionalT(inner) if optional else inner


def key_types(written: tuple[syntax.TypeExpr, ...], scope: Scope, report: Report) -> tuple[Type, ...] | None:
    """The types of a map's keys: any but `T?`."""
    types = []
    for key in written:
        type = place_type(key, scope, report)
        if type is None:
            return None
        if isinstance(type, OptionalT):
            report(Diagnostic("HN0202", f"a key cannot be none, and this is {a_type(type)}", key.span))
            return None
        types.append(type)
    return tuple(types)


def read_type(type: Type) -> Type:
    """The type of what is read from a place: a range is an Int."""
    match type:
        case RangeT():
            return INT
        case OptionalT(inner=RangeT()):
            return OptionalT(INT)
        case _:
            return type


def countable(type: Type) -> bool:
    """Whether quantifiers, aggregates and process parameters may range over the type."""
    return isinstance(type, EntityT) or (not isinstance(type, OptionalT) and core.listable(type))


def ordered(type: Type) -> bool:
    """Whether `<` compares values of the type."""
    return type in (INT, TIME, DURATION)


def default_of(type: Type) -> core.Lit | None:
    """The default of a place whose declaration leaves it out: `false 0 none 0s`; None where the author must say."""
    match type:
        case core.BoolT():
            return core.Lit(False, BOOL)
        case core.IntT():
            return core.Lit(0, INT)
        case RangeT(low=low, high=high) if low <= 0 <= high:
            return core.Lit(0, INT)
        case core.DurationT():
            return core.Lit(0, DURATION)
        case OptionalT():
            return core.Lit(None, read_type(type))
        case _:
            return None


def fit(expr: core.Expr | None, wanted: Type, report: Report, span: Span, *, what: str) -> core.Expr | None:
    """The expression as a value of the type `wanted` (lifted where that is a `T?`); None after a diagnostic."""
    if expr is None:
        return None
    if not inside(expr, wanted, report, span, what):
        return None
    wanted = read_type(wanted)
    found = core.type_of(expr)
    if found == wanted:
        return expr
    if isinstance(wanted, OptionalT) and found == wanted.inner:
        return core.Lift(expr, wanted, span=expr.span)
    if isinstance(found, OptionalT) and found.inner == wanted:
        message = f"{what} is {a_type(wanted)}, and this may be none"
        report(Diagnostic("HN0204", message, span, hint=UNGUARDED))
        return None
    message = f"{what} is {a_type(wanted)}, and this is {a_type(found)}"
    report(Diagnostic("HN0203", message, span, expected=a_type(wanted)))
    return None


def inside(expr: core.Expr, place: Type, report: Report, span: Span, what: str) -> bool:
    """Whether a literal is within the range of its place; else a diagnostic has been given."""
    inner = base_type(place)
    if not isinstance(inner, RangeT) or not isinstance(expr, core.Lit) or expr.type != INT:
        return True
    if isinstance(expr.value, int) and not inner.low <= expr.value <= inner.high:
        message = f"{what} is within `{type_name(inner)}`, and this is {expr.value}"
        report(Diagnostic("HN0216", message, span))
        return False
    return True


def a_type(type: Type) -> str:
    """The type with its article, in a message."""
    name = type_name(type)
    return f"an `{name}`" if name[0] in "AEIOUaeiou" else f"a `{name}`"
