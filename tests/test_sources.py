"""Forms in which a photo may be handed in: all give the same numbers, or say why not."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asymmetry import Extractor, PhotoBytes, PhotoSource, score
from asymmetry.core.arrays import Pixels
from asymmetry.errors import InvalidInputError, MissingExtraError, UnreadablePhotoError
from asymmetry.photos.photo import read_date, read_photo
from asymmetry.photos.remote import read_url
from asymmetry.photos.sources import load_source

METHOD = "plain"


def exif_jpeg(pixels: Pixels, orientation: int) -> bytes:
    """A JPEG that is stored turned, and dated."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x0132] = "2026:03:02 18:15:00"
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=95, exif=exif)
    return stream.getvalue()


def test_every_way_in_gives_the_same_pixels(portrait_path: Path) -> None:
    data = portrait_path.read_bytes()
    whole = read_photo(portrait_path).pixels
    with (
        portrait_path.open("rb") as file,
        Image.open(portrait_path) as lazy,
        Image.open(file) as other,
    ):
        other.load()
        for source in (io.BytesIO(data), lazy, other, PhotoBytes("a.jpg", data), memoryview(data)):
            assert np.array_equal(read_photo(source).pixels, whole)


def test_a_pil_image_is_turned_upright_and_dated_by_its_tags(astronaut: Pixels) -> None:
    stored = exif_jpeg(np.rot90(astronaut), 6)
    expected = read_photo(stored)
    with Image.open(io.BytesIO(stored)) as image:
        photo = read_photo(image)
        assert np.array_equal(photo.pixels, expected.pixels)
        assert photo.taken == expected.taken == read_date(image)
        assert image.size == astronaut.shape[1::-1]  # the caller's own is as it was


def test_a_pil_image_counts_as_it_was_edited(astronaut: Pixels) -> None:
    with Image.open(io.BytesIO(exif_jpeg(astronaut, 1))) as image:
        image.paste((0, 255, 0), (0, 0, *image.size))
        assert read_photo(image).pixels[5, 5].tolist() == [0, 255, 0]


def test_grey_and_transparent_pixels(astronaut: Pixels) -> None:
    grey = astronaut[..., 0]
    for pixels in (grey, grey[..., None]):
        assert np.array_equal(read_photo(pixels).pixels, np.dstack([grey] * 3))
    clear = np.dstack([astronaut, np.full_like(grey, 255)])
    assert np.array_equal(read_photo(clear).pixels, astronaut)
    clear[:100, :, 3] = 0
    assert (read_photo(clear).pixels[:100] == 255).all()


@pytest.mark.parametrize(
    ("pixels", "advice"),
    [
        (np.ones((8, 8, 3)), r"\(pixels \* 255\)"),
        (np.ones((8, 8, 3), np.uint16), r"\(pixels / 257\)"),
        (np.ones((3, 8, 8), np.uint8), "moveaxis"),
        (np.ones((8, 8, 2), np.uint8), "shape"),
        (np.ones((8, 8, 3), bool), "bool"),
    ],
)
def test_pixels_of_another_kind_say_how_to_mend_them(pixels: Any, advice: str) -> None:
    with pytest.raises(InvalidInputError, match=advice):
        score(pixels)


def test_one_bad_item_costs_its_own_row(extractor: Extractor, astronaut: Pixels) -> None:
    wrong: list[Any] = [None, astronaut / 255.0, astronaut, io.StringIO("text"), b"", {"a": 1}]
    rows = extractor.extract(wrong)
    assert rows.status.tolist() == ["unreadable", "unreadable", "ok", *["unreadable"] * 3]
    assert "this is NoneType" in rows.reason[0]
    assert rows.reason[1].startswith("pixels have to be RGB")
    assert "mode 'rb'" in rows.reason[3]


def test_a_single_photo_is_no_list(extractor: Extractor, astronaut: Pixels) -> None:
    singles = (
        io.BytesIO(b"x"),
        Image.fromarray(astronaut),
        PhotoBytes("a", b"x"),
        astronaut[..., 0],
    )
    for single in singles:
        with pytest.raises(InvalidInputError, match=r"pass \[photo\]"):
            extractor.extract(single)  # type: ignore[arg-type]


def test_an_open_file_is_read_once_and_called_by_its_name(
    extractor: Extractor, portrait_path: Path
) -> None:
    with portrait_path.open("rb") as file:
        row = extractor.extract([file])
        assert row.photo.tolist() == [str(portrait_path)]
        assert row.usable.all()
        with pytest.raises(UnreadablePhotoError, match=r"seek\(0\)"):
            score(file, extractor=extractor)


def test_bytes_with_a_name_and_a_date(extractor: Extractor, portrait_path: Path) -> None:
    data = portrait_path.read_bytes()
    photo = PhotoBytes("P17/2026-01-05 rest.jpg", data, taken="2026-03-09T10:00:00")
    dated = PhotoBytes("P17/2026-01-05 rest.jpg", data)
    rows = extractor.extract([photo, dated])
    assert rows.photo.tolist() == [photo.name] * 2
    assert rows.taken.tolist() == ["2026-03-09T10:00:00", "2026-01-05"]
    assert "…" not in repr(photo)
    assert len(repr(photo)) < 100


@pytest.mark.parametrize("taken", ["yesterday", "09.03.2026", 3])
def test_a_date_that_is_none(taken: Any) -> None:
    with pytest.raises(InvalidInputError, match="taken"):
        PhotoBytes("a.jpg", b"x", taken=taken)


def test_a_url_is_fetched(extractor: Extractor, portrait_path: Path) -> None:
    memory = pytest.importorskip("fsspec").filesystem("memory")
    memory.pipe("/clinic/a.jpg", portrait_path.read_bytes())
    rows = extractor.extract(["memory://clinic/a.jpg", "memory://clinic/none.jpg", "odd://a.jpg"])
    assert rows.photo[0] == "memory://clinic/a.jpg"
    assert rows.usable.tolist() == [True, False, False]
    assert "can't be fetched" in rows.reason[1]
    assert "odd" in rows.reason[2]
    assert score("memory://clinic/a.jpg", extractor=extractor).status


def test_without_the_extra_no_work_begins(
    monkeypatch: pytest.MonkeyPatch, extractor: Extractor
) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    urls: list[PhotoSource] = ["no-such-photo.jpg", "memory://a.jpg"]
    with pytest.raises(MissingExtraError, match=r"asymmetry\[url\]"):
        extractor.iter_extract(urls)
    with pytest.raises(MissingExtraError, match=r"asymmetry\[url\]"):
        score("memory://a.jpg")


def test_web_addresses_need_what_fetches_them(
    monkeypatch: pytest.MonkeyPatch, extractor: Extractor
) -> None:
    pytest.importorskip("fsspec")
    monkeypatch.setitem(sys.modules, "fsspec.implementations.http", None)
    for read in (lambda url: extractor.extract([url]), lambda url: read_url(url, url)):
        with pytest.raises(MissingExtraError, match="https://"):
            read("https://example.org/a.jpg")


def test_rows_come_one_by_one(extractor: Extractor, astronaut: Pixels) -> None:
    asked: list[int] = []

    def photos() -> Iterator[PhotoSource]:
        for number in range(3):
            asked.append(number)
            yield astronaut

    rows = extractor.iter_extract(photos())
    assert asked == []
    first = next(rows)
    assert asked == [0]
    assert len(first) == 1
    assert first.provenance == extractor.provenance
    assert [row.photo[0] for row in rows] == ["<photo 1>", "<photo 2>"]


def test_the_log_names_each_photo_and_what_is_skipped(
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    extractor: Extractor,
    astronaut: Pixels,
) -> None:
    with caplog.at_level(logging.DEBUG, logger="asymmetry"):
        extractor.extract([astronaut, "no-such.jpg"])
    told = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert [level for level, _ in told] == ["DEBUG", "DEBUG", "WARNING"]
    assert told[0][1].startswith("<photo 0>: ok, ")
    assert told[2][1] == "no-such.jpg is not measured, unreadable: there is no such file"
    assert isinstance(logging.getLogger("asymmetry").handlers[0], logging.NullHandler)
    assert capfd.readouterr() == ("", "")


def test_what_is_loaded_is_loaded_once(astronaut: Pixels) -> None:
    assert load_source(astronaut, "a") is astronaut
    with pytest.raises(InvalidInputError, match="x: a photo has to be"):
        load_source(3, "x")  # type: ignore[arg-type]
