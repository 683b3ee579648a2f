"""What a photo costs: pipelines, stages and archives, each against another in the same run.

Run it as ``python -m benchmarks.speed`` or ``make bench``. Times differ from machine to machine, ratios less.
The photo is a public-domain portrait, enlarged to 12 megapixels and grained as a camera grains.
"""

from __future__ import annotations

import argparse
import importlib.util
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import cv2
import numpy as np
import numpy.typing as npt

import asymmetry
from asymmetry.archive.jobs import Job
from asymmetry.archive.parquet import part_table, write_part
from asymmetry.archive.pool import usable_cores
from asymmetry.archive.rows import Row
from asymmetry.archive.run import Engine
from asymmetry.extract import Extractor, reduced
from asymmetry.extract.model.file import model_file
from asymmetry.photos.record import PhotoRecord
from benchmarks.fidelity.photos import wheel_portraits
from benchmarks.speed_docs import add_docs_option, conditions, markdown, show_tables

__all__ = ["archives", "main", "pipelines", "report", "spent", "stages"]

Pixels = npt.NDArray[np.uint8]

#: Width and height of the large photo, px, and the share of its width that the portrait's face fills.
LARGE = (3024, 4032)
_GRAIN, _QUALITY = 4.0, 92
#: Side of the photos of the archive, px.
SMALL = 900
# Rows that are written at a time for the stage "write".
_ROWS = 64
# Runs of each archive, and of each crew of processes: they take turns.
_TURNS = 3
_METHODS = ("plain", "fast", "hemiface")


def photo(width: int, height: int, seed: int = 0) -> Pixels:
    """The portrait enlarged to fill a frame, BGR, with grain of its own for each seed."""
    portrait = cv2.imread(str(wheel_portraits()[-1]))
    side = min(portrait.shape[:2])
    top = portrait[:side, (portrait.shape[1] - side) // 2 :][:, :side]
    face = top[: int(0.75 * side), int(0.08 * side) : int(0.83 * side)]
    long = max(width, height)
    square = cv2.resize(face, (long, long), interpolation=cv2.INTER_CUBIC)
    cut = square[:height, (long - width) // 2 :][:, :width]
    noise = np.random.default_rng(seed).normal(0, _GRAIN, cut.shape)
    return np.clip(cut + noise, 0, 255).astype(np.uint8)


def saved(path: Path, pixels: Pixels) -> Path:
    """Write a JPEG as cameras do."""
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return path


def alternated(tasks: dict[str, Callable[[], object]], runs: int) -> dict[str, tuple[float, float]]:
    """Seconds of each task, wall and processor: the fastest of runs that take turns.

    Taking turns, each task meets the same disturbances; whatever else a machine does only adds to them.
    """
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    for task in tasks.values():
        task()
    for _ in range(runs):
        for name, task in tasks.items():
            wall, busy = time.perf_counter(), time.process_time()
            task()
            taken[name].append((time.perf_counter() - wall, time.process_time() - busy))
    return {name: (_least(times, 0), _least(times, 1)) for name, times in taken.items()}


def _least(times: list[tuple[float, float]], kind: int) -> float:
    return min(each[kind] for each in times)


@contextmanager
def plain_pipeline(path: Path) -> Iterator[Callable[[], object]]:
    """What a user would write himself: cv2.imread, one call of the landmarker, its points as an array."""
    import mediapipe
    from mediapipe.tasks.python import BaseOptions, vision

    def run() -> object:
        pixels = cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)
        found = landmarker.detect(mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels))
        return np.array([(point.x, point.y, point.z) for point in found.face_landmarks[0]])

    options = vision.FaceLandmarkerOptions(BaseOptions(model_asset_path=str(model_file(None))))
    with vision.FaceLandmarker.create_from_options(options) as landmarker:
        yield run


def pipelines(path: Path, runs: int) -> list[list[str]]:
    """Rows of a table: from the file to metrics, against the plain pipeline."""
    with ExitStack() as stack:
        tasks: dict[str, Callable[[], object]] = {
            "cv2.imread, one detect, points": stack.enter_context(plain_pipeline(path)),
            "cv2.imread alone": lambda: cv2.imread(str(path)),
        }
        for method in _METHODS:
            extractor = stack.enter_context(Extractor(method=method))
            tasks[f"`{method}`: photo to all metrics"] = partial(_scored, extractor, path)
        seconds = alternated(tasks, runs)
    wall, busy = seconds["cv2.imread, one detect, points"]
    rows = [["12 megapixels", "ms", "× plain pipeline", "× its processor time"]]
    for name, (w, b) in seconds.items():
        rows.append([name, f"{1000 * w:.0f}", f"{w / wall:.2f}", f"{b / busy:.2f}"])
    return rows


def _scored(extractor: Extractor, path: Path) -> object:
    return asymmetry.measure(extractor.extract([path]))


@dataclass
class _Watch:
    """Seconds by stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside; a stage within itself counts once."""
        began, before = time.perf_counter(), self.seconds.get(name, 0.0)
        try:
            yield
        finally:
            self.seconds[name] = before + time.perf_counter() - began

    def watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, counted."""

        def run(*arguments: Any, **options: Any) -> Any:
            with self.stage(name):
                return function(*arguments, **options)

        return run


def stages(path: Path, runs: int, method: Any = "hemiface") -> dict[str, float]:
    """Seconds that one photo takes in each stage: read, decode, landmark, refine, measure, write.

    Refining is what extraction does beside decoding and calling the landmarker: chimeras, lids, quality.
    """
    watch = _Watch()
    with Extractor(method=method) as extractor, tempfile.TemporaryDirectory() as folder:
        with extractor.borrow_tools() as tools:  # of one thread, the same each time
            model = tools.landmarker
        _scored(extractor, path)
        with (
            patch.object(reduced, "read_photo", watch.watched("decode", reduced.read_photo)),
            patch.object(
                model.landmarker,
                "detect_each",
                watch.watched("landmark", model.landmarker.detect_each),
            ),
            patch.object(
                model.mesh, "read_squares", watch.watched("landmark", model.mesh.read_squares)
            ),
        ):
            for _ in range(runs):
                with watch.stage("read"):
                    data = path.read_bytes()
                with watch.stage("extract"):
                    landmarks = extractor.extract([data])
                with watch.stage("measure"):
                    asymmetry.measure(landmarks)
        rows = [Row(landmarks)] * _ROWS
        jobs = [Job("a.jpg", PhotoRecord("a.jpg"))] * _ROWS
        table = part_table(jobs, rows, extractor.provenance, landmarks=False)
        with watch.stage("write"):
            write_part(table, Path(folder, "part.parquet"))
    seconds = {name: taken / runs for name, taken in watch.seconds.items()}
    refine = seconds.pop("extract") - seconds["decode"] - seconds["landmark"]
    return {
        **{name: seconds[name] for name in ("read", "decode", "landmark")},
        "refine": refine,
        "measure": seconds["measure"],
        "write": watch.seconds["write"] / _ROWS,
    }


def stage_rows(photos: dict[str, Path], runs: int) -> list[list[str]]:
    """Rows of a table: ms of each stage, by size of the photo."""
    found = {name: stages(path, runs) for name, path in photos.items()}
    names = list(next(iter(found.values())))
    return [
        ["`hemiface`, ms", *names, "all"],
        *(
            [
                name,
                *(f"{1000 * each[stage]:.1f}" for stage in names),
                f"{1000 * sum(each.values()):.0f}",
            ]
            for name, each in found.items()
        ),
    ]


def archives(folder: Path, photos: int) -> list[list[str]]:
    """Rows of a table: an archive with more and more workers, against extraction alone in this process."""
    source = folder / "photos"
    source.mkdir()
    paths = [saved(source / f"{i:05d}.jpg", photo(SMALL, SMALL, seed=i)) for i in range(photos)]
    with Extractor() as extractor:
        extractor.extract(paths[:1])
        alone, alone_busy = spent(lambda: extractor.extract(paths))
    rows = [
        [
            f"{photos} photos of {SMALL} × {SMALL}",
            "photos a second",
            "× one worker",
            "processor ms a photo",
        ]
    ]
    rows.append(
        ["extraction alone", f"{photos / alone:.1f}", "", f"{1000 * alone_busy / photos:.0f}"]
    )
    counts = range(1, usable_cores() + 1)
    apart = [[side_by_side(paths, n) for n in counts] for _ in range(_TURNS)]
    for n, seconds in zip(counts, np.min(apart, axis=0), strict=True):
        name = f"{n} process{'es' * (n > 1)} of one thread, without starting"
        first = np.min(apart, axis=0)[0]
        rows.append([name, f"{photos / seconds:.1f}", f"{first / seconds:.2f}", ""])
    crews = [("local", n) for n in range(1, usable_cores() + 2)]
    if importlib.util.find_spec("ray"):
        crews += [("ray", n) for n in (1, 2, 4)]
    runs = {
        (engine, n): partial(
            asymmetry.score_archive,
            source,
            folder / f"{engine}{n}.parquet",
            workers=n,
            engine=cast("Engine", engine),
            overwrite=True,
        )
        for engine, n in crews
    }
    taken = [{crew: spent(run) for crew, run in runs.items()} for _ in range(_TURNS)]
    firsts: dict[str, float] = {}
    for engine, workers in crews:
        wall, busy = np.min([turn[engine, workers] for turn in taken], axis=0)
        first = firsts.setdefault(engine, wall)
        kind = {"local": "archive", "ray": "archive on Ray"}[engine]
        name = f"{kind}, {workers} worker{'s' * (workers > 1)}, with starting"
        own = f"{1000 * busy / photos:.0f}" if engine == "local" else ""
        rows.append([name, f"{photos / wall:.1f}", f"{first / wall:.2f}", own])
    return rows


def side_by_side(paths: list[Path], processes: int) -> float:
    """Seconds in which processes of their own extract a share of the photos each, when all have started.

    What the machine gives at most: two of its cores may share caches, a memory or even one core.
    """
    context = multiprocessing.get_context("spawn")
    gate = context.Barrier(processes + 1)
    shares = [paths[first::processes] for first in range(processes)]
    crew = [context.Process(target=_extract_share, args=(share, gate)) for share in shares]
    for each in crew:
        each.start()
    gate.wait()
    began = time.perf_counter()
    gate.wait()
    seconds = time.perf_counter() - began
    for each in crew:
        each.join()
    return seconds


def _extract_share(paths: list[Path], gate: Any) -> None:
    cv2.setNumThreads(1)
    with Extractor(threads=1) as extractor:
        extractor.extract(paths[:1])
        gate.wait()
        extractor.extract(paths)
        gate.wait()


def spent(task: Callable[[], object]) -> tuple[float, float]:
    """Seconds that a task takes: by the wall, and of the processor with those of its ended processes."""
    wall, before = time.perf_counter(), os.times()
    task()
    after = os.times()
    return time.perf_counter() - wall, sum(after[:4]) - sum(before[:4])


def report(runs: int, photos: int) -> dict[str, str]:
    """All tables by name, each with what it was measured on.

    Parameters
    ----------
    runs : int
        Runs of each pipeline.
    photos : int
        Photos of the archive.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        large = saved(folder / "large.jpg", photo(*LARGE))
        sizes = {
            "12 megapixels": large,
            f"{SMALL} × {SMALL}": saved(folder / "small.jpg", photo(SMALL, SMALL)),
        }
        tables = {
            "pipelines": pipelines(large, runs),
            "stages": stage_rows(sizes, runs),
            "archives": archives(folder, photos),
        }
    return {name: f"{markdown(rows)}\n\n{conditions(runs)}" for name, rows in tables.items()}


def main() -> None:
    """Measure, print, and write into the docs if asked."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description="What a photo costs."
    )
    parser.add_argument(
        "--runs", type=int, default=9, help="runs of each pipeline (default: %(default)s)"
    )
    parser.add_argument(
        "--photos", type=int, default=100, help="size of the archive (default: %(default)s)"
    )
    add_docs_option(parser)
    chosen = parser.parse_args()
    show_tables(report(chosen.runs, chosen.photos), "speed", docs=chosen.docs)


if __name__ == "__main__":
    main()
