"""The asymmetry that is there is read: known warps of real photos and exact renders."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.synthetic import Move, warp_photo
from benchmarks.fidelity import measures, renders
from benchmarks.fidelity.__main__ import size_rows
from benchmarks.fidelity.cases import displaced
from benchmarks.fidelity.hands import own_errors
from benchmarks.fidelity.scores import gain_of

BROW = ("brow_upper_3", "brow_lower_3")  # as brow_height reads it
CORNER = ("commissure", "inner_commissure")


def lead(landmarks: Landmarks, names: Sequence[str]) -> np.ndarray:
    """How much higher the right points lie than the left, in the photo, px."""
    layout = landmarks.layout
    right, left = (
        landmarks.points[:, side(tuple(names)), 1].mean(axis=1)
        for side in (layout.right, layout.left)
    )
    return left - right


@pytest.fixture(scope="module")
def warped(shared_faces: Path) -> tuple[dict[str, dict], Landmarks, list[str]]:
    truth = json.loads((shared_faces / "warped" / "truth.json").read_text())
    names = [
        name for name, entry in truth.items() if entry["kind"] in ("orig", "warp", "symmetric")
    ]
    with Extractor() as extractor:
        return truth, extractor.extract([shared_faces / "warped" / name for name in names]), names


@pytest.mark.parametrize(
    ("part", "points", "column", "low", "high"),
    [
        # in the photo: simple hemiface 0.82 at this station and 1.07, the plain model 0.51 and 0.85; brows
        # are found as one piece, and these warps move the arch by more than the ends
        ("brow", BROW, None, 0.92, 1.07),
        ("mouth", CORNER, None, 0.96, 1.07),
        # in the face's own frame
        ("brow", BROW, "brow_height_diff_mm", 0.96, 1.10),
        ("mouth", CORNER, "commissure_height_diff_mm", 0.96, 1.07),
    ],
)
def test_a_known_warp_is_read_whole(warped, part, points, column, low, high) -> None:
    truth, landmarks, names = warped
    after = [i for i, name in enumerate(names) if truth[name]["kind"] == "warp" and part in name]
    before = [names.index(truth[names[i]]["of"]) for i in after]
    shift = np.array([truth[names[i]]["displacement_px"] for i in after], dtype=np.float32)
    moved = displaced(landmarks[before], shift)

    def value(rows: Landmarks) -> np.ndarray:
        return lead(rows, points) if column is None else measure(rows)[column]

    start = value(landmarks[before])
    assert low <= gain_of(value(moved) - start, value(landmarks[after]) - start) <= high


def test_a_symmetric_photo_has_no_difference(warped) -> None:
    truth, landmarks, names = warped
    rows = [i for i, name in enumerate(names) if truth[name]["kind"] == "symmetric"]
    table = measure(landmarks[rows])
    for metric in ("brow_height", "commissure_height", "fissure_height", "mrd1"):
        assert np.abs(table[f"{metric}_diff_mm"]).max() <= 0.10, metric


@pytest.fixture(scope="module")
def frontal(shared_faces: Path) -> tuple[renders.Renders, Landmarks]:
    every = renders.load()
    assert every is not None, shared_faces
    rows = np.flatnonzero(every.yaw == 0)
    chosen = every.select(rows)
    with Extractor() as extractor:
        return chosen, extractor.extract(chosen.paths)


@pytest.mark.parametrize(
    ("part", "low", "high", "error"),
    [
        ("brow", 0.82, 1.05, 0.85),
        ("mouth_corner", 0.92, 1.05, 0.45),
        ("upper_lid", 0.95, 1.05, 0.2),
    ],
)
def test_renders_are_read_by_their_truth(frontal, part, low, high, error) -> None:
    (row,) = (r for r in renders.render_rows(*frontal) if r["part"] == part)
    assert low <= row["gain"] <= high
    assert row["rmse"] <= error


def test_a_closed_lid_reads_closed_and_an_open_one_open(frontal) -> None:
    lids = renders.lid_rows(*frontal)
    assert lids["closed_reads"] < 1.0
    assert lids["closed_error"] < 0.4
    assert lids["open_error"] < 0.4


def test_rendered_lids_are_read_at_the_truths_places(frontal) -> None:
    every, read = frontal
    moved, scheme = renders._at_truths_places(every, read), read.layout
    for i, side in enumerate(SIDES):
        for j, lid in enumerate(("upper_lid", "lower_lid")):
            stations = scheme.of(side, (f"{lid}_3", f"{lid}_5"))
            off = moved.points[:, stations, :2] - every.lids[:, i, j]
            assert np.abs(off[..., 0]).max() < 0.3  # px, in faces that are not rolled
            rest = np.setdiff1d(scheme.of(side, scheme.groups[lid]), stations)
            assert np.array_equal(moved.points[:, rest], read.points[:, rest], equal_nan=True)


def test_changes_of_two_groups_of_people_are_joined() -> None:
    def changes(*true: float) -> measures.Changes:
        rows = np.array(true)
        people = np.array(["a"] * len(rows))
        return measures.Changes(
            people, rows, rows + 1, rows + 2, rows, np.stack([rows, rows]), np.stack([rows, rows])
        )

    joined = measures.join_changes(
        [{"brow": changes(1, 2), "iris": changes(3)}, {"brow": changes(4)}]
    )
    assert list(joined) == ["brow"]
    assert joined["brow"].true.tolist() == [1, 2, 4]
    assert joined["brow"].sd.tolist() == [3, 4, 6]
    assert joined["brow"].side_errors.tolist() == [[1, 2, 4]] * 2


@pytest.mark.parametrize(
    ("move", "column", "low", "high"),
    [
        # a face of 66 px between the outer canthi: 0.3 mm are a fifth of a px
        (Move("brow", "right", up_mm=-3), "brow_height_diff_mm", 0.8, 1.2),
        (Move("brow", "left", up_mm=2), "brow_height_diff_mm", 0.8, 1.2),
        (Move("mouth_corner", "left", up_mm=-3), "commissure_height_diff_mm", 0.85, 1.25),
        (Move("upper_lid", "right", up_mm=-2), "fissure_height_diff_mm", 0.8, 1.2),
    ],
)
def test_a_warp_of_the_portrait_is_read(
    astronaut, move: Move, column: str, low: float, high: float
) -> None:
    with Extractor() as extractor:
        before = extractor.extract([astronaut])
        moved = warp_photo(astronaut, before, [move])
        after = extractor.extract([moved.pixels])
    start = measure(before)[column]
    true, read = (
        measure(rows)[column] - start for rows in (displaced(before, moved.displacement), after)
    )
    assert low <= float(read[0] / true[0]) <= high


def test_the_one_of_three_readers_who_errs_is_told() -> None:
    rng = np.random.default_rng(3)
    true, noise = rng.normal(0, 5, 4000), rng.normal(0, 2, 4000)
    found = own_errors([true, true + noise, true + rng.normal(0, 1, 4000)])
    assert found == pytest.approx([0.0, 4.0, 1.0], abs=0.2)


def test_moves_are_told_apart_by_their_size() -> None:
    """Half a millimetre too little of each move, up or down: small ones lose most; one has no number."""
    true = np.array([1.0, -1.0, 3.9, -4.0, 4.1, np.nan])
    read = true - 0.5 * np.sign(true)
    read[4] = np.nan
    nothing = np.zeros((2, len(true)))
    moved = measures.Changes(np.arange(6), true, read, true, true, nothing, nothing)
    _, *rows = size_rows(dict.fromkeys(measures.WARPED, moved))
    assert [row[1:] for row in rows[:2]] == [
        ["1", "2", "0.50", "-0.50", "0.50"],
        ["4", "2", "0.87", "-0.50", "0.50"],
    ]
    assert len(rows) == 2 * len(measures.WARPED)
