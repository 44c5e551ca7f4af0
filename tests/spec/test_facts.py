"""Facts from JSON: a given that is missing, or said wrongly, is a refusal to start."""

from __future__ import annotations

import pytest

from honnin.spec.core import BOOL, DURATION, INT, EntityT, EnumT, Given, OptionalT, RangeT, Specification
from honnin.spec.facts import Facts, FactTable, Missing, parse_facts, read_facts

PERSON = EntityT("Person")
KIND = EnumT("Kind", ("tax", "seal"))
LIMIT = Given("limit", (), INT)
SERVERS = Given("servers", (PERSON,), INT)
ENTITLED = Given("entitled", (PERSON, KIND, PERSON), BOOL)
PRICE = Given("price", (KIND, RangeT(1, 2)), DURATION)
NAMES = Given("names", (KIND,), OptionalT(PERSON))


def specification(*givens: Given) -> Specification:
    return Specification("s", None, (PERSON,), (KIND,), givens, (), (), (), ())


def facts(data: object, *givens: Given) -> Facts:
    result = read_facts(data, specification(*givens))
    assert not isinstance(result, tuple), result
    return result


def codes(data: object, *givens: Given) -> list[str]:
    result = read_facts(data, specification(*givens))
    assert isinstance(result, tuple)
    return [diagnostic.code for diagnostic in result]


def test_a_given_without_keys_is_its_value() -> None:
    assert facts({"limit": 5, "other": 1}, LIMIT) == {"limit": FactTable({(): 5}, Missing())}


def test_nested_objects_and_rows_say_the_same() -> None:
    nested = {"entitled": {"table": {"alice": {"tax": {"bob": True}}}, "default": False}}
    rows = {"entitled": {"table": [["alice", "tax", "bob", True]], "default": False}}
    assert facts(nested, ENTITLED) == facts(rows, ENTITLED)
    assert facts(rows, ENTITLED)["entitled"] == FactTable({("alice", "tax", "bob"): True}, False)


def test_a_default_alone_is_enough_and_integers_are_other_persons() -> None:
    assert facts({"servers": {"default": 1}}, SERVERS)["servers"] == FactTable({}, 1)
    rows = {"servers": {"table": [[1, 5], ["1", 6]], "default": 0}}
    assert facts(rows, SERVERS)["servers"].values == {(1,): 5, ("1",): 6}


def test_a_finite_table_lists_every_key() -> None:
    rows = [["tax", 1, 0.5], ["tax", 2, "1s"], ["seal", 1, 2], ["seal", 2, 3]]
    assert facts({"price": {"table": rows}}, PRICE)["price"].values["tax", 1] == 500_000
    assert codes({"price": {"table": rows[:3]}}, PRICE) == ["HN0624"]
    assert facts({"names": {"table": {"tax": None, "seal": "p"}}}, NAMES)["names"].values == {
        ("tax",): None,
        ("seal",): "p",
    }


@pytest.mark.parametrize(
    ("data", "given", "code"),
    [
        ([], LIMIT, "HN0620"),
        ({}, LIMIT, "HN0621"),
        ({"limit": True}, LIMIT, "HN0623"),
        ({"limit": 5.0}, LIMIT, "HN0623"),
        ({"limit": {"table": {}}}, LIMIT, "HN0623"),
        ({"servers": 1}, SERVERS, "HN0622"),
        ({"servers": {"p": 1}}, SERVERS, "HN0622"),
        ({"servers": {"table": {"p": 1}, "defualt": 1}}, SERVERS, "HN0622"),
        ({"servers": {"table": {"p": 1}}}, SERVERS, "HN0624"),
        ({"servers": {"table": {"p": "1"}, "default": 1}}, SERVERS, "HN0623"),
        ({"servers": {"table": 3, "default": 1}}, SERVERS, "HN0622"),
        ({"servers": {"table": [["p", 1, 2]], "default": 1}}, SERVERS, "HN0622"),
        ({"servers": {"table": [["p", 1], ["p", 1]], "default": 1}}, SERVERS, "HN0623"),
        ({"servers": {"table": {}, "default": None}}, SERVERS, "HN0623"),
        ({"entitled": {"table": {"alice": True}, "default": False}}, ENTITLED, "HN0622"),
        ({"entitled": {"table": {"alice": {"vax": {"bob": True}}}, "default": False}}, ENTITLED, "HN0623"),
        ({"price": {"table": {"tax": {"1": 0}}}}, PRICE, "HN0622"),
        ({"names": {"table": {"tax": None, "seal": None}, "default": None}}, NAMES, "HN0622"),
    ],
)
def test_wrong_facts_have_a_code(data: object, given: Given, code: str) -> None:
    assert codes(data, given) == [code]


def test_every_given_is_reported() -> None:
    assert codes({}, LIMIT, SERVERS) == ["HN0621", "HN0621"]


def test_no_message_quotes_a_person() -> None:
    result = read_facts({"servers": {"table": {"Hanako": "x"}, "default": 1}}, specification(SERVERS))
    assert isinstance(result, tuple)
    assert "Hanako" not in result[0].message


def test_the_text_is_strict_json() -> None:
    assert parse_facts('{"limit": 12}', specification(LIMIT)) == {"limit": FactTable({(): 12}, Missing())}
    for text in ('{"limit": 1, "limit": 1}', '{"limit": NaN}', "{", b"\xff"):
        result = parse_facts(text, specification(LIMIT))
        assert isinstance(result, tuple)
        assert [diagnostic.code for diagnostic in result] == ["HN0620"]
