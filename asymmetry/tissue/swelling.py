"""Swelling: how far skin of a region was moved outwards since an earlier photo of the same person.

One photo alone does not tell a swelling from the person's own shape, so there is no reading without a
baseline. A frontal photo shows of a swelling as much as the skin is moved aside, up or down, but no
move straight towards the camera.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import Mask
from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.tissue.atlas import HEIGHT, PX_PER_CM, WIDTH, load_atlas
from asymmetry.tissue.atlas import REGIONS as ATLAS_REGIONS
from asymmetry.tissue.flow import BELOW, follow_skin, followed_skin, outwards
from asymmetry.tissue.outline import grow
from asymmetry.tissue.patches import Patch
from asymmetry.tissue.picture import SkinPicture
from asymmetry.tissue.quiet import take_off_quiet

__all__ = [
    "REGIONS",
    "TABLE",
    "ZONES",
    "Conditions",
    "Swelling",
    "Unmixing",
    "compare_conditions",
    "draw_outwards",
    "error_of",
    "find_unlikeness",
    "load_unmixing",
    "measure_swelling",
    "read_outwards",
    "swelling_columns",
    "turn_between",
    "unmix",
    "without_reading",
]

FloatArray = npt.NDArray[np.floating[Any]]

#: Regions in which known swellings are read well enough (docs/tables/swelling.md): not the upper lid, of
#: which .6 is read, nor the lips.
REGIONS = ("cheek", "jaw", "lower_lid")
#: Places whose skin is read. A cheekbone and the cheek below it swell apart, and each pulls another
#: neighbour along: that is taken out of the regions by `unmix`.
ZONES = ("cheekbone", "cheek_below", "jaw", "lower_lid")
#: The zones of each region, without which it can't be told.
_OWN = {"cheek": ("cheekbone", "cheek_below"), "jaw": ("jaw",), "lower_lid": ("lower_lid",)}
#: Errors and the unmixing matrix, by ``python -m benchmarks.tune.swelling``.
TABLE = Path(__file__).with_name("swelling.toml")
# A tenth of a place is moved farther than its reading; before, it is smoothed over so much, mm: a lid's
# swelling is 7 mm high, a cheek's several times that. The cheekbone ends at this height, cm.
_PERCENT, _CHEEK_SMOOTH_MM, _SMOOTH_MM, _BONE_CM = 90.0, 3.0, 1.5, 0.2
# A zone that is not seen may swell by so much, mm, of which neighbours would be off by their share.
_UNSEEN_MM = 1.5
# A region is judged where so much of it is seen; a pixel at half resolution, where half of it is.
_LEAST_SEEN, _HALF = 0.6, 0.5
# Skin is not judged on a bruise and so near to it, mm: painted bruises of 120 to 200 mm² on six people moved
# a cheek's reading by up to 1.3 mm. With 1 mm left out it is still 1.0, with 3 mm 0.6 in one and 0.2 else.
_BRUISE_MM = 3
# Photos are not compared whose heads are turned apart by more than this, degrees, or whose skins fit worse
# than this, mm: of known swellings of tuning people beyond it, 0.7 was read. Retakes reach 15 and 0.3, and a
# smile beside a still face 0.7. Nor are photos whose skin seems to have moved by more than this, mm, of the
# turn and the camera's distance: 96 of 100 retakes of tuning people at home stay below, so that little is
# known of larger moves.
_MOST_TURN, _MOST_MISFIT, _MOST_MOVED = 15.0, 0.25, 2.5


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
    moved_mm : float
        Root mean square of the shifts that were taken off: of the head's turn and the camera's distance.
    """

    turn_deg: float
    misfit_mm: float
    mouth_mm: float
    moved_mm: float


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
    map_mm : ndarray of float32, shape (2, h, w), or None
        How far outwards the skin of each place was moved, at half the resolution of the atlas, from
        `asymmetry.tissue.flow.BELOW` on; NaN where it is not seen. None where there is no reading.
    """

    mm: FloatArray = field(repr=False)
    sd_mm: FloatArray = field(repr=False)
    notes: tuple[Note, ...] = ()
    map_mm: npt.NDArray[np.float32] | None = field(default=None, repr=False)


def draw_outwards(rest: FloatArray, seen: Mask) -> npt.NDArray[np.float32]:
    """A map of shifts outwards, smoothed, as `Swelling.map_mm`; arguments as of `read_outwards`."""
    halves = []
    for side in range(len(SIDES)):
        moved, share = _find_outwards(rest[side], seen[side])
        smooth = _smooth_within(moved, share, _SMOOTH_MM)
        halves.append(np.where(share > _HALF, smooth, np.nan))
    return np.asarray(halves, dtype=np.float32)


def _find_outwards(rest: FloatArray, seen: Mask) -> tuple[FloatArray, FloatArray]:
    """Shifts outwards of one half and the share that is seen, at half resolution."""
    aside, up = np.moveaxis(outwards(), -1, 0)
    moved = rest[..., 0] * aside + rest[..., 1] * up
    return _halve(np.where(seen, moved, 0.0)), _halve(seen)


class Unmixing(NamedTuple):
    """How regions come out of zones, measured on known swellings of tuning people.

    A swelling's skirts are partly fitted by the face's quiet moves, so that neighbours read too low, and
    skin that it pulls along reads too high. The matrix is the inverse of that.

    Attributes
    ----------
    matrix : ndarray, shape (regions, zones)
        From the readings of zones to the swellings of regions.
    loss : ndarray, shape (regions,)
        Share of a swelling that is not followed, per mm of misfit.
    """

    matrix: FloatArray
    loss: FloatArray


def measure_swelling(
    picture: SkinPicture | None,
    baseline: SkinPicture | None,
    *,
    glasses: bool = False,
    bruises: Sequence[Patch] = (),
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
    bruises : sequence of Patch
        Bruises of the photo. Their skin is not judged, as its colour is another than before.

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
    seen &= ~_find_bruised(bruises)
    rest, misfit = take_off_quiet(shift, seen)
    conditions = compare_conditions(turn_between(baseline, picture), shift, rest, seen, misfit)
    unlike = find_unlikeness(conditions)
    if unlike:
        return without_reading(unlike)
    zones = read_outwards(rest, seen, ZONES)
    if glasses:
        zones[:, ZONES.index("lower_lid")] = np.nan
    mm = unmix(zones, misfit)
    notes = (Note("swelling_hidden"),) if np.isnan(mm).any() else ()
    return Swelling(mm, error_of(mm, conditions, zones), notes, draw_outwards(rest, seen))


def _find_bruised(bruises: Sequence[Patch]) -> Mask:
    """Pixels of both halves on bruises and so near to them that their edges are taken for moved skin."""
    found = np.zeros((len(SIDES), HEIGHT, WIDTH), dtype=bool)
    for each in bruises:
        wide = grow(each.mask, _BRUISE_MM).astype(np.uint8)
        found[SIDES.index(each.side)] |= cv2.resize(wide, (WIDTH, HEIGHT)) > 0
    return found[:, BELOW]


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


def read_outwards(rest: FloatArray, seen: Mask, places: Sequence[str] = REGIONS) -> FloatArray:
    """The shift outwards that a tenth of each place has or exceeds, less the one inwards, mm.

    Parameters
    ----------
    rest : ndarray, shape (2, h, w, 2)
        Shifts of the skin, mm, of `take_off_quiet`.
    seen : ndarray of bool, shape (2, h, w)
        Pixels at which they are known.
    places : sequence of str
        Of the atlas's regions and `ZONES`.

    Returns
    -------
    ndarray, shape (2, places)
        Of skin that moved outwards alone, the shift that a tenth of it has; of skin that moved inwards alone,
        the same, negative. Where noise moves one part out and another in, both cancel. NaN where too little
        is seen.
    """
    found = np.full((len(SIDES), len(places)), np.nan)
    for side in range(len(SIDES)):
        moved, share = _find_outwards(rest[side], seen[side])
        for number, (region, mm) in enumerate(_masks()[name] for name in places):
            where = region & (share > _HALF)
            if where.sum() >= _LEAST_SEEN * region.sum():
                smooth = _smooth_within(moved, share, mm)[where]
                low, high = np.percentile(smooth, [100 - _PERCENT, _PERCENT])
                found[side, number] = max(high, 0.0) + min(low, 0.0)
    return found


def unmix(zones: FloatArray, misfit_mm: float, how: Unmixing | None = None) -> FloatArray:
    """Regions out of zones: the part of each reading that comes from a neighbour is taken out.

    Parameters
    ----------
    zones : ndarray, shape (2, zones)
        Readings of `ZONES`, mm.
    misfit_mm : float
        As in `Conditions`: where skins fit badly, less of a swelling is followed.
    how : Unmixing, optional
        Default: that of the table.

    Returns
    -------
    ndarray, shape (2, regions)
        NaN where a region's own zones are. Other zones that are not seen count as quiet.
    """
    by = load_unmixing() if how is None else how
    mixed = np.nan_to_num(zones) @ by.matrix.T / (1 - by.loss * misfit_mm)
    own = np.array([[zone in _OWN[region] for zone in ZONES] for region in REGIONS])
    unseen = (np.isnan(zones)[..., None, :] & own).any(axis=-1)
    return np.asarray(np.where(unseen, np.nan, mixed))


def turn_between(before: SkinPicture, now: SkinPicture) -> float:
    """Angle between the directions in which the head looks in two photos, degrees; roll does not count."""
    cosine = float(before.pose.rotation[2] @ now.pose.rotation[2])
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))


def compare_conditions(
    turn_deg: float, shift: FloatArray, rest: FloatArray, seen: Mask, misfit_mm: float
) -> Conditions:
    """Differences of two photos, from the skin's shifts and the rest that `take_off_quiet` leaves of them."""
    around_mouth = seen & (load_atlas().region[BELOW] == ATLAS_REGIONS.index("perioral"))
    mouth, moved = _mean_length(rest[around_mouth]), _mean_length((shift - rest)[seen])
    return Conditions(turn_deg, misfit_mm, mouth, moved)


def _mean_length(shifts: FloatArray) -> float:
    """Root mean square of the lengths of shifts (n, 2); NaN where there are none."""
    if not len(shifts):
        return float("nan")
    return float(np.sqrt(np.einsum("nk,nk->", shifts, shifts, dtype=np.float64) / len(shifts)))


def error_of(mm: FloatArray, conditions: Conditions, zones: FloatArray | None = None) -> FloatArray:
    """Standard deviations of readings (2, regions), mm, NaN where those are.

    Besides the scatter of quiet photos, a share of each region's own swelling, larger where skins fit badly,
    and of those of its neighbours on its side: the rest that `unmix` leaves of them.

    Parameters
    ----------
    mm : ndarray, shape (2, regions)
        The readings.
    conditions : Conditions
        Differences of the two photos.
    zones : ndarray, shape (2, zones), optional
        The readings of the zones; one that is not seen adds the share in which it would be taken out.
    """
    squares = np.square([1.0, *vars(conditions).values()])
    quiet = np.array([np.square(_table()[region]) @ squares for region in REGIONS])
    always = np.square(_table()["response"])
    by_misfit = np.square(_table()["response_misfit"])
    shares = always + by_misfit * conditions.misfit_mm**2
    swollen = np.square(np.nan_to_num(mm)) @ shares.T
    unseen = np.zeros_like(mm)
    if zones is not None:
        hidden = np.isnan(zones) * _UNSEEN_MM**2
        unseen = hidden @ np.square(load_unmixing().matrix).T
    return np.where(np.isnan(mm), np.nan, np.sqrt(quiet + swollen + unseen))


def find_unlikeness(conditions: Conditions) -> Note | None:
    """Why two photos are not compared, if they are too unlike.

    Parameters
    ----------
    conditions : Conditions
        Differences of the two photos.
    """
    if not conditions.turn_deg <= _MOST_TURN:
        return Note("swelling_turned", degrees=conditions.turn_deg)
    if not conditions.misfit_mm <= _MOST_MISFIT:
        return Note("swelling_unlike")
    if not conditions.moved_mm <= _MOST_MOVED:
        return Note("swelling_moved")
    return None


@cache
def _table() -> Mapping[str, Any]:
    """Errors that conditions add to each region: always, and per degree or mm of each; and more."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def load_unmixing() -> Unmixing:
    """The unmixing of the table."""
    return Unmixing(np.array(_table()["unmixing"]), np.array(_table()["loss"]))


@cache
def _masks() -> Mapping[str, tuple[Mask, float]]:
    """Masks of the atlas's regions and of zones at half resolution, and how much each is smoothed, mm."""
    atlas = load_atlas()
    labels, above = atlas.region[BELOW], atlas.place[BELOW][..., 1] > _BONE_CM
    skin = {name: (labels == i) & followed_skin() for i, name in enumerate(ATLAS_REGIONS)}
    cheek = {"cheekbone": skin["cheek"] & above, "cheek_below": skin["cheek"] & ~above}
    smooth = dict.fromkeys(("cheek", *cheek), _CHEEK_SMOOTH_MM)
    return {
        name: (_halve(mask) > _HALF, smooth.get(name, _SMOOTH_MM))
        for name, mask in (skin | cheek).items()
    }


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
