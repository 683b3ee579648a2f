"""Basis of `GreyLimits` of `asymmetry.extract.judge.limits`: tuning people.

    python -m benchmarks.tune.grey

Prints how far points move where the colour is taken out, cm; and for the other people how far that moves the
left-right differences, beside their standard deviations.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from asymmetry import Extractor, Landmarks, Measurements, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.judge.limits import GreyLimits
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london, more

_PEOPLE = 16


def without_colour(pixels: Pixels) -> Pixels:
    """The same photo in grey."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)


def photos(*, tuning: bool) -> list[Path]:
    """Photos of one half of the split."""
    both = (london(expression, tuning=tuning) for expression in ("neutral", "smiling"))
    return [path for paths in (*both, more(tuning=tuning)[:_PEOPLE]) for path in paths]


def read_pairs(extractor: Extractor, paths: list[Path]) -> tuple[Landmarks, Measurements]:
    """Each photo in colour and in grey, one after the other."""
    pixels = [read_photo(path).pixels for path in paths]
    rows = extractor.extract([each for photo in pixels for each in (photo, without_colour(photo))])
    return rows, measure(rows)


def shift(rows: Landmarks, group: str) -> float:
    """How far a group's points move where the colour is taken out, cm: root mean square of x and of y."""
    scale = measure(rows, sd=False)["mm_per_px"][::2, None, None] / 10
    places = rows.points[:, [*_numbers(group)], :2] * np.repeat(scale, 2, axis=0)
    return float(np.sqrt(np.nanmean((places[1::2] - places[::2]) ** 2)))


def _numbers(group: str) -> list[int]:
    names = MEDIAPIPE_478.groups[group]
    return MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)


def main() -> None:
    """Print all of it."""
    with Extractor() as extractor:
        rows, _ = read_pairs(extractor, photos(tuning=True))
        for group in GreyLimits().added:
            print(f"{group}: {shift(rows, group):.4f} cm")
        _, table = read_pairs(extractor, photos(tuning=False))
    for name in (name for name in table if name.endswith("_diff_mm")):
        off = table[name][1::2] - table[name][::2]
        sd = table[name.replace("_mm", "_sd_mm")][1::2]
        inside = np.nanmean(np.abs(off) <= 2 * sd)
        worst = np.nanmax(np.abs(off))
        print(
            f"{name}: {np.sqrt(np.nanmean(off**2)):.2f} mm, at most {worst:.2f}; {inside:.0%} within 2 SD"
        )


if __name__ == "__main__":
    main()
