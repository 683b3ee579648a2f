"""The commands."""

from __future__ import annotations

import errno
import io
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

import asymmetry
from asymmetry.cli.aids import aids
from asymmetry.cli.archive import EXIT_INTERRUPTED, archive
from asymmetry.cli.clip import clip
from asymmetry.cli.compare import compare
from asymmetry.cli.convert import convert
from asymmetry.cli.folder import (
    audience_option,
    language_option,
    leave,
    megapixels_option,
    method_option,
    mirrored_option,
    of_a_folder,
    show_warnings,
)
from asymmetry.cli.hospital import check_targets, hospital_options, write_hospital
from asymmetry.cli.serve import serve
from asymmetry.core.text import ENGLISH, Text
from asymmetry.errors import AsymmetryError
from asymmetry.progress import show_photos
from asymmetry.terminal import (
    change_lines,
    clinic_lines,
    photo_lines,
    printable,
    series_lines,
    truth_lines,
)

if TYPE_CHECKING:
    from asymmetry.core.table import Measurements
    from asymmetry.extract import Method
    from asymmetry.people import Series
    from asymmetry.report.page import Audience

__all__ = ["main"]

_EXIT_TERMINATED = 128 + signal.SIGTERM  # as a shell says of a command that was ended
_VERDICTS = {True: "ok", False: "FAULT"}
_EPILOG = """
Exit codes: 0 success; 1 an error, or doctor found a fault; 2 bad usage; 3 some photos could not be scored,
were set aside or can't be compared, or some files were not read, and the output says which and why (archive
lists failed photos in its table: it exits with 3 only if files were not read or could not be fetched, and
with 1 if none could be scored); 130 interrupted.
"""


class _Group(click.Group):
    """Shows the library's own errors as one line."""

    def make_context(self, *args: Any, **options: Any) -> click.Context:
        """Read the command line; ``--help`` and ``--version`` print here."""
        with _one_line():
            return super().make_context(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error of the library is a line on stderr."""
        with _one_line():
            _check_working_folder()
            return super().invoke(ctx)


@contextmanager
def _one_line() -> Iterator[None]:
    """Show an error as one line, and Ctrl-C by its exit code."""
    try:
        yield
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        raise  # click knows it: nobody reads any more
    except AsymmetryError as error:
        _fail(str(error))
    except OSError as error:
        _fail(_told(error))
    except ImportError as error:
        _fail(f"{error}. Run 'asymmetry doctor' to see what is missing.")


def _told(error: OSError) -> str:
    """The system's refusal, and of which file; the one without a name is printed to."""
    why = error.strerror or str(error)
    if error.errno == errno.ENOSPC and not error.filename:
        return f"what is printed can't be written ({why})"
    return f"{error.filename}: {why}" if error.filename else why


def _fail(message: str) -> NoReturn:
    raise click.ClickException(printable(message))


def _check_working_folder() -> None:
    """Refuse to work in a folder that was deleted."""
    try:
        Path.cwd()
    except FileNotFoundError as error:
        raise click.ClickException("the folder that this runs in is gone: go to another") from error


def _end(*_: object) -> NoReturn:
    """End as Ctrl-C does: files that are not whole, and processes, end too."""
    raise SystemExit(_EXIT_TERMINATED)


@click.group(cls=_Group, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(asymmetry.__version__, prog_name="asymmetry")
def main() -> None:
    """Measure the left-right asymmetry of faces in photos.

    Sides are the patient's own. Differences are right minus left. A measurement, not a diagnosis; not a
    medical device.
    """
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _end)
    for stream in (sys.stdout, sys.stderr):
        # A file name may have letters that the terminal's encoding lacks; they come out as \\u0141.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="backslashreplace")


main.add_command(aids)
main.add_command(archive)
main.add_command(clip)
main.add_command(compare)
main.add_command(convert)
main.add_command(serve)


@main.command()
@click.argument(
    "photos", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PHOTO..."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; values not measured are null.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV; values not measured are empty.")
@method_option
@mirrored_option
@megapixels_option
@language_option
@hospital_options
def photo(
    photos: tuple[Path, ...],
    as_json: bool,
    as_csv: bool,
    method: Method,
    mirrored: bool,
    max_megapixels: float,
    language: str,
    **hospital: Any,
) -> None:
    """Score photos: right, left and difference of every metric."""
    if as_json and as_csv:
        raise click.UsageError("--json and --csv can't be combined")
    check_targets(photos, **hospital)
    progress = None
    if len(photos) > 1:
        progress = show_photos
    with asymmetry.Extractor(
        method=method, mirrored=mirrored, max_megapixels=max_megapixels
    ) as extractor:
        landmarks = extractor.extract(photos, progress=progress)
    table = asymmetry.measure(landmarks)
    written = write_hospital(table, photos, **hospital)
    if as_json:
        click.echo(_json_text(table))
    elif as_csv:
        click.echo((table.to_csv() or "").encode("utf-8", "backslashreplace"), nl=False)
    else:
        say = Text.load(language)
        texts = ["\n".join(photo_lines(table, row, say)) for row in range(table.rows)]
        click.echo("\n\n".join([*texts, *written]))
    leave(table, language=language)


def _json_text(table: Measurements) -> str:
    """A table as JSON: its rows, the asymmetry a bystander may notice in each, and the provenance."""
    from asymmetry.series import notable

    columns = table.to_dict()
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    photos = [
        {**row, "notable": [difference.to_dict() for difference in seen]}
        for row, seen in zip(rows, notable(table), strict=True)
    ]
    return json.dumps(
        {"photos": photos, "provenance": dict(table.provenance)}, indent=2, allow_nan=False
    )


@main.command()
@of_a_folder
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    callback=lambda _context, _option, path: _check_folder(path),
    help="Folder for scores.csv and report.html.",
)
@click.option(
    "--sheet",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=lambda _context, _option, path: _check_sheet(path),
    help="File for the sheet: right, left and percentage of each measure at each visit, .csv or .xlsx.",
)
@audience_option
def series(
    made: Series, output: Path | None, sheet: Path | None, language: str, audience: Audience
) -> None:
    """Score one person's dated photos and report the changes.

    Prints what changed, then the sheet (each measure at each visit), then a table of the photos.
    """
    say = Text.load(language)
    lines = [*change_lines(made, say), "", *clinic_lines(made, say), "", *series_lines(made, say)]
    written = []
    if sheet:
        from asymmetry.series.sheet_files import write_sheet

        written.append(printable(str(write_sheet(made.sheet(), sheet, language))))
    if output:
        written += _write_series(made, output, language, audience)
    if written:
        lines += ["", *written]
    click.echo("\n".join(lines))
    leave(made.static, made.leftovers, language)


@main.command()
@of_a_folder
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    callback=lambda _context, _option, path: _check_report(path),
    help="Report file, .html or .pdf.",
)
@click.option("--no-photos", is_flag=True, help="Leave the photos out.")
@click.option(
    "--pseudonym",
    default="",
    help="Name to show for the person. File names are left out; notes and the diary stay as they are.",
)
@click.option(
    "--paper",
    type=click.Choice(["A4", "Letter"]),
    default="A4",
    show_default=True,
    help="Paper size of a PDF.",
)
@audience_option
def report(made: Series, output: Path, no_photos: bool, audience: Audience, **options: str) -> None:
    """Score one person's dated photos and write a report.

    The report is a single file with pictures, plots and tables. Prints its path.
    """
    with show_warnings():
        written = made.report(output, photos=not no_photos, audience=audience, **options)
    for line in made.review().lines(used=False, text=Text.load(options["language"])):
        click.echo(printable(line), err=True)
    click.echo(printable(str(written)))
    leave(made.static, made.leftovers, options["language"])


@main.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    callback=lambda _context, _option, path: _check_demo(path),
    help="Folder for the photos and the report.",
)
def demo(output: Path) -> None:
    """Make and score a dated series with a known truth.

    Prints true and measured values side by side, then the path of the report.
    """
    from asymmetry.synthetic import make_demo

    made = make_demo(output / "photos")
    read = asymmetry.Series.from_folder(
        made.folder,
        treated_on=made.treated_on,
        progress=show_photos,
    )
    lines = [*truth_lines(read, made.truth), ""]
    if made.note:
        lines.append(made.note)
    click.echo("\n".join([*lines, *_write_series(read, output)]))


@main.command()
def doctor() -> None:
    """Check this installation for missing or conflicting packages."""
    from asymmetry.doctor import examine

    checks = examine()
    for check in checks:
        click.echo(f"{_VERDICTS[check.ok]:<5} {check.name}: {check.found}")
        if check.advice:
            click.echo(f"      {check.advice}")
    if not all(check.ok for check in checks):
        sys.exit(1)


def _check_report(path: Path) -> Path:
    """A report's path, refused before any photo is read."""
    from asymmetry.report.writing import check_target

    return check_target(path)


def _check_sheet(path: Path | None) -> Path | None:
    """A sheet's path, refused before any photo is read."""
    if path is None:
        return None
    from asymmetry.series.sheet_files import check_sheet_target

    return check_sheet_target(path)


def _check_demo(path: Path) -> Path | None:
    """The folder of the demo, whose extra brings its portrait and all that its report needs."""
    from asymmetry.synthetic import demo_portrait

    demo_portrait()
    return _check_folder(path)


def _check_folder(path: Path | None) -> Path | None:
    """The folder for a report; it and the report's packages are checked before any photo is read."""
    if path is None:
        return None
    from asymmetry.core.paths import local_path
    from asymmetry.report.writing import check_extras

    check_extras()
    return local_path(path)


def _write_series(
    made: Series, output: Path, language: str = ENGLISH, audience: Audience = "both"
) -> list[str]:
    """Write a series' table and page; their paths."""
    output.mkdir(parents=True, exist_ok=True)
    made.static.to_csv(output / "scores.csv")
    made.report(output / "report.html", language=language, audience=audience)
    return [printable(str(output / name)) for name in ("scores.csv", "report.html")]
