"""Correct programs: no type checker may object. Nothing here is run."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import asymmetry
from asymmetry import (
    Extractor,
    Half,
    Landmarks,
    Measurements,
    PhotoBytes,
    PhotoSource,
    Score,
    Series,
    measure,
    metric,
)
from asymmetry.archive import Summary, list_subjects, read_person
from asymmetry.metrics import catalogue


@metric(unit="mm", sign="higher", source="an example")
def cheek_height(half: Half) -> np.ndarray[Any, np.dtype[np.floating[Any]]]:
    """Height of the cheekbone."""
    return half.up("cheekbone")


def score_one(path: Path) -> float:
    """One photo, however it is at hand."""
    result: Score = asymmetry.score(path, method="fast", metrics=[*catalogue(), cheek_height])
    asymmetry.score(str(path))
    asymmetry.score(path.read_bytes())
    asymmetry.score(io.BytesIO(b""))
    asymmetry.score(Image.new("RGB", (8, 8)))
    asymmetry.score(np.zeros((8, 8), np.uint8))
    asymmetry.score(PhotoBytes("a", b"", taken="2026-03-09"))
    with path.open("rb") as file:
        asymmetry.score(file)
    words: list[str] = [difference.words for difference in result.notable()]
    text: str = result.to_json(indent=2)
    known: dict[str, Any] = result.to_dict()
    return result["brow_height_diff_mm"] + len(words) + len(text) + len(known)


def read_many(photos: list[PhotoSource]) -> Measurements:
    """Many photos."""
    with Extractor(method="plain") as extractor:
        rows: Iterator[Landmarks] = extractor.iter_extract(photos)
        landmarks = Landmarks.concat(rows)
        landmarks.point("commissure", "right")[:, :2].mean()
        landmarks.point("nose_tip")
    table: Measurements = measure(landmarks)[["photo", "brow_height_diff_mm"]]
    table["photo"].tolist()
    return Measurements.from_arrow(table.to_arrow())


def follow(folder: Path) -> Series:
    """One person."""
    series = Series.from_folder(folder, treated_on="2026-03-09", affected="right")
    series = series.add(folder).add([PhotoBytes("b", b"")])
    series.save("p17.npz")
    loaded: Series = Series.load("p17.npz", metrics=[cheek_height])
    for change in loaded.changes():
        verdict: bool = change.beyond
        print(change.to_json(), verdict)  # noqa: T201
    return Series.from_photos({"a": b""}, extractor=Extractor())


def archive(path: Path) -> Summary:
    """Very many photos."""
    for name in list_subjects(path):
        Series.from_archive(path, name).trend("brow_height").to_dict()
        len(read_person(path, name).about)
    return asymmetry.score_archive(
        "s3://bucket/photos",
        path,
        engine="inline",
        retry_failed=True,
        storage_options={"anon": True},
        metrics=["mrd1", cheek_height],
    )
