"""What the page for operators names: options, files and metrics that there are."""

from __future__ import annotations

import re
from pathlib import Path

from click.testing import CliRunner

from honnin.oracle import load
from honnin.oracle.cli import cli
from honnin.oracle.serving.ids import Ids
from honnin.oracle.serving.service import Service
from honnin.oracle.serving.standing import metrics

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "production.md").read_text(encoding="utf-8")


def test_the_options_of_the_units_are_there() -> None:
    lines = re.findall(r"^ExecStart=((?:.*\\\n)*.*)", PAGE, re.MULTILINE)
    assert [line.split()[1] for line in lines] == ["watch", "serve"]
    for line in lines:
        offered = CliRunner().invoke(cli, [line.split()[1], "--help"]).output
        options = re.findall(r"--[a-z-]+", line)
        assert options and all(f"{option} " in offered for option in options)


def test_the_metrics_of_the_alerts_are_there() -> None:
    spec = load(ROOT / "tests" / "oracle" / "data" / "bounded.honnin")
    told = metrics(Service(spec, spec.oracle("collect"), Ids(b"a key of the tests only")))
    named = set(re.findall(r"honnin_[a-z_]+", PAGE))
    assert len(named) > 5
    assert named <= set(re.findall(r"^(?:# TYPE )?(honnin_[a-z_]+)", told, re.MULTILINE))
