"""Who is chosen for whom: limits first, then that nobody is left out, then the best pairs, and the proof of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching import choice as choosing
from functions.matching.arrays import BadMatrix, Pairs, Places, degrees
from functions.matching.blossoms import cover_exactly
from functions.matching.bounds import bound, bound_with_coverage
from functions.matching.choice import choose, covered_bonus
from functions.matching.prices import LONG, SHORT, prices, reduced
from functions.matching.walks import Choice, complete, cover
from tests.benchmarks.events import candidates
from tests.unit.arrays import best_of, chosen_of, covered_of, pairs_of, places_of, rounds

Round = tuple[Pairs, Places]
mixed = rounds(bonuses=(0.0, 1.0, 1.25))


@given(mixed)
def test_only_allowed_pairs_are_chosen_and_nobody_exceeds_their_seats(a_round: Round) -> None:
    pairs, places = a_round
    chosen = choose(pairs, places, 7)
    assert chosen.taken.shape == (pairs.size,)
    assert (degrees(pairs, chosen.taken, len(places.seats)) <= places.seats).all()
    assert chosen.weight == pytest.approx(pairs.score[chosen.taken].sum())


@given(rounds())
def test_no_pair_is_passed_over_while_both_have_a_seat(a_round: Round) -> None:
    pairs, places = a_round
    chosen = choose(pairs, places, 7)
    free = places.seats - degrees(pairs, chosen.taken, len(places.seats))
    assert not (~chosen.taken & (free[pairs.left] > 0) & (free[pairs.right] > 0)).any()


@given(mixed)
def test_as_many_people_are_covered_as_possible_and_those_of_a_higher_bonus_first(a_round: Round) -> None:
    pairs, places = a_round
    assert covered_bonus(pairs, places, choose(pairs, places, 7).taken) == pytest.approx(best_of(pairs, places)[0])


@given(rounds(most_seats=1))
def test_with_one_seat_each_nobody_is_left_out_who_could_be_covered(a_round: Round) -> None:
    pairs, places = a_round
    assert covered_of(pairs, places, choose(pairs, places, 7).taken) == best_of(pairs, places)[0]


@given(mixed)
def test_the_certificate_is_never_below_what_could_be_reached(a_round: Round) -> None:
    pairs, places = a_round
    chosen = choose(pairs, places, 7)
    assert chosen.bound >= best_of(pairs, places)[1] - 1e-9
    assert chosen.bound >= chosen.weight - 1e-9
    assert chosen.gap >= 0


@given(mixed, st.data())
def test_any_prices_prove_a_bound(a_round: Round, data: st.DataObject) -> None:
    pairs, places = a_round
    people = len(places.seats)
    price = np.array(data.draw(st.lists(st.floats(-2, 2), min_size=people, max_size=people)))
    bonus, weight = best_of(pairs, places)
    assert bound(pairs, places, price) >= weight - 1e-9
    assert bound_with_coverage(pairs, places, price, bonus) >= weight - 1e-9


@given(rounds())
def test_where_the_gap_comes_from_adds_up(a_round: Round) -> None:
    """Open seats at their price, pairs passed over at what they were worth, and pairs taken below it."""
    pairs, places = a_round
    chosen = choose(pairs, places, 7)
    price = np.maximum(chosen.price, 0)
    rc = reduced(pairs, price)
    unused = places.seats - degrees(pairs, chosen.taken, len(places.seats))
    loss = price @ unused + np.maximum(rc[~chosen.taken], 0).sum() + np.maximum(-rc[chosen.taken], 0).sum()
    assert bound(pairs, places, price) - chosen.weight == pytest.approx(loss, abs=1e-9)


def some_rounds(count: int, seed: int) -> list[Round]:
    rng = random.Random(seed)
    found = []
    for _ in range(count):
        people, density = rng.randint(2, 9), rng.random() * 0.6
        couples = [two for two in combinations(range(people), 2) if rng.random() < density]
        most = rng.choice((1, 1, 2, 3))
        pairs = pairs_of({two: rng.uniform(0.01, 1) for two in couples})
        bonus = [rng.choice((1.0, 1.0, 1.0, 0.0)) for _ in range(people)]
        found.append((pairs, places_of([rng.randint(1, most) for _ in range(people)], bonus)))
    return found


def test_nearly_every_small_round_is_chosen_as_well_as_possible() -> None:
    reached = [
        choose(pairs, places, 7).weight == pytest.approx(best_of(pairs, places)[1])
        for pairs, places in some_rounds(200, seed=2)
    ]
    assert sum(reached) >= 0.99 * len(reached)


def test_from_any_start_everybody_is_covered_who_can_be_whether_cheap_walks_went_before_or_not() -> None:
    rng = random.Random(3)
    for number, (pairs, places) in enumerate(some_rounds(1000, seed=3)):
        price = np.array([rng.uniform(-0.5, 1) for _ in places.seats])
        choice = Choice(
            pairs, places, price, choosing.greedy(pairs, places, np.array([rng.random() for _ in pairs[0]]))
        )
        if number % 2:
            cover(choice)
        cover_exactly(choice)
        assert covered_bonus(pairs, places, choice.chosen) == best_of(pairs, places)[0]
        assert all(choice.free(person) >= 0 for person in range(len(places.seats)))


def test_a_ring_of_equals_that_cheap_walks_cannot_open_is_opened_before_a_choice_is_finished() -> None:
    scores = {(0, 2): 0.4, (0, 6): 0.6, (1, 3): 0.8, (1, 4): 0.7, (2, 3): 0.4, (2, 4): 0.9, (2, 5): 0.6, (2, 6): 0.8}
    pairs, places = pairs_of(scores | {(3, 4): 0.7, (3, 7): 0.4, (6, 7): 0.9}), places_of([1] * 8)
    assert covered_of(pairs, places, choosing.finish(pairs, places, np.zeros(8)).taken) == 8


def test_in_a_larger_event_nearly_nothing_is_lost() -> None:
    pairs, places = candidates("balanced", 300, 0)
    assert choosing.finish(pairs, places, prices(pairs, places, SHORT)).gap < 0.001
    assert choose(pairs, places, 7).gap < 0.0005


@given(rounds())
def test_completing_never_lowers_the_weight_nor_uncovers_anybody(a_round: Round) -> None:
    pairs, places = a_round
    price = prices(pairs, places, SHORT)
    choice = Choice(pairs, places, price, choosing.greedy(pairs, places, reduced(pairs, price)))
    cover_exactly(choice)
    before = pairs.score[choice.chosen].sum(), covered_of(pairs, places, choice.chosen)
    complete(choice)
    assert pairs.score[choice.chosen].sum() >= before[0] - 1e-9
    assert covered_of(pairs, places, choice.chosen) >= before[1]


def test_a_seat_goes_to_whom_it_covers_before_it_goes_to_the_better_pair() -> None:
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.1, (1, 3): 0.2})
    assert chosen_of(pairs, choose(pairs, places_of([1] * 4), 7).taken) == {(0, 2), (1, 3)}


def test_the_best_pairs_fill_the_seats_that_are_left() -> None:
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.8, (1, 2): 0.7})
    assert chosen_of(pairs, choose(pairs, places_of([2, 2, 1]), 7).taken) == {(0, 1), (0, 2)}


def test_somebody_without_an_introduction_goes_before_a_better_pair_of_somebody_with_one() -> None:
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.2})
    assert chosen_of(pairs, choose(pairs, places_of([1] * 3), 7).taken) == {(0, 1)}
    assert chosen_of(pairs, choose(pairs, places_of([1] * 3, [1, 0, 1]), 7).taken) == {(0, 2)}


def test_of_two_without_an_introduction_the_one_without_a_proposal_goes_first() -> None:
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.2})
    assert chosen_of(pairs, choose(pairs, places_of([1] * 3, [1, 1, 1.25]), 7).taken) == {(0, 2)}


def test_an_odd_ring_of_couples_is_opened_for_the_one_outside_it() -> None:
    pairs = pairs_of({(0, 1): 0.9, (1, 2): 0.8, (2, 3): 0.9, (3, 4): 0.8, (0, 4): 0.1, (2, 5): 0.1, (4, 6): 0.1})
    chosen = choose(pairs, places_of([1] * 7), 7)
    assert covered_of(pairs, places_of([1] * 7), chosen.taken) == 6


def test_who_is_sought_after_has_a_price_and_who_is_left_over_a_subsidy() -> None:
    star = pairs_of({(0, other): 0.5 for other in range(1, 6)})
    price = prices(star, places_of([1] * 6), LONG)
    assert price[0] > 0
    assert (price[1:] <= 0).all()
    assert (price >= -1).all()


@pytest.mark.parametrize("setting", [SHORT, LONG])
def test_prices_stay_within_the_bonus_and_no_first_match_is_subsidised_where_none_is_owed(setting: object) -> None:
    pairs, places = pairs_of({(0, 1): 0.5, (0, 2): 0.4}), places_of([1, 1, 1], [1, 0, 0.5])
    price = prices(pairs, places, SHORT if setting is SHORT else LONG)
    assert (price >= -places.bonus).all()


def test_nothing_comes_of_nothing() -> None:
    empty = pairs_of({})
    assert choose(empty, places_of([]), 7).weight == 0
    assert choose(empty, places_of([3, 3]), 7).gap == 0


@dataclass
class Spoilt:
    """A round with one fault."""

    left: list[int]
    right: list[int]
    score: list[float]
    seats: list[int]
    bonus: list[float]

    def choose(self) -> None:
        pairs = Pairs(np.array(self.left), np.array(self.right), np.array(self.score))
        choose(pairs, Places(np.array(self.seats), np.array(self.bonus)), 7)


FAULTS: dict[str, Callable[[Spoilt], object]] = {
    "at most 1": lambda one: one.score.__setitem__(0, 1.1),
    "above 0": lambda one: one.score.__setitem__(1, 0.0),
    "has the score nan": lambda one: one.score.__setitem__(1, float("nan")),
    "person 1 has a negative number of seats": lambda one: one.seats.__setitem__(1, -1),
    "a bonus is negative": lambda one: one.bonus.__setitem__(0, -1.0),
    "no number": lambda one: one.bonus.__setitem__(0, float("inf")),
    "smaller number first": lambda one: one.left.__setitem__(1, 2),
    "two of the people": lambda one: one.right.__setitem__(1, 3),
    "stands there twice": lambda one: one.right.__setitem__(1, 1),
    "differ in length": lambda one: one.score.append(0.5),
    "arrays of one kind": lambda one: one.bonus.append(1.0),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_bad_matrix_is_refused_with_what_is_wrong_in_it(words: str) -> None:
    spoilt = Spoilt([0, 0], [1, 2], [0.5, 0.6], [1, 1, 1], [1.0, 1.0, 1.0])
    spoilt.choose()
    FAULTS[words](spoilt)
    with pytest.raises(BadMatrix, match=words):
        spoilt.choose()


def test_the_same_seed_gives_the_same_choice_where_restarts_decide() -> None:
    rng = np.random.default_rng(5)
    couples = list(combinations(range(30), 2))
    pairs = pairs_of({two: float(score) for two, score in zip(couples, rng.uniform(0.01, 1, 435), strict=True)})
    places = places_of([3] * 30)
    once = choose(pairs, places, 7).taken
    assert (once == choose(pairs, places, 7).taken).all()
