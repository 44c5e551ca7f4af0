"""An oracle that hears requests and issues of certificates, and one with a deadline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from honnin.oracle import Spec, load
from tests.oracle.attach.heard import TEXT


@pytest.fixture
def spec(tmp_path: Path) -> Spec:
    (tmp_path / "desk.honnin").write_text(TEXT)
    return load(tmp_path / "desk.honnin")


@pytest.fixture
def oracle(spec: Spec) -> Any:
    return spec.oracle("raise", reveal=True)
