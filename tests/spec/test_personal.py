"""What may hold personal data, by the flow of values."""

from __future__ import annotations

from honnin.spec.load import check_text
from honnin.spec.personal import personal


def found(text: str) -> tuple[set[str], set[str]]:
    checked = check_text(f"spec s\nentity P, R\n{text}")
    assert checked.module is not None, checked.diagnostics
    entities, places = personal(checked.module.main)
    return set(entities), set(places)


def test_an_entity_with_one_personal_field_is_personal_as_a_whole() -> None:
    assert found("event e(personal p: P, q: R) event f(x: P)") == ({"P"}, set())
    assert found("event e(personal p: P?)") == ({"P"}, set())


def test_nothing_is_personal_that_receives_nothing_personal() -> None:
    assert found('event e(name: Text) state last: Text = "" after e(n) { last := n }') == (set(), set())


def test_text_flows_into_states() -> None:
    text = """
        event e(personal name: Text, r: R)
        state last: R -> Text?
        after e(n, r) { if last[r] == none { last[r] := n } }
    """
    assert found(text) == (set(), {"e.name", "last"})


def test_text_flows_from_state_to_state_in_any_order() -> None:
    text = """
        event e(personal name: Text) event move()
        state first: Text = "" state second: Text = "" state third: Text = ""
        after move() { third := (if first == second then "" else second) }
        after move() { second := first }
        after e(n) { first := n }
    """
    assert found(text) == (set(), {"e.name", "first", "second", "third"})


def test_text_flows_into_keys() -> None:
    text = """
        event e(personal name: Text, r: R)
        state seen: R, Text -> Bool
        after e(n, r) { seen[r, n] := true }
    """
    assert found(text) == (set(), {"e.name", "seen#1"})


def test_alternatives_bind_one_name_to_several_fields() -> None:
    text = """
        event e(name: Text) event f(personal name: Text)
        state last: Text = ""
        after e(n) or f(n) { last := n }
    """
    assert found(text) == (set(), {"f.name", "last"})
