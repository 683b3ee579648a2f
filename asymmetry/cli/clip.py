"""The command that reads a clip."""

from __future__ import annotations

import json
from pathlib import Path

import click

import asymmetry
from asymmetry.cli.folder import language_option, mirrored_option
from asymmetry.core.text import Text
from asymmetry.errors import require
from asymmetry.photos.names import EXPRESSION_NAMES
from asymmetry.progress import show_frames
from asymmetry.terminal import clip_lines, printable

__all__ = ["clip"]

_PICTURE = click.Path(path_type=Path, dir_okay=False)
_PLOTS = (".png", ".svg", ".pdf")
_DPI = 150


@click.command(short_help="Follow both sides of a face through a short video.")
@click.argument("video", type=click.Path(path_type=Path))
@click.option(
    "--expression",
    type=click.Choice([name for name in EXPRESSION_NAMES if name != "rest"]),
    metavar="NAME",
    help="Expression that it shows, such as smile_open.  [default: from the file's name, else "
    "from the face]",
)
@mirrored_option
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Refuse longer clips.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; values not measured are null.")
@click.option("--plot", type=_PICTURE, help="Plot of both sides over time, .png, .svg or .pdf.")
@click.option("--film", type=_PICTURE, help="Film strip of the face, .png or .jpg.")
@language_option
def clip(
    video: Path,
    expression: str | None,
    mirrored: bool,
    max_seconds: float,
    as_json: bool,
    plot: Path | None,
    film: Path | None,
    language: str,
) -> None:
    """Follow both sides of a face through a short video of one expression.

    Prints how far, when and how fast each side moves, how much later the right one is, and blinks. Begin at
    rest, show the expression once, and face the camera.
    """
    _check_pictures(plot, film)
    made = asymmetry.read_clip(
        video,
        expression=expression,
        mirrored=mirrored,
        max_seconds=max_seconds,
        progress=show_frames,
    )
    if as_json:
        click.echo(json.dumps(made.to_dict(), indent=2, allow_nan=False))
    else:
        click.echo("\n".join(clip_lines(made, Text.load(language))))
    if plot:
        from asymmetry.core.files import replace_file

        with replace_file(plot) as path:
            made.plot(language).savefig(path, dpi=_DPI)
    if film:
        made.film_strip(film)
    if not as_json:
        for path in filter(None, (plot, film)):
            click.echo(printable(str(path)))


def _check_pictures(plot: Path | None, film: Path | None) -> None:
    """Refuse files that could not be written, before any work is done for them."""
    from asymmetry.report.side_by_side import check_picture

    if film:
        check_picture(film)
    if not plot:
        return
    if plot.suffix.lower() not in _PLOTS:
        raise click.UsageError(f"--plot: {plot.name} has to end in {', '.join(_PLOTS)}")
    if not plot.parent.is_dir():
        raise click.UsageError(f"--plot: there is no folder {plot.parent}")
    require("matplotlib", "drawing a plot", "report")
