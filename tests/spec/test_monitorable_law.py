"""The law of monitorability: values that are in no trace change no verdict of a claim that an oracle may judge."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from honnin.spec.core import Claim, Occurrence, Specification, Value
from honnin.spec.load import check_text
from honnin.spec.meaning import evaluate

HEADER = """spec s
entity P, R
event issue(r: R, p: P)
event been(r: R)
event bad(p: P)
state m: R -> P?
state n: P -> Int
after issue(r, p) { m[r] := p; n[p] += 1 }
after been(r) { m[r] := none }
after bad(p) { n[p] := 0 }
"""
TYPES = ("P", "R")
Scope = dict[str, tuple[str, ...]]


@st.composite
def formulas(draw: st.DrawFn, scope: Scope, depth: int) -> str:
    """A formula over the names in scope, by type."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        return draw(_basic(scope))
    kind = draw(st.sampled_from(("not", "binary", "quantified", "past", "since", "counted", "aggregate")))
    if kind == "not":
        return f"not ({draw(formulas(scope, depth - 1))})"
    if kind == "binary":
        word = draw(st.sampled_from(("and", "or", "implies", "iff")))
        return f"({draw(formulas(scope, depth - 1))}) {word} ({draw(formulas(scope, depth - 1))})"
    if kind == "past":
        word = draw(st.sampled_from(("once", "earlier", "previously", "historically")))
        return f"{word} ({draw(formulas(scope, depth - 1))})"
    if kind == "since":
        return f"({draw(formulas(scope, depth - 1))}) since ({draw(formulas(scope, depth - 1))})"
    if kind == "counted":
        return f"count[<= 1s]({draw(formulas(scope, depth - 1))}) == {draw(st.integers(0, 1))}"
    type = draw(st.sampled_from(TYPES))
    name = f"x{sum(map(len, scope.values()))}"
    inner = draw(formulas({**scope, type: (*scope[type], name)}, depth - 1))
    if kind == "quantified":
        return f"({draw(st.sampled_from(('forall', 'exists')))} {name}: {type}. {inner})"
    if type == "P" and draw(st.booleans()):
        return f"sum(n[{name}] for {name}: P where {inner}) == {draw(st.integers(0, 1))}"
    return f"count({name}: {type} where {inner}) == {draw(st.integers(0, 1))}"


def _basic(scope: Scope) -> st.SearchStrategy[str]:
    p = st.sampled_from((*scope["P"], "_"))
    r = st.sampled_from((*scope["R"], "_"))
    choices = [
        st.builds(lambda r, p: f"issue({r}, {p})", r, p),
        r.map(lambda r: f"been({r})"),
        p.map(lambda p: f"bad({p})"),
    ]
    if scope["P"]:
        own = st.sampled_from(scope["P"])
        choices.append(st.builds(lambda p, n: f"n[{p}] == {n}", own, st.integers(0, 1)))
        choices.append(st.builds(lambda p, q: f"{p} == {q}", own, own))
    if scope["R"]:
        key = st.sampled_from(scope["R"])
        choices.append(key.map(lambda r: f"m[{r}] == none"))
        if scope["P"]:
            choices.append(st.builds(lambda r, p: f"m[{r}] == {p}", key, st.sampled_from(scope["P"])))
    return st.one_of(choices)


@st.composite
def claims(draw: st.DrawFn) -> str:
    if draw(st.booleans()):
        return f"on issue(r, p): {draw(formulas({'P': ('p',), 'R': ('r',)}, 3))}"
    return f"always: {draw(formulas({'P': (), 'R': ()}, 4))}"


PEOPLE, REQUESTS = st.sampled_from(("p1", "p2")), st.sampled_from(("r1", "r2"))
EVENTS = st.one_of(
    st.builds(lambda r, p: ("issue", (r, p)), REQUESTS, PEOPLE),
    REQUESTS.map(lambda r: ("been", (r,))),
    PEOPLE.map(lambda p: ("bad", (p,))),
)


def failures(
    specification: Specification, trace: list[Occurrence], scope: dict[str, tuple[Value, ...]]
) -> list[int | None]:
    return [failure.position for failure in evaluate(specification, trace, {}, scope=scope).violated]


@settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
@given(claims(), st.lists(EVENTS, min_size=1, max_size=4))
def test_values_never_seen_change_no_verdict(claim: str, events: list[tuple[str, tuple[str, ...]]]) -> None:
    module = check_text(f'{HEADER}invariant c "": {claim}').module
    assert module is not None
    specification = module.main
    judged: Claim = specification.claim("c")
    assume(judged.prove_only is None)
    trace = [Occurrence(name, values, at) for at, (name, values) in enumerate(events)]
    seen = {value for _, values in events for value in values}
    scope: dict[str, tuple[Value, ...]] = {
        "P": tuple(sorted(value for value in seen if value.startswith("p"))),
        "R": tuple(sorted(value for value in seen if value.startswith("r"))),
    }
    more = {entity: (*values, "stranger", "another") for entity, values in scope.items()}
    assert failures(specification, trace, scope) == failures(specification, trace, more)
