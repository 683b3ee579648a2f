"""A table's columns as quantities with codes for measure, side, place and unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from asymmetry.core.table import Measurements

__all__ = [
    "CODING_SCHEME",
    "FACE",
    "SCHEME_OID",
    "SIDES",
    "Code",
    "Quantity",
    "list_quantities",
    "model_facts",
]


@dataclass(frozen=True)
class Code:
    """A code with its meaning in English."""

    value: str
    meaning: str


#: The codes of this library's metrics: an OID of its own (ITU-T X.667, of a random UUID), and their name in
#: DICOM, where schemes of one's own begin with 99.
SCHEME_OID = "2.25.134709758304310988275844531176981778277"
CODING_SCHEME = "99ASYMMETRY"

#: Units of columns in UCUM.
_UNITS: Mapping[str, Code] = MappingProxyType(
    {
        "mm": Code("mm", "millimeter"),
        "mm2": Code("mm2", "square millimeter"),
        "deg": Code("deg", "degree"),
        "pct": Code("%", "percent"),
        "ratio": Code("1", "no units"),
    }
)
#: Sides and parts of the face in SNOMED CT, out of those that DICOM lists (PS3.16).
SIDES: Mapping[str, Code] = MappingProxyType(
    {"right": Code("24028007", "Right"), "left": Code("7771000", "Left")}
)
FACE = Code("89545001", "Face")
_BROW, _EYELID = Code("367577003", "Skin of eyebrow"), Code("80243003", "Eyelid")
_EYE, _MOUTH = Code("371398005", "Eye region"), Code("123851003", "Mouth")
_LIP, _ALA = Code("48477009", "Lip"), Code("68598004", "Skin of ala nasi")
_SITES = {
    "brow": _BROW,
    "frown": _BROW,
    "mrd1": _EYELID,
    "mrd2": _EYELID,
    "fissure": _EYE,
    "eye": _EYE,
    "canthal": _EYE,
    "lid": _EYE,
    "residual_gap": _EYE,
    "synkinesis": _EYE,
    "commissure": _MOUTH,
    "smile": _MOUTH,
    "mouth": _MOUTH,
    "dental": _MOUTH,
    "upper_lip": _LIP,
    "lower_lip": _LIP,
    "ala": _ALA,
}
_COLUMN = re.compile(
    rf"(?P<metric>.+?)(?:_(?P<side>right|left|diff))?_(?P<unit>{'|'.join(_UNITS)})"
)
_SD = re.compile(r"_r?sd_[a-z0-9]+$")
#: Columns about the head and the scale, which are no metrics.
_OTHERS = frozenset(("yaw_deg", "pitch_deg", "roll_deg"))


@dataclass(frozen=True)
class Quantity:
    """One column of a table.

    Attributes
    ----------
    column : str
        Its name.
    code : Code
        Its meaning. Both sides of a metric have one code, and their difference another.
    side : str
        ``"right"`` or ``"left"``, the patient's own; empty for a difference and for the whole face.
    site : Code
        The part of the face, in SNOMED CT.
    unit : Code
        In UCUM.
    definition : str
        The measurement, and the meaning of a positive value.
    sd, rsd : str
        Columns of its standard deviations, of one photo about the truth and of repeats; empty without.
    """

    column: str
    code: Code
    side: str
    site: Code
    unit: Code
    definition: str
    sd: str = ""
    rsd: str = ""


def list_quantities(table: Measurements) -> Iterator[Quantity]:
    """The measurements of a table, in its order; without columns of text and standard deviations.

    Examples
    --------
    >>> table = Measurements(
    ...     {"photo": ["a.jpg"], "mrd1_right_mm": [3.5], "mrd1_right_sd_mm": [0.2]}
    ... )
    >>> [(each.code.value, each.side, each.unit.value, each.sd) for each in list_quantities(table)]
    [('mrd1', 'right', 'mm', 'mrd1_right_sd_mm')]
    """
    for column, values in table.items():
        found = _COLUMN.fullmatch(column)
        if found and values.dtype.kind == "f" and not _SD.search(column) and column not in _OTHERS:
            yield _quantity(table, column, found)


def _quantity(table: Measurements, column: str, found: re.Match[str]) -> Quantity:
    metric, side, unit = found["metric"], found["side"] or "", found["unit"]
    name = metric.replace("_", " ")
    code = Code(metric, name)
    if side == "diff":
        code, side = Code(f"{metric}_diff", f"{name}, right minus left"), ""
    if unit == "ratio":
        code = Code(f"{metric}_ratio", f"{name}, weaker to stronger side")
    about = table.about.get(column, {})
    sign = about.get("sign", "none")
    told = [about.get("definition", ""), _sign(sign)]
    stem = column.removesuffix(f"_{unit}")
    errors = {kind: f"{stem}_{kind}_{unit}" for kind in ("sd", "rsd")}
    return Quantity(
        column,
        code,
        side,
        _site(metric),
        _UNITS[unit],
        " ".join(each for each in told if each),
        **{kind: name for kind, name in errors.items() if name in table},
    )


def _sign(sign: str) -> str:
    """The meaning of a positive value, as a sentence; a difference's names its order first."""
    if sign == "none":
        return ""
    return f"{sign[0].upper()}{sign[1:]}." if "positive: " in sign else f"Positive: {sign}."


def _site(metric: str) -> Code:
    """The part of the face that a metric is of; the face for those of one's own."""
    return next((site for start, site in _SITES.items() if metric.startswith(start)), FACE)


def model_facts(table: Measurements) -> dict[str, str]:
    """The software behind the numbers, as text: version, landmark model, method and scale.

    Examples
    --------
    >>> model_facts(Measurements({}, {"asymmetry": "1.0", "score_version": 4, "metrics": ["mrd1"]}))
    {'version': '1.0', 'score_version': '4'}
    """
    told = table.provenance
    names = {"version": "asymmetry", "score_version": "score_version"}
    names |= {name: name for name in told if name.endswith("_sha256")}
    names |= {"method": "method", "scale_source": "scale_source"}
    return {name: str(told[key]) for name, key in names.items() if key in told}
