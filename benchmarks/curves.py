"""How far off a photo is read as it gets worse: the curve behind each limit, into docs/limits.md.

    python -m benchmarks.curves [fault ...]

Photos of people that no limit was set on are spoilt step by step, and their left-right differences compared
with those of the photo as it is. With names of faults only their tables are made anew.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asymmetry import Extractor, measure
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic.retake import Retake, prepare_sitter, retake_photo
from benchmarks.fidelity.photos import london, more
from benchmarks.fidelity.tables import FOLDER, Row, fill_page, write_table
from benchmarks.tune.faults import add_grain, blur, compress, dim, light_from_one_side, shrink

__all__ = ["CURVES", "Curve", "compare", "main"]

METRICS = ("brow_height", "fissure_height", "commissure_height")
PAGE = FOLDER.parent / "limits.md"
OF_MORE = 4


@dataclass(frozen=True)
class Sitting:
    """A photo as it is: its pixels, its px per mm, and its points by the method `plain`."""

    pixels: Pixels
    px: float
    plain: Landmarks


@dataclass(frozen=True)
class Curve:
    """A fault, step by step.

    Attributes
    ----------
    step : str
        The heading of the steps, with their unit.
    spoil : callable
        A photo and a step to the spoilt photo.
    steps : tuple of float
        From little to much.
    note : str
        The note that tells of it.
    """

    step: str
    spoil: Callable[[Sitting, float], Pixels]
    steps: tuple[float, ...]
    note: str


def _of_pixels(how: Callable[[Pixels, float, float], Pixels]) -> Callable[[Sitting, float], Pixels]:
    return lambda sitting, step: how(sitting.pixels, sitting.px, step)


def _turn(sitting: Sitting, step: float) -> Pixels:
    return retake_photo(prepare_sitter(sitting.pixels, sitting.plain), Retake(yaw_deg=step)).pixels


#: By the name of their table.
CURVES = {
    "size": Curve("px per mm", _of_pixels(shrink), (1.0, 0.7, 0.5, 0.35, 0.25, 0.18), "small_face"),
    "blur": Curve("blur, mm", _of_pixels(blur), (0.5, 1.0, 1.5, 2.0, 3.0, 4.0), "blurred"),
    "noise": Curve("grain, grey levels", _of_pixels(add_grain), (5, 10, 20, 40, 80), "grainy"),
    "compression": Curve(
        "JPEG quality at 2 px/mm", _of_pixels(compress), (40, 20, 10, 5, 2), "compressed"
    ),
    "dark": Curve("share of the light", _of_pixels(dim), (0.5, 0.25, 0.12, 0.06, 0.03), "dark"),
    "bright": Curve("times the light", _of_pixels(dim), (1.5, 2, 4, 8), "overexposed"),
    "side_light": Curve(
        "stops across the photo", _of_pixels(light_from_one_side), (1, 2, 4, 6, 8), "side_light"
    ),
    "yaw": Curve("yaw, °", _turn, (5, 10, 15, 20, 25, 35), "head_turned"),
}


def compare(before: FloatArray, after: FloatArray) -> list[str]:
    """Root mean square and largest of what differences are off, mm; of all that could be read."""
    off = np.abs(after - before)
    if np.isnan(off).all():
        return ["–", "–"]
    return [f"{np.sqrt(np.nanmean(off**2)):.2f}", f"{np.nanmax(off):.1f}"]


def differences(rows: Landmarks) -> tuple[FloatArray, FloatArray]:
    """Left-right differences, mm, and the standard deviations that are stated; a column for each metric."""
    table = measure(rows, metrics=METRICS)
    values = np.stack([table[f"{name}_diff_mm"] for name in METRICS], axis=1)
    return values, np.stack([table[f"{name}_diff_sd_mm"] for name in METRICS], axis=1)


def curve_rows(curve: Curve, sittings: list[Sitting], extractor: Extractor) -> list[Row]:
    """A row for each step, under a head."""
    before, _ = differences(extractor.extract([each.pixels for each in sittings]))
    head = [curve.step, "read", "noted", *(f"{n.replace('_', ' ')}: RMS, largest" for n in METRICS)]
    table = [[*head, "stated SD, median"]]
    for step in curve.steps:
        rows = extractor.extract([curve.spoil(each, step) for each in sittings])
        after, sd = differences(rows)
        noted = sum(curve.note in [note.code for note in notes] for notes in rows.notes)
        offs = [", ".join(compare(before[:, i], after[:, i])) for i in range(len(METRICS))]
        read = int((~np.isnan(after)).any(axis=1).sum())
        stated = f"{np.nanmedian(sd):.2f}" if read else "–"
        table.append([f"{step:g}", f"{read}/{len(sittings)}", str(noted), *offs, stated])
        print(" | ".join(table[-1]), flush=True)
    return table


def _photos() -> list[Path]:
    return [*london(tuning=False), *more(tuning=False)[:OF_MORE]]


def _sittings(extractor: Extractor) -> list[Sitting]:
    photos = [read_photo(path).pixels for path in _photos()]
    sizes = 1 / measure(extractor.extract(photos), metrics=METRICS, sd=False)["mm_per_px"]
    with Extractor(method="plain", threads=1) as plain:
        rows = plain.extract(photos)
    return [Sitting(photos[i], float(sizes[i]), rows[i : i + 1]) for i in range(len(photos))]


def main(names: list[str]) -> None:
    """Make the tables and put them into the page."""
    with Extractor(threads=1) as extractor:
        sittings = _sittings(extractor)
        for name in names or CURVES:
            table = curve_rows(CURVES[name], sittings, extractor)
            made = f"`python -m benchmarks.curves {name}`: {len(sittings)} people."
            write_table(f"limits_{name}", made, table)
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
