"""Basis of `FaultErrors` of `asymmetry.extract.judge.fault_errors`: tuning people.

    python -m benchmarks.tune.fault_errors

Photos are spoilt as in ``benchmarks.curves``. Prints what has to be added to the points' errors for each unit
of a fault's figure, so that `INSIDE` of the left-right differences lie within one standard deviation of the
photo's as it is; then, into docs/limits.md, how many of the other people's are within one and two, without
and with what the library adds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import FloatArray
from asymmetry.extract import steps as extract_steps
from asymmetry.extract.judge.fault_errors import FaultError, FaultErrors
from asymmetry.extract.judge.spread import widen
from asymmetry.photos.photo import read_photo
from benchmarks.curves import CURVES, PAGE, Sitting
from benchmarks.fidelity.photos import london, more
from benchmarks.fidelity.tables import Row, fill_page, markdown, write_table

Values = dict[str, FloatArray]


class Steps(NamedTuple):
    """Photos spoilt in one way: the error that is tried on them, the curve, its steps, and their name."""

    error: str
    curve: str
    steps: tuple[float, ...]
    name: str


#: All that is tried. Of an error's photos those count that have its figure: noise where grain is not noted,
#: grain and a turned head where they are.
TRIED = (
    Steps("compressed", "compression", (40,), "JPEG quality 40"),
    Steps("compressed", "compression", (30,), "JPEG quality 30"),
    Steps("compressed", "compression", (20,), "JPEG quality 20"),
    Steps("compressed", "compression", (10, 7, 5), "JPEG quality 10 to 5"),
    Steps("noisy", "noise", (5,), "noise of 5 grey levels"),
    Steps("noisy", "noise", (10,), "noise of 10"),
    Steps("noisy", "noise", (20, 40), "noise of 20 and 40, not noted"),
    Steps("grainy", "noise", (20, 40, 60, 80), "noise of 20 to 80, noted"),
    Steps("head_turned", "yaw", (15, 20, 25, 28, 32), "a yaw of 15° to 32°, noted"),
)
#: Groups of points, with the metric that shows each.
SHOWN = {
    "lids": "fissure_height",
    "iris": "mrd1",
    "brow": "brow_height",
    "mouth": "commissure_height",
}
INSIDE, PEOPLE, TRIED_CM = 0.72, 16, 0.05
#: The most that may have to be added, px and cm.
MOST_PX, MOST_CM = 3.0, 0.2


@dataclass(frozen=True)
class Spoilt:
    """Spoilt photos that have the figure of a fault.

    Attributes
    ----------
    figures : sequence of mapping
        Of each photo the figures of its faults, by the names in `FaultErrors`.
    px : ndarray, shape (n,)
        The scale of the face in it, px per cm.
    off, sd : mapping of str to ndarray
        Of each metric how far it is off, mm, and its standard deviation of repeats without any fault's error.
    power : mapping of (str, str) to ndarray
        Of each metric and group what a cm that is added to the group's error adds to the metric's, mm.
    """

    figures: Sequence[Mapping[str, float]]
    px: FloatArray
    off: Mapping[str, FloatArray]
    sd: Mapping[str, FloatArray]
    power: Mapping[tuple[str, str], FloatArray]

    def within(self, metric: str, errors: FaultErrors | None, times: float = 1.0) -> float:
        """The share of photos that are off by less than so many standard deviations, with these errors."""
        squares = self.sd[metric] ** 2
        if errors is not None:
            for group in SHOWN:
                squares = squares + self.power[metric, group] ** 2 * self._added(group, errors)
        known = ~np.isnan(self.off[metric] + squares)
        inside = np.abs(self.off[metric]) < times * np.sqrt(squares)
        return float(inside[known].mean())

    def _added(self, group: str, errors: FaultErrors) -> FloatArray:
        """The variance that all faults of each photo add to a group, cm²."""
        return np.array(
            [
                sum(
                    getattr(errors, name).added(figure, px)[group] ** 2
                    for name, figure in each.items()
                )
                for each, px in zip(self.figures, self.px.tolist(), strict=True)
            ]
        )


def sittings(extractor: Extractor, paths: Sequence[Path]) -> list[Sitting]:
    """Photos with their scale and the points by which they are turned."""
    photos = [read_photo(path).pixels for path in paths]
    sizes = measure(extractor.extract(photos), sd=False)["mm_per_px"]
    with Extractor(method="plain", threads=1) as plain:
        rows = plain.extract(photos)
    return [Sitting(photos[i], 1 / float(sizes[i]), rows[i : i + 1]) for i in range(len(photos))]


def read(extractor: Extractor, photos: Sequence[Any]) -> tuple[Landmarks, list[dict[str, float]]]:
    """Photos without what faults add to the points' errors, and the figures of their faults."""
    told: list[dict[str, float]] = []

    def add_nothing(spread: FloatArray, _: float, figures: dict[str, float], __: Any) -> FloatArray:
        told[-1] = figures
        return spread

    rows = []
    with mock.patch.object(extract_steps, "widen_by_faults", add_nothing):
        for photo in photos:
            told.append({})
            rows.append(extractor.extract([photo]))
    return Landmarks.concat(rows), told


def spoil(tried: Steps, people: list[Sitting], extractor: Extractor, before: Values) -> Spoilt:
    """Read photos at each step of a fault; those that have its figure."""
    curve, found = CURVES[tried.curve], []
    for step in tried.steps:
        rows, figures = read(extractor, [curve.spoil(each, step) for each in people])
        found.append(_compare(rows, before, tried.error, figures))
    return _join(found)


def _values(rows: Landmarks) -> Values:
    table = measure(rows, metrics=list(SHOWN.values()))
    columns = [name for name in table if name.endswith("_mm")]
    return {name: np.asarray(table[name], dtype=np.float64) for name in columns}


def _compare(
    rows: Landmarks,
    before: Values,
    error: str,
    figures: list[dict[str, float]],
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
    has = np.array([error in each for each in figures])
    off, sd, power = {}, {}, {}
    for metric in SHOWN.values():
        value, deviation = f"{metric}_diff_mm", f"{metric}_diff_rsd_mm"
        off[metric] = (after[value] - before[value])[has]
        sd[metric] = after[deviation][has]
        for group, table in wider.items():
            more = np.maximum(table[deviation] ** 2 - after[deviation] ** 2, 0.0)
            power[metric, group] = np.sqrt(more)[has] / TRIED_CM
    return Spoilt([each for each in figures if error in each], scale[has], off, sd, power)


def _join(parts: Sequence[Spoilt]) -> Spoilt:
    def joined(name: str) -> dict[Any, FloatArray]:
        tables = [getattr(part, name) for part in parts]
        return {key: np.concatenate([table[key] for table in tables]) for key in tables[0]}

    figures = [each for part in parts for each in part.figures]
    px = np.concatenate([part.px for part in parts])
    return Spoilt(figures, px, joined("off"), joined("sd"), joined("power"))


def fit(name: str, parts: Sequence[Spoilt]) -> FaultError:
    """Errors to add: for the metric of each group in turn, beside those that are added already."""
    errors = FaultErrors()
    error: FaultError = replace(getattr(errors, name), **dict.fromkeys(SHOWN, 0.0))
    for group, metric in SHOWN.items():
        low, high = 0.0, MOST_PX if error.in_px else MOST_CM
        for _ in range(30):
            middle = (low + high) / 2
            tried = replace(errors, **{name: replace(error, **{group: middle})})
            if np.mean([part.within(metric, tried) for part in parts]) < INSIDE:
                low = middle
            else:
                high = middle
        error = replace(error, **{group: high})
    return error


def fit_alike(name: str, parts: Sequence[Spoilt]) -> float:
    """Errors to add where all groups get the same: for all metrics together."""
    errors = FaultErrors()
    error: FaultError = getattr(errors, name)
    low, high = 0.0, MOST_PX if error.in_px else MOST_CM
    for _ in range(30):
        middle = (low + high) / 2
        tried = replace(errors, **{name: replace(error, **dict.fromkeys(SHOWN, middle))})
        inside = [part.within(metric, tried) for part in parts for metric in SHOWN.values()]
        if np.mean(inside) < INSIDE:
            low = middle
        else:
            high = middle
    return high


def shares(tried: Steps, spoilt: Spoilt) -> Row:
    """Of each metric the shares within one and two standard deviations, without and with what is added."""
    cells = []
    for metric in SHOWN.values():
        before, now = (
            ", ".join(f"{100 * spoilt.within(metric, errors, times):.0f}" for times in (1, 2))
            for errors in (None, FaultErrors())
        )
        cells.append(f"{before} → {now}")
    return [tried.name, str(len(spoilt.px)), *cells]


def main() -> None:
    """Print what has to be added, and make the table of docs/limits.md."""
    metrics = [f"{metric.replace('_', ' ')}, %" for metric in SHOWN.values()]
    table = [["photos", "n", *metrics]]
    with Extractor(threads=1) as extractor:
        for tuning in (True, False):
            people = sittings(extractor, [*london(tuning=tuning), *more(tuning=tuning)[:PEOPLE]])
            before = _values(read(extractor, [each.pixels for each in people])[0])
            found = {tried: spoil(tried, people, extractor, before) for tried in TRIED}
            rows = [shares(tried, spoilt) for tried, spoilt in found.items()]
            print(markdown([table[0], *rows]), flush=True)
            if tuning:
                for name in dict.fromkeys(tried.error for tried in TRIED):
                    parts = [found[tried] for tried in TRIED if tried.error == name]
                    print(
                        name, fit(name, parts), "or all alike", fit_alike(name, parts), flush=True
                    )
            else:
                table += rows
    made = f"`python -m benchmarks.tune.fault_errors`: {len(people)} people no error was set on."
    write_table("fault_errors", made, table)
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
