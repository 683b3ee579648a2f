"""`Scheme`: which number is which point of the face, and the requirements for a scheme's table."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import check_type
from asymmetry.core.schemes.checking import (
    check_groups,
    check_names,
    check_numbers,
    list_numbers,
    other_side,
)
from asymmetry.core.schemes.vocabulary import FRAME, GROUPS, MIDLINE, PAIRS, STATIONS
from asymmetry.errors import InvalidInputError

__all__ = [
    "SIDES",
    "Scheme",
    "Side",
    "get_scheme",
    "name_points",
    "register_scheme",
    "registered_schemes",
]

Side = Literal["right", "left"]
SIDES: tuple[Side, Side] = ("right", "left")

# The schemes that are known, by name.
_SCHEMES: dict[str, Scheme] = {}


@dataclass(frozen=True, eq=False)
class Scheme:
    """Names for the points of one landmark model: one table, checked when it is made.

    Sides are the patient's own: in an unmirrored photo the patient's right is on the image's left.

    Parameters
    ----------
    name : str
        The scheme's name, stored in `Landmarks.scheme`: lower case letters, digits and underscores.
    size : int
        Number of points, k.
    pairs : mapping of str to (int, int)
        Points of both sides: name to (right, left) number. Names that metrics measure by, and where they are,
        are those of `asymmetry.core.schemes.vocabulary`; any other name is the scheme's own.
    midline : mapping of str to int
        Points of the midline: name to number.
    contours : mapping of str to tuple of str
        For contours whose stations the scheme has no points at: the names of its own points along them, from
        the contour's lateral end to its medial one (`vocabulary.ends_of`). The stations are read between
        them at their share of the length. An end may be a point of the midline.
    unnamed : iterable of tuple of int
        Points without a name: (right, left) for a pair, (number,) for one of the midline.
    mirror : array_like of int, shape (k,), optional
        For each point, the number of its mirror twin; a point of the midline is its own. Default: the
        twins that pairs, midline and unnamed points give; these must then hold every number.
    groups : mapping of str to tuple of str
        Named lists of points, besides those of the vocabulary or in their place.
    expressions : tuple of str
        Names of the expression weights (blendshapes), in the model's order; those of one side end in
        ``Left`` or ``Right``. Default: the model gives none.
    expressive : array_like of int
        The points that those weights are made of, in the order in which the model takes them.

    Attributes
    ----------
    mirror : ndarray of int, shape (k,)
        Mirror twins.
    groups : mapping of str to tuple of str
        The vocabulary's groups, of each the points that the scheme has; and its own.

    Raises
    ------
    InvalidInputError
        If a number stands twice, lies beyond the scheme's size or is missing, the mirror is not its own
        inverse or differs from the pairs, or a name means something else in the vocabulary.

    Examples
    --------
    >>> eyes = Scheme("eyes4", 4, pairs={"outer_canthus": (0, 3), "inner_canthus": (1, 2)})
    >>> eyes.mirror.tolist()
    [3, 2, 1, 0]
    """

    name: str
    size: int
    pairs: Mapping[str, tuple[int, int]] = field(repr=False)
    midline: Mapping[str, int] = field(default_factory=dict, repr=False)
    contours: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    unnamed: Iterable[tuple[int, ...]] = field(default=(), repr=False)
    mirror: npt.NDArray[np.intp] = field(default_factory=lambda: _freeze(()), repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    expressions: tuple[str, ...] = field(default=(), repr=False)
    expressive: npt.NDArray[np.intp] = field(default_factory=lambda: _freeze(()), repr=False)

    def __post_init__(self) -> None:
        own: dict[str, Any] = {
            "pairs": MappingProxyType({name: tuple(pair) for name, pair in self.pairs.items()}),
            "midline": MappingProxyType(dict(self.midline)),
            "contours": MappingProxyType(
                {name: tuple(line) for name, line in self.contours.items()}
            ),
            "unnamed": tuple(tuple(numbers) for numbers in self.unnamed),
            "expressions": tuple(self.expressions),
            "mirror": _freeze(self.mirror),
            "expressive": _freeze(self.expressive),
        }
        for name, value in own.items():
            object.__setattr__(self, name, value)
        check_names(self)
        check_numbers(self)
        object.__setattr__(self, "mirror", _mirror_table(self))
        groups = {name: tuple(filter(self.has, names)) for name, names in GROUPS.items()}
        groups |= {name: tuple(names) for name, names in self.groups.items()}
        object.__setattr__(self, "groups", MappingProxyType(groups))
        check_groups(self)

    def has(self, name: str) -> bool:
        """Whether the scheme has a point of that name, or reads it along a contour.

        Examples
        --------
        >>> get_scheme("dlib68").has("brow_upper_3"), get_scheme("dlib68").has("iris_centre")
        (True, False)
        """
        return name in self.pairs or name in self.midline or name in self.stations

    @functools.cached_property
    def stations(self) -> Mapping[str, str]:
        """Points of the vocabulary that are read along a contour: name to contour."""
        return {
            station: contour
            for contour in self.contours
            for station in STATIONS[contour]
            if station not in self.pairs and station not in self.midline
        }

    @functools.cached_property
    def named(self) -> Mapping[str, tuple[int, int]]:
        """All named points, pairs and then midline: name to (right, left) number, alike on the midline."""
        return {**self.pairs, **{name: (number, number) for name, number in self.midline.items()}}

    @functools.cached_property
    def places(self) -> Mapping[str, tuple[int, int]]:
        """The `named` points, the stations read along contours, and other points that the frame looks for.

        Their numbers follow the scheme's own, as in `asymmetry.core.stations.with_stations`; the last one is
        that of a point that was never seen, for points that the scheme lacks.
        """
        lacking = [name for name in FRAME if not self.has(name)]
        pairs = [name for name in self.stations if name in PAIRS]
        single = [name for name in self.stations if name in MIDLINE]
        first = self.size + 2 * len(pairs)
        none = first + len(single)
        return {
            **self.pairs,
            **{name: (self.size + 2 * i, self.size + 2 * i + 1) for i, name in enumerate(pairs)},
            **{name: (none, none) for name in lacking if name in PAIRS},
            **{name: (number, number) for name, number in self.midline.items()},
            **{name: (first + i, first + i) for i, name in enumerate(single)},
            **{name: (none, none) for name in lacking if name in MIDLINE},
        }

    @functools.cached_property
    def sided(self) -> tuple[str, ...]:
        """Names of the `places` that both sides have; they come first."""
        return tuple(name for name in self.places if name in self.pairs or name in PAIRS)

    @functools.cached_property
    def expression_twins(self) -> list[int]:
        """For each expression weight, the position of that of the other side."""
        return [self.expressions.index(other_side(name)) for name in self.expressions]

    def pairs_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The pairs that named points are, or are read between; those that the scheme lacks are left out.

        Examples
        --------
        >>> get_scheme("dlib68").pairs_of(("commissure", "upper_lid_4", "ala"))
        ('commissure', 'outer_canthus', 'lid_above_1', 'lid_above_2', 'inner_canthus')
        """
        found: list[str] = []
        for name in names:
            if name in self.stations:
                found += self.contours[self.stations[name]]
            else:
                found.append(name)
        return tuple(point for point in dict.fromkeys(found) if point in self.pairs)

    def right(self, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on the patient's right."""
        return self.of("right", names)

    def left(self, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on the patient's left."""
        return self.of("left", names)

    def of(self, side: Side, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on one of the patient's sides."""
        return [self.pairs[name][SIDES.index(side)] for name in names]

    def number(self, name: str, side: Side | None = None) -> int:
        """Number of a named point.

        Parameters
        ----------
        name : str
            Of a pair or of the midline.
        side : {"right", "left"}, optional
            The patient's own; none for a point of the midline.

        Raises
        ------
        InvalidInputError
            If no point has that name, a pair is asked for without a side, or the midline with one.

        Examples
        --------
        >>> get_scheme("mediapipe478").number("commissure", "left")
        291
        """
        if side not in (None, *SIDES):
            raise InvalidInputError(f"side {side!r}: use 'right' or 'left', the patient's own")
        if name in self.midline:
            if side is not None:
                raise InvalidInputError(f"{name} is a point of the midline: leave the side out")
            return self.midline[name]
        if name not in self.pairs:
            near = difflib.get_close_matches(str(name), self.named, n=3) or sorted(self.named)
            raise InvalidInputError(f"no point is called {name!r}; perhaps {', '.join(near)}")
        if side is None:
            raise InvalidInputError(
                f"there are two points called {name}: say side='right' or 'left'"
            )
        return self.pairs[name][SIDES.index(side)]

    def __reduce__(self) -> tuple[Callable[[str], Scheme], tuple[str]]:
        # Pickled by name: in another process a scheme of one's own is registered by the module that made it.
        return get_scheme, (self.name,)


def register_scheme(scheme: Scheme) -> Scheme:
    """Make a landmark scheme known by its name, so that `Landmarks` can use it.

    Call it where the scheme is made, at the top of a module that each process imports.

    Parameters
    ----------
    scheme : Scheme
        A new one. The same table may be registered again.

    Returns
    -------
    Scheme
        The scheme that is known by that name.

    Raises
    ------
    InvalidInputError
        If it is no scheme, or another one has that name.

    Examples
    --------
    >>> mine = register_scheme(
    ...     Scheme(
    ...         "corners6",
    ...         6,
    ...         pairs={"outer_canthus": (0, 3), "inner_canthus": (1, 2), "commissure": (4, 5)},
    ...     )
    ... )
    >>> get_scheme("corners6") is mine
    True
    """
    check_type("scheme", scheme, Scheme)
    known = _SCHEMES.setdefault(scheme.name, scheme)
    if known is not scheme and _table(known) != _table(scheme):
        raise InvalidInputError(
            f"another landmark scheme is called {scheme.name!r}: give one of them another name"
        )
    return known


def get_scheme(name: str) -> Scheme:
    """Return the scheme of that name.

    Raises
    ------
    InvalidInputError
        If no scheme has that name.

    Examples
    --------
    >>> get_scheme("mediapipe478").size
    478
    """
    if name not in _SCHEMES:
        raise InvalidInputError(
            f"no landmark scheme is called {name!r}; known: {', '.join(sorted(_SCHEMES))}"
        )
    return _SCHEMES[name]


def registered_schemes() -> tuple[Scheme, ...]:
    """All schemes that are known, the built-in ones first.

    Examples
    --------
    >>> [scheme.name for scheme in registered_schemes()][:3]
    ['mediapipe478', 'dlib68', 'wflw98']
    """
    return tuple(_SCHEMES.values())


def name_points(name: str, right: Sequence[int], left: Sequence[int]) -> dict[str, tuple[int, int]]:
    """Pairs of points in a row, for a scheme's table: ``<name>_1``, ``<name>_2`` and so on.

    Examples
    --------
    >>> name_points("brow", (17, 18), (26, 25))
    {'brow_1': (17, 26), 'brow_2': (18, 25)}
    """
    return {f"{name}_{i}": pair for i, pair in enumerate(zip(right, left, strict=True), start=1)}


def _table(scheme: Scheme) -> tuple[Any, ...]:
    """All that a scheme's table holds, to be compared."""
    mappings = scheme.pairs, scheme.midline, scheme.contours, scheme.groups
    return (
        scheme.size,
        *(dict(mapping) for mapping in mappings),
        scheme.mirror.tolist(),
        scheme.expressions,
        scheme.expressive.tolist(),
    )


def _freeze(numbers: npt.ArrayLike) -> npt.NDArray[np.intp]:
    array = np.array(numbers, dtype=np.intp)
    array.setflags(write=False)
    return array


def _mirror_table(scheme: Scheme) -> npt.NDArray[np.intp]:
    """Mirror twins, as they are given or as the table says; refused where they are no mirror."""
    pairs = [*scheme.pairs.values()]
    pairs += [(numbers[0], numbers[1]) for numbers in scheme.unnamed if len(numbers) == 2]
    single = [
        *scheme.midline.values(),
        *(numbers[0] for numbers in scheme.unnamed if len(numbers) == 1),
    ]
    stated = dict(pairs) | {left: right for right, left in pairs}
    stated |= {number: number for number in single}
    table = scheme.mirror
    if not len(table):
        table = _freeze([stated[number] for number in range(scheme.size)])
    if table.shape != (scheme.size,) or not set(table.tolist()) <= set(range(scheme.size)):
        raise InvalidInputError(
            f"scheme {scheme.name!r}: its mirror must name {scheme.size} points"
        )
    wrong = np.flatnonzero(table[table] != np.arange(scheme.size)).tolist()
    wrong += [number for number, twin in stated.items() if table[number] != twin]
    if wrong:
        points = list_numbers(sorted(set(wrong)))
        raise InvalidInputError(
            f"scheme {scheme.name!r}: the mirror twins of points {points} are "
            "not each other's, or not those of the pairs"
        )
    return table
