"""The page and its API as one ASGI application, behind its guard."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from asymmetry.web.api import capture, patients, photos, results
from asymmetry.web.desk import Desk
from asymmetry.web.guard import Guard
from asymmetry.web.problems import HANDLERS

__all__ = ["STATIC", "make_app"]

#: The page's files.
STATIC = Path(str(resources.files("asymmetry.web"))) / "static"


def make_app(desk: Desk, port: int) -> Guard:
    """The application for a server on a port of this computer.

    Parameters
    ----------
    desk : Desk
        All that the answers need.
    port : int
        The server's.
    """
    routes = [
        Route("/", _show_page, methods=["GET"]),
        Route("/api/openapi.json", _describe_api, methods=["GET"]),
        *patients.ROUTES,
        *photos.ROUTES,
        *results.ROUTES,
        *capture.ROUTES,
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    app = Starlette(routes=routes, exception_handlers=HANDLERS)
    app.state.desk = desk
    return Guard(app, desk.access, port, desk.limits)


def _show_page(_: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html")


def _describe_api(_: Request) -> Response:
    return FileResponse(STATIC.parent / "openapi.json", media_type="application/json")
