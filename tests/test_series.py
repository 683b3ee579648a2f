"""A person's folder in order of time. No landmark model is needed: points are of faces with a known truth."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.stats import norm

from asymmetry import Landmarks, Measurements, Note, Series, measure
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.noticing import find_chance
from asymmetry.series import HEADLINES, Headline, notable
from asymmetry.series.scale import pooled_scale
from asymmetry.synthetic import face


@dataclass
class Reader:
    """Stands in for an extractor: one made face per photo; what is called ``bad`` can't be read."""

    brow_right_mm: dict[str, float] = field(default_factory=dict)
    closed: bool = False

    def extract(
        self,
        photos: Iterable[Any],
        *,
        progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
    ) -> Landmarks:
        rows = [self.row(Path(path)) for path in (progress(photos) if progress else photos)]
        return replace(Landmarks.concat(rows), provenance={"method": "made"})

    def row(self, path: Path) -> Landmarks:
        if "bad" in path.name:
            return Landmarks.blank([str(path)], status="unreadable", reason=Note("empty_file"))
        made = face(brow_right_mm=self.brow_right_mm.get(path.name, 0.0))
        return replace(made, photo=np.array([str(path)]))


def photos(folder: Path, *names: str, exif: str | None = None) -> Path:
    """A folder of small JPEG files, with or without a date in their EXIF tags."""
    tags = Image.Exif()
    if exif:
        tags.get_ifd(0x8769)[0x9003] = exif
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        grey = 20 + 10 * len(list(folder.rglob("*")))  # no two files are alike
        Image.new("L", (8, 8), grey).save(path, "JPEG", exif=tags)
    return folder


def read(folder: Path, **options: Any) -> Series:
    return Series.from_folder(folder, extractor=options.pop("extractor", Reader()), **options)


def test_photos_are_sorted_by_time_and_keep_their_own_numbers(tmp_path: Path) -> None:
    photos(tmp_path, "b 2026-03-01.jpg", "a 2026-03-21.jpg", "c 2026-03-11.jpg")
    reader = Reader({"b 2026-03-01.jpg": 1.0, "c 2026-03-11.jpg": -2.0, "a 2026-03-21.jpg": 3.0})
    table = read(tmp_path, extractor=reader).static
    assert table["photo"].tolist() == ["b 2026-03-01.jpg", "c 2026-03-11.jpg", "a 2026-03-21.jpg"]
    assert table["day"].tolist() == [0, 10, 20]
    assert table["brow_height_diff_mm"] == pytest.approx([1, -2, 3], abs=1e-3)


def test_days_since_the_treatment(tmp_path: Path) -> None:
    photos(tmp_path, "2026-02-27.jpg", "2026-03-01.jpg", "2026-03-15.jpg")
    series = read(tmp_path, treated_on="2026-03-01")
    assert series.static["day"].tolist() == [-2, 0, 14]
    assert series.treated_on == series.day_zero == date(2026, 3, 1)
    assert series.static.provenance["day_zero_is"] == "treatment"


def test_without_a_treatment_days_count_from_the_first_photo(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "2026-02-27.jpg", "2026-03-15.jpg"))
    assert series.static["day"].tolist() == [0, 16]
    assert series.treated_on is None
    assert series.day_zero == date(2026, 2, 27)
    assert series.static.provenance["day_zero_is"] == "first photo"


def test_a_time_zone_does_not_change_the_day_or_the_order(tmp_path: Path) -> None:
    made = replace(
        face(3),
        taken=np.array(
            ["2026-03-02T08:00:00", "2026-03-01T23:30:00-10:00", "2026-03-02T07:00:00+09:00"]
        ),
    )
    assert Series.from_landmarks(made).static["day"].tolist() == [0, 1, 1]
    assert Series.from_landmarks(made).static["photo"].tolist() == ["1", "2", "0"]
    assert list(tmp_path.iterdir()) == []


def test_date_in_the_folder_and_in_exif(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-05/smile.jpg")
    photos(tmp_path, "loose.jpg", exif="2026:03:01 10:00:00")
    table = read(tmp_path).static
    assert table["photo"].tolist() == ["loose.jpg", "2026-03-05/smile.jpg"]
    assert table["taken"].tolist() == ["2026-03-01T10:00:00", "2026-03-05"]
    assert table["day"].tolist() == [0, 4]
    assert table.notes.tolist() == [(), ()]


def test_contradicting_dates_are_told_and_the_camera_is_believed(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-09.jpg", exif="2026:03:01 10:00:00")
    table = read(tmp_path).static
    assert table["taken"].tolist() == ["2026-03-01T10:00:00"]
    said = Note(
        "dates_differ", source="exif", date="2026-03-01", other="name", other_date="2026-03-09"
    )
    assert table.notes[0] == (said,)
    assert table["reason"][0] == (
        "the camera says 2026-03-01, the name says 2026-03-09: the camera is trusted"
    )


def test_undated_photos_are_measured_come_last_and_are_told(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "2026-03-05.jpg")
    table = read(tmp_path).static
    assert table["photo"].tolist() == ["2026-03-05.jpg", "a.jpg"]
    assert table["day"].tolist() == pytest.approx([0, np.nan], nan_ok=True)
    assert table["flags"].tolist() == ["", "undated"]
    assert table["status"].tolist() == ["ok", "ok"]
    assert np.isfinite(table["brow_height_diff_mm"]).all()


def test_only_undated_photos(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "a.jpg", "b.jpg"))
    assert series.day_zero is None
    assert np.isnan(series.static["day"]).all()


def test_nobody_is_lost(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01 bad.jpg", "2026-03-02.jpg", "bad.jpg")
    table = read(tmp_path).static
    assert table["photo"].tolist() == ["2026-03-01 bad.jpg", "2026-03-02.jpg", "bad.jpg"]
    assert table["status"].tolist() == ["unreadable", "ok", "unreadable"]
    assert table["flags"].tolist() == ["empty_file", "", "empty_file undated"]
    assert table["day"].tolist()[:2] == [0, 1]
    assert np.isnan(table["brow_height_diff_mm"]).tolist() == [True, False, True]


def test_no_photo_can_be_read(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "bad 2026-03-01.jpg"))
    assert len(series) == 1
    assert np.isnan(series.static["brow_height_diff_mm"]).all()


def test_first_columns_and_expression_is_not_guessed(tmp_path: Path) -> None:
    table = read(photos(tmp_path, "2026-03-01.jpg")).static
    assert list(table)[:7] == ["photo", "taken", "day", "expression", "status", "reason", "flags"]
    assert table["expression"].tolist() == ["unknown"]
    assert table["day"].dtype == np.float64


def test_folders_below_are_read_unless_told_not_to(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "more/2026-03-02.jpg")
    assert len(read(tmp_path)) == 2
    assert len(read(tmp_path, recursive=False)) == 1


def test_progress_wraps_the_photos(tmp_path: Path) -> None:
    seen: list[Path] = []
    read(
        photos(tmp_path, "1.jpg", "2.jpg"),
        progress=lambda each: (seen.append(p) or p for p in each),
    )
    assert [path.name for path in seen] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize("treated_on", ["31.3.2026", "yesterday", ""])
def test_treatment_day_must_be_a_date(tmp_path: Path, treated_on: str) -> None:
    with pytest.raises(InvalidInputError, match="not a date"):
        read(photos(tmp_path, "1.jpg"), treated_on=treated_on)


def test_an_empty_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="no photos") as error:
        read(tmp_path)
    assert str(tmp_path) in str(error.value)


def test_mirrored_is_for_the_extractor_that_is_made_here(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="mirrored"):
        read(photos(tmp_path, "1.jpg"), mirrored=True)


def test_dataframe_is_the_table(tmp_path: Path) -> None:
    series = read(photos(tmp_path, "2026-03-01.jpg", "2026-03-02.jpg"))
    frame = series.to_dataframe()
    assert list(frame.columns) == list(series.static)
    assert frame["day"].tolist() == [0, 1]


def test_repr_says_what_days_count_from(tmp_path: Path) -> None:
    photos(tmp_path, "2026-03-01.jpg", "2026-03-02.jpg")
    assert repr(read(tmp_path)).startswith(
        "Series of 2 photos, days since the first photo on 2026-03-01\n"
    )
    assert "treatment on 2026-03-02" in read(tmp_path, treated_on="2026-03-02")._repr_html_()
    assert repr(Series.from_landmarks(face())).startswith("Series of 1 photo, undated\n")


# One scale for all photos of a person


def narrowed_irises(landmarks: Landmarks, factors: list[float]) -> Landmarks:
    """Irises read too narrow or too wide, as noise does, each photo by its own factor."""
    points = landmarks.points.copy()
    for side in (0, 1):
        numbers = [landmarks.layout.pairs[name][side] for name in landmarks.layout.groups["iris"]]
        centre = points[:, numbers[:1]]
        points[:, numbers] = centre + (points[:, numbers] - centre) * np.reshape(
            factors, (-1, 1, 1)
        )
    return replace(landmarks, points=points)


def test_one_scale_for_all_photos_of_a_person() -> None:
    made = narrowed_irises(
        face(5, brow_right_mm=-3, px_per_mm=[3, 4, 5, 6, 7]), [0.95, 0.98, 1, 1.02, 1.1]
    )
    alone = measure(made)["brow_height_diff_mm"]
    series = Series.from_landmarks(made).static
    assert np.ptp(alone) > 0.3
    assert series["brow_height_diff_mm"] == pytest.approx([-3] * 5, abs=1e-3)
    source = Note.from_dict(series.provenance["scale_note"])
    assert (source.code, source["photos"]) == ("pooled_scale", 5)
    assert series.provenance["scale_source"] == str(source)


def test_a_childs_growth_shows() -> None:
    # The iris stays, the face grows by 3 % a year; within a year the noise of the iris is pooled away.
    days = np.array([0.0, 10.0, 20.0, 400.0, 410.0, 420.0, 800.0, 810.0, 820.0])
    grown = np.repeat([1.0, 1.03, 1.06], 3)
    made = narrowed_irises(
        face(9, brow_right_mm=-3), (np.tile([0.98, 1.0, 1.02], 3) / grown).tolist()
    )
    scale, source = pooled_scale(made, days)
    tall = measure(made, scale=scale)["brow_height_left_mm"]
    assert tall / tall[0] == pytest.approx(grown, rel=1e-4)
    assert (source.code, source["photos"]) == ("pooled_scale_by_year", 9)
    assert source["last_mm"] / source["mm"] == pytest.approx(1.06, rel=1e-4)
    assert np.ptp(measure(made, scale=pooled_scale(made)[0])["brow_height_left_mm"]) < 1e-3


def test_photos_of_one_year_have_one_scale_and_an_undated_one_counts_for_all() -> None:
    made = narrowed_irises(face(4), [0.97, 1.0, 1.01, 1.02])
    one = pooled_scale(made)[0].mm
    assert pooled_scale(made, np.array([0.0, 100.0, 365.0, np.nan]))[0].mm == pytest.approx(one)
    scale, source = pooled_scale(made, np.array([0.0, 0.0, 366.0, np.nan]))
    assert scale.mm[3] == pytest.approx(one[3])
    assert source.code == "pooled_scale_by_year"


def test_a_year_without_open_eyes_is_pooled_over_its_closed_ones() -> None:
    made = narrowed_irises(face(3), [1, 1.1, 1.1])
    weights = np.zeros_like(made.blendshapes)
    weights[1:, made.layout.expressions.index("eyeBlinkRight")] = 0.9
    scale, source = pooled_scale(replace(made, blendshapes=weights), np.array([0.0, 400.0, 400.0]))
    alone = pooled_scale(made[1:])[0]
    assert scale.mm[1:] == pytest.approx(alone.mm)
    assert (source.code, source["photos"]) == ("pooled_scale_by_year", 1)


def test_closed_eyes_do_not_set_the_scale() -> None:
    made = narrowed_irises(face(3, brow_right_mm=-3), [1, 1.3, 1.3])
    weights = np.zeros_like(made.blendshapes)
    weights[1:, made.layout.expressions.index("eyeBlinkRight")] = 0.9
    series = Series.from_landmarks(replace(made, blendshapes=weights)).static
    assert series["brow_height_diff_mm"] == pytest.approx([-3] * 3, abs=1e-3)
    source = Note.from_dict(series.provenance["scale_note"])
    assert (source.code, source["photos"]) == ("pooled_scale", 1)


def test_where_all_eyes_are_closed_that_is_said() -> None:
    made = face(2)
    weights = np.ones_like(made.blendshapes)
    source = pooled_scale(replace(made, blendshapes=weights))[1]
    assert (source.code, source["photos"]) == ("pooled_scale_of_closed_eyes", 2)


def test_a_face_without_a_frame_gets_no_scale() -> None:
    made = face(2)
    points = made.points.copy()
    points[0, list(made.layout.pairs["outer_canthus"])] = np.nan
    table = Series.from_landmarks(replace(made, points=points)).static
    assert np.isnan(table["mm_per_px"]).tolist() == [True, False]
    assert np.isnan(table["brow_height_right_mm"]).tolist() == [True, False]
    assert table["status"].tolist() == ["warn", "ok"]


def test_a_photo_with_one_eye_patched_is_measured_by_the_other_ones_iris() -> None:
    made = face(3, mouth_corner_right_mm=-3)
    eye = ("outer_canthus", "inner_canthus", *made.layout.groups["iris"])
    points = made.points.copy()
    points[1, made.layout.right(eye)] = np.nan
    height = Series.from_landmarks(replace(made, points=points)).static["commissure_height_left_mm"]
    assert height == pytest.approx(height[[0, 0, 0]], rel=1e-3)


def test_a_single_photo_measures_as_it_does_alone() -> None:
    made = face(brow_right_mm=-3, mouth_corner_left_mm=-2)
    alone, series = measure(made), Series.from_landmarks(made).static
    assert {name for name in alone if "sd_" not in name} <= set(series)
    for name in alone:
        if alone[name].dtype.kind == "f" and name in series:
            assert series[name] == pytest.approx(alone[name], rel=1e-9, nan_ok=True), name


# Sizes that a bystander notices


@pytest.mark.parametrize("headline", HEADLINES, ids=lambda each: each.metric)
def test_headlines_are_columns_and_have_a_source(headline: Headline) -> None:
    table = measure(face())
    assert {headline.column(side) for side in ("right", "left", "diff")} <= set(table)
    assert bool(headline.source) == (headline.visible_mm is not None)


@pytest.mark.parametrize(
    ("moved", "seen"),
    [
        ({"brow_right_mm": -3.2}, [("right_less", "brow_height", 3.2)]),
        ({"brow_left_mm": -3.2}, [("right_more", "brow_height", 3.2)]),
        ({"mouth_corner_right_mm": -4.0}, [("right_less", "commissure_height", 4.0)]),
        ({"upper_lid_right_mm": -2.5}, [("right_less", "fissure_height", 2.5)]),
        ({"lower_lid_right_mm": -2.5}, [("right_more", "fissure_height", 2.5)]),
        ({"brow_right_mm": -2.8, "mouth_corner_right_mm": -2.8, "upper_lid_right_mm": -1.8}, []),
        (
            {"brow_right_mm": 3.5, "mouth_corner_right_mm": -3.5},
            [("right_more", "brow_height", 3.5), ("right_less", "commissure_height", 3.5)],
        ),
    ],
)
def test_what_a_bystander_would_notice(
    moved: dict[str, float], seen: list[tuple[str, str, float]]
) -> None:
    notes = [each.note for each in notable(measure(face(**moved)))[0]]
    found = [(note.code, note["headline"], note["mm"]) for note in notes]
    assert found == [(*told, pytest.approx(mm, abs=0.05)) for *told, mm in seen]


def brows(diff_mm: float, sd_mm: float) -> Measurements:
    """A table of one photo with one difference of the brows."""
    return Measurements({"brow_height_diff_mm": [diff_mm], "brow_height_diff_sd_mm": [sd_mm]})


def test_a_bystander_notices_by_probability() -> None:
    # Against scipy.stats.norm: the chance that a normal variable about -2.9, SD 0.3, lies beyond -3 or 3.
    assert find_chance(-2.9, 0.3, 3.0) == pytest.approx(
        norm.cdf(-3, -2.9, 0.3) + norm.sf(3, -2.9, 0.3)
    )
    assert find_chance(0.0, 3.0, 3.0) == pytest.approx(2 * norm.sf(1))
    assert find_chance(3.0, 0.5, 3.0) == pytest.approx(0.5)
    # A standard deviation beyond the size is 84 %, and one below it 16 %.
    (likely,), (possible,) = notable(brows(-3.7, 0.7))[0], notable(brows(2.9, 0.7))[0]
    assert (likely.noticeable, likely.note.code) == ("likely", "right_less")
    assert (possible.noticeable, possible.note.code) == ("possible", "right_more")
    assert notable(brows(-2.3, 0.7)) == [()]
    assert possible.to_dict()["noticeable"] == "possible"


def test_what_is_not_known_to_err_is_taken_as_printed() -> None:
    brow, nan = HEADLINES[0], float("nan")
    assert [brow.noticeable(diff) for diff in (2.94, 2.96, -3.0)] == [
        "unlikely",
        "likely",
        "likely",
    ]
    assert brow.noticeable(nan, 0.7) is None
    assert Headline("own", "own").noticeable(9.0, 0.7) is None


def test_mirror_images_are_noticed_alike() -> None:
    for diff in np.linspace(0, 6, 13):
        assert find_chance(diff, 0.7, 3.0) == pytest.approx(find_chance(-diff, 0.7, 3.0), abs=1e-12)


def test_nothing_is_noticed_where_nothing_was_measured() -> None:
    assert notable(measure(Landmarks.blank(["a.jpg"], status="no_face"))) == [()]


@pytest.mark.parametrize("metric", [each.metric for each in HEADLINES])
def test_words_never_turn_a_side_round(metric: str) -> None:
    headline = next(each for each in HEADLINES if each.metric == metric)
    assert headline.note(1.26) == Note("right_more", headline=metric, mm=1.26)
    assert headline.note(-1.26) == Note("right_less", headline=metric, mm=1.26)
    assert headline.note(-0.04) == Note("sides_alike", headline=metric)
    assert headline.note(float("nan")) == Note("not_measured")
    assert headline.words(1.26).startswith(f"right {headline.part} 1.3 mm ")
    assert "mm" not in headline.words(-0.04)
    assert not headline.visible(float("nan"))
