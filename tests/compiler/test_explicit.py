"""The explicit search against the reference meaning, and what it is made of."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from itertools import permutations

import pytest

from honnin.compiler.explicit.hunt import Hunt
from honnin.compiler.explicit.layout import LAZY, NONE, State
from honnin.compiler.explicit.monotone import monotone
from honnin.compiler.explicit.names import short_names
from honnin.compiler.explicit.search import Search, TooLarge
from honnin.compiler.explicit.space import Compiled, compile_product
from honnin.compiler.explicit.watch import Watched
from honnin.compiler.proving.question import Question, question
from honnin.spec.core import Check, Module
from honnin.spec.load import check_file, check_text
from tests.examples.modules import EXAMPLES
from tests.laws.walk import TooMany, sought, walk

from .random_designs import drawn_design

SCOPE = {"R": ("r1", "r2"), "P": ("p1", "p2")}


def module(text: str) -> Module:
    checked = check_text(text)
    assert checked.module is not None, checked.diagnostics
    return checked.module


def asked(text: str, target: str, relation: str = "satisfies") -> Question:
    made = module(text)
    return question(made, Check(made.systems[0].name, relation, target))  # type: ignore[arg-type]


def everything(compiled: Compiled) -> int:
    return (1 << len(compiled.watch.watched)) - 1


def soon() -> float:
    return time.monotonic() + 50


# ---------------------------------------------------------------- as the reference has it


def compare(seed: int, depth: int) -> None:
    """The first level at which something shows, and that it shows there, with and without what makes the search fast."""
    made = module(drawn_design(seed))
    for target, relation in (("s", "satisfies"), ("v", "reaches")):
        check = Check("d", relation, target)  # type: ignore[arg-type]
        try:
            walked = walk(made, "d", sought(made, check), SCOPE, depth)
        except TooMany:
            continue
        about = question(made, check)
        constants = monotone(about.product, about.properties)
        for compiled in (
            compile_product(about.product, about.properties, whole=True),
            compile_product(about.product, about.properties),
            compile_product(about.product, about.properties, constants=constants),
        ):
            search = Search(compiled, (2, 2))
            found = search.advance_to(depth, everything(compiled), soon(), 10**6)
            if found is None:
                assert not walked.found
            else:
                shown = next(compiled.watch.of(found.bits))
                assert (len(found.steps), shown.name in walked.found) == (walked.steps, True)


@pytest.mark.parametrize("seed", range(10))
def test_random_designs_as_the_reference_has_them(seed: int) -> None:
    compare(seed, 2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 200))
def test_many_random_designs_as_the_reference_has_them(seed: int) -> None:
    compare(seed, 3)


# ---------------------------------------------------------------- the designs of the language page

CERTIFICATES = """
spec certificates "Certificates"
entity Person, Terminal, Request
enum Kind { residence_record, seal_registration }
given entitled: Person, Kind, Person -> Bool
input event request(request: Request, terminal: Terminal, holder: Person, wanted: Person, kind: Kind)
output event issue(request: Request, subject: Person)
state wanted: Request -> Person?
after request(r, _, _, w, _) { wanted[r] := w }
invariant right_person "": on issue(r, s): wanted[r] == s
invariant may_have_it "": on request(_, _, h, w, k): entitled[h, k, w]
cover served "": on issue(_, _): true
cover three_served "": sometime: exists a, b, c: Request.
  a != b and b != c and a != c and handler_done[a] and handler_done[b] and handler_done[c]
state handler_done: Request -> Bool
after issue(r, _) { handler_done[r] := true }
system buffer implements certificates {
  var buffer: BUFFER
  process handler(r: Request) {
    var p: Person = any
    accept: { pick t: Terminal where entitled[p, residence_record, p] emit request(r, t, p, p, residence_record) }
    render: { PLACE := p }
    print: { emit issue(r, PLACE!) }
  }
}
"""
SHARED = CERTIFICATES.replace("BUFFER", "Person?").replace("PLACE", "buffer")
KEYED = CERTIFICATES.replace("BUFFER", "Request -> Person?").replace("PLACE", "buffer[r]")


def hunted(about: Question, depth: int) -> Hunt:
    """A hunt that found nothing in so many steps."""
    hunt = Hunt(about.product, about.properties)
    while hunt.depth < depth:
        assert hunt.advance(soon(), 10**6) is None
    return hunt


def test_the_shared_buffer_falls_in_five_steps_with_two_of_everything_that_needs_two() -> None:
    about = asked(SHARED, "right_person")
    hunt = hunted(about, 4)
    sighting = hunt.advance(soon(), 10**6)
    assert sighting is not None
    assert sighting.shows == Watched("certificates", "right_person")
    assert [move.step.removeprefix("handler.") for move in sighting.run.moves] == [
        "accept",
        "accept",
        "render",
        "render",
        "print",
    ]
    assert sighting.run.scope == {"Person": ("p1", "p2"), "Terminal": ("t1",), "Request": ("r1", "r2")}
    assert hunt.certain


def test_the_same_run_is_found_every_time() -> None:
    runs = []
    for _ in range(2):
        hunt = hunted(asked(SHARED, "right_person"), 4)
        sighting = hunt.advance(soon(), 10**6)
        assert sighting is not None
        runs.append(sighting.run)
    assert runs[0] == runs[1]


def test_the_keyed_buffer_has_no_run_of_six_steps_that_goes_wrong() -> None:
    hunt = hunted(asked(KEYED, "certificates"), 6)
    assert hunt.certain
    assert hunt.compiled.watch.was_exercised(hunt.done) == {"right_person": True, "may_have_it": True}


def test_a_run_that_needs_three_values_is_not_missed() -> None:
    hunt = hunted(asked(KEYED, "three_served", "reaches"), 8)
    sighting = hunt.advance(soon(), 10**6)
    assert sighting is not None
    assert len(sighting.run.moves) == 9
    assert len(sighting.run.scope["Request"]) == 3
    assert len(sighting.run.scope["Person"]) == 1


def test_a_guard_that_is_true_of_few_values_only_is_not_missed() -> None:
    text = """
    spec s
    entity N
    event go(n: N)
    state gone: N -> Bool
    after go(n) { gone[n] := true }
    invariant never "": always: not forall n: N. gone[n]
    system d implements s { action step(n: N) { emit go(n) } }
    """
    hunt = hunted(asked(text, "never"), 0)
    sighting = hunt.advance(soon(), 10**6)
    assert sighting is not None
    assert sighting.run.scope == {"N": ("n1",)}


# ---------------------------------------------------------------- symmetry


def states_of(text: str, sizes: tuple[int, ...], target: str, depth: int) -> tuple[Search, list[State]]:
    about = asked(text, target)
    search = Search(compile_product(about.product, about.properties, whole=True), sizes)
    search.advance_to(depth, 0, soon(), 10**6)
    return search, list(search.parents)


def test_a_canonical_form_is_a_renaming_and_most_renamings_share_it() -> None:
    search, states = states_of(SHARED, (2, 1, 3), "certificates", 5)
    symmetry = search.symmetry
    requests = next(entity for entity in symmetry._entities if entity.index == 2)
    for state in states[::7]:
        form, known, names = symmetry.canonical(state)
        assert all(sorted(one) == list(range(len(one))) for one in names)
        renamings = {
            symmetry.canonical(requests.renamed(state, order))[0] for order in permutations(range(3))
        }
        assert len(renamings) <= 2
        assert known == symmetry.canonical(form)[1]


def test_eight_handlers_have_few_states() -> None:
    search, states = states_of(KEYED, (1, 1, 8), "right_person", 40)
    assert search.exhausted
    assert len(states) < 1000


@pytest.mark.parametrize(
    ("design", "most"), [("whole_section_lock", 50), ("request_name", 10), ("exclusive_create", 1_500)]
)
def test_six_handlers_of_free_persons_have_few_states(design: str, most: int) -> None:
    made = check_file(EXAMPLES / "overwritten_spool" / "overwritten_spool.honnin").module
    assert made is not None
    about = question(made, Check(design, "satisfies", "right_person"))
    constants = monotone(about.product, about.properties)
    compiled = compile_product(about.product, about.properties, constants=constants, leave_out="orders")
    sizes = tuple(6 if e in ("Request", "Person") else 1 for e in compiled.vocabulary.entities)
    search = Search(compiled, sizes)
    assert search.advance_to(1_000, 1, soon(), 10**6) is None
    assert search.exhausted
    assert search.states < most


def test_values_that_nothing_is_known_of_come_last() -> None:
    search, states = states_of(SHARED, (3, 1, 3), "certificates", 4)
    layout = search.space.layout
    counter = next(slot for slot in layout.vocabulary.slots if slot.name == "@handler")
    first = layout.bases[counter.number]
    for state in states:
        _, known, _ = search.symmetry.canonical(state)
        labels = state[first : first + 3]
        assert all(label == 0 for label in labels[known[2] :])


# ---------------------------------------------------------------- small parts


def test_short_names() -> None:
    assert short_names(("Request", "Person"), (2, 1)) == {"Request": ("r1", "r2"), "Person": ("p1",)}
    assert short_names(("Record", "Request"), (1, 1)) == {"Record": ("rec1",), "Request": ("req1",)}
    assert short_names(("R", "r"), (1, 1)) == {"R": ("R1",), "r": ("r1",)}
    assert short_names(("人", "端末"), (2, 1)) == {"人": ("人1", "人2"), "端末": ("端末1",)}
    names = short_names(("A", "A1", "A11"), (12, 2, 1))
    assert len({name for values in names.values() for name in values}) == 15


def test_a_given_that_only_helps_is_taken_to_be_true() -> None:
    about = asked(SHARED, "right_person")
    assert monotone(about.product, about.properties) == {"entitled": True}
    about = asked(SHARED, "certificates")
    assert monotone(about.product, about.properties) == {}


def test_what_does_not_matter_is_left_out() -> None:
    about = asked(SHARED, "right_person")
    names = {slot.name for slot in compile_product(about.product, ()).vocabulary.slots}
    assert "certificates::handler_done" not in names
    assert {"buffer", "handler.p", "certificates::wanted"} <= names


def test_a_search_that_was_cut_short_can_be_taken_up_again() -> None:
    about = asked(KEYED, "certificates")
    compiled = compile_product(about.product, about.properties)
    whole, cut = Search(compiled, (2, 1, 2)), Search(compiled, (2, 1, 2))
    whole.advance_to(6, 0, soon(), 10**6)
    for limit in (5, 20, 60, 10**6):
        try:
            cut.advance_to(6, 0, soon(), limit)
        except TooLarge:
            continue
    assert set(cut.parents) == set(whole.parents)


def test_a_search_holds_no_more_than_there_is_room_for() -> None:
    about = asked(KEYED, "certificates")
    compiled = compile_product(about.product, about.properties)
    whole, close = Search(compiled, (2, 1, 2)), Search(compiled, (2, 1, 2))
    whole.advance_to(40, 0, soon(), 10**6)
    assert whole.exhausted
    close.room = whole.held // 4
    with pytest.raises(TooLarge):
        close.advance_to(40, 0, soon(), 10**6)
    assert close.held <= close.room
    close.room = whole.held
    close.advance_to(40, 0, soon(), 10**6)
    assert set(close.parents) == set(whole.parents)


def test_a_word_of_room_is_a_word_of_memory() -> None:
    about = asked(KEYED, "certificates")
    search = Search(compile_product(about.product, about.properties), (6, 1, 7))
    search.room = 300_000
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            search.advance_to(100, 0, soon(), 10**6)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1.5 * 8 * search.room


def test_the_searches_of_a_hunt_share_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("honnin.compiler.explicit.hunt.ROOM", 500)
    about = asked(KEYED, "certificates")
    hunt = Hunt(about.product, about.properties)
    with suppress(TooLarge):
        while not hunt.is_over:
            assert hunt.advance(soon(), 10**6) is None
    assert not hunt.certain


def test_none_and_not_chosen_are_no_values() -> None:
    assert NONE < -(10**30) < 10**30 < LAZY
