"""``python -m benchmarks.clips``: clips with a known loss and lag, read back, into ``docs/tables/clips.md``.

`benchmarks.films` makes them. One table has three movements of a few people; ``--many`` makes another one, of
movements that are drawn at random for each of 28 people. Renders give what a warp can't: another expression
as a whole, and eyes that close. ``--tuning`` prints the same of the people that constants are chosen on, for
several windows of smoothing, and writes nothing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from asymmetry import Clip, Extractor, Measurements, movement, read_clip
from asymmetry.core.arrays import Mask, Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Part, warp_photo
from asymmetry.timing.lag import find_lag
from asymmetry.timing.smoothing import smooth
from benchmarks.fidelity import tables
from benchmarks.fidelity.photos import SHARED, london, more
from benchmarks.films import ONSET, RATE, RISE, SIZE, Case, film, shake

__all__ = ["CASES", "Outcome", "main"]

#: Height of the photos that are moved, px.
_SIDE = 600
#: A frame shows the height if both sides together are above this share of it.
_HEIGHT = 0.99
PAGE = Path(__file__).resolve().parents[1] / "docs" / "clips.md"
_LONDON = "the London set, neutral"
#: A ratio is near if it is no farther off.
_NEAR = 0.1
#: Drawn courses: the share that the weaker side goes, its lag in frames, and the rate; 0 is an uneven one.
_SHARES, _LAGS, _RATES = (1.0, 0.8, 0.6, 0.4), (0, 1, 2, 3, 4), (24, 30, 60, 0)
_KINDS: tuple[tuple[str, Part, float, float], ...] = (
    ("smile_closed", "mouth_corner", 4, 3),
    ("brow_raise", "brow", 4, 0),
    ("eye_closure", "upper_lid", -7, 0),
)

CASES = (
    Case("smile, left half, 100 ms", "smile_closed", "mouth_corner", 4, 3, "left", 0.5, 0.1),
    Case("smile, right 4/5, 33 ms", "smile_closed", "mouth_corner", 4, 3, "right", 0.8, 1 / 30),
    Case("brow raise, left half, 67 ms", "brow_raise", "brow", 4, 0, "left", 0.5, 2 / 30),
)


@dataclass(frozen=True)
class Outcome:
    """One clip, read: ratios of the weaker side, mm of the stronger, lags in s, peaks in frames."""

    case: str
    ratio: float
    by_course: float
    ratio_sd: float
    by_photos: float
    gain: float
    lag: float
    read_lag: float
    lag_sd: float
    peak_off: int
    frame: float


def read(case: Case, clip: Clip) -> Outcome:
    """Compare a clip with its truth, of a side whose way is the case's share of the other's."""
    timing, ways = clip.timing, case.ways()
    both = ways["right"] + ways["left"]
    heights = np.flatnonzero(both >= _HEIGHT * both.max())
    strong: Side = "left" if case.weak == "right" else "right"
    course = {side: getattr(timing, side).excursion for side in SIDES}
    weaker = course[case.weak] <= course[strong]
    columns = {side: f"{timing.trace.metric}_{side}_{timing.trace.unit}" for side in SIDES}
    photos = {side: float(clip.movement[column][0]) for side, column in columns.items()}
    return Outcome(
        case=case.name,
        ratio=case.share,
        by_course=timing.ratio if weaker else 1 / timing.ratio,
        ratio_sd=timing.ratio_sd,
        by_photos=photos[case.weak] / photos[strong],
        gain=course[strong] / abs(case.up_mm),
        lag=case.lag if case.weak == "right" else -case.lag,
        read_lag=timing.lag.seconds,
        lag_sd=timing.lag.sd,
        peak_off=int(np.abs(heights - timing.moments.peak).min()),
        frame=1 / case.rate,
    )


def draw_cases(seed: int) -> list[Case]:
    """Movements of one person, drawn at random."""
    rng = np.random.default_rng(seed)
    return [_draw_case(rng, *kind) for kind in _KINDS]


def _draw_case(
    rng: np.random.Generator, expression: str, part: Part, up_mm: float, out_mm: float
) -> Case:
    share, lag, rate = (float(rng.choice(values)) for values in (_SHARES, _LAGS, _RATES))
    weak: Side = "right" if rng.random() < 0.5 else "left"
    even = rate or RATE
    name = f"{expression}, {weak} {share}, {lag:.0f} frames of 1/{even:.0f} s"
    return Case(name, expression, part, up_mm, out_mm, weak, share, lag / even, even, not rate)


def run(
    people: Iterable[tuple[int, Path]], extractor: Extractor, *, many: bool = False
) -> Iterator[tuple[Case, Clip, Outcome]]:
    """Every case of every person with its number, but for moves that a face has no room for."""
    for seed, person in people:
        photo = _shrink(person)
        for case in draw_cases(seed) if many else CASES:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "clip.mp4")
                try:
                    film(path, case, photo, extractor, seed)
                except InvalidInputError as error:
                    print(person.name, case.name, error, flush=True)
                    continue
                clip = read_clip(path, expression=case.expression, extractor=extractor)
            found = read(case, clip)
            print(person.name, found, flush=True)
            yield case, clip, found


def rows_of(outcomes: Sequence[Outcome]) -> list[tables.Row]:
    """One row for each case."""
    head = "case; clips; true ratio; by course; largest error; stated SD; within 2 SD; by photos; "
    head += "largest error; gain; true lag, ms; read; largest error; stated SD; within 2 SD; "
    rows = [(head + "photo off the height, frames").split("; ")]
    names = dict.fromkeys(each.case for each in outcomes)
    return rows + [_row(name, [each for each in outcomes if each.case == name]) for name in names]


def _row(name: str, found: Sequence[Outcome]) -> tables.Row:
    table = {key: np.array([getattr(each, key) for each in found]) for key in _NUMBERS}
    ratio, lag = found[0].ratio, found[0].lag
    missed = np.abs(table["read_lag"] - lag)
    within = (missed < 2 * table["lag_sd"]).sum()
    off = np.abs(table["by_course"] - ratio)
    return [
        name,
        str(len(found)),
        f"{ratio:.2f}",
        f"{table['by_course'].mean():.2f}",
        f"{off.max():.2f}",
        f"{table['ratio_sd'].mean():.2f}",
        f"{(off < 2 * table['ratio_sd']).sum()} of {len(found)}",
        f"{table['by_photos'].mean():.2f}",
        f"{np.abs(table['by_photos'] - ratio).max():.2f}",
        f"{table['gain'].mean():.2f}",
        f"{1000 * lag:+.0f}",
        f"{1000 * table['read_lag'].mean():+.0f}",
        f"{1000 * missed.max():.0f}",
        f"{1000 * table['lag_sd'].mean():.0f}",
        f"{within} of {len(found)}",
        str(table["peak_off"].max()),
    ]


_NUMBERS = ("by_course", "ratio_sd", "by_photos", "gain", "read_lag", "lag_sd", "peak_off")


def render_rows(extractor: Extractor) -> list[tables.Row]:
    """Clips of renders: a face at rest, then a smile of which the right side shows a share; and blinks."""
    source = SHARED / "render" / "truth.json"
    if not source.is_file():
        return []
    frames = json.loads(source.read_text())["frames"]
    rows = [["render", "true", "read by course", "by photos"]]
    for model in ("id0", "id1", "id2"):
        rest, smile = f"{model}_neutral_y+00.jpg", f"{model}_smile_L100_R050_y+00.jpg"
        if rest in frames and smile in frames:
            clip = _film_renders([(rest, 18), (smile, 18), (rest, 6)], "smile_closed", extractor)
            photos = [float(clip.movement[f"commissure_lift_{side}_mm"][0]) for side in SIDES]
            true = _lift(frames[rest], frames[smile])
            rows.append(
                [
                    f"{model}, smile, right over left",
                    f"{true:.2f}",
                    f"{clip.timing.right.excursion / clip.timing.left.excursion:.2f}",
                    f"{photos[0] / photos[1]:.2f}",
                ]
            )
    rows += _blink_rows(frames, extractor)
    print(tables.markdown(rows), flush=True)
    return rows


#: The truth's points (iBUG's numbering): corners of the mouth, and of each lid the two halfway points.
_CORNERS, _LIDS = (48, 54), {"right": ((37, 38), (41, 40)), "left": ((43, 44), (47, 46))}


def _lift(rest: dict[str, list[list[float]]], smile: dict[str, list[list[float]]]) -> float:
    """Right over left of the corners' rise."""
    heights = [np.array(each["points68_model_cm"])[list(_CORNERS), 1] for each in (smile, rest)]
    right, left = heights[0] - heights[1]
    return float(right / left)


def _blink_rows(
    frames: dict[str, dict[str, list[list[float]]]], extractor: Extractor
) -> list[tables.Row]:
    """A blink of four frames in which the left eye closes and the right one by a part."""
    rest, rows = "id0_neutral_y+00.jpg", []
    for name in ("id0_blink_L100_R030_y+00.jpg", "id0_blink_L100_R060_y+00.jpg"):
        if name in frames:
            clip = _film_renders([(rest, 20), (name, 4), (rest, 20)], "smile_closed", extractor)
            (blink,) = clip.timing.blinks
            true = [_closed(frames[rest], frames[name], side) for side in SIDES]
            read = f"{blink.closed_right_pct:.0f}, {blink.closed_left_pct:.0f}"
            rows.append(
                ["id0, blink, right and left closed, %", f"{true[0]:.0f}, {true[1]:.0f}", read, ""]
            )
    return rows


def _closed(
    rest: dict[str, list[list[float]]], shut: dict[str, list[list[float]]], side: Side
) -> float:
    """How much of an eye's opening is gone, percent."""
    upper, lower = _LIDS[side]
    gaps = []
    for each in (shut, rest):
        heights = np.array(each["points68_model_cm"])[:, 1]
        gaps.append(heights[list(upper)].mean() - heights[list(lower)].mean())
    return float(100 * (1 - gaps[0] / gaps[1]))


def _film_renders(parts: Sequence[tuple[str, int]], expression: str, extractor: Extractor) -> Clip:
    """A clip of renders, each shown for some frames, by a camera in the hand."""
    still = np.zeros(2)
    with tempfile.TemporaryDirectory() as folder:
        path, number = Path(folder, "clip.mp4"), 0
        writer = cv2.VideoWriter(
            str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), RATE, SIZE
        )
        for name, count in parts:
            pixels = read_photo(SHARED / "render" / name).pixels
            for _ in range(count):
                writer.write(shake(pixels, number / RATE, still)[..., ::-1])
                number += 1
        writer.release()
        return read_clip(path, expression=expression, extractor=extractor)


def many_rows(outcomes: Sequence[Outcome]) -> list[tables.Row]:
    """One row for each expression of those drawn at random."""
    head = "expression; clips; ratio: within 0.1; RMSE; largest error; within 1 SD; within 2 SD; "
    head += "lag: told; within a frame; RMSE, ms; largest error; within 1 SD; within 2 SD; "
    rows = [(head + "photo within 2 frames of the height").split("; ")]
    for name, *_ in _KINDS:
        rows.append(_many_row(name, [each for each in outcomes if each.case.startswith(name)]))
    rows.append(_many_row("all", outcomes))
    return rows


def _many_row(name: str, found: Sequence[Outcome]) -> tables.Row:
    off = np.array([each.by_course - each.ratio for each in found])
    sds = np.array([each.ratio_sd for each in found])
    told = [each for each in found if np.isfinite(each.read_lag)]
    late = np.array([each.read_lag - each.lag for each in told])
    late_sds = np.array([each.lag_sd for each in told])
    return [
        name,
        str(len(found)),
        _count(np.abs(off) <= _NEAR),
        f"{np.sqrt((off**2).mean()):.3f}",
        f"{np.abs(off).max():.2f}",
        _count(np.abs(off) < sds),
        _count(np.abs(off) < 2 * sds),
        str(len(told)),
        _count(np.abs(late) <= [each.frame for each in told]),
        f"{1000 * np.sqrt((late**2).mean()):.0f}",
        f"{1000 * np.abs(late).max():.0f}",
        _count(np.abs(late) < late_sds),
        _count(np.abs(late) < 2 * late_sds),
        _count(np.array([each.peak_off <= 2 for each in found])),
    ]


def _count(true: Mask) -> str:
    return f"{true.sum()} ({true.mean():.0%})"


def try_windows(found: Sequence[tuple[Case, Clip, Outcome]]) -> None:
    """Print what other windows of smoothing would give."""
    for window in (0.05, 0.07, 0.1, 0.14):
        missed, speeds = [], []
        for _, clip, outcome in found:
            trace = clip.timing.trace
            right, left = (smooth(trace.seconds, getattr(trace, side), window) for side in SIDES)
            ways = clip.timing.right.excursion, clip.timing.left.excursion
            span = ONSET, ONSET + RISE + 0.1
            lag = find_lag(trace.seconds, right, left, ways, span, trace.seconds < ONSET)
            missed.append((lag.seconds - outcome.lag) / max(lag.sd, 1e-4))
            missed.append(1000 * (lag.seconds - outcome.lag))
            fast = 15 / 8 * max(ways) / RISE
            speeds.append(
                float(np.nanmax([np.nanmax(line.slope) for line in (right, left)])) / fast
            )
        ms, sds = np.array(missed[1::2]), np.array(missed[::2])
        print(
            f"window {window:.2f} s: lag RMSE {np.sqrt((ms**2).mean()):.1f} ms, "
            f"{np.abs(ms).max():.0f} at most, {(np.abs(sds) < 2).mean():.0%} within 2 SD; "
            f"speed {np.mean(speeds):.2f} of the true one"
        )


def print_response(people: Sequence[Path]) -> None:
    """Print by which share each side's way is misread in photos of a case at rest and at its height."""
    with Extractor(method="fast", threads=1) as extractor:
        for case in CASES:
            column = f"{MOVEMENT_HEADLINES[case.expression].metric}_{{}}_mm"
            strong: Side = "left" if case.weak == "right" else "right"
            off = []
            for person in people:
                moved = _move_photo(person, case, extractor)
                if moved is not None:
                    read = [float(moved[column.format(side)][0]) for side in (case.weak, strong)]
                    off.append(read[0] / read[1] / case.share - 1)
            share = np.sqrt(np.nanmean(np.square(off)) / 2)
            print(f"{case.name}: {len(off)} people, each side's way misread by {share:.3f} of it")


def _move_photo(person: Path, case: Case, extractor: Extractor) -> Measurements | None:
    """The movement between a photo and the same at a case's height; None where there is no room for it."""
    photo = _shrink(person)
    found = extractor.extract([photo])
    shares = {side: case.share if side == case.weak else 1.0 for side in SIDES}
    try:
        read = extractor.extract([photo, warp_photo(photo, found, case.moves(shares)).pixels])
    except InvalidInputError:
        return None
    return movement(read[[0]], read[[1]]) if read.usable.all() else None


def _shrink(person: Path) -> Pixels:
    """A person's photo as it is filmed."""
    whole = read_photo(person).pixels
    size = round(whole.shape[1] * _SIDE / whole.shape[0]), _SIDE
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Film, read, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--many", action="store_true")
    parser.add_argument("--people", type=int, default=8)
    chosen = parser.parse_args()
    people = london(tuning=chosen.tuning)[: chosen.people]
    if chosen.many:
        people = [*london(tuning=chosen.tuning), *more(tuning=chosen.tuning)]
    with Extractor(threads=1) as extractor:
        found = list(run(enumerate(people), extractor, many=chosen.many))
        outcomes = [outcome for *_, outcome in found]
        rows = many_rows(outcomes) if chosen.many else rows_of(outcomes)
        print(tables.markdown(rows))
        if chosen.tuning:
            try_windows(found)
            print_response([*london(tuning=True), *more(tuning=True)])
            return
        renders = [] if chosen.many else render_rows(extractor)
    write(rows, len(outcomes), len(people), renders, many=chosen.many)


def write(
    rows: list[tables.Row], clips: int, people: int, renders: list[tables.Row], *, many: bool
) -> None:
    """Write the tables into the docs."""
    counted = f"{clips} clips of {people} people"
    if many:
        sets = f"{_LONDON}, and the Canada set, drawn at random"
        made = f"`python -m benchmarks.clips --many`: {counted} of {sets}."
        tables.write_table("clips_many", made, rows)
    else:
        made = f"`python -m benchmarks.clips --people {people}`: {counted} of {_LONDON}."
        tables.write_table("clips", made, rows)
        tables.write_table("clips_renders", "`make clips`: clips of renders.", renders)
    PAGE.write_text(tables.fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
