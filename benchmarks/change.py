"""How often a change is called that is there, and how often one that is not, in made series.

Run it as ``python -m benchmarks.change``; it writes docs/change.md. No picture is read: readings are
normal numbers with the standard deviations of ``day_to_day.toml``, which differ between people as it says.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.table import Measurements
from asymmetry.metrics.headline import HEADLINES
from asymmetry.series.cameras import Camera
from asymmetry.series.change import Change, Sides, changes
from asymmetry.series.course import course
from asymmetry.series.day_to_day import SETTINGS, Expected, Setting, expected_error
from asymmetry.series.headline_courses import movement_courses
from asymmetry.series.trend import Forecast, forecast, trend

__all__ = [
    "ask",
    "decline",
    "ever_beyond",
    "main",
    "make_readings",
    "now_beyond",
    "report",
    "share",
    "share_back",
    "smiles",
    "static_series",
    "step",
]

TABLE = Path(__file__).parents[1] / "docs" / "change.md"
_SIDES = ("right", "left", "diff")
#: Visits of quiet series, and how many of them are before.
PLANS = ((3, 1), (5, 2), (7, 2), (8, 3), (10, 3), (30, 3))
#: Standard deviation of the lift of one corner of the mouth between visits, mm, beside effort.
SMILE_SD = 0.29
#: Lift of a smile, mm, and how far effort differs from visit to visit, as a part of it.
SMILE_MM, EFFORT = 7.0, 0.15


def static_series(
    rng: np.random.Generator,
    setting: Setting,
    plan: tuple[int, int],
    photos: int = 1,
    moved: Sequence[npt.ArrayLike] = (0.0, 0.0),
    serial: float = 0.0,
) -> list[Sides]:
    """The headline metrics of a person at rest, a visit a week.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    setting : {"home", "clinic"}
        How the photos are taken.
    plan : tuple of int
        Visits, and how many of them are before the treatment.
    photos : int
        Photos of each visit.
    moved : sequence of array_like
        How far the right and the left side are moved on each visit, in every metric.
    serial : float
        Correlation of the errors of one visit and the next.
    """
    visits, before = plan
    day = np.repeat(7.0 * (np.arange(visits) - before + 1), photos)
    every, names = np.ones(len(day), dtype=bool), np.arange(len(day)).astype(str)
    made = []
    for headline in HEADLINES:
        known = {side: expected_error(setting, headline.column(side)) for side in _SIDES}
        diff = make_readings(rng, known["diff"], visits, photos, serial)
        both = make_readings(rng, known["right"], visits, photos, serial)
        right, left = (
            both + sign * diff / 2 + np.reshape(shift, (-1, 1))
            for sign, shift in zip((1, -1), moved, strict=True)
        )
        values = {"right": right.ravel(), "left": left.ravel(), "diff": (right - left).ravel()}
        columns = {headline.column(side): value for side, value in values.items()}
        table = Measurements({"photo": names, "day": day, **columns})
        made.append(
            Sides(
                headline,
                *(course(table, headline.column(s), every, "rest", known[s]) for s in _SIDES),
            )
        )
    return made


def make_readings(
    rng: np.random.Generator, error: Expected, visits: int, photos: int, serial: float = 0.0
) -> FloatArray:
    """Errors of one person, shape (visits, photos); how large they are differs between people.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    error : Expected
        The expected error.
    visits, photos : int
        How many visits, and photos at each.
    serial : float
        Correlation of the errors of one visit and the next.
    """
    own = np.sqrt(error.df / rng.chisquare(error.df))
    shared = rng.normal(0, error.between, (visits, 1))
    for i in range(1, visits):
        shared[i] = serial * shared[i - 1] + np.sqrt(1 - serial**2) * shared[i]
    made: FloatArray = own * (shared + rng.normal(0, error.sem, (visits, photos)))
    return made


def smiles(
    rng: np.random.Generator, right: npt.ArrayLike, left: npt.ArrayLike, before: int
) -> list[Sides]:
    """A person's smiles, one a week.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    right, left : array_like, shape (visits,)
        Lift of each corner, mm, at the usual effort.
    before : int
        Visits before the treatment.
    """
    lifts = np.array([right, left], dtype=np.float64)
    visits = lifts.shape[1]
    sides = lifts * rng.normal(1, EFFORT, visits) + rng.normal(0, SMILE_SD, lifts.shape)
    values = dict(zip(_SIDES, (*sides, sides[0] - sides[1]), strict=True))
    day = 7.0 * (np.arange(visits) - before + 1)
    columns = {"photo": day.astype(str), "day": day, "expression": np.full(visits, "smile_open")}
    columns |= {f"commissure_lift_{side}_mm": value for side, value in values.items()}
    columns |= {f"synkinesis_{side}_pct": np.full(visits, np.nan) for side in _SIDES}
    return list(movement_courses(Measurements(columns), "home"))


def now_beyond(found: Sequence[Change]) -> bool:
    """Whether the latest visit has a change of a difference."""
    return any(each.beyond for each in found)


def ever_beyond(found: Sequence[Change]) -> bool:
    """Whether any visit has had a change, of a difference or of a side: what any look would have shown."""
    return any(
        each.days_beyond or each.right.days_beyond or each.left.days_beyond for each in found
    )


def share(of: Callable[[np.random.Generator], float], runs: int) -> float:
    """Mean over so many series, in percent; NaN among them is left out."""
    found = [of(np.random.default_rng(seed)) for seed in range(runs)]
    return 100 * float(np.nanmean(found)) if np.isfinite(found).any() else np.nan


def ask(sides: Sequence[Sides]) -> tuple[Change, ...]:
    """The changes since the visits before."""
    return changes(sides, "baseline", treated=True)


def share_now(found: Sequence[Change]) -> float:
    """Part of the metrics that are called on the latest visit."""
    return float(np.mean([each.beyond for each in found]))


def share_back(found: Sequence[Change]) -> float:
    """Part of the metrics called once that are not called on the latest visit; NaN if none was."""
    once = [not each.beyond for each in found if each.days_beyond]
    return float(np.mean(once)) if once else np.nan


def false_alarms(setting: Setting, plan: tuple[int, int], photos: int, runs: int) -> float:
    """Series in which nothing changes and any look shows a change, in percent."""
    return share(lambda rng: ever_beyond(ask(static_series(rng, setting, plan, photos))), runs)


def step(
    setting: Setting,
    mm: float,
    runs: int,
    of: Callable[[Sequence[Change]], float] = share_now,
    visits: int = 10,
) -> float:
    """Steps of the right side, after three visits before, that are told; or another count, in percent."""
    moved = np.where(np.arange(visits) >= 3, mm, 0.0)
    return share(
        lambda rng: of(ask(static_series(rng, setting, (visits, 3), 1, (moved, 0.0)))), runs
    )


def decline(
    rng: np.random.Generator, kind: str, visits: int, sd: float, threshold: float = 1.0
) -> tuple[Forecast, float]:
    """The forecast of a weekly course, and the day on which it truly comes under the threshold.

    Parameters
    ----------
    rng : numpy.random.Generator
        The source of chance.
    kind : {"linear", "exponential", "sigmoid", "levels off"}
        Its shape. It starts at 3 to 6 mm; what levels off does so at 1.2 to 2.5 times the threshold.
    visits : int
        Visits.
    sd : float
        Standard deviation of a visit, mm.
    threshold : float
        In mm.
    """
    day = 7.0 * np.arange(visits)
    start, pace, at = rng.uniform(3, 6), rng.uniform(40, 200), rng.uniform(30, 120)
    level = rng.uniform(1.2, 2.5) * threshold
    if kind == "linear":
        value, true = start - (start - threshold) * day / pace, pace
    elif kind == "exponential":
        value, true = start * np.exp(-day / pace), pace * np.log(start / threshold)
    elif kind == "sigmoid":
        whole = start * (1 + np.exp(-at / (pace / 6)))
        value, true = (
            whole / (1 + np.exp((day - at) * 6 / pace)),
            at + pace / 6 * np.log(whole / threshold - 1),
        )
    else:
        value, true = level + (start - level) * np.exp(-2 * day / pace), np.inf
    read = value + rng.normal(0, sd, visits)
    table = Measurements({"photo": day.astype(str), "day": day, "x_mm": read})
    return forecast(
        trend(course(table, "x_mm", np.ones(visits, dtype=bool), "rest")), threshold
    ), true


def forecasts(kind: str, runs: int) -> tuple[float, float]:
    """Courses with a forecast, and intervals that hold, both in percent."""
    made = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        made.append(decline(rng, kind, int(rng.integers(8, 31)), float(rng.uniform(0.1, 0.35))))
    given = [each for each in made if each[0].note is None]
    held = [each.low <= true <= each.high for each, true in given]
    return 100 * len(given) / runs, 100 * float(np.mean(held)) if held else np.nan


def report(runs: int) -> str:
    """Simulate, and say so in tables.

    Parameters
    ----------
    runs : int
        Series of each kind.
    """
    lines = [
        "# Changes: called when there, and when not",
        "",
        f"Made by `python -m benchmarks.change`: {runs:,} series of each kind, with the standard deviations "
        "of `asymmetry/series/day_to_day.toml`. Percent. The same of people who were photographed again: "
        "[accuracy.md](accuracy.md#photographed-again).",
    ]
    for part in (_quiet, _disturbed, _steps, _smiles, _both, _declines):
        lines += ["", *part(runs)]
    return "\n".join(lines) + "\n"


def _quiet(runs: int) -> Iterator[str]:
    yield "## Nothing changes: series in which any look showed any change"
    yield ""
    yield (
        "| visits (before) | "
        + " | ".join(f"{visits} ({before})" for visits, before in PLANS)
        + " |"
    )
    yield f"|---|{'---:|' * len(PLANS)}"
    for setting in SETTINGS:
        for photos in (1, 3):
            found = [false_alarms(setting, plan, photos, runs) for plan in PLANS]
            yield (
                f"| {setting}, {photos} a visit | "
                + " | ".join(f"{each:.1f}" for each in found)
                + " |"
            )


def _disturbed(runs: int) -> Iterator[str]:
    def correlated(visits: int) -> float:
        return share(
            lambda rng: ever_beyond(ask(static_series(rng, "home", (visits, 3), serial=0.5))), runs
        )

    def unusual(before: int) -> float:
        off = np.where(np.arange(10) == 0, 0.5, 0.0)
        return share(
            lambda rng: ever_beyond(ask(static_series(rng, "home", (10, before), 1, (off, -off)))),
            runs,
        )

    def new_camera(rng: np.random.Generator, cameras: Mapping[str, Camera]) -> float:
        off = np.where(np.arange(10) >= 6, rng.normal(0, 0.15), 0.0)
        sides = static_series(rng, "home", (10, 3), 1, (off, -off))
        return ever_beyond(changes(sides, "baseline", True, cameras))

    known = {str(i): Camera("old" if i < 6 else "new") for i in range(10)}
    yield "## Nothing changes but the photos: home series in which any look showed any change"
    yield ""
    yield "| ten visits, one photo each | percent |"
    yield "|---|---:|"
    yield f"| neighbouring visits err alike (0.5), three before | {correlated(10):.1f} |"
    yield f"| the same, thirty visits | {correlated(30):.1f} |"
    for before in (1, 2, 3):
        yield f"| the first of {before} before is 1 mm off in every metric | {unusual(before):.1f} |"
    for words, cameras in (("not known", {}), ("known", known)):
        found = share(lambda rng, c=cameras: new_camera(rng, c), runs)  # type: ignore[misc]
        yield f"| from the seventh visit on another camera, {words}, 0.3 mm SD off | {found:.1f} |"


def _steps(runs: int) -> Iterator[str]:
    yield "## Steps of one side, ten visits, three of them before: metrics told on the last one"
    yield ""
    yield "| mm | home | taken back within 13 visits, of those called | clinic |"
    yield "|---|---:|---:|---:|"
    for mm in (1.0, 1.5, 2.0, 3.0):
        home, clinic = (step(setting, mm, runs) for setting in SETTINGS)
        yield f"| {mm:g} | {home:.0f} | {step('home', mm, runs, share_back, 16):.1f} | {clinic:.0f} |"


def _smiles(runs: int) -> Iterator[str]:
    yield "## Smiles whose effort differs by 15 %"
    yield ""
    yield "| visits (before) | 40 % of one side lost: told on the last one | ratio 0.3, unchanged: any |"
    yield "|---|---:|---:|"
    for visits, before in ((6, 2), (6, 3), (8, 2), (8, 3), (10, 3)):
        whole = np.full(visits, SMILE_MM)
        weaker = np.where(np.arange(visits) >= before, 0.6, 1.0) * SMILE_MM
        lost, quiet = [], []
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            lost.append(now_beyond(ask(smiles(rng, whole, weaker, before))))
            quiet.append(ever_beyond(ask(smiles(rng, whole, 0.3 * whole, before))))
        yield f"| {visits} ({before}) | {100 * np.mean(lost):.0f} | {100 * np.mean(quiet):.1f} |"


def _both(runs: int) -> Iterator[str]:
    lower = np.where(np.arange(10) >= 3, -4.0, 0.0)

    def both(rng: np.random.Generator) -> float:
        found = ask(static_series(rng, "home", (10, 3), 1, (lower, lower)))
        return float(np.mean([each.right.beyond and each.left.beyond for each in found]))

    yield "## Both sides 4 mm lower, ten home visits, three before"
    yield ""
    yield f"Metrics with both sides called on the last visit: {share(both, runs):.0f}."


def _declines(runs: int) -> Iterator[str]:
    yield "## Forecasts, 8 to 30 weekly visits"
    yield ""
    yield "| course | given | interval holds |"
    yield "|---|---:|---:|"
    for kind in ("linear", "exponential", "sigmoid", "levels off"):
        given, held = forecasts(kind, 2 * runs)
        yield f"| {kind} | {given:.1f} | {held:.0f} |".replace("nan", "–")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="How often changes are called, in made series.")
    parser.add_argument(
        "--runs", type=int, default=1000, help="series of each kind (default: %(default)s)"
    )
    text = report(parser.parse_args().runs)
    TABLE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
