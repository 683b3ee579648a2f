"""Bruises over days: put together by place, followed, told, and drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry import Series
from asymmetry.core.text import Text, english_text
from asymmetry.report.moments import choose_stories
from asymmetry.report.page import render
from asymmetry.report.plots.skin import describe_bruise, draw_bruise, draw_bruise_maps
from asymmetry.report.plots.style import Setting
from asymmetry.series.history import History
from asymmetry.series.sheet_rows import make_sheet
from asymmetry.series.skin import SkinDays, is_bruise
from asymmetry.series.skin_rules import SKIN_RULES
from asymmetry.synthetic import face
from asymmetry.terminal import change_lines
from asymmetry.tissue.bruises import Bruises
from asymmetry.tissue.days import BruiseCourse, _split_episodes, follow_bruises
from asymmetry.tissue.density import Density, load_grid
from asymmetry.tissue.patches import Patch

DAY = np.array([0.0, 1, 3, 6, 10, 14, 16])
AREA = np.array([100.0, 150, 200, 200, 180, 0, 0])
DEPTH = np.array([10.0, 9, 8, 6, 3, 0.2, -0.1])


def course(**known: object) -> BruiseCourse:
    """A bruise that grows, fades and is gone on day 14."""
    shape = load_grid().skin.shape
    mask = np.zeros(shape, bool)
    mask[40:52, 40:52] = True
    usual = {
        "side": "left",
        "region": "cheek",
        "day": DAY,
        "found": DEPTH > 2,
        "area_mm2": AREA,
        "area_sd_mm2": 0.1 * AREA,
        "depth_de": DEPTH,
        "depth_sd_de": np.full(len(DAY), 0.5),
        "hue": ("red-purple", "blue", "blue", "green", "yellow-brown", "", ""),
        "reach_mm": np.where(DEPTH > 2, 12.0, np.nan),
        "against": "baseline",
        "mask": mask,
        "masks": (DEPTH > 2)[:, None, None] & mask,
        "mm_per_cm": 10.0,
        "evidence": np.zeros((len(DAY), *shape), np.float32),
    }
    return BruiseCourse(**(usual | known))  # type: ignore[arg-type]


def skin(*courses: BruiseCourse, baseline: str = "before.jpg") -> SkinDays:
    names = tuple(f"{day:g}.jpg" for day in DAY)
    return SkinDays(DAY, names, "rest", courses, baseline=baseline)


def series(*courses: BruiseCourse) -> History:
    days = np.array([f"2026-03-{9 + int(day):02d}" for day in DAY])
    points = replace(face(len(DAY)), taken=days)
    names = [f"{day:g}.jpg" for day in DAY]
    made = History.from_landmarks(replace(points, photo=np.array(names)), treated_on="2026-03-09")
    return replace(made, skin_days=skin(*courses))


def test_times_of_a_course() -> None:
    made = course()
    assert (made.first_day, made.last_day, made.gone_by) == (0, 10, 14)
    assert made.day[made.largest] == 3
    assert made.fades
    lasting = course(area_mm2=np.full(len(DAY), 150.0), depth_de=np.full(len(DAY), 6.0))
    assert np.isnan(lasting.gone_by)
    assert not lasting.fades


def test_a_day_on_which_its_place_is_not_seen_is_no_day_without_it() -> None:
    unseen = np.where(DAY == 14, np.nan, DEPTH)
    made = course(depth_de=unseen, area_mm2=np.where(DAY == 14, np.nan, AREA))
    assert made.gone_by == 16


@pytest.mark.parametrize(
    ("against", "depth", "known"),
    [
        ("baseline", DEPTH, True),
        ("mirror", DEPTH, True),
        ("mirror", np.full(len(DAY), 6.0), False),
        ("baseline", np.full(len(DAY), 6.0), True),
    ],
)
def test_a_mark_that_never_fades_is_no_bruise(
    against: str, depth: np.ndarray, known: bool | None
) -> None:
    area = np.where(depth > 2, 150.0, 0)
    made = course(against=against, depth_de=depth, area_mm2=area, found=depth > 2)
    assert is_bruise(made) is known


def test_in_the_first_days_a_mark_and_a_bruise_look_alike() -> None:
    few = slice(0, 3)
    arrays = {
        name: getattr(course(), name)[few]
        for name in "day found area_mm2 area_sd_mm2 depth_sd_de hue reach_mm evidence".split()
    }
    made = course(**arrays, depth_de=np.full(3, 6.0), against="mirror")
    assert is_bruise(made) is None
    finding = skin(made, baseline="").findings[0]
    assert finding.note.code == "found_mark"
    assert [each.code for each in finding.notes] == ["bruise_by_mirror"]


@pytest.mark.parametrize(("days", "told"), [(1, ["bruise_of_one_day"]), (2, [])])
def test_a_bruise_that_was_found_on_one_day_only_is_doubted(days: int, told: list[str]) -> None:
    found = np.arange(len(DAY)) < days
    (finding,) = series(course(found=found)).findings
    assert [each.code for each in finding.notes] == told


def test_the_finding_says_side_place_size_and_days() -> None:
    (finding,) = series(course()).findings
    assert (finding.kind, finding.part, finding.side) == ("bruise", "cheek", "left")
    assert finding.words == (
        "Bruise on the left cheek: 200 mm² on day 3 (± 39), last seen on day 10, gone by day 14."
    )
    assert finding.passed
    assert finding.photos == (("before.jpg",), ("3.jpg",), ("16.jpg",))


def test_findings_without_skin_are_those_of_before() -> None:
    made = series(course())
    assert replace(made, skin_days=None).findings == ()


def remarks_of(made: SkinDays) -> list[str]:
    return [each.code for each in made.remarks]


def test_what_was_not_found_and_what_could_not_be_judged_is_said() -> None:
    mark = course(against="mirror", depth_de=np.full(len(DAY), 6.0), found=np.full(len(DAY), True))
    assert remarks_of(skin(mark, baseline="")) == ["mark_of_skin", "swelling_without_baseline"]
    none = replace(skin(), unseen=("jaw",))
    assert remarks_of(none) == ["no_bruise_found", "skin_never_seen", "swelling_never_measured"]
    shift = (np.zeros((2, 4, 4), np.float32), None, *[None] * 5)
    assert remarks_of(replace(none, swelling_maps=shift))[2] == "no_swelling_found"
    assert remarks_of(skin(course())) == ["swelling_never_measured"]
    by_mirror = ["no_bruise_by_mirror", "swelling_without_baseline"]
    assert remarks_of(skin(baseline="")) == by_mirror
    nothing = SkinDays(np.empty(0), (), "rest", ())
    assert remarks_of(nothing) == ["skin_not_judged"]
    assert "jaw" in none.remarks[1].words(english_text())


def test_the_terminal_and_the_report_say_so_too() -> None:
    known = replace(skin(), unseen=("jaw", "chin"))
    made = replace(Series.from_landmarks(face(len(DAY))), skin_days=known)
    told = " ".join(each.strip() for each in change_lines(made))
    page = render(made, photos=False)
    for words in (each.words(english_text()) for each in known.remarks):
        assert words in told
        assert words in page
    assert "lower row" not in page


def rules_of(*courses: BruiseCourse) -> list[str]:
    found = series(*courses).concerns(SKIN_RULES)
    return [each.note.code for each in found]


def test_rules() -> None:
    assert rules_of(course()) == []
    lasting = np.full(len(DAY), 150.0)
    deep = np.array([10.0, 9, 8, 7, 6, 5, 5])
    stays = course(area_mm2=lasting, depth_de=deep, found=np.full(len(DAY), True))
    assert rules_of(stays) == ["bruise_stays"]
    grown = np.where(DAY == 10, 400.0, AREA)
    assert rules_of(course(area_mm2=grown, area_sd_mm2=0.1 * grown)) == ["bruise_grew"]
    far = np.where(DAY == 6, 40.0, np.where(DEPTH > 2, 12.0, np.nan))
    assert rules_of(course(reach_mm=far)) == ["bruise_spread"]


def test_a_bruise_that_no_photo_shows_to_grow_after_the_third_day_is_not_told() -> None:
    """Photos of day 0, 6 and 10 alone: it may have reached the size of day 6 by day 3."""
    found = np.isin(DAY, [0, 6, 10])
    for area, codes in (
        ([100, 0, 0, 250, 250, 0, 0], []),
        ([100, 0, 0, 50, 90, 0, 0], []),
        ([100, 0, 0, 150, 300, 0, 0], ["bruise_grew"]),
    ):
        sizes = np.array(area, dtype=float)
        known = {"area_mm2": sizes, "area_sd_mm2": 0.1 * sizes, "found": found}
        assert rules_of(course(**known)) == codes


def test_the_sheet_has_a_row_of_areas() -> None:
    rows = {row.part: row for row in make_sheet(series(course())).rows}
    assert [cell.left for cell in rows["bruise_area"].cells] == AREA.tolist()
    assert {cell.right for cell in rows["bruise_area"].cells} == {0.0}
    assert "bruise_area" not in {
        row.part for row in make_sheet(replace(series(), skin_days=None)).rows
    }


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("photos", [True, False])
def test_report(language: str, photos: bool) -> None:
    pytest.importorskip("matplotlib")
    page = render(series(course()), language=language, photos=photos)
    assert 'aria-labelledby="skin"' in page
    assert "200 mm²" in page
    assert (
        page.count('class="plot true-colours"') == 2
    )  # a dark page turns other plots' colours over
    assert 'aria-labelledby="skin"' not in render(replace(series(), skin_days=None))


def test_plots_have_all_days_and_hues_in_words() -> None:
    pytest.importorskip("matplotlib")
    setting = Setting(Text.load("en"), treated=True)
    words = describe_bruise(course(), setting)
    assert words.startswith("day 0: 100 mm², red to purple")
    assert words.endswith("day 16: 0 mm², no bruise")
    drawn = draw_bruise(course(), setting)
    assert [each.get_label() for each in drawn.axes[0].lines[1:]] == [
        "red to purple",
        "blue",
        "green",
        "yellow to brown",
    ]
    maps = draw_bruise_maps(course(), skin(course()), setting)
    assert sum(bool(axes.images) for axes in maps.axes) == len(DAY)


def density(shape: tuple[int, int]) -> Density:
    """Even skin without grain."""
    ones = np.ones((2, *shape), np.float32)
    value = np.repeat(ones[..., None], 3, axis=-1)
    return Density(value, ones > 0, ones, ones)


def patch(row: int, *, side: str = "left", strength: float = 2.0, half: int = 6) -> Patch:
    mask = np.zeros(load_grid().skin.shape, bool)
    mask[row - half : row + half, 40:52] = True
    parts = np.zeros(10)
    parts[6] = mask.sum()
    area = float(mask.sum())
    sizes = {"area_mm2": area, "area_sd_mm2": 5.0, "depth_de": 8.0, "depth_p95_de": 9.0}
    place = {"depth_sd_de": 1.0, "hue": "blue", "out_mm": 40.0, "up_mm": 0.0}
    step = np.array([0.1, 0.1, 0.0])
    arrays = {"mask": mask, "step": step, "parts": parts}
    known: dict[str, object] = {"side": side, "region": "cheek", "strength": strength}
    return Patch(**known, **sizes, **place, **arrays)  # type: ignore[arg-type]


def followed(
    *by_day: tuple[Patch, ...], days: tuple[float, ...] = (0, 1, 2)
) -> tuple[BruiseCourse, ...]:
    shape = load_grid().skin.shape
    seen = np.ones((2, *shape), bool)
    even = density(shape)
    found = [Bruises(each, seen, np.zeros(seen.shape, np.float32), "baseline") for each in by_day]
    return follow_bruises(days[: len(by_day)], [(even, each) for each in found], even)


def test_patches_that_touch_are_one_bruise_on_all_days() -> None:
    core, rim = patch(40), patch(53)
    (made,) = followed((core, rim), (core,), ())
    assert made.area_mm2.tolist() == [288, 144, 0]
    assert made.gone_by == 2


def test_a_bruise_that_sank_is_read_where_it_was_on_the_nearest_day() -> None:
    """It is largest on day 0, sinks by 12 mm a day, and on day 3 it is faint, at the place of day 2."""
    shape = load_grid().skin.shape
    even, faint = density(shape), density(shape)
    for each in (even, faint):
        each.value[..., 1:] = 0.0  # grey skin: in another colour steps would be far larger
    where = 40, 52, 64
    by_day = [(patch(where[0], half=7),), (patch(where[1]),), (patch(where[2]),), (), ()]
    faint.value[1, by_day[2][0].mask] += np.array([0.1, 0.15, 0.0], np.float32)
    seen = np.ones((2, *shape), bool)
    found = [Bruises(each, seen, np.zeros(seen.shape, np.float32), "baseline") for each in by_day]
    photos = list(zip([even, even, even, faint, even], found, strict=True))
    (made,) = follow_bruises(range(5), photos, even)
    assert (made.last_day, made.gone_by) == (3, 4)
    assert made.area_mm2[3] == pytest.approx(made.area_mm2[2], rel=0.2)


def test_patches_apart_or_of_the_other_side_are_two() -> None:
    assert len(followed((patch(40),), (patch(80),), (patch(40), patch(80)))) == 2
    sides = followed((patch(40), patch(40, side="right")), (patch(40), patch(40, side="right")))
    assert sorted(each.side for each in sides) == ["left", "right"]


def test_a_patch_of_one_day_among_several_is_none_if_it_is_faint_or_the_next_day_has_none() -> None:
    assert followed((patch(40, strength=1.6),), ()) == ()
    assert followed((), (patch(40, strength=1.2),)) == ()
    assert len(followed((patch(40, strength=1.2),))) == 1
    assert len(followed((patch(40, strength=1.2),), (patch(41, strength=1.2),))) == 1
    assert len(followed((), (patch(40, strength=1.6),))) == 1
    assert len(followed((patch(40, strength=1.6),), (), days=(0, 5))) == 1


def test_the_picture_of_before_shows_the_skin_before_the_bruise() -> None:
    days = np.array([-2.0, *DAY[:-1]])
    later = course(day=days, found=np.roll(DEPTH > 2, 1) & (days >= 0))
    dates = [str(np.datetime64("2026-03-09") + np.timedelta64(int(day), "D")) for day in days]
    points = replace(face(len(days)), taken=np.array(dates))
    made = History.from_landmarks(points, treated_on="2026-03-09")
    names = tuple(points.photo.tolist())
    known = SkinDays(days, names, made.usual, (later,), baseline=names[0])
    made = replace(made, skin_days=known)
    (story,) = choose_stories(made)
    first = story.moments[0]
    assert (first.kind, first.day) == ("before", -2)


def twice() -> BruiseCourse:
    """A place with a bruise from day 1 on, and another one on day 121."""
    day = np.array([1.0, 3, 10, 60, 120, 121])
    found = np.array([True, True, False, False, False, True])
    depth = np.array([8.0, 7, 0.1, 0.0, 0.1, 9])
    return course(
        day=day,
        found=found,
        depth_de=depth,
        depth_sd_de=np.full(6, 0.5),
        area_mm2=np.where(found, [100.0, 200, 0, 0, 0, 280], 0),
        area_sd_mm2=np.full(6, 10.0),
        hue=("blue", "blue", "", "", "", "red-purple"),
        reach_mm=np.where(found, 12.0, np.nan),
        masks=found[:, None, None] & course().mask,
        evidence=np.zeros((6, *load_grid().skin.shape), np.float32),
    )


def test_a_bruise_that_had_gone_and_came_again_is_another_one() -> None:
    first, second = _split_episodes(twice())
    assert (first.first_day, first.last_day, first.gone_by) == (1, 3, 10)
    assert (second.first_day, second.last_day) == (121, 121)
    assert (first.area_mm2 + second.area_mm2).tolist() == twice().area_mm2.tolist()
    assert len(_split_episodes(course())) == 1


@pytest.mark.parametrize(
    ("hue", "day", "episodes"),
    [("yellow-brown", 14.0, 1), ("green", 14.0, 1), ("blue", 14.0, 2), ("yellow-brown", 18.0, 2)],
)
def test_a_bruise_that_was_covered_is_the_same_one(hue: str, day: float, episodes: int) -> None:
    """Bruises begin red or blue: a yellow one where one was last seen ten days before is that one."""
    days = np.array([1.0, 3, 6, 9, day, 121])
    hues = ("red-purple", "blue", "", "", hue, "")
    found = np.array([True, True, False, False, True, False])
    area = np.where(found, 100.0, 0.0)
    hidden = replace(twice(), day=days, hue=hues, found=found, area_mm2=area)
    assert len(_split_episodes(hidden)) == episodes


def test_each_of_two_bruises_at_one_place_is_drawn_on_its_own_days() -> None:
    """The other one's days would show a bruise there, beside a sentence that it is gone."""
    pytest.importorskip("matplotlib")
    setting = Setting(Text.load("en"), treated=True)
    for own, days in zip(_split_episodes(twice()), ([1, 3, 10, 60, 120], [121]), strict=True):
        line = draw_bruise(own, setting).axes[0].lines[0]
        assert np.asarray(line.get_xdata()).tolist() == days
        assert describe_bruise(own, setting).count("mm²") == len(days)
        maps = draw_bruise_maps(own, skin(own), setting, photos=False)
        assert sum(bool(axes.images) for axes in maps.axes[:-1]) == len(days)


def test_of_a_bruise_that_is_gone_no_later_photos_are_missed() -> None:
    later = np.where(DAY > 14, np.nan, DEPTH)
    page = render(series(course(depth_de=later)), photos=False)
    assert "by day 14 it was gone" in page
    assert "latest photos that show this" not in page
    there = np.where(DAY > 10, np.nan, DEPTH)
    unseen = np.where(DAY > 10, np.nan, AREA)
    page = render(series(course(depth_de=there, area_mm2=unseen)), photos=False)
    assert "The latest photos that show this are of day 10" in page


def test_a_mark_that_was_not_seen_lately_is_not_one_that_never_faded() -> None:
    unseen = np.array([10.0, 9, *[np.nan] * 5])
    found = np.array([True, True, *[False] * 5])
    seen_early = course(
        against="mirror", found=found, depth_de=unseen, area_mm2=np.where(found, AREA, np.nan)
    )
    assert is_bruise(seen_early) is None
