"""``python -m benchmarks.tune.swelling``: makes ``quiet.npy`` and ``swelling.toml`` of `asymmetry.tissue`.

Tuning people are photographed again without any change, and with known swellings. From the quiet photos come
the fields that skin seems to move by when nothing swells (principal components of what polynomials leave),
and how far readings scatter, given what two photos differ in: the fields are made without the people that
are read. From the swollen ones comes the share that readings of true swellings are off by. Needs
``../shared/faces``. Takes a quarter of an hour on one core; photos are kept in ``.cache/swelling``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

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
    Conditions,
    compare_conditions,
    read_outwards,
)
from benchmarks.retakes.people import choose_people
from benchmarks.skin.pairs import Pair, compare_visits
from benchmarks.skin.swollen import SEED, read_cases
from benchmarks.tune.seal import sealed

__all__ = ["Reading", "find_errors", "find_fields", "main", "read_pairs"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Fields that are turned round on the other side; there are `EVEN` that are not.
ODD = 6
#: Shifts beyond this are a failure of the flow, mm, of which no field is made.
FARTHEST = 3.0
#: Parts of the people; each is read with fields that the others made.
FOLDS = 4
#: Quiet readings lie within two standard deviations in this share.
WITHIN = 0.95
#: No standard deviation is smaller, mm: no photo from the same camera and light tells less.
LEAST_MM = 0.05
#: Readings of true swellings are taken to be off by this share at least: people and places differ from ours.
LEAST_RESPONSE = 0.1


@dataclass(frozen=True, eq=False)
class Reading:
    """What was read of one pair, and what its photos differ in."""

    pair: Pair = field(repr=False)
    mm: FloatArray
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


def read_pairs(pairs: Sequence[Pair], fields: FloatArray | None = None) -> list[Reading]:
    """Read pairs, by default with the fields that are installed."""
    basis = None if fields is None else join_fields(fields)
    found = []
    for pair in pairs:
        rest, misfit = take_off_quiet(pair.shift.astype(np.float32), pair.seen, basis)
        conditions = compare_conditions(pair.turn_deg, rest, pair.seen, misfit)
        found.append(Reading(pair, read_outwards(rest, pair.seen), conditions))
    return found


def read_apart(pairs: Sequence[Pair]) -> list[Reading]:
    """Read each person with fields that other people made."""
    names = sorted({pair.name for pair in pairs})
    found = []
    for part in range(FOLDS):
        own = set(names[part::FOLDS])
        fields = find_fields([p for p in pairs if p.name not in own and not p.visit.swelling])
        found += read_pairs([p for p in pairs if p.name in own], fields)
    return found


def find_errors(readings: Sequence[Reading]) -> dict[str, list[float]]:
    """What each condition adds to the standard deviation of a region, and the share by region."""
    quiet = [each for each in readings if not each.pair.visit.swelling]
    squares = np.square([[1.0, *vars(each.conditions).values()] for each in quiet])
    errors, shares = {}, []
    for number, region in enumerate(REGIONS):
        read = np.array([each.mm[:, number] for each in quiet])
        known = np.isfinite(read).all(axis=1)
        terms, _ = nnls(squares[known], np.square(read[known]).mean(axis=1))
        terms[0] = max(terms[0], LEAST_MM**2)
        sd = np.sqrt(squares[known] @ terms)
        wider = float(np.quantile(np.abs(read[known]) / sd[:, None], WITHIN)) / 2
        errors[region] = list(np.sqrt(terms) * max(wider, 1.0))
        shares.append(_response(readings, number, np.array(errors[region])))
    return errors | {"response": shares}


def _response(readings: Sequence[Reading], number: int, terms: FloatArray) -> float:
    """Share of the truth that readings of swellings are off by, beyond what quiet ones scatter by."""
    beyond, truth = 0.0, 0.0
    for each in readings:
        if each.pair.swollen is None or each.pair.swollen[1] != number:
            continue
        read, true = each.mm[each.pair.swollen], each.pair.true_mm[each.pair.swollen]
        if np.isfinite(read):
            conditions = np.array([1.0, *vars(each.conditions).values()])
            beyond += (read - true) ** 2 - float(np.square(terms * conditions).sum())
            truth += true**2
    return max(float(np.sqrt(max(beyond, 0.0) / truth)), LEAST_RESPONSE)


def written(errors: dict[str, list[float]], names: Sequence[str]) -> str:
    """The text of the table."""
    people = hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()
    lines = [
        "# How far readings of swelling are off, see tissue/swelling.py. Made by",
        "# python -m benchmarks.tune.swelling, from retakes of tuning people.",
        "# Of each region: mm always, per degree that the head is turned, per mm of misfit of all skin,",
        "# per mm of misfit around the mouth. Two standard deviations hold 95 % of quiet readings.",
        "# response: the share of a reading of each region by which true swellings are off.",
        f'made = "{datetime.now(UTC).date()}"',
        f"seed = {SEED}",
        f"people = {len(set(names))}",
        f'people_sha256 = "{people}"',
        f'fields_sha256 = "{hashlib.sha256(MODES.read_bytes()).hexdigest()}"',
    ]
    lines += [f"{name} = [{', '.join(f'{v:.3g}' for v in each)}]" for name, each in errors.items()]
    return sealed("\n".join(lines) + "\n")


def main() -> None:
    """Make the tables."""
    pairs = list(compare_visits(read_cases(choose_people(tuning=True))))
    errors = find_errors(read_apart(pairs))
    fields = find_fields([pair for pair in pairs if not pair.visit.swelling])
    np.save(MODES, fields)
    text = written(errors, sorted({pair.name for pair in pairs}))
    TABLE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
