"""What `GlassesLimits` of `asymmetry.extract.judge.limits` rest on: tuning people without and with glasses.

    python -m benchmarks.tune.glasses

Prints the slopes along the clearest edge across the nose and in each place of a rim, and the ratio of the
first to that of the forehead: bare, and under painted glasses of several colours and thicknesses.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import draw_frontal
from asymmetry.extract.face.pose import fit_pose
from asymmetry.extract.judge.glasses import bridge, rims
from asymmetry.extract.judge.limits import GlassesLimits
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london, more, portraits

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.floating]

COLOURS = {"black": (20, 20, 22), "tortoise": (80, 50, 30), "gold": (150, 115, 60)}
THICK_MM = (1.5, 3.0)
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
        }
        for name, value in values.items():
            found.setdefault(name, []).append(value)
    return found


def _at_forehead(limits: GlassesLimits) -> GlassesLimits:
    return GlassesLimits(bridge=limits.forehead)


def main() -> None:
    """Print all of it."""
    paths = [*london(tuning=True), *more(tuning=True), *portraits(tuning=True)]
    photos = [read_photo(path).pixels for path in paths]
    with Extractor() as extractor:
        rows = extractor.extract(photos)
        covers = {"bare": photos}
        for (name, colour), thick in product(COLOURS.items(), THICK_MM):
            worn = [put_on(*each, colour, thick) for each in zip(photos, rows.points, strict=True)]
            covers[f"{name}, {thick:g} mm"] = worn
        for name, pictures in covers.items():
            found = figures(extractor, pictures, rows)
            spans = {
                key: np.percentile(each, [0, 50, 100]).round(3).tolist()
                for key, each in found.items()
            }
            print(f"{name}: {spans}", flush=True)


if __name__ == "__main__":
    main()
