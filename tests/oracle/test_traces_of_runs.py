"""Runs in the formats of other tools: the Informal Trace Format, and Mermaid."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from honnin.oracle.itf import encoded
from honnin.oracle.mermaid import coded
from honnin.spec.core import BOOL, INT, EntityT, OptionalT

SPEC = "certificate_issuance.honnin"


def test_the_states_change_as_the_run_says(honnin: Callable[..., Any], tmp_path: Path) -> None:
    ran = honnin("prove", "--format", "json", "--traces", tmp_path, SPEC)
    run = ran.records[0]["check"]["run"]
    name = "certificate_issuance-shared_buffer-right_person"
    trace = json.loads((tmp_path / f"{name}.itf.json").read_text(encoding="utf-8"))
    states = trace["states"]
    assert [state["#meta"]["index"] for state in states] == list(range(len(run["steps"]) + 1))
    assert all(set(trace["vars"]) <= set(state) for state in states)
    assert set(trace["params"]) == set(states[0]) - set(trace["vars"]) - {"#meta"}
    for before, after, step in zip(states, states[1:], run["steps"], strict=False):
        changed = {v for v in trace["vars"] if before[v] != after[v]} - {"@step", "@events"}
        assert changed == {change["place"] for change in step["changes"]}
        assert [event["event"] for event in after["@events"]] == [e["event"] for e in step["events"]]
    assert states[-1]["buffer"] == {"tag": "Some", "value": "p2"}
    diagram = (tmp_path / f"{name}.mmd").read_text(encoding="utf-8").splitlines()
    assert diagram[0] == "sequenceDiagram"
    assert "    t1->>v0: 4 render: buffer := p2" in diagram
    assert "    Note over t1,v0: overwrites what handler[r1] wrote" in diagram


def test_values() -> None:
    assert encoded(2**60, INT) == {"#bigint": "1152921504606846976"}
    assert encoded(True, BOOL) is True
    assert encoded(None, OptionalT(EntityT("Person"))) == {"tag": "None", "value": {"#tup": []}}


def test_what_means_something_to_mermaid_is_coded() -> None:
    assert coded("a;b#c<d") == "a#59;b#35;c#60;d"


def is_value(found: Any) -> bool:
    """Whether it is a value of the format: its description, and the types of the readers of Quint and itf-rs."""
    match found:
        case bool() | str():
            return True
        case {"#bigint": str() as digits, **rest}:
            return not rest and digits.lstrip("-").isdigit()
        case {"#tup": list() as items, **rest} | {"#set": list() as items, **rest}:
            return not rest and all(map(is_value, items))
        case {"#map": list() as pairs, **rest}:
            return not rest and all(len(pair) == 2 and all(map(is_value, pair)) for pair in pairs)
        case list():
            return all(map(is_value, found))
        case dict():
            return all(isinstance(name, str) and name[0] != "#" for name in found) and all(
                map(is_value, found.values())
            )
        case _:
            return False


VALUES = """spec values
entity Person
enum Kind { one, two }
given limit: Kind -> Int
event e(p: Person, n: Int, k: Kind, t: Text)
invariant never "never": on e(_, _, _, _): false
system d implements values {
  var held: Person, Kind -> Int?
  var seen: Kind?
  var many: Int -> Bool
  action go(p: Person, k: Kind) {
    when limit[k] > 3
    held[p, k] := 7
    seen := k
    many[40] := true
    emit e(p, -5, k, "x")
  }
}
check d violates never
"""


def test_every_value_is_one_of_the_format(honnin: Callable[..., Any], tmp_path: Path) -> None:
    file = tmp_path / "values.honnin"
    file.write_text(VALUES)
    assert honnin("prove", "--traces", tmp_path, file).status == 0
    trace = json.loads((tmp_path / "values-d-never.itf.json").read_text(encoding="utf-8"))
    assert set(trace) == {"#meta", "params", "vars", "states"}
    for number, state in enumerate(trace["states"]):
        assert state.pop("#meta") == {"index": number}
        assert all(map(is_value, state.values())), state
    last = trace["states"][-1]
    assert last["@events"][0]["n"] == {"#bigint": "-5"}
    assert last["seen"]["tag"] == "Some"
    assert [[key["#bigint"], value] for key, value in last["many"]["#map"]] == [["40", True]]
    assert not is_value({"#bigint": 5}) and not is_value(5) and not is_value(None)
