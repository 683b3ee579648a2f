"""Errors of the page's API, as problem details (RFC 9457)."""

from __future__ import annotations

import logging
import sqlite3
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from asymmetry.errors import AsymmetryError
from asymmetry.web.store.files import cannot_write
from asymmetry.web.store.store import MissingEntryError

__all__ = ["HANDLERS", "ProblemError", "answer_problem"]

_LOG = logging.getLogger(__name__)
#: The page reads the problem of a report in the frame that shows reports.
_POLICY = "default-src 'none'; frame-ancestors 'self'"


class ProblemError(Exception):
    """A request that can't be answered as it is.

    Parameters
    ----------
    status : HTTPStatus
        The status of the answer.
    detail : str
        The remedy, in words.
    **more
        Further members of the answer.
    """

    def __init__(self, status: HTTPStatus, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.detail, self.more = status, detail, more


def answer_problem(status: HTTPStatus, detail: str, **more: Any) -> Response:
    """The answer that tells of a problem."""
    told = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        **more,
    }
    headers = {"content-security-policy": _POLICY}
    return JSONResponse(told, int(status), headers, media_type="application/problem+json")


async def _answer_own(_: Request, error: Exception) -> Response:
    if isinstance(error, ProblemError):
        return answer_problem(error.status, error.detail, **error.more)
    if isinstance(error, MissingEntryError):
        return answer_problem(HTTPStatus.NOT_FOUND, str(error))
    return answer_problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))


async def _answer_disk(request: Request, error: Exception) -> Response:
    if not cannot_write(error):
        return await _answer_fault(request, error)
    _LOG.error("%s %s: %s", request.method, request.url.path, error)
    told = getattr(error, "strerror", None) or str(error)
    return answer_problem(
        HTTPStatus.INSUFFICIENT_STORAGE,
        f"the data can't be written: {told}. Make room and try again; what was kept before is safe",
    )


async def _answer_http(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return answer_problem(HTTPStatus(error.status_code), error.detail)


async def _answer_nobody(_: Request, __: Exception) -> Response:
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def _answer_fault(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer_problem(
        HTTPStatus.INTERNAL_SERVER_ERROR, "this is a fault of the program; the terminal says more"
    )


#: By the kind of error.
HANDLERS: dict[Any, Any] = {
    ProblemError: _answer_own,
    AsymmetryError: _answer_own,
    HTTPException: _answer_http,
    OSError: _answer_disk,
    sqlite3.OperationalError: _answer_disk,
    ClientDisconnect: _answer_nobody,
    Exception: _answer_fault,
}
