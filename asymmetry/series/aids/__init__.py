"""Aids to grading: the items of published scales, each with its evidence; a clinician fills them in."""

from __future__ import annotations

from asymmetry.series.aids.evidence import Evidence
from asymmetry.series.aids.form import Aids, Form, Item, Total, make_aids
from asymmetry.series.aids.lines import aid_lines
from asymmetry.series.aids.scales import SCALES, Formula, GradingScale, Question

__all__ = [
    "SCALES",
    "Aids",
    "Evidence",
    "Form",
    "Formula",
    "GradingScale",
    "Item",
    "Question",
    "Total",
    "aid_lines",
    "make_aids",
]
