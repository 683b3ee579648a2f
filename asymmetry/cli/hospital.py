"""Options of commands that write for a hospital's systems, and the writing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asymmetry.terminal import printable

if TYPE_CHECKING:
    from asymmetry.core.table import Measurements

__all__ = ["check_targets", "hospital_options", "write_hospital"]

_FILE = click.Path(path_type=Path, dir_okay=False)
_OPTIONS = (
    click.option("--fhir", type=_FILE, help="Also write FHIR R4 Observations to this .json file."),
    click.option(
        "--dicom-sr", type=_FILE, help="Also write a DICOM structured report; photos must be DICOM."
    ),
    click.option(
        "--subject", default="", help="FHIR reference of the patient, such as Patient/123."
    ),
    click.option(
        "--keep-identity",
        is_flag=True,
        help="Keep patient, dates, file names and UIDs in what --fhir and --dicom-sr write.",
    ),
)


def hospital_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def check_targets(
    photos: Sequence[Path], fhir: Path | None, dicom_sr: Path | None, subject: str, **_: Any
) -> None:
    """Refuse what can't be written, before any photo is measured."""
    from asymmetry.core.paths import file_to_write, keep_apart
    from asymmetry.errors import require

    if fhir is not None:
        from asymmetry.hospital.fhir import check_subject

        check_subject(subject)
        file_to_write(fhir, "FHIR bundle", (".json",))
    if dicom_sr is not None:
        require("highdicom", "writing DICOM structured reports", "dicom")
        from asymmetry.hospital.structured_report import check_photos

        keep_apart(file_to_write(dicom_sr, "structured report", (".dcm",)), *photos)
        check_photos(photos)


def write_hospital(
    table: Measurements,
    photos: Sequence[Path],
    fhir: Path | None,
    dicom_sr: Path | None,
    *,
    subject: str,
    keep_identity: bool,
) -> list[str]:
    """Write the files that were asked for; their paths."""
    from asymmetry.hospital import write_dicom_sr, write_fhir

    written = []
    if fhir is not None:
        written.append(
            write_fhir(table, fhir, photos, subject=subject, keep_identity=keep_identity)
        )
    if dicom_sr is not None:
        written.append(write_dicom_sr(table, dicom_sr, photos, keep_identity=keep_identity))
    return [printable(str(path)) for path in written]
