"""Photos of a list are decoded ahead of their turn, and nothing shows it but the time."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor, PhotoBytes
from asymmetry.core.arrays import Pixels
from asymmetry.core.beside import Beside
from asymmetry.extract import intake
from asymmetry.extract.intake import Ahead


def jpeg(pixels: Pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=92)
    return file.getvalue()


@pytest.fixture(scope="module")
def photos(astronaut: Pixels, tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    """Photos of every kind, some of them none."""
    folder = tmp_path_factory.mktemp("ahead")
    whole = jpeg(astronaut)
    (folder / "a.jpg").write_bytes(whole)
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    return [
        folder / "a.jpg",
        str(folder / "none.jpg"),
        folder / "cut.jpg",
        whole,
        PhotoBytes("b.jpg", jpeg(astronaut[:, ::-1])),
        astronaut,
        3.5,
        io.BytesIO(whole),
        Image.fromarray(astronaut),
        b"",
        str(folder / "a.jpg"),
    ]


def test_a_list_gives_the_rows_of_its_photos(photos: list[object]) -> None:
    file = photos[7]
    assert isinstance(file, io.BytesIO)
    with Extractor(method="fast", threads=2) as two, Extractor(method="fast", threads=1) as one:
        alone = one.extract(photos)  # type: ignore[arg-type]
        file.seek(0)
        ahead = two.extract(photos)  # type: ignore[arg-type]
    assert ahead.status.tolist() == alone.status.tolist()
    assert ahead.photo.tolist() == alone.photo.tolist()
    assert ahead.reason.tolist() == alone.reason.tolist()
    np.testing.assert_array_equal(ahead.points, alone.points)
    assert alone.status.tolist().count("ok") + alone.status.tolist().count("warn") == 7


def test_the_next_photo_is_decoded_meanwhile(
    photos: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()

    def read(*_: object, **__: object) -> str:
        begun.set()
        return "decoded"

    monkeypatch.setattr(intake, "read_photo", read)
    first, second = photos[0], photos[3]
    assert isinstance(first, Path)
    assert isinstance(second, bytes)
    ahead = Ahead([first, second], Beside(2), 100.0, 1800)
    assert ahead.take(0, first) is None
    assert begun.wait(60)
    assert ahead.take(1, second) == "decoded"  # type: ignore[comparison-overlap]
    assert ahead.take(2, second) is None


def test_what_was_decoded_for_another_photo_is_not_taken(
    photos: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "read_photo", lambda *_, **__: "decoded")
    first, second = photos[0], photos[3]
    assert isinstance(first, Path)
    assert isinstance(second, bytes)
    ahead = Ahead([first, second], Beside(2), 100.0, 1800)
    assert ahead.take(0, second) is None
    assert ahead.take(1, first) is None


@pytest.mark.parametrize(
    "later", ["memory://a.jpg", np.zeros((9, 9, 3), np.uint8), io.BytesIO(b"")]
)
def test_what_is_far_or_can_be_read_once_waits_for_its_turn(later: object) -> None:
    ahead = Ahead([b"", later], Beside(2), 100.0, 1800)  # type: ignore[list-item]
    assert ahead.take(0, b"") is None
    assert ahead.take(1, later) is None  # type: ignore[arg-type]


def test_a_photo_that_can_not_be_decoded_is_told_in_its_turn(tmp_path: Path) -> None:
    none = tmp_path / "none.jpg"
    ahead = Ahead([b"", none], Beside(2), 100.0, 1800)
    assert ahead.take(0, b"") is None
    assert ahead.take(1, none) is None


def test_nothing_is_asked_of_a_generator_ahead(photos: list[object]) -> None:
    asked = 0

    def each() -> Iterator[object]:
        nonlocal asked
        for photo in (photos[0], photos[3]):
            asked += 1
            yield photo

    with Extractor(method="fast", threads=2) as extractor:
        rows = extractor.iter_extract(each())  # type: ignore[arg-type]
        next(rows)
        assert asked == 1
        next(rows)
        assert asked == 2
