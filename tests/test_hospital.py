"""FHIR and DICOM structured reports: valid by other programs, complete, and without the person in them."""

from __future__ import annotations

import io
import json
import math
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

import asymmetry
from asymmetry import Measurements, measure
from asymmetry.cli import main
from asymmetry.core.notes import note_array
from asymmetry.core.schemes import DLIB_68
from asymmetry.errors import InvalidInputError
from asymmetry.hospital import make_dicom_sr, make_fhir, write_dicom_sr
from asymmetry.hospital.quantities import FACE, list_quantities
from asymmetry.metrics import catalogue, movement_catalogue
from asymmetry.synthetic import face
from tests.dicoms import JPEG, NAME, PATIENT, STUDY, dicom_bytes
from tests.photos import encoded
from tests.schemes import told_in

pydicom = pytest.importorskip("pydicom", reason="the extra dicom is not installed")
pytest.importorskip("highdicom", reason="the extra dicom is not installed")

#: Texts that tell who or when it was, in a file of `dicom_bytes` and its name.
PERSONAL = (
    NAME,
    PATIENT,
    STUDY,
    "19700203",
    "20260302",
    "2026-03-02",
    "Doctor^Who",
    "A-1",
    "miller",
)


@pytest.fixture(scope="module")
def photo(astronaut: npt.NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("patient") / "miller 2026-03-02.dcm"
    path.write_bytes(dicom_bytes(encoded(astronaut, "JPEG", quality=92), JPEG, "YBR_FULL_422"))
    return path


@pytest.fixture(scope="module")
def table(photo: Path) -> Measurements:
    """One photo; a lid was not seen in it."""
    with asymmetry.Extractor(method="fast") as extractor:
        found = measure(extractor.extract([photo]))
    return found.with_columns(mrd1_right_mm=[np.nan])


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return [each for each in found if each["resourceType"] == kind]


def observation(bundle: dict[str, Any], code: str, side: str = "") -> dict[str, Any]:
    (found,) = [
        each
        for each in resources(bundle, "Observation")
        if each["code"]["coding"][0]["code"] == code
        and each["bodySite"].get("text", "").lower().startswith(side)
    ]
    return found


def test_every_metric_has_its_part_of_the_face() -> None:
    names = [*catalogue(), *movement_catalogue()]
    columns = {f"{name}_right_mm": [1.0] for name in names}
    of_the_face = [
        each.code.value for each in list_quantities(Measurements(columns)) if each.site == FACE
    ]
    whole = [name for name in names if name.startswith(("chin_", "philtrum_", "asymmetry_"))]
    assert of_the_face == whole


def test_a_sign_is_told_once() -> None:
    told = {each.column: each.definition for each in list_quantities(measure(face(1)))}
    ending = "Right minus left; positive: more on the right (higher brow)."
    assert told["brow_height_diff_mm"].endswith(f"face. {ending}")
    assert told["brow_height_right_mm"].endswith("face. Positive: higher brow.")
    assert all(each.lower().count("positive:") == 1 for each in told.values())


# FHIR


def test_every_number_is_an_observation_with_its_unit_and_side(table: Measurements) -> None:
    bundle = make_fhir(table)
    for quantity in list_quantities(table):
        found = observation(bundle, quantity.code.value, quantity.side)
        value = float(table[quantity.column][0])
        if math.isfinite(value):
            assert found["valueQuantity"]["value"] == pytest.approx(value, abs=1e-4)
            assert found["valueQuantity"]["code"] == quantity.unit.value
            assert "dataAbsentReason" not in found
    columns = [each for each in table.about if not re.search("_r?sd_|_deg$", each)]
    codes = {each.column for each in list_quantities(table)}
    assert codes >= {each for each in columns if each != "mm_per_px"}
    assert len(resources(bundle, "Observation")) == len(codes) + 1
    brow = observation(bundle, "brow_height", "left")
    assert brow["bodySite"]["coding"][0]["code"] == "367577003:272741003=7771000"
    assert brow["component"][0]["valueQuantity"]["value"] > 0
    assert observation(bundle, "smile_angle", "right")["valueQuantity"]["code"] == "deg"
    assert observation(bundle, "eye_area", "right")["valueQuantity"]["code"] == "mm2"


def test_what_was_not_measured_has_a_reason_and_no_value(table: Measurements) -> None:
    lid = observation(make_fhir(table), "mrd1", "right")
    assert "valueQuantity" not in lid
    assert lid["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    lacking = measure(told_in(face(1), DLIB_68))
    lid = observation(make_fhir(lacking), "mrd1", "right")
    assert lid["dataAbsentReason"]["coding"][0]["code"] == "unsupported"
    assert "iris_centre" in lid["dataAbsentReason"]["text"]
    failed = measure(asymmetry.Landmarks.blank(["a"], status="no_face", reason="nobody there"))
    lid = observation(make_fhir(failed), "mrd1", "right")
    assert lid["dataAbsentReason"] == {
        "coding": [{"system": lid["dataAbsentReason"]["coding"][0]["system"], "code": "error"}],
        "text": "nobody there",
    }


def test_versions_and_hashes_are_the_device(table: Measurements) -> None:
    (device,) = resources(make_fhir(table), "Device")
    told = {each["type"]["text"]: each["value"] for each in device["version"]}
    assert told["version"] == table.provenance["asymmetry"]
    assert told["model_sha256"] == table.provenance["model_sha256"]


def test_references_lead_to_entries(table: Measurements, photo: Path) -> None:
    bundle = make_fhir(table, [photo], subject="Patient/123")
    known = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(known) == len(bundle["entry"])
    text = json.dumps([entry["resource"] for entry in bundle["entry"]])
    asked = set(re.findall(r'"reference": "(.*?)"', text))
    assert asked <= known | {"Patient/123"}
    (media,) = resources(bundle, "Media")
    assert len(media["content"]["hash"]) == 28  # SHA-1 in base64
    assert media["subject"] == {"reference": "Patient/123"}
    assert make_fhir(table, [photo])["entry"][0]["fullUrl"] not in known


def test_by_default_the_person_is_not_in_it(table: Measurements, photo: Path) -> None:
    plain = json.dumps(make_fhir(table, [photo]))
    assert not [each for each in PERSONAL if each in plain]
    assert "effectiveDateTime" not in plain
    kept = make_fhir(table, [photo], keep_identity=True)
    (media,) = resources(kept, "Media")
    assert media["content"]["title"] == photo.name
    assert observation(kept, "brow_height", "left")["effectiveDateTime"] == "2026-03-02"


@pytest.mark.parametrize(
    ("note", "told"),
    [
        (asymmetry.Note("text", text="as in miller 2026-03-02.dcm"), "miller"),
        (asymmetry.Note("date_far_before", date="2001-03-16", days=9000), "2001-03-16"),
        (asymmetry.Note("another_subject", subject="Meier"), "Meier"),
        (asymmetry.Note("same_file", photo="meier.jpg"), "meier"),
        (asymmetry.Note("only_in_manifest_near", near="meier.jpg"), "meier"),
    ],
)
def test_a_reason_that_names_someone_or_a_day_is_told_as_codes(
    table: Measurements, note: asymmetry.Note, told: str
) -> None:
    named = table.with_notes(note_array([(note,)]))
    assert told not in json.dumps(make_fhir(named))
    assert note.code in json.dumps(make_fhir(named))
    assert told in json.dumps(make_fhir(named, keep_identity=True))


def test_classes_of_r4_take_the_bundle(table: Measurements, photo: Path) -> None:
    bundles = pytest.importorskip("fhirclient.models.bundle", reason="fhirclient is not installed")
    for how in ({}, {"keep_identity": True, "subject": "Patient/123"}):
        made = make_fhir(table, [photo], **how)
        read = bundles.Bundle(json.loads(json.dumps(made)), strict=True)
        assert read.as_json() == made
        broken = json.loads(json.dumps(made))
        broken["entry"][3]["resource"]["unit"] = "mm"
        with pytest.raises(Exception, match="unit"):  # it would have been told
            bundles.Bundle(broken, strict=True)


def test_wrong_arguments_are_refused(table: Measurements, photo: Path) -> None:
    with pytest.raises(InvalidInputError, match="1 rows, and 2 photos"):
        make_fhir(table, [photo, photo])
    with pytest.raises(InvalidInputError, match="Patient/123"):
        make_fhir(table, subject="Anna Miller")


# DICOM


def numbers(content: Any) -> Iterator[tuple[str, str, Any]]:
    """Name, side and value of every number in a report."""
    for item in content.get("ContentSequence", []):
        if item.ValueType == "NUM" and item.RelationshipType == "CONTAINS":
            sides = [
                each.ConceptCodeSequence[0].CodeMeaning
                for site in item.ContentSequence
                for each in site.get("ContentSequence", [])
            ]
            values = item.MeasuredValueSequence
            value = float(values[0].NumericValue) if values else None
            yield item.ConceptNameCodeSequence[0].value, "".join(sides).lower(), value
        yield from numbers(item)


def test_every_number_is_in_the_report(table: Measurements, photo: Path) -> None:
    found = {(name, side): value for name, side, value in numbers(make_dicom_sr(table, [photo]))}
    for quantity in list_quantities(table):
        value = float(table[quantity.column][0])
        told = found[quantity.code.value, quantity.side]
        if math.isfinite(value):
            assert told == pytest.approx(value, abs=1e-4)
        else:
            assert told is None
    assert found["mrd1", "right"] is None


def test_an_uncertainty_has_the_unit_of_its_measurement(table: Measurements, photo: Path) -> None:
    told = {name: [unit, *within] for name, unit, within in units(make_dicom_sr(table, [photo]))}
    found = [told[name] for name in ("mrd1", "brow_tilt", "eye_area")]
    assert found == [["mm"] * 3, ["deg"] * 3, ["mm2"] * 3]


def units(content: Any) -> Iterator[tuple[str, str, list[str]]]:
    """Name and unit of every number in a report, and the units of the numbers about it."""
    for item in content.get("ContentSequence", []):
        if item.ValueType == "NUM" and item.MeasuredValueSequence:
            within = [
                each.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue
                for each in item.get("ContentSequence", [])
                if each.ValueType == "NUM"
            ]
            unit = item.MeasuredValueSequence[0].MeasurementUnitsCodeSequence[0].CodeValue
            yield item.ConceptNameCodeSequence[0].value, unit, within
        if item.ValueType != "NUM":
            yield from units(item)


@pytest.mark.parametrize(
    ("letters", "name"), [("ISO_IR 100", "Müller^Jörg"), ("ISO_IR 192", "Ünal^Çağrı")]
)
def test_a_name_keeps_its_letters(
    table: Measurements, photo: Path, tmp_path: Path, letters: str, name: str
) -> None:
    named = pydicom.dcmread(photo)
    named.SpecificCharacterSet, named.PatientName = letters, name
    named.save_as(tmp_path / "a.dcm")
    path = write_dicom_sr(table, tmp_path / "sr.dcm", [tmp_path / "a.dcm"], keep_identity=True)
    assert pydicom.dcmread(path).PatientName == name
    assert name.encode() in path.read_bytes()


@pytest.mark.parametrize("keep", [False, True])
def test_dciodvfy_has_no_error(
    table: Measurements, photo: Path, tmp_path: Path, keep: bool
) -> None:
    program = shutil.which("dciodvfy")
    if program is None:
        pytest.skip("dciodvfy (Debian: dicom3tools) is not installed")
    path = write_dicom_sr(table, tmp_path / "sr.dcm", [photo], keep_identity=keep)
    for file in (path, photo):
        done = subprocess.run(
            [program, "-new", str(file)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert not [line for line in done.stderr.splitlines() if line.startswith("Error")]
    assert (
        "ComprehensiveSR"
        in subprocess.run(
            [program, "-new", str(path)], capture_output=True, text=True, check=False
        ).stderr
    )


def test_by_default_the_report_is_deidentified(table: Measurements, photo: Path) -> None:
    with io.BytesIO() as file:
        made = make_dicom_sr(table, [photo])
        made.save_as(file, enforce_file_format=True)
        raw = file.getvalue()
    assert not [each for each in PERSONAL if each.encode() in raw]
    assert (made.PatientIdentityRemoved, made.PatientName, made.StudyDate) == ("YES", "", "")
    assert made.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    source = made.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID != f"{STUDY}.2.3"
    moments = [str(each.value) for each in made.iterall() if each.VR in ("DA", "DT", "TM")]
    assert set(moments) == {"19000101", "000000", ""}  # not even when it was written
    again = make_dicom_sr(table, [photo])
    assert again.StudyInstanceUID != made.StudyInstanceUID  # no hash that an archive could look up


def test_with_identity_it_belongs_to_the_study(table: Measurements, photo: Path) -> None:
    made = make_dicom_sr(table, [photo], keep_identity=True)
    assert (made.PatientID, made.StudyInstanceUID) == (PATIENT, STUDY)
    source = made.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0]
    assert source.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == f"{STUDY}.2.3"
    assert "PatientIdentityRemoved" not in made


def test_photos_that_a_report_can_not_refer_to(
    table: Measurements, photo: Path, tmp_path: Path
) -> None:
    other = tmp_path / "a.jpg"
    other.write_bytes(encoded(np.zeros((20, 20, 3), np.uint8), "JPEG"))
    with pytest.raises(InvalidInputError, match=r"a\.jpg: not a DICOM photo"):
        make_dicom_sr(table, [other])
    stranger = tmp_path / "b.dcm"
    stranger.write_bytes(dicom_bytes(np.zeros((20, 20, 3), np.uint8), PatientID="other"))
    two = Measurements.concat([table, table])
    with pytest.raises(InvalidInputError, match="several patients"):
        make_dicom_sr(two, [photo, stranger])
    with pytest.raises(InvalidInputError, match="2 rows, and 1 DICOM photos"):
        make_dicom_sr(two, [photo])


def test_a_name_written_in_another_way_is_not_another_patient(
    table: Measurements, photo: Path, tmp_path: Path
) -> None:
    again = pydicom.dcmread(photo)
    again.PatientName, again.SOPInstanceUID = f"{NAME.upper()}^^^", f"{STUDY}.2.4"
    again.save_as(tmp_path / "again.dcm")
    made = make_dicom_sr(Measurements.concat([table, table]), [photo, tmp_path / "again.dcm"])
    (series,) = made.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    assert len(series.ReferencedSOPSequence) == 2


# The command


def test_the_command_writes_both_and_says_where(photo: Path, tmp_path: Path) -> None:
    fhir, report = tmp_path / "a.json", tmp_path / "sr.dcm"
    asked = ["photo", str(photo), "--method", "fast", "--fhir", str(fhir), "--dicom-sr"]
    asked.append(str(report))
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-3:] == [str(fhir), "", str(report)]
    assert json.loads(fhir.read_text())["resourceType"] == "Bundle"
    assert pydicom.dcmread(report).PatientName == ""
    kept = [*asked, "--keep-identity", "--subject", "Patient/9", "--json"]
    assert json.loads(CliRunner().invoke(main, kept).stdout)
    assert pydicom.dcmread(report).PatientName == NAME
    assert "Patient/9" in fhir.read_text()


def test_targets_are_checked_before_photos_are_read(tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["photo", str(tmp_path / "no.jpg"), "--fhir", str(tmp_path / "no" / "a.json")]
    )
    assert result.exit_code == 1
    assert "there is no folder" in result.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--fhir", "a.json", "--subject", "Anna Miller"], "give it as Patient/123"),
        (["--dicom-sr", "a.dcm"], "a.jpg: not a DICOM photo"),
    ],
)
def test_what_would_be_refused_is_refused_before_photos_are_measured(
    asked: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(asymmetry.Extractor, "extract", None)  # it would fail in another way
    Path("a.jpg").write_bytes(encoded(np.zeros((20, 20, 3), np.uint8), "JPEG"))
    result = CliRunner().invoke(main, ["photo", "a.jpg", *asked])
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_ratio_of_sides_is_not_a_movement_in_millimetres() -> None:
    table = Measurements({"brow_excursion_ratio": [0.5]})
    (found,) = list_quantities(table)
    assert (found.code.value, found.unit.value, found.definition) == (
        "brow_excursion_ratio",
        "1",
        "",
    )
