"""Oracles for `unittest`."""

from __future__ import annotations

import functools
import inspect
import sys
import unittest
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from honnin.oracle.attach.targets import listening
from honnin.oracle.several import as_one, together
from honnin.oracle.testing import records
from honnin.oracle.testing.settings import settings
from honnin.oracle.testing.watched import Watched, conclude

__tracebackhide__ = True
__unittest = True


class OracleTestCase(unittest.TestCase):
    """Each test has an oracle of its own, `self.oracle`, and fails where something is violated or undecided.

    `honnin_specs` names the files, relative to the module's; `honnin_settings` says what the marker of pytest could say. For
    asyncio: `class T(OracleTestCase, unittest.IsolatedAsyncioTestCase)`. With several specifications `self.oracle` is `Oracles`.
    """

    honnin_specs: ClassVar[str | Path | Sequence[str | Path]] = ()
    honnin_settings: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, methodName: str = "runTest") -> None:
        super().__init__(methodName)
        self._watches: list[Watched] = []
        method = getattr(self, methodName, None)
        if method is not None:
            setattr(self, methodName, self._under_oracle(method))

    @property
    def oracle(self) -> Any:
        """The oracle of this test, made when it is first asked for."""
        if not self._watches:
            names = self.honnin_specs
            listed = [names] if isinstance(names, str | Path) else names
            self._watches = [Watched(one) for one in settings(listed, self.honnin_settings, self._find)]
            self.addCleanup(self._finish)
            self.enterContext(listening(together([watched.oracle for watched in self._watches])))
        return together([watched.oracle for watched in self._watches])

    def _find(self, name: str | Path) -> Path:
        """The file beside the test's, else below the working directory."""
        module = getattr(sys.modules[type(self).__module__], "__file__", None)
        beside = Path(module or ".").parent / name
        return beside if beside.exists() else Path(name)

    def _under_oracle(self, method: Callable[[], Any]) -> Callable[[], Any]:
        """The test method, at whose end the trace ends."""
        if inspect.iscoroutinefunction(method):

            @functools.wraps(method)
            async def awaited() -> None:
                self._begin()
                try:
                    await method()
                except BaseException as error:
                    self._note(error)
                    raise
                conclude(self._watches)

            return awaited

        @functools.wraps(method)
        def called() -> None:
            self._begin()
            try:
                method()
            except BaseException as error:
                self._note(error)
                raise
            conclude(self._watches)

        return called

    def _begin(self) -> None:
        """The oracle listens when the test method begins, at the latest."""
        if self.honnin_specs:
            self.oracle  # noqa: B018 - it is made when it is asked for

    def _note(self, error: BaseException) -> None:
        """A test that skips itself is concluded first: what is undecided is no skip."""
        if isinstance(error, unittest.SkipTest):
            conclude(self._watches)
        for watched in self._watches:
            watched.note(error)

    def _finish(self) -> None:
        """After the test: what its `tearDown` has violated."""
        for watched in self._watches:
            records.collect(watched.record())
        late = [problem for watched in self._watches for problem in watched.late_problems()]
        watches, self._watches = self._watches, []
        if late:
            raise as_one(late, ", ".join(watched.spec.name for watched in watches))
