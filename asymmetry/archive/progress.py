"""The progress of a run, and telling it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

__all__ = ["Progress", "Teller"]


@dataclass(frozen=True)
class Progress:
    """The progress of a run.

    Attributes
    ----------
    done : int
        Photos done, those of earlier runs among them.
    failed : int
        Photos that could not be scored in this run.
    photos : int
        Photos in all.
    earlier : int
        Photos done by earlier runs.
    """

    done: int
    failed: int
    photos: int
    earlier: int = 0

    @property
    def failed_share(self) -> float:
        """Share of this run's photos that could not be scored."""
        return self.failed / max(self.done - self.earlier, 1)


class Teller:
    """Counts photos and says how far the run is."""

    def __init__(self, photos: int, done: int, tell: Callable[[Progress], None] | None) -> None:
        self._now = Progress(done, 0, photos, done)
        self._tell = tell
        self.kept = 0

    def keep(self, photos: int) -> None:
        """Count photos whose rows are kept."""
        self.kept += photos
        self(photos, 0)

    def __call__(self, done: int, failed: int) -> None:
        """Count photos that are done, and those of them that failed."""
        self._now = replace(self._now, done=self._now.done + done, failed=self._now.failed + failed)
        if self._tell is not None:
            self._tell(self._now)
