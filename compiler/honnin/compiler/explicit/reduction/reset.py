"""Generates `reset(s)`: the state in which every cell that cannot be read before it is written is at rest.

Two states that differ in such cells only go on alike: the same steps are possible, and show the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

from honnin.compiler.explicit.formulas import Formulas
from honnin.compiler.explicit.layout import NONE, Slot, Vocabulary
from honnin.compiler.explicit.lines import Lines
from honnin.compiler.explicit.reduction.cells import Cells, Fixed, Held, Key, Own
from honnin.compiler.explicit.reduction.liveness import Live
from honnin.compiler.explicit.reduction.plan import labels
from honnin.compiler.product import counter_name
from honnin.spec.core import OptionalT, Process, Type


class Reset:
    """Generates the function of one product. Globals beside those of formulas.py: `C3`, the cells of slot 3, and `R3`, what they hold at rest."""

    def __init__(self, vocabulary: Vocabulary, live: Live, lines: Lines) -> None:
        self.vocabulary = vocabulary
        self.formulas = Formulas(vocabulary)
        self.live = live
        self.lines = lines

    def write(self) -> None:
        self.lines.add("def reset(s):")
        with self.lines.indented():
            self.lines.add("n = list(s)")
            for slot in self.vocabulary.slots:
                if slot.number not in self.live.always:
                    self.lines.add(f"n[C{slot.number}.start:C{slot.number}.stop] = R{slot.number}")
            for process in self.vocabulary.product.system.processes:
                self._process(process)
            self.lines.add("return tuple(n)")

    def _process(self, process: Process) -> None:
        kept = list(self._kept(process))
        if not kept:
            return
        counter = self.vocabulary.by_name[counter_name(process.name)]
        names = [f"q{i}" for i in range(len(process.parameters))]
        loops = [
            f"for {name} in {self.formulas.domain(binder.type)}:"
            for name, binder in zip(names, process.parameters, strict=True)
        ]
        with self.lines.nested(*loops or ("if True:",)):
            self.lines.add(f"x = s[{self.formulas.cell(counter, names)}] % {labels(counter)}")
            for label, cells in kept:
                with self.lines.nested(f"if x == {self.vocabulary.encode(label, counter.value)}:"):
                    for one in cells:
                        self._keep(one)

    def _kept(self, process: Process) -> Iterator[tuple[str, list[Cells]]]:
        """By label, the cells to keep, without those that are kept with others."""
        for step in process.steps:
            live = self.live.at.get((process.name, step.label), ())
            cells = [c for c in live if c.slot not in self.live.always and not self._is_nowhere(c)]
            whole = {c.slot for c in cells if not any(c.keys)}
            some = [c for c in cells if c.slot not in whole or not any(c.keys)]
            if some:
                yield step.label, sorted(some, key=repr)

    def _keep(self, cells: Cells) -> None:
        slot = self.vocabulary.slots[cells.slot]
        if not any(cells.keys):
            self.lines.add(
                f"n[C{slot.number}.start:C{slot.number}.stop] = s[C{slot.number}.start:C{slot.number}.stop]"
            )
            return
        with ExitStack() as nesting:
            keys: list[str] = []
            for i, (key, type) in enumerate(zip(cells.keys, slot.keys, strict=True)):
                if key is None and i in slot.dense:
                    nesting.enter_context(self.lines.nested(f"for w{i} in {self.formulas.domain(type)}:"))
                    keys.append(f"w{i}")
                    continue
                if isinstance(key, Held):
                    self._guard(key, type, nesting)
                keys.append("None" if key is None else self._key(key))
            self._copy(slot, keys, entry=not any(cells.keys[i] is None for i in slot.sparse))

    def _is_nowhere(self, cells: Cells) -> bool:
        """Whether a key is none where there is no cell for it: what would read it is impossible."""
        types = self.vocabulary.slots[cells.slot].keys
        return any(
            (key == Fixed(NONE) and not isinstance(type, OptionalT))
            or (isinstance(key, Held) and self._is_nowhere(key.cells))
            for key, type in zip(cells.keys, types, strict=True)
        )

    def _guard(self, key: Held, type: Type, nesting: ExitStack) -> None:
        """No cell is meant where a key is none and its type is not optional."""
        slot = self.vocabulary.slots[key.cells.slot]
        for inner, inner_type in zip(key.cells.keys, slot.keys, strict=True):
            if isinstance(inner, Held):
                self._guard(inner, inner_type, nesting)
        if isinstance(slot.value, OptionalT) and not isinstance(type, OptionalT):
            nesting.enter_context(self.lines.nested(f"if {self._key(key)} != NONE:"))

    def _copy(self, slot: Slot, keys: list[str], entry: bool) -> None:
        """One cell; of a cell that holds entries the one with these keys, or all."""
        self.lines.add(f"i = {self.formulas.cell(slot, keys)}")
        if slot.sparse and entry:
            key, default = self.formulas.sparse_key(slot, keys), self.formulas.default(slot)
            self.lines.add(f"n[i] = put(n[i], {key}, find(s[i], {key}, {default}), {default})")
        else:
            self.lines.add("n[i] = s[i]")

    def _key(self, key: Key) -> str:
        match key:
            case Own(number=number):
                return f"q{number}"
            case Fixed(value=value):
                return self.formulas.number(value)
            case Held(cells=cells, more=more):
                slot = self.vocabulary.slots[cells.slot]
                holds = self.formulas.read(slot, [self._key(inner) for inner in cells.keys], "s")
                return f"({holds} + {more})" if more else holds
            case None:
                raise AssertionError("a cell is held at keys that are not known")
