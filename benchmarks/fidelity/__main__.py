"""``python -m benchmarks.fidelity``: how much of a known asymmetry is read, and how true real faces are read.

Writes ``docs/tables/*.md``, prints them, and brings ``docs/accuracy.md`` up to date. Runs on
``../shared/faces`` where that is there. With ``--method``, ``--photos`` or ``--lids-as-read`` it prints only.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor, Method
from benchmarks import movements
from benchmarks.fidelity import (
    beside,
    cases,
    hands,
    measures,
    parts,
    photos,
    real,
    renders,
    run,
    tables,
)
from benchmarks.fidelity.scores import Agreement, gain_of
from benchmarks.fidelity.tables import Row

Table: TypeAlias = tuple[str, str, list[Row]]
Results: TypeAlias = dict[str, dict[str, Any]]

_PARTS = {"brow": "brow height", "mouth_corner": "mouth corner height", "upper_lid": "lid opening"}
_WARPED = _PARTS | {"lower_lid": "lid opening, lower lid"}
_HONEST = {
    "diff": "errors of repeats within 1 and 2 SD",
    "side": "the same, each side",
}
#: Errors of rendered lids, see `renders.lid_rows`, and their headings.
_LID_ERRORS = {
    "closed_error": "closed lid off by at most",
    "between_error": "half-closed",
    "open_error": "open",
}
#: The method whose every height is looked at beside every move.
_BEST = real.BEST


def measure_real(methods: Sequence[Method]) -> Iterator[Table]:
    """Real faces against the hand."""
    paths = beside.hand_photos()
    if not paths:
        return
    with run.open_readers(methods) as readers:
        found = {
            name: beside.read_beside(reader.extract(paths), paths)
            for name, reader in readers.items()
        }
    made = f"`make fidelity`: {len(paths)} photos of 103 people with points placed by hand."
    neutral = "`make fidelity`: neutral photos of 77 people with a template placed by hand."
    yield "lids", made, real.lid_rows(found)
    yield "mrd1", made, real.margin_rows(found)
    yield "brows", made, real.difference_rows(found, "brow_height")
    yield "corners", made, real.difference_rows(found, "commissure_height")
    yield "coverage", made, real.coverage_rows(found)
    if _BEST in found:
        yield "heights", neutral, real.height_rows(found[_BEST])
        yield "stations", neutral, real.station_rows(found[_BEST])
        twice = "`make fidelity`: 16 people's neutral photos, which two hands read."
        yield "hands", twice, real.hands_rows(found[_BEST])
        yield "reach", twice, hands.reach_rows(found[_BEST])


def measure_warps(
    methods: Sequence[Method], half: str = "reporting", *, lids_as_read: bool = False
) -> Iterator[Table]:
    """Known moves of the photos of one half of the split."""
    found = cases.subjects(photos.faces(half), lids_as_read=lids_as_read)
    further = cases.subjects(photos.further()) if half == "reporting" else []
    with run.open_readers(methods) as readers:
        changed = run.read_changed(readers, found, run.one_sided)
        results = {
            name: run.laws(readers[name], changed[name], further if name != "plain" else [])
            for name in readers
        }
        symmetric = sorted(photos.SHARED.glob("warped/*_symmetric.jpg"))
        for name, reader in readers.items():
            results[name]["symmetric"] = measures.largest(_extracted(reader, symmetric))
        best: dict[str, Extractor] = {
            name: reader for name, reader in readers.items() if name == _BEST
        }
        others = run.read_changed(best, found, run.other_moves)
    some = next(iter(changed.values()))
    people = f"{len(found)} {half} people's neutral photos"
    made = f"`make fidelity`: {len(some.cases)} warps of {people}, one side, 0.5 to 6 mm."
    yield "warps", made, warp_rows(results)
    if _BEST in changed:
        one = changed[_BEST]
        moved = measures.warp_changes(one.subjects, one.before, one.cases, one.after)
        yield "warp_sizes", f"{made[:-1]}, `{_BEST}`.", size_rows(moved)
    copied = f"`make fidelity`: {people}, {cases.COPIES} copies of each"
    if further:
        copied += (
            f"; shares within SD: their warps and those of {len(further)} more reporting people"
        )
    yield "laws", f"{copied}.", law_rows(results)
    yield (
        "price",
        f"`make fidelity`: {len(some.cases)} photos of 1350 × 1350 px.",
        price_rows(results),
    )
    if best:
        yield from _part_tables(changed[_BEST], others[_BEST], people)


def measure_others(methods: Sequence[Method]) -> Iterator[Table]:
    """Known moves of the photos of two women whom no constant was chosen on."""
    found = cases.subjects(photos.faces("others"))
    with run.open_readers(method for method in methods if method != "plain") as readers:
        changed = run.read_changed(readers, found, run.one_sided)
        results = {name: run.laws(readers[name], changed[name]) for name in readers}
    for one in changed.values():
        made = f"`make fidelity`: {len(one.cases)} warps of {len(found)} photos of two women."
        yield "other_warps", made, warp_rows(results)
        yield "other_laws", f"`make fidelity`: {len(found)} photos of two women.", law_rows(results)
        return


def measure_renders(methods: Sequence[Method]) -> Iterator[Table]:
    """Exact renders of a head."""
    every = renders.load()
    if every is None:
        return
    with run.open_readers(methods) as readers:
        read = {name: reader.extract(every.paths) for name, reader in readers.items()}
    made = f"`make fidelity`: {len(every.paths)} renders of a head with exact points."
    yield (
        "renders",
        made,
        render_rows({name: renders.render_rows(every, lm) for name, lm in read.items()}),
    )
    best: dict[str, list[dict[str, Any]]] = {
        name: renders.turned_rows(every, lm) for name, lm in read.items() if name == _BEST
    }
    yield "turned", made, turned_rows(best)
    rows: list[Row] = [
        ["method", "frames", "closed lid reads at most, mm", *_LID_ERRORS.values()],
    ]
    unused = set(photos.renders(tuning=False))
    picked = {"all": np.arange(len(every.paths))}
    picked["reporting"] = np.flatnonzero([path in unused for path in every.paths])
    for name, (half, kept) in product(read, picked.items()):
        lids = renders.lid_rows(every.select(kept), read[name][kept])
        rows.append([name, half, *(f"{lids[key]:.2f}" for key in ("closed_reads", *_LID_ERRORS))])
    yield "rendered_lids", made, rows


def measure_still_sides(methods: Sequence[Method]) -> Iterator[Table]:
    """Movements from photos at rest to warps of them."""
    if _BEST in methods:
        yield "movements", *movements.measure_movements("reporting")


MEASURES: dict[str, Callable[[Sequence[Method]], Iterator[Table]]] = {
    "real": measure_real,
    "warps": measure_warps,
    "renders": measure_renders,
    "others": measure_others,
    "movements": measure_still_sides,
}


def warp_rows(results: Results) -> list[Row]:
    """Known warps of real photos: a row per part and method."""
    head = ["difference right-left", "method", "gain", "per person", "RMSE", "median"]
    rows: list[Row] = [[*head, "cross-talk", "missing", "n"]]
    for part, label in _WARPED.items():
        for name, result in results.items():
            a: Agreement = result["warps"][part]
            gain = [
                f"{a.gain:.2f}",
                f"{a.low:.2f}-{a.high:.2f}",
                f"{a.rmse:.2f}",
                f"{a.median:.2f}",
            ]
            shares = [f"{100 * a.crosstalk:+.0f} %", f"{100 * a.missing:.0f} %"]
            rows.append([label, name, *gain, *shares, str(a.n)])
    return rows


def size_rows(moved: Mapping[str, measures.Changes]) -> list[Row]:
    """The same by how far a part moved, to the nearest millimetre."""
    rows: list[Row] = [
        ["difference right-left", "moved, mm", "n", "read of it", "mean error, mm", "RMSE"]
    ]
    for part, label in _WARPED.items():
        known = np.isfinite(moved[part].true) & np.isfinite(moved[part].read)
        true, read = moved[part].true[known], moved[part].read[known]
        sizes = np.maximum(np.rint(np.abs(true)), 1)
        for size in np.unique(sizes):
            of = sizes == size
            error = ((read - true) * np.sign(true))[of]
            cells = (gain_of(true[of], read[of]), error.mean(), np.sqrt(np.mean(error**2)))
            figures = (
                f"{value:{form}}" for value, form in zip(cells, (".2f", "+.2f", ".2f"), strict=True)
            )
            rows.append([label, f"{size:.0f}", str(of.sum()), *figures])
    return rows


def law_rows(results: Results) -> list[Row]:
    """Repeatability, mirror law, symmetric photos, and how far the stated deviations of repeats hold."""
    rows: list[Row] = [["method", "figure", *_PARTS.values()]]
    for name, result in results.items():
        for figure, key in (
            ("SD of repeats, mm", "repeat"),
            ("mirror law, largest miss, mm", "mirror"),
            ("symmetric photo, largest difference, mm", "symmetric"),
        ):
            if key in result:
                rows.append([name, figure, *(f"{result[key][part]:.2f}" for part in _PARTS)])
        for kind, figure in _HONEST.items():
            shares = {part: result["honesty"][part][kind] for part in _PARTS}
            if np.isfinite(list(shares.values())).all():
                cells = (
                    "{:.0f}, {:.0f} %".format(*(100 * share for share in shares[p])) for p in _PARTS
                )
                rows.append([name, figure, *cells])
    return rows


def render_rows(results: dict[str, list[dict[str, Any]]]) -> list[Row]:
    """Exact renders: gain and error by yaw."""
    rows: list[Row] = [["difference right-left", "method", "yaw", "gain", "RMSE", "n"]]
    for part, label in _PARTS.items():
        for name, found in results.items():
            rows += [
                [label, name, f"±{r['yaw']}°", f"{r['gain']:.2f}", f"{r['rmse']:.2f}", str(r["n"])]
                for r in found
                if r["part"] == part
            ]
    return rows


def turned_rows(results: dict[str, list[dict[str, Any]]]) -> list[Row]:
    """Symmetric renders: differences read where there are none."""
    head = ["symmetric renders", "method", "yaw", "n", "RMS difference", "largest", "its stated SD"]
    rows: list[Row] = [head]
    for metric in renders.TURNED:
        for name, found in results.items():
            rows += [
                [
                    f"{metric}, {r['unit']}",
                    name,
                    f"±{r['yaw']}°",
                    str(r["n"]),
                    f"{r['rms']:.2f}",
                    f"{r['largest']:+.2f}",
                    f"{r['sd']:.2f}",
                ]
                for r in found
                if r["metric"] == metric
            ]
    return rows


def price_rows(results: Results) -> list[Row]:
    """Milliseconds a photo."""
    plain = results.get("plain", next(iter(results.values())))["ms"]
    rows: list[Row] = [["method", "ms a photo", "× plain"]]
    for name, result in results.items():
        rows.append([name, f"{result['ms']:.0f}", f"{result['ms'] / plain:.1f}"])
    return rows


def _part_tables(changed: run.Changed, others: run.Changed, people: str) -> Iterator[Table]:
    """Every height beside every move: differences in one scale per person, sides in each photo's own."""
    every = [*changed.cases, *others.cases]
    after = Landmarks.concat([changed.after, others.after])
    heights, own = (
        parts.compare_heights(changed.subjects, changed.before, every, after, own_scale=own)
        for own in (False, True)
    )
    made = f"`make fidelity`: {len(every)} changes of {people}, `hemiface`."
    yield "unmoved", made, parts.matrix_rows(heights)
    yield "unmoved_pooled", made, parts.pooled_rows(heights)
    yield "both_sides", made, parts.both_rows(own)
    yield "closed_lids", made, parts.closed_rows(own)


def _extracted(reader: Extractor, paths: Sequence[Any]) -> Landmarks:
    return reader.extract(paths) if paths else Landmarks.blank([], status="ok")


def print_worst(metric: str) -> None:
    """Print the photos whose metric lies farthest from the hand's, as one looks at them next."""
    paths = beside.hand_photos()
    with run.open_readers([_BEST]) as readers:
        found = beside.read_beside(readers[_BEST].extract(paths), paths)
    print(tables.markdown(real.worst_rows(found, metric)))


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    parser.add_argument(
        "--only", action="append", choices=tuple(MEASURES), help="default: everything"
    )
    parser.add_argument(
        "--method", action="append", choices=run.METHODS, help="default: all of them"
    )
    parser.add_argument("--photos", choices=("reporting", "tuning", "wheels"), default="reporting")
    parser.add_argument(
        "--lids-as-read",
        action="store_true",
        help="move lids where the library reads their margins, not where the hand has them",
    )
    parser.add_argument(
        "--worst", choices=real.METRICS, help="print the photos that are read worst, and stop"
    )
    chosen = parser.parse_args()
    if chosen.worst:
        print_worst(chosen.worst)
        return
    usual = chosen.photos == "reporting" and not chosen.lids_as_read
    writes = chosen.method is None and usual and photos.SHARED.is_dir()
    made_by = MEASURES | {
        "warps": functools.partial(
            measure_warps, half=chosen.photos, lids_as_read=chosen.lids_as_read
        )
    }
    for name in chosen.only or MEASURES:
        for table, made, rows in made_by[name](chosen.method or run.METHODS):
            print(f"{table}: {made}\n\n{tables.markdown(rows)}\n", flush=True)
            if writes:
                tables.write_table(table, made, rows)
    if writes:
        tables.main()


if __name__ == "__main__":
    main()
