"""Faces laid on each other: which points give the size, and when a pupil counts as seen."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.core.face import Face
from asymmetry.core.frame import face_frame
from asymmetry.metrics.laying import superpose, sure_pupils
from tests.faces import Moves, model, photo

IRIS = ("iris_centre", "iris_medial", "iris_lateral", "iris_top", "iris_bottom")
#: Pupils are so far apart on the face of the tests, mm.
PUPILS_MM = 62.0


def framed(moves: Moves | None = None) -> Face:
    return face_frame(photo(model(moves)))


def pupils_apart(share: float) -> Face:
    """The face with pupils farther apart by a share, each iris as wide as before."""
    out = share * PUPILS_MM / 2
    return framed({(name, side): (out, 0) for name in IRIS for side in ("right", "left")})


@pytest.mark.parametrize(
    ("share", "size"),
    [
        (0.0046, 1 - 0.0046 / 3),  # all three agree: their mean
        (0.0054, 1.0),  # they don't: the one in the middle
    ],
)
def test_sizes_that_differ_by_half_a_percent_do_not_agree(share: float, size: float) -> None:
    rest, moved = framed(), pupils_apart(share)
    laid = superpose(rest, moved, True)
    assert laid.mm_per_px[0] / moved.mm_per_px[0] == pytest.approx(size, abs=1e-4)


@pytest.mark.parametrize(("times", "seen"), [(2.9, True), (3.1, False), (np.nan, True)])
def test_a_pupil_three_times_as_unsure_as_the_canthi_was_not_seen(times: float, seen: bool) -> None:
    face = framed()
    spread = np.full((len(face.rows), 2, 1), 0.02)
    spread[face.rows["iris_centre"]] *= times
    assert sure_pupils(face, spread).tolist() == [seen]
