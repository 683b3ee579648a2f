"""The codes of notes, for tests."""

from __future__ import annotations

from collections.abc import Iterable

from asymmetry import Note


def codes(notes: Iterable[Note]) -> list[str]:
    return [note.code for note in notes]


def rows_of_codes(rows: Iterable[Iterable[Note]]) -> list[list[str]]:
    return [codes(row) for row in rows]


def without_numbers(note: Note) -> Note:
    """The note without its numbers: what it is about."""
    numbers = {name for name, value in note.values if isinstance(value, float)}
    return Note(note.code, **{name: value for name, value in note.values if name not in numbers})
