"""Basis of `GlassesLimits` of `asymmetry.extract.judge.limits`: tuning people without and with glasses.

    python -m benchmarks.tune.glasses [lenses]

Prints the slopes along the clearest edge across the nose and in each place of a rim, and the ratio of the
first to that of the forehead: bare, and under painted glasses of several colours and thicknesses; then how
clear the lower edge of a dark lens is and how much it dims, bare and behind painted lenses. With ``lenses``
only the table of docs/limits.md is made: how many of the other people's are noted.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import product

import cv2
import numpy as np

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.frontal import draw_frontal
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.judge.glasses import bridge, dimming, lens_edge, rims
from asymmetry.extract.judge.limits import GlassesLimits
from asymmetry.photos.photo import read_photo
from benchmarks.curves import PAGE
from benchmarks.fidelity.photos import london, more, portraits
from benchmarks.fidelity.tables import Row, fill_page, write_table

COLOURS = {"black": (20, 20, 22), "tortoise": (80, 50, 30), "gold": (150, 115, 60)}
THICK_MM = (1.5, 3.0)
#: Colours of tinted lenses, and the share of the light that they take.
LENSES = {"grey": (60, 60, 60), "brown": (80, 50, 30), "black": (20, 20, 22)}
TAKEN = (0.5, 0.65, 0.8)
#: Heights that are read through lenses.
BEHIND = ("fissure_height", "mrd1", "brow_height")
# Distance of the outer canthi, mm (Farkas 1994), half that of the lenses' middles, and a lens's half axes.
_CANTHI, _MIDDLES, _LENS = 89.0, 33.0, (24.0, 19.0)


def put_on(pixels: Pixels, points: FloatArray, colour: Sequence[int], thick_mm: float) -> Pixels:
    """Two round lenses and a bridge, along the face's roll."""
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"]), :2]
    px = float(np.hypot(*(left - right))) / _CANTHI
    out = (left - right) / np.hypot(*(left - right))
    down = np.array([-out[1], out[0]])
    middle = points[list(MEDIAPIPE_478.pairs["inner_canthus"]), :2].mean(axis=0)
    turn = np.linspace(0, 2 * np.pi, 90)
    lines = [
        (side * _MIDDLES + _LENS[0] * np.cos(turn), 3 + _LENS[1] * np.sin(turn)) for side in (-1, 1)
    ]
    across = np.linspace(-9, 9, 20)
    lines.append((across, (across / 9) ** 2 - 4))
    worn = pixels.copy()
    for x, y in lines:
        at = middle + px * (x[:, None] * out + y[:, None] * down)
        pen = max(1, round(thick_mm * px))
        cv2.polylines(
            worn, [np.rint(at * 16).astype(np.int32)], False, tuple(colour), pen, cv2.LINE_AA, 4
        )
    return worn


def tint(pixels: Pixels, points: FloatArray, colour: Sequence[int], taken: float) -> Pixels:
    """Two round lenses without a rim, through which the eyes are seen."""
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"]), :2]
    px = float(np.hypot(*(left - right))) / _CANTHI
    lens = np.zeros(pixels.shape[:2], np.float32)
    for side in SIDES:
        lids = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["lids"])
        middle = tuple(np.rint(points[lids, :2].mean(axis=0)).astype(int).tolist())
        axes = tuple(round(half * px) for half in _LENS)
        cv2.ellipse(lens, middle, axes, 0, 0, 360, taken, -1, cv2.LINE_AA)
    share = lens[..., None]
    return np.asarray(pixels * (1 - share) + np.array(colour) * share, np.uint8)


def figures(
    extractor: Extractor, photos: Sequence[Pixels], rows: Landmarks
) -> dict[str, list[float]]:
    """The slopes of all photos by name, for points that were read without glasses."""
    limits, found = GlassesLimits(), {}
    with extractor.borrow_tools() as tools:
        canonical = tools.canonical
    for pixels, points in zip(photos, rows.points.astype(np.float64), strict=True):
        if np.isnan(points).any():
            continue
        view = draw_frontal(pixels, fit_pose(points, canonical.vertices), canonical, points)
        across = bridge(view, limits)
        lines = bridge(view, _at_forehead(limits))
        values = {
            "bridge": across,
            "over forehead": across / max(lines, 1e-6),
            **rims(view, limits),
            "lens": lens_edge(view, limits),
            "dimming": dimming(view, limits),
        }
        for name, value in values.items():
            found.setdefault(name, []).append(value)
    return found


def _at_forehead(limits: GlassesLimits) -> GlassesLimits:
    return GlassesLimits(bridge=limits.forehead)


def try_lenses(extractor: Extractor) -> list[Row]:
    """How many photos of people that no limit was set on are noted, bare and behind tinted lenses.

    And how far heights behind those that are not noted are off, of each side and the difference.
    """
    paths = [*london(tuning=False), *more(tuning=False), *portraits(tuning=False)]
    photos = [read_photo(path).pixels for path in paths]
    rows = extractor.extract(photos)
    bare = [i for i, notes in enumerate(rows.notes) if "glasses" not in notes_of(notes)]
    canthi = list(MEDIAPIPE_478.pairs["outer_canthus"])
    shown = [i for i in bare if not np.isnan(rows.points[i, canthi]).any()]
    table = [
        ["light taken", "noted", *(f"not noted: {name.replace('_', ' ')}" for name in BEHIND)],
        ["none", f"{len(rows) - len(bare)} of {len(rows)}, with glasses", *["–"] * len(BEHIND)],
    ]
    for taken in TAKEN:
        wearers = [(i, colour) for i in shown for colour in LENSES.values()]
        worn = extractor.extract(
            [tint(photos[i], rows.points[i], colour, taken) for i, colour in wearers]
        )
        missed = [k for k, notes in enumerate(worn.notes) if "glasses" not in notes_of(notes)]
        told = [
            off_by(rows[[wearers[k][0] for k in missed]], worn[missed], each) for each in BEHIND
        ]
        table.append([f"{taken:.0%}", f"{len(worn) - len(missed)} of {len(worn)}", *told])
    return table


def off_by(bare: Landmarks, worn: Landmarks, metric: str) -> str:
    """The largest error of heights behind lenses, and the share within 1 mm or two standard deviations."""
    if not len(worn):
        return "–"
    before, after = measure(bare, metrics=[metric]), measure(worn, metrics=[metric])
    off, sure = [], []
    for part in ("right", "left", "diff"):
        values = np.abs(after[f"{metric}_{part}_mm"] - before[f"{metric}_{part}_mm"])
        off.append(values)
        sure.append(values <= np.fmax(1.0, 2 * after[f"{metric}_{part}_sd_mm"]))
    seen = ~np.isnan(off)
    return f"{np.nanmax(off):.1f} mm at most, {np.array(sure)[seen].mean():.0%}"


def notes_of(notes: Sequence[Note]) -> list[str]:
    """The codes of a photo's notes."""
    return [note.code for note in notes]


def main(only: str = "") -> None:
    """Print all of it, or make the table."""
    if only == "lenses":
        with Extractor(threads=1) as extractor:
            table = try_lenses(extractor)
        write_table(
            "lenses",
            "`python -m benchmarks.tune.glasses lenses`: others than those of the limits.",
            table,
        )
        PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        return
    paths = [*london(tuning=True), *more(tuning=True), *portraits(tuning=True)]
    photos = [read_photo(path).pixels for path in paths]
    with Extractor() as extractor:
        rows = extractor.extract(photos)
        covers = {"bare": photos}
        for (name, colour), thick in product(COLOURS.items(), THICK_MM):
            worn = [put_on(*each, colour, thick) for each in zip(photos, rows.points, strict=True)]
            covers[f"{name}, {thick:g} mm"] = worn
        for (name, colour), taken in product(LENSES.items(), TAKEN):
            worn = [tint(*each, colour, taken) for each in zip(photos, rows.points, strict=True)]
            covers[f"{name}, {taken:.0%} taken"] = worn
        for name, pictures in covers.items():
            found = figures(extractor, pictures, rows)
            spans = {
                key: np.percentile(each, [0, 50, 100]).round(3).tolist()
                for key, each in found.items()
            }
            print(f"{name}: {spans}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
