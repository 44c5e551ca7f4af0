"""Five properties of a certificate log in one pass: `python benchmarks/oracle_certificates.py [EVENTS]`.

The log: requests for certificates of one to three pages, 50 in flight at any moment, each page issued on its own; ten events a second,
so that all deadlines are kept. The properties: every page shows the person it was requested for; the card holder was entitled;
no page is issued twice; pages come in order; the first page comes within a minute.

Beside the generated oracle stands what one would write by hand: one class with a method for each event and dictionaries. The careful one
checks the type of every value, refuses text that cannot be encoded, and times that go back, as the oracle does; the bare one checks
none of that. Neither has a lock, counts what each claim had to say, masks personal values or can explain a violation.
reelay is measured on the first property alone where it is installed (`pip install reelay`).

CPU seconds of this process, of 15 rounds in each of which every row runs once, in an order drawn anew: the median of the rates, and the quartiles of
what a row takes of what by hand took in its round. Latencies are wall time per call: on a busy machine their tail is that of the machine.
"""

from __future__ import annotations

import gc
import json
import random
import resource
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from statistics import quantiles
from types import ModuleType
from typing import Any, TypeAlias

from rounds import compared, rounds

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.load import check_text

SPECIFICATION = """
spec certificate_log "Certificates issued at convenience stores"
entity Person, Terminal, Request
enum Kind { residence_record, family_register, seal_registration }
given entitled: Person, Kind, Person -> Bool "who may ask for whose certificate"
input  event request(request: Request, terminal: Terminal, personal holder: Person, personal wanted: Person, kind: Kind)
output event issue(request: Request, personal subject: Person, kind: Kind, page: Int)
state wanted: Request -> Person?
state pages: Request -> Int
after request(r, _, _, w, _) { wanted[r] := w }
after issue(r, _, _, _) { pages[r] += 1 }
invariant right_person "Every page shows the person it was requested for": on issue(r, s, _, _): wanted[r] == s
invariant may_have_it "The card holder was entitled": on request(_, _, h, w, k): entitled[h, k, w]
invariant once_only "No page is issued twice": on issue(r, _, _, page): not earlier issue(r, _, _, page)
invariant in_order "Every page follows the one before": on issue(r, _, _, page): page == pages[r] + 1
invariant answered "The first page comes in a minute": on request(r, _, _, _, _): eventually[<= 60s] issue(r, _, _, 1)
"""
BOUNDED = """
spec bounded_log "The same, of what is at most ten minutes old"
entity Person, Terminal, Request
enum Kind { residence_record, family_register, seal_registration }
given entitled: Person, Kind, Person -> Bool "who may ask for whose certificate"
input  event request(request: Request, terminal: Terminal, personal holder: Person, personal wanted: Person, kind: Kind)
output event issue(request: Request, personal subject: Person, kind: Kind, page: Int)
const OPEN: Duration = 10min
invariant right_person "Asked for": on issue(r, s, k, _): once[<= OPEN] request(r, _, _, s, k)
invariant may_have_it "Entitled": on request(_, _, h, w, k): entitled[h, k, w]
invariant once_only "No page twice": on issue(r, _, _, page): not earlier[<= OPEN] issue(r, _, _, page)
invariant in_order "In order": on issue(r, _, _, page): page == count[<= OPEN](issue(r, _, _, _))
invariant answered "The first page comes in a minute": on request(r, _, _, _, _): eventually[<= 60s] issue(r, _, _, 1)
"""
RETAINED = SPECIFICATION.replace(
    "entity Person, Terminal, Request", "entity Person, Terminal\nentity Request retain 10min"
)
"""The first properties word by word; a request that no event has named for ten minutes is released."""
FACTS = {"entitled": {"table": [["nobody", "seal_registration", "nobody", False]], "default": True}}
KINDS = ("residence_record", "family_register", "seal_registration")
IN_FLIGHT = 50
PEER_EVENTS = 20_000
BY_HAND = "by hand, values checked"

Log: TypeAlias = list[tuple[Any, ...]]


def log(events: int, seed: int = 1) -> Iterator[tuple[Any, ...]]:
    """`events` events: ("request", request, terminal, holder, wanted, kind, at) and ("issue", request, subject, kind, page, at)."""
    draw = random.Random(seed)
    waiting: list[list[Any]] = []
    number = 0
    for position in range(events):
        at = position // 10
        if len(waiting) < IN_FLIGHT:
            number += 1
            person, kind = f"p{draw.randrange(100_000)}", KINDS[number % 3]
            waiting.append([f"r{number}", person, kind, 1, draw.randint(1, 3)])
            yield "request", f"r{number}", f"t{number % 20}", person, person, kind, at
            continue
        place = draw.randrange(IN_FLIGHT) if position % 2 else 0
        one = waiting[place]
        yield "issue", one[0], one[1], one[2], one[3], at
        one[3] += 1
        if one[3] > one[4]:
            waiting.pop(place)


# ---------------------------------------------------------------- by hand


class Careful:
    """What one would write by hand, with every value checked."""

    def __init__(self) -> None:
        self.entitled = {("nobody", "seal_registration", "nobody"): False}
        self.wanted: dict[str | int, str | int] = {}
        self.pages: dict[str | int, int] = {}
        self.printed: set[tuple[str | int, int]] = set()
        self.open: dict[str | int, int] = {}
        self.due: deque[tuple[float, str | int, int]] = deque()
        self.position = 0
        self.now: float = -1
        self.violations: list[tuple[str, int, Any]] = []

    def request(
        self,
        request: str | int,
        terminal: str | int,
        holder: str | int,
        wanted: str | int,
        kind: str,
        at: float,
    ) -> None:
        if not (request.isascii() if type(request) is str else type(request) is int):
            self.refuse(request)
        if not (terminal.isascii() if type(terminal) is str else type(terminal) is int):
            self.refuse(terminal)
        if not (holder.isascii() if type(holder) is str else type(holder) is int):
            self.refuse(holder)
        if not (wanted.isascii() if type(wanted) is str else type(wanted) is int):
            self.refuse(wanted)
        if type(kind) is not str or kind not in KINDS:
            raise ValueError("kind")
        if (type(at) is not int and type(at) is not float) or at < self.now:
            raise ValueError("at")
        self.now = at
        self.position += 1
        while self.due and self.due[0][0] < at:
            self.late()
        if not self.entitled.get((holder, kind, wanted), True):
            self.violations.append(("may_have_it", self.position, request))
        self.open[request] = self.position
        self.due.append((at + 60, request, self.position))
        self.wanted[request] = wanted

    def issue(self, request: str | int, subject: str | int, kind: str, page: int, at: float) -> None:
        if not (request.isascii() if type(request) is str else type(request) is int):
            self.refuse(request)
        if not (subject.isascii() if type(subject) is str else type(subject) is int):
            self.refuse(subject)
        if type(kind) is not str or kind not in KINDS or type(page) is not int:
            raise ValueError("kind or page")
        if (type(at) is not int and type(at) is not float) or at < self.now:
            raise ValueError("at")
        self.now = at
        self.position += 1
        while self.due and self.due[0][0] < at:
            self.late()
        self.judge(request, subject, page)

    def judge(self, request: str | int, subject: str | int, page: int) -> None:
        if self.wanted.get(request) != subject:
            self.violations.append(("right_person", self.position, request))
        if (request, page) in self.printed:
            self.violations.append(("once_only", self.position, request))
        before = self.pages.get(request, 0)
        if page != before + 1:
            self.violations.append(("in_order", self.position, request))
        if page == 1:
            self.open.pop(request, None)
        self.printed.add((request, page))
        self.pages[request] = before + 1

    def refuse(self, value: object) -> None:
        """What is not plain text: only half a surrogate pair, or what is no text, is refused."""
        if not isinstance(value, str):
            raise TypeError("value")
        value.encode()

    def late(self) -> None:
        _, request, position = self.due.popleft()
        if self.open.get(request) == position:
            del self.open[request]
            self.violations.append(("answered", self.position, request))


class Bare(Careful):
    """The same without a look at what comes in."""

    def request(
        self,
        request: str | int,
        terminal: str | int,
        holder: str | int,
        wanted: str | int,
        kind: str,
        at: float,
    ) -> None:
        self.position += 1
        while self.due and self.due[0][0] < at:
            self.late()
        if not self.entitled.get((holder, kind, wanted), True):
            self.violations.append(("may_have_it", self.position, request))
        self.open[request] = self.position
        self.due.append((at + 60, request, self.position))
        self.wanted[request] = wanted

    def issue(self, request: str | int, subject: str | int, kind: str, page: int, at: float) -> None:
        self.position += 1
        while self.due and self.due[0][0] < at:
            self.late()
        self.judge(request, subject, page)


# ---------------------------------------------------------------- ours, and the peer


def generated(text: str = SPECIFICATION) -> tuple[ModuleType, float]:
    """The generated module, and the CPU seconds from the specification's text to it (its first oracle made)."""
    started = time.process_time()
    module = check_text(text).module
    if module is None:
        raise SystemExit("the specification is wrong")
    made = ModuleType("generated")
    sys.modules["generated"] = made
    source = generate(lower(module.main, module.main.claims), module.digest, standalone=False)
    exec(compile(source, "generated", "exec"), made.__dict__)  # noqa: S102
    made.Oracle("collect", FACTS)
    return made, time.process_time() - started


def reelay_rate(events: Iterable[tuple[Any, ...]]) -> str:
    try:
        import reelay
    except ImportError:
        return "absent"
    formula = (
        "historically(forall[r,s]. ({event: issue, request:*r, subject:*s} -> "
        "once({event: request, request:*r, wanted:*s})))"
    )
    update = reelay.discrete_timed_monitor(pattern=formula, semantics="boolean", condense=False).update
    told = [
        {"event": "request", "request": event[1], "wanted": event[4]}
        if event[0] == "request"
        else {"event": "issue", "request": event[1], "subject": event[2]}
        for event in events
    ]
    started = time.process_time()
    for event in told:
        update(event)
    return f"{len(told) / (time.process_time() - started):,.0f}"


# ---------------------------------------------------------------- measuring


def direct(monitor: Any, events: Log) -> float:
    """CPU seconds for all events, each a call of its method."""
    request, issue = monitor.request, monitor.issue
    gc.collect()
    started = time.process_time()
    for event in events:
        if event[0] == "request":
            request(event[1], event[2], event[3], event[4], event[5], event[6])
        else:
            issue(event[1], event[2], event[3], event[4], event[5])
    spent = time.process_time() - started
    if monitor.violations or monitor.position != len(events):
        raise SystemExit(f"{type(monitor).__name__} is wrong")
    return spent


def timed(make: Callable[[], Any], events: Log) -> float:
    """CPU seconds of a monitor that has seen nothing yet."""
    return direct(make(), events)


def loop_alone(events: Log) -> float:
    """CPU seconds of the loop that reports the events, without what it calls."""

    def nothing(*_: object) -> None:
        pass

    started = time.process_time()
    for event in events:
        if event[0] == "request":
            nothing(event[1], event[2], event[3], event[4], event[5], event[6])
        else:
            nothing(event[1], event[2], event[3], event[4], event[5])
    return time.process_time() - started


def latencies(monitor: Any, events: Log) -> tuple[float, float]:
    """Microseconds per call that half of the calls take at most, and that 99 of 100 do."""
    clock = time.perf_counter_ns
    taken = []
    for event in events:
        method = monitor.request if event[0] == "request" else monitor.issue
        arguments = event[1:]
        started = clock()
        method(*arguments)
        taken.append(clock() - started)
    cuts = quantiles(taken, n=100)
    return cuts[49] / 1000, cuts[98] / 1000


def lines_of(events: Log) -> list[bytes]:
    names = {
        "request": ("event", "request", "terminal", "holder", "wanted", "kind", "at"),
        "issue": ("event", "request", "subject", "kind", "page", "at"),
    }
    return [json.dumps(dict(zip(names[event[0]], event, strict=True))).encode() for event in events]


def from_lines(monitor: Any, lines: list[bytes]) -> float:
    started = time.process_time()
    for line in lines:
        monitor.observe_line(line)
    return time.process_time() - started


MEMORY = """
import resource, sys
sys.path.insert(0, {folder!r})
import oracle_certificates as here
made, _ = here.generated(here.{text})
oracle = made.Oracle("collect", here.FACTS, shared=False)
for event in here.log(1000): getattr(oracle, event[0])(*event[1:])
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
base = resident()
oracle = made.Oracle("collect", here.FACTS, shared=False)
for event in here.log({events}): getattr(oracle, event[0])(*event[1:])
assert not oracle.violations, oracle.violations[0]
print((resident() - base) // 2**20)
"""


def memory(text: str, events: int) -> int:
    """Resident MB over what the process has after 1,000 events, when it has worked on so many (the log is made as it goes). On Linux."""
    folder = __file__.rpartition("/")[0] or "."
    script = MEMORY.format(folder=folder, events=events, text=text)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return int(done.stdout)


def main() -> None:
    """Prints a table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    events = list(log(count))
    made, started = generated()
    monitors: dict[str, Callable[[], Any]] = {
        BY_HAND: Careful,
        "by hand, bare": Bare,
        "oracle, one thread, no causes": lambda: made.Oracle("collect", FACTS, shared=False, explain=False),
        "oracle, one thread": lambda: made.Oracle("collect", FACTS, shared=False),
        "oracle, shared by threads": lambda: made.Oracle("collect", FACTS),
    }
    found = rounds({name: partial(timed, make, events) for name, make in monitors.items()})
    print(f"{count:,} events, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")
    print(
        f"specification to running oracle: {started:.2f} CPU s; the loop alone: {loop_alone(events):.2f} CPU s"
    )
    for name, make in monitors.items():
        half, most = latencies(make(), events[: count // 4])
        print(f"{compared(name, found, BY_HAND, count)}   p50 {half:.2f} us, p99 {most:.2f} us")
    lines = lines_of(events[: count // 4])
    spent = from_lines(made.Oracle("collect", FACTS, shared=False), lines)
    print(f"{'oracle, lines of JSON':<32} {len(lines) / spent:>12,.0f} events/s")
    most = 10 * count
    print(f"memory over base after {most:,} events of the bounded properties: {memory('BOUNDED', most)} MB")
    print(
        f"memory over base after {most:,} events of the properties with `retain`: {memory('RETAINED', most)} MB"
    )
    print(f"{'reelay, the first property alone':<32} {reelay_rate(events[:PEER_EVENTS]):>12} events/s")


if __name__ == "__main__":
    main()
