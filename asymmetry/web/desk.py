"""`Desk`: all that the answers to requests need, in one place."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.requests import Request

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.people import Series
from asymmetry.web.access import Access
from asymmetry.web.events import Events
from asymmetry.web.guard import Limits
from asymmetry.web.person import measure_photo, patient_series
from asymmetry.web.store.entries import KeptPhoto
from asymmetry.web.store.recent import Recent
from asymmetry.web.store.store import Store
from asymmetry.web.work import Work

__all__ = ["Desk", "desk_of"]


@dataclass(frozen=True)
class Desk:
    """All that the answers to requests need.

    Attributes
    ----------
    store : Store
        The patients.
    work : Work
        Reads the photos that wait.
    events : Events
        Tells the pages.
    access : Access
        Who may ask.
    limits : Limits
        Of a request.
    series, pictures, measured : Recent
        Results that were asked for lately.
    """

    store: Store
    work: Work
    events: Events
    access: Access
    limits: Limits
    series: Recent = field(default_factory=lambda: Recent(4))
    pictures: Recent = field(default_factory=lambda: Recent(400))
    measured: Recent = field(default_factory=lambda: Recent(64))

    def measure(self, photo: KeptPhoto, *, keep: bool = True) -> tuple[Landmarks, Measurements]:
        """The points and the measurements of a photo, with the corrections that it holds."""
        _, plain = self._measure(photo.as_read, None)
        return self._measure(photo, plain, keep=keep)

    def _measure(
        self, photo: KeptPhoto, plain: Measurements | None, *, keep: bool = True
    ) -> tuple[Landmarks, Measurements]:
        found: tuple[Landmarks, Measurements] = self.measured.get(
            (photo.id, photo.status, repr(sorted(photo.corrected.items()))),
            lambda: measure_photo(self.store, photo, plain),
            keep=keep,
        )
        return found

    def forget(self) -> None:
        """Keep no result: a photo or a patient was deleted for good."""
        for each in (self.series, self.pictures, self.measured):
            each.clear()

    def read_series(self, number: str) -> Series:
        """A patient's series as it is now."""
        patient = self.store.patient(number)
        photos = tuple(
            (each.id, each.status, repr(each.corrected)) for each in self.store.photos(number)
        )
        notes = tuple(self.store.notes(number))
        made: Series = self.series.get(
            (patient, photos, notes), lambda: patient_series(self.store, patient)
        )
        return made


def desk_of(request: Request) -> Desk:
    """The desk of the server that a request came to."""
    desk: Desk = request.app.state.desk
    return desk
