"""The command that prints the forms of grading scales."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from asymmetry.cli.folder import leave, of_a_folder
from asymmetry.core.text import Text
from asymmetry.terminal import printable, wrap

if TYPE_CHECKING:
    from asymmetry.people import Series

__all__ = ["aids"]


@click.command(short_help="Print the items of three grading scales with evidence.")
@of_a_folder
@click.option("--day", help="Day number or date.  [default: the latest day with photos]")
@click.option(
    "--filled",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Forms with values filled in; totals are added up.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="JSON file to write the forms into.",
)
def aids(
    made: Series, day: str | None, filled: Path | None, output: Path | None, language: str
) -> None:
    """Print the items of Sunnybrook, eFACE and House-Brackmann with evidence.

    A clinician fills them in, in the file of -o; --filled reads it again and adds up the totals. Items that
    photos don't tell, and totals with a blank item, stay blank. Measurements, not a diagnosis.
    """
    from asymmetry.series.aids import aid_lines

    forms = made.aids(_read_day(day), filled)
    for line in aid_lines(forms, Text.load(language)):
        indent = len(line) - len(line.lstrip(" "))
        click.echo("\n".join(wrap(line.strip(), line[:indent])))
    if output:
        forms.save(output)
        click.echo(printable(str(output)))
    leave(made.static, made.leftovers, language)


def _read_day(text: str | None) -> str | float | None:
    """A day number, or a date as it was written."""
    try:
        return float(text or "")
    except ValueError:
        return text
