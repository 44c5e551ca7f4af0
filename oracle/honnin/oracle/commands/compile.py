"""`honnin compile`: the oracle of a specification as one module that needs nothing but Python."""

from __future__ import annotations

from pathlib import Path

import click

from honnin.oracle.files import each, open_specification, write_text
from honnin.oracle.options import FILE, PATH, STRICT, speaking
from honnin.oracle.session import Session, paint
from honnin.oracle.status import Status

STANDARD_OUTPUT = Path("-")


@click.command(
    epilog="Example: honnin compile certificate_issuance.honnin -o oracle.py",
    short_help="Write the oracle as a Python module.",
)
@FILE
@click.option(
    "-o",
    "--output",
    type=PATH,
    required=True,
    metavar="FILE",
    help="The module to write; `-` for standard output.",
)
@STRICT
@speaking
def command(session: Session, file: Path, output: Path, strict: bool) -> Status:
    """Write the oracle as one Python module, which imports nothing outside the standard library.

    Exit status: 0 written, 2 the specification is wrong, 3 (with --strict) written, but a claim is not monitored.
    """
    if output.exists() and file.exists() and output.samefile(file):
        raise click.UsageError("the oracle would be written over the specification")
    return each(session, [file], lambda file: _compile(session, file, output, strict))


def _compile(session: Session, file: Path, output: Path, strict: bool) -> Status:
    from honnin.oracle.monitor import not_monitored, oracle_source

    module = open_specification(session, file).module
    if module is None:
        return Status.WRONG
    source = oracle_source(module.main, module.digest, standalone=True)
    left_out = not_monitored(module.main)
    if output == STANDARD_OUTPUT:
        session.say(source.rstrip("\n"))
    else:
        write_text(output, source)
    summary = f"{output}: the oracle of {module.main.name}, {len(module.main.claims) - len(left_out)} claims"
    session.note(summary)
    if left_out:
        session.note(f"  {paint('not monitored, prove only', 'yellow')}: {', '.join(left_out)}")
    session.tell(
        {
            "oracle": {
                "file": str(output),
                "specification": module.main.name,
                "digest": module.digest,
                "monitored": [claim.name for claim in module.main.claims if claim.prove_only is None],
                "not_monitored": left_out,
                **({"source": source} if output == STANDARD_OUTPUT else {}),
            }
        }
    )
    return Status.UNDECIDED if strict and left_out else Status.WELL
