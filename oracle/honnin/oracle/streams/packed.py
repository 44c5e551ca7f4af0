"""What is in a gzip or zstd file, a bounded portion at a time; which of the two it is, its first bytes say."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BufferedReader
from typing import BinaryIO, Literal, TypeAlias

from honnin.oracle.extras import missing
from honnin.oracle.streams.blocks import BLOCK

Packing: TypeAlias = Literal["gzip", "zstd"]
_SKIPPED_FRAMES = tuple(bytes((first, 0x2A, 0x4D, 0x18)) for first in range(0x50, 0x60))
"""By which a frame of zstd begins that is to be skipped: pzstd writes one first (RFC 8878, section 3.1.2)."""
_MAGIC: dict[bytes, Packing] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    **dict.fromkeys(_SKIPPED_FRAMES, "zstd"),
}
_ZSTD_PORTION = 1024
"""Bytes that are unpacked at once: a portion makes at most 32 MiB, whoever packed it."""


class Damaged(Exception):
    """What is packed ends too early, or cannot be unpacked. What came before is right."""


def packing(stream: BufferedReader) -> Packing | None:
    """How the content of a buffered stream, not yet read, is packed."""
    first: bytes = stream.peek(4)
    return next((kind for magic, kind in _MAGIC.items() if first.startswith(magic)), None)


def unpacked(stream: BinaryIO, kind: Packing) -> Iterator[bytes]:
    """Everything in the stream. Raises Damaged."""
    return _gzip(stream) if kind == "gzip" else _zstd(stream)


def _gzip(stream: BinaryIO) -> Iterator[bytes]:
    data = stream.read(BLOCK)
    while data:
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            if not data:
                raise Damaged("the gzip file ends too early")
            try:
                made = member.decompress(data, BLOCK)
            except zlib.error as error:
                raise Damaged("the gzip file is damaged") from error
            if made:
                yield made
            data = member.unconsumed_tail or (b"" if member.eof else stream.read(BLOCK))
        data = member.unused_data.lstrip(b"\0") or stream.read(BLOCK).lstrip(b"\0")


def _zstd(stream: BinaryIO) -> Iterator[bytes]:
    try:
        import zstandard
    except ImportError:
        raise missing("the library that reads zstd files", "fast") from None
    data = stream.read(_ZSTD_PORTION)
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        while not frame.eof:
            if not data:
                raise Damaged("the zstd file ends too early")
            try:
                made = frame.decompress(data)
            except zstandard.ZstdError as error:
                raise Damaged("the zstd file is damaged") from error
            if made:
                yield made
            data = b"" if frame.eof else stream.read(_ZSTD_PORTION)
        data = frame.unused_data or stream.read(_ZSTD_PORTION)
