"""When a photo was taken, by the tags and the name of a file that is not decoded.

A date comes from the EXIF tags, else from the file's or the folder's name, never from its modification time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import PurePath
from typing import Any, Literal, get_args

__all__ = [
    "UNSET_SOURCES",
    "WEAK_SOURCES",
    "WRITTEN_SOURCES",
    "Taken",
    "TakenSource",
    "best_date",
    "date_from_exif",
    "date_from_name",
    "sort_dates",
]

TakenSource = Literal[
    "given",
    "manifest",
    "exif",
    "name",
    "folder",
    "name_utc",
    "name_sent",
    "exif_digitized",
    "exif_modified",
    "exif_reset",
]
"""Where a date comes from, the surest first; see `Taken`. What somebody has written down for a photo counts
before its camera, whose clock may be wrong. Of a file's own dates only DateTimeOriginal is the moment of the
exposure, so the day on which a messenger sent it, a scanner's date or that of the last edit counts only where
nothing else says one."""

#: Sources of dates that are not those of the exposure.
WEAK_SOURCES = frozenset(("name_sent", "exif_digitized", "exif_modified"))
#: Sources of dates that are told, but never believed: a camera's clock that was not set.
UNSET_SOURCES = frozenset(("exif_reset",))
_NOT_OF_EXPOSURE = WEAK_SOURCES | {"name_utc"}
#: Dates that somebody has written down.
WRITTEN_SOURCES = frozenset(("given", "manifest"))
# Their places in that order.
_RANK = {source: rank for rank, source in enumerate(get_args(TakenSource))}

#: Years that a date may have. Earlier ones are unset camera clocks (1904, 1970, 1980) or dates of birth.
FIRST_YEAR, LAST_YEAR = 1990, 2100
#: Days on which cameras begin whose battery was empty.
_RESET_DAYS = frozenset(date(year, 1, 1) for year in range(2000, 2008))

#: Tags of time, fraction of a second and time zone, most trusted first (Exif 2.32, CIPA DC-008, 4.6.5).
_EXIF_STAMPS: tuple[tuple[int, int, int, TakenSource], ...] = (
    (0x9003, 0x9291, 0x9011, "exif"),
    (0x9004, 0x9292, 0x9012, "exif_digitized"),
    (0x0132, 0x9290, 0x9010, "exif_modified"),
)
# A month or a day may be of one digit. A time of twelve hours is left out, as in names.
_EXIF_STAMP = re.compile(
    r"(\d{4})([:/.-]) ?(\d{1,2})\2 ?(\d{1,2})(?!\d)"
    r"(?:[ T](\d\d):(\d\d):(\d\d)(?!\d|\s*[ap]\.?m))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d)")

_HOURS_OF_A_DAY = 24
# Names of files that messengers give: the day is that of sending or of saving.
_SENT = re.compile(
    r"-WA\d{4}|whatsapp|^signal[-_]|^received_|^photo_\d{4}-|^telegram|^viber|^messenger",
    re.IGNORECASE,
)
# Pixel phones name their photos by the time in Greenwich.
_UTC_NAME = re.compile(r"^PXL_", re.IGNORECASE)

# A day, then a time or no further digit. A time of twelve hours ("6.15.00 PM") is left out, not misread.
_NAME_STAMP = re.compile(
    r"""(?<!\d)(\d{4})(?P<sep>[-_. ]?)(\d\d)(?P=sep)(\d\d)
        (?:(?:[ ]at[ ]|[ _.T-]*)([01]\d|2[0-3])(?P<colon>[-_.:]?)([0-5]\d)(?P=colon)([0-5]\d)(?:\d{3})?
           (?!\d|\s*[ap]\.?m)
        |(?!\d))""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Taken:
    """The moment a photo was taken, and how that is known.

    Attributes
    ----------
    when : datetime.datetime
        By the camera's clock. With a time zone where the file states one, else without.
    source : str
        ``"exif"`` (DateTimeOriginal), ``"exif_digitized"`` (a scanner's date), ``"exif_modified"`` (the tag
        of the last edit), ``"exif_reset"`` (a clock that was not set), ``"name"``, ``"name_sent"`` (a
        messenger's name), ``"name_utc"`` (a name by the time in Greenwich), ``"folder"``, ``"manifest"``, or
        ``"given"`` by the program.
    day_only : bool
        True when only the day is known; `when` is then that day's midnight.

    Examples
    --------
    >>> taken = date_from_name("day_10/IMG_20260302_181500.jpg")
    >>> taken.isoformat(), taken.source
    ('2026-03-02T18:15:00', 'name')
    """

    when: datetime
    source: TakenSource
    day_only: bool = False

    @property
    def day(self) -> date:
        """The calendar day where the photo was taken."""
        return self.when.date()

    @property
    def wall_clock(self) -> datetime:
        """`when` without its time zone: a sort key for photos of which only some state one."""
        return self.when.replace(tzinfo=None)

    def isoformat(self) -> str:
        """ISO 8601 text: the day alone when only the day is known."""
        if self.day_only:
            return self.day.isoformat()
        return self.when.isoformat()

    @classmethod
    def parse(cls, text: str, source: TakenSource) -> Taken:
        """Read ISO 8601 text, a day alone or with a time.

        Raises
        ------
        ValueError
            If it is none.

        Examples
        --------
        >>> Taken.parse("2026-03-02", "manifest").day_only
        True
        """
        return cls(datetime.fromisoformat(text), source, day_only=len(text) <= len("2026-03-31"))

    def to_dict(self) -> dict[str, Any]:
        """The date as plain data, for JSON."""
        return {"when": self.when.isoformat(), "source": self.source, "day_only": self.day_only}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Taken:
        """The date that `to_dict` wrote."""
        return cls(**{**plain, "when": datetime.fromisoformat(plain["when"])})


def date_from_exif(tags: Mapping[int, object]) -> Taken | None:
    """Read the capture time from EXIF tags.

    Parameters
    ----------
    tags : mapping of int to object
        The values by tag number, of the main and the Exif directory together.

    Returns
    -------
    Taken or None
        From DateTimeOriginal, else DateTimeDigitized, else DateTime; `Taken.source` says which. A clock that
        was not set, as its year or 1 January 2000 tells, is told with the source ``"exif_reset"``, if no
        other tag has a date. None where they are absent, blank or not a date. Hour 24 is hour 0 of the same
        day, and of a time that is none the day is taken.

    Examples
    --------
    >>> date_from_exif({0x9003: "2026:03:02 18:15:00", 0x9011: "+01:00"}).isoformat()
    '2026-03-02T18:15:00+01:00'
    """
    unset = None
    for stamp, fraction, offset, source in _EXIF_STAMPS:
        taken = _read_stamp(_text(tags.get(stamp)), source)
        if taken is None or taken.source in UNSET_SOURCES:
            unset = unset or taken
        elif taken.day_only:
            return taken
        else:
            parts = _microseconds(_text(tags.get(fraction)))
            when = taken.when.replace(microsecond=parts, tzinfo=_zone(_text(tags.get(offset))))
            return Taken(when, source)
    return unset


def date_from_name(path: PurePath | str) -> Taken | None:
    """Read the date from a file's name, else from the name of the folder that holds it.

    Parameters
    ----------
    path : path or str
        The file's path; nothing is opened. Read are year-month-day orders with or without separators
        (``2026-03-02``, ``2026_03_02``, ``20260302``), with a 24-hour time behind them or not
        (``20260302_181500``, ``2026-03-02 18.15.00``). Other orders, such as ``02.03.2026``, are not guessed.

    Returns
    -------
    Taken or None
        None where a name holds no plausible date (years 1990 to 2100), or several different ones.

    Examples
    --------
    >>> date_from_name("2026-03-02/smile.jpg").source
    'folder'
    >>> date_from_name("from 2026-03-02 to 2026-04-02.jpg") is None
    True
    """
    path = PurePath(path)
    return _only_date(path.name, _source_of_name(path.name)) or _only_date(
        path.parent.name, "folder"
    )


def _source_of_name(name: str) -> TakenSource:
    """The event that a date in a file's name belongs to."""
    if _SENT.search(name):
        return "name_sent"
    if _UTC_NAME.search(name):
        return "name_utc"
    return "name"


def sort_dates(*dates: Taken | None) -> list[Taken]:
    """Dates that are said for one photo, the surest first; see `TakenSource`.

    Examples
    --------
    >>> scan = Taken(datetime(2026, 5, 1), "exif_digitized")
    >>> [taken.source for taken in sort_dates(scan, None, date_from_name("2019-05-04 before.tif"))]
    ['name', 'exif_digitized']
    """
    different = dict.fromkeys(taken for taken in dates if taken is not None)
    return sorted(different, key=lambda taken: _RANK[taken.source])


def best_date(*dates: Taken | None) -> Taken | None:
    """The surest of the dates that are said for one photo; None where there is none.

    If it is the day alone, and the next surest date of that day has a time, it is that one.

    Examples
    --------
    >>> listed = Taken(datetime(2026, 5, 1), "manifest", day_only=True)
    >>> best_date(Taken(datetime(2026, 5, 1, 18, 15), "exif"), listed).isoformat()
    '2026-05-01T18:15:00'
    >>> best_date(Taken(datetime(2026, 5, 2, 18, 15), "exif"), listed).isoformat()
    '2026-05-01'
    """
    if not dates:
        return None
    known = [taken for taken in sort_dates(*dates) if taken.source not in UNSET_SOURCES]
    if not known:
        return None
    timed = (
        taken
        for taken in known
        if taken.day == known[0].day and not taken.day_only and taken.source not in _NOT_OF_EXPOSURE
    )
    return next(timed, known[0])


def _only_date(text: str, source: TakenSource) -> Taken | None:
    """Return the one day that `text` names, with its time if it has one."""
    found = [
        _build_date(match.group(1, 3, 4, 5, 7, 8), source) for match in _NAME_STAMP.finditer(text)
    ]
    dates = sorted((taken for taken in found if taken), key=lambda taken: taken.day_only)
    if len({taken.day for taken in dates}) != 1:
        return None
    return dates[0]


def _read_stamp(text: str, source: TakenSource) -> Taken | None:
    """The date of an EXIF tag, of a clock that was set or not."""
    match = _EXIF_STAMP.match(text)
    if match is None:
        return None
    year, _, month, day, *clock = match.groups()
    if clock[0] == str(_HOURS_OF_A_DAY):
        clock[0] = "00"
    with suppress(ValueError):
        when = date(int(year), int(month), int(day))
        if when.year < FIRST_YEAR or when in _RESET_DAYS:
            return Taken(datetime.combine(when, time()), "exif_reset", day_only=True)
    full = _build_date((year, month, day, *clock), source)
    return full or _build_date((year, month, day, None), source)


def _build_date(parts: tuple[str | None, ...], source: TakenSource) -> Taken | None:
    """Build a date from year, month, day and, unless they are None, hour, minute, second."""
    try:
        when = datetime(*(int(part) for part in parts if part is not None))  # type: ignore[arg-type]
    except ValueError:
        return None
    if not FIRST_YEAR <= when.year <= LAST_YEAR:
        return None
    return Taken(when, source, day_only=parts[3] is None)


def _text(value: object) -> str:
    """Return a tag's text; tags of a wrong type count as empty."""
    if isinstance(value, bytes):
        value = value.decode("ascii", "replace")
    if isinstance(value, str):
        return value.strip(" \0")
    return ""


def _microseconds(digits: str) -> int:
    """Read SubSecTime: the decimals of the second, as many as the camera cares to write."""
    if not (digits.isascii() and digits.isdigit()):
        return 0
    return int(digits[:6].ljust(6, "0"))


def _zone(text: str) -> timezone | None:
    """Read OffsetTime, such as ``+02:00``; None where it is absent or not an offset."""
    match = _OFFSET.fullmatch(text)
    if match is None:
        return None
    if match["utc"]:
        return UTC
    offset = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"]))
    if match["sign"] == "-":
        offset = -offset
    try:
        return timezone(offset)
    except ValueError:
        return None
