"""Two requests at the same time on the real server: `python race.py one_second_name`, `request_name` or `exclusive_create`.

Both threads are held at a barrier until both are accepted, early in a second of the clock, and again until both have written:
the moment at which two stores met within one second. Nothing else is arranged, and every event is the server's own.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

from server import CertificateServer, ExclusiveCreate, Naming, OneSecondName, Report, Request, RequestName

from honnin.oracle import load

NAMINGS: dict[str, Naming] = {
    "one_second_name": OneSecondName(),
    "request_name": RequestName(),
    "exclusive_create": ExclusiveCreate(),
}
REQUESTS = (
    Request("r1", "alice", "residence_record", "alice"),
    Request("r2", "bob", "residence_record", "bob"),
)
FACTS = {
    "entitled": {
        "table": [[r.holder, r.kind, r.wanted, True] for r in REQUESTS],
        "default": False,
    }
}


def run(naming: Naming, report: Report) -> None:
    """Both requests, in two threads, on a spool directory of their own."""
    barrier = threading.Barrier(len(REQUESTS))

    def pause(moment: str) -> None:
        barrier.wait(timeout=30)
        if moment == "accepted":
            wait_for_a_young_second()

    with tempfile.TemporaryDirectory() as spool:
        server = CertificateServer(Path(spool), naming, report, pause)
        threads = [threading.Thread(target=server.handle, args=(request,)) for request in REQUESTS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def wait_for_a_young_second() -> None:
    """Returns well inside the first half of a second of the clock, so that both requests fall into one."""
    fraction = time.time() % 1
    if fraction > 0.5:
        time.sleep(1.05 - fraction)


def main(name: str) -> int:
    """Runs one design; 1 when the oracle found a violation."""
    specification = load(Path(__file__).with_name("overwritten_spool.honnin"))
    oracle = specification.oracle(on_violation="collect", facts=FACTS)
    run(NAMINGS[name], oracle.observe)
    oracle.finish()
    for violation in oracle.violations:
        print(violation)
    print(f"{name}: {len(oracle.violations)} violations in {oracle.position} events")
    return 1 if oracle.violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
