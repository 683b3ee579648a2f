"""Courses with a known truth: what each photo of a made series shows, and what has to be said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, product
from typing import Literal

from asymmetry.core.schemes import SIDES, Side
from asymmetry.synthetic import Move, Part

__all__ = [
    "FLAWS",
    "Case",
    "Flaw",
    "Pose",
    "Shot",
    "Told",
    "Topic",
    "find_situations",
    "quiet_series",
    "steps",
]

#: Topics of sentences. A lid's height and the opening of its eye are one topic, and so are an eye that
#: closes less and the gap that it leaves.
Topic = Literal["brow", "lid", "corner", "brow raise", "closure", "smile", "synkinesis", "other"]
Flaw = Literal["", "mirrored", "misdated", "dated late", "blurred", "other person"]
#: Faults that one photo of a series may have.
FLAWS: tuple[Flaw, ...] = ("mirrored", "misdated", "dated late", "blurred", "other person")


@dataclass(frozen=True)
class Told:
    """A change of one topic: what is true of a course, or what is said of it.

    Attributes
    ----------
    topic : str
        What it is about.
    sides : tuple of {"right", "left"}
        The patient's sides that changed.
    way : int
        1 for higher, wider or stronger, -1 for lower, narrower or weaker. Synkinesis that grows is 1.
    day : float
        The day on which it is worst; NaN where that is left open.
    better : bool
        Whether it is told as a change for the better.
    """

    topic: Topic
    sides: tuple[Side, ...]
    way: int
    day: float = float("nan")
    better: bool = False


@dataclass(frozen=True)
class Pose:
    """How a person's photo is changed.

    Attributes
    ----------
    smiling : bool
        Whether it is a smile that is changed, or the face at rest.
    moves : tuple of Move
        The moves.
    closed : tuple of (side, float)
        How much of each eye's opening is closed, 0 to 1.
    """

    smiling: bool = False
    moves: tuple[Move, ...] = ()
    closed: tuple[tuple[Side, float], ...] = ()


@dataclass(frozen=True)
class Shot:
    """One photo of a series.

    Attributes
    ----------
    day : int
        Since the treatment, or since day 0 of a course without one.
    expression : str
        The face's, as clinics write it in names.
    pose : Pose
        What it shows.
    take : int
        Which of several photos that differ by chance only.
    flaw : str
        What is wrong with it.
    """

    day: int
    expression: str
    pose: Pose
    take: int = 0
    flaw: Flaw = ""


@dataclass(frozen=True)
class Case:
    """A series and the truth about it.

    Attributes
    ----------
    name : str
        The situation.
    person : str
        Whose photos are changed.
    side : {"right", "left", "both"}
        Where.
    shots : tuple of Shot
        The photos, by day.
    truths : tuple of Told
        Each of them has to be said; empty where nothing changed.
    labelled : bool
        Whether the photos' names say the expression.
    treated : bool
        Whether day 0 is given as that of a treatment.
    affected : {"right", "left"} or None
        The side that is given as ill.
    recovers : bool
        Whether some of it is regained, so that it is true to call a part better that grew.
    """

    name: str
    person: str
    side: str
    shots: tuple[Shot, ...]
    truths: tuple[Told, ...] = ()
    labelled: bool = True
    treated: bool = True
    affected: Side | None = None
    recovers: bool = False


#: mm by day since the treatment.
Curve = Mapping[int, float]

_LID_DROP: Curve = {
    -7: 0,
    -3: 0,
    3: -1.0,
    6: -2.2,
    10: -2.2,
    14: -1.6,
    21: -0.8,
    35: 0,
    48: 0,
    60: 0,
}
_BROW_DROP: Curve = {-7: 0, -3: 0, 2: -1.5, 5: -3.0, 7: -3.5, 10: -3.5, 14: -3.2}
_BROW_BACK: Curve = {**_BROW_DROP, 28: -2.2, 42: -1.2, 63: -0.4, 84: 0, 90: 0, 97: 0}
#: A visit after a year, as is usual.
_YEAR: Curve = {-7: 0, 0: 0, 14: 0, 30: 0, 90: -1.5, 365: -3.0}
_SPOCK: Curve = {-7: 0, -3: 0, 5: 2.5, 10: 3.5, 14: 3.5, 21: 3.5}
_LASTING: Curve = {-7: 0, -3: 0, 7: -1, 14: -1, 21: -1, 28: -1}
_SYNKINESIS: Curve = {0: 0, 30: -0.8, 60: -1.6, 90: -2.6, 120: -3.5}
_PALSY: Curve = {0: 0.0, 14: 0.0, 30: 0.05, 60: 0.15, 90: 0.3}
#: How far brows are raised on one day and the next, as a part of that.
_EFFORTS = (1.0, 0.8, 0.95, 0.85, 0.9)
#: The photo of a course that has a flaw.
_FLAWED = 7
_RAISE_MM, _SMILE_LOSS_MM, _SMILE_MM = 4.0, 5.0, 5.0

#: Steps that stay, mm; each on both sides.
_HARMS: tuple[tuple[Part, Topic, float], ...] = (
    ("brow", "brow", -3.0),
    ("upper_lid", "lid", -2.0),
    ("mouth_corner", "corner", -3.0),
    ("brow", "brow", -2.0),
    ("upper_lid", "lid", -2.5),
    ("mouth_corner", "corner", -2.0),
)
_STEP_DAYS = (-7, -3, 7, 14, 21, 28)
_QUIET_DAYS = (-7, -3, 7, 14, 28)


def steps(people: Sequence[str], count: int) -> Iterator[Case]:
    """One-sided harms that stay, each on the right and on the left.

    Parameters
    ----------
    people : sequence of str
        Whose photos are changed, one after the other.
    count : int
        How many for each side.
    """
    for i, side in product(range(count), SIDES):
        part, topic, mm = _HARMS[i % len(_HARMS)]
        shots = tuple(
            Shot(day, "rest", _moved((side,), part, mm if day > 0 else 0), take=i)
            for day in _STEP_DAYS
        )
        person = people[i % len(people)]
        yield Case(f"{part} {mm:+.1f} mm", person, side, shots, (Told(topic, (side,), -1),))


def quiet_series(people: Sequence[str], count: int) -> Iterator[Case]:
    """Series in which nothing changes: at rest, and with smiles, brows raised or eyes closed beside it.

    Brows are raised with less effort on some days. One in three series has no words in its photos' names.

    Parameters
    ----------
    people : sequence of str
        Whose photos they are, one after the other.
    count : int
        How many series.
    """
    for i in range(count):
        shots = [Shot(day, "rest", Pose(), take=100 + i) for day in _QUIET_DAYS]
        poses = {
            "smile": [_smile()],
            "brow raise": [_moved(SIDES, "brow", share * _RAISE_MM) for share in _EFFORTS],
            "eyes closed": [_close({"right": 1.0, "left": 1.0})],
        }
        if i % 4:
            expression = list(poses)[i % 4 - 1]
            tries = zip(tuple(shots), cycle(poses[expression]), strict=False)
            shots += [replace(shot, expression=expression, pose=pose) for shot, pose in tries]
        yield Case("quiet", people[i % len(people)], "both", tuple(shots), labelled=bool(i % 3))


def find_situations(people: Sequence[str]) -> Iterator[Case]:
    """Every situation, of each person on one side: the right, the left, ..., and each second one untreated.

    Parameters
    ----------
    people : sequence of str
        Whose photos are changed.
    """
    for i, person in enumerate(people):
        side, other = SIDES[i % 2], SIDES[1 - i % 2]
        for case in (
            *_of_one_side(person, side),
            *_of_both_sides(person),
            *_palsies(person, side, other),
        ):
            yield case if i % 4 < 2 else _untreated(case)


def _untreated(case: Case) -> Case:
    """The case without a day of treatment: days count from its first photo."""
    first = min(shot.day for shot in case.shots)
    truths = tuple(replace(truth, day=truth.day - first) for truth in case.truths)
    return replace(case, treated=False, truths=truths)


def _of_one_side(person: str, side: Side) -> Iterator[Case]:
    """Drops, rises, and movements that become weaker on one side."""
    brow = (Told("brow", (side,), -1, 8),)
    yield Case(
        "lid drop that resolves",
        person,
        side,
        _at_rest("upper_lid", (side,), _LID_DROP),
        (Told("lid", (side,), -1, 8),),
    )
    yield Case("brow drop", person, side, _at_rest("brow", (side,), _BROW_DROP), brow)
    back = Case(
        "brow drop that has passed", person, side, _at_rest("brow", (side,), _BROW_BACK), brow
    )
    yield back
    shots = _at_rest("brow", (side,), _YEAR)
    twice = (*shots, replace(shots[-1], take=1))
    yield Case(
        "brow drop seen after a year", person, side, twice, (Told("brow", (side,), -1, 365),)
    )
    raised = _at_rest("brow", (side,), _SPOCK)
    yield Case(
        "one brow raised, no names",
        person,
        side,
        raised,
        (Told("brow", (side,), 1),),
        labelled=False,
    )
    weak = {-1: _smile((side,), -_SMILE_LOSS_MM), 0: _smile()}
    shots = _with_rest("smile", {day: weak[int(loss)] for day, loss in _LASTING.items()})
    yield Case("smile weaker than before", person, side, shots, (Told("smile", (side,), -1),))
    weak = {-1: _raise(_others((side,))), 0: _raise(SIDES)}
    shots = _with_rest("brow raise", {day: weak[int(loss)] for day, loss in _LASTING.items()})
    yield Case("brow raise lost", person, side, shots, (Told("brow raise", (side,), -1),))
    yield from (_flawed(back, flaw) for flaw in FLAWS)
    yield _misdate_visit(back)


def _of_both_sides(person: str) -> Iterator[Case]:
    shots = _at_rest("brow", SIDES, {day: 4 * loss for day, loss in _LASTING.items()})
    yield Case("both brows drop", person, "both", shots, (Told("brow", SIDES, -1),))
    weak = {-1: Pose(), 0: _raise(SIDES)}
    shots = _with_rest("brow raise", {day: weak[int(loss)] for day, loss in _LASTING.items()})
    yield Case(
        "brow raise lost on both sides", person, "both", shots, (Told("brow raise", SIDES, -1),)
    )


def _palsies(person: str, side: Side, other: Side) -> Iterator[Case]:
    """A side that is ill from the first photo on; no treatment."""
    ill = partial(Case, person=person, side=side, treated=False, affected=side)
    poses = {day: _close({side: 0.2 + share, other: 1.0}) for day, share in _PALSY.items()}
    shots = _with_rest("eyes closed", poses)
    yield ill(
        "eye that does not close",
        shots=shots,
        truths=(Told("closure", (side,), -1),),
        recovers=True,
    )
    poses = {
        day: replace(_smile(), moves=_moves((side,), "upper_lid", mm))
        for day, mm in _SYNKINESIS.items()
    }
    shots = _with_rest("smile", poses)
    yield ill("synkinesis that grows", shots=shots, truths=(Told("synkinesis", (side,), 1),))
    shots = _with_rest("smile", dict.fromkeys((0, 14, 28, 42), _smile((side,), -_SMILE_LOSS_MM)))
    weaker = (Told("smile", (side,), -1),)
    yield ill("smile weaker than the healthy side's", shots=shots, truths=weaker)
    shots = tuple(
        shot for day, share in _PALSY.items() for shot in _palsy_visit(day, share, side, other)
    )
    weak = tuple(Told(topic, (side,), -1) for topic in ("brow raise", "closure", "smile"))
    yield ill("palsy, no names", shots=shots, truths=weak, labelled=False, recovers=True)


def _palsy_visit(day: int, share: float, side: Side, other: Side) -> Iterator[Shot]:
    """One visit of a palsy of which some is regained."""
    hangs = (Move("brow", side, up_mm=-1.5), Move("mouth_corner", side, up_mm=-1.5))
    poses = {
        "rest": Pose(),
        "brow raise": Pose(
            moves=_moves((other,), "brow", _RAISE_MM) + _moves((side,), "brow", _RAISE_MM * share)
        ),
        "eyes closed": _close({side: share, other: 1.0}),
        "smile": Pose(
            moves=(
                Move("mouth_corner", other, up_mm=_SMILE_MM, out_mm=2.0),
                *_moves((side,), "mouth_corner", _SMILE_MM * share),
            )
        ),
    }
    for expression, pose in poses.items():
        yield Shot(day, expression, replace(pose, moves=hangs + pose.moves))


def _flawed(case: Case, flaw: Flaw) -> Case:
    """The course with one photo, of its eighth day, that does not belong in it as it is."""
    flawed = replace(case.shots[_FLAWED], flaw=flaw)
    shots = (*case.shots[:_FLAWED], flawed, *case.shots[_FLAWED + 1 :])
    return replace(case, name=f"{case.name}, one photo {flaw}", shots=shots)


def _misdate_visit(case: Case) -> Case:
    """The course with two photos of its eighth day, both dated a year early."""
    flawed = _flawed(case, "misdated")
    again = replace(flawed.shots[_FLAWED], take=1)
    shots = (*flawed.shots[: _FLAWED + 1], again, *flawed.shots[_FLAWED + 1 :])
    return replace(case, name=f"{case.name}, one visit misdated", shots=shots)


def _at_rest(part: Part, sides: Sequence[Side], curve: Curve) -> tuple[Shot, ...]:
    return tuple(Shot(day, "rest", _moved(sides, part, mm)) for day, mm in curve.items())


def _with_rest(expression: str, poses: Mapping[int, Pose]) -> tuple[Shot, ...]:
    """A photo at rest and one of the expression on each day."""
    pairs = (
        (Shot(day, "rest", Pose()), Shot(day, expression, pose)) for day, pose in poses.items()
    )
    return tuple(shot for pair in pairs for shot in pair)


def _moved(sides: Sequence[Side], part: Part, mm: float) -> Pose:
    return Pose(moves=_moves(sides, part, mm))


def _moves(sides: Sequence[Side], part: Part, mm: float) -> tuple[Move, ...]:
    return tuple(Move(part, side, up_mm=mm) for side in sides) if mm else ()


def _raise(sides: Sequence[Side]) -> Pose:
    return _moved(sides, "brow", _RAISE_MM)


def _smile(sides: Sequence[Side] = (), mm: float = 0.0) -> Pose:
    return Pose(smiling=True, moves=_moves(sides, "mouth_corner", mm))


def _close(shares: Mapping[Side, float]) -> Pose:
    return Pose(closed=tuple(shares.items()))


def _others(sides: Sequence[Side]) -> tuple[Side, ...]:
    return tuple(side for side in SIDES if side not in sides)
