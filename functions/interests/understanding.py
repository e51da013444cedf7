"""Reading texts: cleaned, spelt, looked up in the vocabulary, and placed by the model if there is one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from functions.interests.cleaning import cleaned
from functions.interests.embedding import Model, Vectors, model
from functions.interests.ngrams import Ngrams
from functions.interests.space import Floats, Space, learnt
from functions.interests.spelling import corrected
from functions.interests.vocabulary import Vocabulary, german_stem, vocabulary
from shared.closeness import packed, packed_shares
from shared.models import NO_MODEL, Concept, Touched, Understood
from shared.words import folded, literal, words_of

SHORTEST_WORD = 5  # letters of a word that says something by itself
LEAST_SHARE = 100  # thousandths of a text from which a concept is worth a label
STOP_WORDS = frozenset(  # folded, as the words they are compared with
    "haben hatte haette werden wurde wurden unser unsere unserer unserem unseren nicht keine keiner jemand "
    "etwas andere anderen dieser diese dieses welche welcher koennte moechte wuerde gerne machen macht "
    "gemacht immer wieder about after again their there these those which would could should other others "
    "really never always someone something where while people every without before still until being "
    "having between things thing leute menschen warum wurde wenig lange zwischen gerade selbst durch "
    "gegen damit dabei wegen danach suche suchen austausch interesse erfahrung erfahrungen erzaehle tipps "
    "looking share experience experiences happy interested exchange".split()
)


class Reader:
    """Reads texts with one model and vocabulary. It remembers what it embedded: keep it for one batch only."""

    def __init__(self, own_concepts: Mapping[str, Concept], with_model: Model | None) -> None:
        self.model = with_model
        self.model_id = with_model.model_id if with_model else NO_MODEL
        self.vocabulary = with_own(tuple(sorted(own_concepts.items())))
        self.space = space_of(self.vocabulary, with_model) if with_model else None
        self.names = self.space.names if self.space else ngrams_of(self.vocabulary).names
        self.embedded: dict[str, Floats] = {}

    def read(self, texts: Sequence[str], known: Sequence[Understood] = ()) -> tuple[Understood, ...]:
        """Understand each text; `known` are earlier results of the same model and reading, to be taken over."""
        clean = [cleaned(text) for text in texts]
        before = {one.text_hash: one for one in known}
        to_read = {text: None for text in clean if hash_of(text) not in before}
        spelt = {text: corrected(text, self.vocabulary.words) for text in to_read}
        self.embed([text for text in spelt.values() if words_of(text)])
        return tuple(before.get(hash_of(text)) or self.understood(text, spelt[text]) for text in clean)

    def embed(self, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self.embedded]
        if self.model and new:
            self.embedded |= dict(zip(new, self.model.embed(new), strict=True))

    def understood(self, clean: str, spelt: str) -> Understood:
        words = words_of(spelt)
        if not words:
            return Understood(text_hash=hash_of(clean))
        topic = self.vocabulary.topic(spelt)
        names = self.vocabulary.named(spelt) | ({topic} if topic else frozenset())
        own = {german_stem(word) for word in words if len(word) >= SHORTEST_WORD and folded(word) not in STOP_WORDS}
        vector, found = self.placed(spelt, names)
        shares = dict(zip(self.names, found.tolist(), strict=True))
        return Understood(
            text_hash=hash_of(clean),
            literal=topic or hash_of(literal(spelt)),
            vector=vector,
            shares=packed_shares(found),
            concepts=tuple(
                Touched(
                    concept=name,
                    share=thousandths,
                    named=name in names,
                    de=self.vocabulary.concepts[name].de,
                    en=self.vocabulary.concepts[name].en,
                )
                for name, share in sorted(shares.items(), key=lambda one: (-one[1], one[0]))
                if (thousandths := round(1000 * share)) >= LEAST_SHARE or name in names
            ),
            words=tuple(sorted(own)),
        )

    def placed(self, spelt: str, named: frozenset[str]) -> tuple[str, Floats]:
        """Return a text's vector, if there is a model, and how much it is about each of the vocabulary's concepts."""
        if self.space is None:
            return "", ngrams_of(self.vocabulary).shares([spelt], [named])[0]
        placed = self.space.placed(self.embedded[spelt][None])
        return packed(self.space.with_subjects(placed)[0]), self.space.shares(placed, [named])[0]


def reader(own_concepts: Mapping[str, Concept]) -> Reader:
    """Make a reader with this machine's model, if it has one."""
    return Reader(own_concepts, model())


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


@lru_cache(maxsize=8)
def with_own(concepts: tuple[tuple[str, Concept], ...]) -> Vocabulary:
    """Add an event's own concepts to ours; where both know an alias, the event's counts."""
    return vocabulary().with_own({f"event/{name}": concept for name, concept in concepts}) if concepts else vocabulary()


@lru_cache(maxsize=8)
def space_of(known: Vocabulary, with_model: Model) -> Space:
    """Return the model's space, with places for concepts that it was not learnt with."""
    space = learnt(with_model.model_id)
    own = {name: alias_vectors(known.concepts[name], space, with_model) for name in known.own}
    return space.with_concepts(own) if own else space


@lru_cache(maxsize=8)
def ngrams_of(known: Vocabulary) -> Ngrams:
    return Ngrams({name: texts_of(concept) for name, concept in known.concepts.items()}, STOP_WORDS)


def alias_vectors(concept: Concept, space: Space, with_model: Model) -> Vectors:
    """Place what people type when they mean a concept."""
    texts = dict.fromkeys(texts_of(concept))
    return space.placed(np.asarray(with_model.embed(list(texts))))


def texts_of(concept: Concept) -> tuple[str, ...]:
    """Return a concept's labels and aliases, without what only says where an alias counts."""
    return tuple(one.rstrip("-") for one in (concept.de, concept.en, *concept.aliases_de, *concept.aliases_en))
