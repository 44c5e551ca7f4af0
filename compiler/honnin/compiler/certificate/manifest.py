"""What a certificate says: a manifest, as data and as JSON (docs/certificates.md describes it)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar

from honnin.spec.records import dataclass

MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.json.sha256"
"""The file with the SHA-256 of the manifest, and so of all: it has that of every script. In the form of `sha256sum`."""
VERSION: Final = 1
_T = TypeVar("_T")

INITIATION: Final = "initiation"
CONSECUTION: Final = "consecution"
SAFETY: Final = "safety"


class Malformed(Exception):
    """A manifest is not what it should be; the text says where."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What a proof excludes. `specification` is None for a property of the design; `at_start`: also before any step."""

    name: str
    specification: str | None
    at_start: bool


@dataclass(frozen=True, slots=True)
class Obliged:
    """One obligation and its file. `step` is an index of `Checked.steps`, None for the start; `target` one of the invariant, or of the goals."""

    file: str
    sha256: str
    kind: str
    step: int | None
    target: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proved by obligations. `steps`: the ways through the steps of the design, in the order that obligations count them."""

    invariant: tuple[str, ...]
    steps: tuple[str, ...]
    goals: tuple[Goal, ...]
    obligations: tuple[Obliged, ...]

    def needed(self) -> Iterator[tuple[str, int | None, int]]:
        """Everything that an invariant has to satisfy: kind, step and target of an obligation."""
        clauses, goals, steps = range(len(self.invariant)), range(len(self.goals)), range(len(self.steps))
        yield from ((INITIATION, None, clause) for clause in clauses)
        yield from ((SAFETY, None, goal) for goal in goals if self.goals[goal].at_start)
        yield from ((CONSECUTION, step, clause) for step in steps for clause in clauses)
        yield from ((SAFETY, step, goal) for step in steps for goal in goals)


@dataclass(frozen=True, slots=True)
class Certified:
    """A check and its answer. `exercised`: by claim, whether the design can exercise it, where it is proved to satisfy it.

    `proof` is None where nothing can be checked again; `why` says why not.
    """

    subject: str
    relation: str
    target: str
    answer: str
    expected: bool
    premises: Mapping[str, str]
    exercised: Mapping[str, bool]
    proof: Proof | None
    why: str | None = None

    @property
    def is_vacuous(self) -> bool:
        """Whether it holds only because nothing that is asked can happen."""
        return bool(self.exercised) and not any(self.exercised.values())

    @property
    def title(self) -> str:
        return f"{self.subject} {self.relation} {self.target}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """`digest` is the specification's; `tools`: the versions of what made the certificate."""

    specification: str
    file: str
    digest: str
    tools: Mapping[str, str]
    checks: tuple[Certified, ...]

    def files(self) -> Iterator[Obliged]:
        """Every file of the certificate beside the manifest."""
        for check in self.checks:
            yield from check.proof.obligations if check.proof is not None else ()

    def text(self) -> str:
        """The manifest as JSON."""
        return json.dumps({"certificate": VERSION, **asdict(self)}, ensure_ascii=False, indent=1) + "\n"


def seal(manifest: bytes) -> str:
    """What the file SEAL says of a manifest."""
    return f"{sha256(manifest).hexdigest()}  {MANIFEST}\n"


def read(text: str) -> Manifest:
    """The manifest in a text; Malformed when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not JSON") from error
    whole = _Object(found, "the manifest")
    if whole.integer("certificate") != VERSION:
        raise Malformed(f"`certificate` is not {VERSION}: another version of honnin wrote it")
    manifest = Manifest(
        whole.text("specification"),
        whole.text("file"),
        whole.text("digest"),
        whole.texts("tools"),
        whole.each("checks", _certified),
    )
    names = [each.file for each in manifest.files()]
    if len(names) != len(set(names)):
        raise Malformed("two obligations have one file")
    return manifest


def _certified(check: _Object) -> Certified:
    found = Certified(
        check.text("subject"),
        check.text("relation"),
        check.text("target"),
        check.text("answer"),
        check.truth("expected"),
        check.texts("premises"),
        check.truths("exercised"),
        check.maybe("proof", lambda name: _proof(check.object(name))),
        check.maybe("why", check.text),
    )
    if found.proof is not None:
        there = [(each.kind, each.step, each.target) for each in found.proof.obligations]
        if len(there) != len(set(there)) or set(there) != set(found.proof.needed()):
            raise Malformed(
                f"the obligations of `{found.title}` are not one for each step and clause, and each goal"
            )
    return found


def _proof(proof: _Object) -> Proof:
    return Proof(
        proof.list_of_texts("invariant"),
        proof.list_of_texts("steps"),
        proof.each(
            "goals", lambda o: Goal(o.text("name"), o.maybe("specification", o.text), o.truth("at_start"))
        ),
        proof.each("obligations", _obliged),
    )


def _obliged(obligation: _Object) -> Obliged:
    file = obligation.text("file")
    if "\\" in file or PurePosixPath(file).is_absolute() or ".." in PurePosixPath(file).parts:
        raise Malformed("an obligation's file is not inside the certificate")
    return Obliged(
        file,
        obligation.text("sha256"),
        obligation.text("kind"),
        obligation.maybe("step", obligation.integer),
        obligation.integer("target"),
    )


class _Object:
    """An object of JSON; each question names a member and the type that it must have."""

    def __init__(self, found: Any, what: str) -> None:
        if not isinstance(found, dict):
            raise Malformed(f"{what} is not an object")
        self._found = found

    def _of(self, name: str, type: type[_T]) -> _T:
        value = self._found.get(name)
        if not isinstance(value, type) or (type is int and isinstance(value, bool)):
            raise Malformed(f"`{name}` is missing or not of its type")
        return value

    def text(self, name: str) -> str:
        return self._of(name, str)

    def integer(self, name: str) -> int:
        return self._of(name, int)

    def truth(self, name: str) -> bool:
        return self._of(name, bool)

    def object(self, name: str) -> _Object:
        return _Object(self._found.get(name), f"`{name}`")

    def maybe(self, name: str, read: Callable[[str], _T]) -> _T | None:
        """None where the member is null, which has to be said."""
        if name in self._found and self._found[name] is None:
            return None
        return read(name)

    def texts(self, name: str) -> Mapping[str, str]:
        inner = self.object(name)
        return {key: inner.text(key) for key in inner._found}

    def truths(self, name: str) -> Mapping[str, bool]:
        inner = self.object(name)
        return {key: inner.truth(key) for key in inner._found}

    def list_of_texts(self, name: str) -> tuple[str, ...]:
        found = self._of(name, list)
        if not all(isinstance(item, str) for item in found):
            raise Malformed(f"`{name}` is not a list of texts")
        return tuple(found)

    def each(self, name: str, read: Callable[[_Object], _T]) -> tuple[_T, ...]:
        return tuple(read(_Object(item, f"a member of `{name}`")) for item in self._of(name, list))
