"""Mistakes of a first use: refused in words or the cost of one row, and never another photo's numbers."""

from __future__ import annotations

import collections
import copy
import io
import pickle
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

import asymmetry
from asymmetry import Extractor, PhotoBytes, Scale, Series, errors, norms
from asymmetry.errors import InvalidInputError, MissingExtraError, UnreadablePhotoError
from asymmetry.photos import remote
from asymmetry.report.plots.style import new_figure, svg
from asymmetry.series import Comparison
from tests.notes import codes
from tests.pages import series

METHOD = "fast"


def grey(level: int) -> bytes:
    """A photo of nobody."""
    stream = io.BytesIO()
    Image.new("RGB", (120, 120), (level, level, level)).save(stream, "PNG")
    return stream.getvalue()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Five photos of nobody, each of another width."""
    folder = tmp_path_factory.mktemp("grey")
    for number in range(5):
        Image.new("RGB", (100 + number, 120), "grey").save(folder / f"{number}.png")
    return [str(folder / f"{number}.png") for number in range(5)]


@pytest.mark.parametrize("mirrored", ["false", "no", 0, 1, None])
def test_a_switch_that_is_none_is_refused(mirrored: Any) -> None:
    with pytest.raises(InvalidInputError, match="mirrored has to be True or False"):
        Extractor(mirrored=mirrored)
    with pytest.raises(InvalidInputError, match="settings must be of type Settings"):
        Extractor(settings={})  # type: ignore[arg-type]


def test_a_report_asks_whether_photos_come_in(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="photos has to be True or False, not 'no'"):
        series(3).report(tmp_path / "r.html", photos="no")  # type: ignore[arg-type]


def test_skin_that_was_not_seen_has_no_bruise_ruled_out(extractor: Extractor) -> None:
    said = repr(asymmetry.skin(["no-such-photo.jpg", grey(128)], extractor=extractor))
    assert "no-such-photo.jpg: not measured (unreadable: there is no such file" in said
    assert "not measured (no_face" in said
    assert "no bruise" not in said


WRAPPERS: list[Callable[[list[Any]], list[Any]]] = [
    lambda given: given[2:],
    lambda given: given[::-1],
    lambda given: [given[0], given[3], given[1]],
]


@pytest.mark.parametrize("wrap", WRAPPERS)
def test_a_progress_that_hands_on_others_gets_their_rows(
    extractor: Extractor, photos: list[str], wrap: Callable[[list[Any]], list[Any]]
) -> None:
    def progress(given: Iterable[Any]) -> list[Any]:
        return wrap(list(given))

    found = extractor.extract(photos, progress=progress)
    widths = [100 + photos.index(name) for name in wrap(photos)]
    assert found.photo.tolist() == wrap(photos)
    assert found.size[:, 0].tolist() == widths


def test_a_folder_does_not_take_photos_in_another_order(
    extractor: Extractor, photos: list[str]
) -> None:
    folder = Path(photos[0]).parent
    with pytest.raises(
        InvalidInputError, match="progress has to hand on every photo, in the order given"
    ):
        Series.from_folder(folder, extractor=extractor, progress=lambda given: list(given)[::-1])


def test_any_sequence_is_taken(extractor: Extractor, photos: list[str]) -> None:
    assert len(extractor.extract(collections.deque(photos))) == len(photos)


@pytest.mark.parametrize("one", ["a folder", Path("a.jpg"), b"bytes", np.zeros((9, 9), np.uint8)])
def test_one_photo_is_no_series(extractor: Extractor, one: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"pass \[photo\], and read a folder by"):
        Series.from_photos(one, extractor=extractor)


@pytest.mark.parametrize(
    "given", [[grey(9), None], {"a": grey(9), "b": None}, {"a": grey(9), "b": []}]
)
def test_what_is_no_photo_costs_its_own_row(extractor: Extractor, given: Any) -> None:
    made = Series.from_photos(given, extractor=extractor)
    assert len(made.landmarks) == 2
    assert sorted(made.landmarks.status.tolist()) == ["no_face", "unreadable"]


@pytest.mark.parametrize("name", [3, "", None, b"a"])
def test_a_name_is_a_text(extractor: Extractor, name: Any) -> None:
    with pytest.raises(InvalidInputError, match="a photo's name has to be a text"):
        PhotoBytes(name, grey(9))
    if name is not None:
        with pytest.raises(InvalidInputError, match="a photo's name has to be a text"):
            Series.from_photos({name: grey(9)}, extractor=extractor)


def test_two_photos_of_one_name_are_not_one(extractor: Extractor) -> None:
    twice = [PhotoBytes("rest", grey(level)) for level in (9, 200)]
    with pytest.raises(InvalidInputError, match="two photos are called rest"):
        Series.from_photos(twice, extractor=extractor)
    same = [PhotoBytes("rest", grey(9)), PhotoBytes("rest", grey(9))]
    assert len(Series.from_photos(same, extractor=extractor).landmarks) == 1


def test_a_date_that_a_table_lacks_is_unknown(extractor: Extractor) -> None:
    missing = pytest.importorskip("pandas").NaT
    photo = PhotoBytes("a", grey(9), taken=missing)
    assert photo.when is None
    assert len(Series.from_photos([photo], extractor=extractor).landmarks) == 1
    with pytest.raises(InvalidInputError, match="NaT is not a date"):
        Series.from_photos([photo], extractor=extractor, treated_on=missing)


def test_photos_are_told_of_by_their_names(
    extractor: Extractor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("WARNING", logger="asymmetry"):
        Series.from_photos({"anna": b"junk"}, extractor=extractor)
        Series.from_photos([grey(9), grey(9), b"junk"], extractor=extractor)
    said = [record.getMessage() for record in caplog.records]
    assert said[0].startswith("anna is not measured")
    assert said[-1].startswith("<photo 2> is not measured")


@pytest.mark.parametrize("name", errors.__all__)
def test_errors_come_through_a_pool(name: str) -> None:
    kind = getattr(errors, name)
    if not (isinstance(kind, type) and issubclass(kind, Exception)):
        return
    two = issubclass(kind, (errors.PhotoError, MissingExtraError))
    error = kind("reading this", "url") if two else kind("a reason")
    for each in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):
        assert (type(each), str(each)) == (kind, str(error))


def test_norms_come_through_a_pool() -> None:
    assert pickle.loads(pickle.dumps(norms())) == norms()
    assert copy.deepcopy(norms())["mrd1"] == norms()["mrd1"]


def test_scales_are_compared_by_their_lengths() -> None:
    lengths = np.array([1.0, 2.0])
    assert Scale("ruler", lengths) == Scale("ruler", lengths.copy())
    assert Scale("ruler", lengths) != Scale("ruler", lengths + 1)
    assert len({Scale(), Scale(), Scale("ruler", lengths)}) == 2


def test_plots_of_several_threads_leave_no_setting_behind() -> None:
    before, made = mpl.rcParams["svg.hashsalt"], []

    def draw() -> None:
        for _ in range(8):
            figure = new_figure(2, 1)
            figure.add_subplot().plot([1, 2, 1])
            made.append(svg(figure))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert mpl.rcParams["svg.hashsalt"] == before
    assert len(set(made)) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(404, "nothing_there"), (403, "not_fetched"), (None, "not_fetched")]
)
def test_a_server_that_refuses_has_not_nothing(
    status: int | None, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsspec = pytest.importorskip("fsspec")

    class RefusalError(Exception):
        pass

    def refuse(*_: Any, **__: Any) -> Any:
        refusal = RefusalError("refused")
        if status is not None:
            refusal.status = status  # type: ignore[attr-defined]
        raise FileNotFoundError("https://x/a.jpg") from refusal

    monkeypatch.setattr(fsspec.core, "url_to_fs", refuse)
    with pytest.raises(UnreadablePhotoError) as caught:
        remote.read_url("memory://x/a.jpg", "a.jpg")
    assert codes([caught.value.note]) == [code]


def test_a_note_of_the_diary_is_no_text() -> None:
    with pytest.raises(InvalidInputError, match="notes: each must be of type DiaryNote, not str"):
        Series.from_landmarks(series(3).landmarks, notes=["hello"])  # type: ignore[list-item]


@pytest.mark.parametrize("seconds", ["5", None, 0])
def test_a_length_of_a_clip_is_a_number(seconds: Any) -> None:
    with pytest.raises(InvalidInputError, match=r"max_seconds: .* is not a number above 0"):
        asymmetry.read_clip("no-such-clip.mp4", max_seconds=seconds)


def test_what_compare_returns_is_public() -> None:
    assert asymmetry.series.Comparison is Comparison
    assert asymmetry.extract.Settings().__class__.__name__ == "Settings"
