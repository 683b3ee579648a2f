"""The common part of all networks' trainings: the network, the loop, and the file that comes out."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import litert_torch
import numpy as np
import torch
from torch import nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset

from asymmetry.extract.edges.network import Network, Picture, scaled
from benchmarks.tune.seal import digest_files

__all__ = ["UNet", "column_loss", "exported", "map_loss", "train"]

BATCH, RATE, DECAY = 32, 2e-3, 1e-3
#: Beside how far the mean is off, how unlike the distribution is to a normal one counts this much.
UNLIKE = 0.3
_LICENCE = (
    "trained on the London and Canada sets, CC-BY 4.0, DeBruine & Jones 2017, on renders of ICT-FaceKit, "
    "MIT, and on portraits in the public domain"
)


def block(given: int, made: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    """A convolution with normalised outputs."""
    return nn.Sequential(
        nn.Conv2d(given, made, size, stride, size // 2, bias=False), nn.BatchNorm2d(made), nn.ReLU()
    )


class UNet(nn.Module):
    """From a picture (n, 3, rows, columns) to scores of places (n, kinds, cells down, cells across).

    A U-net (Ronneberger et al. 2015) of 81,000 numbers that gives half the picture's fineness.
    """

    def __init__(self, kinds: int, widths: Sequence[int] = (12, 20, 32, 40)) -> None:
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
        self.scores = nn.Conv2d(a, kinds, 3, 1, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Scores, whose softmax is the distribution of a place."""
        seen = []
        for step in self.down:
            picture = step(picture)
            seen.append(picture)
        found = seen.pop()
        for step in self.up:
            wider = functional.interpolate(found, scale_factor=2, mode="nearest")
            found = step(torch.cat([wider, seen.pop()], dim=1))
        return self.scores(found)


def column_loss(
    scores: torch.Tensor, heights: torch.Tensor, picture: Picture, sharp: float, unit: float
) -> torch.Tensor:
    """How far off each column's height is: (n, kinds, cells down, cells across) to (n, kinds, cells across).

    ``sharp`` is the standard deviation that distributions are drawn to, cm; errors count in ``unit``, cm.
    """
    rows = _tensor(picture.rows)[:, None]
    mean = (torch.softmax(scores, dim=2) * rows).sum(dim=2)
    wanted = _normal(rows - heights[:, :, None], sharp, (2,))
    unlike = -(wanted * torch.log_softmax(scores, dim=2)).sum(dim=2)
    return UNLIKE * unlike + (mean - heights).abs() / unit


def map_loss(
    scores: torch.Tensor, points: torch.Tensor, picture: Picture, sharp: float, unit: float
) -> torch.Tensor:
    """How far off each point is: (n, kinds, cells down, cells across) and (n, kinds, 2) to (n, kinds).

    Sideways counts a third, for along a line between lips a corner is less clear, and heights are compared.
    """
    out, up = _tensor(picture.columns), _tensor(picture.rows)[:, None]
    share = torch.softmax(scores.flatten(2), dim=2).view_as(scores)
    off_out = (share * out).sum(dim=(2, 3)) - points[..., 0]
    off_up = (share * up).sum(dim=(2, 3)) - points[..., 1]
    away_out, away_up = out - points[..., 0, None, None], up - points[..., 1, None, None]
    wanted = _normal(torch.sqrt(away_out**2 + away_up**2), sharp, (2, 3))
    unlike = -(wanted.flatten(2) * torch.log_softmax(scores.flatten(2), dim=2)).sum(dim=2)
    return UNLIKE * unlike + (off_up.abs() + off_out.abs() / 3) / unit


def _normal(away: torch.Tensor, sharp: float, axes: tuple[int, ...]) -> torch.Tensor:
    wanted = torch.exp(-(away**2) / (2 * sharp**2))
    return wanted / wanted.sum(dim=axes, keepdim=True).clamp(min=1e-6)


def _tensor(values: np.ndarray) -> torch.Tensor:
    return torch.tensor(values.copy(), dtype=torch.float32)


def train(
    network: UNet,
    stream: IterableDataset,
    loss: Callable[..., torch.Tensor],
    minutes: float,
    seed: int,
) -> UNet:
    """Train a network for so long on pictures that are made anew for each step, in a process of their own.

    ``loss`` takes the scores and what else the stream gives beside the pictures.
    """
    torch.manual_seed(seed)
    network = network.to(memory_format=torch.channels_last)
    steps = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    start, errors = time.monotonic(), []
    for given, *truth in DataLoader(stream, BATCH, num_workers=1):
        done = (time.monotonic() - start) / (60 * minutes)
        if done >= 1:
            break
        for group in steps.param_groups:
            group["lr"] = RATE * min(1, len(errors) / 100) * (1 + np.cos(np.pi * done)) / 2 + 1e-5
        error = loss(network(given.contiguous(memory_format=torch.channels_last)), *truth)
        steps.zero_grad()
        error.backward()
        steps.step()
        errors.append(error.item())
        if len(errors) % 500 == 0:
            print(f"step {len(errors)}, {done:.0%}: {np.mean(errors[-500:]):.3f}", flush=True)
    return network.eval()


def exported(
    network: UNet, picture: Picture, used: Sequence[Path], made_by: str, scratch: Path
) -> bytes:
    """The network as a TFLite file; ``scratch`` is written and removed again.

    Where it comes from stands in ``made.json`` of the ZIP archive at its end: ``unzip -p marks.tflite``.
    """
    # Of weights with their channels last, litert-torch 0.10 takes another layer's for some.
    network = network.to(memory_format=torch.contiguous_format)
    shown = torch.zeros(2, picture.height, picture.width, 3)
    litert_torch.convert(
        litert_torch.to_channel_last_io(network, args=[0], outputs=[0]), (shown,)
    ).export(str(scratch))
    facts = {
        "made_by": made_by,
        "date": datetime.now(UTC).date().isoformat(),
        "photos": " ".join(photo.name for photo in used),
        "photos_sha256": digest_files(used),
        "licence": _LICENCE,
    }
    with zipfile.ZipFile(scratch, "a") as archive:
        archive.writestr("made.json", json.dumps(facts, indent=1))
    content = scratch.read_bytes()
    scratch.unlink()
    _check(content, network, picture)
    return content


def _check(content: bytes, network: UNet, picture: Picture) -> None:
    """Raise `ValueError` if a file's network gives other scores than the trained one."""
    rng = np.random.default_rng(0)
    shown = rng.integers(0, 256, (2, picture.height, picture.width, 3), np.uint8)
    with torch.no_grad():
        wanted = network(torch.tensor(scaled(shown.transpose(0, 3, 1, 2).astype(np.float32))))
    if not np.allclose(Network("made", content).scores(shown), wanted.numpy(), atol=1e-3):
        raise ValueError("the file's network gives other scores than the one that was trained")
