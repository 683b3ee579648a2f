"""The output of the command line, as lines of text."""

from __future__ import annotations

import json
import math
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asymmetry.archive import Progress
    from asymmetry.core.table import Measurements
    from asymmetry.metrics import Metric, Norm
    from asymmetry.people import Series
    from asymmetry.series.review import Review

__all__ = [
    "change_lines",
    "clinic_lines",
    "count_things",
    "json_text",
    "photo_lines",
    "printable",
    "progress_line",
    "series_lines",
    "truth_lines",
    "wrap",
]

#: Columns of a terminal from which on norms stand beside the numbers, and words too, not below them.
_WIDE, _WIDER = 80, 100
_LONGEST_LINE = 100
#: Letters of the table of photos: of a number, of an expression, and before a remark.
_CELL, _EXPRESSION, _REMARK = 6, 14, 8
#: The sign before a positive number, by the kind of its column.
_SIGNS = {"right": "", "left": "", "diff": "+", "whole": "+"}

_NOTICEABLE = {"likely": "A bystander likely notices", "possible": "A bystander possibly notices"}


def json_text(table: Measurements) -> str:
    """A table as JSON: its rows, the asymmetry a bystander may notice in each, and the provenance."""
    from asymmetry.series import notable

    columns = table.to_dict()
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    photos = [
        {**row, "notable": [difference.to_dict() for difference in seen]}
        for row, seen in zip(rows, notable(table), strict=True)
    ]
    return json.dumps({"photos": photos, "provenance": dict(table.provenance)}, indent=2, allow_nan=False)


def photo_lines(table: Measurements, row: int) -> Iterator[str]:
    """One photo as text: title, sides, whole face, and the asymmetry a bystander may notice."""
    from asymmetry.metrics import catalogue, norms
    from asymmetry.series import notable

    status, reason = str(table["status"][row]), str(table["reason"][row])
    title = printable(f"{table['photo'][row]}  {table['taken'][row]}".rstrip())
    said = ": ".join(filter(None, (status, reason)))
    if said != "ok":
        title += f"  [{said}]"
    yield title
    if status not in ("ok", "warn"):
        return
    known: Mapping[str, Norm] = {}
    heads, below = f"  {'':<21}{'right':>7}{'left':>7}{'diff':>8}{'±':>6}", []
    if shutil.get_terminal_size().columns >= _WIDE and norms().hold_for(table.provenance):
        known, below = norms(), wrap(str(norms().note), "")
        heads += f"{'half':>11}{'9 in 10':>9}"
    yield heads
    for metric in catalogue().values():
        yield from _metric_lines(metric, table, row, known.get(metric.name))
    yield from below
    seen = notable(table)[row]
    for chance, said in _NOTICEABLE.items():
        notes = [str(each.full_note) for each in seen if each.noticeable == chance]
        if notes:
            yield f"{said}: {'; '.join(notes)}."
    if not seen:
        yield "Nothing here is of a size that a bystander is known to notice."


def _metric_lines(metric: Metric, table: Measurements, row: int, norm: Norm | None) -> Iterator[str]:
    """One metric of one photo, and its norm; words stand beside them, or below on a narrow terminal."""
    values = {kind: float(table[name][row]) for kind, name in zip(metric.kinds, metric.columns, strict=True)}
    cells = "".join(f"{_number(value, _SIGNS[kind]):>7}" for kind, value in values.items())
    # Beside the difference stands how far it may be from the truth: one standard deviation of one photo.
    sd, unsure = float(table[metric.sd_columns[-1]][row]), ""
    if not math.isnan(sd):
        unsure = f"±{_number(sd)}"
    line = f"  {metric.name.replace('_', ' '):<21}{cells:>22}{unsure:>6} {metric.unit:<4}"
    if norm is not None:
        line += f"{_number(norm.median):>6}{_number(norm.p90):>9}"
    words = _metric_words(metric, values)
    if shutil.get_terminal_size().columns >= _WIDER:
        yield f"{line}  {words}".rstrip()
        return
    yield line.rstrip()
    if words:
        yield f"    {words}"


def _metric_words(metric: Metric, values: Mapping[str, float]) -> str:
    """A headline's difference in words; of the whole face the meaning of its sign."""
    from asymmetry.series import HEADLINES

    if not metric.sides:
        return f"+: {metric.sign}"
    for headline in HEADLINES:
        if headline.metric == metric.name:
            return headline.words(values["diff"])
    return ""


def change_lines(made: Series) -> Iterator[str]:
    """The changes, the findings to look at, and the photos that are not used or in doubt."""
    from asymmetry.series import what_changed

    yield "What changed"
    for sentence in what_changed(made.changes(), made.findings, made.setting):
        yield from wrap(sentence.words, "  ")
        for remark in sentence.remarks:
            yield from wrap(f"Note: {remark}.", "      ")
    concerns = made.concerns()
    if concerns:
        yield from wrap("Worth showing your clinician (a measurement, not a diagnosis)")
        for concern in concerns:
            yield from wrap(f"{concern.words} ({', '.join(concern.photos)}).", "  ")
    review = made.review()
    for line in (*review.lines(used=False), *_asked_lines(review)):
        yield from wrap(line, "")


def _asked_lines(review: Review) -> list[str]:
    """The doubts about photos that are used, but for expressions that were read from the face."""
    asked = [doubt for doubt in review if doubt.column != "expression"]
    return replace(review, doubts=tuple(asked)).lines(used=True)


def wrap(text: str, indent: str = "") -> list[str]:
    """A sentence that fits the terminal; a name in it is never broken."""
    return textwrap.wrap(
        printable(text),
        _line_width(),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _line_width() -> int:
    return min(shutil.get_terminal_size().columns, _LONGEST_LINE)


def clinic_lines(made: Series) -> Iterator[str]:
    """The sheet as text: right, left and percentage of each measure at the first, worst and latest visits."""
    from asymmetry.core.text import english_text
    from asymmetry.series.sheet_text import sheet_lines

    worst = [each.days.worst for each in made.findings]
    for line in sheet_lines(made.sheet(), english_text(), _line_width(), worst):
        if len(line) <= _line_width():
            yield printable(line)
        else:
            yield from wrap(line)


def series_lines(made: Series) -> Iterator[str]:
    """A series as text: one line per photo with its differences, its expression, its name and its remarks."""
    from asymmetry.core.text import english_text
    from asymmetry.series import HEADLINES, notable
    from asymmetry.series.absolute import add_absolute_sds

    table = add_absolute_sds(made.landmarks, made.static)
    photos = count_things(len(made), "photo")
    yield f"{photos}; {made.counted_from.words}; differences are right minus left, in mm"
    yield ""
    heads = "".join(f"  {headline.part:>{_CELL}}" for headline in HEADLINES)
    yield f"{'day':>6}  {'date':<10}{heads}  {'expression':<{_EXPRESSION}} photo"
    for row, seen in enumerate(notable(table)):
        if not made.landmarks.usable[row]:
            continue
        diffs = "".join(
            f"  {_number(table[each.column('diff')][row], '+'):>{max(_CELL, len(each.part))}}"
            for each in HEADLINES
        )
        day, date = _number(table["day"][row], decimals=0), table["taken"][row][:10] or "-"
        shown = english_text().known("expressions", str(table["expression"][row]))
        name = printable(str(table["photo"][row]))
        yield f"{day:>6}  {date:<10}{diffs}  {shown:<{_EXPRESSION}} {name}"
        if seen:
            told = "; ".join(f"{each.words} ({each.noticeable})" for each in seen)
            yield from wrap(f"noticeable: {told}", " " * _REMARK)
        for note in table.notes[row]:
            yield from wrap(str(note), " " * _REMARK)


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


def count_things(number: int, thing: str) -> str:
    """A number of things in words.

    Examples
    --------
    >>> count_things(1, "photo"), count_things(2, "photo")
    ('1 photo', '2 photos')
    """
    if number == 1:
        return f"{number} {thing}"
    return f"{number} {thing}s"


def progress_line(now: Progress, seconds: float) -> str:
    """How far an archive is, for a log.

    Examples
    --------
    >>> from asymmetry.archive import Progress
    >>> progress_line(Progress(done=1500, failed=15, photos=20000, earlier=500), 100.0)
    '1,500 of 20,000 photos (7.5 %), 1.5 % failed, 10.0 a second'
    """
    rate = 0.0
    if seconds > 0:
        rate = (now.done - now.earlier) / seconds
    share = 100 * now.done / max(now.photos, 1)
    failed = 100 * now.failed_share
    done = f"{now.done:,} of {now.photos:,} photos ({share:.1f} %)"
    return f"{done}, {failed:.1f} % failed, {rate:.1f} a second"


def _number(value: float, sign: str = "", decimals: int = 1) -> str:
    """A rounded number; a dash where there is none, and no sign before a zero."""
    if math.isnan(value):
        return "-"
    rounded = round(float(value), decimals)
    if rounded == 0:
        return f"{0:.{decimals}f}"
    return f"{rounded:{sign}.{decimals}f}"


def printable(text: str) -> str:
    """File names may hold anything; characters a terminal would obey or can't show are replaced."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
