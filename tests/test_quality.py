"""Faults that spoil a photo: known answers for each measure, spoilt portraits, and good ones left alone."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from asymmetry import Extractor
from asymmetry.core.arrays import Pixels
from asymmetry.core.columns import QUALITY
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import HEIGHT, PX_PER_CM, WIDTH, Frontal
from asymmetry.extract.judge import quality
from asymmetry.extract.judge.limits import QualityLimits
from asymmetry.extract.judge.quality import FAULTS, faults, judge_quality
from tests.notes import codes

Spoil = Callable[[Pixels], Pixels]
PX_PER_MM = PX_PER_CM / 10
LIMITS = QualityLimits()


def view(
    picture: npt.ArrayLike, *, native: npt.ArrayLike = ((0,),), px_per_mm: float = 2.0
) -> Frontal:
    """A frontal picture made by hand from grey values, all of it seen."""
    grey = np.broadcast_to(np.asarray(picture), (HEIGHT, WIDTH))
    levels = np.rint(np.clip(grey, 0, 255)).astype(np.uint8)
    return Frontal(
        rgb=np.repeat(levels[..., None], 3, axis=2),
        seen=np.ones((HEIGHT, WIDTH), dtype=bool),
        points=np.full((MEDIAPIPE_478.size, 2), WIDTH / 2),
        native=np.asarray(native, dtype=np.uint8),
        px_per_mm=px_per_mm,
    )


def checks(**options: object) -> Frontal:
    """White and grey fields with grain, darker on the right, seen not quite sharply."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    fields = np.where((x // 50 + y // 50) % 2, 60.0, 260.0) * np.where(x < WIDTH / 2, 0.9, 1.0)
    grain = np.random.default_rng(5).normal(0, 2, fields.shape)
    return view(cv2.GaussianBlur(fields, (0, 0), 2.0) + grain, **options)  # type: ignore[arg-type]


# Known answers


def test_the_face_is_an_ellipse_without_hair_and_ears() -> None:
    """10.4 cm wide and 14.4 cm high."""
    face = view(137).face
    assert face.any(axis=0).sum() == pytest.approx(10.4 * PX_PER_CM, abs=2)
    assert face.any(axis=1).sum() == pytest.approx(14.4 * PX_PER_CM, abs=2)
    assert face.sum() == pytest.approx(np.pi * 5.2 * 7.2 * PX_PER_CM**2, rel=0.01)


def test_brightness_is_the_level_that_a_quarter_exceeds() -> None:
    assert quality.brightness(view(137)) == 137
    columns = np.where(np.arange(WIDTH) % 10 < 4, 200, 50)
    assert quality.brightness(view(columns)) == 200


def test_burnt_counts_what_is_white_in_all_colours() -> None:
    half = np.where(np.arange(HEIGHT) % 2 == 0, 255, 100)[:, None]
    assert quality.burnt(view(half), LIMITS) == pytest.approx(0.5, abs=0.01)
    yellow = view(half)
    yellow.rgb[..., 2] = 0
    assert quality.burnt(yellow, LIMITS) == 0


@pytest.mark.parametrize("brighter", ["right", "left"])
def test_side_light_is_a_quotient_of_light(brighter: str) -> None:
    rows = np.where(np.arange(HEIGHT) % 8 < 4, 1.0, 1.2)[:, None]
    right, left = (80, 120) if brighter == "left" else (120, 80)
    halves = np.where(np.arange(WIDTH) < WIDTH / 2, right, left) * rows
    assert quality.side_light(view(halves), LIMITS) == pytest.approx(1.5**2.2, rel=0.02)


def test_a_half_without_any_shading_is_not_judged() -> None:
    assert np.isnan(
        quality.side_light(view(np.where(np.arange(WIDTH) < WIDTH / 2, 80, 200)), LIMITS)
    )


@pytest.mark.parametrize("mm", [0.5, 1.0, 1.5, 2.0])
def test_blur_is_read_in_mm(mm: float) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    fields = np.where((x // 50 + y // 50) % 2, 60.0, 180.0)
    assert quality.blur(
        view(cv2.GaussianBlur(fields, (0, 0), mm * PX_PER_MM)), LIMITS
    ) == pytest.approx(mm, abs=0.15)


def test_blur_in_one_direction_counts() -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    fields = np.where((x // 50 + y // 50) % 2, 60.0, 180.0)
    for axis in ("x", "y"):
        sigma = {"sigmaX": 4.0, "sigmaY": 0.1} if axis == "x" else {"sigmaX": 0.1, "sigmaY": 4.0}
        assert quality.blur(view(cv2.GaussianBlur(fields, (0, 0), **sigma)), LIMITS) > 1.5


def test_the_sharper_half_of_a_face_tells_its_blur() -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    fields = np.where((x // 50 + y // 50) % 2, 60.0, 180.0)
    sharp, soft = (cv2.GaussianBlur(fields, (0, 0), mm * PX_PER_MM) for mm in (1.0, 2.0))
    assert quality.blur(view(np.where(x < WIDTH / 2, sharp, soft)), LIMITS) == pytest.approx(
        1.06, abs=0.1
    )


def test_grain_makes_a_blurred_photo_look_sharper_by_a_fifth() -> None:
    """Blurred by 2 mm it reads 1.64 under grain of four grey levels; a little of all steps shows in it."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    fields = np.where((x // 50 + y // 50) % 2, 60.0, 180.0)
    grain = np.random.default_rng(1).normal(0, 4, fields.shape)
    found = quality.blur(view(cv2.GaussianBlur(fields, (0, 0), 2.0 * PX_PER_MM) + grain), LIMITS)
    assert found == pytest.approx(1.636, abs=0.07)


def test_an_even_picture_has_no_edges_to_be_blurred() -> None:
    assert np.isnan(quality.blur(view(128), LIMITS))
    assert faults(judge_quality(view(128), LIMITS), LIMITS) == ()


@pytest.mark.parametrize(
    ("steep", "along", "counts"),
    [
        (10.0, 10 / 2.5, True),
        (10.0, 10 / 1.7, False),  # too oblique
        (0.3, 0.0, True),
        (0.2, 0.0, False),  # too faint
    ],
)
def test_an_edge_is_steep_and_runs_along_an_axis(steep: float, along: float, counts: bool) -> None:
    """A blur of 2 px is √5 after one of 1 px, and 3 after one of 2 px: the slope falls by √(9 / 5)."""
    levels = (steep, steep / np.sqrt(9 / 5), along)
    width = quality._edge_width(*(np.full(100, level, np.float32) for level in levels), LIMITS)
    assert width == pytest.approx(2.0 if counts else np.nan, abs=1e-5, nan_ok=True)


def test_grain_is_a_share_of_the_brightness() -> None:
    noise = np.random.default_rng(1).normal(0, 10, (HEIGHT, WIDTH))
    bright, dim = (quality.grain(view(level + noise)) for level in (160, 80))
    assert bright == pytest.approx(10 / 160 * 100, rel=0.1)
    assert dim == pytest.approx(2 * bright, rel=0.1)


def test_blocks_are_found_in_any_phase() -> None:
    rng = np.random.default_rng(2)
    small = rng.uniform(80, 160, (12, 12))
    grey = np.kron(small, np.ones((8, 8))) + rng.normal(0, 3, (96, 96))
    smooth = cv2.GaussianBlur(grey, (0, 0), 6) + rng.normal(0, 3, (96, 96))
    assert quality.blocks(view(0, native=grey), LIMITS) > 4
    assert quality.blocks(view(0, native=grey[3:, 5:]), LIMITS) > 4
    assert quality.blocks(view(0, native=smooth), LIMITS) < 1.5
    assert np.isnan(quality.blocks(view(0, native=grey[:20]), LIMITS))


def test_steps_between_blocks_are_a_multiple_of_those_within() -> None:
    """Five grey levels at each eighth px, where JPEG's blocks end, and one elsewhere."""
    steps = np.where(np.arange(1, 96) % 8, 1, 5) * np.where(np.arange(1, 96) % 2, 1, -1)
    line = np.cumsum(np.r_[100, steps])
    assert quality.blocks(view(0, native=line + line[:, None]), LIMITS) == pytest.approx(5.0)


def test_steps_below_a_twentieth_of_a_grey_level_count_as_that() -> None:
    """Blocks on the diagonal are one level brighter: a fifth of each line between blocks is a step."""
    grey = 100 + np.kron(np.eye(10), np.ones((8, 8)))
    assert quality.blocks(view(0, native=grey), LIMITS) == pytest.approx(0.2 / 0.05)


def test_what_is_not_seen_is_not_judged() -> None:
    blind = view(0)
    blind.seen[:] = False
    assert faults(judge_quality(blind, LIMITS), LIMITS) == ()


def test_every_quality_has_its_fault() -> None:
    """One list, `QUALITY`: what is measured under a name is judged by the limit of that name."""
    assert list(FAULTS) == list(QUALITY)
    seen = checks(native=np.random.default_rng(4).uniform(0, 255, (96, 96)), px_per_mm=3.5)
    measures = {
        "px_per_mm": 3.5,
        "brightness": quality.brightness(seen),
        "burnt": quality.burnt(seen, LIMITS),
        "side_light": quality.side_light(seen, LIMITS),
        "blur_mm": quality.blur(seen, LIMITS),
        "grain": quality.grain(seen),
        "blocks": quality.blocks(seen, LIMITS),
    }
    assert len(set(measures.values())) == len(QUALITY)
    np.testing.assert_array_equal(judge_quality(seen, LIMITS), [measures[name] for name in QUALITY])
    good = dict(zip(QUALITY, (3.0, 150.0, 0.0, 1.1, 0.5, 2.0, 1.2), strict=True))
    bad = dict(zip(QUALITY, (0.3, 20.0, 0.5, 3.0, 2.5, 15.0, 4.0), strict=True))
    assert faults(np.array([good[name] for name in QUALITY]), LIMITS) == ()
    for name in QUALITY:
        spoilt = good | {name: bad[name]}
        (note,) = faults(np.array([spoilt[each] for each in QUALITY]), LIMITS)
        assert note == Note(FAULTS[name].code, value=bad[name])


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("px_per_mm", 0.5, 0.4),
        ("brightness", 33.0, 27.0),
        ("burnt", 0.27, 0.33),
        ("side_light", 1.5, 1.8),
        ("blur_mm", 1.35, 1.65),
        ("grain", 7.0, 9.0),
        ("blocks", 2.2, 2.8),
    ],
)
def test_a_fault_begins_at_its_limit(name: str, good: float, bad: float) -> None:
    """Between photos that read well and those whose brows are 0.3 mm off."""
    limit = getattr(LIMITS, name)
    assert not FAULTS[name].spoils(good, limit)
    assert FAULTS[name].spoils(bad, limit)


def test_light_is_compared_from_1_to_4_5_cm_on_either_side() -> None:
    """The left half has twice the grey value there; nearer and farther out it is black."""
    rows = np.where(np.arange(HEIGHT) % 8 < 4, 1.0, 1.2)[:, None]
    out = (np.arange(WIDTH) + 0.5 - WIDTH / 2) / PX_PER_CM
    ends = (np.abs(out) > 1.0) & (np.abs(out) < 1.4) | (np.abs(out) > 3.0) & (np.abs(out) < 4.5)
    left = np.where(ends, 160, np.where((out < 1.0) | (out > 4.5), 0, 80))
    picture = view(np.where(out < 0, 80, left) * rows)
    bright = picture.face & (out > 0) & ends
    middle = picture.face & (out >= 1.4) & (out <= 3.0)
    share = bright.sum() / (bright.sum() + middle.sum())
    assert quality.side_light(picture, LIMITS) == pytest.approx(
        share * 2**2.2 + 1 - share, rel=0.02
    )


@pytest.mark.parametrize(("step", "judged"), [(3, False), (5, True)])
def test_a_half_is_shaded_from_two_grey_levels_on(step: int, judged: bool) -> None:
    """Rows that differ by a step have half of it as standard deviation."""
    rows = 100 + step * (np.arange(HEIGHT) % 2)[:, None]
    assert np.isfinite(quality.side_light(view(rows), LIMITS)) == judged


@pytest.mark.parametrize(("level", "white"), [(240, False), (252, True)])
def test_white_is_what_has_hardly_any_level_above_it(level: int, white: bool) -> None:
    assert quality.burnt(view(level), LIMITS) == white


def test_every_fault_says_what_to_do() -> None:
    assert len({fault.code for fault in FAULTS.values()}) == len(FAULTS)
    for fault in FAULTS.values():
        problem, _, advice = str(Note(fault.code, value=1.0)).partition(": ")
        assert problem
        assert advice


# Portraits


@pytest.fixture(scope="module")
def portrait(portrait_path: Path) -> Pixels:
    return np.asarray(Image.open(portrait_path).convert("RGB"))


def scaled(factor: float) -> Spoil:
    return lambda photo: np.clip(photo * factor, 0, 255).astype(np.uint8)


def compressed(photo: Pixels) -> Pixels:
    with BytesIO() as buffer:
        Image.fromarray(photo).save(buffer, "JPEG", quality=5)
        return np.asarray(Image.open(buffer))


def lit_from_the_left(photo: Pixels) -> Pixels:
    return np.clip(photo * 2 ** np.linspace(-3, 1, photo.shape[1])[:, None], 0, 255).astype(
        np.uint8
    )


def noisy(photo: Pixels) -> Pixels:
    noise = np.random.default_rng(3).normal(0, 45, photo.shape)
    return np.clip(photo + noise, 0, 255).astype(np.uint8)


SPOILT: dict[str, tuple[Spoil, str]] = {
    "shrunk to a quarter": (
        lambda p: cv2.resize(p, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA),
        "small_face",
    ),
    "in the dark": (scaled(0.08), "dark"),
    "overexposed": (scaled(2.5), "overexposed"),
    "lit from one side": (lit_from_the_left, "side_light"),
    "out of focus": (lambda p: cv2.GaussianBlur(p, (0, 0), 2.6), "blurred"),
    "noisy": (noisy, "grainy"),
    "compressed": (compressed, "compressed"),
}


def test_the_wheels_portraits_are_good(
    extractor: Extractor, portrait: Pixels, astronaut: Pixels
) -> None:
    """But for the glasses in one of them."""
    worn, good = extractor.extract([portrait, astronaut]).notes
    assert codes(worn)[0] == "glasses"
    assert good == ()


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_photo_is_measured_but_noted(
    extractor: Extractor, portrait: Pixels, name: str
) -> None:
    spoil, code = SPOILT[name]
    rows = extractor.extract([spoil(portrait)])
    assert rows.status.tolist() == ["warn"]
    assert code in codes(rows.notes[0])
    # The left one lies behind a reflection, in which JPEG's blocks leave no iris to be seen.
    right, left = MEDIAPIPE_478.pairs["outer_canthus"]
    assert np.isfinite(rows.points[0, [right] if name == "compressed" else [right, left], 0]).all()


def test_little_of_it_is_not_noted(extractor: Extractor, portrait: Pixels) -> None:
    mild = [
        cv2.resize(portrait, None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA),
        scaled(0.5)(portrait),
        cv2.GaussianBlur(portrait, (0, 0), 0.8),
    ]
    faulty = {code for _, code in SPOILT.values()}
    assert not [notes for notes in extractor.extract(mild).notes if faulty & set(codes(notes))]


def test_the_size_of_the_photo_changes_no_measure(extractor: Extractor, portrait: Pixels) -> None:
    """A limit means the same in every photo: enlarged four times, the same face is as sharp and as grainy."""
    large = cv2.resize(portrait, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    dim = [scaled(0.08)(photo) for photo in (portrait, large)]
    first, second = extractor.extract(dim).notes
    assert str(first[0]) == str(second[0])


def test_awkward_photos_are_noted_by_what_is_wrong(extractor: Extractor, ugly: Path) -> None:
    wrong = {
        "dark_6pct.jpg": "dark",
        "overexposed.jpg": "overexposed",
        "side_light.jpg": "side_light",
        "blur_03.jpg": "blurred",
        "blur_08.jpg": "blurred",
        "motion_blur_41.jpg": "blurred",
        "noise_45.jpg": "grainy",
        "jpeg_q5.jpg": "compressed",
        "tiny_48.png": "small_face",
        "tiny_72.png": "small_face",
        "tiny_120.png": "small_face",
    }
    rows = extractor.extract([ugly / name for name in wrong])
    for name, status, notes in zip(wrong, rows.status, rows.notes, strict=True):
        assert status == "warn", name
        assert wrong[name] in codes(notes), name
    lost = extractor.extract([ugly / "dark_2pct.jpg", ugly / "blur_16.jpg"])
    assert not lost.usable.any()


def test_a_photo_without_colour_is_noted_and_less_sure(astronaut: Pixels) -> None:
    grey = np.repeat(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    with Extractor() as reader:
        rows = reader.extract([astronaut, np.asarray(grey, np.uint8)])
    assert ["no_colour" in codes(notes) for notes in rows.notes] == [False, True]
    mouth = MEDIAPIPE_478.right(MEDIAPIPE_478.groups["mouth"])
    assert np.median(rows.spread[1, mouth]) > np.median(rows.spread[0, mouth])


def test_colour_is_its_variation() -> None:
    assert quality.colour(view(128)) == 0
    tinted = view(128)
    tinted.rgb[..., 0] += 40
    assert quality.colour(tinted) == 0
    tinted.rgb[::2, :, 0] += 40
    assert quality.colour(tinted) == pytest.approx(100 * 20 / 140, rel=0.02)
