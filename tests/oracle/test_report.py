"""What other commands found, on one page: for people, with what is not known, and never better than what was told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.conftest import DATA

Run = Callable[..., Any]
Golden = Callable[[str, str], None]
KEY = ("--key", DATA / "test.key")
FACTS = ("--facts", DATA / "site.json")
TITLE = "A <b>title</b> | with *stars* & `ticks`"


@pytest.fixture
def told(honnin: Run, tmp_path: Path) -> Callable[..., Path]:
    """Keeps what a command tells."""

    def tell(*arguments: str | Path, name: str = "") -> Path:
        file = tmp_path / f"{name or arguments[0]}.jsonl"
        file.write_text(honnin(*arguments, "--format", "json").out, encoding="utf-8")
        return file

    return tell


def test_everything_on_one_page(
    honnin: Run, told: Callable[..., Path], golden: Golden, specification: Path
) -> None:
    files = [
        told("check", specification),
        told("explain", specification),
        told("prove", specification),
        told("audit", *KEY, *FACTS, specification, "swapped.jsonl"),
    ]
    ran = honnin("report", *files)
    assert (ran.status, ran.err) == (1, "")
    assert "alice" not in ran.out.partition("## A log")[2]
    golden("report.md", ran.out)


def test_a_page_in_a_file_and_the_status_as_json(
    honnin: Run, told: Callable[..., Path], specification: Path, tmp_path: Path
) -> None:
    file, page = told("check", specification), tmp_path / "page.md"
    ran = honnin("report", file, "-o", page, "--format", "json")
    (report,) = ran.records
    assert (report["report"]["of_one"], report["report"]["status"], ran.status) == (True, 0, 0)
    assert page.read_text(encoding="utf-8").startswith("# certificate")
    assert honnin("report", "-", input=file.read_bytes()).out == page.read_text(encoding="utf-8")
    assert "What happened: no `honnin watch`" in page.read_text(encoding="utf-8")


def test_results_of_two_specifications_do_not_belong_together(
    honnin: Run, told: Callable[..., Path], specification: Path, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.honnin"
    changed.write_text(specification.read_text(encoding="utf-8") + "\n# changed", encoding="utf-8")
    ran = honnin("report", told("check", specification), told("explain", changed))
    assert ran.status == 3 and "**These results are not of one specification**" in ran.out


@pytest.mark.parametrize(
    ("log", "status", "words"),
    [
        ("", 0, "0 events, 0 violations"),
        ('{"event": "ask", "at": 1, "request": "r1", "delay": 9}\n', 3, "1 open obligation"),
        ("{\n", 4, "1 line not read"),
    ],
)
def test_the_status_is_that_of_the_results(
    honnin: Run, told: Callable[..., Path], tmp_path: Path, log: str, status: int, words: str
) -> None:
    file = tmp_path / "log"
    file.write_text(log)
    assert honnin("watch", DATA / "bounded.honnin", file).status == status
    ran = honnin("report", told("watch", DATA / "bounded.honnin", file))
    assert ran.status == status and words in ran.out


def test_a_run_without_an_end_is_undecided(honnin: Run, told: Callable[..., Path], tmp_path: Path) -> None:
    whole = told("watch", DATA / "bounded.honnin", "/dev/null")
    whole.write_text("".join(whole.read_text().splitlines(keepends=True)[:-1]))
    ran = honnin("report", whole)
    assert ran.status == 3 and "did not come to its end" in ran.out


def test_a_wrong_specification_is_told(honnin: Run, told: Callable[..., Path]) -> None:
    ran = honnin("report", told("check", DATA / "wrong.honnin"))
    assert ran.status == 2 and "| a message | `HN" in ran.out


def test_titles_are_words_and_nothing_else(honnin: Run, told: Callable[..., Path], tmp_path: Path) -> None:
    file = tmp_path / "names.honnin"
    file.write_text(
        f"spec 証明書 {json.dumps(TITLE)}\nevent 発行(数: Int, 誰: Text)\n"
        f"invariant 正 {json.dumps(TITLE)}: on 発行(n, _): n > 0\n",
        encoding="utf-8",
    )
    log = tmp_path / "log"
    log.write_text(json.dumps({"event": "発行", "数": 0, "誰": "<script>`|\\u0007"}) + "\n")
    ran = honnin("report", told("explain", file), told("watch", file, log))
    assert "# 証明書: A &lt;b\\>title" in ran.out and "<b>" not in ran.out
    row = next(line for line in ran.out.splitlines() if line.startswith("| `正`"))
    assert row.replace("\\|", "").count("|") == 5
    finding = next(line for line in ran.out.splitlines() if "**violated**" in line)
    assert "``発行(数 = 0, 誰 = <script>`" in finding and "\a" not in finding


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"certificates: 1 invariant\n", "line 1 of"),
        (b"[1]\n", "line 1 of"),
        (b'{"start": {}}\n', "line 1 of"),
        (b'{"summary": {}}\n', "line 1 of"),
        (
            b'{"check": {"specification": "s", "digest": "d", "status": 0, "expected": true}}\n',
            "this version",
        ),
        (b"", "nothing of a specification"),
        (b'{"demo": {"scene": 1}}\n', "nothing of a specification"),
    ],
)
def test_what_is_no_result_is_refused(honnin: Run, tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "results"
    file.write_bytes(content)
    ran = honnin("report", file)
    assert ran.status == 2 and words in " ".join(ran.err.split())


def test_a_file_that_is_not_there(honnin: Run) -> None:
    ran = honnin("report", "nowhere.jsonl")
    assert ran.status == 2 and "HN0801" in ran.err
