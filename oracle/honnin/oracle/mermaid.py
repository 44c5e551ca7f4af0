"""A run as a sequence diagram in Mermaid's text: a line of life for each instance, for each variable that they share and that
the run changes, and for the outside, which sees the events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from honnin.oracle.story import Names, instance, occurrence_words, step_name
from honnin.spec.core import Module
from honnin.spec.evaluation import Fresh
from honnin.spec.render import printable

if TYPE_CHECKING:
    from honnin.compiler.account import Account
    from honnin.compiler.answers import Change, Counterexample, TakenStep

ACTIONS, OUTSIDE = "actions", "outside"
_CODED = frozenset('#;<>&"%$')


def mermaid(run: Counterexample, module: Module, subject: str, ending: str) -> str:
    """The diagram; `ending` is said of the last step."""
    from honnin.compiler.account import account

    names = Names.of(module, subject)
    told = account(module, names.system, run) if names.system is not None else None
    return "\n".join(_Diagram(run, module, names, told).lines(subject, ending)) + "\n"


def coded(text: str) -> str:
    """The text as Mermaid shows it and does not read it: what means something to it as the code of the character."""
    return "".join(f"#{ord(c)};" if c in _CODED else c for c in printable(text))


class _Diagram:
    """`lives`: what is called how in the text of the diagram, by what is shown."""

    def __init__(self, run: Counterexample, module: Module, names: Names, told: Account | None) -> None:
        self.run, self.module, self.names, self.told = run, module, names, told
        takers = dict.fromkeys(instance(step) or ACTIONS for step in run.steps)
        shared = dict.fromkeys(c.place for step in run.steps for c in step.changes if self._is_shared(c))
        shared.update(
            dict.fromkeys(m.place for marks in (told.marks.values() if told else ()) for m in marks)
        )
        self.takers = {taker: f"t{number}" for number, taker in enumerate(takers)}
        self.shared = {variable: f"v{number}" for number, variable in enumerate(shared)}

    def _is_shared(self, change: Change) -> bool:
        return not change.place.startswith("@") and not self.names.split(change.place, change.keys)[0]

    def lines(self, subject: str, ending: str) -> Iterator[str]:
        yield "sequenceDiagram"
        yield f"    title {coded(f'{subject} {ending}')}"
        for shown, life in (*self.takers.items(), *self.shared.items(), (OUTSIDE, "o")):
            yield f"    participant {life} as {coded(shown)}"
        for first in self.run.initial:
            owner, name = self.names.split(first.variable, first.keys)
            if owner in self.takers:
                shown = self.names.value(first.variable, first.value)
                yield f"    Note over {self.takers[owner]}: {coded(f'{name} = {shown}')}"
        for number, step in enumerate(self.run.steps, 1):
            yield from self._step(number, step)
        last = self.takers[instance(self.run.steps[-1]) or ACTIONS] if self.run.steps else "o"
        yield f"    Note over {last}: {coded(ending)}"

    def _step(self, number: int, step: TakenStep) -> Iterator[str]:
        taker = self.takers[instance(step) or ACTIONS]
        said = list(self._acts(number, step, taker))
        name = step.step.rpartition(".")[2] if instance(step) else step_name(step)
        if not said:
            yield f"    Note over {taker}: {coded(f'{number} {name}')}"
        for index, (arrow, text) in enumerate(said):
            prefix = f"{number} {name}: " if index == 0 else ""
            yield f"    {arrow}: {coded(prefix + text)}"
        for mark in self.told.marks.get(number, ()) if self.told else ():
            earlier = self.run.steps[mark.earlier - 1]
            who = instance(earlier) or step_name(earlier)
            verb = f"overwrites what {who} wrote" if mark.kind == "overwrites" else f"changes what {who} read"
            yield f"    Note over {taker},{self.shared[mark.place]}: {coded(verb)}"

    def _acts(self, number: int, step: TakenStep, taker: str) -> Iterator[tuple[str, str]]:
        """What is read of the shared variables, the events, and what changes."""
        yield from self._reads(number, taker)
        for event in step.events:
            yield f"{taker}->>o", occurrence_words(event, self.module)
        for change in step.changes:
            if change.place.startswith("@"):
                continue
            after = self.names.value(change.place, change.after)
            text = f"{self.names.split(change.place, change.keys)[1]} := {after}"
            place = self.shared.get(change.place)
            yield (f"{taker}->>{place}" if place else f"Note over {taker}"), text

    def _reads(self, number: int, taker: str) -> Iterator[tuple[str, str]]:
        if self.told is None:
            return
        changed = {(c.place, c.keys) for step in self.run.steps for c in step.changes}
        state = self.told.states[number - 1]
        for place in sorted(self.told.touched[number - 1].read & changed, key=str):
            name, keys = place
            if name in self.shared:
                held = state.variables.get(place, state.past.variable_defaults[name])
                assert not isinstance(held, Fresh)
                known = [key for key in keys if not isinstance(key, Fresh)]
                text = f"{self.names.variable(name, known)} is {self.names.value(name, held)}"
                yield f"{self.shared[name]}-->>{taker}", text
