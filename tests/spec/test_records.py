"""Our cheap dataclasses behave as those of the standard library do."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Generic, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.spec import records

_T = TypeVar("_T")


def made_by(library: Any) -> dict[str, Any]:
    """The same classes, made by one library or the other."""
    frozen, changing = library.dataclass(frozen=True, slots=True), library.dataclass(slots=True)

    @library.dataclass(frozen=True, slots=True, kw_only=True)
    class Base:
        place: int = library.field(default=0, compare=False, repr=False)

    @frozen
    class Nothing(Base):
        pass

    @frozen
    class One(Base):
        """Has a documentation."""

        item: Any

        def doubled(self) -> Any:
            return (self.item, self.item)

    @frozen
    class Two(Base):
        name: Any = library.field(compare=False)
        number: Any = 7
        shared: ClassVar[int] = 12

    @frozen
    class Below(One):
        more: Any = None

    @changing
    class Changing:
        name: Any
        items: list[Any] = library.field(default_factory=list)

    @changing
    class Completed:
        name: Any
        length: Any = library.field(init=False)
        kind: Any = library.field(default="k", init=False)

        def __post_init__(self) -> None:
            self.length = len(self.name)

    @library.dataclass(frozen=True, slots=True, order=True)
    class Ordered:
        line: int
        column: int

    @library.dataclass(frozen=True, slots=True, eq=False)
    class Same:
        item: Any

    @frozen
    class Of(Generic[_T]):
        item: _T

        def __repr__(self) -> str:
            return f"of {self.item}"

    classes = (Base, Nothing, One, Two, Below, Changing, Completed, Ordered, Same, Of)
    return {kind.__name__: kind for kind in classes}


STANDARD, OURS = made_by(dataclasses), made_by(records)
VALUES = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from(["", "a"])


@records.dataclass(frozen=True, slots=True)
class Pickled:
    name: str
    items: tuple[int, ...] = ()


def outcome(work: Callable[[], Any]) -> Any:
    """What the work gives, or the kind of error that it raises."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - errors are what is compared
        return type(error)


def described(record: Any) -> Any:
    """All that can be seen of a record, its class apart; or the error."""
    if isinstance(record, type):
        return record
    text = repr(record).replace("made_by.<locals>.", "")
    values = {f.name: outcome(partial(getattr, record, f.name)) for f in dataclasses.fields(record)}
    return text, values


ARGUMENTS = st.tuples(
    st.lists(VALUES, max_size=3),
    st.dictionaries(st.sampled_from(["item", "name", "place", "column", "wrong"]), VALUES, max_size=2),
)
CLASSES = st.sampled_from(sorted(STANDARD))


@st.composite
def accepted(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A class, and what its initialiser takes."""
    name = draw(CLASSES)
    values = st.integers(0, 3) if name == "Ordered" else st.sampled_from(["", "ab"])
    parameters = inspect.signature(STANDARD[name]).parameters.values()
    given_ = [p.name for p in parameters if p.default is p.empty or draw(st.booleans())]
    return name, {parameter: draw(values) for parameter in given_}


def both(name: str, arguments: tuple[list[Any], dict[str, Any]]) -> list[Any]:
    """A record of each library's class, or the error instead."""
    positional, named = arguments
    return [outcome(partial(kinds[name], *positional, **named)) for kinds in (STANDARD, OURS)]


@given(CLASSES, ARGUMENTS, ARGUMENTS)
def test_they_are_made_shown_compared_and_hashed_alike(name: str, one: Any, other: Any) -> None:
    (standard, ours), (other_standard, other_ours) = both(name, one), both(name, other)
    assert described(ours) == described(standard)
    assert (ours == other_ours) is (standard == other_standard)
    assert outcome(lambda: ours < other_ours) == outcome(lambda: standard < other_standard)
    if name != "Same" and not isinstance(ours, type):
        assert outcome(lambda: hash(ours)) == outcome(lambda: hash(standard))


@given(accepted(), st.dictionaries(st.sampled_from(["item", "name", "wrong"]), VALUES))
def test_they_are_copied_alike(drawn: tuple[str, dict[str, Any]], changes: dict[str, Any]) -> None:
    name, arguments = drawn
    standard, ours = both(name, ([], arguments))
    expected = described(outcome(lambda: dataclasses.replace(standard, **changes)))
    assert described(outcome(lambda: records.replace(ours, **changes))) == expected
    assert described(outcome(lambda: dataclasses.replace(ours, **changes))) == expected


@given(accepted(), st.sampled_from(["item", "name", "number", "place"]))
def test_they_are_changed_alike(drawn: tuple[str, dict[str, Any]], field: str) -> None:
    name, arguments = drawn
    standard, ours = both(name, ([], arguments))
    for change in (lambda record, name: setattr(record, name, 5), delattr):
        refused = [isinstance(outcome(partial(change, record, field)), type) for record in (standard, ours)]
        assert refused[0] is refused[1]
    assert outcome(lambda: described(ours)) == outcome(lambda: described(standard))


@pytest.mark.parametrize("name", sorted(STANDARD))
def test_the_classes_say_the_same_of_themselves(name: str) -> None:
    standard, ours = STANDARD[name], OURS[name]
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


def test_they_are_pickled_and_copied() -> None:
    record = Pickled("a", (1, 2))
    assert pickle.loads(pickle.dumps(record)) == record
    assert copy.deepcopy(record) == record
    assert dataclasses.asdict(record) == {"name": "a", "items": (1, 2)}


def test_a_class_of_the_standard_library_may_extend_one() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Extended(Pickled):
        more: int = 3

    assert Extended("a", more=4) == Extended("a", (), 4)
    assert repr(Extended("a")).endswith("Extended(name='a', items=(), more=3)")


def test_each_field_with_a_default_stands_behind_those_without() -> None:
    def wrong() -> None:
        @records.dataclass(frozen=True, slots=True)
        class Wrong:
            first: int = 1
            second: int  # type: ignore[misc]

    with pytest.raises(TypeError, match="without a default"):
        wrong()


def test_a_frozen_record_says_what_it_refuses() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        Pickled("a").name = "b"  # type: ignore[misc]
