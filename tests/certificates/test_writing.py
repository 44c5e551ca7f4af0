"""`prove --certificate`: what is written, where, and that it is written whole or not at all."""

from __future__ import annotations

import json
import os
import re
from hashlib import sha256
from pathlib import Path

import pytest
import z3

from honnin.compiler.certificate import folder as folders
from honnin.compiler.certificate.manifest import MANIFEST, SEAL, read

from .conftest import LAMP, Honnin

NAMES = """spec match "予約語と日本語の名前"
entity 人, let
event assert(forall_: let, 人名: 人)
state match_: let -> 人?
after assert(x, y) { match_[x] := y }
invariant 一人 "一度だけ": on assert(x, _): match_[x] == none
system par implements match {
  var exists_: let -> 人?
  action push(x: let, y: 人) { when exists_[x] == none  exists_[x] := y  emit assert(x, y) }
}
check par satisfies match
"""


def texts(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): file.read_text(encoding="utf-8")
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_every_obligation_has_a_file_and_its_digest(honnin: Honnin) -> None:
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 0
    written = texts(Path("proofs"))
    del written[SEAL]
    manifest = read(written.pop(MANIFEST))
    assert (manifest.specification, manifest.file) == ("lamp", "lamp.honnin")
    assert set(manifest.tools) == {"honnin", "z3", "python"}
    satisfies, reaches = manifest.checks
    assert satisfies.proof is not None and satisfies.premises == {}
    assert (reaches.proof, reaches.answer) == (None, "reached")
    assert satisfies.proof.steps == ("push", "pull")
    assert [goal.name for goal in satisfies.proof.goals] == ["alternates", "write conflict"]
    assert {each.file: each.sha256 for each in manifest.files()} == {
        name: sha256(text.encode()).hexdigest() for name, text in written.items()
    }
    assert f"certificate in proofs: 1 proof, {len(written)} obligations" in ran.stdout


def test_the_digest_is_the_one_of_the_oracle(honnin: Honnin) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    honnin("compile", "lamp.honnin", "-o", "lamp_oracle.py")
    digest = read(Path("proofs", MANIFEST).read_text()).digest
    assert f'DIGEST = "{digest}"' in Path("lamp_oracle.py").read_text().replace("'", '"')


def test_no_name_of_the_specification_is_in_an_obligation(honnin: Honnin) -> None:
    Path("names.honnin").write_text(NAMES, encoding="utf-8")
    assert honnin("prove", "names.honnin", "--certificate", "proofs").exit_code == 0
    written = texts(Path("proofs"))
    del written[SEAL]
    manifest = read(written.pop(MANIFEST))
    assert "一人" in [goal.name for check in manifest.checks if check.proof for goal in check.proof.goals]
    for text in written.values():
        assert text.isascii()
        symbols = set(re.findall(r"declare-(?:sort|fun|datatypes) \(*(\S+)", text))
        assert all(re.fullmatch(r"[cS]\d+", symbol) for symbol in symbols), symbols
    assert honnin("recheck", "proofs").exit_code == 0


def test_the_same_proof_is_the_same_certificate(honnin: Honnin) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "one")
    honnin("prove", "lamp.honnin", "--certificate", "two")
    assert texts(Path("one")) == texts(Path("two"))


def test_a_proof_by_visiting_every_state_has_an_invariant_too(honnin: Honnin) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    [check, _] = read(Path("proofs", MANIFEST).read_text()).checks
    assert check.proof is not None and check.proof.invariant


def test_a_proof_that_has_no_obligations_is_said_to_have_none(
    honnin: Honnin, monkeypatch: pytest.MonkeyPatch
) -> None:
    from honnin.compiler.certificate import writing

    monkeypatch.setattr(writing, "z3_proof", lambda *_: "nothing was found")
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 0
    assert "switch satisfies lamp cannot be checked again: every state was visited" in ran.stdout
    again = honnin("recheck", "proofs")
    assert again.exit_code == 3
    assert "nothing that could be checked again: every state was visited" in again.stdout


def test_obligations_that_z3_has_no_memory_for_are_not_written(
    honnin: Honnin, monkeypatch: pytest.MonkeyPatch
) -> None:
    from honnin.compiler.certificate import writing

    def full(*_: object) -> None:
        raise z3.Z3Exception("max. memory exceeded")

    monkeypatch.setattr(writing, "obligations", full)
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 0
    assert "cannot be checked again: z3 reached its limit of memory" in ran.stdout
    assert honnin("recheck", "proofs").exit_code == 3


def test_json(honnin: Honnin) -> None:
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs", "--format", "json")
    [said] = [json.loads(line)["certificate"] for line in ran.stdout.splitlines() if '{"certificate"' in line]
    assert (said["folder"], said["proofs"], said["without"]) == ("proofs", 1, [])
    assert said["obligations"] == len(texts(Path("proofs"))) - 2


def test_a_certificate_of_the_same_specification_is_replaced(honnin: Honnin) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    Path("lamp.honnin").write_text(LAMP.replace("check switch reaches shone\n", ""), encoding="utf-8")
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 0
    assert len(read(Path("proofs", MANIFEST).read_text()).checks) == 1
    assert sorted(os.listdir()) == ["lamp.honnin", "proofs"]


@pytest.mark.parametrize("content", [{"notes.txt": ""}, {MANIFEST: "{}"}, {MANIFEST: "?"}])
def test_anything_else_is_left_alone(honnin: Honnin, content: dict[str, str]) -> None:
    Path("proofs").mkdir()
    for name, text in content.items():
        Path("proofs", name).write_text(text)
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 2
    assert "HN0525" in ran.stderr
    assert ran.stdout == ""
    assert texts(Path("proofs")) == content


def test_a_file_and_the_certificate_of_another_are_left_alone(honnin: Honnin) -> None:
    Path("file").write_text("mine")
    assert "it is a file" in honnin("prove", "lamp.honnin", "--certificate", "file").stderr
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    Path("other.honnin").write_text(LAMP.replace("spec lamp", "spec other").replace(" lamp", " other"))
    ran = honnin("prove", "other.honnin", "--certificate", "proofs")
    assert "it holds a certificate of `lamp`" in ran.stderr
    Path("proofs", "notes.txt").write_text("mine")
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert "it holds other files, `notes.txt` for one" in ran.stderr
    assert Path("file").read_text() == "mine"


def test_an_interruption_leaves_the_old_certificate(honnin: Honnin, monkeypatch: pytest.MonkeyPatch) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    before = texts(Path("proofs"))
    written = folders._everything

    def interrupted(*arguments: object) -> object:
        yield next(written(*arguments))  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(folders, "_everything", interrupted)
    assert honnin("prove", "lamp.honnin", "--certificate", "proofs").exit_code == 130
    assert honnin("prove", "lamp.honnin", "--certificate", "new").exit_code == 130
    assert texts(Path("proofs")) == before
    assert sorted(os.listdir()) == ["lamp.honnin", "proofs"]


def test_a_failure_at_the_last_moment_leaves_the_old_certificate(
    honnin: Honnin, monkeypatch: pytest.MonkeyPatch
) -> None:
    honnin("prove", "lamp.honnin", "--certificate", "proofs")
    before = texts(Path("proofs"))
    replace = os.replace

    def failing(source: Path, target: Path) -> None:
        if source.name == "new":
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    ran = honnin("prove", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 2
    assert "error[HN0805]: `proofs` cannot be written: no space left on device" in ran.stderr
    assert texts(Path("proofs")) == before
    assert sorted(os.listdir()) == ["lamp.honnin", "proofs"]


def test_a_certificate_is_of_one_file(honnin: Honnin) -> None:
    ran = honnin("prove", "lamp.honnin", "lamp.honnin", "--certificate", "proofs")
    assert ran.exit_code == 2
    assert "--certificate is for one file" in ran.stderr
