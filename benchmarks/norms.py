"""``python -m benchmarks.norms``: how much the sides of healthy adults differ, as the library reads them.

Writes ``asymmetry/metrics/norms.toml`` and ``docs/tables/norms.md``. Tuning and reporting people both count:
no constant is chosen here. Takes about a minute.
"""

from __future__ import annotations

import csv
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import scipy.stats

from asymmetry.core.arrays import FloatArray
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.extract import Extractor, Method
from asymmetry.metrics import Metric, catalogue, measure, movement, movement_catalogue
from asymmetry.metrics.norm import Norm
from benchmarks.fidelity import tables
from benchmarks.fidelity.photos import SHARED, london, more
from benchmarks.tune.seal import sealed

__all__ = ["TABLE", "adults", "find_norm", "find_quantile", "list_photos", "main", "smiles"]

Quantile = tuple[float, tuple[float, float]]

TABLE = Path(__file__).resolve().parents[1] / "asymmetry" / "metrics" / "norms.toml"
METHOD: Method = "hemiface"
SOURCE = (
    "Face Research Lab London Set, doi 10.6084/m9.figshare.5047666; "
    "Young Adult White Faces (Canada), doi 10.6084/m9.figshare.4220517"
)
CONFIDENCE = 0.95
#: Years from which a person of the sets counts as an adult: three of the Canada set are 17.
ADULT = 18
#: The movements that a smile tells something of.
IN_SMILES = (
    "commissure_lift",
    "commissure_spread",
    "commissure_travel",
    "upper_lip_lift",
    "lower_lip_drop",
    "ala_lift",
    "synkinesis",
)
#: Published values, by metric: names in ``[published]`` of ``asymmetry/texts``.
PUBLISHED = {
    "fissure_height": ("lam_1995",),
    "mrd1": ("macdonald_2014_lid",),
    "brow_height": ("macdonald_2014_brow",),
    "brow_medial_height": ("macdonald_2014_medial",),
    "brow_lateral_height": ("macdonald_2014_lateral",),
}


def ages() -> dict[str, float]:
    """Years of each person of both sets, by the name that their photos begin with; NaN where not said."""
    known = {}
    for name in ("london/meta/london_info.csv", "more/canada_info.csv"):
        with (SHARED / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known[row["face_id"]] = (
                    math.nan if row["face_age"] == "NA" else float(row["face_age"])
                )
    return known


def person(photo: Path) -> str:
    """The person in a photo, as the sets call them."""
    return photo.stem.partition("_")[0]


def adults() -> list[Path]:
    """A neutral photo of each adult; London's people are adults whether or not an age is said."""
    years = ages()
    found = [
        path for tuning in (True, False) for path in (*london(tuning=tuning), *more(tuning=tuning))
    ]
    return sorted(path for path in found if not years[person(path)] < ADULT)


def smiles() -> list[Path]:
    """A smile of each person who has one."""
    return sorted(path for tuning in (True, False) for path in london("smiling", tuning=tuning))


def list_photos(photos: Sequence[Path]) -> str:
    """SHA-256 of the photos' names and contents."""
    lines = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}\n" for path in photos]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def find_quantile(values: FloatArray, share: float) -> Quantile:
    """A quantile and its distribution-free interval; NaN where so few values don't bear one.

    The interval lies between two order statistics (Conover 1999, 3.2): the narrowest of at least 95 % whose
    tails have no more than 2.5 % each. Where one of them would lie beyond the values, there is no quantile.
    """
    found = scipy.stats.quantile_test(values, p=share).confidence_interval(CONFIDENCE)
    low, high = float(found.low), float(found.high)
    if not math.isfinite(low + high):
        return math.nan, (math.nan, math.nan)
    return float(np.quantile(values, share)), (low, high)


def find_norm(metric: Metric, expression: str, table: Measurements) -> Norm:
    """The norm of one metric, of a table with a row for each person."""
    place = metric.kinds.index("diff") if metric.sides else 0
    values = np.abs(table[metric.columns[place]])
    values = values[np.isfinite(values)]
    return Norm(
        metric.name,
        metric.unit,
        expression,
        len(values),
        *find_quantile(values, 0.5),
        *find_quantile(values, 0.9),
        float(np.nanmedian(table[(metric.sd_columns or metric.rsd_columns)[place]])),
        PUBLISHED.get(metric.name, ()),
    )


def find_norms(neutral: Sequence[Path], smiling: Sequence[Path]) -> Iterator[Norm]:
    """All norms: of the faces at rest, and of the smiles of those who have one."""
    with Extractor(method=METHOD) as extractor:
        rest, moved = extractor.extract(neutral), extractor.extract(smiling)
    table = measure(rest)
    for metric in catalogue().values():
        yield find_norm(metric, "rest", table)
    row = {person(path): i for i, path in enumerate(neutral)}
    before = rest[[row[person(path)] for path in smiling]]
    travelled = movement(before, moved, metrics=IN_SMILES, keep_noise=True)
    for name in IN_SMILES:
        yield find_norm(movement_catalogue()[name], "smile_open", travelled)


def write_toml(
    found: Sequence[Norm], people: Mapping[str, Sequence[Path]], years: Sequence[float]
) -> str:
    """The table as TOML."""
    every = [path for photos in people.values() for path in photos]
    lines = [
        "# Differences between the sides of healthy adults. Made by python -m benchmarks.norms.",
        "# Size of right minus left, one photo a person; the error of the measurement (sd) is in it.",
        f'made = "{datetime.now(UTC).date()}"',
        f"score_version = {SCORE_VERSION}",
        f'method = "{METHOD}"',
        f'photos = "{list_photos(every)}"',
        f"ages = [{min(years):.0f}, {max(years):.0f}]",
        f'source = "{SOURCE}"',
        "",
        "[people]",
    ]
    for expression, photos in people.items():
        lines.append(f"{expression} = {json.dumps([path.stem for path in photos])}")
    for each in found:
        lines += ["", f"[norm.{each.metric}]", *_row(each)]
    return sealed("\n".join(lines) + "\n")


def _row(each: Norm) -> Iterator[str]:
    yield f'unit = "{each.unit}"'
    yield f'expression = "{each.expression}"'
    yield f"n = {each.n}"
    for name in ("median", "p90"):
        value, interval = getattr(each, name), getattr(each, f"{name}_interval")
        if not math.isnan(value):
            yield f"{name} = {value:.2f}"
            yield f"{name}_interval = [{interval[0]:.2f}, {interval[1]:.2f}]"
    if not math.isnan(each.sd):
        yield f"sd = {each.sd:.2f}"
    if each.published:
        yield f"published = {json.dumps(each.published)}"


def _cells(each: Norm) -> tables.Row:
    """A norm as cells of the page's table."""
    name = f"`{each.metric}`, {each.unit}"
    if each.expression != "rest":
        name += ", smile"
    half = _cell(each.median, each.median_interval)
    most = _cell(each.p90, each.p90_interval)
    return [name, str(each.n), half, most, f"{each.sd:.2f}", "; ".join(each.sources)]


def _cell(value: float, interval: tuple[float, float]) -> str:
    if math.isnan(value):
        return "too few people"
    return f"{value:.2f} ({interval[0]:.2f} to {interval[1]:.2f})"


def main() -> None:
    """Make the table anew."""
    people = {"rest": adults(), "smile_open": smiles()}
    known = ages()
    years = [known[person(path)] for path in people["rest"] if not math.isnan(known[person(path)])]
    found = [each for each in find_norms(*people.values()) if not math.isnan(each.median)]
    TABLE.write_text(write_toml(found, people, years), encoding="utf-8")
    made = (
        f"`python -m benchmarks.norms`: {len(people['rest'])} adults of {min(years):.0f} to {max(years):.0f} "
        f"years, half of them {np.median(years):.0f} or younger, {len(people['smile_open'])} of them smiling."
    )
    heads = [
        "metric",
        "people",
        "half are below (95 %)",
        "nine in ten are below (95 %)",
        "SD of the error",
    ]
    rows = [[*heads, "published"], *(_cells(each) for each in found)]
    tables.write_table("norms", made, rows)


if __name__ == "__main__":
    main()
