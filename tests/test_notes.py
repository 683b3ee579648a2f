"""Notes: data that can be told in any language, and words for every one of them."""

from __future__ import annotations

import ast
import functools
import json
import pickle
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from asymmetry.core.notes import (
    Note,
    as_note,
    flags_column,
    note_array,
    pack_notes,
    reason_column,
    unpack_notes,
)
from asymmetry.core.text import Text, english_text, languages
from asymmetry.errors import InvalidInputError, UnreadablePhotoError
from asymmetry.extract.judge.hidden import PARTS
from asymmetry.extract.judge.quality import FAULTS
from asymmetry.metrics.headline import HEADLINES, MORE_MOVEMENTS, MOVEMENT_HEADLINES
from asymmetry.photos.taken import TakenSource
from asymmetry.series import RULES
from asymmetry.series.skin import BRUISE

PACKAGE = Path(__file__).resolve().parents[1] / "asymmetry"
PLACE = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
ENTRIES = english_text().entries


def section(name: str) -> dict[str, str]:
    """A section of the English words."""
    start = f"{name}."
    return {key.removeprefix(start): text for key, text in ENTRIES.items() if key.startswith(start)}


WORDS = section("notes")
COUNTED = ("series_", "aid_blank_")
CODES = {re.sub("_(one|other)$", "", name) if name.startswith(COUNTED) else name for name in WORDS}


# Data


def test_a_note_is_what_it_says_and_nothing_else() -> None:
    note = Note("dates_differ", other="name", date=date(2026, 3, 1), source="exif")
    assert note == Note("dates_differ", source="exif", date="2026-03-01", other="name")
    assert len({note, Note("dates_differ", source="exif", date="2026-03-01", other="name")}) == 1
    assert note != Note("dates_differ", source="exif")
    assert note["source"] == "exif"
    assert repr(Note("dark", value=np.float64(3))) == "Note('dark', value=3.0)"
    assert pickle.loads(pickle.dumps(note)) == note
    with pytest.raises(KeyError):
        note["side"]


@pytest.mark.parametrize("value", [object(), {1: 2}, b"", np.zeros(2)])
def test_only_plain_values_are_kept(value: object) -> None:
    with pytest.raises(InvalidInputError, match="note dark"):
        Note("dark", value=value)


NESTED = Note(
    "covered", parts=[Note("one_part", part="brow", side="left"), Note("both_parts", part="eye")]
)


@pytest.mark.parametrize(
    "note", [NESTED, Note("eye_closed", sides=("right",)), Note("dark", value=1.25)]
)
def test_a_note_comes_back_from_json(note: Note) -> None:
    assert Note.from_dict(json.loads(json.dumps(note.to_dict()))) == note


@pytest.mark.parametrize("plain", [{}, {"code": "dark"}, {"code": "dark", "values": 3}, "dark"])
def test_what_is_no_note_is_refused(plain: object) -> None:
    with pytest.raises(InvalidInputError, match="not a note"):
        Note.from_dict(plain)  # type: ignore[arg-type]


def test_notes_of_photos_in_columns() -> None:
    notes = note_array([[NESTED, "dull"], [], [Note("dark", value=9.0), Note("dark", value=8.0)]])
    assert notes[0] == (NESTED, as_note("dull"))
    assert flags_column(notes).tolist() == ["covered text", "", "dark"]
    assert (
        reason_column(notes)[0]
        == "covered or washed out, so not measured: left brow, both eyes; dull"
    )
    assert unpack_notes(pack_notes(notes).tolist()).tolist() == notes.tolist()
    empty = note_array([])
    assert (empty.shape, flags_column(empty).dtype.kind, reason_column(empty).shape) == (
        (0,),
        "U",
        (0,),
    )


def test_an_error_carries_its_note() -> None:
    error = pickle.loads(pickle.dumps(UnreadablePhotoError("a.jpg", Note("empty_file"))))
    assert (error.note, error.reason) == (
        Note("empty_file"),
        "the file is empty (0 bytes): copy it again",
    )
    assert str(UnreadablePhotoError("a.jpg", "torn")) == "a.jpg: torn"


# Words


def german(tmp_path: Path) -> Text:
    file = tmp_path / "de.toml"
    file.write_text(
        """
        [language]
        tag = "de"
        decimal = ","
        [lists]
        and = " und "
        [sides]
        right = "rechtes"
        left = "linkes"
        [more]
        brow_height = "rechte Braue {mm:.1f} mm höher"
        [titles]
        mrd1 = "Oberlid"
        [notes]
        eye_closed = "{sides:sides} Auge geschlossen"
        at_baseline = "vorher"
        moved = "{moved} als {since}, gegenüber links"
        beyond_error = "{change} (mehr als {limit:.2f} mm)"
        unchanged = "Wie bisher: {metrics}."
        title_and_limit = "{headline:titles} ({limit:.1f} mm)"
        series_one = "{n:d} Foto, {since}"
        series_other = "{n:d} Fotos, {since}"
        """,
        encoding="utf-8",
    )
    return Text.load(file)


def test_a_language_says_notes_in_its_own_order(tmp_path: Path) -> None:
    text = german(tmp_path)
    moved = Note("moved", moved=HEADLINES[0].note(2.94), since=Note("at_baseline"))
    change = Note("beyond_error", change=moved, error=0.4, limit=0.876, unit="mm")
    assert (
        change.words(text)
        == "rechte Braue 2,9 mm höher als vorher, gegenüber links (mehr als 0,88 mm)"
    )
    assert (
        Note("eye_closed", sides=["right", "left"]).words(text)
        == "rechtes und linkes Auge geschlossen"
    )
    limits = [Note("title_and_limit", headline=name, limit=1.0) for name in ("mrd1", "brow_height")]
    unchanged = Note("unchanged", metrics=limits).words(text)
    assert unchanged == "Wie bisher: Oberlid (1,0 mm), Brow height (1,0 mm)."
    counted = [Note("series", n=n, since=Note("no_days")).words(text) for n in (1, 2)]
    assert counted == ["1 Foto, undated", "2 Fotos, undated"]
    assert as_note("sun in the eyes").words(text) == "sun in the eyes"
    assert str(change).startswith(
        "right brow 2.9 mm higher relative to the left than at baseline (error ±"
    )


def test_a_code_of_a_later_version_is_said_as_it_is() -> None:
    assert str(Note("not_known_here", value=1.0)) == "not_known_here"
    assert str(Note("dark", brightness=1.0)) == "dark"


# Every note has words, and every word is used


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call of `Note` in the package."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Note"
            ):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", node


@functools.cache
def calls_by_code() -> dict[str, list[tuple[str, ast.Call]]]:
    """Calls by the code that they name."""
    found: dict[str, list[tuple[str, ast.Call]]] = {}
    for where, call in calls():
        code = call.args[0]
        if isinstance(code, ast.Constant):
            found.setdefault(str(code.value), []).append((where, call))
        else:
            # Codes of faults stand in their table.
            assert where.startswith(("extract/judge/quality.py", "core/notes.py")), where
    return found


def test_every_note_has_words_and_all_words_are_used() -> None:
    assert {*calls_by_code(), *(fault.code for fault in FAULTS.values())} == CODES


def test_notes_hold_what_their_words_need() -> None:
    for code, found in calls_by_code().items():
        name = code if code in WORDS else f"{code}_other"
        places = {place for place, _ in PLACE.findall(WORDS[name])}
        for where, call in found:
            given = {keyword.arg for keyword in call.keywords}
            if None not in given:  # values that were gathered before are filled in by other tests
                assert places == given - nested_places(WORDS[name]), where


def nested_places(entry: str) -> set[str]:
    """Places of the names that an entry's places say in words, beside its own."""
    own = dict(PLACE.findall(entry))
    names = [text for spec in own.values() for text in section(spec).values() if spec]
    return {place for text in names for place, _ in PLACE.findall(text)} - set(own)


def test_every_name_has_words() -> None:
    headlines = {headline.name for headline in (*HEADLINES, *MOVEMENT_HEADLINES.values())}
    headlines |= {headline.name for each in MORE_MOVEMENTS.values() for headline in each}
    sides = "more less side_more side_less both_more both_less level upper_end lower_end"
    assert set(section("titles")) == headlines | {BRUISE}
    for part in f"axes parts {sides}".split():
        assert set(section(part)) == headlines, part
    assert (
        set(section("half_parts")) == set(section("whole_parts")) == {part.name for part in PARTS}
    )
    assert set(section("date_sources")) == set(get_args(TakenSource)) - {
        "exif_digitized",
        "exif_modified",
        "exif_reset",
        "name_sent",
        "name_utc",
    }
    assert set(section("studies")) == {headline.study for headline in HEADLINES} - {""}
    for part in ("rules", "looks_for", "rule_sources"):
        assert set(section(part)) == {rule.name for rule in RULES}, part
    assert set(MOVEMENT_HEADLINES) < set(section("expressions"))


def test_all_words_of_the_report_are_used() -> None:
    files = [*(PACKAGE / "report").rglob("*.py"), *(PACKAGE / "report" / "templates").glob("*.j2")]
    files += [PACKAGE / "core" / "text.py", PACKAGE / "series" / "summary.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in files)
    own = "page summary dots days compare halves photos tables diary failed method limits".split()
    for part in own:
        for name in section(part):
            stem = re.sub("_(one|other)$", "", name)
            known = (
                stem,
                stem.removeprefix("then_").replace("_", " "),
                stem.partition("_")[2] or stem,
            )
            assert any(each in source for each in known), f"{part}.{name}"


def sample(entry: str) -> dict[str, object]:
    """Values for the places of an entry."""
    return {place: value for place, spec in PLACE.findall(entry) for value in [sample_value(spec)]}


def sample_value(spec: str) -> object:
    if spec == "d":
        return 3
    if re.fullmatch(r"[-+]?(?:\.\d+)?[efg%]", spec):
        return 1.5
    return next(iter(section(spec))) if spec else "1"


@pytest.fixture(scope="module")
def foreign_text(foreign: Path) -> Text:
    return Text.load(foreign)


@pytest.mark.parametrize("code", sorted(CODES))
def test_no_english_is_left_in_another_language(code: str, foreign_text: Text) -> None:
    entry = WORDS.get(code) or WORDS[f"{code}_other"]
    words = Note(code, **(sample(entry) | {"mm": 1.5, "n": 3, "side": "right"})).words(foreign_text)
    assert words
    assert not re.search("[A-Za-z{}]", words)
    assert "." not in re.sub(r"\.(?!\d)", "", words)  # decimals have the language's sign


@pytest.mark.parametrize("language", languages())
def test_a_language_has_all_words(language: str) -> None:
    assert set(Text.load(language).entries) >= set(ENTRIES)
