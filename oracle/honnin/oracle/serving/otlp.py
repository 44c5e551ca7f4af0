"""OTLP/HTTP: exports of logs and traces, in Protobuf or JSON, as records of the service."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.responses import Response

from honnin.oracle.serving.bodies import BadRequest
from honnin.oracle.serving.service import Reader, Record, Service
from honnin.oracle.telemetry.records import (
    json_value,
    log_record,
    native,
    span_event,
    span_record,
    vocabulary,
)
from honnin.spec.records import dataclass

if TYPE_CHECKING:
    from google.protobuf.message import Message

PROTOBUF = "application/x-protobuf"
JSON = "application/json"
_IDS = frozenset({"traceId", "spanId", "parentSpanId"})


@dataclass(frozen=True, slots=True)
class Exported:
    """`read`: how its records tell events; `answer`: an empty message of the answer's kind; `counts`: what it calls what it rejects."""

    records: list[Record]
    read: Reader
    kind: str
    answer: Any
    counts: str

    def response(self, reasons: Sequence[str]) -> Response:
        """The answer of OTLP: how many were rejected, and why the first was."""
        from google.protobuf.json_format import MessageToJson

        if reasons:
            setattr(self.answer.partial_success, self.counts, len(reasons))
            self.answer.partial_success.error_message = reasons[0]
        if self.kind == PROTOBUF:
            return Response(self.answer.SerializeToString(), media_type=PROTOBUF)
        return Response(MessageToJson(self.answer), media_type=JSON)


def exported(path: str, body: bytes, kind: str, service: Service) -> Exported:
    """What an export to `/v1/logs` or `/v1/traces` tells, by the times at which it happened. BadRequest where it is none."""
    try:
        from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
        from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
    except ModuleNotFoundError:
        raise BadRequest(501, "OTLP needs opentelemetry: pip install 'honnin[otel]'") from None
    if path == "/v1/logs":
        request, answer, counts = (
            logs.ExportLogsServiceRequest(),
            logs.ExportLogsServiceResponse(),
            "rejected_log_records",
        )
        _parse(request, body, kind)
        told = list(_logs(request))
    else:
        request, answer, counts = (
            traces.ExportTraceServiceRequest(),
            traces.ExportTraceServiceResponse(),
            "rejected_spans",
        )
        _parse(request, body, kind)
        told = list(_spans(request))
    told.sort(key=lambda entry: entry[0])
    records = [Record(record, id) for _, record, id in told]
    return Exported(records, telemetry_reader(service), kind, answer, counts)


def telemetry_reader(service: Service) -> Reader:
    """How the objects of telemetry tell events: by the mapping, or by their names. What tells none is ignored."""
    events = vocabulary(service.oracle._EVENTS)

    def read(record: dict[str, Any]) -> tuple[Any, ...]:
        if service.mapping is not None:
            return service.mapping.read(record)
        line = native(record, events)
        return () if line is None else service.read(line)

    return read


def _parse(message: Message, body: bytes, kind: str) -> None:
    from google.protobuf.json_format import ParseDict, ParseError
    from google.protobuf.message import DecodeError

    try:
        if kind == PROTOBUF:
            message.ParseFromString(body)
        elif kind == JSON:
            ParseDict(_with_base64_ids(json.loads(body)), message, ignore_unknown_fields=True)
        else:
            raise BadRequest(415, f"expected {PROTOBUF} or {JSON}")
    except (DecodeError, ParseError, RecursionError, ValueError):
        raise BadRequest(400, "the body is no export of OTLP") from None


def _with_base64_ids(parsed: Any) -> Any:
    """OTLP writes ids in hexadecimal digits, where Protobuf's JSON has base64."""
    if isinstance(parsed, dict):
        return {
            key: base64.b64encode(bytes.fromhex(value)).decode()
            if key in _IDS and isinstance(value, str)
            else _with_base64_ids(value)
            for key, value in parsed.items()
        }
    return [_with_base64_ids(item) for item in parsed] if isinstance(parsed, list) else parsed


Told: TypeAlias = tuple[int, dict[str, Any], str | None]
"""The time (nanoseconds), the object, and the id of the record, by which it is known when an exporter sends it again."""


def _logs(request: Any) -> Iterator[Told]:
    for resource in request.resource_logs:
        about = {"resource": _attributes(resource.resource.attributes)}
        for scope in resource.scope_logs:
            for log in scope.log_records:
                time = log.time_unix_nano or log.observed_time_unix_nano
                more = {
                    **about,
                    "scope": scope.scope.name,
                    "body": _value(log.body),
                    "severity": log.severity_text,
                    "trace_id": log.trace_id.hex(),
                    "span_id": log.span_id.hex(),
                }
                attributes = _attributes(log.attributes)
                id = attributes.get("log.record.uid")
                record = log_record(log.event_name or None, time, attributes, more)
                yield time, record, f"log {id}" if isinstance(id, str) else None


def _spans(request: Any) -> Iterator[Told]:
    for resource in request.resource_spans:
        about = {"resource": _attributes(resource.resource.attributes)}
        for scope in resource.scope_spans:
            for span in scope.spans:
                attributes = _attributes(span.attributes)
                ids = {"trace_id": span.trace_id.hex(), "span_id": span.span_id.hex()}
                itself = {"name": span.name, "attributes": attributes, **ids}
                id = f"span {ids['trace_id']} {ids['span_id']}" if span.span_id else None
                for number, event in enumerate(span.events):
                    time = event.time_unix_nano
                    record = span_event(event.name, time, _attributes(event.attributes), itself)
                    yield time, {**record, **about}, id and f"{id} {number}"
                end = span.end_time_unix_nano
                more = {**about, "scope": scope.scope.name, **ids}
                yield end, span_record(span.name, span.start_time_unix_nano, end, attributes, more), id


def _attributes(pairs: Iterable[Any]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: Any) -> Any:
    """The plain value of an AnyValue."""
    which = value.WhichOneof("value")
    match which:
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _attributes(value.kvlist_value.values)
        case _:
            return json_value(getattr(value, which))
