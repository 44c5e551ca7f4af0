"""How deep a tree is, without recursion: every pass behind the parser may recurse, because the parser refuses deeper trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

from honnin.spec.source import Node

# Nodes from a declaration down to a leaf. A chain of `and` or of `or` is one node; one of `+` is as deep as it is long.
MAX_DEPTH: Final = 100


def too_deep(node: Node) -> Node | None:
    """A node below `node` that is nested more than MAX_DEPTH levels deep, if there is one."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return current
        waiting.extend((child, depth + 1) for child in children(current))
    return None


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in order."""
    for name in _child_fields(type(node)):
        yield from _nodes(getattr(node, name))


def _nodes(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes(part)


def _child_fields(kind: type[Node]) -> tuple[str, ...]:
    found = _FIELDS.get(kind)
    if found is None:
        found = tuple(field.name for field in fields(kind) if field.name not in ("span", "comments"))
        _FIELDS[kind] = found
    return found


_FIELDS: dict[type[Node], tuple[str, ...]] = {}
