"""The lines of a log: whatever the bytes, nothing is lost and every line has its number."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.oracle.streams import blocks as module
from honnin.oracle.streams.blocks import Line, read_blocks
from honnin.oracle.streams.following import Following


def read_lines(stream: BinaryIO) -> Iterator[Line]:
    for block in read_blocks(stream):
        yield from block.lines()


def test_lines_keep_their_ends_and_the_last_may_lack_one() -> None:
    found = list(read_lines(io.BytesIO(b"a\r\n\nb\x00\xff")))
    assert found == [Line(1, b"a\r\n"), Line(2, b"\n", 3), Line(3, b"b\x00\xff", 4)]
    assert [line.content for line in found] == [b"a", b"", b"b\x00\xff"]


def test_a_byte_order_mark_is_ignored_at_the_start_of_the_file_only() -> None:
    first, second = read_lines(io.BytesIO(b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"))
    assert (first.content, second.content) == (b"{}", b"\xef\xbb\xbf{}")


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize("portion", [1, 3, 5, 100])
def test_a_line_that_is_too_long_comes_in_pieces_of_one_number(
    monkeypatch: pytest.MonkeyPatch, end: bytes, portion: int
) -> None:
    monkeypatch.setattr(module, "LONGEST", 4)
    monkeypatch.setattr(module, "BLOCK", portion)
    found = list(read_lines(io.BytesIO(b"ok\n" + b"x" * 9 + end)))
    assert {line.number for line in found[1:]} == {2}
    assert [line.whole for line in found] == [True] + [False] * (len(found) - 1)
    assert [line.continued for line in found[:2]] == [False, False]
    assert all(line.continued for line in found[2:])
    assert b"".join(line.data for line in found) == b"ok\n" + b"x" * 9 + end


@given(
    st.lists(st.sampled_from([b"", b"a", b"bb\r", b"cccc", b"ddddd", b"e" * 11])),
    st.integers(1, 20),
    st.booleans(),
)
def test_lines_do_not_depend_on_the_portions_that_are_read(
    lines: list[bytes], portion: int, ended: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONGEST", 5)
        patch.setattr(module, "BLOCK", portion)
        data = b"\n".join(lines) + (b"\n" if ended else b"")
        found = list(read_lines(io.BytesIO(data)))
        assert b"".join(line.data for line in found) == data
        assert all(data[line.start :].startswith(line.data) for line in found)
        whole = {line.number: line.data for line in found if line.whole}
        expected = io.BytesIO(data).readlines()
        assert whole == {n: line for n, line in enumerate(expected, 1) if len(line) <= 5}
        assert {line.number for line in found} == {*range(1, len(expected) + 1)}


def test_after_a_long_line_the_next_one_is_whole_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 4)
    assert list(read_lines(io.BytesIO(b"123456\nab\n")))[-1] == Line(2, b"ab\n", 7)


class _Story:
    """Does one thing to the file each time that the reader has nothing to read, then stops it."""

    def __init__(self, *deeds: object) -> None:
        self.deeds = list(deeds)
        self.said: list[str] = []

    def sleep(self, seconds: float) -> None:
        deed = self.deeds.pop(0)
        assert callable(deed)
        deed()

    def stopped(self) -> bool:
        return not self.deeds


def _follow(monkeypatch: pytest.MonkeyPatch, file: Path, story: _Story) -> list[tuple[int, bytes]]:
    monkeypatch.setattr("honnin.oracle.streams.following.time.sleep", story.sleep)
    damages: list[str] = []
    following = Following(
        file, story.said.append, story.stopped, lambda log, damage: damages.append(str(damage))
    )
    portions = following.portions()
    blocks = [block for _, block in portions if block is not None]
    assert not damages
    return [(line.number, line.data) for block in blocks for line in block.lines()]


def test_a_growing_file_is_read_as_it_grows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a\nb")

    def append(data: bytes) -> object:
        def deed() -> None:
            with log.open("ab") as stream:
                stream.write(data)

        return deed

    story = _Story(append(b"c\n"), append(b"d"))
    assert _follow(monkeypatch, log, story) == [(1, b"a\n"), (2, b"bc\n"), (3, b"d")]
    assert story.said == []


def test_a_file_that_became_shorter_is_read_from_its_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a\nb\n")
    story = _Story(lambda: log.write_bytes(b"c\n"), lambda: None)
    assert _follow(monkeypatch, log, story) == [(1, b"a\n"), (2, b"b\n"), (1, b"c\n")]
    assert story.said == [f"{log} became shorter: reading it again from its start"]


def test_a_replaced_file_is_read_to_its_end_then_the_new_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    log, new = tmp_path / "log", tmp_path / "new"
    log.write_bytes(b"a\n")

    def rotate() -> None:
        with log.open("ab") as stream:
            stream.write(b"last")
        new.write_bytes(b"z\n")
        os.replace(new, log)

    story = _Story(rotate, lambda: None, lambda: None)
    assert _follow(monkeypatch, log, story) == [(1, b"a\n"), (2, b"last"), (1, b"z\n")]
    assert story.said == [f"{log} was replaced: reading the new file from its start"]
