"""What is compared: this library's methods, and a peer where its packages are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract import Extractor, Method
from asymmetry.extract.photo import read_photo

_PEER = "dlib 68"
# The peer's points (iBUG's numbering), right and left, under our names. Lids and pupils are means of several.
_PAIRS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "outer_canthus": ((36,), (45,)),
    "inner_canthus": ((39,), (42,)),
    "brow_upper_3": ((19,), (24,)),
    "brow_upper_4": ((20,), (23,)),
    "brow_lower_3": ((19,), (24,)),  # it has one line along a brow
    "brow_lower_4": ((20,), (23,)),
    "upper_lid_3": ((37,), (44,)),
    "upper_lid_4": ((37, 38), (43, 44)),
    "upper_lid_5": ((38,), (43,)),
    "lower_lid_3": ((41,), (46,)),
    "lower_lid_4": ((40, 41), (46, 47)),
    "lower_lid_5": ((40,), (47,)),
    "commissure": ((48,), (54,)),
    "inner_commissure": ((60,), (64,)),
    "iris_centre": ((37, 38, 40, 41), (43, 44, 46, 47)),
}
_MIDLINE = {"nasion": 27, "glabella": 27, "nose_bridge_1": 28}
# It has no iris, so the mean outer-canthal distance of adults stands for one, mm (Farkas 1994).
_CANTHAL_MM = 89.0


class Reader(Protocol):
    """Photos to landmarks."""

    def extract(self, photos: Iterable[Any]) -> Landmarks:
        """One row per photo."""


def names() -> list[str]:
    """Methods that can be run here."""
    peer = all(importlib.util.find_spec(name) for name in ("dlib", "face_recognition_models"))
    return [*reversed(get_args(Method)), *([_PEER] if peer else [])]


@contextmanager
def reader(name: str) -> Iterator[Reader]:
    """Open one of them."""
    if name == _PEER:
        yield _Dlib()
    else:
        with Extractor(method=name) as extractor:  # type: ignore[arg-type]
            yield extractor


class _Dlib:
    """dlib's 68 points (Kazemi and Sullivan 2014) as far as the benchmark needs them."""

    def __init__(self) -> None:
        import dlib

        package = importlib.util.find_spec("face_recognition_models")
        assert package is not None
        assert package.origin is not None
        model = Path(package.origin).parent / "models" / "shape_predictor_68_face_landmarks.dat"
        self._detector = dlib.get_frontal_face_detector()
        self._predictor = dlib.shape_predictor(str(model))

    def extract(self, photos: Iterable[Any]) -> Landmarks:
        """One row per photo; no face gives a row of NaN."""
        return Landmarks.concat([self._one(read_photo(photo).pixels) for photo in photos])

    def _one(self, pixels: npt.NDArray[np.uint8]) -> Landmarks:
        found = self._detector(pixels)
        if not found:
            return Landmarks.blank(["photo"], status="no_face", reason="no face found")
        shape = self._predictor(pixels, max(found, key=lambda box: box.area()))
        seen = np.array([(p.x, p.y) for p in shape.parts()], dtype=float)
        points = np.full((1, MEDIAPIPE_478.size, 3), np.nan)
        points[..., 2] = 0.0
        for name, sides in _PAIRS.items():
            for number, mine in zip(MEDIAPIPE_478.pairs[name], sides, strict=True):
                points[0, number, :2] = seen[list(mine)].mean(axis=0)
        for name, mine in _MIDLINE.items():
            points[0, MEDIAPIPE_478.midline[name], :2] = seen[mine]
        _draw_irises(points[0])
        return Landmarks.from_points(points, size=[pixels.shape[1::-1]])


def _draw_irises(points: npt.NDArray[np.floating[Any]]) -> None:
    right, left = MEDIAPIPE_478.pairs["outer_canthus"]
    across = points[left] - points[right]
    radius = across * (IRIS_MM / 2 / _CANTHAL_MM)
    for name, sign in (("iris_medial", 1.0), ("iris_lateral", -1.0)):
        for number, centre, side in zip(
            MEDIAPIPE_478.pairs[name], MEDIAPIPE_478.pairs["iris_centre"], (1.0, -1.0), strict=True
        ):
            points[number] = points[centre] + sign * side * radius
