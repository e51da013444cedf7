"""From raw vectors to places, and from places to shares of concepts."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from functions.interests import space as space_module
from functions.interests.embedding import LocalModel, Vectors
from functions.interests.space import Floats, Space, learnt, unit
from functions.interests.vocabulary import Vocabulary, vocabulary
from infra.similarity import learning
from shared.models import Concept

NOBODY: frozenset[str] = frozenset()
D = 4
# Two concepts in four dimensions: the first axis tells the languages apart, the last is how a text is written.
SMALL = Space(
    german=np.array([1, 0, 0, 0], np.float32),
    english=np.array([-1, 0, 0, 0], np.float32),
    removed=np.array([[0, 0, 0, 1]], np.float32),
    names=("choirs", "gardening"),
    centres=np.array([[0, 1, 0, 0], [0, 0, 1, 0]], np.float32),
    aliases=np.array([[0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], np.float32),
    starts=np.array([0, 2]),
)
raw_vectors = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(D)), elements=st.floats(-2, 2, width=32))


def of_length_one(vectors: Floats) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4))


def test_each_language_is_centred_by_its_own_mean_and_how_a_text_is_written_is_left_out() -> None:
    raw = np.array([[1, 0.5, 0, 0.3], [-1, 0.5, 0, -0.3]], np.float32)
    assert SMALL.placed(raw) == pytest.approx(np.array([[0, 1, 0, 0]] * 2), abs=0.1)


def test_between_the_languages_a_mixture_of_both_means_is_taken() -> None:
    assert SMALL.mean(np.array([[0, 1, 0, 0]], np.float32)) == pytest.approx(np.zeros((1, D)))


@given(raw_vectors)
def test_shares_are_none_below_nothing_and_together_at_most_everything(raw: Floats) -> None:
    shares = SMALL.shares(SMALL.placed(raw), [NOBODY] * len(raw))
    assert shares.shape == (len(raw), 2)
    assert (shares >= 0).all()
    assert (shares.sum(axis=1) <= 1 + 1e-6).all()


def test_a_text_is_about_the_concept_it_lies_at_and_about_another_topic_away_from_all() -> None:
    placed = unit(np.array([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 0]], np.float32))
    shares = SMALL.shares(placed, [NOBODY] * 3)
    assert (shares[0, 0], shares[1, 1]) == pytest.approx((1, 1), abs=0.05)
    assert shares[2].sum() < 0.05


def test_an_alias_in_the_text_adds_to_its_concept() -> None:
    placed = unit(np.array([[1, 0.6, 0.6, 0]], np.float32))
    without, with_alias = (SMALL.shares(placed, [names])[0] for names in (NOBODY, frozenset({"gardening"})))
    assert with_alias[1] > without[1]
    assert with_alias[0] < without[0]


def test_the_nearest_alias_counts_beside_the_centre() -> None:
    placed = unit(np.array([[0, 1, 0.5, 0]], np.float32))
    near = SMALL._replace(aliases=np.vstack([SMALL.aliases[:2], placed]))
    assert near.shares(placed, [NOBODY])[0, 1] > SMALL.shares(placed, [NOBODY])[0, 1]


def test_a_concept_of_ones_own_is_added_behind_the_others() -> None:
    own = unit(np.array([[1, 0, 0, 0.2], [1, 0, 0, -0.2]], np.float32))
    larger = SMALL.with_concepts({"organs": own})
    assert larger.names == ("choirs", "gardening", "organs")
    assert larger.starts.tolist() == [0, 2, 3]
    placed = np.array([[1, 0, 0, 0], [0, 1, 0, 0]], np.float32)
    shares = larger.shares(placed, [NOBODY] * 2)
    assert shares[0, 2] > 0.9
    assert shares[1] == pytest.approx([*SMALL.shares(placed, [NOBODY] * 2)[1], 0], abs=1e-3)


def test_what_was_learnt_has_a_place_for_every_concept_of_the_vocabulary() -> None:
    space = learnt(LocalModel.model_id)
    assert set(space.names) == set(vocabulary().concepts)
    assert len(space.centres) == len(space.starts) == len(space.names)
    assert of_length_one(space.centres)
    assert of_length_one(space.aliases)
    assert (np.diff([*space.starts, len(space.aliases)]) > 0).all()


@given(st.integers(0, 2**32 - 1))
def test_texts_are_placed_on_a_sphere_each_by_itself_whatever_stands_around_it(seed: int) -> None:
    space, rng = learnt(LocalModel.model_id), np.random.default_rng(seed)
    raw = rng.normal(size=(5, len(space.german)))
    order = rng.permutation(5)
    placed = space.placed(raw)
    assert of_length_one(placed)
    assert space.placed(raw[order]) == pytest.approx(placed[order], abs=1e-5)
    shares = space.shares(placed, [NOBODY] * 5)
    assert space.shares(placed[order], [NOBODY] * 5) == pytest.approx(shares[order], abs=1e-5)
    assert (shares.sum(axis=1) <= 1 + 1e-5).all()


class Spread:
    """A model that places texts anywhere around a mean."""

    model_id = "spread"

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = [np.random.default_rng(zlib.crc32(text.encode())).normal(size=16) for text in texts]
        return unit(unit(np.array(rows)) + 1)


def test_what_is_learnt_of_a_vocabulary_can_be_saved_and_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choirs = Concept(de="Chöre", en="choirs", aliases_de=("chor-", "chorprobe"), aliases_en=("choir",))
    known = Vocabulary({"choirs": choirs, "gardening": Concept(de="Gärtnern", en="gardening")})
    learnt_space = learning.learn(known, Spread())
    assert learnt_space.names == ("choirs", "gardening")
    assert learnt_space.starts.tolist() == [0, 5]
    assert learnt_space.aliases[2] == pytest.approx(learnt_space.placed(Spread().embed(["chorprobe"]))[0], abs=1e-5)
    assert learnt_space.removed @ learnt_space.removed.T == pytest.approx(np.eye(2), abs=1e-5)
    for module in (space_module, learning):
        monkeypatch.setattr(module, "LEARNT", tmp_path / "space.npz")
    learning.save(learnt_space, "spread", known.version)
    assert learning.learnt_from() == known.version
    for loaded, saved in zip(learnt("spread"), learnt_space, strict=True):
        if isinstance(loaded, tuple):
            assert loaded == saved
        else:
            assert loaded == pytest.approx(saved, abs=0.02)


def test_a_space_learnt_with_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="make space"):
        learnt("another model")
