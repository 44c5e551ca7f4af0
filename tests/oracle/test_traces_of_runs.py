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
