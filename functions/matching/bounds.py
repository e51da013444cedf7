"""Upper bounds on what any choice could weigh, proven by weak duality: they hold for any prices."""

from __future__ import annotations

import numpy as np

from functions.matching.arrays import Floats, Pairs, Places
from functions.matching.prices import reduced


def bound(pairs: Pairs, places: Places, price: Floats) -> float:
    """Bound the weight of every choice: sum of b p plus sum of max(0, w - p_u - p_v), with p = max(y, 0).

    Any choice M weighs sum over M of (w - p_u - p_v) plus sum of p deg, and deg is at most b.
    """
    positive = np.maximum(price, 0)
    return float(places.seats @ positive + np.maximum(reduced(pairs, positive), 0).sum())


def bound_with_coverage(pairs: Pairs, places: Places, price: Floats, covered_bonus: float) -> float:
    """Bound the weight of every choice whose covered people's bonuses M sum to `covered_bonus`.

    With s = min(max(-y, 0), M): sum of b p, plus sum of (M - s) over all who are owed a match, plus
    sum of max(0, w - (p - s)_u - (p - s)_v), minus the covered bonuses. For those covered, M - s deg is at most M - s.
    """
    owed = places.wanting
    subsidy = np.where(owed, np.minimum(np.maximum(-price, 0), places.bonus), 0)
    positive = np.maximum(price, 0)
    own = places.seats @ positive + (places.bonus - subsidy)[owed].sum()
    return float(own + np.maximum(reduced(pairs, positive - subsidy), 0).sum() - covered_bonus)


def dual_value(pairs: Pairs, places: Places, price: Floats) -> float:
    """Return the dual's value at these prices: of two settings, the one with the lower value knows the event better."""
    return bound_with_coverage(pairs, places, price, 0)
