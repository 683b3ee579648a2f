"""``python -m benchmarks.skin.swelling``: readings of known swellings, and of people who did not swell.

Writes ``docs/tables/swelling*.md`` and brings ``docs/swelling.md`` up to
date. The people are those that no number was made from; real photos of two women are beside them. Needs
``../shared/faces``. Takes a quarter of an hour on one core; photos are kept in ``.cache/swelling``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import SIDES
from asymmetry.extract import Extractor
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic.retake import Retake
from asymmetry.synthetic.setting import SETTINGS
from asymmetry.tissue.picture import draw_skin
from asymmetry.tissue.swelling import REGIONS, error_of, measure_swelling
from benchmarks.fidelity import tables
from benchmarks.fidelity.photos import SHARED
from benchmarks.fidelity.tables import FOLDER, Row
from benchmarks.retakes.people import choose_people
from benchmarks.skin.pairs import REGION_OF, TRIED, Pair, compare_visits
from benchmarks.skin.swollen import read_cases
from benchmarks.tune.swelling import Reading, read_pairs

__all__ = ["main", "quiet_rows", "real_rows", "swollen_rows", "tried_rows"]

PAGE = FOLDER.parent / "swelling.md"
#: A full smile's share above which a quiet photo counts as one with a smile.
SMILING = 0.15
#: Share of a swelling that another region truly has, above which what is read there is no cross-talk.
REACHED = 0.2
_LIMIT = 2.0
COMMAND = "`python -m benchmarks.skin.swelling`"


def quiet_rows(readings: Sequence[Reading]) -> Iterator[Row]:
    """How far readings of people who did not swell scatter, beside the error that is stated."""
    kinds: dict[str, Callable[[Reading], bool]] = {
        "clinic": lambda each: each.pair.visit.setting == "clinic",
        "home": lambda each: each.pair.visit.setting == "home",
        "turned by 6° or more": lambda each: each.conditions.turn_deg >= 6,
        "side light": lambda each: each.pair.visit.retake.light > 0.25,
        "mild smile": lambda each: each.pair.visit.retake.smile > SMILING,
    }
    yield ["quiet photos", "region", "readings", "SD, mm", "stated SD, mm", "within 2 SD"]
    quiet = [each for each in readings if not each.pair.visit.swelling]
    for kind, chosen in kinds.items():
        for number, region in enumerate(REGIONS):
            some = [each for each in quiet if chosen(each)]
            yield [kind, region, *_quiet_cells(some, number)]


def _quiet_cells(readings: Sequence[Reading], number: int) -> Iterator[str]:
    mm = np.array([each.mm[:, number] for each in readings]).ravel()
    sd = np.array(
        [error_of(each.mm, each.conditions, each.zones)[:, number] for each in readings]
    ).ravel()
    yield from _cells(mm, sd)


def swollen_rows(readings: Sequence[Reading]) -> Iterator[Row]:
    """Readings of known swellings, and of them on other regions and the other side.

    The latter beyond what the same photo without the swelling reads, as chance is much of it.
    """
    without = {_taken(each): each.mm for each in readings if not each.pair.visit.swelling}
    yield [
        *("swelling", "setting", "photos", "true, mm", "gain", "RMSE, mm", "within 2 SD"),
        *("same side", "other side", "gain where it reaches"),
    ]
    for place in REGION_OF:
        for setting in SETTINGS:
            some = [each for each in readings if _is(each, place, setting)]
            if some:
                yield [place, setting, *_swollen_cells(some, without)]


def _taken(reading: Reading) -> tuple[str, Retake]:
    """Who was photographed, and how."""
    return reading.pair.name, reading.pair.visit.retake


def _is(reading: Reading, place: str, setting: str) -> bool:
    swelling = reading.pair.visit.swelling
    return bool(swelling and swelling.place == place and reading.pair.visit.setting == setting)


def _swollen_cells(
    readings: Sequence[Reading], without: Mapping[tuple[str, Retake], FloatArray]
) -> Iterator[str]:
    own = [each.pair.swollen or (0, 0) for each in readings]
    read = np.array([each.mm[at] for each, at in zip(readings, own, strict=True)])
    true = np.array([each.pair.true_mm[at] for each, at in zip(readings, own, strict=True)])
    errors = (error_of(each.mm, each.conditions, each.zones) for each in readings)
    sd = np.array([each[at] for each, at in zip(errors, own, strict=True)])
    off = read - true
    yield f"{np.isfinite(read).sum()} of {len(read)}"
    yield f"{np.nanmin(true):.1f} to {np.nanmax(true):.1f}"
    yield f"{_slope(true, read):.2f}"
    yield f"{np.sqrt(np.nanmean(off**2)):.2f}"
    known = np.isfinite(off)
    yield f"{np.mean(np.abs(off[known]) <= _LIMIT * sd[known]):.0%}"
    for side in range(2):
        shares = list(_cross_talk(readings, own, without, side))
        most, error = max(shares, key=lambda share: abs(share[0]))
        yield f"{most:+.2f} ± {error:.2f}"
    yield ", ".join(_reached(readings, own, true))


def _reached(
    readings: Sequence[Reading], own: Sequence[tuple[int, int]], true: FloatArray
) -> Iterator[str]:
    """Gains in other regions of its side that a swelling reaches by more than `REACHED` of it."""
    for number, region in enumerate(REGIONS):
        at = [(side, number) for side, _ in own]
        there = np.array(
            [each.pair.true_mm[where] for each, where in zip(readings, at, strict=True)]
        )
        if number != own[0][1] and np.median(np.abs(there) / true) > REACHED:
            read = np.array([each.mm[where] for each, where in zip(readings, at, strict=True)])
            yield f"{region} {_slope(there, read):.2f}"


def _cross_talk(
    readings: Sequence[Reading],
    own: Sequence[tuple[int, int]],
    without: Mapping[tuple[str, Retake], FloatArray],
    side: int,
) -> Iterator[tuple[float, float]]:
    """Shares of a swelling that are read in other regions of its side (0) or of the other one (1).

    Each with its standard error. A region that the swelling itself reaches, by more than `REACHED` of it, is
    none of them.
    """
    true = np.array([each.pair.true_mm[at] for each, at in zip(readings, own, strict=True)])
    for number in range(len(REGIONS)):
        at = [(abs(mine - side), number) for mine, _ in own]
        pairs = list(zip(readings, at, strict=True))
        there = np.array([each.pair.true_mm[where] for each, where in pairs])
        if np.median(np.abs(there) / true) > REACHED:
            continue
        quiet = np.array([without[_taken(each)][where] for each, where in pairs])
        beyond = np.array([each.mm[where] for each, where in pairs]) - quiet - there
        slope = _slope(true, beyond)
        off = beyond - slope * true
        known = np.isfinite(off)
        spread = np.sqrt(np.square(off[known]).sum() / max(known.sum() - 1, 1))
        yield slope, float(spread / np.sqrt(np.square(true[known]).sum()))


def tried_rows(readings: Sequence[Reading]) -> Iterator[Row]:
    """Readings of swellings that have no column."""
    yield ["swelling", "setting", "photos", "true, mm", "gain", "RMSE, mm", "quiet SD, mm"]
    for number, place in enumerate(TRIED):
        for setting in SETTINGS:
            some = [each for each in readings if each.pair.visit.setting == setting]
            swollen = [(each, each.pair.visit.swelling) for each in some]
            own = [
                (each, SIDES.index(what.side))
                for each, what in swollen
                if what and what.place == place
            ]
            true = np.array([each.pair.tried_mm[side, number] for each, side in own])
            read = np.array([each.tried[side, number] for each, side in own])
            quiet = np.array([each.tried[:, number] for each, what in swollen if what is None])
            yield [
                place,
                setting,
                f"{np.isfinite(read).sum()} of {len(own)}",
                f"{np.nanmin(true):.1f} to {np.nanmax(true):.1f}",
                f"{_slope(true, read):.2f}",
                f"{np.sqrt(np.nanmean((read - true) ** 2)):.2f}",
                f"{np.sqrt(np.nanmean(quiet**2)):.2f}",
            ]


def _slope(true: FloatArray, read: FloatArray) -> float:
    """Slope of readings over the truth through 0."""
    known = np.isfinite(true) & np.isfinite(read)
    return float((true * read)[known].sum() / (true**2)[known].sum())


def real_rows(folders: Iterable[str] = ("lisa", "zoom")) -> Iterator[Row]:
    """Real photos of one woman each, against the first of them."""
    yield ["real photos", "region", "readings", "SD, mm", "stated SD, mm", "within 2 SD"]
    with Extractor() as reader:
        for folder in folders:
            paths = sorted(SHARED.glob(f"{folder}/*.jpg"))
            landmarks = reader.extract(paths)
            drawn = [
                draw_skin(read_photo(path).pixels, landmarks[i : i + 1])
                for i, path in enumerate(paths)
                if landmarks.usable[i]
            ]
            found = [measure_swelling(each, drawn[0]) for each in drawn[1:]]
            mm, sd = (np.array([getattr(each, name) for each in found]) for name in ("mm", "sd_mm"))
            for number, region in enumerate(REGIONS):
                read, error = mm[..., number].ravel(), sd[..., number].ravel()
                yield [folder, region, *_cells(read, error)]


def _cells(read: FloatArray, error: FloatArray) -> Iterator[str]:
    """Number of readings, root of their mean square, median stated error, and share within two of it."""
    known = np.isfinite(read)
    yield f"{known.sum()} of {known.size}"
    if known.any():
        yield f"{np.sqrt(np.mean(read[known] ** 2)):.2f}"
        yield f"{np.median(error[known]):.2f}"
        yield f"{np.mean(np.abs(read[known]) <= _LIMIT * error[known]):.1%}"
    else:
        yield from ("", "", "")


def main() -> None:
    """Make the tables and the page that shows them."""
    write_tables(list(compare_visits(read_cases(choose_people(tuning=False)))))


def write_tables(pairs: Sequence[Pair]) -> None:
    """Make them of what was photographed."""
    readings = read_pairs(pairs)
    who = f"{COMMAND}: {len({pair.name for pair in pairs})} reporting people,"
    made = {
        "swelling": (f"{who} known swellings of 1 to 4 mm.", list(swollen_rows(readings))),
        "swelling_quiet": (f"{who} no swelling.", list(quiet_rows(readings))),
        "swelling_tried": (f"{who} places without a column.", list(tried_rows(readings))),
        "swelling_real": (f"{COMMAND}: photos of two women.", list(real_rows())),
    }
    for name, (how, rows) in made.items():
        tables.write_table(name, how, rows)
        print(f"{how}\n\n{tables.markdown(rows)}\n")
    if PAGE.is_file():
        PAGE.write_text(tables.fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
