"""Languages: each shipped catalogue is whole, and whatever is printed or written is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, Note, Series, measure
from asymmetry.core.text import Text
from asymmetry.series.aids import aid_lines
from asymmetry.synthetic import face
from asymmetry.terminal import change_lines, clinic_lines, photo_lines, series_lines
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
    yield from aid_lines(series(PALSY).aids(filled={"house_brackmann": {"brow": 1, "mouth": 2}}), text)


def test_nothing_that_is_printed_is_english_in_another_language(foreign: Path) -> None:
    said = "\n".join(printed(Text.load(foreign)))
    assert set(re.findall(r"[A-Za-z]+", re.sub(NAMES, "", said))) == set()
