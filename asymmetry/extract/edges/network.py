"""Small networks that read places in pictures of half a face, and those pictures.

A picture shows a part of one side as seen from the front, outwards on its left, so a network never knows
which side it sees. It gives scores to cells; their softmax, down a column or over the whole picture, is the
distribution of where something lies. The distribution's mean is the reading, its width says how clearly it
shows.
"""

from __future__ import annotations

import hashlib
import importlib.resources
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import Side
from asymmetry.errors import ModelError
from asymmetry.extract.face.half import from_half
from asymmetry.extract.face.plane import draw_at, on_a_grid, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.runtime import load_network, reading_threads, run_network
from asymmetry.photos.halvings import Halvings

__all__ = [
    "Network",
    "Picture",
    "column_places",
    "draw_picture",
    "local_line",
    "map_places",
    "scaled",
]

# A picture is drawn so much finer than it is, either way.
_FINENESS = 2


@dataclass(frozen=True)
class Picture:
    """A picture of a part of one side, outwards on its left.

    Attributes
    ----------
    step : float
        Width of a pixel, canonical cm.
    width, height : int
        Pixels.
    cell : int
        Pixels either way for which a network gives one score.
    """

    step: float
    width: int
    height: int
    cell: int = 2

    def grid(self) -> FloatArray:
        """Places of the pixels outwards and up from the picture's middle, cm, shape (rows, columns, 2)."""
        at = np.meshgrid(np.arange(self.width) + 0.5, np.arange(self.height) + 0.5)
        return self.place(np.stack(at, axis=-1))

    def place(self, at: FloatArray) -> FloatArray:
        """Places outwards and up from the picture's middle, cm, of x, y (..., 2) in its pixels, y down."""
        return np.asarray((np.array([self.width, self.height]) / 2 - at) * self.step)

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


class Network:
    """A network of this package, loaded once.

    Parameters
    ----------
    file : str
        Its name in the package.
    content : bytes, optional
        A TFLite file. Default: the one that is installed with the package.
    threads : int, optional
        Threads that share one reading, see `reading_threads`.

    Raises
    ------
    ModelError
        If it is missing or can't be loaded.
    """

    def __init__(
        self, file: str, content: bytes | None = None, *, threads: int | None = None
    ) -> None:
        most = reading_threads(threads)
        try:
            self._network = load_network(content or _installed(file), most)
        except (OSError, ValueError) as error:
            raise ModelError(f"{file}: this network can't be read ({error})") from error

    @staticmethod
    def sha256(file: str) -> str:
        """SHA-256 of a network that is installed with the package."""
        return hashlib.sha256(_installed(file)).hexdigest()

    def scores(self, pictures: Pixels) -> FloatArray:
        """Scores of the cells of pictures.

        Parameters
        ----------
        pictures : ndarray of uint8, shape (n, rows, columns, 3)
            RGB.

        Returns
        -------
        ndarray, shape (n, kinds, cells down, cells across)
        """
        (scores,) = run_network(self._network, scaled(pictures.astype(np.float32)))
        return np.asarray(scores.transpose(0, 3, 1, 2), dtype=np.float64, order="C")


def scaled(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Pixel values 0 to 255 as the networks take them."""
    return (values - np.float32(128)) / np.float32(64)


def _installed(file: str) -> bytes:
    return importlib.resources.files(__package__).joinpath(file).read_bytes()


def column_places(scores: FloatArray, picture: Picture) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of heights in each column, cm, shape (..., cells across)."""
    share = _softmax(scores, (-2,))
    rows = picture.rows[:, None]
    heights = (share * rows).sum(axis=-2)
    square = (share * (rows - heights[..., None, :]) ** 2).sum(axis=-2)
    return heights, np.sqrt(square)


def map_places(scores: FloatArray, picture: Picture) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of places in the whole picture, outwards and up, cm, shape (..., 2)."""
    share = _softmax(scores, (-2, -1))
    axes = (picture.columns, share.sum(axis=-2)), (picture.rows, share.sum(axis=-1))
    means = [(each * at).sum(axis=-1) for at, each in axes]
    squares = [
        (each * (at - mean[..., None]) ** 2).sum(axis=-1)
        for mean, (at, each) in zip(means, axes, strict=True)
    ]
    return np.stack(means, axis=-1), np.sqrt(np.stack(squares, axis=-1))


def _softmax(scores: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    share = np.exp(scores - scores.max(axis=axes, keepdims=True))
    return np.asarray(share / share.sum(axis=axes, keepdims=True))


def local_line(out: FloatArray, columns: FloatArray, reach: float) -> FloatArray:
    """Weights (points, columns) of a local straight line through the columns' heights.

    ``reach`` is the standard deviation of the columns' normal weights around a point, in the unit of ``out``.
    """
    away = columns - out[:, None]
    near = np.exp(-(away**2) / (2 * reach**2))
    total = np.sum(near, axis=1, keepdims=True)
    first = np.sum(near * away, axis=1, keepdims=True)
    second = np.sum(near * away**2, axis=1, keepdims=True)
    weights: FloatArray = near * (second - first * away) / (total * second - first**2)
    return weights


def draw_picture(
    photo: Halvings,
    pose: Pose,
    canonical: Canonical,
    middle: FloatArray,
    side: Side,
    picture: Picture,
) -> Pixels:
    """The picture of a part of one side, RGB, shape (rows, columns, 3).

    Parameters
    ----------
    photo : Halvings
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    middle : ndarray, shape (2,)
        Of the picture, outwards and up, cm.
    side : {"right", "left"}
        The patient's own.
    picture : Picture
        How large and how fine.
    """
    small = photo.down_to(1 / (pose.scale * picture.step))
    view = pose.resize(small.shape[1] / photo.whole.shape[1], small.shape[0] / photo.whole.shape[0])
    size = picture.width, picture.height

    def place(at: FloatArray) -> FloatArray:
        return places(view, canonical, from_half(middle + picture.place(at / _FINENESS), side))

    # Averaged, so that all pixels of a photo that is finer than the picture count.
    at = on_a_grid(_FINENESS * picture.width, _FINENESS * picture.height, place)
    fine = draw_at(small, at, cv2.INTER_LINEAR)
    return np.asarray(cv2.resize(fine, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
