"""Long courses of one person: steps, several treatments that wear off, many visits."""

from __future__ import annotations

import numpy as np
import pytest

from tests.test_series_change import error


def test_a_step_is_no_correlation_of_neighbours() -> None:
    days = np.arange(60.0)
    noise = np.random.default_rng(0).normal(0, 0.25, (30, 60))
    flat, stepped = ([error(row + mm * (days > 30), days) for row in noise] for mm in (0.0, 3.0))
    assert np.mean([each.serial for each in stepped]) < 0.05
    wider = [b.variance(1) / a.variance(1) for a, b in zip(flat, stepped, strict=True)]
    assert np.mean(wider) == pytest.approx(1, abs=0.1)
