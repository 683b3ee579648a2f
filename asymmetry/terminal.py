"""The output of the command line, as lines of text."""

from __future__ import annotations

import math
import shutil
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING

from asymmetry.core.text import Text, english_text, join_percent

if TYPE_CHECKING:
    from asymmetry.archive import Progress
    from asymmetry.clips import Clip
    from asymmetry.core.table import Measurements
    from asymmetry.metrics import Metric, Norm
    from asymmetry.people import Series
    from asymmetry.series.pair import Comparison
    from asymmetry.series.review import Review

__all__ = [
    "change_lines",
    "clinic_lines",
    "clip_lines",
    "pair_lines",
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
#: Letters of the table of photos: of a number, and before a remark.
_CELL, _REMARK = 6, 8
#: Letters of a measure's title in the table of two photos.
_TITLE = 17
#: Letters of a row's title in the table of a clip.
_CLIP_TITLE = 26
#: Letters of a metric's name, of the headings over its numbers, and over its norm's.
_NAME = 21
_HEADS = {"right": 7, "left": 7, "diff": 8, "error_mark": 6}
_NORM_HEADS = {"half": 11, "nine_in_ten": 9}
#: The sign before a positive number, by the kind of its column.
_SIGNS = {"right": "", "left": "", "diff": "+", "whole": "+"}


def photo_lines(table: Measurements, row: int, text: Text | None = None) -> Iterator[str]:
    """One photo as text: title, sides, whole face, and the asymmetry a bystander may notice."""
    from asymmetry.core.columns import USABLE
    from asymmetry.metrics import catalogue, norms

    say, status = text or english_text(), str(table["status"][row])
    title = printable(f"{table['photo'][row]}  {table['taken'][row]}".rstrip())
    reasons = [note.words(say) for note in table.notes[row]]
    if status != "ok" or reasons:
        said = ": ".join(filter(None, (say.known("statuses", status), "; ".join(reasons))))
        title += f"  [{said}]"
    yield title
    if status not in USABLE:
        return
    known: Mapping[str, Norm] = {}
    heads = "".join(f"{say(f'terminal.{name}'):>{width}}" for name, width in _HEADS.items())
    below: list[str] = []
    if shutil.get_terminal_size().columns >= _WIDE and norms().hold_for(table.provenance):
        known, below = norms(), wrap(norms().note.words(say))
        heads += "".join(
            f"{say(f'terminal.{name}'):>{width}}" for name, width in _NORM_HEADS.items()
        )
    yield f"  {'':<{_NAME}}{heads}"
    for metric in catalogue().values():
        yield from _metric_lines(metric, table, row, known.get(metric.name), say)
    yield from wrap(say("terminal.one_sd"))
    yield from below
    yield from _seen_lines(table, row, say)


def _seen_lines(table: Measurements, row: int, say: Text) -> Iterator[str]:
    """The asymmetry a bystander may notice, and the parts of which that can't be told."""
    from asymmetry.metrics.headline import RATED, notable, unrated

    seen, unsure = notable(table)[row], unrated(table, row)
    for chance in ("likely", "possible"):
        notes = [each.full_note.words(say) for each in seen if each.noticeable == chance]
        if notes:
            yield say(f"terminal.seen_{chance}", what="; ".join(notes))
    if not seen and len(unsure) < len(RATED):
        yield say("terminal.seen_none")
    if unsure:
        parts = [say.known("compared", each.name) for each in unsure]
        yield from wrap(say("terminal.seen_unsure", parts=say("lists.comma").join(parts)))


def _metric_lines(
    metric: Metric, table: Measurements, row: int, norm: Norm | None, say: Text
) -> Iterator[str]:
    """One metric of one photo, and its norm; words stand beside them, or below on a narrow terminal."""
    values = {
        kind: float(table[name][row])
        for kind, name in zip(metric.kinds, metric.columns, strict=True)
    }
    cells = "".join(f"{_number(value, say, _SIGNS[kind]):>7}" for kind, value in values.items())
    # Beside the difference stands how far it may be from the truth: one standard deviation of one photo.
    sd, unsure = float(table[metric.sd_columns[-1]][row]), ""
    if not math.isnan(sd):
        unsure = f"±{_number(sd, say)}"
    name = say.entries.get(f"metric_names.{metric.name}", metric.name.replace("_", " "))
    line = f"  {name:<{_NAME}}{cells:>22}{unsure:>6} {say.known('units', metric.unit):<4}"
    if norm is not None:
        line += f"{_number(norm.median, say):>6}{_number(norm.p90, say):>9}"
    words = _metric_words(metric, values, say)
    if shutil.get_terminal_size().columns >= _WIDER:
        yield f"{line}  {words}".rstrip()
        return
    yield line.rstrip()
    if words:
        yield f"    {words}"


def _metric_words(metric: Metric, values: Mapping[str, float], say: Text) -> str:
    """A headline's difference in words; of the whole face the meaning of its sign."""
    from asymmetry.series import HEADLINES

    if not metric.sides:
        return f"+: {say.entries.get(f'signs.{metric.name}', metric.sign)}"
    for headline in HEADLINES:
        if headline.metric == metric.name:
            return headline.note(values["diff"]).words(say)
    return ""


def change_lines(made: Series, text: Text | None = None) -> Iterator[str]:
    """The changes, the findings to look at, and the photos that are not used or in doubt."""
    from asymmetry.series import what_changed

    say = text or english_text()
    yield say("terminal.changed")
    for sentence in what_changed(made.changes(), made.findings, made.setting):
        yield from wrap(sentence.note.words(say), "  ")
        for note in sentence.notes:
            yield from wrap(say("summary.mind", remark=note.words(say)), "      ")
    concerns = made.concerns()
    if concerns:
        yield from wrap(say("terminal.show"))
        for concern in concerns:
            told = say("terminal.concern", finding=concern.note.words(say), photos=concern.photos)
            yield from wrap(told, "  ")
    if made.skin_days:
        for note in made.skin_days.remarks:
            yield from wrap(note.words(say))
    review = made.review()
    for line in (*review.lines(used=False, text=say), *_asked_lines(review, say)):
        yield from wrap(line, "")


def _asked_lines(review: Review, say: Text) -> list[str]:
    """The doubts about photos that are used, except for expressions that were read from the face."""
    asked = [doubt for doubt in review if doubt.column != "expression" or doubt.sure == 1]
    return replace(review, doubts=tuple(asked)).lines(used=True, text=say)


def wrap(text: str, indent: str = "") -> list[str]:
    """A sentence that fits the terminal; a name in it is never broken, nor is 62 % or 3 mm."""
    lines = textwrap.wrap(
        join_percent(text).replace(" mm", "\N{NO-BREAK SPACE}mm"),
        _line_width(),
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [printable(line) for line in lines]


def _line_width() -> int:
    return min(shutil.get_terminal_size().columns, _LONGEST_LINE)


def clinic_lines(made: Series, text: Text | None = None) -> Iterator[str]:
    """The sheet as text: right, left and percentage of each measure at the first, worst and latest visits."""
    from asymmetry.series.sheet_text import sheet_lines

    worst = [each.days.worst for each in made.findings]
    for line in sheet_lines(made.sheet(), text or english_text(), _line_width(), worst):
        if len(line) <= _line_width():
            yield printable(line)
        else:
            yield from wrap(line)


def series_lines(made: Series, text: Text | None = None) -> Iterator[str]:
    """A series as text: one line per photo with its differences, its expression, its name and its remarks."""
    from asymmetry.series import HEADLINES, notable
    from asymmetry.series.absolute import add_absolute_sds

    say = text or english_text()
    table = add_absolute_sds(made.landmarks, made.static)
    since = made.counted_from.note.words(say)
    yield from wrap(say.count("terminal.photos", len(made), since=since))
    yield ""
    parts = [say.known("parts", headline.name) for headline in HEADLINES]
    heads = "".join(f"  {part:>{_CELL}}" for part in parts)
    head = say("terminal.expression")
    shown = [say.known("expressions", label) for label in table["expression"].tolist()]
    wide = max(map(len, [head, *shown]))
    first = f"{say('terminal.day'):>6}  {say('terminal.date'):<10}"
    yield f"{first}{heads}  {head:<{wide}} {say('terminal.photo')}"
    for row, seen in enumerate(notable(table)):
        if not made.landmarks.usable[row]:
            continue
        diffs = "".join(
            f"  {_number(table[each.column('diff')][row], say, '+'):>{max(_CELL, len(part))}}"
            for each, part in zip(HEADLINES, parts, strict=True)
        )
        day = _number(table["day"][row], say, decimals=0)
        date = table["taken"][row][:10] or "-"
        name = printable(str(table["photo"][row]))
        yield f"{day:>6}  {date:<10}{diffs}  {shown[row]:<{wide}} {name}"
        if seen:
            told = [say(f"terminal.{each.noticeable}", what=each.note.words(say)) for each in seen]
            yield from wrap(say("terminal.noticeable", what="; ".join(told)), " " * _REMARK)
        for note in table.notes[row]:
            yield from wrap(note.words(say), " " * _REMARK)


def pair_lines(made: Comparison, text: Text | None = None) -> Iterator[str]:
    """Two photos as text: the changes, possible explanations, and the numbers."""
    say = text or english_text()
    for note in made.notes:
        yield from wrap(note.words(say))
    for note in made.remarks:
        yield from wrap(say("summary.mind", remark=note.words(say)), "  ")
    if not made.changes:
        return
    yield ""
    groups = [say(f"terminal.{name}") for name in ("right", "left", "right_less_left")]
    kinds = say("terminal.before"), say("terminal.after")
    change, sure_from = say("terminal.change"), say("terminal.sure_from")
    ends = f"{change:>8}{'±':>5}{sure_from:>10}" if made.comparable else ""
    yield " " * _TITLE + "".join(f"{name:>13}" for name in groups)
    heads = f"{kinds[0]:>7}{kinds[1]:>6}" * len(groups)
    yield f"{'mm':<{_TITLE}}{heads}{ends}"
    for each in made.changes:
        sides = (each.right_before, each.right_after, each.left_before, each.left_after)
        cells = "".join(f"{_number(value, say):>{7 - at % 2}}" for at, value in enumerate(sides))
        cells += f"{_number(each.diff_before, say, '+'):>7}{_number(each.diff_after, say, '+'):>6}"
        if made.comparable:
            cells += f"{_number(each.change, say, '+'):>8}"
            cells += f"{_number(each.error, say):>5}{_number(each.sure_from, say):>10}"
        yield f"{say.known('titles', each.part):<{_TITLE}}{cells}"


def clip_lines(made: Clip, text: Text | None = None) -> Iterator[str]:
    """A clip as text: each side's movement and times, its photos, blinks, and the limits."""
    say, timing = text or english_text(), made.timing
    seconds, expression = timing.trace.seconds, made.expression or "unknown"
    yield say(
        "clip.title",
        clip=printable(made.name),
        expression=say.known("expressions", expression),
        seconds=_number(float(seconds[-1]), say),
        rate=_number(timing.frames_per_second, say, decimals=0),
    )
    heads = (say(f"terminal.{name}") for name in ("right", "left", "right_less_left"))
    yield " " * _CLIP_TITLE + "".join(f"{head:>13}" for head in heads)
    unit, values = say.known("units", timing.trace.unit), timing.to_dict()
    for row, column, decimals in _clip_rows(timing.trace.unit):
        cells = "".join(
            f"{_number(values[column.format(kind)], say, sign, decimals):>13}"
            for kind, sign in (("right", ""), ("left", ""), ("diff", "+"))
        )
        yield f"{say(f'clip.{row}', unit=unit):<{_CLIP_TITLE}}{cells}"
    lag = _number(timing.lag.seconds, say, "+", 2)
    ratio = _number(timing.ratio, say, decimals=2)
    sure = {"lag_row": (lag, timing.lag.sd), "ratio_row": (ratio, timing.ratio_sd)}
    for row, (value, sd) in sure.items():
        title = f"{say(f'clip.{row}'):<{_CLIP_TITLE}}"
        yield f"{title}{value:>13} ± {_number(1.96 * sd, say, decimals=2)}"
    yield from _clip_photos(made, say)
    for note in made.notes:
        yield from wrap(note.words(say))


def _clip_rows(unit: str) -> tuple[tuple[str, str, int], ...]:
    """Rows of a clip's table: title, column, decimals."""
    return (
        ("excursion", f"excursion_{{}}_{unit}", 1),
        ("onset_row", "onset_{}_s", 2),
        ("rise_row", "rise_{}_s", 2),
        ("peak_row", "peak_{}_s", 2),
        ("speed_row", f"speed_{{}}_{unit}_s", 1),
        ("synkinesis_row", "synkinesis_{}_pct", 0),
    )


def _clip_photos(made: Clip, say: Text) -> Iterator[str]:
    """The two frames that were read as photos, and the blinks."""
    timing = made.timing
    rest, peak = timing.trace.seconds[list(timing.moments)].tolist()
    yield say(
        "clip.moments", rest=_number(rest, say, decimals=2), peak=_number(peak, say, decimals=2)
    )
    columns = [
        f"{timing.trace.metric}_{kind}_{timing.trace.unit}" for kind in ("right", "left", "diff")
    ]
    cells = "".join(
        f"{_number(float(made.movement[column][0]), say, sign):>13}"
        for column, sign in zip(columns, ("", "", "+"), strict=True)
    )
    yield f"{say('clip.photos_row'):<{_CLIP_TITLE}}{cells}"
    blinks = [blink for blink in timing.blinks if blink.is_blink]
    if not blinks:
        yield say("clip.blinks_none")
        return
    shown = {
        side: _number(
            median(getattr(blink, f"closed_{side}_pct") for blink in blinks), say, decimals=0
        )
        for side in ("right", "left")
    }
    yield say.count("clip.blinks", len(blinks), **shown)


def truth_lines(read: Series, truth: Measurements) -> Iterator[str]:
    """True and read differences, as changes from the mean of the photos before the treatment."""
    from asymmetry.series import HEADLINES

    say = english_text()
    known = [each for each in HEADLINES if each.column("diff") in truth]
    rows = {str(name): row for row, name in enumerate(read.static["photo"])}
    order = [rows[str(name)] for name in truth["photo"]]
    before = truth["day"] < 0
    yield say("terminal.truth")
    yield f"{'':>6}" + "".join(f"{say.known('parts', each.name):>18}" for each in known)
    heads = f"{say('terminal.true'):>10}{say('terminal.read'):>8}"
    yield f"{say('terminal.day'):>6}" + heads * len(known)
    courses = []
    for each in known:
        found = read.static[each.column("diff")][order]
        courses.append((truth[each.column("diff")], found - found[before].mean()))
    for row, day in enumerate(truth["day"]):
        cells = "".join(
            f"{_number(true[row], say, '+'):>10}{_number(found[row], say, '+'):>8}"
            for true, found in courses
        )
        yield f"{_number(day, say, decimals=0):>6}{cells}"
    errors = [float(((found - true) ** 2).mean() ** 0.5) for true, found in courses]
    cells = "".join(f"{_number(error, say, decimals=2):>18}" for error in errors)
    yield f"{say('terminal.error'):>6}{cells}"


def progress_line(now: Progress, seconds: float, text: Text | None = None) -> str:
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
    say = text or english_text()
    # Where a comma is decimal, thousands are parted by points: "1,500" would be one and a half.
    parting = "." if say.decimal == "," else ","
    done, photos = (f"{count:,}".replace(",", parting) for count in (now.done, now.photos))
    failed = 100 * now.failed_share
    return say("terminal.progress", done=done, photos=photos, share=share, failed=failed, rate=rate)


def _number(value: float, say: Text, sign: str = "", decimals: int = 1) -> str:
    """A number in ASCII, so that every terminal shows it and every program reads it."""
    return say.number(value, sign, decimals).replace("−", "-").replace("–", "-")


def printable(text: str) -> str:
    """File names may hold anything; characters a terminal would obey or can't show are replaced."""
    spaced = text.replace("\N{NO-BREAK SPACE}", " ")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in spaced)
