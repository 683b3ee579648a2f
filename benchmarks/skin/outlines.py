"""``python -m benchmarks.skin.outlines``: whether the outlines of lids and lips tell that they are swollen.

The contours of each lid and lip, by landmarks in the plane of the face, against the photo from before: how
far they moved the way they do when that place swells, on their own side, and beyond what the other side's
did. That way and a factor for each place are made from tuning people, and judged on others. Writes
``docs/tables/swelling_outlines.md`` and brings ``docs/swelling.md`` up to date. Needs ``../shared/faces``.
Photos are kept in ``.cache/swelling``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.extract.face.half import to_half
from asymmetry.extract.face.pose import fit_pose
from asymmetry.synthetic.setting import SETTINGS
from asymmetry.synthetic.swelling import swell_face
from asymmetry.tissue.atlas import load_atlas
from benchmarks.fidelity import tables
from benchmarks.fidelity.tables import FOLDER, Row
from benchmarks.retakes.people import choose_people
from benchmarks.skin.swollen import Case, Visit, read_cases

__all__ = ["OUTLINES", "Change", "main", "rows"]

PAGE = FOLDER.parent / "swelling.md"
#: The contours that are read. A swollen upper lid ends at its margin, so that only the brow moves with it.
OUTLINES: Mapping[str, tuple[str, ...]] = {
    "upper_lid": ("brow_lower_2", "brow_lower_3", "brow_lower_4"),
    "upper_lip": (
        *("upper_lip_outer_2", "upper_lip_outer_3", "upper_lip_outer_4"),
        *("upper_lip_inner_2", "upper_lip_inner_3", "upper_lip_inner_4"),
    ),
    "lower_lip": (
        *("lower_lip_outer_2", "lower_lip_outer_3", "lower_lip_outer_4"),
        *("lower_lip_inner_2", "lower_lip_inner_3", "lower_lip_inner_4"),
    ),
}
#: How a height is compared.
READINGS = ("own side", "beyond the other side")


@dataclass(frozen=True, eq=False)
class Change:
    """How far the contours of a face moved since the photo from before.

    Attributes
    ----------
    visit : Visit
        What was photographed.
    read, true : ndarray, shape (2, places, 2)
        Mean move of each contour, outwards and up, mm: of the right side and of the left.
    """

    visit: Visit
    read: FloatArray
    true: FloatArray

    def along(self, way: FloatArray, number: int, reading: str) -> FloatArray:
        """The readings of a place along a way (2,), in one of `READINGS`: right and left, mm."""
        read = self.read[:, number] @ way
        return np.asarray(read if reading == READINGS[0] else read - read[::-1])


def compare_cases(cases: Iterable[Case]) -> Iterator[Change]:
    """The moves of people's contours; photos that could not be read are left out."""
    for case in cases:
        before: dict[str, FloatArray] = {}
        for number, visit in enumerate(case.visits):
            mm = _contours(_plane(case.landmarks[number]), case.landmarks)
            if np.isfinite(mm).all():
                first = before.setdefault(visit.setting, mm)
                if first is not mm:
                    yield Change(visit, mm - first, _truth(case, visit))


def _plane(landmarks: Landmarks) -> FloatArray:
    """The points in the plane of the face, head pose removed, mm; NaN where no face was read."""
    canonical = load_atlas().canonical
    points = landmarks.points[0].astype(np.float64)
    if not landmarks.usable[0]:
        return np.full((len(points), 2), np.nan)
    pose = fit_pose(points, canonical.vertices, focal_px=float(landmarks.focal_px[0]))
    return 10 * pose.unproject(points[:, :2], canonical.depth_at)


def _contours(plane: FloatArray, landmarks: Landmarks) -> FloatArray:
    """Means of the contours' points, outwards and up, (2, places, 2)."""
    layout = landmarks.layout
    return np.array(
        [
            [
                to_half(plane[layout.of(side, names)].mean(axis=0), side)
                for names in OUTLINES.values()
            ]
            for side in SIDES
        ]
    )


def _truth(case: Case, visit: Visit) -> FloatArray:
    """The reading if the points' shifts were known."""
    if visit.swelling is None:
        return np.zeros((len(SIDES), len(OUTLINES), 2))
    at = case.sitter.relief.plane
    shift = swell_face(case.sitter, visit.swelling).shift.at(at[:, 0], at[:, 1])
    return _contours(10 * np.asarray(shift), case.sitter.landmarks)


def _way(changes: list[Change], number: int) -> FloatArray:
    """The way in which a place's contour moves when it swells: outwards and up, of length 1."""
    moves = [each.true[side, number] for each, side in _swollen(changes, number)]
    mean = np.mean(moves, axis=0)
    return np.asarray(mean / np.linalg.norm(mean))


def rows(tuning: list[Change], others: list[Change]) -> Iterator[Row]:
    """Readings of known swellings, by a factor from tuning people, on others."""
    yield [
        *("swelling", "read on", "setting", "photos", "true, mm", "share that is read"),
        *("gain with a factor", "RMSE, mm", "quiet SD, mm", "cross-talk, at most"),
    ]
    for number, place in enumerate(OUTLINES):
        way = _way(tuning, number)
        for reading in READINGS:
            share = _gain(*_known(tuning, number, way, reading))
            for setting in SETTINGS:
                some = [each for each in others if each.visit.setting == setting]
                yield [place, reading, setting, *_cells(some, number, way, reading, share)]


def _cells(
    changes: list[Change], number: int, way: FloatArray, reading: str, share: float
) -> Iterator[str]:
    true, read = _known(changes, number, way, reading)
    quiet = np.array(
        [each.along(way, number, reading) for each in changes if each.visit.swelling is None]
    )
    yield str(len(true))
    yield f"{true.min():.1f} to {true.max():.1f}"
    yield f"{_gain(true, read):.2f}"
    yield f"{_gain(true, read / share):.2f}"
    yield f"{np.sqrt(np.mean((read / share - true) ** 2)):.2f}"
    yield f"{quiet.std() / abs(share):.2f}"
    yield f"{_crosstalk(changes, number, way, reading, share):+.2f}"


def _swollen(changes: list[Change], number: int) -> Iterator[tuple[Change, int]]:
    """The photos in which a place is swollen, and the number of its side."""
    for each in changes:
        what = each.visit.swelling
        if what is not None and what.place == list(OUTLINES)[number]:
            yield each, SIDES.index(what.side)


def _known(
    changes: list[Change], number: int, way: FloatArray, reading: str
) -> tuple[FloatArray, FloatArray]:
    """The true move of a place that is swollen, along a way, and what was read of it."""
    pairs = [
        (each.true[side, number] @ way, each.along(way, number, reading)[side])
        for each, side in _swollen(changes, number)
    ]
    true, read = np.array(pairs).T
    return true, read


def _crosstalk(
    changes: list[Change], number: int, way: FloatArray, reading: str, share: float
) -> float:
    """The largest mean share of a swelling elsewhere that is read here: of another place, or side.

    Beyond what the same photo without the swelling reads, of a millimetre that its own contour truly moved.
    """
    quiet = {_taken(each): each for each in changes if each.visit.swelling is None}
    shares: dict[tuple[int, bool], list[float]] = {}
    for place in range(len(OUTLINES)):
        for each, own in _swollen(changes, place):
            twin = quiet.get(_taken(each))
            moved = float(np.linalg.norm(each.true[own, place]))
            # A difference of sides has one value, that of the swollen side.
            sides = range(len(SIDES)) if reading == READINGS[0] else [own]
            for side in sides:
                away = float(np.linalg.norm(each.true[side, number])) < 0.1 * moved
                if twin is not None and away:
                    read = each.along(way, number, reading) - twin.along(way, number, reading)
                    shares.setdefault((place, side == own), []).append(read[side] / share / moved)
    means = [float(np.mean(each)) for each in shares.values()]
    return max(means, key=abs, default=float("nan"))


def _taken(change: Change) -> tuple[str, str]:
    return change.visit.setting, repr(change.visit.retake)


def _gain(true: FloatArray, read: FloatArray) -> float:
    return float(true @ read / (true @ true))


def main() -> None:
    """Try it, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skin.outlines", description=__doc__)
    parser.add_argument("--one-in", type=int, default=1, help="of the people, one in so many")
    every = parser.parse_args().one_in
    paths = {tuning: choose_people(tuning=tuning)[::every] for tuning in (True, False)}
    tuning, others = (list(compare_cases(read_cases(paths[each]))) for each in (True, False))
    part = f" --one-in {every}" if every > 1 else ""
    how = (
        f"`python -m benchmarks.skin.outlines{part}`: {len(paths[False])} reporting people, known "
        f"swellings of 1 to 4 mm; the factor is that of {len(paths[True])} others."
    )
    made = list(rows(tuning, others))
    print(tables.markdown(made))
    tables.write_table("swelling_outlines", how, made)
    PAGE.write_text(tables.fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
