"""How commands end: interrupted, in odd folders and interpreters, with secrets in URLs."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import asymmetry
from asymmetry.cli import main
from asymmetry.photos.listing import find_leftovers, image_files
from asymmetry.photos.remote import hide_secrets
from asymmetry.photos.sources import name_source


def raise_interrupt(*_: object, **__: object) -> NoReturn:
    raise KeyboardInterrupt


def test_ctrl_c_ends_a_command_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asymmetry, "Extractor", raise_interrupt)
    done = CliRunner().invoke(main, ["photo", "a.jpg"])
    assert (done.exit_code, done.output) == (130, "")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are those of POSIX")
def test_sigterm_cleans_up(tmp_path: Path) -> None:
    """A command that is ended removes what it was writing."""
    code = f"""
import os, signal
from asymmetry import cli
from asymmetry.cli import commands
from asymmetry.core.files import replace_file
def write(*_, **__):
    with replace_file({str(tmp_path / "scores.csv")!r}) as made:
        made.write_text("half")
        os.kill(os.getpid(), signal.SIGTERM)
commands.asymmetry.Extractor = write
cli.main(["photo", "a.jpg"])
"""
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 128 + signal.SIGTERM
    assert list(tmp_path.iterdir()) == []


def test_a_working_folder_that_is_gone_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> NoReturn:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "cwd", gone)
    done = CliRunner().invoke(main, ["metrics"])
    assert done.exit_code == 1
    assert "the folder that this runs in is gone" in done.output


def test_metrics_are_there_without_docstrings() -> None:
    code = "import asymmetry.metrics as m; print(m.catalogue()['brow_height'].definition)"
    done = subprocess.run(
        [sys.executable, "-OO", "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "brow height\n"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_that_leads_to_itself_costs_itself(tmp_path: Path) -> None:
    Image.fromarray(np.zeros((9, 9, 3), np.uint8)).save(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").symlink_to("b.jpg")
    (tmp_path / "c").symlink_to("c")
    (tmp_path / "d").symlink_to(".")
    assert [each.name for each in image_files(tmp_path)] == ["a.jpg", "b.jpg"]
    assert [each.path.name for each in find_leftovers(tmp_path)] == ["c"]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:pass@example.org/a.jpg", "https://example.org/a.jpg"),
        ("zip://a.jpg::https://me@example.org/a.zip", "zip://a.jpg::https://example.org/a.zip"),
        (
            "s3://b/a.jpg?id=7&X-Amz-Signature=f00&X-Amz-Credential=k",
            "s3://b/a.jpg?id=7&X-Amz-Signature=...&X-Amz-Credential=...",
        ),
        ("https://x.blob/a.jpg?sv=1&sig=abc%3D", "https://x.blob/a.jpg?sv=1&sig=..."),
        ("https://example.org/a.jpg?id=7", "https://example.org/a.jpg?id=7"),
        ("photos/me@home/a.jpg", "photos/me@home/a.jpg"),
    ],
)
def test_secrets_of_urls_are_not_shown(url: str, shown: str) -> None:
    assert (hide_secrets(url), name_source(url)) == (shown, shown)


def test_an_archive_holds_no_secrets(tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="the extra archive is not installed")
    pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    memory = fsspec.filesystem("memory")
    memory.pipe("/me:secret@there/a.jpg", b"no photo")
    memory.pipe("/me:secret@there/without_suffix", b"\xff\xd8\xff and no more")
    memory.pipe("/me:secret@there/note", b"no photo")
    path = tmp_path / "scores.parquet"
    made = asymmetry.score_archive("memory://me:secret@there", path, workers=0)
    assert made.photos == 2
    assert b"secret" not in path.read_bytes()
