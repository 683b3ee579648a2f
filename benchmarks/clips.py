"""``python -m benchmarks.clips``: clips with a known loss and lag, read back, into ``docs/tables/clips.md``.

A photo's parts are moved frame by frame, right and left by courses of their own, and each frame is
photographed again: the head turns a little, the camera shakes, there is grain, and all of it is encoded as a
video. Renders give what a warp can't: another expression as a whole, and eyes that close. ``--tuning`` prints
the same of the people that constants are chosen on, for several windows of smoothing, and writes nothing.
"""

from __future__ import annotations

import argparse
import functools
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Clip, Extractor, Measurements, movement, read_clip
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, Part, Retake, prepare_sitter, retake_photo, warp_photo
from asymmetry.timing.lag import find_lag
from asymmetry.timing.smoothing import smooth
from benchmarks.fidelity import tables
from benchmarks.fidelity.photos import SHARED, london, more

__all__ = ["CASES", "Case", "Outcome", "film", "main"]

FloatArray = npt.NDArray[np.float64]
Pixels = npt.NDArray[np.uint8]

RATE, FRAMES = 30.0, 45
#: Times of the frames, s; a movement begins at the onset, takes so long, is held and goes back.
SECONDS = np.arange(FRAMES) / RATE
ONSET, RISE, HOLD = 0.3, 0.4, 0.2
#: Side of the photos that are moved, px, and size of the video.
_SIDE, _SIZE = 600, (960, 720)
#: Turns of the head, degrees, and shake of the camera, px: amplitude and times per second.
_YAW, _PITCH, _ROLL, _SHAKE = (3.0, 0.4), (2.0, 0.3), (1.5, 0.7), (6.0, 1.1)
_GRAIN, _GRAINS = 3.0, 7
#: A frame shows the height if both sides together are above this share of it.
_HEIGHT = 0.99
PAGE = Path(__file__).resolve().parents[1] / "docs" / "clips.md"
_LONDON = "the London set, neutral"


@dataclass(frozen=True)
class Case:
    """A movement: the part, how far it goes up and out, mm, and the weaker side's share, and its lag, s."""

    name: str
    expression: str
    part: Part
    up_mm: float
    out_mm: float
    weak: Side
    share: float
    lag: float

    def ways(self) -> dict[Side, FloatArray]:
        """The share of the whole way that each side has gone in each frame."""
        return {
            side: self.share * _course(self.lag) if side == self.weak else _course(0.0)
            for side in SIDES
        }

    def moves(self, shares: Mapping[Side, float]) -> list[Move]:
        """The parts moved by a share of the whole way on each side."""
        return [
            Move(self.part, side, up_mm=self.up_mm * share, out_mm=self.out_mm * share)
            for side, share in shares.items()
        ]


def _course(lag: float) -> FloatArray:
    begun = (SECONDS - ONSET - lag) / RISE
    return _ease(begun) - _ease((SECONDS - ONSET - lag - RISE - HOLD) / RISE)


def _ease(share: FloatArray) -> FloatArray:
    """From 0 to 1 by the way of least jerk (Flash and Hogan 1985)."""
    at = np.clip(share, 0.0, 1.0)
    return np.asarray(at**3 * (10 - 15 * at + 6 * at * at))


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


def film(path: Path, case: Case, photo: Pixels, extractor: Extractor, seed: int) -> None:
    """Encode one clip of a photo."""
    landmarks = extractor.extract([photo])
    sitter, ways = prepare_sitter(photo, landmarks), case.ways()
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), RATE, _SIZE
    )
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 5)
    for frame, when in enumerate(SECONDS):
        moves = case.moves({side: float(way[frame]) for side, way in ways.items()})
        moved = replace(sitter, pixels=warp_photo(photo, landmarks, moves).pixels)
        yaw, pitch, roll = (
            size * np.sin(2 * np.pi * speed * when + phase)
            for (size, speed), phase in zip((_YAW, _PITCH, _ROLL), phases, strict=False)
        )
        turned = retake_photo(moved, Retake(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)).pixels
        writer.write(_shake(turned, when, phases[3:])[..., ::-1])
    writer.release()


@functools.cache
def _grains() -> list[npt.NDArray[np.int16]]:
    """Some pictures of grain, for frames to take in turn."""
    rng, (width, height) = np.random.default_rng(0), _SIZE
    return [rng.normal(0, _GRAIN, (height, width, 3)).astype(np.int16) for _ in range(_GRAINS)]


def _shake(pixels: Pixels, when: float, phases: FloatArray) -> Pixels:
    """A frame as a camera in the hand sees it, with grain."""
    size, speed = _SHAKE
    across, down = size * np.sin(2 * np.pi * speed * when + phases)
    width, height = _SIZE
    left, top = (width - pixels.shape[1]) / 2 + across, (height - pixels.shape[0]) / 2 + down
    matrix = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
    seen = cv2.warpAffine(pixels, matrix, _SIZE, borderMode=cv2.BORDER_REPLICATE)
    grain = _grains()[round(when * RATE) % _GRAINS]
    return np.clip(seen + grain, 0, 255).astype(np.uint8)


def read(case: Case, clip: Clip) -> Outcome:
    """Compare a clip with its truth."""
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
        gain=course[strong] / case.up_mm,
        lag=case.lag if case.weak == "right" else -case.lag,
        read_lag=timing.lag.seconds,
        lag_sd=timing.lag.sd,
        peak_off=int(np.abs(heights - timing.moments.peak).min()),
    )


def run(
    people: Sequence[Path], extractor: Extractor, cases: Sequence[Case] = CASES
) -> Iterator[tuple[Case, Clip, Outcome]]:
    """Every case of every person, but for moves that a face has no room for."""
    for seed, person in enumerate(people):
        photo = _shrink(person)
        for case in cases:
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
            str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), RATE, _SIZE
        )
        for name, count in parts:
            pixels = read_photo(SHARED / "render" / name).pixels
            for _ in range(count):
                writer.write(_shake(pixels, number / RATE, still)[..., ::-1])
                number += 1
        writer.release()
        return read_clip(path, expression=expression, extractor=extractor)


def try_windows(found: Sequence[tuple[Case, Clip, Outcome]]) -> None:
    """Print what other windows of smoothing would give."""
    for window in (0.05, 0.07, 0.1, 0.14):
        missed, speeds = [], []
        for _, clip, outcome in found:
            trace = clip.timing.trace
            lines = [smooth(trace.seconds, getattr(trace, side), window) for side in SIDES]
            ways = clip.timing.right.excursion, clip.timing.left.excursion
            span = ONSET, ONSET + RISE + 0.1
            lag = find_lag(trace.seconds, *lines, ways, span, trace.seconds < ONSET)
            missed.append((lag.seconds - outcome.lag) / max(lag.sd, 1e-4))
            missed.append(1000 * (lag.seconds - outcome.lag))
            fast = 15 / 8 * max(ways) / RISE
            speeds.append(float(np.nanmax([np.nanmax(line.slope) for line in lines])) / fast)
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
    parser.add_argument("--people", type=int, default=8)
    chosen = parser.parse_args()
    people = london(tuning=chosen.tuning)[: chosen.people]
    with Extractor(threads=1) as extractor:
        renders = [] if chosen.tuning else render_rows(extractor)
        found = list(run(people, extractor))
        outcomes = [outcome for *_, outcome in found]
        print(tables.markdown(rows_of(outcomes)))
        if chosen.tuning:
            try_windows(found)
            print_response([*london(tuning=True), *more(tuning=True)])
            return
    command = f"`python -m benchmarks.clips --people {len(people)}`"
    made = f"{command}: {len(outcomes)} clips of {len(people)} people of {_LONDON}."
    tables.write_table("clips", made, rows_of(outcomes))
    tables.write_table("clips_renders", "`make clips`: clips of renders.", renders)
    PAGE.write_text(tables.fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
