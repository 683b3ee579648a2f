"""The guard before every request: host, origin, token or cookie, size and patience; and strict headers."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse, Response

from asymmetry.errors import PhotoError
from asymmetry.photos.photo import check_header
from asymmetry.photos.sources import PhotoSource
from asymmetry.web.access import Access
from asymmetry.web.problems import ProblemError, answer_problem

__all__ = ["Guard", "Limits"]

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: The page may load its own files, and pictures that it has made itself.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
    "connect-src 'self'; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cache-control": "no-store",
}
_USUAL_PORT = 80
#: The page's files hold nothing of a patient.
_OPEN = ("/static/",)
#: An open page asks for these by itself, also where nobody sits before it.
_BY_ITSELF = ("/api/events", "/api/frame")


@dataclass(frozen=True)
class Limits:
    """How much one request may bring, and how slowly.

    Attributes
    ----------
    body : int
        Bytes of a body with files.
    plain : int
        Bytes of any other body, which is read as a whole.
    file : int
        Bytes of one photo.
    files : int
        Photos of one request.
    packed_files : int
        Photos of one zip.
    megapixels : float
        Of one photo.
    pause : float
        Seconds without a byte after which a request is given up.
    """

    body: int = 16 * 2**30
    plain: int = 8 * 2**20
    file: int = 100 * 2**20
    files: int = 1000
    packed_files: int = 50_000
    megapixels: float = 100.0
    pause: float = 30.0

    def of(self, headers: Headers) -> int:
        """Bytes of a request's body at most."""
        files = headers.get("content-type", "").startswith("multipart/form-data")
        return self.body if files else self.plain

    def refuse(self, photo: PhotoSource, size: int) -> str:
        """Why a file of so many bytes is not kept, by its size and its first bytes; empty for a photo."""
        if size > self.file:
            return f"larger than {self.file // 2**20} MB"
        try:
            check_header(photo, max_megapixels=self.megapixels)
        except PhotoError as error:
            return str(error.note)
        return ""


class Guard:
    """Lets through requests of this computer's own page, and of programs with the token.

    Parameters
    ----------
    app : ASGI application
        The page and its API.
    access : Access
        Who may ask.
    port : int
        The server's.
    limits : Limits
        Of a request.
    """

    def __init__(self, app: App, access: Access, port: int, limits: Limits) -> None:
        self._app, self._access, self._limits = app, access, limits
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        if port == _USUAL_PORT:  # browsers leave it out
            self._hosts |= {"127.0.0.1", "localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        refused = self._refuse(scope, headers)
        begun = False

        async def strictly(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                given = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    given.setdefault(name, value)
            await send(message)

        try:
            await (refused or self._app)(scope, _Patience(receive, self._limits, headers), strictly)
        except ProblemError as error:
            if not begun:
                await answer_problem(error.status, error.detail)(scope, receive, strictly)

    def _refuse(self, scope: Scope, headers: Headers) -> Response | None:
        """The answer to a request that may not pass; None for one that may."""
        path = scope["path"]
        if headers.get("host", "") not in self._hosts:
            return answer_problem(
                HTTPStatus.MISDIRECTED_REQUEST, "this server answers its own address only"
            )
        if self._is_foreign(headers, path):
            return answer_problem(HTTPStatus.FORBIDDEN, "another site may not ask this server")
        if path == "/" and "token" in (asked := parse_qs(scope["query_string"].decode("latin-1"))):
            return self._exchange(asked["token"][0])
        if path.startswith(_OPEN) or self._access.allows(headers, touch=path not in _BY_ITSELF):
            return self._check_length(headers)
        if path == "/":
            return Response(_LOCKED, HTTPStatus.UNAUTHORIZED, media_type="text/html")
        return answer_problem(
            HTTPStatus.UNAUTHORIZED,
            "open the address that 'asymmetry serve' printed, or send its token",
        )

    def _is_foreign(self, headers: Headers, path: str) -> bool:
        """Whether another site's page asks; a link to the page itself may stand anywhere."""
        origins = (None, *(f"http://{each}" for each in self._hosts))
        site = headers.get("sec-fetch-site", "none")
        return headers.get("origin") not in origins or (
            site not in ("none", "same-origin") and path != "/"
        )

    def _exchange(self, token: str) -> Response:
        """A cookie for the token, which leaves the address bar."""
        session = self._access.open_session(token)
        if session is None:
            return Response(_LOCKED, HTTPStatus.UNAUTHORIZED, media_type="text/html")
        answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
        answer.set_cookie(self._access.cookie, session, httponly=True, samesite="strict", path="/")
        return answer

    def _check_length(self, headers: Headers) -> Response | None:
        length = headers.get("content-length", "0")
        most = self._limits.of(headers)
        if not length.isdecimal() or int(length) > most:
            return answer_problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"send at most {most // 2**20} MB at a time"
            )
        return None


class _Patience:
    """Receives a body, and gives up on one that is too large or too slow."""

    def __init__(self, receive: Receive, limits: Limits, headers: Headers) -> None:
        self._receive, self._limits, self._most = receive, limits, limits.of(headers)
        self._bytes, self._ended = 0, False

    async def __call__(self) -> Message:
        if self._ended:  # it only waits for the browser to leave
            return await self._receive()
        try:
            message = await asyncio.wait_for(self._receive(), self._limits.pause)
        except TimeoutError as error:
            raise ProblemError(
                HTTPStatus.REQUEST_TIMEOUT, "the upload stood still; send it again"
            ) from error
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._bytes > self._most:
                raise ProblemError(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "send fewer or smaller photos at a time"
                )
        return message


_LOCKED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>asymmetry</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/static/page.css"></head>
<body class="locked"><main><h1>Locked</h1>
<p>Open the address that <code>asymmetry serve</code> printed in its terminal.</p></main></body></html>
"""
