"""The face's own frame: head pose removed, level, in millimetres, seen from either side.

The frame's x runs to the patient's left from the midline, and y up from the pupil line. All of it is
elementwise over photos, so a batch of n gives the same bits as n single photos.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.face import REGIONS, Face, Half, apart, either
from asymmetry.core.geometry import total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.level import (
    from_both_sides,
    from_rays,
    head_angles,
    in_plane,
    level_line,
    one_eyed,
    pupils_aslant,
    upright,
    weighted_sum,
)
from asymmetry.core.scale import (
    IRIS_MM,
    OUTER_CANTHI_MM,
    PUPILS_OVER_CANTHI,
    Scale,
)
from asymmetry.core.schemes import SIDES, Scheme, get_scheme
from asymmetry.core.schemes.vocabulary import FRAME
from asymmetry.core.stations import has_stations, with_stations

__all__ = [
    "IRIS_MM",
    "MAX_YAW",
    "MAX_YAW_HORIZONTAL",
    "REGIONS",
    "Face",
    "Half",
    "Scale",
    "Upright",
    "eye_higher",
    "face_frame",
    "head_angles",
    "turn_twice",
    "turn_upright",
    "without_an_eye",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Camera distance assumed where the focal length is not known, in outer-canthal distances: about 1 m over
#: 89 mm.
CAMERA_DISTANCE = 11.2
#: Yaw, degrees, beyond which horizontal metrics are not measured.
MAX_YAW_HORIZONTAL = 15.0
#: Yaw, degrees, beyond which nothing is measured: the far side begins to be hidden.
MAX_YAW = 30.0
#: The pairs that set the level, in the order of `asymmetry.core.level.level_line`.
LEVEL_PAIRS = ("outer_canthus", "iris_centre", "inner_canthus")
# Points that set the midline: midpoints of these pairs, and these midline points. Those that a scheme lacks
# don't count in it: with dlib's 68 points nasion and nasal bridge do, with canthi alone their midpoints.
_MIDLINE_PAIRS = ("outer_canthus", "inner_canthus")
_MIDLINE_POINTS = ("nasion", "nose_bridge_1", "glabella")
# The nose's root, which stands for the middle of the eyes where one was not seen: the first one that the
# scheme has.
_ROOTS = ("nose_bridge_1", "nasion", "glabella")
# All points that carry the frame, with the irises' width: rows by name, those that set the level first. Those
# that a scheme lacks were never seen.
_ANCHORS = {name: row for row, name in enumerate(dict.fromkeys((*LEVEL_PAIRS, *FRAME)))}
# Signs of coordinates to the left and up of points that are seen from the right, and from the left.
_TO_THE_LEFT = np.array([[[-1], [1]], [[1], [1]]], dtype=np.int8)
# Points that are worked on at a time: enough to hide the cost of a NumPy call, few enough for all that is
# made of them on the way to stay in a core's own cache.
_BLOCK = 32768


def face_frame(
    landmarks: Landmarks, *, scale: Scale | None = None, names: Collection[str] | None = None
) -> Face:
    """Bring every photo's named points into the face's own frame, in millimetres.

    Steps: perspective removed for a camera at about 1 m; yaw and pitch removed with ``landmarks.pose``; roll
    removed so that outer canthi and pupils are level (the mesh drags temples, forehead and nose along when a
    brow or a mouth corner moves; in warps and renders the eyes stay true), or by the pose where one eye was
    not seen; x = 0 put where the canthi's midpoints, nasion, nasal bridge and glabella lie (never philtrum,
    lips or chin: palsy moves those); y = 0 put at the pupil line. A scheme needs the canthi. Without irises
    the level, the pupil line and millimetres go by the canthi; midline points that the scheme lacks do
    not count.

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
        Rows that could not be measured are NaN. The points that carry the frame are worked out in double
        precision; the result's points come in that of the photos' points, which is single unless they were
        made otherwise.

    Examples
    --------
    >>> face_frame(Landmarks.blank(["a.jpg"], status="no_face")).size
    1
    """
    return turn_upright(landmarks).to_face(scale or Scale(), names)


@dataclass(frozen=True, eq=False)
class Upright:
    """n faces turned upright and still in px: frames that lack their millimetres and the points wanted.

    Attributes
    ----------
    px : ndarray, shape (3 k, n)
        All points of the photos, and the stations between them.
    place, weights, origin : ndarray, shapes (3, 1, 1, n), (3, 2, 1, 2, n), (2, 1, 2, n)
        Of the camera, of `from_rays`, and the point that comes to lie in the origin.
    carried : Face
        The points that carry the frame, not yet shifted.
    """

    px: FloatArray = field(repr=False)
    place: FloatArray = field(repr=False)
    weights: FloatArray = field(repr=False)
    carried: Face
    origin: FloatArray = field(repr=False)

    def select(self, rows: slice | npt.NDArray[np.intp]) -> Upright:
        """Some of the faces."""
        some = {name: getattr(self, name)[..., rows] for name in ("place", "weights", "origin")}
        px = self.px.T[rows].T  # photo by photo, as the points lie in memory
        return Upright(px, **some, carried=self.carried.select(rows))

    def to_face(self, scale: Scale, names: Collection[str] | None = None) -> Face:
        """The faces in millimetres; arguments as for `face_frame`."""
        layout = self.carried.layout
        rows, columns = _layout(layout.name, frozenset(layout.places if names is None else names))
        factor = scale.mm_per_px(self.carried)
        weights = (self.weights * factor).astype(self.place.dtype)
        origin = (self.origin * factor).astype(self.place.dtype)
        seen = np.empty((3, len(rows), len(SIDES), len(factor)), self.place.dtype)
        points = np.empty((2, *seen.shape[1:]), seen.dtype)
        for some in _blocks(len(factor), len(rows)):
            seen[..., some] = self.px[:, some][columns]
        for some in _blocks(len(rows), len(factor)):
            seen[:, some] -= self.place
            from_rays(seen[:, some], weights, out=points[:, some])
            points[:, some] -= origin
        points.flags.writeable = False
        return Face(points, rows, layout, self.carried.roll, factor)


def turn_upright(landmarks: Landmarks) -> Upright:
    """Turn every face upright, with perspective removed, as for `face_frame`.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    """
    (turned,) = _turn(landmarks, np.float32)
    return turned


def turn_twice(landmarks: Landmarks) -> tuple[Upright, Upright]:
    """Turn every face upright in the precision of the points, and in double, for scales.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    """
    if has_stations(landmarks.scheme):  # which are read in the one or in the other
        exact = replace(landmarks, points=landmarks.points.astype(np.float64))
        return turn_upright(landmarks), turn_upright(exact)
    turned, exactly = _turn(landmarks, np.float32, np.float64)
    return turned, exactly


def _turn(landmarks: Landmarks, *precisions: type[np.floating[Any]]) -> list[Upright]:
    """The faces in several precisions, all turned at once; that of the points may be more."""
    rows, columns = _layout(landmarks.scheme, frozenset())
    # Photos last, so that each step runs over contiguous numbers.
    every, _ = with_stations(landmarks.points, landmarks.spread, landmarks.scheme)
    px = every.reshape(len(landmarks), 3 * every.shape[1]).T
    anchors = px[columns[:, [rows[name] for name in _ANCHORS]]].astype(np.float64)
    place, distance = _camera(anchors, landmarks.focal_px, landmarks.layout)
    places = [place.astype(np.result_type(px, precision)) for precision in precisions]
    anchors = np.concatenate([anchors - each for each in places], axis=-1)
    level, times = anchors[:, : len(LEVEL_PAIRS)], len(places)
    poses = np.tile(landmarks.pose, (times, 1, 1))
    weights, roll = upright(level, np.tile(distance, times), poses)
    unscaled = np.full_like(roll, np.nan)
    carried = Face(from_rays(anchors, weights), _ANCHORS, landmarks.layout, roll, unscaled)
    origin, n = _origin(carried), len(landmarks)
    found = []
    for at, own in enumerate(places):
        some = slice(at * n, at * n + n)
        turned = carried.select(some)
        found.append(Upright(px, own, weights[..., some], turned, origin[..., some]))
    return found


def reframe(face: Face, *, scale: Scale) -> Face:
    """Faces whose points were moved, in millimetres, brought into their own frame again.

    Parameters
    ----------
    face : Face
        n faces, upright except for the shifts of their points.
    scale : Scale
        Where their millimetres came from; a ruler's stay as they are.
    """
    return move_faces(face, *own_frame(anchors_of(face), scale=scale))


def anchors_of(face: Face) -> Face:
    """The faces with only those points that carry their frame."""
    rows = [face.rows[name] for name in _ANCHORS]
    return replace(face, points=face.points[:, rows], rows=_ANCHORS)


def own_frame(face: Face, *, scale: Scale) -> tuple[FloatArray, FloatArray]:
    """Turn, size and place of faces whose points were moved: the weights and the origin for `move_faces`.

    Parameters
    ----------
    face, scale
        As for `frame_parts`.
    """
    cos, sin, across, height = frame_parts(face, scale=scale)
    return in_plane(cos, sin), from_both_sides(across, height)


def frame_parts(face: Face, *, scale: Scale) -> FloatArray:
    """The frame of faces whose points were moved, shape (4, n).

    Cosine and sine of the turn, and the origin, to the left and up: all times the factor of their size.

    Parameters
    ----------
    face : Face
        n faces of `anchors_of`, upright except for the shifts of their points.
    scale : Scale
        Where their millimetres came from; a ruler's stay as they are.
    """
    lone = without_an_eye(face)
    x, y = level_line(level_lines(face))
    if lone.any():  # faces that a pose has levelled stay level
        x, y = np.where(lone, 1.0, x), np.where(lone, 0.0, y)
    flat = np.sqrt(x * x + y * y)
    cos, sin = x / flat, y / flat
    (across, rise), (aside, height), above = _midline(face, lone), *_pupils(face)
    place = across * cos + rise * sin, height * cos - aside * sin + above
    parts: FloatArray = np.array([cos, sin, *place], np.float64)
    if scale.source != "ruler":
        parts *= scale.mm_per_px(face)  # lengths are the same in any turn
    return parts


def eye_higher(face: Face) -> FloatArray:
    """How far the line of the pupils is from that of the canthi, degrees, shape (n,).

    Positive where the right eye stands higher; NaN where a pupil or a canthus was not seen.

    Parameters
    ----------
    face : Face
        n faces in their own frame.
    """
    return np.degrees(np.arcsin(-pupils_aslant(level_lines(face))))


def move_faces(face: Face, weights: FloatArray, origin: FloatArray) -> Face:
    """Faces turned in their plane, and then shifted.

    Parameters
    ----------
    face : Face
        n faces.
    weights : ndarray, shape (2, 2, 1, 2, n)
        Of `asymmetry.core.level.in_plane`.
    origin : ndarray, shape (2, 1, 2, n)
        The point that comes to lie in the origin, out and up as seen from either side.
    """
    points = weighted_sum(face.points, weights.astype(face.points.dtype))
    points -= origin.astype(points.dtype)
    points.flags.writeable = False
    return replace(face, points=points)


def _blocks(count: int, width: int) -> Iterator[slice]:
    """Slices of so many rows that are so wide, each of about `_BLOCK` numbers."""
    step = max(_BLOCK // max(width, 1), 1)
    return (slice(start, start + step) for start in range(0, count, step))


@functools.lru_cache
def _layout(scheme: str, names: frozenset[str]) -> tuple[Mapping[str, int], npt.NDArray[np.intp]]:
    """Row of each name, pairs and then midline; and where x, y and z of both its points lie in a photo's row.

    The latter has the shape (3, names, 2).
    """
    layout = get_scheme(scheme)
    wanted = [name for name in layout.places if name in names or name in _ANCHORS]
    columns = 3 * np.array([layout.places[name] for name in wanted]) + np.arange(3)[:, None, None]
    return {name: row for row, name in enumerate(wanted)}, columns


def _camera(
    anchors: FloatArray, focal: FloatArray, layout: Scheme
) -> tuple[FloatArray, FloatArray]:
    """Place of the camera, shape (3, 1, 1, n), and its distance from the canthi, shape (n,), in px.

    Where an eye was not seen, the nose's root stands for their middle, and the other iris for their distance.
    """
    right, left = anchors[:, [_ANCHORS[name] for name in _MIDLINE_PAIRS]].transpose(2, 1, 0, 3)
    across = right[0] - left[0]
    lone = one_eyed(anchors[:, : len(LEVEL_PAIRS)])
    lateral = anchors[:, _ANCHORS["iris_lateral"]]
    medial = anchors[:, _ANCHORS["iris_medial"]]
    iris = either(*np.sqrt(total((lateral - medial) ** 2))) * (OUTER_CANTHI_MM / IRIS_MM)
    assumed = CAMERA_DISTANCE * np.where(lone, iris, np.sqrt(total(across * across)))
    root = next(filter(layout.has, _ROOTS), _ROOTS[0])
    x, y, z = np.where(lone, anchors[:, _ANCHORS[root], 0], total(right + left) / 4)
    # A focal length in px is the distance of the plane from which z counts.
    distance = np.where(np.isnan(focal), assumed, focal + z)
    return np.array([x, y, z - distance])[:, None, None], distance


def without_an_eye(face: Face) -> npt.NDArray[np.bool_]:
    """Where one eye was not seen at all, shape (n,): the level is the pose's."""
    return one_eyed(_level_points(face))


def _level_points(face: Face) -> FloatArray:
    if face.rows is _ANCHORS:
        return face.points[:, : len(LEVEL_PAIRS)]
    return face.points[:, [face.rows[name] for name in LEVEL_PAIRS]]


def level_lines(face: Face) -> FloatArray:
    """From right to left between the pairs that set the level, to the left and up, shape (2, 3, n)."""
    (right, left), (right_up, left_up) = _level_points(face).swapaxes(1, 2)
    return np.array([right + left, left_up - right_up])


def _origin(face: Face) -> FloatArray:
    """Place of the midline and of the pupil line, as `from_both_sides` has it."""
    (_, height), above = _pupils(face)
    return from_both_sides(_midline(face, without_an_eye(face))[0], height + above)


def _midline(face: Face, lone: npt.NDArray[np.bool_]) -> FloatArray:
    """Mean of the points that set the midline, to the left and up, shape (2, n); ``lone``: one eye only."""
    points = [name for name in _MIDLINE_POINTS if face.layout.has(name)]
    names = (*_MIDLINE_PAIRS, *points)
    leads = np.empty((len(names), 2, face.size), face.points.dtype)
    for lead, name in zip(leads, names, strict=True):
        (right, left), (right_up, left_up) = face.points[:, face.rows[name]]
        np.subtract(left, right, out=lead[0])
        np.add(left_up, right_up, out=lead[1])
    middle: FloatArray = total(leads) / (2 * len(names))
    if lone.any():  # the midline's points alone
        alone = np.full_like(middle, np.nan)
        if points:
            alone = total(leads[len(_MIDLINE_PAIRS) :]) / (2 * len(points))
        np.copyto(middle, alone, where=lone)
    return middle


def _pupils(face: Face) -> tuple[FloatArray, FloatArray]:
    """Between the pupils of an upright face, to the left and up, (2, n), and the pupil line over it, (n,).

    At the one that was seen; between the canthi where none was, with the line above them.
    """
    pairs = _level_points(face).transpose(1, 2, 0, 3)
    seen, above = either(*pairs[1] * _TO_THE_LEFT), np.zeros(face.size, face.points.dtype)
    if (unseen := np.isnan(seen)).any():
        outer, _, inner = pairs * _TO_THE_LEFT
        canthi = (outer[0] + outer[1] + (inner[0] + inner[1])) / 4
        np.copyto(seen, canthi, where=unseen)
        usual = PUPILS_OVER_CANTHI * apart(face, "outer_canthus")
        np.copyto(above, usual, where=unseen[1])
    return seen, above
