"""`honnin serve` over the wire: what is answered, what is refused, and what survives any end."""

from __future__ import annotations

import gzip
import json
import random
import re
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.oracle.serving.conftest import Serve, Served, issue, request

KEPT = ("--checkpoint", "state.json", "--key", "key", "--id", "id")
TOKEN = "a-token-of-the-tests-only"


def lines(*records: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_answers_and_what_was_found(serve: Serve) -> None:
    served = serve("--id", "id")
    assert served.post(request(1)).json() == {"sequence": 1, "violated": []}
    bad = served.post({"event": "issue", "request": "r1"})
    assert (bad.status_code, bad.json()) == (422, {"rejected": "`issue` needs the field `subject`"})
    batch = served.post([issue(1, "太郎"), 5, request(1), {"event": "nothing"}])
    assert batch.status_code == 200
    assert batch.json()["answers"] == [
        {"sequence": 2, "violated": ["right_person"]},
        {"rejected": "expected a JSON object"},
        {"sequence": 1, "violated": [], "repeated": True},
        {"rejected": "`event` names no event of the specification"},
    ]
    body = lines(request(2), issue(2)) + b"{\n"
    told = served.client.post("/events", content=body, headers={"content-type": "application/x-ndjson"})
    assert [list(answer) for answer in told.json()["answers"]] == [
        ["sequence", "violated"],
        ["sequence", "violated"],
        ["rejected"],
    ]
    found = served.client.get("/violations").json()
    assert (found["total"], found["next"], len(found["violations"])) == (1, None, 1)
    assert found["violations"][0]["invariant"] == "right_person"
    for path in ("/violations", "/summary", "/metrics", "/"):
        text = served.client.get(path).text
        assert "花子" not in text and "太郎" not in text
    summary = served.client.get("/summary").json()
    assert summary["overall"] == {"mood": "bad", "words": "violated"}
    assert (summary["positions"], summary["counts"]["rejected"]) == (4, 4)


def test_pages_of_violations(serve: Serve) -> None:
    served = serve()
    served.post([record for n in range(7) for record in (request(n), issue(n, "太郎"))])
    first = served.client.get("/violations", params={"limit": 3}).json()
    second = served.client.get("/violations", params={"after": first["next"], "limit": 3}).json()
    third = served.client.get("/violations", params={"after": second["next"], "limit": 3}).json()
    numbers = [entry["number"] for page in (first, second, third) for entry in page["violations"]]
    assert (numbers, third["next"]) == ([1, 2, 3, 4, 5, 6, 7], None)
    assert served.client.get("/violations", params={"after": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"{}", {"content-type": "text/plain"}, 415),
        (b"{}", {}, 415),
        (b"{}", {"content-type": "application/json", "content-encoding": "br"}, 415),
        (b"no gzip", {"content-type": "application/json", "content-encoding": "gzip"}, 400),
        (
            gzip.compress(b"{}", mtime=0)[:-4],
            {"content-type": "application/json", "content-encoding": "gzip"},
            400,
        ),
        (
            gzip.compress(b" " * 100_000, mtime=0),
            {"content-type": "application/json", "content-encoding": "gzip"},
            413,
        ),
        (
            gzip.compress(b"[]", mtime=0) + b"more",
            {"content-type": "application/json", "content-encoding": "gzip"},
            400,
        ),
        (b" " * 5000, {"content-type": "application/json"}, 413),
        (b'[1], "x": [2]', {"content-type": "application/json"}, 400),
        (b'[{"a": 1, "a": 2}]', {"content-type": "application/json"}, 400),
        (b"\xff", {"content-type": "application/json"}, 422),
        (b"", {"content-type": "application/json"}, 422),
        (b"", {"content-type": "application/x-ndjson"}, 200),
        (b"[" * 3000, {"content-type": "application/json"}, 400),
        (
            gzip.compress(b"[]", mtime=0),
            {"content-type": "application/json", "content-encoding": "gzip"},
            200,
        ),
    ],
    ids=lambda part: str(part) if isinstance(part, int) else "",
)
def test_requests_that_are_not_worked_on(
    shared: Served, content: bytes, headers: dict[str, str], status: int
) -> None:
    answer = shared.client.post("/events", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert status == 200 or "error" in answer.json() or "rejected" in answer.json()


def test_a_body_packed_in_several_parts_is_read_to_its_end(serve: Serve) -> None:
    """As `cat` makes it of several files: what is not read would be acknowledged and lost."""
    packed = b"".join(gzip.compress(lines(request(number)), mtime=0) for number in range(3))
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    answers = serve().client.post("/events", content=packed, headers=headers).json()["answers"]
    assert [answer["sequence"] for answer in answers] == [1, 2, 3]


def test_a_body_without_a_length_is_cut_off(shared: Served) -> None:
    pieces = (b" " * 1000 for _ in range(1000))
    answer = shared.client.post("/events", content=pieces, headers={"content-type": "application/json"})
    assert answer.status_code == 413


def test_other_methods_and_paths(shared: Served) -> None:
    assert shared.client.get("/events").status_code == 405
    assert shared.client.get("/nothing").json() == {"error": "not found"}
    assert shared.client.get("/health/live").json() == {"live": True}
    assert shared.client.get("/health/ready").json() == {"ready": True}
    assert shared.client.get("/summary", headers={"host": "rebound.example"}).status_code == 421


def test_the_page_keeps_to_itself(shared: Served) -> None:
    for path in ("/", "/page.js", "/page.css"):
        answer = shared.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        outside = answer.text.replace("http://www.w3.org", "")
        assert "http://" not in outside and "https://" not in outside and "<style" not in outside


def test_a_key_for_a_whole_request(serve: Serve) -> None:
    served = serve()
    body = [request(1), issue(1)]
    key = {"idempotency-key": "one"}
    first, again = served.post(body, **key).json(), served.post(body, **key).json()
    assert [a["sequence"] for a in first["answers"]] == [a["sequence"] for a in again["answers"]] == [1, 2]
    assert all(answer["repeated"] for answer in again["answers"])
    assert served.client.get("/summary").json()["positions"] == 2


def test_an_id_is_of_one_record(serve: Serve, printing: Path) -> None:
    """Another record with the same id is not silently taken for a copy, before and after kill -9."""
    served = serve(*KEPT)
    other = request(2) | {"id": "q1"}
    assert served.post([request(1), request(1), other]).json()["answers"] == [
        {"sequence": 1, "violated": []},
        {"sequence": 1, "violated": [], "repeated": True},
        {"rejected": "another record had the same id"},
    ]
    served.process.kill()
    served.process.wait(20)
    again = serve(*KEPT)
    assert again.post(other).json() == {"rejected": "another record had the same id"}
    assert again.post(request(1)).json()["repeated"] is True
    assert again.client.get("/summary").json()["counts"]["rejected"] == 2


def test_two_clients_with_the_same_records(serve: Serve) -> None:
    served = serve("--id", "id")
    records = [record for n in range(200) for record in (request(n), issue(n, "花子" if n % 10 else "太郎"))]

    def send(seed: int) -> dict[str, int]:
        order = records[:]
        random.Random(seed).shuffle(order)
        known: dict[str, int] = {}
        with httpx.Client(base_url=served.address, timeout=20, trust_env=False) as client:
            for start in range(0, len(order), 7):
                part = order[start : start + 7]
                answers = client.post("/events", json=part).json()["answers"]
                known |= {r["id"]: a["sequence"] for r, a in zip(part, answers, strict=True)}
        return known

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(4)))
    assert all(answer == answers[0] for answer in answers)
    assert sorted(answers[0].values()) == list(range(1, 401))
    assert served.client.get("/summary").json()["counts"]["accepted"] == 400


def test_what_was_acknowledged_survives_kill_9(serve: Serve) -> None:
    """And nothing is counted twice, nor any violation reported twice, whatever is sent again."""
    total, rounds = 600, 5
    records = [record for n in range(total) for record in (request(n), issue(n, "花子" if n % 5 else "太郎"))]
    acknowledged: dict[str, int] = {}
    dice = random.Random(7)
    for _ in range(rounds):
        served = serve(*KEPT, "--every", "200ms")
        killer = threading.Timer(0.05 + dice.random() * 0.6, served.process.kill)
        killer.start()
        try:
            for start in range(0, len(records), 5):
                part = records[start : start + 5]
                answers = served.post(part).json()["answers"]
                for record, answer in zip(part, answers, strict=True):
                    before = acknowledged.setdefault(record["id"], answer["sequence"])
                    assert before == answer["sequence"], "an acknowledged record was forgotten"
        except httpx.TransportError:
            pass
        killer.join()
        served.process.wait(20)
    served = serve(*KEPT)
    assert served.client.get("/summary").json()["positions"] >= len(acknowledged) > 0
    answers = [
        a for s in range(0, len(records), 100) for a in served.post(records[s : s + 100]).json()["answers"]
    ]
    for record, answer in zip(records, answers, strict=True):
        assert acknowledged.get(record["id"], answer["sequence"]) == answer["sequence"]
    assert sorted(answer["sequence"] for answer in answers) == list(range(1, 2 * total + 1))
    found = served.client.get("/violations", params={"limit": 1000}).json()["violations"]
    assert len(found) == len({entry["position"] for entry in found}) == total // 5


def test_a_graceful_end(serve: Serve, printing: Path) -> None:
    served = serve(*KEPT)
    served.post([request(1), issue(1, "太郎")])
    assert served.end() == 0
    assert printing.with_name("state.json.journal").read_bytes() == b""
    kept = printing.with_name("state.json").read_text(encoding="utf-8")
    assert "花子" not in kept and "太郎" not in kept and '"q1"' not in kept
    again = serve(*KEPT)
    assert again.post([request(1), issue(1, "太郎"), request(2)]).json()["answers"] == [
        {"sequence": 1, "violated": [], "repeated": True},
        {"sequence": 2, "violated": ["right_person"], "repeated": True},
        {"sequence": 3, "violated": []},
    ]
    assert again.client.get("/violations").json()["total"] == 1
    assert again.end(signal.SIGINT) == 0


def test_a_full_disk_ends_the_service_and_loses_nothing(serve: Serve, printing: Path) -> None:
    served = serve(*KEPT, largest=40)
    acknowledged: list[dict[str, Any]] = []
    answer = served.post([])
    for start in range(0, 1000, 20):
        part = [request(number) for number in range(start, start + 20)]
        try:
            answer = served.post(part)
        except httpx.TransportError:
            break
        if answer.status_code != 200:
            break
        acknowledged += part
    assert answer.status_code in (200, 503) and 0 < len(acknowledged) < 1000
    assert served.process.wait(20) == 2
    again = serve(*KEPT)
    answers = again.post(acknowledged).json()["answers"]
    assert all(answer["repeated"] for answer in answers)
    assert [answer["sequence"] for answer in answers] == list(range(1, len(acknowledged) + 1))


def test_the_journal_has_nothing_in_clear(serve: Serve, printing: Path) -> None:
    served = serve(*KEPT)
    served.post(request(1))
    served.process.kill()
    served.process.wait(20)
    journal = printing.with_name("state.json.journal").read_text(encoding="utf-8")
    assert journal and "花子" not in journal and "\\u82b1" not in journal and "q1" not in journal


def test_a_run_that_goes_on_is_asked_for_the_same(
    serve: Serve, printing: Path, honnin: Callable[..., Any]
) -> None:
    """Without --id, what is sent again would count again, and nothing would say so."""
    served = serve(*KEPT)
    served.post(request(1))
    served.end()
    kept = ("--checkpoint", printing.with_name("state.json"), "--key", printing.with_name("key"))
    for wishes, said in (
        ((), "it was made with --id id"),
        (("--id", "uid"), "it was made with --id id"),
        (("--id", "id", "--from", "cloudevents"), "it was made without --from"),
        (("--begins-midway",), "it was made without --begins-midway and with --id id"),
    ):
        ran = honnin("serve", printing, "--check", "--port", "0", *kept, *wishes)
        assert ran.status == 2 and "HN0712" in ran.err and said in ran.err
    assert honnin("serve", printing, "--check", "--port", "0", *kept, "--id", "id").status == 0


def test_a_second_process_cannot_use_the_checkpoint(serve: Serve, printing: Path) -> None:
    serve(*KEPT)
    with pytest.raises(StopIteration):
        serve(*KEPT)


def test_a_token(serve: Serve) -> None:
    served = serve("--token-file", "token", token=TOKEN)
    assert served.post(request(1)).status_code == 200
    with httpx.Client(base_url=served.address, trust_env=False) as stranger:
        assert stranger.get("/health/ready").status_code == 200
        for path in ("/summary", "/violations", "/metrics", "/stream", "/page.js", "/"):
            assert stranger.get(path).status_code == 401, path
        wrong = stranger.post("/events", json=request(2), headers={"authorization": "Bearer no"})
        assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, "Bearer")
        page = stranger.get("/", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        assert stranger.post("/login", data={"token": "wrong"}).headers["location"] == "/login?wrong"
        assert stranger.get("/summary").status_code == 401
        entered = stranger.post("/login", data={"token": TOKEN})
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie and "samesite=strict" in cookie.lower() and TOKEN not in cookie
        assert stranger.get("/summary").status_code == 200


def test_metrics_are_in_the_format_of_prometheus(serve: Serve) -> None:
    served = serve()
    served.post([request(1), issue(1, "太郎"), {}])
    answer = served.client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    typed = set()
    for line in answer.text.splitlines():
        if line.startswith("#"):
            found = re.fullmatch(r"# (HELP|TYPE) (honnin_[a-z_]+) .+", line)
            assert found is not None, line
            typed.add(found[2])
        else:
            found = re.fullmatch(r'(honnin_[a-z_]+)(\{claim="[^"\\]*"\})? [0-9.]+', line)
            assert found is not None and found[1] in typed, line
    assert 'honnin_violations_total{claim="right_person"} 1' in answer.text
    assert 'honnin_violations_total{claim="二度なし"} 0' in answer.text
    assert "honnin_records_rejected_total 1" in answer.text


def test_the_stream_tells_what_changes(serve: Serve) -> None:
    served = serve()
    pictures: list[dict[str, Any]] = []
    with served.client.stream("GET", "/stream") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("data: "):
                pictures.append(json.loads(line.removeprefix("data: ")))
                if len(pictures) == 1:
                    httpx.post(f"{served.address}/events", json=[request(1), issue(1)], trust_env=False)
                elif pictures[-1]["positions"] == 2:
                    break
    assert pictures[0]["overall"]["mood"] == "untried"
    assert pictures[-1]["overall"] == {"mood": "good", "words": "satisfied so far"}


def test_a_mapping_for_cloudevents(serve: Serve) -> None:
    served = serve("--from", "cloudevents", "--id", "id")
    body = [
        {"specversion": "1.0", "id": "a", "type": "request", "data": {"request": "r1", "wanted": "花子"}},
        {"specversion": "1.0", "id": "b", "type": "ping"},
        {"specversion": "1.0", "id": "c", "type": "other"},
    ]
    answers = served.client.post(
        "/events", content=json.dumps(body), headers={"content-type": "application/cloudevents-batch+json"}
    ).json()["answers"]
    assert answers == [
        {"sequence": 1, "violated": []},
        {"ignored": True},
        {"rejected": 'the mapping "cloudevents" rejects it'},
    ]


def test_source_and_id_name_a_cloudevent(serve: Serve) -> None:
    served = serve("--from", "cloudevents")

    def told(source: str, number: int) -> dict[str, Any]:
        event = {"specversion": "1.0", "id": "1", "source": source, "type": "request"}
        return event | {"data": {"request": f"r{number}", "wanted": "花子"}}

    content = json.dumps([told("/a", 1), told("/b", 2), told("/a", 1)])
    headers = {"content-type": "application/cloudevents-batch+json"}
    answers = served.client.post("/events", content=content, headers=headers).json()["answers"]
    assert answers == [
        {"sequence": 1, "violated": []},
        {"sequence": 2, "violated": []},
        {"sequence": 1, "violated": [], "repeated": True},
    ]


def test_a_cloudevent_in_binary_mode(serve: Serve) -> None:
    served = serve("--from", "cloudevents")
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "1",
        "ce-source": "/%E7%AA%93%E5%8F%A3",
        "ce-type": "request",
    }
    data = {"request": "r1", "wanted": "花子"}
    assert served.post(data, **headers).json() == {"sequence": 1, "violated": []}
    assert served.post(data, **headers).json() == {"sequence": 1, "violated": [], "repeated": True}
    structured = {"specversion": "1.0", "id": "1", "source": "/窓口", "type": "request", "data": data}
    text = served.client.post(
        "/events", content=json.dumps(structured), headers={"content-type": "application/cloudevents+json"}
    )
    assert text.json() == {"rejected": "another record had the same id"}
    ping = served.client.post("/events", headers={**headers, "ce-type": "ping", "ce-id": "2"})
    assert ping.json() == {"ignored": True}
    for body in (b'1, "type": "issue"', b"1, 2", b"{"):
        torn = served.client.post(
            "/events", content=body, headers={**headers, "ce-id": "3", "content-type": "application/json"}
        )
        assert torn.status_code == 422 and "rejected" in torn.json()
    xml = served.client.post("/events", content=b"<a/>", headers={**headers, "content-type": "text/xml"})
    assert xml.status_code == 415


def test_deadlines_pass_without_events(serve: Serve, printing: Path) -> None:
    timely = printing.with_name("timely.honnin")
    timely.write_text(
        "spec timely\nentity Request\nevent ask(request: Request)\nevent answer(request: Request)\n"
        'invariant in_time "within half a second": on ask(r): eventually[<= 500ms] answer(r)\n',
        encoding="utf-8",
    )
    served = serve("--late", "200ms", specification=timely)
    assert served.post({"event": "ask", "request": "r1"}).json() == {"sequence": 1, "violated": []}
    end = time.monotonic() + 15
    while served.client.get("/violations").json()["total"] == 0:
        assert time.monotonic() < end
        time.sleep(0.1)
    (found,) = served.client.get("/violations").json()["violations"]
    assert (found["invariant"], found["position"], found["trigger"]) == ("in_time", None, 1)
