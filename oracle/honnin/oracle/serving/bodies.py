"""The bodies of requests: how large, of which kinds, and the records that stand in them."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from honnin.compiler.runtime.base import BadInput, read_object
from honnin.oracle.serving.service import Record
from honnin.spec.records import dataclass, replace

if TYPE_CHECKING:
    from starlette.requests import Request

CLOUD_EVENT, CLOUD_EVENTS = "application/cloudevents+json", "application/cloudevents-batch+json"
JSON = frozenset({"application/json", CLOUD_EVENT, CLOUD_EVENTS})
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
    """What was packed; packed parts may follow each other, as `cat` makes them of several files."""
    try:
        data = gzip.GzipFile(fileobj=io.BytesIO(body)).read(most + 1)
    except (gzip.BadGzipFile, zlib.error):
        raise BadRequest(400, "the body is not packed with gzip") from None
    except EOFError:
        raise BadRequest(400, "the body is not all of what was packed") from None
    if len(data) > most:
        raise _too_large(most)
    return data


def content_type(request: Request) -> str:
    """The kind of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True, slots=True)
class Names:
    """What names the records of a request: `field`, a member of each; without it, the `key` of the request and the record's place;
    but source and id name a CloudEvent, whose names `cloud` are.
    """

    field: str | None = None
    key: str | None = None
    cloud: bool = False

    def of(self, parsed: dict[str, Any], place: int | None) -> str | None:
        """The id of a record, if it has one. Raises BadInput."""
        if self.cloud and isinstance(parsed.get("source"), str) and isinstance(parsed.get("id"), str):
            return f"event {parsed['source']!r} {parsed['id']!r}"
        raw = None if self.field is None else parsed.get(self.field)
        if raw is None:
            numbered = "" if place is None else f"/{place}"
            return None if self.key is None else f"request {self.key}{numbered}"
        if isinstance(raw, bool) or not isinstance(raw, str | int):
            raise BadInput(f"`{self.field}`: expected a string or an integer")
        return f"{type(raw).__name__} {raw}"


def records_of(body: bytes, kind: str, names: Names, headers: Mapping[str, str]) -> tuple[list[Record], bool]:
    """The records of a body, and whether it is one record alone. BadRequest where nothing can be made of it."""
    if "ce-specversion" in headers:
        return [_of(lambda: _cloud_event(body, kind, headers), replace(names, cloud=True), None)], True
    if kind in JSON_LINES:
        lines = [line for line in body.splitlines() if line.strip()]
        return [_of(partial(read_object, line), names, n) for n, line in enumerate(lines)], False
    if kind not in JSON:
        raise BadRequest(415, "expected application/json or application/x-ndjson")
    names = replace(names, cloud=kind in (CLOUD_EVENT, CLOUD_EVENTS))
    if body.lstrip()[:1] != b"[":
        return [_of(partial(read_object, body), names, None)], True
    return [_of(partial(_object, item), names, place) for place, item in enumerate(_items(body))], False


def _cloud_event(body: bytes, kind: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """A CloudEvent in the binary mode of HTTP, its attributes in headers and its data in the body, as the structured mode has it."""
    if body and kind != "application/json" and not kind.endswith("+json"):
        raise BadRequest(415, "the data of an event is read in JSON only")
    attributes = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    if not body:
        return attributes
    data = read_object(b'{"data":' + body + b"}")
    if len(data) != 1:
        raise BadInput("the data is not one value of JSON")
    return {**attributes, "datacontenttype": kind, **data}


def _items(body: bytes) -> list[Any]:
    """The items of an array, read as strictly as a line."""
    try:
        parsed = read_object(b'{"items":' + body + b"}")
    except BadInput as error:
        raise BadRequest(400, str(error)) from None
    if len(parsed) != 1 or not isinstance(parsed["items"], list):
        raise BadRequest(400, "the body is not one JSON array")
    return parsed["items"]


def _object(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise BadInput("expected a JSON object")
    return item


def _of(read: Callable[[], dict[str, Any]], names: Names, place: int | None) -> Record:
    try:
        parsed = read()
        return Record(parsed, names.of(parsed, place))
    except BadInput as error:
        return Record({}, None, str(error))
