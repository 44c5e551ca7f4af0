"""How many events per second a generated oracle takes: `python benchmarks/oracle_throughput.py [EVENTS]`.

The specification is that of the first page of the language reference, and the same with invariants about every page and about a
total over all accounts. Every event's values are checked, the lock is taken, and every claim is judged.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from itertools import islice
from types import ModuleType

from honnin.compiler.generator.module import generate
from honnin.compiler.lower import lower
from honnin.spec.load import check_text

CERTIFICATES = """
spec certificate_issuance "Certificates issued at convenience stores"
entity Person, Terminal, Request
enum Kind { residence_record, family_register, seal_registration }
given entitled: Person, Kind, Person -> Bool "who may ask for whose certificate"
input  event request(request: Request, terminal: Terminal, personal holder: Person, personal wanted: Person, kind: Kind)
output event issue(request: Request, personal subject: Person, kind: Kind, page: Int)
state wanted: Request -> Person?
after request(r, _, _, w, _) { wanted[r] := w }
invariant right_person "Every page shows the person it was requested for":
  on issue(r, s, _, _): wanted[r] == s
invariant may_have_it "The card holder was entitled to request it":
  on request(_, _, h, w, k): entitled[h, k, w]
cover served "A certificate can be issued at all": on issue(_, _, _, _): true
"""

PAGES = """
state pages: Request -> Int
after issue(r, _, _, _) { pages[r] += 1 }
invariant once_only "No page is issued twice": on issue(r, _, _, page): not earlier issue(r, _, _, page)
invariant in_order "Every page follows the one before": on issue(r, _, _, page): page == pages[r] + 1
invariant asked_for "What is issued was asked for": on issue(r, s, k, _): once request(r, _, _, s, k)
"""

DEADLINE = """
invariant answered "Every request is answered in a minute": on request(r, _, _, _, _): eventually[<= 60s] issue(r, _, _, 1)
"""

MONEY = """
spec money
entity Account
event transfer(payer: Account, payee: Account, yen: Int)
state held: Account -> Int
after transfer(a, b, n) { held[a] -= n  held[b] += n }
invariant conserved "Nothing is made or lost": always: sum(held[a] for a: Account) == 0
invariant bounded "Nobody holds too much": always: forall a: Account. held[a] < 1000000000
"""

FACTS = {"entitled": {"table": [], "default": True}}


def module(text: str) -> ModuleType:
    """The generated standalone module of a specification."""
    checked = check_text(text)
    if checked.module is None:
        raise SystemExit("\n".join(diagnostic.message for diagnostic in checked.diagnostics))
    made = ModuleType("generated")
    sys.modules["generated"] = made
    source = generate(lower(checked.module.main, checked.module.main.claims), checked.module.digest)
    exec(source, made.__dict__)  # noqa: S102
    return made


def rate(name: str, events: int, run: Callable[[], object]) -> None:
    start = time.process_time()
    run()
    spent = time.process_time() - start
    print(f"{name:<58} {events / spent:>12,.0f} events/s {spent / events * 1e6:>8.2f} us each")


def certificates(name: str, text: str, events: int, *, timed: bool = False) -> None:
    people = [f"p{number % 1000}" for number in range(events // 2)]
    requests = [f"r{number}" for number in range(events // 2)]
    oracle = module(text).Oracle("collect", FACTS)

    def direct() -> None:
        for number, (request, person) in enumerate(zip(requests, people, strict=True)):
            at = number if timed else None
            oracle.request(request, "t1", person, person, "residence_record", at)
            oracle.issue(request, person, "residence_record", 1, at)

    rate(name, events, direct)
    if oracle.violations or oracle.position != events:
        raise SystemExit("the oracle is wrong")


def lines(name: str, text: str, events: int) -> None:
    told = []
    for number in range(events // 2):
        request = {
            "event": "request",
            "request": f"r{number}",
            "terminal": "t1",
            "holder": "p",
            "wanted": "p",
        }
        told.append(json.dumps({**request, "kind": "residence_record"}).encode())
        issue = {
            "event": "issue",
            "request": f"r{number}",
            "subject": "p",
            "kind": "residence_record",
            "page": 1,
        }
        told.append(json.dumps(issue).encode())
    oracle = module(text).Oracle("collect", FACTS)

    def read() -> None:
        for line in told:
            oracle.observe_line(line)

    rate(name, len(told), read)


def money(name: str, events: int, accounts: int) -> None:
    oracle = module(MONEY).Oracle("collect")
    pairs = [(number % accounts, (number * 7919 + 1) % accounts) for number in range(events)]
    for payer, payee in islice(pairs, accounts):
        oracle.transfer(payer, payee, 5)

    def direct() -> None:
        for payer, payee in pairs:
            oracle.transfer(payer, payee, 5)

    rate(name, events, direct)
    if oracle.violations:
        raise SystemExit("the oracle is wrong")


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
    certificates("certificates, direct calls", CERTIFICATES, events)
    certificates("certificates with every page, direct calls", CERTIFICATES + PAGES, events)
    certificates(
        "certificates with pages and a deadline, direct calls",
        CERTIFICATES + PAGES + DEADLINE,
        events,
        timed=True,
    )
    lines("certificates with every page, lines of JSON", CERTIFICATES + PAGES, events // 4)
    money("money over 1,000 accounts, direct calls", events // 2, 1_000)
    money("money over 100,000 accounts, direct calls", events // 2, 100_000)


if __name__ == "__main__":
    main()
