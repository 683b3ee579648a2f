"""Facts in a file's or a folder's name: the expression, and the day since the treatment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Set
from pathlib import PurePath
from typing import TypeVar

__all__ = [
    "EXPRESSION_NAMES",
    "day_from_name",
    "expression_from_name",
    "expression_from_text",
    "only",
]

Value = TypeVar("Value")

_SMILE = "smil(?:e|es|ing)"
_CLOSED = "clos(?:e(?! up)|ed|ure|ing)|shut|tight"
_UP = "rais(?:e|ed|ing)|lift(?:ed|ing)|up|elevat(?:e|ed|ion)"
_WITHOUT = (
    "no|non|not|none|without|w o|never|neither|nor|un|minus|zero|hardly|barely|almost|nearly|sans|ohne|nicht|"
    "keine?|cannot|ain t|aint|(?:is|was|do|does|did|ca|wo)n ?t|(?:lack|absence) of|"
    "(?:unable|failed|fails) to"
)
#: Words that may stand between them and the expression, and words behind it that say the same.
_BETWEEN = (
    "an?|the|any|at|in|is|to|be|being|able|yet|even|really|actually|quite|ever|more|longer|fully|full|"
    "completely|big|wide|real|visible"
)
_DENIED = "no|not|none|never|nope|off|false|absent|missing|failed|impossible|nein"
#: How each expression is written, as patterns over words in lower case with one space between them. A plain
#: "smile" is the open one: Sunnybrook's "open mouth smile" is the one clinics ask for. A forehead alone is a
#: place, not an expression.
_SPELLINGS = {
    "smile_closed": f"{_SMILE} (?:closed?|gentle|soft)|(?:closed?|gentle|soft) (?:mouth |lips? )?{_SMILE}",
    "smile_open": f"{_SMILE}|teeth|grin",
    "eye_closure": f"(?:eyes?|lids?) ?(?:{_CLOSED})|(?:{_CLOSED}) (?:the )?eyes?|closed?eyes?|blink",
    "brow_raise": (
        f"(?:(?:eye)?brows?|forehead) ?(?:{_UP}|wrinkl(?:ed|ing))|"
        f"(?:{_UP}|lift|wrinkl(?:e|ed|ing)) (?:the )?(?:(?:eye)?brows?|forehead)|surprised?"
    ),
    "frown": "frown(?:ing)?|scowl|furrow|glabella",
    "snarl": "snarl|sneer|(?:nose )?wrinkl(?:e|ing)(?! (?:the )?forehead)",
    "pucker": "pucker|kiss|whistl(?:e|ing)|pout",
    "rest": "rest(?:ing)?|neutral|relaxed|repose|baseline",
}
#: The expressions that a name or a list may give.
EXPRESSION_NAMES = tuple(reversed(_SPELLINGS))
_PATTERNS = {name: re.compile(rf"\b(?:{spelling})\b") for name, spelling in _SPELLINGS.items()}
_ANY = "|".join(_SPELLINGS.values())
_PLACE = "forehead|frown|glabella|furrow|brows?"
_TOXIN = "botox|dysport|xeomin|azzalure|bocouture|toxin|filler|units?|inject(?:ed|ions?)|treat(?:ed|ment)"
#: Words about an expression that is not shown, such as "no smile", "not yet smiling" and "smile: none".
_NOT_SHOWN = re.compile(
    rf"\b(?:{_WITHOUT})(?: (?:{_BETWEEN}))* (?:{_ANY})\b|\b(?:{_ANY}) (?:{_DENIED})$"
)
#: Words about the place of lines or of a treatment, such as "smile lines", "frown botox" and "units in the
#: glabella".
_PLACES = re.compile(
    rf"\b(?:{_ANY}) lines?\b|\b(?:{_PLACE}) (?:{_TOXIN})\b|"
    rf"\b(?:{_TOXIN}) (?:(?:in|of|to|for|the|at) )*(?:{_PLACE})\b"
)
_NO_TEETH = re.compile(
    rf"\b(?:{_SMILE}) (?:(?:{_WITHOUT}) teeth|teeth (?:not|hidden|covered))\b|"
    rf"\b(?:{_WITHOUT}) teeth (?:{_SMILE})\b"
)
#: Of two expressions that a name holds, the first wins over the second: it is the more exact one.
_MORE_EXACT = {("smile_closed", "smile_open")}
#: In "no 2" and "No. 15" it is a number's.
_NUMBER = re.compile(r"(?<![a-z])no[._ -]{0,2}(?=\d{1,3}(?![-_.]?\d))", re.IGNORECASE)
_WORD_ENDS = re.compile(r"(?<=[a-z])(?=[A-Z])|[\W\d_]+")
#: In ``day-10`` the hyphen joins, as in ``day-10_rest``; the clinical shorthand ``D-3`` counts backwards.
_DAY = re.compile(r"(?<![a-z0-9])(?:day[ _-]?|d[ _]?)([-+−]?\d{1,4})(?![0-9])", re.IGNORECASE)
#: Cameras write D too: as three letters of their own before a number of four digits (DCF 2.0, 3.2.4, such as
#: ``D75_0412``), or as their model's name.
_CAMERA = re.compile(
    r"(?<![a-z0-9])(?:d[a-z0-9]{2,3}[_-]\d{4}(?![-_.]?\d)|nikon[ _-]*d\d+\w*|d\d{4})", re.IGNORECASE
)


def expression_from_text(text: str) -> str | None:
    """The one expression that a text names, in any of several spellings.

    Parameters
    ----------
    text : str
        Words in any case, with any separators.

    Returns
    -------
    str or None
        One of rest, brow_raise, frown, eye_closure, smile_closed, smile_open, snarl, pucker. None where no
        expression or several are named.

    Examples
    --------
    >>> [
    ...     expression_from_text(text)
    ...     for text in ("Eyes-Closed_2", "smile", "Smile (closed)", "IMG_0412")
    ... ]
    ['eye_closure', 'smile_open', 'smile_closed', None]
    """
    found = _named_in(_NOT_SHOWN.sub("", _words_of(text)))
    found -= {less for more, less in _MORE_EXACT if more in found}
    if len(found) > 1:
        found.discard("rest")  # "baseline" says more about the visit than about the face
    return only(found)


def _words_of(text: str) -> str:
    """A text as words in lower case with one space between them; places of a treatment are left out."""
    words = " ".join(filter(None, _WORD_ENDS.split(_NUMBER.sub("", text)))).lower()
    return _PLACES.sub("", _NO_TEETH.sub("closed smile", words))


def _named_in(words: str) -> set[str]:
    return {name for name, pattern in _PATTERNS.items() if pattern.search(words)}


def expression_from_name(path: PurePath | str) -> str | None:
    """The expression that a file's name says, else the name of the folder that holds it.

    None where the other of both names says that it is not shown.

    Examples
    --------
    >>> (
    ...     expression_from_name("2026-03-02/brow raise.jpg"),
    ...     expression_from_name("smile/2026-03-02.jpg"),
    ...     expression_from_name("smile/not smiling.jpg"),
    ... )
    ('brow_raise', 'smile_open', None)
    """
    path = PurePath(path)
    texts = path.stem, path.parent.name
    found = next(filter(None, map(expression_from_text, texts)), None)
    denied = {
        name
        for text in texts
        for match in _NOT_SHOWN.finditer(_words_of(text))
        for name in _named_in(match[0])
    }
    # Without a smile there is no closed one either.
    kinds = {name.removesuffix("_open").removesuffix("_closed") for name in denied}
    return None if found and found.startswith(tuple(kinds)) else found


def day_from_name(path: PurePath | str) -> int | None:
    """The day since the treatment that a file's or its folder's name says; negative before it.

    A hyphen between ``day`` and the number joins them: ``day-10``, like ``day10``, ``day_10`` and ``day 10``,
    is ten days after the treatment. ``day -10``, ``day_-10``, ``day--10`` and ``D-10`` are before it.

    Examples
    --------
    >>> [
    ...     day_from_name(name)
    ...     for name in ("day-10_rest_1.jpg", "day -7/smile.jpg", "D-3.jpg", "IMG_0412.HEIC")
    ... ]
    [10, -7, -3, None]
    """
    path = PurePath(path)
    days = (_only_day(text) for text in (path.name, path.parent.name))
    return next((day for day in days if day is not None), None)


def _only_day(text: str) -> int | None:
    found: Iterable[str] = _DAY.findall(_CAMERA.sub("", text))
    days = {int(number.replace("−", "-")) for number in found}
    return only(days)


def only(found: Set[Value]) -> Value | None:
    """The one element of a set; None of an empty one and of several.

    Examples
    --------
    >>> only({3}), only({3, 4})
    (3, None)
    """
    if len(found) != 1:
        return None
    return next(iter(found))
