"""Snapshots of an oracle: nothing personal in clear, and never given to an oracle that would misunderstand them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from honnin.compiler.runtime.base import SettingRefused
from honnin.compiler.runtime.snapshot import SnapshotRefused
from honnin.oracle import load

KEY = b"0123456789abcdef"
TEXTS = """spec texts
entity Person
event enter(personal name: Text, who: Person)
event leave(personal name: Text)
given known: Text -> Bool
state last: Text = "nobody"
after enter(n, _) { last := n }
invariant right "whoever leaves entered last": on leave(n): last == n or n == "caretaker"
invariant listed "only who is known enters": on enter(n, _): known[n]
"""
FACTS = {"known": {"table": {"田中": True, "nobody": False}, "default": False}}


def entitled(*people: str) -> dict[str, Any]:
    return {"entitled": {"table": [[p, "tax", p, True] for p in people], "default": False}}


@pytest.fixture
def texts(tmp_path: Path) -> Any:
    file = tmp_path / "texts.honnin"
    file.write_text(TEXTS, encoding="utf-8")
    return load(file)


def test_personal_values_are_kept_as_digests(specification: Path) -> None:
    spec = load(specification)
    facts = json.loads((specification.parent / "site.json").read_text())
    oracle = spec.oracle("collect", facts=facts, mask_key=KEY, sealed=True)
    plain = spec.oracle("collect", facts=facts, mask_key=KEY)
    for line in (specification.parent / "swapped.jsonl").read_text().splitlines():
        oracle.observe_line(line)
        plain.observe_line(line)
    assert oracle.violations == plain.violations != []
    told = json.dumps(oracle.snapshot())
    assert "alice" not in told and "bob" not in told
    assert "r1" in told
    again = spec.oracle("collect", facts=facts, mask_key=KEY, sealed=True)
    again.restore(json.loads(told))
    assert again.violations == oracle.violations and again.finish() == oracle.finish()


def test_without_a_seal_personal_values_are_not_written(specification: Path) -> None:
    facts = json.loads((specification.parent / "site.json").read_text())
    with pytest.raises(SnapshotRefused, match="a key must seal them"):
        load(specification).oracle("collect", facts=facts, mask_key=KEY).snapshot()
    assert load(specification).oracle("collect", facts=facts, reveal=True).snapshot()
    with pytest.raises(SettingRefused):
        load(specification).oracle("collect", facts=facts, sealed=True)


def test_the_texts_of_a_specification_are_compared_with_sealed_ones(texts: Any) -> None:
    oracle = texts.oracle("collect", facts=FACTS, mask_key=KEY, sealed=True)
    oracle.leave(name="nobody")
    oracle.enter(name="田中", who="p")
    oracle.leave(name="田中")
    oracle.leave(name="caretaker")
    assert oracle.violations == []
    told = json.dumps(oracle.snapshot(), ensure_ascii=False)
    assert "田中" not in told
    oracle.enter(name="nobody", who="p")
    assert [v.invariant for v in oracle.violations] == ["listed"]
    told = json.dumps(oracle.snapshot())
    assert "nobody" not in told
    again = texts.oracle("collect", facts=FACTS, mask_key=KEY, sealed=True)
    again.restore(json.loads(told))
    again.leave(name="nobody")
    assert len(again.violations) == 1
    again.leave(name="田中")
    assert len(again.violations) == 2


def test_only_texts_that_meet_personal_ones_are_sealed(tmp_path: Path) -> None:
    """`copy` meets `name` by way of a state, `known` by its key; `kind` meets nothing personal."""
    file = tmp_path / "meeting.honnin"
    file.write_text(
        """spec meeting
        event enter(personal name: Text, kind: Text) event leave(copy: Text, kind: Text) event other(known: Text)
        given listed: Text -> Text
        state last: Text = "" state kinds: Text -> Bool
        after enter(n, k) { last := n kinds[k] := true }
        invariant same: on leave(c, k): last == c and kinds[k]
        invariant on_the_list: on enter(n, _): listed[n] != "no"
        """
    )
    oracle = load(file).oracle(
        "collect", facts={"listed": {"table": {"a": "b"}, "default": "no"}}, mask_key=KEY, sealed=True
    )
    assert oracle._SEALED_FIELDS == ((0,), (0,), ())
    assert oracle._SEALED_GIVENS == {"listed": (True, False)}
    oracle.enter(name="a", kind="visit")
    oracle.leave(copy="a", kind="visit")
    assert oracle.violations == []
    told = json.dumps(oracle.snapshot())
    assert '"a"' not in told and "visit" in told
    oracle.leave(copy="b", kind="trip")
    assert oracle.violations[0].event["kind"] == "trip"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "this is no snapshot"),
        ({"version": 99}, "of version 1"),
        ({"digest": "other"}, "the specification is not the one"),
        ({"explain": False}, "keeps causes where this one keeps none"),
        ({"layout": "other"}, "another version of honnin"),
        ({"key": "other"}, "another key, or with none"),
        ({"facts": "other"}, "the facts are not those"),
    ],
)
def test_a_snapshot_of_something_else_is_refused(texts: Any, change: dict[str, Any], why: str) -> None:
    oracle = texts.oracle("collect", facts=FACTS, mask_key=KEY, sealed=True)
    oracle.enter(name="田中", who="p")
    before = oracle.snapshot()
    with pytest.raises(SnapshotRefused, match=why):
        oracle.restore({**before, **change})
    assert oracle.snapshot() == before


def test_other_facts_in_another_order_are_the_same_facts(texts: Any) -> None:
    told = texts.oracle("collect", facts=FACTS, reveal=True).snapshot()
    turned = {"known": {"default": False, "table": [["nobody", False], ["田中", True]]}}
    texts.oracle("collect", facts=turned, reveal=True).restore(told)


def test_an_integer_of_any_size_survives(tmp_path: Path) -> None:
    file = tmp_path / "big.honnin"
    file.write_text(
        "spec big\nevent a(x: Int)\nstate n: Int\nafter a(x) { n := n * x }\nstate m: Int\nafter a(x) { m := x }\n"
    )
    spec = load(file)
    oracle = spec.oracle("collect")
    oracle.a(x=-(10**4200))
    again = spec.oracle("collect")
    again.restore(json.loads(json.dumps(oracle.snapshot())))
    assert again.snapshot() == oracle.snapshot()
