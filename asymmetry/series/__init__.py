"""One person over days: a folder of dated photos → a table in order of time, and its changes."""

from __future__ import annotations

from asymmetry.metrics.headline import HEADLINES, Difference, Headline, notable
from asymmetry.photos.manifest import DiaryNote
from asymmetry.series.change import FALSE_ALARMS, Change
from asymmetry.series.concerns import RULES, Concern, Rule, register_rule, unregister_rule
from asymmetry.series.course import Course
from asymmetry.series.finding import Finding
from asymmetry.series.findings import list_findings
from asymmetry.series.history import History
from asymmetry.series.pair import Comparison
from asymmetry.series.recovery import Recovery
from asymmetry.series.review import Doubt, Review
from asymmetry.series.sheet import Cell, Sheet, SheetRow, Visit
from asymmetry.series.sheet_rows import make_sheet
from asymmetry.series.skin import SkinDays
from asymmetry.series.summary import what_changed
from asymmetry.series.treatments import Treatment
from asymmetry.series.trend import Forecast, Trend

__all__ = [
    "FALSE_ALARMS",
    "HEADLINES",
    "RULES",
    "Cell",
    "Change",
    "Comparison",
    "Concern",
    "Course",
    "DiaryNote",
    "Difference",
    "Doubt",
    "Finding",
    "Forecast",
    "Headline",
    "History",
    "Recovery",
    "Review",
    "Rule",
    "Sheet",
    "SheetRow",
    "SkinDays",
    "Treatment",
    "Trend",
    "Visit",
    "list_findings",
    "make_sheet",
    "notable",
    "register_rule",
    "unregister_rule",
    "what_changed",
]
