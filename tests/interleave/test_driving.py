"""From the proof to the code: `prove --emit-test` writes tests that are red on the fault and green on the fix."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from honnin.oracle.cli import cli

SPEC = Path(__file__).with_name("spool.honnin")
CONFTEST = """
import threading

import pytest

from honnin.oracle.interleave import point


class OneFile:
    def __init__(self, report):
        self.report = report

    def handle(self, request):
        self.report(**request)
        point("write")
        self.file = request["wanted"]
        point("print")
        self.report("issue", request=request["request"], subject=self.file)


class FilePerRequest(OneFile):
    def handle(self, request):
        self.report(**request)
        point("write")
        file = request["wanted"]
        point("print")
        self.report("issue", request=request["request"], subject=file)


class Locked(OneFile):
    def __init__(self, report):
        super().__init__(report)
        self.lock = threading.Lock()

    def handle(self, request):
        with self.lock:
            super().handle(request)


class Driver:
    labels = {{"handler.accept": "request", "handler.write": {write!r}, "handler.print": "print"}}

    def start(self, run, instances):
        server = {server}(lambda event, **fields: run.oracle.observe(event, **fields))
        for instance in instances:
            run.thread(instance.name, server.handle, instance.input("request"))


@pytest.fixture
def honnin_driver():
    return Driver()
"""


@pytest.fixture
def emitted(pytester: pytest.Pytester) -> str:
    """A folder with the specification and the test that `prove` wrote; the text of the test."""
    (pytester.path / "spool.honnin").write_bytes(SPEC.read_bytes())
    test = pytester.path / "test_counterexamples.py"
    ran = CliRunner().invoke(cli, ["prove", str(pytester.path / "spool.honnin"), "--emit-test", str(test)])
    assert ran.exit_code == 0, ran.output
    return test.read_text(encoding="utf-8")


def run(pytester: pytest.Pytester, server: str, write: str = "write") -> pytest.RunResult:
    pytester.makeconftest(CONFTEST.format(server=server, write=write))
    installed = any(entry.name == "honnin" for entry in entry_points(group="pytest11"))
    plugin = [] if installed else ["-p", "honnin.oracle.pytest_plugin"]
    return pytester.runpytest("-p", "no:cacheprovider", *plugin, "test_counterexamples.py")


def test_the_emitted_test_is_readable(emitted: str) -> None:
    golden = Path(__file__).parent / "golden" / "test_counterexamples.py.txt"
    assert emitted == golden.read_text(encoding="utf-8")


def test_it_is_red_on_the_fault(pytester: pytest.Pytester, emitted: str) -> None:
    result = run(pytester, "OneFile")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*InterleavingFailed: right_person is violated at event *", "*handler?r1?*handler?r2?*"]
    )


@pytest.mark.parametrize("server", ["FilePerRequest", "Locked"])
def test_it_is_green_on_the_fix(pytester: pytest.Pytester, emitted: str, server: str) -> None:
    run(pytester, server).assert_outcomes(passed=1)


def test_a_label_that_is_never_met_is_no_pass(pytester: pytest.Pytester, emitted: str) -> None:
    result = run(pytester, "FilePerRequest", write="wrote")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NotDriven: handler?r1? never came to `wrote`*the order was not tried"])


def test_another_version_of_the_specification_is_no_pass(pytester: pytest.Pytester, emitted: str) -> None:
    file = pytester.path / "spool.honnin"
    file.write_text(file.read_text(encoding="utf-8").replace("spool file", "spool folder"), encoding="utf-8")
    result = run(pytester, "FilePerRequest")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*NotDriven: the specification has changed*"])
