"""The variables of systems and of their processes: types, initial values, and the invariants of those that hold a range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from honnin.spec import syntax
from honnin.spec.core import Binder, Property, SystemVar, Type, Var, VarRead
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.claims import quantified, range_of, within_range
from honnin.spec.elaborate.declarations import called_names, typed_define
from honnin.spec.elaborate.defaults import default_value
from honnin.spec.elaborate.expressions import Context, Typer
from honnin.spec.elaborate.scope import Broken, Meaning, ProcessNames, Report, Scope, Variable, nfkc
from honnin.spec.elaborate.types import countable, key_types, place_type, read_type
from honnin.spec.records import dataclass, replace

_DEFINE = Context("a define of a system", variables=True, instances=True)


def declare_variables(written: Sequence[syntax.VarDecl], typer: Typer) -> tuple[tuple[SystemVar, ...], Scope]:
    """The variables of a system that are sound, and the scope with all of them."""
    variables: list[SystemVar] = []
    scope = typer.scope
    for declaration in written:
        variable = _variable(declaration, replace(typer, scope=scope), None, ())
        if variable is None:
            scope = _with(scope, declaration.name, None)
        else:
            meaning = Variable(variable.name, variable.keys, variable.value)
            scope = _with(scope, declaration.name, meaning)
            variables.append(variable)
    return tuple(variables), scope


@dataclass(frozen=True, slots=True)
class Owned:
    """A process with its parameters and the variables of its instances. `names`: what others may name of it."""

    declaration: syntax.ProcessDecl
    parameters: tuple[Binder, ...]
    variables: tuple[SystemVar, ...]
    names: ProcessNames
    broken: tuple[syntax.Name, ...]

    def inside(self, scope: Scope) -> Scope:
        """The scope of the process's steps."""
        inner = scope.bind(self.parameters)
        for name in self.broken:
            inner = _with(inner, name, None)
        own = {
            name: replace(variable, instance=self.parameters)
            for name, variable in self.names.variables.items()
        }
        return replace(inner, values={**inner.values, **own})


def declare_process(written: syntax.ProcessDecl, typer: Typer) -> Owned:
    """The process, as far as its parameters and variables are sound."""
    name = written.name.text
    parameters = typer.bound(written.parameters, "a process") or ()
    types = tuple(binder.type for binder in parameters)
    inner = typer.binding(parameters)
    variables: list[SystemVar] = []
    names: dict[str, Variable] = {}
    broken: list[syntax.Name] = []
    for declaration in written.variables:
        variable = _variable(declaration, inner, name, types)
        if declaration.name.text in names:
            inner.report(_taken(declaration.name, "HN0404", None))
        elif variable is None:
            broken.append(declaration.name)
        else:
            variables.append(variable)
            own = variable.keys[len(types) :]
            names[declaration.name.text] = Variable(variable.name, own, variable.value)
    labels = tuple(step.label.text for step in written.steps)
    return Owned(written, parameters, tuple(variables), ProcessNames(types, labels, names), tuple(broken))


def _with(scope: Scope, name: syntax.Name, meaning: Meaning | None) -> Scope:
    """The scope with one name more; None: it was declared wrongly."""
    return replace(
        scope,
        values={**scope.values, name.text: meaning or Broken()},
        places={**scope.places, name.text: name.span},
    )


def _variable(
    written: syntax.VarDecl, typer: Typer, process: str | None, instance: tuple[Type, ...]
) -> SystemVar | None:
    """The variable; None after a diagnostic."""
    new = is_new(written.name, typer.scope, typer.report)
    keys = key_types(written.type.keys, typer.scope, typer.report)
    value = place_type(written.type.value, typer.scope, typer.report)
    if keys is None or value is None:
        return None
    initial = None if written.any else default_value(written.default, value, written.name, typer, or_any=True)
    if not new or (initial is None and not written.any):
        return None
    name = written.name.text if process is None else f"{process}.{written.name.text}"
    title = None if written.title is None else written.title.value
    return SystemVar(name, (*instance, *keys), value, initial, process, title, span=written.name.span)


def declare_defines(written: Sequence[syntax.DefineDecl], typer: Typer) -> Scope:
    """The scope with the defines of a system, each typed after those that it calls."""
    waiting = {define.name.text: define for define in written}
    calls = {name: set(called_names(define.body)) & waiting.keys() for name, define in waiting.items()}
    scope = typer.scope
    while waiting:
        ready = [define for name, define in waiting.items() if not calls[name] & waiting.keys()]
        if not ready:
            ready = _recursive(waiting, calls, typer)
            for define in ready:
                scope = _with(scope, define.name, None)
        else:
            for define in ready:
                new = is_new(define.name, scope, typer.report)
                typed = typed_define(define, replace(typer, scope=scope, context=_DEFINE)) if new else None
                scope = _with(scope, define.name, typed)
        for define in ready:
            del waiting[define.name.text]
    return scope


def _recursive(
    waiting: Mapping[str, syntax.DefineDecl], calls: Mapping[str, set[str]], typer: Typer
) -> list[syntax.DefineDecl]:
    """The defines that call themselves, which are reported; those that only call such a one are not among them."""
    found = []
    for name, define in waiting.items():
        reached, new = set[str](), calls[name]
        while new - reached:
            reached |= new
            new = {called for other in reached for called in calls[other]}
        if name in reached:
            typer.fail("HN0329", f"a define is not recursive, and `{name}` calls itself", define.name.span)
            found.append(define)
    return found


def is_new(name: syntax.Name, scope: Scope, report: Report) -> bool:
    """Whether a member may have the name; else a diagnostic has been given."""
    form = nfkc(name.text)
    taken = next((other for other in scope.values if nfkc(other) == form), None)
    if taken is None:
        return True
    report(
        _taken(
            name,
            "HN0421",
            Label(scope.places[taken], f"`{taken}` is this") if taken in scope.places else None,
        )
    )
    return False


def _taken(name: syntax.Name, code: str, label: Label | None) -> Diagnostic:
    hint = "choose another name: there is no shadowing"
    labels = () if label is None else (label,)
    return Diagnostic(code, f"there is another `{name.text}` in scope", name.span, hint=hint, labels=labels)


def range_invariants(variables: Sequence[SystemVar], typer: Typer) -> Iterator[Property]:
    """The implicit invariant `NAME.range` of each variable that holds a range."""
    for variable in variables:
        range = range_of(variable.value)
        if range is None:
            continue
        if not all(countable(key) for key in variable.keys):
            message = f"`{variable.name}` holds a range, and its keys cannot be gone through one by one"
            hint = "let it hold an Int, and state the bounds where it is written"
            typer.fail("HN0215", message, variable.span, hint)
            continue
        binders = tuple(
            typer.binders.make(f"key{number}", key, variable.span)
            for number, key in enumerate(variable.keys, 1)
        )
        keys = tuple(Var(binder, read_type(binder.type)) for binder in binders)
        read = VarRead(variable.name, keys, read_type(variable.value), span=variable.span)
        yield Property(
            f"{variable.name}.range",
            "invariant",
            quantified(binders, within_range(read, range)),
            f"`{variable.name}` stays within {range.low}..{range.high}",
            True,
            span=variable.span,
        )
