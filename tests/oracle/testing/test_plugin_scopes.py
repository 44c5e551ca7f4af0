"""Several specifications, the ini file, shared oracles, and what a session must have exercised."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tests.oracle.testing.inner import BOUNDED, CERTIFICATE, Golden, Run, text

INI = "[pytest]\nhonnin_specs = certificate_issuance.honnin\nhonnin_facts = site.json\n"
BOTH = '@pytest.mark.honnin("certificate_issuance.honnin", "bounded.honnin", facts="site.json", pending="allow")\n'
SHARED = 'pytestmark = pytest.mark.honnin("bounded.honnin", scope="{}", clock=lambda: 0)\n'
ASK = "    honnin_oracle.ask(request='{}', delay=0)\n"
ANSWER = "    honnin_oracle.answer(request='{}')\n"


def test_several_specifications_hear_the_same_events(run: Run) -> None:
    body = """def test_a(honnin_oracle):
    assert list(honnin_oracle) == ["certificate_issuance", "bounded"] and len(honnin_oracle) == 2
    request(honnin_oracle, 'r1', 'alice')
    honnin_oracle.observe("ask", request="r1", delay=0, at=3)
    assert honnin_oracle["bounded"].position == honnin_oracle["certificate_issuance"].position == 1
    honnin_oracle.tick(4)
    with pytest.raises(ValueError, match="no event of the specifications"):
        honnin_oracle.observe("nosuch")
    with pytest.raises(AttributeError, match="has an event `nosuch`"):
        honnin_oracle.nosuch()
    with pytest.raises(TypeError, match="`ask` of several specifications takes its fields by their names"):
        honnin_oracle.ask("r2", 0)
"""
    run(BOTH + body).assert_outcomes(passed=1)
    marks = CERTIFICATE + '@pytest.mark.honnin("bounded.honnin", pending="allow")\n'
    result = run(
        marks + body.replace('["certificate_issuance", "bounded"]', '["bounded", "certificate_issuance"]')
    )
    result.assert_outcomes(passed=1)


def test_several_violations_are_a_group(run: Run, golden: Golden) -> None:
    body = """def test_a(honnin_oracle):
    honnin_oracle.ask(request='r1', delay=0, at=0)
    honnin_oracle.ask(request='r2', delay=0, at=1)
    honnin_oracle.answer(request='r3', at=9)
"""
    result = run(BOUNDED.format(', on_violation="collect"') + body, "--junit-xml=out.xml")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*2 problems in bounded*", "*in_time is violated*", "*in_time is violated*"])
    result.stdout.fnmatch_lines(["*, line 12, in test_a", "*answer(request='r3', at=9)"])
    shown = re.sub(r"(generated xml file: |File \")\S*/", r"\1", text(result))
    golden("pytest_group.txt", re.sub(r"^[ |]*[~^]+\n", "", shown, flags=re.MULTILINE))


def test_the_nearest_marker_of_a_file_counts(run: Run) -> None:
    body = """
class TestA:
    pytestmark = pytest.mark.honnin("bounded.honnin")
    @pytest.mark.honnin("bounded.honnin", pending="allow")
    def test_a(self, honnin_oracle):
        honnin_oracle.ask(request='r1', delay=0, at=0)
"""
    run(body).assert_outcomes(passed=1)


def test_the_ini_file_names_the_specifications(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    body = """
def test_a(honnin_oracle):
    request(honnin_oracle, 'r1', 'alice')
@pytest.mark.honnin(expect="right_person")
def test_b(honnin_oracle):
    request(honnin_oracle, 'r1', 'alice')
    issue(honnin_oracle, 'r1', 'bob')
@pytest.mark.honnin("bounded.honnin")
def test_c(honnin_oracle):
    assert not hasattr(honnin_oracle, "issue")
"""
    result = run(body)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["honnin: certificate_issuance (*", "honnin: bounded (*"])


@pytest.mark.parametrize("scope", ["class", "module", "session"])
def test_a_shared_oracle_goes_on_from_test_to_test(run: Run, scope: str) -> None:
    body = SHARED.format(scope) + (
        "class TestA:\n"
        "    def test_a(self, honnin_oracle):\n    "
        + ASK.format("r1")
        + "    def test_b(self, honnin_oracle):\n    "
        + ANSWER.format("r1")
    )
    result = run(body)
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["bounded (*), 1 trace of 2 events", "*in_time * exercised 1 time"])


def test_what_is_left_of_a_shared_trace_is_told_of_the_test_that_raised_it(run: Run, golden: Golden) -> None:
    body = SHARED.format("module") + (
        "def test_a(honnin_oracle):\n" + ASK.format("r1") + "def test_b(honnin_oracle):\n" + ASK.format("r2")
    )
    body += "    honnin_oracle.answer(request='r2', at=1)\n"
    result = run(body)
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*in_time, raised by event 1 (in *::test_a), is still open*"])
    golden("pytest_shared.txt", text(result))


def test_a_violation_of_a_shared_trace_fails_the_test_in_which_it_is_found(run: Run) -> None:
    body = SHARED.format("session") + "def test_a(honnin_oracle):\n" + ASK.format("r1")
    body += "def test_b(honnin_oracle):\n    honnin_oracle.answer(request='r1', at=9)\n"
    body += "def test_c(honnin_oracle):\n    pass\n"
    result = run(body)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["FAILED *::test_b*"])
    result.stdout.fnmatch_lines(["E * event 1 was reported in *::test_a"])


def test_two_tests_that_share_an_oracle_agree_on_it(run: Run) -> None:
    body = '@pytest.mark.honnin("bounded.honnin", scope="session")\ndef test_a(honnin_oracle): pass\n'
    body += '@pytest.mark.honnin("bounded.honnin", scope="session", pending="allow")\n'
    body += "def test_b(honnin_oracle): pass\n"
    result = run(body)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*the session has an oracle of bounded already, with other settings*"])


def test_fixtures_of_the_session_share_its_oracle(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    body = """
@pytest.fixture(scope="session")
def server(honnin_session_oracle):
    return honnin_session_oracle
def test_a(server):
    request(server, 'r1', 'alice')
def test_b(server):
    try: issue(server, 'r1', 'bob')
    except AssertionError: pass
def test_c(server):
    issue(server, 'r1', 'alice')
"""
    result = run(body)
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["certificate_issuance (*), 1 trace of 3 events", "FAILED *::test_b*"])


SERVED = "def test_a(honnin_oracle):\n    request(honnin_oracle, 'r1', 'alice')\n"


def test_a_session_that_must_exercise_everything(run: Run, golden: Golden) -> None:
    result = run(CERTIFICATE + SERVED, "--honnin-require-exercised")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    golden("pytest_unexercised.txt", text(result))
    whole = SERVED + "    issue(honnin_oracle, 'r1', 'alice')\n"
    assert run(CERTIFICATE + whole, "--honnin-require-exercised").ret == pytest.ExitCode.OK
    assert run(CERTIFICATE + SERVED).ret == pytest.ExitCode.OK


def test_a_specification_that_no_test_watches_was_not_exercised(run: Run, pytester: pytest.Pytester) -> None:
    result = run("def test_a(): pass\n", "--honnin-require-exercised")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAILED --honnin-require-exercised: no test had an oracle"])
    pytester.makeini(INI)
    result = run("def test_a(): pass\n", "--honnin-require-exercised")
    result.stdout.fnmatch_lines(["*never tried: certificate_issuance.right_person, *"])


def test_the_records_of_all_workers_are_one(run: Run) -> None:
    two = CERTIFICATE + SERVED + CERTIFICATE + SERVED.replace("test_a", "test_b")
    two += "    issue(honnin_oracle, 'r1', 'alice')\n"
    result = run(two, "-n2", "--honnin-require-exercised")
    result.assert_outcomes(passed=2)
    assert result.ret == pytest.ExitCode.OK
    result.stdout.fnmatch_lines(["certificate_issuance (*), 2 traces of 3 events"])
    result = run(CERTIFICATE + SERVED, "-n2", "--honnin-require-exercised")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAILED --honnin-require-exercised: never tried: *right_person*"])


def test_junit_tells_the_specifications_apart(run: Run, pytester: pytest.Pytester) -> None:
    run(BOTH + "def test_a(honnin_oracle): pass\n", "--junit-xml=out.xml")
    names = {item.get("name") for item in ElementTree.parse(pytester.path / "out.xml").iter("property")}
    assert {"honnin.bounded.verdict", "honnin.certificate_issuance.verdict"} <= names
