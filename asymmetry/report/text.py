"""The report's words: one catalogue file per language, and sentences of the library by pattern."""

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

from asymmetry.errors import InvalidInputError

__all__ = ["ENGLISH", "Text", "languages"]

ENGLISH = "en"
_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[-+−]?\d+(?:\.\d+)?")
#: Places of these names, with or without a digit behind, stand for numbers only.
_NUMERIC = re.compile(r"(?:mm|day|percent|n)\d?")


@dataclass(frozen=True)
class Text:
    """The words of one language.

    Attributes
    ----------
    tag : str
        The language, as HTML names it.
    direction : {"ltr", "rtl"}
        Which way it is written.
    decimal : str
        What stands before the tenths of a number.
    entries : mapping of str to str
        By ``section.name``.
    sentences : mapping of str to str
        Patterns of the library's English sentences, and what they are in this language.

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
    entries: Mapping[str, str] = field(repr=False)
    sentences: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls, language: str | os.PathLike[str] = ENGLISH) -> Text:
        """Read a catalogue; what it leaves out is English.

        Parameters
        ----------
        language : str or path
            A language that is shipped, such as ``"en"``, or a catalogue of one's own, ending in ``.toml``.

        Raises
        ------
        InvalidInputError
            If there is no such catalogue, or it fills in what the English one does not.
        """
        english, own = _entries(_shipped(ENGLISH)), _read(language)
        found = _entries(own)
        for name, text in found.items():
            unknown = set(_PLACE.findall(text)) - set(_PLACE.findall(english.get(name, text)))
            if unknown:
                raise InvalidInputError(f"{language}: {name} has no {{{unknown.pop()}}} to fill in")
        about = {name: english[f"language.{name}"] for name in ("tag", "direction", "decimal")}
        about |= {name: found[f"language.{name}"] for name in about if f"language.{name}" in found}
        return cls(**about, entries={**english, **found}, sentences=own.get("sentences", {}))

    def __call__(self, name: str, /, **parts: object) -> str:
        """The words of that name, with their places filled in."""
        return _PLACE.sub(lambda place: str(parts[place[1]]), self.entries[name])

    def count(self, name: str, n: int, /, **parts: object) -> str:
        """The same for so many: ``<name>_one`` or ``<name>_other``."""
        return self(f"{name}_{'one' if n == 1 else 'other'}", n=n, **parts)

    def known(self, section: str, name: str) -> str:
        """A name of the library in words; itself where the catalogue has none."""
        return self.entries.get(f"{section}.{name}", name)

    def said(self, sentence: str) -> str:
        """A sentence of the library in this language; as it is where no pattern fits."""
        if _NUMBER.fullmatch(sentence):
            return sentence.replace(".", self.decimal)
        for pattern, translation in self.sentences.items():
            found = _pattern(pattern).fullmatch(sentence)
            if found:
                groups = found.groupdict().items()
                parts = {name: part if part == sentence else self.said(part) for name, part in groups}
                return _PLACE.sub(lambda place, parts=parts: parts[place[1]], translation)  # type: ignore[misc]
        return sentence

    def number(self, value: float, sign: str = "", decimals: int = 1) -> str:
        """A rounded number with a real minus; a dash where there is none."""
        if math.isnan(value):
            return "–"
        text = f"{value:{sign}.{decimals}f}"
        text = text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")
        return text.replace(".", self.decimal)

    def day(self, day: float) -> str:
        """A day in words."""
        return self("page.no_date") if math.isnan(day) else self("page.day", day=self.number(day, decimals=0))


def languages() -> list[str]:
    """Tags of the languages that are shipped.

    Examples
    --------
    >>> "en" in languages()
    True
    """
    folder = resources.files("asymmetry.report") / "texts"
    return sorted(Path(each.name).stem for each in folder.iterdir() if each.name.endswith(".toml"))


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A sentence with places as a regular expression; the same place twice holds the same words."""
    parts, seen = [], set[str]()
    for i, part in enumerate(_PLACE.split(pattern)):
        if i % 2 == 0:
            parts.append(re.escape(part))
        else:
            held = _NUMBER.pattern if _NUMERIC.fullmatch(part) else ".+?"
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>{held})")
            seen.add(part)
    return re.compile("".join(parts), re.DOTALL)


def _shipped(language: str) -> dict[str, Any]:
    file = resources.files("asymmetry.report") / "texts" / f"{language}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read(language: str | os.PathLike[str]) -> dict[str, Any]:
    if str(language) in languages():
        return _shipped(str(language))
    path = Path(language)
    if path.suffix != ".toml":
        known = ", ".join(languages())
        raise InvalidInputError(f"no report in the language {str(language)!r}: use {known}, or a .toml file")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{path}: can't be read as a catalogue of words ({error})") from error


def _entries(catalogue: Mapping[str, Any]) -> dict[str, str]:
    return dict(_flat(catalogue))


def _flat(catalogue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for section, entries in catalogue.items():
        if section != "sentences" and isinstance(entries, dict):
            yield from ((f"{section}.{name}", str(text)) for name, text in entries.items())
