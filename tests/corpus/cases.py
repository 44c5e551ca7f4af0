"""The cases of the corpus: each a specification and one expected verdict, whatever the engine."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from honnin.spec.core import Module, Specification
from honnin.spec.load import Checked, check_text

HERE = Path(__file__).parent
Kind = Literal["text", "trace", "lines", "facts", "examples", "checks"]

_ABOUT = {"name", "rows", "section", "spec", "file", "diagnostics", "message", "cause", "date"}
_VERDICTS: Mapping[str, Any] = {
    "violated": [],
    "broken": [],
    "unjudged": {},
    "pending": [],
    "faults": [],
    "reached": {},
}
_KEYS: Mapping[Kind, set[str]] = {
    "text": set(),
    "trace": {"trace", "end", "prove_only", "exercised", *_VERDICTS},
    "lines": {"lines", "bad", "facts", "prove_only", "exercised", *_VERDICTS},
    "facts": {"facts", "refused"},
    "examples": {"examples", "prove_only"},
    "checks": {"answers", "warned"},
}


@dataclass(frozen=True, slots=True)
class Case:
    """`raw` is the table of the file. `kind` is what is run: see README.md."""

    stem: str
    kind: Kind
    raw: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.raw["name"])

    @property
    def text(self) -> str:
        if "file" in self.raw:
            return (HERE / str(self.raw["file"])).read_text(encoding="utf-8")
        return str(self.raw["spec"])

    @property
    def checked(self) -> Checked:
        return _checked(self.text)

    @property
    def module(self) -> Module:
        found = self.checked.module
        assert found is not None, self.checked.diagnostics
        return found

    @property
    def specification(self) -> Specification:
        return self.module.main

    @property
    def end(self) -> int | None:
        """The clock at the end, in microseconds."""
        return round(self.raw["end"] * 1_000_000) if "end" in self.raw else None

    def expected(self, *, monitored: bool) -> dict[str, Any]:
        """What every engine must say; `monitored`: of the claims that an oracle may judge."""
        found = {key: self.raw.get(key, nothing) for key, nothing in _VERDICTS.items()}
        if "exercised" in self.raw:
            found["exercised"] = self.raw["exercised"]
        skipped = set(self.raw.get("prove_only", [])) if monitored else set()
        return {key: _without(skipped, told) for key, told in found.items()}


def _without(skipped: set[str], told: Any) -> Any:
    if isinstance(told, dict):
        return {name: count for name, count in told.items() if name not in skipped}
    return [one for one in told if not isinstance(one, str) or one.split("@")[0] not in skipped]


@cache
def _checked(text: str) -> Checked:
    return check_text(text)


@cache
def cases() -> tuple[Case, ...]:
    """Every case of every file, in order."""
    return tuple(
        _case(path.stem, raw)
        for path in sorted(HERE.glob("*.toml"))
        for raw in tomllib.loads(path.read_text(encoding="utf-8")).get("case", [])
    )


def _case(stem: str, raw: dict[str, Any]) -> Case:
    kind = _kind(raw)
    unknown = set(raw) - _ABOUT - _KEYS[kind]
    assert not unknown, f"{stem}: {raw['name']}: unknown keys {sorted(unknown)}"
    assert "section" in raw and ("spec" in raw) != ("file" in raw), f"{stem}: {raw['name']}"
    return Case(stem, kind, raw)


def _kind(raw: Mapping[str, Any]) -> Kind:
    if "refused" in raw:
        return "facts"
    keys: Mapping[str, Kind] = {
        "trace": "trace",
        "lines": "lines",
        "examples": "examples",
        "answers": "checks",
    }
    return next((kind for key, kind in keys.items() if key in raw), "text")


def rows() -> tuple[int, ...]:
    """The numbers of the micro-examples in conformance.md."""
    lines = (HERE / "conformance.md").read_text(encoding="utf-8").splitlines()
    cells = [line.split("|")[1].strip() for line in lines if line.startswith("|")]
    return tuple(int(cell) for cell in cells if cell.isdecimal())
