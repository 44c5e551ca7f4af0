"""Lines of logs in examples: what the mapping makes of each, and whether that is what the example says."""

from __future__ import annotations

from honnin.spec import syntax
from honnin.spec.core import Occurrence, Specification
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.elaborate.literals import Literals
from honnin.spec.elaborate.scope import Report
from honnin.spec.json_values import Number, Problem
from honnin.spec.logs.model import Mapping, same
from honnin.spec.logs.reading import Ignored, read_record
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass, replace
from honnin.spec.source import Span
from honnin.spec.words import literal


@dataclass(frozen=True, slots=True)
class Lines:
    """Reads lines for the examples of one specification."""

    specification: Specification
    literals: Literals
    report: Report

    def told(self, line: syntax.LineDecl) -> tuple[Occurrence, ...] | None:
        """The events that the line tells, each with its time if the mapping gives one; None after a diagnostic."""
        mapping = self._mapping(line)
        if mapping is None:
            return None
        if line.at is not None and mapping.at is not None:
            message = f'the mapping "{mapping.name}" gives the time of this line'
            self._fail("HN0427", message, line.at.span, "leave out `at`, or let the record say another time")
            return None
        record = self._json(line.record)
        if isinstance(record, Problem):
            return None
        found = read_record(record, mapping, self.specification)
        if line.expected is not None and not self._as_expected(line, line.expected, found):
            return None
        match found:
            case Problem(message=message) if line.expected != "reject":
                self._fail("HN0426", f"this line cannot be read: {message}", line.record.span)
                return None
            case Problem() | "ignore":
                return ()
            case _:
                return tuple(replace(occurrence, span=line.span) for occurrence in found)

    def _mapping(self, line: syntax.LineDecl) -> Mapping | None:
        known = {mapping.name: mapping for mapping in self.specification.mappings}
        if line.log is None and len(known) == 1:
            return next(iter(known.values()))
        if line.log is None:
            hint = 'write `from json "NAME" { ... }`' if not known else f"write {_or(known)} after `line`"
            self._fail("HN0419", "nothing says which mapping reads this line", line.span, hint)
            return None
        found = known.get(line.log.value)
        if found is None:
            message = f"there is no mapping `{line.log.value}`"
            self._fail("HN0419", message, line.log.span, did_you_mean(line.log.value, known))
        return found

    # ------------------------------------------------------------ what the example says

    def _as_expected(
        self,
        line: syntax.LineDecl,
        expected: tuple[syntax.OccurrenceDecl, ...] | syntax.SetAside,
        found: tuple[Occurrence, ...] | Ignored | Problem,
    ) -> bool:
        if isinstance(expected, str):
            word = "reject" if isinstance(found, Problem) else "ignore" if found == "ignore" else None
            return word == expected or self._differs(line.span, found)
        wanted = []
        for event in expected:
            values = self.literals.values(event)
            if values is None:
                return False
            wanted.append((event.event.text, values))
        if (
            isinstance(found, tuple)
            and len(found) == len(wanted)
            and all(
                name == told.event and all(map(same, values, told.values))
                for (name, values), told in zip(wanted, found, strict=True)
            )
        ):
            return True
        return self._differs(line.span, found)

    def _differs(self, span: Span, found: tuple[Occurrence, ...] | Ignored | Problem) -> bool:
        match found:
            case Problem(message=message):
                instead = f"it cannot be read: {message}"
            case "ignore":
                instead = "the mapping ignores it"
            case _:
                instead = "the mapping gives " + ", ".join(map(self._words, found))
        self._fail("HN0425", f"this line is not read as the example says: {instead}", span)
        return False

    def _words(self, occurrence: Occurrence) -> str:
        fields = self.specification.event(occurrence.event).fields
        shown = (literal(v, f.type) for v, f in zip(occurrence.values, fields, strict=True))
        return f"`{occurrence.event}({', '.join(shown)})`"

    # ------------------------------------------------------------ the record

    def _json(self, written: syntax.Json) -> object:
        """The JSON value as `strict_json` would have it; a Problem after a diagnostic."""
        match written:
            case syntax.JsonObject(members=members):
                values = [self._json(member.value) for member in members]
                keys = [member.key.value for member in members]
                again = next((m for m in members if keys.count(m.key.value) > 1), None)
                if again is not None:
                    self._fail("HN0426", "an object has the same key twice", again.span)
                    return Problem("HN0426", "")
                broken = next((value for value in values if isinstance(value, Problem)), None)
                return broken or dict(zip(keys, values, strict=True))
            case syntax.JsonArray(items=items):
                values = [self._json(item) for item in items]
                broken = next((value for value in values if isinstance(value, Problem)), None)
                return broken or values
            case syntax.JsonNumber(text=text):
                return Number(text)
            case syntax.JsonNull():
                return None
            case syntax.TextLiteral(value=text):
                return text
            case syntax.BoolLiteral(value=truth):
                return truth

    def _fail(self, code: str, message: str, span: Span, hint: str | None = None) -> None:
        self.report(Diagnostic(code, message, span, hint=hint))


def _or(names: dict[str, Mapping]) -> str:
    return " or ".join(f'`"{name}"`' for name in names)
