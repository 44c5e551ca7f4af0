"""Trees as trees: the nodes below a node, a tree with its nodes replaced, and how deep a tree is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from honnin.spec.records import fields, replace
from honnin.spec.source import Node

_N = TypeVar("_N", bound=Node)

# Nodes from a declaration down to a leaf. A chain of `and` or of `or` is one node; one of `+` is as deep as it is long. Every pass
# behind the parser may recurse, because the parser refuses deeper trees.
MAX_DEPTH: Final = 100


def too_deep(node: Node) -> Node | None:
    """A node below `node` that is nested more than MAX_DEPTH levels deep, if there is one. Needs no recursion."""
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return current
        waiting.extend((child, depth + 1) for child in children(current))
    return None


def walk(node: Node) -> Iterator[Node]:
    """The node and every node below it."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below a node, in order."""
    for name in _child_fields(type(node)):
        yield from _nodes(getattr(node, name))


def rebuilt(node: _N, change: Callable[[Any], Any]) -> _N:
    """The node with every node directly below it replaced by what `change` makes of it."""
    old = {name: getattr(node, name) for name in _child_fields(type(node))}
    new = {name: _changed(value, change) for name, value in old.items()}
    return replace(node, **new) if any(new[name] is not old[name] for name in old) else node


def _changed(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        parts = tuple(_changed(part, change) for part in value)
        return parts if any(new is not old for new, old in zip(parts, value, strict=True)) else value
    return value


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
