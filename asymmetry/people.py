"""`Series`: a person's photos read from a folder, followed over days, drawn and reported."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from asymmetry.core.arrays import check_switches
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.paths import as_path, looks_like_url
from asymmetry.core.schemes import Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.intake import Progress
from asymmetry.metrics import Metric
from asymmetry.photos.listing import find_leftovers
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.record import treatment_by_names
from asymmetry.scoring import extractor_or
from asymmetry.series.day_to_day import Setting
from asymmetry.series.folder import read_folder
from asymmetry.series.gathering import check_alike, gather_photos, match_lines, name_files
from asymmetry.series.guessing import REST
from asymmetry.series.treatments import TreatedOn, as_treatments
from asymmetry.skin_days import SkinHistory

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from asymmetry.report.page import Audience

__all__ = ["Series"]


class Series(SkinHistory):
    """One person's dated photos: read from a folder, measured, and told in plots and reports.

    All that is asked of the numbers is `History`'s. Plots and reports need the extra ``report``.
    """

    @classmethod
    def from_folder(  # noqa: PLR0913  all but one go by name
        cls,
        path: str | os.PathLike[str],
        *,
        treated_on: TreatedOn = None,
        affected: Side | None = None,
        setting: Setting = "home",
        extractor: Extractor | None = None,
        manifest: str | os.PathLike[str] | None = None,
        mirrored: bool = False,
        recursive: bool = True,
        progress: Progress | None = None,
        metrics: Iterable[str | Metric] | None = None,
        all_rest: bool = False,
        measure_skin: bool = False,
    ) -> Series:
        """Read, measure and sort the photos of one person.

        Parameters
        ----------
        path : path
            A folder of photos, flat or with folders in it; see `read_folder` for the facts in names. A
            ``notes.csv`` in it is the patient's diary.
        treated_on : date, str, Treatment or a sequence of these, optional
            The day that days are counted from (ISO 8601), the first of several. Default: that of
            ``treatments.csv`` in the folder, else day 0 of the photos' names, where they count days, else the
            day of the first photo.
        affected : {"right", "left"}, optional
            The patient's side that is ill or treated; the other one then tells how hard a movement was tried.
        setting : {"home", "clinic"}
            How the photos were taken: by the patient, each day held and lit differently, or in one place with
            one camera. It says how far days differ though nothing changes.
        extractor : Extractor, optional
            Reads the points, in its own way. Default: one is made.
        manifest : path, optional
            A CSV file or a workbook about the photos, see `read_manifest`. Default: ``manifest.csv`` or
            ``manifest.xlsx`` in the folder, if it is there.
        mirrored : bool
            All photos were stored mirrored, as many selfies are, except for those of which the manifest says
            otherwise.
        recursive : bool
            Also read the folders in it.
        progress : callable, optional
            Wraps the iterable of photos, as ``tqdm.tqdm`` does.
        metrics : iterable of str or Metric, optional
            As for `from_landmarks`.
        all_rest : bool
            Photos of which nobody says an expression are at rest: none is read from the face.
        measure_skin : bool
            Also look for bruises, see `with_skin`.

        Returns
        -------
        Series
            Every photo is there: one that can't be measured has a status and a reason, one without a date
            has no day.

        Raises
        ------
        InvalidInputError
            If there is no such folder or no photo in it, or `treated_on` is not a date.

        Examples
        --------
        >>> Series.from_folder("no-such-folder")
        Traceback (most recent call last):
        ...
        asymmetry.errors.InvalidInputError: no-such-folder: no such folder
        """
        if extractor is not None and mirrored:
            raise InvalidInputError("Series: give mirrored to your own Extractor instead")
        check_switches(recursive=recursive, all_rest=all_rest, measure_skin=measure_skin)
        treatments = as_treatments(treated_on)
        folder = as_path(path)
        if not folder.is_dir():
            hint = ": a URL is none; download the photos first" if looks_like_url(folder) else ""
            raise InvalidInputError(f"{folder}: no such folder{hint}")
        with extractor_or(extractor, mirrored=mirrored) as reader:
            found = read_folder(
                folder,
                extractor=reader,
                treatments=treatments,
                manifest=manifest,
                recursive=recursive,
                progress=progress,
            )
        about = found.about
        if all_rest:
            about = tuple(
                each
                if each.expression
                else replace(each, expression=REST, written=(*each.written, "expression"))
                for each in about
            )
        made = cls.from_landmarks(
            found.landmarks,
            treated_on=found.treatments,
            affected=affected,
            setting=setting,
            folder=folder,
            about=about,
            notes=found.notes,
            metrics=metrics,
            leftovers=found.leftovers,
        )
        return made.with_skin() if measure_skin else made

    @classmethod
    def from_photos(  # noqa: PLR0913  all but one go by name
        cls,
        photos: Iterable[PhotoSource] | Mapping[str, PhotoSource],
        *,
        treated_on: TreatedOn = None,
        affected: Side | None = None,
        setting: Setting = "home",
        extractor: Extractor | None = None,
        mirrored: bool = False,
        notes: Sequence[DiaryNote] = (),
        progress: Progress | None = None,
        metrics: Iterable[str | Metric] | None = None,
        measure_skin: bool = False,
    ) -> Series:
        """Read, measure and sort photos of one person that are in no folder, such as those of a database.

        Parameters
        ----------
        photos : iterable of PhotoSource, or mapping of str to PhotoSource
            The photos, or the photos by name. `PhotoBytes` have a name and a date of their own. They are kept
            for the pictures of the report. One that is there twice, by its name or its bytes, is left out
            the second time, and the log says so.
        treated_on, affected, setting, extractor, mirrored, progress, metrics, measure_skin
            As for `from_folder`.
        notes : sequence of DiaryNote
            The patient's diary.

        Returns
        -------
        Series

        Raises
        ------
        InvalidInputError
            If `photos` is a single photo, or `treated_on` is not a date.

        Examples
        --------
        >>> from asymmetry import PhotoBytes
        >>> made = Series.from_photos([PhotoBytes("no photo", b"...", taken="2026-03-09")])
        >>> made.static["taken"].tolist(), made.static["status"].tolist()
        (['2026-03-09'], ['unreadable'])
        """
        if extractor is not None and mirrored:
            raise InvalidInputError("Series: give mirrored to your own Extractor instead")
        check_switches(measure_skin=measure_skin)
        treatments = as_treatments(treated_on)
        with extractor_or(extractor, mirrored=mirrored) as reader:
            day = treatments[0].day if treatments else None
            found = gather_photos(photos, extractor=reader, treated_on=day, progress=progress)
        made = cls.from_landmarks(
            found.landmarks,
            treated_on=treatments or treatment_by_names(found.about),
            affected=affected,
            setting=setting,
            about=found.about,
            notes=notes,
            photos=found.sources,
            metrics=metrics,
        )
        return made.with_skin() if measure_skin else made

    @classmethod
    def from_archive(
        cls,
        path: str | os.PathLike[str],
        subject: str,
        *,
        treated_on: TreatedOn = None,
        affected: Side | None = None,
        setting: Setting = "home",
        folder: str | os.PathLike[str] | None = None,
        metrics: Iterable[str | Metric] | None = None,
    ) -> Series:
        """One person of a scored archive, without reading a photo.

        For all of them: ``{name: Series.from_archive(path, name) for name in list_subjects(path)}``, see
        `asymmetry.archive.list_subjects`.

        Parameters
        ----------
        path : path
            The output of `score_archive` with ``landmarks=True``.
        subject : str
            The person, as in the archive's column ``subject``.
        treated_on, affected, setting, metrics
            As for `from_folder`.
        folder : path, optional
            The archive's source, for the pictures of a report.

        Raises
        ------
        InvalidInputError
            If the archive has no landmarks, or nobody is called so.
        """
        from asymmetry.archive.reading import read_person

        found = read_person(path, subject)
        return cls.from_landmarks(
            found.landmarks,
            treated_on=treated_on,
            affected=affected,
            setting=setting,
            folder=None if folder is None else Path(folder),
            about=found.about,
            metrics=metrics,
        )

    def add(
        self,
        photos: Iterable[PhotoSource] | Mapping[str, PhotoSource] | str | os.PathLike[str],
        *,
        extractor: Extractor | None = None,
        progress: Progress | None = None,
    ) -> Series:
        """Read more photos into a new series; those that it has are not read again.

        Parameters
        ----------
        photos : folder, iterable of PhotoSource, or mapping of str to PhotoSource
            A folder, read for new photos only, or photos as for `from_photos`. A photo with the name or
            the bytes of a photo that is there already is left out, and the log says so.
        extractor : Extractor, optional
            Reads the points, in the way in which those of the series were read. Default: one is made.
        progress : callable, optional
            As for `from_folder`.

        Returns
        -------
        Series
            A new one, measured as a whole: its scale is pooled over all photos. Bruises are looked for again
            if they were in this one, against the baseline that was given.

        Raises
        ------
        InvalidInputError
            If the extractor reads in another way, or there is no such folder.
        """
        manifest, leftovers = None, self.leftovers
        if isinstance(photos, str | os.PathLike):
            leftovers = tuple(dict.fromkeys((*leftovers, *find_leftovers(photos))))
            files = name_files(Path(photos), self.folder)
            manifest = match_lines(Path(photos), files)
            photos = {name: files[name] for name in files if name not in self.landmarks.photo}
        known = self.landmarks.provenance
        method, mirrored = known.get("method", "hemiface"), bool(known.get("mirrored"))
        with extractor_or(extractor, method=method, mirrored=mirrored) as reader:
            check_alike(known, getattr(reader, "provenance", {}))
            found = gather_photos(
                photos,
                extractor=reader,
                known=self.about,
                treated_on=self.treated_on,
                manifest=manifest,
                progress=progress,
            )
        made = type(self).from_landmarks(
            Landmarks.concat([self.as_read or self.landmarks, found.landmarks]),
            treated_on=self.treatments or self.treated_on,
            affected=self.affected,
            setting=self.setting,
            folder=self.folder,
            about=[*self.about, *found.about],
            notes=self.notes,
            photos={**self.sources, **found.sources},
            metrics=self.metrics,
            leftovers=leftovers,
        )
        return made if self.skin is None else made.with_skin(self._asked_baseline)

    def plot(
        self,
        metric: str,
        *,
        expression: str | None = None,
        side: str = "diff",
        ax: Axes | None = None,
    ) -> Axes:
        """Draw a metric over days with its 95 % band, see `course` (extra ``report``).

        It is drawn into `ax`; without one into a new figure of pyplot's, which a notebook shows.
        """
        from asymmetry.report.plots.days import plot_course

        return plot_course(self.course(metric, expression=expression, side=side), self.treated, ax)

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        photos: bool = True,
        pseudonym: str = "",
        language: str | os.PathLike[str] = "en",
        paper: str = "A4",
        audience: Audience = "both",
    ) -> Path:
        """Write one file with pictures, plots and tables, HTML or PDF (extras ``report`` and ``pdf``).

        Parameters
        ----------
        path : path
            The file to write, ``.html`` or ``.pdf``; it is also the value returned.
        photos, pseudonym, language, paper
            As for `asymmetry.report.write_report`: whether the faces are in it, the person's name in it
            (file names are then left out), its language, and the paper of a PDF.
        audience : {"both", "patient", "clinic"}
            Whom it is for: a patient gets the first screen, pictures and plots in plain words, a clinic the
            sheet first, and all numbers.
        """
        from asymmetry.report.writing import write_report

        return write_report(
            self,
            path,
            photos=photos,
            pseudonym=pseudonym,
            language=language,
            paper=paper,
            audience=audience,
        )
