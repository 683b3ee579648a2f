"""The names of photos in a report: never a path, and a number for a person with a pseudonym."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from asymmetry.core.notes import Note
from asymmetry.core.text import Text
from asymmetry.series import History
from asymmetry.series.review import leftover_name

__all__ = ["Names"]

# In place of a person's name.
_SOMEONE = "…"
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
    others : mapping of str to str
        The names in the report of files that are not read, by their names in the review.
    hidden : bool
        Whether there is a pseudonym.
    """

    shown: tuple[str, ...]
    given: tuple[str, ...] = field(repr=False)
    folder: str = field(default="", repr=False)
    others: Mapping[str, str] = field(default_factory=dict, repr=False)
    hidden: bool = False

    @classmethod
    def of(cls, series: History, text: Text, pseudonym: str) -> Names:
        """File names without folders; with a pseudonym numbers, as file names often hold a person's name."""
        given = tuple(str(name) for name in series.landmarks.photo)
        left = tuple(leftover_name(each, series.folder) for each in series.leftovers)
        if pseudonym:
            shown = tuple(text("page.no_name", n=row + 1) for row in range(len(given)))
            files = tuple(text("page.no_file", n=row + 1) for row in range(len(left)))
        else:
            shown = tuple(PurePath(name.replace("\\", "/")).name or name for name in given)
            files = tuple(PurePath(name).name for name in left)
        others = dict(zip(left, files, strict=True))
        return cls(shown, given, str(series.folder or ""), others, bool(pseudonym))

    def call(self, name: str) -> str:
        """A photo, or a file that is not read, as it is called in the report."""
        return {**self.others, **dict(zip(self.given, self.shown, strict=True))}.get(name, name)

    def hide_person(self, note: Note) -> Note:
        """The note without the name of a person, where there is a pseudonym."""
        named = self.hidden and "subject" in dict(note.values)
        return note.change(subject=_SOMEONE) if named else note

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
