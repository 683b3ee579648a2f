"""`Summary`: how many photos an archive holds, and of which status."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from asymmetry.archive.ledger import differences
from asymmetry.archive.parquet import metadata_of, statuses, unread, whole_archive
from asymmetry.core.columns import USABLE
from asymmetry.errors import InvalidInputError

__all__ = ["Summary", "describe", "summarise"]


@dataclass(frozen=True)
class Summary:
    """The archive that was written.

    Attributes
    ----------
    destination : pathlib.Path
        The Parquet file.
    photos : int
        Its rows.
    statuses : mapping of str to int
        How many photos have each status.
    scored : int
        Photos that this run scored; the others were finished by earlier ones.
    unread : int
        Photos that could not be read for now: gone since the archive was begun, or not fetched. The same call
        reads them again. One that has a row already keeps it.
    """

    destination: Path
    photos: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    scored: int = 0
    unread: int = 0

    @property
    def usable(self) -> int:
        """Photos that could be scored, by whatever run."""
        return sum(number for status, number in self.statuses.items() if status in USABLE)


def summarise(destination: Path, provenance: Mapping[str, Any]) -> Summary:
    """The summary of a file that is there already, if it is of the same archive."""
    known = metadata_of(destination)
    differ = differences(known, provenance)
    if differ:
        raise InvalidInputError(
            f"{destination}: already exists and was made with other settings ({differ}); "
            "use another name, or overwrite it"
        )
    return describe(destination)


def describe(destination: Path) -> Summary:
    """The summary of a file."""
    with whole_archive(os.fspath(destination)):
        found = statuses(destination)
        return Summary(destination, sum(found.values()), found, unread=unread(destination))
