"""What frozen classes with slots cost to define and to use, made in four ways: `python benchmarks/records.py`.

CPU microseconds for a class of three fields and a base with a fourth one (a place, which no comparison looks at), least of five processes:
its definition from compiled code, an instance, a comparison of equal ones, a hash; and milliseconds for the library's import, typing's
and functools' being there already.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Final

CLASSES: Final = 300

HEADS: Final = {
    "standard library": "from dataclasses import dataclass, field",
    "honnin.spec.records": "from honnin.spec.records import dataclass, field",
    "msgspec.Struct": "import msgspec",
    "by hand": "",
}

DECORATED: Final = (
    """
@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    span: object = field(default=None, compare=False, repr=False)
""",
    """
@dataclass(frozen=True, slots=True)
class C{n}(Base):
    left: object
    right: object
    title: object = None
""",
)

# A Struct compares every field or none: one that leaves the place out would have to be compared by hand.
STRUCT: Final = (
    """
class Base(msgspec.Struct, frozen=True, kw_only=True):
    span: object = None
""",
    """
class C{n}(Base, frozen=True):
    left: object
    right: object
    title: object = None
""",
)

BY_HAND: Final = (
    """
class Base:
    __slots__ = ("span",)
    def __setattr__(self, name, value): raise AttributeError(name)
    def __delattr__(self, name): raise AttributeError(name)
""",
    """
class C{n}(Base):
    __slots__ = ("left", "right", "title")
    __match_args__ = ("left", "right", "title")
    def __init__(self, left, right, title=None, *, span=None):
        put = object.__setattr__
        put(self, "left", left)
        put(self, "right", right)
        put(self, "title", title)
        put(self, "span", span)
    def __repr__(self):
        return f"C{n}(left={{self.left!r}}, right={{self.right!r}}, title={{self.title!r}})"
    def __eq__(self, other):
        if other.__class__ is not self.__class__:
            return NotImplemented
        return (self.left, self.right, self.title) == (other.left, other.right, other.title)
    def __hash__(self):
        return hash((self.left, self.right, self.title))
""",
)

PROGRAM: Final = """
import functools, typing, collections.abc, reprlib, sys, time
clock = time.process_time
head, base, body = sys.argv[1:4]
started = clock()
space = {"__name__": "__main__"}
exec(head, space)
imported = clock() - started
exec(base, space)
code = compile("".join(body.replace("{n}", str(n)).replace("{{", "{").replace("}}", "}") for n in range(CLASSES)), "<classes>", "exec")
started = clock()
exec(code, space)
defined = (clock() - started) / CLASSES
kind = space["C1"]

def each(work, times=100_000):
    started = clock()
    for _ in range(times):
        work()
    return (clock() - started) / times

one, two = kind("a", "b"), kind("a", "b")
print(imported * 1e3, defined * 1e6, each(lambda: kind("a", "b")) * 1e6, each(lambda: one == two) * 1e6, each(lambda: hash(one)) * 1e6)
""".replace("CLASSES", str(CLASSES))


def figures(way: str) -> list[float]:
    """The least of each figure in five processes."""
    base, body = {"msgspec.Struct": STRUCT, "by hand": BY_HAND}.get(way, DECORATED)
    command = [sys.executable, "-c", PROGRAM, HEADS[way], base, body]
    runs = (subprocess.run(command, capture_output=True, text=True, check=True) for _ in range(5))
    return [min(each) for each in zip(*([float(x) for x in run.stdout.split()] for run in runs), strict=True)]


def main() -> None:
    """Prints a table."""
    print(
        "| way | import, ms | a class, µs | an instance, µs | ==, µs | hash, µs |\n| --- | --- | --- | --- | --- | --- |"
    )
    for way in HEADS:
        imported, defined, *used = figures(way)
        print(
            f"| {way} | {imported:.1f} | {defined:.0f} | "
            + " | ".join(f"{figure:.2f}" for figure in used)
            + " |"
        )


if __name__ == "__main__":
    main()
