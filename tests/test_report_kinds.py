"""Reports of series of every kind: one photo, none, many, without dates; and in another language."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from asymmetry import Landmarks, Series
from asymmetry.errors import MissingExtraError
from asymmetry.report import render
from asymmetry.series import DiaryNote
from asymmetry.synthetic import face
from tests.pages import TREATED_ON, Page, dated, series, smiling

# Series of every kind


def test_one_photo(tmp_path: Path) -> None:
    page = Page(render(series(1, tmp_path)))
    assert "1 photo, 2026-02-19." in page.text
    assert "There is nothing to compare yet." in page.text
    assert "On the only day day −10" in page.text
    assert "Changes in numbers" not in page.text
    assert len(page.found("image")) == 4 + 1


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
    assert "against day 0." in Page(render(series(4, treated_on=None, brow_right_mm=[0, -4, -4, -4]))).text
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
    assert "eyes alike Mouth corner: not measured" in page.text
    assert "nan" not in page.text


def test_photos_that_are_gone_are_told(tmp_path: Path) -> None:
    made = series(3, tmp_path)
    (tmp_path / str(made.landmarks.photo[1])).unlink()
    assert Page(render(made)).text.count("The photo is not at hand.") == 1


@pytest.mark.parametrize("n", [40, 200])
def test_many_photos_stay_small(n: int, tmp_path: Path, portrait_path: Path) -> None:
    made = face(n, px_per_mm=4)
    with Image.open(portrait_path) as image:
        image.resize(tuple(made.size[0].tolist())).save(tmp_path / "0.jpg", quality=95)
    landmarks = dated(made, list(range(n)), ["0.jpg"] * n)
    text = render(Series.from_landmarks(landmarks, folder=tmp_path, expression=["rest"] * n))
    assert len(text) < 6_000_000
    page = Page(text)
    assert len(page.found("figure")) > n
    assert ("24 of 200 days at one scale" in page.text) == (n == 200)


def test_every_word_comes_from_the_catalogue(tmp_path: Path, shouting: Path) -> None:
    made = smiling()
    failed = Landmarks.blank(["no.jpg"], status="no_face", reason="no face found")
    landmarks = Landmarks.concat([made.landmarks, failed])
    for name, size in zip(landmarks.photo[:-1], landmarks.size[:-1], strict=True):
        Image.new("RGB", tuple(size.tolist()), "grey").save(tmp_path / str(name))
    labels = [str(each) for each in made.static["expression"]]
    full = Series.from_landmarks(
        landmarks,
        treated_on=TREATED_ON,
        folder=tmp_path,
        expression=[*labels, None],
        notes=(DiaryNote(date(2026, 3, 4), "⟦tired⟧", "", "left"),),
    )
    page = Page(render(full, language=shouting))
    assert page.found("html") == [{"lang": "en-x-loud", "dir": "ltr"}]
    names = {str(name) for name in full.landmarks.photo}
    provenance = set(map(str, full.static.provenance.values())) | set(full.static.provenance)
    told = [word.strip() for word in page.words] + page.spoken
    plain = {word for word in told if re.search(r"[^\W\d_]", word) and "⟦" not in word}
    assert {
        word for word in plain - names - provenance if not re.fullmatch(r"[\d·]+ mm|\d{4}-\d\d-\d\d", word)
    } == set()
    assert "3·0" in page.text or "8·0" in page.text


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = series(1)
    for module in ("jinja2", "matplotlib.figure"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError, match=r"asymmetry\[report\]"):
                render(made)
