"""A map that shares what it has in common with the one it was made from; comparing two is quick, and exact."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)

_BUCKETS = 64
_EMPTY: tuple[dict[object, object], ...] = tuple({} for _ in range(_BUCKETS))


class Store(Mapping[K, V], Generic[K, V]):
    """Never changed. A change copies one bucket of 64; the hash is a sum over the items and is kept up with each change."""

    __slots__ = ("_buckets", "_size", "_sum")

    def __init__(self) -> None:
        self._buckets: tuple[dict[K, V], ...] = _EMPTY  # type: ignore[assignment]
        self._size = 0
        self._sum = 0

    def __getitem__(self, key: K) -> V:
        return self._buckets[hash(key) % _BUCKETS][key]

    def __contains__(self, key: object) -> bool:
        return key in self._buckets[hash(key) % _BUCKETS]

    def __iter__(self) -> Iterator[K]:
        for bucket in self._buckets:
            yield from bucket

    def __len__(self) -> int:
        return self._size

    def __hash__(self) -> int:
        return hash(self._sum)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Store) and self._sum == other._sum and self._buckets == other._buckets

    def with_(self, changes: Mapping[K, V]) -> Store[K, V]:
        """The map with these items."""
        buckets, copied = list(self._buckets), set[int]()
        made: Store[K, V] = Store()
        made._size, made._sum = self._size, self._sum
        for key, value in changes.items():
            number = hash(key) % _BUCKETS
            if number not in copied:
                copied.add(number)
                buckets[number] = dict(buckets[number])
            bucket = buckets[number]
            if key in bucket:
                made._sum -= hash((key, bucket[key]))
            else:
                made._size += 1
            made._sum += hash((key, value))
            bucket[key] = value
        made._buckets = tuple(buckets)
        return made
