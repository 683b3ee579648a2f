"""Lid margins, read by a small network in an enlarged picture of each eye.

The face's mesh shows about 0.6 of a lid's movement, and the strongest edge near a lid is as often the crease,
the lashes or their shadow as the margin itself. So the margins are read by a network that was trained on
margins placed by hand, and on the same eyes with their lids moved, closed, shaded and made up
(``benchmarks/tune/lids.py``). It sees pixels alone: the mesh says only where the eye is. In each column of
the picture it gives a distribution of heights for either margin (`asymmetry.extract.network`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.network import Network, Picture, column_places, draw_picture, local_line
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings

__all__ = ["EYE_PICTURE", "LidNetwork", "LidSettings", "Lids", "margin_numbers", "refine_lids"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

_FILE = "lids.onnx"
_GROUPS = MEDIAPIPE_478.groups
_LIDS = ("upper_lid", "lower_lid")
# The station of a lid's contour at which its height is measured.
_MIDDLE = 3


#: The picture of an eye that the network reads: pixels of 0.3 mm, about as fine as a photo with 2.2 to 4 px
#: per mm. The lids of 119 people's eyes, and eyes 2 mm off the middle, lie well inside.
EYE_PICTURE = Picture(step=0.03, width=128, height=96)


@dataclass(frozen=True)
class LidSettings:
    """How the network's columns become points.

    Attributes
    ----------
    reach : float
        Columns are averaged around a point with normal weights of this standard deviation, cm. Of 0.05 to
        0.25, readings of the tuning people's eyes drawn again repeat best from 0.12 on; a wider one rounds
        the corners of the lids off.
    seen : float
        A margin whose distribution is wider than this, cm, was not seen. In 700 pictures of tuning people's
        eyes, most of them shaded, made up, closed or blurred, it is 0.08 at most.
    looks : tuple of (float, float)
        Each eye is read in pictures whose middles lie so far outwards and up, cm, and the mean counts. Moved
        upper lids of tuning people are read to 0.28 mm (RMSE) with four, to 0.29 with two and 0.30 with one.
    """

    reach: float = 0.12
    seen: float = 0.10
    looks: tuple[tuple[float, float], ...] = ((0.1, 0.05), (-0.1, -0.05))


@dataclass(frozen=True)
class Lids:
    """Both eyes' lids.

    Attributes
    ----------
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, those of the lids on their margins, their middle over the pupil.
    widths : dict of Side to ndarray, shape (2,)
        Standard deviation of the network's distribution, cm, at the middle of the upper and the lower margin.
    found : dict of Side to ndarray of bool, shape (2,)
        Whether the upper and the lower margin were seen.
    """

    plane: FloatArray = field(repr=False)
    widths: dict[Side, FloatArray]
    found: dict[Side, npt.NDArray[np.bool_]]


class LidNetwork:
    """The network, loaded once.

    Parameters
    ----------
    content : bytes, optional
        An ONNX file. Default: the one that is installed with the package.

    Raises
    ------
    ModelError
        If it is missing or can't be loaded.
    """

    def __init__(self, content: bytes | None = None) -> None:
        self._network = Network(_FILE, content)

    @staticmethod
    def sha256() -> str:
        """SHA-256 of the network that is installed with the package."""
        return Network.sha256(_FILE)

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
            middle, cm, in each column of cells.
        """
        return column_places(self._network.scores(pictures)[:, : len(_LIDS)], EYE_PICTURE)


def refine_lids(
    photo: Halvings,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    network: LidNetwork,
    settings: LidSettings | None = None,
) -> Lids:
    """Move the lid points of both eyes onto the margins that the photo shows.

    The middle of both lids comes to lie straight over and under the pupil, where MRD1 and MRD2 are measured;
    the mesh has it 1.3 to 1.9 mm further out. The other points move along in proportion.

    Parameters
    ----------
    photo : Halvings
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    plane : ndarray, shape (k, 2)
        The mesh's reading: canonical x, y of all points, cm.
    network : LidNetwork
        Reads both eyes in one call.
    settings : LidSettings, optional
        How its columns become points.

    Returns
    -------
    Lids
        Both sides are treated by the same code, so a mirrored photo gives mirrored lids.
    """
    settings = settings or LidSettings()
    middles = {side: to_half(_middle(plane, side), side) + np.array(settings.looks) for side in SIDES}
    pictures = [
        draw_picture(photo, pose, canonical, middle, side, EYE_PICTURE)
        for side in SIDES
        for middle in middles[side]
    ]
    looks = len(SIDES), len(settings.looks), len(_LIDS), -1
    heights, widths = (each.reshape(looks) for each in network.read(np.stack(pictures)))
    plane = plane.copy()
    seen = {}
    for i, side in enumerate(SIDES):
        half = to_half(plane, side)
        columns = middles[side][:, :1] + EYE_PICTURE.columns
        seen[side] = np.zeros(len(_LIDS))
        for j, lid in enumerate(_LIDS):
            numbers = MEDIAPIPE_478.of(side, _GROUPS[lid])
            out = _over_pupil(half, side, half[numbers, 0])
            weights = [local_line(out, each, settings.reach) for each in columns]
            up = np.mean(
                [w @ h + m for w, h, m in zip(weights, heights[i, :, j], middles[side][:, 1], strict=True)],
                axis=0,
            )
            half[numbers] = np.column_stack([out, up])
            seen[side][j] = np.mean(
                [w[_MIDDLE] @ each for w, each in zip(weights, widths[i, :, j], strict=True)]
            )
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
