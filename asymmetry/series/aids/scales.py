"""The items and formulas of Sunnybrook, eFACE and House-Brackmann, as they were published.

Where that was stands in ``asymmetry/texts``, section ``[aid_sources]``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, TypeAlias

from asymmetry.core.notes import Note

__all__ = ["MM_PER_POINT", "MOST_POINTS", "SCALES", "Formula", "GradingScale", "Question", "Value"]

Part: TypeAlias = Literal[
    "rest", "voluntary", "static", "dynamic", "synkinesis", "grade", "measured"
]
Value: TypeAlias = str | float

#: House and Brackmann count a point for each 0.25 cm that brow and corner of the mouth move, up to 1 cm.
MM_PER_POINT, MOST_POINTS = 2.5, 4

_REST = "rest"
_FOLD, _CHIN_AND_NECK = Note("aid_fold"), Note("aid_chin_and_neck")
_EFFORT = Note("aid_effort")
_FULL_CLOSURE = Note("aid_full_closure")
_NOT_ASKED = Note("aid_not_asked")
#: Parts that are graded by how far the affected side moves, beside the healthy one.
_MOVEMENTS = ("voluntary", "dynamic", "measured")


@dataclass(frozen=True)
class Question:
    """One item of a scale.

    Attributes
    ----------
    name : str
        Its own within the scale.
    part : str
        The part of the scale.
    points : mapping of str to int
        The values that may be filled in, and the points of each; empty where `span` says them.
    span : tuple of float
        Of a visual analogue scale: its ends.
    looks : tuple of (str, str)
        The measurements that inform it: the expression in the photo, and the metric.
    caution : Note or None
        The reason why no photo informs it, or a question that a photo leaves open.
    """

    name: str
    part: Part
    points: Mapping[str, int] = field(default_factory=dict)
    span: tuple[float, ...] = ()
    looks: tuple[tuple[str, str], ...] = ()
    caution: Note | None = None

    @property
    def of_movement(self) -> bool:
        """Whether it is graded by how far the affected side moves."""
        return self.part in _MOVEMENTS

    def allows(self, value: object) -> bool:
        """Whether a value may be filled in.

        Examples
        --------
        >>> mild = Question("smile", "synkinesis", {"0": 0, "1": 1})
        >>> mild.allows(1), mild.allows("1"), mild.allows(2), mild.allows(True)
        (True, True, False, False)
        """
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return False
        if self.points:
            return str(value) in self.points
        low, high = self.span
        return not isinstance(value, str) and math.isfinite(value) and low <= value <= high


@dataclass(frozen=True)
class Formula:
    """A total: the points of each part, weighted.

    Attributes
    ----------
    name : str
        Its own within the scale.
    weights : mapping of str to int
        By part; empty where no exact formula is published, so that the total stays blank.
    grades : tuple of str
        The grade of each number of points, from 0 on; empty where there is none.
    """

    name: str
    weights: Mapping[str, int]
    grades: tuple[str, ...] = ()


@dataclass(frozen=True)
class GradingScale:
    """A published scale.

    Attributes
    ----------
    name : str
        Its own.
    questions : tuple of Question
        Its items.
    formulas : tuple of Formula
        Its totals.
    """

    name: str
    questions: tuple[Question, ...]
    formulas: tuple[Formula, ...]


def _count(first: int, last: int) -> Mapping[str, int]:
    return MappingProxyType({str(number): number for number in range(first, last + 1)})


def _choices(**points: int) -> Mapping[str, int]:
    return MappingProxyType({name.replace("_", " "): number for name, number in points.items()})


def _look(expression: str, *metrics: str) -> tuple[tuple[str, str], ...]:
    return tuple((expression, metric) for metric in metrics)


#: Sunnybrook's standard expressions, with the movement that each means, and another one that may go along.
_EXPRESSIONS = {
    "brow_raise": (("brow_excursion",), ("commissure_travel",)),
    "eye_closure": (("eye_closed", "residual_gap"), ("commissure_travel",)),
    "smile_open": (("commissure_travel", "commissure_lift"), ("synkinesis",)),
    "snarl": (("upper_lip_lift", "ala_lift"), ("eye_closed",)),
    "pucker": (("commissure_travel",), ("eye_closed",)),
}
_CAUTIONS = {"eye_closure": _EFFORT}
_SUNNYBROOK_REST = (
    Question(
        "rest_eye",
        "rest",
        _choices(normal=0, narrow=1, wide=1, eyelid_surgery=1),
        looks=_look(_REST, "fissure_height", "mrd1"),
    ),
    Question(
        "rest_cheek",
        "rest",
        _choices(normal=0, absent=2, less_pronounced=1, more_pronounced=1),
        caution=_FOLD,
    ),
    Question(
        "rest_mouth",
        "rest",
        _choices(normal=0, corner_drooped=1, corner_pulled_up_or_out=1),
        looks=_look(_REST, "commissure_height", "commissure_excursion"),
    ),
)

SUNNYBROOK = GradingScale(
    name="sunnybrook",
    questions=(
        *_SUNNYBROOK_REST,
        *(
            Question(
                f"voluntary_{name}",
                "voluntary",
                _count(1, 5),
                (),
                _look(name, *meant),
                _CAUTIONS.get(name),
            )
            for name, (meant, _) in _EXPRESSIONS.items()
        ),
        *(
            Question(f"synkinesis_{name}", "synkinesis", _count(0, 3), looks=_look(name, *along))
            for name, (_, along) in _EXPRESSIONS.items()
        ),
    ),
    formulas=(
        Formula("resting", {"rest": 5}),
        Formula("voluntary", {"voluntary": 4}),
        Formula("synkinesis", {"synkinesis": 1}),
        Formula("composite", {"voluntary": 4, "rest": -5, "synkinesis": -1}),
    ),
)

#: At rest 100 is balanced, and both ends are asymmetric; elsewhere 100 is best.
_BOTH_WAYS, _ONE_WAY = (0.0, 200.0), (0.0, 100.0)


def _analogue(
    name: str, part: Part, *looks: tuple[str, str], caution: Note | None = None
) -> Question:
    span = _BOTH_WAYS if part == "static" else _ONE_WAY
    return Question(name, part, span=span, looks=looks, caution=caution)


EFACE = GradingScale(
    name="eface",
    questions=(
        _analogue("static_brow", "static", (_REST, "brow_height")),
        _analogue("static_eye", "static", (_REST, "fissure_height")),
        _analogue("static_fold", "static", caution=_FOLD),
        _analogue("static_mouth", "static", (_REST, "commissure_height")),
        _analogue("dynamic_brow", "dynamic", ("brow_raise", "brow_excursion")),
        _analogue(
            "dynamic_gentle_closure",
            "dynamic",
            *_look("eye_closure", "eye_closed", "residual_gap"),
            caution=_EFFORT,
        ),
        _analogue("dynamic_full_closure", "dynamic", caution=_FULL_CLOSURE),
        _analogue("dynamic_fold_depth", "dynamic", caution=_FOLD),
        _analogue("dynamic_fold_orientation", "dynamic", caution=_FOLD),
        _analogue(
            "dynamic_mouth", "dynamic", *_look("smile_open", "commissure_travel", "commissure_lift")
        ),
        _analogue("dynamic_lower_lip", "dynamic", caution=_NOT_ASKED),
        _analogue(
            "synkinesis_ocular",
            "synkinesis",
            ("smile_open", "synkinesis"),
            ("pucker", "eye_closed"),
        ),
        _analogue("synkinesis_midface", "synkinesis", ("eye_closure", "commissure_travel")),
        _analogue("synkinesis_mentalis", "synkinesis", caution=_CHIN_AND_NECK),
        _analogue("synkinesis_platysma", "synkinesis", caution=_CHIN_AND_NECK),
    ),
    formulas=tuple(Formula(name, {}) for name in ("static", "dynamic", "synkinesis", "composite")),
)

HOUSE_BRACKMANN = GradingScale(
    name="house_brackmann",
    questions=(
        Question(
            "grade",
            "grade",
            _choices(I=1, II=2, III=3, IV=4, V=5, VI=6),
            looks=_look("eye_closure", "residual_gap"),
            caution=_EFFORT,
        ),
        Question(
            "brow",
            "measured",
            _count(0, MOST_POINTS),
            looks=_look("brow_raise", "brow_excursion"),
        ),
        Question(
            "mouth",
            "measured",
            _count(0, MOST_POINTS),
            looks=_look("smile_open", "commissure_spread"),
        ),
    ),
    formulas=(
        Formula("measured", {"measured": 1}, ("VI", "V", "V", "IV", "IV", "III", "III", "II", "I")),
    ),
)

#: The scales, in the order in which they are told.
SCALES = (SUNNYBROOK, EFACE, HOUSE_BRACKMANN)
