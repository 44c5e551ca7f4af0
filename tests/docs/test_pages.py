"""Every code block of the documentation is run, in the order of its page, in a folder of the page's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from honnin.spec.load import check_file
from tests.docs.blocks import Block, agree, blocks, commands, run

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(page for page in ROOT.glob("docs/**/*.md") if page.parent.name != "errors")]
)
SET_UP = {"README.md", "CONTRIBUTING.md"}
"""Pages whose console blocks set up an environment or run the tests: .ci/run does what they say."""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page(page: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("a key for the documentation only")
    for block in blocks(page):
        place = f"{page.relative_to(ROOT)}:{block.line}"
        match block.language:
            case "console":
                if page.name not in SET_UP:
                    _console(block, tmp_path, place)
            case "honnin":
                file = tmp_path / (block.name or "block.honnin")
                file.write_text(block.text, encoding="utf-8")
                wrong = [d for d in check_file(file).diagnostics if d.is_error]
                assert not wrong, f"{place}: {wrong}"
            case "text":
                pass
            case _:
                _file(block, tmp_path, place)


def _console(block: Block, folder: Path, place: str) -> None:
    for command, expected in commands(block.text):
        printed = run(command, folder)
        assert agree(expected, printed), "\n".join([f"{place}: $ {command}", *printed])


def _file(block: Block, folder: Path, place: str) -> None:
    """A named block is a file; an unnamed `python` block is run."""
    if block.name is not None:
        (folder / block.name).write_text(block.text, encoding="utf-8")
    elif block.language == "python":
        (folder / "block.py").write_text(block.text, encoding="utf-8")
        printed = run("python block.py", folder)
        assert not printed, "\n".join([place, *printed])
    else:
        raise AssertionError(f"{place}: a `{block.language}` block that nothing runs")


def test_ci_does_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    said = [
        line
        for block in blocks(ROOT / "README.md")
        if block.language == "console"
        for line in block.text.splitlines()
    ]
    assert len(said) == 2
    assert all(line in ci for line in said), said
    assert readme.startswith("# honnin")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", prose):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_tours_run_the_same_blocks() -> None:
    english, japanese = (list(blocks(ROOT / "docs" / name)) for name in ("tour.md", "tour.ja.md"))
    assert [(b.language, b.name, b.text) for b in english] == [(b.language, b.name, b.text) for b in japanese]
