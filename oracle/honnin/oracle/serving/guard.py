"""Who may ask: a token where one is set, and no other names of this machine where none is. Headers that keep pages to themselves."""

from __future__ import annotations

import hashlib
import hmac

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from honnin.spec.records import dataclass

COOKIE = "honnin"
OPEN = frozenset({"/health/live", "/health/ready", "/login", "/login.css"})
"""What is answered without a token: it tells nothing of what was found."""
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}


def is_same(given: str, token: str) -> bool:
    """Whether the two are equal, in a time that does not tell how nearly."""
    return hmac.compare_digest(_digest(given), _digest(token))


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def session_of(token: str) -> str:
    """What a browser keeps in the place of the token."""
    return hmac.digest(token.encode(), b"honnin page", hashlib.sha256).hex()


@dataclass(frozen=True, slots=True)
class Guard:
    """Stands before the application. Without a token only names of this machine are answered to: no page elsewhere can borrow one."""

    app: ASGIApp
    token: str | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._may(scope):
            await self.app(scope, receive, sent)
        elif "text/html" in Headers(scope=scope).get("accept", "") and scope["path"] == "/":
            await RedirectResponse("/login", 303)(scope, receive, sent)
        else:
            refusal = JSONResponse({"error": self._reason()}, self._status(), self._challenge())
            await refusal(scope, receive, sent)

    def _may(self, scope: Scope) -> bool:
        if self.token is None:
            return _host(Headers(scope=scope).get("host", "")) in _LOCAL
        if scope["path"] in OPEN:
            return True
        request = Request(scope)
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return is_same(given.strip(), self.token)
        return is_same(request.cookies.get(COOKIE, ""), session_of(self.token))

    def _reason(self) -> str:
        return "this host is not served" if self.token is None else "a token is needed"

    def _status(self) -> int:
        return 421 if self.token is None else 401

    def _challenge(self) -> dict[str, str]:
        return {} if self.token is None else {"WWW-Authenticate": "Bearer"}


def _host(header: str) -> str:
    """The name in a Host header, without the port."""
    return header.partition("]")[0] + "]" if header.startswith("[") else header.partition(":")[0].lower()
