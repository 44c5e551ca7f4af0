"""Names that were probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint with the known name nearest to `name`, if one is near; capital letters make little difference."""
    from difflib import get_close_matches

    by_form = {other.casefold(): other for other in sorted(known)}
    close = get_close_matches(name.casefold(), by_form, n=1, cutoff=0.7)
    return f"did you mean `{by_form[close[0]]}`?" if close else None
