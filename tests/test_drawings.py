"""The drawings of metrics show what is measured: a line that is drawn is as long as the number says."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.schemes import SIDES
from asymmetry.metrics import catalogue, movement_catalogue
from docs.drawings import FOLDER, MOVING, STATIC, main, traces, values_of
from docs.drawn_faces import SCALE, flat_face, pull

ALL = STATIC | MOVING
#: Points and irises are kept in single precision.
NEAR = 2e-3


def test_every_metric_is_drawn() -> None:
    assert STATIC.keys() == catalogue().keys()
    assert MOVING.keys() == movement_catalogue().keys()


@pytest.mark.parametrize("name", ALL)
def test_a_drawing_shows_the_measured_number(name: str) -> None:
    drawn = [traces(name)[side].shown for side in SIDES]
    measured = values_of(name)
    if len(measured) == 1:
        measured = 2 * measured
    assert drawn == pytest.approx(measured[:2], abs=NEAR)


@pytest.mark.parametrize("name", ALL)
def test_no_drawing_is_of_an_even_face_without_need(name: str) -> None:
    """Both sides alike would show neither the sign nor which side is which; canthi don't move."""
    values = values_of(name)
    if name not in ("canthal_tilt", "fissure_width", "mrd2"):
        assert abs(values[-1]) > 0.5


def test_the_drawn_face_is_even_until_it_is_pulled() -> None:
    even = flat_face()
    plane = even.points[0, :, :2]
    mirrored = plane[even.layout.mirror] * [-1, 1] + [even.size[0, 0], 0]
    assert np.abs(plane - mirrored).max() < 1e-3
    moved = pull(even, "commissure", "left", up=3).points[0, :, :2] - plane
    right, left = even.layout.pairs["commissure"]
    assert moved[left].tolist() == pytest.approx([0, -3 * SCALE], abs=1e-3)
    assert np.abs(moved[right]).max() < 0.1


def test_the_files_are_whole(tmp_path: Path) -> None:
    main(tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {path.name for path in FOLDER.iterdir()} == {f"{name}.svg" for name in ALL}
    for name in made:
        for drawing in (tmp_path / name, FOLDER / name):
            assert ET.parse(drawing).getroot().tag.endswith("svg")
