"""What changed in a series, in a few sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from asymmetry.series.change import FALSE_ALARMS, Change

__all__ = ["Said", "what_changed"]


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
    """

    words: str
    beyond: bool = False
    remarks: tuple[str, ...] = ()


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
            yield Said(f"Day {each.day:.0f}: {each.words}{since}.", True, each.remarks)
    for each in changes:
        if each.span and not each.beyond:
            moved, (first, last) = each.headline.words(each.farthest), each.span
            when = f"on day {first:.0f}" if first == last else f"from day {first:.0f} to day {last:.0f}"
            yield Said(
                f"Day {each.farthest_day:.0f}: {moved} than {each.since.words}, against the left; beyond "
                f"measurement error {when}, but not on day {each.day:.0f}.",
                True,
            )
    still = [f"{each.headline.title} ({each.limit:.1f} mm)" for each in changes if not each.beyond]
    if still:
        yield Said(f"Within measurement error on the latest day: {', '.join(still)}.")
    yield Said(f"Of series in which nothing changes, at most {FALSE_ALARMS:.0%} show any change here.")
