"""Patients: list, add, change, delete, and the notes about their days."""

from __future__ import annotations

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from asymmetry.web.api.bodies import read_day, read_object, read_patient, read_text
from asymmetry.web.desk import desk_of

__all__ = ["ROUTES"]


def list_patients(request: Request) -> Response:
    """All patients."""
    return JSONResponse([patient.to_dict() for patient in desk_of(request).store.patients()])


async def add_patient(request: Request) -> Response:
    """Add one."""
    facts, desk = read_patient(await read_object(request), new=True), desk_of(request)
    made = await run_in_threadpool(desk.store.add_patient, **facts)
    desk.events.tell("patient", {"id": made.id})
    return JSONResponse(made.to_dict(), HTTPStatus.CREATED)


def show_patient(request: Request) -> Response:
    """One patient."""
    return JSONResponse(desk_of(request).store.patient(request.path_params["id"]).to_dict())


async def change_patient(request: Request) -> Response:
    """Change some facts."""
    facts, desk = read_patient(await read_object(request), new=False), desk_of(request)
    made = await run_in_threadpool(desk.store.change_patient, request.path_params["id"], **facts)
    desk.events.tell("patient", {"id": made.id})
    return JSONResponse(made.to_dict())


def delete_patient(request: Request) -> Response:
    """Delete one for good."""
    desk, number = desk_of(request), request.path_params["id"]
    desk.store.delete_patient(number)
    desk.forget()
    desk.events.tell("patient", {"id": number})
    return Response(status_code=HTTPStatus.NO_CONTENT)


def list_notes(request: Request) -> Response:
    """The notes about a patient's days."""
    notes = desk_of(request).store.notes(request.path_params["id"])
    return JSONResponse([note.to_dict() for note in notes])


async def add_note(request: Request) -> Response:
    """Write one."""
    body, desk = await read_object(request), desk_of(request)
    day, text = read_day("date", body.get("date")), read_text("text", body.get("text"))
    patient = request.path_params["id"]
    made = await run_in_threadpool(desk.store.add_note, patient, day, text)
    desk.events.tell("patient", {"id": patient})
    return JSONResponse(made.to_dict(), HTTPStatus.CREATED)


def delete_note(request: Request) -> Response:
    """Delete one."""
    desk, patient = desk_of(request), request.path_params["id"]
    desk.store.delete_note(patient, request.path_params["note"])
    desk.events.tell("patient", {"id": patient})
    return Response(status_code=HTTPStatus.NO_CONTENT)


ROUTES = (
    Route("/api/patients", list_patients, methods=["GET"]),
    Route("/api/patients", add_patient, methods=["POST"]),
    Route("/api/patients/{id}", show_patient, methods=["GET"]),
    Route("/api/patients/{id}", change_patient, methods=["PATCH"]),
    Route("/api/patients/{id}", delete_patient, methods=["DELETE"]),
    Route("/api/patients/{id}/notes", list_notes, methods=["GET"]),
    Route("/api/patients/{id}/notes", add_note, methods=["POST"]),
    Route("/api/patients/{id}/notes/{note:int}", delete_note, methods=["DELETE"]),
)
