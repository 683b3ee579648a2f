"""``python -m benchmarks.tune.marks``: trains the network that reads brows, canthi and corners of the mouth.

Needs PyTorch and litert-torch, which nothing else here does: ``pip install -e '.[tune]'``. It makes pictures
of the tuning people anew (`benchmarks.tune.made_marks`), trains for as long as told, prints how far both
sides of the reporting people are off, and writes ``extract/edges/marks.tflite`` with the photos, their hash
and the date in it. Chance makes another network a little different.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import IterableDataset

from asymmetry.extract.edges.marks import BROW_PICTURE, KINDS, MOUTH_PICTURE, MarkNetwork
from asymmetry.extract.edges.network import scaled
from benchmarks.fidelity import photos
from benchmarks.tune.known_marks import Marked, read_marked
from benchmarks.tune.made_marks import make_marks
from benchmarks.tune.training import UNet, column_loss, exported, map_loss, train

FILE = Path(__file__).resolve().parents[2] / "asymmetry" / "extract" / "edges" / "marks.tflite"
#: Portraits and smiles show what young faces at rest do not. Renders have corners moved farther than warps.
OFTEN = {"portraits": 2.0, "smiling": 2.0, "neutral": 1.0, "render": 0.2}
#: The distributions' standard deviation, and the unit of errors, cm: brows, canthi, corners.
SHARP, UNIT = (0.08, 0.10, 0.07), (0.05, 0.05, 0.03)


def loss(
    scores: torch.Tensor,
    heights: torch.Tensor,
    height_weights: torch.Tensor,
    points: torch.Tensor,
    point_weights: torch.Tensor,
) -> torch.Tensor:
    """Mean of what each picture knows: its brow's edges, its canthi, or its corner."""
    edges = column_loss(scores[:, :2], heights, BROW_PICTURE, SHARP[0], UNIT[0])
    canthi = map_loss(scores[:, 2:4], points[:, :2], BROW_PICTURE, SHARP[1], UNIT[1])
    corners = map_loss(scores[:, 4:], points[:, 2:], MOUTH_PICTURE, SHARP[2], UNIT[2])
    each = torch.cat([canthi, corners], dim=1)
    brow = (edges * height_weights).sum() / height_weights.sum().clamp(min=1)
    known = point_weights.sum(dim=0).clamp(min=1)
    return brow + ((each * point_weights).sum(dim=0) / known * torch.tensor([0.4, 0.4, 1.0])).sum()


class Stream(IterableDataset):
    """Pictures made anew without end, as the network takes them, and their truth."""

    def __init__(self, marked: Sequence[Marked], seed: int) -> None:
        chance = np.array([OFTEN[kind_of(one.photo)] for one in marked])
        self.marked, self.seed, self.chance = marked, seed, chance / chance.sum()

    def __iter__(self) -> Iterator[tuple[np.ndarray, ...]]:
        """One picture after the other."""
        rng = np.random.default_rng(self.seed)
        while True:
            made = make_marks(self.marked[rng.choice(len(self.marked), p=self.chance)], rng)
            given = scaled(made.picture.transpose(2, 0, 1).astype(np.float32))
            truth = (made.heights, made.height_weights, made.points, made.point_weights)
            yield given, *(each.astype(np.float32) for each in truth)


def kind_of(photo: str) -> str:
    """The group that a photo is weighed with, by its name."""
    if photo.startswith("id"):
        return "render"
    return "portraits" if photo.startswith("r") else "smiling" if "smiling" in photo else "neutral"


def all_photos(*, tuning: bool) -> list[Path]:
    """All photos of one half of the split."""
    return [*photos.people(tuning=tuning), *photos.renders(tuning=tuning)]


def report(network: MarkNetwork, marked: Sequence[Marked], copies: int = 4) -> None:
    """Print how far heights are off, mm: of both sides, and of the difference between them."""
    rng = np.random.default_rng(1)
    for kind in OFTEN:
        found = [_errors(network, one, rng, copies) for one in marked if kind_of(one.photo) == kind]
        if not found:
            continue
        # Right and left brow and mouth of one photo follow each other.
        sides = np.array(found).reshape(-1, 2, 2, copies, 4)
        errors = 10 * np.nanmean(
            np.concatenate([sides[:, :, :1, :, :3], sides[:, :, 1:, :, 3:]], axis=-1)[:, :, 0],
            axis=2,
        )
        apart = errors[:, 0] - errors[:, 1]
        cells = [
            f"{name} {np.nanmean(errors[..., i]):+.2f} SD {np.nanstd(errors[..., i]):.2f}, "
            f"apart {np.sqrt(np.nanmean(apart[:, i] ** 2)):.2f}"
            for i, name in enumerate(("brow", "outer canthus", "inner canthus", "corner"))
        ]
        print(f"{kind:9} n {len(sides)}: {'; '.join(cells)}")


def _errors(network: MarkNetwork, one: Marked, rng: np.random.Generator, copies: int) -> np.ndarray:
    """Errors of the brow's middle, the canthi and the corner in some pictures, cm, shape (copies, 4)."""
    made = [make_marks(one, rng, plain=True) for _ in range(copies)]
    pictures = np.stack([each.picture for each in made])
    rows = []
    for read, each in zip(network.read(pictures, pictures), made, strict=True):
        weights = each.height_weights * (each.height_weights > 0.5)
        total = weights.sum()
        brow = ((read.edges - each.heights) * weights).sum() / total if total else np.nan
        points = np.where(each.point_weights > 0, (read.points - each.points)[:, 1], np.nan)
        rows.append([brow, *points])
    return np.array(rows)


def main() -> None:
    """Train, print and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tune.marks", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long to train")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--held-out",
        action="store_true",
        help="leave one in four tuning photos out, and report on them",
    )
    parser.add_argument("--output", type=Path, default=FILE)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    used, others = all_photos(tuning=True), all_photos(tuning=False)
    if chosen.held_out:
        people = sorted({path.name[:3] for path in used})[::4]
        others = [path for path in used if path.name[:3] in people]
        used = [path for path in used if path.name[:3] not in people]
    marked = read_marked(used)
    network = train(
        UNet(len(KINDS)), Stream(marked, chosen.seed), loss, chosen.minutes, chosen.seed
    )
    scratch = chosen.output.with_suffix(".made")
    content = exported(network, BROW_PICTURE, used, "benchmarks/tune/marks.py", scratch)
    chosen.output.write_bytes(content)
    report(MarkNetwork(content), read_marked(others))


if __name__ == "__main__":
    main()
