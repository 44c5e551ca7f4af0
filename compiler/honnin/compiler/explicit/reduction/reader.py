"""Which cells an expression reads, in terms of the state before the path that it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from honnin.compiler.explicit.layout import Vocabulary
from honnin.compiler.explicit.reduction.cells import Cells, Fixed, Held, Key, Memory, Own, increased
from honnin.compiler.product import Path, Product, counter_name
from honnin.spec import core
from honnin.spec.core import Expr, RangeT, base_type
from honnin.spec.records import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Write:
    """Cells that may be written, and what the written value (not whether or where it is written) depends on beside them."""

    cells: Cells
    reads: frozenset[Cells] = frozenset()


def written(cells: Cells, reads: frozenset[Cells]) -> Write:
    """What is written there, and depends on these. What one cell held itself matters only if what it holds then does."""
    return Write(cells, reads - {cells} if cells.is_one else reads)


@dataclass(slots=True)
class Effect:
    """What one path does. `asked`: read to know whether the path is possible and which cells it writes; `judged`: read only
    to tell what the path shows; `memory`: what is written for sure."""

    path: Path
    asked: set[Cells] = field(default_factory=set)
    judged: set[Cells] = field(default_factory=set)
    writes: list[Write] = field(default_factory=list)
    memory: Memory = field(default_factory=Memory)

    def accesses(self) -> Iterator[Cells]:
        """Everything read or written."""
        yield from self.asked
        yield from self.judged
        for write in self.writes:
            yield write.cells
            yield from write.reads


@dataclass(frozen=True, slots=True)
class Sight:
    """How names and reads are to be understood at one place of a path. `old`: the memory that `old(e)` looks into."""

    names: Mapping[int, Key]
    memory: Memory
    machine: int | None = None
    old: Memory | None = None

    def naming(self, names: Mapping[int, Key]) -> Sight:
        return replace(self, names={**self.names, **names})


class Reader:
    """Tells which cells expressions read."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._single = frozenset(_single(vocabulary.product))

    def value(self, expr: Expr, sight: Sight) -> Key:
        """What is known of the expression's value."""
        match expr:
            case core.Lit(value=value, type=type):
                return Fixed(self.vocabulary.encode(value, type))
            case core.Var(binder=binder):
                return sight.names.get(binder.uid)
            case core.Lift(body=body) | core.Present(body=body):
                return self.value(body, sight)
            case core.Arithmetic(operator="+", left=left, right=core.Lit(value=int() as more)):
                return increased(self.value(left, sight), more)
            case core.StateRead() | core.VarRead() | core.GivenRead():
                cells = self.cells(expr, sight)
                return None if cells is None else sight.memory.now(cells, self.vocabulary.slots[cells.slot])
            case _:
                return None

    def cells(self, expr: Expr, sight: Sight) -> Cells | None:
        """The cells that a read is about; None where nothing is kept of them, or for another expression."""
        vocabulary = self.vocabulary
        match expr:
            case core.StateRead(state=state, keys=keys):
                name = vocabulary.product.state_place(state, sight.machine)
                return self.place(name, keys, sight)
            case core.VarRead(variable=name, keys=keys):
                return self.place(name, keys, sight)
            case core.AtLabel(process=process, keys=keys):
                return self.place(counter_name(process), keys, sight)
            case core.GivenRead(given=name, keys=keys) if name in vocabulary.givens:
                return self._told(vocabulary.givens[name].number, keys, sight)
            case _:
                return None

    def place(self, name: str, keys: Iterable[Expr], sight: Sight) -> Cells | None:
        """The cells of a place with these keys."""
        slot = self.vocabulary.by_name.get(name)
        return None if slot is None else self._told(slot.number, keys, sight)

    def _told(self, slot: int, keys: Iterable[Expr], sight: Sight) -> Cells:
        types = self.vocabulary.slots[slot].keys
        values = (self.value(key, sight) for key in keys)
        return Cells(
            slot, tuple(self._fitting(value, type) for value, type in zip(values, types, strict=True))
        )

    def _fitting(self, key: Key, type: core.Type) -> Key:
        """The key, where it is surely one of the type's values or none."""
        if type in self._single and not isinstance(key, Own):
            return Fixed(0)
        return None if isinstance(base_type(type), RangeT) and isinstance(key, Fixed | Held) else key

    def everything(self, machine: int | None) -> Iterator[Cells]:
        """All cells of a machine's places."""
        own = {place.name for place in self.vocabulary.product.places if place.machine == machine}
        for slot in self.vocabulary.slots:
            if slot.name in own:
                yield Cells(slot.number, (None,) * len(slot.keys))

    def reads(self, expr: Expr, sight: Sight) -> Iterator[Cells]:
        """The cells of the state before the path that the expression reads."""
        if isinstance(expr, core.Old) and sight.old is not None:
            yield from self.reads(expr.body, replace(sight, memory=sight.old))
            return
        cells = self.cells(expr, sight)
        if cells is not None:
            yield from sight.memory.read(cells)
        for child in core.children(expr):
            yield from self.reads(child, sight)


def _single(product: Product) -> Iterator[core.Type]:
    """The entities of which there is one value: it is assumed that any two are equal."""
    for condition in (*product.system.init, *(stated.condition for stated in product.assumptions)):
        match condition:
            case core.Forall(
                binder=one,
                body=core.Forall(
                    binder=other,
                    body=core.Compare(
                        operator="==", left=core.Var(binder=left), right=core.Var(binder=right)
                    ),
                ),
            ) if {left.uid, right.uid} == {one.uid, other.uid}:
                yield one.type
            case _:
                pass
