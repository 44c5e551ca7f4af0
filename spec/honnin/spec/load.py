"""From files to a module: read, parse, expand, elaborate, with everything that is wrong collected on the way."""

from __future__ import annotations

import errno
import hashlib
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from honnin.spec import core, syntax
from honnin.spec.bundled import bundled_pattern, bundled_source
from honnin.spec.checks import Subjects, build_checks
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.declarations import Declarations, Elaborated
from honnin.spec.elaborate.examples import ExampleBuilder
from honnin.spec.elaborate.literals import Literals
from honnin.spec.elaborate.scope import Binders, Declared
from honnin.spec.expand import expand
from honnin.spec.lexer import scan
from honnin.spec.lints import lints
from honnin.spec.logs.lines import Lines
from honnin.spec.normalise import decode
from honnin.spec.parser import parse
from honnin.spec.records import dataclass
from honnin.spec.source import Span
from honnin.spec.systems import Surroundings, build_systems

LARGEST_FILE = 1 << 20
"""The size of the largest specification file, in bytes."""

_MEANING = "HN0080"
"""The first code that is not about words and syntax."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A module, or None when there is an error; every diagnostic; and the text of each file that was read, by its name."""

    module: core.Module | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def check_file(path: Path) -> Checked:
    """The module of a file. OSError when the file itself cannot be read; a used file that cannot is a diagnostic."""
    return _Loader().load(_content(path), str(path), path.resolve())


def check_text(text: str, file: str = "<text>") -> Checked:
    """The module of a text. Files that it uses are looked for from the working directory."""
    return _Loader().load(text.encode("utf-8", "surrogatepass"), file, Path(file).resolve())


@dataclass(frozen=True, slots=True)
class Expanded:
    """A file with its pattern instances written out, or None when there is an error; as in `Checked`, the rest."""

    file: syntax.File | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, str]


def expand_text(text: str, file: str) -> Expanded:
    """The text with its pattern instances written out, its own, bundled ones, and those of files that it uses."""
    return _Loader().expanded(text.encode("utf-8", "surrogatepass"), file, Path(file).resolve())


@dataclass(frozen=True, slots=True)
class _Lost:
    """Names that may have been declared in what could not be read."""

    names: frozenset[str] = frozenset()
    everything: bool = False

    def __contains__(self, name: object) -> bool:
        return self.everything or name in self.names

    def __bool__(self) -> bool:
        return self.everything or bool(self.names)

    def __or__(self, other: _Lost) -> _Lost:
        return _Lost(self.names | other.names, self.everything or other.everything)


def _outside(file: syntax.File, text: str, name: str) -> _Lost:
    """The names in the text that stand in no declaration that could be read."""
    read = {
        line for item in (file.name, *file.items) for line in range(item.span.line, item.span.end_line + 1)
    }
    return _Lost(
        frozenset(
            str(token) for token in scan(text, name).tokens if token.type == "NAME" and token.line not in read
        )
    )


@dataclass(frozen=True, slots=True)
class _Unit:
    """A file, expanded, and the units that it uses: all of them, each once, those first that others use.

    `lost`: the names whose declarations, here or in a file in use, may have been lost to errors that have been reported.
    """

    path: Path
    file: syntax.File
    uses: tuple[_Unit, ...]
    lost: _Lost

    @property
    def shared(self) -> tuple[syntax.Item, ...]:
        """What a `use` of this file brings: no examples, systems, checks."""
        kept = syntax.ExampleDecl | syntax.SystemDecl | syntax.CheckDecl | syntax.Use
        return tuple(item for item in self.file.items if not isinstance(item, kept))

    @property
    def items(self) -> tuple[syntax.Item, ...]:
        """The items of the specification: those of all used files, then its own."""
        return tuple(item for unit in (*self.uses, self) for item in unit.shared)


class _Loader:
    """Loads one module. Diagnostics are given once each, though a used file may be elaborated several times, and a pattern be
    written out several times.
    """

    def __init__(self) -> None:
        self._diagnostics: dict[tuple[str, Span], Diagnostic] = {}
        self._sources: dict[str, str] = {}
        self._units: dict[Path, _Unit | None] = {}
        self._binders = Binders()

    def _report(self, diagnostic: Diagnostic) -> None:
        self._diagnostics.setdefault((diagnostic.code, diagnostic.span), diagnostic)

    def load(self, data: bytes, name: str, path: Path) -> Checked:
        """The whole of it."""
        unit = self._unit(data, name, path, ())
        module = None if unit is None else self._module(unit)
        found = tuple(self._diagnostics.values())
        if self._wrong():
            module = None
        if module is not None:
            found = (*found, *lints(module, name))
        return Checked(module, tuple(sorted(_causes(found), key=_by_place)), self._sources)

    def expanded(self, data: bytes, name: str, path: Path) -> Expanded:
        """The file alone, its pattern instances written out."""
        unit = self._unit(data, name, path, ())
        file = None if unit is None or self._wrong() else unit.file
        return Expanded(file, tuple(sorted(self._diagnostics.values(), key=_by_place)), self._sources)

    def _wrong(self) -> bool:
        return any(diagnostic.is_error for diagnostic in self._diagnostics.values())

    # ------------------------------------------------------------ files

    def _unit(self, data: bytes, name: str, path: Path, above: tuple[Path, ...]) -> _Unit | None:
        text = decode(data, name)
        if isinstance(text, Diagnostic):
            self._sources[name] = data.decode("utf-8", "replace")
            self._report(text)
            return None
        self._sources[name] = text
        parsed = parse(text, name)
        for diagnostic in parsed.diagnostics:
            self._report(diagnostic)
        if parsed.file is None:
            return None
        written = [
            use.path for use in parsed.file.items if isinstance(use, syntax.Use) and use.path is not None
        ]
        direct = [self._used(use, name, path, (*above, path)) for use in written]
        found: dict[Path, _Unit] = {}
        for unit in direct:
            for each in () if unit is None else (*unit.uses, unit):
                found.setdefault(each.path, each)
        lost = _outside(parsed.file, text, name) if parsed.diagnostics else _Lost()
        for unit in direct:
            lost |= _Lost(everything=True) if unit is None else unit.lost
        uses = tuple(found.values())
        file, whole = self._expanded(parsed.file, uses, not lost)
        return _Unit(path, file, uses, lost | _Lost(everything=not whole))

    def _used(
        self, written: syntax.TextLiteral, name: str, path: Path, above: tuple[Path, ...]
    ) -> _Unit | None:
        try:
            target = (path.parent / written.value).resolve()
            data = b"" if target in self._units else _regular(target)
        except (OSError, ValueError, RuntimeError):
            hint = "paths are relative to the file that has the `use`"
            self._report(Diagnostic("HN0115", f"`{written.value}` cannot be read", written.span, hint=hint))
            return None
        if target in above:
            self._report(Diagnostic("HN0114", f"`{written.value}` uses this file again", written.span))
            return None
        if target not in self._units:
            self._units[target] = self._unit(data, str(Path(name).parent / written.value), target, above)
        return self._units[target]

    def _expanded(
        self, file: syntax.File, uses: tuple[_Unit, ...], complete: bool
    ) -> tuple[syntax.File, bool]:
        """The file with its pattern instances put in, and whether all could be. What is wrong with an instance in a file that is
        not complete may have been reported already.
        """
        if not any(isinstance(item, syntax.Use) and item.pattern is not None for item in file.items):
            return file, True
        own = (item for unit in uses for item in unit.file.items)
        patterns = {
            item.name.text: item for item in (*own, *file.items) if isinstance(item, syntax.PatternDecl)
        }
        expanded, diagnostics = expand(file, self._bundled, patterns, [unit.file for unit in uses])
        for diagnostic in diagnostics if complete else ():
            self._report(diagnostic)
        return expanded, not any(diagnostic.is_error for diagnostic in diagnostics)

    def _bundled(self, name: str) -> syntax.PatternDecl | None:
        pattern = bundled_pattern(name)
        if pattern is not None:
            label, text = bundled_source(name)
            self._sources[label] = text
        return pattern

    # ------------------------------------------------------------ the module

    def _module(self, unit: _Unit) -> core.Module | None:
        """The module, sound unless an error has been reported; None when too little of it is known."""
        self._names(unit)
        elaborated = [self._elaborated(each) for each in (unit, *unit.uses)]
        if unit.lost:
            return None
        specifications = tuple(each.specification for each in elaborated)
        own = unit.file.items
        around = Surroundings(
            elaborated[0].scope,
            self._binders,
            self._report,
            {specification.name: specification for specification in specifications},
        )
        systems, broken = build_systems([i for i in own if isinstance(i, syntax.SystemDecl)], around)
        lost = broken | _rejecting(unit, specifications[0]).keys() - {
            c.name for c in specifications[0].claims
        }
        subjects = Subjects({system.name: system for system in systems}, around.specifications, lost)
        checks, wrong = build_checks([i for i in own if isinstance(i, syntax.CheckDecl)], subjects)
        for diagnostic in wrong:
            self._report(diagnostic)
        literals = Literals(elaborated[0].scope, self._report)
        lines = Lines(specifications[0], literals, self._report)
        builder = ExampleBuilder(_rejecting(unit, specifications[0]), literals, lines, self._report)
        examples = tuple(
            filter(None, map(builder.example, (i for i in own if isinstance(i, syntax.ExampleDecl))))
        )
        return core.Module(specifications, systems, checks, examples, self._digest(), span=unit.file.span)

    def _elaborated(self, unit: _Unit) -> Elaborated:
        items = tuple(item for item in unit.items if not isinstance(item, syntax.PatternDecl))
        declarations = Declarations(items, self._binders, self._report, unit.lost)
        return declarations.elaborate(unit.file.name, unit.file.title)

    def _names(self, unit: _Unit) -> None:
        """Claims, examples, patterns, specifications and systems share one name space."""
        declared = Declared(self._report)
        for each in (*unit.uses, unit):
            declared.add(each.file.name)
        for item in (*(item for each in unit.uses for item in each.shared), *unit.file.items):
            match item:
                case (
                    syntax.ClaimDecl(name=name)
                    | syntax.PatternDecl(name=name)
                    | syntax.ExampleDecl(name=name)
                    | syntax.SystemDecl(name=name)
                ):
                    declared.add(name)
                case _:
                    pass

    def _digest(self) -> str:
        """SHA-256 over the NFC texts of all files, the main one first."""
        whole = hashlib.sha256()
        for text in self._sources.values():
            whole.update(unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass"))
            whole.update(b"\0")
        return whole.hexdigest()


def _content(file: Path) -> bytes:
    """What is in the file; OSError also for one that is larger than LARGEST_FILE, or never ends."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {LARGEST_FILE} bytes")
    return content


def _regular(file: Path) -> bytes:
    """The same, of a regular file: a pipe may never begin."""
    if not file.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    return _content(file)


def _rejecting(unit: _Unit, specification: core.Specification) -> dict[str, bool]:
    """For each claim whether it can reject; those of ranges and those with mistakes too."""
    written = (item for item in unit.items if isinstance(item, syntax.ClaimDecl))
    return {item.name.text: item.kind != "cover" for item in written} | {
        claim.name: claim.kind != "cover" for claim in specification.claims
    }


def _causes(found: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Without what is said of the meaning of a line whose words or syntax are wrong: that may be a consequence."""
    causes = {(d.span.file, d.span.line) for d in found if d.code < _MEANING}
    return tuple(d for d in found if d.code < _MEANING or (d.span.file, d.span.line) not in causes)


def _by_place(diagnostic: Diagnostic) -> tuple[str, int, int, str]:
    return diagnostic.span.file, diagnostic.span.line, diagnostic.span.column, diagnostic.code
