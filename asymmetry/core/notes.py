"""`Note`: a message as data. Its words stand in ``asymmetry/texts``, one file for each language."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias, Union

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import SIDES
from asymmetry.core.text import Text, english_text
from asymmetry.errors import InvalidInputError

__all__ = [
    "Note",
    "NoteArray",
    "Value",
    "as_note",
    "flags_column",
    "load_notes",
    "mirror_notes",
    "note_array",
    "pack_notes",
    "reason_column",
    "told_columns",
    "unpack_notes",
]

Value: TypeAlias = Union[str, float, bool, "Note", tuple["Value", ...], None]
"""Values that a note may hold: names, numbers, dates as ISO 8601 text, other notes, and tuples of these."""
NoteArray: TypeAlias = npt.NDArray[np.object_]
"""The notes of n photos: an array of tuples of `Note`, shape (n,)."""

# Values of these names are the patient's sides, which change places in a mirrored photo.
_SIDED = ("side", "sides")
_OTHER_SIDE: dict[str, str] = {"right": "left", "left": "right"}
# Between two notes in one text.
_BETWEEN = "; "


@dataclass(frozen=True, init=False, repr=False)
class Note:
    """Something to be told, as data: a code, and the values that its words need.

    ``str(note)`` is English, `words` any language. Notes are compared and hashed by code and values.

    Parameters
    ----------
    code : str
        Its name, such as ``"head_turned"``. Its words are the entry of that name in the section
        ``[notes]`` of a catalogue.
    **values
        Names, numbers, dates, other notes, and sequences of these. ``side`` and ``sides`` are the patient's
        own, ``"right"`` or ``"left"``; ``n`` is a number of things and chooses between ``<code>_one`` and
        ``<code>_other``.

    Attributes
    ----------
    code : str
        As given.
    values : tuple of (str, Value)
        As given, by name.

    Raises
    ------
    InvalidInputError
        If a value is something else.

    Examples
    --------
    >>> note = Note("head_turned", angle=17.3)
    >>> str(note), note["angle"], note == Note("head_turned", angle=17.3)
    ('the head is turned by 17°: face the camera', 17.3, True)
    """

    code: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, code: str, /, **values: Any) -> None:
        plain = tuple((name, _keep_value(code, values[name])) for name in sorted(values))
        object.__setattr__(self, "code", code)
        object.__setattr__(self, "values", plain)

    def __getitem__(self, name: str) -> Value:
        return dict(self.values)[name]

    def __str__(self) -> str:
        return _english(self)

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.values)
        return f"Note({self.code!r}{values})"

    def words(self, text: Text) -> str:
        """The note in a language; its code where the catalogue has no words for it.

        So it is with notes that another version has written, which may have other values too.
        """
        parts = {name: _say_value(value, text) for name, value in self.values}
        name = f"notes.{self.code}"
        try:
            if f"{name}_other" in text.entries:
                n = int(parts.pop("n"))
                return text.count(name, n, **parts)
            return text(name, **parts)
        except KeyError:
            return self.code

    def change(self, **values: Any) -> Note:
        """The same note with other values in the place of some of its own.

        Examples
        --------
        >>> Note("head_turned", angle=17.3).change(angle=2)["angle"]
        2
        """
        return Note(self.code, **{**dict(self.values), **values})

    def mirrored(self) -> Note:
        """The same note about the mirror image of a photo: sides change places."""
        return Note(self.code, **{name: _mirror(name, value) for name, value in self.values})

    def to_dict(self) -> dict[str, Any]:
        """Code and values as JSON values.

        Examples
        --------
        >>> Note("eye_closed", sides=("right",)).to_dict()
        {'code': 'eye_closed', 'values': {'sides': ['right']}}
        """
        return {"code": self.code, "values": {name: _to_json(value) for name, value in self.values}}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Note:
        """The note that `to_dict` wrote.

        Raises
        ------
        InvalidInputError
            If it is something else.
        """
        try:
            code, values = plain["code"], dict(plain["values"])
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(f"not a note: {plain!r}") from error
        return cls(code, **{name: _from_json(value) for name, value in values.items()})


def as_note(note: Note | str) -> Note:
    """A note as it is; a text becomes a note that says it in every language.

    Examples
    --------
    >>> as_note("sun in the eyes")
    Note('text', text='sun in the eyes')
    """
    if isinstance(note, Note):
        return note
    return Note("text", text=note)


def note_array(rows: Iterable[Iterable[Note | str]]) -> NoteArray:
    """The notes of each photo as an array, shape (n,); empty texts are left out.

    Examples
    --------
    >>> note_array([[], ["dark"]]).tolist()
    [(), (Note('text', text='dark'),)]
    """
    # Most photos have none.
    made = [() if isinstance(row, tuple) and not row else _as_notes(row) for row in rows]
    return np.fromiter(made, dtype=np.object_, count=len(made))


def _as_notes(row: Iterable[Note | str]) -> tuple[Note, ...]:
    return tuple(as_note(each) for each in row if each != "")


def reason_column(notes: NoteArray) -> npt.NDArray[np.str_]:
    """The notes of each photo in English, one text a photo."""
    return _text_column(notes, lambda row: _BETWEEN.join(map(str, row)))


def flags_column(notes: NoteArray) -> npt.NDArray[np.str_]:
    """The codes of each photo's notes, one text a photo, with a space between them."""
    return _text_column(notes, lambda row: " ".join(dict.fromkeys(note.code for note in row)))


def told_columns(notes: NoteArray) -> dict[str, npt.NDArray[np.str_]]:
    """The columns ``reason`` and ``flags`` that go with notes."""
    return {"reason": reason_column(notes), "flags": flags_column(notes)}


def _text_column(notes: NoteArray, tell: Callable[[Sequence[Note]], str]) -> npt.NDArray[np.str_]:
    """One text a photo; empty where there are no notes, as in most."""
    rows = np.flatnonzero(notes.astype(bool))
    texts = {row: tell(row) for row in set(notes[rows])}  # many photos have the same ones
    # Memory that nobody wrote to costs nothing, so only photos with notes are written.
    column = np.zeros(len(notes), f"<U{max(map(len, texts.values()), default=1)}")
    column[rows] = [texts[row] for row in notes[rows]]
    return column


def mirror_notes(notes: NoteArray) -> NoteArray:
    """The notes of the mirror image of each photo."""
    return note_array([[note.mirrored() for note in row] for row in notes])


def pack_notes(notes: NoteArray) -> npt.NDArray[np.str_]:
    """The notes of each photo as JSON text, for files."""
    return np.array([json.dumps([note.to_dict() for note in row]) for row in notes], dtype=np.str_)


def load_notes(arrays: Mapping[str, npt.NDArray[Any]]) -> NoteArray:
    """The notes in a file of landmarks; those of version 0.1.0 have reasons in their place."""
    if "notes" in arrays:
        return unpack_notes(arrays["notes"].tolist())
    return note_array((text,) for text in arrays["reason"].tolist())


def unpack_notes(packed: Iterable[str]) -> NoteArray:
    """The notes that `pack_notes` wrote."""
    return note_array([[Note.from_dict(each) for each in json.loads(row)] for row in packed])


@functools.lru_cache(maxsize=4096)
def _english(note: Note) -> str:
    return note.words(english_text())


def _keep_value(code: str, value: Any) -> Value:
    """A value as it is kept: plain Python, and nothing that can be changed."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (str, int, float, Note)):
        return value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return tuple(_keep_value(code, each) for each in value)
    raise InvalidInputError(f"note {code}: a value can't be {type(value).__name__}")


def _say_value(value: Value, text: Text) -> Any:
    """A value with notes in it put into words."""
    if isinstance(value, Note):
        return value.words(text)
    if isinstance(value, tuple):
        return tuple(_say_value(each, text) for each in value)
    return value


def _mirror(name: str, value: Value) -> Value:
    if isinstance(value, Note):
        return value.mirrored()
    if name in _SIDED and isinstance(value, str):
        return _OTHER_SIDE.get(value, value)
    if name in _SIDED and isinstance(value, tuple):
        turned = [_mirror(name, each) for each in value]
        return tuple(side for side in SIDES if side in turned)
    if isinstance(value, tuple):
        return tuple(_mirror("", each) for each in value)
    return value


def _to_json(value: Value) -> Any:
    if isinstance(value, Note):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_to_json(each) for each in value]
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        return Note.from_dict(value)
    if isinstance(value, list):
        return tuple(_from_json(each) for each in value)
    return value
