"""A metric: a function, and the one entry that defines it.

A metric is measured in one photo; a movement metric in two, from the photo at rest to that of an expression.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar, Literal, TypeVar, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import Face, Half
from asymmetry.core.schemes import SIDES
from asymmetry.errors import InvalidInputError

__all__ = ["Metric", "MovementMetric", "Unit", "metric", "movement_metric"]

_NO_DOCSTRINGS = 2  # python -OO

FloatArray = npt.NDArray[np.floating[Any]]
Unit = Literal["mm", "mm2", "deg", "pct", "ratio"]
AnyMetric = TypeVar("AnyMetric", bound="Metric")


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
        Meaning of a positive value.
    definition : str
        The quantity that is measured: first line of the function's docstring.
    source : str
        Who defined it, and where our definition differs.
    horizontal : bool
        Whether it leans on distances across the face, which a turned head spoils first.
    function : callable
        Takes a `Half` if ``sides``, else a `Face`, and returns an array of shape (n,).
    lasting : float or None
        Of a metric of your own: standard deviation of the error of a side that all photos of a person share,
        in the metric's unit. None where it is not known, and for the catalogue's own, which have a table.
    marks : mapping of str to float
        Of a height over the pupil line: the named points whose weighted mean it is the height of, with their
        weights, which sum to 1. Pictures draw it there. Empty for other metrics.
    visible_mm : float or None
        Differences from this size on are noticed by a bystander; None where no study says.
    study : str
        The study that says so, by its name in ``[studies]`` of the catalogue of words.
    """

    name: str
    unit: Unit
    sides: bool
    sign: str
    definition: str
    source: str
    horizontal: bool
    function: Callable[..., FloatArray] = field(repr=False)
    lasting: float | None = None
    marks: Mapping[str, float] = field(default_factory=dict, hash=False, repr=False)
    visible_mm: float | None = None
    study: str = ""
    #: How many photos of a face it measures.
    photos: ClassVar[int] = 1

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of its values: right, left and diff, or whole.

        Examples
        --------
        >>> from asymmetry.metrics import catalogue
        >>> catalogue()["mrd1"].kinds
        ('right', 'left', 'diff')
        """
        if self.sides:
            return (*SIDES, "diff")
        return ("whole",)

    @functools.cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns it fills: right, left and diff, or the one of the whole face.

        Of a movement also the ratio of the weaker to the stronger.
        """
        return self._columns()

    def _columns(self) -> tuple[str, ...]:
        if not self.sides:
            return (f"{self.name}_{self.unit}",)
        return tuple(f"{self.name}_{kind}_{self.unit}" for kind in self.kinds)

    @functools.cached_property
    def sd_columns(self) -> tuple[str, ...]:
        """Names of the columns of absolute standard deviations, one for each of `columns`."""
        return _insert_word(self.columns, "sd")

    @functools.cached_property
    def rsd_columns(self) -> tuple[str, ...]:
        """Names of the columns of standard deviations of repeats, one for each of `columns`."""
        return _insert_word(self.columns, "rsd")

    @functools.cached_property
    def about(self) -> Mapping[str, Mapping[str, str]]:
        """Contents of each of its columns: unit, sign and definition."""
        found: dict[str, Mapping[str, str]] = {}
        for name in self.columns:
            found[name] = self._describe_column(name, self.sign, self.definition)
        kinds = (
            (self.sd_columns, "one photo about the truth"),
            (self.rsd_columns, "repeats of one person"),
        )
        for names, what in kinds:
            for name, column in zip(names, self.columns, strict=False):
                found[name] = self._describe_column(
                    name, "none", f"Standard deviation of {column}, of {what}."
                )
        return found

    def _describe_column(self, column: str, sign: str, definition: str) -> dict[str, str]:
        if column.endswith("_ratio"):
            if column in self.columns:
                definition = f"Weaker to stronger side: {definition}"
            return {"unit": "ratio", "sign": "none", "definition": definition}
        if sign != "none" and column == f"{self.name}_diff_{self.unit}":
            more, _, _ = sign.partition(";")
            sign = f"right minus left; positive: more on the right ({more})"
        return {"unit": self.unit, "sign": sign, "definition": definition}

    def __call__(self, *views: Any) -> FloatArray:
        """Apply the function to a `Half` or a `Face`."""
        return self.function(*views)

    def views(self, *faces: Face) -> tuple[Half | Face, ...]:
        """The function's arguments: both halves of the faces, or the whole of them."""
        if self.sides:
            return tuple(face.halves() for face in faces)
        return faces

    def __reduce__(self) -> tuple[Callable[[str, str], Any], tuple[str, str]]:
        # Pickled by name, as functions are, so that a pool of processes can take one.
        return _by_name, (self.function.__module__, self.function.__qualname__)


@dataclass(frozen=True)
class MovementMetric(Metric):
    """A metric of a movement: its function takes the face at rest, and then the moved one.

    Attributes
    ----------
    noise : float or None
        The reading that may occur where nothing moved, in the metric's unit. A side that reads no more is
        still, and where both are there is no ratio. None for a metric without a ratio.
    during : tuple of MovementMetric and float, or None
        The metric is only measured while this one reads more than that, on one side at least.
    parts : tuple of MovementMetric
        Of the length of a path: its components. A length counts all noise as movement, so that of its parts
        is taken out of it.
    still : float or None
        The noise of a metric without a ratio. None where a side that is still does not read 0.
    """

    noise: float | None = None
    during: tuple[MovementMetric, float] | None = None
    parts: tuple[MovementMetric, ...] = ()
    still: float | None = None
    photos: ClassVar[int] = 2

    @property
    def least(self) -> float | None:
        """The largest reading of a still side; None where no reading means that a side is still."""
        if self.noise is not None:
            return self.noise
        return self.still

    @property
    def sd_columns(self) -> tuple[str, ...]:
        """None: a movement is a difference of two photos of one person, and has `rsd_columns` alone."""
        return ()

    def _columns(self) -> tuple[str, ...]:
        columns = super()._columns()
        if self.noise is None:
            return columns
        return (*columns, f"{self.name}_ratio")


def _insert_word(columns: tuple[str, ...], what: str) -> tuple[str, ...]:
    """Names of columns with a word before their unit."""
    parts = (column.rpartition("_") for column in columns)
    return tuple(f"{name}_{what}_{unit}" for name, _, unit in parts)


def _by_name(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def metric(
    *,
    unit: Unit,
    sign: str,
    source: str,
    horizontal: bool = False,
    lasting: float | None = None,
    marks: Mapping[str, float] | None = None,
    visible_mm: float | None = None,
    study: str = "",
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
        Meaning of a positive value.
    source : str
        Who defined it.
    horizontal : bool
        Whether it leans on distances across the face, so that it is not measured when the head is turned.
    lasting : float, optional
        Standard deviation of the error of a side that all photos of a person share, in the metric's unit.
        Without it the metric's absolute standard deviation, ``<metric>_<side>_sd_<unit>``, is NaN; that of
        its repeats is known all the same.
    marks : mapping of str to float, optional
        Of a height: the points whose weighted mean it is the height of, for pictures; see `Metric`.
    visible_mm : float, optional
        The size from which a bystander notices a difference.
    study : str, optional
        The study that says so; see `Metric`.

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

    def decorate(function: Callable[[Any], FloatArray]) -> Metric:
        name, definition, sides = _read(function, unit)
        entry = (name, unit, sides, sign, definition, source, horizontal, function, lasting)
        return Metric(*entry, MappingProxyType(dict(marks or {})), visible_mm, study)

    return decorate


def movement_metric(
    *,
    unit: Unit,
    sign: str,
    source: str,
    horizontal: bool = False,
    noise: float | None = None,
    during: tuple[MovementMetric, float] | None = None,
    parts: tuple[MovementMetric, ...] = (),
    still: float | None = None,
) -> Callable[[Callable[[Any, Any], FloatArray]], MovementMetric]:
    """Make a movement metric of a function.

    The function takes two arguments, the face at rest and the moved one, both annotated as `Half` for a
    metric with sides or as `Face` for one of the whole face. All else is as for `metric`.

    Parameters
    ----------
    unit, sign, source, horizontal
        As for `metric`.
    noise : float, optional
        The reading that may occur where nothing moved. It fills the column of the ratio, weaker side to
        stronger, where a side reads more than this, and leaves sides NaN that don't.
    during : tuple of MovementMetric and float, optional
        Measure only while this one reads more than that, on one side at least.
    parts : tuple of MovementMetric, optional
        The components, in the same unit, of a metric that is a length.
    still : float, optional
        As `noise`, but without a ratio.

    Returns
    -------
    callable
        Turns the function into a `MovementMetric`, which `asymmetry.movement` takes.

    Raises
    ------
    InvalidInputError
        As for `metric`; and if there is a ratio without sides.

    Examples
    --------
    >>> @movement_metric(unit="mm", sign="raised", source="an example", noise=0.5)
    ... def cheek_lift(rest: Half, moved: Half) -> FloatArray:
    ...     '''How far the cheek moves up.'''
    ...     return moved.up("cheekbone") - rest.up("cheekbone")
    >>> cheek_lift.columns[2:]
    ('cheek_lift_diff_mm', 'cheek_lift_ratio')
    """

    def decorate(function: Callable[[Any, Any], FloatArray]) -> MovementMetric:
        name, definition, sides = _read(function, unit)
        if not (noise is still is None or sides):
            raise InvalidInputError(
                f"metric {name}: a ratio is one of two sides; annotate with Half"
            )
        entry = (name, unit, sides, sign, definition, source, horizontal, function)
        return MovementMetric(*entry, noise=noise, during=during, parts=parts, still=still)

    return decorate


def _read(function: Callable[..., FloatArray], unit: Unit) -> tuple[str, str, bool]:
    """Name, definition, and whether it has sides."""
    name = function.__name__
    if unit not in get_args(Unit):
        raise InvalidInputError(f"unit {unit!r}: use one of {', '.join(get_args(Unit))}")
    definition = (inspect.getdoc(function) or "").partition("\n")[0]
    if sys.flags.optimize >= _NO_DOCSTRINGS:
        definition = definition or name.replace("_", " ")
    if not definition:
        raise InvalidInputError(
            f"metric {name}: its docstring's first line is its definition; it has none"
        )
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise InvalidInputError(f"metric {name}: columns are named in lower case")
    return name, definition, _has_sides(function)


def _has_sides(function: Callable[..., FloatArray]) -> bool:
    """Whether the function's argument is a `Half`; the annotation may be a text."""
    for parameter in inspect.signature(function).parameters.values():
        annotated = getattr(parameter.annotation, "__name__", str(parameter.annotation)).rpartition(
            "."
        )[2]
        if annotated in (Half.__name__, Face.__name__):
            return annotated == Half.__name__
    raise InvalidInputError(f"metric {function.__name__}: annotate its argument as Half or as Face")


def unique(metrics: Iterable[AnyMetric]) -> dict[str, AnyMetric]:
    """Metrics by name.

    Raises
    ------
    InvalidInputError
        If two have the same name.
    """
    found: dict[str, AnyMetric] = {}
    for entry in metrics:
        if found.setdefault(entry.name, entry) is not entry:
            raise InvalidInputError(
                f"two metrics are called {entry.name!r}; give one of them another name"
            )
    return found
