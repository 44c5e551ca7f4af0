"""Certificates in their folders: opened, looked through, and written after a file was proved."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from honnin.compiler.certificate.manifest import (
    MANIFEST,
    SEAL,
    Certified,
    Malformed,
    Manifest,
    Obliged,
    read,
    seal,
)
from honnin.oracle.files import Refused, about, read_bytes
from honnin.oracle.interrupt import uninterrupted
from honnin.oracle.session import Session
from honnin.oracle.table import plural
from honnin.spec.records import dataclass

if TYPE_CHECKING:
    from honnin.compiler.answers import Answer
    from honnin.spec.core import Module

WRITING_SECONDS = 60.0
"""The time for the obligations of one proof to be written."""


def open_certificate(folder: Path) -> Manifest:
    """What the certificate in the folder says of itself; Refused when there is none, or it was changed after it was written."""
    file = folder / MANIFEST
    if not folder.is_dir() or not file.is_file():
        hint = "honnin prove --certificate DIR writes one"
        raise Refused([about(folder, "HN0526", f"there is no certificate in `{folder}`", hint)])
    content = read_bytes(file)
    try:
        manifest = read(content.decode())
    except UnicodeDecodeError:
        raise Refused([about(file, "HN0527", "the manifest cannot be read: it is not UTF-8")]) from None
    except Malformed as error:
        raise Refused([about(file, "HN0527", f"the manifest cannot be read: {error}")]) from error
    _refuse_broken_seal(folder / SEAL, content)
    return manifest


def _refuse_broken_seal(file: Path, manifest: bytes) -> None:
    """Refused when the manifest is not the one of which the file has the digest."""
    if not file.is_file():
        raise Refused([about(file, "HN0528", f"the digest of the manifest is missing: `{SEAL}`")])
    if read_bytes(file) != seal(manifest).encode():
        message = f"`{MANIFEST}` is not what `{SEAL}` says"
        hint = "one of them was changed after it was written: write the certificate again"
        raise Refused([about(file, "HN0529", message, hint)])


def manifest_digest(folder: Path) -> str:
    """The SHA-256 of the manifest in the folder: who knows it from elsewhere knows whose certificate it is."""
    return sha256(read_bytes(folder / MANIFEST)).hexdigest()


def obligation_text(folder: Path, obliged: Obliged) -> str:
    """The file of an obligation; Refused when it is not there, or is not the one that was written."""
    file = folder / obliged.file
    if not file.is_file():
        raise Refused([about(file, "HN0528", f"an obligation is missing: `{obliged.file}`")])
    content = read_bytes(file)
    if sha256(content).hexdigest() != obliged.sha256:
        hint = "it was changed after it was written: write the certificate again"
        raise Refused([about(file, "HN0529", f"`{obliged.file}` is not what the manifest says", hint)])
    return content.decode(errors="replace")


def refuse_other_digest(folder: Path, manifest: Manifest, module: Module, file: Path) -> None:
    """Refused when the certificate is not of this specification."""
    if manifest.digest != module.digest:
        message = f"the certificate in `{folder}` is not of `{file}` as it is now"
        hint = f"its digest is {manifest.digest[:12]}..., that of the specification {module.digest[:12]}..."
        raise Refused([about(folder / MANIFEST, "HN0531", message, hint)])


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a certificate says of a specification with this digest, whose oracle is at work."""

    folder: Path
    manifest: Manifest
    digest: str

    @property
    def checks(self) -> tuple[Certified, ...]:
        """The checks that were proved of designs of the specification as it is now."""
        if self.manifest.digest != self.digest:
            return ()
        return tuple(c for c in self.manifest.checks if c.answer == "proved" and c.relation == "satisfies")

    def line(self) -> str:
        """What is said of it."""
        if self.checks:
            proved = ", ".join(check.title for check in self.checks)
            return f"proved of this specification ({self.folder}): {proved}"
        if self.manifest.digest == self.digest:
            return f"nothing is proved of this specification ({self.folder})"
        ours, theirs = self.digest[:12], self.manifest.digest[:12]
        return f"no proof: the certificate in {self.folder} is of another text (digest {theirs}..., not {ours}...)"

    def record(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "folder": str(self.folder),
            "digest": self.manifest.digest,
            "same_digest": self.manifest.digest == self.digest,
            "proved": [{"subject": c.subject, "target": c.target} for c in self.checks],
        }


def refuse_occupied(folder: Path, module: Module) -> None:
    """Refused when something else than a certificate of this specification is in the folder."""
    from honnin.compiler.certificate.folder import occupant

    found = occupant(folder, module.main.name)
    if found is not None:
        hint = "name a folder that is not there, or is empty"
        raise Refused([about(folder, "HN0525", f"no certificate is written to `{folder}`: {found}", hint)])


def write_certificate(
    session: Session, folder: Path, file: Path, module: Module, answers: Sequence[tuple[Answer, str]]
) -> None:
    """Writes the certificate of the answers (each with the word for it), and says so."""
    from honnin.compiler.certificate.folder import write
    from honnin.compiler.certificate.writing import certificate

    with session.working(f"{file}: writing the certificate"):
        manifest, files = certificate(module, file.name, answers, WRITING_SECONDS)
        refuse_occupied(folder, module)
        try:
            with uninterrupted():
                write(folder, manifest, files)
        except OSError as error:
            reason = (error.strerror or "unknown reason").lower()
            raise Refused([about(folder, "HN0805", f"`{folder}` cannot be written: {reason}")]) from error
    proofs = [check for check in manifest.checks if check.proof is not None]
    without = [
        check
        for check in manifest.checks
        if check.proof is None and check.answer in ("proved", "unreachable")
    ]
    session.say(
        f"certificate in {folder}: {plural(len(proofs), 'proof')}, {plural(len(files), 'obligation')}"
    )
    session.say(f"  SHA-256 of {MANIFEST}: {manifest_digest(folder)}")
    for check in without:
        session.say(f"  {check.title} cannot be checked again: {check.why}")
    session.tell(
        {
            "certificate": {
                "folder": str(folder),
                "digest": manifest.digest,
                "manifest": manifest_digest(folder),
                "proofs": len(proofs),
                "obligations": len(files),
                "without": [check.title for check in without],
            }
        }
    )
