"""The prover's answers, as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from honnin.spec.core import Expr, Occurrence, Value
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.proving.question import Question


@dataclass(frozen=True, slots=True)
class Choice:
    """A value chosen in a step: of a parameter, or by the pick `name`, in the order of the source."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Change:
    """A place of the design (a variable, or `@process` for a program counter) that a step changed, at `keys`."""

    place: str
    keys: tuple[Value, ...]
    before: Value
    after: Value


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One step of a counterexample. `step`: `handler.render` or an action's name; `arguments`: the instance or the action's.

    `branches`: which way was taken at each `either` and `if` on the path, from 0, in the order met (`if`: 0 then, 1 else).
    """

    step: str
    arguments: tuple[Choice, ...]
    picks: tuple[Choice, ...]
    branches: tuple[int, ...]
    events: tuple[Occurrence, ...]
    changes: tuple[Change, ...]
    now: int | None = None


@dataclass(frozen=True, slots=True)
class Initial:
    """One arbitrary initial value that the run depends on (`= any`)."""

    variable: str
    keys: tuple[Value, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class GivenValue:
    given: str
    keys: tuple[Value, ...]
    value: Value


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A run that breaks `claim` at its last step (at its start when there is no step), or a run that reaches a cover.

    `scope`: the values of each entity. `claim`: the name of the claim or of the design's property; "write conflict" for two
    writes of one event that cannot both be done. `specification` is None for a property of the design. Entity values are
    short names (`r1`, `r2`) made from the entity's name. Places, givens not listed have their default (given: any value will do).
    """

    claim: str
    specification: str | None
    scope: Mapping[str, tuple[Value, ...]]
    givens: tuple[GivenValue, ...]
    initial: tuple[Initial, ...]
    steps: tuple[TakenStep, ...]


@dataclass(frozen=True, slots=True)
class Premise:
    """An assumption or the arbitrary given that a proof rests on."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a proof is of, and the clauses (over places) that with what is asked are inductive.

    `clauses` is None where every state was visited instead.
    """

    proved: Question
    clauses: tuple[Expr, ...] | None


@dataclass(frozen=True, slots=True)
class Proved:
    """For any number of every entity and any number of steps. `invariant`: clauses in the specification language.

    `exercised`: per claim, whether the design can exercise it at all (found by search); a claim that it cannot is vacuous.
    """

    invariant: tuple[str, ...]
    premises: tuple[Premise, ...]
    exercised: Mapping[str, bool]
    how: str
    evidence: Evidence | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Refuted:
    """A counterexample with few steps, then few values, confirmed by the reference meaning. `shortest`: no run has fewer steps."""

    counterexample: Counterexample
    shortest: bool = False


@dataclass(frozen=True, slots=True)
class Reached:
    """For `reaches`: a run that reaches the cover, confirmed by the reference meaning. `shortest`: no run has fewer steps."""

    witness: Counterexample
    shortest: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """For `reaches`: no run reaches the cover, for any number of every entity."""

    reason: str
    evidence: Evidence | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bounded:
    """Holds within the bounds of the check. `steps` is None when every run in the scope was covered."""

    scope: Mapping[str, int]
    steps: int | None
    exercised: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Stuck:
    """Where a proof by induction stops: nothing that is proved excludes the state `before`, from which `step` leads to `breaks`.

    No run to the state is known, so this is no counterexample. `before`: what holds there beside how the design begins, `after`: what
    the step makes of it, as formulas of the language. `breaks`: the claim or the design's property.
    """

    before: tuple[str, ...]
    step: str
    arguments: tuple[Choice, ...]
    after: tuple[str, ...]
    breaks: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Undecided. `tried`: what was tried, one line each; `depth`, `scope`: up to where nothing was found.

    `stuck`: where a proof by induction stops, if that is known: a lemma is missing there.
    """

    tried: tuple[str, ...]
    scope: Mapping[str, int]
    depth: int
    stuck: Stuck | None = None


Verdict: TypeAlias = Proved | Refuted | Reached | Unreachable | Bounded | Unknown


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one `check` statement. `expected`: whether it is the answer that the statement expects.

    `warnings`: vacuity (claims never exercised, steps never possible, assumptions that exclude everything), specification state
    read by the design. `seconds` of CPU.
    """

    subject: str
    relation: Literal["satisfies", "violates", "reaches", "implies"]
    target: str
    verdict: Verdict
    expected: bool
    warnings: tuple[str, ...] = ()
    seconds: float = field(default=0.0, compare=False)
