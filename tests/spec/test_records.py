"""Our cheap dataclasses behave as those of the standard library do: classes of drawn shapes are made by both, and compared."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.spec import records

NAMES = ("a", "b", "c", "d", "span")
VALUES = st.sampled_from([0, 1, True, "", "x", None, (1, "x")])
DEFAULTS = ("", "", " = 1", " = lib.field(default='x')", " = lib.field(default_factory=list)")
OPTIONS = (
    "",
    "",
    "",
    " = lib.field(compare=False)",
    " = lib.field(repr=False)",
    " = lib.field(default=0, compare=False)",
)


@st.composite
def shapes(draw: st.DrawFn) -> str:
    """The text of a class, perhaps under another that both libraries are to make, as `lib`; some are refused."""
    frozen = draw(st.booleans())
    text = _class(draw, "Base", "", frozen, draw(st.booleans())) if draw(st.booleans()) else ""
    return text + _class(draw, "Made", "(Base)" if text else "", frozen, False)


def _class(draw: st.DrawFn, name: str, bases: str, frozen: bool, kw_only: bool) -> str:
    options = (
        f"frozen={frozen}, slots=True, kw_only={kw_only}, eq={draw(st.sampled_from([True, True, False]))}"
    )
    fields = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    lines = [f"    {field}: object{draw(st.sampled_from(DEFAULTS + OPTIONS))}" for field in fields]
    if not frozen and draw(st.booleans()):
        lines += ["    late: object = lib.field(init=False)"]
        lines += ["    def __post_init__(self):", "        self.late = 'late'"]
    if draw(st.booleans()):
        lines += ["    def said(self):", "        return repr(self)"]
    body = "\n".join(lines) or "    pass"
    return f"@lib.dataclass({options})\nclass {name}{bases}:\n{body}\n"


def outcome(work: Callable[[], Any]) -> Any:
    """What the work gives, or the kind of error that it raises."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - errors are what is compared
        return type(error)


def made(shape: str, lib: Any) -> Any:
    """The class of the shape, or the kind of error that its definition raises."""
    space: dict[str, Any] = {"lib": lib, "__name__": __name__}
    try:
        exec(shape, space)  # noqa: S102 - the text drawn above
    except TypeError as error:
        return type(error)
    return space["Made"]


def both(shape: str) -> tuple[Any, Any]:
    """What the standard library makes of the shape, and what ours does."""
    return made(shape, dataclasses), made(shape, records)


def described(record: Any) -> Any:
    """All that can be seen of a record, its class apart; or the error."""
    if isinstance(record, type):
        return record
    values = {f.name: outcome(partial(getattr, record, f.name)) for f in dataclasses.fields(record)}
    return outcome(lambda: repr(record)), values


NAMED = st.dictionaries(st.sampled_from((*NAMES, "late", "wrong")), VALUES, max_size=4)


@given(shapes(), st.lists(VALUES, max_size=3), NAMED, NAMED)
def test_records_are_made_shown_compared_and_hashed_alike(
    shape: str, positional: list[Any], named: dict[str, Any], other: dict[str, Any]
) -> None:
    kinds = both(shape)
    if TypeError in kinds:
        assert kinds == (TypeError, TypeError)
        return
    one = [outcome(partial(kind, *positional, **named)) for kind in kinds]
    two = [outcome(partial(kind, *positional, **{**named, **other})) for kind in kinds]
    assert described(one[1]) == described(one[0])
    assert (one[1] == two[1]) is (one[0] == two[0])
    if kinds[0].__eq__ is not object.__eq__ and not isinstance(one[0], type):
        assert outcome(lambda: hash(one[1])) == outcome(lambda: hash(one[0]))


@st.composite
def instances(draw: st.DrawFn) -> tuple[Any, Any]:
    """A record of a drawn shape that is not refused, by both libraries."""
    kinds = draw(shapes().map(both).filter(lambda kinds: not issubclass(kinds[0], Exception)))
    parameters = inspect.signature(kinds[0]).parameters.values()
    given_ = [p.name for p in parameters if p.default is p.empty or draw(st.booleans())]
    arguments = {name: draw(VALUES) for name in given_}
    return kinds[0](**arguments), kinds[1](**arguments)


@given(instances(), NAMED.map(lambda named: {name: value for name, value in named.items() if name != "late"}))
def test_records_are_copied_alike(pair: tuple[Any, Any], changes: dict[str, Any]) -> None:
    standard, ours = pair
    expected = described(outcome(lambda: dataclasses.replace(standard, **changes)))
    assert described(outcome(lambda: records.replace(ours, **changes))) == expected
    assert described(outcome(lambda: dataclasses.replace(ours, **changes))) == expected
    assert described(copy.copy(ours)) == described(copy.deepcopy(ours)) == described(standard)


@given(instances(), st.sampled_from(NAMES))
def test_records_are_changed_alike(pair: tuple[Any, Any], field: str) -> None:
    for change in (lambda record, name: setattr(record, name, 5), delattr):
        refused = [isinstance(outcome(partial(change, record, field)), type) for record in pair]
        assert refused[0] is refused[1]
    assert described(pair[1]) == described(pair[0])


@given(instances())
def test_the_classes_say_the_same_of_themselves(pair: tuple[Any, Any]) -> None:
    standard, ours = type(pair[0]), type(pair[1])
    assert ours.__match_args__ == standard.__match_args__
    assert ours.__slots__ == standard.__slots__
    assert [field.name for field in records.fields(ours)] == [f.name for f in dataclasses.fields(standard)]
    assert [str(field) for field in dataclasses.fields(ours)] == [
        str(f) for f in dataclasses.fields(standard)
    ]
    parameters = [inspect.signature(kind).parameters.values() for kind in (standard, ours)]
    (expected, found) = ([(p.name, p.kind, p.default is p.empty) for p in of] for of in parameters)
    assert found == expected
    assert (ours.__hash__ is None) is (standard.__hash__ is None)


@records.dataclass(frozen=True, slots=True)
class Pickled:
    name: str
    items: tuple[int, ...] = ()


def test_a_frozen_record_is_pickled_and_says_what_it_refuses() -> None:
    record = Pickled("a", (1, 2))
    assert pickle.loads(pickle.dumps(record)) == record
    assert dataclasses.asdict(record) == {"name": "a", "items": (1, 2)}
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        record.name = "b"  # type: ignore[misc]
