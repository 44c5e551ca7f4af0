"""OTLP/HTTP into the service: logs and traces, in Protobuf and JSON, in the three shapes that events have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2 as logs
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as traces
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from tests.oracle.serving.conftest import Serve, Served

AT = 1_795_651_200_000_000_000


def attributes(**values: str) -> list[KeyValue]:
    return [KeyValue(key=key, value=AnyValue(string_value=value)) for key, value in values.items()]


def some_logs() -> logs.ExportLogsServiceRequest:
    export = logs.ExportLogsServiceRequest()
    scope = export.resource_logs.add().scope_logs.add()
    wrong = scope.log_records.add(time_unix_nano=AT + 2_000, event_name="honnin.issue", trace_id=b"t" * 16)
    wrong.attributes.extend(attributes(request="r1", subject="太郎"))
    right = scope.log_records.add(time_unix_nano=AT, event_name="request")
    right.attributes.extend(attributes(request="r1", wanted="花子"))
    scope.log_records.add(time_unix_nano=AT, event_name="http.request")
    bad = scope.log_records.add(time_unix_nano=AT + 3_000, event_name="issue")
    bad.attributes.extend(attributes(request="r1"))
    return export


def some_spans() -> traces.ExportTraceServiceRequest:
    export = traces.ExportTraceServiceRequest()
    spans = export.resource_spans.add().scope_spans.add().spans
    span = spans.add(
        name="POST /print",
        trace_id=b"t" * 16,
        span_id=b"s" * 8,
        start_time_unix_nano=AT,
        end_time_unix_nano=AT + 9_000,
    )
    span.attributes.extend(attributes(**{"honnin.event": "issue", "honnin.request": "r1", "subject": "花子"}))
    event = span.events.add(time_unix_nano=AT + 1_000, name="honnin.request")
    event.attributes.extend(attributes(request="r1", wanted="花子"))
    return export


def send(served: Served, path: str, message: Any, kind: str) -> Any:
    if kind == "application/x-protobuf":
        return served.client.post(path, content=message.SerializeToString(), headers={"content-type": kind})
    told = MessageToDict(message)
    return served.client.post(path, content=json.dumps(_as_otlp(told)), headers={"content-type": kind})


def _as_otlp(told: Any) -> Any:
    """Ids in hexadecimal digits, as OTLP has them."""
    import base64

    if isinstance(told, dict):
        return {
            key: base64.b64decode(value).hex() if key in ("traceId", "spanId") else _as_otlp(value)
            for key, value in told.items()
        }
    return [_as_otlp(item) for item in told] if isinstance(told, list) else told


@pytest.mark.parametrize("kind", ["application/x-protobuf", "application/json"])
def test_logs(serve: Serve, kind: str) -> None:
    served = serve()
    answer = send(served, "/v1/logs", some_logs(), kind)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    if kind == "application/json":
        told = answer.json()["partialSuccess"]
        assert int(told["rejectedLogRecords"]) == 1
    else:
        response = logs.ExportLogsServiceResponse.FromString(answer.content)
        assert response.partial_success.rejected_log_records == 1
        assert response.partial_success.error_message == "`issue` needs the field `subject`"
    summary = served.client.get("/summary").json()
    assert (summary["positions"], summary["counts"]["ignored"]) == (2, 1)
    (found,) = served.client.get("/violations").json()["violations"]
    assert found["invariant"] == "right_person"
    assert "2026-11-26T00:00:00.000002Z" in found["account"][0]


@pytest.mark.parametrize("kind", ["application/x-protobuf", "application/json"])
def test_spans_and_their_events(serve: Serve, kind: str) -> None:
    served = serve()
    for _ in range(2):
        answer = send(served, "/v1/traces", some_spans(), kind)
        assert answer.status_code == 200
    summary = served.client.get("/summary").json()
    assert (summary["positions"], summary["counts"]["repeated"]) == (2, 2)
    assert summary["overall"]["mood"] == "good"


def test_a_mapping_reads_what_is_exported(serve: Serve, printing: Path) -> None:
    text = printing.read_text(encoding="utf-8")
    mapped = printing.with_name("mapped.honnin")
    mapping = """
from json "otel" {
  at .time
  when .signal == "span" and .name == "POST /print" => request(.trace_id, .attributes.subject), issue(.trace_id, .attributes.subject)
  otherwise ignore
}
"""
    mapped.write_text(text + mapping, encoding="utf-8")
    served = serve("--from", "otel", specification=mapped)
    assert send(served, "/v1/traces", some_spans(), "application/json").status_code == 200
    summary = served.client.get("/summary").json()
    assert (summary["positions"], summary["counts"]["ignored"]) == (2, 1)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"\xff\xff", "application/x-protobuf", 400),
        (b"{", "application/json", 400),
        (b'{"resourceLogs": 5}', "application/json", 400),
        (
            b'{"resourceLogs": [{"scopeLogs": [{"logRecords": [{"traceId": "xyz"}]}]}]}',
            "application/json",
            400,
        ),
        (b"[" * 3_900, "application/json", 400),
        (b"", "text/plain", 415),
        (b"", "application/x-protobuf", 200),
        (b"{}", "application/json", 200),
    ],
)
def test_exports_that_are_none(shared: Served, content: bytes, kind: str, status: int) -> None:
    answer = shared.client.post("/v1/logs", content=content, headers={"content-type": kind})
    assert answer.status_code == status, answer.text
