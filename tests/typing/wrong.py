"""Wrong programs: a type checker objects to every line that is marked so, and to no other."""

from __future__ import annotations

import asymmetry
from asymmetry import Extractor, Landmarks, Measurements, PhotoBytes, Series


def misspelt() -> None:
    """Names that are not there."""
    asymmetry.Extracter()  # wrong
    asymmetry.scor("a.jpg")  # wrong
    asymmetry.archive.read_landmark("a")  # wrong
    asymmetry.report.rendr()  # wrong
    Extractor().extrakt([])  # wrong


def arguments(landmarks: Landmarks, table: Measurements, series: Series) -> None:
    """Arguments of another kind."""
    asymmetry.score(3)  # wrong
    asymmetry.score("a.jpg", method="quick")  # wrong
    Extractor(method="hemifase")  # wrong
    landmarks.point("commissure", "rihgt")  # wrong
    table[3]  # wrong
    table[["photo"]].tolist()  # wrong
    series.add(3)  # wrong
    bool(series.changes()[0].beyonnd)  # wrong
    series.trend("mrd1").to_json(indent="two")  # wrong
    PhotoBytes("a", "no bytes")  # wrong
    asymmetry.score_archive("a", "b", engine="spark")  # wrong
    Series.from_folder("a", affected="both")  # wrong
