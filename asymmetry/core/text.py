"""Words in a language: one catalogue file for each, for notes, reports and whatever else speaks."""

from __future__ import annotations

import functools
import math
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from asymmetry.core.paths import as_path, open_file
from asymmetry.errors import InvalidInputError

__all__ = ["ENGLISH", "Text", "english_text", "join_percent", "languages"]

ENGLISH = "en"
_PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
#: Facts about its language in a catalogue.
_ABOUT = ("tag", "direction", "decimal", "percent")
#: How a number may be written: Python's formats without a width.
_NUMBER = re.compile(r"[-+]?(?:\.\d+)?[defg%]")


@dataclass(frozen=True)
class Text:
    """The words of one language.

    A catalogue is a file of entries with places to fill in: ``{photo}`` is filled in as it is,
    ``{angle:.0f}`` is a number in Python's format, and ``{side:sides}`` is a name that the section
    ``[sides]`` says in words.

    Attributes
    ----------
    tag : str
        The language, as HTML names it.
    direction : {"ltr", "rtl"}
        Which way it is written.
    decimal : str
        The mark before the tenths of a number.
    percent : str
        Put behind a number in percent.
    entries : mapping of str to str
        By ``section.name``.

    Examples
    --------
    >>> text = Text.load()
    >>> text("page.day", day=text.number(-7.0, decimals=0))
    'day −7'
    >>> text.count("page.photos", 2)
    '2 photos'
    """

    tag: str
    direction: str
    decimal: str
    percent: str
    entries: Mapping[str, str] = field(repr=False)

    @classmethod
    def load(cls, language: str | os.PathLike[str] = ENGLISH) -> Text:
        """Read a catalogue; entries that it leaves out are English.

        Parameters
        ----------
        language : str or path
            A language that is shipped, such as ``"en"``, or a catalogue of one's own, ending in ``.toml``.

        Raises
        ------
        InvalidInputError
            If there is no such catalogue, it fills in a place that the English one does not, or it has a
            place that is neither a number's format nor a section.
        """
        english = _shipped_entries(ENGLISH)
        found = _entries(_read(language))
        sections = {name.partition(".")[0] for name in (*english, *found)}
        for name, entry in found.items():
            known = _places(english.get(name, entry), sections)
            for place, kind in _places(entry, sections).items():
                if known.get(place) != kind or kind == "unknown":
                    raise InvalidInputError(
                        f"{language}: {name} has no {{{place}}} to fill in like this"
                    )
        about = {name: english[f"language.{name}"] for name in _ABOUT}
        about |= {name: found[f"language.{name}"] for name in about if f"language.{name}" in found}
        return cls(**about, entries={**english, **found})

    def __call__(self, name: str, /, **parts: object) -> str:
        """The words of that name, with their places filled in."""
        return self._fill(self.entries[name], parts)

    def count(self, name: str, n: int, /, **parts: object) -> str:
        """The words for a number of things: those of ``<name>_one`` or ``<name>_other``."""
        if n == 1:
            return self(f"{name}_one", n=n, **parts)
        return self(f"{name}_other", n=n, **parts)

    def known(self, section: str, name: str, /, **parts: object) -> str:
        """A name in words, with its places filled in; itself where the catalogue has none."""
        entry = self.entries.get(f"{section}.{name}")
        if entry is None:
            return name
        return self._fill(entry, parts)

    def number(self, value: float, sign: str = "", decimals: int = 1) -> str:
        """A rounded number with a real minus; a dash where there is none."""
        if math.isnan(value):
            return "–"
        text = f"{value:{sign}.{decimals}f}"
        if float(text) == 0:
            text = text.lstrip("+-")
        return text.replace("-", "−").replace(".", self.decimal)

    def day(self, day: float) -> str:
        """A day in words."""
        if math.isnan(day):
            return self("page.no_date")
        return self("page.day", day=self.number(day, decimals=0))

    def _fill(self, entry: str, parts: Mapping[str, object]) -> str:
        """An entry with its places filled in."""
        return _PLACE.sub(lambda found: self._part(found[1], found[2] or "", parts), entry)

    def _part(self, place: str, spec: str, parts: Mapping[str, object]) -> str:
        """One place in words."""
        value = parts[place]
        if isinstance(value, (int, float)) and _NUMBER.fullmatch(spec):
            return self._write_number(value, spec)
        if isinstance(value, tuple):
            return self._list(value, spec, parts)
        if not spec:
            return str(value)
        others = {name: part for name, part in parts.items() if name != place}
        return self.known(spec, str(value), **others)

    def _write_number(self, value: float, spec: str) -> str:
        """A number in Python's format; a zero has no minus."""
        text = f"{value:{spec}}"
        if not text.strip("-0.%"):
            text = text.lstrip("-")
        return text.replace(".", self.decimal).replace("%", self.percent)

    def _list(self, values: tuple[object, ...], spec: str, parts: Mapping[str, object]) -> str:
        """Several values: names in words with "and" between them, anything else with commas."""
        words = [self._part("each", spec, {**parts, "each": each}) for each in values]
        if spec:
            return self.entries["lists.and"].join(words)
        return self.entries["lists.comma"].join(words)


@functools.cache
def english_text() -> Text:
    """The English words, read once."""
    return Text.load()


def languages() -> list[str]:
    """Tags of the languages that are shipped.

    Examples
    --------
    >>> "en" in languages()
    True
    """
    folder = resources.files("asymmetry") / "texts"
    return sorted(Path(each.name).stem for each in folder.iterdir() if each.name.endswith(".toml"))


def _places(entry: str, sections: set[str]) -> dict[str, str]:
    """The places of an entry, each with the kind that fills it: a number, a name, or anything as it is."""
    return {place: _kind(spec, sections) for place, spec in _PLACE.findall(entry)}


def _kind(spec: str, sections: set[str]) -> str:
    if not spec:
        return "plain"
    if _NUMBER.fullmatch(spec):
        return "number"
    if spec in sections:
        return "name"
    return "unknown"


@functools.cache
def _shipped_entries(language: str) -> dict[str, str]:
    return _entries(_load_shipped(language))


def join_percent(text: str) -> str:
    r"""A text in whose lines no number is parted from its "%".

    Examples
    --------
    >>> join_percent("62 % of it")
    '62\xa0% of it'
    """
    return re.sub(r"(?<=\d) %", "\N{NO-BREAK SPACE}%", text)


@functools.cache
def _load_shipped(language: str) -> dict[str, Any]:
    file = resources.files("asymmetry") / "texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read(language: str | os.PathLike[str]) -> dict[str, Any]:
    if str(language) in languages():
        return _load_shipped(str(language))
    path = as_path(language)
    if path.suffix != ".toml":
        known = ", ".join(languages())
        raise InvalidInputError(
            f"no translation for language {str(language)!r}: use {known}, or a .toml file"
        )
    try:
        with open_file(path) as stream:
            return tomllib.load(stream)
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{path}: can't be read as a translation ({error})") from error


def _entries(catalogue: Mapping[str, Any]) -> dict[str, str]:
    return dict(_flat(catalogue))


def _flat(catalogue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section, entries in catalogue.items():
        if isinstance(entries, dict):
            yield from ((f"{section}.{name}", str(text)) for name, text in entries.items())
