"""Faces in a large photo: when the smaller copy that is looked at first will do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.extract.model.finding import find_faces, find_faces_both_ways, find_mirrored_faces
from asymmetry.extract.model.landmarker import Reading
from asymmetry.photos.halvings import Halvings
from tests.painted import PaintedModel, painted, reading


class WideFaces(PaintedModel):
    """Sees faces of these widths, px, in any picture that is smaller than the whole; in that it sees none."""

    def __init__(self, *widths: float, long: int = 1600) -> None:
        super().__init__()
        self._widths, self._long = widths, long

    def detect(self, pixels: Pixels) -> list[Reading]:
        self.looks.append(pixels.shape[:2])
        if max(pixels.shape[:2]) == self._long:
            return []
        one = reading((0.0, 0.0))
        own = float(np.ptp(one.points[:, 0]))
        return [one.scaled(width / own, width / own) for width in self._widths]


class SeveralAtOnce(WideFaces):
    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        return [self.detect(each) for each in pictures]


def thin(long: int) -> Halvings:
    return Halvings(np.zeros((16, long, 3), np.uint8))


@pytest.mark.parametrize(
    ("long", "first"), [(1598, (16, 1598)), (1602, (8, 801)), (3198, (8, 1599)), (3204, (4, 801))]
)
def test_the_copy_that_is_looked_at_first_has_800_px_or_more(
    long: int, first: tuple[int, int]
) -> None:
    model = WideFaces(400)
    find_faces(thin(long), model)
    assert model.looks == [first]


@pytest.mark.parametrize(("width", "whole"), [(171, False), (169, True)])
def test_a_face_of_less_than_170_px_is_looked_at_in_the_whole_photo(
    width: float, whole: bool
) -> None:
    model = WideFaces(width, 300)  # the first of several decides
    found = find_faces(thin(1600), model)
    assert model.looks == [(8, 800), (16, 1600)][: 1 + whole]
    assert [float(np.ptp(each.points[:, 0])) for each in found] == (
        [] if whole else pytest.approx([2 * width, 600])
    )


def test_where_a_small_copy_shows_no_face_the_whole_photo_is_looked_at() -> None:
    model = WideFaces()
    assert find_faces(thin(1600), model) == []
    assert model.looks == [(8, 800), (16, 1600)]


def test_faces_of_a_copy_are_where_the_photo_has_them() -> None:
    one = reading((700.0, 450.0), 45.0)
    (found,) = find_faces(Halvings(painted(one, 1002, 1603)), PaintedModel())
    assert np.abs(found.points - one.points)[:, :2].max() < 2.0
    (twin,) = find_mirrored_faces(Halvings(painted(one, 1002, 1603)), PaintedModel())
    middle = one.points[:, :2].mean(axis=0)
    assert twin.points[:, :2].mean(axis=0) == pytest.approx([1603 - middle[0], middle[1]], abs=2)


@pytest.mark.parametrize("kind", [WideFaces, SeveralAtOnce])
def test_both_ways_are_looked_at_alike(kind: type[WideFaces]) -> None:
    model = kind(169)
    assert find_faces_both_ways(thin(1600), model) == ([], [])
    assert model.looks == [(8, 800), (8, 800), (16, 1600), (16, 1600)]
