"""Readings of real faces beside the hand's, and the tables made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Scale, face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.metrics import measure
from benchmarks.fidelity import hand, photos
from benchmarks.fidelity.parts import HEIGHTS
from benchmarks.fidelity.scores import Fit, fit, within
from benchmarks.fidelity.tables import Row

__all__ = [
    "Beside",
    "coverage_rows",
    "difference_rows",
    "hand_photos",
    "hands_rows",
    "height_rows",
    "lid_rows",
    "margin_rows",
    "read_beside",
    "station_rows",
]

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]
Methods = Mapping[str, "Mapping[str, Beside]"]

#: Sets of photos: whose, and which hand. Templates lie in both folders, the rest is ``truth.csv``.
TEMPLATES = ("London, neutral, template", "more, neutral, template")
TABLED = ("portraits", "London, smiling")
AGAIN = "London, neutral"
#: What a hand is off by when it reads again, or three readers differ by, mm: brow and mouth corner are
#: right-left differences (templates), the others one eye's (repeats of truth.csv, READMEs of the photos).
HAND_SD = {"brow_height": 0.57, "commissure_height": 0.35, "fissure_height": 0.22, "mrd1": 0.25}
#: The method that is looked at most closely.
BEST = "hemiface"
#: MRD1 below which surgery is usually considered, mm.
PTOSIS = 2.0
#: A difference of the hand's that counts as large, mm.
LARGE = 2.0
_HALVES = (("tuning", True), ("reporting", False))
_METRICS = (*HEIGHTS, "fissure_height")


@dataclass(frozen=True)
class Beside:
    """One set of n photos as a method and a hand read it.

    Attributes
    ----------
    tuning : ndarray of bool, shape (n,)
        Whether constants may be chosen on each.
    read, hand : Measurements
        Both in the reading's millimetres, so that they differ by where points are alone.
    above : Measurements
        The reading, with its lids taken over the iris's centre where the hand's are.
    own : Measurements
        The hand's in its own millimetres: 11.71 mm an iris of its own.
    landmarks : tuple of Landmarks
        The reading, and the hand's.
    """

    tuning: BoolArray
    read: Measurements
    above: Measurements = field(repr=False)
    hand: Measurements = field(repr=False)
    own: Measurements = field(repr=False)
    landmarks: tuple[Landmarks, Landmarks] = field(repr=False)


def hand_photos() -> list[Path]:
    """Every photo that a hand has read; empty where they are not there."""
    return [
        path
        for tuning in (True, False)
        for path in (
            *photos.london(tuning=tuning),
            *photos.london("smiling", tuning=tuning),
            *photos.more(tuning=tuning),
            *photos.portraits(tuning=tuning),
        )
    ]


def read_beside(landmarks: Landmarks, paths: Sequence[Path]) -> dict[str, Beside]:
    """All sets.

    Parameters
    ----------
    landmarks : Landmarks
        A method's readings of `hand_photos`.
    paths : sequence of Path
        Those photos.
    """
    table = hand.read_table()
    tuning = np.array([photos.is_tuning(path) for path in paths])

    def rows(folder: str, ending: str) -> list[int]:
        return [i for i, p in enumerate(paths) if p.parent.name == folder and p.name.endswith(ending)]

    sets = {}
    for name, folder, ending in zip(TEMPLATES, ("london", "more"), ("neutral.jpg", ".jpg"), strict=True):
        picked = rows(folder, ending)
        read = landmarks[picked]
        truth = hand.template_landmarks([paths[i] for i in picked], read)
        sets[name] = _beside(tuning[picked], read, read, truth)
    for name, folder, ending in (
        (TABLED[0], "portraits", ".jpg"),
        (TABLED[1], "london", "smiling.jpg"),
        (AGAIN, "london", "neutral.jpg"),
    ):
        picked = rows(folder, ending)
        read = landmarks[picked]
        truth = hand.table_landmarks([paths[i].name for i in picked], read, table)
        above = hand.lids_at_centre(read, truth)
        sets[name] = _beside(tuning[picked], hand.brow_at_rim(read, truth), above, truth)
    return sets


def _beside(tuning: BoolArray, read: Landmarks, above: Landmarks, truth: Landmarks) -> Beside:
    table = _measured(read)
    same = Scale("ruler", np.nan_to_num(1 / table["mm_per_px"], nan=1.0))
    return Beside(tuning, table, _measured(above), _measured(truth, same), _measured(truth), (read, truth))


def _measured(landmarks: Landmarks, scale: Scale | None = None) -> Measurements:
    return measure(landmarks, metrics=[*HEIGHTS.values(), "fissure_height"], scale=scale)


def lid_rows(methods: Methods) -> list[Row]:
    """Opening, read less hand: mean, SD and worst of the eyes, by set and half."""
    head = ["opening, read less hand, mm", "method"]
    head += [f"{half}: n, mean, SD, worst" for half, _ in _HALVES]
    rows: list[Row] = [[*head, "hand's mm: mean, SD", "over the iris's centre: mean, SD"]]
    for name in (*TABLED, AGAIN, *TEMPLATES):
        for method, sets in methods.items():
            one = sets[name]
            read, above, true, own = (
                _sides(table, "fissure_height") for table in (one.read, one.above, one.hand, one.own)
            )
            cells = [_summary((read - true)[:, one.tuning == tuning]) for _, tuning in _HALVES]
            rows.append([name, method, *cells, _spread(read - own), _spread(above - true)])
    return rows


def margin_rows(methods: Methods) -> list[Row]:
    """MRD1 as read and by hand, and how many eyes fall below 2 mm."""
    head = ["MRD1", "method", "half", "eyes", "read, mm", "hand, mm", "error SD, mm"]
    rows: list[Row] = [[*head, f"read below {PTOSIS:g} mm", f"hand below {PTOSIS:g} mm"]]
    for name in (*TABLED, AGAIN, *TEMPLATES):
        for method, sets in methods.items():
            for half, tuning in _HALVES:
                one = sets[name]
                read, true = (_sides(t, "mrd1")[:, one.tuning == tuning] for t in (one.read, one.hand))
                known = np.isfinite(read + true)
                read, true = read[known], true[known]
                shares = (f"{100 * np.mean(values < PTOSIS):.0f} %" for values in (read, true))
                means = (f"{values.mean():.2f}" for values in (read, true))
                sd = f"{(read - true).std():.2f}"
                rows.append([name, method, half, str(known.sum()), *means, sd, *shares])
    return rows


def difference_rows(methods: Methods, metric: str) -> list[Row]:
    """Right-left differences against the hand's: how well they follow, and by how much they are off."""
    head = ["people", "half", "method", "n", "r", "slope", "RMSE, mm"]
    rows: list[Row] = [[*head, f"hand over {LARGE:g} mm: n", "slope there"]]
    for label, names in (
        ("templates, neutral", TEMPLATES),
        ("portraits and smiles", TABLED),
        ("all", (*TEMPLATES, *TABLED)),
    ):
        for half, tuning in (*_HALVES, ("both", None)):
            for method, sets in methods.items():
                if label != "all" and method != BEST:
                    continue
                true, read = _differences([sets[name] for name in names], metric, tuning)
                rows.append([label, half, method, *_fit_cells(fit(true, read)), *_large_cells(true, read)])
    return rows


def height_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """Every height against the templates: right-left differences, and both sides."""
    head = ["height", "half", "n", "r", "slope", "RMSE, mm", "stated SD, mm", "within 1 and 2 SD"]
    rows: list[Row] = [[*head, "both sides: mean, SD of error, mm"]]
    for metric in _METRICS:
        for half, tuning in _HALVES:
            some = [sets[name] for name in TEMPLATES]
            true, read = _differences(some, metric, tuning)
            sd = np.concatenate([_sd(one.read, metric, "diff")[one.tuning == tuning] for one in some])
            sides = np.concatenate(
                [
                    (_sides(one.read, metric) - _sides(one.hand, metric))[:, one.tuning == tuning].ravel()
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
    """How many errors of single photos lie within one and two of the stated standard deviations."""
    head = ["error of one photo", "half", "method", "n", "RMSE, mm", "stated SD, mm, median"]
    rows: list[Row] = [[*head, "within 1 and 2 SD", "with the hand's own SD added"]]
    for metric, by_hand in HAND_SD.items():
        one_eye = metric in ("fissure_height", "mrd1")
        for half, tuning in (*_HALVES, ("both", None)):
            for method, sets in methods.items():
                error, sd = _errors(sets, metric, one_eye, tuning)
                label = f"{metric}, {'each eye' if one_eye else 'right less left'}"
                both = np.hypot(sd, by_hand)
                cells = [str(np.isfinite(error).sum()), f"{np.sqrt(np.nanmean(error**2)):.2f}"]
                if np.isfinite(sd).any():
                    cells += [f"{np.nanmedian(sd):.2f}", _shares(error, sd), _shares(error, both)]
                    rows.append([label, half, method, *cells])
    return rows


def station_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """How far beside the hand's stations the library's own lie, mm; positive laterally."""
    places: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("brow_height beside the iris's outer rim", ("brow_upper_3", "brow_lower_3"), "iris_lateral"),
        ("upper lid's middle beside the iris's centre", ("upper_lid_4",), "iris_centre"),
        ("lower lid's middle beside the iris's centre", ("lower_lid_4",), "iris_centre"),
    )
    rows: list[Row] = [["station", "mean, mm", "SD, mm", "n"]]
    read = Landmarks.concat(sets[name].landmarks[0] for name in TEMPLATES)
    half = face_frame(read).halves()
    for label, ours, theirs in places:
        apart = np.mean([half.out(name) for name in ours], axis=0) - half.out(theirs)
        rows.append(
            [label, f"{np.nanmean(apart):+.1f}", f"{np.nanstd(apart):.1f}", str(np.isfinite(apart).sum())]
        )
    return rows


def hands_rows(sets: Mapping[str, Beside]) -> list[Row]:
    """Two hands on the same 16 photos at the stations of ``truth.csv``: as well as anything can agree."""
    template, table = sets[TEMPLATES[0]], sets[AGAIN]
    scale = Scale("ruler", np.nan_to_num(1 / table.read["mm_per_px"], nan=1.0))
    placed, truth = template.landmarks[1], table.landmarks[1]
    rim, above = (_measured(moved(placed, truth), scale) for moved in (hand.brow_at_rim, hand.lids_at_centre))
    rows: list[Row] = [["London, neutral", "compared", "n", "r", "slope", "RMSE, mm", "mean, SD"]]
    for label, metric, sides, of_template, read in (
        ("brow height, right less left", "brow_height", ("diff",), rim, table.read),
        ("mouth corner, right less left", "commissure_height", ("diff",), rim, table.read),
        ("opening, each eye", "fissure_height", SIDES, above, table.above),
        ("MRD1, each eye", "mrd1", SIDES, above, table.above),
    ):
        for who, against in (("template, truth.csv", of_template), ("read, truth.csv", read)):
            columns = [f"{metric}_{side}_mm" for side in sides]
            one, other = (np.concatenate([t[name] for name in columns]) for t in (table.hand, against))
            rows.append([label, who, *_fit_cells(fit(one, other)), _spread(other - one)])
    for who, first, second in (
        ("template, truth.csv", template.own, table.own),
        ("read, truth.csv", table.read, table.own),
        ("read, template", template.read, template.own),
    ):
        ratio = second["mm_per_px"] / first["mm_per_px"]
        spread = f"{np.nanmean(ratio):.3f}, {np.nanstd(ratio):.3f}"
        rows.append(["iris's width, ratio", who, str(np.isfinite(ratio).sum()), "", "", "", spread])
    return rows


def _sides(table: Measurements, metric: str) -> FloatArray:
    """Right and left, shape (2, n)."""
    return np.stack([table[f"{metric}_{side}_mm"] for side in SIDES])


def _sd(table: Measurements, metric: str, side: str) -> FloatArray:
    return np.asarray(table[f"{metric}_{side}_sd_mm"])


def _differences(sets: Sequence[Beside], metric: str, tuning: bool | None) -> tuple[FloatArray, FloatArray]:
    """The hand's differences and the reading's, of one half or of both."""
    rows = [np.ones(len(one.tuning), bool) if tuning is None else one.tuning == tuning for one in sets]
    column = f"{metric}_diff_mm"
    true, read = (
        np.concatenate([table[column][kept] for table, kept in zip(tables, rows, strict=True)])
        for tables in ([one.hand for one in sets], [one.read for one in sets])
    )
    return true, read


def _errors(
    sets: Mapping[str, Beside], metric: str, one_eye: bool, tuning: bool | None
) -> tuple[FloatArray, FloatArray]:
    """Errors and their stated standard deviations, of the sets that are all of different photos."""
    errors, sds = [], []
    for name in (*TEMPLATES, *TABLED):
        one = sets[name]
        kept = np.ones(len(one.tuning), bool) if tuning is None else one.tuning == tuning
        for side in SIDES if one_eye else ("diff",):
            column = f"{metric}_{side}_mm"
            errors.append((one.read[column] - one.hand[column])[kept])
            sds.append(_sd(one.read, metric, side)[kept])
    return np.concatenate(errors), np.concatenate(sds)


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


def _large_cells(true: FloatArray, read: FloatArray) -> Row:
    large = (np.abs(true) > LARGE) & np.isfinite(read)
    slope = fit(true[large], read[large], through_origin=True).slope
    return [str(large.sum()), "" if np.isnan(slope) else f"{slope:.2f}"]
