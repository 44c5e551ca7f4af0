"""A product compiled to step functions, and those functions in one scope."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import CodeType
from typing import Any, TypeAlias

from honnin.compiler.explicit import runtime
from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import (
    LAZY,
    NONE,
    Cell,
    Layout,
    Sizes,
    Slot,
    State,
    Vocabulary,
    is_finite,
)
from honnin.compiler.explicit.numbers.renaming import Renaming
from honnin.compiler.explicit.reduction.plan import LeaveOut, Plan, labels, plan
from honnin.compiler.explicit.relevance import relevance
from honnin.compiler.explicit.runtime import Impossible, Need, OutOfRange
from honnin.compiler.explicit.steps import Steps
from honnin.compiler.explicit.symmetry import Known, Symmetry
from honnin.compiler.explicit.watch import Watch, watch
from honnin.compiler.product import Product, counter_name
from honnin.spec.core import BoolT, EntityT, EnumT, OptionalT, Property, RangeT, TextT, Type, base_type
from honnin.spec.records import dataclass

Arguments: TypeAlias = tuple[float, ...]
Way: TypeAlias = tuple[Arguments, State, State, int]
"""The values of parameters and picks, the state with what was decided on the way, the next state, the bits of watch.py."""

_Body: TypeAlias = Callable[..., tuple[State, int] | None]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A product as Python code, the same for every scope. `guesses`: some Int or Text is chosen from a few candidates only."""

    product: Product
    vocabulary: Vocabulary
    watch: Watch
    code: CodeType
    guesses: bool
    plan: Plan | None


def compile_product(
    product: Product,
    properties: tuple[Property, ...],
    *,
    whole: bool = False,
    leave_out: LeaveOut = "nothing",
    constants: Mapping[str, bool] | None = None,
    as_if: Mapping[str, bool] | None = None,
) -> Compiled:
    """The step functions of a product, watching its claims and these properties; NotApplicable when that cannot be.

    Unless `whole`, states are without the places that do not matter. `constants`: givens taken to be constant (monotone.py).
    `as_if`: givens that may be so in a run that is looked for: of a choice that makes no difference then one value is tried.
    `leave_out`: what a search may leave out that asks only which step functions show what, and after how many steps (reduction/).
    """
    vocabulary = Vocabulary(product, None if whole else relevance(product, properties), constants or {})
    vocabulary.refuse()
    watched = watch(product, properties)
    left_out = plan(vocabulary, properties, leave_out, as_if or constants or {})
    steps = Steps(vocabulary, watched, left_out)
    try:
        source = steps.source()
        code = compile(source, "<steps>", "exec")
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise NotApplicable("its formulas are nested too deeply") from error
    return Compiled(product, vocabulary, watched, code, steps.guesses, left_out)


@dataclass(frozen=True, slots=True)
class _Hasty:
    """A process of which one instance may have to go on at once: then its counter, one of the cells `counters`, is `more` than its
    label, one of `labels`, and only its own paths are possible."""

    counters: slice
    more: int
    labels: frozenset[int]
    paths: list[int]


class Space:
    """The states and steps of a product in one scope."""

    def __init__(self, compiled: Compiled, sizes: Sizes) -> None:
        self.compiled = compiled
        self.sizes = sizes
        self.layout = Layout(compiled.vocabulary, sizes)
        self.guessed = compiled.guesses
        self._entities = {name: i for i, name in enumerate(compiled.vocabulary.entities)}
        self._spoken_of: dict[int, tuple[tuple[tuple[int, int], ...], int | None]] = {}
        names = self._names()
        exec(compiled.code, names)  # noqa: S102 - what Steps wrote: numbers and names of its own
        self.tick: Callable[[], object] = lambda: (
            None
        )  # called while initial states are looked for; may raise to end it
        self._initial: _Body = names["initial"]
        self._premises: Callable[[], list[tuple[Callable[..., object], tuple[float, ...]]]] = names[
            "premises"
        ]
        self._reset: Callable[[State], State] | None = names.get("reset")
        self._paths: list[Callable[[State, Known, int], Iterator[Way]]] = [
            names[f"p{i}"] for i in range(len(compiled.product.paths))
        ]
        self._hasty = list(self._processes_in_haste())

    def initial(self) -> Iterator[tuple[State, int]]:
        """Every initial state, with the bits of what is violated there."""
        for state, known in self._assumed():
            for _, _, after, bits in self._finish(self._initial, state, known, ()):
                yield after, bits

    def _assumed(self) -> Iterator[tuple[State, Known]]:
        """States, decided as far as the premises ask, in which they are true: each instance is looked at once on the way to a state."""
        instances = sorted(self._premises(), key=lambda instance: max(instance[1], default=0))
        nothing_known = tuple(0 for _ in self.sizes)
        waiting = [(iter(((tuple(self.layout.blank()), nothing_known),)), 0)]
        while waiting:
            decided = next(waiting[-1][0], None)
            if decided is None:
                waiting.pop()
                continue
            at = waiting[-1][1]
            try:
                while at < len(instances) and instances[at][0](decided[0], *instances[at][1]):
                    at += 1
            except Need as need:
                self.tick()
                waiting.append((self._decide(decided[0], need.cell, decided[1]), at))
                continue
            except Impossible:
                continue
            except OutOfRange as error:
                raise NotApplicable("a key is outside its range") from error
            if at == len(instances):
                yield decided

    def steps(self, state: State, known: Known) -> Iterator[tuple[int, Way]]:
        """Every step from the state: the number of the path, and the way taken."""
        for process in self._hasty:
            if not process.labels.isdisjoint(state[process.counters]):
                for number in process.paths:
                    for way in self._paths[number](state, known, process.more):
                        yield number, way
                return
        for number, path in enumerate(self._paths):
            for way in path(state, known, 0):
                yield number, way

    def ways(self, number: int, state: State, known: Known) -> Iterator[Way]:
        """The steps from the state by one path."""
        return self._paths[number](state, known, 0)

    def _processes_in_haste(self) -> Iterator[_Hasty]:
        paths = self.compiled.product.paths
        local = () if self.compiled.plan is None else self.compiled.plan.local
        for process in dict.fromkeys(path.process for number, path in enumerate(paths) if number in local):
            assert process is not None
            slot = self.compiled.vocabulary.by_name[counter_name(process)]
            start = self.layout.bases[slot.number]
            own = [number for number, path in enumerate(paths) if path.process == process]
            more = labels(slot)
            counters = slice(start, start + self.layout.count(slot))
            yield _Hasty(counters, more, frozenset(range(more, 2 * more)), own)

    def without_dead(self, state: State) -> State:
        """The state that stands for all that go on as this one does: what can no longer be read is at rest."""
        return state if self._reset is None else self._reset(state)

    def symmetry(self) -> Symmetry:
        """What brings states to the form that stands for their renamings."""
        numbers = () if self.compiled.plan is None else self.compiled.plan.numbers
        rest = self.without_dead(tuple(self.layout.blank()))
        return Symmetry(self.layout, self.sizes, [Renaming(self.layout, names) for names in numbers], rest)

    # ------------------------------------------------------------ deciding cells

    def _finish(self, body: _Body, state: State, known: Known, arguments: Arguments) -> Iterator[Way]:
        waiting = [iter(((state, known),))]
        while waiting:
            decided = next(waiting[-1], None)
            if decided is None:
                waiting.pop()
                continue
            try:
                result = body(decided[0], *arguments)
            except Need as need:
                self.tick()
                waiting.append(self._decide(decided[0], need.cell, decided[1]))
                continue
            except Impossible:
                continue
            except OutOfRange as error:
                raise NotApplicable("a key is outside its range") from error
            if result is not None:
                yield arguments, decided[0], *result

    def _split(
        self, guard: Callable[..., object], state: State, known: Known, arguments: Arguments
    ) -> Iterator[tuple[State, Known]]:
        """The states, decided as far as the guard asks, in which it is true."""
        try:
            holds = guard(state, *arguments)
        except Need as need:
            for decided, after in self._decide(state, need.cell, known):
                yield from self._split(guard, decided, after, arguments)
            return
        except Impossible:
            return
        except OutOfRange as error:
            raise NotApplicable("a key is outside its range") from error
        if holds:
            yield state, known

    def _decide(self, state: State, cell: int, known: Known) -> Iterator[tuple[State, Known]]:
        """The state with each value in the cell, and what is known then."""
        keys, entity = self._speaks_of(cell)
        for other, key in keys:
            known = know(known, other, key)
        for value in self._candidates(self.layout.where[cell][0].value, known):
            after = known if entity is None or value == NONE else know(known, entity, int(value))
            yield (*state[:cell], value, *state[cell + 1 :]), after

    def _speaks_of(self, cell: int) -> tuple[tuple[tuple[int, int], ...], int | None]:
        """The entities' values that are the cell's keys, and the entity of what it holds."""
        found = self._spoken_of.get(cell)
        if found is None:
            slot, keys = self.layout.where[cell]
            places = zip((base_type(slot.keys[i]) for i in slot.dense), keys, strict=True)
            inner = base_type(slot.value)
            found = self._spoken_of[cell] = (
                tuple(
                    (self._entities[kind.name], int(key))
                    for kind, key in places
                    if isinstance(kind, EntityT) and key != NONE
                ),
                self._entities[inner.name] if isinstance(inner, EntityT) else None,
            )
        return found

    def _candidates(self, type: Type, known: Known) -> list[float]:
        match type:
            case OptionalT(inner=inner):
                return [NONE, *self._candidates(inner, known)]
            case EntityT(name=name):
                entity = self._entities[name]
                return list(range(min(known[entity] + 1, self.sizes[entity])))
            case EnumT() | BoolT() | RangeT():
                return list(self.layout.domain(type))
            case TextT():
                self.guessed = True
                return list(range(len(self.compiled.vocabulary.texts)))
            case _:
                self.guessed = True
                return list(self.compiled.vocabulary.integers)

    # ------------------------------------------------------------ names

    def _names(self) -> dict[str, Any]:
        """The globals of the generated module in this scope."""
        layout, slots = self.layout, self.compiled.vocabulary.slots
        names: dict[str, Any] = {
            "NONE": NONE,
            "LAZY": LAZY,
            "know": know,
            "split": self._split,
            "finish": self._finish,
            **{
                name: getattr(runtime, name)
                for name in (
                    "read",
                    "present",
                    "in_range",
                    "maybe",
                    "find",
                    "put",
                    "merge",
                    "apply",
                    "keys_in_sight",
                )
            },
        }
        defaults: dict[int, Cell] = {}
        for slot in slots:
            names[f"P{slot.number}"] = layout.bases[slot.number]
            for place, stride in enumerate(layout.strides[slot.number]):
                names[f"P{slot.number}_{place}"] = stride
            cells = range(layout.bases[slot.number], layout.bases[slot.number] + layout.count(slot))
            names[f"C{slot.number}"] = cells
            names[f"R{slot.number}"] = [self._at_rest(slot)] * len(cells)
            if slot.sparse and slot.rest is not None:
                default = self.compiled.vocabulary.encode(slot.rest.value, slot.value)
                defaults.update(dict.fromkeys(cells, default))
        for entity, size in enumerate(self.sizes):
            names[f"D{entity}"] = range(size)
            names[f"X{entity}"] = [range(min(known + 1, size)) for known in range(size + 1)]
        for index in range(len(self.compiled.product.machines)):
            names[f"I{index}"], names[f"S{index}"] = self._endless(index)
        return {**names, "Z": defaults}

    def _at_rest(self, slot: Slot) -> Cell:
        """What a cell that nothing reads holds: of numbers that are only names, none."""
        numbers = () if self.compiled.plan is None else self.compiled.plan.numbers
        is_name = any(slot.number in names.counters | names.held for names in numbers)
        return NONE if is_name and not slot.sparse else self.layout.rest(slot)

    def _endless(self, machine: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """The cells of a machine that hold values of types without end, and those that hold entries."""
        own = {p.name for p in self.compiled.product.places if p.machine == machine}
        where = [(cell, slot) for cell, (slot, _) in enumerate(self.layout.where) if slot.name in own]
        numbers = (cell for cell, slot in where if not slot.sparse and not is_finite(slot.value))
        return tuple(numbers), tuple(cell for cell, slot in where if slot.sparse)


def know(known: Known, entity: int, value: int) -> Known:
    """What is known when this value of the entity is known too."""
    if value < known[entity]:
        return known
    return (*known[:entity], value + 1, *known[entity + 1 :])
