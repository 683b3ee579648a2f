"""Values with their slopes: how fast a measurement changes with each coordinate that it is made of.

A coordinate is a `Slopes` of slope 1. NumPy's arithmetic carries the slopes along, by the rules of
differentiation, so that the function of a metric need not know of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Slopes", "add_slopes", "value_of"]

FloatArray = npt.NDArray[np.floating[Any]]

# Derivatives of NumPy's functions by each argument, made of the result and the arguments.
_DERIVATIVES: Mapping[np.ufunc, Callable[..., tuple[Any, ...]]] = {
    np.add: lambda _result, _x, _y: (1, 1),
    np.subtract: lambda _result, _x, _y: (1, -1),
    np.multiply: lambda _result, x, y: (y, x),
    np.true_divide: lambda result, _x, y: (1 / y, -result / y),
    np.negative: lambda _result, _x: (-1,),
    np.sqrt: lambda result, _x: (0.5 / result,),
    np.degrees: lambda _result, _x: (180 / np.pi,),
    np.arctan2: lambda _result, y, x: (x / (x * x + y * y), -y / (x * x + y * y)),
}


@dataclass(frozen=True, eq=False)
class Slopes(np.lib.mixins.NDArrayOperatorsMixin):
    """A value, and its slopes.

    Attributes
    ----------
    value : ndarray, shape (n,)
        The value itself.
    slopes : mapping of str or tuple to float or ndarray of shape (n,)
        How fast the value changes with each coordinate that it is made of, by the coordinate's key.

    Examples
    --------
    >>> x = Slopes(np.array([3.0]), {"x": 1.0})
    >>> y = Slopes(np.array([4.0]), {"y": 1.0})
    >>> length = np.sqrt(x * x + y * y)
    >>> length.value.tolist(), length.slopes["x"].tolist(), length.slopes["y"].tolist()
    ([5.0], [0.6000000000000001], [0.8])
    """

    value: FloatArray
    slopes: Mapping[Any, Any]

    def __array_ufunc__(self, function: np.ufunc, method: str, *arguments: Any) -> Any:
        """Apply a function of NumPy's; those with a bend, such as ``abs``, are refused by a TypeError."""
        if method != "__call__" or function not in _DERIVATIVES:
            return NotImplemented
        values = [value_of(argument) for argument in arguments]
        result = function(*values)
        derivatives = _DERIVATIVES[function](result, *values)
        return add_slopes(result, zip(arguments, derivatives, strict=True))


def value_of(argument: Any) -> Any:
    """The value alone, without slopes if it has any."""
    if isinstance(argument, Slopes):
        return argument.value
    return argument


def add_slopes(value: FloatArray, parts: Iterable[tuple[Any, Any]]) -> Slopes:
    """A value, with the slopes of its parts: each with the value's derivative by it.

    Parts that have no slopes are taken for constants.
    """
    slopes: dict[Any, Any] = {}
    for part, derivative in parts:
        if not isinstance(part, Slopes):
            continue
        for key, slope in part.slopes.items():
            added = _multiply(derivative, slope)
            if key in slopes:
                added = slopes[key] + added
            slopes[key] = added
    return Slopes(value, slopes)


def _multiply(times: Any, slope: Any) -> Any:
    """A slope so many times; without a product where either is 1."""
    if isinstance(times, int) and times == 1:
        return slope
    if isinstance(slope, float) and slope == 1:
        return times
    return times * slope
