"""The version of the code, and that of the numbers, which rises whenever a photo measures differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from asymmetry.errors import InvalidInputError

__all__ = ["SCORE_VERSION", "__version__", "check_score_version", "joined_provenance"]

#: Of all numbers that a photo gives, points and metrics. Numbers of different versions do not belong into one
#: course. ``benchmarks/golden.py`` holds 12 photos to it; the changelog says which moved, and how much.
SCORE_VERSION = 11


def _installed_version() -> str:
    try:
        return version("asymmetry")
    except PackageNotFoundError:
        return "unknown"


#: Of the code that is installed; ``"unknown"`` when it runs from a folder that was never installed.
__version__ = _installed_version()


def check_score_version(provenance: Mapping[str, Any], where: str) -> None:
    """Refuse points that another version of the numbers read.

    Points that this library did not read, such as those of a hand, have no version and are let through.

    Parameters
    ----------
    provenance : mapping
        How the points came about.
    where : str
        The file's name, for the error.

    Raises
    ------
    InvalidInputError
        If the version is not `SCORE_VERSION`.
    """
    known = provenance.get("score_version")
    if known is None and "asymmetry" not in provenance:
        return
    if known != SCORE_VERSION:
        raise InvalidInputError(
            f"{where}: its points were read by numbers of version "
            f"{known or 'unknown'}, and these are of version {SCORE_VERSION}, "
            "so the two can't be compared: extract the photos again, or say "
            "other_version=True to take the points as they are"
        )


def joined_provenance(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """How rows came about that were joined: nothing of any part is lost.

    Parameters
    ----------
    parts : iterable of mapping
        The provenance of each part.

    Returns
    -------
    dict
        If all are equal, that. Else the entries all agree on, and under ``"mixture"`` the whole of each
        different one, in order.

    Raises
    ------
    InvalidInputError
        If the parts' numbers are of different versions.

    Examples
    --------
    >>> joined_provenance([{"a": 1, "b": 2}, {"a": 1, "b": 3}])
    {'a': 1, 'mixture': [{'a': 1, 'b': 2}, {'a': 1, 'b': 3}]}
    """
    different: list[dict[str, Any]] = []
    for part in parts:
        for each in part.get("mixture") or [dict(part)]:
            if each not in different:
                different.append(each)
    if len(different) < 2:
        return dict(*different)
    versions = {each["score_version"] for each in different if "score_version" in each}
    if len(versions) > 1:
        said = " and ".join(map(str, sorted(versions)))
        raise InvalidInputError(
            f"numbers of versions {said} can't be joined, because a photo "
            "measures differently in each: extract the older photos again"
        )
    first, *others = different
    agreed = {
        key: value
        for key, value in first.items()
        if all(key in other and other[key] == value for other in others)
    }
    return {**agreed, "mixture": different}
