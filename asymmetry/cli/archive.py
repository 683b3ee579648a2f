"""The command that scores an archive."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import asymmetry
from asymmetry.cli.folder import (
    EXIT_SOME_FAILED,
    language_option,
    megapixels_option,
    method_option,
    mirrored_option,
)
from asymmetry.core.text import Text
from asymmetry.progress import show_archive
from asymmetry.terminal import printable

if TYPE_CHECKING:
    from asymmetry.photos.listing import Leftover

__all__ = ["archive"]

_MOST_NAMED = 20
EXIT_INTERRUPTED = 130  # as a shell says of a command that Ctrl-C ended


@click.command()
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Parquet file to write.",
)
@click.option("--csv", is_flag=True, help="Also write a CSV file.")
@click.option(
    "--landmarks",
    is_flag=True,
    help="Also save the landmarks, so that photos can be measured again later.",
)
@click.option(
    "--subject",
    metavar="REGEX",
    help="Pattern for the person in a photo's path.  [default: the first folder]",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray", "inline"]),
    default="local",
    show_default=True,
    help="Processes on this machine, a Ray cluster, or this process alone.",
)
@click.option(
    "--ray-address", metavar="ADDRESS", help="Ray cluster to use.  [default: start one here]"
)
@click.option(
    "--workers",
    type=click.IntRange(0),
    help="Number of worker processes; 0 for none.  [default: chosen by trial]",
)
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Skip a photo after this long.",
)
@click.option("--overwrite", is_flag=True, help="Re-score existing results.")
@click.option("--retry-failed", is_flag=True, help="Retry photos that could not be scored.")
@click.option("--update", is_flag=True, help="Score new and changed photos; remove deleted ones.")
@megapixels_option
@click.option(
    "--storage-option",
    "storage_options",
    metavar="NAME=VALUE",
    multiple=True,
    callback=lambda _context, _option, given: _storage_options(given),
    help="File system option for a URL, as in fsspec; repeatable.",
)
@method_option
@mirrored_option
@language_option
def archive(source: str, output: Path, language: str, **options: Any) -> None:
    """Score millions of photos into a Parquet file.

    SOURCE is a folder, a glob pattern in quotes, a manifest (CSV) or a URL. There is one row per photo,
    failures included. You can interrupt it at any time: run the same command again to resume.
    """
    say = Text.load(language)
    with show_archive(say) as show:
        try:
            made = asymmetry.score_archive(source, output, progress=show, **options)
        except KeyboardInterrupt:
            show.close()
            click.echo(say("terminal.interrupted"), err=True)
            sys.exit(EXIT_INTERRUPTED)
    counts = ", ".join(f"{number} {status}" for status, number in made.statuses.items())
    kind, earlier = "terminal.archive", made.photos - made.scored
    if earlier:
        kind = "terminal.archive_continued"
    click.echo(say.count(kind, made.photos, counts=counts, earlier=earlier))
    click.echo(printable(str(output)))
    missed = [each for each in _find_leftovers(source) if each.missed]
    for each in missed[:_MOST_NAMED]:
        told = say("terminal.not_read", path=each.path, reason=each.note.words(say))
        click.echo(printable(told), err=True)
    if len(missed) > _MOST_NAMED:
        click.echo(say("terminal.more_not_read", more=len(missed) - _MOST_NAMED), err=True)
    if not made.usable:
        message = f"{source}: no photo could be scored; the column 'reason' says why"
        raise click.ClickException(printable(message))
    if made.unread:
        click.echo(say.count("terminal.unread", made.unread), err=True)
    if missed or made.unread:
        sys.exit(EXIT_SOME_FAILED)


def _find_leftovers(source: str) -> list[Leftover]:
    """The files of an archive's folder that are no photos and no documents."""
    from asymmetry.photos.listing import find_leftovers

    if not Path(source).is_dir():
        return []
    return list(find_leftovers(source))


def _storage_options(given: tuple[str, ...]) -> dict[str, Any]:
    """Options as NAME=VALUE; true, false, numbers and other JSON are taken as such."""
    known: dict[str, Any] = {}
    for option in given:
        name, equals, value = option.partition("=")
        if not equals:
            raise click.BadParameter(f"{option!r}: write NAME=VALUE")
        try:
            known[name] = json.loads(value)
        except ValueError:
            known[name] = value
    return known
