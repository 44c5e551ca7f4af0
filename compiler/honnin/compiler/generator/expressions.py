"""Lowered formulas as text of Python expressions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias

from honnin.compiler.generator.candidates import (
    Bind,
    Each,
    Filter,
    Plan,
    Planner,
    Scan,
    Seen,
    distinct,
    is_plain,
)
from honnin.compiler.generator.names import Names, tuple_text, values_text
from honnin.compiler.generator.once import Once
from honnin.compiler.generator.program import Place, Program
from honnin.compiler.generator.specialise import OLD
from honnin.compiler.simplify import conjunction, negation, normal, simplify
from honnin.spec.core import (
    And,
    Arithmetic,
    Binder,
    Compare,
    Count,
    Exists,
    Expr,
    Forall,
    GivenRead,
    If,
    Iff,
    Implies,
    Lift,
    Lit,
    Minus,
    Not,
    Now,
    Or,
    Present,
    StateRead,
    Sum,
    Var,
)
from honnin.spec.records import dataclass, field, replace


class Level(IntEnum):
    """How strongly an expression's operator binds in Python."""

    IF = 0
    OR = 1
    AND = 2
    NOT = 3
    COMPARE = 4
    SUM = 5
    PRODUCT = 6
    UNARY = 7
    ATOM = 8


_Text: TypeAlias = tuple[str, Level]
NOW, POSITION, HERE = "_t", "_n", "_here"
_LOOPS = 15


@dataclass(frozen=True, slots=True)
class Printer:
    """Prints expressions in one scope: `variables` gives the text for a binder's uid, `names` what is taken.

    `old` gives the local name under which the overwritten values of a state are kept at this event. `whole`: an entity has values
    besides those seen; where a claim about the facts is judged, only if the facts have none. `kept`: the numbers of aggregates are there.
    `once`: in the method of an event, what it needs more than once. `through`: if it is there, what loops look through entry by entry is noted in it.
    """

    program: Program
    planner: Planner
    names: Names
    variables: Mapping[int, str] = field(default_factory=dict)
    old: Mapping[str, str] = field(default_factory=dict)
    whole: bool = True
    kept: bool = True
    once: Once | None = None
    through: dict[str, None] | None = None

    def bind(self, values: Mapping[int, str]) -> Printer:
        """The scope with more variables."""
        return replace(self, variables={**self.variables, **values})

    def text(self, expr: Expr, level: Level = Level.IF) -> str:
        """The expression, in parentheses where its operator binds less than `level`."""
        text, own = self._text(expr)
        return f"({text})" if own < level else text

    def test(self, expr: Expr) -> str:
        """A simplified formula as a condition."""
        return self.text(simplify(expr))

    def _text(self, expr: Expr) -> _Text:
        if self.kept and isinstance(expr, Forall | Exists | Count | Sum) and expr in self.program.aggregates:
            attribute = self.program.aggregates[expr].attribute
            if isinstance(expr, Count | Sum):
                return (attribute, Level.ATOM)
            return (f"{attribute} {'==' if isinstance(expr, Forall) else '!='} 0", Level.COMPARE)
        match expr:
            case Lit(value=value):
                return (repr(value), Level.UNARY if isinstance(value, int) and value < 0 else Level.ATOM)
            case Var(binder=binder):
                return (self.variables[binder.uid], Level.ATOM)
            case Now():
                return (NOW, Level.ATOM)
            case StateRead():
                return self._read(expr)
            case GivenRead():
                return self._given(expr)
            case Lift(body=body):
                return self._text(body)
            case Present(body=body):
                return self._present(body)
            case Not(body=body):
                return self._not(body)
            case And(items=items):
                return (" and ".join(self.text(item, Level.NOT) for item in items), Level.AND)
            case Or(items=items):
                return (" or ".join(self.text(item, Level.AND) for item in items), Level.OR)
            case Implies(left=left, right=right):
                return self._text(Or((negation(left), right)))
            case Iff(left=left, right=right):
                return (f"{self.text(left, Level.SUM)} is {self.text(right, Level.SUM)}", Level.COMPARE)
            case Compare():
                return self._compare(expr)
            case Arithmetic(operator="*"):
                return (
                    f"{self.text(expr.left, Level.PRODUCT)} * {self.text(expr.right, Level.UNARY)}",
                    Level.PRODUCT,
                )
            case Arithmetic():
                return (
                    f"{self.text(expr.left, Level.SUM)} {expr.operator} {self.text(expr.right, Level.PRODUCT)}",
                    Level.SUM,
                )
            case Minus(body=body):
                return (f"-{self.text(body, Level.UNARY)}", Level.UNARY)
            case If():
                then, otherwise = self.text(expr.then, Level.OR), self.text(expr.otherwise, Level.IF)
                return (f"{then} if {self.text(expr.condition, Level.OR)} else {otherwise}", Level.IF)
            case Exists(binder=binder, body=body):
                return self.exists((binder,), body)
            case Forall(binder=binder, body=body):
                text, level = self.exists((binder,), normal(body, False))
                return (f"not ({text})" if level < Level.NOT else f"not {text}", Level.NOT)
            case Count(binders=binders, where=where):
                return self._count(binders, where)
            case Sum():
                return self._sum(expr)
            case _:
                raise TypeError(f"{type(expr).__name__} is not lowered")

    def _not(self, body: Expr) -> _Text:
        if isinstance(body, StateRead) and body.state[0] != OLD:
            place = self.program.place(body.state)
            if place.flag and not place.scalar and not self._begins_false(place):
                assert place.default is not None
                word = "in" if place.default.value else "not in"
                return (f"{self.key(body)} {word} {place.attribute}", Level.COMPARE)
        if isinstance(body, Forall | Exists) and self.kept and body in self.program.aggregates:
            word = "!=" if isinstance(body, Forall) else "=="
            return (f"{self.program.aggregates[body].attribute} {word} 0", Level.COMPARE)
        if isinstance(body, Forall):
            return self.exists((body.binder,), normal(body.body, False))
        if isinstance(body, Compare):
            flipped = normal(body, False)
            if isinstance(flipped, Compare):
                return self._compare(flipped)
        return (f"not {self.text(body, Level.NOT)}", Level.NOT)

    def _compare(self, expr: Compare) -> _Text:
        for one, other in ((expr.left, expr.right), (expr.right, expr.left)):
            if isinstance(other, Lit) and other.value is None:
                word = "is" if expr.operator == "==" else "is not"
                if isinstance(one, StateRead) and one.state[0] != OLD:
                    place = self.program.place(one.state)
                    if not place.scalar and place.default is not None and place.default.value is None:
                        word = "not in" if expr.operator == "==" else "in"
                        return (f"{self.key(one)} {word} {place.attribute}", Level.COMPARE)
                return (f"{self.text(one, Level.SUM)} {word} None", Level.COMPARE)
        return (
            f"{self.text(expr.left, Level.SUM)} {expr.operator} {self.text(expr.right, Level.SUM)}",
            Level.COMPARE,
        )

    # ------------------------------------------------------------ places

    def key(self, read: StateRead | GivenRead) -> str:
        """The key of a read: the value itself for one key, a tuple otherwise."""
        return self.joined(self._parts(read))

    def joined(self, parts: Sequence[str]) -> str:
        """The parts as one key."""
        if not parts:
            return "()"
        return tuple_text(parts) if self.once is None else self.once.key(parts)

    def _parts(self, read: StateRead | GivenRead) -> list[str]:
        level = Level.SUM if len(read.keys) == 1 else Level.IF
        return [self.text(key, level) for key in read.keys]

    def _read(self, read: StateRead) -> _Text:
        place = self.program.place(read.state)
        if read.state[0] == OLD:
            return self._read_old(read, place)
        if place.scalar:
            return (place.attribute, Level.ATOM)
        parts = self._parts(read)
        return self.current(place, parts, self.joined(parts))

    def current(self, place: Place, parts: Sequence[str], key: str) -> _Text:
        """The value at a key, made of these parts, of a place that is a dictionary."""
        text, level = self.stored(place, key)
        if self.once is None or place.flag or place.name[0] in "#?":
            return text, level
        return self.once.read(place.name, parts, text), level

    def stored(self, place: Place, key: str) -> _Text:
        """The value at a key of a place that is a dictionary."""
        if place.default is None:
            return (f"{place.attribute}.get({key}, {place.default_attribute})", Level.ATOM)
        if place.folded is not None:
            return (f"{place.attribute}.get({key}, {place.unwritten})[{place.folded}]", Level.ATOM)
        value = place.default.value
        if place.flag:
            if value:
                return (f"{key} not in {place.attribute}", Level.COMPARE)
            if self._begins_false(place):
                return (f"{place.attribute}_on and {key} not in {place.attribute}", Level.AND)
            return (f"{key} in {place.attribute}", Level.COMPARE)
        return (f"{place.attribute}.get({key}{'' if value is None else f', {value!r}'})", Level.ATOM)

    def _begins_false(self, place: Place) -> bool:
        """Whether the place is false for every key up to position 1, and true for those not held from there on."""
        return place.name.startswith("#") and self.program.machine.register(place.name).fresh

    def _read_old(self, read: StateRead, place: Place) -> _Text:
        local = self.old[place.name]
        if place.scalar:
            return (local, Level.ATOM)
        key = self.key(read)
        text = self.stored(place, key)[0]
        return (f"{local}[{key}] if {key} in {local} else {text}", Level.IF)

    def _given(self, read: GivenRead) -> _Text:
        attribute = self.program.givens[read.given]
        if not read.keys:
            return (attribute, Level.ATOM)
        return (f"{attribute}.get({self.key(read)}, {self.program.given_default(read.given)})", Level.ATOM)

    def _present(self, body: Expr) -> _Text:
        if isinstance(body, StateRead) and body.state[0] != OLD:
            place = self.program.place(body.state)
            if not place.scalar and place.default is not None and place.default.value is None:
                value = f"{place.attribute}[{self.key(body)}]"
                return (value if place.folded is None else f"{value}[{place.folded}]", Level.ATOM)
        if isinstance(body, Var):
            return self._text(body)
        return (f"present({self.text(body)})", Level.ATOM)

    # ------------------------------------------------------------ quantifiers

    def exists(self, binders: Sequence[Binder], formula: Expr) -> _Text:
        """That some values of the binders satisfy the formula."""
        plans = self.planner.plans(binders, formula)
        texts = [self._some(plan) for plan in plans]
        if not texts:
            return ("False", Level.ATOM)
        if len(texts) == 1:
            return texts[0]
        return (" or ".join(f"({text})" if level < Level.AND else text for text, level in texts), Level.OR)

    def _some(self, plan: Plan) -> _Text:
        before, clauses, printer, last = self._clauses(plan)
        if clauses:
            inner = " and ".join(printer.text(condition, Level.NOT) for condition in last) or "True"
            before = [*before, _any(inner, clauses)]
        if not before:
            return ("True", Level.ATOM)
        return (before[0], Level.NOT) if len(before) == 1 else (" and ".join(before), Level.AND)

    def _clauses(self, plan: Plan) -> tuple[list[str], list[str], Printer, list[Expr]]:
        """Conditions before any loop, the clauses of a comprehension, the scope inside it, and its last conditions."""
        printer = self.inner()
        before: list[str] = []
        clauses: list[str] = []
        last: list[Expr] = []
        for step in plan:
            match step:
                case Filter(condition=condition):
                    if clauses:
                        last.append(condition)
                    else:
                        before.append(printer.text(condition, Level.NOT))
                case Bind(binder=binder, value=value) if is_plain(value):
                    printer = printer.bind({binder.uid: printer.text(value, Level.ATOM)})
                case _:
                    if last:
                        clauses.append("if " + " and ".join(printer.text(item, Level.NOT) for item in last))
                        last = []
                    printer, target, source, conditions = printer.loop(step)
                    clauses.append(f"for {target} in {source}")
                    clauses += [f"if {condition}" for condition in conditions]
        return before, clauses, printer, last

    def inner(self) -> Printer:
        """The scope of a comprehension or a loop."""
        return replace(self, names=self.names.inner())

    def loop(self, step: Bind | Each | Seen | Scan) -> tuple[Printer, str, str, list[str]]:
        """The scope inside the loop, its target, what it runs over, and conditions on the target."""
        match step:
            case Bind(binder=binder, value=value):
                name = self.names.new(binder.name)
                return self.bind({binder.uid: name}), name, f"({self.text(value)},)", []
            case Each(binder=binder, values=values):
                name = self.names.new(binder.name)
                return self.bind({binder.uid: name}), name, values_text(binder.type, values), []
            case Seen(binder=binder, entity=entity):
                name = self.names.new(binder.name)
                self._look_through(entity)
                seen = self.program.seen_values(entity)
                every = f"(*{seen}, FRESH)" if self.whole else f"({seen} or (FRESH,))"
                return self.bind({binder.uid: name}), name, every, []
            case Scan():
                return self._scan(step)

    def _look_through(self, what: str) -> None:
        if self.through is not None:
            self.through[what] = None

    def _scan(self, step: Scan) -> tuple[Printer, str, str, list[str]]:
        place = self.program.place(step.place)
        old = step.place[0] == OLD
        fixed = {i: self.text(key) for i, key in enumerate(step.keys) if not isinstance(key, Binder | None)}
        bound: dict[int, str] = {}
        targets, conditions = [], []
        indexed = bool(fixed) and place.indexable and not old
        for position, key in enumerate(step.keys):
            if isinstance(key, Binder):
                bound[key.uid] = self.names.new(key.name)
                targets.append(bound[key.uid])
            elif position in fixed and not indexed:
                name = self.names.private(f"_key{position}")
                targets.append(name)
                conditions.append(f"{name} == {fixed[position]}")
            else:
                targets.append("_")
        source = place.attribute
        if not indexed:
            self._look_through(place.name)
        if old:
            source = f"(*{source}, *{self.old[place.name]})"
        elif indexed:
            index = self.program.index(place, tuple(fixed))
            source = f"{index}.get({tuple_text(fixed.values())}, ())"
        return self.bind(bound), tuple_text(targets), source, conditions

    def _count(self, binders: tuple[Binder, ...], where: Expr) -> _Text:
        plans = self.planner.plans(binders, where)
        if distinct(plans, binders):
            parts = [f"sum(1 {self.comprehension(plan)[0]})" for plan in plans]
            return (parts[0] if parts else "0", Level.ATOM)
        return (f"len({self.found(plans, binders)})", Level.ATOM)

    def _sum(self, expr: Sum) -> _Text:
        """The sum over the values at which the term is not 0."""
        matters = Compare("!=", expr.term, Lit(0, expr.type))
        plans = self.planner.plans(expr.binders, conjunction((expr.where, matters)))
        if not plans:
            return ("0", Level.ATOM)
        if distinct(plans, expr.binders):
            clauses, printer = self.comprehension(plans[0])
            return (f"sum({printer.text(expr.term, Level.OR)} {clauses})", Level.ATOM)
        printer = self.inner()
        names = {binder.uid: printer.names.new(binder.name) for binder in expr.binders}
        term = printer.bind(names).text(expr.term, Level.OR)
        found = printer.found(plans, expr.binders)
        return (f"sum({term} for {tuple_text(names.values())} in {found})", Level.ATOM)

    def comprehension(self, plan: Plan) -> tuple[str, Printer]:
        """The clauses of a comprehension that finds the plan's assignments, and the scope inside it."""
        before, clauses, printer, last = self._clauses(plan)
        if before or not clauses:
            clauses = ["for _ in (0,)", *([f"if {' and '.join(before)}"] if before else []), *clauses]
        if last:
            clauses = [*clauses, "if " + " and ".join(printer.text(item, Level.NOT) for item in last)]
        return " ".join(clauses), printer

    def found(self, plans: Sequence[Plan], binders: Sequence[Binder], value: str = "None") -> str:
        """A dictionary of the assignments that the plans find, each once and in a fixed order, all with one value."""
        parts = []
        for plan in plans:
            clauses, printer = self.comprehension(plan)
            key = tuple_text(printer.variables[binder.uid] for binder in binders)
            parts.append(f"{{{key}: {value} {clauses}}}")
        return parts[0] if len(parts) == 1 else f"({' | '.join(parts)})"


def _any(inner: str, clauses: Sequence[str]) -> str:
    """That `inner` holds in some turn of the loops; Python lets no more than 20 be nested in one comprehension."""
    loops = [number for number, clause in enumerate(clauses) if clause.startswith("for ")]
    if len(loops) > _LOOPS:
        cut = loops[_LOOPS]
        inner, clauses = _any(inner, clauses[cut:]), clauses[:cut]
    return f"any({inner} {' '.join(clauses)})"
