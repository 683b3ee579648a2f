"""Whose photos are taken again: faces at rest, and smiles where there are some."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, warp_photo
from asymmetry.synthetic.relief import lift_face
from asymmetry.synthetic.retake import Sitter, prepare_sitter
from benchmarks.fidelity import photos

__all__ = ["STEPS", "Person", "average_smile", "choose_people", "make_step", "read_person"]

#: True changes, by name.
STEPS = {
    "brow": Move("brow", "right", up_mm=-2.0),
    "mouth_corner": Move("mouth_corner", "right", up_mm=-2.0),
    "upper_lid": Move("upper_lid", "right", up_mm=-1.0),
}
#: One in so many of the people of whom there is a photo at rest only: a full run takes a quarter of an hour.
ONE_IN = {True: 3, False: 2}
#: Surroundings that are kept, in distances of the outer canthi: to either side, above and below the eyes.
_ASIDE, _ABOVE, _BELOW = 1.3, 1.2, 1.9


@dataclass(frozen=True, eq=False)
class Person:
    """One person.

    Attributes
    ----------
    name : str
        Folder and file of the photo at rest.
    rest : Sitter
        The face at rest.
    smiling : Sitter or None
        The same face in a full smile, where there is a photo of it.
    """

    name: str
    rest: Sitter = field(repr=False)
    smiling: Sitter | None = field(repr=False)


def choose_people(*, tuning: bool, quick: bool = False) -> list[Path]:
    """Photos at rest of one half of the split; some of them for a quick look."""
    smilers, others = photos.london(tuning=tuning), photos.more(tuning=tuning)[:: ONE_IN[tuning]]
    return [*smilers[:2], *others[:3]] if quick else [*smilers, *others]


def read_person(path: Path, plain: Extractor, usual_smile: FloatArray) -> Person:
    """Read one person's photos.

    Parameters
    ----------
    path : pathlib.Path
        The photo at rest.
    plain : Extractor
        Of the method ``plain``, which knows depths.
    usual_smile : ndarray, shape (k, 2)
        The smile of whom there is no smiling photo, see `average_smile`.
    """
    pixels, rest = _close_up(path, plain)
    name = f"{path.parent.name}/{path.name}"
    smiling = _smiling(path)
    if smiling == path or not smiling.is_file():
        return Person(
            name, prepare_sitter(pixels, rest, smile=usual_smile, canonical=_canonical()), None
        )
    smiling_pixels, moved = _close_up(smiling, plain)
    own = _smile(rest, moved)
    return Person(
        name,
        prepare_sitter(pixels, rest, smile=own, canonical=_canonical()),
        prepare_sitter(smiling_pixels, moved, smile=own, canonical=_canonical()),
    )


def average_smile(plain: Extractor) -> FloatArray:
    """The mean smile of the tuning people, cm in the face's plane, shape (k, 2)."""
    smiles = [
        _smile(_close_up(path, plain)[1], _close_up(_smiling(path), plain)[1])
        for path in photos.london(tuning=True)
    ]
    return np.asarray(np.mean(smiles, axis=0))


def make_step(person: Person, name: str, reader: Extractor) -> Sitter | None:
    """The face at rest with a true change of `STEPS`; None where a face has no room for it."""
    sitter = person.rest
    found = reader.extract([sitter.pixels])
    try:
        moved = warp_photo(sitter.pixels, found, [STEPS[name]])
    except InvalidInputError:
        return None
    points = sitter.landmarks.points.copy()
    points[0, :, :2] += moved.displacement
    return replace(sitter, pixels=moved.pixels, landmarks=replace(sitter.landmarks, points=points))


def _smiling(path: Path) -> Path:
    return path.with_name(path.name.replace("_neutral", "_smiling"))


def _smile(rest: Landmarks, smiling: Landmarks) -> FloatArray:
    """Way of each landmark from rest to a smile in the face's plane, cm."""
    canonical = _canonical()
    return lift_face(smiling, canonical).plane - lift_face(rest, canonical).plane


def _close_up(path: Path, plain: Extractor) -> tuple[Pixels, Landmarks]:
    """A photo without most of its surroundings, which cost time, and the face in it."""
    photo = read_photo(path).pixels
    eyes = plain.extract([photo]).points[0, list(plain.scheme.pairs["outer_canthus"]), :2]
    width, (x, y) = float(np.linalg.norm(eyes[0] - eyes[1])), eyes.mean(axis=0)
    rows = slice(max(round(y - _ABOVE * width), 0), round(y + _BELOW * width))
    columns = slice(max(round(x - _ASIDE * width), 0), round(x + _ASIDE * width))
    cut = np.ascontiguousarray(photo[rows, columns])
    return cut, plain.extract([cut])


@cache
def _canonical() -> Canonical:
    return load_canonical()
