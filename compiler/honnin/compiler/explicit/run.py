"""A run found by a search, in the names of the language: what was chosen, not what followed from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from honnin.compiler.answers import GivenValue, Initial
from honnin.compiler.explicit.layout import LAZY, NONE, Layout, Slot, State
from honnin.compiler.explicit.names import short_names
from honnin.compiler.explicit.search import Found, Search, Taken
from honnin.compiler.explicit.symmetry import Names
from honnin.compiler.product import Path
from honnin.compiler.replay import Run
from honnin.spec import core
from honnin.spec.core import EntityT, Type, Value, base_type
from honnin.spec.design import Move
from honnin.spec.records import dataclass, field

_Chosen: TypeAlias = tuple[float, Type]


def read_run(search: Search, found: Found) -> Run:
    """The run, each value with one name from start to end, numbered in the order in which they are met."""
    layout = search.space.layout
    reader = _Reader(layout, search.compiled.product.paths)
    reader.start(found)
    for taken in found.steps:
        reader.step(taken)
    return reader.run()


@dataclass(slots=True)
class _Decision:
    slot: Slot
    keys: tuple[_Chosen, ...]
    value: _Chosen


@dataclass(slots=True)
class _Reader:
    """Collects a run with the values of the initial state; they get their names at the end."""

    layout: Layout
    paths: tuple[Path, ...]
    names: Names = ()
    decisions: list[_Decision] = field(default_factory=list)
    steps: list[tuple[Path, tuple[_Chosen, ...]]] = field(default_factory=list)
    met: dict[str, dict[int, None]] = field(default_factory=dict)

    def start(self, found: Found) -> None:
        """The initial state; what was decided there is met last."""
        self.names = tuple(tuple(range(size)) for size in self.layout.sizes)
        self._decide(self.layout.blank(), found.start)
        self.names = found.names

    def step(self, taken: Taken) -> None:
        path = self.paths[taken.path]
        arguments, decided, _, _ = taken.way
        kinds = (*(b.type for b in path.parameters), *(b.type for b in _picks(path)))
        chosen = tuple(self._former(value, kind) for value, kind in zip(arguments, kinds, strict=True))
        self.steps.append((path, chosen))
        self._meet(chosen)
        self._decide(taken.before, decided)
        self.names = tuple(
            tuple(former[old] for old in names) for former, names in zip(self.names, taken.names, strict=True)
        )

    def run(self) -> Run:
        """The whole run, with names."""
        for decision in self.decisions:
            self._meet((*decision.keys, decision.value))
        vocabulary = self.layout.vocabulary
        scope = short_names(vocabulary.entities, self.layout.sizes)
        ordered = {name: self._in_order(name, values) for name, values in scope.items()}
        value = _Naming(self.layout, ordered)
        decided = [(d.slot, value.all(d.keys), value.one(d.value)) for d in self.decisions]
        moves = []
        for path, chosen in self.steps:
            values = value.all(chosen)
            count = len(path.parameters)
            moves.append(Move(path.step, values[:count], values[count:], path.branches))
        return Run(
            scope,
            tuple(GivenValue(slot.name, keys, v) for slot, keys, v in decided if slot.is_given),
            tuple(Initial(slot.name, keys, v) for slot, keys, v in decided if not slot.is_given),
            tuple(moves),
        )

    # ------------------------------------------------------------ values

    def _former(self, value: float, kind: Type) -> _Chosen:
        """The value as the initial state calls it."""
        inner = base_type(kind)
        if not isinstance(inner, EntityT) or value == NONE:
            return value, kind
        return self.names[self.layout.vocabulary.entities.index(inner.name)][int(value)], kind

    def _decide(self, before: Iterable[object], after: State) -> None:
        for cell, (old, new) in enumerate(zip(before, after, strict=True)):
            slot, keys = self.layout.where[cell]
            if slot.lazy and old == LAZY and isinstance(new, int | float) and new != LAZY:
                former = tuple(self._former(key, kind) for key, kind in zip(keys, slot.keys, strict=True))
                self.decisions.append(_Decision(slot, former, self._former(new, slot.value)))
                if self.steps:
                    self._meet((*former, self.decisions[-1].value))

    def _meet(self, chosen: Iterable[_Chosen]) -> None:
        for value, kind in chosen:
            inner = base_type(kind)
            if isinstance(inner, EntityT) and value != NONE:
                self.met.setdefault(inner.name, {})[int(value)] = None

    def _in_order(self, entity: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names by number, those met first having the first names."""
        met = list(self.met.get(entity, ()))
        order = [*met, *(i for i in range(len(names)) if i not in met)]
        named = dict(zip(order, names, strict=True))
        return tuple(named[i] for i in range(len(names)))


@dataclass(frozen=True, slots=True)
class _Naming:
    layout: Layout
    names: Mapping[str, tuple[str, ...]]

    def one(self, chosen: _Chosen) -> Value:
        return self.layout.decode(chosen[0], chosen[1], self.names)

    def all(self, chosen: Iterable[_Chosen]) -> tuple[Value, ...]:
        return tuple(self.one(one) for one in chosen)


def _picks(path: Path) -> Iterable[core.Binder]:
    return (statement.binder for statement in path.body if isinstance(statement, core.Pick))
