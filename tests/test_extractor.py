"""`Extractor`: one row per photo whatever happens, the same however a photo comes in, and the mirror law."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor, Landmarks, Measurements, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError, ModelError
from asymmetry.extract.steps import SMALLEST_PHOTO_PX
from tests.conftest import ROOT
from tests.photos import encoded, png_header

#: Differences of brow, mouth corner and lids: the three that a bystander sees.
SEEN = ("brow_height_diff_mm", "commissure_height_diff_mm", "fissure_height_diff_mm")
#: How far they may be from those of another encoding of the same photo, whose outer canthi are 127 px apart,
#: mm: 256 colours come to 0.3, lossy ones to 0.4, and 16 bits of grey to 0.46.
ENCODING_MM = 0.5
#: The mirror law, mm. Pixels are rounded differently, which comes to 0.013.
MIRROR_MM = 0.02
NO_FACE = np.full((80, 60, 3), 128, np.uint8)


@pytest.fixture(scope="module")
def portrait(portrait_path: Path) -> Pixels:
    return np.asarray(Image.open(portrait_path).convert("RGB"))


def assert_same_rows(one: Landmarks, other: Landmarks) -> None:
    """All but names and dates, to the last bit."""
    for name in ("points", "spread", "pose", "blendshapes", "size", "status", "reason"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


def side_by_side(*photos: Pixels) -> Pixels:
    """Photos in one, on white ground."""
    canvas = np.full(
        (max(p.shape[0] for p in photos), sum(p.shape[1] for p in photos), 3), 255, dtype=np.uint8
    )
    left = 0
    for photo in photos:
        canvas[: photo.shape[0], left : left + photo.shape[1]] = photo
        left += photo.shape[1]
    return canvas


# Rows


def test_one_row_per_photo_in_order(
    extractor: Extractor, portrait_path: Path, portrait: Pixels, astronaut: Pixels, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(portrait_path.read_bytes()[:5000])
    photos = [
        (portrait_path, "warn"),  # glasses
        (tmp_path / "missing.jpg", "unreadable"),
        (NO_FACE, "no_face"),
        (broken, "unreadable"),
        (b"no photo", "unreadable"),
        (png_header(30_000, 30_000), "rejected"),
        (np.zeros((6, 4000, 3), np.uint8), "rejected"),
        (astronaut, "ok"),
        (side_by_side(portrait, portrait), "several_faces"),
    ]
    rows = extractor.extract([photo for photo, _ in photos])
    assert rows.status.tolist() == [status for _, status in photos]
    assert rows.photo.tolist()[:4] == [
        str(portrait_path),
        str(tmp_path / "missing.jpg"),
        "<photo 2>",
        str(broken),
    ]
    for i, status in enumerate(rows.status):
        measured = status in ("ok", "warn")
        assert np.isfinite(rows.points[i]).any() == measured
        assert np.isnan(rows.points[i]).any() == (not measured)
        assert bool(rows.reason[i]) == (status != "ok")
    assert rows.size[[0, 2, 7]].tolist() == [[512, 600], [60, 80], [512, 512]]


def test_failures_keep_their_row_in_the_table(extractor: Extractor, astronaut: Pixels) -> None:
    table = measure(extractor.extract([NO_FACE, astronaut, b""]))
    assert table["status"].tolist() == ["no_face", "ok", "unreadable"]
    assert np.isnan(table["brow_height_diff_mm"]).tolist() == [True, False, True]


def test_too_small_a_photo_says_how_small_and_what_is_needed(extractor: Extractor) -> None:
    rows = extractor.extract([np.zeros((1, 1, 3), np.uint8)])
    assert rows.notes[0] == (Note("small_photo", width=1, height=1, least=SMALLEST_PHOTO_PX),)
    assert rows.reason[0].startswith(
        "1 × 1 px is too small: a photo of a face needs at least 40 px"
    )


def test_an_extractor_goes_on_after_a_failure(extractor: Extractor, astronaut: Pixels) -> None:
    before = extractor.extract([astronaut])
    extractor.extract([b"", NO_FACE, np.zeros((1, 1, 3), np.uint8)])
    assert_same_rows(extractor.extract([astronaut]), before)


def test_nothing_in_nothing_out(extractor: Extractor) -> None:
    rows = extractor.extract([])
    assert len(rows) == 0
    assert measure(rows).rows == 0


def test_photos_may_come_one_by_one(extractor: Extractor) -> None:
    asked: list[int] = []

    def counted(photos: Iterable[Any]) -> Iterator[Any]:
        for photo in photos:
            asked.append(len(photo))
            yield photo

    rows = extractor.extract((NO_FACE[:height] for height in (50, 60, 70)), progress=counted)
    assert asked == [50, 60, 70]
    assert rows.size[:, 1].tolist() == asked


def test_a_background_face_is_left_out_and_said(extractor: Extractor, portrait: Pixels) -> None:
    small = np.asarray(Image.fromarray(portrait).resize((307, 360), Image.Resampling.LANCZOS))
    rows = extractor.extract(
        [portrait, side_by_side(portrait, small), side_by_side(small, portrait)]
    )
    said = Note("faces_in_background", count=1)
    assert [said in notes for notes in rows.notes] == [False, True, True]
    moved = rows.points[1:, :, :2] - rows.points[0, :, :2] - [[[0, 0]], [[small.shape[1], 0]]]
    assert np.nanmedian(np.abs(moved)) < 1


# The same photo, whatever way it comes in


def test_path_bytes_and_pixels_agree(
    extractor: Extractor, astronaut_path: Path, astronaut: Pixels
) -> None:
    path, data, pixels, text = (
        extractor.extract([source])
        for source in (astronaut_path, astronaut_path.read_bytes(), astronaut, str(astronaut_path))
    )
    assert_same_rows(path, data)
    assert_same_rows(path, pixels)
    assert_same_rows(path, text)


def test_a_batch_equals_single_photos(
    extractor: Extractor, portrait: Pixels, astronaut: Pixels
) -> None:
    photos = [astronaut, NO_FACE, portrait, astronaut]
    batch = extractor.extract(photos)
    for i, photo in enumerate(photos):
        assert_same_rows(batch[i], extractor.extract([photo]))
    assert measure(batch)["brow_height_diff_mm"][2] == measure(batch[2])["brow_height_diff_mm"][0]


def test_pixels_are_left_as_they_were(extractor: Extractor, portrait: Pixels) -> None:
    own = portrait.copy()
    extractor.extract([own])
    np.testing.assert_array_equal(own, portrait)


def test_a_file_in_another_format_measures_the_same(extractor: Extractor, portrait: Pixels) -> None:
    image = Image.fromarray(portrait)
    rows = extractor.extract(
        [portrait, encoded(image, "PNG"), encoded(image, "WEBP", lossless=True)]
    )
    assert_same_rows(rows[1], rows[0])
    assert_same_rows(rows[2], rows[0])


# Mirror


@pytest.fixture(scope="module")
def mirror_pair(
    extractor: Extractor, portrait: Pixels, astronaut: Pixels
) -> tuple[Measurements, Measurements]:
    """Two portraits, and their mirror images."""
    photos = [portrait, astronaut]
    return measure(extractor.extract(photos)), measure(
        extractor.extract([np.fliplr(p).copy() for p in photos])
    )


def test_the_mirror_image_has_the_mirrored_measures(
    mirror_pair: tuple[Measurements, Measurements],
) -> None:
    plain, flipped = mirror_pair
    sides = {"right": "left", "left": "right", "diff": "diff"}
    for name in plain:
        stem, _, unit = name.rpartition("_")
        metric, _, side = stem.rpartition("_")
        if unit != "mm" or side not in sides:
            continue
        twin = flipped[f"{metric}_{sides[side]}_mm"]
        np.testing.assert_allclose(
            -twin if side == "diff" else twin, plain[name], atol=MIRROR_MM, err_msg=name
        )
    # Two real faces, one behind glasses: the law must not hold because nothing differs.
    assert all(np.nanmax(np.abs(plain[name])) > 10 * MIRROR_MM for name in SEEN)


def test_mirrored_turns_the_photo_back(
    portrait: Pixels, astronaut: Pixels, extractor: Extractor
) -> None:
    photos = [portrait, astronaut]
    with Extractor(mirrored=True) as turning:
        turned = turning.extract([np.fliplr(p).copy() for p in photos])
        assert turned.provenance["mirrored"] is True
    assert_same_rows(turned, extractor.extract(photos))


# Passing facts along, and misuse


def test_provenance_says_how(extractor: Extractor) -> None:
    made = extractor.extract([]).provenance
    assert made["method"] == "hemiface"
    assert made["mirrored"] is False
    assert made["model_sha256"].startswith("64184e22")
    versions = {"asymmetry", "mediapipe", "litert", "opencv"}
    models = {"model_sha256", "lids_sha256", "marks_sha256", "score_version"}
    assert set(made) == versions | models | {"method", "mirrored", "settings"}
    json.dumps(dict(made))


def test_plain_reads_another_way(extractor: Extractor, astronaut: Pixels) -> None:
    with Extractor(method="plain") as plain:
        rows = plain.extract([astronaut])
    assert rows.status.tolist() == ["ok"]
    assert rows.provenance["method"] == "plain"
    assert np.isnan(rows.spread).all()
    moved = np.abs(rows.points - extractor.extract([astronaut]).points)[..., :2]
    assert 0.1 < moved.max() < 10


def test_misuse_says_what_to_do(
    extractor: Extractor, astronaut: Pixels, portrait_path: Path
) -> None:
    for one in (portrait_path, str(portrait_path), portrait_path.read_bytes(), astronaut):
        with pytest.raises(InvalidInputError, match=r"for one photo pass \[photo\]"):
            extractor.extract(one)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="takes a list of photos"):
        extractor.extract(3)  # type: ignore[arg-type]
    for limit in (0, "many", float("nan")):
        with pytest.raises(InvalidInputError, match="max_megapixels has to be a number above 0"):
            Extractor(max_megapixels=limit)  # type: ignore[arg-type]
    for threads in (0, 1.5):
        with pytest.raises(InvalidInputError, match="threads has to be a whole number from 1 on"):
            Extractor(threads=threads)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match=r"hemiface.*plain"):
        Extractor(method="best")  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"no-such\.task"):
        Extractor(model="no-such.task")
    with pytest.raises(ModelError, match="grace_hopper"):
        Extractor(model=portrait_path)


def test_a_bad_item_costs_its_own_row(extractor: Extractor, astronaut: Pixels) -> None:
    wrong = [astronaut.astype(np.float64), None, 3]
    rows = extractor.extract([astronaut, *wrong, astronaut])  # type: ignore[list-item]
    assert rows.status.tolist() == ["ok", *["unreadable"] * 3, "ok"]
    assert all("uint8" in reason for reason in rows.reason[1:-1])
    assert_same_rows(rows[0], rows[4])


def test_a_closed_extractor_says_so() -> None:
    with Extractor() as opened:
        pass
    opened.close()
    with pytest.raises(InvalidInputError, match="closed"):
        opened.extract([NO_FACE])


@pytest.mark.parametrize("ending", ["extractor.close()", "", "del extractor"])
def test_nothing_is_written_to_the_terminal(ending: str, astronaut_path: Path) -> None:
    code = (
        "from asymmetry import Extractor\n"
        "extractor = Extractor()\n"
        f"rows = extractor.extract([{str(astronaut_path)!r}, 'missing.jpg', b'no photo'])\n"
        "assert rows.status.tolist() == ['ok', 'unreadable', 'unreadable']\n" + ending
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("", "")


# Awkward files


GREY = frozenset(("gray.jpg", "gray16.png", "gray_alpha.png"))


@pytest.fixture(scope="module")
def awkward(extractor: Extractor, ugly: Path) -> tuple[dict[str, dict[str, Any]], Measurements]:
    """Facts about each file that is there, and its measurements, in the same order."""
    expected = json.loads((ugly / "expected.json").read_text(encoding="utf-8"))
    there = {name: known for name, known in expected.items() if (ugly / name).exists()}
    assert len(there) > 50
    return there, measure(extractor.extract([ugly / name for name in there]))


def test_awkward_files_get_the_status_of_their_faces(
    awkward: tuple[dict[str, dict[str, Any]], Measurements],
) -> None:
    expected, table = awkward
    allowed = {0: {"no_face", "rejected"}, 1: {"ok"}, 4: {"several_faces"}, 2: {"ok", "warn"}}
    for (name, known), status, flags in zip(
        expected.items(), table["status"], table["flags"], strict=True
    ):
        if known.get("reject"):
            assert status in {"unreadable", "rejected"}, name
        elif name in GREY:
            assert (status, flags) == ("warn", "no_colour"), name
        elif "faces" in known:
            assert status in allowed[known["faces"]], f"{name}: {flags}"
        assert (status == "ok") == (flags == ""), name


def test_the_same_photo_in_another_file_measures_the_same(
    awkward: tuple[dict[str, dict[str, Any]], Measurements],
) -> None:
    expected, table = awkward
    names = list(expected)
    copies = [(name, known["same_as"]) for name, known in expected.items() if "same_as" in known]
    assert len(copies) > 25
    for name, original in copies:
        for column in SEEN:
            apart = table[column][names.index(name)] - table[column][names.index(original)]
            assert abs(apart) <= ENCODING_MM, f"{name}: {column} {apart:+.2f}"
