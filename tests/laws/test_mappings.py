"""What a compiled mapping makes of a line is what the reference meaning of mappings makes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Dict

import pytest

from honnin.compiler.logs import runtime
from honnin.compiler.runtime.base import BadInput
from honnin.oracle.mapped import LogMapping, compile_mapping
from honnin.oracle.monitor import compile_specification
from honnin.spec.core import Specification
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.logs.reading import read_mapped_line

from .mappings import Drawing

SEEDS = range(200)
LONG = range(200, 6_000)
LINES = 25


def compiled(drawing: Drawing, seed: int) -> LogMapping:
    from dataclasses import replace

    specification = replace(drawing.specification, mappings=(drawing.mapping,))
    digest = f"drawn-mapping-{seed}"
    namespace: Dict[str, object] = compile_specification(specification, digest).namespace
    return compile_mapping("m", specification, namespace, digest)


def reference(drawing: Drawing, line: str) -> object:
    """The events as numbers, values and times; the kind of refusal; or "ignore"."""
    found = read_mapped_line(line, drawing.mapping, drawing.specification, needs_time=False)
    if isinstance(found, Diagnostic):
        return "refused"
    if found == "ignore":
        return "ignore"
    return tuple((_number(o.event, drawing.specification), _typed(o.values), o.at) for o in found)


def made(mapping: LogMapping, line: str) -> object:
    try:
        told = mapping.read(line)
    except BadInput:
        return "refused"
    return tuple((number, _typed(values), at) for number, values, at in told) or "ignore"


def _number(event: str, specification: Specification) -> int:
    return [known.name for known in specification.events].index(event)


def _typed(values: tuple[object, ...]) -> tuple[tuple[str, object], ...]:
    return tuple((type(value).__name__, value) for value in values)


def disagreement(seed: int, seen: Counter[str]) -> str | None:
    """How the two differ on a seed, if they do."""
    drawing = Drawing(seed)
    mapping = compiled(drawing, seed)
    for _ in range(LINES):
        line = drawing.line()
        wanted, found = reference(drawing, line), made(mapping, line)
        seen[wanted if isinstance(wanted, str) else "told"] += 1
        if wanted != found:
            return f"seed {seed}: {line}\n{wanted}\n{found}\n{mapping.source}"
    return None


def test_on_drawn_mappings() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        assert disagreement(seed, seen) is None
    assert min(seen[kind] for kind in ("told", "ignore", "refused")) > LINES * len(SEEDS) / 20, seen


@pytest.mark.long
@pytest.mark.parametrize("start", range(LONG.start, LONG.stop, 200))
def test_on_many_drawn_mappings(start: int) -> None:
    for seed in range(start, start + 200):
        assert disagreement(seed, Counter()) is None


def test_a_fault_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversions that take milliseconds for microseconds."""
    right = runtime.microseconds_of

    def wrong(raw: object, digits: int, unit: str) -> int:
        return right(raw, 6 if digits == 3 else digits, unit)

    monkeypatch.setattr(runtime, "microseconds_of", wrong)
    assert any(disagreement(seed, Counter()) for seed in SEEDS)
