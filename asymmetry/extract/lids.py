"""Lid margins found in the photo's own pixels, where the mesh compresses how far an eye is open.

The mesh shows about 0.6 of a lid's movement. So each margin is looked for as one curve over the whole eye:
the mesh's curve, opened or closed by one factor, where the step from lid to eye is strongest along all of it.
One factor for many columns can't jump between crease, lashes and margin column by column. Where no clear step
is found, the mesh's reading stays, with its compression undone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.canonical import Canonical
from asymmetry.extract.plane import Refined, light_and_red, places, rivalled, vertex
from asymmetry.extract.pose import Pose

__all__ = ["margin_numbers", "refine_lids"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

# All lengths in canonical cm. Columns across the eye, as a share of its width from either canthus.
_COLUMNS, _FROM_CANTHUS = 41, 0.12
# Rows: how far beyond the mesh's margins, and how fine.
_BEYOND, _STEP = 0.75, 0.01
# Width of the step that is looked for; lashes are finer, the crease is broader.
_STEP_SIGMA = 0.05
# The eye is brighter and less red than the lid; the lower lid's edge shows by redness more than by light.
_RED_UPPER, _RED_LOWER = 1.0, 2.0
# Columns over the iris, where lashes and a dark iris look alike, count this much.
_IRIS_UPPER, _IRIS_LOWER = 0.2, 0.3
# Factors on the mesh's opening that are tried.
_FACTORS = np.arange(0.25, 1.7, 0.02)
# Cost per mm² of distance from what the mesh says; the lower lid moves little.
_PRIOR_UPPER, _PRIOR_LOWER = 0.05, 0.5
# Weakest mean step (in log intensity) that is taken for a margin.
_WEAKEST_UPPER, _WEAKEST_LOWER = 0.2, 0.05
# Another margin this far away that shows as well but for this share leaves none.
_APART, _RIVAL = 0.15, 0.9
# The mesh's opening in % of the outer-canthal distance: compressed by this factor around this normal opening.
_COMPRESSION, _NORMAL_OPENING = 0.6, 11.5
# A closed eye, in the same unit.
_CLOSED = 0.3
# Millimetres per canonical cm of an adult: outer canthi 8.89 cm apart in the mesh, 89 mm in life.
_MM = 10.0

_GROUPS = MEDIAPIPE_478.groups


@dataclass(frozen=True)
class _Eye:
    """One eye's strip of the photo: columns across it, rows up it.

    ``upper`` and ``lower`` are the mesh's margins at the columns; ``light`` and ``red`` have shape (rows,
    columns).
    """

    columns: FloatArray
    bottom: float
    upper: FloatArray
    lower: FloatArray
    light: npt.NDArray[np.float32] = field(repr=False)
    red: npt.NDArray[np.float32] = field(repr=False)
    iris: npt.NDArray[np.bool_] = field(repr=False)

    @property
    def opening(self) -> float:
        """The mesh's opening at the middle of the eye, cm."""
        middle = slice(_COLUMNS // 2 - 3, _COLUMNS // 2 + 4)
        return float(np.mean((self.upper - self.lower)[middle]))


def refine_lids(photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray) -> Refined:
    """Move the lid points of both eyes onto the margins that the photo shows.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    plane : ndarray, shape (k, 2)
        The mesh's reading: canonical x, y of all points, cm.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored lids.
    """
    plane = plane.copy()
    found: dict[Side, bool] = {}
    outer = list(MEDIAPIPE_478.pairs["outer_canthus"])
    width = float(np.hypot(*(plane[outer[1]] - plane[outer[0]])))
    for side in SIDES:
        expected = _uncompressed(plane, side, width)
        eye = _strip(photo, pose, canonical, plane, side)
        lower, seen = _factor(eye, 1.0, upper=False)
        if seen:
            _scale_opening(plane, side, "lower_lid", lower)
            eye = replace(eye, lower=eye.upper - lower * (eye.upper - eye.lower))
            expected /= lower
        upper, found[side] = _factor(eye, expected, upper=True)
        _scale_opening(plane, side, "upper_lid", upper)
    return Refined(plane, found)


def margin_numbers(side: Side, group: str) -> list[int]:
    """Numbers of the points along a lid's margin, canthi included."""
    return MEDIAPIPE_478.of(side, (*_GROUPS["canthi"], *_GROUPS[group]))


def _margin(plane: FloatArray, side: Side, group: str, at: FloatArray) -> FloatArray:
    """Height of a lid's margin at x, cm: straight between the canthi and the group's points."""
    line = plane[margin_numbers(side, group)]
    order = np.argsort(line[:, 0])
    return np.asarray(np.interp(at, line[order, 0], line[order, 1]))


def _uncompressed(plane: FloatArray, side: Side, width: float) -> float:
    """The factor on the mesh's opening that undoes its compression."""
    upper, lower = (plane[MEDIAPIPE_478.of(side, _GROUPS[group]), 1] for group in ("upper_lid", "lower_lid"))
    opening = float(np.mean((upper - lower)[2:5])) / width * 100
    true = max(_CLOSED, _NORMAL_OPENING + (opening - _NORMAL_OPENING) / _COMPRESSION)
    return true / max(opening, _CLOSED)


def _scale_opening(plane: FloatArray, side: Side, group: str, factor: float) -> None:
    """Move one lid so that the eye is ``factor`` times as open; the other lid stays. Changes ``plane``."""
    numbers = MEDIAPIPE_478.of(side, _GROUPS[group])
    other = "lower_lid" if group == "upper_lid" else "upper_lid"
    still = _margin(plane, side, other, plane[numbers, 0])
    plane[numbers, 1] = still + factor * (plane[numbers, 1] - still)


def _strip(photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, side: Side) -> _Eye:
    outer, inner = plane[MEDIAPIPE_478.of(side, ("outer_canthus", "inner_canthus")), 0]
    columns = outer + (inner - outer) * np.linspace(_FROM_CANTHUS, 1 - _FROM_CANTHUS, _COLUMNS)
    upper, lower = (_margin(plane, side, group, columns) for group in ("upper_lid", "lower_lid"))
    bottom = float(lower.min()) - _BEYOND
    rows = np.arange(bottom, float(upper.max()) + _BEYOND, _STEP)
    xy = np.stack(np.broadcast_arrays(columns[None, :], rows[:, None]), axis=-1)
    light, red = light_and_red(photo, places(pose, canonical, xy))
    centre, medial, lateral = plane[MEDIAPIPE_478.of(side, ("iris_centre", "iris_medial", "iris_lateral")), 0]
    return _Eye(
        columns=columns,
        bottom=bottom,
        upper=upper,
        lower=lower,
        light=light,
        red=red,
        iris=np.abs(columns - centre) < abs(lateral - medial) / 2,
    )


def _factor(eye: _Eye, expected: float, *, upper: bool) -> tuple[float, bool]:
    """The factor on the opening at which one margin shows best, and whether it shows.

    Parameters
    ----------
    eye : _Eye
        The strip.
    expected : float
        What the mesh says.
    upper : bool
        Which lid; the other one stays where it is.
    """
    red, iris = (_RED_UPPER, _IRIS_UPPER) if upper else (_RED_LOWER, _IRIS_LOWER)
    prior, weakest = (_PRIOR_UPPER, _WEAKEST_UPPER) if upper else (_PRIOR_LOWER, _WEAKEST_LOWER)
    rise = _vertical_step(eye.light - red * eye.red)
    opening = eye.upper - eye.lower
    if upper:
        rise, curves = -rise, eye.lower + _FACTORS[:, None] * opening
    else:
        curves = eye.upper - _FACTORS[:, None] * opening
    weight = np.where(eye.iris, iris, 1.0)
    clear = _along(rise, (curves - eye.bottom) / _STEP) @ weight / weight.sum()
    cost = prior * ((_FACTORS - expected) * eye.opening * _MM) ** 2
    score = clear - cost
    best = int(np.argmax(score))
    elsewhere = np.abs(_FACTORS - _FACTORS[best]) * eye.opening > _APART
    # A best at the end of the range is no peak: a closed eye has a dark line, but no step to an eye.
    at_end = best in (0, len(_FACTORS) - 1)
    if clear[best] < weakest or at_end or rivalled(score, best, elsewhere, _RIVAL):
        return expected, False
    return float(_FACTORS[best] + vertex(score, best) * (_FACTORS[1] - _FACTORS[0])), True


def _vertical_step(values: FloatArray) -> FloatArray:
    """How much higher values are above than below each row, over the width of a margin."""
    reach = int(np.ceil(3 * _STEP_SIGMA / _STEP))
    offset = np.arange(-reach, reach + 1) * _STEP
    kernel = offset * np.exp(-0.5 * (offset / _STEP_SIGMA) ** 2)
    kernel /= kernel[reach:].sum()
    return np.asarray(cv2.filter2D(values, -1, kernel[:, None], borderType=cv2.BORDER_REPLICATE))


def _along(values: FloatArray, rows: FloatArray) -> FloatArray:
    """Values (rows, columns) read along curves of fractional rows (curves, columns)."""
    low = np.clip(np.floor(rows).astype(int), 0, len(values) - 2)
    part = np.clip(rows - low, 0, 1)
    column = np.arange(values.shape[1])
    return np.asarray(values[low, column] * (1 - part) + values[low + 1, column] * part)
