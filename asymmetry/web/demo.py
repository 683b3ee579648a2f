"""The demo's patient, whom the first visit shows."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

from asymmetry.errors import AsymmetryError
from asymmetry.synthetic import make_demo
from asymmetry.web.events import Events
from asymmetry.web.guard import Limits
from asymmetry.web.store.entries import PlannedTreatment
from asymmetry.web.store.store import Store
from asymmetry.web.transfer import import_folder
from asymmetry.web.work import Work

__all__ = ["add_demo"]

_LOG = logging.getLogger(__name__)
_NAME = "Demo"


def add_demo(store: Store, work: Work, events: Events, limits: Limits) -> None:
    """Make the demo's photos and have them read; where its packages are missing there is no demo."""
    with tempfile.TemporaryDirectory(prefix="asymmetry-") as folder:
        try:
            made = make_demo(Path(folder) / "photos")
        except AsymmetryError as error:
            _LOG.info("no demo: %s", error)
            return
        treated = (PlannedTreatment(made.treated_on.isoformat()),)
        added = import_folder(store, made.folder, _NAME, limits, treatments=treated, demo=True)
    events.tell("patient", {"id": added.patient.id})
    for photo in added.photos:
        work.add(photo.id)
