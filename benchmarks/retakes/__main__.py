"""``python -m benchmarks.retakes``: how readings scatter from day to day in people who do not change.

Writes ``asymmetry/series/day_to_day.toml`` from tuning people, and ``docs/tables/retakes.md``,
``retaken_steps.md`` and ``retaken_renders.md``, which compare it with reporting people, true changes, renders
and real photos; and brings ``docs/accuracy.md`` up to date. Needs ``../shared/faces``. Takes a quarter of an
hour on two cores; readings are kept in ``.cache/retakes``. ``--quick`` reads a few people within two minutes,
prints, and writes no table. ``--sheet FILE`` only draws some retakes, to be looked at.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from PIL import Image

from asymmetry.core.arrays import FloatArray
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.scale import pooled_scale
from asymmetry.synthetic.retake import Retake, retake_photo
from asymmetry.synthetic.setting import SETTINGS
from benchmarks.fidelity import photos, tables
from benchmarks.fidelity.tables import Row
from benchmarks.retakes import people
from benchmarks.retakes.checks import COLUMNS, real_scatter, render_rows
from benchmarks.retakes.day_to_day import TABLE, all_scatters, written
from benchmarks.retakes.promises import DRAWS, error_rows, quiet_rows, smile_rows, told_rows
from benchmarks.retakes.readings import CACHE, Plan, Readings, draw_visits, read_folk
from benchmarks.retakes.scatter import Scatter, find_slopes, split_unlikeness, tabulate

Scatters: TypeAlias = Mapping[str, Mapping[str, Scatter]]

#: Metrics by which the steps of `people.STEPS` are read.
_STEP_COLUMN = {
    "brow": "brow_height_diff_mm",
    "mouth_corner": "commissure_height_diff_mm",
    "upper_lid": "fissure_height_diff_mm",
}
_SMILE_COLUMNS = ("commissure_lift_diff_mm", "commissure_travel_diff_mm")
_SIDES = tuple(f"{each.metric}_right_mm" for each in HEADLINES)
#: Width and height of a picture in a sheet of them, px, and how many there are in a row.
_CELL, _IN_A_ROW = (300, 360), 6


def scatter_rows(
    tuning: Scatters, reporting: Scatters, real: Mapping[str, Mapping[str, float]]
) -> list[Row]:
    """The scatter in each setting, of both halves of the people, beside that of real photos."""
    head = ["SD from day to day", "setting", "shared", "a photo's own", "1 photo", "3 photos", "df"]
    rows = [[*head, "reporting people", *(f"{name}, real" for name in real)]]
    for column in dict.fromkeys([*COLUMNS, *_SIDES, *_SMILE_COLUMNS]):
        for setting, found in tuning.items():
            if column not in found:
                continue
            scatter, other = found[column], reporting[setting].get(column)
            values = (scatter.shared, scatter.own, *scatter.sd([1, 3]))
            beside = (each.get(column) for each in real.values())
            rows.append(
                [
                    f"`{column}`",
                    setting,
                    *(f"{value:.2f}" for value in values),
                    f"{scatter.df:.0f}",
                    f"{other.sd(1):.2f}" if other else "",
                    *(f"{value:.2f}" if value is not None else "" for value in beside),
                ]
            )
    return rows


def unlike_rows(
    tuning: Mapping[str, Sequence[Readings]], slopes: Mapping[str, Mapping[str, float]]
) -> list[Row]:
    """How unlike people's scatter is: by a factor of all headline differences, and by each one's own."""
    rows = [
        [
            "variance of the log of people's variances",
            "shared by four differences",
            "each one's own",
        ]
    ]
    columns = [each.column("diff") for each in HEADLINES]
    for setting, folk in tuning.items():
        found = split_unlikeness([tabulate(each, slopes[setting]) for each in folk], columns)
        rows.append([setting, *(f"{part:.2f}" for part in found)])
    return rows


def step_rows(found: Mapping[str, Sequence[Readings]]) -> list[Row]:
    """Readings of true changes: each photo against the same retake of the unchanged face."""
    rows = [["true change", "setting", "photos", "read, mean", "SD"]]
    for name, move in people.STEPS.items():
        for setting, readings in found.items():
            shifts = np.concatenate(
                [_shifts(each, name) for each in readings if name in each.steps]
            )
            shifts = shifts[np.isfinite(shifts)]
            rows.append(
                [
                    f"`{_STEP_COLUMN[name]}` {move.up_mm:+.0f} mm",
                    setting,
                    str(len(shifts)),
                    f"{shifts.mean():+.2f}",
                    f"{shifts.std(ddof=1):.2f}",
                ]
            )
    return rows


def _shifts(readings: Readings, name: str) -> FloatArray:
    """Shift of the column that a step is read by, at each visit."""
    every = slice(None, None, readings.plan.photos)
    scale, _ = pooled_scale(readings.rest)
    own = replace(scale, mm=scale.mm[every])
    before, after = (
        measure(each, scale=own, sd=False)[_STEP_COLUMN[name]]
        for each in (readings.rest[every], readings.steps[name])
    )
    return np.asarray(after - before)


def draw_sheet(path: Path) -> None:
    """Draw retakes of some people at home into a file, each one's photo itself first, and a smile last."""
    with Extractor(method="plain") as plain:
        smile = people.average_smile(plain)
        rows = []
        for photo in people.choose_people(tuning=True, quick=True):
            person = people.read_person(photo, plain, smile)
            rest, smiles = draw_visits(person.name, "home", Plan(_IN_A_ROW - 2, 1))
            taken = [retake_photo(person.rest, each).pixels for each in [Retake(), *rest]]
            taken.append(retake_photo(person.smiling or person.rest, smiles[0]).pixels)
            rows.append(
                np.hstack([cv2.resize(each, _CELL, interpolation=cv2.INTER_AREA) for each in taken])
            )
    Image.fromarray(np.vstack(rows)).save(path)


def read_all(*, tuning: bool, quick: bool, workers: int, folder: Path) -> dict[str, list[Readings]]:
    """One half of the people in every setting."""
    plan = Plan(6, 2) if quick else Plan(steps=not tuning)
    chosen = people.choose_people(tuning=tuning, quick=quick)
    return {
        each: read_folk(chosen, each, plan, folder=folder, workers=workers) for each in SETTINGS
    }


def make_tables(
    tuning: Mapping[str, Sequence[Readings]],
    scatters: Scatters,
    reporting: Mapping[str, Sequence[Readings]],
    slopes: Mapping[str, Mapping[str, float]],
) -> Iterator[tuple[str, str, list[Row]]]:
    """The docs' tables: name, what made them, rows."""
    others = {setting: all_scatters(each, slopes[setting]) for setting, each in reporting.items()}
    who, whom = (next(iter(each.values())) for each in (tuning, reporting))
    plan = who[0].plan
    with Extractor() as reader, Extractor(method="plain") as plain:
        real = {name: real_scatter(reader, name) for name in ("lisa", "zoom")}
        yield (
            "retakes",
            f"`make retakes`: {plan.visits} visits of {plan.photos} photos in each setting of {len(who)} "
            f"tuning people, as many or fewer of {len(whom)} reporting people, and real photos.",
            scatter_rows(scatters, others, real),
        )
        made = f"`make retakes`: {len(who)} tuning people."
        yield "retaken_people", made, unlike_rows(tuning, slopes)
        made = f"`make retakes`: true changes of {len(whom)} reporting people's right sides, taken again."
        yield "retaken_steps", made, step_rows(reporting)
        made = "`make retakes`: renders of a head with exact points, and retakes of its frontal renders."
        yield "retaken_renders", made, render_rows(reader, plain)
    made = f"`make retakes`: series of {len(whom)} reporting people's retakes, {DRAWS} a plan and person."
    yield "retaken_quiet", made, quiet_rows(reporting)
    yield "retaken_told", made, told_rows(reporting)
    yield "retaken_smiles", made, smile_rows(reporting)
    yield "retaken_errors", made, error_rows(reporting)


def main() -> None:
    """Make the table and those of the docs, or look."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retakes", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few people, print only")
    parser.add_argument("--sheet", type=Path, help="draw some retakes into this file, nothing else")
    parser.add_argument("--workers", type=int, default=2, help="processes that read (default 2)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where readings are kept")
    chosen = parser.parse_args()
    if not photos.london(tuning=True):
        parser.exit(message="../shared/faces is not there: nobody to photograph again\n")
    if chosen.sheet:
        draw_sheet(chosen.sheet)
        return
    how = {"quick": chosen.quick, "workers": chosen.workers, "folder": chosen.cache}
    tuning = read_all(tuning=True, **how)
    slopes = {setting: find_slopes(each) for setting, each in tuning.items()}
    scatters = {setting: all_scatters(each, slopes[setting]) for setting, each in tuning.items()}
    if chosen.quick:
        print(tables.markdown(scatter_rows(scatters, scatters, {})))
        return
    TABLE.write_text(written(tuning, scatters, slopes), encoding="utf-8")
    for name, made, rows in make_tables(tuning, scatters, read_all(tuning=False, **how), slopes):
        tables.write_table(name, made, rows)
        print(f"{made}\n\n{tables.markdown(rows)}\n")
    tables.main()


if __name__ == "__main__":
    main()
