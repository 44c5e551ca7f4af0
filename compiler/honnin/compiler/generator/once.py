"""What one event's method needs more than once: keys of several fields, and what a state has at a key of fields.

A method is printed twice. The first time tells what is asked for in lines that always run, and how often; the second time what is
asked for again is kept under a name, in the line before that which asks for it first.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from honnin.compiler.generator.names import tuple_text
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.generator.lines import Lines

Asked: TypeAlias = tuple[str, str, int]
"""The state that is read, none for a key itself; the key; and how many writes to the state were printed before."""


@dataclass(slots=True)
class Once:
    """`depth`: that of the lines that always run; `fields`: the names that have the event's values, which no line changes;
    `before`: what was asked for when the method was printed first, and how often.
    """

    lines: Lines
    depth: int
    fields: Collection[str]
    before: Mapping[Asked, int]
    asked: dict[Asked, int] = field(default_factory=dict)
    _named: dict[Asked, str] = field(default_factory=dict)
    _writes: dict[str, int] = field(default_factory=dict)

    def key(self, parts: Sequence[str]) -> str:
        """The key that is made of these parts: its text, or the name that has it."""
        text = tuple_text(parts)
        return self._once(("", text, 0), text) if len(parts) > 1 and self._fixed(parts) else text

    def read(self, state: str, parts: Sequence[str], text: str) -> str:
        """What the state has at the key that is made of these parts, which `text` reads: that, or the name that has it."""
        asked = (state, tuple_text(parts), self._writes.get(state, 0))
        return self._once(asked, text) if self._fixed(parts) else text

    def written(self, state: str) -> None:
        """From the line that is printed next, the state may have other values."""
        self._writes[state] = self._writes.get(state, 0) + 1

    def _fixed(self, parts: Sequence[str]) -> bool:
        return all(part in self.fields for part in parts)

    def _once(self, asked: Asked, text: str) -> str:
        if asked in self._named:
            return self._named[asked]
        if self.lines.depth != self.depth:
            return text
        self.asked[asked] = self.asked.get(asked, 0) + 1
        if self.before.get(asked, 0) < 2:
            return text
        self._named[asked] = name = f"{'_v' if asked[0] else '_k'}{len(self._named) + 1}"
        self.lines.add(f"{name} = {text}")
        return name
