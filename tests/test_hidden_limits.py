"""Limits from which on a part of a face was not seen, on frontal pictures drawn on either side of each."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import Frontal
from asymmetry.extract.judge.hidden import (
    PARTS,
    _bounds,
    contrast,
    evenness,
    find_unseen,
    fineness,
    has_strands,
    is_blotted_out,
    is_unlike,
    plainness,
    steepness,
    streaks,
)
from asymmetry.extract.judge.limits import JudgeSettings
from asymmetry.extract.judge.streaks import read_streaks
from asymmetry.extract.model.canonical import load_canonical

SHAPE = ROWS, COLUMNS = 360, 260
PX = 20  # per cm
SKIN = 160.0
BROW, EYE, NOSE, MOUTH = PARTS
SETTINGS = JudgeSettings()
LIMITS = SETTINGS.covers
IRIS_PX = 0.585 * PX


@pytest.fixture(scope="module")
def points() -> FloatArray:
    """The canonical face's points in the picture, with irises in the middle between the canthi."""
    found = np.zeros((MEDIAPIPE_478.size, 2))
    vertices = load_canonical().vertices[:, :2]
    found[: len(vertices)] = vertices * (PX, -PX) + (COLUMNS / 2, ROWS / 2)
    for side, out in (("right", -1), ("left", 1)):
        iris = MEDIAPIPE_478.of(side, ("iris_centre", "iris_lateral", "iris_medial"))
        centre = found[MEDIAPIPE_478.of(side, ("outer_canthus", "inner_canthus"))].mean(axis=0)
        found[iris] = centre + out * IRIS_PX * np.array([[0, 0], [1, 0], [-1, 0]])
    return found


def view(points: FloatArray, grey: FloatArray) -> Frontal:
    levels = np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
    return Frontal(
        rgb=np.repeat(levels[..., None], 3, axis=2),
        seen=np.ones(SHAPE, dtype=bool),
        points=points,
        native=np.zeros((1, 1), dtype=np.uint8),
        px_per_mm=2.0,
    )


def skin() -> FloatArray:
    """Skin with a little grain."""
    return SKIN + np.random.default_rng(1).normal(0, 3, SHAPE)


def weights(blink: float = 0.2) -> FloatArray:
    found = np.zeros(len(MEDIAPIPE_478.expressions))
    found[MEDIAPIPE_478.expressions.index("eyeBlinkRight")] = blink
    return found


def lost(seen: Frontal, name: str, blink: float = 0.2) -> bool:
    """Whether a point of the right side is left out."""
    return bool(
        find_unseen(seen, weights(blink), None, SETTINGS).points[MEDIAPIPE_478.right((name,))[0]]
    )


def at(points: FloatArray, *names: str) -> FloatArray:
    """Places of points of the right side or of the midline, px."""
    return points[[MEDIAPIPE_478.places[name][0] for name in names]]


@pytest.mark.parametrize(("share", "covered"), [(0.075, True), (0.135, False)])
def test_a_part_that_spans_less_than_a_tenth_of_the_skins_brightness_is_covered(
    points: FloatArray, share: float, covered: bool
) -> None:
    grey = np.full(SHAPE, SKIN)
    (_, top), (_, bottom) = at(points, "subnasale", "pogonion")
    # Three tenths of it are lighter.
    grey[int(top) : int(top + 0.3 * (bottom - top))] += share * SKIN
    assert lost(view(points, grey), "commissure") == covered


def test_a_part_spans_from_its_twentieth_darkest_to_its_twentieth_lightest(
    points: FloatArray,
) -> None:
    """Brightness that rises evenly spans 0.9 of its rise over the mouth."""
    heights = at(points, *MOUTH.heights)[:, 1]
    top, bottom = int(heights.min()), int(heights.max()) + 1
    grey = np.full(SHAPE, SKIN)
    grey[top - 5 : bottom + 5] = 40 + 1.5 * np.arange(bottom - top + 10)[:, None]
    seen = view(points, grey)
    span = contrast(seen, MOUTH, "right", LIMITS) * seen.skin
    assert span == pytest.approx(0.9 * 1.5 * (bottom - top), abs=1.5)


@pytest.mark.parametrize(("rows", "judged"), [(1, False), (2, True)])
def test_slopes_need_two_rows(points: FloatArray, rows: int, judged: bool) -> None:
    """Of a mouth at the picture's end so many rows are in it."""
    top = int(at(points, *MOUTH.heights)[:, 1].min())
    lower = view(points + np.array([0, ROWS - rows - top]), skin())
    assert np.isfinite(steepness(lower, MOUTH, "right", LIMITS)) == judged


def test_fineness_compares_detail_below_1_mm_with_that_up_to_3_mm(points: FloatArray) -> None:
    """Of waves a blur leaves exp(-2 (pi blur / wave)²), with blurs of 2 and 6 px here."""
    wave = 28
    fine, coarse = (np.exp(-2 * (np.pi * blur / wave) ** 2) for blur in (2, 6))
    grey = 120 + 60 * np.sin(2 * np.pi * np.arange(COLUMNS) / wave) + np.zeros(SHAPE)
    found = fineness(view(points, grey), EYE, "right", LIMITS)
    assert found == pytest.approx((1 - fine) / (fine - coarse), rel=0.05)


@pytest.mark.parametrize(("darker", "unlike"), [(0.4, False), (0.6, True)])
def test_a_half_of_the_mouth_is_unlike_from_half_a_logarithm_on(
    points: FloatArray, darker: float, unlike: bool
) -> None:
    grey = np.full(SHAPE, SKIN)
    (_, top), (_, bottom) = at(points, "subnasale", "pogonion")
    grey[int(top) : int(bottom) + 2, : COLUMNS // 2] *= np.exp(-darker)
    assert is_unlike(view(points, grey), MOUTH, "right", LIMITS) == unlike
    assert not is_unlike(view(points, grey), MOUTH, "left", LIMITS)
    # Light from one side.
    grey[:, : COLUMNS // 2] = SKIN * np.exp(-darker)
    assert not is_unlike(view(points, grey), MOUTH, "right", LIMITS)


def waves(points: FloatArray, band: float, along: float) -> FloatArray:
    """A brow that is a band so dark, under waves along it so high, as shares of the skin's brightness."""
    heights = at(points, *BROW.heights)[:, 1]
    rows, columns = np.arange(ROWS)[:, None], np.arange(COLUMNS)
    dark = np.exp(-(((rows - heights.mean()) / 6) ** 2) / 2)
    return SKIN * (1 - band * dark + along * np.sin(2 * np.pi * columns / 16))


@pytest.mark.parametrize(("band", "share", "covered"), [(0.053, 0.15, True), (0.066, 0.21, False)])
def test_less_than_a_fifth_of_a_covered_brow_goes_by_its_height(
    points: FloatArray, band: float, share: float, covered: bool
) -> None:
    any_way = replace(LIMITS, strands_brow=np.inf)
    seen = view(points, waves(points, band, 0.07))
    assert streaks(seen, "right", LIMITS).by_height == pytest.approx(share, abs=0.015)
    assert has_strands(seen, BROW, "right", any_way) == covered


@pytest.mark.parametrize(
    ("along", "steps", "covered"), [(0.035, 0.008, False), (0.045, 0.01, True)]
)
def test_plain_skin_without_a_brow_has_no_streaks(
    points: FloatArray, along: float, steps: float, covered: bool
) -> None:
    any_way = replace(LIMITS, strands_brow=np.inf)
    seen = view(points, waves(points, 0, along))
    assert streaks(seen, "right", LIMITS).across == pytest.approx(steps, abs=0.0005)
    assert has_strands(seen, BROW, "right", any_way) == covered


def test_streaks_are_looked_for_in_a_whole_brow_only(points: FloatArray) -> None:
    any_way = replace(LIMITS, strands_brow=np.inf)
    seen = view(points, waves(points, 0, 0.07))
    assert has_strands(seen, BROW, "right", any_way)
    seen.seen[: int(at(points, *BROW.heights)[:, 1].min()) + 1] = False
    assert not has_strands(seen, BROW, "right", any_way)


@pytest.mark.parametrize(("rows", "judged"), [(3, False), (5, True)])
def test_streaks_need_some_rows(points: FloatArray, rows: int, judged: bool) -> None:
    brow = at(points, *BROW.heights)
    where = slice(100, 100 + rows), slice(40, 100)
    found = read_streaks(view(points, waves(points, 0.4, 0.07)), where, brow)
    assert np.isfinite(found).tolist() == [judged, judged]


@pytest.mark.parametrize(("faint", "share"), [(5.4e-5, 1.0), (2.5e-5, 0.28)])
def test_next_to_no_variance_is_no_brow(points: FloatArray, faint: float, share: float) -> None:
    """Waves from above to below; of those under the limit only a part counts."""
    flat = np.array([[0.0, 180], [130, 180], [260, 180]])
    seen = view(points, np.full(SHAPE, SKIN))
    rows = np.arange(ROWS)[:, None] + np.zeros(SHAPE)
    seen.grey[:] = SKIN * (1 + faint * np.sin(2 * np.pi * rows / 20))
    found = read_streaks(seen, (slice(140, 220), slice(40, 100)), flat)
    assert found.by_height == pytest.approx(share, abs=0.06)


def test_a_brows_arch_is_straightened(points: FloatArray) -> None:
    """Light and dark follow its own line."""
    line = at(points, *BROW.heights)
    middle = np.polyval(np.polyfit(*line.T, 2), np.arange(COLUMNS))
    dark = np.exp(-(((np.arange(ROWS)[:, None] - middle) / 4) ** 2) / 2)
    assert streaks(view(points, SKIN * (1 - 0.4 * dark)), "right", LIMITS).by_height > 0.9


@pytest.mark.parametrize(("share", "covered"), [(0.21, True), (0.36, False)])
def test_a_brow_in_the_dark_lies_under_hair(
    points: FloatArray, share: float, covered: bool
) -> None:
    """Half of its surroundings are darker, and a tenth is light: what counts lies between."""
    grey = skin()
    brow = at(points, *BROW.heights)[:, 1]
    top, bottom = brow.min() - 0.8 * PX, brow.max() + 1
    for end, level in ((1.0, 0.9), (0.9, share), (0.5, 0.08)):
        grey[int(top) : round(top + end * (bottom - top))] = level * SKIN
    assert lost(view(points, grey), "brow_upper_3") == covered


@pytest.mark.parametrize("colour", [0.4, 1.0, 1.5])
@pytest.mark.parametrize(("share", "covered"), [(0.35, False), (0.6, True)])
def test_a_brow_of_one_brightness_lies_under_a_plaster(
    points: FloatArray, share: float, covered: bool, colour: float
) -> None:
    """The plaster covers a share of the brow's box; elsewhere the brightness goes on changing."""
    brow = at(points, *BROW.heights)[:, 1]
    top, bottom = brow.min() - 0.8 * PX, brow.max() + 1
    grey = np.repeat(np.linspace(0.3, 1.5, COLUMNS)[None] * SKIN, ROWS, axis=0)
    grey[int(top) : round(top + share * (bottom - top))] = colour * SKIN
    assert (plainness(view(points, grey), BROW, "right", LIMITS) > LIMITS.plain_brow) == covered


def test_levels_of_a_plain_part_are_2_percent_of_its_brightness(points: FloatArray) -> None:
    """Two of them, where brightness rises evenly by half."""
    seen = view(points, np.zeros(SHAPE))
    box = seen.smooth[seen.once(_bounds, BROW, "right", LIMITS)]
    box[:] = np.linspace(0.75, 1.25, box.size).reshape(box.shape) * SKIN
    assert plainness(seen, BROW, "right", LIMITS) == pytest.approx(2 * 0.02 / 0.5, rel=0.15)


@pytest.mark.parametrize(("step", "share"), [(0.0012, 1.0), (0.0008, 0.8)])
def test_steps_below_a_thousandth_count_as_it(
    points: FloatArray, step: float, share: float
) -> None:
    seen = view(points, np.zeros(SHAPE))
    seen.grey[:] = step * np.arange(COLUMNS)
    assert evenness(seen, BROW, "right", LIMITS) == pytest.approx(share, rel=0.02)


@pytest.mark.parametrize(("chroma", "masked"), [(8, False), (12, True)])
def test_a_mask_differs_from_the_forehead_by_ten_in_colour(
    points: FloatArray, chroma: int, masked: bool
) -> None:
    lab = np.full((*SHAPE, 3), 128, np.uint8)
    lab[..., 0] = 100 + 50 * (np.arange(ROWS) // 12 % 2)[:, None]
    below = int((at(points, "nose_bridge_1")[0, 1] + at(points, "nose_tip")[0, 1]) / 2)
    lab[below:, :, 2] += chroma
    flat = view(points, np.zeros(SHAPE))
    assert lost(replace(flat, rgb=cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)), "commissure") == masked


def eye(points: FloatArray, share: float) -> Frontal:
    """A right iris that is darker than its flanks by a share of the skin's brightness."""
    grey = skin()
    x, y = at(points, "iris_centre")[0]
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    grey[np.hypot(columns - x, rows - y) < IRIS_PX] -= share * SKIN
    # The lower lid, for there to be something to see in the eye.
    grey[round(y + 6) : round(y + 9)] += 0.4 * SKIN
    return view(points, grey)


@pytest.mark.parametrize(
    ("blink", "share", "covered"), [(0.10, 0.04, True), (0.14, 0.04, False), (0.10, 0.065, False)]
)
def test_an_open_eye_has_to_show_an_iris(
    points: FloatArray, blink: float, share: float, covered: bool
) -> None:
    assert lost(eye(points, share), "outer_canthus", blink) == covered


@pytest.mark.parametrize(
    ("blink", "share", "closed"), [(0.41, 0.16, True), (0.33, 0.16, False), (0.41, 0.25, False)]
)
def test_a_closed_eye_blinks_and_shows_little_of_an_iris(
    points: FloatArray, blink: float, share: float, closed: bool
) -> None:
    seen = eye(points, share)
    assert lost(seen, "iris_centre", blink) == closed
    assert not lost(seen, "outer_canthus", blink)


@pytest.mark.parametrize(
    ("part", "ratio", "strands"),
    [(BROW, 1.0, False), (BROW, 1.45, True), (EYE, 1.6, False), (EYE, 2.5, True)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_strands_change_across_more_steeply_than_down(
    points: FloatArray, part: object, ratio: float, strands: bool
) -> None:
    across, down = (np.sin(2 * np.pi * np.arange(size) / 8) for size in (COLUMNS, ROWS))
    seen = view(points, 120 + 25 * (ratio * across + down[:, None]))
    one_way = replace(LIMITS, by_height=0.0)  # waves both ways are no brow either
    assert has_strands(seen, part, "right", one_way) == strands  # type: ignore[arg-type]


@pytest.mark.parametrize(("large", "mosaic"), [(8, True), (5, False)])
def test_in_a_mosaic_most_neighbours_are_nearly_equal(
    points: FloatArray, large: int, mosaic: bool
) -> None:
    """Three steps of 1 and two large ones by turns: their median is 0.26 and 0.38 of their mean."""
    line = np.cumsum(np.tile([1, -1, 1, large, -large, -1, 1, -1, -large, large], 40))
    assert (
        is_blotted_out(
            view(points, 100.0 + line[:COLUMNS] + line[:ROWS, None]), EYE, "right", SETTINGS
        )
        == mosaic
    )


@pytest.mark.parametrize(
    ("wave", "blur_mm", "blotted"),
    [
        # Waves of 14 and of 9 mm have detail finer than 1 mm of 0.19 and 0.32 of that up to 3 mm.
        (28, 1.0, True),
        (18, 1.0, False),
        # Where the rest is blurred as well, an eye is as any other part.
        (28, 1.45, False),
    ],
)
def test_an_eye_that_is_softer_than_the_rest_was_blurred(
    points: FloatArray, wave: float, blur_mm: float, blotted: bool
) -> None:
    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    grey = np.where((columns // 50 + rows // 50) % 2, 60.0, 180.0)
    grey = cv2.GaussianBlur(grey, (0, 0), 2 * blur_mm)
    level = int(at(points, "iris_centre")[0, 1])
    around = slice(level - 30, level + 30)
    grey[around] = 120 + 20 * np.sin(2 * np.pi * columns[around] / wave)
    assert is_blotted_out(view(points, grey), EYE, "right", SETTINGS) == blotted


@pytest.mark.parametrize(("share", "judged"), [(0.4, False), (0.65, True)])
def test_a_part_is_judged_if_half_of_it_lies_in_the_photo(
    points: FloatArray, share: float, judged: bool
) -> None:
    seen = view(points, skin())
    (_, top), (_, bottom) = at(points, "subnasale", "pogonion")
    seen.seen[int(top + share * (bottom - top)) :] = False
    assert np.isfinite(contrast(seen, MOUTH, "right", LIMITS)) == judged


@pytest.mark.parametrize(
    ("part", "above", "below"),
    [(BROW, 0.8, 0.0), (EYE, 0.4, 0.4), (NOSE, 0.0, 0.2)],
    ids=["brow", "eye", "nose"],
)
def test_the_box_around_a_part_has_room_above_and_below(
    points: FloatArray, part: object, above: float, below: float
) -> None:
    """A row of stripes counts within it, and not two rows farther off."""
    heights = at(points, *part.heights)[:, 1]  # type: ignore[attr-defined]
    top, bottom = int(heights.min()) - round(above * PX), int(heights.max()) + round(below * PX)
    for row, inside in ((top, True), (top - 2, False), (bottom, True), (bottom + 2, False)):
        grey = np.full(SHAPE, SKIN)
        grey[row, ::4] = 40
        assert (steepness(view(points, grey), part, "right", LIMITS) > 0.1) == inside, row  # type: ignore[arg-type]
