"""The report as HTML: one file with everything in it. Nothing in it points outside the file."""

from __future__ import annotations

import base64
import functools
import hashlib
import os
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.text import ENGLISH, Text, join_percent
from asymmetry.errors import InvalidInputError, MissingExtraError
from asymmetry.report.clinic import choose_sheet
from asymmetry.report.faces import place_faces
from asymmetry.report.naming import Names
from asymmetry.report.opening import make_opening
from asymmetry.report.plots.days import describe_days, draw_days
from asymmetry.report.plots.dots import describe_dots, draw_dots, summary_dots
from asymmetry.report.plots.pairs import describe_pairs, draw_pairs, movement_pairs
from asymmetry.report.plots.registry import list_plots
from asymmetry.report.plots.style import Setting
from asymmetry.report.sections import Wording
from asymmetry.report.shown import Drawn
from asymmetry.report.skin import tell_skin
from asymmetry.report.tables import Tables
from asymmetry.series import History
from asymmetry.series.change import Sides

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["AUDIENCES", "Audience", "own_script", "render"]

#: The readers of a report.
Audience: TypeAlias = Literal["patient", "clinic", "both"]
AUDIENCES: tuple[Audience, ...] = ("patient", "clinic", "both")
#: Findings and concerns told on the first screen of a page that lists all of them below.
_MOST = 3
#: Plots that stand open; the others are folded.
_MOST_PLOTS = 2
#: Shown in the footer: how the numbers came about. No paths.
_PROVENANCE = (
    "asymmetry mediapipe method model_sha256 mirrored scale_source day_zero day_zero_is".split()
)


def render(
    series: History,
    *,
    photos: bool = True,
    pseudonym: str = "",
    language: str | os.PathLike[str] = ENGLISH,
    audience: Audience = "both",
    unfold: bool = False,
) -> str:
    """A series as the text of one HTML page.

    Parameters
    ----------
    series : History
        The series to show.
    photos : bool
        Whether the faces are shown. Without them the report holds words, numbers and plots.
    pseudonym : str
        A name for the person. With one, file names are left out, as they often hold a name.
    language : str or path
        A language that is shipped, or a catalogue of words of one's own, see `Text.load`.
    audience : {"both", "patient", "clinic"}
        Whom it is for. A patient gets the first screen, pictures and plots; a clinic gets the sheet first,
        and all numbers.
    unfold : bool
        Whether the details are open, as on paper.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed.
    InvalidInputError
        If the language or the audience is not known.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    if audience not in AUDIENCES:
        raise InvalidInputError(f"audience {audience!r}: use one of {', '.join(AUDIENCES)}")
    text = Text.load(language)
    wording = Wording(series, text, Names.of(series, text, pseudonym), series.changes())
    page: dict[str, Any] = {
        "t": text,
        "pseudonym": pseudonym,
        "patient": audience != "clinic",
        "clinic": audience != "patient",
        "most": _MOST if audience == "both" else None,
        "unfold": unfold,
        "page_numbers": _page_numbers(text),
        **own_script(),
    }
    sheet = choose_sheet(wording)
    faces = place_faces(wording, photos, sheet.photos)
    page |= _words(wording) | _plots(wording, photos) | faces
    page |= {"sheet": sheet.tell(faces["small"])}
    template: jinja2.Template = _template()
    return join_percent(template.render(page))


@functools.cache
def _template() -> Template:
    """The page's template, compiled once, which takes a tenth of a page's time."""
    import jinja2

    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("asymmetry.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("report.html.j2")


def _page_numbers(text: Text) -> str:
    """The number of a printed page and that of all, as the content of a style sheet's box."""
    words = text("print.page", page="\0", pages="\1")
    counters = {"\0": '" counter(page) "', "\1": '" counter(pages) "'}
    return "".join(['"', *(counters.get(each, f"\\{ord(each):x} ") for each in words), '"'])


def own_script() -> dict[str, str]:
    """The page's own script, and its hash in base 64, by which the page allows this script and no other."""
    script = (resources.files("asymmetry.report") / "templates" / "report.js").read_text(
        encoding="utf-8"
    )
    digest = hashlib.sha256(f"\n{script}".encode()).digest()
    return {"script": script, "script_hash": base64.b64encode(digest).decode("ascii")}


def _words(wording: Wording) -> dict[str, Any]:
    series, text, names = wording.series, wording.text, wording.names
    usable = series.landmarks.usable
    provenance = series.static.provenance
    tables = Tables(wording)
    all_tables = (tables.changes(), tables.photos(), tables.own(), tables.movements())
    return {
        "count": len(series),
        "dates": sorted({wording.date(row) for row in range(len(series))} - {""}),
        "treated_on": series.treated_on,
        "treated_again": ", ".join(str(each.day) for each in series.treatments[1:]),
        "treated": series.treated,
        "affected": series.affected,
        "opening": make_opening(wording),
        "changed": list(wording.change_sentences()),
        "seen": wording.visible_signs(),
        "to_show": list(wording.concern_sentences(series.concerns())),
        "tables": [table for table in all_tables if table.rows],
        "review": tables.review(),
        "note": tables.note(),
        "notes": wording.notes(),
        "failed": [
            (names.shown[row], wording.reasons(row)) for row in np.flatnonzero(~usable).tolist()
        ],
        "definitions": wording.definitions(),
        "error_sources": wording.error_sources(),
        "phases": wording.phases(),
        "plain": provenance.get("method") == "plain",
        "iris_mm": text.number(IRIS_MM, decimals=2),
        "provenance": list(wording.provenance(_PROVENANCE)),
    }


def _plots(wording: Wording, photos: bool) -> dict[str, Any]:
    series, text = wording.series, wording.text
    days = [entry.day for entry in series.timeline for _ in entry.notes]
    setting = Setting(text, series.treated, tuple(days))
    followed = [each for each in series.followed if len(each.diff)]
    dots = summary_dots(followed, wording.changes)
    bars = movement_pairs(followed, wording.changes)
    plots: dict[str, Any] = {"summary": None, "bars": None}
    plots["skin"] = tell_skin(wording, setting, photos=photos)
    if dots:
        figure = draw_dots(dots, setting, wording.since)
        plots["summary"] = Drawn.of(figure, describe_dots(dots, setting))
    if bars:
        plots["bars"] = Drawn.of(draw_pairs(bars, setting), describe_pairs(bars, setting))
    told = dict.fromkeys(each.part for each in series.findings)
    first = sorted(followed, key=lambda each: _place(each, list(told)))
    drawn = list(_draw_courses(first, setting))
    opened = min(len(told), _MOST_PLOTS)
    plots["courses"] = drawn[:opened]
    plots["more_courses"] = [*drawn[opened:], *_draw_registered(series, setting)]
    return plots


def _place(sides: Sides, parts: Sequence[str]) -> int:
    """Place of a metric among the plots: those of findings first."""
    if sides.headline.name in parts:
        return parts.index(sides.headline.name)
    return len(parts)


def _draw_courses(followed: Sequence[Sides], setting: Setting) -> Iterator[Drawn]:
    """Each metric that has more than one day."""
    for each in followed:
        if len(each.diff) > 1:
            title = setting.text.known("titles", each.headline.name)
            yield Drawn.of(draw_days(each, setting), describe_days(each, setting), title)


def _draw_registered(series: History, setting: Setting) -> Iterator[Drawn]:
    for plot in list_plots():
        figure = plot.draw(series, setting)
        if figure is not None:
            yield Drawn.of(figure, plot.describe(series, setting), plot.title)
