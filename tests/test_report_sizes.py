"""The report as it is laid out: by a real browser on a phone, in the dark, and by the engine of PDFs."""

from __future__ import annotations

import html
import json
import logging
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from asymmetry import Series
from asymmetry.core.text import Text
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.report.plots.days import draw_days
from asymmetry.report.plots.dots import draw_dots, summary_dots
from asymmetry.report.plots.pairs import draw_pairs, movement_pairs
from asymmetry.report.plots.style import Setting
from asymmetry.synthetic import face
from tests.pages import TREATED_ON, dated, series, smiling

PHONE, SCREENS = (390, 844), 6
#: px of the smallest letters of a plot, and of the page's room for it on a phone.
SMALLEST, ROOM = 11.0, 358.0
FLAGS = (
    "--headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --virtual-time-budget=5000"
).split()
#: In the page: tells its sizes to the window around it, for a browser's own window is not so narrow.
MEASURE = """
<script>
addEventListener("load", function () {
  var style = getComputedStyle(document.body);
  var words = Array.from(document.querySelectorAll("main p, main li, main td, main th"));
  var seen = words.filter(function (each) { return each.offsetParent && each.textContent.trim(); });
  parent.postMessage(JSON.stringify({
    details: document.querySelector("details").getBoundingClientRect().top + scrollY,
    width: document.documentElement.scrollWidth,
    paper: style.backgroundColor,
    ink: style.color,
    letters: Math.min(...seen.map(function (each) { return parseFloat(getComputedStyle(each).fontSize); }))
  }), "*");
});
</script>
"""
WINDOW = """<!DOCTYPE html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<script>addEventListener("message", function (said) {{ document.body.dataset.sizes = said.data; }});</script>
<body style="margin: 0"><iframe src="{page}" width="{width}" height="{height}" style="border: 0"></iframe>"""


def every_expression(folder: Path | None = None) -> Series:
    """Six visits of eight expressions: a side that hardly moves at first, and of which some is regained."""
    labels = ["rest", *MOVEMENT_HEADLINES]
    days = np.repeat([0, 14, 42, 84, 140, 200], len(labels))
    share = np.repeat([0.0, 0.05, 0.2, 0.4, 0.6, 0.7], len(labels))
    n = len(days)
    brow = np.isin(np.tile(labels, 6), ["brow_raise"]) * 4.0
    mouth = np.isin(np.tile(labels, 6), ["smile_open", "smile_closed", "pucker"]) * 5.0
    made = face(
        n,
        px_per_mm=1.5,
        brow_left_mm=brow,
        brow_right_mm=share * brow,
        mouth_corner_left_mm=mouth,
        mouth_corner_right_mm=share * mouth,
    )
    made = dated(made, days.tolist())
    if folder is not None:
        from PIL import Image

        for name, size in zip(made.photo, made.size, strict=True):
            Image.new("RGB", tuple(size.tolist()), "grey").save(folder / str(name))
    return Series.from_landmarks(
        made, treated_on=TREATED_ON, affected="right", folder=folder, expression=labels * 6
    )


def sizes(chromium: str, page: Path, profile: Path, *flags: str) -> dict[str, Any]:
    """The page's sizes on a phone; its policy makes room for the script that measures them."""
    text = page.read_text(encoding="utf-8")
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text)
    page.write_text(text.replace("</head>", f"{MEASURE}</head>"), encoding="utf-8")
    window = page.with_name("window.html")
    window.write_text(
        WINDOW.format(page=page.name, width=PHONE[0], height=PHONE[1]), encoding="utf-8"
    )
    run = [chromium, *FLAGS, *flags, f"--user-data-dir={profile}", "--dump-dom", window.as_uri()]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    (found,) = re.findall(r'data-sizes="([^"]*)"', done.stdout)
    measured: dict[str, Any] = json.loads(html.unescape(found))
    return measured


# On a phone


def test_a_phone_shows_what_matters_on_six_screens(chromium: str, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    page = every_expression(tmp_path / "photos").report(tmp_path / "r.html")
    found = sizes(chromium, page, tmp_path / "profile")
    assert 0 < found["details"] <= SCREENS * PHONE[1]
    assert found["width"] == PHONE[0]  # nothing sticks out
    assert found["letters"] >= SMALLEST


def test_the_page_is_dark_where_that_is_asked_for(chromium: str, tmp_path: Path) -> None:
    page = series(3).report(tmp_path / "r.html")
    light = sizes(chromium, page, tmp_path / "profile")
    dark = sizes(chromium, page, tmp_path / "dark", "--blink-settings=preferredColorScheme=0")
    assert brightness(light["paper"]) > 0.9
    assert brightness(light["ink"]) < 0.2
    assert brightness(dark["paper"]) < 0.1
    assert brightness(dark["ink"]) > 0.8


def brightness(colour: str) -> float:
    return sum(map(int, re.findall(r"\d+", colour)[:3])) / (3 * 255)


def test_letters_of_plots_are_large_enough_on_a_phone() -> None:
    from matplotlib.text import Text as Drawn

    made, setting = smiling(), Setting(Text.load(), treated=True, noted=(0.0, 3.0))
    figures = [draw_days(each, setting) for each in made.followed]
    figures.append(draw_dots(summary_dots(made.followed, made.changes()), setting, "baseline"))
    figures.append(draw_pairs(movement_pairs(made.followed, made.changes()), setting))
    for figure in figures:
        shrunk = min(1.0, ROOM / (96 * figure.get_figwidth()))
        letters = [each for each in figure.findobj(Drawn) if each.get_text() and each.get_visible()]
        assert min(each.get_fontsize() for each in letters) * 96 / 72 * shrunk >= SMALLEST


# On paper


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize(("paper", "audience"), [("Letter", "both"), ("A4", "clinic")])
def test_the_sheet_is_on_one_landscape_page(paper: str, audience: Any, tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    (tmp_path / "photos").mkdir()
    made = every_expression(tmp_path / "photos")
    target = made.report(tmp_path / "r.pdf", paper=paper, audience=audience, pseudonym="P-17")
    document = pypdfium2.PdfDocument(target)
    texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    turned = [i for i in range(len(document)) if np.greater(*document.get_page_size(i))]
    assert len(turned) == 1
    sheet = texts[turned[0]]
    assert "Sheet for the clinic" in sheet
    assert "Pucker" in sheet
    assert "In millimetres unless another unit is given" in sheet
    assert turned == [0] or audience == "both"
    for number, text in enumerate(texts, 1):
        assert f"page {number} of {len(document)}" in text
        assert "P-17" in text
        assert "2026-03-01 to 2026-09-17" in text
    document.close()


@pytest.mark.usefixtures("pango")
def test_no_card_is_split_over_pages(tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    (tmp_path / "photos").mkdir()
    made = series(23, tmp_path / "photos", brow_right_mm=np.linspace(0, -4, 23))
    target = made.report(tmp_path / "r.pdf", audience="patient", pseudonym="P-17")
    document, found = pypdfium2.PdfDocument(target), 0
    for page in document:
        text = " ".join(page.get_textpage().get_text_bounded().split())
        names, days = (
            re.findall(r"Photo \d+", text),
            re.findall(r"day [−\d]+ 2026-\d\d-\d\d at rest", text),
        )
        assert len(names) == len(days)  # a card's last line and its first
        found += len(names)
    assert found == len(made)
    document.close()


@pytest.mark.usefixtures("pango")
def test_letters_that_no_font_has_are_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        series(1).report(tmp_path / "plain.pdf", pseudonym="P-17")
    assert own(caplog) == []
    with caplog.at_level(logging.WARNING):
        series(1).report(tmp_path / "r.pdf", pseudonym="\U0001e900 \U00012000")
    (said,) = own(caplog)
    assert "U+1E900" in said
    assert "U+12000" in said
    assert "r.pdf" in said


def own(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Warnings of this library, without those of the engine."""
    return [each.getMessage() for each in caplog.records if each.name.startswith("asymmetry")]
