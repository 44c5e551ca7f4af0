"""`honnin serve`: an oracle as a service over HTTP."""

from __future__ import annotations

import os
import secrets
from contextlib import ExitStack
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.extras import missing
from honnin.oracle.files import (
    Refused,
    about,
    each,
    open_specification,
    read_bytes,
    read_facts_file,
    read_key,
)
from honnin.oracle.logs import DURATION, named_mapping
from honnin.oracle.options import FACTS, FILE, KEY, MIDWAY, PATH, REVEAL, speaking
from honnin.oracle.session import Session
from honnin.oracle.status import Status
from honnin.oracle.table import plural
from honnin.spec.diagnostics import Diagnostic
from honnin.spec.records import dataclass
from honnin.spec.source import NOWHERE

if TYPE_CHECKING:
    from honnin.oracle.serving.service import Service

SHORTEST_TOKEN = 16
"""Characters: a shorter token can be found by trying."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the service is to be run. Durations are microseconds."""

    host: str
    port: int
    token_file: Path | None
    mapping: str | None
    id_field: str | None
    facts: Path | None
    key: Path | None
    reveal: bool
    checkpoint: Path | None
    every: int
    waiting: int
    body: int
    remember: int
    late: int | None
    midway: bool
    check: bool

    def told(self) -> dict[str, Any]:
        """What the next run must be asked for too, to go on where this one was."""
        return {"begins-midway": self.midway, "id": self.id_field, "from": self.mapping}


@click.command(
    epilog="Example: honnin serve --facts site.json --checkpoint state.json --key key certificate_issuance.honnin",
    short_help="Check events that are sent over HTTP.",
)
@FILE
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="The port; 0 for any that is free.",
)
@click.option(
    "--token-file",
    type=PATH,
    metavar="FILE",
    envvar="HONNIN_TOKEN_FILE",
    help="The token that every request must have; needed for any address but this machine's own.",
)
@FACTS
@click.option(
    "--from", "mapping", metavar="NAME", help='Read what is sent by the mapping `from json "NAME" { ... }`.'
)
@click.option(
    "--id",
    "id_field",
    metavar="NAME",
    help="The member that names a record: sent again, it is not counted again.",
)
@click.option(
    "--checkpoint",
    type=PATH,
    metavar="FILE",
    help="Keep everything in this file and its journal, and go on from there.",
)
@click.option(
    "--every",
    type=DURATION,
    default="60s",
    show_default=True,
    help="How often the checkpoint is written; less often where that takes over a tenth of the time.",
)
@click.option(
    "--late",
    type=DURATION,
    help="Let deadlines pass without events, so long after the wall clock says so.",
)
@MIDWAY
@click.option(
    "--max-waiting",
    "waiting",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Records that may wait.",
)
@click.option(
    "--max-body",
    "body",
    type=click.IntRange(min=1),
    default=1 << 20,
    show_default=True,
    help="Bytes of a request's body.",
)
@click.option(
    "--remember",
    type=click.IntRange(min=0),
    default=100_000,
    show_default=True,
    help="Ids that are remembered, the latest ones.",
)
@click.option("--check", is_flag=True, help="Say whether the service could be started like this, and end.")
@KEY
@REVEAL
@speaking
def command(session: Session, file: Path, **options: Any) -> Status:
    """Take events over HTTP, acknowledge each when it is safe, and show how the claims stand.

    POST /events takes JSON or JSON Lines; /v1/logs and /v1/traces take OTLP; /violations, /summary, /metrics and the page at /
    tell what was found. Ctrl-C or SIGTERM ends it, after what was taken has been worked on. Exit status: 0 it was asked to end,
    2 the specification, the facts or the usage is wrong or what must be kept cannot be written.
    """
    return each(session, [file], lambda file: _serve(session, file, Wishes(**options)))


def _serve(session: Session, file: Path, wishes: Wishes) -> Status:
    if find_spec("starlette") is None or find_spec("uvicorn") is None:
        raise missing("what `honnin serve` listens with", "serve")
    token = _token(wishes)
    module = open_specification(session, file).module
    if module is None:
        return Status.WRONG
    session.masking = not wishes.reveal
    with ExitStack() as open_now:
        if wishes.checkpoint is not None:
            from honnin.oracle.checkpoints.lock import locked

            open_now.enter_context(locked(wishes.checkpoint))
        service = _service(session, module, wishes)
        return _listen(session, service, wishes, token)


def _token(wishes: Wishes) -> str | None:
    """The token; Refused where one is needed and there is none."""
    if wishes.token_file is None:
        if _is_loopback(wishes.host):
            return None
        message = f"`{wishes.host}` can be reached from elsewhere, and no token is set"
        hint = "name a file with at least 16 random characters, with --token-file"
        raise Refused([Diagnostic("HN0710", message, NOWHERE, hint=hint)])
    token = read_bytes(wishes.token_file).decode("utf-8", "replace").strip()
    if len(token) < SHORTEST_TOKEN or not token.isascii() or not token.isprintable():
        hint = f"a token has at least {SHORTEST_TOKEN} printable ASCII characters, best random ones"
        raise Refused([about(wishes.token_file, "HN0710", "the token is too short, or not printable", hint)])
    return token


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _service(session: Session, module: Any, wishes: Wishes) -> Service:
    from honnin.oracle.doubts import judging
    from honnin.oracle.monitor import compile_module
    from honnin.oracle.serving.found import Found
    from honnin.oracle.serving.ids import Ids
    from honnin.oracle.serving.keeping import Keeping
    from honnin.oracle.serving.service import Service

    facts = read_facts_file(wishes.facts, module.main)
    key = read_key(wishes.key)
    spec = compile_module(module)
    judge, doubts = judging(module) if wishes.midway else (spec, None)
    is_sealed = wishes.checkpoint is not None and key is not None and not wishes.reveal
    oracle = judge.oracle("collect", facts=facts, mask_key=key, reveal=wishes.reveal, sealed=is_sealed)
    keeping = None
    if wishes.checkpoint is not None:
        keeps_personal = any(type(oracle)._SEALED_FIELDS) and not (is_sealed or wishes.reveal)
        if keeps_personal or key is None:
            hint = "name a file with a key of at least 16 bytes, with --key"
            message = "a checkpoint needs a key, which seals personal values and ids in it"
            raise Refused([Diagnostic("HN0713", message, NOWHERE, hint=hint)])
        keeping = Keeping(wishes.checkpoint, Rhythm(wishes.every / 1e6))
    service = Service(
        spec,
        oracle,
        Ids(key or secrets.token_bytes(32), wishes.remember),
        named_mapping(spec, wishes.mapping),
        keeping,
        wishes.waiting,
        None if wishes.late is None else wishes.late / 1e6,
        found=Found(doubts),
        wishes=wishes.told(),
    )
    service.found.drain(oracle)
    if keeping is not None:
        replayed = keeping.resume(service)
        if oracle.position:
            told = f"{plural(oracle.position, 'event')} ({plural(replayed, 'record')} from the journal)"
            session.note(f"going on from {wishes.checkpoint}, after {told}")
    return service


def _listen(session: Session, service: Service, wishes: Wishes, token: str | None) -> Status:
    import asyncio

    from honnin.oracle.serving.listening import listen, opened

    try:
        socket = opened(wishes.host, wishes.port)
    except OSError as error:
        reason = (error.strerror or str(error)).lower().partition(" (while ")[0]
        message = f"cannot listen at `{wishes.host}`, port {wishes.port}: {reason}"
        raise Refused(
            [Diagnostic("HN0714", message, NOWHERE, hint="choose another --port or --host")]
        ) from error
    with socket:
        host, port = socket.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
        left_out = service.not_monitored
        session.tell(
            {
                "start": {
                    "specification": service.spec.name,
                    "digest": service.spec.digest,
                    "not_monitored": left_out,
                    "address": address,
                }
            }
        )
        session.say(f"{service.spec.name}: listening at {address}, process {os.getpid()}")
        if left_out:
            session.note(f"not monitored, prove only: {', '.join(left_out)}")
        if wishes.check:
            return Status.WELL
        asyncio.run(listen(service, socket, token, wishes.body, wishes.id_field))
    if service.trouble is not None:
        raise stopped(service.trouble)
    found = service.found
    undecided = {} if found.doubts is None else {"undecided": found.doubts.counts.total()}
    session.tell(
        {"end": {"positions": service.oracle.position, "violations": found.violated.total(), **undecided}}
    )
    session.say(f"{service.spec.name}: ended after {plural(service.oracle.position, 'event')}")
    return Status.WELL


def stopped(trouble: str) -> Refused:
    """That a service could go on no longer."""
    hint = "what was acknowledged is safe; make room and start it again"
    return Refused([Diagnostic("HN0715", f"the service stopped: {trouble}", NOWHERE, hint=hint)])
