"""A web service that scores photos, in thirty lines: one model for all requests, and nothing is kept.

Run it, and send it a photo::

    uvicorn --app-dir examples app:app
    curl --data-binary @portrait.jpg http://127.0.0.1:8000/score
"""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

import asymmetry

EXTRACTOR = asymmetry.Extractor(threads=1)
MOST_BYTES = 20_000_000


async def score(request: Request) -> JSONResponse:
    """The numbers of one photo, or why there are none."""
    photo = bytearray()
    async for part in request.stream():
        photo += part
        if len(photo) > MOST_BYTES:
            return JSONResponse({"error": f"more than {MOST_BYTES} bytes"}, status_code=413)
    try:
        made = await run_in_threadpool(asymmetry.score, bytes(photo), extractor=EXTRACTOR)
    except asymmetry.PhotoError as error:
        return JSONResponse({"error": str(error)}, status_code=422)
    return JSONResponse(made.to_dict())


app = Starlette(routes=[Route("/score", score, methods=["POST"])])
