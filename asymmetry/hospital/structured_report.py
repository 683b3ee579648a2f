"""DICOM SR: a Measurement Report (PS3.16, TID 1500) of DICOM photos. Needs the extra ``dicom``."""

from __future__ import annotations

import math
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from asymmetry.core.arrays import check_switches
from asymmetry.core.files import replace_file
from asymmetry.core.paths import as_path
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError, MissingExtraError
from asymmetry.hospital.quantities import (
    CODING_SCHEME,
    FACE,
    SCHEME_OID,
    SIDES,
    Code,
    Quantity,
    list_quantities,
    model_facts,
)

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["check_photos", "make_dicom_sr", "write_dicom_sr"]

#: Elements of the photos that a report about them repeats, or refers to them by.
_PATIENT = (
    "PatientID PatientName PatientBirthDate PatientSex StudyID AccessionNumber StudyDate StudyTime "
    "ReferringPhysicianName"
).split()
_REFERENCES = "SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID".split()
_PICTURE = "Rows Columns Modality".split()
#: Moments of writing, which the basic profile of PS3.15 (table E.1-1) replaces where the standard needs a
#: value, and leaves out elsewhere.
_DUMMY_MOMENTS = {"ContentDate": "19000101", "ContentTime": "000000"}
#: A patient's name may have any letters.
_UTF_8 = "ISO_IR 192"
_DECIMALS = 4
# DICOM's longest text of a code's meaning.
_LONGEST = 64


def make_dicom_sr(
    table: Measurements,
    photos: Sequence[str | os.PathLike[str]],
    *,
    keep_identity: bool = False,
) -> Dataset:
    """A DICOM Comprehensive SR of a table's measurements.

    Parameters
    ----------
    table : Measurements
        n photos of one patient, as `asymmetry.measure` gives them.
    photos : sequence of path
        Their n DICOM files.
    keep_identity : bool
        Put patient, study, dates and the photos' UIDs into the report, so that it belongs to them in an
        archive. Without it they are removed or replaced by the basic profile of PS3.15, and the report says
        that they were: UIDs are other ones then, the same for the same within a report.

    Returns
    -------
    pydicom.Dataset
        One group of measurements for each photo. A value that was not measured is empty, with the qualifier
        "Measurement failure".

    Raises
    ------
    MissingExtraError
        If the extra ``dicom`` is not installed.
    InvalidInputError
        If a photo is no DICOM file, they are of several patients, or there are not as many as rows.
    """
    try:
        from highdicom.sr import ComprehensiveSR, MeasurementReport
        from highdicom.uid import UID
        from pydicom.sr.codedict import codes
    except ImportError as error:
        raise MissingExtraError("writing DICOM structured reports", "dicom") from error
    check_switches(keep_identity=keep_identity)
    if len(photos) != table.rows or not photos:
        raise InvalidInputError(f"{table.rows} rows, and {len(photos)} DICOM photos for them")
    evidence = _read_evidence(photos)
    if not keep_identity:
        evidence = _deidentify(evidence)
    report = MeasurementReport(
        observation_context=_observer(table),
        procedure_reported=codes.SCT.PhotographyOfPatient,
        imaging_measurements=[_group(table, row, each) for row, each in enumerate(evidence)],
    )
    made = ComprehensiveSR(
        evidence=evidence,
        content=report[0],
        series_instance_uid=UID(),
        series_number=1,
        sop_instance_uid=UID(),
        instance_number=1,
        manufacturer="asymmetry",
        is_complete=True,
        manufacturer_model_name="asymmetry",
        software_versions=model_facts(table).get("version", "unknown"),
    )
    made.SpecificCharacterSet = _UTF_8
    _empty_unknown(made)
    _mark_units(made)
    made.CodingSchemeIdentificationSequence = [_coding_scheme()]
    if not keep_identity:
        _mark_deidentified(made)
    return made


def check_photos(photos: Sequence[str | os.PathLike[str]]) -> None:
    """Refuse photos that no report can be about, before they are measured.

    Raises
    ------
    InvalidInputError
        If one is no DICOM file, or they are of several patients.
    """
    _read_evidence(photos)


def write_dicom_sr(
    table: Measurements,
    path: str | os.PathLike[str],
    photos: Sequence[str | os.PathLike[str]],
    *,
    keep_identity: bool = False,
) -> Path:
    """Write `make_dicom_sr`'s report to a file.

    Parameters
    ----------
    table : Measurements
        As for `make_dicom_sr`.
    path : path
        The file.
    photos, keep_identity
        As for `make_dicom_sr`.
    """
    report = make_dicom_sr(table, photos, keep_identity=keep_identity)
    with replace_file(path, private=True) as made:
        report.save_as(made, enforce_file_format=True)
    return Path(path)


def _read_evidence(photos: Sequence[str | os.PathLike[str]]) -> list[Dataset]:
    """The elements of each photo's header that a report needs."""
    import pydicom
    from pydicom.errors import InvalidDicomError

    found = []
    for photo in map(as_path, photos):
        try:
            header = pydicom.dcmread(photo, stop_before_pixels=True)
        except (InvalidDicomError, OSError) as error:
            raise InvalidInputError(
                f"{photo}: not a DICOM photo ({error}): a structured report refers to DICOM photos, and FHIR "
                "to any"
            ) from error
        found.append(_some(header, photo))
    if len({(str(each.PatientID), _plain(each.PatientName)) for each in found}) > 1:
        raise InvalidInputError("the photos are of several patients: write a report for each")
    return found


def _plain(name: object) -> str:
    """A person's name to compare: empty parts at its end and the case of letters say nothing."""
    return str(name).rstrip("^= ").casefold()


def _some(header: Dataset, photo: Path) -> Dataset:
    """The elements of a header that a report needs; an optional one that is missing is empty."""
    from pydicom import Dataset

    missing = [name for name in _REFERENCES if not header.get(name)]
    if missing:
        raise InvalidInputError(f"{photo}: without {', '.join(missing)} no report can refer to it")
    some = Dataset()
    for name in (*_PATIENT, *_REFERENCES, *_PICTURE):
        value = header.get(name)
        setattr(some, name, "" if value is None else value)
    return some


def _deidentify(evidence: Sequence[Dataset]) -> list[Dataset]:
    """The same without patient, study and dates, and with other UIDs."""
    from pydicom.uid import generate_uid

    secret = secrets.token_hex(16)
    for each in evidence:
        for name in _PATIENT:
            setattr(each, name, "")
        for name in _REFERENCES[1:]:
            setattr(each, name, generate_uid(entropy_srcs=[secret, str(each.get(name))]))
    return list(evidence)


def _empty_unknown(content: Dataset) -> None:
    """Take the value out of every item whose qualifier says that there is none; highdicom asks for one."""
    for item in content.get("ContentSequence", []):
        if "NumericValueQualifierCodeSequence" in item:
            item.MeasuredValueSequence = []
        _empty_unknown(item)


def _mark_units(content: Dataset) -> None:
    """Give uncertainties the unit of their measurement; highdicom says that they have none."""
    for item in content.get("ContentSequence", []):
        for measured in item.get("MeasuredValueSequence", []):
            for each in item.get("ContentSequence", []):
                if each.ValueType == "NUM":
                    (uncertainty,) = each.MeasuredValueSequence
                    units = measured.MeasurementUnitsCodeSequence
                    uncertainty.MeasurementUnitsCodeSequence = units
        _mark_units(item)


def _drop_moments(made: Dataset) -> None:
    """Take every date and time out that has a value, also those of parts within."""
    for element in list(made):
        if element.VR == "SQ":
            for part in element.value:
                _drop_moments(part)
        elif element.VR in ("DA", "DT", "TM") and element.value:
            del made[element.tag]
    made.pop("TimezoneOffsetFromUTC", None)


def _mark_deidentified(made: Dataset) -> None:
    """Say that the basic profile was followed, and take the moments of writing out."""
    from pydicom import Dataset

    _drop_moments(made)
    for name, value in _DUMMY_MOMENTS.items():
        setattr(made, name, value)
    profile = Dataset()
    profile.CodeValue, profile.CodingSchemeDesignator = "113100", "DCM"
    profile.CodeMeaning = "Basic Application Confidentiality Profile"
    made.PatientIdentityRemoved = "YES"
    made.LongitudinalTemporalInformationModified = "REMOVED"
    made.DeidentificationMethod = "PS3.15 basic profile"
    made.DeidentificationMethodCodeSequence = [profile]


def _coding_scheme() -> Dataset:
    """Whose the codes of the metrics are."""
    from pydicom import Dataset

    scheme = Dataset()
    scheme.CodingSchemeDesignator, scheme.CodingSchemeUID = CODING_SCHEME, SCHEME_OID
    scheme.CodingSchemeName = "Metrics of asymmetry"
    return scheme


def _concept(code: Code, scheme: str) -> Any:
    from highdicom.sr import CodedConcept

    return CodedConcept(code.value, scheme, code.meaning[:_LONGEST])


def _observer(table: Measurements) -> Any:
    """The software as the observer."""
    from highdicom.sr import (
        DeviceObserverIdentifyingAttributes,
        ObservationContext,
        ObserverContext,
    )
    from pydicom.sr.codedict import codes

    facts = model_facts(table)
    device = DeviceObserverIdentifyingAttributes(
        uid=SCHEME_OID,
        name="asymmetry",
        manufacturer_name="asymmetry",
        model_name=facts.get("version", "unknown"),
    )
    return ObservationContext(observer_device_context=ObserverContext(codes.DCM.Device, device))


def _group(table: Measurements, row: int, photo: Dataset) -> Any:
    """The measurements of one photo."""
    from highdicom.sr import (
        AlgorithmIdentification,
        FindingSite,
        MeasurementsAndQualitativeEvaluations,
        SourceImageForMeasurementGroup,
        TrackingIdentifier,
    )
    from highdicom.uid import UID

    facts = model_facts(table)
    parameters = [f"{name}={value}" for name, value in facts.items() if name != "version"]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(uid=UID(), identifier=f"photo {row + 1}"),
        algorithm_id=AlgorithmIdentification(
            "asymmetry", facts.get("version", "unknown"), parameters or None
        ),
        finding_sites=[FindingSite(_concept(FACE, "SCT"))],
        measurements=[_measurement(table, row, each) for each in list_quantities(table)],
        source_images=[SourceImageForMeasurementGroup(photo.SOPClassUID, photo.SOPInstanceUID)],
    )


def _measurement(table: Measurements, row: int, quantity: Quantity) -> Any:
    """One measurement; where there is none 0, and a qualifier by which `_empty_unknown` takes it out."""
    from highdicom.sr import FindingSite, Measurement
    from pydicom.sr.codedict import codes

    value = float(table[quantity.column][row])
    known = math.isfinite(value)
    side = SIDES.get(quantity.side)
    site = FindingSite(_concept(quantity.site, "SCT"), _concept(side, "SCT") if side else None)
    return Measurement(
        name=_concept(quantity.code, CODING_SCHEME),
        value=round(value, _DECIMALS) + 0.0 if known else 0.0,
        unit=_concept(quantity.unit, "UCUM"),
        qualifier=None if known else codes.DCM.MeasurementFailure,
        finding_sites=[site],
        properties=_error(table, row, quantity) if known else None,
    )


def _error(table: Measurements, row: int, quantity: Quantity) -> Any:
    """The standard deviation of one photo about the truth, as an uncertainty; None if not known."""
    from highdicom.sr import MeasurementProperties

    sd = float(table[quantity.sd][row]) if quantity.sd else math.nan
    if not math.isfinite(sd):
        return None
    sd = round(sd, _DECIMALS)
    return MeasurementProperties(upper_measurement_uncertainty=sd, lower_measurement_uncertainty=sd)
