"""The cost of a photo: pipelines, stages and archives, each against another in the same run.

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import cv2
import numpy as np

import asymmetry
from asymmetry.archive.checks import Engine
from asymmetry.archive.jobs import Job
from asymmetry.archive.parquet import part_table, write_part
from asymmetry.archive.rows import Row
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.beside import usable_cores
from asymmetry.extract import Extractor, reduced
from asymmetry.extract.model.file import model_file
from asymmetry.photos.photo import read_photo
from asymmetry.photos.record import PhotoRecord
from benchmarks.fidelity.photos import wheel_portraits
from benchmarks.speed_docs import add_docs_option, conditions, markdown, show_tables

__all__ = ["archives", "main", "pipelines", "report", "spent", "stages"]

#: Width and height of the large photo, px, and the share of its width that the portrait's face fills.
LARGE = (3024, 4032)
_GRAIN, _QUALITY = 4.0, 92
#: Side of the photos of the archive, px.
SMALL = 900
#: The same of the long archive, which hides its start better.
LONG_SIDE = 1350
# Rows that are written at a time for the stage "write".
_ROWS = 64
# Runs of each archive, and of each crew of processes: they take turns.
_TURNS, _LONG_TURNS = 3, 2
_METHODS = ("plain", "fast", "hemiface")
#: Photos of a list, of which each is decoded while the one before it is read.
_SEVERAL = 8


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
    """The code a user would write himself: cv2.imread, one call of the landmarker, its points as an array."""
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
        extractors = {name: stack.enter_context(Extractor(method=name)) for name in _METHODS}
        for method, extractor in extractors.items():
            tasks[f"`{method}`: a photo to all metrics"] = partial(_scored, extractor, [path])
        single = len(tasks)
        for method, extractor in extractors.items():
            name = f"`{method}`: each of {_SEVERAL} photos of a list"
            tasks[name] = partial(_scored, extractor, [path] * _SEVERAL)
        seconds = alternated(tasks, runs)
    wall, busy = seconds["cv2.imread, one detect, points"]
    rows = [["12 megapixels", "ms a photo", "× plain pipeline", "× its processor time"]]
    for number, (name, (w, b)) in enumerate(seconds.items()):
        count = 1 if number < single else _SEVERAL
        each, each_busy = w / count, b / count
        rows.append([name, f"{1000 * each:.0f}", f"{each / wall:.2f}", f"{each_busy / busy:.2f}"])
    return rows


def _scored(extractor: Extractor, paths: list[Path]) -> object:
    return asymmetry.measure(extractor.extract(paths))


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
            model: Any = tools.landmarker  # both of its networks, for watching
        _scored(extractor, [path])
        with (
            patch.object(reduced, "read_photo", watch.watched("decode", read_photo)),
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


def all_crews() -> list[tuple[str, int]]:
    """Engines and their workers: up to one more than there are cores, and Ray's if it is installed."""
    crews = [("local", n) for n in range(1, usable_cores() + 2)]
    if importlib.util.find_spec("ray"):
        crews += [("ray", n) for n in (1, 2, 4)]
    return crews


def archives(
    folder: Path, photos: int, side: int, crews: Sequence[tuple[str, int]], turns: int
) -> list[list[str]]:
    """Rows of a table: an archive of square photos with these crews, against extraction alone."""
    source = folder / f"photos{side}"
    source.mkdir()
    paths = [saved(source / f"{i:05d}.jpg", photo(side, side, seed=i)) for i in range(photos)]
    with Extractor() as extractor:
        extractor.extract(paths[:1])
        alone, alone_busy = spent(lambda: extractor.extract(paths))
    rows = [
        [
            f"{photos} photos of {side} × {side}",
            "photos a second",
            "× one worker",
            "after the first tenth",
            "× one worker",
            "processor ms a photo",
        ]
    ]
    busy = f"{1000 * alone_busy / photos:.0f}"
    rows.append(["extraction alone", f"{photos / alone:.1f}", "", "", "", busy])
    counts = range(1, usable_cores() + 1)
    apart = [[side_by_side(paths, n) for n in counts] for _ in range(turns)]
    least = np.min(apart, axis=0)
    for n, seconds in zip(counts, least, strict=True):
        name = f"{n} process{'es' * (n > 1)} of one thread, without starting"
        rate, times = f"{photos / seconds:.1f}", f"{least[0] / seconds:.2f}"
        rows.append([name, "", "", rate, times, ""])
    runs = {
        (engine, n): partial(
            _archived,
            source,
            folder / f"{engine}{n}_{side}.parquet",
            workers=n,
            engine=cast("Engine", engine),
            overwrite=True,
        )
        for engine, n in crews
    }
    taken = [{crew: run() for crew, run in runs.items()} for _ in range(turns)]
    firsts: dict[str, FloatArray] = {}
    for engine, workers in crews:
        each = np.min([turn[engine, workers] for turn in taken], axis=0)
        whole, later = firsts.setdefault(engine, each)[:2] / each[:2]
        kind = {"local": "archive", "ray": "archive on Ray"}[engine]
        own = f"{1000 * each[2] / photos:.0f}" if engine == "local" else ""
        steady = [f"{1 / each[1]:.1f}", f"{later:.2f}"] if engine == "local" else ["", ""]
        name = f"{kind}, {workers} worker{'s' * (workers > 1)}, with starting"
        rows.append([name, f"{photos / each[0]:.1f}", f"{whole:.2f}", *steady, own])
    return rows


def _archived(*arguments: Any, **how: Any) -> tuple[float, float, float]:
    """Seconds of an archive, those of a photo after the first tenth, and those of the processor.

    Those of a photo are of workers on this machine: Ray tells of many photos at a time.
    """
    done: list[float] = []
    wall, busy = spent(
        lambda: asymmetry.score_archive(
            *arguments, **how, progress=lambda _: done.append(time.perf_counter())
        )
    )
    later = done[len(done) // 10 :]
    return wall, (later[-1] - later[0]) / max(len(later) - 1, 1), busy


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


def report(runs: int, photos: int, long: int) -> dict[str, str]:
    """All tables by name, each with what it was measured on.

    Parameters
    ----------
    runs : int
        Runs of each pipeline.
    photos : int
        Photos of the archive.
    long : int
        Photos of the long archive.
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
            "archives": archives(folder, photos, SMALL, all_crews(), _TURNS),
            "long_archives": archives(
                folder, long, LONG_SIDE, [("local", 1), ("local", 2)], _LONG_TURNS
            ),
        }
    told = dict.fromkeys(tables, runs) | {"archives": _TURNS, "long_archives": _LONG_TURNS}
    return {name: f"{markdown(rows)}\n\n{conditions(told[name])}" for name, rows in tables.items()}


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
    parser.add_argument(
        "--long", type=int, default=500, help="size of the long archive (default: %(default)s)"
    )
    add_docs_option(parser)
    chosen = parser.parse_args()
    show_tables(report(chosen.runs, chosen.photos, chosen.long), "speed", docs=chosen.docs)


if __name__ == "__main__":
    main()
