"""The names of photos in a report: never a path, and a number for a person with a pseudonym."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from pathlib import PurePath

from asymmetry.core.text import Text
from asymmetry.series import History

__all__ = ["Names"]

# Matches nowhere.
_NOTHING = r"(?!)"


@dataclass(frozen=True)
class Names:
    """The names of a series' photos.

    Attributes
    ----------
    shown : tuple of str
        The name of each photo in the report, by row.
    given : tuple of str
        Its name in the tables.
    folder : str
        Where the photos are; never shown.
    """

    shown: tuple[str, ...]
    given: tuple[str, ...] = field(repr=False)
    folder: str = field(default="", repr=False)

    @classmethod
    def of(cls, series: History, text: Text, pseudonym: str) -> Names:
        """File names without folders; with a pseudonym numbers, as file names often hold a person's name."""
        given = tuple(str(name) for name in series.landmarks.photo)
        if pseudonym:
            shown = tuple(text("page.no_name", n=row + 1) for row in range(len(given)))
        else:
            shown = tuple(PurePath(name.replace("\\", "/")).name or name for name in given)
        return cls(shown, given, str(series.folder or ""))

    def rename_photos(self, sentence: str) -> str:
        """A sentence with every photo called as it is in the report.

        Examples
        --------
        >>> Names(("Photo 1",), ("anna/1.jpg",)).rename_photos("the same photo as anna/1.jpg")
        'the same photo as Photo 1'
        """
        known = dict(zip(self.given, self.shown, strict=True))
        renamed = self._pattern.sub(lambda found: known[found[0]], sentence)
        if len(self.folder) <= 1:  # none, or one that a sentence may hold by chance
            return renamed
        return renamed.replace(self.folder, "")

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        """Any of the given names, the longest first, where it stands by itself."""
        longest_first = sorted(set(self.given) - {""}, key=len, reverse=True)
        names = "|".join(map(re.escape, longest_first)) or _NOTHING
        return re.compile(rf"(?<!\w)(?:{names})(?!\w)")
