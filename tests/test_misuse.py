"""Arguments of the wrong kind: each is refused by an error of the library's own that says what it takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

import asymmetry
from asymmetry import Extractor, Landmarks, Measurements, Scale, Series, read_archive, score_archive
from asymmetry.cli import main
from asymmetry.core.paths import local_path, looks_like_url
from asymmetry.core.text import Text
from asymmetry.errors import DestinationError, InvalidInputError
from asymmetry.hospital import make_fhir
from asymmetry.photos.manifest import read_manifest

BLANK = Landmarks.blank(["a.jpg"], status="ok")
TABLE = Measurements({"photo": ["a.jpg"]})
SERIES = Series.from_landmarks(BLANK)
NONE: Any = None
THREE: Any = 3

CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a scale of letters": (lambda: Scale("ruler", "x"), "lengths have to be numbers"),
    "a ruler without marks": (lambda: Scale("ruler"), r"Scale\('ruler', px_per_mm\)"),
    "pupils an iris apart": (lambda: Scale("interpupillary"), "give the known length too"),
    "canthi an iris apart": (lambda: Scale("canthi"), "give the known length too"),
    "a scale without end": (lambda: Scale("ruler", np.inf), "inf is not a positive length"),
    "a share of letters": (lambda: Scale("ruler", 3, share="x"), "shares have to be numbers"),  # type: ignore[arg-type]
    "a negative share": (lambda: Scale("ruler", 3, share=-1), "share -1 is not 0 or more"),
    "a number for a scale": (
        lambda: asymmetry.measure(BLANK, scale=THREE),
        "scale must be of type Scale, not int",
    ),
    "a number of photos": (
        lambda: Landmarks.blank(THREE, status="ok"),
        "photo has to be a list of texts",
    ),
    "the name of one photo": (
        lambda: Landmarks.blank("a.jpg", status="ok"),
        "photo has to be a list of texts, one for each photo, not 'a.jpg'",
    ),
    "no columns": (lambda: Measurements(NONE), "columns must be of type Mapping, not NoneType"),
    "a list of columns": (
        lambda: Measurements([1, 2]),
        "columns must be of type Mapping, not list",
    ),  # type: ignore[arg-type]
    "a number for a table": (
        lambda: Measurements.concat([THREE]),
        "only Measurements can be joined",
    ),
    "no data frame": (lambda: Measurements.from_dataframe(NONE), "reads a pandas.DataFrame"),
    "no Arrow table": (lambda: Measurements.from_arrow(NONE), "reads Arrow tables"),
    "a number of parts": (
        lambda: Measurements.concat(THREE),
        "parts must be of type Iterable, not int",
    ),
    "no landmarks to join": (
        lambda: Landmarks.concat(THREE),
        "parts must be of type Iterable, not int",
    ),
    "no points": (
        lambda: Landmarks.from_points(NONE),
        r"points have shape \(\); mediapipe478 needs",
    ),
    "a number for a point": (lambda: BLANK.point(THREE), "no point is called 3; perhaps"),
    "a number for a scheme": (
        lambda: asymmetry.register_scheme(THREE),
        "must be of type Scheme, not int",
    ),
    "a number for a reader": (
        lambda: asymmetry.register_reader(THREE),
        "needs name, suffixes, recognises, open, and int has none",
    ),
    "a number for a model": (
        lambda: Extractor(model=THREE),
        "path of a face_landmarker.task, or .* is int",
    ),
    "a number for settings": (
        lambda: Extractor(settings=THREE),
        "must be of type Settings, not int",
    ),
    "two photos of one name": (
        lambda: Series.from_landmarks(Landmarks.blank(["a.jpg", "a.jpg"], status="ok")),
        "landmarks: two photos are called 'a.jpg'; give each a name of its own",
    ),
    "a number for a treatment": (
        lambda: Series.from_landmarks(BLANK, treated_on=THREE),
        "3 is not a date",
    ),
    "a number among treatments": (
        lambda: Series.from_landmarks(BLANK, treated_on=[THREE]),
        "3 is not a date",
    ),
    "a number of expressions": (
        lambda: Series.from_landmarks(BLANK, expression=THREE),
        "expression must be of type Sequence, not int",
    ),
    "a number of records": (
        lambda: Series.from_landmarks(BLANK, about=THREE),
        "about must be of type Sequence",
    ),
    "a number of notes": (
        lambda: Series.from_landmarks(BLANK, notes=THREE),
        "notes must be of type Iterable",
    ),
    "a number of pictures": (
        lambda: Series.from_landmarks(BLANK, photos=THREE),
        "photos must be of type Seq",
    ),
    "a number of metrics": (
        lambda: Series.from_landmarks(BLANK, metrics=THREE),
        "metrics must be of type Iter",
    ),
    "a number of rules": (
        lambda: SERIES.concerns(THREE),
        "rules must be of type Iterable, not int",
    ),
    "a threshold of letters": (
        lambda: SERIES.forecast("brow_height", "x"),  # type: ignore[arg-type]
        "give a positive threshold_mm",
    ),
    "a rule that is none": (
        lambda: SERIES.concerns([THREE]),
        "each of the rules must be of type Rule, not int",
    ),
    "an expression that is none": (
        lambda: SERIES.course("brow_height", expression="laugh"),
        "unknown expression 'laugh': use one of rest, brow_raise",
    ),
    "a number for an extractor": (
        lambda: asymmetry.score(b"", extractor=THREE),
        "extractor has to be an Extractor",
    ),
    "a class for an extractor": (
        lambda: Series.from_photos([], extractor=Extractor),  # type: ignore[arg-type]
        "extractor has to be an Extractor, such as asymmetry.Extractor",
    ),
    "photos by name": (
        lambda: next(Extractor().iter_extract({"a.jpg": b""})),
        "of a mapping pass its values",
    ),
    "a workbook by another ending": (
        lambda: TABLE.to_xlsx("scores.csv"),
        "scores.csv: a workbook is written to a file ending in .xlsx",
    ),
    "a sheet by another ending": (
        lambda: SERIES.sheet().to_xlsx("sheet.csv"),
        "sheet.csv: a workbook is written to a file ending in .xlsx",
    ),
    "fewer names than faces": (
        lambda: Landmarks.from_points(np.zeros((2, 478, 3)), photo=["a.jpg"]),
        "faces: 2, but names of photos: 1",
    ),
    "saved points with their sides exchanged": (
        lambda: asymmetry.read_landmarks("points.npz", exchanged="photo"),
        "leave upwards and exchanged out",
    ),
    "a number for photos": (lambda: SERIES.add(THREE), "photos must be of type Iterable, not int"),
}
PATHS: dict[str, Callable[[Any], object]] = {
    "landmarks to load": Landmarks.load,
    "landmarks to save": BLANK.save,
    "CSV to read": Measurements.from_csv,
    "CSV to write": lambda path: TABLE.to_csv(path or 0),
    "a folder of photos": Series.from_folder,
    "a series to load": Series.load,
    "a series to save": SERIES.save,
    "a report": SERIES.report,
    "a language": Text.load,
    "photos of an archive": lambda path: score_archive(path, "scores.parquet"),
    "an archive to write": lambda path: score_archive("photos", path),
    "an archive to read": read_archive,
    "a list of photos": lambda path: read_manifest(path or 3),
}
SWITCHES: dict[str, Callable[[Any], object]] = {
    "recursive": lambda given: Series.from_folder(".", recursive=given),
    "all_rest": lambda given: Series.from_folder(".", all_rest=given),
    "measure_skin": lambda given: Series.from_photos([], measure_skin=given),
    "keep_identity": lambda given: make_fhir(TABLE, keep_identity=given),
    "keep_noise": lambda given: asymmetry.movement(BLANK, BLANK, keep_noise=given),
    "overwrite": lambda given: score_archive("photos", "scores.parquet", overwrite=given),
    "csv": lambda given: score_archive("photos", "scores.parquet", csv=given),
    "landmarks": lambda given: score_archive("photos", "scores.parquet", landmarks=given),
    "mirrored": lambda given: asymmetry.read_landmarks("points.pts", mirrored=given),
}


@pytest.mark.parametrize("case", CASES)
def test_a_value_of_the_wrong_kind_is_refused(case: str) -> None:
    call, message = CASES[case]
    with pytest.raises(InvalidInputError, match=message):
        call()


@pytest.mark.parametrize("case", PATHS)
@pytest.mark.parametrize("path", [None, 3, ["a"]], ids=repr)
def test_a_path_that_is_none_is_refused(case: str, path: object) -> None:
    with pytest.raises(InvalidInputError, match="a path has to be a text"):
        PATHS[case](path)


@pytest.mark.parametrize("name", SWITCHES)
@pytest.mark.parametrize("given", ["no", "False", 0], ids=repr)
def test_a_text_switches_nothing_on(name: str, given: object) -> None:
    """As "no" would."""
    with pytest.raises(InvalidInputError, match=f"{name} has to be True or False, not"):
        SWITCHES[name](given)


def test_saved_points_of_mirrored_photos_are_turned_back(tmp_path: Path) -> None:
    points = np.random.default_rng(1).uniform(0, 100, (1, 478, 3))
    landmarks = Landmarks.from_points(points, check=False, size=[[100, 100]])
    landmarks.save(tmp_path / "points.npz")
    assert asymmetry.read_landmarks(tmp_path / "points.npz") == landmarks
    turned = asymmetry.read_landmarks(tmp_path / "points.npz", mirrored=True)
    assert turned == landmarks.mirrored()


def test_pixels_that_are_no_numbers_are_refused_without_warnings() -> None:
    for pixels in (np.full((50, 50, 3), np.nan), np.full((50, 50, 3), "a")):
        with pytest.raises(InvalidInputError, match="pixels have to be RGB"):
            asymmetry.score(pixels)  # type: ignore[arg-type]


def test_one_metric_may_be_named_without_a_list() -> None:
    assert Series.from_landmarks(BLANK, metrics="mrd1").metrics == ("mrd1",)


def test_a_url_where_a_file_is_needed_is_told_as_one() -> None:
    """Commands make a path of each photo, of whose two slashes one is left."""
    address = "https://example.org/a.jpg"
    done = CliRunner().invoke(main, ["photo", address])
    assert (done.exit_code, "this is a URL, and a file" in done.output) == (3, True)
    with pytest.raises(InvalidInputError, match="a URL is none; download the photos"):
        Series.from_folder("s3://bucket/photos")


@pytest.mark.parametrize("system", [PurePosixPath, PureWindowsPath])
def test_a_url_is_known_after_a_path_was_made_of_it(system: type[PurePosixPath]) -> None:
    assert looks_like_url(system("https://example.org/a.jpg"))
    assert not looks_like_url(system("C:/photos/a.jpg"))
    with pytest.raises(DestinationError, match="not to URLs"):
        local_path(system("s3://bucket/scores.parquet"))
