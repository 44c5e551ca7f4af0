"""What a generated method would work out twice is made once, where that is sure to be the same."""

from __future__ import annotations

import pytest

from honnin.compiler.generator.names import Names
from honnin.compiler.generator.repeated import kept_once

FIELDS = ("r", "p")
READ = "self._m.get(r, 0)"


def once(*lines: str) -> list[str]:
    return kept_once(lines, 0, FIELDS, Names(FIELDS))


def test_a_key_and_a_read_are_made_once() -> None:
    assert once(
        "if (r, p) in self._past:",
        "    self._past.pop((r, p))",
        "_two = (r, p)",
        f"if p != {READ}:",
        "    pass",
        f"_new = {READ} + 1",
    ) == [
        "_key = (r, p)",
        "if _key in self._past:",
        "    self._past.pop(_key)",
        "_two = _key",
        "_read = self._m.get(r, 0)",
        "if p != _read:",
        "    pass",
        "_new = _read + 1",
    ]


def test_a_key_that_has_a_name_keeps_it() -> None:
    assert once("_was = (r, p) in self._past", "_key = (r, p)", "self._past[_key] = True") == [
        "_key = (r, p)",
        "_was = _key in self._past",
        "self._past[_key] = True",
    ]


def test_a_name_beside_a_text_stays() -> None:
    first = ("_key = (r, p)", "self._clear('#1', _key)")
    second = ("_key_2 = (r, p)", "self._clear('#2', _key_2)")
    assert once(*first, *second) == ["_key = (r, p)", first[1], "_key_2 = _key", second[1]]


def test_names_for_one_key_become_one() -> None:
    lines = ("_key = (r, p)", "self._past[_key] = True", "_key_2 = (r, p)", "self._over[_key_2] = True")
    assert once(*lines) == [lines[0], lines[1], "self._over[_key] = True"]


def test_a_key_that_has_a_name_has_it_before_it_is_used() -> None:
    lines = ("_key = (r, p)", "self._past[_key] = True", "_one = (r, p)", "_two = (r, p)")
    assert once(*lines) == ["_key = (r, p)", "self._past[_key] = True", "_one = _key", "_two = _key"]
    inside = ("if p:", "    pass", "else:", *(f"    {line}" for line in lines[:2]), *lines[2:])
    assert once(*inside)[:2] == ["_key = (r, p)", "if p:"]


@pytest.mark.parametrize(
    "between",
    ["self._m[r] = p", "self._m.pop(r, None)", "    del self._m[r]", "forget(self._m)", "self._m = {}"],
)
def test_a_read_is_made_again_where_its_dictionary_may_have_changed(between: str) -> None:
    lines = [f"_one = {READ}", between, f"_two = {READ}"]
    assert once(*lines) == lines


@pytest.mark.parametrize(
    "lines",
    [
        ["# (r, p) and (r, p)", "_one = (r, p)"],
        ["write('(r, p)', (r, p))", "_one = (r, p)"],
        ["if self._on:", "    _one = (r, p)", "_two = (r, p)"],
        ["self._met(r, p)", "self._met(r, p)"],
        ["_one = self._m.get(x, 0)", "_two = self._m.get(x, 0)"],
        ["_one = self._m.get(r, self._default)", "_two = self._m.get(r, self._default)"],
    ],
)
def test_what_is_not_sure_is_left_as_it_is(lines: list[str]) -> None:
    assert once(*lines) == lines
