"""Where the explicit search ends."""

from __future__ import annotations


class NotApplicable(Exception):
    """The explicit search cannot treat this product; the text says why."""
