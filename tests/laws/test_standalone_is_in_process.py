"""A standalone module, run without honnin and fed lines of JSON, says what the oracle in process says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec import core
from honnin.spec.core import Specification
from honnin.spec.verdicts import Report
from tests.compiler.harness import raw_facts
from tests.corpus.engines import line_of

from .pairs import Pair, by_oracle, drawn

SEEDS = range(500, 520)

DRIVER = """
import importlib, json, sys
sys.path.insert(0, sys.argv[1])

def failure(one):
    return [one.invariant, one.position, one.trigger]

for name in json.loads(sys.argv[2]):
    module = importlib.import_module(name)
    for pair in json.load(open(f"{sys.argv[1]}/{name}.json", encoding="utf-8")):
        oracle = module.Oracle("collect", pair["facts"])
        for line in pair["lines"]:
            oracle.observe_line(line)
        if pair["end"] is not None:
            oracle.tick(pair["end"])
        print(json.dumps([
            oracle.position, [failure(one) for one in oracle.violations], [failure(one) for one in oracle.broken],
            oracle.unjudged, oracle.pending, oracle.exercised, oracle.reached,
            [[fault.position, fault.place] for fault in oracle.faults],
        ]))
assert not any(name.split(".")[0] == "honnin" for name in sys.modules)
"""


def alone(folder: Path, found: Sequence[tuple[Specification, Sequence[Pair]]]) -> list[Any]:
    """What the standalone modules say, pair by pair, in a process that has the standard library alone."""
    names = []
    for number, (specification, pairs) in enumerate(found):
        names.append(f"oracle_{number}")
        source = generate(lower(specification, specification.claims), "digest", standalone=True)
        (folder / f"{names[-1]}.py").write_text(source, encoding="utf-8")
        told = [_as_json(specification, pair) for pair in pairs]
        (folder / f"{names[-1]}.json").write_text(json.dumps(told), encoding="utf-8")
    arguments = [sys.executable, "-I", "-S", "-c", DRIVER, str(folder), json.dumps(names)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def _as_json(specification: Specification, pair: Pair) -> dict[str, Any]:
    end = None if pair.end is None else f"{pair.end // 1_000_000}.{pair.end % 1_000_000:06}"
    lines = [line_of(specification, event) for event in pair.trace]
    return {"facts": raw_facts(specification, pair.facts), "lines": lines, "end": end}


def told(report: Report) -> list[Any]:
    """A report as the driver prints it."""
    raw = asdict(report)
    failures = [
        [[f["claim"], f["position"], f["trigger"]] for f in raw[key]] for key in ("violated", "broken")
    ]
    return [
        report.positions,
        *failures,
        dict(report.unjudged),
        [list(one) for one in report.pending],
        dict(report.exercised),
        dict(report.reached),
        [[fault.position, fault.place] for fault in report.faults],
    ]


def test_on_drawn_pairs(tmp_path: Path) -> None:
    found = [drawn(seed) for seed in SEEDS]
    inside = [
        (pair, told(by_oracle(specification)(pair))) for specification, pairs in found for pair in pairs
    ]
    for (pair, expected), said in zip(inside, alone(tmp_path, found), strict=True):
        assert said == expected, str(pair)


def test_a_fault_is_noticed(tmp_path: Path) -> None:
    """Standalone modules whose claims are taken for their opposites."""
    found = [drawn(seed) for seed in SEEDS[:4]]
    right = [told(by_oracle(specification)(pair)) for specification, pairs in found for pair in pairs]
    spoiled = [(_spoiled(specification), pairs) for specification, pairs in found]
    assert alone(tmp_path, spoiled) != right


def _spoiled(specification: Specification) -> Specification:
    def wrong(claim: core.Claim) -> core.Claim:
        eventual = any(isinstance(node, core.Eventually) for node in core.walk(claim.body))
        return claim if eventual else replace(claim, body=core.Not(claim.body))

    return replace(specification, claims=tuple(map(wrong, specification.claims)))
