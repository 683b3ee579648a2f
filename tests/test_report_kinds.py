"""Reports of series of every kind: one photo, none, many, without dates; and in another language."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from asymmetry import Landmarks, Note, Series
from asymmetry.core.notes import note_array
from asymmetry.errors import MissingExtraError
from asymmetry.metrics.expression import EXPRESSIONS
from asymmetry.report import render
from asymmetry.series import DiaryNote
from asymmetry.synthetic import face
from tests.pages import TREATED_ON, Page, dated, series, smiling

# Series of every kind


def test_one_photo(tmp_path: Path) -> None:
    page = Page(render(series(1, tmp_path)))
    assert "1 photo, 2026-02-19 ." in page.text
    assert "There is nothing to compare yet: that needs photos of the same expression" in page.text
    assert "The only day, day −10" in page.text
    assert "Largest change" not in page.text
    assert "Changes in numbers" not in page.text
    assert len(page.found("image")) == 1 + 4 + 1 + 1  # first screen, closely, sheet, card


def test_no_photo_could_be_measured() -> None:
    blank = Landmarks.blank(["a.jpg", "b.jpg"], status="no_face", reason="no face found")
    page = Page(render(Series.from_landmarks(blank)))
    assert page.found("img") == page.found("svg") == []
    assert "No photo could be measured" in page.text
    assert "a.jpg : no face found" in page.text
    assert "No photo has a date" in page.text


def test_without_a_treatment() -> None:
    page = Page(render(series(3, treated_on=None)))
    assert "No treatment date was given; days are counted from the first photo." in page.text
    assert "over days since the first photo" in page.spoken[1]
    changed = Page(render(series(4, treated_on=None, brow_right_mm=[0, -4, -4, -4])))
    assert "Your right brow dropped." in changed.text
    assert "after the treatment" not in changed.text
    assert "Phases after" not in page.text


def test_an_undated_photo_is_shown_but_not_plotted(tmp_path: Path) -> None:
    made = series(2, tmp_path, brow_right_mm=[0, -5]).landmarks
    made = replace(made, taken=np.array(["2026-03-01", ""]))
    page = Page(render(Series.from_landmarks(made, folder=tmp_path, expression=["rest"] * 2)))
    assert "No date" in page.text
    assert "−5.0" in page.text
    told = [each for each in page.spoken if not each.startswith("Face on No date")]
    assert not any("5.0" in each for each in told)


def test_what_was_not_seen_is_named(tmp_path: Path) -> None:
    made = series(2, tmp_path)
    points = made.landmarks.points.copy()
    points[0, made.landmarks.layout.pairs["commissure"][0]] = np.nan
    landmarks = replace(made.landmarks, points=points)
    page = Page(render(Series.from_landmarks(landmarks, folder=tmp_path, expression=["rest"] * 2)))
    assert "eyes equally open Mouth corner: not measured" in page.text
    assert "nan" not in page.text


def test_photos_that_are_gone_are_told(tmp_path: Path) -> None:
    made = series(3, tmp_path)
    (tmp_path / str(made.landmarks.photo[1])).unlink()
    assert Page(render(made)).text.count("Photo not available") == 1


@pytest.mark.parametrize("n", [40, 200])
def test_many_photos_stay_small(n: int, tmp_path: Path, portrait_path: Path) -> None:
    made = face(n, px_per_mm=4)
    names = [f"{number}.jpg" for number in range(n)]
    with Image.open(portrait_path) as image:
        image.resize(tuple(made.size[0].tolist())).save(tmp_path / names[0], quality=95)
    for name in names[1:]:
        shutil.copy(tmp_path / names[0], tmp_path / name)
    landmarks = dated(made, list(range(n)), names)
    text = render(Series.from_landmarks(landmarks, folder=tmp_path, expression=["rest"] * n))
    assert len(text) < 6_000_000
    page = Page(text)
    assert len(page.found("figure")) > n
    assert ("24 of 200 days at one scale" in page.text) == (n == 200)


#: Notes of every kind of value.
FOUND = (
    Note("head_turned", angle=17.4),
    Note(
        "covered",
        parts=[Note("one_part", part="brow", side="left"), Note("both_parts", part="eye")],
    ),
    Note("eye_closed", sides=["right", "left"]),
    Note("dates_differ", source="exif", date="2026-03-01", other="name", other_date="2026-03-02"),
    Note("overexposed", value=0.42),
)


def test_every_word_is_in_the_reports_language(tmp_path: Path, foreign: Path) -> None:
    made = smiling()
    noted = replace(made.landmarks, notes=note_array([FOUND, *[()] * (len(made) - 1)]))
    failed = Landmarks.blank(["no.jpg"], status="no_face", reason=Note("no_face"))
    copied = Landmarks.blank(
        ["no 2.jpg"], status="rejected", reason=Note("same_file", photo="no.jpg")
    )
    landmarks = Landmarks.concat([noted, failed, copied])
    for name, size in zip(landmarks.photo[:-2], landmarks.size[:-2], strict=True):
        Image.new("RGB", tuple(size.tolist()), "grey").save(tmp_path / str(name))
    labels = [str(each) for each in made.static["expression"]]
    full = Series.from_landmarks(
        landmarks,
        treated_on=TREATED_ON,
        folder=tmp_path,
        expression=[*labels, None, None],
        notes=(DiaryNote(date(2026, 3, 4), "ωωω", "", "left"),),
        affected="left",
    )
    page = Page(render(full, language=foreign))
    assert page.found("html") == [{"lang": "el-x-made-up", "dir": "ltr"}]
    assert english_words(page, full) == set()
    assert "8·0" in page.text
    assert "ωωω ωωωω ωωωωω ωω no.jpg" in page.text  # the same photo as


#: Texts of a manifest, which are not translated.
MANIFEST = {"photo", "taken", "use", "mirrored", "expression", "subject", "yes", "no", *EXPRESSIONS}


def english_words(page: Page, made: Series) -> set[str]:
    """Texts with Latin letters, except for names of photos, SI's units and versions."""
    names = "|".join(re.escape(str(name)) for name in made.landmarks.photo)
    told = [re.sub(names, "", word).strip() for word in (*page.words, *page.spoken)]
    found = {word for word in told if re.search("[A-Za-z]", word)}
    found -= {
        str(made.static.provenance.get(name)) for name in ("method", "asymmetry", "mediapipe")
    }
    found -= MANIFEST
    return {word for word in found if not re.fullmatch(r"[\d·]+ mm", word)}


@pytest.mark.parametrize(
    "made",
    [
        series(7, brow_right_mm=[0, 0, -4, -4, -4, 0, 0]),
        series(4, brow_right_mm=[0, -4, -4, 1], yaw=[0, 0, 9, 9], treated_on="2025-01-01"),
        series(3, treated_on=None),
        series(1, yaw=20),
    ],
    ids=["over", "late", "untreated", "one"],
)
def test_no_english_is_left_whatever_changed(made: Series, foreign: Path) -> None:
    page = Page(render(made, language=foreign))
    assert english_words(page, made) == set()


def test_no_english_is_left_in_what_to_show(foreign: Path) -> None:
    made = series(4, brow_right_mm=[0, 0, -4, -4], yaw=[0, 0, 9, 9])
    assert made.concerns()
    assert made.changes()[0].notes
    assert english_words(Page(render(made, language=foreign)), made) == set()


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = series(1)
    for module in ("jinja2", "matplotlib.figure"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError, match=r"asymmetry\[report\]"):
                render(made)
