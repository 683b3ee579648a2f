"""``python -m benchmarks.tune.lids``: trains the network that reads lid margins.

Needs PyTorch and onnx, which nothing else here does: ``pip install -e '.[tune]'``. It makes eyes of the
tuning people anew (`benchmarks.tune.made_eyes`), trains for as long as told, prints how far margins of the
reporting people are off, and writes ``extract/edges/lids.onnx`` with the photos, their hash and the date
in its metadata. Chance makes another network a little different.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from asymmetry.extract.edges.lids import EYE_PICTURE, LidNetwork
from benchmarks.fidelity import photos
from benchmarks.tune.eyes import Eye, read_eyes
from benchmarks.tune.made_eyes import make_eye

FILE = Path(__file__).resolve().parents[2] / "asymmetry" / "extract" / "edges" / "lids.onnx"
#: Portraits show what young faces do not, and points read in crops are surer: they are drawn more often.
OFTEN = {"portraits": 3.0, "london": 2.0, "more": 1.0}
BATCH, RATE, DECAY = 32, 2e-3, 1e-3
#: The heights' distribution is drawn to this standard deviation, cm; errors count in this unit, cm.
SHARP, UNIT = 0.045, 0.03
_ROWS = torch.tensor(EYE_PICTURE.rows.copy(), dtype=torch.float32)


def block(given: int, made: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution with normalised outputs."""
    return nn.Sequential(
        nn.Conv2d(given, made, size, stride, size // 2, bias=False), nn.BatchNorm2d(made), nn.ReLU()
    )


class Network(nn.Module):
    """From a picture (n, 3, rows, columns) to scores of heights (n, 2, cells down, cells across).

    A U-net (Ronneberger et al. 2015) of 81,000 numbers that gives half the picture's fineness.
    """

    def __init__(self, widths: Sequence[int] = (12, 20, 32, 40)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.down = nn.ModuleList(
            [
                block(3, a, 5, 2),
                nn.Sequential(block(a, b, 3, 2), block(b, b)),
                nn.Sequential(block(b, c, 3, 2), block(c, c)),
                nn.Sequential(block(c, d, 3, 2), block(d, d), block(d, d)),
            ]
        )
        self.up = nn.ModuleList(
            [
                nn.Sequential(block(deep + side, side, 1), block(side, side))
                for deep, side in ((d, c), (c, b), (b, a))
            ]
        )
        self.scores = nn.Conv2d(a, 2, 3, 1, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Scores, whose softmax down a column is the distribution of a margin's height there."""
        seen = []
        for step in self.down:
            picture = step(picture)
            seen.append(picture)
        found = seen.pop()
        for step in self.up:
            wider = functional.interpolate(found, scale_factor=2, mode="nearest")
            found = step(torch.cat([wider, seen.pop()], dim=1))
        return self.scores(found)


def loss(scores: torch.Tensor, heights: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """How far the mean height is off, and how unlike the distribution is to a normal one around the truth."""
    shares = torch.softmax(scores, dim=2)
    mean = (shares * _ROWS[:, None]).sum(dim=2)
    wanted = torch.exp(-((_ROWS[:, None] - heights[:, :, None]) ** 2) / (2 * SHARP**2))
    wanted = wanted / wanted.sum(dim=2, keepdim=True).clamp(min=1e-6)
    unlike = -(wanted * torch.log_softmax(scores, dim=2)).sum(dim=2)
    each = (0.3 * unlike + (mean - heights).abs() / UNIT) * weights[:, None]
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
            given = (made.picture.transpose(2, 0, 1).astype(np.float32) - 128) / 64
            yield given, made.heights.astype(np.float32), made.weights.astype(np.float32)


def train(eyes: Sequence[Eye], minutes: float, seed: int) -> Network:
    """A network trained for so long on eyes that are made anew for each step, in a process of their own."""
    torch.manual_seed(seed)
    network = Network().to(memory_format=torch.channels_last)
    steps = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    start, errors = time.monotonic(), []
    for given, heights, weights in DataLoader(Stream(eyes, seed), BATCH, num_workers=1):
        done = (time.monotonic() - start) / (60 * minutes)
        if done >= 1:
            break
        for group in steps.param_groups:
            group["lr"] = RATE * min(1, len(errors) / 100) * (1 + np.cos(np.pi * done)) / 2 + 1e-5
        error = loss(network(given.contiguous(memory_format=torch.channels_last)), heights, weights)
        steps.zero_grad()
        error.backward()
        steps.step()
        errors.append(error.item())
        if len(errors) % 500 == 0:
            print(f"step {len(errors)}, {done:.0%}: {np.mean(errors[-500:]):.3f}", flush=True)
    return network.eval()


def exported(network: Network, used: Sequence[Path]) -> bytes:
    """The network as an ONNX file, with where it comes from."""
    example = torch.zeros(2, 3, EYE_PICTURE.height, EYE_PICTURE.width)
    path = FILE.with_suffix(".made")
    torch.onnx.export(
        network,
        (example,),
        str(path),
        input_names=["picture"],
        output_names=["scores"],
        dynamo=False,
        opset_version=13,
    )
    model = onnx.load(str(path))
    path.unlink()
    digest = hashlib.sha256(b"".join(photo.read_bytes() for photo in used)).hexdigest()
    facts = {
        "made_by": "benchmarks/tune/lids.py",
        "date": datetime.now(UTC).date().isoformat(),
        "photos": " ".join(photo.name for photo in used),
        "photos_sha256": digest,
        "licence": "trained on the London and Canada sets, CC-BY 4.0, DeBruine & Jones 2017, and on "
        "portraits in the public domain",
    }
    onnx.helper.set_model_props(model, facts)
    return model.SerializeToString()


def report(network: LidNetwork, eyes: Sequence[Eye]) -> None:
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
    network: LidNetwork, eye: Eye, rng: np.random.Generator, opened: float | None, copies: int = 4
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
        "portraits"
        if eye.photo.startswith("r")
        else "london"
        if "_n" in eye.photo or "_s" in eye.photo
        else "more"
    )


def all_photos(*, tuning: bool) -> list[Path]:
    """All photos of one half of the split."""
    half = [photos.london(name, tuning=tuning) for name in ("neutral", "smiling")]
    return [*half[0], *half[1], *photos.more(tuning=tuning), *photos.portraits(tuning=tuning)]


def main() -> None:
    """Train, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.lids", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0, help="how long to train")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=Path, default=FILE)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    used = all_photos(tuning=True)
    network = train(read_eyes(used), chosen.minutes, chosen.seed)
    content = exported(network, used)
    chosen.output.write_bytes(content)
    report(LidNetwork(content), read_eyes(all_photos(tuning=False)))


if __name__ == "__main__":
    main()
