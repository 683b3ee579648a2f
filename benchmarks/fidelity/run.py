"""Photos read by each method: one person's changed photos at a time, so that few of them are in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, get_args

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor, Method
from benchmarks.fidelity import cases, measures

__all__ = ["METHODS", "Changed", "all_moves", "laws", "open_readers", "other_moves", "read_changed"]

#: Every method, the plain model first.
METHODS: tuple[Method, ...] = tuple(reversed(get_args(Method)))
_NO_PIXELS = np.empty((0, 0, 3), np.uint8)


@dataclass(frozen=True)
class Changed:
    """Changed photos as one method reads them.

    Attributes
    ----------
    subjects, cases : list
        The photos, and the changes made to them, without the changed pixels.
    before, after : Landmarks
        The method's readings of either.
    ms : float
        Milliseconds a changed photo.
    """

    subjects: list[cases.Subject] = field(repr=False)
    cases: list[cases.Case] = field(repr=False)
    before: Landmarks = field(repr=False)
    after: Landmarks = field(repr=False)
    ms: float


@contextmanager
def open_readers(methods: Iterable[Method]) -> Iterator[dict[str, Extractor]]:
    """An open extractor for each method."""
    with ExitStack() as stack:
        yield {method: stack.enter_context(Extractor(method=method)) for method in methods}


def one_sided(found: list[cases.Subject]) -> Iterator[cases.Case]:
    """Moves of brow, mouth corner and either lid, one side at a time."""
    yield from cases.warps(found)
    yield from cases.warps(found, cases.LOWER_MOVES)


def other_moves(found: list[cases.Subject]) -> Iterator[cases.Case]:
    """Moves of both sides, of an iris alone, and closed lids."""
    yield from cases.both_warps(found)
    yield from cases.iris_moves(found)
    yield from cases.closed_lids(found)


def all_moves(found: list[cases.Subject]) -> Iterator[cases.Case]:
    """Every change."""
    yield from one_sided(found)
    yield from other_moves(found)


def read_changed(
    readers: Mapping[str, Extractor],
    found: Sequence[cases.Subject],
    make: Callable[[list[cases.Subject]], Iterable[cases.Case]],
) -> dict[str, Changed]:
    """Change the photos and read them by each method.

    Parameters
    ----------
    readers : mapping
        Of `open_readers`.
    found : sequence of Subject
        The photos.
    make : callable
        Makes the changes: `one_sided`, `other_moves` or `all_moves`.
    """
    kept: list[cases.Case] = []
    after: dict[str, list[Landmarks]] = {name: [] for name in readers}
    took = dict.fromkeys(readers, 0.0)
    for subject in found:
        made = list(make([subject]))
        for name, reader in readers.items():
            start = time.perf_counter()
            after[name].append(reader.extract(case.pixels for case in made))
            took[name] += time.perf_counter() - start
        kept += [replace(case, pixels=_NO_PIXELS) for case in made]
    return {
        name: Changed(
            subjects=list(found),
            cases=kept,
            before=reader.extract(subject.pixels for subject in found),
            after=Landmarks.concat(after[name]),
            ms=1000 * took[name] / len(kept),
        )
        for name, reader in readers.items()
    }


def laws(
    reader: Extractor, changed: Changed, further: Sequence[cases.Subject] = ()
) -> dict[str, Any]:
    """Gains, repeats, mirror law, and how far the stated deviations hold, of one method.

    Parameters
    ----------
    reader : Extractor
        The method.
    changed : Changed
        What it reads of people, their parts moved.
    further : sequence of Subject
        People who are looked at for how far the stated deviations hold, too.
    """
    changes = measures.warp_changes(changed.subjects, changed.before, changed.cases, changed.after)
    copies = reader.extract(cases.jittered(changed.subjects))
    flipped = (np.ascontiguousarray(subject.pixels[:, ::-1]) for subject in changed.subjects)
    every, again = [changes], [copies]
    if further:
        more = read_changed({"": reader}, further, cases.warps)[""]
        every.append(measures.warp_changes(more.subjects, more.before, more.cases, more.after))
        again.append(reader.extract(cases.jittered(list(further))))
    return {
        "warps": measures.warp_agreement(changes),
        "honesty": measures.honesty(measures.join_changes(every), Landmarks.concat(again)),
        "repeat": measures.repeat_sd(copies),
        "mirror": measures.mirror_error(changed.before, reader.extract(flipped)),
        "ms": changed.ms,
    }
