"""Test runs inside a test."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

Golden = Callable[[str, str], None]
Run = Callable[..., pytest.RunResult]
HEAD = """
import pytest
KEY = b"a key for the tests, thirty-two bytes long"
MARK = dict(facts="site.json", mask_key=KEY)
def request(oracle, r, who):
    oracle.request(request=r, terminal="t1", holder=who, wanted=who, kind="residence_record")
def issue(oracle, r, who):
    oracle.issue(request=r, subject=who, kind="residence_record", page=1)
"""
CERTIFICATE = '@pytest.mark.honnin("certificate_issuance.honnin", **MARK)\n'
BOUNDED = '@pytest.mark.honnin("bounded.honnin"{})\n'


def text(result: pytest.RunResult) -> str:
    """What the user sees, without what differs from run to run."""
    differing = re.compile(r"(platform|rootdir|plugins|configfile|cachedir)")
    seen = "\n".join(line for line in result.outlines if not differing.match(line))
    return re.sub(r"0x[0-9a-f]+", "0xN", re.sub(r"in \d+\.\d+s", "in N s", seen)) + "\n"
