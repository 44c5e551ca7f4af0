"""The server itself: uvicorn on a socket that is open already, ended by Ctrl-C or SIGTERM without losing what was taken."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from honnin.oracle.serving.http import Door
from honnin.oracle.serving.service import Service

GRACE = 20
"""Seconds that requests have to end in."""


def opened(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


class _Server(uvicorn.Server):
    """Tells the service at once that it ends: open pages end then, and no new record is taken."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals end the server, and nothing else: the process goes on to its end."""
        before = {
            number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal: once asks, twice insists."""
        self._service.stop()
        super().handle_exit(sig, frame)


async def listen(
    service: Service, on: socket.socket, token: str | None, most_bytes: int, id_field: str | None
) -> None:
    """Serves until it is asked to end, or can go on no longer."""

    def finished() -> None:
        server.should_exit = True

    door = Door(service, token, most_bytes, id_field, finished)
    config = uvicorn.Config(
        door.application(),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        lifespan="on",
        ws="none",
    )
    server = _Server(config, service)
    await server.serve(sockets=[on])
