"""Files that are written whole or not at all, and saved landmarks that are damaged or made up."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, measure
from asymmetry.core.files import replace_file
from asymmetry.errors import DestinationError, InvalidInputError

POSIX = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyboardInterrupt(), ValueError()]
)
def test_what_fails_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")
    kind = DestinationError if isinstance(error, OSError) else type(error)

    def write_half() -> None:
        with replace_file(path) as made:
            made.write_text("half")
            raise error

    with pytest.raises(kind):
        write_half()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_new_file_takes_the_old_ones_place(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text("old")
    with replace_file(path) as made:
        made.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_a_new_file_with_landmarks_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    Landmarks.blank(["a"], status="ok").save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    Landmarks.blank(["a"], status="ok").save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@POSIX
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "scores.csv", tmp_path / "scores.csv"
    real.write_text("old")
    link.symlink_to(real)
    with replace_file(link) as made:
        made.write_text("new")
    assert (real.read_text(), link.is_symlink()) == ("new", True)


@POSIX
def test_a_device_is_written_to_itself() -> None:
    before = Path(os.devnull).stat().st_rdev
    measure(Landmarks.blank(["a"], status="no_face")).to_csv(os.devnull)
    assert Path(os.devnull).stat().st_rdev == before
    full = Path("/dev/full")
    if full.exists():
        with pytest.raises(DestinationError, match="No space left"):
            measure(Landmarks.blank(["a"], status="no_face")).to_csv(full)


def test_a_folder_in_the_place_of_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "scores.csv").mkdir()
    with pytest.raises(DestinationError, match=r"scores\.csv: this is a folder"):
        measure(Landmarks.blank(["a"], status="no_face")).to_csv(tmp_path / "scores.csv")


@POSIX
@pytest.mark.skipif(os.name == "posix" and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_read_only_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DestinationError, match="Permission denied"):
        measure(Landmarks.blank(["a"], status="no_face")).to_csv(tmp_path / "a.csv")


# saved landmarks


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "a.npz"
    rng = np.random.default_rng(0)
    Landmarks.from_points(rng.normal(500, 90, (2, 478, 3)), check=False).save(path)
    return path.read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def packed(parts: dict[str, bytes], path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in parts.items():
            made.writestr(name, data)
    return path


def test_damaged_landmarks_are_read_or_refused_by_an_error_of_our_own(
    saved: bytes, tmp_path: Path
) -> None:
    """Bytes of the file, and bytes of its members below their checksums."""
    rng, path, refused = np.random.default_rng(1), tmp_path / "a.npz", list[str]()
    parts = members(saved)
    for turn in range(300):
        if turn % 2:
            name = str(rng.choice(sorted(parts)))
            spoilt = bytearray(parts[name])
            spoilt[int(rng.integers(min(len(spoilt), 200)))] ^= 1 << int(rng.integers(8))
            packed({**parts, name: bytes(spoilt)}, path)
        else:
            whole = bytearray(saved)
            for place in rng.integers(0, len(whole), 3).tolist():
                whole[place] = int(rng.integers(256))
            path.write_bytes(bytes(whole))
        try:
            measure(Landmarks.load(path))
        except InvalidInputError as error:
            refused.append(str(error))
    assert 200 < len(refused) < 300
    assert all("a.npz" in each for each in refused)


def test_a_file_that_would_fill_the_memory_is_refused(saved: bytes, tmp_path: Path) -> None:
    parts = members(saved)
    array = io.BytesIO()
    np.save(array, np.zeros((60000, 478, 3), np.float32))
    path = packed({**parts, "points.npy": array.getvalue()}, tmp_path / "bomb.npz")
    with pytest.raises(InvalidInputError, match="unpacks from"):
        Landmarks.load(path)


def test_many_rows_without_points_are_read(tmp_path: Path) -> None:
    rows = Landmarks.blank([f"{i}.jpg" for i in range(6000)], status="no_face", reason="none")
    rows.save(tmp_path / "a.npz")
    assert len(Landmarks.load(tmp_path / "a.npz")) == 6000


def test_pickles_are_not_run(saved: bytes, tmp_path: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.array([print], dtype=object), allow_pickle=True)
    path = packed({**members(saved), "photo.npy": array.getvalue()}, tmp_path / "a.npz")
    with pytest.raises(InvalidInputError, match="pickle"):
        Landmarks.load(path)
