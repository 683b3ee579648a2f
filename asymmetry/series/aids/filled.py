"""Values that a clinician filled in: read from a file, and checked."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, cast

from asymmetry.core.paths import as_path, open_file
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.series.aids.scales import GradingScale, Question

__all__ = ["Answers", "FilledForms", "check_answers", "read_answers"]

Answers: TypeAlias = Mapping[str, Mapping[str, object]]
"""The clinician's values, by scale and item; None is blank."""


@dataclass(frozen=True)
class FilledForms:
    """A file of forms.

    Attributes
    ----------
    path : pathlib.Path
        The file.
    day : float or None
        The day that the forms are of; None where the photos had none.
    affected : {"right", "left"} or None
        The affected side that is written there.
    answers : mapping
        The values, by scale and item.
    """

    path: Path
    day: float | None
    affected: Side | None
    answers: Answers

    def settle(self, day: float, affected: Side | None) -> Side | None:
        """The affected side, of the forms or of the series.

        Raises
        ------
        InvalidInputError
            If the forms are of another day, or say another side.
        """
        here = None if math.isnan(day) else day
        if self.day != here:
            raise InvalidInputError(
                f"{self.path}: filled in for day {self.day}, and day {here} is asked for: give that day"
            )
        if None not in (affected, self.affected) and affected != self.affected:
            raise InvalidInputError(
                f"{self.path}: affected is {self.affected}, and {affected} is given: which one is it?"
            )
        return affected or self.affected


def read_answers(path: str | os.PathLike[str]) -> FilledForms:
    """Read a file of forms.

    Parameters
    ----------
    path : path
        A file that `Aids.save` wrote; only ``value`` and ``affected`` are to be changed in it.

    Raises
    ------
    InvalidInputError
        If it is no such file.
    """
    file = as_path(path)
    try:
        with open_file(file) as stream:
            plain: Any = json.loads(stream.read().decode("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(f"{file}: can't be read as filled-in forms ({error})") from error
    try:
        answers = {
            form["scale"]: {item["name"]: item["value"] for item in form["items"]}
            for form in plain["forms"]
        }
        day, affected = plain["day"], plain["affected"]
    except (KeyError, TypeError) as error:
        raise InvalidInputError(
            f"{file}: is not a file of forms; write one with 'asymmetry aids', and fill in the values"
        ) from error
    if affected not in (*SIDES, None):
        raise InvalidInputError(f"{file}: affected is {affected!r}: use right, left or null")
    return FilledForms(file, day, cast("Side | None", affected), answers)


def check_answers(answers: Answers, scales: Sequence[GradingScale], where: str = "") -> None:
    """Refuse values that their items don't allow.

    Parameters
    ----------
    answers : mapping
        By scale and item.
    scales : sequence of GradingScale
        The scales.
    where : str
        Begins the message.

    Raises
    ------
    InvalidInputError
        If a scale or an item is not known, or does not allow its value.
    """
    known = {scale.name: {each.name: each for each in scale.questions} for scale in scales}
    for scale, values in answers.items():
        if scale not in known:
            raise InvalidInputError(f"{where}no scale is called {scale!r}; use {', '.join(known)}")
        for name, value in values.items():
            question = known[scale].get(name)
            if question is None:
                raise InvalidInputError(
                    f"{where}{scale} has no item {name!r}; it has {', '.join(known[scale])}"
                )
            if value is not None and not question.allows(value):
                raise InvalidInputError(
                    f"{where}{scale}, {name}: {value!r} is not allowed; {_allowed(question)}"
                )


def _allowed(question: Question) -> str:
    if question.span:
        low, high = question.span
        return f"use a number from {low:g} to {high:g}, or null"
    return f"use {', '.join(question.points)} or null"
