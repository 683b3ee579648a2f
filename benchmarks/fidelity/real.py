"""Tables of real faces as they are read, beside the hand's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import Scale, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.extract import Method
from benchmarks.fidelity import hand
from benchmarks.fidelity.beside import AGAIN, TABLED, TEMPLATES, Beside, measure_heights
from benchmarks.fidelity.parts import HEIGHTS
from benchmarks.fidelity.scores import Fit, fit, within
from benchmarks.fidelity.tables import Row

__all__ = [
    "coverage_rows",
    "difference_rows",
    "hands_rows",
    "height_rows",
    "lid_rows",
    "margin_rows",
    "station_rows",
    "worst_rows",
]

Methods = Mapping[str, "Mapping[str, Beside]"]

#: Standard deviation of a hand, mm, and of what. Brow and mouth corner: right-left differences of three
#: readers and of two (templates); opening and MRD1: one eye, read again (truth.csv). From the notes that come
#: with the photos.
HAND_SD = {
    "brow_height": (0.57, "diff"),
    "commissure_height": (0.35, "diff"),
    "fissure_height": (0.22, "side"),
    "mrd1": (0.25, "side"),
}
#: The method that is looked at most closely.
BEST: Method = "hemiface"
#: MRD1 below which surgery is usually considered, mm.
PTOSIS = 2.0
#: A difference of the hand's that counts as large, mm.
LARGE = 2.0
_HALVES = (("tuning", True), ("reporting", False))
_KINDS = {"diff": "right less left", "side": "each side"}
#: Every metric that is compared.
METRICS = (*HEIGHTS, "fissure_height")


def lid_rows(methods: Methods) -> list[Row]:
    """Opening, read less hand: mean, SD and worst of the eyes, by set and half."""
    head = ["opening, read less hand, mm", "method"]
    head += [f"{half}: n, mean, SD, worst" for half, _ in _HALVES]
    rows: list[Row] = [[*head, "hand's mm: mean, SD", "over the iris's centre: mean, SD"]]
    for name in (*TABLED, AGAIN, *TEMPLATES):
        for method, sets in methods.items():
            one = sets[name]
            read, above, true, own = (
                _sides(table, "fissure_height")
                for table in (one.read, one.above, one.hand, one.own)
            )
            cells = [_summary((read - true)[:, one.tuning == tuning]) for _, tuning in _HALVES]
            rows.append([name, method, *cells, _spread(read - own), _spread(above - true)])
    return rows


def margin_rows(methods: Methods) -> list[Row]:
    """MRD1 as read and by hand, and how many eyes fall below 2 mm."""
    head = ["MRD1", "method"]
    for half, _ in _HALVES:
        head += [
            f"{half}: eyes",
            "read, hand, mm",
            "SD of error",
            f"below {PTOSIS:g} mm: read, hand",
        ]
    rows: list[Row] = [head]
    for name in (*TABLED, AGAIN, *TEMPLATES):
        for method, sets in methods.items():
            cells: Row = []
            for _, tuning in _HALVES:
                one = sets[name]
                read, true = (
                    _sides(t, "mrd1")[:, one.tuning == tuning] for t in (one.read, one.hand)
                )
                known = np.isfinite(read + true)
                read, true = read[known], true[known]
                below = [100 * float(np.mean(values < PTOSIS)) for values in (read, true)]
                cells += [str(known.sum()), f"{read.mean():.2f}, {true.mean():.2f}"]
                cells += [f"{(read - true).std():.2f}", "{:.0f}, {:.0f} %".format(*below)]
            rows.append([name, method, *cells])
    return rows


def difference_rows(methods: Methods, metric: str) -> list[Row]:
    """Right-left differences against the hand's: how well they follow, and by how much they are off.

    The hand errs too (`HAND_SD`): beside r stands the r that the truth itself would have with the hand, were
    the hand's errors independent of it. The last columns take the hand's pupils and canthi for the level: so
    the points are told apart from the level that both heights are measured in.
    """
    head = ["people", "half", "method", "n", "r", "slope", "RMSE, mm", "r of the truth"]
    head += [f"hand over {LARGE:g} mm: n", "slope there"]
    rows: list[Row] = [[*head, "in the hand's level: r, RMSE"]]
    every = (*TEMPLATES, *TABLED)
    for label, names, noted in (
        ("templates, neutral", TEMPLATES, True),
        ("portraits and smiles", TABLED, True),
        ("all", every, True),
        ("all with status ok", every, False),
    ):
        for half, tuning in (*_HALVES, ("both", None)):
            for method, sets in methods.items():
                if label != "all" and method != BEST:
                    continue
                some = [sets[name] for name in names]
                true, read, levelled = _differences(some, metric, tuning, noted=noted)
                same = fit(true, levelled)
                cells = [*_fit_cells(fit(true, read)), _ceiling_cell(true, metric)]
                cells += [*_large_cells(true, read), f"{same.r:.2f}, {same.rmse:.2f}"]
                rows.append([label, half, method, *cells])
    return rows


def height_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """Every height against the templates: right-left differences, and both sides."""
    head = ["height", "half", "n", "r", "slope", "RMSE, mm", "stated SD, mm", "within 1 and 2 SD"]
    rows: list[Row] = [[*head, "both sides: mean, SD of error, mm"]]
    for metric in METRICS:
        for half, tuning in _HALVES:
            some = [sets[name] for name in TEMPLATES]
            true, read, _ = _differences(some, metric, tuning)
            sd = np.concatenate(
                [_sd(one.read, metric, "diff")[one.tuning == tuning] for one in some]
            )
            sides = np.concatenate(
                [
                    (_sides(one.read, metric) - _sides(one.hand, metric))[
                        :, one.tuning == tuning
                    ].ravel()
                    for one in some
                ]
            )
            rows.append(
                [
                    metric,
                    half,
                    *_fit_cells(fit(true, read)),
                    f"{np.nanmedian(sd):.2f}",
                    _shares(read - true, sd),
                    _spread(sides),
                ]
            )
    return rows


def coverage_rows(methods: Methods) -> list[Row]:
    """How many errors of single photos lie within one and two of the stated standard deviations.

    Reading and hand are measured in the same millimetres, so the share of the errors that is the scale's is
    in neither; heights far from the pupils have most of it.
    """
    head = ["error of one photo", "half", "method", "n", "RMSE, mm", "stated SD, mm, median"]
    head += [
        "within 1 and 2 SD",
        "with the hand's own SD added",
        "without the scale's share: SD, within",
    ]
    rows: list[Row] = [head]
    for (metric, (by_hand, of)), (kind, label) in product(HAND_SD.items(), _KINDS.items()):
        factor = {("diff", "side"): np.sqrt(2), ("side", "diff"): np.sqrt(0.5)}.get((kind, of), 1.0)
        for half, tuning in (*_HALVES, ("both", None)):
            for method, sets in methods.items():
                error, sd, ruled = _errors(sets, metric, kind, tuning)
                if not np.isfinite(sd).any():
                    continue
                cells = [str(np.isfinite(error).sum()), f"{np.sqrt(np.nanmean(error**2)):.2f}"]
                cells += [f"{np.nanmedian(sd):.2f}", _shares(error, sd)]
                cells += [_shares(error, np.hypot(sd, factor * by_hand))]
                cells += [f"{np.nanmedian(ruled):.2f}: {_shares(error, ruled)}"]
                rows.append([f"{metric}, {label}", half, method, *cells])
    return rows


def station_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """How far beside the hand's stations the library's own lie, mm; positive laterally."""
    places: tuple[tuple[str, tuple[str, ...], str], ...] = (
        (
            "brow_height beside the iris's outer rim",
            ("brow_upper_3", "brow_lower_3"),
            "iris_lateral",
        ),
        ("upper lid's middle beside the iris's centre", ("upper_lid_4",), "iris_centre"),
        ("lower lid's middle beside the iris's centre", ("lower_lid_4",), "iris_centre"),
    )
    rows: list[Row] = [["station", "mean, mm", "SD, mm", "n"]]
    read = Landmarks.concat(sets[name].landmarks[0] for name in TEMPLATES)
    half = face_frame(read).halves()
    for label, ours, theirs in places:
        apart = np.mean([half.out(name) for name in ours], axis=0) - half.out(theirs)
        rows.append(
            [
                label,
                f"{np.nanmean(apart):+.1f}",
                f"{np.nanstd(apart):.1f}",
                str(np.isfinite(apart).sum()),
            ]
        )
    return rows


def hands_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """Two hands on the same 16 photos at the stations of ``truth.csv``: as well as anything can agree."""
    template, table = sets[TEMPLATES[0]], sets[AGAIN]
    scale = Scale("ruler", np.nan_to_num(1 / table.read["mm_per_px"], nan=1.0))
    placed, truth = template.landmarks[1], table.landmarks[1]
    rim, above = (
        measure_heights(moved(placed, truth), scale)
        for moved in (hand.brow_at_rim, hand.lids_at_centre)
    )
    rows: list[Row] = [["London, neutral", "compared", "n", "r", "slope", "RMSE, mm", "mean, SD"]]
    for label, metric, sides, of_template, read in (
        ("brow height, right less left", "brow_height", ("diff",), rim, table.read),
        ("mouth corner, right less left", "commissure_height", ("diff",), rim, table.read),
        ("opening, each eye", "fissure_height", SIDES, above, table.above),
        ("MRD1, each eye", "mrd1", SIDES, above, table.above),
    ):
        for who, against in (("template, truth.csv", of_template), ("read, truth.csv", read)):
            columns = [f"{metric}_{side}_mm" for side in sides]
            one, other = (
                np.concatenate([t[name] for name in columns]) for t in (table.hand, against)
            )
            rows.append([label, who, *_fit_cells(fit(one, other)), _spread(other - one)])
    for who, first, second in (
        ("template, truth.csv", template.own, table.own),
        ("read, truth.csv", table.read, table.own),
        ("read, template", template.read, template.own),
    ):
        ratio = second["mm_per_px"] / first["mm_per_px"]
        spread = f"{np.nanmean(ratio):.3f}, {np.nanstd(ratio):.3f}"
        rows.append(["iris's width, ratio", who, str(np.isfinite(ratio).sum()), "", "", "", spread])
    for metric, (sd, _) in HAND_SD.items():
        rows.append([f"{metric}, a hand's SD", "as its notes say", "", "", "", "", f"{sd:.2f}"])
    return rows


def worst_rows(sets: Mapping[str, Beside], metric: str, most: int = 20) -> list[Row]:
    """The sides, and differences of sides, that lie farthest from the hand's."""
    found = []
    for name in (*TEMPLATES, *TABLED):
        one = sets[name]
        for side in (*SIDES, "diff"):
            read, true = (table[f"{metric}_{side}_mm"] for table in (one.read, one.hand))
            for i in np.flatnonzero(np.isfinite(read - true)):
                photo, half = Path(one.read["photo"][i]).name, _HALVES[0 if one.tuning[i] else 1][0]
                values = (float(v[i]) for v in (read, true, read - true))
                cells = [
                    photo,
                    half,
                    side,
                    *(f"{v:.2f}" for v in values),
                    str(one.read["reason"][i]),
                ]
                found.append((-abs(read[i] - true[i]), cells))
    worst = [cells for _, cells in sorted(found, key=lambda entry: entry[0])[:most]]
    return [["photo", "half", "side", "read, mm", "hand, mm", "error", "note"], *worst]


def _sides(table: Measurements, metric: str) -> FloatArray:
    """Right and left, shape (2, n)."""
    return np.stack([table[f"{metric}_{side}_mm"] for side in SIDES])


def _sd(table: Measurements, metric: str, side: str) -> FloatArray:
    return np.asarray(table[f"{metric}_{side}_sd_mm"])


def _differences(
    sets: Sequence[Beside], metric: str, tuning: bool | None, *, noted: bool = True
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Differences of the hand's, of the reading, and of the reading in the hand's level.

    Of one half or both, with or without noted photos.
    """
    rows = [
        ((one.tuning == tuning) | (tuning is None)) & (noted | (one.read["status"] == "ok"))
        for one in sets
    ]
    column = f"{metric}_diff_mm"
    true, read, levelled = (
        np.concatenate([table[column][kept] for table, kept in zip(tables, rows, strict=True)])
        for tables in zip(*((one.hand, one.read, one.levelled) for one in sets), strict=True)
    )
    return true, read, levelled


def _errors(
    sets: Mapping[str, Beside], metric: str, kind: str, tuning: bool | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Errors, their stated standard deviations, and these without the scale's share.

    Of the sets that are all of different photos.
    """
    found: list[tuple[FloatArray, FloatArray, FloatArray]] = []
    for name in (*TEMPLATES, *TABLED):
        one = sets[name]
        kept = np.ones(len(one.tuning), bool) if tuning is None else one.tuning == tuning
        for side in SIDES if kind == "side" else ("diff",):
            column = f"{metric}_{side}_mm"
            error = one.read[column] - one.hand[column]
            found.append(
                (error[kept], _sd(one.read, metric, side)[kept], _sd(one.ruled, metric, side)[kept])
            )
    errors, sds, ruled = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return errors, sds, ruled


def _summary(errors: FloatArray) -> str:
    known = errors[np.isfinite(errors)]
    if not len(known):
        return "0"
    worst = known[np.abs(known).argmax()]
    return f"{len(known)}, {known.mean():+.2f}, {known.std():.2f}, {worst:+.1f}"


def _spread(errors: FloatArray) -> str:
    return f"{np.nanmean(errors):+.2f}, {np.nanstd(errors):.2f}"


def _shares(error: FloatArray, sd: FloatArray) -> str:
    return "{:.0f}, {:.0f} %".format(*(100 * share for share in within(error, sd)))


def _fit_cells(found: Fit) -> Row:
    return [str(found.n), f"{found.r:.2f}", f"{found.slope:.2f}", f"{found.rmse:.2f}"]


def _ceiling_cell(true: FloatArray, metric: str) -> str:
    """The correlation of the true differences with the hand's, which vary by its errors as well."""
    noise, spread = HAND_SD[metric][0] ** 2, float(np.nanvar(true))
    return f"{np.sqrt(1 - noise / spread):.2f}" if spread > noise else "0.00"


def _large_cells(true: FloatArray, read: FloatArray) -> Row:
    large = (np.abs(true) > LARGE) & np.isfinite(read)
    slope = fit(true[large], read[large], through_origin=True).slope
    return [str(large.sum()), "" if np.isnan(slope) else f"{slope:.2f}"]
