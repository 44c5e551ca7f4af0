"""OpenTelemetry in process: real providers, the three shapes, threads, and nothing raised that was not asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from opentelemetry._logs import LogRecord
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk.trace import TracerProvider

from honnin.oracle import InvariantViolated, load
from honnin.oracle.attach.otel import OracleLogProcessor, OracleSpanProcessor

SPEC = """spec printing
entity Person, Request
event request(request: Request, personal wanted "wanted.id": Person)
event issue(request: Request, personal subject: Person, pages: Int)
state wanted: Request -> Person?
after request(r, w) { wanted[r] := w }
invariant right_person "the right person": on issue(r, s, _): wanted[r] == s
from json "spans" {
  when .signal == "span" and .name == "print" => request(.trace_id, .attributes.who), issue(.trace_id, .attributes.who, 1)
  otherwise ignore
}
"""
TIMED = 'invariant soon "within a minute": on request(r, _): eventually[<= 60s] issue(r, _, _)\n'


@pytest.fixture
def printing(tmp_path: Path) -> Path:
    file = tmp_path / "printing.honnin"
    file.write_text(SPEC, encoding="utf-8")
    return file


def tracer(processor: OracleSpanProcessor) -> Any:
    provider = TracerProvider()
    provider.add_span_processor(processor)
    return provider.get_tracer("tests")


def logger(processor: OracleLogProcessor) -> Any:
    provider = LoggerProvider()
    provider.add_log_record_processor(processor)
    return provider.get_logger("tests")


def counts(processor: OracleSpanProcessor | OracleLogProcessor) -> tuple[int, int, int]:
    telemetry = processor.telemetry
    return telemetry.accepted, telemetry.ignored, telemetry.refused


def test_an_optional_field_without_an_attribute_is_none(printing: Path) -> None:
    """No attribute of OpenTelemetry has the value null."""
    more = "event note(request: Request, page: Int?, who: Person)\n"
    more += 'invariant no_page "none": on note(_, p, _): p == none or p == 7\n'
    printing.write_text(SPEC.replace("from json", f"{more}from json", 1), encoding="utf-8")
    oracle = load(printing).oracle("collect", reveal=True)
    processor = OracleLogProcessor(oracle)
    log = logger(processor)
    told: list[dict[str, Any]] = [
        {"request": "r1", "who": "花子"},
        {"request": "r1", "who": "花子", "honnin.page": 7},
        {"request": "r1", "page": 7},
    ]
    for attributes in told:
        log.emit(LogRecord(event_name="note", attributes=attributes))
    assert counts(processor) == (2, 0, 1) and not oracle.violations
    assert processor.telemetry.reason == "`note` needs the field `who`"


def test_events_of_spans_and_spans(printing: Path) -> None:
    oracle = load(printing).oracle("collect", reveal=True)
    processor = OracleSpanProcessor(oracle)
    with tracer(processor).start_as_current_span("POST /print") as span:
        span.add_event("honnin.request", {"request": "r1", "honnin.wanted.id": "花子"})
        span.add_event("cache.miss", {"key": "r1"})
        span.set_attribute("honnin.event", "issue")
        span.set_attribute("request", "r1")
        span.set_attribute("subject", "太郎")
        span.set_attribute("pages", 2)
    assert counts(processor) == (2, 1, 0)
    assert [violation.invariant for violation in oracle.violations] == ["right_person"]
    assert oracle.violations[0].at is not None and oracle.violations[0].dated


def test_log_records(printing: Path) -> None:
    oracle = load(printing).oracle("collect")
    processor = OracleLogProcessor(oracle)
    log = logger(processor)
    log.emit(LogRecord(event_name="request", attributes={"request": "r1", "wanted.id": "花子"}))
    log.emit(
        LogRecord(event_name="honnin.issue", attributes={"request": "r1", "subject": "花子", "pages": 1})
    )
    log.emit(LogRecord(body="GET /"))
    log.emit(LogRecord(event_name="issue", attributes={"request": "r1", "subject": "花子", "pages": 1.5}))
    assert counts(processor) == (2, 1, 1)
    assert processor.telemetry.reason == "`pages` of `issue`: expected an integer"
    assert oracle.verdict("right_person") == "satisfied so far"


def test_a_mapping(printing: Path) -> None:
    spec = load(printing)
    oracle = spec.oracle("collect")
    processor = OracleSpanProcessor(oracle, spec.mapping("spans"))
    with tracer(processor).start_as_current_span("print", attributes={"who": "花子"}):
        pass
    assert (oracle.position, oracle.exercised["right_person"], oracle.violations) == (2, 1, [])


def test_a_program_is_not_disturbed_unless_it_asks(printing: Path) -> None:
    wrong = LogRecord(event_name="issue", attributes={"request": "r1", "subject": "太郎", "pages": 1})
    quiet = load(printing).oracle()
    logger(OracleLogProcessor(quiet)).emit(wrong)
    assert len(quiet.violations) == 1
    with pytest.raises(InvariantViolated):
        logger(OracleLogProcessor(load(printing).oracle(), raising=True)).emit(wrong)


def test_what_comes_late_is_refused_or_has_the_time_of_its_coming(printing: Path) -> None:
    printing.write_text(SPEC + TIMED, encoding="utf-8")
    late = LogRecord(timestamp=1_000, event_name="request", attributes={"request": "r2", "wanted.id": "花子"})
    for timed, expected in ((True, (1, 0, 1)), (False, (2, 0, 0))):
        processor = OracleLogProcessor(load(printing).oracle("collect"), timed=timed)
        log = logger(processor)
        log.emit(LogRecord(event_name="request", attributes={"request": "r1", "wanted.id": "花子"}))
        log.emit(late)
        assert counts(processor) == expected


def test_threads(printing: Path) -> None:
    oracle = load(printing).oracle("collect")
    processor = OracleSpanProcessor(oracle, timed=False)
    trace = tracer(processor)

    def work(thread: int) -> None:
        for number in range(100):
            with trace.start_as_current_span("work") as span:
                fields = {"request": f"{thread}-{number}", "wanted.id": "花子"}
                span.add_event("request", fields)
                span.add_event("issue", {"request": fields["request"], "subject": "花子", "pages": 1})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert counts(processor) == (800, 400, 0)
    assert (oracle.position, oracle.violations) == (800, [])
