"""What a metric is: a function, and the one entry that says what it measures."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Half
from asymmetry.core.schemes import SIDES
from asymmetry.errors import InvalidInputError

__all__ = ["Metric", "Unit", "metric"]

FloatArray = npt.NDArray[np.float64]
Unit = Literal["mm", "mm2", "deg", "pct", "ratio"]


@dataclass(frozen=True)
class Metric:
    """A catalogue entry, and the function itself.

    Attributes
    ----------
    name : str
        Name of the function, and first part of the columns' names.
    unit : {"mm", "mm2", "deg", "pct", "ratio"}
        Unit, and last part of the columns' names.
    sides : bool
        Whether it has a right, a left and a difference (right minus left), or one value for the whole face.
    sign : str
        What a positive value means.
    definition : str
        What is measured: first line of the function's docstring.
    source : str
        Who defined it, and where our definition differs.
    horizontal : bool
        Whether it leans on distances across the face, which a turned head spoils first.
    function : callable
        Takes a `Half` if ``sides``, else a `Face`, and returns an array of shape (n,).
    """

    name: str
    unit: Unit
    sides: bool
    sign: str
    definition: str
    source: str
    horizontal: bool
    function: Callable[[Any], FloatArray] = field(repr=False)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it fills: right, left and diff, or the one of the whole face."""
        if not self.sides:
            return (f"{self.name}_{self.unit}",)
        return tuple(f"{self.name}_{side}_{self.unit}" for side in (*SIDES, "diff"))

    def __call__(self, view: Any) -> FloatArray:
        """Apply the function to a `Half` or a `Face`."""
        return self.function(view)

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        # Pickled by name, as functions are, so that a pool of processes can take one.
        return _by_name, (self.function.__module__, self.function.__qualname__)


def _by_name(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def metric(
    *, unit: Unit, sign: str, source: str, horizontal: bool = False
) -> Callable[[Callable[[Any], FloatArray]], Metric]:
    """Make a metric of a function.

    The function takes one argument, annotated as `Half` for a metric with sides or as `Face` for one of the
    whole face, and returns an array of shape (n,). Its name becomes the metric's, and the first line of its
    docstring the definition.

    Parameters
    ----------
    unit : {"mm", "mm2", "deg", "pct", "ratio"}
        Unit of the values.
    sign : str
        What a positive value means.
    source : str
        Who defined it.
    horizontal : bool
        Whether it leans on distances across the face, so that it is not measured when the head is turned.

    Returns
    -------
    callable
        Turns the function into a `Metric`, which `asymmetry.measure` takes.

    Raises
    ------
    InvalidInputError
        If the unit is unknown, or the function lacks a docstring or the annotation.

    Examples
    --------
    >>> @metric(unit="mm", sign="higher", source="an example")
    ... def cheek_height(half: Half) -> FloatArray:
    ...     '''Height of the cheekbone over the pupil line.'''
    ...     return half.up("cheekbone")
    >>> cheek_height.columns
    ('cheek_height_right_mm', 'cheek_height_left_mm', 'cheek_height_diff_mm')
    """
    if unit not in get_args(Unit):
        raise InvalidInputError(f"unit {unit!r}: use one of {', '.join(get_args(Unit))}")

    def made(function: Callable[[Any], FloatArray]) -> Metric:
        name = function.__name__
        definition = (inspect.getdoc(function) or "").partition("\n")[0]
        if not definition:
            raise InvalidInputError(
                f"metric {name}: its docstring's first line is its definition; it has none"
            )
        if not re.fullmatch("[a-z][a-z0-9_]*", name):
            raise InvalidInputError(f"metric {name}: columns are named in lower case")
        return Metric(name, unit, _has_sides(function), sign, definition, source, horizontal, function)

    return made


def _has_sides(function: Callable[[Any], FloatArray]) -> bool:
    """Whether the function's argument is a `Half`; the annotation may be a text."""
    for parameter in inspect.signature(function).parameters.values():
        annotated = getattr(parameter.annotation, "__name__", str(parameter.annotation)).rpartition(".")[2]
        if annotated in (Half.__name__, Face.__name__):
            return annotated == Half.__name__
    raise InvalidInputError(f"metric {function.__name__}: annotate its argument as Half or as Face")


def unique(metrics: Iterable[Metric]) -> dict[str, Metric]:
    """Metrics by name.

    Raises
    ------
    InvalidInputError
        If two have the same name.
    """
    found: dict[str, Metric] = {}
    for entry in metrics:
        if found.setdefault(entry.name, entry) is not entry:
            raise InvalidInputError(f"two metrics are called {entry.name!r}; give one of them another name")
    return found
