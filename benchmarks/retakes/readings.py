"""Retakes as they are read, kept in a folder: figures can be worked out anew without reading again."""

from __future__ import annotations

import ast
import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor
from asymmetry.synthetic.retake import Retake, Sitter, retake_photo
from asymmetry.synthetic.setting import SETTINGS, draw_occasion, draw_photo
from benchmarks.retakes import people
from benchmarks.retakes.smiles import LOSS, WEAK_SMILE, weaken_smile

__all__ = ["CACHE", "CHANGES", "SEED", "Plan", "Readings", "draw_visits", "read_folk"]

ROOT = Path(__file__).resolve().parents[2]
#: Where readings are kept.
CACHE = ROOT / ".cache" / "retakes"
#: Of all that is drawn.
SEED = 15
#: True changes that are photographed as well: of faces at rest, and of smiles.
CHANGES = (*people.STEPS, WEAK_SMILE)
# Folders whose code and tables decide what is read.
_CODE = ("core", "extract", "photos", "synthetic")


@dataclass(frozen=True)
class Plan:
    """How many retakes are made of each person.

    Attributes
    ----------
    visits, photos : int
        Visits, and photos at each of them.
    steps : bool
        Whether true changes are photographed as well, one photo a visit.
    """

    visits: int = 12
    photos: int = 3
    steps: bool = False


@dataclass(frozen=True, eq=False)
class Readings:
    """One person's retakes in one setting.

    Attributes
    ----------
    name : str
        The person.
    plan : Plan
        How many retakes there are.
    rest : Landmarks
        At rest, photo by photo and visit by visit.
    smiles : Landmarks or None
        As many smiles, each of the same visit.
    steps : mapping of str to Landmarks
        The first photo of each visit with a true change, by the name of it, see `CHANGES`.
    """

    name: str
    plan: Plan
    rest: Landmarks = field(repr=False)
    smiles: Landmarks | None = field(repr=False)
    steps: Mapping[str, Landmarks] = field(repr=False)


def draw_visits(name: str, setting: str, plan: Plan) -> tuple[list[Retake], list[Retake]]:
    """Draw one person's visits: the photos at rest, and as many smiles, photo by photo and visit by visit."""
    rng = np.random.default_rng([SEED, zlib.crc32(f"{setting} {name}".encode())])
    where = SETTINGS[setting]
    rest, smiles = [], []
    for _ in range(plan.visits):
        occasion = draw_occasion(where, rng)
        rest += [draw_photo(where, rng, occasion) for _ in range(plan.photos)]
        smiles += [draw_photo(where, rng, occasion, smiling=True) for _ in range(plan.photos)]
    return rest, smiles


def read_folk(
    paths: Sequence[Path], setting: str, plan: Plan, *, folder: Path = CACHE, workers: int = 1
) -> list[Readings]:
    """Photograph people again and read it, or take what is in the folder.

    Parameters
    ----------
    paths : sequence of pathlib.Path
        Photos at rest, one a person.
    setting : {"home", "clinic"}
        Where.
    plan : Plan
        How often.
    folder : pathlib.Path
        Where readings are kept.
    workers : int
        Processes that share the work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    read = partial(_read_person, setting=setting, plan=plan, folder=folder)
    if workers == 1:
        return list(map(read, paths))
    with ProcessPoolExecutor(workers, get_context("spawn"), cv2.setNumThreads, (1,)) as pool:
        return list(pool.map(read, paths))


def _read_person(path: Path, *, setting: str, plan: Plan, folder: Path) -> Readings:
    """One person's retakes."""
    name = f"{path.parent.name}/{path.name}"
    rest, smiles = draw_visits(name, setting, plan)
    todo = {"rest": rest, "smiles": smiles}
    if plan.steps:
        todo |= dict.fromkeys(people.STEPS, rest[:: plan.photos]) | {
            WEAK_SMILE: smiles[:: plan.photos]
        }
    stem = f"{path.parent.name}_{path.stem}_{setting}"
    places = {
        kind: folder / f"{stem}_{kind}_{_key(path, kind, retakes)}.npz"
        for kind, retakes in todo.items()
    }
    if not all(place.is_file() for place in places.values()):
        _photograph(path, todo, places)
    found = {kind: Landmarks.load(place) for kind, place in places.items()}
    steps = {kind: each for kind, each in found.items() if kind in CHANGES and len(each)}
    return Readings(
        name, plan, found["rest"], found["smiles"] if len(found["smiles"]) else None, steps
    )


def _photograph(
    path: Path, todo: Mapping[str, Sequence[Retake]], places: Mapping[str, Path]
) -> None:
    """Take all photos of a person that are not in the folder, read and keep them."""
    plain, reader = _readers()
    person = people.read_person(path, plain, _usual_smile())
    for kind, retakes in todo.items():
        if places[kind].is_file():
            continue
        sitter = {"rest": person.rest, "smiles": person.smiling}.get(kind)
        if kind in people.STEPS:
            sitter = people.make_step(person, kind, reader)
        elif kind == WEAK_SMILE and person.smiling:
            sitter = weaken_smile(person.smiling)
        reader.extract(_taken(sitter, retakes)).save(places[kind])


def _taken(sitter: Sitter | None, retakes: Iterable[Retake]) -> Iterator[Pixels]:
    """The photos; none where there is nobody to take them of."""
    if sitter is not None:
        for each in retakes:
            yield retake_photo(sitter, each).pixels


@cache
def _readers() -> tuple[Extractor, Extractor]:
    """Extractors of this process: the plain one and the default one."""
    return Extractor(method="plain"), Extractor()


@cache
def _usual_smile() -> FloatArray:
    return people.average_smile(_readers()[0])


def _key(path: Path, kind: str, retakes: Sequence[Retake]) -> str:
    """Identity of a file of readings: the photo, the retakes, and all code that makes and reads them."""
    digest = hashlib.sha256(path.read_bytes())
    step = {**people.STEPS, WEAK_SMILE: LOSS}.get(kind)
    digest.update(repr((kind, step, list(retakes))).encode() + _code())
    return digest.hexdigest()[:16]


@cache
def _code() -> bytes:
    """SHA-256 of the code and tables that decide what is read."""
    digest = hashlib.sha256(_meaning(Path(people.__file__)))
    for room in _CODE:
        for path in sorted((ROOT / "asymmetry" / room).rglob("*")):
            if path.suffix == ".py":
                digest.update(_meaning(path))
            elif path.suffix in (".toml", ".tflite", ".task"):
                digest.update(path.read_bytes())
    return digest.digest()


def _meaning(path: Path) -> bytes:
    """A module's code without comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(
            node
        ):
            del node.body[0]
    return ast.dump(tree).encode()
