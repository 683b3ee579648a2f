"""uvicorn's server, which here ends at signals without handing them on: the store is closed first."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

__all__ = ["Server", "configure"]

#: Seconds that open requests get when the server ends.
_LAST_SECONDS = 3


class Server(uvicorn.Server):
    """Runs until Ctrl-C or SIGTERM.

    Parameters
    ----------
    config : uvicorn.Config
        See `configure`.
    leave : callable
        Called when it is about to end: streams that last have to be ended then.
    """

    def __init__(self, config: uvicorn.Config, leave: Callable[[], object]) -> None:
        super().__init__(config)
        self._leave = leave

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, streams first."""
        self._leave()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """End at the first signal, and at once at the second."""
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self.handle_exit)
        yield


def configure(app: object) -> uvicorn.Config:
    """Quiet settings, without a lifespan and without a header that names the server."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
