"""The rules of the house that a machine can see."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("spec", "compiler", "oracle")
MODULES = sorted(module for room in ROOMS for module in (ROOT / room).rglob("*.py"))


def test_the_namespace_has_no_init() -> None:
    assert not list(ROOT.glob("*/honnin/__init__.py"))


def imported(module: Path) -> set[str]:
    """The names of the modules that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(ROOT)))
def test_imports_go_one_way(module: Path) -> None:
    room = module.relative_to(ROOT).parts[0]
    later = ROOMS[ROOMS.index(room) + 1 :]
    wrong = {name for name in imported(module) for other in later if name.startswith(f"honnin.{other}")}
    assert not wrong


def test_the_judge_is_on_its_own() -> None:
    judge = {"core", "verdicts", "facts", "evaluation", "renewed", "updates", "source", "records"}
    for name in ("meaning", "evaluation", "renewed", "updates"):
        module = ROOT / "spec" / "honnin" / "spec" / f"{name}.py"
        ours = {
            found.removeprefix("honnin.spec.") for found in imported(module) if found.startswith("honnin.")
        }
        assert ours - {"honnin.spec"} <= judge, name
