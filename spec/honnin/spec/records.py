"""Dataclasses with slots that cost little to define (decision 0028).

To a reader and to a type checker `dataclass`, `field`, `fields` and `replace` are those of the standard library, which compiles a
module's worth of methods for each class: half a millisecond, and a command loads hundreds of classes. Here the methods are shared and
nothing is compiled but one initialiser for each number of fields. The standard library's functions work on these classes too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn, TypeVar

_T = TypeVar("_T")


class _Missing:
    """Stands where no default was given."""

    def __repr__(self) -> str:
        return "<made for each>"


_MISSING: Final = _Missing()


class _Field(NamedTuple):
    name: str
    annotation: Any
    default: Any
    default_factory: Callable[[], Any] | None
    init: bool
    repr: bool
    compare: bool
    kw_only: bool

    @property
    def optional(self) -> bool:
        return self.default is not _MISSING or self.default_factory is not None


class _Shape(NamedTuple):
    """What is kept of a class: `taken` are the names of what its initialiser takes."""

    fields: tuple[_Field, ...]
    taken: tuple[str, ...]
    shown: tuple[str, ...]


def _field(
    *,
    default: Any = _MISSING,
    default_factory: Callable[[], Any] | None = None,
    init: bool = True,
    repr: bool = True,
    compare: bool = True,
) -> _Field:
    return _Field("", None, default, default_factory, init, repr, compare, False)


def _dataclass(
    *, slots: bool, frozen: bool = False, eq: bool = True, kw_only: bool = False
) -> Callable[[type[_T]], type[_T]]:
    if not slots:
        raise TypeError("honnin.spec.records makes only dataclasses with slots")
    return lambda plain: _defined(plain, frozen, eq, kw_only)


def _defined(plain: type[_T], frozen: bool, eq: bool, kw_only: bool) -> type[_T]:
    own = [_own_field(plain, *written, kw_only) for written in plain.__annotations__.items()]
    merged = {field.name: field for base in reversed(plain.__mro__[1:]) for field in _fields_of(base)}
    inherited = frozenset(merged)
    merged.update((field.name, field) for field in own)
    every = tuple(merged.values())
    taken = sorted((field for field in every if field.init), key=lambda field: field.kw_only)
    names = tuple(field.name for field in taken)
    held = {name: value for name, value in plain.__dict__.items() if name not in _NOT_KEPT}
    for field in own:
        held.pop(field.name, None)
    held["__slots__"] = tuple(field.name for field in own if field.name not in inherited)
    held["__match_args__"] = tuple(field.name for field in taken if not field.kw_only)
    held["__record__"] = _Shape(every, names, tuple(field.name for field in every if field.repr))
    for name, method in (
        *_SHARED.items(),
        *_compared(every, frozen, eq),
        *(_FROZEN if frozen else {}).items(),
    ):
        held.setdefault(name, method)
    metaclass: Any = type(plain)
    kind = metaclass(plain.__name__, plain.__bases__, held)
    kind.__init__ = _initialiser(kind, taken)
    return kind  # type: ignore[no-any-return]


_NOT_KEPT: Final = frozenset({"__dict__", "__weakref__"})


def _own_field(plain: type, name: str, annotation: Any, kw_only: bool) -> _Field:
    value = plain.__dict__.get(name, _MISSING)
    field = value if isinstance(value, _Field) else _field(default=value)
    return field._replace(name=name, annotation=annotation, kw_only=kw_only)


def _fields_of(kind: type) -> tuple[_Field, ...]:
    shape: _Shape | None = kind.__dict__.get("__record__")
    return () if shape is None else shape.fields


# ---------------------------------------------------------------- the initialiser


def _initialiser(kind: type, taken: list[_Field]) -> Callable[..., None]:
    """The `__init__` of a class: that for so many fields, with the names and the defaults of these."""
    init: Any = _of_arity(len(taken))(*(_setter(kind, field) for field in taken))
    named_only = [field for field in taken if field.kw_only]
    positional = taken[: len(taken) - len(named_only)]
    if sorted(positional, key=lambda field: field.optional) != positional:
        raise TypeError(f"{kind.__qualname__}: a field without a default follows one that has one")
    init.__code__ = init.__code__.replace(
        co_varnames=("self", *(field.name for field in taken)),
        co_argcount=1 + len(positional),
        co_kwonlyargcount=len(named_only),
        co_qualname=f"{kind.__qualname__}.__init__",
    )
    init.__qualname__, init.__module__ = f"{kind.__qualname__}.__init__", kind.__module__
    init.__defaults__ = tuple(field.default for field in positional if field.optional)
    init.__kwdefaults__ = {field.name: field.default for field in named_only if field.optional}
    return _completed(init) if hasattr(kind, "__post_init__") else init


@cache
def _of_arity(count: int) -> Callable[..., Callable[..., None]]:
    """What makes, of so many functions that set a field, an initialiser of so many fields."""
    setters = ", ".join(f"set{n}" for n in range(count))
    values = "".join(f", value{n}" for n in range(count))
    body = "; ".join(f"set{n}(self, value{n})" for n in range(count)) or "pass"
    made: dict[str, Any] = {}
    exec(f"def of({setters}):\n def __init__(self{values}): {body}\n return __init__", made)  # noqa: S102 - numbers alone
    return made["of"]  # type: ignore[no-any-return]


def _setter(kind: type, field: _Field) -> Callable[[Any, Any], None]:
    set_slot: Callable[[Any, Any], None] = getattr(kind, field.name).__set__
    factory = field.default_factory
    if factory is None:
        return set_slot
    return lambda self, value: set_slot(self, factory() if value is _MISSING else value)


def _completed(init: Callable[..., None]) -> Callable[..., None]:
    def __init__(self: Any, *arguments: Any, **named: Any) -> None:
        init(self, *arguments, **named)
        self.__post_init__()

    __init__.__wrapped__ = init  # type: ignore[attr-defined]
    return __init__


# ---------------------------------------------------------------- the other methods: a class keeps those that it defines itself


def _compared(every: tuple[_Field, ...], frozen: bool, eq: bool) -> tuple[tuple[str, Any], ...]:
    """`__eq__` and `__hash__`, by the values of the fields."""
    if not eq:
        return ()
    key = _key(tuple(field.name for field in every if field.compare))

    def __eq__(self: Any, other: object) -> bool:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return self is other or key(self) == key(other)

    def __hash__(self: Any) -> int:
        return hash(key(self))

    return ("__eq__", __eq__), ("__hash__", __hash__ if frozen else None)


def _key(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What a record is compared by."""
    match names:
        case ():
            return lambda record: ()
        case (name,):
            get = attrgetter(name)
            return lambda record: (get(record),)
        case _:
            return attrgetter(*names)


def _shown(self: Any) -> str:
    parts = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record__.shown)
    return f"{type(self).__qualname__}({parts})"


def _refuse_to_set(self: Any, name: str, value: Any) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: Any, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in self.__record__.fields]


def _set_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(self.__record__.fields, state, strict=True):
        object.__setattr__(self, field.name, value)


_FROZEN: Final = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,  # what copies and pickles would set is refused
    "__setstate__": _set_state,
}


class _StandardFields:
    """What the standard library knows a dataclass and its fields by, made when it is asked for."""

    def __get__(self, record: object, kind: type) -> Any:
        return _standard_fields(kind)


_SHARED: Final = {"__repr__": _shown, "__dataclass_fields__": _StandardFields()}


@cache
def _standard_fields(kind: Any) -> Any:
    import dataclasses

    fields = []
    for field in _fields(kind):
        options: dict[str, Any] = {
            name: getattr(field, name) for name in ("init", "repr", "compare", "kw_only")
        }
        if field.default_factory is not None:
            options["default_factory"] = field.default_factory
        elif field.default is not _MISSING:
            options["default"] = field.default
        fields.append((field.name, field.annotation, dataclasses.field(**options)))
    made: Any = dataclasses.make_dataclass(kind.__name__, fields)
    return made.__dataclass_fields__


# ---------------------------------------------------------------- fields and copies


def _fields(record: Any) -> tuple[_Field, ...]:
    shape: _Shape = record.__record__
    return shape.fields


def _replace(record: _T, /, **changes: Any) -> _T:
    shape: _Shape = record.__record__  # type: ignore[attr-defined]
    for name in shape.taken:
        if name not in changes:
            changes[name] = getattr(record, name)
    return type(record)(**changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, fields, replace
else:
    dataclass, field, fields, replace = _dataclass, _field, _fields, _replace

__all__ = ["dataclass", "field", "fields", "replace"]
