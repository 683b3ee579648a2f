"""The page: what it says and shows, and that nothing in it points outside or does harm."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import html5lib
import numpy as np
import pytest
from PIL import Image

from asymmetry import Series
from asymmetry.core.notes import Note, note_array
from asymmetry.metrics import catalogue, norms
from asymmetry.photos.listing import Leftover
from asymmetry.report import render
from asymmetry.series import HEADLINES, DiaryNote
from asymmetry.synthetic import face
from tests.pages import Page, dated, series, smiling


@pytest.fixture(scope="module")
def drooped(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page of three photos, in the second of which the right brow is low; and their folder."""
    folder = tmp_path_factory.mktemp("photos")
    return render(series(3, folder, brow_right_mm=[0, -3.4, -1])), folder


# Words


def test_page_says_first_what_changed_and_what_to_show() -> None:
    page = Page(render(series(6, brow_right_mm=[0, 0, 0, -3, -3, -3])))
    first = page.text.partition("Summary")[2].partition("Sheet for the clinic")[0]
    assert first.startswith(
        " Your right brow dropped after the treatment. It has been there since day 20"
    )
    assert (
        "Sure: it is 5 times the smallest difference that these photos can tell (0.7 mm)." in first
    )
    assert "Nothing else changed, as far as photos tell: upper lids, eye opening" in first
    assert "Others likely notice on day 40: right brow 3.0 mm lower." in first
    shown = first.partition("Worth showing your clinician")[2]
    assert "right brow 3.0 mm lower (± 0.7) than before, most on day" in shown
    assert (
        "right brow 3.0 mm lower (± 0.7) relative to the other side than at baseline on day 40"
        in shown
    )
    numbers = page.text.partition("Findings in numbers")[2]
    assert (
        "Day 40: right brow 3.0 mm lower (± 0.7) than before, since day 20; the most so far."
        in numbers
    )
    assert "Not changed on the latest day, as far as photos tell" in numbers
    assert "both sides alike only if it is larger still): Upper lid (MRD1)" in numbers
    order = (
        "Summary,Sheet for the clinic,Over days,Findings in numbers,Numbers,Definitions,How it was measured,"
        "Limits,Where the numbers come from"
    )
    places = [page.text.index(f" {heading} ") for heading in order.split(",")]
    assert places == sorted(places)


def test_page_says_that_both_sides_changed_alike() -> None:
    lower = [0, 0, 0, -6, -6, -6]
    page = Page(render(series(6, brow_right_mm=lower, brow_left_mm=lower)))
    assert "Both your brows dropped after the treatment." in page.text
    assert "both brows 6.0 mm lower" in page.text


def test_what_stays_and_what_is_over_are_told_apart() -> None:
    nearer = Page(render(series(6, brow_right_mm=[-4, -4, -4, -1, -1, -1]))).text
    assert "Your right brow rose after the treatment." in nearer
    assert "nearer to the other side" not in nearer.partition("Limits")[0]
    over = Page(render(series(7, brow_right_mm=[0, 0, -4, -4, -4, 0, 0]))).text
    assert (
        "Your right brow dropped; by day 50 that was over. It lasted from day 10 to day 30" in over
    )
    assert (
        "Worth showing your clinician right brow 4.0 mm lower" in over
    )  # for the file, all the same
    nothing = Page(render(series(4))).text
    assert "Our short checklist found nothing. That is not an all-clear" in nothing
    assert (
        "No change was found that is larger than photos differ by chance. Compared: brows"
        in nothing
    )
    assert (
        "No left-right difference on day 20 is as large as others are known to notice." in nothing
    )


def test_page_says_what_was_measured(drooped: tuple[str, Path]) -> None:
    page = Page(drooped[0])
    assert "3 photos, 2026-02-19 to 2026-03-11 . Treatment on 2026-03-01" in page.text
    assert page.text.count("right brow 3.4 mm lower") >= 1
    assert catalogue()["brow_height"].definition in page.text
    assert "Noticed by others from 3 mm on (Chu et al." in page.text
    assert "not a medical device" in page.text
    assert "early 1 to 6, developing 7 to 13, peak 14 to 30" in page.text
    assert len(page.found("img")) == 1 + len(HEADLINES)  # the summary, and a plot for each
    assert page.found("html") == [{"lang": "en", "dir": "ltr"}]


def test_others_notice_the_side_that_moved() -> None:
    page = Page(render(series(6, brow_left_mm=[0, 0, 0, -3, -3, -3])))
    assert "Your left brow dropped after the treatment." in page.text
    assert "Others likely notice on day 40: left brow 3.0 mm lower." in page.text


def test_tables_hold_the_series_numbers() -> None:
    made = series(3, brow_right_mm=[0, -3.4, -1])
    words = [word.strip() for word in Page(render(made)).words if word.strip()]
    at = words.index("1 2026-03-01.jpg", words.index("All measurements"))
    right, left = (f"{made.static[f'brow_height_{side}_mm'][1]:.1f}" for side in ("right", "left"))
    assert words[at : at + 7] == [
        "1 2026-03-01.jpg",
        "0",
        "2026-03-01",
        "at rest",
        right,
        left,
        "−3.4",
    ]
    changes = words.index("Changes in numbers")
    row = words.index("Brow height", changes)
    assert words[row + 1 : row + 4] == ["−1.7", "−1.0", "+0.7"]
    assert words[row + 8] == "–"  # no trend of three days
    many = series(8, brow_right_mm=np.linspace(0, -3.5, 8), treated_on=None)
    trend = many.trend("brow_height")
    assert f"{trend.per_week:+.2f}".replace("-", "−") + " (" in Page(render(many)).text


def test_what_is_usual_stands_below_the_photos_and_by_the_definitions() -> None:
    made = series(2)
    assert norms()["brow_height"].words not in Page(render(made)).text  # points of no method
    read = replace(
        made,
        static=replace(made.static, provenance={**made.static.provenance, "method": "hemiface"}),
    )
    page = Page(render(read))
    brow = norms()["brow_height"]
    assert f"{brow.words} Published: {brow.sources[0]}." in page.text
    assert norms()["commissure_travel"].words not in page.text  # no smile
    words = [word.strip() for word in page.words if word.strip()]
    row = words.index(f"half of {brow.n} adults are below")
    assert words[row + 1 : row + 3] == ["at rest", f"{brow.median:.1f}"]


def test_the_affected_side_is_told() -> None:
    made = series(2)
    assert "Affected side" not in Page(render(made)).text
    left = Page(render(replace(made, affected="left")))
    assert "Affected side: left." in left.text


def test_movement_has_its_plot_and_its_table() -> None:
    page = Page(render(smiling()))
    assert any("Movement from rest, mm. Smile: right 8.0" in each for each in page.spoken)
    assert "All movements" in page.text
    assert "0.50" in page.text  # the weaker side over the stronger one


def test_notes_are_numbered_and_in_their_place() -> None:
    diary = (
        DiaryNote(date(2026, 3, 4), "heavy in the morning", "heaviness", "right"),
        DiaryNote(date(2026, 3, 9), "a colleague asked"),
        DiaryNote(None, "undated"),
    )
    page = Page(render(replace(series(3), notes=diary)))
    notes = page.text.partition("Notes")[2]
    assert (
        "1 3 2026-03-04 heaviness, right: heavy in the morning 2 8 2026-03-09 a colleague asked"
        in notes
    )
    assert "3 – undated" in notes


# Pictures and plots


def test_everything_shown_is_told_with_its_numbers(drooped: tuple[str, Path]) -> None:
    page = Page(drooped[0])
    assert all(page.spoken)
    assert len(page.spoken) == len(page.found("svg")) + len(page.found("img"))
    told = " ".join(page.spoken)
    assert "Face on day 0, at rest. right brow 3.4 mm lower; upper lids level" in told
    assert "day −10: 0.0 mm, day 0: −3.4 mm" in told
    assert (
        "The face on day 10, coloured where it differs from its mirror image; at most 1.0 mm."
        in told
    )
    assert "coloured where it differs from baseline; at most" in told
    assert "The right side of the face on day 10 and its mirror image." in told
    assert all(attrs["role"] == "img" for attrs in page.found("svg"))
    assert page.found("input")[0]["aria-label"] == "Fade from day 0 to day 10"


def test_pictures_of_moments_strip_and_every_photo(drooped: tuple[str, Path]) -> None:
    page = Page(drooped[0])
    # Two moments, each as measured, in halves and against the mirror, one against before; side by side;
    # the strip of three days; as many in the sheet; a card for each photo. The slider has none of its own.
    assert len(page.found("image")) == 2 * 4 + 1 + 2 + 3 + 3 + 3
    assert len(page.found("use")) == 2
    names = {attrs["id"] for attrs in page.found("image") if "id" in attrs}
    assert {attrs["href"].removeprefix("#") for attrs in page.found("use")} <= names
    without = Page(render(series(3, brow_right_mm=[0, -3.4, -1])))
    assert without.found("image") == []
    assert "No photo is available, so there are no pictures." in without.text


# Things it must not do


def test_nothing_points_outside_the_file(drooped: tuple[str, Path]) -> None:
    text, _ = drooped
    page = Page(text)
    assert page.addresses
    assert [each[:40] for each in page.addresses if not each.startswith(("data:image/", "#"))] == []
    assert (
        page.found("link") == page.found("iframe") == page.found("base") == page.found("form") == []
    )
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))
    for plot in page.plots:
        assert all(each.startswith("#") for each in re.findall(r'href="([^"]*)"', plot))


def test_the_page_allows_its_own_script_only(drooped: tuple[str, Path]) -> None:
    text, _ = drooped
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [
        m["content"]
        for m in Page(text).found("meta")
        if m.get("http-equiv") == "Content-Security-Policy"
    ]
    assert f"script-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_the_page_is_valid(drooped: tuple[str, Path]) -> None:
    html5lib.HTMLParser(strict=True).parse(drooped[0])
    with pytest.raises(html5lib.html5parser.ParseError):
        html5lib.HTMLParser(strict=True).parse(drooped[0].replace("</main>", "</section>"))
    page = Page(drooped[0])
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert max(ids.values()) == 1
    named = {name for _, attrs in page.tags for name in attrs.get("aria-labelledby", "").split()}
    assert named <= set(ids)
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert max(np.diff(levels)) == 1  # no heading skips a level


def test_no_tags_and_no_paths_come_along(drooped: tuple[str, Path]) -> None:
    text, folder = drooped
    assert str(folder) not in text
    assert b"SERIAL" in next(folder.iterdir()).read_bytes()
    pictures = Page(text).pictures
    assert pictures
    for picture in pictures:
        assert not Image.open(io.BytesIO(picture)).getexif()
        assert b"SERIAL" not in picture
        assert b"Jane" not in picture


def test_folders_are_left_out_of_names() -> None:
    names = ["/home/jane doe/2026/rest.jpg", "C:\\Users\\jane\\b.jpg", "jane/c.jpg"]
    made = dated(face(3), [0, 1, 2], names)
    notes = note_array([["ok"], [], [Note("same_file", photo=names[0])]])
    made = replace(made, notes=notes, status=np.array(["ok", "ok", "rejected"]))
    text = render(Series.from_landmarks(made, expression=["rest"] * 3))
    assert "jane" not in text
    assert "rest.jpg" in text
    assert "the same photo as rest.jpg" in text


def test_a_pseudonym_stands_for_names_of_photos() -> None:
    made = dated(face(3), [0, 1, 2], ["jane 1.jpg", "jane 2.jpg", "jane 3.jpg"])
    made = replace(
        made,
        status=np.array(["ok", "ok", "rejected"]),
        notes=note_array([[], [], [Note("same_file", photo="jane 1.jpg")]]),
    )
    text = render(Series.from_landmarks(made, expression=["rest"] * 3), pseudonym="P-17 <b>")
    assert "jane" not in text
    page = Page(text)
    assert "P-17 <b>" in page.text
    assert "Photo 3 : the same photo as Photo 1" in page.text


def left_and_named(tmp_path: Path) -> Series:
    """Photos of jane, of whom the manifest and files that are not read say more."""
    made = dated(face(4), [0, 1, 2, 3], ["jane 1.jpg", "jane 2.jpg", "jane 3.jpg", "jame 1.jpg"])
    other = Note("another_subject", subject="Aunt jane")
    near = Note("only_in_manifest_near", near="jane 1.jpg")
    status = np.array(["ok", "ok", "rejected", "unreadable"])
    made = replace(made, status=status, notes=note_array([[], [], [other], [near]]))
    left = [
        Leftover(tmp_path / "jane" / "jane.mov", Note("is_video")),
        Leftover(tmp_path / "jane.zip", Note("is_packed")),
    ]
    return Series.from_landmarks(made, expression=["rest"] * 4, folder=tmp_path, leftovers=left)


def test_a_pseudonym_stands_for_files_that_are_not_read_and_for_persons(tmp_path: Path) -> None:
    text = render(left_and_named(tmp_path), pseudonym="P-17")
    assert "jane" not in text
    told = Page(text).text
    assert "File 1 no this is a video" in told
    assert "File 2 no this is a packed folder" in told
    assert "the manifest says that it shows …" in told
    assert "Photo 1 has nearly the same name" in told


def test_files_that_are_not_read_are_named_without_folders(tmp_path: Path) -> None:
    told = Page(render(left_and_named(tmp_path))).text
    assert "jane.mov no this is a video" in told
    assert "jane/jane.mov" not in told
    assert "it shows Aunt jane" in told


def test_without_photos_no_face_is_in_it(tmp_path: Path) -> None:
    page = Page(render(series(3, tmp_path, brow_right_mm=[0, -3, 0]), photos=False))
    assert page.found("image") == page.found("svg") == []
    assert "Photo by photo" not in page.text
    assert "All measurements" in page.text


HOSTILE = [
    "<script>alert(1)<|script>.jpg",
    '"><img src=x onerror=alert(1)>.jpg',
    "' onload='alert(1).jpg",
    "{{ 7 * 7 }}{% raw %}.jpg",
    "\u202egpj.exe\U0001f600.jpg",
    "x" * 300 + ".jpg",
    "\udcff.jpg",
]


def test_hostile_names_reasons_and_notes_are_only_text() -> None:
    n = len(HOSTILE)
    made = dated(face(2 * n), list(range(2 * n)), HOSTILE + [f"2{name}" for name in HOSTILE])
    status = np.array(["warn"] * n + ["unreadable"] * n)
    made = replace(made, notes=note_array([[name] for name in made.photo.tolist()]), status=status)
    notes = tuple(DiaryNote(date(2026, 3, 2), f"note {name}", f"about {name}") for name in HOSTILE)
    text = render(
        Series.from_landmarks(made, notes=notes, expression=["rest"] * (2 * n)), pseudonym=""
    )
    page = Page(text)
    assert len(page.found("script")) == 1
    assert text.count("<script") == 1
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "x" not in page.addresses
    words = "".join(page.words)
    for name in HOSTILE:
        assert words.count(f"about {name}: note {name}") == 1
        assert (
            words.count(f"2{name}") == 2
        )  # the name and the reason of a photo that was not measured
        assert (
            words.count(name) == 2 + 2 + 3
        )  # and of one that was: its table's row, its name and its remark
