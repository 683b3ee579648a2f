"""HL7 FHIR R4 (4.0.1): a Bundle of Observations, one for each measurement, with photos and software.

An Observation's side stands in its body site, as a SNOMED CT expression (site : laterality = side). A
metric that was not measured has a reason in place of a value (``dataAbsentReason``). Observations are
preliminary: software measured, and nobody has confirmed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from asymmetry.core.arrays import check_switches
from asymmetry.core.columns import USABLE
from asymmetry.core.files import replace_file
from asymmetry.core.paths import open_file
from asymmetry.core.records import make_plain
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.hospital.quantities import (
    FACE,
    SCHEME_OID,
    SIDES,
    Code,
    Quantity,
    list_quantities,
    model_facts,
)

__all__ = ["check_subject", "make_fhir", "write_fhir"]

_Resource = dict[str, Any]

_SNOMED, _UCUM = "http://snomed.info/sct", "http://unitsofmeasure.org"
_HL7 = "http://terminology.hl7.org/CodeSystem"
_OURS = f"urn:oid:{SCHEME_OID}"
#: SNOMED CT's attribute of a side, in expressions.
_LATERALITY = "272741003"
_REMARK = (
    "Measured by software in a photo; not confirmed by a clinician. A measurement, not a diagnosis; not made "
    "by a medical device."
)
_FAILED = ("no_face", "several_faces", "unreadable")
_SD = Code("sd", "standard deviation of one photo about the truth")
_RSD = Code("rsd", "standard deviation of repeats of one person")
_DAY = len("2026-03-31")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
# Values of notes that name a file or a person.
_NAMING = ("near", "photo", "subject")
_DECIMALS = 4
# A time of FHIR needs its zone, and a table's may have none.
_ZONED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
_REFERENCE = re.compile(
    r"(?:[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}|https?://\S+)"
)


def make_fhir(
    table: Measurements,
    photos: Sequence[str | os.PathLike[str]] = (),
    *,
    subject: str = "",
    keep_identity: bool = False,
) -> dict[str, Any]:
    """A FHIR R4 Bundle of a table's measurements, as plain data.

    Parameters
    ----------
    table : Measurements
        n photos, as `asymmetry.measure` gives them.
    photos : sequence of path
        The n photos' files, by which whoever has them knows them again (SHA-1). Default: not told.
    subject : str
        The patient on the server: ``"Patient/123"``, or a URL. Default: none.
    keep_identity : bool
        Also tell file names and dates. Without it the bundle says nothing of the person but the numbers, and
        the ``subject`` that it is given.

    Returns
    -------
    dict
        A Bundle of the type ``collection``: one Device (versions, hashes of the networks), and for each photo
        one Media, one Observation that groups, and one for each measurement and side. Each has a new random
        id.

    Raises
    ------
    InvalidInputError
        If there are not as many photos as rows, or the subject is no reference.

    Examples
    --------
    >>> table = Measurements({"photo": ["a.jpg"], "status": ["ok"], "mrd1_right_mm": [3.5]})
    >>> bundle = make_fhir(table)
    >>> value = bundle["entry"][-1]["resource"]["valueQuantity"]
    >>> value["value"], value["code"], "a.jpg" in str(bundle)
    (3.5, 'mm', False)
    """
    check_switches(keep_identity=keep_identity)
    if photos and len(photos) != table.rows:
        raise InvalidInputError(f"{table.rows} rows, and {len(photos)} photos for them")
    check_subject(subject)
    device = _entry(_device(table))
    entries = [device]
    quantities = list(list_quantities(table))
    for row, photo in enumerate(photos or [None] * table.rows):
        media = _entry(_media(table, row, photo, keep_identity) | _whose(subject))
        shared = _common_entries(table, row, device, media, subject, keep_identity)
        remark = _remark(table, row, keep_identity=keep_identity)
        members = [_entry(shared | _observation(table, row, each, remark)) for each in quantities]
        entries += [media, _entry(shared | _group(members, remark)), *members]
    bundle: _Resource = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    if keep_identity:
        bundle["timestamp"] = datetime.now(UTC).isoformat(timespec="seconds")
    return bundle


def check_subject(subject: str) -> None:
    """Refuse a patient that is no reference.

    Raises
    ------
    InvalidInputError
        If it is neither empty, nor as ``Patient/123``, nor a URL.
    """
    if subject and not _REFERENCE.fullmatch(subject):
        raise InvalidInputError(f"subject {subject!r}: give it as Patient/123, or as a URL")


def write_fhir(
    table: Measurements,
    path: str | os.PathLike[str],
    photos: Sequence[str | os.PathLike[str]] = (),
    *,
    subject: str = "",
    keep_identity: bool = False,
) -> Path:
    """Write `make_fhir`'s bundle to a JSON file.

    Parameters
    ----------
    table : Measurements
        As for `make_fhir`.
    path : path
        The file.
    photos, subject, keep_identity
        As for `make_fhir`.
    """
    bundle = make_fhir(table, photos, subject=subject, keep_identity=keep_identity)
    text = json.dumps(bundle, indent=1, allow_nan=False)
    with replace_file(path, private=True) as made:
        made.write_text(text + "\n", encoding="utf-8")
    return Path(path)


def _entry(resource: _Resource) -> _Resource:
    return {"fullUrl": f"urn:uuid:{uuid4()}", "resource": resource}


def _reference(entry: _Resource) -> _Resource:
    return {"reference": entry["fullUrl"]}


def _without_blanks(**parts: Any) -> _Resource:
    """The parts that are not empty; FHIR has no empty ones."""
    return {name: part for name, part in parts.items() if part}


def _concept(system: str, code: Code, text: str = "") -> _Resource:
    coding = {"system": system, "code": code.value, "display": code.meaning}
    return _without_blanks(coding=[coding], text=text)


def _cell(table: Measurements, column: str, row: int) -> str:
    """A text of a table; empty where there is no such column."""
    if column not in table:
        return ""
    return str(make_plain(str(table[column][row])))


def _remark(table: Measurements, row: int, *, keep_identity: bool) -> str:
    """The cautions about a photo; as codes where their words would name a photo or a day."""
    reason = _cell(table, "reason", row)
    telling = [Path(str(name)).stem for name in table.get("photo", ())]
    values = [value for note in table.notes[row] for value in note.values]
    telling += [str(value) for name, value in values if name in _NAMING]
    told = _DATE.search(reason) or any(each and each in reason for each in telling)
    return _cell(table, "flags", row) if told and not keep_identity else reason


def _device(table: Measurements) -> _Resource:
    """The software, with the versions and hashes that the numbers were made with."""
    facts = model_facts(table)
    versions = [{"type": {"text": name}, "value": value} for name, value in facts.items()]
    return _without_blanks(
        resourceType="Device",
        deviceName=[{"name": "asymmetry", "type": "model-name"}],
        type={"text": "software that measures faces in photos"},
        version=versions,
        note=[{"text": _REMARK}],
    )


def _media(
    table: Measurements, row: int, photo: str | os.PathLike[str] | None, keep_identity: bool
) -> _Resource:
    """The photo: not its pixels, but its name, its date, and its hash where it was measured."""
    title, moment = f"photo {row + 1}", ""
    if keep_identity:
        title = Path(_cell(table, "photo", row)).name or title
        moment = _moment(table, row)
    if _cell(table, "status", row) not in USABLE:
        photo = None
    return _without_blanks(
        resourceType="Media",
        status="completed",
        type=_concept(f"{_HL7}/media-type", Code("image", "Image")),
        bodySite=_concept(_SNOMED, FACE),
        createdDateTime=moment,
        content=_without_blanks(hash=_sha1(photo), title=title),
    )


def _sha1(photo: str | os.PathLike[str] | None) -> str:
    """The SHA-1 of a file, as attachments have it; empty where there is no file."""
    if photo is None or not Path(photo).is_file():
        return ""
    with open_file(photo) as stream:
        digest = hashlib.file_digest(stream, partial(hashlib.sha1, usedforsecurity=False))
    return base64.b64encode(digest.digest()).decode()


def _common_entries(
    table: Measurements,
    row: int,
    device: _Resource,
    media: _Resource,
    subject: str,
    keep_identity: bool,
) -> _Resource:
    """The entries that all Observations of a photo have."""
    return _without_blanks(
        resourceType="Observation",
        status="preliminary",
        category=[_concept(f"{_HL7}/observation-category", Code("imaging", "Imaging"))],
        effectiveDateTime=_moment(table, row) if keep_identity else "",
        method=_without_blanks(text=str(table.provenance.get("method", ""))),
        device=_reference(device),
        derivedFrom=[_reference(media)],
    ) | _whose(subject)


def _whose(subject: str) -> _Resource:
    """The entry that says of whom a photo or a number is."""
    return _without_blanks(subject=_without_blanks(reference=subject))


def _moment(table: Measurements, row: int) -> str:
    """When a photo was taken; the day alone where its time has no zone."""
    taken = _cell(table, "taken", row)
    if _ZONED.fullmatch(taken):
        return taken
    return taken[:_DAY]


def _group(members: Sequence[_Resource], remark: str) -> _Resource:
    """The Observation of a whole photo: its members, and the cautions about the photo."""
    notes = [_without_blanks(text=remark)]
    return _without_blanks(
        code=_concept(_OURS, Code("face", "Measurements of a face in a photo")),
        bodySite=_concept(_SNOMED, FACE),
        hasMember=[_reference(each) for each in members],
        note=[each for each in notes if each],
    )


def _observation(table: Measurements, row: int, quantity: Quantity, remark: str) -> _Resource:
    """The Observation of one measurement."""
    made: _Resource = {
        "code": _concept(_OURS, quantity.code, quantity.definition),
        "bodySite": _site(quantity),
    }
    value = float(table[quantity.column][row])
    if not math.isfinite(value):
        return made | {"dataAbsentReason": _absent(table, row, quantity, remark)}
    made["valueQuantity"] = _value(value, quantity)
    return made | _without_blanks(component=list(_components(table, row, quantity)))


def _value(value: float, quantity: Quantity) -> _Resource:
    unit = quantity.unit.value
    return {"value": round(value, _DECIMALS) + 0.0, "unit": unit, "system": _UCUM, "code": unit}


def _components(table: Measurements, row: int, quantity: Quantity) -> Iterator[_Resource]:
    """The standard deviations, as far as they are known."""
    for column, code in ((quantity.sd, _SD), (quantity.rsd, _RSD)):
        value = float(table[column][row]) if column else math.nan
        if math.isfinite(value):
            yield {"code": _concept(_OURS, code), "valueQuantity": _value(value, quantity)}


def _site(quantity: Quantity) -> _Resource:
    """The part of the face, on its side if it has one."""
    if not quantity.side:
        return _concept(_SNOMED, quantity.site)
    side = SIDES[quantity.side]
    code = f"{quantity.site.value}:{_LATERALITY}={side.value}"
    words = f"{side.meaning} {quantity.site.meaning[0].lower()}{quantity.site.meaning[1:]}"
    return {"coding": [{"system": _SNOMED, "code": code}], "text": words}


def _absent(table: Measurements, row: int, quantity: Quantity, remark: str) -> _Resource:
    """Why there is no value."""
    code, why = "unknown", remark or "not measured in this photo"
    lost = table.provenance.get("not_carried", {})
    metric = quantity.code.value.removesuffix("_diff")
    if metric in lost:
        code, why = "unsupported", f"the points have no {', '.join(lost[metric])}"
    elif _cell(table, "status", row) in _FAILED:
        code = "error"
    return {"coding": [{"system": f"{_HL7}/data-absent-reason", "code": code}], "text": why}
