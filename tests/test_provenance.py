"""Numbers of different versions don't meet unnoticed: on load, when joined, and in an archive."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import asymmetry
from asymmetry.archive import run
from asymmetry.archive.ledger import Ledger
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import AsymmetryError, DestinationError, InvalidInputError, MissingExtraError
from tests.archives import portraits
from tests.faces import crowd

NOW = {"asymmetry": "1", "score_version": SCORE_VERSION, "method": "plain"}
BEFORE = NOW | {"score_version": SCORE_VERSION - 1}


def told(provenance: dict[str, Any], seed: int = 1) -> Landmarks:
    return replace(crowd(seed, 2), provenance=provenance)


# Joining


def test_joined_landmarks_keep_every_parts_provenance() -> None:
    other = NOW | {"method": "fast"}
    assert Landmarks.concat([told(NOW), told(NOW)]).provenance == NOW
    both = Landmarks.concat([told(NOW), told(other)])
    assert both.provenance["mixture"] == [NOW, other]
    assert both.provenance["asymmetry"] == "1"
    assert "method" not in both.provenance
    assert Landmarks.concat([both, told(NOW), told(other)]).provenance == both.provenance
    json.dumps(both.provenance)


def test_failed_photos_say_nothing_and_unknown_points_do() -> None:
    lost = Landmarks.blank(["lost.jpg"], status="no_face")
    assert Landmarks.concat([lost, told(NOW), lost]).provenance == NOW
    assert Landmarks.concat([told({}), told(NOW)]).provenance["mixture"] == [{}, NOW]
    assert Landmarks.concat([lost]).provenance == {}


def test_numbers_of_different_versions_are_not_joined() -> None:
    with pytest.raises(
        InvalidInputError, match=f"versions {SCORE_VERSION - 1} and {SCORE_VERSION} can't be"
    ):
        Landmarks.concat([told(NOW), told(BEFORE)])
    tables = [Measurements({"x_mm": [1.0]}, made) for made in (NOW, BEFORE)]
    with pytest.raises(InvalidInputError, match="extract the older photos again"):
        Measurements.concat(tables)


@pytest.mark.parametrize("made", [BEFORE, {"asymmetry": "0.1.0"}])
def test_a_file_of_another_version_is_refused_unless_asked_for(
    tmp_path: Path, made: dict[str, Any]
) -> None:
    told(made).save(tmp_path / "old.npz")
    with pytest.raises(InvalidInputError, match=r"old\.npz: .* extract .* or say other_version"):
        Landmarks.load(tmp_path / "old.npz")
    old = Landmarks.load(tmp_path / "old.npz", other_version=True)
    assert old == told(made)
    assert asymmetry.measure(old).provenance.get("score_version") == made.get(
        "score_version", SCORE_VERSION
    )
    told({"drawn by": "hand"}).save(tmp_path / "hand.npz")
    assert len(Landmarks.load(tmp_path / "hand.npz")) == 2


def test_a_damaged_file_is_an_own_error(tmp_path: Path) -> None:
    told(NOW).save(tmp_path / "x.npz")
    content = (tmp_path / "x.npz").read_bytes()
    for cut in (content[:-100], content[:5000], content[:3000] + b"?" * 4000 + content[7000:]):
        (tmp_path / "cut.npz").write_bytes(cut)
        with pytest.raises(InvalidInputError, match="not a file of saved landmarks"):
            Landmarks.load(tmp_path / "cut.npz")


# Equal, and not to be changed


def test_landmarks_are_equal_by_their_values() -> None:
    one = Landmarks.concat([crowd(1, 2), Landmarks.blank(["lost.jpg"], status="no_face")])
    other = Landmarks.concat([crowd(1, 2), Landmarks.blank(["lost.jpg"], status="no_face")])
    assert (one == other) is True
    assert (one[:2] == one) is False
    assert (one == replace(one, photo=np.array(["", "", "x"]))) is False
    assert (one == crowd(2, 3)) is False
    assert one != "one"
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_nothing_in_landmarks_can_be_changed() -> None:
    mine = np.array(["a", "b"])
    landmarks = replace(crowd(1, 2), photo=mine)
    for part in (landmarks, landmarks[:1], landmarks[[0]], landmarks.mirrored()):
        for array in (part.points, part.pose, part.status, part.photo, part.quality):
            with pytest.raises(ValueError, match="read-only"):
                array[...] = array[...]
    assert mine.flags.writeable
    assert np.shares_memory(mine, landmarks.photo)


# Archives


@pytest.fixture
def photos(tmp_path: Path, portrait_path: Path) -> Path:
    return portraits(tmp_path / "tree", portrait_path, 2, side=120)


def score(photos: Path | str, path: Path, **options: Any) -> Any:
    return asymmetry.score_archive(photos, path, method="plain", workers=1, **options)


def test_an_archive_of_another_version_is_not_finished(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.parquet"

    def stop(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(photos, path, progress=stop)
    monkeypatch.setattr("asymmetry.extract.extractor.SCORE_VERSION", SCORE_VERSION + 1)
    with pytest.raises(
        InvalidInputError, match=f"numbers are of version {SCORE_VERSION}, .* delete .*unfinished"
    ):
        score(photos, path)
    monkeypatch.undo()
    assert score(photos, path).photos == 2
    monkeypatch.setattr("asymmetry.extract.extractor.SCORE_VERSION", SCORE_VERSION + 1)
    with pytest.raises(InvalidInputError, match=f"its numbers are of version {SCORE_VERSION},"):
        score(photos, path)


def test_a_folder_and_its_name_with_a_slash_are_one_source(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    assert score(photos, path).scored == 2
    assert score(f"{photos}/", path).scored == 0
    with pytest.raises(InvalidInputError, match=r"source was '.*tree' and now is '.*P00'"):
        score(photos / "P00", path)


@pytest.mark.parametrize(
    "where", ["memory://x/s.parquet", "s3://bucket/s.parquet", Path("s3://b/s.parquet")]
)
def test_a_url_is_no_destination(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str | Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DestinationError, match="not to URLs: name a local file"):
        score(photos, where)  # type: ignore[arg-type]
    assert [each.name for each in tmp_path.iterdir()] == ["tree"]


@pytest.mark.parametrize(
    ("module", "engine", "extra"),
    [("pyarrow", "local", "archive"), ("pebble", "local", "archive"), ("ray", "ray", "ray")],
)
def test_extras_are_missed_before_the_work(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
    engine: str,
    extra: str,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"asymmetry\[{extra}\]"):
        score(photos, tmp_path / "s.parquet", engine=engine)
    assert [each.name for each in tmp_path.iterdir()] == ["tree"]
    monkeypatch.setitem(
        __import__("sys").modules, "pyarrow", None
    )  # an extra that brings it is told first
    with pytest.raises(MissingExtraError, match=rf"asymmetry\[{extra}\]"):
        score(photos, tmp_path / "s.parquet", engine=engine)


def test_what_failed_at_once_does_not_block_the_corrected_command(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.parquet"

    def broken(*_: Any, **__: Any) -> Any:
        raise AsymmetryError("no cluster")

    with monkeypatch.context() as patched:
        patched.setattr(run, "_score_here", broken)
        with pytest.raises(AsymmetryError, match="no cluster"):
            score(photos, path, landmarks=True)
    assert not Ledger.folder_of(path).exists()
    assert score(photos, path).scored == 2
