"""The generated oracle says what the reference meaning says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.examples import example_facts
from honnin.spec.load import check_file
from honnin.spec.meaning import evaluate

from .harness import closed, import_source, load, oracle_module, raw_facts, run
from .test_runtime import DEADLINE, FACTS, SPOOL

_ROOT = Path(__file__).parents[2]


_FILES = sorted([*_ROOT.glob("examples/*/*.honnin"), *_ROOT.glob("spec/honnin/spec/library/*.honnin")])


@pytest.mark.parametrize("file", _FILES, ids=[file.stem for file in _FILES])
def test_the_examples_of_our_own_specifications(file: Path) -> None:
    checked = check_file(file)
    assert checked.module is not None, checked.diagnostics
    specification = checked.module.main
    module = oracle_module(specification)
    assert not module.NOT_MONITORED
    for example in checked.module.examples:
        facts = closed(specification, example_facts(example, specification))
        expected = evaluate(specification, example.occurrences, facts)
        assert run(module, example.occurrences, raw_facts(specification, facts)) == expected, example.name


# ---------------------------------------------------------------- the module

HOSTILE = """
spec class_ "a \\"\\"\\" title\\n'; import os # \\u2028 end"
entity 人, None_
enum 種別 { 住民票, lambda }
event import(self: 人, class: Int, type: Text, list: Bool, all: Int, 種: 種別)
event 発行(人の: 人, present: Int, deque: Int)
event __class__(__init__: Int)
event for_(x: Int)
state __dict__: 人 -> Int
state a.b: Int
state a_b: Int
after import(p, n, _, _, _, _) { __dict__[p] += n  a_b := n }
after 発行(p, q, r) { a.b := q }
invariant __doc__ "quote ' \\" and \\n newline": on import(str, len, "it's \\"\\"\\" \\\\", b, len_, lambda): exists set: 人. __dict__[set] != 0 and __dict__[set] > len
invariant 発行済 "": on 発行(tuple, range, dict): once import(tuple, range, _, _, _, _)
invariant def_ "": always: forall write: 人. __dict__[write] >= 0 or a.b > a_b
"""


def test_names_and_texts_of_a_specification_do_no_harm() -> None:
    module = oracle_module(load(HOSTILE).main, standalone=True)
    oracle = module.Oracle("collect")
    oracle.observe("import", **{"self": "p", "class": 2, "type": "", "list": True, "all": 1, "種": "lambda"})
    getattr(oracle, module.METHODS["import"])("p", -5, 'it\'s """ \\', True, 1, "lambda")
    getattr(oracle, module.METHODS["発行"])("p", 2, 3)
    getattr(oracle, module.METHODS["発行"])(人の="p", present=7, deque=3)
    getattr(oracle, module.METHODS["__class__"])(1)
    oracle.observe(
        "import", **{"self": "p", "class": 99, "type": 'it\'s """ \\', "list": True, "all": 1, "種": "lambda"}
    )
    assert oracle.position == 6
    assert [(v.invariant, v.position) for v in oracle.violations] == [("発行済", 4), ("__doc__", 6)]
    assert oracle.violations[1].bindings == {"str": "p", "len": 99, "b": True, "len_": 1}
    assert "quote ' \" and   newline" in str(oracle.violations[1])


def test_a_standalone_module_needs_no_honnin(tmp_path: Path) -> None:
    specification = load(SPOOL).main
    (tmp_path / "spool_oracle.py").write_text(
        generate(lower(specification, specification.claims), "d"), encoding="utf-8"
    )
    script = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import spool_oracle as m
oracle = m.Oracle(facts={FACTS!r})
oracle.request(request="r1", wanted="alice", kind="tax")
try:
    oracle.issue("r1", "bob", 1)
except m.InvariantViolated as error:
    print(error)
assert not any(name.split(".")[0] == "honnin" for name in sys.modules)
print(m.SPECIFICATION, m.DIGEST, sorted(m.CLAIMS), m.NOT_MONITORED, sorted(m.PERSONAL))
"""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "right_person is violated at event 2: Every page shows the person it was requested for",
        "spool d ['may_have_it', 'no_strangers', 'right_person', 'served'] {} ['issue.subject', 'request.wanted']",
    ]


def test_claims_that_cannot_be_monitored_are_listed() -> None:
    text = (
        "spec s\nentity R, P\nevent a(r: R)\nstate m: R -> P?\nhidden event h()\n"
        'invariant I "": on a(r): not (exists x: P. m[r] != none and m[r] != x)\ninvariant J "": on a(_): not once h()'
    )
    module = oracle_module(load(text).main)
    assert set(module.NOT_MONITORED) == {"I", "J"} and module.CLAIMS == {}
    assert "`x`" in module.NOT_MONITORED["I"]
    assert module.Oracle().finish()["not_monitored"] == ["I", "J"]


def test_the_module_can_be_made_again_without_the_import_system() -> None:
    """A module executed in a namespace of its own, as the command line does."""
    specification = load(SPOOL).main
    source = generate(lower(specification, specification.claims), "d")
    namespace: dict[str, Any] = {"__name__": "not in sys.modules"}
    exec(compile(source, "generated", "exec"), namespace)  # noqa: S102
    assert namespace["Oracle"](facts=FACTS).position == 0
    assert import_source(source).SPECIFICATION == "spool"


def test_the_source_is_the_same_every_time_and_passes_mypy(tmp_path: Path) -> None:
    specification = load(SPOOL + DEADLINE.partition("entity R\n")[2].replace("R", "Request")).main
    sources = [generate(lower(specification, specification.claims), "d") for _ in range(2)]
    assert sources[0] == sources[1]
    path = tmp_path / "oracle.py"
    path.write_text(sources[0], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), str(path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout
