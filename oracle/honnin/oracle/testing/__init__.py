"""honnin.oracle.testing: oracles in a test suite, with or without pytest.

`watching` is a block of code under an oracle; `OracleTestCase` a `unittest.TestCase` under one. The pytest plugin does the same for
the fixture `honnin_oracle`. What is undecided fails a test like what is violated.
"""

from __future__ import annotations

from honnin.oracle.several import Oracles
from honnin.oracle.testing.cases import OracleTestCase
from honnin.oracle.testing.problems import NotViolated, Refused, Undecided
from honnin.oracle.testing.watched import watching

__all__ = ["NotViolated", "OracleTestCase", "Oracles", "Refused", "Undecided", "watching"]
