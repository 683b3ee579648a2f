"""Server-sent events: each open page is told which photos and patients changed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

__all__ = ["Events"]

#: Seconds without news after which a page gets a line that says nothing: so both sides see that the other li
_PULSE = 15.0


class Events:
    """News for any number of pages; threads may tell them."""

    def __init__(self) -> None:
        self._pages: set[asyncio.Queue[str]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None

    def tell(self, kind: str, news: Mapping[str, Any]) -> None:
        """Tell all pages; from any thread."""
        text = f"event: {kind}\ndata: {json.dumps(news)}\n\n"
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._spread, text)

    async def listen(self) -> AsyncIterator[str]:
        """The stream of one page."""
        self._loop = asyncio.get_running_loop()
        page: asyncio.Queue[str] = asyncio.Queue()
        self._pages.add(page)
        try:
            yield ": hello\n\n"
            while True:
                try:
                    yield await asyncio.wait_for(page.get(), _PULSE)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._pages.discard(page)

    def _spread(self, text: str) -> None:
        for page in self._pages:
            page.put_nowait(text)
