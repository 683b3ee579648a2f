"""Photos: bring, look at, correct, delete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeAlias

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from asymmetry.core.schemes import SIDES, get_scheme
from asymmetry.photos.photo import read_photo
from asymmetry.photos.sources import PhotoBytes
from asymmetry.report.pictures import encode_jpeg, shrink_pixels
from asymmetry.series.corrections import MIDDLE
from asymmetry.web.api.bodies import read_facts, read_object, read_points
from asymmetry.web.api.shapes import (
    changed_metrics,
    find_dates,
    list_corrected,
    rate_differences,
    show_correction,
    show_photo,
    show_summary,
)
from asymmetry.web.desk import Desk, desk_of
from asymmetry.web.person import turn_points
from asymmetry.web.problems import ProblemError
from asymmetry.web.store.entries import KeptPhoto
from asymmetry.web.store.tables import plain_name

__all__ = ["ROUTES"]

Places: TypeAlias = Mapping[tuple[str, str], tuple[float, float] | None]
"""Where points are to be, by name and side; None for a point as it was read."""
_FIELD = "photos"
_WIDEST = 8000


async def bring_photos(request: Request) -> Response:
    """Keep photos, which then wait to be read; a file that is no photo is refused by name."""
    desk, patient = desk_of(request), request.path_params["id"]
    await run_in_threadpool(desk.store.patient, patient)
    kept, refused = [], []
    async with request.form(max_files=desk.limits.files, max_fields=16) as form:
        files = [each for each in form.getlist(_FIELD) if isinstance(each, UploadFile)]
        if not files:
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"send files as multipart, field {_FIELD!r}"
            )
        for file in files:
            data, name = await file.read(desk.limits.file + 1), file.filename or "photo"
            given = PhotoBytes(name, data)
            reason = await run_in_threadpool(desk.limits.refuse, given, len(data))
            if reason:
                refused.append({"name": name, "reason": reason})
                continue
            photo = await run_in_threadpool(desk.store.add_photo, patient, plain_name(name), data)
            kept.append(photo)
            if photo.waits:  # it is read even if the next one can't be kept
                desk.work.add(photo.id)
                _tell(desk, photo)
    if not kept:
        told = "; ".join(f"{each['name']}: {each['reason']}" for each in refused)
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, told, refused=refused)
    shown = [{"id": each.id, "name": each.name, "status": each.status} for each in kept]
    answer = {"ids": [each.id for each in kept], "photos": shown, "refused": refused}
    return JSONResponse(answer, HTTPStatus.ACCEPTED)


def list_photos(request: Request) -> Response:
    """A patient's photos; their summaries are without points and numbers."""
    desk, number = desk_of(request), request.path_params["id"]
    photos = desk.store.photos(number)
    dates = find_dates(desk.store.patient(number), photos)
    if request.query_params.get("summary") == "true":
        return JSONResponse([show_summary(photo, dates) for photo in photos])
    return JSONResponse([show_photo(desk, photo, dates) for photo in photos])


def look_at_photo(request: Request) -> Response:
    """One photo, with points and numbers."""
    desk = desk_of(request)
    return _answer_photo(desk, desk.store.photo(request.path_params["id"]))


def _answer_photo(desk: Desk, photo: KeptPhoto) -> Response:
    dates = find_dates(desk.store.patient(photo.patient), desk.store.photos(photo.patient))
    return JSONResponse(show_photo(desk, photo, dates))


async def correct_facts(request: Request) -> Response:
    """Correct expression, date, mirroring, or leave it out."""
    facts, number = read_facts(await read_object(request)), request.path_params["id"]
    return await run_in_threadpool(_correct_facts, request, number, facts)


def _correct_facts(request: Request, number: str, facts: Mapping[str, Any]) -> Response:
    desk = desk_of(request)
    photo = desk.store.correct(number, facts, _who(request))
    _tell(desk, photo)
    return _answer_photo(desk, photo)


async def place_points(request: Request) -> Response:
    """Put points where a person sees them; the answer holds the metrics that changed."""
    points, number = read_points(await read_object(request)), request.path_params["id"]
    if request.query_params.get("preview") == "true":
        return await run_in_threadpool(_preview_points, desk_of(request), number, points)
    return await run_in_threadpool(_change_points, request, number, points)


async def reset_points(request: Request) -> Response:
    """Take corrections back: of the point that is named, else of all."""
    return await run_in_threadpool(_reset_points, request)


def _reset_points(request: Request) -> Response:
    desk, number = desk_of(request), request.path_params["id"]
    name, side = request.query_params.get("name"), request.query_params.get("side")
    photo = desk.store.photo(number)
    chosen: Places = {
        (each, where): None
        for each, where in list_corrected(photo)
        if name in (None, each) and side in (None, where)
    }
    return _change_points(request, number, chosen)


def _who(request: Request) -> str:
    """Who corrects: the page of this computer, or a program with the token."""
    return "program" if "authorization" in request.headers else "page"


def _change_points(request: Request, number: str, points: Places) -> Response:
    desk = desk_of(request)
    photo = desk.store.photo(number)
    facts = _read_places(desk, photo, points)
    _, before = desk.measure(photo)
    photo = desk.store.correct(number, facts, _who(request))
    _, after = desk.measure(photo)
    _tell(desk, photo)
    return JSONResponse({"metrics": changed_metrics(before, after)})


def _preview_points(desk: Desk, number: str, points: Places) -> Response:
    """The metrics that would change, and whether a bystander would notice; nothing is kept."""
    photo = desk.store.photo(number)
    corrected = {**photo.corrected, **_read_places(desk, photo, points)}
    _, before = desk.measure(photo)
    _, after = desk.measure(replace(photo, corrected=corrected), keep=False)
    changed = changed_metrics(before, after)
    return JSONResponse({"metrics": changed, "noticeable": rate_differences(after)})


def _read_places(desk: Desk, photo: KeptPhoto, points: Places) -> dict[str, Any]:
    """Corrections of points, checked, as the store keeps them."""
    landmarks = desk.store.landmarks(photo)
    if photo.waits or not landmarks.usable[0]:
        raise ProblemError(HTTPStatus.CONFLICT, "this photo has no points yet, or none were found")
    width, height = landmarks.size[0].tolist()
    facts: dict[str, Any] = {}
    for (name, side), place in points.items():
        _check_point(landmarks.scheme, name, side)
        if place is not None and not (0 <= place[0] <= width and 0 <= place[1] <= height):
            raise ProblemError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"{name} {side}: lies outside of the photo"
            )
        facts |= _as_stored(photo, name, side, place, width)
    return facts


def _check_point(scheme: str, name: str, side: str) -> None:
    """Refuse a point that is none."""
    layout = get_scheme(scheme)
    if (side in SIDES and name in layout.pairs) or (side == MIDDLE and name in layout.midline):
        return
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"{name} {side}: there is no such point; sides are right and left, or {MIDDLE} on the midline",
    )


def _as_stored(
    photo: KeptPhoto, name: str, side: str, place: tuple[float, float] | None, width: float
) -> dict[str, Any]:
    """A correction of a point in the photo as it was stored."""
    key, at = (name, side), place or (0.0, 0.0)
    if photo.mirrored:
        ((key, at),) = turn_points({key: at}, width).items()
    return {f"point {key[0]} {key[1]}": None if place is None else list(at)}


def _tell(desk: Desk, photo: KeptPhoto) -> None:
    desk.events.tell("photo", {"id": photo.id, "patient": photo.patient, "status": photo.status})


def delete_photo(request: Request) -> Response:
    """Delete one for good."""
    desk, number = desk_of(request), request.path_params["id"]
    photo = desk.store.photo(number)
    desk.store.delete_photo(number)
    desk.forget()
    _tell(desk, photo)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def show_history(request: Request) -> Response:
    """All corrections of a photo."""
    store, number = desk_of(request).store, request.path_params["id"]
    photo = store.photo(number)
    width = float(store.landmarks(photo).size[0, 0])
    return JSONResponse([show_correction(photo, each, width) for each in store.history(number)])


def show_image(request: Request) -> Response:
    """The upright photo as JPEG without metadata, turned round if it is mirrored."""
    desk = desk_of(request)
    photo = desk.store.photo(request.path_params["id"])
    width = _read_width(request.query_params.get("width"))
    if photo.waits or not desk.store.path(photo).exists():
        raise ProblemError(HTTPStatus.NOT_FOUND, "there is no picture of this photo")
    key = photo.id, photo.mirrored, width
    jpeg = desk.pictures.get(key, lambda: _draw(desk, photo, width), keep=width <= _THUMBNAIL)
    return Response(jpeg, media_type="image/jpeg")


_THUMBNAIL = 600


def _draw(desk: Desk, photo: KeptPhoto, width: int) -> bytes:
    read = read_photo(desk.store.path(photo), name=photo.name, least_side=width)
    pixels = shrink_pixels(read.pixels, width)
    if photo.mirrored:
        pixels = pixels[:, ::-1]
    return encode_jpeg(pixels)


def _read_width(text: str | None) -> int:
    if text is None:
        return _WIDEST
    if not text.isdecimal() or not 0 < int(text) <= _WIDEST:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, f"width: give px from 1 to {_WIDEST}")
    return int(text)


ROUTES = (
    Route("/api/patients/{id}/photos", bring_photos, methods=["POST"]),
    Route("/api/patients/{id}/photos", list_photos, methods=["GET"]),
    Route("/api/photos/{id}", look_at_photo, methods=["GET"]),
    Route("/api/photos/{id}", correct_facts, methods=["PATCH"]),
    Route("/api/photos/{id}", delete_photo, methods=["DELETE"]),
    Route("/api/photos/{id}/points", place_points, methods=["PUT"]),
    Route("/api/photos/{id}/points", reset_points, methods=["DELETE"]),
    Route("/api/photos/{id}/history", show_history, methods=["GET"]),
    Route("/api/photos/{id}/image", show_image, methods=["GET"]),
)
