"""Found bruises against painted ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asymmetry.synthetic.bruise import Bruise
from asymmetry.tissue.bruises import Bruises
from asymmetry.tissue.colour import lab_from_linear
from asymmetry.tissue.density import Density
from asymmetry.tissue.patches import Patch
from benchmarks.fidelity.tables import Row
from benchmarks.skin.making import HUE_CLASS, Shot

__all__ = ["HEAD", "Outcome", "judge", "lightness", "row", "share"]

#: Overlap with the truth of which more is a hit, as a share of the smaller one.
OVERLAP = 0.25
HEAD: Row = [
    "bruises",
    "n",
    "found",
    "area, median (middle half)",
    "within 20 %",
    "within 30 %",
    "ΔE within 2",
    "hue",
    "side",
    "false mm²",
]


@dataclass(frozen=True)
class Outcome:
    """One painted bruise, and what was found.

    ``seen`` is the share of it that is judged; ``area`` the found area over the true one of what is seen.
    """

    seen: float
    found: bool
    area: float
    depth_off: float
    hue: bool
    side: bool
    false_mm2: float
    hues: tuple[str, ...]
    lightness: float


def lightness(density: Density) -> float:
    """Median L* of the skin."""
    return float(np.median(lab_from_linear(density.light[density.seen])[:, 0]))


def judge(shot: Shot, bruise: Bruise, found: Bruises) -> Outcome:
    """Judge what was found of the bruises of a shot; ``bruise`` is the first of them."""
    side = ("right", "left").index(bruise.side)
    truth = shot.truth[side] > 0.5
    visible = truth & found.judged[side]
    area = float(shot.density.area[side][visible].sum())
    hits = [each for each in found.patches if _overlap(each, shot.truth.max(axis=0) > 0.5)]
    own = [each for each in hits if each.side == bruise.side] or hits
    main = max(own, key=lambda each: each.area_mm2) if own else None
    false = sum(each.area_mm2 for each in found.patches if each not in hits)
    return Outcome(
        seen=area / max(shot.area_mm2, 1e-6),
        found=main is not None,
        area=sum(each.area_mm2 for each in own) / max(area, 1e-6),
        depth_off=main.depth_de - shot.delta_e if main else np.nan,
        hue=main is not None and main.hue == HUE_CLASS[bruise.hue],
        side=main is not None and main.side == bruise.side,
        false_mm2=false,
        hues=tuple(each.hue for each in own),
        lightness=lightness(shot.density),
    )


def _overlap(patch: Patch, truth: np.ndarray) -> bool:
    common = float((patch.mask & truth).sum())
    return common > OVERLAP * max(min(patch.mask.sum(), truth.sum()), 1)


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """A row of the table."""
    hits = [each for each in outcomes if each.found]
    if not hits:
        return [name, str(len(outcomes)), "0 %", *["–"] * (len(HEAD) - 3)]
    areas = np.array([each.area for each in hits])
    low, middle, high = np.quantile(areas, [0.25, 0.5, 0.75])
    return [
        name,
        str(len(outcomes)),
        share([each.found for each in outcomes]),
        f"{middle:.2f} ({low:.2f}–{high:.2f})",
        share(np.abs(areas - 1) < 0.2),
        share(np.abs(areas - 1) < 0.3),
        share([abs(each.depth_off) < 2 for each in hits]),
        share([each.hue for each in hits]),
        share([each.side for each in hits]),
        f"{np.mean([each.false_mm2 for each in outcomes]):.0f}",
    ]


def share(values: Sequence[bool] | np.ndarray) -> str:
    """A share in percent."""
    return f"{100 * float(np.mean(values)):.0f} %" if len(values) else "–"
