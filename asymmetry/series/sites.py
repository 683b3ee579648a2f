"""Treated sites as places of the face: read out of free text, and how far from them skin changed.

Only words that stand in ``sites.toml`` are taken for a place. Any other word stays a text of its own, to
be told; nothing is guessed from its spelling.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.core.schemes import SIDES

__all__ = ["MARKED", "FromSite", "Site", "SiteText", "find_sites", "nearest_site", "read_sites"]

FloatArray = npt.NDArray[np.floating[Any]]

TABLE = Path(__file__).with_name("sites.toml")
#: The name of a site that is given by its coordinates.
MARKED = "marked"
# Height of the line through both pupils over the canonical origin, cm: middle of the canonical canthi.
_LEVEL_CM = 2.62
_MM_PER_CM = 10.0
# Nearer than this, mm, it lies at the site: pixels are 1 mm wide.
_TOUCHES_MM = 1.0
# Words that are no part of a list's next entry: the entry they stand in was not treated.
_NOT = re.compile(r"\b(no|not|without|except|avoid|kein\w*|nicht|ohne|außer)\b")
_SIDES = {
    "right": re.compile(r"\b(right|rt|r|rechts?|rechte[rsnm]?)\b"),
    "left": re.compile(r"\b(left|lt|l|links?|linke[rsnm]?)\b"),
    "both": re.compile(r"\b(both|bilateral(ly)?|bds|beidseits|beide[rsnm]?)\b"),
}
_BETWEEN = re.compile(r"[,;/+&\n|]|\band\b|\bund\b|\.\s")
# Coordinates: a side, then millimetres outwards from the midline and up from the pupils' line.
_COORDINATES = re.compile(
    r"(?:\b(?P<side>right|left|rechts|links|r|l)\b[\s:]*)?"
    r"\(\s*(?P<out>\d+(?:\.\d+)?)\s*[,;/]\s*(?P<up>[+\-−]?\s*\d+(?:\.\d+)?)\s*\)\s*mm\b"
)


@dataclass(frozen=True)
class Site(Record):
    """One treated place.

    Attributes
    ----------
    name : str
        Of ``sites.toml``, or `MARKED`.
    side : {"right", "left", ""}
        The patient's side; empty in the midline.
    out, up : float
        Its middle, outwards from the midline and up: of a name on the canonical face, cm, from its origin;
        of `MARKED` on this face, mm, from the line through both pupils.
    reach_cm : float
        How far from its middle the word may mean, cm of the canonical face; 0 of `MARKED`.
    """

    name: str
    side: str
    out: float
    up: float
    reach_cm: float = 0.0

    @property
    def text(self) -> str:
        """The site in words that `read_sites` understands."""
        if self.name == MARKED:
            return f"{self.side} ({self.out:g}, {self.up:g}) mm".strip()
        return f"{self.name.replace('_', ' ')} {self.side}".strip()

    @property
    def note(self) -> Note:
        """Its name as a note."""
        if self.side:
            return Note("site_of_side", side=self.side, site=self.name)
        return Note("site_of_middle", site=self.name)

    def place_mm(self, mm_per_cm: float) -> tuple[float, float]:
        """Its middle on a face, outwards and up from the canonical origin, mm."""
        if self.name == MARKED:
            return self.out, self.up + _LEVEL_CM * mm_per_cm
        return self.out * mm_per_cm, self.up * mm_per_cm

    def distances_mm(self, place: FloatArray, side: str, mm_per_cm: float) -> FloatArray:
        """How far places of one side lie from it, mm; 0 within the reach of its word.

        Parameters
        ----------
        place : ndarray, shape (n, 2)
            Outwards and up on the canonical face, cm, as of `asymmetry.tissue.density.Grid`.
        side : {"right", "left"}
            The patient's side of the places.
        mm_per_cm : float
            Millimetres of this face per cm of the canonical one.

        Returns
        -------
        ndarray, shape (n,)
            In the plane of the face: over the curve of the skin it is farther.
        """
        out, up = self.place_mm(mm_per_cm)
        if self.side and self.side != side:
            out = -out
        away = np.hypot(place[:, 0] * mm_per_cm - out, place[:, 1] * mm_per_cm - up)
        return np.asarray(np.maximum(away - self.reach_cm * mm_per_cm, 0.0))


@dataclass(frozen=True)
class SiteText(Record):
    """Free text on sites, as far as it was understood.

    Attributes
    ----------
    sites : tuple of Site
        The places. A word without a side stands on both.
    unknown : tuple of str
        Entries of the list that name no place that is known here.
    """

    sites: tuple[Site, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FromSite(Record):
    """How far from its nearest site something on the skin lies.

    Attributes
    ----------
    site : Site
        The nearest one.
    nearest_mm, farthest_mm : ndarray, shape (d,)
        Distance of its nearest and its farthest point from there on each day; NaN where it was not found.
    """

    site: Site
    nearest_mm: FloatArray
    farthest_mm: FloatArray

    @property
    def mm(self) -> float:
        """The smallest distance of any day."""
        return float(np.nanmin(self.nearest_mm))

    def tell(self, *, of_region: bool = False) -> Note:
        """The distance as a note: of a place, or of the region in which it is."""
        touches = self.mm < _TOUCHES_MM
        if of_region and touches:
            return Note("region_at_site", site=self.site.note)
        if of_region:
            return Note("region_from_site", site=self.site.note, mm=self.mm)
        if touches:
            return Note("at_site", site=self.site.note)
        return Note("from_site", site=self.site.note, mm=self.mm)


def nearest_site(
    sites: Sequence[Site],
    masks: npt.NDArray[np.bool_],
    place: FloatArray,
    side: str,
    mm_per_cm: float = _MM_PER_CM,
) -> FromSite | None:
    """The site that is nearest to something on the skin, and how far it lies from there on each day.

    Parameters
    ----------
    sites : sequence of Site
        The sites.
    masks : ndarray of bool, shape (d, h, w)
        Its pixels on each day.
    place : ndarray, shape (h, w, 2)
        Outwards and up, cm, as of `asymmetry.tissue.density.Grid`.
    side : {"right", "left"}
        The patient's side of the pixels.
    mm_per_cm : float
        Millimetres of this face per cm of the canonical one.

    Returns
    -------
    FromSite or None
        None where there is no site, or nothing on any day.
    """
    if not masks.any() or not sites:
        return None
    made = [_distance_of(site, masks, place, side, mm_per_cm) for site in sites]
    return min(made, key=lambda each: each.mm)


def _distance_of(
    site: Site, masks: npt.NDArray[np.bool_], place: FloatArray, side: str, mm_per_cm: float
) -> FromSite:
    days = [site.distances_mm(place[mask], side, mm_per_cm) for mask in masks]
    near = np.array([each.min() if each.size else np.nan for each in days])
    return FromSite(site, near, np.array([each.max() if each.size else np.nan for each in days]))


def read_sites(text: str) -> SiteText:
    """Read free text on where somebody was treated.

    Parameters
    ----------
    text : str
        Names of places, in English or German, between commas, such as ``"glabella, crow's feet right"``, or
        coordinates in mm, ``"right (32, -15) mm"``: outwards from the midline, and up from the line through
        both pupils. An entry that is a side alone belongs to the one before it.

    Examples
    --------
    >>> found = read_sites("glabella 20 U; masseter left, neck")
    >>> [(each.name, each.side) for each in found.sites], found.unknown
    ([('glabella', ''), ('masseter', 'left')], ('neck',))
    >>> read_sites("right (32, -15) mm").sites[0].up
    -15.0
    """
    plain = text.casefold().replace("’", "'").replace("`", "'")
    marks = {found[0].strip(): _read_marked(found) for found in _COORDINATES.finditer(plain)}
    entries, unknown = _read_entries(_COORDINATES.sub(" , ", plain))
    named = [site for names, sides in entries for site in _place(names, sides)]
    sites = [*(each for each in marks.values() if each is not None), *named]
    doubtful = [words for words, each in marks.items() if each is None]
    return SiteText(tuple(dict.fromkeys(sites)), (*doubtful, *dict.fromkeys(unknown)))


def find_sites(text: str) -> str:
    """The known places in free text on more than sites, such as a product; a list for `read_sites`.

    Examples
    --------
    >>> find_sites("Filler 1 ml, cheek left")
    'cheek left'
    """
    return "; ".join(each.text for each in read_sites(text).sites)


_Entry = tuple[tuple[str, ...], tuple[str, ...]]


def _read_entries(text: str) -> tuple[list[_Entry], list[str]]:
    """Names and sides of each entry of a list, and the entries that name no place."""
    entries: list[_Entry] = []
    unknown: list[str] = []
    follows = False
    for entry in _BETWEEN.split(text):
        names, sides = _names_in(entry), _sides_in(entry)
        if names and not _NOT.search(entry):
            entries.append((names, sides))
            follows = True
        elif sides and follows and _is_side_alone(entry):
            before, earlier = entries[-1]
            entries[-1] = before, tuple(dict.fromkeys((*earlier, *sides)))
        elif _has_words(entry):
            unknown.append(entry.strip())
            follows = False
    return entries, unknown


def _read_marked(found: re.Match[str]) -> Site | None:
    """A place by its coordinates; None where one aside has no side."""
    out, up = float(found["out"]), float(re.sub(r"\s", "", found["up"]).replace("−", "-"))
    side = next((each for each in SIDES if _SIDES[each].search(found["side"] or "")), "")
    if out and not side:
        return None
    return Site(MARKED, side if out else "", out, up)


def _names_in(entry: str) -> tuple[str, ...]:
    """Names of the places in an entry; of words within one another the longest counts."""
    names = []
    for words, name in _words():
        shorter = re.sub(rf"(?<!\w){words}(?!\w)", " ", entry)
        if shorter != entry:
            names.append(name)
        entry = shorter
    return tuple(dict.fromkeys(names))


def _sides_in(entry: str) -> tuple[str, ...]:
    found = {name for name, pattern in _SIDES.items() if pattern.search(entry)}
    if "both" in found or not found:
        return SIDES if found else ()
    return tuple(each for each in SIDES if each in found)


def _is_side_alone(entry: str) -> bool:
    for pattern in _SIDES.values():
        entry = pattern.sub(" ", entry)
    return not _has_words(entry)


def _has_words(entry: str) -> bool:
    """Whether there is more than numbers and their units."""
    return bool(re.search(r"[^\W\d_]{3,}", entry))


def _place(names: tuple[str, ...], sides: tuple[str, ...]) -> Iterator[Site]:
    for name in names:
        about = _table()[name]
        out, up, reach = about["out_cm"], about["up_cm"], about["reach_cm"]
        for side in sides or SIDES if out else ("",):
            yield Site(name, side, out, up, reach)


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))


@cache
def _words() -> tuple[tuple[str, str], ...]:
    """Patterns of words and the place that each means, the longest first."""
    pairs = [
        (words, name)
        for name, about in _table().items()
        for words in (*about["words"], name.replace("_", " "))
    ]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))
