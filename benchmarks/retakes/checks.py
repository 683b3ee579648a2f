"""Retakes beside what they stand for: renders that were turned, and real photos of one woman."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.photos.photo import read_photo
from asymmetry.series.scale import pooled_scale
from asymmetry.synthetic.retake import Retake, prepare_sitter, retake_photo
from benchmarks.fidelity import renders
from benchmarks.fidelity.photos import SHARED
from benchmarks.fidelity.tables import Row

__all__ = ["COLUMNS", "real_scatter", "render_rows"]

#: Columns of the tables in the docs: those that changes are looked for in, and those that a turn spoils most.
COLUMNS = (
    "brow_height_diff_mm",
    "mrd1_diff_mm",
    "fissure_height_diff_mm",
    "commissure_height_diff_mm",
    "brow_lateral_height_diff_mm",
    "brow_tilt_diff_deg",
    "ala_height_diff_mm",
    "commissure_excursion_diff_mm",
)
#: Yaw of the renders that are compared, degrees, and their camera's distance from the canonical origin, cm.
YAW, CAMERA_CM = 10, 90.0


def render_rows(reader: Extractor, plain: Extractor) -> list[Row]:
    """Shifts by 10° of yaw, rendered and retaken, of the renders' faces; one row a column, under a head."""
    found = renders.load()
    if found is None:
        return []
    front, turned = _trios(found)
    before, own = reader.extract(front), plain.extract(front)
    whole = [i for i in range(len(front)) if _is_whole(before[i]) and _is_whole(own[i])]
    sitters = [
        prepare_sitter(read_photo(front[i]).pixels, own[i], distance_cm=CAMERA_CM) for i in whole
    ]
    rendered, retaken = [], []
    straight = measure(before[whole], sd=False)
    for yaw, paths in turned.items():
        rendered.append(measure(reader.extract([paths[i] for i in whole]), sd=False))
        again = (
            retake_photo(sitter, Retake(yaw_deg=yaw, distance_cm=CAMERA_CM)).pixels
            for sitter in sitters
        )
        retaken.append(measure(reader.extract(again), sd=False))
    return [
        ["shift by 10° of yaw, RMS", "rendered", "retaken", "r"],
        *_compared(straight, Measurements.concat(rendered), Measurements.concat(retaken)),
    ]


def real_scatter(reader: Extractor, folder: str) -> Mapping[str, float]:
    """Standard deviation of each column over the photos of a folder, which are of one woman."""
    table = _measured(reader.extract(sorted(SHARED.glob(f"{folder}/*.jpg"))))
    return {name: float(np.std(table[name], ddof=1)) for name in COLUMNS}


def _measured(landmarks: Landmarks) -> Measurements:
    """Measurements by the scale of a series."""
    return measure(landmarks, scale=pooled_scale(landmarks)[0], sd=False)


def _trios(found: renders.Renders) -> tuple[list[Path], dict[int, list[Path]]]:
    """Frontal renders, and the same faces turned to either side."""
    at = {path.name: path for path in found.paths}
    names = [name for name in at if "_y+00" in name and "light" not in name]
    turned = {
        yaw: [name.replace("_y+00", f"_y{yaw:+03d}") for name in names] for yaw in (YAW, -YAW)
    }
    there = [i for i in range(len(names)) if all(each[i] in at for each in turned.values())]
    return (
        [at[names[i]] for i in there],
        {yaw: [at[each[i]] for i in there] for yaw, each in turned.items()},
    )


def _is_whole(landmarks: Landmarks) -> bool:
    return bool(landmarks.usable.all() and np.isfinite(landmarks.points).all())


def _compared(
    straight: Measurements, rendered: Measurements, retaken: Measurements
) -> Iterator[Row]:
    for name in COLUMNS:
        sides = rendered.rows // straight.rows
        before = np.tile(straight[name], sides)
        true, made = rendered[name] - before, retaken[name] - before
        known = np.isfinite(true) & np.isfinite(made)
        yield [
            f"`{name}`",
            f"{_rms(true[known]):.2f}",
            f"{_rms(made[known]):.2f}",
            f"{np.corrcoef(true[known], made[known])[0, 1]:.2f}",
        ]


def _rms(values: Sequence[float] | FloatArray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
