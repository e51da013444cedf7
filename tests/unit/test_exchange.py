"""Different wishes met over a person's few matches: exchanges that keep what must be kept."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.matching import exchange
from functions.matching.arrays import Pairs, Places, degrees
from functions.matching.choice import choose
from functions.matching.exchange import Board, Wants, covered, diversify
from tests.unit.arrays import chosen_of, covered_of, pairs_of, places_of, rounds


@st.composite
def wanting(draw: st.DrawFn) -> tuple[Pairs, Places, Wants]:
    """Draw a round in which each has up to three wishes that others meet more or less."""
    pairs, places = draw(rounds(bonuses=(0.0, 1.0)))
    people = len(places.seats)
    owner = [person for person in range(people) for _ in range(draw(st.integers(0, 3)))]
    levels = st.sampled_from((0.0, 0.0, 0.5, 1.0))
    served = [draw(st.lists(levels, min_size=people, max_size=people)) for _ in owner]
    met = draw(st.lists(levels, min_size=len(owner), max_size=len(owner)))
    return pairs, places, Wants(np.array(owner, np.int64), np.array(served).reshape(-1, people), np.array(met))


@given(wanting())
def test_exchanges_keep_to_the_seats_cover_as_many_and_lose_no_mutual_pair(
    a_round: tuple[Pairs, Places, Wants],
) -> None:
    pairs, places, wants = a_round
    taken = choose(pairs, places, 7).taken
    board = Board(pairs, places, wants)
    found = diversify(pairs, places, taken, wants, 7)
    assert (degrees(pairs, found, len(places.seats)) <= places.seats).all()
    assert covered_of(pairs, places, found) == covered_of(pairs, places, taken)
    assert board.mutual[found].sum() >= board.mutual[taken].sum()
    assert board.objective(found) >= board.objective(taken) - 1e-9


@given(wanting())
def test_each_step_is_worth_what_it_was_weighed_at(a_round: tuple[Pairs, Places, Wants]) -> None:
    pairs, places, wants = a_round
    if not pairs.size or not len(wants.owner):
        return
    board = Board(pairs, places, wants)
    board.taken = choose(pairs, places, 7).taken.copy()
    before, weighed = board.objective(board.taken), []
    weigh = board.weigh

    def noting(*given: Any) -> Any:
        delta, closes = weigh(*given)
        best = np.unravel_index(np.argmax(delta), delta.shape) if delta.size else None
        if best is not None and delta[best] > exchange.LEAST:
            weighed.append(delta[best])
            only = np.full_like(delta, -np.inf)
            only[best] = delta[best]
            return only, closes
        return np.full_like(delta, -np.inf), closes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(board, "weigh", noting)  # one exchange at a time
        while board.step():
            assert board.objective(board.taken) == pytest.approx(before + sum(weighed))


def test_a_second_match_for_the_same_wish_gives_way_to_one_for_another() -> None:
    # Two can tell person 0 about the first wish, well; one about the second, a little less.
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.88, (0, 3): 0.8})
    places = places_of([2, 1, 1, 1], [1.0, 0, 0, 0])
    served = np.array([[0, 1, 1, 0], [0, 0, 0, 1]])
    wants = Wants(np.array([0, 0]), served.astype(float), np.zeros(2))
    taken = choose(pairs, places, 7).taken
    assert chosen_of(pairs, taken) == {(0, 1), (0, 2)}
    found = diversify(pairs, places, taken, wants, 7)
    assert chosen_of(pairs, found) == {(0, 1), (0, 3)}
    assert covered(wants, pairs, taken) == (1, 2)
    assert covered(wants, pairs, found) == (2, 2)


def test_what_an_earlier_introduction_meets_is_not_looked_for_again() -> None:
    pairs = pairs_of({(0, 1): 0.9, (0, 2): 0.8})
    places = places_of([1, 1, 1], [0, 0, 0])
    wants = Wants(np.array([0, 0]), np.array([[0, 1, 0], [0, 0, 1]], float), np.array([1.0, 0]))
    found = diversify(pairs, places, choose(pairs, places, 7).taken, wants, 7)
    assert chosen_of(pairs, found) == {(0, 2)}


def test_in_an_event_for_many_wishes_more_are_met_at_no_fewer_mutual_pairs() -> None:
    rng = np.random.default_rng(1)
    people, topics = 40, 24
    wish, offer = rng.random((people, topics)) < 0.18, rng.random((people, topics)) < 0.15
    shared = (wish[:, None] & offer).sum(axis=2) / np.maximum(wish.sum(axis=1), 1)[:, None]
    score = np.where(shared * shared.T > 0, 2 * shared * shared.T / np.maximum(shared + shared.T, 1e-9), 0)
    left, right = np.nonzero(np.triu(score, 1))
    pairs, places = Pairs(left, right, np.minimum(score[left, right], 1)), places_of([3] * people)
    owner, topic = np.nonzero(wish)
    wants = Wants(owner, offer[:, topic].T.astype(float), np.zeros(len(owner)))
    taken = choose(pairs, places, 7).taken
    found = diversify(pairs, places, taken, wants, 7)
    assert found.sum() >= taken.sum()
    before, most = covered(wants, pairs, taken)
    assert covered(wants, pairs, found)[0] - before >= 0.25 * (most - before) > 0
    assert (diversify(pairs, places, taken, wants, 7) == found).all()


def test_large_events_are_left_as_they_were_chosen() -> None:
    pairs, people = pairs_of({(0, 1): 0.5, (0, 2): 0.4}), exchange.MOST_PEOPLE + 1
    places = places_of([1] * people)
    taken = choose(pairs, places, 7).taken
    wants = Wants(np.array([0]), np.ones((1, people)), np.zeros(1))
    assert diversify(pairs, places, taken, wants, 7) is taken
