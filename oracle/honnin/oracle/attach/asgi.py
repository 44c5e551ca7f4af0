"""ASGI: a request's events carry the request, and an oracle of the application hears them. Needs no framework."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextlib import ExitStack
from typing import Any
from urllib.parse import parse_qsl

from honnin.oracle.attach.correlate import correlation
from honnin.oracle.attach.happening import Happening, happenings
from honnin.oracle.attach.targets import OnBadInput, current, listening_here

__tracebackhide__ = True
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Events = str | Happening | Iterable[str | Happening] | None
_NAMES = ("headers", "id", "method", "path", "query", "scope")


class OracleMiddleware:
    """Wraps an ASGI application: `OracleMiddleware(app, oracle)`, or `app.add_middleware(OracleMiddleware, oracle=oracle)`.

    While a request or a websocket is served, `oracle` listens in its context (without one, whoever listens anyway), and the
    correlation has `field`: the request's `header`, or an identifier made for it. `request` and `response` name events of HTTP
    requests, when they come in and before their response starts; the names of their sources are `id`, `method`, `path`,
    `query` and `headers` (dictionaries, header names in lower case), `scope`, and for `response` also `status`.

    What an oracle raises is an exception of the application: for `request` the application is not called, for `response` nothing
    of the response is sent, and the server answers 500. So a wrong answer does not leave the house.
    """

    def __init__(
        self,
        app: App,
        oracle: Any = None,
        *,
        field: str = "request",
        header: str = "x-request-id",
        request: Events = None,
        response: Events = None,
        on_bad_input: OnBadInput = "raise",
    ) -> None:
        self.app = app
        self._oracle = oracle
        self._field = field
        self._header = header.lower()
        self._request = happenings(request)
        self._response = happenings(response)
        self._on_bad_input = on_bad_input
        for happening in self._request:
            happening.check(_NAMES)
        for happening in self._response:
            happening.check((*_NAMES, "status"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        identifier = headers.get(self._header) or secrets.token_hex(8)
        with ExitStack() as stack:
            if self._oracle is not None:
                stack.enter_context(listening_here(self._oracle, on_bad_input=self._on_bad_input))
            stack.enter_context(correlation(**{self._field: identifier}))
            if scope["type"] == "websocket" or not (self._request or self._response):
                await self.app(scope, receive, send)
                return
            names = {
                "headers": headers,
                "id": identifier,
                "method": scope["method"],
                "path": scope["path"],
                "query": dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)),
                "scope": scope,
            }
            _report(self._request, names)
            await self.app(scope, receive, self._reporting(send, names))

    def _reporting(self, send: Send, names: dict[str, Any]) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _report(self._response, {**names, "status": message["status"]})
            await send(message)

        return sending


def _report(events: list[Happening], names: dict[str, Any]) -> None:
    target = current()
    if target is not None:
        for happening in events:
            target.report(happening.event, happening.fields(names))
