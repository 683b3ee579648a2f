"""Server-sent events: each open page is told which photos and patients changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

__all__ = ["Events"]

#: Seconds without news after which a page gets a line that says nothing: so both sides see that the other li
_PULSE = 15.0


class Events:
    """News for any number of pages; threads may tell them."""

    def __init__(self, pulse: float = _PULSE) -> None:
        self._pulse = pulse
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell(self, kind: str, news: Mapping[str, Any]) -> None:
        """Tell all pages; from any thread."""
        text = f"event: {kind}\ndata: {json.dumps(news)}\n\n"
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, text)

    async def listen(self, goes_on: Callable[[], bool] = lambda: True) -> AsyncIterator[str]:
        """The stream of one page.

        Parameters
        ----------
        goes_on : callable
            Asked at every pulse; the stream ends when it says no, as the page is locked then.
        """
        self._loop = asyncio.get_running_loop()
        page: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.add(page)
        try:
            yield ": hello\n\n"
            while goes_on():
                try:
                    text = await asyncio.wait_for(page.get(), self._pulse)
                except TimeoutError:
                    text = ": still here\n\n"
                if text is None:
                    return
                yield text
        finally:
            self._pages.discard(page)

    def close(self) -> None:
        """End all streams; from the thread of the server alone."""
        self._spread(None)

    def _spread(self, text: str | None) -> None:
        for page in self._pages:
            page.put_nowait(text)
