"""What a claim makes an event look through, entry by entry."""

from __future__ import annotations

import pytest

from honnin.compiler.cost.through import Through, looked_through

from .harness import load

HEAD = """spec s
entity Show, Seat, Buyer
enum Class { stalls, circle }
event sell(s: Show, x: Seat, b: Buyer)
event move(x: Seat, c: Class)
event end(s: Show)
state sold: Show, Seat -> Buyer?
state class_of: Seat -> Class?
state full: Class -> Int
after sell(s, x, b) { sold[s, x] := b }
after end(s) { for x: Seat where sold[s, x] != none { sold[s, x] := none } }
after move(x, c) { class_of[x] := c full[c] += 1 }
"""


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("on sell(s, _, b): count(x: Seat where sold[s, x] == b) < 4", []),
        ("on sell(s, x, _): sold[s, x] == none", []),
        ("on sell(s, x, b): not earlier sell(s, x, b)", []),
        ("on sell(s, x, b): eventually[<= 1h] end(s)", []),
        ("always: forall c: Class. full[c] < 9", []),
        ("on sell(_, x, b): not exists s: Show. sold[s, x] == b", []),
        (
            "always: forall s: Show. forall x: Seat. sold[s, x] == none or class_of[x] != none",
            ["sold"],
        ),
        ("on end(_): count(x: Seat where class_of[x] == some_class) < 4", []),
        (
            "always: forall s: Show. forall b: Buyer. count(x: Seat where sold[s, x] == b) <= 4",
            ["sold", "Buyer"],
        ),
    ],
)
def test_what_has_no_end_is_named(claim: str, expected: list[str]) -> None:
    claim = claim.replace("some_class", "stalls")
    specification = load(f'{HEAD}invariant i "": {claim}\n').main
    found = looked_through(specification, specification.claims[0])
    assert [one.what for one in found] == expected, found


def test_the_events_are_those_at_which_it_is_looked_at() -> None:
    text = 'invariant i "": on move(x, _): not exists s: Show. sold[s, x] != none and class_of[x] == none\n'
    text += 'invariant j "": on end(s): not exists y: Seat. class_of[y] == circle and full[circle] > 3\n'
    first, second = (c for c in load(HEAD + text).main.claims)
    assert looked_through(load(HEAD + text).main, first) == ()
    assert looked_through(load(HEAD + text).main, second) == (Through("class_of", ("end",)),)
