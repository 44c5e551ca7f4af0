"""Which sorts of numbers are only names, as data flow tells (flow.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from honnin.compiler.explicit.layout import Slot, Vocabulary, is_finite
from honnin.compiler.explicit.numbers.flow import Flow, Node, followed
from honnin.compiler.explicit.numbers.names import NumberNames
from honnin.compiler.explicit.positions import at_event, fixed_keys, stays
from honnin.compiler.product import place_name
from honnin.spec.core import IntT, Lit, Property, base_type


def number_names(vocabulary: Vocabulary, properties: Iterable[Property]) -> tuple[NumberNames, ...]:
    """The sorts of numbers that are only names in the vocabulary's product, when these properties are watched."""
    if not any(isinstance(slot.value, IntT) for slot in vocabulary.slots):
        return ()
    flow = followed(vocabulary, properties)
    roots = dict.fromkeys(flow.of(("value", slot)) for slot in sorted(flow.grown))
    spoilt = {flow.of(node) for node in flow.spoilt}
    found = [_sort(flow, root) for root in roots if root not in spoilt]
    sorts = tuple(names for names in found if names is not None)
    return () if sorts and _looks_around(vocabulary) else sorts


def _sort(flow: Flow, root: Node) -> NumberNames | None:
    """What belongs together there, if it is all names."""
    slots = flow.vocabulary.slots
    valued = [slot for slot in slots if flow.of(("value", slot.number)) == root]
    keys = [
        (slot.number, i)
        for slot in slots
        for i in range(len(slot.keys))
        if flow.of(("key", slot.number, i)) == root
    ]
    counters = _counters(flow, {slot.number for slot in valued} & flow.grown)
    if counters is None or not all(map(_counts, (slots[number] for number in counters))):
        return None
    if any(is_chosen(slot) or not isinstance(base_type(slot.value), IntT) for slot in valued):
        return None
    if any(not isinstance(base_type(slots[number].keys[i]), IntT) for number, i in keys):
        return None
    literals = {value for node, value in flow.literals if flow.of(node) == root}
    literals |= set(_defaults(valued))
    return NumberNames(
        counters,
        frozenset(slot.number for slot in valued) - counters,
        tuple(keys),
        frozenset(literals),
    )


def _counters(flow: Flow, grown: set[int]) -> frozenset[int] | None:
    """The slots that only grow: what is added to, and what that is set to. None where one of them may be set to something else."""
    found: set[int] = set()
    waiting = sorted(grown)
    while waiting:
        slot = waiting.pop()
        found.add(slot)
        for drawn in flow.written.get(slot, ()):
            if drawn is None:
                return None
            waiting += sorted(drawn - found)
    return frozenset(found)


def is_chosen(slot: Slot) -> bool:
    """Whether the slot begins with some of a few values."""
    return slot.lazy


def _counts(slot: Slot) -> bool:
    return isinstance(slot.value, IntT) and not slot.sparse and not slot.lazy


def _defaults(slots: Iterable[Slot]) -> Iterator[int]:
    """What is read where nothing was written under a number."""
    for slot in slots:
        match slot:
            case Slot(sparse=(_, *_), rest=Lit(value=int() as value)):
                yield value
            case _:
                pass


def _looks_around(vocabulary: Vocabulary) -> bool:
    """Whether a register is brought up to date for every number in sight (positions.py)."""
    for machine in vocabulary.product.machines:
        for register in machine.registers:
            endless = {binder.uid for binder in register.keys if not is_finite(binder.type)}
            if not endless or place_name(machine, register.name) not in vocabulary.by_name:
                continue
            for event in machine.specification.events:
                begin, hold = at_event(register.set, event), at_event(register.hold, event)
                if not stays(register, event) and not endless <= fixed_keys(register, begin, hold).keys():
                    return True
    return False
