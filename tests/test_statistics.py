"""Trend and error against SciPy, and against sums that can be done by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from asymmetry.core.arrays import FloatArray
from asymmetry.core.distributions import t_quantile
from asymmetry.core.statistics import (
    EXACT_READINGS,
    kendall_tau,
    mdc95,
    moderated_variance,
    serial_correlation,
    theil_sen,
)
from asymmetry.errors import InvalidInputError

#: Days and readings on a grid, so that some are equal.
DAYS, READINGS = st.integers(0, 60).map(float), st.integers(-40, 40).map(lambda tenths: tenths / 10)
SERIES = st.integers(2, EXACT_READINGS + 8).flatmap(
    lambda n: st.tuples(
        hnp.arrays(float, n, elements=DAYS), hnp.arrays(float, n, elements=READINGS)
    )
)
#: The same without equal ones, where Kendall's p is counted out.
ORDERS = st.integers(2, EXACT_READINGS + 3).flatmap(lambda n: st.permutations(range(n)))
ROWS = st.floats(-1, 1, width=32) | st.just(math.nan)
TABLES = hnp.arrays(
    float, hnp.array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=9), elements=ROWS
)


def close(ours: object, theirs: object) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-9)


@given(SERIES, st.sampled_from([0.5001, 0.8, 0.95, 0.99]))
@example((np.array([0.0, 0.0, 5.0]), np.array([1.0, 1.0, 1.0])), 0.95)
def test_theil_sen_is_scipys(series: tuple[FloatArray, FloatArray], confidence: float) -> None:
    days, readings = series
    assume(np.ptp(days) > 0)
    with np.errstate(invalid="ignore"):  # ties in days and readings may take more than the variance
        expected = scipy.stats.theilslopes(readings, days, confidence)
    close(theil_sen(days, readings, confidence), expected)


@given(SERIES)
def test_kendall_is_scipys(series: tuple[FloatArray, FloatArray]) -> None:
    days, readings = series
    assume(np.ptp(days) > 0 and np.ptp(readings) > 0)
    tau, p = scipy.stats.kendalltau(days, readings)
    close(kendall_tau(days, readings), (tau, p))


@given(ORDERS)
def test_kendall_of_readings_without_ties_is_scipys(order: list[int]) -> None:
    close(kendall_tau(range(len(order)), order), scipy.stats.kendalltau(range(len(order)), order))


def test_a_line_is_its_own_slope() -> None:
    days = np.array([0.0, 3.0, 10.0, 11.0, 20.0, 31.0, 40.0])
    line = theil_sen(days, 2 - 0.5 * days)
    close(line, (-0.5, 2.0, -0.5, -0.5))
    assert kendall_tau(days, 2 - 0.5 * days)[0] == -1
    # Of the 7! orders one rises all the way, and one falls.
    close(kendall_tau(days, 2 - 0.5 * days)[1], 2 / math.factorial(7))


def test_one_wild_reading_does_not_bend_the_line() -> None:
    days = np.arange(12.0)
    readings = 0.1 * days
    readings[4] = 50.0
    assert theil_sen(days, readings).slope == pytest.approx(0.1)


@given(TABLES)
def test_each_row_with_its_gaps_is_what_it_is_alone(table: FloatArray) -> None:
    days = np.arange(table.shape[1]) // 2
    lines, ranks = theil_sen(days, table), kendall_tau(days, table)
    for row, readings in enumerate(table):
        known = np.isfinite(readings)
        alone = days[known], readings[known]
        np.testing.assert_array_equal([part[row] for part in lines], theil_sen(*alone))
        np.testing.assert_array_equal([part[row] for part in ranks], kendall_tau(*alone))


@pytest.mark.parametrize("readings", [[], [1.0], [1.0, math.nan], [math.nan] * 4])
def test_too_little_to_tell_is_nan(readings: list[float]) -> None:
    days = list(range(len(readings)))
    assert np.isnan(theil_sen(days, readings)).all()
    assert np.isnan(kendall_tau(days, readings)).all()


def test_readings_of_one_day_have_no_trend() -> None:
    assert np.isnan(theil_sen([3, 3, 3], [1.0, 2.0, 4.0]).slope)
    assert np.isnan(kendall_tau([3, 3, 3], [1.0, 2.0, 4.0])).all()


def test_mdc_of_single_photos_and_of_means() -> None:
    assert mdc95(0.1) == 1.96 * math.sqrt(0.1**2 + 0.1**2)
    assert mdc95(0.1, 2, 2) == pytest.approx(1.96 * 0.1)
    close(mdc95([0.1, 0.2], 4, 4), 1.96 * math.sqrt(0.5) * np.array([0.1, 0.2]))
    assert mdc95(0.1, df=3) == pytest.approx(scipy.stats.t.ppf(0.975, 3) * math.sqrt(2) * 0.1)
    assert np.isnan(mdc95([0.1, math.nan, 0.1], [0, 1, 1], df=[5, 5, 0])).all()


@given(st.integers(1, 3000), st.floats(0.5, 0.999))
def test_t_quantile_is_scipys(df: int, confidence: float) -> None:
    close(t_quantile(df, confidence), scipy.stats.t.ppf((1 + confidence) / 2, df))


def test_t_quantile_at_its_ends() -> None:
    close(t_quantile(math.inf), scipy.stats.norm.ppf(0.975))
    assert np.isnan(t_quantile([0, 0.5, math.nan])).all()
    assert t_quantile(4.9) == t_quantile(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theil_sen([1, 2, 3], [1, 2]), "don't fit"),
        (lambda: kendall_tau(1.0, 2.0), "series"),
        (lambda: theil_sen([1, 2], [1, 2], confidence=95), "between 0 and 1"),
        (lambda: theil_sen([1, 2], [1, 2], serial=1), "under 1"),
        (lambda: t_quantile(3, confidence=1), "between 0 and 1"),
    ],
)
def test_what_does_not_fit_is_refused(call: object, message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        call()  # type: ignore[operator]


def test_variances_are_pooled_by_their_degrees_of_freedom() -> None:
    assert moderated_variance(1.0, 12, 4.0, 4) == pytest.approx((12 + 16) / 16)
    assert moderated_variance(1.0, 12, math.nan, 0) == 1
    assert moderated_variance(math.nan, 0, 4.0, 4) == 4
    assert math.isnan(moderated_variance(math.nan, 0, math.nan, 0))


def test_readings_that_follow_each_other_widen_the_slopes_interval() -> None:
    rng = np.random.default_rng(0)
    day, lag, held = np.arange(30.0), [], {0.0: [], 0.6: []}
    for _ in range(400):
        values = rng.normal(size=30)
        for i in range(1, 30):
            values[i] = 0.5 * values[i - 1] + math.sqrt(0.75) * values[i]
        lag.append(serial_correlation(values - np.polyval(np.polyfit(day, values, 1), day)))
        for serial, found in held.items():
            line = theil_sen(day, values, serial=serial)
            found.append(line.low <= 0 <= line.high)
    assert np.mean(lag) == pytest.approx(0.5, abs=0.06)
    assert np.mean(held[0.0]) < 0.85
    assert np.mean(held[0.6]) >= 0.93
    assert math.isnan(serial_correlation([1.0, 1, 1, 1, 1]))
    assert theil_sen(day, day, serial=0.5).slope == 1
