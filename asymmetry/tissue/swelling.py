"""Swelling: how far skin of a region was moved outwards since an earlier photo of the same person.

One photo alone does not tell a swelling from the person's own shape, so there is no reading without a
baseline. A frontal photo shows of a swelling as much as the skin is moved aside, up or down; what comes
straight towards the camera it does not show.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.tissue.atlas import PX_PER_CM, load_atlas
from asymmetry.tissue.atlas import REGIONS as ATLAS_REGIONS
from asymmetry.tissue.flow import BELOW, follow_skin, followed_skin
from asymmetry.tissue.picture import SkinPicture
from asymmetry.tissue.quiet import take_off_quiet

__all__ = [
    "REGIONS",
    "TABLE",
    "Conditions",
    "Swelling",
    "compare_conditions",
    "error_of",
    "measure_swelling",
    "read_outwards",
    "swelling_columns",
    "turn_between",
    "without_reading",
]

Mask = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.floating[Any]]

#: Regions in which known swellings are read well enough (docs/tables/swelling.md): not the upper lid, of
#: which .6 is read, nor the lips.
REGIONS = ("cheek", "jaw", "lower_lid")
#: Errors, by ``python -m benchmarks.tune.swelling``.
TABLE = Path(__file__).with_name("swelling.toml")
# A tenth of the region is moved farther than what is given; before, each region is smoothed over so much, mm:
# a lid's swelling is 7 mm high, a cheek's several times that.
_PERCENT, _SMOOTH_MM = 90.0, (3.0, 1.5, 1.5)
# A region is judged where so much of it is seen; a pixel at half resolution, where half of it is.
_LEAST_SEEN, _HALF = 0.6, 0.5
# Photos are not compared whose heads are turned apart by more than this, degrees, or whose skins fit worse
# than this, mm: the retakes that errors were made from reach 15 and 0.25, a smile beside a still face 0.7.
_MOST_TURN, _MOST_MISFIT = 15.0, 0.5


@dataclass(frozen=True)
class Conditions:
    """Differences of two photos, by which errors grow.

    Attributes
    ----------
    turn_deg : float
        Angle between the directions in which the head looks.
    misfit_mm : float
        Robust standard deviation of the skin's shifts that nothing explains: of blur, light and the file.
    mouth_mm : float
        Root mean square of those around the mouth: of expression.
    """

    turn_deg: float
    misfit_mm: float
    mouth_mm: float


@dataclass(frozen=True, eq=False)
class Swelling:
    """Swelling of one photo against a baseline.

    Attributes
    ----------
    mm : ndarray, shape (2, regions)
        How far outwards the skin was moved, right and left, of each of `REGIONS`; NaN where it can't be told.
    sd_mm : ndarray, shape (2, regions)
        Standard deviations.
    notes : tuple of Note
        Why something is NaN.
    """

    mm: FloatArray = field(repr=False)
    sd_mm: FloatArray = field(repr=False)
    notes: tuple[Note, ...] = ()


def measure_swelling(
    picture: SkinPicture | None, baseline: SkinPicture | None, *, glasses: bool = False
) -> Swelling:
    """Measure how much more swollen a face is than in an earlier photo.

    Parameters
    ----------
    picture : SkinPicture or None
        The photo; None where its skin could not be drawn.
    baseline : SkinPicture or None
        A photo of the same person without swelling, of the same expression.
    glasses : bool
        Whether either shows glasses: lids behind them are not judged.

    Returns
    -------
    Swelling
        Positive where the skin stands farther out than in the baseline.
    """
    if picture is None:
        return without_reading()
    if baseline is None:
        return without_reading(Note("swelling_alone"))
    shift, seen = follow_skin(baseline, picture)
    rest, misfit = take_off_quiet(shift, seen)
    conditions = compare_conditions(turn_between(baseline, picture), rest, seen, misfit)
    unlike = _too_unlike(conditions)
    if unlike:
        return without_reading(unlike)
    mm = read_outwards(rest, seen)
    if glasses:
        mm[:, REGIONS.index("lower_lid")] = np.nan
    notes = (Note("swelling_hidden"),) if np.isnan(mm).any() else ()
    return Swelling(mm, error_of(mm, conditions), notes)


def without_reading(*notes: Note) -> Swelling:
    """No reading, and why."""
    blank = np.full((len(SIDES), len(REGIONS)), np.nan)
    return Swelling(blank, blank, notes)


def swelling_columns(swellings: Sequence[Swelling]) -> dict[str, FloatArray]:
    """Columns ``swelling_<region>_<side>_mm`` and ``..._sd_mm`` of n photos, each of shape (n,)."""
    columns = {}
    for side, _ in enumerate(SIDES):
        for number, region in enumerate(REGIONS):
            stem = f"swelling_{region}_{SIDES[side]}"
            columns[f"{stem}_mm"] = np.array([each.mm[side, number] for each in swellings])
            columns[f"{stem}_sd_mm"] = np.array([each.sd_mm[side, number] for each in swellings])
    return columns


def read_outwards(rest: FloatArray, seen: Mask) -> FloatArray:
    """The shift outwards that a tenth of each region has or exceeds, mm, shape (2, regions).

    Parameters
    ----------
    rest : ndarray, shape (2, h, w, 2)
        Shifts of the skin, mm, of `take_off_quiet`.
    seen : ndarray of bool, shape (2, h, w)
        Pixels at which they are known.

    Returns
    -------
    ndarray, shape (2, regions)
        Negative where a tenth is moved inwards farther than any tenth is outwards: it stands back.
    """
    found = np.full((len(SIDES), len(REGIONS)), np.nan)
    for side in range(len(SIDES)):
        known = np.where(seen[side][..., None], rest[side], 0.0)
        outwards = _halve((known * _outwards()).sum(axis=-1))
        share = _halve(seen[side])
        for number, region in enumerate(_regions()):
            where = region & (share > _HALF)
            if where.sum() >= _LEAST_SEEN * region.sum():
                smooth = _smooth_within(outwards, share, _SMOOTH_MM[number])[where]
                low, high = np.percentile(smooth, [100 - _PERCENT, _PERCENT])
                found[side, number] = high if high >= -low else low
    return found


def turn_between(before: SkinPicture, now: SkinPicture) -> float:
    """Angle between the directions in which the head looks in two photos, degrees; roll does not count."""
    cosine = float(before.pose.rotation[2] @ now.pose.rotation[2])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def compare_conditions(
    turn_deg: float, rest: FloatArray, seen: Mask, misfit_mm: float
) -> Conditions:
    """Differences of two photos, from the rest that `take_off_quiet` leaves."""
    around_mouth = seen & (load_atlas().region[BELOW] == ATLAS_REGIONS.index("perioral"))
    squares = np.square(rest).sum(axis=-1)[around_mouth]
    mouth = float(np.sqrt(squares.mean())) if squares.size else float("nan")
    return Conditions(turn_deg, misfit_mm, mouth)


def error_of(mm: FloatArray, conditions: Conditions) -> FloatArray:
    """Standard deviations of readings (2, regions), mm, NaN where those are."""
    squares = np.square([1.0, *vars(conditions).values()])
    quiet = np.array([np.square(_errors()[region]) @ squares for region in REGIONS])
    response = np.array([_errors()["response"][number] for number in range(len(REGIONS))])
    return np.asarray(np.sqrt(quiet + np.square(response * mm)))


def _too_unlike(conditions: Conditions) -> Note | None:
    """Why two photos are not compared, if they are too unlike."""
    if not conditions.turn_deg <= _MOST_TURN:
        return Note("swelling_turned", degrees=conditions.turn_deg)
    if not conditions.misfit_mm <= _MOST_MISFIT:
        return Note("swelling_unlike")
    return None


@cache
def _errors() -> Mapping[str, Any]:
    """For each region the errors that conditions add: always, per degree, per mm of either misfit."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _regions() -> tuple[Mask, ...]:
    """Masks of the regions at half resolution."""
    labels = load_atlas().region[BELOW]
    each = ((labels == ATLAS_REGIONS.index(name)) & followed_skin() for name in REGIONS)
    return tuple(_halve(mask) > _HALF for mask in each)


@cache
def _outwards() -> FloatArray:
    """Unit vectors (h, w, 2) in the plane of the face, in which its surface faces aside."""
    aside = load_atlas().normal[BELOW][..., :2]
    return np.asarray(aside / np.maximum(np.linalg.norm(aside, axis=-1, keepdims=True), 1e-3))


def _halve(picture: FloatArray | Mask) -> npt.NDArray[np.float32]:
    """A picture at half its resolution: readings are far coarser."""
    size = picture.shape[1] // 2, picture.shape[0] // 2
    half = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(half, dtype=np.float32)


def _smooth_within(total: FloatArray, share: FloatArray, mm: float) -> FloatArray:
    """Values smoothed over their neighbours, each of which has so much of them, at half resolution."""
    sigma = mm * PX_PER_CM / 10 / 2
    sums = cv2.GaussianBlur(np.dstack([total, share]), (0, 0), sigma)
    return np.asarray(sums[..., 0] / np.maximum(sums[..., 1], 1e-2))
