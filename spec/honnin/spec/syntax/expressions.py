"""Formulas and terms as they are written."""

from __future__ import annotations

from typing import Literal, TypeAlias

from honnin.spec.records import dataclass
from honnin.spec.source import Node
from honnin.spec.syntax.types import Dotted, Name, Parameter


@dataclass(frozen=True, slots=True)
class IntLiteral(Node):
    value: int


@dataclass(frozen=True, slots=True)
class TextLiteral(Node):
    value: str


@dataclass(frozen=True, slots=True)
class DurationLiteral(Node):
    """`text` is as written (`5min`), for the formatter."""

    text: str
    microseconds: int


@dataclass(frozen=True, slots=True)
class BoolLiteral(Node):
    value: bool


@dataclass(frozen=True, slots=True)
class NoneLiteral(Node):
    pass


@dataclass(frozen=True, slots=True)
class NowLiteral(Node):
    pass


@dataclass(frozen=True, slots=True)
class Wildcard(Node):
    """`_`, in patterns and in the arguments of event atoms."""


@dataclass(frozen=True, slots=True)
class Reference(Node):
    """`x`, `m[k, l]`; `index` is None without brackets."""

    name: Name
    index: tuple[Expr, ...] | None


@dataclass(frozen=True, slots=True)
class Member(Node):
    """`p[x].v`, `desk.who[t]`."""

    base: Name
    base_index: tuple[Expr, ...] | None
    name: Name
    index: tuple[Expr, ...] | None


@dataclass(frozen=True, slots=True)
class AtLabel(Node):
    """`p[x] at label`, `p at done`."""

    process: Name
    index: tuple[Expr, ...] | None
    label: Name


@dataclass(frozen=True, slots=True)
class Argument(Node):
    """A call argument: by position (`name` is None) or by field name."""

    name: Name | None
    value: Expr | Wildcard


@dataclass(frozen=True, slots=True)
class Call(Node):
    """An event atom or a call of a define: `request(r, _)`, `desk.active(t)`."""

    name: Dotted
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class Minus(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class Present(Node):
    """`x!`."""

    body: Expr


@dataclass(frozen=True, slots=True)
class Old(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class Interval(Node):
    """`[<= 60s]`, `[> LIMIT]`."""

    operator: Literal["<=", "<", ">=", ">"]
    bound: DurationLiteral | Name


PastOperator: TypeAlias = Literal["once", "earlier", "historically", "previously", "eventually"]


@dataclass(frozen=True, slots=True)
class Temporal(Node):
    operator: PastOperator
    interval: Interval | None
    body: Expr


@dataclass(frozen=True, slots=True)
class Since(Node):
    interval: Interval | None
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class And(Node):
    """Two or more conjuncts; a chain `a and b and c` is one node."""

    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    items: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Implies(Node):
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Iff(Node):
    left: Expr
    right: Expr


CompareOperator: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]


ArithmeticOperator: TypeAlias = Literal["+", "-", "*"]


@dataclass(frozen=True, slots=True)
class Compare(Node):
    operator: CompareOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    operator: ArithmeticOperator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    kind: Literal["forall", "exists"]
    parameters: tuple[Parameter, ...]
    body: Expr


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`(if c then a else b)`."""

    condition: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True)
class Count(Node):
    """`count(x: T where f)`."""

    parameters: tuple[Parameter, ...]
    where: Expr | None


@dataclass(frozen=True, slots=True)
class CountPast(Node):
    """`count[<= d](f)`."""

    interval: Interval
    body: Expr


@dataclass(frozen=True, slots=True)
class Sum(Node):
    """`sum(e for x: T where f)`."""

    body: Expr
    parameters: tuple[Parameter, ...]
    where: Expr | None


Expr: TypeAlias = (
    IntLiteral
    | TextLiteral
    | DurationLiteral
    | BoolLiteral
    | NoneLiteral
    | NowLiteral
    | Reference
    | Member
    | AtLabel
    | Call
    | Not
    | Minus
    | Present
    | Old
    | Temporal
    | Since
    | And
    | Or
    | Implies
    | Iff
    | Compare
    | Arithmetic
    | Quantified
    | Conditional
    | Count
    | CountPast
    | Sum
)
