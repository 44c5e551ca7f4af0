"""Core expressions to Python expressions over cells. Only numbers and names made here reach the generated source.

Globals of the generated module: `P3` where slot 3 begins, `P3_1` the stride of its second laid-out key, `D2` the values of entity
2, `Z` the defaults of cells that hold entries.
"""

from __future__ import annotations

from typing import Final

from honnin.compiler.explicit.applicable import NotApplicable
from honnin.compiler.explicit.layout import NONE, Slot, Vocabulary, refuse_long
from honnin.compiler.product import counter_name
from honnin.spec import core
from honnin.spec.core import Binder, BoolT, EntityT, EnumT, Expr, Lit, OptionalT, RangeT, Type, base_type
from honnin.spec.records import dataclass, replace

LIST: Final = "n"
"""The list that a function works on."""


@dataclass(frozen=True, slots=True)
class View:
    """What a formula reads: the list `now`, for `old(e)` the list `old`; `machine` owns its states, None for the design's own
    formulas. In a step `x!` of none makes the step impossible."""

    machine: int | None
    now: str = LIST
    old: str = "o"
    in_step: bool = False


class Formulas:
    """Generates expressions for one product."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def code(self, expr: Expr, view: View) -> str:
        match expr:
            case core.Lit(value=value, type=type):
                return self.number(self.vocabulary.encode(value, type))
            case core.Var(binder=binder):
                return variable(binder)
            case core.StateRead() | core.GivenRead() | core.VarRead() | core.AtLabel():
                return self._read(expr, view)
            case core.Lift(body=body):
                return self.code(body, view)
            case core.Present(body=body):
                inner = self.code(body, view)
                return f"present({inner})" if view.in_step else inner
            case core.Old(body=body):
                return self.code(body, replace(view, now=view.old))
            case core.Compare() | core.Arithmetic():
                return f"({self.code(expr.left, view)} {expr.operator} {self.code(expr.right, view)})"
            case core.Minus(body=body):
                return f"(-{self.code(body, view)})"
            case core.Forall() | core.Exists() | core.Count() | core.Sum():
                return self._quantified(expr, view)
            case _:
                return self._connective(expr, view)

    def _connective(self, expr: Expr, view: View) -> str:
        match expr:
            case core.Not(body=body):
                return f"(not {self.code(body, view)})"
            case core.And(items=items):
                return f"({' and '.join(self.code(item, view) for item in items)})"
            case core.Or(items=items):
                return f"({' or '.join(self.code(item, view) for item in items)})"
            case core.Implies(left=left, right=right):
                return f"(not {self.code(left, view)} or {self.code(right, view)})"
            case core.Iff(left=left, right=right):
                return f"(bool({self.code(left, view)}) == bool({self.code(right, view)}))"
            case core.If(condition=condition, then=then, otherwise=otherwise):
                parts = (self.code(part, view) for part in (then, condition, otherwise))
                return "({} if {} else {})".format(*parts)
            case core.Now():
                raise NotApplicable("it depends on time")
            case _:
                raise NotApplicable(f"{type(expr).__name__} is not for the explicit search")

    def _quantified(self, expr: core.Forall | core.Exists | core.Count | core.Sum, view: View) -> str:
        match expr:
            case core.Forall(binder=binder, body=body):
                return f"all({self.code(body, view)} {self.loops((binder,))})"
            case core.Exists(binder=binder, body=body):
                return f"any({self.code(body, view)} {self.loops((binder,))})"
            case core.Count(binders=binders, where=where):
                return f"sum(1 {self.loops(binders)} if {self.code(where, view)})"
            case core.Sum(term=term, binders=binders, where=where):
                return f"sum({self.code(term, view)} {self.loops(binders)} if {self.code(where, view)})"

    def loops(self, binders: tuple[Binder, ...]) -> str:
        """The `for` clauses over every value of the binders."""
        return " ".join(f"for {variable(b)} in {self.domain(b.type)}" for b in binders)

    def domain(self, type: Type) -> str:
        """Every value of the type."""
        match type:
            case EntityT(name=name):
                return f"D{self.vocabulary.entities.index(name)}"
            case EnumT(members=members):
                return f"range({len(members)})"
            case BoolT():
                return "range(2)"
            case RangeT(low=low, high=high):
                refuse_long(type)
                return f"range({low}, {high + 1})"
            case OptionalT(inner=inner):
                return f"(NONE, *{self.domain(inner)})"
            case _:
                raise NotApplicable(f"the values of {type} cannot be listed")

    # ------------------------------------------------------------ reads

    def _read(self, expr: core.StateRead | core.GivenRead | core.VarRead | core.AtLabel, view: View) -> str:
        match expr:
            case core.StateRead(state=state, keys=keys):
                slot = self.vocabulary.by_name[self.vocabulary.product.state_place(state, view.machine)]
            case core.VarRead(variable=name, keys=keys):
                slot = self.vocabulary.by_name[name]
            case core.GivenRead(given=name, keys=keys):
                if name in self.vocabulary.constants:
                    return repr(self.vocabulary.constants[name])
                slot = self.vocabulary.givens[name]
            case core.AtLabel(process=process, keys=keys, label=label):
                slot = self.vocabulary.by_name[counter_name(process)]
                number = self.vocabulary.encode(label, slot.value)
                return f"({self.read(slot, [self.code(key, view) for key in keys], view.now)} == {number})"
        return self.read(slot, [self.code(key, view) for key in keys], view.now)

    def read(self, slot: Slot, keys: list[str], now: str) -> str:
        """What the slot holds at these keys."""
        cell = self.cell(slot, keys)
        if slot.sparse:
            return f"find({now}[{cell}], {self.sparse_key(slot, keys)}, {self.default(slot)})"
        return f"read({now}, {cell})" if slot.lazy else f"{now}[{cell}]"

    def cell(self, slot: Slot, keys: list[str]) -> str:
        """The index of the cell for these keys."""
        parts = [f"P{slot.number}"]
        for place, key in enumerate(slot.dense):
            offset = self._offset(keys[key], slot.keys[key])
            last = place == len(slot.dense) - 1
            parts.append(offset if last else f"{offset} * P{slot.number}_{place}")
        return " + ".join(parts)

    def _offset(self, key: str, type: Type) -> str:
        """Where a key's value comes in the order of its type's."""
        match type:
            case RangeT(low=low, high=high):
                return f"in_range({key}, {low}, {high})"
            case OptionalT(inner=inner):
                low = inner.low if isinstance(inner, RangeT) else 0
                return f"maybe({key}, {low}, len({self.domain(inner)}))"
            case _:
                return key

    def sparse_key(self, slot: Slot, keys: list[str]) -> str:
        """The key under which a cell's entry is held."""
        return "(" + "".join(f"{keys[i]}, " for i in slot.sparse) + ")"

    def default(self, slot: Slot) -> str:
        assert slot.rest is not None
        return self.number(self.vocabulary.encode(slot.rest.value, slot.value))

    def number(self, cell: float) -> str:
        return "NONE" if cell == NONE else repr(cell)


def variable(binder: Binder) -> str:
    """The Python name of a bound name."""
    return f"v{binder.uid}" if binder.uid >= 0 else f"a{-1 - binder.uid}"


def argument(index: int, type: Type) -> core.Var:
    """The value of an event's field in a generated event function."""
    kind = base_type(type)
    result: Type = core.INT if isinstance(kind, RangeT) else kind
    return core.Var(Binder(f"a{index}", -1 - index, type), OptionalT(result) if type != kind else result)


def is_lazy(vocabulary: Vocabulary, expr: Expr) -> bool:
    """Whether the expression reads what may not be chosen yet, or takes what may be none."""
    for node in core.walk(expr):
        match node:
            case core.GivenRead(given=name) if name not in vocabulary.constants:
                return True
            case core.Present():
                return True
            case core.VarRead(variable=name) if vocabulary.by_name[name].lazy:
                return True
            case _:
                pass
    return False


def literal_condition(vocabulary: Vocabulary, pattern: core.Pattern) -> str:
    """Whether the arguments match the pattern's literals."""
    tests = [
        f"a{i} == {number(vocabulary, given)}"
        for i, given in enumerate(pattern.arguments)
        if isinstance(given, Lit)
    ]
    return " and ".join(tests) or "True"


def number(vocabulary: Vocabulary, value: Lit) -> str:
    cell = vocabulary.encode(value.value, value.type)
    return "NONE" if cell == NONE else repr(cell)


def bindings(pattern: core.Pattern) -> list[str]:
    """The assignments of a pattern's names."""
    return [
        f"{variable(bound)} = a{i}" for i, bound in enumerate(pattern.arguments) if isinstance(bound, Binder)
    ]
