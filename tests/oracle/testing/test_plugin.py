"""The pytest plugin, from the outside."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.oracle.testing.inner import BOUNDED, CERTIFICATE, Golden, text


def test_a_satisfied_test_passes_and_the_summary_says_what_was_never_exercised(
    run: Any, golden: Golden
) -> None:
    result = run(CERTIFICATE + "def test_a(honnin_oracle):\n    request(honnin_oracle, 'r1', 'alice')\n")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*right_person *never exercised *", "*served *never reached *"])
    golden("pytest_passes.txt", text(result))


SWAP = """def test_swap(honnin_oracle):
    request(honnin_oracle, 'r1', 'alice')
    request(honnin_oracle, 'r2', 'bob')
    request(honnin_oracle, 'r3', 'bob')
    issue(honnin_oracle, 'r1', 'bob')
"""


def test_a_violation_fails_the_test_with_its_account(run: Any, golden: Golden) -> None:
    result = run(CERTIFICATE + SWAP)
    result.assert_outcomes(failed=1)
    assert not re.search(r"alice\b(?!')", text(result).replace("'alice'", ""))
    golden("pytest_violation.txt", text(result))


def test_a_violation_that_the_application_swallows_fails_the_test_too(run: Any, golden: Golden) -> None:
    body = SWAP.replace(
        "    issue(honnin_oracle, 'r1', 'bob')",
        "    try: issue(honnin_oracle, 'r1', 'bob')\n    except AssertionError: pass",
    )
    result = run(CERTIFICATE + body)
    result.assert_outcomes(failed=1)
    golden("pytest_swallowed.txt", text(result))


def test_a_violation_after_the_test_function_is_an_error(run: Any) -> None:
    body = """
@pytest.fixture
def server(honnin_oracle):
    yield honnin_oracle
    try: issue(honnin_oracle, 'r1', 'bob')
    except AssertionError: pass
"""
    result = run(body + CERTIFICATE + "def test_a(server): pass\n")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*right_person is violated at event 1*"])


def test_a_violation_is_reported_once(run: Any) -> None:
    run(CERTIFICATE + SWAP).assert_outcomes(failed=1, errors=0)


def test_a_pending_obligation_is_undecided_and_never_a_pass(run: Any) -> None:
    ask = "def test_a(honnin_oracle):\n    honnin_oracle.ask(request='r1', delay=0, at=0)\n"
    result = run(BOUNDED.format("") + ask)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*undecided: in_time, raised by event 1, is still open*"])
    run(BOUNDED.format(', pending="allow"') + ask).assert_outcomes(passed=1)


def test_a_broken_assumption_is_undecided(run: Any) -> None:
    ask = "def test_a(honnin_oracle):\n    honnin_oracle.ask(request='r1', delay=-1, at=0)\n"
    result = run(BOUNDED.format(', pending="allow"') + ask)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*undecided: the assumption sane*is broken*"])


def test_an_expected_violation(run: Any) -> None:
    mark = CERTIFICATE.replace("**MARK", "expect='right_person', **MARK")
    run(mark + SWAP).assert_outcomes(passed=1)
    result = run(mark + "def test_a(honnin_oracle): pass\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*expected to be violated, but was not: right_person*"])


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("", "*needs `@pytest.mark.honnin(*"),
        ('@pytest.mark.honnin("nosuch.honnin")', "*cannot be read: No such file*"),
        ('@pytest.mark.honnin("wrong.honnin")', "*wonted*"),
        ('@pytest.mark.honnin("bounded.honnin", nosuch=1)', "*has no setting nosuch*"),
        ('@pytest.mark.honnin("bounded.honnin", expect="nosuch")', "*has no invariant nosuch*"),
        ('@pytest.mark.honnin("bounded.honnin", pending="yes")', "*pending*"),
        ("@pytest.mark.honnin()", "*needs `@pytest.mark.honnin(*"),
        ("@pytest.mark.honnin(3)", "*is named by its file*"),
        ('@pytest.mark.honnin("bounded.honnin", scope="suite")', "*one of function, class, module, session*"),
        ('@pytest.mark.honnin("certificate_issuance.honnin")', "*entitled*"),
    ],
)
def test_a_marker_that_cannot_be_followed(run: Any, marker: str, said: str) -> None:
    result = run(f"{marker}\ndef test_a(honnin_oracle): pass\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([said])


def test_junit_has_the_verdict(run: Any, pytester: pytest.Pytester) -> None:
    run(CERTIFICATE + SWAP, "--junit-xml=out.xml")
    found = ElementTree.parse(pytester.path / "out.xml").iter("property")
    properties = {item.get("name"): item.get("value") for item in found}
    assert properties["honnin.specification"] == "certificate_issuance"
    assert (properties["honnin.verdict"], properties["honnin.violated"]) == ("violated", "right_person")


def test_what_is_not_monitored_is_said_before_and_after(run: Any) -> None:
    result = run(
        '@pytest.mark.honnin("untried.honnin")\ndef test_a(honnin_oracle):\n    honnin_oracle.a(x=9)\n'
    )
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["honnin: untried (*), * not monitored: other", "*other  not monitored*"])


def test_tests_without_the_marker_are_left_alone(run: Any) -> None:
    result = run("def test_a(): pass\n")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*honnin:*")


def test_a_marked_test_without_an_oracle_is_no_pass(run: Any) -> None:
    result = run(CERTIFICATE + "def test_a(): pass\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*Undecided: nothing was checked: *takes no fixture `honnin_oracle`"])
    late = "def test_a(request):\n    request.getfixturevalue('honnin_oracle')\n"
    mark = BOUNDED.format("")
    for body in (
        mark + late,
        BOUNDED.format(', scope="module"') + late,
        mark + "class TestA:\n    def test_a(self): pass\n",
        "@pytest.fixture\ndef server(honnin_oracle): pass\n" + mark + "def test_a(server): pass\n",
    ):
        run(body).assert_outcomes(passed=1)
    run(mark + "def test_a(): pytest.skip('not today')\n").assert_outcomes(skipped=1)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("", "the facts are refused"),
        (', facts="nosuch.json"', "cannot be read"),
        (', facts="broken.json"', "are no JSON"),
        (', facts={"entitled": "SECRET-42"}', "the facts are refused"),
        (', facts="site.json", mask_key=b"short"', "at least 16 bytes"),
        (', facts="site.json", mask_key="a text and no bytes at all"', "at least 16 bytes"),
        (', facts="site.json", on_violation="shout"', "on_violation is"),
    ],
)
def test_a_wrong_setting_is_told_in_words(
    run: Any, pytester: pytest.Pytester, settings: str, said: str
) -> None:
    (pytester.path / "broken.json").write_text("SECRET-42{")
    mark = f'@pytest.mark.honnin("certificate_issuance.honnin"{settings})\n'
    result = run(mark + "def test_a(honnin_oracle):\n    pass\n", "--showlocals")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])
    result.stdout.no_fnmatch_line("*SECRET-42*")
