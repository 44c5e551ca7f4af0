"""Specifications in Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from honnin.oracle import InvariantViolated, SpecificationError, load

SITE = {
    "entitled": {
        "table": [["alice", "residence_record", "alice", True], ["bob", "residence_record", "bob", True]],
        "default": False,
    }
}
KIND = "residence_record"


def test_a_violation_is_raised_where_it_happens_with_its_account(specification: Path) -> None:
    oracle = load(specification).oracle(facts=SITE)
    oracle.request(request="r1", terminal="t1", holder="alice", wanted="alice", kind=KIND)
    oracle.observe("request", request="r2", terminal="t2", holder="bob", wanted="bob", kind=KIND, at=12.5)
    with pytest.raises(InvariantViolated, match="right_person") as caught:
        oracle.issue(request="r1", subject="bob", kind=KIND, page=1)
    violation = caught.value.violation
    assert (violation.invariant, violation.position) == ("right_person", 3)
    assert "bob" not in str(caught.value) + "".join(caught.value.__notes__)


def test_violations_are_collected_or_handed_over(specification: Path) -> None:
    spec = load(specification)
    handed: list[object] = []
    for mode in ("collect", handed.append):
        oracle = spec.oracle(on_violation=mode, facts=SITE, reveal=True)
        oracle.issue(request="r1", subject="bob", kind=KIND, page=1)
        assert [violation.invariant for violation in oracle.violations] == ["right_person"]
        assert oracle.violations[0].bindings == {"r": "r1", "s": "bob"}
    assert handed == oracle.violations


def test_facts_may_be_a_file(specification: Path) -> None:
    load(specification).oracle(facts=specification.parent / "site.json")


def test_a_specification_is_compiled_once(specification: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.honnin"
    copy.write_bytes(specification.read_bytes())
    assert load(copy) is load(str(copy))
    assert load(copy).namespace is load(specification).namespace


def test_a_changed_file_is_loaded_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.honnin"
    file.write_text('spec a\nevent e(x: Int)\ninvariant i "i": on e(x): x > 0\n')
    assert load(file).name == "a"
    file.write_text('spec other\nevent e(x: Int)\ninvariant i "i": on e(x): x > 0\n')
    os.utime(file, ns=(1, 1))
    assert load(file).name == "other"


def test_a_wrong_specification_says_what_check_says(specification: Path) -> None:
    with pytest.raises(SpecificationError, match="wonted") as caught:
        load(specification.parent / "wrong.honnin")
    assert all(diagnostic.code.startswith("HN") for diagnostic in caught.value.diagnostics)


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "nosuch.honnin")


def test_what_is_not_monitored_is_said(specification: Path) -> None:
    assert load(specification).not_monitored == ()
    assert load(specification.parent / "untried.honnin").not_monitored == ("other",)


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import honnin.oracle.pytest_plugin", "honnin.spec honnin.compiler z3 click rich lark"),
        ("import honnin.oracle", "honnin.spec honnin.compiler z3 click rich lark"),
        (
            "from honnin.oracle.cli import cli; cli(['check', 'SPEC'], standalone_mode=False)",
            "z3 rich honnin.compiler",
        ),
        ("from honnin.oracle import load; load('SPEC').oracle(facts='FACTS')", "z3 rich click pytest"),
    ],
)
def test_nothing_is_imported_that_is_not_needed(specification: Path, code: str, unwanted: str) -> None:
    code = code.replace("SPEC", str(specification)).replace("FACTS", str(specification.parent / "site.json"))
    script = (
        f"import sys\ntry:\n    {code}\nexcept SystemExit:\n    pass\nprint(*sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(unwanted.split()) & set(ran.stderr.split()) == set()
