"""OpenTelemetry in process: processors that report what spans and log records tell of events, as they end or are emitted."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from honnin.compiler.runtime.base import BadInput, InvariantViolated, SpecificationFault
from honnin.oracle.extras import NotInstalled
from honnin.oracle.telemetry.records import (
    json_value,
    log_record,
    native,
    span_event,
    span_record,
    vocabulary,
)

try:
    from opentelemetry.sdk._logs import LogRecordProcessor
    from opentelemetry.sdk.trace import SpanProcessor
except ModuleNotFoundError:
    raise NotInstalled("The SDK of OpenTelemetry", "otel") from None

if TYPE_CHECKING:
    from opentelemetry.sdk._logs import ReadWriteLogRecord
    from opentelemetry.sdk.trace import ReadableSpan

    from honnin.oracle.mapped import LogMapping


class Telemetry:
    """Reports objects of telemetry to an oracle, at once and in the thread that makes them: nothing waits, and nothing grows.

    `mapping` reads them; without one they tell events by their names (`honnin.oracle.telemetry.records`). `timed`: an event has
    the time that telemetry gives it; otherwise that of the report, for spans are reported when they end, which may be later than
    what came after. Nothing is raised for what is told, a violation only with `raising`. `accepted`, `ignored` and `refused` count;
    `reason` is why the last was refused, and quotes nothing.
    """

    def __init__(
        self, oracle: Any, mapping: LogMapping | None = None, *, timed: bool = True, raising: bool = False
    ) -> None:
        self.oracle = oracle
        self.accepted = 0
        self.ignored = 0
        self.refused = 0
        self.reason: str | None = None
        self._mapping = mapping
        self._timed = timed
        self._raising = raising
        self._events = vocabulary(oracle._EVENTS)
        self._lock = threading.Lock()

    def tell(self, record: Mapping[str, Any]) -> None:
        """One object. Raises InvariantViolated or SpecificationFault, and only with `raising`."""
        count, reason = 0, None
        try:
            count = self._observe(record)
        except BadInput as error:
            reason = str(error)
        except (InvariantViolated, SpecificationFault):
            count = 1
            if self._raising:
                raise
        finally:
            with self._lock:
                self.accepted += count
                self.refused += reason is not None
                self.ignored += reason is None and not count
                self.reason = reason or self.reason

    def _observe(self, record: Mapping[str, Any]) -> int:
        """How many events there were."""
        if self._mapping is not None:
            return self._mapping.observe(self.oracle, record)
        line = native(record, self._events)
        if line is None:
            return 0
        if not self._timed or "at" not in line:
            line.pop("at", None)
            if self.oracle._NEEDS_TIME:
                line["at"] = self.oracle._clock()
        number, values, at = self.oracle.read_parsed(line)
        self.oracle.observe_values(number, values, at)
        return 1


class OracleSpanProcessor(SpanProcessor):
    """`provider.add_span_processor(OracleSpanProcessor(oracle))`: the events of each span that ends, then the span itself."""

    def __init__(self, oracle: Any, mapping: LogMapping | None = None, **options: bool) -> None:
        """`options`: those of `Telemetry`, which is `telemetry`."""
        self.telemetry = Telemetry(oracle, mapping, **options)

    def on_end(self, span: ReadableSpan) -> None:
        """Reports what the span tells."""
        context = span.context
        ids = (
            {}
            if context is None
            else {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
        )
        resource = json_value(span.resource.attributes)
        itself = {"name": span.name, "attributes": json_value(span.attributes or {}), **ids}
        for event in span.events:
            told = span_event(event.name, event.timestamp, json_value(event.attributes or {}), itself)
            self.telemetry.tell({**told, "resource": resource})
        scope = span.instrumentation_scope
        more = {"resource": resource, "scope": "" if scope is None else scope.name, **ids}
        start, end = span.start_time or 0, span.end_time or 0
        self.telemetry.tell(span_record(span.name, start, end, itself["attributes"], more))


class OracleLogProcessor(LogRecordProcessor):
    """`provider.add_log_record_processor(OracleLogProcessor(oracle))`: each log record that is emitted."""

    def __init__(self, oracle: Any, mapping: LogMapping | None = None, **options: bool) -> None:
        """`options`: those of `Telemetry`, which is `telemetry`."""
        self.telemetry = Telemetry(oracle, mapping, **options)

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Reports what the record tells."""
        self.telemetry.tell(_emitted(log_record))

    def shutdown(self) -> None:
        """Nothing waits."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Nothing waits."""
        return True


def _emitted(emitted: ReadWriteLogRecord) -> dict[str, Any]:
    record, scope, resource = emitted.log_record, emitted.instrumentation_scope, emitted.resource
    more = {
        "resource": {} if resource is None else json_value(resource.attributes),
        "scope": "" if scope is None else scope.name,
        "body": json_value(record.body),
        "severity": record.severity_text,
        "trace_id": f"{record.trace_id or 0:032x}",
        "span_id": f"{record.span_id or 0:016x}",
    }
    time = record.timestamp or record.observed_timestamp or 0
    return log_record(record.event_name, time, json_value(record.attributes or {}), more)
