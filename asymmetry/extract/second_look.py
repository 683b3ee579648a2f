"""A second look at a face that is turned or small in its photo: upright, in a patch of its own.

The landmark model finds upright faces that fill a fifth of the photo or more. It misses an upside-down face,
or misreads it with its brows on the mouth, and such a reading still fits a face well. It is recognized by
how sure the network is of the face when it is drawn frontally from that reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import head_angles
from asymmetry.extract.face.plane import draw_at, on_a_grid, places
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.halves.square import Square, mirrored_reading
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.finding import FIND_FACE, FIND_SIDE
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.protocol import Detector, SquareReader
from asymmetry.photos.halvings import Halvings

__all__ = [
    "SURE",
    "TILTED",
    "Patch",
    "choose_surest",
    "find_small_faces",
    "quarter_turns",
    "roll_of",
    "same_face",
    "sureness",
]

#: A network that is surer than this sees a face the right way up: 18 and more in 28 photos of tuning people,
#: up to 12.3 where they were read upside down, and less than 0 where there is no face.
SURE = 15.0
#: A face that is rolled by up to this, degrees, is read as it lies: tilted heads reach 20°.
TILTED = 20.0
# Readings whose rolls differ by less than this, degrees, have the face the same way round.
_ALIKE = 60.0
# Sides of the tiles that are searched for small faces, px, and their distance as a share of their side. The
# model finds a face that fills a fifth of a tile or more, and a face of up to two fifths lies whole in some
# tile. The smallest face in the smallest tile has outer canthi 50 px apart.
_TILES, _STRIDE = (1600, 800, 400), 0.6
# Beside a face that is as wide as this share of a tile, one of less than half its area may be missed there.
_ALL_SEEN = 0.32
# A photo has to be this many times as large as a tile: the whole photo was searched before.
_LARGER = 1.25
# Width and height of a patch, px, and the share of it that the face's larger extent fills. The model's
# detector finds that share most surely, and the face has more px than the 256 of its network.
_SIDE, _FACE = 640, 0.5


@dataclass(frozen=True)
class Patch:
    """A square piece of a photo in which a face is upright.

    Attributes
    ----------
    centre : ndarray, shape (2,)
        Place of its middle in the photo, px.
    axes : ndarray, shape (2, 2)
        Step in the photo of one px to the right in the patch, and of one px down; px.
    """

    centre: FloatArray = field(repr=False)
    axes: FloatArray = field(repr=False)

    @classmethod
    def around(cls, points: FloatArray, roll: float) -> Patch:
        """Patch around points (k, 2) of a face that is rolled by some degrees, anticlockwise as seen."""
        cos, sin = np.cos(np.radians(roll)), np.sin(np.radians(roll))
        turn = np.array([[cos, -sin], [sin, cos]])
        along = points @ turn.T
        low, high = along.min(axis=0), along.max(axis=0)
        extent = float((high - low).max())
        return cls((low + high) / 2 @ turn, turn * extent / (_SIDE * _FACE))

    @property
    def coarseness(self) -> float:
        """Pixels of the photo per pixel of the patch."""
        return float(np.hypot(*self.axes[0]))

    def draw(self, photo: Halvings) -> Pixels:
        """Draw its pixels, shape (side, side, 3)."""
        small = photo.down_to(min(1 / self.coarseness, 1.0))
        shrunk = np.array(small.shape[1::-1]) / photo.whole.shape[1::-1]
        offset = np.arange(0.5 - _SIDE / 2, _SIDE / 2)
        across, down = offset[:, None] * self.axes[0], offset[:, None, None] * self.axes[1]
        at = self.centre + across + down
        return draw_at(small, at * shrunk, cv2.INTER_LINEAR)

    def to_photo(self, reading: Reading) -> Reading:
        """Turn a reading of the patch into one of the photo."""
        xy = self.centre + (reading.points[:, :2] - _SIDE / 2) @ self.axes
        depth = reading.points[:, 2:] * self.coarseness
        return Reading(np.concatenate([xy, depth], axis=1), reading.blendshapes)


def read_both_ways(pixels: Pixels, landmarker: Detector) -> list[Reading]:
    """Read each face of a picture as it is and mirrored, so that neither direction is preferred."""
    plain = landmarker.detect(pixels)
    if not plain:
        return []
    flipped = landmarker.detect(np.asarray(cv2.flip(pixels, 1), dtype=np.uint8))
    twins = [mirrored_reading(reading, pixels.shape[1], landmarker.scheme) for reading in flipped]
    means = []
    for reading in plain:
        twin = next((each for each in twins if same_face(reading.points, each.points)), None)
        if twin is not None:
            means.append(mean_reading([reading, twin]))
    return means


def mean_reading(readings: Sequence[Reading]) -> Reading:
    """The mean of several readings of one face."""
    points = np.mean([each.points for each in readings], axis=0)
    weights = np.mean([each.blendshapes for each in readings], axis=0)
    return Reading(points, weights)


def read_upright_patch(
    photo: Halvings, reading: Reading, canonical: Canonical, landmarker: Detector
) -> Reading:
    """Read a face again in a patch in which it is upright; the old reading where it is not found there."""
    patch = Patch.around(reading.points[:, :2], roll_of(reading, canonical))
    found = read_both_ways(patch.draw(photo), landmarker)
    if not found:
        return reading
    return patch.to_photo(found[0])


def look_upright(
    photo: Halvings, reading: Reading, canonical: Canonical, landmarker: Detector
) -> Reading:
    """Read a face again the right way up; the old reading where it is not found there.

    In a photo that was turned by quarters it is read as in its upright self: in a patch the network cuts the
    same face out a little otherwise, which moves a brow by up to 0.3 mm. A small face, and one that is turned
    by another angle, is read in a patch.
    """
    roll = roll_of(reading, canonical)
    turns = -round(roll / 90)
    if abs(roll + 90 * turns) < TILTED and _is_large(photo, reading):
        for found in turned_readings(photo, turns % 4, landmarker):
            if same_face(found.points, reading.points):
                return found
    return read_upright_patch(photo, reading, canonical, landmarker)


def _is_large(photo: Halvings, reading: Reading) -> bool:
    """Whether a face is large enough to be read in the photo that is looked at first, see `find_faces`."""
    long = max(photo.whole.shape[:2])
    shrunk = max(photo.down_to(FIND_SIDE / long).shape[:2]) / long
    return bool(shrunk == 1 or shrunk * np.ptp(reading.points[:, :2], axis=0).min() >= FIND_FACE)


def quarter_turns(photo: Halvings, landmarker: Detector) -> list[Reading]:
    """Read the largest face in the photo turned by 90, 180 and 270°; the readings are of the photo."""
    return [
        reading for turns in (1, 2, 3) for reading in turned_readings(photo, turns, landmarker)[:1]
    ]


def turned_readings(photo: Halvings, turns: int, landmarker: Detector) -> list[Reading]:
    """Read the faces in the photo turned anticlockwise by quarters; the readings are of the photo."""
    height, width = photo.whole.shape[:2]
    small = photo.down_to(FIND_SIDE / max(height, width))
    low, narrow = small.shape[:2]
    back: tuple[Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]], ...] = (
        lambda x, y: (x, y),
        lambda x, y: (narrow - y, x),
        lambda x, y: (narrow - x, low - y),
        lambda x, y: (y, low - x),
    )
    found = []
    for reading in read_both_ways(np.ascontiguousarray(np.rot90(small, turns)), landmarker):
        x, y, z = reading.points.T
        points = np.stack([*back[turns](x, y), z], axis=1)
        turned = Reading(points, reading.blendshapes)
        found.append(turned.scaled(width / narrow, height / low))
    return found


def sureness(photo: Halvings, reading: Reading, canonical: Canonical, mesh: SquareReader) -> float:
    """Sureness of the network about a face that is drawn frontally from a reading."""
    square = Square.of(canonical, 1.0)
    pose = fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme)
    small = photo.down_to(min(square.scale / pose.scale, 1.0))
    height, width = photo.whole.shape[:2]
    view = pose.resize(small.shape[1] / width, small.shape[0] / height)

    def place(xy: FloatArray) -> FloatArray:
        return places(view, canonical, square.to_face(xy))

    at = on_a_grid(square.side, square.side, place)
    return mesh.read_square(draw_at(small, at, cv2.INTER_LINEAR))[1]


def find_small_faces(
    photo: Halvings, canonical: Canonical, landmarker: Detector, mesh: SquareReader
) -> list[Reading]:
    """Search tiles of a photo for faces that are too small in the whole of it; the largest first.

    Where they are small in their tiles too, smaller tiles are searched for others of nearly their size.
    """
    found: list[Reading] = []
    for side in _TILES:
        if max(photo.whole.shape[:2]) < _LARGER * side:
            continue
        last = bool(found)
        means = [mean_reading(same) for same in _read_tiles(photo.whole, side, landmarker)]
        new = [mean for mean in means if not any(_overlap(mean, known) for known in found)]
        faces = [read_upright_patch(photo, mean, canonical, landmarker) for mean in new]
        found += [face for face in faces if sureness(photo, face, canonical, mesh) > SURE]
        if last or any(np.ptp(face.points[:, 0]) >= _ALL_SEEN * side for face in found):
            break
    return sorted(found, key=lambda reading: reading.area, reverse=True)


def _overlap(one: Reading, other: Reading) -> bool:
    return same_face(one.points, other.points) or same_face(other.points, one.points)


def _read_tiles(photo: Pixels, side: int, landmarker: Detector) -> list[list[Reading]]:
    """Readings of the faces in tiles of one size; those of one face in a list."""
    height, width = photo.shape[:2]
    found: list[list[Reading]] = []
    for left, top in product(_starts(width, side), _starts(height, side)):
        for reading in read_both_ways(photo[top : top + side, left : left + side], landmarker):
            points = reading.points + np.array([left, top, 0.0])
            whole = Reading(points, reading.blendshapes)
            known = next((face for face in found if same_face(face[0].points, points)), None)
            if known is None:
                found.append([whole])
            else:
                known.append(whole)
    return found


def _starts(length: int, side: int) -> list[int]:
    """Starts of tiles along one side of a photo."""
    last = max(length - side, 0)
    steps = int(np.ceil(last / (_STRIDE * side)))
    return [round(start) for start in np.linspace(0, last, steps + 1)]


def same_face(one: FloatArray, other: FloatArray) -> bool:
    """Whether two readings overlap: their centres are closer than a quarter of the face's width."""
    apart = np.hypot(*(one[:, :2].mean(axis=0) - other[:, :2].mean(axis=0)))
    return bool(apart < np.ptp(one[:, 0]) / 4)


def roll_of(reading: Reading, canonical: Canonical) -> float:
    """In-plane turn of a face, degrees, positive anticlockwise as seen."""
    pose = fit_pose(reading.points, canonical.vertices, scheme=canonical.scheme)
    return float(head_angles(pose.rotation[None])[2][0])


def choose_surest(
    photo: Halvings,
    readings: Sequence[Reading],
    canonical: Canonical,
    landmarker: Detector,
    mesh: SquareReader,
) -> tuple[Reading, float] | None:
    """Choose the surest of several readings of a face and read it again upright; with its sureness.

    Readings that have the face the same way round are averaged first, so that a mirrored photo gives a
    mirrored reading.
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
    return look_upright(photo, mean_reading(alike), canonical, landmarker), sure[best]
