"""Options and endings that commands about one person's folder share."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

import asymmetry
from asymmetry.core.paths import keep_apart
from asymmetry.core.text import ENGLISH, Text
from asymmetry.progress import show_photos
from asymmetry.terminal import printable

if TYPE_CHECKING:
    from asymmetry.core.table import Measurements
    from asymmetry.people import Series
    from asymmetry.photos.listing import Leftover

__all__ = [
    "EXIT_SOME_FAILED",
    "audience_option",
    "language_option",
    "leave",
    "megapixels_option",
    "method_option",
    "mirrored_option",
    "of_a_folder",
    "show_warnings",
]

EXIT_SOME_FAILED = 3

audience_option = click.option(
    "--for",
    "audience",
    type=click.Choice(["patient", "clinic", "both"]),
    default="both",
    show_default=True,
    help="Reader of the report: a patient gets a summary and pictures, a clinic the sheet and all numbers.",
)

mirrored_option = click.option(
    "--mirrored", is_flag=True, help="The photos were saved mirrored, as many selfies are."
)

megapixels_option = click.option(
    "--max-megapixels",
    type=click.FloatRange(0, min_open=True),
    default=100.0,
    show_default=True,
    help="Reject larger photos.",
)

language_option = click.option(
    "--language",
    default=ENGLISH,
    show_default=True,
    callback=lambda _context, _option, language: _check_language(language),
    help="Output language, such as de, or a .toml translation.",
)

#: The facts that the store knows of its patients.
_FACTS = (
    "treated_on",
    "affected",
    "setting",
    "manifest",
    "mirrored",
    "max_megapixels",
    "all_rest",
)
method_option = click.option(
    "--method",
    type=click.Choice(["hemiface", "fast", "plain"]),
    default="hemiface",
    show_default=True,
    help="hemiface reads each side on its own, most accurately; fast does so in fewer steps; plain "
    "uses the landmark model's points as they are.",
)

_FOLDER = (
    click.argument("folder", required=False, type=click.Path(path_type=Path)),
    click.option(
        "--store",
        type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="Folder of the local page's data, in place of FOLDER; needs --patient.",
    ),
    click.option("--patient", help="Name or number of a patient in the store."),
    click.option(
        "--treated-on",
        type=click.DateTime(["%Y-%m-%d"]),
        multiple=True,
        help="Day of treatment, such as 2026-03-31; repeatable.  [default: treatments.csv in FOLDER]",
    ),
    click.option(
        "--affected", type=click.Choice(["right", "left"]), help="Affected side (patient's own)."
    ),
    click.option(
        "--setting",
        type=click.Choice(["home", "clinic"]),
        default="home",
        show_default=True,
        help="Where the photos were taken; at home, measurement error is larger.",
    ),
    click.option(
        "--manifest",
        type=click.Path(path_type=Path, dir_okay=False),
        help="CSV file or workbook about the photos: photo, taken, expression, mirrored, notes, use.  "
        "[default: manifest.csv or .xlsx in FOLDER]",
    ),
    mirrored_option,
    megapixels_option,
    language_option,
    click.option(
        "--all-rest", is_flag=True, help="Treat photos without a stated expression as at rest."
    ),
    click.option(
        "--skin",
        is_flag=True,
        help="Also look for bruises and swellings, and follow them over days.",
    ),
)


def of_a_folder(command: Callable[..., None]) -> Callable[..., None]:
    """A command about one person's folder; it is handed the series."""

    @functools.wraps(command)
    def with_series(
        folder: Path | None, store: Path | None, patient: str | None, skin: bool, **options: Any
    ) -> None:
        known = {name: options.pop(name) for name in _FACTS}
        if folder is not None and store is None and patient is None:
            _keep_lists(folder, known["manifest"], options)
            made = _read_folder(folder, **known)
        elif folder is None and store is not None and patient is not None:
            made = _read_store(store, patient, known)
        else:
            raise click.UsageError("give a FOLDER, or --store with --patient")
        command(made.with_skin() if skin else made, **options)

    for option in reversed(_FOLDER):
        with_series = option(with_series)
    return with_series


def _keep_lists(folder: Path, manifest: Path | None, options: Mapping[str, Any]) -> None:
    """Refuse to write over a list that somebody made about the photos."""
    from asymmetry.series.folder import folder_lists

    lists = [manifest, *folder_lists(folder)]
    for target in filter(None, (options.get("output"), options.get("sheet"))):
        for written in (target, target / "scores.csv"):
            keep_apart(written, *lists)


def _read_folder(
    folder: Path,
    *,
    treated_on: tuple[datetime, ...],
    mirrored: bool,
    max_megapixels: float,
    **known: Any,
) -> Series:
    days = [each.date() for each in treated_on]
    with asymmetry.Extractor(mirrored=mirrored, max_megapixels=max_megapixels) as extractor:
        return asymmetry.Series.from_folder(
            folder, treated_on=days, extractor=extractor, progress=show_photos, **known
        )


def _read_store(folder: Path, patient: str, known: Mapping[str, Any]) -> Series:
    """A patient of the local page, as the page shows it; whatever is known about it stands in the store."""
    context = click.get_current_context()
    given = [
        name for name in known if context.get_parameter_source(name) is not ParameterSource.DEFAULT
    ]
    if given:
        options = ", ".join(f"--{name.replace('_', '-')}" for name in given)
        raise click.UsageError(f"{options} can't be combined with --store: set it on the page")
    from asymmetry.web.person import find_patient, patient_series
    from asymmetry.web.store.store import Store

    with Store(folder, make=False) as store:
        return patient_series(store, find_patient(store, patient))


def _check_language(language: str) -> str:
    """A language, refused before any photo is read if there are no words in it."""
    Text.load(language)
    return language


def leave(table: Measurements, leftovers: Iterable[Leftover] = (), language: str = ENGLISH) -> None:
    """Name the photos that could not be scored and the files not read, and let the exit code say so."""
    from asymmetry.core.columns import USABLE

    say = Text.load(language)
    failed = [row for row in range(table.rows) if table["status"][row] not in USABLE]
    for row in failed:
        reason = "; ".join(note.words(say) for note in table.notes[row])
        told = say("terminal.not_scored", photo=table["photo"][row], reason=reason)
        click.echo(printable(told), err=True)
    missed = [each for each in leftovers if each.missed]
    for each in missed:
        told = say("terminal.not_read", path=each.path, reason=each.note.words(say))
        click.echo(printable(told), err=True)
    if failed or missed:
        sys.exit(EXIT_SOME_FAILED)


@contextmanager
def show_warnings() -> Iterator[None]:
    """Show on stderr the log's lines about a report that is written."""
    log, lines = logging.getLogger("asymmetry.report"), logging.StreamHandler()
    log.addHandler(lines)
    try:
        yield
    finally:
        log.removeHandler(lines)
