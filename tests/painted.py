"""Readings of the canonical face laid anywhere, photos of it as two discs, and a model that sees those.

The discs are at the root of the nose and at the chin: the face is where they are, in whatever piece of a
photo they are seen. As a network does, the model misses a face that lies on its side or upside down.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, cast

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.hemiface import EdgeNetworks
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.networks import Networks
from asymmetry.extract.settings import Settings
from asymmetry.extract.tools import Method, Tools

NOSE, CHIN = (MEDIAPIPE_478.midline[name] for name in ("nasion", "menton"))
COLOURS = {NOSE: (255, 0, 0), CHIN: (0, 0, 255)}
GROUND = 128
# How far a colour may be from a disc's own, and the disc's radius, cm.
NEAR, RADIUS = 60, 0.6
# From so many degrees of roll on the model sees no face, and from so many on none that is upright.
LYING, ASKEW = 80.0, 10.0
#: A sheet to draw a face on, rows and columns, and how the face lies on it.
SHEET, POSE = (1600, 1200), Pose(np.eye(3), np.array([600.0, 800.0]), 60.0, 0.0)


@cache
def canonical() -> Canonical:
    return load_canonical()


def plane_of(canonical: Canonical) -> FloatArray:
    """Canonical x, y of all points, cm; 0 for irises."""
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    return plane


def symmetric_plane() -> FloatArray:
    """The canonical face with irises: exactly symmetric."""
    plane = plane_of(canonical())
    for side, x in zip(SIDES, (-3.15, 3.15), strict=True):
        plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])] = x, 2.7
    return plane


@cache
def frontal() -> FloatArray:
    """The face from the front, shape (478, 3), one px per cm, its origin at 0, 0; irises between canthi."""
    vertices = canonical().vertices
    points = np.zeros((MEDIAPIPE_478.size, 3))
    points[: len(vertices)] = Pose(np.eye(3), np.zeros(2), 1.0, 0.0).project(vertices)
    for side in SIDES:
        canthi = points[MEDIAPIPE_478.of(side, ("outer_canthus", "inner_canthus"))]
        points[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])] = canthi.mean(axis=0)
    return points


def reading(
    at: tuple[float, float] = (200.0, 200.0), px_per_cm: float = 12.0, roll: float = 0.0
) -> Reading:
    """A reading of the face with its origin at a place, px, rolled anticlockwise as seen, degrees."""
    cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
    points = frontal() * px_per_cm
    points[:, :2] = points[:, :2] @ np.array([[cos, -sin], [sin, cos]]) + at
    return Reading(points, np.zeros(len(MEDIAPIPE_478.expressions)))


def moved(one: Reading, across: float, down: float) -> Reading:
    return Reading(one.points + np.array([across, down, 0.0]), one.blendshapes)


def painted(one: Reading, height: int, width: int) -> Pixels:
    """A photo of the face that is read so."""
    pixels = np.full((height, width, 3), GROUND, np.uint8)
    radius = RADIUS * float(np.ptp(one.points[[NOSE, CHIN], :2], axis=0).max())
    radius /= float(np.ptp(frontal()[[NOSE, CHIN], :2], axis=0).max())
    for number, colour in COLOURS.items():
        x, y = np.rint((one.points[number, :2] - 0.5) * 16).astype(int).tolist()
        cv2.circle(pixels, (x, y), round(radius * 16), colour, -1, cv2.LINE_AA, shift=4)
    return pixels


class PaintedModel:
    """Sees painted faces; ``sure`` of one that is upright, ``else_sure`` of anything else.

    It keeps the shapes of the pictures that it was shown, and the squares.
    """

    scheme = MEDIAPIPE_478
    provenance: Mapping[str, Any] = {}

    def __init__(self, sure: float = 20.0, else_sure: float = -1.0) -> None:
        self.canonical = canonical()
        self.sure, self.else_sure = sure, else_sure
        self.looks: list[tuple[int, ...]] = []
        self.squares: list[Pixels] = []

    def detect(self, pixels: Pixels) -> list[Reading]:
        self.looks.append(pixels.shape[:2])
        place = find(pixels)
        return [] if place is None or abs(place[2]) > LYING else [reading(*place)]

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        self.squares.append(picture)
        place = find(picture)
        if place is None or abs(place[2]) > ASKEW:
            return frontal(), self.else_sure
        return reading(*place).points, self.sure

    def weigh_expressions(self, points: FloatArray) -> FloatArray:
        del points
        return np.zeros(len(MEDIAPIPE_478.expressions))

    def close(self) -> None:
        pass


def find(pixels: Pixels) -> tuple[tuple[float, float], float, float] | None:
    """Place, px per cm and roll of a painted face."""
    seen = []
    for colour in COLOURS.values():
        away = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=-1)
        y, x = np.nonzero(away < NEAR)
        if len(x) < 4:
            return None
        seen.append(complex(x.mean() + 0.5, y.mean() + 0.5))
    own = [complex(*frontal()[number, :2]) for number in COLOURS]
    turn = (seen[1] - seen[0]) / (own[1] - own[0])
    at = seen[0] - turn * own[0]
    return (at.real, at.imag), abs(turn), -float(np.degrees(np.angle(turn)))


def tools(model: PaintedModel, method: Method = "plain") -> Tools:
    """Tools to read with, without the networks that look at the edges."""
    return Tools(Networks(model, cast(EdgeNetworks, None)), method, Settings())
