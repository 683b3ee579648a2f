"""Glasses: known answers for the edges that tell them, painted pairs, a real one, and faces without."""

from __future__ import annotations

import functools
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.extract.face.frontal import HEIGHT, PX_PER_CM, WIDTH, Frontal
from asymmetry.extract.judge import glasses
from asymmetry.extract.judge.limits import GlassesLimits
from asymmetry.extract.judge.spread import behind_glasses
from asymmetry.extract.model.canonical import load_canonical
from asymmetry.extract.model.file import model_file

Points = npt.NDArray[np.floating]
SKIN = 160
LIMITS = GlassesLimits()
BLACK, TORTOISE, GOLD = (20, 20, 22), (80, 50, 30), (150, 115, 60)
#: Slope of a step at its edge, per mm: the step's height over what the blurs of 1.5 and 4.2 px make of it.
STEP = (1 / 1.5 - 1 / 4.2) / np.sqrt(2 * np.pi) * PX_PER_CM / 10
#: The part of it that is seen over two pixels.
OVER_TWO_PX = 0.87
#: Grey levels of a step for each unit of its slope, in shares of the skin's brightness per mm.
PER_SLOPE = SKIN / (OVER_TWO_PX * STEP)


@functools.cache
def canonical_points() -> Points:
    """The canonical face's points in the picture."""
    points = np.zeros((MEDIAPIPE_478.size, 2))
    vertices = load_canonical(model_file(None)).vertices[:, :2]
    points[: len(vertices)] = vertices * (PX_PER_CM, -PX_PER_CM) + (WIDTH / 2, HEIGHT / 2)
    return points


def view(grey: npt.ArrayLike) -> Frontal:
    """A frontal picture made by hand from grey values, with the canonical face's points."""
    levels = np.broadcast_to(np.asarray(grey, dtype=np.uint8), (HEIGHT, WIDTH))
    return Frontal(
        rgb=np.repeat(levels[..., None], 3, axis=2),
        seen=np.ones((HEIGHT, WIDTH), dtype=bool),
        points=canonical_points(),
        native=np.zeros((1, 1), dtype=np.uint8),
        px_per_mm=2.0,
    )


def drawn_on_skin(*parts: str, level: int = 40) -> Frontal:
    """Even skin with a bridge, rims under the eyes or a crease on one side only."""
    blank = view(SKIN)
    eyes = int(blank.place("inner_canthus", "right")[1])
    grey = np.full((HEIGHT, WIDTH), SKIN, dtype=np.uint8)
    middle = WIDTH // 2
    if "bridge" in parts:
        grey[eyes - 6 : eyes, middle - 20 : middle + 20] = level
    if "rims" in parts:
        grey[eyes + 36 : eyes + 42] = level
    if "right rim" in parts:
        grey[eyes + 36 : eyes + 42, :middle] = level
    return view(grey)


def bridge(seen: Frontal) -> float:
    return glasses.bridge(seen, LIMITS)


def rims(seen: Frontal) -> dict[str, float]:
    return glasses.rims(seen, LIMITS)


def wears_glasses(seen: Frontal) -> bool:
    return glasses.wears_glasses(seen, LIMITS)


# Known answers


def test_even_skin_has_no_edges() -> None:
    assert bridge(view(SKIN)) == pytest.approx(0, abs=1e-6)
    assert all(value == pytest.approx(0, abs=1e-6) for value in rims(view(SKIN)).values())


def test_a_step_is_read_as_steep_as_it_is() -> None:
    eyes = int(view(SKIN).place("inner_canthus", "right")[1])
    grey = np.where(np.arange(HEIGHT) < eyes, SKIN, SKIN // 2)[:, None]
    step = view(grey)
    height = SKIN / 2 / step.skin
    assert bridge(step) == pytest.approx(STEP * height, rel=0.15)
    assert rims(step)["under_eye"] < LIMITS.under_eye.least


def test_a_slant_is_followed_and_a_gap_is_not() -> None:
    eyes = int(view(SKIN).place("inner_canthus", "right")[1])
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    slanted = np.where(rows < eyes + (columns - WIDTH // 2) // 2, SKIN, SKIN // 2)
    straight = np.where(rows < eyes, SKIN, SKIN // 2)
    one_sided = np.where(columns < WIDTH // 2, straight, SKIN)
    assert bridge(view(slanted)) > 0.8 * bridge(view(straight))
    assert bridge(view(one_sided)) < 0.6 * bridge(view(straight))


def test_glasses_have_a_bridge_and_rims() -> None:
    assert wears_glasses(drawn_on_skin("bridge", "rims"))
    assert wears_glasses(drawn_on_skin("bridge", "rims", level=230))
    assert not wears_glasses(drawn_on_skin("bridge"))
    assert not wears_glasses(drawn_on_skin("rims"))
    assert not wears_glasses(drawn_on_skin("bridge", "right rim"))
    assert bridge(drawn_on_skin("bridge", level=150)) < LIMITS.bridge.least


def edge(at: int, span: tuple[int, int], *, down: bool = False, height: float = 60.0) -> Frontal:
    """Skin that darkens at a step: so many px under the eyes or, of an edge down the face, from the midline.

    The step is seen along ``span``: px from the midline, or under the eyes. It fades so slowly that there is
    no other edge.
    """
    blank = view(SKIN)
    level = round(float(np.mean([blank.place("inner_canthus", side)[1] for side in SIDES])))
    rows = np.arange(HEIGHT)[:, None] - level
    out = np.abs(np.arange(WIDTH) - (WIDTH - 1) / 2).astype(int)[None]
    across, along = (out, rows) if down else (rows, out)
    fading = np.clip(1 - (across - at) / 60, 0, 1) * (across >= at)
    shown = (along >= span[0]) & (along < span[1])
    return replace(view(np.rint(SKIN - height * fading * shown)), points=blank.points)


def clearness(seen: Frontal, name: str) -> float:
    """The mean slope along the clearest edge of a region, as a share of that of the step's own."""
    regions = {"bridge": LIMITS.bridge, "forehead": LIMITS.forehead, **LIMITS.rims}
    if name in LIMITS.rims:
        found = glasses.rims(seen, LIMITS)[name]
    else:
        found = glasses.bridge(seen, replace(LIMITS, bridge=regions[name]))
    return found / (OVER_TWO_PX * STEP * 60 / seen.skin)


#: Where each edge is looked for, px: from, to, and along which span.
PLACES = {
    "bridge": ((-34, 24), (0, 14), False),
    "forehead": ((-104, -72), (0, 14), False),
    "under_eye": ((18, 64), (30, 100), False),
    "beside_nose": ((10, 40), (-4, 24), True),
    "beside_bridge": ((10, 34), (-18, 6), True),
}


@pytest.mark.parametrize("name", PLACES)
def test_an_edge_is_looked_for_in_its_place(name: str) -> None:
    (first, last), span, down = PLACES[name]
    for at, inside in ((first, True), (first - 2, False), (last, True), (last + 2, False)):
        found = clearness(edge(at, span, down=down), name)
        assert (found > 0.8, found < 0.5) == (inside, not inside), (at, found)


@pytest.mark.parametrize("name", PLACES)
def test_an_edge_counts_by_how_much_of_the_span_it_covers(name: str) -> None:
    (first, last), (start, end), down = PLACES[name]
    middle = (start + end) // 2
    for span, share in (((start, middle), 0.5), ((middle, end), 0.5), ((start, end), 1.0)):
        found = clearness(edge((first + last) // 2, span, down=down), name)
        assert found == pytest.approx(share, abs=0.06), span


@pytest.mark.parametrize("name", PLACES)
def test_an_edge_counts_from_the_first_px_of_the_span_to_the_last(name: str) -> None:
    (first, last), (start, end), down = PLACES[name]
    spans = (start - 12, start), (start, start + 4), (end - 4, end), (end, end + 12)
    for span, counted in zip(spans, (0, 4, 4, 0), strict=True):
        found = clearness(edge((first + last) // 2, span, down=down), name) * (end - start)
        assert found == pytest.approx(counted, abs=1.3), span


@pytest.mark.parametrize(
    ("name", "at", "least"),
    [("under_eye", 40, 0.055), ("beside_nose", 28, 0.08), ("beside_bridge", 20, 0.10)],
)
def test_glasses_are_a_clear_bridge_and_one_clear_rim(name: str, at: int, least: float) -> None:
    _, span, down = PLACES[name]
    for bridge_least, rim_least, worn in (
        (1.15, 1.15, True),
        (0.8, 1.15, False),
        (1.15, 0.8, False),
    ):
        across = edge(-10, (0, 14), height=0.08 * bridge_least * PER_SLOPE).grey
        rim = edge(at, span, down=down, height=least * rim_least * PER_SLOPE).grey
        assert wears_glasses(view(across + rim - SKIN)) == worn, (bridge_least, rim_least)


@pytest.mark.parametrize(("ratio", "worn"), [(0.62, True), (0.42, False)])
def test_a_bridge_is_half_as_clear_as_lines_across_the_forehead(ratio: float, worn: bool) -> None:
    across = edge(-10, (0, 14), height=0.1 * PER_SLOPE).grey
    lines = edge(-90, (0, 14), height=0.1 / ratio * PER_SLOPE).grey
    rim = edge(40, (30, 100), height=0.1 * PER_SLOPE).grey
    assert wears_glasses(view(across + lines + rim - 2 * SKIN)) == worn


def test_where_lines_are_everywhere_they_mean_nothing() -> None:
    lines = np.where(np.arange(HEIGHT) % 14 < 7, SKIN, SKIN - 60)[:, None]
    engraving = view(lines)
    assert bridge(engraving) > LIMITS.bridge.least
    eyes = int(engraving.place("inner_canthus", "right")[1])
    forehead = np.where(
        np.arange(HEIGHT) < eyes - 66, np.where(np.arange(HEIGHT) % 14 < 7, 255, 0), SKIN
    )
    crossed = drawn_on_skin("bridge", "rims", level=110).grey
    plain = view(crossed)
    lined = view(np.where(np.arange(HEIGHT)[:, None] < eyes - 66, forehead[:, None], crossed))
    assert wears_glasses(plain)
    assert not wears_glasses(lined)


def test_a_mirrored_picture_reads_the_same_to_the_bit() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH))
    flat = view(noise)
    # No point lies between two px, where it would belong to either.
    noisy = replace(flat, points=flat.points + np.array([0.3, 0]))
    flipped = noisy.points[MEDIAPIPE_478.mirror] * (-1, 1) + (WIDTH, 0)
    twin = replace(view(noise[:, ::-1]), points=flipped)
    assert twin.skin == noisy.skin
    assert bridge(twin) == bridge(noisy)
    assert rims(twin) == rims(noisy)


def test_a_face_at_the_pictures_edge_is_judged_by_what_is_there() -> None:
    low = drawn_on_skin("bridge", "rims")
    assert not wears_glasses(replace(low, points=low.points + np.array([0, 3 * HEIGHT])))
    assert not wears_glasses(replace(low, points=low.points - np.array([0, 3 * HEIGHT])))


def test_brows_and_lids_are_less_sure_behind_glasses() -> None:
    spread = np.full(MEDIAPIPE_478.size, 0.5)
    wider = behind_glasses(spread, px_per_cm=20)
    for name, px in (("brow_upper_3", 2.8), ("upper_lid_4", 0.6)):
        for number in MEDIAPIPE_478.pairs[name]:
            assert wider[number] == pytest.approx(np.hypot(0.5, px))
    assert wider[list(MEDIAPIPE_478.pairs["commissure"])].tolist() == [0.5, 0.5]
    assert (spread == 0.5).all()


# Photos


@pytest.fixture(scope="module")
def hopper(portrait_path: Path) -> Pixels:
    return np.asarray(Image.open(portrait_path).convert("RGB"))


def large(photo: Pixels) -> Pixels:
    return np.asarray(cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def glasses_on(
    photo: Pixels,
    points: Points,
    colour: tuple[int, int, int],
    *,
    thick_mm: float = 3.0,
    up_mm: float = 0.0,
    half_rim: bool = False,
) -> Pixels:
    """A photo with clear glasses painted on: rims, bridge and arms, along the face's roll, soft-edged."""
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"])]
    px = float(np.hypot(*(left - right))) / 89
    out = (left - right) / np.hypot(*(left - right))
    down = np.array([-out[1], out[0]])
    middle = (points[list(MEDIAPIPE_478.pairs["inner_canthus"])]).mean(axis=0) - down * up_mm * px
    ink = np.zeros(photo.shape[:2], dtype=np.uint8)

    def line(across: npt.ArrayLike, below: npt.ArrayLike) -> None:
        at = middle + (np.multiply.outer(across, out) + np.multiply.outer(below, down)) * px
        pen = max(1, round(thick_mm * px))
        cv2.polylines(ink, [np.rint(at * 16).astype(np.int32)], False, 255, pen, cv2.LINE_AA, 4)

    turn = np.linspace(0 if not half_rim else np.pi, 2 * np.pi, 90)
    for side in (-1, 1):
        line(side * (33 + 24 * np.cos(turn)), 3 + 19 * np.sin(turn))
        line(side * np.array([56.0, 70.0]), np.array([-3.0, -3.0]))
    across = np.linspace(-9, 9, 20)
    line(across, -4 + (across / 9) ** 2)
    alpha = cv2.GaussianBlur(ink.astype(np.float32) / 255, (0, 0), 0.2 * px)[..., None]
    return np.rint(photo * (1 - alpha) + np.array(colour) * alpha).astype(np.uint8)


def flagged(rows: Landmarks) -> list[bool]:
    return [Note("glasses") in notes for notes in rows.notes]


def test_a_real_pair_is_said_and_lids_are_read_through_it(
    extractor: Extractor, hopper: Pixels
) -> None:
    """Her lids, read from the mesh alone, were 5.3 and 4.4 mm apart, of about 8."""
    rows = extractor.extract([hopper, np.fliplr(hopper).copy()])
    assert flagged(rows) == [True, True]
    assert rows.status.tolist() == ["warn", "warn"]
    table = measure(rows)
    np.testing.assert_allclose(
        [table[f"fissure_height_{side}_mm"] for side in SIDES], 8.0, atol=1.0
    )
    assert np.isfinite([table["brow_height_diff_mm"], table["commissure_height_diff_mm"]]).all()


def test_plain_says_it_too_but_leaves_nothing_out(hopper: Pixels) -> None:
    with Extractor(method="plain") as plain:
        rows = plain.extract([hopper])
    assert flagged(rows) == [True]
    assert np.isfinite(rows.points).all()


@pytest.mark.parametrize(
    ("colour", "thick_mm"), [(BLACK, 4.0), (BLACK, 1.5), (TORTOISE, 3.5), (GOLD, 1.5)]
)
def test_painted_pairs_are_found_and_obey_the_mirror_law(
    extractor: Extractor, astronaut: Pixels, colour: tuple[int, int, int], thick_mm: float
) -> None:
    photo = large(astronaut)
    points = extractor.extract([photo]).points[0, :, :2]
    worn = glasses_on(photo, points, colour, thick_mm=thick_mm)
    rows = extractor.extract([worn, np.fliplr(worn).copy()])
    assert flagged(rows) == [True, True]
    there, back = (np.isnan(rows.points[i, :, 0]) for i in (0, 1))
    np.testing.assert_array_equal(back[MEDIAPIPE_478.mirror], there)


@pytest.mark.parametrize("up_mm", [-6.0, 0.0, 5.0])
def test_people_are_flagged_with_glasses_and_not_without(
    extractor: Extractor, shared_faces: Path, up_mm: float
) -> None:
    photos = [
        np.asarray(Image.open(path).convert("RGB"))
        for path in sorted((shared_faces / "london").glob("*_neutral.jpg"))[::3]
    ]
    bare = extractor.extract(photos)
    worn = [
        glasses_on(photo, points[:, :2], BLACK, up_mm=up_mm, half_rim=half_rim)
        for photo, points in zip(photos, bare.points, strict=True)
        for half_rim in (False, True)
    ]
    assert not any(flagged(bare))
    assert np.mean(flagged(extractor.extract(worn))) >= 0.8


def test_glasses_make_brows_less_sure(extractor: Extractor, astronaut: Pixels) -> None:
    photo = large(astronaut)
    bare = extractor.extract([photo])
    rows = extractor.extract([glasses_on(photo, bare.points[0, :, :2], BLACK)])
    brows = MEDIAPIPE_478.right(MEDIAPIPE_478.groups["brow"])
    assert (rows.spread[0, brows] > 3 * bare.spread[0, brows]).all()


def test_of_the_awkward_photos_those_with_glasses_are_flagged(
    extractor: Extractor, ugly: Path
) -> None:
    worn = ["drawn_glasses.jpg", "drawn_sunglasses.jpg"]
    bare = [
        "00_reference.jpg",
        "drawn_mask.jpg",
        "hair_over_brow.jpg",
        "half_hidden.jpg",
        "tight_crop.jpg",
    ]
    rows = extractor.extract([ugly / name for name in worn + bare])
    assert flagged(rows) == [True] * len(worn) + [False] * len(bare)
    assert np.isfinite(rows.points[0]).all()
