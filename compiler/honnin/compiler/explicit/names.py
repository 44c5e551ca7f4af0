"""Short names for the entity values of a run: Request gives r1, r2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def short_names(entities: Sequence[str], sizes: Sequence[int]) -> Mapping[str, tuple[str, ...]]:
    """Names for so many values of each entity: no two names are equal.

    The stem is the shortest beginning of the entity's name, in small letters, that no other entity's stem could be taken for; a name
    that is not ASCII is its own stem.
    """
    stems = {entity: _stem(entity, [e for e in entities if e != entity]) for entity in entities}
    return {
        entity: tuple(f"{stems[entity]}{number}" for number in range(1, size + 1))
        for entity, size in zip(entities, sizes, strict=True)
    }


def _stem(entity: str, others: Sequence[str]) -> str:
    if not entity.isascii():
        return _closed(entity)
    small = entity.lower()
    lowered = [other.lower() for other in others]
    if small in lowered:
        return _closed(entity)
    for length in range(1, len(small) + 1):
        if not any(other.startswith(small[:length]) for other in lowered):
            return _closed(small[:length])
    return _closed(small)


def _closed(stem: str) -> str:
    """The stem, so that a number after it can be told from it."""
    return f"{stem}_" if stem[-1].isdigit() else stem
