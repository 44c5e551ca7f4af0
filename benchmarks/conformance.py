"""What it costs to hold a log against a design, beside choosing everything at the start: `python benchmarks/conformance.py`.

CPU milliseconds of this process, one run each. The log is a drawn run of tests/interleave/spool.honnin: requests that overlap, of 50
people, at most so many at work at a time. The peer takes every step of the reference meaning everywhere (tests/interleave/naive_conformance.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.interleave import naive_conformance

from honnin.compiler.conformance import Conformance, Observed, conforms
from honnin.spec.core import Module, Occurrence, Value
from honnin.spec.design import Design
from honnin.spec.facts import FactTable
from honnin.spec.load import check_text

FILE_EACH = """
system file_each extends one_file implements spool "A file for each request" {
  var file: Request -> Person?
  process handler(r: Request) {
    var asked: Person = any
    accept: { pick h: Person where entitled[h, asked] emit request(r, h, asked) }
    write: { file[r] := asked }
    print: { emit issue(r, file[r]!) }
  }
}
"""


@dataclass
class Work:
    """A log of a design, `hidden` events left out; `fault`: one certificate near the end shows another person."""

    design: str
    requests: int
    at_once: int
    people: int = 50
    hidden: tuple[str, ...] = ()
    fault: bool = False

    def observed(self) -> list[Observed]:
        random, asked, at_work = Random(1), dict[str, str](), list[tuple[str, str | None]]()
        events: list[tuple[str, tuple[Value, ...]]] = []
        file = ""
        while len(asked) < self.requests or at_work:
            begins = len(asked) < self.requests and len(at_work) < self.at_once
            if begins and (not at_work or random.random() < 0.5):
                name = f"r{len(asked)}"
                asked[name] = f"p{random.randrange(self.people)}"
                at_work.append((name, None))
                events.append(("request", (name, asked[name], asked[name])))
                continue
            index = random.randrange(len(at_work))
            name, written = at_work[index]
            if written is None:
                file = asked[name]
                at_work[index] = name, file
            else:
                del at_work[index]
                events.append(("issue", (name, file if self.design == "one_file" else written)))
        if self.fault:
            at = max(i for i, (event, _) in enumerate(events[: len(events) * 4 // 5]) if event == "issue")
            name, shown = events[at][1]
            events[at] = "issue", (name, "p0" if shown != "p0" else "p1")
        return [Occurrence(event, values) for event, values in events if event not in self.hidden]

    def of(self, module: Module) -> Design:
        people = tuple(f"p{number}" for number in range(self.people))
        requests = tuple(f"r{number}" for number in range(self.requests))
        facts = {"entitled": FactTable({(who, who): True for who in people}, False)}
        return Design(
            module.system(self.design), (module.main,), facts, {"Person": people, "Request": requests}
        )


WORK: Sequence[tuple[str, Work]] = (
    ("a file each, 300 requests, 8 at once", Work("file_each", 300, 8)),
    ("the same, requests not logged", Work("file_each", 300, 8, hidden=("request",))),
    ("the same, one certificate of another person: not allowed", Work("file_each", 300, 8, fault=True)),
    ("a file each, 1,000 requests, 8 at once", Work("file_each", 1000, 8)),
    ("one file, 300 requests, 4 at once", Work("one_file", 300, 4)),
    ("the same, one certificate of another person: not allowed", Work("one_file", 300, 4, fault=True)),
    ("one file, 300 requests, 8 at once", Work("one_file", 300, 8)),
    ("one file, 300 requests, 8 at once, requests not logged", Work("one_file", 300, 8, hidden=("request",))),
    ("a file each, 2 requests of 3 people", Work("file_each", 2, 2, people=3)),
    ("a file each, 3 requests of 3 people", Work("file_each", 3, 3, people=3)),
    ("a file each, 4 requests of 3 people", Work("file_each", 4, 4, people=3)),
)


def measured(method: Callable[..., Conformance], module: Module, work: Work) -> str:
    design, observed = work.of(module), work.observed()
    begun = time.process_time()
    answer = method(design, observed, hidden=work.hidden, seconds=120)
    return f"{type(answer).__name__} {1000 * (time.process_time() - begun):,.0f}"


def main() -> None:
    text = (ROOT / "tests" / "interleave" / "spool.honnin").read_text(encoding="utf-8")
    module = check_text(text + FILE_EACH).module
    assert module is not None
    for title, work in WORK:
        naive = measured(naive_conformance.conforms, module, work) if work.requests < 5 else "-"
        print(f"{title} | {measured(conforms, module, work)} | {naive}", flush=True)


if __name__ == "__main__":
    main()
