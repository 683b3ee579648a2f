"""``python -m benchmarks.tune.swelling``: makes ``quiet.npy`` and ``swelling.toml`` of `asymmetry.tissue`.

Tuning people are photographed again without any change, and with known swellings. From the quiet photos come
the fields that skin seems to move by when nothing swells (principal components of what polynomials leave),
and how far readings scatter, given what two photos differ in: the fields are made without the people that
are read. From the swollen ones comes the share that readings of true swellings are off by. Needs
``../shared/faces``. Takes a quarter of an hour on one core; photos are kept in ``.cache/swelling``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np
from scipy.optimize import nnls

from asymmetry.core.arrays import FloatArray
from asymmetry.synthetic.setting import SETTINGS
from asymmetry.tissue.quiet import (
    EVEN,
    MODES,
    coarsen,
    join_fields,
    join_sides,
    polynomials,
    take_off_quiet,
)
from asymmetry.tissue.swelling import (
    REGIONS,
    TABLE,
    ZONES,
    Conditions,
    Unmixing,
    compare_conditions,
    find_unlikeness,
    read_outwards,
    unmix,
)
from benchmarks.retakes.people import choose_people
from benchmarks.skin.pairs import TRIED, Pair, compare_visits
from benchmarks.skin.swollen import SEED, read_cases
from benchmarks.tune.seal import digest_files, sealed

__all__ = ["Reading", "find_errors", "find_fields", "find_unmixing", "main", "read_pairs"]

#: Fields that are turned round on the other side; there are `EVEN` that are not.
ODD = 6
#: Shifts beyond this are a failure of the flow, mm, of which no field is made.
FARTHEST = 3.0
#: Parts of the people; each is read with fields that the others made.
FOLDS = 4
#: Quiet readings of each setting lie within two standard deviations in this share.
WITHIN = 0.95
#: Sets of people that are drawn for the bound.
DRAWS = 500
#: No standard deviation is smaller, mm: no photo from the same camera and light tells less.
LEAST_MM = 0.05
#: Factors by which shares of swellings are widened, as far as is needed.
WIDTHS = [1 + step / 20 for step in range(41)]
#: Weight of readings of places that did not swell, beside those of the swollen side of a face.
QUIET_WEIGHT = 0.3


@dataclass(frozen=True, eq=False)
class Reading:
    """Readings of one pair, and the conditions in which its photos differ."""

    pair: Pair = field(repr=False)
    zones: FloatArray
    mm: FloatArray
    tried: FloatArray
    conditions: Conditions


def find_fields(pairs: Sequence[Pair]) -> FloatArray:
    """Fields that describe most of the shifts of quiet pairs, as in `MODES`."""
    simple = join_sides(polynomials(), polynomials())
    halves = []
    for pair in pairs:
        shift = pair.shift.astype(np.float32)
        rest, _ = take_off_quiet(shift, pair.seen, simple)
        halves.append(coarsen(np.clip(rest, -FARTHEST, FARTHEST), pair.seen).mm)
    right, left = np.moveaxis(np.array(halves), 1, 0)
    even, odd = _components((left + right) / 2, EVEN), _components((left - right) / 2, ODD)
    return np.concatenate([even, odd])


def _components(fields: FloatArray, number: int) -> FloatArray:
    """Principal components of fields (n, ...), about 0, each with a root mean square of 1."""
    _, _, axes = np.linalg.svd(fields.reshape(len(fields), -1), full_matrices=False)
    scaled = axes[:number] * np.sqrt(axes.shape[1])
    return np.asarray(scaled.reshape(-1, *fields.shape[1:]), dtype=np.float16)


def read_pairs(
    pairs: Sequence[Pair], fields: FloatArray | None = None, how: Unmixing | None = None
) -> list[Reading]:
    """Read pairs, by default with the fields and the unmixing that are installed."""
    basis = None if fields is None else join_fields(fields)
    found = []
    for pair in pairs:
        shift = pair.shift.astype(np.float32)
        rest, misfit = take_off_quiet(shift, pair.seen, basis)
        conditions = compare_conditions(pair.turn_deg, shift, rest, pair.seen, misfit)
        every = read_outwards(rest, pair.seen, (*ZONES, *TRIED.values()))
        if find_unlikeness(conditions) is not None:
            every = np.full_like(every, np.nan)
        zones, tried = np.split(every, [len(ZONES)], axis=1)
        found.append(Reading(pair, zones, unmix(zones, misfit, how), tried, conditions))
    return found


def read_apart(pairs: Sequence[Pair]) -> tuple[list[Reading], Unmixing]:
    """Read each person with fields and an unmixing that other people made; and the unmixing of all."""
    names = sorted({pair.name for pair in pairs})
    parts = [set(names[part::FOLDS]) for part in range(FOLDS)]
    found: list[Reading] = []
    for own in parts:
        fields = find_fields([p for p in pairs if p.name not in own and not p.visit.swelling])
        found += read_pairs([p for p in pairs if p.name in own], fields)
    made: list[Reading] = []
    for own in parts:
        how = find_unmixing([each for each in found if each.pair.name not in own])
        made += [_unmix(each, how) for each in found if each.pair.name in own]
    return made, find_unmixing(found)


def _unmix(reading: Reading, how: Unmixing) -> Reading:
    return replace(reading, mm=unmix(reading.zones, reading.conditions.misfit_mm, how))


def find_unmixing(readings: Sequence[Reading]) -> Unmixing:
    """From what zones read to what regions truly have, by least squares, and the loss with misfit.

    Noise in the readings makes such a fit read too little, so each region is brought to a gain of 1 on its
    own swellings, each setting counting alike.
    """
    none = np.zeros(len(REGIONS))
    loss = _find_loss(readings, Unmixing(_fit_matrix(readings, none), none))
    how = Unmixing(_fit_matrix(readings, loss), loss)
    return Unmixing(how.matrix / _gains(readings, how)[:, None], loss)


def _fit_matrix(readings: Sequence[Reading], loss: FloatArray) -> FloatArray:
    system = np.zeros((len(ZONES), len(ZONES)))
    sums = np.zeros((len(ZONES), len(REGIONS)))
    for each in readings:
        left = 1 - loss * each.conditions.misfit_mm
        for side, zones in enumerate(each.zones):
            swollen = each.pair.swollen is not None and each.pair.swollen[0] == side
            weight = 1.0 if swollen else QUIET_WEIGHT**2
            if np.isfinite(zones).all():
                system += weight * np.outer(zones, zones)
                sums += weight * np.outer(zones, left * each.pair.true_mm[side])
    return np.asarray(np.linalg.solve(system, sums).T)


def _find_loss(readings: Sequence[Reading], how: Unmixing) -> FloatArray:
    """Share of each region's own swellings that is not read, per mm of misfit; never below 0."""
    loss = []
    for region in range(len(REGIONS)):
        true, read, misfit = np.array([row[:3] for row in _own(readings, region, how)]).T
        terms, *_ = np.linalg.lstsq(np.stack([true, true * misfit], axis=1), read, rcond=None)
        loss.append(max(-terms[1] / terms[0], 0.0))
    return np.array(loss)


def _gains(readings: Sequence[Reading], how: Unmixing) -> FloatArray:
    """Of each region the slope of its readings over its own swellings: the mean of the settings."""
    gains = []
    for region in range(len(REGIONS)):
        rows = list(_own(readings, region, how))
        settings = [np.array([row[:2] for row in rows if row[3] == one]) for one in SETTINGS]
        gains.append([(each[:, 0] @ each[:, 1]) / (each[:, 0] @ each[:, 0]) for each in settings])
    return np.mean(gains, axis=1)


def _own(
    readings: Sequence[Reading], region: int, how: Unmixing
) -> list[tuple[float, float, float, str]]:
    """Truth, reading, misfit and setting of a region's own swellings."""
    found = []
    for each in readings:
        own, misfit = each.pair.swollen, each.conditions.misfit_mm
        if own is not None and own[1] == region:
            read = float(unmix(each.zones, misfit, how)[own])
            if np.isfinite(read):
                true = float(each.pair.true_mm[own])
                found.append((true, read, misfit, each.pair.visit.setting))
    return found


def find_errors(readings: Sequence[Reading]) -> dict[str, list[float]]:
    """The part that each condition adds to the standard deviation of a region."""
    quiet = [each for each in readings if not each.pair.visit.swelling]
    squares = np.square([[1.0, *vars(each.conditions).values()] for each in quiet])
    errors = {}
    for number, region in enumerate(REGIONS):
        read = np.array([each.mm[:, number] for each in quiet])
        known = np.isfinite(read).all(axis=1)
        terms, _ = nnls(squares[known], np.square(read[known]).mean(axis=1))
        terms[0] = max(terms[0], LEAST_MM**2)
        off = np.abs(read[known]) / np.sqrt(squares[known] @ terms)[:, None]
        whose = [(each.pair.name, each.pair.visit.setting) for each in quiet]
        some = [pair for pair, is_known in zip(whose, known, strict=True) if is_known]
        wider = max(_reach(off, some, setting) for setting in SETTINGS) / 2
        errors[region] = list(np.sqrt(terms) * max(wider, 1.0))
    return errors


def _reach(off: FloatArray, whose: Sequence[tuple[str, str]], setting: str) -> float:
    """Standard deviations that hold `WITHIN` of one setting's readings, also of other people."""
    of_people: dict[str, list[FloatArray]] = {}
    for row, (name, where) in zip(off, whose, strict=True):
        if where == setting:
            of_people.setdefault(name, []).append(row)
    return _bound([np.concatenate(rows) for rows in of_people.values()])


def _bound(people: Sequence[FloatArray]) -> float:
    """Upper bound of the quantile `WITHIN` of people's values.

    What is read of one person errs alike, so people are drawn again and again.
    """
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        chosen = rng.integers(len(people), size=len(people))
        values = np.concatenate([people[number] for number in chosen])
        drawn.append(np.quantile(values, WITHIN))
    return float(np.quantile(drawn, WITHIN))


def find_response(
    readings: Sequence[Reading], errors: Mapping[str, Sequence[float]]
) -> dict[str, FloatArray]:
    """Share of a swelling (columns) by which readings of each region of its side (rows) are off.

    Always, and per mm of misfit: badly fitting skins are followed less surely. Of its own region all of it,
    of others beyond what quiet readings scatter by. Own shares are widened so that two standard deviations
    hold `WITHIN` of the readings of each setting.
    """
    always, by_misfit = np.zeros((2, len(REGIONS), len(REGIONS)))
    for own in range(len(REGIONS)):
        some = [each for each in readings if each.pair.swollen and each.pair.swollen[1] == own]
        misfit = np.square([each.conditions.misfit_mm for each in some])
        size = np.array([[each.pair.true_mm[each.pair.swollen]] for each in some])
        true = size[:, 0] ** 2
        for region, name in enumerate(REGIONS):
            quiet = 0.0 if region == own else _quiet_squares(some, errors[name])
            beyond = np.square([_off(each, region) for each in some]) - quiet
            known = np.isfinite(beyond)
            terms, _ = nnls(
                (np.stack([true, true * misfit], axis=1) / size)[known],
                (beyond / size[:, 0])[known],
            )
            always[region, own], by_misfit[region, own] = np.sqrt(terms)
        wider = _find_width(some, own, errors, np.array([always[own, own], by_misfit[own, own]]))
        always[own, own] *= wider
        by_misfit[own, own] *= wider
    return {"response": always, "response_misfit": by_misfit}


def _off(reading: Reading, region: int) -> float:
    """How far a region of the swollen side is off, mm."""
    side = (reading.pair.swollen or (0, 0))[0]
    return float(reading.mm[side, region] - reading.pair.true_mm[side, region])


def _quiet_squares(readings: Sequence[Reading], errors: Sequence[float]) -> FloatArray:
    """Variances of a region's quiet readings, mm²."""
    conditions = np.array([[1.0, *vars(each.conditions).values()] for each in readings])
    return np.asarray(np.square(conditions * errors).sum(axis=1))


def _find_width(
    readings: Sequence[Reading],
    own: int,
    errors: Mapping[str, Sequence[float]],
    shares: FloatArray,
) -> float:
    """The least factor of at least 1 of a region's own shares with which errors hold what they should."""
    off = np.abs([_off(each, own) for each in readings])
    mm = np.array([each.mm[each.pair.swollen] for each in readings])
    misfit = np.array([each.conditions.misfit_mm for each in readings])
    quiet = _quiet_squares(readings, errors[REGIONS[own]])
    share = np.square(mm) * (shares[0] ** 2 + np.square(shares[1] * misfit))
    settings = np.array([each.pair.visit.setting for each in readings])
    for factor in WIDTHS:
        far = off / np.sqrt(quiet + factor**2 * share)
        if all(np.nanquantile(far[settings == each], WITHIN) <= 2 for each in SETTINGS):
            return factor
    return WIDTHS[-1]


def written(
    errors: Mapping[str, Sequence[float]],
    response: Mapping[str, FloatArray],
    how: Unmixing,
    names: Sequence[str],
) -> str:
    """The text of the table."""
    people = hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
    lines = [
        "# How far readings of swelling are off, see tissue/swelling.py. Made by",
        "# python -m benchmarks.tune.swelling, from retakes of tuning people.",
        "# Of each region: mm always, per degree that the head is turned, per mm of misfit of all skin,",
        "# per mm of misfit around the mouth, per mm that skin seems to have moved as a whole. Two standard",
        "# deviations hold 95 % of quiet readings.",
        "# response: the share of a swelling (columns: regions) by which each region (rows) is off,",
        "# response_misfit: the same per mm of misfit.",
        "# unmixing: regions (rows) out of what the zones read (columns: "
        + ", ".join(ZONES)
        + ").",
        "# loss: share of a swelling of each region that is not followed, per mm of misfit.",
        f'made = "{datetime.now(UTC).date()}"',
        f"seed = {SEED}",
        f"people = {len(set(names))}",
        f'people_sha256 = "{people}"',
        f'fields_sha256 = "{digest_files([MODES])}"',
    ]
    lines += [f"{name} = {_list(each)}" for name, each in errors.items()]
    lines += [
        f"{name} = [{', '.join(map(_list, rows))}]"
        for name, rows in {**response, "unmixing": how.matrix}.items()
    ]
    lines.append(f"loss = {_list(how.loss)}")
    return sealed("\n".join(lines) + "\n")


def _list(values: Iterable[float]) -> str:
    return f"[{', '.join(f'{each:.3g}' for each in values)}]"


def make_tables(pairs: Sequence[Pair]) -> None:
    """Make the tables of what was photographed."""
    readings, how = read_apart(pairs)
    errors = find_errors(readings)
    np.save(MODES, find_fields([pair for pair in pairs if not pair.visit.swelling]))
    response = find_response(readings, errors)
    text = written(errors, response, how, sorted({pair.name for pair in pairs}))
    TABLE.write_text(text, encoding="utf-8")
    print(text)


def main() -> None:
    """Make the tables."""
    make_tables(list(compare_visits(read_cases(choose_people(tuning=True)))))


if __name__ == "__main__":
    main()
