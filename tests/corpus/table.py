"""The engines that run the corpus, and the table in README.md: case, rule, engines."""

from __future__ import annotations

from pathlib import Path

from . import designs, engines
from .cases import Case, cases
from .engines import Engine

README = Path(__file__).parent / "README.md"
MARK = "<!-- generated from here: HONNIN_UPDATE_GOLDEN=1 pytest tests/corpus -->\n"

ENGINES = (
    Engine("front end", ("text", "trace", "lines", "facts", "examples", "checks"), engines.front_end),
    Engine("check", ("text", "examples"), engines.check_command),
    Engine("reference", ("trace", "lines", "facts", "examples"), engines.reference),
    Engine("oracle", ("trace", "lines", "facts"), engines.oracle, monitors=True),
    Engine("standalone", ("trace", "lines", "facts"), engines.standalone, monitors=True),
    Engine("z3", ("trace", "lines"), engines.z3),
    Engine("watch", ("trace", "lines", "facts"), engines.watch, monitors=True, why_not=engines.no_watch),
    Engine("prover", ("checks",), designs.prover),
    Engine("z3 search", ("checks",), designs.z3_searcher, why_not=designs.no_search),
    Engine("walk", ("checks",), designs.walker, why_not=designs.no_walk),
)


def runs(engine: Engine, case: Case) -> str | None:
    """None when the engine runs the case; otherwise why not ("" when that is no question for it)."""
    return engine.why_not(case) if case.kind in engine.kinds else ""


def table(text: str) -> str:
    """The README with its table made anew."""
    lines = [
        "| case: the rule that it pins down | section | row | engines | not by |",
        "| --- | --- | --- | --- | --- |",
    ]
    for case in cases():
        said = {engine.name: runs(engine, case) for engine in ENGINES}
        able = ", ".join(name for name, reason in said.items() if reason is None)
        unable = "; ".join(f"{name}: {reason}" for name, reason in said.items() if reason)
        skipped = case.raw.get("prove_only", [])
        if skipped:
            reason = f"{', '.join(skipped)} not by oracles: prove only"
            unable = f"{unable}; {reason}" if unable else reason
        row = ", ".join(map(str, case.raw.get("rows", [])))
        lines.append(
            f"| {case.name.replace('|', chr(92) + '|')} | {case.raw['section']} | {row} | {able} | {unable} |"
        )
    head, mark, _ = text.partition(MARK)
    assert mark
    return head + mark + "\n" + "\n".join(lines) + "\n"
