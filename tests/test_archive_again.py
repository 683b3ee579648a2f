"""Archives a second time: failures retried, changed photos read again; without processes; over storage."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

import asymmetry
from asymmetry import progress
from asymmetry.archive import Progress
from asymmetry.archive.own_metrics import is_found_by_name
from asymmetry.cli import main
from asymmetry.cli.archive import _storage_options
from asymmetry.errors import DestinationError, InvalidInputError
from asymmetry.metrics import Half, metric
from tests.archives import portraits
from tests.own_metrics import cheek_height, cheek_lift

pandas = pytest.importorskip("pandas", reason="the extra table is not installed")


@pytest.fixture
def photos(tmp_path: Path, portrait_path: Path) -> Path:
    """Three portraits, a grey picture and a broken file."""
    folder = portraits(tmp_path / "photos", portrait_path, 3)
    Image.new("RGB", (200, 200), "grey").save(folder / "grey.png")
    (folder / "broken.jpg").write_bytes(portrait_path.read_bytes()[:5000])
    return folder


def score(photos: Path, **options: Any) -> tuple[Any, Any]:
    """The messages of a run, and its table."""
    path = photos.parent / "scores.parquet"
    made = asymmetry.score_archive(photos, path, method="plain", workers=0, **options)
    return made, pandas.read_parquet(path).set_index("photo")


def test_without_processes_the_rows_are_the_same(photos: Path, tmp_path: Path) -> None:
    _, table = score(photos)
    other = tmp_path / "other.parquet"
    asymmetry.score_archive(photos, other, method="plain", workers=1)
    assert pandas.read_parquet(other).set_index("photo").equals(table)
    assert other.read_bytes() == (tmp_path / "scores.parquet").read_bytes()


def test_failures_are_read_again_and_nothing_else(photos: Path, portrait_path: Path) -> None:
    made, before = score(photos)
    assert (made.photos, made.scored, made.usable) == (5, 5, 3)
    shutil.copy(portrait_path, photos / "broken.jpg")
    (photos / "P00" / "000 2026-03-01.jpg").write_bytes(b"changed, but not read again")
    (photos / "P01" / "001 2026-03-02.jpg").unlink()
    shutil.copy(portrait_path, photos / "new.jpg")
    asked: list[Progress] = []
    made, after = score(photos, retry_failed=True, progress=asked.append)
    assert (made.photos, made.scored, made.usable) == (5, 2, 4)
    assert asked[-1].done == 5
    assert sorted(after.index) == sorted(before.index)
    kept = [name for name in before.index if name not in ("broken.jpg", "grey.png")]
    assert after.loc[kept].equals(before.loc[kept])
    assert after.loc["broken.jpg", "status"] in ("ok", "warn")
    assert not (photos.parent / "scores.parquet.unfinished").exists()
    made, _ = score(photos)
    assert made.scored == 0


def test_what_has_changed_is_read_again(photos: Path, portrait_path: Path) -> None:
    _, before = score(photos)
    shutil.copy(portrait_path, photos / "P00" / "000 2026-03-01.jpg")
    (photos / "P01" / "001 2026-03-02.jpg").unlink()
    shutil.copy(portrait_path, photos / "new.jpg")
    made, after = score(photos, update=True)
    assert (made.photos, made.scored) == (5, 2)
    assert "new.jpg" in after.index
    assert "P01/001 2026-03-02.jpg" not in after.index
    changed = "P00/000 2026-03-01.jpg"
    assert after.loc[changed, "sha256"] != before.loc[changed, "sha256"]
    assert after.loc[["grey.png", "broken.jpg"]].equals(before.loc[["grey.png", "broken.jpg"]])


def test_nothing_to_retry_is_nothing_to_do(photos: Path) -> None:
    (photos / "grey.png").unlink()
    (photos / "broken.jpg").unlink()
    score(photos)
    path = photos.parent / "scores.parquet"
    when = path.stat().st_mtime_ns
    made, _ = score(photos, retry_failed=True)
    assert made.scored == 0
    assert path.stat().st_mtime_ns == when


def test_rows_of_other_settings_are_not_kept(photos: Path) -> None:
    score(photos)
    with pytest.raises(InvalidInputError, match="made with other settings"):
        score(photos, retry_failed=True, subject="P.*")


def test_a_retry_that_is_interrupted_goes_on(photos: Path, portrait_path: Path) -> None:
    _, before = score(photos)
    shutil.copy(portrait_path, photos / "broken.jpg")

    def stop(now: Progress) -> None:
        if now.done > 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score(photos, retry_failed=True, progress=stop)
    assert (photos.parent / "scores.parquet.unfinished").is_dir()
    made, after = score(photos, retry_failed=True)
    assert made.usable == 4
    assert sorted(after.index) == sorted(before.index)


def test_own_metrics_in_an_archive(photos: Path) -> None:
    _, table = score(photos, metrics=["mrd1", cheek_height])
    assert set(cheek_height.columns) <= set(table.columns)
    assert "brow_height_diff_mm" not in table.columns
    with pytest.raises(InvalidInputError, match="made with other settings"):
        score(photos)
    for wrong, message in ((["mrd9"], "no metric is called mrd9"), ([cheek_lift], "use movement")):
        with pytest.raises(InvalidInputError, match=message):
            score(photos, metrics=wrong, overwrite=True)


def test_ray_takes_metrics_that_others_can_find(photos: Path) -> None:
    @metric(unit="mm", sign="x", source="x")
    def hidden(half: Half) -> Any:
        """One that no other process finds."""
        return half.up("cheekbone")

    assert is_found_by_name(cheek_height)
    assert not is_found_by_name(hidden)
    with pytest.raises(InvalidInputError, match="top level of a module"):
        asymmetry.score_archive(photos, "s.parquet", engine="ray", metrics=[hidden])


def test_options_of_the_storage(tmp_path: Path, photos: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    zipped = shutil.make_archive(str(tmp_path / "zipped"), "zip", photos)
    memory = fsspec.filesystem("memory")
    memory.pipe("/zipped.zip", Path(zipped).read_bytes())
    path = tmp_path / "s.parquet"
    options = {"fo": "/zipped.zip", "target_protocol": "memory"}
    made = asymmetry.score_archive(
        "zip://", path, method="plain", workers=0, storage_options=options
    )
    assert made.usable == 3
    assert b"target_protocol" not in path.read_bytes()


@pytest.mark.parametrize("source", ["photos", "photos/"])
def test_a_slash_makes_no_other_archive(
    photos: Path, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos.parent)
    asymmetry.score_archive("photos", "s.parquet", method="plain", workers=0)
    assert asymmetry.score_archive(source, "s.parquet", method="plain", workers=0).scored == 0


@pytest.mark.parametrize("destination", ["memory://s.parquet", "s3://bucket/s.parquet"])
def test_a_url_is_no_destination(
    photos: Path, destination: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DestinationError, match="written to local files"):
        asymmetry.score_archive(photos, destination)
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(
        main, ["archive", *map(str, arguments), "--method", "plain", "--workers", "0"]
    )


def test_command_line_again(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    assert run(photos, "-o", path).exit_code == 0
    done = run(photos, "-o", path, "--retry-failed", "--update")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[0].endswith("; 3 by earlier runs")
    small = run(photos, "-o", tmp_path / "t.parquet", "--max-megapixels", "0.001")
    assert small.exit_code == 1
    assert "no photo could be scored" in small.stderr
    assert (tmp_path / "t.parquet").exists()


def test_lines_of_progress_without_a_terminal(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SECONDS_PER_LINE", 0.0)
    lines = run(photos, "-o", tmp_path / "s.parquet").stderr.splitlines()
    assert len(lines) == 6
    assert re.fullmatch(r"5 of 5 photos \(100\.0 %\), 40\.0 % failed, [\d.]+ a second", lines[-1])
    assert run(photos, "-o", tmp_path / "s.parquet").stderr == ""


@pytest.mark.parametrize(
    ("given", "known"),
    [(("anon=true", "key=a=b"), {"anon": True, "key": "a=b"}), (("n=3",), {"n": 3}), ((), {})],
)
def test_storage_options_of_the_command_line(given: tuple[str, ...], known: dict[str, Any]) -> None:
    assert _storage_options(given) == known


def test_a_storage_option_without_a_value(photos: Path) -> None:
    done = run(photos, "-o", "s.parquet", "--storage-option", "anon")
    assert done.exit_code == 2
    assert "NAME=VALUE" in done.stderr
