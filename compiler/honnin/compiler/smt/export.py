"""Obligations of a proof as SMT-LIB, for solvers other than z3: one file each, that needs nothing beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import z3

_NUMBERED = re.compile(r"(?<![\w!$?])(\$x|\?x|S|c)(\d+)(?=\b|_)")
"""The names that z3 and `Universe` give: sorts with their members, constants and functions, shared terms."""


def smtlib(facts: Sequence[z3.BoolRef]) -> str:
    """A script that asks whether the facts can hold together; the obligation is met if they cannot.

    Names are numbered as they come, so the same obligation gives the same text.
    """
    solver = z3.SimpleSolver()
    solver.add(*facts)
    lines = [line for line in solver.to_smt2().splitlines() if not line.startswith((";", "(set-info"))]
    numbers: dict[str, str] = {}

    def renumbered(found: re.Match[str]) -> str:
        return numbers.setdefault(found[0], f"{found[1]}{len(numbers)}")

    return _NUMBERED.sub(renumbered, "\n".join(("(set-logic ALL)", *lines))) + "\n"
