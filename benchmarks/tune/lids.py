"""``python -m benchmarks.tune.lids``: trains a network that reads lid margins, from people or renders too.

Needs PyTorch and litert-torch, which nothing else here does: ``pip install -e '.[tune]'``. It makes eyes of
the tuning people anew (`benchmarks.tune.made_eyes`), trains for as long as told, prints how far margins of
the reporting people are off, and writes ``extract/edges/lids_people.tflite``, with ``--renders``
``lids_renders.tflite``, with the photos, their hash and the date in it. Chance makes another network a little
different. The one of people alone was trained before closed lids lost their lashes in `make_eye`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import IterableDataset

from asymmetry.extract.edges.lids import EYE_PICTURE, LidNetworks
from asymmetry.extract.edges.network import scaled
from benchmarks.fidelity import photos
from benchmarks.tune.eyes import Eye, read_eyes
from benchmarks.tune.made_eyes import make_eye
from benchmarks.tune.training import UNet, column_loss, exported, train

FOLDER = Path(__file__).resolve().parents[2] / "asymmetry" / "extract" / "edges"
#: Portraits show what young faces do not, and points read in crops are surer: they are drawn more often.
#: Renders have closed lids without lashes.
OFTEN = {"portraits": 3.0, "london": 2.0, "more": 1.0, "render": 0.5}
#: The heights' distribution is drawn to this standard deviation, cm; errors count in this unit, cm.
SHARP, UNIT = 0.045, 0.03


def loss(scores: torch.Tensor, heights: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """How far both margins are off, by what each column counts."""
    each = column_loss(scores, heights, EYE_PICTURE, SHARP, UNIT) * weights[:, None]
    return each.sum() / (2 * weights.sum())


class Stream(IterableDataset):
    """Eyes made anew without end: pictures as the network takes them, heights, weights."""

    def __init__(self, eyes: Sequence[Eye], seed: int) -> None:
        chance = np.array([OFTEN[_folder(eye)] for eye in eyes])
        self.eyes, self.seed, self.chance = eyes, seed, chance / chance.sum()

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """One eye after the other."""
        rng = np.random.default_rng(self.seed)
        while True:
            made = make_eye(self.eyes[rng.choice(len(self.eyes), p=self.chance)], rng)
            given = scaled(made.picture.transpose(2, 0, 1).astype(np.float32))
            yield given, made.heights.astype(np.float32), made.weights.astype(np.float32)


def report(network: LidNetworks, eyes: Sequence[Eye]) -> None:
    """Print how far openings over the pupil are off, mm: as the eyes are, half closed, closed."""
    rng = np.random.default_rng(1)
    for folder in OFTEN:
        for opened in (None, 0.5, 0.0):
            of = [eye for eye in eyes if _folder(eye) == folder]
            errors = np.array([_errors(network, eye, rng, opened) for eye in of])
            if not len(errors):
                continue
            opening = errors[:, 0, 0] - errors[:, 0, 1]
            repeat = np.sqrt(errors.var(axis=1, ddof=1).mean(axis=0))
            print(
                f"{folder:9} opened {opened}: {opening.mean():+.2f} SD {opening.std():.2f} "
                f"worst {np.abs(opening).max():.2f}; upper {errors[:, 0, 0].mean():+.2f}, "
                f"lower {errors[:, 0, 1].mean():+.2f}; repeats {repeat[0]:.2f}, {repeat[1]:.2f}; n {len(of)}"
            )


def _errors(
    network: LidNetworks, eye: Eye, rng: np.random.Generator, opened: float | None, copies: int = 4
) -> np.ndarray:
    """Errors of both margins near the pupil in some pictures of an eye, mm, shape (copies, 2)."""
    made = [make_eye(eye, rng, plain=True, opened=opened) for _ in range(copies)]
    heights, _ = network.read(np.stack([one.picture for one in made]))
    best = [np.argsort(-one.weights)[:3] for one in made]
    return np.array(
        [
            10 * (read - one.heights)[:, at].mean(axis=1)
            for read, one, at in zip(heights, made, best, strict=True)
        ]
    )


def _folder(eye: Eye) -> str:
    return (
        "render"
        if eye.photo.startswith("id")
        else "portraits"
        if eye.photo.startswith("r")
        else "london"
        if "_n" in eye.photo or "_s" in eye.photo
        else "more"
    )


def all_photos(*, tuning: bool, renders: bool) -> list[Path]:
    """All photos of one half of the split, with rendered faces or without."""
    people = photos.people(tuning=tuning)
    if not renders:
        return people
    shown = "blink", "neutral"
    rendered = photos.renders(tuning=tuning)
    return people + [path for path in rendered if any(name in path.name for name in shown)]


def main() -> None:
    """Train, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.lids", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to train")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--renders", action="store_true", help="learn from renders too")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    used = all_photos(tuning=True, renders=chosen.renders)
    output = FOLDER / ("lids_renders.tflite" if chosen.renders else "lids_people.tflite")
    stream = Stream(read_eyes(used), chosen.seed)
    network = train(UNet(2), stream, loss, chosen.minutes, chosen.seed)
    scratch = output.with_suffix(".made")
    content = exported(network, EYE_PICTURE, used, "benchmarks/tune/lids.py", scratch)
    output.write_bytes(content)
    report(LidNetworks(content), read_eyes(all_photos(tuning=False, renders=True)))


if __name__ == "__main__":
    main()
