"""How far a command is: a bar on a terminal, lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from asymmetry.core.text import Text
from asymmetry.terminal import progress_line

if TYPE_CHECKING:
    from asymmetry.archive import Progress

__all__ = ["show_archive", "show_frames", "show_photos"]

#: Seconds between two lines of progress where there is no terminal.
SECONDS_PER_LINE = 30.0


def show_photos(photos: Iterable[Any]) -> Iterable[Any]:
    """A bar on the terminal; nothing where there is none."""
    return _show(photos, "photo")


def show_frames(frames: Iterable[Any]) -> Iterable[Any]:
    """The same for the frames of a clip."""
    return _show(frames, "frame")


def _show(things: Iterable[Any], unit: str) -> Iterable[Any]:
    if sys.stderr is None:  # closed, or a program without a window
        return things
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(things, disable=None, file=sys.stderr, unit=unit, leave=False)
    return bar


class Bar:
    """A bar on the terminal."""

    def __init__(self, text: Text) -> None:
        from tqdm import tqdm

        self._text = text
        self._bar = tqdm(file=sys.stderr, unit=text("terminal.photo"), leave=False)

    def __call__(self, now: Progress) -> None:
        self._bar.total, self._bar.initial = now.photos, now.earlier
        failed = self._text("terminal.failed", share=now.failed_share)
        self._bar.set_postfix_str(failed, refresh=False)
        self._bar.update(now.done - self._bar.n)

    def close(self) -> None:
        """End the bar's line."""
        self._bar.close()


class Lines:
    """A line from time to time, for logs."""

    def __init__(self, text: Text) -> None:
        self._text = text
        self._began = self._told = time.monotonic()

    def __call__(self, now: Progress) -> None:
        moment = time.monotonic()
        if moment - self._told >= SECONDS_PER_LINE:
            self._told = moment
            click.echo(progress_line(now, moment - self._began, self._text), err=True)

    def close(self) -> None:
        """Nothing to put away."""


def show_archive(text: Text) -> closing[Bar | Lines]:
    """The display of an archive's progress: a bar on a terminal, lines where there is none."""
    if sys.stderr is not None and sys.stderr.isatty():
        return closing(Bar(text))
    return closing(Lines(text))
