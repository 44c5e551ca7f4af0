"""Applications, log records and database sessions that report."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, delete, insert, select, update
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from honnin.compiler.runtime.base import BadInput
from honnin.oracle import InvariantViolated
from honnin.oracle.attach import correlation, event, listening, observe
from honnin.oracle.attach.asgi import OracleMiddleware
from honnin.oracle.attach.logs import OracleHandler
from honnin.oracle.attach.sql import committed, deleted, inserted, report_commits, updated
from tests.oracle.attach.heard import heard

# ---------------------------------------------------------------- ASGI


async def _paper(request: Request) -> PlainTextResponse:
    observe("issue", subject=request.query_params["show"])
    return PlainTextResponse("paper", status_code=int(request.query_params.get("status", "200")))


def client(oracle: Any, **settings: Any) -> TestClient:
    middleware = Middleware(
        OracleMiddleware,
        oracle=oracle,
        request=event("request", wanted=lambda query: query["wanted"], request="id"),
        response="answered",
        **settings,
    )
    app = Starlette(routes=[Route("/paper", _paper)], middleware=[middleware])
    return TestClient(app, raise_server_exceptions=False)


def test_a_request_is_correlated_and_reported(oracle: Any) -> None:
    answer = client(oracle).get("/paper?wanted=alice&show=alice", headers={"X-Request-ID": "r7"})
    assert (answer.status_code, answer.text) == (200, "paper")
    assert heard(oracle) == {"wanted": {"r7": "alice"}, "last": {}, "code": {"r7": 200}}
    client(oracle).get("/paper?wanted=alice&show=alice")
    assert len(heard(oracle)["wanted"]) == 2


def test_what_is_violated_does_not_leave_the_house(oracle: Any) -> None:
    answer = client(oracle).get("/paper?wanted=alice&show=bob", headers={"X-Request-ID": "r1"})
    assert (answer.status_code, "paper" in answer.text) == (500, False)
    answer = client(oracle).get("/paper?wanted=alice&show=alice&status=503", headers={"X-Request-ID": "r1"})
    assert (answer.status_code, "paper" in answer.text) == (500, False)
    assert [violation.invariant for violation in oracle.violations] == ["right_person", "well"]


def test_a_collecting_oracle_lets_the_answer_out(spec: Any) -> None:
    oracle = spec.oracle("collect")
    answer = client(oracle).get("/paper?wanted=alice&show=bob")
    assert (answer.status_code, len(oracle.violations)) == (200, 1)


def test_the_middleware_without_an_oracle_serves_whoever_listens(oracle: Any) -> None:
    assert client(None).get("/paper?wanted=alice&show=bob").status_code == 200
    with listening(oracle):
        assert client(None).get("/paper?wanted=alice&show=bob").status_code == 500
    with pytest.raises(TypeError, match="needs `status`"):
        OracleMiddleware(Starlette(), request=event("answered", status="status"))


# ---------------------------------------------------------------- logging


@pytest.fixture
def log(oracle: Any) -> Iterator[logging.Logger]:
    logger = logging.getLogger("tests.desk")
    logger.setLevel(logging.INFO)
    logger.addHandler(OracleHandler(oracle))
    yield logger
    logger.handlers.clear()


def test_records_that_name_an_event_are_reported(log: logging.Logger, oracle: Any) -> None:
    log.info("no event")
    log.info("asked", extra={"event": "request", "request": "r1", "wanted": "alice"})
    with correlation(request="r1"):
        log.info("printed", extra={"event": "issue", "subject": "alice"})
    log.info("of another specification", extra={"event": 3})
    assert oracle.position == 2


def test_a_call_that_logs_does_not_raise(log: logging.Logger, oracle: Any) -> None:
    log.info("printed", extra={"event": "issue", "request": "r1", "subject": "alice"})
    assert [violation.invariant for violation in oracle.violations] == ["right_person"]
    log.handlers[0] = OracleHandler(oracle, raising=True)
    with pytest.raises(InvariantViolated):
        log.info("printed", extra={"event": "issue", "request": "r1", "subject": "alice"})
    log.handlers[0] = OracleHandler()
    log.info("printed", extra={"event": "issue", "request": "r1", "subject": "alice"})
    assert oracle.position == 2


def test_a_record_that_cannot_be_read_is_told_as_logging_tells_errors(
    log: logging.Logger, oracle: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    log.info("printed", extra={"event": "issue", "request": "r1"})
    handler = log.handlers[0]
    assert isinstance(handler, OracleHandler) and handler.refused == 1
    assert "`issue` needs the field `subject`" in capsys.readouterr().err


# ---------------------------------------------------------------- SQLAlchemy


class Base(DeclarativeBase): ...


class Paper(Base):
    __tablename__ = "paper"
    id: Mapped[int] = mapped_column(primary_key=True)
    request: Mapped[str]
    person: Mapped[str]


@pytest.fixture
def sessions(oracle: Any) -> Iterator[sessionmaker[Session]]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    made = sessionmaker(engine)
    rules = (
        inserted(Paper, "request", wanted="row.person"),
        updated(Paper, "issue", subject=lambda row: row.person),
        deleted(Paper, "failed", reason=lambda: "deleted"),
        committed("answered", status=200),
    )
    with listening(oracle), report_commits(made, *rules), correlation(request="r0"):
        yield made
    engine.dispose()


def test_what_is_committed_is_reported_at_the_commit(sessions: sessionmaker[Session], oracle: Any) -> None:
    with sessions() as session:
        session.add(Paper(request="r1", person="alice"))
        session.flush()
        assert oracle.position == 0
        session.commit()
        assert (oracle.position, heard(oracle)["wanted"]) == (2, {"r1": "alice"})
        paper = session.get_one(Paper, 1)
        paper.person = "alice"
        session.commit()
        assert oracle.position == 2
        session.delete(paper)
        session.commit()
    assert (oracle.position, heard(oracle)["last"], heard(oracle)["code"]) == (
        4,
        {"r1": "deleted"},
        {"r0": 200},
    )


def test_what_is_rolled_back_is_not_reported(sessions: sessionmaker[Session], oracle: Any) -> None:
    with sessions() as session:
        session.add(Paper(request="r1", person="alice"))
        session.flush()
        session.rollback()
        session.commit()
        assert oracle.position == 0
        session.add(Paper(request="r2", person="bob"))
        with pytest.raises(LookupError), session.begin_nested():
            session.add(Paper(request="r3", person="carol"))
            session.flush()
            raise LookupError
        with session.begin_nested():
            session.add(Paper(request="r4", person="dan"))
        assert oracle.position == 0
        session.commit()
        session.add(Paper(request="r5", person="eve"))
        session.flush()
    assert heard(oracle)["wanted"] == {"r2": "bob", "r4": "dan"}


def test_rows_of_statements_are_reported(sessions: sessionmaker[Session], oracle: Any) -> None:
    with sessions() as session:
        session.execute(
            insert(Paper), [{"request": "r1", "person": "alice"}, {"request": "r2", "person": "bob"}]
        )
        session.execute(insert(Paper).values(request="r3", person="carol"))
        session.execute(Paper.__table__.insert(), {"request": "r4", "person": "dan"})  # type: ignore[attr-defined]
        assert oracle.position == 0
        session.commit()
        assert heard(oracle)["wanted"] == {"r1": "alice", "r2": "bob", "r3": "carol", "r4": "dan"}
        assert oracle.position == 5
        dan = session.scalars(select(Paper).where(Paper.request == "r4")).one()
        session.execute(update(Paper).where(Paper.request == "r4").values(person="dan"))
        session.execute(update(Paper), [{"id": dan.id, "person": "dan"}])
        session.commit()
        assert oracle.position == 8, "two updates and the commit"
        deleted_now = session.execute(delete(Paper).where(Paper.request.in_(["r1", "r2"])))
        assert deleted_now.rowcount == 2  # type: ignore[attr-defined]
        session.execute(delete(Paper).where(Paper.request == "nobody's"))
        session.commit()
        assert heard(oracle)["last"] == {"r1": "deleted", "r2": "deleted"}
        session.execute(insert(Paper), {"request": "r5", "person": "eve"})
        session.rollback()
        with pytest.raises(InvariantViolated, match="right_person"):
            session.execute(update(Paper).where(Paper.request == "r3").values(person="mallory"))
            session.commit()
    assert "r5" not in heard(oracle)["wanted"]


def test_an_insert_whose_rows_are_not_told_is_refused(sessions: sessionmaker[Session], oracle: Any) -> None:
    with sessions() as session:
        for statement in (
            insert(Paper).values([{"request": "r1", "person": "a"}, {"request": "r2", "person": "b"}]),
            insert(Paper).from_select(["request", "person"], select(Paper.request, Paper.person)),
        ):
            with pytest.raises(BadInput, match="HN0672: the rows that this statement inserts cannot be told"):
                session.execute(statement)
    assert oracle.position == 0
    with sessions() as session, listening(oracle, on_bad_input="log") as target:
        session.execute(insert(Paper).values([{"request": "r1", "person": "a"}]))
        session.commit()
    assert target.refused == 1


def test_a_commit_of_changes_is_reported_whatever_has_changed(oracle: Any) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with (
        Session(engine) as session,
        listening(oracle),
        correlation(request="r0"),
        report_commits(session, committed("answered", status=200)),
    ):
        session.commit()
        assert oracle.position == 0
        session.add(Paper(request="r1", person="alice"))
        session.commit()
        session.execute(delete(Paper))
        session.commit()
    engine.dispose()
    assert oracle.position == 2


def test_a_session_goes_on_after_a_violation(sessions: sessionmaker[Session], oracle: Any) -> None:
    with sessions() as session:
        session.add(Paper(request="r1", person="alice"))
        session.commit()
        session.get_one(Paper, 1).person = "bob"
        with pytest.raises(InvariantViolated, match="right_person"):
            session.commit()
        session.add(Paper(request="r2", person="carol"))
        session.commit()
        assert session.get_one(Paper, 1).person == "bob"
    assert heard(oracle)["wanted"] == {"r1": "alice", "r2": "carol"}


def test_what_is_no_longer_watched_reports_nothing(oracle: Any) -> None:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    session = Session(engine)
    watch = report_commits(session, inserted(Paper, "request", wanted="row.person"))
    session.add(Paper(request="r1", person="alice"))
    session.commit()
    with listening(oracle):
        session.add(Paper(request="r2", person="alice"))
        session.commit()
        watch.remove()
        session.add(Paper(request="r3", person="alice"))
        session.commit()
    session.close()
    engine.dispose()
    assert heard(oracle)["wanted"] == {"r2": "alice"}
