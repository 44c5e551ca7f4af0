"""The syntax tree: what was written, one frozen class per construct, each with its span.

Made by `parser`, printed by `format`, read by `resolve`. Nothing here is resolved or typed. Names are NFC-normalised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from honnin.spec.source import Node, Span


@dataclass(frozen=True, slots=True)
class Name(Node):
    """An identifier as written (NFC). The declared name of an expanded pattern's item has a dot: `desk.who`."""

    text: str


@dataclass(frozen=True, slots=True)
class Dotted(Node):
    """`a` or `a.b`: a possibly qualified name."""

    parts: tuple[Name, ...]

    @property
    def text(self) -> str:
        return ".".join(part.text for part in self.parts)


# ---------------------------------------------------------------- types


@dataclass(frozen=True, slots=True)
class NamedType(Node):
    """`Person`, `Int`, `Person?`."""

    name: Name
    optional: bool


@dataclass(frozen=True, slots=True)
class RangeType(Node):
    """`0..5`."""

    low: int
    high: int
    optional: bool = False


TypeExpr: TypeAlias = NamedType | RangeType


@dataclass(frozen=True, slots=True)
class MapType(Node):
    """`K1, K2 -> V`; without keys, just `V`."""

    keys: tuple[TypeExpr, ...]
    value: TypeExpr


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """`x, y: T`: several names of one type."""

    names: tuple[Name, ...]
    type: TypeExpr


# ---------------------------------------------------------------- expressions


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

# ---------------------------------------------------------------- patterns and statements


LiteralExpr: TypeAlias = IntLiteral | TextLiteral | DurationLiteral | BoolLiteral | NoneLiteral
PatternValue: TypeAlias = Name | Wildcard | LiteralExpr | NowLiteral


@dataclass(frozen=True, slots=True)
class PatternArgument(Node):
    """By position (`name` is None) or by field name. A negative integer is an IntLiteral. `now` is refused later."""

    name: Name | None
    value: PatternValue


@dataclass(frozen=True, slots=True)
class EventPattern(Node):
    event: Dotted
    arguments: tuple[PatternArgument, ...]


@dataclass(frozen=True, slots=True)
class Assign(Node):
    """`m[k] := e`, `+=`, `-=`; `index` is None without brackets."""

    target: Name
    index: tuple[Expr, ...] | None
    operator: Literal[":=", "+=", "-="]
    value: Expr


@dataclass(frozen=True, slots=True)
class Emit(Node):
    event: Dotted
    arguments: tuple[Argument, ...]


@dataclass(frozen=True, slots=True)
class When(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class If(Node):
    """`else if` is an `otherwise` of one `If`; without `else`, `otherwise` is None."""

    condition: Expr
    then: tuple[Statement, ...]
    otherwise: tuple[Statement, ...] | None


@dataclass(frozen=True, slots=True)
class Pick(Node):
    name: Name
    type: TypeExpr
    where: Expr | None


@dataclass(frozen=True, slots=True)
class Either(Node):
    branches: tuple[tuple[Statement, ...], ...]


@dataclass(frozen=True, slots=True)
class Goto(Node):
    label: Name


@dataclass(frozen=True, slots=True)
class Stop(Node):
    pass


@dataclass(frozen=True, slots=True)
class For(Node):
    parameters: tuple[Parameter, ...]
    where: Expr | None
    body: tuple[Statement, ...]


Statement: TypeAlias = Assign | Emit | When | If | Pick | Either | Goto | Stop | For

# ---------------------------------------------------------------- declarations


@dataclass(frozen=True, slots=True)
class Use(Node):
    """`use "file.honnin"` (`path` set) or `use honnin.session as desk with ...` (`pattern` set)."""

    path: TextLiteral | None
    pattern: Dotted | None
    alias: Name | None
    mappings: tuple[Mapping, ...]


@dataclass(frozen=True, slots=True)
class MapName(Node):
    """`Subject = Person`, `LIMIT = 60s` (entity or constant formals)."""

    formal: Name
    actual: Name | LiteralExpr


@dataclass(frozen=True, slots=True)
class MapEvent(Node):
    """`open(t, p) = authenticate(t, p, _)`."""

    formal: EventPattern
    actual: EventPattern


Mapping: TypeAlias = MapName | MapEvent


@dataclass(frozen=True, slots=True)
class EntityDecl(Node):
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class EnumDecl(Node):
    name: Name
    members: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class ConstDecl(Node):
    name: Name
    type: TypeExpr
    value: Expr


@dataclass(frozen=True, slots=True)
class GivenDecl(Node):
    name: Name
    type: MapType
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class FieldDecl(Node):
    name: Name
    type: TypeExpr
    personal: bool
    log_name: TextLiteral | None


@dataclass(frozen=True, slots=True)
class EventDecl(Node):
    direction: Literal["input", "output", "hidden"] | None
    name: Name
    fields: tuple[FieldDecl, ...]
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class StateDecl(Node):
    name: Name
    type: MapType
    default: Expr | None
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class DefineDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    type: TypeExpr | None
    body: Expr


@dataclass(frozen=True, slots=True)
class AfterDecl(Node):
    """`after e(x) or f(x) when c { ... }`."""

    patterns: tuple[EventPattern, ...]
    when: Expr | None
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class OnClaim(Node):
    """`on e(x) or f(x) when c: f`."""

    patterns: tuple[EventPattern, ...]
    when: Expr | None
    body: Expr


@dataclass(frozen=True, slots=True)
class AlwaysClaim(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class SometimeClaim(Node):
    body: Expr


@dataclass(frozen=True, slots=True)
class ClaimDecl(Node):
    """An `invariant`, `assume` or `cover` of a specification."""

    kind: Literal["invariant", "assume", "cover"]
    name: Name
    title: TextLiteral | None
    claim: OnClaim | AlwaysClaim | SometimeClaim


@dataclass(frozen=True, slots=True)
class FormalEntity(Node):
    name: Name


@dataclass(frozen=True, slots=True)
class FormalEvent(Node):
    name: Name
    fields: tuple[FieldDecl, ...]


@dataclass(frozen=True, slots=True)
class FormalConst(Node):
    name: Name
    type: TypeExpr


Formal: TypeAlias = FormalEntity | FormalEvent | FormalConst


@dataclass(frozen=True, slots=True)
class PatternDecl(Node):
    """`pattern NAME(formals) { items }`; the title is optional, as for a claim."""

    name: Name
    formals: tuple[Formal, ...]
    items: tuple[Item, ...]
    title: TextLiteral | None = None


ExampleValue: TypeAlias = Name | LiteralExpr


@dataclass(frozen=True, slots=True)
class FactDecl(Node):
    """`given entitled[alice, tax, bob] = true` inside an example."""

    given: Name
    index: tuple[ExampleValue, ...] | None
    value: ExampleValue


@dataclass(frozen=True, slots=True)
class OccurrenceArgument(Node):
    name: Name | None
    value: ExampleValue


@dataclass(frozen=True, slots=True)
class OccurrenceDecl(Node):
    """`at 5s request(r1, t1)` inside an example."""

    at: DurationLiteral | None
    event: Name
    arguments: tuple[OccurrenceArgument, ...]


@dataclass(frozen=True, slots=True)
class JsonNumber(Node):
    """A number as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonNull(Node):
    pass


@dataclass(frozen=True, slots=True)
class JsonArray(Node):
    items: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class JsonMember(Node):
    key: TextLiteral
    value: Json


@dataclass(frozen=True, slots=True)
class JsonObject(Node):
    members: tuple[JsonMember, ...]


Json: TypeAlias = JsonObject | JsonArray | JsonNumber | JsonNull | TextLiteral | BoolLiteral
SetAside: TypeAlias = Literal["ignore", "reject"]
"""What becomes of a line that gives no event: it is counted, or it is bad input."""


@dataclass(frozen=True, slots=True)
class LineDecl(Node):
    """`line "audit" {"action": "PRINT"} => issue(r1, bob)` inside an example; `expected` is None where only `line {...}` is written."""

    at: DurationLiteral | None
    log: TextLiteral | None
    record: JsonObject
    expected: tuple[OccurrenceDecl, ...] | SetAside | None


@dataclass(frozen=True, slots=True)
class ExampleDecl(Node):
    """`rejected_by` is None for `accepted`."""

    name: Name
    title: TextLiteral | None
    rejected_by: Dotted | None
    facts: tuple[FactDecl, ...]
    occurrences: tuple[OccurrenceDecl | LineDecl, ...]


# ---------------------------------------------------------------- logs that were not made for us


@dataclass(frozen=True, slots=True)
class LogPath(Node):
    """`.body."req-id"[0]`: keys of objects, and indexes of arrays."""

    keys: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Translation(Node):
    """`"JUMIN": residence_record`; `_` stands for every other value."""

    key: LiteralExpr | Wildcard
    value: ExampleValue


LogUnit: TypeAlias = Literal["seconds", "milliseconds", "microseconds", "nanoseconds"]


@dataclass(frozen=True, slots=True)
class LogConverted(Node):
    """`.n as Int`, `.t as milliseconds`, `.doc as { "JUMIN": residence_record }`."""

    path: LogPath
    conversion: Name | LogUnit | tuple[Translation, ...]


LogValue: TypeAlias = LogPath | LogConverted | ExampleValue


@dataclass(frozen=True, slots=True)
class LogArgument(Node):
    name: Name | None
    value: LogValue


@dataclass(frozen=True, slots=True)
class LogEvent(Node):
    """`issue(request: .reqId, subject: .body.person)`."""

    event: Name
    arguments: tuple[LogArgument, ...]


@dataclass(frozen=True, slots=True)
class LogCompare(Node):
    operator: Literal["==", "!="]
    left: LogPath | ExampleValue
    right: LogPath | ExampleValue


@dataclass(frozen=True, slots=True)
class LogNot(Node):
    body: LogCondition


@dataclass(frozen=True, slots=True)
class LogAnd(Node):
    items: tuple[LogCondition, ...]


@dataclass(frozen=True, slots=True)
class LogOr(Node):
    items: tuple[LogCondition, ...]


LogCondition: TypeAlias = LogCompare | LogNot | LogAnd | LogOr | LogPath | ExampleValue


@dataclass(frozen=True, slots=True)
class LogRule(Node):
    """`when CONDITION => EVENTS`, or `=> ignore`, `=> reject`."""

    condition: LogCondition
    outcome: tuple[LogEvent, ...] | SetAside


@dataclass(frozen=True, slots=True)
class LogRest(Node):
    """`otherwise ignore`."""

    word: SetAside


@dataclass(frozen=True, slots=True)
class LogDecl(Node):
    """`from json "audit" { at .ts  when ... => ...  otherwise reject }`; the first rule whose condition holds counts."""

    name: TextLiteral
    title: TextLiteral | None
    at: LogValue | None
    rules: tuple[LogRule, ...]
    otherwise: LogRest | None


# ---------------------------------------------------------------- systems and checks


@dataclass(frozen=True, slots=True)
class VarDecl(Node):
    """`any` is True for `= any`."""

    name: Name
    type: MapType
    default: Expr | None
    any: bool
    title: TextLiteral | None


@dataclass(frozen=True, slots=True)
class InitDecl(Node):
    condition: Expr


@dataclass(frozen=True, slots=True)
class PropertyDecl(Node):
    """An `assume`, `invariant` or `lemma` of a system."""

    kind: Literal["assume", "invariant", "lemma"]
    name: Name
    title: TextLiteral | None
    condition: Expr


@dataclass(frozen=True, slots=True)
class ActionDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StepDecl(Node):
    label: Name
    body: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class ProcessDecl(Node):
    name: Name
    parameters: tuple[Parameter, ...]
    variables: tuple[VarDecl, ...]
    steps: tuple[StepDecl, ...]


SystemMember: TypeAlias = VarDecl | InitDecl | PropertyDecl | ActionDecl | ProcessDecl | DefineDecl


@dataclass(frozen=True, slots=True)
class SystemDecl(Node):
    name: Name
    extends: Name | None
    implements: tuple[Name, ...]
    title: TextLiteral | None
    members: tuple[SystemMember, ...]


@dataclass(frozen=True, slots=True)
class Bound(Node):
    """`Request: 3`; `name` is None for `steps: 12`."""

    name: Name | None
    limit: int


@dataclass(frozen=True, slots=True)
class CheckDecl(Node):
    subject: Name
    relation: Literal["satisfies", "violates", "reaches", "implies"]
    target: Dotted
    within: tuple[Bound, ...]


Item: TypeAlias = (
    Use
    | EntityDecl
    | EnumDecl
    | ConstDecl
    | GivenDecl
    | EventDecl
    | StateDecl
    | DefineDecl
    | AfterDecl
    | PatternDecl
    | ClaimDecl
    | ExampleDecl
    | SystemDecl
    | CheckDecl
    | LogDecl
)


@dataclass(frozen=True, slots=True)
class Comment:
    """`text` includes the `#`; `own_line` is False when code stands before it on its line."""

    text: str
    span: Span
    own_line: bool


@dataclass(frozen=True, slots=True)
class File(Node):
    """One source file. `comments` in order of appearance; they take no part in equality of trees by meaning."""

    name: Name
    title: TextLiteral | None
    items: tuple[Item, ...]
    comments: tuple[Comment, ...] = field(default=(), compare=False)
