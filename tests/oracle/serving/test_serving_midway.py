"""A service that begins while requests are under way: the same verdicts as `watch --begins-midway`, everywhere, and after any end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from honnin.oracle.checkpoints.rhythm import Rhythm
from honnin.oracle.doubts import judging
from honnin.oracle.files import Refused
from honnin.oracle.monitor import compile_module
from honnin.oracle.serving.found import Found
from honnin.oracle.serving.ids import Ids
from honnin.oracle.serving.keeping import Keeping
from honnin.oracle.serving.service import Record, Service
from honnin.oracle.serving.standing import metrics, standing
from honnin.spec.load import check_file
from tests.oracle.serving.conftest import SPEC, Serve, issue, request
from tests.oracle.test_midway import DESK, ask, give

KEY = b"a key of the tests only"
KEPT = ("--checkpoint", "state.json", "--key", "key", "--id", "id", "--begins-midway")
CLOSE = '{"event": "close", "at": 0}\n'


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    file = tmp_path / "desk.honnin"
    file.write_text(DESK)
    return file


def service(file: Path, keeping: Keeping | None = None, *, begins_midway: bool = True) -> Service:
    module = check_file(file).module
    assert module is not None
    judge, doubts = judging(module) if begins_midway else (compile_module(module), None)
    oracle = judge.oracle("collect", mask_key=KEY, sealed=keeping is not None)
    wishes = {"begins-midway": begins_midway}
    served = Service(
        compile_module(module), oracle, Ids(KEY), keeping=keeping, found=Found(doubts), wishes=wishes
    )
    served.found.drain(oracle)
    if keeping is not None:
        keeping.resume(served)
    return served


def told(served: Service, log: str) -> list[Any]:
    return [served._one(Record(json.loads(line)), served.read) for line in log.splitlines()]


EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "give", "close"]), st.integers(0, 2), st.sampled_from(["alice", "bob"])
    ),
    max_size=8,
)


def _log(events: list[tuple[str, int, str]]) -> Iterator[str]:
    for number, (event, r, person) in enumerate(events):
        at = {"event": event, "at": 40 * number}
        yield json.dumps(at if event == "close" else {**at, "request": f"r{r}", "person": person}) + "\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS)
def test_the_service_says_what_watch_says(
    events: list[tuple[str, int, str]], desk: Path, honnin: Callable[..., Any]
) -> None:
    log = "".join(_log(events))
    ran = honnin("watch", "--begins-midway", "--format", "json", desk, input=log)
    assert "@" not in ran.out
    watched = ran.records
    served = service(desk)
    told(served, log)
    keys = ("verdict", "invariant", "position", "trigger", "because")
    found = [{key: one.get(key) for key in keys} for one in watched if "verdict" in one]
    assert [{key: one.get(key) for key in keys} for one in served.found.latest] == found
    summary, shown = watched[-1]["summary"], standing(served)
    assert shown["pending"] == len(summary["pending"])
    for claim in shown["claims"]:
        expected = summary["claims"][claim["name"]]
        assert claim["undecided"] == expected.get("undecided", 0)
        assert claim["failures"] == expected.get("failures", 0)
        assert claim["mood"] != "good" or expected["verdict"] in ("satisfied so far", "reached")
        assert claim["verdict"].startswith("undecided") == (expected["verdict"] == "undecided")


def test_what_is_unknown_is_undecided_in_answers_page_and_metrics(serve: Serve) -> None:
    served = serve("--begins-midway")
    answers = served.post([issue(1), request(2), issue(2, "太郎"), issue(3)]).json()["answers"]
    assert answers == [
        {"sequence": 1, "violated": [], "undecided": ["right_person"]},
        {"sequence": 2, "violated": [], "undecided": ["二度なし"]},
        {"sequence": 3, "violated": ["right_person"]},
        {"sequence": 4, "violated": [], "undecided": ["right_person"]},
    ]
    found = served.client.get("/violations").json()["violations"]
    assert [(one["verdict"], one["invariant"], one["position"]) for one in found] == [
        ("undecided", "right_person", 1),
        ("undecided", "二度なし", 2),
        ("violated", "right_person", 3),
    ]
    assert found[0]["because"].startswith("the log begins in mid-stream")
    assert found[0]["account"][-1] == f"because {found[0]['because']}"
    claims = {claim["name"]: claim for claim in served.client.get("/summary").json()["claims"]}
    assert (claims["right_person"]["verdict"], claims["right_person"]["undecided"]) == ("violated", 2)
    assert claims["二度なし"]["mood"] == "undecided"
    assert claims["二度なし"]["verdict"] == "undecided, as the log begins midway"
    text = served.client.get("/metrics").text
    assert 'honnin_undecided_total{claim="right_person"} 2\n' in text
    assert 'honnin_violations_total{claim="right_person"} 1\n' in text
    for path in ("/violations", "/summary", "/metrics"):
        text = served.client.get(path).text
        assert "太郎" not in text
        assert "@known" not in text


def test_undecided_is_no_pass(desk: Path) -> None:
    served = service(desk)
    told(served, ask(0, "r1") + give(1, "r1"))
    shown = standing(served)
    assert shown["overall"] == {
        "mood": "undecided",
        "words": "something is undecided, as the log begins midway",
    }
    moods = {claim["name"]: claim["mood"] for claim in shown["claims"]}
    assert moods["right_person"] == "good" and moods["once_only"] == moods["open_hours"] == "undecided"


def test_a_run_that_begins_midway_goes_on_after_kill_9(serve: Serve) -> None:
    served = serve(*KEPT)
    first = served.post([issue(1), request(2)]).json()["answers"]
    served.process.kill()
    served.process.wait(20)
    again = serve(*KEPT)
    assert again.post([issue(1), request(2)]).json()["answers"] == [
        {**answer, "repeated": True} for answer in first
    ]
    assert again.post(issue(4)).json() == {"sequence": 3, "violated": [], "undecided": ["right_person"]}
    assert again.client.get("/violations").json()["total"] == 2
    assert again.end() == 0
    assert serve(*KEPT).client.get("/violations").json()["total"] == 2


def test_that_an_assumption_may_be_broken_is_known_after_any_end(desk: Path, tmp_path: Path) -> None:
    """Or what is undecided in one run would be a violation in the next."""
    first = service(desk, Keeping(tmp_path / "state", Rhythm(3600)))
    told(first, ask(0, "r1", "alice"))
    assert first.keeping is not None
    first.keeping.commit()
    for saves in (False, True):
        second = service(desk, Keeping(tmp_path / "state", Rhythm(3600)))
        assert second.found.doubts is not None and second.found.doubts.shaken
        assert second.found.kept() == first.found.kept()
        if saves and second.keeping is not None:
            (answer,) = told(second, give(1, "r1", "bob"))
            assert (answer.violated, set(answer.undecided)) == ((), {"right_person", "once_only"})


@pytest.mark.parametrize("before", [True, False])
def test_a_checkpoint_of_the_other_kind_is_refused(desk: Path, tmp_path: Path, before: bool) -> None:
    service(desk, Keeping(tmp_path / "state", Rhythm(3600)), begins_midway=before)
    with pytest.raises(Refused) as refused:
        service(desk, Keeping(tmp_path / "state", Rhythm(3600)), begins_midway=not before)
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "HN0712"
    assert f"it was made with{'' if before else 'out'} --begins-midway" in diagnostic.message


def test_what_is_not_monitored_is_told_too(tmp_path: Path, honnin: Callable[..., Any]) -> None:
    file = tmp_path / "hidden.honnin"
    file.write_text(SPEC + "hidden event seen(person: Person)\ninvariant fair: on seen(_): true\n", "utf-8")
    shown = standing(service(file))
    assert [claim["name"] for claim in shown["claims"] if claim["verdict"] == "not monitored"] == ["fair"]
    log = json.dumps({"event": "request", "request": "r1", "wanted": "alice"})
    ran = honnin("watch", "--begins-midway", "--format", "json", file, input=log)
    (start,) = (record["start"] for record in ran.records if "start" in record)
    assert start["not_monitored"] == ["fair"]
    assert ran.records[-1]["summary"]["not_monitored"] == ["fair"]
    assert "not monitored, prove only: fair" in honnin("watch", "--begins-midway", file, input=log).out


def test_deadlines_pass_by_the_clock(desk: Path, tmp_path: Path) -> None:
    served = service(desk, Keeping(tmp_path / "state", Rhythm(3600)))
    told(served, give(0, "r0") + ask(10, "r1"))
    asyncio.run(_past(served, 71))
    assert "in_time" in {one["invariant"] for one in served.found.latest}
    assert "honnin_obligations_pending 0" in metrics(served)


async def _past(served: Service, now: int) -> None:
    served.pass_time(now * 1_000_000)
