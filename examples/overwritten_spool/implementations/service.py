"""The certificate server as an HTTP service (Starlette). `SharedOutput` is the fault, which has two faces:

- two requests at once: the later one's paper is printed for both;
- one after the other: where nothing can be rendered, what was rendered for the one before is still there, and is printed.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

PAGES = 2
PERSONS = ("alice", "bob", "chiyo")
KINDS = ("residence_record", "family_register", "seal_registration")
HAVE_NO_SEAL = {"bob"}
"""Persons without a registered seal: there is no certificate of one."""
HOUSEHOLD = {("alice", "chiyo"), ("chiyo", "alice")}
FACTS = {
    "entitled": {
        "table": [
            *([person, kind, person, True] for person in PERSONS for kind in KINDS),
            *([holder, "residence_record", wanted, True] for holder, wanted in sorted(HOUSEHOLD)),
        ],
        "default": False,
    }
}


class Output(Protocol):
    """Where a certificate stands between rendering and printing."""

    def put(self, request: str, subject: str) -> None: ...

    def get(self, request: str) -> str | None:
        """Whom the certificate shows; None if there is none."""


class SharedOutput:
    """The fault: what was rendered last, whosever it is."""

    def __init__(self) -> None:
        self.subject: str | None = None

    def put(self, request: str, subject: str) -> None:
        self.subject = subject

    def get(self, request: str) -> str | None:
        return self.subject


class OutputOfRequest:
    """A right fix: an output for each request."""

    def __init__(self) -> None:
        self.subjects: dict[str, str] = {}

    def put(self, request: str, subject: str) -> None:
        self.subjects[request] = subject

    def get(self, request: str) -> str | None:
        return self.subjects.get(request)


async def _no_pause(request: str) -> None:
    pass


def service(
    output: Output,
    report: Callable[..., object],
    pause: Callable[[str], Awaitable[None]] = _no_pause,
) -> Starlette:
    """The application. `pause` is awaited between rendering and printing, with the request: a test can hold it there."""
    numbers = itertools.count(1)

    async def issue(http: Request) -> JSONResponse:
        asked = _asked(await _body(http))
        if asked is None:
            return JSONResponse({"error": "holder, kind and wanted are needed"}, 422)
        holder, kind, wanted = asked
        request = f"r{next(numbers)}"
        report("auth", request=request, holder=holder)
        report("apply", request=request, kind=kind, wanted=wanted)
        if holder != wanted and (kind != "residence_record" or (holder, wanted) not in HOUSEHOLD):
            report("refuse", request=request)
            return JSONResponse({"error": "not entitled"}, 403)
        if kind != "seal_registration" or wanted not in HAVE_NO_SEAL:
            output.put(request, wanted)
        await pause(request)
        pages = []
        for page in range(1, PAGES + 1):
            subject = output.get(request)
            if subject is None:
                report("refuse", request=request)
                return JSONResponse({"error": "there is no such certificate"}, 404)
            report("deliver", request=request, subject=subject, page=page, pages=PAGES)
            pages.append({"page": page, "subject": subject})
        return JSONResponse({"request": request, "pages": pages})

    async def schema(http: Request) -> JSONResponse:
        return JSONResponse(SCHEMA)

    return Starlette(routes=[Route("/certificates", issue, methods=["POST"]), Route("/openapi.json", schema)])


async def _body(http: Request) -> Any:
    try:
        return await http.json()
    except ValueError:
        return None


def _asked(body: Any) -> tuple[str, str, str] | None:
    if not isinstance(body, dict):
        return None
    holder, kind, wanted = body.get("holder"), body.get("kind"), body.get("wanted")
    if holder not in PERSONS or kind not in KINDS or wanted not in PERSONS:
        return None
    return str(holder), str(kind), str(wanted)


SCHEMA = {
    "openapi": "3.0.3",
    "info": {"title": "Certificates", "version": "1"},
    "paths": {
        "/certificates": {
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "required": ["holder", "kind", "wanted"],
                                "properties": {
                                    "holder": {"type": "string", "enum": list(PERSONS)},
                                    "kind": {"type": "string", "enum": list(KINDS)},
                                    "wanted": {"type": "string", "enum": list(PERSONS)},
                                },
                            }
                        }
                    },
                },
                "responses": {
                    "200": {"description": "the pages that were printed"},
                    "403": {"description": "the holder is not entitled"},
                    "404": {"description": "there is no such certificate"},
                    "422": {"description": "something is missing"},
                },
            }
        }
    },
}
