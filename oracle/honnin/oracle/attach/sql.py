"""SQLAlchemy: what a session has committed is reported, what it has rolled back is not. Needs `pip install 'honnin[sql]'`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, Literal, Self

from honnin.compiler.runtime.base import BadInput
from honnin.oracle.attach.happening import Happening, Source
from honnin.oracle.attach.targets import current
from honnin.oracle.extras import NotInstalled
from honnin.oracle.misuse import Misuse
from honnin.oracle.several import together_raised
from honnin.spec.records import dataclass, field

try:
    from sqlalchemy import Result, inspect, select, tuple_
    from sqlalchemy import event as session_events
    from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, sessionmaker
except ModuleNotFoundError:
    raise NotInstalled("SQLAlchemy", "sql") from None

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


class RowsNotTold(Misuse, BadInput):
    """A statement inserts rows that it does not say."""


@dataclass(slots=True)
class _Uncommitted:
    """What a session has flushed. `marks`: how much of it there was at each savepoint that is not released; `changed`: whether there
    are changes, of whatever class."""

    changed: bool = False
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    marks: dict[SessionTransaction, int] = field(default_factory=dict)
    committed: bool = False


class report_commits:
    """From now on, what sessions commit is reported to whoever listens when they commit; `remove()` ends it, as does a block.

    `sessions`: a Session, a sessionmaker, or a Session class. Values are read when the session flushes, reported in the order of
    the flushes once the outermost transaction has been committed; what a rollback (also to a savepoint) takes back is forgotten.
    Statements (`session.execute(insert(...))`, `update`, `delete`) are seen too: the rows are those given as parameters, or selected by
    the statement's condition; an insert of which the rows cannot be told is RowsNotTold. Not seen are `bulk_*`, triggers, and what goes
    around the session.

    The rows are committed when the oracle hears of them, so nothing that it raises can take them back: it is raised by `commit()`
    after the transaction has ended, and the session can be used on.
    """

    def __init__(self, sessions: Session | sessionmaker[Any] | type[Session], *rules: Rule) -> None:
        self._sessions = sessions
        self._rules = rules
        self._hooks: dict[str, Callable[..., object]] = {
            "after_flush": self._flushed,
            "do_orm_execute": self._executing,
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
        known = self._of(session)
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
                known.changed = True
                known.events += self._events(when, type(row), row, _columns(row))

    def _executing(self, state: ORMExecuteState) -> Result[Any] | None:
        """A statement that changes rows is about to be executed: it is executed here where its rows are to be reported."""
        if not (state.is_insert or state.is_update or state.is_delete):
            return None
        known = self._of(state.session)
        known.changed = True
        model = self._model(state)
        when = "inserted" if state.is_insert else "updated" if state.is_update else "deleted"
        if model is None or not any(r.when == when and issubclass(model, r.model) for r in self._rules):
            return None
        if state.is_insert:
            given = self._told(state)
            result = state.invoke_statement()
            for row in given:
                known.events += self._events(when, model, SimpleNamespace(**row), row)
            return result
        keys = list(_keys(state, model))
        gone = self._of_keys(state.session, when, model, keys) if state.is_delete else []
        result = state.invoke_statement()
        known.events += gone if state.is_delete else self._of_keys(state.session, when, model, keys)
        return result

    def _told(self, state: ORMExecuteState) -> list[dict[str, Any]]:
        try:
            return list(_given(state))
        except RowsNotTold as error:
            target = current()
            if target is not None:
                target.refuse(error)
            return []

    def _model(self, state: ORMExecuteState) -> type[Any] | None:
        """The mapped class that the statement is about, also where it names its table only."""
        if state.bind_mapper is not None:
            return state.bind_mapper.class_
        table = getattr(state.statement, "table", None)
        mapped = (r.model for r in self._rules if r.when != "committed")
        return next((model for model in mapped if inspect(model).local_table is table), None)

    def _of_keys(
        self, session: Session, when: str, model: type[Any], keys: list[tuple[Any, ...]]
    ) -> list[tuple[str, dict[str, Any]]]:
        """The events of the rows with these primary keys, as they are now."""
        found = select(model).where(tuple_(*inspect(model).primary_key).in_(keys))
        rows = session.scalars(found.execution_options(populate_existing=True)) if keys else ()
        return [event for row in rows for event in self._events(when, model, row, _columns(row))]

    def _events(
        self, when: str, model: type[Any], row: object, columns: dict[str, Any]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        for rule in self._rules:
            if rule.when == when and issubclass(model, rule.model):
                yield rule.happening.event, {**columns, **rule.happening.fields({"row": row})}

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
            if known.committed and known.changed:
                self._report(known)

    def _report(self, known: _Uncommitted) -> None:
        target = current()
        if target is None:
            return
        commits = [rule.happening for rule in self._rules if rule.when == "committed"]
        events = [*known.events, *((one.event, one.fields({"row": None})) for one in commits)]
        together_raised([partial(target.report, *one) for one in events], "one commit")


def _columns(row: object) -> dict[str, Any]:
    """The columns that are loaded, by the names of their attributes."""
    state: Any = inspect(row)
    keys = [column.key for column in state.mapper.column_attrs]
    return {key: state.dict[key] for key in keys if key in state.dict}


def _given(state: ORMExecuteState) -> Iterator[dict[str, Any]]:
    """The rows that a statement inserts, as far as it gives their columns. RowsNotTold where it does not."""
    if state.parameters:
        listed = [state.parameters] if isinstance(state.parameters, Mapping) else state.parameters
        yield from (dict(row) for row in listed)
        return
    statement: Any = state.statement
    row = statement.compile().params
    columns = {column.name for column in statement.table.columns}
    if statement.select is not None or not row.keys() <= columns:
        raise RowsNotTold(
            "HN0672",
            "the rows that this statement inserts cannot be told",
            "give them as parameters: session.execute(insert(Class), rows)",
        )
    yield row


def _keys(state: ORMExecuteState, model: type[Any]) -> Iterator[tuple[Any, ...]]:
    """The primary keys of the rows that an update or delete is about: those given with it, or those that its condition finds."""
    primary = inspect(model).primary_key
    if isinstance(state.parameters, Sequence):
        names = [inspect(model).get_property_by_column(column).key for column in primary]
        yield from (tuple(row[name] for name in names) for row in state.parameters)
        return
    condition = getattr(state.statement, "whereclause", None)
    found = select(*primary) if condition is None else select(*primary).where(condition)
    yield from (tuple(row) for row in state.session.execute(found, state.parameters or {}))
