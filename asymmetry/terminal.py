"""The output of the command line, as lines of text."""

from __future__ import annotations

import json
import math
import shutil
import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asymmetry.archive import Progress
    from asymmetry.core.table import Measurements
    from asymmetry.people import Series

__all__ = [
    "change_lines",
    "counted",
    "json_text",
    "photo_lines",
    "printable",
    "progress_line",
    "series_lines",
    "truth_lines",
]

#: Columns of a terminal from which on words stand beside the numbers, not below them.
_WIDE = 80
_LONGEST_LINE = 100


def json_text(table: Measurements) -> str:
    """A table as JSON: its rows, the asymmetry a bystander would notice in each, and the provenance."""
    from asymmetry.series import notable

    columns = table.to_dict()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    photos = [
        {**row, "notable": [difference.words for difference in seen]}
        for row, seen in zip(rows, notable(table), strict=True)
    ]
    return json.dumps({"photos": photos, "provenance": dict(table.provenance)}, indent=2, allow_nan=False)


def photo_lines(table: Measurements, row: int) -> Iterator[str]:
    """One photo as text: title, sides, whole face, and the asymmetry a bystander would notice."""
    from asymmetry.metrics import catalogue
    from asymmetry.series import HEADLINES, notable

    status, reason = str(table["status"][row]), str(table["reason"][row])
    said = ": ".join(filter(None, (status, reason)))
    yield printable(f"{table['photo'][row]}  {table['taken'][row]}".rstrip()) + (
        "" if said == "ok" else f"  [{said}]"
    )
    if status not in ("ok", "warn"):
        return
    words = {headline.metric: headline.words for headline in HEADLINES}
    wide = shutil.get_terminal_size().columns >= _WIDE
    yield f"  {'':<21}{'right':>7}{'left':>7}{'diff':>8}{'±':>6}"
    for name, metric in catalogue().items():
        values = [float(table[column][row]) for column in metric.columns]
        signs = ("", "", "+") if metric.sides else ("+",)
        cells = "".join(f"{_number(value, sign):>7}" for value, sign in zip(values, signs, strict=True))
        # Beside the difference stands how far it may be from the truth: one standard deviation of one photo.
        sd = float(table[metric.sd_columns[-1]][row])
        unsure = "" if math.isnan(sd) else f"±{_number(sd)}"
        line = f"  {name.replace('_', ' '):<21}{cells:>22}{unsure:>6} {metric.unit:<4}"
        word = words[name](values[-1]) if name in words else "" if metric.sides else f"+: {metric.sign}"
        yield (f"{line}  {word}" if wide else line).rstrip()
        if word and not wide:
            yield f"    {word}"
    seen = [str(difference.full_note) for difference in notable(table)[row]]
    if seen:
        yield f"A bystander would notice: {'; '.join(seen)}."
    else:
        yield "Nothing here is of a size that a bystander is known to notice."


def change_lines(made: Series) -> Iterator[str]:
    """The changes, and the findings to look at."""
    from asymmetry.series import courses_in_words, what_changed

    yield "What changed"
    for said in what_changed(made.changes(), made.setting):
        yield from _wrapped(said.words, "  ")
        for remark in said.remarks:
            yield from _wrapped(f"Mind: {remark}.", "      ")
    for note in courses_in_words(made.changes(), made.followed):
        yield from _wrapped(str(note), "  ")
    concerns = made.concerns()
    if concerns:
        yield "To be looked at (a measurement, not a diagnosis)"
        for concern in concerns:
            yield from _wrapped(f"{concern.words} ({', '.join(concern.photos)}).", "  ")


def _wrapped(text: str, indent: str) -> list[str]:
    """A sentence that fits the terminal; a name in it is never broken."""
    width = min(shutil.get_terminal_size().columns, _LONGEST_LINE)
    return textwrap.wrap(
        printable(text),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def series_lines(made: Series) -> Iterator[str]:
    """A series as text: one line per photo with the differences of the headline metrics."""
    from asymmetry.series import HEADLINES, notable

    table = made.static
    yield f"{counted(len(made), 'photo')}; {made.counted_from.words}; differences are right minus left, in mm"
    yield ""
    yield f"{'day':>6}  {'date':<10}" + "".join(f"{headline.part:>14}" for headline in HEADLINES)
    for row, seen in enumerate(notable(table)):
        if not made.landmarks.usable[row]:
            continue
        diffs = "".join(f"{_number(table[each.column('diff')][row], '+'):>14}" for each in HEADLINES)
        yield f"{_number(table['day'][row], decimals=0):>6}  {table['taken'][row][:10] or '-':<10}{diffs}"
        if seen:
            yield f"{'':<18}seen by others: {'; '.join(difference.words for difference in seen)}"


def truth_lines(read: Series, truth: Measurements) -> Iterator[str]:
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


def counted(number: int, what: str) -> str:
    """A number of things in words."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def progress_line(now: Progress, seconds: float) -> str:
    """How far an archive is, for a log.

    Examples
    --------
    >>> from asymmetry.archive import Progress
    >>> progress_line(Progress(done=1500, failed=15, photos=20000, earlier=500), 100.0)
    '1,500 of 20,000 photos (7.5 %), 1.5 % failed, 10.0 a second'
    """
    rate = (now.done - now.earlier) / seconds if seconds > 0 else 0.0
    share = 100 * now.done / max(now.photos, 1)
    failed = 100 * now.failed_share
    return (
        f"{now.done:,} of {now.photos:,} photos ({share:.1f} %), {failed:.1f} % failed, {rate:.1f} a second"
    )


def _number(value: float, sign: str = "", decimals: int = 1) -> str:
    """A rounded number; a dash where there is none, and no sign before a zero."""
    if math.isnan(value):
        return "-"
    rounded = round(float(value), decimals)
    return f"{rounded:{sign}.{decimals}f}" if rounded else f"{0:.{decimals}f}"


def printable(text: str) -> str:
    """File names may hold anything; characters a terminal would obey or can't show are replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
