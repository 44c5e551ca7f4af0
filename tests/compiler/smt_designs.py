"""Small designs made by hand: certificates printed through a buffer, as in the first incident."""

from __future__ import annotations

from itertools import count

from honnin.compiler.product import Product, build_product
from honnin.spec.core import (
    BOOL,
    After,
    Assign,
    Binder,
    Claim,
    Compare,
    Emit,
    EntityT,
    Event,
    Expr,
    Field,
    Lift,
    Lit,
    Module,
    OptionalT,
    Pattern,
    Present,
    Process,
    Specification,
    State,
    StateRead,
    Step,
    System,
    SystemVar,
    Type,
    Var,
    VarRead,
)

PERSON, REQUEST = EntityT("Person"), EntityT("Request")
MAYBE_PERSON = OptionalT(PERSON)
TRUE = Lit(True, BOOL)
NONE = Lit(None, MAYBE_PERSON)

_UIDS = count(1)


def bound(name: str, type: Type) -> Binder:
    return Binder(name, next(_UIDS), type)


def var(binder: Binder) -> Var:
    return Var(binder, binder.type)


def _event(name: str, *fields: tuple[str, Type]) -> Event:
    return Event(name, "both", tuple(Field(field, type, False, field) for field, type in fields))


def certificates() -> Specification:
    """`wanted[r]` is what was requested; `right_person`: on issue(r, s): wanted[r] == s."""
    r, w = bound("r", REQUEST), bound("w", PERSON)
    after = After(
        (Pattern("request", (r, w)),),
        TRUE,
        (Assign("wanted", (var(r),), ":=", Lift(var(w), MAYBE_PERSON)),),
    )
    r, s = bound("r", REQUEST), bound("s", PERSON)
    right = Claim(
        "right_person",
        "invariant",
        "on",
        (Pattern("issue", (r, s)),),
        TRUE,
        Compare("==", StateRead("wanted", (var(r),), MAYBE_PERSON), Lift(var(s), MAYBE_PERSON)),
    )
    return Specification(
        "certificates",
        None,
        (PERSON, REQUEST),
        (),
        (),
        (
            _event("request", ("request", REQUEST), ("wanted", PERSON)),
            _event("issue", ("request", REQUEST), ("subject", PERSON)),
        ),
        (State("wanted", (REQUEST,), MAYBE_PERSON, NONE),),
        (after,),
        (right,),
    )


def buffered(keyed: bool) -> System:
    """A handler per request: accept, render into the buffer, print the buffer. `keyed`: a buffer for each request."""
    r = bound("r", REQUEST)
    keys: tuple[Expr, ...] = (var(r),) if keyed else ()
    asked = VarRead("handler.asked", (var(r),), PERSON)
    buffer = VarRead("buffer", keys, MAYBE_PERSON)
    steps = (
        Step("accept", (Emit("request", (var(r), asked)),)),
        Step("render", (Assign("buffer", keys, ":=", Lift(asked, MAYBE_PERSON)),)),
        Step("print", (Emit("issue", (var(r), Present(buffer, PERSON))),)),
    )
    return System(
        "keyed" if keyed else "shared",
        None,
        ("certificates",),
        (
            SystemVar("buffer", (REQUEST,) if keyed else (), MAYBE_PERSON, NONE),
            SystemVar("handler.asked", (REQUEST,), PERSON, None, "handler"),
        ),
        (),
        (),
        (Process("handler", (r,), steps),),
        (),
    )


def buffer_product(keyed: bool) -> Product:
    specification, system = certificates(), buffered(keyed)
    module = Module((specification,), (system,), (), (), "")
    return build_product(module, system, specification.claims)
