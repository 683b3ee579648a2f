"""The guard: who may ask, from where, how much and how slowly."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from asymmetry.web.access import Access
from asymmetry.web.app import STATIC
from asymmetry.web.events import Events
from asymmetry.web.guard import Guard, Limits
from asymmetry.web.problems import HANDLERS
from asymmetry.web.server import _bind

PORT, TOKEN = 8123, "the token"
HOST = f"127.0.0.1:{PORT}"


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def _echo(_: Any, receive: Any, send: Any) -> None:
    """Read the whole body, and answer its length."""
    length, more = 0, True
    while more:
        message = await receive()
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})


def ask(
    path: str = "/api/patients",
    *,
    access: Access | None = None,
    headers: dict[str, str] | None = None,
    body: tuple[bytes, ...] = (b"",),
    pause: float = 0.0,
    query: str = "",
    limits: Limits | None = None,
    app: Any = None,
) -> tuple[int, dict[str, str]]:
    """Status and headers of the answer to one request."""
    access = access or Access(PORT, TOKEN)
    port = int(access.cookie.rpartition("-")[2])
    guard = Guard(app or _echo, access, port, limits or Limits())
    given = {"host": HOST, **(headers or {})}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }
    parts = [
        {"type": "http.request", "body": part, "more_body": i + 1 < len(body)}
        for i, part in enumerate(body)
    ]
    sent: list[Any] = []

    async def receive() -> Any:
        await asyncio.sleep(pause)
        return parts.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(guard(scope, receive, send))
    names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], names


BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"authorization": "Bearer another"}, 401),
        ({"authorization": TOKEN}, 401),
        ({"cookie": f"asymmetry-{PORT}=guessed"}, 401),
        (BEARER, 200),
        ({**BEARER, "host": f"localhost:{PORT}"}, 200),
        ({**BEARER, "host": "evil.example"}, 421),
        ({**BEARER, "host": f"evil.example:{PORT}"}, 421),
        ({**BEARER, "host": "127.0.0.1"}, 421),
        ({**BEARER, "origin": f"http://{HOST}"}, 200),
        ({**BEARER, "origin": "http://evil.example"}, 403),
        ({**BEARER, "origin": "null"}, 403),
        ({**BEARER, "sec-fetch-site": "cross-site"}, 403),
        ({**BEARER, "sec-fetch-site": "same-site"}, 403),
        ({**BEARER, "sec-fetch-site": "same-origin"}, 200),
    ],
)
@pytest.mark.parametrize("path", ["/api/patients", "/api/events"])
def test_who_may_ask(path: str, headers: dict[str, str], status: int) -> None:
    assert ask(path, headers=headers)[0] == status


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:80"])
def test_browsers_leave_the_usual_port_out(host: str) -> None:
    headers = {**BEARER, "host": host, "origin": f"http://{host}"}
    assert ask(headers=headers, access=Access(80, TOKEN))[0] == 200
    assert ask(headers=headers)[0] == 421


def test_the_token_is_exchanged_for_a_cookie_and_leaves_the_address() -> None:
    access = Access(PORT, TOKEN)
    status, headers = ask("/", access=access, query=f"token={TOKEN.replace(' ', '+')}")
    assert (status, headers["location"]) == (303, "/")
    cookie = headers["set-cookie"]
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; "))
    assert TOKEN not in cookie
    assert ask(access=access, headers={"cookie": cookie.split(";")[0]})[0] == 200


@pytest.mark.parametrize(
    "other", ["a=b", 'prefs={"a": 1}', 'x="open', "a=b c", "[x]=1", "foo", "$Version=1", "=", ""]
)
def test_cookies_of_other_servers_lock_nobody_out(other: str) -> None:
    """All servers of 127.0.0.1 share their cookies, in whatever form they are."""
    access = Access(PORT, TOKEN)
    own = f"{access.cookie}={access.open_session(TOKEN)}"
    for cookie in (f"{other}; {own}", f"{own}; {other}", f"{other};{own}"):
        assert ask(access=access, headers={"cookie": cookie})[0] == 200
    assert ask(access=access, headers={"cookie": other})[0] == 401


def test_a_pass_opens_one_session() -> None:
    access = Access(PORT, TOKEN)
    made = access.make_pass()
    assert ask("/", access=access, query=f"token={made}")[0] == 303
    assert ask("/", access=access, query=f"token={made}")[0] == 401
    assert ask(access=access, headers={"authorization": f"Bearer {made}"})[0] == 401


def test_news_end_with_the_session() -> None:
    clock = Clock()
    access = Access(PORT, TOKEN, lock_after=5, clock=clock)
    headers = {"cookie": f"{access.cookie}={access.open_session(TOKEN)}"}

    async def listen() -> list[str]:
        heard = []
        async for text in Events(pulse=0.01).listen(lambda: access.allows(headers, touch=False)):
            heard.append(text)
            clock.now += 200
        return heard

    assert len(asyncio.run(listen())) == 2


def test_a_wrong_token_opens_nothing() -> None:
    status, headers = ask("/", query="token=wrong")
    assert status == 401
    assert "set-cookie" not in headers


def test_a_session_ends_after_a_pause_that_news_do_not_break() -> None:
    clock = Clock()
    access = Access(PORT, TOKEN, lock_after=5, clock=clock)
    cookie = {"cookie": f"{access.cookie}={access.open_session(TOKEN)}"}
    for clock.now in (0.0, 200.0, 400.0):
        assert ask(access=access, headers=cookie)[0] == 200
    clock.now = 600.0
    for path in ("/api/events", "/api/frame"):
        assert ask(path, access=access, headers=cookie)[0] == 200
    clock.now = 701.0
    assert ask(access=access, headers=cookie)[0] == 401
    assert ask(access=access, headers=BEARER)[0] == 200


def test_the_page_s_own_files_are_open() -> None:
    assert ask("/static/page.css")[0] == 200
    assert ask("/static/page.css", headers={"host": "evil.example"})[0] == 421


@pytest.mark.parametrize("headers", [BEARER, {}, {"host": "evil.example"}])
def test_headers_are_strict_on_every_answer(headers: dict[str, str]) -> None:
    _, answered = ask(headers=headers)
    policy = answered["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answered["x-content-type-options"] == "nosniff"
    assert answered["cache-control"] == "no-store"
    assert answered["referrer-policy"] == "no-referrer"


def test_a_body_above_the_limit_is_refused() -> None:
    limits = Limits(plain=10)
    assert ask(headers=BEARER, body=(b"12345", b"67890"), limits=limits)[0] == 200
    assert ask(headers=BEARER, body=(b"12345", b"678901"), limits=limits)[0] == 413
    assert ask(headers={**BEARER, "content-length": "11"}, limits=limits)[0] == 413
    assert ask(headers={**BEARER, "content-length": "-1"}, limits=limits)[0] == 413


def test_only_a_body_with_files_may_be_large() -> None:
    limits = Limits(body=20, plain=10)
    files = {**BEARER, "content-type": "multipart/form-data; boundary=x"}
    assert ask(headers=files, body=(b"0" * 20,), limits=limits)[0] == 200
    assert ask(headers=files, body=(b"0" * 21,), limits=limits)[0] == 413
    assert (
        ask(
            headers={**BEARER, "content-type": "application/json"}, body=(b"0" * 20,), limits=limits
        )[0]
        == 413
    )


def test_the_page_tells_of_a_body_that_is_too_large_or_too_slow() -> None:
    async def read(request: Any) -> Response:
        return Response(await request.body())

    app = Starlette(routes=[Route("/", read, methods=["POST"])], exception_handlers=HANDLERS)
    many, slow = Limits(plain=10), Limits(pause=0.05)
    assert ask("/", app=app, headers=BEARER, body=(b"0" * 11,), limits=many)[0] == 413
    assert ask("/", app=app, headers=BEARER, pause=5, limits=slow)[0] == 408


def test_an_upload_that_stands_still_is_given_up() -> None:
    assert ask(headers=BEARER, pause=5, limits=Limits(pause=0.05))[0] == 408


def test_the_page_s_files_are_small() -> None:
    assert sum(path.stat().st_size for path in STATIC.rglob("*")) < 2**20


def test_small_answers_are_sent_at_once() -> None:
    """On a socket that does not name its protocol asyncio leaves Nagle's algorithm on: 40 ms an answer."""
    with _bind(0) as listening:
        assert listening.proto == socket.IPPROTO_TCP
        assert listening.getsockname()[0] == "127.0.0.1"
