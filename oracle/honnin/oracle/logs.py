"""What `watch` and `audit` have in common: their options, the oracle that they make, the way they end."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any

import click

from honnin.compiler.runtime.base import duration
from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.files import Refused, about, open_specification, read_facts_file, read_key, unreadable
from honnin.oracle.options import FACTS, KEY, MIDWAY, PATH, REVEAL, STRICT
from honnin.oracle.session import Session
from honnin.oracle.status import Status, worst
from honnin.oracle.streams.collecting import not_collecting
from honnin.oracle.table import plural
from honnin.spec.records import dataclass, fields

if TYPE_CHECKING:
    from honnin.oracle.checkpoints.keeper import Keeper
    from honnin.oracle.checkpoints.ledger import Ledger
    from honnin.oracle.mapped import LogMapping
    from honnin.oracle.monitor import Spec
    from honnin.oracle.streams.reading import Inputs
    from honnin.oracle.watching import Watching
    from honnin.spec.core import Module, Specification


class _Duration(click.ParamType[int]):
    """A duration as the language writes it (`250ms`, `10s`), in microseconds."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return value if isinstance(value, int) else duration(value)
        except ValueError:
            self.fail(f"{value!r} is no duration (such as 250ms, 10s, 5min, 2h)", param, ctx)


STANDARD_INPUT = Path("-")
DURATION = _Duration()
_NO_KEY = b"honnin: a log without personal values"
_QUARANTINE = click.option(
    "--quarantine",
    type=PATH,
    metavar="FILE",
    help="Add every line that cannot be read to this file, unchanged and in clear.",
)
_STOP = click.option(
    "--stop-on-bad-input", "stop", is_flag=True, help="Stop at the first line that cannot be read."
)
_CERTIFICATE = click.option(
    "--certificate",
    type=PATH,
    metavar="DIR",
    help="Say which proofs are of this specification, as it is now.",
)
_FROM = click.option(
    "--from",
    "mapping",
    metavar="NAME",
    help='Read the lines by the mapping `from json "NAME" { ... }` of the specification.',
)


_OUTPUT = click.option(
    "--output",
    type=PATH,
    metavar="FILE",
    help="Add what is found to this file, and not to standard output.",
)
_CHECKPOINT = click.option(
    "--checkpoint",
    type=PATH,
    metavar="FILE",
    help="Keep what is known in this file, and go on from there when run again.",
)
_EVERY = click.option(
    "--every",
    type=DURATION,
    default="10s",
    show_default=True,
    help="How often the checkpoint is written; less often where that takes over a tenth of the time.",
)
_MERGE = click.option("--merge", is_flag=True, help="Read several logs as one, in the order of their times.")
_REORDER = click.option(
    "--reorder", type=DURATION, help="Wait so long for events that come after their time."
)
_ID = click.option(
    "--id", metavar="FIELD", help="Drop a line whose FIELD was that of an earlier line: a copy of it."
)
_BEGIN = click.option(
    "--begin-with",
    type=PATH,
    metavar="FILE",
    help="Begin with what this checkpoint of an earlier log knows.",
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How logs are to be read. Durations are microseconds."""

    facts: Path | None
    quarantine: Path | None
    stop: bool
    key: Path | None
    reveal: bool
    strict: bool
    certificate: Path | None
    mapping: str | None
    output: Path | None
    checkpoint: Path | None
    every: int
    merge: bool
    reorder: int | None
    id: str | None
    midway: bool
    begin_with: Path | None

    def told(self, session: Session) -> dict[str, Any]:
        """What the next run must be asked for too, to go on where this one was."""
        return {
            "format": session.format,
            "reveal": self.reveal,
            "mapping": self.mapping,
            "merge": self.merge,
            "reorder": self.reorder,
            "id": self.id,
            "begins-midway": self.midway,
            "output": self.output is not None,
            "quarantine": self.quarantine is not None,
        }


def reading_logs(body: Callable[..., Status]) -> Callable[..., Status]:
    """Gives a command the options of `Wishes`, as its argument `wishes`."""

    @FACTS
    @_FROM
    @_OUTPUT
    @_CHECKPOINT
    @_EVERY
    @_MERGE
    @_REORDER
    @_ID
    @MIDWAY
    @_BEGIN
    @_QUARANTINE
    @_STOP
    @KEY
    @REVEAL
    @STRICT
    @_CERTIFICATE
    @functools.wraps(body)
    def command(*arguments: Any, **options: Any) -> Status:
        wishes = Wishes(**{field.name: options.pop(field.name) for field in fields(Wishes)})
        return body(*arguments, wishes=wishes, **options)

    return command


def check_logs(logs: Sequence[Path], wishes: Wishes, *, may_be_missing: bool = False) -> None:
    """Refused when a log cannot be opened, or would be written to."""
    there = [log for log in logs if log != STANDARD_INPUT and not (may_be_missing and not log.exists())]
    problems = [unreadable(log) for log in there]
    if found := [problem for problem in problems if problem]:
        raise Refused(found)
    _refuse_twice(logs)
    if wishes.midway and wishes.begin_with is not None:
        raise click.UsageError("with --begin-with nothing is unknown of what happened before")
    unseekable = any(log == STANDARD_INPUT or (log.exists() and not log.is_file()) for log in logs)
    if wishes.checkpoint is not None and unseekable:
        raise click.UsageError("a checkpoint needs a log that is a file, to find the place in it again")
    for file in (wishes.output, wishes.quarantine):
        if wishes.checkpoint is not None and file is not None and (file.is_fifo() or file.is_char_device()):
            raise click.UsageError(
                f"with a checkpoint {file} must be a file, which can be cut back when the run goes on"
            )
    written = {"quarantine": wishes.quarantine, "output": wishes.output, "checkpoint": wishes.checkpoint}
    for what, file in written.items():
        for other in (*there, *(file for name, file in written.items() if name != what and file)):
            if file and (file == other or (file.exists() and other.exists() and file.samefile(other))):
                raise click.UsageError(f"the {what} file is also {other}")


def _refuse_twice(logs: Sequence[Path]) -> None:
    """A usage error where one log is named twice, also by two names."""
    seen: dict[object, Path] = {}
    for log in logs:
        status = log.stat() if log != STANDARD_INPUT and log.exists() else None
        one = log if status is None else (status.st_dev, status.st_ino)
        if one in seen:
            also = "" if seen[one] == log else f", also as {seen[one]}"
            raise click.UsageError(f"the log {log} is named twice{also}: its events would count twice")
        seen[one] = log


@contextmanager
def watching(
    session: Session, file: Path, logs: Sequence[Path], wishes: Wishes, *, named: bool = False
) -> Iterator[Run | None]:
    """The oracle of `file`, and the logs; None where the specification is wrong. `named`: logs are named beside their lines."""
    from honnin.oracle.checkpoints.keeper import Keeper
    from honnin.oracle.checkpoints.ledger import Ledger
    from honnin.oracle.checkpoints.lock import locked
    from honnin.oracle.streams.reading import Inputs

    session.masking = not wishes.reveal
    module = open_specification(session, file).module
    if module is None:
        yield None
        return
    key = read_key(wishes.key)
    if wishes.checkpoint is not None and key is None and not wishes.reveal:
        check_sealed(wishes.checkpoint, module.main)
        if wishes.id is not None:
            _refuse_ids(wishes.checkpoint)
    with ExitStack() as held:
        if wishes.checkpoint is not None:
            held.enter_context(locked(wishes.checkpoint))
        files = {"output": wishes.output, "quarantine": wishes.quarantine}
        ledgers = {name: held.enter_context(Ledger(file)) for name, file in files.items() if file}
        run = _made(session, module, key, ledgers, wishes)
        run.named = named or len(logs) > 1
        run.merging = wishes.merge and len(logs) > 1
        inputs = Inputs(logs, session, run.damaged, key or _NO_KEY, wishes.checkpoint is not None)
        keeper = None
        if wishes.checkpoint is not None:
            keeper = Keeper(
                wishes.checkpoint, Rhythm(wishes.every / 1e6), wishes.told(session), ledgers, inputs.reached
            )
        yield Run(run, inputs, keeper, wishes.begin_with)


def check_sealed(checkpoint: Path, specification: Specification) -> None:
    """Refused where what an oracle of the specification knows has personal values, and no key seals them."""
    if specification.personal_entities or specification.personal_places:
        message = "a checkpoint would have personal values in clear"
        hint = "name a key to seal them with, with --key, or ask for clear data with --reveal"
        raise Refused([about(checkpoint, "HN0690", message, hint)])


def _refuse_ids(checkpoint: Path) -> None:
    """Refused: ids are kept as digests, which another run knows again only under the same key."""
    message = "a checkpoint would have the ids of events in clear"
    hint = "name a key to seal them with, with --key, or ask for clear data with --reveal"
    raise Refused([about(checkpoint, "HN0690", message, hint)])


def _made(
    session: Session, module: Module, key: bytes | None, ledgers: dict[str, Ledger], wishes: Wishes
) -> Watching:
    """What watches, with everything that is wished of it."""
    from honnin.oracle.certificates import Coverage, open_certificate
    from honnin.oracle.doubts import judging
    from honnin.oracle.monitor import compile_module
    from honnin.oracle.streams.fast import fast_reader
    from honnin.oracle.streams.ordering import Ids, Reorder
    from honnin.oracle.watching import Watching

    facts = read_facts_file(wishes.facts, module.main)
    spec = compile_module(module)
    mapping = named_mapping(spec, wishes.mapping)
    kept = wishes.checkpoint or wishes.begin_with
    sealed = kept is not None and key is not None and not wishes.reveal
    judge, doubts = judging(module) if wishes.midway else (spec, None)
    oracle = judge.oracle(
        "collect", facts=facts, mask_key=key, reveal=wishes.reveal, sealed=sealed, shared=False
    )
    named = wishes.certificate
    proof = None if named is None else Coverage(named, open_certificate(named), spec.digest)
    output = ledgers.get("output")
    told = session if output is None else Session(session.format, write=output.write)
    return Watching(
        told,
        spec,
        oracle,
        quarantine=ledgers.get("quarantine"),
        stop_on_bad_input=wishes.stop,
        proof=proof,
        mapping=mapping,
        reader=None if mapping else fast_reader(judge, oracle),
        ids=None if wishes.id is None else Ids(wishes.id, key or _NO_KEY),
        reorder=None if wishes.reorder is None else Reorder(wishes.reorder),
        also=None if output is None else session,
        doubts=doubts,
    )


@dataclass(frozen=True, slots=True)
class Run:
    """One trace that is watched, the logs that it is in, and what keeps it."""

    watching: Watching
    inputs: Inputs
    keeper: Keeper | None
    begin_with: Path | None = None

    def begin(self) -> None:
        """At the start; or, where there is a checkpoint, where that was made. Refused where it is not one of this run."""
        run, keeper = self.watching, self.keeper
        if keeper is None:
            self._begin_with()
            run.begin()
            return
        if not keeper.resume(run, self.inputs.find):
            self._begin_with()
            keeper.save(run)
        if keeper.begun:
            run.session.note(f"going on from {keeper.file}, after {plural(run.oracle.position, 'event')}")
        else:
            run.begin()
            keeper.begun = True
        run.between = lambda: keeper.if_due(run)

    def _begin_with(self) -> None:
        """What an earlier run knew, if it is named."""
        from honnin.compiler.runtime.snapshot import SnapshotRefused
        from honnin.oracle.checkpoints import file as checkpoint

        if self.begin_with is None:
            return
        body = checkpoint.read(self.begin_with)
        if body is None:
            raise Refused([about(self.begin_with, "HN0801", f"no such file: `{self.begin_with}`")])
        oracle = self.watching.oracle
        try:
            if "wishes" not in body:
                raise SnapshotRefused(
                    f"`{self.begin_with}` was made by `honnin serve`, not by `watch` or `audit`"
                )
            oracle.restore(body["oracle"])
        except SnapshotRefused as refused:
            raise Refused([about(self.begin_with, "HN0692", str(refused))]) from refused
        oracle._groups.clear()

    def read(self, upto: Callable[[Iterator[Any]], Iterator[Any]]) -> None:
        """The stored logs to their ends, or `upto` where the user wants."""
        with not_collecting():
            if self.watching.merging:
                self.watching.merge([upto(portions) for portions in self.inputs.apart()])
            else:
                self.watching.read(upto(self.inputs.stored()))

    def conclude(self, wishes: Wishes, *, halted: bool = False) -> Status:
        """The last checkpoint, the summary, and the status of the whole. If `halted`, in the middle of a block: the checkpoint before stays."""
        run = self.watching
        if self.keeper is not None and not halted:
            self.keeper.save(run)
        if run.unread and run.mapping is None and run.spec.mappings and not run.oracle.position:
            known = " or ".join(f"--from {quote(name)}" for name in run.spec.mappings)
            run.session.note(f"no line is an event of the specification; it has a mapping: {known}")
        uncovered = run.proof is not None and not run.proof.checks
        untried = wishes.strict and run.untried()
        return worst(run.end(), Status.UNDECIDED if untried or uncovered else Status.WELL)


def named_mapping(spec: Spec, name: str | None) -> LogMapping | None:
    """The mapping that the user names, if one is named."""
    if name is None:
        return None
    if name in spec.mappings:
        return spec.mapping(name)
    known = ", ".join(f'"{known}"' for known in spec.mappings) or "none"
    raise click.UsageError(f'the specification has no mapping "{name}" (it has: {known})')
