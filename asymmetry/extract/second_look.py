"""A second look at a face that is turned or small in its photo: upright, in a patch of its own.

The landmark model looks for upright faces that fill a fifth of the photo and more. An upside-down one it
misreads, with its brows on the mouth, or does not find; and what it finds there fits a face well. What tells
is how sure the network is of a face that is drawn frontally where it was found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import head_angles
from asymmetry.extract.face.plane import drawn, on_a_grid, places
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.halves.square import Square, mirrored_reading
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.finding import FIND_SIDE
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.protocol import Detector, SquareReader
from asymmetry.photos.halvings import Halvings

__all__ = ["SURE", "Patch", "quarter_turns", "roll_of", "same_face", "small_faces", "sureness", "surest"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

#: A network that is surer than this sees a face the right way up: 18 and more in 28 photos of tuning people,
#: up to 12.3 where they were read upside down, and the less than nothing in what is no face.
SURE = 15.0
# Readings that are rolled by less than this from each other, degrees, have a face the same way round.
_ALIKE = 60.0
# Sides of the tiles in which small faces are looked for, px, and how far apart they lie: in a tile, the
# model finds a face that fills a fifth of it and more, and one of up to two fifths lies whole in some tile.
# The smallest leave a face with outer canthi 50 px apart.
_TILES, _STRIDE = (1600, 800, 400), 0.6
# A photo that is hardly larger than a tile was one.
_LARGER = 1.25
# Width and height of a patch, px, and the share of it that the face's larger extent fills: what the model's
# detector finds most surely, and more than its 256 px have.
_SIDE, _FACE = 640, 0.5


@dataclass(frozen=True)
class Patch:
    """A square piece of a photo in which a face is upright.

    Attributes
    ----------
    centre : ndarray, shape (2,)
        Where its middle lies in the photo, px.
    axes : ndarray, shape (2, 2)
        What a px to its right, and one down, is in the photo, px.
    """

    centre: FloatArray = field(repr=False)
    axes: FloatArray = field(repr=False)

    @classmethod
    def around(cls, points: FloatArray, roll: float) -> Patch:
        """Around points (k, 2) of a face that is rolled by so many degrees, anticlockwise as seen."""
        cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
        turn = np.array([[cos, -sin], [sin, cos]])
        along = points @ turn.T
        low, high = along.min(axis=0), along.max(axis=0)
        return cls((low + high) / 2 @ turn, turn * float((high - low).max()) / (_SIDE * _FACE))

    @property
    def coarseness(self) -> float:
        """Pixels of the photo per px."""
        return float(np.hypot(*self.axes[0]))

    def drawn(self, photo: Halvings) -> Pixels:
        """Its pixels, shape (side, side, 3)."""
        small = photo.down_to(min(1 / self.coarseness, 1.0))
        shrunk = np.array(small.shape[1::-1]) / photo.whole.shape[1::-1]
        offset = np.arange(0.5 - _SIDE / 2, _SIDE / 2)
        at = self.centre + offset[:, None] * self.axes[0] + offset[:, None, None] * self.axes[1]
        return drawn(small, at * shrunk, cv2.INTER_LINEAR)

    def to_photo(self, reading: Reading) -> Reading:
        """A reading of the patch as one of the photo."""
        xy = self.centre + (reading.points[:, :2] - _SIDE / 2) @ self.axes
        depth = reading.points[:, 2:] * self.coarseness
        return Reading(np.concatenate([xy, depth], axis=1), reading.blendshapes)


def both_ways(pixels: Pixels, landmarker: Detector) -> list[Reading]:
    """Faces in a picture, each read as it is and mirrored, so that neither direction is preferred."""
    plain = landmarker.detect(pixels)
    if not plain:
        return []
    flipped = landmarker.detect(np.asarray(cv2.flip(pixels, 1), dtype=np.uint8))
    twins = [mirrored_reading(reading, pixels.shape[1], landmarker.scheme) for reading in flipped]
    pairs = [(one, next((t for t in twins if same_face(one.points, t.points)), None)) for one in plain]
    return [mean_reading([one, twin]) for one, twin in pairs if twin is not None]


def mean_reading(readings: Sequence[Reading]) -> Reading:
    """The mean of several readings of one face."""
    points, weights = ([getattr(each, name) for each in readings] for name in ("points", "blendshapes"))
    return Reading(np.mean(points, axis=0), np.mean(weights, axis=0))


def closer_look(photo: Halvings, reading: Reading, canonical: Canonical, landmarker: Detector) -> Reading:
    """A face read again in a patch in which it is upright; as it was where it is not found there."""
    patch = Patch.around(reading.points[:, :2], roll_of(reading, canonical))
    found = both_ways(patch.drawn(photo), landmarker)
    return patch.to_photo(found[0]) if found else reading


def quarter_turns(photo: Halvings, landmarker: Detector) -> list[Reading]:
    """The largest face, if any, in the photo turned by 90, 180 and 270°, as readings of the photo."""
    height, width = photo.whole.shape[:2]
    small = photo.down_to(FIND_SIDE / max(height, width))
    low, narrow = small.shape[:2]
    back: tuple[Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]], ...] = (
        lambda x, y: (narrow - y, x),
        lambda x, y: (narrow - x, low - y),
        lambda x, y: (y, low - x),
    )
    found = []
    for turns, place in enumerate(back, start=1):
        for reading in both_ways(np.rot90(small, turns), landmarker)[:1]:
            x, y, z = reading.points.T
            points = np.stack([*place(x, y), z], axis=1)
            found.append(Reading(points, reading.blendshapes).scaled(width / narrow, height / low))
    return found


def sureness(photo: Halvings, reading: Reading, canonical: Canonical, mesh: SquareReader) -> float:
    """How sure the network is of a face, drawn frontally where a reading has it."""
    square = Square.of(canonical, 1.0)
    pose = fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme)
    small = photo.down_to(min(square.scale / pose.scale, 1.0))
    view = pose.resized(small.shape[1] / photo.whole.shape[1], small.shape[0] / photo.whole.shape[0])
    at = on_a_grid(square.side, square.side, lambda xy: places(view, canonical, square.to_face(xy)))
    return mesh.read_square(drawn(small, at, cv2.INTER_LINEAR))[1]


def small_faces(
    photo: Halvings, canonical: Canonical, landmarker: Detector, mesh: SquareReader
) -> list[Reading]:
    """Faces that are too small for the photo, looked for in tiles of it, the largest first."""
    height, width = photo.whole.shape[:2]
    for side in _TILES:
        if max(height, width) < _LARGER * side:
            continue
        found: list[list[Reading]] = []
        for left, top in product(_starts(width, side), _starts(height, side)):
            for reading in both_ways(photo.whole[top : top + side, left : left + side], landmarker):
                whole = Reading(reading.points + np.array([left, top, 0.0]), reading.blendshapes)
                known = next((face for face in found if same_face(face[0].points, whole.points)), None)
                if known is None:
                    found.append([whole])
                else:
                    known.append(whole)
        faces = [closer_look(photo, mean_reading(face), canonical, landmarker) for face in found]
        sure = [face for face in faces if sureness(photo, face, canonical, mesh) > SURE]
        if sure:
            return sorted(sure, key=lambda reading: reading.area, reverse=True)
    return []


def _starts(length: int, side: int) -> list[int]:
    """Where tiles begin along one side of a photo."""
    last = max(length - side, 0)
    return [round(start) for start in np.linspace(0, last, int(np.ceil(last / (_STRIDE * side))) + 1)]


def same_face(one: FloatArray, other: FloatArray) -> bool:
    """Whether two readings overlap: their centres are closer than a quarter of the face's width."""
    apart = np.hypot(*(one[:, :2].mean(axis=0) - other[:, :2].mean(axis=0)))
    return bool(apart < np.ptp(one[:, 0]) / 4)


def roll_of(reading: Reading, canonical: Canonical) -> float:
    """In-plane turn of a face, degrees, positive anticlockwise as seen."""
    return float(
        head_angles(fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme).rotation[None])[2][
            0
        ]
    )


def surest(
    photo: Halvings,
    readings: Sequence[Reading],
    canonical: Canonical,
    landmarker: Detector,
    mesh: SquareReader,
) -> tuple[Reading, float] | None:
    """Of several readings of a face the surest, looked at again upright, and how sure it is.

    What reads the face the same way round is averaged before, so that a mirrored photo gives a mirrored
    reading.
    """
    if not readings:
        return None
    sure = [sureness(photo, reading, canonical, mesh) for reading in readings]
    rolls = [roll_of(reading, canonical) for reading in readings]
    best = int(np.argmax(sure))
    alike = [
        reading
        for reading, roll in zip(readings, rolls, strict=True)
        if abs((roll - rolls[best] + 180) % 360 - 180) < _ALIKE
        and same_face(reading.points, readings[best].points)
    ]
    return closer_look(photo, mean_reading(alike), canonical, landmarker), sure[best]
