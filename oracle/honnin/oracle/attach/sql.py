"""SQLAlchemy: what a session has committed is reported, what it has rolled back is not. Needs `pip install 'honnin[sql]'`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal, Self

from honnin.oracle.attach.happening import Happening, Source
from honnin.oracle.attach.targets import current
from honnin.oracle.several import together_raised
from honnin.spec.records import dataclass, field

try:
    from sqlalchemy import event as session_events
    from sqlalchemy import inspect
    from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("SQLAlchemy is not installed: pip install 'honnin[sql]'") from error

__tracebackhide__ = True


@dataclass(frozen=True, slots=True)
class Rule:
    """An event for each row of a mapped class that was inserted, updated or deleted; or for each commit of changes."""

    when: Literal["inserted", "updated", "deleted", "committed"]
    model: type[Any]
    happening: Happening


def inserted(model: type[Any], event: str, **sources: Source) -> Rule:
    """For each new row: its columns are the fields of their names; sources name `row`, e.g. `subject="row.person_id"`."""
    return _rule("inserted", model, event, sources)


def updated(model: type[Any], event: str, **sources: Source) -> Rule:
    """For each row with changed columns, as it is after the change."""
    return _rule("updated", model, event, sources)


def deleted(model: type[Any], event: str, **sources: Source) -> Rule:
    """For each row that is gone, as it was."""
    return _rule("deleted", model, event, sources)


def committed(event: str, **sources: Source) -> Rule:
    """For each transaction that has changed rows, after the events of the rows; sources name `row`, which is none."""
    return _rule("committed", object, event, sources)


def _rule(when: Any, model: type[Any], event: str, sources: dict[str, Source]) -> Rule:
    happening = Happening(event, sources)
    happening.check(("row",))
    return Rule(when, model, happening)


@dataclass(slots=True)
class _Uncommitted:
    """What a session has flushed. `marks`: how much of it there was at each savepoint that is not released."""

    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    marks: dict[SessionTransaction, int] = field(default_factory=dict)
    committed: bool = False


class report_commits:
    """From now on, what sessions commit is reported to whoever listens when they commit; `remove()` ends it, as does a block.

    `sessions`: a Session, a sessionmaker, or a Session class. Values are read when the session flushes, reported in the order of
    the flushes once the outermost transaction has been committed; what a rollback (also to a savepoint) takes back is forgotten.
    Only changes made through objects are seen: not `session.execute(insert(...))`, not `bulk_*`, not triggers.

    The rows are committed when the oracle hears of them, so nothing that it raises can take them back: it is raised by `commit()`
    after the transaction has ended, and the session can be used on.
    """

    def __init__(self, sessions: Session | sessionmaker[Any] | type[Session], *rules: Rule) -> None:
        self._sessions = sessions
        self._rules = rules
        self._hooks: dict[str, Callable[..., None]] = {
            "after_flush": self._flushed,
            "after_transaction_create": self._began,
            "after_commit": self._after_commit,
            "after_transaction_end": self._ended,
        }
        for name, hook in self._hooks.items():
            session_events.listen(sessions, name, hook)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Reports nothing any more."""
        for name, hook in self._hooks.items():
            session_events.remove(self._sessions, name, hook)

    def _of(self, session: Session) -> _Uncommitted:
        found: _Uncommitted = session.info.setdefault(("honnin", id(self)), _Uncommitted())
        return found

    def _flushed(self, session: Session, _: object) -> None:
        events = self._of(session).events
        changes = (
            ("inserted", session.new),
            (
                "updated",
                (row for row in session.dirty if session.is_modified(row, include_collections=False)),
            ),
            ("deleted", session.deleted),
        )
        for when, rows in changes:
            for row in rows:
                events += self._events(when, row)

    def _events(self, when: str, row: object) -> Iterator[tuple[str, dict[str, Any]]]:
        for rule in self._rules:
            if rule.when == when and isinstance(row, rule.model):
                state = inspect(row)
                assert state is not None
                keys = [column.key for column in state.mapper.column_attrs]
                columns = {key: state.dict[key] for key in keys if key in state.dict}
                fields = rule.happening.fields({"row": row})
                yield rule.happening.event, {**columns, **fields}

    def _began(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.nested:
            known = self._of(session)
            known.marks[transaction] = len(known.events)

    def _after_commit(self, session: Session) -> None:
        """A savepoint is released, or the whole transaction committed."""
        known, savepoint = self._of(session), session.get_nested_transaction()
        if savepoint is None:
            known.committed = True
        else:
            known.marks.pop(savepoint)

    def _ended(self, session: Session, transaction: SessionTransaction) -> None:
        known = self._of(session)
        if transaction in known.marks:
            del known.events[known.marks.pop(transaction) :]
        if transaction.parent is None:
            session.info.pop(("honnin", id(self)))
            if known.committed and known.events:
                self._report(known)

    def _report(self, known: _Uncommitted) -> None:
        target = current()
        if target is None:
            return
        commits = [rule.happening for rule in self._rules if rule.when == "committed"]
        events = [*known.events, *((one.event, one.fields({"row": None})) for one in commits)]
        together_raised([partial(target.report, *one) for one in events], "one commit")
