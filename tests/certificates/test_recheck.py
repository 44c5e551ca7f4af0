"""`honnin recheck`: what is said of a certificate, whole or damaged, and how it ends."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from honnin.compiler.certificate import solver as solvers
from honnin.compiler.certificate.manifest import MANIFEST, SEAL, Malformed, read, seal
from honnin.compiler.certificate.solver import Said, Solver

from .conftest import LAMP, Honnin

HARD = """(set-logic ALL)
(declare-fun a () Int) (declare-fun b () Int) (declare-fun c () Int)
(assert (and (> a 1) (> b 1) (> c 1) (= (+ (* a a a) (* b b b)) (* c c c))))
(check-sat)
"""
FALSE = "(set-logic ALL)\n(check-sat)\n"


def write_manifest(text: str) -> None:
    """Another manifest, sealed as the one that was written."""
    Path("proofs", MANIFEST).write_text(text)
    Path("proofs", SEAL).write_text(seal(text.encode()))


def replace_obligation(name: str, text: str) -> None:
    """Another text for the file, which the manifest knows of."""
    Path("proofs", name).write_text(text)
    file = Path("proofs", MANIFEST)
    manifest = json.loads(file.read_text())
    [obligation] = [o for o in manifest["checks"][0]["proof"]["obligations"] if o["file"] == name]
    obligation["sha256"] = sha256(text.encode()).hexdigest()
    write_manifest(json.dumps(manifest))


@pytest.fixture
def proofs(honnin: Honnin) -> Honnin:
    """The command line, in a folder with a certificate `proofs`."""
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 0
    return honnin


def test_a_proof_is_proved_again(proofs: Honnin) -> None:
    ran = proofs("recheck", "proofs", "--specification", "lamp.honnin")
    assert ran.exit_code == 0
    digest = sha256(Path("proofs", MANIFEST).read_bytes()).hexdigest()
    first, second, last, sealed, made_of, not_checked = ran.stdout.splitlines()
    assert first == "check switch satisfies lamp: proved"
    assert second.startswith("  ") and " obligations, each met" in second
    assert last.startswith("proofs: lamp, 2 checks: 1 proved again, 1 shown by a run, by cvc5 ")
    assert sealed == f"  SHA-256 of manifest.json: {digest}"
    assert re.fullmatch(r"  made of lamp\.honnin as it is now \(digest [0-9a-f]{12}\.\.\.\)", made_of)
    assert not_checked.startswith("  not checked: that the scripts are what the specification means")
    assert ran.stderr == ""


def test_json(proofs: Honnin) -> None:
    ran = proofs("recheck", "proofs", "--format", "json")
    satisfies, reaches, whole = [json.loads(line) for line in ran.stdout.splitlines()]
    one = satisfies["recheck"]
    assert (one["verdict"], one["status"], one["not_met"], one["undecided"]) == ("proved again", 0, [], [])
    assert one["met"] == one["obligations"] > 0
    assert (reaches["recheck"]["verdict"], reaches["recheck"]["obligations"]) == ("a run", 0)
    assert whole["certificate"]["status"] == 0
    assert whole["certificate"]["compared_with"] is None
    assert set(whole["certificate"]["tools"]) == {"honnin", "z3", "python", "cvc5"}


def test_an_obligation_that_is_false_is_named(proofs: Honnin) -> None:
    name = "1/safety-step-1-goal-1.smt2"
    replace_obligation(name, FALSE)
    ran = proofs("recheck", "proofs")
    assert ran.exit_code == 1
    assert "error[HN0530]: an obligation is not met: excluded after push: alternates" in ran.stderr
    [record, *_] = [
        json.loads(line)
        for line in proofs("recheck", "proofs", "--format", "json").stdout.splitlines()
        if '"recheck"' in line
    ]
    assert record["recheck"]["not_met"] == [name]


def test_an_obligation_that_is_undecided_is_named_and_no_pass(proofs: Honnin) -> None:
    replace_obligation("1/safety-step-1-goal-1.smt2", HARD)
    began = time.monotonic()
    ran = proofs("recheck", "proofs", "--timeout", "0.5")
    assert time.monotonic() - began < 15
    assert ran.exit_code == 3
    assert "undecided 1/safety-step-1-goal-1.smt2: excluded after push: alternates: " in ran.stdout
    assert "1 undecided" in ran.stdout


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            '(set-option :regular-output-channel "spoilt")\n(check-sat)',
            "more than one question: `set-option`",
        ),
        ("(set-logic ALL)\n(assert false)\n(check-sat)\n(check-sat)", "more than one question: `check-sat`"),
        ("(set-logic ALL)", "it asks nothing"),
        ("(assert (match))\n(check-sat)", "cvc5 does not take it"),
    ],
)
def test_what_is_no_obligation_is_undecided(proofs: Honnin, text: str, why: str) -> None:
    replace_obligation("1/safety-step-1-goal-1.smt2", text)
    ran = proofs("recheck", "proofs")
    assert ran.exit_code == 3
    assert why in ran.stdout
    assert not Path("spoilt").exists()


def change(path: tuple[Any, ...], value: Any) -> str:
    """The manifest with one thing changed."""
    manifest = json.loads(Path("proofs", MANIFEST).read_text())
    at = manifest
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return json.dumps(manifest)


FIRST = ("checks", 0, "proof", "obligations", 0)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("certificate",), 2, "another version"),
        (("certificate",), True, "`certificate` is missing or not of its type"),
        (("checks",), {}, "`checks`"),
        (("checks", 0), [], "a member of `checks` is not an object"),
        (("checks", 0, "proof", "obligations"), [], "not one for each step and clause"),
        (("checks", 0, "proof", "steps"), ["push"], "not one for each step and clause"),
        (("checks", 0, "proof", "invariant"), [7], "not a list of texts"),
        ((*FIRST, "target"), 99, "not one for each step and clause"),
        ((*FIRST, "file"), "../lamp.honnin", "not inside the certificate"),
        ((*FIRST, "file"), "/etc/passwd", "not inside the certificate"),
        ((*FIRST, "file"), "1/safety-step-1-goal-1.smt2", "two obligations have one file"),
    ],
)
def test_a_manifest_is_what_it_should_be_or_refused(
    proofs: Honnin, path: tuple[Any, ...], value: Any, why: str
) -> None:
    text = change(path, value)
    with pytest.raises(Malformed, match=why):
        read(text)
    write_manifest(text)
    ran = proofs("recheck", "proofs")
    assert ran.exit_code == 2
    assert "error[HN0527]" in ran.stderr
    assert ran.stdout == ""


# ---------------------------------------------------------------- a byte changed


def flipped(file: Path, chance: random.Random) -> None:
    """One byte of the file is another."""
    content = bytearray(file.read_bytes())
    content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    file.write_bytes(content)


@pytest.mark.parametrize(
    "file", [MANIFEST, SEAL, "1/safety-step-1-goal-1.smt2", "1/initiation-start-clause-1.smt2"]
)
def test_one_changed_byte_anywhere_is_refused(proofs: Honnin, file: str) -> None:
    there = Path("proofs", file)
    before, chance = there.read_bytes(), random.Random(file)
    for _ in range(60):
        flipped(there, chance)
        ran = proofs("recheck", "proofs")
        assert (ran.exit_code, ran.stdout) == (2, ""), there.read_bytes()
        assert re.match(r"error\[HN052[79]\]: ", ran.stderr)
        there.write_bytes(before)


def test_one_changed_byte_of_the_specification_is_another_specification(proofs: Honnin) -> None:
    there = Path("lamp.honnin")
    there.write_text(there.read_text().replace("on only when off", "on only when of!"))
    ran = proofs("recheck", "proofs", "--specification", "lamp.honnin")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "error[HN0531]: the certificate in `proofs` is not of `lamp.honnin` as it is now" in ran.stderr
    ran = proofs("recheck", "proofs")
    assert ran.exit_code == 0
    assert "  not compared with a specification (its digest " in ran.stdout


def test_a_certificate_whose_digest_is_missing_is_refused(proofs: Honnin) -> None:
    Path("proofs", SEAL).unlink()
    ran = proofs("recheck", "proofs")
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "error[HN0528]: the digest of the manifest is missing: `manifest.json.sha256`" in ran.stderr


def test_an_obligation_that_is_no_text_is_undecided(proofs: Honnin) -> None:
    name = "1/safety-step-1-goal-1.smt2"
    replace_obligation(name, "(set-logic ALL)")
    content = b"(set-logic ALL)\xff\xfe(check-sat)"
    Path("proofs", name).write_bytes(content)
    digest = sha256(content).hexdigest()
    write_manifest(
        re.sub(sha256(b"(set-logic ALL)").hexdigest(), digest, Path("proofs", MANIFEST).read_text())
    )
    assert proofs("recheck", "proofs").exit_code == 3


def test_the_digest_is_in_the_form_that_sha256sum_checks(proofs: Honnin) -> None:
    digest = sha256(Path("proofs", MANIFEST).read_bytes()).hexdigest()
    assert Path("proofs", SEAL).read_text() == f"{digest}  manifest.json\n"


def test_without_cvc5_one_line_says_what_to_install(proofs: Honnin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)
    ran = proofs("recheck", "proofs")
    assert ran.exit_code == 2
    assert "error[HN0534]" in ran.stderr
    assert "pip install 'honnin[recheck]'" in ran.stderr


def test_a_solver_that_dies_leaves_the_question_open_and_answers_the_next() -> None:
    with Solver() as solver:
        assert solver.ask(FALSE, 5) == Said("sat")
        assert solver._process is not None
        solver._process.kill()
        solver._process.wait()
        assert solver.ask(FALSE, 5) == Said("unknown", "cvc5 stopped")
        assert solver.ask(FALSE, 5) == Said("sat")
        process = solver._process
    assert process.poll() is not None


def test_a_solver_that_does_not_listen_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solvers, "GRACE", -0.9)
    with Solver() as solver:
        assert solver.ask(HARD, 1) == Said("unknown", "the time limit was reached")
        assert solver._process is None


def test_control_c_ends_it_and_its_solver(proofs: Honnin) -> None:
    replace_obligation("1/safety-step-1-goal-1.smt2", HARD)
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import honnin.compiler.certificate.solver as s\n"
        "begin = s.Solver._begin\n"
        "def told(self):\n"
        "    process = begin(self); print(process.pid, flush=True); return process\n"
        "s.Solver._begin = told\n"
        "import honnin.__main__ as m; m.main()\n"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", script, "recheck", "proofs", "--timeout", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None and running.stderr is not None
    solver = int(running.stdout.readline())
    running.send_signal(signal.SIGINT)
    assert running.wait(20) == 130
    assert running.stderr.read() == "interrupted\n"
    running.stdout.close()
    running.stderr.close()
    with pytest.raises(ProcessLookupError):
        os.kill(solver, 0)


# ---------------------------------------------------------------- what is said of the answers


ONE_SIDED = """spec lamp "A lamp"
event on_()
event off_()
given wired: Bool
assume is_wired "there is current": always: wired
invariant no_glow "never off": on off_(): wired
cover shone: on off_(): true
system switch implements lamp {
  var up: Bool = false
  action push() { when not up  up := true  emit on_() }
}
check switch satisfies no_glow
check switch reaches shone
"""


def test_what_a_proof_rests_on_and_whether_it_is_vacuous_is_told_again(honnin: Honnin) -> None:
    Path("lamp.honnin").write_text(ONE_SIDED)
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 1
    ran = honnin("recheck", "proofs")
    assert ran.exit_code == 1
    lines = ran.stdout.splitlines()
    assert lines[0] == "check switch satisfies no_glow: proved"
    assert lines[2:4] == [
        "  rests on is_wired: always: wired",
        "  this design can never exercise: no_glow",
    ]
    assert lines[4] == "check switch reaches shone: unreachable, NOT expected"
    records = [
        json.loads(line) for line in honnin("recheck", "proofs", "--format", "json").stdout.splitlines()
    ]
    satisfies, reaches = (record["recheck"] for record in records if "recheck" in record)
    assert (satisfies["status"], satisfies["exercised"]) == (3, {"no_glow": False})
    assert (satisfies["premises"], satisfies["expected"]) == ({"is_wired": "always: wired"}, True)
    assert (reaches["verdict"], reaches["expected"], reaches["status"]) == ("proved again", False, 1)


def test_a_refuted_design_is_no_pass(honnin: Honnin) -> None:
    Path("lamp.honnin").write_text(LAMP.replace("when not up  ", ""))
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 1
    ran = honnin("recheck", "proofs")
    assert ran.exit_code == 1
    assert ran.stdout.splitlines()[0] == "check switch satisfies lamp: refuted, NOT expected"
