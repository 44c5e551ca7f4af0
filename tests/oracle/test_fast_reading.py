"""Blocks decoded at once say, event for event and reason for reason, what lines read one by one say."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from honnin.oracle.monitor import Spec, compile_module
from honnin.oracle.session import Session
from honnin.oracle.streams.blocks import read_blocks
from honnin.oracle.streams.collecting import not_collecting
from honnin.oracle.streams.fast import FastReader, fast_reader
from honnin.oracle.streams.inputs import Log
from honnin.oracle.streams.ordering import Reorder
from honnin.oracle.watching import Watching
from tests.compiler.harness import load

FIELDS = """
entity Person, Request
enum Kind { tax, 住民票 }
event ask(request: Request, personal who: Person, kind: Kind, n: Int, small: 0..9, note: Text?, sure: Bool)
event answer(request "req": Request, note "名前": Text)
event odd(d: Duration, request: Request)
event bare()
state asked: Request -> Person?
after ask(r, p, _, _, _, _, _) { asked[r] := p }
invariant known "was asked": on answer(r, _): asked[r] != none
invariant few "small": on ask(_, _, _, n, _, _, _): n < 100
"""
TIMED = compile_module(
    load(
        f"spec timed {FIELDS}\ninvariant soon: on ask(r, _, _, _, _, _, _): eventually[<= 5s] answer(r, _)".replace(
            "\\n", "\n"
        )
    )
)
UNTIMED = compile_module(load(f"spec untimed {FIELDS}"))


def read(
    spec: Spec, data: bytes, reader: Callable[[Any], FastReader | None], *, sealed: bool = True
) -> tuple[list[bytes], Any]:
    """Everything told, and everything known in the end."""
    told: list[bytes] = []
    oracle = spec.oracle("collect", mask_key=b"0123456789abcdef", sealed=sealed, reveal=not sealed)
    session = Session("json", write=told.append)
    run = Watching(session, spec, oracle, reader=reader(oracle))
    stream = BytesIO(data)
    log = Log(Path("log"), stream)
    run.read((log, block) for block in read_blocks(stream))
    known = oracle.snapshot()
    run.end()
    return told, known


def agree(spec: Spec, data: bytes) -> None:
    """Of a sealed oracle each event is a call; of any other the work is in the loop."""
    for sealed in (True, False):
        fast = read(spec, data, lambda oracle: in_place_at_once(spec, oracle), sealed=sealed)
        slow = read(spec, data, lambda oracle: None, sealed=sealed)
        assert fast == slow


def in_place_at_once(spec: Spec, oracle: Any) -> FastReader | None:
    made = fast_reader(spec, oracle)
    assert made is not None
    before = made.run
    made.prepare()
    assert (made.run is before) == (oracle._seal is not None)
    return made


# ---------------------------------------------------------------- lines

TIMES = [
    "1",
    "2",
    "2.5",
    "2.000001",
    "3.1234567",
    "3.9999999",
    "17e-1",
    "1764115200.123456",
    "1764115200.1234569",
]
TIMES += [
    "1e400",
    "-1",
    "-0.0",
    "true",
    "null",
    '"x"',
    '"2026-11-26T09:00:00+09:00"',
    '"2026-11-26T00:00:00.5Z"',
]
TIMES += [
    "12345678901234567",
    "2147483647.999999",
    "2147483648.000001",
    "10000009e-7",
    "5.5E0",
    "5.5E-1",
    "25e-8",
    "1764115200.1234559999",
    "1764115200.1234560001",
    "-0.000001",
    "1.5e300",
    '"2026-13-01T00:00:00Z"',
]
ODD = [
    "null",
    "true",
    "1",
    "1.0",
    "-0",
    "01",
    "NaN",
    '"a"',
    '"\\ud800"',
    '"\\u00e9"',
    '"\\ud83d\\ude00"',
    '"a:b"',
    '"x\\":y"',
    '"tax"',
    "9" * 30,
]
ODD += [
    "9" * 4300,
    "-" + "9" * 4300,
    "9" * 4301,
    "[]",
    "{}",
    '{"a": 1, "a": 2}',
    "[" * 99 + "]" * 99,
    "[" * 101 + "]" * 101,
    '"田中"',
    '"\x01"',
    '"\x7f"',
]


def drawn_line(random: Random, time: str, mess: float) -> bytes:
    """Mostly right, sometimes wrong in one of many ways."""
    who = random.choice(['"p1"', '"p2"', "7", '"田中"'])
    request = random.choice(['"r1"', '"r2"', "3"])
    ask = {
        "event": '"ask"',
        "at": time,
        "request": request,
        "who": who,
        "kind": '"tax"',
        "n": random.choice(["5", "500"]),
    }
    ask |= {"small": "3", "note": random.choice(["null", '"x"']), "sure": "true"}
    answer = {"event": '"answer"', "at": time, "req": request, "名前": '"x"'}
    odd = {"event": '"odd"', "at": time, "d": random.choice(["1.5", '"5s"']), "request": request}
    pairs = list(random.choice([ask, answer, answer, odd, {"event": '"bare"', "at": time}]).items())
    if random.random() < mess:
        match random.randrange(7):
            case 0:
                place = random.randrange(len(pairs))
                pairs[place] = (pairs[place][0], random.choice(ODD))
            case 1:
                pairs.append((random.choice(pairs)[0], random.choice(ODD)))
            case 2:
                del pairs[random.randrange(len(pairs))]
            case 3:
                pairs.append((random.choice(["extra", "x:y"]), random.choice(ODD)))
            case 4:
                random.shuffle(pairs)
            case 5:
                pairs += [("extra", "1"), ("extra", "2")]
            case _:
                pairs = [(name, random.choice([value, f" {value}", f"{value}\t"])) for name, value in pairs]
    colon = random.choice([":", ": ", " :", "\t: "]) if random.random() < mess else ":"
    texts = [f"{_key(random, name)}{colon}{value}" for name, value in pairs]
    text = "{" + random.choice([",", ",", ", "]).join(texts) + "}"
    line = text.encode("utf-8", "surrogatepass")
    return _spoiled(random, line) if random.random() < mess else line


def _key(random: Random, name: str) -> str:
    written = json.dumps(name, ensure_ascii=random.random() < 0.5)
    return '"\\u0061t"' if name == "at" and random.random() < 0.03 else written


def _spoiled(random: Random, line: bytes) -> bytes:
    match random.randrange(20):
        case 0:
            return line[: random.randrange(len(line))]
        case 1:
            return line + line
        case 2:
            return line.replace(b",", b",\n", 1)
        case 3:
            return line + b" "
        case 4:
            return b"  " + line
        case 5:
            return line.replace(b'"', b"\xff", 1)
        case 6:
            return b""
        case 7:
            return b"\xef\xbb\xbf" + line
        case 8:
            return random.choice([b"[]", b"1", b"null", b"{}", b"{", b"\x00"])
        case _:
            return line


FORMS: list[Callable[[Random, int], str]] = [
    lambda random, time: f"{time}",
    lambda random, time: f"{time}.25",
    lambda random, time: f"{time}.000001",
    lambda random, time: f"{1764115200 + time}",
    lambda random, time: f"{1764115200 + time}.123457",
    lambda random, time: f"{1764115200 + time}.{random.randrange(10**9):09}",
    lambda random, time: f"{1764115200 + time}.{random.randrange(10 ** random.randint(1, 8))}",
    lambda random, time: f"{1764115200 + time}{random.choice(['', '.5', '.999999', '.9999996', '.5e0'])}",
    lambda random, time: f"{999999999900 + time}.1",
    lambda random, time: f'"2026-11-26T00:00:{time:02}Z"',
]


def drawn_log(random: Random) -> bytes:
    end = random.choice([b"\n", b"\n", b"\r\n"])
    times = sorted(random.choices(range(1, 60), k=random.randint(1, 40)))
    odd, mess = random.random() < 0.7, random.choice([0.0, 0.02, 0.4])
    told = random.choice(FORMS)
    lines = [
        drawn_line(
            random, random.choice(TIMES) if odd and random.random() < 0.1 else told(random, time), mess
        )
        for time in times
    ]
    return end.join(lines) + random.choice([b"", end])


@pytest.mark.parametrize("spec", [TIMED, UNTIMED], ids=["timed", "untimed"])
@given(st.integers(0, 10**9))
def test_on_drawn_logs(spec: Spec, seed: int) -> None:
    agree(spec, drawn_log(Random(seed)))


def test_most_of_what_is_drawn_is_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The law would say nothing of a reader that never reads."""
    calls = {"run": 0, "lines": 0}
    run = FastReader._run

    def noted(self: FastReader, events: list[Any], *rest: Any) -> None:
        calls["run"] += len(events)
        run(self, events, *rest)

    monkeypatch.setattr(FastReader, "_run", noted)
    for seed in range(50):
        data = drawn_log(Random(seed))
        read(TIMED, data, lambda oracle: fast_reader(TIMED, oracle))
        calls["lines"] += data.count(b"\n")
    assert calls["run"] > calls["lines"] / 4
    assert calls["run"] < calls["lines"]


def test_logs_with_more_fields_are_read_at_once_too(monkeypatch: pytest.MonkeyPatch) -> None:
    line = b'{"event":"answer","at":%d,"req":"r","host":"h1","level":3,"\xe5\x90\x8d\xe5\x89\x8d":"x"}\n'
    assert slow_lines(b"".join(line % number for number in range(2000)), monkeypatch) < 20, (
        "every line but those by which the reader learns what kind of log it is"
    )


@pytest.mark.parametrize("digits", [0, 3, 6, 7, 9, None])
def test_times_of_any_number_of_decimals_are_read_at_once(
    digits: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None: as Python writes the binary number that is nearest, with seven decimals at most, fewer where they end in zeros."""
    times = [1764115200 + number * 0.1234567 for number in range(2000)]
    told = [repr(time) if digits is None else f"{time:.{digits}f}" for time in times]
    data = "".join(f'{{"event":"bare","at":{time}}}\n' for time in told)
    assert slow_lines(data.encode(), monkeypatch) == 0


def slow_lines(data: bytes, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many blocks the reader gives back to the oracle, which agrees with the reader on all of them."""
    agree(TIMED, data)
    slow: list[int] = []

    def reader(oracle: Any) -> FastReader | None:
        made = fast_reader(TIMED, oracle)
        assert made is not None
        take = made.take
        monkeypatch.setattr(
            FastReader, "take", lambda self, block, told, back: take(block, told, lambda p: slow.append(1))
        )
        return made

    read(TIMED, data, reader)
    return len(slow)


@pytest.mark.parametrize("text", [*ODD, *TIMES])
def test_every_odd_value_in_every_place(text: str) -> None:
    names = ["at", "request", "who", "kind", "n", "small", "note", "sure", "extra"]
    right = {
        "event": '"ask"',
        "at": "1",
        "request": '"r"',
        "who": '"p"',
        "kind": '"tax"',
        "n": "1",
        "small": "1",
    }
    right |= {"note": "null", "sure": "true"}
    lines = []
    for name in names:
        pairs = {**right, name: text}
        lines.append("{" + ",".join(f'"{key}":{value}' for key, value in pairs.items()) + "}")
    for data in (*lines, "\n".join(lines)):
        agree(TIMED, data.encode("utf-8", "surrogatepass"))
        agree(UNTIMED, data.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "text",
    [
        "LINELINE\n\n",
        "LINELINE\n\nLINE\n",
        "LINE LINE\n \n",
        "{\n}LINE\nLINE\n",
        "LINE\n{\n",
        "\nLINE\nLINE",
        "LINE\nLINE\n\n",
        "LINE\n \nLINE",
        "LINE\nLINE}",
        "LINE\n{LINE\nLINE}\n",
    ],
)
def test_lines_and_events_that_do_not_go_together(text: str) -> None:
    line = '{"event":"bare","at":1}'
    agree(TIMED, text.replace("LINE", line).encode())
    agree(TIMED, (text.replace("LINE", line) + (line + "\n") * 20).encode())
    agree(TIMED, text.replace("LINE", line.replace(",", ",\n")).encode())


# ---------------------------------------------------------------- no cycles


def garbage_of(data: bytes) -> int:
    """How many objects in cycles are left by reading a log."""
    gc.collect()
    with not_collecting():
        read(TIMED, data, lambda oracle: fast_reader(TIMED, oracle))
        return gc.collect()


def test_reading_leaves_no_garbage_for_each_line() -> None:
    """Or else what is read without a search for cycles would need ever more memory."""
    random = Random(1)
    data = b"\n".join(drawn_line(random, f"{number}", 0.4) for number in range(400)) + b"\n"
    assert garbage_of(data * 20) < garbage_of(data) + 400, "one for each of 7,600 lines would be more"


# ---------------------------------------------------------------- in order of time


def in_order(logs: list[bytes], window: int | None, *, fast: bool) -> tuple[list[bytes], Any, list[int]]:
    """Everything told and known when logs are merged, or late events are waited for; and how far each log was read."""
    told: list[bytes] = []
    oracle = TIMED.oracle("collect", mask_key=b"0123456789abcdef", sealed=True)
    run = Watching(Session("json", write=told.append), TIMED, oracle, merging=len(logs) > 1)
    run.reader = fast_reader(TIMED, oracle) if fast else None
    run.reorder = None if window is None else Reorder(window)
    opened = [Log(Path(f"log{number}"), BytesIO(data)) for number, data in enumerate(logs)]
    portions = [[(log, block) for block in read_blocks(log.stream)] for log in opened]
    if run.merging:
        run.merge(portions)
    else:
        run.read(portions[0])
    known = oracle.snapshot()
    run.end()
    return told, known, [log.offset for log in opened]


@given(st.integers(0, 10**9))
def test_events_in_order_of_time_are_those_of_single_lines(seed: int) -> None:
    random = Random(seed)
    lines = drawn_log(random).splitlines(keepends=True)
    for _ in range(random.choice([0, 1, 5])):
        place = random.randrange(len(lines))
        lines.insert(random.randrange(len(lines)), lines.pop(place))
    logs = [b"".join(lines)] if random.random() < 0.5 else [b"".join(lines[::2]), b"".join(lines[1::2])]
    window = None if len(logs) > 1 and random.random() < 0.5 else 5_000_000
    assert in_order(logs, window, fast=True) == in_order(logs, window, fast=False)


# ---------------------------------------------------------------- times with dates


@given(st.integers(0, 10**9))
def test_dated_times_of_a_block_are_those_of_its_lines(seed: int) -> None:
    """Times of one form are read from those of their minutes: leap seconds, offsets, fractions of any length."""
    random = Random(seed)
    digits = random.choice([0, 1, 3, 6, 7, 9])
    separator, offset = random.choice("Tt "), random.choice(["Z", "z", "+09:00", "-03:30"])
    moments = sorted(random.choices(range(7200), k=random.randint(1, 12)))
    times = []
    for moment in moments:
        minute, second = divmod(moment, 60)
        second += random.random() < 0.02
        fraction = "." + f"{random.randrange(10**digits):0{digits}}" if digits else ""
        times.append(
            f"2026-11-26{separator}{8 + minute // 60:02}:{minute % 60:02}:{second:02}{fraction}{offset}"
        )
    if random.random() < 0.4:
        place, odd = random.randrange(len(times)), random.choice(ODD_TIMES)
        times[place] = odd if random.random() < 0.5 else times[place].replace("2026-11-26", odd[:10])
    lines = [json.dumps({"event": "bare", "at": time}, ensure_ascii=False) for time in times]
    agree(TIMED, "\n".join(lines).encode())


ODD_TIMES = [
    "2026-11-31T08:00:00Z",
    "2026-02-29T08:00:00Z",
    "0000-01-01T08:00:00Z",
    "2026-11-26T24:00:00Z",
    "2026-11-26T08:00:61Z",
    "2026-11-26T08:00:00",
    "2026-11-26T08:00:00+24:00",
    "２026-11-26T08:00:00Z",
    "2026-11-26T08:00:00.Z",
]
