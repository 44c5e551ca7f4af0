"""A file that is formatted says what it said, and formatting it again changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from honnin.spec import format_formulas, syntax
from honnin.spec.format import format_file
from honnin.spec.load import check_text
from honnin.spec.parser import parse
from honnin.spec.precedence import Level
from tests.corpus.cases import cases

from .pairs import drawn
from .printing import text

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for path in ROOT.rglob("*.honnin") if not any(part.startswith(".") for part in path.parts)
)
SEEDS = range(700, 730)


def formatted(source: str) -> str:
    parsed = parse(source, "file")
    assert parsed.file is not None, parsed.diagnostics
    return format_file(parsed.file)


def problem(source: str) -> str | None:
    """How the text breaks the law, if it does."""
    once = formatted(source)
    if formatted(once) != once:
        return "formatting again changes it"
    before, after = check_text(source).module, check_text(once).module
    if before is not None and after is None:
        return "it can no longer be read"
    if before is not None and _without_digest(before) != _without_digest(after):
        return "it says something else"
    return None


def _without_digest(module: Any) -> tuple[Any, ...]:
    return (module.specifications, module.systems, module.checks, module.examples)


def _parses(source: str) -> bool:
    return parse(source, "file").file is not None and not parse(source, "file").diagnostics


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_on_every_file_of_the_repository(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    if _parses(source):
        assert problem(source) is None


def test_most_files_parse() -> None:
    assert sum(_parses(path.read_text(encoding="utf-8")) for path in FILES) > 0.8 * len(FILES) > 0


@pytest.mark.parametrize("case", cases(), ids=[case.name for case in cases()])
def test_on_the_corpus(case: Any) -> None:
    if _parses(case.text):
        assert problem(case.text) is None


@pytest.mark.parametrize("seed", SEEDS)
def test_on_drawn_specifications(seed: int) -> None:
    assert problem(text(drawn(seed)[0])) is None


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A formatter that leaves out the parentheses around `or`."""
    right = format_formulas._level

    def wrong(expr: syntax.Expr) -> Level:
        return Level.ATOM if isinstance(expr, syntax.Or) else right(expr)

    monkeypatch.setattr(format_formulas, "_level", wrong)
    assert any(problem(text(drawn(seed)[0])) for seed in SEEDS)
