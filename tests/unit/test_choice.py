"""Who is chosen for whom: limits first, then that nobody is left out, then the best pairs."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from functions.matching.choice import Pair, choose

NAMES = ("ada", "ben", "cem", "dora", "emil", "fay", "gus")


@st.composite
def rounds(draw: st.DrawFn, fewest: int = 0, most: int = 3) -> tuple[list[Pair], dict[str, int]]:
    """Draw allowed pairs among up to seven people with so many seats each."""
    people = NAMES[: draw(st.integers(1, len(NAMES)))]
    allowed = draw(st.lists(st.sampled_from(list(combinations(people, 2))), unique=True)) if len(people) > 1 else []
    pairs = [Pair(one, other, draw(st.integers(1, 100)) / 100) for one, other in allowed]
    return pairs, {person: draw(st.integers(fewest, most)) for person in people}


def covered(chosen: Sequence[Pair]) -> set[str]:
    return {person for pair in chosen for person in pair[:2]}


def most_coverable(pairs: Sequence[Pair], seats: Mapping[str, int]) -> int:
    """Try everything: each person in turn stays alone, or takes a seat of somebody."""
    people = sorted(seats)
    allowed = {frozenset(pair[:2]) for pair in pairs}

    @cache
    def best(turn: int, left: tuple[int, ...], matched: frozenset[int]) -> int:
        if turn == len(people):
            return len(matched)
        found = best(turn + 1, left, matched)
        if turn in matched or not left[turn]:
            return found
        for other, seat in enumerate(left):
            if seat and frozenset((people[turn], people[other])) in allowed:
                after = tuple(free - (place in (turn, other)) for place, free in enumerate(left))
                found = max(found, best(turn + 1, after, matched | {turn, other}))
        return found

    return best(0, tuple(seats[person] for person in people), frozenset())


@given(rounds(), st.dictionaries(st.sampled_from(NAMES), st.integers(0, 3)))
def test_only_allowed_pairs_are_chosen_once_each_and_within_everybodys_seats(
    a_round: tuple[list[Pair], dict[str, int]], settled: dict[str, int]
) -> None:
    pairs, seats = a_round
    chosen = choose(pairs, seats, settled)
    assert set(chosen) <= set(pairs)
    assert len(set(chosen)) == len(chosen)
    taken = Counter(person for pair in chosen for person in pair[:2])
    assert all(taken[person] <= seats[person] for person in seats)


@given(rounds(), st.randoms(use_true_random=False))
def test_the_order_in_which_pairs_come_changes_nothing(
    a_round: tuple[list[Pair], dict[str, int]], rng: random.Random
) -> None:
    pairs, seats = a_round
    shuffled = rng.sample(pairs, len(pairs))
    people = rng.sample(sorted(seats), len(seats))
    assert choose(shuffled, {person: seats[person] for person in people}, {}) == choose(pairs, seats, {})


@given(rounds())
def test_no_pair_is_passed_over_while_both_have_a_seat(a_round: tuple[list[Pair], dict[str, int]]) -> None:
    pairs, seats = a_round
    chosen = choose(pairs, seats, {})
    taken = Counter(person for pair in chosen for person in pair[:2])
    for pair in set(pairs) - set(chosen):
        assert taken[pair.one] == seats[pair.one] or taken[pair.other] == seats[pair.other]


@given(rounds(fewest=2))
def test_with_two_seats_each_as_many_people_get_somebody_as_possible(
    a_round: tuple[list[Pair], dict[str, int]],
) -> None:
    pairs, seats = a_round
    assert len(covered(choose(pairs, seats, {}))) == most_coverable(pairs, seats)


@given(rounds(fewest=1, most=1))
def test_with_one_seat_each_at_least_half_of_those_who_could_get_somebody_do(
    a_round: tuple[list[Pair], dict[str, int]],
) -> None:
    pairs, seats = a_round
    assert len(covered(choose(pairs, seats, {}))) >= most_coverable(pairs, seats) / 2


def test_among_a_thousand_groups_of_mixed_limits_nobody_is_left_out_needlessly() -> None:
    rng = random.Random(1)
    for _ in range(1000):
        people = NAMES[: rng.randint(2, len(NAMES))]
        density = rng.random()
        pairs = [Pair(*two, rng.random()) for two in combinations(people, 2) if rng.random() < density]
        seats = {person: rng.randint(1, 2) for person in people}
        assert len(covered(choose(pairs, seats, {}))) == most_coverable(pairs, seats)


def test_a_seat_goes_to_whom_it_covers_before_it_goes_to_the_better_pair() -> None:
    pairs = [Pair("ada", "ben", 0.9), Pair("ada", "cem", 0.1), Pair("ben", "dora", 0.2)]
    seats = dict.fromkeys(("ada", "ben", "cem", "dora"), 1)
    assert covered(choose(pairs, seats, {})) == {"ada", "ben", "cem", "dora"}


def test_somebody_with_two_seats_takes_both_of_a_couple_that_left_them_out() -> None:
    pairs = [Pair("ada", "ben", 0.59), Pair("ada", "cem", 0.14), Pair("ben", "cem", 0.72)]
    assert covered(choose(pairs, {"ada": 2, "ben": 1, "cem": 1}, {})) == {"ada", "ben", "cem"}


def test_a_dead_end_of_the_walk_does_not_close_the_other_ways() -> None:
    pairs = [Pair("ada", "ben", 0.89), Pair("ada", "dora", 0.32), Pair("ben", "dora", 0.92), Pair("ben", "emil", 0.95)]
    seats = {"ada": 1, "ben": 2, "dora": 1, "emil": 2}
    assert covered(choose(pairs, seats, {})) == {"ada", "ben", "dora", "emil"}


def test_the_best_pairs_fill_the_seats_that_are_left() -> None:
    pairs = [Pair("ada", "ben", 0.9), Pair("ada", "cem", 0.8), Pair("ben", "cem", 0.7)]
    assert choose(pairs, {"ada": 2, "ben": 2, "cem": 1}, {}) == pairs[:2]


def test_somebody_without_an_introduction_goes_before_a_better_pair_of_somebody_with_one() -> None:
    pairs = [Pair("ada", "ben", 0.9), Pair("ada", "cem", 0.2)]
    seats = dict.fromkeys(("ada", "ben", "cem"), 1)
    assert choose(pairs, seats, {}) == [pairs[0]]
    assert choose(pairs, seats, {"ben": 1}) == [pairs[1]]


def test_somebody_with_an_introduction_gives_their_match_to_one_who_would_have_nobody() -> None:
    pairs = [
        Pair("ada", "emil", 0.8),
        Pair("ben", "cem", 0.2),
        Pair("ben", "dora", 0.9),
        Pair("dora", "emil", 0.1),
    ]
    seats = dict.fromkeys(("ada", "ben", "cem", "dora", "emil"), 1)
    assert covered(choose(pairs, seats, {"ada": 1})) == {"ben", "cem", "dora", "emil"}


def test_of_two_with_introductions_the_better_pair_keeps_its_match() -> None:
    pairs = [Pair("ada", "ben", 0.9), Pair("ben", "cem", 0.1)]
    seats = dict.fromkeys(("ada", "ben", "cem"), 1)
    assert choose(pairs, seats, {"ada": 1, "cem": 1}) == [pairs[0]]


def test_nobody_without_a_seat_is_chosen_and_nothing_comes_of_nothing() -> None:
    assert choose([Pair("ada", "ben", 0.9)], {"ada": 0, "ben": 3}, {}) == []
    assert choose([], {}, {}) == []
