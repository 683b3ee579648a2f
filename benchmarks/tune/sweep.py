"""``python -m benchmarks.tune.sweep marks.reach common.reach``: what each constant of hemiface does.

Reads tuning people's photos, warps of them, and renders with each constant as it is and times 0.6, 0.8, 1.25
and 1.5, and prints how brows' and mouth corners' differences agree with the truth.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import SIDES
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.settings import Settings
from asymmetry.metrics import measure
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, Part, warp_photo
from benchmarks.fidelity import renders
from benchmarks.fidelity.photos import london, more

FACTORS = (0.6, 0.8, 1.0, 1.25, 1.5)
#: Parts that are moved, and the metric by which each is read.
METRICS: dict[Part, str] = {
    "brow": "brow_height_diff_mm",
    "mouth_corner": "commissure_height_diff_mm",
}
MOVES: tuple[tuple[Part, float], ...] = (
    ("brow", 3.0),
    ("brow", -4.0),
    ("mouth_corner", 4.0),
    ("mouth_corner", -6.0),
)
#: Points of a template: pupils and outer canthi for the level, and those of each part; right and left.
LEVEL = ((0, 1), (18, 27))
TEMPLATE: dict[Part, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "brow": ((73, 74, 84), (80, 79, 85)),
    "mouth_corner": ((87,), (93,)),
}


@dataclass(frozen=True)
class Truth:
    """Photos with a known difference.

    Attributes
    ----------
    warped : list of (person, part, pixels, true change)
        One-sided moves, and for each person the photo itself, without a part.
    hand : list of Path
        Photos with a template.
    """

    warped: list[tuple[int, Part | None, Any, float]] = field(repr=False)
    hand: list[Path]


def make_truth() -> Truth:
    """Warps of the London set's tuning people, one side each, and all tuning people's templates."""
    warped: list[tuple[int, Part | None, Any, float]] = []
    paths = london(tuning=True)
    with Extractor() as extractor:
        faces = extractor.extract(paths)
    for person, path in enumerate(paths):
        pixels = read_photo(path).pixels
        warped.append((person, None, pixels, 0.0))
        side = SIDES[person % 2]
        start = measure(faces[person], metrics=["brow_height", "commissure_height"], sd=False)
        for part, up in MOVES:
            try:
                moved = warp_photo(pixels, faces[person], [Move(part, side, up_mm=up)])
            except InvalidInputError:
                continue
            points = faces[person].points.copy()
            points[..., :2] += moved.displacement
            there = measure(
                replace(faces[person], points=points),
                metrics=["brow_height", "commissure_height"],
                sd=False,
            )
            change = float((there[METRICS[part]] - start[METRICS[part]])[0])
            warped.append((person, part, moved.pixels, change))
    return Truth(warped, [*paths, *more(tuning=True)])


def figures(truth: Truth, settings: Settings) -> str:
    """One line: gain and RMSE on warps; r, slope and RMSE against hands; gain and RMSE on renders."""
    frames = renders.load()
    with Extractor(settings=settings) as extractor:
        warped = extractor.extract([pixels for _, _, pixels, _ in truth.warped])
        by_hand = extractor.extract(truth.hand)
        rendered = None if frames is None else extractor.extract(frames.paths)
    cells = []
    for part, column in METRICS.items():
        read = measure(warped, metrics=[column.removesuffix("_diff_mm")], sd=False)[column]
        start = {
            person: read[i] for i, (person, what, *_) in enumerate(truth.warped) if what is None
        }
        pairs = [
            (change, read[i] - start[person])
            for i, (person, what, _, change) in enumerate(truth.warped)
            if what == part
        ]
        cells.append(f"{part}: warps {_gain(*np.array(pairs).T)}")
        hand = np.array([hand_difference(path, part) for path in truth.hand])
        table = measure(by_hand, metrics=[column.removesuffix("_diff_mm")], sd=False)
        cells.append(f"hand {_agreement(hand * table['mm_per_px'], table[column])}")
        if frames is not None and rendered is not None:
            rows = [row for row in renders.render_rows(frames, rendered) if row["part"] == part]
            cells.append(
                "renders " + " ".join(f"{row['gain']:.2f}, {row['rmse']:.2f};" for row in rows)
            )
    return "  ".join(cells)


def hand_difference(path: Path, part: Part) -> float:
    """Right minus left of a template's points, up-positive, px, levelled as faces are."""
    count, *lines = path.with_suffix(".tem").read_text().splitlines()
    points = np.array([[float(v) for v in line.split()[:2]] for line in lines[: int(count)]])
    pupils, canthi = (points[left] - points[right] for right, left in LEVEL)
    x, y = canthi + 0.75 * pupils
    right, left = (points[list(numbers)].mean(axis=0) for numbers in TEMPLATE[part])
    return float((right - left) @ np.array([y, -x]) / np.hypot(x, y))


def _gain(true: FloatArray, read: FloatArray) -> str:
    return f"{true @ read / (true @ true):.2f}, {np.sqrt(np.mean((read - true) ** 2)):.2f}"


def _agreement(hand: FloatArray, read: FloatArray) -> str:
    known = np.isfinite(read)
    hand, read = hand[known], read[known]
    slope = np.polyfit(hand, read, 1)[0]
    return f"{np.corrcoef(hand, read)[0, 1]:.3f}, {slope:.2f}, {np.sqrt(np.mean((read - hand) ** 2)):.2f}"


def constants(tree: Any, prefix: str = "") -> Iterator[str]:
    """Names of all numbers in a tree of settings, such as ``marks.reach``."""
    for item in fields(tree):
        value = getattr(tree, item.name)
        if is_dataclass(value):
            yield from constants(value, f"{prefix}{item.name}.")
        elif isinstance(value, int | float):
            yield f"{prefix}{item.name}"


def scaled(tree: Any, name: str, factor: float) -> Any:
    """The same tree with one number times a factor."""
    first, _, rest = name.partition(".")
    value = getattr(tree, first)
    other = scaled(value, rest, factor) if rest else type(value)(round(value * factor, 6))
    return replace(tree, **{first: other})


def main(names: Sequence[str] | None = None) -> None:
    """Vary and print."""
    known = list(constants(Settings()))
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.sweep", description=__doc__)
    parser.add_argument("constant", nargs="+", choices=known)
    chosen = parser.parse_args(names).constant
    truth = make_truth()
    print("gain, RMSE mm; against hands r, slope, RMSE; renders by yaw")
    print(f"{'as it is':28}{figures(truth, Settings())}", flush=True)
    for name in chosen:
        for factor in FACTORS:
            if factor != 1.0:
                print(
                    f"{name} × {factor:<8}{figures(truth, scaled(Settings(), name, factor))}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
