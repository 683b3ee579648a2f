"""One person over days: a folder of dated photos → a table in order of time."""

from __future__ import annotations

from asymmetry.series.headline import HEADLINES, Difference, Headline, notable
from asymmetry.series.scoring import Score, score
from asymmetry.series.series import Series

__all__ = ["HEADLINES", "Difference", "Headline", "Score", "Series", "notable", "score"]
