"""The table of the laws is made from their own words."""

from __future__ import annotations

import ast
import os
from pathlib import Path

HERE = Path(__file__).parent
README = HERE / "README.md"
MARK = "<!-- generated from here: HONNIN_UPDATE_GOLDEN=1 pytest tests/laws -->\n"
LAWS = sorted(path for path in HERE.glob("test_*.py") if path != Path(__file__))
NOTICES = "test_a_fault_is_noticed"


def table() -> str:
    lines = ["| law | test | it can fail |", "| --- | --- | --- |"]
    for path in LAWS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        faults = [
            ast.get_docstring(node) or ""
            for node in tree.body
            if isinstance(node, ast.FunctionDef) and node.name.startswith(NOTICES)
        ]
        law = (ast.get_docstring(tree) or "").split("\n\n")[0].replace("\n", " ")
        lines.append(f"| {law} | [{path.stem}]({path.name}) | {' '.join(faults)} |")
    return "\n".join(lines) + "\n"


def test_every_law_has_words_and_a_fault_that_it_notices() -> None:
    for path in LAWS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), path
        assert any(isinstance(n, ast.FunctionDef) and n.name.startswith(NOTICES) for n in tree.body), path


def test_the_table_is_up_to_date() -> None:
    """HONNIN_UPDATE_GOLDEN=1 writes it anew."""
    head, mark, _ = README.read_text(encoding="utf-8").partition(MARK)
    expected = f"{head}{mark}\n{table()}"
    if os.environ.get("HONNIN_UPDATE_GOLDEN"):
        assert not os.environ.get("CI"), "golden files are not rewritten in CI"
        README.write_text(expected, encoding="utf-8")
    assert README.read_text(encoding="utf-8") == expected
