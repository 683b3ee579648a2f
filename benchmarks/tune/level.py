"""Basis of the level's limits: healthy people, and one iris moved up or down, of tuning people only.

    python -m benchmarks.tune.level

Prints how far pupils and canthi are out of level in photos of healthy people, and how far if one iris moves.
Then, with the level's weights and limits as they are and with others, what a moved iris does to brows and
corners of the mouth, where nothing else moved; how far both are from the hand's, where these limits set the
hand's level too, and where the hand's heights stay as they are today; and how they scatter in photos at home.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any
from unittest import mock

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, measure
from asymmetry.core import level
from asymmetry.core.arrays import Pixels
from asymmetry.core.frame import IRIS_MM, eye_higher, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity import beside
from benchmarks.fidelity.photos import london, more, portraits
from benchmarks.fidelity.scores import fit
from benchmarks.retakes.readings import Plan, Readings, read_folk

MOVES = (1.0, 1.5, 2.0, 3.0)
SEEN = ("brow_height_diff_mm", "commissure_height_diff_mm")
#: Weights of outer canthi, pupils and inner canthi, and the degrees between which each one's share falls.
_CANTHI, _PUPILS = level.ODD_DEG[:2]
_ALWAYS = (80.0, 85.0)
RULES = (
    (level.LEVEL_WEIGHTS, level.ODD_DEG),
    (level.LEVEL_WEIGHTS, (_ALWAYS, _ALWAYS, _ALWAYS)),
    (level.LEVEL_WEIGHTS, (_ALWAYS, _PUPILS, _ALWAYS)),
    *((level.LEVEL_WEIGHTS, (each, _PUPILS, each)) for each in ((0.6, 1.2), (0.8, 1.6))),
    *(
        (level.LEVEL_WEIGHTS, (_CANTHI, each, _CANTHI))
        for each in ((0.5, 1.1), (0.6, 1.1), (0.8, 1.4))
    ),
    *(
        (weights, level.ODD_DEG)
        for weights in ((1, 0.75, 0), (1, 0.75, 0.5), (1, 1, 0.25), (1, 1.5, 0.25))
    ),
)
#: How often each person is photographed at home.
HOME = Plan(visits=12, photos=1)


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


def moved_eyes(paths: list[Path]) -> Iterator[tuple[float, Landmarks, Landmarks]]:
    """How far each iris moved, mm, and the face before and after."""
    with Extractor() as extractor:
        for path, side in product(paths, SIDES):
            pixels = read_photo(path).pixels
            still = extractor.extract([pixels])
            for up, sign in product(MOVES, (1, -1)):
                yield up, still, extractor.extract([iris_moved(pixels, still, side, sign * up)])


def beside_moved(moved: Sequence[tuple[float, Landmarks, Landmarks]]) -> str:
    """How far brows and corners are off beside an iris that moved, mm (RMS)."""
    found: dict[float, list[npt.NDArray[np.floating[Any]]]] = {up: [] for up in MOVES}
    for up, still, rows in moved:
        before, after = measure(still, sd=False), measure(rows, sd=False)
        found[up].append(np.array([after[name][0] - before[name][0] for name in SEEN]))
    rms = {up: np.sqrt(np.nanmean(np.square(errors), axis=0)) for up, errors in found.items()}
    return "; ".join(f"{up} mm {brow:.2f}, {corner:.2f}" for up, (brow, corner) in rms.items())


def beside_hands(
    landmarks: Landmarks, paths: list[Path], today: Mapping[str, beside.Beside]
) -> Iterator[str]:
    """How far tuning people's brows and corners are from the hand's."""
    found = beside.read_beside(landmarks, paths)
    names = (*beside.TEMPLATES, *beside.TABLED)
    for column, (label, hands) in product(
        SEEN, (("hand's level too", found), ("hand's as today", today))
    ):
        read = np.concatenate([found[name].read[column][found[name].tuning] for name in names])
        true = np.concatenate([hands[name].hand[column][found[name].tuning] for name in names])
        one = fit(true, read)
        yield f"{column}, {label}: r {one.r:.3f}, RMSE {one.rmse:.3f}"


def at_home(folk: Sequence[Readings]) -> str:
    """How brows and corners scatter in photos of people who do not change, mm (SD)."""
    tables = [measure(person.rest, sd=False) for person in folk]
    scatter = [
        np.sqrt(np.mean([np.nanvar(table[name], ddof=1) for table in tables])) for name in SEEN
    ]
    return ", ".join(f"{sd:.3f}" for sd in scatter)


def main() -> None:
    """Print all tables."""
    people = [*london(tuning=True), *more(tuning=True)]
    healthy = [*people, *london("smiling", tuning=True), *portraits(tuning=True)]
    with Extractor() as extractor:
        read = extractor.extract(healthy)
    out = np.abs(eye_higher(face_frame(read)))
    print(f"{len(healthy)} photos, degrees: 50, 90, 95, 97.5, 100 %:")
    print(np.nanpercentile(out, [50, 90, 95, 97.5, 100]).round(2))
    moved, today = list(moved_eyes(london(tuning=True))), beside.read_beside(read, healthy)
    for up in MOVES:
        degrees = [abs(float(eye_higher(face_frame(rows))[0])) for by, _, rows in moved if by == up]
        print(f"{up} mm: {np.nanmedian(degrees):.2f}°")
    folk = read_folk(people[:16], "home", HOME)
    for weights, degrees in RULES:
        with (
            mock.patch.object(level, "LEVEL_WEIGHTS", weights),
            mock.patch.object(level, "ODD_DEG", degrees),
        ):
            print(f"weights {weights}, {degrees}°: beside an iris moved by {beside_moved(moved)}")
            print(*beside_hands(read, healthy, today), sep="\n")
            print(f"at home {at_home(folk)}", flush=True)


if __name__ == "__main__":
    main()
