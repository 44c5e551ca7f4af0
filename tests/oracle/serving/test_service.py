"""The service without HTTP: overload, a disk that takes nothing more, the journal, and what replaying it gives."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honnin.oracle import load
from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.files import Refused
from honnin.oracle.monitor import Spec, compile_module
from honnin.oracle.serving.found import KEPT, Found
from honnin.oracle.serving.ids import Accepted, Ids
from honnin.oracle.serving.journal import Journal
from honnin.oracle.serving.keeping import Keeping
from honnin.oracle.serving.service import Overloaded, Record, Rejected, Service, Stopped
from honnin.oracle.serving.standing import standing
from honnin.spec.load import check_text
from tests.oracle.serving.conftest import SPEC, issue, request

KEY = b"a key of the tests only"


def service(printing: Path | Spec, **settings: Any) -> Service:
    spec = load(printing) if isinstance(printing, Path) else printing
    oracle = spec.oracle("collect", mask_key=KEY, sealed=True)
    return Service(spec, oracle, Ids(KEY), **settings)


def load_text(text: str) -> Spec:
    module = check_text(text).module
    assert module is not None
    return compile_module(module)


def records(*parsed: dict[str, Any]) -> list[Record]:
    return [Record(one, one.get("id")) for one in parsed]


class Waiting(Keeping):
    """Commits only when it is let, or fails."""

    def __init__(self, file: Path, error: OSError | None = None) -> None:
        super().__init__(file, Rhythm(3600))
        self.error = error
        self.let = asyncio.Event()

    def commit(self) -> None:
        if self.error is not None:
            raise self.error
        asyncio.run_coroutine_threadsafe(self.let.wait(), self.loop).result(20)
        super().commit()

    loop: asyncio.AbstractEventLoop


def test_too_much_waiting_is_refused_and_nothing_of_it_happens(printing: Path) -> None:
    async def run() -> None:
        keeping = Waiting(printing.with_name("state"))
        keeping.loop = asyncio.get_running_loop()
        served = service(printing, keeping=keeping, most_waiting=3)
        keeping.resume(served)
        work = asyncio.create_task(served.run())
        first = asyncio.create_task(served.submit(records(request(1), request(2))))
        second = asyncio.create_task(served.submit(records(request(3))))
        await asyncio.sleep(0)
        with pytest.raises(Overloaded):
            await served.submit(records(request(4)))
        assert not first.done()
        keeping.let.set()
        assert await first == [Accepted(1), Accepted(2)]
        assert await second == [Accepted(3)]
        assert await served.submit(records(request(4))) == [Accepted(4)]
        assert (served.counts["overloaded"], served.waiting) == (1, 0)
        served.stop()
        with pytest.raises(Stopped):
            await served.submit(records(request(5)))
        await work

    asyncio.run(run())


def test_a_request_larger_than_the_queue_is_taken_when_nothing_waits(printing: Path) -> None:
    async def run() -> None:
        served = service(printing, most_waiting=1)
        work = asyncio.create_task(served.run())
        assert len(await served.submit(records(request(1), request(2)))) == 2
        served.stop()
        await work

    asyncio.run(run())


def test_a_full_disk_acknowledges_nothing_and_ends_the_service(printing: Path) -> None:
    async def run() -> None:
        keeping = Waiting(printing.with_name("state"))
        served = service(printing, keeping=keeping)
        keeping.resume(served)
        keeping.error = OSError(28, "No space left on device")
        work = asyncio.create_task(served.run())
        with pytest.raises(Stopped):
            await served.submit(records(request(1)))
        assert served.trouble == "no space left on device"
        assert standing(served)["overall"] == {"mood": "bad", "words": "stopped: no space left on device"}
        with pytest.raises(Stopped):
            await served.submit(records(request(2)))
        await work
        again = service(printing, keeping=Keeping(printing.with_name("state"), Rhythm(60)))
        assert again.keeping is not None
        assert again.keeping.resume(again) == 0
        assert again.oracle.position == 0

    asyncio.run(run())


def test_a_fault_of_the_program_leaves_nobody_waiting(printing: Path) -> None:
    async def run() -> None:
        served = service(printing)

        def broken(parsed: dict[str, Any]) -> Any:
            raise ZeroDivisionError

        work = asyncio.create_task(served.run())
        with pytest.raises(Stopped):
            await served.submit(records(request(1)), broken)
        with pytest.raises(ZeroDivisionError):
            await work
        assert served.trouble is not None

    asyncio.run(run())


def test_bad_values_change_nothing(printing: Path) -> None:
    async def run() -> None:
        served = service(printing)
        work = asyncio.create_task(served.run())
        (answer,) = await served.submit(records({"event": "request", "request": None, "wanted": 1}))
        assert answer == Rejected("`request` of `request`: expected a string or an integer")
        assert standing(served)["overall"]["mood"] == "undecided"
        served.stop()
        await work

    asyncio.run(run())


EVENTS = st.lists(
    st.tuples(st.booleans(), st.integers(0, 3), st.sampled_from(["花子", "太郎", "1"]) | st.integers(0, 2)),
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS, cut=st.integers(0, 12))
def test_replaying_the_journal_gives_what_was_found(
    events: list[Any], cut: int, tmp_path_factory: Any
) -> None:
    """Whatever part is in the checkpoint and whatever in the journal: also where a crash came between the two."""
    folder = tmp_path_factory.mktemp("replay")
    spec = load_text(SPEC)
    first = service(spec, keeping=Keeping(folder / "state", Rhythm(3600)))
    assert first.keeping is not None
    first.keeping.resume(first)
    for number, (is_issue, r, person) in enumerate(events):
        parsed = (issue if is_issue else request)(r, person)
        first._one(Record(parsed, f"{number}"), first.read)
        first.keeping.commit()
        if number == cut:
            kept = first.keeping.journal.file.read_bytes()
            first.keeping.save(first)
            first.keeping.journal.file.write_bytes(kept)
    second = service(spec, keeping=Keeping(folder / "state", Rhythm(3600)))
    assert second.keeping is not None
    second.keeping.resume(second)
    assert second.oracle.snapshot() == first.oracle.snapshot()
    assert second.found.kept() == first.found.kept()
    assert second.ids.kept() == first.ids.kept()


# ---------------------------------------------------------------- the journal and the ids


RECORDS = [{"at": 1, "x": "花子"}, {"at": 2}, {"at": 3, "y": [1, None]}]


def written(folder: Path) -> bytes:
    journal = Journal(folder / "journal")
    journal.open()
    for record in RECORDS:
        journal.add(record)
    journal.commit()
    journal.close()
    return (folder / "journal").read_bytes()


def test_a_journal_that_ends_anywhere_has_the_records_before(tmp_path: Path) -> None:
    whole = written(tmp_path)
    ends = [index + 1 for index, byte in enumerate(whole) if byte == ord("\n")]
    for length in range(len(whole) + 1):
        (tmp_path / "journal").write_bytes(whole[:length])
        journal = Journal(tmp_path / "journal")
        expected = RECORDS[: sum(end <= length for end in ends)]
        assert list(journal.read()) == expected
        assert list(Journal(tmp_path / "journal").read()) == expected


def test_damage_in_the_middle_is_noticed(tmp_path: Path) -> None:
    whole = written(tmp_path)
    first = whole.index(b"\n")
    for index in range(first):
        damaged = bytearray(whole)
        damaged[index] ^= 1
        (tmp_path / "journal").write_bytes(bytes(damaged))
        with pytest.raises(Refused) as refused:
            list(Journal(tmp_path / "journal").read())
        assert refused.value.diagnostics[0].code == "HN0711"


def test_ids_are_bounded_and_not_in_clear() -> None:
    ids = Ids(KEY, limit=3)
    names = [ids.name(f"花子 {number}", {"person": "花子"}) for number in range(5)]
    for number, name in enumerate(names):
        ids.remember(name, Accepted(number, ("claim",)))
    assert list(ids.seen) == [name.id for name in names[2:]]
    other = Ids(KEY, limit=3)
    other.restore(ids.kept())
    assert other.seen == ids.seen
    assert "花子" not in str(ids.kept())


def test_what_was_rejected_is_known_after_kill_9(tmp_path: Path) -> None:
    """Or the next run would show as good what not everything was read of."""
    spec = load_text(SPEC)
    first = service(spec, keeping=Keeping(tmp_path / "state", Rhythm(3600)))
    assert first.keeping is not None
    first.keeping.resume(first)
    for record in (request(1), issue(1), request(2) | {"wanted": None}, {"event": "issue"}):
        first._one(Record(record), first.read)
    first.keeping.commit()
    for _ in range(2):
        second = service(spec, keeping=Keeping(tmp_path / "state", Rhythm(3600)))
        assert second.keeping is not None
        second.keeping.resume(second)
        assert second.counts["rejected"] == first.counts["rejected"] == 2
        assert standing(second)["overall"]["mood"] == "undecided"


def test_found_keeps_the_latest_and_says_what_it_forgot() -> None:
    found = Found()
    for number in range(1, KEPT + 6):
        found.total = number
        found.latest.append({"number": number})
    page = found.page(0, 2)
    assert ([entry["number"] for entry in page["violations"]], page["forgotten"]) == ([6, 7], 5)
    assert found.page(KEPT + 4, 10)["violations"] == [{"number": KEPT + 5}]
    assert found.page(KEPT + 5, 10) == {"violations": [], "next": None, "total": KEPT + 5, "forgotten": 5}
