"""Basis of `CoverLimits` and `PupilLimits` of `asymmetry.extract.judge.limits`: tuning people.

    python -m benchmarks.tune.covers

Prints, uncovered and under painted hair, bars, masks, mosaic and blur, the figures that `find_unseen`
compares with limits; and the errors of MRD1 and brows where both upper lids were moved down, with the notes
on them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.errors import InvalidInputError
from asymmetry.extract import steps
from asymmetry.extract.face.frontal import Frontal
from asymmetry.extract.judge import hidden
from asymmetry.extract.judge.limits import CoverLimits
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, warp_photo
from benchmarks.fidelity.photos import london, more, portraits

Points = npt.NDArray[np.floating[Any]]
Cover = Callable[[Pixels, Points, float], Pixels]

HAIR = {
    "black": (28, 24, 22),
    "brown": (75, 52, 38),
    "blond": (196, 164, 112),
    "grey": (150, 148, 146),
}
BARS = {"black": (5, 5, 5), "grey": (128, 128, 128)}
MASKS = {
    "white": (240, 240, 240),
    "black": (20, 20, 22),
    "blue": (120, 170, 210),
    "green": (110, 160, 120),
}
BLOCKS_MM, BLURS_MM, LIDS_MM = (2, 3, 4, 6), (1.0, 1.5, 2.0, 3.0), (-2.0, -3.0, -4.0, -5.0)


def box(points: Points, group: str, margin: tuple[float, float]) -> tuple[slice, slice]:
    """Rows and columns around both sides' points of a group."""
    names = MEDIAPIPE_478.groups[group]
    at = points[MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)]
    low, high = (at.min(axis=0) - margin).astype(int), (at.max(axis=0) + margin).astype(int)
    return slice(max(low[1], 0), high[1]), slice(max(low[0], 0), high[0])


def hair(colour: tuple[int, int, int], group: str) -> Cover:
    """Strands that hang over both brows, or both eyes."""

    def cover(pixels: Pixels, points: Points, px: float) -> Pixels:
        rows, columns = box(points, group, (10 * px, 8 * px))
        shape = rows.stop - rows.start, columns.stop - columns.start
        rng = np.random.default_rng(0)
        light = cv2.GaussianBlur(rng.normal(0, 1, (1, shape[1])), (0, 0), 1.0) + rng.normal(
            0, 0.05, shape
        )
        covered = pixels.copy()
        covered[rows, columns] = np.clip(np.array(colour) * (1 + 0.3 * light[..., None]), 0, 255)
        return covered

    return cover


def mosaic(block_mm: float) -> Cover:
    """Both eyes in blocks."""

    def cover(pixels: Pixels, points: Points, px: float) -> Pixels:
        window = box(points, "lids", (8 * px, 8 * px))
        height, width = pixels[window].shape[:2]
        blocks = max(round(width / block_mm / px), 1), max(round(height / block_mm / px), 1)
        small = cv2.resize(pixels[window], blocks, interpolation=cv2.INTER_AREA)
        covered = pixels.copy()
        covered[window] = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
        return covered

    return cover


def blurred(sigma_mm: float) -> Cover:
    """Both eyes out of focus."""

    def cover(pixels: Pixels, points: Points, px: float) -> Pixels:
        window, covered = box(points, "lids", (8 * px, 8 * px)), pixels.copy()
        covered[window] = cv2.GaussianBlur(pixels, (0, 0), sigma_mm * px)[window]
        return covered

    return cover


def bar(colour: tuple[int, int, int]) -> Cover:
    """One bar over both eyes."""

    def cover(pixels: Pixels, points: Points, px: float) -> Pixels:
        covered = pixels.copy()
        covered[box(points, "lids", (8 * px, 8 * px))] = colour
        return covered

    return cover


def mask(colour: tuple[int, int, int]) -> Cover:
    """From the nose's bridge to the chin."""

    def cover(pixels: Pixels, points: Points, px: float) -> Pixels:
        del px
        cheeks, jaws = MEDIAPIPE_478.pairs["cheekbone"], MEDIAPIPE_478.pairs["jaw_4"]
        middle = MEDIAPIPE_478.midline
        outline = [
            cheeks[0],
            middle["nose_bridge_3"],
            cheeks[1],
            jaws[1],
            middle["menton"],
            jaws[0],
        ]
        return np.asarray(
            cv2.fillPoly(pixels.copy(), [points[outline].astype(np.int32)], colour), np.uint8
        )

    return cover


def looked_at(view: Frontal) -> dict[str, list[float]]:
    """Values that are compared with limits, of both sides."""
    limits = CoverLimits()
    brow, eye, *_ = hidden.PARTS
    measures: Mapping[str, tuple[Callable[..., float], hidden.Part]] = {
        "strands, brow": (hidden.steepness, brow),
        "strands, eye": (hidden.steepness, eye),
        "mosaic": (hidden.evenness, eye),
        "soft": (hidden.fineness, eye),
        "light, brow": (hidden.light, brow),
        **{f"contrast, {part.name}": (hidden.contrast, part) for part in hidden.PARTS},
    }
    found = {
        name: [how(view, part, side, limits) for side in SIDES]
        for name, (how, part) in measures.items()
    }
    streaks = [hidden.streaks(view, side, limits) for side in SIDES]
    found |= {
        f"{name}, brow": [getattr(each, name) for each in streaks]
        for name in ("by_height", "across")
    }
    iris = [hidden.iris_contrast(view, side) for side in SIDES]
    return found | {"iris": iris, "mask": [hidden.mask_colour(view)]}


def told(paths: list[Path], cover: Cover | None) -> dict[str, list[float]]:
    """The same of many photos, under a cover."""
    views: list[Frontal] = []
    find_unseen = hidden.find_unseen
    found: dict[str, list[float]] = {}

    def spying(view: Frontal, *others: Any) -> hidden.Unseen:
        views.append(view)
        return find_unseen(view, *others)

    with Extractor() as extractor:
        for path in paths:
            pixels = read_photo(path).pixels
            if cover is not None:
                row = extractor.extract([pixels])
                px = 1 / float(measure(row, sd=False)["mm_per_px"][0])
                pixels = cover(pixels, row.points[0, :, :2], px)
            with patch.object(steps, "find_unseen", spying):
                extractor.extract([pixels])
    for view in views:
        for name, values in looked_at(view).items():
            found.setdefault(name, []).extend(values)
    return found


#: Notes that say that a pupil's place is a guess.
_TOLD = {"pupil_hidden", "iris_unclear", "irises_small", "pupils_aslant", "no_iris", "eye_closed"}


def lowered(paths: list[Path]) -> None:
    """Print what two lowered lids do to MRD1 and brows, by what MRD1 reads, and what is said."""
    rows = []
    with Extractor() as extractor:
        for path in paths:
            pixels = read_photo(path).pixels
            still = extractor.extract([pixels])
            before = measure(still, sd=False)
            for up in LIDS_MM:
                try:
                    moves = [Move("upper_lid", side, up_mm=up) for side in SIDES]
                    after = measure(
                        extractor.extract([warp_photo(pixels, still, moves).pixels]), sd=False
                    )
                except InvalidInputError:
                    continue
                said = not _TOLD.isdisjoint(note.code for note in after.notes[0])
                for side in SIDES:
                    mrd, brow = f"mrd1_{side}_mm", f"brow_height_{side}_mm"
                    off = after[mrd][0] - before[mrd][0] - up
                    rows.append((after[mrd][0], off, after[brow][0] - before[brow][0], said))
    table = np.array(rows, dtype=float)
    for low, high in ((-9, 0), (0, 1), (1, 2), (2, 9)):
        some = table[(table[:, 0] >= low) & (table[:, 0] < high)]
        if len(some):
            off, brow, said = np.median(some[:, 1]), np.abs(some[:, 2]).max(), some[:, 3].mean()
            print(
                f"MRD1 {low} to {high}: off by {off:.2f} (median), brow by {brow:.1f}; said in {said:.0%}"
            )


def main() -> None:
    """Print all of it."""
    people = [*london(tuning=True), *more(tuning=True)]
    covers: dict[str, Cover | None] = {"": None}
    covers |= {
        f"{name} hair over {group}": hair(c, group)
        for name, c in HAIR.items()
        for group in ("brow", "lids")
    }
    covers |= {f"{name} bar": bar(colour) for name, colour in BARS.items()}
    covers |= {f"{name} mask": mask(colour) for name, colour in MASKS.items()}
    covers |= {f"mosaic {mm} mm": mosaic(mm) for mm in BLOCKS_MM}
    covers |= {f"blur {mm} mm": blurred(mm) for mm in BLURS_MM}
    for name, cover in covers.items():
        values = told(
            [*people, *portraits(tuning=True)] if cover is None else london(tuning=True), cover
        )
        spans = {
            key: np.nanpercentile(each, [0, 50, 100]).round(2).tolist()
            for key, each in values.items()
        }
        print(f"{name or 'uncovered'}: {spans}")
    lowered(people[:17])


if __name__ == "__main__":
    main()
