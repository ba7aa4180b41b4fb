"""producer/synthetic/chance.py: what is drawn for a flight depends on nothing but that flight."""

import numpy as np
import pytest

from producer.sources.synthetic.chance import Chance, Draw


def test_a_flight_is_drawn_the_same_alone_as_beside_others():
    slots, generations = np.array([3, 0, 7]), np.array([0, 5, 2])
    together = Chance(2**63 - 1, slots, generations)(Draw.CRUISE, 9_000, 12_200)
    alone = [Chance(2**63 - 1, slots[[row]], generations[[row]])(Draw.CRUISE, 9_000, 12_200)[0] for row in range(3)]
    assert together.tolist() == alone
    assert len(set(alone)) == 3


@pytest.mark.parametrize("draw", list(Draw))
def test_numbers_are_spread_evenly_between_their_limits(draw):
    slots = np.arange(20_000)
    drawn = Chance(0, slots, np.zeros_like(slots))(draw, -2, 2)
    shares, _ = np.histogram(drawn, bins=8, range=(-2, 2))
    assert shares.sum() == 20_000, "none is beyond them"
    assert abs(shares / 20_000 - 1 / 8).max() < 0.01, "four deviations of a fair draw"
