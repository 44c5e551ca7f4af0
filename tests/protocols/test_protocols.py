"""The published protocols: what the prover answers to each check, with its good design and with its bug.

The numbers of steps are those of an exhaustive search among few values. A design with a seeded bug is never proved; one without is
never refuted. What is quick must be decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from honnin.compiler.answers import Proved, Reached, Refuted, Unknown
from honnin.compiler.prove import prove
from honnin.spec.core import Check, Module
from honnin.spec.load import check_file

FOLDER = Path(__file__).parent
NAMES = sorted(file.stem for file in FOLDER.glob("*.honnin"))
QUICK = (
    "client_server",
    "firewall",
    "lock_server_async",
    "lock_server_sync",
    "moesi",
    "peterson",
    "primary_backup",
    "simple_decentralized_lock",
)
"""Protocols each check of which takes less than two seconds."""
TIMEOUT = 60.0

FEWEST = {
    ("chord_join", "in_order"): 2,
    ("client_server", "asked_for"): 3,
    ("client_server_database", "asked_for"): 7,
    ("consensus_epr", "consensus_epr"): 10,
    ("consensus_epr", "one_value"): 10,
    ("consensus_forall", "consensus_forall"): 6,
    ("consensus_forall", "one_value"): 6,
    ("consensus_without_decide", "at_most_one"): 8,
    ("consensus_without_decide", "consensus_without_decide"): 8,
    ("decentralized_lock", "decentralized_lock"): 4,
    ("decentralized_lock", "one_holder"): 2,
    ("distributed_lock", "distributed_lock"): 7,
    ("distributed_lock", "one_says"): 7,
    ("fencing_tokens", "fencing_tokens"): 4,
    ("fencing_tokens", "one_writer"): 4,
    ("firewall", "asked_first"): 1,
    ("german_cache", "alone"): 8,
    ("hybrid_reliable_broadcast", "hybrid_reliable_broadcast"): 6,
    ("hybrid_reliable_broadcast", "unforgeable"): 6,
    ("learning_switch", "learning_switch"): 3,
    ("learning_switch", "no_cycle"): 5,
    ("lock_server_async", "lock_server_async"): 12,
    ("lock_server_async", "one_holder"): 12,
    ("lock_server_sync", "lock_server_sync"): 1,
    ("lock_server_sync", "one_client"): 3,
    ("moesi", "alone"): 3,
    ("multi_signature", "all_agreed"): 5,
    ("paxos", "one_value"): 8,
    ("paxos", "paxos"): 8,
    ("peterson", "alone"): 6,
    ("peterson", "peterson"): 6,
    ("primary_backup", "primary_backup"): 4,
    ("primary_backup", "survives"): 3,
    ("quorum_leader", "one_leader"): 4,
    ("raft_election", "at_most_one"): 5,
    ("ricart_agrawala", "alone"): 6,
    ("ricart_agrawala", "ricart_agrawala"): 6,
    ("ring_leader_election", "at_most_one"): 6,
    ("ring_leader_election", "ring_leader_election"): 6,
    ("sharded_store", "one_value"): 4,
    ("sharded_store_no_lost_keys", "somewhere"): 3,
    ("simple_decentralized_lock", "one_holder"): 2,
    ("ticket_lock", "alone"): 4,
    ("ticket_lock", "ticket_lock"): 4,
    ("ticket_lock_numbers", "alone"): 6,
    ("ticket_lock_numbers", "ticket_lock_numbers"): 6,
    ("token_tree", "alone"): 4,
    ("toy_consensus_epr", "one_value"): 4,
    ("toy_consensus_epr", "toy_consensus_epr"): 4,
    ("toy_consensus_forall", "one_value"): 4,
    ("toy_consensus_forall", "toy_consensus_forall"): 4,
    ("two_phase_commit", "agreement"): 5,
    ("two_phase_commit", "two_phase_commit"): 4,
}
"""Steps of the shortest run of the design with the seeded bug that breaks a property."""


@cache
def module(name: str) -> Module:
    found = check_file(FOLDER / f"{name}.honnin")
    assert found.module is not None, found.diagnostics
    return found.module


def checks() -> Iterator[object]:
    """Every check of every file; those of the slower files are for the long run."""
    for name in NAMES:
        marks = () if name in QUICK else (pytest.mark.long,)
        for check in module(name).checks:
            words = f"{name}-{check.subject}-{check.relation}-{check.target}"
            yield pytest.param(name, check, id=words, marks=marks)


@pytest.mark.parametrize(("name", "check"), list(checks()))
def test_the_answer_to_each_check(name: str, check: Check) -> None:
    """Never the opposite of what is so; the quick ones are decided."""
    verdict = prove(module(name), check, timeout=TIMEOUT).verdict
    match check.relation, verdict:
        case "violates", Refuted(counterexample=run, shortest=shortest):
            fewest = FEWEST[name, check.target]
            assert len(run.steps) == fewest if shortest else len(run.steps) >= fewest
        case ("satisfies", Proved()) | ("reaches", Reached()):
            pass
        case _, Unknown():
            assert name not in QUICK, verdict
        case _:
            pytest.fail(f"wrong answer: {verdict}")


@pytest.mark.parametrize("name", NAMES)
def test_each_file_has_a_good_design_and_a_bug_for_its_first_property(name: str) -> None:
    first, *others = module(name).checks
    assert first.relation == "satisfies"
    assert any(c.relation == "violates" and c.target == first.target for c in others)
    assert all((name, c.target) in FEWEST for c in others if c.relation == "violates")


@pytest.mark.parametrize("name", NAMES)
def test_the_comment_tells_where_it_was_published_and_what_is_asked(name: str) -> None:
    text = (FOLDER / f"{name}.honnin").read_text(encoding="utf-8")
    comment = text[: text.index("\nentity" if "\nentity" in text else "\nenum")]
    assert re.search(r"\b(19|20)\d\d\b", comment)
    assert all(word in comment for word in ("# Property", "Form: ", "# Bug: "))


def rows() -> Iterator[dict[str, str]]:
    """The rows of the generated table, by the words at its head."""
    lines = [
        line for line in (FOLDER / "TABLE.md").read_text(encoding="utf-8").splitlines() if line[:1] == "|"
    ]
    head, _, *others = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    for cells in others:
        yield dict(zip((*head[:-2], "bug", "CPU s of the bug"), cells, strict=True))


def test_the_table_has_every_protocol_and_says_nothing_that_the_tests_deny() -> None:
    """`python benchmarks/protocols.py` makes it anew."""
    measured = {re.sub(r"\[(.*)\]\(.*\)", r"\1", row["protocol"]): row for row in rows()}
    assert sorted(measured) == NAMES
    for name, row in measured.items():
        assert row["property"] == module(name).checks[0].target
        assert row["verdict"] in {"proved", "proved, after the limit", "unknown"}
        assert row["verdict"] == "proved" or name not in QUICK
        assert row["bug"] in {f"refuted in {FEWEST[name, row['property']]} steps", "unknown"}
        assert float(row["MiB"]) < 1024
