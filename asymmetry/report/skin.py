"""The report's section on bruises and swellings: each in a sentence, in pictures, and over days."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from asymmetry.report.plots.skin import describe_bruise, draw_bruise, draw_bruise_maps
from asymmetry.report.plots.style import Setting
from asymmetry.report.plots.swelling import describe_swelling, draw_swelling_maps, draw_swellings
from asymmetry.report.sections import Wording
from asymmetry.report.shown import Drawn
from asymmetry.series.finding import Finding
from asymmetry.series.skin import SkinDays

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
    if skin.told_bruises:
        intro = text("skin.intro" if photos else "skin.intro_alone", against=against)
    else:
        intro = text("skin.intro_none", against=against)
    return {
        "intro": intro,
        "bruises": list(_bruises(wording, skin, setting, photos)),
        "swellings": _swellings(wording, skin, setting, photos),
        "remarks": [wording.tell(each) for each in skin.remarks],
    }


def _bruises(
    wording: Wording, skin: SkinDays, setting: Setting, photos: bool
) -> Iterator[dict[str, Any]]:
    for course, finding in zip(skin.told_bruises, skin.findings, strict=False):
        words = describe_bruise(course, setting)
        maps = draw_bruise_maps(course, skin, setting, photos=photos)
        yield {
            "told": _tell(wording, finding),
            "maps": Drawn.of(maps, words),
            "course": Drawn.of(draw_bruise(course, setting), words),
        }


def _swellings(
    wording: Wording, skin: SkinDays, setting: Setting, photos: bool
) -> dict[str, Any] | None:
    """All swellings in one picture, as they are of one face; None where nothing swelled."""
    if not skin.swellings:
        return None
    words = " ".join(describe_swelling(each, setting) for each in skin.swellings)
    told = {
        "told": [_tell(wording, each) for each in skin.findings if each.kind == "swelling"],
        "intro": wording.text("skin.swelling_intro"),
        "maps": None,
        "course": Drawn.of(draw_swellings(skin, setting), words),
    }
    if any(each is not None for each in skin.swelling_maps):
        told["maps"] = Drawn.of(draw_swelling_maps(skin, setting, photos=photos), words)
    return told


def _tell(wording: Wording, finding: Finding) -> dict[str, Any]:
    """A finding as a heading, with its remarks, such as its distance from the treated sites."""
    remarks = [wording.text("summary.mind", remark=wording.tell(each)) for each in finding.notes]
    return {"title": wording.tell(finding.note), "remarks": remarks}
