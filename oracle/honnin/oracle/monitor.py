"""Specifications in Python: load one, make oracles of it."""

from __future__ import annotations

import json
import linecache
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from honnin.spec.core import Claim, Module, Specification
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.load import check_file
from honnin.spec.records import dataclass, field
from honnin.spec.render import render

if TYPE_CHECKING:
    from honnin.compiler.runtime.base import Violation
    from honnin.oracle.mapped import LogMapping

OnViolation = Literal["raise", "collect"] | Callable[["Violation"], object]


class SpecificationError(ValueError):
    """A specification is wrong; the text is what `honnin check` would say."""

    def __init__(self, diagnostics: Sequence[Diagnostic], sources: Mapping[str, str]) -> None:
        errors = [diagnostic for diagnostic in diagnostics if diagnostic.is_error]
        super().__init__("\n".join(render(diagnostic, sources) for diagnostic in errors))
        self.diagnostics = tuple(diagnostics)
        self._sources = dict(sources)

    def __reduce__(self) -> tuple[type[SpecificationError], tuple[object, ...]]:
        return type(self), (self.diagnostics, self._sources)


@dataclass(frozen=True, slots=True)
class Spec:
    """A specification whose oracle is ready. `source` is the generated module, `namespace` what it defines."""

    specification: Specification = field(repr=False)
    digest: str
    source: str = field(repr=False)
    namespace: Mapping[str, Any] = field(repr=False)
    _mapped: dict[str, LogMapping] = field(default_factory=dict, repr=False, compare=False)
    _loops: dict[tuple[str, tuple[int, ...]], Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        return self.specification.name

    @property
    def title(self) -> str | None:
        return self.specification.title

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Every claim, in the order of declaration."""
        return self.specification.claims

    @property
    def not_monitored(self) -> tuple[str, ...]:
        """The claims that only `prove` can say something about."""
        return not_monitored(self.specification)

    @property
    def mappings(self) -> tuple[str, ...]:
        """The names of the mappings from logs that were not made for the specification."""
        return tuple(mapping.name for mapping in self.specification.mappings)

    def mapping(self, name: str) -> LogMapping:
        """The mapping `from json "NAME" { ... }`, compiled once. Raises KeyError where there is none."""
        if name not in self._mapped:
            from honnin.oracle.mapped import compile_mapping

            self._mapped[name] = compile_mapping(name, self.specification, self.namespace, self.digest)
        return self._mapped[name]

    def loop(self, events: tuple[int, ...], kind: str) -> Any:
        """The work that the class `kind` of oracles does at the events of these numbers, in one loop (`generator.blocks.in_one`), made once;
        None where it cannot be.
        """
        if (kind, events) not in self._loops:
            from honnin.compiler.generator.blocks import NotInOne, in_one

            names = dict(self.namespace)
            try:
                exec(compile(in_one(self.source, events, kind), "<loop>", "exec"), names)  # noqa: S102 - what generate wrote
                self._loops[kind, events] = names["run"]
            except NotInOne:
                self._loops[kind, events] = None
        return self._loops[kind, events]

    def oracle(
        self,
        on_violation: OnViolation = "raise",
        *,
        facts: Mapping[str, Any] | str | Path | None = None,
        clock: Callable[[], float] = time.time,
        mask_key: bytes | None = None,
        reveal: bool = False,
        sealed: bool = False,
        shared: bool = True,
        explain: bool = True,
        fail_open: bool = False,
        sample: float | None = None,
        sample_by: str | None = None,
    ) -> Any:
        """A new oracle, at the start of its trace. `facts`: what each `given` is, or the JSON file that says so.

        `on_violation`: "raise" (InvariantViolated, in the call that reports the event), "collect" (see `violations`), or what is
        called with each violation. `clock` gives the time, in seconds, of an event reported without one. Personal values are
        shown as tokens made with `mask_key` (a key of its own without one), or in clear if `reveal`. A `sealed` oracle keeps them
        only as digests under `mask_key`: its `snapshot` has none in clear. Several threads may report events to one oracle; where one
        thread alone does, `shared=False` saves a little. Unless `explain` is off, a violation tells the earlier events that it comes from.
        `fail_open` and `sample`: see docs/commands.md, "Left running".
        """
        if isinstance(facts, str | Path):
            facts = json.loads(Path(facts).read_bytes())
        make = self.namespace["Oracle"]
        return make(
            on_violation,
            facts=facts,
            clock=clock,
            mask_key=mask_key,
            reveal=reveal,
            sealed=sealed,
            shared=shared,
            explain=explain,
            fail_open=fail_open,
            sample=sample,
            sample_by=sample_by,
        )


_Signature = tuple[tuple[str, int, int], ...]
_LOCK = threading.Lock()
_COMPILED: dict[tuple[str, str], Spec] = {}
_LOADED: dict[Path, tuple[_Signature, Spec]] = {}


def load(path: str | Path) -> Spec:
    """The specification in a file, compiled once per digest in this process. Raises SpecificationError where it is wrong."""
    __tracebackhide__ = True
    file = Path(path).resolve()
    with _LOCK:
        if file in _LOADED and _signature(name for name, *_ in _LOADED[file][0]) == _LOADED[file][0]:
            return _LOADED[file][1]
        file.stat()
        checked = check_file(file)
        if checked.module is None:
            raise SpecificationError(checked.diagnostics, checked.sources)
        spec = compile_module(checked.module)
        _LOADED[file] = (_signature({str(file), *checked.sources}), spec)
        return spec


def compile_module(module: Module) -> Spec:
    """The oracle of a file's own specification; made once per digest."""
    return compile_specification(module.main, module.digest)


def compile_specification(specification: Specification, digest: str) -> Spec:
    """The oracle of one specification of the file with that digest."""
    key = (digest, specification.name)
    if key not in _COMPILED:
        _COMPILED[key] = _compile(specification, digest)
    return _COMPILED[key]


def oracle_source(specification: Specification, digest: str, *, standalone: bool) -> str:
    """The text of the generated module: every claim that can be monitored."""
    from honnin.compiler.generator.module import generate
    from honnin.compiler.lower import lower

    monitored = [claim for claim in specification.claims if claim.prove_only is None]
    return generate(lower(specification, monitored), digest, standalone=standalone)


def not_monitored(specification: Specification) -> tuple[str, ...]:
    """The claims that an oracle leaves out."""
    return tuple(claim.name for claim in specification.claims if claim.prove_only is not None)


def _compile(specification: Specification, digest: str) -> Spec:
    source = oracle_source(specification, digest, standalone=False)
    name = f"<oracle {specification.name} {digest[:12]}>"
    namespace: dict[str, Any] = {"__name__": name, "__tracebackhide__": True}
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), namespace)  # noqa: S102 - what generate wrote
    return Spec(specification, digest, source, namespace)


def _signature(files: Iterable[str]) -> _Signature:
    """What changes when one of the files is written."""
    statuses = ((name, Path(name).stat()) for name in sorted(files) if Path(name).is_file())
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in statuses)
