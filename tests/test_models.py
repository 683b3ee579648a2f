"""`Model`: an Extractor around another landmark network, which sees discs of paint and has its own scheme."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import cv2
import numpy as np
import pytest

import asymmetry
from asymmetry import Extractor, Scale, Scheme, measure, register_scheme
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.halves.chimeras import chimeras
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.file import model_file
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.mediapipe import MediapipeModel
from asymmetry.synthetic import face

# A scheme and a network of one's own, in one file: this one. Points are discs of one colour for both sides.
PAINT = register_scheme(
    Scheme(
        "paint20",
        20,
        pairs={
            "outer_canthus": (0, 1),
            "inner_canthus": (2, 3),
            "commissure": (4, 5),
            "brow_upper_3": (6, 7),
            "brow_lower_3": (8, 9),
            "alar_base": (10, 11),
            "temple_3": (12, 13),
        },
        midline={
            "forehead": 14,
            "nasion": 15,
            "nose_tip": 16,
            "subnasale": 17,
            "menton": 18,
            "lower_lip": 19,
        },
    )
)
PX_PER_MM, RADIUS = 4.0, 7.0
GREY = 128
COLOURS = [each for each in product((0, GREY, 255), repeat=3) if each != (GREY,) * 3]
#: Px below the eyes' photo that a chin needs.
ROOM = 160
#: How far a colour may be from a disc's own: what lies between is where it meets the skin.
NEAR = 40


def numbers_of(scheme: Scheme) -> list[tuple[int, int]]:
    return (
        list(PAINT.named.values())
        if scheme is PAINT
        else [scheme.named[name] for name in PAINT.named]
    )


class PaintModel:
    """Reads a face from the middles of its discs. In a chimera it sees what is drawn there, and no more."""

    def __init__(self) -> None:
        whole = load_canonical()
        vertices = np.zeros((PAINT.size, 3))
        for own, theirs in zip(numbers_of(PAINT), numbers_of(MEDIAPIPE_478), strict=True):
            vertices[list(own)] = whole.vertices[list(theirs)]
        self.canonical = Canonical(vertices, whole.depth, PAINT)
        self.scheme = PAINT
        self.provenance = {"paint": "1.0"}
        self.closed = False
        self.squares = 0

    def detect(self, pixels: Pixels) -> list[Reading]:
        points = self._find(pixels)
        return [] if points is None else [Reading(points, np.empty(0))]

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        self.squares += 1
        points = self._find(picture)
        return (np.zeros((PAINT.size, 3)), -1.0) if points is None else (points, 20.0)

    def weigh_expressions(self, points: FloatArray) -> FloatArray:
        raise AssertionError(
            f"asked for expressions of {len(points)} points, though there are none"
        )

    def close(self) -> None:
        self.closed = True

    def _find(self, pixels: Pixels) -> FloatArray | None:
        points = np.zeros((PAINT.size, 3))
        for colour, numbers in zip(COLOURS, numbers_of(PAINT), strict=False):
            away = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16)).max(axis=-1)
            y, x = np.nonzero(away < NEAR)
            if len(x) < 4:
                return None
            middle = (x.min() + x.max()) / 2
            halves = [x < middle, x >= middle] if numbers[0] != numbers[1] else [x >= 0]
            for number, here in zip(numbers, halves, strict=False):
                points[number, :2] = x[here].mean() + 0.5, y[here].mean() + 0.5
        return points


def painted(shown: Landmarks) -> Pixels:
    """A photo of a face: a disc for each point."""
    width, height = shown.size[0] + np.array([0, ROOM])
    pixels = np.full((height, width, 3), GREY, np.uint8)
    for colour, numbers in zip(COLOURS, numbers_of(MEDIAPIPE_478), strict=False):
        for x, y, _ in shown.points[0, list(numbers)]:
            cv2.circle(
                pixels,
                (round(16 * x - 8), round(16 * y - 8)),
                round(16 * RADIUS),
                colour,
                -1,
                shift=4,
            )
    return pixels


class ManyPaintModel(PaintModel):
    """The same, which takes several pictures in one call."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[int] = []

    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        self.calls.append(len(pictures))
        return [self.detect(picture) for picture in pictures]

    def read_squares(self, pictures: Sequence[Pixels]) -> list[tuple[FloatArray, float]]:
        self.calls.append(len(pictures))
        return [self.read_square(picture) for picture in pictures]


@pytest.fixture
def model() -> PaintModel:
    return PaintModel()


MOVED = {"brow_right_mm": -4.0, "mouth_corner_left_mm": -5.0}


@pytest.mark.parametrize("method", ["hemiface", "fast", "plain"])
def test_a_known_face_is_measured_by_another_model(
    model: PaintModel, method: asymmetry.extract.Method
) -> None:
    shown = face(1, px_per_mm=PX_PER_MM, **MOVED)
    with Extractor(method=method, model=model) as extractor:
        found = extractor.extract([painted(shown)])
    assert (found.scheme, found.points.shape, found.status[0]) == ("paint20", (1, 20, 3), "ok")
    assert (model.squares > 0, model.closed) == (True, True)
    true = shown.points[0, [pair[0] for pair in numbers_of(MEDIAPIPE_478)], :2]
    read = found.points[0, [pair[0] for pair in numbers_of(PAINT)], :2]
    assert np.abs(read - true).max() < 1.0 * PX_PER_MM
    table = measure(found, scale=Scale("ruler", PX_PER_MM))
    assert table["brow_height_diff_mm"][0] == pytest.approx(-4.0, abs=0.3)
    assert table["commissure_height_diff_mm"][0] == pytest.approx(5.0, abs=0.5)
    assert table["canthal_tilt_diff_deg"][0] == pytest.approx(0.0, abs=0.5)
    assert np.isnan(table["brow_height_diff_sd_mm"][0])
    assert table.provenance["model"] == "PaintModel"
    assert table.provenance["paint"] == "1.0"
    assert "mediapipe" not in table.provenance


def test_a_model_that_takes_several_pictures_is_given_them_in_one_call(model: PaintModel) -> None:
    photo, many = painted(face(1, px_per_mm=PX_PER_MM, **MOVED)), ManyPaintModel()
    rows = []
    for each in (model, many):
        with Extractor(model=each) as extractor:
            rows.append(extractor.extract([photo]))
    np.testing.assert_array_equal(rows[0].points, rows[1].points)
    assert many.calls == [2, 2, 2]  # the photo and its mirror image, and both halves at two sizes


@pytest.mark.parametrize("method", ["hemiface", "plain"])
def test_its_mirror_image_swaps_the_sides(
    model: PaintModel, method: asymmetry.extract.Method
) -> None:
    pixels = painted(face(1, px_per_mm=PX_PER_MM, yaw=8, **MOVED))
    with Extractor(method=method, model=model) as extractor:
        found = extractor.extract([pixels, np.ascontiguousarray(pixels[:, ::-1])])
    table = measure(found, scale=Scale("ruler", PX_PER_MM))
    for name in ("brow_height", "commissure_height"):
        one, other = table[f"{name}_diff_mm"]
        assert abs(one) > 3
        assert one == pytest.approx(-other, abs=0.05)
    assert table["yaw_deg"][0] == pytest.approx(8, abs=1.5)


def test_a_photo_without_a_face_keeps_its_row_in_the_models_scheme(model: PaintModel) -> None:
    with Extractor(model=model) as extractor:
        found = extractor.extract([np.full((300, 300, 3), GREY, np.uint8), b"no photo"])
        empty = extractor.extract([])
    assert found.status.tolist() == ["no_face", "unreadable"]
    assert (found.scheme, empty.scheme, len(empty)) == ("paint20", "paint20", 0)


def test_a_half_that_is_no_face_is_read_plainly(
    model: PaintModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "read_square", lambda _: (np.zeros((PAINT.size, 3)), -1.0))
    with Extractor(model=model) as extractor:
        found = extractor.extract([painted(face(1, px_per_mm=PX_PER_MM))])
    assert [note.code for note in found.notes[0]] == ["read_plainly"]


def test_chimeras_of_its_points_are_symmetric(model: PaintModel) -> None:
    shown = face(1, px_per_mm=PX_PER_MM, **MOVED)
    pixels = painted(shown)
    found = chimeras(pixels, model.detect(pixels)[0].points, canonical=model.canonical)
    assert set(found) == {"right", "left"}
    for picture in found.values():
        np.testing.assert_array_equal(picture, picture[:, ::-1])


@pytest.fixture(scope="module")
def mediapipe() -> Iterator[MediapipeModel]:
    loaded = MediapipeModel.load(model_file(None))
    yield loaded
    loaded.close()


def test_mediapipes_own_model_gives_the_same_bits_when_it_is_passed(
    mediapipe: MediapipeModel, astronaut: Pixels
) -> None:
    with Extractor(method="fast") as one:
        expected = one.extract([astronaut])
    found = Extractor(method="fast", model=mediapipe).extract([astronaut])
    np.testing.assert_array_equal(found.points, expected.points)
    assert found.provenance == expected.provenance
