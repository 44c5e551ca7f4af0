"""The bodies of requests: how large, of which kinds, and the records that stand in them."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from honnin.compiler.runtime.base import BadInput, read_object
from honnin.oracle.serving.service import Record

if TYPE_CHECKING:
    from starlette.requests import Request

JSON = frozenset({"application/json", "application/cloudevents+json"})
JSON_BATCH = frozenset({"application/cloudevents-batch+json"})
JSON_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})


class BadRequest(Exception):
    """A request that is not worked on at all; `status` is that of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


async def body_of(request: Request, most: int) -> bytes:
    """The whole body, unpacked if it comes packed. BadRequest where it has more than `most` bytes, packed or not."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > most:
        raise _too_large(most)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise _too_large(most)
    match request.headers.get("content-encoding", "identity").lower():
        case "identity":
            return bytes(body)
        case "gzip":
            return _unpacked(bytes(body), most)
        case _:
            raise BadRequest(415, "a body may be packed with gzip, and not otherwise")


def _too_large(most: int) -> BadRequest:
    return BadRequest(413, f"a body has at most {most} bytes")


def _unpacked(body: bytes, most: int) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        data = unpacker.decompress(body, most + 1)
    except zlib.error:
        raise BadRequest(400, "the body is not packed with gzip") from None
    if len(data) > most:
        raise _too_large(most)
    if not unpacker.eof:
        raise BadRequest(400, "the body is not all of what was packed")
    return data


def content_type(request: Request) -> str:
    """The kind of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def records_of(body: bytes, kind: str, id_field: str | None, key: str | None) -> tuple[list[Record], bool]:
    """The records of a body, and whether it is one record alone. BadRequest where nothing can be made of it.

    `id_field` names a record; without it, the `key` of the request and the record's place do.
    """
    if kind in JSON_LINES:
        lines = [line for line in body.splitlines() if line.strip()]
        return [_of_line(line, id_field, _numbered(key, n)) for n, line in enumerate(lines)], False
    if kind not in JSON | JSON_BATCH:
        raise BadRequest(415, "expected application/json or application/x-ndjson")
    if body.lstrip()[:1] != b"[":
        return [_of_line(body, id_field, key)], True
    return [_of(item, id_field, _numbered(key, place)) for place, item in enumerate(_items(body))], False


def _items(body: bytes) -> list[Any]:
    """The items of an array, read as strictly as a line."""
    try:
        parsed = read_object(b'{"items":' + body + b"}")
    except BadInput as error:
        raise BadRequest(400, str(error)) from None
    if len(parsed) != 1 or not isinstance(parsed["items"], list):
        raise BadRequest(400, "the body is not one JSON array")
    return parsed["items"]


def _numbered(key: str | None, place: int) -> str | None:
    return None if key is None else f"{key}/{place}"


def _of_line(line: bytes, id_field: str | None, key: str | None) -> Record:
    try:
        return _of(read_object(line), id_field, key)
    except BadInput as error:
        return Record({}, None, str(error))


def _of(parsed: Any, id_field: str | None, key: str | None) -> Record:
    if not isinstance(parsed, dict):
        return Record({}, None, "expected a JSON object")
    raw = None if id_field is None else parsed.get(id_field)
    if raw is None:
        return Record(parsed, None if key is None else f"request {key}")
    if isinstance(raw, bool) or not isinstance(raw, str | int):
        return Record({}, None, f"`{id_field}`: expected a string or an integer")
    return Record(parsed, f"{type(raw).__name__} {raw}")
