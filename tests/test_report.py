"""The page: what it says, what it draws, and that nothing in it points outside or does harm."""

from __future__ import annotations

import base64
import io
import re
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asymmetry import Landmarks, Series
from asymmetry.core.frame import face_frame
from asymmetry.core.schemes import SIDES
from asymmetry.errors import MissingExtraError
from asymmetry.report import render
from asymmetry.report.charts import chart, course, svg
from asymmetry.report.overlay import Crop, face_crop, overlay
from asymmetry.series import HEADLINES
from asymmetry.synthetic import face

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
POINTING = frozenset("href src srcset action data poster xlink:href formaction background cite".split())


class Page(HTMLParser):
    """Parses a page, checks that its tags nest, and collects what tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def found(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]


def dated(landmarks: Landmarks, days: list[int], names: list[str] | None = None) -> Landmarks:
    """Faces with a name and a date each: day 0 is 2026-03-01."""
    taken = [str(np.datetime64("2026-03-01") + day) for day in days]
    photo = names or [f"{number} {day}.jpg" for number, day in enumerate(taken)]
    return replace(landmarks, photo=np.array(photo), taken=np.array(taken))


def series(
    n: int = 3, folder: Path | None = None, treated_on: str | None = "2026-03-01", **face_: Any
) -> Series:
    """Made faces ten days apart, with a grey photo for each where a folder is given."""
    made = dated(face(n, px_per_mm=1.5, **face_), [10 * i - 10 for i in range(n)])
    if folder is not None:
        for name, size in zip(made.photo, made.size, strict=True):
            Image.new("RGB", tuple(size.tolist()), "grey").save(folder / str(name), exif=telling_exif())
    return Series.from_landmarks(made, treated_on=treated_on, folder=folder)


def telling_exif() -> Image.Exif:
    """Tags that must not reach the page: a place, a camera's serial number, a name."""
    tags = Image.Exif()
    tags[0x010E] = "Jane Doe"
    tags.get_ifd(0x8825)[1] = "N"
    tags.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
    return tags


def addresses(page: Page) -> list[str]:
    return [value for _, attrs in page.tags for name, value in attrs.items() if name in POINTING]


def pictures(page: Page) -> list[bytes]:
    found = [attrs["href"].partition(",")[2] for attrs in page.found("image")]
    return [base64.b64decode(each) for each in found]


@pytest.fixture(scope="module")
def drooped(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page of three photos, in the second of which the right brow is low; and their folder."""
    folder = tmp_path_factory.mktemp("photos")
    return render(series(3, folder, brow_right_mm=[0, -3.4, -1])), folder


# What the page holds


def test_a_metric_is_plotted_with_its_band() -> None:
    made = series(4, brow_right_mm=[0, -1, -2, -3])
    axes = made.plot("brow_height").axes[0]
    (line, *_) = axes.lines
    assert line.get_xydata() == pytest.approx(np.array([[-10, 0], [0, -1], [10, -2], [20, -3]]), abs=1e-3)
    assert axes.collections[0].get_datalim(axes.transData).y0 == pytest.approx(
        made.course("brow_height").low[-1]
    )
    assert axes.get_xlabel() == "days since treatment"


def test_page_says_first_what_changed_and_what_to_look_at() -> None:
    page = Page(render(series(6, brow_right_mm=[0, 0, 0, -3, -3, -3])))
    changed, rest = page.text.split("In short")
    assert (
        "What changed Day 40: right brow 3.0 mm lower than at baseline, against the left (beyond" in changed
    )
    assert "Within measurement error on the latest day: Upper lid (MRD1)" in changed
    assert "To be looked at right brow 3.0 mm lower than at baseline on day 40" in changed
    assert "In short" not in rest
    assert "To be looked at" not in Page(render(series(3))).text


def test_page_says_what_was_measured(drooped: tuple[str, Path]) -> None:
    page = Page(drooped[0])
    assert "3 photos, 2026-02-19 to 2026-03-11. Treatment on 2026-03-01" in page.text
    assert "right brow 3.4 mm lower day 0" in page.text
    assert "right brow 1.0 mm lower day 10" in page.text
    assert "A bystander would notice: right brow 3.4 mm lower." in page.text
    assert page.text.count("A bystander would notice:") == 1
    assert "not a medical device" in page.text
    assert len(page.found("image")) == 3
    assert len(page.found("img")) == len(HEADLINES)
    assert page.found("html") == [{"lang": "en"}]


def test_nothing_points_outside_the_file(drooped: tuple[str, Path]) -> None:
    text, _ = drooped
    page = Page(text)
    assert addresses(page)
    assert [each[:40] for each in addresses(page) if not each.startswith(("data:image/", "#"))] == []
    assert page.found("script") == page.found("link") == page.found("iframe") == []
    style = text[text.index("<style>") : text.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style
    assert not re.search(r"https?:|//[a-z]", re.sub(r"base64,[A-Za-z0-9+/=]+", "", text))


def test_charts_are_whole_svg_files_that_point_nowhere(drooped: tuple[str, Path]) -> None:
    images = Page(drooped[0]).found("img")
    for attrs in images:
        drawn = base64.b64decode(attrs["src"].partition(",")[2]).decode()
        assert drawn.rstrip().endswith("</svg>")
        assert all(each.startswith("#") for each in re.findall(r'href="([^"]*)"', drawn))


def test_pictures_carry_no_tags_and_no_paths(drooped: tuple[str, Path]) -> None:
    text, folder = drooped
    assert str(folder) not in text
    assert b"SERIAL" in next(folder.iterdir()).read_bytes()
    for picture in pictures(Page(text)):
        image = Image.open(io.BytesIO(picture))
        assert not image.getexif()
        assert max(image.size) <= 900
        assert b"SERIAL" not in picture
        assert b"Jane" not in picture


def test_everything_drawn_is_said(drooped: tuple[str, Path]) -> None:
    page = Page(drooped[0])
    said = [attrs.get("aria-label", "") for attrs in page.found("svg")]
    assert "2026-03-01" in said[1]
    assert "right brow 3.4 mm lower" in said[1]
    alts = [attrs["alt"] for attrs in page.found("img")]
    assert "day −10: 0.0 mm, day 0: −3.4 mm" in alts[0]
    assert all(attrs["role"] == "img" for attrs in page.found("svg"))


HOSTILE = [
    "<script>alert(1)</script>.jpg",
    '"><img src=x onerror=alert(1)>.jpg',
    "' onload='alert(1).jpg",
    "{{ 7 * 7 }}{% raw %}.jpg",
    "\u202egpj.exe\U0001f600.jpg",
    "x" * 300 + ".jpg",
    "\udcff.jpg",
]


def test_hostile_names_and_reasons_are_only_text() -> None:
    n = len(HOSTILE)
    made = dated(face(2 * n), list(range(2 * n)), HOSTILE + HOSTILE)
    status = np.array(["warn"] * n + ["unreadable"] * n)
    page = Page(render(Series.from_landmarks(replace(made, reason=made.photo, status=status))))
    assert page.found("script") == []
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "x" not in addresses(page)
    for name in HOSTILE:  # as the name and as the reason of a photo that was measured and of one that was not
        assert "".join(page.words).count(name) == 4


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    made = Series.from_landmarks(dated(face(1), [0], ["\udcff.jpg"]))
    assert "\\udcff.jpg" in made.report(tmp_path / "report.html").read_text(encoding="utf-8")


# Series of every kind


def test_one_photo(tmp_path: Path) -> None:
    page = Page(render(series(1, tmp_path)))
    assert "1 photo, 2026-02-19." in page.text
    assert len(page.found("img")) == len(HEADLINES)


def test_no_photo_could_be_measured() -> None:
    blank = Landmarks.blank(["a.jpg", "b.jpg"], status="no_face", reason="no face found")
    page = Page(render(Series.from_landmarks(blank)))
    assert page.found("img") == page.found("svg") == []
    assert "a.jpg : no face found" in page.text
    assert "Not measured" in page.text
    assert "No photo has a date" in page.text


def test_without_a_treatment() -> None:
    page = Page(render(series(2, treated_on=None)))
    assert "No treatment date was given; days are counted from the first photo." in page.text
    assert "over days since the first photo" in page.found("img")[0]["alt"]


def test_an_undated_photo_is_shown_but_not_charted() -> None:
    made = dated(face(2, brow_right_mm=[0, -5]), [0, 1])
    made = replace(made, taken=np.array(["2026-03-01", ""]))
    page = Page(render(Series.from_landmarks(made)))
    assert "No date" in page.text
    assert "5.0" not in page.found("img")[0]["alt"]


def test_photos_that_are_gone_are_told(tmp_path: Path) -> None:
    made = series(2, tmp_path)
    next(tmp_path.iterdir()).unlink()
    page = Page(render(made))
    assert len(page.found("image")) == 1
    assert "The photo is not at hand." in page.text


def test_a_mirrored_photo_is_shown_the_right_way_round(tmp_path: Path) -> None:
    made = face(1, px_per_mm=1.5)
    size = int(made.size[0, 0])
    pixels = np.zeros((size, size, 3), np.uint8)
    pixels[:, : size // 2] = 255  # white on the left of the file, so on the right of the turned photo
    Image.fromarray(pixels).save(tmp_path / "0.png")
    landmarks = replace(dated(made, [0], ["0.png"]), provenance={"mirrored": True})
    page = Page(render(Series.from_landmarks(landmarks, folder=tmp_path)))
    shown = np.asarray(Image.open(io.BytesIO(pictures(page)[0])).convert("L"))
    assert shown[10, 5] < 50
    assert shown[10, -5] > 200


@pytest.mark.parametrize("n", [40, 200])
def test_many_photos_stay_small(n: int, tmp_path: Path, portrait_path: Path) -> None:
    with Image.open(portrait_path) as image:
        image.resize((900, 1055)).save(tmp_path / "0.jpg", quality=95)
    made = face(n, px_per_mm=4)
    landmarks = dated(made, list(range(n)), ["0.jpg"] * n)
    assert len(render(Series.from_landmarks(landmarks, folder=tmp_path))) < 6_000_000


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = series(1)
    for module in ("jinja2", "matplotlib.figure"):
        with monkeypatch.context() as patch:
            patch.setitem(sys.modules, module, None)
            with pytest.raises(MissingExtraError, match=r"asymmetry\[report\]"):
                render(made)


# Charts


def test_chart_shows_the_table_s_numbers() -> None:
    made = series(4, brow_right_mm=[0, -3, -2, -1])
    shown = course(made.static, HEADLINES[0])
    assert shown.day.tolist() == [-10, 0, 10, 20]
    assert shown.diff == pytest.approx([0, -3, -2, -1], abs=1e-3)
    sides, difference = chart(shown, days_since="treatment", treated=True).axes
    drawn = {line.get_label(): line.get_ydata() for axes in (sides, difference) for line in axes.get_lines()}
    assert np.array_equal(drawn["patient's right"], made.static["brow_height_right_mm"])
    assert np.array_equal(drawn["patient's left"], made.static["brow_height_left_mm"])
    assert np.array_equal(drawn["difference"], made.static["brow_height_diff_mm"])
    assert difference.get_xlabel() == "days since treatment"
    low, high = difference.get_ylim()
    assert low == -high
    assert high > 3


def test_a_line_goes_through_the_mean_of_a_day() -> None:
    made = Series.from_landmarks(dated(face(3, brow_right_mm=[-1, -3, -4]), [0, 0, 5]))
    _, difference = chart(course(made.static, HEADLINES[0]), days_since="x", treated=False).axes
    means = [line.get_ydata() for line in difference.get_lines() if len(line.get_xdata()) == 2]
    assert any(np.allclose(values, [-2, -4], atol=1e-3) for values in means)


def test_a_chart_is_the_same_file_every_time_but_for_its_ids() -> None:
    shown = course(series(2).static, HEADLINES[0])
    first, second = (svg(chart(shown, days_since="x", treated=True)) for _ in range(2))
    assert len(first) == len(second)
    assert b"<dc:date>" not in first


# Overlays


def whole(landmarks: Landmarks) -> Crop:
    """A crop that is the whole photo, so that its px are the photo's."""
    width, height = landmarks.size[0].tolist()
    return Crop(b"", width, height, (0, 0), 1.0)


@pytest.mark.parametrize("roll", [0, 12, -30])
@pytest.mark.parametrize("lower", SIDES)
def test_drawn_height_differences_are_the_measured_ones(roll: float, lower: str) -> None:
    made = face(roll=roll, **{f"brow_{lower}_mm": -3.0, f"mouth_corner_{lower}_mm": -2.0})
    frame = face_frame(made)
    drawn = overlay(made, float(frame.roll[0]), whole(made))
    length = {gap.metric: np.hypot(gap.bar.x2 - gap.bar.x1, gap.bar.y2 - gap.bar.y1) for gap in drawn.gaps}
    mm = {metric: px * frame.mm_per_px[0] for metric, px in length.items()}
    assert mm == pytest.approx({"brow_height": 3.0, "commissure_height": 2.0}, abs=0.1)
    assert {gap.lower for gap in drawn.gaps} == {lower}


def test_the_patient_s_right_is_drawn_on_the_left() -> None:
    made = face()
    drawn = overlay(made, 0.0, whole(made))
    middle = float(made.size[0, 0]) / 2
    for contour in drawn.contours:
        assert (contour.points[:, 0].mean() < middle) == (contour.side == "right")
    assert drawn.irises[0].x < middle < drawn.irises[1].x


def test_what_was_not_seen_is_not_drawn() -> None:
    made = face()
    layout = made.layout
    hidden = (
        layout.right(layout.groups["iris"])
        + layout.left(layout.groups["iris"])
        + [layout.pairs["commissure"][0]]
    )
    points = made.points.copy()
    points[:, hidden] = np.nan
    drawn = overlay(replace(made, points=points), 0.0, whole(made))
    assert drawn.irises == ()
    assert len(drawn.guides) == 2  # through the canthi
    assert [gap.metric for gap in drawn.gaps] == ["brow_height"]
    assert all(np.isfinite(contour.points).all() for contour in drawn.contours)


def test_midline_and_level_follow_the_head() -> None:
    made = face(roll=20)
    drawn = overlay(made, float(face_frame(made).roll[0]), whole(made))
    across, along = drawn.guides
    level = np.degrees(np.arctan2(across.y1 - across.y2, across.x2 - across.x1))
    down = np.degrees(np.arctan2(along.x2 - along.x1, along.y2 - along.y1))
    assert (level, down) == pytest.approx((20, 20), abs=0.3)


def test_crop_holds_the_face_and_places_its_points() -> None:
    made = face(px_per_mm=4)
    width, height = made.size[0].tolist()
    crop = face_crop(np.zeros((2 * height, width, 3), np.uint8), made.points[0], 300)
    placed = crop.placed(made.points[0, :, :2])
    assert max(crop.width, crop.height) == 300
    assert placed.min() > 0
    assert (placed.max(axis=0) < (crop.width, crop.height)).all()
    assert Image.open(io.BytesIO(crop.jpeg)).size == (crop.width, crop.height)


def test_crop_enlarges_nothing_and_bears_a_face_at_the_edge() -> None:
    made = face(px_per_mm=1)
    points = made.points[0] - (150, 150, 0)
    crop = face_crop(np.zeros((100, 90, 3), np.uint8), points, 720)
    assert crop.zoom == 1.0
    assert crop.width <= 90
    assert crop.height <= 100
    unknown = face_crop(np.zeros((100, 90, 3), np.uint8), np.full((478, 3), np.nan), 720)
    assert (unknown.width, unknown.height) == (90, 100)
