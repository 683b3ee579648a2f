"""The face's own frame: head pose removed, level, in millimetres, seen from either side.

The frame's x runs to the patient's left from the midline, and y up from the pupil line. All of it is
elementwise over photos, so a batch of n gives the same bits as n single photos.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.geometry import mirror_squares, total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Scheme, Side, get_scheme
from asymmetry.core.upright import from_both_sides, from_rays, in_plane, level_line, upright, weighed
from asymmetry.errors import InvalidInputError

__all__ = ["IRIS_MM", "Face", "Half", "Scale", "face_frame", "head_angles"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Horizontal visible iris diameter, mm: mean and standard deviation of adults (Ruefer et al. 2005).
IRIS_MM, IRIS_SD_MM = 11.71, 0.42
#: What stands in for irises that were not seen, as when both eyes are closed: the distance between the outer
#: canthi, mm, and the height of the pupil line over the canthi's mean, as a share of that distance. Means of
#: 16 people of several origins (Face Research Lab London Set), read by this library and scaled by the iris.
#: SD 3.6 mm (4.2 %) and 0.4 mm.
OUTER_CANTHI_MM, OUTER_CANTHI_SD_MM, PUPILS_OVER_CANTHI = 85.7, 3.6, 0.032
#: Camera distance assumed when perspective is removed, in outer-canthal distances: about 1 m over 89 mm.
CAMERA_DISTANCE = 11.2
#: The pairs that set the level, in the order of `asymmetry.core.upright.level_line`.
LEVEL_PAIRS = ("outer_canthus", "iris_centre")
#: Regions of the comparison with the mirror image; the scheme's groups of these names.
REGIONS = ("upper", "middle", "lower")
# What sets the midline: midpoints of these pairs, and these midline points.
_MIDLINE_PAIRS = ("outer_canthus", "inner_canthus")
_MIDLINE_POINTS = ("nasion", "nose_bridge_1", "glabella")
# All that carries the frame, with the irises' width: rows by name.
_ANCHORS = {
    name: row
    for row, name in enumerate(
        (*_MIDLINE_PAIRS, "iris_centre", "iris_lateral", "iris_medial", *_MIDLINE_POINTS)
    )
}
# Numbers of an axis that are worked on at a time, 128 KB: enough to hide the cost of a NumPy call, few enough
# for all that is made of them on the way to stay in a core's own cache.
_BLOCK = 32768


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
    share : float, optional
        Standard deviation of that length as a share of it, which absolute errors of lengths contain. Default:
        that of adults' irises (3.6 %) for their mean, and 0 for any other length, which is taken for known.

    Examples
    --------
    >>> Scale().source
    'iris'
    >>> Scale("interpupillary", 63.0).mm
    63.0
    """

    source: Literal["iris", "interpupillary", "ruler"] = "iris"
    mm: Any = IRIS_MM
    share: float | None = None

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
            return known / apart(face, "iris_centre")
        irises = iris_width(face)
        return np.where(np.isnan(irises), OUTER_CANTHI_MM / apart(face, "outer_canthus"), known / irises)


@dataclass(frozen=True, eq=False)
class Half:
    """One side of n faces, seen so that both sides read alike: ``out`` leads off the midline, ``up`` is up.

    A metric written on a `Half` obeys the mirror law by construction. Its rows may be the right sides of n
    photos, the left ones, or both one after the other: a metric can't tell.

    Attributes
    ----------
    outward, upward : ndarray, shape (points, n)
        Distance from the midline, positive towards this side, and height over the pupil line, mm.
    rows : mapping of str to int
        Row of each point.
    """

    outward: FloatArray = field(repr=False)
    upward: FloatArray = field(repr=False)
    rows: Mapping[str, int] = field(repr=False)

    def out(self, name: str) -> FloatArray:
        """Distance of a point from the midline, positive towards this side, mm, shape (n,)."""
        row: FloatArray = self.outward[self.rows[name]]
        return row

    def up(self, name: str) -> FloatArray:
        """Height of a point over the pupil line, mm, shape (n,)."""
        row: FloatArray = self.upward[self.rows[name]]
        return row

    def midline_up(self, name: str) -> FloatArray:
        """Height of a point of the midline over the pupil line, mm, shape (n,): the same as `up`."""
        return self.up(name)


@dataclass(frozen=True, eq=False)
class Face:
    """n faces in their own frame.

    Each side is kept as it is seen from that side, so that both are one table for a metric. A point of the
    midline is on both sides: it is as far out on the one as it is in on the other.

    Attributes
    ----------
    points : ndarray, shape (2, names, 2, n)
        Distance from the midline, positive towards the point's own side, and height over the pupil line; of
        the scheme's pairs and then of its midline, right before left.
    rows : mapping of str to int
        Row of each name.
    layout : Scheme
        What the names mean.
    roll : ndarray, shape (n,)
        In-plane rotation that was removed, degrees, positive anticlockwise as seen in the photo.
    mm_per_px : ndarray, shape (n,)
        The scale that was used.
    """

    points: FloatArray = field(repr=False)
    rows: Mapping[str, int] = field(repr=False)
    layout: Scheme
    roll: FloatArray = field(repr=False)
    mm_per_px: FloatArray = field(repr=False)

    @property
    def size(self) -> int:
        """Number of faces, n."""
        return int(self.points.shape[-1])

    def point(self, name: str, side: Side | None = None) -> FloatArray:
        """Coordinates x, to the patient's left, and y, up, of one point, shape (2, n).

        No side on the midline.
        """
        out, up = self.points[:, self.rows[name], 0 if side == "right" else 1]
        return np.array([-out if side == "right" else out, up])

    def pair(self, name: str) -> tuple[FloatArray, FloatArray]:
        """The right and the left point of that name."""
        return self.point(name, "right"), self.point(name, "left")

    def half(self, side: Side) -> Half:
        """One side of the faces."""
        out, up = self.points[:, :, SIDES.index(side)]
        return Half(out, up, self.rows)

    def halves(self) -> Half:
        """All right sides and then all left sides, 2n rows, so that a metric measures both at once."""
        out, up = self.points.reshape(2, len(self.rows), 2 * self.size)
        return Half(out, up, self.rows)

    def select(self, rows: slice) -> Face:
        """Some of the faces."""
        points, roll, mm_per_px = (each[..., rows] for each in (self.points, self.roll, self.mm_per_px))
        return replace(self, points=points, roll=roll, mm_per_px=mm_per_px)

    @functools.cached_property
    def mirror_squares(self) -> Mapping[str, tuple[FloatArray, int]]:
        """Sum of the squared distances to the mirror image, mm2, and number of points, by region.

        The mirror image is laid over all regions at once, see `asymmetry.core.geometry.mirror_squares`.
        """
        groups = self.layout.groups
        names = [(groups[region], groups[f"{region}_midline"]) for region in REGIONS]
        points = self.points[:, [self.rows[name] for paired, single in names for name in (*paired, *single)]]
        sizes = [(len(paired), len(single)) for paired, single in names]
        counts = [2 * paired + single for paired, single in sizes]
        return dict(zip(REGIONS, zip(mirror_squares(points, sizes), counts, strict=True), strict=True))


def face_frame(
    landmarks: Landmarks, *, scale: Scale | None = None, names: Collection[str] | None = None
) -> Face:
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
    names : collection of str, optional
        Points that are wanted; those that carry the frame come along. Default: all that have a name.

    Returns
    -------
    Face
        Rows that could not be measured are NaN. What carries the frame is worked out in double precision;
        the points come in that of the photos' points, which is single unless they were made otherwise.

    Examples
    --------
    >>> face_frame(Landmarks.blank(["a.jpg"], status="no_face")).size
    1
    """
    rows, columns = _layout(landmarks.scheme, None if names is None else frozenset(names))
    # Photos last, so that each step runs over contiguous numbers.
    px = landmarks.points.reshape(len(landmarks), 3 * landmarks.layout.size).T
    precision = np.result_type(px, np.float32)
    anchors = px[columns[:, [rows[name] for name in _ANCHORS]]].astype(np.float64)
    place, distance = _camera(anchors)
    place = place.astype(precision)
    anchors -= place
    weights, roll = upright(anchors[:, [_ANCHORS[name] for name in LEVEL_PAIRS]], distance, landmarks.pose)
    carried = Face(from_rays(anchors, weights), _ANCHORS, landmarks.layout, roll, np.full_like(roll, np.nan))
    factor = (scale or Scale()).mm_per_px(carried)
    weights, origin = (each.astype(precision) for each in (weights * factor, _origin(carried) * factor))
    points = np.empty((2, len(rows), len(SIDES), len(landmarks)), precision)
    for some in _blocks(points):
        from_rays(px[columns[:, some]] - place, weights, out=points[:, some])
        points[:, some] -= origin
    points.flags.writeable = False
    return Face(points, rows, landmarks.layout, roll, factor)


def reframed(face: Face, *, scale: Scale) -> Face:
    """Faces whose points were moved, in millimetres, brought into their own frame again.

    Parameters
    ----------
    face : Face
        n faces, upright but for what the points were moved by.
    scale : Scale
        Where their millimetres came from; a ruler's stay as they are.
    """
    anchors = replace(face, points=face.points[:, [face.rows[name] for name in _ANCHORS]], rows=_ANCHORS)
    (right, left), (right_up, left_up) = anchors.points[:, [_ANCHORS[name] for name in LEVEL_PAIRS]].swapaxes(
        1, 2
    )
    x, y = level_line(np.array([right + left, left_up - right_up]))
    flat = np.sqrt(x * x + y * y)
    weights = in_plane(x / flat, y / flat)
    level = replace(anchors, points=weighed(anchors.points, weights))
    factor = np.ones(face.size) if scale.source == "ruler" else scale.mm_per_px(level)
    return placed(face, weights * factor, _origin(level) * factor)


def placed(face: Face, weights: FloatArray, origin: FloatArray) -> Face:
    """Faces turned in their plane, and then shifted.

    Parameters
    ----------
    face : Face
        n faces.
    weights : ndarray, shape (2, 2, 1, 2, n)
        Of `asymmetry.core.upright.in_plane`.
    origin : ndarray, shape (2, 1, 2, n)
        What comes to lie in the origin, out and up as seen from either side.
    """
    points = np.empty_like(face.points)
    weights, origin = (each.astype(points.dtype) for each in (weights, origin))
    for some in _blocks(points):
        weighed(face.points[:, some], weights, out=points[:, some])
        points[:, some] -= origin
    points.flags.writeable = False
    return replace(face, points=points)


def apart(face: Face, name: str) -> FloatArray:
    """Distance between the right and the left point in the frontal plane, shape (n,)."""
    (right, left), (right_up, left_up) = face.points[:, face.rows[name]]
    return _length(np.array([right + left, right_up - left_up]))


def iris_width(face: Face) -> FloatArray:
    """Width of the irises, the mean of both or that of the one that was seen, shape (n,)."""
    lateral, medial = (face.points[:, face.rows[name]] for name in ("iris_lateral", "iris_medial"))
    return _either(*_length(lateral - medial))


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


@functools.lru_cache
def _layout(scheme: str, names: frozenset[str] | None) -> tuple[Mapping[str, int], npt.NDArray[np.intp]]:
    """Row of each name, pairs and then midline; and where x, y and z of both its points lie in a photo's row.

    The latter has the shape (3, names, 2).
    """
    layout = get_scheme(scheme)
    wanted = [name for name in layout.named if names is None or name in names or name in _ANCHORS]
    columns = 3 * np.array([layout.named[name] for name in wanted]) + np.arange(3)[:, None, None]
    return {name: row for row, name in enumerate(wanted)}, columns


def _blocks(points: FloatArray) -> Iterator[slice]:
    """Rows of points, some at a time."""
    _, names, sides, n = points.shape
    step = max(_BLOCK // max(sides * n, 1), 1)
    return (slice(start, start + step) for start in range(0, names, step))


def _camera(anchors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Place of the camera, shape (3, 1, 1, n), and its distance from the canthi, shape (n,), in px."""
    right, left = anchors[:, [_ANCHORS[name] for name in _MIDLINE_PAIRS]].transpose(2, 1, 0, 3)
    across = right[0] - left[0]
    distance = CAMERA_DISTANCE * np.sqrt(total(across * across))
    x, y, z = total(right + left) / 4
    return np.array([x, y, z - distance])[:, None, None], distance


def _length(steps: FloatArray) -> FloatArray:
    """Length in the frontal plane of steps out and up."""
    out, up = steps
    length: FloatArray = np.sqrt(out * out + up * up)
    return length


def _origin(face: Face) -> FloatArray:
    """Place of the midline and of the pupil line, as `from_both_sides` has it."""
    rows = [face.rows[name] for name in (*_MIDLINE_PAIRS, *_MIDLINE_POINTS)]
    out = face.points[0, rows]
    return from_both_sides(total(out[:, 1] - out[:, 0]) / (2 * len(rows)), _pupil_line(face))


def _pupil_line(face: Face) -> FloatArray:
    """Height of the pupil line of an upright face, shape (n,); by the canthi where no pupil was seen."""
    pupils, outer, inner = (face.points[1, face.rows[name]] for name in ("iris_centre", *_MIDLINE_PAIRS))
    seen = _either(*pupils)
    canthi = (outer[0] + outer[1] + (inner[0] + inner[1])) / 4
    return np.where(np.isnan(seen), canthi + PUPILS_OVER_CANTHI * apart(face, "outer_canthus"), seen)


def _either(right: FloatArray, left: FloatArray) -> FloatArray:
    """The mean of both sides, or the one that was seen; NaN where neither was."""
    mean = (right + left) / 2
    return np.where(np.isnan(mean), np.where(np.isnan(right), left, right), mean)
