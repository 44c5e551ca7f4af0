"""The search with unchosen values and delayed hidden steps, against the one that chooses everything and takes every step everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from honnin.compiler.conformance import (
    Allowed,
    Conformance,
    Label,
    NotAllowed,
    Observed,
    Unsettled,
    conforms,
    reads_time,
)
from honnin.spec.core import Occurrence, Value
from honnin.spec.design import Configuration, Design, initial_states, steps
from honnin.spec.facts import Facts, FactTable
from honnin.spec.load import check_text
from tests.compiler.random_designs import drawn_design
from tests.interleave import naive_conformance

SCOPE: dict[str, tuple[Value, ...]] = {"R": ("r1", "r2"), "P": ("p1", "p2")}


def drawn(seed: int) -> Design:
    random = Random(seed)
    module = check_text(drawn_design(seed)).module
    assert module is not None
    facts: Facts = {}
    for given in module.main.givens:
        if given.name == "g":
            facts = {**facts, "g": FactTable({(p,): random.random() < 0.6 for p in SCOPE["P"]}, False)}
        else:
            facts = {**facts, "owner": FactTable({(r,): random.choice(SCOPE["P"]) for r in SCOPE["R"]}, "p1")}
    return Design(module.systems[0], (module.main,), facts, SCOPE)


def shown_by_a_walk(
    design: Design, random: Random, hidden: frozenset[str], labelled: frozenset[str]
) -> list[Observed]:
    """What is observed of a run of the design of at most nine steps."""
    starts = list(initial_states(design))
    shown: list[Observed] = []
    if not starts:
        return shown
    state: Configuration = random.choice(starts)
    for _ in range(random.randint(2, 9)):
        ways = list(steps(state))
        if not ways:
            break
        taken = random.choice(ways)
        if taken.move.step in labelled:
            shown.append(Label(taken.move.step, taken.move.arguments))
        shown += [Occurrence(e.event, e.values, None) for e in taken.emitted if e.event not in hidden]
        state = taken.next
    return shown


def changed(shown: Sequence[Observed], random: Random) -> list[Observed]:
    """The same, or with one observation left out, doubled, exchanged with its neighbour, or with another value."""
    found = list(shown)
    how = random.choice(("as it is", "left out", "doubled", "exchanged", "other value", "other value"))
    if not found or how == "as it is":
        return found
    at = random.randrange(len(found))
    match how:
        case "left out":
            del found[at]
        case "doubled":
            found.insert(at, found[at])
        case "exchanged":
            found[at - 1], found[at] = found[at], found[at - 1]
        case _:
            one = found[at]
            if isinstance(one, Occurrence) and one.values[-1] in SCOPE["P"]:
                found[at] = Occurrence(one.event, (*one.values[:-1], random.choice(SCOPE["P"])))
    return found


def compare(seed: int) -> Conformance:
    design, random = drawn(seed), Random(seed)
    hidden = frozenset(random.sample(["a", "b", "c"], random.choice((0, 0, 1))))
    labelled = frozenset(random.sample(["h.l1", "h.l2", "h.l3"], random.choice((0, 0, 1))))
    observed = changed(shown_by_a_walk(design, random, hidden, labelled), random)
    judged = naive_conformance.conforms(design, observed, hidden=hidden, states=20_000, seconds=10)
    found = conforms(design, observed, hidden=hidden, seconds=30)
    match judged:
        case Unsettled():
            return judged
        case Allowed():
            assert isinstance(found, Allowed)
            assert explains(design, found.steps, observed, hidden)
        case NotAllowed():
            assert isinstance(found, NotAllowed)
            assert found.index == judged.index
            assert set(found.instead) == set(judged.instead) or found.more
    return judged


def explains(
    design: Design, way: Sequence[Label], observed: Sequence[Observed], hidden: frozenset[str]
) -> bool:
    """Whether the reference meaning can take these steps, whatever is chosen in them, so that this is observed."""
    labelled = {one.step for one in observed if isinstance(one, Label)}
    states = [(start, 0) for start in initial_states(design)]
    for label in way:
        following = []
        for state, index in states:
            for taken in steps(state):
                if (taken.move.step, taken.move.arguments) == (label.step, label.arguments):
                    shown: list[Observed] = [label] if label.step in labelled else []
                    shown += [
                        Occurrence(e.event, e.values, None) for e in taken.emitted if e.event not in hidden
                    ]
                    shown = shown[: max(len(observed) - index, 1)]
                    if list(observed[index : index + len(shown)]) == shown:
                        following.append((taken.next, index + len(shown)))
        states = following
    return any(index == len(observed) for _, index in states)


# ---------------------------------------------------------------- time

TIMED = """
spec s "timed"
entity R
event a(r: R)
event b(r: R)
event c(r: R)
system d implements s {{
  var begun: R -> Time?
  var last: Time?
  process h(r: R) {{
    l1: {{ {0} }}
    l2: {{ {1} }}
    l3: {{ {2} goto l1 }}
  }}
  action t(r: R) {{ {3} }}
}}
"""
TIMED_GUARDS = (
    "",
    "when begun[r] == none",
    "when begun[r] != none and now <= begun[r]! + 2ms",
    "when begun[r] != none and now - begun[r]! >= 1ms",
    "when begun[r] != none and begun[r]! + 1ms != now",
    "when last != none and now > last!",
    "when last == none or now == last!",
)
TIMED_EFFECTS = ("begun[r] := now", "begun[r] := none", "last := now", "last := begun[r]")
MILLISECOND, SCOPE_OF_TIMED = 1000, {"R": ("r1", "r2")}


def timed(seed: int) -> tuple[Design, list[Observed]]:
    random = Random(seed)

    def step(emitted: str) -> str:
        effects = random.sample(TIMED_EFFECTS, random.randint(0, 1))
        return " ".join((random.choice(TIMED_GUARDS), *effects, emitted))

    emitted = ("emit a(r)", random.choice(("emit b(r)", "")), "emit c(r)", "")
    module = check_text(TIMED.format(*map(step, emitted))).module
    assert module is not None
    moments = sorted(random.choices(range(6), k=random.randint(1, 5)))
    events = [(random.choice("aabc"), (random.choice(SCOPE_OF_TIMED["R"]),)) for _ in moments]
    observed: list[Observed] = [
        Occurrence(event, values, moment * MILLISECOND)
        for (event, values), moment in zip(events, moments, strict=True)
    ]
    return Design(module.systems[0], (module.main,), {}, SCOPE_OF_TIMED), observed


def compare_timed(seed: int) -> Conformance:
    """Against every multiple of half a millisecond, where all that is compared differs by whole ones."""
    design, observed = timed(seed)
    if not reads_time(design.system, design.specifications):
        return Unsettled(0, "no time in it")
    judged = naive_conformance.conforms(design, observed, states=5_000, seconds=10, grid=MILLISECOND // 2)
    found = conforms(design, observed, seconds=3)
    match judged, found:
        case Unsettled(), _:
            pass
        case _, Unsettled(reason=reason):
            assert "keeps the time" in reason or "out of time" in reason
            return found
        case Allowed(), _:
            assert isinstance(found, Allowed)
        case NotAllowed(index=index), _:
            assert isinstance(found, NotAllowed)
            assert found.index == index
    return judged


@pytest.mark.parametrize("seed", range(60))
def test_times_of_drawn_designs(seed: int) -> None:
    compare_timed(seed)


def test_both_answers_about_times_are_drawn() -> None:
    answers = [type(compare_timed(seed)) for seed in range(60)]
    assert answers.count(Allowed) > 5
    assert answers.count(NotAllowed) > 5


# ---------------------------------------------------------------- values


@pytest.mark.parametrize("seed", range(60))
def test_logs_of_drawn_designs(seed: int) -> None:
    compare(seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(60, 3000))
def test_many_logs_of_drawn_designs(seed: int) -> None:
    compare(seed)


def test_both_answers_are_drawn() -> None:
    """What the comparison rests on: it is not always the same answer."""
    answers = [type(compare(seed)) for seed in range(0, 60, 2)]
    assert answers.count(Allowed) > 5
    assert answers.count(NotAllowed) > 5
