"""The command line. The only place that prints."""

from __future__ import annotations

import json
import math
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import asymmetry
from asymmetry.errors import AsymmetryError

if TYPE_CHECKING:
    from asymmetry.archive import Progress
    from asymmetry.core.schemes import Side
    from asymmetry.core.table import Measurements
    from asymmetry.extract import Method
    from asymmetry.series import Series

__all__ = ["main"]

EXIT_SOME_FAILED = 3
EXIT_INTERRUPTED = 130  # as a shell says of what Ctrl-C ended
#: Columns of a terminal from which on words stand beside the numbers, not below them.
_WIDE = 76
_LONGEST_LINE = 100
_EPILOG = """
Exit codes: 0 all is well; 1 an error, or doctor found a fault; 2 the command was not understood; 3 some
photos could not be scored, and which and why is said (archive counts them, and exits with 0); 130
interrupted.
"""


class _Group(click.Group):
    """Shows the library's own errors as one line."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (AsymmetryError, OSError) as error:
            _fail(str(error))
        except ImportError as error:
            _fail(f"{error}. 'asymmetry doctor' says what is missing.")


def _fail(message: str) -> NoReturn:
    raise click.ClickException(_printable(message))


@click.group(cls=_Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(asymmetry.__version__, prog_name="asymmetry")
def main() -> None:
    """Measure the left-right asymmetry of faces in photos.

    Sides are the patient's own. Differences are right minus left. A measurement, not a diagnosis; not a
    medical device.
    """


_mirrored = click.option(
    "--mirrored", is_flag=True, help="The photos were stored mirrored, as many selfies are."
)


_method = click.option(
    "--method",
    type=click.Choice(["hemiface", "fast", "plain"]),
    default="hemiface",
    show_default=True,
    help="hemiface reads each side on its own; plain is the landmark model as it is.",
)


@main.command()
@click.argument("photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO...")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; what was not measured is null.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV; what was not measured is empty.")
@_method
@_mirrored
def photo(photos: tuple[Path, ...], as_json: bool, as_csv: bool, method: Method, mirrored: bool) -> None:
    """Score photos: right, left and difference of every metric."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv exclude each other")
    with asymmetry.Extractor(method=method, mirrored=mirrored) as extractor:
        landmarks = extractor.extract(photos, progress=_progress if len(photos) > 1 else None)
    table = asymmetry.measure(landmarks)
    if as_json:
        click.echo(_json(table))
    elif as_csv:
        click.echo((table.to_csv() or "").encode("utf-8", "backslashreplace"), nl=False)
    else:
        click.echo("\n\n".join("\n".join(_photo_lines(table, row)) for row in range(table.rows)))
    _leave(table)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--treated-on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the treatment, as 2026-03-31.")
@click.option("--affected", type=click.Choice(["right", "left"]), help="The patient's own side that is ill.")
@click.option(
    "--manifest",
    type=click.Path(path_type=Path, dir_okay=False),
    help="CSV about the photos: photo, taken, expression, mirrored, notes.  [default: FOLDER/manifest.csv]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write scores.csv and report.html into.",
)
@_mirrored
def series(
    folder: Path,
    treated_on: datetime | None,
    affected: Side | None,
    manifest: Path | None,
    output: Path | None,
    mirrored: bool,
) -> None:
    """Score one person's dated photos and say what changed.

    Prints what changed first, and then a short table.
    """
    made = asymmetry.Series.from_folder(
        folder,
        treated_on=treated_on.date() if treated_on else None,
        affected=affected,
        manifest=manifest,
        mirrored=mirrored,
        progress=_progress,
    )
    paths = ["", *_written(made, output)] if output else []
    click.echo("\n".join([*_change_lines(made), "", *_series_lines(made), *paths]))
    _leave(made.static)


@main.command()
@click.argument("source")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Parquet file to write.",
)
@click.option("--csv", is_flag=True, help="Also write the table as CSV beside it.")
@click.option("--landmarks", is_flag=True, help="Also write the landmarks, to be measured again later.")
@click.option("--subject", metavar="REGEX", help="Finds the person in a path.  [default: the first folder]")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--ray-address", metavar="ADDRESS", help="A Ray cluster.  [default: one of its own, here]")
@click.option("--workers", type=click.IntRange(1), help="Worker processes.  [default: measured]")
@click.option(
    "--time-limit",
    type=click.FloatRange(0, min_open=True),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="Give a photo up after this.",
)
@click.option("--overwrite", is_flag=True, help="Score anew what is there already.")
@_method
@_mirrored
def archive(source: str, output: Path, **options: Any) -> None:
    """Score millions of photos into a Parquet file.

    SOURCE is a folder, a glob pattern in quotes, a manifest (CSV) or a URL. There is one row per photo,
    failures included. Interrupt it at any moment, run the same again, and it goes on.
    """
    from tqdm import tqdm

    with tqdm(disable=None, file=sys.stderr, unit="photo", leave=False) as bar:

        def show(now: Progress) -> None:
            bar.total, bar.initial = now.photos, now.earlier
            bar.set_postfix_str(f"{now.failed_share:.1%} failed", refresh=False)
            bar.update(now.done - bar.n)

        try:
            made = asymmetry.score_archive(source, output, progress=show, **options)
        except KeyboardInterrupt:
            bar.close()
            click.echo("Interrupted. What is finished is kept: run the same again to go on.", err=True)
            sys.exit(EXIT_INTERRUPTED)
    counts = ", ".join(f"{number} {status}" for status, number in made.statuses.items())
    earlier = f"; {made.photos - made.scored} by earlier runs" if made.scored < made.photos else ""
    click.echo(f"{_counted(made.photos, 'photo')}: {counts}{earlier}\n{_printable(str(output))}")


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Folder to write into.",
)
def demo(output: Path) -> None:
    """Make a dated series with a known truth and score it.

    Prints true against read, and last the path of the report.
    """
    from asymmetry.synthetic import make_demo

    made = make_demo(output / "photos")
    read = asymmetry.Series.from_folder(made.folder, treated_on=made.treated_on, progress=_progress)
    paths = _written(read, output)
    click.echo("\n".join([*_truth_lines(read, made.truth), "", *filter(None, [made.note]), *paths]))


@main.command()
def doctor() -> None:
    """Say what is missing or clashing in this installation."""
    from asymmetry.extract.doctor import examine

    checks = examine()
    for check in checks:
        click.echo(f"{'ok   ' if check.ok else 'FAULT'} {check.name}: {check.found}")
        if check.advice:
            click.echo(f"      {check.advice}")
    if not all(check.ok for check in checks):
        sys.exit(1)


def _leave(table: Measurements) -> None:
    """Name the photos that could not be scored, and let the exit code say so."""
    failed = [row for row in range(table.rows) if table["status"][row] not in ("ok", "warn")]
    for row in failed:
        click.echo(_printable(f"not scored: {table['photo'][row]}: {table['reason'][row]}"), err=True)
    if failed:
        sys.exit(EXIT_SOME_FAILED)


def _progress(photos: Iterable[Any]) -> Iterable[Any]:
    """A bar on the terminal; nothing where there is none."""
    from tqdm import tqdm

    bar: Iterable[Any] = tqdm(photos, disable=None, file=sys.stderr, unit="photo", leave=False)
    return bar


def _written(made: Series, output: Path) -> list[str]:
    """Write a series' table and page; their paths."""
    output.mkdir(parents=True, exist_ok=True)
    made.static.to_csv(output / "scores.csv")
    made.report(output / "report.html")
    return [_printable(str(output / name)) for name in ("scores.csv", "report.html")]


def _json(table: Measurements) -> str:
    from asymmetry.series import notable

    columns = table.to_dict()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    photos = [
        {**row, "notable": [difference.words for difference in seen]}
        for row, seen in zip(rows, notable(table), strict=True)
    ]
    return json.dumps({"photos": photos, "provenance": dict(table.provenance)}, indent=2, allow_nan=False)


def _photo_lines(table: Measurements, row: int) -> Iterator[str]:
    """One photo as text: title, sides, whole face, and what a bystander would notice."""
    from asymmetry.metrics import catalogue
    from asymmetry.series import HEADLINES, notable

    status, reason = str(table["status"][row]), str(table["reason"][row])
    said = ": ".join(filter(None, (status, reason)))
    yield _printable(f"{table['photo'][row]}  {table['taken'][row]}".rstrip()) + (
        "" if said == "ok" else f"  [{said}]"
    )
    if status not in ("ok", "warn"):
        return
    words = {headline.metric: headline.words for headline in HEADLINES}
    wide = shutil.get_terminal_size().columns >= _WIDE
    yield f"  {'':<22}{'right':>8}{'left':>8}{'diff':>8}"
    for name, metric in catalogue().items():
        values = [float(table[column][row]) for column in metric.columns]
        signs = ("", "", "+") if metric.sides else ("+",)
        cells = "".join(f"{_number(value, sign):>8}" for value, sign in zip(values, signs, strict=True))
        cells = f"{cells:>24}"
        line = f"  {name.replace('_', ' '):<22}{cells} {metric.unit:<5}"
        word = words[name](values[-1]) if name in words else "" if metric.sides else f"+: {metric.sign}"
        yield (f"{line}  {word}" if wide else line).rstrip()
        if word and not wide:
            yield f"    {word}"
    seen = [difference.words for difference in notable(table)[row]]
    if seen:
        yield f"A bystander would notice: {'; '.join(seen)}."
    else:
        yield "Nothing here is of a size that a bystander is known to notice."


def _change_lines(made: Series) -> Iterator[str]:
    """What changed, and what to look at."""
    from asymmetry.series import what_changed

    yield "What changed"
    for said in what_changed(made.changes()):
        yield from _wrapped(said.words, "  ")
        for remark in said.remarks:
            yield from _wrapped(f"Mind: {remark}.", "      ")
    concerns = made.concerns()
    if concerns:
        yield "To be looked at (a measurement, not a diagnosis)"
        for concern in concerns:
            yield from _wrapped(f"{concern.words} ({', '.join(concern.photos)}).", "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    """A sentence that fits the terminal; a name in it is never broken."""
    width = min(shutil.get_terminal_size().columns, _LONGEST_LINE)
    return textwrap.wrap(
        _printable(text),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _series_lines(made: Series) -> Iterator[str]:
    """A series as text: one line per photo with the differences of the headline metrics."""
    from asymmetry.series import HEADLINES, notable

    table = made.static
    since = "treatment" if made.treated_on else "the first photo"
    yield f"{_counted(len(made), 'photo')}; days since {since}; differences are right minus left, in mm"
    yield ""
    yield f"{'day':>6}  {'date':<10}" + "".join(f"{headline.part:>14}" for headline in HEADLINES)
    for row, seen in enumerate(notable(table)):
        if not made.landmarks.usable[row]:
            continue
        diffs = "".join(f"{_number(table[each.column('diff')][row], '+'):>14}" for each in HEADLINES)
        yield f"{_number(table['day'][row], decimals=0):>6}  {table['taken'][row][:10] or '-':<10}{diffs}"
        if seen:
            yield f"{'':<18}seen by others: {'; '.join(difference.words for difference in seen)}"


def _truth_lines(read: Series, truth: Measurements) -> Iterator[str]:
    """True and read differences, as changes from the mean of the photos before the treatment."""
    from asymmetry.series import HEADLINES

    known = [each for each in HEADLINES if each.column("diff") in truth]
    rows = {str(name): row for row, name in enumerate(read.static["photo"])}
    order = [rows[str(name)] for name in truth["photo"]]
    before = truth["day"] < 0
    yield "Change of the left-right difference since before the treatment, mm"
    yield f"{'':>6}" + "".join(f"{each.part:>18}" for each in known)
    yield f"{'day':>6}" + f"{'true':>10}{'read':>8}" * len(known)
    courses = []
    for each in known:
        found = read.static[each.column("diff")][order]
        courses.append((truth[each.column("diff")], found - found[before].mean()))
    for row, day in enumerate(truth["day"]):
        cells = "".join(
            f"{_number(true[row], '+'):>10}{_number(found[row], '+'):>8}" for true, found in courses
        )
        yield f"{_number(day, decimals=0):>6}{cells}"
    errors = [float(((found - true) ** 2).mean() ** 0.5) for true, found in courses]
    yield f"{'error':>6}" + "".join(f"{_number(error, decimals=2):>18}" for error in errors)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _number(value: float, sign: str = "", decimals: int = 1) -> str:
    """A rounded number; a dash where there is none, and no sign before a zero."""
    if math.isnan(value):
        return "-"
    rounded = round(float(value), decimals)
    return f"{rounded:{sign}.{decimals}f}" if rounded else f"{0:.{decimals}f}"


def _printable(text: str) -> str:
    """File names may hold anything; what a terminal would obey or can't show is replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
