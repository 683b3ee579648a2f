"""``python -m benchmarks.skin``: how true bruises are read, on people whom nothing was tuned on.

Writes ``docs/tables/skin_*.md`` and brings ``docs/skin.md`` up to date. Needs ``../shared/faces``. Each table
is drawn from its own seed, so that ``--only`` makes one of them as all together would. With ``--quick`` a few
people, printed only.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.skin_photos import read_skin
from asymmetry.synthetic.bruise import Bruise
from asymmetry.tissue.bruises import Bruises, find_bruises
from asymmetry.tissue.density import Density
from asymmetry.tissue.following import follow_patch
from benchmarks.fidelity import photos, tables
from benchmarks.fidelity.tables import Row
from benchmarks.skin.light import Light, draw_light
from benchmarks.skin.making import Person, draw_bruise, photograph, read_people, retake
from benchmarks.skin.marks import MARKS, mark
from benchmarks.skin.scores import HEAD, Outcome, judge, row, share

PAGE = Path(__file__).resolve().parents[2] / "docs" / "skin.md"
SEED = 81
#: Areas that are drawn, mm²: small, middle and large ones, and the very large.
SIZES, LARGE = ((60.0, 120.0), (120.0, 300.0), (300.0, 700.0)), (800.0, 1500.0, 2500.0)
#: Share of a bruise that has to be seen on both sides for it to be counted; of very large ones less.
SEEN, SEEN_LARGE = 0.9, 0.6
#: Skin darker than this (L*) is stated apart.
DARK = 50.0
#: False area that is too much, mm².
FALSE = 20.0
#: Days of a course, their hue, and their depth and area as shares of the most.
COURSE = (
    (0, "red", 0.8, 0.6),
    (2, "blue", 1.0, 0.8),
    (4, "green", 0.8, 1.0),
    (6, "yellow", 0.6, 1.0),
    (8, "yellow", 0.4, 1.0),
    (10, "yellow", 0.25, 1.0),
    (12, "yellow", 0.12, 1.0),
    (14, "yellow", 0.0, 1.0),
)
#: Of the people at rest one in so many is photographed on several days, over a course, and with marks.
DAYS, COURSES, MARKED = 2, 6, 3


def main() -> None:
    """Try all, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skin", description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--one-in", type=int, default=1, help="of the people, one in so many")
    parser.add_argument("--only", help="one of the tables")
    asked = parser.parse_args()
    quick = asked.quick
    began = time.monotonic()
    some = slice(0, 3) if quick else slice(None, None, asked.one_in)
    rest = read_people([*photos.london(tuning=False), *photos.more(tuning=False)][some])
    smiles = read_people(photos.london("smiling", tuning=False)[some])
    old = read_people(photos.portraits(tuning=False)[some])
    made: dict[str, Callable[[], Iterator[Row]]] = {
        "skin_found": lambda: _found(rest + smiles, rest[::DAYS]),
        "skin_quiet": lambda: _quiet(rest, smiles, old),
        "skin_course": lambda: _course(rest[::COURSES]),
        "skin_marks": lambda: _marks(rest[::MARKED]),
        "skin_cost": _cost,
    }
    part = f" --one-in {asked.one_in}" if asked.one_in > 1 else ""
    how = (
        f"`python -m benchmarks.skin{part}`: {len(rest)} people at rest, {len(smiles)} smiling, "
        f"{len(old)} portraits, none of whom anything was tuned on; points as read in the photos "
        "without paint."
    )
    for name, make in made.items():
        if asked.only not in (None, name):
            continue
        rows = list(make())
        print(f"\n{name}\n{tables.markdown(rows)}", flush=True)
        if not quick:
            tables.write_table(name, how, rows)
    if not quick and PAGE.is_file():
        PAGE.write_text(tables.fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"\n{time.monotonic() - began:.0f} s")


def _found(people: list[Person], rest: list[Person]) -> Iterator[Row]:
    """Bruises against the mirror side and against a baseline."""
    yield HEAD
    rng = np.random.default_rng(SEED)
    one = [each for person in people for each in _one_photo(person, rng)]
    yield from _rows("one photo", one)
    two = [each for person in rest for each in _two_days(person, rng)]
    yield from _rows("against a baseline", two)
    both = [_both_sides(person, rng) for person in rest]
    both = [each for each in both if each.seen >= SEEN]
    yield row("both sides alike, against a baseline", both)
    parts = [_core_and_rim(person, rng) for person in rest]
    parts = [each for each in parts if each.seen >= SEEN]
    two_hues = [len(set(each.hues)) > 1 for each in parts]
    right = [set(each.hues) == {"red-purple", "yellow-brown"} for each in parts]
    core = row("purple core with a yellow rim, against a baseline", parts)
    yield [*core[:7], f"{share(right)} (two patches: {share(two_hues)})", *core[8:]]


def _rows(name: str, tried: list[tuple[Bruise, Outcome]]) -> Iterator[Row]:
    """The rows of all usual ones, each size, the darkest skins, and each very large one."""
    usual = [pair for pair in tried if pair[0].area_mm2 < LARGE[0] and pair[1].seen >= SEEN]
    yield row(f"{name}: 60–700 mm², ΔE 6–12", [each for _, each in usual])
    for low, high in SIZES:
        some = [each for bruise, each in usual if low <= bruise.area_mm2 < high]
        yield row(f"{name}: {low:.0f}–{high:.0f} mm²", some)
    dark = [each for _, each in usual if each.lightness < DARK]
    yield row(f"{name}: the darkest skins", dark)
    for size in LARGE:
        some = [
            each for bruise, each in tried if bruise.area_mm2 == size and each.seen >= SEEN_LARGE
        ]
        yield row(f"{name}: {size:.0f} mm²", some)


def _areas(rng: np.random.Generator) -> list[float]:
    usual = [float(rng.uniform(*size)) for size in SIZES]
    return [*usual, float(LARGE[int(rng.integers(len(LARGE)))])]


def _one_photo(person: Person, rng: np.random.Generator) -> Iterator[tuple[Bruise, Outcome]]:
    for area in _areas(rng):
        bruise = draw_bruise(rng, area)
        shot = photograph(person, [bruise], draw_light(rng))
        yield bruise, judge(shot, bruise, find_bruises(shot.density))


def _two_days(person: Person, rng: np.random.Generator) -> Iterator[tuple[Bruise, Outcome]]:
    before = retake(person, [], rng).density
    for area in _areas(rng):
        bruise = draw_bruise(rng, area)
        shot = retake(person, [bruise], rng)
        yield bruise, judge(shot, bruise, find_bruises(shot.density, before))


def _both_sides(person: Person, rng: np.random.Generator) -> Outcome:
    bruise = draw_bruise(rng, float(rng.uniform(120, 400)))
    twins = [
        replace(bruise, side=side, seed=number) for number, side in enumerate(("right", "left"))
    ]
    shot = retake(person, twins, rng)
    return judge(shot, twins[0], find_bruises(shot.density, retake(person, [], rng).density))


def _core_and_rim(person: Person, rng: np.random.Generator) -> Outcome:
    bruise = draw_bruise(rng, float(rng.uniform(250, 700)), depth=(9.0, 13.0))
    bruise = replace(bruise, hue="purple", rim="yellow")
    shot = retake(person, [bruise], rng)
    return judge(shot, bruise, find_bruises(shot.density, retake(person, [], rng).density))


def _quiet(rest: list[Person], smiles: list[Person], old: list[Person]) -> Iterator[Row]:
    """False area where there is no bruise."""
    rng = np.random.default_rng(SEED + 1)
    yield ["no bruise", "n", "mean mm²", f"below {FALSE:.0f} mm²"]
    for name, people in (("at rest", rest), ("smiling", smiles), ("portraits", old)):
        for light, lit in (("its own light", False), ("light from the side, up to 2:1", True)):
            lights = [draw_light(rng) if lit else Light() for _ in people]
            shots = [photograph(each, [], one) for each, one in zip(people, lights, strict=True)]
            yield _false(f"{name}, {light}", [find_bruises(each.density) for each in shots])
    some = rest[::DAYS]
    days = [(retake(each, [], rng).density, retake(each, [], rng).density) for each in some]
    found = [find_bruises(now, before) for now, before in days]
    yield _false("another day, against a baseline", found)


def _false(name: str, found: list[Bruises]) -> Row:
    areas = np.array([sum(each.area_mm2 for each in one.patches) for one in found])
    return [name, str(len(areas)), f"{areas.mean():.0f}", share(areas < FALSE)]


def _marks(people: list[Person]) -> Iterator[Row]:
    """False area beside what is no bruise, and bruises beside it."""
    rng = np.random.default_rng(SEED + 2)
    yield [
        "mark",
        "n",
        "one photo: mean mm²",
        f"below {FALSE:.0f} mm²",
        "a bruise of 150 mm², ΔE 8, elsewhere: found",
    ]
    for name in MARKS:
        marked = [mark(person, name, rng) for person in people]
        found = [find_bruises(photograph(each, [], Light()).density) for each in marked]
        bruises = [replace(draw_bruise(rng, 150.0), delta_e=8.0) for _ in marked]
        beside = [
            judge(shot, bruise, find_bruises(shot.density))
            for each, bruise in zip(marked, bruises, strict=True)
            for shot in [photograph(each, [bruise], Light())]
        ]
        judged = [each.found for each in beside if each.seen >= SEEN]
        yield [*_false(name, found), share(judged)]


def _course(people: list[Person]) -> Iterator[Row]:
    """A bruise over days: found anew, and followed at the place where it was clearest."""
    rng = np.random.default_rng(SEED + 3)
    yield ["day", "true ΔE", "found anew", "hue right", "followed ΔE, mean ± scatter", "told gone"]
    told: dict[int, list[tuple[float, bool, bool, float, bool]]] = {}
    for person in people:
        bruise = replace(draw_bruise(rng, 220.0), delta_e=10.0, out_cm=4.0, up_cm=-0.5)
        before = retake(person, [], rng).density
        for day, *reading in _follow(person, bruise, before, rng):
            told.setdefault(int(day), []).append(tuple(reading))  # type: ignore[arg-type]
    for day, readings in sorted(told.items()):
        truth, found, hue, depth, gone = (np.array(each) for each in zip(*readings, strict=True))
        hues = share(hue[found]) if found.any() else "–"
        yield [
            str(day),
            f"{truth.mean():.1f}",
            share(found),
            hues,
            f"{np.nanmean(depth):.1f} ± {np.nanstd(depth):.1f}",
            share(gone),
        ]


def _follow(
    person: Person, bruise: Bruise, before: Density, rng: np.random.Generator
) -> Iterator[tuple[float, ...]]:
    """Day, true depth, whether found, whether its hue is right, followed depth, whether told gone."""
    known = None
    for day, hue, depth, area in COURSE:
        today = replace(
            bruise, hue=hue, delta_e=bruise.delta_e * depth, area_mm2=bruise.area_mm2 * area
        )
        shot = retake(person, [today] if depth else [], rng)
        found = find_bruises(shot.density, before)
        outcome = judge(shot, today, found)
        own = [each for each in found.patches if outcome.found and each.side == bruise.side]
        if own and (known is None or max(own, key=_area).area_mm2 > known.area_mm2):
            known = max(own, key=_area)
        if known is None:
            continue
        followed = follow_patch(known, shot.density, before)
        yield day, shot.delta_e, outcome.found, outcome.hue, followed.depth_de, followed.is_gone


def _cost() -> Iterator[Row]:
    """Processor time of a photo's skin beside its points, one thread: least of some runs, mean of photos."""
    paths = photos.london(tuning=False)
    cv2.setNumThreads(1)
    points, skin = np.empty((2, 4, len(paths)))
    with Extractor(threads=1) as extractor:
        for run in range(len(points)):
            for number, path in enumerate(paths):
                data, start = path.read_bytes(), time.process_time()
                landmarks = extractor.extract([data])
                middle = time.process_time()
                read_skin(landmarks, [data], measure(landmarks, metrics=["mrd1"])["mm_per_px"])
                points[run, number] = middle - start
                skin[run, number] = time.process_time() - middle
    points, skin = (each.min(axis=0).mean() for each in (points, skin))
    yield ["photo of 1350 × 1350 px", "points", "skin, with decoding", "ratio"]
    yield ["processor ms", f"{1000 * points:.0f}", f"{1000 * skin:.0f}", f"{skin / points:.2f}"]


def _area(patch: object) -> float:
    return float(getattr(patch, "area_mm2", 0.0))


if __name__ == "__main__":
    main()
