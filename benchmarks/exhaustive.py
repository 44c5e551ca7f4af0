"""How many states handlers of free persons have, and how long all of them take: `python benchmarks/exhaustive.py [DESIGN...]`.

The right designs of examples/overwritten_spool, asked for `right_person`, with as many persons as requests and one of all else. One scope, every
state up to symmetry that a run can need, process CPU seconds; a scope is given up after SECONDS of wall time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from honnin.compiler.explicit.monotone import monotone
from honnin.compiler.explicit.search import Search, TooLarge
from honnin.compiler.explicit.space import compile_product
from honnin.compiler.limit import OutOfTime
from honnin.compiler.proving.question import question
from honnin.spec.core import Check
from honnin.spec.load import check_file

SPOOL = Path(__file__).parents[1] / "examples" / "overwritten_spool" / "overwritten_spool.honnin"
DESIGNS: Final = ("request_name", "exclusive_create", "whole_section_lock", "counter_on_one_server")
SIZES: Final = (2, 4, 6, 8)
SECONDS: Final = 30


def main(designs: Sequence[str]) -> None:
    """One line for each design and number of handlers."""
    module = check_file(SPOOL).module
    assert module is not None
    print(f"{'design':22} {'handlers':>8} {'states':>8} {'CPU s':>6}")
    for design in designs or DESIGNS:
        about = question(module, Check(design, "satisfies", "right_person"))
        constants = monotone(about.product, about.properties)
        compiled = compile_product(about.product, about.properties, constants=constants, leave_out="orders")
        for size in SIZES:
            sizes = tuple(size if e in ("Request", "Person") else 1 for e in compiled.vocabulary.entities)
            search, started = Search(compiled, sizes), time.process_time()
            try:
                found = search.advance_to(1_000_000, 1, time.monotonic() + SECONDS, 10**6)
                assert found is None
                ending = ""
            except (OutOfTime, TooLarge) as reason:
                ending = f"  {type(reason).__name__}"
            seconds = time.process_time() - started
            print(f"{design:22} {size:8} {search.states:8} {seconds:6.2f}{ending}", flush=True)
            if ending:
                break


if __name__ == "__main__":
    main(sys.argv[1:])
