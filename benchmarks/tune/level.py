"""What the level's limits rest on: healthy people, and one iris moved up or down, of tuning people only.

    python -m benchmarks.tune.level

Prints how far pupils and canthi are out of level in photos of healthy people, how far with one iris moved,
and what that does to brows and corners of the mouth, where nothing but the iris moved. And how far brows and
corners are from the hand's with other weights of the pupils: where these set the hand's level too, and where
the hand's heights stay as they are today.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, measure
from asymmetry.core import level
from asymmetry.core.frame import IRIS_MM, eye_higher, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity import beside
from benchmarks.fidelity.photos import london, more, portraits
from benchmarks.fidelity.scores import fit

Pixels = npt.NDArray[np.uint8]

MOVES = (1.0, 1.5, 2.0, 3.0)
SEEN = ("brow_height_diff_mm", "commissure_height_diff_mm")
WEIGHTS = (0.75, 1.0, 1.5, 3.0)


def iris_moved(pixels: Pixels, landmarks: Landmarks, side: Side, up_mm: float) -> Pixels:
    """One iris moved up between its lids; the eye around it gives way, the canthi stay."""
    points, scheme = landmarks.points[0, :, :2].astype(np.float64), landmarks.layout
    centre, lateral, medial = points[
        scheme.of(side, ("iris_centre", "iris_lateral", "iris_medial"))
    ]
    right, left = points[list(scheme.pairs["outer_canthus"])]
    across = (left - right) / np.hypot(*(left - right))
    radius = float(np.hypot(*(lateral - medial))) / 2
    step = np.array([across[1], -across[0]]) * up_mm * 2 * radius / IRIS_MM
    height, width = pixels.shape[:2]
    at = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) + 0.5
    part = np.clip((2.0 - np.hypot(*np.moveaxis(at - centre - step, -1, 0)) / radius) / 0.88, 0, 1)
    source = (at - 0.5 - step * (part * part * (3 - 2 * part))[..., None]).astype(np.float32)
    moved = cv2.remap(pixels, source[..., 0], source[..., 1], cv2.INTER_CUBIC)
    lids = [
        points[scheme.of(side, ("outer_canthus", *scheme.groups[lid], "inner_canthus"))]
        for lid in ("upper_lid", "lower_lid")
    ]
    eye = np.zeros((height, width), np.float32)
    cv2.fillPoly(eye, [np.concatenate([lids[0], lids[1][::-1]]).round().astype(np.int32)], 1.0)
    alpha = cv2.GaussianBlur(eye, (0, 0), radius / 16)[..., None]
    return np.rint(moved * alpha + pixels * (1 - alpha)).astype(np.uint8)


def moved_eyes(paths: list[Path]) -> Iterator[tuple[float, float, npt.NDArray[np.floating[Any]]]]:
    """How far each iris moved, mm, how far pupils are then out of level, degrees, and errors, mm."""
    with Extractor() as extractor:
        for path, side, up, sign in product(paths, SIDES, MOVES, (1, -1)):
            pixels = read_photo(path).pixels
            still = extractor.extract([pixels])
            rows = extractor.extract([iris_moved(pixels, still, side, sign * up)])
            before, after = measure(still, sd=False), measure(rows, sd=False)
            errors = np.array([after[name][0] - before[name][0] for name in SEEN])
            yield up, abs(float(eye_higher(face_frame(rows))[0])), errors


def by_weight(landmarks: Landmarks, paths: list[Path]) -> Iterator[str]:
    """How far tuning people's brows and corners are from the hand's, with each weight of the pupils."""
    today = beside.read_beside(landmarks, paths)
    for weight in WEIGHTS:
        with mock.patch.object(level, "PUPILS_WEIGHT", weight):
            found = beside.read_beside(landmarks, paths)
        for column, (label, hands) in product(
            SEEN, (("the hand's level too", found), ("the hand as today", today))
        ):
            names = (*beside.TEMPLATES, *beside.TABLED)
            read, true = (
                np.concatenate([values[column][found[name].tuning] for name, values in each])
                for each in (
                    [(name, found[name].read) for name in names],
                    [(name, hands[name].hand) for name in names],
                )
            )
            one = fit(true, read)
            yield f"{weight}, {label}: {column} r {one.r:.3f}, RMSE {one.rmse:.3f} mm"


def main() -> None:
    """Print all tables."""
    healthy = [
        *london(tuning=True),
        *london("smiling", tuning=True),
        *more(tuning=True),
        *portraits(tuning=True),
    ]
    with Extractor() as extractor:
        read = extractor.extract(healthy)
    out = np.abs(eye_higher(face_frame(read)))
    print(f"{len(healthy)} photos, degrees: 50, 90, 95, 97.5, 100 %:")
    print(np.nanpercentile(out, [50, 90, 95, 97.5, 100]).round(2))
    found = list(moved_eyes(london(tuning=True)))
    for up in MOVES:
        degrees = [each for moved, each, _ in found if moved == up]
        errors = np.array([each for moved, _, each in found if moved == up])
        rms = np.sqrt(np.nanmean(errors**2, axis=0))
        print(
            f"{up} mm: {np.nanmedian(degrees):.2f}°, brow and corner off by {rms.round(2)} mm (RMS)"
        )
    print(*by_weight(read, healthy), sep="\n")


if __name__ == "__main__":
    main()
