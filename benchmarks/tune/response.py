"""``python -m benchmarks.tune.response``: fit the table of what the mesh drags along, on tuning people.

Moves parts of their faces by known amounts, reads them without the table, fits it, and prints what is
misread of parts that did not move: as read, and with a table fitted on the other people. ``--write`` puts the
table into the package.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path

import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import Scale
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.halves.response import (
    CORNERS,
    PARTS,
    TABLE,
    WINGS,
    Response,
    leads,
    put_back,
)
from asymmetry.extract.hemiface import Hemifaces, read_hemifaces
from asymmetry.extract.model.canonical import canonical_mesh
from asymmetry.extract.model.finding import find_faces
from asymmetry.extract.settings import Settings
from asymmetry.extract.tools import SIZES
from asymmetry.extract.upright import average_with_mirrored
from asymmetry.metrics import measure
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, Part, warp_photo
from benchmarks.fidelity.photos import SHARED, london, more, portraits
from benchmarks.tune.seal import digest_files

#: Parts that may drag others: those that a muscle or the skin couples, or that warps and renders both show.
#: Left out, because renders say otherwise than warps do: the ends of a brow by its arch, lips and the nose's
#: wing by the mouth's corner.
COUPLED: Mapping[str, tuple[str, ...]] = dict.fromkeys(
    (
        "brow_lateral",
        "brow_arch",
        "brow_medial",
        "outer_canthus",
        "inner_canthus",
        "iris",
        "ala",
    ),
    ("upper_lid", "lower_lid"),
)
#: Moves of one side, each a list of part, up mm, out mm. Those of brows and mouth keep shares small of what
#: they move besides. No lower lid goes down: a warp that does so stretches the iris too.
ONE_SIDED: tuple[tuple[tuple[Part, float, float], ...], ...] = (
    (("upper_lid", -1.0, 0.0),),
    (("upper_lid", -2.0, 0.0),),
    (("upper_lid", -4.0, 0.0),),
    (("lower_lid", 1.0, 0.0),),
    (("lower_lid", 2.0, 0.0),),
    (("lower_lid", 3.0, 0.0),),
    (("brow", 3.0, 0.0),),
    (("brow", -4.0, 0.0),),
    (("mouth_corner", 3.0, 2.0),),
    (("mouth_corner", -4.0, 0.0),),
    # A smile that narrows the eye, and a face that hangs.
    (("mouth_corner", 3.0, 2.0), ("lower_lid", 1.0, 0.0), ("upper_lid", -1.0, 0.0)),
    (("mouth_corner", -3.0, -1.0), ("brow", -3.0, 0.0)),
)
#: Moves of both brows together.
BOTH_BROWS = (3.0, -3.0)
#: How much the table is held to nothing: what it adds to the mean square of each lead, cm2.
RIDGE = 1e-4
#: The largest share. Irises that neither lid leaves to be seen are few, and fitted freely they would follow
#: the lower one by all of its way.
MOST = 0.6
#: Difference of lids that nothing moved, cm (`Response.natural`). RMS errors, mm, of 49 tuning people's
#: neutral faces against points placed by hand, brows and corners, and of parts that did not move in warps:
#: with 0 0.93, 0.49, 0.23; with 0.10 0.86, 0.46, 0.22; with 0.15 0.84, 0.45, 0.23; with 0.20 0.83, 0.45,
#: 0.24; without a table 0.82, 0.45, 0.40.
NATURAL = 0.15
#: A part that moves by less than this did not move, mm.
STILL = 0.05
#: Heights whose differences a move of another part should leave alone.
HEIGHTS = (
    "brow_height",
    "brow_medial_height",
    "brow_lateral_height",
    "mrd1",
    "mrd2",
    "ala_height",
    "commissure_height",
    "upper_lip_height",
    "lower_lip_height",
)
#: Portraits and further people that are read, beside the tuning people of the London set.
MORE, PORTRAITS = 6, 2


@dataclass(frozen=True)
class Sample:
    """One reading without a table, against the truth.

    Attributes
    ----------
    person, moved : str
        Whose face it is, and what moved; the unmoved photo has none.
    read, true : ndarray, shape (k, 2)
        Points as read, and as they would be had the unmoved reading moved as the warp moved it; cm, y up.
    seen : dict of Side to bool
        Whether the iris was seen in the pixels.
    """

    person: str
    moved: str
    read: FloatArray = field(repr=False)
    true: FloatArray = field(repr=False)
    seen: dict[Side, bool] = field(repr=False)


def photos() -> list[Path]:
    """The tuning people's photos that are warped."""
    others, old = more(tuning=True), portraits(tuning=True)
    step, stride = max(len(others) // MORE, 1), max(len(old) // PORTRAITS, 1)
    return [*london(tuning=True), *others[::step][:MORE], *old[::stride][:PORTRAITS]]


def read(extractor: Extractor, pixels: Pixels) -> Hemifaces | None:
    """Read the subject of a photo as the extractor does, and say which irises were seen."""
    photo = Halvings(pixels)
    with extractor.borrow_tools() as tools:
        readings = find_faces(photo, tools.landmarker)
        if not readings:
            return None
        return read_hemifaces(
            photo,
            average_with_mirrored(photo, readings[0], tools),
            tools.canonical,
            tools.mesh,
            tools.edges,
            SIZES["hemiface"],
            tools.settings,
        )


def moves() -> Iterator[list[Move]]:
    """Every move that is made on a face."""
    for parts, side in product(ONE_SIDED, SIDES):
        yield [Move(part, side, up_mm=up, out_mm=out) for part, up, out in parts]
    for up in BOTH_BROWS:
        yield [Move("brow", side, up_mm=up) for side in SIDES]


def samples(extractor: Extractor, path: Path) -> Iterator[Sample]:
    """One person's readings, the unmoved photo first; a move for which the face has no room is left out."""
    pixels = read_photo(path).pixels
    face = read(extractor, pixels)
    if face is None:
        return
    landmarks = Landmarks.from_points(face.points[None], size=[pixels.shape[1::-1]])
    cm = np.array([1.0, -1.0]) / face.pose.scale
    before = face.points[:, :2]
    yield Sample(path.stem, "", before * cm, before * cm, face.irises)
    for made in moves():
        try:
            warped = warp_photo(pixels, landmarks, made)
        except InvalidInputError:
            continue
        found = read(extractor, warped.pixels)
        if found is not None:
            moved = "both brows" if len({move.side for move in made}) > 1 else made[0].part
            true = (before + warped.displacement) * cm
            yield Sample(path.stem, moved, found.points[:, :2] * cm, true, found.irises)


def fit(found: Sequence[Sample]) -> Response:
    """The table that takes out of these readings most of what they misread.

    Shares are medians of people's own: a brow that jumps in one person's photos does not count for all. Of an
    iris that a lid hides there is too little of one person, so all count together; and since it is put back
    only while it is hidden, by the whole lead and not by its change.
    """
    people = dict.fromkeys(sample.person for sample in found)
    own = [[sample for sample in found if sample.person == one] for one in people]
    follows = {}
    for part, others in COUPLED.items():
        if part == "iris":
            hidden = [
                s
                for start, *moved in own
                for s in moved
                if not all(s.seen.values()) and all(start.seen.values())
            ]
            shares = _shares(part, others, hidden, None)
        else:
            shares = np.median(
                [_shares(part, others, moved, start) for start, *moved in own], axis=0
            )
        follows[part] = dict(zip(others, np.round(shares, 3).tolist(), strict=True))
    brows = [
        _brows_shown(start.read, [s for s in moved if s.moved == "both brows"])
        for start, *moved in own
    ]
    wings = [_wings_follow(moved) for _, *moved in own]
    return Response(
        follows,
        wings_follow=round(float(np.median(wings)), 3),
        brows_shown=round(float(np.nanmedian(brows)), 3),
        natural=NATURAL,
    )


def _shares(
    part: str, others: tuple[str, ...], moved: Sequence[Sample], start: Sample | None
) -> FloatArray:
    """How far a part was read to have followed others' leads, or what these changed from the start by."""
    before = leads(start.read) if start else dict.fromkeys(PARTS, 0.0)
    led = [_less(leads(_led(sample)), before) for sample in moved]
    x = np.array([[each[other] for other in others] for each in led])
    y = np.array([_apart(s.read)[part] - _apart(s.true)[part] for s in moved])
    hold = RIDGE * len(moved) * np.eye(len(others))
    return np.clip(np.linalg.solve(x.T @ x + hold, x.T @ y), 0.0, MOST)


def _led(sample: Sample) -> FloatArray:
    """The points as read, but the lids where they are: shares are of what a lid moved, however it is read."""
    points, lids = sample.read.copy(), MEDIAPIPE_478.groups["lids"]
    numbers = MEDIAPIPE_478.right(lids) + MEDIAPIPE_478.left(lids)
    points[numbers] = sample.true[numbers]
    return points


def _less(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    return {part: one[part] - other[part] for part in one}


def _apart(points: FloatArray) -> dict[str, float]:
    """How much higher each part lies on the right, straight up in the photo."""
    return {
        part: float(np.subtract(*(points[MEDIAPIPE_478.of(s, names), 1].mean() for s in SIDES)))
        for part, names in PARTS.items()
    }


def _brows_shown(start: FloatArray, both: Sequence[Sample]) -> float:
    """Share of what both brows move together that is read; NaN where there is no room for it."""

    def arch(points: FloatArray) -> float:
        return _mean_height(points, PARTS["brow_arch"])

    pairs = [(arch(s.true) - arch(start), arch(s.read) - arch(start)) for s in both]
    true, shown = np.array(pairs).reshape(-1, 2).T
    return float(true @ shown / (true @ true)) if len(both) else float("nan")


def _wings_follow(moved: Sequence[Sample]) -> float:
    """Share of what both corners of the mouth move on average that both wings of the nose are read to."""
    mouth = [sample for sample in moved if sample.moved == "mouth_corner"]
    start = np.array([_mean_height(s.true, CORNERS) - _mean_height(s.true, WINGS) for s in mouth])
    led = start - np.median(
        [_mean_height(s.true, CORNERS) - _mean_height(s.true, WINGS) for s in moved]
    )
    followed = np.array([_mean_height(s.read, WINGS) - _mean_height(s.true, WINGS) for s in mouth])
    return float(led @ followed / (led @ led))


def _mean_height(points: FloatArray, names: tuple[str, ...]) -> float:
    """Mean height of both sides' points over all canthi."""
    over, canthi = (
        points[MEDIAPIPE_478.right(each) + MEDIAPIPE_478.left(each), 1].mean()
        for each in (names, MEDIAPIPE_478.groups["canthi"])
    )
    return float(over - canthi)


def errors(found: Sequence[Sample], response: Response) -> tuple[FloatArray, FloatArray]:
    """Errors and true changes of the differences of `HEIGHTS`, mm, each of shape (heights, moved photos)."""
    vertices = canonical_mesh()
    rest = {sample.person: sample for sample in found if not sample.moved}
    moved = [sample for sample in found if sample.moved]

    def put(sample: Sample) -> FloatArray:
        return put_back(sample.read, response, sample.seen, vertices)

    start = _differences([put(rest[sample.person]) for sample in moved])
    still = _differences([rest[sample.person].read for sample in moved])
    true = _differences([sample.true for sample in moved]) - still
    return _differences([put(sample) for sample in moved]) - start - true, true


def _differences(planes: Sequence[FloatArray]) -> FloatArray:
    """Right minus left of `HEIGHTS`, mm, from points in cm."""
    points = np.zeros((len(planes), MEDIAPIPE_478.size, 3))
    points[..., :2] = np.array(planes) * np.array([10.0, -10.0])
    table = measure(
        Landmarks.from_points(points), metrics=list(HEIGHTS), sd=False, scale=Scale("ruler", 1.0)
    )
    return np.stack([table[f"{name}_diff_mm"] for name in HEIGHTS])


def crossed(found: Sequence[Sample]) -> tuple[FloatArray, FloatArray]:
    """`errors`, each person's with the table of the others."""
    parts = [
        errors([s for s in found if s.person == one], fit([s for s in found if s.person != one]))
        for one in dict.fromkeys(sample.person for sample in found)
    ]
    error, true = (np.concatenate(each, axis=1) for each in zip(*parts, strict=True))
    return error, true


def show(title: str, moved: Sequence[str], error: FloatArray, true: FloatArray) -> None:
    """Print the root mean square of the errors in parts that did not move, by what did."""
    still = np.where(np.abs(true) < STILL, error, np.nan)
    print(f"\n{title}; RMS error in parts that did not move, mm, n = {error.shape[1]}")
    print(
        f"{'moved':14}"
        + "".join(f"{name.removesuffix('_height')[:12]:>13}" for name in HEIGHTS)
        + "     all"
    )
    names = np.array(moved)
    for one in [*dict.fromkeys(moved), "all"]:
        some = still[:, (names == one) | (one == "all")]
        cells = [_rms(row) for row in some]
        print(f"{one:14}" + "".join(f"{cell:13.2f}" for cell in cells) + f"{_rms(some):8.3f}")


def _rms(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt(np.mean(known**2))) if known.size else float("nan")


def write(response: Response, paths: Sequence[Path], count: int) -> None:
    """Put the table into the package, with how it was made."""
    constants = COUPLED, ONE_SIDED, BOTH_BROWS, RIDGE, NATURAL
    made = {
        "by": "python -m benchmarks.tune.response --write",
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "photos": [f"{path.parent.name}/{path.stem}" for path in paths],
        "readings": count,
        "ridge": RIDGE,
        "inputs_sha256": digest_files(paths, constants),
    }
    table = {**vars(response), "made": made}
    TABLE.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read, fit, show, and write if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.response", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into the package")
    chosen = parser.parse_args()
    paths = photos()
    if not paths:
        raise SystemExit(f"no photos in {SHARED}")
    with Extractor(settings=replace(Settings(), response=Response())) as extractor:
        found = [sample for path in paths for sample in samples(extractor, path)]
    moved = [sample.moved for sample in found if sample.moved]
    show("As read", moved, *errors(found, Response()))
    show("With the table in the package", moved, *errors(found, Settings().response))
    by_person = [
        s.moved
        for one in dict.fromkeys(s.person for s in found)
        for s in found
        if s.person == one and s.moved
    ]
    show("With a table of the other people", by_person, *crossed(found))
    response = fit(found)
    print(
        "\n"
        + json.dumps({"follows": response.follows, "brows_shown": response.brows_shown}, indent=2)
    )
    if chosen.write:
        write(response, paths, len(found))


if __name__ == "__main__":
    main()
