"""Instances of patterns to plain items: syntax to syntax, as if the author had written the items out.

What the pattern declares gets the instance's name in front, `desk.who`. Names that the pattern binds are renamed where the file has
the same. Items have the place of their `use`, what is in them the place in the pattern or in the mapping that it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from honnin.spec import syntax as s
from honnin.spec.bundled import bundled_names
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.mappings import EventMap, Mappings, by_field, read_mappings
from honnin.spec.near import did_you_mean
from honnin.spec.nodes import rebuilt, walk
from honnin.spec.records import replace
from honnin.spec.source import Node, Span

Library = Callable[[str], s.PatternDecl | None]


def expand(
    file: s.File, library: Library, patterns: Mapping[str, s.PatternDecl], used: Sequence[s.File] = ()
) -> tuple[s.File, tuple[Diagnostic, ...]]:
    """The file with every instance of a pattern written out; a wrong one is left out and reported.

    `library` finds a bundled pattern by its name; `patterns` are the file's own and those of the files that it uses, `used`.
    """
    diagnostics: list[Diagnostic] = []
    items: list[s.Item] = []
    members = _members((*used, file))
    taken = _value_names((*used, file))
    for item in file.items:
        if not isinstance(item, s.Use) or item.pattern is None:
            items.append(item)
            continue
        pattern = _find(item.pattern, library, patterns, diagnostics)
        if pattern is None:
            continue
        mappings, wrong = read_mappings(item, pattern, members)
        instance = _Instance(item, pattern, mappings, taken)
        if wrong:
            diagnostics += wrong
            continue
        items += instance.items()
        diagnostics += instance.diagnostics
    return replace(file, items=tuple(items)), tuple(dict.fromkeys(diagnostics))


def own_patterns(file: s.File) -> dict[str, s.PatternDecl]:
    """The patterns that a file declares, by name."""
    return {item.name.text: item for item in file.items if isinstance(item, s.PatternDecl)}


def _find(
    name: s.Dotted,
    library: Library,
    patterns: Mapping[str, s.PatternDecl],
    diagnostics: list[Diagnostic],
) -> s.PatternDecl | None:
    bundled = f"honnin.{name.parts[-1].text}" == name.text
    found = library(name.parts[-1].text) if bundled else patterns.get(name.text)
    if found is None:
        known = [*patterns, *(f"honnin.{other}" for other in bundled_names())]
        message = f"there is no pattern `{name.text}`"
        hint = did_you_mean(name.text, known) or did_you_mean(f"honnin.{name.text}", known)
        diagnostics.append(Diagnostic("HN0080", message, name.span, hint=hint))
    return found


def _members(files: Sequence[s.File]) -> frozenset[str]:
    """Every enum member."""
    enums = [item for file in files for item in file.items if isinstance(item, s.EnumDecl)]
    return frozenset(member.text for enum in enums for member in enum.members)


def _value_names(files: Sequence[s.File]) -> frozenset[str]:
    """Every name that a name bound in a pattern must not be."""
    found: set[str] = set()
    for item in (item for file in files for item in file.items):
        match item:
            case s.EnumDecl(_, members):
                found.update(member.text for member in members)
            case s.EventDecl() | s.StateDecl() | s.ConstDecl() | s.GivenDecl() | s.DefineDecl():
                found.add(item.name.text)
            case s.Use(alias=s.Name(text)):
                found.add(text)
            case _:
                pass
    return frozenset(found)


class _Instance:
    """One `use` of a pattern whose mappings are right."""

    def __init__(self, use: s.Use, pattern: s.PatternDecl, mappings: Mappings, taken: frozenset[str]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._use = use
        self._pattern = pattern
        self._mappings = mappings
        self._alias = use.alias or replace(pattern.name, span=use.span)
        self._fields = {
            formal.name.text: [part.name.text for part in formal.fields]
            for formal in pattern.formals
            if isinstance(formal, s.FormalEvent)
        }
        declared = [item for item in pattern.items if isinstance(item, s.StateDecl | s.DefineDecl)]
        self._own = frozenset(item.name.text for item in declared)
        self._renamed = self._renaming(taken | {self._alias.text})

    def items(self) -> Iterator[s.Item]:
        """The pattern's items, written out."""
        for item in self._pattern.items:
            match item:
                case s.StateDecl() | s.DefineDecl() | s.ClaimDecl():
                    written = rebuilt(item, self._written)
                    yield replace(written, name=self._named(item.name), span=self._use.span)
                case s.AfterDecl(patterns):
                    after = rebuilt(item, self._written)
                    yield replace(after, patterns=self._patterns(patterns), span=self._use.span)
                case _:
                    # The parser has reported anything else.
                    pass

    def _renaming(self, taken: frozenset[str]) -> dict[str, str]:
        """New names for the names that the pattern binds and the file has too."""
        bound = {name.text for item in self._pattern.items for name in _bound(item)} - self._own
        used = {node.text for node in walk(self._pattern) if isinstance(node, s.Name)} | taken
        renamed: dict[str, str] = {}
        for text in sorted(bound & taken):
            number = 2
            while f"{text}_{number}" in used:
                number += 1
            renamed[text] = f"{text}_{number}"
            used.add(renamed[text])
        return renamed

    # ------------------------------------------------------------ nodes

    def _written(self, node: Any) -> Any:
        """A node of the pattern as it stands in the file."""
        match node:
            case s.NamedType(name):
                return replace(node, name=self._mappings.entities.get(name.text, name))
            case s.Name(text):
                return replace(node, text=self._renamed.get(text, text))
            case s.Reference(name, None) if name.text in self._mappings.constants:
                return _as_formula(self._mappings.constants[name.text])
            case s.Reference(name, index) if name.text in self._own:
                keys = None if index is None else tuple(self._written(key) for key in index)
                return s.Member(self._alias, None, name, keys, span=node.span)
            case s.Assign(target=target) if target.text in self._own:
                return replace(rebuilt(node, self._written), target=self._named(target))
            case s.Call(name) if name.text in self._fields:
                return self._atom(node)
            case s.Call(name) if name.text in self._own:
                dotted = replace(name, parts=(self._alias, *name.parts))
                return replace(rebuilt(node, self._written), name=dotted)
            case s.Interval(_, s.Name(text)) if text in self._mappings.constants:
                return replace(node, bound=self._duration(self._mappings.constants[text]))
            case s.OnClaim(patterns):
                return replace(rebuilt(node, self._written), patterns=self._patterns(patterns))
            case _:
                return rebuilt(node, self._written)

    def _named(self, name: s.Name) -> s.Name:
        return replace(name, text=f"{self._alias.text}.{name.text}")

    def _duration(self, actual: s.Name | s.LiteralExpr) -> s.Name | s.DurationLiteral:
        if isinstance(actual, s.Name | s.DurationLiteral):
            return actual
        message = "this bounds an interval, so it is a duration"
        self.diagnostics.append(Diagnostic("HN0090", message, actual.span, "a duration such as `60s`"))
        return s.DurationLiteral("0s", 0, span=actual.span)

    # ------------------------------------------------------------ events

    def _patterns(self, patterns: Sequence[s.EventPattern]) -> tuple[s.EventPattern, ...]:
        """Every alternative for every event that its formal is mapped to."""
        return tuple(made for pattern in patterns for made in self._alternatives(pattern))

    def _alternatives(self, pattern: s.EventPattern) -> Iterator[s.EventPattern]:
        name = pattern.event.text
        if name not in self._fields:
            yield rebuilt(pattern, self._written)
            return
        values = self._values(pattern.arguments, pattern.span, name)
        for event in self._mappings.events[name]:
            arguments = tuple(
                replace(part, value=_filled(part.value, event, values)) for part in event.actual.arguments
            )
            yield replace(event.actual, arguments=arguments)

    def _atom(self, call: s.Call) -> s.Expr:
        """The event atom, or a disjunction where the formal is mapped several times."""
        name = call.name.text
        values = self._values(call.arguments, call.span, name)
        atoms = tuple(self._actual_atom(event, values, call) for event in self._mappings.events[name])
        return atoms[0] if len(atoms) == 1 else s.Or(atoms, span=call.span)

    def _actual_atom(self, event: EventMap, values: dict[str, Node], call: s.Call) -> s.Call:
        arguments = tuple(
            s.Argument(part.name, _as_formula(_filled(part.value, event, values)), span=part.span)
            for part in event.actual.arguments
        )
        return s.Call(event.actual.event, arguments, span=call.span)

    def _values(
        self, arguments: Sequence[s.PatternArgument | s.Argument], span: Span, name: str
    ) -> dict[str, Node]:
        """What the pattern gives for each field of the formal."""
        values = by_field(arguments, self._fields[name], span)
        if isinstance(values, Diagnostic):
            self.diagnostics.append(values)
            return {}
        return {field: self._written(value) for field, value in values.items()}


def _bound(item: s.Item) -> Iterator[s.Name]:
    """The names that an item binds."""
    for node in walk(item):
        match node:
            case s.EventPattern(_, arguments):
                yield from (part.value for part in arguments if isinstance(part.value, s.Name))
            case s.Parameter(names):
                yield from names
            case _:
                pass


def _filled(value: Node, event: EventMap, values: Mapping[str, Node]) -> Any:
    """A value of the actual pattern: what the pattern gives for its field, or the literal or `_` that it is."""
    if isinstance(value, s.Name) and value.text in event.fields:
        return values.get(event.fields[value.text], s.Wildcard(span=value.span))
    return value


def _as_formula(value: Node) -> Any:
    """The formula that says what a word of a mapping says."""
    match value:
        case s.Name():
            return s.Reference(value, None, span=value.span)
        case s.IntLiteral(number) if number < 0:
            return s.Minus(s.IntLiteral(-number, span=value.span), span=value.span)
        case _:
            return value
