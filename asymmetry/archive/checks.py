"""Checks of an archive's arguments, before any work is done for it."""

from __future__ import annotations

import multiprocessing
import os
import re
from pathlib import Path
from typing import Literal, get_args

from asymmetry.archive.jobs import is_url
from asymmetry.core.paths import open_file
from asymmetry.errors import DestinationError, InvalidInputError, require

__all__ = ["Engine", "check_extras", "check_target"]

#: The first bytes of an archive's text.
_HEADINGS = b"photo,taken,expression,status,reason,"

Engine = Literal["local", "ray", "inline"]


def check_extras(engine: str, source: str, *, inline: bool) -> None:
    """Check for the packages that a run will need, before it begins."""
    needed = [("pyarrow", "an archive", "archive")]
    if engine == "ray":  # first: its extra brings the archive's
        needed.insert(0, ("ray", "scoring on a cluster", "ray"))
    if not inline:
        needed.append(("pebble", "an archive", "archive"))
    if is_url(source):
        needed.append(("fsspec", "an archive behind a URL", "archive"))
    for module, what, extra in needed:
        require(module, what, extra)


def check_target(destination: Path, engine: str, *, inline: bool, csv: bool) -> None:
    """Refuse a file or an engine that can't be, before any photo is read.

    A ``csv`` file goes beside it. It replaces a file of that name only if an archive wrote that one: a
    list of the photos would be lost.
    """
    if engine not in get_args(Engine):
        raise InvalidInputError(f"engine {engine!r}: use one of {', '.join(get_args(Engine))}")
    if destination.suffix != ".parquet":
        raise InvalidInputError(
            f"{destination}: give the output file a name such as scores.parquet"
        )
    if re.match(r"[A-Za-z][\w+.-]+:", str(destination)):
        raise InvalidInputError(
            f"{destination}: reads as a URL: give the whole path, or another name"
        )
    if os.fspath(destination) != os.fspath(destination).encode(errors="replace").decode():
        raise InvalidInputError(
            f"{destination}: Parquet files can't be written under a path that is not text: give another one, "
            "or change to that folder and give the name alone"
        )
    if destination.is_dir():
        raise InvalidInputError(f"{destination}: this is a folder; give the name of a file")
    beside = destination.with_suffix(".csv")
    if csv and not _is_text_of_archive(beside):
        raise DestinationError(
            f"{beside}: this file was not written by score_archive, and is not overwritten: give another "
            "name to write to"
        )
    if not inline and getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InvalidInputError(
            "score_archive starts new processes, which import your script: call it under "
            "if __name__ == '__main__':"
        )


def _is_text_of_archive(path: Path) -> bool:
    """Whether a CSV file is the text of an archive, or not there."""
    try:
        with open_file(path) as file:
            return file.read(len(_HEADINGS)) == _HEADINGS
    except OSError:  # not there; a folder, or one that can't be read, is told when it is written
        return True
