"""Each check of an example is proved once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from honnin.compiler import prove as prover
from honnin.compiler.answers import Answer
from honnin.spec.core import Check, Module


@pytest.fixture(scope="package", autouse=True)
def each_check_once() -> Iterator[None]:
    """Keeps the answers of the prover, which takes most of the time."""
    answers: dict[tuple[Module, Check], Answer] = {}
    prove = prover.prove

    def remembering(
        module: Module, check: Check, *, timeout: float, progress: Callable[[str], None] | None = None
    ) -> Answer:
        key = module, check
        if key not in answers:
            answers[key] = prove(module, check, timeout=timeout, progress=progress)
        return answers[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prover, "prove", remembering)
        yield
