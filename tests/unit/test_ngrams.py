"""What a text is about by its letters, where there is no model."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.interests.ngrams import Ngrams

NOBODY: frozenset[str] = frozenset()
SILENT = frozenset({"interest"})
SMALL = Ngrams(
    {"choirs": ("chor", "choir", "singen"), "gardening": ("garten", "garden"), "canteen": ("kantine",)}, SILENT
)


def most(text: str, named: frozenset[str] = NOBODY) -> tuple[str, float]:
    """Return what a text is about most, and how much of it."""
    shares = SMALL.shares([text], [named])[0]
    return SMALL.names[int(shares.argmax())], float(shares.max())


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("Gärten", "gardening"),
        ("Schulgarten", "gardening"),
        ("gardens", "gardening"),
        ("Kantiene", "canteen"),
        ("Chöre", "choirs"),
    ],
)
def test_inflection_compounds_and_typing_errors_leave_enough_of_the_letters(text: str, concept: str) -> None:
    assert most(text)[0] == concept
    assert most(text)[1] > SMALL.shares(["Falknerei"], [NOBODY]).max()


@pytest.mark.parametrize("text", ["Falknerei", "", "interest", "the of"])
def test_what_is_like_no_alias_or_says_nothing_is_about_something_else(text: str) -> None:
    assert SMALL.shares([text], [NOBODY]).sum() < 0.01


def test_letters_that_all_concepts_share_tell_little() -> None:
    known = Ngrams({name: (f"vereins{name}",) for name in ("chor", "garten", "kantine")}, SILENT)
    assert known.shares(["Vereins"], [NOBODY]).sum() < 0.05
    assert known.shares(["Chor"], [NOBODY])[0].argmax() == 0


def test_a_word_that_says_nothing_takes_nothing_away() -> None:
    assert most("interest garden") == most("garden")


def test_an_alias_in_the_text_adds_to_its_concept() -> None:
    assert most("Tomaten", frozenset({"gardening"}))[1] > SMALL.shares(["Tomaten"], [NOBODY])[0, 1]


@given(
    st.lists(st.text("abdefghiklmnorstuz äöü", max_size=30), min_size=1, max_size=4), st.randoms(use_true_random=False)
)
def test_shares_are_at_most_everything_and_the_same_in_any_order(texts: list[str], rng: Random) -> None:
    order = rng.sample(range(len(texts)), len(texts))
    shares = SMALL.shares(texts, [NOBODY] * len(texts))
    assert (shares >= 0).all()
    assert (shares.sum(axis=1) <= 1 + 1e-6).all()
    other = SMALL.shares([texts[place] for place in order], [NOBODY] * len(texts))
    assert other == pytest.approx(shares[np.array(order)], abs=1e-6)
