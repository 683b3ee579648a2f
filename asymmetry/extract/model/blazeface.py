"""BlazeFace, the landmark model's detector: the places of faces in a picture, and pieces cut out there.

MediaPipe's Face Landmarker runs this network, and then the mesh's in a piece of the picture around each face.
Here both are run alike, in two thirds of the time: there is no graph of calculators, and no copy of the
photo. Points agree to within 0.0002 of the face's width, since pieces are cut out pixel for pixel as
MediaPipe cuts them out: in 153 photos of faces of all kinds, 0.00002 in the median one. Depths
differ by up to 2 % where a face is tilted in a photo that is not square: MediaPipe's depend on its shape.

Source: V. Bazarevsky et al., BlazeFace: sub-millisecond neural face detection on mobile GPUs, 2019, and
MediaPipe's ``face_detector_graph.cc``.
"""

from __future__ import annotations

import functools
import math
import os
import zipfile
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.beside import Beside
from asymmetry.errors import ModelError
from asymmetry.extract.model.file import model_file
from asymmetry.extract.model.runtime import load_network, reading_threads, run_network

__all__ = ["BlazeFace", "FaceBox", "cut_out"]

_MEMBER = "face_detector.tflite"
# Side of the picture that the network reads, px; boxes in each cell of a layer, by its cells either way.
_SIDE, _BOXES = 128, {16: 2, 8: 6}
# A box shows a face if its score is above this, the logit of MediaPipe's 0.5; boxes that overlap by more than
# this share of their union show the same one. Faces looked for: enough to see that there are several.
_LEAST_SCORE, _SAME, _MOST_FACES = 0.0, 0.5, 4
# Sides of a piece over those of its box.
_ROOM = 1.5
# OpenCV up to 4, which MediaPipe is built with, warps in blocks so wide, px. Where a place lies halfway
# between two steps of 1/32 px, the last bit says which one it takes.
_BLOCK = 64


class FaceBox(NamedTuple):
    """A face's place in a picture: centre (2,), size (2,) along its own axes, px, and roll, radians."""

    centre: FloatArray
    size: FloatArray
    roll: float

    def to_picture(self, points: FloatArray, side: int) -> FloatArray:
        """Turn points (k, 3) of the piece of this side into those of the picture, px."""
        x, y = ((points[:, :2] / side - 0.5) * self.size).T
        cos, sin = math.cos(self.roll), math.sin(self.roll)
        across, down = self.centre
        depth = points[:, 2] * (self.size[0] / side)
        return np.column_stack([across + cos * x - sin * y, down + sin * x + cos * y, depth])


class BlazeFace:
    """The network, loaded once.

    Parameters
    ----------
    model : path, optional
        A ``face_landmarker.task`` file. Default: the one that is installed with the package.
    threads : int, optional
        Threads that share pictures read in one call, see `reading_threads`.

    Raises
    ------
    ModelError
        If the file is missing, or holds no such network.
    """

    def __init__(
        self, model: str | os.PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        path = model_file(model)
        threads = reading_threads(threads)
        self._beside = Beside(threads)
        try:
            with zipfile.ZipFile(path) as archive:
                self._network = load_network(archive.read(_MEMBER), threads)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path}: its detector can't be read ({error})") from error

    def find(self, pictures: Sequence[Pixels]) -> list[list[FaceBox]]:
        """The places of faces in each of several RGB pictures (H, W, 3), the surest first.

        A box is half as large again as the face, and turned with it.
        """
        squares = [_square(picture) for picture in pictures]
        shown = self.cut_out(zip(pictures, squares, strict=True), _SIDE, cv2.BORDER_CONSTANT)
        given = np.stack(shown) * np.float32(1 / 127.5) - np.float32(1)
        boxes, scores = run_network(self._network, given)
        read = zip(boxes, scores[..., 0], squares, strict=True)
        return [_find(own, sure, square) for own, sure, square in read]

    def cut_out(
        self,
        places: Iterable[tuple[Pixels, FaceBox]],
        side: int,
        border: int = cv2.BORDER_REPLICATE,
    ) -> list[Pixels]:
        """As the function `cut_out`, for places in several pictures."""
        return self._beside.each(lambda place: cut_out(*place, side, border), places)


def _square(picture: Pixels) -> FaceBox:
    """The square around a whole picture."""
    height, width = picture.shape[:2]
    long = max(height, width)
    return FaceBox(np.array([width, height]) / 2, np.array([long, long]), 0.0)


def _find(
    boxes: npt.NDArray[np.float32], scores: npt.NDArray[np.float32], square: FaceBox
) -> list[FaceBox]:
    """The faces in a square, by the network's boxes (n, 16) and the logits of their scores (n,)."""
    found = _merge(*_decode(boxes, scores))[:_MOST_FACES]
    long = square.size[0]
    return [_face_box(corners * long + square.centre - long / 2) for corners in found]


def _decode(
    boxes: npt.NDArray[np.float32], scores: npt.NDArray[np.float32]
) -> tuple[FloatArray, FloatArray]:
    """Corners and eyes (n, 4, 2) of the boxes that show a face, in sides, and their scores (n,), falling."""
    order = np.argsort(-scores, kind="stable")
    order = order[scores[order] >= _LEAST_SCORE]
    points = np.asarray(boxes[order, :8], dtype=np.float64).reshape(-1, 4, 2) / _SIDE
    cells = _cell_middles()[order, None]
    centre = points[:, 0] + cells[:, 0]
    half = points[:, 1] / 2
    eyes = points[:, 2:] + cells
    corners = np.stack([centre - half, centre + half], axis=1)
    return np.concatenate([corners, eyes], axis=1), 1 / (
        1 + np.exp(-scores[order].astype(np.float64))
    )


@functools.cache
def _cell_middles() -> FloatArray:
    """Middles of the cells that boxes belong to, (n, 2), in sides."""
    cells = []
    for count, boxes in _BOXES.items():
        at = (np.arange(count) + 0.5) / count
        cells.append(
            np.repeat(np.stack(np.meshgrid(at, at), axis=-1).reshape(-1, 2), boxes, axis=0)
        )
    return np.concatenate(cells)


def _merge(found: FloatArray, scores: FloatArray) -> list[FloatArray]:
    """One of each group of boxes that overlap the surest of them: their mean, weighted by their scores."""
    merged = []
    while len(found):
        same = _overlap(found, found[0]) > _SAME
        same[0] = True
        merged.append(np.average(found[same], axis=0, weights=scores[same]))
        found, scores = found[~same], scores[~same]
    return merged


def _overlap(boxes: FloatArray, one: FloatArray) -> FloatArray:
    """Shares of their union with one box (4, 2) that boxes (n, 4, 2) have in common with it."""
    low, high = np.maximum(boxes[:, 0], one[0]), np.minimum(boxes[:, 1], one[1])
    common = np.prod(np.maximum(high - low, 0.0), axis=1)
    area = np.prod(boxes[:, 1] - boxes[:, 0], axis=1)
    return np.asarray(common / (area + np.prod(one[1] - one[0]) - common))


def _face_box(found: FloatArray) -> FaceBox:
    """The piece to cut out for corners and eyes (4, 2), px."""
    low, high, first_eye, second_eye = found
    across, down = second_eye - first_eye
    return FaceBox((low + high) / 2, _ROOM * (high - low), math.atan2(down, across))


def cut_out(picture: Pixels, box: FaceBox, side: int, border: int = cv2.BORDER_REPLICATE) -> Pixels:
    """A piece of a picture, drawn upright, shape (side, side, 3).

    ``border`` says what lies beyond the picture's edge: its edge's pixels, or nothing.
    """
    half = box.size / 2
    across = half[0] * np.array([math.cos(box.roll), math.sin(box.roll)])
    down = half[1] * np.array([-math.sin(box.roll), math.cos(box.roll)])
    corners = box.centre + np.array([down - across, -down - across, across - down, across + down])
    drawn = np.array([[0, side], [0, 0], [side, 0], [side, side]], dtype=np.float32)
    _, back = cv2.invert(cv2.getPerspectiveTransform(corners.astype(np.float32), drawn))
    # Places as OpenCV up to 4 works them out, and weights as it rounds them.
    rows, start = np.arange(side)[:, None, None], np.arange(0, side, _BLOCK)[:, None]
    within = np.arange(_BLOCK)
    x, y, far = (a * start + b * rows + c + a * within for a, b, c in back)
    steps = np.array([x, y]).reshape(2, side, side)
    steps *= (cv2.INTER_TAB_SIZE / far).reshape(side, side)
    exact = np.rint(steps, out=steps).astype(np.float32)
    exact /= cv2.INTER_TAB_SIZE
    whole, between = cv2.convertMaps(exact[0], exact[1], cv2.CV_16SC2)
    pixels = cv2.remap(picture, whole, between, cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(pixels, dtype=np.uint8)
