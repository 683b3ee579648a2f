"""Misreadings of parts that did not move: every height beside every move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Half, Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.metrics import Metric, catalogue, measure, metric
from benchmarks.fidelity.cases import Case, Subject, displaced
from benchmarks.fidelity.measures import as_ruler, pooled_scales
from benchmarks.fidelity.tables import Row

__all__ = [
    "HEIGHTS",
    "Heights",
    "both_rows",
    "closed_rows",
    "compare_heights",
    "matrix_rows",
    "pooled_rows",
]

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


@metric(unit="mm", sign="higher", source="A height of the benchmark's own.")
def outer_canthus_height(half: Half) -> FloatArray:
    """Height of the outer canthus over the level pupil line."""
    return half.up("outer_canthus")


@metric(unit="mm", sign="higher", source="A height of the benchmark's own.")
def inner_canthus_height(half: Half) -> FloatArray:
    """Height of the inner canthus over the level pupil line."""
    return half.up("inner_canthus")


def _heights() -> Mapping[str, Metric]:
    known = catalogue()
    brow, mouth = (
        [known[name] for name in names.split()]
        for names in (
            "brow_height brow_medial_height brow_lateral_height mrd1 mrd2",
            "ala_height commissure_height upper_lip_height lower_lip_height",
        )
    )
    chosen = [*brow, outer_canthus_height, inner_canthus_height, *mouth]
    return MappingProxyType({each.name: each for each in chosen})


#: The eleven heights, by name.
HEIGHTS = _heights()
#: A height that changes by less than this did not move, mm.
STILL = 0.05
_SHORT = dict(
    zip(
        HEIGHTS,
        "brow|medial|lateral|MRD1|MRD2|outer c.|inner c.|ala|corner|up. lip|low. lip".split("|"),
        strict=True,
    )
)
_LABELS = {
    "brow": "brow",
    "mouth_corner": "mouth corner",
    "upper_lid": "upper lid",
    "lower_lid": "lower lid",
    "iris": "iris alone",
    "closed_lid": "lid closed",
}


@dataclass(frozen=True)
class Heights:
    """Changes of n photos' heights against the unchanged photos', mm.

    Attributes
    ----------
    part, side : ndarray of str, shape (n,)
        The part that moved, and its side.
    true, read : ndarray, shape (11, 2, n)
        Of the right and the left, in the order of `HEIGHTS`.
    noted : ndarray of bool, shape (n,)
        Whether a row says that something is wrong with it.
    scale : ndarray, shape (n,)
        Millimetres per px, over those of the unchanged photo.
    opening : ndarray, shape (2, n)
        Opening of both eyes as read, not its change.
    """

    part: npt.NDArray[np.str_]
    side: npt.NDArray[np.str_]
    true: FloatArray = field(repr=False)
    read: FloatArray = field(repr=False)
    noted: BoolArray = field(repr=False)
    scale: FloatArray = field(repr=False)
    opening: FloatArray = field(repr=False)

    def select(self, rows: BoolArray) -> Heights:
        """Some of the photos."""
        return Heights(*(getattr(self, name)[..., rows] for name in self.__dataclass_fields__))

    def errors(self) -> tuple[FloatArray, BoolArray]:
        """Errors of the right-left differences, and which of them did not move, shape (11, n)."""
        true, read = (side[:, 0] - side[:, 1] for side in (self.true, self.read))
        return read - true, np.abs(true) < STILL


def compare_heights(
    found: Sequence[Subject],
    before: Landmarks,
    cases: Sequence[Case],
    after: Landmarks,
    *,
    own_scale: bool,
) -> Heights:
    """Changes of all heights, true and read.

    The truth is as in `measures.warp_changes`; but an iris that moves alone moves no level: nothing but
    its own distances from the lids changes.

    Parameters
    ----------
    found, before, cases, after
        As in `measures.warp_changes`.
    own_scale : bool
        Take each photo's own millimetres, as for a single photo, in place of one scale per person.
    """
    row = {subject.person: i for i, subject in enumerate(found)}
    origin = np.array([row[case.person] for case in cases])
    moved = Landmarks.concat(
        [displaced(before[i], case.displacement) for i, case in zip(origin, cases, strict=True)]
    )
    unit = measure(before, metrics=[], sd=False)["mm_per_px"]
    old, new = (
        (Scale("ruler", 1 / unit), Scale()) if own_scale else pooled_scales(before, after, origin)
    )
    start, px_per_mm = _read(before, old)[..., origin], as_ruler(old, before).mm[origin]
    true = _read(moved, Scale("ruler", px_per_mm)) - start
    alone = np.array([case.part == "iris" for case in cases])
    true[..., alone] = _iris_alone(
        [case for case in cases if case.part == "iris"], before, px_per_mm[alone]
    )
    table = measure(after, metrics=["fissure_height"], sd=False)
    noted = (table["status"] != "ok") & (
        measure(before, metrics=[], sd=False)["status"][origin] == "ok"
    )
    return Heights(
        part=np.array([case.part for case in cases]),
        side=np.array([case.side for case in cases]),
        true=true,
        read=_read(after, new) - start,
        noted=noted,
        scale=table["mm_per_px"] / unit[origin],
        opening=np.stack([table[f"fissure_height_{side}_mm"] for side in SIDES]),
    )


def matrix_rows(heights: Heights) -> list[Row]:
    """RMS error of every right-left difference beside every move; in brackets where it truly moved."""
    rows: list[Row] = [["moved", "n", *_SHORT.values()]]
    for label, picked in _moves(heights):
        error, still = heights.select(picked).errors()
        cells = []
        for one, stays in zip(error, still, strict=True):
            moved = stays.mean() < 0.5
            some = one[~stays if moved else stays]
            shown = f"{_rms(some):.2f}" if np.isfinite(some).any() else ""
            cells.append(f"({shown})" if moved and shown else shown)
        rows.append([label, str(picked.sum()), *cells])
    return rows


def pooled_rows(heights: Heights) -> list[Row]:
    """One figure for all parts that did not move."""
    rows: list[Row] = [
        ["moves", "n", "parts that did not move, RMS mm", "all, RMS mm", "missing", "noted"]
    ]
    one = heights.side != "both"
    three, lower = (
        np.isin(heights.part, names)
        for names in (("brow", "mouth_corner", "upper_lid"), ("lower_lid",))
    )
    for label, picked in (
        ("brow, mouth corner or upper lid, one side", one & three),
        ("the same and the lower lid, one side", one & (three | lower)),
        ("the same, both sides at once", ~one & three),
        ("iris alone", heights.part == "iris"),
        ("lid closed", heights.part == "closed_lid"),
    ):
        if not picked.any():
            continue
        some = heights.select(picked)
        error, still = some.errors()
        missing = f"{100 * np.isnan(error).mean():.0f} %"
        noted = f"{100 * some.noted.mean():.0f} %"
        rows.append(
            [
                label,
                str(picked.sum()),
                f"{_rms(error[still]):.2f}",
                f"{_rms(error):.2f}",
                missing,
                noted,
            ]
        )
    return rows


def both_rows(heights: Heights) -> list[Row]:
    """Where both sides moved at once: the mean error of the sides themselves, each photo in its own mm."""
    rows: list[Row] = [["both sides", "n", *_SHORT.values(), "scale"]]
    for label, picked in _moves(heights.select(heights.side == "both")):
        some = heights.select(heights.side == "both").select(picked)
        cells = [f"{np.nanmean(one):+.2f}" for one in some.read - some.true]
        rows.append(
            [label, str(picked.sum()), *cells, f"{100 * (np.nanmean(some.scale) - 1):+.1f} %"]
        )
    return rows


def closed_rows(heights: Heights) -> list[Row]:
    """How open lids read that were drawn down all the way."""
    rows: list[Row] = [["lid closed", "eyes", "opening as read: mean, largest, mm", "missing"]]
    closed = heights.select(heights.part == "closed_lid")
    for label, sides in (("one eye", SIDES), ("both eyes", ("both",))):
        values = np.concatenate(
            [
                closed.opening[SIDES.index(side)][closed.side == side]
                if side != "both"
                else closed.opening[:, closed.side == side].ravel()
                for side in sides
            ]
        )
        largest = np.nanmax(np.abs(values)) if np.isfinite(values).any() else np.nan
        cells = [
            f"{np.nanmean(values):+.2f}, {largest:.2f}",
            f"{100 * np.isnan(values).mean():.0f} %",
        ]
        rows.append([label, str(len(values)), *cells])
    return rows


def _moves(heights: Heights) -> list[tuple[str, BoolArray]]:
    """Each kind of move, in words, and its photos."""
    both = heights.side == "both"
    found = [
        (f"{label}, {where}", (heights.part == part) & (both == (where == "both sides")))
        for where in ("one side", "both sides")
        for part, label in _LABELS.items()
    ]
    return [(label, picked) for label, picked in found if picked.any()]


def _read(landmarks: Landmarks, scale: Scale) -> FloatArray:
    """All heights, shape (11, 2, n)."""
    table = measure(landmarks, metrics=HEIGHTS.values(), scale=scale, sd=False)
    return np.array([[table[f"{name}_{side}_mm"] for side in SIDES] for name in HEIGHTS])


def _iris_alone(cases: Sequence[Case], before: Landmarks, px_per_mm: FloatArray) -> FloatArray:
    """True changes where one iris moved, shape (11, 2, n)."""
    true = np.zeros((len(HEIGHTS), len(SIDES), len(cases)))
    names = list(HEIGHTS)
    for i, case in enumerate(cases):
        side = SIDES.index(case.side)
        x, y = case.displacement[before.layout.pairs["iris_centre"][side]]
        up = -np.sign(y) * np.hypot(x, y) / px_per_mm[i]
        true[names.index("mrd1"), side, i], true[names.index("mrd2"), side, i] = -up, up
    return true


def _rms(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")
