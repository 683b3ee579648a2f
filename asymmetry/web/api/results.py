"""Results: changes, courses over days, the report, the export, and the stream of news."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from asymmetry.core.records import make_plain
from asymmetry.core.schemes import SIDES
from asymmetry.core.text import Text, english_text, languages
from asymmetry.metrics import catalogue
from asymmetry.metrics.expression import EXPRESSIONS, UNKNOWN
from asymmetry.metrics.headline import HEADLINES
from asymmetry.people import Series
from asymmetry.report.page import AUDIENCES, Audience, own_script
from asymmetry.series.timeline import PHASES
from asymmetry.web.api.bodies import read_day
from asymmetry.web.desk import Desk, desk_of
from asymmetry.web.export import export_patients
from asymmetry.web.person import patient_series
from asymmetry.web.problems import ProblemError
from asymmetry.web.store.entries import Patient
from asymmetry.web.store.tables import plain_name
from asymmetry.web.transfer import import_files, import_zip

__all__ = ["ROUTES"]

_TYPES = {"html": "text/html; charset=utf-8", "pdf": "application/pdf"}
_TITLED = frozenset(each.name for each in HEADLINES)
_FALSE = ("0", "false", "no")


def list_changes(request: Request) -> Response:
    """Findings, changes and doubts of a patient's series, as data and in words."""
    series = _read_measured(request)
    if series is None:
        return JSONResponse({"findings": [], "changes": [], "review": [], "labels": {}, "days": {}})
    findings = [{**each.to_dict(), "words": str(each.note)} for each in series.findings]
    changes = [each.to_dict() for each in series.changes()]
    review = [
        {"photo": each.photo, "reason": each.reason, "used": each.used, "column": each.column}
        for each in series.review()
    ]
    ids = {
        photo.name: photo.id for photo in desk_of(request).store.photos(request.path_params["id"])
    }
    told: dict[str, Any] = {"findings": findings, "changes": changes, "review": review}
    told["labels"] = _by_photo(series, "expression", ids)
    told["days"] = _by_photo(series, "day", ids)
    return JSONResponse(told)


def _by_photo(series: Series, column: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """A column by the photos' numbers."""
    cells = zip(series.static["photo"].tolist(), series.static[column].tolist(), strict=True)
    return {ids[name]: make_plain(cell) for name, cell in cells if name in ids}


def show_course(request: Request) -> Response:
    """One metric of one side over days, with its 95 % band."""
    asked = request.query_params
    metric, side = asked.get("metric", ""), asked.get("side", "diff")
    if not metric or side not in (*SIDES, "diff"):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY, "give metric=, and side=right, left or diff"
        )
    series = _read_measured(request)
    if series is None:
        raise ProblemError(HTTPStatus.CONFLICT, "no photo of this patient has been measured yet")
    found = series.course(metric, expression=asked.get("expression"), side=side)
    shown = found.to_dict()
    kept = ("column", "expression", "day", "value", "count", "photos", "low", "high")
    return JSONResponse({name: shown[name] for name in kept})


def _read_measured(request: Request) -> Series | None:
    """A patient's series; None where no photo was read."""
    desk, number = desk_of(request), request.path_params["id"]
    if all(photo.waits for photo in desk.store.photos(number)):
        return None
    return desk.read_series(number)


def write_report(request: Request) -> Response:
    """The report, as a page or a PDF."""
    desk = desk_of(request)
    number = request.path_params["id"]
    kind = request.path_params["kind"]
    if kind not in _TYPES:
        raise ProblemError(HTTPStatus.NOT_FOUND, "a report is html or pdf")
    asked = request.query_params
    series = _read_measured(request)
    if series is None:
        raise ProblemError(HTTPStatus.CONFLICT, "no photo of this patient has been measured yet")
    if asked.getlist("day"):
        days = [read_day("day", each) for each in asked.getlist("day")]
        series = patient_series(desk.store, desk.store.patient(number), days)
        if not series.static.rows:
            raise ProblemError(HTTPStatus.CONFLICT, "no photo of these days has been measured")
    if asked.get("skin", "false") not in _FALSE:
        series = series.with_skin()
    with desk.store.temporary() as folder:
        written = series.report(
            Path(folder) / f"report.{kind}",
            photos=asked.get("photos") not in _FALSE,
            pseudonym=asked.get("pseudonym", ""),
            language=_read_language(asked.get("language", "en")),
            paper=asked.get("paper", "A4"),
            audience=_read_audience(asked.get("audience", "both")),
        )
        content = written.read_bytes()
    headers = {"content-security-policy": _report_policy()} if kind == "html" else {}
    return Response(content, media_type=_TYPES[kind], headers=headers)


def _read_language(text: str) -> str:
    """A language by its name; never the path of a file."""
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)*", text):
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "language: use one such as en")
    return text


def _read_audience(text: str) -> Audience:
    """The report's reader."""
    for each in AUDIENCES:
        if text == each:
            return each
    raise ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"audience: use one of {', '.join(AUDIENCES)}"
    )


@functools.cache
def _report_policy() -> str:
    """A report is one file: its own script and no other, in a place apart from the page's cookie."""
    return (
        "sandbox allow-scripts allow-modals; default-src 'none'; img-src data:; font-src data:; "
        f"style-src 'unsafe-inline'; script-src 'sha256-{own_script()['script_hash']}'; "
        "frame-ancestors 'self'"
    )


def export_zip(request: Request) -> Response:
    """All of a patient's photos, lists, tables and the report, in one file."""
    patient = desk_of(request).store.patient(request.path_params["id"])
    return _export(desk_of(request), [patient], plain_name(patient.name))


def export_all(request: Request) -> Response:
    """Photos, lists, tables and reports of all patients, each in a folder of its own."""
    patients = desk_of(request).store.patients()
    if not patients:
        raise ProblemError(HTTPStatus.CONFLICT, "there are no patients yet")
    return _export(desk_of(request), patients, "asymmetry")


def _export(desk: Desk, patients: Sequence[Patient], name: str) -> Response:
    folder = desk.store.temporary()
    try:
        path = export_patients(desk.store, patients, Path(folder.name) / "export.zip")
    except BaseException:
        folder.cleanup()
        raise
    return FileResponse(
        path,
        media_type="application/zip",
        filename=f"{name}.zip",
        background=BackgroundTask(folder.cleanup),
    )


async def import_patient(request: Request) -> Response:
    """Add patients out of a zip (multipart field ``archive``) or the files of a folder (``files``)."""
    desk = desk_of(request)
    async with request.form(max_files=desk.limits.files, max_fields=4) as form:
        packed = [each for each in form.getlist("archive") if isinstance(each, UploadFile)]
        loose = [each for each in form.getlist("files") if isinstance(each, UploadFile)]
        if len(packed) == 1:
            name = packed[0].filename or "import.zip"
            made = await run_in_threadpool(
                import_zip, desk.store, packed[0].file, name, desk.limits
            )
        elif loose:
            named = [(each.filename or "photo", each.file) for each in loose]
            made = await run_in_threadpool(import_files, desk.store, named, desk.limits)
        else:
            told = "send a zip as multipart field 'archive', or a folder's files as 'files'"
            raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, told)
    for each in made:
        for photo in each.photos:
            if photo.waits:
                desk.work.add(photo.id)
        desk.events.tell("patient", {"id": each.patient.id})
    shown = [each.patient.to_dict() for each in made]
    refused = [{"name": name, "reason": reason} for each in made for name, reason in each.refused]
    return JSONResponse({"patients": shown, "refused": refused}, HTTPStatus.CREATED)


def list_words(_: Request) -> Response:
    """Names, units and definitions of metrics, and names of expressions and sides, in words."""
    text = english_text()
    metrics = {
        name: {
            "title": _title(text, name),
            "unit": text.known("units", metric.unit),
            "sides": metric.sides,
            "definition": metric.definition,
            "columns": list(metric.columns),
            "visible_mm": metric.visible_mm,
        }
        for name, metric in catalogue().items()
    }
    expressions = {name: text.known("expressions", name) for name in (*EXPRESSIONS, UNKNOWN)}
    phases = [
        {
            "title": text.known("phases", each.name),
            **make_plain({"first": each.first, "last": each.last}),
        }
        for each in PHASES
    ]
    names = {tag: Text.load(tag)("language.name") for tag in languages()}
    told = {"metrics": metrics, "expressions": expressions, "phases": phases, "languages": names}
    return JSONResponse(told)


def _title(text: Text, name: str) -> str:
    if name in _TITLED:
        return text.known("titles", name)
    return name.replace("_", " ").replace("mrd", "MRD")


def tell_news(request: Request) -> Response:
    """The stream of news: which photos and patients changed."""
    desk = desk_of(request)

    def goes_on() -> bool:
        return desk.access.allows(request.headers, touch=False)

    return StreamingResponse(desk.events.listen(goes_on), media_type="text/event-stream")


ROUTES = (
    Route("/api/patients/{id}/changes", list_changes, methods=["GET"]),
    Route("/api/patients/{id}/course", show_course, methods=["GET"]),
    Route("/api/patients/{id}/report.{kind:str}", write_report, methods=["GET"]),
    Route("/api/patients/{id}/export.zip", export_zip, methods=["GET"]),
    Route("/api/export.zip", export_all, methods=["GET"]),
    Route("/api/import", import_patient, methods=["POST"]),
    Route("/api/words", list_words, methods=["GET"]),
    Route("/api/events", tell_news, methods=["GET"]),
)
