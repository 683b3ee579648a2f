"""The report's section on bruises: each in a sentence, in pictures, and over days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asymmetry.report.plots.skin import describe_bruise, draw_bruise, draw_bruise_maps
from asymmetry.report.plots.style import Setting
from asymmetry.report.sections import Wording
from asymmetry.report.shown import Drawn
from asymmetry.series.skin import SkinDays, is_bruise

__all__ = ["tell_skin"]


def tell_skin(wording: Wording, setting: Setting, *, photos: bool) -> dict[str, Any] | None:
    """The section's content; None where the skin was not read.

    Parameters
    ----------
    wording : Wording
        The series in words.
    setting : Setting
        Words and dates for its plots.
    photos : bool
        Whether the faces are shown.
    """
    skin = wording.series.skin_days
    if skin is None:
        return None
    text = wording.text
    against = text("skin.baseline" if skin.baseline else "skin.mirror")
    intro = text("skin.intro" if photos else "skin.intro_alone", against=against)
    return {
        "intro": intro,
        "bruises": list(_bruises(wording, skin, setting, photos)),
        "remarks": list(_remarks(wording, skin)),
    }


def _bruises(
    wording: Wording, skin: SkinDays, setting: Setting, photos: bool
) -> Iterator[dict[str, Any]]:
    for course, finding in zip(skin.told_bruises, skin.findings, strict=False):
        words = describe_bruise(course, setting)
        maps = draw_bruise_maps(course, skin, setting, photos=photos)
        yield {
            "title": wording.tell(finding.note),
            "maps": Drawn.of(maps, words),
            "course": Drawn.of(draw_bruise(course, setting), words),
        }


def _remarks(wording: Wording, skin: SkinDays) -> Iterator[str]:
    text = wording.text
    if not skin.bruises:
        yield text("skin.none_found", days=len(skin.day))
    for finding in skin.findings[len(skin.told_bruises) :]:
        yield wording.tell(finding.note)
    for each in skin.bruises:
        if is_bruise(each) is False:
            yield text("skin.mark", side=each.side, region=each.region)
