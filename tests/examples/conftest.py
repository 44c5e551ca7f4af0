"""Each check of an example is proved once in a run of the tests, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from honnin.compiler import prove as prover
from honnin.compiler.answers import Answer
from honnin.spec.core import Check, Module


@pytest.fixture(scope="session", autouse=True)
def each_check_once() -> Iterator[None]:
    """Keeps the answers of the prover, which takes most of the time."""
    answers: dict[tuple[str, Check], Answer] = {}
    prove = prover.prove

    def remembering(
        module: Module, check: Check, *, timeout: float, progress: Callable[[str], None] | None = None
    ) -> Answer:
        key = module.digest, check
        if key not in answers:
            answers[key] = prove(module, check, timeout=timeout, progress=progress)
        return answers[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prover, "prove", remembering)
        yield
