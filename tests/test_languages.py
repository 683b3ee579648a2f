"""Languages: each shipped catalogue is whole, and whatever is printed or written is in it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Note, Series, measure
from asymmetry.archive import Progress
from asymmetry.core.text import ENGLISH, Text, languages
from asymmetry.metrics import catalogue, movement_catalogue
from asymmetry.report.page import render
from asymmetry.series.aids import aid_lines
from asymmetry.synthetic import face
from asymmetry.terminal import (
    change_lines,
    clinic_lines,
    photo_lines,
    progress_line,
    series_lines,
    wrap,
)
from tests.pages import Page
from tests.test_aids import PALSY, series
from tests.test_series_change import TREATED_ON, dated

DAYS = [-7.0, -3, 0, 7, 14, 21]
#: Names of photos, and grades, which no catalogue has.
NAMES = r"\S+ \w+\.jpg|no\.jpg|\b[IV]+\b"


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def followed() -> Series:
    """A series with a change on one side, a photo in doubt and one that was not measured."""
    rest = dated(face(len(DAYS), noise_px=0.1, upper_lid_left_mm=[0, 0, 0, -2, -2, -2]), DAYS)
    notes = np.empty(len(rest), dtype=object)
    notes[:] = [(Note("dark", value=30.0),), *[()] * (len(rest) - 1)]
    failed = Landmarks.blank(["no.jpg"], status="no_face", reason=Note("no_face"))
    every = Landmarks.concat([replace(rest, notes=notes), failed])
    return Series.from_landmarks(
        every, treated_on=TREATED_ON, expression=["rest"] * len(every), setting="clinic"
    )


def printed(text: Text) -> Iterator[str]:
    """All that the commands about photos print."""
    made = followed()
    for lines in (change_lines, clinic_lines, series_lines):
        yield from lines(made, text)
    table = measure(made.landmarks)
    for row in range(table.rows):
        yield from photo_lines(table, row, text)
    yield from aid_lines(
        series(PALSY).aids(filled={"house_brackmann": {"brow": 1, "mouth": 2}}), text
    )


def test_nothing_that_is_printed_is_english_in_another_language(foreign: Path) -> None:
    said = "\n".join(printed(Text.load(foreign)))
    assert set(re.findall(r"[A-Za-z]+", re.sub(NAMES, "", said))) == set()


def entries(language: str) -> dict[str, str]:
    """The entries of a shipped catalogue by section and name."""
    file = resources.files("asymmetry") / "texts" / f"{language}.toml"
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{name}": text for section, part in found.items() for name, text in part.items()
    }


ENTRIES = entries(ENGLISH)
OTHERS = [language for language in languages() if language != ENGLISH]
#: Entries with a number of days, photos or visits that is larger than 1.
NEVER_ONE = {
    "after_first_seen",
    "after_treatment",
    "bruise that grows",
    "bruise that lasts",
    "date_far_after",
    "date_far_before",
    "date_long_after",
    "date_long_before",
    "mean_of_visits",
    "not_regained",
    "swelling that grows",
    "swelling that lasts",
}
#: Sections of words that English has from the metrics themselves.
OF_METRICS = ("definitions", "metric_names", "signs")


def test_german_is_shipped() -> None:
    assert "de" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_a_shipped_language_has_every_entry_with_its_places(language: str) -> None:
    own = entries(language)
    more = {
        name for name in own if name not in ENTRIES and name.partition(".")[0] not in OF_METRICS
    }
    assert (ENTRIES.keys() - own.keys(), more) == (set(), set())
    wrong = {name for name, text in ENTRIES.items() if places(text) != places(own[name])}
    assert wrong == set()


def test_one_thing_is_not_told_in_the_plural() -> None:
    """A number before a plural is one that is never 1, or there is another entry for a single thing."""
    counted = {
        name.partition(".")[2]
        for name, text in ENTRIES.items()
        if re.search(r"\{\w+:[^}]*\} (days|photos|points|visits)\b", text)
    }
    assert {name for name in counted if not name.endswith("_other")} == NEVER_ONE


def places(text: str) -> set[str]:
    return {place for place, _ in re.findall(r"\{(\w+)(:[^{}]*)?\}", text)}


@pytest.mark.parametrize("language", OTHERS)
def test_a_shipped_language_has_words_for_every_metric(language: str) -> None:
    own = entries(language)
    metrics = {**catalogue(), **movement_catalogue()}
    assert {name for name in metrics if f"definitions.{name}" not in own} == set()
    assert {name for name in catalogue() if f"metric_names.{name}" not in own} == set()
    assert {name for name in metrics if f"signs.{name}" not in own} == set()
    longest = max(len(text) for name, text in own.items() if name.startswith("metric_names."))
    assert longest <= 21


@pytest.mark.slow
@pytest.mark.parametrize("language", OTHERS)
def test_no_english_word_is_printed_or_reported_in_a_shipped_language(language: str) -> None:
    text = Text.load(language)
    made = followed()
    said = "\n".join([*printed(text), Page(render(made, language=language)).text])
    english = words(" ".join(ENTRIES.values())) - words(" ".join(entries(language).values()))
    assert words(re.sub(NAMES, "", said)) & english == set()


def words(text: str) -> set[str]:
    """Words of three letters and more, without the places between them."""
    return set(re.findall(r"[^\W\d_]{3,}", re.sub(r"\{[^{}]*\}", " ", text).lower()))


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_language_writes_percentages_one_way(language: str) -> None:
    text = Text.load(language)
    assert text.percent in (" %", "\N{NO-BREAK SPACE}%")
    literal = re.compile(r"\}%|\d%(?!\})")
    assert [name for name, entry in text.entries.items() if literal.search(entry)] == []


@pytest.mark.parametrize("width", range(20, 60))
def test_no_line_of_the_terminal_begins_with_percent(
    width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    told = "Worst on day 36: 2.1 mm lower; 62 % of that has resolved by day 120 (43 % to 81 %)."
    lines = wrap(told)
    assert " ".join(line.strip() for line in lines) == told
    assert not [line for line in lines if line.strip().startswith("%")]


def test_german_has_its_own_marks() -> None:
    text = Text.load("de")
    assert text(
        "terminal.progress", done="1", photos="2", share=12.5, failed=0.0, rate=-0.0
    ).startswith("1 von 2 Fotos (12,5 %)")
    assert (
        Note("trend", per_week=-0.25, low=-1.0, high=0.004).words(text)
        == "-0,25 pro Woche, zwischen -1,00 und +0,00"
    )
    regained = Note("found_regained", moved=Note("text", text="x"), latest=9.0, day=5.0, share=0.8)
    assert "bis Tag 9 zu 80\N{NO-BREAK SPACE}% zur" in regained.words(text)
    assert text.count("page.photos", 1) == "1 Foto"
    assert text.count("page.photos", 2) == "2 Fotos"


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("notes.face_cut", "points"),
        ("notes.few_days", "days"),
        ("notes.repeats_of_a_day", "df"),
        ("notes.pooled_scale", "photos"),
        ("notes.pooled_scale_of_closed_eyes", "photos"),
        ("notes.no_bruise_found", "days"),
        ("terminal.more_not_read", "more"),
    ],
)
def test_a_number_that_may_be_one_has_no_plural_behind_it(
    language: str, name: str, place: str
) -> None:
    entry = Text.load(language).entries[name]
    (behind,) = re.findall(rf"\{{{place}:[^}}]*\}}(.*)", entry)
    assert re.match(r"[.;:)]|$| (more|weitere)$", behind), entry


def test_german_does_not_bend_a_side() -> None:
    sided = [
        entry for entry in Text.load("de").entries.values() if re.search("{sides?:sides}", entry)
    ]
    assert len(sided) > 20
    bent = r"\b(d(ie|er|as|en|em)|eine[rnms]?|ihre?) {sides?:sides}|{sides?:sides} [Ss]eite\b"
    assert not [entry for entry in sided if re.search(bent, entry)]


def test_a_side_is_whole_in_german() -> None:
    told = Note("dicom_one_side", side="left").words(Text.load("de"))
    assert told == "laut Laterality zeigt die DICOM-Datei nur eine Seite: links"


@pytest.mark.parametrize("language", languages())
def test_two_numbers_do_not_run_into_one(language: str) -> None:
    side_by_side = r"{\w+:[^{}]*[dfg%]} {\w+:[^{}]*[dfg%]}"
    found = Text.load(language).entries.items()
    assert not {name for name, entry in found if re.search(side_by_side, entry)}


def test_thousands_are_no_decimals_in_german() -> None:
    now = Progress(done=1500, failed=15, photos=20000, earlier=500)
    told = "1.500 von 20.000 Fotos (7,5 %), 1,5 % gescheitert, 10,0 pro Sekunde"
    assert progress_line(now, 100.0, Text.load("de")) == told
    assert progress_line(now, 100.0).startswith("1,500 of 20,000 photos (7.5 %)")
