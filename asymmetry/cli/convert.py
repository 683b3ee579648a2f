"""The command that reads other programs' landmarks and writes them in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

import asymmetry
from asymmetry.cli.folder import leave, mirrored_option
from asymmetry.core.paths import keep_apart
from asymmetry.terminal import printable

__all__ = ["convert"]


def _read_size(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
    """Width and height, as in 1200x1600."""
    if text is None:
        return None
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise click.BadParameter("give it as 1200x1600: width and height in px")
    return int(width), int(height)


@click.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--scheme", default="", help="Landmark scheme.  [default: by the number of points]")
@click.option(
    "--photo",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The photo of a single face.  [default: the one that lies beside the file]",
)
@click.option(
    "--size",
    callback=_read_size,
    metavar="WxH",
    help="Size of the photos in px, such as 1200x1600.",
)
@click.option(
    "--upwards/--downwards", default=None, help="Direction of y.  [default: up in .tps, else down]"
)
@click.option(
    "--exchanged",
    type=click.Choice(["numbers", "photo"]),
    help="Exchange right and left: of the points' numbers, or of the photo that was saved mirrored.",
)
@click.option(
    "--scores",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also measure, and write the table to this .csv file.",
)
@mirrored_option
def convert(sources: tuple[Path, ...], output: Path, scores: Path | None, **options: Any) -> None:
    """Convert landmark files of other programs.

    Reads .pts, .csv (OpenFace's too), .txt (Emotrics, WFLW), .json (MediaPipe), .tps, .tem and .npz, and
    writes OUTPUT in the format of its ending. Points are biometric data.
    """
    for target in filter(None, (output, scores)):
        keep_apart(target, *sources, options["photo"])
    faces = [asymmetry.read_landmarks(source, **options) for source in sources]
    landmarks = asymmetry.Landmarks.concat(faces)
    written = [str(asymmetry.write_landmarks(landmarks, output))]
    table = asymmetry.measure(landmarks)
    if scores:
        table.to_csv(scores)
        written.append(str(scores))
    click.echo(f"{len(landmarks)} × {landmarks.layout.size} points ({landmarks.scheme})")
    click.echo("\n".join(map(printable, written)))
    if scores:
        leave(table)
