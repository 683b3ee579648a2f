"""Clips: real video files read whole and right or refused, and a smile in one measured."""

from __future__ import annotations

import io
import json
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from asymmetry import Clip, Extractor, Landmarks, PhotoBytes, Series, read_clip
from asymmetry.cli import main
from asymmetry.clips import _read_moments
from asymmetry.errors import (
    InvalidInputError,
    NoFaceError,
    SeveralFacesError,
    UnreadablePhotoError,
    UnsuitablePhotoError,
)
from asymmetry.photos.clips import pick_frames, read_frames
from asymmetry.synthetic import Move, warp_photo
from asymmetry.timing.moments import Choices
from tests.videos import (
    AVI,
    MP4,
    WEBM,
    Pixels,
    rise_and_fall,
    shake,
    stretch_times,
    turn_by_tag,
    write_video,
)

COUNT, RATE = 20, 30.0
SECONDS = np.arange(48) / RATE
LAG, LOSS, UP = 0.1, 0.5, 4.0


def ramp() -> list[Pixels]:
    """Frames that get brighter; red on the left half."""
    frames = [np.full((60, 100, 3), 10 * step, np.uint8) for step in range(COUNT)]
    for frame in frames:
        frame[:, :50, 0] = 255
    return frames


@pytest.mark.parametrize("kind", [MP4, AVI, WEBM])
def test_every_frame_comes_with_its_time(tmp_path: Path, kind: tuple[str, str]) -> None:
    codec, suffix = kind
    path = write_video(tmp_path / f"a{suffix}", ramp(), fps=RATE, codec=codec)
    for source in (path, str(path), path.read_bytes(), io.BytesIO(path.read_bytes())):
        found = list(read_frames(source))
        assert [frame.number for frame in found] == list(range(COUNT))
        times = [frame.seconds for frame in found]
        np.testing.assert_allclose(times, np.arange(COUNT) / RATE, atol=1e-3)
        assert found[5].pixels.shape == (60, 100, 3)
        np.testing.assert_allclose(found[5].pixels[30, 75], 50, atol=6)


def test_a_rotation_tag_is_obeyed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ramp())
    turn_by_tag(path)
    pixels = next(read_frames(path)).pixels
    assert pixels.shape == (100, 60, 3)
    assert pixels[10, 30, 0] > 200 > pixels[-10, 30, 0]  # the left half came on top
    np.testing.assert_array_equal(pick_frames(path, [0])[0], pixels)


def test_times_are_the_files_own(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ramp())
    stretch_times(path, [(10, 512), (10, 1024)])  # of 15360 ticks a second
    times = [frame.seconds for frame in read_frames(path)]
    np.testing.assert_allclose(np.diff(times), [1 / 30] * 10 + [1 / 15] * 9, atol=1e-3)


def test_frames_are_picked_by_number(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ramp())
    every = list(read_frames(path))
    picked = pick_frames(path, {3, 17})
    assert sorted(picked) == [3, 17]
    for number, pixels in picked.items():
        np.testing.assert_array_equal(pixels, every[number].pixels)


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def sound_only(content: bytes) -> bytes:
    return content.replace(b"vide", b"soun")


def hollow(content: bytes) -> bytes:
    return content[:60] + bytes(len(content) - 60)


@pytest.mark.parametrize(
    ("kind", "spoil", "code"),
    [
        (MP4, half, "clip_cut_off"),
        (MP4, sound_only, "clip_no_picture"),
        (MP4, hollow, "clip_no_picture"),
        (AVI, half, "clip_cut_short"),
        (WEBM, half, "clip_cut_short"),
        (MP4, lambda _: b"", "empty_file"),
        (MP4, lambda _: b"a text about a smile", "clip_no_video"),
        (MP4, lambda _: b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", "clip_no_video"),
    ],
)
def test_a_damaged_file_is_refused_by_name(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    kind: tuple[str, str],
    spoil: Callable[[bytes], bytes],
    code: str,
) -> None:
    codec, suffix = kind
    path = write_video(tmp_path / f"whole{suffix}", ramp(), codec=codec)
    bad = tmp_path / f"bad{suffix}"
    bad.write_bytes(spoil(path.read_bytes()))
    capfd.readouterr()
    with pytest.raises(UnreadablePhotoError, match=f"bad{suffix}: ") as error:
        list(read_frames(bad))
    assert getattr(error.value.note, "code", None) == code
    assert capfd.readouterr().err == ""


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.mp4", tmp_path):
        with pytest.raises(UnreadablePhotoError):
            next(read_frames(path))
    with pytest.raises(InvalidInputError, match="picture"):
        next(read_frames(np.zeros((8, 8, 3), np.uint8)))


def test_a_long_clip_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ramp())
    with pytest.raises(UnsuitablePhotoError, match=r"a\.mp4: it lasts 0\.7 s"):
        next(read_frames(path, max_seconds=0.5))
    stretch_times(path, [(10, 512), (10, 51200)])
    with pytest.raises(UnsuitablePhotoError, match="above the limit"):
        list(read_frames(path, max_seconds=5))
    with pytest.raises(InvalidInputError):
        next(read_frames(path, max_seconds=0))


def test_large_frames_are_refused(tmp_path: Path) -> None:
    path = write_video(tmp_path / "a.mp4", ramp())
    with pytest.raises(UnsuitablePhotoError, match="100 × 60 pixels"):
        next(read_frames(path, max_megapixels=0.005))


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor(threads=1)


@pytest.fixture(scope="module")
def smiling(
    astronaut: Pixels, extractor: Extractor, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A smile whose left side lags by a tenth of a second and moves half as far, in a shaking camera."""
    rest = astronaut[:380, 60:400]
    landmarks = extractor.extract([rest])
    ways = {
        "right": rise_and_fall(SECONDS, 0.4, 0.3, 0.4),
        "left": LOSS * rise_and_fall(SECONDS - LAG, 0.4, 0.3, 0.4),
    }
    frames = []
    for number in range(len(SECONDS)):
        moves = [
            Move("mouth_corner", side, up_mm=UP * way[number], out_mm=UP / 2 * way[number])
            for side, way in ways.items()
        ]
        frames.append(shaken(warp_photo(rest, landmarks, moves).pixels, number))
    path = tmp_path_factory.mktemp("clips") / "2026-03-02 smile.mp4"
    return write_video(path, frames, fps=RATE)


def shaken(pixels: Pixels, number: int) -> Pixels:
    """As a camera in the hand has it, with grain."""
    when = number / RATE
    height, width = pixels.shape[:2]
    turn = shake(width, height, when)
    seen = turn(pixels)
    grain = np.random.default_rng(number).normal(0, 2, seen.shape)
    return np.clip(seen + grain, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def clip(smiling: Path, extractor: Extractor) -> Clip:
    return read_clip(smiling, extractor=extractor)


@pytest.fixture(scope="module")
def brief(smiling: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the smile begins."""
    frames = [frame.pixels for frame in read_frames(smiling)][8:24]
    return write_video(tmp_path_factory.mktemp("brief") / "smile.mp4", frames, fps=RATE)


@pytest.fixture(scope="module")
def beginning(brief: Path, extractor: Extractor) -> Clip:
    return read_clip(brief, extractor=extractor)


def test_the_loss_the_lag_and_the_height_are_read(clip: Clip) -> None:
    timing = clip.timing
    assert timing.right.excursion == pytest.approx(UP, rel=0.1)
    assert timing.ratio == pytest.approx(LOSS, abs=0.1)
    assert timing.lag.seconds == pytest.approx(-LAG, abs=1 / RATE)
    assert 0.7 - 2 / RATE <= timing.trace.seconds[timing.moments.peak] <= 1.2 + 2 / RATE
    assert clip.movement["commissure_travel_ratio"][0] == pytest.approx(LOSS, abs=0.1)
    assert timing.blinks == ()


def test_the_two_photos_are_those_of_the_file(clip: Clip, extractor: Extractor) -> None:
    assert clip.expression == "smile_open"
    assert [record.expression for record in clip.about] == ["rest", "smile_open"]
    assert [record.iso_date for record in clip.about] == ["2026-03-02"] * 2
    again = extractor.extract(list(clip.photos.values()))
    np.testing.assert_array_equal(again.points, clip.landmarks.points)
    assert clip.landmarks.photo.tolist() == list(clip.photos)


def test_an_odd_frame_is_not_taken_for_a_photo(clip: Clip, smiling: Path) -> None:
    rest, peak = clip.landmarks[[0]], clip.landmarks[[1]]
    odd = rest.points.copy()
    odd[0, list(rest.layout.pairs["commissure"]), 1] += 3.0  # px, at 1.4 px per mm

    class Reader:
        def extract(self, photos: Sequence[Pixels]) -> Landmarks:
            assert len(photos) == 5
            return Landmarks.concat([replace(rest, points=odd), rest, rest, peak, peak])

    timing = replace(clip.timing, choices=Choices((2, 5, 8), (20, 22)))
    chosen, landmarks, pictures = _read_moments(cast("Extractor", Reader()), smiling, timing)
    assert chosen.moments == (5, 20)
    assert list(pictures) == [5, 20]
    np.testing.assert_array_equal(landmarks.points[0], rest.points[0])


def test_frames_that_would_do_are_sharp_and_at_their_moment(clip: Clip) -> None:
    rest, peak = clip.timing.choices
    assert len(set(rest)) == 3
    assert 2 <= len(set(peak)) <= 3
    assert clip.timing.moments.rest in rest
    assert clip.timing.moments.peak in peak
    assert max(clip.timing.trace.both[list(rest)]) < 0.1 * UP
    assert min(clip.timing.trace.both[list(peak)]) > 0.9 * np.nanmax(clip.timing.trace.both)


def test_a_series_takes_the_photos(clip: Clip) -> None:
    series = Series.from_landmarks(clip.landmarks, about=clip.about, photos=clip.photos)
    assert series.static["expression"].tolist() == ["rest", "smile_open"]
    moved = series.movements["commissure_travel_ratio"]
    assert moved[np.isfinite(moved)] == pytest.approx(LOSS, abs=0.1)


def test_bytes_and_a_name_do_as_well(brief: Path, beginning: Clip, extractor: Extractor) -> None:
    given = PhotoBytes("visit 3", brief.read_bytes(), taken="2026-03-09")
    found = read_clip(given, expression="smile_open", extractor=extractor)
    np.testing.assert_array_equal(found.timing.trace.right, beginning.timing.trace.right)
    assert found.about[0].iso_date == "2026-03-09"
    assert found.landmarks.taken.tolist() == ["2026-03-09"] * 2


def test_a_mirrored_clip_has_its_sides_back(brief: Path, tmp_path: Path) -> None:
    frames = [frame.pixels for frame in read_frames(brief)]
    lossless = {"fps": RATE, "codec": "FFV1"}
    there = read_clip(write_video(tmp_path / "there smile.avi", frames, **lossless))
    turned = [np.ascontiguousarray(frame[:, ::-1]) for frame in frames]
    back = read_clip(write_video(tmp_path / "back smile.avi", turned, **lossless), mirrored=True)
    np.testing.assert_array_equal(back.track.landmarks.points, there.track.landmarks.points)
    assert back.timing.to_dict() == pytest.approx(there.timing.to_dict(), nan_ok=True)
    assert back.timing.right.excursion > back.timing.left.excursion


def test_threads_change_no_number(brief: Path, beginning: Clip) -> None:
    with Extractor(threads=2) as other:
        found = read_clip(brief, extractor=other)
    np.testing.assert_array_equal(found.track.landmarks.points, beginning.track.landmarks.points)


def test_plain_data_can_be_written_as_json(clip: Clip) -> None:
    found = json.loads(json.dumps(clip.to_dict(), allow_nan=False))
    assert found["timing"]["lag_s"] == clip.timing.lag.seconds
    assert len(found["seconds"]) == len(found["eye_closed"]["right"]) == len(SECONDS)
    assert clip.to_table()["expression"].tolist() == ["smile_open"]
    assert "lag" in repr(clip)


def test_the_plot_shows_the_numbers(clip: Clip) -> None:
    upper, lower = clip.plot().axes
    drawn = {line.get_label(): line.get_ydata() for line in upper.lines}
    np.testing.assert_array_equal(drawn["patient's right"], clip.timing.trace.smooth[0].value)
    assert "eye closed" in lower.get_ylabel()
    assert upper.get_ylabel().startswith("Smile")
    untold = replace(clip, timing=replace(clip.timing, expression=None))
    assert untold.plot().axes[0].get_ylabel().startswith("Mouth corner")
    german = clip.plot("de")
    german.draw_without_rendering()
    seconds = "".join(each.get_text() for each in german.axes[1].get_xticklabels())
    assert "," in seconds
    assert "." not in seconds


def test_a_film_strip_is_its_owners_alone(clip: Clip, tmp_path: Path) -> None:
    path = clip.film_strip(tmp_path / "film.png", frames=5)
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with Image.open(path) as image:
        assert image.width > 4 * image.height / 1.5
        assert not image.info
    with pytest.raises(InvalidInputError):
        clip.film_strip(tmp_path / "film.mp4")


def test_nothing_is_written_on_the_way(
    brief: Path, extractor: Extractor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    read_clip(brief, extractor=extractor).plot()
    assert list(tmp_path.iterdir()) == []


def test_a_clip_without_a_face_is_refused(tmp_path: Path, extractor: Extractor) -> None:
    path = write_video(tmp_path / "wall.mp4", [np.full((240, 320, 3), 90, np.uint8)] * 8)
    with pytest.raises(NoFaceError, match=r"wall\.mp4"):
        read_clip(path, extractor=extractor)


def test_a_clip_of_two_people_is_refused(
    astronaut: Pixels, tmp_path: Path, extractor: Extractor
) -> None:
    one = astronaut[:380, 60:400]
    path = write_video(tmp_path / "two.mp4", [np.concatenate([one, one[:, ::-1]], axis=1)] * 8)
    with pytest.raises(SeveralFacesError, match=r"two\.mp4"):
        read_clip(path, extractor=extractor)


def test_a_face_that_comes_later_is_found(
    astronaut: Pixels, tmp_path: Path, extractor: Extractor
) -> None:
    face = astronaut[:380, 60:400]
    frames = [np.full_like(face, 90)] * 5 + [face] * 10
    clip = read_clip(write_video(tmp_path / "late.mp4", frames), extractor=extractor)
    assert clip.track.landmarks.usable.tolist() == [False] * 5 + [True] * 10
    assert {"clip_face_lost", "clip_still"} <= {note.code for note in clip.notes}


def test_a_clip_of_one_frame_has_no_course(
    astronaut: Pixels, tmp_path: Path, extractor: Extractor
) -> None:
    path = write_video(tmp_path / "one.mp4", [astronaut[:380, 60:400]])
    clip = read_clip(path, extractor=extractor)
    assert clip.timing.moments == (0, 0)
    assert np.isnan(clip.timing.lag.seconds)


def test_arguments_are_checked(smiling: Path, extractor: Extractor) -> None:
    with pytest.raises(InvalidInputError, match="unknown expression"):
        read_clip(smiling, expression="laugh")
    with pytest.raises(InvalidInputError, match="mirrored"):
        read_clip(smiling, mirrored=True, extractor=extractor)


def test_the_command_tells_and_draws(smiling: Path, clip: Clip, tmp_path: Path) -> None:
    plot, film = tmp_path / "plot.png", tmp_path / "film.png"
    asked = ["clip", str(smiling), "--plot", str(plot), "--film", str(film)]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    lag = f"{clip.timing.lag.seconds:+.2f}"
    assert re.search(rf"Lag of the right side, s +{re.escape(lag)}", result.output)
    assert plot.is_file()
    assert film.is_file()


def test_the_command_names_what_it_can_not_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no video")
    result = CliRunner().invoke(main, ["clip", str(bad)])
    assert result.exit_code == 1
    assert "bad.mp4" in result.output
    wrong = CliRunner().invoke(main, ["clip", str(bad), "--plot", str(tmp_path / "a.txt")])
    assert wrong.exit_code == 2
