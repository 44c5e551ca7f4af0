"""Event patterns after `on` and `after`: the fresh names that they bind and the literals that must match."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.spec import core, syntax
from honnin.spec.core import Binder, EnumT, base_type
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.expressions import Typer
from honnin.spec.elaborate.references import arguments_of
from honnin.spec.elaborate.scope import Broken, Members, described, unshadowed
from honnin.spec.elaborate.types import a_type, read_type
from honnin.spec.near import did_you_mean


def typed_patterns(
    written: Sequence[syntax.EventPattern], typer: Typer
) -> tuple[tuple[core.Pattern, ...], tuple[Binder, ...]] | None:
    """The alternatives, which bind the same names with the same types, and the names; None after a diagnostic."""
    first = _pattern(written[0], typer, {})
    if first is None:
        return None
    pattern, names = first
    patterns = [pattern]
    for alternative in written[1:]:
        other = _pattern(alternative, typer, names)
        if other is None:
            return None
        if set(other[1]) != set(names):
            differing = ", ".join(f"`{name}`" for name in sorted(set(other[1]) ^ set(names)))
            message = f"the alternatives bind different names: {differing}"
            typer.report(Diagnostic("HN0318", message, alternative.span))
            return None
        patterns.append(other[0])
    return tuple(patterns), tuple(names.values())


def _pattern(
    written: syntax.EventPattern, typer: Typer, shared: dict[str, Binder]
) -> tuple[core.Pattern, dict[str, Binder]] | None:
    event = event_named(written.event, typer)
    if event is None:
        return None
    values = arguments_of(written.arguments, event, written.span, typer.report)
    if values is None:
        return None
    names: dict[str, Binder] = {}
    arguments: list[Binder | core.Lit | None] = []
    sound = True
    for value, field in zip(values, event.fields, strict=True):
        if value is None or isinstance(value, syntax.Wildcard):
            arguments.append(None)
            continue
        argument = _argument(value, field, typer, shared, names)
        sound = sound and argument is not None
        arguments.append(argument)
        if isinstance(argument, Binder):
            names[argument.name] = argument
    if not sound:
        return None
    return core.Pattern(event.name, tuple(arguments), span=written.span), names


def event_named(name: syntax.Dotted, typer: Typer) -> core.Event | None:
    """The event of that name; None after a diagnostic."""
    meaning = typer.scope.values.get(name.text)
    if isinstance(meaning, core.Event):
        return meaning
    if not isinstance(meaning, Broken) and (meaning is not None or name.text not in typer.scope.lost):
        events = [n for n, found in typer.scope.values.items() if isinstance(found, core.Event)]
        hint = did_you_mean(name.text, events)
        message = f"`{name.text}` is {described(meaning)}, and no event"
        if meaning is None:
            message = f"there is no event `{name.text}`"
        typer.report(Diagnostic("HN0107", message, name.span, hint=hint))
    return None


def _argument(
    value: syntax.PatternValue,
    field: core.Field,
    typer: Typer,
    shared: dict[str, Binder],
    names: dict[str, Binder],
) -> Binder | core.Lit | None:
    match value:
        case syntax.Name():
            return _name(value, field, typer, shared, names)
        case syntax.NowLiteral():
            typer.fail("HN0319", "`now` cannot be matched in a pattern", value.span)
            return None
        case syntax.Wildcard():
            return None
        case _:
            return _literal(typer.value(value, field.type, f"the field `{field.name}`"), field)


def _literal(typed: core.Expr | None, field: core.Field) -> core.Lit | None:
    """A literal as a value of the field's type."""
    if isinstance(typed, core.Lift):
        typed = typed.body
    if not isinstance(typed, core.Lit):
        return None
    return core.Lit(typed.value, read_type(field.type), typed.name, span=typed.span)


def _name(
    name: syntax.Name, field: core.Field, typer: Typer, shared: dict[str, Binder], names: dict[str, Binder]
) -> Binder | core.Lit | None:
    inner = base_type(field.type)
    meaning = typer.scope.values.get(name.text)
    if isinstance(inner, EnumT) and name.text in inner.members:
        return core.Lit(name.text, read_type(field.type), span=name.span)
    if isinstance(meaning, Members):
        message = f"`{name.text}` is an enum member, and the field `{field.name}` is {a_type(field.type)}"
        known = inner.members if isinstance(inner, EnumT) else ()
        typer.fail("HN0320", message, name.span, did_you_mean(name.text, known))
        return None
    if isinstance(meaning, core.Lit):
        message = f"the constant `{name.text}` cannot stand in a pattern"
        typer.fail("HN0321", message, name.span, f"bind a name and write `when x == {name.text}`")
        return None
    if name.text in names:
        message = f"`{name.text}` stands twice in one pattern"
        typer.report(
            Diagnostic(
                "HN0322",
                message,
                name.span,
                hint="bind another name and compare: `when x == y`",
                labels=(Label(names[name.text].span, "bound here"),),
            )
        )
        return None
    if name.text in shared:
        return _shared(shared[name.text], name, field, typer)
    if not unshadowed(name, typer.scope, typer.report):
        return None
    _nearly_a_member(name, inner, typer)
    return typer.binders.make(name.text, field.type, name.span)


def _shared(binder: Binder, name: syntax.Name, field: core.Field, typer: Typer) -> Binder | None:
    if binder.type == field.type:
        return binder
    message = f"`{name.text}` is {a_type(field.type)} here and {a_type(binder.type)} in the first alternative"
    typer.fail("HN0318", message, name.span)
    return None


def _nearly_a_member(name: syntax.Name, inner: core.Type, typer: Typer) -> None:
    if not isinstance(inner, EnumT):
        return
    hint = did_you_mean(name.text, inner.members)
    if hint is not None:
        message = f"`{name.text}` is taken for a fresh name, which matches every `{inner.name}`"
        typer.fail("HN0512", message, name.span, hint)
