"""What `honnin mutate` says of designs, of their mutants, and of how many the claims notice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from honnin.oracle.picture import paragraph, picture
from honnin.oracle.runs import run_record
from honnin.oracle.session import Colour, Session, paint
from honnin.oracle.status import Status, worst
from honnin.oracle.story import Names, occurrence_record, occurrence_words
from honnin.oracle.table import plural, quoted
from honnin.spec.records import dataclass, fields

if TYPE_CHECKING:
    from honnin.compiler.answers import Answer, Change, Counterexample
    from honnin.compiler.mutants import Mutant
    from honnin.compiler.mutation import Fate, OwnRun, Survived
    from honnin.spec.core import Check, Module, Occurrence

INDENT: Final = 6
"""Cells before what is said of a mutant."""

_FATES: Final[dict[str, tuple[str, Colour]]] = {
    "Killed": ("killed", "green"),
    "Survived": ("survives", "red"),
    "Equivalent": ("equivalent", "cyan"),
    "Undecided": ("undecided", "yellow"),
}


@dataclass(slots=True)
class Tally:
    """How many mutants ended how. `not_asked`: the time was over, or Ctrl-C was pressed."""

    killed: int = 0
    survived: int = 0
    equivalent: int = 0
    undecided: int = 0
    not_asked: int = 0

    @property
    def rate(self) -> float | None:
        """The killed among the killed and survived, from 0 to 1; None where there are none."""
        decided = self.killed + self.survived
        return self.killed / decided if decided else None

    def count(self, fate: Fate) -> None:
        """One that was not asked has this fate."""
        name = type(fate).__name__.lower()
        setattr(self, name, getattr(self, name) + 1)
        self.not_asked -= 1

    def add(self, other: Tally) -> None:
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))

    def status(self, fail_under: float | None) -> Status:
        """Undecided where a mutant is; NO where fewer are killed than asked for (in percent)."""
        too_few = fail_under is not None and self.rate is not None and 100 * self.rate < fail_under
        is_open = self.undecided or self.not_asked
        return worst(Status.NO if too_few else Status.WELL, Status.UNDECIDED if is_open else Status.WELL)

    @property
    def words(self) -> str:
        decided = self.killed + self.survived
        rate = "" if self.rate is None else f" ({self.rate:.0%})"
        parts = [f"{self.killed} of {plural(decided, 'mutant')} killed{rate}"]
        parts += [f"{self.survived} survive" + ("s" if self.survived == 1 else "")] if self.survived else []
        parts += [f"{self.equivalent} can do nothing new"] if self.equivalent else []
        parts += [f"{self.undecided} undecided"] if self.undecided else []
        parts += [f"{self.not_asked} not asked"] if self.not_asked else []
        return ", ".join(parts)

    @property
    def record(self) -> dict[str, Any]:
        counts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**counts, "rate": None if self.rate is None else round(self.rate, 4)}

    def tell(self, session: Session, name: str) -> None:
        """The end of a design."""
        session.say(f"  {name}: {self.words}")
        session.say()
        session.tell({"design": {"design": name, "holds": True, **self.record}})


def tell_design(session: Session, module: Module, name: str, held: Sequence[Check], count: int) -> None:
    """The beginning of a design."""
    words = [
        f"{relation} {', '.join(targets)}"
        for relation in ("satisfies", "reaches")
        if (targets := [check.target for check in held if check.relation == relation])
    ]
    title = quoted(module.system(name).title, ": ")
    session.say(f"{paint(name, 'cyan')}{title}")
    session.say(f"  {', '.join(words)}; {plural(count, 'mutant')}")


def tell_refused(session: Session, answer: Answer, *, in_haste: bool) -> None:
    """A check that does not hold has no mutants. `in_haste`: it had less time than it may take, for the time of all was nearly over."""
    from honnin.compiler.answers import Refuted

    how = "is refuted" if isinstance(answer.verdict, Refuted) else "is not decided"
    late = in_haste and how == "is not decided"
    more = "there was no time left for it (--total)" if late else "prove says more"
    session.say(f"{paint(answer.subject, 'cyan')}")
    session.say(f"  {paint(f'satisfies {answer.target} {how}', 'yellow')}: no mutants for it; {more}")
    session.say()
    record = {"design": answer.subject, "holds": False, "target": answer.target}
    session.tell({"design": {**record, "answer": "refuted" if how == "is refuted" else "unknown"}})


def tell_summary(session: Session, file: Path, tally: Tally, *, interrupted: bool) -> None:
    """The last line."""
    ending = ", interrupted" if interrupted else ""
    is_empty = not any(getattr(tally, field.name) for field in fields(tally))
    session.say(f"{file}: {'no mutants' if is_empty else tally.words}{ending}")
    session.tell({"summary": {"file": str(file), **tally.record, "interrupted": interrupted}})


# ---------------------------------------------------------------- one mutant


def tell_fate(
    session: Session, module: Module, mutant: Mutant, fate: Fate, seconds: float, verbose: bool
) -> None:
    """One mutant."""
    session.tell({"mutant": _record(module, mutant, fate, seconds)})
    if session.as_json:
        return
    word, colour = _FATES[type(fate).__name__]
    session.say(f"  {paint(f'{word:<10}', colour)}  {mutant.step}, line {mutant.span.line}: {mutant.words}")
    for line in _lines(module, mutant, fate, verbose):
        session.say(f"      {line}")


def _lines(module: Module, mutant: Mutant, fate: Fate, verbose: bool) -> list[str]:
    from honnin.compiler.mutation import Equivalent, Killed, Survived, Undecided

    match fate:
        case Killed(answer=answer, run=None):
            return [f"{answer.target} can be reached no more"]
        case Killed(run=run):
            assert run is not None
            steps = f"in {plural(len(run.steps), 'step')}" if run.steps else "in its initial state"
            shown = _picture(module, mutant, run, f"breaks {run.claim}") if verbose else []
            return [f"breaks {run.claim} {steps}", *shown]
        case Survived():
            return [_meaning(mutant), *_own_lines(module, mutant, fate)]
        case Equivalent(answer=answer):
            never = [warning for warning in answer.warnings if warning.startswith(f"{mutant.step} ")]
            return ["it does nothing that the design does not do", *never]
        case Undecided(answers=answers):
            return [f"{answer.relation} {answer.target}: {_answer(answer)}" for answer in answers]


def _meaning(mutant: Mutant) -> str:
    if mutant.kind in ("guard dropped", "premise dropped"):
        return "not needed for what is claimed; without it:"
    return "the claims do not notice:"


def _own_lines(module: Module, mutant: Mutant, fate: Survived) -> list[str]:
    """The run that only the mutant has, and what the design does there."""
    if fate.own is None:
        return [
            "no run was found that the design does not have",
            *(f"tried: {line}" for line in fate.searched),
        ]
    run = fate.own.run if fate.seen is None else fate.seen
    ending = "" if fate.seen is None else "no run of the design reports this"
    told = [
        _comparison(module, mutant, fate.own),
        *([fate.unseen] if fate.unseen else []),
    ]
    return [
        *_picture(module, mutant, run, ending),
        *(line for text in told for line in paragraph(text, INDENT)),
    ]


def _picture(module: Module, mutant: Mutant, run: Counterexample, ending: str) -> list[str]:
    """A run of the mutant, and what it assumes."""
    from honnin.compiler.mutation import mutated

    shown = picture(run, mutated(module, mutant), mutant.system.name, ending, INDENT)
    return [*shown.steps, *shown.assumed]


def _comparison(module: Module, mutant: Mutant, own: OwnRun) -> str:
    """What the design does where the mutant takes the last step; where it goes on, if that is all the difference."""
    if mutant.kind == "premise dropped":
        return f"{_begins(own)} what the design takes for granted does not hold"
    last, taken = len(own.run.steps), own.run.steps[-1]
    also = "" if own.always else "; with other choices it can do the same"
    if own.design is None:
        return f"in the design step {last} is not possible there{also}"
    done = _done(module, mutant, own.design.changes, own.design.events)
    if done == _done(module, mutant, taken.changes, taken.events):
        waits = [f"`{change.after}`" for change in own.design.changes if change.place[0] == "@"]
        return f"in the design step {last} leads to {', '.join(waits) or 'the label where it was'}{also}"
    return f"in the design step {last} does instead: {done or 'nothing'}{also}"


def _begins(own: OwnRun) -> str:
    """When something is so that is shown by the end of the run."""
    return f"after step {len(own.run.steps)}" if own.run.steps else "at the start"


def _done(module: Module, mutant: Mutant, changes: Sequence[Change], events: Sequence[Occurrence]) -> str:
    names = Names(mutant.system)
    written = [
        f"{names.variable(change.place, change.keys)} := {names.value(change.place, change.after)}"
        for change in changes
        if change.place[0] != "@"
    ]
    return "; ".join((*(occurrence_words(event, module) for event in events), *written))


def _answer(answer: Answer) -> str:
    return {"Proved": "proved", "Bounded": "holds within bounds", "Reached": "reached"}.get(
        type(answer.verdict).__name__, "unknown"
    )


# ---------------------------------------------------------------- JSON


def _record(module: Module, mutant: Mutant, fate: Fate, seconds: float) -> dict[str, Any]:
    span = mutant.span
    return {
        "design": mutant.system.name,
        "step": mutant.step,
        "kind": mutant.kind,
        "mutation": mutant.words,
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "fate": _FATES[type(fate).__name__][0],
        "seconds": round(seconds, 3),
        **_fate_record(module, mutant, fate),
    }


def _fate_record(module: Module, mutant: Mutant, fate: Fate) -> dict[str, Any]:
    from honnin.compiler.mutation import Equivalent, Killed, Survived, Undecided, mutated

    match fate:
        case Killed(answer=answer, run=None):
            return {"target": answer.target, "claim": answer.target, "steps": None, "run": None}
        case Killed(answer=answer, run=run):
            assert run is not None
            return {
                "target": answer.target,
                "claim": run.claim,
                "steps": len(run.steps),
                "run": run_record(run, mutated(module, mutant), mutant.system.name),
            }
        case Survived(answers=answers, own=own, searched=searched):
            found: dict[str, Any] = {"run": None, "searched": list(searched)}
            if own is not None:
                found = {**_own_record(module, mutant, own), **_seen_record(module, mutant, fate)}
            return {"answers": {answer.target: _answer(answer) for answer in answers}, **found}
        case Equivalent(answer=answer):
            return {"answers": {"does nothing new": _answer(answer)}}
        case Undecided(answers=answers):
            return {"answers": {answer.target: _answer(answer) for answer in answers}}


def _seen_record(module: Module, mutant: Mutant, fate: Survived) -> dict[str, Any]:
    from honnin.compiler.mutation import mutated
    from honnin.compiler.observable import SAME_EVENTS

    if fate.seen is None:
        word = "the same" if fate.unseen == SAME_EVENTS else "undecided"
        return {"events": word, "observable": None, "searched": [fate.unseen]}
    run = run_record(fate.seen, mutated(module, mutant), mutant.system.name)
    del run["claim"], run["specification"], run["sentence"]
    return {"events": "differ", "observable": run}


def _own_record(module: Module, mutant: Mutant, own: OwnRun) -> dict[str, Any]:
    from honnin.compiler.mutation import mutated

    run = run_record(own.run, mutated(module, mutant), mutant.system.name)
    del run["claim"], run["specification"], run["sentence"]
    design = None
    if own.design is not None:
        changes = [
            {"place": c.place, "keys": list(c.keys), "before": c.before, "after": c.after}
            for c in own.design.changes
        ]
        events = [occurrence_record(event, module.specifications) for event in own.design.events]
        design = {"changes": changes, "events": events}
    return {"run": run, "design_does": design, "with_any_choices": own.always}
