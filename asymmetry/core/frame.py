"""The face's own frame: head pose removed, level, in millimetres, seen from either side.

The frame's x runs to the patient's left from the midline, and y up from the pupil line. All of it is
elementwise over photos, so a batch of n gives the same bits as n single photos.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.geometry import mirror_squares, total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme, Side, get_scheme
from asymmetry.errors import InvalidInputError

__all__ = ["IRIS_MM", "Face", "Half", "Scale", "face_frame", "head_angles"]

FloatArray = npt.NDArray[np.float64]

#: Horizontal visible iris diameter, mm: mean of adults, population SD 0.42 (Ruefer et al. 2005).
IRIS_MM = 11.71
#: What stands in for irises that were not seen, as when both eyes are closed: the distance between the outer
#: canthi, mm, and the height of the pupil line over the canthi's mean, as a share of that distance. Means of
#: 16 people of several origins (Face Research Lab London Set), read by this library and scaled by the iris.
#: SD 2.1 mm (2.5 %) and 0.4 mm.
OUTER_CANTHI_MM, PUPILS_OVER_CANTHI = 85.3, 0.026
#: Camera distance assumed when perspective is removed, in outer-canthal distances: about 1 m over 89 mm.
CAMERA_DISTANCE = 11.2
#: The pairs that set the level, and their weights. Pupils are the field's own level and what brows, corners
#: of the mouth and lids drag along least; the outer canthi have a wider base, and stand alone where a pupil
#: was not seen. By canthi and pupils alike 3 % of a brow raised in renders is lost, by the pupils alone
#: nothing, but then the differences agree less with points placed by hand.
LEVEL_PAIRS: Mapping[str, float] = MappingProxyType({"outer_canthus": 1.0, "iris_centre": 2.0})
#: Regions of the comparison with the mirror image; the scheme's groups of these names.
REGIONS = ("upper", "middle", "lower")
# What sets the midline: midpoints of these pairs, and these midline points.
_MIDLINE_PAIRS = ("outer_canthus", "inner_canthus")
_MIDLINE_POINTS = ("nasion", "nose_bridge_1", "glabella")


@dataclass(frozen=True)
class Scale:
    """Where millimetres come from.

    Parameters
    ----------
    source : {"iris", "interpupillary", "ruler"}
        What is known: the horizontal iris diameter, the distance between the pupils, or the pixels of a
        millimetre. One iris will do; where neither was seen, the outer canthi stand in with their usual
        distance.
    mm : float or array_like of shape (n,)
        The known length in mm; for ``"ruler"`` the pixels per mm.

    Examples
    --------
    >>> Scale().source
    'iris'
    >>> Scale("interpupillary", 63.0).mm
    63.0
    """

    source: Literal["iris", "interpupillary", "ruler"] = "iris"
    mm: Any = IRIS_MM

    def __post_init__(self) -> None:
        if self.source not in ("iris", "interpupillary", "ruler"):
            raise InvalidInputError(f"scale source {self.source!r}: use 'iris', 'interpupillary' or 'ruler'")
        if not np.all(np.asarray(self.mm, dtype=float) > 0):
            raise InvalidInputError(f"scale: {self.mm} is not a positive length")

    def mm_per_px(self, face: Face) -> FloatArray:
        """Millimetres per unit of a face that is still in px, shape (n,)."""
        known = np.asarray(self.mm, dtype=np.float64)
        if self.source == "ruler":
            return np.broadcast_to(1.0 / known, face.size).copy()
        if self.source == "interpupillary":
            return known / _distance(face.pair("iris_centre"))
        irises = _either(
            *(_distance((face.point("iris_lateral", s), face.point("iris_medial", s))) for s in SIDES)
        )
        canthi = _distance(face.pair("outer_canthus"))
        return np.where(np.isnan(irises), OUTER_CANTHI_MM / canthi, known / irises)


@dataclass(frozen=True, eq=False)
class Half:
    """One side of n faces, seen so that both sides read alike: ``out`` leads off the midline, ``up`` is up.

    A metric written on a `Half` obeys the mirror law by construction. Its rows may be the right sides of n
    photos, the left ones, or both one after the other: a metric can't tell.

    Attributes
    ----------
    outward, upward : ndarray, shape (pairs, n)
        Coordinates of the paired points, mm.
    middle : ndarray, shape (midline points, n)
        Heights of the points of the midline, mm.
    layout : Scheme
        Names of the rows.
    """

    outward: FloatArray = field(repr=False)
    upward: FloatArray = field(repr=False)
    middle: FloatArray = field(repr=False)
    layout: Scheme

    def out(self, name: str) -> FloatArray:
        """Distance of a paired point from the midline, positive towards this side, mm, shape (n,)."""
        row: FloatArray = self.outward[_places(self.layout.name)[name]]
        return row

    def up(self, name: str) -> FloatArray:
        """Height of a paired point over the pupil line, mm, shape (n,)."""
        row: FloatArray = self.upward[_places(self.layout.name)[name]]
        return row

    def midline_up(self, name: str) -> FloatArray:
        """Height of a point of the midline over the pupil line, mm, shape (n,)."""
        row: FloatArray = self.middle[_places(self.layout.name)[name]]
        return row


@dataclass(frozen=True, eq=False)
class Face:
    """n faces in their own frame.

    Attributes
    ----------
    points : ndarray, shape (2, k, n)
        x and y of the named points: the scheme's pairs, each right then left, and then its midline.
    layout : Scheme
        Names of the points.
    roll : ndarray, shape (n,)
        In-plane rotation that was removed, degrees, positive anticlockwise as seen in the photo.
    mm_per_px : ndarray, shape (n,)
        The scale that was used.
    """

    points: FloatArray = field(repr=False)
    layout: Scheme
    roll: FloatArray = field(repr=False)
    mm_per_px: FloatArray = field(repr=False)

    @property
    def size(self) -> int:
        """Number of faces, n."""
        return int(self.points.shape[-1])

    @property
    def pairs(self) -> FloatArray:
        """The paired points, shape (2, pairs, 2, n), right before left; a view."""
        k = len(self.layout.pairs)
        return self.points[:, : 2 * k].reshape(len(self.points), k, 2, self.size)

    @property
    def midline(self) -> FloatArray:
        """The points of the midline, shape (2, midline points, n); a view."""
        return self.points[:, 2 * len(self.layout.pairs) :]

    def point(self, name: str, side: Side | None = None) -> FloatArray:
        """Coordinates x and y of one point, shape (2, n); no side on the midline."""
        place = _places(self.layout.name)[name]
        if side is None:
            return self.midline[:, place]
        return self.pairs[:, place, SIDES.index(side)]

    def pair(self, name: str) -> tuple[FloatArray, FloatArray]:
        """The right and the left point of that name."""
        return self.point(name, "right"), self.point(name, "left")

    def half(self, side: Side) -> Half:
        """One side of the faces."""
        x, y = self.pairs[:, :, SIDES.index(side)]
        return Half(-x if side == "right" else x, y, self.midline[1], self.layout)

    def halves(self) -> Half:
        """All right sides and then all left sides, 2n rows, so that a metric measures both at once."""
        x, y = self.pairs
        both = (len(x), 2 * self.size)
        outward = (x * [[-1.0], [1.0]]).reshape(both)
        return Half(outward, y.reshape(both), np.tile(self.midline[1], 2), self.layout)

    @functools.cached_property
    def mirror_squares(self) -> Mapping[str, tuple[FloatArray, int]]:
        """Sum of the squared distances to the mirror image, mm2, and number of points, by region.

        The mirror image is laid over all regions at once, see `asymmetry.core.geometry.mirror_squares`.
        """
        groups, place = self.layout.groups, _places(self.layout.name)
        names = [(groups[region], groups[f"{region}_midline"]) for region in REGIONS]
        pairs = [place[name] for paired, _ in names for name in paired]
        middle = [place[name] for _, single in names for name in single]
        sizes = [(len(paired), len(single)) for paired, single in names]
        sums = mirror_squares(self.pairs[:, pairs], self.midline[:, middle], sizes)
        counts = [2 * paired + single for paired, single in sizes]
        return dict(zip(REGIONS, zip(sums, counts, strict=True), strict=True))


def face_frame(landmarks: Landmarks, *, scale: Scale | None = None) -> Face:
    """Bring every photo's named points into the face's own frame, in millimetres.

    Steps: perspective removed for a camera at about 1 m; yaw and pitch removed with ``landmarks.pose``; roll
    removed so that outer canthi and pupils are level (the mesh drags temples, forehead and nose along when a
    brow or a mouth corner moves; in warps and renders the eyes stay true); x = 0 put where the canthi's
    midpoints, nasion, nasal bridge and glabella lie (never philtrum, lips or chin: palsy moves those); y = 0
    put at the pupil line.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    scale : Scale, optional
        Where millimetres come from. Default: the iris.

    Returns
    -------
    Face
        Rows that could not be measured are NaN.

    Examples
    --------
    >>> face_frame(Landmarks.blank(["a.jpg"], status="no_face")).size
    1
    """
    face = _upright(_without_perspective(_named_points(landmarks)), landmarks.pose)
    factor = (scale or Scale()).mm_per_px(face)
    points = face.points
    points -= _origin(face)
    points *= factor
    points.flags.writeable = False
    return replace(face, mm_per_px=factor)


def reframed(face: Face, *, scale: Scale) -> Face:
    """Faces whose points were moved, in millimetres, brought into their own frame again.

    Parameters
    ----------
    face : Face
        n faces, upright but for what the points were moved by.
    scale : Scale
        Where their millimetres came from; a ruler's stay as they are.
    """
    x, y = _level_line(face)
    flat = np.sqrt(x * x + y * y)
    cos, sin = x / flat, y / flat
    points = np.empty_like(face.points)
    for axis, weights in enumerate(((cos, sin), (-sin, cos))):
        _weigh(face.points, weights, out=points[axis])
    level = replace(face, points=points)
    points -= _origin(level)
    if scale.source != "ruler":
        points *= scale.mm_per_px(level)
    points.flags.writeable = False
    return level


def head_angles(pose: npt.ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Yaw, pitch and roll in degrees, each of shape (n,).

    Yaw is positive when the face turns to the patient's left, pitch positive when the chin goes down, roll
    positive anticlockwise as seen in the photo. The rotation is read as roll after pitch after yaw,
    ``R = Rz Rx Ry``.

    Parameters
    ----------
    pose : array_like, shape (n, 3, 3)
        Rotations as in `Landmarks.pose`.

    Examples
    --------
    >>> [float(a[0]) for a in head_angles(np.eye(3)[None])]
    [0.0, 0.0, 0.0]
    """
    r = np.asarray(pose, dtype=np.float64)
    yaw = np.arctan2(-r[:, 2, 0], r[:, 2, 2])
    pitch = np.arcsin(np.clip(r[:, 2, 1], -1, 1))
    roll = np.arctan2(-r[:, 0, 1], r[:, 1, 1])
    return np.degrees(yaw) + 0.0, np.degrees(pitch) + 0.0, np.degrees(roll) + 0.0


@functools.cache
def _places(scheme: str) -> Mapping[str, int]:
    """Row of each name, among the pairs or among the midline."""
    layout = get_scheme(scheme)
    return {name: row for names in (layout.pairs, layout.midline) for row, name in enumerate(names)}


@functools.cache
def _columns(scheme: str) -> npt.NDArray[np.intp]:
    """Where the named points' coordinates lie in a photo's row of 3 k numbers, shape (3, named points)."""
    layout = get_scheme(scheme)
    numbers = [number for pair in layout.pairs.values() for number in pair] + list(layout.midline.values())
    return 3 * np.array(numbers) + np.arange(3)[:, None]


def _named_points(landmarks: Landmarks) -> Face:
    """The named points in px as the photo has them, with their depth: y down, z away from the camera."""
    n, k, _ = landmarks.points.shape
    columns = _columns(landmarks.scheme)
    # Photos last, so that each step below runs over contiguous numbers.
    points = np.empty((*columns.shape, n))
    points[...] = landmarks.points.reshape(n, 3 * k).T[columns]
    unknown = np.full(n, np.nan)
    return Face(points, landmarks.layout, unknown, unknown)


def _distance(ends: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Distance in the frontal plane, shape (n,)."""
    x, y = ends[0] - ends[1]
    distance: FloatArray = np.sqrt(x * x + y * y)
    return distance


def _midpoint(face: Face, name: str) -> FloatArray:
    right, left = face.pair(name)
    return (right + left) / 2


def _without_perspective(face: Face) -> Face:
    """Undo the magnification of what is nearer to the camera; the origin comes between the eyes."""
    right, left = face.pair("outer_canthus")
    distance = CAMERA_DISTANCE * np.sqrt(total((right - left) ** 2))
    x, y, z = (_midpoint(face, "outer_canthus") + _midpoint(face, "inner_canthus")) / 2
    shrink = face.points[2] * (1 / distance)
    shrink += 1 - z / distance
    flat = face.points[:2]
    flat -= np.stack([x, y])[:, None]
    flat *= shrink
    return face


def _upright(face: Face, pose: npt.NDArray[np.floating[Any]]) -> Face:
    """Remove roll as the level pairs show it, then pitch and yaw as the pose gives them; now y is up.

    Roll comes from the points, so that a photo turned in its plane measures the same whatever its pose says.
    """
    (cy, sy), (cp, sp) = _turns(pose)
    x, down, away = _level_line(face)
    flat = np.sqrt(x * x + down * down)
    # The pairs are level after pitch is gone if roll is their slope here less asin(tan(pitch) away / flat).
    lean = np.clip(-sp / cp * away / flat, -1, 1)
    upright = np.sqrt(1 - lean * lean)
    cr, sr = (x * upright + down * lean) / flat, (x * lean - down * upright) / flat
    across = (cr * cy - sr * sp * sy, -sr * cy - cr * sp * sy, cp * sy)
    up = (-sr * cp, -cr * cp, -sp)
    points = np.empty_like(face.points[:2])
    for axis, weights in enumerate((across, up)):
        _weigh(face.points, weights, out=points[axis])
    return replace(face, points=points, roll=np.degrees(np.arctan2(sr, cr)) + 0.0)


def _level_line(face: Face) -> FloatArray:
    """From right to left along what is level, shape (axes, n)."""
    canthi, pupils = (
        weight * (left - right)
        for weight, (right, left) in zip(LEVEL_PAIRS.values(), map(face.pair, LEVEL_PAIRS), strict=True)
    )
    line: FloatArray = canthi + np.where(np.isnan(pupils), 0.0, pupils)
    return line


def _turns(pose: npt.NDArray[np.floating[Any]]) -> tuple[tuple[FloatArray, FloatArray], ...]:
    """Cosine and sine of yaw, and of pitch, as in `head_angles`."""
    x, y, z = pose[:, 2].T.astype(np.float64)
    flat = np.sqrt(x * x + z * z)
    length = np.sqrt(x * x + y * y + z * z)
    return (z / flat, -x / flat), (flat / length, y / length)


def _weigh(axes: FloatArray, weights: Sequence[FloatArray], *, out: FloatArray) -> None:
    """Sum of x, y and z with these weights; term by term, for the same bits in any batch."""
    np.multiply(axes[0], weights[0], out=out)
    for axis, weight in zip(axes[1:], weights[1:], strict=True):
        out += axis * weight


def _origin(face: Face) -> FloatArray:
    """Place of the midline on x and of the pupil line on y, shape (2, 1, n)."""
    middle = [_midpoint(face, name)[0] for name in _MIDLINE_PAIRS]
    middle += [face.point(name)[0] for name in _MIDLINE_POINTS]
    return np.stack([total(np.array(middle)) / len(middle), _pupil_line(face)])[:, None]


def _pupil_line(face: Face) -> FloatArray:
    """Height of the pupil line of an upright face, shape (n,); by the canthi where no pupil was seen."""
    right, left = face.pair("iris_centre")
    pupils = _either(right[1], left[1])
    canthi = (_midpoint(face, "outer_canthus")[1] + _midpoint(face, "inner_canthus")[1]) / 2
    over = PUPILS_OVER_CANTHI * _distance(face.pair("outer_canthus"))
    return np.where(np.isnan(pupils), canthi + over, pupils)


def _either(right: FloatArray, left: FloatArray) -> FloatArray:
    """The mean of both sides, or the one that was seen; NaN where neither was."""
    mean = (right + left) / 2
    return np.where(np.isnan(mean), np.where(np.isnan(right), left, right), mean)
