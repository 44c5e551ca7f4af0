"""Lines of Python with their indentation, loops over plans, and how a place is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from honnin.compiler.generator.candidates import Bind, Filter, Plan, distinct, is_plain
from honnin.compiler.generator.expressions import HERE, Level, Printer
from honnin.compiler.generator.names import tuple_text
from honnin.compiler.generator.program import Place
from honnin.compiler.simplify import is_true
from honnin.spec.core import Binder, Expr, Lift, Lit
from honnin.spec.records import dataclass, field


@dataclass(slots=True)
class Lines:
    """A body of Python code under construction."""

    lines: list[str] = field(default_factory=list)
    depth: int = 0

    def add(self, *lines: str) -> None:
        self.lines += ["    " * self.depth + line if line else "" for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """What is added inside stands under `head`; a block left empty gets `pass`."""
        self.add(head)
        self.depth += 1
        before = len(self.lines)
        yield
        if len(self.lines) == before:
            self.add("pass")
        self.depth -= 1

    @contextmanager
    def where(self, printer: Printer, condition: Expr) -> Iterator[None]:
        """What is added inside happens if the condition holds."""
        if is_true(condition):
            yield
        else:
            with self.block(f"if {printer.test(condition)}:"):
                yield


@contextmanager
def loop(lines: Lines, printer: Printer, plan: Plan) -> Iterator[Printer]:
    """What is added inside happens for each assignment that the plan finds; what it runs over may be changed meanwhile."""
    depth = lines.depth
    scope = printer
    conditions: list[str] = []

    def flush() -> None:
        if conditions:
            lines.add(f"if {' and '.join(conditions)}:")
            lines.depth += 1
            conditions.clear()

    for step in plan:
        match step:
            case Filter(condition=condition):
                conditions.append(scope.text(condition, Level.NOT))
            case Bind(binder=binder, value=value) if is_plain(value):
                scope = scope.bind({binder.uid: scope.text(value)})
            case Bind(binder=binder, value=value):
                flush()
                name = scope.names.new(binder.name)
                lines.add(f"{name} = {scope.text(value)}")
                scope = scope.bind({binder.uid: name})
            case _:
                flush()
                scope, target, source, tests = scope.loop(step)
                lines.add(f"for {target} in tuple({source}):")
                lines.depth += 1
                conditions += tests
    flush()
    before = len(lines.lines)
    yield scope
    if len(lines.lines) == before and lines.depth > depth:
        lines.add("pass")
    lines.depth = depth


@contextmanager
def each(
    lines: Lines, printer: Printer, plans: Sequence[Plan], binders: Sequence[Binder]
) -> Iterator[Printer]:
    """What is added inside happens once for each assignment that the plans find; all are found before the first is used."""
    if distinct(plans, binders) and plans:
        with loop(lines, printer, plans[0]) as scope:
            yield scope
        return
    found = printer.names.private("_found")
    lines.add(f"{found}: dict[Any, None] = {{}}")
    for plan in plans:
        with loop(lines, printer, plan) as scope:
            lines.add(f"{found}[{tuple_text(scope.variables[binder.uid] for binder in binders)}] = None")
    names = {binder.uid: printer.names.new(binder.name) for binder in binders}
    with lines.block(f"for {tuple_text(names.values())} in {found}:"):
        yield printer.bind(names)


def mark(place: Place) -> str:
    """What a flag's dictionary has at a key: that it is there, or the event that it comes from."""
    return HERE if place.marks else "True"


class Writer:
    """Prints writes to places at one event, and keeps the indexes and what `old` may ask for."""

    def __init__(self, lines: Lines, printer: Printer) -> None:
        self.lines = lines
        self.printer = printer

    def put(self, place: Place, keys: Sequence[str], value: Expr | None, text: str) -> None:
        """The place at the keys gets a value: `text`, of which `value` tells what is known by syntax."""
        if place.scalar:
            self.lines.add(f"{place.attribute} = {text}")
            self.note(place)
            return
        key = self._key(place, keys)
        self._remember(place, key)
        default = place.default
        if default is not None and isinstance(value, Lit) and place.flag:
            self._store(place, key, keys, mark(place)) if value.value != default.value else self._delete(
                place, key, keys
            )
        elif default is not None and isinstance(value, Lit):
            self._store(place, key, keys, text) if value.value != default.value else self._delete(
                place, key, keys
            )
        elif default is not None and default.value is None and isinstance(value, Lift):
            self._store(place, key, keys, text)
        elif place.flag:
            assert default is not None
            with self.lines.block(f"if {'not ' if default.value else ''}{text}:"):
                self._store(place, key, keys, mark(place))
            with self.lines.block("else:"):
                self._delete(place, key, keys)
        else:
            self._store_or_delete(place, key, keys, text)

    def add_to(self, place: Place, keys: Sequence[str], operator: str, text: str) -> None:
        """The place at the keys grows by the number `text` (`+`), or shrinks by it (`-`)."""
        if place.scalar:
            self.lines.add(f"{place.attribute} {operator}= {text}")
            self.note(place)
            return
        key = self._key(place, keys)
        self._remember(place, key)
        if place.folded is not None:
            self._store(place, key, keys, "", replaces=False)
        elif place.grows:
            self._store(place, key, keys, self.grown(place, keys, key, operator, text), replaces=False)
        else:
            self._store_or_delete(
                place, key, keys, self.grown(place, keys, key, operator, text), replaces=False
            )

    def grown(self, place: Place, keys: Sequence[str], key: str, operator: str, text: str) -> str:
        """What the place has at the keys, which are `key`, and the number `text` added (`+`) or taken from it (`-`)."""
        return f"{self.printer.current(place, keys, key)[0]} {operator} {text}"

    def _key(self, place: Place, keys: Sequence[str]) -> str:
        key = self.printer.joined(keys) if keys else "()"
        if key.isidentifier():
            return key
        name = self.printer.names.private("_key")
        self.lines.add(f"{name} = {key}")
        return name

    def _store_or_delete(
        self, place: Place, key: str, keys: Sequence[str], text: str, *, replaces: bool = True
    ) -> None:
        value = self.printer.names.private("_value")
        self.lines.add(f"{value} = {text}")
        default = place.default_attribute if place.default is None else repr(place.default.value)
        word = "is" if default in ("None", "True", "False") else "=="
        with self.lines.block(f"if {value} {word} {default}:"):
            self._delete(place, key, keys)
        with self.lines.block("else:"):
            self._store(place, key, keys, value, replaces=replaces)

    def _store(
        self, place: Place, key: str, keys: Sequence[str], text: str, *, replaces: bool = True
    ) -> None:
        self._written(place)
        if place.folded is None:
            self.lines.add(f"{place.attribute}[{key}] = {text}")
        self.note(place, key, replaces=replaces)
        for positions, attribute in self._indexes(place):
            part = tuple_text(keys[position] for position in positions)
            self.lines.add(f"{attribute}.setdefault({part}, {{}})[{key}] = None")

    def _written(self, place: Place) -> None:
        if self.printer.once is not None:
            self.printer.once.written(place.name)

    def _delete(self, place: Place, key: str, keys: Sequence[str]) -> None:
        self._written(place)
        if not place.traced:
            self.lines.add(f"{place.attribute}.pop({key}, None)")
            self._unindex(place, key, keys)
            return
        with self.lines.block(f"if {key} in {place.attribute}:"):
            self.lines.add(f"del {place.attribute}[{key}]")
            self._unindex(place, key, keys)
            others = "" if place.marks or place.folded is not None else f", {place.source}"
            others += f", {place.replaced}" if place.replaces else ""
            self.lines.add(f"self._clear({place.name!r}, {key}, {HERE}{others})")

    def _unindex(self, place: Place, key: str, keys: Sequence[str]) -> None:
        for positions, attribute in self._indexes(place):
            part = tuple_text(keys[position] for position in positions)
            self.lines.add(f"unindex({attribute}, {part}, {key})")

    def note(self, place: Place, key: str | None = None, *, replaces: bool = False) -> None:
        """Note that what the place now has (at a key) comes from this event."""
        if not place.traced or place.marks:
            return
        if key is None:
            self.lines.add(f"{place.source} = {HERE}")
            return
        if replaces and place.replaces:
            with self.lines.block(f"if {key} in {place.source}:"):
                self.lines.add(f"{place.replaced}[{key}] = {place.source}[{key}]")
        self.lines.add(f"{place.source}[{key}] = {HERE}")

    def take(self, place: Place, keys: Sequence[str]) -> None:
        """The place no longer holds the keys."""
        key = self._key(place, keys) if place.traced or self._indexes(place) else self.printer.joined(keys)
        self._delete(place, key, keys)

    def hold(self, place: Place, keys: Sequence[str], text: str) -> None:
        """The place holds the keys, with the value `text`."""
        key = self._key(place, keys) if place.traced or self._indexes(place) else self.printer.joined(keys)
        self._store(place, key, keys, text)

    def _indexes(self, place: Place) -> list[tuple[tuple[int, ...], str]]:
        return list(self.printer.program.indexes.get(place.name, {}).items())

    def _remember(self, place: Place, key: str) -> None:
        local = self.printer.old.get(place.name)
        if local is not None:
            self.lines.add(f"{local}.setdefault({key}, {self.printer.stored(place, key)[0]})")
