"""What changed in a series, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from asymmetry.series.change import FALSE_ALARMS, Change
from asymmetry.series.day_zero import DayZero

__all__ = ["Said", "Verdict", "sentences_html", "series_title", "verdict", "what_changed"]

Verdict = Literal["more even", "less even", "other way"]


@dataclass(frozen=True)
class Said:
    """One sentence and what to mind about it.

    Attributes
    ----------
    words : str
        The sentence.
    beyond : bool
        Whether it is about a change beyond measurement error.
    remarks : tuple of str
        What may explain it.
    verdict : {"more even", "less even", "other way"} or None
        Whether the sides are nearer to each other than before, where a change is beyond measurement error.
    """

    words: str
    beyond: bool = False
    remarks: tuple[str, ...] = ()
    verdict: Verdict | None = None


def verdict(before: float, after: float, limit: float) -> Verdict:
    """Whether a difference between the sides grew or shrank.

    Parameters
    ----------
    before, after : float
        Right minus left.
    limit : float
        Measurement error: differences of two sizes that are nearer than this count as equal.

    Examples
    --------
    >>> verdict(-0.5, -3.0, 0.6), verdict(-3.0, -0.5, 0.6), verdict(-1.5, 1.4, 0.6)
    ('less even', 'more even', 'other way')
    """
    if before * after < 0 and abs(abs(after) - abs(before)) <= limit:
        return "other way"
    return "less even" if abs(after) > abs(before) else "more even"


def what_changed(changes: Sequence[Change]) -> tuple[Said, ...]:
    """Changes in sentences: what is there now, what is over, what stayed, and how often that is wrong.

    Parameters
    ----------
    changes : sequence of Change
        Of one series, against one reference.

    Examples
    --------
    >>> [each.words for each in what_changed([])]
    ['There is nothing to compare: it takes dated photos of two days, with one expression.']
    """
    return tuple(_said(changes))


def _said(changes: Sequence[Change]) -> Iterator[Said]:
    if not changes:
        yield Said("There is nothing to compare: it takes dated photos of two days, with one expression.")
        return
    for each in changes:
        if each.beyond:
            began = each.span and each.span[0] < each.day == each.span[1]
            since = f", from day {each.span[0]:.0f} on" if began else ""
            even = verdict(each.before, each.after, each.limit)
            yield Said(f"Day {each.day:.0f}: {each.words}{since}.", True, each.remarks, even)
    for each in changes:
        if each.span and not each.beyond:
            moved, (first, last) = each.headline.words(each.farthest), each.span
            when = f"on day {first:.0f}" if first == last else f"from day {first:.0f} to day {last:.0f}"
            yield Said(
                f"Day {each.farthest_day:.0f}: {moved} than {each.since.words}, against the left; beyond "
                f"measurement error {when}, but not on day {each.day:.0f}.",
                True,
                verdict=verdict(each.before, each.before + each.farthest, each.limit),
            )
    still = [f"{each.headline.title} ({each.limit:.1f} mm)" for each in changes if not each.beyond]
    if still:
        yield Said(f"Within measurement error on the latest day: {', '.join(still)}.")
    yield Said(f"Of series in which nothing changes, at most {FALSE_ALARMS:.0%} show any change here.")


def series_title(photos: int, day_zero: DayZero) -> str:
    """A series in one line: how many photos, and what days are counted from.

    Examples
    --------
    >>> series_title(1, DayZero())
    'Series of 1 photo, undated'
    """
    plural = "" if photos == 1 else "s"
    return f"Series of {photos} photo{plural}, {day_zero.words}"


def sentences_html(changes: Sequence[Change]) -> str:
    """What changed as an HTML list, for notebooks."""
    said = (
        f"<b>{escape(each.words)}</b>" if each.beyond else escape(each.words)
        for each in what_changed(changes)
    )
    return f"<ul>{''.join(f'<li>{each}</li>' for each in said)}</ul>"
