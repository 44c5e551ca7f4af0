"""A schedule as a short text that can be replayed: who goes on at each step, with what checks the labels and the scenario."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence

from honnin.oracle.interleave.failures import TokenRefused
from honnin.oracle.interleave.operations import Choice

PREFIX = "hn1-"
_IDENTITY, _SUM = 6, 3
"""Bytes of what tells the scenario, and of what finds a damaged token."""


def check(label: str) -> int:
    """A byte that tells most labels apart."""
    return hashlib.sha256(label.encode()).digest()[0]


def identity(scenario: str, digest: str) -> bytes:
    """What tells the scenario and the specification that a token is of."""
    return hashlib.sha256(f"{scenario}\n{digest}".encode()).digest()[:_IDENTITY]


def token(of: bytes, steps: Sequence[tuple[Choice, str]]) -> str:
    """The token of the schedule with these choices and labels; `of`: its identity."""
    body = b"".join(_varint(c.actor * 2 + c.timed_out) + bytes([check(label)]) for c, label in steps)
    packed = zlib.compress(body, 9)
    payload = of + (b"\1" + packed if len(packed) < len(body) else b"\0" + body)
    text = base64.urlsafe_b64encode(payload + hashlib.sha256(payload).digest()[:_SUM])
    return PREFIX + text.decode().rstrip("=")


def read(text: str, of: bytes) -> tuple[list[Choice], list[int]]:
    """The choices and the checks of the labels. TokenRefused where the token is damaged, or not one of this identity."""
    payload = _payload(text.strip())
    if payload[:_IDENTITY] != of:
        raise TokenRefused("the token is of another scenario, or of another version of the specification")
    body = payload[_IDENTITY + 1 :]
    choices, checks = [], []
    numbers = iter(zlib.decompress(body) if payload[_IDENTITY] else body)
    for number in numbers:
        whole = _whole(number, numbers)
        choices.append(Choice(whole // 2, whole % 2 == 1))
        checks.append(next(numbers))
    return choices, checks


def _payload(text: str) -> bytes:
    if not text.startswith(PREFIX):
        raise TokenRefused(f"a token begins with `{PREFIX}`")
    coded = text.removeprefix(PREFIX)
    try:
        raw = base64.b64decode(coded + "=" * (-len(coded) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    payload, found = raw[:-_SUM], raw[-_SUM:]
    if len(payload) <= _IDENTITY or hashlib.sha256(payload).digest()[:_SUM] != found:
        raise TokenRefused("the token is damaged: it was not copied whole")
    return payload


def _varint(number: int) -> bytes:
    """The number in groups of seven bits, the lowest first; the highest bit of a byte says that there are more."""
    parts = []
    while number >= 128:
        parts.append(number % 128 + 128)
        number //= 128
    return bytes([*parts, number])


def _whole(first: int, rest: Iterator[int] | Iterable[int]) -> int:
    number, shift, byte = first % 128, 7, first
    following = iter(rest)
    while byte >= 128:
        byte = next(following)
        number += (byte % 128) << shift
        shift += 7
    return number
