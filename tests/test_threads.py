"""One Extractor and many threads, forks and pickles: the numbers are those of one thread in one process."""

from __future__ import annotations

import copy
import logging
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from asymmetry import Extractor, Landmarks
from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError
from tests.conftest import ROOT
from tests.photos import encoded

METHOD = "plain"

THREADS = 4
#: A child of a test that hangs is ended after this, and the test fails.
CHILD_SECONDS = 120

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


@pytest.fixture(scope="module")
def faces(portrait_path: Path, astronaut_path: Path) -> list[bytes]:
    """Six small photos of two people, each another one."""
    found = []
    for path in (portrait_path, astronaut_path):
        with Image.open(path) as image:
            whole = image.convert("RGB").resize((260, 260))
        found += [encoded(whole.rotate(angle, fillcolor=(128,) * 3), "PNG") for angle in (0, 4, -5)]
    return found


@pytest.fixture(scope="module")
def expected(extractor: Extractor, faces: list[bytes]) -> Landmarks:
    rows = extractor.extract(faces)
    assert rows.usable.all()
    assert len({row.points.tobytes() for row in (rows[i] for i in range(len(rows)))}) == len(faces)
    return rows


def unnamed(rows: Landmarks) -> tuple[Any, ...]:
    """All numbers of some rows, as bytes."""
    return (
        rows.points.tobytes(),
        rows.pose.tobytes(),
        rows.blendshapes.tobytes(),
        rows.reason.tolist(),
    )


# Networks that are shared unguarded give half of the readings wrong.
@pytest.mark.parametrize(("threads", "reads"), [(None, 200), (1, 60)])
def test_threads_read_what_one_reads(
    faces: list[bytes], expected: Landmarks, threads: int | None, reads: int
) -> None:
    with Extractor(method="plain", threads=threads) as shared, ThreadPoolExecutor(THREADS) as pool:

        def read(i: int) -> bool:
            number = i % len(faces)
            return unnamed(shared.extract([faces[number]])) == unnamed(expected[number])

        assert all(pool.map(read, range(reads)))


def test_threads_read_the_same_by_hemiface(faces: list[bytes]) -> None:
    with Extractor(threads=1) as shared, ThreadPoolExecutor(THREADS) as pool:
        known = [unnamed(shared.extract([face])) for face in faces[::2]]
        found = list(pool.map(lambda i: unnamed(shared.extract([faces[::2][i % 3]])), range(24)))
    assert found == known * 8


def test_closing_waits_for_no_thread_and_says_so_to_the_next(faces: list[bytes]) -> None:
    opened = Extractor(method="plain")
    inside, go_on = threading.Event(), threading.Event()

    def photos() -> Iterator[bytes]:
        yield faces[0]
        inside.set()
        go_on.wait(CHILD_SECONDS)
        yield faces[1]

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(opened.extract, photos())
        inside.wait(CHILD_SECONDS)
        opened.close()
        go_on.set()
        with pytest.raises(InvalidInputError, match="closed"):
            reading.result()


# Pickles


def test_a_pickle_makes_the_same_extractor_again(faces: list[bytes]) -> None:
    with Extractor(method="plain", mirrored=True, max_megapixels=1, threads=1) as opened:
        for again in (pickle.loads(pickle.dumps(opened)), copy.deepcopy(opened)):
            assert again.provenance == opened.provenance
            assert (again.mirrored, again.max_megapixels, again.threads) == (True, 1, 1)
            assert unnamed(again.extract(faces[:2])) == unnamed(opened.extract(faces[:2]))


def test_a_spawned_pool_takes_an_extractor(
    extractor: Extractor, faces: list[bytes], expected: Landmarks
) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        (rows,) = pool.map(extractor.extract, [faces[:2]])
    assert unnamed(rows) == unnamed(expected[:2])


# Forks


#: A program that shares an Extractor, used before, with a pool of its forks. It is a process of its own:
#: threads of a test's process may hold locks of libraries while it forks, and those are held for ever then.
POOLED = """
import multiprocessing, sys
import numpy as np
from asymmetry import Extractor
extractor, photos = Extractor(), sys.argv[1:]
expected = extractor.extract(photos)
def read(i):
    return extractor.extract([photos[i]])
with multiprocessing.get_context("fork").Pool(2) as pool:
    found = pool.map_async(read, range(len(photos))).get(%d)
assert all(row == expected[[i]] for i, row in enumerate(found))
assert extractor.extract(photos) == expected
print("the same")
"""


@needs_fork
def test_a_forked_pool_uses_the_parents_extractor(faces: list[bytes], tmp_path: Path) -> None:
    paths = [tmp_path / f"{i}.jpg" for i in range(len(faces))]
    for path, face in zip(paths, faces, strict=True):
        path.write_bytes(face)
    command = [sys.executable, "-c", POOLED % CHILD_SECONDS, *map(str, paths)]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * CHILD_SECONDS, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "the same"), done.stderr


#: As a web server's master does: load, use, fork, and each child ends as a program does.
PRELOADED = """
import os, signal, sys
import numpy as np
from asymmetry import Extractor
extractor = Extractor(method=sys.argv[1])
before = extractor.extract([sys.argv[2]])
children = []
for number in range(3):
    child = os.fork()
    if not child:
        signal.alarm(%d)
        if number:  # the first one never uses it
            again = extractor.extract([sys.argv[2]])
            assert np.array_equal(again.points, before.points, equal_nan=True)
        if number == 2:
            extractor.close()
        sys.exit(0)
    children.append(child)
assert extractor.extract([sys.argv[2]]) == before
print([os.waitpid(child, 0)[1] for child in children])
"""


@needs_fork
@pytest.mark.parametrize("method", ["plain", "hemiface"])
def test_what_is_loaded_before_the_fork_works_after_it(method: str, astronaut_path: Path) -> None:
    # From Python 3.12 on a fork beside threads warns of what is tried here.
    quietly = ["-W", "ignore:This process:DeprecationWarning"]
    command = [
        sys.executable,
        *quietly,
        "-c",
        PRELOADED % CHILD_SECONDS,
        method,
        str(astronaut_path),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=2 * CHILD_SECONDS, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[0, 0, 0]", "")


# Other people's stderr


def test_a_log_comes_out_while_models_load(capfd: pytest.CaptureFixture[str]) -> None:
    logger = logging.getLogger("of.the.program")
    with quiet():
        handler = logging.StreamHandler(sys.stderr)
        logger.addHandler(handler)
        logger.warning("a line of the program")
        os.write(2, b"a line to the descriptor\n")
        subprocess.run(
            [sys.executable, "-c", "import sys; sys.stderr.write('a child')"], check=True
        )
        logger.removeHandler(handler)
    said = capfd.readouterr().err
    assert all(line in said for line in ("of the program", "to the descriptor", "a child"))


def test_loading_in_parallel_leaves_stderr_as_it_was(capfd: pytest.CaptureFixture[str]) -> None:
    before = os.fstat(2)
    with ThreadPoolExecutor(THREADS) as pool:
        for opened in pool.map(lambda _: Extractor(method="plain"), range(THREADS)):
            opened.close()
    assert os.fstat(2).st_ino == before.st_ino
    os.write(2, b"still here\n")
    assert capfd.readouterr().err == "still here\n"


def test_a_program_without_stderr_can_load() -> None:
    code = "import sys; sys.stderr = None; import asymmetry; asymmetry.Extractor(); print('made')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "made\n"


def test_a_program_without_stderr_can_score_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no photo")
    code = (
        "import sys; sys.stderr = None; import asymmetry\n"
        "from asymmetry.core.text import Text; from asymmetry.progress import show_archive\n"
        "with show_archive(Text.load('en')) as show:\n"
        "    made = asymmetry.score_archive('.', 'a.parquet', progress=show, workers=0)\n"
        "print(made.photos)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "1\n"
