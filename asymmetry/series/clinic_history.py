"""`ClinicHistory`: a history with the tables that go into a clinic's file."""

from __future__ import annotations

import os
from datetime import date

from asymmetry.series.aids import Aids, make_aids
from asymmetry.series.aids.filled import Answers
from asymmetry.series.history import History
from asymmetry.series.review import Review, review_photos
from asymmetry.series.sheet import Sheet
from asymmetry.series.sheet_rows import make_sheet

__all__ = ["ClinicHistory"]


class ClinicHistory(History):
    """A history with the tables of a clinic's file: doubts about photos, measures, grading scales."""

    def review(self) -> Review:
        """The doubts about the photos, and the manifest entry that settles each.

        A photo that is mirrored against the others, of another person or of an exposure that is there twice
        is set aside, and so is a date far from all others: none has a part in changes and courses. Nothing
        is turned round or redated by itself.
        """
        usable = self.landmarks.usable
        return review_photos(self.photos, usable, self.treated_on, self.leftovers, self.folder)

    def sheet(self) -> Sheet:
        """The series by expression and measure (rows) and visit (columns), for a clinic's file.

        It is a table of data, see `Sheet`: ``to_csv`` and ``to_xlsx`` write it, ``to_frame`` is for pandas.
        """
        return make_sheet(self)

    def aids(
        self,
        day: str | date | float | None = None,
        filled: str | os.PathLike[str] | Answers | None = None,
    ) -> Aids:
        """The items of Sunnybrook, eFACE and House-Brackmann for one day, to be filled in by a clinician.

        Each item has the measurements that inform it. Items that need a clinician's eye are blank, and so is
        each total until all of its items are filled in. Nothing here is a diagnosis.

        Parameters
        ----------
        day : date, ISO text or day number, optional
            Default: the latest day with photos of the person.
        filled : path or mapping, optional
            A file that `Aids.save` wrote, with the values of items filled in; or the values, such as
            ``{"sunnybrook": {"rest_eye": "narrow"}}``.

        Raises
        ------
        InvalidInputError
            If there are no photos of that day, or a value is not one that its item allows.
        """
        return make_aids(self, day, filled)
