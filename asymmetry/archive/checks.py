"""Checks of an archive's arguments, before any work is done for it."""

from __future__ import annotations

import multiprocessing
import re
from pathlib import Path
from typing import Literal, get_args

from asymmetry.archive.jobs import is_url
from asymmetry.core.paths import keep_apart
from asymmetry.errors import InvalidInputError, require

__all__ = ["Engine", "check_extras", "check_target"]

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


def check_target(destination: Path, beside: str, engine: str, *, inline: bool) -> None:
    """Refuse a file or an engine that can't be, before any photo is read.

    The list that photos are read from may not be ``beside`` the file, where a CSV file goes.
    """
    if engine not in get_args(Engine):
        raise InvalidInputError(f"engine {engine!r}: use one of {', '.join(get_args(Engine))}")
    if is_url(str(destination)) or re.match(r"\w{2,}:[\\/]", str(destination)):
        raise InvalidInputError(
            f"{destination}: the output is a file on this machine; copy it afterwards"
        )
    if destination.suffix != ".parquet":
        raise InvalidInputError(
            f"{destination}: give the output file a name such as scores.parquet"
        )
    if destination.is_dir():
        raise InvalidInputError(f"{destination}: this is a folder; give the name of a file")
    if beside:
        keep_apart(destination.with_suffix(".csv"), beside)
    if not inline and getattr(multiprocessing.current_process(), "_inheriting", False):
        raise InvalidInputError(
            "score_archive starts new processes, which import your script: call it under "
            "if __name__ == '__main__':"
        )
