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

BECAUSE = "the log begins in mid-stream: what happened before it may make this right or wrong"


@dataclass(slots=True)
class Doubts:
    """Tells what fails in every past from what fails in some. `counts`: per claim, how often the second was found.

    `assumed`: the assumptions. Once one of them may have been broken, no violation is sure any more: it may not count.
    """

    assumed: frozenset[str]
    counts: Counter[str] = field(default_factory=Counter)
    shaken: bool = False

    def split(
        self, violations: Iterable[Violation], broken: Iterable[Violation]
    ) -> tuple[list[Violation], list[Violation]]:
        """Of the violations found at one event, those that are sure and those that are not."""
        found = [_plain(violation) for violation in violations]
        sure = [one for one in found if not one.invariant.endswith(DOUBT)]
        known = {(one.invariant, one.trigger) for one in (*sure, *broken)}
        doubted = [
            one._replace(invariant=one.invariant.removesuffix(DOUBT), why={}, causes=())
            for one in found
            if one.invariant.endswith(DOUBT)
        ]
        doubted = [one for one in doubted if one.trigger != 0 and (one.invariant, one.trigger) not in known]
        self.shaken = self.shaken or any(one.invariant in self.assumed for one in doubted)
        if self.shaken:
            sure, doubted = [], [*doubted, *sure]
        return sure, doubted

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


def _plain(violation: Violation) -> Violation:
    """Without what was only read to know what is known."""
    own = {text: value for text, value in violation.why.items() if _is_own(text)}
    return violation._replace(why=own, causes=tuple(one for one in violation.causes if _is_own(one.read)))


def _is_own(text: str) -> bool:
    """Whether it speaks of what the author wrote."""
    return KNOWN not in text and BEGINS not in text
