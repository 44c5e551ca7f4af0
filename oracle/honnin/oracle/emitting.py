"""Counterexamples as pytest tests of an implementation: `honnin prove --emit-test PATH`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honnin.oracle.sentence import sentence
from honnin.oracle.story import instance, occurrence_record, step_name
from honnin.spec.core import Module, Specification, finite_values

if TYPE_CHECKING:
    from honnin.compiler.answers import Answer, Counterexample, TakenStep

_HEAD = '''"""Counterexamples of {file} as tests of an implementation; written by `honnin prove --emit-test`, not to be edited.

A test takes the fixture `honnin_driver`, which is yours (in `conftest.py`): an object that says where the implementation stands before
each step, and starts it. A test is red where the order of the design's run breaks the claim in the implementation, and also where
that order was not tried. The steps of the runs below:
{steps}

    class Driver:
        labels = {{{example}: "the label of an observation point"}}

        def start(self, run, instances):
            server = Server(run.oracle.observe)
            for instance in instances:
                run.thread(instance.name, server.handle, instance.inputs)

    @pytest.fixture
    def honnin_driver():
        return Driver()
"""

from pathlib import Path

from honnin.oracle.interleave import DesignStep, drive

SPECIFICATION = Path(__file__).parent / {path}
DIGEST = {digest}
'''


def emitted(module: Module, answers: Sequence[Answer], file: Path, test: Path) -> tuple[str, int]:
    """The text of the test module `test` for the runs that refute checks of `file`, and how many tests it has."""
    runs = [(answer.subject, run) for answer in answers if (run := _run(module, answer)) is not None]
    steps = dict.fromkeys(step.step for _, run in runs for step in run.steps)
    path = os.path.relpath(file.resolve(), test.resolve().parent).replace(os.sep, "/")
    head = _HEAD.format(
        file=file.name,
        steps="".join(f"\n- `{step}`" for step in steps),
        example=_quoted(next(iter(steps), "process.label")),
        path=_quoted(path),
        digest=_quoted(module.digest),
    )
    return "\n".join([head, *("\n".join(_test(module, subject, run)) for subject, run in runs)]), len(runs)


def _run(module: Module, answer: Answer) -> Counterexample | None:
    """The run that refutes the check, where an oracle can see what it breaks."""
    from honnin.compiler.answers import Refuted

    match answer.verdict:
        case Refuted(counterexample=run) if run.specification is not None and run.steps:
            claims = module.specification(run.specification).claims
            return run if any(c.name == run.claim and c.prove_only is None for c in claims) else None
        case _:
            return None


def _test(module: Module, subject: str, run: Counterexample) -> Iterator[str]:
    name = re.sub(r"\W", "_", f"{subject}_breaks_{run.claim}")
    told = sentence(run, module) or f"{subject} breaks {run.claim}."
    yield f"\ndef test_{name}(honnin_driver):"
    yield f"    {json.dumps(told, ensure_ascii=False)}"
    yield "    drive("
    yield "        honnin_driver,"
    yield "        ["
    for step in run.steps:
        yield from _step(module, step)
    yield "        ],"
    yield "        specification=SPECIFICATION,"
    yield "        digest=DIGEST,"
    specification = module.specification(run.specification or module.main.name)
    if specification.givens:
        yield "        facts={"
        yield from (f"            {_quoted(n)}: {table!r}," for n, table in _facts(specification, run))
        yield "        },"
    yield "    )\n"


def _step(module: Module, step: TakenStep) -> Iterator[str]:
    directions = {e.name: e.direction for s in module.specifications for e in s.events}
    inputs = [
        occurrence_record(event, module.specifications)
        for event in step.events
        if directions[event.event] in ("input", "both")
    ]
    head = f"            DesignStep({_quoted(instance(step) or step_name(step))}, {_quoted(step.step)}"
    if not inputs:
        yield f"{head}),"
        return
    yield f"{head}, ["
    yield from (f"                {record!r}," for record in inputs)
    yield "            ]),"


def _facts(specification: Specification, run: Counterexample) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the run assumes of the givens, as a facts file has it; any value where it leaves them open."""
    from honnin.compiler.replay import any_value

    for given in specification.givens:
        known = {one.keys: one.value for one in run.givens if one.given == given.name}
        default = any_value(given.value, run.scope)
        domains = [finite_values(key) for key in given.keys]
        if any(domain is None for domain in domains):
            yield given.name, {"table": [[*keys, v] for keys, v in known.items()], "default": default}
        else:
            every = product(*(domain or () for domain in domains))
            yield given.name, {"table": [[*keys, known.get(keys, default)] for keys in every]}


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
