"""Names of a specification as names of Python: nothing else of its text reaches generated code but by `repr` or in a comment."""

from __future__ import annotations

import builtins
import keyword
import unicodedata
from collections.abc import Iterable

from honnin.spec.core import BoolT, EntityT, OptionalT, RangeT, TextT, Type
from honnin.spec.core import EnumT as _EnumT

_BUILTINS = frozenset(dir(builtins))


def comment(text: str) -> str:
    """The text as the rest of a comment line: nothing in it can end the line or hide what follows."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def identifier(name: str) -> str:
    """A Python identifier as Python itself normalises it: no keyword, no name of a built-in function, no leading underscore."""
    text = unicodedata.normalize("NFKC", name.replace(".", "_"))
    text = "".join(letter if ("x" + letter).isidentifier() else f"_{ord(letter):x}" for letter in text)
    if not text.isidentifier() or text.startswith("_"):
        text = "x" + text
    if keyword.iskeyword(text) or text in _BUILTINS:
        text += "_"
    return unicodedata.normalize("NFKC", text)


class Names:
    """A scope that gives each name once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)

    def new(self, name: str) -> str:
        """`identifier(name)`, with a number if it is taken."""
        base = text = identifier(name)
        number = 2
        while text in self._taken:
            text = f"{base}_{number}"
            number += 1
        self._taken.add(text)
        return text

    def private(self, name: str) -> str:
        """`name`, which begins with an underscore, with a number if it is taken."""
        text, number = name, 2
        while text in self._taken:
            text = f"{name}_{number}"
            number += 1
        self._taken.add(text)
        return text

    def inner(self) -> Names:
        """A scope inside this one."""
        return Names(self._taken)


def annotation(type: Type) -> str:
    """The Python type of the values of a type."""
    match type:
        case BoolT():
            return "bool"
        case TextT() | _EnumT():
            return "str"
        case EntityT():
            return "Entity"
        case OptionalT(inner=inner):
            return f"{annotation(inner)} | None"
        case _:
            return "int"


def key_annotation(keys: tuple[Type, ...]) -> str:
    """The Python type of a dictionary's keys: the value itself for one key, a tuple otherwise."""
    if len(keys) == 1:
        return annotation(keys[0])
    return f"tuple[{', '.join(annotation(key) for key in keys) or '()'}]"


def tuple_text(parts: Iterable[str]) -> str:
    """The parts as the text of one key."""
    texts = list(parts)
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def values_text(type: Type, values: tuple[object, ...]) -> str:
    """The values of a finite type as the text of something to loop over."""
    if isinstance(type, RangeT):
        return f"range({type.low}, {type.high + 1})"
    return f"({', '.join(repr(value) for value in values)},)"
