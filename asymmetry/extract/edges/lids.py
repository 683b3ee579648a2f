"""Lid margins, read by a small network in an enlarged picture of each eye.

The face's mesh shows about 0.6 of a lid's movement, and the strongest edge near a lid is as often the crease,
the lashes or their shadow as the margin itself. So the margins are read by a network that was trained on
margins placed by hand, and on the same eyes with their lids moved, closed, shaded and made up
(``benchmarks/tune/lids.py``). It sees pixels alone: the mesh says only where the eye is. In each column of
the picture it gives a distribution of heights for either margin. Its mean is the reading, its width says how
clearly the margin shows.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import ModelError
from asymmetry.extract.face.half import from_half, to_half
from asymmetry.extract.face.plane import draw_at, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.photos.halvings import Halvings

__all__ = ["EYE_PICTURE", "EyePicture", "LidNetwork", "LidSettings", "Lids", "margin_numbers", "refine_lids"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

_FILE = "lids.onnx"
_GROUPS = MEDIAPIPE_478.groups
_LIDS = ("upper_lid", "lower_lid")
# The station of a lid's contour at which its height is measured.
_MIDDLE = 3


@dataclass(frozen=True)
class EyePicture:
    """The picture of an eye that the network reads, the outer canthus on its left.

    Attributes
    ----------
    step : float
        Width of a pixel, canonical cm: 0.3 mm, about as fine as a photo with 2.2 to 4 px per mm.
    width, height : int
        Pixels; the lids of 119 people's eyes, and eyes 2 mm off the middle, lie well inside.
    cell : int
        Pixels either way for which the network gives one height.
    """

    step: float = 0.03
    width: int = 128
    height: int = 96
    cell: int = 2

    def grid(self, fineness: int = 1) -> FloatArray:
        """Places of the pixels outwards and up from the picture's middle, cm, shape (rows, columns, 2).

        ``fineness`` is the number of places for each pixel, either way.
        """
        step = self.step / fineness
        out = (self.width * fineness / 2 - 0.5 - np.arange(self.width * fineness)) * step
        up = (self.height * fineness / 2 - 0.5 - np.arange(self.height * fineness)) * step
        return np.stack(np.meshgrid(out, up), axis=-1)

    @property
    def columns(self) -> FloatArray:
        """Distance of the cells' columns outwards from the middle, cm, falling."""
        return self._centres(self.width)

    @property
    def rows(self) -> FloatArray:
        """Height of the cells' rows over the middle, cm, falling."""
        return self._centres(self.height)

    def _centres(self, size: int) -> FloatArray:
        cells = self.cell * (np.arange(size // self.cell) + 0.5)
        return np.asarray((size / 2 - cells) * self.step, dtype=np.float64)


EYE_PICTURE = EyePicture()


@dataclass(frozen=True)
class LidSettings:
    """How the network's columns become points.

    Attributes
    ----------
    reach : float
        Columns are averaged around a point with normal weights of this standard deviation, cm. Of 0.05 to
        0.25, readings of the tuning people's eyes draw_at again repeat best from 0.12 on; a wider one rounds
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
        try:
            if content is None:
                content = _load_installed()
            # OpenCV 5 takes three times as long with its newer engine; OpenCV 4 has the one.
            engine = {"engine": cv2.dnn.ENGINE_CLASSIC} if hasattr(cv2.dnn, "ENGINE_CLASSIC") else {}
            self._network = cv2.dnn.readNetFromONNX(np.frombuffer(content, np.uint8), **engine)
        except (OSError, cv2.error) as error:
            raise ModelError(f"{_FILE}: the network for lids can't be read ({error})") from error

    @staticmethod
    def sha256() -> str:
        """SHA-256 of the network that is installed with the package."""
        return hashlib.sha256(_load_installed()).hexdigest()

    def read(self, pictures: Pixels) -> tuple[FloatArray, FloatArray]:
        """Heights of both margins in pictures of eyes.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, rows, columns, 3)
            RGB, as `EyePicture` describes them.

        Returns
        -------
        heights, widths : ndarray, shape (n, 2, cells)
            Mean and standard deviation of the height of the upper and the lower margin over the picture's
            middle, cm, in each column of cells.
        """
        given = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), dtype=np.float32)
        self._network.setInput((given - 128) / 64)
        scores = np.asarray(self._network.forward(), dtype=np.float64)[:, : len(_LIDS)]
        share = np.exp(scores - scores.max(axis=2, keepdims=True))
        share /= share.sum(axis=2, keepdims=True)
        rows = EYE_PICTURE.rows[:, None]
        heights = (share * rows).sum(axis=2)
        square = (share * (rows - heights[:, :, None]) ** 2).sum(axis=2)
        return heights, np.sqrt(square)


def _load_installed() -> bytes:
    return importlib.resources.files(__package__).joinpath(_FILE).read_bytes()


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
    middles = {side: to_half(_middle(plane, side), side) for side in SIDES}
    pictures = np.stack([draw_eye(photo, pose, canonical, middles[side], side) for side in SIDES])
    heights, widths = network.read(pictures)
    plane = plane.copy()
    seen = {}
    for i, side in enumerate(SIDES):
        half = to_half(plane, side)
        for j, lid in enumerate(_LIDS):
            numbers = MEDIAPIPE_478.of(side, _GROUPS[lid])
            out = _over_pupil(half, side, half[numbers, 0])
            weights = _weights(out - middles[side][0], settings.reach)
            half[numbers] = np.column_stack([out, weights @ heights[i, j] + middles[side][1]])
            widths[i, j, 0] = weights[_MIDDLE] @ widths[i, j]
        seen[side] = widths[i, :, 0]
        plane = from_half(half, side)
    return Lids(plane, seen, {side: width < settings.seen for side, width in seen.items()})


def margin_numbers(side: Side, group: str) -> list[int]:
    """Numbers of the points along a lid's margin, canthi included."""
    return MEDIAPIPE_478.of(side, (*_GROUPS["canthi"], *_GROUPS[group]))


def draw_eye(photo: Halvings, pose: Pose, canonical: Canonical, middle: FloatArray, side: Side) -> Pixels:
    """The picture of one eye, RGB, shape (rows, columns, 3).

    Parameters
    ----------
    photo : Halvings
        RGB, upright.
    pose, canonical
        As for `refine_lids`.
    middle : ndarray, shape (2,)
        Of the picture, outwards and up, cm.
    side : {"right", "left"}
        The patient's own.
    """
    small = photo.down_to(1 / (pose.scale * EYE_PICTURE.step))
    view = pose.resize(small.shape[1] / photo.whole.shape[1], small.shape[0] / photo.whole.shape[0])
    # Drawn twice as fine and averaged, so that all pixels of a photo that is finer than the picture count.
    at = places(view, canonical, from_half(middle + EYE_PICTURE.grid(2), side))
    size = EYE_PICTURE.width, EYE_PICTURE.height
    fine = draw_at(small, at, cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


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


def _weights(out: FloatArray, reach: float) -> FloatArray:
    """Weights (points, columns) of a local straight line through the columns' heights."""
    away = EYE_PICTURE.columns - out[:, None]
    near = np.exp(-(away**2) / (2 * reach**2))
    total, first, second = (np.sum(near * away**power, axis=1, keepdims=True) for power in (0, 1, 2))
    weights: FloatArray = near * (second - first * away) / (total * second - first**2)
    return weights
