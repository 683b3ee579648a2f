"""What `FaultErrors` of `asymmetry.extract.judge.fault_errors` rest on, of tuning people.

    python -m benchmarks.tune.fault_errors

Photos are spoilt as in ``benchmarks.curves``. Of those whose fault is noted, prints what has to be added to
the points' errors, cm for each unit of the fault, so that `INSIDE` of the left-right differences lie within
one standard deviation of the photo's as it is; then, into docs/limits.md, how many of the other people's are
within one and two, without and with what the library adds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, Landmarks, measure
from asymmetry.extract.judge.fault_errors import FaultError, FaultErrors
from asymmetry.extract.judge.spread import widen
from asymmetry.photos.photo import read_photo
from benchmarks.curves import CURVES, PAGE, Curve, Sitting
from benchmarks.fidelity.photos import london, more
from benchmarks.fidelity.tables import Row, fill_page, markdown, write_table

FloatArray = npt.NDArray[np.float64]

#: Curves, their steps, and the groups of points with the metric that shows each.
STEPS = {
    "compression": (20, 10, 7, 5),
    "noise": (20, 40, 60, 80),
    "yaw": (15, 20, 25, 28, 32),
}
SHOWN = {
    "lids": "fissure_height",
    "iris": "mrd1",
    "brow": "brow_height",
    "mouth": "commissure_height",
}
INSIDE, PEOPLE, TRIED_CM, MOST = 0.72, 16, 0.05, 0.2


@dataclass(frozen=True)
class Spoilt:
    """Spoilt photos whose fault is noted.

    Attributes
    ----------
    beyond : ndarray, shape (n,)
        The fault's figure, from where it starts.
    off, sd : mapping of str to ndarray
        Of each metric how far it is off, mm, and its standard deviation of repeats.
    power : mapping of (str, str) to ndarray
        Of each metric and group what a cm that is added to the group's error adds to the metric's, mm.
    """

    beyond: FloatArray
    off: dict[str, FloatArray]
    sd: dict[str, FloatArray]
    power: dict[tuple[str, str], FloatArray]

    def within(self, metric: str, slopes: dict[str, float], times: float = 1.0) -> float:
        """The share of photos that are off by less than so many standard deviations."""
        squares = self.sd[metric] ** 2
        for group, slope in slopes.items():
            squares = squares + (self.power[metric, group] * slope * self.beyond) ** 2
        known = ~np.isnan(self.off[metric] + squares)
        inside = np.abs(self.off[metric]) < times * np.sqrt(squares)
        return float(inside[known].mean())


def sittings(extractor: Extractor, paths: Sequence[Path]) -> list[Sitting]:
    """Photos with their scale and the points by which they are turned."""
    photos = [read_photo(path).pixels for path in paths]
    sizes = measure(extractor.extract(photos), sd=False)["mm_per_px"]
    with Extractor(method="plain", threads=1) as plain:
        rows = plain.extract(photos)
    return [Sitting(photos[i], 1 / float(sizes[i]), rows[i : i + 1]) for i in range(len(photos))]


def spoil(
    curve: Curve, steps: Sequence[float], people: list[Sitting], extractor: Extractor
) -> Spoilt:
    """Read photos at each step of a fault; those that are noted."""
    error: FaultError = getattr(FaultErrors(), curve.note)
    before = _values(extractor.extract([each.pixels for each in people]))
    found: list[Spoilt] = []
    for step in steps:
        rows = extractor.extract([curve.spoil(each, step) for each in people])
        noted = np.array([curve.note in [note.code for note in notes] for notes in rows.notes])
        figures = [
            float(note[error.figure])  # type: ignore[arg-type]
            for notes in rows.notes
            for note in notes
            if note.code == curve.note
        ]
        bare = replace(rows, spread=_without(rows, error))
        found.append(_compare(bare, before, noted, np.array(figures) - error.start))
    return _join(found)


def _without(rows: Landmarks, error: FaultError) -> npt.NDArray[np.float32]:
    """The points' errors without what the library adds for the fault."""
    scale = 10 / measure(rows, sd=False)["mm_per_px"]
    spread = rows.spread.astype(np.float64)
    for i, notes in enumerate(rows.notes):
        for note in notes:
            if getattr(FaultErrors(), note.code, None) == error:
                added = widen(np.zeros(spread.shape[1]), float(scale[i]), error.added(note))
                spread[i] = np.sqrt(np.maximum(spread[i] ** 2 - added**2, 0.0))
    return spread.astype(np.float32)


def _values(rows: Landmarks) -> dict[str, FloatArray]:
    table = measure(rows, metrics=list(SHOWN.values()))
    columns = [name for name in table if name.endswith("_mm")]
    return {name: np.asarray(table[name], dtype=np.float64) for name in columns}


def _compare(
    rows: Landmarks, before: dict[str, FloatArray], noted: npt.NDArray[np.bool_], beyond: FloatArray
) -> Spoilt:
    after = _values(rows)
    scale = 10 / measure(rows, sd=False)["mm_per_px"]
    wider = {}
    for group in SHOWN:
        spread = [
            widen(np.asarray(each, dtype=np.float64), float(px), {group: TRIED_CM})
            for each, px in zip(rows.spread, scale, strict=True)
        ]
        wider[group] = _values(replace(rows, spread=np.array(spread, dtype=np.float32)))
    off, sd, power = {}, {}, {}
    for metric in SHOWN.values():
        value, error = f"{metric}_diff_mm", f"{metric}_diff_rsd_mm"
        off[metric] = (after[value] - before[value])[noted]
        sd[metric] = after[error][noted]
        for group, table in wider.items():
            more = np.maximum(table[error] ** 2 - after[error] ** 2, 0.0)
            power[metric, group] = np.sqrt(more)[noted] / TRIED_CM
    return Spoilt(beyond, off, sd, power)


def _join(parts: Sequence[Spoilt]) -> Spoilt:
    def joined(name: str) -> dict[str, FloatArray]:
        tables = [getattr(part, name) for part in parts]
        return {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}

    beyond = np.concatenate([part.beyond for part in parts])
    return Spoilt(beyond, joined("off"), joined("sd"), joined("power"))  # type: ignore[arg-type]


def fit(spoilt: Spoilt) -> dict[str, float]:
    """What has to be added, by group: the metric of each in turn, with what is added already."""
    slopes: dict[str, float] = {}
    for group, metric in SHOWN.items():
        low, high = 0.0, MOST
        for _ in range(40):
            middle = (low + high) / 2
            if spoilt.within(metric, {**slopes, group: middle}) < INSIDE:
                low = middle
            else:
                high = middle
        slopes[group] = high
    return slopes


def tried(code: str, spoilt: Spoilt) -> list[Row]:
    """Of each metric the shares within one and two standard deviations, without and with what is added."""
    error: FaultError = getattr(FaultErrors(), code)
    used = {group: getattr(error, group) for group in SHOWN}
    rows = []
    for metric in SHOWN.values():
        shares = [
            ", ".join(f"{spoilt.within(metric, slopes, times):.0%}" for times in (1, 2))
            for slopes in ({}, used)
        ]
        rows.append([f"`{code}`", metric.replace("_", " "), str(len(spoilt.beyond)), *shares])
    return rows


def main() -> None:
    """Print what has to be added, and make the table of docs/limits.md."""
    table = [["note", "difference of", "photos", "within 1, 2 SD before", "within 1, 2 SD now"]]
    with Extractor(threads=1) as extractor:
        for tuning in (True, False):
            people = sittings(extractor, [*london(tuning=tuning), *more(tuning=tuning)[:PEOPLE]])
            for name, steps in STEPS.items():
                curve = CURVES[name]
                spoilt = spoil(curve, steps, people, extractor)
                if tuning:
                    print(curve.note, {k: round(v, 4) for k, v in fit(spoilt).items()}, flush=True)
                else:
                    table += tried(curve.note, spoilt)
    print(markdown(table))
    made = f"`python -m benchmarks.tune.fault_errors`: {len(people)} people no error was set on."
    write_table("fault_errors", made, table)
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
