"""Overlays of photos that lie on their side or upside down: letters and numbers stand where they belong."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry import Landmarks
from asymmetry.core.frame import face_frame
from asymmetry.report import Differences, Heights, Overlay, SideNames
from asymmetry.report.palette import ON_PHOTO, SEEN
from asymmetry.report.shapes import Label, Stroke
from asymmetry.synthetic import face


def labels(overlay: Overlay, faces: Landmarks) -> list[Label]:
    return [each for each in overlay.shapes(faces, 0) if isinstance(each, Label)]


@pytest.mark.parametrize("roll", [0, 30, -30, 90, -90, 150, 180])
def test_sides_and_numbers_are_drawn_beside_their_side_however_the_photo_lies(roll: float) -> None:
    """A photo that lies on its side or upside down had its letters exchanged, and lines across all of it."""
    made = face(roll=roll, brow_right_mm=-4, mouth_corner_right_mm=-4)
    turn = np.radians(face_frame(made).roll[0])
    centre, towards_left = made.size[0] / 2, np.array([np.cos(turn), -np.sin(turn)])
    for overlay in (SideNames(), Heights(), Differences()):
        for label in labels(overlay, made):
            side = (label.at - centre) @ towards_left
            if label.colour != SEEN:
                assert (side < 0) == (label.colour == ON_PHOTO["right"]), label
    lines = [each.points for each in Heights().shapes(made, 0) if isinstance(each, Stroke)]
    eye = made.points[0, list(made.layout.pairs["outer_canthus"]), :2]
    apart = np.linalg.norm(eye[0] - eye[1])
    assert max(np.linalg.norm(line[0] - line[1]) for line in lines) < apart
    # The difference of a brow stands over the brow, that of the mouth under the mouth.
    brow, mouth = (label.at for label in labels(Differences(), made))
    down = np.array([-towards_left[1], towards_left[0]])
    level = eye.mean(axis=0) @ down
    assert brow @ down < level < mouth @ down
