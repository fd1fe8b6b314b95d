"""Exposure: non-compartmental analysis of concentration courses by stated rules, every draw at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rules:
    """What has to hold before a figure is given; where it does not, the figure is named not estimable.

    The area under the curve is linear while the concentration rises and logarithmic while it falls. The terminal slope
    lambda_z is fitted to the logarithms of the last points, at least `least_points` of them over at least `least_span`
    half-lives, all after Tmax: the number of points with the best adjusted R² is taken, and the larger number where two are
    within `tie` of each other. What lies below `limit` of Cmax is not used, as an assay would not see it. Before `mixing` is
    over after a bolus, what the blood at the site of injection shows is nobody's plasma: the course is extrapolated back from
    the next two points. The course counts from the start of the first dose to the start of the second.
    """

    least_points: int = 3
    tie: float = 1e-4  # of adjusted R²
    least_adjusted_r2: float = 0.9
    least_span: float = 1.0  # half-lives between the first and last points of the fit
    most_extrapolated: float = 0.2  # share of the area beyond the last point
    limit: float = 1e-3  # of Cmax
    mixing: float = 1.0 / 60.0  # h after a bolus, before which blood is not mixed and no sample is taken


RULES = Rules()


class Estimate(NamedTuple):
    """One figure for every draw; where `reasons` is not empty the figure is not estimable, and the reason says why."""

    values: Array  # (draws,), not-a-number where not estimable
    reasons: tuple[str, ...]


class Terminal(NamedTuple):
    """The terminal slope for every draw."""

    rate: Array  # 1/time, not-a-number where there is none
    adjusted_r2: Array
    points: NDArray[np.int64]
    span: Array  # half-lives
    last: NDArray[np.int64]  # index of the last point used


def exposure(
    times: Array, concentration: Array, *, dose: Array | float | None, infusion: float = 0.0, rules: Rules = RULES
) -> dict[str, Estimate]:
    """Analyse one course after one dose.

    Parameters
    ----------
    times
        (times,) since the start of the dose, in one unit; two equal times are a jump.
    concentration
        (draws, times) in one unit; results are in the units that these two imply.
    dose
        What was given, in (concentration unit) x (volume unit), or None where the species was not given as such: clearance,
        volume and residence time then say so.
    infusion
        How long the dose lasted, for the mean residence time: half of it is taken off.
    rules
        What has to hold.

    >>> t = np.linspace(0, 40, 401)
    >>> figures = exposure(t, 2.0 * np.exp(-0.1 * t)[None, :], dose=10.0)
    >>> [round(float(figures[name].values[0]), 6) for name in ("auc_to_infinity", "clearance", "volume_at_steady_state")]
    [20.0, 0.5, 5.0]
    """
    c = np.maximum(np.atleast_2d(np.asarray(concentration, dtype=float)), 0.0)
    t = np.asarray(times, dtype=float)
    draws = np.arange(c.shape[0])
    peak = np.argmax(c, axis=1)
    highest = c[draws, peak]
    end = terminal_slope(t, c, rules=rules)
    area, moment = areas(t, c, until=end.last)
    c_last, t_last = c[draws, end.last], t[end.last]

    with np.errstate(divide="ignore", invalid="ignore"):
        tail = c_last / end.rate
        total = area + tail
        share = tail / total
        residence = (moment + t_last * tail + tail / end.rate) / total - infusion / 2
        clearance = (np.nan if dose is None else np.asarray(dose, dtype=float)) / total
        half_life = np.log(2.0) / end.rate

    empty = np.where(highest > 0, "", "the concentration is zero throughout")
    slope = _first(empty, _why_no_slope(end, rules))
    infinite = _first(slope, _where(share > rules.most_extrapolated, _beyond(rules)))
    disposition = _first(infinite, "not given as such: it forms from another species" if dose is None else "")
    return {
        "peak_concentration": _estimate(highest, empty),
        "time_of_peak": _estimate(t[peak], empty),
        "auc_to_last": _estimate(area, empty),
        "last_time": _estimate(t_last, empty),
        "terminal_rate_constant": _estimate(end.rate, slope),
        "terminal_half_life": _estimate(half_life, slope),
        "terminal_points": _estimate(end.points.astype(float), slope),
        "terminal_adjusted_r2": _estimate(end.adjusted_r2, slope),
        "auc_to_infinity": _estimate(total, infinite),
        "extrapolated_share": _estimate(share, slope),
        "mean_residence_time": _estimate(residence, disposition),
        "clearance": _estimate(clearance, disposition),
        "volume_at_steady_state": _estimate(clearance * residence, disposition),
    }


def areas(times: Array, concentration: Array, *, until: NDArray[np.int64] | None = None) -> tuple[Array, Array]:
    """Return the area under each course and its first moment: linear while it rises, logarithmic while it falls.

    Between two points that fall from c1 to c2 = c1 exp(-x) the area is c1 Δt (1 - exp(-x))/x.
    """
    t, c = times, np.atleast_2d(concentration)
    dt, c1, c2, t1 = np.diff(t), c[:, :-1], c[:, 1:], t[:-1]
    falls = (c2 > 0) & (c2 < c1)
    x = np.log(np.where(falls, c1, 1.0) / np.where(falls, c2, 1.0))
    area = np.where(falls, c1 * _mean_of_decay(x), (c1 + c2) / 2) * dt
    inner = np.where(falls, c1 * _first_moment_of_decay(x), c1 / 6 + c2 / 3) * dt**2
    moment = t1 * area + inner
    if until is not None:
        used = np.arange(dt.size)[None, :] < until[:, None]
        area, moment = area * used, moment * used
    return area.sum(axis=1), moment.sum(axis=1)


def mixed(times: Array, concentration: Array, *, rules: Rules = RULES) -> tuple[Array, Array]:
    """Return a course after a bolus without what came before mixing: its start follows log-linearly from the next two points.

    >>> mixed(np.array([0.0, 0.01, 1.0, 2.0]), np.array([[90.0, 30.0, 4.0, 2.0]]))[1]
    array([[8., 4., 2.]])
    """
    kept = times >= rules.mixing
    if kept.sum() < 2 or times[0] > 0.0:
        return times, concentration
    (one, two), (first, second) = times[kept][:2], concentration[:, kept][:, :2].T
    falls = (first > second) & (second > 0.0)
    ratio = np.where(falls, first / np.where(falls, second, 1.0), 1.0)
    start = first * ratio ** (one / (two - one))
    return np.concatenate([[0.0], times[kept]]), np.concatenate([start[:, None], concentration[:, kept]], axis=1)


def terminal_slope(times: Array, concentration: Array, *, rules: Rules = RULES) -> Terminal:
    """Fit the terminal slope of every draw at once, over every possible number of last points.

    Sums run backwards from the last point used, with time and logarithm counted from there, so that short windows lose no
    digits to long ones.
    """
    t, c = times, np.atleast_2d(concentration)
    draws, index = np.arange(c.shape[0]), np.arange(c.shape[1])
    peak = np.argmax(c, axis=1)
    above = c > rules.limit * c[draws, peak][:, None]
    last = np.where(above.any(axis=1), c.shape[1] - 1 - np.argmax(above[:, ::-1], axis=1), 0)
    used = above & (index > peak[:, None]) & (index <= last[:, None])
    log_c = np.log(np.where(above, c, 1.0))
    x = np.where(used, t[None, :] - t[last][:, None], 0.0)
    y = np.where(used, log_c - log_c[draws, last][:, None], 0.0)

    def suffix(values: Array) -> Array:
        return np.cumsum(values[:, ::-1], axis=1)[:, ::-1]

    n = suffix(used.astype(float))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_x, mean_y = suffix(x) / n, suffix(y) / n
        sxx = suffix(x * x) - n * mean_x**2
        syy = suffix(y * y) - n * mean_y**2
        sxy = suffix(x * y) - n * mean_x * mean_y
        slope = sxy / sxx
        adjusted = 1 - (1 - np.clip(sxy**2 / (sxx * syy), 0, 1)) * (n - 1) / (n - 2)
    allowed = used & (n >= rules.least_points) & (sxx > 0) & (syy > 0) & (slope < 0)
    found = allowed.any(axis=1)
    long_enough = allowed & (-x * np.where(allowed, -slope, 0.0) >= rules.least_span * np.log(2.0))
    judged = np.where(long_enough.any(axis=1)[:, None], long_enough, allowed)
    scored = np.where(judged, adjusted, -np.inf)
    start = np.argmax(scored >= scored.max(axis=1)[:, None] - rules.tie, axis=1)  # the earliest start has the most points
    rate = np.where(found, -slope[draws, start], np.nan)
    return Terminal(
        rate=rate,
        adjusted_r2=np.where(found, adjusted[draws, start], np.nan),
        points=np.where(found, n[draws, start], used.sum(axis=1)).astype(np.int64),
        span=(t[last] - t[start]) * rate / np.log(2.0),
        last=last,
    )


def _mean_of_decay(x: Array) -> Array:
    """(1 - exp(-x)) / x, with its limit 1 at zero."""
    return np.where(x > 1e-12, -np.expm1(-x) / np.where(x > 1e-12, x, 1.0), 1.0)


def _first_moment_of_decay(x: Array) -> Array:
    """(1 - (1 + x) exp(-x)) / x², by its series where the formula would cancel."""
    series = 1 / 2 - x / 3 + x**2 / 8 - x**3 / 30 + x**4 / 144
    large = x > 0.02
    safe = np.where(large, x, 1.0)
    return np.where(large, (-np.expm1(-safe) - safe * np.exp(-safe)) / safe**2, series)


def _why_no_slope(end: Terminal, rules: Rules) -> NDArray[np.str_]:
    none = np.isnan(end.rate)
    few = _where(
        none & (end.points < rules.least_points),
        f"fewer than {rules.least_points} points after Tmax lie above the limit",
    )
    rising = _where(none, "the last points do not fall")
    poor = _where(
        end.adjusted_r2 < rules.least_adjusted_r2,
        f"the last points are no straight line (adjusted R² below {rules.least_adjusted_r2:g})",
    )
    brief = _where(
        end.span < rules.least_span, f"the last points cover less than {rules.least_span:g} half-life: simulate for longer"
    )
    return _first(few, rising, poor, brief)


def _beyond(rules: Rules) -> str:
    return f"more than {rules.most_extrapolated:.0%} of the area lies beyond the last point: simulate for longer"


def _where(condition: NDArray[np.bool_], reason: str) -> NDArray[np.str_]:
    return np.where(condition, reason, "")


def _first(*reasons: NDArray[np.str_] | str) -> NDArray[np.str_]:
    """Return the first reason that is not empty, draw by draw."""
    result = np.asarray(reasons[0])
    for reason in reasons[1:]:
        result = np.where(result == "", reason, result)
    return result


def _estimate(values: Array, reasons: NDArray[np.str_]) -> Estimate:
    kept = np.where(reasons == "", np.broadcast_to(values, reasons.shape), np.nan)
    return Estimate(kept, tuple(str(reason) for reason in reasons))
