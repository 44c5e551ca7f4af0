"""A claim in plain words: every construct has one wording, so that what is read is what is checked."""

from __future__ import annotations

from collections.abc import Sequence

from honnin.oracle.table import quoted
from honnin.spec import core, words
from honnin.spec.core import Expr, Type

_ORDER = {
    "==": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}


def _one(noun: str) -> str:
    """`a Person`, `an Enrolment`; `a User`: a `u` is spoken either way."""
    return f"{'an' if noun[:1] in 'aeioAEIO' else 'a'} {noun}"


def type_words(type: Type) -> str:
    """`a Person or nothing`, `a whole number from 0 to 5`."""
    match type:
        case core.BoolT():
            return "true or false"
        case core.IntT():
            return "a whole number"
        case core.TextT():
            return "a text"
        case core.TimeT():
            return "a time"
        case core.DurationT():
            return "a duration"
        case core.EntityT(name=name):
            return _one(name)
        case core.EnumT(name=name, members=members):
            return f"{_one(name)} ({', '.join(members)})"
        case core.RangeT(low=low, high=high):
            return f"a whole number from {low} to {high}"
        case core.OptionalT(inner=inner):
            return f"{type_words(inner)} or nothing"


def short_type(type: Type) -> str:
    """The type's name where its values need not be listed."""
    match type:
        case core.EnumT(name=name):
            return _one(name)
        case core.OptionalT(inner=inner):
            return f"{short_type(inner)} or nothing"
        case _:
            return type_words(type)


def value(literal: core.Value, type: Type) -> str:
    """A value as the language writes it; `nothing` for none."""
    return "nothing" if literal is None else words.literal(literal, type)


def event_words(event: str, arguments: Sequence[str | None]) -> str:
    """`deliver(r, s, _, _)`."""
    return f"{event}({', '.join('_' if argument is None else argument for argument in arguments)})"


def pattern_words(pattern: core.Pattern) -> str:
    """The event pattern as the language writes it."""
    arguments = [_argument(argument) for argument in pattern.arguments]
    return event_words(pattern.event, arguments)


def _argument(argument: core.Binder | core.Lit | None) -> str | None:
    match argument:
        case core.Binder(name=name):
            return name
        case core.Lit(value=literal, type=type):
            return value(literal, type)
        case None:
            return None


def atom_words(atom: core.Atom) -> str:
    """The event atom as the language writes it."""
    return event_words(
        atom.event, [None if argument is None else term(argument) for argument in atom.arguments]
    )


# ---------------------------------------------------------------- values


def term(expr: Expr) -> str:
    """An expression as a noun: what is compared, or a key. A formula stands in brackets."""
    match expr:
        case core.Lit(name=str(name)) if name != str(expr.value):
            return f"{name} ({value(expr.value, expr.type)})"
        case core.Lit():
            return value(expr.value, expr.type)
        case core.Var():
            return expr.binder.name
        case core.Now():
            return "the time now"
        case core.StateRead(state=name) | core.GivenRead(given=name) | core.VarRead(variable=name):
            return f"{name}[{', '.join(term(key) for key in expr.keys)}]" if expr.keys else name
        case core.Lift() | core.Present():
            return term(expr.body)
        case core.Arithmetic():
            sign = {"+": "plus", "-": "minus", "*": "times"}[expr.operator]
            return f"{_operand(expr.left)} {sign} {_operand(expr.right)}"
        case core.Minus():
            return f"minus {_operand(expr.body)}"
        case core.If():
            return f"({term(expr.then)} if {clause(expr.condition)}, otherwise {term(expr.otherwise)})"
        case core.Count():
            return f"the number of {_binders(expr.binders)}{_such(expr.where)}"
        case core.Sum():
            return f"the sum of {term(expr.term)} over every {_binders(expr.binders)}{_such(expr.where)}"
        case core.Old():
            return f"{term(expr.body)} as it was before the event"
        case core.CountPast():
            window = f"in the last {words.duration(expr.bound)}, this one included"
            return f"the number of events {window}, at which {_inner(expr.body)}"
        case _:
            return f"({clause(expr)})"


def _operand(expr: Expr) -> str:
    return f"({term(expr)})" if isinstance(expr, core.Arithmetic) else term(expr)


def _such(where: Expr) -> str:
    return "" if _is_true(where) else f" such that {_inner(where)}"


def _binders(binders: Sequence[core.Binder]) -> str:
    return " and ".join(
        f"{short_type(binder.type).removeprefix('a ').removeprefix('an ')} {binder.name}"
        for binder in binders
    )


# ---------------------------------------------------------------- formulas


def clause(expr: Expr) -> str:
    """A formula as a sentence without its full stop."""
    match expr:
        case core.Lit():
            return "always so" if expr.value else "never so"
        case core.Not():
            return _negation(expr.body)
        case core.And():
            return _chain(expr.items, "and")
        case core.Or():
            return _chain(expr.items, "or")
        case core.Implies():
            return f"if {_inner(expr.left)}, then {_inner(expr.right)}"
        case core.Iff():
            return f"{_inner(expr.left)} exactly when {_inner(expr.right)}"
        case core.If():
            alternative = f"otherwise {_inner(expr.otherwise)}"
            return f"if {_inner(expr.condition)}, then {_inner(expr.then)}, {alternative}"
        case core.Compare() if isinstance(core.type_of(expr.left), core.BoolT):
            word = "exactly when" if expr.operator == "==" else "exactly when it is not so that"
            return f"{_inner(expr.left)} {word} {_inner(expr.right)}"
        case core.Compare():
            return f"{term(expr.left)} {_ORDER[expr.operator]} {term(expr.right)}"
        case core.Forall():
            binders, body = _run(expr)
            return f"for every {' and every '.join(_binders([binder]) for binder in binders)}: {clause(body)}"
        case core.Exists():
            binders, body = _run(expr)
            return f"there is {' and '.join(_one(_binders([b])) for b in binders)} such that {clause(body)}"
        case core.Atom():
            return f"this event is {atom_words(expr)}"
        case core.AtLabel(keys=keys):
            instance = f"{expr.process}[{', '.join(term(key) for key in keys)}]" if keys else expr.process
            done = expr.label == "done"
            return f"{instance} has finished" if done else f"{instance} is about to do {expr.label}"
        case core.Old():
            return f"before the event, {_inner(expr.body)}"
        case _:
            return _temporal(expr)


def _temporal(expr: Expr) -> str:
    match expr:
        case core.Once():
            return f"{_happening(expr.body)} at this event or an earlier one{_ago(expr.interval)}"
        case core.Earlier():
            return f"{_happening(expr.body)} before this event{_ago(expr.interval)}"
        case core.Historically():
            return f"at this event and at every earlier one{_ago(expr.interval)}, {_inner(expr.body)}"
        case core.Previously():
            return f"at the event just before this one{_ago(expr.interval)}, {_inner(expr.body)}"
        case core.Since():
            start = f"{_happening(expr.right)} at this event or an earlier one{_ago(expr.interval)}"
            return f"{start}, and {_kept(expr.left)}"
        case core.Eventually():
            return f"within {words.duration(expr.bound)} from this event {_happening(expr.body)}"
        case _:
            return f"{term(expr)} is true"


def _chain(items: Sequence[Expr], word: str) -> str:
    parts = [_inner(item) for item in items]
    return (f" {word} " if len(parts) == 2 else f", {word} ").join(parts)


def _run(expr: core.Forall | core.Exists) -> tuple[list[core.Binder], Expr]:
    """The binders of quantifiers of one kind that stand directly in each other, and the body of the last."""
    binders = [expr.binder]
    body = expr.body
    while isinstance(body, type(expr)):
        binders.append(body.binder)
        body = body.body
    return binders, body


def _happening(expr: Expr) -> str:
    """What holds at another position than the present one."""
    return f"{atom_words(expr)} happens" if isinstance(expr, core.Atom) else f"it is so that {_inner(expr)}"


def _kept(expr: Expr) -> str:
    """What holds at every position after one that has been spoken of."""
    parts = expr.items if isinstance(expr, core.And) else (expr,)
    absent = [p.body for p in parts if isinstance(p, core.Not) and isinstance(p.body, core.Atom)]
    if len(absent) < len(parts):
        return f"at every event since then {_inner(expr)}"
    return f"since then {' and '.join(f'{atom_words(atom)} does not happen' for atom in absent)}"


def _ago(interval: core.Interval | None) -> str:
    if interval is None:
        return ""
    word = {"<=": "at most", "<": "less than", ">=": "at least", ">": "more than"}[interval.operator]
    return f", {word} {words.duration(interval.bound)} ago"


def _negation(body: Expr) -> str:
    match body:
        case core.Compare(operator="==") if not isinstance(core.type_of(body.left), core.BoolT):
            return f"{term(body.left)} is not {term(body.right)}"
        case core.Earlier(body=core.Atom() as atom, interval=None):
            return f"{atom_words(atom)} never happens before this event"
        case core.Once(body=core.Atom() as atom, interval=None):
            return f"{atom_words(atom)} never happens, neither at this event nor at an earlier one"
        case core.Atom():
            return f"this event is not {atom_words(body)}"
        case core.Exists():
            binders, inner = _run(body)
            return f"there is no {' and no '.join(_binders([b]) for b in binders)} such that {clause(inner)}"
        case core.StateRead() | core.GivenRead() | core.VarRead() | core.Var():
            return f"{term(body)} is false"
        case _:
            return f"it is not so that {_inner(body)}"


_COMPOUND = (core.And, core.Or, core.Implies, core.Iff, core.If, core.Forall, core.Exists, core.Since)


def _inner(expr: Expr) -> str:
    """A formula inside another: in brackets where its end could be doubted."""
    return f"({clause(expr)})" if isinstance(expr, _COMPOUND) else clause(expr)


def _is_true(expr: Expr) -> bool:
    return isinstance(expr, core.Lit) and expr.value is True


# ---------------------------------------------------------------- claims


def claim_words(claim: core.Claim) -> str:
    """One sentence for the whole claim."""
    match claim.kind, claim.form:
        case "cover", "on":
            extra = "" if _is_true(claim.body) else f", where {clause(claim.body)}"
            return f"It can come about that {_trigger(claim)} happens{_condition(claim)}{extra}."
        case "cover", _:
            return f"It can come about that, after some event, {clause(claim.body)}."
        case "assume", "on":
            return f"Taken for granted: whenever {_trigger(claim)} happens{_condition(claim)}, {clause(claim.body)}."
        case "assume", _:
            return f"Taken for granted, {_always(claim)}: {clause(claim.body)}."
        case _, "on":
            return f"Whenever {_trigger(claim)} happens{_condition(claim)}: {clause(claim.body)}."
        case _:
            when = _always(claim)
            return f"{when[0].upper()}{when[1:]}: {clause(claim.body)}."


def _always(claim: core.Claim) -> str:
    return (
        "once, of the facts of the deployment" if claim.given_only else "at the start and after every event"
    )


def _trigger(claim: core.Claim) -> str:
    return " or ".join(pattern_words(pattern) for pattern in claim.patterns)


def _condition(claim: core.Claim) -> str:
    return "" if _is_true(claim.when) else f" and {_inner(claim.when)}"


def when_read(claim: core.Claim) -> str:
    """Which state the claim reads; empty where it reads none."""
    if claim.given_only or not any(
        isinstance(e, core.StateRead) for e in core.walk(core.And((claim.when, claim.body)))
    ):
        return ""
    if claim.form == "on":
        return "State is read as it was before the event."
    return "State is read as it is after the event."


# ---------------------------------------------------------------- declarations


def event_line(event: core.Event) -> str:
    """`output deliver(request: a Request, subject: a Person (personal)) "one page left the printer"`."""
    fields = ", ".join(
        f"{field.name}: {short_type(field.type)}{' (personal)' if field.personal else ''}"
        for field in event.fields
    )
    kind = "event" if event.direction == "both" else event.direction
    return f"{kind} {event.name}({fields}){quoted(event.title)}"


def given_line(given: core.Given) -> str:
    """`given servers: for a Site, a whole number "..."`."""
    return f"given {given.name}: {_map(given.keys, given.value)}{quoted(given.title)}"


def retained_line(retained: core.Retained) -> str:
    """What becomes of identities that no event names any more."""
    limit = words.duration(retained.horizon)
    return f"{retained.entity} counts as a new one when no event has named it for more than {limit}"


def state_line(state: core.State, specification: core.Specification) -> str:
    """`state wanted: for a Request, a Person or nothing; at first nothing; changed by apply`."""
    writers = dict.fromkeys(
        pattern.event
        for after in specification.updates
        if _writes(after.body, state.name)
        for pattern in after.patterns
    )
    changed = f"changed by {', '.join(writers)}" if writers else "never changed"
    return f"state {state.name}: {_map(state.keys, state.value)}; at first {term(state.default)}; {changed}"


def _map(keys: Sequence[Type], type: Type) -> str:
    return (
        f"for {' and '.join(short_type(key) for key in keys)}, {type_words(type)}"
        if keys
        else type_words(type)
    )


def _writes(body: Sequence[core.Statement], state: str) -> bool:
    return any(_writes_one(statement, state) for statement in body)


def _writes_one(statement: core.Statement, state: str) -> bool:
    match statement:
        case core.Assign(place=place):
            return place == state
        case core.IfStatement(then=then, otherwise=otherwise):
            return _writes((*then, *otherwise), state)
        case core.For(body=inner):
            return _writes(inner, state)
        case _:
            return False
