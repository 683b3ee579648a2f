"""The command that compares two photos."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import asymmetry
from asymmetry.cli.folder import EXIT_SOME_FAILED, language_option, megapixels_option
from asymmetry.core.text import Text
from asymmetry.terminal import pair_lines, printable

__all__ = ["compare"]


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option(
    "--expression",
    metavar="NAME",
    help="Expression in both, such as rest or smile_open.  [default: from file names, else from the faces]",
)
@click.option(
    "--setting",
    type=click.Choice(["home", "clinic"]),
    default="home",
    show_default=True,
    help="Where the photos were taken; at home, measurement error is larger.",
)
@click.option(
    "--mirrored",
    type=click.Choice(["before", "after", "both"]),
    help="Which photo was saved mirrored, as many selfies are.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; values not measured are null.")
@click.option(
    "-o",
    "--output",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Picture file, .png or .jpg: both faces side by side, eyes level and at one scale.",
)
@megapixels_option
@language_option
def compare(
    before: Path,
    after: Path,
    as_json: bool,
    picture: Path | None,
    max_megapixels: float,
    language: str,
    **options: Any,
) -> None:
    """Compare two photos of one person, dated or not.

    Prints what changed from BEFORE to AFTER and how sure that is. Both must show the same expression. If
    they can't be compared, the first line says why, and the exit code is 3.
    """
    with asymmetry.Extractor(max_megapixels=max_megapixels) as extractor:
        made = asymmetry.compare(before, after, picture=picture, extractor=extractor, **options)
    if as_json:
        click.echo(made.to_json(indent=2))
    else:
        click.echo("\n".join(pair_lines(made, Text.load(language))))
        if picture:
            click.echo(printable(str(picture)))
    if not made.comparable:
        sys.exit(EXIT_SOME_FAILED)
