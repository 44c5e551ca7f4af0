"""Examples: their facts and events as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from honnin.spec import core, syntax
from honnin.spec.core import Value
from honnin.spec.diagnostics import Diagnostic, Label
from honnin.spec.elaborate.literals import Literals, NoValue
from honnin.spec.elaborate.references import as_many_keys
from honnin.spec.elaborate.scope import Report
from honnin.spec.logs.lines import Lines
from honnin.spec.near import did_you_mean
from honnin.spec.records import dataclass, replace


@dataclass(frozen=True, slots=True)
class ExampleBuilder:
    """Types the examples of one specification.

    `rejecting`: whether each claim can reject; those with errors of their own are there too. `lines` reads lines of logs.
    """

    rejecting: Mapping[str, bool]
    literals: Literals
    lines: Lines
    report: Report

    def example(self, written: syntax.ExampleDecl) -> core.Example | None:
        """The example; None after a diagnostic."""
        rejected = None if written.rejected_by is None else written.rejected_by.text
        sound = written.rejected_by is None or self._can_reject(written.rejected_by)
        facts = [self._fact(fact) for fact in written.facts]
        sound = self._each_once([fact for fact in facts if fact is not None]) and sound
        occurrences = self._occurrences(written.occurrences)
        if not sound or occurrences is None or any(fact is None for fact in facts):
            return None
        return core.Example(
            written.name.text,
            None if written.title is None else written.title.value,
            rejected,
            tuple(fact for fact in facts if fact is not None),
            occurrences,
            span=written.span,
        )

    def _can_reject(self, name: syntax.Dotted) -> bool:
        if name.text not in self.rejecting:
            known = [claim for claim, rejects in self.rejecting.items() if rejects]
            message = f"there is no invariant or assumption `{name.text}`"
            self.literals.fail("HN0109", message, name.span, did_you_mean(name.text, known))
            return False
        if not self.rejecting[name.text]:
            message = f"`{name.text}` is a cover, which cannot reject"
            self.literals.fail("HN0109", message, name.span, "name an invariant or an assumption")
            return False
        return True

    def _each_once(self, facts: Sequence[core.Fact]) -> bool:
        first: dict[tuple[str, tuple[tuple[type, Value], ...]], core.Fact] = {}
        for fact in facts:
            place = fact.given, tuple((type(key), key) for key in fact.keys)
            before = first.setdefault(place, fact)
            if before is not fact:
                labels = (Label(before.span, "the first"),)
                message = f"the example says the same fact of `{fact.given}` twice"
                self.report(Diagnostic("HN0332", message, fact.span, labels=labels))
                return False
        return True

    def _fact(self, written: syntax.FactDecl) -> core.Fact | None:
        given = self.literals.named_as(core.Given, written.given, "HN0110", "given")
        if given is None:
            return None
        index = written.index or ()
        if not as_many_keys(given.name, len(given.keys), len(index), self.report, written.span):
            return None
        keys = [
            self.literals.value(key, type, "the key") for key, type in zip(index, given.keys, strict=True)
        ]
        value = self.literals.value(written.value, given.value, f"`{given.name}`")
        if isinstance(value, NoValue) or any(isinstance(key, NoValue) for key in keys):
            return None
        return core.Fact(
            given.name, tuple(k for k in keys if not isinstance(k, NoValue)), value, span=written.span
        )

    def _occurrences(
        self, written: tuple[syntax.OccurrenceDecl | syntax.LineDecl, ...]
    ) -> tuple[core.Occurrence, ...] | None:
        made: list[core.Occurrence] = []
        sound, at = True, 0
        for step in written:
            told = self._told(step)
            if told is None:
                sound = False
                continue
            for occurrence in told:
                moment = at if occurrence.at is None else occurrence.at
                if moment < at:
                    self._time_goes_back(step)
                    sound = False
                at = max(at, moment)
                made.append(replace(occurrence, at=at))
        return tuple(made) if sound else None

    def _told(self, step: syntax.OccurrenceDecl | syntax.LineDecl) -> tuple[core.Occurrence, ...] | None:
        """The events of a step, each with its time if the step says one; None after a diagnostic."""
        at = None if step.at is None else step.at.microseconds
        if isinstance(step, syntax.LineDecl):
            told = self.lines.told(step)
            return None if told is None else tuple(replace(o, at=o.at if at is None else at) for o in told)
        values = self.literals.values(step)
        return None if values is None else (core.Occurrence(step.event.text, values, at, span=step.span),)

    def _time_goes_back(self, step: syntax.OccurrenceDecl | syntax.LineDecl) -> None:
        hint = "`at` is the time since the start, not since the event before"
        span = step.span if step.at is None else step.at.span
        self.report(Diagnostic("HN0328", "the time goes back", span, hint=hint if step.at else None))
