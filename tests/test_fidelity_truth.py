"""The benchmark's own truth: hands' points, changed eyes, heights beside moves, and the tables of them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from benchmarks.fidelity import beside, eyes, hand, parts, photos, real, renders, scores, tables
from benchmarks.fidelity.cases import Case, Subject, displaced
from tests.faces import PX_PER_MM, changeable, number
from tests.faces import photo as face_photo


def template_of(read: Landmarks) -> np.ndarray:
    """A template whose points lie on a reading's own contours and points."""
    points, layout = read.points[0, :, :2], read.layout
    placed = np.full((189, 2), np.nan)
    for side in (0, 1):
        for group, numbers in hand.CONTOURS.items():
            ends = ("outer_canthus", "inner_canthus") if "lid" in group else ()
            ends = (
                ("commissure", "upper_lip" if "upper" in group else "lower_lip")
                if "lip" in group
                else ends
            )
            named = [
                layout.named[name][side] for name in (*ends[:1], *layout.groups[group], *ends[1:])
            ]
            line = points[named]
            at = np.linspace(0, len(line) - 1, len(numbers[side]))
            for axis in (0, 1):
                placed[list(numbers[side]), axis] = np.interp(
                    at, np.arange(len(line)), line[:, axis]
                )
        for name, numbers in hand._POINTS.items():
            placed[list(numbers[side])] = points[layout.pairs[name][side]]
    return placed


def written(placed: np.ndarray, path: Path) -> Path:
    lines = [str(len(placed)), *(f"{x} {y}" for x, y in placed)]
    path.with_suffix(".tem").write_text("\n".join(lines))
    return path


def test_people_tune_or_report_and_never_both(shared_faces: Path) -> None:
    for folder, reporting in (("more", 20), ("portraits", 8)):
        find = getattr(photos, folder)
        tuning, kept = find(tuning=True), find(tuning=False)
        found = sorted(shared_faces.resolve().glob(f"{folder}/*.jpg"))
        assert [path.resolve() for path in kept] == found[2::3]
        assert len(kept) == reporting
        assert sorted([*tuning, *kept]) == sorted(photos.SHARED.glob(f"{folder}/*.jpg"))
        assert all(photos.is_tuning(path) for path in tuning)
    with pytest.raises(ValueError, match="none of the folders"):
        photos.is_tuning(shared_faces / "lisa" / "lisa1.jpg")
    assert len(photos.further()) == 10
    assert not any(photos.is_tuning(path) for path in photos.further())


def test_a_smooth_contour_goes_through_its_points_and_keeps_a_line_straight() -> None:
    points = np.array([[0.0, 0], [1, 1], [2, 0], [3, 4]])
    curve = hand.smooth_contour(points)
    assert np.allclose(curve[::32], points)
    straight = hand.smooth_contour(np.array([[0.0, 5], [3, 8], [6, 11]]))
    assert np.allclose(straight[:, 1] - straight[:, 0], 5)


@pytest.mark.parametrize("roll", [0.0, 12.0])
def test_lids_run_through_the_finer_hands_margins_and_canthi_stay(roll: float) -> None:
    read = face_photo(roll=roll)
    across = np.diff(read.points[0, list(read.layout.pairs["outer_canthus"]), :2], axis=0)[0]
    up = np.array([across[1], -across[0]]) / np.hypot(*across)
    lids = number("upper_lid_4", "right"), number("lower_lid_4", "left")
    margins = [read.points[0, lids[0], :2] - 4 * up, read.points[0, lids[1], :2] + 3 * up]
    table = {
        ("a.jpg", "right", "upper_lid"): margins[0],
        ("a.jpg", "left", "lower_lid"): margins[1],
    }
    placed = hand.lids_through_table(read, ["a.jpg"], table)
    assert np.allclose((placed.points[0, list(lids), :2] - margins) @ up, 0.0, atol=0.1)
    shift = (placed.points - read.points)[0, :, :2] @ up
    right, left = (
        [number(f"{lid}_{i}", side) for i in (1, 2, 3, 4, 5, 6, 7)]
        for lid, side in (("upper_lid", "right"), ("lower_lid", "left"))
    )
    assert (shift[right] <= 0).all()
    assert (shift[left] >= 0).all()
    assert np.abs(shift[right]).max() < 1.1 * 4  # px: most where the lid is highest
    assert np.abs(shift[left]).max() < 1.1 * 3
    rest = np.setdiff1d(np.arange(len(shift)), [*right, *left])
    assert np.allclose(placed.points[0, rest], read.points[0, rest], atol=1e-3, equal_nan=True)
    kept = hand.lids_through_table(read, ["b.jpg"], table)
    assert np.array_equal(kept.points, read.points, equal_nan=True)


@pytest.mark.parametrize("roll", [0.0, 12.0])
def test_a_template_is_measured_at_the_readings_own_stations(tmp_path: Path, roll: float) -> None:
    read = face_photo(roll=roll)
    placed = template_of(read)
    up = read.points[0, number("nasion", None), :2] - read.points[0, number("menton", None), :2]
    shift = 3.0 * PX_PER_MM * up / np.hypot(*up)  # 3 mm
    raised = placed.copy()
    raised[[71, 72, 73, 74, 75, 83, 84, 76]] += shift
    raised[[87]] -= shift
    paths = [written(placed, tmp_path / "a.jpg"), written(raised, tmp_path / "b.jpg")]
    table = measure(hand.template_landmarks(paths, Landmarks.concat([read, read])), sd=False)
    start = measure(read, sd=False)
    for metric in ("mrd1", "commissure_height", "upper_lip_height", "ala_height", "canthal_tilt"):
        unit = "deg" if metric == "canthal_tilt" else "mm"
        assert table[f"{metric}_right_{unit}"][0] == pytest.approx(
            start[f"{metric}_right_{unit}"][0], abs=0.3
        )
    change = {
        name: np.diff(table[f"{name}_diff_mm"])[0] for name in ("brow_height", "commissure_height")
    }
    assert change["brow_height"] == pytest.approx(3.0, abs=0.05)
    assert change["commissure_height"] == pytest.approx(-3.0, abs=0.05)
    assert table["mm_per_px"][0] == pytest.approx(start["mm_per_px"][0], rel=1e-3)


def test_truth_csv_is_measured_where_it_was_read() -> None:
    read = face_photo()
    pixel = {side: read.points[0, number("iris_centre", side), :2] for side in SIDES}
    radius = IRIS_MM / 2 * PX_PER_MM
    table = {}
    for side, opening in (("right", 9.0), ("left", 7.0)):
        x, y = pixel[side]
        for what, dx, dy in (
            ("upper_lid", 0, -4 * PX_PER_MM),
            ("lower_lid", 0, (opening - 4) * PX_PER_MM),
            ("iris_left", -radius, 0),
            ("iris_right", radius, 0),
        ):
            table["a.jpg", side, what] = np.array([x + dx, y + dy])
    truth = hand.table_landmarks(["a.jpg"], read, table)
    # The outer canthi carry the level; they are the reading's here.
    for name, side in product(("outer_canthus", "inner_canthus"), SIDES):
        changeable(truth).points[0, number(name, side)] = read.points[0, number(name, side)]
    found = measure(truth, sd=False)
    # The lids lie a little nearer to the camera than the irises, or farther away.
    assert found["fissure_height_right_mm"][0] == pytest.approx(9.0, rel=0.02)
    assert found["fissure_height_left_mm"][0] == pytest.approx(7.0, rel=0.02)
    assert found["mrd1_diff_mm"][0] == pytest.approx(0.0, abs=0.05)
    assert np.isnan(found["commissure_height_diff_mm"][0])  # no corner was read
    above = hand.lids_at_centre(read, truth)
    rim = hand.brow_at_rim(read, truth)
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        lid = above.points[0, number("upper_lid_4", side)]
        assert lid[0] == pytest.approx(pixel[side][0], abs=0.01)
        brow = rim.points[0, number("brow_upper_3", side)]
        assert brow[0] == pytest.approx(pixel[side][0] + sign * radius, abs=0.01)


def drawn_eye() -> tuple[np.ndarray, Landmarks]:
    """Skin of 200, between the lids white of 240, an iris of 40."""
    read = face_photo()
    changeable(read).points[...] = np.nan_to_num(read.points)
    height, width = read.size[0][::-1]
    pixels = np.full((height, width, 3), 200, np.uint8)
    names = ("outer_canthus", *read.layout.groups["upper_lid"], "inner_canthus")
    names += tuple(reversed(read.layout.groups["lower_lid"]))
    for side in SIDES:
        outline = read.points[0, read.layout.of(side, names), :2]
        eye = np.zeros((height, width), np.uint8)
        cv2.fillPoly(eye, [np.round(outline - 0.5).astype(np.int32)], 1)
        iris = np.zeros_like(eye)
        x, y = read.points[0, number("iris_centre", side), :2]
        cv2.circle(iris, (round(x), round(y)), round(IRIS_MM / 2 * PX_PER_MM), 1, -1)
        pixels[eye == 1] = 240
        pixels[(eye == 1) & (iris == 1)] = 40
    return pixels, read


def test_a_closed_lid_covers_the_eye_and_its_truth_is_no_opening() -> None:
    pixels, read = drawn_eye()
    closed = eyes.close_lid(pixels, read, "right")
    x, y = np.round(read.points[0, number("iris_centre", "right"), :2]).astype(int)
    assert (closed.pixels[y - 30 : y + 32, x - 30 : x + 30] > 190).all()
    assert (closed.pixels[:, 1000:] == pixels[:, 1000:]).all()  # the other eye
    truth = measure(displaced(read, closed.displacement), sd=False)
    start = measure(read, sd=False)
    assert truth["fissure_height_right_mm"][0] == pytest.approx(0.0, abs=0.05)
    assert truth["fissure_height_left_mm"][0] == start["fissure_height_left_mm"][0]
    half = measure(
        displaced(read, eyes.close_lid(pixels, read, "right", share=0.5).displacement), sd=False
    )
    assert half["fissure_height_right_mm"] == pytest.approx(
        start["fissure_height_right_mm"] / 2, rel=0.02
    )


@pytest.mark.parametrize("up", [1.5, -1.0])
def test_an_iris_moves_alone(up: float) -> None:
    pixels, read = drawn_eye()
    moved = eyes.move_iris(pixels, read, "left", up_mm=up)
    x, y = read.points[0, number("iris_centre", "left"), :2]

    def bottom(photo: np.ndarray) -> int:
        return int(y) + int((photo[int(y) :, int(x), 0] > 100).argmax())

    # The lower rim shows where the iris has left the lower lid; going down it is hidden by it.
    radius = IRIS_MM / 2 * PX_PER_MM
    lower = read.points[0, number("lower_lid_4", "left"), 1]
    assert bottom(moved.pixels) == pytest.approx(min(y - up * PX_PER_MM + radius, lower), abs=4)
    eye = pixels[..., 0] != 200
    assert (moved.pixels[~eye] == 200).all()  # the lids stay
    assert moved.displacement[number("iris_centre", "left")] == pytest.approx(
        [0, -up * PX_PER_MM], abs=0.05
    )
    assert np.abs(moved.displacement[number("upper_lid_4", "left")]).max() == 0


def heights_of(
    part: str, after: Landmarks, displacement: np.ndarray, read: Landmarks
) -> parts.Heights:
    subject = Subject("one", np.empty((0, 0, 3), np.uint8), read, read)
    case = Case("one", part, "right", subject.pixels, displacement)
    return parts.compare_heights([subject], read, [case], after, own_scale=True)


def test_a_part_that_only_seems_to_move_is_told_from_one_that_does() -> None:
    read = face_photo()
    shift = np.zeros((read.layout.size, 2))
    for name in ("commissure", "inner_commissure"):
        shift[number(name, "right")] = 0, -2 * PX_PER_MM
    perfect = displaced(read, shift)
    heights = heights_of("mouth_corner", perfect, shift, read)
    error, still = heights.errors()
    assert np.abs(error).max() < 1e-4
    assert [name for name, stays in zip(parts.HEIGHTS, still[:, 0], strict=True) if not stays] == [
        "commissure_height"
    ]
    dragged = perfect.points.copy()
    dragged[0, number("ala", "right"), 1] -= PX_PER_MM  # 1 mm up
    seen = heights_of("mouth_corner", replace(perfect, points=dragged), shift, read)
    head, row = parts.matrix_rows(seen)
    assert float(row[head.index("ala")]) == pytest.approx(1.0, abs=0.05)
    assert row[head.index("corner")] == "(0.00)"
    still_rms = parts.pooled_rows(seen)[1]
    assert float(still_rms[2]) == pytest.approx(
        1 / np.sqrt(10), abs=0.02
    )  # ten of eleven did not move


def test_an_iris_that_moves_alone_moves_nothing_else_in_truth() -> None:
    read = face_photo()
    shift = np.zeros((read.layout.size, 2))
    for name in read.layout.groups["iris"]:
        shift[number(name, "right")] = 0, -2 * PX_PER_MM
    heights = heights_of("iris", displaced(read, shift), shift, read)
    true = dict(zip(parts.HEIGHTS, heights.true[:, 0, 0], strict=True))
    assert true.pop("mrd1") == pytest.approx(-2.0, abs=0.02)
    assert true.pop("mrd2") == pytest.approx(2.0, abs=0.02)
    assert set(true.values()) == {0.0}
    error = dict(zip(parts.HEIGHTS, heights.errors()[0][:, 0], strict=True))
    # The level goes by the canthi then; a two-hundredth of the pupils' share is left.
    assert abs(error["brow_height"]) < 0.1


def test_fits_and_shares_are_exact() -> None:
    true = np.array([-1.0, 0, 1, 2, np.nan])
    found = scores.fit(true, 0.5 * true + 1)
    assert (found.n, round(found.r, 9), round(found.slope, 9)) == (4, 1.0, 0.5)
    assert found.rmse == pytest.approx(np.sqrt(np.mean((1 - 0.5 * true[:4]) ** 2)))
    assert scores.fit(true, 0.5 * true, through_origin=True).slope == pytest.approx(0.5)
    error, sd = np.array([0.5, -1.5, 3, np.nan]), np.ones(4)
    assert scores.within(error, sd) == pytest.approx((1 / 3, 2 / 3))


def test_the_page_shows_every_table_as_it_is() -> None:
    shown = set()
    for page in sorted(tables.PAGE.parent.glob("*.md")):
        text = page.read_text(encoding="utf-8")
        named = re.findall(r"<!-- table: (\w+) -->", text)
        if named:
            assert tables.fill_page(text) == text, f"{page.name}: put docs/tables into it"
        shown |= set(named)
    assert shown == {path.stem for path in tables.FOLDER.glob("*.md")}
    for path in tables.FOLDER.glob("*.md"):
        assert re.match(
            r"`(make \w+|python -m benchmarks\.[\w.]+( \w+)?( --[\w-]+( \d+)?)*)`: ",
            path.read_text(encoding="utf-8"),
        ), path


def test_a_table_is_written_and_shown(tmp_path: Path) -> None:
    tables.write_table("lids", "`make fidelity`: one photo.", [["a", "b"], ["1", "2"]], tmp_path)
    page = "Before.\n<!-- table: lids -->\nold\n<!-- /table -->\nAfter.\n"
    shown = tables.fill_page(page, tmp_path)
    assert "| 1 | 2 |" in shown
    assert "old" not in shown
    assert shown.endswith("<!-- /table -->\nAfter.\n")
    assert tables.fill_page(shown, tmp_path) == shown
    with pytest.raises(FileNotFoundError):
        tables.fill_page(page.replace("lids", "none"), tmp_path)


def test_symmetric_renders_are_told_from_the_others(shared_faces: Path) -> None:
    every = renders.load()
    assert every is not None, shared_faces
    alike = {path.name for path, same in zip(every.paths, every.symmetric, strict=True) if same}
    assert "id0_smile_L100_R100_y+10.jpg" in alike
    assert "id0_neutral_y-10.jpg" in alike
    assert not any("L100_R050" in name or "droop" in name or "brow_L0" in name for name in alike)


def test_two_hands_agree_on_the_same_eyes(shared_faces: Path) -> None:
    paths = hand.template_photos("london")
    assert len(paths) == 16, shared_faces
    with Extractor(method="plain") as extractor:
        read = extractor.extract(paths)
    table = hand.read_table()
    one = hand.template_landmarks(paths, read)
    other = hand.table_landmarks([path.name for path in paths], read, table)
    first, second = (
        measure(each, metrics=["fissure_height", "brow_height"], sd=False)
        for each in (hand.brow_at_rim(hand.lids_at_centre(one, other), other), other)
    )
    assert np.mean(second["mm_per_px"] / first["mm_per_px"]) == pytest.approx(1.0, abs=0.02)
    openings = np.stack(
        [[t[f"fissure_height_{side}_mm"] for side in SIDES] for t in (first, second)]
    )
    assert abs(np.diff(openings.mean(axis=(1, 2)))[0]) < 0.4
    assert np.corrcoef(first["brow_height_diff_mm"], second["brow_height_diff_mm"])[0, 1] > 0.85


@pytest.fixture
def off_by_known() -> dict[str, beside.Beside]:
    """Four photos a set: two tuning ones' right eyes 1 mm too narrow, all right brows 0.5 mm too high."""
    read = Landmarks.concat([face_photo()] * 4)
    spread = np.full_like(read.spread, 0.25 * PX_PER_MM)
    read = replace(read, spread=spread, provenance={"method": "hemiface"})
    truth = replace(read, points=read.points.copy())
    changeable(truth).points[:2, number("upper_lid_4", "right"), 1] -= PX_PER_MM
    for edge in ("brow_upper_3", "brow_lower_3"):
        changeable(truth).points[:, number(edge, "right"), 1] += 0.5 * PX_PER_MM
    one = beside._beside(np.array([True, True, False, False]), read, read, truth)
    return dict.fromkeys((*beside.TEMPLATES, *beside.TABLED, beside.AGAIN), one)


def test_tables_of_real_faces_show_the_errors_that_were_made(off_by_known) -> None:
    head, row, *_ = real.lid_rows({"hemiface": off_by_known})
    n, mean, sd, worst = row[head.index("tuning: n, mean, SD, worst")].split(", ")
    assert (n, float(mean), float(sd)) == (
        "4",
        pytest.approx(-0.5, abs=0.02),
        pytest.approx(0.5, abs=0.02),
    )
    assert float(worst) == pytest.approx(-1.0, abs=0.05)
    assert row[head.index("reporting: n, mean, SD, worst")].startswith("4, +0.00, 0.00")
    head, row, *_ = real.margin_rows({"hemiface": off_by_known})
    read, true = (float(value) for value in row[head.index("read, hand, mm")].split(", "))
    assert read - true == pytest.approx(-0.5, abs=0.02)
    assert row[head.index("below 2 mm: read, hand")] == "0, 0 %"
    head, row, *_ = real.worst_rows(off_by_known, "mrd1")
    assert abs(float(row[head.index("error")])) == pytest.approx(1.0, abs=0.03)
    assert row[head.index("half")] == "tuning"
    rows = real.difference_rows({"hemiface": off_by_known}, "brow_height")
    assert {float(row[rows[0].index("RMSE, mm")]) for row in rows[1:]} == {0.5}


def test_truth_itself_follows_a_hand_that_errs_only_so_far() -> None:
    noise = real.HAND_SD["brow_height"][0]
    spread = 2 * noise  # three quarters of the variance are the faces'
    assert real._ceiling_cell(np.array([-spread, spread, np.nan]), "brow_height") == "0.87"
    assert real._ceiling_cell(np.zeros(3), "brow_height") == "0.00"


def test_shares_within_stated_deviations_are_counted(off_by_known) -> None:
    head, *rows = real.coverage_rows({"hemiface": off_by_known})
    one = off_by_known["portraits"].read
    sd = one["brow_height_diff_sd_mm"][0]
    within = [f"{100 * (k * sd > 0.5):.0f}" for k in (1, 2)]
    assert rows[0][head.index("within 1 and 2 SD")] == f"{within[0]}, {within[1]} %"
    assert rows[0][head.index("RMSE, mm")] == "0.50"
    lids = next(row for row in rows if row[0] == "fissure_height, each side")
    assert lids[head.index("n")] == "16"  # four sets, two photos, two eyes
