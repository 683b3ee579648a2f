"""Eyes whose lid margins are known, as read in crops, placed by hand, or rendered.

All lengths are canonical cm; places count outwards and up from halfway between the canthi.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from scipy.interpolate import CubicSpline

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.plane import draw_at, places
from asymmetry.extract.face.pose import Pose, fit_pose
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.finding import find_faces
from asymmetry.extract.model.landmarker import Landmarker
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import SHARED

__all__ = ["AXIS", "Eye", "read_eyes", "rendered_points"]

Hand = dict[str, FloatArray]

#: Places outwards at which margins are kept.
AXIS = np.linspace(-3.2, 3.2, 641)
#: The picture that others are made of: its pixels, and its half extents outwards and up.
STEP, OUT, UP = 0.02, 3.2, 2.6
# Numbers in the 189-point template: upper and lower margin from the outer to the inner canthus, pupil.
_TEMPLATE: dict[Side, tuple[list[int], list[int], int]] = {
    "right": ([18, 19, 20, 21, 22], [18, 28, 29, 30, 22], 0),
    "left": ([27, 26, 25, 24, 23], [27, 33, 32, 31, 23], 1),
}
# Mean margins of the 77 templates: share of the way from the outer to the inner canthus, and height over the
# line between them as a share of that of the middle point.
_SHAPES = (
    ((0, 0.194, 0.466, 0.736, 1), (0, 0.648, 1, 0.769, 0)),
    ((0, 0.190, 0.460, 0.725, 1), (0, 0.867, 1, 0.446, 0)),
)
# Template points lie this much higher than the margins read in enlarged crops, in 32 eyes that have both.
_TEMPLATE_ABOVE = (0.032, 0.005)
# Template points vary by 0.5 mm where readings in crops repeat to 0.2, so they count half.
_TEMPLATE_WEIGHT = 0.5
# Renders have four points a margin, and one skin.
_RENDER_WEIGHT = 0.5
# Of an iris that nobody measured.
_RADIUS = 0.63


# Of the renders' 68 points: the margins from the outer to the inner canthus.
_RENDERED: dict[Side, tuple[list[int], list[int]]] = {
    "right": ([36, 37, 38, 39], [36, 41, 40, 39]),
    "left": ([45, 44, 43, 42], [45, 46, 47, 42]),
}

_NAMES = ("upper_lid", "lower_lid")


@dataclass(frozen=True, eq=False)
class Eye:
    """One eye with known margins.

    Attributes
    ----------
    photo : str
        Name of its file.
    picture : ndarray of uint8, shape (rows, columns, 3)
        The eye and its surroundings, the outer canthus on the left.
    upper, lower : ndarray, shape (641,)
        Height of the margins along `AXIS`.
    canthi : ndarray, shape (2, 2)
        Outer and inner.
    pupil : ndarray, shape (2,)
        Centre of the iris.
    radius : float
        Of the iris.
    weight : float
        Of this truth beside that of other eyes.
    """

    photo: str
    side: Side
    picture: Pixels = field(repr=False)
    upper: FloatArray = field(repr=False)
    lower: FloatArray = field(repr=False)
    canthi: FloatArray
    pupil: FloatArray
    radius: float
    weight: float


def read_eyes(paths: Sequence[Path]) -> list[Eye]:
    """The eyes in these photos that have a truth: read in crops, or else placed as a template."""
    readings, rendered, canonical = _readings(), rendered_points(), load_canonical()
    eyes = []
    with Landmarker() as landmarker:
        for path in paths:
            photo = Halvings(read_photo(path).pixels)
            points = find_faces(photo, landmarker)[0].points
            pose = fit_pose(points, canonical.vertices)
            plane = pose.unproject(points[:, :2], canonical.depth_at)
            for side in SIDES:
                half = to_half(plane, side)
                middle = half[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["canthi"])].mean(axis=0)
                read = readings[path.name].get(side, {})
                crops = {
                    name: _placed(at[None], pose, canonical, middle, side)[0]
                    for name, at in read.items()
                }
                traced = [
                    _placed(at, pose, canonical, middle, side) for at in _template(path, side)
                ]
                exact = [
                    _placed(rendered[path.name][line], pose, canonical, middle, side)
                    for line in (_RENDERED[side] if path.name in rendered else ())
                ]
                if not (crops or traced or exact):
                    continue
                picture = _picture(photo, pose, canonical, middle, side)
                if exact:
                    iris = half[MEDIAPIPE_478.of(side, ("iris_centre",))[0]] - middle
                    eyes.append(_exactly(path.name, side, picture, exact, iris))
                else:
                    eyes.append(_known(path.name, side, picture, crops, traced))
    return eyes


def _exactly(
    photo: str, side: Side, picture: Pixels, exact: list[FloatArray], iris: FloatArray
) -> Eye:
    """A rendered eye's truth; its iris as the mesh has it."""
    upper, lower = (_along(line) for line in exact)
    return Eye(photo, side, picture, upper, lower, exact[0][[0, -1]], iris, _RADIUS, _RENDER_WEIGHT)


def rendered_points() -> dict[str, FloatArray]:
    """The 68 points of every render, px; empty where they are not there."""
    source = SHARED / "render" / "truth.json"
    frames = json.loads(source.read_text())["frames"] if source.is_file() else {}
    return {name: np.array(frame["points68_px"]) for name, frame in frames.items()}


def _placed(
    at: FloatArray, pose: Pose, canonical: Canonical, middle: FloatArray, side: Side
) -> FloatArray:
    """Photo places (m, 2), px, as places at the eye."""
    return to_half(pose.unproject(at, canonical.depth_at), side) - middle


def _picture(
    photo: Halvings, pose: Pose, canonical: Canonical, middle: FloatArray, side: Side
) -> Pixels:
    out = OUT - (np.arange(round(2 * OUT / STEP)) + 0.5) * STEP
    up = UP - (np.arange(round(2 * UP / STEP)) + 0.5) * STEP
    at = places(pose, canonical, from_half(middle + np.stack(np.meshgrid(out, up), axis=-1), side))
    ratio, whole = STEP * pose.scale, photo.whole
    if ratio > 1.3:
        whole = np.asarray(cv2.GaussianBlur(whole, (0, 0), 0.45 * ratio), dtype=np.uint8)
    return draw_at(whole, at, cv2.INTER_LINEAR)


def _readings() -> dict[str, dict[Side, Hand]]:
    """Points read in enlarged crops: photo, side, name, px."""
    found: dict[str, dict[Side, Hand]] = defaultdict(dict)
    with (SHARED / "portraits" / "truth.csv").open(newline="") as lines:
        for row in csv.DictReader(lines):
            side: Side = "right" if row["side"] == "right" else "left"
            found[row["photo"]].setdefault(side, {})[row["what"]] = np.array(
                [float(row["x"]), float(row["y"])]
            )
    return found


def _template(path: Path, side: Side) -> list[FloatArray]:
    """Upper and lower margin and pupil as placed by hand, px; nothing where the photo has no template."""
    file = path.with_suffix(".tem")
    if not file.is_file():
        return []
    count, *lines = file.read_text().splitlines()
    points = np.array([[float(v) for v in line.split()[:2]] for line in lines[: int(count)]])
    upper, lower, pupil = _TEMPLATE[side]
    return [points[upper], points[lower], points[[pupil]]]


def _known(photo: str, side: Side, picture: Pixels, crops: Hand, traced: list[FloatArray]) -> Eye:
    """An eye's truth from points in crops, from a template, or from both: then the crops' heights count."""
    lines = [_along(line) for line in traced[:2]]
    if not crops:
        canthi, pupil, radius = traced[0][[0, -1]], traced[2][0], _RADIUS
        upper, lower = (
            line - above * _bump(canthi, pupil)
            for line, above in zip(lines, _TEMPLATE_ABOVE, strict=True)
        )
        return Eye(photo, side, picture, upper, lower, canthi, pupil, radius, _TEMPLATE_WEIGHT)
    canthi = np.stack([crops["lateral_canthus"], crops["medial_canthus"]])
    pupil = (crops["iris_left"] + crops["iris_right"]) / 2
    radius = float(abs(crops["iris_left"][0] - crops["iris_right"][0]) / 2)
    if not lines:
        lines = [
            _arch(canthi, *shape, crops[name]) for name, shape in zip(_NAMES, _SHAPES, strict=True)
        ]
    else:
        canthi = (canthi + traced[0][[0, -1]]) / 2
    upper, lower = (
        line + (crops[name][1] - np.interp(pupil[0], AXIS, line)) * _bump(canthi, pupil)
        for name, line in zip(_NAMES, lines, strict=True)
    )
    return Eye(photo, side, picture, upper, lower, canthi, pupil, radius, 1.0)


def _along(points: FloatArray) -> FloatArray:
    """A smooth margin through points, along `AXIS`; level beyond its ends."""
    points = points[np.argsort(points[:, 0])]
    apart = np.r_[True, np.diff(points[:, 0]) > 0.05]
    x, y = points[apart].T
    return np.asarray(CubicSpline(x, y, bc_type="natural")(np.clip(AXIS, x[0], x[-1])))


def _arch(
    canthi: FloatArray, share: Sequence[float], height: Sequence[float], at: FloatArray
) -> FloatArray:
    """A margin of the mean shape between canthi, through one point."""
    outer, inner = canthi
    line = outer + np.array(share)[:, None] * (inner - outer)
    own = (outer[0] - at[0]) / (outer[0] - inner[0])
    over = at[1] - (outer[1] + own * (inner[1] - outer[1]))
    line[:, 1] += over / max(float(np.interp(own, share, height)), 0.3) * np.array(height)
    return _along(line)


def _bump(canthi: FloatArray, pupil: FloatArray) -> FloatArray:
    """1 at the pupil, 0 at the canthi and beyond, straight between."""
    inner, outer = np.sort(canthi[:, 0])
    return np.asarray(np.interp(AXIS, [inner, pupil[0], outer], [0, 1, 0]))
