"""What the expressions of a system may read, by where they stand (language.md section 6).

The variables of other instances only in conditions and `when`. The state of a specification there and in `if`; in `when` and
`if` with a warning, for a design must not read the oracle.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, TypeAlias

from honnin.spec import core
from honnin.spec.core import Binder, Expr, StateRead, Var, VarRead
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.scope import Report
from honnin.spec.records import dataclass, field
from honnin.spec.source import Span

Place: TypeAlias = Literal["condition", "when", "if", "assignment", "pick", "for", "emitted argument"]
"""`condition`: `init`, `assume`, `invariant` and `lemma`."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Looks at what is read. `states`: those of the specifications that the system implements; `instance`: the parameters of the
    process around, if any; `read`: gathers the states that guards read.
    """

    report: Report
    states: frozenset[str]
    instance: tuple[Binder, ...] | None = None
    read: set[str] = field(default_factory=set)

    def look(self, expr: Expr, place: Place, written: Span) -> None:
        """Reports what may not be read there, each thing once. `written`: where the expression stands; a define stands elsewhere."""
        seen: set[str] = set()
        for node in core.walk(expr):
            span = node.span if inside(node.span, written) else written
            match node:
                case StateRead(state=name) if name not in seen:
                    seen.add(name)
                    self._state(name, place, span)
                case VarRead(variable=name) if "." in name and place not in ("condition", "when"):
                    self._variable(node, place, span)
                case _:
                    pass

    def _state(self, name: str, place: Place, span: Span) -> None:
        if place not in ("condition", "when", "if"):
            message = f"the state `{name}` of a specification is read in {_words(place)}"
            hint = "a design keeps what it needs in variables of its own"
            self.report(Diagnostic("HN0415", message, span, hint=hint))
        elif name not in self.states:
            message = f"`{name}` is no state of a specification that the system implements"
            self.report(Diagnostic("HN0414", message, span))
        elif place != "condition":
            self.read.add(name)
            message = f"`{place}` reads the state `{name}` of a specification, which no implementation has"
            hint = "keep what the design needs in a variable of its own"
            self.report(Diagnostic("HN0510", message, span, hint=hint))

    def _variable(self, node: VarRead, place: Place, span: Span) -> None:
        if self.instance is None or tuple(_leading(node, len(self.instance))) != self.instance:
            message = f"the variable of an instance is read in {_words(place)}"
            expected = "`p[x].v` in `init`, `when`, `assume`, `invariant` or `lemma`"
            self.report(Diagnostic("HN0416", message, span, expected=expected))


def inside(inner: Span, outer: Span) -> bool:
    """Whether one region lies within another."""
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    end = (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column)
    return inner.file == outer.file and start and end


def _leading(node: VarRead, count: int) -> Iterator[Binder | None]:
    """The bound names that are the first keys."""
    for key in node.keys[:count]:
        yield key.binder if isinstance(key, Var) else None


def _words(place: Place) -> str:
    match place:
        case "assignment" | "emitted argument":
            return f"an {place}"
        case _:
            return f"a `{place}`" if place != "if" else "an `if`"
