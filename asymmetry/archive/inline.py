"""The engine without processes: photos are scored one after the other, in the program itself.

For notebooks, debuggers, and programs that may not start processes. A photo that crashes a decoder ends the
program, and one that hangs is waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from asymmetry.archive.jobs import Job
from asymmetry.archive.rows import Row, Settings, release_extractor, score_job

__all__ = ["Inline"]


class Inline:
    """Scores photos in this process. A context manager, as `Pool` is.

    Parameters
    ----------
    settings : Settings
        How photos are read.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def rows(self, jobs: Iterable[Job]) -> Iterator[Row]:
        """Score photos; one row for each, in order."""
        for job in jobs:
            yield score_job(self.settings, job)

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        release_extractor(self.settings)
