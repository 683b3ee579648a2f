"""How far each of two hands and the reading is off by itself, and what a perfect reader could reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from benchmarks.fidelity import hand
from benchmarks.fidelity.beside import AGAIN, TABLED, TEMPLATES, Beside, measure_heights
from benchmarks.fidelity.tables import Row

__all__ = ["own_errors", "reach_rows"]

_METRICS = {"brow_height": "brow height", "commissure_height": "mouth corner"}
# Draws of people for the intervals.
_DRAWS = 2000


def own_errors(readings: Sequence[FloatArray]) -> FloatArray:
    """Variance of what each of three readers is off by itself, shape (3,).

    Their errors have to be independent: then what two of them lie apart is what both are off (Gray and Allan
    1974, *A method for estimating the frequency stability of an individual oscillator*: three cornered hats).
    By chance a variance may fall below 0.

    Parameters
    ----------
    readings : sequence of three ndarrays, shape (n,)
        The same n things as each reads them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> made = [rng.normal(0, sd, 10_000) for sd in (1.0, 2.0, 3.0)]
    >>> np.sqrt(own_errors(made)).round(1).tolist()
    [1.0, 2.0, 3.0]
    """
    one, two, three = readings
    apart = [np.mean((a - b) ** 2) for a, b in ((two, three), (one, three), (one, two))]
    return np.asarray(np.sum(apart) / 2 - apart)


def reach_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """Errors of the two hands and of the reading by itself, from how far they lie apart on 16 photos.

    A perfect reader would still be off all photos' hands by these hands' own errors.
    """
    head = ["right less left", "measured in", "n", "template off by (95 %), mm", "truth.csv"]
    rows: list[Row] = [
        [*head, "reading", "all photos: RMSE as read", "a perfect reader's", "its r"]
    ]
    for metric, label in _METRICS.items():
        for one_level in (False, True):
            column = f"{metric}_diff_mm"
            three = _three_readings(sets, column, one_level=one_level)
            three = three[:, np.isfinite(three).all(axis=0)]
            own = own_errors(list(three))
            photos = {
                name: _beside_hand(sets[name], column, one_level=one_level)
                for name in (*TEMPLATES, *TABLED)
            }
            read, true = np.concatenate(list(photos.values()), axis=1)
            best = np.average(
                [max(own[int(name in TABLED)], 0.0) for name in photos],
                weights=[each.shape[1] for each in photos.values()],
            )
            cells = [_with_interval(i, own, three) for i in range(3)]
            cells += [f"{np.sqrt(np.mean((read - true) ** 2)):.2f}", f"{np.sqrt(best):.2f}"]
            cells.append(f"{np.sqrt(1 - best / np.var(true)):.2f}")
            level = "the hand's level" if one_level else "each one's level"
            rows.append([label, level, str(three.shape[1]), *cells])
    return rows


def _three_readings(sets: Mapping[str, Beside], column: str, *, one_level: bool) -> FloatArray:
    """The template's, the table's and the library's, at the table's stations, shape (3, n)."""
    template, table = sets[TEMPLATES[0]], sets[AGAIN]
    scale = Scale("ruler", np.nan_to_num(1 / table.read["mm_per_px"], nan=1.0))
    truth = table.landmarks[1]
    placed: Landmarks = hand.brow_at_rim(template.landmarks[1], truth)
    if one_level:
        placed = hand.in_level_of(placed, truth)
    read = table.levelled if one_level else table.read
    return np.stack(
        [measure_heights(placed, scale)[column], table.hand[column], read[column]]
    ).astype(np.float64)


def _beside_hand(one: Beside, column: str, *, one_level: bool) -> FloatArray:
    """Differences as read and by the hand of photos that both have, shape (2, n)."""
    read = (one.levelled if one_level else one.read)[column]
    both = np.stack([read, one.hand[column]]).astype(np.float64)
    return np.asarray(both[:, np.isfinite(both).all(axis=0)])


def _with_interval(number: int, own: FloatArray, three: FloatArray) -> str:
    """One reader's standard deviation, and its interval by people drawn again."""
    rng = np.random.default_rng(0)
    people = rng.integers(0, three.shape[1], (_DRAWS, three.shape[1]))
    drawn = [own_errors(list(three[:, picked]))[number] for picked in people]
    ends = np.quantile(drawn, [0.025, 0.975])
    middle, low, high = (np.sqrt(max(value, 0.0)) for value in (own[number], *ends))
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"
