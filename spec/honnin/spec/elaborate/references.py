"""The typing of names: references, members of instances and processes, event atoms and calls of defines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from honnin.spec import core, syntax
from honnin.spec.core import Type
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.inlining import NOT_IN_OLD, inline, under_old
from honnin.spec.elaborate.scope import Broken, Define, Meaning, Members, Report, Variable
from honnin.spec.elaborate.types import read_type
from honnin.spec.near import did_you_mean
from honnin.spec.source import Span

if TYPE_CHECKING:
    from honnin.spec.elaborate.expressions import Typer


def needs_expected(typer: Typer, written: syntax.Expr) -> bool:
    """Whether only the place tells the expression's type: `none`, or a member of several enums."""
    match written:
        case syntax.NoneLiteral():
            return True
        case syntax.Reference(name=name, index=None):
            meaning = typer.scope.values.get(name.text)
            return isinstance(meaning, Members) and len(meaning.enums) > 1
        case _:
            return False


def reference(typer: Typer, written: syntax.Reference, expected: Type | None) -> core.Expr | None:
    """`x`, `m[k]`."""
    meaning = typer.scope.values.get(written.name.text)
    if meaning is None:
        _unknown(typer, written.name.text, written.name.span)
        return None
    return _read(typer, meaning, written.name.text, written.index, expected, written)


def _unknown(typer: Typer, name: str, span: Span) -> None:
    scope = typer.scope
    if name in scope.places:
        later = scope.places[name].file == span.file and scope.places[name] > span
        when = ", where it is not declared yet" if later else ""
        typer.fail("HN0307", f"`{name}` cannot be read in {typer.context.place}{when}", span)
    elif name in scope.types:
        kind = "an entity" if isinstance(scope.types[name], core.EntityT) else "an enum"
        typer.fail("HN0105", f"`{name}` is {kind}, not a value", span)
    elif name not in scope.lost:
        typer.fail("HN0105", f"there is no `{name}` here", span, did_you_mean(name, scope.values))


def _read(
    typer: Typer,
    meaning: Meaning,
    name: str,
    index: tuple[syntax.Expr, ...] | None,
    expected: Type | None,
    written: syntax.Reference | syntax.Member,
) -> core.Expr | None:
    span = written.span
    match meaning:
        case core.State(keys=keys, value=value):
            typed = _keys(typer, name, keys, index, span)
            if not typer.context.state:
                typer.fail("HN0307", f"the state `{name}` cannot be read in {typer.context.place}", span)
                return None
            return None if typed is None else core.StateRead(meaning.name, typed, read_type(value), span=span)
        case core.Given(keys=keys, value=value):
            typed = _keys(typer, name, keys, index, span)
            if not typer.context.givens:
                typer.fail("HN0307", f"the given `{name}` cannot be read in {typer.context.place}", span)
                return None
            return None if typed is None else core.GivenRead(meaning.name, typed, read_type(value), span=span)
        case Variable(core_name=core_name, keys=keys, value=value, instance=instance):
            if not typer.context.variables:
                typer.fail("HN0307", f"the variable `{name}` cannot be read in {typer.context.place}", span)
                return None
            typed = _keys(typer, name, keys, index, span)
            own = tuple(core.Var(b, read_type(b.type), span=span) for b in instance)
            return (
                None
                if typed is None
                else core.VarRead(core_name, (*own, *typed), read_type(value), span=span)
            )
        case core.Event() | Define():
            kind = "an event" if isinstance(meaning, core.Event) else "a define"
            typer.fail("HN0308", f"`{name}` is {kind}: it takes arguments", span, f"write `{name}(...)`")
            return None
        case Broken():
            return None
        case _:
            return _plain(typer, meaning, name, index, expected, span)


def _plain(
    typer: Typer,
    meaning: core.Lit | core.Binder | Members,
    name: str,
    index: tuple[syntax.Expr, ...] | None,
    expected: Type | None,
    span: Span,
) -> core.Expr | None:
    """A name without keys: a constant, a bound name, an enum member."""
    if index is not None:
        typer.fail("HN0211", f"`{name}` is no map", span)
        return None
    match meaning:
        case core.Lit(value=value, type=type):
            return core.Lit(value, type, name, span=span)
        case core.Binder(type=type):
            return core.Var(meaning, read_type(type), span=span)
        case Members(enums=enums):
            return _enum_member(typer, name, enums, expected, span)


def _enum_member(
    typer: Typer, name: str, enums: tuple[core.EnumT, ...], expected: Type | None, span: Span
) -> core.Expr | None:
    wanted = expected.inner if isinstance(expected, core.OptionalT) else expected
    if isinstance(wanted, core.EnumT) and wanted in enums:
        return core.Lit(name, wanted, span=span)
    if len(enums) == 1:
        return core.Lit(name, enums[0], span=span)
    if isinstance(wanted, core.EnumT):
        typer.fail(
            "HN0320", f"`{name}` is no member of `{wanted.name}`", span, did_you_mean(name, wanted.members)
        )
        return None
    several = " and ".join(f"`{enum.name}`" for enum in enums)
    typer.fail("HN0212", f"`{name}` is a member of {several}, and nothing here tells which", span)
    return None


def _keys(
    typer: Typer,
    name: str,
    types: tuple[Type, ...],
    index: tuple[syntax.Expr, ...] | None,
    span: Span,
) -> tuple[core.Expr, ...] | None:
    written = index or ()
    if not as_many_keys(name, len(types), len(written), typer.report, span):
        return None
    inner = typer.within(eventually=False)
    return whole(inner.value(key, type, "the key") for key, type in zip(written, types, strict=True))


def as_many_keys(name: str, needed: int, given: int, report: Report, span: Span) -> bool:
    """Whether a place is given as many keys as it has; else a diagnostic has been given."""
    if given == needed:
        return True
    takes = f"{needed} key{'s' * (needed != 1)}" if needed else "no key"
    message = f"`{name}` takes {takes}, and {given or 'none'} {'are' if given > 1 else 'is'} given"
    report(Diagnostic("HN0213", message, span))
    return False


# ------------------------------------------------------------ processes and pattern instances


def member(typer: Typer, written: syntax.Member) -> core.Expr | None:
    """`p[x].v` of a process, or `desk.who[t]` of a pattern instance."""
    process = typer.scope.processes.get(written.base.text)
    if process is None:
        name = f"{written.base.text}.{written.name.text}"
        meaning = typer.scope.values.get(name)
        if meaning is None or written.base_index is not None:
            _unknown(typer, name, written.span)
            return None
        return _read(typer, meaning, name, written.index, None, written)
    if not typer.context.instances:
        message = f"the variable of an instance cannot be read in {typer.context.place}"
        typer.fail("HN0416", message, written.span)
        return None
    variable = process.variables.get(written.name.text)
    if variable is None:
        hint = did_you_mean(written.name.text, process.variables)
        message = f"the process `{written.base.text}` has no variable `{written.name.text}`"
        typer.fail("HN0417", message, written.name.span, hint)
        return None
    instance = _keys(typer, written.base.text, process.parameters, written.base_index, written.span)
    keys = _keys(typer, written.name.text, variable.keys, written.index, written.span)
    if instance is None or keys is None:
        return None
    return core.VarRead(variable.core_name, (*instance, *keys), read_type(variable.value), span=written.span)


def at_label(typer: Typer, written: syntax.AtLabel) -> core.Expr | None:
    """`p[x] at l`."""
    name, label = written.process.text, written.label.text
    process = typer.scope.processes.get(name)
    if process is None:
        hint = did_you_mean(name, typer.scope.processes)
        typer.fail("HN0417", f"there is no process `{name}` here", written.process.span, hint)
        return None
    if not typer.context.instances:
        typer.fail("HN0416", f"`at` cannot stand in {typer.context.place}", written.span)
        return None
    if label != "done" and label not in process.labels:
        hint = did_you_mean(label, (*process.labels, "done"))
        typer.fail("HN0408", f"the process `{name}` has no step `{label}`", written.label.span, hint)
        return None
    keys = _keys(typer, name, process.parameters, written.index, written.span)
    return None if keys is None else core.AtLabel(name, keys, label, span=written.span)


# ------------------------------------------------------------ calls


def call(typer: Typer, written: syntax.Call) -> core.Expr | None:
    """An event atom, or a define with its arguments put in."""
    meaning = typer.scope.values.get(written.name.text)
    match meaning:
        case core.Event():
            return _atom(typer, meaning, written)
        case Define():
            return _inlined(typer, meaning, written)
        case Broken():
            return None
        case None:
            _unknown(typer, written.name.text, written.name.span)
            return None
        case _:
            message = f"`{written.name.text}` takes no arguments in parentheses"
            typer.fail("HN0309", message, written.span, "keys stand in brackets: `m[k]`")
            return None


def _atom(typer: Typer, event: core.Event, written: syntax.Call) -> core.Expr | None:
    if not typer.context.atoms:
        message = f"the event `{event.name}` cannot be asked for in {typer.context.place}"
        typer.fail("HN0310", message, written.span)
        return None
    arguments = arguments_of(written.arguments, event, written.span, typer.report)
    if arguments is None:
        return None
    inner = typer.within(eventually=False)
    typed: list[core.Expr | None] = []
    sound = True
    for argument, field in zip(arguments, event.fields, strict=True):
        if argument is None or isinstance(argument, syntax.Wildcard):
            typed.append(None)
            continue
        if isinstance(argument, syntax.Reference) and argument.name.text not in typer.scope.values:
            if argument.name.text not in typer.scope.lost:
                hint = did_you_mean(argument.name.text, typer.scope.values) or "use `_` for any value"
                message = f"there is no `{argument.name.text}` here: an atom binds no names"
                typer.fail("HN0105", message, argument.span, hint)
            sound = False
            continue
        value = inner.value(argument, field.type, f"the field `{field.name}`")
        sound = sound and value is not None
        typed.append(value)
    return core.Atom(event.name, tuple(typed), span=written.span) if sound else None


def _inlined(typer: Typer, define: Define, written: syntax.Call) -> core.Expr | None:
    if len(written.arguments) != len(define.parameters) or any(a.name for a in written.arguments):
        count = len(define.parameters)
        message = f"`{written.name.text}` takes {count} argument{'s' * (count != 1)}, by position"
        typer.fail("HN0311", message, written.span)
        return None
    inner = typer.within(eventually=False)
    values: list[core.Expr | None] = []
    for argument, parameter in zip(written.arguments, define.parameters, strict=True):
        if isinstance(argument.value, syntax.Wildcard):
            typer.fail("HN0312", "`_` stands only in patterns and event atoms", argument.span)
            values.append(None)
        else:
            values.append(inner.value(argument.value, parameter.type, f"`{parameter.name}`"))
    given = whole(values)
    if given is None or not _may_call(typer, define, written) or not _fits_old(typer, define, given):
        return None
    return inline(define, given, typer.binders, typer.report, written.span)


def _may_call(typer: Typer, define: Define, written: syntax.Call) -> bool:
    """Whether what the define reads may be read here."""
    name, context = written.name.text, typer.context
    for node in core.walk(define.body):
        match node:
            case core.Old() if not context.old:
                code, said = "HN0302", "says `old`"
            case core.Now() if not context.now:
                code, said = "HN0301", "says `now`"
            case core.StateRead(state=read) if not context.state:
                code, said = "HN0307", f"reads the state `{read}`"
            case core.VarRead(variable=read) if not context.variables:
                code, said = "HN0307", f"reads the variable `{read}`"
            case _:
                continue
        typer.fail(code, f"`{name}` {said}, which has no meaning in {context.place}", written.span)
        return False
    return True


def _fits_old(typer: Typer, define: Define, arguments: tuple[core.Expr, ...]) -> bool:
    """Whether the arguments that the define reads under `old` may stand there; else a diagnostic has been given."""
    under = under_old(define.body)
    for parameter, argument in zip(define.parameters, arguments, strict=True):
        if parameter in under and any(isinstance(node, NOT_IN_OLD) for node in core.walk(argument)):
            message = f"`{parameter.name}` is read under `old`, where this has no meaning"
            hint = "the operand of `old` has no temporal operator, event atom, `now` or `old`"
            typer.fail("HN0333", message, argument.span, hint)
            return False
    return True


def whole(values: Iterable[core.Expr | None]) -> tuple[core.Expr, ...] | None:
    """All the values, or None when one is missing. The whole is looked at, so that every mistake is reported."""
    found = tuple(values)
    sound = tuple(value for value in found if value is not None)
    return sound if len(sound) == len(found) else None


def arguments_of(
    written: tuple[syntax.Argument, ...]
    | tuple[syntax.PatternArgument, ...]
    | tuple[syntax.OccurrenceArgument, ...]
    | tuple[syntax.LogArgument, ...],
    event: core.Event,
    span: Span,
    report: Report,
) -> tuple[Any, ...] | None:
    """The values written for the fields of `event`, in field order; None for a field left out by name.

    All by position (then all of them), or all by name. None as a whole after a diagnostic.
    """
    names = [field.name for field in event.fields]
    named = [argument for argument in written if argument.name is not None]
    if not named:
        if len(written) == len(names):
            return tuple(argument.value for argument in written)
        missing = names[len(written) :]
        count = f"{len(written)} {'is' if len(written) == 1 else 'are'} given"
        said = f"`{event.name}` has {len(names)} field{'s' * (len(names) != 1)}, and {count}"
        hint = "missing: " + ", ".join(f"`{name}`" for name in missing) if missing else None
        report(Diagnostic("HN0313", said, span, hint=hint))
        return None
    if len(named) < len(written):
        report(Diagnostic("HN0314", "arguments are all by position or all by field name", span))
        return None
    values: dict[str, object] = {}
    for argument in named:
        assert argument.name is not None
        name = argument.name.text
        if name not in names:
            hint = did_you_mean(name, names)
            report(
                Diagnostic("HN0106", f"`{event.name}` has no field `{name}`", argument.name.span, hint=hint)
            )
            return None
        if name in values:
            report(Diagnostic("HN0315", f"the field `{name}` is given twice", argument.name.span))
            return None
        values[name] = argument.value
    return tuple(values.get(name) for name in names)
