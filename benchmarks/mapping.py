"""What reading a log by a mapping costs: the compiled mapping beside a function written by hand, and lines that need no mapping.

`python benchmarks/mapping.py` prints microseconds of process CPU time per line, least of seven rounds.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from honnin.compiler.runtime.base import read_object
from honnin.oracle import load
from honnin.spec.logs.reading import read_mapped_line

SPEC = """spec printing
entity Person, Request
enum Kind { residence_record, seal_registration }
event issue(request: Request, personal subject: Person, kind: Kind)
invariant once_only "no request twice": on issue(r, _, _): not earlier issue(r, _, _)
from json "audit" {
  at .time as milliseconds
  when .action == "PRINT" and .body != none
    => issue(.reqId, .body.person, .doc as { "JUMIN": residence_record, "INKAN": seal_registration })
  otherwise ignore
}
"""
LINE = {
    "time": 1795651200123,
    "action": "PRINT",
    "reqId": "r1",
    "doc": "JUMIN",
    "body": {"person": "p7"},
    "host": "kiosk-7",
}
PLAIN = {"at": 1795651200.123, "event": "issue", "request": "r1", "subject": "p7", "kind": "residence_record"}
KINDS = {"JUMIN": "residence_record", "INKAN": "seal_registration"}
COUNT = 20_000


def by_hand(record: dict[str, Any]) -> Any:
    """The same with the same care, as one would write it."""
    body = record.get("body")
    if record.get("action") != "PRINT" or body is None:
        return ()
    at, request, person, kind = record.get("time"), record.get("reqId"), body.get("person"), record.get("doc")
    if type(at) is not int or type(request) is not str or type(person) is not str or kind not in KINDS:
        raise ValueError
    return ((0, (request, person, KINDS[kind]), at * 1000),)


def least(work: Callable[[Any], Any], argument: Any) -> float:
    """Microseconds for one call."""
    rounds = []
    for _ in range(7):
        begin = time.process_time()
        for _ in range(COUNT):
            work(argument)
        rounds.append(time.process_time() - begin)
    return min(rounds) / COUNT * 1e6


def main() -> None:
    """Every way in turn."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "printing.honnin"
        file.write_text(SPEC)
        spec = load(file)
        audit, oracle, text, plain = (
            spec.mapping("audit"),
            spec.oracle("collect"),
            json.dumps(LINE),
            json.dumps(PLAIN),
        )
        assert audit.read(LINE) == by_hand(LINE)
        main_spec, mapping = spec.specification, spec.specification.mapping("audit")
        ways: list[tuple[str, Callable[[Any], Any], Any]] = [
            ("the compiled mapping, of an object", audit.read, LINE),
            ("a function by hand, of an object", by_hand, LINE),
            ("JSON alone (read_object)", read_object, text),
            ("the compiled mapping, of a line", audit.read, text),
            ("a line that needs no mapping (read_line)", oracle.read_line, plain),
            (
                "the reference meaning, of a line",
                lambda line: read_mapped_line(line, mapping, main_spec, needs_time=False),
                text,
            ),
        ]
        for name, work, argument in ways:
            print(f"{name:42} {least(work, argument):7.2f}")


if __name__ == "__main__":
    main()
