"""The camera's frames: advice on how to hold the head and the light, and whether the photo may be taken."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES, Side
from asymmetry.extract import Extractor
from asymmetry.extract.judge.quality import FAULTS
from asymmetry.metrics import measure
from asymmetry.photos.photo import read_photo
from asymmetry.photos.sources import PhotoBytes
from asymmetry.web.desk import desk_of
from asymmetry.web.problems import ProblemError

__all__ = ["ROUTES", "FrameLimits", "advise"]

# Light and sharpness are judged as in every photo.
_LIGHT = frozenset(fault.code for fault in FAULTS.values())


@dataclass(frozen=True)
class FrameLimits:
    """The limits of a frame that is good enough to be kept.

    Attributes
    ----------
    yaw, pitch, roll : float
        Turn of the head at most, degrees: half of those from which a measured photo is noted.
    small, large : float
        Distance of the outer canthi as a share of the picture's width, at least and at most: about 70 and
        20 cm from a camera that sees 65° across.
    off : float
        Distance of the face's middle from that of the picture, as a share of its width, at most.
    blink : float
        Weight of a closing eye at most, 0 to 1, where the eyes are to be open.
    cheek : float
        Half the side of the square of a cheek whose light is looked at, as a share of the distance of the
        outer canthi.
    """

    yaw: float = 6.0
    pitch: float = 9.0
    roll: float = 8.0
    small: float = 0.1
    large: float = 0.34
    off: float = 0.12
    blink: float = 0.5
    cheek: float = 0.12


def advise(frame: Landmarks, pixels: Pixels, *, closed_eyes: bool) -> list[Note]:
    """Advice on one frame, the most important first; none for a frame that may be kept.

    Parameters
    ----------
    frame : Landmarks
        n = 1, as the camera sees it, not mirrored.
    pixels : ndarray of uint8, shape (height, width, 3)
        The frame.
    closed_eyes : bool
        The expression closes the eyes.
    """
    limits = FrameLimits()
    if str(frame.status[0]) == "several_faces":
        return [Note("frame_several")]
    if not frame.usable[0]:
        return [Note("frame_no_face")]
    place, turn = _advise_place(frame, limits), _advise_turn(frame, limits)
    light = _advise_light(frame, pixels, limits)
    eyes = _advise_eyes(frame, limits, closed_eyes)
    return [*place, *turn, *light, *eyes]


def _advise_place(frame: Landmarks, limits: FrameLimits) -> Iterator[Note]:
    right = frame.point("outer_canthus", "right")[0, :2]
    left = frame.point("outer_canthus", "left")[0, :2]
    width, height = frame.size[0]
    share = float(np.hypot(*(left - right))) / width
    if share < limits.small:
        yield Note("frame_far")
    elif share > limits.large:
        yield Note("frame_near")
    middle = (right + left) / 2
    if abs(middle[0] / width - 0.5) > limits.off or not 0.25 < middle[1] / height < 0.65:
        yield Note("frame_off")


def _advise_turn(frame: Landmarks, limits: FrameLimits) -> Iterator[Note]:
    table = measure(frame, metrics=(), sd=False)
    yaw = float(table["yaw_deg"][0])
    pitch = float(table["pitch_deg"][0])
    roll = float(table["roll_deg"][0])
    if abs(yaw) > limits.yaw:
        yield Note("frame_turn", side="right" if yaw > 0 else "left")
    if pitch > limits.pitch:
        yield Note("frame_chin_up")
    elif pitch < -limits.pitch:
        yield Note("frame_chin_down")
    if abs(roll) > limits.roll:
        yield Note("frame_tilt")


def _advise_light(frame: Landmarks, pixels: Pixels, limits: FrameLimits) -> Iterator[Note]:
    """Faults of light and sharpness; of light from one side the remedy: more of it on the other."""
    for note in frame.notes[0]:
        if note.code == "side_light":
            yield Note(
                "frame_light", side=min(SIDES, key=lambda side: _light(frame, pixels, side, limits))
            )
        elif note.code in _LIGHT:
            yield note


def _light(frame: Landmarks, pixels: Pixels, side: Side, limits: FrameLimits) -> float:
    """Mean grey value of a cheek, midway between the eye's outer and the mouth's corner."""
    canthi = [frame.point("outer_canthus", each)[0, :2] for each in SIDES]
    half = limits.cheek * float(np.hypot(*(canthi[1] - canthi[0])))
    corner = frame.point("commissure", side)[0, :2]
    x, y = (canthi[SIDES.index(side)] + corner) / 2
    rows = slice(max(round(float(y - half)), 0), max(round(float(y + half)), 1))
    columns = slice(max(round(float(x - half)), 0), max(round(float(x + half)), 1))
    seen = pixels[rows, columns]
    return float(seen.mean()) if seen.size else np.inf


def _advise_eyes(frame: Landmarks, limits: FrameLimits, closed_eyes: bool) -> Iterator[Note]:
    names = frame.layout.expressions
    blinks = [
        float(frame.blendshapes[0, names.index(f"eyeBlink{side}")]) for side in ("Right", "Left")
    ]
    if not closed_eyes and min(blinks) > limits.blink:
        yield Note("frame_closed_eyes")


async def look_at_frame(request: Request) -> Response:
    """Advice on one frame, a JPEG; nothing of it is kept."""
    data = await request.body()
    if not data:
        raise ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "send one frame as JPEG")
    closed = request.query_params.get("expression") == "eye_closure"
    told = await run_in_threadpool(_look, data, closed)
    if told["face"]:  # somebody is there: the time until the page is locked starts again
        desk_of(request).access.allows(request.headers)
    return JSONResponse(told)


def _look(data: bytes, closed_eyes: bool) -> dict[str, object]:
    with _LOOKING:
        photo = read_photo(PhotoBytes("frame", data))
        frame = _extractor().extract([photo.pixels])
    found = advise(frame, photo.pixels, closed_eyes=closed_eyes)
    told = [{"code": note.code, "words": str(note)} for note in found]
    return {"ready": not found, "advice": told, "face": bool(frame.usable[0])}


# One frame at a time: the next one that waits is already an old one.
_LOOKING = threading.Lock()


@functools.cache
def _extractor() -> Extractor:
    return Extractor(method="fast", threads=1)


ROUTES = (Route("/api/frame", look_at_frame, methods=["POST"]),)
