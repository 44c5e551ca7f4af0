"""Which records have been accepted already: a record that is sent again gets the answer that it got before."""

from __future__ import annotations

import hashlib
import hmac
from collections import OrderedDict
from typing import Any

from honnin.compiler.runtime.base import BadInput
from honnin.oracle.streams.ordering import REMEMBERED, text_of
from honnin.spec.records import dataclass, field


@dataclass(frozen=True, slots=True)
class Accepted:
    """`sequence`: the position of the record's last event; `violated`: the claims that failed at it; `undecided`: those that may have."""

    sequence: int
    violated: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Name:
    """What is kept of a record that has an id: keyed digests of the id and of all that the record says."""

    id: str
    whole: str


@dataclass(slots=True)
class Ids:
    """Which records were accepted, by the digests of their ids: what else they said, and what was answered."""

    key: bytes
    limit: int = REMEMBERED
    seen: OrderedDict[str, tuple[str, Accepted]] = field(default_factory=OrderedDict)
    _short_key: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._short_key = hashlib.sha256(self.key).digest()

    def name(self, id: str, parsed: dict[str, Any]) -> Name:
        """What is kept of a record."""
        named = hmac.digest(self.key, id.encode("utf-8", "surrogatepass"), hashlib.sha256).hex()
        said = text_of(parsed).encode("utf-8", "surrogatepass")
        return Name(named[:32], hashlib.blake2b(said, key=self._short_key, digest_size=8).hexdigest())

    def known(self, name: Name) -> Accepted | None:
        """What was answered when the record was accepted, if it was. Raises BadInput where another one was, with its id."""
        whole, answer = self.seen.get(name.id, (name.whole, None))
        if whole != name.whole:
            raise BadInput("another record had the same id")
        return answer

    def remember(self, name: Name, answer: Accepted) -> None:
        """The record is accepted now; the oldest is forgotten where there are too many."""
        self.seen[name.id] = name.whole, answer
        if len(self.seen) > self.limit:
            self.seen.popitem(last=False)

    def kept(self) -> list[Any]:
        """As JSON has it."""
        return [
            [id, whole, one.sequence, list(one.violated), list(one.undecided)]
            for id, (whole, one) in self.seen.items()
        ]

    def restore(self, kept: list[Any]) -> None:
        """What `kept` gave."""
        self.seen.clear()
        for id, whole, sequence, violated, undecided in kept:
            self.remember(Name(id, whole), Accepted(sequence, tuple(violated), tuple(undecided)))
