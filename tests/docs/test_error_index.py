"""Every message has a page, and every page says what honnin says.

HONNIN_UPDATE_PAGES=1 writes the messages and the list as they are now, but never in CI: look at what has changed.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from honnin.spec.catalogue import CATALOGUE
from tests.docs.error_pages import (
    FOLDER,
    PROSE,
    SECTIONS,
    codes,
    errors,
    head,
    index,
    read,
    said,
    with_messages,
)

UPDATE = bool(os.environ.get("HONNIN_UPDATE_PAGES"))
PAGES = sorted(FOLDER.glob("HN*.md"))


def permitted(path: str | Path, mode: int) -> bool:
    """Whether its owner may read a file, also where the tests are run by a user who may read everything."""
    assert mode == os.R_OK
    return bool(os.stat(path).st_mode & stat.S_IRUSR)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert [page.stem for page in PAGES] == sorted(CATALOGUE)
    assert all(code[:4] in SECTIONS for code in CATALOGUE)


def test_pages_are_not_written_in_ci() -> None:
    assert not (UPDATE and os.environ.get("CI")), "HONNIN_UPDATE_PAGES is set in CI"


def test_the_list_is_up_to_date() -> None:
    file = FOLDER / "README.md"
    if UPDATE:
        file.write_text(index(), encoding="utf-8")
    assert file.read_text(encoding="utf-8") == index(), "run with HONNIN_UPDATE_PAGES=1"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = path.stem
    page = read(path)
    assert path.read_text(encoding="utf-8").startswith(head(CATALOGUE[code]))
    headings = [name for _, name in page.headings]
    if code in PROSE:
        assert headings == ["Why"]
        return
    assert headings == ["Wrong", "Message", "Right", "Why"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "access", permitted)
    messages = list(said(page.under("Wrong")))
    assert messages
    assert all(codes(message) == {code} for message in messages), messages
    if UPDATE and not os.environ.get("CI"):
        path.write_text(with_messages(page, messages), encoding="utf-8")
        page = read(path)
    assert [block.text.rstrip("\n") for block in page.under("Message")] == messages
    repaired = list(said(page.under("Right")))
    assert repaired
    assert not any(errors(message) or code in codes(message) for message in repaired), repaired
