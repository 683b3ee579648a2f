"""Lid margins, read by two small networks in an enlarged picture of each eye.

The face's mesh shows about 0.6 of a lid's movement, and the strongest edge near a lid is as often the crease,
the lashes or their shadow as the margin itself. So the margins are read by networks that were trained on
margins placed by hand, and on the same eyes with their lids moved, closed, shaded and made up
(``benchmarks/tune/lids.py``). They see pixels alone: the mesh says only where the eye is. In each column of
the picture they give a distribution of heights for either margin (`asymmetry.extract.edges.network`).

One network learnt from people alone, the other also from renders, whose lids close without lashes. Their mean
is read: it repeats better than two readings by one of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.beside import ALONE, Beside
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.network import (
    Network,
    Picture,
    column_places,
    draw_picture,
    local_line,
)
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings

__all__ = ["EYE_PICTURE", "LidNetworks", "LidSettings", "Lids", "margin_numbers", "refine_lids"]

_FILES = ("lids_people.tflite", "lids_renders.tflite")
_GROUPS = MEDIAPIPE_478.groups
_LIDS = ("upper_lid", "lower_lid")
# The station of a lid's contour at which its height is measured.
_MIDDLE = 3


#: The picture of an eye that the network reads: pixels of 0.3 mm, about as fine as a photo with 2.2 to 4 px
#: per mm. The lids of 119 people's eyes, and eyes 2 mm off the middle, lie well inside.
EYE_PICTURE = Picture(step=0.03, width=128, height=96)


@dataclass(frozen=True)
class LidSettings:
    """How the networks' columns become points.

    Attributes
    ----------
    reach : float
        Columns are averaged around a point with normal weights of this standard deviation, cm. Of 0.05 to
        0.25, readings of the tuning people's eyes drawn again repeat best from 0.12 on; a wider one rounds
        the corners of the lids off.
    seen : float
        A margin whose distribution is wider than this, cm, was not seen. In 700 pictures of tuning people's
        eyes, most of them shaded, made up, closed or blurred, it is 0.08 at most.
    """

    reach: float = 0.12
    seen: float = 0.10


@dataclass(frozen=True)
class Lids:
    """Both eyes' lids.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, those of the lids on their margins, their middle over the pupil.
    widths : dict of Side to ndarray, shape (2,)
        Standard deviation of the networks' distributions, cm, in the middle of the upper and the lower lid.
    found : dict of Side to ndarray of bool, shape (2,)
        Whether the upper and the lower margin were seen.
    """

    plane: FloatArray = field(repr=False)
    widths: dict[Side, FloatArray]
    found: dict[Side, Mask]


class LidNetworks:
    """The networks, loaded once.

    Parameters
    ----------
    *contents : bytes
        TFLite files. Default: those that are installed with the package.
    threads : int, optional
        Threads that share one reading, see `reading_threads`.

    Raises
    ------
    ModelError
        If one is missing or can't be loaded.
    """

    def __init__(self, *contents: bytes, threads: int | None = None) -> None:
        if contents:
            self._networks = [Network("lids", each, threads=threads) for each in contents]
        else:
            self._networks = [Network(file, threads=threads) for file in _FILES]

    @staticmethod
    def sha256() -> str:
        """SHA-256 of the networks that are installed with the package, with a space between."""
        return " ".join(Network.sha256(file) for file in _FILES)

    def read(self, pictures: Pixels) -> tuple[FloatArray, FloatArray]:
        """Heights of both margins in pictures of eyes.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, rows, columns, 3)
            RGB, as `EYE_PICTURE` describes them.

        Returns
        -------
        heights, widths : ndarray, shape (n, 2, cells)
            Mean and standard deviation of the height of the upper and the lower margin over the picture's
            middle, cm, in each column of cells; the networks' mean of both.
        """
        read = [column_places(network.scores(pictures), EYE_PICTURE) for network in self._networks]
        heights, widths = np.mean(read, axis=0)
        return heights, widths


def refine_lids(
    photo: Halvings,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    networks: LidNetworks,
    settings: LidSettings | None = None,
    beside: Beside = ALONE,
) -> Lids:
    """Move the lid points of both eyes onto the margins that the photo shows.

    The middle of both lids comes to lie straight over and under the pupil, where MRD1 and MRD2 are measured;
    the mesh has it 1.3 to 1.9 mm further out. The other points move along in proportion.

    Parameters
    ----------
    photo, pose, canonical
        As for `asymmetry.extract.edges.network.draw_picture`.
    plane : ndarray, shape (k, 2)
        The mesh's reading: canonical x, y of all points, cm.
    networks : LidNetworks
        Read both eyes in one call.
    settings : LidSettings, optional
        How its columns become points.
    beside : Beside, optional
        Threads that draw the pictures.

    Returns
    -------
    Lids
        Both sides are treated by the same code, so a mirrored photo gives mirrored lids.
    """
    settings = settings or LidSettings()
    middles = {side: to_half(_middle(plane, side), side) for side in SIDES}

    def draw(side: Side) -> Pixels:
        return draw_picture(photo, pose, canonical, middles[side], side, EYE_PICTURE)

    pictures = beside.each(draw, SIDES)
    heights, widths = networks.read(np.stack(pictures))
    plane = plane.copy()
    seen = {}
    for i, side in enumerate(SIDES):
        half = to_half(plane, side)
        seen[side] = np.zeros(len(_LIDS))
        for j, lid in enumerate(_LIDS):
            numbers = MEDIAPIPE_478.of(side, _GROUPS[lid])
            out = _over_pupil(half, side, half[numbers, 0])
            weights = local_line(out - middles[side][0], EYE_PICTURE.columns, settings.reach)
            half[numbers] = np.column_stack([out, weights @ heights[i, j] + middles[side][1]])
            seen[side][j] = weights[_MIDDLE] @ widths[i, j]
        plane = from_half(half, side)
    return Lids(plane, seen, {side: width < settings.seen for side, width in seen.items()})


def margin_numbers(side: Side, group: str) -> list[int]:
    """Numbers of the points along a lid's margin, canthi included."""
    return MEDIAPIPE_478.of(side, (*_GROUPS["canthi"], *_GROUPS[group]))


def _middle(plane: FloatArray, side: Side) -> FloatArray:
    """Halfway between the canthi, canonical x, y, shape (2,)."""
    middle: FloatArray = plane[MEDIAPIPE_478.of(side, _GROUPS["canthi"])].mean(axis=0)
    return middle


def _over_pupil(half: FloatArray, side: Side, out: FloatArray) -> FloatArray:
    """Places of a lid's points outwards, cm, their middle over the pupil: canthi stay, the rest follows."""
    outer, inner = half[MEDIAPIPE_478.of(side, _GROUPS["canthi"]), 0]
    pupil = half[MEDIAPIPE_478.of(side, ("iris_centre",))[0], 0]
    quarter = (outer - inner) / 4
    pupil = np.clip(pupil, inner + quarter, outer - quarter)
    return np.asarray(np.interp(out, [inner, out[_MIDDLE], outer], [inner, pupil, outer]))
