"""producer/sources/credits.py: OpenSky's credits over days of a simulated service."""

import itertools

import pytest

from producer.sources.credits import DAY, LONGEST, Budget, cost_of

MIDNIGHT = 20_000 * DAY


class Bucket:
    """The service's side: so many credits from each refill on, at a time of day that nobody tells."""

    def __init__(self, size, wall, *, spent=0, refill=0.0):
        self.size, self.refill = size, refill
        self.left = size - spent
        self.day = self.number(wall)
        self.spent, self.refused = {}, 0

    def number(self, wall):
        return (wall - self.refill) // DAY

    def ask(self, cost, wall):
        """Return what is left, or a negative number of seconds to wait."""
        if self.number(wall) != self.day:
            self.day, self.left = self.number(wall), self.size
        if self.left < cost:
            self.refused += 1
            return -(DAY - (wall - self.refill) % DAY)
        self.left -= cost
        self.spent[self.day] = self.spent.get(self.day, 0) + cost
        return self.left


def simulate(budget, bucket, cost, begin, days):
    """Ask as the budget says, and give the moments at which it was."""
    wall, moments = begin, []
    while wall < begin + days * DAY:
        left = bucket.ask(cost, wall)
        moments.append(wall)
        if left < 0:
            budget.refuse(-left, wall)
            wall += -left
            continue
        budget.spend(left, wall)
        wall += budget.interval(wall)
    return moments


BOX, WORLD = (48.0, 2.0, 49.0, 3.0), None


@pytest.mark.parametrize("region", [BOX, WORLD])
@pytest.mark.parametrize(("size", "shortest"), [(400, 10.0), (4000, 5.0), (8000, 5.0)])
@pytest.mark.parametrize("begin", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.97])
def test_a_day_spends_no_more_than_its_credits_and_wastes_less_than_a_tenth(size, shortest, region, begin, share):
    cost = cost_of(region)
    wall = MIDNIGHT + begin * DAY
    bucket = Bucket(size, wall, spent=int(share * size))
    available = bucket.left
    budget = Budget(cost, size, shortest)
    moments = simulate(budget, bucket, cost, wall, 2 - begin)
    first, second = bucket.number(wall), bucket.number(wall) + 1
    possible = min(available, (1 - begin) * DAY / shortest * cost)  # what is left late in a day cannot be asked so fast
    assert bucket.spent[first] <= available
    assert bucket.spent[first] >= 0.9 * possible - cost
    assert 0.9 * size <= bucket.spent[second] <= size
    assert bucket.refused <= 2
    assert min(later - earlier for earlier, later in itertools.pairwise(moments)) >= shortest - 1e-6


@pytest.mark.parametrize("refill", [3.0, 7 * 3600.0, 23.9 * 3600])
def test_a_refill_at_another_hour_is_found_and_kept_to(refill):
    wall = MIDNIGHT + 12 * 3600
    bucket = Bucket(400, wall, refill=refill)
    simulate(Budget(4, 400, 10.0), bucket, 4, wall, 4)
    whole = sorted(bucket.spent)[2:-1]
    assert all(360 <= bucket.spent[day] <= 400 for day in whole), bucket.spent
    assert bucket.refused <= 3


def test_a_clock_that_is_a_little_ahead_does_not_wait_for_a_day():
    budget = Budget(1, 400, 10.0)
    budget.spend(1, MIDNIGHT + 2.0)  # by their clock it is not midnight yet
    assert budget.interval(MIDNIGHT + 2.0) == LONGEST


def test_without_credits_it_is_asked_after_an_hour_at_most():
    budget = Budget(4, 400, 10.0)
    budget.spend(3, MIDNIGHT + 3600.0)
    assert budget.interval(MIDNIGHT + 3600.0) == 3600.0
    assert budget.interval(MIDNIGHT + DAY - 60) == 70.0


def test_where_no_answer_says_what_is_left_the_documented_credits_count():
    budget = Budget(4, 4000, 5.0)
    assert budget.interval(MIDNIGHT) == 86.4
    budget.spend(None, MIDNIGHT)
    assert budget.interval(MIDNIGHT) == 86.4
    assert budget.news(MIDNIGHT) == "a request costs 4 credits, and it is not said how many are left: asking every 86 s"


def test_an_interval_that_is_chosen_holds_but_never_below_the_services_own():
    budget = Budget(4, 400, 10.0, 60.0)
    budget.spend(396, MIDNIGHT)
    assert budget.interval(MIDNIGHT) == 60.0
    assert budget.news(MIDNIGHT).endswith("asking every 60 s, as chosen, for which they last 1.6 h")
    assert Budget(4, 400, 10.0, 5.0).interval(MIDNIGHT) == 10.0


def test_the_interval_is_said_at_first_and_when_it_has_changed_notably():
    budget = Budget(1, 4000, 5.0)
    budget.spend(3999, MIDNIGHT)
    assert budget.news(MIDNIGHT) == (
        "3,999 credits are left until 00:00 UTC, when they should be refilled, and a request costs 1: asking every 22 s"
    )
    budget.spend(3900, MIDNIGHT + 60)
    assert budget.news(MIDNIGHT + 60) is None
    budget.spend(2000, MIDNIGHT + 90)
    assert "2,000 credits are left" in budget.news(MIDNIGHT + 90)
    budget.refuse(6 * 3600, MIDNIGHT + 120)
    budget.spend(3999, MIDNIGHT + 6 * 3600 + 121)
    assert "until 06:02 UTC, when they are refilled" in budget.news(MIDNIGHT + 6 * 3600 + 121)


def test_haste_is_not_taken_for_the_end_of_the_credits():
    budget = Budget(1, 4000, 5.0)
    budget.spend(3999, MIDNIGHT)
    before = budget.interval(MIDNIGHT)
    budget.refuse(30, MIDNIGHT)
    assert budget.interval(MIDNIGHT) == before


@pytest.mark.parametrize(
    ("region", "cost"),
    [
        (None, 4), ((49.7, 3.2, 50.5, 4.6), 1), ((46.5, -1.4, 49.9, 6.8), 2), ((42.2, -4.7, 49.8, 10.9), 3),
        ((0, 0, 5, 5), 1), ((0, 0, 5, 5.01), 2), ((0, 0, 10, 10), 2), ((0, 0, 20, 20), 3), ((0, 0, 20, 21), 4),
        ((-90, -180, 90, 180), 4),
    ],
)  # fmt: skip
def test_the_cost_is_as_documented(region, cost):
    assert cost_of(region) == cost


def test_credits_that_have_grown_were_refilled_just_now():
    budget = Budget(4, 400, 10.0)
    budget.spend(8, MIDNIGHT + 3600)
    budget.spend(396, MIDNIGHT + 7200)
    assert "until 02:00 UTC, when they are refilled" in budget.news(MIDNIGHT + 7200)
    assert budget.interval(MIDNIGHT + 7200) == pytest.approx(DAY / 99)


def test_a_refusal_tells_when_they_are_refilled():
    budget = Budget(4, 400, 10.0)
    budget.refuse(6 * 3600, MIDNIGHT + 3600)
    assert "0 credits are left until 07:00 UTC, when they are refilled" in budget.news(MIDNIGHT + 3600)
