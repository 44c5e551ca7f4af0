"""What cannot be decided of a log that begins in mid-stream (`--begins-midway`): findings that hang on what happened before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from honnin.compiler.midway.formulas import BEGINS, KNOWN
from honnin.compiler.midway.specification import DOUBT
from honnin.spec.records import dataclass, field

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Violation
    from honnin.oracle.monitor import Spec
    from honnin.spec.core import Module

BECAUSE = "the log begins in mid-stream: what happened before it may make this right or wrong"


@dataclass(slots=True)
class Doubts:
    """Tells what fails in every past from what fails in some. `counts`: per claim, how often the second was found.

    `assumed`: the assumptions. Once one of them may have been broken, no violation is sure any more: it may not count.
    Nothing is said of the claims `not_monitored`.
    """

    assumed: frozenset[str]
    not_monitored: tuple[str, ...] = ()
    counts: Counter[str] = field(default_factory=Counter)
    shaken: bool = False

    def split(
        self, violations: Iterable[Violation], broken: Iterable[Violation]
    ) -> tuple[list[Violation], list[Violation], list[Violation]]:
        """Of what was found at one event, the violations that are sure, the broken assumptions, and what is neither for sure."""
        broken = [_plain(violation) for violation in broken]
        found = [_plain(violation) for violation in violations]
        sure = [one for one in found if not one.invariant.endswith(DOUBT)]
        known = {(one.invariant, one.trigger) for one in (*sure, *broken)}
        doubted = [
            one._replace(invariant=one.invariant.removesuffix(DOUBT), why={}, parts={}, causes=())
            for one in found
            if one.invariant.endswith(DOUBT)
        ]
        doubted = [one for one in doubted if one.trigger != 0 and (one.invariant, one.trigger) not in known]
        self.shaken = self.shaken or any(one.invariant in self.assumed for one in doubted)
        if self.shaken:
            sure, doubted = [], [*doubted, *sure]
        return sure, broken, doubted

    def kept(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"counts": dict(self.counts), "shaken": self.shaken}

    def restore(self, kept: dict[str, Any]) -> None:
        """What `kept` gave."""
        self.counts, self.shaken = Counter(kept["counts"]), kept["shaken"]

    def summarise(self, summary: dict[str, Any]) -> None:
        """Puts what is undecided into the summary of an oracle, and takes the doubles of the claims out."""
        claims = summary["claims"]
        for name in [name for name in claims if name.endswith(DOUBT)]:
            del claims[name]
        for name, count in self.counts.items():
            if claims[name]["verdict"] in ("satisfied so far", "pending"):
                claims[name]["verdict"] = "undecided"
            claims[name]["undecided"] = count
        pending = {(one["invariant"].removesuffix(DOUBT), one["trigger"]) for one in summary["pending"]}
        summary["pending"] = [{"invariant": name, "trigger": trigger} for name, trigger in sorted(pending)]
        summary["causes"] = [
            {**group, "from": [text for text in group["from"] if _is_own(text)]}
            for group in summary["causes"]
            if not group["invariant"].endswith(DOUBT)
        ]
        summary["undecided"] = self.counts.total()
        summary["not_monitored"] = list(self.not_monitored)


def judging(module: Module) -> tuple[Spec, Doubts]:
    """What the oracle is made of for events that begin in mid-stream, and what tells which of its findings are sure."""
    from honnin.compiler.midway.specification import midway
    from honnin.oracle.monitor import compile_specification, not_monitored

    judge = compile_specification(midway(module.main), f"{module.digest}-midway")
    assumed = frozenset(claim.name for claim in module.main.claims if claim.kind == "assume")
    unsure = dict.fromkeys(name.removesuffix(DOUBT) for name in judge.not_monitored)
    return judge, Doubts(assumed, (*not_monitored(module.main), *unsure))


def _plain(violation: Violation) -> Violation:
    """Without what was only read to know what is known."""
    why, parts = (
        {text: value for text, value in told.items() if _is_own(text)}
        for told in (violation.why, violation.parts)
    )
    causes = tuple(one for one in violation.causes if _is_own(one.read))
    return violation._replace(why=why, parts=parts, causes=causes)


def _is_own(text: str) -> bool:
    """Whether it speaks of what the author wrote."""
    return KNOWN not in text and BEGINS not in text
