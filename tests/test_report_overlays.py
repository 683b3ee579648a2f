"""Overlays, pictures, halves and heat maps: what is drawn is what was measured, where the photo shows it."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from asymmetry import Landmarks, measure
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import face_frame
from asymmetry.core.schemes import SIDES, Side
from asymmetry.extract.halves.chimeras import chimeras
from asymmetry.report import (
    Contours,
    Differences,
    Guides,
    Heights,
    Layers,
    Overlay,
    Points,
    SideNames,
    Spread,
)
from asymmetry.report.heat import FROM_MM, Heat, from_days, from_mirror, paint_heat
from asymmetry.report.palette import LIGHT, ON_PHOTO, SEEN
from asymmetry.report.pictures import Frame, Picture, align_eyes, cut_face, encode_jpeg
from asymmetry.report.shapes import Ellipse, Label, Shape, Stroke, paint_shapes, svg_of
from asymmetry.synthetic import face

PX_PER_MM = 4.0


def of_kind(shapes: list[Shape], kind: type) -> list[Shape]:
    return [each for each in shapes if isinstance(each, kind)]


def drawn(overlay: Overlay, faces: Landmarks) -> list[Shape]:
    return list(overlay.shapes(faces, 0))


def grey(faces: Landmarks) -> Pixels:
    width, height = faces.size[0].tolist()
    return np.full((height, width, 3), 128, np.uint8)


def dotted(faces: Landmarks, name: str, side: Side) -> Pixels:
    """A black photo with a white dot on one point."""
    pixels = np.zeros_like(grey(faces))
    x, y = faces.points[0, faces.layout.pairs[name][SIDES.index(side)], :2]
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]] + 0.5
    pixels[np.hypot(columns - x, rows - y) < 12] = 255
    return pixels


def bright(pixels: Pixels) -> FloatArray:
    """Centre of what is bright, x and y."""
    weight = pixels[..., 0].astype(float)
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]] + 0.5
    return np.array([(columns * weight).sum(), (rows * weight).sum()]) / weight.sum()


# Overlays


@pytest.mark.parametrize("roll", [0, 12, -30])
@pytest.mark.parametrize("lower", SIDES)
def test_a_drawn_difference_is_the_measured_one(roll: float, lower: str) -> None:
    made = face(roll=roll, **{f"brow_{lower}_mm": -3.0, f"mouth_corner_{lower}_mm": -2.0})
    shapes = drawn(Differences(all=True), made)
    bars = [np.linalg.norm(np.diff(bar.points, axis=0)) for bar in of_kind(shapes, Stroke)[1::2]]
    assert np.array(bars) / PX_PER_MM == pytest.approx([3.0, 2.0], abs=0.1)
    assert [label.text for label in of_kind(shapes, Label)] == ["3.0 mm", "2.0 mm"]
    # 3 mm at the brow are noticed, 2 mm at the mouth are not.
    assert [bar.colour for bar in of_kind(shapes, Stroke)[1::2]] == [SEEN, LIGHT]
    assert [label.text for label in of_kind(drawn(Differences(), made), Label)] == ["3.0 mm"]


def test_numbers_come_from_the_table_where_there_is_one() -> None:
    made = face(2, brow_right_mm=[0, -4])
    table = measure(made)
    told = [label.text for label in of_kind(list(Differences(table, ",").shapes(made, 1)), Label)]
    assert told == ["4,0 mm"]
    assert drawn(Differences(table), made) == []


def test_a_difference_that_the_picture_shows_the_other_way_is_not_drawn() -> None:
    made = face(brow_right_mm=-4)
    table = measure(made)
    turned = table.with_columns(brow_height_diff_mm=-table["brow_height_diff_mm"])
    assert drawn(Differences(turned), made) == []


@pytest.mark.parametrize("roll", [0, 20])
def test_drawn_heights_are_the_measured_ones(roll: float) -> None:
    made = face(roll=roll, brow_right_mm=-3, mouth_corner_left_mm=-2)
    table, shapes = measure(made), drawn(Heights(), made)
    names = [f"{m}_{s}_mm" for m in ("brow_height", "commissure_height") for s in SIDES]
    lines = [
        float(np.linalg.norm(np.diff(line.points, axis=0)))
        for line in of_kind(shapes, Stroke)
        if abs(np.diff(line.points, axis=0)[0] @ _along(made)) < 1
    ]
    known = [abs(float(table[name][0])) for name in names]
    # A photo shows what is nearer than the eyes a little larger, which the measurement takes out.
    assert np.array(lines) / PX_PER_MM == pytest.approx(known, rel=0.02)
    assert [label.text for label in of_kind(shapes, Label)] == [f"{mm:.1f} mm" for mm in known]


def test_heights_are_drawn_where_they_are_measured() -> None:
    """A brow that is bent beside its station moves neither the number nor the line."""
    made = face(brow_right_mm=-3)
    points = made.points.copy()
    for name in ("brow_upper_2", "brow_upper_4", "brow_lower_2", "brow_lower_4"):
        points[0, made.layout.pairs[name][0], 1] += 4 * PX_PER_MM
    bent = replace(made, points=points)
    lines = [of_kind(drawn(Heights(), faces), Stroke) for faces in (made, bent)]
    ends = [[line.points[-1] for line in some] for some in lines]
    assert np.array(ends[0]) == pytest.approx(np.array(ends[1]))
    heights = [measure(faces)["brow_height_right_mm"] for faces in (made, bent)]
    assert heights[0] == pytest.approx(heights[1])


def _along(faces: Landmarks) -> FloatArray:
    roll = np.radians(face_frame(faces).roll[0])
    return np.array([np.cos(roll), -np.sin(roll)])


@pytest.mark.parametrize("px_per_mm", [1, 4])
def test_labels_stay_within_the_picture(px_per_mm: float) -> None:
    made = face(px_per_mm=px_per_mm, brow_right_mm=-4, mouth_corner_left_mm=-4)
    narrow = cut_face(Picture(grey(made), made), 500, 0.0)
    for overlay in (Heights(), Differences()):
        for label in of_kind(drawn(overlay, narrow.faces), Label):
            long = 0.74 * label.height * len(label.text)
            start = label.at[0] - {"start": 0, "middle": long / 2, "end": long}[label.anchor]
            assert start >= -0.01
            assert start + long <= narrow.width + 0.01
            assert label.height < label.at[1] + 0.01 < narrow.height


def test_the_patient_s_right_is_drawn_on_the_left() -> None:
    made = face()
    middle = float(made.size[0, 0]) / 2
    for shape in drawn(Contours(), made):
        x = shape.points[:, 0].mean() if isinstance(shape, Stroke) else shape.centre[0]
        assert (x < middle) == (shape.colour == ON_PHOTO["right"])
    right, left = drawn(SideNames("RE", "LI"), made)
    assert (right.text, left.text) == ("RE", "LI")
    assert right.at[0] < middle < left.at[0]
    for spot in drawn(Points(), made):
        if spot.colour != LIGHT:
            assert (spot.centre[0] < middle) == (spot.colour == ON_PHOTO["right"])


@pytest.mark.parametrize("roll", [0, 30, -30, 90, -90, 150, 180])
def test_sides_and_numbers_are_drawn_beside_their_side_however_the_photo_lies(roll: float) -> None:
    """A photo that lies on its side or upside down had its letters exchanged, and lines across all of it."""
    made = face(roll=roll, brow_right_mm=-4, mouth_corner_right_mm=-4)
    centre, towards_left = made.size[0] / 2, _along(made)
    for overlay in (SideNames(), Heights(), Differences()):
        for label in of_kind(drawn(overlay, made), Label):
            side = (label.at - centre) @ towards_left
            if label.colour != SEEN:
                assert (side < 0) == (label.colour == ON_PHOTO["right"]), label
    lines = [line.points for line in of_kind(drawn(Heights(), made), Stroke)]
    eye = made.points[0, list(made.layout.pairs["outer_canthus"]), :2]
    apart = np.linalg.norm(eye[0] - eye[1])
    assert max(np.linalg.norm(line[0] - line[1]) for line in lines) < apart
    # The difference of a brow stands over the brow, that of the mouth under the mouth.
    brow, mouth = (label.at for label in of_kind(drawn(Differences(), made), Label))
    down = np.array([-towards_left[1], towards_left[0]])
    level = eye.mean(axis=0) @ down
    assert brow @ down < level < mouth @ down


def test_what_was_not_seen_is_not_drawn() -> None:
    made, layout = face(), face().layout
    rings = layout.groups["iris"]
    hidden = layout.right(rings) + layout.left(rings) + [layout.pairs["commissure"][0]]
    points = made.points.copy()
    points[:, hidden] = np.nan
    partly = replace(made, points=points)
    assert len(of_kind(drawn(Contours(), made), Ellipse)) == 2
    assert of_kind(drawn(Contours(), partly), Ellipse) == []
    assert len(drawn(Guides(), partly)) == 2  # through the canthi
    labels = of_kind(drawn(Heights(measure(made)), partly), Label)
    assert [label.text[-2:] for label in labels] == ["mm"] * 3
    lines = of_kind(drawn(Contours(), partly), Stroke)
    assert all(np.isfinite(line.points).all() for line in lines)
    blank = Landmarks.blank(["a.jpg"], status="no_face")
    blank = replace(blank, size=np.array([[100, 100]]))
    numbers = Heights(), Differences(all=True)
    every = Layers((Points(), Contours(), Guides(), *numbers, Spread(), SideNames()))
    assert drawn(every, blank) == []


def test_midline_and_level_follow_the_head() -> None:
    across, along = (line.points for line in drawn(Guides(), face(roll=20)))
    level = np.degrees(np.arctan2(across[0, 1] - across[1, 1], across[1, 0] - across[0, 0]))
    down = np.degrees(np.arctan2(along[1, 0] - along[0, 0], along[1, 1] - along[0, 1]))
    assert (level, down) == pytest.approx((20, 20), abs=0.3)


def test_spread_is_drawn_two_standard_deviations_wide_where_it_is_known() -> None:
    made = face()
    assert drawn(Spread(), made) == []
    spread = np.full(made.spread.shape, 1.5)
    assert {spot.radii for spot in drawn(Spread(), replace(made, spread=spread))} == {(3.0, 3.0)}


def test_overlays_are_painted_where_their_svg_has_them() -> None:
    made = face(brow_right_mm=-4)
    everything = Layers(
        (Guides(), Spread(), Points(), Contours(), Heights(), Differences(), SideNames())
    )
    before = grey(made)
    image = everything.annotate(before, made)
    assert (before == 128).all()
    ring = next(each for each in drawn(Contours(), made) if isinstance(each, Ellipse))
    x, y = np.floor(ring.centre + np.array([ring.radii[0], 0])).astype(int)
    assert image[y, x].tolist() == pytest.approx([0x56, 0xB4, 0xE9], abs=40)
    svg = everything.svg(made)
    assert svg.count("<text") == 2 * len(of_kind(drawn(everything, made), Label))
    assert "nan" not in svg


def test_a_kind_of_one_s_own_only_says_its_shapes() -> None:
    class Dot(Overlay):
        def shapes(self, faces: Landmarks, row: int) -> list[Shape]:
            return [Ellipse(faces.points[row, 0, :2].astype(float), (5, 5), "#ff0000")]

    made = face()
    x, y = made.points[0, 0, :2].astype(int)
    assert Dot().annotate(grey(made), made)[y, x].tolist() == [255, 0, 0]
    assert Dot().svg(made).startswith("<ellipse")


def test_shapes_end_where_their_points_are() -> None:
    bar = Stroke(np.array([[10.0, 20.0], [10.0, 30.0]]), "#ffffff", 6)
    image = paint_shapes(np.zeros((60, 40, 3), np.uint8), [bar])
    white = np.argwhere(image[..., 0] > 200)
    assert white[:, 0].min() == pytest.approx(20, abs=1)
    assert white[:, 0].max() == pytest.approx(29, abs=1)
    dashed = Stroke(np.array([[0.0, 5.0], [40.0, 5.0]]), "#ffffff", 2, (4, 4))
    row = paint_shapes(np.zeros((10, 40, 3), np.uint8), [dashed])[5, :, 0]
    assert ((row[1:] > 150) & (row[:-1] <= 150)).sum() >= 4


def test_labels_are_only_text() -> None:
    assert "<b>" not in svg_of([Label(np.zeros(2), '<b>"&', "#ffffff", 8)])


# Pictures


def test_a_cut_holds_the_face_and_its_points() -> None:
    made = face(px_per_mm=PX_PER_MM)
    photo = dotted(made, "ala", "right")
    # The made face reaches over its photo's lower edge.
    taller = np.concatenate([photo, np.zeros_like(photo)])
    cut = cut_face(Picture(taller, made, 0.25), 300, 0.16)
    assert max(cut.width, cut.height) == 300
    points = cut.faces.points[0, :, :2]
    assert points.min() > 0
    assert (points.max(axis=0) < (cut.width, cut.height)).all()
    assert bright(cut.pixels) == pytest.approx(points[made.layout.pairs["ala"][0]], abs=0.3)
    span = np.ptp(points, axis=0) * cut.mm_per_px
    assert span == pytest.approx(np.ptp(made.points[0, :, :2], axis=0) / PX_PER_MM, rel=0.01)
    again = Image.open(io.BytesIO(encode_jpeg(cut.pixels)))
    assert again.size == (cut.width, cut.height)
    assert not again.getexif()


def test_a_cut_enlarges_nothing_and_bears_a_face_at_the_edge() -> None:
    made = face(px_per_mm=1)
    small = np.zeros((100, 90, 3), np.uint8)
    moved = replace(made, points=made.points - np.array([150, 150, 0], np.float32))
    cut = cut_face(Picture(small, moved), 720, 0.16)
    assert cut.width <= 90
    assert cut.height <= 100
    unknown = replace(made, points=np.full_like(made.points, np.nan))
    whole = cut_face(Picture(small, unknown), 720, 0.16)
    assert (whole.width, whole.height) == (90, 100)


@pytest.mark.parametrize(("roll", "px_per_mm"), [(0, 4), (15, 6), (-25, 2)])
def test_aligned_photos_have_the_eyes_in_one_place_at_one_scale(
    roll: float, px_per_mm: float
) -> None:
    made, frame = face(roll=roll, px_per_mm=px_per_mm), Frame(scale=1.5)
    scale = float(face_frame(made).mm_per_px[0])
    shown = align_eyes(Picture(dotted(made, "commissure", "left"), made, scale), frame)
    assert shown is not None
    assert (shown.width, shown.height) == frame.size
    right, left = shown.faces.points[0, list(made.layout.pairs["outer_canthus"]), :2]
    assert (right + left) / 2 == pytest.approx([frame.size[0] / 2, frame.eyes * 1.5], abs=0.01)
    assert right[1] == pytest.approx(left[1], abs=0.1)
    corner = shown.faces.points[0, made.layout.pairs["commissure"][1], :2]
    assert bright(shown.pixels) == pytest.approx(corner, abs=0.5)
    again = face_frame(shown.faces)
    assert again.mm_per_px[0] == pytest.approx(1 / 1.5, rel=0.01)
    assert again.roll[0] == pytest.approx(0, abs=0.1)


def test_what_has_no_eyes_or_no_scale_is_not_aligned() -> None:
    made = face()
    assert align_eyes(Picture(grey(made), made), Frame()) is None
    points = made.points.copy()
    points[:, made.layout.pairs["outer_canthus"][0]] = np.nan
    assert align_eyes(Picture(grey(made), replace(made, points=points), 0.25), Frame()) is None


# Both halves


@pytest.mark.parametrize("yaw", [0, 12])
def test_each_half_is_shown_twice(yaw: float) -> None:
    made = face(yaw=yaw, px_per_mm=2)
    pixels = np.zeros((*made.size[0, ::-1], 3), np.uint8)
    middle = int(made.points[0, made.layout.midline["nasion"], 0])
    pixels[:, :middle] = (200, 40, 40)
    pixels[:, middle:] = (40, 40, 200)
    halves = chimeras(pixels, made.points[0])
    assert list(halves) == ["right", "left"]
    for side, channel in (("right", 0), ("left", 2)):
        assert (halves[side] == halves[side][:, ::-1]).all()
        between_eyes = halves[side][150:200]
        assert np.median(between_eyes[..., channel]) == 200


def test_halves_are_none_where_the_head_is_not_known() -> None:
    made = face(px_per_mm=2)
    points = made.points[0].copy()
    points[made.layout.pairs["outer_canthus"][0]] = np.nan
    assert chimeras(grey(made), points) == {}


# Heat


def known(heat: Heat, faces: Landmarks, name: str) -> FloatArray:
    """Values of the heat map at a pair, right and left."""
    assert name in faces.layout.pairs
    return heat.mm[heat.names.index(name)]


def test_heat_against_the_mirror_image_is_the_difference_of_both_sides() -> None:
    made = face(2, brow_right_mm=-3)
    heat = from_mirror(made, face_frame(made).mm_per_px)
    assert known(heat, made, "brow_upper_3") == pytest.approx([3, 3], abs=0.05)
    assert known(heat, made, "commissure") == pytest.approx([0, 0], abs=0.05)
    assert heat.most == pytest.approx(3, abs=0.05)
    assert heat.names[int(np.argmax(heat.mm[:, 0]))].startswith("brow")


def test_heat_against_before_is_on_the_side_that_moved() -> None:
    before, after = face(2), face(3, brow_right_mm=[-2, -3, -4], mouth_corner_left_mm=-1)
    scales = face_frame(before).mm_per_px, face_frame(after).mm_per_px
    heat = from_days(before, after, scales)
    assert known(heat, before, "brow_upper_3") == pytest.approx([3, 0], abs=0.05)
    assert known(heat, before, "commissure") == pytest.approx([0, 1], abs=0.05)


def test_a_turned_head_only_tells_heights() -> None:
    made = face(yaw=20, brow_left_mm=2)
    heat = from_mirror(made, face_frame(made).mm_per_px)
    assert known(heat, made, "brow_upper_3") == pytest.approx([2, 2], abs=0.1)


def test_colours_are_where_the_difference_is() -> None:
    made = face(brow_right_mm=-4)
    scale = float(face_frame(made).mm_per_px[0])
    picture = Picture(grey(made), made, scale)
    shown = paint_heat(picture, from_days(face(), made, ([scale], [scale])))
    coloured = np.ptp(shown.astype(int), axis=-1) > 20

    def at(name: str, side: Side) -> bool:
        x, y = made.points[0, made.layout.pairs[name][SIDES.index(side)], :2].astype(int)
        return bool(coloured[y, x])

    assert at("brow_upper_3", "right")
    assert not at("brow_upper_3", "left")
    assert not at("commissure", "right")
    even = paint_heat(picture, from_mirror(face(), [scale]))
    assert (np.ptp(even.astype(int), axis=-1) == 0).all()
    assert 0 < FROM_MM < 1


def test_heat_of_nothing_is_a_grey_picture() -> None:
    made = face()
    points = np.full_like(made.points, np.nan)
    heat = from_mirror(replace(made, points=points), [0.25])
    assert np.isnan(heat.most)
    assert (paint_heat(Picture(grey(made), made, 0.25), heat) == 128).all()
