"""The patterns that come with honnin: files of the library, each with one pattern and an instance of it with examples."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from honnin.spec import syntax
from honnin.spec.parser import parse

_LIBRARY: Final = Path(__file__).with_name("library")


def bundled_names() -> tuple[str, ...]:
    """What may stand after `use honnin.`."""
    return tuple(sorted(path.stem for path in _LIBRARY.glob("*.honnin")))


def bundled_source(name: str) -> tuple[str, str]:
    """The name that spans give to the file of a bundled pattern, and its text."""
    return f"<honnin.{name}>", (_LIBRARY / f"{name}.honnin").read_text(encoding="utf-8")


@cache
def bundled_pattern(name: str) -> syntax.PatternDecl | None:
    """The bundled pattern of that name, if there is one."""
    if name not in bundled_names():
        return None
    file, text = bundled_source(name)
    parsed = parse(text, file)
    assert parsed.file is not None and not parsed.diagnostics, parsed.diagnostics
    return next(item for item in parsed.file.items if isinstance(item, syntax.PatternDecl))
