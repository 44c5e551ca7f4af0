"""The folder of a certificate: written whole or not at all, and never over something else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from honnin.compiler.certificate.manifest import MANIFEST, SEAL, Malformed, Manifest, read, seal


def occupant(folder: Path, specification: str) -> str | None:
    """What else is in the folder, or in its place, than a certificate of that specification; None if nothing is.

    OSError where that cannot be seen.
    """
    if not folder.exists():
        return None
    if not folder.is_dir():
        return "it is a file"
    there = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if not file.is_dir()}
    if not there:
        return None
    if MANIFEST not in there:
        return f"it holds other files, `{min(there)}` for one"
    try:
        manifest = read((folder / MANIFEST).read_text(encoding="utf-8"))
    except (Malformed, UnicodeDecodeError):
        return f"its `{MANIFEST}` is none of a certificate"
    if manifest.specification != specification:
        return f"it holds a certificate of `{manifest.specification}`"
    others = there - {MANIFEST, SEAL} - {each.file for each in manifest.files()}
    return f"it holds other files, `{min(others)}` for one" if others else None


def write(folder: Path, manifest: Manifest, files: Mapping[str, str]) -> None:
    """Writes the certificate, in the place of the one that is there, which stays where that fails. OSError if it does."""
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        new = made / "new"
        for name, text in _everything(manifest, files):
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text, encoding="utf-8", newline="\n")
        if folder.exists():
            _exchange(folder, new, made / "old")
        else:
            os.replace(new, folder)
    finally:
        shutil.rmtree(made)


def _exchange(folder: Path, new: Path, old: Path) -> None:
    """The new folder in the place of the one that is there, which becomes `old`."""
    os.replace(folder, old)
    try:
        os.replace(new, folder)
    except BaseException:
        os.replace(old, folder)
        raise


def _everything(manifest: Manifest, files: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from files.items()
    text = manifest.text()
    yield MANIFEST, text
    yield SEAL, seal(text.encode())
