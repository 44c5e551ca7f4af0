"""`extends`: what the members of a system are when those of the systems above it are counted in (language.md section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass
from honnin.spec.syntax import (
    ActionDecl,
    DefineDecl,
    InitDecl,
    Name,
    ProcessDecl,
    PropertyDecl,
    SystemDecl,
    SystemMember,
    VarDecl,
)

Group: TypeAlias = Literal["value", "behaviour", "claim"]
"""The name space of a member: variables and defines, actions and processes, or assumptions, invariants and lemmas."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """A system with all its members: those of the systems above it first, each replaced where it stood."""

    declaration: SystemDecl
    members: tuple[SystemMember, ...]
    implements: tuple[Name, ...]


def member_key(member: SystemMember) -> tuple[Group, str] | None:
    """What a member replaces and is replaced by; None for an `init`, which is always added."""
    match member:
        case VarDecl(name=name) | DefineDecl(name=name):
            return ("value", name.text)
        case ActionDecl(name=name) | ProcessDecl(name=name):
            return ("behaviour", name.text)
        case PropertyDecl(name=name):
            return ("claim", name.text)
        case InitDecl():
            return None


def inherit(systems: Sequence[SystemDecl]) -> tuple[tuple[Inherited, ...], tuple[Diagnostic, ...]]:
    """Each system that has a sound line of parents, in order, and what is wrong with the others."""
    by_name = {system.name.text: system for system in systems}
    diagnostics = [found for system in systems for found in _duplicates(system)]
    whole: list[Inherited] = []
    for system in systems:
        line = _line(system, by_name)
        if isinstance(line, Diagnostic):
            diagnostics.append(line)
        elif line is not None:
            whole.append(_with_members_of(line))
    return tuple(whole), tuple(diagnostics)


def _line(
    system: SystemDecl, by_name: Mapping[str, SystemDecl]
) -> tuple[SystemDecl, ...] | Diagnostic | None:
    """The system and those above it, topmost first. None when the fault is another system's, which reports it."""
    line = [system]
    while (parent := line[-1].extends) is not None:
        above = by_name.get(parent.text)
        if above is None:
            if line[-1] is not system:
                return None
            return Diagnostic(
                "HN0402",
                f"there is no system `{parent.text}` in this file",
                parent.span,
                hint=did_you_mean(parent.text, by_name),
            )
        if above is system:
            return Diagnostic("HN0403", f"`{system.name.text}` extends itself", parent.span)
        if above in line:
            return None
        line.append(above)
    return tuple(reversed(line))


def _with_members_of(line: tuple[SystemDecl, ...]) -> Inherited:
    members: dict[object, SystemMember] = {}
    for system in line:
        for member in system.members:
            key = member_key(member)
            members[id(member) if key is None else key] = member
    implements = next((system.implements for system in reversed(line) if system.implements), ())
    return Inherited(line[-1], tuple(members.values()), implements)


def _duplicates(system: SystemDecl) -> Iterator[Diagnostic]:
    keyed = ((member_key(member), member) for member in system.members)
    yield from duplicates(
        (key, member.name) for key, member in keyed if key is not None and not isinstance(member, InitDecl)
    )


def duplicates(named: Iterable[tuple[object, Name]]) -> Iterator[Diagnostic]:
    """One diagnostic for each name whose key was there before."""
    first: dict[object, Name] = {}
    for key, name in named:
        before = first.setdefault(key, name)
        if before is not name:
            yield Diagnostic(
                "HN0404",
                f"`{name.text}` is there twice",
                name.span,
                labels=(Label(before.span, "the first"),),
            )
