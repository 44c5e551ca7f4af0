"""The service over HTTP: events, OTLP, violations, health, metrics, and the live page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_plus

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from honnin.oracle.serving.bodies import BadRequest, Names, body_of, content_type, records_of
from honnin.oracle.serving.guard import COOKIE, Guard, is_same, session_of
from honnin.oracle.serving.ids import Accepted
from honnin.oracle.serving.otlp import Exported, exported
from honnin.oracle.serving.service import (
    Again,
    Answer,
    Ignored,
    Overloaded,
    Rejected,
    Service,
    Stopped,
)
from honnin.oracle.serving.standing import metrics, standing
from honnin.spec.records import dataclass

RETRY_AFTER = 1
"""Seconds that a client is asked to wait when too much is waiting."""
HEARTBEAT = 15.0
"""Seconds after which a page hears that the service is still there."""
AT_MOST_EVERY = 0.25
"""Seconds between two pictures of how things stand."""
_PAGES = {
    "page.html": "text/html",
    "login.html": "text/html",
    "page.js": "text/javascript",
    "page.css": "text/css",
}


@dataclass(frozen=True, slots=True)
class Door:
    """What the answers need. `most_bytes`: of a body; `id_field`: what names a record; `finished`: when the work has ended."""

    service: Service
    token: str | None = None
    most_bytes: int = 1 << 20
    id_field: str | None = None
    finished: Callable[[], None] = lambda: None

    # ------------------------------------------------------------ events

    async def events(self, request: Request) -> Response:
        """Records in JSON, alone or in an array, or in JSON Lines."""
        body = await body_of(request, self.most_bytes)
        names = Names(self.id_field, request.headers.get("idempotency-key"))
        records, alone = records_of(body, content_type(request), names, request.headers)
        answers = [shown(answer) for answer in await self.service.submit(records)]
        if alone:
            return JSONResponse(answers[0], 422 if "rejected" in answers[0] else 200)
        return JSONResponse({"answers": answers})

    async def otlp(self, request: Request) -> Response:
        """An export of logs or of traces, as OTLP/HTTP has it."""
        body = await body_of(request, self.most_bytes)
        export: Exported = exported(request.url.path, body, content_type(request), self.service)
        answers = await self.service.submit(export.records, export.read)
        return export.response([answer.reason for answer in answers if isinstance(answer, Rejected)])

    # ------------------------------------------------------------ what is known

    async def violations(self, request: Request) -> Response:
        """A page of what was found."""
        after, limit = _number(request, "after", 0), _number(request, "limit", 100)
        return JSONResponse(self.service.found.page(after, max(1, min(limit, 1000))))

    async def summary(self, request: Request) -> Response:
        """How things stand."""
        return JSONResponse(standing(self.service))

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        return Response(metrics(self.service), media_type="text/plain; version=0.0.4")

    async def live(self, request: Request) -> Response:
        """Whether the process is there at all."""
        return JSONResponse({"live": True})

    async def ready(self, request: Request) -> Response:
        """Whether records are taken."""
        service = self.service
        is_ready = service.trouble is None and not service.stopping
        return JSONResponse({"ready": is_ready}, 200 if is_ready else 503)

    # ------------------------------------------------------------ the page

    async def page(self, request: Request) -> Response:
        """The page and what belongs to it."""
        name = {"/": "page.html", "/login": "login.html", "/login.css": "page.css"}.get(
            request.url.path, request.url.path[1:]
        )
        text = files("honnin.oracle.serving").joinpath("page", name).read_text(encoding="utf-8")
        if request.url.query == "wrong":
            text = text.replace(" hidden>", ">")
        return Response(text, media_type=f"{_PAGES[name]}; charset=utf-8")

    async def login(self, request: Request) -> Response:
        """The token in a form, for a browser: it gets a cookie that no script and no other site can use."""
        body = await body_of(request, 4096)
        form = dict(part.partition("=")[::2] for part in body.decode("utf-8", "replace").split("&"))
        if self.token is None or not is_same(unquote_plus(form.get("token", "")), self.token):
            return RedirectResponse("/login?wrong", 303)
        response = RedirectResponse("/", 303)
        secure = request.url.scheme == "https"
        response.set_cookie(COOKIE, session_of(self.token), httponly=True, samesite="strict", secure=secure)
        return response

    async def stream(self, request: Request) -> Response:
        """How things stand, and again whenever that changes: server-sent events."""
        return StreamingResponse(self._pictures(), media_type="text/event-stream")

    async def _pictures(self) -> AsyncIterator[str]:
        while True:
            changed = self.service.changed
            yield f"event: standing\ndata: {json.dumps(standing(self.service), ensure_ascii=False)}\n\n"
            if self.service.stopping:
                return
            await asyncio.sleep(AT_MOST_EVERY)
            while not changed.is_set():
                try:
                    await asyncio.wait_for(changed.wait(), HEARTBEAT)
                except TimeoutError:
                    yield "event: heartbeat\ndata: {}\n\n"

    # ------------------------------------------------------------ the application

    def application(self) -> Starlette:
        """All of it, for any ASGI server."""
        pages = [Route(path, self.page) for path in ("/", "/login", "/login.css", "/page.js", "/page.css")]
        return Starlette(
            routes=[
                Route("/events", self.events, methods=["POST"]),
                Route("/v1/logs", self.otlp, methods=["POST"]),
                Route("/v1/traces", self.otlp, methods=["POST"]),
                Route("/violations", self.violations),
                Route("/summary", self.summary),
                Route("/metrics", self.metrics),
                Route("/health/live", self.live),
                Route("/health/ready", self.ready),
                Route("/stream", self.stream),
                Route("/login", self.login, methods=["POST"]),
                *pages,
            ],
            middleware=[Middleware(Guard, token=self.token)],
            exception_handlers={
                BadRequest: _bad_request,
                Overloaded: _overloaded,
                Stopped: _stopped,
                HTTPException: _http_error,
            },
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        work = asyncio.create_task(self.service.run())
        work.add_done_callback(lambda _: self.finished())
        yield
        self.service.stop()
        await work


def shown(answer: Answer) -> dict[str, Any]:
    """An answer as JSON has it."""
    match answer:
        case Accepted(sequence, violated, undecided):
            told = {"undecided": list(undecided)} if undecided else {}
            return {"sequence": sequence, "violated": list(violated), **told}
        case Again(first):
            return {**shown(first), "repeated": True}
        case Rejected(reason):
            return {"rejected": reason}
        case Ignored():
            return {"ignored": True}


def _number(request: Request, name: str, default: int) -> int:
    text = request.query_params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadRequest(400, f"`{name}` is a number")
    return int(text)


def _error(reason: str, status: int, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": reason}, status, headers)


def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequest)
    return _error(error.reason, error.status)


def _overloaded(request: Request, error: Exception) -> Response:
    return _error("too much is waiting: try again later", 503, {"Retry-After": str(RETRY_AFTER)})


def _stopped(request: Request, error: Exception) -> Response:
    return _error("nothing is taken any more: the service ends", 503, {"Retry-After": "5"})


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _error(error.detail.lower(), error.status_code, dict(error.headers or {}))
