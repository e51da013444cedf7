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
from functions.interests.space import SIGNS, Floats, Space, learnt, unit
from functions.interests.vocabulary import Vocabulary, vocabulary
from infra.similarity import learning
from shared.models import Concept

NOBODY: frozenset[str] = frozenset()
D = 4
# Two concepts and two subjects in four dimensions: the first axis tells the languages apart and is mapped away, as is
# the last, which is how a text is written.
SMALL = Space(
    mean=np.array([0, 0.1, 0, 0], np.float32),
    mapping=np.diag(np.array([0.1, 1, 1, 0.1], np.float32)),
    subjects=np.array([[0, 1, 0, 0], [0, 0, 1, 0]], np.float32),
    signs=learning.signs_of(("arts/choirs", "home/gardening")),
    names=("choirs", "gardening"),
    centres=np.array([[0, 1, 0, 0], [0, 0, 1, 0]], np.float32),
    aliases=np.array([[0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]], np.float32),
    starts=np.array([0, 2]),
)
raw_vectors = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(D)), elements=st.floats(-2, 2, width=32))


def of_length_one(vectors: Floats) -> bool:
    return bool(np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4))


def test_the_mean_is_subtracted_and_what_the_mapping_makes_small_hardly_counts() -> None:
    raw = np.array([[1, 0.6, 0, 0.3], [-1, 0.6, 0, -0.3]], np.float32)
    assert SMALL.placed(raw) == pytest.approx(np.array([[0, 1, 0, 0]] * 2), abs=0.25)


def test_beside_its_place_a_text_has_what_subjects_it_is_about() -> None:
    placed = unit(np.array([[0, 1, 0.5, 0], [0, 1, -0.5, 0], [0.8, 0, 0, 0.6]], np.float32))
    beside = SMALL.with_subjects(placed)
    assert beside.shape == (3, D + SIGNS)
    assert of_length_one(beside)
    # Two texts at .6 of one another, both about choirs: (.6 + 1) / 2.
    assert beside[0] @ beside[1] == pytest.approx(0.8, abs=0.01)
    # About another topic: nothing stands beside, and nothing is in common.
    assert beside[2] == pytest.approx([*placed[2], *np.zeros(SIGNS)], abs=1e-3)
    assert beside[0] @ beside[2] == pytest.approx(0, abs=0.01)


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
    raw = rng.normal(size=(5, len(space.mean)))
    order = rng.permutation(5)
    placed = space.placed(raw)
    assert of_length_one(placed)
    assert space.placed(raw[order]) == pytest.approx(placed[order], abs=1e-5)
    shares = space.shares(placed, [NOBODY] * 5)
    assert space.shares(placed[order], [NOBODY] * 5) == pytest.approx(shares[order], abs=1e-5)
    assert (shares.sum(axis=1) <= 1 + 1e-5).all()
    assert of_length_one(space.with_subjects(placed))
    assert space.with_subjects(placed[order]) == pytest.approx(space.with_subjects(placed)[order], abs=1e-5)


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
    by_subject = {"arts/choirs": ("Wer singt mit?", "our choir"), "home/soil": ("Komposterde",)}
    learnt_space = learning.learn(known, by_subject, Spread())
    assert learnt_space.names == ("choirs", "gardening")
    assert learnt_space.starts.tolist() == [0, 5]
    assert learnt_space.aliases[3] == pytest.approx(learnt_space.placed(Spread().embed(["chorprobe"]))[0], abs=1e-5)
    placed = learnt_space.placed(Spread().embed(["Wer singt mit?", "our choir", "Komposterde"]))
    assert learnt_space.subjects == pytest.approx(np.vstack([unit(placed[:1] + placed[1:2]), placed[2:]]), abs=1e-5)
    sources = learning.sources(known, by_subject)
    for module in (space_module, learning):
        monkeypatch.setattr(module, "LEARNT", tmp_path / "space.npz")
    learning.save(learnt_space, "spread", sources)
    assert learning.learnt_from() == sources
    assert learning.sources(known, by_subject | {"home/soil": ("Kompost",)}) != sources
    for loaded, saved in zip(learnt("spread"), learnt_space, strict=True):
        if isinstance(loaded, tuple):
            assert loaded == saved
        else:
            assert loaded == pytest.approx(saved, abs=0.02)


def test_a_space_learnt_with_another_model_is_refused() -> None:
    with pytest.raises(ValueError, match="make space"):
        learnt("another model")


def written_in_many_ways(groups: int) -> list[Floats]:
    """Return groups of two whose texts are alike in half of their numbers; how they are written is in the other."""
    rng = np.random.default_rng(5)
    topics = np.repeat(rng.normal(size=(groups, 32)), 2, axis=0) + 0.3 * rng.normal(size=(2 * groups, 32))
    return np.split(unit(np.hstack([topics, 1.5 * rng.normal(size=(2 * groups, 32))])), groups)


def found(groups: list[Floats], mapping: Floats) -> float:
    """Return how often a text's nearest is the other one of its group."""
    mapped = unit(np.vstack(groups) @ mapping)
    near = mapped @ mapped.T - 2 * np.eye(len(mapped))
    return float((near.argmax(axis=1) == np.arange(len(mapped)) ^ 1).mean())


def test_what_a_mapping_learns_from_some_texts_holds_for_others() -> None:
    groups = written_in_many_ways(400)
    mapping = learning.mapping_of(groups[:200])
    assert found(groups[200:], np.eye(64)) < 0.35
    assert found(groups[200:], mapping) > 0.6


@given(st.integers(0, 2**32 - 1))
def test_the_slope_is_how_the_loss_changes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ones, others = (unit(rng.normal(size=(6, 5))).astype(np.float64) for _ in range(2))
    change, step = rng.normal(size=(5, 5)) / 10, rng.normal(size=(5, 5)) / 1e5

    def loss(change: Floats) -> float:
        left, right = (vectors + vectors @ change for vectors in (ones, others))
        cosines = left @ right.T / np.outer(np.linalg.norm(left, axis=1), np.linalg.norm(right, axis=1))
        likely = np.exp(cosines / learning.TEMPERATURE)
        found = [-np.log(np.diag(likely) / likely.sum(axis=axis)).mean() / 2 for axis in (0, 1)]
        return float(sum(found) + learning.RESTRAINT * (change**2).sum() / len(change))

    measured = (loss(change + step) - loss(change - step)) / 2
    assert (learning.slope(ones, others, change) * step).sum() == pytest.approx(measured, rel=1e-3, abs=1e-8)


def test_a_group_of_one_teaches_nothing_and_does_no_harm() -> None:
    groups = written_in_many_ways(20)
    assert learning.mapping_of([*groups, groups[0][:1]]) == pytest.approx(learning.mapping_of(groups))


def test_each_subject_has_at_least_two_examples_and_no_text_stands_twice() -> None:
    by_subject = learning.examples()
    assert len(by_subject) > 3000
    assert min(len(texts) for texts in by_subject.values()) >= 2
    texts = [text for texts in by_subject.values() for text in texts]
    assert all(text == text.strip() and text for text in texts)
    assert len(set(texts)) == len(texts)
